//! What the payer's browser and the shop's programs are answered: the way back to the shop, the list of methods, the public key.

use super::methods::{self, Catalogue, ListRequest};
use crate::raw::Reply;
use crate::text::form::Pairs;
use crate::text::url;

/// `accepturl` with the same fields that a callback carries; always an address for GET, also for a project that is called by POST.
pub fn accept_url(accept_url: &str, fields: &Pairs) -> String {
    url::add_query(accept_url, &super::notification::php_form(fields))
}

/// `cancelurl` as it was given: clients expect nothing there.
pub fn cancel_url(cancel_url: &str) -> &str {
    cancel_url
}

/// The list of methods. The status is 200 whatever was asked, because the official library looks at nothing but the body.
pub fn method_list(catalogue: &Catalogue, request: &ListRequest) -> Reply {
    Reply { status: 200, content_type: "text/xml; charset=utf-8", body: methods::document(catalogue, request) }
}

/// The public key: a certificate and nothing else, because a client takes what lies between the first pair of dashes.
pub fn public_key(certificate_pem: &str) -> Reply {
    Reply { status: 200, content_type: "text/plain; charset=utf-8", body: certificate_pem.to_owned() }
}

/// Can every client read this certificate? One takes the file for a bare key when it contains the letters `key` in any case.
pub fn is_publishable(certificate_pem: &str) -> bool {
    let text = certificate_pem.trim();
    text.starts_with("-----BEGIN CERTIFICATE-----")
        && text.ends_with("-----END CERTIFICATE-----")
        && text.matches("-----BEGIN").count() == 1
        && !text.to_ascii_lowercase().contains("key")
}
