//! RBS, eCommerce API V1: `/payment/rest/<operation>.do` by GET or POST, and the payment pages beside it.

mod bindings;
mod browser;
mod callers;
mod card_input;
mod cards;
mod lookup;
mod one_shot;
mod operate;
mod page_calls;
mod recurrent;
mod register;
mod status;
mod tds;

use super::middleware::Called;
use super::{client_ip, failure, pages, query_value};
use crate::checkout::Language as PageLanguage;
use crate::gateway::Gateway;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, Method as HttpMethod, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use callers::Refusing;
use one_shot::one_shot;
use operate::{decline_by_client, operate};
use payglot_core::Intent;
use payglot_wire::raw::{Method, RawRequest, Reply};
use payglot_wire::rbs::page::PageKind;
use payglot_wire::rbs::request::{Recurrent, Shot};
use payglot_wire::rbs::{Credentials, Language, Operation, Page, Params, Refused, reply};
use register::register;
use status::status;
use std::net::IpAddr;
use std::sync::Arc;

/// The protocol's word.
pub(super) const PROTOCOL: &str = "rbs";
pub(super) fn router(prefix: &str) -> Router<Arc<Gateway>> {
    Router::new().route(&format!("{prefix}/payment/{{*rest}}"), any(answer))
}

/// Everything below `/payment/`.
async fn answer(
    State(gateway): State<Arc<Gateway>>,
    method: HttpMethod,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let path = uri.path().strip_prefix(gateway.config.rbs_prefix.as_str()).unwrap_or(uri.path());
    let query = uri.query().unwrap_or_default();
    let method = match method {
        HttpMethod::GET => Method::Get,
        // Looking at a page is harmless; a call could register an order whose number nobody would learn.
        HttpMethod::HEAD if path.starts_with("/payment/merchants/") => Method::Get,
        HttpMethod::POST => Method::Post,
        _ => return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, POST")]).into_response(),
    };
    if path.starts_with("/payment/merchants/") {
        return page(&gateway, method, path, query, &headers, body).await;
    }
    let called = path.strip_prefix("/payment/").unwrap_or(path);
    let Some(operation) = Operation::from_path(called) else { return respond(reply::not_found()) };
    let body = match body {
        Ok(body) => body,
        Err(rejection) => {
            let mut refused = reply::refused(operation, &Refused::Malformed, Language::RU);
            refused.status = rejection.status().as_u16();
            return respond(refused);
        }
    };
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ip = client_ip(&gateway, &headers);
    let caller_ip = ip.map(|ip| ip.to_string());
    let request = RawRequest { method, path, query, content_type, body: &body, caller_ip };
    let params = params_of(operation, &request);
    let credentials = params.as_ref().ok().and_then(|params| Credentials::read(params, operation).ok());
    if let Some(seconds) = gateway.limits.guesser(ip, credentials.as_ref().map(callers::guessed_as)) {
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())]).into_response();
    }
    if matches!(operation, Operation::Finish3ds | Operation::Finish3dsVer2) {
        return browser::finish(&gateway, operation, &request).await;
    }
    let called = match params {
        Ok(params) => call(&gateway, operation, &params, ip).await,
        Err(refused) => Err((refused, Language::RU)),
    };
    let reply = called.unwrap_or_else(|(refused, language)| reply::refused(operation, &refused, language));
    let mut response = respond(reply);
    response.extensions_mut().insert(Called { protocol: PROTOCOL, operation: operation.path() });
    response
}

/// The payment page, and the form posted from it.
async fn page(
    gateway: &Arc<Gateway>,
    method: Method,
    path: &str,
    query: &str,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let asked = Page::from_path(path);
    let language = asked.and_then(|page| PageLanguage::parse(page.language.code()));
    // The page of errors is about no order: that of an order tells by itself what became of it.
    let pays = asked.is_some_and(|page| page.kind == PageKind::Payment);
    let id = query_value(query, "mdOrder").and_then(|id| id.parse().ok()).filter(|_| pays);
    let Some(id) = id else {
        return failure::PageFailure::UnknownOrder.into_response(language.unwrap_or(PageLanguage::En));
    };
    match (method, body) {
        (Method::Get, _) => pages::show(gateway, id, language, query).await,
        (Method::Post, Ok(body)) => pages::post(gateway, id, language, headers, query, &body).await,
        (Method::Post, Err(rejection)) => rejection.into_response(),
    }
}

/// What was sent, before anybody is asked for.
fn params_of(operation: Operation, request: &RawRequest<'_>) -> Result<Params, Refused> {
    if operation == Operation::RecurrentPayment { Recurrent::params(request.body) } else { Params::read(request) }
}

async fn call(
    gateway: &Arc<Gateway>,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let spoken = Language::of_errors(params, Language::RU);
    match operation {
        Operation::RecurrentPayment => recurrent::charge(gateway, operation, params, ip).await,
        Operation::Register => register(gateway, operation, Intent::Sale, params, ip).await,
        Operation::RegisterPreAuth => register(gateway, operation, Intent::Hold, params, ip).await,
        Operation::GetOrderStatusExtended | Operation::GetOrderStatus => status(gateway, operation, params, ip).await,
        Operation::Deposit
        | Operation::Reverse
        | Operation::Refund
        | Operation::Decline
        | Operation::ProcessRawPositionRefund
        | Operation::ProcessRawSumRefund => operate(gateway, operation, params, ip).await,
        Operation::DeclineByClient => decline_by_client(gateway, params).await,
        Operation::PaymentOrder => cards::payment_order(gateway, operation, params, ip).await,
        Operation::ProcessForm => cards::process_form(gateway, operation, params, ip).await,
        Operation::Finish3dsPayment | Operation::Finish3dsVer2Payment | Operation::Continue3ds => {
            tds::finish(gateway, operation, params, ip).await
        }
        Operation::InstantPayment => one_shot(gateway, operation, Shot::Now, params, ip).await,
        Operation::MotoPayment => one_shot(gateway, operation, Shot::Moto, params, ip).await,
        Operation::VerifyCard => one_shot(gateway, operation, Shot::Verify, params, ip).await,
        Operation::GetSessionStatus
        | Operation::GetFee
        | Operation::IsMaestroCard
        | Operation::ShowErrors
        | Operation::GetFinishedPaymentInfo => page_calls::ask(gateway, operation, params).await,
        Operation::Finish3dsVer2PaymentAnonymous => tds::finish_anonymous(gateway, params).await,
        Operation::GetLastOrdersForMerchants => lookup::last_orders(gateway, params, ip).await,
        Operation::AddParams => lookup::add_params(gateway, params, ip).await,
        Operation::VerifyEnrollment => lookup::verify_enrollment(gateway, params, ip).await,
        Operation::GetBindings | Operation::GetAllBindings => {
            bindings::get_bindings(gateway, operation, params, ip).await
        }
        Operation::GetBindingsByCardOrId => bindings::find_bindings(gateway, operation, params, ip).await,
        Operation::BindCard => bindings::set_active(gateway, operation, params, ip, true).await,
        Operation::UnBindCard => bindings::set_active(gateway, operation, params, ip, false).await,
        Operation::ExtendBinding => bindings::extend(gateway, operation, params, ip).await,
        Operation::CreateBindingNoPayment => bindings::create(gateway, operation, params, ip).await,
        Operation::PaymentOrderBinding => bindings::pay_order(gateway, operation, params, ip).await,
        Operation::ProcessBindingForm => bindings::process_form(gateway, operation, params, ip).await,
        Operation::UnbindCardAnon => bindings::remove_by_payer(gateway, params).await,
        // Known to the protocol, not offered: the caller is told so and nothing else.
        _ => Err((Refused::AccessDenied, spoken)),
    }
}

fn respond(reply: Reply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    (status, [(header::CONTENT_TYPE, reply.content_type), (header::CACHE_CONTROL, "no-store")], reply.body)
        .into_response()
}

#[cfg(test)]
mod tests;
