//! Parameters, read as a servlet reads them: query and form body merged, the query first.

use super::codes::Refused;
use crate::raw::{Method, RawRequest};
use crate::text::form::{self, NotUtf8, Pairs};
use crate::text::multipart::{self, Broken};
use std::fmt;

/// The parameters of one request, in order, the query's before the body's.
#[derive(Clone, PartialEq, Eq)]
pub struct Params(Pairs);

/// Parameters that are never shown, stored or logged: credentials and card data, in lower case.
const SECRET: &[&str] = &[
    "username",
    "password",
    "token",
    "pan",
    "$pan",
    "cvc",
    "$cvc",
    "cvc2",
    "cvv",
    "$expiry",
    "expiry",
    "expirydate",
    "newexpiry",
    "yyyy",
    "mm",
    "text",
    "cardholder",
    "cardholdername",
    "setoken",
    "paymenttoken",
    "pares",
    "cres",
    "creq",
];

/// May this parameter be shown, stored and logged?
pub fn is_secret(name: &str) -> bool {
    SECRET.iter().any(|secret| secret.eq_ignore_ascii_case(name))
}

impl Params {
    /// Reads query and body. A body is read if it is a form, multipart or has no content type; any other is not part of the protocol and
    /// is left alone.
    pub fn read(request: &RawRequest) -> Result<Self, Refused> {
        let mut pairs = form::decode(request.query.as_bytes()).map_err(|broken| Refused::not_utf8(&broken))?;
        if request.method == Method::Post && !request.body.is_empty() {
            pairs.extend(body(request)?);
        }
        Ok(Self(pairs))
    }

    /// From names and values, for tests and for what was stored.
    pub fn from_pairs(pairs: Pairs) -> Self {
        Self(pairs)
    }

    /// The first value of a parameter that is not empty: an empty one counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Every value of a parameter that is not empty.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Names and values in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

fn body(request: &RawRequest) -> Result<Pairs, Refused> {
    if multipart::is_multipart(request.content_type) {
        return multipart::decode(request.content_type, request.body).map_err(|broken| match broken {
            Broken::Shape => Refused::Malformed,
            Broken::Text(broken) => Refused::not_utf8(&broken),
        });
    }
    let media_type = request.content_type.split(';').next().unwrap_or_default().trim();
    if media_type.is_empty() || media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return form::decode(request.body).map_err(|broken| Refused::not_utf8(&broken));
    }
    Ok(Pairs::new())
}

impl Refused {
    fn not_utf8(broken: &NotUtf8) -> Self {
        // The name goes into the answer, so it must be one that a person typed into a program.
        let plain =
            !broken.name.is_empty() && broken.name.len() <= 64 && broken.name.chars().all(|c| c.is_ascii_graphic());
        if plain { Self::ParameterInvalid(broken.name.clone()) } else { Self::Malformed }
    }
}

impl fmt::Debug for Params {
    /// Credentials and card data are left out.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().map(|(name, value)| (name, if is_secret(name) { "***" } else { value.as_str() }));
        out.debug_map().entries(shown).finish()
    }
}
