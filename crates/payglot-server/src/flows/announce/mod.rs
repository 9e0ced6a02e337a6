//! Renders what must be announced: each protocol's own bytes, signed, so that a retry sends the same. One `match` per question.

mod rbs;

use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use payglot_core::outbox::Acknowledgement;
use payglot_core::{Decision, DeclineReason, Event, UnixMillis};
use payglot_store::{CallMethod, NewNotification};
use payglot_wire::Protocol;
use payglot_wire::raw::{Method, OutgoingCall};

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
    let (calls, acknowledgement) = match project.protocol {
        Protocol::Rbs => (rbs::calls(project, details, decision), Acknowledgement::Status200),
    };
    let stored = calls.into_iter().map(|(event, call)| NewNotification {
        id: gateway.clock.notification_id(),
        event: event.name().to_owned(),
        method: match call.method {
            Method::Get => CallMethod::Get,
            Method::Post => CallMethod::Post,
        },
        url: call.url,
        content_type: call.content_type.to_owned(),
        body: call.body,
        acknowledgement: acknowledgement.clone(),
        schedule: project.settings.schedule(),
        created_at: now,
    });
    stored.collect()
}

/// What the details must remember when an order is cancelled, because the payment itself does not tell who did it.
pub(super) fn remember_cancel(project: &ActiveProject, details: &str, reason: DeclineReason) -> String {
    match project.protocol {
        Protocol::Rbs => rbs::remember_cancel(details, reason),
    }
}

/// A call to make for an event.
type Call = (Event, OutgoingCall);
