//! The widget: the gateway's script opens the Payment Page inside a page of the shop.

use crate::demo::assets;
use crate::demo::counter::Counter;
use crate::demo::pages;
use crate::demo::routes::{Shared, unknown_order};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::Response;

/// The page of the shop that loads the widget. Its content policy lets in the gateway's script, style sheet and frame, and nothing inline.
pub(in crate::demo) async fn show(State(shop): Shared, Path(key): Path<String>) -> Response {
    let book = shop.book();
    let order = book.get(&key).filter(|order| order.counter == Counter::Monetix);
    let Some((order, parameters)) = order.and_then(|order| Some((order, order.deal.parameters.as_deref()?))) else {
        drop(book);
        return unknown_order(&shop, None);
    };
    let mut response = pages::widget(&shop.frame(), order, parameters, &order.deal.page);
    let policy = assets::policy_of_widget(&shop.config.monetix.gateway_url);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}
