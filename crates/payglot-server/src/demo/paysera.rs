//! The shop's other counter: Paysera WebToPay. The shop signs the order itself and sends the payer's browser with it; nothing is registered
//! beforehand, and nothing can be asked afterwards: what counts is the callback, proven with the gateway's certificate.

use super::check::value_of;
use super::counter::Counter;
use super::proof::Proof;
use super::routes::{Shared, Shop, absolute, pairs, see_other, unknown_order};
use super::standing::Standing;
use super::story::{Answer, Event, Message, Pairs};
use super::till::HIDDEN;
use super::wares::Ware;
use super::{ShopConfig, text};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use payglot_wire::paysera::request::Sealed;
use payglot_wire::paysera::{Callback, Fields, Verifier};
use payglot_wire::raw::{self, RawRequest};
use payglot_wire::text::rsa::RsaPublicKey;
use payglot_wire::text::secret::Secret;

/// Opens an order, signs it and sends the browser to the gateway with it.
pub(super) fn buy(shop: &Shop, ware: &'static Ware, language: &'static str, test: bool) -> Response {
    let now = text::now();
    let number = shop.book().open(Counter::Paysera, ware, language, false, now);
    let fields = request(&shop.config, &number, ware, language, test);
    let password = Secret::new(shop.config.paysera.sign_password.as_str());
    let sealed = Sealed::new(&fields, &password);
    let address = format!("{}/pay/?{}", shop.config.paysera.gateway_url, sealed.to_form());
    let steps = vec![
        (
            "Write the parameters as a form and encode that with base64, where + becomes - and / becomes _. This is data:",
            sealed.data.clone(),
        ),
        (
            "sign is the MD5 of data and the project's password, written one after the other:",
            format!("md5({}… + {HIDDEN}) = {}", &sealed.data[..24.min(sealed.data.len())], sealed.sign),
        ),
    ];
    let message = Message {
        from: "Shop",
        to: "Browser",
        title: "The browser is sent to the gateway with the signed order".to_owned(),
        method: "303".to_owned(),
        url: text::shortened(&address),
        params: fields.pairs().to_vec(),
        caption: "What data holds, decoded",
        proof: Some(Proof::signed(steps, "Whoever does not know the password cannot change the price on the way.")),
        note:
            "There is no call between the servers: the order exists at the gateway once the payer's browser gets there."
                .to_owned(),
        ..Message::default()
    };
    let mut book = shop.book();
    book.sent_away(&number, &address);
    book.tell(&number, now, None, Event::Message(message));
    see_other(&address)
}

fn request(config: &ShopConfig, number: &str, ware: &Ware, language: &str, test: bool) -> Fields {
    let own = |page: &str| format!("{}/paysera/{page}?o={number}", config.shop_url);
    let fields = Fields::new()
        .with("projectid", config.paysera.project_id.clone())
        .with("orderid", number)
        .with("accepturl", own("accept"))
        .with("cancelurl", own("cancel"))
        .with("callbackurl", own("callback"))
        .with("version", "1.6")
        .with(
            "lang",
            match language {
                "lt" => "LIT",
                "ru" => "RUS",
                _ => "ENG",
            },
        )
        .with("amount", Counter::Paysera.price(ware).to_string())
        .with("currency", Counter::Paysera.currency())
        .with("country", "LT")
        .with("p_email", "reader@books.example");
    if test { fields.with("test", "1") } else { fields }
}

/// The payer's browser comes back from a payment. What it carries is signed, yet a shop delivers on the callback only.
pub(super) async fn accept(State(shop): Shared, method: Method, uri: Uri, body: Bytes) -> Response {
    let heard = hear(&shop, &method, &uri, &body).await;
    if shop.book().get(&heard.key).is_none() {
        return unknown_order(&shop, heard.message.proof.as_ref().map(|proof| proof.verdict.as_str()));
    }
    let title = match heard.digit() {
        "" => "The browser came back".to_owned(),
        status => format!("The browser came back with status {status}"),
    };
    let note = "Enough to thank the payer, not enough to send the parcel: the shop waits for the callback.".to_owned();
    let message = Message { from: "Browser", to: "Shop", title, note, ..heard.message };
    let mut book = shop.book();
    book.tell(&heard.key, heard.certificate.0, heard.certificate.1, heard.certificate.2);
    book.tell(&heard.key, heard.at, None, Event::Message(message));
    see_other(&shop.order_address(&heard.key))
}

/// The payer gave up: nothing is passed, and nothing is believed.
pub(super) async fn cancel(State(shop): Shared, uri: Uri) -> Response {
    let Some(key) = order_of(&uri) else { return see_other(shop.order_address("").trim_end_matches('/')) };
    let event = Event::CameBack { url: absolute(&shop, &uri), params: query_of(&uri) };
    shop.book().tell(&key, text::now(), None, event);
    see_other(&shop.order_address(&key))
}

/// The gateway's server speaks. Only the word OK makes it stop.
pub(super) async fn callback(State(shop): Shared, method: Method, uri: Uri, body: Bytes) -> Response {
    let heard = hear(&shop, &method, &uri, &body).await;
    let (status, words) = match (&heard.fields, heard.ours) {
        (Some(_), true) => (StatusCode::OK, "OK"),
        (Some(_), false) => (StatusCode::BAD_REQUEST, "this is about another order"),
        (None, _) => (StatusCode::BAD_REQUEST, "the signatures do not match"),
    };
    let digit = heard.digit().to_owned();
    let (title, note) = if digit.is_empty() {
        ("Callback".to_owned(), "The shop changes nothing and does not answer OK, so the gateway will call again.")
    } else {
        let note = "Answering OK tells the gateway to stop. Anything else, and it calls again after 1, 3 and 24 hours.";
        (format!("Callback: status {digit}, {}", status_word(&digit)), note)
    };
    let content_type = "text/plain; charset=utf-8".to_owned();
    let answer = Answer { status: status.as_u16(), content_type, body: words.to_owned() };
    let message =
        Message { from: "Gateway", to: "Shop", title, note: note.to_owned(), answer: Some(answer), ..heard.message };
    let mut book = shop.book();
    book.tell(&heard.key, heard.certificate.0, heard.certificate.1, heard.certificate.2);
    book.heard(Counter::Paysera, &heard.key, heard.at, message, |order| {
        if let Some(news) = standing_of(&digit) {
            order.believe(news);
        }
    });
    (status, words).into_response()
}

/// Somebody has sent a premium message: proven like any callback, and what follows OK goes back to the telephone.
pub(super) async fn message(State(shop): Shared, method: Method, uri: Uri, body: Bytes) -> Response {
    let (_, certificate) = certificate(&shop).await;
    let (_, fields) = read(&shop, &certificate, &method, &uri, &body);
    let ours = |fields: &Fields| fields.get("projectid") == Some(&shop.config.paysera.project_id);
    let Some(fields) = fields.filter(ours) else {
        return (StatusCode::BAD_REQUEST, "the signatures do not match").into_response();
    };
    answer_to_message(fields.get("sms").unwrap_or_default(), fields.get("id").unwrap_or_default()).into_response()
}

/// A code to show at the counter; whoever writes "later" is answered later, which a developer does by hand.
fn answer_to_message(text: &str, id: &str) -> String {
    if text.to_lowercase().contains("later") {
        return "NOSMS".to_owned();
    }
    format!("OK Your tea is ready. Show this code at the counter: T-{id}")
}

/// What came, and what the shop makes of it.
struct Heard {
    at: u64,
    /// The order that it is about, as far as anybody knows.
    key: String,
    message: Message,
    /// How the certificate was fetched: when, how long it took, and the message.
    certificate: (u64, Option<u64>, Event),
    /// What it says, if it is proven.
    fields: Option<Fields>,
    /// Proven, and about an order of this shop.
    ours: bool,
}

impl Heard {
    /// The status that it tells of an order of this shop, or nothing.
    fn digit(&self) -> &str {
        self.fields.as_ref().filter(|_| self.ours).and_then(|fields| fields.get("status")).unwrap_or_default()
    }
}

async fn hear(shop: &Shop, method: &Method, uri: &Uri, body: &[u8]) -> Heard {
    let at = text::now();
    let (certificate, answer) = certificate(shop).await;
    let (message, fields) = read(shop, &answer, method, uri, body);
    let get = |name: &str| fields.as_ref().and_then(|fields| fields.get(name)).unwrap_or_default().to_owned();
    let (named, told) = (order_of(uri), get("orderid"));
    let ours = get("projectid") == shop.config.paysera.project_id && named.as_ref().is_none_or(|key| *key == told);
    let key = match named {
        Some(key) => key,
        // Signed with the shop's password, but not at this counter.
        None if ours => {
            let amount = get("amount").parse().unwrap_or_default();
            shop.book().adopt_signed(Counter::Paysera, &told, amount, &get("currency"), at)
        }
        None => told,
    };
    Heard { at, key, message, certificate, fields, ours }
}

/// Proves what came, with the certificate that the gateway publishes now. `None` if it is not proven.
fn read(
    shop: &Shop,
    certificate: &Result<String, String>,
    method: &Method,
    uri: &Uri,
    body: &[u8],
) -> (Message, Option<Fields>) {
    let request = RawRequest {
        method: if *method == Method::POST { raw::Method::Post } else { raw::Method::Get },
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        content_type: "",
        body,
        caller_ip: None,
    };
    let received = Callback::read(&request).unwrap_or_default();
    let (proof, fields) = prove(&received, certificate.as_deref(), &shop.config.paysera.sign_password);
    let message = Message {
        method: method.to_string(),
        url: text::shortened(&absolute(shop, uri)),
        params: fields.as_ref().map(|fields| fields.pairs().to_vec()).unwrap_or_default(),
        caption: "What data holds, decoded",
        proof: Some(proof),
        ..Message::default()
    };
    (message, fields)
}

/// Fetches the gateway's certificate, as the official library does for every callback.
async fn certificate(shop: &Shop) -> ((u64, Option<u64>, Event), Result<String, String>) {
    let url = format!("{}/download/public.key", shop.config.paysera.gateway_url);
    let at = text::now();
    let answer = shop.till.get(&url).await;
    let took = text::now().saturating_sub(at);
    let message = Message {
        from: "Shop",
        to: "Gateway",
        title: "The shop fetches the gateway's certificate".to_owned(),
        method: "GET".to_owned(),
        url,
        answer: answer.as_ref().ok().cloned(),
        failure: answer.as_ref().err().cloned(),
        ..Message::default()
    };
    ((at, Some(took), Event::Message(message)), answer.map(|answer| answer.body))
}

fn prove(received: &Callback, certificate: Result<&str, &String>, password: &str) -> (Proof, Option<Fields>) {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    let mut steps = vec![("data, as it was received:", shown(&received.data))];
    let key = match certificate.map(RsaPublicKey::from_certificate_pem) {
        Ok(Ok(key)) => key,
        Ok(Err(error)) => return (Proof::doubtful(steps, format!("The certificate cannot be used: {error}.")), None),
        Err(words) => return (Proof::doubtful(steps, format!("There is no certificate: {words}.")), None),
    };
    steps.push(("ss1, the MD5 of data and the password:", shown(&received.ss1)));
    steps.push(("ss2, RSA with SHA-1 over data, checked with the certificate:", shown(&received.ss2)));
    steps.push(("ss3, RSA with SHA-256 over data, checked with the same certificate:", shown(&received.ss3)));
    let verifier = Verifier { password: Secret::new(password), public_key: key };
    match verifier.verify(received) {
        Ok(fields) => {
            let verdict = "Every signature is right: the gateway sent this, and nobody changed it.";
            (Proof::genuine(steps, verdict), Some(fields.into_inner()))
        }
        Err(why) => (Proof::doubtful(steps, format!("The shop does not believe it: {why}.")), None),
    }
}

/// What a proven callback says about the money; nothing for statuses that only add to what was said.
fn standing_of(digit: &str) -> Option<Standing> {
    match digit {
        "0" => Some(Standing::Declined("The gateway says that it was not paid.".to_owned())),
        "1" | "4" => Some(Standing::Paid),
        "5" => Some(Standing::Refunded),
        _ => None,
    }
}

fn status_word(digit: &str) -> &'static str {
    match digit {
        "0" => "not paid",
        "1" => "paid",
        "2" => "accepted, not confirmed",
        "3" => "additional information",
        "4" => "paid, without a confirmation to come",
        "5" => "refunded",
        _ => "unknown to this shop",
    }
}

fn query_of(uri: &Uri) -> Pairs {
    pairs(uri.query().unwrap_or_default().as_bytes())
}

/// The order that the address names; the shop wrote it there itself.
fn order_of(uri: &Uri) -> Option<String> {
    value_of(&query_of(uri), "o").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_answered_now_or_later() {
        assert_eq!(answer_to_message("TEA", "7"), "OK Your tea is ready. Show this code at the counter: T-7");
        assert_eq!(answer_to_message("TEA Later, please", "7"), "NOSMS");
    }

    #[test]
    fn what_is_not_signed_is_not_believed() {
        let none = Callback::default();
        let (proof, fields) = prove(&none, Err(&"no connection".to_owned()), "p");
        assert!(!proof.proven && fields.is_none() && proof.verdict.contains("no connection"));
        let (proof, _) = prove(&none, Ok("<html>"), "p");
        assert!(!proof.proven && proof.verdict.contains("cannot be used"));
    }
}
