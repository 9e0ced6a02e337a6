//! What a protocol says about a payment's pages: their addresses, the shop's words, the way back. One `match` per question.

mod rbs;

use crate::checkout::Language;
use crate::checkout::visit::Visit;
use crate::flows::StoredPayment;
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use payglot_wire::Protocol;

/// A payer's visit to the page of a payment, in the language of the page's address or else of the order.
pub(super) fn visit(
    gateway: &Gateway,
    project: &ActiveProject,
    stored: StoredPayment,
    language: Option<Language>,
) -> Visit {
    match project.protocol {
        Protocol::Rbs => rbs::visit(gateway, project, stored, language),
    }
}

/// Where the payer goes back to. After a failure it is the address for failures, if the shop named one.
pub(super) fn return_address(project: &ActiveProject, stored: &StoredPayment, language: Language) -> Option<String> {
    match project.protocol {
        Protocol::Rbs => rbs::return_address(project, stored, language),
    }
}
