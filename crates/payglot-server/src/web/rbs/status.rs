//! `getOrderStatusExtended.do`, and `getOrderStatus.do` of older modules.

use super::callers::{self, Refusing, caller, failed, find};
use crate::flows::{FlowError, StoredPayment};
use crate::gateway::Gateway;
use payglot_core::Refusal;
use payglot_wire::raw::Reply;
use payglot_wire::rbs::reply::{self, Bank, StatusView};
use payglot_wire::rbs::{Details, Language, Operation, Params, Refused, StatusQuery};
use std::net::IpAddr;

/// The terminal of every sandbox project.
pub(super) const TERMINAL: &str = "123456";

pub(super) async fn status(
    gateway: &Gateway,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, credentials) = caller(gateway, operation, params, ip).await?;
    let default = callers::default_language(&project);
    let refuse = |refused| (refused, Language::of_errors(params, default));
    callers::check_merchant(gateway, &project, params).await.map_err(refuse)?;
    let asked = StatusQuery::read(params, operation, &credentials, default).map_err(refuse)?;
    let not_found = || refuse(StatusQuery::not_found(operation));
    let by_token = credentials.user_name().is_none();
    let stored = find(gateway, &project, &asked.order).await.map_err(|error| match error {
        // A token may be known to many, so it is told that it has no right here.
        FlowError::Refused(Refusal::NotAllowed) if by_token => refuse(Refused::AccessDenied),
        FlowError::UnknownPayment | FlowError::Refused(Refusal::NotAllowed) => not_found(),
        FlowError::Refused(_) | FlowError::DuplicateOrder(_) | FlowError::Store(_) => refuse(failed(&error)),
    })?;
    let details = Details::read(&stored.details);
    let merchant_ip = ip.map(|ip| ip.to_string());
    let view = view_of(&stored, &details, asked.language, merchant_ip.as_deref());
    Ok(if operation == Operation::GetOrderStatus { reply::status_old(&view) } else { reply::status_extended(&view) })
}

/// What a status of this order tells.
pub(super) fn view_of<'a>(
    stored: &'a StoredPayment,
    details: &'a Details,
    language: Language,
    merchant_ip: Option<&'a str>,
) -> StatusView<'a> {
    StatusView {
        payment: &stored.payment,
        details,
        language,
        merchant_ip,
        terminal_id: TERMINAL,
        binding_id: details.binding_text(),
        bank: stored.payment.last_attempt().map(|_| Bank::TEST),
    }
}
