//! Banks, wallets and telephones: what a payer does there when no card is involved.
//!
//! An attempt is answered with the address of a page of the place. The page shows [`SandboxBank::errand`] and posts each [`Step`] to
//! [`SandboxBank::take_step`]; what was decided is in the book before the payer is sent on. Money moves when the gateway, told by that
//! page, asks for the outcome. Unlike a card's challenge nothing here ends because the gateway asks or gives up: a payer who pays in
//! a forgotten tab has paid, and what such late money means is for the gateway to decide. Each step may come again, by a double click
//! or an old tab: what is decided stays decided.

use super::SandboxBank;
use super::book::{BookClosed, Entry, Outcome, Question};
use super::note::Note;
use crate::upstream::{AttemptAnswer, Elsewhere};
use payglot_core::{DeclineReason, Method, Money, OperationId, PaymentId};

/// Wrong codes that end an errand at a telephone.
pub const WRONG_CODES_MAX: u8 = 3;

/// What a page of a place shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errand {
    /// The payment it is about, for the merchant's name, which the place does not know.
    pub payment: PaymentId,
    /// The sum to pay.
    pub amount: Money,
    /// The place.
    pub place: Elsewhere,
    /// How far the payer has come.
    pub stage: Stage,
    /// Where the browser must go afterwards.
    pub return_address: String,
}

/// How far a payer has come at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// To pay or not to pay.
    Choice,
    /// At a telephone: its number is wanted.
    Phone,
    /// A message with a code was sent there.
    Code {
        /// The number, all but the last digits hidden.
        phone: String,
        /// What the message says; a real telephone would show it.
        code: String,
        /// Codes that may still be tried.
        tries_left: u8,
    },
    /// The order to pay is taken, the place confirms it later.
    Accepted,
    /// Paid, declined or left.
    Over,
}

/// What a payer does at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Pays.
    Pay,
    /// Pays, but the place says so only later.
    PayLater,
    /// Pays, and the bank will never confirm that the money arrived.
    PayUnconfirmed,
    /// The place confirms what it took before.
    Confirm,
    /// There is not enough money.
    Decline,
    /// Leaves without having paid.
    Leave,
    /// Names a telephone.
    Phone(String),
    /// Wants another telephone.
    OtherPhone,
    /// Types the code of the message.
    Code(String),
}

/// What a step led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepResult {
    /// It is decided, now or before: the gateway must be told, then the browser goes back.
    Decided {
        /// The payment it is about.
        payment: PaymentId,
        /// Where the browser goes.
        return_address: String,
    },
    /// The page again, with what was wrong.
    Again(Option<Complaint>),
    /// No errand by this id.
    Unknown,
    /// The place cannot be reached now; nothing was counted.
    Unavailable,
}

/// What was wrong with a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Complaint {
    /// That is no number of a telephone.
    Phone,
    /// No code was typed.
    CodeMissing,
    /// The code is wrong.
    CodeWrong {
        /// Codes that may still be tried.
        tries_left: u8,
    },
}

/// The address of the page, relative to the gateway.
pub(super) fn address(operation: OperationId) -> String {
    format!("/sandbox/bank/{operation}")
}

/// The code of the message: the same for the same errand, so that a page asked for twice shows one.
fn code(operation: OperationId) -> String {
    format!("{:04}", u128::from_be_bytes(*operation.as_bytes()) % 10_000)
}

/// A number as people write it, with only its last four digits left; `None` if it cannot be one.
fn hidden_phone(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let written_so = typed.chars().all(|sign| sign.is_ascii_digit() || " +-().".contains(sign));
    // E.164 has at most 15 digits; fewer than 7 are no subscriber anywhere.
    (written_so && (7..=15).contains(&digits.len())).then(|| format!("•••• {}", &digits[digits.len() - 4..]))
}

/// How far the errand of an entry has come; `None` if it is none.
pub(super) fn stage_of(entry: &Entry) -> Option<Stage> {
    let note = Note::read(&entry.note);
    let place = note.place.clone()?;
    Some(stage(entry, &place, &note))
}

fn stage(entry: &Entry, place: &Elsewhere, note: &Note) -> Stage {
    match entry.outcome {
        Outcome::Challenge(_) if place.test || place.method != Method::Sms => Stage::Choice,
        Outcome::Challenge(_) if note.phone.is_empty() => Stage::Phone,
        Outcome::Challenge(wrong) => Stage::Code {
            phone: note.phone.clone(),
            code: code(entry.operation),
            tries_left: WRONG_CODES_MAX.saturating_sub(wrong),
        },
        Outcome::Authenticated if note.pending => Stage::Accepted,
        Outcome::Authenticated | Outcome::Approved | Outcome::Declined(_) => Stage::Over,
    }
}

/// What a step makes of an errand: another outcome or note, or what was wrong.
fn step_on(entry: &mut Entry, note: &mut Note, stage: &Stage, step: &Step) -> Option<Complaint> {
    match (stage, step) {
        (Stage::Choice, Step::Pay) => entry.outcome = Outcome::Authenticated,
        (Stage::Choice, Step::PayUnconfirmed) => (entry.outcome, note.unconfirmed) = (Outcome::Authenticated, true),
        (Stage::Choice, Step::PayLater) => (entry.outcome, note.pending) = (Outcome::Authenticated, true),
        (Stage::Accepted, Step::Confirm | Step::Pay) => note.pending = false,
        (Stage::Choice | Stage::Accepted, Step::Decline) => {
            (entry.outcome, note.pending) = (Outcome::Declined(DeclineReason::InsufficientFunds), false);
        }
        (Stage::Choice | Stage::Phone | Stage::Code { .. }, Step::Leave) => {
            entry.outcome = Outcome::Declined(DeclineReason::AuthenticationAbandoned);
        }
        (Stage::Phone | Stage::Code { .. }, Step::Phone(typed)) => match hidden_phone(typed) {
            Some(hidden) => note.phone = hidden,
            None => return Some(Complaint::Phone),
        },
        (Stage::Code { .. }, Step::OtherPhone) => note.phone.clear(),
        (Stage::Code { .. }, Step::Code(typed)) if typed.is_empty() => return Some(Complaint::CodeMissing),
        (Stage::Code { code, .. }, Step::Code(typed)) if code == typed => entry.outcome = Outcome::Authenticated,
        (Stage::Code { tries_left: 0 | 1, .. }, Step::Code(_)) => {
            note.wrong_answers = WRONG_CODES_MAX;
            entry.outcome = Outcome::Declined(DeclineReason::AuthenticationFailed);
        }
        (Stage::Code { tries_left, .. }, Step::Code(_)) => {
            let tries_left = tries_left - 1;
            entry.outcome = Outcome::Challenge(WRONG_CODES_MAX - tries_left);
            return Some(Complaint::CodeWrong { tries_left });
        }
        // A button of an older page: the page shows how far the errand has come.
        (Stage::Choice | Stage::Phone | Stage::Code { .. } | Stage::Accepted | Stage::Over, _) => {}
    }
    None
}

impl SandboxBank {
    /// Begins an errand: the payer must go to the place.
    pub(super) async fn begin_errand(
        &self,
        question: &Question,
        place: Elsewhere,
        return_address: String,
    ) -> Result<AttemptAnswer, BookClosed> {
        let note = Note { place: Some(place), return_address, ..Note::default() };
        self.book.enqueue(question.entry(Outcome::Challenge(0), &note, self.clock.now())).await?;
        Ok(AttemptAnswer::PayerMustAct { address: address(question.operation) })
    }

    /// What the page of this errand shows. `None` if there is no such errand or the book is closed.
    pub async fn errand(&self, operation: OperationId) -> Option<Errand> {
        let entry = self.book.entry(operation).await.ok().flatten()?;
        let note = Note::read(&entry.note);
        let place = note.place.clone()?;
        let stage = stage(&entry, &place, &note);
        Some(Errand { payment: entry.payment, amount: entry.amount, place, stage, return_address: note.return_address })
    }

    /// The payer takes a step.
    pub async fn take_step(&self, operation: OperationId, step: Step) -> StepResult {
        self.try_step(operation, &step).await.unwrap_or(StepResult::Unavailable)
    }

    async fn try_step(&self, operation: OperationId, step: &Step) -> Result<StepResult, BookClosed> {
        let _turn = self.turns.of(operation.as_bytes()).await;
        let Some(before) = self.book.entry(operation).await? else { return Ok(StepResult::Unknown) };
        let mut note = Note::read(&before.note);
        let Some(place) = note.place.clone() else { return Ok(StepResult::Unknown) };
        let mut entry = before.clone();
        let stage = stage(&before, &place, &note);
        let complaint = step_on(&mut entry, &mut note, &stage, step);
        entry.note = note.write();
        let (payment, return_address) = (entry.payment, note.return_address);
        let open = matches!(entry.outcome, Outcome::Challenge(_));
        if entry != before {
            entry.at = self.clock.now();
            self.book.record(entry).await?;
        }
        Ok(if open { StepResult::Again(complaint) } else { StepResult::Decided { payment, return_address } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_is_known_by_its_digits_and_kept_by_its_last_four() {
        assert_eq!(hidden_phone("+370 (612) 34-567").as_deref(), Some("•••• 4567"));
        for typed in ["", "123456", "+3706123456789012", "370 612 CALLME", "<script>12345678"] {
            assert_eq!(hidden_phone(typed), None, "{typed}");
        }
    }
}
