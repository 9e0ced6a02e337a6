//! Reads a payment; on the way, what the clock already decided is made true.

use super::{FlowError, expire, load};
use crate::gateway::Gateway;
use crate::upstream::card::CardNumber;
use crate::upstream::sandbox::cards;
pub use crate::upstream::sandbox::cards::Enrolment;
use payglot_core::{PaymentId, ProjectId, State, UnixMillis};
use payglot_store::{PageFilter, PaymentMoment, StoredPayment};

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
    match Box::pin(expire::expire(gateway, stored.clone())).await {
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

/// What a list of orders is asked for.
#[derive(Clone, Debug)]
pub struct Period {
    /// By the time of the registration; otherwise by that of the payment.
    pub by_created: bool,
    /// At or after.
    pub from: UnixMillis,
    /// Before.
    pub until: UnixMillis,
    /// In these states, each with whether something was refunded.
    pub states: Vec<(State, bool)>,
    /// How many come before the page.
    pub offset: u64,
    /// At most so many.
    pub limit: u32,
}

/// How many payments of a project fit, and those of the page, newest first; as they are stored.
pub async fn page(
    gateway: &Gateway,
    project: ProjectId,
    period: Period,
) -> Result<(u64, Vec<StoredPayment>), FlowError> {
    let moment = if period.by_created { PaymentMoment::Created } else { PaymentMoment::Paid };
    let Period { from, until, states, offset, limit, .. } = period;
    let filter = PageFilter { project, moment, from, until, states, offset, limit };
    let page = gateway.store.page(&filter).await?;
    Ok((page.total, page.payments))
}

/// Does a card take part in 3-D Secure? `None` if the text is no card number, or the number of no test card.
pub fn enrolment(number: &str) -> Option<Enrolment> {
    cards::enrolment(&CardNumber::parse(number).ok()?)
}
