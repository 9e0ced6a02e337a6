//! The simulated bank's own book.

use super::codes::Coded;
use super::rows;
use crate::StoreError;
use crate::records::{BankEntry, BankOutcome};
use payglot_core::{OperationId, PaymentId, UnixMillis};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, ToSql, params};

pub(super) fn record(db: &Connection, entry: &BankEntry) -> Result<(), StoreError> {
    let none = Value::Null;
    let (outcome, argument): (i64, &dyn ToSql) = match &entry.outcome {
        BankOutcome::Challenge(wrong) => (0, wrong),
        BankOutcome::Authenticated => (1, &none),
        BankOutcome::Approved => (2, &none),
        BankOutcome::Declined(reason) => (3, &Coded(*reason)),
    };
    let sql = "INSERT INTO bank_entry (operation, payment, kind, amount, currency, outcome, argument, note, at, purse, acts_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (operation) DO UPDATE SET payment = excluded.payment, kind = excluded.kind, amount = excluded.amount,
        currency = excluded.currency, outcome = excluded.outcome, argument = excluded.argument, note = excluded.note,
        at = excluded.at, purse = excluded.purse, acts_at = excluded.acts_at";
    db.prepare_cached(sql)?.execute(params![
        entry.operation.as_bytes(),
        entry.payment.as_bytes(),
        Coded(entry.kind),
        entry.amount.minor(),
        entry.amount.currency().code(),
        outcome,
        argument,
        entry.note,
        entry.at.0,
        entry.purse,
        entry.acts_at.map(|at| at.0),
    ])?;
    Ok(())
}

pub(super) fn entry(db: &Connection, operation: OperationId) -> Result<Option<BankEntry>, StoreError> {
    let sql = format!("SELECT {} FROM bank_entry WHERE operation = ?", rows::BANK_ENTRY);
    let found =
        db.prepare_cached(&sql)?.query_row([operation.as_bytes()], |row| Ok(rows::bank_entry(row))).optional()?;
    found.transpose()
}

/// The invoices of a purse, newest first: ids of operations grow with time.
pub(super) fn of_purse(db: &Connection, purse: &str, limit: u32) -> Result<Vec<BankEntry>, StoreError> {
    let columns = rows::BANK_ENTRY;
    let sql = format!("SELECT {columns} FROM bank_entry WHERE purse = ? ORDER BY operation DESC LIMIT ?");
    let mut query = db.prepare_cached(&sql)?;
    let found = query.query_map(params![purse, limit], |row| Ok(rows::bank_entry(row)))?;
    found.map(|row| row?).collect()
}

/// What has something to tell, the earliest first.
pub(super) fn due(db: &Connection, now: UnixMillis, limit: u32) -> Result<Vec<BankEntry>, StoreError> {
    let columns = rows::BANK_ENTRY;
    let sql = format!("SELECT {columns} FROM bank_entry WHERE acts_at <= ? ORDER BY acts_at, operation LIMIT ?");
    let mut query = db.prepare_cached(&sql)?;
    let found = query.query_map(params![now.0, limit], |row| Ok(rows::bank_entry(row)))?;
    found.map(|row| row?).collect()
}

/// What the bank has about a payment, oldest first.
pub(super) fn of_payment(db: &Connection, payment: PaymentId) -> Result<Vec<BankEntry>, StoreError> {
    let sql = format!("SELECT {} FROM bank_entry WHERE payment = ? ORDER BY at, operation", rows::BANK_ENTRY);
    let mut query = db.prepare_cached(&sql)?;
    let found = query.query_map([payment.as_bytes()], |row| Ok(rows::bank_entry(row)))?;
    found.map(|row| row?).collect()
}
