//! Renders what must be announced: each protocol's own bytes, signed, so that a retry sends the same. One `match` per question.

mod monetix;
pub(super) mod paysera;
mod rbs;

use super::binding::{BINDING_CREATED, MANDATE_CHANGED};
use super::learn::Facts;
use crate::clock::Clock;
use crate::gateway::Gateway;
use crate::keys::KeyError;
use crate::projects::ActiveProject;
use crate::secrets::RsaError;
use crate::upstream::sandbox::persons::Particulars;
use payglot_core::outbox::Acknowledgement;
use payglot_core::{Decision, DeclineReason, UnixMillis};
use payglot_store::{Binding, CallMethod, NewNotification, StoreError, StoredPayment};
use payglot_wire::Protocol;
use payglot_wire::monetix::{MandateCall, RefusedCall};
use payglot_wire::raw::{Method, OutgoingCall};
use std::sync::Arc;

/// Why a project that signs its notifications could not. The payment is then not changed either: the question to the provider stays open
/// and is asked again, so nothing is lost and nothing goes out that nobody believes.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoSignature {
    #[error("there is no key {0}")]
    NoKey(&'static str),
    #[error("{0}")]
    Rsa(#[from] RsaError),
    #[error("{0}")]
    Key(#[from] KeyError),
}

/// The notifications of a decision, in the order of its announcements; `saved` is the card that it saves.
pub(super) async fn render(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    details: &str,
    decision: &Decision,
    saved: Option<&Binding>,
    now: UnixMillis,
) -> Result<Vec<NewNotification>, StoreError> {
    if decision.announcements.is_empty() {
        return Ok(Vec::new());
    }
    let seal = seal(gateway, project, decision.announcements.len(), now).await?;
    let written = if signs_slowly(project) {
        let (details, decision, saved) = (details.to_owned(), decision.clone(), saved.cloned());
        aside(project, move |project| calls(project, &details, &decision, saved.as_ref(), seal.as_ref())).await?
    } else {
        calls(project, details, decision, saved, seal.as_ref())
    };
    Ok(stored(&gateway.clock, project, details, signed(project, written)?, now))
}

/// The notification of a saved card that is switched on or off.
pub(super) async fn render_activity(
    clock: &Clock,
    project: &Arc<ActiveProject>,
    binding: &Binding,
    active: bool,
    now: UnixMillis,
) -> Result<Vec<NewNotification>, StoreError> {
    let changed = Binding { active, ..binding.clone() };
    let written = if signs_slowly(project) {
        aside(project, move |project| activity_calls(project, &changed)).await?
    } else {
        activity_calls(project, &changed)
    };
    Ok(stored(clock, project, "", signed(project, written)?, now))
}

/// The word of the notification of a call that was accepted and could not be done.
pub(super) const CALL_REFUSED: &str = "call_refused";

/// What is told of a call that was accepted and could not be done: in words to keep, and the notifications. Only a protocol that accepts
/// calls before it judges them has any.
pub(super) fn render_refusal(
    clock: &Clock,
    project: &ActiveProject,
    refused: &RefusedCall<'_>,
    now: UnixMillis,
) -> Result<(String, Vec<NewNotification>), StoreError> {
    match project.protocol {
        Protocol::Rbs | Protocol::Paysera => Ok((String::new(), Vec::new())),
        Protocol::Monetix => {
            let told = monetix::refusal(project, refused).map_err(|error| cannot_sign(project, &error))?;
            let (words, call) = told;
            let calls = call.map(|call| (CALL_REFUSED, call)).into_iter().collect();
            Ok((words, stored(clock, project, "", calls, now)))
        }
    }
}

/// What is told of a mandate that was changed or ended by a call of the shop: in words to keep, and the notifications.
pub(super) fn render_mandate(
    clock: &Clock,
    project: &ActiveProject,
    changed: &MandateCall<'_>,
    now: UnixMillis,
) -> Result<(String, Vec<NewNotification>), StoreError> {
    match project.protocol {
        Protocol::Rbs | Protocol::Paysera => Ok((String::new(), Vec::new())),
        Protocol::Monetix => {
            let told = monetix::mandate(project, changed).map_err(|error| cannot_sign(project, &error))?;
            let (words, call) = told;
            let calls = call.map(|call| (MANDATE_CHANGED, call)).into_iter().collect();
            Ok((words, stored(clock, project, "", calls, now)))
        }
    }
}

/// What is told of a card that a payer saved without a payment. `details` are those of the request.
pub(super) fn render_saved(
    clock: &Clock,
    project: &ActiveProject,
    binding: &Binding,
    details: &str,
    now: UnixMillis,
) -> Result<Vec<NewNotification>, StoreError> {
    match project.protocol {
        // There a shop that saves a card without a payment has the answer.
        Protocol::Rbs | Protocol::Paysera => Ok(Vec::new()),
        Protocol::Monetix => {
            let call = monetix::saved(project, binding, details).map_err(|error| cannot_sign(project, &error))?;
            let calls = call.map(|call| (BINDING_CREATED, call)).into_iter().collect();
            Ok(stored(clock, project, details, calls, now))
        }
    }
}

/// The word of the notification of what became known of a payment: no change of it, so no event.
pub(super) const FACTS: &str = "facts_learned";

/// The details with what became known, and the notification of it; `None` where a protocol has no word for it, or not yet.
pub(super) async fn render_facts(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    known: &StoredPayment,
    facts: &Facts,
    now: UnixMillis,
) -> Result<Option<(String, Vec<NewNotification>)>, StoreError> {
    let Some(details) = with_facts(project, known, facts) else { return Ok(None) };
    let Some(seal) = seal(gateway, project, 1, now).await? else { return Ok(None) };
    let (payment, text) = (known.payment.clone(), details.clone());
    let written = aside(project, move |project| paysera::fact_calls(project, &payment, &text, &seal)).await?;
    let news = stored(&gateway.clock, project, &details, signed(project, written)?, now);
    Ok(Some((details, news)))
}

fn with_facts(project: &ActiveProject, known: &StoredPayment, facts: &Facts) -> Option<String> {
    match project.protocol {
        Protocol::Rbs | Protocol::Monetix => None,
        Protocol::Paysera => paysera::with_facts(&known.payment, &known.details, facts),
    }
}

fn signs_slowly(project: &ActiveProject) -> bool {
    match project.protocol {
        Protocol::Rbs => rbs::signs_slowly(project),
        Protocol::Paysera => true,
        Protocol::Monetix => false,
    }
}

/// The gateway's own key, for a protocol that signs with it.
async fn seal(
    gateway: &Gateway,
    project: &ActiveProject,
    calls: usize,
    now: UnixMillis,
) -> Result<Option<paysera::Seal>, StoreError> {
    match project.protocol {
        Protocol::Rbs | Protocol::Monetix => Ok(None),
        Protocol::Paysera => match paysera::Seal::fetch(gateway, calls, now).await {
            Ok(seal) => Ok(Some(seal)),
            // The database is busy or closing: that passes, and no person need look.
            Err(KeyError::Store(error)) => Err(error),
            Err(error) => Err(cannot_sign(project, &error.into())),
        },
    }
}

fn calls(
    project: &ActiveProject,
    details: &str,
    decision: &Decision,
    saved: Option<&Binding>,
    seal: Option<&paysera::Seal>,
) -> Result<Vec<Call>, NoSignature> {
    match project.protocol {
        Protocol::Rbs => rbs::calls(project, details, decision, saved),
        Protocol::Paysera => {
            paysera::calls(project, details, decision, seal.ok_or(NoSignature::NoKey("the gateway's"))?)
        }
        Protocol::Monetix => monetix::calls(project, details, decision),
    }
}

fn activity_calls(project: &ActiveProject, binding: &Binding) -> Result<Vec<Call>, NoSignature> {
    match project.protocol {
        Protocol::Rbs => rbs::activity_calls(project, binding),
        // These tell nothing of saved cards.
        Protocol::Paysera | Protocol::Monetix => Ok(Vec::new()),
    }
}

/// Writes on a thread of its own: a signature of milliseconds would hold up everybody else's requests on this worker.
async fn aside(
    project: &Arc<ActiveProject>,
    write: impl FnOnce(&ActiveProject) -> Result<Vec<Call>, NoSignature> + Send + 'static,
) -> Result<Result<Vec<Call>, NoSignature>, StoreError> {
    let project = Arc::clone(project);
    let work = tokio::task::spawn_blocking(move || write(&project));
    work.await.map_err(|error| StoreError::Unavailable(format!("signing was interrupted: {error}")))
}

fn signed(project: &ActiveProject, written: Result<Vec<Call>, NoSignature>) -> Result<Vec<Call>, StoreError> {
    written.map_err(|error| cannot_sign(project, &error))
}

fn cannot_sign(project: &ActiveProject, error: &NoSignature) -> StoreError {
    tracing::error!(project = project.name, %error, "a notification cannot be signed: a person must look");
    StoreError::Damaged(format!("a notification of project {} cannot be signed: {error}", project.name))
}

/// As they are stored: the bytes that every attempt will send.
fn stored(
    clock: &Clock,
    project: &ActiveProject,
    details: &str,
    calls: Vec<Call>,
    now: UnixMillis,
) -> Vec<NewNotification> {
    let acknowledgement = match project.protocol {
        Protocol::Rbs => Acknowledgement::Status200,
        Protocol::Paysera => paysera::acknowledgement(details),
        Protocol::Monetix => payglot_wire::monetix::notification::acknowledgement(),
    };
    let patience = match project.protocol {
        Protocol::Rbs | Protocol::Paysera => None,
        Protocol::Monetix => Some(payglot_wire::monetix::limits::PATIENCE),
    };
    let stored = calls.into_iter().map(|(event, call)| NewNotification {
        id: clock.notification_id(),
        event: event.to_owned(),
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
        not_before: now.plus(call.wait_ms),
        patience,
    });
    stored.collect()
}

/// What the details must remember when an order is cancelled, because the payment itself does not tell who did it.
pub(super) fn remember_cancel(project: &ActiveProject, details: &str, reason: DeclineReason) -> String {
    match project.protocol {
        Protocol::Rbs => rbs::remember_cancel(details, reason),
        // A shop is not told who it was.
        Protocol::Paysera | Protocol::Monetix => details.to_owned(),
    }
}

/// The details with what the place that was paid at tells of its payer; `None` if there is nothing to remember.
pub(super) fn remember_payer(project: &ActiveProject, details: &str, told: Particulars) -> Option<String> {
    match project.protocol {
        Protocol::Rbs | Protocol::Monetix => None,
        Protocol::Paysera => paysera::remember_payer(details, told),
    }
}

/// What the details must remember when a newer payment of the same order takes the place of this one: that its end is no news.
pub(super) fn remember_superseded(project: &ActiveProject, details: &str) -> String {
    match project.protocol {
        // An order number is used once.
        Protocol::Rbs | Protocol::Monetix => details.to_owned(),
        Protocol::Paysera => paysera::remember_superseded(details),
    }
}

/// Did the shop ask for a payment that moves no money?
pub(super) fn is_test(project: &ActiveProject, details: &str) -> bool {
    match project.protocol {
        Protocol::Rbs | Protocol::Monetix => false,
        Protocol::Paysera => paysera::is_test(details),
    }
}

/// A call to make for an event, named by its word.
type Call = (&'static str, OutgoingCall);
