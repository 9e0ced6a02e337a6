//! The shop's side: a callback as it is received. A status answer is read the same way.

use super::super::codes::{Code, Refused};
use super::super::request::Reader;
use super::super::signature::{self, without};
use super::super::status::{OperationType, Status};
use crate::raw::RawRequest;
use crate::text::json::Json;
use std::fmt;

/// A callback, or the answer to a status call. Nothing is proven yet; see [`signature::prove_callback`].
#[derive(Clone, PartialEq)]
pub struct Callback {
    tree: Json,
}

impl Callback {
    /// Reads the body; 2003 if it is not an object of JSON.
    pub fn read(request: &RawRequest) -> Result<Self, Refused> {
        Self::from_body(request.body)
    }

    /// The same for the body of an answer.
    pub fn from_body(body: &[u8]) -> Result<Self, Refused> {
        signature::read_object(body).map(|tree| Self { tree }).ok_or(Refused::whole(Code::InvalidJson))
    }

    /// A value by its path, `payment.sum.amount`, as text; empty where there is none.
    pub fn get(&self, path: &str) -> String {
        Reader::new(&self.tree).plain(path)
    }

    /// The shop's number of the payment.
    pub fn payment_id(&self) -> String {
        self.get("payment.id")
    }

    /// Where the payment stands, if it is a status we know.
    pub fn status(&self) -> Option<Status> {
        Status::from_word(&self.get("payment.status"))
    }

    /// What the callback is about.
    pub fn operation(&self) -> Option<(OperationType, Status)> {
        let kind = OperationType::from_word(&self.get("operation.type"))?;
        Some((kind, Status::from_word(&self.get("operation.status"))?))
    }

    /// `payment.sum`: minor units and currency.
    pub fn sum(&self) -> Option<(i64, String)> {
        Some((self.get("payment.sum.amount").parse().ok()?, self.get("payment.sum.currency")))
    }

    /// The whole body, for instructions and redirects.
    pub const fn json(&self) -> &Json {
        &self.tree
    }

    /// The signature, at the top or in `general`.
    pub(in super::super) fn signature(&self) -> Option<&str> {
        let top = self.tree.get("signature");
        top.or_else(|| self.tree.get("general")?.get("signature")).and_then(Json::text)
    }

    pub(in super::super) fn signed_tree(&self) -> Json {
        let mut tree = without(&self.tree, &["signature"]);
        if let Some(general) = tree.get_mut("general") {
            *general = without(general, &["signature"]);
        }
        tree
    }
}

impl fmt::Debug for Callback {
    /// Without values: they are about people.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Callback").field("payment_id", &self.payment_id()).finish_non_exhaustive()
    }
}
