//! `application/x-www-form-urlencoded`, as bodies and as queries.

use super::hex;

/// Names and values in the order in which they came.
pub type Pairs = Vec<(String, String)>;

/// A name or a value is not UTF-8 after decoding. Replacing what cannot be read would change what a merchant signed or will see on
/// a receipt, so it is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotUtf8 {
    /// The parameter's name, empty if the name itself is broken.
    pub name: String,
}

/// Reads pairs. `+` is a space; a `%` that is not followed by two hexadecimal digits stands for itself, as browsers have it.
pub fn decode(text: &[u8]) -> Result<Pairs, NotUtf8> {
    let mut pairs = Pairs::new();
    for piece in text.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()) {
        let at = piece.iter().position(|byte| *byte == b'=').unwrap_or(piece.len());
        let name = String::from_utf8(unescape(&piece[..at])).map_err(|_| NotUtf8 { name: String::new() })?;
        let value = unescape(piece.get(at + 1..).unwrap_or_default());
        match String::from_utf8(value) {
            Ok(value) => pairs.push((name, value)),
            Err(_) => return Err(NotUtf8 { name }),
        }
    }
    Ok(pairs)
}

fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let code = || Some(hex::digit(*text.get(at + 1)?)? << 4 | hex::digit(*text.get(at + 2)?)?);
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                if let Some(code) = code() {
                    out.push(code);
                    at += 2;
                } else {
                    out.push(b'%');
                }
            }
            other => out.push(other),
        }
        at += 1;
    }
    out
}

/// Percent-encodes one value; a space becomes `%20`, which every reader understands in a query and in a form.
pub fn escape(value: &str) -> String {
    // The serializer writes `+` for a space only: a plus sign itself becomes %2B.
    form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>().replace('+', "%20")
}

/// Writes pairs.
pub fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(&escape(name));
        out.push('=');
        out.push_str(&escape(value));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn owned(pairs: &[(&str, &str)]) -> Pairs {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn browsers_and_hand_written_clients_are_read_alike() {
        let read = decode("a=1+2&b=%D0%BA%d0%be%D1%82&&c&d=&e=x=y&f=100%&g=%4".as_bytes());
        let expected = [("a", "1 2"), ("b", "кот"), ("c", ""), ("d", ""), ("e", "x=y"), ("f", "100%"), ("g", "%4")];
        assert_eq!(read, Ok(owned(&expected)));
        assert_eq!(decode("k=сырой".as_bytes()), Ok(owned(&[("k", "сырой")])));
    }

    #[test]
    fn broken_utf8_is_named() {
        assert_eq!(decode(b"a=1&b=%FF"), Err(NotUtf8 { name: "b".to_owned() }));
        assert_eq!(decode(b"%C3=1"), Err(NotUtf8 { name: String::new() }));
    }

    #[test]
    fn a_space_is_percent_20() {
        assert_eq!(encode([("a b", "1+1 = 2/ы")]), "a%20b=1%2B1%20%3D%202%2F%D1%8B");
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(pairs in proptest::collection::vec((".{1,8}", ".{0,16}"), 0..6)) {
            let text = encode(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            prop_assert_eq!(decode(text.as_bytes()), Ok(pairs));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }
}
