//! What an order at this counter is for: a purchase, or one of the other things that the Payment Page and Gate do.

use crate::demo::standing::Standing;
use crate::demo::wares::Ware;

/// What an order is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::demo) enum Purpose {
    /// A buyer buys.
    #[default]
    Pay,
    /// A card is verified, and nothing is paid.
    Verify,
    /// A card is saved, and there is no payment at all.
    SaveCard,
    /// The shop pays.
    PayOut,
    /// A card that is registered for it is charged without the buyer.
    Charge,
}

/// What the page is opened for without a purchase. Only a payout has a price.
pub(in crate::demo) const SERVICES: &[Ware] = &[
    Ware { slug: "verify", title: "A card to be verified", about: "Verify a card", price: 0 },
    Ware { slug: "save-card", title: "A card to be saved", about: "Save a card", price: 0 },
    Ware { slug: "payout", title: "The shop buys an old book", about: "Be paid for an old book", price: 39_000 },
];

/// The service of that name.
pub(in crate::demo) fn service(slug: &str) -> Option<&'static Ware> {
    SERVICES.iter().find(|service| service.slug == slug)
}

impl Purpose {
    /// What a ware or a service is bought for.
    pub(super) fn of(ware: &Ware) -> Self {
        match ware.slug {
            "verify" => Self::Verify,
            "save-card" => Self::SaveCard,
            "payout" => Self::PayOut,
            _ => Self::Pay,
        }
    }

    /// By `payment.type`; nothing for a type that says nothing new.
    pub(super) fn of_type(word: &str) -> Option<Self> {
        match word {
            "account verification" => Some(Self::Verify),
            "payout" => Some(Self::PayOut),
            "recurring" => Some(Self::Charge),
            _ => None,
        }
    }

    /// `mode` of the page, where it is not left out.
    pub(super) fn mode(self) -> Option<&'static str> {
        match self {
            Self::Pay | Self::Charge => None,
            Self::Verify => Some("card_verify"),
            Self::SaveCard => Some("card_tokenize"),
            Self::PayOut => Some("payout"),
        }
    }

    /// What the shop's page says above the widget, and on the button that opens it; `amount` is the order's.
    pub(in crate::demo) fn invitation(self, amount: &str) -> (&'static str, String) {
        match self {
            Self::Pay | Self::Charge => ("Pay without leaving the shop", format!("Pay {amount}")),
            Self::Verify => ("Verify a card without leaving the shop", "Verify a card".to_owned()),
            Self::SaveCard => ("Save a card without leaving the shop", "Save a card".to_owned()),
            Self::PayOut => ("Be paid without leaving the shop", format!("Receive {amount}")),
        }
    }

    /// The short word, the title and the sentence of a standing, where they are not those of a purchase; an empty sentence is the same.
    pub(in crate::demo) fn words(self, standing: &Standing) -> Option<(&'static str, &'static str, &'static str)> {
        Some(match (self, standing) {
            (Self::Verify, Standing::Paid) => (
                "verified",
                "The card is verified",
                "Nothing was charged. The gateway held the smallest sum that there is and released it.",
            ),
            (Self::Verify, Standing::Open { .. }) => {
                ("not verified yet", "Not verified yet", "No card was verified yet.")
            }
            (Self::Verify, Standing::Declined(_)) => ("not verified", "Not verified", ""),
            (Self::SaveCard, Standing::Paid) => {
                ("saved", "The card is saved", "The shop has a token of it and never saw its number.")
            }
            (Self::SaveCard, Standing::Open { .. }) => ("not saved yet", "Not saved yet", "No card was saved yet."),
            (Self::PayOut, Standing::Paid) => ("paid out", "Paid out", "The shop paid, and the buyer has the money."),
            (Self::PayOut, Standing::Open { .. }) => {
                ("not paid out yet", "Not paid out yet", "Nobody has said yet where the money shall go.")
            }
            (Self::PayOut, Standing::Declined(_)) => ("not paid out", "Not paid out", ""),
            (Self::Charge, Standing::Paid) => {
                ("charged", "Charged again", "The gateway charged the card that it keeps. Nobody had to type anything.")
            }
            (Self::Charge, Standing::Declined(_)) => ("not charged", "Not charged", ""),
            (Self::Charge, Standing::Refused { .. }) => ("refused", "The gateway refused the charge", ""),
            (Self::Pay | Self::Verify | Self::SaveCard | Self::PayOut | Self::Charge, _) => return None,
        })
    }
}
