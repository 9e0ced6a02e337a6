//! Reads Rust source just well enough for the checks: what is code, what is a comment, where braces match.
//!
//! This is not a parser. It knows comments, strings and characters, and keeps every line where it was, so that
//! a finding can name its line.

/// Source in which comments and the contents of strings and characters are blanked by spaces.
pub(crate) fn code_only(source: &str) -> String {
    blank(source, true)
}

/// Source in which only comments are blanked; texts in strings stay.
pub(crate) fn without_comments(source: &str) -> String {
    blank(source, false)
}

fn blank(source: &str, strings_too: bool) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let (end, is_comment) = token_end(&chars, at);
        let hide = is_comment || (strings_too && end > at + 1);
        for &c in &chars[at..end] {
            out.push(if hide && c != '\n' { ' ' } else { c });
        }
        at = end;
    }
    out
}

/// Where the comment, string or character that starts at `at` ends, and whether it is a comment. Anything else
/// is one character long.
fn token_end(chars: &[char], at: usize) -> (usize, bool) {
    let next = chars.get(at + 1).copied();
    let prev_is_word = at > 0 && is_word(chars[at - 1]);
    match chars[at] {
        '/' if next == Some('/') => (find(chars, at, |c| c == '\n'), true),
        '/' if next == Some('*') => (block_comment_end(chars, at), true),
        '"' => (quoted_end(chars, at, '"'), false),
        'r' | 'b' | 'c' if !prev_is_word => (prefixed_string_end(chars, at).unwrap_or(at + 1), false),
        '\'' => (character_end(chars, at).unwrap_or(at + 1), false),
        _ => (at + 1, false),
    }
}

fn find(chars: &[char], from: usize, wanted: impl Fn(char) -> bool) -> usize {
    (from..chars.len()).find(|&i| wanted(chars[i])).unwrap_or(chars.len())
}

fn block_comment_end(chars: &[char], at: usize) -> usize {
    let (mut depth, mut i) = (0_usize, at);
    while i + 1 < chars.len() {
        match (chars[i], chars[i + 1]) {
            ('/', '*') => (depth, i) = (depth + 1, i + 2),
            ('*', '/') => {
                (depth, i) = (depth - 1, i + 2);
                if depth == 0 {
                    return i;
                }
            }
            _ => i += 1,
        }
    }
    chars.len()
}

fn quoted_end(chars: &[char], at: usize, quote: char) -> usize {
    let mut i = at + 1;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            c if c == quote => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

/// `r"…"`, `r#"…"#`, `b"…"`, `br#"…"#`, `c"…"`; `None` when the letter only begins a name.
fn prefixed_string_end(chars: &[char], at: usize) -> Option<usize> {
    let mut i = find(chars, at, |c| !matches!(c, 'r' | 'b' | 'c'));
    let raw = chars[at..i].contains(&'r');
    let hashes_from = i;
    i = find(chars, i, |c| c != '#');
    let hashes = i - hashes_from;
    if i - hashes - at > 2 || chars.get(i) != Some(&'"') || (hashes > 0 && !raw) {
        return None;
    }
    if !raw {
        return Some(quoted_end(chars, i, '"'));
    }
    let closes = |&j: &usize| chars[j] == '"' && chars[j + 1..].iter().take_while(|&&c| c == '#').count() >= hashes;
    Some((i + 1..chars.len()).find(closes).map_or(chars.len(), |j| j + 1 + hashes))
}

/// `'a'` and `'\n'` are characters, `'a` is a lifetime.
fn character_end(chars: &[char], at: usize) -> Option<usize> {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => Some(quoted_end(chars, at, '\'')),
        (Some(_), Some('\'')) => Some(at + 3),
        _ => None,
    }
}

/// Letters, digits and the underscore: what a Rust name is made of.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Every name in the code with the number of its line.
pub(crate) fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let of_line = |(n, line)| str::split(line, |c| !is_word(c)).filter(|w| !w.is_empty()).map(move |w| (n + 1, w));
    code.lines().enumerate().flat_map(of_line)
}

/// The line (from 1) on which the byte `at` stands.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The byte after the brace that closes the one at `open`, in code without comments and strings.
pub(crate) fn closing_brace(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (i, c) in code[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return open + i + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

/// Code in which every item under `#[cfg(test)]` is blanked: a test may set up what its room may not reach.
pub(crate) fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    let mut from = 0;
    while let Some(found) = out[from..].find("#[cfg(test)]") {
        let start = from + found;
        let semicolon = out[start..].find(';').map_or(out.len(), |i| start + i + 1);
        let brace = out[start..].find('{').map_or(out.len(), |i| start + i);
        let end = if brace < semicolon { closing_brace(&out, brace) } else { semicolon };
        let blanked: String = out[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        out.replace_range(start..end, &blanked);
        from = start + blanked.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_disappear_and_lines_stay() {
        let source = "a /* b /* c */ d */ e // f\n\"g\\\"h\" i r#\"j\" k\"# l 'm' 'n: '\\'' o br\"p\" rest";
        let code = code_only(source);
        assert_eq!(code.lines().count(), 2);
        let left: Vec<&str> = words(&code).map(|(_, w)| w).collect();
        assert_eq!(left, ["a", "e", "i", "l", "n", "o", "rest"]);
        assert!(without_comments(source).contains("g\\\"h"));
        assert!(!without_comments(source).contains('f'));
    }

    #[test]
    fn words_know_their_line() {
        assert_eq!(words("one two\nthree").collect::<Vec<_>>(), [(1, "one"), (1, "two"), (2, "three")]);
    }

    #[test]
    fn test_items_are_blanked_whole() {
        let code = "keep\n#[cfg(test)]\nmod tests { fn a() { gone } }\nstay\n#[cfg(test)]\nmod far;\nlast";
        let left = without_tests(code);
        assert!(left.contains("keep") && left.contains("stay") && left.contains("last"));
        assert!(!left.contains("gone") && !left.contains("far"));
        assert_eq!(left.lines().count(), code.lines().count());
    }
}
