//! What a protocol says about a payment's pages: their addresses, the shop's words, the way back. One `match` per question.

pub(super) mod monetix;
pub(super) mod paysera;
mod rbs;

use crate::checkout::Language;
use crate::checkout::visit::Visit;
use crate::checkout::wallet::TypedWallet;
use crate::flows::pay::Remember;
use crate::flows::{FlowError, StoredPayment};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::upstream::{Demand, InvoiceRequest, Means};
use payglot_core::Method;
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
        Protocol::Paysera => paysera::visit(gateway, project, stored, language),
        Protocol::Monetix => monetix::visit(gateway, project, stored, language),
    }
}

/// Where the payer goes back to. After a failure it is the address for failures, if the shop named one.
pub(super) async fn return_address(
    gateway: &Gateway,
    project: &ActiveProject,
    stored: &StoredPayment,
    language: Language,
) -> Option<String> {
    match project.protocol {
        Protocol::Rbs => rbs::return_address(project, stored, language),
        Protocol::Paysera => paysera::return_address(gateway, project, stored).await,
        Protocol::Monetix => monetix::return_address(project, stored),
    }
}

/// What a payer told besides the way to pay.
#[derive(Debug, Default)]
pub(super) struct Learned {
    /// Where letters go.
    pub(super) email: Option<String>,
    /// The country whose ways to pay were shown.
    pub(super) country: Option<String>,
    /// What was typed for a wallet.
    pub(super) wallet: Option<TypedWallet>,
    /// Does the payer want the card saved?
    pub(super) saves: bool,
    /// Does the shop pay the payer?
    pub(super) pays_out: bool,
}

/// What the order's details become when the payer pays in the way of this name; `None` where a protocol keeps nothing of it.
pub(super) async fn remember(
    gateway: &Gateway,
    project: &ActiveProject,
    key: &str,
    learned: Learned,
) -> Result<Option<Remember>, FlowError> {
    match project.protocol {
        Protocol::Rbs => Ok(None),
        Protocol::Paysera => Ok(Some(paysera::remember(key.to_owned(), learned))),
        Protocol::Monetix => {
            let number = gateway.numbers.next().await?;
            Ok(Some(monetix::remember(key.to_owned(), learned, number)))
        }
    }
}

/// An invoice to the wallet that the payer named.
pub(super) fn invoice_to(account: &str, visit: &Visit) -> Means {
    Means::Invoice(InvoiceRequest {
        method: Method::Wallet,
        key: visit.wallet.as_ref().map(|wallet| wallet.key.clone()).unwrap_or_default(),
        account: account.to_owned(),
        description: visit.description.clone(),
        expires_at: visit.payment.expires_at,
    })
}

/// What the order says about the authentication of a card's holder.
pub(super) fn demand(project: &ActiveProject, stored: &StoredPayment) -> Demand {
    match project.protocol {
        Protocol::Rbs => rbs::demand(stored),
        Protocol::Paysera | Protocol::Monetix => Demand::default(),
    }
}
