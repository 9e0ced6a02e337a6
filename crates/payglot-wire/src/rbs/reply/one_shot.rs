//! Answers to payments in one call. `errorCode` is a string here.

use super::payment::PaymentAnswer;
use super::status::{StatusView, action_code, status_old_object};
use super::{answer, success_text};
use crate::raw::Reply;
use crate::rbs::codes::{Refused, action};
use crate::text::json::JsonObject;
use payglot_core::State;

/// The answer of `instantPayment.do`: where the browser goes, and the older status; or a step of 3-D Secure.
pub fn instant(view: &StatusView, came: &PaymentAnswer) -> Reply {
    let json = begin(view).text_if("info", came.info(view.language).as_deref()).text_if("redirect", came.redirect());
    answer(&came.step(json).object("orderStatus", &status_old_object(view)))
}

/// The answer of `motoPayment.do`. A refusal is error 2, as in the older status.
pub fn moto(view: &StatusView) -> Reply {
    let payment = view.payment;
    let success = match payment.state {
        State::Held | State::Paid => true,
        State::Created
        | State::Pending
        | State::Underpaid
        | State::Declined
        | State::Voided
        | State::Cancelled
        | State::Expired => false,
    };
    let refused = Refused::OrderDeclined;
    let (code, text) = match payment.state {
        State::Declined | State::Cancelled | State::Expired => (refused.code(), refused.text(view.language)),
        State::Created | State::Pending | State::Underpaid | State::Held | State::Paid | State::Voided => {
            ("0", success_text(view.language).into())
        }
    };
    let json = JsonObject::new().text("errorCode", code).text("errorMessage", &text).bool("success", success);
    answer(&json.text("mdOrder", &payment.id.to_string()).text("orderNumber", &payment.order))
}

/// The answer of `verifyCard.do`: what the bank said about the card.
pub fn verified(view: &StatusView) -> Reply {
    let StatusView { payment, details, language, .. } = *view;
    let code = action_code(payment, details);
    let attempt = payment.last_attempt();
    let facts = attempt.map(|attempt| &attempt.facts);
    let some = |text: &'_ str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let eci = attempt.and_then(|attempt| super::card_auth::eci_text(attempt, attempt.card.as_ref()?.brand));
    let json = begin(view)
        .int("actionCode", i64::from(code))
        .text("actionCodeDescription", action::description(code, language))
        .int("amount", details.amount(payment))
        .text("currency", &details.currency(payment))
        .text_if("authCode", facts.and_then(|facts| some(&facts.approval_code)).as_deref())
        .text_if("rrn", facts.and_then(|facts| some(&facts.reference)).as_deref())
        .int_if("time", attempt.map(|attempt| attempt.answered_at.unwrap_or(attempt.asked_at).0))
        .text_if("eci", eci.as_deref());
    answer(&json)
}

fn begin(view: &StatusView) -> JsonObject {
    JsonObject::new()
        .text("errorCode", "0")
        .text("errorMessage", success_text(view.language))
        .text("orderId", &view.payment.id.to_string())
        .text("orderNumber", &view.payment.order)
}
