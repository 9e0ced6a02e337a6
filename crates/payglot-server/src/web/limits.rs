//! Limits on how often one address may try cards, or passwords that are wrong.

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::net::IpAddr;
use std::num::NonZeroU32;

/// Card attempts from one address in a minute: more than any family needs, too few to test stolen numbers.
const CARD_ATTEMPTS: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// Wrong passwords from one address in a minute.
const WRONG_SECRETS: NonZeroU32 = NonZeroU32::new(60).unwrap();

/// Counts per address. Loopback is not limited: behind a proxy on this machine every payer would share it, and nobody there is a stranger.
pub struct Limits {
    cards: DefaultKeyedRateLimiter<IpAddr>,
    secrets: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cards: RateLimiter::keyed(Quota::per_minute(CARD_ATTEMPTS)),
            secrets: RateLimiter::keyed(Quota::per_minute(WRONG_SECRETS)),
            clock: DefaultClock::default(),
        }
    }
}

impl Limits {
    /// Counts a card attempt. `Some` seconds to wait if there were too many.
    pub(super) fn card_attempt(&self, ip: Option<IpAddr>) -> Option<u32> {
        self.count(&self.cards, ip)
    }

    /// Counts a wrong secret. `Some` seconds to wait if there were too many.
    pub(super) fn wrong_secret(&self, ip: Option<IpAddr>) -> Option<u32> {
        self.count(&self.secrets, ip)
    }

    /// Forgets addresses that have been quiet long enough.
    pub fn forget_quiet(&self) {
        self.cards.retain_recent();
        self.secrets.retain_recent();
    }

    fn count(&self, limiter: &DefaultKeyedRateLimiter<IpAddr>, ip: Option<IpAddr>) -> Option<u32> {
        let ip = ip.filter(|ip| !ip.is_loopback())?;
        let wait = limiter.check_key(&ip).err()?.wait_time_from(self.clock.now());
        Some(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_limited_and_others_and_loopback_are_not() {
        let limits = Limits::default();
        let ip = |text: &str| Some(text.parse::<IpAddr>().expect("address"));
        for _ in 0..CARD_ATTEMPTS.get() {
            assert_eq!(limits.card_attempt(ip("192.0.2.1")), None);
        }
        assert!(limits.card_attempt(ip("192.0.2.1")).is_some_and(|seconds| seconds > 0));
        assert_eq!(limits.card_attempt(ip("192.0.2.2")), None);
        assert!((0..100).all(|_| limits.card_attempt(ip("127.0.0.1")).is_none()));
        assert!((0..100).all(|_| limits.card_attempt(None).is_none()));
    }
}
