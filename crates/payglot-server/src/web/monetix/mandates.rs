//! Calls of Gate about mandates, which the protocol calls registrations for later charges: update, cancel, info.

use super::calls::{Accepted, Impossible};
use super::gate::Failed;
use super::instruments::unusable;
use crate::flows::mandate::{self, Change, Unusable};
use crate::flows::{FlowError, StoredPayment, query};
use crate::gateway::Gateway;
use crate::projects::{ActiveProject, SECRET_KEY};
use payglot_wire::monetix::reply::{self, RecurringInfo};
use payglot_wire::monetix::{Call, Code, Details, RecurringTerms, Refused, Sum, limits};
use payglot_wire::raw::Reply;

/// `recurring/update` and `recurring/cancel`.
pub(super) async fn change(
    accepted: &Accepted<'_>,
    number: i64,
    change: Change,
    details: &Details,
) -> Result<Reply, Failed> {
    let (gateway, project) = (accepted.gateway, accepted.project);
    let Some(known) = mandate::find(gateway, project, number).await? else {
        return refuse(accepted, &change, details, None, unusable(Unusable::Unknown)).await;
    };
    let made = query::payment(gateway, known.payment).await?;
    if let Change::Update(sent) = &change {
        let terms = RecurringTerms::default().changed(sent);
        let agreed = RecurringTerms::read(&known.terms).scheduled_payment_id;
        // Who sends all terms again means the number that its charges have already.
        let new = sent.scheduled_payment_id.as_deref().filter(|id| agreed.as_deref() != Some(id));
        if let Some(refused) = wrong_terms(accepted, &terms, new).await? {
            return refuse(accepted, &change, details, Some(&made), refused).await;
        }
    }
    match mandate::change(gateway, project, number, &change, &accepted.accepting, details).await? {
        Ok(None) => Ok(accepted.reply()),
        Ok(Some(first)) => accepted.again(&first).await,
        Err(why) => refuse(accepted, &change, details, Some(&made), unusable(why)).await,
    }
}

/// Accepts a change that cannot be made. The payment that made the mandate is told with it, as it stands.
async fn refuse(
    accepted: &Accepted<'_>,
    change: &Change,
    details: &Details,
    made: Option<&StoredPayment>,
    refused: Refused,
) -> Result<Reply, Failed> {
    let sum = made.map(|made| {
        let minor = if Details::read(&made.details).verifies() { 0 } else { made.payment.amount.minor() };
        Sum { minor, ..made.payment.amount.into() }
    });
    let kind = change.kind();
    accepted.refuse(Impossible { about: made, kind, sum, details, merchant_refund_id: None, refused }).await
}

/// Terms by which nothing could be charged: they end in the past, or charges would have the number of a payment that there is.
pub(super) async fn wrong_terms(
    accepted: &Accepted<'_>,
    terms: &RecurringTerms,
    scheduled_payment_id: Option<&str>,
) -> Result<Option<Refused>, FlowError> {
    if terms.has_ended(accepted.gateway.clock.now()) {
        return Ok(Some(Refused::invalid("recurring.expiry_year", "an end in the future")));
    }
    let Some(id) = scheduled_payment_id else { return Ok(None) };
    let used = mandate::is_used(accepted.gateway, accepted.project, &limits::payment_key(id)).await?;
    Ok(used.then(|| Refused::of(Code::RecurringDuplicate, "recurring.scheduled_payment_id")))
}

/// `recurring/info`.
pub(super) async fn info(
    gateway: &Gateway,
    project: &ActiveProject,
    call: &Call,
    number: i64,
) -> Result<Reply, Failed> {
    let known = mandate::find(gateway, project, number).await?.ok_or_else(|| unusable(Unusable::Unknown))?;
    let secret = project.secret(SECRET_KEY).ok_or(Refused::whole(Code::Internal))?;
    let made = query::payment(gateway, known.payment).await?;
    let description = Details::read(&made.details).description();
    let info = RecurringInfo {
        project_id: call.project_id(),
        id: known.number.into(),
        terms: &RecurringTerms::read(&known.terms),
        currency: known.currency.code(),
        last_payment_at: known.charged_at,
        valid_thru: known.valid_until,
        active: known.active,
        description: description.as_deref(),
    };
    Ok(reply::recurring_info(&info, secret))
}
