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
    Ok(TokenizeRequest {
        customer: customer(reader)?,
        card: card(reader)?,
        details: Details::of_call(call.tree(), call.route()),
    })
}

pub(super) fn customer_id(reader: Reader) -> Result<String, Refused> {
    reader.need("customer.id", Rule::Filled(255))
}

/// A saved card that a call is about.
#[derive(Clone, Debug)]
pub struct TokenCall {
    /// Its token.
    pub token: Secret,
    /// The payer whose it must be, if the call names one.
    pub customer_id: Option<String>,
}

/// The token has two names; `missed` is the one to miss.
pub(super) fn token(reader: Reader, missed: &str) -> Result<TokenCall, Refused> {
    let id = reader.opt("saved_account_id", Rule::Filled(255))?;
    let token = if id.is_some() { id } else { reader.opt("token", Rule::Filled(255))? };
    let token = token.ok_or_else(|| Refused::of(Code::Missing, missed))?;
    Ok(TokenCall { token: Secret::new(token), customer_id: customer(reader)?.id })
}
