//! A loop whose store fails says so once, waits longer and longer, and says when it works again.

use std::fmt::Display;
use std::time::Duration;

/// The longest wait between two tries.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// Consecutive failures of one loop.
#[derive(Debug)]
pub(super) struct Outage {
    work: &'static str,
    failures: u32,
}

impl Outage {
    /// Of the loop that does this work, in words for the log.
    pub(super) fn of(work: &'static str) -> Self {
        Self { work, failures: 0 }
    }

    /// It failed. Gives how long to wait before the next try.
    pub(super) fn failed(&mut self, error: &dyn Display) -> Duration {
        if self.failures == 0 {
            tracing::error!(work = self.work, %error, "fails; trying again until it works");
        }
        self.failures = self.failures.saturating_add(1);
        Duration::from_millis(500).saturating_mul(1 << self.failures.min(10)).min(WAIT_MAX)
    }

    /// It worked.
    pub(super) fn worked(&mut self) {
        if self.failures > 0 {
            tracing::info!(work = self.work, failures = self.failures, "works again");
        }
        self.failures = 0;
    }
}
