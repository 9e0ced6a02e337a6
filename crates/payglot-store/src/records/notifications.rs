//! What shops are told: calls to make, and what came of each attempt.

use payglot_core::outbox::{Acknowledgement, Schedule};
use payglot_core::{NotificationId, PaymentId, ProjectId, UnixMillis};

/// The method of an outgoing call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallMethod {
    /// GET: everything is in the address.
    Get,
    /// POST with a body.
    Post,
}

/// A notification to be stored: the exact bytes that every attempt will send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotification {
    /// A fresh id.
    pub id: NotificationId,
    /// The event's word (`captured`), for people.
    pub event: String,
    /// GET or POST.
    pub method: CallMethod,
    /// The full address, query included.
    pub url: String,
    /// Media type of the body, empty without one.
    pub content_type: String,
    /// The body, empty for GET.
    pub body: String,
    /// What counts as acknowledged.
    pub acknowledgement: Acknowledgement,
    /// When to try again.
    pub schedule: Schedule,
    /// When it was decided.
    pub created_at: UnixMillis,
    /// The first attempt is not made before this; usually [`NewNotification::created_at`]. Newer ones of its payment wait with it.
    pub not_before: UnixMillis,
    /// After so many attempts without an acknowledgement (at least 1) newer ones of its payment no longer wait for it, and end it once one
    /// of them is acknowledged; `None`: they wait until it is acknowledged or dead.
    pub patience: Option<u32>,
}

/// Why a notification ended that a newer one of its payment had passed: an older state is never told after a newer one.
pub const OVERTAKEN: &str = "a newer state was acknowledged";

impl NewNotification {
    /// Scheme, host and port of the address: what fairness is measured by.
    pub fn endpoint(&self) -> &str {
        endpoint_of(&self.url)
    }
}

/// Scheme, host and port: the part of an address before its path.
pub fn endpoint_of(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let end = url[after_scheme..].find(['/', '?', '#']).map_or(url.len(), |at| after_scheme + at);
    &url[..end]
}

/// How far a notification has come (I5: acknowledged, scheduled, or dead with a reason).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotificationState {
    /// Waits until this time, or for an earlier one of its payment that holds it back.
    Scheduled(UnixMillis),
    /// The shop has it.
    Acknowledged(UnixMillis),
    /// Given up, for this reason; a person may resend it.
    Dead(String),
}

/// A stored notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// What to send.
    pub call: NewNotification,
    /// The payment it is about; `None` for one that stands alone, because there is no payment.
    pub payment: Option<PaymentId>,
    /// Whose shop is told.
    pub project: ProjectId,
    /// Its place among the notifications of the payment, from 1; 1 if it stands alone.
    pub seq: u32,
    /// Attempts that ended, since it was created or resent.
    pub attempts: u32,
    /// How far it has come.
    pub state: NotificationState,
}

/// One attempt to deliver, kept for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Which notification.
    pub notification: NotificationId,
    /// When the attempt began.
    pub at: UnixMillis,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// The network address that was called, if it came so far.
    pub address: String,
    /// HTTP status, 0 if there was no answer.
    pub status: u16,
    /// The beginning of the answer's body, at most 16 KiB.
    pub answer: String,
    /// In words: `acknowledged`, `answered 200 but the body was not OK`, `timed out`.
    pub verdict: String,
    /// What follows.
    pub next: NotificationState,
}

/// What a worker asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Due at this time.
    pub now: UnixMillis,
    /// Claimed until then; afterwards others may take it.
    pub lease_until: UnixMillis,
    /// At most so many.
    pub limit: u32,
    /// At most so many of one endpoint.
    pub per_endpoint: u32,
}

/// Which notifications to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotificationFilter {
    /// Only of this payment.
    pub payment: Option<PaymentId>,
    /// Only those that nobody acknowledged: scheduled or dead.
    pub unacknowledged: bool,
    /// At most so many, at most 1000.
    pub limit: u32,
}

#[cfg(test)]
mod tests {
    use super::endpoint_of;

    #[test]
    fn an_endpoint_is_scheme_host_and_port() {
        assert_eq!(endpoint_of("https://shop.example/callback?x=1"), "https://shop.example");
        assert_eq!(endpoint_of("http://127.0.0.1:8081?x=1"), "http://127.0.0.1:8081");
        assert_eq!(endpoint_of("https://shop.example"), "https://shop.example");
    }
}
