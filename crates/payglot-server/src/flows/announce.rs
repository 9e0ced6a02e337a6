//! Renders what must be announced: each protocol's own bytes, signed, so that a retry sends the same.

use crate::gateway::Gateway;
use crate::projects::{ActiveProject, CallbackMethod, MERCHANTS_OWN};
use payglot_core::outbox::Acknowledgement;
use payglot_core::{Decision, DeclineReason, Payment, UnixMillis};
use payglot_store::{CallMethod, NewNotification};
use payglot_wire::raw::Method;
use payglot_wire::rbs;
use payglot_wire::rbs::notification::{CallbackOperation, Extra};

/// The notifications of a decision, in the order of its announcements.
pub(super) fn render(
    gateway: &Gateway,
    project: &ActiveProject,
    details: &str,
    decision: &Decision,
    now: UnixMillis,
) -> Vec<NewNotification> {
    if decision.announcements.is_empty() {
        return Vec::new();
    }
    let settings = rbs_settings(project);
    let details = rbs::Details::read(details);
    let calls = decision.announcements.iter().filter_map(|announcement| {
        let call = rbs::callback(announcement, &decision.payment, &details, &settings)?;
        Some((announcement.event, call))
    });
    calls
        .map(|(event, call)| NewNotification {
            id: gateway.clock.notification_id(),
            event: event.name().to_owned(),
            method: match call.method {
                Method::Get => CallMethod::Get,
                Method::Post => CallMethod::Post,
            },
            url: call.url,
            content_type: call.content_type.to_owned(),
            body: call.body,
            acknowledgement: Acknowledgement::Status200,
            schedule: project.settings.schedule(),
            created_at: now,
        })
        .collect()
}

/// What the details must remember when an order is cancelled, because the payment itself does not tell who did it.
pub(super) fn remember_cancel(_payment: &Payment, details: &str, reason: DeclineReason) -> String {
    let mut read = rbs::Details::read(details);
    read.set_cancelled(reason);
    read.to_text()
}

fn rbs_settings(project: &ActiveProject) -> rbs::CallbackSettings {
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
