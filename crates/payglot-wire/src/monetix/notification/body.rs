//! The body of a callback and of a status answer, block by block in the order of the vendor's tables.

use super::super::codes::{Code, Refused};
use super::super::details::{DisplayItem, Redirect, ThreeDsStep, Waiting};
use super::super::signature;
use super::super::status::{OperationType, PaymentType, Status};
use crate::text::json::Json;
use crate::text::local_time::LocalTime;
use crate::text::secret::Secret;
use payglot_core::{Money, UnixMillis};

/// `2024-12-07T19:08:45+0000`: exactly this layout, because a client prints it again before it checks the signature.
pub(in super::super) fn date(moment: UnixMillis) -> String {
    format!("{}+0000", LocalTime::at(moment, 0))
}

/// An amount on the wire, even one that is no amount here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Minor units.
    pub minor: i64,
    /// ISO 4217.
    pub currency: String,
}

impl From<Money> for Sum {
    fn from(money: Money) -> Self {
        Self { minor: money.minor(), currency: money.currency().code().to_owned() }
    }
}

/// `payment`. Of one that does not exist only the id and the status are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentBlock {
    /// The shop's number.
    pub id: String,
    /// What it is.
    pub kind: Option<PaymentType>,
    /// Where it stands.
    pub status: Status,
    /// When that last changed.
    pub date: Option<UnixMillis>,
    /// `webmoney`, `card`.
    pub method: Option<String>,
    /// What was paid less what was given back.
    pub sum: Option<Sum>,
    /// What is paid for.
    pub description: Option<String>,
    /// The shop's own id of the refund that this is about.
    pub merchant_refund_id: Option<String>,
    /// May the payer try again, and for how many seconds? Only where a project has it.
    pub attempts: Option<(bool, i64)>,
}

/// `operation`, and an item of `operations`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationBlock {
    /// Its number.
    pub id: u32,
    /// What it is.
    pub kind: OperationType,
    /// How it stands.
    pub status: Status,
    /// When that last changed.
    pub date: UnixMillis,
    /// When it began.
    pub created: UnixMillis,
    /// The id that the shop's call was answered with.
    pub request_id: String,
    /// How much was asked for; as much is charged, because nothing is converted.
    pub sum: Option<Sum>,
    /// Its code.
    pub code: Code,
    /// How the holder of a card was authenticated, in the scheme's two digits.
    pub eci: Option<&'static str>,
    /// The provider's number in this installation.
    pub provider_id: u32,
    /// The provider's id of the operation.
    pub provider_payment_id: String,
    /// The issuer's approval.
    pub auth_code: String,
}

/// `account`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountBlock {
    /// The wallet, or the card with its middle hidden.
    pub number: String,
    /// The scheme of a card, its holder, and month and year of its end.
    pub card: Option<[String; 4]>,
    /// The token of a card that is saved.
    pub token: Option<String>,
}

/// A whole body.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// The project's number.
    pub project_id: u32,
    /// The payment.
    pub payment: PaymentBlock,
    /// The shop's id of the payer.
    pub customer_id: Option<String>,
    /// The operation that a callback is about.
    pub operation: Option<OperationBlock>,
    /// Every operation, in a status answer.
    pub operations: Vec<OperationBlock>,
    /// The payer's wallet or card.
    pub account: Option<AccountBlock>,
    /// The provider's id of the payment.
    pub provider_payment_id: Option<String>,
    /// The instrument that was registered: id, currency, until when.
    pub recurring: Option<(i64, String, UnixMillis)>,
    /// Why the request is refused.
    pub errors: Vec<Refused>,
    /// What the payer must do.
    pub waiting: Option<Waiting>,
}

pub(in super::super) fn object(members: impl IntoIterator<Item = (&'static str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

pub(in super::super) fn text(text: impl Into<String>) -> Json {
    Json::Text(text.into())
}

pub(in super::super) fn int(number: impl Into<i64>) -> Json {
    Json::Number(number.into().into())
}

fn sum(sum: &Sum) -> Json {
    object([("amount", int(sum.minor)), ("currency", text(&sum.currency))])
}

fn payment(block: &PaymentBlock) -> Json {
    let (again, seconds) = block.attempts.map(|(again, seconds)| (Json::Bool(again), int(seconds))).unzip();
    let members = [
        ("id", Some(text(&block.id))),
        ("type", block.kind.map(|kind| text(kind.word()))),
        ("status", Some(text(block.status.word()))),
        ("date", block.date.map(|at| text(date(at)))),
        ("method", block.method.as_ref().map(text)),
        ("sum", block.sum.as_ref().map(sum)),
        ("description", block.description.as_ref().map(text)),
        ("merchant_refund_id", block.merchant_refund_id.as_ref().map(text)),
        ("is_new_attempts_available", again),
        ("attempts_timeout", seconds),
    ];
    object(members.into_iter().filter_map(|(key, value)| Some((key, value?))))
}

fn operation(block: &OperationBlock) -> Json {
    let provider = object([
        ("id", int(block.provider_id)),
        ("payment_id", text(&block.provider_payment_id)),
        ("auth_code", text(&block.auth_code)),
    ]);
    let members = [
        ("id", Some(int(block.id))),
        ("type", Some(text(block.kind.word()))),
        ("status", Some(text(block.status.word()))),
        ("date", Some(text(date(block.date)))),
        ("created_date", Some(text(date(block.created)))),
        ("request_id", Some(text(&block.request_id))),
        ("sum_initial", block.sum.as_ref().map(sum)),
        ("sum_converted", block.sum.as_ref().map(sum)),
        ("code", Some(text(block.code.to_string()))),
        ("message", Some(text(block.code.message()))),
        ("eci", block.eci.map(text)),
        ("provider", Some(provider)),
    ];
    object(members.into_iter().filter_map(|(key, value)| Some((key, value?))))
}

pub(in super::super) fn account(block: &AccountBlock) -> Json {
    let names = ["type", "card_holder", "expiry_month", "expiry_year"];
    let card = block.card.iter().flat_map(|card| names.into_iter().zip(card.iter().map(text)));
    let token = block.token.iter().map(|token| ("token", text(token)));
    object([("number", text(&block.number))].into_iter().chain(card).chain(token))
}

/// An item of `errors`.
pub(in super::super) fn error(refused: &Refused) -> Json {
    object([
        ("code", text(refused.code.to_string())),
        ("message", text(refused.code.message())),
        ("field", text(&refused.field)),
        (
            "description",
            text(if refused.wanted.is_empty() { String::new() } else { format!("must be {}", refused.wanted) }),
        ),
    ])
}

fn form(pairs: &[(String, String)]) -> Json {
    Json::Object(pairs.iter().map(|(name, value)| (name.clone(), text(value))).collect())
}

fn waiting(waiting: &Waiting) -> (&'static str, Json) {
    match waiting {
        Waiting::Display(items) => {
            let item = |item: &DisplayItem| {
                object([("type", text(&item.kind)), ("title", text(&item.title)), ("data", text(&item.data))])
            };
            ("display_data", Json::List(items.iter().map(item).collect()))
        }
        Waiting::Redirect(Redirect { method, url, body }) => {
            // The vendor also has `encrypted` between body and address; it is a list that nobody fills.
            let members = [("method", text(method)), ("body", form(body)), ("encrypted", Json::List(Vec::new()))];
            ("redirect_data", object(members.into_iter().chain([("url", text(url))])))
        }
        Waiting::ThreeDs(ThreeDsStep::Frame { url, params }) => {
            ("threeds2", object([("iframe", object([("url", text(url)), ("params", form(params))]))]))
        }
        Waiting::ThreeDs(ThreeDsStep::Challenge { url, params }) => {
            ("threeds2", object([("redirect", object([("url", text(url)), ("params", form(params))]))]))
        }
        Waiting::ThreeDs(ThreeDsStep::Version1 { url, pa_req, md }) => {
            ("acs", object([("pa_req", text(pa_req)), ("acs_url", text(url)), ("md", text(md))]))
        }
    }
}

impl Body {
    /// The body without its signature.
    pub fn to_json(&self) -> Json {
        let list = |items: Vec<Json>| if items.is_empty() { None } else { Some(Json::List(items)) };
        let recurring = self.recurring.as_ref().map(|(id, currency, until)| {
            object([("id", int(*id)), ("currency", text(currency)), ("valid_thru", text(date(*until)))])
        });
        let members = [
            ("project_id", Some(int(self.project_id))),
            ("payment", Some(payment(&self.payment))),
            ("customer", self.customer_id.as_ref().map(|id| object([("id", text(id))]))),
            ("operation", self.operation.as_ref().map(operation)),
            ("operations", list(self.operations.iter().map(operation).collect())),
            ("account", self.account.as_ref().map(account)),
            ("provider", self.provider_payment_id.as_ref().map(|id| object([("payment_id", text(id))]))),
            ("recurring", recurring),
            ("errors", list(self.errors.iter().map(error).collect())),
        ];
        let members = members.into_iter().filter_map(|(key, value)| Some((key, value?)));
        object(members.chain(self.waiting.as_ref().map(waiting)))
    }

    /// The body with its signature last.
    pub fn signed(&self, secret: &Secret) -> String {
        signed(self.to_json(), secret)
    }
}

/// An object with its signature last.
pub(in super::super) fn signed(body: Json, secret: &Secret) -> String {
    let signature = signature::sign(&body, secret);
    let Json::Object(mut members) = body else { return String::new() };
    members.push(("signature".to_owned(), text(signature)));
    Json::Object(members).to_string()
}
