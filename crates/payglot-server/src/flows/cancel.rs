//! Payer or merchant gives an unpaid order up.

use super::{FlowError, announce, apply_with, load, operate};
use crate::gateway::Gateway;
use payglot_core::{Command, DeclineReason, PaymentId};
use payglot_store::StoredPayment;

/// Cancels; partial money goes back. `reason` says who: `CancelledByPayer` or `CancelledByMerchant`.
pub async fn cancel(gateway: &Gateway, id: PaymentId, reason: DeclineReason) -> Result<StoredPayment, FlowError> {
    let stored = load(gateway, id).await?;
    let command = || Command::Cancel { reason, return_operation: gateway.clock.operation_id() };
    let details = announce::remember_cancel(&stored.payment, &stored.details, reason);
    let (stored, decision) = apply_with(gateway, stored, command, Some(details)).await?;
    match decision.ask {
        Some(operation) => operate::ask(gateway, stored, operation).await,
        None => Ok(stored),
    }
}
