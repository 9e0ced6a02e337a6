//! The payer's side: attempts, challenges, cancelling, and the clock.

use super::draft::Draft;
use super::{Decision, Refusal, asked, funds};
use crate::ids::OperationId;
use crate::moves::Event;
use crate::operation::{CardFacts, DeclineReason, Method, OperationKind, OperationStatus};
use crate::payment::{Intent, State};

/// Who pays, and with what.
pub(super) struct Payer {
    pub(super) method: Method,
    pub(super) method_key: Option<String>,
    pub(super) card: Option<CardFacts>,
    pub(super) ip: Option<String>,
}

pub(super) fn start(mut draft: Draft, id: OperationId, payer: Payer) -> Result<Decision, Refusal> {
    if draft.next.state != State::Created {
        return Err(draft.wrong_state());
    }
    if draft.next.expires_at <= draft.now {
        return Err(Refusal::TimeOver);
    }
    if draft.next.attempts_left() == 0 {
        return Err(Refusal::NoAttemptsLeft);
    }
    let kind = match draft.next.intent {
        Intent::Sale => OperationKind::Sale,
        // What is paid elsewhere is paid: no bank, wallet or telephone holds money.
        Intent::Hold if payer.method.is_elsewhere() => OperationKind::Sale,
        Intent::Hold => OperationKind::Hold,
        Intent::Payout => OperationKind::Payout,
    };
    let mut operation = asked(id, kind, draft.next.amount, draft.now);
    operation.method = Some(payer.method);
    operation.method_key = payer.method_key;
    operation.card = payer.card;
    operation.payer_ip = payer.ip;
    draft.ask(operation)?;
    draft.happen(Event::AttemptStarted, Some(id))?;
    draft.finish()
}

pub(super) fn payer_must_act(mut draft: Draft, id: OperationId) -> Result<Decision, Refusal> {
    let operation = draft.operation(id)?;
    if operation.status == OperationStatus::PayerActs {
        return Err(Refusal::AlreadyAnswered);
    }
    if draft.next.state != State::Pending || !operation.status.is_open() {
        return Err(draft.wrong_state());
    }
    if !operation.kind.is_attempt() {
        return Err(Refusal::NotAllowed);
    }
    draft.change(id, |operation| operation.status = OperationStatus::PayerActs)?;
    draft.happen(Event::ChallengeStarted, Some(id))?;
    draft.finish()
}

pub(super) fn payer_acted(mut draft: Draft, id: OperationId) -> Result<Decision, Refusal> {
    let operation = draft.operation(id)?;
    if draft.next.state != State::Pending || operation.status != OperationStatus::PayerActs {
        return Err(draft.wrong_state());
    }
    if draft.next.expires_at <= draft.now {
        return Err(Refusal::TimeOver);
    }
    draft.change(id, |operation| operation.status = OperationStatus::Asked)?;
    draft.happen(Event::ChallengeAnswered, Some(id))?;
    draft.finish()
}

pub(super) fn abandon(mut draft: Draft, id: OperationId) -> Result<Decision, Refusal> {
    let operation = draft.operation(id)?;
    if draft.next.state != State::Pending || operation.status != OperationStatus::PayerActs {
        return Err(draft.wrong_state());
    }
    give_up(&mut draft, id, DeclineReason::AuthenticationAbandoned)?;
    let event = if draft.next.attempts_left() > 0 { Event::AttemptFailed } else { Event::Refused };
    draft.happen(event, Some(id))?;
    draft.finish()
}

pub(super) fn cancel(
    mut draft: Draft,
    reason: DeclineReason,
    return_operation: OperationId,
) -> Result<Decision, Refusal> {
    if !draft.next.state.waits_for_payer() {
        return Err(draft.wrong_state());
    }
    draft.refuse_open()?;
    let attempt = end_challenge(&mut draft, reason)?;
    draft.happen(Event::Cancelled, attempt)?;
    funds::return_remaining(&mut draft, return_operation)?;
    draft.finish()
}

/// The time is over: an unpaid order expires, a hold is captured or voided, partial money goes where the terms say.
pub(super) fn expire(mut draft: Draft, operation: OperationId) -> Result<Decision, Refusal> {
    let runs = draft.next.state.waits_for_payer() || draft.next.state == State::Held;
    if !runs {
        return Err(draft.wrong_state());
    }
    if draft.now < draft.next.expires_at {
        return Err(Refusal::TimeNotOver);
    }
    draft.refuse_open()?;
    match draft.next.state {
        State::Created | State::Pending => {
            let attempt = end_challenge(&mut draft, DeclineReason::TimeRanOut)?;
            draft.happen(Event::Expired, attempt)?;
        }
        State::Underpaid => funds::settle_partial(&mut draft, operation)?,
        State::Held => super::merchant::end_hold(&mut draft, operation)?,
        State::Paid | State::Declined | State::Voided | State::Cancelled | State::Expired => {
            return Err(draft.wrong_state());
        }
    }
    draft.finish()
}

/// Ends the challenge a payer is in, if there is one. The provider has moved nothing yet.
pub(super) fn end_challenge(draft: &mut Draft, reason: DeclineReason) -> Result<Option<OperationId>, Refusal> {
    let challenged = draft.next.operations.iter().find(|operation| operation.status == OperationStatus::PayerActs);
    let Some(attempt) = challenged.map(|attempt| attempt.id) else { return Ok(None) };
    give_up(draft, attempt, reason)?;
    Ok(Some(attempt))
}

fn give_up(draft: &mut Draft, id: OperationId, reason: DeclineReason) -> Result<(), Refusal> {
    draft.change(id, |operation| operation.reason = Some(reason))?;
    draft.close(id, OperationStatus::Declined)
}
