//! What is told of a registration for later charges that was changed or ended. The callback is about the payment that made it.

use super::super::codes::Code;
use super::super::details::{Details, Recurring};
use super::super::status::{OperationType, Status};
use super::body::{Body, OperationBlock};
use super::{CallbackSettings, call, outcome, render};
use crate::raw::OutgoingCall;
use payglot_core::{Payment, UnixMillis};

/// A call about a registration that was done. One that was refused is a [`super::RefusedCall`].
#[derive(Clone, Debug)]
pub struct MandateCall<'a> {
    /// What is kept of the call, not of the payment: it says first where the callback goes.
    pub details: &'a Details,
    /// The payment that made the registration.
    pub payment: (&'a Payment, &'a Details),
    /// [`OperationType::RecurringUpdate`] or [`OperationType::RecurringCancel`].
    pub kind: OperationType,
    /// The registration as it is now.
    pub recurring: Recurring,
    /// A number for the operation.
    pub number: u32,
    /// The id that the call was answered with.
    pub request_id: &'a str,
    /// When it was done.
    pub at: UnixMillis,
}

/// The callback of such a call; `None` if the shop wants none. It goes to the call's own address, else to the payment's, else to the
/// project's.
pub fn mandate_callback(changed: &MandateCall, settings: &CallbackSettings) -> Option<OutgoingCall> {
    if changed.details.is_silent() || changed.payment.1.is_silent() {
        return None;
    }
    let body = body(changed, settings)?;
    let outcome = outcome(&body);
    let told = call(changed.details.callback_url(outcome), outcome, changed.payment.1, settings, &body);
    told.map(|call| OutgoingCall { wait_ms: changed.details.callback_delay_ms(), ..call })
}

/// The same as it is answered to one who asks for the status of the call instead: signed JSON. `None` while the shop must not know of the
/// payment.
pub fn mandate_report(changed: &MandateCall, settings: &CallbackSettings) -> Option<String> {
    body(changed, settings).map(|body| body.signed(&settings.secret))
}

fn body(changed: &MandateCall, settings: &CallbackSettings) -> Option<Body> {
    let (payment, details) = changed.payment;
    let operation = OperationBlock {
        id: changed.number,
        kind: changed.kind,
        status: Status::Success,
        date: changed.at,
        created: changed.at,
        request_id: changed.request_id.to_owned(),
        sum: Some(render::sum(payment, details)),
        code: Code::Success,
        eci: None,
        provider_id: settings.provider_id,
        provider_payment_id: String::new(),
        auth_code: String::new(),
    };
    Some(Body {
        operation: Some(operation),
        recurring: Some(changed.recurring.block()),
        account: None,
        provider_payment_id: None,
        waiting: None,
        ..render::whole(payment, details, settings)?
    })
}
