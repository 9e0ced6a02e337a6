//! The embedded database: one file, one writer thread with group commit, readers beside it.
//!
//! Reading order: [`writer`] (how a write becomes durable), [`readers`], [`schema`] (migrations), [`payments`], [`notifications`],
//! [`calls`], [`projects`], [`bindings`], [`mandates`], [`bank`], [`lists`] (the SQL), [`rows`] and [`codes`] (how records lie in rows).

mod bank;
mod bindings;
mod calls;
mod checkpoint;
mod codes;
mod errors;
mod keys;
mod lists;
mod mandates;
mod notifications;
mod payments;
mod projects;
mod readers;
mod rows;
mod schema;
mod store;
mod writer;

use crate::StoreError;
use readers::Readers;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fmt;
use std::path::Path;
use std::time::Duration;
use writer::{OnGroup, Writer};

/// Statements kept prepared per connection: more than there are.
const STATEMENTS: usize = 128;
/// Page cache of the writer, in KiB: the hot end of each b-tree.
const WRITER_CACHE_KIB: i64 = 8 * 1024;
/// Page cache of a reader, in KiB. The operating system caches the file anyway, and every commit empties it.
const READER_CACHE_KIB: i64 = 512;

/// One group that the writer made durable, or failed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupCommit {
    /// Writes in it.
    pub jobs: usize,
    /// From the first write to the end of the commit.
    pub took: Duration,
}

/// How to open the database.
pub struct SqliteOptions {
    /// Called on the writer's thread after each group, for metrics. Must not block.
    pub on_group: Option<OnGroup>,
    /// Connections kept for reading, for points and for scans each; scans beyond wait.
    pub readers: usize,
    /// How long to wait for another process (the command line) that is writing, before a write is refused.
    pub busy_timeout: Duration,
    /// The database file grows no further than this many pages of 4 KiB (or its present size, if that is more); writes that need
    /// more are refused as on a full disk.
    pub pages_max: Option<u32>,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { on_group: None, readers: 4, busy_timeout: Duration::from_secs(5), pages_max: None }
    }
}

impl fmt::Debug for SqliteOptions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SqliteOptions")
            .field("readers", &self.readers)
            .field("busy_timeout", &self.busy_timeout)
            .field("pages_max", &self.pages_max)
            .finish_non_exhaustive()
    }
}

/// The store in one SQLite file. Dropping it finishes what was accepted; [`crate::Store::close`] does so without blocking.
pub struct SqliteStore {
    writer: Writer,
    readers: Readers,
}

impl SqliteStore {
    /// Opens the database, creating it and applying migrations as needed. Other processes may have it open too.
    pub fn open(path: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        let mut db = connect_to_write(path, options.busy_timeout)?;
        schema::apply(&mut db)?;
        if let Some(pages) = options.pages_max {
            db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
        }
        let readers = Readers::new(path, options.readers, options.busy_timeout);
        let writer = Writer::start(db, options.on_group)?;
        Ok(Self { writer, readers })
    }

    /// Applies the migrations that are missing and returns their names. Creates the database if there is none.
    pub fn migrate(path: &Path) -> Result<Vec<String>, StoreError> {
        let mut db = connect_to_write(path, SqliteOptions::default().busy_timeout)?;
        Ok(schema::apply(&mut db)?.into_iter().map(str::to_owned).collect())
    }

    /// The names of migrations that [`Self::migrate`] would apply. Changes nothing.
    pub fn pending(path: &Path) -> Result<Vec<String>, StoreError> {
        let db = if path.exists() {
            connect_to_read(path, SqliteOptions::default().busy_timeout)?
        } else {
            Connection::open_in_memory()?
        };
        Ok(schema::pending(&db)?.into_iter().map(str::to_owned).collect())
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

fn connect(path: &Path, flags: OpenFlags, busy_timeout: Duration, cache_kib: i64) -> Result<Connection, StoreError> {
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(busy_timeout)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    db.pragma_update(None, "cache_size", -cache_kib)?;
    db.pragma_update(None, "foreign_keys", true)?;
    // One plan per statement. Without this, SQLite compiles a statement anew for each bound value that might choose a partial index
    // (decision 0002).
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // What a damaged or hostile file could trick SQLite into through its schema is switched off.
    db.pragma_update(None, "trusted_schema", false)?;
    Ok(db)
}

fn connect_to_write(path: &Path, busy_timeout: Duration) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let db = connect(path, flags, busy_timeout, WRITER_CACHE_KIB)?;
    use_wal(&db)?;
    // Each commit is on disk before it is answered.
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    checkpoint::configure(&db)?;
    Ok(db)
}

/// Switches to the write-ahead log. Two processes that do so for a new file at the same moment get "busy" without waiting: try again.
fn use_wal(db: &Connection) -> Result<(), StoreError> {
    let mut tries = 0;
    loop {
        let mode: rusqlite::Result<String> = db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0));
        match mode {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => return Err(StoreError::Unavailable(format!("no write-ahead log here, only {mode}"))),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && tries < 100 => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn connect_to_read(path: &Path, busy_timeout: Duration) -> Result<Connection, StoreError> {
    connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, busy_timeout, READER_CACHE_KIB)
}
