//! Clients that work in turns for a while, and what they noted.

use crate::gateway::Gateway;
use anyhow::Result;
use std::future::Future;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Turns in the beginning are not counted: connections, caches and groups are still growing.
const WARM_UP: Duration = Duration::from_millis(400);

/// Somebody who does the same again and again.
pub(crate) trait Client: Send + 'static {
    /// One turn; the times of its steps go into `notes`.
    fn turn(&mut self, notes: &mut Notes) -> impl Future<Output = Result<()>> + Send;
}

/// Microseconds per step, of the turns that count.
#[derive(Default, Clone)]
pub(crate) struct Notes {
    steps: Vec<Vec<u32>>,
    current: Vec<u32>,
}

impl Notes {
    /// A step of this turn has ended that began then.
    pub(crate) fn step(&mut self, began: Instant) {
        self.current.push(micros(began.elapsed()));
    }

    fn keep(&mut self, counts: bool) {
        if counts {
            self.steps.resize(self.current.len().max(self.steps.len()), Vec::new());
            for (all, one) in self.steps.iter_mut().zip(&self.current) {
                all.push(*one);
            }
        }
        self.current.clear();
    }

    fn merge(&mut self, other: Self) {
        self.steps.resize(other.steps.len().max(self.steps.len()), Vec::new());
        for (all, more) in self.steps.iter_mut().zip(other.steps) {
            all.extend(more);
        }
    }

    /// The given thousandth of a step, in milliseconds.
    pub(crate) fn permille(&self, step: usize, permille: usize) -> f64 {
        let mut sorted = self.steps.get(step).cloned().unwrap_or_default();
        sorted.sort_unstable();
        let at = (sorted.len() * permille / 1000).min(sorted.len().saturating_sub(1));
        f64::from(sorted.get(at).copied().unwrap_or_default()) / 1000.0
    }

    fn count(&self) -> usize {
        self.steps.first().map_or(0, Vec::len)
    }
}

/// What came of a run.
pub(crate) struct Outcome {
    /// Turns a second.
    pub(crate) rate: f64,
    /// All turns, those that do not count included.
    pub(crate) turns: u64,
    /// Processor time of the gateway per turn, in microseconds.
    pub(crate) cpu_micros: f64,
    pub(crate) notes: Notes,
}

/// How to drive.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) seconds: f64,
    /// Turns a second in all; without it everybody goes on as fast as the answers come.
    pub(crate) pace: Option<f64>,
}

/// Lets all clients work. The processor time is that of `gateway`, if there is one.
pub(crate) async fn drive<C: Client>(clients: Vec<C>, plan: Plan, gateway: Option<&Gateway>) -> Result<Outcome> {
    let begin = Instant::now();
    let counted = begin + WARM_UP;
    let end = counted + Duration::from_secs_f64(plan.seconds);
    let number = clients.len();
    let mut tasks = JoinSet::new();
    for (place, client) in clients.into_iter().enumerate() {
        let beat = plan.pace.map(|pace| Duration::from_secs_f64(as_f64(number) / pace));
        let first = beat.map_or(begin, |beat| begin + beat.mul_f64(as_f64(place) / as_f64(number)));
        tasks.spawn(work(client, first, beat, counted, end));
    }
    tokio::time::sleep_until(counted.into()).await;
    let before = gateway.map(Gateway::cpu_micros).transpose()?.unwrap_or_default();
    tokio::time::sleep_until(end.into()).await;
    let after = gateway.map(Gateway::cpu_micros).transpose()?.unwrap_or_default();
    let (mut notes, mut turns) = (Notes::default(), 0);
    while let Some(done) = tasks.join_next().await {
        let (one, count) = done??;
        notes.merge(one);
        turns += count;
    }
    let counted = as_f64(notes.count());
    let rate = counted / plan.seconds;
    Ok(Outcome { rate, turns, cpu_micros: (after - before) / counted.max(1.0), notes })
}

async fn work<C: Client>(
    mut client: C,
    first: Instant,
    beat: Option<Duration>,
    counted: Instant,
    end: Instant,
) -> Result<(Notes, u64)> {
    let (mut notes, mut turns, mut next) = (Notes::default(), 0, first);
    loop {
        if let Some(beat) = beat {
            tokio::time::sleep_until(next.into()).await;
            next += beat;
        }
        if Instant::now() >= end {
            return Ok((notes, turns));
        }
        client.turn(&mut notes).await?;
        turns += 1;
        let now = Instant::now();
        notes.keep(now >= counted && now < end);
    }
}

pub(crate) fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run of seconds are far below 2^52")]
pub(crate) fn as_f64(count: usize) -> f64 {
    count as f64
}
