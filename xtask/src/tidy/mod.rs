//! The rules of the house that the compiler does not know: which room may reach which, and how large things get.
//!
//! Every check is a function from texts to findings, so that its own test can hand it a sample; this file reads the
//! repository and runs them all.

mod dependencies;
mod files;
mod rooms;
mod shape;
mod source;
mod words;

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Something that breaks a rule: where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Path from the root of the repository.
    pub(crate) path: String,
    /// Line, from 1; 0 when the finding is about the whole file.
    pub(crate) line: usize,
    /// What is wrong, and why it matters.
    pub(crate) message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// A text file of the repository.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Path from the root of the repository, with `/`.
    pub(crate) path: String,
    /// The whole text.
    pub(crate) text: String,
}

/// Runs every check and fails with all findings, so that one run shows all that is to be done.
pub(crate) fn check(root: &Path) -> Result<()> {
    let mut findings = dependencies::check(root)?;
    findings.extend(check_files(&read_sources(root)?));
    findings.extend(files::protocols(root)?);
    findings.extend(files::migrations(root)?);
    findings.sort();
    if findings.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = findings.iter().map(ToString::to_string).collect();
    bail!("{} findings:\n  {}", list.len(), list.join("\n  "))
}

fn check_files(sources: &[File]) -> Vec<Finding> {
    let rust: Vec<File> = sources.iter().filter(|f| has_extension(&f.path, "rs")).cloned().collect();
    let mut findings = files::unreachable(sources);
    for file in &rust {
        findings.extend(shape::check(file));
        findings.extend(words::check(file));
        findings.extend(rooms::check(file));
    }
    findings
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|e| e == extension)
}

/// Every Rust file and every manifest under `crates/` and `xtask/`.
fn read_sources(root: &Path) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for top in ["crates", "xtask"] {
        walk(root, &root.join(top), &mut files)?;
    }
    Ok(files)
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<File>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            // A fuzz crate may have a build folder of its own.
            if name != "target" {
                walk(root, &path, files)?;
            }
        } else if name == "Cargo.toml" || path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            files.push(File { path: relative(root, &path), text });
        }
    }
    Ok(())
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        if let Err(findings) = check(&crate::root()) {
            panic!("{findings}");
        }
    }

    #[test]
    fn findings_read_like_compiler_messages() {
        assert_eq!(Finding::new("a/b.rs", 7, "too long").to_string(), "a/b.rs:7: too long");
        assert_eq!(Finding::new("a/b.rs", 0, "too long").to_string(), "a/b.rs: too long");
    }
}
