//! Monetix: the Payment Page at `/payment` and encrypted beside it, Gate below `/v2/`, the checker of parameters, and the widget's files.

mod calls;
mod customers;
mod gate;
mod instruments;
mod mandates;
mod opened;
mod page;
mod payments;
mod refused;
mod reports;
mod steps;
mod widget;

use super::middleware::Called;
use crate::gateway::Gateway;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use payglot_wire::monetix::request::check;
use payglot_wire::monetix::{PageRequest, reply};
use payglot_wire::raw::Reply;
use std::sync::Arc;

/// The protocol's word.
const PROTOCOL: &str = "monetix";

pub(super) fn router() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/payment", any(page::open))
        // Only digits and base64 are such an address; everything else is told that there is nothing here.
        .route("/{project}/{blob}", any(page::open_sealed))
        .route("/v2/{*rest}", any(gate::answer))
        .route("/params/check", get(check_parameters))
        .route("/v1/params/check", get(check_parameters))
        .merge(widget::router())
}

/// Judges parameters of the page before a shop sends a payer with them. Nothing is proven and nothing stored.
async fn check_parameters(State(_): State<Arc<Gateway>>, RawQuery(query): RawQuery) -> Response {
    let wrong = match PageRequest::of_query(&query.unwrap_or_default()) {
        Ok(request) => check(&request),
        Err(refused) => vec![refused],
    };
    respond(reply::checked(&wrong), "params/check")
}

fn respond(reply: Reply, operation: &'static str) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [(header::CONTENT_TYPE, reply.content_type), (header::CACHE_CONTROL, "no-store")];
    let mut response = (status, headers, reply.body).into_response();
    response.extensions_mut().insert(Called { protocol: PROTOCOL, operation });
    response
}
