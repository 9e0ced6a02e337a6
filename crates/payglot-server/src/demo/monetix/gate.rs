//! Gate: the shop's server speaks with the gateway's. A call is accepted or refused at once; what became of it is told by callback.

use super::Buyer;
use super::choice::{Choice, Means};
use super::meanings;
use super::{news, signing, three_ds};
use crate::demo::counter::Counter;
use crate::demo::deeds::Deed;
use crate::demo::routes::Shop;
use crate::demo::standing::Standing;
use crate::demo::story::{self, Event, Message};
use crate::demo::text;
use crate::demo::wares::Ware;
use payglot_wire::monetix::request::gate_body;
use payglot_wire::monetix::{Answer, Callback, Endpoint, signature};
use payglot_wire::text::json::Json;
use payglot_wire::text::secret::Secret;

/// A call that is ready to be signed.
pub(super) struct Call {
    pub(super) endpoint: Endpoint,
    /// Below `/v2/payment/`.
    pub(super) path: String,
    pub(super) title: &'static str,
    pub(super) body: Json,
}

/// A call that was made.
pub(super) struct Made {
    pub(super) at: u64,
    pub(super) took: u64,
    pub(super) message: Message,
    pub(super) answer: Result<story::Answer, String>,
}

pub(super) fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

pub(super) fn string(text: impl Into<String>) -> Json {
    Json::Text(text.into())
}

pub(super) fn int(number: u64) -> Json {
    Json::Number(number.into())
}

/// Signs a call, makes it, and writes down what crossed the wire.
pub(super) async fn send(shop: &Shop, call: Call) -> Made {
    let account = &shop.config.monetix;
    let signed = signature::sign(&call.body, &secret(shop));
    let body = gate_body(call.endpoint, &call.body, &secret(shop));
    let url = format!("{}/v2/payment/{}", account.gateway_url, call.path);
    let at = text::now();
    let answer = shop.till.post(&url, "application/json", body.clone()).await;
    let message = Message {
        from: "Shop",
        to: "Gateway",
        title: call.title.to_owned(),
        method: "POST".to_owned(),
        url,
        params: meanings::leaves(&call.body),
        caption: "What the body says",
        body,
        proof: Some(signing::signed(signature::signed_text(&call.body), &signed)),
        answer: answer.as_ref().ok().cloned(),
        failure: answer.as_ref().err().cloned(),
        ..Message::default()
    };
    Made { at, took: text::now().saturating_sub(at), message, answer }
}

fn secret(shop: &Shop) -> Secret {
    Secret::new(shop.config.monetix.secret_key.as_str())
}

pub(super) fn general(shop: &Shop, number: &str) -> Json {
    object([("project_id", Json::Number(shop.config.monetix.project_id.into())), ("payment_id", string(number))])
}

/// Opens an order and has Gate charge the wallet or card; the address of its page.
pub(super) async fn buy(
    shop: &Shop,
    ware: &'static Ware,
    language: &'static str,
    choice: Choice,
    buyer: &Buyer<'_>,
) -> String {
    let number = shop.book().open(Counter::Monetix, ware, language, false, text::now());
    let call = sale(shop, &number, ware, &choice, buyer);
    if let Some(order) = shop.book().get_mut(&number) {
        // A callback may be here before the answer is.
        method(&choice).clone_into(&mut order.deal.method);
        order.deal.choice = Some(choice);
        order.deal.customer = buyer.customer();
    }
    place(shop, &number, call).await;
    shop.order_address(&number)
}

/// Makes the call that an order of this shop begins with, and notes what Gate said to it.
pub(super) async fn place(shop: &Shop, number: &str, call: Call) {
    let mut made = send(shop, call).await;
    let outcome = accepted(&made.answer);
    let note = match &outcome {
        Ok(_) => {
            "Accepted, which is all that this answer says: what became of it is told by callback, under the same request_id."
        }
        Err(Refusal::Refused { .. }) => "Refused before anything happened: there will be no callback.",
        Err(Refusal::NoAnswer(_)) => {
            "The shop cannot tell whether the call was accepted. Sent again with the same bytes, it would count once."
        }
    };
    note.clone_into(&mut made.message.note);
    let mut book = shop.book();
    if let Some(order) = book.get_mut(number) {
        match outcome {
            Ok(request_id) => {
                order.deal.asked(&request_id);
                if order.standing == Standing::Fresh {
                    order.standing = Standing::Waiting(news::WORKING);
                }
            }
            Err(Refusal::Refused { code, message }) => {
                order.standing = Standing::Refused { code: format!("code {code}"), message };
            }
            Err(Refusal::NoAnswer(words)) if order.standing == Standing::Fresh => {
                order.standing = Standing::Unreachable(words);
            }
            Err(Refusal::NoAnswer(_)) => {}
        }
    }
    book.tell(number, made.at, Some(made.took), Event::Message(made.message));
}

fn method(choice: &Choice) -> &'static str {
    match choice.means {
        Means::Card => "card",
        Means::Any | Means::WebMoney => "webmoney",
    }
}

fn sale(shop: &Shop, number: &str, ware: &Ware, choice: &Choice, buyer: &Buyer<'_>) -> Call {
    let customer = object([
        ("id", string(buyer.id())),
        ("ip_address", string(buyer.ip.as_str())),
        ("first_name", string(Buyer::FIRST_NAME)),
        ("last_name", string(Buyer::LAST_NAME)),
        ("email", string(Buyer::EMAIL)),
    ]);
    let payment = object([
        ("amount", int(Counter::Monetix.price(ware))),
        ("currency", string(Counter::Monetix.currency())),
        ("description", string(ware.title)),
    ]);
    let instrument = match choice.means {
        Means::Any | Means::WebMoney => ("account", object([("number", string(choice.wmid.as_str()))])),
        Means::Card => ("card", card(choice)),
    };
    let mut body = object([
        ("general", general(shop, number)),
        ("customer", customer),
        instrument,
        ("payment", payment),
        ("return_url", back(shop, number)),
    ]);
    if let (Json::Object(members), Means::Card) = (&mut body, choice.means) {
        members.push(("acs_return_url".to_owned(), back_from_bank(shop, number)));
        if choice.register {
            let terms = object([("register", Json::Bool(true)), ("type", string("U"))]);
            members.push(("recurring".to_owned(), terms));
        }
    }
    let (endpoint, verb, title) = if choice.hold {
        (Endpoint::Auth, "auth", "The shop asks Gate to hold the money")
    } else {
        (Endpoint::Sale, "sale", "The shop asks Gate for a sale")
    };
    Call { endpoint, path: format!("{}/{verb}", method(choice)), title, body }
}

fn card(choice: &Choice) -> Json {
    let mut card = object([
        ("pan", string(choice.card.number)),
        ("year", int(2034)),
        ("month", int(12)),
        ("card_holder", string(format!("{} {}", Buyer::FIRST_NAME, Buyer::LAST_NAME).to_uppercase())),
        ("cvv", string(choice.card.code)),
    ]);
    if let (Json::Object(members), true) = (&mut card, choice.save) {
        members.push(("save".to_owned(), Json::Bool(true)));
    }
    card
}

/// Where the payer comes back to.
pub(super) fn back(shop: &Shop, number: &str) -> Json {
    let own = |page: &str| string(format!("{}/monetix/{page}?o={number}", shop.config.shop_url));
    object([("success", own("success")), ("decline", own("fail")), ("return", own("return"))])
}

/// Where the payer's bank sends the browser back to.
pub(super) fn back_from_bank(shop: &Shop, number: &str) -> Json {
    object([("return_url", string(three_ds::return_address(&shop.config.shop_url, number)))])
}

/// Why a call was not accepted.
pub(super) enum Refusal {
    Refused {
        code: String,
        message: String,
    },
    /// Nothing came back that the shop understands: in words.
    NoAnswer(String),
}

impl Refusal {
    pub(super) fn words(self) -> String {
        match self {
            Self::Refused { code, message } => {
                format!("Gate refused: {} (code {code}).", message.trim_end_matches('.'))
            }
            Self::NoAnswer(words) => format!("Gate gave no usable answer: {words}."),
        }
    }
}

/// The id under which a call was accepted.
pub(super) fn accepted(answer: &Result<story::Answer, String>) -> Result<String, Refusal> {
    let answer = answer.as_ref().map_err(|words| Refusal::NoAnswer(words.clone()))?;
    match Answer::read(answer.body.as_bytes()) {
        Ok(Answer::Accepted { request_id, .. }) if answer.status == 200 => Ok(request_id),
        Ok(Answer::Refused { code, message }) => Err(Refusal::Refused { code, message }),
        Ok(Answer::Accepted { .. }) | Err(_) => {
            Err(Refusal::NoAnswer(format!("what came with HTTP status {} is not in the protocol", answer.status)))
        }
    }
}

/// Captures, releases or refunds. Whether it is possible is for the gateway to say: its refusal is worth seeing.
pub(in crate::demo) async fn perform(shop: &Shop, key: &str, deed: Deed) {
    let known =
        shop.book().get(key).map(|order| (order.number.clone(), order.currency.clone(), order.deal.method.clone()));
    let Some((number, currency, method)) = known else { return };
    follow_up(shop, key, deed_call(shop, deed, &number, &currency, &method)).await;
}

/// Makes a call about an order that there is, and notes what Gate said to it.
pub(super) async fn follow_up(shop: &Shop, key: &str, call: Call) {
    let mut made = send(shop, call).await;
    let outcome = accepted(&made.answer);
    let note = match &outcome {
        Ok(_) => "Accepted, not done: what cannot be done is accepted too, and then declined in a callback.",
        Err(_) => "Nothing was changed.",
    };
    note.clone_into(&mut made.message.note);
    let mut book = shop.book();
    if let Some(order) = book.get_mut(key) {
        match outcome {
            Ok(request_id) => order.deal.asked(&request_id),
            Err(refusal) => order.refused = Some(refusal.words()),
        }
    }
    book.tell(key, made.at, Some(made.took), Event::Message(made.message));
}

fn deed_call(shop: &Shop, deed: Deed, number: &str, currency: &str, method: &str) -> Call {
    let sum = |amount: u64| vec![("amount".to_owned(), int(amount)), ("currency".to_owned(), string(currency))];
    // Two refunds of the same amount are two refunds because their ids differ.
    let refund = |mut members: Vec<(String, Json)>| {
        members.push(("description".to_owned(), string("Refund")));
        members.push(("merchant_refund_id".to_owned(), string(format!("refund-{}", text::now()))));
        members
    };
    let (endpoint, verb, title, payment) = match deed {
        Deed::Capture(amount) => (Endpoint::Capture, "capture", "The shop captures from the hold", sum(amount)),
        Deed::Release => (Endpoint::Cancel, "cancel", "The shop releases the hold", Vec::new()),
        Deed::Refund(amount) => (Endpoint::Refund, "refund", "The shop refunds a part", refund(sum(amount))),
        Deed::RefundRest => (Endpoint::Refund, "refund", "The shop refunds all that is left", refund(Vec::new())),
    };
    let mut members = vec![("general".to_owned(), general(shop, number))];
    if !payment.is_empty() {
        members.push(("payment".to_owned(), Json::Object(payment)));
    }
    // The method may be left out: the number of the payment says enough.
    let path = if method.is_empty() { verb.to_owned() } else { format!("{method}/{verb}") };
    Call { endpoint, path, title, body: Json::Object(members) }
}

/// Asks Gate how an order stands, and believes the answer if it is proven.
pub(in crate::demo) async fn ask(shop: &Shop, key: &str) {
    let Some(number) = shop.book().get(key).map(|order| order.number.clone()) else { return };
    let body = object([("general", general(shop, &number))]);
    let path = "status".to_owned();
    let call = Call { endpoint: Endpoint::Status, path, title: "The shop asks Gate for the status", body };
    let mut made = send(shop, call).await;
    let told = status(&made.answer);
    let proof = told.as_ref().ok().map(|told| signing::checked(told, &secret(shop)));
    let proven = proof.as_ref().is_some_and(|proof| proof.proven);
    made.message.answer_proof = proof;
    made.message.note = match &told {
        Ok(told) if proven => format!("payment.status {}: {}.", told.get("payment.status"), news::status_words(told)),
        Ok(_) => "The shop does not believe this answer.".to_owned(),
        Err(words) => words.clone(),
    };
    let mut book = shop.book();
    if let (Some(order), Ok(told)) = (book.get_mut(key), told)
        && proven
        && told.get("payment.id") == order.number
    {
        news::learn(order, &told, &shop.config.shop_url);
    }
    book.tell(key, made.at, Some(made.took), Event::Message(made.message));
}

/// The status that an answer tells; otherwise in words why it tells none.
fn status(answer: &Result<story::Answer, String>) -> Result<Callback, String> {
    let answer = answer.as_ref().map_err(|words| format!("No answer: {words}."))?;
    match Answer::read(answer.body.as_bytes()) {
        Ok(Answer::Refused { code, message }) if code == "3061" => Err(format!(
            "{message} (code {code}): the payer has not confirmed anything yet. That answer is not signed."
        )),
        Ok(Answer::Refused { code, message }) => Err(Refusal::Refused { code, message }.words()),
        Ok(Answer::Accepted { .. }) | Err(_) => Callback::from_body(answer.body.as_bytes())
            .map_err(|_| format!("What came with HTTP status {} is not in the protocol.", answer.status)),
    }
}
