//! The one writer: a thread that turns whatever waits in its queue into one durable transaction (group commit).
//!
//! An fsync costs as much as writing a hundred rows. So the writer takes every job that waits, runs each inside its own savepoint (a job
//! that fails undoes only itself), commits once, and only then answers all callers. Under load the queue fills while the disk works, so
//! groups grow by themselves; a lone caller never waits for company.

use super::{GroupCommit, checkpoint};
use crate::StoreError;
use rusqlite::Connection;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// A group ends at this many jobs, so that the first one is not kept waiting for ever.
const GROUP_MAX: usize = 512;
/// Or after this long: a group of heavy jobs must not make everybody slow.
const GROUP_TIME: Duration = Duration::from_millis(20);
/// Jobs that may wait. A caller beyond that waits for a place: back-pressure instead of memory.
const QUEUE: usize = 4096;

pub(super) type OnGroup = Box<dyn Fn(GroupCommit) + Send + Sync>;

enum Message {
    Job(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// Something to be done inside a transaction.
trait Job: Send {
    /// Does it, keeping the result. On an error the caller undoes what it did.
    fn run(&mut self, db: &Connection) -> Result<(), StoreError>;
    /// Tells the caller: the result if the transaction is durable, otherwise why it is not.
    fn answer(self: Box<Self>, durable: Result<(), StoreError>);
}

struct Call<T, F> {
    work: Option<F>,
    result: Result<T, StoreError>,
    caller: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Job for Call<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, db: &Connection) -> Result<(), StoreError> {
        let Some(work) = self.work.take() else { return Ok(()) };
        self.result = work(db);
        self.result.as_ref().map(drop).map_err(Clone::clone)
    }

    fn answer(self: Box<Self>, durable: Result<(), StoreError>) {
        // A refusal (changed, duplicate ...) may rest on what an earlier job of the group wrote: without the commit it is void too.
        let result = durable.and(self.result);
        // A caller that went away does not want to know.
        drop(self.caller.send(result));
    }
}

/// The way to the writer thread. Dropping it finishes what was accepted.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Message>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(db: Connection, on_group: Option<OnGroup>) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("payglot-writer".to_owned())
            .spawn(move || Loop { db, jobs, on_group }.run())
            .map_err(|error| StoreError::Unavailable(format!("no thread for the writer: {error}")))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Runs `work` in a transaction; resolves once it is durable.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let call = Call { work: Some(work), result: Err(closing()), caller };
        let queue = self.queue.as_ref().ok_or_else(closing)?;
        queue.send(Message::Job(Box::new(call))).await.map_err(|_| closing())?;
        answer.await.unwrap_or_else(|_| Err(closing()))
    }

    /// Finishes what was accepted; what comes later is refused.
    pub(super) async fn close(&self) {
        let (done, finished) = oneshot::channel();
        if let Some(queue) = &self.queue
            && queue.send(Message::Close(done)).await.is_ok()
        {
            drop(finished.await);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            drop(thread.join());
        }
    }
}

fn closing() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}

struct Loop {
    db: Connection,
    jobs: mpsc::Receiver<Message>,
    on_group: Option<OnGroup>,
}

impl Loop {
    fn run(mut self) {
        let mut closed = Vec::new();
        while let Some(message) = self.jobs.blocking_recv() {
            match message {
                Message::Close(done) => {
                    closed.push(done);
                    self.jobs.close();
                }
                Message::Job(job) => {
                    if let Some(done) = self.group(job) {
                        closed.push(done);
                        self.jobs.close();
                    }
                }
            }
        }
        checkpoint::last(&self.db);
        drop(self.db);
        for done in closed {
            // Whoever asked may have gone away.
            let _ = done.send(());
        }
    }

    /// One group: begins, runs what waits, commits, answers. Returns whom to tell if a request to close came along.
    fn group(&mut self, first: Box<dyn Job>) -> Option<oneshot::Sender<()>> {
        let started = Instant::now();
        let mut group = Vec::with_capacity(16);
        let mut close = None;
        let mut durable = begin(&self.db);
        let mut next = Some(first);
        while let Some(mut job) = next.take() {
            if durable.is_ok() {
                durable = step(&self.db, job.as_mut());
            }
            group.push(job);
            // After a failure the rest of the queue gets its own, new transaction.
            if durable.is_err() || group.len() >= GROUP_MAX || started.elapsed() >= GROUP_TIME {
                break;
            }
            match self.jobs.try_recv() {
                Ok(Message::Job(job)) => next = Some(job),
                Ok(Message::Close(done)) => close = Some(done),
                Err(_) => {}
            }
        }
        let durable = durable.and_then(|()| commit(&self.db));
        if durable.is_err() && !self.db.is_autocommit() {
            // Nothing more can be done about a failing rollback; the next BEGIN will say so.
            drop(self.db.execute_batch("ROLLBACK"));
        }
        let took = started.elapsed();
        let jobs = group.len();
        for job in group {
            job.answer(durable.clone());
        }
        if let Some(on_group) = &self.on_group {
            on_group(GroupCommit { jobs, took });
        }
        close
    }
}

fn run_cached(db: &Connection, sql: &str) -> Result<(), StoreError> {
    db.prepare_cached(sql)?.execute([])?;
    Ok(())
}

fn begin(db: &Connection) -> Result<(), StoreError> {
    run_cached(db, "BEGIN IMMEDIATE")
}

fn commit(db: &Connection) -> Result<(), StoreError> {
    run_cached(db, "COMMIT").map_err(unavailable)
}

/// Runs one job in its savepoint. An error here is one of the whole group: the transaction is gone.
fn step(db: &Connection, job: &mut dyn Job) -> Result<(), StoreError> {
    run_cached(db, "SAVEPOINT job").map_err(unavailable)?;
    let Err(error) = job.run(db) else {
        return run_cached(db, "RELEASE job").map_err(unavailable);
    };
    if db.is_autocommit() {
        // A full disk or a failing one ends the whole transaction.
        return Err(unavailable(error));
    }
    run_cached(db, "ROLLBACK TO job").and_then(|()| run_cached(db, "RELEASE job")).map_err(unavailable)
}

/// A group that could not be committed is unavailable, whatever SQLite calls it: nothing was decided about the jobs themselves.
fn unavailable(error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(_) | StoreError::Damaged(_) => error,
        other => StoreError::Unavailable(other.to_string()),
    }
}
