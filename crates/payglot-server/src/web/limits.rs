//! Limits on how often one address may try cards, or secrets that are wrong.

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Card attempts from one address in a minute: more than any family needs, too few to test stolen numbers.
const CARD_ATTEMPTS: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// Wrong secrets of one login from one address in a minute.
const WRONG_SECRETS: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// The same of all logins together: more than a few shops behind one proxy bring about with an old password, too few to walk through
/// logins. No address has more logins than that in memory from any minute.
const WRONG_SECRETS_OF_ALL: NonZeroU32 = NonZeroU32::new(300).unwrap();

/// Event streams open at once: each asks the store twice a second, and the pages work without them.
const STREAMS_MAX: usize = 1024;

/// For how long one who guessed too often is not listened to.
const GUESSER_WAITS: Duration = Duration::from_mins(1);

/// Counts per address. Loopback is not limited: behind a proxy on this machine every payer would share it, and nobody there is a stranger.
pub struct Limits {
    cards: DefaultKeyedRateLimiter<IpAddr>,
    secrets: DefaultKeyedRateLimiter<(IpAddr, u64)>,
    secrets_of_all: DefaultKeyedRateLimiter<IpAddr>,
    /// Who guessed too often, and until when nothing they send is looked at: an address under one login, or (`None`) under any.
    guessers: Mutex<HashMap<(IpAddr, Option<u64>), Instant>>,
    /// Makes logins short, in a way nobody outside can foresee.
    logins: RandomState,
    clock: DefaultClock,
    streams: Arc<Semaphore>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cards: RateLimiter::keyed(Quota::per_minute(CARD_ATTEMPTS)),
            secrets: RateLimiter::keyed(Quota::per_minute(WRONG_SECRETS)),
            secrets_of_all: RateLimiter::keyed(Quota::per_minute(WRONG_SECRETS_OF_ALL)),
            guessers: Mutex::default(),
            logins: RandomState::new(),
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
        self.count(&self.cards, &stranger(ip)?)
    }

    /// Counts a wrong secret of a login as it was sent, whether or not anybody has it, so that the limit tells nobody which logins there
    /// are; empty where a secret names nobody. After too many, the address is not listened to under that login for a while, right secret
    /// or not, and after many more not at all: shops behind one proxy do not lock each other out, and who tries login after login is
    /// limited all the same.
    pub(super) fn wrong_secret(&self, ip: Option<IpAddr>, login: &str) {
        let Some(ip) = stranger(ip) else { return };
        let login = self.logins.hash_one(login);
        let of_login = self.count(&self.secrets, &(ip, login)).map(|seconds| (seconds, Some(login)));
        let of_all = self.count(&self.secrets_of_all, &ip).map(|seconds| (seconds, None));
        for (seconds, login) in of_login.into_iter().chain(of_all) {
            let until = Instant::now() + GUESSER_WAITS.max(Duration::from_secs(u64::from(seconds)));
            self.guessers().insert((ip, login), until);
            let whole = login.is_none();
            tracing::warn!(%ip, whole, "too many wrong secrets from one address: not listening to it for a while");
        }
    }

    /// `Some` seconds to wait if the address guessed too often, under this login or at all.
    pub(super) fn guesser(&self, ip: Option<IpAddr>, login: Option<&str>) -> Option<u32> {
        let (ip, now) = (ip?, Instant::now());
        let login = login.map(|login| self.logins.hash_one(login));
        let keys = [Some((ip, None)), login.map(|login| (ip, Some(login)))];
        let guessers = self.guessers();
        let until = keys.iter().flatten().filter_map(|key| guessers.get(key)).max()?;
        let left = until.checked_duration_since(now)?;
        Some(u32::try_from(left.as_secs()).unwrap_or(u32::MAX).max(1))
    }

    fn guessers(&self) -> MutexGuard<'_, HashMap<(IpAddr, Option<u64>), Instant>> {
        self.guessers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets addresses that have been quiet long enough.
    pub fn forget_quiet(&self) {
        self.cards.retain_recent();
        self.secrets.retain_recent();
        self.secrets_of_all.retain_recent();
        let now = Instant::now();
        self.guessers().retain(|_, until| *until > now);
    }

    fn count<K: Hash + Eq + Clone>(&self, limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Option<u32> {
        let wait = limiter.check_key(key).err()?.wait_time_from(self.clock.now());
        Some(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).max(1))
    }
}

/// An address that is limited.
fn stranger(ip: Option<IpAddr>) -> Option<IpAddr> {
    ip.filter(|ip| !ip.is_loopback())
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
            limits.wrong_secret(ip, "shop");
        }
        assert_eq!(limits.guesser(ip, Some("shop")), None, "as many as are allowed");
        limits.wrong_secret(ip, "shop");
        assert!(limits.guesser(ip, Some("shop")).is_some_and(|seconds| seconds > 0));
        assert_eq!(limits.guesser("192.0.2.2".parse().ok(), Some("shop")), None);
        limits.forget_quiet();
        assert!(limits.guesser(ip, Some("shop")).is_some(), "not forgotten before its time");
    }

    #[test]
    fn who_guesses_under_one_login_is_listened_to_under_others() {
        let limits = Limits::default();
        let ip = Some("192.0.2.1".parse::<IpAddr>().expect("address"));
        for _ in 0..=WRONG_SECRETS.get() {
            limits.wrong_secret(ip, "shop");
        }
        assert!(limits.guesser(ip, Some("shop")).is_some());
        for other in [Some("other"), Some(""), None] {
            assert_eq!(limits.guesser(ip, other), None, "{other:?}");
        }
    }

    #[test]
    fn who_walks_through_logins_is_not_listened_to_at_all() {
        let limits = Limits::default();
        let ip = Some("192.0.2.1".parse::<IpAddr>().expect("address"));
        for turn in 0..WRONG_SECRETS_OF_ALL.get() {
            limits.wrong_secret(ip, &turn.to_string());
        }
        assert_eq!(limits.guesser(ip, Some("shop")), None, "as many as are allowed");
        limits.wrong_secret(ip, "one more");
        for login in [Some("shop"), Some("7"), Some(""), None] {
            assert!(limits.guesser(ip, login).is_some(), "{login:?}");
        }
        assert_eq!(limits.guesser("192.0.2.2".parse().ok(), Some("shop")), None);
        assert!(limits.secrets.len() <= WRONG_SECRETS_OF_ALL.get() as usize + 1);
    }

    #[test]
    fn nobody_on_this_machine_is_a_guesser() {
        let limits = Limits::default();
        let ip = Some("127.0.0.1".parse::<IpAddr>().expect("address"));
        for _ in 0..=WRONG_SECRETS_OF_ALL.get() {
            limits.wrong_secret(ip, "shop");
            limits.wrong_secret(None, "shop");
        }
        assert_eq!(limits.guesser(ip, Some("shop")), None);
        assert_eq!(limits.guesser(None, Some("shop")), None);
        assert!(limits.secrets.is_empty() && limits.secrets_of_all.is_empty());
    }
}
