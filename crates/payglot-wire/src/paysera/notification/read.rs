//! The shop's side.

use super::super::params::Fields;
use crate::raw::RawRequest;
use crate::text::form::{self, NotUtf8};

/// A callback, or the query of `accepturl`, as a shop receives it. Nothing is proven yet; see [`super::super::signature::Verifier`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Callback {
    /// The parameters, encoded or encrypted.
    pub data: Option<String>,
    /// MD5.
    pub ss1: Option<String>,
    /// RSA with SHA-1.
    pub ss2: Option<String>,
    /// RSA with SHA-256.
    pub ss3: Option<String>,
}

impl Callback {
    /// Reads query and form body; a shop's own parameters in its address are left alone.
    pub fn read(request: &RawRequest) -> Result<Self, NotUtf8> {
        let mut pairs = form::decode(request.query.as_bytes())?;
        pairs.extend(form::decode(request.body)?);
        let fields = Fields::from_pairs(pairs);
        let get = |name| fields.get(name).map(str::to_owned);
        Ok(Self { data: get("data"), ss1: get("ss1"), ss2: get("ss2"), ss3: get("ss3") })
    }
}
