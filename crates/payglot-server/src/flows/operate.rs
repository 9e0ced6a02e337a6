//! The merchant's operations on a paid or held payment: capture, void, refund, payout; and asking the provider for them.

use super::{FlowError, apply, load};
use crate::gateway::Gateway;
use crate::upstream::{FollowUp, Provider as _};
use payglot_core::{Answer, Command, Money, OperationId, PaymentId};
use payglot_store::StoredPayment;

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
    },
}

impl Wish {
    fn command(&self, operation: OperationId) -> Command {
        match self.clone() {
            Self::Capture { amount, last, key } => Command::Capture { operation, amount, last, key },
            Self::Void { amount, key } => Command::Void { operation, amount, key },
            Self::Refund { amount, key } => Command::Refund { operation, amount, key },
        }
    }
}

/// Does it: records the question, asks the provider, records the answer. The operation is the one this wish became.
pub async fn operate(
    gateway: &Gateway,
    payment: PaymentId,
    wish: Wish,
) -> Result<(StoredPayment, OperationId), FlowError> {
    let stored = load(gateway, payment).await?;
    let operation = gateway.clock.operation_id();
    let (stored, _) = apply(gateway, stored, || wish.command(operation)).await?;
    Ok((ask(gateway, stored, operation).await?, operation))
}

/// Asks the provider for an operation that is recorded as asked, and records the answer.
pub(crate) async fn ask(gateway: &Gateway, stored: StoredPayment, id: OperationId) -> Result<StoredPayment, FlowError> {
    let Some(operation) = stored.payment.operation(id) else { return Ok(stored) };
    let follow_up =
        FollowUp { operation: id, payment: stored.payment.id, kind: operation.kind, amount: operation.amount };
    let answer = gateway.bank.follow_up(follow_up).await;
    answered(gateway, stored, id, answer).await
}

/// Records a provider's answer and, if it makes money due back, asks for the return.
pub(crate) async fn answered(
    gateway: &Gateway,
    stored: StoredPayment,
    operation: OperationId,
    answer: Answer,
) -> Result<StoredPayment, FlowError> {
    let command =
        || Command::Answer { operation, answer: answer.clone(), return_operation: gateway.clock.operation_id() };
    let (stored, decision) = apply(gateway, stored, command).await?;
    match decision.ask {
        // Boxed because an answer to a return may ask for the next return.
        Some(next) => Box::pin(ask(gateway, stored, next)).await,
        None => Ok(stored),
    }
}
