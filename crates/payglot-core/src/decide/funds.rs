//! Money that payers send without our asking: in full, in part, in excess, late.
//!
//! Every receipt goes to `Suspense` first; what the merchant is owed leaves it when the payment is settled, the rest is returned.

use super::draft::Draft;
use super::{Decision, Refusal, asked, attempt};
use crate::ids::OperationId;
use crate::ledger::Account;
use crate::money::{MINOR_MAX, Money};
use crate::moves::{self, Event};
use crate::operation::{DeclineReason, Method, Operation, OperationKind, OperationStatus};
use crate::payment::{Intent, State};
use crate::terms::Funds;

pub(super) fn receive(
    mut draft: Draft,
    id: OperationId,
    amount: Money,
    method: Method,
    return_operation: OperationId,
) -> Result<Decision, Refusal> {
    if amount.is_zero() {
        return Err(Refusal::BadAmount);
    }
    if amount.currency() != draft.next.amount.currency() {
        return Err(Refusal::CurrencyDiffers);
    }
    if let Some(known) = draft.next.operation(id) {
        let same = known.kind == OperationKind::Sale && known.amount == amount;
        return Err(if same { Refusal::Repeated(id) } else { Refusal::KeyReused(id) });
    }
    // Holds and payouts are asked for, never sent: no method that lets a payer send money is offered for them.
    if draft.next.intent != Intent::Sale {
        return Err(Refusal::NotAllowed);
    }
    let receipt = Operation {
        status: OperationStatus::Approved,
        method: Some(method),
        answered_at: Some(draft.now),
        ..asked(id, OperationKind::Sale, amount, draft.now)
    };
    draft.add(receipt)?;
    take_in(&mut draft, amount)?;
    settle(&mut draft, id, return_operation)?;
    draft.finish()
}

/// Books a receipt as suspense.
pub(super) fn take_in(draft: &mut Draft, amount: Money) -> Result<(), Refusal> {
    draft.add_to(|sums| &mut sums.authorized, amount.minor())?;
    draft.post(Account::Payer, Account::Suspense, amount);
    Ok(())
}

/// Decides what the money received so far means.
pub(super) fn settle(draft: &mut Draft, id: OperationId, return_operation: OperationId) -> Result<(), Refusal> {
    let asked_for = draft.next.amount.minor();
    let enough = draft.next.in_suspense() >= asked_for;
    if draft.next.state == State::Pending {
        // The payer found another way; a challenge left open would have no end.
        attempt::end_challenge(draft, DeclineReason::AuthenticationAbandoned)?;
    }
    match draft.next.state {
        State::Created | State::Pending | State::Underpaid if !enough => draft.happen(Event::PartReceived, Some(id)),
        State::Created | State::Pending | State::Underpaid => {
            pay_merchant(draft, Event::Captured, id)?;
            return_remaining(draft, return_operation)
        }
        // While a void is on its way nothing may be added to what it undoes.
        State::Paid if draft.next.terms.over == Funds::Accept && !void_is_open(draft) => {
            let due = draft.next.in_suspense().min(MINOR_MAX);
            credit_merchant(draft, due)?;
            draft.happen(Event::ExcessReceived, Some(id))?;
            return_remaining(draft, return_operation)
        }
        State::Paid => ask_back(draft, id, return_operation),
        State::Expired | State::Cancelled | State::Declined if draft.next.terms.late == Funds::Accept && enough => {
            pay_merchant(draft, Event::PaidLate, id)?;
            return_remaining(draft, return_operation)
        }
        State::Expired | State::Cancelled | State::Declined | State::Voided | State::Held => {
            ask_back(draft, id, return_operation)
        }
    }
}

/// Money that is nobody's: it is noted and sent back. A hold that comes late goes the same way; the provider gives it back by voiding it.
pub(super) fn ask_back(draft: &mut Draft, id: OperationId, return_operation: OperationId) -> Result<(), Refusal> {
    let event = if moves::is_closed(draft.next.state) { Event::LateReceived } else { Event::ExcessReceived };
    draft.happen(event, Some(id))?;
    return_remaining(draft, return_operation)
}

fn void_is_open(draft: &Draft) -> bool {
    draft.next.open_operations().any(|operation| operation.kind == OperationKind::Void)
}

/// The time of a partly paid order is over.
pub(super) fn settle_partial(draft: &mut Draft, return_operation: OperationId) -> Result<(), Refusal> {
    match draft.next.terms.partial {
        Funds::Accept => {
            let last = draft.next.operations.last().map(|operation| operation.id);
            let rest = draft.next.in_suspense();
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
    let rest = draft.next.in_suspense();
    let due = match draft.next.terms.over {
        Funds::Accept => rest.min(MINOR_MAX),
        Funds::Return => rest.min(draft.next.amount.minor()),
    };
    credit_merchant(draft, due)?;
    draft.happen(event, Some(id))
}

fn credit_merchant(draft: &mut Draft, minor: i64) -> Result<(), Refusal> {
    draft.add_to(|sums| &mut sums.captured, minor)?;
    draft.post_minor(Account::Suspense, Account::Merchant, minor)
}

/// Asks the provider to send back whatever the merchant will not get. What is above one operation's limit waits for the answer, which
/// calls this again.
pub(super) fn return_remaining(draft: &mut Draft, id: OperationId) -> Result<(), Refusal> {
    let rest = draft.next.in_suspense().min(MINOR_MAX);
    if rest == 0 {
        return Ok(());
    }
    let amount = draft.next.amount.with_minor(rest).ok_or(Refusal::Overflow)?;
    draft.add_to(|sums| &mut sums.return_pending, rest)?;
    let operation = asked(id, OperationKind::Return, amount, draft.now);
    draft.ask(operation)?;
    draft.happen(Event::ReturnAsked, Some(id))
}
