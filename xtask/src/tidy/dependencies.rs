//! What each pure crate may be built from, asked of cargo itself.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::Finding;

/// A crate and the outside crates that must not be in its tree.
struct Tree {
    name: &'static str,
    never: &'static [&'static str],
    reason: &'static str,
}

const TREES: &[Tree] = &[
    Tree {
        name: "payglot-core",
        never: &[
            "tokio",
            "axum",
            "hyper",
            "http",
            "mio",
            "socket2",
            "reqwest",
            "rusqlite",
            "libsqlite3-sys",
            "serde",
            "serde_core",
            "serde_json",
            "rand",
            "rand_core",
            "getrandom",
            "fastrand",
            "time",
            "chrono",
            "jiff",
            "ring",
            "libc",
            "futures-core",
        ],
        reason: "the core reaches no I/O, async, time, randomness or serialization",
    },
    Tree {
        name: "payglot-wire",
        never: &[
            "tokio",
            "axum",
            "hyper",
            "http",
            "mio",
            "socket2",
            "reqwest",
            "rusqlite",
            "libsqlite3-sys",
            "rand",
            "fastrand",
            "time",
            "chrono",
            "jiff",
            "futures-core",
            "payglot-store",
        ],
        reason: "a codec cannot reach a database, a socket or a clock",
    },
    Tree {
        name: "payglot-store",
        never: &["axum", "hyper", "http", "reqwest", "payglot-wire"],
        reason: "a store cannot reach HTTP or a protocol",
    },
];

/// Asks cargo for each tree and compares.
pub(super) fn check(root: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for tree in TREES {
        findings.extend(forbidden(tree, &cargo_tree(root, tree.name)?));
    }
    Ok(findings)
}

fn cargo_tree(root: &Path, name: &str) -> Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["tree", "--package", name, "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    let output = Command::new(cargo).current_dir(root).args(arguments).output().context("cannot run cargo tree")?;
    ensure!(output.status.success(), "cargo tree failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn forbidden(tree: &Tree, listing: &str) -> Vec<Finding> {
    let mut names: Vec<&str> = listing.lines().filter_map(|line| line.split_whitespace().next()).collect();
    names.sort_unstable();
    names.dedup();
    let found = names.into_iter().filter(|name| tree.never.contains(name));
    let path = format!("crates/{}/Cargo.toml", tree.name);
    found.map(|name| Finding::new(&path, 0, format!("depends on `{name}`: {}", tree.reason))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_crate_may_stay() {
        assert!(forbidden(&TREES[0], "payglot-core v0.1.0 (/x)\niso_currency v0.7.1\nuuid v1.0.0\n").is_empty());
    }

    #[test]
    fn a_crate_that_reaches_out_is_found_once() {
        let findings = forbidden(&TREES[0], "payglot-core v0.1.0 (/x)\nserde v1.0.0\ntokio v1.0.0\nserde v1.0.0 (*)\n");
        assert_eq!(findings.len(), 2);
    }
}
