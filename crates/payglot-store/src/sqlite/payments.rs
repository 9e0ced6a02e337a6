//! Payments: making a decision durable, and reading one payment.

use super::codes::Coded;
use super::errors::is_duplicate;
use super::notifications::{self, Owner};
use super::{bindings, calls, mandates, rows};
use crate::StoreError;
use crate::records::{Commit, Committed, Learned, Notification, StoredPayment};
use payglot_core::{
    Currency, Decision, Money, Operation, OperationId, OperationStatus, Payment, PaymentId, ProjectId, State,
};
use rusqlite::{Connection, OptionalExtension, Params, params};

/// Writes a decision and everything beside it.
pub(super) fn commit(db: &Connection, commit: &Commit) -> Result<Committed, StoreError> {
    let decision = &commit.decision;
    let project = decision.payment.project;
    if let Some(call) = &commit.call {
        calls::admit(db, project, call)?;
    }
    let registers = decision.payment.version == 0;
    let (n, order) = if registers { insert(db, &decision.payment)? } else { update(db, &decision.payment)? };
    if let Some(details) = &commit.details {
        write_details(db, n, details)?;
    }
    operations(db, n, decision)?;
    history(db, n, decision)?;
    if let Some(binding) = &commit.binding {
        bindings::insert(db, binding)?;
    }
    if let Some(mandate) = &commit.mandate {
        mandates::insert(db, (n, decision.payment.id), mandate)?;
    }
    if let Some(charge) = &commit.charge {
        mandates::charge(db, project, charge)?;
    }
    if let Some(call) = &commit.call {
        calls::insert(db, project, Some((n, &order)), call)?;
    }
    let owner = Owner { n, id: decision.payment.id, project, fresh: registers };
    let claimed = notifications::insert(db, &owner, &commit.notifications, commit.lease_until)?;
    Ok(Committed { order, claimed })
}

/// Replaces the details of a payment that does not change, and stores what is to be told about it.
pub(super) fn learn(db: &Connection, learned: &Learned) -> Result<Vec<Notification>, StoreError> {
    let Some((n, stored)) = by_id(db, learned.payment)? else { return Err(StoreError::NotFound) };
    if stored.details != learned.seen {
        return Err(StoreError::Changed);
    }
    write_details(db, n, &learned.details)?;
    let owner = notifications::Owner { n, id: learned.payment, project: stored.payment.project, fresh: false };
    notifications::insert(db, &owner, &learned.notifications, learned.lease_until)
}

/// Registers a payment: its internal number and its order number.
fn insert(db: &Connection, payment: &Payment) -> Result<(i64, String), StoreError> {
    if !payment.order.is_empty() {
        return match insert_row(db, payment, &payment.order) {
            Ok(n) => Ok((n, payment.order.clone())),
            Err(error) if is_duplicate(&error) => Err(duplicate(db, payment, error)),
            Err(error) => Err(error.into()),
        };
    }
    loop {
        let sql = "INSERT INTO order_counter (project, last) VALUES (?, 1)
            ON CONFLICT (project) DO UPDATE SET last = last + 1 RETURNING last";
        let number: i64 = db.prepare_cached(sql)?.query_row([payment.project.0], |row| row.get(0))?;
        let order = number.to_string();
        if find_order(db, payment.project, &order)?.is_none() {
            return Ok((insert_row(db, payment, &order)?, order));
        }
    }
}

fn insert_row(db: &Connection, payment: &Payment, order: &str) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO payment (id, project, order_number, intent, state, currency, amount, authorized, captured,
        capture_pending, voided, void_pending, refunded, refund_pending, returned, return_pending, attempts_max, retry_ms, captures,
        void_captured_ms, hold_ms, hold_end_at, hold_ending, late, partial, over, created_at, updated_at, expires_at, version,
        test) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let (sums, terms) = (&payment.sums, &payment.terms);
    db.prepare_cached(sql)?.insert(params![
        payment.id.as_bytes(),
        payment.project.0,
        order,
        Coded(payment.intent),
        Coded(payment.state),
        payment.amount.currency().code(),
        payment.amount.minor(),
        sums.authorized,
        sums.captured,
        sums.capture_pending,
        sums.voided,
        sums.void_pending,
        sums.refunded,
        sums.refund_pending,
        sums.returned,
        sums.return_pending,
        terms.attempts_max,
        terms.retry_ms,
        Coded(terms.captures),
        terms.void_captured_ms,
        terms.hold_ms,
        terms.hold_end.map(|end| end.at.0),
        terms.hold_end.map(|end| Coded(end.ending)),
        Coded(terms.late),
        Coded(terms.partial),
        Coded(terms.over),
        payment.created_at.0,
        payment.updated_at.0,
        payment.expires_at.0,
        payment.version,
        terms.test,
    ])
}

/// Which duplicate was it: the order number, or only the id?
fn duplicate(db: &Connection, payment: &Payment, error: rusqlite::Error) -> StoreError {
    match find_order(db, payment.project, &payment.order) {
        Ok(Some((earlier, state))) => StoreError::DuplicateOrder { payment: earlier, state },
        Ok(None) => error.into(),
        Err(error) => error,
    }
}

fn find_order(db: &Connection, project: ProjectId, order: &str) -> Result<Option<(PaymentId, State)>, StoreError> {
    let sql = "SELECT id, state FROM payment WHERE project = ? AND order_number = ?";
    let found = db.prepare_cached(sql)?.query_row(params![project.0, order], |row| {
        Ok((PaymentId::from_bytes(row.get(0)?), row.get::<_, Coded<State>>(1)?.0))
    });
    Ok(found.optional()?)
}

/// Writes what can change of a payment, if it is still as old as the decision believes.
fn update(db: &Connection, payment: &Payment) -> Result<(i64, String), StoreError> {
    let sql =
        "UPDATE payment SET state = ?, authorized = ?, captured = ?, capture_pending = ?, voided = ?, void_pending = ?,
        refunded = ?, refund_pending = ?, returned = ?, return_pending = ?, updated_at = ?, expires_at = ?, version = ?,
        paid_at = coalesce(paid_at, ?)
        WHERE id = ? AND version = ? RETURNING n, order_number";
    let sums = &payment.sums;
    let values = params![
        Coded(payment.state),
        sums.authorized,
        sums.captured,
        sums.capture_pending,
        sums.voided,
        sums.void_pending,
        sums.refunded,
        sums.refund_pending,
        sums.returned,
        sums.return_pending,
        payment.updated_at.0,
        payment.expires_at.0,
        payment.version,
        paid_at(payment),
        payment.id.as_bytes(),
        payment.version - 1,
    ];
    let updated = db.prepare_cached(sql)?.query_row(values, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    match updated {
        Some(found) => Ok(found),
        None if number_of(db, payment.id)?.is_some() => Err(StoreError::Changed),
        None => Err(StoreError::NotFound),
    }
}

/// When the first attempt was approved.
fn paid_at(payment: &Payment) -> Option<i64> {
    let attempts = payment.operations.iter().filter(|operation| operation.kind.is_attempt());
    let approved = attempts.filter(|attempt| attempt.status == OperationStatus::Approved);
    approved.filter_map(|attempt| attempt.answered_at).min().map(|at| at.0)
}

/// Replaces what the merchant sent, if the payment is still as old as the caller believes. It is a version younger afterwards, so a
/// decision that carries details made of the older ones is refused.
pub(super) fn replace_details(db: &Connection, id: PaymentId, version: u32, details: &str) -> Result<(), StoreError> {
    let sql = "UPDATE payment SET version = version + 1 WHERE id = ? AND version = ? RETURNING n";
    let updated = db.prepare_cached(sql)?.query_row(params![id.as_bytes(), version], |row| row.get(0)).optional()?;
    let Some(n) = updated else {
        return Err(if number_of(db, id)?.is_some() { StoreError::Changed } else { StoreError::NotFound });
    };
    write_details(db, n, details)
}

fn write_details(db: &Connection, n: i64, details: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO payment_details (payment, details) VALUES (?, ?)
        ON CONFLICT (payment) DO UPDATE SET details = excluded.details";
    db.prepare_cached(sql)?.execute(params![n, details])?;
    Ok(())
}

/// The currency column of something that belongs to a payment: NULL if it is the payment's.
fn foreign(amount: Money, own: Currency) -> Option<&'static str> {
    (amount.currency() != own).then(|| amount.currency().code())
}

/// The place of an operation among those of its payment, from 1.
fn place(payment: &Payment, id: OperationId) -> Result<u32, StoreError> {
    let found = (1..).zip(&payment.operations).find(|(_, operation)| operation.id == id);
    found.map(|(place, _)| place).ok_or_else(|| StoreError::Constraint(format!("the payment has no operation {id}")))
}

fn operations(db: &Connection, n: i64, decision: &Decision) -> Result<(), StoreError> {
    // An operation keeps its place and its id for ever; whatever else is upserted must be the same operation.
    let sql = "INSERT INTO operation (payment, seq, id, kind, status, amount, currency, last, key, method, card_masked,
        card_expiry, card_holder, card_brand, payer_ip, reason, approval_code, reference, three_ds, asked_at, answered_at,
        method_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (payment, seq) DO UPDATE SET status = excluded.status, amount = excluded.amount,
        currency = excluded.currency, last = excluded.last, key = excluded.key, method = excluded.method,
        card_masked = excluded.card_masked, card_expiry = excluded.card_expiry, card_holder = excluded.card_holder,
        card_brand = excluded.card_brand, payer_ip = excluded.payer_ip, reason = excluded.reason,
        approval_code = excluded.approval_code, reference = excluded.reference, three_ds = excluded.three_ds,
        asked_at = excluded.asked_at, answered_at = excluded.answered_at,
        method_key = excluded.method_key WHERE id = excluded.id AND kind = excluded.kind";
    let own = decision.payment.amount.currency();
    for operation in &decision.operations {
        let Operation {
            id,
            kind,
            status,
            amount,
            last,
            key,
            method,
            method_key,
            card,
            payer_ip,
            reason,
            facts,
            asked_at,
            answered_at,
        } = operation;
        let written = db.prepare_cached(sql)?.execute(params![
            n,
            place(&decision.payment, *id)?,
            id.as_bytes(),
            Coded(*kind),
            Coded(*status),
            amount.minor(),
            foreign(*amount, own),
            last,
            key,
            method.map(Coded),
            card.as_ref().map(|card| &card.masked),
            card.as_ref().map(|card| card.expiry),
            card.as_ref().map(|card| &card.holder),
            card.as_ref().map(|card| Coded(card.brand)),
            payer_ip,
            reason.map(Coded),
            facts.approval_code,
            facts.reference,
            facts.three_ds.map(Coded),
            asked_at.0,
            answered_at.map(|at| at.0),
            method_key,
        ])?;
        if written != 1 {
            return Err(StoreError::Constraint(format!("operation {id} stands where another one is")));
        }
    }
    Ok(())
}

fn history(db: &Connection, n: i64, decision: &Decision) -> Result<(), StoreError> {
    let payment = &decision.payment;
    let sql = "INSERT INTO change (payment, version, line, at, event, from_state, to_state, operation)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    for (line, change) in (0_u32..).zip(&decision.changes) {
        let operation = change.operation.map(|id| place(payment, id)).transpose()?;
        db.prepare_cached(sql)?.execute(params![
            n,
            payment.version,
            line,
            change.at.0,
            Coded(change.event),
            change.from.map(Coded),
            Coded(change.to),
            operation,
        ])?;
    }
    let sql =
        "INSERT INTO posting (payment, version, line, debit, credit, amount, currency) VALUES (?, ?, ?, ?, ?, ?, ?)";
    for (line, posting) in (0_u32..).zip(&decision.postings) {
        db.prepare_cached(sql)?.execute(params![
            n,
            payment.version,
            line,
            Coded(posting.debit),
            Coded(posting.credit),
            posting.amount.minor(),
            foreign(posting.amount, payment.amount.currency()),
        ])?;
    }
    Ok(())
}

/// The internal number of a payment.
pub(super) fn number_of(db: &Connection, id: PaymentId) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT n FROM payment WHERE id = ?";
    Ok(db.prepare_cached(sql)?.query_row([id.as_bytes()], |row| row.get(0)).optional()?)
}

/// A payment by a condition on `p`, with its operations and its internal number.
fn find(db: &Connection, condition: &str, values: impl Params) -> Result<Option<(i64, StoredPayment)>, StoreError> {
    let sql = format!(
        "SELECT {} FROM payment p LEFT JOIN payment_details d ON d.payment = p.n WHERE {condition}",
        rows::PAYMENT
    );
    let mut query = db.prepare_cached(&sql)?;
    let mut found = query.query(values)?;
    let Some(row) = found.next()? else { return Ok(None) };
    let (n, mut stored) = rows::payment(row)?;
    let currency = stored.payment.amount.currency();
    let sql = format!("SELECT {} FROM operation WHERE payment = ? ORDER BY seq", rows::OPERATION);
    let mut query = db.prepare_cached(&sql)?;
    let mut found = query.query([n])?;
    while let Some(row) = found.next()? {
        stored.payment.operations.push(rows::operation(row, currency)?);
    }
    Ok(Some((n, stored)))
}

pub(super) fn by_id(db: &Connection, id: PaymentId) -> Result<Option<(i64, StoredPayment)>, StoreError> {
    find(db, "p.id = ?", [id.as_bytes()])
}

pub(super) fn by_number(db: &Connection, n: i64) -> Result<Option<(i64, StoredPayment)>, StoreError> {
    find(db, "p.n = ?", [n])
}

pub(super) fn by_order(db: &Connection, project: ProjectId, order: &str) -> Result<Option<StoredPayment>, StoreError> {
    let found = find(db, "p.project = ? AND p.order_number = ?", params![project.0, order])?;
    Ok(found.map(|(_, stored)| stored))
}
