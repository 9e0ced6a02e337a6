//! 3-D Secure led by a merchant's page, step by step, where our own page needs one redirect only.

use super::book::{BookClosed, Outcome, Question, answer_of};
use super::cards::Behaviour;
use super::note::{Note, Stage, Then};
use super::{SandboxBank, challenge};
use crate::upstream::{AttemptAnswer, Authentication, Step};
use payglot_core::{Answer, DeclineReason, OperationId, ThreeDs};

/// Where the browser posts what the bank wants to look at.
const METHOD: &str = "/sandbox/acs/method";

/// Where an attempt begins that behaves like this, if a merchant's page leads it; `None` if no authentication is part of it.
/// `own` is the card's behaviour before the order had its say: a demand that cannot be met is refused at once.
pub(super) fn first_stage(own: Behaviour, behaviour: Behaviour, version_1: bool) -> Option<Stage> {
    match behaviour {
        Behaviour::Challenge | Behaviour::ChallengeAnswerLost | Behaviour::ChallengeThenDecline(_) => {
            Some(if version_1 { Stage::PaReq } else { Stage::Method(Then::Challenge) })
        }
        Behaviour::Approve(ThreeDs::Frictionless) => Some(Stage::Method(Then::Frictionless)),
        Behaviour::Approve(ThreeDs::Attempt) => Some(Stage::Method(Then::Attempt)),
        Behaviour::Decline(DeclineReason::AuthenticationRefused) if own == behaviour => {
            Some(Stage::Method(Then::Refused))
        }
        Behaviour::Approve(ThreeDs::No | ThreeDs::Challenge)
        | Behaviour::Decline(_)
        | Behaviour::AnswerLost
        | Behaviour::NeverReceived
        | Behaviour::Slow => None,
    }
}

/// What the merchant's page must do at a stage, and the bank's address for it; `None` where our own page leads.
fn step(operation: OperationId, stage: Stage) -> Option<(Step, String)> {
    match stage {
        Stage::Ours => None,
        Stage::PaReq => Some((Step::PaReq, challenge::address(operation))),
        Stage::Method(_) => Some((Step::Method, METHOD.to_owned())),
        Stage::CReq => Some((Step::CReq, challenge::address(operation))),
    }
}

/// The answer to an attempt whose holder is expected to act at this stage.
pub(super) fn must_act(operation: OperationId, stage: Stage) -> AttemptAnswer {
    match step(operation, stage) {
        Some((step, address)) => AttemptAnswer::MerchantMustAct { step, address },
        None => AttemptAnswer::PayerMustAct { address: challenge::address(operation) },
    }
}

impl SandboxBank {
    /// Begins an authentication that a merchant's page leads.
    pub(super) async fn begin_guided(
        &self,
        question: &Question,
        mut note: Note,
        stage: Stage,
        return_address: String,
    ) -> Result<AttemptAnswer, BookClosed> {
        note.stage = stage;
        // At its first stage version 2 has no page yet that could lead back.
        if stage == Stage::PaReq {
            note.return_address = return_address;
        }
        self.book.enqueue(question.entry(Outcome::Challenge(0), &note, self.clock.now())).await?;
        Ok(must_act(question.operation, stage))
    }

    /// The browser was looked at: the challenge, or the end.
    pub(super) async fn try_go_on(&self, id: OperationId, return_address: String) -> Result<AttemptAnswer, BookClosed> {
        let turn = self.turns.of(id.as_bytes()).await;
        let Some(mut entry) = self.book.entry(id).await? else {
            return self.never_received(&turn, id).await.map(AttemptAnswer::Done);
        };
        let mut note = Note::read(&entry.note);
        let Stage::Method(then) = note.stage else {
            drop(turn);
            return self.where_it_stands(id).await;
        };
        if let Some(answer) = answer_of(&entry) {
            return Ok(AttemptAnswer::Done(answer));
        }
        entry.at = self.clock.now();
        match then {
            Then::Challenge => {
                (note.stage, note.return_address) = (Stage::CReq, return_address);
                entry.note = note.write();
                self.book.record(entry).await?;
                return Ok(must_act(id, Stage::CReq));
            }
            Then::Frictionless | Then::Attempt => {
                let way = if then == Then::Attempt { ThreeDs::Attempt } else { ThreeDs::Frictionless };
                (note.three_ds, entry.outcome) = (Some(way), Outcome::Approved);
            }
            Then::Refused => entry.outcome = Outcome::Declined(DeclineReason::AuthenticationRefused),
        }
        entry.note = note.write();
        Ok(AttemptAnswer::Done(self.give(turn, entry).await?))
    }

    /// For one who asks once more: the same step while the holder is expected, else the answer.
    async fn where_it_stands(&self, operation: OperationId) -> Result<AttemptAnswer, BookClosed> {
        if let Some(entry) = self.book.entry(operation).await?
            && let Outcome::Challenge(_) = entry.outcome
        {
            return Ok(super::must_act(&entry));
        }
        let answer = self.settle(operation, true).await?;
        Ok(AttemptAnswer::Done(answer.unwrap_or(Answer::Unknown)))
    }

    /// What is known of an authentication.
    pub(super) async fn try_authentication(
        &self,
        operation: OperationId,
    ) -> Result<Option<Authentication>, BookClosed> {
        let Some(entry) = self.book.entry(operation).await? else { return Ok(None) };
        let open = match entry.outcome {
            Outcome::Challenge(_) => true,
            Outcome::Authenticated | Outcome::Approved | Outcome::Declined(_) => false,
        };
        let note = Note::read(&entry.note);
        let known = note.stage != Stage::Ours || !note.return_address.is_empty();
        let step = step(operation, note.stage).filter(|_| open);
        Ok(known.then_some(Authentication { payment: entry.payment, open, step }))
    }
}
