//! The bank's own book: what it decided about each operation, apart from the gateway's own records, so that the two can be compared.
//!
//! This file and the vault's are the only ones of this room that know the store. A real provider keeps its book on its own machines;
//! this one borrows a few verbs.

use super::super::card::CardNumber;
use super::super::{CardToken, Elsewhere};
use payglot_core::{
    Answer, DeclineReason, Method, Money, OperationId, OperationKind, PaymentId, ProviderFacts, ThreeDs, UnixMillis,
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
}

/// The book can be neither read nor written now: the bank cannot answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BookClosed;

impl Book {
    /// A book kept in this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, unwritten: Arc::default() }
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
        let fresh: Vec<Entry> = self.unwritten().values().filter(|entry| entry.payment == payment).cloned().collect();
        match self.store.file(payment).await {
            Ok(file) => {
                let mut entries = file.map(|file| file.bank).unwrap_or_default();
                entries.retain(|known| fresh.iter().all(|entry| entry.operation != known.operation));
                entries.extend(fresh);
                Ok(entries)
            }
            Err(error) => {
                tracing::warn!(%payment, %error, "the sandbox bank cannot read its book");
                Err(BookClosed)
            }
        }
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

fn closed(operation: OperationId, error: &StoreError) -> BookClosed {
    tracing::warn!(%operation, %error, "the sandbox bank cannot use its book");
    BookClosed
}

/// What the bank writes beside an outcome. The card's number is not among it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Note {
    /// The card, masked; empty for what the merchant asked.
    pub(super) card: String,
    /// How the holder was authenticated, once that is decided.
    pub(super) three_ds: Option<ThreeDs>,
    /// Where the payer's browser must come back to.
    pub(super) return_address: String,
    /// Wrong codes so far, kept when the challenge is over.
    pub(super) wrong_answers: u8,
    /// The answer that follows the challenge will be lost.
    pub(super) answer_lost: bool,
    /// The place the payer pays at, if it is not a card.
    pub(super) place: Option<Elsewhere>,
    /// The telephone that a code was sent to, all but its last digits hidden.
    pub(super) phone: String,
    /// The payer has paid there, and the place says so only later.
    pub(super) pending: bool,
    /// The key of the person who pays there, if the bank tells who it is.
    pub(super) person: String,
    /// It is paid, and the place will never confirm that the money arrived.
    pub(super) unconfirmed: bool,
    /// How the holder is authenticated, where the merchant's page takes the steps.
    pub(super) stage: Stage,
    /// The token under which the vault keeps the card, if it was asked to.
    pub(super) token: String,
}

/// Where an authentication stands that a merchant's page leads; [`Stage::Ours`] where the page is ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    /// Our page: a redirect there and one back.
    #[default]
    Ours,
    /// 3-D Secure 1.
    PaReq,
    /// 3-D Secure 2, the browser is being looked at; then this.
    Method(Then),
    /// 3-D Secure 2, the challenge.
    CReq,
}

/// What follows when the browser was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// The issuer vouches without asking.
    Frictionless,
    /// Only an attempt is proven.
    Attempt,
    /// The holder is asked.
    Challenge,
    /// The issuer refuses.
    Refused,
}

impl Stage {
    /// Every stage with its word in the book.
    const WORDS: &[(Self, &str)] = &[
        (Self::Ours, ""),
        (Self::PaReq, "pareq"),
        (Self::Method(Then::Frictionless), "method_frictionless"),
        (Self::Method(Then::Attempt), "method_attempt"),
        (Self::Method(Then::Challenge), "method_challenge"),
        (Self::Method(Then::Refused), "method_refused"),
        (Self::CReq, "creq"),
    ];

    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(stage, _)| *stage == self).map_or("", |&(_, word)| word)
    }

    fn from_word(word: &str) -> Self {
        Self::WORDS.iter().find(|(_, known)| *known == word).map_or(Self::Ours, |&(stage, _)| stage)
    }
}

impl Note {
    /// For a card, which the vault keeps under a token or does not keep.
    pub(super) fn of_card(number: &CardNumber, token: Option<CardToken>) -> Self {
        Self { card: number.masked(), token: token.map(|token| token.0).unwrap_or_default(), ..Self::default() }
    }

    /// As form-urlencoded text.
    pub(super) fn write(&self) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        if !self.card.is_empty() {
            text.append_pair("card", &self.card);
        }
        if let Some(three_ds) = self.three_ds {
            text.append_pair("three_ds", three_ds.name());
        }
        if !self.return_address.is_empty() {
            text.append_pair("return", &self.return_address);
        }
        if self.wrong_answers > 0 {
            text.append_pair("wrong", &self.wrong_answers.to_string());
        }
        if self.answer_lost {
            text.append_pair("answer", "lost");
        }
        if let Some(Elsewhere { method, key, title, test }) = &self.place {
            text.append_pair("method", method.name()).append_pair("key", key).append_pair("title", title);
            if *test {
                text.append_pair("test", "1");
            }
        }
        if !self.phone.is_empty() {
            text.append_pair("phone", &self.phone);
        }
        if self.pending {
            text.append_pair("pending", "1");
        }
        if !self.person.is_empty() {
            text.append_pair("person", &self.person);
        }
        if self.unconfirmed {
            text.append_pair("unconfirmed", "1");
        }
        if self.stage != Stage::Ours {
            text.append_pair("stage", self.stage.word());
        }
        if !self.token.is_empty() {
            text.append_pair("token", &self.token);
        }
        text.finish()
    }

    /// Reads what [`Note::write`] wrote; unknown names are skipped, so an older program can read a newer book.
    pub(super) fn read(text: &str) -> Self {
        let mut note = Self::default();
        let (mut key, mut title, mut is_test) = (String::new(), String::new(), false);
        let mut method = None;
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            match name.as_ref() {
                "card" => note.card = value.into_owned(),
                "three_ds" => note.three_ds = ThreeDs::from_name(&value),
                "return" => note.return_address = value.into_owned(),
                "wrong" => note.wrong_answers = value.parse().unwrap_or_default(),
                "answer" => note.answer_lost = value == "lost",
                "method" => method = Method::from_name(&value),
                "key" => key = value.into_owned(),
                "title" => title = value.into_owned(),
                "test" => is_test = value == "1",
                "phone" => note.phone = value.into_owned(),
                "pending" => note.pending = value == "1",
                "person" => note.person = value.into_owned(),
                "unconfirmed" => note.unconfirmed = value == "1",
                "stage" => note.stage = Stage::from_word(&value),
                "token" => note.token = value.into_owned(),
                _ => {}
            }
        }
        note.place = method.map(|method| Elsewhere { method, key, title, test: is_test });
        note
    }
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

/// A question that the bank has no entry of.
pub(super) fn not_received() -> Answer {
    Answer::Declined(DeclineReason::NotReceived, ProviderFacts::default())
}

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
        Entry { operation, payment, kind, amount, outcome, note: note.write(), at }
    }

    /// Is it the question that this entry answered?
    pub(super) fn is_of(&self, entry: &Entry) -> bool {
        (entry.operation, entry.payment) == (self.operation, self.payment)
            && (entry.kind, entry.amount) == (self.kind, self.amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payglot_core::Currency;
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

    #[test]
    fn a_note_reads_back() {
        let note = Note {
            card: "411111**1111".to_owned(),
            three_ds: Some(ThreeDs::Challenge),
            return_address: "/a?b=c d&e".to_owned(),
            wrong_answers: 2,
            answer_lost: true,
            place: Some(Elsewhere {
                method: Method::Sms,
                key: "sms".to_owned(),
                title: "Telephone".to_owned(),
                test: true,
            }),
            phone: "•••• 4567".to_owned(),
            pending: true,
            person: "jonas".to_owned(),
            unconfirmed: true,
            stage: Stage::PaReq,
            token: "a1".to_owned(),
        };
        assert_eq!(Note::read(&note.write()), note);
        assert_eq!(Note::read(&Note::default().write()), Note::default());
    }
}
