//! The clock's side: orders nobody paid, holds nobody captured.

use super::{FlowError, apply, load, operate};
use crate::gateway::Gateway;
use payglot_core::Command;
use payglot_store::StoredPayment;

/// Ends a payment whose time is over; a hold is voided at the provider.
pub async fn expire(gateway: &Gateway, stored: StoredPayment) -> Result<StoredPayment, FlowError> {
    let command = || Command::Expire { operation: gateway.clock.operation_id() };
    let (stored, decision) = apply(gateway, stored, command).await?;
    match decision.ask {
        Some(operation) => operate::ask(gateway, stored, operation).await,
        None => Ok(stored),
    }
}

/// Ends up to `limit` payments whose time is over. Returns how many it ended.
pub async fn expire_due(gateway: &Gateway, limit: u32) -> Result<usize, FlowError> {
    let mut ended = 0;
    for id in gateway.store.expired(gateway.clock.now(), limit).await? {
        let stored = load(gateway, id).await?;
        match expire(gateway, stored).await {
            Ok(_) => ended += 1,
            // Somebody was faster, or an answer is missing that the recovery asks for.
            Err(FlowError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(ended)
}
