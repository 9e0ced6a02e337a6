//! Invoices: links to pay by.

use super::super::super::codes::{Code, Refused};
use super::super::super::details::Details;
use super::super::super::recurring;
use super::super::super::rules::Rule;
use super::super::envelope::Call;
use super::super::page::Customer;
use super::super::reader::Reader;
use super::{Wanted, best_before, customer, wanted};
use payglot_core::UnixMillis;

/// An invoice.
#[derive(Clone, Debug)]
pub struct InvoiceRequest {
    /// How much.
    pub wanted: Wanted,
    /// Until when.
    pub best_before: UnixMillis,
    /// Hold instead of charge; `None` leaves it to the project.
    pub hold: Option<bool>,
    /// The only method to offer.
    pub force_method: Option<String>,
    /// The payer.
    pub customer: Customer,
    /// What is paid for.
    pub description: String,
    /// What is to be kept.
    pub details: Details,
}

pub(super) fn invoice(call: &Call, reader: Reader) -> Result<InvoiceRequest, Refused> {
    reader.need("customer.id", Rule::Filled(255))?;
    let wanted = wanted(reader)?;
    reader.need("payment.best_before", Rule::DateTime)?;
    let best_before = best_before(reader)?.ok_or_else(|| Refused::of(Code::Missing, "payment.best_before"))?;
    // Its page reads the terms again, and has nobody to refuse them to.
    recurring::of_gate(reader)?;
    Ok(InvoiceRequest {
        wanted,
        best_before,
        hold: reader.opt("card_operation_type", Rule::OneOf(&["sale", "auth"]))?.map(|word| word == "auth"),
        force_method: reader.opt("payment.force_method", Rule::Text(255))?,
        customer: customer(reader)?,
        description: reader.plain("payment.description"),
        details: Details::of_call(call.tree(), call.route()),
    })
}
