//! Operations: each is one thing asked of a provider, with an id that is the provider's idempotency key, a status and an answer.

use crate::ids::OperationId;
use crate::money::Money;
use crate::time::UnixMillis;

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationKind {
    /// Authorize and capture at once.
    Sale,
    /// Authorize only.
    Hold,
    /// Take a part or all of a hold.
    Capture,
    /// Give up a hold, or undo a capture of the same day.
    Void,
    /// Give captured money back.
    Refund,
    /// Give back money that the merchant never got: late, in part, or in excess.
    Return,
    /// Send the merchant's money to a recipient.
    Payout,
}

impl OperationKind {
    /// Every kind, in the order of its stored number.
    pub const ALL: &[Self] =
        &[Self::Sale, Self::Hold, Self::Capture, Self::Void, Self::Refund, Self::Return, Self::Payout];

    /// Word for people and for storage.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Hold => "hold",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
            Self::Return => "return",
            Self::Payout => "payout",
        }
    }

    /// By its word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Does the payer take part in it (an attempt), or only the merchant?
    pub const fn is_attempt(self) -> bool {
        match self {
            Self::Sale | Self::Hold => true,
            Self::Capture | Self::Void | Self::Refund | Self::Return | Self::Payout => false,
        }
    }
}

/// How far an operation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationStatus {
    /// The provider is being asked; a crash leaves a question to ask again.
    Asked,
    /// The payer must do something first, such as 3-D Secure. The provider has moved nothing yet.
    PayerActs,
    /// The provider did not answer in time: it may or may not have happened.
    Unknown,
    /// It happened.
    Approved,
    /// It did not happen and will not.
    Declined,
}

impl OperationStatus {
    /// Every status.
    pub const ALL: &[Self] = &[Self::Asked, Self::PayerActs, Self::Unknown, Self::Approved, Self::Declined];

    /// Word for people and for storage.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::PayerActs => "payer_acts",
            Self::Unknown => "unknown",
            Self::Approved => "approved",
            Self::Declined => "declined",
        }
    }

    /// By its word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|status| status.name() == name)
    }

    /// Is the provider's answer still missing?
    pub const fn is_open(self) -> bool {
        match self {
            Self::Asked | Self::Unknown => true,
            Self::PayerActs | Self::Approved | Self::Declined => false,
        }
    }
}

/// How the payer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// A card typed on our page.
    Card,
    /// A card typed on the merchant's side.
    MerchantCard,
    /// A card saved earlier.
    SavedCard,
    /// An electronic wallet.
    Wallet,
    /// A payment started in an internet bank.
    Bank,
    /// A bank transfer made by hand.
    Transfer,
    /// A confirmation by text message.
    Sms,
    /// Cash in a kiosk.
    Kiosk,
    /// A crypto currency.
    Crypto,
}

impl Method {
    /// Every method.
    pub const ALL: &[Self] = &[
        Self::Card,
        Self::MerchantCard,
        Self::SavedCard,
        Self::Wallet,
        Self::Bank,
        Self::Transfer,
        Self::Sms,
        Self::Kiosk,
        Self::Crypto,
    ];

    /// Word for people and for storage.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::MerchantCard => "merchant_card",
            Self::SavedCard => "saved_card",
            Self::Wallet => "wallet",
            Self::Bank => "bank",
            Self::Transfer => "transfer",
            Self::Sms => "sms",
            Self::Kiosk => "kiosk",
            Self::Crypto => "crypto",
        }
    }

    /// By its word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|method| method.name() == name)
    }

    /// Does the payer act at somebody else's place (a bank, a wallet, a telephone), where the money moves without our asking?
    pub const fn is_elsewhere(self) -> bool {
        match self {
            Self::Card | Self::MerchantCard | Self::SavedCard => false,
            Self::Wallet | Self::Bank | Self::Transfer | Self::Sms | Self::Kiosk | Self::Crypto => true,
        }
    }
}

/// A card scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the scheme's name")]
pub enum CardBrand {
    Visa,
    Mastercard,
    Maestro,
    Mir,
    Amex,
    Other,
}

impl CardBrand {
    /// Every brand.
    pub const ALL: &[Self] = &[Self::Visa, Self::Mastercard, Self::Maestro, Self::Mir, Self::Amex, Self::Other];

    /// The scheme's name in capitals, as receipts print it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Visa => "VISA",
            Self::Mastercard => "MASTERCARD",
            Self::Maestro => "MAESTRO",
            Self::Mir => "MIR",
            Self::Amex => "AMEX",
            Self::Other => "OTHER",
        }
    }

    /// By its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|brand| brand.name() == name)
    }
}

/// How the holder was authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ThreeDs {
    /// Not at all.
    No,
    /// The bank was asked but only an attempt is proven.
    Attempt,
    /// The bank vouched without asking the holder.
    Frictionless,
    /// The holder answered a challenge.
    Challenge,
}

impl ThreeDs {
    /// Every way.
    pub const ALL: &[Self] = &[Self::No, Self::Attempt, Self::Frictionless, Self::Challenge];

    /// Word for people and for storage.
    pub const fn name(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Attempt => "attempt",
            Self::Frictionless => "frictionless",
            Self::Challenge => "challenge",
        }
    }

    /// By its word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|way| way.name() == name)
    }
}

/// What may be kept of a card. The number itself never reaches the core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardFacts {
    /// First six digits, two asterisks, last four: `411111**1111`.
    pub masked: String,
    /// Year and month as one number: 203412.
    pub expiry: u32,
    /// The holder's name as typed, perhaps empty.
    pub holder: String,
    /// The scheme.
    pub brand: CardBrand,
}

/// What a provider tells about an operation besides yes or no.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderFacts {
    /// Six characters the issuer gave, empty if none.
    pub approval_code: String,
    /// The retrieval reference number, empty if the question never reached the processing.
    pub reference: String,
    /// How the holder was authenticated; `None` if that was not decided.
    pub three_ds: Option<ThreeDs>,
}

/// Why an operation did not happen, in neutral words; each protocol has its own number for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeclineReason {
    /// Not enough money on the card or account.
    InsufficientFunds,
    /// The card's date has passed.
    CardExpired,
    /// The security code is wrong.
    WrongSecurityCode,
    /// The card data were typed wrongly.
    WrongCardData,
    /// No such card.
    UnknownCard,
    /// The card is restricted by its issuer.
    CardRestricted,
    /// A limit set on this card was passed.
    CardLimit,
    /// A limit of the issuer was passed.
    IssuerLimit,
    /// The network refused.
    NetworkRefused,
    /// The issuer refused without a closer word.
    IssuerRefused,
    /// The issuer cannot be reached.
    IssuerUnavailable,
    /// The holder failed to prove who they are.
    AuthenticationFailed,
    /// The issuer refused to authenticate the holder without a challenge.
    AuthenticationRefused,
    /// Talking to the authentication server failed.
    AuthenticationError,
    /// The payer left the authentication to try something else.
    AuthenticationAbandoned,
    /// Suspected fraud.
    Fraud,
    /// The provider never received the question.
    NotReceived,
    /// The provider failed.
    SystemError,
    /// The payer cancelled.
    CancelledByPayer,
    /// The merchant cancelled.
    CancelledByMerchant,
    /// The time to pay ran out.
    TimeRanOut,
    /// Something the provider has no neutral word for.
    Other,
}

impl DeclineReason {
    /// Every reason.
    pub const ALL: &[Self] = &[
        Self::InsufficientFunds,
        Self::CardExpired,
        Self::WrongSecurityCode,
        Self::WrongCardData,
        Self::UnknownCard,
        Self::CardRestricted,
        Self::CardLimit,
        Self::IssuerLimit,
        Self::NetworkRefused,
        Self::IssuerRefused,
        Self::IssuerUnavailable,
        Self::AuthenticationFailed,
        Self::AuthenticationRefused,
        Self::AuthenticationError,
        Self::AuthenticationAbandoned,
        Self::Fraud,
        Self::NotReceived,
        Self::SystemError,
        Self::CancelledByPayer,
        Self::CancelledByMerchant,
        Self::TimeRanOut,
        Self::Other,
    ];

    /// Word for people and for storage.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InsufficientFunds => "insufficient_funds",
            Self::CardExpired => "card_expired",
            Self::WrongSecurityCode => "wrong_security_code",
            Self::WrongCardData => "wrong_card_data",
            Self::UnknownCard => "unknown_card",
            Self::CardRestricted => "card_restricted",
            Self::CardLimit => "card_limit",
            Self::IssuerLimit => "issuer_limit",
            Self::NetworkRefused => "network_refused",
            Self::IssuerRefused => "issuer_refused",
            Self::IssuerUnavailable => "issuer_unavailable",
            Self::AuthenticationFailed => "authentication_failed",
            Self::AuthenticationRefused => "authentication_refused",
            Self::AuthenticationError => "authentication_error",
            Self::AuthenticationAbandoned => "authentication_abandoned",
            Self::Fraud => "fraud",
            Self::NotReceived => "not_received",
            Self::SystemError => "system_error",
            Self::CancelledByPayer => "cancelled_by_payer",
            Self::CancelledByMerchant => "cancelled_by_merchant",
            Self::TimeRanOut => "time_ran_out",
            Self::Other => "other",
        }
    }

    /// By its word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.name() == name)
    }

    /// Can the payer mend it by typing again or taking another card? Every other refusal is final at once.
    pub const fn payer_may_retry(self) -> bool {
        match self {
            Self::InsufficientFunds
            | Self::CardExpired
            | Self::WrongSecurityCode
            | Self::WrongCardData
            | Self::AuthenticationAbandoned
            | Self::NotReceived => true,
            Self::UnknownCard
            | Self::CardRestricted
            | Self::CardLimit
            | Self::IssuerLimit
            | Self::NetworkRefused
            | Self::IssuerRefused
            | Self::IssuerUnavailable
            | Self::AuthenticationFailed
            | Self::AuthenticationRefused
            | Self::AuthenticationError
            | Self::Fraud
            | Self::SystemError
            | Self::CancelledByPayer
            | Self::CancelledByMerchant
            | Self::TimeRanOut
            | Self::Other => false,
        }
    }
}

/// A provider's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It happened.
    Approved(ProviderFacts),
    /// It did not happen and will not.
    Declined(DeclineReason, ProviderFacts),
    /// No answer in time: ask again later, under the same id.
    Unknown,
}

/// One thing asked of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its id, the provider's idempotency key.
    pub id: OperationId,
    /// What was asked.
    pub kind: OperationKind,
    /// How far it has come.
    pub status: OperationStatus,
    /// For how much. A payout may be in another currency than the payment.
    pub amount: Money,
    /// Is it the last capture of its hold? True for every other kind.
    pub last: bool,
    /// The merchant's own id of this request; a repeat with the same key is the same request.
    pub key: Option<String>,
    /// How the payer pays; only attempts have one.
    pub method: Option<Method>,
    /// The protocol's own name of the method (`hanza`, a wallet, a kiosk), where it has several of one kind.
    pub method_key: Option<String>,
    /// The card, if one was used.
    pub card: Option<CardFacts>,
    /// The payer's address on the network, if known.
    pub payer_ip: Option<String>,
    /// Why it was declined.
    pub reason: Option<DeclineReason>,
    /// What the provider told.
    pub facts: ProviderFacts,
    /// When it was asked.
    pub asked_at: UnixMillis,
    /// When the answer was recorded.
    pub answered_at: Option<UnixMillis>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        assert!(OperationKind::ALL.iter().all(|x| OperationKind::from_name(x.name()) == Some(*x)));
        assert!(OperationStatus::ALL.iter().all(|x| OperationStatus::from_name(x.name()) == Some(*x)));
        assert!(Method::ALL.iter().all(|x| Method::from_name(x.name()) == Some(*x)));
        assert!(CardBrand::ALL.iter().all(|x| CardBrand::from_name(x.name()) == Some(*x)));
        assert!(ThreeDs::ALL.iter().all(|x| ThreeDs::from_name(x.name()) == Some(*x)));
        assert!(DeclineReason::ALL.iter().all(|x| DeclineReason::from_name(x.name()) == Some(*x)));
    }
}
