//! Limits on how often one address may try cards, or passwords that are wrong.

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Card attempts from one address in a minute: more than any family needs, too few to test stolen numbers.
const CARD_ATTEMPTS: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// Wrong passwords from one address in a minute.
const WRONG_SECRETS: NonZeroU32 = NonZeroU32::new(60).unwrap();

/// Event streams open at once: each asks the store twice a second, and the pages work without them.
const STREAMS_MAX: usize = 1024;

/// For how long one who guessed too often is not listened to.
const GUESSER_WAITS: Duration = Duration::from_mins(1);

/// Counts per address. Loopback is not limited: behind a proxy on this machine every payer would share it, and nobody there is a stranger.
pub struct Limits {
    cards: DefaultKeyedRateLimiter<IpAddr>,
    secrets: DefaultKeyedRateLimiter<IpAddr>,
    /// Addresses that guessed too often, and until when nothing they send is looked at.
    guessers: Mutex<HashMap<IpAddr, Instant>>,
    clock: DefaultClock,
    streams: Arc<Semaphore>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cards: RateLimiter::keyed(Quota::per_minute(CARD_ATTEMPTS)),
            secrets: RateLimiter::keyed(Quota::per_minute(WRONG_SECRETS)),
            guessers: Mutex::default(),
            clock: DefaultClock::default(),
            streams: Arc::new(Semaphore::new(STREAMS_MAX)),
        }
    }
}

impl Limits {
    /// A place for an event stream, held while it lasts. `None` if there are too many.
    pub(super) fn stream(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.streams).try_acquire_owned().ok()
    }

    /// Counts a card attempt. `Some` seconds to wait if there were too many.
    pub(super) fn card_attempt(&self, ip: Option<IpAddr>) -> Option<u32> {
        self.count(&self.cards, ip)
    }

    /// Counts a wrong secret; after too many, the address is not listened to for a while, right secret or not.
    pub(super) fn wrong_secret(&self, ip: Option<IpAddr>) {
        if let (Some(seconds), Some(ip)) = (self.count(&self.secrets, ip), ip) {
            let until = Instant::now() + GUESSER_WAITS.max(Duration::from_secs(u64::from(seconds)));
            self.guessers().insert(ip, until);
            tracing::warn!(%ip, "too many wrong passwords from one address: not listening to it for a while");
        }
    }

    /// `Some` seconds to wait if the address guessed secrets too often.
    pub(super) fn guesser(&self, ip: Option<IpAddr>) -> Option<u32> {
        let until = *self.guessers().get(&ip?)?;
        let left = until.checked_duration_since(Instant::now())?;
        Some(u32::try_from(left.as_secs()).unwrap_or(u32::MAX).max(1))
    }

    fn guessers(&self) -> MutexGuard<'_, HashMap<IpAddr, Instant>> {
        self.guessers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets addresses that have been quiet long enough.
    pub fn forget_quiet(&self) {
        self.cards.retain_recent();
        self.secrets.retain_recent();
        let now = Instant::now();
        self.guessers().retain(|_, until| *until > now);
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

    #[test]
    fn event_streams_have_an_end_of_places_and_give_theirs_back() {
        let limits = Limits::default();
        let mut open: Vec<_> = std::iter::from_fn(|| limits.stream()).take(STREAMS_MAX + 1).collect();
        assert_eq!(open.len(), STREAMS_MAX);
        drop(open.pop());
        assert!(limits.stream().is_some());
    }

    #[test]
    fn who_guesses_passwords_is_not_listened_to() {
        let limits = Limits::default();
        let ip = Some("192.0.2.1".parse::<IpAddr>().expect("address"));
        for _ in 0..WRONG_SECRETS.get() {
            limits.wrong_secret(ip);
        }
        assert_eq!(limits.guesser(ip), None, "as many as are allowed");
        limits.wrong_secret(ip);
        assert!(limits.guesser(ip).is_some_and(|seconds| seconds > 0));
        assert_eq!(limits.guesser("192.0.2.2".parse().ok()), None);
        limits.forget_quiet();
        assert!(limits.guesser(ip).is_some(), "not forgotten before its time");
    }
}
