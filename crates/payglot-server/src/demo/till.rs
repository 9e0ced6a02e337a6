//! The shop's end of the wire: writes requests, reads answers, and keeps both for the story.

use super::RbsAccount;
use super::deeds::{Deed, Sums};
use super::standing::Standing;
use super::story::{Answer, Call, Pairs};
use super::text;
use payglot_wire::rbs::reply::{ErrorReply, read_registered, read_simple, read_status};
use std::error::Error;
use std::time::{Duration, Instant};

/// What stands in the story instead of a password.
pub(super) const HIDDEN: &str = "••••••••";
/// Most bytes of an answer that are read; a status answer has about two thousand.
const ANSWER_MAX: usize = 64 * 1024;
/// A gateway on the same machine answers in milliseconds; a far one under load in seconds.
const PATIENCE: Duration = Duration::from_secs(15);

/// Speaks to the gateway.
pub(super) struct Till {
    /// The HTTP client, or why there is none.
    client: Result<reqwest::Client, String>,
    base_url: String,
    account: RbsAccount,
}

/// How a registration ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Registration {
    /// The order's id at the gateway, and where to send the payer.
    Accepted { order_id: String, form_url: String },
    /// The gateway's error.
    Refused { code: String, message: String },
    /// Nothing came back that the shop understands: in words.
    NoAnswer(String),
}

/// What `getOrderStatusExtended.do` tells, as far as the shop cares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) number: String,
    pub(super) code: i64,
    pub(super) action_code: i64,
    /// Nothing for a status that the shop does not know.
    pub(super) standing: Option<Standing>,
    pub(super) amount: u64,
    pub(super) currency: String,
    pub(super) sums: Sums,
    /// First six and last four digits, or empty.
    pub(super) masked_card: String,
}

/// A request with its answer, and the times around it.
pub(super) struct Exchange<T> {
    /// When it was sent, in milliseconds since the epoch.
    pub(super) at: u64,
    /// How long the answer took, in milliseconds.
    pub(super) took: u64,
    pub(super) call: Call,
    pub(super) outcome: T,
}

/// What the shop wants to register.
pub(super) struct NewOrder<'a> {
    /// Only hold the money, to be captured later?
    pub(super) is_hold: bool,
    pub(super) number: &'a str,
    /// In minor units.
    pub(super) amount: u64,
    pub(super) description: &'a str,
    pub(super) language: &'a str,
    pub(super) return_url: &'a str,
    /// The buyer's id in the shop, so that the payment page can save a card and offer it again.
    pub(super) client: &'a str,
}

impl Till {
    /// A till for the gateway at that address.
    pub(super) fn new(base_url: &str, account: RbsAccount) -> Self {
        // Whoever came first chose the provider of cryptography; both choices are the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client =
            reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE);
        if base_url.starts_with("http://") {
            // Without TLS there is no need for root certificates, and a bare container may have none.
            client = client.tls_certs_only([]);
        }
        Self { client: client.build().map_err(|error| in_words(&error)), base_url: base_url.to_owned(), account }
    }

    /// Registers an order with `register.do`, or `registerPreAuth.do` for a hold.
    pub(super) async fn register(&self, order: &NewOrder<'_>) -> Exchange<Registration> {
        let amount = order.amount.to_string();
        let params = [
            ("orderNumber", order.number),
            ("amount", &amount),
            ("currency", "643"),
            ("returnUrl", order.return_url),
            ("failUrl", order.return_url),
            ("description", order.description),
            ("language", order.language),
            ("clientId", order.client),
        ];
        let operation = if order.is_hold { "registerPreAuth.do" } else { "register.do" };
        let mut exchange = self.call(operation, &params, registration).await;
        let meaning = match &exchange.outcome {
            Registration::Accepted { .. } => {
                "No errorCode, so the order is registered: the shop keeps orderId and sends the payer to formUrl."
            }
            Registration::Refused { .. } => "An errorCode other than 0: the order was not registered.",
            Registration::NoAnswer(_) => "The shop cannot tell whether the order was registered.",
        };
        meaning.clone_into(&mut exchange.call.meaning);
        exchange
    }

    /// Asks how an order stands with `getOrderStatusExtended.do`; nothing if the gateway did not say, with the reason in words.
    pub(super) async fn status(&self, order_id: &str, language: &str) -> Exchange<Result<Status, String>> {
        let params = [("orderId", order_id), ("language", language)];
        let mut exchange = self.call("getOrderStatusExtended.do", &params, status).await;
        exchange.call.meaning = match &exchange.outcome {
            Ok(status) => format!("orderStatus {}: {}.", status.code, status_word(status.code)),
            Err(words) => words.clone(),
        };
        exchange
    }

    /// Captures, releases or refunds; otherwise the gateway's reason in words.
    pub(super) async fn perform(&self, deed: Deed, order_id: &str, language: &str) -> Exchange<Result<(), String>> {
        let amount = deed.amount().map(|amount| amount.to_string());
        let mut params = vec![("orderId", order_id), ("language", language)];
        params.extend(amount.as_deref().map(|amount| ("amount", amount)));
        let mut exchange = self.call(deed.operation(), &params, performed).await;
        exchange.call.meaning = match &exchange.outcome {
            Ok(()) => deed.done().to_owned(),
            Err(words) => words.clone(),
        };
        exchange
    }

    /// Posts a form with the account's credentials and reads the answer.
    async fn call<T>(
        &self,
        operation: &'static str,
        params: &[(&str, &str)],
        read: impl FnOnce(&Result<Answer, String>) -> T,
    ) -> Exchange<T> {
        let url = format!("{}/payment/rest/{operation}", self.base_url);
        let credentials = [("userName", self.account.user_name.as_str()), ("password", self.account.password.as_str())];
        let pairs = || credentials.iter().chain(params).copied();
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs()).finish();
        let (at, started) = (text::now(), Instant::now());
        let answer = self.post(&url, "application/x-www-form-urlencoded", body).await;
        let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let shown = |(name, value): (&str, &str)| {
            let value = if name == "password" { HIDDEN } else { value };
            (name.to_owned(), value.to_owned())
        };
        let params: Pairs = pairs().map(shown).collect();
        let outcome = read(&answer);
        Exchange { at, took, call: Call { operation, url, params, answer, meaning: String::new() }, outcome }
    }

    /// Posts a body; otherwise the reason in words why there is no answer.
    pub(super) async fn post(&self, url: &str, content_type: &str, body: String) -> Result<Answer, String> {
        let client = self.client.as_ref().map_err(Clone::clone)?;
        let request = client.post(url).header("Content-Type", content_type).body(body);
        answer_to(request).await
    }

    /// Fetches a file of the gateway.
    pub(super) async fn get(&self, url: &str) -> Result<Answer, String> {
        let client = self.client.as_ref().map_err(Clone::clone)?;
        let answer = answer_to(client.get(url)).await?;
        if answer.status == 200 {
            Ok(answer)
        } else {
            Err(format!("the gateway answered with HTTP status {}", answer.status))
        }
    }
}

async fn answer_to(request: reqwest::RequestBuilder) -> Result<Answer, String> {
    let mut response = request.send().await.map_err(|error| in_words(&error))?;
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| in_words(&error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_MAX {
            return Err(format!("the answer is longer than {ANSWER_MAX} bytes"));
        }
    }
    let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    Ok(Answer {
        status: response.status().as_u16(),
        content_type: content_type.to_owned(),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    })
}

/// The body of a processed request: the protocol answers 200 even to refuse, anything else is a failed transport.
fn processed(answer: &Result<Answer, String>) -> Result<&str, String> {
    let answer = answer.as_ref().map_err(Clone::clone)?;
    if answer.status == 200 {
        Ok(&answer.body)
    } else {
        Err(format!("the gateway answered with HTTP status {}", answer.status))
    }
}

fn registration(answer: &Result<Answer, String>) -> Registration {
    let body = match processed(answer) {
        Ok(body) => body,
        Err(words) => return Registration::NoAnswer(words),
    };
    match read_registered(body) {
        Ok(registered) if leads_somewhere(&registered.form_url) => {
            Registration::Accepted { order_id: registered.order_id, form_url: registered.form_url }
        }
        Ok(_) => Registration::NoAnswer("the formUrl is not an address of a page".to_owned()),
        Err(ErrorReply { code, message }) if code.is_empty() => Registration::NoAnswer(message),
        Err(ErrorReply { code, message }) => Registration::Refused { code, message },
    }
}

/// The browser follows this address: it must be one of the web and nothing else.
pub(super) fn leads_somewhere(address: &str) -> bool {
    let is_web = address.starts_with("http://") || address.starts_with("https://");
    is_web && address.chars().all(|c| c.is_ascii_graphic())
}

fn performed(answer: &Result<Answer, String>) -> Result<(), String> {
    read_simple(processed(answer)?).map_err(|ErrorReply { code, message }| {
        if code.is_empty() {
            format!("The shop cannot use the answer: {message}.")
        } else {
            format!("The gateway refused: {} (errorCode {code}).", message.trim_end_matches('.'))
        }
    })
}

fn status(answer: &Result<Answer, String>) -> Result<Status, String> {
    let status = read_status(processed(answer)?).map_err(|ErrorReply { code, message }| {
        if code.is_empty() {
            format!("The shop cannot use this: {message}.")
        } else {
            format!("The gateway refused to say: errorCode {code}, {message}.")
        }
    })?;
    let action_code = status.action_code.unwrap_or_default();
    Ok(Status {
        standing: Standing::of_status(status.order_status, action_code, &status.action_code_description),
        number: status.order_number,
        code: status.order_status,
        action_code,
        amount: minor(status.amount),
        sums: Sums {
            approved: minor(status.approved),
            deposited: minor(status.deposited),
            refunded: minor(status.refunded),
        },
        currency: status.currency,
        masked_card: status.masked_pan.unwrap_or_default(),
    })
}

/// A sum; the protocol has no negative ones.
fn minor(sum: i64) -> u64 {
    u64::try_from(sum).unwrap_or_default()
}

/// What the protocol means by an `orderStatus`.
fn status_word(status: i64) -> &'static str {
    match status {
        0 => "registered, not paid",
        1 => "the amount is held on the card",
        2 => "authorised and captured, which is paid",
        3 => "the authorisation was reversed",
        4 => "some or all of it was refunded",
        5 => "the payer is at the bank for 3-D Secure",
        6 => "declined",
        7 => "waiting for the payment",
        8 => "captured in part, more may follow",
        _ => "a number that this shop does not know",
    }
}

/// The chain of causes as one sentence, without the address (the story shows it).
fn in_words(error: &reqwest::Error) -> String {
    let kind = match () {
        () if error.is_connect() => "no connection",
        () if error.is_timeout() => "no answer in time",
        () => "the conversation broke off",
    };
    let mut deepest: &dyn Error = error;
    while let Some(cause) = deepest.source() {
        deepest = cause;
    }
    format!("{kind} ({deepest})")
}
