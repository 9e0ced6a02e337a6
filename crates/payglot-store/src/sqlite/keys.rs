//! The gateway's own keys and its numbers.

use crate::StoreError;
use crate::records::{GatewayKey, NewGatewayKey};
use payglot_core::UnixMillis;
use rusqlite::{Connection, Row, params};

fn key(row: &Row<'_>) -> rusqlite::Result<GatewayKey> {
    Ok(GatewayKey {
        n: row.get(0)?,
        sealed: row.get(1)?,
        certificate: row.get(2)?,
        created_at: UnixMillis(row.get(3)?),
        used_from: row.get::<_, Option<i64>>(4)?.map(UnixMillis),
    })
}

/// Newest first.
pub(super) fn of_purpose(db: &Connection, purpose: &str) -> Result<Vec<GatewayKey>, StoreError> {
    let sql = "SELECT n, sealed, certificate, created_at, used_from FROM gateway_key WHERE purpose = ? ORDER BY n DESC";
    let mut query = db.prepare_cached(sql)?;
    let found = query.query_map([purpose], key)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Adds a key; the first of its purpose is in use at once, and only one process can add that.
pub(super) fn add(db: &Connection, new: &NewGatewayKey) -> Result<(), StoreError> {
    let known: i64 = db
        .prepare_cached("SELECT count(*) FROM gateway_key WHERE purpose = ?")?
        .query_row([&new.purpose], |row| row.get(0))?;
    if new.first && known > 0 {
        return Ok(());
    }
    let used_from = (known == 0).then_some(new.created_at.0);
    let sql = "INSERT INTO gateway_key (purpose, sealed, certificate, created_at, used_from) VALUES (?, ?, ?, ?, ?)";
    let values = params![new.purpose, new.sealed, new.certificate, new.created_at.0, used_from];
    db.prepare_cached(sql)?.insert(values)?;
    Ok(())
}

/// Puts a key into use.
pub(super) fn put_into_use(db: &Connection, n: i64, at: UnixMillis) -> Result<(), StoreError> {
    let sql = "UPDATE gateway_key SET used_from = ?2 WHERE n = ?1";
    if db.prepare_cached(sql)?.execute([n, at.0])? == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}

/// Takes `count` numbers off a counter; returns the first of them, from 1.
pub(super) fn reserve(db: &Connection, counter: &str, count: u32) -> Result<i64, StoreError> {
    let sql = "INSERT INTO number_counter (name, last) VALUES (?1, ?2)
        ON CONFLICT (name) DO UPDATE SET last = last + ?2 RETURNING last";
    let last: i64 = db.prepare_cached(sql)?.query_row(params![counter, count], |row| row.get(0))?;
    Ok(last - i64::from(count) + 1)
}
