//! Puts in place what the tests need and a fresh machine lacks: Chromium, Node.js, Python, and the client libraries
//! that the tests talk through. On Debian and Ubuntu it installs; elsewhere it says exactly what to install.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run::{answer, command, run, which};

/// The names under which distributions and vendors install a Chromium.
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const NODE_AT_LEAST: u32 = 18;
const PYTHON_AT_LEAST: (u32, u32) = (3, 10);

/// A program of the system that some suite needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Node.js with npm.
    Node,
    /// Python with the means to make virtual environments.
    Python,
    /// A Chromium that starts.
    Browser,
}

impl Need {
    fn is_there(self) -> bool {
        match self {
            Self::Node => node_major().is_some_and(|major| major >= NODE_AT_LEAST) && knows_version("npm"),
            Self::Python => answer(&mut command("python3", ["-c", &python_probe()])).is_some(),
            Self::Browser => browser().is_some(),
        }
    }

    fn packages(self) -> &'static [&'static str] {
        match self {
            // Node.js of another origin brings its own npm, and Debian's npm would not install beside it.
            Self::Node if node_major().is_none() => &["nodejs", "npm"],
            Self::Node => &["npm"],
            Self::Python => &["python3", "python3-venv"],
            Self::Browser => &["chromium"],
        }
    }

    fn advice(self) -> String {
        match self {
            Self::Node => format!("Node.js {NODE_AT_LEAST} or newer with npm (`node` and `npm` on the PATH)"),
            Self::Python => {
                let (major, minor) = PYTHON_AT_LEAST;
                format!("Python {major}.{minor} or newer with the modules venv and ensurepip (`python3` on the PATH)")
            }
            Self::Browser => format!("Chromium or Chrome, as one of: {} (on the PATH)", BROWSERS.join(", ")),
        }
    }
}

/// Installs what is missing, or fails with a list of what to install.
pub(crate) fn provide(root: &Path, needs: &[Need]) -> Result<()> {
    let missing = missing(needs);
    if missing.is_empty() {
        return Ok(());
    }
    let advice = |list: &[Need]| list.iter().map(|n| format!("  - {}", n.advice())).collect::<Vec<_>>().join("\n");
    if !is_debian(&fs::read_to_string("/etc/os-release").unwrap_or_default()) {
        bail!("the tests need, and this machine lacks:\n{}\nInstall them and run again.", advice(&missing));
    }
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages()).copied().collect();
    println!("The tests need packages that this machine lacks: {}", packages.join(" "));
    run(root, &mut as_root(["apt-get", "update", "--quiet"])?)?;
    let install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends"];
    run(root, as_root(install)?.args(&packages).env("DEBIAN_FRONTEND", "noninteractive"))?;
    let still_missing = self::missing(&missing);
    if !still_missing.is_empty() {
        bail!("after installing {packages:?} this machine still lacks:\n{}", advice(&still_missing));
    }
    Ok(())
}

fn missing(needs: &[Need]) -> Vec<Need> {
    needs.iter().copied().filter(|need| !need.is_there()).collect()
}

fn as_root<const N: usize>(words: [&str; N]) -> Result<Command> {
    if answer(&mut command("id", ["-u"])).as_deref() == Some("0") {
        let mut root = Command::new(words[0]);
        root.args(&words[1..]);
        return Ok(root);
    }
    answer(&mut command("sudo", ["-n", "true"]))
        .context("installing packages needs root, or sudo without a password")?;
    let mut sudo = command("sudo", ["--non-interactive", "--preserve-env=DEBIAN_FRONTEND"]);
    sudo.args(words);
    Ok(sudo)
}

/// Debian, Ubuntu, and what calls itself like them.
fn is_debian(os_release: &str) -> bool {
    let names = os_release.lines().filter_map(|l| l.strip_prefix("ID=").or_else(|| l.strip_prefix("ID_LIKE=")));
    names.flat_map(|value| value.trim_matches('"').split_whitespace()).any(|name| matches!(name, "debian" | "ubuntu"))
}

/// The first Chromium that really starts; Ubuntu's package may be an empty pointer to a snap.
pub(crate) fn browser() -> Option<PathBuf> {
    BROWSERS.iter().find(|name| knows_version(name)).and_then(|name| which(name))
}

fn knows_version(program: &str) -> bool {
    answer(&mut command(program, ["--version"])).is_some()
}

fn node_major() -> Option<u32> {
    answer(&mut command("node", ["--version"]))?.trim_start_matches('v').split('.').next()?.parse().ok()
}

fn python_probe() -> String {
    format!("import sys, venv, ensurepip; assert sys.version_info >= {PYTHON_AT_LEAST:?}")
}

/// Installs `tests/<suite>/node_modules` exactly as locked, unless that was done before. Scripts of packages never run.
pub(crate) fn node_modules(root: &Path, suite: &str) -> Result<()> {
    let folder = root.join("tests").join(suite);
    let lock = fs::read_to_string(folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.installed");
    if fs::read_to_string(&stamp).is_ok_and(|done| done == lock) {
        return Ok(());
    }
    run(&folder, &mut command("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
    fs::write(stamp, lock).context("cannot note what was installed")
}

/// A virtual environment with `tests/<suite>/requirements.txt`; its Python.
pub(crate) fn python(root: &Path, suite: &str) -> Result<PathBuf> {
    let wanted = root.join("tests").join(suite).join("requirements.txt");
    let requirements = fs::read_to_string(&wanted)?;
    let folder = root.join("target/xtask").join(format!("{suite}-python"));
    let (python, stamp) = (folder.join("bin/python"), folder.join(".installed"));
    if fs::read_to_string(&stamp).is_ok_and(|done| done == requirements) {
        return Ok(python);
    }
    run(root, command("python3", ["-m", "venv", "--clear"]).arg(&folder))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"];
    run(root, Command::new(&python).args(pip).arg(wanted))?;
    fs::write(stamp, requirements).context("cannot note what was installed")?;
    Ok(python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_and_its_kin_are_known() {
        assert!(is_debian("PRETTY_NAME=\"x\"\nID=debian\n"));
        assert!(is_debian("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!is_debian("ID=fedora\nPRETTY_NAME=\"not debian\"\n"));
    }
}
