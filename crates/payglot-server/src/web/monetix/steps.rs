//! What a payer does on the page of an order that was only looked at. The first thing that is more than looking registers the order and
//! begins its attempt, both at once; or saves the card, where that is what the page is for.

use super::instruments::CARD;
use super::opened::Opened;
use crate::checkout::form::{Recipient, Typed};
use crate::checkout::recipient::{self, STEP_RECEIVE, TypedRecipient};
use crate::checkout::visit::{Purpose, Visit, confirmed_href};
use crate::checkout::wallet::{self, STEP_WALLET, TypedWallet};
use crate::checkout::{Language, pages, ways};
use crate::flows::FlowError;
use crate::flows::binding::{self, BindingError};
use crate::flows::pay::{self, NewOrder, Paid, Payer};
use crate::gateway::Gateway;
use crate::upstream::{self, Means};
use crate::web::failure::PageFailure;
use crate::web::pages::with_language;
use crate::web::saved_cards::{self, Choice};
use crate::web::shop::{self, Learned};
use crate::web::{html, pages_csp, see_other};
use axum::http::StatusCode;
use axum::response::Response;
use payglot_core::{BindingId, DeclineReason, Method, PaymentId};
use std::net::IpAddr;
use std::sync::Arc;

/// The steps of the forms of our page.
const STEPS: &[&str] = &[
    ways::STEP_CHOOSE,
    STEP_WALLET,
    pages::STEP_PAY,
    pages::STEP_SAVE_CARD,
    STEP_RECEIVE,
    pages::STEP_REMOVE,
    pages::STEP_CANCEL,
];

/// The step that a posted form takes, if it is one of ours.
pub(super) fn step_of(body: &[u8]) -> Option<String> {
    let found = form_urlencoded::parse(body).find(|(name, _)| name == "step");
    found.map(|(_, value)| value.into_owned()).filter(|step| STEPS.contains(&step.as_str()))
}

/// A form that was posted.
pub(super) struct Posted<'a> {
    /// Which step.
    pub(super) step: &'a str,
    /// Its fields.
    pub(super) body: &'a [u8],
    /// The payer's address on the network, if known.
    pub(super) ip: Option<IpAddr>,
}

/// Takes a step. One that is not on a page of this purpose changes nothing.
pub(super) async fn take(gateway: &Arc<Gateway>, opened: Opened, posted: Posted<'_>) -> Result<Response, PageFailure> {
    let visit = opened.visit(gateway).await?;
    match (posted.step, opened.purpose) {
        (ways::STEP_CHOOSE, _) => choose(&opened, &visit, posted.body),
        (STEP_WALLET, Purpose::Pay) => pay_by_wallet(gateway, opened, &visit, posted).await,
        (pages::STEP_PAY, Purpose::Pay | Purpose::Verify) => {
            Box::pin(pay_by_card(gateway, opened, &visit, posted)).await
        }
        (pages::STEP_REMOVE, Purpose::Pay) => {
            let (details, typed) = (opened.details().to_text(), Typed::read(posted.body));
            saved_cards::remove(gateway, &opened.project, &details, &visit, &typed).await
        }
        (pages::STEP_SAVE_CARD, Purpose::SaveCard) => save_card(gateway, &opened, &visit, posted).await,
        (STEP_RECEIVE, Purpose::PayOut) => receive(gateway, opened, &visit, posted).await,
        _ => same(&visit),
    }
}

fn page(visit: &Visit, status: StatusCode, body: String) -> Response {
    html(status, body, &pages_csp(&visit.frame_ancestors))
}

/// The form again, with what is wrong in it.
fn again(visit: &Visit, body: String) -> Response {
    page(visit, StatusCode::UNPROCESSABLE_ENTITY, body)
}

/// The form of a way to pay has an address of its own, so that the back button, a reload and a change of the language find it.
fn choose(opened: &Opened, visit: &Visit, body: &[u8]) -> Result<Response, PageFailure> {
    let chosen = ways::Chosen::read(body);
    match visit.choice().and_then(|choice| choice.way(&chosen.method)) {
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
    posted: Posted<'_>,
) -> Result<Response, PageFailure> {
    let Some(asked) = visit.wallet.as_ref().filter(|wallet| visit.offers(&wallet.key)) else { return same(visit) };
    let typed = match TypedWallet::read(posted.body).judge(asked) {
        Ok(typed) => typed,
        Err((typed, errors)) => return Ok(again(visit, wallet::form_with_errors(visit, asked, &typed, &errors)?)),
    };
    let means = shop::invoice_to(&typed.account, visit);
    let learned = Learned { wallet: Some(typed), ..Learned::default() };
    begin(gateway, opened, visit, Brought { means, binding: None, way: &asked.key, learned }, posted.ip).await
}

async fn pay_by_card(
    gateway: &Arc<Gateway>,
    opened: Opened,
    visit: &Visit,
    posted: Posted<'_>,
) -> Result<Response, PageFailure> {
    if !visit.offers(CARD) {
        return same(visit);
    }
    let typed = Typed::read(posted.body);
    let details = opened.details().to_text();
    let chosen = match saved_cards::chosen(gateway, &opened.project, &details, &typed).await? {
        Some(Choice::Gone) => return Ok(see_other(&visit.page())),
        Some(Choice::Card(card)) => {
            typed.saved_code(card.card.brand).map(|code| (binding::means(&card, Some(code)), Some(card.id)))
        }
        None => typed.card(gateway.clock.now()).map(|card| (Means::Card(card), None)),
    };
    let (means, binding) = match chosen {
        Ok(chosen) => chosen,
        Err(errors) => return Ok(again(visit, pages::page_with_errors(visit, &typed, errors)?)),
    };
    let learned = Learned { saves: typed.save && visit.saved.may_save, ..Learned::default() };
    begin(gateway, opened, visit, Brought { means, binding, way: CARD, learned }, posted.ip).await
}

/// Saves a card without a payment. The same card again is the same saved card, so a form that is sent twice does no harm.
async fn save_card(
    gateway: &Arc<Gateway>,
    opened: &Opened,
    visit: &Visit,
    posted: Posted<'_>,
) -> Result<Response, PageFailure> {
    let typed = Typed::read(posted.body);
    let card = match typed.card(gateway.clock.now()) {
        Ok(card) => card,
        Err(errors) => return Ok(again(visit, pages::page_with_errors(visit, &typed, errors)?)),
    };
    if let Some(retry_after) = gateway.limits.card_attempt(posted.ip) {
        return Err(PageFailure::too_many(retry_after, visit));
    }
    let Some(client) = opened.order.customer.id.as_deref() else { return same(visit) };
    let details = opened.details().to_text();
    match binding::create(gateway, &opened.project, client, card, Some(&details)).await {
        Ok(saved) => Ok(see_other(&opened.page_of_saved(&saved))),
        Err(BindingError::Refused) => {
            Ok(again(visit, pages::card_not_saved(visit, &typed, DeclineReason::UnknownCard)?))
        }
        Err(error) => Err(saved_cards::failure(&error)),
    }
}

/// The payer said where the money shall go.
async fn receive(
    gateway: &Arc<Gateway>,
    opened: Opened,
    visit: &Visit,
    posted: Posted<'_>,
) -> Result<Response, PageFailure> {
    let recipient = match TypedRecipient::read(posted.body).judge(visit) {
        Ok(recipient) => recipient,
        Err(errors) => return Ok(again(visit, recipient::form_with_errors(visit, &errors)?)),
    };
    let way = visit.wallet.as_ref().map(|wallet| wallet.key.clone()).unwrap_or_default();
    let learned = Learned { pays_out: true, ..Learned::default() };
    let (to, way, learned) = match recipient {
        Recipient::Card(number) => (upstream::Recipient::Card(number), CARD, learned),
        Recipient::Wallet(typed) => {
            let (key, account) = (way.clone(), typed.account.clone());
            let to = upstream::Recipient::Account { method: Method::Wallet, key, account };
            (to, way.as_str(), Learned { wallet: Some(typed), ..learned })
        }
    };
    begin(gateway, opened, visit, Brought { means: Means::Recipient(to), binding: None, way, learned }, posted.ip).await
}

/// What the payer brings to the attempt.
struct Brought<'a> {
    means: Means,
    /// The saved card that `means` is.
    binding: Option<BindingId>,
    /// The protocol's name of the way.
    way: &'a str,
    learned: Learned,
}

/// Registers the order and begins its attempt. If another window was faster, its payment is shown.
async fn begin(
    gateway: &Arc<Gateway>,
    opened: Opened,
    visit: &Visit,
    brought: Brought<'_>,
    ip: Option<IpAddr>,
) -> Result<Response, PageFailure> {
    if let Some(retry_after) = gateway.limits.card_attempt(ip) {
        return Err(PageFailure::too_many(retry_after, visit));
    }
    let Brought { means, binding, way, learned } = brought;
    let (order, language, save) = (opened.order(), opened.language, learned.saves);
    let remember = shop::remember(gateway, &opened.project, way, learned).await?;
    let payer = Payer { binding, save, remember, ..Payer::on_our_page(means, ip.map(|ip| ip.to_string())) };
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
