//! Codes of errors and declines, out of the vendor's page "Operation codes". Only what this gateway says is here: a code that nothing
//! leads to would be a promise.

use payglot_core::decide::Refusal;
use payglot_core::{DeclineReason, OperationKind};
use std::fmt;

macro_rules! codes {
    ($($name:ident $number:literal $text:literal;)*) => {
        /// A code. On the wire it is text, never a number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $text] $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The number.
            pub const fn number(self) -> u16 {
                match self {
                    $(Self::$name => $number,)*
                }
            }

            /// The number as it stands on the wire.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($number),)*
                }
            }

            /// The vendor's words for it.
            pub const fn message(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    Success 0 "Success";
    ThreeDsDeclined 104 "Declined by 3DS check";
    Cancelled 301 "Cancelled";
    AccessDenied 303 "Access denied";
    NotAllowed 310 "This operation is not allowed by project settings";
    Internal 501 "Internal error";
    Invalid 502 "Validation error";
    InvalidJson 2003 "Invalid JSON string";
    Missing 2004 "Required field not provided";
    InvalidEmail 2426 "Invalid Email";
    ProjectNotFound 2442 "Project ID not found";
    UnknownMethod 2541 "Unknown Payment Method";
    AboveLimit 2642 "Operation amount is greater than limit";
    CurrencyDisabled 3023 "Provided currency disabled for Project ID";
    InvalidToken 3027 "Invalid token provided";
    BalanceTooLow 3028 "Insufficient funds on merchant balance";
    PaymentExists 3041 "Payment ID already exists";
    WrongState 3060 "Current payment or operation status does not allow this action";
    NotFound 3061 "Transaction not found";
    InvalidCurrency 3121 "Invalid currency";
    RecurringNotFound 3181 "COF purchase registration ID not found";
    RecurringDuplicate 3182 "Duplicate COF purchase scheduled payment ID";
    RecurringCardExpired 3183 "COF purchase registration ID is invalidated due to card expiry date";
    RecurringCancelled 3184 "COF purchase registration ID is cancelled";
    TokenNotFound 3221 "Card token not found";
    RefundIdExists 3230 "The operation with such merchant_refund_id already exists";
    InvalidSignature 3261 "Invalid signature";
    EmptySignature 3262 "Empty signature";
    RefundTooLarge 3283 "Refund amount more than init amount";
    RefundCurrency 3284 "Refund currency mismatched or empty";
    AmountRequired 3286 "The property amount is required";
    CurrencyRequired 3287 "The property currency is required";
    Disputed 3288 "Refund prohibited on disputed transaction";
    RecurringExpired 3301 "Recurring registration is expired";
    Awaiting 9999 "Awaiting processing";
    CardDecline 10000 "General decline";
    CardProvider 10100 "Declined by external provider";
    CardLimit 10101 "Decline due to amount or frequency limit";
    CardData 10102 "Incorrect data entered";
    CardCvv 10103 "Incorrect PIN or CVV";
    CardFunds 10105 "Insufficient funds on card";
    CardExpired 10106 "Card expired";
    CardIssuerDown 10202 "Issuer inoperative";
    CardRestricted 10204 "Restrictions for the customer card";
    CardFraud 10404 "Suspected fraud. Do not try again";
    CardPspDown 10505 "PSP system is inoperative";
    CardTryAgain 10601 "Try again";
    CardTimeout 10602 "Time-out";
    Decline 20000 "General decline";
    Provider 20100 "Declined by external provider";
    Limit 20101 "Decline due to amount or frequency limit";
    Account 20102 "Incorrect account data entered";
    Funds 20105 "Insufficient funds on customer account";
    Restricted 20201 "Restrictions for the customer account";
    PspDown 20202 "PSP system is unavailable";
    OwnerCancelled 20301 "Account owner cancelled operation";
    Suspicious 20402 "Suspicious operation";
    TryAgain 20601 "Try again";
    Timeout 20602 "Time-out";
}

/// Which hundreds a decline is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Cards: 10000 and on.
    Card,
    /// Every other method: 20000 and on.
    Other,
}

impl Code {
    /// By the text on the wire.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.text() == text)
    }

    /// The HTTP status of a refusal with this code at acceptance; 400 for every code without a status of its own.
    pub const fn http_status(self) -> u16 {
        match self {
            Self::InvalidJson => 422,
            Self::ProjectNotFound => 404,
            Self::AccessDenied => 403,
            Self::Internal => 500,
            _ => 400,
        }
    }

    /// The code of a decline.
    pub const fn of_reason(reason: DeclineReason, channel: Channel) -> Self {
        let (card, other) = match reason {
            DeclineReason::InsufficientFunds => (Self::CardFunds, Self::Funds),
            DeclineReason::CardExpired => (Self::CardExpired, Self::Account),
            DeclineReason::WrongSecurityCode => (Self::CardCvv, Self::Account),
            DeclineReason::WrongCardData | DeclineReason::UnknownCard => (Self::CardData, Self::Account),
            DeclineReason::CardRestricted => (Self::CardRestricted, Self::Restricted),
            DeclineReason::CardLimit | DeclineReason::IssuerLimit => (Self::CardLimit, Self::Limit),
            DeclineReason::NetworkRefused => (Self::CardProvider, Self::Provider),
            DeclineReason::IssuerRefused | DeclineReason::Other => (Self::CardDecline, Self::Decline),
            DeclineReason::IssuerUnavailable => (Self::CardIssuerDown, Self::PspDown),
            DeclineReason::AuthenticationFailed
            | DeclineReason::AuthenticationRefused
            | DeclineReason::AuthenticationError
            | DeclineReason::AuthenticationAbandoned => (Self::ThreeDsDeclined, Self::Decline),
            DeclineReason::Fraud => (Self::CardFraud, Self::Suspicious),
            DeclineReason::NotReceived => (Self::CardTryAgain, Self::TryAgain),
            DeclineReason::SystemError => (Self::CardPspDown, Self::PspDown),
            DeclineReason::CancelledByPayer => (Self::Cancelled, Self::OwnerCancelled),
            DeclineReason::CancelledByMerchant | DeclineReason::TimeRanOut => (Self::Cancelled, Self::Cancelled),
        };
        match channel {
            Channel::Card => card,
            Channel::Other => other,
        }
    }

    /// The code of what the core refuses to do for a merchant.
    pub const fn of_refusal(refusal: &Refusal, kind: OperationKind) -> Self {
        let refund = matches!(kind, OperationKind::Refund);
        match refusal {
            Refusal::ExceedsRemaining if refund => Self::RefundTooLarge,
            Refusal::ExceedsRemaining | Refusal::Overflow => Self::AboveLimit,
            Refusal::CurrencyDiffers if refund => Self::RefundCurrency,
            Refusal::CurrencyDiffers => Self::InvalidCurrency,
            Refusal::Repeated(_) | Refusal::KeyReused(_) => Self::RefundIdExists,
            Refusal::BadAmount => Self::Invalid,
            Refusal::NotAllowed => Self::NotAllowed,
            Refusal::TimeOver | Refusal::ExpiresInThePast => Self::Cancelled,
            Refusal::UnknownOperation => Self::NotFound,
            Refusal::Unexpected
            | Refusal::AlreadyAnswered
            | Refusal::AnswerDiffers
            | Refusal::WrongState(_)
            | Refusal::TimeNotOver
            | Refusal::NoAttemptsLeft
            | Refusal::OutcomeOpen(_) => Self::WrongState,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.text())
    }
}

/// Why a request is refused: the code, where it lies, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The code.
    pub code: Code,
    /// The path of the field, `payment.amount`; empty if it is not about a field.
    pub field: String,
    /// What the field must be, for the shop's developer; perhaps empty. It never repeats what was sent.
    pub wanted: String,
}

impl Refused {
    /// Not about a field.
    pub const fn whole(code: Code) -> Self {
        Self { code, field: String::new(), wanted: String::new() }
    }

    /// About a field.
    pub fn of(code: Code, field: &str) -> Self {
        Self { code, field: field.to_owned(), wanted: String::new() }
    }

    /// A field of the wrong type, format or length.
    pub fn invalid(field: &str, wanted: impl Into<String>) -> Self {
        Self { code: Code::Invalid, field: field.to_owned(), wanted: wanted.into() }
    }

    /// What `message` says: the vendor's words, and for a wrong field its name and what it must be.
    pub fn message(&self) -> String {
        match self.code {
            Code::Invalid if !self.field.is_empty() => {
                format!("{}: {} must be {}", self.code.message(), self.field, self.wanted)
            }
            code => code.message().to_owned(),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.code, self.message())?;
        if self.code != Code::Invalid && !self.field.is_empty() {
            write!(out, " ({})", self.field)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_none_is_there_twice() {
        for (index, code) in Code::ALL.iter().enumerate() {
            assert_eq!(Code::from_text(&code.to_string()), Some(*code));
            assert!(Code::ALL[..index].iter().all(|other| other.number() < code.number()), "{code}");
        }
        assert_eq!(Code::from_text("1005"), None);
    }

    #[test]
    fn a_decline_has_a_code_in_both_channels() {
        for &reason in DeclineReason::ALL {
            let (card, other) = (Code::of_reason(reason, Channel::Card), Code::of_reason(reason, Channel::Other));
            assert!((10_000..20_000).contains(&card.number()) || card.number() < 1000, "{reason:?}");
            assert!(other.number() >= 20_000 || other == Code::Cancelled, "{reason:?}");
        }
    }

    #[test]
    fn a_refund_that_cannot_be_has_the_documented_code() {
        let of = |refusal| Code::of_refusal(&refusal, OperationKind::Refund).number();
        assert_eq!(of(Refusal::ExceedsRemaining), 3283);
        assert_eq!(of(Refusal::CurrencyDiffers), 3284);
        assert_eq!(of(Refusal::WrongState(payglot_core::State::Pending)), 3060);
        assert_eq!(Code::of_refusal(&Refusal::ExceedsRemaining, OperationKind::Capture).number(), 2642);
    }
}
