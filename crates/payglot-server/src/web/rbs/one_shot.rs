//! `instantPayment.do`, `motoPayment.do`, `verifyCard.do`: register and pay in one call. There is no page to try again on, so the one
//! attempt is the last one.

use super::super::shop;
use super::callers::{self, Refusing, caller, find};
use super::card_input::{self, Code};
use super::cards::{refused, second_call, unfound};
use super::register::take;
use super::status::TERMINAL;
use super::tds;
use crate::flows::pay::{self, Paid};
use crate::flows::{StoredPayment, query};
use crate::gateway::Gateway;
use crate::projects::{ActiveProject, ProjectSettings};
use crate::upstream::{Demand, Guide, Means};
use payglot_core::{Intent, OperationId};
use payglot_wire::raw::Reply;
use payglot_wire::rbs::reply::{Bank, PaymentAnswer, StatusView, one_shot};
use payglot_wire::rbs::request::{CardFields, OneShot, OrderRef, Shot};
use payglot_wire::rbs::{Defaults, Details, Language, Operation, Params, Refused};
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
    if !may(&project.settings, shot) {
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
    let view = StatusView {
        payment: &stored.payment,
        details: &details,
        language: asked.order.language,
        merchant_ip: merchant_ip.as_deref(),
        terminal_id: TERMINAL,
        binding_id: None,
        bank: stored.payment.last_attempt().map(|_| Bank::TEST),
    };
    Ok(match shot {
        Shot::Now => one_shot::instant(&view, &came),
        Shot::Moto => one_shot::moto(&view),
        Shot::Verify => one_shot::verified(&view),
    })
}

/// May the project do this?
fn may(settings: &ProjectSettings, shot: Shot) -> bool {
    settings.merchant_card_entry
        && match shot {
            Shot::Now => true,
            Shot::Moto => settings.moto,
            Shot::Verify => settings.card_verification,
        }
}

async fn first(
    gateway: &Arc<Gateway>,
    project: &Arc<ActiveProject>,
    asked: &OneShot,
    shot: Shot,
    params: &Params,
) -> Result<(StoredPayment, PaymentAnswer), Refused> {
    // Judged before the order is registered: a wrong card must not use the number up.
    let code = if shot == Shot::Moto { Code::Optional } else { Code::Required };
    let card = card_input::read(&CardFields::of_one_shot(params), code)?;
    let intent = if asked.hold { Intent::Hold } else { Intent::Sale };
    let stored = take(gateway, project, &asked.order, intent, Some(1)).await?;
    let demand = match shot {
        Shot::Now => shop::demand(project, &stored),
        // Nobody is there to be authenticated.
        Shot::Moto | Shot::Verify => Demand::Never,
    };
    let fields = tds::Fields::new(asked.order.language, &asked.three_ds);
    let back = tds::BackTo::of(gateway, &fields);
    let (means, ip) = (Means::Card(card), asked.order.ip.clone());
    // Where the order names a payer, the merchant's page has asked whether the card may be saved.
    let save = shot == Shot::Now;
    let payer = pay::Payer { means, binding: None, save, ip, demand, guide: Guide::Merchant, remember: None };
    let id = stored.payment.id;
    let paid =
        pay::attempt(gateway, stored, payer, move |_| back.version_1()).await.map_err(|error| refused(&error))?;
    let stored = match &paid {
        Paid::Settled(stored) | Paid::MerchantMustAct { stored, .. } => (**stored).clone(),
        Paid::PayerMustAct(_) => query::payment(gateway, id).await.map_err(|error| refused(&error))?,
    };
    Ok((stored, tds::answer(gateway, paid, &fields, false)))
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
