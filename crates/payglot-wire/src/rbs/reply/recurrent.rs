//! The answers of `recurrentPayment.do`: an envelope with `success` around the status.

use super::payment::refusal_text;
use super::status::{StatusView, action_code, status_object};
use super::{answer, error_object};
use crate::raw::Reply;
use crate::rbs::codes::Refused;
use crate::text::json::JsonObject;
use payglot_core::State;

/// What came of the charge. Only money that moved is a success: a client that looks at nothing else must not deliver for a charge that
/// the bank has refused, or has not answered yet. The order is there in each case, and its status with it.
pub fn recurrent(view: &StatusView) -> Reply {
    let (payment, language) = (view.payment, view.language);
    let data = JsonObject::new().text("orderId", &payment.id.to_string());
    let told = |success| JsonObject::new().bool("success", success).object("data", &data);
    let json = match payment.state {
        State::Held | State::Paid => told(true),
        State::Created | State::Pending | State::Underpaid => {
            let text = language.pick(
                "Ответ банка не получен. Запросите состояние заказа",
                "The bank has not answered yet. Ask for the status of the order",
            );
            told(false).object("error", &error_object(Refused::System.code(), text, text))
        }
        State::Declined | State::Voided | State::Cancelled | State::Expired => {
            let declined = Refused::OrderDeclined;
            let payers = refusal_text(action_code(payment, view.details), language);
            told(false).object("error", &error_object(declined.code(), &declined.text(language), payers))
        }
    };
    answer(&json.object("orderStatus", &status_object(view)))
}
