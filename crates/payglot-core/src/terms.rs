//! Terms: what a project agreed on when a payment was registered. They stay with the payment when the project changes its mind.

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

/// The rules of one payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Attempts a payer has, at least 1.
    pub attempts_max: u8,
    /// Captures of one hold.
    pub captures: Captures,
    /// For how many milliseconds after the capture a captured payment can still be voided; 0 never.
    pub void_captured_ms: i64,
    /// For how many milliseconds a hold lives.
    pub hold_ms: i64,
    /// Money that arrives after the payment was closed.
    pub late: Funds,
    /// Too little money when the time runs out.
    pub partial: Funds,
    /// What came above the amount.
    pub over: Funds,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            attempts_max: 3,
            captures: Captures::One,
            void_captured_ms: 24 * 3_600_000,
            hold_ms: 7 * 24 * 3_600_000,
            late: Funds::Return,
            partial: Funds::Return,
            over: Funds::Return,
        }
    }
}
