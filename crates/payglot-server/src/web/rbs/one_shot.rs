//! `instantPayment.do`, `motoPayment.do`, `verifyCard.do`: register and pay in one call. There is no page to try again on, so the one
//! attempt is the last one.

use super::super::shop;
use super::bindings;
use super::callers::{self, Refusing, caller, find};
use super::card_input::{self, Code};
use super::cards::{refused, second_call, unfound};
use super::register::take;
use super::status::view_of;
use super::tds;
use crate::flows::pay::{self, Paid};
use crate::flows::{StoredPayment, query};
use crate::gateway::Gateway;
use crate::projects::{ActiveProject, ProjectSettings};
use crate::upstream::{Demand, Guide, Means};
use payglot_core::{BindingId, Intent, OperationId};
use payglot_wire::raw::Reply;
use payglot_wire::rbs::reply::{PaymentAnswer, one_shot};
use payglot_wire::rbs::request::{CardFields, OneShot, OrderRef, Shot};
use payglot_wire::rbs::{Defaults, Details, Language, Operation, Params, Refused, Register};
use std::net::IpAddr;
use std::sync::Arc;

/// Any of the three.
pub(super) async fn one_shot(
    gateway: &Arc<Gateway>,
    operation: Operation,
    shot: Shot,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, _) = caller(gateway, operation, params, ip).await?;
    let language = Language::of_errors(params, callers::default_language(&project));
    let refuse = |refused| (refused, language);
    if !may(&project.settings, shot, params) {
        return Err(refuse(Refused::AccessDenied));
    }
    callers::check_merchant(gateway, &project, params).await.map_err(refuse)?;
    let defaults = Defaults { now: Some(gateway.clock.now()), ..callers::defaults(&project) };
    let asked = OneShot::read(params, shot, &defaults).map_err(refuse)?;
    let done = match asked.three_ds.transaction {
        Some(attempt) => again(gateway, &project, &asked, attempt, params).await,
        None => first(gateway, &project, &asked, shot, params).await,
    };
    let (stored, came) = done.map_err(refuse)?;
    let details = Details::read(&stored.details);
    let merchant_ip = ip.map(|ip| ip.to_string());
    let view = view_of(&stored, &details, asked.order.language, merchant_ip.as_deref());
    Ok(match shot {
        Shot::Now => one_shot::instant(&view, &came),
        Shot::Moto => one_shot::moto(&view),
        Shot::Verify => one_shot::verified(&view),
    })
}

/// May the project do this? A saved card is none that the merchant has collected, so it asks for no such right.
fn may(settings: &ProjectSettings, shot: Shot, params: &Params) -> bool {
    match shot {
        Shot::Now => settings.merchant_card_entry || params.get("bindingId").is_some(),
        Shot::Moto => settings.merchant_card_entry && settings.moto,
        Shot::Verify => settings.merchant_card_entry && settings.card_verification,
    }
}

/// What pays.
pub(super) struct Instrument {
    /// The card.
    pub(super) means: Means,
    /// The saved card that it is.
    pub(super) binding: Option<BindingId>,
    /// May it be saved, where the order names a payer?
    pub(super) save: bool,
    /// Is nobody there to be authenticated?
    pub(super) alone: bool,
}

/// Judged before the order is registered: a wrong card must not use the number up.
async fn instrument(
    gateway: &Gateway,
    project: &ActiveProject,
    asked: &OneShot,
    shot: Shot,
    params: &Params,
) -> Result<Instrument, Refused> {
    if asked.order.binding_id.is_some() {
        let details = asked.order.to_details();
        let chosen = bindings::choose(gateway, project, &details, params, project.settings.auto_payment).await?;
        let binding = Some(chosen.binding.id);
        return Ok(Instrument { means: chosen.means, binding, save: false, alone: chosen.automatic });
    }
    let code = if shot == Shot::Moto { Code::Optional } else { Code::Required };
    let card = card_input::read(&CardFields::of_one_shot(params), code)?;
    // Where the order names a payer, the merchant's page has asked whether the card may be saved.
    let (save, alone) = match shot {
        Shot::Now => (true, false),
        Shot::Moto | Shot::Verify => (false, true),
    };
    Ok(Instrument { means: Means::Card(card), binding: None, save, alone })
}

async fn first(
    gateway: &Arc<Gateway>,
    project: &Arc<ActiveProject>,
    asked: &OneShot,
    shot: Shot,
    params: &Params,
) -> Result<(StoredPayment, PaymentAnswer), Refused> {
    let instrument = instrument(gateway, project, asked, shot, params).await?;
    let fields = tds::Fields::new(asked.order.language, &asked.three_ds);
    pay_new(gateway, project, &asked.order, asked.hold, instrument, &fields).await
}

/// Registers an order and makes its one attempt.
pub(super) async fn pay_new(
    gateway: &Arc<Gateway>,
    project: &Arc<ActiveProject>,
    order: &Register,
    hold: bool,
    instrument: Instrument,
    fields: &tds::Fields,
) -> Result<(StoredPayment, PaymentAnswer), Refused> {
    let intent = if hold { Intent::Hold } else { Intent::Sale };
    let stored = take(gateway, project, order, intent, Some(1)).await?;
    let Instrument { means, binding, save, alone } = instrument;
    let demand = if alone { Demand::Never } else { shop::demand(project, &stored) };
    let back = tds::BackTo::of(gateway, fields);
    let ip = order.ip.clone();
    let payer = pay::Payer { means, binding, save, ip, demand, guide: Guide::Merchant, remember: None };
    let id = stored.payment.id;
    let paid =
        pay::attempt(gateway, stored, payer, move |_| back.version_1()).await.map_err(|error| refused(&error))?;
    let stored = match &paid {
        Paid::Settled(stored) | Paid::MerchantMustAct { stored, .. } | Paid::PayerMustPay { stored, .. } => {
            (**stored).clone()
        }
        Paid::PayerMustAct(_) => query::payment(gateway, id).await.map_err(|error| refused(&error))?,
    };
    Ok((stored, tds::answer(gateway, paid, fields, false)))
}

/// The call repeated after the browser was looked at: the order is there already.
async fn again(
    gateway: &Arc<Gateway>,
    project: &ActiveProject,
    asked: &OneShot,
    attempt: OperationId,
    params: &Params,
) -> Result<(StoredPayment, PaymentAnswer), Refused> {
    let id = pay::payment_of(gateway, attempt).await.map_err(|error| unfound(&error))?;
    let stored = find(gateway, project, &OrderRef::Id(id)).await.map_err(|error| unfound(&error))?;
    let fields = tds::Fields::new(asked.order.language, &asked.three_ds);
    let came = second_call(gateway, &stored, attempt, &fields, &CardFields::of_one_shot(params)).await?;
    let stored = query::payment(gateway, id).await.map_err(|error| refused(&error))?;
    Ok((stored, came))
}
