//! `lang`: ISO 639-2/B, three letters in any case. An unknown one is never an error.

use std::fmt;

/// A language that a request can name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Language {
    three: &'static str,
    two: &'static str,
}

/// Three letters, two letters. The first of two rows with the same two letters is what we write.
const LANGUAGES: &[(&str, &str)] = &[
    ("lit", "lt"),
    ("eng", "en"),
    ("rus", "ru"),
    ("lav", "lv"),
    ("est", "et"),
    ("pol", "pl"),
    ("ger", "de"),
    ("deu", "de"),
    ("bul", "bg"),
    ("fre", "fr"),
    ("fra", "fr"),
    ("spa", "es"),
    ("ita", "it"),
    ("ukr", "uk"),
    ("bel", "be"),
    ("rum", "ro"),
    ("ron", "ro"),
    ("hun", "hu"),
    ("cze", "cs"),
    ("ces", "cs"),
    ("slo", "sk"),
    ("slk", "sk"),
    ("slv", "sl"),
    ("hrv", "hr"),
    ("srp", "sr"),
    ("fin", "fi"),
    ("swe", "sv"),
    ("nor", "no"),
    ("dan", "da"),
    ("dut", "nl"),
    ("nld", "nl"),
    ("por", "pt"),
    ("gre", "el"),
    ("ell", "el"),
    ("tur", "tr"),
    ("geo", "ka"),
    ("kat", "ka"),
];

impl Language {
    /// English, for whoever names no language that we know.
    pub const ENG: Self = Self { three: "eng", two: "en" };
    /// Lithuanian, the language of the vendor.
    pub const LIT: Self = Self { three: "lit", two: "lt" };
    /// Russian.
    pub const RUS: Self = Self { three: "rus", two: "ru" };

    /// By three or two letters, in any case. `ee` is what some clients write for Estonian.
    pub fn from_code(code: &str) -> Option<Self> {
        let code = code.to_ascii_lowercase();
        let code = if code == "ee" { "et" } else { code.as_str() };
        let row = LANGUAGES.iter().find(|(three, two)| *three == code || *two == code);
        row.map(|&(three, two)| Self { three, two })
    }

    /// Three letters of ISO 639-2/B, lower case.
    pub const fn three(self) -> &'static str {
        self.three
    }

    /// Two letters of ISO 639-1, lower case.
    pub const fn two(self) -> &'static str {
        self.two
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.three)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_or_two_letters_in_any_case() {
        for (code, two) in [("LIT", "lt"), ("lit", "lt"), ("RU", "ru"), ("ee", "et"), ("DEU", "de"), ("ger", "de")] {
            assert_eq!(Language::from_code(code).map(Language::two), Some(two), "{code}");
        }
        for wrong in ["", "l", "xxx", "lith", "ли"] {
            assert_eq!(Language::from_code(wrong), None, "{wrong}");
        }
        for &(three, two) in &[("lit", "lt"), ("eng", "en"), ("rus", "ru")] {
            assert_eq!(Language::from_code(two).map(Language::three), Some(three));
        }
    }
}
