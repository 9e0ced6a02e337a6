//! Terms: what a project agreed on when a payment was registered. They stay with the payment when the project changes its mind.

use crate::time::UnixMillis;

/// How often a hold may be captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Captures {
    /// Once; what was not captured goes back at once.
    One,
    /// Several times, until a capture is marked as the last.
    Several,
}

/// What happens to money that came late, in part, or in excess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Funds {
    /// The merchant gets it.
    Accept,
    /// The payer gets it back.
    Return,
}

/// What the clock does with a hold at the moment that its merchant named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All of it is captured, unless the merchant captured a part by itself: then the rest is released, as nobody asked for it.
    Capture,
    /// It is released.
    Void,
}

impl Ending {
    /// Every ending, in the order of its stored number.
    pub const ALL: &[Self] = &[Self::Capture, Self::Void];

    /// Word for people and for storage.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Void => "void",
        }
    }

    /// By its word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|ending| ending.name() == name)
    }
}

/// An end of a hold that its merchant named. A hold never lives longer than [`Terms::hold_ms`]: whichever comes first ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldEnd {
    /// When; not before the payer's time is over.
    pub at: UnixMillis,
    /// What happens then.
    pub ending: Ending,
}

/// The rules of one payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Attempts a payer has, at least 1.
    pub attempts_max: u8,
    /// For how many milliseconds after the first failed attempt the payer may try again, whatever the reason of the failure: the payer's time
    /// ends then, if it does not end earlier. `None`: a failure shortens nothing, and only what the payer can mend is tried again.
    pub retry_ms: Option<i64>,
    /// Captures of one hold.
    pub captures: Captures,
    /// For how many milliseconds after the capture a captured payment can still be voided; 0 never.
    pub void_captured_ms: i64,
    /// For how many milliseconds a hold lives.
    pub hold_ms: i64,
    /// The moment that the merchant named for the end of the hold, if any.
    pub hold_end: Option<HoldEnd>,
    /// Money that arrives after the payment was closed.
    pub late: Funds,
    /// Too little money when the time runs out.
    pub partial: Funds,
    /// What came above the amount.
    pub over: Funds,
    /// No money moves: everything is decided and told as if it did, and nothing is posted.
    pub test: bool,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            attempts_max: 3,
            retry_ms: None,
            captures: Captures::One,
            void_captured_ms: 24 * 3_600_000,
            hold_ms: 7 * 24 * 3_600_000,
            hold_end: None,
            late: Funds::Return,
            partial: Funds::Return,
            over: Funds::Return,
            test: false,
        }
    }
}
