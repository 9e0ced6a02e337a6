//! Operations nobody answered: the provider is asked what became of them.

use super::expire::LOOK_BEHIND;
use super::waiting::Waits;
use super::{FlowError, load, operate, pay};
use crate::gateway::Gateway;
use crate::upstream::Provider as _;
use crate::upstream::sandbox::elsewhere::{Errand, Stage};
use payglot_core::{Answer, Operation, OperationId, OperationStatus, PaymentId, Refusal, UnixMillis};
use payglot_store::{StoreError, StoredPayment};
use std::collections::HashSet;

/// Only what was asked longer ago than this is asked again: until then the first question may still be under way.
pub const PATIENCE_MS: i64 = 5_000;

/// Asks again until at least `limit` operations are answered, if there are as many. Returns how many were. One that stays without an
/// answer, for whatever reason of its own, keeps no other from getting its own.
pub async fn ask_again(gateway: &Gateway, limit: u32) -> Result<usize, FlowError> {
    let asked_before = gateway.clock.now().plus(-PATIENCE_MS);
    let (mut answered, mut seen, mut window) = (0, HashSet::new(), limit);
    loop {
        let open = gateway.store.unanswered(asked_before, window).await?;
        let is_all = open.len() < window as usize;
        for (payment, operation) in open {
            if seen.insert(operation) {
                answered += usize::from(try_resolve(gateway, payment, operation).await?);
            }
        }
        if is_all || answered >= limit as usize || window >= limit.saturating_mul(LOOK_BEHIND) {
            return Ok(answered);
        }
        // What stays open stays at the head of the list: look behind it.
        window = window.saturating_mul(2);
    }
}

/// How long after a payer went to a place, or was last expected to come back from there, the place is asked what became of it if it has
/// told nothing: ever more seldom. A place tells by itself; asked is for what it could not tell, or what we heard and died over.
const LATER_MS: [i64; 7] = [10_000, 60_000, 600_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000, 72 * 3_600_000];

/// Asks the places whose time to be asked came since `last`; after a start, every one that may still be asked, once. Asking twice does no
/// harm, so processes need not agree who asks. Returns how many told what became of their payer.
pub async fn ask_places(gateway: &Gateway, last: Option<UnixMillis>, now: UnixMillis) -> Result<usize, FlowError> {
    let [first, .., longest] = LATER_MS;
    let mut told = 0;
    match last {
        None => told += ask_between(gateway, now.plus(-longest), now.plus(-first)).await?,
        Some(last) => {
            for later in LATER_MS {
                told += ask_between(gateway, last.plus(-later), now.plus(-later)).await?;
            }
        }
    }
    Ok(told)
}

/// Asks about the payers who were sent away, or given up, after a moment and not after another.
async fn ask_between(gateway: &Gateway, after: UnixMillis, until: UnixMillis) -> Result<usize, FlowError> {
    let mut told = 0;
    let mut place = (after, OperationId::from_bytes([0xff; 16]));
    loop {
        let found = gateway.store.unheard(place, until, PLACES_AT_ONCE).await?;
        let Some(last) = found.last() else { return Ok(told) };
        place = (last.since, last.operation);
        for unheard in found {
            told += usize::from(try_resolve(gateway, unheard.payment, unheard.operation).await?);
        }
    }
}

/// As many are read at a time.
const PLACES_AT_ONCE: u32 = 256;

/// The same as [`resolve`], but fails only when the store does: what is wrong with one payment keeps no other from its answer.
async fn try_resolve(gateway: &Gateway, payment: PaymentId, operation: OperationId) -> Result<bool, FlowError> {
    match resolve(gateway, payment, operation).await {
        Err(error @ FlowError::Store(StoreError::Unavailable(_))) => Err(error),
        Err(error) => {
            tracing::error!(%payment, %operation, %error, "an answer cannot be recorded: a person must look");
            Ok(false)
        }
        settled => settled,
    }
}

/// Asks what became of one operation. True if it is settled now.
pub async fn resolve(gateway: &Gateway, payment: PaymentId, operation: OperationId) -> Result<bool, FlowError> {
    let stored = load(gateway, payment).await?;
    match gateway.bank.query(operation).await {
        Answer::Unknown => send_away(gateway, stored, operation).await,
        answer => record(gateway, stored, operation, answer).await,
    }
}

/// Records what the provider told about an operation. False if it does not fit.
pub(super) async fn record(
    gateway: &Gateway,
    stored: StoredPayment,
    operation: OperationId,
    answer: Answer,
) -> Result<bool, FlowError> {
    let payment = stored.payment.id;
    match Box::pin(operate::answered(gateway, stored, operation, answer)).await {
        Ok(_) | Err(FlowError::Refused(Refusal::AlreadyAnswered)) => Ok(true),
        Err(FlowError::Refused(refusal)) => {
            tracing::error!(%payment, %operation, %refusal, "the provider's answer does not fit the payment: a person must look");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// A place that has begun an attempt and waits for its payer knows no more than that. Where we died before we wrote down that the payer
/// must go there, the page can say so now. True if it can: nothing is open on our side any more.
async fn send_away(gateway: &Gateway, stored: StoredPayment, operation: OperationId) -> Result<bool, FlowError> {
    if !stored.payment.open_operations().any(|open| open.id == operation) {
        return Ok(false);
    }
    let invoice = gateway.bank.invoice(operation).await;
    let waits = |errand: Errand| match errand.stage {
        Stage::Choice | Stage::Phone | Stage::Code { .. } => true,
        Stage::Accepted | Stage::Over => false,
    };
    if invoice.is_none() && !gateway.bank.errand(operation).await.is_some_and(waits) {
        return Ok(false);
    }
    let address = gateway.bank.challenge_address(operation).await.unwrap_or_default();
    let waits = invoice.as_ref().map_or(Waits::Redirect { address: &address }, Waits::Invoice);
    match pay::wait_for_payer(gateway, stored, operation, &waits).await {
        Ok(_) | Err(FlowError::Refused(Refusal::AlreadyAnswered)) => Ok(true),
        Err(FlowError::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Settles what is open before a status answer relies on it; leaves what the provider still does not know.
pub async fn settle_open(gateway: &Gateway, stored: StoredPayment) -> Result<StoredPayment, FlowError> {
    let asked_before = gateway.clock.now().plus(-PATIENCE_MS);
    settle(gateway, stored, |open| open.asked_at <= asked_before).await
}

/// The same before an operation of the merchant relies on it: what is known to be unknown is asked for at once, because money that
/// nobody counted would stand in its way.
pub(super) async fn settle_unknown(gateway: &Gateway, stored: StoredPayment) -> Result<StoredPayment, FlowError> {
    let asked_before = gateway.clock.now().plus(-PATIENCE_MS);
    let due = |open: &Operation| open.status == OperationStatus::Unknown || open.asked_at <= asked_before;
    settle(gateway, stored, due).await
}

async fn settle(
    gateway: &Gateway,
    stored: StoredPayment,
    due: impl Fn(&Operation) -> bool,
) -> Result<StoredPayment, FlowError> {
    let open = stored.payment.open_operations().filter(|operation| due(operation));
    let open: Vec<OperationId> = open.map(|operation| operation.id).collect();
    if open.is_empty() {
        return Ok(stored);
    }
    for operation in open {
        resolve(gateway, stored.payment.id, operation).await?;
    }
    load(gateway, stored.payment.id).await
}
