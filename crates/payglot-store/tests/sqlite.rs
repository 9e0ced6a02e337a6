//! What only the embedded database has: its file, its lock, its migrations, other processes beside it.

#[path = "suite/world.rs"]
#[expect(dead_code, reason = "shared with the suite, which uses all of it")]
mod world;

use payglot_core::State;
use payglot_store::{PageFilter, PaymentFilter, PaymentMoment, SqliteOptions, SqliteStore, Store, StoreError};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use world::World;

/// Every migration there is.
const MIGRATIONS: [&str; 9] = [
    "0001_payments",
    "0002_method_key",
    "0003_hold_end",
    "0004_bindings",
    "0005_numbers_keys",
    "0006_calls_lines",
    "0007_wallet",
    "0008_unheard_tests",
    "0009_mandates",
];

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("payglot.db");
    (folder, path)
}

fn open(path: &Path) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(path, SqliteOptions::default()).expect("opened"))
}

/// Everything that defines the schema, in the order in which it was made.
fn schema(db: &Connection) -> String {
    let mut query = db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid").expect("prepared");
    let rows = query.query_map([], |row| row.get::<_, String>(0)).expect("queried");
    let list: Vec<String> = rows.collect::<Result<_, _>>().expect("read");
    list.join(";\n\n") + ";\n"
}

#[test]
fn the_schema_is_the_sum_of_the_migrations() {
    let (_folder, path) = place();
    let all = MIGRATIONS.map(str::to_owned).to_vec();
    assert_eq!(SqliteStore::pending(&path), Ok(all.clone()));
    assert!(!path.exists(), "asking changes nothing");
    assert_eq!(SqliteStore::migrate(&path), Ok(all));
    assert_eq!(SqliteStore::pending(&path), Ok(vec![]));
    assert_eq!(SqliteStore::migrate(&path), Ok(vec![]));
    let db = Connection::open(&path).expect("opened");
    expect_test::expect_file!["expected/schema.sql"].assert_eq(&schema(&db));
}

#[tokio::test]
async fn an_older_database_is_brought_forward_with_what_it_holds() {
    let (_folder, path) = place();
    let store = open(&path);
    let world = World::of(Arc::clone(&store) as Arc<dyn Store>).await;
    let paid = world.paid("order-1").await;
    world.created("order-2").await;
    store.close().await;
    let db = Connection::open(&path).expect("opened");
    db.execute_batch(
        "DROP VIEW mandate_words; DROP TABLE mandate; DROP VIEW binding_words; DROP TABLE binding; DROP TABLE bank_card; DELETE FROM word WHERE kind = 'category';
        DROP INDEX payment_paid; DROP INDEX payment_list;
        CREATE INDEX payment_list ON payment (project, state, created_at);
        ALTER TABLE payment DROP COLUMN paid_at; ALTER TABLE payment DROP COLUMN hold_ending;
        ALTER TABLE payment DROP COLUMN hold_end_at; DELETE FROM word WHERE kind = 'ending';
        DROP TABLE gateway_key; DROP TABLE number_counter; DROP INDEX operation_unheard;
        DROP VIEW call_words; DROP TABLE call; ALTER TABLE payment DROP COLUMN retry_ms;
        DROP INDEX bank_entry_purse; DROP INDEX bank_entry_acts;
        ALTER TABLE bank_entry DROP COLUMN purse; ALTER TABLE bank_entry DROP COLUMN acts_at;
        ALTER TABLE payment DROP COLUMN test;
        DELETE FROM schema_migration WHERE number >= 3;",
    )
    .expect("as it was");
    drop(db);
    let store = open(&path);
    let filter = PageFilter {
        project: world.project,
        moment: PaymentMoment::Paid,
        from: world::START,
        until: world::START.plus(world::HOUR),
        states: vec![(State::Paid, false), (State::Created, false)],
        offset: 0,
        limit: 10,
    };
    let page = store.page(&filter).await.expect("listed");
    assert_eq!(page.payments.into_iter().map(|stored| stored.payment).collect::<Vec<_>>(), [paid]);
    store.close().await;
}

#[test]
fn every_view_can_be_read() {
    let (_folder, path) = place();
    SqliteStore::migrate(&path).expect("migrated");
    let db = Connection::open(&path).expect("opened");
    for view in [
        "payment_words",
        "operation_words",
        "change_words",
        "posting_words",
        "notification_words",
        "binding_words",
        "call_words",
        "mandate_words",
    ] {
        let rows: i64 = db.query_row(&format!("SELECT count(*) FROM {view}"), [], |row| row.get(0)).expect(view);
        assert_eq!(rows, 0);
    }
}

#[test]
fn a_newer_an_edited_a_foreign_and_a_damaged_database_are_refused() {
    let refused = |path: &Path| match SqliteStore::open(path, SqliteOptions::default()) {
        Err(StoreError::Damaged(words)) => words,
        other => panic!("{other:?}"),
    };
    let (_folder, path) = place();
    SqliteStore::migrate(&path).expect("migrated");
    let db = Connection::open(&path).expect("opened");
    db.execute("INSERT INTO schema_migration VALUES (99, '0099_later', 'x', 'now')", []).expect("inserted");
    let known = MIGRATIONS.len();
    let newer = format!("written by a newer payglot: it has {} migrations, this program knows {known}", known + 1);
    assert_eq!(refused(&path), newer);
    assert!(matches!(SqliteStore::pending(&path), Err(StoreError::Damaged(_))));
    db.execute("DELETE FROM schema_migration WHERE number = 99", []).expect("deleted");
    db.execute("UPDATE schema_migration SET checksum = 'edited'", []).expect("updated");
    assert_eq!(refused(&path), "migration 1 (0001_payments) is not the one this program knows");

    let (_folder, path) = place();
    Connection::open(&path).expect("opened").execute_batch("CREATE TABLE other (x)").expect("created");
    assert_eq!(refused(&path), "not a database of payglot");

    let (_folder, path) = place();
    std::fs::write(&path, [b'x'; 8192]).expect("written");
    assert_eq!(refused(&path), "file is not a database");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_committed_is_there_after_reopening() {
    let (_folder, path) = place();
    let world = World::of(open(&path)).await;
    let paid = world.paid("order-1").await;
    world.store.close().await;
    drop(world);
    let again = open(&path);
    assert_eq!(again.payment(paid.id).await.expect("readable").expect("there").payment, paid);
    // Dropped without closing: nothing acknowledged is lost either.
    let world = World { project: paid.project, store: again };
    let second = world.paid("order-2").await;
    drop(world);
    assert_eq!(open(&path).payment(second.id).await.expect("readable").expect("there").payment, second);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_write_the_same_file() {
    let (_folder, path) = place();
    let server = World::of(open(&path)).await;
    let terminal = World { project: server.project, store: open(&path) };
    let mut tasks = Vec::new();
    for number in 0..40 {
        let world = if number % 2 == 0 { server.clone() } else { terminal.clone() };
        tasks.push(tokio::spawn(async move { world.created("").await.order }));
    }
    let mut numbers = Vec::new();
    for task in tasks {
        numbers.push(task.await.expect("no panic").parse::<u32>().expect("a number"));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
    // Each sees at once what the other wrote.
    let paid = terminal.paid("order-1").await;
    assert_eq!(server.reads(paid.id).await, paid);
    terminal.store.close().await;
    assert_eq!(server.paid("order-2").await.version, 2);
}

#[test]
fn two_processes_may_create_the_database_at_the_same_moment() {
    let (_folder, path) = place();
    std::thread::scope(|scope| {
        let both = [0, 1].map(|_| scope.spawn(|| SqliteStore::migrate(&path)));
        let applied: Vec<_> =
            both.into_iter().flat_map(|one| one.join().expect("no panic").expect("migrated")).collect();
        assert_eq!(applied, MIGRATIONS, "by one of them");
    });
}

fn unavailable<T: std::fmt::Debug>(outcome: &Result<T, StoreError>) {
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_database_refuses_writes_still_reads_and_recovers() {
    let (_folder, path) = place();
    let options = SqliteOptions { busy_timeout: Duration::from_millis(20), ..SqliteOptions::default() };
    let world = World::of(Arc::new(SqliteStore::open(&path, options).expect("opened"))).await;
    let paid = world.paid("order-1").await;
    let other = Connection::open(&path).expect("opened");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    unavailable(&world.registers("order-2").await);
    unavailable(&world.store.check().await);
    assert_eq!(world.reads(paid.id).await, paid);
    other.execute_batch("ROLLBACK").expect("unlocked");
    assert!(world.registers("order-2").await.is_ok());
    assert_eq!(world.store.check().await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_writes_still_reads_and_recovers() {
    let (_folder, path) = place();
    let world = World::of(open(&path)).await;
    let first = world.paid("order-first").await;
    world.store.close().await;
    // Something else fills the space that there is ...
    let other = Connection::open(&path).expect("opened");
    other.execute_batch("CREATE TABLE ballast AS SELECT zeroblob(400000) AS x").expect("filled");
    let options = SqliteOptions { pages_max: Some(1), ..SqliteOptions::default() };
    let world = World { project: first.project, store: Arc::new(SqliteStore::open(&path, options).expect("opened")) };
    let (mut taken, mut refused) = (Vec::new(), None);
    for number in 0..2000 {
        match world.registers(&format!("order-{number}")).await {
            Ok((payment, _)) => taken.push(payment),
            Err(error) => {
                refused = Some(error);
                break;
            }
        }
    }
    unavailable(&Err::<(), _>(refused.expect("the disk is full at some point")));
    // ... status still answers, nothing taken is lost ...
    for payment in taken.iter().chain([&first]) {
        assert_eq!(world.reads(payment.id).await, *payment);
    }
    // ... and as soon as there is space again, payments are taken.
    other.execute_batch("DROP TABLE ballast").expect("freed");
    assert!(world.registers("order-after").await.is_ok());
    let filter = PaymentFilter { limit: 1000, ..PaymentFilter::default() };
    assert_eq!(world.store.payments(&filter).await.expect("listed").len(), taken.len() + 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_and_postings_cannot_be_rewritten() {
    let (_folder, path) = place();
    let world = World::of(open(&path)).await;
    world.paid("order-1").await;
    let other = Connection::open(&path).expect("opened");
    for sql in [
        "UPDATE posting SET amount = amount + 1",
        "DELETE FROM posting",
        "UPDATE change SET event = 8",
        "DELETE FROM change",
    ] {
        assert!(other.execute(sql, []).is_err(), "{sql}");
    }
    assert!(other.execute("UPDATE payment SET refunded = captured + 1", []).is_err());
}

/// While the writer is busy with one group, twenty callers ask; they become one group, and each is answered after it.
#[tokio::test]
async fn writes_that_wait_become_one_group() {
    let (_folder, path) = place();
    let (report, groups) = std::sync::mpsc::channel();
    let (go_on, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let on_group = move |group: payglot_store::GroupCommit| {
        report.send(group.jobs).expect("somebody counts");
        // Ends with the test; until then one group is let through at a time.
        let _ = wait.lock().expect("whole").recv();
    };
    let options = SqliteOptions { on_group: Some(Box::new(on_group)), ..SqliteOptions::default() };
    let world = World::of(Arc::new(SqliteStore::open(&path, options).expect("opened"))).await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let world = world.clone();
            tokio::spawn(async move { world.created("").await })
        })
        .collect();
    // On this runtime's only thread each task now runs up to its answer.
    tokio::task::yield_now().await;
    go_on.send(()).expect("the writer waits");
    for task in tasks {
        task.await.expect("no panic");
    }
    drop(go_on);
    assert_eq!(groups.iter().take(2).collect::<Vec<_>>(), [1, 20]);
}
