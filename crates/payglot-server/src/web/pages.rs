//! The payer's pages: finds the payment, calls one flow, shows the page of the state it is in.

use super::failure::PageFailure;
use super::saved_cards::{self, Choice};
use super::shop::Learned;
use super::{choice, client_ip, html, pages_csp, query_value, see_other};
use crate::checkout::form::Typed;
use crate::checkout::visit::{Visit, confirmed_href};
use crate::checkout::wallet::STEP_WALLET;
use crate::checkout::{Language, assets, pages, ways};
use crate::flows::{FlowError, StoredPayment, again, binding, cancel, pay, query};
use crate::gateway::Gateway;
use crate::upstream::Means;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use payglot_core::{DeclineReason, Method, Operation, OperationId, PaymentId, Refusal, State as PaymentState};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// What the card is called among the ways to pay.
const CARD_KEY: &str = "card";
/// How long the way back to the shop waits for the first attempt of the callback: shops race with it.
pub(super) const RETURN_WAIT: Duration = Duration::from_secs(3);
/// How often, and how many times, an event stream looks whether the payment moved; then the browser asks anew.
const EVENT_POLL: Duration = Duration::from_millis(500);
const EVENT_POLLS_MAX: usize = 50;

/// Addresses that are the same for every protocol.
pub(super) fn router() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/checkout/{id}", get(any_page).post(any_form))
        .route("/checkout/{id}/return", get(back_to_shop))
        .route("/checkout/{id}/confirmed", get(confirmed))
        .route("/checkout/{id}/challenge", get(challenge))
        .route("/checkout/{id}/events", get(events))
        .route("/checkout/static/{name}", get(static_file))
        .route("/checkout/brand/{name}", get(brand))
}

/// The page of a payment of any protocol that has no address of its own for it.
async fn any_page(
    State(gateway): State<Arc<Gateway>>,
    Path(id): Path<PaymentIdText>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let language = language_of(&query);
    let shown = async {
        let id = payment_id(&id)?;
        let stored = query::payment(&gateway, id).await?;
        if let Some(newer) = newer_page(&gateway, &stored, language).await? {
            return Ok(see_other(&newer));
        }
        let visit = visit(&gateway, stored.clone(), language, &query).await?;
        match visit.straight().cloned() {
            Some(way) => choice::send(&gateway, stored, visit, &way, Learned::default(), &headers).await,
            None => try_show(&gateway, id, language, &query).await,
        }
    };
    shown.await.unwrap_or_else(|failure: PageFailure| failure.into_response(language.unwrap_or(Language::En)))
}

async fn any_form(
    State(gateway): State<Arc<Gateway>>,
    Path(id): Path<PaymentIdText>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let query = query.unwrap_or_default();
    let language = language_of(&query);
    let taken = async {
        let id = payment_id(&id)?;
        let stored = query::payment(&gateway, id).await?;
        match newer_page(&gateway, &stored, language).await? {
            Some(newer) => Ok(see_other(&newer)),
            None => Ok(post(&gateway, id, language, &headers, &query, &body).await),
        }
    };
    taken.await.unwrap_or_else(|failure: PageFailure| failure.into_response(language.unwrap_or(Language::En)))
}

/// The page of the payment that took the place of this one: a tab that was left open leads there, whatever is pressed in it.
async fn newer_page(
    gateway: &Gateway,
    stored: &StoredPayment,
    language: Option<Language>,
) -> Result<Option<String>, PageFailure> {
    let project = gateway.projects.by_id(stored.payment.project).await.map_err(FlowError::from)?;
    let newer = again::successor(gateway, &project, stored).await?;
    Ok(newer.map(|newer| super::shop::visit(gateway, &project, newer, language).page()))
}

/// Shows the page of a payment.
pub(super) async fn show(gateway: &Arc<Gateway>, id: PaymentId, language: Option<Language>, query: &str) -> Response {
    match try_show(gateway, id, language, query).await {
        Ok(response) => response,
        Err(failure) => failure.into_response(language.unwrap_or(Language::En)),
    }
}

async fn try_show(
    gateway: &Arc<Gateway>,
    id: PaymentId,
    language: Option<Language>,
    query: &str,
) -> Result<Response, PageFailure> {
    let visit = visit(gateway, query::payment(gateway, id).await?, language, query).await?;
    let asked = pages::Asked {
        fill: query_value(query, "fill"),
        stale: query_value(query, "stale").is_some(),
        country: query_value(query, "country"),
        removed: query_value(query, "removed").is_some(),
    };
    let body = pages::page(&visit, &asked)?;
    Ok(html(StatusCode::OK, body, &pages_csp(&visit.frame_ancestors)))
}

/// Takes a form that was posted from the page of a payment.
pub(super) async fn post(
    gateway: &Arc<Gateway>,
    id: PaymentId,
    language: Option<Language>,
    headers: &HeaderMap,
    query: &str,
    body: &Bytes,
) -> Response {
    match Box::pin(try_post(gateway, id, language, headers, query, body)).await {
        Ok(response) => response,
        Err(failure) => failure.into_response(language.unwrap_or(Language::En)),
    }
}

async fn try_post(
    gateway: &Arc<Gateway>,
    id: PaymentId,
    language: Option<Language>,
    headers: &HeaderMap,
    query: &str,
    body: &Bytes,
) -> Result<Response, PageFailure> {
    let typed = Typed::read(body);
    let stored = query::payment(gateway, id).await?;
    let visit = visit(gateway, stored.clone(), language, query).await?;
    match typed.step.as_str() {
        pages::STEP_CANCEL => {
            leave(cancel::cancel(gateway, id, DeclineReason::CancelledByPayer).await)?;
            Ok(see_other(&visit.done_page()))
        }
        pages::STEP_ANOTHER => {
            leave(pay::abandon(gateway, id).await)?;
            Ok(see_other(&visit.page()))
        }
        pages::STEP_REMOVE => {
            let project = gateway.projects.by_id(stored.payment.project).await.map_err(FlowError::from)?;
            saved_cards::remove(gateway, &project, &stored.details, &visit, &typed).await
        }
        STEP_WALLET => choice::pay_by_wallet(gateway, stored, visit, body, headers).await,
        // Boxed: the largest of these, and every request to the page would be as large.
        ways::STEP_CHOOSE => Box::pin(choice::choose(gateway, stored, visit, &typed.token, body, headers)).await,
        // Everything else is the card form: a shop's own script may post it without our hidden fields.
        _ => pay_by_card(gateway, stored, visit, &typed, headers).await,
    }
}

async fn pay_by_card(
    gateway: &Arc<Gateway>,
    stored: StoredPayment,
    visit: Visit,
    typed: &Typed,
    headers: &HeaderMap,
) -> Result<Response, PageFailure> {
    // Back button, second tab, double click: the page of the state the payment is really in answers them.
    if stored.payment.state != PaymentState::Created || !visit.offers(CARD_KEY) {
        return Ok(see_other(&visit.page()));
    }
    if !typed.token.is_empty() && typed.token != stored.payment.version.to_string() {
        let page = visit.page();
        let joint = if page.contains('?') { '&' } else { '?' };
        return Ok(see_other(&format!("{page}{joint}stale=1")));
    }
    let ip = client_ip(gateway, headers);
    if let Some(retry_after) = gateway.limits.card_attempt(ip) {
        return Err(PageFailure::too_many(retry_after, &visit));
    }
    let project = gateway.projects.by_id(stored.payment.project).await.map_err(FlowError::from)?;
    let chosen = match saved_cards::chosen(gateway, &project, &stored.details, typed).await? {
        Some(Choice::Gone) => return Ok(see_other(&visit.page())),
        Some(Choice::Card(card)) => {
            typed.saved_code(card.card.brand).map(|code| (binding::means(&card, Some(code)), Some(card.id)))
        }
        None => typed.card(gateway.clock.now()).map(|card| (Means::Card(card), None)),
    };
    let (means, binding) = match chosen {
        Ok(chosen) => chosen,
        Err(errors) => {
            let body = pages::page_with_errors(&visit, typed, errors)?;
            return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, body, &pages_csp(&visit.frame_ancestors)));
        }
    };
    let (id, spoken) = (stored.payment.id, visit.language);
    let return_address = move |attempt| confirmed_href(id, attempt, spoken);
    let email = Some(&typed.email).filter(|email| ways::judge_email(email).is_ok()).cloned();
    let learned = Learned { email, saves: typed.save && visit.saved.may_save, ..Learned::default() };
    let remember = super::shop::remember(gateway, &project, CARD_KEY, learned).await?;
    let payer = pay::Payer {
        remember,
        demand: super::shop::demand(&project, &stored),
        binding,
        save: typed.save,
        ..pay::Payer::on_our_page(means, ip.map(|ip| ip.to_string()))
    };
    match pay::attempt(gateway, stored, payer, return_address).await {
        Ok(pay::Paid::PayerMustAct(address)) => Ok(see_other(&with_language(&address, visit.language))),
        Ok(pay::Paid::Settled(_) | pay::Paid::MerchantMustAct { .. }) => Ok(see_other(&visit.done_page())),
        // The page of an invoice; or somebody was faster, and the page tells what became of it.
        Ok(pay::Paid::PayerMustPay { .. }) | Err(FlowError::Refused(_)) => Ok(see_other(&visit.page())),
        Err(error) => Err(error.into()),
    }
}

/// The payer is back from the bank's challenge.
async fn confirmed(
    State(gateway): State<Arc<Gateway>>,
    Path(id): Path<PaymentIdText>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let language = language_of(&query);
    let done = async {
        let id = payment_id(&id)?;
        let stored = query::payment(&gateway, id).await?;
        let page = visit(&gateway, stored.clone(), language, &query).await?;
        let named = query_value(&query, "attempt");
        // A challenge that was left for another card ends in a forgotten tab: it must not end the new one.
        let current = |id: OperationId| named.as_ref().is_none_or(|named| named.parse() == Ok(id));
        let acting = stored.payment.last_attempt().filter(|_| stored.payment.payer_acts());
        let Some(attempt) = acting.filter(|attempt| current(attempt.id)) else {
            // A place has told us already what became of its payer, who comes back only now.
            let elsewhere = |attempt: &&Operation| attempt.method.is_some_and(Method::is_elsewhere);
            let told = stored.payment.last_attempt().filter(elsewhere).is_some_and(|attempt| current(attempt.id));
            return Ok(see_other(&if told { page.done_page() } else { page.page() }));
        };
        if attempt.method.is_some_and(Method::is_elsewhere) {
            // Came back by the back button, or the place could not tell us: it is asked.
            let now = pay::told(&gateway, id, attempt.id).await?;
            let still = now.payment.payer_acts();
            return Ok(see_other(&if still { page.page() } else { page.done_page() }));
        }
        match pay::after_challenge(&gateway, id, attempt.id).await {
            Ok(_) | Err(FlowError::Refused(_)) => Ok(see_other(&page.done_page())),
            Err(error) => Err(PageFailure::from(error)),
        }
    };
    done.await.unwrap_or_else(|failure: PageFailure| failure.into_response(language.unwrap_or(Language::En)))
}

/// Leads a payer who came back with the challenge unfinished to the bank again.
async fn challenge(
    State(gateway): State<Arc<Gateway>>,
    Path(id): Path<PaymentIdText>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let language = language_of(&query).unwrap_or(Language::En);
    let found = async {
        let stored = query::payment(&gateway, payment_id(&id)?).await?;
        let page = visit(&gateway, stored.clone(), Some(language), &query).await?.page();
        let address = pay::challenge_address(&gateway, &stored.payment).await;
        Ok(see_other(&address.map_or(page, |address| with_language(&address, language))))
    };
    found.await.unwrap_or_else(|failure: PageFailure| failure.into_response(language))
}

/// The way back to the shop, once the first attempt of its callback has ended.
async fn back_to_shop(
    State(gateway): State<Arc<Gateway>>,
    Path(id): Path<PaymentIdText>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let language = language_of(&query);
    let found = async {
        let id = payment_id(&id)?;
        let stored = query::payment(&gateway, id).await?;
        let project = gateway.projects.by_id(stored.payment.project).await.map_err(FlowError::from)?;
        let page = visit(&gateway, stored.clone(), language, &query).await?;
        gateway.courier.first_attempt_ended(id, RETURN_WAIT).await;
        let address = super::shop::return_address(&gateway, &project, &stored, page.language).await;
        let Some(address) = address else { return Ok(see_other(&page.page())) };
        Ok((StatusCode::FOUND, [(header::LOCATION, address), (header::CACHE_CONTROL, "no-store".to_owned())])
            .into_response())
    };
    found.await.unwrap_or_else(|failure: PageFailure| failure.into_response(language.unwrap_or(Language::En)))
}

/// Tells a waiting page that the payment has moved on from the version it shows.
async fn events(
    State(gateway): State<Arc<Gateway>>,
    Path(id): Path<PaymentIdText>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let known: u32 = query_value(&query, "version").and_then(|version| version.parse().ok()).unwrap_or_default();
    let Ok(id) = payment_id(&id) else { return StatusCode::NOT_FOUND.into_response() };
    // The page falls back to asking anew by itself.
    let Some(place) = gateway.limits.stream() else {
        return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")]).into_response();
    };
    let moved = futures_util::stream::once(async move {
        let _place = place;
        for _ in 0..EVENT_POLLS_MAX {
            if query::has_moved(&gateway, id, known).await {
                break;
            }
            tokio::time::sleep(EVENT_POLL).await;
        }
        Ok::<_, Infallible>(Event::default().data("changed"))
    });
    Sse::new(moved).keep_alive(KeepAlive::default()).into_response()
}

async fn static_file(Path(name): Path<String>) -> Response {
    match assets::static_file(&name) {
        Some(file) => {
            let headers =
                [(header::CONTENT_TYPE, file.content_type), (header::CACHE_CONTROL, assets::STATIC_CACHE_CONTROL)];
            (headers, file.bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn brand(Path(name): Path<String>) -> Response {
    let css = name.strip_suffix(".css").and_then(assets::brand_css);
    match css {
        Some(css) => {
            let headers = [
                (header::CONTENT_TYPE, "text/css; charset=utf-8"),
                (header::CACHE_CONTROL, assets::BRAND_CACHE_CONTROL),
            ];
            (headers, css).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// What the pages need to know about a payment.
async fn visit(
    gateway: &Gateway,
    stored: StoredPayment,
    language: Option<Language>,
    query: &str,
) -> Result<Visit, PageFailure> {
    let project = gateway.projects.by_id(stored.payment.project).await.map_err(FlowError::from)?;
    let saved = saved_cards::of(gateway, &project, &stored.details, stored.payment.state).await?;
    let mut visit = super::shop::visit(gateway, &project, stored, language);
    visit.saved = saved;
    visit.just_done = query_value(query, "done").is_some();
    visit.all_ways = query_value(query, "ways").is_some();
    Ok(visit)
}

/// A command that came too late is no failure: the page shows what happened instead.
fn leave(done: Result<StoredPayment, FlowError>) -> Result<(), PageFailure> {
    match done {
        Ok(_)
        | Err(FlowError::Refused(Refusal::WrongState(_) | Refusal::OutcomeOpen(_) | Refusal::UnknownOperation)) => {
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// An id as it stands in a path.
type PaymentIdText = String;

fn payment_id(text: &str) -> Result<PaymentId, PageFailure> {
    text.parse().map_err(|_| PageFailure::UnknownOrder)
}

fn language_of(query: &str) -> Option<Language> {
    query_value(query, "lang").as_deref().and_then(Language::parse)
}

pub(super) fn with_language(address: &str, language: Language) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}lang={}", language.code())
}
