//! What is counted, in the OpenMetrics text format that Prometheus reads.

use payglot_core::{Change, UnixMillis};
use payglot_store::Backlog;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::borrow::Cow;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// The media type of [`Metrics::render`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Seconds = Gauge<f64, AtomicU64>;
type Durations = Family<Operation, Histogram, fn() -> Histogram>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    protocol: Cow<'static, str>,
    operation: Cow<'static, str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    protocol: Cow<'static, str>,
    operation: Cow<'static, str>,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Turned {
    protocol: &'static str,
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Moved {
    protocol: String,
    event: &'static str,
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Judged {
    verdict: &'static str,
}

/// How an attempt to deliver a notification ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The shop has it.
    Acknowledged,
    /// The shop answered something else.
    Refused,
    /// The shop did not answer.
    Unreachable,
}

impl Verdict {
    const fn name(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
        }
    }
}

/// Counters and histograms of the server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    request_seconds: Durations,
    refusals: Family<Turned, Counter>,
    payment_events: Family<Moved, Counter>,
    deliveries: Family<Judged, Counter>,
    dead: Counter,
    delivery_seconds: Histogram,
    deliveries_waiting: Gauge,
    deliveries_under_way: Gauge,
    commit_seconds: Histogram,
    commit_group: Histogram,
    outbox_age: Seconds,
    unanswered_age: Seconds,
    memory: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(request_buckets),
            refusals: Family::default(),
            payment_events: Family::default(),
            deliveries: Family::default(),
            dead: Counter::default(),
            delivery_seconds: Histogram::new([0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0]),
            deliveries_waiting: Gauge::default(),
            deliveries_under_way: Gauge::default(),
            commit_seconds: Histogram::new([0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0]),
            commit_group: Histogram::new([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0]),
            outbox_age: Seconds::default(),
            unanswered_age: Seconds::default(),
            memory: Gauge::default(),
        };
        metrics.register();
        metrics
    }
}

fn request_buckets() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0, 10.0, 30.0])
}

impl Metrics {
    fn register(&mut self) {
        let to = &mut self.registry;
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        to.register("payglot_build", "Which payglot this is", build);
        to.register("payglot_requests", "Requests by protocol, operation and class of status", self.requests.clone());
        let help = "Time from reading a request to its answer";
        to.register_with_unit("payglot_request_duration", help, Unit::Seconds, self.request_seconds.clone());
        let help = "Payment requests that were refused on a page for the payer, by the protocol's code";
        to.register("payglot_refusals", help, self.refusals.clone());
        let help = "What happened to payments, with the state it led to";
        to.register("payglot_payment_events", help, self.payment_events.clone());
        let help = "Attempts to deliver a notification, by how they ended";
        to.register("payglot_deliveries", help, self.deliveries.clone());
        let help = "Notifications given up after their last attempt";
        to.register("payglot_notifications_dead", help, self.dead.clone());
        let help = "How long a shop took to answer a notification, or not to answer";
        to.register_with_unit("payglot_delivery_duration", help, Unit::Seconds, self.delivery_seconds.clone());
        let help = "Notifications claimed by this process that wait for their attempt";
        to.register("payglot_deliveries_waiting", help, self.deliveries_waiting.clone());
        let help = "Attempts to deliver that are under way";
        to.register("payglot_deliveries_under_way", help, self.deliveries_under_way.clone());
        let help = "Age of the oldest notification that no shop acknowledged and that is not given up";
        to.register_with_unit("payglot_outbox_oldest", help, Unit::Seconds, self.outbox_age.clone());
        let help = "Age of the oldest operation that no provider answered";
        to.register_with_unit("payglot_operation_unanswered_oldest", help, Unit::Seconds, self.unanswered_age.clone());
        let help = "Time to make one group of writes durable";
        to.register_with_unit("payglot_commit_duration", help, Unit::Seconds, self.commit_seconds.clone());
        to.register("payglot_commit_group_size", "Writes made durable together", self.commit_group.clone());
        let help = "Memory of the process that is in RAM; 0 where the system does not tell";
        to.register_with_unit("process_resident_memory", help, Unit::Bytes, self.memory.clone());
    }

    /// A request got its answer. `operation` must come from a closed list, never from what a client sent.
    pub fn request_ended(&self, protocol: &'static str, operation: Cow<'static, str>, status: u16, took: Duration) {
        let class = match status {
            0..200 => "1xx",
            200..300 => "2xx",
            300..400 => "3xx",
            400..500 => "4xx",
            500.. => "5xx",
        };
        let protocol = Cow::Borrowed(protocol);
        let answered = Answered { protocol: protocol.clone(), operation: operation.clone(), status: class };
        self.requests.get_or_create(&answered).inc();
        self.request_seconds.get_or_create(&Operation { protocol, operation }).observe(took.as_secs_f64());
    }

    /// A payment request was refused on a page, where no machine reads the code. Both words come from closed lists.
    pub fn request_refused(&self, protocol: &'static str, code: &'static str) {
        self.refusals.get_or_create(&Turned { protocol, code }).inc();
    }

    /// A payment changed.
    pub fn payment_changed(&self, protocol: &str, change: &Change) {
        let (event, state) = (change.event.name(), change.to.name());
        self.payment_events.get_or_create(&Moved { protocol: protocol.to_owned(), event, state }).inc();
    }

    /// An attempt to deliver a notification ended.
    pub fn delivered(&self, verdict: Verdict, took: Duration) {
        self.deliveries.get_or_create(&Judged { verdict: verdict.name() }).inc();
        self.delivery_seconds.observe(took.as_secs_f64());
    }

    /// A notification was given up.
    pub fn notification_died(&self) {
        self.dead.inc();
    }

    /// What the courier carries now.
    pub fn courier_carries(&self, waiting: usize, under_way: usize) {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.deliveries_waiting.set(count(waiting));
        self.deliveries_under_way.set(count(under_way));
    }

    /// The store made a group of `writes` durable.
    pub fn group_committed(&self, writes: usize, took: Duration) {
        self.commit_seconds.observe(took.as_secs_f64());
        self.commit_group.observe(u32::try_from(writes).unwrap_or(u32::MAX).into());
    }

    /// Everything as text. Without a backlog (the store does not answer) its ages are not a number.
    pub fn render(&self, backlog: Option<Backlog>, now: UnixMillis) -> String {
        let age = |oldest: fn(Backlog) -> Option<UnixMillis>| match backlog {
            None => f64::NAN,
            Some(backlog) => oldest(backlog).map_or(0.0, |since| seconds(now.since(since))),
        };
        self.outbox_age.set(age(|backlog| backlog.oldest_notification));
        self.unanswered_age.set(age(|backlog| backlog.oldest_unanswered));
        self.memory.set(resident_bytes().unwrap_or_default());
        let mut text = String::new();
        if let Err(error) = encode(&mut text, &self.registry) {
            tracing::error!(%error, "the metrics cannot be written");
        }
        text
    }
}

/// A negative age (clocks differ between processes) is none.
fn seconds(millis: i64) -> f64 {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default()).as_secs_f64()
}

/// From `/proc`, in bytes; `None` on systems without it.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse::<i64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[cfg(test)]
#[path = "metrics_tests.rs"]
mod tests;
