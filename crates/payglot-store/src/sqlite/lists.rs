//! Reads of many rows: lists, whole files, work that is due, numbers for metrics.

use super::codes::{Coded, Word};
use super::{bank, notifications, payments, rows};
use crate::StoreError;
use crate::records::{
    Backlog, Notification, NotificationFilter, OrderSeen, Page, PageFilter, PaymentFile, PaymentFilter, PaymentMoment,
    StoredPayment, Unheard,
};
use payglot_core::{NotificationId, OperationId, PaymentId, ProjectId, State, UnixMillis};
use rusqlite::{Connection, OptionalExtension, params};

/// A page is never longer.
const PAGE_MAX: u32 = 1000;

/// Where a list begins: strictly before this creation time and internal number.
type Before = (i64, i64);

/// Payments, newest first.
pub(super) fn payments(db: &Connection, filter: &PaymentFilter) -> Result<Vec<StoredPayment>, StoreError> {
    let Some(before) = beginning(db, filter)? else { return Ok(Vec::new()) };
    let limit = filter.limit.min(PAGE_MAX);
    let mut found = Vec::new();
    if filter.project.is_none() && filter.state.is_none() {
        newest(db, filter, before, limit, &mut found)?;
    } else {
        of_projects(db, filter, before, limit, &mut found)?;
    }
    let loaded = found.into_iter().filter_map(|(_, n)| payments::by_number(db, n).transpose());
    loaded.map(|row| row.map(|(_, stored)| stored)).collect()
}

/// The attempts at an order that may be paid more than once: `number#digits`, greatest digits first.
pub(super) fn of_order(db: &Connection, project: ProjectId, number: &str) -> Result<Vec<StoredPayment>, StoreError> {
    let found = numbers_of_order(db, project, number)?.into_iter();
    let loaded = found.filter_map(|n| payments::by_number(db, n).transpose());
    loaded.map(|row| row.map(|(_, stored)| stored)).collect()
}

/// Their internal numbers, at most 100.
fn numbers_of_order(db: &Connection, project: ProjectId, number: &str) -> Result<Vec<i64>, StoreError> {
    // `:` follows `9`, so the range holds every number that goes on with a digit, and a few foreign ones such as `7#1#2`.
    let sql = "SELECT n, order_number FROM payment WHERE project = ?1 AND order_number >= ?2 || '#0' AND order_number < ?2 || '#:'";
    let mut query = db.prepare_cached(sql)?;
    let mut found = Vec::new();
    for row in query.query_map(params![project.0, number], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))? {
        let (n, order): (i64, String) = row?;
        let digits = order.get(number.len() + 1..).and_then(|digits| digits.parse::<u64>().ok());
        found.extend(digits.map(|digits| (digits, n)));
    }
    found.sort_unstable_by(|left, right| right.cmp(left));
    found.truncate(100);
    Ok(found.into_iter().map(|(_, n)| n).collect())
}

/// Are the payments of an order as somebody saw them?
pub(super) fn check_order(db: &Connection, seen: &OrderSeen) -> Result<(), StoreError> {
    let mut query = db.prepare_cached("SELECT id, version FROM payment WHERE n = ?")?;
    let mut present = Vec::new();
    for n in numbers_of_order(db, seen.project, &seen.number)? {
        present.push(query.query_row([n], |row| Ok((PaymentId::from_bytes(row.get(0)?), row.get(1)?)))?);
    }
    let mut expected = seen.payments.clone();
    present.sort_unstable();
    expected.sort_unstable();
    if present == expected { Ok(()) } else { Err(StoreError::Changed) }
}

/// From where to read downwards; `None` if the page before ended with a payment that does not exist.
fn beginning(db: &Connection, filter: &PaymentFilter) -> Result<Option<Before>, StoreError> {
    let until = (filter.until.map_or(i64::MAX, |until| until.0), 0);
    let Some(after) = filter.after else { return Ok(Some(until)) };
    let sql = "SELECT created_at, n FROM payment WHERE id = ?";
    let place: Option<Before> =
        db.prepare_cached(sql)?.query_row([after.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(place.map(|place| place.min(until)))
}

/// Of everything: along one index.
fn newest(
    db: &Connection,
    filter: &PaymentFilter,
    before: Before,
    limit: u32,
    found: &mut Vec<Before>,
) -> Result<(), StoreError> {
    let sql =
        "SELECT created_at, n FROM payment WHERE created_at <= ?1 AND (created_at < ?1 OR n < ?2) AND created_at >= ?3
        ORDER BY created_at DESC, n DESC LIMIT ?4";
    let from = filter.from.map_or(i64::MIN, |from| from.0);
    let mut query = db.prepare_cached(sql)?;
    for row in query.query_map(params![before.0, before.1, from, limit], |row| Ok((row.get(0)?, row.get(1)?)))? {
        found.push(row?);
    }
    Ok(())
}

/// Of one project or one state: a few entries of each (project, state) by index, merged.
fn of_projects(
    db: &Connection,
    filter: &PaymentFilter,
    before: Before,
    limit: u32,
    found: &mut Vec<Before>,
) -> Result<(), StoreError> {
    let projects: Vec<i64> = match filter.project {
        Some(project) => vec![project.0],
        None => {
            db.prepare_cached("SELECT n FROM project")?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?
        }
    };
    let states: &[State] = filter.state.as_ref().map_or(State::LIST, std::slice::from_ref);
    let sql = "SELECT created_at, n FROM payment INDEXED BY payment_list
        WHERE project = ?5 AND state = ?6 AND created_at <= ?1 AND (created_at < ?1 OR n < ?2) AND created_at >= ?3
        ORDER BY created_at DESC, n DESC LIMIT ?4";
    let from = filter.from.map_or(i64::MIN, |from| from.0);
    let mut query = db.prepare_cached(sql)?;
    for project in projects {
        for state in states {
            let values = params![before.0, before.1, from, limit, project, Coded(*state)];
            for row in query.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))? {
                found.push(row?);
            }
        }
    }
    found.sort_unstable_by(|left, right| right.cmp(left));
    found.truncate(limit as usize);
    Ok(())
}

/// Which rows a page is of, and the column of its order.
fn chosen(filter: &PageFilter) -> (String, &'static str) {
    let code = |state: &State| State::LIST.iter().position(|known| known == state).unwrap_or(usize::MAX);
    let list = |codes: Vec<usize>| codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let states = list(filter.states.iter().map(|(state, _)| code(state)).collect());
    let groups = list(filter.states.iter().map(|(state, refunded)| 2 * code(state) + usize::from(*refunded)).collect());
    let (index, moment) = match filter.moment {
        PaymentMoment::Created => ("payment_list", "created_at"),
        PaymentMoment::Paid => ("payment_paid", "paid_at"),
    };
    let rows = format!(
        "FROM payment INDEXED BY {index} WHERE project = ?1 AND state IN ({states}) AND {moment} >= ?2 AND {moment} < ?3
        AND 2 * state + (refunded > 0) IN ({groups})"
    );
    (rows, moment)
}

/// A page of a project's payments, newest first, and their number. Count and page are read from the index alone.
pub(super) fn page(db: &Connection, filter: &PageFilter) -> Result<Page, StoreError> {
    let (chosen, moment) = chosen(filter);
    let (project, from, until) = (filter.project.0, filter.from.0, filter.until.0);
    let total: i64 = db
        .prepare_cached(&format!("SELECT count(*) {chosen}"))?
        .query_row(params![project, from, until], |row| row.get(0))?;
    let sql = format!("SELECT n {chosen} ORDER BY {moment} DESC, n DESC LIMIT ?4 OFFSET ?5");
    let mut query = db.prepare_cached(&sql)?;
    let offset = i64::try_from(filter.offset).unwrap_or(i64::MAX);
    let values = params![project, from, until, filter.limit.min(PAGE_MAX), offset];
    let numbers: Vec<i64> = query.query_map(values, |row| row.get(0))?.collect::<Result<_, _>>()?;
    let loaded = numbers.into_iter().filter_map(|n| payments::by_number(db, n).transpose());
    let payments = loaded.map(|row| row.map(|(_, stored)| stored)).collect::<Result<_, _>>()?;
    Ok(Page { total: u64::try_from(total).unwrap_or_default(), payments })
}

/// Everything about one payment.
pub(super) fn file(db: &Connection, id: PaymentId) -> Result<Option<PaymentFile>, StoreError> {
    let Some((n, stored)) = payments::by_id(db, id)? else { return Ok(None) };
    whole(db, n, stored).map(Some)
}

fn whole(db: &Connection, n: i64, stored: StoredPayment) -> Result<PaymentFile, StoreError> {
    let payment = &stored.payment;
    let mut changes = Vec::new();
    let sql = format!("SELECT {} FROM change WHERE payment = ? ORDER BY version, line", rows::CHANGE);
    let mut query = db.prepare_cached(&sql)?;
    let mut found = query.query([n])?;
    while let Some(row) = found.next()? {
        changes.push(rows::change(row, &payment.operations)?);
    }
    let mut postings = Vec::new();
    let sql = format!("SELECT {} FROM posting WHERE payment = ? ORDER BY version, line", rows::POSTING);
    let mut query = db.prepare_cached(&sql)?;
    let mut found = query.query([n])?;
    while let Some(row) = found.next()? {
        postings.push(rows::posting(row, payment.amount.currency())?);
    }
    let notifications = notifications::of_payment(db, n)?;
    let bank = bank::of_payment(db, payment.id)?;
    Ok(PaymentFile { stored, changes, postings, notifications, bank })
}

/// A page of files, ordered by id.
pub(super) fn files(db: &Connection, after: Option<PaymentId>, limit: u32) -> Result<Vec<PaymentFile>, StoreError> {
    let sql = "SELECT n FROM payment WHERE id > ? ORDER BY id LIMIT ?";
    // The empty key sorts before every id.
    let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
    let mut query = db.prepare_cached(sql)?;
    let numbers = query.query_map(params![after, limit.min(PAGE_MAX)], |row| row.get(0))?;
    let numbers: Vec<i64> = numbers.collect::<Result<_, _>>()?;
    let mut list = Vec::with_capacity(numbers.len());
    for n in numbers {
        if let Some((n, stored)) = payments::by_number(db, n)? {
            list.push(whole(db, n, stored)?);
        }
    }
    Ok(list)
}

/// Payments whose time is over, oldest first.
pub(super) fn expired(db: &Connection, now: UnixMillis, limit: u32) -> Result<Vec<PaymentId>, StoreError> {
    let sql = "SELECT id FROM payment INDEXED BY payment_expiry WHERE state <= 3 AND expires_at <= ? ORDER BY expires_at LIMIT ?";
    let mut query = db.prepare_cached(sql)?;
    let found = query.query_map(params![now.0, limit], |row| row.get(0).map(PaymentId::from_bytes))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Operations without an answer, oldest first.
pub(super) fn unanswered(
    db: &Connection,
    asked_before: UnixMillis,
    limit: u32,
) -> Result<Vec<(PaymentId, OperationId)>, StoreError> {
    let sql = "SELECT p.id, o.id FROM operation o INDEXED BY operation_unanswered JOIN payment p ON p.n = o.payment
        WHERE o.status IN (0, 2) AND o.asked_at < ? ORDER BY o.asked_at LIMIT ?";
    let mut query = db.prepare_cached(sql)?;
    let found = query.query_map(params![asked_before.0, limit], |row| {
        Ok((PaymentId::from_bytes(row.get(0)?), OperationId::from_bytes(row.get(1)?)))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Attempts at places that no place has answered.
pub(super) fn unheard(
    db: &Connection,
    after: (UnixMillis, OperationId),
    until: UnixMillis,
    limit: u32,
) -> Result<Vec<Unheard>, StoreError> {
    // The condition is that of the index, word for word.
    let sql = "SELECT ifnull(answered_at, asked_at), p.id, o.id FROM operation o INDEXED BY operation_unheard JOIN payment p ON p.n = o.payment
        WHERE method >= 3 AND (status = 1 OR (status = 4 AND reason IN (14, 18, 19, 20)))
        AND (ifnull(answered_at, asked_at), o.id) > (?1, ?2) AND ifnull(answered_at, asked_at) <= ?3
        ORDER BY ifnull(answered_at, asked_at), o.id LIMIT ?4";
    let mut query = db.prepare_cached(sql)?;
    let (since, operation) = (after.0.0, after.1);
    let found = query.query_map(params![since, operation.as_bytes(), until.0, limit], |row| {
        Ok(Unheard {
            since: UnixMillis(row.get(0)?),
            payment: PaymentId::from_bytes(row.get(1)?),
            operation: OperationId::from_bytes(row.get(2)?),
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Notifications, newest first.
pub(super) fn notifications(db: &Connection, filter: &NotificationFilter) -> Result<Vec<Notification>, StoreError> {
    let limit = filter.limit.min(PAGE_MAX);
    if let Some(payment) = filter.payment {
        let Some(n) = payments::number_of(db, payment)? else { return Ok(Vec::new()) };
        let mut list = notifications::of_payment(db, n)?;
        list.retain(|one| !filter.unacknowledged || !matches!(one.state, crate::NotificationState::Acknowledged(_)));
        list.reverse();
        list.truncate(limit as usize);
        return Ok(list);
    }
    // `state <> 1` repeats the condition of the index, which SQLite does not conclude from `state = 0`; naming the index makes a plan
    // that would read the whole table an error.
    let sql = if filter.unacknowledged {
        "SELECT n FROM (SELECT n FROM notification INDEXED BY notification_open WHERE state = 0 AND state <> 1 ORDER BY n DESC LIMIT ?1)
         UNION ALL SELECT n FROM (SELECT n FROM notification INDEXED BY notification_open WHERE state = 2 AND state <> 1 ORDER BY n DESC LIMIT ?1)
         ORDER BY n DESC LIMIT ?1"
    } else {
        "SELECT n FROM notification ORDER BY n DESC LIMIT ?1"
    };
    let numbers: Vec<i64> = db.prepare_cached(sql)?.query_map([limit], |row| row.get(0))?.collect::<Result<_, _>>()?;
    notifications::by_numbers(db, &numbers)
}

const ALONE: &str = "SELECT n FROM notification WHERE payment IS NULL AND seq = 1
    AND n > ifnull((SELECT n FROM notification WHERE id = ?), 0) ORDER BY n LIMIT ?";

/// Notifications that stand alone, oldest first: they are neighbours in the index of lines.
pub(super) fn lone_notifications(
    db: &Connection,
    after: Option<NotificationId>,
    limit: u32,
) -> Result<Vec<Notification>, StoreError> {
    let after = after.as_ref().map(NotificationId::as_bytes);
    let mut query = db.prepare_cached(ALONE)?;
    let numbers = query.query_map(params![after, limit.min(PAGE_MAX)], |row| row.get(0))?;
    notifications::by_numbers(db, &numbers.collect::<Result<Vec<i64>, _>>()?)
}

/// Numbers for metrics, by index.
pub(super) fn backlog(db: &Connection) -> Result<Backlog, StoreError> {
    let first = |sql: &str| -> Result<Option<UnixMillis>, StoreError> {
        Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0).map(UnixMillis)).optional()?)
    };
    Ok(Backlog {
        oldest_notification: first(
            "SELECT created_at FROM notification INDEXED BY notification_open WHERE state = 0 AND state <> 1 ORDER BY n LIMIT 1",
        )?,
        oldest_unanswered: first(
            "SELECT asked_at FROM operation INDEXED BY operation_unanswered WHERE status IN (0, 2) ORDER BY asked_at LIMIT 1",
        )?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::schema;
    use payglot_core::ProjectId;

    #[test]
    fn what_stands_alone_is_found_by_index() {
        let mut db = Connection::open_in_memory().expect("memory");
        schema::apply(&mut db).expect("migrated");
        let plan = format!("EXPLAIN QUERY PLAN {ALONE}");
        let first: String = db.query_row(&plan, params![None::<i64>, 1], |row| row.get(3)).expect("a plan");
        let index = "sqlite_autoindex_notification_2 (payment=? AND seq=? AND rowid>?)";
        assert_eq!(first, format!("SEARCH notification USING COVERING INDEX {index}"));
    }

    #[test]
    fn pages_and_their_counts_are_read_from_the_index_alone() {
        let mut db = Connection::open_in_memory().expect("memory");
        schema::apply(&mut db).expect("migrated");
        for moment in [PaymentMoment::Created, PaymentMoment::Paid] {
            let (from, until) = (UnixMillis(1), UnixMillis(2));
            let states = vec![(State::Paid, true), (State::Held, false)];
            let filter = PageFilter { project: ProjectId(1), moment, from, until, states, offset: 0, limit: 10 };
            let (chosen, column) = chosen(&filter);
            for sql in
                [format!("SELECT count(*) {chosen}"), format!("SELECT n {chosen} ORDER BY {column} DESC, n DESC")]
            {
                let plan = format!("EXPLAIN QUERY PLAN {sql}");
                let steps: String = db.query_row(&plan, params![1, 1, 2], |row| row.get(3)).expect("a plan");
                assert!(steps.starts_with("SEARCH payment USING COVERING INDEX"), "{steps}");
            }
        }
    }
}
