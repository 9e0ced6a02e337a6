//! Answers about saved cards.

use super::{answer, success_text};
use crate::raw::Reply;
use crate::rbs::codes::Refused;
use crate::rbs::language::Language;
use crate::text::json::JsonObject;
use payglot_core::{BindingId, CardFacts};

/// A saved card as a merchant is told of it.
#[derive(Clone, Debug)]
pub struct BindingView<'a> {
    /// Its id.
    pub id: BindingId,
    /// The payer's id in the shop.
    pub client_id: &'a str,
    /// Masked number, date, brand.
    pub card: &'a CardFacts,
    /// `COMMON`, `INSTALLMENT` or `RECURRENT`.
    pub category: &'a str,
}

impl BindingView<'_> {
    fn json(&self) -> JsonObject {
        let masked = &self.card.masked;
        let last = masked.get(masked.len().saturating_sub(4)..).unwrap_or_default();
        JsonObject::new()
            .text("bindingId", &self.id.to_string())
            .text("maskedPan", masked)
            .text("expiryDate", &format!("{:06}", self.card.expiry))
            .text("clientId", self.client_id)
            .text("paymentWay", "CARD")
            .text("paymentSystem", self.card.brand.name())
            .text("displayLabel", &format!("XXXXXXXXXXXX{last}"))
            .text("bindingCategory", self.category)
    }
}

/// The list of `getBindings.do` and its relatives. None is an error of its own, with an empty list.
pub fn bindings(found: &[BindingView<'_>], language: Language) -> Reply {
    let nothing = Refused::NothingFound;
    let (code, text) =
        if found.is_empty() { (nothing.code(), nothing.text(language)) } else { ("0", success_text(language).into()) };
    let list: Vec<JsonObject> = found.iter().map(BindingView::json).collect();
    answer(&JsonObject::new().text("errorCode", code).text("errorMessage", &text).list("bindings", &list))
}

/// The success of `createBindingNoPayment.do`.
pub fn binding_created(id: BindingId, language: Language) -> Reply {
    answer(
        &JsonObject::new()
            .text("bindingId", &id.to_string())
            .text("errorCode", "0")
            .text("errorMessage", success_text(language)),
    )
}
