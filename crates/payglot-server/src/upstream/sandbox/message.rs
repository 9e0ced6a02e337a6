//! Premium text messages: the sender's operator takes the price with the message, before anybody here has heard of it.

use super::SandboxBank;
use super::book::{Outcome, Question};
use super::note::Note;
use payglot_core::{Money, OperationId, OperationKind, PaymentId};

/// Whose subscribers all telephones of the sandbox are.
pub const OPERATOR: &str = "sandbox";

/// Where the sandbox's short numbers can be reached: two letters.
pub const COUNTRY: &str = "LT";

impl SandboxBank {
    /// The operator has the price of a message. False if its book cannot be written now, or has something else under this id. The same
    /// message twice is one; who asks later is told.
    pub async fn charge_message(&self, operation: OperationId, payment: PaymentId, amount: Money) -> bool {
        let question = Question { operation, payment, kind: OperationKind::Sale, amount };
        let _turn = self.turns.of(operation.as_bytes()).await;
        match self.book.entry(operation).await {
            Ok(Some(entry)) => question.is_of(&entry),
            Ok(None) => {
                let entry = question.entry(Outcome::Approved, &Note::default(), self.clock.now());
                self.book.record(entry).await.is_ok()
            }
            Err(_) => false,
        }
    }
}
