//! Names of things. A payment's id is the only secret in a payer-facing address, so it carries 74 random bits (UUID version 7).

use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// A project: one merchant's configuration for one protocol. Numbered by the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectId(pub i64);

/// The text is not a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("not a UUID")
    }
}

impl std::error::Error for NotAnId {}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The sixteen bytes that are stored.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// From the sixteen bytes that were stored.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            /// Lower-case hexadecimal with hyphens, 36 characters.
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(out)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            /// Reads the hyphenated form only, in either case.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                if text.len() != 36 {
                    return Err(NotAnId);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| NotAnId)
            }
        }
    };
}

uuid_id!(
    /// A payment (the merchant's order as we carry it).
    PaymentId
);
uuid_id!(
    /// One thing asked of a provider; it is the provider's idempotency key.
    OperationId
);
uuid_id!(
    /// One message to a shop.
    NotificationId
);
uuid_id!(
    /// A card that a payer left with a shop. It pays without its number, so it too must be impossible to guess.
    BindingId
);
