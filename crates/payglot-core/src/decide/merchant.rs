//! The merchant's side: capture, void, refund, payout. Each reserves its sum here, where it is asked; the answer settles it.

use super::draft::Draft;
use super::{Decision, Refusal, asked};
use crate::ids::OperationId;
use crate::money::Money;
use crate::moves::Event;
use crate::operation::OperationKind;
use crate::payment::{Intent, State};
use crate::terms::{Captures, Ending};

pub(super) fn capture(
    mut draft: Draft,
    id: OperationId,
    amount: Option<Money>,
    last: bool,
    key: Option<String>,
) -> Result<Decision, Refusal> {
    let whole = amount.is_none();
    let amount = wanted(&draft, amount, draft.next.hold_remaining())?;
    let mut operation = asked(id, OperationKind::Capture, amount, draft.now);
    operation.last = last || draft.next.terms.captures == Captures::One;
    operation.key = key;
    draft.refuse_repeat(&operation, whole)?;
    if draft.next.state != State::Held {
        return Err(draft.wrong_state());
    }
    if draft.next.expires_at <= draft.now {
        return Err(Refusal::TimeOver);
    }
    draft.refuse_open()?;
    within(amount, draft.next.hold_remaining())?;
    draft.add_to(|sums| &mut sums.capture_pending, amount.minor())?;
    draft.ask(operation)?;
    draft.happen(Event::CaptureAsked, Some(id))?;
    draft.finish()
}

pub(super) fn void(
    mut draft: Draft,
    id: OperationId,
    amount: Option<Money>,
    key: Option<String>,
) -> Result<Decision, Refusal> {
    let whole = amount.is_none();
    let limit = if draft.next.state == State::Paid { draft.next.sums.captured } else { draft.next.hold_remaining() };
    let amount = wanted(&draft, amount, limit)?;
    let mut operation = asked(id, OperationKind::Void, amount, draft.now);
    operation.key = key;
    draft.refuse_repeat(&operation, whole)?;
    match draft.next.state {
        State::Held => draft.refuse_open()?,
        State::Paid => {
            draft.refuse_open()?;
            refuse_late_void(&draft, amount)?;
        }
        State::Created
        | State::Pending
        | State::Underpaid
        | State::Declined
        | State::Voided
        | State::Cancelled
        | State::Expired => return Err(draft.wrong_state()),
    }
    within(amount, limit)?;
    if draft.next.state == State::Held {
        draft.add_to(|sums| &mut sums.void_pending, amount.minor())?;
    }
    draft.ask(operation)?;
    draft.happen(Event::VoidAsked, Some(id))?;
    draft.finish()
}

/// A captured payment can be undone only whole, while nothing was refunded, released or paid out, and within the window of its terms.
fn refuse_late_void(draft: &Draft, amount: Money) -> Result<(), Refusal> {
    let sums = &draft.next.sums;
    let paid_out = draft.next.approved(OperationKind::Payout).next().is_some();
    let untouched = sums.voided == 0 && sums.refunded == 0 && sums.refund_pending == 0 && !paid_out;
    let captured_at = draft
        .next
        .approved(OperationKind::Sale)
        .chain(draft.next.approved(OperationKind::Capture))
        .filter_map(|operation| operation.answered_at)
        .max();
    let in_window = captured_at.is_some_and(|at| draft.now.since(at) < draft.next.terms.void_captured_ms);
    if untouched && in_window && amount.minor() == sums.captured { Ok(()) } else { Err(Refusal::NotAllowed) }
}

/// Captures or voids what is left of a hold whose time is over.
pub(super) fn end_hold(draft: &mut Draft, id: OperationId) -> Result<(), Refusal> {
    let rest = draft.next.hold_remaining();
    let amount = draft.next.amount.with_minor(rest).ok_or(Refusal::Overflow)?;
    let (kind, event) = if ends_in_capture(draft) {
        draft.add_to(|sums| &mut sums.capture_pending, rest)?;
        (OperationKind::Capture, Event::CaptureAsked)
    } else {
        draft.add_to(|sums| &mut sums.void_pending, rest)?;
        (OperationKind::Void, Event::VoidAsked)
    };
    let operation = asked(id, kind, amount, draft.now);
    draft.ask(operation)?;
    draft.happen(event, Some(id))
}

/// Is the hold to be captured now? Not once it has lived as long as a hold can: a provider that refused the capture until then is asked
/// to let go of it.
fn ends_in_capture(draft: &Draft) -> bool {
    let payment = &draft.next;
    let held_at = payment.approved(OperationKind::Hold).filter_map(|hold| hold.answered_at).max();
    let lives = held_at.is_some_and(|at| draft.now < at.plus(payment.terms.hold_ms));
    let named = payment.terms.hold_end.is_some_and(|end| end.ending == Ending::Capture && end.at <= payment.expires_at);
    named && lives && payment.sums.captured == 0
}

pub(super) fn refund(
    mut draft: Draft,
    id: OperationId,
    amount: Option<Money>,
    key: Option<String>,
    expected: Option<i64>,
) -> Result<Decision, Refusal> {
    let whole = amount.is_none();
    let amount = wanted(&draft, amount, draft.next.sums.refundable())?;
    let mut operation = asked(id, OperationKind::Refund, amount, draft.now);
    operation.key = key;
    draft.refuse_repeat(&operation, whole)?;
    // A hold of several captures can be refunded out of what was captured so far.
    if draft.next.state != State::Paid && !(draft.next.state == State::Held && draft.next.sums.captured > 0) {
        return Err(draft.wrong_state());
    }
    draft.refuse_open()?;
    if expected.is_some_and(|expected| expected != draft.next.sums.refundable()) {
        return Err(Refusal::Unexpected);
    }
    within(amount, draft.next.sums.refundable())?;
    draft.add_to(|sums| &mut sums.refund_pending, amount.minor())?;
    draft.ask(operation)?;
    draft.happen(Event::RefundAsked, Some(id))?;
    draft.finish()
}

pub(super) fn payout(
    mut draft: Draft,
    id: OperationId,
    amount: Money,
    key: Option<String>,
) -> Result<Decision, Refusal> {
    if amount.is_zero() {
        return Err(Refusal::BadAmount);
    }
    let mut operation = asked(id, OperationKind::Payout, amount, draft.now);
    operation.key = key;
    draft.refuse_repeat(&operation, false)?;
    if draft.next.state != State::Paid {
        return Err(draft.wrong_state());
    }
    draft.refuse_open()?;
    // A payout that was registered as one is done: nothing came in that could go out once more.
    if draft.next.intent == Intent::Payout {
        return Err(Refusal::NotAllowed);
    }
    draft.ask(operation)?;
    draft.happen(Event::PayoutAsked, Some(id))?;
    draft.finish()
}

/// The amount a command names, or `whole` if it names none.
fn wanted(draft: &Draft, amount: Option<Money>, whole: i64) -> Result<Money, Refusal> {
    match amount {
        None => draft.next.amount.with_minor(whole).ok_or(Refusal::Overflow),
        Some(amount) if amount.is_zero() => Err(Refusal::BadAmount),
        Some(amount) if amount.currency() != draft.next.amount.currency() => Err(Refusal::CurrencyDiffers),
        Some(amount) => Ok(amount),
    }
}

/// Something, and not more than there is.
fn within(amount: Money, limit: i64) -> Result<(), Refusal> {
    if amount.is_zero() || amount.minor() > limit { Err(Refusal::ExceedsRemaining) } else { Ok(()) }
}
