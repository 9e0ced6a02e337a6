//! Files that must exist, that nobody reads, or that are out of order.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Result;

use super::source::{code_only, words};
use super::{File, Finding, has_extension, relative};

/// Rust files that no `mod` leads to: they look like code and are never compiled.
pub(super) fn unreachable(sources: &[File]) -> Vec<Finding> {
    let mut reached = roots(sources);
    let mut waiting: Vec<String> = reached.iter().cloned().collect();
    while let Some(path) = waiting.pop() {
        let Some(file) = sources.iter().find(|f| f.path == path) else { continue };
        for next in modules(file).into_iter().filter(|next| sources.iter().any(|f| f.path == *next)) {
            if reached.insert(next.clone()) {
                waiting.push(next);
            }
        }
    }
    let lost = sources.iter().filter(|f| has_extension(&f.path, "rs") && !reached.contains(&f.path));
    lost.map(|f| Finding::new(&f.path, 0, "no `mod` leads here, so it is never compiled")).collect()
}

/// The files at which cargo starts: by place, or named in a manifest.
fn roots(sources: &[File]) -> BTreeSet<String> {
    let mut roots = BTreeSet::new();
    for manifest in sources.iter().filter(|f| f.path.ends_with("Cargo.toml")) {
        let folder = manifest.path.trim_end_matches("Cargo.toml");
        let in_folder = sources.iter().filter_map(|f| f.path.strip_prefix(folder));
        roots.extend(in_folder.filter(|p| is_root(p)).map(|p| format!("{folder}{p}")));
        let named = manifest.text.lines().filter_map(|line| line.trim().strip_prefix("path = \""));
        roots.extend(named.filter_map(|rest| rest.split('"').next()).map(|p| format!("{folder}{p}")));
    }
    roots
}

fn is_root(path: &str) -> bool {
    let steps: Vec<&str> = path.split('/').collect();
    match steps[..] {
        ["src", "bin", _] | ["tests" | "benches" | "examples", _] => has_extension(path, "rs"),
        ["build.rs"] | ["src", "lib.rs" | "main.rs"] | ["tests" | "benches" | "examples", _, "main.rs"] => true,
        _ => false,
    }
}

/// Where the `mod name;` lines of a file lead, in both spellings; the file need not exist.
fn modules(file: &File) -> Vec<String> {
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let stem = name.trim_end_matches(".rs");
    let crate_steps: Vec<&str> = file.path.split('/').collect();
    let is_test_root = match crate_steps[..] {
        [.., "bin", _] => true,
        // A folder of this name inside `src` is a module like any other.
        [.., "tests" | "benches" | "examples", _] => !crate_steps.contains(&"src"),
        _ => false,
    };
    let own_folder = matches!(stem, "lib" | "main" | "mod" | "build") || is_test_root;
    let base = if own_folder { folder.to_owned() } else { format!("{folder}/{stem}") };
    let code = code_only(&file.text);
    let mut found = Vec::new();
    for (line, name) in declared(&code) {
        found.push(format!("{base}/{name}.rs"));
        found.push(format!("{base}/{name}/mod.rs"));
        if let Some(path) = path_attribute(&file.text, line) {
            found.push(normal(&format!("{folder}/{path}")));
        }
    }
    found
}

/// The names after `mod` that end with a semicolon, each with its line.
fn declared(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (n, line) in code.lines().enumerate() {
        let line_words: Vec<&str> = words(line).map(|(_, word)| word).collect();
        for pair in line_words.windows(2).filter(|pair| pair[0] == "mod") {
            if line.contains(&format!("{};", pair[1])) {
                found.push((n + 1, pair[1]));
            }
        }
    }
    found
}

/// `#[path = "..."]` on the line of a declaration or the one above.
fn path_attribute(text: &str, line: usize) -> Option<&str> {
    let above = text.lines().skip(line.saturating_sub(2)).take(2);
    above.filter_map(|l| l.split("#[path = \"").nth(1)?.split('"').next()).last()
}

fn normal(path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            ".." => drop(steps.pop()),
            "." | "" => {}
            step => steps.push(step),
        }
    }
    steps.join("/")
}

const PROTOCOL_FILES: &[&str] = &["mod.rs", "request.rs", "signature.rs", "reply.rs", "notification.rs", "tests.rs"];

/// Each protocol has the same files, so that a reader of one knows where to look in another.
pub(super) fn protocols(root: &Path) -> Result<Vec<Finding>> {
    let wire = root.join("crates/payglot-wire/src");
    let mut findings = Vec::new();
    for entry in fs::read_dir(wire)? {
        let folder = entry?.path();
        let shared = folder.file_name().is_some_and(|name| name == "text");
        if folder.is_dir() && !shared {
            findings.extend(missing_protocol_files(
                &relative(root, &folder),
                &names_in(&folder)?,
                &names_in(&folder.join("vectors"))?,
            ));
        }
    }
    Ok(findings)
}

fn missing_protocol_files(path: &str, names: &[String], vectors: &[String]) -> Vec<Finding> {
    let absent = PROTOCOL_FILES.iter().filter(|wanted| !names.iter().any(|name| name == *wanted));
    let mut findings: Vec<Finding> =
        absent.map(|wanted| Finding::new(path, 0, format!("a protocol needs `{wanted}`"))).collect();
    if vectors.is_empty() {
        findings.push(Finding::new(path, 0, "a protocol needs byte-exact examples in `vectors/`"));
    }
    findings
}

/// Migrations are numbered 0001, 0002, ... and the folders of both databases pair up.
pub(super) fn migrations(root: &Path) -> Result<Vec<Finding>> {
    let base = "crates/payglot-store/migrations";
    let mut findings = Vec::new();
    let mut lists = Vec::new();
    for database in ["sqlite", "postgres"] {
        let path = format!("{base}/{database}");
        let names = names_in(&root.join(&path))?;
        if !names.is_empty() {
            findings.extend(misnumbered(&path, &names));
            lists.push(names);
        }
    }
    if lists.windows(2).any(|pair| pair[0] != pair[1]) {
        findings.push(Finding::new(base, 0, "the databases have different migrations"));
    }
    Ok(findings)
}

fn misnumbered(path: &str, names: &[String]) -> Vec<Finding> {
    let wrong = |(i, name): &(usize, &String)| {
        let expected = format!("{:04}_", i + 1);
        !(name.starts_with(&expected) && has_extension(name, "sql"))
    };
    let message = |i: usize| format!("expected `{:04}_<what>.sql` here: migrations run in order, without gaps", i + 1);
    let found = names.iter().enumerate().filter(wrong);
    found.map(|(i, name)| Finding::new(&format!("{path}/{name}"), 0, message(i))).collect()
}

/// The sorted names in a folder; none if there is no such folder.
fn names_in(folder: &Path) -> Result<Vec<String>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    fn strings(names: &[&str]) -> Vec<String> {
        names.iter().map(|&n| n.to_owned()).collect()
    }

    #[test]
    fn every_file_is_reached_by_a_mod() {
        let mut sources = vec![
            file("crates/a/Cargo.toml", "[[bench]]\npath = \"perf/x.rs\""),
            file("crates/a/src/lib.rs", "mod b;\npub mod c;\n#[path = \"odd/name.rs\"]\nmod e;"),
            file("crates/a/src/b.rs", "mod deep;"),
            file("crates/a/src/b/deep.rs", ""),
            file("crates/a/src/c/d.rs", ""),
            file("crates/a/src/odd/name.rs", ""),
            file("crates/a/src/c/mod.rs", "mod d;\nmod tests;"),
            file("crates/a/src/c/tests/mod.rs", "mod inner;"),
            file("crates/a/src/c/tests/inner.rs", "mod deep;"),
            file("crates/a/src/c/tests/inner/deep.rs", ""),
            file("crates/a/perf/x.rs", ""),
            file("crates/a/tests/t.rs", "mod helper;"),
            file("crates/a/tests/helper/mod.rs", ""),
            file("crates/a/tests/suite/main.rs", "mod one;"),
            file("crates/a/tests/suite/one.rs", ""),
        ];
        assert_eq!(unreachable(&sources), []);
        sources.push(file("crates/a/src/lost.rs", "// mod lost;"));
        assert_eq!(unreachable(&sources).len(), 1);
    }

    #[test]
    fn a_protocol_has_its_files() {
        let all = strings(PROTOCOL_FILES);
        assert!(missing_protocol_files("x", &all, &strings(&["one.txt"])).is_empty());
        assert_eq!(missing_protocol_files("x", &all[1..], &[]).len(), 2);
    }

    #[test]
    fn migrations_have_no_gaps() {
        assert!(misnumbered("x", &strings(&["0001_first.sql", "0002_more.sql"])).is_empty());
        assert_eq!(misnumbered("x", &strings(&["0001_first.sql", "0003_more.sql"])).len(), 1);
        assert_eq!(misnumbered("x", &strings(&["1_first.sql", "0002_more.txt"])).len(), 2);
    }
}
