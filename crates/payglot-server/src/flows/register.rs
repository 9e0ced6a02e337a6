//! Registers an order.

use super::{FlowError, announce};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use payglot_core::{HoldEnd, Intent, Money, NewPayment, PaymentId, Terms, UnixMillis, register as decide_registration};
use payglot_store::{OrderSeen, StoredPayment};
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
    register_among(gateway, project, gateway.clock.payment_id(), order, None).await
}

/// The same under an id of the caller's; with `seen` it is `StoreError::Changed` unless the payments of the order number are as they were seen.
pub(super) async fn register_among(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    id: PaymentId,
    order: Order,
    seen: Option<OrderSeen>,
) -> Result<StoredPayment, FlowError> {
    let now = gateway.clock.now();
    let terms = terms(project, &order);
    let new = NewPayment {
        id,
        project: project.id,
        order: order.number,
        intent: order.intent,
        amount: order.amount,
        terms,
        expires_at: order.expires_at,
    };
    let mut decision = decide_registration(new, now)?;
    let (number, _) =
        super::commit(gateway, project, &order.details, &decision, Some(order.details.clone()), seen, now).await?;
    decision.payment.order = number;
    Ok(StoredPayment { payment: decision.payment, details: order.details })
}

fn terms(project: &ActiveProject, order: &Order) -> Terms {
    let usual = project.settings.terms();
    Terms {
        hold_end: order.hold_end.filter(|_| !order.verifies),
        hold_ms: if order.verifies { 0 } else { usual.hold_ms },
        attempts_max: order.attempts_max.unwrap_or(usual.attempts_max),
        test: announce::is_test(project, &order.details),
        ..usual
    }
}
