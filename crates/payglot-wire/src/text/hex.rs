//! Hexadecimal.

use std::fmt::Write;

/// Upper case, two digits per byte.
pub fn upper(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a `String` cannot fail.
        let _ = write!(out, "{byte:02X}");
    }
    out
}

/// Lower case, two digits per byte.
pub fn lower(bytes: &[u8]) -> String {
    upper(bytes).to_ascii_lowercase()
}

/// Reads either case; `None` for an odd length or anything that is not a digit.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

pub(super) fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_cases_are_read_and_written() {
        assert_eq!(upper(&[0, 0xAB, 0xFF]), "00ABFF");
        assert_eq!(lower(&[0, 0xAB, 0xFF]), "00abff");
        assert_eq!(decode("00abFF"), Some(vec![0, 0xAB, 0xFF]));
        for wrong in ["0", "0g", "+1", "é"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }
}
