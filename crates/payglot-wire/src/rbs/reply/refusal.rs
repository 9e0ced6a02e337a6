//! What the core refuses, in the words of the operation that asked. Each match is exhaustive: a new refusal must be judged here.

use crate::rbs::codes::Refused;
use payglot_core::Refusal;

/// For `register.do` and `registerPreAuth.do`.
pub fn of_register(refusal: &Refusal) -> Refused {
    match refusal {
        Refusal::BadAmount | Refusal::CurrencyDiffers => Refused::AmountInvalid,
        Refusal::ExpiresInThePast => Refused::ParameterInvalid("expirationDate".to_owned()),
        Refusal::UnknownOperation
        | Refusal::Repeated(_)
        | Refusal::KeyReused(_)
        | Refusal::AlreadyAnswered
        | Refusal::AnswerDiffers
        | Refusal::WrongState(_)
        | Refusal::TimeOver
        | Refusal::TimeNotOver
        | Refusal::NoAttemptsLeft
        | Refusal::Unexpected
        | Refusal::OutcomeOpen(_)
        | Refusal::NotAllowed
        | Refusal::ExceedsRemaining
        | Refusal::Overflow => Refused::System,
    }
}

/// For `deposit.do`. A capture above the hold has no text of its own in any document.
pub fn of_deposit(refusal: &Refusal) -> Refused {
    match refusal {
        Refusal::BadAmount | Refusal::CurrencyDiffers | Refusal::ExceedsRemaining => Refused::AmountInvalid,
        Refusal::WrongState(_) | Refusal::TimeOver | Refusal::OutcomeOpen(_) | Refusal::NotAllowed => {
            Refused::StateMustBeCorrect
        }
        Refusal::ExpiresInThePast
        | Refusal::UnknownOperation
        | Refusal::Repeated(_)
        | Refusal::KeyReused(_)
        | Refusal::AlreadyAnswered
        | Refusal::AnswerDiffers
        | Refusal::TimeNotOver
        | Refusal::NoAttemptsLeft
        | Refusal::Unexpected
        | Refusal::Overflow => Refused::System,
    }
}

/// For `reverse.do`. `untouched`: is what was captured still what was authorized, nothing refunded? If so the window is over.
pub fn of_reverse(refusal: &Refusal, untouched: bool) -> Refused {
    match refusal {
        Refusal::BadAmount | Refusal::CurrencyDiffers | Refusal::ExceedsRemaining => Refused::AmountInvalid,
        Refusal::NotAllowed if !untouched => Refused::ReversalImpossible,
        Refusal::WrongState(_) | Refusal::TimeOver | Refusal::OutcomeOpen(_) | Refusal::NotAllowed => {
            Refused::StateForbids
        }
        Refusal::ExpiresInThePast
        | Refusal::UnknownOperation
        | Refusal::Repeated(_)
        | Refusal::KeyReused(_)
        | Refusal::AlreadyAnswered
        | Refusal::AnswerDiffers
        | Refusal::TimeNotOver
        | Refusal::NoAttemptsLeft
        | Refusal::Unexpected
        | Refusal::Overflow => Refused::System,
    }
}

/// For `refund.do`. [`Refusal::Repeated`] is no refusal here: the same refund was asked for twice, so the answer is the first one's.
pub fn of_refund(refusal: &Refusal) -> Refused {
    match refusal {
        Refusal::BadAmount | Refusal::CurrencyDiffers => Refused::AmountInvalid,
        Refusal::ExceedsRemaining => Refused::RefundTooLarge,
        Refusal::KeyReused(_) => Refused::ParameterInvalid("externalRefundId".to_owned()),
        Refusal::WrongState(_) | Refusal::OutcomeOpen(_) | Refusal::NotAllowed => Refused::StateMustBeCorrect,
        Refusal::ExpiresInThePast
        | Refusal::UnknownOperation
        | Refusal::Repeated(_)
        | Refusal::AlreadyAnswered
        | Refusal::AnswerDiffers
        | Refusal::TimeOver
        | Refusal::TimeNotOver
        | Refusal::NoAttemptsLeft
        | Refusal::Unexpected
        | Refusal::Overflow => Refused::System,
    }
}

/// For `decline.do` and the cancel button.
pub fn of_decline(refusal: &Refusal) -> Refused {
    match refusal {
        Refusal::WrongState(_) | Refusal::TimeOver | Refusal::OutcomeOpen(_) | Refusal::NotAllowed => {
            Refused::StateForbids
        }
        Refusal::BadAmount
        | Refusal::CurrencyDiffers
        | Refusal::ExpiresInThePast
        | Refusal::UnknownOperation
        | Refusal::Repeated(_)
        | Refusal::KeyReused(_)
        | Refusal::AlreadyAnswered
        | Refusal::AnswerDiffers
        | Refusal::TimeNotOver
        | Refusal::NoAttemptsLeft
        | Refusal::Unexpected
        | Refusal::ExceedsRemaining
        | Refusal::Overflow => Refused::System,
    }
}
