//! The only clock of the server. Tests turn it by hand.

use payglot_core::{BindingId, NotificationId, OperationId, PaymentId, UnixMillis};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::{NoContext, Timestamp, Uuid};

/// What time it is, and fresh ids made from it.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's.
    System,
    /// Turned by a test; milliseconds since the epoch.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// Now, in milliseconds, UTC.
    pub fn now(&self) -> UnixMillis {
        match self {
            Self::Manual(millis) => UnixMillis(millis.load(Ordering::SeqCst)),
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
        }
    }

    /// A fresh UUID, version 7: 48 bits of time so that rows lie in order of creation, 74 random bits so that nobody guesses it.
    fn uuid(&self) -> Uuid {
        let millis = u64::try_from(self.now().0).unwrap_or_default();
        let nanos = u32::try_from(millis % 1000 * 1_000_000).unwrap_or_default();
        Uuid::new_v7(Timestamp::from_unix(NoContext, millis / 1000, nanos))
    }

    /// A fresh payment id.
    pub fn payment_id(&self) -> PaymentId {
        PaymentId(self.uuid())
    }

    /// A fresh operation id.
    pub fn operation_id(&self) -> OperationId {
        OperationId(self.uuid())
    }

    /// A fresh id of a saved card.
    pub fn binding_id(&self) -> BindingId {
        BindingId(self.uuid())
    }

    /// A fresh notification id.
    pub fn notification_id(&self) -> NotificationId {
        NotificationId(self.uuid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_7_carry_the_time_and_never_repeat() {
        let clock = Clock::Manual(Arc::new(AtomicI64::new(1_763_850_000_123)));
        let (first, second) = (clock.payment_id(), clock.payment_id());
        assert_ne!(first, second);
        assert_eq!(first.0.get_version_num(), 7);
        assert_eq!(first.as_bytes()[..6], 1_763_850_000_123_u64.to_be_bytes()[2..]);
    }
}
