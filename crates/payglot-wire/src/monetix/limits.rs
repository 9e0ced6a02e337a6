//! Times and counts that the vendor's documents fix, and a few that they leave open and we chose.

use payglot_core::{CardBrand, OperationKind};

/// Attempts that a payer has where a project allows more than one.
pub const ATTEMPTS_MAX: u8 = 5;

/// For how many milliseconds after the first failure a payer may try again.
pub const ATTEMPTS_MS: i64 = 600_000;

/// For how many milliseconds a payment waits for 3-D Secure or for more data from the shop.
pub const WAITING_MS: i64 = 30 * 60_000;

/// A deadline that is more milliseconds ahead is none.
pub const DEADLINE_MAX_MS: i64 = 30 * DAY;

/// So many failed tries of an older callback hold back the newer ones of the same payment; then they go out without it.
pub const PATIENCE: u32 = 6;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// So many milliseconds before the scheme's own end a hold that was left alone is ended.
pub const HOLD_AHEAD_MS: i64 = HOUR / 2;

/// For how many milliseconds a hold lives: the scheme's days, less the half hour that it is ended ahead of them.
pub const fn hold_ms(brand: CardBrand) -> i64 {
    let days = match brand {
        CardBrand::Visa => 10,
        CardBrand::Maestro => 6,
        CardBrand::Mastercard => 28,
        CardBrand::Mir | CardBrand::Amex | CardBrand::Other => 7,
    };
    days * DAY - HOLD_AHEAD_MS
}

/// For how many milliseconds the same call with the same signature is the same call, sent twice because an answer was lost. A refund may
/// soon be meant twice; a payment has its own number.
pub const fn repeat_ms(kind: OperationKind) -> i64 {
    match kind {
        OperationKind::Sale | OperationKind::Hold | OperationKind::Payout => DAY,
        OperationKind::Capture | OperationKind::Void | OperationKind::Refund | OperationKind::Return => 60_000,
    }
}

/// The number of a payment as it is compared: spelling does not matter, `ORDER-1` and `order-1` are one payment. The shop's own spelling
/// is [`super::Details::payment_id`].
pub fn payment_key(payment_id: &str) -> String {
    payment_id.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_the_vendors() {
        assert_eq!(hold_ms(CardBrand::Visa), 10 * 86_400_000 - 1_800_000);
        assert_eq!(repeat_ms(OperationKind::Sale), 86_400_000);
        assert_eq!(payment_key("Заказ-Ä1"), payment_key("ЗАКАЗ-ä1"));
    }
}
