//! Where payments are durable. The [`Store`] speaks in verbs of the domain; no driver type is in a signature.
//!
//! What every implementation guarantees:
//! - a future that resolved to `Ok` after a write means the write is on disk (fsync);
//! - a [`Commit`] is one transaction: state, operations, history, postings, a saved card, a mandate and notifications, all or nothing;
//! - a decision made on an older version of its payment is refused ([`StoreError::Changed`]); the caller reads again and decides again;
//! - the sums of a payment and the uniqueness of order numbers, operations, notifications and the merchant's keys of calls are constraints
//!   of the database;
//! - of two calls with one fingerprint within its time only the first is taken, however close together they come.

pub mod records;
mod sqlite;

use async_trait::async_trait;
use payglot_core::{BindingId, NotificationId, OperationId, PaymentId, ProjectId, State, UnixMillis};
pub use records::*;
pub use sqlite::{GroupCommit, SqliteOptions, SqliteStore};

/// Why the store did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The merchant used this order number before.
    #[error("order number already used by payment {payment} ({})", .state.name())]
    DuplicateOrder {
        /// The earlier payment.
        payment: PaymentId,
        /// Where it stands.
        state: State,
    },
    /// The payment changed since it was read: read again, decide again.
    #[error("the payment changed meanwhile")]
    Changed,
    /// A call with the same fingerprint was accepted a moment ago: it is the same call.
    #[error("the same call was already accepted as {id}")]
    CallRepeated {
        /// The id of the first one.
        id: String,
    },
    /// The merchant's own id of what it asks for was used before.
    #[error("the merchant's id was already used by call {id}")]
    CallKeyUsed {
        /// The id of the call that used it.
        id: String,
    },
    /// A constraint of the database refused: the sums, a reused operation id, a name taken.
    #[error("refused by a constraint of the database: {0}")]
    Constraint(String),
    /// Nothing by that id or name.
    #[error("not found")]
    NotFound,
    /// The database cannot take or give anything now (disk full, locked, closing). Trying later may work.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// What was read makes no sense: a damaged or foreign database.
    #[error("the database is damaged: {0}")]
    Damaged(String),
}

/// The durable side of payglot.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    // ---- payments ----

    /// Makes a decision durable with what must be announced. For a registration with an empty order number the store numbers it:
    /// increasing decimal numbers per project, skipping any the merchant used.
    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError>;

    /// The same, unless a payment of that order number changed or came since the caller saw them: then [`StoreError::Changed`].
    async fn commit_among(&self, commit: Commit, seen: OrderSeen) -> Result<Committed, StoreError>;

    /// A payment with its operations and what the merchant sent.
    async fn payment(&self, id: PaymentId) -> Result<Option<StoredPayment>, StoreError>;

    /// The same by the merchant's number.
    async fn payment_by_order(&self, project: ProjectId, order: &str) -> Result<Option<StoredPayment>, StoreError>;

    /// The payments whose order number is `number`, a `#` and decimal digits: the attempts at an order that may be paid more than once.
    /// Those with the greatest digits first, at most 100.
    async fn payments_of_order(&self, project: ProjectId, number: &str) -> Result<Vec<StoredPayment>, StoreError>;

    /// Newest first, at most `filter.limit`; without operations' details this is what lists show.
    async fn payments(&self, filter: &PaymentFilter) -> Result<Vec<StoredPayment>, StoreError>;

    /// A page of one project's payments, newest first, and how many there are in all; both by index.
    async fn page(&self, filter: &PageFilter) -> Result<Page, StoreError>;

    /// Replaces what the merchant sent with a payment that is at `version`; it is at the next one afterwards. No event, no posting.
    async fn replace_details(&self, id: PaymentId, version: u32, details: &str) -> Result<(), StoreError>;

    /// Everything that is known about one payment.
    async fn file(&self, id: PaymentId) -> Result<Option<PaymentFile>, StoreError>;

    /// All payments in pages, ordered by id, starting after `after`: for the audit.
    async fn files(&self, after: Option<PaymentId>, limit: u32) -> Result<Vec<PaymentFile>, StoreError>;

    // ---- calls of shops ----

    /// Stores a call that was accepted and then refused, with what the shop must be told; no payment changes. Refused like a commit if the
    /// call was made before; [`StoreError::NotFound`] if the project has no such payment. Returns the notifications that the caller has
    /// claimed.
    async fn refuse(&self, refused: Refused) -> Result<Vec<Notification>, StoreError>;

    /// A call of a project.
    async fn call(&self, project: ProjectId, by: &CallBy) -> Result<Option<Call>, StoreError>;

    // ---- work to do ----

    /// Payments whose time is over and that are not closed, oldest first.
    async fn expired(&self, now: UnixMillis, limit: u32) -> Result<Vec<PaymentId>, StoreError>;

    /// Operations that were asked before `asked_before` and have no answer (asked or unknown), oldest first.
    async fn unanswered(
        &self,
        asked_before: UnixMillis,
        limit: u32,
    ) -> Result<Vec<(PaymentId, OperationId)>, StoreError>;

    /// Attempts at places ([`Method::is_elsewhere`](payglot_core::Method::is_elsewhere)) that no place has answered: the payer acts there,
    /// or the attempt was given up without asking. Those strictly after a moment and an operation, until another moment, in that order.
    async fn unheard(
        &self,
        after: (UnixMillis, OperationId),
        until: UnixMillis,
        limit: u32,
    ) -> Result<Vec<Unheard>, StoreError>;

    /// Replaces the merchant's parameters of a payment and stores what is to be told about it, where the payment itself does not change.
    /// [`StoreError::Changed`] if the parameters are no longer as the caller saw them. Returns the notifications that the caller has
    /// claimed.
    async fn learn(&self, learned: Learned) -> Result<Vec<Notification>, StoreError>;

    // ---- notifications ----

    /// Claims notifications that are due: not acknowledged, not dead, not under another lease, and not held back by an older one of their
    /// payment. An older one holds newer ones back while it is scheduled and its patience lasts. Fair between endpoints: at most
    /// `claim.per_endpoint` of one endpoint, oldest first.
    async fn claim(&self, claim: Claim) -> Result<Vec<Notification>, StoreError>;

    /// Records one attempt and what follows; frees the lease. An acknowledgement ends those older ones of the payment whose patience was
    /// used up, as [`OVERTAKEN`]. Returns the payment's next notification that is due, if there is another one, claimed for the caller
    /// until `next_lease_until`.
    async fn record_delivery(
        &self,
        delivery: Delivery,
        next_lease_until: UnixMillis,
    ) -> Result<Option<Notification>, StoreError>;

    /// Is it neither acknowledged nor dead? For one that a newer one may have passed since it was claimed.
    async fn is_scheduled(&self, id: NotificationId) -> Result<bool, StoreError>;

    /// Newest first.
    async fn notifications(&self, filter: &NotificationFilter) -> Result<Vec<Notification>, StoreError>;

    /// Those that stand alone, in pages, oldest first, starting after `after`: for the audit.
    async fn lone_notifications(
        &self,
        after: Option<NotificationId>,
        limit: u32,
    ) -> Result<Vec<Notification>, StoreError>;

    /// Every attempt of one notification, oldest first.
    async fn deliveries(&self, id: NotificationId) -> Result<Vec<Delivery>, StoreError>;

    /// Has a payment a notification of which no attempt has ended yet, and which waits neither for a time after `now` nor for an earlier
    /// one that does?
    async fn awaits_first_attempt(&self, payment: PaymentId, now: UnixMillis) -> Result<bool, StoreError>;

    /// Makes a notification due now, also an acknowledged or dead one: by hand. Its attempts count anew, so newer ones wait for it again,
    /// and it waits for one that somebody is sending.
    async fn resend(&self, id: NotificationId, now: UnixMillis) -> Result<(), StoreError>;

    /// Numbers for metrics: cheap, by index.
    async fn backlog(&self) -> Result<Backlog, StoreError>;

    // ---- projects ----

    /// A project with its sealed secrets.
    async fn project(&self, id: ProjectId) -> Result<Option<Project>, StoreError>;

    /// The version of a project: what was read of it before is still true if that had the same. Much cheaper than reading it again.
    async fn project_version(&self, id: ProjectId) -> Result<Option<i64>, StoreError>;

    /// The same by protocol and login (the name a protocol calls the merchant by), with the project's id.
    async fn project_version_by_login(
        &self,
        protocol: &str,
        login: &str,
    ) -> Result<Option<(ProjectId, i64)>, StoreError>;

    /// All of them, by name.
    async fn projects(&self) -> Result<Vec<Project>, StoreError>;

    /// Creates a project; its name, and its login within the protocol, must be free.
    async fn create_project(&self, project: NewProject) -> Result<Project, StoreError>;

    /// Replaces settings and the enabled flag if `version` is still current.
    async fn update_project(
        &self,
        id: ProjectId,
        version: i64,
        settings: &str,
        enabled: bool,
    ) -> Result<Project, StoreError>;

    /// Adds a secret; older ones of the same kind stay valid until `old_valid_until`.
    async fn add_secret(
        &self,
        id: ProjectId,
        secret: SealedSecret,
        old_valid_until: UnixMillis,
    ) -> Result<Project, StoreError>;

    // ---- saved cards ----

    /// A saved card, active or not.
    async fn binding(&self, id: BindingId) -> Result<Option<Binding>, StoreError>;

    /// The active ones of a payer, or of a card, in one project, oldest first.
    async fn bindings(&self, project: ProjectId, of: &BindingsOf) -> Result<Vec<Binding>, StoreError>;

    /// Saves a card without a payment ([`Commit::binding`] saves one with it) and stores what is to be told about it.
    /// [`StoreError::Changed`] if the payer has it saved. Returns the notifications that the caller has claimed.
    async fn create_binding(&self, new: NewBinding) -> Result<Vec<Notification>, StoreError>;

    /// Activates, deactivates or renews a saved card and stores what is to be told about it. [`StoreError::Changed`] if it is no
    /// longer as the caller saw it, [`StoreError::Constraint`] if the same card of the same payer is active under another id.
    /// Returns the notifications that the caller has claimed.
    async fn change_binding(&self, change: BindingChange) -> Result<Vec<Notification>, StoreError>;

    // ---- mandates ([`Commit::mandate`] makes one, [`Commit::charge`] charges by one) ----

    /// A mandate of a project, active or not.
    async fn mandate(&self, project: ProjectId, number: u32) -> Result<Option<Mandate>, StoreError>;

    /// Ends a mandate or gives it new terms, keeps the call that asked for it and stores what is to be told about it, in the line of the
    /// payment that made it. [`StoreError::Changed`] if it is no longer as the caller saw it; the call is refused like one of
    /// [`Store::refuse`]. Returns the notifications that the caller has claimed.
    async fn change_mandate(&self, change: MandateChange) -> Result<Vec<Notification>, StoreError>;

    /// Active mandates whose [`Mandate::next_charge_at`] has come, the earliest first, at most `limit`.
    async fn due_mandates(&self, now: UnixMillis, limit: u32) -> Result<Vec<Mandate>, StoreError>;

    // ---- the gateway's own keys and numbers ----

    /// The keys of a purpose, newest first.
    async fn keys(&self, purpose: &str) -> Result<Vec<GatewayKey>, StoreError>;

    /// Adds a key. The first of its purpose is in use at once, later ones only after [`Store::put_key_into_use`].
    async fn add_key(&self, key: NewGatewayKey) -> Result<(), StoreError>;

    /// Lets a key sign from `at` on; whichever began last is the one in use.
    async fn put_key_into_use(&self, n: i64, at: UnixMillis) -> Result<(), StoreError>;

    /// Takes `count` numbers off a counter of the gateway, for this process alone; returns the first, the smallest is 1.
    async fn reserve_numbers(&self, counter: &str, count: u32) -> Result<i64, StoreError>;

    /// Replaces the address and the body of a notification that nobody acknowledged (the endpoint stays), because the key that signed
    /// it went out of use. False if it was acknowledged meanwhile.
    async fn replace_call(&self, id: NotificationId, url: &str, body: &str) -> Result<bool, StoreError>;

    // ---- the sandbox bank's own book ----

    /// Keeps a sealed card in the simulated bank's vault; returns its token, or that of the same card kept before.
    async fn bank_keep_card(&self, card: BankCard) -> Result<String, StoreError>;

    /// A card of the vault.
    async fn bank_card(&self, token: &str) -> Result<Option<BankCard>, StoreError>;

    /// The same by the keyed fingerprint of its number.
    async fn bank_card_of(&self, fingerprint: &[u8; 32]) -> Result<Option<BankCard>, StoreError>;

    /// Writes an entry of the simulated bank, replacing one of the same operation. Enters the same queue as [`Store::commit`], so a
    /// later commit that is durable implies that this entry is.
    async fn bank_record(&self, entry: BankEntry) -> Result<(), StoreError>;

    /// What the simulated bank knows of an operation.
    async fn bank_entry(&self, operation: OperationId) -> Result<Option<BankEntry>, StoreError>;

    /// The invoices of a purse of the simulated wallet, newest first by the ids of their operations, at most `limit`.
    async fn bank_invoices(&self, purse: &str, limit: u32) -> Result<Vec<BankEntry>, StoreError>;

    /// Entries whose [`BankEntry::acts_at`] has come, the earliest first, at most `limit`.
    async fn bank_news(&self, now: UnixMillis, limit: u32) -> Result<Vec<BankEntry>, StoreError>;

    // ---- the store itself ----

    /// Writes and reads back a heartbeat: can new payments be taken?
    async fn check(&self) -> Result<(), StoreError>;

    /// Finishes what was accepted and refuses the rest.
    async fn close(&self);
}
