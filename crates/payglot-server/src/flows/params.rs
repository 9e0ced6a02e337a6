//! Changes what the merchant sent with an order. No money moves, so the core is not asked.

use super::{FlowError, ROUNDS_MAX, load};
use crate::gateway::Gateway;
use payglot_store::{StoreError, StoredPayment};

/// Replaces the details by what `merge` makes of them, or leaves them if it makes nothing; tells which. One transaction with a check of
/// the version: when somebody else changed the payment meanwhile, they are merged anew.
pub async fn replace(
    gateway: &Gateway,
    mut stored: StoredPayment,
    merge: impl Fn(&str) -> Option<String> + Send,
) -> Result<bool, FlowError> {
    for _ in 0..ROUNDS_MAX {
        let Some(details) = merge(&stored.details) else { return Ok(false) };
        let payment = &stored.payment;
        match gateway.store.replace_details(payment.id, payment.version, &details).await {
            Ok(()) => return Ok(true),
            Err(StoreError::Changed) => stored = load(gateway, stored.payment.id).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Changed.into())
}
