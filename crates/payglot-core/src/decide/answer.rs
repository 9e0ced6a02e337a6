//! A provider's answer, for each kind of operation.

use super::draft::Draft;
use super::{Decision, Refusal, funds};
use crate::ids::OperationId;
use crate::ledger::Account;
use crate::moves::{self, Event};
use crate::operation::{Answer, DeclineReason, Operation, OperationKind, OperationStatus, ProviderFacts};
use crate::payment::State;

pub(super) fn answer(
    mut draft: Draft,
    id: OperationId,
    answer: Answer,
    return_operation: OperationId,
) -> Result<Decision, Refusal> {
    let operation = draft.operation(id)?;
    match (operation.status, &answer) {
        (OperationStatus::Approved, Answer::Approved(_))
        | (OperationStatus::Unknown | OperationStatus::Approved | OperationStatus::Declined, Answer::Unknown) => {
            return Err(Refusal::AlreadyAnswered);
        }
        (OperationStatus::Declined, Answer::Declined(..)) => return Err(Refusal::AlreadyAnswered),
        (OperationStatus::Approved, Answer::Declined(..)) => return Err(Refusal::AnswerDiffers),
        // A declined attempt that turns out approved is late money; any other contradiction is for a person.
        (OperationStatus::Declined, Answer::Approved(_)) if !operation.kind.is_attempt() => {
            return Err(Refusal::AnswerDiffers);
        }
        (OperationStatus::Declined, Answer::Approved(_))
        | (OperationStatus::Asked | OperationStatus::PayerActs, _)
        | (OperationStatus::Unknown, Answer::Approved(_) | Answer::Declined(..)) => {}
    }
    match answer {
        Answer::Unknown => {
            draft.change(id, |operation| operation.status = OperationStatus::Unknown)?;
            draft.happen(Event::OutcomeUnknown, Some(id))?;
        }
        Answer::Approved(facts) => {
            draft.change(id, |operation| {
                operation.facts = facts;
                operation.reason = None;
            })?;
            draft.close(id, OperationStatus::Approved)?;
            approved(&mut draft, &operation, return_operation)?;
        }
        Answer::Declined(reason, facts) => {
            draft.change(id, |operation| {
                operation.facts = facts;
                operation.reason = Some(reason);
            })?;
            draft.close(id, OperationStatus::Declined)?;
            declined(&mut draft, &operation, reason)?;
        }
    }
    draft.finish()
}

/// Late money that the order does not want: as an approval of an attempt that the payment went on without, but not by the terms.
pub(super) fn refuse_late(
    mut draft: Draft,
    id: OperationId,
    facts: ProviderFacts,
    return_operation: OperationId,
) -> Result<Decision, Refusal> {
    let operation = draft.operation(id)?;
    if operation.status == OperationStatus::Approved {
        return Err(Refusal::AlreadyAnswered);
    }
    if !moves::is_closed(draft.next.state) {
        return Err(draft.wrong_state());
    }
    if !operation.kind.is_attempt() {
        return Err(Refusal::NotAllowed);
    }
    draft.change(id, |operation| {
        operation.facts = facts;
        operation.reason = None;
    })?;
    draft.close(id, OperationStatus::Approved)?;
    funds::take_in(&mut draft, operation.amount)?;
    funds::ask_back(&mut draft, id, return_operation)?;
    draft.finish()
}

fn approved(draft: &mut Draft, operation: &Operation, return_operation: OperationId) -> Result<(), Refusal> {
    let (id, minor) = (operation.id, operation.amount.minor());
    match operation.kind {
        OperationKind::Sale | OperationKind::Hold => attempt_approved(draft, operation, return_operation),
        OperationKind::Capture => {
            draft.add_to(|sums| &mut sums.capture_pending, -minor)?;
            draft.add_to(|sums| &mut sums.captured, minor)?;
            draft.post(Account::Held, Account::Merchant, operation.amount);
            if !operation.last && draft.next.hold_remaining() > 0 {
                return draft.happen(Event::CapturedInPart, Some(id));
            }
            release_rest(draft)?;
            draft.happen(Event::Captured, Some(id))
        }
        OperationKind::Void => void_approved(draft, operation),
        OperationKind::Refund => {
            draft.add_to(|sums| &mut sums.refund_pending, -minor)?;
            draft.add_to(|sums| &mut sums.refunded, minor)?;
            draft.post(Account::Merchant, Account::Payer, operation.amount);
            draft.happen(Event::Refunded, Some(id))
        }
        OperationKind::Return => {
            draft.add_to(|sums| &mut sums.return_pending, -minor)?;
            draft.add_to(|sums| &mut sums.returned, minor)?;
            draft.post(Account::Suspense, Account::Payer, operation.amount);
            draft.happen(Event::Returned, Some(id))?;
            funds::return_remaining(draft, return_operation)
        }
        OperationKind::Payout => {
            draft.post(Account::Merchant, Account::Payee, operation.amount);
            draft.happen(Event::PaidOut, Some(id))
        }
    }
}

fn attempt_approved(draft: &mut Draft, operation: &Operation, return_operation: OperationId) -> Result<(), Refusal> {
    let current = draft.next.state == State::Pending && operation.status != OperationStatus::Declined;
    if !current {
        // The payment went on without this attempt: the money is late and goes where the terms say.
        funds::take_in(draft, operation.amount)?;
        if operation.kind == OperationKind::Hold {
            return funds::ask_back(draft, operation.id, return_operation);
        }
        return funds::settle(draft, operation.id, return_operation);
    }
    draft.add_to(|sums| &mut sums.authorized, operation.amount.minor())?;
    if operation.kind == OperationKind::Sale {
        draft.add_to(|sums| &mut sums.captured, operation.amount.minor())?;
        draft.post(Account::Payer, Account::Merchant, operation.amount);
        return draft.happen(Event::Captured, Some(operation.id));
    }
    let longest = draft.now.plus(draft.next.terms.hold_ms);
    draft.next.expires_at = draft.next.terms.hold_end.map_or(longest, |end| end.at.min(longest));
    draft.post(Account::Payer, Account::Held, operation.amount);
    draft.happen(Event::HoldApproved, Some(operation.id))
}

/// What a last capture leaves of a hold goes back at once.
fn release_rest(draft: &mut Draft) -> Result<(), Refusal> {
    let rest = draft.next.hold_remaining();
    draft.add_to(|sums| &mut sums.voided, rest)?;
    draft.post_minor(Account::Held, Account::Payer, rest)
}

fn void_approved(draft: &mut Draft, operation: &Operation) -> Result<(), Refusal> {
    let (id, minor) = (operation.id, operation.amount.minor());
    if draft.next.state == State::Paid {
        draft.add_to(|sums| &mut sums.captured, -minor)?;
        draft.add_to(|sums| &mut sums.voided, minor)?;
        draft.post(Account::Merchant, Account::Payer, operation.amount);
        return draft.happen(Event::Voided, Some(id));
    }
    draft.add_to(|sums| &mut sums.void_pending, -minor)?;
    draft.add_to(|sums| &mut sums.voided, minor)?;
    draft.post(Account::Held, Account::Payer, operation.amount);
    if draft.next.hold_remaining() > 0 {
        return draft.happen(Event::VoidedInPart, Some(id));
    }
    // What was captured before the rest was released stays the merchant's.
    let event = if draft.next.sums.captured > 0 { Event::Captured } else { Event::Voided };
    draft.happen(event, Some(id))
}

fn declined(draft: &mut Draft, operation: &Operation, reason: DeclineReason) -> Result<(), Refusal> {
    let (id, minor) = (operation.id, operation.amount.minor());
    match operation.kind {
        // The payer sent the money on another way while this attempt was under way.
        OperationKind::Sale | OperationKind::Hold if draft.next.state != State::Pending => {
            draft.happen(Event::AttemptFailed, Some(id))
        }
        OperationKind::Sale | OperationKind::Hold => {
            let mendable = reason.payer_may_retry() || draft.next.terms.retry_ms.is_some();
            let again = mendable && draft.next.attempts_left() > 0;
            draft.happen(if again { Event::AttemptFailed } else { Event::Refused }, Some(id))
        }
        OperationKind::Capture => {
            draft.add_to(|sums| &mut sums.capture_pending, -minor)?;
            draft.happen(Event::CaptureRefused, Some(id))
        }
        OperationKind::Void => {
            // Undoing a capture reserves nothing: no other operation on it begins before the answer.
            if draft.next.state == State::Held {
                draft.add_to(|sums| &mut sums.void_pending, -minor)?;
            }
            draft.happen(Event::VoidRefused, Some(id))
        }
        OperationKind::Refund => {
            draft.add_to(|sums| &mut sums.refund_pending, -minor)?;
            draft.happen(Event::RefundRefused, Some(id))
        }
        OperationKind::Return => {
            draft.add_to(|sums| &mut sums.return_pending, -minor)?;
            draft.happen(Event::ReturnRefused, Some(id))
        }
        OperationKind::Payout if draft.next.state == State::Pending => draft.happen(Event::Refused, Some(id)),
        OperationKind::Payout => draft.happen(Event::PayoutRefused, Some(id)),
    }
}
