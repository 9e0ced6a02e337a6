//! Requests in: extract, find the merchant, check who it is, call one flow, write the reply. No decisions, no SQL, no arithmetic on money.

mod choice;
mod connections;
mod errand;
mod failure;
mod health;
mod inbox;
mod limits;
mod middleware;
mod monetix;
mod pages;
mod paysera;
mod rbs;
mod sandbox;
mod saved_cards;
mod serve;
mod shop;
mod telephone;

use crate::checkout::assets;
use crate::gateway::Gateway;
use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
pub use limits::Limits;
pub use serve::{StopSignal, serve};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Where the connection's own address is put for handlers, which see only headers. A client cannot set it: it is always overwritten.
pub(crate) const PEER_HEADER: HeaderName = HeaderName::from_static("x-payglot-peer");

/// Every address of the gateway.
pub fn router(gateway: &Arc<Gateway>) -> Router {
    let protocols = rbs::router(&gateway.config.rbs_prefix).merge(paysera::router()).merge(monetix::router());
    let sandbox = sandbox::router().merge(errand::router()).merge(inbox::router()).merge(telephone::router());
    let api = protocols.merge(pages::router()).merge(sandbox);
    let limited = api.layer(DefaultBodyLimit::max(gateway.config.body_max));
    let watched = middleware::watch(limited, gateway);
    watched.merge(health::router()).layer(from_fn(note_peer)).with_state(Arc::clone(gateway))
}

/// Puts the connection's own address where handlers find it.
async fn note_peer(mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_string());
    request.headers_mut().remove(PEER_HEADER);
    if let Some(peer) = peer.and_then(|peer| HeaderValue::try_from(peer).ok()) {
        request.headers_mut().insert(PEER_HEADER, peer);
    }
    next.run(request).await
}

/// A page of ours: never cached, so that the back button asks the server.
fn html(status: StatusCode, body: String, policy: &str) -> Response {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn pages_csp(frame_ancestors: &str) -> String {
    assets::content_security_policy(&[], frame_ancestors)
}

/// 303: the answer to a form that was posted is the page at this address.
fn see_other(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(location) => {
            let headers = [(header::LOCATION, location), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The first value of a query parameter, decoded.
fn query_value(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// The client's address: the connection's, or, behind a trusted proxy, the last one the proxy noted.
fn client_ip(gateway: &Gateway, headers: &HeaderMap) -> Option<IpAddr> {
    let forwarded = if gateway.config.trust_forwarded_for { forwarded_for(headers) } else { None };
    let peer = || headers.get(PEER_HEADER).and_then(|value| value.to_str().ok()).and_then(|peer| peer.parse().ok());
    forwarded.or_else(peer)
}

/// The last entry of the last line: some proxies add a line of their own below the one that a client made up.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_says_of_its_address_is_not_what_the_proxy_says() {
        let of = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", HeaderValue::from_static(line));
            }
            forwarded_for(&headers).map(|ip| ip.to_string())
        };
        assert_eq!(of(&["192.0.2.1"]).as_deref(), Some("192.0.2.1"));
        assert_eq!(of(&["203.0.113.9, 192.0.2.1"]).as_deref(), Some("192.0.2.1"));
        assert_eq!(of(&["203.0.113.9", "192.0.2.1"]).as_deref(), Some("192.0.2.1"), "a line of the proxy's own");
        assert_eq!(of(&["203.0.113.9", "unknown"]), None);
        assert_eq!(of(&[]), None);
    }
}
