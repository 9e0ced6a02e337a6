//! Statuses and types on the wire, and what ours are in them.

use super::details::{Details, Waiting};
use payglot_core::{Intent, Operation, OperationKind, OperationStatus, Payment, State};

macro_rules! words {
    ($(#[$doc:meta])* $enum:ident { $($(#[$vdoc:meta])* $name:ident $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $enum {
            $($(#[$vdoc])* $name,)*
        }

        impl $enum {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The text on the wire.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            /// By the text on the wire.
            pub fn from_word(word: &str) -> Option<Self> {
                // Several client libraries spell this one the British way.
                let word = if word == "cancelled" { "canceled" } else { word };
                Self::ALL.iter().copied().find(|known| known.word() == word)
            }
        }
    };
}

words! {
    /// The status of a payment or of an operation: the same words.
    Status {
        /// Being handled inside.
        Processing "processing",
        /// Handed to the provider.
        ExternalProcessing "external processing",
        /// 3-D Secure: waits for its result.
        AwaitingThreeDs "awaiting 3ds result",
        /// The payer was sent to the provider.
        AwaitingRedirect "awaiting redirect result",
        /// Waits for more data from the shop.
        AwaitingClarification "awaiting clarification",
        /// Instructions were shown, the payer must act.
        AwaitingCustomerAction "awaiting customer action",
        /// Declined, but another attempt is possible.
        AwaitingCustomer "awaiting customer",
        /// A hold was placed.
        AwaitingCapture "awaiting capture",
        /// An invoice that nobody paid yet.
        AwaitingPayment "awaiting payment",
        /// Done.
        Success "success",
        /// Refused.
        Decline "decline",
        /// The request was refused during validation; its id may be used again.
        Error "error",
        /// The hold was released.
        Canceled "canceled",
        /// All was given back.
        Refunded "refunded",
        /// A part was given back.
        PartiallyRefunded "partially refunded",
        /// As refunded, before the close of the business day.
        Reversed "reversed",
        /// The deadline of an invoice passed.
        Expired "expired",
        /// The shop withdrew an invoice.
        InvoiceCanceled "invoice canceled",
        /// Less than asked for has come.
        PartiallyPaid "partially paid",
    }
}

words! {
    /// `payment.type`.
    PaymentType {
        /// The shop is paid.
        Purchase "purchase",
        /// The shop pays out.
        Payout "payout",
        /// Paid by an instrument that was registered earlier.
        Recurring "recurring",
        /// A link to pay by.
        Invoice "invoice",
        /// A card was verified; its amounts are 0.
        AccountVerification "account verification",
    }
}

words! {
    /// `operation.type`.
    OperationType {
        /// Charged at once.
        Sale "sale",
        /// Held.
        Auth "auth",
        /// Taken out of a hold.
        Capture "capture",
        /// A hold released.
        Cancel "cancel",
        /// Given back.
        Refund "refund",
        /// Given back before the merchant got it.
        Reversal "reversal",
        /// Charged by an instrument that was registered earlier.
        Recurring "recurring",
        /// The terms of such a registration changed.
        RecurringUpdate "recurring update",
        /// Such a registration ended.
        RecurringCancel "recurring cancel",
        /// A card verified.
        AccountVerification "account verification",
        /// Paid out.
        Payout "payout",
        /// An invoice as such, while nobody has tried to pay it.
        Invoice "invoice",
    }
}

impl PaymentType {
    /// What a payment is.
    pub fn of(payment: &Payment, details: &Details) -> Self {
        match payment.intent {
            Intent::Payout => Self::Payout,
            Intent::Sale | Intent::Hold => details.learned.kind.unwrap_or(Self::Purchase),
        }
    }
}

impl OperationType {
    /// What an operation is.
    pub fn of(operation: &Operation, details: &Details) -> Self {
        match operation.kind {
            OperationKind::Sale | OperationKind::Hold if details.verifies() => Self::AccountVerification,
            OperationKind::Sale if details.learned.kind == Some(PaymentType::Recurring) => Self::Recurring,
            OperationKind::Sale => Self::Sale,
            OperationKind::Hold => Self::Auth,
            OperationKind::Capture => Self::Capture,
            OperationKind::Void => Self::Cancel,
            OperationKind::Refund => Self::Refund,
            OperationKind::Return => Self::Reversal,
            OperationKind::Payout => Self::Payout,
        }
    }
}

impl Status {
    /// The status of a payment; `None` while the shop must not know of it: a page was opened, but nothing was confirmed on it.
    pub fn of_payment(payment: &Payment, details: &Details) -> Option<Self> {
        let invoice = details.learned.kind == Some(PaymentType::Invoice);
        let status = match payment.state {
            State::Created if payment.attempts_used() > 0 => Self::AwaitingCustomer,
            State::Created if invoice => Self::AwaitingPayment,
            State::Created if payment.intent == Intent::Payout || details.learned.accepted => Self::Processing,
            State::Created => return None,
            State::Pending => payment.last_attempt().map_or(Self::Processing, |last| Self::open(last.status, details)),
            State::Underpaid => Self::PartiallyPaid,
            // The hold is released at once, and that is the end.
            State::Held if details.verifies() => Self::Processing,
            State::Voided if details.verifies() => Self::Success,
            State::Held => Self::AwaitingCapture,
            State::Paid if payment.sums.refunded == 0 => Self::Success,
            State::Paid if payment.sums.refunded == payment.sums.captured => Self::Refunded,
            State::Paid => Self::PartiallyRefunded,
            State::Voided if payment.sums.captured > 0 => Self::Reversed,
            State::Voided => Self::Canceled,
            State::Expired if invoice => Self::Expired,
            State::Cancelled if invoice => Self::InvoiceCanceled,
            State::Declined | State::Expired | State::Cancelled => Self::Decline,
        };
        Some(status)
    }

    /// The status of an operation of `payment`. One that waited for the payer when time ran out is declined with it.
    pub fn of_operation(operation: &Operation, payment: &Payment, details: &Details) -> Self {
        let closed = operation.kind.is_attempt() && matches!(payment.state, State::Expired | State::Cancelled);
        match operation.status {
            OperationStatus::PayerActs if closed => Self::Decline,
            open @ (OperationStatus::Asked | OperationStatus::PayerActs | OperationStatus::Unknown) => {
                Self::open(open, details)
            }
            OperationStatus::Approved if payment.state == State::Held && details.verifies() => Self::Processing,
            OperationStatus::Approved => Self::Success,
            OperationStatus::Declined => Self::Decline,
        }
    }

    fn open(status: OperationStatus, details: &Details) -> Self {
        match status {
            OperationStatus::PayerActs => match details.learned.waiting {
                Some(Waiting::ThreeDs(_)) => Self::AwaitingThreeDs,
                Some(Waiting::Redirect(_)) => Self::AwaitingRedirect,
                Some(Waiting::Display(_)) => Self::AwaitingCustomerAction,
                None => Self::ExternalProcessing,
            },
            OperationStatus::Asked => Self::Processing,
            OperationStatus::Unknown => Self::ExternalProcessing,
            OperationStatus::Approved => Self::Success,
            OperationStatus::Declined => Self::Decline,
        }
    }

    /// Will nothing more happen by itself?
    pub const fn is_final(self) -> bool {
        match self {
            Self::Success
            | Self::Decline
            | Self::Error
            | Self::Canceled
            | Self::Refunded
            | Self::PartiallyRefunded
            | Self::Reversed
            | Self::Expired
            | Self::InvoiceCanceled => true,
            Self::Processing
            | Self::ExternalProcessing
            | Self::AwaitingThreeDs
            | Self::AwaitingRedirect
            | Self::AwaitingClarification
            | Self::AwaitingCustomerAction
            | Self::AwaitingCustomer
            | Self::AwaitingCapture
            | Self::AwaitingPayment
            | Self::PartiallyPaid => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        assert!(Status::ALL.iter().all(|x| Status::from_word(x.word()) == Some(*x)));
        assert!(PaymentType::ALL.iter().all(|x| PaymentType::from_word(x.word()) == Some(*x)));
        assert!(OperationType::ALL.iter().all(|x| OperationType::from_word(x.word()) == Some(*x)));
        assert_eq!(Status::from_word("cancelled"), Some(Status::Canceled));
        assert_eq!(Status::from_word("Success"), None);
    }
}
