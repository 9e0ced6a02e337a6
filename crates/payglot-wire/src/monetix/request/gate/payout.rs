//! Payouts.

use super::super::super::codes::Refused;
use super::super::super::details::Details;
use super::super::super::rules::Rule;
use super::super::envelope::Call;
use super::super::page::Customer;
use super::super::reader::Reader;
use super::sale::saved;
use super::{Wanted, customer, wanted};
use crate::text::secret::Secret;

/// A payout.
#[derive(Clone, Debug)]
pub struct PayoutRequest {
    /// The method in the address.
    pub method: String,
    /// How much.
    pub wanted: Wanted,
    /// The recipient.
    pub customer: Customer,
    /// The number of the wallet.
    pub account_number: Option<String>,
    /// The number of the card.
    pub card_number: Option<Secret>,
    /// The token of a saved instrument.
    pub saved: Option<Secret>,
    /// What it is for.
    pub description: String,
    /// What is to be kept.
    pub details: Details,
}

pub(super) fn payout(call: &Call, reader: Reader) -> Result<PayoutRequest, Refused> {
    let route = call.route();
    reader.need("customer.id", Rule::Filled(255))?;
    let card = route.method.as_deref() == Some("card");
    let card_number =
        if card && !route.saved { Some(Secret::new(reader.need("card.pan", Rule::Digits(12, 32))?)) } else { None };
    let account_number = match (card, route.saved) {
        (true, _) => None,
        (false, true) => reader.opt("account.number", Rule::Filled(100))?,
        (false, false) => Some(reader.need("account.number", Rule::Filled(100))?),
    };
    Ok(PayoutRequest {
        method: route.method.clone().unwrap_or_default(),
        wanted: wanted(reader)?,
        customer: customer(reader)?,
        account_number,
        card_number,
        saved: saved(route, reader)?,
        description: reader.plain("payment.description"),
        details: Details::of_call(call.tree(), call.route()),
    })
}
