//! What the processing was asked for an order after the attempt, and the attempt itself: `operations` and `refunds`.

use crate::text::json::JsonObject;
use payglot_core::{Operation, OperationKind, OperationStatus, Payment, UnixMillis};

fn millis(moment: Option<UnixMillis>) -> i64 {
    moment.map_or(0, |at| at.0)
}

/// An element of `refunds`, where the date and the code are strings.
pub(super) fn refund(operation: &Operation) -> JsonObject {
    let some = |text: &'_ str| Some(text.to_owned()).filter(|text| !text.is_empty());
    JsonObject::new()
        .text("date", &millis(operation.answered_at).to_string())
        .text_if("externalRefundId", operation.key.as_deref())
        .text_if("approvalCode", some(&operation.facts.approval_code).as_deref())
        .text("actionCode", "0")
        .text_if("referenceNumber", some(&operation.facts.reference).as_deref())
        .int("amount", operation.amount.minor())
}

/// An element of `operations`: what has an answer from the processing.
pub(super) fn processing(operation: &Operation, payment: &Payment) -> Option<JsonObject> {
    let success = match operation.status {
        OperationStatus::Approved => true,
        OperationStatus::Declined => false,
        OperationStatus::Asked | OperationStatus::PayerActs | OperationStatus::Unknown => return None,
    };
    let reversal = if payment.approved(OperationKind::Sale).next().is_some() {
        "REVERSAL_FOR_PURCHASE"
    } else if payment.approved(OperationKind::Capture).any(|capture| capture.last) {
        "REVERSAL_FOR_COMPLETION"
    } else {
        "REVERSAL_FOR_PRE_AUTH"
    };
    let kind = match operation.kind {
        OperationKind::Sale => "PURCHASE",
        OperationKind::Hold => "PRE_AUTH",
        OperationKind::Capture => "COMPLETION",
        OperationKind::Void | OperationKind::Return => reversal,
        OperationKind::Refund => "REFUND",
        OperationKind::Payout => return None,
    };
    let reference = Some(operation.facts.reference.as_str()).filter(|text| !text.is_empty());
    let json = JsonObject::new()
        .text("operationType", kind)
        .int("amount", operation.amount.minor())
        .int("operationDate", millis(operation.answered_at))
        .bool("success", success)
        .text_if("referenceNumber", reference);
    Some(json)
}
