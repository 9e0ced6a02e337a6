//! Payments of every kind are committed through the store and audit clean; the same payments, tampered with, are caught.

#[path = "audit_cards_tests.rs"]
mod cards;

use super::*;
use payglot_core::outbox::{Acknowledgement, Schedule};
use payglot_core::{
    Answer, Captures, Command, Currency, Decision, DeclineReason, Funds, Method, Money, NewPayment, NotificationId,
    OperationId, PaymentId, ProviderFacts, Terms, UnixMillis, decide, register,
};
use payglot_store::{
    BankEntry, CallMethod, Commit, Delivery, NewCall, NewNotification, NewProject, Notification, Refused,
    SqliteOptions, SqliteStore,
};

const NOW: UnixMillis = UnixMillis(1_795_305_600_000);

fn rub(minor: i64) -> Money {
    Money::new(minor, Currency::RUB).expect("a small amount")
}

/// A store, one payment in it, and the bank beside it.
struct World {
    store: SqliteStore,
    payment: Payment,
    now: UnixMillis,
    last: u128,
    _folder: tempfile::TempDir,
}

impl World {
    async fn begin(intent: Intent, terms: Terms) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(&folder.path().join("db"), SqliteOptions::default()).expect("a store");
        let new = NewProject {
            protocol: "rbs".to_owned(),
            name: "shop".to_owned(),
            login: "shop-api".to_owned(),
            settings: "{}".to_owned(),
            secrets: Vec::new(),
            created_at: NOW,
        };
        let project = store.create_project(new).await.expect("a project").id;
        let new = NewPayment {
            id: PaymentId::from_bytes([7; 16]),
            project,
            order: "1".to_owned(),
            intent,
            amount: rub(1000),
            terms,
            expires_at: NOW.plus(60_000),
        };
        let decision = register(new, NOW).expect("registered");
        let mut world = Self { store, payment: decision.payment.clone(), now: NOW, last: 0, _folder: folder };
        world.commit(decision).await;
        world
    }

    fn fresh(&mut self) -> OperationId {
        self.last += 1;
        OperationId::from_bytes(self.last.to_be_bytes())
    }

    async fn commit(&mut self, decision: Decision) {
        let mut notifications = Vec::new();
        for announcement in &decision.announcements {
            let id = NotificationId::from_bytes(*self.fresh().as_bytes());
            notifications.push(call(id, announcement.event.name()));
        }
        self.payment = decision.payment.clone();
        let commit = Commit {
            decision,
            details: Some(String::new()),
            notifications,
            binding: None,
            mandate: None,
            charge: None,
            call: None,
            lease_until: self.now,
        };
        self.store.commit(commit).await.expect("committed");
    }

    /// Decides and commits. Returns what the provider must now be asked.
    async fn apply(&mut self, command: Command) -> Option<OperationId> {
        let decision = decide(&self.payment, command, self.now).expect("decided");
        let ask = decision.ask;
        self.commit(decision).await;
        ask
    }

    async fn bank(&self, id: OperationId, outcome: BankOutcome) {
        let operation = self.payment.operation(id).expect("an operation");
        let (payment, kind, amount) = (self.payment.id, operation.kind, operation.amount);
        let (note, at, purse, acts_at) = (String::new(), self.now, None, None);
        let entry = BankEntry { operation: id, payment, kind, amount, outcome, note, at, purse, acts_at };
        self.store.bank_record(entry).await.expect("recorded");
    }

    /// The bank approves, here and in its own book, and whatever follows from it too.
    async fn approve(&mut self, id: OperationId) {
        let mut next = Some(id);
        while let Some(id) = next {
            self.bank(id, BankOutcome::Approved).await;
            next = self.answer(id, Answer::Approved(ProviderFacts::default())).await;
        }
    }

    async fn decline(&mut self, id: OperationId, reason: DeclineReason) {
        self.bank(id, BankOutcome::Declined(reason)).await;
        self.answer(id, Answer::Declined(reason, ProviderFacts::default())).await;
    }

    async fn answer(&mut self, operation: OperationId, answer: Answer) -> Option<OperationId> {
        let return_operation = self.fresh();
        self.apply(Command::Answer { operation, answer, return_operation }).await
    }

    async fn attempt(&mut self) -> OperationId {
        let operation = self.fresh();
        self.apply(Command::StartAttempt {
            operation,
            method: Method::Card,
            method_key: None,
            card: None,
            payer_ip: None,
        })
        .await;
        operation
    }

    async fn attempted(&mut self) -> OperationId {
        let operation = self.attempt().await;
        self.approve(operation).await;
        operation
    }

    async fn capture(&mut self, minor: i64, last: bool) -> OperationId {
        let operation = self.fresh();
        self.apply(Command::Capture { operation, amount: Some(rub(minor)), last, key: None }).await;
        operation
    }

    async fn void(&mut self, amount: Option<Money>) -> OperationId {
        let operation = self.fresh();
        self.apply(Command::Void { operation, amount, key: None }).await;
        operation
    }

    async fn refund(&mut self, minor: i64) -> OperationId {
        let operation = self.fresh();
        self.apply(Command::Refund { operation, amount: Some(rub(minor)), key: None, expected: None }).await;
        operation
    }

    async fn receive(&mut self, minor: i64) {
        let (operation, return_operation) = (self.fresh(), self.fresh());
        let amount = rub(minor);
        let ask =
            self.apply(Command::ReceiveFunds { operation, amount, method: Method::Wallet, return_operation }).await;
        self.bank(operation, BankOutcome::Approved).await;
        if let Some(ask) = ask {
            self.approve(ask).await;
        }
    }

    async fn expire(&mut self) {
        self.now = UnixMillis(self.now.0.max(self.payment.expires_at.0));
        let operation = self.fresh();
        if let Some(ask) = self.apply(Command::Expire { operation }).await {
            self.approve(ask).await;
        }
    }

    /// As it stands, nobody is accused.
    async fn is_clean(&self, state: State) {
        assert_eq!(self.payment.state, state);
        let report = audit(&self.store).await.expect("audited");
        assert_eq!((report.payments, report.violations), (1, Vec::new()), "{:#?}", self.payment);
    }

    /// The invariant that a tampered copy breaks.
    async fn caught(&self, tamper: impl FnOnce(&mut PaymentFile)) -> &'static str {
        let mut file = self.store.file(self.payment.id).await.expect("read").expect("there");
        tamper(&mut file);
        let mut report = Report::default();
        report.take(&file);
        report.violations.first().map_or("nothing", |found| found.invariant)
    }
}

fn call(id: NotificationId, event: &str) -> NewNotification {
    NewNotification {
        id,
        event: event.to_owned(),
        method: CallMethod::Get,
        url: "https://shop.example/callback".to_owned(),
        content_type: String::new(),
        body: String::new(),
        acknowledgement: Acknowledgement::Status200,
        schedule: Schedule::new(&[]),
        created_at: NOW,
        not_before: NOW,
        patience: None,
    }
}

fn several() -> Terms {
    Terms { captures: Captures::Several, ..Terms::default() }
}

#[tokio::test]
async fn holds_captured_in_parts_refunded_and_released_are_clean() {
    let mut world = World::begin(Intent::Hold, several()).await;
    world.attempted().await;
    world.is_clean(State::Held).await;
    let capture = world.capture(300, false).await;
    world.is_clean(State::Held).await;
    world.approve(capture).await;
    let refund = world.refund(100).await;
    world.is_clean(State::Held).await;
    world.approve(refund).await;
    let void = world.void(Some(rub(50))).await;
    world.is_clean(State::Held).await;
    world.approve(void).await;
    let refused = world.capture(200, false).await;
    world.decline(refused, DeclineReason::Other).await;
    let last = world.capture(200, true).await;
    world.approve(last).await;
    assert_eq!((world.payment.sums.captured, world.payment.sums.voided), (500, 500));
    let refund = world.refund(400).await;
    world.decline(refund, DeclineReason::Other).await;
    world.refund(400).await;
    world.is_clean(State::Paid).await;
}

#[tokio::test]
async fn holds_that_are_given_up_are_clean() {
    let mut world = World::begin(Intent::Hold, Terms::default()).await;
    world.attempted().await;
    let refused = world.void(None).await;
    world.decline(refused, DeclineReason::Other).await;
    let void = world.void(None).await;
    world.approve(void).await;
    world.is_clean(State::Voided).await;

    let mut world = World::begin(Intent::Hold, Terms::default()).await;
    world.attempted().await;
    world.expire().await;
    world.is_clean(State::Voided).await;

    let mut world = World::begin(Intent::Hold, several()).await;
    world.attempted().await;
    let capture = world.capture(300, false).await;
    world.approve(capture).await;
    world.expire().await;
    world.is_clean(State::Paid).await;
}

#[tokio::test]
async fn captures_that_are_undone_are_clean_before_and_after_the_answer() {
    let mut world = World::begin(Intent::Sale, Terms::default()).await;
    world.attempted().await;
    let void = world.void(None).await;
    world.is_clean(State::Paid).await;
    world.approve(void).await;
    world.is_clean(State::Voided).await;

    let mut world = World::begin(Intent::Hold, Terms::default()).await;
    world.attempted().await;
    let capture = world.capture(1000, true).await;
    world.approve(capture).await;
    let void = world.void(None).await;
    world.approve(void).await;
    world.is_clean(State::Voided).await;
}

#[tokio::test]
async fn money_that_comes_late_is_clean_for_sales_and_holds() {
    for intent in [Intent::Sale, Intent::Hold] {
        let mut world = World::begin(intent, Terms::default()).await;
        let late = world.attempt().await;
        world.answer(late, Answer::Declined(DeclineReason::NotReceived, ProviderFacts::default())).await;
        world.attempted().await;
        world.approve(late).await;
        assert_eq!((world.payment.sums.authorized, world.payment.sums.returned), (2000, 1000));
        world.is_clean(if intent == Intent::Sale { State::Paid } else { State::Held }).await;
    }
    let mut world = World::begin(Intent::Sale, Terms { late: Funds::Accept, ..Terms::default() }).await;
    world.expire().await;
    world.receive(1000).await;
    world.is_clean(State::Paid).await;
}

#[tokio::test]
async fn too_little_and_too_much_money_is_clean() {
    let mut world = World::begin(Intent::Sale, Terms::default()).await;
    world.receive(400).await;
    world.is_clean(State::Underpaid).await;
    world.receive(700).await;
    world.receive(50).await;
    assert_eq!((world.payment.sums.captured, world.payment.sums.returned), (1000, 150));
    world.is_clean(State::Paid).await;

    let accepting = Terms { over: Funds::Accept, partial: Funds::Accept, ..Terms::default() };
    let mut world = World::begin(Intent::Sale, accepting).await;
    world.receive(400).await;
    world.expire().await;
    world.receive(5000).await;
    assert_eq!(world.payment.sums.captured, 5400);
    world.is_clean(State::Paid).await;

    let mut world = World::begin(Intent::Sale, Terms::default()).await;
    world.receive(400).await;
    world.expire().await;
    world.is_clean(State::Expired).await;
}

#[tokio::test]
async fn payouts_are_clean_in_this_currency_and_another() {
    for amount in [rub(900), Money::new(10, Currency::EUR).expect("small")] {
        let mut world = World::begin(Intent::Sale, Terms::default()).await;
        world.attempted().await;
        let operation = world.fresh();
        world.apply(Command::Payout { operation, amount, key: None }).await;
        world.is_clean(State::Paid).await;
        world.approve(operation).await;
        world.is_clean(State::Paid).await;
    }
    let mut world = World::begin(Intent::Payout, Terms::default()).await;
    world.attempted().await;
    world.is_clean(State::Paid).await;
}

#[tokio::test]
async fn attempts_at_every_stage_are_clean() {
    let mut world = World::begin(Intent::Sale, Terms::default()).await;
    let operation = world.attempt().await;
    world.is_clean(State::Pending).await;
    world.bank(operation, BankOutcome::Challenge(0)).await;
    world.apply(Command::PayerMustAct { operation }).await;
    world.is_clean(State::Pending).await;
    world.bank(operation, BankOutcome::Authenticated).await;
    world.apply(Command::AbandonAttempt { operation }).await;
    world.is_clean(State::Created).await;
    let operation = world.attempt().await;
    world.answer(operation, Answer::Unknown).await;
    world.bank(operation, BankOutcome::Approved).await;
    world.is_clean(State::Pending).await;
    world.answer(operation, Answer::Approved(ProviderFacts::default())).await;
    world.is_clean(State::Paid).await;
}

#[tokio::test]
async fn a_test_has_no_postings_and_nobody_hides_money_behind_the_word() {
    let mut world = World::begin(Intent::Sale, Terms { test: true, ..Terms::default() }).await;
    world.attempted().await;
    let refund = world.refund(400).await;
    world.approve(refund).await;
    world.receive(300).await;
    world.is_clean(State::Paid).await;
    let report = audit(&world.store).await.expect("audited");
    assert_eq!((report.postings, report.balances.len()), (0, 0));
    let posted = Posting { debit: Account::Payer, credit: Account::Merchant, amount: rub(1000) };
    assert_eq!(world.caught(|file| file.postings.push(posted)).await, "I1");
    assert_eq!(world.caught(|file| file.stored.payment.terms.test = false).await, "I1", "money without postings");
    let mut real = World::begin(Intent::Sale, Terms::default()).await;
    real.attempted().await;
    assert_eq!(real.caught(|file| file.stored.payment.terms.test = true).await, "I1");
}

/// A thief changes a number wherever it stands but in one place: that place alone must give it away.
#[tokio::test]
async fn whoever_moves_money_in_the_database_is_caught() {
    let mut world = World::begin(Intent::Hold, several()).await;
    world.attempted().await;
    let capture = world.capture(300, false).await;
    world.approve(capture).await;
    let void = world.void(Some(rub(50))).await;
    assert_eq!(world.caught(|_| {}).await, "nothing");
    assert_eq!(world.caught(|file| file.stored.payment.sums.captured += 1).await, "I1");
    assert_eq!(world.caught(|file| file.postings.clear()).await, "I1");
    assert_eq!(world.caught(|file| file.stored.payment.sums.void_pending = 0).await, "I2");
    // A bigger hold, its posting and its sum; the operation still tells.
    let bigger = |file: &mut PaymentFile| {
        file.stored.payment.sums.authorized += 500;
        file.postings[0].amount = rub(1500);
    };
    assert_eq!(world.caught(bigger).await, "I2");
    // A bigger capture likewise.
    let bigger = |file: &mut PaymentFile| {
        file.stored.payment.sums.captured += 500;
        file.postings[1].amount = rub(800);
    };
    assert_eq!(world.caught(bigger).await, "I2");
    // Voids that nobody asked for.
    let released = |file: &mut PaymentFile| {
        file.stored.payment.sums.voided += 100;
        file.postings.push(Posting { debit: Account::Held, credit: Account::Payer, amount: rub(100) });
    };
    assert_eq!(world.caught(released).await, "I2");
    world.approve(void).await;
    let hidden = |file: &mut PaymentFile| {
        file.stored.payment.sums.voided = 0;
        file.postings.pop();
    };
    assert_eq!(world.caught(hidden).await, "I2");
}

#[tokio::test]
async fn whoever_rewrites_what_happened_is_caught() {
    let mut world = World::begin(Intent::Sale, Terms::default()).await;
    let paid = world.attempted().await;
    let state = |state| move |file: &mut PaymentFile| file.stored.payment.state = state;
    assert_eq!(world.caught(state(State::Declined)).await, "I3");
    assert_eq!(world.caught(|file| file.changes.truncate(2)).await, "I3");
    assert_eq!(world.caught(|file| file.changes.swap(1, 2)).await, "I3");
    assert_eq!(world.caught(|file| drop(file.notifications.remove(0))).await, "I4");
    let twice = |file: &mut PaymentFile| {
        let last = file.notifications.last().expect("one").clone();
        file.notifications.push(Notification { seq: last.seq + 1, ..last });
    };
    assert_eq!(world.caught(twice).await, "I4");
    let dead = |file: &mut PaymentFile| file.notifications[0].state = NotificationState::Dead(String::new());
    assert_eq!(world.caught(dead).await, "I5");
    assert_eq!(world.caught(|file| file.bank.clear()).await, "I9");
    assert_eq!(world.caught(|file| file.bank[0].amount = rub(999)).await, "I9");
    assert_eq!(world.caught(|file| file.bank[0].outcome = BankOutcome::Authenticated).await, "I9");
    let other = OperationId::from_bytes([9; 16]);
    assert_eq!(world.caught(|file| file.bank[0].operation = other).await, "I9");
    let declined = |file: &mut PaymentFile| {
        let operation = file.stored.payment.operations.iter_mut().find(|known| known.id == paid).expect("it");
        operation.status = OperationStatus::Declined;
    };
    assert_ne!(world.caught(declined).await, "nothing");
}

/// A call about no payment was refused, and the shop is told of it under this word.
async fn refuse(world: &mut World, event: &str) -> NotificationId {
    let told = call(NotificationId::from_bytes(*world.fresh().as_bytes()), event);
    let id = told.id;
    let call = NewCall {
        id: id.to_string(),
        order: "2".to_owned(),
        fingerprint: [2; 32],
        repeat_ms: 0,
        key: None,
        operation: None,
        refused: Some("3061".to_owned()),
        at: NOW,
    };
    let project = world.payment.project;
    let refused = Refused { project, payment: None, call, notifications: vec![told], lease_until: NOW };
    world.store.refuse(refused).await.expect("stored");
    id
}

#[tokio::test]
async fn what_is_told_without_a_payment_is_counted_and_judged_too() {
    let mut world = World::begin(Intent::Sale, Terms::default()).await;
    let id = refuse(&mut world, "call_refused").await;
    let report = audit(&world.store).await.expect("audited");
    assert_eq!((report.notifications, report.violations), ([2, 0, 0], Vec::new()));
    // Nobody says why it was given up.
    let (address, answer, verdict) = (String::new(), String::new(), String::new());
    let next = NotificationState::Dead(String::new());
    let dead = Delivery { notification: id, at: NOW, took_ms: 1, address, status: 0, answer, verdict, next };
    world.store.record_delivery(dead, NOW).await.expect("recorded");
    // A payment that does not exist cannot have been captured.
    refuse(&mut world, "captured").await;
    let report = audit(&world.store).await.expect("audited");
    let found: Vec<_> = report.violations.iter().map(|found| (found.invariant, found.payment.as_str())).collect();
    assert_eq!((report.notifications, found), ([2, 0, 1], vec![("I5", ""), ("I4", "")]));
}

#[tokio::test]
async fn numbers_that_nobody_could_have_written_are_reported_and_not_added_up_to_a_panic() {
    let mut world = World::begin(Intent::Sale, Terms::default()).await;
    world.attempted().await;
    let huge = |file: &mut PaymentFile| {
        let sums = &mut file.stored.payment.sums;
        (sums.authorized, sums.captured, sums.voided, sums.returned) = (i64::MAX, i64::MIN, i64::MAX, i64::MAX);
        sums.refunded = i64::MIN;
    };
    assert_ne!(world.caught(huge).await, "nothing");
}
