//! How many durable payments a second does this machine give, and how large are they?
//!
//! `cargo run --release -p payglot-store --example commit_rate -- [SECONDS] [FOLDER]`: each line runs for SECONDS (default 5) on a new database
//! in FOLDER (default: a temporary one, which may be a memory disk: then the numbers mean nothing).
//!
//! A full payment is five durable writes: registration, start of the attempt, the bank's entry, the answer with its notification, the
//! acknowledgement; and three reads. The lines to compare with: one row per commit on one connection (what the disk gives), and one
//! row per commit through a mutex and a blocking thread (the simplest driver, without group commit).

use payglot_core::outbox::{Acknowledgement, Schedule};
use payglot_core::{
    Answer, CardBrand, CardFacts, Command, Currency, Intent, Method, Money, NewPayment, NotificationId, OperationId,
    OperationKind, Payment, PaymentId, ProjectId, ProviderFacts, Terms, ThreeDs, UnixMillis, decide, register,
};
use payglot_store::{
    BankEntry, BankOutcome, CallMethod, Commit, Delivery, GroupCommit, NewNotification, NewProject, NotificationState,
    SqliteOptions, SqliteStore, Store, StoreError,
};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a merchant typically sends besides the amount.
const DETAILS: &str = r#"{"returnUrl":"https://shop.example/checkout/return?order=1000001","failUrl":"https://shop.example/checkout/fail?order=1000001","description":"Order 1000001: two books and a pen","language":"ru","clientId":"customer-77","email":"customer@shop.example"}"#;

fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Time-ordered and scattered below, as UUID version 7 is.
fn fresh() -> [u8; 16] {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let scattered = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&now().0.to_be_bytes()[2..]);
    bytes[6] = 0x70;
    bytes[8..].copy_from_slice(&scattered.to_be_bytes());
    bytes
}

fn operation_id() -> OperationId {
    OperationId::from_bytes(fresh())
}

/// Times of single writes, in microseconds.
#[derive(Default)]
struct Times(Vec<u64>);

impl Times {
    fn note(&mut self, since: Instant) {
        self.0.push(u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX));
    }

    fn percentile(&self, hundredth: usize) -> u64 {
        self.0.get((self.0.len() * hundredth / 100).min(self.0.len().saturating_sub(1))).copied().unwrap_or_default()
    }
}

async fn commit(store: &SqliteStore, times: &mut Times, commit: Commit) -> Result<Payment, StoreError> {
    let began = Instant::now();
    let payment = commit.decision.payment.clone();
    store.commit(commit).await?;
    times.note(began);
    Ok(payment)
}

fn plain(decision: payglot_core::Decision) -> Commit {
    Commit {
        decision,
        details: None,
        notifications: Vec::new(),
        binding: None,
        mandate: None,
        charge: None,
        call: None,
        lease_until: now(),
    }
}

fn notification(payment: PaymentId) -> NewNotification {
    let at = now();
    NewNotification {
        id: NotificationId::from_bytes(fresh()),
        event: "captured".to_owned(),
        method: CallMethod::Get,
        url: format!(
            "https://shop.example/callback?mdOrder={payment}&orderNumber=1000001&operation=deposited&status=1&checksum=\
             545F4C85FDD3BC6F0A6A9CB5E5E1E0F5A0D7B8C9D0E1F2A3B4C5D6E7F8A9B0C1"
        ),
        content_type: String::new(),
        body: String::new(),
        acknowledgement: Acknowledgement::Status200,
        schedule: Schedule::new(&[(6, 600_000), (62, 3_600_000)]),
        created_at: at,
        not_before: at,
        patience: None,
    }
}

/// One whole payment.
async fn pay(store: &SqliteStore, project: ProjectId, times: &mut Times) -> Result<(), Failure> {
    let amount = Money::new(150_000, Currency::RUB).ok_or("an amount")?;
    let id = PaymentId::from_bytes(fresh());
    let at = now();
    let order = format!("{:.12}", id.to_string().replace('-', "").split_at(16).1);
    let terms = Terms::default();
    let new = NewPayment { id, project, order, intent: Intent::Sale, amount, terms, expires_at: at.plus(1_200_000) };
    let mut registration = plain(register(new, at)?);
    registration.details = Some(DETAILS.to_owned());
    commit(store, times, registration).await?;

    let payment = store.payment(id).await?.ok_or("a payment")?.payment;
    let operation = operation_id();
    let card = CardFacts {
        masked: "411111**1111".to_owned(),
        expiry: 203_412,
        holder: "CARD HOLDER".to_owned(),
        brand: CardBrand::Visa,
    };
    let payer_ip = Some("198.51.100.7".to_owned());
    let start = Command::StartAttempt { operation, method: Method::Card, method_key: None, card: Some(card), payer_ip };
    commit(store, times, plain(decide(&payment, start, now())?)).await?;

    let began = Instant::now();
    let (kind, outcome, note) = (OperationKind::Sale, BankOutcome::Approved, "frictionless".to_owned());
    let (purse, acts_at) = (None, None);
    let entry = BankEntry { operation, payment: id, kind, amount, outcome, note, at: now(), purse, acts_at };
    store.bank_record(entry).await?;
    times.note(began);

    let payment = store.payment(id).await?.ok_or("a payment")?.payment;
    let facts = ProviderFacts {
        approval_code: "123456".to_owned(),
        reference: "123456789012".to_owned(),
        three_ds: Some(ThreeDs::Frictionless),
    };
    let answer = Command::Answer { operation, answer: Answer::Approved(facts), return_operation: operation_id() };
    let mut answered = plain(decide(&payment, answer, now())?);
    answered.notifications.push(notification(id));
    answered.lease_until = now().plus(30_000);
    let call = answered.notifications[0].id;
    commit(store, times, answered).await?;

    let began = Instant::now();
    let delivery = Delivery {
        notification: call,
        at: now(),
        took_ms: 12,
        address: "203.0.113.5:443".to_owned(),
        status: 200,
        answer: String::new(),
        verdict: "acknowledged".to_owned(),
        next: NotificationState::Acknowledged(now()),
    };
    store.record_delivery(delivery, now().plus(30_000)).await?;
    times.note(began);
    store.payment(id).await?.ok_or("a payment")?;
    Ok(())
}

async fn payments(folder: &Path, callers: usize, time: Duration) -> Result<(), Failure> {
    let path = folder.join(format!("payments-{callers}.db"));
    let groups = Arc::new(AtomicU64::new(0));
    let slowest = Arc::new(AtomicU64::new(0));
    let (count, slow) = (Arc::clone(&groups), Arc::clone(&slowest));
    let on_group = move |group: GroupCommit| {
        count.fetch_add(1, Ordering::Relaxed);
        slow.fetch_max(u64::try_from(group.took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    };
    let options = SqliteOptions { on_group: Some(Box::new(on_group)), ..SqliteOptions::default() };
    let store = Arc::new(SqliteStore::open(&path, options)?);
    let new = NewProject {
        protocol: "rbs".to_owned(),
        name: "shop".to_owned(),
        login: "shop-api".to_owned(),
        settings: "{}".to_owned(),
        secrets: Vec::new(),
        created_at: now(),
    };
    let project = store.create_project(new).await?.id;
    let (began, processor) = (Instant::now(), processor_ms());
    let mut tasks = Vec::new();
    for _ in 0..callers {
        let store = Arc::clone(&store);
        tasks.push(tokio::spawn(async move {
            let (mut times, mut done) = (Times::default(), 0_u64);
            while began.elapsed() < time {
                pay(&store, project, &mut times).await?;
                done += 1;
            }
            Ok::<_, Failure>((times, done))
        }));
    }
    let (mut times, mut done) = (Times::default(), 0);
    for task in tasks {
        let (one, count) = task.await??;
        times.0.extend(one.0);
        done += count;
    }
    let millis = u64::try_from(began.elapsed().as_millis())?;
    let processor = (processor_ms() - processor) * 1000;
    times.0.sort_unstable();
    let writes = times.0.len() as u64;
    store.close().await;
    let groups = groups.load(Ordering::Relaxed).max(1);
    println!(
        "{callers:>4} callers: {:>6} payments/s {:>7} durable writes/s, write p50 {:>6} us, p99 {:>6} us, {:>3} writes per \
         group, slowest group {} us, {} us of processor and {} bytes per payment ({} of them what the merchant sent)",
        done * 1000 / millis,
        writes * 1000 / millis,
        times.percentile(50),
        times.percentile(99),
        writes / groups,
        slowest.load(Ordering::Relaxed),
        processor / done.max(1),
        std::fs::metadata(&path)?.len() / done.max(1),
        DETAILS.len(),
    );
    Ok(())
}

fn one_row_table(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    db.execute_batch("PRAGMA synchronous = FULL; CREATE TABLE row (n INTEGER PRIMARY KEY, text TEXT NOT NULL)")?;
    Ok(db)
}

fn one_row(db: &Connection) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO row (text) VALUES (?)")?.execute([&DETAILS[..120]])?;
    Ok(())
}

/// What the disk gives: one connection, one row per commit.
fn raw(folder: &Path, time: Duration) -> Result<(), Failure> {
    let db = one_row_table(&folder.join("raw.db"))?;
    let began = Instant::now();
    let mut done = 0;
    while began.elapsed() < time {
        one_row(&db)?;
        done += 1;
    }
    println!("raw: {} durable one-row commits/s on one connection", per_second(done, began));
    Ok(())
}

/// The simplest driver: a connection behind a mutex, each call on a blocking thread, each its own commit.
async fn mutex(folder: &Path, callers: usize, time: Duration) -> Result<(), Failure> {
    let db = Arc::new(Mutex::new(one_row_table(&folder.join(format!("mutex-{callers}.db")))?));
    let began = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..callers {
        let db = Arc::clone(&db);
        tasks.push(tokio::spawn(async move {
            let mut done = 0;
            while began.elapsed() < time {
                let db = Arc::clone(&db);
                tokio::task::spawn_blocking(move || one_row(&db.lock().unwrap_or_else(PoisonError::into_inner)))
                    .await??;
                done += 1;
            }
            Ok::<_, Failure>(done)
        }));
    }
    let mut done = 0;
    for task in tasks {
        done += task.await??;
    }
    let rate = per_second(done, began);
    println!(
        "{callers:>4} callers, mutex and blocking threads: {rate} one-row writes/s = at most {} payments/s",
        rate / 5
    );
    Ok(())
}

fn per_second(done: u64, began: Instant) -> u64 {
    done * 1000 / u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
}

/// Processor time that this process has used, in milliseconds: other programs do not disturb it.
fn processor_ms() -> u64 {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = status.rsplit(')').next().unwrap_or_default();
    // User and system time, in hundredths of a second.
    after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10
}

/// Memory of this process that is in use now.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim_start_matches("VmRSS:").trim().to_owned())
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let time = Duration::from_secs(seconds);
    let parent = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = parent.join(format!("commit-rate-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    raw(&folder, time)?;
    for callers in [1, 64] {
        mutex(&folder, callers, time).await?;
    }
    for callers in [1, 8, 64, 256] {
        payments(&folder, callers, time).await?;
    }
    println!("memory at the end: {}", memory());
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
