//! One file per verb: load, decide, render what must be announced, commit. The only place that begins a change.
//!
//! A provider is called between two commits, never inside one: first "asked" is recorded, then the answer, so that a crash leaves a
//! question to ask again and not a lost payment.

pub mod again;
mod announce;
pub mod audit;
pub mod binding;
pub mod calls;
pub mod cancel;
pub mod expire;
pub mod learn;
pub mod mandate;
pub mod message;
pub mod news;
pub mod operate;
pub mod params;
pub mod pay;
pub mod project;
pub mod query;
pub mod recover;
pub mod register;
pub mod resign;
pub mod schedule;
pub mod told;
pub mod waiting;

use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use binding::Saved;
use payglot_core::{Command, Decision, PaymentId, Refusal, UnixMillis, decide};
pub use payglot_store::StoredPayment;
use payglot_store::{Commit, MandateCharge, NewCall, OrderSeen, StoreError};
use std::sync::Arc;
use tokio::sync::oneshot;

/// What a decision is made durable with, beside the payment itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// The call that asked for it.
    call: Option<NewCall>,
    /// The payments of its order as the decision saw them.
    seen: Option<OrderSeen>,
    /// The mandate by which the payment is a charge. Once it is no longer as it was seen, the commit is [`StoreError::Changed`].
    charge: Option<MandateCharge>,
}

/// How often a decision is made anew because somebody else changed the payment meanwhile. Each round means that another one won, so
/// this many rounds are lost only against as many rivals.
const ROUNDS_MAX: usize = 64;

/// Why a flow did nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// The core refused.
    #[error("{0}")]
    Refused(Refusal),
    /// The merchant used this order number before.
    #[error("the order number is used by payment {0}")]
    DuplicateOrder(PaymentId),
    /// The store could not.
    #[error("{0}")]
    Store(StoreError),
    /// No such payment.
    #[error("no such payment")]
    UnknownPayment,
}

impl From<StoreError> for FlowError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::DuplicateOrder { payment, .. } => Self::DuplicateOrder(payment),
            StoreError::Changed
            | StoreError::CallRepeated { .. }
            | StoreError::CallKeyUsed { .. }
            | StoreError::Constraint(_)
            | StoreError::NotFound
            | StoreError::Unavailable(_)
            | StoreError::Damaged(_) => Self::Store(error),
        }
    }
}

impl From<Refusal> for FlowError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// The payment as it is stored.
pub(crate) async fn load(gateway: &Gateway, id: PaymentId) -> Result<StoredPayment, FlowError> {
    gateway.store.payment(id).await?.ok_or(FlowError::UnknownPayment)
}

/// Does `begin`, tells the caller what it made durable, and goes on with the rest by itself. Both run to their end even if the caller
/// goes away. What goes wrong in the rest is only logged: what is durable is asked for again by the loops.
pub(crate) async fn later<T, R, A>(
    gateway: &Gateway,
    begin: impl Future<Output = Result<(T, R), FlowError>> + Send + 'static,
    after: impl FnOnce(R) -> A + Send + 'static,
) -> Result<T, FlowError>
where
    T: Send + 'static,
    R: Send + 'static,
    A: Future<Output = Result<(), FlowError>> + Send,
{
    let (tell, told) = oneshot::channel();
    gateway.tasks.spawn(async move {
        match begin.await {
            // Nobody listens any more: it is durable all the same.
            Err(error) => drop(tell.send(Err(error))),
            Ok((durable, rest)) => {
                drop(tell.send(Ok(durable)));
                if let Err(error) = after(rest).await {
                    tracing::warn!(%error, "an accepted call could not be carried out at once; the loops go on with it");
                }
            }
        }
    });
    let interrupted = || FlowError::Store(StoreError::Unavailable("interrupted".to_owned()));
    told.await.unwrap_or_else(|_| Err(interrupted()))
}

/// Decides and commits; when the payment changed meanwhile, reads it again and decides anew. `stored` is the caller's copy to begin
/// with, so that the ordinary case reads nothing twice.
pub(crate) async fn apply(
    gateway: &Gateway,
    stored: StoredPayment,
    command: impl Fn() -> Command + Send,
) -> Result<(StoredPayment, Decision), FlowError> {
    apply_with(gateway, stored, command, |_, _, _| Ok(None)).await
}

/// The same, and the details are replaced in the same transaction by what `details` makes of the payment as it is in each round and of
/// what was decided about it. What `details` refuses does not happen.
pub(crate) async fn apply_with(
    gateway: &Gateway,
    stored: StoredPayment,
    command: impl Fn() -> Command + Send,
    details: impl Fn(&ActiveProject, &StoredPayment, &Decision) -> Result<Option<String>, Refusal> + Send,
) -> Result<(StoredPayment, Decision), FlowError> {
    apply_called(gateway, stored, command, details, None).await
}

/// The same, and the call that asked for it is kept in the same transaction.
pub(crate) async fn apply_called(
    gateway: &Gateway,
    mut stored: StoredPayment,
    command: impl Fn() -> Command + Send,
    details: impl Fn(&ActiveProject, &StoredPayment, &Decision) -> Result<Option<String>, Refusal> + Send,
    call: Option<&NewCall>,
) -> Result<(StoredPayment, Decision), FlowError> {
    let project = gateway.projects.by_id(stored.payment.project).await?;
    for _ in 0..ROUNDS_MAX {
        let (id, now) = (stored.payment.id, gateway.clock.now());
        let decision = decide(&stored.payment, command(), now)?;
        let changed = details(&project, &stored, &decision)?;
        let beside = Beside { call: call.cloned(), ..Beside::default() };
        match keep(gateway, &project, stored, decision, changed, beside, now).await {
            Err(FlowError::Store(StoreError::Changed)) => stored = load(gateway, id).await?,
            done => return done,
        }
    }
    Err(StoreError::Changed.into())
}

/// Commits a decision about `stored` with what became of its details. [`StoreError::Changed`] if the payment is no longer as it was
/// decided about, or the payments of its order not as in `seen`.
async fn keep(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    stored: StoredPayment,
    decision: Decision,
    changed: Option<String>,
    beside: Beside,
    now: UnixMillis,
) -> Result<(StoredPayment, Decision), FlowError> {
    let kept = changed.as_ref().unwrap_or(&stored.details);
    let commit = commit(gateway, project, kept, &decision, changed.clone(), beside, now);
    let (_, remembered) = Box::pin(commit).await?;
    let details = remembered.unwrap_or(stored.details);
    Ok((StoredPayment { payment: decision.payment.clone(), details }, decision))
}

/// Makes a decision durable with its announcements, the card that it saves and what is beside it, and hands the announcements over for delivery. Returns
/// the order number, and the details if they changed. With `seen`, only while the payments of the order are as they were seen.
async fn commit(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    details: &str,
    decision: &Decision,
    new_details: Option<String>,
    beside: Beside,
    now: UnixMillis,
) -> Result<(String, Option<String>), StoreError> {
    let Beside { call, seen, charge } = beside;
    let saved = binding::saved_by(gateway, project, details, decision).await?;
    let (id, binding) = match saved {
        Saved::Nothing => (None, None),
        Saved::Known(id) => (Some(id), None),
        Saved::New(binding) => (Some(binding.id), Some(binding)),
    };
    let remembered = id.and_then(|id| binding::remember(project, details, Some(id), true));
    let new_details = remembered.or(new_details);
    let made = mandate::made_by(gateway, project, new_details.as_deref().unwrap_or(details), decision).await?;
    let (mandate, told) = made.unzip();
    let new_details = told.or(new_details);
    let details = new_details.as_deref().unwrap_or(details);
    let notifications = announce::render(gateway, project, details, decision, binding.as_ref(), now).await?;
    let lease_until = now.plus(gateway.lease_ms);
    let commit = Commit {
        decision: decision.clone(),
        details: new_details.clone(),
        notifications,
        binding,
        mandate,
        charge,
        call,
        lease_until,
    };
    let committed = match seen {
        Some(seen) => gateway.store.commit_among(commit, seen).await?,
        None => gateway.store.commit(commit).await?,
    };
    for change in &decision.changes {
        gateway.metrics.payment_changed(project.protocol.name(), change);
    }
    gateway.courier.hand_over(committed.claimed);
    Ok((committed.order, new_details))
}
