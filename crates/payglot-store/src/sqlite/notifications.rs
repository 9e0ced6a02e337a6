//! Notifications: the outbox. Rows are born with the decision that caused them, are sent in order per payment, and stay.

use super::codes::Coded;
use super::rows::{self, Columns};
use crate::StoreError;
use crate::records::{Claim, Delivery, NewNotification, Notification, NotificationState, OVERTAKEN};
use payglot_core::{NotificationId, PaymentId, ProjectId, UnixMillis};
use rusqlite::{Connection, OptionalExtension, params};

/// The payment that notifications belong to.
pub(super) struct Owner {
    /// Its internal number.
    pub(super) n: i64,
    pub(super) id: PaymentId,
    pub(super) project: ProjectId,
    /// Was it made in this transaction, so that nothing was ever announced of it?
    pub(super) fresh: bool,
}

/// Does a scheduled notification hold newer ones of its payment back? While its patience lasts; without one, always.
const HOLDS: &str = "ifnull(attempts < patience, 1)";

/// Stores what must be announced of a payment; returns the one that may go out at once, claimed for the caller.
pub(super) fn insert(
    db: &Connection,
    owner: &Owner,
    news: &[NewNotification],
    lease_until: UnixMillis,
) -> Result<Vec<Notification>, StoreError> {
    if news.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT ifnull(max(seq), 0), NOT ifnull(max(state = 0 AND {HOLDS}), 0) FROM notification WHERE payment = ?"
    );
    let (mut seq, mut first) = if owner.fresh {
        (0, true)
    } else {
        db.prepare_cached(&sql)?.query_row([owner.n], |row| Ok((row.get(0)?, row.get(1)?)))?
    };
    let mut claimed = Vec::new();
    for new in news {
        seq += 1;
        let place = Place { payment: Some((owner.n, owner.id)), project: owner.project, seq, first };
        claimed.extend(insert_one(db, &place, new, lease_until)?);
        first = false;
    }
    Ok(claimed)
}

/// Stores what must be told about a payment of a project that does not change; returns the one that may go out at once, claimed for the
/// caller.
pub(super) fn insert_about(
    db: &Connection,
    project: ProjectId,
    id: PaymentId,
    news: &[NewNotification],
    lease_until: UnixMillis,
) -> Result<Vec<Notification>, StoreError> {
    let sql = "SELECT n FROM payment WHERE id = ? AND project = ?";
    let n = db.prepare_cached(sql)?.query_row(params![id.as_bytes(), project.0], |row| row.get(0))?;
    insert(db, &Owner { n, id, project, fresh: false }, news, lease_until)
}

/// Stores what a shop must be told where there is no payment: each stands alone and may go out at once. Returns them, claimed.
pub(super) fn insert_alone(
    db: &Connection,
    project: ProjectId,
    news: &[NewNotification],
    lease_until: UnixMillis,
) -> Result<Vec<Notification>, StoreError> {
    let place = Place { payment: None, project, seq: 1, first: true };
    let mut claimed = Vec::new();
    for new in news {
        claimed.extend(insert_one(db, &place, new, lease_until)?);
    }
    Ok(claimed)
}

/// Where a new notification stands.
struct Place {
    /// The payment's number and id; `None`: it stands alone.
    payment: Option<(i64, PaymentId)>,
    project: ProjectId,
    seq: u32,
    /// Does no older one hold it back?
    first: bool,
}

fn insert_one(
    db: &Connection,
    place: &Place,
    new: &NewNotification,
    lease_until: UnixMillis,
) -> Result<Option<Notification>, StoreError> {
    let sql = "INSERT INTO notification (id, payment, project, seq, endpoint, event, method, url, content_type, body,
        acknowledgement, schedule, created_at, delay_ms, patience, attempts, state, next_at, lease_until, due_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?)";
    let at_once = place.first && new.not_before <= new.created_at;
    let lease = at_once.then_some(lease_until.0);
    let due = place.first.then_some(lease.unwrap_or(new.not_before.0));
    db.prepare_cached(sql)?.execute(params![
        new.id.as_bytes(),
        place.payment.map(|(n, _)| n),
        place.payment.is_none().then_some(place.project.0),
        place.seq,
        endpoint(db, new.endpoint())?,
        new.event,
        Coded(new.method),
        new.url,
        new.content_type,
        new.body,
        new.acknowledgement.to_string(),
        new.schedule.to_string(),
        new.created_at.0,
        new.not_before.since(new.created_at),
        new.patience,
        new.not_before.0,
        lease,
        due,
    ])?;
    Ok(at_once.then(|| Notification {
        call: new.clone(),
        payment: place.payment.map(|(_, id)| id),
        project: place.project,
        seq: place.seq,
        attempts: 0,
        state: NotificationState::Scheduled(new.not_before),
    }))
}

/// Replaces what a notification that nobody acknowledged will send.
pub(super) fn replace_call(db: &Connection, id: NotificationId, url: &str, body: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE notification SET url = ?, body = ? WHERE id = ? AND state <> 1";
    Ok(db.prepare_cached(sql)?.execute(params![url, body, id.as_bytes()])? == 1)
}

/// The number of an endpoint, new or known.
fn endpoint(db: &Connection, address: &str) -> Result<i64, StoreError> {
    let sql = "SELECT n FROM endpoint WHERE address = ?";
    let known = db.prepare_cached(sql)?.query_row([address], |row| row.get(0)).optional()?;
    match known {
        Some(n) => Ok(n),
        None => Ok(db.prepare_cached("INSERT INTO endpoint (address) VALUES (?)")?.insert([address])?),
    }
}

/// What may be taken now, fair between endpoints, oldest first. Looks at each endpoint's first few only, so a shop with a hundred
/// thousand waiting notifications costs as much as one with ten.
pub(super) fn candidates(db: &Connection, claim: &Claim) -> Result<Vec<i64>, StoreError> {
    let mut found: Vec<(i64, i64)> = Vec::new();
    let mut next = db.prepare_cached(
        "SELECT min(endpoint) FROM notification INDEXED BY notification_due WHERE due_at IS NOT NULL AND endpoint > ?",
    )?;
    let mut due = db.prepare_cached(
        "SELECT due_at, n FROM notification INDEXED BY notification_due
         WHERE endpoint = ? AND due_at IS NOT NULL AND due_at <= ? ORDER BY due_at, n LIMIT ?",
    )?;
    let mut endpoint = -1;
    while let Some(at) = next.query_row([endpoint], |row| row.get::<_, Option<i64>>(0))? {
        endpoint = at;
        let rows =
            due.query_map(params![endpoint, claim.now.0, claim.per_endpoint], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for row in rows {
            found.push(row?);
        }
    }
    found.sort_unstable();
    found.truncate(claim.limit as usize);
    Ok(found.into_iter().map(|(_, n)| n).collect())
}

/// Takes those of the candidates that are still free.
pub(super) fn take(db: &Connection, candidates: &[i64], claim: &Claim) -> Result<Vec<Notification>, StoreError> {
    let mut taken = Vec::new();
    for n in candidates {
        let sql = "UPDATE notification SET lease_until = ?1, due_at = ?1 WHERE n = ?2 AND due_at <= ?3";
        if db.prepare_cached(sql)?.execute(params![claim.lease_until.0, n, claim.now.0])? == 1 {
            taken.push(by_number(db, *n)?);
        }
    }
    Ok(taken)
}

fn by_number(db: &Connection, n: i64) -> Result<Notification, StoreError> {
    let sql = format!("SELECT {} FROM {} WHERE x.n = ?", rows::NOTIFICATION, rows::NOTIFICATION_FROM);
    db.prepare_cached(&sql)?.query_row([n], |row| Ok(rows::notification(row)))?
}

/// The notifications with these numbers, in this order.
pub(super) fn by_numbers(db: &Connection, numbers: &[i64]) -> Result<Vec<Notification>, StoreError> {
    numbers.iter().map(|n| by_number(db, *n)).collect()
}

/// All notifications of a payment, in order.
pub(super) fn of_payment(db: &Connection, payment: i64) -> Result<Vec<Notification>, StoreError> {
    let sql =
        format!("SELECT {} FROM {} WHERE x.payment = ? ORDER BY x.seq", rows::NOTIFICATION, rows::NOTIFICATION_FROM);
    let mut query = db.prepare_cached(&sql)?;
    let found = query.query_map([payment], |row| Ok(rows::notification(row)))?;
    found.map(|row| row?).collect()
}

/// What has to be known of a notification to change it.
struct Known {
    n: i64,
    /// None if it stands alone.
    payment: Option<i64>,
    seq: u32,
    state: i64,
}

fn find(db: &Connection, id: NotificationId) -> Result<Known, StoreError> {
    let sql = "SELECT n, payment, seq, state FROM notification WHERE id = ?";
    Ok(db.prepare_cached(sql)?.query_row([id.as_bytes()], |row| {
        Ok(Known { n: row.get(0)?, payment: row.get(1)?, seq: row.get(2)?, state: row.get(3)? })
    })?)
}

/// Is it neither acknowledged nor dead?
pub(super) fn is_scheduled(db: &Connection, id: NotificationId) -> Result<bool, StoreError> {
    let sql = "SELECT state = 0 FROM notification WHERE id = ?";
    Ok(db.prepare_cached(sql)?.query_row([id.as_bytes()], |row| row.get(0))?)
}

/// Records an attempt and what follows. Returns the first other one of the line that is due, claimed.
pub(super) fn record(
    db: &Connection,
    delivery: &Delivery,
    next_lease_until: UnixMillis,
) -> Result<Option<Notification>, StoreError> {
    let Known { n, payment, seq, state: before } = find(db, delivery.notification)?;
    let (state, next_at, acknowledged_at, dead_reason) = rows::state_columns(&delivery.next);
    let sql = "INSERT INTO delivery (notification, at, took_ms, address, status, answer, verdict, next_state, next_at, dead_reason)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    db.prepare_cached(sql)?.execute(params![
        n,
        delivery.at.0,
        delivery.took_ms,
        delivery.address,
        delivery.status,
        delivery.answer,
        delivery.verdict,
        state,
        next_at.or(acknowledged_at),
        dead_reason,
    ])?;
    // Two workers may have sent it if a lease ran out, or a newer one ended it meanwhile. An acknowledgement stays one, and a late failure
    // wakes nothing that has ended.
    let ended_already = before == 1 || (before == 2 && state != 1);
    if ended_already {
        let sql = "UPDATE notification SET lease_until = NULL WHERE n = ? AND lease_until IS NOT NULL";
        db.prepare_cached(sql)?.execute([n])?;
        return Ok(None);
    }
    // What stands alone is due when it is scheduled; in a line the line decides.
    let sql = "UPDATE notification SET attempts = attempts + 1, state = ?1, next_at = ?2, acknowledged_at = ?3,
        dead_reason = ?4, lease_until = NULL, due_at = CASE WHEN payment IS NULL THEN ?2 END WHERE n = ?5";
    db.prepare_cached(sql)?.execute(params![state, next_at, acknowledged_at, dead_reason, n])?;
    let Some(payment) = payment else { return Ok(None) };
    if state == 1 && seq > 1 {
        end_overtaken(db, payment, seq)?;
    }
    let now = delivery.at.plus(delivery.took_ms);
    let due = line_up(db, payment)?;
    let Some((next, _)) = due.into_iter().find(|(other, due_at)| *other != n && *due_at <= now.0) else {
        return Ok(None);
    };
    let claim = Claim { now, lease_until: next_lease_until, limit: 1, per_endpoint: 1 };
    Ok(take(db, &[next], &claim)?.pop())
}

/// Ends those that the acknowledged one has passed. One that was resent by hand meanwhile has its patience again and goes on. A lease
/// stays: an attempt under way cannot be called back, and if somebody resends it by hand, its end is waited for.
fn end_overtaken(db: &Connection, payment: i64, seq: u32) -> Result<(), StoreError> {
    let sql = "UPDATE notification SET state = 2, next_at = NULL, due_at = NULL, dead_reason = ?
        WHERE payment = ? AND seq < ? AND state = 0 AND attempts >= patience";
    db.prepare_cached(sql)?.execute(params![OVERTAKEN, payment, seq])?;
    Ok(())
}

/// A scheduled notification of a line.
struct Waiting {
    n: i64,
    next_at: i64,
    lease_until: Option<i64>,
    due_at: Option<i64>,
    holds: bool,
}

impl Waiting {
    /// When it may be taken if no older one holds it back. One that was resent by hand holds back what is being sent already: it waits for
    /// the end of that.
    fn free_at(&self, newer: &[Self]) -> i64 {
        let sent = newer.iter().filter(|_| self.holds).filter_map(|one| one.lease_until).max();
        self.lease_until.max(sent).unwrap_or(self.next_at).max(self.next_at)
    }
}

/// Lets those of a payment's scheduled notifications be due that no older one holds back. Returns their numbers and when, oldest first.
fn line_up(db: &Connection, payment: i64) -> Result<Vec<(i64, i64)>, StoreError> {
    let sql = format!(
        "SELECT n, next_at, lease_until, due_at, {HOLDS} FROM notification WHERE payment = ? AND state = 0 ORDER BY seq"
    );
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map([payment], |row| {
        let (n, next_at, lease_until) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Waiting { n, next_at, lease_until, due_at: row.get(3)?, holds: row.get(4)? })
    })?;
    let line: Vec<Waiting> = rows.collect::<Result<_, _>>()?;
    let (mut held, mut due) = (false, Vec::new());
    for (place, one) in line.iter().enumerate() {
        let due_at = (!held).then(|| one.free_at(&line[place + 1..]));
        if due_at != one.due_at {
            let sql = "UPDATE notification SET due_at = ? WHERE n = ?";
            db.prepare_cached(sql)?.execute(params![due_at, one.n])?;
        }
        due.extend(due_at.map(|at| (one.n, at)));
        held |= one.holds;
    }
    Ok(due)
}

/// Makes a notification due now, as new.
pub(super) fn resend(db: &Connection, id: NotificationId, now: UnixMillis) -> Result<(), StoreError> {
    let Known { n, payment, .. } = find(db, id)?;
    // A lease stays: whoever is sending it at this moment will record that first.
    let sql =
        "UPDATE notification SET state = 0, attempts = 0, next_at = ?1, acknowledged_at = NULL, dead_reason = NULL,
        due_at = CASE WHEN payment IS NULL THEN max(?1, ifnull(lease_until, ?1)) ELSE due_at END WHERE n = ?2";
    db.prepare_cached(sql)?.execute([now.0, n])?;
    if let Some(payment) = payment {
        line_up(db, payment)?;
    }
    Ok(())
}

/// Every attempt of one notification, oldest first.
pub(super) fn deliveries(db: &Connection, id: NotificationId) -> Result<Vec<Delivery>, StoreError> {
    let Known { n, .. } = find(db, id)?;
    let sql = "SELECT at, took_ms, address, status, answer, verdict, next_state, next_at, next_at, dead_reason
        FROM delivery WHERE notification = ? ORDER BY n";
    let mut query = db.prepare_cached(sql)?;
    let mut found = query.query([n])?;
    let mut list = Vec::new();
    while let Some(row) = found.next()? {
        let mut columns = Columns::of(row);
        list.push(Delivery {
            notification: id,
            at: columns.time()?,
            took_ms: columns.take()?,
            address: columns.take()?,
            status: columns.take()?,
            answer: columns.take()?,
            verdict: columns.take()?,
            next: rows::notification_state(&mut columns)?,
        });
    }
    Ok(list)
}

/// Has a payment a notification of which no attempt has ended yet, and which waits neither for a later time nor for an older one that does?
pub(super) fn awaits_first_attempt(db: &Connection, payment: PaymentId, now: UnixMillis) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM payment p JOIN notification x ON x.payment = p.n
        WHERE p.id = ?1 AND x.state = 0 AND x.attempts = 0 AND x.next_at <= ?2
        AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.notification = x.n)
        AND NOT EXISTS (SELECT 1 FROM notification o
          WHERE o.payment = x.payment AND o.seq < x.seq AND o.state = 0 AND o.attempts = 0 AND o.next_at > ?2))";
    Ok(db.prepare_cached(sql)?.query_row(params![payment.as_bytes(), now.0], |row| row.get(0))?)
}
