//! The protocol before version 1.6: parameters as plain form fields, joined in a fixed order for the signature.

use super::codes::{Code, Refused};
use super::params::Fields;
use super::request::Envelope;
use super::signature;
use crate::text::form::Pairs;
use crate::text::rsa::{Digest, RsaError, RsaPrivateKey};
use crate::text::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;
use std::fmt::Write;

/// A version of the old protocol; they differ in what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 1.2: lengths and lower-case values.
    V1_2,
    /// 1.3: values.
    V1_3,
    /// 1.4: values.
    V1_4,
    /// 1.5: values, all of them.
    V1_5,
}

impl Version {
    /// Every version.
    pub const ALL: &[Self] = &[Self::V1_2, Self::V1_3, Self::V1_4, Self::V1_5];

    /// As the callback names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
            Self::V1_4 => "1.4",
            Self::V1_5 => "1.5",
        }
    }

    /// By the `version` of a request, which may have a third number. What names none of them is read as the last.
    pub fn from_name(name: &str) -> Self {
        let of = |version: &&Self| name == version.name() || name.starts_with(&format!("{}.", version.name()));
        Self::ALL.iter().find(of).copied().unwrap_or(Self::V1_5)
    }
}

/// What 1.2 to 1.4 sign. The purpose is not among them.
const SHORT: &[&str] = &[
    "projectid",
    "orderid",
    "lang",
    "amount",
    "currency",
    "accepturl",
    "cancelurl",
    "callbackurl",
    "payment",
    "country",
    "p_firstname",
    "p_lastname",
    "p_email",
    "p_street",
    "p_city",
    "p_state",
    "p_zip",
    "p_countrycode",
    "test",
    "version",
];

/// What 1.5 signs.
const LONG: &[&str] = &[
    "projectid",
    "orderid",
    "lang",
    "amount",
    "currency",
    "accepturl",
    "cancelurl",
    "callbackurl",
    "payment",
    "country",
    "paytext",
    "p_firstname",
    "p_lastname",
    "p_email",
    "p_street",
    "p_city",
    "p_state",
    "p_zip",
    "p_countrycode",
    "only_payments",
    "disalow_payments",
    "repeat_request",
    "test",
    "version",
    "time_limit",
];

/// The text that is signed, without the password.
pub fn signed_text(fields: &Fields, version: Version) -> String {
    let names = if version == Version::V1_5 { LONG } else { SHORT };
    let mut out = String::new();
    for value in names.iter().filter_map(|name| fields.get(name)) {
        if version == Version::V1_2 {
            let value = value.to_ascii_lowercase();
            // Writing to a `String` cannot fail.
            let _ = write!(out, "{:03}{value}", value.len());
        } else {
            out.push_str(value);
        }
    }
    out
}

/// Reads plain fields as a request of the old protocol.
pub(super) fn envelope(outer: Pairs, sign: Option<String>) -> Result<Envelope, Refused> {
    let fields = Fields::from_pairs(outer);
    if fields.get("projectid").is_none() {
        let empty = sign.is_none();
        return Err(if empty { Refused::because(Code::NothingReceived) } else { Refused::of(Code::SignWrong, "data") });
    }
    let version = Version::from_name(fields.get("version").unwrap_or_default());
    let text = signed_text(&fields, version);
    // What is not signed is not to be believed.
    let signed = |name: &str| match version {
        Version::V1_5 => LONG.contains(&name),
        // These versions never signed the purpose, yet every shop sends one; it is a text for people and decides nothing.
        Version::V1_2 | Version::V1_3 | Version::V1_4 => SHORT.contains(&name) || name == "paytext",
    };
    let kept = Fields::from_pairs(fields.pairs().iter().filter(|(name, _)| signed(name)).cloned().collect());
    Ok(Envelope::of_legacy(text, sign, kept, version))
}

/// The password in the signatures of these versions: one that is not 32 characters long is hashed first.
fn password(secret: &Secret) -> Cow<'_, str> {
    let text = secret.expose();
    if text.len() == 32 { text.into() } else { signature::md5(&[text]).into() }
}

/// `_ss1` of 1.2 to 1.4: MD5 of the password, the order's number (of a micro payment the message's id), the test flag and 1.
pub fn ss1(secret: &Secret, id: &str, test: &str) -> String {
    signature::md5(&[&password(secret), "|", id, "|", test, "|1"])
}

/// `_ss1v2` of 1.5: MD5 of the password and every value.
pub fn ss1v2<'a>(secret: &Secret, values: impl IntoIterator<Item = &'a str>) -> String {
    let text = values.into_iter().fold(password(secret).into_owned(), |text, value| text + "|" + value);
    signature::md5(&[&text])
}

/// `_ss2`: RSA with SHA-1 over every value with a bar after it, in ordinary base64.
pub fn ss2<'a>(key: &RsaPrivateKey, values: impl IntoIterator<Item = &'a str>) -> Result<String, RsaError> {
    let text = values.into_iter().fold(String::new(), |text, value| text + value + "|");
    key.sign(Digest::Sha1, text.as_bytes()).map(|signature| STANDARD.encode(signature))
}

/// The fields of a callback: each parameter by itself with `wp_` before its name, and the signatures.
pub(super) fn callback_fields(
    parameters: &Fields,
    version: Version,
    secret: &Secret,
    key: &RsaPrivateKey,
) -> Result<Pairs, RsaError> {
    let mut fields = parameters.clone();
    // A library of that time takes no other version than its own.
    fields.set("version", version.name());
    let mut pairs = fields.pairs().to_vec();
    let values = |pairs: &Pairs| pairs.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
    let second = match version {
        Version::V1_5 => {
            let second = ss2(key, values(&pairs).iter().map(String::as_str))?;
            let first = ss1v2(secret, values(&pairs).iter().map(String::as_str));
            pairs.push(("_ss1v2".to_owned(), first));
            second
        }
        Version::V1_2 | Version::V1_3 | Version::V1_4 => {
            let (id, test) = (fields.get("orderid").unwrap_or_default(), fields.get("test").unwrap_or_default());
            pairs.push(("_ss1".to_owned(), ss1(secret, id, test)));
            ss2(key, values(&pairs).iter().map(String::as_str))?
        }
    };
    pairs.push(("_ss2".to_owned(), second));
    Ok(pairs.into_iter().map(|(name, value)| (format!("wp_{name}"), value)).collect())
}
