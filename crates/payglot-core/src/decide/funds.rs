//! Money that payers send without our asking: in full, in part, in excess, late.
//!
//! Every receipt goes to `Suspense` first; what the merchant is owed leaves it when the payment is settled, the rest is returned.

use super::draft::Draft;
use super::{Decision, Refusal, asked};
use crate::ids::OperationId;
use crate::ledger::Account;
use crate::money::Money;
use crate::moves::Event;
use crate::operation::{Method, Operation, OperationKind, OperationStatus};
use crate::payment::State;
use crate::terms::Funds;

pub(super) fn receive(
    mut draft: Draft,
    id: OperationId,
    amount: Money,
    method: Method,
    return_operation: OperationId,
) -> Result<Decision, Refusal> {
    if amount.currency() != draft.next.amount.currency() {
        return Err(Refusal::CurrencyDiffers);
    }
    if amount.is_zero() {
        return Err(Refusal::BadAmount);
    }
    if let Some(known) = draft.next.operation(id) {
        let same = known.amount == amount;
        return Err(if same { Refusal::Repeated(id) } else { Refusal::KeyReused(id) });
    }
    let receipt = Operation {
        status: OperationStatus::Approved,
        method: Some(method),
        answered_at: Some(draft.now),
        ..asked(id, OperationKind::Sale, amount, draft.now)
    };
    draft.add(receipt);
    take_in(&mut draft, amount)?;
    settle(&mut draft, id, return_operation)?;
    draft.finish()
}

/// Books a receipt as suspense.
pub(super) fn take_in(draft: &mut Draft, amount: Money) -> Result<(), Refusal> {
    let total = draft.next.sums.authorized.checked_add(amount.minor()).ok_or(Refusal::Overflow)?;
    draft.next.amount.with_minor(total).ok_or(Refusal::Overflow)?;
    draft.next.sums.authorized = total;
    draft.post(Account::Payer, Account::Suspense, amount);
    Ok(())
}

/// Decides what the money received so far means.
pub(super) fn settle(draft: &mut Draft, id: OperationId, return_operation: OperationId) -> Result<(), Refusal> {
    let asked_for = draft.next.amount.minor();
    let enough = draft.next.sums.remaining() >= asked_for;
    match draft.next.state {
        State::Created | State::Pending | State::Underpaid if !enough => draft.happen(Event::PartReceived, Some(id)),
        State::Created | State::Pending | State::Underpaid => {
            pay_merchant(draft, Event::Captured, id)?;
            return_remaining(draft, return_operation)
        }
        State::Paid => {
            draft.happen(Event::ExcessReceived, Some(id))?;
            return_remaining(draft, return_operation)
        }
        State::Expired | State::Cancelled | State::Declined if draft.next.terms.late == Funds::Accept && enough => {
            pay_merchant(draft, Event::PaidLate, id)?;
            return_remaining(draft, return_operation)
        }
        State::Expired | State::Cancelled | State::Declined | State::Voided => {
            draft.happen(Event::LateReceived, Some(id))?;
            return_remaining(draft, return_operation)
        }
        // A hold is asked for, never sent.
        State::Held => Err(draft.wrong_state()),
    }
}

/// The time of a partly paid order is over.
pub(super) fn settle_partial(draft: &mut Draft, return_operation: OperationId) -> Result<(), Refusal> {
    match draft.next.terms.partial {
        Funds::Accept => {
            let last = draft.next.operations.last().map(|operation| operation.id);
            let rest = draft.next.sums.remaining();
            credit_merchant(draft, rest)?;
            draft.happen(Event::PaidLate, last)
        }
        Funds::Return => {
            draft.happen(Event::Expired, None)?;
            return_remaining(draft, return_operation)
        }
    }
}

/// Gives the merchant the amount asked for, or all that came if the terms accept more.
fn pay_merchant(draft: &mut Draft, event: Event, id: OperationId) -> Result<(), Refusal> {
    let rest = draft.next.sums.remaining();
    let due = match draft.next.terms.over {
        Funds::Accept => rest,
        Funds::Return => rest.min(draft.next.amount.minor()),
    };
    credit_merchant(draft, due)?;
    draft.happen(event, Some(id))
}

fn credit_merchant(draft: &mut Draft, minor: i64) -> Result<(), Refusal> {
    draft.next.sums.captured += minor;
    draft.post_minor(Account::Suspense, Account::Merchant, minor)
}

/// Asks the provider to send back whatever the merchant will not get. While an earlier return has no answer, the rest waits for it: the
/// answer calls this again.
pub(super) fn return_remaining(draft: &mut Draft, id: OperationId) -> Result<(), Refusal> {
    let rest = draft.next.sums.remaining();
    let waiting = draft.next.sums.return_pending > 0;
    if rest == 0 || waiting || draft.next.sums.voided > 0 && draft.next.state == State::Paid {
        return Ok(());
    }
    let amount = draft.next.amount.with_minor(rest).ok_or(Refusal::Overflow)?;
    draft.next.sums.return_pending += rest;
    let operation = asked(id, OperationKind::Return, amount, draft.now);
    draft.ask(operation);
    draft.happen(Event::ReturnAsked, Some(id))
}
