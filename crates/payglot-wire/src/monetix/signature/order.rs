//! The orders in which clients sort what they sign. They differ only for odd keys and long lists, but then the signatures differ too.

use std::cmp::Ordering;

/// An order of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// By path, runs of digits as numbers: PHP, and the one that the gateway signs in.
    NaturalByPath,
    /// By path, byte by byte: Python.
    BytesByPath,
    /// By path and value together, byte by byte: Go and Java.
    BytesByEntry,
    /// The keys of each object by themselves, then what is inside: JavaScript.
    PerLevel,
    /// By path and value together as ICU collates: the sample for Node in the vendor's documents.
    Icu,
}

/// PHP's natural order, `strnatcmp`, with its treatment of zeros and white space.
pub(super) fn natural(a: &[u8], b: &[u8]) -> Ordering {
    if a.is_empty() || b.is_empty() {
        return a.len().cmp(&b.len());
    }
    let (mut i, mut j) = (skip_zeros(a), skip_zeros(b));
    loop {
        i = skip_white(a, i);
        j = skip_white(b, j);
        if digit_at(a, i).is_some() && digit_at(b, j).is_some() {
            let fraction = a[i] == b'0' || b[j] == b'0';
            let (left, right) = (run(a, i), run(b, j));
            let found =
                if fraction { left.cmp(right) } else { left.len().cmp(&right.len()).then_with(|| left.cmp(right)) };
            if found != Ordering::Equal {
                return found;
            }
            i += left.len();
            j += right.len();
            if i >= a.len() || j >= b.len() {
                return ended(a, i, b, j).unwrap_or(Ordering::Equal);
            }
        }
        let found = at(a, i).cmp(&at(b, j));
        if found != Ordering::Equal {
            return found;
        }
        i += 1;
        j += 1;
        if let Some(found) = ended(a, i, b, j) {
            return found;
        }
    }
}

/// The text that ends first is the smaller one; `None` if neither has ended.
fn ended(a: &[u8], i: usize, b: &[u8], j: usize) -> Option<Ordering> {
    match (i >= a.len(), j >= b.len()) {
        (true, true) => Some(Ordering::Equal),
        (true, false) => Some(Ordering::Less),
        (false, true) => Some(Ordering::Greater),
        (false, false) => None,
    }
}

/// PHP reads a zero byte behind the end.
fn at(text: &[u8], index: usize) -> u8 {
    text.get(index).copied().unwrap_or(0)
}

fn digit_at(text: &[u8], index: usize) -> Option<u8> {
    text.get(index).copied().filter(u8::is_ascii_digit)
}

fn skip_zeros(text: &[u8]) -> usize {
    let mut from = 0;
    while at(text, from) == b'0' && digit_at(text, from + 1).is_some() {
        from += 1;
    }
    from
}

fn skip_white(text: &[u8], mut from: usize) -> usize {
    while matches!(at(text, from), b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) {
        from += 1;
    }
    from
}

/// The digits from here on.
fn run(text: &[u8], from: usize) -> &[u8] {
    let rest = text.get(from..).unwrap_or_default();
    let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    &rest[..end]
}

/// How ICU orders what is neither digit nor letter.
const ICU_MARKS: &str = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

/// ICU's root collation with numbers as numbers, for ASCII; other letters follow by their code. Letters ignore case unless all else is
/// equal, and then the small one is first.
pub(super) fn icu(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (keys(a), keys(b));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return case_first(a, b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) if x != y => return x.cmp(&y),
            (Some(_), Some(_)) => {}
        }
    }
}

/// What a character, or a run of digits, weighs: marks, then numbers by length and digits, then letters.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Weight<'a> {
    Mark(usize),
    Number(usize, &'a str),
    Letter(char),
}

fn keys(text: &str) -> impl Iterator<Item = Weight<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        if first.is_ascii_digit() {
            let (digits, after) = rest.split_at(run(rest.as_bytes(), 0).len());
            let digits = digits.trim_start_matches('0');
            rest = after;
            return Some(Weight::Number(digits.len(), digits));
        }
        rest = &rest[first.len_utf8()..];
        let mark = ICU_MARKS.find(first);
        Some(mark.map_or_else(|| Weight::Letter(first.to_ascii_lowercase()), Weight::Mark))
    })
}

fn case_first(a: &str, b: &str) -> Ordering {
    let upper = |text: &str| -> Vec<bool> { text.chars().map(|c| c.is_ascii_uppercase()).collect() };
    upper(a).cmp(&upper(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_inside_a_path_compare_as_numbers() {
        let mut paths =
            ["items:10", "items:2", "items", "a1", "A5", "a:b", "a01", "a 1b", "a1.05", "a1.5", "", "00", "0"];
        paths.sort_by(|a, b| natural(a.as_bytes(), b.as_bytes()));
        assert_eq!(
            paths,
            ["", "00", "0", "A5", "a01", "a1", "a1.05", "a1.5", "a 1b", "a:b", "items", "items:2", "items:10"]
        );
    }

    #[test]
    fn icu_puts_marks_before_digits_before_letters() {
        let mut words = ["b", "A", "a", "redirect:1", "redirect_url:x", "10", "9", "a:", "№"];
        words.sort_by(|a, b| icu(a, b));
        assert_eq!(words, ["9", "10", "a", "A", "a:", "b", "redirect_url:x", "redirect:1", "№"]);
    }

    proptest! {
        #[test]
        fn any_two_texts_are_compared(a in "[ 0-9a:_]{0,12}", b in ".{0,12}") {
            prop_assert_eq!(natural(a.as_bytes(), a.as_bytes()), Ordering::Equal);
            let _ = natural(a.as_bytes(), b.as_bytes());
            prop_assert_eq!(icu(&a, &b), icu(&b, &a).reverse());
        }
    }
}
