//! What there is: lists of orders, parameters added to an order, and whether a card takes part in 3-D Secure.

use super::callers::{self, Refusing, caller, failed, find};
use super::status::view_of;
use crate::flows::{FlowError, StoredPayment, params, query};
use crate::gateway::Gateway;
use payglot_core::Refusal;
use payglot_wire::raw::Reply;
use payglot_wire::rbs::reply::{self, Bank, Enrolled};
use payglot_wire::rbs::request::{AddParams, LastOrders, VerifyEnrollment};
use payglot_wire::rbs::{Details, Language, Operation, Params, Refused};
use std::net::IpAddr;

/// `getLastOrdersForMerchants.do`: orders of the caller, newest first. A merchant is a project, so the only one to name is itself.
pub(super) async fn last_orders(gateway: &Gateway, params: &Params, ip: Option<IpAddr>) -> Result<Reply, Refusing> {
    let (project, _) = caller(gateway, Operation::GetLastOrdersForMerchants, params, ip).await?;
    let default = callers::default_language(&project);
    let refuse = |refused| (refused, Language::of_errors(params, default));
    let offset_secs = project.settings.zone_minutes * 60;
    let asked = LastOrders::read(params, default, offset_secs).map_err(refuse)?;
    for login in &asked.merchants {
        callers::check_login(gateway, &project, login).await.map_err(refuse)?;
    }
    let period = query::Period {
        by_created: asked.by_created,
        from: asked.from,
        until: asked.until,
        states: asked.states.clone(),
        offset: asked.offset(),
        limit: asked.size,
    };
    let (total, found) = query::page(gateway, project.id, period).await.map_err(|error| refuse(failed(&error)))?;
    let found: Vec<(StoredPayment, Details)> = found
        .into_iter()
        .map(|stored| {
            let details = Details::read(&stored.details);
            (stored, details)
        })
        .collect();
    let merchant_ip = ip.map(|ip| ip.to_string());
    let views: Vec<_> = found
        .iter()
        .map(|(stored, details)| view_of(stored, details, asked.language, merchant_ip.as_deref()))
        .collect();
    Ok(reply::last_orders(&asked, total, &views))
}

/// `addParams.do`: in any state, because it moves no money.
pub(super) async fn add_params(gateway: &Gateway, params: &Params, ip: Option<IpAddr>) -> Result<Reply, Refusing> {
    let (project, _) = caller(gateway, Operation::AddParams, params, ip).await?;
    let default = callers::default_language(&project);
    let refuse = |refused| (refused, Language::of_errors(params, default));
    callers::check_merchant(gateway, &project, params).await.map_err(refuse)?;
    let asked = AddParams::read(params, default).map_err(refuse)?;
    let stored = find(gateway, &project, &asked.order).await.map_err(|error| refuse(not_found(&error)))?;
    let merge = |text: &str| {
        let mut details = Details::read(text);
        details.add_merchant_params(asked.params.clone());
        (details.merchant_params().len() <= AddParams::NAMES_MAX).then(|| details.to_text())
    };
    match params::replace(gateway, stored, merge).await {
        Ok(true) => Ok(reply::done(asked.language)),
        Ok(false) => Err(refuse(Refused::ParameterInvalid("params".to_owned()))),
        Err(error) => Err(refuse(failed(&error))),
    }
}

/// `verifyEnrollment.do`: only for the sandbox's own cards. The number is looked at and forgotten.
pub(super) async fn verify_enrollment(
    gateway: &Gateway,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, _) = caller(gateway, Operation::VerifyEnrollment, params, ip).await?;
    let default = callers::default_language(&project);
    let refuse = |refused| (refused, Language::of_errors(params, default));
    let asked = VerifyEnrollment::read(params, default).map_err(refuse)?;
    let known = query::enrolment(asked.pan.expose()).ok_or_else(|| refuse(Refused::PanIncorrect))?;
    let enrolled = match known {
        query::Enrolment::Yes => Enrolled::Yes,
        query::Enrolment::No => Enrolled::No,
        query::Enrolment::Unknown => Enrolled::Unknown,
    };
    Ok(reply::enrolled(enrolled, &Bank::TEST, asked.language))
}

fn not_found(error: &FlowError) -> Refused {
    match error {
        FlowError::UnknownPayment | FlowError::Refused(Refusal::NotAllowed) => Refused::OrderNotFound,
        FlowError::Refused(_) | FlowError::DuplicateOrder(_) | FlowError::Store(_) => failed(error),
    }
}
