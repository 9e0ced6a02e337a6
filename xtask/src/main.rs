//! Project tasks: `cargo xtask test`, `cargo xtask tidy`, `cargo xtask crash`, `cargo xtask bench`.

mod bench;
mod crash;
mod demo;
mod run;
mod setup;
mod test;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
Usage: cargo xtask <task>

  test [unit|interop|browser|crash]...   run every test, or only the named suites; installs what the tests need
  crash [--rounds N] [--seed N]          kill the gateway at random moments under load, then audit what is left
  bench [--seconds N] [--only SCENE] [--orders N]
                                         measure speed, memory and disk, with the machine's own rates beside them
  tidy                                   check the rules of the house: walls between rooms, sizes, leftovers
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match perform(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(arguments: &[&str]) -> Result<()> {
    match arguments {
        ["test", suites @ ..] => test::perform(suites),
        ["bench", options @ ..] => bench::perform(&root(), options),
        ["crash", options @ ..] => crash::perform(options),
        ["tidy"] => tidy::check(&root()).map(|()| println!("tidy: every rule holds")),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => bail!("unknown task `{}`\n\n{HELP}", arguments.join(" ")),
    }
}

/// The root of the repository, wherever the task was started.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}
