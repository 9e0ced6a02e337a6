//! The payment request: the envelope of `data` and `sign`, and the order inside, judged in the order of the vendor's error codes.

mod addresses;
mod order;
mod time_limit;

use super::codes::{Code, Refused};
use super::legacy;
use super::params::{self, Fields, Form};
use super::signature;
use crate::raw::{Method, RawRequest};
use crate::text::form::{self, Pairs};
use crate::text::multipart;
use crate::text::secret::Secret;
pub use order::{Order, Payer, ProjectState, Rules, repeats};
use std::borrow::Cow;
use std::fmt;
pub use time_limit::Zone;

/// What arrived, decoded and not yet proven. The project's password is needed for the proof and the project's number for the password,
/// so the parameters are read first; nothing may be done with them but finding the project, until [`signature::prove`] gave them out.
#[derive(Clone)]
pub struct Envelope {
    signed_text: String,
    sign: Option<String>,
    fields: Fields,
    not_utf8: bool,
    leaks_password: bool,
    legacy: Option<legacy::Version>,
}

impl Envelope {
    /// Reads `data` and `sign` from the body of a POST or from the query; in the protocol before version 1.6 the parameters themselves
    /// stand there. [`Code::NothingReceived`] or [`Code::SignWrong`] if there is nothing that could be read.
    pub fn read(request: &RawRequest) -> Result<Self, Refused> {
        let outer = outer_fields(request);
        let last = |name: &str| outer.iter().rev().find(|(known, value)| known == name && !value.is_empty());
        let sign = last("sign").map(|(_, sign)| sign.clone());
        let Some((_, data)) = last("data") else {
            return legacy::envelope(outer, sign);
        };
        // A form decoder made spaces of every `+` that a client left in the address.
        let data = data.replace(' ', "+");
        let unreadable = Refused::of(Code::SignWrong, "data");
        if data.len() > params::DATA_MAX {
            return Err(unreadable);
        }
        let bytes = params::decode_base64(&data).ok_or(unreadable)?;
        let Form { fields, not_utf8, leaks_password } = params::read_form(&bytes);
        Ok(Self { signed_text: data, sign, fields, not_utf8, leaks_password, legacy: None })
    }

    pub(super) fn of_legacy(text: String, sign: Option<String>, fields: Fields, version: legacy::Version) -> Self {
        Self { signed_text: text, sign, fields, not_utf8: false, leaks_password: false, legacy: Some(version) }
    }

    /// Whose request it says it is: 1 to 2147483647, because clients hold it in 32 bits.
    pub fn project_id(&self) -> Result<u32, Refused> {
        let text = self.fields.get("projectid").unwrap_or_default();
        let digits = !text.is_empty() && text.len() <= 11 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if digits { text.parse::<u32>().ok() } else { None };
        let number = number.filter(|number| (1..=i32::MAX.unsigned_abs()).contains(number));
        number.ok_or(Refused::of(Code::ProjectUnknown, "projectid"))
    }

    /// The signature, if there is one.
    pub fn sign(&self) -> Option<&str> {
        self.sign.as_deref()
    }

    /// The text that is signed together with the password: `data`, or the joined values of the old protocol.
    pub fn signed_text(&self) -> &str {
        &self.signed_text
    }

    /// What must have been signed, with a word in place of the password: for the developer of a test project. Where the shop put its
    /// password into `data`, that too is only a word.
    pub fn signed_text_shown(&self) -> String {
        let text = if self.leaks_password { "<data with sign_password in it>" } else { &self.signed_text };
        format!("{text}<password>")
    }

    /// Did the shop send its password along? It is dropped, but it went through the payer's browser, so it should be changed.
    pub const fn leaks_password(&self) -> bool {
        self.leaks_password
    }

    /// The decoded parameters, unproven: to be shown to the developer of a test project, and for [`signature::prove`].
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// Is some text inside not UTF-8? It goes into [`Rules::not_utf8`], because that is judged late.
    pub const fn not_utf8(&self) -> bool {
        self.not_utf8
    }

    /// Did it come in the protocol before version 1.6? Such a request is proven by [`signature::prove_old`] alone, and only for projects
    /// that are set to it.
    pub const fn legacy(&self) -> Option<legacy::Version> {
        self.legacy
    }
}

impl fmt::Debug for Envelope {
    /// The signed text holds all the parameters, so it is left out like their values.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Envelope").field("fields", &self.fields).field("legacy", &self.legacy).finish_non_exhaustive()
    }
}

/// The form around the parameters: the body's fields after the query's, so that the body wins. What is not UTF-8 here can only be a
/// parameter that nobody asked for, or a text of the old protocol, whose signature will then not match.
fn outer_fields(request: &RawRequest) -> Pairs {
    let lossy = |bytes: &[u8]| -> Pairs {
        let owned = |(name, value): (Cow<str>, Cow<str>)| (name.into_owned(), value.into_owned());
        form::decode(bytes).unwrap_or_else(|_| form_urlencoded::parse(bytes).map(owned).collect())
    };
    let mut outer = lossy(request.query.as_bytes());
    if request.method == Method::Post {
        outer.extend(if multipart::is_multipart(request.content_type) {
            multipart::decode(request.content_type, request.body).unwrap_or_default()
        } else {
            lossy(request.body)
        });
    }
    outer
}

/// The two fields that a shop sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The parameters, encoded.
    pub data: String,
    /// Their signature.
    pub sign: String,
}

impl Sealed {
    /// For the shop's side: encodes and signs.
    pub fn new(fields: &Fields, password: &Secret) -> Self {
        let data = fields.to_data();
        let sign = signature::sign(&data, password);
        Self { data, sign }
    }

    /// As a query or a form body.
    pub fn to_form(&self) -> String {
        form::encode([("data", self.data.as_str()), ("sign", self.sign.as_str())])
    }
}
