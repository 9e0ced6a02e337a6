//! Calendar dates without a zone and without a clock: `2026-03-01T12:30:00`.

use payglot_core::UnixMillis;
use std::fmt;

/// A date and a time of day as a person writes them; what moment it is depends on the zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalTime {
    /// Seconds since 1970-01-01T00:00:00 on the same calendar.
    seconds: i64,
}

const DAY: i64 = 86_400;
/// The years 0001 to 9999 are all that four digits can say.
const FIRST: i64 = -62_135_596_800;
const LAST: i64 = 253_402_300_799;

impl LocalTime {
    /// Reads `yyyy-MM-ddTHH:mm:ss`; a fraction of a second is allowed and dropped.
    pub fn read(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('T')?;
        let time = time.split_once('.').map_or(Some(time), |(whole, rest)| digits(rest, 1, 9).map(|_| whole))?;
        let mut date = date.split('-');
        let mut clock = time.split(':');
        let (year, month, day) = (date.next()?, date.next()?, date.next()?);
        let (hour, minute, second) = (clock.next()?, clock.next()?, clock.next()?);
        if date.next().is_some() || clock.next().is_some() {
            return None;
        }
        Self::new(
            digits(year, 4, 4)?,
            [
                digits(month, 2, 2)?,
                digits(day, 2, 2)?,
                digits(hour, 2, 2)?,
                digits(minute, 2, 2)?,
                digits(second, 2, 2)?,
            ],
        )
    }

    /// Reads `yyyyMMddHHmmss`.
    pub fn read_compact(text: &str) -> Option<Self> {
        digits(text, 14, 14)?;
        let part = |from: usize| digits(&text[from..from + 2], 2, 2);
        Self::new(digits(&text[..4], 4, 4)?, [part(4)?, part(6)?, part(8)?, part(10)?, part(12)?])
    }

    /// From a year and month, day, hour, minute, second; `None` for a day that no calendar has.
    fn new(year: i64, [month, day, hour, minute, second]: [i64; 5]) -> Option<Self> {
        if hour > 23 || minute > 59 || second > 59 || !(1..=12).contains(&month) || day < 1 || day > last(year, month) {
            return None;
        }
        let seconds = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
        (FIRST..=LAST).contains(&seconds).then_some(Self { seconds })
    }

    /// The first second of a day; `None` for a day that no calendar has.
    pub fn midnight(year: i64, month: i64, day: i64) -> Option<Self> {
        Self::new(year, [month, day, 0, 0, 0])
    }

    /// The last second of a day, of a month or of a year, as far as it is said; `None` for a day that no calendar has, or one without a
    /// month.
    pub fn last_second(year: i64, month: Option<i64>, day: Option<i64>) -> Option<Self> {
        let (month, day) = match (month, day) {
            (None, None) => (12, 31),
            (Some(month), None) => (month, last(year, month)),
            (Some(month), Some(day)) => (month, day),
            (None, Some(_)) => return None,
        };
        Self::new(year, [month, day, 23, 59, 59])
    }

    /// So many days later, at the same time of day. The ends of the calendar are not passed.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        Self::within(self.seconds.saturating_add(days.saturating_mul(DAY)))
    }

    /// So many months later, at the same time of day: on the same day of the month, or on its last where it is shorter. The ends of the
    /// calendar are not passed.
    #[must_use]
    pub const fn plus_months(self, months: i64) -> Self {
        let (year, month, day) = self.date();
        let index = (year * 12 + month - 1).saturating_add(months);
        let year = index.div_euclid(12);
        if year < 1 || year > 9999 {
            return Self { seconds: if year < 1 { FIRST } else { LAST } };
        }
        let month = index.rem_euclid(12) + 1;
        let day = if day < last(year, month) { day } else { last(year, month) };
        Self { seconds: days(year, month, day) * DAY + self.seconds.rem_euclid(DAY) }
    }

    /// How many months lie between the months of two dates, whatever their days.
    pub const fn months_since(self, earlier: Self) -> i64 {
        let (year, month, _) = self.date();
        let (from_year, from_month, _) = earlier.date();
        (year - from_year) * 12 + month - from_month
    }

    /// What clocks show at `moment` where they are ahead of UTC by `offset_secs`.
    pub const fn at(moment: UnixMillis, offset_secs: i32) -> Self {
        Self::within(moment.0.div_euclid(1000).saturating_add(offset_secs as i64))
    }

    const fn within(seconds: i64) -> Self {
        let seconds = if seconds < FIRST {
            FIRST
        } else if seconds > LAST {
            LAST
        } else {
            seconds
        };
        Self { seconds }
    }

    /// The moment, where clocks are ahead of UTC by `offset_secs`.
    pub const fn moment(self, offset_secs: i32) -> UnixMillis {
        UnixMillis((self.seconds - offset_secs as i64) * 1000)
    }

    /// Year, month, day.
    pub const fn date(self) -> (i64, i64, i64) {
        civil(self.seconds.div_euclid(DAY))
    }

    /// `Mon Jan 31 21:46:52 MSK 2022`: the text of a date in Java, with the zone's name as given.
    pub fn to_java(self, zone: &str) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (year, month, day) = self.date();
        let index = |number: i64| usize::try_from(number).unwrap_or(0);
        let weekday = DAYS[index(self.seconds.div_euclid(DAY).rem_euclid(7))];
        let (hour, minute, second) = self.clock();
        let month = MONTHS[index(month - 1)];
        format!("{weekday} {month} {day:02} {hour:02}:{minute:02}:{second:02} {zone} {year:04}")
    }

    const fn clock(self) -> (i64, i64, i64) {
        let second = self.seconds.rem_euclid(DAY);
        (second / 3600, second / 60 % 60, second % 60)
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        let (hour, minute, second) = self.clock();
        write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }
}

/// A number of `min` to `max` decimal digits.
fn digits(text: &str, min: usize, max: usize) -> Option<i64> {
    let fits = (min..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

const fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The last day of a month.
const fn last(year: i64, month: i64) -> i64 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar. The year begins in March here, so that the leap day is its last.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The inverse of [`days`].
const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_are_read_exactly_or_refused() {
        let moment = |text| LocalTime::read(text).map(|time| time.moment(3 * 3600).0);
        assert_eq!(moment("1970-01-01T03:00:00"), Some(0));
        assert_eq!(moment("2024-02-29T12:00:00.123"), Some(1_709_197_200_000));
        assert_eq!(LocalTime::read_compact("20240229120000"), LocalTime::read("2024-02-29T12:00:00"));
        for wrong in [
            "",
            "2024-02-29",
            "2023-02-29T12:00:00",
            "2024-13-01T00:00:00",
            "2024-00-10T00:00:00",
            "2024-01-01T24:00:00",
            "2024-01-01T00:60:00",
            "2024-1-01T00:00:00",
            "2024-01-01 00:00:00",
            "2024-01-01T00:00:00Z",
            "-024-01-01T00:00:00",
            "2024-01-01T00:00",
            "2024-01-01T00:00:00.",
            "0000-01-01T00:00:00",
            "2024-01-01T00:00:00:00",
            "２024-01-01T00:00:00",
        ] {
            assert_eq!(LocalTime::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn java_writes_dates_like_this() {
        let time = LocalTime::read("2022-01-31T21:46:52").expect("a date");
        assert_eq!(time.to_java("MSK"), "Mon Jan 31 21:46:52 MSK 2022");
    }

    fn date(text: &str) -> LocalTime {
        LocalTime::read(&format!("{text}T10:30:00")).expect("a date")
    }

    #[test]
    fn months_end_where_the_calendar_says() {
        let start = date("2024-01-31");
        for (months, expected) in [
            (0, "2024-01-31"),
            (1, "2024-02-29"),
            (2, "2024-03-31"),
            (3, "2024-04-30"),
            (12, "2025-01-31"),
            (13, "2025-02-28"),
            (-2, "2023-11-30"),
        ] {
            assert_eq!(start.plus_months(months), date(expected), "{months}");
            assert_eq!(date(expected).months_since(start), months);
        }
        assert_eq!(start.plus_days(30), date("2024-03-01"));
        for (months, days) in [(i64::MAX, i64::MAX), (200_000, 90_000_000)] {
            assert_eq!(start.plus_months(months), LocalTime { seconds: LAST });
            assert_eq!(start.plus_days(days), LocalTime { seconds: LAST });
            assert_eq!(start.plus_months(-months), LocalTime { seconds: FIRST });
        }
    }

    #[test]
    fn the_last_second_is_that_of_what_was_said() {
        let last = |year, month, day| LocalTime::last_second(year, month, day).map(|time| time.to_string());
        assert_eq!(last(2024, None, None).as_deref(), Some("2024-12-31T23:59:59"));
        assert_eq!(last(2024, Some(2), None).as_deref(), Some("2024-02-29T23:59:59"));
        assert_eq!(last(2023, Some(2), Some(28)).as_deref(), Some("2023-02-28T23:59:59"));
        for (year, month, day) in
            [(2023, Some(2), Some(29)), (2023, Some(13), None), (2023, None, Some(1)), (0, None, None)]
        {
            assert_eq!(last(year, month, day), None);
        }
        assert_eq!(LocalTime::midnight(2024, 2, 30), None);
        assert_eq!(
            LocalTime::midnight(2024, 2, 29).map(|time| time.to_string()).as_deref(),
            Some("2024-02-29T00:00:00")
        );
    }

    proptest! {
        #[test]
        fn every_moment_reads_back(seconds in FIRST..=LAST) {
            let time = LocalTime { seconds };
            prop_assert_eq!(LocalTime::read(&time.to_string()), Some(time));
            prop_assert_eq!(LocalTime::at(time.moment(10_800), 10_800), time);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9T:.é-]{0,24}") {
            let _ = (LocalTime::read(&text), LocalTime::read_compact(&text));
        }
    }
}
