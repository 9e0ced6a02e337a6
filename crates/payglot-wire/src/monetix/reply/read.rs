//! The shop's side: the answer to a call.

use super::super::codes::{Code, Refused};
use super::super::signature;
use crate::text::json::Json;

/// What a call of Gate was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Accepted; a callback follows.
    Accepted {
        /// The id of the call; callbacks have it in `operation.request_id`.
        request_id: String,
        /// The address of an invoice.
        invoice_url: Option<String>,
    },
    /// Not accepted.
    Refused {
        /// The code, as it was sent.
        code: String,
        /// The words.
        message: String,
    },
}

impl Answer {
    /// Reads the body of an answer; 2003 if it is none.
    pub fn read(body: &[u8]) -> Result<Self, Refused> {
        let tree = signature::read_object(body).ok_or(Refused::whole(Code::InvalidJson))?;
        let of = |name: &str| tree.get(name).map(Json::plain);
        match of("status").as_deref() {
            Some("success") => {
                let request_id = of("request_id").ok_or_else(|| Refused::of(Code::Missing, "request_id"))?;
                Ok(Self::Accepted { request_id, invoice_url: of("invoice_url") })
            }
            Some("error") => {
                Ok(Self::Refused { code: of("code").unwrap_or_default(), message: of("message").unwrap_or_default() })
            }
            Some(_) | None => Err(Refused::invalid("status", "success or error")),
        }
    }
}
