//! Carries notifications to shops.
//!
//! What a commit announces is claimed in the same transaction and handed over in memory, so in the ordinary case no database is asked
//! what there is to do. A loop claims the rest: retries that are due, and what a process that died had claimed.
//!
//! A lease outlives the attempt made under it, so nothing is sent twice at once. When the store fails, or there is no room in memory,
//! the notification is simply left alone: its lease runs out and it is claimed again.

use super::client::{Client, ClientOptions};
use super::outage::Outage;
use super::queue::{Caps, Claimed, Manner, Queue, Started};
use crate::clock::Clock;
use crate::config::Config;
use crate::metrics::{Metrics, Verdict};
use payglot_core::outbox::{Next, ShopAnswer, judge};
use payglot_core::{NotificationId, PaymentId, UnixMillis};
use payglot_store::{Claim, Delivery, Notification, NotificationState, Store, StoreError};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a claim holds. Longer than an attempt may take, shorter than anybody wants to wait after a crash.
pub const LEASE_MS: i64 = 60_000;

/// What remains of a lease when the longest attempt has ended, for recording it.
const RECORDING_MS: i64 = 5_000;

/// The longest time limit of a call that fits into a lease.
const TIME_LIMIT_MAX_SECONDS: u64 = 50;

/// After so long without an answer an endpoint counts as slow.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often the store is asked what is due.
const EVERY: Duration = Duration::from_secs(1);

/// Claimed at once, in all and of one endpoint.
const CLAIM_MAX: u32 = 1024;
const CLAIM_PER_ENDPOINT: u32 = 64;

/// With fewer than this waiting, the loop claims the next part of a backlog without waiting for its time.
const LOW_WATER: usize = 256;

/// How often a waiting payer's page looks whether another process made the attempt.
const RECHECK: Duration = Duration::from_millis(250);

/// Where commits hand over the notifications that they claimed.
#[derive(Clone)]
pub struct Courier {
    office: Arc<Office>,
}

impl fmt::Debug for Courier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Courier").finish_non_exhaustive()
    }
}

/// Begins to deliver. The task ends after `shutdown`, when the attempts under way have ended (or `shutdown_seconds` have passed).
/// Must be called within a runtime.
pub fn start(
    store: Arc<dyn Store>,
    clock: Clock,
    config: &Config,
    metrics: Arc<Metrics>,
    shutdown: CancellationToken,
) -> anyhow::Result<(Courier, JoinHandle<()>)> {
    let office = Office::new(store, clock, config, metrics, Some(Handle::current()))?;
    let courier = Courier { office: Arc::new(office) };
    let grace = Duration::from_secs(config.shutdown_seconds);
    let task = tokio::spawn(claim_until(Arc::clone(&courier.office), shutdown, grace));
    Ok((courier, task))
}

impl Courier {
    /// A courier that moves only in [`Courier::deliver_due`]: for tests with a clock turned by hand.
    pub fn by_hand(
        store: Arc<dyn Store>,
        clock: Clock,
        config: &Config,
        metrics: Arc<Metrics>,
    ) -> anyhow::Result<Self> {
        Ok(Self { office: Arc::new(Office::new(store, clock, config, metrics, None)?) })
    }

    /// Takes over what a commit claimed.
    pub fn hand_over(&self, claimed: Vec<Notification>) {
        if claimed.is_empty() {
            return;
        }
        let mut desk = self.office.desk();
        for notification in claimed {
            // Committed with its payment: the lease began when it was decided.
            let lease_until = notification.call.created_at.plus(LEASE_MS);
            desk.queue.push(self.office.claimed(notification, lease_until));
        }
        drop(desk);
        self.office.dispatch();
    }

    /// Resolves when no notification of the payment waits for its first attempt any more, or after `limit`. Nobody waits for what is to go
    /// out later; and when the store does not answer, the payer is not kept waiting.
    pub async fn first_attempt_ended(&self, payment: PaymentId, limit: Duration) {
        if self.office.runtime.is_none() {
            return;
        }
        let waiter = Waiter::enter(&self.office, payment);
        let wait = async {
            loop {
                let woken = waiter.bell.notified();
                tokio::pin!(woken);
                // Listens before it looks, so that an attempt that ends between the two is not missed.
                woken.as_mut().enable();
                match self.office.store.awaits_first_attempt(payment, self.office.clock.now()).await {
                    Ok(true) => {}
                    Ok(false) | Err(_) => return,
                }
                // Time is up or the bell rang: either way, look again.
                let _ = tokio::time::timeout(RECHECK, woken).await;
            }
        };
        let _ = tokio::time::timeout(limit, wait).await;
    }

    /// Delivers everything that was handed over or is due now, and what follows from it now. Returns the number of attempts.
    pub async fn deliver_due(&self) -> usize {
        let mut attempts = 0;
        loop {
            let mut round = JoinSet::new();
            while let Some(started) = self.office.take() {
                round.spawn(Arc::clone(&self.office).carry(started));
            }
            if round.is_empty() {
                match self.office.claim().await {
                    Ok(0) => return attempts,
                    Ok(_) => continue,
                    Err(error) => {
                        tracing::error!(%error, "cannot claim what is due");
                        return attempts;
                    }
                }
            }
            attempts += round.join_all().await.into_iter().filter(|made| *made).count();
        }
    }
}

/// Claims what is due until the shutdown, then waits for what is under way.
async fn claim_until(office: Arc<Office>, shutdown: CancellationToken, grace: Duration) {
    let mut outage = Outage::of("claiming notifications");
    let mut wait = Duration::ZERO;
    loop {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            () = tokio::time::sleep(wait) => {}
            () = office.hungry.notified() => {}
        }
        wait = match office.claim().await {
            Ok(_) => {
                outage.worked();
                EVERY
            }
            Err(error) => outage.failed(&error),
        };
        office.dispatch();
    }
    office.desk().closing = true;
    office.tasks.close();
    if tokio::time::timeout(grace, office.tasks.wait()).await.is_err() {
        tracing::warn!("some deliveries were still under way at shutdown; they will be repeated");
    }
}

/// What all clones of a courier share.
struct Office {
    store: Arc<dyn Store>,
    clock: Clock,
    client: Client,
    metrics: Arc<Metrics>,
    /// `None`: moved by hand.
    runtime: Option<Handle>,
    desk: Mutex<Desk>,
    tasks: TaskTracker,
    /// Rung when a backlog was claimed in part and there is room for more.
    hungry: Notify,
    waiters: Mutex<HashMap<PaymentId, (Arc<Notify>, usize)>>,
}

struct Desk {
    queue: Queue,
    closing: bool,
    /// Did the last claim bring something for an endpoint that answers? Then more may be due.
    more: bool,
}

impl Office {
    fn new(
        store: Arc<dyn Store>,
        clock: Clock,
        config: &Config,
        metrics: Arc<Metrics>,
        runtime: Option<Handle>,
    ) -> anyhow::Result<Self> {
        let client = Client::new(ClientOptions {
            allow_private: config.allow_private_callbacks,
            time_limit: Duration::from_secs(config.callback_seconds.clamp(1, TIME_LIMIT_MAX_SECONDS)),
            idle_per_endpoint: config.callbacks_per_endpoint,
        })?;
        let caps = Caps { all: calls_max(), per_endpoint: config.callbacks_per_endpoint.max(1) };
        Ok(Self::with(store, clock, client, metrics, runtime, caps))
    }

    fn with(
        store: Arc<dyn Store>,
        clock: Clock,
        client: Client,
        metrics: Arc<Metrics>,
        runtime: Option<Handle>,
        caps: Caps,
    ) -> Self {
        let desk = Mutex::new(Desk { queue: Queue::new(caps), closing: false, more: false });
        let (tasks, hungry, waiters) = (TaskTracker::new(), Notify::new(), Mutex::default());
        Self { store, clock, client, metrics, runtime, desk, tasks, hungry, waiters }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claimed(&self, notification: Notification, lease_until: UnixMillis) -> Claimed {
        let longest = i64::try_from(self.client.time_limit().as_millis()).unwrap_or(LEASE_MS);
        // By hand, time stands still during an attempt.
        let reserve = if self.runtime.is_some() { longest.saturating_add(RECORDING_MS) } else { 1 };
        Claimed { notification, start_until: lease_until.plus(-reserve) }
    }

    /// Claims what is due and fits into memory. Returns how many.
    async fn claim(&self) -> Result<usize, StoreError> {
        let waiting = u32::try_from(self.desk().queue.waiting()).unwrap_or(u32::MAX);
        let limit = CLAIM_MAX.saturating_sub(waiting);
        if limit == 0 {
            return Ok(0);
        }
        let now = self.clock.now();
        let lease_until = now.plus(LEASE_MS);
        let claim = Claim { now, lease_until, limit, per_endpoint: CLAIM_PER_ENDPOINT };
        let claimed = self.store.claim(claim).await?;
        let count = claimed.len();
        let mut desk = self.desk();
        let mut lively = false;
        for notification in claimed {
            let manner = desk.queue.push(self.claimed(notification, lease_until));
            lively |= matches!(manner, Some(Manner::Prompt | Manner::New));
        }
        desk.more = lively;
        Ok(count)
    }

    /// The next attempt to begin.
    fn take(&self) -> Option<Started> {
        let mut desk = self.desk();
        if desk.closing {
            return None;
        }
        let started = desk.queue.next(self.clock.now());
        if started.is_none() && desk.more && desk.queue.waiting() < LOW_WATER {
            desk.more = false;
            self.hungry.notify_one();
        }
        self.metrics.courier_carries(desk.queue.waiting(), desk.queue.busy());
        started
    }

    /// Begins as many attempts as there is room for.
    fn dispatch(self: &Arc<Self>) {
        let Some(runtime) = &self.runtime else { return };
        while let Some(started) = self.take() {
            self.tasks.spawn_on(Arc::clone(self).carry(started), runtime);
        }
    }

    /// Makes one attempt and records it; queues what the store says comes next. Was there an attempt?
    async fn carry(self: Arc<Self>, mut started: Started) -> bool {
        if self.is_overtaken(&started.claimed.notification).await {
            let mut desk = self.desk();
            desk.queue.ended(&started, started.manner);
            desk.queue.recorded();
            drop(desk);
            self.dispatch();
            return false;
        }
        let at = self.clock.now();
        let clock = Instant::now();
        let (answer, address) = self.call(&mut started).await;
        let took = clock.elapsed();
        let prompt = matches!(answer, ShopAnswer::Answered { .. }) && took < PATIENCE;
        self.desk().queue.ended(&started, if prompt { Manner::Prompt } else { Manner::Slow });
        self.dispatch();
        let notification = &started.claimed.notification;
        let delivery = self.delivery(notification, at, took, answer, address);
        let lease_until = self.clock.now().plus(LEASE_MS);
        let recorded = self.store.record_delivery(delivery, lease_until).await;
        let mut desk = self.desk();
        desk.queue.recorded();
        match recorded {
            Ok(next) => {
                if let Some(payment) = notification.payment {
                    self.ring(payment);
                }
                if let Some(next) = next {
                    desk.queue.push(self.claimed(next, lease_until));
                }
            }
            Err(error) => {
                let id = notification.call.id;
                tracing::warn!(notification = %id, %error, "an attempt could not be recorded; it will be repeated");
            }
        }
        drop(desk);
        self.dispatch();
        true
    }

    /// Was a newer one of its payment acknowledged while it waited here? Only one whose patience is used up can be passed. When the store
    /// does not answer it is left alone, like everything else.
    async fn is_overtaken(&self, notification: &Notification) -> bool {
        let can_be = notification.call.patience.is_some_and(|patience| notification.attempts >= patience);
        can_be && self.store.is_scheduled(notification.call.id).await != Ok(true)
    }

    /// The call itself; an endpoint that keeps us waiting is counted as slow while it does.
    async fn call(&self, started: &mut Started) -> (ShopAnswer, String) {
        let call = started.claimed.notification.call.clone();
        let answer = self.client.call(&call);
        tokio::pin!(answer);
        if let Ok(early) = tokio::time::timeout(PATIENCE, answer.as_mut()).await {
            return early;
        }
        self.desk().queue.lasts(started);
        answer.await
    }

    /// What an attempt came to and what follows from it.
    fn delivery(
        &self,
        notification: &Notification,
        at: UnixMillis,
        took: Duration,
        answer: ShopAnswer,
        address: String,
    ) -> Delivery {
        let now = self.clock.now();
        let call = &notification.call;
        let attempts = notification.attempts.saturating_add(1);
        let judged = judge(&call.acknowledgement, &answer);
        self.metrics.delivered(verdict(&judged, &answer), took);
        let next = match &judged {
            Ok(()) => NotificationState::Acknowledged(now),
            Err(words) => match call.schedule.next(attempts, now, jitter(call.id, attempts)) {
                Next::Retry(at) => NotificationState::Scheduled(at),
                Next::GiveUp => {
                    self.metrics.notification_died();
                    NotificationState::Dead(format!("given up after {attempts} attempts; the last: {words}"))
                }
            },
        };
        let (status, answer) = match answer {
            ShopAnswer::Answered { status, body } => (status, body),
            ShopAnswer::Failed(_) => (0, String::new()),
        };
        let verdict = judged.err().unwrap_or_else(|| "acknowledged".to_owned());
        let payment = notification.payment.map(tracing::field::display);
        tracing::debug!(notification = %call.id, payment, attempts, status, verdict, "delivery");
        let took_ms = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
        Delivery { notification: call.id, at, took_ms, address, status, answer, verdict, next }
    }

    /// Wakes those who wait for an attempt of this payment.
    fn ring(&self, payment: PaymentId) {
        let waiters = self.waiters.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((bell, _)) = waiters.get(&payment) {
            bell.notify_waiters();
        }
    }
}

/// Somebody waits for an attempt of a payment; leaves the list when dropped.
struct Waiter<'a> {
    office: &'a Office,
    payment: PaymentId,
    bell: Arc<Notify>,
}

impl<'a> Waiter<'a> {
    fn enter(office: &'a Office, payment: PaymentId) -> Self {
        let mut waiters = office.waiters.lock().unwrap_or_else(PoisonError::into_inner);
        let (bell, count) = waiters.entry(payment).or_default();
        *count += 1;
        Self { office, payment, bell: Arc::clone(bell) }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut waiters = self.office.waiters.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, count)) = waiters.get_mut(&self.payment) {
            *count -= 1;
            if *count == 0 {
                waiters.remove(&self.payment);
            }
        }
    }
}

fn verdict(judged: &Result<(), String>, answer: &ShopAnswer) -> Verdict {
    match (judged, answer) {
        (Ok(()), _) => Verdict::Acknowledged,
        (Err(_), ShopAnswer::Answered { .. }) => Verdict::Refused,
        (Err(_), ShopAnswer::Failed(_)) => Verdict::Unreachable,
    }
}

/// 0..=1000, from the random bits of the notification's id: spreads shops and attempts, and is the same in every run of a test.
fn jitter(id: NotificationId, attempt: u32) -> u16 {
    let bits = u64::from_be_bytes(id.as_bytes()[8..].try_into().unwrap_or_default());
    let mixed = bits.rotate_left(attempt % 64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    u16::try_from(mixed % 1001).unwrap_or_default()
}

/// Calls under way at once: each needs a file descriptor, and the server's own connections need the other half. Read from the limit
/// of the process where the system tells it.
fn calls_max() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let open_files = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = open_files.and_then(|rest| rest.split_whitespace().next());
    let files = match soft {
        Some("unlimited") => usize::MAX,
        Some(number) => number.parse().unwrap_or(1024),
        None => 1024,
    };
    (files / 2).clamp(64, 4096)
}

#[cfg(test)]
#[path = "delivery_tests.rs"]
mod tests;
