//! Files that do not change while the shop runs, and the headers of every answer.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Name, type and content.
const FILES: &[(&str, &str, &str)] = &[
    ("shop.css", CSS, include_str!("static/shop.css")),
    ("shop.js", SCRIPT, include_str!("static/shop.js")),
    ("mark.svg", SVG, include_str!("static/mark.svg")),
    ("earl-grey.svg", SVG, include_str!("static/earl-grey.svg")),
    ("novel.svg", SVG, include_str!("static/novel.svg")),
    ("cup.svg", SVG, include_str!("static/cup.svg")),
    ("evening.svg", SVG, include_str!("static/evening.svg")),
];

/// The file of that name.
pub(super) fn file(name: &str) -> Option<Response> {
    let (_, kind, content) = FILES.iter().find(|(known, _, _)| *known == name)?;
    let headers = [(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "no-cache")];
    Some((StatusCode::OK, headers, *content).into_response())
}

/// Headers that every answer carries. Forms may lead to the gateway, because a purchase ends in a redirect to its page.
pub(super) fn guard(headers: &mut HeaderMap, gateway: &HeaderValue) {
    headers.insert(header::CONTENT_SECURITY_POLICY, gateway.clone());
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// The content policy: nothing but the shop's own files, and forms to itself and the gateway.
pub(super) fn policy(base_url: &str) -> HeaderValue {
    let gateway = reqwest::Url::parse(base_url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self' {gateway}; \
         connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}
