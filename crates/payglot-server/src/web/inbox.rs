//! The inbox of the wallet that the sandbox plays. A real wallet would serve it itself, and tell the gateway by a message of its own
//! what this room tells it by a call.

use super::failure::PageFailure;
use super::{html, pages_csp, query_value, see_other};
use crate::checkout::view::{
    Amount, Frame, InboxPage, InvoiceState, LanguageLink, LeftAlone, Merchant, Purpose, ShownInvoice, Timer, TopInvoice,
};
use crate::checkout::{Language, visit};
use crate::flows::{FlowError, StoredPayment, pay, query};
use crate::gateway::Gateway;
use crate::upstream::sandbox::wallet::{Decided, Decision, InboxInvoice, Standing, inbox_address, is_purse};
use askama::Template as _;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use payglot_core::{Money, OperationId, UnixMillis};
use std::sync::Arc;

/// So many invoices are listed.
const LISTED: usize = 20;

pub(super) fn router() -> Router<Arc<Gateway>> {
    Router::new().route("/sandbox/webmoney/{purse}", get(show).post(decide))
}

async fn show(State(gateway): State<Arc<Gateway>>, Path(purse): Path<String>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let language = language_of(&query);
    let shown = page(&gateway, &purse, query_value(&query, "invoice").as_deref(), language).await;
    shown.unwrap_or_else(|failure| failure.into_response(language))
}

async fn decide(
    State(gateway): State<Arc<Gateway>>,
    Path(purse): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let language = language_of(query.as_deref().unwrap_or_default());
    let decided = async {
        // A post that decides nothing shows the inbox.
        let Some((operation, decision)) = decision_of(&body) else {
            return Ok(see_other(&address(&purse, None, language)));
        };
        match gateway.bank.decide_invoice(&purse, operation, decision).await {
            Decided::Done { payment, number } => {
                pay::told(&gateway, payment, operation).await?;
                Ok(see_other(&address(&purse, Some(&number), language)))
            }
            Decided::Unknown => Ok(see_other(&address(&purse, None, language))),
            Decided::Unavailable => Err(closed()),
        }
    };
    decided.await.unwrap_or_else(|failure: PageFailure| failure.into_response(language))
}

fn closed() -> PageFailure {
    PageFailure::Internal("the sandbox cannot use its book".to_owned())
}

fn decision_of(body: &[u8]) -> Option<(OperationId, Decision)> {
    let field = |name: &str| form_urlencoded::parse(body).find(|(known, _)| known == name).map(|(_, value)| value);
    let decision = match field("decision")?.as_ref() {
        "pay" => Decision::Pay,
        "refuse" => Decision::Refuse,
        _ => return None,
    };
    Some((field("operation")?.parse().ok()?, decision))
}

fn address(purse: &str, number: Option<&str>, language: Language) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(number) = number {
        query.append_pair("invoice", number);
    }
    query.append_pair("lang", language.code());
    format!("{}?{}", inbox_address(purse), query.finish())
}

/// An invoice with the order it is about.
struct Known {
    invoice: InboxInvoice,
    stored: StoredPayment,
    shop: String,
}

async fn page(
    gateway: &Arc<Gateway>,
    purse: &str,
    number: Option<&str>,
    language: Language,
) -> Result<Response, PageFailure> {
    let (purse, mut inbox) = match purse {
        owner if is_purse(owner) => (owner, gateway.bank.inbox(owner).await.ok_or_else(closed)?),
        _ => ("", Vec::new()),
    };
    let is_open = |invoice: &InboxInvoice| matches!(invoice.standing, Standing::Open { .. });
    let named = number.and_then(|number| inbox.iter().position(|invoice| invoice.number == number));
    let top = named.or_else(|| inbox.iter().position(is_open)).map(|at| inbox.remove(at));
    // What the owner did by being left alone the gateway may not have heard yet, and the payer looks here now.
    if let Some(invoice) = top.as_ref().filter(|invoice| invoice.untold) {
        pay::told(gateway, invoice.payment, invoice.operation).await?;
    }
    let top = match top {
        Some(invoice) => known(gateway, invoice).await?,
        None => None,
    };
    let mut others = Vec::new();
    for invoice in inbox.into_iter().take(LISTED) {
        others.extend(known(gateway, invoice).await?);
    }
    let (now, number) = (gateway.clock.now(), top.as_ref().map(|top| top.invoice.number.clone()));
    let page = InboxPage {
        frame: frame(purse, number.as_deref(), language),
        owner: grouped(purse),
        action: address(purse, None, language),
        top: top.map(|known| on_top(&known, purse, language, now)),
        others: others.iter().map(|known| shown(known, purse, language)).collect(),
    };
    // In no frame, whatever a shop may frame of ours: this is the wallet's own place, where one press pays, and the page of an invoice
    // leads here in a tab of its own.
    Ok(html(StatusCode::OK, page.render()?, &pages_csp("")))
}

fn frame(purse: &str, number: Option<&str>, language: Language) -> Frame {
    let link = |language: Language| LanguageLink { language, href: address(purse, number, language) };
    Frame {
        purpose: Purpose::Pay,
        language,
        languages: Language::ALL.map(link).to_vec(),
        page: address(purse, number, language),
        merchant: None,
        order: None,
        test_mode: true,
        timer: None,
        embed: None,
    }
}

/// `None` if the gateway does not know the payment: the wallet's book is not ours.
async fn known(gateway: &Gateway, invoice: InboxInvoice) -> Result<Option<Known>, PageFailure> {
    let stored = match query::payment(gateway, invoice.payment).await {
        Ok(stored) => stored,
        Err(FlowError::UnknownPayment) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let project = gateway.projects.by_id(stored.payment.project).await.map_err(FlowError::from)?;
    Ok(Some(Known { invoice, stored, shop: project.display_name().to_owned() }))
}

fn shown(known: &Known, purse: &str, language: Language) -> ShownInvoice {
    let Known { invoice, shop, .. } = known;
    let amount = visit::amount(invoice.amount, language);
    ShownInvoice {
        number: invoice.number.clone(),
        shop: shop.clone(),
        mark: Merchant::mark_of(shop),
        units: units(invoice.amount).map(|units| Amount { sign: units.to_owned(), ..amount.clone() }),
        amount,
        description: invoice.description.clone(),
        until: visit::moment(invoice.expires_at),
        state: state(invoice.standing),
        href: address(purse, Some(&invoice.number), language),
    }
}

fn state(standing: Standing) -> InvoiceState {
    match standing {
        Standing::Open { .. } => InvoiceState::Open,
        Standing::Paid => InvoiceState::Paid,
        Standing::RefusedByOwner => InvoiceState::RefusedByOwner,
        Standing::RefusedByWallet => InvoiceState::RefusedByWallet,
        Standing::Expired => InvoiceState::Expired,
    }
}

fn on_top(known: &Known, purse: &str, language: Language, now: UnixMillis) -> TopInvoice {
    let Known { invoice, stored, .. } = known;
    let left =
        |until: UnixMillis| u32::try_from(until.since(now).max(0).saturating_add(999) / 1000).unwrap_or(u32::MAX);
    let (acts_at, doomed) = match invoice.standing {
        Standing::Open { acts_at, doomed } => (acts_at, doomed),
        Standing::Paid | Standing::RefusedByOwner | Standing::RefusedByWallet | Standing::Expired => (None, false),
    };
    TopInvoice {
        invoice: shown(known, purse, language),
        operation: invoice.operation.to_string(),
        timer: Timer { seconds_left: left(invoice.expires_at), expires_at: visit::moment(invoice.expires_at) },
        left_alone: acts_at.map(|at| LeftAlone { seconds: left(at), refused: doomed }),
        doomed,
        late: !stored.payment.state.waits_for_payer(),
        back: Some(invoice.return_address.clone()).filter(|address| !address.is_empty()),
    }
}

/// The wallet's units of a currency.
fn units(amount: Money) -> Option<&'static str> {
    match amount.currency().code() {
        "USD" => Some("WMZ"),
        "EUR" => Some("WME"),
        _ => None,
    }
}

/// A WMID as people read it; any other name as it is.
fn grouped(purse: &str) -> String {
    if purse.len() != 12 || !purse.bytes().all(|digit| digit.is_ascii_digit()) {
        return purse.to_owned();
    }
    [&purse[..4], &purse[4..8], &purse[8..]].join("\u{a0}")
}

fn language_of(query: &str) -> Language {
    query_value(query, "lang").as_deref().and_then(Language::parse).unwrap_or(Language::En)
}
