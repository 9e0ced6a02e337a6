//! What every case starts from: a store, fresh ids, and the usual steps of a payment.

use payglot_core::outbox::{Acknowledgement, Schedule};
use payglot_core::{
    Answer, CardBrand, CardFacts, Command, Currency, Decision, DeclineReason, Intent, Method, Money, NewPayment,
    NotificationId, OperationId, Payment, PaymentId, ProjectId, ProviderFacts, Terms, ThreeDs, UnixMillis, decide,
    register,
};
use payglot_store::{
    CallMethod, Commit, Committed, Delivery, NewNotification, NewProject, NotificationState, Project, SealedSecret,
    Store, StoreError,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The time at which every case begins.
pub(crate) const START: UnixMillis = UnixMillis(1_700_000_000_000);
pub(crate) const HOUR: i64 = 3_600_000;

/// The same ids in every run would hide nothing, but two cases in one process must not share them.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Sixteen bytes that grow with each call, like those of UUID version 7.
pub(crate) fn fresh() -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    bytes
}

pub(crate) fn operation_id() -> OperationId {
    OperationId::from_bytes(fresh())
}

pub(crate) fn rub(minor: i64) -> Money {
    Money::new(minor, Currency::RUB).expect("a small amount")
}

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) project: ProjectId,
}

pub(crate) fn new_project(name: &str) -> NewProject {
    NewProject {
        protocol: "rbs".to_owned(),
        name: name.to_owned(),
        login: format!("{name}-api"),
        settings: "{\"test\":true}".to_owned(),
        secrets: vec![secret("password", b"sealed-1")],
        created_at: START,
    }
}

pub(crate) fn secret(kind: &str, sealed: &[u8]) -> SealedSecret {
    SealedSecret { kind: kind.to_owned(), sealed: sealed.to_vec(), created_at: START, valid_until: None }
}

/// A notification about `payment` to `url`.
pub(crate) fn call_to(url: &str, event: &str, at: UnixMillis) -> NewNotification {
    NewNotification {
        id: NotificationId::from_bytes(fresh()),
        event: event.to_owned(),
        method: CallMethod::Post,
        url: url.to_owned(),
        content_type: "application/x-www-form-urlencoded".to_owned(),
        body: format!("event={event}&status=1"),
        acknowledgement: Acknowledgement::Body("OK".to_owned()),
        schedule: Schedule::new(&[(6, 600_000), (62, HOUR)]),
        created_at: at,
        not_before: at,
        patience: None,
    }
}

pub(crate) fn plain(decision: Decision) -> Commit {
    Commit {
        decision,
        details: None,
        notifications: Vec::new(),
        binding: None,
        mandate: None,
        charge: None,
        call: None,
        lease_until: START,
    }
}

pub(crate) fn card() -> CardFacts {
    CardFacts {
        masked: "411111**1111".to_owned(),
        expiry: 203_412,
        holder: "CARD HOLDER".to_owned(),
        brand: CardBrand::Visa,
    }
}

pub(crate) fn approved() -> Answer {
    Answer::Approved(ProviderFacts {
        approval_code: "123456".to_owned(),
        reference: "000000000001".to_owned(),
        three_ds: Some(ThreeDs::Frictionless),
    })
}

pub(crate) fn declined(reason: DeclineReason) -> Answer {
    Answer::Declined(reason, ProviderFacts::default())
}

/// What the core says about registering this order.
pub(crate) fn registration(project: ProjectId, order: &str, intent: Intent, minor: i64, at: UnixMillis) -> Decision {
    let new = NewPayment {
        id: PaymentId::from_bytes(fresh()),
        project,
        order: order.to_owned(),
        intent,
        amount: rub(minor),
        terms: Terms::default(),
        expires_at: at.plus(HOUR),
    };
    register(new, at).expect("registered")
}

impl World {
    /// A store with one project.
    pub(crate) async fn of(store: Arc<dyn Store>) -> Self {
        let project = store.create_project(new_project("shop")).await.expect("a project").id;
        Self { store, project }
    }

    pub(crate) async fn project_named(&self, name: &str) -> Project {
        self.store.create_project(new_project(name)).await.expect("a project")
    }

    pub(crate) async fn registers(&self, order: &str) -> Result<(Payment, Committed), StoreError> {
        let decision = registration(self.project, order, Intent::Sale, 10_000, START);
        let mut payment = decision.payment.clone();
        let commit = Commit { details: Some(format!("{{\"order\":\"{order}\"}}")), ..plain(decision) };
        let committed = self.store.commit(commit).await?;
        payment.order.clone_from(&committed.order);
        Ok((payment, committed))
    }

    /// A registered payment.
    pub(crate) async fn created(&self, order: &str) -> Payment {
        self.registers(order).await.expect("registered").0
    }

    /// Decides and commits.
    pub(crate) async fn does(&self, payment: &Payment, command: Command, at: UnixMillis) -> Payment {
        let decision = decide(payment, command, at).expect("allowed");
        let after = decision.payment.clone();
        self.store.commit(plain(decision)).await.expect("committed");
        after
    }

    /// A payment with a started attempt.
    pub(crate) async fn started(&self, order: &str) -> (Payment, OperationId) {
        let payment = self.created(order).await;
        let operation = operation_id();
        (self.does(&payment, start(operation), START.plus(1)).await, operation)
    }

    /// A paid payment of 100 roubles.
    pub(crate) async fn paid(&self, order: &str) -> Payment {
        let (payment, operation) = self.started(order).await;
        self.does(&payment, answer(operation, approved()), START.plus(2)).await
    }

    /// Reads a payment that must be there.
    pub(crate) async fn reads(&self, id: PaymentId) -> Payment {
        self.store.payment(id).await.expect("readable").expect("there").payment
    }

    /// Registers a payment with these notifications; returns what was claimed at birth.
    pub(crate) async fn announces(&self, calls: &[NewNotification], lease_until: UnixMillis) -> (Payment, Committed) {
        let decision = registration(self.project, "", Intent::Sale, 10_000, START);
        let payment = decision.payment.clone();
        let commit = Commit {
            decision,
            details: None,
            notifications: calls.to_vec(),
            binding: None,
            mandate: None,
            charge: None,
            call: None,
            lease_until,
        };
        (payment, self.store.commit(commit).await.expect("committed"))
    }

    /// Records an attempt at `at` with what follows; returns the next one in line.
    pub(crate) async fn delivers(
        &self,
        id: NotificationId,
        at: UnixMillis,
        next: NotificationState,
    ) -> Option<payglot_store::Notification> {
        let lease = at.plus(30_000);
        self.store.record_delivery(delivery(id, at, next), lease).await.expect("recorded")
    }
}

pub(crate) fn delivery(id: NotificationId, at: UnixMillis, next: NotificationState) -> Delivery {
    let acknowledged = matches!(next, NotificationState::Acknowledged(_));
    Delivery {
        notification: id,
        at,
        took_ms: 5,
        address: "203.0.113.5:443".to_owned(),
        status: if acknowledged { 200 } else { 500 },
        answer: "OK".to_owned(),
        verdict: if acknowledged { "acknowledged" } else { "answered 500" }.to_owned(),
        next,
    }
}

pub(crate) fn start(operation: OperationId) -> Command {
    let payer_ip = Some("198.51.100.7".to_owned());
    Command::StartAttempt { operation, method: Method::Card, method_key: None, card: Some(card()), payer_ip }
}

pub(crate) fn answer(operation: OperationId, answer: Answer) -> Command {
    Command::Answer { operation, answer, return_operation: operation_id() }
}

pub(crate) fn refund(minor: i64) -> Command {
    Command::Refund { operation: operation_id(), amount: Some(rub(minor)), key: None, expected: None }
}
