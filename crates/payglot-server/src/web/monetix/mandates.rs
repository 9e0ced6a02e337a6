//! Calls of Gate about mandates, which the protocol calls registrations for later charges: update, cancel, info.

use super::calls::{Accepted, Impossible};
use super::gate::Failed;
use super::instruments::unusable;
use crate::flows::mandate::{self, Change, Unusable};
use crate::gateway::Gateway;
use crate::projects::{ActiveProject, SECRET_KEY};
use payglot_wire::monetix::reply::{self, RecurringInfo};
use payglot_wire::monetix::{Call, Code, Details, OperationType, RecurringTerms, Refused};
use payglot_wire::raw::Reply;

/// `recurring/update` and `recurring/cancel`.
pub(super) async fn change(
    accepted: &Accepted<'_>,
    number: i64,
    change: Change,
    details: &Details,
) -> Result<Reply, Failed> {
    let kind = match change {
        Change::Cancel => OperationType::RecurringCancel,
        Change::Update(_) => OperationType::RecurringUpdate,
    };
    let (gateway, call) = (accepted.gateway, &accepted.accepting);
    match mandate::change(gateway, accepted.project, number, &change, call, details).await? {
        Ok(None) => Ok(accepted.reply()),
        Ok(Some(first)) => accepted.again(&first).await,
        Err(why) => {
            let refused = unusable(why);
            accepted
                .refuse(Impossible { about: None, kind, sum: None, details, merchant_refund_id: None, refused })
                .await
        }
    }
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
    let made = crate::flows::query::payment(gateway, known.payment).await?;
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
