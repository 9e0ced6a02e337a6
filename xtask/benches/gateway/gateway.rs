//! The release binary as its own process, with the settings that everybody gets.

use anyhow::{Context, Result, ensure};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Processor time is told in hundredths of a second on every Linux that we know.
const MICROS_PER_TICK: f64 = 10_000.0;

/// A gateway that ends with this value.
pub(crate) struct Gateway {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) data: PathBuf,
    binary: PathBuf,
    /// From the start of the process to the line that says it is ready.
    pub(crate) ready_in: Duration,
}

impl Gateway {
    /// Starts the demo (which is `serve` with a project) on a folder and waits until it is ready.
    pub(crate) fn start(binary: &Path, data: &Path) -> Result<Self> {
        let mut start = Command::new(binary);
        start.args(["demo", "--json", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        // The log goes where a service manager would take it: a pipe costs the same as a file here.
        let log = std::fs::File::create(data.with_extension("log"))?;
        start.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let began = Instant::now();
        let mut child = start.spawn().with_context(|| format!("cannot start {}", binary.display()))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no standard output")?).read_line(&mut line)?;
        let ready_in = began.elapsed();
        let ready: serde_json::Value =
            serde_json::from_str(&line).context("the gateway did not say that it is ready")?;
        let base = ready["base_url"].as_str().context("no base_url")?;
        let address = base.trim_start_matches("http://").parse()?;
        // It is ready before it listens to signals; once it has answered, it does both.
        answers(address)?;
        Ok(Self { child, address, data: data.to_owned(), binary: binary.to_owned(), ready_in })
    }

    /// Processor time so far, in user and kernel mode.
    pub(crate) fn cpu_micros(&self) -> Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name in parentheses may hold spaces.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|ticks| ticks.parse::<f64>().ok()).context("no processor time");
        Ok((ticks(11)? + ticks(12)?) * MICROS_PER_TICK)
    }

    /// `VmRSS` or `VmHWM` (the most it ever was), in megabytes.
    pub(crate) fn memory(&self, what: &str) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(what)).context("no memory")?;
        let kilobytes: f64 = line.trim_matches([':', ' ', '\t', 'k', 'B']).parse()?;
        Ok(kilobytes / 1024.0)
    }

    /// Ends it as a service manager does, and waits until it has finished what it accepted.
    pub(crate) fn stop(mut self) -> Result<()> {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        ensure!(told.success(), "cannot signal the gateway");
        let status = self.child.wait()?;
        ensure!(status.success(), "the gateway ended with {status}; its log is beside {}", self.data.display());
        Ok(())
    }

    /// How long a command on its data takes, and what it says.
    pub(crate) fn command(&self, words: &[&str]) -> Result<(Duration, String)> {
        command(&self.binary, &self.data, words)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // After `stop` it has ended, and both fail.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answers(address: SocketAddr) -> Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200 "), "the gateway does not answer: {answer}");
    Ok(())
}

/// Runs `payglot <words> --data <data>`; fails if it does.
pub(crate) fn command(binary: &Path, data: &Path, words: &[&str]) -> Result<(Duration, String)> {
    let began = Instant::now();
    let output = Command::new(binary).args(words).arg("--data").arg(data).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "{words:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    Ok((began.elapsed(), text))
}

/// Bytes of the database, its log included.
pub(crate) fn database_bytes(data: &Path) -> u64 {
    let size = |name: &str| std::fs::metadata(data.join(name)).map_or(0, |file| file.len());
    size("payglot.db") + size("payglot.db-wal")
}
