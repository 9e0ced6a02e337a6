//! What the gateway learned after a request was accepted.

use super::super::codes::Code;
use super::super::status::PaymentType;
use super::super::ways::Outcome;
use crate::text::json::{Json, JsonObject};
use payglot_core::{OperationId, UnixMillis};

/// What the gateway learned. Each is empty until it is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learned {
    /// What kind of payment it is, where its intent does not say.
    pub kind: Option<PaymentType>,
    /// Was the payment taken, so that the shop may know of it? A page that was only opened leaves nothing.
    pub accepted: bool,
    /// The id that the call which made the payment was answered with.
    pub request_id: Option<String>,
    /// The signature of that call: the same one again within a day is the same call.
    pub signature: Option<String>,
    /// The method, `webmoney` or `card`.
    pub method: Option<String>,
    /// The wallet that the payer typed.
    pub account_number: Option<String>,
    /// What the payer typed because the shop did not say it: first name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// The provider's id of the payment.
    pub provider_payment_id: Option<String>,
    /// What the payer must do now.
    pub waiting: Option<Waiting>,
    /// The instrument that was registered with this payment.
    pub recurring: Option<Recurring>,
    /// The token of the saved instrument that pays, or that was saved with this payment.
    pub token: Option<String>,
    /// The token that the shop named to pay with; the payer may take another instrument.
    pub named_token: Option<String>,
    /// Is the instrument to be saved, by the shop's wish or the payer's?
    pub saves: bool,
    /// What belongs to each operation.
    pub operations: Vec<OperationFacts>,
}

/// What the payer must do before the payment can go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Read this and act.
    Display(Vec<DisplayItem>),
    /// Go there.
    Redirect(Redirect),
    /// Prove who they are.
    ThreeDs(ThreeDsStep),
}

/// One line of instructions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayItem {
    /// `add_info` for text, `qr_data` for the text of a code, `qr_img` for its picture.
    pub kind: String,
    /// What it is.
    pub title: String,
    /// What it says.
    pub data: String,
}

/// A page of the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// `GET` or `POST`.
    pub method: String,
    /// The address.
    pub url: String,
    /// The fields of the form.
    pub body: Vec<(String, String)>,
}

/// A step of 3-D Secure on the shop's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThreeDsStep {
    /// A hidden frame of version 2.
    Frame {
        /// The address.
        url: String,
        /// The fields of the form.
        params: Vec<(String, String)>,
    },
    /// The challenge of version 2.
    Challenge {
        /// The address.
        url: String,
        /// The fields of the form.
        params: Vec<(String, String)>,
    },
    /// The page of version 1.
    Version1 {
        /// The address.
        url: String,
        /// `PaReq`.
        pa_req: String,
        /// `MD`.
        md: String,
    },
}

/// An instrument for later charges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurring {
    /// Its id.
    pub id: i64,
    /// Its currency.
    pub currency: String,
    /// Until when.
    pub valid_thru: UnixMillis,
}

impl Recurring {
    /// Id, currency and end, as bodies have them.
    pub(in super::super) fn block(&self) -> (i64, String, UnixMillis) {
        (self.id, self.currency.clone(), self.valid_thru)
    }
}

/// What belongs to one operation and is not in the core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationFacts {
    /// Which.
    pub operation: OperationId,
    /// The number that the shop knows it by, unique in the project; below 2^31, because clients hold it in 32 bits.
    pub number: u32,
    /// The id that the shop's call was answered with.
    pub request_id: String,
    /// The signature of that call: the same one again is the same call.
    pub signature: String,
    /// The provider's id of the operation.
    pub provider_payment_id: String,
    /// The shop's own id of a refund.
    pub merchant_refund_id: Option<String>,
    /// Where its callback goes, if elsewhere.
    pub callback_url: Option<String>,
    /// The same, if it succeeded.
    pub success_callback_url: Option<String>,
    /// The same, if it was declined.
    pub decline_callback_url: Option<String>,
    /// No callback of this operation.
    pub silent: bool,
    /// Milliseconds that its callback waits.
    pub delay_ms: i64,
    /// The code of its decline, if the provider's word is closer than ours.
    pub code: Option<Code>,
}

impl OperationFacts {
    /// What is known of every operation: its id gives a number until the gateway counts its own.
    pub fn new(operation: OperationId, request_id: impl Into<String>) -> Self {
        let bytes = operation.as_bytes();
        let tail = [bytes[12], bytes[13], bytes[14], bytes[15]];
        Self {
            operation,
            number: u32::from_be_bytes(tail) >> 1,
            request_id: request_id.into(),
            signature: String::new(),
            provider_payment_id: String::new(),
            merchant_refund_id: None,
            callback_url: None,
            success_callback_url: None,
            decline_callback_url: None,
            silent: false,
            delay_ms: 0,
            code: None,
        }
    }

    /// Where a callback of this operation goes, if its call says so.
    pub(in super::super) fn callback_address(&self, outcome: Outcome) -> Option<String> {
        let own = match outcome {
            Outcome::Success => &self.success_callback_url,
            Outcome::Failure => &self.decline_callback_url,
            Outcome::Open => &None,
        };
        own.as_ref().or(self.callback_url.as_ref()).cloned()
    }

    fn to_json(&self) -> JsonObject {
        JsonObject::new()
            .text("operation", &self.operation.to_string())
            .int("number", self.number.into())
            .text("request_id", &self.request_id)
            .text("signature", &self.signature)
            .text("provider_payment_id", &self.provider_payment_id)
            .text_if("merchant_refund_id", self.merchant_refund_id.as_deref())
            .text_if("callback_url", self.callback_url.as_deref())
            .text_if("success_callback_url", self.success_callback_url.as_deref())
            .text_if("decline_callback_url", self.decline_callback_url.as_deref())
            .bool("silent", self.silent)
            .int_if("delay_ms", Some(self.delay_ms).filter(|delay| *delay > 0))
            .text_if("code", self.code.map(|code| code.to_string()).as_deref())
    }

    fn read(json: &Json) -> Option<Self> {
        let text = |name: &str| json.get(name).and_then(Json::text).map(str::to_owned);
        Some(Self {
            operation: text("operation")?.parse().ok()?,
            number: json.get("number").and_then(Json::int).and_then(|number| u32::try_from(number).ok())?,
            request_id: text("request_id")?,
            signature: text("signature")?,
            provider_payment_id: text("provider_payment_id")?,
            merchant_refund_id: text("merchant_refund_id"),
            callback_url: text("callback_url"),
            success_callback_url: text("success_callback_url"),
            decline_callback_url: text("decline_callback_url"),
            silent: json.get("silent") == Some(&Json::Bool(true)),
            delay_ms: json.get("delay_ms").and_then(Json::int).unwrap_or(0),
            code: text("code").as_deref().and_then(Code::from_text),
        })
    }
}

impl Learned {
    /// What belongs to an operation; what can be derived, where nothing was kept.
    pub fn facts(&self, operation: OperationId) -> OperationFacts {
        let known = self.operations.iter().find(|facts| facts.operation == operation).cloned();
        known.unwrap_or_else(|| OperationFacts::new(operation, operation.to_string()))
    }

    /// Keeps what belongs to an operation, instead of what was kept before.
    pub fn keep(&mut self, facts: OperationFacts) {
        match self.operations.iter_mut().find(|known| known.operation == facts.operation) {
            Some(known) => *known = facts,
            None => self.operations.push(facts),
        }
    }

    pub(super) fn to_json(&self) -> Json {
        let operations: Vec<JsonObject> = self.operations.iter().map(OperationFacts::to_json).collect();
        let mut out = JsonObject::new()
            .text_if("kind", self.kind.map(PaymentType::word))
            .bool("accepted", self.accepted)
            .text_if("request_id", self.request_id.as_deref())
            .text_if("signature", self.signature.as_deref())
            .text_if("method", self.method.as_deref())
            .text_if("account_number", self.account_number.as_deref())
            .text_if("first_name", self.first_name.as_deref())
            .text_if("last_name", self.last_name.as_deref())
            .text_if("email", self.email.as_deref())
            .text_if("provider_payment_id", self.provider_payment_id.as_deref())
            .text_if("token", self.token.as_deref())
            .text_if("named_token", self.named_token.as_deref())
            .bool("saves", self.saves)
            .list("operations", &operations);
        if let Some(recurring) = &self.recurring {
            let recurring = JsonObject::new()
                .int("id", recurring.id)
                .text("currency", &recurring.currency)
                .int("valid_thru", recurring.valid_thru.0);
            out = out.object("recurring", &recurring);
        }
        if let Some(waiting) = &self.waiting {
            out = out.object("waiting", &waiting.to_json());
        }
        // What was just written can be read.
        Json::read(&out.finish()).unwrap_or(Json::Null)
    }

    pub(super) fn read(json: &Json) -> Self {
        let text = |name: &str| json.get(name).and_then(Json::text).map(str::to_owned);
        let recurring = json.get("recurring").and_then(|recurring| {
            Some(Recurring {
                id: recurring.get("id")?.int()?,
                currency: recurring.get("currency")?.text()?.to_owned(),
                valid_thru: UnixMillis(recurring.get("valid_thru")?.int()?),
            })
        });
        let operations = json.get("operations").and_then(Json::items).unwrap_or_default();
        Self {
            kind: text("kind").as_deref().and_then(PaymentType::from_word),
            accepted: json.get("accepted") == Some(&Json::Bool(true)),
            request_id: text("request_id"),
            signature: text("signature"),
            method: text("method"),
            account_number: text("account_number"),
            first_name: text("first_name"),
            last_name: text("last_name"),
            email: text("email"),
            provider_payment_id: text("provider_payment_id"),
            waiting: json.get("waiting").and_then(Waiting::read),
            recurring,
            token: text("token"),
            named_token: text("named_token"),
            saves: json.get("saves") == Some(&Json::Bool(true)),
            operations: operations.iter().filter_map(OperationFacts::read).collect(),
        }
    }
}

fn pairs(pairs: &[(String, String)]) -> JsonObject {
    pairs.iter().fold(JsonObject::new(), |out, (name, value)| out.text(name, value))
}

fn read_pairs(json: Option<&Json>) -> Option<Vec<(String, String)>> {
    Some(json?.members()?.iter().map(|(name, value)| (name.clone(), value.plain())).collect())
}

impl Waiting {
    fn to_json(&self) -> JsonObject {
        let of = |kind: &str| JsonObject::new().text("kind", kind);
        match self {
            Self::Display(items) => {
                let item = |item: &DisplayItem| of(&item.kind).text("title", &item.title).text("data", &item.data);
                let items: Vec<JsonObject> = items.iter().map(item).collect();
                of("display").list("items", &items)
            }
            Self::Redirect(Redirect { method, url, body }) => {
                of("redirect").text("method", method).text("url", url).object("body", &pairs(body))
            }
            Self::ThreeDs(ThreeDsStep::Frame { url, params }) => {
                of("frame").text("url", url).object("body", &pairs(params))
            }
            Self::ThreeDs(ThreeDsStep::Challenge { url, params }) => {
                of("challenge").text("url", url).object("body", &pairs(params))
            }
            Self::ThreeDs(ThreeDsStep::Version1 { url, pa_req, md }) => {
                of("version1").text("url", url).text("pa_req", pa_req).text("md", md)
            }
        }
    }

    fn read(json: &Json) -> Option<Self> {
        let text = |name: &str| json.get(name).and_then(Json::text).map(str::to_owned);
        let (url, params) = (text("url"), read_pairs(json.get("body")));
        match json.get("kind")?.text()? {
            "display" => {
                let of = |item: &Json, name: &str| item.get(name).map(Json::plain);
                let read = |item: &Json| {
                    Some(DisplayItem { kind: of(item, "kind")?, title: of(item, "title")?, data: of(item, "data")? })
                };
                Some(Self::Display(json.get("items")?.items()?.iter().filter_map(read).collect()))
            }
            "redirect" => Some(Self::Redirect(Redirect { method: text("method")?, url: url?, body: params? })),
            "frame" => Some(Self::ThreeDs(ThreeDsStep::Frame { url: url?, params: params? })),
            "challenge" => Some(Self::ThreeDs(ThreeDsStep::Challenge { url: url?, params: params? })),
            "version1" => {
                Some(Self::ThreeDs(ThreeDsStep::Version1 { url: url?, pa_req: text("pa_req")?, md: text("md")? }))
            }
            _ => None,
        }
    }
}
