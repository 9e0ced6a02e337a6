//! Money is a whole number of minor units with its currency. No floats, no rounding, no mixing of currencies.

use std::fmt;

/// Ten trillion minor units, the most that any of the protocols allows. The sums of a payment add such amounts up inside `i64`, the widest
/// integer the databases store: half a million of them fit, and what would not is refused as an overflow. Balances over many payments are
/// wider.
pub const MINOR_MAX: i64 = 10_000_000_000_000;
const _: () = assert!(MINOR_MAX <= i64::MAX / 500_000);

/// What an amount is counted in: an ISO 4217 currency, or a unit that the standard does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Currency {
    /// ISO 4217.
    Iso(iso_currency::Currency),
    /// A title unit or a crypto currency.
    Unit(Unit),
}

/// Units outside ISO 4217. Each has its own number of decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is its own code")]
pub enum Unit {
    Wmz,
    Wme,
    Wmb,
    Wmk,
    Wmt,
    Wmg,
    Wmx,
    Usdt,
    Usdc,
    Btc,
    Eth,
    Ltc,
    Trx,
    Ton,
}

/// Unit, code, decimals. Ether and ton are kept to nine decimals or fewer so that [`MINOR_MAX`] still holds a useful sum.
const UNITS: &[(Unit, &str, u8)] = &[
    (Unit::Wmz, "WMZ", 2),
    (Unit::Wme, "WME", 2),
    (Unit::Wmb, "WMB", 2),
    (Unit::Wmk, "WMK", 2),
    (Unit::Wmt, "WMT", 2),
    (Unit::Wmg, "WMG", 2),
    (Unit::Wmx, "WMX", 2),
    (Unit::Usdt, "USDT", 6),
    (Unit::Usdc, "USDC", 6),
    (Unit::Btc, "BTC", 8),
    (Unit::Eth, "ETH", 8),
    (Unit::Ltc, "LTC", 8),
    (Unit::Trx, "TRX", 6),
    (Unit::Ton, "TON", 6),
];

impl Currency {
    /// The rouble, the default of the RBS family.
    pub const RUB: Self = Self::Iso(iso_currency::Currency::RUB);
    /// The euro.
    pub const EUR: Self = Self::Iso(iso_currency::Currency::EUR);

    /// By alphabetic code, `RUB` or `USDT`, upper case.
    pub fn from_code(code: &str) -> Option<Self> {
        if let Some(currency) = iso_currency::Currency::from_code(code) {
            return Some(Self::Iso(currency));
        }
        UNITS.iter().find(|(_, known, _)| *known == code).map(|&(unit, ..)| Self::Unit(unit))
    }

    /// By ISO 4217 number, `643`. Units outside the standard have none.
    pub fn from_numeric(number: u16) -> Option<Self> {
        iso_currency::Currency::from_numeric(number).map(Self::Iso)
    }

    /// The alphabetic code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Iso(currency) => currency.code(),
            Self::Unit(unit) => unit.row().1,
        }
    }

    /// The ISO 4217 number, if there is one.
    pub fn numeric(self) -> Option<u16> {
        match self {
            Self::Iso(currency) => Some(currency.numeric()),
            Self::Unit(_) => None,
        }
    }

    /// Decimals between the minor unit and the unit people say: 2 for RUB, 0 for JPY, 6 for USDT.
    pub fn decimals(self) -> u8 {
        match self {
            Self::Iso(currency) => currency.exponent().and_then(|e| u8::try_from(e).ok()).unwrap_or(0),
            Self::Unit(unit) => unit.row().2,
        }
    }

    /// The sign people write (`₽`), or the code where there is none.
    pub fn sign(self) -> String {
        match self {
            Self::Iso(currency) => {
                let sign = currency.symbol().symbol;
                if sign == "¤" || sign.is_empty() { currency.code().to_owned() } else { sign }
            }
            Self::Unit(unit) => unit.row().1.to_owned(),
        }
    }
}

impl Unit {
    fn row(self) -> &'static (Unit, &'static str, u8) {
        // A test walks every variant, so the fallback is never read.
        UNITS.iter().find(|(unit, ..)| *unit == self).unwrap_or(&UNITS[0])
    }
}

/// An amount: never negative, never above [`MINOR_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// `None` if `minor` is negative or above [`MINOR_MAX`].
    pub const fn new(minor: i64, currency: Currency) -> Option<Self> {
        if minor < 0 || minor > MINOR_MAX { None } else { Some(Self { minor, currency }) }
    }

    /// Nothing of a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// Minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Is it nothing?
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The same currency with another count; `None` outside the limits.
    #[must_use]
    pub const fn with_minor(self, minor: i64) -> Option<Self> {
        Self::new(minor, self.currency)
    }

    /// Sum; `None` if the currencies differ or the limit is passed.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        if self.currency != other.currency {
            return None;
        }
        Self::new(self.minor.checked_add(other.minor)?, self.currency)
    }

    /// Difference; `None` if the currencies differ or `other` is larger.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        if self.currency != other.currency {
            return None;
        }
        Self::new(self.minor.checked_sub(other.minor)?, self.currency)
    }

    /// Reads `20`, `20.5`, `20.50` with a point; `None` for a sign, spaces, more decimals than the currency has, or anything else.
    pub fn from_decimal(text: &str, currency: Currency) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let decimals = usize::from(currency.decimals());
        let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits_only(whole) || !digits_only(fraction) || fraction.len() > decimals {
            return None;
        }
        if text.contains('.') && fraction.is_empty() {
            return None;
        }
        let minor: i64 = format!("{whole}{fraction:0<decimals$}").parse().ok()?;
        Self::new(minor, currency)
    }

    /// `20.50`: with all the decimals of the currency and a point.
    pub fn to_decimal(self) -> String {
        let decimals = usize::from(self.currency.decimals());
        if decimals == 0 {
            return self.minor.to_string();
        }
        let digits = format!("{:0>width$}", self.minor, width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        format!("{whole}.{fraction}")
    }
}

impl fmt::Display for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.to_decimal(), self.currency.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_or_refused() {
        let rub = |text| Money::from_decimal(text, Currency::RUB).map(Money::minor);
        assert_eq!(rub("20"), Some(2000));
        assert_eq!(rub("20.5"), Some(2050));
        assert_eq!(rub("0.01"), Some(1));
        for wrong in ["", ".", "20.", ".5", "20.505", "-1", "+1", "1e3", "1 000", "20,50", "99999999999999"] {
            assert_eq!(rub(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_largest_amount_is_ten_trillion_minor_units() {
        let largest = Money::new(10_000_000_000_000, Currency::RUB).expect("the largest");
        assert_eq!(largest.to_decimal(), "100000000000.00");
        assert_eq!(Money::from_decimal("100000000000.00", Currency::RUB), Some(largest));
        assert_eq!(Money::from_decimal("100000000000.01", Currency::RUB), None);
        assert_eq!(largest.with_minor(10_000_000_000_001), None);
        assert_eq!(largest.plus(Money::new(1, Currency::RUB).expect("small")), None);
        assert_eq!(Money::new(-1, Currency::RUB), None);
    }

    #[test]
    fn each_currency_shows_its_own_decimals() {
        let shown = |minor, code| Money::new(minor, Currency::from_code(code).expect(code)).expect(code).to_decimal();
        assert_eq!(shown(5, "RUB"), "0.05");
        assert_eq!(shown(5, "JPY"), "5");
        assert_eq!(shown(1_234_567, "USDT"), "1.234567");
        assert_eq!(shown(1250, "WMZ"), "12.50");
    }

    #[test]
    fn every_unit_has_its_own_row() {
        for &(unit, code, decimals) in UNITS {
            assert_eq!((unit.row().1, unit.row().2), (code, decimals));
            assert_eq!(Currency::from_code(code), Some(Currency::Unit(unit)));
        }
    }

    #[test]
    fn currencies_never_mix() {
        let rub = Money::new(1, Currency::RUB).expect("small");
        let eur = Money::new(1, Currency::EUR).expect("small");
        assert_eq!(rub.plus(eur), None);
        assert_eq!(rub.minus(eur), None);
        assert_eq!(rub.minus(rub.plus(rub).expect("small")), None);
    }
}
