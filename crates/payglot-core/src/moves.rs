//! The table of moves. Legality, end states and the history check are computed from it; nothing else assigns a state.

use crate::payment::State;
use State::{Cancelled, Created, Declined, Expired, Held, Paid, Pending, Underpaid, Voided};

/// What can happen to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The merchant registered the order.
    Registered,
    /// The payer began an attempt; the provider is being asked.
    AttemptStarted,
    /// The provider wants the payer to prove something first.
    ChallengeStarted,
    /// The payer came back from the challenge; the provider is being asked again.
    ChallengeAnswered,
    /// The attempt failed and the payer may try again.
    AttemptFailed,
    /// The attempt failed finally.
    Refused,
    /// The provider did not answer in time.
    OutcomeUnknown,
    /// The amount is reserved.
    HoldApproved,
    /// The amount is captured, in one step or in full.
    Captured,
    /// A part of the hold is captured and more may follow.
    CapturedInPart,
    /// A capture was asked for.
    CaptureAsked,
    /// A capture was refused by the provider.
    CaptureRefused,
    /// A void was asked for.
    VoidAsked,
    /// A void was refused by the provider.
    VoidRefused,
    /// A part of the hold was released.
    VoidedInPart,
    /// All of it was released or undone.
    Voided,
    /// A refund was asked for.
    RefundAsked,
    /// A refund was refused by the provider.
    RefundRefused,
    /// Captured money went back to the payer, in part or in full.
    Refunded,
    /// Some of the money came.
    PartReceived,
    /// Money came after the payment was closed; the terms return it.
    LateReceived,
    /// More money came than was asked for, after it was paid, or out of an attempt that was given up.
    ExcessReceived,
    /// Late or partial money was accepted as payment.
    PaidLate,
    /// Money the merchant never got is being sent back.
    ReturnAsked,
    /// It is back.
    Returned,
    /// The provider refused to send it back: a person must look.
    ReturnRefused,
    /// A payout was asked for.
    PayoutAsked,
    /// A payout arrived.
    PaidOut,
    /// A payout was refused.
    PayoutRefused,
    /// Payer or merchant gave the payment up.
    Cancelled,
    /// The time ran out.
    Expired,
}

impl Event {
    /// Every event.
    pub const ALL: &[Self] = &[
        Self::Registered,
        Self::AttemptStarted,
        Self::ChallengeStarted,
        Self::ChallengeAnswered,
        Self::AttemptFailed,
        Self::Refused,
        Self::OutcomeUnknown,
        Self::HoldApproved,
        Self::Captured,
        Self::CapturedInPart,
        Self::CaptureAsked,
        Self::CaptureRefused,
        Self::VoidAsked,
        Self::VoidRefused,
        Self::VoidedInPart,
        Self::Voided,
        Self::RefundAsked,
        Self::RefundRefused,
        Self::Refunded,
        Self::PartReceived,
        Self::LateReceived,
        Self::ExcessReceived,
        Self::PaidLate,
        Self::ReturnAsked,
        Self::Returned,
        Self::ReturnRefused,
        Self::PayoutAsked,
        Self::PaidOut,
        Self::PayoutRefused,
        Self::Cancelled,
        Self::Expired,
    ];

    /// Word for people and for storage.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::AttemptStarted => "attempt_started",
            Self::ChallengeStarted => "challenge_started",
            Self::ChallengeAnswered => "challenge_answered",
            Self::AttemptFailed => "attempt_failed",
            Self::Refused => "refused",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::HoldApproved => "hold_approved",
            Self::Captured => "captured",
            Self::CapturedInPart => "captured_in_part",
            Self::CaptureAsked => "capture_asked",
            Self::CaptureRefused => "capture_refused",
            Self::VoidAsked => "void_asked",
            Self::VoidRefused => "void_refused",
            Self::VoidedInPart => "voided_in_part",
            Self::Voided => "voided",
            Self::RefundAsked => "refund_asked",
            Self::RefundRefused => "refund_refused",
            Self::Refunded => "refunded",
            Self::PartReceived => "part_received",
            Self::LateReceived => "late_received",
            Self::ExcessReceived => "excess_received",
            Self::PaidLate => "paid_late",
            Self::ReturnAsked => "return_asked",
            Self::Returned => "returned",
            Self::ReturnRefused => "return_refused",
            Self::PayoutAsked => "payout_asked",
            Self::PaidOut => "paid_out",
            Self::PayoutRefused => "payout_refused",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// By its word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.name() == name)
    }
}

/// Every move a payment can make after its registration.
pub const MOVES: &[(State, Event, State)] = &[
    (Created, Event::AttemptStarted, Pending),
    (Created, Event::Cancelled, Cancelled),
    (Created, Event::Expired, Expired),
    (Pending, Event::ChallengeStarted, Pending),
    (Pending, Event::ChallengeAnswered, Pending),
    (Pending, Event::OutcomeUnknown, Pending),
    (Pending, Event::AttemptFailed, Created),
    (Pending, Event::Refused, Declined),
    (Pending, Event::HoldApproved, Held),
    (Pending, Event::Captured, Paid),
    (Pending, Event::PaidOut, Paid),
    (Pending, Event::Cancelled, Cancelled),
    (Pending, Event::Expired, Expired),
    // Money that the payer sends without our asking: wallets, banks, kiosks.
    (Created, Event::PartReceived, Underpaid),
    (Created, Event::Captured, Paid),
    (Pending, Event::PartReceived, Underpaid),
    (Underpaid, Event::PartReceived, Underpaid),
    (Underpaid, Event::Captured, Paid),
    (Underpaid, Event::PaidLate, Paid),
    (Underpaid, Event::Cancelled, Cancelled),
    (Underpaid, Event::Expired, Expired),
    // An attempt that was under way when the payer sent money ends without effect.
    (Underpaid, Event::AttemptFailed, Underpaid),
    (Underpaid, Event::OutcomeUnknown, Underpaid),
    (Paid, Event::AttemptFailed, Paid),
    // A hold that was believed declined and is asked back: it counts neither as this attempt nor as payment.
    (Created, Event::ExcessReceived, Created),
    (Created, Event::ReturnAsked, Created),
    (Created, Event::Returned, Created),
    (Created, Event::ReturnRefused, Created),
    (Created, Event::OutcomeUnknown, Created),
    (Pending, Event::ExcessReceived, Pending),
    (Pending, Event::ReturnAsked, Pending),
    (Pending, Event::Returned, Pending),
    (Pending, Event::ReturnRefused, Pending),
    (Held, Event::ExcessReceived, Held),
    (Held, Event::ReturnAsked, Held),
    (Held, Event::Returned, Held),
    (Held, Event::ReturnRefused, Held),
    // A hold and what becomes of it.
    (Held, Event::CaptureAsked, Held),
    (Held, Event::CaptureRefused, Held),
    (Held, Event::CapturedInPart, Held),
    (Held, Event::Captured, Paid),
    (Held, Event::VoidAsked, Held),
    (Held, Event::VoidRefused, Held),
    (Held, Event::VoidedInPart, Held),
    (Held, Event::Voided, Voided),
    (Held, Event::RefundAsked, Held),
    (Held, Event::RefundRefused, Held),
    (Held, Event::Refunded, Held),
    (Held, Event::OutcomeUnknown, Held),
    // After the capture.
    (Paid, Event::VoidAsked, Paid),
    (Paid, Event::VoidRefused, Paid),
    (Paid, Event::Voided, Voided),
    (Paid, Event::RefundAsked, Paid),
    (Paid, Event::RefundRefused, Paid),
    (Paid, Event::Refunded, Paid),
    (Paid, Event::PayoutAsked, Paid),
    (Paid, Event::PayoutRefused, Paid),
    (Paid, Event::PaidOut, Paid),
    (Paid, Event::ExcessReceived, Paid),
    (Paid, Event::ReturnAsked, Paid),
    (Paid, Event::Returned, Paid),
    (Paid, Event::ReturnRefused, Paid),
    (Paid, Event::OutcomeUnknown, Paid),
    // Money that comes to a closed payment, and partial money of one that closes.
    (Expired, Event::PaidLate, Paid),
    (Cancelled, Event::PaidLate, Paid),
    (Declined, Event::PaidLate, Paid),
    (Expired, Event::LateReceived, Expired),
    (Cancelled, Event::LateReceived, Cancelled),
    (Declined, Event::LateReceived, Declined),
    (Voided, Event::LateReceived, Voided),
    (Expired, Event::ReturnAsked, Expired),
    (Cancelled, Event::ReturnAsked, Cancelled),
    (Declined, Event::ReturnAsked, Declined),
    (Voided, Event::ReturnAsked, Voided),
    (Expired, Event::Returned, Expired),
    (Cancelled, Event::Returned, Cancelled),
    (Declined, Event::Returned, Declined),
    (Voided, Event::Returned, Voided),
    (Expired, Event::ReturnRefused, Expired),
    (Cancelled, Event::ReturnRefused, Cancelled),
    (Declined, Event::ReturnRefused, Declined),
    (Voided, Event::ReturnRefused, Voided),
    (Expired, Event::OutcomeUnknown, Expired),
    (Cancelled, Event::OutcomeUnknown, Cancelled),
    (Declined, Event::OutcomeUnknown, Declined),
    (Voided, Event::OutcomeUnknown, Voided),
];

/// Where `event` leads from `from`, if it may happen there.
pub fn next(from: State, event: Event) -> Option<State> {
    MOVES.iter().find(|&&(start, what, _)| start == from && what == event).map(|&(_, _, to)| to)
}

/// A closed state: no payer's action and no merchant's capture, void or refund leaves it. Computed, so it cannot disagree with the table.
pub fn is_closed(state: State) -> bool {
    !MOVES.iter().any(|&(from, event, to)| from == state && to != from && event != Event::PaidLate)
}

/// I3: is this history a path of the table, beginning with the registration?
pub fn is_path(history: &[(Option<State>, Event, State)]) -> bool {
    let mut at = None;
    for &(from, event, to) in history {
        let legal = match from {
            None => event == Event::Registered && to == State::Created,
            Some(state) => next(state, event) == Some(to),
        };
        if from != at || !legal {
            return false;
        }
        at = Some(to);
    }
    at.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_a_move_and_a_word() {
        for event in Event::ALL {
            assert_eq!(Event::from_name(event.name()), Some(*event));
            let moves = MOVES.iter().any(|(_, what, _)| what == event);
            assert!(moves || *event == Event::Registered, "{event:?} never happens");
        }
    }

    #[test]
    fn a_move_is_listed_once() {
        for (index, (from, event, _)) in MOVES.iter().enumerate() {
            let again = MOVES[index + 1..].iter().any(|(f, e, _)| f == from && e == event);
            assert!(!again, "{from:?} {event:?} is listed twice");
        }
    }

    #[test]
    fn closed_states_follow_from_the_table() {
        let closed: Vec<State> = State::ALL.iter().copied().filter(|state| is_closed(*state)).collect();
        assert_eq!(closed, [Declined, Voided, Cancelled, Expired]);
    }
}
