//! The protocols on the wire: bytes in, typed values out, and back. Pure functions of their arguments: no clock, no chance, no
//! socket, no HTTP library; the server hands in a [`raw::RawRequest`] and sends a [`raw::Reply`].
//!
//! Nothing here derives a serializer: replies are written field by field, in the order of the vendor's document, because their
//! readers are plugins that were tested against one installation only.

pub mod monetix;
pub mod paysera;
pub mod proof;
pub mod raw;
pub mod rbs;
pub mod text;

/// A merchant protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// The RBS engine's eCommerce API V1.
    Rbs,
    /// Paysera WebToPay.
    Paysera,
    /// Monetix: Payment Page and Gate.
    Monetix,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: &[Self] = &[Self::Rbs, Self::Paysera, Self::Monetix];

    /// Word for people and for storage.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rbs => "rbs",
            Self::Paysera => "paysera",
            Self::Monetix => "monetix",
        }
    }

    /// By its word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|protocol| protocol.name() == name)
    }
}
