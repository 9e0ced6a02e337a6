//! Paysera WebToPay: `/pay/`, where a shop sends its payers, and the files that shops' libraries load.
//!
//! The official library speaks HTTP/1.0 with a raw socket, looks at no status and no header and cannot read chunks: every answer here has
//! its length and is whole.

mod images;
mod refused;
mod request;

use super::middleware::Called;
use super::shop::paysera::catalogue;
use crate::flows::message::{self, NotAnswered};
use crate::gateway::Gateway;
use axum::Router;
use axum::extract::State;
use axum::http::{Method as HttpMethod, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use payglot_wire::paysera::micro::{self, LateAnswer};
use payglot_wire::paysera::{Catalogue, ListRequest, reply};
use payglot_wire::raw::Reply;
use std::sync::Arc;

/// The protocol's word.
const PROTOCOL: &str = "paysera";

/// Shops ask for the list with every cart, and it changes when somebody changes the project.
const LIST_CACHE: &str = "public, max-age=300";
/// Libraries fetch it for every callback; a proxy must not keep the old one when the key changes.
const KEY_CACHE: &str = "no-cache";

pub(super) fn router() -> Router<Arc<Gateway>> {
    Router::new()
        // No redirect between the two: a browser would drop the form that it posts.
        .route("/pay", any(request::pay))
        .route("/pay/", any(request::pay))
        .route("/assets/image/payment_types/{name}", get(images::image))
        .route("/download/public.key", get(public_key))
        .route("/download/next.key", get(next_key))
        .route("/psms/respond", get(respond))
        .route("/psms/respond/", get(respond))
        .route("/new/api/paymentMethods/{*rest}", get(methods))
        .route("/payment-methods/{*rest}", get(methods))
}

/// The certificate of the key that signs now.
async fn public_key(State(gateway): State<Arc<Gateway>>) -> Response {
    match gateway.keys.certificate(gateway.clock.now()).await {
        Ok(certificate) => answer(reply::public_key(&certificate), KEY_CACHE, "public.key"),
        Err(error) => unavailable(&error),
    }
}

/// The certificate of the key that signs next, for shops that keep a copy: they can take it in before the change.
async fn next_key(State(gateway): State<Arc<Gateway>>) -> Response {
    match gateway.keys.next_certificate().await {
        Ok(Some(certificate)) => answer(reply::public_key(&certificate), KEY_CACHE, "next.key"),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => unavailable(&error),
    }
}

/// The list of methods of a project.
async fn methods(State(gateway): State<Arc<Gateway>>, uri: Uri) -> Response {
    let Some(wanted) = ListRequest::from_path(uri.path()) else { return StatusCode::NOT_FOUND.into_response() };
    match gateway.projects.by_login(PROTOCOL, &wanted.project.to_string()).await {
        Ok(found) => {
            let open = found.filter(|project| project.enabled);
            let offered = open.map_or_else(Catalogue::default, |project| catalogue(&gateway, &project));
            answer(reply::method_list(&offered, &wanted), LIST_CACHE, "payment-methods")
        }
        Err(error) => unavailable(&error),
    }
}

/// The later answer of a shop to a premium message. What is not exactly `OK` is an error that the library shows to the merchant.
async fn respond(State(gateway): State<Arc<Gateway>>, uri: Uri) -> Response {
    let Some(late) = LateAnswer::read(uri.query().unwrap_or_default()) else {
        return refused_answer(StatusCode::BAD_REQUEST, "id, msg and transaction are wanted");
    };
    match message::answer_later(&gateway, &late).await {
        Ok(()) => answer(micro::taken(), "no-store", "psms"),
        Err(NotAnswered::Flow(error)) => unavailable(&error),
        Err(error @ NotAnswered::Unknown) => refused_answer(StatusCode::NOT_FOUND, &error.to_string()),
        Err(error @ NotAnswered::TooLong) => refused_answer(StatusCode::BAD_REQUEST, &error.to_string()),
        Err(error @ (NotAnswered::NotAwaited | NotAnswered::Twice)) => {
            refused_answer(StatusCode::CONFLICT, &error.to_string())
        }
    }
}

fn refused_answer(status: StatusCode, words: &str) -> Response {
    let body = format!("ERROR: {words}");
    answer(Reply { status: status.as_u16(), content_type: "text/plain; charset=utf-8", body }, "no-store", "psms")
}

fn answer(reply: Reply, cache: &'static str, operation: &'static str) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let headers = [(header::CONTENT_TYPE, reply.content_type), (header::CACHE_CONTROL, cache)];
    let mut response = (status, headers, reply.body).into_response();
    response.extensions_mut().insert(Called { protocol: PROTOCOL, operation });
    response
}

/// Ours; logged here, once.
fn unavailable(error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "a Paysera call failed");
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")]).into_response()
}

/// GET and POST; a browser never asks otherwise.
fn method_of(method: &HttpMethod) -> Option<payglot_wire::raw::Method> {
    match *method {
        HttpMethod::GET => Some(payglot_wire::raw::Method::Get),
        HttpMethod::POST => Some(payglot_wire::raw::Method::Post),
        _ => None,
    }
}
