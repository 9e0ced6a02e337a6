//! Monetix callbacks.

use super::{Call, NoSignature};
use crate::projects::{ActiveProject, SECRET_KEY};
use payglot_core::Decision;
use payglot_wire::monetix::{self, Details, RefusedCall};
use payglot_wire::raw::OutgoingCall;

pub(super) fn calls(project: &ActiveProject, details: &str, decision: &Decision) -> Result<Vec<Call>, NoSignature> {
    let settings = project.monetix_callbacks().ok_or(NoSignature::NoKey(SECRET_KEY))?;
    let details = Details::read(details);
    let calls = decision.announcements.iter().filter_map(|announcement| {
        let call = monetix::callback(announcement, &decision.payment, &details, &settings)?;
        Some((announcement.event.name(), call))
    });
    Ok(calls.collect())
}

/// What is told of a refused call: in words to keep, and the callback.
pub(super) fn refusal(
    project: &ActiveProject,
    refused: &RefusedCall<'_>,
) -> Result<(String, Option<OutgoingCall>), NoSignature> {
    let settings = project.monetix_callbacks().ok_or(NoSignature::NoKey(SECRET_KEY))?;
    Ok((monetix::notification::refusal_report(refused, &settings), monetix::refusal(refused, &settings)))
}
