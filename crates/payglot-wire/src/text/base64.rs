//! Base64, with the alphabet of mail and with the one of addresses. What is read may be padded or not, as senders differ.

use base64::Engine as _;
use base64::alphabet::{STANDARD as MAIL, URL_SAFE as ADDRESS};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&MAIL, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&ADDRESS, LENIENT.with_encode_padding(false));

/// With padding.
pub fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// For addresses, without padding.
pub fn encode_url(bytes: &[u8]) -> String {
    URL_SAFE.encode(bytes)
}

/// Either alphabet; white space, which forms put in, does not count.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(&text).or_else(|_| URL_SAFE.decode(&text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_alphabets_padded_or_not() {
        assert_eq!((encode(b"\xfb\xffa"), encode_url(b"\xfb\xff")), ("+/9h".to_owned(), "-_8".to_owned()));
        for text in ["-_8", "+/8=", "+/8", " +/\r\n8 "] {
            assert_eq!(decode(text).as_deref(), Some(&b"\xfb\xff"[..]), "{text}");
        }
        for wrong in ["+_8", "a", "a=b", "é"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }
}
