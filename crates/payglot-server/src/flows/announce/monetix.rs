//! Monetix callbacks.

use super::super::binding::token_of;
use super::{Call, NoSignature};
use crate::projects::{ActiveProject, SECRET_KEY};
use payglot_core::Decision;
use payglot_store::Binding;
use payglot_wire::monetix::{self, Details, MandateCall, RefusedCall, SavedCard};
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

/// What is told of a mandate that was changed or ended: in words to keep, and the callback.
pub(super) fn mandate(
    project: &ActiveProject,
    changed: &MandateCall<'_>,
) -> Result<(String, Option<OutgoingCall>), NoSignature> {
    let settings = project.monetix_callbacks().ok_or(NoSignature::NoKey(SECRET_KEY))?;
    let words = monetix::mandate_report(changed, &settings).unwrap_or_default();
    Ok((words, monetix::mandate_callback(changed, &settings)))
}

/// What is told of a card that was saved without a payment.
pub(super) fn saved(
    project: &ActiveProject,
    binding: &Binding,
    details: &str,
) -> Result<Option<OutgoingCall>, NoSignature> {
    let settings = project.monetix_callbacks().ok_or(NoSignature::NoKey(SECRET_KEY))?;
    let token = token_of(binding.id);
    let saved = SavedCard { customer_id: &binding.client, card: &binding.card, token: &token };
    Ok(monetix::card_saved(&saved, &Details::read(details), &settings))
}
