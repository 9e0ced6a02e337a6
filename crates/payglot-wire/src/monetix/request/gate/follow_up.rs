//! Captures, cancels and refunds.

use super::super::super::codes::{Code, Refused};
use super::super::super::details::{Details, OperationFacts};
use super::super::super::rules::{AMOUNT_MAX, Rule};
use super::super::super::ways::Outcome;
use super::super::envelope::Call;
use super::super::page::money;
use super::super::reader::Reader;
use payglot_core::{Money, OperationId};

/// A call about a payment that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowUp {
    /// How much, in minor units; without it all that remains.
    pub minor: Option<i64>,
    /// The currency of that.
    pub currency: Option<String>,
    /// Why.
    pub description: String,
    /// The shop's own id of this refund, unique in the project.
    pub merchant_refund_id: Option<String>,
    /// What is to be kept of it if there is no such payment: where the callback goes.
    pub details: Details,
}

pub(super) fn follow_up(call: &Call, reader: Reader) -> Result<FollowUp, Refused> {
    Ok(FollowUp {
        minor: reader.int("payment.amount", 1, AMOUNT_MAX)?,
        currency: reader.opt("payment.currency", Rule::Text(16))?,
        description: reader.plain("payment.description"),
        merchant_refund_id: reader.opt("payment.merchant_refund_id", Rule::Text(255))?,
        details: Details::of_call(call.tree(), call.route()),
    })
}

impl FollowUp {
    /// What is to be kept of the operation that this becomes. `signature` is the call's.
    pub fn facts(&self, operation: OperationId, request_id: &str, signature: &str) -> OperationFacts {
        OperationFacts {
            signature: signature.to_owned(),
            merchant_refund_id: self.merchant_refund_id.clone(),
            callback_url: self.details.callback_url(Outcome::Open),
            success_callback_url: self.details.callback_url(Outcome::Success),
            decline_callback_url: self.details.callback_url(Outcome::Failure),
            silent: self.details.is_silent(),
            delay_ms: self.details.callback_delay_ms(),
            ..OperationFacts::new(operation, request_id)
        }
    }

    /// How much to refund; `None` for all that remains. 3286 or 3287 if one of amount and currency came without the other, 3284 for a
    /// currency that is none.
    pub fn money(&self) -> Result<Option<Money>, Refused> {
        match (self.minor, &self.currency) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(Refused::of(Code::AmountRequired, "payment.amount")),
            (Some(_), None) => Err(Refused::of(Code::CurrencyRequired, "payment.currency")),
            (Some(minor), Some(currency)) => match money(minor, currency, ["payment.amount", "payment.currency"]) {
                Err(Refused { code: Code::InvalidCurrency, field, .. }) => {
                    Err(Refused::of(Code::RefundCurrency, &field))
                }
                other => other.map(Some),
            },
        }
    }
}
