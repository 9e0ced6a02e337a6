//! Reads a payment; on the way, what the clock already decided is made true.

use super::{FlowError, expire, load};
use crate::gateway::Gateway;
use payglot_core::{PaymentId, ProjectId};
use payglot_store::StoredPayment;

/// The payment, expired if its time is over: nobody must see an order open whose time has passed because a loop was late.
pub async fn payment(gateway: &Gateway, id: PaymentId) -> Result<StoredPayment, FlowError> {
    settle(gateway, load(gateway, id).await?).await
}

/// The same by the merchant's number.
pub async fn payment_by_order(gateway: &Gateway, project: ProjectId, order: &str) -> Result<StoredPayment, FlowError> {
    let stored = gateway.store.payment_by_order(project, order).await?.ok_or(FlowError::UnknownPayment)?;
    settle(gateway, stored).await
}

async fn settle(gateway: &Gateway, stored: StoredPayment) -> Result<StoredPayment, FlowError> {
    let over = stored.payment.state.waits_for_payer() && stored.payment.expires_at <= gateway.clock.now();
    if !over {
        return Ok(stored);
    }
    match expire::expire(gateway, stored.clone()).await {
        Ok(expired) => Ok(expired),
        // Somebody was faster, and this copy is from before; or an answer is still missing.
        Err(FlowError::Refused(_)) => load(gateway, stored.payment.id).await,
        // The database takes no writes now: what is stored is still the truth.
        Err(FlowError::Store(_) | FlowError::DuplicateOrder(_)) => Ok(stored),
        Err(error @ FlowError::UnknownPayment) => Err(error),
    }
}

/// Has the payment moved on from this version? Only reads; a payment that cannot be read counts as moved, so that who waits asks anew.
pub async fn has_moved(gateway: &Gateway, id: PaymentId, version: u32) -> bool {
    !matches!(gateway.store.payment(id).await, Ok(Some(stored)) if stored.payment.version == version)
}
