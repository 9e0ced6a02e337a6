//! Callbacks: which events a shop is told, with which body, and when it is told again; and the shop's side, which reads and verifies
//! them.

mod body;
mod mandate;
mod read;
mod render;
mod saved;

use super::codes::Refused;
use super::details::Details;
use super::status::{OperationType, Status};
use super::ways::Outcome;
use crate::raw::{Method, OutgoingCall};
use crate::text::secret::Secret;
pub use body::{AccountBlock, Body, OperationBlock, PaymentBlock, Sum};
pub(super) use body::{date, error, int, object, signed, text};
pub use mandate::{MandateCall, mandate_callback, mandate_report};
use payglot_core::decide::Announcement;
use payglot_core::outbox::{Acknowledgement, Schedule, Stage};
use payglot_core::{Event, Payment, UnixMillis};
pub use read::Callback;
pub use render::status_report;
pub use saved::{SavedCard, card_saved};

/// What a project has agreed on for its callbacks.
#[derive(Clone, Debug)]
pub struct CallbackSettings {
    /// The project's number as the shop knows it.
    pub project_id: u32,
    /// What callbacks are signed with.
    pub secret: Secret,
    /// Where they go, unless the request or one of the next two says otherwise. Without any address nothing is sent.
    pub url: Option<String>,
    /// Where successes go.
    pub success_url: Option<String>,
    /// Where declines go.
    pub decline_url: Option<String>,
    /// The number of the provider in this installation.
    pub provider_id: u32,
    /// Is `;` in descriptions told as `,`? The signer of one plugin refuses it.
    pub replaces_semicolons: bool,
    /// May a payer try again after a decline, and is the shop told so? The flag breaks the signature check of one plugin.
    pub tells_attempts: bool,
}

impl CallbackSettings {
    /// Everything as most shops have it.
    pub fn new(project_id: u32, secret: Secret) -> Self {
        Self {
            project_id,
            secret,
            url: None,
            success_url: None,
            decline_url: None,
            provider_id: 12_345,
            replaces_semicolons: false,
            tells_attempts: false,
        }
    }
}

/// The vendor's schedule: six tries ten seconds apart, 62 in the next four hours with growing gaps, then every four hours, 120 in all. The
/// formula of the growing gaps is in no copy of the vendor's page; ours fills the four hours evenly.
pub fn schedule() -> Schedule {
    Schedule::of([Stage::Steady(5, 10_000), Stage::Growing(62, 7370), Stage::Steady(52, 4 * 3_600_000)])
}

/// What counts as "the shop has it": the vendor says 200, and takes no offence at its neighbours.
pub const fn acknowledgement() -> Acknowledgement {
    Acknowledgement::Status2xx
}

/// The call that tells a shop of an event; `None` if it is not told. `payment` and `details` are as they are after the event. The shop may
/// want to hear it later: see [`Details::callback_delay_ms`].
pub fn callback(
    event: &Announcement,
    payment: &Payment,
    details: &Details,
    settings: &CallbackSettings,
) -> Option<OutgoingCall> {
    if !is_told(event.event, details, settings) {
        return None;
    }
    let facts = render::subject(event, payment, details).map(|id| details.learned.facts(id));
    if details.is_silent() || facts.as_ref().is_some_and(|facts| facts.silent) {
        return None;
    }
    // A payer on our own page is led by us: only a shop that has to show something itself is told.
    let must_act = details.learned.waiting.is_some() && !details.is_led_by_us();
    if event.event == Event::ChallengeStarted && !must_act {
        return None;
    }
    let body = render::callback_body(event, payment, details, settings)?;
    // A refund waits as its own call says, a payment as the one that made it.
    let wait_ms = match &facts {
        Some(facts) if is_follow_up(event.event) && !details.verifies() => facts.delay_ms,
        Some(_) | None => details.callback_delay_ms(),
    };
    let outcome = outcome(&body);
    let own = facts.and_then(|facts| facts.callback_address(outcome));
    call(own, outcome, details, settings, &body).map(|call| OutgoingCall { wait_ms, ..call })
}

/// What was refused after it had been accepted, so that only a callback can tell.
#[derive(Clone, Debug)]
pub struct RefusedCall<'a> {
    /// What is kept of the refused call, not of the payment: it says first where the callback goes.
    pub details: &'a Details,
    /// The shop's number of the payment.
    pub payment_id: &'a str,
    /// The payment, if it exists and the refusal is about an operation on it. It stays as it was.
    pub payment: Option<(&'a Payment, &'a Details)>,
    /// The method in the address.
    pub method: Option<&'a str>,
    /// What was to be done.
    pub kind: OperationType,
    /// How much was asked for.
    pub sum: Option<Sum>,
    /// A number for the operation that did not happen.
    pub number: u32,
    /// The id that the call was answered with.
    pub request_id: &'a str,
    /// The shop's own id of a refund.
    pub merchant_refund_id: Option<&'a str>,
    /// When it was refused.
    pub at: UnixMillis,
    /// Why.
    pub refused: &'a Refused,
}

/// The callback of a call that was accepted and then refused: `error` where there is no payment to do it on, else a declined operation on
/// a payment that stays as it was.
pub fn refusal(refused: &RefusedCall, settings: &CallbackSettings) -> Option<OutgoingCall> {
    // As of one that was done: neither the call nor the payment may want silence.
    if refused.details.is_silent() || refused.payment.is_some_and(|(_, details)| details.is_silent()) {
        return None;
    }
    let body = render::refusal_body(refused, settings);
    let outcome = outcome(&body);
    // As of one that was done: to the call's own address, else to the payment's.
    let of_payment = refused.payment.map_or(refused.details, |(_, details)| details);
    let told = call(refused.details.callback_url(outcome), outcome, of_payment, settings, &body);
    told.map(|call| OutgoingCall { wait_ms: refused.details.callback_delay_ms(), ..call })
}

/// The same as it is answered to one who asks for the status instead: signed JSON.
pub fn refusal_report(refused: &RefusedCall, settings: &CallbackSettings) -> String {
    render::refusal_body(refused, settings).signed(&settings.secret)
}

/// How what a callback tells ended. While the payment goes on, as after a hold or a decline that may be followed by another attempt, nothing
/// has: the addresses of successes and declines are for final ones.
fn outcome(body: &Body) -> Outcome {
    if !body.payment.status.is_final() {
        return Outcome::Open;
    }
    match body.operation.as_ref().map_or(body.payment.status, |operation| operation.status) {
        Status::Success | Status::Refunded | Status::PartiallyRefunded | Status::Canceled | Status::Reversed => {
            Outcome::Success
        }
        Status::Decline | Status::Error | Status::Expired | Status::InvoiceCanceled => Outcome::Failure,
        Status::Processing
        | Status::ExternalProcessing
        | Status::AwaitingThreeDs
        | Status::AwaitingRedirect
        | Status::AwaitingClarification
        | Status::AwaitingCustomerAction
        | Status::AwaitingCustomer
        | Status::AwaitingCapture
        | Status::AwaitingPayment
        | Status::PartiallyPaid => Outcome::Open,
    }
}

fn call(
    own: Option<String>,
    outcome: Outcome,
    details: &Details,
    settings: &CallbackSettings,
    body: &Body,
) -> Option<OutgoingCall> {
    let url = address(own, outcome, details, settings)?;
    Some(post(url, body.signed(&settings.secret)))
}

/// Where a callback goes: as its own call says, or the request, or the project; each first by its outcome.
fn address(own: Option<String>, outcome: Outcome, details: &Details, settings: &CallbackSettings) -> Option<String> {
    let of_outcome = match outcome {
        Outcome::Success => settings.success_url.clone(),
        Outcome::Failure => settings.decline_url.clone(),
        Outcome::Open => None,
    };
    let request = own.or_else(|| details.callback_url(outcome));
    request.or(of_outcome).or_else(|| settings.url.clone())
}

fn post(url: String, body: String) -> OutgoingCall {
    let content_type = "application/json; charset=utf-8";
    OutgoingCall { method: Method::Post, url, content_type, body, wait_ms: 0 }
}

/// Is it what became of a capture, a cancel or a refund, which are calls of their own?
const fn is_follow_up(event: Event) -> bool {
    matches!(
        event,
        Event::CapturedInPart
            | Event::CaptureRefused
            | Event::Voided
            | Event::VoidedInPart
            | Event::VoidRefused
            | Event::Refunded
            | Event::RefundRefused
    )
}

/// Is an event told? Exhaustive: a new event must be judged.
fn is_told(event: Event, details: &Details, settings: &CallbackSettings) -> bool {
    match event {
        // A verification has ended when its hold is released, and asks for that itself.
        Event::HoldApproved | Event::VoidRefused if details.verifies() => false,
        // The shop or its payer must act, or it ended.
        Event::ChallengeStarted
        | Event::HoldApproved
        | Event::Captured
        | Event::CapturedInPart
        | Event::CaptureRefused
        | Event::PaidLate
        | Event::Voided
        | Event::VoidedInPart
        | Event::VoidRefused
        | Event::Refunded
        | Event::RefundRefused
        | Event::PaidOut
        | Event::PayoutRefused
        | Event::Refused
        | Event::Cancelled
        | Event::Expired => true,
        Event::AttemptFailed => settings.tells_attempts,
        // The protocol has no word for these, or tells nothing while it only works.
        Event::Registered
        | Event::AttemptStarted
        | Event::ChallengeAnswered
        | Event::OutcomeUnknown
        | Event::CaptureAsked
        | Event::VoidAsked
        | Event::RefundAsked
        | Event::PartReceived
        | Event::LateReceived
        | Event::ExcessReceived
        | Event::ReturnAsked
        | Event::Returned
        | Event::ReturnRefused
        | Event::PayoutAsked => false,
    }
}
