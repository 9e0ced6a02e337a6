//! Orders that may be paid more than once under one number: each registration is a payment of its own, and the store knows it as
//! `NUMBER#SERIAL`, where the serial number is unique in the gateway. On the wire the number comes without the serial.

use super::{FlowError, query, register};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use payglot_core::{Payment, ProjectId, State};
use payglot_store::StoredPayment;
use register::Order;
use std::sync::Arc;

/// The payments of an order number, newest first, each as the clock has left it.
pub async fn payments(gateway: &Gateway, project: ProjectId, number: &str) -> Result<Vec<StoredPayment>, FlowError> {
    let mut found = gateway.store.payments_of_order(project, number).await?;
    for stored in &mut found {
        if stored.payment.state.waits_for_payer() {
            *stored = query::payment(gateway, stored.payment.id).await?;
        }
    }
    Ok(found)
}

/// Registers one more payment of an order number. `order` is given the serial number and says the rest; the number it names is the
/// merchant's own.
pub async fn register(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    order: impl FnOnce(u32) -> Order,
) -> Result<StoredPayment, FlowError> {
    let serial = gateway.numbers.next().await?;
    let mut order = order(serial);
    order.number = format!("{}#{serial}", order.number);
    register::register(gateway, project, order).await
}

/// The merchant's own number of a payment registered here.
pub fn own_number(payment: &Payment) -> &str {
    payment.order.rsplit_once('#').map_or(&payment.order, |(number, _)| number)
}

/// Has the merchant money of it that was not given back wholly?
pub fn is_paid(payment: &Payment) -> bool {
    match payment.state {
        State::Paid => payment.sums.refunded < payment.sums.captured,
        State::Created
        | State::Pending
        | State::Underpaid
        | State::Held
        | State::Declined
        | State::Voided
        | State::Cancelled
        | State::Expired => false,
    }
}
