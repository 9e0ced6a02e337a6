//! Sizes and leftovers: a file or function that outgrew a screenful, a note to self that stayed in the code.

use super::source::{closing_brace, code_only, is_word, line_of};
use super::{File, Finding};

/// A file longer than this has more than one subject.
const FILE_LINES: usize = 500;
/// A function longer than this cannot be read at once.
const FUNCTION_LINES: usize = 70;

/// All checks of this file on one source file.
pub(super) fn check(file: &File) -> Vec<Finding> {
    let code = code_only(&file.text);
    let mut findings = Vec::from_iter(file_length(file));
    findings.extend(function_lengths(file, &code));
    findings.extend(leftovers(file, &code));
    findings.extend(bare_allows(file, &code));
    findings
}

fn file_length(file: &File) -> Option<Finding> {
    let lines = file.text.lines().count();
    let message = format!("{lines} lines; split it (at most {FILE_LINES})");
    (lines > FILE_LINES).then(|| Finding::new(&file.path, 0, message))
}

/// From the line of `fn` to the line of the closing brace, both counted.
fn function_lengths(file: &File, code: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, name) in functions(code) {
        let Some(open) = body_start(code, at) else { continue };
        let (first, last) = (line_of(code, at), line_of(code, closing_brace(code, open) - 1));
        let lines = last - first + 1;
        if lines > FUNCTION_LINES {
            let message = format!("`{name}` has {lines} lines (at most {FUNCTION_LINES})");
            findings.push(Finding::new(&file.path, first, message));
        }
    }
    findings
}

/// Where each `fn name` stands in the code, with the name.
fn functions(code: &str) -> Vec<(usize, &str)> {
    let named = |(at, _): (usize, &str)| {
        let starts_word = !code[..at].ends_with(is_word);
        let rest = &code[at + 3..];
        let name = &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())];
        (starts_word && !name.is_empty()).then_some((at, name))
    };
    code.match_indices("fn ").filter_map(named).collect()
}

/// The brace that opens the body; `None` for a declaration without one. Semicolons inside brackets (`[u8; 4]`) do not
/// end a declaration.
fn body_start(code: &str, from: usize) -> Option<usize> {
    let mut depth = 0_i32;
    for (i, c) in code[from..].char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(from + i),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

fn leftovers(file: &File, code: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in ["todo", "dbg", "unimplemented"] {
        let call = format!("{name}!");
        for (at, _) in code.match_indices(&call).filter(|&(at, _)| !code[..at].ends_with(is_word)) {
            findings.push(Finding::new(&file.path, line_of(code, at), format!("`{call}` is unfinished work")));
        }
    }
    findings
}

fn bare_allows(file: &File, code: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for opening in ["#[allow(", "#![allow("] {
        for (at, _) in code.match_indices(opening) {
            let attribute = &code[at..code[at..].find(']').map_or(code.len(), |i| at + i)];
            if !attribute.contains("reason") {
                let message = "bare `allow`: use `#[expect(..., reason = \"...\")]`";
                findings.push(Finding::new(&file.path, line_of(code, at), message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let file = File { path: "x.rs".to_owned(), text: text.to_owned() };
        check(&file).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_file_may_have_500_lines() {
        assert!(found(&"//\n".repeat(500)).is_empty());
        assert_eq!(found(&"//\n".repeat(501)), ["x.rs: 501 lines; split it (at most 500)"]);
    }

    #[test]
    fn a_function_may_have_70_lines() {
        let sample =
            |body: usize| format!("\nfn long(a: [u8; 4]) -> u8\n{{\n{}}}\nfn short() {{}}\n", "1;\n".repeat(body));
        assert!(found(&sample(67)).is_empty());
        assert_eq!(found(&sample(68)), ["x.rs:2: `long` has 71 lines (at most 70)"]);
    }

    #[test]
    fn declarations_and_function_types_have_no_body() {
        assert!(found(&format!("trait A {{ fn a(&self) -> [u8; 2];\n}}\n{}struct B;", "//\n".repeat(80))).is_empty());
        assert!(found(&format!("type A = fn(u8);\n{}struct B {{}}", "\n".repeat(80))).is_empty());
    }

    #[test]
    fn leftovers_are_found_in_code_only() {
        assert!(found("// todo!()\nlet a = \"dbg!(1)\"; not_todo!();").is_empty());
        assert_eq!(found("\ntodo!()").len(), 1);
        assert_eq!(found("dbg!(1); unimplemented!()").len(), 2);
    }

    #[test]
    fn an_allow_needs_a_reason() {
        assert!(found("#[allow(unused, reason = \"x\")]\n#[expect(unused)]").is_empty());
        assert_eq!(found("#[allow(unused)]\n#![allow(unused)]").len(), 2);
    }
}
