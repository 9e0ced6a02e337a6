//! RBS callbacks.

use super::Call;
use crate::projects::{ActiveProject, CallbackMethod, MERCHANTS_OWN};
use payglot_core::{Decision, DeclineReason};
use payglot_wire::raw::Method;
use payglot_wire::rbs::notification::{CallbackOperation, Extra};
use payglot_wire::rbs::{self, Details};

pub(super) fn calls(project: &ActiveProject, details: &str, decision: &Decision) -> Vec<Call> {
    let settings = settings(project);
    let details = Details::read(details);
    let calls = decision.announcements.iter().filter_map(|announcement| {
        let call = rbs::callback(announcement, &decision.payment, &details, &settings)?;
        Some((announcement.event, call))
    });
    calls.collect()
}

pub(super) fn remember_cancel(details: &str, reason: DeclineReason) -> String {
    let mut read = Details::read(details);
    read.set_cancelled(reason);
    read.to_text()
}

fn settings(project: &ActiveProject) -> rbs::CallbackSettings {
    let settings = &project.settings;
    let checksum = match project.secret("callback") {
        Some(key) if settings.callback_signed => rbs::Checksum::Symmetric(key.clone()),
        Some(_) | None => rbs::Checksum::None,
    };
    let named: Vec<_> =
        settings.callback_operations.iter().filter_map(|name| CallbackOperation::from_name(name)).collect();
    let operations = if named.is_empty() { CallbackOperation::USUAL.to_vec() } else { named };
    let own = settings.callback_parameters.iter().filter_map(|name| name.strip_prefix(MERCHANTS_OWN));
    let merchant_params = own.map(str::to_owned).collect();
    rbs::CallbackSettings {
        url: Some(settings.callback_url.clone()).filter(|url| !url.is_empty()),
        method: match settings.callback_method {
            CallbackMethod::Get => Method::Get,
            CallbackMethod::Post => Method::Post,
        },
        operations,
        extras: settings.callback_parameters.iter().filter_map(|name| Extra::from_name(name)).collect(),
        merchant_params,
        checksum,
        language: rbs::Language::from_code(&settings.language).unwrap_or(rbs::Language::RU),
        offset_secs: settings.zone_minutes * 60,
        merchant_login: project.login.clone(),
        ..rbs::CallbackSettings::default()
    }
}
