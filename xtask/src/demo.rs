//! A running `payglot demo`, the release build that a newcomer gets.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run::{cargo, run};

/// How long a start may take before the test gives up on it.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// Builds the release binary and returns its path.
pub(crate) fn build(root: &Path) -> Result<PathBuf> {
    run(root, &mut cargo(["build", "--release", "--package", "payglot-server", "--bin", "payglot"]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("release/payglot"))
}

/// A gateway that is killed when it is dropped.
pub(crate) struct Demo {
    child: Child,
    /// The line that the gateway printed when it was ready.
    pub(crate) line: String,
    /// The same, read.
    pub(crate) ready: Value,
}

impl Demo {
    /// Starts the gateway on `listen` and waits until it is ready to serve. `data` is kept, so that a second start can
    /// go on with it; `log` gets what it writes to standard error.
    pub(crate) fn start(binary: &Path, listen: &str, data: &Path, log: &Path) -> Result<Self> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(log)?;
        let mut start = Command::new(binary);
        start.args(["demo", "--json", "--listen", listen, "--data"]).arg(data);
        // Nobody on this machine is limited, so who wants to meet a limit says that they are from elsewhere.
        start.env("PAYGLOT_TRUST_FORWARDED_FOR", "true");
        start.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = start.spawn().with_context(|| format!("cannot start {}", binary.display()))?;
        let line = child.stdout.take().context("no standard output").and_then(first_line);
        match line.and_then(|line| Ok((read(&line)?, line))) {
            Ok((ready, line)) => Ok(Self { child, line, ready }),
            Err(error) => {
                stop(&mut child);
                Err(error.context("the gateway did not say that it is ready"))
            }
        }
    }
}

impl Demo {
    /// Ends the process at once: no signal handler runs, nothing is flushed.
    pub(crate) fn kill(mut self) {
        stop(&mut self.child);
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

fn read(line: &str) -> Result<Value> {
    serde_json::from_str(line).with_context(|| format!("this is not JSON: {line}"))
}

/// On Unix `kill` is SIGKILL. A process that has already ended is as good.
fn stop(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

fn first_line(stdout: ChildStdout) -> Result<String> {
    let (sender, receiver) = mpsc::channel();
    // The thread goes on reading, so that the gateway never blocks on a full pipe.
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    receiver.recv_timeout(READY_WITHIN).context("it ended or was silent for too long; see its log")
}

/// An address on which nothing listens at this moment.
pub(crate) fn free_address() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
