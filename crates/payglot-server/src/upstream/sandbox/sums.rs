//! What the merchant asks for after an attempt, against the bank's own sums: a second guard that knows nothing of the gateway's.

use super::book::{BookClosed, Entry, Outcome, Question, answer_of};
use super::note::Note;
use super::{FollowUp, SandboxBank, wallet};
use payglot_core::{Answer, Currency, DeclineReason, OperationKind};

/// What was approved for one payment in one currency, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Approved {
    holds: i64,
    sales: i64,
    captures: i64,
    voids: i64,
    refunds: i64,
    returns: i64,
}

impl Approved {
    fn of(entries: &[Entry], currency: Currency) -> Self {
        let mut sums = Self::default();
        let counted = |entry: &&Entry| entry.outcome == Outcome::Approved && entry.amount.currency() == currency;
        for entry in entries.iter().filter(counted) {
            let sum = match entry.kind {
                OperationKind::Hold => &mut sums.holds,
                OperationKind::Sale => &mut sums.sales,
                OperationKind::Capture => &mut sums.captures,
                OperationKind::Void => &mut sums.voids,
                OperationKind::Refund => &mut sums.refunds,
                OperationKind::Return => &mut sums.returns,
                // Another account pays it.
                OperationKind::Payout => continue,
            };
            *sum += entry.amount.minor();
        }
        sums
    }

    /// What the holder has paid or has blocked, less what was given back in any way.
    fn still_taken(self) -> i64 {
        self.holds + self.sales - self.voids - self.refunds - self.returns
    }

    /// How much of this kind may still happen. The bank is not told which capture is the last of its hold, so it counts a void against
    /// the whole authorization.
    fn room_for(self, kind: OperationKind) -> i64 {
        match kind {
            OperationKind::Capture => self.holds - self.captures - self.voids - self.returns,
            // A hold that came too late is given back as a return.
            OperationKind::Void | OperationKind::Return => self.still_taken(),
            OperationKind::Refund => (self.sales + self.captures - self.refunds).min(self.still_taken()),
            OperationKind::Payout => i64::MAX,
            // An attempt has a card and does not come this way.
            OperationKind::Sale | OperationKind::Hold => 0,
        }
    }
}

impl SandboxBank {
    /// Decides and writes down; `None` if the answer is lost.
    pub(super) async fn try_follow_up(&self, follow_up: &FollowUp) -> Result<Option<Answer>, BookClosed> {
        let FollowUp { operation, payment, kind, amount } = *follow_up;
        let question = Question { operation, payment, kind, amount };
        // Each waits for the disk within its turn, so the next one reads all sums, and who asks about this one finds it.
        let _turn = self.turns.of_both(payment.as_bytes(), operation.as_bytes()).await;
        let entries = self.book.entries_of(payment).await?;
        let known = match entries.iter().find(|entry| entry.operation == operation) {
            Some(known) => Some(known.clone()),
            None => self.book.entry(operation).await?,
        };
        if let Some(known) = known {
            return Ok(question.answered_by(&known));
        }
        let fits = amount.minor() <= Approved::of(&entries, amount.currency()).room_for(kind);
        let refused = kind == OperationKind::Refund && wallet::refuses_refund(amount, &entries);
        let outcome = if fits && !refused { Outcome::Approved } else { Outcome::Declined(DeclineReason::Other) };
        let entry = question.entry(outcome, &Note::default(), self.clock.now());
        let answer = answer_of(&entry);
        self.book.record(entry).await?;
        Ok(if self.loses_answer() { None } else { answer })
    }
}
