//! Saved cards: `getBindings.do` and its relatives, `bindCard.do`, `unBindCard.do`, `extendBinding.do`, `createBindingNoPayment.do`,
//! and paying with one, `paymentOrderBinding.do` and `processBindingForm.do`.

use super::super::shop;
use super::callers::{self, Refusing, caller, failed, find};
use super::card_input::{self, Code};
use super::cards::{self, Wanted};
use super::tds;
use crate::flows::binding::{self, Binding, BindingCategory, BindingError};
use crate::flows::{FlowError, StoredPayment, pay};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::upstream::card::{CardNumber, SecurityCode, SecurityCodeError};
use crate::upstream::{Demand, Means};
use payglot_core::CardFacts;
use payglot_wire::raw::Reply;
use payglot_wire::rbs::reply::page::SavedItem;
use payglot_wire::rbs::reply::{self, BindingView, PaymentAnswer};
use payglot_wire::rbs::request::{
    BindingKind, CardFields, Feature, FindBindings, GetBindings, OneBinding, OrderRef, PaymentOrder, md_order,
};
use payglot_wire::rbs::{Details, Language, Operation, Params, Refused};
use std::net::IpAddr;
use std::sync::Arc;

/// Who calls, and the language of refusals and of answers that name none.
async fn known(
    gateway: &Gateway,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<(Arc<ActiveProject>, Language), Refusing> {
    let (project, _) = caller(gateway, operation, params, ip).await?;
    let language = Language::of_errors(params, callers::default_language(&project));
    Ok((project, language))
}

/// `getBindings.do`, `getAllBindings.do`. One card of one payer is saved once, so there are no duplicates to leave out.
pub(super) async fn get_bindings(
    gateway: &Gateway,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, language) = known(gateway, operation, params, ip).await?;
    let refuse = |refused| (refused, language);
    let asked = GetBindings::read(params, callers::default_language(&project)).map_err(refuse)?;
    let found = binding::of_client(gateway, &project, &asked.client_id).await;
    let mut found = found.map_err(|error| refuse(refused(&error)))?;
    found.retain(|binding| {
        asked.binding_id.is_none_or(|id| id == Some(binding.id))
            && asked.kind.is_none_or(|kind| is_of(kind, binding.category))
    });
    Ok(list(gateway, found, asked.show_expired, asked.language))
}

/// `getBindingsByCardOrId.do`.
pub(super) async fn find_bindings(
    gateway: &Gateway,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, language) = known(gateway, operation, params, ip).await?;
    let refuse = |refused| (refused, language);
    let asked = FindBindings::read(params, callers::default_language(&project)).map_err(refuse)?;
    let found = match (asked.binding_id, params.get("pan")) {
        (Some(None), _) => Ok(Vec::new()),
        (Some(Some(id)), _) => match binding::find(gateway, &project, id).await {
            Ok(found) => Ok(Some(found).filter(|found| found.active).into_iter().collect()),
            Err(BindingError::Unknown) => Ok(Vec::new()),
            Err(error) => Err(error),
        },
        (None, number) => {
            let number = CardNumber::parse(number.unwrap_or_default())
                .map_err(|_| refuse(Refused::ParameterInvalid("pan".to_owned())))?;
            binding::of_card(gateway, &project, &number).await
        }
    };
    Ok(list(gateway, found.map_err(|error| refuse(refused(&error)))?, asked.show_expired, asked.language))
}

fn list(gateway: &Gateway, mut found: Vec<Binding>, show_expired: bool, language: Language) -> Reply {
    let now = gateway.clock.now();
    found.retain(|known| show_expired || !binding::is_expired(&known.card, now));
    let views: Vec<BindingView<'_>> = found
        .iter()
        .map(|known| BindingView {
            id: known.id,
            client_id: &known.client,
            card: &known.card,
            category: category(known.category),
        })
        .collect();
    reply::bindings(&views, language)
}

const fn category(category: BindingCategory) -> &'static str {
    match category {
        BindingCategory::Common => "COMMON",
        BindingCategory::Installment => "INSTALLMENT",
        BindingCategory::Recurrent => "RECURRENT",
    }
}

const fn is_of(kind: BindingKind, category: BindingCategory) -> bool {
    match category {
        BindingCategory::Common => matches!(kind, BindingKind::Common | BindingKind::CommonOrRecurrent),
        BindingCategory::Installment => matches!(kind, BindingKind::Installment),
        BindingCategory::Recurrent => matches!(kind, BindingKind::Recurrent | BindingKind::CommonOrRecurrent),
    }
}

/// `bindCard.do` and `unBindCard.do`.
pub(super) async fn set_active(
    gateway: &Gateway,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
    active: bool,
) -> Result<Reply, Refusing> {
    let (project, language) = known(gateway, operation, params, ip).await?;
    let refuse = |refused| (refused, language);
    let asked = OneBinding::read(params, callers::default_language(&project)).map_err(refuse)?;
    let done = binding::set_active(gateway, &project, asked.binding_id, active).await;
    done.map_err(|error| refuse(refused(&error)))?;
    Ok(reply::done(asked.language))
}

/// `extendBinding.do`.
pub(super) async fn extend(
    gateway: &Gateway,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, language) = known(gateway, operation, params, ip).await?;
    let refuse = |refused| (refused, language);
    let asked = OneBinding::read(params, callers::default_language(&project)).map_err(refuse)?;
    let expiry = OneBinding::new_expiry(params).map_err(refuse)?;
    let done = binding::extend(gateway, &project, asked.binding_id, expiry).await;
    done.map_err(|error| refuse(refused(&error)))?;
    Ok(reply::done(asked.language))
}

/// `createBindingNoPayment.do`: only for merchants that may collect cards, and in the sandbox only with its test cards.
pub(super) async fn create(
    gateway: &Gateway,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, language) = known(gateway, operation, params, ip).await?;
    let refuse = |refused| (refused, language);
    if !project.settings.merchant_card_entry {
        return Err(refuse(Refused::AccessDenied));
    }
    let asked = GetBindings::read(params, callers::default_language(&project)).map_err(refuse)?;
    let card = card_input::read(&CardFields::read(params), Code::Optional).map_err(refuse)?;
    match binding::create(gateway, &project, &asked.client_id, card, "").await {
        Ok(created) => Ok(reply::binding_created(created.id, asked.language)),
        Err(BindingError::Refused) => Err(refuse(Refused::ParameterInvalid("pan".to_owned()))),
        Err(error) => Err(refuse(refused(&error))),
    }
}

fn refused(error: &BindingError) -> Refused {
    match error {
        BindingError::Unknown | BindingError::Refused => Refused::BindingNotFound,
        BindingError::Active => Refused::BindingActive,
        BindingError::NotActive => Refused::BindingNotActive,
        BindingError::Failed(error) => failed(&FlowError::from(error.clone())),
    }
}

/// `paymentOrderBinding.do`: the merchant's server pays with a saved card.
pub(super) async fn pay_order(
    gateway: &Arc<Gateway>,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, language) = known(gateway, operation, params, ip).await?;
    let refuse = |refused| (refused, language);
    let id = md_order(params).map_err(|refused| refuse(unfound(refused)))?;
    let stored = find(gateway, &project, &OrderRef::Id(id)).await;
    let stored = stored.map_err(|error| refuse(unfound(cards::unfound(&error))))?;
    let spoken = Details::read(&stored.details).language(callers::default_language(&project));
    let asked = PaymentOrder::read(params, spoken).map_err(refuse)?;
    let (spoken, payer_ip) = (asked.language, asked.ip.clone());
    let automatic = project.settings.auto_payment;
    let paid = pay_with_saved(gateway, &project, stored, asked, params, payer_ip, automatic).await;
    Ok(paid.map_err(refuse)?.reply(spoken))
}

/// `processBindingForm.do`: the page of a merchant's template pays with a saved card. Who knows the order's id may pay it.
pub(super) async fn process_form(
    gateway: &Arc<Gateway>,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, stored) = cards::anonymous(gateway, params).await?;
    let language = Details::read(&stored.details).language(callers::default_language(&project));
    let refuse = |refused| (refused, Language::of_errors(params, language));
    if gateway.limits.card_attempt(ip).is_some() {
        let refused = reply::refused(operation, &Refused::TooManyAttempts, Language::of_errors(params, language));
        return Ok(Reply { status: 429, ..refused });
    }
    let asked = PaymentOrder::read(params, language).map_err(refuse)?;
    let spoken = asked.language;
    let payer_ip = ip.map(|ip| ip.to_string());
    // A payer is there, so nothing is charged without the code.
    let paid = pay_with_saved(gateway, &project, stored, asked, params, payer_ip, false).await;
    Ok(paid.map_err(refuse)?.reply(spoken))
}

/// `unbindcardanon.do`: a mobile application removes a saved card of the payer who has its page open.
pub(super) async fn remove_by_payer(gateway: &Gateway, params: &Params) -> Result<Reply, Refusing> {
    let (project, stored) = cards::anonymous(gateway, params).await?;
    let language = Details::read(&stored.details).language(callers::default_language(&project));
    let refuse = |refused| (refused, Language::of_errors(params, language));
    let asked = OneBinding::read(params, language).map_err(refuse)?;
    let removed = binding::remove_by_payer(gateway, &project, &stored.details, asked.binding_id).await;
    removed.map_err(|error| refuse(refused(&error)))?;
    Ok(reply::page_done(asked.language))
}

/// What a page of the merchant's offers the payer, with the date as it is embossed. An expired card could not pay.
pub(super) async fn items(
    gateway: &Gateway,
    project: &ActiveProject,
    stored: &StoredPayment,
) -> Result<Vec<SavedItem>, Refused> {
    let now = gateway.clock.now();
    let mut found = binding::offered(gateway, project, &stored.details).await.map_err(|error| refused(&error))?;
    found.retain(|known| !binding::is_expired(&known.card, now));
    let label = |card: &CardFacts| format!("{} {:02}/{:02}", card.masked, card.expiry % 100, card.expiry / 100 % 100);
    Ok(found.iter().map(|known| SavedItem { id: known.id.to_string(), label: label(&known.card) }).collect())
}

/// A saved card that may pay an order.
pub(super) struct Chosen {
    /// The card.
    pub(super) binding: Binding,
    /// The same to pay with.
    pub(super) means: Means,
    /// Is it charged without the payer, by the order's `AUTO_PAYMENT`? Then nobody is there to be asked.
    pub(super) automatic: bool,
}

/// The saved card that a call names, judged for an order with these details, which need not be registered yet. It is the payer's, or
/// the merchant may charge without the payer; and its code is there, unless the order does without one.
pub(super) async fn choose(
    gateway: &Gateway,
    project: &ActiveProject,
    details: &str,
    params: &Params,
    may_be_automatic: bool,
) -> Result<Chosen, Refused> {
    let read = Details::read(details);
    let automatic = may_be_automatic && read.has(Feature::AutoPayment);
    let binding = saved_card(gateway, project, details, params, automatic).await?;
    let code = match SecurityCode::parse(CardFields::read(params).code.unwrap_or_default()) {
        Ok(code) => Some(code),
        Err(SecurityCodeError::Empty) if automatic || read.has(Feature::ForceNoCvc) => None,
        Err(_) => return Err(Refused::CodeRequired),
    };
    let means = binding::means(&binding, code);
    Ok(Chosen { binding, means, automatic })
}

async fn saved_card(
    gateway: &Gateway,
    project: &ActiveProject,
    details: &str,
    params: &Params,
    automatic: bool,
) -> Result<Binding, Refused> {
    let asked = OneBinding::read(params, Language::RU)?;
    let rules = binding::rules(project, details);
    if rules.client.is_none() && !automatic {
        return Err(Refused::ParameterEmpty("clientId"));
    }
    let found = binding::find(gateway, project, asked.binding_id).await.map_err(|error| refused(&error))?;
    let owned = rules.client.is_none_or(|client| client == found.client);
    let named = rules.fixed.is_none_or(|fixed| fixed == found.id);
    if found.active && owned && named { Ok(found) } else { Err(Refused::BindingNotFound) }
}

async fn pay_with_saved(
    gateway: &Arc<Gateway>,
    project: &ActiveProject,
    stored: StoredPayment,
    asked: PaymentOrder,
    params: &Params,
    ip: Option<String>,
    may_be_automatic: bool,
) -> Result<PaymentAnswer, Refused> {
    let three_ds = tds::Fields::new(asked.language, &asked.three_ds);
    if let Some(attempt) = asked.three_ds.transaction {
        return tds::go_on(gateway, &stored, attempt, &three_ds).await;
    }
    let Chosen { binding, means, automatic } =
        choose(gateway, project, &stored.details, params, may_be_automatic).await?;
    let (email, json_params) = (asked.email.clone(), asked.json_params.clone());
    let remember: pay::Remember = Box::new(move |details, _| {
        let mut details = Details::read(details);
        details.remember_payment(email.as_deref(), json_params.clone(), false);
        details.to_text()
    });
    let wanted = Wanted {
        means,
        binding: Some(binding.id),
        save: false,
        ip,
        // Nobody is there to be asked.
        demand: if automatic { Demand::Never } else { shop::demand(project, &stored) },
        remember: Some(remember),
        three_ds,
    };
    cards::pay_with(gateway, stored, wanted).await
}

/// An unknown order has another code here than elsewhere.
fn unfound(refused: Refused) -> Refused {
    if refused == Refused::OrderNotFound { Refused::NoOrderToPay } else { refused }
}

/// A saved card that an order names at its registration must be one of the merchant's, and of the payer, if the order names one.
pub(super) async fn check_named(gateway: &Gateway, project: &ActiveProject, details: &str) -> Result<(), Refused> {
    let read = Details::read(details);
    let Some(named) = read.get("bindingId") else { return Ok(()) };
    let invalid = || Refused::ParameterInvalid("bindingId".to_owned());
    let id = named.parse().map_err(|_| invalid())?;
    match binding::find(gateway, project, id).await {
        Ok(found) if found.active && read.client_id().is_none_or(|client| client == found.client) => Ok(()),
        Ok(_) | Err(BindingError::Unknown) => Err(invalid()),
        Err(error) => Err(refused(&error)),
    }
}
