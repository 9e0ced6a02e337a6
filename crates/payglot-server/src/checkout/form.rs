//! The card form as it was posted. What was typed is read once, into types that cannot be printed, and wiped.

use super::view::{CardErrors, CodeError, ExpiryError as ShownExpiry, HolderError, NumberError};
use super::wallet::TypedWallet;
use crate::upstream::card::{Card, CardNumber, CardNumberError, Expiry, ExpiryError, SecurityCode, SecurityCodeError};
use payglot_core::{CardBrand, UnixMillis};
use std::fmt;
use zeroize::Zeroizing;

/// Longest name on a card.
const HOLDER_MAX: usize = 64;

/// Digits that a name may have, as in `IVAN 2`: fewer than the part of a card's number that nobody may keep.
const HOLDER_DIGITS_MAX: usize = 6;

/// What a form post holds.
#[derive(Default)]
pub struct Typed {
    /// Which step of the checkout.
    pub step: String,
    /// The version of the payment that the page was made from.
    pub token: String,
    /// The name on the card.
    pub holder: String,
    /// The e-mail address that goes with the card; perhaps empty.
    pub email: String,
    number: Zeroizing<String>,
    expiry: String,
    code: Zeroizing<String>,
    /// The saved card that was chosen; empty: another card.
    pub saved: String,
    /// Was the box ticked that saves the card?
    pub save: bool,
}

/// Where the payer of a payout wants the money.
#[derive(Debug)]
pub enum Recipient {
    /// On the card of this number.
    Card(CardNumber),
    /// In this wallet, with what else was asked about its owner.
    Wallet(TypedWallet),
}

impl fmt::Debug for Typed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Typed").field("step", &self.step).field("token", &self.token).finish_non_exhaustive()
    }
}

impl Typed {
    /// Reads a form body; unknown fields are ignored, of a repeated one the first counts.
    pub fn read(body: &[u8]) -> Self {
        let mut typed = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            if name == "save" {
                typed.save = true;
                continue;
            }
            let slot: &mut String = match name.as_ref() {
                "saved" => &mut typed.saved,
                "step" => &mut typed.step,
                "token" => &mut typed.token,
                "holder" => &mut typed.holder,
                "email" => &mut typed.email,
                "number" => &mut typed.number,
                "expiry" => &mut typed.expiry,
                "cvc" => &mut typed.code,
                _ => continue,
            };
            if slot.is_empty() {
                slot.push_str(&value);
            }
        }
        typed
    }

    /// The card, or what is wrong with each field.
    pub fn card(&self, now: UnixMillis) -> Result<Card, CardErrors> {
        let number = CardNumber::parse(&self.number);
        let expiry = Expiry::parse(&self.expiry);
        let code = SecurityCode::parse(&self.code);
        let four_digits = number.as_ref().is_ok_and(|number| number.brand() == CardBrand::Amex);
        let errors = CardErrors {
            number: number.as_ref().err().copied().map(shown),
            expiry: match &expiry {
                Err(ExpiryError::Empty) => Some(ShownExpiry::Missing),
                Err(ExpiryError::NotADate | ExpiryError::NoSuchMonth) => Some(ShownExpiry::Invalid),
                Ok(date) if date.is_past(now) => Some(ShownExpiry::Past),
                Ok(_) => None,
            },
            code: match &code {
                Err(SecurityCodeError::Empty) => Some(CodeError::Missing),
                Err(_) if four_digits => Some(CodeError::NotFourDigits),
                Err(SecurityCodeError::NotDigits | SecurityCodeError::WrongLength) => Some(CodeError::NotThreeDigits),
                Ok(_) => self.code_length_error(four_digits),
            },
            holder: (!is_holder(&self.holder)).then_some(HolderError::Invalid),
        };
        match (number, expiry, code) {
            (Ok(number), Ok(expiry), Ok(code)) if errors.count() == 0 => {
                Ok(Card::new(number, expiry, Some(code), self.holder.trim()))
            }
            _ => Err(errors),
        }
    }

    /// The number alone, of a card that gets money; or what is wrong with it.
    pub fn card_number(&self) -> Result<CardNumber, CardErrors> {
        CardNumber::parse(&self.number)
            .map_err(|error| CardErrors { number: Some(shown(error)), ..CardErrors::default() })
    }

    /// The security code of a saved card, or what is wrong with it.
    ///
    /// A number beside a saved card is asked about, never guessed: a browser that cannot hide the fields of another card
    /// lets the payer type into them and leave the saved one chosen.
    pub fn saved_code(&self, brand: CardBrand) -> Result<SecurityCode, CardErrors> {
        if !self.number.trim().is_empty() {
            return Err(CardErrors { number: Some(NumberError::TwoCards), ..CardErrors::default() });
        }
        let four_digits = brand == CardBrand::Amex;
        let wrong = |error| CardErrors { code: Some(error), ..CardErrors::default() };
        match SecurityCode::parse(&self.code) {
            Err(SecurityCodeError::Empty) => Err(wrong(CodeError::Missing)),
            Err(_) if four_digits => Err(wrong(CodeError::NotFourDigits)),
            Err(SecurityCodeError::NotDigits | SecurityCodeError::WrongLength) => Err(wrong(CodeError::NotThreeDigits)),
            Ok(code) => self.code_length_error(four_digits).map_or(Ok(code), |error| Err(wrong(error))),
        }
    }

    fn code_length_error(&self, four_digits: bool) -> Option<CodeError> {
        let digits = self.code.chars().filter(char::is_ascii_digit).count();
        match (four_digits, digits) {
            (true, 4) | (false, 3) => None,
            (true, _) => Some(CodeError::NotFourDigits),
            (false, _) => Some(CodeError::NotThreeDigits),
        }
    }
}

/// What is said about a wrong number.
const fn shown(error: CardNumberError) -> NumberError {
    match error {
        CardNumberError::Empty => NumberError::Missing,
        CardNumberError::NotDigits | CardNumberError::WrongLength | CardNumberError::Checksum => NumberError::Invalid,
    }
}

/// Latin letters with their accents, as cards carry them, or nothing: the same signs that the page itself accepts. The name is stored,
/// so a card's number typed into its field must not pass for one.
fn is_holder(name: &str) -> bool {
    let allowed = |c: char| (' '..='\u{24f}').contains(&c) || c == '’';
    let digits = name.chars().filter(char::is_ascii_digit).count();
    name.chars().count() <= HOLDER_MAX && name.trim().chars().all(allowed) && digits <= HOLDER_DIGITS_MAX
}

/// `4444 5555 1111 3333`.
pub(super) fn grouped(number: &str) -> String {
    let digits: Vec<char> = number.chars().collect();
    digits.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Are these the same digits, spaces aside?
pub(super) fn same_digits(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    digits(one) == digits(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(body: &str) -> Option<CardErrors> {
        // 22 November 2026.
        Typed::read(body.as_bytes()).card(UnixMillis(1_795_305_600_000)).err()
    }

    #[test]
    fn a_number_beside_a_saved_card_is_asked_about() {
        let read = |body: &str| Typed::read(body.as_bytes()).saved_code(CardBrand::Visa).err();
        assert_eq!(read("saved=1&cvc=123&number=+&expiry=12/34"), None);
        let both = read("saved=1&cvc=123&number=4444+5555+1111+3333").expect("refused");
        assert_eq!((both.number, both.count()), (Some(NumberError::TwoCards), 1));
    }

    #[test]
    fn a_good_card_is_read_and_each_field_can_be_wrong() {
        assert_eq!(errors("number=4444+5555+1111+3333&expiry=12+%2F+34&cvc=123&holder="), None);
        let found = errors("").expect("refused");
        assert_eq!(
            (found.number, found.expiry, found.code),
            (Some(NumberError::Missing), Some(ShownExpiry::Missing), Some(CodeError::Missing))
        );
        let found =
            errors("number=4444555511113334&expiry=13/34&cvc=12&holder=%D0%98%D0%B2%D0%B0%D0%BD").expect("refused");
        assert_eq!(
            (found.number, found.expiry, found.code, found.holder),
            (
                Some(NumberError::Invalid),
                Some(ShownExpiry::Invalid),
                Some(CodeError::NotThreeDigits),
                Some(HolderError::Invalid)
            )
        );
        assert_eq!(
            errors("number=4444555511113333&expiry=10/26&cvc=123").expect("refused").expiry,
            Some(ShownExpiry::Past)
        );
        assert_eq!(errors("number=4444555511113333&expiry=11/26&cvc=123"), None, "good to the end of its month");
        assert_eq!(
            errors("number=378282246310005&expiry=12/34&cvc=123").expect("refused").code,
            Some(CodeError::NotFourDigits)
        );
    }

    #[test]
    fn a_number_typed_as_the_name_is_refused() {
        let with = |holder: &str| errors(&format!("number=4444555511113333&expiry=12/34&cvc=123&holder={holder}"));
        for wrong in ["4444555511113333", "4444+5555+1111+3333", "IVAN+4444-5555-1111-3333"] {
            assert_eq!(with(wrong).expect("refused").holder, Some(HolderError::Invalid), "{wrong}");
        }
        assert_eq!(with("JOHN+SMITH+3RD"), None);
    }

    #[test]
    fn nothing_typed_can_be_printed() {
        let typed = Typed::read(b"step=pay&token=0&number=4444555511113333&cvc=987&holder=IVAN");
        let shown = format!("{typed:?}");
        assert!(!shown.contains("4444") && !shown.contains("987"), "{shown}");
    }
}
