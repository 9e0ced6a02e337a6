//! `recurrentPayment.do`: a merchant charges a saved card on its own, for a subscription. No code, no 3-D Secure, one attempt.

use super::bindings;
use super::callers::{self, Refusing, caller};
use super::one_shot::{Instrument, pay_new};
use super::status::view_of;
use super::tds;
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use payglot_wire::raw::Reply;
use payglot_wire::rbs::request::{Recurrent, ThreeDsFields};
use payglot_wire::rbs::{Defaults, Details, Language, Operation, Params, Refused, reply};
use std::net::IpAddr;
use std::sync::Arc;

/// Charges with what the JSON body said, and answers with the status of the new order. The address is only for HTTP: a query is not read.
pub(super) async fn charge(
    gateway: &Arc<Gateway>,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, _) = caller(gateway, operation, params, ip).await?;
    let language = Language::of_errors(params, callers::default_language(&project));
    let refuse = |refused| (refused, language);
    if !project.settings.auto_payment {
        return Err(refuse(Refused::AccessDenied));
    }
    callers::check_merchant(gateway, &project, params).await.map_err(refuse)?;
    let defaults = Defaults { now: Some(gateway.clock.now()), ..callers::defaults(&project) };
    let asked = Recurrent::read(params, &defaults).map_err(refuse)?;
    let spoken = asked.order.language;
    let merchant_ip = ip.map(|ip| ip.to_string());
    paid(gateway, &project, asked, params, merchant_ip.as_deref()).await.map_err(|refused| (refused, spoken))
}

async fn paid(
    gateway: &Arc<Gateway>,
    project: &Arc<ActiveProject>,
    asked: Recurrent,
    params: &Params,
    merchant_ip: Option<&str>,
) -> Result<Reply, Refused> {
    let Recurrent { mut order, hold, .. } = asked;
    let chosen = bindings::choose(gateway, project, &order.to_details(), params, true).await?;
    // The order is that of the payer whose card it is, so that its status and its callbacks name both.
    order.client_id = Some(chosen.binding.client);
    let instrument =
        Instrument { means: chosen.means, binding: Some(chosen.binding.id), save: false, alone: chosen.automatic };
    let fields = tds::Fields::new(order.language, &ThreeDsFields::default());
    let (stored, _) = pay_new(gateway, project, &order, hold, instrument, &fields).await?;
    let details = Details::read(&stored.details);
    Ok(reply::recurrent(&view_of(&stored, &details, order.language, merchant_ip)))
}
