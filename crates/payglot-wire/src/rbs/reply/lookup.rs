//! The answers to calls about what there is.

use super::status::{Bank, StatusView, status_object};
use super::{answer, success_text};
use crate::raw::Reply;
use crate::rbs::language::Language;
use crate::rbs::request::LastOrders;
use crate::text::json::JsonObject;

/// The success of `getLastOrdersForMerchants.do`: a number here, and a text within each order.
pub fn last_orders(asked: &LastOrders, total: u64, orders: &[StatusView]) -> Reply {
    let statuses: Vec<JsonObject> = orders.iter().map(status_object).collect();
    let json = JsonObject::new()
        .int("errorCode", 0)
        .list("orderStatuses", &statuses)
        .int("totalCount", i64::try_from(total).unwrap_or(i64::MAX))
        .int("page", i64::from(asked.page))
        .int("pageSize", i64::from(asked.size));
    answer(&json)
}

/// Does a card take part in 3-D Secure?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enrolled {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// The directory did not say.
    Unknown,
}

/// The success of `verifyEnrollment.do`.
pub fn enrolled(enrolled: Enrolled, bank: &Bank, language: Language) -> Reply {
    let word = match enrolled {
        Enrolled::Yes => "Y",
        Enrolled::No => "N",
        Enrolled::Unknown => "U",
    };
    let json = JsonObject::new()
        .text("errorCode", "0")
        .text("errorMessage", success_text(language))
        .text("emitterName", bank.name)
        .text("emitterCountryCode", bank.country_code)
        .text("enrolled", word)
        .bool("is3DSVer2", enrolled == Enrolled::Yes);
    answer(&json)
}
