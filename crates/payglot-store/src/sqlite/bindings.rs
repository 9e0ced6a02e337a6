//! Saved cards, and the simulated bank's vault.

use super::codes::Coded;
use super::errors::is_duplicate;
use super::notifications;
use super::rows::{self, Columns};
use crate::StoreError;
use crate::records::{BankCard, Binding, BindingChange, BindingsOf, NewBinding, NewNotification, Notification};
use payglot_core::{BindingId, PaymentId, ProjectId, UnixMillis};
use rusqlite::{Connection, OptionalExtension, params};

/// Adds a binding. One that another payment made meanwhile of the same card is [`StoreError::Changed`]: who decides anew finds it.
pub(super) fn insert(db: &Connection, binding: &Binding) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO binding (id, project, client, token, card_masked, card_expiry, card_holder, card_brand, category,
        active, payment, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT n FROM payment WHERE id = ?), ?)";
    let inserted = db.prepare_cached(sql)?.execute(params![
        binding.id.as_bytes(),
        binding.project.0,
        binding.client,
        binding.token,
        binding.card.masked,
        binding.card.expiry,
        binding.card.holder,
        Coded(binding.card.brand),
        Coded(binding.category),
        binding.active,
        binding.payment.as_ref().map(PaymentId::as_bytes),
        binding.created_at.0,
    ]);
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if is_duplicate(&error) => Err(StoreError::Changed),
        Err(error) => Err(error.into()),
    }
}

/// Adds a binding outside a commit, and stores what is to be told about it.
pub(super) fn create(db: &Connection, new: &NewBinding) -> Result<Vec<Notification>, StoreError> {
    let NewBinding { binding, notifications, lease_until } = new;
    insert(db, binding)?;
    tell(db, binding, notifications, *lease_until)
}

pub(super) fn by_id(db: &Connection, id: BindingId) -> Result<Option<Binding>, StoreError> {
    let sql = format!("SELECT {} FROM {} WHERE b.id = ?", rows::BINDING, rows::BINDING_FROM);
    let found = db.prepare_cached(&sql)?.query_row([id.as_bytes()], |row| Ok(rows::binding(row))).optional()?;
    found.transpose()
}

/// The active ones, oldest first.
pub(super) fn active(db: &Connection, project: ProjectId, of: &BindingsOf) -> Result<Vec<Binding>, StoreError> {
    let (column, value) = match of {
        BindingsOf::Client(client) => ("client", client),
        BindingsOf::Token(token) => ("token", token),
    };
    let sql = format!(
        "SELECT {} FROM {} WHERE b.project = ? AND b.{column} = ? AND b.active = 1 ORDER BY b.n",
        rows::BINDING,
        rows::BINDING_FROM
    );
    let mut query = db.prepare_cached(&sql)?;
    let found = query.query_map(params![project.0, value], |row| Ok(rows::binding(row)))?;
    found.map(|row| row?).collect()
}

/// Changes a binding if it is still as the caller saw it, and stores what is to be told about it.
pub(super) fn change(db: &Connection, change: &BindingChange) -> Result<Vec<Notification>, StoreError> {
    let BindingChange { seen, active, expiry, notifications, lease_until } = change;
    let sql = "UPDATE binding SET active = ?, card_expiry = ? WHERE id = ? AND active = ? AND card_expiry = ?";
    let values = params![active, expiry, seen.id.as_bytes(), seen.active, seen.card.expiry];
    if db.prepare_cached(sql)?.execute(values)? == 0 {
        return Err(if by_id(db, seen.id)?.is_some() { StoreError::Changed } else { StoreError::NotFound });
    }
    tell(db, seen, notifications, *lease_until)
}

/// Stores what is to be told about a binding: in the line of the payment that made it, or alone.
fn tell(
    db: &Connection,
    binding: &Binding,
    news: &[NewNotification],
    lease_until: UnixMillis,
) -> Result<Vec<Notification>, StoreError> {
    match binding.payment {
        Some(id) => notifications::insert_about(db, binding.project, id, news, lease_until),
        None => notifications::insert_alone(db, binding.project, news, lease_until),
    }
}

/// Keeps a card in the bank's vault; the token of the same number kept before wins.
pub(super) fn keep(db: &Connection, card: &BankCard) -> Result<String, StoreError> {
    // An update that changes nothing, because only a row that was touched is returned.
    let sql = "INSERT INTO bank_card (token, fingerprint, sealed, kept_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (fingerprint) DO UPDATE SET kept_at = kept_at RETURNING token";
    let values = params![card.token, card.fingerprint, card.sealed, card.kept_at.0];
    Ok(db.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
}

pub(super) fn kept(db: &Connection, token: &str) -> Result<Option<BankCard>, StoreError> {
    vault(db, "token", &token)
}

pub(super) fn kept_by_fingerprint(db: &Connection, fingerprint: &[u8; 32]) -> Result<Option<BankCard>, StoreError> {
    vault(db, "fingerprint", fingerprint)
}

fn vault(db: &Connection, column: &str, value: &dyn rusqlite::ToSql) -> Result<Option<BankCard>, StoreError> {
    let sql = format!("SELECT token, fingerprint, sealed, kept_at FROM bank_card WHERE {column} = ?");
    let found = db.prepare_cached(&sql)?.query_row([value], |row| {
        let mut columns = Columns::of(row);
        Ok(BankCard {
            token: columns.take()?,
            fingerprint: columns.take()?,
            sealed: columns.take()?,
            kept_at: columns.time()?,
        })
    });
    Ok(found.optional()?)
}
