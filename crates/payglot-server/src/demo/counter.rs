//! The shop's counters: one for each protocol that it speaks.

use super::monetix;
use super::text;
use super::wares::{self, Ware};

/// Where an order was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Counter {
    /// RBS: the shop registers an order and sends the payer to the address it gets.
    #[default]
    Rbs,
    /// Paysera: the shop signs the order; nothing can be asked.
    Paysera,
    /// Monetix: the shop signs the order, or speaks to Gate from server to server.
    Monetix,
}

impl Counter {
    /// All of them, in the order of the tabs.
    pub(super) const ALL: &[Self] = &[Self::Rbs, Self::Paysera, Self::Monetix];

    /// Its name in forms and addresses.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Rbs => "rbs",
            Self::Paysera => "paysera",
            Self::Monetix => "monetix",
        }
    }

    /// The counter of that name; the first one for anything else.
    pub(super) fn of_word(word: Option<&str>) -> Self {
        Self::ALL.iter().copied().find(|counter| Some(counter.word()) == word).unwrap_or_default()
    }

    /// Its name for people.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Rbs => "RBS",
            Self::Paysera => "Paysera",
            Self::Monetix => "Monetix",
        }
    }

    /// The address of its shelf; the first one's is the shop's first page, which is at `home`.
    pub(super) fn shelf(self, home: &str) -> String {
        match self {
            Self::Rbs => home.to_owned(),
            Self::Paysera | Self::Monetix => format!("{home}?protocol={}", self.word()),
        }
    }

    /// What its prices are in, as its protocol writes it.
    pub(super) fn currency(self) -> &'static str {
        match self {
            Self::Rbs => "643",
            Self::Paysera => "EUR",
            Self::Monetix => "USD",
        }
    }

    /// What is sold there under that name.
    pub(super) fn find(self, slug: &str) -> Option<&'static Ware> {
        let service = match self {
            Self::Rbs | Self::Paysera => None,
            Self::Monetix => monetix::service(slug),
        };
        wares::find(slug).or(service)
    }

    /// What a ware costs there, in minor units.
    pub(super) fn price(self, ware: &Ware) -> u64 {
        match self {
            Self::Rbs => ware.price,
            Self::Paysera | Self::Monetix => ware.cents(),
        }
    }

    /// The same as people read it.
    pub(super) fn price_text(self, ware: &Ware) -> String {
        text::money(self.price(ware), self.currency())
    }
}
