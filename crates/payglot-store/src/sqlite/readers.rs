//! Connections that only read, beside the writer. In WAL mode a reader never waits for the writer and sees every commit that was
//! acknowledged before it began.

use crate::StoreError;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Two pools: point reads on the caller's thread, and scans elsewhere, so that a long list never keeps a status call waiting.
pub(super) struct Readers {
    points: Arc<Pool>,
    scans: Arc<Pool>,
    /// Scans that may run at once.
    slots: Arc<Semaphore>,
}

struct Pool {
    path: PathBuf,
    busy_timeout: Duration,
    keep: usize,
    /// `None` once the store is closed.
    idle: Mutex<Option<Vec<Connection>>>,
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, Option<Vec<Connection>>> {
        // The list is whole between any two statements, so a panic elsewhere has not damaged it.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads one consistent state of the database. The lock is held only to take and to give back a connection.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let db = self.take()?;
        db.prepare_cached("BEGIN")?.execute([])?;
        let result = work(&db);
        // A connection that cannot end its snapshot is not reused.
        if db.prepare_cached("COMMIT").and_then(|mut end| end.execute([])).is_ok() {
            self.give_back(db);
        }
        result
    }

    /// The same for a single statement, which is consistent by itself: without beginning and ending it costs half.
    fn read_one<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let db = self.take()?;
        let result = work(&db);
        self.give_back(db);
        result
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let taken = match self.lock().as_mut() {
            Some(idle) => idle.pop(),
            None => return Err(StoreError::Unavailable("the store is closed".to_owned())),
        };
        taken.map_or_else(|| super::connect_to_read(&self.path, self.busy_timeout), Ok)
    }

    fn give_back(&self, db: Connection) {
        if let Some(idle) = self.lock().as_mut()
            && idle.len() < self.keep
        {
            idle.push(db);
        }
    }
}

impl Readers {
    pub(super) fn new(path: &Path, keep: usize, busy_timeout: Duration) -> Self {
        let pool = || {
            Arc::new(Pool {
                path: path.to_owned(),
                busy_timeout,
                keep: keep.max(1),
                idle: Mutex::new(Some(Vec::new())),
            })
        };
        Self { points: pool(), scans: pool(), slots: Arc::new(Semaphore::new(keep.max(1))) }
    }

    /// A read of a few rows by index, about 20 microseconds: on the caller's thread, because handing it to another costs more.
    pub(super) fn point<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.points.read(work)
    }

    /// A read by one statement, on the caller's thread.
    pub(super) fn one<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.points.read_one(work)
    }

    /// A read of many rows, on a thread that may block.
    pub(super) async fn scan<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let gone = |words: &str| StoreError::Unavailable(words.to_owned());
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(|_| gone("the store is closed"))?;
        let pool = Arc::clone(&self.scans);
        let task = tokio::task::spawn_blocking(move || {
            let result = pool.read(work);
            drop(slot);
            result
        });
        task.await.map_err(|error| gone(&format!("a read was abandoned: {error}")))?
    }

    /// Closes every connection; later reads are refused.
    pub(super) fn close(&self) {
        drop(self.points.lock().take());
        drop(self.scans.lock().take());
    }
}
