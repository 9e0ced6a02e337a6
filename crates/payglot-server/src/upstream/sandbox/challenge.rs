//! The bank's own page (3-D Secure): what it shows, and what the holder's code leads to.
//!
//! The page lies at `address`. It shows [`SandboxBank::challenge`], posts the code to [`SandboxBank::answer_challenge`] or the wish to
//! stop to [`SandboxBank::cancel_challenge`], and then sends the browser to the return address. Each may be called again, by a double
//! click or an old tab: a challenge that is over stays as it ended.

use super::book::{BookClosed, Entry, Outcome};
use super::note::{Note, Stage};
use super::{SandboxBank, cards};
use payglot_core::{DeclineReason, Money, OperationId, PaymentId};

/// Wrong codes that end a challenge.
pub const WRONG_ANSWERS_MAX: u8 = 3;

/// What the bank's page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The payment it is about, for the merchant's name, which the bank does not know.
    pub payment: PaymentId,
    /// The sum to confirm.
    pub amount: Money,
    /// The card: `411111**1111`.
    pub card: String,
    /// Wrong codes so far.
    pub wrong_answers: u8,
    /// Codes that may still be tried; 0 when the challenge is over.
    pub tries_left: u8,
    /// Where the browser must go afterwards.
    pub return_address: String,
    /// Does it still wait for a code? If not, the page has nothing to ask and sends the browser on.
    pub open: bool,
    /// Was the holder authenticated?
    pub passed: bool,
    /// How the browser is sent on.
    pub handover: Handover,
    /// The codes that pass; a real bank would not show them.
    pub codes: Vec<String>,
}

/// How the bank hands the browser over when a challenge is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handover {
    /// A redirect to our own page.
    Redirect,
    /// A form with `PaRes`, as 3-D Secure 1 has it.
    PaRes,
    /// A form with `cres`, as 3-D Secure 2 has it.
    CRes,
}

/// What a code led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChallengeResult {
    /// It was right (now or before): send the browser to this address.
    Passed(String),
    /// It was wrong, or nothing was typed, which counts as no try: ask again.
    Wrong {
        /// Codes that may still be tried.
        tries_left: u8,
    },
    /// The challenge is over and not passed: send the browser to this address.
    Failed(String),
    /// No challenge by this id.
    Unknown,
    /// The bank cannot be reached now; nothing was counted.
    Unavailable,
}

/// The address of the page, relative to the gateway.
pub(super) fn address(operation: OperationId) -> String {
    format!("/sandbox/acs/{operation}")
}

/// How far a challenge has come, of an entry that had one.
struct Progress {
    note: Note,
    wrong_answers: u8,
    open: bool,
}

impl Progress {
    /// The codes that pass.
    fn codes(&self) -> Vec<&str> {
        match self.note.only_code.as_str() {
            "" => cards::CHALLENGE_CODES.to_vec(),
            only => vec![only],
        }
    }

    /// Wrong codes that end it.
    fn wrong_answers_max(&self) -> u8 {
        if self.note.only_code.is_empty() { WRONG_ANSWERS_MAX } else { 1 }
    }

    fn tries_left(&self) -> u8 {
        self.wrong_answers_max().saturating_sub(self.wrong_answers)
    }
}

fn progress(entry: &Entry) -> Option<Progress> {
    let note = Note::read(&entry.note);
    if note.return_address.is_empty() {
        return None;
    }
    let (wrong_answers, open) = match entry.outcome {
        Outcome::Challenge(wrong) => (wrong, true),
        Outcome::Authenticated | Outcome::Approved | Outcome::Declined(_) => (note.wrong_answers, false),
    };
    Some(Progress { note, wrong_answers, open })
}

/// Where the browser goes from a challenge that is over.
fn ended(entry: &Entry, note: Note) -> ChallengeResult {
    match entry.outcome {
        Outcome::Authenticated | Outcome::Approved => ChallengeResult::Passed(note.return_address),
        Outcome::Challenge(_) | Outcome::Declined(_) => ChallengeResult::Failed(note.return_address),
    }
}

impl SandboxBank {
    /// What the page of this challenge shows. `None` if there is no such challenge or the book is closed.
    pub async fn challenge(&self, operation: OperationId) -> Option<Challenge> {
        let entry = self.book.entry(operation).await.ok().flatten()?;
        let progress = progress(&entry)?;
        let tries_left = if progress.open { progress.tries_left() } else { 0 };
        let codes = progress.codes().into_iter().map(str::to_owned).collect();
        let Progress { note, wrong_answers, open } = progress;
        let handover = match note.stage {
            Stage::Ours | Stage::Method(_) => Handover::Redirect,
            Stage::PaReq => Handover::PaRes,
            Stage::CReq => Handover::CRes,
        };
        Some(Challenge {
            payment: entry.payment,
            amount: entry.amount,
            card: note.card,
            wrong_answers,
            tries_left,
            return_address: note.return_address,
            open,
            passed: matches!(entry.outcome, Outcome::Authenticated | Outcome::Approved),
            handover,
            codes,
        })
    }

    /// The holder typed a code. Spaces do not matter.
    pub async fn answer_challenge(&self, operation: OperationId, code: &str) -> ChallengeResult {
        let code: String = code.split_whitespace().collect();
        self.act(operation, Some(&code)).await.unwrap_or(ChallengeResult::Unavailable)
    }

    /// The holder does not want to confirm.
    pub async fn cancel_challenge(&self, operation: OperationId) -> ChallengeResult {
        self.act(operation, None).await.unwrap_or(ChallengeResult::Unavailable)
    }

    async fn act(&self, operation: OperationId, code: Option<&str>) -> Result<ChallengeResult, BookClosed> {
        let _turn = self.turns.of(operation.as_bytes()).await;
        let Some(mut entry) = self.book.entry(operation).await? else { return Ok(ChallengeResult::Unknown) };
        let Some(mut progress) = progress(&entry) else { return Ok(ChallengeResult::Unknown) };
        if !progress.open {
            return Ok(ended(&entry, progress.note));
        }
        match code {
            Some("") => return Ok(ChallengeResult::Wrong { tries_left: progress.tries_left() }),
            Some(code) if progress.codes().contains(&code) => entry.outcome = Outcome::Authenticated,
            Some(_) => {
                progress.wrong_answers = progress.wrong_answers.saturating_add(1);
                entry.outcome = match progress.tries_left() {
                    0 => Outcome::Declined(DeclineReason::AuthenticationFailed),
                    _ => Outcome::Challenge(progress.wrong_answers),
                };
            }
            None => entry.outcome = Outcome::Declined(DeclineReason::AuthenticationFailed),
        }
        let tries_left = progress.tries_left();
        let note = Note { wrong_answers: progress.wrong_answers, ..progress.note };
        (entry.note, entry.at) = (note.write(), self.clock.now());
        let result = match entry.outcome {
            Outcome::Challenge(_) => ChallengeResult::Wrong { tries_left },
            Outcome::Authenticated | Outcome::Approved | Outcome::Declined(_) => ended(&entry, note),
        };
        self.book.record(entry).await?;
        Ok(result)
    }
}
