//! The terms of a payer's standing permission to charge a card: what a shop asks for when it registers a payment for later charges, and
//! when the next charge is due.

use super::codes::{Code, Refused};
use super::request::Reader;
use super::rules::{self, AMOUNT_MAX, Rule};
use crate::text::json::{Json, JsonObject};
use crate::text::local_time::LocalTime;
use payglot_core::UnixMillis;

/// What charges are expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecurringKind {
    /// `R`: at equal intervals.
    Regular,
    /// `C`: whenever the payer buys again, with one click.
    #[default]
    Express,
    /// `U`: whenever the shop has a reason.
    Unscheduled,
}

impl RecurringKind {
    const WORDS: &'static [&'static str] = &["R", "C", "U"];

    /// The letter on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Regular => "R",
            Self::Express => "C",
            Self::Unscheduled => "U",
        }
    }

    /// By the letter on the wire.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Regular, Self::Express, Self::Unscheduled].into_iter().find(|known| known.word() == word)
    }
}

/// What an interval counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// `D`
    Day,
    /// `W`
    Week,
    /// `M`
    Month,
    /// `Q`: three months.
    Quarter,
    /// `Y`
    Year,
}

impl Period {
    const WORDS: &'static [&'static str] = &["D", "W", "M", "Q", "Y"];

    /// The letter on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Day => "D",
            Self::Week => "W",
            Self::Month => "M",
            Self::Quarter => "Q",
            Self::Year => "Y",
        }
    }

    /// By the letter on the wire.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year].into_iter().find(|known| known.word() == word)
    }
}

/// An end: a year, perhaps a month of it, and perhaps a day of that.
pub type Expiry = (i64, Option<i64>, Option<i64>);

/// The terms of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecurringTerms {
    /// What charges are expected.
    pub kind: RecurringKind,
    /// What the interval counts.
    pub period: Option<Period>,
    /// So many periods lie between charges: 1 to 100.
    pub interval: i64,
    /// How much each charge takes, in minor units of the currency of the payment.
    pub amount: Option<i64>,
    /// When on the day, `HH:MM:SS`, UTC.
    pub time: Option<String>,
    /// The shop's own id of the schedule.
    pub scheduled_payment_id: Option<String>,
    /// The day of the first charge, `DD-MM-YYYY`.
    pub start_date: Option<String>,
    /// When the permission ends.
    pub expiry: Option<Expiry>,
}

impl Default for RecurringTerms {
    fn default() -> Self {
        Self {
            kind: RecurringKind::default(),
            period: None,
            interval: 1,
            amount: None,
            time: None,
            scheduled_payment_id: None,
            start_date: None,
            expiry: None,
        }
    }
}

/// Some of the terms, as far as they were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TermsChange {
    /// See [`RecurringTerms::kind`]; so are the others named.
    pub kind: Option<RecurringKind>,
    /// What the interval counts.
    pub period: Option<Period>,
    /// How many periods.
    pub interval: Option<i64>,
    /// How much.
    pub amount: Option<i64>,
    /// When on the day.
    pub time: Option<String>,
    /// The shop's own id.
    pub scheduled_payment_id: Option<String>,
    /// The first day.
    pub start_date: Option<String>,
    /// The end.
    pub expiry: Option<Expiry>,
}

const DAY_MS: i64 = 86_400_000;

/// What lies between two charges.
#[derive(Clone, Copy)]
enum Step {
    Days(i64),
    Months(i64),
}

impl RecurringTerms {
    /// The terms after a change: what was not sent stays.
    #[must_use]
    pub fn changed(&self, change: &TermsChange) -> Self {
        let text = |new: &Option<String>, old: &Option<String>| new.as_ref().or(old.as_ref()).cloned();
        Self {
            kind: change.kind.unwrap_or(self.kind),
            period: change.period.or(self.period),
            interval: change.interval.unwrap_or(self.interval),
            amount: change.amount.or(self.amount),
            time: text(&change.time, &self.time),
            scheduled_payment_id: text(&change.scheduled_payment_id, &self.scheduled_payment_id),
            start_date: text(&change.start_date, &self.start_date),
            expiry: change.expiry.or(self.expiry),
        }
    }

    /// The text to store.
    pub fn to_text(&self) -> String {
        let (year, month, day) = self.expiry.map_or((None, None, None), |(year, month, day)| (Some(year), month, day));
        JsonObject::new()
            .text("type", self.kind.word())
            .text_if("period", self.period.map(Period::word))
            .int("interval", self.interval)
            .int_if("amount", self.amount)
            .text_if("time", self.time.as_deref())
            .text_if("scheduled_payment_id", self.scheduled_payment_id.as_deref())
            .text_if("start_date", self.start_date.as_deref())
            .int_if("expiry_year", year)
            .int_if("expiry_month", month)
            .int_if("expiry_day", day)
            .finish()
    }

    /// Reads a stored text. Of one that is not ours the terms are those of a shop that named none.
    pub fn read(text: &str) -> Self {
        let json = Json::read(text).unwrap_or(Json::Null);
        Self::default().changed(&lenient(&json))
    }

    /// Until when charges are allowed: to the last second of the end that was sent, or else of the card's last month. `card_expiry` is
    /// year and month as one number, 203412; a card without a known end is taken to live for ten years from `created`.
    pub fn valid_until(&self, card_expiry: u32, created: UnixMillis) -> UnixMillis {
        let sent = self.expiry.and_then(|(year, month, day)| LocalTime::last_second(year, month, day));
        let card = || LocalTime::last_second((card_expiry / 100).into(), Some((card_expiry % 100).into()), None);
        let end = sent.or_else(card).unwrap_or_else(|| LocalTime::at(created, 0).plus_months(120));
        end.moment(0)
    }

    /// When the gateway itself charges for the first time after a registration at `created`: on the start date at its time, or one
    /// period after the registration. Charges that a start date in the past would have had are left out. `None` if only the shop
    /// charges: the terms are not regular, or name no period or no amount.
    pub fn first_charge(&self, created: UnixMillis) -> Option<UnixMillis> {
        self.next_charge(created, created)
    }

    /// Does the end that was sent lie in the past?
    pub fn has_ended(&self, now: UnixMillis) -> bool {
        let end = self.expiry.and_then(|(year, month, day)| LocalTime::last_second(year, month, day));
        end.is_some_and(|end| end.moment(0) <= now)
    }

    /// The next charge after one for the date `charged`: later than `after`, and not within half an interval of that date, so that no change
    /// of the terms makes one date two.
    pub fn next_spaced(
        &self,
        created: UnixMillis,
        after: UnixMillis,
        charged: Option<UnixMillis>,
    ) -> Option<UnixMillis> {
        let half = match self.step()? {
            Step::Days(days) => days.saturating_mul(DAY_MS / 2),
            Step::Months(months) => months.saturating_mul(15 * DAY_MS),
        };
        let spaced = charged.map(|date| date.plus(half.saturating_sub(1)));
        self.next_charge(created, spaced.map_or(after, |spaced| spaced.max(after)))
    }

    /// When the gateway charges next after these terms took the place of `before`, at `now`. A date that has come and was not charged yet
    /// stays, and so do all dates if nothing about them is new; `charged` is the date that was charged last.
    pub fn next_after_change(
        &self,
        before: &Self,
        created: UnixMillis,
        now: UnixMillis,
        due: Option<UnixMillis>,
        charged: Option<UnixMillis>,
    ) -> Option<UnixMillis> {
        // Terms by which only the shop charges end what the gateway did.
        let next = self.next_spaced(created, now, charged)?;
        Some(due.filter(|due| *due <= now || self.same_dates(before)).unwrap_or(next))
    }

    /// Do charges by these terms fall on the same dates?
    fn same_dates(&self, other: &Self) -> bool {
        (self.kind, self.period, self.interval) == (other.kind, other.period, other.interval)
            && self.start_date == other.start_date
            && self.time == other.time
    }

    /// The first charge later than `after` of a registration at `created`. Each is counted from the first, so that the 31st stays the
    /// 31st after a month that has none. `None` as for [`Self::first_charge`]; whether the registration is still valid then is not looked
    /// at.
    pub fn next_charge(&self, created: UnixMillis, after: UnixMillis) -> Option<UnixMillis> {
        let step = self.step().filter(|_| self.kind == RecurringKind::Regular && self.amount.is_some())?;
        let (start, first) = self.start(created)?;
        let after_start = after.since(start.moment(0));
        let passed = match step {
            Step::Days(days) => after_start.div_euclid(days * DAY_MS),
            Step::Months(months) => LocalTime::at(after, 0).months_since(start).div_euclid(months),
        };
        // What passed is counted in whole months, so the next charge is in the month of `after` or one interval later.
        let nth = |number: i64| match step {
            Step::Days(days) => start.plus_days(number * days).moment(0),
            Step::Months(months) => start.plus_months(number * months).moment(0),
        };
        (passed.max(first)..=passed.max(first) + 1).map(nth).find(|at| *at > after)
    }

    fn step(&self) -> Option<Step> {
        Some(match self.period? {
            Period::Day => Step::Days(self.interval),
            Period::Week => Step::Days(7 * self.interval),
            Period::Month => Step::Months(self.interval),
            Period::Quarter => Step::Months(3 * self.interval),
            Period::Year => Step::Months(12 * self.interval),
        })
    }

    /// What charges are counted from, and the number of the first one.
    fn start(&self, created: UnixMillis) -> Option<(LocalTime, i64)> {
        if let Some(date) = &self.start_date {
            return Some((rules::at_time(date, self.time.as_deref().unwrap_or("00:00:00"))?, 0));
        }
        let begun = LocalTime::at(created, 0);
        let Some(time) = &self.time else { return Some((begun, 1)) };
        let (year, month, day) = begun.date();
        Some((rules::at_time(&format!("{day:02}-{month:02}-{year:04}"), time)?, 1))
    }
}

/// What is kept of `recurring` in a call: the terms and whether they are registered, wherever they stand.
pub(super) fn kept(value: &Json) -> Json {
    const NAMES: &[&str] = &[
        "id",
        "register",
        "type",
        "period",
        "interval",
        "amount",
        "time",
        "scheduled_payment_id",
        "start_date",
        "expiry_year",
        "expiry_month",
        "expiry_day",
    ];
    let members = value.members().unwrap_or_default().iter().filter(|(name, _)| NAMES.contains(&name.as_str()));
    let members = members.map(|(name, value)| match value {
        Json::Object(_) => (name.clone(), kept(value)),
        Json::List(_) => (name.clone(), Json::List(Vec::new())),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => (name.clone(), value.clone()),
    });
    Json::Object(members.collect())
}

/// What a call of Gate registers; `None` if it registers nothing. `recurring.register` is a switch, or an object with the terms, which may
/// also stand beside it. 502 for a term of the wrong form, 2004 for a part of a date without the rest, whether it registers or not.
pub(super) fn of_gate(reader: Reader) -> Result<Option<RecurringTerms>, Refused> {
    let change = of_call(reader)?;
    let registers = match reader.value("recurring.register") {
        Some(Json::Object(_)) => true,
        // What PHP makes of an empty object.
        Some(Json::List(items)) if items.is_empty() => true,
        _ => reader.opt("recurring.register", Rule::Flag)?.as_deref().and_then(rules::flag).unwrap_or(false),
    };
    Ok(registers.then(|| RecurringTerms::default().changed(&change)))
}

/// The terms in a call of Gate, as far as they were sent.
pub(super) fn of_call(reader: Reader) -> Result<TermsChange, Refused> {
    change(reader, "recurring.", true)
}

/// What the page registers, from the values of `recurring_register` and `recurring`. The switch decides where it was sent; without it an
/// object that says `register`, or has any terms and does not refuse to, is enough. Terms of the wrong form are left out.
pub(super) fn of_page(register: Option<&str>, recurring: Option<&str>) -> Option<RecurringTerms> {
    let object = recurring.and_then(Json::read).filter(|json| json.members().is_some());
    let change = object.as_ref().map(lenient).unwrap_or_default();
    let inside = || match object.as_ref()?.get("register") {
        Some(Json::Object(_)) => Some(true),
        Some(switch) => rules::flag(&switch.plain()),
        None => None,
    };
    let registers = register.and_then(rules::flag).or_else(inside);
    registers.unwrap_or(change != TermsChange::default()).then(|| RecurringTerms::default().changed(&change))
}

fn lenient(json: &Json) -> TermsChange {
    // Nothing is refused here.
    change(Reader::new(json), "", false).unwrap_or_default()
}

/// Reads the terms below a path, inside `register` first. What is wrong is refused, or else left out.
fn change(reader: Reader, at: &str, refuses: bool) -> Result<TermsChange, Refused> {
    let get = |name: &str, rule: Rule| {
        for path in [format!("{at}register.{name}"), format!("{at}{name}")] {
            match reader.opt(&path, rule) {
                Ok(None) => {}
                Err(_) if !refuses => {}
                found => return found,
            }
        }
        Ok(None)
    };
    let int = |name: &str, min: i64, max: i64| {
        get(name, Rule::Int(min, max)).map(|text| text.as_deref().and_then(rules::whole))
    };
    let sent = (int("expiry_year", 2020, 9999)?, int("expiry_month", 1, 12)?, int("expiry_day", 1, 31)?);
    let expiry = match expiry(sent) {
        Err((code, name)) if refuses => {
            return Err(match code {
                Code::Invalid => Refused::invalid(&format!("{at}{name}"), "a day of that month"),
                code => Refused::of(code, &format!("{at}{name}")),
            });
        }
        Err(_) => None,
        Ok(expiry) => expiry,
    };
    Ok(TermsChange {
        kind: get("type", Rule::OneOf(RecurringKind::WORDS))?.as_deref().and_then(RecurringKind::from_word),
        period: get("period", Rule::OneOf(Period::WORDS))?.as_deref().and_then(Period::from_word),
        interval: int("interval", 1, 100)?,
        amount: int("amount", 1, AMOUNT_MAX)?,
        time: get("time", Rule::Time)?,
        scheduled_payment_id: get("scheduled_payment_id", Rule::Text(255))?,
        start_date: get("start_date", Rule::Date)?,
        expiry,
    })
}

/// An end of the parts that were sent, or what is wrong with which.
fn expiry(sent: (Option<i64>, Option<i64>, Option<i64>)) -> Result<Option<Expiry>, (Code, &'static str)> {
    match sent {
        (None, None, None) => Ok(None),
        (None, _, _) => Err((Code::Missing, "expiry_year")),
        (Some(_), None, Some(_)) => Err((Code::Missing, "expiry_month")),
        (Some(year), month, day) => match LocalTime::last_second(year, month, day) {
            Some(_) => Ok(Some((year, month, day))),
            None => Err((Code::Invalid, "expiry_day")),
        },
    }
}
