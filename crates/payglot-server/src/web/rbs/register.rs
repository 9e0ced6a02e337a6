//! `register.do`, `registerPreAuth.do`.

use super::callers::{self, Refusing, caller, failed};
use crate::flows::{FlowError, query, register as flow};
use crate::gateway::Gateway;
use payglot_core::{Intent, Refusal};
use payglot_wire::raw::Reply;
use payglot_wire::rbs::{Defaults, Language, Operation, Params, Refused, Register, form_url, reply};
use std::net::IpAddr;

pub(super) async fn register(
    gateway: &Gateway,
    operation: Operation,
    intent: Intent,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, _) = caller(gateway, operation, params, ip).await?;
    let language = Language::of_errors(params, callers::default_language(&project));
    let refuse = |refused| (refused, language);
    callers::check_merchant(gateway, &project, params).await.map_err(refuse)?;
    let now = gateway.clock.now();
    let defaults = Defaults { now: Some(now), ..callers::defaults(&project) };
    let wanted = Register::read(params, &defaults).map_err(refuse)?;
    let hold_end = wanted.hold_end(now, defaults.offset_secs).map_err(refuse)?;
    let order = flow::Order {
        number: wanted.order_number.clone().unwrap_or_default(),
        intent,
        amount: wanted.amount,
        expires_at: wanted.expires_at(now, defaults.offset_secs),
        hold_end: hold_end.filter(|_| intent == Intent::Hold),
        details: wanted.to_details(),
    };
    match flow::register(gateway, &project, order).await {
        Ok(stored) => {
            let (base, prefix) = (gateway.config.public_url(), &gateway.config.rbs_prefix);
            let address = form_url(&base, prefix, stored.payment.id, wanted.language, wanted.page_view.as_deref());
            Ok(reply::registered(stored.payment.id, &address))
        }
        Err(FlowError::DuplicateOrder(payment)) => {
            let earlier = query::payment(gateway, payment).await.map_err(|error| refuse(failed(&error)))?;
            let unpaid = earlier.payment.state.waits_for_payer();
            Err(refuse(if unpaid { Refused::NumberUnpaid } else { Refused::NumberProcessed }))
        }
        Err(FlowError::Refused(Refusal::BadAmount)) => Err(refuse(Refused::AmountInvalid)),
        Err(FlowError::Refused(Refusal::ExpiresInThePast)) => {
            Err(refuse(Refused::ParameterInvalid("expirationDate".to_owned())))
        }
        Err(error) => Err(refuse(failed(&error))),
    }
}
