//! Renders what must be announced: each protocol's own bytes, signed, so that a retry sends the same. One `match` per question.

mod rbs;

use crate::clock::Clock;
use crate::projects::ActiveProject;
use crate::secrets::RsaError;
use payglot_core::outbox::Acknowledgement;
use payglot_core::{Decision, DeclineReason, Event, UnixMillis};
use payglot_store::{CallMethod, NewNotification, StoreError};
use payglot_wire::Protocol;
use payglot_wire::raw::{Method, OutgoingCall};
use std::sync::Arc;

/// Why a project that signs its notifications could not. The payment is then not changed either: the question to the provider stays open
/// and is asked again, so nothing is lost and nothing goes out that nobody believes.
#[derive(Debug, thiserror::Error)]
enum NoSignature {
    #[error("there is no key {0}")]
    NoKey(&'static str),
    #[error("{0}")]
    Rsa(#[from] RsaError),
}

/// The notifications of a decision, in the order of its announcements.
pub(super) async fn render(
    clock: &Clock,
    project: &Arc<ActiveProject>,
    details: &str,
    decision: &Decision,
    now: UnixMillis,
) -> Result<Vec<NewNotification>, StoreError> {
    if decision.announcements.is_empty() {
        return Ok(Vec::new());
    }
    let slow = match project.protocol {
        Protocol::Rbs => rbs::signs_slowly(project),
    };
    let written = if slow {
        // A signature of milliseconds would hold up everybody else's requests on this worker.
        let (clock, project, details, decision) =
            (clock.clone(), Arc::clone(project), details.to_owned(), decision.clone());
        let work = tokio::task::spawn_blocking(move || write(&clock, &project, &details, &decision, now));
        work.await.map_err(|error| StoreError::Unavailable(format!("signing was interrupted: {error}")))?
    } else {
        write(clock, project, details, decision, now)
    };
    written.map_err(|error| {
        tracing::error!(project = project.name, %error, "a notification cannot be signed: a person must look");
        StoreError::Damaged(format!("a notification of project {} cannot be signed: {error}", project.name))
    })
}

fn write(
    clock: &Clock,
    project: &ActiveProject,
    details: &str,
    decision: &Decision,
    now: UnixMillis,
) -> Result<Vec<NewNotification>, NoSignature> {
    let (calls, acknowledgement) = match project.protocol {
        Protocol::Rbs => (rbs::calls(project, details, decision)?, Acknowledgement::Status200),
    };
    let stored = calls.into_iter().map(|(event, call)| NewNotification {
        id: clock.notification_id(),
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
    Ok(stored.collect())
}

/// What the details must remember when an order is cancelled, because the payment itself does not tell who did it.
pub(super) fn remember_cancel(project: &ActiveProject, details: &str, reason: DeclineReason) -> String {
    match project.protocol {
        Protocol::Rbs => rbs::remember_cancel(details, reason),
    }
}

/// A call to make for an event.
type Call = (Event, OutgoingCall);
