//! A decision in the making: collects what changes and refuses moves that the table does not list.

use super::{Announcement, Decision, Refusal};
use crate::ids::OperationId;
use crate::ledger::{Account, Posting};
use crate::money::Money;
use crate::moves::{self, Event};
use crate::operation::{Operation, OperationKind, OperationStatus};
use crate::outbox;
use crate::payment::{Change, Payment, State, Sums};
use crate::time::UnixMillis;

/// The payment as it will be, and what led there.
pub(super) struct Draft {
    pub(super) next: Payment,
    pub(super) now: UnixMillis,
    touched: Vec<OperationId>,
    changes: Vec<Change>,
    postings: Vec<Posting>,
    announcements: Vec<Announcement>,
    ask: Option<OperationId>,
}

impl Draft {
    pub(super) fn of(payment: &Payment, now: UnixMillis) -> Self {
        Self {
            next: payment.clone(),
            now,
            touched: Vec::new(),
            changes: Vec::new(),
            postings: Vec::new(),
            announcements: Vec::new(),
            ask: None,
        }
    }

    /// The refusal for a command that does not fit the state.
    pub(super) fn wrong_state(&self) -> Refusal {
        Refusal::WrongState(self.next.state)
    }

    /// Makes a move of the table, writes the history and notes what shops may be told.
    pub(super) fn happen(&mut self, event: Event, operation: Option<OperationId>) -> Result<(), Refusal> {
        let from = self.next.state;
        let to = moves::next(from, event).ok_or(Refusal::WrongState(from))?;
        self.next.state = to;
        self.changes.push(Change { at: self.now, event, from: Some(from), to, operation });
        if event == Event::AttemptFailed && to == State::Created {
            self.limit_retries();
        }
        // An attempt that ends after the payment went on without it is not news: a shop that was told "paid" must not hear "failed".
        let stale = event == Event::AttemptFailed && to == from;
        if outbox::is_announced(event) && !stale {
            let amount =
                operation.and_then(|id| self.next.operation(id)).map_or(self.next.amount, |found| found.amount);
            self.announcements.push(Announcement { event, operation, amount });
        }
        Ok(())
    }

    /// The payer may try again, but not for ever. A later failure would end the time later, so the first one counts.
    fn limit_retries(&mut self) {
        if let Some(retry_ms) = self.next.terms.retry_ms {
            self.next.expires_at = self.next.expires_at.min(self.now.plus(retry_ms));
        }
    }

    /// Adds an operation. Its id must be new: it is the provider's idempotency key.
    pub(super) fn add(&mut self, operation: Operation) -> Result<(), Refusal> {
        if self.next.operation(operation.id).is_some() {
            return Err(Refusal::KeyReused(operation.id));
        }
        self.touched.push(operation.id);
        self.next.operations.push(operation);
        Ok(())
    }

    /// Adds an operation that the provider must be asked for once this decision is durable.
    pub(super) fn ask(&mut self, operation: Operation) -> Result<(), Refusal> {
        self.ask = Some(operation.id);
        self.add(operation)
    }

    /// Changes one of the sums by `minor`, which may be negative.
    pub(super) fn add_to(&mut self, sum: fn(&mut Sums) -> &mut i64, minor: i64) -> Result<(), Refusal> {
        let sum = sum(&mut self.next.sums);
        *sum = sum.checked_add(minor).ok_or(Refusal::Overflow)?;
        Ok(())
    }

    /// Changes an operation in place.
    pub(super) fn change(&mut self, id: OperationId, edit: impl FnOnce(&mut Operation)) -> Result<(), Refusal> {
        let found = self.next.operations.iter_mut().find(|operation| operation.id == id);
        edit(found.ok_or(Refusal::UnknownOperation)?);
        if !self.touched.contains(&id) {
            self.touched.push(id);
        }
        Ok(())
    }

    /// A copy of an operation of the payment.
    pub(super) fn operation(&self, id: OperationId) -> Result<Operation, Refusal> {
        self.next.operation(id).cloned().ok_or(Refusal::UnknownOperation)
    }

    /// Moves money between two accounts. Nothing is posted for nothing, nor for a test: no money moves there.
    pub(super) fn post(&mut self, debit: Account, credit: Account, amount: Money) {
        if !amount.is_zero() && !self.next.terms.test {
            self.postings.push(Posting { debit, credit, amount });
        }
    }

    /// The same in minor units of the payment's currency.
    pub(super) fn post_minor(&mut self, debit: Account, credit: Account, minor: i64) -> Result<(), Refusal> {
        let amount = self.next.amount.with_minor(minor).ok_or(Refusal::Overflow)?;
        self.post(debit, credit, amount);
        Ok(())
    }

    /// An earlier request under the same id or key: the same one is [`Refusal::Repeated`], another one [`Refusal::KeyReused`].
    /// `whole` says that the request names no amount; "all of it" means less once the first such request is decided, so there the
    /// amounts are not compared. What a provider declined moved nothing, so its key may be used to try again.
    pub(super) fn refuse_repeat(&self, wanted: &Operation, whole: bool) -> Result<(), Refusal> {
        let same_key = |known: &Operation| {
            let moved = known.status != OperationStatus::Declined;
            moved && known.kind == wanted.kind && wanted.key.is_some() && known.key == wanted.key
        };
        let Some(known) = self.next.operations.iter().find(|known| known.id == wanted.id || same_key(known)) else {
            return Ok(());
        };
        let same = known.kind == wanted.kind
            && known.key == wanted.key
            && known.last == wanted.last
            && (whole || known.amount == wanted.amount);
        Err(if same { Refusal::Repeated(known.id) } else { Refusal::KeyReused(known.id) })
    }

    /// Refuses while an operation waits for its answer on which the next step depends. Refunds and returns have reserved their sums and
    /// touch nothing else, so nothing waits for them.
    pub(super) fn refuse_open(&self) -> Result<(), Refusal> {
        let open = self.next.open_operations().find(|known| match known.kind {
            OperationKind::Refund | OperationKind::Return => false,
            OperationKind::Sale
            | OperationKind::Hold
            | OperationKind::Capture
            | OperationKind::Void
            | OperationKind::Payout => true,
        });
        open.map_or(Ok(()), |known| Err(Refusal::OutcomeOpen(known.id)))
    }

    /// Records an answer on an operation.
    pub(super) fn close(&mut self, id: OperationId, status: OperationStatus) -> Result<(), Refusal> {
        let now = self.now;
        self.change(id, |operation| {
            operation.status = status;
            operation.answered_at = Some(now);
        })
    }

    /// The finished decision. I2 is asserted here, where sums are made, and again by the database.
    pub(super) fn finish(mut self) -> Result<Decision, Refusal> {
        if !self.next.sums.hold_together() {
            return Err(Refusal::ExceedsRemaining);
        }
        assert!(!self.changes.is_empty(), "a decision without an event is not a decision");
        self.next.version = self.next.version.checked_add(1).ok_or(Refusal::Overflow)?;
        self.next.updated_at = self.now;
        let operations = self.touched.iter().filter_map(|id| self.next.operation(*id).cloned()).collect();
        Ok(Decision {
            payment: self.next,
            operations,
            changes: self.changes,
            postings: self.postings,
            announcements: self.announcements,
            ask: self.ask,
        })
    }
}
