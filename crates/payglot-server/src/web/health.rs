//! Is it alive, is it ready, and how is it doing: for supervisors, load balancers and Prometheus.

use crate::gateway::Gateway;
use crate::metrics::MEDIA_TYPE;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use std::sync::Arc;

pub(super) fn router() -> Router<Arc<Gateway>> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready)).route("/metrics", get(metrics))
}

/// The process answers; nothing else is looked at, because a restart would mend nothing else.
async fn alive() -> &'static str {
    "ok\n"
}

/// Can it take new payments? Not while it stops, and not when the database takes no writes.
async fn ready(State(gateway): State<Arc<Gateway>>) -> Response {
    if gateway.tasks.is_closed() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    match gateway.store.check().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
    }
}

async fn metrics(State(gateway): State<Arc<Gateway>>) -> Response {
    let backlog = gateway.store.backlog().await.ok();
    let text = gateway.metrics.render(backlog, gateway.clock.now());
    ([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response()
}
