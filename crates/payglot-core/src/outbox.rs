//! What must be announced, and when to try again. Pure: the worker carries bytes, this decides.

use crate::moves::Event;
use crate::time::UnixMillis;
use std::fmt;
use std::str::FromStr;

/// Is this event something a shop can be told? Whether it is told depends on the protocol and the project; an event that is not
/// listed here reaches no protocol.
pub const fn is_announced(event: Event) -> bool {
    match event {
        Event::Registered
        | Event::Refused
        | Event::HoldApproved
        | Event::Captured
        | Event::CapturedInPart
        | Event::CaptureRefused
        | Event::VoidRefused
        | Event::VoidedInPart
        | Event::Voided
        | Event::RefundRefused
        | Event::Refunded
        | Event::PartReceived
        | Event::LateReceived
        | Event::ExcessReceived
        | Event::PaidLate
        | Event::Returned
        | Event::PaidOut
        | Event::PayoutRefused
        | Event::Cancelled
        | Event::Expired
        | Event::AttemptFailed
        | Event::ChallengeStarted
        | Event::OutcomeUnknown => true,
        Event::AttemptStarted
        | Event::ChallengeAnswered
        | Event::CaptureAsked
        | Event::VoidAsked
        | Event::RefundAsked
        | Event::ReturnAsked
        | Event::ReturnRefused
        | Event::PayoutAsked => false,
    }
}

/// Some of the times that a notification is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// So many times, each after so many milliseconds.
    Steady(u32, i64),
    /// So many times, the first after so many milliseconds, and each wait longer than the one before by as many.
    Growing(u32, i64),
}

impl Stage {
    const fn times(self) -> u32 {
        match self {
            Self::Steady(times, _) | Self::Growing(times, _) => times,
        }
    }

    /// Milliseconds before its `k`th time, counted from 1.
    const fn delay(self, k: u32) -> i64 {
        match self {
            Self::Steady(_, delay) => delay,
            Self::Growing(_, delay) => delay.saturating_mul(k as i64),
        }
    }
}

/// When a notification that was not acknowledged is tried again: stages, one after the other. After the last stage it is dead. The first
/// attempt is at once and not part of the schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    stages: Vec<Stage>,
}

impl Schedule {
    /// From stages of (times, milliseconds).
    pub fn new(stages: &[(u32, i64)]) -> Self {
        Self::of(stages.iter().map(|&(times, delay)| Stage::Steady(times, delay)))
    }

    /// From stages of either kind.
    pub fn of(stages: impl IntoIterator<Item = Stage>) -> Self {
        Self { stages: stages.into_iter().collect() }
    }

    /// Attempts in all, the first included.
    pub fn attempts_max(&self) -> u32 {
        self.stages.iter().fold(1, |sum, stage| sum.saturating_add(stage.times()))
    }

    /// When to try again after `attempts` attempts have failed (at least 1), the last of them at `now`. `jitter` is 0..=1000: thousandths
    /// of a tenth of the delay that are added, so that a thousand shops that failed together do not return together.
    pub fn next(&self, attempts: u32, now: UnixMillis, jitter: u16) -> Next {
        let mut before = 0;
        for stage in &self.stages {
            let began = before;
            before = u32::saturating_add(before, stage.times());
            if attempts <= before {
                let delay = stage.delay(attempts.saturating_sub(began));
                let extra = delay / 10 * i64::from(jitter.min(1000)) / 1000;
                return Next::Retry(now.plus(delay).plus(extra));
            }
        }
        Next::GiveUp
    }
}

/// What follows a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Again at this time.
    Retry(UnixMillis),
    /// Never again by itself; a person may resend it.
    GiveUp,
}

/// The text is not a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotASchedule;

impl fmt::Display for NotASchedule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("not a retry schedule: write stages such as `5x30s` or `5x10s,62+7s,52x4h`")
    }
}

impl std::error::Error for NotASchedule {}

impl FromStr for Schedule {
    type Err = NotASchedule;

    /// `5x30s,10x1h`: times x delay, the delay in ms, s, m or h; `62+7s`: 62 times, after 7 s, 14 s, 21 s and so on.
    fn from_str(text: &str) -> Result<Self, NotASchedule> {
        let mut stages = Vec::new();
        for stage in text.split(',').map(str::trim).filter(|stage| !stage.is_empty()) {
            let grows = stage.contains('+');
            let (times, delay) = stage.split_once(if grows { '+' } else { 'x' }).ok_or(NotASchedule)?;
            let digits = delay.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let unit = match &delay[digits.len()..] {
                "ms" => 1,
                "s" => 1000,
                "m" => 60_000,
                "h" => 3_600_000,
                _ => return Err(NotASchedule),
            };
            let delay: i64 = digits.parse().map_err(|_| NotASchedule)?;
            let times: u32 = times.parse().map_err(|_| NotASchedule)?;
            let delay =
                delay.checked_mul(unit).filter(|delay| (1..=30 * 86_400_000).contains(delay)).ok_or(NotASchedule)?;
            if times == 0 || times > 10_000 {
                return Err(NotASchedule);
            }
            stages.push(if grows { Stage::Growing(times, delay) } else { Stage::Steady(times, delay) });
        }
        Ok(Self { stages })
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, stage) in self.stages.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let (times, sign, delay) = match stage {
                Stage::Steady(times, delay) => (times, 'x', delay),
                Stage::Growing(times, delay) => (times, '+', delay),
            };
            let (number, unit) = match delay {
                d if d % 3_600_000 == 0 => (d / 3_600_000, "h"),
                d if d % 60_000 == 0 => (d / 60_000, "m"),
                d if d % 1000 == 0 => (d / 1000, "s"),
                d => (*d, "ms"),
            };
            write!(out, "{comma}{times}{sign}{number}{unit}")?;
        }
        Ok(())
    }
}

/// What a protocol takes as "the shop has it".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acknowledgement {
    /// HTTP status 200 exactly; the body does not matter.
    Status200,
    /// Any HTTP status from 200 to 299.
    Status2xx,
    /// HTTP status 200 and this body, white space around it aside.
    Body(String),
    /// Any HTTP status from 200 to 299, and a body whose first word is this: a byte order mark and white space before it, and anything
    /// that white space divides from it, do not matter.
    Word(String),
    /// The same with one of several words.
    AnyWord(Vec<String>),
}

impl fmt::Display for Acknowledgement {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status200 => out.write_str("200"),
            Self::Status2xx => out.write_str("2xx"),
            Self::Body(text) => write!(out, "body:{text}"),
            Self::Word(text) => write!(out, "word:{text}"),
            Self::AnyWord(words) => write!(out, "any:{}", words.join(" ")),
        }
    }
}

/// The text names no way of acknowledging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnAcknowledgement;

impl FromStr for Acknowledgement {
    type Err = NotAnAcknowledgement;

    fn from_str(text: &str) -> Result<Self, NotAnAcknowledgement> {
        match text {
            "200" => Ok(Self::Status200),
            "2xx" => Ok(Self::Status2xx),
            other => match other.split_once(':') {
                Some(("body", text)) => Ok(Self::Body(text.to_owned())),
                Some(("word", text)) if !text.is_empty() && !text.contains(char::is_whitespace) => {
                    Ok(Self::Word(text.to_owned()))
                }
                Some(("any", text)) => {
                    let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
                    let plain = |word: &String| !word.is_empty() && !word.contains(char::is_whitespace);
                    if words.iter().all(plain) { Ok(Self::AnyWord(words)) } else { Err(NotAnAcknowledgement) }
                }
                _ => Err(NotAnAcknowledgement),
            },
        }
    }
}

/// What came of one attempt to tell a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShopAnswer {
    /// It answered.
    Answered {
        /// HTTP status.
        status: u16,
        /// The body as text, cut at 16 KiB.
        body: String,
    },
    /// It did not: refused, timed out, no such name; in words.
    Failed(String),
}

/// Was it acknowledged? If not, the words say why, for the one who has to mend it.
pub fn judge(wanted: &Acknowledgement, answer: &ShopAnswer) -> Result<(), String> {
    let (status, body) = match answer {
        ShopAnswer::Answered { status, body } => (*status, body.trim()),
        ShopAnswer::Failed(words) => return Err(words.clone()),
    };
    match wanted {
        Acknowledgement::Status200 if status == 200 => Ok(()),
        Acknowledgement::Status2xx if (200..300).contains(&status) => Ok(()),
        Acknowledgement::Body(text) if status == 200 && body == text => Ok(()),
        Acknowledgement::Word(text) if (200..300).contains(&status) && first_word(body) == text => Ok(()),
        Acknowledgement::AnyWord(words)
            if (200..300).contains(&status) && words.iter().any(|word| word == first_word(body)) =>
        {
            Ok(())
        }
        Acknowledgement::Status200 => Err(format!("answered {status}, but only 200 is an acknowledgement")),
        Acknowledgement::Status2xx => Err(format!("answered {status}, but only 200 to 299 is an acknowledgement")),
        Acknowledgement::Body(text) if status == 200 => Err(format!("answered 200 but the body was not {text}")),
        Acknowledgement::Body(text) => Err(format!("answered {status} instead of 200 with the body {text}")),
        Acknowledgement::Word(text) if (200..300).contains(&status) => {
            Err(format!("answered {status} but the body did not begin with the word {text}"))
        }
        Acknowledgement::Word(text) => Err(format!("answered {status} instead of 200 to 299 with the word {text}")),
        Acknowledgement::AnyWord(words) if (200..300).contains(&status) => {
            Err(format!("answered {status} but the body did not begin with {}", words.join(" or ")))
        }
        Acknowledgement::AnyWord(words) => {
            Err(format!("answered {status} instead of 200 to 299 with {}", words.join(" or ")))
        }
    }
}

/// Editors that write a byte order mark put it before everything a script prints.
fn first_word(body: &str) -> &str {
    body.trim_start_matches(|c: char| c == '\u{FEFF}' || c.is_whitespace())
        .split_whitespace()
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_reads_back() {
        for text in ["5x30s", "6x10m,62x1h,52x4h", "1x1500ms", "5x10s,62+7370ms,52x4h", ""] {
            assert_eq!(text.parse::<Schedule>().map(|s| s.to_string()).as_deref(), Ok(text));
        }
        for wrong in
            ["5", "5+", "+7s", "0+7s", "5+x7s", "x30s", "0x1s", "5x0s", "5x30", "5x30d", "-1x1s", "5x99999999999999h"]
        {
            assert_eq!(wrong.parse::<Schedule>(), Err(NotASchedule), "{wrong}");
        }
    }

    #[test]
    fn stages_follow_each_other_and_end() {
        let schedule = Schedule::new(&[(2, 1000), (1, 60_000)]);
        let at = |attempts| schedule.next(attempts, UnixMillis(0), 0);
        assert_eq!(at(1), Next::Retry(UnixMillis(1000)));
        assert_eq!(at(2), Next::Retry(UnixMillis(1000)));
        assert_eq!(at(3), Next::Retry(UnixMillis(60_000)));
        assert_eq!(at(4), Next::GiveUp);
        assert_eq!(schedule.attempts_max(), 4);
    }

    #[test]
    fn waits_may_grow() {
        let schedule = Schedule::of([Stage::Steady(1, 10), Stage::Growing(3, 1000), Stage::Steady(1, 50)]);
        let waits: Vec<Next> = (1..=6).map(|attempts| schedule.next(attempts, UnixMillis(0), 0)).collect();
        let retry = |at| Next::Retry(UnixMillis(at));
        assert_eq!(waits, [retry(10), retry(1000), retry(2000), retry(3000), retry(50), Next::GiveUp]);
        assert_eq!(schedule.attempts_max(), 6);
    }

    #[test]
    fn only_the_exact_acknowledgement_counts() {
        let answered = |status, body: &str| ShopAnswer::Answered { status, body: body.to_owned() };
        let ok = Acknowledgement::Body("OK".to_owned());
        assert_eq!(judge(&ok, &answered(200, "OK\n")), Ok(()));
        assert_eq!(judge(&ok, &answered(200, "ok")), Err("answered 200 but the body was not OK".to_owned()));
        assert!(judge(&ok, &answered(500, "OK")).is_err());
        assert_eq!(judge(&Acknowledgement::Status200, &answered(200, "")), Ok(()));
        assert!(judge(&Acknowledgement::Status200, &answered(204, "")).is_err());
        assert_eq!(judge(&Acknowledgement::Status2xx, &answered(204, "")), Ok(()));
        assert!(judge(&Acknowledgement::Status2xx, &ShopAnswer::Failed("timed out".to_owned())).is_err());
        for way in ["200", "2xx", "body:SUCCESS", "word:OK", "any:OK NOSMS"] {
            assert_eq!(way.parse::<Acknowledgement>().map(|way| way.to_string()).as_deref(), Ok(way));
        }
        for wrong in ["", "201", "word:", "word:a b", "words:OK", "any:", "any:OK  NOSMS", "any:OK\nNOSMS", "body"] {
            assert_eq!(wrong.parse::<Acknowledgement>(), Err(NotAnAcknowledgement), "{wrong}");
        }
    }

    #[test]
    fn a_word_may_have_a_mark_before_and_a_text_after_it() {
        let word = Acknowledgement::Word("OK".to_owned());
        let judged = |status, body: &str| judge(&word, &ShopAnswer::Answered { status, body: body.to_owned() });
        for body in ["OK", " OK\r\n", "\u{FEFF}OK", "\r\n\u{FEFF} OK", "OK some text", "OK\n<br>"] {
            assert_eq!(judged(200, body), Ok(()), "{body}");
            assert_eq!(judged(202, body), Ok(()), "{body}");
            assert!(judged(302, body).is_err() && judged(422, body).is_err(), "{body}");
        }
        for body in ["", "ok", "OKAY", "OK.", "OK<br>", "not OK", "<html>OK", "\"OK\""] {
            assert!(judged(200, body).is_err(), "{body}");
        }
        assert_eq!(judged(200, "x"), Err("answered 200 but the body did not begin with the word OK".to_owned()));
        assert_eq!(judge(&word, &ShopAnswer::Failed("timed out".to_owned())), Err("timed out".to_owned()));
    }

    #[test]
    fn several_words_are_each_enough() {
        let words = Acknowledgement::AnyWord(["OK", "NOSMS"].map(str::to_owned).to_vec());
        let judged = |status, body: &str| judge(&words, &ShopAnswer::Answered { status, body: body.to_owned() });
        for body in ["OK", "NOSMS", "\u{FEFF}NOSMS later\r\n"] {
            assert_eq!(judged(200, body), Ok(()), "{body}");
            assert!(judged(500, body).is_err(), "{body}");
        }
        for body in ["", "NO SMS", "nosms", "OKNOSMS"] {
            assert_eq!(judged(200, body), Err("answered 200 but the body did not begin with OK or NOSMS".to_owned()));
        }
    }

    #[test]
    fn jitter_only_adds_and_at_most_a_tenth() {
        let schedule = Schedule::new(&[(1, 1000)]);
        assert_eq!(schedule.next(1, UnixMillis(0), 1000), Next::Retry(UnixMillis(1100)));
        assert_eq!(schedule.next(1, UnixMillis(0), 9999), Next::Retry(UnixMillis(1100)));
    }
}
