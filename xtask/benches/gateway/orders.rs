//! Orders put into a database through the store itself, much faster than over HTTP, for measurements that need many.

use anyhow::{Context, Result};
use payglot_core::outbox::{Acknowledgement, Schedule};
use payglot_core::{
    Answer, CardBrand, CardFacts, Command, Currency, Decision, Intent, Method, Money, NewPayment, NotificationId,
    OperationId, PaymentId, ProjectId, ProviderFacts, Terms, ThreeDs, UnixMillis, decide, register,
};
use payglot_store::{
    BankEntry, BankOutcome, CallMethod, Commit, Delivery, NewNotification, NotificationState, SqliteOptions,
    SqliteStore, Store,
};
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Writers at once, so that groups form.
const WRITERS: usize = 64;

/// What becomes of the notification of an order.
#[derive(Clone)]
pub(crate) enum Announced {
    /// It waits to be sent to these addresses in turn.
    Waits(Arc<Vec<String>>),
    /// It was sent to the first of them and acknowledged.
    Acknowledged(Arc<Vec<String>>),
}

/// Puts paid orders into the database of a gateway that does not run now. Returns the ids of some of them.
pub(crate) async fn fill(data: &Path, count: usize, announced: Announced) -> Result<Vec<String>> {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&data.join("payglot.db"), SqliteOptions::default())?);
    let project = store.projects().await?.first().context("the gateway has made no project")?.id;
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        let (store, announced) = (Arc::clone(&store), announced.clone());
        tasks.spawn(async move {
            let mut ids = Vec::new();
            for number in (writer..count).step_by(WRITERS) {
                let id = paid(store.as_ref(), project, number, &announced).await?;
                if ids.len() < 32 {
                    ids.push(id.to_string());
                }
            }
            anyhow::Ok(ids)
        });
    }
    let mut ids = Vec::new();
    while let Some(done) = tasks.join_next().await {
        ids.extend(done??);
    }
    store.close().await;
    Ok(ids)
}

async fn paid(store: &dyn Store, project: ProjectId, number: usize, announced: &Announced) -> Result<PaymentId> {
    let now = now();
    let new = NewPayment {
        id: PaymentId(Uuid::now_v7()),
        project,
        order: String::new(),
        intent: Intent::Sale,
        amount: Money::new(125_000, Currency::RUB).context("an amount")?,
        terms: Terms::default(),
        expires_at: now.plus(1_200_000),
    };
    let id = new.id;
    let registered = register(new, now)?;
    let details = crate::shop::order("https://shop.example/callback");
    let payment = registered.payment.clone();
    let done = store.commit(commit(registered, Some(details), Vec::new())).await?;
    let operation = OperationId(Uuid::now_v7());
    let card = CardFacts {
        masked: "444455**3333".to_owned(),
        expiry: 203_412,
        holder: "JOHN DOE".to_owned(),
        brand: CardBrand::Visa,
    };
    let payer_ip = Some("127.0.0.1".to_owned());
    let start = Command::StartAttempt { operation, method: Method::Card, method_key: None, card: Some(card), payer_ip };
    let started = decide(&payment, start, now)?;
    let payment = started.payment.clone();
    store.commit(commit(started, None, Vec::new())).await?;
    let kind = payment.operation(operation).context("the attempt")?.kind;
    let (amount, outcome, note) = (payment.amount, BankOutcome::Approved, "card=444455**3333&three_ds=no".to_owned());
    let (purse, acts_at) = (None, None);
    let entry = BankEntry { operation, payment: id, kind, amount, outcome, note, at: now, purse, acts_at };
    store.bank_record(entry).await?;
    let facts = ProviderFacts {
        approval_code: "123456".to_owned(),
        reference: format!("{number:012}"),
        three_ds: Some(ThreeDs::No),
    };
    let return_operation = OperationId(Uuid::now_v7());
    let answer = Command::Answer { operation, answer: Answer::Approved(facts), return_operation };
    let call = notification(id, number, &done.order, announced, now);
    let (notification, address) = (call.id, call.endpoint().to_owned());
    store.commit(commit(decide(&payment, answer, now)?, None, vec![call])).await?;
    if let Announced::Acknowledged(_) = announced {
        let (verdict, next) = ("acknowledged".to_owned(), NotificationState::Acknowledged(now));
        let answer = "OK".to_owned();
        let delivery = Delivery { notification, at: now, took_ms: 3, address, status: 200, answer, verdict, next };
        store.record_delivery(delivery, now).await?;
    }
    Ok(id)
}

fn commit(decision: Decision, details: Option<String>, notifications: Vec<NewNotification>) -> Commit {
    // A lease that ended long ago: whoever looks may take it.
    Commit {
        decision,
        details,
        notifications,
        binding: None,
        mandate: None,
        charge: None,
        call: None,
        lease_until: UnixMillis(1),
    }
}

fn notification(id: PaymentId, number: usize, order: &str, announced: &Announced, now: UnixMillis) -> NewNotification {
    let (Announced::Waits(addresses) | Announced::Acknowledged(addresses)) = announced;
    let address = &addresses[number % addresses.len()];
    NewNotification {
        id: NotificationId(Uuid::now_v7()),
        event: "captured".to_owned(),
        method: CallMethod::Get,
        url: format!(
            "{address}?mdOrder={id}&orderNumber={order}&operation=deposited&status=1&checksum={}",
            "0".repeat(64)
        ),
        content_type: String::new(),
        body: String::new(),
        acknowledgement: Acknowledgement::Status200,
        schedule: Schedule::new(&[(5, 30_000)]),
        created_at: now,
        not_before: now,
        patience: None,
    }
}

fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
