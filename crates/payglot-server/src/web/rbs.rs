//! RBS, eCommerce API V1: `/payment/rest/<operation>.do` by GET or POST, and the payment pages beside it.

use super::middleware::Called;
use super::{client_ip, pages, query_value};
use crate::checkout::Language as PageLanguage;
use crate::flows::{FlowError, StoredPayment, query, recover, register};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, Method as HttpMethod, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use payglot_core::{Currency, Intent, Refusal};
use payglot_wire::proof::Signed;
use payglot_wire::raw::{Method, RawRequest, Reply};
use payglot_wire::rbs::reply::{self, Bank, StatusView};
use payglot_wire::rbs::request::{OrderRef, check_merchant_login};
use payglot_wire::rbs::signature::{Known, authenticate};
use payglot_wire::rbs::{
    Credentials, Defaults, Details, Language, Operation, Page, Params, Refused, Register, StatusQuery, form_url,
};
use std::net::IpAddr;
use std::sync::Arc;

/// The protocol's word.
pub(super) const PROTOCOL: &str = "rbs";
/// The terminal of every sandbox project.
const TERMINAL: &str = "123456";

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
    if let Some(seconds) = gateway.limits.guesser(ip) {
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())]).into_response();
    }
    let caller_ip = ip.map(|ip| ip.to_string());
    let request = RawRequest { method, path, query, content_type, body: &body, caller_ip };
    let called = call(&gateway, operation, &request, ip).await;
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
    let language = Page::from_path(path).and_then(|page| PageLanguage::parse(page.language.code()));
    let id = query_value(query, "mdOrder").and_then(|id| id.parse().ok()).filter(|_| Page::from_path(path).is_some());
    let Some(id) = id else {
        return super::failure::PageFailure::UnknownOrder.into_response(language.unwrap_or(PageLanguage::En));
    };
    match (method, body) {
        (Method::Get, _) => pages::show(gateway, id, language, query).await,
        (Method::Post, Ok(body)) => pages::post(gateway, id, language, headers, query, &body).await,
        (Method::Post, Err(rejection)) => rejection.into_response(),
    }
}

/// A refusal and the language to say it in.
type Refusing = (Refused, Language);

async fn call(
    gateway: &Gateway,
    operation: Operation,
    request: &RawRequest<'_>,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let params = Params::read(request).map_err(|refused| (refused, Language::RU))?;
    let spoken = Language::of_errors(&params, Language::RU);
    match operation {
        Operation::Register => register(gateway, operation, Intent::Sale, &params, ip).await,
        Operation::RegisterPreAuth => register(gateway, operation, Intent::Hold, &params, ip).await,
        Operation::GetOrderStatusExtended | Operation::GetOrderStatus => status(gateway, operation, &params, ip).await,
        // Known to the protocol, not offered: the caller is told so and nothing else.
        _ => Err((Refused::AccessDenied, spoken)),
    }
}

async fn register(
    gateway: &Gateway,
    operation: Operation,
    intent: Intent,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, _) = caller(gateway, operation, params, ip).await?;
    let language = Language::of_errors(params, default_language(&project));
    let refuse = |refused| (refused, language);
    check_merchant_login(params, &own_logins(&project)).map_err(refuse)?;
    let now = gateway.clock.now();
    let defaults = Defaults { now: Some(now), ..defaults(&project) };
    let wanted = Register::read(params, &defaults).map_err(refuse)?;
    let order = register::Order {
        number: wanted.order_number.clone().unwrap_or_default(),
        intent,
        amount: wanted.amount,
        expires_at: wanted.expires_at(now, defaults.offset_secs),
        details: wanted.to_details(),
    };
    match register::register(gateway, &project, order).await {
        Ok(stored) => {
            let (base, prefix) = (gateway.config.public_url(), &gateway.config.rbs_prefix);
            let address = form_url(&base, prefix, stored.payment.id, wanted.language, wanted.page_view.as_deref());
            Ok(reply::registered(stored.payment.id, &address))
        }
        Err(FlowError::DuplicateOrder(payment)) => {
            let earlier = query::payment(gateway, payment).await.map_err(|error| refuse(failed(&error)))?;
            let unpaid = earlier.payment.state.waits_for_payer();
            Err(refuse(if unpaid { Refused::NumberUnpaid } else { Refused::NumberProcessed }))
        }
        Err(FlowError::Refused(Refusal::BadAmount)) => Err(refuse(Refused::AmountInvalid)),
        Err(FlowError::Refused(Refusal::ExpiresInThePast)) => {
            Err(refuse(Refused::ParameterInvalid("expirationDate".to_owned())))
        }
        Err(error) => Err(refuse(failed(&error))),
    }
}

async fn status(
    gateway: &Gateway,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, credentials) = caller(gateway, operation, params, ip).await?;
    let default = default_language(&project);
    let refuse = |refused| (refused, Language::of_errors(params, default));
    check_merchant_login(params, &own_logins(&project)).map_err(refuse)?;
    let asked = StatusQuery::read(params, operation, &credentials, default).map_err(refuse)?;
    let not_found = || refuse(StatusQuery::not_found(operation));
    let by_token = credentials.user_name().is_none();
    let stored = find(gateway, &project, &asked.order).await.map_err(|error| match error {
        // A token may be known to many, so it is told that it has no right here.
        FlowError::Refused(Refusal::NotAllowed) if by_token => refuse(Refused::AccessDenied),
        FlowError::UnknownPayment | FlowError::Refused(Refusal::NotAllowed) => not_found(),
        FlowError::Refused(_) | FlowError::DuplicateOrder(_) | FlowError::Store(_) => refuse(failed(&error)),
    })?;
    let details = Details::read(&stored.details);
    let merchant_ip = ip.map(|ip| ip.to_string());
    let view = StatusView {
        payment: &stored.payment,
        details: &details,
        language: asked.language,
        merchant_ip: merchant_ip.as_deref(),
        terminal_id: TERMINAL,
        binding_id: None,
        bank: stored.payment.last_attempt().map(|_| Bank::TEST),
    };
    Ok(if operation == Operation::GetOrderStatus { reply::status_old(&view) } else { reply::status_extended(&view) })
}

/// An order of this merchant, brought up to date. Another merchant's is `NotAllowed`.
async fn find(gateway: &Gateway, project: &ActiveProject, order: &OrderRef) -> Result<StoredPayment, FlowError> {
    let stored = match order {
        OrderRef::Id(id) => query::payment(gateway, *id).await?,
        OrderRef::Number(number) => query::payment_by_order(gateway, project.id, number).await?,
    };
    if stored.payment.project != project.id {
        return Err(FlowError::Refused(Refusal::NotAllowed));
    }
    match recover::settle_open(gateway, stored.clone()).await {
        Ok(settled) => Ok(settled),
        // What is stored is still the truth; the recovery goes on asking.
        Err(_) => Ok(stored),
    }
}

/// The project whose credentials came, proven.
async fn caller(
    gateway: &Gateway,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<(Arc<ActiveProject>, Credentials), Refusing> {
    let language = Language::of_errors(params, Language::RU);
    let credentials = Credentials::read(params, operation).map_err(|refused| (refused, language))?;
    match proven(gateway, &credentials).await {
        Ok(project) => Ok((project.into_inner(), credentials)),
        Err(Refused::AccessDenied) => {
            // Counted so that nobody tries passwords by the thousand; the answer stays the protocol's own.
            gateway.limits.wrong_secret(ip);
            Err((Refused::AccessDenied, language))
        }
        Err(refused) => Err((refused, language)),
    }
}

async fn proven(gateway: &Gateway, credentials: &Credentials) -> Result<Signed<Arc<ActiveProject>>, Refused> {
    let now = gateway.clock.now();
    let candidates = match credentials.user_name() {
        Some(login) => gateway.projects.by_login(PROTOCOL, login).await.map(|found| found.into_iter().collect()),
        // A token names nobody, so everybody who has one is asked.
        None => gateway.projects.with_secret(PROTOCOL, "token").await,
    };
    let candidates: Vec<Arc<ActiveProject>> = candidates.map_err(|error| failed(&error.into()))?;
    let mut proven = Err(Refused::AccessDenied);
    for project in candidates.into_iter().filter(|project| project.enabled) {
        let known = Known {
            user_name: project.login.clone(),
            passwords: project.valid_secrets("password", now),
            tokens: project.valid_secrets("token", now),
        };
        proven = proven.or(authenticate(credentials, &known, project));
    }
    proven
}

/// The API login and the merchant's own name, which by convention lacks `-api`.
fn own_logins(project: &ActiveProject) -> Vec<&str> {
    let login = project.login.as_str();
    vec![login, login.strip_suffix("-api").unwrap_or(login)]
}

fn default_language(project: &ActiveProject) -> Language {
    Language::from_code(&project.settings.language).unwrap_or(Language::RU)
}

fn defaults(project: &ActiveProject) -> Defaults {
    let settings = &project.settings;
    Defaults {
        language: default_language(project),
        currency: Currency::from_code(&settings.currency).unwrap_or(Currency::RUB),
        currencies: settings.currencies.iter().filter_map(|code| Currency::from_code(code)).collect(),
        numbers_orders: settings.number_orders,
        session_timeout_secs: u32::try_from(settings.session_seconds).unwrap_or(u32::MAX),
        offset_secs: settings.zone_minutes * 60,
        amount_max: settings.amount_max,
        may_name_callback: settings.dynamic_callback,
        ..Defaults::default()
    }
}

/// Our own failure: told as the protocol's system error, logged once, here.
fn failed(error: &FlowError) -> Refused {
    tracing::error!(%error, "an RBS call failed");
    Refused::System
}

fn respond(reply: Reply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    (status, [(header::CONTENT_TYPE, reply.content_type), (header::CACHE_CONTROL, "no-store")], reply.body)
        .into_response()
}

#[cfg(test)]
#[path = "rbs_tests.rs"]
mod tests;
