//! Answers, written member by member; and the shop's side, which reads them.

pub mod binding;
mod card_auth;
mod cart;
mod history;
mod lookup;
pub mod one_shot;
pub mod page;
pub mod payment;
mod read;
mod recurrent;
mod refusal;
pub mod status;

use super::codes::Refused;
use super::language::Language;
use super::operation::{Operation, Shape};
use crate::raw::Reply;
use crate::text::json::JsonObject;
pub use binding::{BindingView, binding_created, bindings};
pub use lookup::{Enrolled, enrolled, last_orders};
use payglot_core::PaymentId;
pub use payment::PaymentAnswer;
pub use read::{Answer, ErrorReply, Registered, Status, read_registered, read_simple, read_status, read_status_old};
pub use recurrent::recurrent;
pub use refusal::{of_decline, of_deposit, of_refund, of_register, of_reverse};
pub use status::{Bank, StatusView, status_extended, status_old};

/// One type for every answer: libraries refuse others.
pub const CONTENT_TYPE: &str = "application/json;charset=UTF-8";

/// An answer. Business errors have status 200 too; a client takes any other for a failed transport.
pub(super) fn answer(json: &JsonObject) -> Reply {
    Reply { status: 200, content_type: CONTENT_TYPE, body: json.finish() }
}

/// The success of `register.do` and `registerPreAuth.do`: these two members and no `errorCode`.
pub fn registered(payment: PaymentId, form_url: &str) -> Reply {
    answer(&JsonObject::new().text("orderId", &payment.to_string()).text("formUrl", form_url))
}

/// The success of an operation that has nothing else to say.
pub fn done(language: Language) -> Reply {
    answer(&JsonObject::new().text("errorCode", "0").text("errorMessage", success_text(language)))
}

/// The same for the operations of a payment page, whose `errorCode` is a number.
pub fn page_done(language: Language) -> Reply {
    answer(&JsonObject::new().int("errorCode", 0).text("errorMessage", success_text(language)))
}

/// The success of `declineByClient.do`: where the browser goes.
pub fn declined_by_client(language: Language, redirect: Option<&str>) -> Reply {
    let json = JsonObject::new().int("errorCode", 0).text("errorMessage", success_text(language));
    answer(&json.text_if("redirect", redirect))
}

/// `errorMessage` of success.
pub fn success_text(language: Language) -> &'static str {
    language.pick("Успешно", "Success")
}

/// A refusal in the shape of the operation.
pub fn refused(operation: Operation, refused: &Refused, language: Language) -> Reply {
    let (code, text) = (refused.code(), refused.text(language));
    let number = code.parse().unwrap_or(7);
    let json = match operation.shape() {
        Shape::Register | Shape::Classic => JsonObject::new().text("errorCode", code).text("errorMessage", &text),
        // Documents have capital letters, a recorded answer small ones: both pairs please both.
        Shape::OldStatus => JsonObject::new()
            .text("ErrorCode", code)
            .text("ErrorMessage", &text)
            .text("errorCode", code)
            .text("errorMessage", &text),
        Shape::Page => {
            let json = JsonObject::new().text("error", &text).int("errorCode", number);
            // As recorded: one without the right is told nothing of the order's ways.
            let told = operation.pays() && *refused != Refused::AccessDenied;
            let json = if told { json.bool("is3DSVer2", false) } else { json };
            json.text("errorMessage", &text)
        }
        Shape::Numbered => JsonObject::new().int("errorCode", number).text("errorMessage", &text),
        Shape::Wallet => {
            JsonObject::new().bool("success", false).object("error", &error_object(refused.wallet_code(), &text, &text))
        }
    };
    answer(&json)
}

/// `error` of the calls that answer with `success`: what a programmer is told, and what may be shown to a payer.
fn error_object(code: &str, description: &str, message: &str) -> JsonObject {
    JsonObject::new().text("code", code).text("description", description).text("message", message)
}

/// The answer to an operation that nobody knows.
pub fn not_found() -> Reply {
    Reply { status: 404, content_type: "text/plain;charset=UTF-8", body: "Not Found".to_owned() }
}
