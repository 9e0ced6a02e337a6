//! The `language` parameter: ISO 639-1, any case. Texts exist in Russian and English; every other language gets the English ones.

use super::codes::Refused;
use super::params::Params;
use std::fmt;

/// A language of ISO 639-1.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Language([u8; 2]);

/// Every code of ISO 639-1, two letters each.
const CODES: &str = "aaabaeafakamanarasavayazbabebgbhbibmbnbobrbscacechcocrcscucvcydadedvdzeeeleneoeseteufafffifjfofrfygagdglgngugvhahe\
    hihohrhthuhyhziaidieigiiikioisitiujajvkakgkikjkkklkmknkokrkskukvkwkylalblglilnloltlulvmgmhmimkmlmnmrmsmtmynanbndnenlnnnonrnvnyocojomor\
    ospapiplpsptqurmrnrorurwsascsdsesgsiskslsmsnsosqsrssstsusvswtatetgthtitktltntotrtstttwtyugukuruzvevivowawoxhyiyozazhzu";

impl Language {
    /// Russian, the default of the RBS family.
    pub const RU: Self = Self(*b"ru");
    /// English.
    pub const EN: Self = Self(*b"en");

    /// By its code, in any case.
    pub fn from_code(code: &str) -> Option<Self> {
        let code: [u8; 2] = code.as_bytes().try_into().ok()?;
        let code = code.map(|byte| byte.to_ascii_lowercase());
        CODES.as_bytes().chunks_exact(2).any(|known| known == code).then_some(Self(code))
    }

    /// Two lower-case letters.
    pub fn code(&self) -> &str {
        // Only codes of the ASCII table above are ever stored.
        std::str::from_utf8(&self.0).unwrap_or("en")
    }

    /// The `language` of a request, or the merchant's default.
    pub fn read(params: &Params, default: Self) -> Result<Self, Refused> {
        match params.get("language") {
            None => Ok(default),
            Some(code) => Self::from_code(code).ok_or(Refused::LanguageInvalid),
        }
    }

    /// For the text of an error that comes before the language is judged: the default stands in for a wrong one.
    pub fn of_errors(params: &Params, default: Self) -> Self {
        Self::read(params, default).unwrap_or(default)
    }

    /// One of two texts.
    pub fn pick<'a>(self, ru: &'a str, en: &'a str) -> &'a str {
        if self == Self::RU { ru } else { en }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_known_letters_in_any_case() {
        assert_eq!(Language::from_code("RU"), Some(Language::RU));
        assert_eq!(Language::from_code("lT").map(|lt| lt.to_string()).as_deref(), Some("lt"));
        for wrong in ["", "r", "xx1", "xx", "rus", "р", "aA ", "ba\u{0}"] {
            assert_eq!(Language::from_code(wrong), None, "{wrong}");
        }
        assert_eq!(CODES.len(), 183 * 2);
    }
}
