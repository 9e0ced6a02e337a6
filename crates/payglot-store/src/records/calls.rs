//! Calls that shops made and that were accepted: each has the id that the shop was answered with.

use super::NewNotification;
use payglot_core::{OperationId, PaymentId, ProjectId, UnixMillis};

/// A call of a shop that was accepted, under the id that it was answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCall {
    /// The id, unique in the project.
    pub id: String,
    /// The merchant's number of the payment that the call names, as it is compared.
    pub order: String,
    /// Hash of what the shop signed: the same again within `repeat_ms` is the same call.
    pub fingerprint: [u8; 32],
    /// For how many milliseconds after the first one the same fingerprint is the same call.
    pub repeat_ms: i64,
    /// The merchant's own id of what it asks for, unique in the project for ever. A call that was refused has none: the merchant may ask
    /// again.
    pub key: Option<String>,
    /// The operation that it became, if it became one. It need not have begun yet.
    pub operation: Option<OperationId>,
    /// What the shop is told of a call that was refused after it had been accepted, as text that only the protocol reads; `None` if it
    /// was not refused. Of a call that changed a mandate it is what that led to.
    pub refused: Option<String>,
    /// When.
    pub at: UnixMillis,
}

impl NewCall {
    /// One with the same fingerprint that was made then or later is this call.
    pub const fn same_since(&self) -> UnixMillis {
        // Younger than the window: what is exactly as old is another call.
        self.at.plus(1).plus(self.repeat_ms.saturating_neg())
    }
}

/// A stored call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The id that the shop was answered with.
    pub id: String,
    /// The merchant's number of the payment that the call names.
    pub order: String,
    /// The merchant's own id of what it asks for.
    pub key: Option<String>,
    /// The operation that it became; the payment may not have it yet.
    pub operation: Option<OperationId>,
    /// What the shop was told of it, if it was refused or changed a mandate.
    pub refused: Option<String>,
    /// When.
    pub at: UnixMillis,
    /// The payment it belongs to; `None` if it was refused before there was one.
    pub payment: Option<PaymentId>,
}

/// Which call to look up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallBy {
    /// The one with this id.
    Id(String),
    /// The latest one that the shop signed so, if it was made then or later ([`NewCall::same_since`] for a new one).
    Fingerprint {
        /// Hash of what the shop signed.
        fingerprint: [u8; 32],
        /// Made then or later.
        not_before: UnixMillis,
    },
    /// The one with this id of the merchant's own.
    Key(String),
    /// The latest refused one that named this order and belongs to no payment.
    RefusedOrder(String),
}

/// A call that was accepted and then refused.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Whose it is.
    pub project: ProjectId,
    /// The payment that the call was about, which stays as it is: the notifications join its line. `None`: there is none, and each
    /// notification stands alone.
    pub payment: Option<PaymentId>,
    /// The call, with the reason.
    pub call: NewCall,
    /// Rendered and signed.
    pub notifications: Vec<NewNotification>,
    /// Those that may go out at once are claimed for the caller until then.
    pub lease_until: UnixMillis,
}
