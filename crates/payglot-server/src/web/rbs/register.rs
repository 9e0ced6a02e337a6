//! `register.do`, `registerPreAuth.do`.

use super::callers::{self, Refusing, caller, failed};
use crate::flows::{FlowError, StoredPayment, query, register as flow};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use payglot_core::{Intent, Refusal};
use payglot_wire::raw::Reply;
use payglot_wire::rbs::request::Feature;
use payglot_wire::rbs::{Defaults, Language, Operation, Params, Refused, Register, form_url, reply};
use std::net::IpAddr;
use std::sync::Arc;

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
    let stored = take(gateway, &project, &wanted, intent, None).await.map_err(refuse)?;
    let (base, prefix) = (gateway.config.public_url(), &gateway.config.rbs_prefix);
    let address = form_url(&base, prefix, stored.payment.id, wanted.language, wanted.page_view.as_deref());
    Ok(reply::registered(stored.payment.id, &address))
}

/// What the bank is asked for to verify a card whose order names no sum, in minor units: banks refuse a hold of nothing, and the smallest
/// one that all of them take is held and released at once.
const VERIFIED_WITH: i64 = 100;

/// Registers the order. `attempts_max` is for calls that have one card only.
pub(super) async fn take(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    wanted: &Register,
    intent: Intent,
    attempts_max: Option<u8>,
) -> Result<StoredPayment, Refused> {
    let now = gateway.clock.now();
    let defaults = Defaults { now: Some(now), ..callers::defaults(project) };
    let hold_end = wanted.hold_end(now, defaults.offset_secs)?;
    let verifies = wanted.has(Feature::Verify);
    let amount = if verifies && wanted.amount.is_zero() {
        wanted.amount.with_minor(VERIFIED_WITH).ok_or(Refused::AmountInvalid)?
    } else {
        wanted.amount
    };
    // A verification is a hold, whichever call asked for it: nothing of it may be captured.
    let intent = if verifies { Intent::Hold } else { intent };
    let order = flow::Order {
        number: wanted.order_number.clone().unwrap_or_default(),
        intent,
        amount,
        expires_at: wanted.expires_at(now, defaults.offset_secs),
        hold_end: hold_end.filter(|_| intent == Intent::Hold),
        verifies,
        hold_ms: None,
        attempts_max,
        details: wanted.to_details(),
    };
    super::bindings::check_named(gateway, project, &order.details).await?;
    match flow::register(gateway, project, order).await {
        Ok(stored) => Ok(stored),
        Err(FlowError::DuplicateOrder(payment)) => {
            let earlier = query::payment(gateway, payment).await.map_err(|error| failed(&error))?;
            let unpaid = earlier.payment.state.waits_for_payer();
            Err(if unpaid { Refused::NumberUnpaid } else { Refused::NumberProcessed })
        }
        Err(FlowError::Refused(Refusal::BadAmount)) => Err(Refused::AmountInvalid),
        Err(FlowError::Refused(Refusal::ExpiresInThePast)) => {
            Err(Refused::ParameterInvalid("expirationDate".to_owned()))
        }
        Err(error) => Err(failed(&error)),
    }
}
