//! Moving pages from the write-ahead log into the database file.

use rusqlite::Connection;

/// Pages in the log after which SQLite moves them: 16 MB. Larger means fewer pauses and fewer writes of the same hot pages.
const PAGES: i64 = 4000;

/// Sets how often the log is moved.
pub(super) fn configure(db: &Connection) -> rusqlite::Result<()> {
    db.pragma_update(None, "wal_autocheckpoint", PAGES)
}

/// Before the writer ends: leaves an empty log if no other process uses the database.
pub(super) fn last(db: &Connection) {
    // Only an optimisation of the next start, which reads the log otherwise: waits for nobody.
    drop(db.busy_timeout(std::time::Duration::ZERO));
    drop(db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
}
