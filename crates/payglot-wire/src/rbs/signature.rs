//! Proof: of a caller by credentials, of a callback by its checksum. The only maker of [`Signed`] in this protocol.

use super::codes::Refused;
use super::notification::Callback;
use super::request::Credentials;
use crate::proof::Signed;
use crate::text::hex;
use crate::text::rsa::{Digest, RsaError, RsaPrivateKey, RsaPublicKey};
use crate::text::secret::Secret;
use ring::hmac;
use std::fmt;
use std::sync::Arc;

/// What a project is known by. Several passwords or tokens are valid while one replaces another.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The API login.
    pub user_name: String,
    /// Valid passwords.
    pub passwords: Vec<Secret>,
    /// Valid tokens.
    pub tokens: Vec<Secret>,
}

/// Compares credentials with what the project is known by; every valid secret is compared, so that the time does not tell which matched.
pub fn authenticate<T>(credentials: &Credentials, known: &Known, value: T) -> Result<Signed<T>, Refused> {
    let one_matches = |secrets: &[Secret], given: &Secret| {
        secrets.iter().fold(false, |found, secret| secret.matches(given.expose()) | found)
    };
    let proven = match credentials {
        Credentials::Pair { user_name, password } => {
            one_matches(&known.passwords, password) && *user_name == known.user_name
        }
        Credentials::Token(token) => one_matches(&known.tokens, token),
    };
    if proven { Ok(Signed::proven(value)) } else { Err(Refused::AccessDenied) }
}

/// How a project's callbacks are signed.
#[derive(Clone, Debug)]
pub enum Checksum {
    /// Not at all.
    None,
    /// HMAC-SHA256 with a key that both sides know.
    Symmetric(Secret),
    /// RSA with SHA-512: the shop knows the public half only. Takes milliseconds.
    Asymmetric(Arc<RsaPrivateKey>),
}

/// The text that is signed: every parameter but `checksum` and `sign_alias`, sorted by the bytes of its name, as `name;value;`.
pub fn checksum_text<'a>(params: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut params: Vec<_> =
        params.into_iter().filter(|(name, _)| !matches!(*name, "checksum" | "sign_alias")).collect();
    params.sort_by_key(|(name, _)| *name);
    params.iter().fold(String::new(), |text, (name, value)| text + name + ";" + value + ";")
}

/// HMAC-SHA256 as upper-case hexadecimal. The key is the secret's text, never decoded.
pub fn symmetric(key: &Secret, text: &str) -> String {
    hex::upper(hmac::sign(&hmac_key(key), text.as_bytes()).as_ref())
}

/// RSA with SHA-512 as upper-case hexadecimal.
pub fn asymmetric(key: &RsaPrivateKey, text: &str) -> Result<String, RsaError> {
    Ok(hex::upper(&key.sign(Digest::Sha512, text.as_bytes())?))
}

fn hmac_key(key: &Secret) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key.expose().as_bytes())
}

/// What a receiver of callbacks checks them with.
#[derive(Clone, Debug)]
pub enum Verifier {
    /// The key that both sides know.
    Symmetric(Secret),
    /// The gateway's public key: RSA with SHA-512.
    Rsa(RsaPublicKey),
}

/// Why a callback is not believed. `text` is what should have been signed: enough to find the mistake, and no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unproven {
    /// What is wrong.
    pub reason: UnprovenReason,
    /// The text that the checksum should cover.
    pub text: String,
}

/// What is wrong with a checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnprovenReason {
    /// There is none.
    Missing,
    /// It is not hexadecimal.
    NotHex,
    /// It belongs to another text or another key.
    Differs,
}

impl fmt::Display for Unproven {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            UnprovenReason::Missing => "there is no checksum",
            UnprovenReason::NotHex => "the checksum is not hexadecimal",
            UnprovenReason::Differs => "the checksum belongs to another text or another key",
        };
        write!(out, "{reason}; the text to sign is {}", self.text)
    }
}

impl std::error::Error for Unproven {}

impl Verifier {
    /// Checks a callback in constant time. Lower-case digits are accepted.
    pub fn verify(&self, callback: Callback) -> Result<Signed<Callback>, Unproven> {
        let text = callback.signed_text();
        let Some(checksum) = callback.get("checksum").filter(|checksum| !checksum.is_empty()) else {
            return Err(Unproven { reason: UnprovenReason::Missing, text });
        };
        let Some(bytes) = hex::decode(checksum) else {
            return Err(Unproven { reason: UnprovenReason::NotHex, text });
        };
        let proven = match self {
            Self::Symmetric(key) => hmac::verify(&hmac_key(key), text.as_bytes(), &bytes).is_ok(),
            Self::Rsa(key) => key.verifies(Digest::Sha512, text.as_bytes(), &bytes),
        };
        if proven { Ok(Signed::proven(callback)) } else { Err(Unproven { reason: UnprovenReason::Differs, text }) }
    }
}
