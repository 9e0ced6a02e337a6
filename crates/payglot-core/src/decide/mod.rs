//! `decide(payment, command, now)`: the only maker of a new state. A pure function; the store makes its [`Decision`] durable.
//!
//! A provider is asked between two decisions: the first records the question ([`OperationStatus::Asked`]), the second the answer. A crash
//! between them leaves a question to ask again, never a lost payment.

mod answer;
mod attempt;
mod draft;
mod funds;
mod merchant;

use crate::ids::{OperationId, PaymentId, ProjectId};
use crate::ledger::Posting;
use crate::money::Money;
use crate::moves::Event;
use crate::operation::{
    Answer, CardFacts, DeclineReason, Method, Operation, OperationKind, OperationStatus, ProviderFacts,
};
use crate::payment::{Change, Intent, Payment, State, Sums};
use crate::terms::Terms;
use crate::time::UnixMillis;
use draft::Draft;
use std::fmt;

/// What is needed to register a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPayment {
    /// A fresh id.
    pub id: PaymentId,
    /// Whose it is.
    pub project: ProjectId,
    /// The merchant's number. Empty: the store numbers it.
    pub order: String,
    /// What the merchant wants.
    pub intent: Intent,
    /// How much.
    pub amount: Money,
    /// Under which rules.
    pub terms: Terms,
    /// When the payer's time is over.
    pub expires_at: UnixMillis,
}

/// What somebody wants to happen to a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The payer (or, for a payout, the merchant) begins an attempt.
    StartAttempt {
        /// A fresh id.
        operation: OperationId,
        /// How the payer pays.
        method: Method,
        /// The protocol's own name of the method, if it has one.
        method_key: Option<String>,
        /// The card, masked.
        card: Option<CardFacts>,
        /// The payer's address on the network.
        payer_ip: Option<String>,
    },
    /// The provider wants the payer to do something first.
    PayerMustAct {
        /// The attempt.
        operation: OperationId,
    },
    /// The payer did it; the provider is asked again.
    PayerActed {
        /// The attempt.
        operation: OperationId,
    },
    /// The payer left the challenge to try something else.
    AbandonAttempt {
        /// The attempt.
        operation: OperationId,
    },
    /// A provider answered.
    Answer {
        /// The operation that was asked.
        operation: OperationId,
        /// What it answered.
        answer: Answer,
        /// A fresh id, used if late money has to be returned.
        return_operation: OperationId,
    },
    /// The provider took money by an attempt of a payment that is closed, and the order does not want it any more, because it was paid in
    /// another way: the money is written down and goes back, whatever the terms say about late money.
    RefuseLate {
        /// The attempt.
        operation: OperationId,
        /// What the provider told.
        facts: ProviderFacts,
        /// A fresh id, used to return the money.
        return_operation: OperationId,
    },
    /// Take money out of a hold.
    Capture {
        /// A fresh id.
        operation: OperationId,
        /// How much; `None` takes everything that remains.
        amount: Option<Money>,
        /// Will there be no further capture? Ignored where the terms allow one only.
        last: bool,
        /// The merchant's id of this request.
        key: Option<String>,
    },
    /// Release a hold, or undo a capture within the window of the terms.
    Void {
        /// A fresh id.
        operation: OperationId,
        /// How much of a hold; `None` for all.
        amount: Option<Money>,
        /// The merchant's id of this request.
        key: Option<String>,
    },
    /// Give captured money back.
    Refund {
        /// A fresh id.
        operation: OperationId,
        /// How much; `None` gives back everything that remains.
        amount: Option<Money>,
        /// The merchant's id of this request.
        key: Option<String>,
        /// What the merchant believes can still be refunded, in minor units: another sum means that it missed something.
        expected: Option<i64>,
    },
    /// Pay out to a recipient after the payment was paid; may be in another currency.
    Payout {
        /// A fresh id.
        operation: OperationId,
        /// How much.
        amount: Money,
        /// The merchant's id of this request.
        key: Option<String>,
    },
    /// Money came that the payer sent without our asking.
    ReceiveFunds {
        /// The provider's id of the receipt, as an operation id: the same receipt twice is one receipt.
        operation: OperationId,
        /// How much came.
        amount: Money,
        /// How the payer paid.
        method: Method,
        /// A fresh id, used if money has to be returned.
        return_operation: OperationId,
    },
    /// Give an unpaid payment up.
    Cancel {
        /// `CancelledByPayer` or `CancelledByMerchant`.
        reason: DeclineReason,
        /// A fresh id, used if partial money has to be returned.
        return_operation: OperationId,
    },
    /// The clock says the time is over.
    Expire {
        /// A fresh id, used to capture or void a hold or to return partial money.
        operation: OperationId,
    },
}

/// In order of precedence: when several rules are broken, the first one listed is the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The amount is zero or above the limit.
    BadAmount,
    /// The amount is in another currency than the payment.
    CurrencyDiffers,
    /// The order's time is over before it begins, or its hold would end while the payer may still begin it.
    ExpiresInThePast,
    /// No such operation in this payment.
    UnknownOperation,
    /// The same request was already decided, under this operation: answer as then.
    Repeated(OperationId),
    /// The key was used for a different request.
    KeyReused(OperationId),
    /// The operation has its answer already, the same one.
    AlreadyAnswered,
    /// The operation has another answer already: a person must look.
    AnswerDiffers,
    /// The payment's state does not allow it.
    WrongState(State),
    /// The time to pay is over.
    TimeOver,
    /// It is not over yet.
    TimeNotOver,
    /// The payer has no attempts left.
    NoAttemptsLeft,
    /// An operation without an answer stands in the way: resolve it first.
    OutcomeOpen(OperationId),
    /// The terms do not allow it, such as a void after its window.
    NotAllowed,
    /// What remains is not what the caller expects: it missed something.
    Unexpected,
    /// More than what remains.
    ExceedsRemaining,
    /// The sums would pass what the ledger can hold.
    Overflow,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadAmount => out.write_str("the amount is zero or too large"),
            Self::CurrencyDiffers => out.write_str("the currency is not the payment's"),
            Self::ExpiresInThePast => out.write_str("the order or its hold would end before it begins"),
            Self::UnknownOperation => out.write_str("the payment has no such operation"),
            Self::Repeated(id) => write!(out, "the same request was already decided as operation {id}"),
            Self::KeyReused(id) => write!(out, "the key was used for a different request, operation {id}"),
            Self::AlreadyAnswered => out.write_str("the operation already has this answer"),
            Self::AnswerDiffers => out.write_str("the operation already has another answer"),
            Self::WrongState(state) => write!(out, "the payment is {}", state.name()),
            Self::TimeOver => out.write_str("the time to pay is over"),
            Self::TimeNotOver => out.write_str("the time to pay is not over yet"),
            Self::NoAttemptsLeft => out.write_str("no attempts are left"),
            Self::OutcomeOpen(id) => write!(out, "operation {id} has no answer yet"),
            Self::NotAllowed => out.write_str("the terms of the payment do not allow it"),
            Self::Unexpected => out.write_str("what remains is not what was expected"),
            Self::ExceedsRemaining => out.write_str("it is more than what remains"),
            Self::Overflow => out.write_str("the sums would overflow"),
        }
    }
}

impl std::error::Error for Refusal {}

/// What must become durable, all of it in one transaction or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The payment as it is now; its version is one more than that of the payment it was made from (0 for a registration).
    pub payment: Payment,
    /// Operations that are new or changed.
    pub operations: Vec<Operation>,
    /// Lines of history, in order.
    pub changes: Vec<Change>,
    /// Postings; each sums to zero.
    pub postings: Vec<Posting>,
    /// What shops may have to be told, in order.
    pub announcements: Vec<Announcement>,
    /// An operation that somebody must now ask the provider for.
    pub ask: Option<OperationId>,
}

/// Something a shop may have to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// What happened.
    pub event: Event,
    /// The operation it belongs to.
    pub operation: Option<OperationId>,
    /// The amount of that operation, or of the payment.
    pub amount: Money,
}

/// Registers a payment.
pub fn register(new: NewPayment, now: UnixMillis) -> Result<Decision, Refusal> {
    if new.amount.is_zero() {
        return Err(Refusal::BadAmount);
    }
    if new.expires_at <= now || new.terms.hold_end.is_some_and(|end| end.at < new.expires_at) {
        return Err(Refusal::ExpiresInThePast);
    }
    let payment = Payment {
        id: new.id,
        project: new.project,
        order: new.order,
        intent: new.intent,
        state: State::Created,
        amount: new.amount,
        sums: Sums::default(),
        terms: new.terms,
        created_at: now,
        updated_at: now,
        expires_at: new.expires_at,
        version: 0,
        operations: Vec::new(),
    };
    let change = Change { at: now, event: Event::Registered, from: None, to: State::Created, operation: None };
    let announcement = Announcement { event: Event::Registered, operation: None, amount: payment.amount };
    Ok(Decision {
        payment,
        operations: Vec::new(),
        changes: vec![change],
        postings: Vec::new(),
        announcements: vec![announcement],
        ask: None,
    })
}

/// Registers a payment and begins its first attempt, as one decision: nothing in between can be seen, and no crash can leave an order that
/// nobody asks a provider for. `command` begins the attempt.
pub fn register_begun(new: NewPayment, command: Command, now: UnixMillis) -> Result<Decision, Refusal> {
    let mut decision = register(new, now)?;
    let begun = decide(&decision.payment, command, now)?;
    decision.payment = Payment { version: decision.payment.version, ..begun.payment };
    decision.operations.extend(begun.operations);
    decision.changes.extend(begun.changes);
    decision.postings.extend(begun.postings);
    decision.announcements.extend(begun.announcements);
    decision.ask = begun.ask;
    Ok(decision)
}

/// What follows from `command` for `payment` at `now`: a decision to make durable, or a refusal that changes nothing.
pub fn decide(payment: &Payment, command: Command, now: UnixMillis) -> Result<Decision, Refusal> {
    let draft = Draft::of(payment, now);
    match command {
        Command::StartAttempt { operation, method, method_key, card, payer_ip } => {
            attempt::start(draft, operation, attempt::Payer { method, method_key, card, ip: payer_ip })
        }
        Command::PayerMustAct { operation } => attempt::payer_must_act(draft, operation),
        Command::PayerActed { operation } => attempt::payer_acted(draft, operation),
        Command::AbandonAttempt { operation } => attempt::abandon(draft, operation),
        Command::Answer { operation, answer, return_operation } => {
            answer::answer(draft, operation, answer, return_operation)
        }
        Command::RefuseLate { operation, facts, return_operation } => {
            answer::refuse_late(draft, operation, facts, return_operation)
        }
        Command::Capture { operation, amount, last, key } => merchant::capture(draft, operation, amount, last, key),
        Command::Void { operation, amount, key } => merchant::void(draft, operation, amount, key),
        Command::Refund { operation, amount, key, expected } => {
            merchant::refund(draft, operation, amount, key, expected)
        }
        Command::Payout { operation, amount, key } => merchant::payout(draft, operation, amount, key),
        Command::ReceiveFunds { operation, amount, method, return_operation } => {
            funds::receive(draft, operation, amount, method, return_operation)
        }
        Command::Cancel { reason, return_operation } => attempt::cancel(draft, reason, return_operation),
        Command::Expire { operation } => attempt::expire(draft, operation),
    }
}

/// A fresh operation with nothing known about it yet.
fn asked(id: OperationId, kind: OperationKind, amount: Money, now: UnixMillis) -> Operation {
    Operation {
        id,
        kind,
        status: OperationStatus::Asked,
        amount,
        last: true,
        key: None,
        method: None,
        method_key: None,
        card: None,
        payer_ip: None,
        reason: None,
        facts: ProviderFacts::default(),
        asked_at: now,
        answered_at: None,
    }
}
