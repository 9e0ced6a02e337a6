//! Orders that may be paid more than once under one number: each registration is a payment of its own, and the store knows it as
//! `NUMBER#SERIAL`, where the serial number is unique in the gateway. On the wire the number comes without the serial.
//!
//! Of the payments of one number at most one is open to the payer (apart from those whose provider has not answered yet), and money
//! counts once. Two decisions see to that, each made on all payments of the number and committed only while they are as they were seen:
//! a registration ends the older unpaid ones, and money for a payment that is over is taken only while nothing else pays for the order.

use super::{FlowError, ROUNDS_MAX, announce, apply_with, operate, pay, query, recover, register};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use payglot_core::{
    Answer, Command, DeclineReason, Funds, Money, OperationId, Payment, ProjectId, ProviderFacts, State, moves,
};
use payglot_store::{OrderSeen, StoreError, StoredPayment};
use payglot_wire::Protocol;
use register::Order;
use std::cmp::Reverse;
use std::sync::Arc;

/// The payments of an order number, newest first, each as the clock has left it.
pub async fn payments(gateway: &Gateway, project: ProjectId, number: &str) -> Result<Vec<StoredPayment>, FlowError> {
    let mut found = gateway.store.payments_of_order(project, number).await?;
    for stored in &mut found {
        if stored.payment.state.waits_for_payer() {
            *stored = query::payment(gateway, stored.payment.id).await?;
        }
    }
    Ok(newest_first(found))
}

/// Serial numbers are given out in blocks, so those of two processes do not tell which came first; within one moment they decide.
fn newest_first(mut found: Vec<StoredPayment>) -> Vec<StoredPayment> {
    found.sort_by_key(|stored| Reverse(stored.payment.created_at));
    found
}

/// What a shop asks for under an order number.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The merchant's own number.
    pub number: &'a str,
    /// How much.
    pub amount: Money,
    /// No money moves: a test says nothing about real money, and the other way round.
    pub test: bool,
    /// The shop says that it repeats itself: what was paid counts whatever the amount.
    pub any_amount: bool,
}

impl Wanted<'_> {
    /// Is this payment for the same? Another amount under the same number is another payment.
    fn is_what(&self, payment: &Payment) -> bool {
        self.any_amount || payment.amount == self.amount
    }
}

/// What became of a request to pay an order.
#[derive(Debug)]
pub enum Taken {
    /// It is a new payment, and the older unpaid ones are over.
    Registered(StoredPayment),
    /// The shop has the money already.
    Paid(StoredPayment),
    /// Money for it may be moving: a place has taken it, or a provider has not answered. Nobody should pay again.
    UnderWay(StoredPayment),
}

/// Registers one more payment of an order number, unless it is paid or money for it is under way. Older unpaid ones end: whoever has one
/// open in another tab is led to the new one. `known` are the payments of the number, newest first; `order` is given the serial number
/// and says the rest, with the merchant's own number.
pub async fn register(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    wanted: Wanted<'_>,
    mut known: Vec<StoredPayment>,
    order: impl Fn(u32) -> Order,
) -> Result<Taken, FlowError> {
    let serial = gateway.numbers.next().await?;
    for _ in 0..ROUNDS_MAX {
        let alike = |stored: &&StoredPayment| announce::is_test(project, &stored.details) == wanted.test;
        let same = |stored: &&StoredPayment| wanted.is_what(&stored.payment);
        let of_kind = || known.iter().filter(alike);
        if let Some(paid) = of_kind().filter(same).find(|stored| is_paid(&stored.payment)) {
            return Ok(Taken::Paid(paid.clone()));
        }
        if let Some(open) = of_kind().filter(same).find(|stored| is_under_way(&stored.payment)) {
            let version = open.payment.version;
            let asked = recover::settle_unknown(gateway, open.clone()).await?;
            if asked.payment.version == version {
                return Ok(Taken::UnderWay(asked));
            }
        } else if let Some(older) = of_kind().find(|stored| is_open(&stored.payment)) {
            withdraw(gateway, pay::hear(gateway, older.clone()).await?).await?;
        } else {
            let mut order = order(serial);
            order.number = format!("{}#{serial}", order.number);
            let (id, seen) = (gateway.clock.payment_id(), seen(project.id, wanted.number, &known));
            match register::register_among(gateway, project, id, order, Some(seen)).await {
                Err(FlowError::Store(StoreError::Changed)) => {}
                done => return done.map(Taken::Registered),
            }
        }
        known = payments(gateway, project.id, wanted.number).await?;
    }
    Err(StoreError::Changed.into())
}

fn seen(project: ProjectId, number: &str, known: &[StoredPayment]) -> OrderSeen {
    let payments = known.iter().map(|stored| (stored.payment.id, stored.payment.version)).collect();
    OrderSeen { project, number: number.to_owned(), payments }
}

/// Ends an unpaid payment whose place another one of the same order takes. A payer who is at a bank for it may still pay there: that
/// money is late. Nothing happens if somebody was faster: the caller looks again.
async fn withdraw(gateway: &Gateway, stored: StoredPayment) -> Result<(), FlowError> {
    let reason = DeclineReason::CancelledByMerchant;
    let command = || Command::Cancel { reason, return_operation: gateway.clock.operation_id() };
    let details = |project: &ActiveProject, stored: &StoredPayment, _: &_| {
        Ok(Some(announce::remember_superseded(project, &stored.details)))
    };
    match apply_with(gateway, stored, command, details).await {
        Ok((stored, decision)) => {
            if let Some(back) = decision.ask {
                Box::pin(operate::ask(gateway, stored, back)).await?;
            }
            Ok(())
        }
        Err(FlowError::Refused(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// How a provider's answer is to be decided.
pub(super) enum Verdict {
    /// As the terms of the payment say; with the payments of its order as they were seen, if it depends on them.
    ByTheTerms(Option<OrderSeen>),
    /// It is late money that must go back, because it would count beside what pays for the order.
    Unwanted(ProviderFacts),
}

/// Judges an answer. Only late money that the terms would take is a question: it is taken if the shop still asks for this amount under
/// the number and nothing else has paid it or is about to. What else is open under the number ends then.
pub(super) async fn judge(
    gateway: &Gateway,
    project: &ActiveProject,
    stored: &StoredPayment,
    operation: OperationId,
    answer: &Answer,
) -> Result<Verdict, FlowError> {
    let payment = &stored.payment;
    let attempt = payment.operation(operation).is_some_and(|asked| asked.kind.is_attempt());
    let would_take = moves::is_closed(payment.state) && payment.terms.late == Funds::Accept;
    let facts = match answer {
        Answer::Approved(facts) if attempt && would_take && may_repeat(project) => facts,
        Answer::Approved(_) | Answer::Declined(..) | Answer::Unknown => return Ok(Verdict::ByTheTerms(None)),
    };
    // Boxed because it is seldom asked, and every answer would carry its state along.
    Box::pin(judge_late(gateway, project, stored, facts)).await
}

async fn judge_late(
    gateway: &Gateway,
    project: &ActiveProject,
    stored: &StoredPayment,
    facts: &ProviderFacts,
) -> Result<Verdict, FlowError> {
    let payment = &stored.payment;
    let (number, test) = (own_number(payment), announce::is_test(project, &stored.details));
    for _ in 0..ROUNDS_MAX {
        let known = newest_first(gateway.store.payments_of_order(project.id, number).await?);
        let mut alike = known.iter().filter(|other| announce::is_test(project, &other.details) == test);
        let asked_for = alike.clone().next().is_none_or(|newest| newest.payment.amount == payment.amount);
        let mut others = alike.clone().map(|other| &other.payment).filter(|other| other.id != payment.id);
        let pays = |other: &Payment| other.amount == payment.amount && (is_paid(other) || is_under_way(other));
        if !asked_for || others.any(pays) {
            return Ok(Verdict::Unwanted(facts.clone()));
        }
        match alike.find(|other| is_open(&other.payment)) {
            Some(open) => withdraw(gateway, open.clone()).await?,
            None => return Ok(Verdict::ByTheTerms(Some(seen(project.id, number, &known)))),
        }
    }
    Err(StoreError::Changed.into())
}

/// The payment that a payer with an old page of this one is led to: what pays for the order, or else its newest payment. `None` if this
/// is the right page.
pub async fn successor(
    gateway: &Gateway,
    project: &ActiveProject,
    stored: &StoredPayment,
) -> Result<Option<StoredPayment>, FlowError> {
    let may_be_old = match stored.payment.state {
        State::Created | State::Cancelled => may_repeat(project),
        State::Pending
        | State::Underpaid
        | State::Held
        | State::Paid
        | State::Declined
        | State::Voided
        | State::Expired => false,
    };
    if !may_be_old {
        return Ok(None);
    }
    let test = announce::is_test(project, &stored.details);
    let mut known = payments(gateway, project.id, own_number(&stored.payment)).await?;
    known.retain(|other| announce::is_test(project, &other.details) == test);
    let pays = |other: &StoredPayment| {
        other.payment.amount == stored.payment.amount && (is_paid(&other.payment) || is_under_way(&other.payment))
    };
    let place = known.iter().position(pays).unwrap_or(0);
    let found = known.into_iter().nth(place);
    Ok(found.filter(|found| found.payment.id != stored.payment.id))
}

/// May an order of this project be paid more than once under one number?
fn may_repeat(project: &ActiveProject) -> bool {
    match project.protocol {
        Protocol::Rbs | Protocol::Monetix => false,
        Protocol::Paysera => true,
    }
}

/// The merchant's own number of a payment registered here.
pub fn own_number(payment: &Payment) -> &str {
    payment.order.rsplit_once('#').map_or(&payment.order, |(number, _)| number)
}

/// Has the merchant money of it that was not given back wholly?
fn is_paid(payment: &Payment) -> bool {
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

/// Was a provider asked that has not answered, so that money may be moving?
fn is_under_way(payment: &Payment) -> bool {
    payment.state.waits_for_payer() && payment.open_operations().any(|open| open.kind.is_attempt())
}

/// May the payer still pay it?
fn is_open(payment: &Payment) -> bool {
    payment.state.waits_for_payer() && !is_under_way(payment)
}
