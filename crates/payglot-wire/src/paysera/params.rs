//! The parameters inside `data`, and the two encodings around them: a form as PHP writes it, and base64 for addresses.

use crate::text::form::{self, Pairs};
use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

/// Longer `data` is refused unread: every field together needs a tenth of this.
pub const DATA_MAX: usize = 32 * 1024;

/// What clients produce: with and without padding, and some leave bits in the last letter.
const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Members of ours among stored fields begin with this, so a request may not bring such a name.
pub(super) const OWN_PREFIX: &str = "payglot.";

/// Names that buggy clients put among the parameters. The first is the project's password: it is dropped before anything else sees it.
const DROPPED: &[&str] = &["sign_password", "environment"];

/// Parameters in the order of the request. A repeated name keeps its first place and its last value, as PHP has it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(Pairs);

impl Fields {
    /// No parameters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes names and values; what must never be kept is dropped here, so that no `Fields` ever holds it.
    pub fn from_pairs(pairs: Pairs) -> Self {
        let wanted = |name: &str| !DROPPED.iter().any(|bad| bad.eq_ignore_ascii_case(name)) && !is_own(name);
        Self::merged(pairs.into_iter().filter(|(name, _)| wanted(name)))
    }

    /// The same for what we stored ourselves.
    pub(super) fn merged(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut kept = Pairs::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for (name, value) in pairs {
            if let Some(&place) = places.get(&name) {
                let earlier: &mut (String, String) = &mut kept[place];
                earlier.1 = value;
            } else {
                places.insert(name.clone(), kept.len());
                kept.push((name, value));
            }
        }
        Self(kept)
    }

    /// A value; an empty one counts as absent, because clients send every name they know.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Is the name there at all, even without a value?
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Replaces a value in its place, or appends it.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some(known) => known.1 = value.into(),
            None => self.0.push((name.to_owned(), value.into())),
        }
    }

    /// Adds a parameter: for the writing side, in the order of the calls.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// Takes a parameter out.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    /// Names and values in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// As PHP's `http_build_query` writes them: `A-Z a-z 0-9 - _ .` stay, a space is `+`, all else is `%XX`.
    pub fn to_query(&self) -> String {
        let mut out = String::new();
        for (name, value) in &self.0 {
            if !out.is_empty() {
                out.push('&');
            }
            out.push_str(&php_escape(name));
            out.push('=');
            out.push_str(&php_escape(value));
        }
        out
    }

    /// The text of `data`: the query in base64 with `-` and `_`, padded.
    pub fn to_data(&self) -> String {
        URL_SAFE.encode(self.to_query())
    }
}

impl fmt::Debug for Fields {
    /// Names only: values hold people's names, addresses and national numbers.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

fn is_own(name: &str) -> bool {
    name.starts_with(OWN_PREFIX)
}

/// PHP's `urlencode`.
pub(super) fn php_escape(value: &str) -> String {
    // The form serializer leaves `*` alone, PHP does not; in all else they agree, `~` included.
    form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>().replace('*', "%2A")
}

/// The bytes of a base64 text in either alphabet or a mixture of both, padded or not; `None` for any other character.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    TOLERANT.decode(text.replace('-', "+").replace('_', "/")).ok()
}

/// What stands inside `data`.
pub(super) struct Form {
    /// The parameters.
    pub(super) fields: Fields,
    /// Some text is not UTF-8 and holds replacement characters, good enough to find the project and the order's number by.
    pub(super) not_utf8: bool,
    /// The project's password was among them.
    pub(super) leaks_password: bool,
}

/// Reads the form inside `data`.
pub(super) fn read_form(bytes: &[u8]) -> Form {
    let strict = form::decode(bytes);
    let not_utf8 = strict.is_err();
    let owned = |(name, value): (Cow<str>, Cow<str>)| (name.into_owned(), value.into_owned());
    let pairs = strict.unwrap_or_else(|_| form_urlencoded::parse(bytes).map(owned).collect());
    let leaks_password = pairs.iter().any(|(name, _)| name.eq_ignore_ascii_case(DROPPED[0]));
    Form { fields: Fields::from_pairs(pairs), not_utf8, leaks_password }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn php_writes_it_like_this() {
        let fields = Fields::new().with("a b", "Ž ~*!'()-_.").with("c", "");
        assert_eq!(fields.to_query(), "a+b=%C5%BD+%7E%2A%21%27%28%29-_.&c=");
        assert_eq!(fields.to_data(), "YStiPSVDNSVCRCslN0UlMkElMjElMjclMjglMjktXy4mYz0=");
    }

    #[test]
    fn the_last_value_wins_in_the_first_place_and_secrets_are_gone() {
        let pairs =
            [("a", "1"), ("Sign_Password", "x"), ("b", "2"), ("environment", "x"), ("payglot.x", "1"), ("a", "3")];
        let fields = Fields::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec());
        assert_eq!(fields.to_query(), "a=3&b=2");
    }

    #[test]
    fn both_alphabets_and_any_padding_are_read() {
        for text in ["+_-/", "++//", "-_-_"] {
            assert!(decode_base64(text).is_some(), "{text}");
        }
        assert_eq!(decode_base64("YQ==").as_deref(), Some(&b"a"[..]));
        assert_eq!(decode_base64("YQ").as_deref(), Some(&b"a"[..]));
        assert_eq!(decode_base64("YR==").as_deref(), Some(&b"a"[..]));
        for wrong in ["Y", "YQ=a", "Y Q=", "YQ\n", "é", "%"] {
            assert_eq!(decode_base64(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(pairs in proptest::collection::hash_map(".{1,8}", ".{0,16}", 0..6)) {
            let fields = Fields::from_pairs(pairs.into_iter().collect());
            let bytes = decode_base64(&fields.to_data()).expect("written by us");
            let read = read_form(&bytes);
            prop_assert_eq!((read.fields, read.not_utf8), (fields, false));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in ".*") {
            let _ = (read_form(&bytes), decode_base64(&text));
        }
    }
}
