//! A payment: one order of one merchant and everything that happened to its money.

use crate::ids::{OperationId, PaymentId, ProjectId};
use crate::money::Money;
use crate::moves::Event;
use crate::operation::{Operation, OperationKind, OperationStatus};
use crate::terms::Terms;
use crate::time::UnixMillis;

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Registered; the payer may begin an attempt.
    Created,
    /// An attempt is under way: the payer acts, or the provider works.
    Pending,
    /// Some money came, not yet all of it.
    Underpaid,
    /// The amount is reserved on the payer's side.
    Held,
    /// Captured. Refunds change the sums, not the state.
    Paid,
    /// Refused finally.
    Declined,
    /// The hold was given up, or the capture undone.
    Voided,
    /// Given up before anything was paid.
    Cancelled,
    /// The time ran out before anything was paid.
    Expired,
}

impl State {
    /// Every state.
    pub const ALL: &[Self] = &[
        Self::Created,
        Self::Pending,
        Self::Underpaid,
        Self::Held,
        Self::Paid,
        Self::Declined,
        Self::Voided,
        Self::Cancelled,
        Self::Expired,
    ];

    /// Word for people and for storage.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Pending => "pending",
            Self::Underpaid => "underpaid",
            Self::Held => "held",
            Self::Paid => "paid",
            Self::Declined => "declined",
            Self::Voided => "voided",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// By its word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.name() == name)
    }

    /// Does the clock of the order still run?
    pub const fn waits_for_payer(self) -> bool {
        match self {
            Self::Created | Self::Pending | Self::Underpaid => true,
            Self::Held | Self::Paid | Self::Declined | Self::Voided | Self::Cancelled | Self::Expired => false,
        }
    }
}

/// What the merchant wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Intent {
    /// Authorize and capture at once.
    Sale,
    /// Authorize now, capture or void later.
    Hold,
    /// Pay money out to a recipient.
    Payout,
}

impl Intent {
    /// Every intent.
    pub const ALL: &[Self] = &[Self::Sale, Self::Hold, Self::Payout];

    /// Word for people and for storage.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Hold => "hold",
            Self::Payout => "payout",
        }
    }

    /// By its word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|intent| intent.name() == name)
    }
}

/// The sums of a payment, in minor units of its currency. Each is what the approved operations add up to; `*_pending` is what
/// operations without an answer may still add.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Reserved or received by approved attempts: the ceiling of all else.
    pub authorized: i64,
    /// In the merchant's hands, refunds not subtracted.
    pub captured: i64,
    /// Asked to be captured, no answer yet.
    pub capture_pending: i64,
    /// Released from the hold, or undone.
    pub voided: i64,
    /// Asked to be voided, no answer yet.
    pub void_pending: i64,
    /// Given back out of what was captured.
    pub refunded: i64,
    /// Asked to be refunded, no answer yet.
    pub refund_pending: i64,
    /// Given back out of what the merchant never got.
    pub returned: i64,
    /// Asked to be returned, no answer yet.
    pub return_pending: i64,
}

impl Sums {
    /// The part of the authorization that is neither captured nor given back, pending operations included.
    pub const fn remaining(&self) -> i64 {
        self.authorized
            .saturating_sub(self.captured)
            .saturating_sub(self.capture_pending)
            .saturating_sub(self.voided)
            .saturating_sub(self.void_pending)
            .saturating_sub(self.returned)
            .saturating_sub(self.return_pending)
    }

    /// What can still be refunded.
    pub const fn refundable(&self) -> i64 {
        self.captured.saturating_sub(self.refunded).saturating_sub(self.refund_pending)
    }

    /// I2: captured ≤ authorized, refunded ≤ captured, nothing negative. The database repeats it as a constraint.
    pub const fn hold_together(&self) -> bool {
        self.authorized >= 0
            && self.captured >= 0
            && self.capture_pending >= 0
            && self.voided >= 0
            && self.void_pending >= 0
            && self.refunded >= 0
            && self.refund_pending >= 0
            && self.returned >= 0
            && self.return_pending >= 0
            && self.remaining() >= 0
            && self.refundable() >= 0
    }
}

/// A payment with all its operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// Whose it is.
    pub project: ProjectId,
    /// The merchant's number, unique in the project.
    pub order: String,
    /// What the merchant wants.
    pub intent: Intent,
    /// Where it stands.
    pub state: State,
    /// What the payer is asked for.
    pub amount: Money,
    /// What became of it.
    pub sums: Sums,
    /// The rules it was registered under.
    pub terms: Terms,
    /// When it was registered.
    pub created_at: UnixMillis,
    /// When it last changed.
    pub updated_at: UnixMillis,
    /// When the payer's time is over, or, once held, when the hold is.
    pub expires_at: UnixMillis,
    /// How many changes it has seen. The store refuses a decision made on an older version.
    pub version: u32,
    /// Everything asked of providers, oldest first.
    pub operations: Vec<Operation>,
}

impl Payment {
    /// Received, but neither the merchant's nor on its way back. A hold is always asked for the amount of the payment, so what a held
    /// payment has above it came out of an earlier attempt.
    pub const fn in_suspense(&self) -> i64 {
        match self.state {
            State::Held => self
                .sums
                .authorized
                .saturating_sub(self.amount.minor())
                .saturating_sub(self.sums.returned)
                .saturating_sub(self.sums.return_pending),
            State::Created
            | State::Pending
            | State::Underpaid
            | State::Paid
            | State::Declined
            | State::Voided
            | State::Cancelled
            | State::Expired => self.sums.remaining(),
        }
    }

    /// What can still be captured from a hold or released; nothing where there is no hold.
    pub const fn hold_remaining(&self) -> i64 {
        self.sums.remaining().saturating_sub(self.in_suspense())
    }

    /// The last attempt of the payer, if there was one.
    pub fn last_attempt(&self) -> Option<&Operation> {
        self.operations.iter().rev().find(|operation| operation.kind.is_attempt())
    }

    /// Attempts begun so far.
    pub fn attempts_used(&self) -> usize {
        self.operations.iter().filter(|operation| operation.kind.is_attempt()).count()
    }

    /// Attempts the payer still has.
    pub fn attempts_left(&self) -> usize {
        usize::from(self.terms.attempts_max).saturating_sub(self.attempts_used())
    }

    /// An operation by id.
    pub fn operation(&self, id: OperationId) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// Is the payer in the middle of a challenge?
    pub fn payer_acts(&self) -> bool {
        self.state == State::Pending
            && self.last_attempt().is_some_and(|attempt| attempt.status == OperationStatus::PayerActs)
    }

    /// Operations whose answer is missing.
    pub fn open_operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter().filter(|operation| operation.status.is_open())
    }

    /// Approved operations of a kind, oldest first.
    pub fn approved(&self, kind: OperationKind) -> impl Iterator<Item = &Operation> {
        self.operations
            .iter()
            .filter(move |operation| operation.kind == kind && operation.status == OperationStatus::Approved)
    }
}

/// One line of a payment's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: UnixMillis,
    /// What happened.
    pub event: Event,
    /// The state before; `None` for the registration.
    pub from: Option<State>,
    /// The state after.
    pub to: State,
    /// The operation it belongs to.
    pub operation: Option<OperationId>,
}
