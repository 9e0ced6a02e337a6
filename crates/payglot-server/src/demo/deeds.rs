//! What the shop does with money that is held or taken: capture, release, refund. Each is one call over the protocol.

/// What became of an order's money, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// Held, or captured at once; a capture or refund does not lessen it.
    pub(super) approved: u64,
    /// Captured and not refunded.
    pub(super) deposited: u64,
    pub(super) refunded: u64,
}

/// One of the merchant's operations on an order that a payer paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Take so many minor units of a hold; the rest goes back at once.
    Capture(u64),
    /// Give a hold back.
    Release,
    /// Give so many minor units back.
    Refund(u64),
    /// Give back all that was not given back yet.
    RefundRest,
}

impl Deed {
    /// The protocol's operation.
    pub(super) fn operation(self) -> &'static str {
        match self {
            Self::Capture(_) => "deposit.do",
            Self::Release => "reverse.do",
            Self::Refund(_) | Self::RefundRest => "refund.do",
        }
    }

    /// The amount on the wire: a zero is "all of it", and a release is always whole.
    pub(super) fn amount(self) -> Option<u64> {
        match self {
            Self::Capture(amount) | Self::Refund(amount) => Some(amount),
            Self::RefundRest => Some(0),
            Self::Release => None,
        }
    }

    /// What it means that the gateway did it.
    pub(super) fn done(self) -> &'static str {
        match self {
            Self::Capture(_) => {
                "errorCode 0: the money is captured. What is left of the hold is released at once. The shop asks for the sums."
            }
            Self::Release => "errorCode 0: the hold is gone and nothing was taken. The shop asks for the sums.",
            Self::Refund(_) | Self::RefundRest => {
                "errorCode 0: the money goes back to the card. The shop asks for the sums."
            }
        }
    }
}

/// The most that an amount may have: twelve digits of minor units, as on the wire.
const MINOR_MAX: u64 = 999_999_999_999;

/// Reads an amount as people write it, `1 250`, `12.5` or `12,50`, into minor units of a currency with so many decimals; never rounds.
/// Nothing is zero, because a zero means "all of it" to the gateway.
pub(super) fn read_amount(text: &str, decimals: usize) -> Option<u64> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((&text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > decimals || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    let minor = format!("{whole}{part:0<decimals$}").parse().ok()?;
    (1..=MINOR_MAX).contains(&minor).then_some(minor)
}

#[cfg(test)]
mod tests {
    use super::read_amount;
    use crate::demo::text;

    #[test]
    fn amounts_are_read_exactly_or_not_at_all() {
        for (text, minor) in [
            ("1", 100),
            ("12.5", 1250),
            ("12,50", 1250),
            (" 1\u{a0}250.00 ", 125_000),
            ("0.01", 1),
            ("7.", 700),
            ("9999999999.99", 999_999_999_999),
        ] {
            assert_eq!(read_amount(text, 2), Some(minor), "{text}");
        }
        for text in ["", ".", ".5", "0", "0.00", "-1", "+1", "1.005", "1.2.3", "1,000.00", "1e3", "ten", "10000000000"]
        {
            assert_eq!(read_amount(text, 2), None, "{text}");
        }
        assert_eq!(
            (read_amount("1250", 0), read_amount("1.2", 0), read_amount("1.2", 3)),
            (Some(1250), None, Some(1200))
        );
        for currency in ["643", "JPY", "KWD"] {
            for minor in [1, 99, 100, 64_990] {
                let written = text::amount(minor, currency);
                assert_eq!(read_amount(&written, text::decimals(currency)), Some(minor), "{written} {currency}");
            }
        }
    }
}
