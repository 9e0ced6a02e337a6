//! 3-D Secure where a merchant's page leads the payer: the answers that tell it what to do, and the calls that end it.

use super::callers::{self, Refusing, caller, find};
use super::cards::{refused, unfound};
use crate::flows::pay::{self, Finished, Paid};
use crate::flows::{FlowError, StoredPayment, query};
use crate::gateway::Gateway;
use crate::upstream::Step;
use payglot_core::{OperationId, Refusal, State};
use payglot_wire::raw::Reply;
use payglot_wire::rbs::reply::status::action_code;
use payglot_wire::rbs::reply::{PaymentAnswer, payment};
use payglot_wire::rbs::request::{Feature, Finish, OrderRef, ThreeDsFields};
use payglot_wire::rbs::{Details, Language, Operation, Params, Refused, return_url, three_ds};
use std::net::IpAddr;
use std::sync::Arc;

/// What a call says about the way its answers take.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    /// The language of the answer.
    pub(super) language: Language,
    /// Where the bank posts `cres`, if not to us.
    pub(super) finish_url: Option<String>,
    /// Who is told that the browser was looked at.
    pub(super) method_notification_url: Option<String>,
}

impl Fields {
    pub(super) fn new(language: Language, sent: &ThreeDsFields) -> Self {
        let (finish_url, method_notification_url) = (sent.finish_url.clone(), sent.method_notification_url.clone());
        Self { language, finish_url, method_notification_url }
    }
}

/// Where the bank's page leads back to.
pub(super) struct BackTo {
    rest: String,
    language: Language,
    finish_url: Option<String>,
}

impl BackTo {
    pub(super) fn of(gateway: &Gateway, fields: &Fields) -> Self {
        Self { rest: rest(gateway), language: fields.language, finish_url: fields.finish_url.clone() }
    }

    /// `termUrl`.
    pub(super) fn version_1(&self) -> String {
        format!("{}/finish3ds.do?lang={}", self.rest, self.language)
    }

    fn version_2(self) -> String {
        self.finish_url.unwrap_or_else(|| format!("{}/finish3dsVer2.do?lang={}", self.rest, self.language))
    }
}

/// The address of the operations.
fn rest(gateway: &Gateway) -> String {
    format!("{}{}/payment/rest", gateway.config.public_url(), gateway.config.rbs_prefix)
}

/// The browser was looked at: what comes next. Asked again, the answer is the same.
pub(super) async fn go_on(
    gateway: &Arc<Gateway>,
    stored: &StoredPayment,
    attempt: OperationId,
    fields: &Fields,
) -> Result<PaymentAnswer, Refused> {
    let current = stored.payment.last_attempt().is_some_and(|last| last.id == attempt);
    if !current || !stored.payment.payer_acts() {
        return Ok(settled(stored, fields.language, true));
    }
    let back = BackTo::of(gateway, fields).version_2();
    match pay::go_on(gateway, stored.clone(), attempt, back).await {
        Ok(paid) => Ok(answer(gateway, paid, fields, true)),
        // Another call with the same words was faster.
        Err(FlowError::Refused(Refusal::WrongState(_))) => {
            let stored = query::payment(gateway, stored.payment.id).await.map_err(|error| refused(&error))?;
            Ok(settled(&stored, fields.language, true))
        }
        Err(error) => Err(refused(&error)),
    }
}

/// The answer to an attempt.
pub(super) fn answer(gateway: &Gateway, paid: Paid, fields: &Fields, version_2: bool) -> PaymentAnswer {
    match paid {
        Paid::Settled(stored) => settled(&stored, fields.language, version_2),
        Paid::MerchantMustAct { attempt, step: now, address, .. } => step(gateway, attempt, now, &address, fields),
        // Only where our own page leads; a merchant's page can go there all the same.
        Paid::PayerMustAct(address) => PaymentAnswer::Unanswered { redirect: Some(absolute(gateway, &address)) },
        Paid::PayerMustPay { invoice, .. } => {
            PaymentAnswer::Unanswered { redirect: Some(absolute(gateway, &invoice.address)) }
        }
    }
}

/// What a merchant's page must do now.
pub(super) fn step(
    gateway: &Gateway,
    attempt: OperationId,
    step: Step,
    address: &str,
    fields: &Fields,
) -> PaymentAnswer {
    let url = absolute(gateway, address);
    match step {
        Step::PaReq => {
            let term_url = BackTo::of(gateway, fields).version_1();
            PaymentAnswer::PaReq { acs_url: url, pa_req: three_ds::pa_req(attempt), term_url }
        }
        Step::Method => {
            let transaction = attempt.to_string();
            let data = three_ds::method_data(&transaction, fields.method_notification_url.as_deref());
            let url_server = format!("{url}/server");
            PaymentAnswer::Method { transaction, url, url_server, data }
        }
        Step::CReq => PaymentAnswer::CReq { acs_url: url, packed: three_ds::c_req(attempt) },
    }
}

fn absolute(gateway: &Gateway, address: &str) -> String {
    if address.starts_with('/') { format!("{}{address}", gateway.config.public_url()) } else { address.to_owned() }
}

/// The answer that the payment's state gives.
pub(super) fn settled(stored: &StoredPayment, language: Language, version_2: bool) -> PaymentAnswer {
    let details = Details::read(&stored.details);
    let redirect = redirect(stored, &details, language);
    let code = action_code(&stored.payment, &details);
    match stored.payment.state {
        State::Held | State::Paid => PaymentAnswer::Paid { redirect, version_2 },
        State::Voided if details.has(Feature::Verify) => PaymentAnswer::Paid { redirect, version_2 },
        State::Pending | State::Underpaid => PaymentAnswer::Unanswered { redirect },
        // The payer may try again where they are.
        State::Created => PaymentAnswer::Refused { code, redirect: None, version_2 },
        State::Declined | State::Cancelled | State::Expired | State::Voided => {
            PaymentAnswer::Refused { code, redirect, version_2 }
        }
    }
}

/// Where the browser goes from a payment in this state; nowhere if the merchant named no place.
pub(super) fn redirect(stored: &StoredPayment, details: &Details, language: Language) -> Option<String> {
    let success = match stored.payment.state {
        State::Held | State::Paid | State::Pending | State::Underpaid => true,
        State::Voided => details.has(Feature::Verify),
        State::Created | State::Declined | State::Cancelled | State::Expired => false,
    };
    details.return_to(success).map(|url| return_url(url, stored.payment.id, language))
}

/// `finish3dsPayment.do`, `finish3dsVer2Payment.do`, `3ds/continue.do`: the merchant says that the payer is back from the bank.
pub(super) async fn finish(
    gateway: &Arc<Gateway>,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, _) = caller(gateway, operation, params, ip).await?;
    let default = callers::default_language(&project);
    let refuse = |refused| (refused, Language::of_errors(params, default));
    let asked = match operation {
        Operation::Finish3dsPayment => Finish::version_1(params, default),
        Operation::Continue3ds => Finish::whole_order(params, default),
        _ => Finish::version_2(params, default),
    };
    let asked = asked.map_err(refuse)?;
    let id = order_of(gateway, &asked).await.map_err(refuse)?;
    let stored = find(gateway, &project, &OrderRef::Id(id)).await.map_err(|error| refuse(unfound(&error)))?;
    let stored = end(gateway, stored, &asked).await.map_err(refuse)?;
    Ok(told(&stored, asked.language, operation != Operation::Finish3dsPayment))
}

/// `finish3dsVer2PaymentAnonymous.do`: a mobile application says so.
pub(super) async fn finish_anonymous(gateway: &Arc<Gateway>, params: &Params) -> Result<Reply, Refusing> {
    let refuse = |refused| (refused, Language::of_errors(params, Language::RU));
    let asked = Finish::version_2(params, Language::RU).map_err(refuse)?;
    let stored = found(gateway, &asked).await.map_err(refuse)?;
    let stored = end(gateway, stored, &asked).await.map_err(refuse)?;
    Ok(told(&stored, asked.language, true))
}

fn told(stored: &StoredPayment, language: Language, version_2: bool) -> Reply {
    let details = Details::read(&stored.details);
    payment::finished(redirect(stored, &details, language).as_deref(), version_2)
}

/// The order that a call without credentials is about.
pub(super) async fn found(gateway: &Gateway, asked: &Finish) -> Result<StoredPayment, Refused> {
    let id = order_of(gateway, asked).await?;
    query::payment(gateway, id).await.map_err(|error| unfound(&error))
}

async fn order_of(gateway: &Gateway, asked: &Finish) -> Result<payglot_core::PaymentId, Refused> {
    let named = match asked.attempt {
        Some(attempt) => pay::payment_of(gateway, attempt).await.ok(),
        None => None,
    };
    match (asked.order, named) {
        (Some(order), None) if asked.attempt.is_none() => Ok(order),
        (Some(order), Some(named)) if order == named => Ok(order),
        (None, Some(named)) => Ok(named),
        // An attempt that nobody began, or one of another order.
        (Some(_) | None, _) => Err(Refused::OrderNotFound),
    }
}

/// Ends the authentication, unless the payer is still expected at the bank.
pub(super) async fn end(
    gateway: &Arc<Gateway>,
    stored: StoredPayment,
    asked: &Finish,
) -> Result<StoredPayment, Refused> {
    match pay::finish_authentication(gateway, stored, asked.attempt).await {
        Ok(Finished::Settled(stored)) => Ok(*stored),
        Ok(Finished::Open(_)) => Err(Refused::StateForbids),
        Err(error) => Err(refused(&error)),
    }
}
