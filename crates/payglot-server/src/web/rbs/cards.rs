//! `paymentorder.do` and `processform.do`: a card that the merchant, or a page of the merchant's, collected.

use super::super::shop;
use super::callers::{self, Refusing, caller, failed, find};
use super::card_input::{self, Code};
use super::tds;
use crate::flows::{FlowError, StoredPayment, pay, query};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::upstream::{Demand, Guide, Means};
use payglot_core::{BindingId, Method, OperationId, Refusal, State};
use payglot_wire::Protocol;
use payglot_wire::raw::Reply;
use payglot_wire::rbs::reply::{self, PaymentAnswer};
use payglot_wire::rbs::request::{CardFields, Feature, OrderRef, PaymentOrder, md_order};
use payglot_wire::rbs::{Details, Language, Operation, Params, Refused};
use std::net::IpAddr;
use std::sync::Arc;

/// `paymentorder.do`: the merchant's own server sends the card.
pub(super) async fn payment_order(
    gateway: &Arc<Gateway>,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, _) = caller(gateway, operation, params, ip).await?;
    let refuse = |refused| (refused, Language::of_errors(params, callers::default_language(&project)));
    if !project.settings.merchant_card_entry {
        return Err(refuse(Refused::AccessDenied));
    }
    let id = md_order(params).map_err(refuse)?;
    let stored = find(gateway, &project, &OrderRef::Id(id)).await.map_err(|error| refuse(unfound(&error)))?;
    let language = Details::read(&stored.details).language(callers::default_language(&project));
    let asked = PaymentOrder::read(params, language).map_err(refuse)?;
    let payer_ip = asked.ip.clone();
    let language = asked.language;
    let answer = pay_order(gateway, &project, &stored, asked, params, payer_ip).await.map_err(refuse)?;
    Ok(answer.reply(language))
}

/// `processform.do`: the page of a merchant's template sends the card. Who knows the order's id may pay it, as on our own page.
pub(super) async fn process_form(
    gateway: &Arc<Gateway>,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, stored) = anonymous(gateway, params).await?;
    let order_language = Details::read(&stored.details).language(callers::default_language(&project));
    let refuse = |refused| (refused, Language::of_errors(params, order_language));
    if gateway.limits.card_attempt(ip).is_some() {
        let refused = reply::refused(operation, &Refused::TooManyAttempts, Language::of_errors(params, order_language));
        return Ok(Reply { status: 429, ..refused });
    }
    let asked = PaymentOrder::read(params, order_language).map_err(refuse)?;
    let language = asked.language;
    let answer =
        pay_order(gateway, &project, &stored, asked, params, ip.map(|ip| ip.to_string())).await.map_err(refuse)?;
    Ok(answer.reply(language))
}

/// The order that a page without credentials names, and its project.
pub(super) async fn anonymous(
    gateway: &Gateway,
    params: &Params,
) -> Result<(Arc<ActiveProject>, StoredPayment), Refusing> {
    let refuse = |refused| (refused, Language::of_errors(params, Language::RU));
    let id = md_order(params).map_err(refuse)?;
    let found = async {
        let stored = query::payment(gateway, id).await?;
        let project = gateway.projects.by_id(stored.payment.project).await.map_err(FlowError::from)?;
        Ok((project, stored))
    };
    let (project, stored) = found.await.map_err(|error: FlowError| refuse(unfound(&error)))?;
    match project.protocol {
        Protocol::Rbs => Ok((project, stored)),
        Protocol::Paysera | Protocol::Monetix => Err(refuse(Refused::OrderNotFound)),
    }
}

/// A failure to find an order, in the protocol's words. Another merchant's is as unknown as none.
pub(super) fn unfound(error: &FlowError) -> Refused {
    match error {
        FlowError::UnknownPayment | FlowError::Refused(Refusal::NotAllowed) => Refused::OrderNotFound,
        FlowError::Refused(_) | FlowError::DuplicateOrder(_) | FlowError::Store(_) => failed(error),
    }
}

async fn pay_order(
    gateway: &Arc<Gateway>,
    project: &ActiveProject,
    stored: &StoredPayment,
    asked: PaymentOrder,
    params: &Params,
    ip: Option<String>,
) -> Result<PaymentAnswer, Refused> {
    let fields = CardFields::read(params);
    if let Some(attempt) = asked.three_ds.transaction {
        let three_ds = tds::Fields::new(asked.language, &asked.three_ds);
        return second_call(gateway, stored, attempt, &three_ds, &fields).await;
    }
    let details = Details::read(&stored.details);
    let optional = details.has(Feature::ForceNoCvc);
    let card = card_input::read(&fields, if optional { Code::Optional } else { Code::Required })?;
    let (email, json_params) = (asked.email.clone(), asked.json_params.clone());
    let not_needed = asked.binding_not_needed;
    let remember: pay::Remember = Box::new(move |details, _| {
        let mut details = Details::read(details);
        details.remember_payment(email.as_deref(), json_params.clone(), not_needed);
        details.to_text()
    });
    let payer = Wanted {
        means: Means::Card(card),
        binding: None,
        // Here it is the merchant's page that asks the payer, and says so only if the card shall not be saved.
        save: !not_needed,
        ip,
        demand: shop::demand(project, stored),
        remember: Some(remember),
        three_ds: tds::Fields::new(asked.language, &asked.three_ds),
    };
    pay_with(gateway, stored.clone(), payer).await
}

/// What a call that pays with a card wants.
pub(super) struct Wanted {
    /// The card.
    pub(super) means: Means,
    /// The saved card that it is.
    pub(super) binding: Option<BindingId>,
    /// Shall it be saved?
    pub(super) save: bool,
    /// The payer's address.
    pub(super) ip: Option<String>,
    /// Must the holder be authenticated?
    pub(super) demand: Demand,
    /// What the order remembers of it.
    pub(super) remember: Option<pay::Remember>,
    /// How the answer is to be written.
    pub(super) three_ds: tds::Fields,
}

/// Begins an attempt. One whose holder is still expected at the bank is given up for another card, and led on with the same.
pub(super) async fn pay_with(
    gateway: &Arc<Gateway>,
    mut stored: StoredPayment,
    wanted: Wanted,
) -> Result<PaymentAnswer, Refused> {
    let Wanted { means, binding, save, ip, demand, remember, three_ds } = wanted;
    if stored.payment.payer_acts() {
        if let Some(attempt) = same_card(&stored, &means)
            && let Some((step, address)) = pay::current_step(gateway, attempt).await
        {
            return Ok(tds::step(gateway, attempt, step, &address, &three_ds));
        }
        stored = pay::abandon(gateway, stored.payment.id).await.map_err(|error| refused(&error))?;
    }
    if stored.payment.state != State::Created {
        return Err(Refused::StateForbids);
    }
    let back = tds::BackTo::of(gateway, &three_ds);
    let payer = pay::Payer { means, binding, save, ip, demand, guide: Guide::Merchant, remember };
    let paid = pay::attempt(gateway, stored, payer, move |_| back.version_1()).await;
    let paid = paid.map_err(|error| refused(&error))?;
    Ok(tds::answer(gateway, paid, &three_ds, false))
}

/// The attempt under way, if it was begun by a merchant's page with this card.
fn same_card(stored: &StoredPayment, means: &Means) -> Option<OperationId> {
    let (method, facts) = match means {
        Means::Card(card) => (Method::MerchantCard, card.facts()),
        Means::SavedCard(card) => (Method::SavedCard, card.facts.clone()),
        Means::Elsewhere(_) | Means::Invoice(_) | Means::Recipient(_) => return None,
    };
    let attempt = stored.payment.last_attempt().filter(|attempt| attempt.method == Some(method))?;
    (attempt.card.as_ref() == Some(&facts)).then_some(attempt.id)
}

/// The browser was looked at, so the call is repeated with the id of the attempt.
pub(super) async fn second_call(
    gateway: &Arc<Gateway>,
    stored: &StoredPayment,
    attempt: OperationId,
    three_ds: &tds::Fields,
    fields: &CardFields<'_>,
) -> Result<PaymentAnswer, Refused> {
    let known = stored.payment.operation(attempt).filter(|known| known.kind.is_attempt());
    let Some(known) = known else { return Err(Refused::ParameterInvalid("threeDSServerTransId".to_owned())) };
    if !fields.is_empty() {
        let card = card_input::read(fields, Code::Optional)?;
        if known.card.as_ref().is_some_and(|facts| facts.masked != card.facts().masked) {
            return Err(Refused::ParameterInvalid(fields.number_name.to_owned()));
        }
    }
    tds::go_on(gateway, stored, attempt, three_ds).await
}

/// What the core refuses of a payment, in the protocol's words.
pub(super) fn refused(error: &FlowError) -> Refused {
    match error {
        FlowError::Refused(
            Refusal::WrongState(_)
            | Refusal::TimeOver
            | Refusal::NoAttemptsLeft
            | Refusal::OutcomeOpen(_)
            | Refusal::NotAllowed
            | Refusal::UnknownOperation,
        ) => Refused::StateForbids,
        FlowError::UnknownPayment => Refused::OrderNotFound,
        FlowError::Refused(_) | FlowError::DuplicateOrder(_) | FlowError::Store(_) => failed(error),
    }
}
