//! A payer's card, in types that cannot be printed or stored, and that wipe themselves.
//!
//! A number leaves this module only as [`CardNumber::masked`] or within [`CardFacts`]; its digits can be read by providers alone.
//! Nothing here implements `Display`, `Clone` or `Serialize`, so that a copy in a log, an answer or a row does not compile.

use payglot_core::{CardBrand, CardFacts, UnixMillis};
use std::fmt;
use zeroize::Zeroizing;

/// Fewest and most digits of a card number (ISO/IEC 7812).
const NUMBER_DIGITS: std::ops::RangeInclusive<usize> = 12..=19;
/// Digits of a security code: three, or four on American Express.
const CODE_DIGITS: std::ops::RangeInclusive<usize> = 3..=4;
/// More digits than any name has: somebody typed a card number into the field for the name.
const HOLDER_DIGITS_MAX: usize = 6;
/// Letters of a name that are kept, as on the card's magnetic stripe twice over.
const HOLDER_LETTERS_MAX: usize = 64;

/// A card number: 12 to 19 digits with a right check digit.
pub struct CardNumber(Zeroizing<String>);

/// What is wrong with a card number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardNumberError {
    /// Nothing was typed.
    #[error("the card number is missing")]
    Empty,
    /// Something else than digits, spaces and hyphens.
    #[error("the card number has something other than digits")]
    NotDigits,
    /// Fewer than 12 or more than 19 digits.
    #[error("the card number has too few or too many digits")]
    WrongLength,
    /// The check digit does not fit: a typing mistake.
    #[error("the card number has a typing mistake")]
    Checksum,
}

/// Digits without spaces and hyphens, which people type and browsers fill in; `None` for any other character.
fn digits_of(text: &str, most: usize) -> Option<Zeroizing<String>> {
    // Room for all from the start: a string that grows would leave an unwiped copy behind.
    let mut digits = Zeroizing::new(String::with_capacity(most + 1));
    for c in text.chars() {
        match c {
            '0'..='9' if digits.len() <= most => digits.push(c),
            '0'..='9' | '-' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    Some(digits)
}

/// The check of ISO/IEC 7812: every second digit from the right is doubled, the sum ends in zero.
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0') << (place % 2);
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}

impl CardNumber {
    /// Reads what a payer typed; spaces and hyphens do not matter.
    pub fn parse(text: &str) -> Result<Self, CardNumberError> {
        let digits = digits_of(text, *NUMBER_DIGITS.end()).ok_or(CardNumberError::NotDigits)?;
        if digits.is_empty() {
            return Err(CardNumberError::Empty);
        }
        if !NUMBER_DIGITS.contains(&digits.len()) {
            return Err(CardNumberError::WrongLength);
        }
        if luhn(&digits) { Ok(Self(digits)) } else { Err(CardNumberError::Checksum) }
    }

    /// All digits, for a provider to send on and for nobody else.
    pub(in crate::upstream) fn digits(&self) -> &str {
        &self.0
    }

    /// First six, two asterisks, last four: `411111**1111`.
    pub fn masked(&self) -> String {
        format!("{}**{}", &self.0[..6], &self.0[self.0.len() - 4..])
    }

    /// The scheme, by the first digits.
    pub fn brand(&self) -> CardBrand {
        let (two, four) = (self.leading(2), self.leading(4));
        match (two, four) {
            (_, 2200..=2204) => CardBrand::Mir,
            (51..=55, _) | (_, 2221..=2720) => CardBrand::Mastercard,
            (34 | 37, _) => CardBrand::Amex,
            (40..=49, _) => CardBrand::Visa,
            (50 | 56..=58 | 67, _) | (_, 6304 | 6390) => CardBrand::Maestro,
            _ => CardBrand::Other,
        }
    }

    /// What may be kept of a card of which nothing but the number is known: a payout's. An expiry of 0 is none.
    pub fn facts(&self) -> CardFacts {
        CardFacts { masked: self.masked(), expiry: 0, holder: String::new(), brand: self.brand() }
    }

    fn leading(&self, count: usize) -> u32 {
        self.0.bytes().take(count).fold(0, |number, byte| number * 10 + u32::from(byte - b'0'))
    }
}

impl fmt::Debug for CardNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "CardNumber({})", self.masked())
    }
}

/// The three or four digits on the card's back. Never outlives the question to the provider.
pub struct SecurityCode(Zeroizing<String>);

/// What is wrong with a security code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecurityCodeError {
    /// Nothing was typed.
    #[error("the security code is missing")]
    Empty,
    /// Something else than digits.
    #[error("the security code has something other than digits")]
    NotDigits,
    /// Neither three nor four digits.
    #[error("the security code has too few or too many digits")]
    WrongLength,
}

impl SecurityCode {
    /// Reads what a payer typed.
    pub fn parse(text: &str) -> Result<Self, SecurityCodeError> {
        let digits = digits_of(text, *CODE_DIGITS.end()).ok_or(SecurityCodeError::NotDigits)?;
        match digits.len() {
            0 => Err(SecurityCodeError::Empty),
            length if CODE_DIGITS.contains(&length) => Ok(Self(digits)),
            _ => Err(SecurityCodeError::WrongLength),
        }
    }

    /// The digits, for a provider to send on and for nobody else.
    pub(in crate::upstream) fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecurityCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SecurityCode(***)")
    }
}

/// The month to the end of which a card is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry {
    year: u16,
    month: u8,
}

/// What is wrong with an expiry date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpiryError {
    /// Nothing was typed.
    #[error("the expiry date is missing")]
    Empty,
    /// Not a month and a year.
    #[error("the expiry date is not a month and a year")]
    NotADate,
    /// The month is not 1 to 12.
    #[error("the month of the expiry date is not between 1 and 12")]
    NoSuchMonth,
}

impl Expiry {
    /// Reads `12/29`, `12 / 29`, `1229`, `12/2029`, and the `202912` of merchants' calls.
    pub fn parse(text: &str) -> Result<Self, ExpiryError> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if text.is_empty() {
            return Err(ExpiryError::Empty);
        }
        let (month, year) = match text.split_once(['/', '-', '.']) {
            Some(parts) => parts,
            None if text.len() == 4 && text.is_ascii() => text.split_at(2),
            None if text.len() == 6 && text.is_ascii() => six_digits(&text),
            None => return Err(ExpiryError::NotADate),
        };
        let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !matches!((month.len(), year.len()), (1 | 2, 2 | 4)) || !digits_only(month) || !digits_only(year) {
            return Err(ExpiryError::NotADate);
        }
        let month: u8 = month.parse().map_err(|_| ExpiryError::NotADate)?;
        let full_year: u16 = year.parse().map_err(|_| ExpiryError::NotADate)?;
        if !(1..=12).contains(&month) {
            return Err(ExpiryError::NoSuchMonth);
        }
        let year = if year.len() == 2 { 2000 + full_year } else { full_year };
        // No card of another century is in use; four other digits are a mistake, such as a day typed with the month.
        if (2000..2100).contains(&year) { Ok(Self { year, month }) } else { Err(ExpiryError::NotADate) }
    }

    /// The year, four digits.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// Year and month as one number: 202912.
    pub fn number(self) -> u32 {
        u32::from(self.year) * 100 + u32::from(self.month)
    }

    /// From such a number.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::parse(&format!("{number:06}")).ok()
    }

    /// Has its last day ended (UTC)?
    pub fn is_past(self, now: UnixMillis) -> bool {
        (i64::from(self.year), i64::from(self.month)) < year_and_month(now)
    }
}

/// Month and year of six digits: `202912`, or `122029` if that alone makes sense.
fn six_digits(text: &str) -> (&str, &str) {
    let ((year, month), (other_month, other_year)) = (text.split_at(4), text.split_at(2));
    if !year.starts_with("20") && other_year.starts_with("20") { (other_month, other_year) } else { (month, year) }
}

/// The calendar's year and month (proleptic Gregorian, UTC) of a moment.
fn year_and_month(now: UnixMillis) -> (i64, i64) {
    // Years that begin in March put the leap day last; 719 468 days lie between 0000-03-01 and 1970-01-01.
    let days = now.0.div_euclid(86_400_000) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month)
}

/// What a payer typed.
#[derive(Debug)]
pub struct Card {
    number: CardNumber,
    expiry: Expiry,
    code: Option<SecurityCode>,
    holder: String,
}

impl Card {
    /// A card with checked fields. A holder's name that is full of digits is dropped: people type the number there, and names are
    /// stored.
    pub fn new(number: CardNumber, expiry: Expiry, code: Option<SecurityCode>, holder: &str) -> Self {
        let digits = holder.chars().filter(|c| c.is_numeric()).count();
        let name: String = holder.trim().chars().filter(|c| !c.is_control()).take(HOLDER_LETTERS_MAX).collect();
        Self { number, expiry, code, holder: if digits > HOLDER_DIGITS_MAX { String::new() } else { name } }
    }

    /// What may be kept of it.
    pub fn facts(&self) -> CardFacts {
        CardFacts {
            masked: self.number.masked(),
            expiry: self.expiry.number(),
            holder: self.holder.clone(),
            brand: self.number.brand(),
        }
    }

    /// The number; only its mask can be read outside of a provider.
    pub fn number(&self) -> &CardNumber {
        &self.number
    }

    /// The month to the end of which it is good.
    pub const fn expiry(&self) -> Expiry {
        self.expiry
    }

    /// The security code, if the payer had to give one.
    pub(in crate::upstream) fn code(&self) -> Option<&SecurityCode> {
        self.code.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "4111111111111111";

    fn number(text: &str) -> CardNumber {
        CardNumber::parse(text).expect(text)
    }

    #[test]
    fn a_number_is_read_as_people_type_it() {
        for text in [NUMBER, "4111 1111 1111 1111", " 4111-1111-1111-1111\u{a0}"] {
            assert_eq!(number(text).digits(), NUMBER);
        }
        assert_eq!(number("639002000000000003").digits().len(), 18);
    }

    #[test]
    fn a_wrong_number_is_named_for_what_is_wrong() {
        let wrong = |text: &str| CardNumber::parse(text).err();
        assert_eq!(wrong(""), Some(CardNumberError::Empty));
        assert_eq!(wrong("  "), Some(CardNumberError::Empty));
        assert_eq!(wrong("4111 1111 1111 111l"), Some(CardNumberError::NotDigits));
        assert_eq!(wrong("٤111111111111111"), Some(CardNumberError::NotDigits));
        assert_eq!(wrong("41111111111"), Some(CardNumberError::WrongLength));
        assert_eq!(wrong(&"4".repeat(20)), Some(CardNumberError::WrongLength));
        assert_eq!(wrong(&"4".repeat(5000)), Some(CardNumberError::WrongLength));
        assert_eq!(wrong("4111111111111112"), Some(CardNumberError::Checksum));
        assert_eq!(wrong("1411111111111111"), Some(CardNumberError::Checksum));
    }

    #[test]
    fn nothing_with_a_card_prints_its_number_or_code() {
        let (expiry, code) = (Expiry::parse("12/34").expect("date"), SecurityCode::parse("987").expect("code"));
        let card = Card::new(number(NUMBER), expiry, Some(code), "4111 1111 1111 1111");
        for shown in [format!("{card:?}"), format!("{card:#?}"), format!("{:?}", card.facts())] {
            assert!(shown.contains("411111**1111"), "{shown}");
            let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
            assert!(!digits.contains(NUMBER) && !shown.contains("987"), "{shown}");
        }
    }

    /// Each line stops compiling as soon as the type can be printed, copied or stored: the name would then mean two things.
    #[test]
    fn secrets_have_no_way_out() {
        trait Out<Way> {
            fn here() {}
        }
        impl<T: ?Sized> Out<()> for T {}
        impl<T: ?Sized + fmt::Display> Out<u8> for T {}
        impl<T: Clone> Out<u16> for T {}
        impl<T: ?Sized + serde::Serialize> Out<u32> for T {}
        <CardNumber as Out<_>>::here();
        <SecurityCode as Out<_>>::here();
        <Card as Out<_>>::here();
    }

    #[test]
    fn a_holder_keeps_a_name_and_loses_a_number() {
        let holder = |text| Card::new(number(NUMBER), Expiry::parse("1234").expect("date"), None, text).facts().holder;
        assert_eq!(holder("  IVAN IVANOV "), "IVAN IVANOV");
        assert_eq!(holder("JOHN PAUL 2"), "JOHN PAUL 2");
        assert_eq!(holder("4111-1111-1111-1111"), "");
        assert_eq!(holder(&"A".repeat(500)).len(), HOLDER_LETTERS_MAX);
    }

    #[test]
    fn brands_by_first_digits() {
        for (text, brand) in [
            (NUMBER, CardBrand::Visa),
            ("5555555555555599", CardBrand::Mastercard),
            ("2221000000000009", CardBrand::Mastercard),
            ("2720990000000007", CardBrand::Mastercard),
            ("2200000000000038", CardBrand::Mir),
            ("639002000000000003", CardBrand::Maestro),
            ("5000001111111115", CardBrand::Maestro),
            ("378282246310005", CardBrand::Amex),
            ("3530111333300000", CardBrand::Other),
        ] {
            assert_eq!(number(text).brand(), brand, "{text}");
        }
    }

    #[test]
    fn a_code_has_three_or_four_digits() {
        assert_eq!(SecurityCode::parse("123").expect("three").digits(), "123");
        assert_eq!(SecurityCode::parse(" 1234 ").expect("four").digits(), "1234");
        let wrong = |text: &str| SecurityCode::parse(text).err();
        assert_eq!(wrong(""), Some(SecurityCodeError::Empty));
        assert_eq!(wrong("12a"), Some(SecurityCodeError::NotDigits));
        assert_eq!(wrong("12"), Some(SecurityCodeError::WrongLength));
        assert_eq!(wrong("12345"), Some(SecurityCodeError::WrongLength));
    }

    #[test]
    fn a_date_is_read_in_every_usual_form() {
        for text in ["12/29", "12 / 29", "1229", "12/2029", "202912", "122029", " 12-29 ", "12.2029"] {
            assert_eq!(Expiry::parse(text).map(Expiry::number), Ok(202_912), "{text}");
        }
        assert_eq!(Expiry::parse("1/30").map(Expiry::number), Ok(203_001));
        assert_eq!(Expiry::parse("202001").map(Expiry::number), Ok(202_001));
    }

    #[test]
    fn a_wrong_date_is_named_for_what_is_wrong() {
        for (text, error) in [
            ("", ExpiryError::Empty),
            (" ", ExpiryError::Empty),
            ("12", ExpiryError::NotADate),
            ("12/", ExpiryError::NotADate),
            ("/29", ExpiryError::NotADate),
            ("12/029", ExpiryError::NotADate),
            ("12/1929", ExpiryError::NotADate),
            ("1a/29", ExpiryError::NotADate),
            ("1é9", ExpiryError::NotADate),
            ("+1/29", ExpiryError::NotADate),
            ("13/29", ExpiryError::NoSuchMonth),
            ("0029", ExpiryError::NoSuchMonth),
            ("202913", ExpiryError::NoSuchMonth),
        ] {
            assert_eq!(Expiry::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn a_card_is_good_to_the_end_of_its_month() {
        let past = |text: &str, millis| Expiry::parse(text).expect(text).is_past(UnixMillis(millis));
        let last_moment_of_2029 = 1_893_456_000_000 - 1;
        assert!(!past("12/29", last_moment_of_2029));
        assert!(past("12/29", last_moment_of_2029 + 1));
        assert!(past("11/29", last_moment_of_2029));
        assert!(!past("01/30", last_moment_of_2029));
        let leap_day_2028 = 1_835_395_200_000;
        assert_eq!(year_and_month(UnixMillis(leap_day_2028)), (2028, 2));
        assert_eq!(year_and_month(UnixMillis(leap_day_2028 + 86_400_000)), (2028, 3));
        assert_eq!(year_and_month(UnixMillis(0)), (1970, 1));
    }
}
