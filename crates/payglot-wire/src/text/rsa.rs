//! RSA signatures (RSASSA-PKCS1-v1_5 of RFC 8017), for every protocol that has them. Signatures only: nothing is ever decrypted here.
//!
//! Signing needs no randomness: the same key and message always give the same bytes. Keys are made elsewhere. Why this library:
//! `docs/decisions/0003-rsa.md`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest;
use rsa::Pkcs1v15Sign;
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePublicKey, LineEnding};
use rsa::traits::PublicKeyParts;
use std::fmt;
use zeroize::Zeroizing;

/// The least size of a key, in bits.
pub const LEAST_BITS: u32 = 2048;

/// The hash that a protocol signs. SHA-1 is here because shops still verify it, not because it should be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Digest {
    fn of(self, message: &[u8]) -> digest::Digest {
        let algorithm = match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, message)
    }

    /// The hash's name in front of the hash: the DER of `DigestInfo` as printed in RFC 8017, 9.2, note 1.
    fn scheme(self) -> Pkcs1v15Sign {
        let (hash_len, prefix): (_, &[u8]) = match self {
            Self::Sha1 => (20, b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14"),
            Self::Sha256 => (32, b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"),
            Self::Sha512 => (64, b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"),
        };
        Pkcs1v15Sign { hash_len: Some(hash_len), prefix: prefix.into() }
    }
}

/// What is wrong with a key or a signing. Tells nothing of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RsaError {
    /// Not a PEM of the kind that was expected, or not an RSA key.
    NotAKey,
    /// Fewer than [`LEAST_BITS`] bits.
    TooShort,
    /// The key's parts do not fit each other: its signature would not verify.
    Damaged,
}

impl fmt::Display for RsaError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NotAKey => "this is not an RSA key in PEM (PRIVATE KEY, which is PKCS#8, or PUBLIC KEY)",
            Self::TooShort => "the RSA key has fewer than 2048 bits",
            Self::Damaged => "the RSA key is damaged: its parts do not fit each other",
        })
    }
}

impl std::error::Error for RsaError {}

/// An RSA private key of at least [`LEAST_BITS`] bits. It is never printed, and its memory is overwritten when it is dropped.
#[derive(Clone)]
pub struct RsaPrivateKey(rsa::RsaPrivateKey);

impl fmt::Debug for RsaPrivateKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("RsaPrivateKey(***)")
    }
}

impl RsaPrivateKey {
    /// Reads `-----BEGIN PRIVATE KEY-----` (PKCS#8, not encrypted); white space between the lines does not matter.
    pub fn from_pem(pem: &str) -> Result<Self, RsaError> {
        let der = Zeroizing::new(body(pem, "PRIVATE KEY").ok_or(RsaError::NotAKey)?);
        let key = rsa::RsaPrivateKey::from_pkcs8_der(&der).map_err(|_| RsaError::NotAKey)?;
        long_enough(&key)?;
        key.validate().map_err(|_| RsaError::Damaged)?;
        Ok(Self(key))
    }

    /// The signature of a message; as long as the key. It takes about 2 milliseconds of a processor: not for an async worker.
    pub fn sign(&self, digest: Digest, message: &[u8]) -> Result<Vec<u8>, RsaError> {
        self.0.sign(digest.scheme(), digest.of(message).as_ref()).map_err(|_| RsaError::Damaged)
    }

    /// The half that others verify with.
    pub fn public_key(&self) -> RsaPublicKey {
        RsaPublicKey(self.0.to_public_key())
    }

    /// `-----BEGIN PUBLIC KEY-----`, with a line feed after every line.
    pub fn public_key_pem(&self) -> Result<String, RsaError> {
        self.0.as_public_key().to_public_key_pem(LineEnding::LF).map_err(|_| RsaError::Damaged)
    }
}

/// An RSA public key of at least [`LEAST_BITS`] bits.
#[derive(Clone, PartialEq, Eq)]
pub struct RsaPublicKey(rsa::RsaPublicKey);

impl fmt::Debug for RsaPublicKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "RsaPublicKey({} bits)", self.0.n().bits())
    }
}

impl RsaPublicKey {
    /// Reads `-----BEGIN PUBLIC KEY-----`; white space between the lines does not matter.
    pub fn from_pem(pem: &str) -> Result<Self, RsaError> {
        let der = body(pem, "PUBLIC KEY").ok_or(RsaError::NotAKey)?;
        let key = rsa::RsaPublicKey::from_public_key_der(&der).map_err(|_| RsaError::NotAKey)?;
        long_enough(&key)?;
        Ok(Self(key))
    }

    /// Reads the key out of `-----BEGIN CERTIFICATE-----`. Who issued it, to whom and for how long is not looked at: a shop trusts this
    /// certificate because of where it lies, and the gateway's own is signed by nobody else.
    pub fn from_certificate_pem(pem: &str) -> Result<Self, RsaError> {
        let der = body(pem, "CERTIFICATE").ok_or(RsaError::NotAKey)?;
        let info = subject_public_key_info(&der).ok_or(RsaError::NotAKey)?;
        let key = rsa::RsaPublicKey::from_public_key_der(info).map_err(|_| RsaError::NotAKey)?;
        long_enough(&key)?;
        Ok(Self(key))
    }

    /// Whether the signature is this key's over exactly this message.
    pub fn verifies(&self, digest: Digest, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify(digest.scheme(), digest.of(message).as_ref(), signature).is_ok()
    }
}

fn long_enough(key: &impl PublicKeyParts) -> Result<(), RsaError> {
    if key.n().bits() < LEAST_BITS { Err(RsaError::TooShort) } else { Ok(()) }
}

/// The part of an X.509 certificate that holds its key (RFC 5280, 4.1): the seventh of what is signed, or the sixth where the version is
/// left out, each a DER element behind the other.
fn subject_public_key_info(certificate: &[u8]) -> Option<&[u8]> {
    const EXPLICIT_VERSION: u8 = 0xa0;
    let (outer, _) = element(certificate)?;
    let (signed, _) = element(outer.content)?;
    let mut rest = signed.content;
    let (first, after) = element(rest)?;
    if first.tag == EXPLICIT_VERSION {
        rest = after;
    }
    // The serial number, the algorithm, the issuer, the dates, the subject.
    for _ in 0..5 {
        (_, rest) = element(rest)?;
    }
    Some(element(rest)?.0.whole)
}

/// One element of DER.
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    whole: &'a [u8],
}

/// The first element, and what stands behind it.
fn element(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        // More than four bytes of length are no certificate.
        let count = usize::from(first & 0x7f);
        let (digits, rest) = rest.split_at_checked(count).filter(|_| (1..=4).contains(&count))?;
        (digits.iter().fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit)), rest)
    };
    let (content, after) = rest.split_at_checked(length)?;
    let whole = &bytes[..bytes.len() - after.len()];
    Some((Element { tag, content, whole }, after))
}

/// The bytes between the lines. People paste keys with their lines joined, so the length of a line does not matter here.
fn body(pem: &str, label: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
    let (text, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let text = Zeroizing::new(text.chars().filter(|c| !c.is_ascii_whitespace()).collect::<String>());
    STANDARD.decode(text.as_bytes()).ok()
}

#[cfg(test)]
#[path = "rsa_tests.rs"]
mod tests;
