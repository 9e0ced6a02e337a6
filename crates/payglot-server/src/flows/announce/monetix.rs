//! Monetix callbacks.

use super::{Call, NoSignature};
use crate::projects::{ActiveProject, SECRET_KEY};
use payglot_core::Decision;
use payglot_wire::monetix::{self, Details};

pub(super) fn calls(project: &ActiveProject, details: &str, decision: &Decision) -> Result<Vec<Call>, NoSignature> {
    let settings = project.monetix_callbacks().ok_or(NoSignature::NoKey(SECRET_KEY))?;
    let details = Details::read(details);
    let calls = decision.announcements.iter().filter_map(|announcement| {
        let call = monetix::callback(announcement, &decision.payment, &details, &settings)?;
        Some((announcement.event.name(), call))
    });
    Ok(calls.collect())
}
