//! Calls about what payers have saved, without a payment.

use super::super::super::codes::{Code, Refused};
use super::super::super::details::Details;
use super::super::super::rules::Rule;
use super::super::envelope::Call;
use super::super::page::Customer;
use super::super::reader::Reader;
use super::customer;
use super::sale::{Card, card};
use crate::text::secret::Secret;

/// A card to be saved without a payment.
#[derive(Clone, Debug)]
pub struct TokenizeRequest {
    /// Whose it is; its id is known.
    pub customer: Customer,
    /// The card.
    pub card: Card,
    /// What is to be kept: where the callback goes.
    pub details: Details,
}

pub(super) fn tokenize(call: &Call, reader: Reader) -> Result<TokenizeRequest, Refused> {
    customer_id(reader)?;
    Ok(TokenizeRequest { customer: customer(reader)?, card: card(reader)?, details: Details::of_call(call.tree()) })
}

pub(super) fn customer_id(reader: Reader) -> Result<String, Refused> {
    reader.need("customer.id", Rule::Filled(255))
}

/// The token of a saved card.
pub(super) fn token(reader: Reader) -> Result<Secret, Refused> {
    reader.need("token", Rule::Filled(255)).map(Secret::new)
}

/// The same where it may have its other name.
pub(super) fn saved_account(reader: Reader) -> Result<Secret, Refused> {
    let id = reader.opt("saved_account_id", Rule::Filled(255))?;
    let id = if id.is_some() { id } else { reader.opt("token", Rule::Filled(255))? };
    id.map(Secret::new).ok_or_else(|| Refused::of(Code::Missing, "saved_account_id"))
}
