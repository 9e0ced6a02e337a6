//! The clock's side: orders nobody paid, holds nobody captured.

use super::{FlowError, apply, load, message, operate, pay};
use crate::gateway::Gateway;
use payglot_core::{Command, DeclineReason, OperationKind, OperationStatus, Payment, PaymentId, State, UnixMillis};
use payglot_store::{StoreError, StoredPayment};
use std::collections::HashSet;

/// How many times the batch is looked through for payments that can end.
pub(super) const LOOK_BEHIND: u32 = 32;

/// Ends a payment whose time is over; a hold is captured or voided at the provider.
pub async fn expire(gateway: &Gateway, stored: StoredPayment) -> Result<StoredPayment, FlowError> {
    let command = || Command::Expire { operation: gateway.clock.operation_id() };
    let stored = message::hear(gateway, pay::hear(gateway, stored).await?).await?;
    let (stored, decision) = apply(gateway, stored, command).await?;
    match decision.ask {
        Some(operation) => operate::ask(gateway, stored, operation).await,
        None => Ok(stored),
    }
}

/// Ends at least `limit` payments whose time is over, if there are as many. Returns how many it ended. One that cannot end now, for
/// whatever reason of its own, keeps no other from ending.
pub async fn expire_due(gateway: &Gateway, limit: u32) -> Result<usize, FlowError> {
    let (mut ended, mut seen, mut window) = (0, HashSet::new(), limit);
    loop {
        let due = gateway.store.expired(gateway.clock.now(), window).await?;
        let is_all = due.len() < window as usize;
        for id in due {
            if seen.insert(id) {
                ended += usize::from(end(gateway, id).await?);
            }
        }
        if is_all || ended >= limit as usize || window >= limit.saturating_mul(LOOK_BEHIND) {
            return Ok(ended);
        }
        // What cannot end stays at the head of the list: look behind it.
        window = window.saturating_mul(2);
    }
}

/// A provider that refused to capture or void a hold is not asked again in the same second, but after ten minutes.
const END_AGAIN_MS: i64 = 600_000;

fn end_was_refused_lately(payment: &Payment, now: UnixMillis) -> bool {
    let ends = |kind| matches!(kind, OperationKind::Capture | OperationKind::Void);
    let last = payment.operations.iter().rev().find(|operation| ends(operation.kind));
    // What the provider never received was not refused; and what it refused before the time was over was the merchant's own wish.
    let refused =
        last.filter(|end| end.status == OperationStatus::Declined && end.reason != Some(DeclineReason::NotReceived));
    payment.state == State::Held
        && refused
            .filter(|end| end.asked_at >= payment.expires_at)
            .and_then(|end| end.answered_at)
            .is_some_and(|at| now.since(at) < END_AGAIN_MS)
}

/// True if it ended. Fails only when the store does.
async fn end(gateway: &Gateway, id: PaymentId) -> Result<bool, FlowError> {
    let ended = async {
        let stored = load(gateway, id).await?;
        if end_was_refused_lately(&stored.payment, gateway.clock.now()) {
            return Ok(false);
        }
        Ok(expire(gateway, stored).await?.payment.state != State::Held)
    };
    match ended.await {
        Ok(ended) => Ok(ended),
        // Somebody was faster, or an answer is missing that the recovery asks for.
        Err(FlowError::Refused(_)) => Ok(false),
        Err(error @ FlowError::Store(StoreError::Unavailable(_))) => Err(error),
        Err(error) => {
            tracing::error!(payment = %id, %error, "a payment whose time is over cannot be ended: a person must look");
            Ok(false)
        }
    }
}
