//! Around every request: its id, one line in the log, and its place in the metrics.

use crate::gateway::Gateway;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::Instrument as _;
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const REQUEST_ID_MAX: usize = 64;

/// What a request called, when its route alone does not say so: a handler puts it into the extensions of its response. Both words come
/// from closed lists, because each pair becomes a row of the metrics.
#[derive(Clone, Copy, Debug)]
pub(super) struct Called {
    /// `rbs`.
    pub(super) protocol: &'static str,
    /// `rest/register.do`.
    pub(super) operation: &'static str,
}

/// Puts the middleware around all routes of the router.
pub(super) fn watch(router: Router<Arc<Gateway>>, gateway: &Arc<Gateway>) -> Router<Arc<Gateway>> {
    router.layer(from_fn_with_state(Arc::clone(gateway), watched))
}

async fn watched(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request_id(request.headers().get(REQUEST_ID));
    let method = request.method().clone();
    // The pattern and not the address: passwords travel in queries, and the ids of payments are secrets of their payers.
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched".into(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default());
    let limit = Duration::from_secs(gateway.config.request_seconds);
    let mut response = within(limit, next.run(request).instrument(span.clone())).await;
    let took = began.elapsed();
    let status = response.status().as_u16();
    let called = response.extensions().get::<Called>().copied();
    let operation = called.map_or(Cow::Owned(route), |called| Cow::Borrowed(called.operation));
    span.in_scope(|| {
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(%method, route = %operation, status, ms = millis, "request");
    });
    gateway.metrics.request_ended(called.map_or("web", |called| called.protocol), operation, status, took);
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// The answer, unless it takes too long, such as one to a body that never comes to its end. What was begun with a payment goes on: it
/// runs in a task of its own, or the recovery takes it up. A stream counts only until it begins.
async fn within(limit: Duration, answer: impl Future<Output = Response>) -> Response {
    match tokio::time::timeout(limit, answer).await {
        Ok(response) => response,
        Err(_) => (StatusCode::REQUEST_TIMEOUT, [(header::CONNECTION, "close")]).into_response(),
    }
}

/// The caller's id, if it cannot do harm in a log; otherwise a fresh one.
fn request_id(given: Option<&HeaderValue>) -> HeaderValue {
    let harmless = |id: &&HeaderValue| {
        (1..=REQUEST_ID_MAX).contains(&id.len())
            && id.as_bytes().iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
    };
    match given.filter(harmless) {
        Some(id) => id.clone(),
        // Hexadecimal digits are always a header's value.
        None => HeaderValue::try_from(Uuid::now_v7().simple().to_string()).unwrap_or(HeaderValue::from_static("none")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_that_never_ends_is_ended() {
        let ended = within(Duration::ZERO, std::future::pending()).await;
        assert_eq!(ended.status(), StatusCode::REQUEST_TIMEOUT);
        let answered = within(Duration::from_mins(1), async { StatusCode::OK.into_response() }).await;
        assert_eq!(answered.status(), StatusCode::OK);
    }

    #[test]
    fn a_harmless_request_id_is_kept_and_any_other_replaced() {
        let of = |text: &'static str| request_id(Some(&HeaderValue::from_static(text)));
        assert_eq!(of("Abc-123"), "Abc-123");
        let long: &'static str = "a".repeat(65).leak();
        for wrong in ["", "a b", "a\"b", "a=b", "{}", long] {
            let id = of(wrong);
            assert_ne!(id, wrong);
            assert_eq!(id.len(), 32);
        }
        assert_ne!(request_id(None), request_id(None));
    }
}
