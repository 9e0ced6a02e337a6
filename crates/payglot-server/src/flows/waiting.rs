//! What a shop is told while its payer is expected to act: what the details must remember of it.

use crate::projects::ActiveProject;
use crate::upstream::{Invoice, Step};
use payglot_core::OperationId;
use payglot_store::StoredPayment;
use payglot_wire::Protocol;

/// What the payer of an attempt is expected to do.
#[derive(Clone, Copy, Debug)]
pub enum Waits<'a> {
    /// To pay an invoice.
    Invoice(&'a Invoice),
    /// The merchant's page leads the payer through an authentication.
    Merchant {
        /// The step to take now.
        step: Step,
        /// The bank's address for it, absolute or relative to the gateway.
        address: &'a str,
    },
    /// To go to this address, absolute or relative to the gateway.
    Redirect {
        /// The address.
        address: &'a str,
    },
}

/// The details with it; `None` where a protocol tells its shops nothing before the outcome.
pub(super) fn remember(
    project: &ActiveProject,
    _stored: &StoredPayment,
    _operation: OperationId,
    _waits: &Waits<'_>,
) -> Option<String> {
    match project.protocol {
        Protocol::Rbs | Protocol::Paysera => None,
    }
}
