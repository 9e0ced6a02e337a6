//! What goes in and comes out of a store: plain records of the domain.

mod calls;
mod mandates;
mod notifications;

pub use calls::*;
pub use mandates::*;
pub use notifications::*;
use payglot_core::ledger::Posting;
use payglot_core::{
    BindingId, CardFacts, Change, Decision, DeclineReason, Money, OperationId, OperationKind, Payment, PaymentId,
    ProjectId, State, UnixMillis,
};

/// A payment and what the merchant sent with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPayment {
    /// The payment.
    pub payment: Payment,
    /// The merchant's own parameters, as text that only the protocol's codec reads. Never holds credentials or card numbers.
    pub details: String,
}

/// One decision with everything that becomes durable beside it.
#[derive(Clone, Debug)]
pub struct Commit {
    /// From the core.
    pub decision: Decision,
    /// The merchant's parameters: for a registration, or when a command changes them.
    pub details: Option<String>,
    /// Rendered and signed, in the order of the announcements.
    pub notifications: Vec<NewNotification>,
    /// The card that the payer left with the shop by this payment. If the same payer's same card was saved meanwhile, the commit is
    /// refused as [`StoreError::Changed`](crate::StoreError::Changed).
    pub binding: Option<Binding>,
    /// The mandate that this payment made. A number that the project has used is refused as
    /// [`StoreError::Constraint`](crate::StoreError::Constraint).
    pub mandate: Option<Mandate>,
    /// The mandate by which this payment is a charge. Unless it is active and at that version the commit is refused as
    /// [`StoreError::Changed`](crate::StoreError::Changed).
    pub charge: Option<MandateCharge>,
    /// The shop's call that led to the decision, if the shop was answered with an id of it. One that was made before is refused as
    /// [`StoreError::CallRepeated`](crate::StoreError::CallRepeated) or [`StoreError::CallKeyUsed`](crate::StoreError::CallKeyUsed),
    /// before anything else is looked at, and then nothing is written.
    pub call: Option<NewCall>,
    /// Notifications that may go out at once (no earlier one of the payment waits, and their own time has come) are claimed for the
    /// caller until then.
    pub lease_until: UnixMillis,
}

/// The payments of an order number (see [`Store::payments_of_order`](crate::Store::payments_of_order)) as the caller saw them, for a
/// decision about one of them that is right only while the others are as they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderSeen {
    /// Whose order.
    pub project: ProjectId,
    /// The order number, without what follows it.
    pub number: String,
    /// Every payment with its version, in any order.
    pub payments: Vec<(PaymentId, u32)>,
}

/// Something became known of a payment that does not change it.
#[derive(Clone, Debug)]
pub struct Learned {
    /// The payment.
    pub payment: PaymentId,
    /// The merchant's parameters as the caller saw them.
    pub seen: String,
    /// The parameters from now on.
    pub details: String,
    /// Rendered and signed.
    pub notifications: Vec<NewNotification>,
    /// One that may go out at once is claimed for the caller until then.
    pub lease_until: UnixMillis,
}

/// What a commit gave.
#[derive(Clone, Debug)]
pub struct Committed {
    /// The order number, given by the merchant or numbered by the store.
    pub order: String,
    /// Notifications that the caller has claimed and must now deliver.
    pub claimed: Vec<Notification>,
}

/// Which payments to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentFilter {
    /// Only of this project.
    pub project: Option<ProjectId>,
    /// Only in this state.
    pub state: Option<State>,
    /// Created at or after.
    pub from: Option<UnixMillis>,
    /// Created before.
    pub until: Option<UnixMillis>,
    /// Continue after this payment of the previous page.
    pub after: Option<PaymentId>,
    /// At most so many, at most 1000.
    pub limit: u32,
}

/// By which of its moments a payment belongs to a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentMoment {
    /// When it was registered.
    Created,
    /// When its first attempt was approved; a payment without one belongs to no period.
    Paid,
}

/// A page of one project's payments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageFilter {
    /// Whose.
    pub project: ProjectId,
    /// What is compared with the period.
    pub moment: PaymentMoment,
    /// At or after.
    pub from: UnixMillis,
    /// Before.
    pub until: UnixMillis,
    /// Only those in one of these states; with `true` of which something was refunded, with `false` nothing.
    pub states: Vec<(State, bool)>,
    /// Skip so many.
    pub offset: u64,
    /// At most so many, at most 1000.
    pub limit: u32,
}

/// A page and what it is a page of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many payments the filter fits.
    pub total: u64,
    /// Those of the page, newest first.
    pub payments: Vec<StoredPayment>,
}

/// Everything known about one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentFile {
    /// The payment.
    pub stored: StoredPayment,
    /// Its history.
    pub changes: Vec<Change>,
    /// Its postings, in order.
    pub postings: Vec<Posting>,
    /// Its notifications, in order.
    pub notifications: Vec<Notification>,
    /// What the simulated bank has in its own book.
    pub bank: Vec<BankEntry>,
}

/// What a saved card is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BindingCategory {
    /// The payer pays with it again.
    Common,
    /// An agreed number of parts is charged.
    Installment,
    /// It is charged again and again.
    Recurrent,
}

impl BindingCategory {
    /// Every category, in the order of its stored number.
    pub const ALL: &[Self] = &[Self::Common, Self::Installment, Self::Recurrent];

    /// Word for people and for storage.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Common => "common",
            Self::Installment => "installment",
            Self::Recurrent => "recurrent",
        }
    }
}

/// A card that a payer left with a shop. Its number is with the provider alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// What the shop calls it.
    pub id: BindingId,
    /// Whose shop.
    pub project: ProjectId,
    /// The payer's id in the shop.
    pub client: String,
    /// What the provider calls the card it keeps.
    pub token: String,
    /// Masked number, expiry, holder, brand.
    pub card: CardFacts,
    /// What it is for.
    pub category: BindingCategory,
    /// May it pay?
    pub active: bool,
    /// The payment that made it; its notifications tell of the binding too. `None` if it was saved without one.
    pub payment: Option<PaymentId>,
    /// When.
    pub created_at: UnixMillis,
}

/// Which saved cards to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BindingsOf {
    /// Those of a payer, by the id in the shop.
    Client(String),
    /// Those of one card, by the provider's token.
    Token(String),
}

/// A card to be saved without a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBinding {
    /// The saved card.
    pub binding: Binding,
    /// Rendered and signed; each stands alone, unless a payment made the binding: then they stand among those of that payment.
    pub notifications: Vec<NewNotification>,
    /// Those that may go out at once are claimed for the caller until then.
    pub lease_until: UnixMillis,
}

/// A saved card is switched on or off, or gets a new date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingChange {
    /// As the caller saw it.
    pub seen: Binding,
    /// May it pay from now on?
    pub active: bool,
    /// Year and month until which it is good: 203412.
    pub expiry: u32,
    /// Rendered and signed; they stand among those of the payment that made the binding, and without one each stands alone.
    pub notifications: Vec<NewNotification>,
    /// Those that may go out at once are claimed for the caller until then.
    pub lease_until: UnixMillis,
}

/// A card in the simulated bank's vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankCard {
    /// What others call it.
    pub token: String,
    /// Keyed hash of merchant and number.
    pub fingerprint: [u8; 32],
    /// The number, encrypted with the bank's own key.
    pub sealed: Vec<u8>,
    /// When.
    pub kept_at: UnixMillis,
}

/// An attempt at a place that has not told what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unheard {
    /// When the payer was sent there, or when the attempt was given up.
    pub since: UnixMillis,
    /// The payment.
    pub payment: PaymentId,
    /// The attempt.
    pub operation: OperationId,
}

/// Numbers for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// When the oldest notification that still waits was created.
    pub oldest_notification: Option<UnixMillis>,
    /// When the oldest operation without an answer was asked.
    pub oldest_unanswered: Option<UnixMillis>,
}

/// A project to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProject {
    /// The protocol's word: `rbs`.
    pub protocol: String,
    /// Unique name, for people and the command line.
    pub name: String,
    /// The name the protocol calls the merchant by, unique in the protocol.
    pub login: String,
    /// Settings as JSON text; the server alone reads it.
    pub settings: String,
    /// First secrets.
    pub secrets: Vec<SealedSecret>,
    /// When.
    pub created_at: UnixMillis,
}

/// A secret as it is stored: sealed with the master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSecret {
    /// What it is for: `password`, `callback`.
    pub kind: String,
    /// Nonce, ciphertext and tag.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: UnixMillis,
    /// Until when it is accepted; `None` for the current one.
    pub valid_until: Option<UnixMillis>,
}

/// A stored project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// The protocol's word.
    pub protocol: String,
    /// Unique name.
    pub name: String,
    /// The name the protocol calls the merchant by.
    pub login: String,
    /// Settings as JSON text.
    pub settings: String,
    /// May it be used?
    pub enabled: bool,
    /// Changes with every update, secrets included: a cache key.
    pub version: i64,
    /// Newest first within a kind.
    pub secrets: Vec<SealedSecret>,
    /// When it was created.
    pub created_at: UnixMillis,
}

/// A key to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGatewayKey {
    /// What it is for.
    pub purpose: String,
    /// The private half: nonce, ciphertext and tag.
    pub sealed: Vec<u8>,
    /// The public half as it is published.
    pub certificate: String,
    /// When it was made.
    pub created_at: UnixMillis,
    /// Only if there is none yet: of two processes that begin together one wins.
    pub first: bool,
}

/// A key of the gateway itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayKey {
    /// Its number; a key never changes under its number.
    pub n: i64,
    /// The private half: nonce, ciphertext and tag.
    pub sealed: Vec<u8>,
    /// The public half as it is published.
    pub certificate: String,
    /// When it was made.
    pub created_at: UnixMillis,
    /// Since when it signs; `None`: it waits for its turn.
    pub used_from: Option<UnixMillis>,
}

/// What the simulated bank decided about an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankOutcome {
    /// It waits for the holder's answer to a challenge, this many wrong answers so far.
    Challenge(u8),
    /// The holder passed the challenge; the money has not moved yet.
    Authenticated,
    /// It happened.
    Approved,
    /// It did not happen.
    Declined(DeclineReason),
}

/// A line in the simulated bank's own book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankEntry {
    /// The operation as the bank was asked for it.
    pub operation: OperationId,
    /// The payment it belongs to.
    pub payment: PaymentId,
    /// What was asked.
    pub kind: OperationKind,
    /// For how much.
    pub amount: Money,
    /// What the bank decided.
    pub outcome: BankOutcome,
    /// The bank's own notes, such as how the holder was authenticated and when the answer may be given.
    pub note: String,
    /// When.
    pub at: UnixMillis,
    /// Whose invoice it is, as a wallet calls its owners; `None`: it is none.
    pub purse: Option<String>,
    /// From then on the bank has something to tell that nobody asked for; `None`: nothing.
    pub acts_at: Option<UnixMillis>,
}
