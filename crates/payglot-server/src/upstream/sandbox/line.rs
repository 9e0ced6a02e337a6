//! The line to the bank, which can be cut: how the gateway meets a bank that hears nothing, or acts and cannot say so.

use std::sync::atomic::{AtomicU8, Ordering};

/// What comes through, for what a merchant asks and for questions about it. Attempts of payers have cards of their own for this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Everything.
    Whole,
    /// What is asked is done, and the answer is lost; who asks again is told.
    AnswersLost,
    /// What is asked is done, and no answer comes through, not even to one who asks again.
    Mute,
    /// Nothing reaches the bank.
    Cut,
}

/// A line that somebody can cut while the bank is at work.
#[derive(Debug, Default)]
pub(super) struct Switch(AtomicU8);

impl Switch {
    pub(super) fn set(&self, line: Line) {
        let code = match line {
            Line::Whole => 0,
            Line::AnswersLost => 1,
            Line::Mute => 2,
            Line::Cut => 3,
        };
        self.0.store(code, Ordering::SeqCst);
    }

    pub(super) fn line(&self) -> Line {
        match self.0.load(Ordering::SeqCst) {
            0 => Line::Whole,
            1 => Line::AnswersLost,
            2 => Line::Mute,
            _ => Line::Cut,
        }
    }
}
