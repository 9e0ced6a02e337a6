//! What providers tell without being asked: an invoice was paid, or refused.

use super::{FlowError, pay};
use crate::gateway::Gateway;
use crate::upstream::Provider as _;
use payglot_core::OperationStatus;
use payglot_store::StoreError;
use std::sync::Arc;

/// Hears up to `limit` news, the oldest first. Returns how many operations are decided now. What cannot be recorded, for whatever reason
/// of its own, keeps nothing else from being heard.
pub async fn hear(gateway: &Arc<Gateway>, limit: u32) -> Result<usize, FlowError> {
    let mut decided = 0;
    for (payment, operation) in gateway.bank.news(limit).await {
        match pay::told(gateway, payment, operation).await {
            Ok(stored) => {
                let status = stored.payment.operation(operation).map(|known| known.status);
                decided += usize::from(matches!(status, Some(OperationStatus::Approved | OperationStatus::Declined)));
            }
            Err(error @ FlowError::Store(StoreError::Unavailable(_) | StoreError::Changed)) => return Err(error),
            Err(error) => {
                tracing::error!(%payment, %operation, %error, "a provider's news cannot be recorded: a person must look");
                // Told again it would be no better, and it would stand before all that is newer. What was not asked about yet is not
                // decided, and would not be over with that.
                gateway.bank.query(operation).await;
                gateway.bank.heard(operation).await;
            }
        }
    }
    Ok(decided)
}
