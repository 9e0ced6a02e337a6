//! Requests, replies and calls as plain values.

use std::fmt;

/// An HTTP method that a protocol uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Everything is in the address.
    Get,
    /// With a body.
    Post,
}

/// What arrived, within the limits of size that the server keeps.
#[derive(Clone, PartialEq, Eq)]
pub struct RawRequest<'a> {
    /// GET or POST.
    pub method: Method,
    /// The path, not decoded, without the query.
    pub path: &'a str,
    /// The query, not decoded, without `?`.
    pub query: &'a str,
    /// The value of `Content-Type`, empty if there was none.
    pub content_type: &'a str,
    /// The body.
    pub body: &'a [u8],
    /// The caller's address, if known.
    pub caller_ip: Option<String>,
}

impl fmt::Debug for RawRequest<'_> {
    /// Query and body may hold a password or a card, so only their sizes are shown.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("RawRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query_bytes", &self.query.len())
            .field("content_type", &self.content_type)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// A call to a shop or a provider, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingCall {
    /// GET or POST.
    pub method: Method,
    /// The full address, query included.
    pub url: String,
    /// The value of `Content-Type`, empty without a body.
    pub content_type: &'static str,
    /// The body, empty for GET.
    pub body: String,
    /// For how many milliseconds the shop wants it to wait before the first attempt.
    pub wait_ms: i64,
}
