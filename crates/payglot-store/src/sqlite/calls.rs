//! Calls that shops made: which of them is new, and under which id it was answered.

use super::notifications::{self, Owner};
use super::rows;
use crate::StoreError;
use crate::records::{Call, CallBy, NewCall, Notification, Refused};
use payglot_core::{OperationId, ProjectId};
use rusqlite::{Connection, OptionalExtension, Params, params};

/// Refuses a call that was made before: the same one within its time, or one that uses a key again. Looking and inserting are one step,
/// because there is one writer. A store with several would have to lock the fingerprint (or run serializable) for the first of the two;
/// for the second the unique index is enough.
pub(super) fn admit(db: &Connection, project: ProjectId, call: &NewCall) -> Result<(), StoreError> {
    let same = CallBy::Fingerprint { fingerprint: call.fingerprint, not_before: call.same_since() };
    if let Some(first) = find(db, project, &same)? {
        return Err(StoreError::CallRepeated { id: first.id });
    }
    let Some(key) = &call.key else { return Ok(()) };
    match find(db, project, &CallBy::Key(key.clone()))? {
        Some(first) => Err(StoreError::CallKeyUsed { id: first.id }),
        None => Ok(()),
    }
}

/// Keeps an admitted call; `payment` is the internal number and the order number of the payment it belongs to.
pub(super) fn insert(
    db: &Connection,
    project: ProjectId,
    payment: Option<(i64, &str)>,
    call: &NewCall,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO call (project, id, fingerprint, at, payment, order_number, operation, key, refused)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    // The payment's own number is not written twice.
    let order = payment.is_none_or(|(_, order)| order != call.order).then_some(&call.order);
    db.prepare_cached(sql)?.execute(params![
        project.0,
        call.id,
        call.fingerprint,
        call.at.0,
        payment.map(|(n, _)| n),
        order,
        call.operation.as_ref().map(OperationId::as_bytes),
        call.key,
        call.refused,
    ])?;
    Ok(())
}

/// Stores a call that was refused, and what the shop is told of it.
pub(super) fn refuse(db: &Connection, refused: &Refused) -> Result<Vec<Notification>, StoreError> {
    let Refused { project, payment, call, notifications, lease_until } = refused;
    if call.refused.is_none() {
        return Err(StoreError::Constraint("a call cannot be refused without a reason".to_owned()));
    }
    admit(db, *project, call)?;
    let Some(id) = *payment else {
        insert(db, *project, None, call)?;
        return notifications::insert_alone(db, *project, notifications, *lease_until);
    };
    let sql = "SELECT n, order_number FROM payment WHERE id = ? AND project = ?";
    let (n, order): (i64, String) =
        db.prepare_cached(sql)?.query_row(params![id.as_bytes(), project.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    insert(db, *project, Some((n, &order)), call)?;
    let owner = Owner { n, id, project: *project, fresh: false };
    notifications::insert(db, &owner, notifications, *lease_until)
}

pub(super) fn find(db: &Connection, project: ProjectId, by: &CallBy) -> Result<Option<Call>, StoreError> {
    let condition = condition(by);
    match by {
        CallBy::Id(text) | CallBy::Key(text) | CallBy::RefusedOrder(text) => {
            one(db, condition, params![project.0, text])
        }
        CallBy::Fingerprint { fingerprint, not_before } => {
            one(db, condition, params![project.0, fingerprint, not_before.0])
        }
    }
}

const fn condition(by: &CallBy) -> &'static str {
    match by {
        CallBy::Id(_) => "c.id = ?2",
        CallBy::Key(_) => "c.key = ?2",
        CallBy::RefusedOrder(_) => "c.order_number = ?2 AND c.payment IS NULL ORDER BY c.n DESC LIMIT 1",
        // Only the latest is looked at, however often a shop has sent the same: an older one is never the younger of two.
        CallBy::Fingerprint { .. } => {
            "c.n = (SELECT max(n) FROM call WHERE project = ?1 AND fingerprint = ?2) AND c.at >= ?3"
        }
    }
}

fn select(condition: &str) -> String {
    format!("SELECT {} FROM {} WHERE c.project = ?1 AND {condition}", rows::CALL, rows::CALL_FROM)
}

fn one(db: &Connection, condition: &str, values: impl Params) -> Result<Option<Call>, StoreError> {
    Ok(db.prepare_cached(&select(condition))?.query_row(values, rows::call).optional()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::schema;
    use payglot_core::UnixMillis;

    #[test]
    fn every_look_up_is_by_index_and_sorts_nothing() {
        let mut db = Connection::open_in_memory().expect("memory");
        schema::apply(&mut db).expect("migrated");
        let fingerprint = CallBy::Fingerprint { fingerprint: [0; 32], not_before: UnixMillis(0) };
        let latest = [
            "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)",
            "SCALAR SUBQUERY 1",
            "SEARCH call USING COVERING INDEX call_fingerprint (project=? AND fingerprint=?)",
        ];
        for (by, expected) in [
            (CallBy::Id(String::new()), &["SEARCH c USING INDEX sqlite_autoindex_call_1 (project=? AND id=?)"][..]),
            (fingerprint, &latest),
            (CallBy::Key(String::new()), &["SEARCH c USING INDEX call_key (project=? AND key=?)"]),
            (
                CallBy::RefusedOrder(String::new()),
                &["SEARCH c USING INDEX call_refused (project=? AND order_number=?)"],
            ),
        ] {
            let mut query = db.prepare(&format!("EXPLAIN QUERY PLAN {}", select(condition(&by)))).expect("prepared");
            let (mut rows, mut steps) = (query.raw_query(), Vec::<String>::new());
            while let Some(row) = rows.next().expect("a plan") {
                steps.push(row.get(3).expect("a step"));
            }
            assert_eq!(
                steps.pop().as_deref(),
                Some("SEARCH p USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN"),
                "{by:?}"
            );
            assert_eq!(steps, expected);
        }
    }
}
