//! What the machine itself gives, measured in the same run: a figure of ours means little without it.

use crate::load::{Plan, as_f64, drive};
use crate::shop::Bare;
use anyhow::Result;
use rusqlite::Connection;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

/// A row as small as a payment's changes are.
const ROW: &str = "0123456789012345678901234567890123456789012345678901234567890123456789";
const BARE_BODY: &str = "{\"errorCode\":\"0\",\"errorMessage\":\"Success\",\"orderStatus\":2,\"orderNumber\":\"1\",\"amount\":125000,\
    \"currency\":\"643\",\"date\":1700000000000,\"ip\":\"127.0.0.1\",\"actionCode\":0,\"padding\":\"0123456789012345678901\"}";

/// Repeats `work` for a while; times a second.
fn repeat(seconds: f64, mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    let (began, mut count) = (Instant::now(), 0_usize);
    while began.elapsed() < Duration::from_secs_f64(seconds) {
        work()?;
        count += 1;
    }
    Ok(as_f64(count) / began.elapsed().as_secs_f64())
}

/// Appends of one small record, each synced.
pub(crate) fn synced_appends(folder: &Path, seconds: f64) -> Result<f64> {
    let path = folder.join("appends");
    let mut file = std::fs::File::create(&path)?;
    let rate = repeat(seconds, || {
        file.write_all(ROW.as_bytes())?;
        Ok(file.sync_data()?)
    })?;
    std::fs::remove_file(path)?;
    Ok(rate)
}

/// Durable SQLite transactions of so many rows, in the gateway's mode (write-ahead log, `synchronous=FULL`).
pub(crate) fn commits(folder: &Path, rows: usize, seconds: f64) -> Result<f64> {
    let path = folder.join(format!("commits-{rows}.db"));
    let db = Connection::open(&path)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (n INTEGER PRIMARY KEY, v TEXT)",
    )?;
    repeat(seconds, || {
        db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        for _ in 0..rows {
            db.prepare_cached("INSERT INTO t (v) VALUES (?)")?.execute([ROW])?;
        }
        db.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    })
}

/// Small answers a second through a bare axum server with as many threads as the gateway has, and the same clients.
pub(crate) async fn bare_http(clients: usize, seconds: f64) -> Result<f64> {
    let (told, address) = std::sync::mpsc::channel::<std::io::Result<SocketAddr>>();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = std::thread::spawn(move || -> Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
            // The other side waits for it.
            let _ = told.send(listener.local_addr());
            let json = || async { ([("content-type", "application/json")], BARE_BODY) };
            let router = axum::Router::new().route("/", axum::routing::get(json));
            tokio::select! {
                ended = async { axum::serve(listener, router).await } => ended?,
                _ = stopped => {}
            }
            Ok(())
        })
    });
    let address = address.recv()??;
    let mut all = Vec::new();
    for _ in 0..clients {
        all.push(Bare::new(address).await?);
    }
    let outcome = drive(all, Plan { seconds, pace: None }, None).await?;
    let _ = stop.send(());
    server.join().map_err(|_| anyhow::anyhow!("the bare server panicked"))??;
    Ok(outcome.rate)
}

/// The machine in a line: processors, kernel, file system.
pub(crate) fn describe(folder: &Path) -> String {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown processor");
    let cpu = cpu.trim_start_matches([' ', '\t', ':']);
    let file_system = std::process::Command::new("stat").args(["-f", "-c", "%T"]).arg(folder).output();
    let file_system = file_system.map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned()).unwrap_or_default();
    format!("{processors} processors ({cpu}), Linux {}, {file_system}", kernel.trim())
}
