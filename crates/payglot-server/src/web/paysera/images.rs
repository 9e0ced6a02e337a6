//! The pictures of methods that shops show in their own pages: our drawings, one per kind.

use crate::projects::methods::{self, Kind};
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// A day: they never change, and every cart of every shop shows them.
const CACHE: &str = "public, max-age=86400";

/// `/assets/image/payment_types/{key}.png`
pub(super) async fn image(Path(name): Path<String>) -> Response {
    let Some(method) = name.strip_suffix(".png").and_then(methods::find) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let bytes: &'static [u8] = match method.kind {
        Kind::Bank => include_bytes!("images/bank.png"),
        Kind::Card => include_bytes!("images/card.png"),
        Kind::Sms => include_bytes!("images/sms.png"),
        Kind::Wallet => include_bytes!("images/wallet.png"),
    };
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, CACHE),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, bytes).into_response()
}
