//! The payment core: what can happen to a payment, what is refused, which money moves and what must be announced.
//!
//! Everything here is a pure function of its arguments. There is no clock, no randomness, no database, no network and no
//! protocol: the time, fresh ids and a provider's answer are handed in, and a [`Decision`] is handed out for the store to make
//! durable as one transaction.
//!
//! Reading order: [`money`], [`ids`], [`time`] (values); [`payment`], [`operation`], [`terms`] (what there is); [`moves`] (what can
//! happen); [`decide`](mod@decide) (the only maker of a new state); [`ledger`] (postings); [`outbox`] (announcements and retries).

pub mod decide;
pub mod ids;
pub mod ledger;
pub mod money;
pub mod moves;
pub mod operation;
pub mod outbox;
pub mod payment;
pub mod terms;
pub mod time;

pub use decide::{Command, Decision, NewPayment, Refusal, decide, register, register_begun};
pub use ids::{BindingId, NotificationId, OperationId, PaymentId, ProjectId};
pub use money::{Currency, Money};
pub use moves::{Event, MOVES};
pub use operation::{
    Answer, CardBrand, CardFacts, DeclineReason, Method, Operation, OperationKind, OperationStatus, ProviderFacts,
    ThreeDs,
};
pub use payment::{Change, Intent, Payment, State, Sums};
pub use terms::{Captures, Ending, Funds, HoldEnd, Terms};
pub use time::UnixMillis;
