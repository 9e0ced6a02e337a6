//! What Gate answers at once, and the parameter checker; and the shop's side, which reads it.

mod read;
mod saved;
mod widget;

use super::codes::{Code, Refused};
use super::notification::{Body, date, error, int as number, object, signed, text};
use super::recurring::{Period, RecurringTerms};
use super::signature;
use crate::raw::Reply;
use crate::text::json::Json;
use crate::text::secret::Secret;
use payglot_core::UnixMillis;
pub use read::Answer;
pub use saved::{card_by_token, done, saved_accounts, tokenized};
pub use widget::{widget_result, widget_saved_card};

const JSON: &str = "application/json; charset=utf-8";

fn reply(status: u16, body: &Json) -> Reply {
    Reply { status, content_type: JSON, body: body.to_string() }
}

/// The call was accepted; what becomes of it is told by callback. The vendor does not sign this answer.
pub fn accepted(project_id: u32, payment_id: &str, request_id: &str) -> Reply {
    let members = [
        ("status", text("success")),
        ("request_id", text(request_id)),
        ("project_id", number(project_id)),
        ("payment_id", text(payment_id)),
    ];
    reply(200, &object(members))
}

/// An invoice was accepted; this is the address that the payer opens.
pub fn invoice_accepted(project_id: u32, payment_id: &str, request_id: &str, url: &str) -> Reply {
    let members = [
        ("status", text("success")),
        ("request_id", text(request_id)),
        ("project_id", number(project_id)),
        ("payment_id", text(payment_id)),
        ("invoice_url", text(url)),
    ];
    reply(200, &object(members))
}

/// The call was not accepted. The code stands at the top and in a list, because the vendor's documents show both and clients read either.
/// `debug` is for test projects: what should have been signed.
pub fn refused(refused: &Refused, debug: Option<&str>) -> Reply {
    let members = [
        ("status", Some(text("error"))),
        ("code", Some(text(refused.code.to_string()))),
        ("message", Some(text(refused.message()))),
        ("errors", Some(Json::List(vec![error(refused)]))),
        ("signed_text", debug.map(text)),
    ];
    let members = members.into_iter().filter_map(|(key, value)| Some((key, value?)));
    reply(refused.code.http_status(), &object(members))
}

/// Where a payment stands, signed.
pub fn status(body: &Body, secret: &Secret) -> Reply {
    Reply { status: 200, content_type: JSON, body: body.signed(secret) }
}

/// What was told of a call that was refused after it had been accepted, signed before.
pub const fn report(body: String) -> Reply {
    Reply { status: 200, content_type: JSON, body }
}

/// There is no such payment, or nothing was confirmed on its page yet. HTTP 200, and nothing to sign.
pub fn unknown_payment(project_id: u32, payment_id: &str) -> Reply {
    let code = || text(Code::NotFound.to_string());
    let message = || text(Code::NotFound.message());
    let error = object([("code", code()), ("message", message()), ("description", text(""))]);
    let members = [
        ("status", text("error")),
        ("project_id", number(project_id)),
        ("payment_id", text(payment_id)),
        ("errors", Json::List(vec![error])),
        ("code", code()),
        ("message", message()),
    ];
    reply(200, &object(members))
}

/// A registration for later charges.
#[derive(Clone, Debug)]
pub struct RecurringInfo<'a> {
    /// The project's number.
    pub project_id: u32,
    /// The number of the registration.
    pub id: i64,
    /// Its terms.
    pub terms: &'a RecurringTerms,
    /// ISO 4217.
    pub currency: &'a str,
    /// When it was charged last.
    pub last_payment_at: Option<UnixMillis>,
    /// Until when it may be charged.
    pub valid_thru: UnixMillis,
    /// Has nobody ended it?
    pub active: bool,
    /// What is paid for.
    pub description: Option<&'a str>,
}

/// What a registration is, signed as a status answer is. What is not known is left out.
pub fn recurring_info(info: &RecurringInfo, secret: &Secret) -> Reply {
    let terms = info.terms;
    let members = [
        ("id", Some(number(info.id))),
        ("type", Some(text(terms.kind.word()))),
        ("period", terms.period.map(|period| text(Period::word(period)))),
        ("period_interval", terms.period.map(|_| number(terms.interval))),
        ("start_date", terms.start_date.as_ref().map(text)),
        ("start_time", terms.time.as_ref().map(text)),
        ("amount", terms.amount.map(number)),
        ("currency", Some(text(info.currency))),
        ("last_payment_at", info.last_payment_at.map(|at| text(date(at)))),
        ("valid_thru", Some(text(date(info.valid_thru)))),
        ("status", Some(text(if info.active { "active" } else { "canceled" }))),
        ("description", info.description.map(text)),
    ];
    let recurring = object(members.into_iter().filter_map(|(key, value)| Some((key, value?))));
    let body = object([("project_id", number(info.project_id)), ("recurring", recurring)]);
    Reply { status: 200, content_type: JSON, body: signed(body, secret) }
}

/// A method of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodLine {
    /// The currency, ISO 4217.
    pub currency: String,
    /// The method's code.
    pub title: String,
    /// Paid out by, instead of paid by.
    pub payout: bool,
    /// The least and the most, in minor units.
    pub limits: (i64, i64),
    /// The schemes, if the method is cards.
    pub card_systems: Vec<String>,
}

/// The methods of a project, in the order given: currencies with their methods.
pub fn methods(lines: &[MethodLine]) -> Reply {
    let mut currencies: Vec<(String, Json)> = Vec::new();
    for line in lines {
        let direction = if line.payout { "payout" } else { "payin" };
        let limits = object([("min amount", number(line.limits.0)), ("max amount", number(line.limits.1))]);
        let systems = Json::List(line.card_systems.iter().map(text).collect());
        let item = object([
            ("title", text(&line.title)),
            ("direction", text(direction)),
            ("limits", limits),
            ("card_payment_system", systems),
        ]);
        match currencies.iter_mut().find(|(currency, _)| *currency == line.currency) {
            Some((_, Json::List(items))) => items.push(item),
            Some(_) => {}
            None => currencies.push((line.currency.clone(), Json::List(vec![item]))),
        }
    }
    reply(200, &Json::Object(currencies))
}

/// No method here has banks to choose from.
pub fn no_banks() -> Reply {
    reply(200, &Json::List(Vec::new()))
}

/// What the parameter checker says: an empty object, or the list of what is wrong with status 400.
pub fn checked(wrong: &[Refused]) -> Reply {
    if wrong.is_empty() {
        return reply(200, &object([]));
    }
    let line = |refused: &Refused| match refused.code {
        Code::Invalid => text(refused.message()),
        code => text(format!("{}: {}", code.message(), refused.field)),
    };
    reply(400, &object([("errors", Json::List(wrong.iter().map(line).collect()))]))
}

/// The title unit that WebMoney counts an amount of this currency in; `None` for a currency that has none.
pub fn title_unit(currency: payglot_core::Currency) -> Option<payglot_core::Currency> {
    let unit = match currency.code() {
        "USD" => "WMZ",
        "EUR" => "WME",
        _ => return None,
    };
    payglot_core::Currency::from_code(unit)
}

/// What should have been signed in an answer or a callback of ours: for the dashboard of a test project.
pub fn signed_text(body: &Body) -> String {
    signature::signed_text(&body.to_json())
}
