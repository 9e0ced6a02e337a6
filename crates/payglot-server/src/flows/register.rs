//! Registers an order.

use super::calls::Accepting;
use super::{Beside, FlowError, announce};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::projects::monetix::HoldEnding;
use payglot_core::{
    Ending, HoldEnd, Intent, Money, NewPayment, Payment, PaymentId, Terms, UnixMillis, register as decide_registration,
};
use payglot_store::{OrderSeen, StoredPayment};
use payglot_wire::Protocol;
use payglot_wire::monetix::limits;
use std::sync::Arc;

/// What a merchant registers.
#[derive(Clone, Debug)]
pub struct Order {
    /// The merchant's number; empty: numbered by us.
    pub number: String,
    /// Sale or hold.
    pub intent: Intent,
    /// How much.
    pub amount: Money,
    /// When the payer's time is over.
    pub expires_at: UnixMillis,
    /// The end of the hold that the merchant named.
    pub hold_end: Option<HoldEnd>,
    /// Is the card only verified? Its hold then lives no moment: it is voided as soon as it is made, and should the process die between
    /// the two, the loop that ends holds voids it.
    pub verifies: bool,
    /// For how many milliseconds a hold lives, if not as long as the project gives.
    pub hold_ms: Option<i64>,
    /// Attempts that the payer has, if not as many as the project gives.
    pub attempts_max: Option<u8>,
    /// The merchant's parameters, as the protocol's codec wrote them.
    pub details: String,
}

/// Registers the order. A number used before is `StoreError::DuplicateOrder`.
pub async fn register(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    order: Order,
) -> Result<StoredPayment, FlowError> {
    register_beside(gateway, project, gateway.clock.payment_id(), order, Beside::default()).await
}

/// The same, and the call that asked for it is kept in the same transaction.
pub async fn register_called(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    order: Order,
    call: &Accepting,
) -> Result<StoredPayment, FlowError> {
    let call = Some(call.stored(None, gateway.clock.now()));
    register_beside(gateway, project, gateway.clock.payment_id(), order, Beside { call, ..Beside::default() }).await
}

/// The same under an id of the caller's; with `seen` it is `StoreError::Changed` unless the payments of the order number are as they were seen.
pub(super) async fn register_among(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    id: PaymentId,
    order: Order,
    seen: Option<OrderSeen>,
) -> Result<StoredPayment, FlowError> {
    register_beside(gateway, project, id, order, Beside { seen, ..Beside::default() }).await
}

async fn register_beside(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    id: PaymentId,
    order: Order,
    beside: Beside,
) -> Result<StoredPayment, FlowError> {
    let now = gateway.clock.now();
    let mut decision = decide_registration(new_payment(id, project, &order, now), now)?;
    let details = Some(order.details.clone());
    let commit = super::commit(gateway, project, &order.details, &decision, details, beside, now);
    let (number, _) = Box::pin(commit).await?;
    decision.payment.order = number;
    Ok(StoredPayment { payment: decision.payment, details: order.details })
}

/// What the order would be if it were registered at `now`, the moment at which its end was judged. Nothing is stored.
pub fn preview(
    gateway: &Gateway,
    project: &ActiveProject,
    order: &Order,
    now: UnixMillis,
) -> Result<Payment, FlowError> {
    Ok(decide_registration(new_payment(gateway.clock.payment_id(), project, order, now), now)?.payment)
}

pub(super) fn new_payment(id: PaymentId, project: &ActiveProject, order: &Order, now: UnixMillis) -> NewPayment {
    NewPayment {
        id,
        project: project.id,
        order: order.number.clone(),
        intent: order.intent,
        amount: order.amount,
        terms: terms(project, order, now),
        expires_at: order.expires_at,
    }
}

fn terms(project: &ActiveProject, order: &Order, now: UnixMillis) -> Terms {
    let usual = project.settings.terms();
    let mut hold_ms = order.hold_ms.unwrap_or(usual.hold_ms);
    let usual = match project.protocol {
        Protocol::Rbs | Protocol::Paysera => usual,
        Protocol::Monetix => {
            let own = &project.settings.monetix;
            let (attempts_max, retry_ms) = own.attempts();
            let captured = HoldEnd { at: now.plus(hold_ms).max(order.expires_at), ending: Ending::Capture };
            let hold_end = (own.hold_ending == HoldEnding::Capture).then_some(captured);
            // What ends a hold of itself comes ahead of the scheme's own end.
            hold_ms = hold_ms.saturating_add(if hold_end.is_some() { limits::HOLD_AHEAD_MS } else { 0 });
            Terms { attempts_max, retry_ms, hold_end, ..usual }
        }
    };
    Terms {
        hold_end: order.hold_end.or(usual.hold_end).filter(|_| !order.verifies),
        hold_ms: if order.verifies { 0 } else { hold_ms },
        attempts_max: order.attempts_max.unwrap_or(usual.attempts_max),
        test: announce::is_test(project, &order.details),
        ..usual
    }
}
