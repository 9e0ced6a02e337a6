//! Migrations: numbered, forward only, applied in one transaction when the database is opened and recorded with a checksum.

use crate::StoreError;
use rusqlite::{Connection, TransactionBehavior, params};

/// Marks the file as ours ("payg"), so that a foreign database is refused instead of being filled with tables.
const APPLICATION_ID: i32 = 0x7061_7967;

struct Migration {
    name: &'static str,
    sql: &'static str,
}

/// In order; the number of a migration is its place here, from 1.
const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_payments", sql: include_str!("../../migrations/sqlite/0001_payments.sql") },
    Migration { name: "0002_method_key", sql: include_str!("../../migrations/sqlite/0002_method_key.sql") },
    Migration { name: "0003_hold_end", sql: include_str!("../../migrations/sqlite/0003_hold_end.sql") },
    Migration { name: "0004_bindings", sql: include_str!("../../migrations/sqlite/0004_bindings.sql") },
    Migration { name: "0005_numbers_keys", sql: include_str!("../../migrations/sqlite/0005_numbers_keys.sql") },
    Migration { name: "0006_calls_lines", sql: include_str!("../../migrations/sqlite/0006_calls_lines.sql") },
    Migration { name: "0007_wallet", sql: include_str!("../../migrations/sqlite/0007_wallet.sql") },
    Migration { name: "0008_unheard_tests", sql: include_str!("../../migrations/sqlite/0008_unheard_tests.sql") },
    Migration { name: "0009_mandates", sql: include_str!("../../migrations/sqlite/0009_mandates.sql") },
];

/// Applies what is missing; returns the names of what was applied.
pub(super) fn apply(db: &mut Connection) -> Result<Vec<&'static str>, StoreError> {
    bring_to(db, MIGRATIONS)
}

fn bring_to(db: &mut Connection, known: &'static [Migration]) -> Result<Vec<&'static str>, StoreError> {
    if missing(db, known)?.is_empty() {
        return Ok(Vec::new());
    }
    // A table that others refer to is made anew by dropping the old one, which the check of each statement would forbid. So all references
    // are checked once, at the end. Within a transaction this switch would do nothing.
    db.pragma_update(None, "foreign_keys", false)?;
    let applied = apply_missing(db, known);
    db.pragma_update(None, "foreign_keys", true)?;
    applied
}

fn apply_missing(db: &mut Connection, known: &'static [Migration]) -> Result<Vec<&'static str>, StoreError> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have applied them while this one waited for the lock.
    let todo = missing(&transaction, known)?;
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS schema_migration (
           number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL)",
    )?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    for (number, migration) in &todo {
        transaction.execute_batch(migration.sql)?;
        transaction.execute(
            "INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES (?, ?, ?, datetime('now'))",
            params![number, migration.name, checksum(migration.sql)],
        )?;
    }
    refuse_broken_references(&transaction)?;
    transaction.commit()?;
    Ok(todo.iter().map(|(_, migration)| migration.name).collect())
}

fn refuse_broken_references(db: &Connection) -> Result<(), StoreError> {
    let mut query = db.prepare("PRAGMA foreign_key_check")?;
    let mut broken = query.query([])?;
    let Some(row) = broken.next()? else { return Ok(()) };
    let (child, parent): (String, String) = (row.get(0)?, row.get(2)?);
    Err(StoreError::Damaged(format!("a row of {child} refers to a row of {parent} that is not there")))
}

/// The names of migrations that are not applied yet.
pub(super) fn pending(db: &Connection) -> Result<Vec<&'static str>, StoreError> {
    Ok(missing(db, MIGRATIONS)?.iter().map(|(_, migration)| migration.name).collect())
}

/// What is not applied yet of the known ones. Refuses a foreign database, one that a newer payglot wrote, and one whose migrations were
/// not ours.
fn missing(db: &Connection, known: &'static [Migration]) -> Result<Vec<(i64, &'static Migration)>, StoreError> {
    let applied = applied(db)?;
    if applied.len() > known.len() {
        return Err(StoreError::Damaged(format!(
            "written by a newer payglot: it has {} migrations, this program knows {}",
            applied.len(),
            known.len()
        )));
    }
    for (index, (number, name, sum)) in applied.iter().enumerate() {
        let same = &known[index];
        if *number != number_of(index) || name != same.name || *sum != checksum(same.sql) {
            return Err(StoreError::Damaged(format!("migration {number} ({name}) is not the one this program knows")));
        }
    }
    let todo = known.iter().enumerate().skip(applied.len());
    Ok(todo.map(|(index, migration)| (number_of(index), migration)).collect())
}

fn number_of(index: usize) -> i64 {
    i64::try_from(index).map_or(i64::MAX, |index| index + 1)
}

fn applied(db: &Connection) -> Result<Vec<(i64, String, String)>, StoreError> {
    let id: i32 = db.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        return Ok(Vec::new());
    }
    if id != APPLICATION_ID {
        return Err(StoreError::Damaged("not a database of payglot".to_owned()));
    }
    let mut query = db.prepare("SELECT number, name, checksum FROM schema_migration ORDER BY number")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// FNV-1a, 64 bits: finds an edited migration; nobody attacks it.
fn checksum(text: &str) -> String {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Claim, NotificationFilter, NotificationState, SqliteOptions, SqliteStore, Store};
    use payglot_core::{NotificationId, PaymentId, UnixMillis};

    /// Before notifications could stand alone: one acknowledged after two attempts, one under a lease, one that waits for it, one dead.
    const OLD: &str = "
        INSERT INTO project VALUES (7, 'rbs', 'shop', 'shop-api', '{}', 1, 1, 100);
        INSERT INTO payment (n, id, project, order_number, intent, state, currency, amount, authorized, captured, capture_pending, voided,
          void_pending, refunded, refund_pending, returned, return_pending, attempts_max, captures, void_captured_ms, hold_ms, late, partial,
          over, created_at, updated_at, expires_at, version)
        VALUES (5, zeroblob(16), 7, 'A-1', 0, 0, 'RUB', 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1, 1, 1, 100, 100, 900, 0);
        INSERT INTO endpoint VALUES (3, 'https://shop.example');
        INSERT INTO notification (n, id, payment, seq, endpoint, event, method, url, content_type, body, acknowledgement, schedule,
          created_at, attempts, state, next_at, lease_until, due_at, acknowledged_at, dead_reason)
        VALUES
          (11, x'01010101010101010101010101010101', 5, 1, 3, 'captured', 1, 'https://shop.example/a', 'text/plain', 'a', '200', '5x30s',
           100, 2, 1, NULL, NULL, NULL, 300, NULL),
          (12, x'02020202020202020202020202020202', 5, 2, 3, 'refunded', 0, 'https://shop.example/b', '', '', 'word:OK', '',
           101, 1, 0, 400, 500, 500, NULL, NULL),
          (13, x'03030303030303030303030303030303', 5, 3, 3, 'refunded', 0, 'https://shop.example/c', '', '', '2xx', '',
           102, 0, 0, 102, NULL, NULL, NULL, NULL),
          (14, x'04040404040404040404040404040404', 5, 4, 3, 'voided', 0, 'https://shop.example/d', '', '', '2xx', '',
           103, 6, 2, NULL, NULL, NULL, NULL, 'gone');
        INSERT INTO delivery VALUES
          (21, 11, 200, 5, '203.0.113.5:443', 500, 'oops', 'answered 500', 0, 290, NULL),
          (22, 11, 290, 6, '203.0.113.5:443', 200, 'OK', 'acknowledged', 1, 300, NULL);";

    #[tokio::test]
    async fn notifications_of_before_they_could_stand_alone_are_kept_with_their_deliveries() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("payglot.db");
        let mut db = Connection::open(&path).expect("opened");
        assert_eq!(bring_to(&mut db, &MIGRATIONS[..5]).expect("the older ones").len(), 5);
        db.execute_batch(OLD).expect("as it was");
        drop(db);
        let store = SqliteStore::open(&path, SqliteOptions::default()).expect("brought forward");
        let id = |byte| NotificationId::from_bytes([byte; 16]);
        let filter = NotificationFilter { limit: 10, ..NotificationFilter::default() };
        let mut all = store.notifications(&filter).await.expect("listed");
        all.reverse();
        let kept: Vec<_> = all.iter().map(|one| (one.call.id, one.seq, one.attempts, one.call.body.as_str())).collect();
        assert_eq!(kept, [(id(1), 1, 2, "a"), (id(2), 2, 1, ""), (id(3), 3, 0, ""), (id(4), 4, 6, "")]);
        let payment = Some(PaymentId::from_bytes([0; 16]));
        assert!(all.iter().all(|one| one.payment == payment && one.project.0 == 7), "{all:?}");
        assert_eq!(all[0].state, NotificationState::Acknowledged(UnixMillis(300)));
        assert_eq!(all[1].state, NotificationState::Scheduled(UnixMillis(400)));
        assert_eq!(all[1].call.acknowledgement.to_string(), "word:OK");
        assert_eq!(all[3].state, NotificationState::Dead("gone".to_owned()));
        let attempts = store.deliveries(id(1)).await.expect("listed");
        let attempts: Vec<_> = attempts.iter().map(|one| (one.status, one.answer.as_str(), &one.next)).collect();
        let (again, done) =
            (NotificationState::Scheduled(UnixMillis(290)), NotificationState::Acknowledged(UnixMillis(300)));
        assert_eq!(attempts, [(500, "oops", &again), (200, "OK", &done)]);
        // The lease and the line are as they were.
        let claim = |now| Claim { now: UnixMillis(now), lease_until: UnixMillis(now + 9), limit: 9, per_endpoint: 9 };
        assert_eq!(store.claim(claim(499)).await.expect("claimed"), []);
        let claimed = store.claim(claim(500)).await.expect("claimed");
        assert_eq!(claimed.iter().map(|one| one.call.id).collect::<Vec<_>>(), [id(2)]);
        store.close().await;
        // References are checked again, and still lead from attempts to notifications.
        let db = super::super::connect_to_write(&path, std::time::Duration::ZERO).expect("opened");
        assert!(db.execute("DELETE FROM notification WHERE n = 11", []).is_err());
    }

    #[test]
    fn references_that_a_migration_broke_are_refused() {
        let mut db = Connection::open_in_memory().expect("memory");
        bring_to(&mut db, &MIGRATIONS[..5]).expect("the older ones");
        db.execute_batch(OLD).expect("as it was");
        db.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM notification WHERE n = 11").expect("spoilt");
        let words = "a row of delivery refers to a row of notification that is not there".to_owned();
        assert_eq!(apply(&mut db), Err(StoreError::Damaged(words)));
        assert_eq!(pending(&db).expect("readable").first().copied(), Some("0006_calls_lines"), "nothing of it is left");
    }
}
