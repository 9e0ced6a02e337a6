//! Rows into records. The column lists stand beside their readers, so that a column and its place cannot drift apart.

use super::codes::Coded;
use crate::StoreError;
use crate::records::{
    BankEntry, BankOutcome, Binding, Call, Mandate, NewNotification, Notification, NotificationState, StoredPayment,
};
use payglot_core::ledger::Posting;
use payglot_core::{
    BindingId, CardFacts, Change, Currency, HoldEnd, Money, NotificationId, Operation, OperationId, Payment, PaymentId,
    ProjectId, ProviderFacts, Sums, Terms, UnixMillis,
};
use rusqlite::Row;
use rusqlite::types::FromSql;

/// Reads the columns of a row from left to right.
pub(super) struct Columns<'a, 'b> {
    row: &'a Row<'b>,
    at: usize,
}

impl<'a, 'b> Columns<'a, 'b> {
    pub(super) fn of(row: &'a Row<'b>) -> Self {
        Self { row, at: 0 }
    }

    pub(super) fn take<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        let value = self.row.get(self.at)?;
        self.at += 1;
        Ok(value)
    }

    fn word<W>(&mut self) -> rusqlite::Result<W>
    where
        Coded<W>: FromSql,
    {
        self.take::<Coded<W>>().map(|coded| coded.0)
    }

    fn word_or_null<W>(&mut self) -> rusqlite::Result<Option<W>>
    where
        Coded<W>: FromSql,
    {
        self.take::<Option<Coded<W>>>().map(|coded| coded.map(|coded| coded.0))
    }

    pub(super) fn time(&mut self) -> rusqlite::Result<UnixMillis> {
        self.take().map(UnixMillis)
    }

    fn time_or_null(&mut self) -> rusqlite::Result<Option<UnixMillis>> {
        self.take::<Option<i64>>().map(|millis| millis.map(UnixMillis))
    }
}

fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(format!("{what} makes no sense"))
}

fn currency(code: &str) -> Result<Currency, StoreError> {
    Currency::from_code(code).ok_or_else(|| damaged("a currency"))
}

fn money(minor: i64, currency: Currency) -> Result<Money, StoreError> {
    Money::new(minor, currency).ok_or_else(|| damaged("an amount"))
}

/// For [`payment`], of `payment p LEFT JOIN payment_details d`.
pub(super) const PAYMENT: &str = "p.n, p.id, p.project, p.order_number, p.intent, p.state, p.currency, p.amount, \
    p.authorized, p.captured, p.capture_pending, p.voided, p.void_pending, p.refunded, p.refund_pending, p.returned, \
    p.return_pending, p.attempts_max, p.retry_ms, p.captures, p.void_captured_ms, p.hold_ms, p.hold_end_at, p.hold_ending, p.late, p.partial, p.over, \
    p.test, p.created_at, p.updated_at, p.expires_at, p.version, d.details";

/// A payment without its operations, and its internal number.
pub(super) fn payment(row: &Row<'_>) -> Result<(i64, StoredPayment), StoreError> {
    let mut columns = Columns::of(row);
    let n = columns.take()?;
    let id = PaymentId::from_bytes(columns.take()?);
    let project = ProjectId(columns.take()?);
    let order = columns.take()?;
    let intent = columns.word()?;
    let state = columns.word()?;
    let currency = currency(&columns.take::<String>()?)?;
    let amount = money(columns.take()?, currency)?;
    let sums = Sums {
        authorized: columns.take()?,
        captured: columns.take()?,
        capture_pending: columns.take()?,
        voided: columns.take()?,
        void_pending: columns.take()?,
        refunded: columns.take()?,
        refund_pending: columns.take()?,
        returned: columns.take()?,
        return_pending: columns.take()?,
    };
    let terms = Terms {
        attempts_max: columns.take()?,
        retry_ms: columns.take()?,
        captures: columns.word()?,
        void_captured_ms: columns.take()?,
        hold_ms: columns.take()?,
        hold_end: match (columns.time_or_null()?, columns.word_or_null()?) {
            (Some(at), Some(ending)) => Some(HoldEnd { at, ending }),
            (None, None) => None,
            _ => return Err(damaged("half an end of a hold")),
        },
        late: columns.word()?,
        partial: columns.word()?,
        over: columns.word()?,
        test: columns.take()?,
    };
    let payment = Payment {
        id,
        project,
        order,
        intent,
        state,
        amount,
        sums,
        terms,
        created_at: columns.time()?,
        updated_at: columns.time()?,
        expires_at: columns.time()?,
        version: columns.take()?,
        operations: Vec::new(),
    };
    let details = columns.take::<Option<String>>()?.unwrap_or_default();
    Ok((n, StoredPayment { payment, details }))
}

/// For [`operation`].
pub(super) const OPERATION: &str = "id, kind, status, amount, currency, last, key, method, card_masked, card_expiry, \
    card_holder, card_brand, payer_ip, reason, approval_code, reference, three_ds, asked_at, answered_at, method_key";

/// An operation of a payment in `own` currency.
pub(super) fn operation(row: &Row<'_>, own: Currency) -> Result<Operation, StoreError> {
    let mut columns = Columns::of(row);
    let id = OperationId::from_bytes(columns.take()?);
    let kind = columns.word()?;
    let status = columns.word()?;
    let minor = columns.take()?;
    let amount = money(minor, columns.take::<Option<String>>()?.map_or(Ok(own), |code| currency(&code))?)?;
    let last = columns.take()?;
    let key = columns.take()?;
    let method = columns.word_or_null()?;
    let masked: Option<String> = columns.take()?;
    let expiry: Option<u32> = columns.take()?;
    let holder: Option<String> = columns.take()?;
    let brand = columns.word_or_null()?;
    let card = match (masked, expiry, holder, brand) {
        (None, None, None, None) => None,
        (Some(masked), Some(expiry), Some(holder), Some(brand)) => Some(CardFacts { masked, expiry, holder, brand }),
        _ => return Err(damaged("half a card")),
    };
    Ok(Operation {
        id,
        kind,
        status,
        amount,
        last,
        key,
        method,
        card,
        payer_ip: columns.take()?,
        reason: columns.word_or_null()?,
        facts: ProviderFacts {
            approval_code: columns.take()?,
            reference: columns.take()?,
            three_ds: columns.word_or_null()?,
        },
        asked_at: columns.time()?,
        answered_at: columns.time_or_null()?,
        method_key: columns.take()?,
    })
}

/// For [`change`].
pub(super) const CHANGE: &str = "at, event, from_state, to_state, operation";

/// A line of history of a payment with these operations.
pub(super) fn change(row: &Row<'_>, operations: &[Operation]) -> Result<Change, StoreError> {
    let mut columns = Columns::of(row);
    let at = columns.time()?;
    let event = columns.word()?;
    let from = columns.word_or_null()?;
    let to = columns.word()?;
    let operation = match columns.take::<Option<u32>>()? {
        None => None,
        Some(seq) => {
            let found = (1..).zip(operations).find(|(place, _)| *place == seq).map(|(_, operation)| operation);
            Some(found.ok_or_else(|| damaged("the operation of a change"))?.id)
        }
    };
    Ok(Change { at, event, from, to, operation })
}

/// For [`posting`].
pub(super) const POSTING: &str = "debit, credit, amount, currency";

/// A posting of a payment in `own` currency.
pub(super) fn posting(row: &Row<'_>, own: Currency) -> Result<Posting, StoreError> {
    let mut columns = Columns::of(row);
    let debit = columns.word()?;
    let credit = columns.word()?;
    let minor = columns.take()?;
    let amount = money(minor, columns.take::<Option<String>>()?.map_or(Ok(own), |code| currency(&code))?)?;
    Ok(Posting { debit, credit, amount })
}

/// For [`notification`].
pub(super) const NOTIFICATION: &str = "x.created_at, x.delay_ms, x.patience, x.id, x.event, x.method, x.url, x.content_type, \
    x.body, x.acknowledgement, x.schedule, p.id, ifnull(p.project, x.project), x.seq, x.attempts, x.state, x.next_at, \
    x.acknowledged_at, x.dead_reason";

/// Where the columns of [`NOTIFICATION`] come from.
pub(super) const NOTIFICATION_FROM: &str = "notification x LEFT JOIN payment p ON p.n = x.payment";

/// A notification.
pub(super) fn notification(row: &Row<'_>) -> Result<Notification, StoreError> {
    let mut columns = Columns::of(row);
    let created_at = columns.time()?;
    let not_before = created_at.plus(columns.take()?);
    let patience = columns.take()?;
    let call = NewNotification {
        id: NotificationId::from_bytes(columns.take()?),
        event: columns.take()?,
        method: columns.word()?,
        url: columns.take()?,
        content_type: columns.take()?,
        body: columns.take()?,
        acknowledgement: columns.take::<String>()?.parse().map_err(|_| damaged("an acknowledgement"))?,
        schedule: columns.take::<String>()?.parse().map_err(|_| damaged("a schedule"))?,
        created_at,
        not_before,
        patience,
    };
    Ok(Notification {
        call,
        payment: columns.take::<Option<[u8; 16]>>()?.map(PaymentId::from_bytes),
        project: ProjectId(columns.take()?),
        seq: columns.take()?,
        attempts: columns.take()?,
        state: notification_state(&mut columns)?,
    })
}

/// Reads the columns state, scheduled for, acknowledged at, reason of death.
pub(super) fn notification_state(columns: &mut Columns<'_, '_>) -> Result<NotificationState, StoreError> {
    let state: i64 = columns.take()?;
    let next = columns.time_or_null()?;
    let acknowledged = columns.time_or_null()?;
    let reason: Option<String> = columns.take()?;
    match (state, next, acknowledged, reason) {
        (0, Some(at), ..) => Ok(NotificationState::Scheduled(at)),
        (1, _, Some(at), _) => Ok(NotificationState::Acknowledged(at)),
        (2, .., Some(reason)) => Ok(NotificationState::Dead(reason)),
        _ => Err(damaged("the state of a notification")),
    }
}

/// The columns of a notification's state: its number, scheduled for, acknowledged at, reason of death.
pub(super) fn state_columns(state: &NotificationState) -> (i64, Option<i64>, Option<i64>, Option<&str>) {
    match state {
        NotificationState::Scheduled(at) => (0, Some(at.0), None, None),
        NotificationState::Acknowledged(at) => (1, None, Some(at.0), None),
        NotificationState::Dead(reason) => (2, None, None, Some(reason)),
    }
}

/// For [`binding`].
pub(super) const BINDING: &str = "b.id, b.project, b.client, b.token, b.card_masked, b.card_expiry, b.card_holder, \
    b.card_brand, b.category, b.active, p.id, b.created_at";

/// Where the columns of [`BINDING`] come from.
pub(super) const BINDING_FROM: &str = "binding b LEFT JOIN payment p ON p.n = b.payment";

/// A saved card.
pub(super) fn binding(row: &Row<'_>) -> Result<Binding, StoreError> {
    let mut columns = Columns::of(row);
    Ok(Binding {
        id: BindingId::from_bytes(columns.take()?),
        project: ProjectId(columns.take()?),
        client: columns.take()?,
        token: columns.take()?,
        card: card(&mut columns)?,
        category: columns.word()?,
        active: columns.take()?,
        payment: columns.take::<Option<[u8; 16]>>()?.map(PaymentId::from_bytes),
        created_at: columns.time()?,
    })
}

/// What may be known of a card: four columns in this order.
fn card(columns: &mut Columns<'_, '_>) -> Result<CardFacts, StoreError> {
    Ok(CardFacts { masked: columns.take()?, expiry: columns.take()?, holder: columns.take()?, brand: columns.word()? })
}

/// For [`mandate`].
pub(super) const MANDATE: &str = "m.project, m.number, p.id, m.client, m.token, m.card_masked, m.card_expiry, m.card_holder, \
    m.card_brand, m.currency, m.terms, m.valid_until, m.active, m.charges, m.charged_at, m.charged_for, \
    m.next_charge_at, m.created_at, m.version";

/// Where the columns of [`MANDATE`] come from.
pub(super) const MANDATE_FROM: &str = "mandate m JOIN payment p ON p.n = m.payment";

/// A mandate.
pub(super) fn mandate(row: &Row<'_>) -> Result<Mandate, StoreError> {
    let mut columns = Columns::of(row);
    Ok(Mandate {
        project: ProjectId(columns.take()?),
        number: columns.take()?,
        payment: PaymentId::from_bytes(columns.take()?),
        client: columns.take()?,
        token: columns.take()?,
        card: card(&mut columns)?,
        currency: currency(&columns.take::<String>()?)?,
        terms: columns.take()?,
        valid_until: columns.time()?,
        active: columns.take()?,
        charges: columns.take()?,
        charged_at: columns.time_or_null()?,
        charged_for: columns.time_or_null()?,
        next_charge_at: columns.time_or_null()?,
        created_at: columns.time()?,
        version: columns.take()?,
    })
}

/// For [`call`].
pub(super) const CALL: &str = "c.id, ifnull(c.order_number, p.order_number), c.key, c.operation, c.refused, c.at, p.id";

/// Where the columns of [`CALL`] come from.
pub(super) const CALL_FROM: &str = "call c LEFT JOIN payment p ON p.n = c.payment";

/// A call of a shop.
pub(super) fn call(row: &Row<'_>) -> rusqlite::Result<Call> {
    let mut columns = Columns::of(row);
    Ok(Call {
        id: columns.take()?,
        order: columns.take()?,
        key: columns.take()?,
        operation: columns.take::<Option<[u8; 16]>>()?.map(OperationId::from_bytes),
        refused: columns.take()?,
        at: columns.time()?,
        payment: columns.take::<Option<[u8; 16]>>()?.map(PaymentId::from_bytes),
    })
}

/// For [`bank_entry`].
pub(super) const BANK_ENTRY: &str =
    "operation, payment, kind, amount, currency, outcome, argument, note, at, purse, acts_at";

/// A line of the simulated bank's book.
pub(super) fn bank_entry(row: &Row<'_>) -> Result<BankEntry, StoreError> {
    let mut columns = Columns::of(row);
    let operation = OperationId::from_bytes(columns.take()?);
    let payment = PaymentId::from_bytes(columns.take()?);
    let kind = columns.word()?;
    let minor = columns.take()?;
    let amount = money(minor, currency(&columns.take::<String>()?)?)?;
    let outcome = match columns.take::<i64>()? {
        0 => BankOutcome::Challenge(columns.take()?),
        1 => {
            columns.take::<Option<i64>>()?;
            BankOutcome::Authenticated
        }
        2 => {
            columns.take::<Option<i64>>()?;
            BankOutcome::Approved
        }
        3 => BankOutcome::Declined(columns.word()?),
        _ => return Err(damaged("the outcome of a bank entry")),
    };
    Ok(BankEntry {
        operation,
        payment,
        kind,
        amount,
        outcome,
        note: columns.take()?,
        at: columns.time()?,
        purse: columns.take()?,
        acts_at: columns.time_or_null()?,
    })
}
