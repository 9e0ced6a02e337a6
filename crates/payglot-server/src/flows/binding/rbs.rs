//! What an RBS order says about saved cards.

use super::Rules;
use payglot_core::BindingId;
use payglot_store::BindingCategory;
use payglot_wire::rbs::Details;

pub(super) fn rules(details: &str) -> Rules {
    let details = Details::read(details);
    let (may_save, must_save) = details.may_and_must_save();
    let category = if details.merchant_param("installments").is_some() {
        BindingCategory::Installment
    } else if details.merchant_param("recurringFrequency").is_some() {
        BindingCategory::Recurrent
    } else {
        BindingCategory::Common
    };
    Rules {
        client: details.client_id().map(str::to_owned),
        fixed: details.fixed_binding(),
        named: None,
        lists: true,
        may_save,
        must_save,
        keeps: false,
        category,
    }
}

pub(super) fn remember(details: &str, id: Option<BindingId>, saved: bool) -> Option<String> {
    let mut read = Details::read(details);
    if id.is_none() && read.binding().is_none() {
        return None;
    }
    read.set_binding(id, saved);
    Some(read.to_text())
}
