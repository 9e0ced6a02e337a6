//! Proof. A request is proven by MD5 over its text and the project's password; a callback carries the same as `ss1`, and RSA with SHA-1
//! (`ss2`) and SHA-256 (`ss3`) over `data` as it is transmitted. The only maker of [`Signed`] in this protocol.
//!
//! MD5 and SHA-1 are the protocol's choice; what they prove rests on the password and on the key.

use super::codes::{Code, Refused};
use super::notification::Callback;
use super::params::{self, Fields};
use super::request::Envelope;
use crate::proof::Signed;
use crate::text::hex;
use crate::text::rsa::{Digest, RsaError, RsaPrivateKey, RsaPublicKey};
use crate::text::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use md5::{Digest as _, Md5};
use ring::aead;
use std::fmt;
use subtle::ConstantTimeEq;

/// MD5 of the texts one after another, as lower-case hexadecimal.
pub(super) fn md5(texts: &[&str]) -> String {
    let mut state = Md5::new();
    for text in texts {
        state.update(text.as_bytes());
    }
    hex::lower(&state.finalize())
}

/// `md5(data + password)`: the `sign` of a request and the `ss1` of a callback.
pub fn sign(data: &str, password: &Secret) -> String {
    md5(&[data, password.expose()])
}

/// Compares hexadecimal in constant time, in either case.
pub(super) fn same_hex(expected: &str, given: &str) -> bool {
    expected.as_bytes().ct_eq(given.to_ascii_lowercase().as_bytes()).into()
}

/// Does `sign` prove that whoever wrote the request knows one of these passwords? More than one is valid while a new one replaces an
/// old; each is tried, so that the time does not tell which matched. A request of the old protocol is refused here.
pub fn prove(envelope: &Envelope, passwords: &[Secret]) -> Result<Signed<Fields>, Refused> {
    if envelope.legacy().is_some() { Err(NOT_PROVEN) } else { compare(envelope, passwords) }
}

/// The same for the protocol before version 1.6, where values are signed without anything between them: a payer can move a digit from
/// one to the next, from the order's number to the amount, and the signature still fits. So only projects that must have it may be asked
/// this way.
pub fn prove_old(envelope: &Envelope, passwords: &[Secret]) -> Result<Signed<Fields>, Refused> {
    if envelope.legacy().is_some() { compare(envelope, passwords) } else { Err(NOT_PROVEN) }
}

const NOT_PROVEN: Refused = Refused::of(Code::SignWrong, "sign");

fn compare(envelope: &Envelope, passwords: &[Secret]) -> Result<Signed<Fields>, Refused> {
    let given = envelope.sign().ok_or(NOT_PROVEN)?;
    let matches =
        |password: &Secret| !password.expose().is_empty() && same_hex(&sign(envelope.signed_text(), password), given);
    let proven = passwords.iter().fold(false, |found, password| matches(password) | found);
    if proven { Ok(Signed::proven(envelope.fields().clone())) } else { Err(NOT_PROVEN) }
}

/// The key of encrypted callbacks: the password's bytes as they are, filled with zeros or cut to 32 as the official library does it.
fn aes_key(password: &Secret) -> Option<aead::LessSafeKey> {
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(password.expose().as_bytes()) {
        *to = *from;
    }
    aead::UnboundKey::new(&aead::AES_256_GCM, &bytes).ok().map(aead::LessSafeKey::new)
}

/// `data` of an encrypted callback: base64 of `iv`, the text under AES-256-GCM, and the tag. An `iv` must never come twice with one
/// password. `None` only for a text longer than the cipher can take.
pub fn encrypt(text: &str, password: &Secret, iv: [u8; 12]) -> Option<String> {
    let mut sealed = text.as_bytes().to_vec();
    let nonce = aead::Nonce::assume_unique_for_key(iv);
    aes_key(password)?.seal_in_place_append_tag(nonce, aead::Aad::empty(), &mut sealed).ok()?;
    Some(URL_SAFE.encode([iv.as_slice(), &sealed].concat()))
}

/// The text of an encrypted callback; `None` if it was not made with this password, or was changed.
pub fn decrypt(data: &str, password: &Secret) -> Option<Vec<u8>> {
    let bytes = params::decode_base64(data)?;
    let (iv, sealed) = bytes.split_first_chunk::<12>()?;
    let mut opened = sealed.to_vec();
    let nonce = aead::Nonce::assume_unique_for_key(*iv);
    let plain = aes_key(password)?.open_in_place(nonce, aead::Aad::empty(), &mut opened).ok()?;
    Some(plain.to_vec())
}

/// What the gateway signs with. The key is the gateway's, one for all projects.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    /// The key of `ss2` and `ss3`.
    pub key: &'a RsaPrivateKey,
    /// Twelve fresh random bytes, for projects with encrypted callbacks.
    pub iv: [u8; 12],
}

/// Base64 of an RSA signature over a text as it is transmitted.
fn rsa(key: &RsaPrivateKey, digest: Digest, text: &str) -> Result<String, RsaError> {
    key.sign(digest, text.as_bytes()).map(|signature| URL_SAFE.encode(signature))
}

/// `ss2`: RSA with SHA-1.
pub fn ss2(data: &str, key: &RsaPrivateKey) -> Result<String, RsaError> {
    rsa(key, Digest::Sha1, data)
}

/// `ss3`: RSA with SHA-256.
pub fn ss3(data: &str, key: &RsaPrivateKey) -> Result<String, RsaError> {
    rsa(key, Digest::Sha256, data)
}

/// What a shop checks callbacks with.
#[derive(Clone, Debug)]
pub struct Verifier {
    /// The project's password.
    pub password: Secret,
    /// The gateway's public key.
    pub public_key: RsaPublicKey,
}

/// Why a callback is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unproven {
    /// There is no `data`, or it cannot be read.
    Unreadable,
    /// Neither `ss2` nor `ss3` is there. `ss1` alone proves little: whoever reads the shop's settings can make it.
    Unsigned,
    /// This signature belongs to another text or another key.
    Differs(&'static str),
    /// It could not be decrypted with this password.
    Undecipherable,
}

impl fmt::Display for Unproven {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => out.write_str("there is no data, or it cannot be read"),
            Self::Unsigned => out.write_str("neither ss2 nor ss3 is there"),
            Self::Differs(name) => write!(out, "{name} belongs to another text or another key"),
            Self::Undecipherable => out.write_str("it was not encrypted with this password"),
        }
    }
}

impl std::error::Error for Unproven {}

impl Verifier {
    /// Checks every signature that is there; at least one by the key must be. Without any, `data` is an encrypted callback.
    pub fn verify(&self, callback: &Callback) -> Result<Signed<Fields>, Unproven> {
        let data = callback.data.as_deref().ok_or(Unproven::Unreadable)?;
        let read = |bytes: Vec<u8>| {
            let form = params::read_form(&bytes);
            if form.not_utf8 { Err(Unproven::Unreadable) } else { Ok(Signed::proven(form.fields)) }
        };
        let (ss1, ss2, ss3) = (callback.ss1.as_deref(), callback.ss2.as_deref(), callback.ss3.as_deref());
        if (ss1, ss2, ss3) == (None, None, None) {
            return read(decrypt(data, &self.password).ok_or(Unproven::Undecipherable)?);
        }
        if ss1.is_some_and(|ss1| !same_hex(&sign(data, &self.password), ss1)) {
            return Err(Unproven::Differs("ss1"));
        }
        for (name, digest, given) in [("ss2", Digest::Sha1, ss2), ("ss3", Digest::Sha256, ss3)] {
            if given.is_some_and(|given| !self.verifies(digest, data, given)) {
                return Err(Unproven::Differs(name));
            }
        }
        if ss2.or(ss3).is_none() {
            return Err(Unproven::Unsigned);
        }
        read(params::decode_base64(data).ok_or(Unproven::Unreadable)?)
    }

    fn verifies(&self, digest: Digest, text: &str, signature: &str) -> bool {
        let bytes = params::decode_base64(signature);
        bytes.is_some_and(|bytes| self.public_key.verifies(digest, text.as_bytes(), &bytes))
    }
}
