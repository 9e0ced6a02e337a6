//! Mandates: made by a payment, charged by payments, changed, and found when they are due.

use super::codes::Coded;
use super::{calls, notifications, rows};
use crate::StoreError;
use crate::records::{Mandate, MandateChange, MandateCharge, Notification, Refused};
use payglot_core::{PaymentId, ProjectId, UnixMillis};
use rusqlite::{Connection, Params, params};

/// Adds the mandate that a payment made; `n` and `id` are that payment's. One that names another payment or another project is refused
/// by a constraint, as is a number that is used.
pub(super) fn insert(db: &Connection, (n, id): (i64, PaymentId), mandate: &Mandate) -> Result<(), StoreError> {
    let sql = "INSERT INTO mandate (project, number, payment, client, token, card_masked, card_expiry, card_holder, card_brand,
        currency, terms, valid_until, active, charges, charged_at, charged_for, next_charge_at, created_at, version)
        VALUES (?1, ?2, (SELECT n FROM payment WHERE n = ?3 AND project = ?1), ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,
        ?15, ?16, ?17, ?18, ?19)";
    db.prepare_cached(sql)?.execute(params![
        mandate.project.0,
        mandate.number,
        (mandate.payment == id).then_some(n),
        mandate.client,
        mandate.token,
        mandate.card.masked,
        mandate.card.expiry,
        mandate.card.holder,
        Coded(mandate.card.brand),
        mandate.currency.code(),
        mandate.terms,
        mandate.valid_until.0,
        mandate.active,
        mandate.charges,
        mandate.charged_at.map(|at| at.0),
        mandate.charged_for.map(|at| at.0),
        mandate.next_charge_at.map(|at| at.0),
        mandate.created_at.0,
        mandate.version,
    ])?;
    Ok(())
}

/// Counts a charge by a payment of `project`, if the mandate may be charged and is still as old as the caller believes.
pub(super) fn charge(db: &Connection, project: ProjectId, charge: &MandateCharge) -> Result<(), StoreError> {
    if charge.project != project {
        return Err(StoreError::Constraint("a mandate is charged by payments of its own project".to_owned()));
    }
    let sql = "UPDATE mandate SET charges = charges + 1, version = version + 1, charged_at = ?,
        charged_for = ifnull(?, charged_for), next_charge_at = ? WHERE project = ? AND number = ? AND version = ? AND active = 1";
    let date = charge.charged_for.map(|at| at.0);
    let next = charge.next_charge_at.map(|at| at.0);
    let values = params![charge.at.0, date, next, project.0, charge.number, charge.version];
    if db.prepare_cached(sql)?.execute(values)? == 0 { Err(StoreError::Changed) } else { Ok(()) }
}

/// Changes a mandate if it is still as the caller saw it, keeps the call that asked for it, and stores what is to be told about it.
pub(super) fn change(db: &Connection, change: MandateChange) -> Result<Vec<Notification>, StoreError> {
    let MandateChange { seen, active, terms, valid_until, next_charge_at, call, notifications, lease_until } = change;
    let claimed = match call {
        Some(call) => {
            let payment = Some(seen.payment);
            calls::refuse(db, &Refused { project: seen.project, payment, call, notifications, lease_until })?
        }
        None => notifications::insert_about(db, seen.project, seen.payment, &notifications, lease_until)?,
    };
    let sql = "UPDATE mandate SET active = ?, terms = ?, valid_until = ?, next_charge_at = ?, version = version + 1
        WHERE project = ? AND number = ? AND version = ?";
    let next = next_charge_at.map(|at| at.0);
    let values = params![active, terms, valid_until.0, next, seen.project.0, seen.number, seen.version];
    if db.prepare_cached(sql)?.execute(values)? == 0 {
        let known = by_number(db, seen.project, seen.number)?.is_some();
        return Err(if known { StoreError::Changed } else { StoreError::NotFound });
    }
    Ok(claimed)
}

pub(super) fn by_number(db: &Connection, project: ProjectId, number: u32) -> Result<Option<Mandate>, StoreError> {
    Ok(list(db, "m.project = ? AND m.number = ?", params![project.0, number])?.pop())
}

/// What the gateway must charge by itself. Both conditions of the index are said, so that it is used.
const DUE: &str = "m.active = 1 AND m.next_charge_at <= ? ORDER BY m.next_charge_at, m.n LIMIT ?";

/// Those that are due, the oldest first.
pub(super) fn due(db: &Connection, now: UnixMillis, limit: u32) -> Result<Vec<Mandate>, StoreError> {
    list(db, DUE, params![now.0, limit])
}

fn select(condition: &str) -> String {
    format!("SELECT {} FROM {} WHERE {condition}", rows::MANDATE, rows::MANDATE_FROM)
}

fn list(db: &Connection, condition: &str, values: impl Params) -> Result<Vec<Mandate>, StoreError> {
    let mut query = db.prepare_cached(&select(condition))?;
    let found = query.query_map(values, |row| Ok(rows::mandate(row)))?;
    found.map(|row| row?).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::schema;

    #[test]
    fn what_is_due_is_found_by_index_in_its_order() {
        let mut db = Connection::open_in_memory().expect("memory");
        schema::apply(&mut db).expect("migrated");
        let mut query = db.prepare(&format!("EXPLAIN QUERY PLAN {}", select(DUE))).expect("prepared");
        let steps = query.query_map(params![1, 1], |row| row.get(3)).expect("a plan");
        let steps: Vec<String> = steps.collect::<Result<_, _>>().expect("steps");
        let expected =
            ["SEARCH m USING INDEX mandate_due (next_charge_at<?)", "SEARCH p USING INTEGER PRIMARY KEY (rowid=?)"];
        assert_eq!(steps, expected);
    }
}
