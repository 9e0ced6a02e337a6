//! Micro payments: a payer sends a premium text message with a keyword, the shop is told and answers with a text for the telephone.

use super::details::Details;
use super::notification::{self, CallbackSettings};
use super::params::{Fields, OWN_PREFIX};
use super::signature::{self, Signer};
use crate::raw::{OutgoingCall, Reply};
use crate::text::form;
use crate::text::rsa::RsaError;
use crate::text::secret::Secret;
use payglot_core::{Currency, Money};

/// The words that acknowledge the call about a message.
pub const ACKNOWLEDGED_BY: [&str; 3] = ["OK", "NOSMS", "WAPPUSH"];

/// A message that came, as the shop is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The message's number: 1 to 2147483647.
    pub id: u32,
    /// The short number that it was sent to.
    pub to: String,
    /// Its text.
    pub text: String,
    /// The sender's number, digits only.
    pub from: String,
    /// The sender's operator.
    pub operator: String,
    /// What the sender paid.
    pub amount: Money,
    /// The sender's country, two letters.
    pub country: String,
    /// The keyword that the text begins with.
    pub keyword: String,
    /// No money moves.
    pub test: bool,
}

impl Message {
    /// The parameters of the callback. A .NET client fails if one of them is missing.
    pub fn parameters(&self, project: u32) -> Fields {
        Fields::new()
            .with("to", self.to.as_str())
            .with("sms", self.text.as_str())
            .with("from", self.from.as_str())
            .with("operator", self.operator.as_str())
            .with("amount", self.amount.minor().to_string())
            .with("currency", self.amount.currency().code())
            .with("country", self.country.to_ascii_uppercase())
            .with("id", self.id.to_string())
            .with("test", if self.test { "1" } else { "0" })
            .with("key", self.keyword.as_str())
            .with("projectid", project.to_string())
            .with("version", "1.6")
    }
}

/// The call that tells a shop of a message: in the same envelope as that of a payment.
pub fn callback(kept: &Kept, settings: &CallbackSettings, signer: Signer) -> Result<OutgoingCall, RsaError> {
    let parameters = kept.message.parameters(settings.project);
    let fields = notification::seal(&parameters, &Details::default(), settings, signer)?;
    Ok(notification::write(&kept.callback_url, settings.method, &fields))
}

/// What is kept of a message beside its payment, as one opaque text to everybody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The message.
    pub message: Message,
    /// Whom we tell: the address of its keyword at that time.
    pub callback_url: String,
    /// What the shop answered later.
    pub reply: Option<String>,
}

impl Kept {
    /// Reads a stored text; `None` if it is not that of a message.
    pub fn read(text: &str) -> Option<Self> {
        let fields = Fields::merged(form::decode(text.as_bytes()).ok()?);
        let get = |name: &str| fields.get(&format!("{OWN_PREFIX}sms_{name}")).map(str::to_owned);
        let currency = Currency::from_code(&get("currency")?)?;
        let message = Message {
            id: get("id")?.parse().ok()?,
            to: get("to")?,
            text: get("text")?,
            from: get("from")?,
            operator: get("operator")?,
            amount: Money::new(get("amount")?.parse().ok()?, currency)?,
            country: get("country")?,
            keyword: get("keyword")?,
            test: get("test").is_some(),
        };
        Some(Self { message, callback_url: get("callback_url")?, reply: get("reply") })
    }

    /// The text to store.
    pub fn to_text(&self) -> String {
        let Message { id, to, text, from, operator, amount, country, keyword, test } = &self.message;
        let (id, minor) = (id.to_string(), amount.minor().to_string());
        let fields = [
            ("id", Some(id.as_str())),
            ("to", Some(to)),
            ("text", Some(text)),
            ("from", Some(from)),
            ("operator", Some(operator)),
            ("amount", Some(&minor)),
            ("currency", Some(amount.currency().code())),
            ("country", Some(country)),
            ("keyword", Some(keyword)),
            ("test", test.then_some("1")),
            ("callback_url", Some(&self.callback_url)),
            ("reply", self.reply.as_deref()),
        ];
        let named = fields.map(|(name, value)| (format!("{OWN_PREFIX}sms_{name}"), value));
        form::encode(named.iter().filter_map(|(name, value)| Some((name.as_str(), (*value)?))))
    }
}

/// What a shop answered to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `OK text`: this text goes to the telephone.
    Text(String),
    /// `NOSMS`: nothing now, perhaps later.
    Later,
    /// `WAPPUSH ...`: the rest as it stands.
    WapPush(String),
}

impl Answer {
    /// Reads the body of an answer; `None` is no acknowledgement.
    pub fn read(body: &str) -> Option<Self> {
        let body = body.trim_start_matches('\u{FEFF}').trim();
        let (word, rest) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
        match word {
            "OK" => Some(Self::Text(rest.trim().to_owned())),
            "NOSMS" => Some(Self::Later),
            "WAPPUSH" => Some(Self::WapPush(rest.trim().to_owned())),
            _ => None,
        }
    }
}

/// The later answer of a shop, `GET /psms/respond/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateAnswer {
    /// Which message it answers.
    pub id: u32,
    /// The text for the telephone.
    pub text: String,
    transaction: String,
}

impl LateAnswer {
    /// Reads the query; `None` if something is missing.
    pub fn read(query: &str) -> Option<Self> {
        let fields = Fields::from_pairs(form::decode(query.as_bytes()).ok()?);
        let get = |name| fields.get(name).map(str::to_owned);
        let id = fields.get("id")?.parse().ok().filter(|id| (1..=i32::MAX.unsigned_abs()).contains(id))?;
        Some(Self { id, text: get("msg")?, transaction: get("transaction")? })
    }

    /// Did somebody write it who knows the project's password?
    pub fn is_proven(&self, password: &Secret) -> bool {
        !password.expose().is_empty() && signature::same_hex(&transaction(self.id, password), &self.transaction)
    }

    /// For the shop's side: path and query.
    pub fn address(id: u32, text: &str, password: &Secret) -> String {
        let pairs = [("id", id.to_string()), ("msg", text.to_owned()), ("transaction", transaction(id, password))];
        let query = pairs.map(|(name, value)| format!("{name}={}", super::params::php_escape(&value)));
        format!("/psms/respond/?{}", query.join("&"))
    }
}

/// MD5 of the password, a bar and the message's number.
fn transaction(id: u32, password: &Secret) -> String {
    signature::md5(&[password.expose(), "|", &id.to_string()])
}

/// The answer to a later answer that was taken: no line feed, because a client compares the whole body.
pub fn taken() -> Reply {
    Reply { status: 200, content_type: "text/plain; charset=utf-8", body: "OK".to_owned() }
}
