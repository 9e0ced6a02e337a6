//! Money, times and JSON as people read them.

use payglot_core::Currency;
use std::time::{SystemTime, UNIX_EPOCH};

/// Thin enough to group digits, and no line breaks there.
const NO_BREAK: char = '\u{a0}';

/// Milliseconds since the epoch, now.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A currency by its code, in letters or digits as the protocols write it; nothing for a code that is none. The RBS family leaves the
/// rouble out or calls it by its old number.
fn currency(code: &str) -> Option<Currency> {
    match code {
        "" | "810" => Some(Currency::RUB),
        _ => Currency::from_code(code).or_else(|| Currency::from_numeric(code.parse().ok()?)),
    }
}

/// Digits behind the point of an amount in that currency.
pub(super) fn decimals(code: &str) -> usize {
    currency(code).map_or(2, |currency| usize::from(currency.decimals()))
}

/// Minor units as people read them: `1 250.00 ₽`.
pub(super) fn money(minor: u64, code: &str) -> String {
    let plain = amount(minor, code);
    let whole = plain.find('.').unwrap_or(plain.len());
    let mut grouped = String::new();
    for (i, digit) in plain.chars().enumerate() {
        if i > 0 && i < whole && (whole - i).is_multiple_of(3) {
            grouped.push(NO_BREAK);
        }
        grouped.push(digit);
    }
    // A sign of letters is read in its own language only.
    let sign = currency(code).map(|currency| match currency.sign() {
        sign if sign.contains(char::is_alphabetic) => currency.code().to_owned(),
        sign => sign,
    });
    format!("{grouped}{NO_BREAK}{}", sign.as_deref().unwrap_or(code))
}

/// The same for a field that a person edits: `1250.00`, no groups and no sign.
pub(super) fn amount(minor: u64, code: &str) -> String {
    let decimals = decimals(code);
    let digits = format!("{minor:0>width$}", width = decimals + 1);
    let (whole, part) = digits.split_at(digits.len() - decimals);
    if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
}

/// A moment in UTC, taken apart.
pub(super) struct Moment {
    year: u64,
    month: u64,
    day: u64,
    /// Milliseconds since midnight.
    rest: u64,
}

/// Takes milliseconds since the epoch apart, by the proleptic Gregorian calendar (days counted from 1 March of year 0).
pub(super) fn moment(millis: u64) -> Moment {
    let days = millis / 86_400_000 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    Moment { year, month, day: day_of_year - (153 * shifted + 2) / 5 + 1, rest: millis % 86_400_000 }
}

impl Moment {
    fn hours_minutes_seconds(&self) -> (u64, u64, u64) {
        (self.rest / 3_600_000, self.rest / 60_000 % 60, self.rest / 1_000 % 60)
    }

    /// `22:31:55.123`
    pub(super) fn clock(&self) -> String {
        let (h, m, s) = self.hours_minutes_seconds();
        format!("{h:02}:{m:02}:{s:02}.{:03}", self.rest % 1_000)
    }

    /// `2026-11-22 22:31`
    pub(super) fn minute(&self) -> String {
        let (h, m, _) = self.hours_minutes_seconds();
        format!("{}-{:02}-{:02} {h:02}:{m:02}", self.year, self.month, self.day)
    }

    /// `2026-11-22T22:31:55.123Z`, for machines.
    pub(super) fn stamp(&self) -> String {
        format!("{}-{:02}-{:02}T{}Z", self.year, self.month, self.day, self.clock())
    }

    /// `261122-223155`, the readable part of an order number.
    pub(super) fn compact(&self) -> String {
        let (h, m, s) = self.hours_minutes_seconds();
        format!("{:02}{:02}{:02}-{h:02}{m:02}{s:02}", self.year % 100, self.month, self.day)
    }
}

/// The text cut after so many characters, with a word about what is missing.
pub(super) fn clip(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((at, _)) => format!("{} … (cut, {} bytes in all)", &text[..at], text.len()),
    }
}

/// JSON with line breaks and indents added and nothing else changed: fields keep their order and numbers their digits. Text that is not JSON
/// comes back as it is.
pub(super) fn pretty_json(text: &str) -> String {
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() * 2);
    let (mut depth, mut quoted, mut escaped, mut just_opened) = (0_usize, false, false, false);
    for c in text.chars() {
        if quoted {
            out.push(c);
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        if c.is_whitespace() {
            continue;
        }
        let closes = matches!(c, '}' | ']');
        depth -= usize::from(closes);
        if just_opened != closes && (just_opened || closes) {
            new_line(&mut out, depth);
        }
        just_opened = matches!(c, '{' | '[');
        depth += usize::from(just_opened);
        quoted = c == '"';
        out.push(c);
        match c {
            ':' => out.push(' '),
            ',' => new_line(&mut out, depth),
            _ => {}
        }
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}

/// An address with its long values cut: what they say is shown below it.
pub(super) fn shortened(address: &str) -> String {
    let parts = address.split('&').map(|part| {
        let end = part.rfind("data=").map_or(0, |at| at + 5).max(part.find('=').map_or(0, |at| at + 1));
        let end = (end + 12).min(part.len());
        if part.len() > end + 8 && part.is_char_boundary(end) {
            format!("{}…", &part[..end])
        } else {
            part.to_owned()
        }
    });
    parts.collect::<Vec<_>>().join("&")
}

/// A name for addresses, the same for the same text and for no other: letters, digits and `-` stay, each other byte is spelt out.
pub(super) fn slug(text: &str) -> String {
    let spell = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => char::from(byte).to_string(),
        _ => format!("_{byte:02x}"),
    };
    text.bytes().map(spell).collect()
}
