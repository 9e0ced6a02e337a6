//! The two addresses of the list, with what clients put after the project's number.

use payglot_core::Currency;

/// What a shop asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListRequest {
    /// The project's number as clients know it.
    pub project: u32,
    /// The currency; the euro where none is named. `None` for a code that nobody knows: nothing is served in it.
    pub currency: Option<Currency>,
    /// The three letters of the currency as they go into the answer.
    currency_code: [u8; 3],
    /// Only methods that take this much, in minor units.
    pub amount: Option<i64>,
    /// Only this language, by its two letters.
    language: Option<[u8; 2]>,
}

impl ListRequest {
    /// Reads `/new/api/paymentMethods/{project}[/currency:EUR][/amount:1000][/language:lt]` and `/payment-methods/...`, in any order of
    /// the parts; `None` for any other path. An amount may be a decimal text and is rounded down; an empty or unreadable part counts
    /// as not there.
    pub fn from_path(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("/new/api/paymentMethods/").or_else(|| path.strip_prefix("/payment-methods/"))?;
        let mut parts = rest.split('/').filter(|part| !part.is_empty());
        let project = parts.next()?;
        let digits = project.len() <= 11 && project.bytes().all(|byte| byte.is_ascii_digit());
        let project = if digits { project.parse().ok()? } else { return None };
        let euro = (Some(Currency::EUR), *b"EUR");
        let mut read = Self { project, currency: euro.0, currency_code: euro.1, amount: None, language: None };
        for part in parts {
            // Some clients percent-encode the colon.
            let part = part.replace("%3A", ":").replace("%3a", ":");
            match part.split_once(':')? {
                ("currency", "") => {}
                ("currency", code) => {
                    read.currency_code = letters(code)?.map(|byte| byte.to_ascii_uppercase());
                    read.currency = Currency::from_code(read.currency_code());
                }
                ("amount", amount) => read.amount = floor(amount),
                ("language", language) => {
                    read.language = letters(language).map(|code| code.map(|byte| byte.to_ascii_lowercase()));
                }
                _ => {}
            }
        }
        Some(read)
    }

    /// Three upper-case letters.
    pub fn currency_code(&self) -> &str {
        std::str::from_utf8(&self.currency_code).unwrap_or("EUR")
    }

    /// Two lower-case letters, if one language was asked for.
    pub fn language(&self) -> Option<&str> {
        self.language.as_ref().and_then(|code| std::str::from_utf8(code).ok())
    }
}

fn letters<const N: usize>(text: &str) -> Option<[u8; N]> {
    let letters: [u8; N] = text.as_bytes().try_into().ok()?;
    letters.iter().all(u8::is_ascii_alphabetic).then_some(letters)
}

/// `1000`, `1000.5`: the whole part.
fn floor(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let sane = !whole.is_empty() && whole.len() <= 12 && digits(whole) && digits(fraction);
    if sane { whole.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Read = (u32, String, Option<i64>, Option<String>);

    fn read(path: &str) -> Option<Read> {
        let list = ListRequest::from_path(path)?;
        Some((list.project, list.currency_code().to_owned(), list.amount, list.language().map(str::to_owned)))
    }

    fn expected(currency: &str, amount: Option<i64>, language: Option<&str>) -> Read {
        (12345, currency.to_owned(), amount, language.map(str::to_owned))
    }

    #[test]
    fn every_form_of_the_address_is_read() {
        for base in ["/new/api/paymentMethods/12345", "/payment-methods/12345"] {
            let path = |rest: &str| read(&format!("{base}{rest}"));
            assert_eq!(path("/currency:EUR"), Some(expected("EUR", None, None)));
            assert_eq!(path("/currency:usd/amount:1000"), Some(expected("USD", Some(1000), None)));
            assert_eq!(path("/currency:EUR/amount:1000.99/language:LT"), Some(expected("EUR", Some(1000), Some("lt"))));
            assert_eq!(path("/currency:EUR/language:ru/"), Some(expected("EUR", None, Some("ru"))));
            assert_eq!(path("/currency:/amount:/language:"), Some(expected("EUR", None, None)));
            assert_eq!(path("/currency%3AEUR/amount%3a5"), Some(expected("EUR", Some(5), None)));
            assert_eq!(path("/"), Some(expected("EUR", None, None)));
            assert_eq!(path(""), Some(expected("EUR", None, None)));
        }
        assert_eq!(ListRequest::from_path("/payment-methods/1/currency:QQQ").and_then(|list| list.currency), None);
    }

    #[test]
    fn other_paths_are_not_ours() {
        for path in [
            "/payment-methods/",
            "/payment-methods/x",
            "/payment-methods/99999999999",
            "/payment-methods/1/currency:EURO",
            "/payment-methods/1/x",
            "/new/api/other/1",
        ] {
            assert_eq!(ListRequest::from_path(path), None, "{path}");
        }
        let hostile = ListRequest::from_path("/payment-methods/1/amount:-5/language:<b").expect("a list");
        assert_eq!((hostile.amount, hostile.language()), (None, None));
    }

    proptest! {
        #[test]
        fn any_path_is_read_or_refused(rest in ".*") {
            let _ = ListRequest::from_path(&format!("/payment-methods/1/{rest}"));
        }
    }
}
