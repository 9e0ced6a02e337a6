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
    Migration { name: "0008_unheard_tests", sql: include_str!("../../migrations/sqlite/0008_unheard_tests.sql") },
];

/// Applies what is missing; returns the names of what was applied.
pub(super) fn apply(db: &mut Connection) -> Result<Vec<&'static str>, StoreError> {
    if missing(db)?.is_empty() {
        return Ok(Vec::new());
    }
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have applied them while this one waited for the lock.
    let todo = missing(&transaction)?;
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
    transaction.commit()?;
    Ok(todo.iter().map(|(_, migration)| migration.name).collect())
}

/// The names of migrations that are not applied yet.
pub(super) fn pending(db: &Connection) -> Result<Vec<&'static str>, StoreError> {
    Ok(missing(db)?.iter().map(|(_, migration)| migration.name).collect())
}

/// What is not applied yet. Refuses a foreign database, one that a newer payglot wrote, and one whose migrations were not ours.
fn missing(db: &Connection) -> Result<Vec<(i64, &'static Migration)>, StoreError> {
    let applied = applied(db)?;
    if applied.len() > MIGRATIONS.len() {
        return Err(StoreError::Damaged(format!(
            "written by a newer payglot: it has {} migrations, this program knows {}",
            applied.len(),
            MIGRATIONS.len()
        )));
    }
    for (index, (number, name, sum)) in applied.iter().enumerate() {
        let known = &MIGRATIONS[index];
        if *number != number_of(index) || name != known.name || *sum != checksum(known.sql) {
            return Err(StoreError::Damaged(format!("migration {number} ({name}) is not the one this program knows")));
        }
    }
    let todo = MIGRATIONS.iter().enumerate().skip(applied.len());
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
