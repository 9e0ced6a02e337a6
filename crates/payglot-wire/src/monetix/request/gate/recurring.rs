//! Calls about a registration for later charges. A charge by it is a sale.

use super::super::super::codes::{Code, Refused};
use super::super::super::details::Details;
use super::super::super::endpoint::Endpoint;
use super::super::super::recurring::{self, TermsChange};
use super::super::envelope::Call;
use super::super::reader::Reader;
use super::sale::recurring_id;

/// What is to be done with a registration.
#[derive(Clone, Debug, PartialEq)]
pub enum RecurringCall {
    /// Its terms are changed.
    Update {
        /// Its number.
        id: i64,
        /// The terms that were sent; the others stay.
        change: Box<TermsChange>,
        /// What is to be kept of the call: where its callback goes.
        details: Box<Details>,
    },
    /// It is ended.
    Cancel {
        /// Its number.
        id: i64,
        /// What is to be kept of the call: where its callback goes.
        details: Box<Details>,
    },
    /// It is asked about.
    Info {
        /// Its number.
        id: i64,
    },
}

pub(super) fn call(call: &Call, reader: Reader) -> Result<RecurringCall, Refused> {
    let id = recurring_id(reader)?.ok_or_else(|| Refused::of(Code::Missing, "recurring.id"))?;
    let details = || Box::new(Details::of_call(call.tree(), call.route()));
    Ok(match call.route().endpoint {
        Endpoint::RecurringUpdate => {
            RecurringCall::Update { id, change: Box::new(recurring::of_call(reader)?), details: details() }
        }
        Endpoint::RecurringCancel => RecurringCall::Cancel { id, details: details() },
        _ => RecurringCall::Info { id },
    })
}
