//! What a value must look like, for the parameters of the page and the fields of Gate alike.

use crate::text::json::Json;
use crate::text::local_time::LocalTime;
use crate::text::url;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use payglot_core::UnixMillis;
use payglot_core::money::MINOR_MAX;
use std::net::IpAddr;

/// The vendor's largest amount: ten trillion minor units. Whatever fits is an amount of ours too.
pub(super) const AMOUNT_MAX: i64 = 10_000_000_000_000;
const _: () = assert!(AMOUNT_MAX <= MINOR_MAX);

/// A rule for one value, which is text or was made text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// At most so many characters.
    Text(usize),
    /// From one to so many characters.
    Filled(usize),
    /// Decimal digits, at least and at most so many.
    Digits(usize, usize),
    /// A whole number from and to.
    Int(i64, i64),
    /// 0 or 1, also as a word.
    Flag,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A web address.
    Url,
    /// ISO 3166-1 alpha-2.
    Country,
    /// ISO 4217, three capital letters.
    Currency,
    /// ISO 639-1, two letters.
    Language,
    /// `DD-MM-YYYY`.
    Date,
    /// `HH:MM:SS`.
    Time,
    /// `YYYY-MM-DDThh:mm:ss±hh:mm`.
    DateTime,
    /// Looks like an e-mail address.
    Email,
    /// An IPv4 or IPv6 address.
    Ip,
    /// JSON.
    JsonText,
    /// JSON in base64.
    Base64Json,
}

impl Rule {
    /// Does the value fit?
    pub(super) fn fits(self, value: &str) -> bool {
        let length = || value.chars().count();
        match self {
            Self::Text(max) => length() <= max,
            Self::Filled(max) => (1..=max).contains(&length()),
            Self::Digits(min, max) => (min..=max).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit()),
            Self::Int(min, max) => whole(value).is_some_and(|number| (min..=max).contains(&number)),
            Self::Flag => flag(value).is_some(),
            Self::OneOf(words) => words.contains(&value),
            Self::Url => length() <= 2048 && url::has_scheme(value),
            Self::Country => value.len() == 2 && value.bytes().all(|b| b.is_ascii_uppercase()),
            Self::Currency => value.len() == 3 && value.bytes().all(|b| b.is_ascii_uppercase()),
            Self::Language => value.len() == 2 && value.bytes().all(|b| b.is_ascii_alphabetic()),
            Self::Date => date(value).is_some(),
            Self::Time => LocalTime::read(&format!("2000-01-01T{value}")).is_some() && value.len() == 8,
            Self::DateTime => moment(value).is_some(),
            Self::Email => email(value),
            Self::Ip => value.parse::<IpAddr>().is_ok(),
            Self::JsonText => Json::read(value).is_some(),
            Self::Base64Json => {
                let bytes = STANDARD.decode(value).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                bytes.and_then(|text| Json::read(&text)).is_some()
            }
        }
    }

    /// What the value must be, to follow "must be".
    pub(super) fn wanted(self) -> String {
        match self {
            Self::Text(max) => format!("at most {max} characters"),
            Self::Filled(max) => format!("1 to {max} characters"),
            Self::Digits(min, max) if min == max => format!("{min} digits"),
            Self::Digits(min, max) => format!("{min} to {max} digits"),
            Self::Int(min, max) => format!("a whole number from {min} to {max}"),
            Self::Flag => "0 or 1".to_owned(),
            Self::OneOf(words) => format!("one of {}", words.join(", ")),
            Self::Url => "a web address".to_owned(),
            Self::Country => "two capital letters, ISO 3166-1".to_owned(),
            Self::Currency => "three capital letters, ISO 4217".to_owned(),
            Self::Language => "two letters, ISO 639-1".to_owned(),
            Self::Date => "a date DD-MM-YYYY".to_owned(),
            Self::Time => "a time of day HH:MM:SS".to_owned(),
            Self::DateTime => "a time YYYY-MM-DDThh:mm:ss+hh:mm".to_owned(),
            Self::Email => "an e-mail address".to_owned(),
            Self::Ip => "an IPv4 or IPv6 address".to_owned(),
            Self::JsonText => "JSON".to_owned(),
            Self::Base64Json => "JSON in base64".to_owned(),
        }
    }
}

/// A whole number and nothing else: no point, no exponent, no plus sign.
pub(super) fn whole(value: &str) -> Option<i64> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { value.parse().ok() } else { None }
}

/// A switch as clients write it.
pub(super) fn flag(value: &str) -> Option<bool> {
    match value {
        "1" | "true" | "True" => Some(true),
        "0" | "false" | "False" => Some(false),
        _ => None,
    }
}

fn email(value: &str) -> bool {
    let Some((name, host)) = value.rsplit_once('@') else { return false };
    let clean = !value.chars().any(|c| c.is_whitespace() || c.is_control() || c == ',');
    let dotted = host.contains('.') && host.split('.').all(|part| !part.is_empty());
    clean && !name.is_empty() && !name.contains('@') && dotted && value.chars().count() <= 255
}

/// The beginning of the day `DD-MM-YYYY`.
fn date(value: &str) -> Option<LocalTime> {
    at_time(value, "00:00:00")
}

/// The day `DD-MM-YYYY` at the time `HH:MM:SS`.
pub(super) fn at_time(date: &str, time: &str) -> Option<LocalTime> {
    let parts: Vec<&str> = date.split('-').collect();
    let &[day, month, year] = parts.as_slice() else { return None };
    LocalTime::read(&format!("{year}-{month}-{day}T{time}"))
}

/// Reads `YYYY-MM-DDThh:mm:ss` with `±hh`, `±hh:mm`, `±hhmm` or `Z`. A plus sign that nobody escaped has become a space. Python adds a
/// fraction of a second, which is dropped.
pub(super) fn moment(value: &str) -> Option<UnixMillis> {
    let seconds = value.get(19..).filter(|rest| rest.starts_with('.')).map_or(19, |rest| {
        let digits = rest[1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - 1);
        20 + digits
    });
    let (local, zone) = value.split_at_checked(seconds)?;
    let local = LocalTime::read(local)?;
    if zone == "Z" {
        return Some(local.moment(0));
    }
    let (sign, rest) = zone.split_at_checked(1)?;
    let sign = match sign {
        "+" | " " => 1,
        "-" => -1,
        _ => return None,
    };
    let digits = rest.replacen(':', "", 1);
    let number = |part: &str, max: i32| {
        let plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let number: Option<i32> = if plain { part.parse().ok() } else { None };
        number.filter(|number| *number <= max)
    };
    let (hours, minutes) = match digits.split_at_checked(2)? {
        (hours, "") if rest.len() == 2 => (number(hours, 14)?, 0),
        (hours, minutes) => (number(hours, 14)?, number(minutes, 59)?),
    };
    Some(local.moment(sign * (hours * 3600 + minutes * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fit_or_not() {
        for (rule, good, bad) in [
            (Rule::Text(2), "", "abc"),
            (Rule::Filled(2), "№№", ""),
            (Rule::Digits(4, 5), "0012", "12a4"),
            (Rule::Int(1, 10), "10", "1.0"),
            (Rule::Int(1, 10), "01", "+1"),
            (Rule::Int(-5, 5), "-5", "--5"),
            (Rule::Flag, "True", "yes"),
            (Rule::OneOf(&["sale", "auth"]), "auth", "Sale"),
            (Rule::Url, "https://a.example/x", "javascript://x"),
            (Rule::Country, "LT", "lt"),
            (Rule::Currency, "RUB", "RU"),
            (Rule::Language, "ru", "rus"),
            (Rule::Date, "29-02-2024", "2024-02-29"),
            (Rule::Time, "23:59:59", "24:00:00"),
            (Rule::Time, "00:00:00", "10:00:00.5"),
            (Rule::DateTime, "2026-01-01T00:00:00+03", "2026-01-01 00:00:00"),
            (Rule::Email, "a.b+c@d.example", "a@b@c.example"),
            (Rule::Email, "a@b.c", "a@.c"),
            (Rule::Ip, "2001:db8::1", "1.2.3"),
            (Rule::JsonText, "{\"id\": 24}", "{id:24}"),
            (Rule::Base64Json, "e30=", "{}"),
        ] {
            assert!(rule.fits(good) && !rule.fits(bad), "{rule:?}");
            assert!(!rule.wanted().is_empty());
        }
    }

    #[test]
    fn moments_have_a_zone() {
        let noon = UnixMillis(1_767_268_800_000);
        for text in
            ["2026-01-01T12:00:00Z", "2026-01-01T15:00:00+03", "2026-01-01T15:00:00 03:00", "2026-01-01T06:30:00-0530"]
        {
            assert_eq!(moment(text), Some(noon), "{text}");
        }
        for wrong in [
            "",
            "2026-01-01T12:00:00",
            "2026-01-01T12:00:00.5",
            "2026-01-01T12:00:00.Z",
            "2026-01-01T12:00:00+",
            "2026-01-01T12:00:00+3",
            "2026-02-30T12:00:00Z",
            "2026-01-01T12:00:00+03:",
            "2026-01-01T12:00:00+15:00",
            "2026-01-01T12:00:0№+03",
        ] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
    }
}
