//! What the script of a payment page asks. Who knows the order's id may ask, so nothing of the merchant is told but what the page shows.

use super::answer;
use super::payment::refusal_text;
use super::status::{action_code, payment_state};
use crate::raw::Reply;
use crate::rbs::codes::action;
use crate::rbs::details::Details;
use crate::rbs::language::Language;
use crate::rbs::request::Feature;
use crate::text::json::JsonObject;
use payglot_core::{Payment, UnixMillis};

/// A card that the payer may choose instead of typing one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedItem {
    /// `bindingId`.
    pub id: String,
    /// The masked number with its date.
    pub label: String,
}

/// `getSessionStatus.do` of an order that waits for its payer.
pub fn session(payment: &Payment, details: &Details, saved: &[SavedItem], now: UnixMillis) -> Reply {
    let items: Vec<JsonObject> =
        saved.iter().map(|item| JsonObject::new().text("id", &item.id).text("label", &item.label)).collect();
    let seconds = payment.expires_at.since(now).max(0) / 1000;
    let json = JsonObject::new()
        .int("remainingSecs", seconds)
        .text("amount", &payment.amount.to_string())
        .text("orderNumber", &payment.order)
        .text("description", details.get("description").unwrap_or(""))
        .list("bindingItems", &items)
        .bool("cvcNotRequired", details.has(Feature::ForceNoCvc))
        .bool("otherWayEnabled", false)
        .bool("sslOnly", details.has(Feature::ForceSsl));
    answer(&json)
}

/// `getSessionStatus.do` of an order that is over: the page leaves.
pub fn session_over(redirect: &str) -> Reply {
    answer(&JsonObject::new().text("redirect", redirect))
}

/// `getFee.do`: the payer never pays a fee on top here.
pub fn fee(payment: &Payment) -> Reply {
    answer(&JsonObject::new().int("errorCode", 0).int("fee", 0).int("totalAmount", payment.amount.minor()))
}

/// `isMaestroCard.do`: such cards may have no code to type.
pub fn is_maestro(maestro: bool) -> Reply {
    answer(&JsonObject::new().int("errorCode", 0).bool("isMaestro", maestro))
}

/// `showErrors.do`: what the payer is told of the last refusal; empty if there was none.
pub fn last_error(payment: &Payment, details: &Details, language: Language) -> Reply {
    let code = action_code(payment, details);
    let text = match code {
        action::APPROVED | action::NO_ATTEMPT => "",
        code => refusal_text(code, language),
    };
    answer(&JsonObject::new().int("errorCode", 0).text("error", text))
}

/// `getFinishedPaymentInfo.do`: what an application shows when it is done.
pub fn finished_info(payment: &Payment, details: &Details, redirect: Option<&str>) -> Reply {
    let json = JsonObject::new()
        .int("errorCode", 0)
        .text("status", payment_state(payment))
        .text("orderNumber", &payment.order)
        .text("amount", &payment.amount.to_string())
        .text("currency", &details.currency(payment))
        .text("description", details.get("description").unwrap_or(""))
        .text_if("backUrl", redirect);
    answer(&json)
}
