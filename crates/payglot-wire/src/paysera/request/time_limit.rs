//! `time_limit`: the last moment to pay, written without a zone.

use crate::text::local_time::LocalTime;
use payglot_core::UnixMillis;
use std::fmt;
use std::str::FromStr;

/// At least this far ahead, in milliseconds: 15 minutes.
const MIN_AHEAD: i64 = 15 * 60_000;
/// At most this far ahead: 3 days.
const MAX_AHEAD: i64 = 3 * 86_400_000;

/// The zone of a project's dates. The protocol names none; the vendor sits in Vilnius.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// Eastern European Time with the summer time of the European Union: Vilnius, Riga, Tallinn, Helsinki, Sofia.
    #[default]
    EasternEurope,
    /// Always this many seconds ahead of UTC.
    Fixed(i32),
}

impl Zone {
    /// The moment when clocks in this zone show `time`. An hour that is shown twice in autumn is the first of the two.
    pub fn moment(self, time: LocalTime) -> UnixMillis {
        match self {
            Self::Fixed(offset_secs) => time.moment(offset_secs),
            Self::EasternEurope => {
                let summer = time.moment(3 * 3600);
                if in_eu_summer(summer) { summer } else { time.moment(2 * 3600) }
            }
        }
    }
}

/// Summer time runs from the last Sunday of March to the last Sunday of October, both at 01:00 UTC.
fn in_eu_summer(moment: UnixMillis) -> bool {
    let (year, _, _) = LocalTime::at(moment, 0).date();
    let change = |month: u8| {
        let last = LocalTime::read(&format!("{year:04}-{month:02}-31T01:00:00")).map(|time| time.moment(0))?;
        // 1970-01-01 was a Thursday, so day 3 was a Sunday.
        let after_sunday = (last.0.div_euclid(86_400_000) - 3).rem_euclid(7);
        Some(last.plus(-after_sunday * 86_400_000))
    };
    matches!((change(3), change(10)), (Some(begin), Some(end)) if (begin..end).contains(&moment))
}

/// The text names no zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAZone;

impl fmt::Display for NotAZone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("not a zone: write `EET`, or an offset such as `+03:00`")
    }
}

impl std::error::Error for NotAZone {}

impl FromStr for Zone {
    type Err = NotAZone;

    /// `EET` (with summer time), or `+03:00`.
    fn from_str(text: &str) -> Result<Self, NotAZone> {
        if text == "EET" {
            return Ok(Self::EasternEurope);
        }
        let (sign, rest) = match text.split_at_checked(1) {
            Some(("+", rest)) => (1, rest),
            Some(("-", rest)) => (-1, rest),
            _ => return Err(NotAZone),
        };
        let number = |part: &str, max: i32| {
            let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<i32>().ok().filter(|number| digits && *number <= max).ok_or(NotAZone)
        };
        let (hours, minutes) = rest.split_once(':').ok_or(NotAZone)?;
        Ok(Self::Fixed(sign * (number(hours, 14)? * 3600 + number(minutes, 59)? * 60)))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EasternEurope => out.write_str("EET"),
            Self::Fixed(secs) => {
                let (sign, secs) = (if *secs < 0 { '-' } else { '+' }, secs.unsigned_abs());
                write!(out, "{sign}{:02}:{:02}", secs / 3600, secs / 60 % 60)
            }
        }
    }
}

/// Reads `yyyy-MM-dd HH:mm:ss`; `None` for another shape.
pub(super) fn read(text: &str, zone: Zone) -> Option<UnixMillis> {
    let (date, time) = text.split_once(' ')?;
    let shape = (date.len(), time.len()) == (10, 8);
    LocalTime::read(&format!("{date}T{time}")).filter(|_| shape).map(|time| zone.moment(time))
}

/// Is it far enough ahead, and not too far?
pub(super) fn is_in_reach(limit: UnixMillis, now: UnixMillis) -> bool {
    (MIN_AHEAD..=MAX_AHEAD).contains(&limit.since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixMillis {
        LocalTime::read(text).expect("a date").moment(0)
    }

    #[test]
    fn vilnius_turns_its_clocks() {
        let moment = |text| read(text, Zone::EasternEurope);
        assert_eq!(moment("2030-01-31 23:59:59"), Some(at("2030-01-31T21:59:59")));
        assert_eq!(moment("2026-07-01 12:00:00"), Some(at("2026-07-01T09:00:00")));
        // 2026-03-29 and 2026-10-25 are the Sundays.
        assert_eq!(moment("2026-03-29 02:59:59"), Some(at("2026-03-29T00:59:59")));
        assert_eq!(moment("2026-03-29 04:00:00"), Some(at("2026-03-29T01:00:00")));
        assert_eq!(moment("2026-10-25 03:59:59"), Some(at("2026-10-25T00:59:59")));
        assert_eq!(moment("2026-10-25 04:00:00"), Some(at("2026-10-25T02:00:00")));
        assert_eq!(read("2026-07-01 12:00:00", Zone::Fixed(0)), Some(at("2026-07-01T12:00:00")));
    }

    #[test]
    fn other_shapes_are_refused() {
        for wrong in [
            "",
            "2030-01-31",
            "2030-01-31T23:59:59",
            "2030-02-30 00:00:00",
            "2030-01-31 23:59:59.5",
            "2030-01-31  3:59:59",
        ] {
            assert_eq!(read(wrong, Zone::EasternEurope), None, "{wrong}");
        }
    }

    #[test]
    fn a_quarter_of_an_hour_to_three_days() {
        let reach = |ahead| is_in_reach(UnixMillis(ahead), UnixMillis(0));
        assert!(reach(MIN_AHEAD) && reach(MAX_AHEAD));
        assert!(!reach(MIN_AHEAD - 1) && !reach(MAX_AHEAD + 1) && !reach(-1));
    }

    #[test]
    fn zones_read_back() {
        for text in ["EET", "+03:00", "-05:30", "+00:00"] {
            assert_eq!(text.parse::<Zone>().map(|zone| zone.to_string()).as_deref(), Ok(text));
        }
        for wrong in ["", "CET", "03:00", "+3:00", "+15:00", "+00:60", "é"] {
            assert_eq!(wrong.parse::<Zone>(), Err(NotAZone), "{wrong}");
        }
    }
}
