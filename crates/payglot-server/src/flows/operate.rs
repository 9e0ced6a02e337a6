//! The merchant's operations on a paid or held payment: capture, void, refund, payout; and asking the provider for them.

use super::again::{self, Verdict};
use super::calls::Accepting;
use super::{Beside, FlowError, ROUNDS_MAX, announce, apply_called, apply_with, keep, later, load, pay, recover};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::upstream::{FollowUp, Provider as _};
use payglot_core::{
    Answer, Change, Command, Decision, Event, Money, OperationId, OperationStatus, PaymentId, Refusal, decide,
};
use payglot_store::{StoreError, StoredPayment};
use std::sync::Arc;
use std::time::Duration;

/// How often, and how long apart, a repeated request looks whether the first one has its answer.
const LOOKS: usize = 60;
const PAUSE: Duration = Duration::from_millis(50);

/// What a merchant wants done. Amounts of `None` mean all that remains; `key` is the merchant's own id of the request.
#[derive(Clone, Debug)]
pub enum Wish {
    /// Take money out of a hold.
    Capture {
        /// How much.
        amount: Option<Money>,
        /// Will there be no further capture?
        last: bool,
        /// The merchant's id.
        key: Option<String>,
    },
    /// Release a hold or undo a capture.
    Void {
        /// How much.
        amount: Option<Money>,
        /// The merchant's id.
        key: Option<String>,
    },
    /// Give money back.
    Refund {
        /// How much.
        amount: Option<Money>,
        /// The merchant's id.
        key: Option<String>,
        /// What the merchant believes can still be refunded, in minor units.
        expected: Option<i64>,
    },
}

impl Wish {
    fn command(&self, operation: OperationId) -> Command {
        match self.clone() {
            Self::Capture { amount, last, key } => Command::Capture { operation, amount, last, key },
            Self::Void { amount, key } => Command::Void { operation, amount, key },
            Self::Refund { amount, key, expected } => Command::Refund { operation, amount, key, expected },
        }
    }
}

/// Does it: settles what has no answer yet, records the question, asks the provider, records the answer; a lost answer is asked for once
/// more. The operation is the one this wish became, or was before if the same request came earlier; it may still be open. Runs to its
/// end even if the caller goes away meanwhile.
pub async fn operate(
    gateway: &Arc<Gateway>,
    payment: PaymentId,
    wish: Wish,
) -> Result<(StoredPayment, OperationId), FlowError> {
    operate_with(gateway, payment, wish, |_, _, _| Ok(None)).await
}

/// The same, and in the same transaction the details become what `details` makes of them, unless it refuses.
pub async fn operate_with(
    gateway: &Arc<Gateway>,
    payment: PaymentId,
    wish: Wish,
    details: impl Fn(&StoredPayment, &Decision, OperationId) -> Result<Option<String>, Refusal> + Send + 'static,
) -> Result<(StoredPayment, OperationId), FlowError> {
    let shared = Arc::clone(gateway);
    let work = async move {
        let gateway = shared.as_ref();
        let stored = recover::settle_unknown(gateway, load(gateway, payment).await?).await?;
        let operation = gateway.clock.operation_id();
        let details = move |_: &_, stored: &StoredPayment, decision: &Decision| details(stored, decision, operation);
        match apply_with(gateway, stored, || wish.command(operation), details).await {
            Ok((stored, _)) => {
                let stored = ask(gateway, stored, operation).await?;
                Ok((recover::settle_unknown(gateway, stored).await?, operation))
            }
            Err(FlowError::Refused(Refusal::Repeated(first))) => Ok((answer_to(gateway, payment, first).await?, first)),
            Err(error) => Err(error),
        }
    };
    pay::finish(gateway, work).await
}

/// The same for a merchant who is told the outcome later: keeps the call with the question, returns as soon as both are durable, and goes
/// on by itself.
pub async fn start(
    gateway: &Arc<Gateway>,
    payment: PaymentId,
    wish: Wish,
    call: Accepting,
    details: impl Fn(&StoredPayment, OperationId) -> String + Send + Sync + 'static,
) -> Result<StoredPayment, FlowError> {
    let (shared, asks) = (Arc::clone(gateway), Arc::clone(gateway));
    let begin = async move {
        let stored = recover::settle_unknown(&shared, load(&shared, payment).await?).await?;
        let operation = shared.clock.operation_id();
        let call = call.stored(Some(operation), shared.clock.now());
        let details = move |_: &_, stored: &StoredPayment, _: &Decision| Ok(Some(details(stored, operation)));
        let (stored, _) = apply_called(&shared, stored, || wish.command(operation), details, Some(&call)).await?;
        Ok((stored.clone(), (stored, operation)))
    };
    later(gateway, begin, async move |(stored, operation)| {
        let stored = ask(&asks, stored, operation).await?;
        recover::settle_unknown(&asks, stored).await.map(drop)
    })
    .await
}

/// Waits until an operation that another request asked for has its answer; not for ever.
async fn answer_to(gateway: &Gateway, payment: PaymentId, operation: OperationId) -> Result<StoredPayment, FlowError> {
    let mut stored = load(gateway, payment).await?;
    for _ in 0..LOOKS {
        match stored.payment.operation(operation).map(|known| known.status) {
            Some(OperationStatus::Asked) => tokio::time::sleep(PAUSE).await,
            Some(OperationStatus::Unknown) => return recover::settle_unknown(gateway, stored).await,
            Some(OperationStatus::PayerActs | OperationStatus::Approved | OperationStatus::Declined) | None => break,
        }
        stored = load(gateway, payment).await?;
    }
    Ok(stored)
}

/// Asks the provider for an operation that is recorded as asked, and records the answer.
pub(crate) async fn ask(gateway: &Gateway, stored: StoredPayment, id: OperationId) -> Result<StoredPayment, FlowError> {
    let Some(operation) = stored.payment.operation(id) else { return Ok(stored) };
    let follow_up =
        FollowUp { operation: id, payment: stored.payment.id, kind: operation.kind, amount: operation.amount };
    let answer = gateway.bank.follow_up(follow_up).await;
    let payment = stored.payment.id;
    match answered(gateway, stored, id, answer).await {
        // The recovery asked meanwhile, and was told first.
        Err(FlowError::Refused(Refusal::AlreadyAnswered)) => load(gateway, payment).await,
        told => told,
    }
}

/// Records a provider's answer and, if it makes money due back, asks for the return.
pub(crate) async fn answered(
    gateway: &Gateway,
    mut stored: StoredPayment,
    operation: OperationId,
    answer: Answer,
) -> Result<StoredPayment, FlowError> {
    let project = gateway.projects.by_id(stored.payment.project).await?;
    for _ in 0..ROUNDS_MAX {
        let (id, now) = (stored.payment.id, gateway.clock.now());
        let return_operation = gateway.clock.operation_id();
        let (command, seen) = match again::judge(gateway, &project, &stored, operation, &answer).await? {
            Verdict::ByTheTerms(seen) => {
                (Command::Answer { operation, answer: answer.clone(), return_operation }, seen)
            }
            Verdict::Unwanted(facts) => (Command::RefuseLate { operation, facts, return_operation }, None),
        };
        let decision = decide(&stored.payment, command, now)?;
        let changed = learned(gateway, &project, &stored, operation, &decision).await;
        match keep(gateway, &project, stored, decision, changed, Beside { seen, ..Beside::default() }, now).await {
            Err(FlowError::Store(StoreError::Changed)) => stored = load(gateway, id).await?,
            Err(error) => return Err(error),
            Ok((stored, decision)) => {
                return match decision.ask {
                    // Boxed because an answer to a return may ask for the next return.
                    Some(next) => Box::pin(ask(gateway, stored, next)).await,
                    None => Ok(stored),
                };
            }
        }
    }
    Err(StoreError::Changed.into())
}

/// The details with what the place of an attempt tells of its payer, if this decision makes it pay the order.
async fn learned(
    gateway: &Gateway,
    project: &ActiveProject,
    stored: &StoredPayment,
    operation: OperationId,
    decision: &Decision,
) -> Option<String> {
    let pays = |change: &Change| matches!(change.event, Event::Captured | Event::PaidLate);
    decision.changes.iter().find(|change| pays(change))?;
    let attempt = stored.payment.operation(operation)?;
    attempt.method.filter(|method| method.is_elsewhere())?;
    let told = gateway.bank.particulars(operation).await;
    announce::remember_payer(project, &stored.details, told)
}
