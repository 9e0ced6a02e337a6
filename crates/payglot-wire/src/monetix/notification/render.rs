//! From our payments to the protocol's blocks.

use super::super::codes::{Channel, Code};
use super::super::details::{Details, Recurring, Waiting};
use super::super::status::{OperationType, PaymentType, Status};
use super::body::{AccountBlock, Body, OperationBlock, PaymentBlock, Sum};
use super::{CallbackSettings, RefusedCall};
use payglot_core::decide::Announcement;
use payglot_core::{
    CardBrand, CardFacts, Event, Intent, Method, Operation, OperationId, OperationStatus, Payment, State, ThreeDs,
    UnixMillis,
};

/// What tells of an event; `None` while the shop must not know of the payment.
pub(super) fn callback_body(
    event: &Announcement,
    payment: &Payment,
    details: &Details,
    settings: &CallbackSettings,
) -> Option<Body> {
    let told = subject(event, payment, details);
    let operation = told.and_then(|id| payment.operation(id)).or_else(|| payment.last_attempt());
    let block = match operation {
        Some(operation) => operation_block(operation, payment, details, settings),
        None => without_attempt(payment, details, settings)?,
    };
    let mut body = whole(payment, details, settings)?;
    let facts = operation.map(|operation| details.learned.facts(operation.id));
    body.payment.merchant_refund_id = facts.and_then(|facts| facts.merchant_refund_id);
    let again = event.event == Event::AttemptFailed;
    if settings.tells_attempts && (again || event.event == Event::Refused) {
        // The first failure has brought the payer's time to its end.
        let left = if again { payment.expires_at.since(payment.updated_at) } else { 0 };
        body.payment.attempts = Some((again, left.max(0) / 1000));
    }
    body.operation = Some(block);
    Some(body)
}

/// Which operation an event is told of. The release that ends a verification is none of the protocol's: what ended is the verification.
pub(super) fn subject(event: &Announcement, payment: &Payment, details: &Details) -> Option<OperationId> {
    if details.verifies() { payment.last_attempt().map(|attempt| attempt.id) } else { event.operation }
}

/// Where a payment stands, with every operation: the body of a status answer without its signature. `None` while the shop must not know
/// of the payment.
pub fn status_report(payment: &Payment, details: &Details, settings: &CallbackSettings) -> Option<Body> {
    let mut body = whole(payment, details, settings)?;
    let shown = payment.operations.iter().filter(|operation| !details.verifies() || operation.kind.is_attempt());
    body.operations = shown.map(|operation| operation_block(operation, payment, details, settings)).collect();
    if body.operations.is_empty() {
        body.operations.extend(without_attempt(payment, details, settings));
    }
    Some(body)
}

/// Everything but operations.
pub(super) fn whole(payment: &Payment, details: &Details, settings: &CallbackSettings) -> Option<Body> {
    let status = Status::of_payment(payment, details)?;
    let waits = payment.payer_acts();
    Some(Body {
        project_id: settings.project_id,
        payment: PaymentBlock {
            id: details.payment_id().unwrap_or_else(|| payment.order.clone()),
            kind: Some(PaymentType::of(payment, details)),
            status,
            date: Some(payment.updated_at),
            method: method(payment, details),
            sum: Some(sum(payment, details)),
            description: Some(description(details, settings)),
            merchant_refund_id: None,
            attempts: None,
        },
        customer_id: details.customer().id,
        operation: None,
        operations: Vec::new(),
        account: account(payment, details),
        // Not before the provider has really done it.
        provider_payment_id: details.learned.provider_payment_id.clone().filter(|_| !payment.state.waits_for_payer()),
        recurring: details.learned.recurring.as_ref().filter(|_| stands(status)).map(Recurring::block),
        errors: Vec::new(),
        waiting: details.learned.waiting.clone().filter(|_| waits),
    })
}

/// Was the payment made, so that what was registered with it stands?
const fn stands(status: Status) -> bool {
    match status {
        Status::Success
        | Status::AwaitingCapture
        | Status::Canceled
        | Status::Refunded
        | Status::PartiallyRefunded
        | Status::Reversed => true,
        Status::Processing
        | Status::ExternalProcessing
        | Status::AwaitingThreeDs
        | Status::AwaitingRedirect
        | Status::AwaitingClarification
        | Status::AwaitingCustomerAction
        | Status::AwaitingCustomer
        | Status::AwaitingPayment
        | Status::PartiallyPaid
        | Status::Decline
        | Status::Error
        | Status::Expired
        | Status::InvoiceCanceled => false,
    }
}

fn description(details: &Details, settings: &CallbackSettings) -> String {
    let text = details.description().unwrap_or_default();
    if settings.replaces_semicolons { text.replace(';', ",") } else { text }
}

/// What is left: less what was given back. Before anything was paid, what is asked for; of a verification nothing.
pub(super) fn sum(payment: &Payment, details: &Details) -> Sum {
    if details.verifies() {
        return Sum { minor: 0, ..payment.amount.into() };
    }
    let minor = match payment.state {
        // What is paid out is never captured.
        State::Paid if payment.intent == Intent::Payout => payment.amount.minor(),
        State::Paid => payment.sums.captured.saturating_sub(payment.sums.refunded),
        State::Held => payment.hold_remaining(),
        State::Created
        | State::Pending
        | State::Underpaid
        | State::Declined
        | State::Voided
        | State::Cancelled
        | State::Expired => payment.amount.minor(),
    };
    Sum { minor, ..payment.amount.into() }
}

/// The method by the shop's call, by the payer's choice, or because there was a card.
fn method(payment: &Payment, details: &Details) -> Option<String> {
    // A payout has a method too, though no payer attempts it.
    let attempt = payment.operations.iter().rev().find(|operation| operation.method.is_some());
    let chosen = || attempt.and_then(|attempt| attempt.method_key.clone());
    let card = || attempt.filter(|attempt| is_card(attempt)).map(|_| "card".to_owned());
    details.learned.method.clone().or_else(chosen).or_else(card)
}

fn is_card(operation: &Operation) -> bool {
    match operation.method {
        Some(Method::Card | Method::MerchantCard | Method::SavedCard) => true,
        Some(Method::Wallet | Method::Bank | Method::Transfer | Method::Sms | Method::Kiosk | Method::Crypto)
        | None => false,
    }
}

fn account(payment: &Payment, details: &Details) -> Option<AccountBlock> {
    // Of the instrument that was used last: a payer may take another one.
    let used = payment.operations.iter().rev().find(|operation| operation.method.is_some());
    match used.and_then(|operation| operation.card.as_ref()) {
        Some(card) => Some(AccountBlock::of_card(card, details.learned.token.clone())),
        None => details.account_number().map(|number| AccountBlock { number, ..AccountBlock::default() }),
    }
}

impl AccountBlock {
    /// A card, and its token if it is saved. Of one that is paid out to, only the number is known.
    pub fn of_card(card: &CardFacts, token: Option<String>) -> Self {
        let brand = match card.brand {
            CardBrand::Visa => "visa",
            CardBrand::Mastercard => "mastercard",
            CardBrand::Maestro => "maestro",
            CardBrand::Mir => "mir",
            CardBrand::Amex => "amex",
            CardBrand::Other => "other",
        };
        let (month, year) = (format!("{:02}", card.expiry % 100), (card.expiry / 100).to_string());
        let dated = card.expiry != 0;
        Self {
            number: card.masked.replacen("**", "******", 1),
            card: dated.then(|| [brand.to_owned(), card.holder.clone(), month, year]),
            token,
        }
    }
}

fn operation_block(
    operation: &Operation,
    payment: &Payment,
    details: &Details,
    settings: &CallbackSettings,
) -> OperationBlock {
    let facts = details.learned.facts(operation.id);
    let status = Status::of_operation(operation, payment, details);
    let card = method(payment, details).as_deref() == Some("card");
    let channel = if card { Channel::Card } else { Channel::Other };
    let verified = details.verifies() && operation.kind.is_attempt();
    // A verification has ended when its hold is released.
    let released = verified && payment.state == State::Voided;
    let answered = operation.answered_at.filter(|_| !released);
    let code = match (operation.status, operation.reason) {
        (OperationStatus::Approved, _) if status == Status::Processing => Code::Awaiting,
        (OperationStatus::Approved, _) => Code::Success,
        (OperationStatus::Declined, Some(reason)) => facts.code.unwrap_or(Code::of_reason(reason, channel)),
        (OperationStatus::Declined, None) => facts.code.unwrap_or(Code::Decline),
        (OperationStatus::PayerActs, _) if status == Status::Decline => Code::Cancelled,
        (OperationStatus::Asked | OperationStatus::PayerActs | OperationStatus::Unknown, _) => Code::Awaiting,
    };
    OperationBlock {
        id: facts.number,
        kind: OperationType::of(operation, details),
        status,
        date: answered.unwrap_or(payment.updated_at),
        created: operation.asked_at,
        request_id: facts.request_id,
        sum: Some(if verified { sum(payment, details) } else { operation.amount.into() }),
        code,
        eci: eci(operation),
        provider_id: settings.provider_id,
        provider_payment_id: Some(facts.provider_payment_id)
            .filter(|id| !id.is_empty())
            .unwrap_or_else(|| operation.facts.reference.clone()),
        auth_code: operation.facts.approval_code.clone(),
    }
}

/// The electronic commerce indicator: what the scheme says of how the holder was authenticated.
fn eci(operation: &Operation) -> Option<&'static str> {
    let brand = operation.card.as_ref()?.brand;
    let (full, attempt, none) = match brand {
        CardBrand::Mastercard | CardBrand::Maestro => ("02", "01", "00"),
        CardBrand::Visa | CardBrand::Mir | CardBrand::Amex | CardBrand::Other => ("05", "06", "07"),
    };
    Some(match operation.facts.three_ds? {
        ThreeDs::Challenge | ThreeDs::Frictionless => full,
        ThreeDs::Attempt => attempt,
        ThreeDs::No => none,
    })
}

/// Every callback has an operation, also of a payment that nobody tried to pay.
fn without_attempt(payment: &Payment, details: &Details, settings: &CallbackSettings) -> Option<OperationBlock> {
    let status = Status::of_payment(payment, details)?;
    let kind = match payment.intent {
        Intent::Sale | Intent::Hold if details.learned.kind == Some(PaymentType::Invoice) => OperationType::Invoice,
        Intent::Sale | Intent::Hold if details.verifies() => OperationType::AccountVerification,
        Intent::Sale => OperationType::Sale,
        Intent::Hold => OperationType::Auth,
        Intent::Payout => OperationType::Payout,
    };
    let facts = super::super::details::OperationFacts::new(
        payglot_core::OperationId::from_bytes(*payment.id.as_bytes()),
        payment.id.to_string(),
    );
    Some(OperationBlock {
        id: facts.number,
        kind,
        status,
        date: payment.updated_at,
        created: payment.created_at,
        request_id: details.learned.request_id.clone().unwrap_or(facts.request_id),
        sum: Some(if details.verifies() { sum(payment, details) } else { payment.amount.into() }),
        eci: None,
        code: if status.is_final() { Code::Cancelled } else { Code::Awaiting },
        provider_id: settings.provider_id,
        provider_payment_id: String::new(),
        auth_code: String::new(),
    })
}

/// What tells of a call that was accepted and then refused.
pub(super) fn refusal_body(refused: &RefusedCall, settings: &CallbackSettings) -> Body {
    let at: UnixMillis = refused.at;
    let existing = refused.payment.and_then(|(payment, details)| whole(payment, details, settings));
    let status = if existing.is_some() { Status::Decline } else { Status::Error };
    let operation = OperationBlock {
        id: refused.number,
        kind: refused.kind,
        status,
        date: at,
        created: at,
        request_id: refused.request_id.to_owned(),
        sum: refused.sum.clone(),
        code: refused.refused.code,
        eci: None,
        provider_id: settings.provider_id,
        provider_payment_id: String::new(),
        auth_code: String::new(),
    };
    let mut body = existing.unwrap_or_else(|| not_there(refused, settings));
    body.payment.merchant_refund_id = refused.merchant_refund_id.map(str::to_owned);
    body.operation = Some(operation);
    body.waiting = None::<Waiting>;
    body
}

/// The payment that a refused request would have made. Of one that a refund did not find only the id is known.
fn not_there(refused: &RefusedCall, settings: &CallbackSettings) -> Body {
    let made = match refused.kind {
        OperationType::Sale | OperationType::Auth => Some(PaymentType::Purchase),
        OperationType::Payout => Some(PaymentType::Payout),
        OperationType::Recurring => Some(PaymentType::Recurring),
        OperationType::Invoice => Some(PaymentType::Invoice),
        OperationType::AccountVerification => Some(PaymentType::AccountVerification),
        OperationType::Capture
        | OperationType::Cancel
        | OperationType::Refund
        | OperationType::Reversal
        | OperationType::RecurringUpdate
        | OperationType::RecurringCancel => None,
    };
    Body {
        project_id: settings.project_id,
        payment: PaymentBlock {
            id: refused.payment_id.to_owned(),
            kind: made,
            status: Status::Error,
            date: made.map(|_| refused.at),
            method: refused.method.filter(|_| made.is_some()).map(str::to_owned),
            sum: refused.sum.clone().filter(|_| made.is_some()),
            description: made.map(|_| description(refused.details, settings)),
            merchant_refund_id: None,
            attempts: None,
        },
        customer_id: refused.details.customer().id,
        operation: None,
        operations: Vec::new(),
        account: None,
        provider_payment_id: None,
        recurring: None,
        errors: vec![refused.refused.clone()],
        waiting: None,
    }
}
