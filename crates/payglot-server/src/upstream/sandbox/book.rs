//! The bank's own book: what it decided about each operation, apart from the gateway's own records, so that the two can be compared.
//!
//! This file and the vault's are the only ones of this room that know the store. A real provider keeps its book on its own machines;
//! this one borrows a few verbs.

use super::note::Note;
use crate::numbers::Numbers;
use payglot_core::{
    Answer, Currency, DeclineReason, Money, OperationId, OperationKind, PaymentId, ProviderFacts, ThreeDs, UnixMillis,
};
pub(super) use payglot_store::{BankEntry as Entry, BankOutcome as Outcome};
use payglot_store::{Store, StoreError};
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

/// The book. Cheap to clone.
#[derive(Clone)]
pub struct Book {
    store: Arc<dyn Store>,
    /// Entries that were decided and are not on disk yet. The bank never forgets one while it runs: if the database cannot be written
    /// now, it is tried again, and meanwhile the entry counts.
    unwritten: Arc<Mutex<HashMap<OperationId, Entry>>>,
    /// Numbers of invoices.
    numbers: Arc<Numbers>,
}

/// The book can be neither read nor written now: the bank cannot answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BookClosed;

impl Book {
    /// A book kept in this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        let numbers = Arc::new(Numbers::of(Arc::clone(&store), "sandbox invoice"));
        Self { store, unwritten: Arc::default(), numbers }
    }

    fn unwritten(&self) -> MutexGuard<'_, HashMap<OperationId, Entry>> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It is on disk now, unless a newer one took its place meanwhile.
    fn written(&self, entry: &Entry) {
        let mut unwritten = self.unwritten();
        if unwritten.get(&entry.operation) == Some(entry) {
            unwritten.remove(&entry.operation);
        }
    }

    /// Where the vault's rows lie, too.
    pub(super) fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// A number for an invoice, that no other has.
    pub(super) async fn next_number(&self) -> Result<u32, BookClosed> {
        self.numbers.next().await.map_err(|error| {
            tracing::warn!(%error, "the sandbox bank cannot number an invoice");
            BookClosed
        })
    }

    /// What the bank knows of an operation.
    pub(super) async fn entry(&self, operation: OperationId) -> Result<Option<Entry>, BookClosed> {
        if let Some(entry) = self.unwritten().get(&operation) {
            return Ok(Some(entry.clone()));
        }
        self.store.bank_entry(operation).await.map_err(|error| closed(operation, &error))
    }

    /// Everything the bank did for a payment.
    pub(super) async fn entries_of(&self, payment: PaymentId) -> Result<Vec<Entry>, BookClosed> {
        // Before the file is read: what is written meanwhile then stands in one of the two.
        let fresh = self.fresh(|entry| entry.payment == payment);
        let file = self.store.file(payment).await.map_err(|error| unread(&error))?;
        Ok(with_fresh(file.map(|file| file.bank).unwrap_or_default(), fresh))
    }

    /// The invoices of a purse, newest first, at most `limit`.
    pub(super) async fn invoices(&self, purse: &str, limit: u32) -> Result<Vec<Entry>, BookClosed> {
        // As with a payment's entries: what is written meanwhile stands in one of the two.
        let fresh = self.fresh(|entry| entry.purse.as_deref() == Some(purse));
        let known = self.store.bank_invoices(purse, limit).await.map_err(|error| unread(&error))?;
        let mut entries = with_fresh(known, fresh);
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.operation));
        entries.truncate(limit as usize);
        Ok(entries)
    }

    /// What there is to tell at this time, the earliest first, at most `limit`. What waits for the disk is told in the next round.
    pub(super) async fn news(&self, now: UnixMillis, limit: u32) -> Result<Vec<Entry>, BookClosed> {
        let mut due = self.store.bank_news(now, limit).await.map_err(|error| unread(&error))?;
        let heard = self.fresh(|entry| entry.acts_at.is_none());
        due.retain(|entry| heard.iter().all(|heard| heard.operation != entry.operation));
        Ok(due)
    }

    /// Entries that are not on disk yet.
    fn fresh(&self, wanted: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        self.unwritten().values().filter(|entry| wanted(entry)).cloned().collect()
    }

    /// Writes an entry; it is on disk when this returns.
    pub(super) async fn record(&self, entry: Entry) -> Result<(), BookClosed> {
        // One that still waits for the disk must not be written over this one.
        if let Some(older) = self.unwritten().get_mut(&entry.operation) {
            *older = entry.clone();
        }
        self.store.bank_record(entry.clone()).await.map_err(|error| closed(entry.operation, &error))?;
        self.written(&entry);
        Ok(())
    }

    /// Puts an entry into the store's queue without waiting for the disk. The gateway's commit of the answer stands behind it in the
    /// same queue, so an answer that is durable has its entry; waiting here would cost every payment one more turn of the disk.
    /// The first poll takes the place in the queue (and queues in order for one if it is full); `unconstrained` because the runtime
    /// could otherwise put that poll off when this task has done much already.
    pub(super) async fn enqueue(&self, entry: Entry) -> Result<(), BookClosed> {
        self.unwritten().insert(entry.operation, entry.clone());
        let (store, queued) = (Arc::clone(&self.store), entry.clone());
        let mut writing: Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>> =
            Box::pin(tokio::task::unconstrained(async move { store.bank_record(queued).await }));
        let first = poll_fn(|context| Poll::Ready(writing.as_mut().poll(context))).await;
        match first {
            Poll::Ready(Ok(())) => {
                self.written(&entry);
                Ok(())
            }
            Poll::Ready(Err(error)) => {
                self.written(&entry);
                Err(closed(entry.operation, &error))
            }
            Poll::Pending => {
                let book = self.clone();
                tokio::spawn(async move {
                    let first = writing.await;
                    book.write_at_last(entry, first).await;
                });
                Ok(())
            }
        }
    }

    /// The answer is given already, so a failed write is tried again until the entry is on disk.
    async fn write_at_last(&self, entry: Entry, first: Result<(), StoreError>) {
        let (operation, mut entry, mut done, mut wait) = (entry.operation, entry, first, RETRY_FIRST);
        while let Err(StoreError::Unavailable(error)) = done {
            tracing::warn!(%operation, %error, "the sandbox bank cannot write its book; trying again");
            tokio::time::sleep(wait).await;
            wait = wait.saturating_mul(2).min(RETRY_MAX);
            match self.unwritten().get(&operation) {
                Some(newest) => entry = newest.clone(),
                None => return,
            }
            done = self.store.bank_record(entry.clone()).await;
        }
        if let Err(error) = done {
            tracing::error!(%operation, %error, "the sandbox bank lost an entry of its book");
        }
        self.written(&entry);
    }
}

/// The waits before a write that failed is tried again.
const RETRY_FIRST: Duration = Duration::from_millis(50);
const RETRY_MAX: Duration = Duration::from_secs(5);

/// The entries of the disk, those that are newer in memory replaced by these.
fn with_fresh(mut entries: Vec<Entry>, fresh: Vec<Entry>) -> Vec<Entry> {
    entries.retain(|known| fresh.iter().all(|entry| entry.operation != known.operation));
    entries.extend(fresh);
    entries
}

fn unread(error: &StoreError) -> BookClosed {
    tracing::warn!(%error, "the sandbox bank cannot read its book");
    BookClosed
}

fn closed(operation: OperationId, error: &StoreError) -> BookClosed {
    tracing::warn!(%operation, %error, "the sandbox bank cannot use its book");
    BookClosed
}

/// The answer an entry stands for; `None` while the payer must act.
pub(super) fn answer_of(entry: &Entry) -> Option<Answer> {
    let three_ds = Note::read(&entry.note).three_ds;
    match entry.outcome {
        Outcome::Challenge(_) | Outcome::Authenticated => None,
        Outcome::Approved => Some(Answer::Approved(ProviderFacts {
            approval_code: APPROVAL_CODE.to_owned(),
            reference: reference(entry.operation),
            three_ds,
        })),
        Outcome::Declined(reason) => Some(declined(entry.operation, reason, three_ds)),
    }
}

/// The approval code of everything the sandbox approves.
pub const APPROVAL_CODE: &str = "123456";

/// A refusal. One that was made before the processing was asked has no reference number.
pub(super) fn declined(operation: OperationId, reason: DeclineReason, three_ds: Option<ThreeDs>) -> Answer {
    let reference = if reached_processing(reason) { reference(operation) } else { String::new() };
    Answer::Declined(reason, ProviderFacts { approval_code: String::new(), reference, three_ds })
}

/// A tombstone: an operation that the bank was asked about and had not received. It stands at no payment, because nobody has said which
/// one it would be of, so nothing is added to what a payment's book says.
pub(super) fn of_nothing(operation: OperationId, at: UnixMillis) -> Entry {
    let (payment, amount) = (PaymentId::from_bytes([0; 16]), Money::zero(Currency::RUB));
    let question = Question { operation, payment, kind: OperationKind::Sale, amount };
    question.entry(GIVEN_UP, &Note::default(), at)
}

/// The outcome of a tombstone, and of nothing else: what arrives is declined for other reasons.
const GIVEN_UP: Outcome = Outcome::Declined(DeclineReason::NotReceived);

/// Did a question that was refused for this reason get as far as the processing?
pub(super) const fn reached_processing(reason: DeclineReason) -> bool {
    match reason {
        DeclineReason::InsufficientFunds
        | DeclineReason::CardExpired
        | DeclineReason::UnknownCard
        | DeclineReason::CardRestricted
        | DeclineReason::CardLimit
        | DeclineReason::IssuerLimit
        | DeclineReason::NetworkRefused
        | DeclineReason::IssuerRefused
        | DeclineReason::IssuerUnavailable
        | DeclineReason::Fraud
        | DeclineReason::Other => true,
        DeclineReason::WrongSecurityCode
        | DeclineReason::WrongCardData
        | DeclineReason::AuthenticationFailed
        | DeclineReason::AuthenticationRefused
        | DeclineReason::AuthenticationError
        | DeclineReason::AuthenticationAbandoned
        | DeclineReason::NotReceived
        | DeclineReason::SystemError
        | DeclineReason::CancelledByPayer
        | DeclineReason::CancelledByMerchant
        | DeclineReason::TimeRanOut => false,
    }
}

/// Twelve digits made of the operation's id, so that the same question always has the same number.
fn reference(operation: OperationId) -> String {
    format!("{:012}", u128::from_be_bytes(*operation.as_bytes()) % 1_000_000_000_000)
}

/// What the bank was asked: everything of an entry but its outcome, note and time.
pub(super) struct Question {
    pub(super) operation: OperationId,
    pub(super) payment: PaymentId,
    pub(super) kind: OperationKind,
    pub(super) amount: Money,
}

impl Question {
    /// The entry that answers it.
    pub(super) fn entry(&self, outcome: Outcome, note: &Note, at: UnixMillis) -> Entry {
        let Self { operation, payment, kind, amount } = *self;
        Entry { operation, payment, kind, amount, outcome, note: note.write(), at, purse: None, acts_at: None }
    }

    /// Is it the question that this entry answered?
    pub(super) fn is_of(&self, entry: &Entry) -> bool {
        (entry.operation, entry.payment) == (self.operation, self.payment)
            && (entry.kind, entry.amount) == (self.kind, self.amount)
    }

    /// The answer to this question where its operation has an entry already; `None` while the payer must act. Another question than the
    /// entry's is refused; one that was given up before it arrived stays so, whatever it was.
    pub(super) fn answered_by(&self, entry: &Entry) -> Option<Answer> {
        if self.is_of(entry) || entry.outcome == GIVEN_UP {
            answer_of(entry)
        } else {
            Some(declined(self.operation, DeclineReason::SystemError, None))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payglot_store::{SqliteOptions, SqliteStore};
    use tokio::sync::Notify;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_the_bank_answered_outlives_a_database_that_cannot_be_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("db");
        let tried = Arc::new(Notify::new());
        let bell = Arc::clone(&tried);
        let options = SqliteOptions {
            busy_timeout: Duration::from_millis(1),
            on_group: Some(Box::new(move |_| bell.notify_one())),
            ..SqliteOptions::default()
        };
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, options).expect("a store"));
        let book = Book::new(Arc::clone(&store));
        let other = rusqlite::Connection::open(&path).expect("another process");
        other.execute_batch("BEGIN IMMEDIATE").expect("holds the database");
        let operation = OperationId::from_bytes([1; 16]);
        let amount = Money::new(100, Currency::RUB).expect("small");
        let payment = PaymentId::from_bytes([2; 16]);
        let question = Question { operation, payment, kind: OperationKind::Sale, amount };
        let entry = question.entry(Outcome::Approved, &Note::default(), UnixMillis(1));
        book.enqueue(entry.clone()).await.expect("answered");
        tried.notified().await;
        assert_eq!(store.bank_entry(operation).await, Ok(None), "it could not be written");
        assert_eq!(book.entry(operation).await, Ok(Some(entry.clone())), "and counts all the same");
        other.execute_batch("COMMIT").expect("lets go");
        let written = async {
            while store.bank_entry(operation).await != Ok(Some(entry.clone())) {
                tried.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), written).await.expect("written in the end");
    }
}
