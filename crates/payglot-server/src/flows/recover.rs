//! Operations nobody answered: the provider is asked what became of them.

use super::{FlowError, load, operate};
use crate::gateway::Gateway;
use crate::upstream::Provider as _;
use payglot_core::{Answer, OperationId, PaymentId, Refusal};
use payglot_store::StoredPayment;

/// Only what was asked longer ago than this is asked again: until then the first question may still be under way.
pub const PATIENCE_MS: i64 = 5_000;

/// Asks again for up to `limit` operations. Returns how many got their answer.
pub async fn ask_again(gateway: &Gateway, limit: u32) -> Result<usize, FlowError> {
    let asked_before = gateway.clock.now().plus(-PATIENCE_MS);
    let mut answered = 0;
    for (payment, operation) in gateway.store.unanswered(asked_before, limit).await? {
        answered += usize::from(resolve(gateway, payment, operation).await?);
    }
    Ok(answered)
}

/// Asks what became of one operation. True if it is settled now.
pub async fn resolve(gateway: &Gateway, payment: PaymentId, operation: OperationId) -> Result<bool, FlowError> {
    let stored = load(gateway, payment).await?;
    match gateway.bank.query(operation).await {
        Answer::Unknown => Ok(false),
        answer => match operate::answered(gateway, stored, operation, answer).await {
            Ok(_) | Err(FlowError::Refused(Refusal::AlreadyAnswered)) => Ok(true),
            Err(FlowError::Refused(refusal)) => {
                tracing::error!(%payment, %operation, %refusal, "the provider's answer does not fit the payment: a person must look");
                Ok(false)
            }
            Err(error) => Err(error),
        },
    }
}

/// Settles what is open before a follow-up operation or a status answer relies on it; leaves what the provider still does not know.
pub async fn settle_open(gateway: &Gateway, stored: StoredPayment) -> Result<StoredPayment, FlowError> {
    let asked_before = gateway.clock.now().plus(-PATIENCE_MS);
    let open: Vec<OperationId> = stored
        .payment
        .open_operations()
        .filter(|operation| operation.asked_at <= asked_before)
        .map(|operation| operation.id)
        .collect();
    if open.is_empty() {
        return Ok(stored);
    }
    for operation in open {
        resolve(gateway, stored.payment.id, operation).await?;
    }
    load(gateway, stored.payment.id).await
}
