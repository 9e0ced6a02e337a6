//! The payer chooses a way to pay, or the shop has chosen it.

use super::failure::PageFailure;
use super::shop::{self, Learned};
use super::{client_ip, html, pages_csp, see_other};
use crate::checkout::view::EmailField;
use crate::checkout::visit::{Choice, Visit, Way, confirmed_href};
use crate::checkout::wallet::{self, TypedWallet};
use crate::checkout::{pages, ways};
use crate::flows::{FlowError, StoredPayment, pay, query};
use crate::gateway::Gateway;
use crate::upstream::sandbox::elsewhere::Step;
use crate::upstream::{Elsewhere, Means};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use payglot_core::State;
use std::sync::Arc;

/// Takes what was chosen on the page of ways to pay.
pub(super) async fn choose(
    gateway: &Arc<Gateway>,
    stored: StoredPayment,
    visit: Visit,
    token: &str,
    body: &[u8],
    headers: &HeaderMap,
) -> Result<Response, PageFailure> {
    // Back button, second tab, double click: the page of the state the payment is really in answers them.
    let Some(choice) = visit.choice.as_ref().filter(|_| stored.payment.state == State::Created) else {
        return Ok(see_other(&visit.page()));
    };
    let chosen = ways::Chosen::read(body);
    let way = choice.way(&chosen.method);
    let (Some(way), true) = (way, token.is_empty() || token == stored.payment.version.to_string()) else {
        return Ok(see_other(&stale(&visit)));
    };
    let email = match chosen.email(choice) {
        Ok(email) => email,
        Err(error) => {
            let field = EmailField { value: chosen.email.clone(), error: Some(error) };
            let body = ways::choice_page(&visit, choice, Some(&chosen.country), field, false)?;
            return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, body, &pages_csp(&visit.frame_ancestors)));
        }
    };
    if !way.method.is_elsewhere() {
        let body = pages::card_chosen(&visit, email.as_deref().unwrap_or_default())?;
        return Ok(html(StatusCode::OK, body, &pages_csp(&visit.frame_ancestors)));
    }
    if let Some(asked) = visit.wallet_of(way) {
        return Ok(html(StatusCode::OK, wallet::form(&visit, asked)?, &pages_csp(&visit.frame_ancestors)));
    }
    let (way, country) = (way.clone(), chosen.country);
    let learned = Learned { email, country: Some(country), ..Learned::default() };
    send(gateway, stored, visit, &way, learned, headers).await
}

/// The payer named a wallet: an invoice is issued to it. For one who tries again; a fresh order is registered with its first attempt.
pub(super) async fn pay_by_wallet(
    gateway: &Arc<Gateway>,
    stored: StoredPayment,
    visit: Visit,
    body: &[u8],
    headers: &HeaderMap,
) -> Result<Response, PageFailure> {
    let created = stored.payment.state == State::Created;
    let Some(asked) = visit.wallet.as_ref().filter(|wallet| created && visit.offers(&wallet.key)) else {
        return Ok(see_other(&visit.page()));
    };
    let typed = match TypedWallet::read(body).judge(asked) {
        Ok(typed) => typed,
        Err((typed, errors)) => {
            let body = wallet::form_with_errors(&visit, asked, &typed, &errors)?;
            return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, body, &pages_csp(&visit.frame_ancestors)));
        }
    };
    let ip = client_ip(gateway, headers);
    if let Some(retry_after) = gateway.limits.card_attempt(ip) {
        return Err(PageFailure::too_many(retry_after, &visit));
    }
    let project = gateway.projects.by_id(stored.payment.project).await.map_err(FlowError::from)?;
    let means = shop::invoice_to(&typed.account, &visit);
    let learned = Learned { wallet: Some(typed), ..Learned::default() };
    let remember = shop::remember(gateway, &project, &asked.key, learned).await?;
    let payer = pay::Payer { remember, ..pay::Payer::on_our_page(means, ip.map(|ip| ip.to_string())) };
    let (id, spoken) = (stored.payment.id, visit.language);
    match pay::attempt(gateway, stored, payer, move |attempt| confirmed_href(id, attempt, spoken)).await {
        Ok(pay::Paid::PayerMustPay { .. }) | Err(FlowError::Refused(_)) => Ok(see_other(&visit.page())),
        Ok(pay::Paid::PayerMustAct(address)) => Ok(see_other(&super::pages::with_language(&address, spoken))),
        Ok(pay::Paid::Settled(_) | pay::Paid::MerchantMustAct { .. }) => Ok(see_other(&visit.done_page())),
        Err(error) => Err(error.into()),
    }
}

fn stale(visit: &Visit) -> String {
    let page = visit.page();
    let joint = if page.contains('?') { '&' } else { '?' };
    format!("{page}{joint}stale=1")
}

/// Sends the payer to the place of a way: begins the attempt there.
pub(super) async fn send(
    gateway: &Arc<Gateway>,
    stored: StoredPayment,
    visit: Visit,
    way: &Way,
    learned: Learned,
    headers: &HeaderMap,
) -> Result<Response, PageFailure> {
    let ip = client_ip(gateway, headers);
    if let Some(retry_after) = gateway.limits.card_attempt(ip) {
        return Err(PageFailure::too_many(retry_after, &visit));
    }
    let project = gateway.projects.by_id(stored.payment.project).await.map_err(FlowError::from)?;
    let place = Elsewhere {
        method: way.method,
        key: way.key.clone(),
        title: way.title.clone(),
        test: visit.choice.as_ref().is_some_and(|choice: &Choice| choice.test),
    };
    let (id, spoken) = (stored.payment.id, visit.language);
    let payer = pay::Payer {
        remember: shop::remember(gateway, &project, &way.key, learned).await?,
        ..pay::Payer::on_our_page(Means::Elsewhere(place), ip.map(|ip| ip.to_string()))
    };
    let instant = visit.choice.as_ref().is_some_and(|choice| choice.instant);
    match pay::attempt(gateway, stored, payer, move |attempt| confirmed_href(id, attempt, spoken)).await {
        Ok(pay::Paid::PayerMustAct(_)) if instant => {
            let stored = query::payment(gateway, id).await?;
            if let Some(attempt) = stored.payment.last_attempt() {
                gateway.bank.take_step(attempt.id, Step::Pay).await;
                pay::told(gateway, id, attempt.id).await?;
            }
            Ok(see_other(&visit.done_page()))
        }
        Ok(pay::Paid::PayerMustAct(address)) => Ok(see_other(&super::pages::with_language(&address, spoken))),
        Ok(pay::Paid::Settled(_) | pay::Paid::MerchantMustAct { .. }) => Ok(see_other(&visit.done_page())),
        // The page of an invoice; or somebody was faster, and the page tells what became of it.
        Ok(pay::Paid::PayerMustPay { .. }) | Err(FlowError::Refused(_)) => Ok(see_other(&visit.page())),
        Err(error) => Err(error.into()),
    }
}
