//! `cargo xtask test`: every test there is, and a summary. Nothing is skipped silently: what a suite needs is installed
//! first, and a suite that cannot run fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::demo::{self, Demo};
use crate::run::{cargo, command, run, run_within};
use crate::setup::{self, Need};

/// A kind of test that can be asked for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suite {
    /// `cargo test`, which includes stories over HTTP and the rules of the house.
    Unit,
    /// Client libraries of others pay through the gateway.
    Interop,
    /// A browser buys in the demo shop.
    Browser,
    /// The gateway is killed under load.
    Crash,
}

/// No suite of another language takes nearly as long; what does, hangs.
const LIMIT: Duration = Duration::from_mins(10);

const ALL: [Suite; 4] = [Suite::Unit, Suite::Interop, Suite::Browser, Suite::Crash];

impl Suite {
    fn name(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Interop => "interop",
            Self::Browser => "browser",
            Self::Crash => "crash",
        }
    }

    fn needs(self) -> &'static [Need] {
        match self {
            Self::Unit | Self::Crash => &[],
            Self::Interop => &[Need::Node, Need::Python],
            Self::Browser => &[Need::Node, Need::Browser],
        }
    }
}

/// Runs the named suites, or all; goes on after a failure so that one run shows everything.
pub(crate) fn perform(names: &[&str]) -> Result<()> {
    let suites = chosen(names)?;
    let root = crate::root();
    let mut needs: Vec<Need> = Vec::new();
    for need in suites.iter().flat_map(|suite| suite.needs()) {
        if !needs.contains(need) {
            needs.push(*need);
        }
    }
    setup::provide(&root, &needs)?;
    let results: Vec<(Suite, Duration, Result<()>)> = suites.into_iter().map(|suite| timed(&root, suite)).collect();
    summarize(&results)
}

fn chosen(names: &[&str]) -> Result<Vec<Suite>> {
    if let Some(unknown) = names.iter().find(|name| !ALL.iter().any(|suite| suite.name() == **name)) {
        bail!("no suite `{unknown}`; there are: {}", ALL.map(Suite::name).join(", "));
    }
    Ok(ALL.into_iter().filter(|suite| names.is_empty() || names.contains(&suite.name())).collect())
}

fn timed(root: &Path, suite: Suite) -> (Suite, Duration, Result<()>) {
    println!("\n==== {} ====", suite.name());
    let started = Instant::now();
    let result = match suite {
        Suite::Unit => run(root, &mut cargo(["test", "--workspace"])),
        Suite::Interop => interop(root),
        Suite::Browser => browser(root),
        Suite::Crash => crate::crash::perform(&[]),
    };
    (suite, started.elapsed(), result)
}

fn summarize(results: &[(Suite, Duration, Result<()>)]) -> Result<()> {
    println!("\n==== summary ====");
    for (suite, duration, result) in results {
        let word = if result.is_ok() { "ok" } else { "FAILED" };
        println!("{:8} {word:7} {:6.1} s", suite.name(), duration.as_secs_f64());
        if let Err(error) = result {
            println!("         {error:#}");
        }
    }
    let failed = results.iter().filter(|(_, _, result)| result.is_err()).count();
    println!("suites: {} passed, {failed} failed", results.len() - failed);
    ensure!(failed == 0, "{failed} of {} suites failed", results.len());
    Ok(())
}

fn interop(root: &Path) -> Result<()> {
    setup::node_modules(root, "interop")?;
    let python = setup::python(root, "interop")?;
    let demo = start(root, "interop")?;
    let folder = root.join("tests/interop");
    let mut node = node_tests();
    let mut unittest = Command::new(python);
    unittest.args(["-m", "unittest", "discover", "--verbose", "--pattern", "test_*.py"]);
    // Both ways are always tried, so that one run shows what fails in either.
    let results = [&mut node, &mut unittest].map(|command| {
        // A proxy of the machine must not stand between a client and the gateway.
        run_within(LIMIT, &folder, command.env("PAYGLOT_DEMO_JSON", &demo.line).env("NO_PROXY", "*"))
    });
    results.into_iter().collect()
}

fn node_tests() -> Command {
    command("node", ["--test", "--test-reporter", "spec"])
}

fn browser(root: &Path) -> Result<()> {
    setup::node_modules(root, "browser")?;
    let demo = start(root, "browser")?;
    let screenshots = root.join("target/screenshots");
    fs::create_dir_all(&screenshots)?;
    let mut node = node_tests();
    node.env("PAYGLOT_DEMO_JSON", &demo.line).env("PAYGLOT_SCREENSHOTS", screenshots);
    node.env("PAYGLOT_BROWSER", setup::browser().context("no Chromium")?);
    run_within(LIMIT, &root.join("tests/browser"), &mut node)
}

/// A gateway with an empty data folder and a log, both under `target/xtask/`.
fn start(root: &Path, suite: &str) -> Result<Demo> {
    let binary = demo::build(root)?;
    let folder = fresh_folder(root, suite)?;
    Demo::start(&binary, &demo::free_address()?, &folder.join("data"), &folder.join("gateway.log"))
        .with_context(|| format!("see {}", folder.join("gateway.log").display()))
}

/// An empty folder that stays after the run, for whoever looks into a failure.
pub(crate) fn fresh_folder(root: &Path, name: &str) -> Result<PathBuf> {
    let folder = root.join("target/xtask").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_chosen_by_name_and_run_in_order() {
        assert_eq!(chosen(&[]).expect("all"), ALL);
        assert_eq!(chosen(&["crash", "unit"]).expect("two"), [Suite::Unit, Suite::Crash]);
        assert!(chosen(&["units"]).is_err());
    }

    #[test]
    fn a_failed_suite_fails_the_run() {
        let second = Duration::from_secs(1);
        assert!(summarize(&[(Suite::Unit, second, Ok(()))]).is_ok());
        assert!(
            summarize(&[(Suite::Unit, second, Ok(())), (Suite::Crash, second, Err(anyhow::anyhow!("x")))]).is_err()
        );
    }
}
