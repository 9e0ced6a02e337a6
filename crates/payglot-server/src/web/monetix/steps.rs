//! What a payer does on the page of an order that was only looked at. The first thing that is more than looking registers the order and
//! begins its attempt, both at once.

use super::page::Opened;
use crate::checkout::form::Typed;
use crate::checkout::visit::{Visit, confirmed_href};
use crate::checkout::wallet::{self, STEP_WALLET, TypedWallet};
use crate::checkout::{Language, pages, ways};
use crate::flows::FlowError;
use crate::flows::pay::{self, NewOrder, Paid, Payer};
use crate::gateway::Gateway;
use crate::upstream::Means;
use crate::web::failure::PageFailure;
use crate::web::pages::with_language;
use crate::web::shop::{self, Learned};
use crate::web::{html, pages_csp, see_other};
use axum::http::StatusCode;
use axum::response::Response;
use payglot_core::PaymentId;
use std::net::IpAddr;
use std::sync::Arc;

/// The way to pay by card.
const CARD: &str = "card";

/// The step that a posted form takes, if it is one of ours.
pub(super) fn step_of(body: &[u8]) -> Option<String> {
    let found = form_urlencoded::parse(body).find(|(name, _)| name == "step");
    found
        .map(|(_, value)| value.into_owned())
        .filter(|step| [ways::STEP_CHOOSE, STEP_WALLET, pages::STEP_PAY, pages::STEP_CANCEL].contains(&step.as_str()))
}

/// Takes a step.
pub(super) async fn take(
    gateway: &Arc<Gateway>,
    opened: Opened,
    step: &str,
    body: &[u8],
    ip: Option<IpAddr>,
) -> Result<Response, PageFailure> {
    let visit = opened.visit(gateway)?;
    match step {
        ways::STEP_CHOOSE => choose(&opened, &visit, body),
        STEP_WALLET => pay_by_wallet(gateway, opened, &visit, body, ip).await,
        pages::STEP_PAY => pay_by_card(gateway, opened, &visit, body, ip).await,
        _ => same(&visit),
    }
}

fn page(visit: &Visit, status: StatusCode, body: String) -> Response {
    html(status, body, &pages_csp(&visit.frame_ancestors))
}

/// The form of a way to pay has an address of its own, so that the back button, a reload and a change of the language find it.
fn choose(opened: &Opened, visit: &Visit, body: &[u8]) -> Result<Response, PageFailure> {
    let chosen = ways::Chosen::read(body);
    match visit.choice.as_ref().and_then(|choice| choice.way(&chosen.method)) {
        Some(way) => Ok(see_other(&opened.page_of_way(&way.key))),
        None => same(visit),
    }
}

/// Nothing was done: the page as it is.
fn same(visit: &Visit) -> Result<Response, PageFailure> {
    Ok(page(visit, StatusCode::OK, pages::page(visit, &pages::Asked::default())?))
}

async fn pay_by_wallet(
    gateway: &Arc<Gateway>,
    opened: Opened,
    visit: &Visit,
    body: &[u8],
    ip: Option<IpAddr>,
) -> Result<Response, PageFailure> {
    let Some(asked) = visit.wallet.as_ref().filter(|wallet| visit.offers(&wallet.key)) else { return same(visit) };
    let typed = match TypedWallet::read(body).judge(asked) {
        Ok(typed) => typed,
        Err((typed, errors)) => {
            let body = wallet::form_with_errors(visit, asked, &typed, &errors)?;
            return Ok(page(visit, StatusCode::UNPROCESSABLE_ENTITY, body));
        }
    };
    let means = shop::invoice_to(&typed.account, visit);
    begin(gateway, opened, visit, means, &asked.key, Learned { wallet: Some(typed), ..Learned::default() }, ip).await
}

async fn pay_by_card(
    gateway: &Arc<Gateway>,
    opened: Opened,
    visit: &Visit,
    body: &[u8],
    ip: Option<IpAddr>,
) -> Result<Response, PageFailure> {
    if !visit.offers(CARD) {
        return same(visit);
    }
    let typed = Typed::read(body);
    let card = match typed.card(gateway.clock.now()) {
        Ok(card) => card,
        Err(errors) => {
            let body = pages::page_with_errors(visit, &typed, errors)?;
            return Ok(page(visit, StatusCode::UNPROCESSABLE_ENTITY, body));
        }
    };
    begin(gateway, opened, visit, Means::Card(card), CARD, Learned::default(), ip).await
}

/// Registers the order and begins its attempt. If another window was faster, its payment is shown.
async fn begin(
    gateway: &Arc<Gateway>,
    opened: Opened,
    visit: &Visit,
    means: Means,
    way: &str,
    learned: Learned,
    ip: Option<IpAddr>,
) -> Result<Response, PageFailure> {
    if let Some(retry_after) = gateway.limits.card_attempt(ip) {
        return Err(PageFailure::too_many(retry_after, visit));
    }
    let Some(order) = opened.order() else { return Err(PageFailure::UnknownOrder) };
    let language = opened.language;
    let remember = shop::remember(gateway, &opened.project, way, learned).await?;
    let payer = Payer { remember, ..Payer::on_our_page(means, ip.map(|ip| ip.to_string())) };
    let id = gateway.clock.payment_id();
    let back = move |attempt| confirmed_href(id, attempt, language);
    match pay::attempt_new(gateway, &opened.project, NewOrder { id, order, call: None, charge: None }, payer, back)
        .await
    {
        Ok(Paid::PayerMustAct(address)) => Ok(see_other(&with_language(&address, language))),
        Ok(Paid::PayerMustPay { .. }) => Ok(see_other(&page_of(id, language, false))),
        Ok(Paid::Settled(_) | Paid::MerchantMustAct { .. }) => Ok(see_other(&page_of(id, language, true))),
        Err(FlowError::DuplicateOrder(known)) => Ok(see_other(&page_of(known, language, false))),
        Err(FlowError::Refused(_)) => Ok(see_other(&visit.page())),
        Err(error) => Err(error.into()),
    }
}

/// The page of a payment; `done`: an attempt has just ended.
fn page_of(id: PaymentId, language: Language, done: bool) -> String {
    let done = if done { "&done=1" } else { "" };
    format!("/checkout/{id}?lang={}{done}", language.code())
}
