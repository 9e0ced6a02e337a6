//! `cargo xtask bench`: builds the release binary and the bench (`benches/gateway`), and runs it.

use std::path::Path;

use anyhow::Result;

use crate::run::{cargo, run};

/// Runs the bench with the options of the command line.
pub(crate) fn perform(root: &Path, arguments: &[&str]) -> Result<()> {
    run(root, &mut cargo(["build", "--release", "--package", "payglot-server", "--bin", "payglot"]))?;
    run(root, cargo(["bench", "--package", "xtask", "--bench", "gateway", "--"]).args(arguments))
}
