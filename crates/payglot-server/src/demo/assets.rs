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
    ("widget.js", SCRIPT, include_str!("static/widget.js")),
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

/// Headers that every answer carries; a page may have a content policy of its own.
pub(super) fn guard(headers: &mut HeaderMap, policy: &HeaderValue) {
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| policy.clone());
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// The content policy: nothing but the shop's own files, and forms to itself and the gateway, because a purchase ends in a redirect to the
/// gateway's page.
pub(super) fn policy(gateway_url: &str) -> HeaderValue {
    policy_with(gateway_url, "style-src 'self'; script-src 'self'")
}

/// The same for the page that loads the gateway's widget: what a shop with a strict policy must let in, and nothing more.
pub(super) fn policy_of_widget(gateway_url: &str) -> HeaderValue {
    let gateway = origin(gateway_url);
    policy_with(gateway_url, &format!("style-src 'self' {gateway}; script-src 'self' {gateway}; frame-src {gateway}"))
}

fn policy_with(gateway_url: &str, sources: &str) -> HeaderValue {
    let gateway = origin(gateway_url);
    let policy = format!(
        "default-src 'none'; {sources}; img-src 'self' data:; form-action 'self' {gateway}; connect-src 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

fn origin(address: &str) -> String {
    reqwest::Url::parse(address).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}
