//! What commands print.

use payglot_core::{Money, UnixMillis};
use std::io::Write;

/// One JSON value on one line of standard output.
pub(super) fn line(value: &serde_json::Value) {
    text(&value.to_string());
}

/// Text for people. A closed pipe is the reader's choice, not an error.
pub(super) fn text(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// `2026-11-22 19:08:05Z`.
pub(super) fn time(at: UnixMillis) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map_or_else(|_| at.0.to_string(), |time| time.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

/// Minor units as money of the payment's currency.
pub(super) fn minor(minor: i64, like: Money) -> String {
    like.with_minor(minor).map_or_else(|| minor.to_string(), |money| money.to_string())
}
