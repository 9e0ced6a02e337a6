//! What is kept of a request beside the payment: the shop's own fields, without cards, codes and tokens, and what the gateway learned
//! since, as one opaque text to everybody else.

mod learned;

use super::endpoint::Route;
use super::params::Fields;
use super::recurring::{self, RecurringTerms};
use super::request::{Customer, Reader, rule};
use super::signature::without;
use super::status::PaymentType;
use super::ways::{Frame, Outcome, Shown, WayBack};
use crate::text::json::Json;
use std::fmt;

/// The title of the line with an invoice's number.
pub const INVOICE_ID: &str = "invoice_id";
/// The title of the line with the address where an invoice is paid.
pub const INVOICE_URL: &str = "invoice_url";

pub use learned::{DisplayItem, Learned, OperationFacts, Recurring, Redirect, ThreeDsStep, Waiting};

/// Members of a call that are kept. All else may hold a card or a token, so it is not.
const KEPT: &[&str] = &[
    "general",
    "customer",
    "account",
    "payment",
    "return_url",
    "acs_return_url",
    "callback",
    "receipt_data",
    "cash_voucher_data",
    "recurring",
    "interface_type",
    "merchant",
    "send_email",
    "card_operation_type",
];

/// Words in names of page parameters whose values are not kept.
const DROPPED: &[&str] = &["pan", "cvv", "cvc", "security", "ssn", "token", "signature"];

/// An object's members of these names.
fn only(value: &Json, names: &[&str]) -> Json {
    let members = value.members().unwrap_or_default().iter().filter(|(name, _)| names.contains(&name.as_str()));
    Json::Object(members.cloned().collect())
}

fn is_secret(name: &str) -> bool {
    name.split(['_', '[', ']']).any(|word| DROPPED.contains(&word))
}

/// Where a request came from; the fields have other names there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The Payment Page.
    Page,
    /// Gate.
    Gate,
}

/// The stored text, read.
#[derive(Clone, PartialEq)]
pub struct Details {
    source: Source,
    request: Json,
    /// What the gateway learned.
    pub learned: Learned,
}

impl fmt::Debug for Details {
    /// Without the request, which is about people.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Details").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Details {
    pub(super) fn of_page(fields: &Fields) -> Self {
        let kept = fields.pairs().iter().filter(|(name, _)| !name.starts_with('_') && !is_secret(name));
        let members = kept.map(|(name, value)| (name.clone(), Json::Text(value.clone())));
        Self { source: Source::Page, request: Json::Object(members.collect()), learned: Learned::default() }
    }

    pub(super) fn of_call(tree: &Json, route: &Route) -> Self {
        let by_card = route.method.as_deref() == Some("card");
        let members = tree.members().unwrap_or_default().iter().filter(|(key, _)| KEPT.contains(&key.as_str()));
        let members = members.map(|(key, value)| {
            let value = match key.as_str() {
                "general" => without(value, &["signature"]),
                "customer" => without(value, &["security_code", "ssn", "account", "mpi_result"]),
                // What else is there may be a card, and so may be the number of an account where a card pays.
                "account" if by_card => Json::Object(Vec::new()),
                "account" => only(value, &["number"]),
                "recurring" => recurring::kept(value),
                _ => value.clone(),
            };
            (key.clone(), value)
        });
        let learned = Learned { accepted: true, ..Learned::default() };
        Self { source: Source::Gate, request: Json::Object(members.collect()), learned }
    }

    /// What is kept of a charge that the gateway makes by itself, under a number of its own: whose it is, what for, and where its callbacks
    /// go, as the payment says that it was agreed on with.
    #[must_use]
    pub fn of_charge(&self, payment_id: &str) -> Self {
        // What was said of that payment alone.
        const ONCE: &[&str] = &["payment_id", "mode", "best_before", "callback", "recurring", "recurring_register"];
        let mut request = self.request.clone();
        let number = ("payment_id".to_owned(), Json::Text(payment_id.to_owned()));
        if let Json::Object(members) = &mut request {
            members.retain(|(name, _)| !ONCE.contains(&name.as_str()));
            for (name, inner) in members.iter_mut() {
                if let (Source::Gate, "general" | "payment", Json::Object(inner)) = (self.source, name.as_str(), inner)
                {
                    inner.retain(|(name, _)| !ONCE.contains(&name.as_str()));
                    if name == "general" {
                        inner.push(number.clone());
                    }
                }
            }
            if self.source == Source::Page {
                members.push(number);
            }
        }
        let learned = Learned { accepted: true, kind: Some(PaymentType::Recurring), ..Learned::default() };
        Self { source: self.source, request, learned }
    }

    /// Reads a stored text. One that is not ours reads as nothing known.
    pub fn read(text: &str) -> Self {
        let json = Json::read(text).unwrap_or(Json::Null);
        let source = if json.get("source").and_then(Json::text) == Some("page") { Source::Page } else { Source::Gate };
        let request = json.get("request").cloned().unwrap_or(Json::Object(Vec::new()));
        Self { source, request, learned: json.get("learned").map(Learned::read).unwrap_or_default() }
    }

    /// The text to store.
    pub fn to_text(&self) -> String {
        let source = match self.source {
            Source::Page => "page",
            Source::Gate => "gate",
        };
        let members = [
            ("source".to_owned(), Json::Text(source.to_owned())),
            ("request".to_owned(), self.request.clone()),
            ("learned".to_owned(), self.learned.to_json()),
        ];
        Json::Object(members.into()).to_string()
    }

    /// Where the request came from.
    pub const fn source(&self) -> Source {
        self.source
    }

    /// Where the bank's page posts the result of 3-D Secure to, if the shop says so.
    pub fn acs_return_url(&self) -> Option<String> {
        self.get("", "acs_return_url.return_url").filter(|url| crate::text::url::has_scheme(url))
    }

    /// Does a page of ours lead the payer, so that the shop has nothing to show or do before the outcome?
    pub fn is_led_by_us(&self) -> bool {
        self.source == Source::Page || self.learned.kind == Some(PaymentType::Invoice)
    }

    /// A field by its name on the page and its path in Gate; a page's value of a wrong form counts as absent.
    fn get(&self, page: &str, gate: &str) -> Option<String> {
        let value = match self.source {
            Source::Page => {
                let value = self.request.get(page).map(Json::plain);
                value.filter(|value| rule(page).is_none_or(|rule| rule.fits(value)))
            }
            // An object or a list is no value: an empty one is not even signed.
            Source::Gate => Some(Reader::new(&self.request).plain(gate)),
        };
        value.filter(|value| !value.is_empty())
    }

    /// A parameter of the page, as it was sent.
    pub fn page(&self, name: &str) -> Option<&str> {
        self.request.get(name).and_then(Json::text).filter(|_| self.source == Source::Page)
    }

    /// The number of the payment as the shop spells it.
    pub fn payment_id(&self) -> Option<String> {
        self.get("payment_id", "general.payment_id")
    }

    /// What is paid for.
    pub fn description(&self) -> Option<String> {
        self.get("payment_description", "payment.description")
    }

    /// The payer, as the shop says, or else as the payer typed.
    pub fn customer(&self) -> Customer {
        let typed = &self.learned;
        Customer {
            id: self.get("customer_id", "customer.id"),
            first_name: self.get("customer_first_name", "customer.first_name").or_else(|| typed.first_name.clone()),
            last_name: self.get("customer_last_name", "customer.last_name").or_else(|| typed.last_name.clone()),
            email: self.get("customer_email", "customer.email").or_else(|| typed.email.clone()),
            phone: self.get("customer_phone", "customer.phone"),
            ip_address: self.get("customer_ip_address", "customer.ip_address"),
        }
    }

    /// The only method to offer.
    pub fn force_method(&self) -> Option<String> {
        self.get("force_payment_method", "payment.force_method")
    }

    /// The method to open first.
    pub fn default_method(&self) -> Option<String> {
        self.get("default_payment_method", "")
    }

    /// Is this method not to be offered?
    pub fn hides(&self, method: &str) -> bool {
        self.get("hide", "").is_some_and(|hidden| hidden.split(',').any(|code| code.trim() == method))
    }

    /// The language that the shop asked for: two letters.
    pub fn language(&self) -> Option<String> {
        self.get("language_code", "customer.language")
    }

    /// Is the page shown inside a page of the shop?
    pub fn is_framed(&self) -> bool {
        matches!(self.page("frame_mode"), Some("popup" | "iframe" | "embedded"))
    }

    /// The number of the wallet: the one the payer typed, or the shop's.
    pub fn account_number(&self) -> Option<String> {
        self.learned.account_number.clone().or_else(|| self.get("account_number", "account.number"))
    }

    /// Where callbacks go, if the request says so: of final successes and declines to their own addresses.
    pub fn callback_url(&self, outcome: Outcome) -> Option<String> {
        let of = |name: &str| self.get(name, &format!("general.{name}"));
        let own = match outcome {
            Outcome::Success => of("merchant_success_callback_url"),
            Outcome::Failure => of("merchant_decline_callback_url"),
            Outcome::Open => None,
        };
        own.or_else(|| of("merchant_callback_url"))
    }

    /// Did the shop ask for no callback at all?
    pub fn is_silent(&self) -> bool {
        self.get("", "callback.force_disable").as_deref().and_then(super::rules::flag).unwrap_or(false)
    }

    /// Milliseconds to wait before a callback.
    pub fn callback_delay_ms(&self) -> i64 {
        let seconds = self.get("", "callback.delay").as_deref().and_then(super::rules::whole);
        seconds.unwrap_or(0).clamp(0, 600) * 1000
    }

    /// The button back to the shop. On a result page without an address of its own the project's default counts, not another button.
    pub fn button(&self, outcome: Outcome) -> Option<WayBack> {
        let name = outcome.word();
        let gate = match outcome {
            Outcome::Success => "return_url.success",
            Outcome::Failure => "return_url.decline",
            Outcome::Open => "return_url.return",
        };
        let url = self.get(&format!("merchant_{name}_url"), gate).filter(|url| crate::text::url::has_scheme(url))?;
        let of = |part: &str| self.get(&format!("merchant_{name}_{part}"), "");
        let shown = Shown::read(of("enabled").as_deref());
        Some(WayBack { url, shown, frame: Frame::read(of("redirect_mode").as_deref(), Frame::ParentPage) })
    }

    /// Is a card verified, and nothing paid?
    pub fn verifies(&self) -> bool {
        self.learned.kind == Some(PaymentType::AccountVerification)
    }

    /// The terms of later charges, if the request registers for them.
    pub fn registers(&self) -> Option<RecurringTerms> {
        match self.source {
            Source::Page => recurring::of_page(self.page("recurring_register"), self.page("recurring")),
            // It was judged when it was accepted.
            Source::Gate => recurring::of_gate(Reader::new(&self.request)).ok().flatten(),
        }
    }

    /// Where the payer is sent at once when a card was saved; the page only.
    pub fn redirect_tokenize(&self) -> Option<WayBack> {
        let url = self.get("redirect_tokenize_url", "")?;
        let mode = self.get("redirect_tokenize_mode", "");
        Some(WayBack { url, shown: Shown::Always, frame: Frame::read(mode.as_deref(), Frame::Iframe) })
    }

    /// Where the payer is sent at once when the result is known, without a page of ours; the page only.
    pub fn redirect(&self, outcome: Outcome) -> Option<WayBack> {
        let name = outcome.word();
        let of = |part: &str| self.get(&format!("redirect_{name}_{part}"), "");
        let shown = Shown::read(of("enabled").as_deref());
        let way = WayBack { url: of("url")?, shown, frame: Frame::read(of("mode").as_deref(), Frame::Iframe) };
        (outcome != Outcome::Open && shown != Shown::Never).then_some(way)
    }
}
