//! Callbacks: which events a shop is told, with which parameters, and how they are sealed; and the shop's side, which reads them.

mod parameters;
mod read;

use super::details::Details;
use super::legacy;
use super::params::{Fields, php_escape};
use super::signature::{self, Signer};
use crate::raw::{Method, OutgoingCall};
use crate::text::form::Pairs;
use crate::text::rsa::RsaError;
use crate::text::secret::Secret;
use crate::text::url;
pub use parameters::{Refund, parameters};
use payglot_core::decide::Announcement;
use payglot_core::{Event, OperationKind, Payment, State};
pub use read::Callback;

/// `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// 0: not paid.
    NotExecuted,
    /// 1: paid, the only one to deliver on.
    Paid,
    /// 2: accepted by the method, no guarantee.
    Accepted,
    /// 3: more about a payment that was reported before.
    Additional,
    /// 4: executed, but the bank will not confirm that the money arrived.
    Unconfirmed,
    /// 5: refunded; one callback per refund.
    Refunded,
}

impl Status {
    /// Every status, in the order of its digit.
    pub const ALL: &[Self] =
        &[Self::NotExecuted, Self::Paid, Self::Accepted, Self::Additional, Self::Unconfirmed, Self::Refunded];

    /// The digit on the wire.
    pub const fn digit(self) -> &'static str {
        match self {
            Self::NotExecuted => "0",
            Self::Paid => "1",
            Self::Accepted => "2",
            Self::Additional => "3",
            Self::Unconfirmed => "4",
            Self::Refunded => "5",
        }
    }

    /// By the digit on the wire.
    pub fn from_digit(digit: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|status| status.digit() == digit)
    }
}

/// What a project has agreed on for its callbacks.
#[derive(Clone, Debug)]
pub struct CallbackSettings {
    /// The project's number as the shop knows it.
    pub project: u32,
    /// The project's password, 32 characters: the key of encrypted callbacks and of `ss1`.
    pub password: Secret,
    /// GET, or POST with a form.
    pub method: Method,
    /// Encrypted, without any signature, instead of signed.
    pub encrypted: bool,
    /// Is status 2 told? Old libraries take it for an error, so it must be asked for.
    pub tells_accepted: bool,
    /// Is status 0 told? The same.
    pub tells_failed: bool,
    /// Is `ss3` sent beside `ss1` and `ss2`?
    pub sends_ss3: bool,
    /// For the placeholder `[site_name]`.
    pub site_name: String,
    /// For the placeholder `[owner_name]`.
    pub owner_name: String,
}

impl CallbackSettings {
    /// GET, signed three times, nothing but statuses 1, 3, 4 and 5.
    pub fn new(project: u32, password: Secret) -> Self {
        Self {
            project,
            password,
            method: Method::Get,
            encrypted: false,
            tells_accepted: false,
            tells_failed: false,
            sends_ss3: true,
            site_name: String::new(),
            owner_name: String::new(),
        }
    }

    const fn tells(&self, status: Status) -> bool {
        match status {
            Status::NotExecuted => self.tells_failed,
            Status::Accepted => self.tells_accepted,
            Status::Paid | Status::Additional | Status::Unconfirmed | Status::Refunded => true,
        }
    }
}

/// The call that tells a shop of an event; `None` if it is not told. `payment` and `details` are as they are after the event. RSA takes
/// milliseconds, so call it where that does not hold others up.
pub fn callback(
    event: &Announcement,
    payment: &Payment,
    details: &Details,
    settings: &CallbackSettings,
    signer: Signer,
) -> Result<Option<OutgoingCall>, RsaError> {
    // What another payment of the order took the place of has not failed: the order goes on.
    let goes_on = |status| status == Status::NotExecuted && details.learned.superseded;
    let told = |status: &Status| settings.tells(*status) && !goes_on(*status);
    let Some(status) = meaning(event, payment).map(|status| as_known(status, details)).filter(told) else {
        return Ok(None);
    };
    let refund = if status == Status::Refunded { Refund::of(event, payment) } else { None };
    call(status, refund.as_ref(), payment, details, settings, signer)
}

/// The call with a status of the caller's choice: [`Status::Additional`] for what was learned later. `None` if the order has no `callbackurl`.
pub fn call(
    status: Status,
    refund: Option<&Refund>,
    payment: &Payment,
    details: &Details,
    settings: &CallbackSettings,
    signer: Signer,
) -> Result<Option<OutgoingCall>, RsaError> {
    let Some(address) = details.get("callbackurl") else { return Ok(None) };
    let parameters = parameters(status, refund, payment, details, settings);
    let fields = seal(&parameters, details, settings, signer)?;
    Ok(Some(write(address, settings.method, &fields)))
}

/// What is appended to `accepturl`: the same fields as in a callback. `None` while there is nothing to accept.
pub fn accept_fields(
    payment: &Payment,
    details: &Details,
    settings: &CallbackSettings,
    signer: Signer,
) -> Result<Option<Pairs>, RsaError> {
    let Some(status) = accepted(payment).map(|status| as_known(status, details)) else { return Ok(None) };
    let parameters = parameters(status, None, payment, details, settings);
    seal(&parameters, details, settings, signer).map(Some)
}

/// Paid is told as 4 where the bank will never confirm that the money arrived.
const fn as_known(status: Status, details: &Details) -> Status {
    match status {
        Status::Paid if details.learned.unconfirmed => Status::Unconfirmed,
        Status::Paid
        | Status::NotExecuted
        | Status::Accepted
        | Status::Additional
        | Status::Unconfirmed
        | Status::Refunded => status,
    }
}

/// What a payer who comes back brings along: 1 for paid, 2 for accepted but not confirmed; `None` goes to `cancelurl`. While the payer
/// still has something to do, nothing is accepted.
pub fn accepted(payment: &Payment) -> Option<Status> {
    match payment.state {
        State::Paid => Some(Status::Paid),
        State::Held | State::Underpaid => Some(Status::Accepted),
        State::Pending => (!payment.payer_acts()).then_some(Status::Accepted),
        State::Created | State::Declined | State::Voided | State::Cancelled | State::Expired => None,
    }
}

/// Is it an attempt at a place that takes a payment before it confirms it?
fn takes_first(event: &Announcement, payment: &Payment) -> bool {
    let attempt = event.operation.and_then(|id| payment.operation(id)).filter(|one| one.kind.is_attempt());
    attempt.and_then(|attempt| attempt.method).is_some_and(payglot_core::Method::is_elsewhere)
}

/// Which status an event is. Exhaustive: a new event must be judged.
pub fn meaning(event: &Announcement, payment: &Payment) -> Option<Status> {
    let kind = event.operation.and_then(|id| payment.operation(id)).map(|operation| operation.kind);
    match event.event {
        // The rest of a hold was released after a part of it had been captured, which was told then.
        Event::Captured if kind == Some(OperationKind::Void) => None,
        Event::Captured | Event::CapturedInPart | Event::PaidLate => Some(Status::Paid),
        Event::HoldApproved => Some(Status::Accepted),
        // A bank, wallet or telephone took the payment and says later what became of it; of a card nothing is known then.
        Event::OutcomeUnknown if takes_first(event, payment) => Some(Status::Accepted),
        Event::Refunded => Some(Status::Refunded),
        Event::Refused | Event::Cancelled | Event::Expired | Event::Voided => Some(Status::NotExecuted),
        // The protocol has no word for these.
        Event::Registered
        | Event::AttemptStarted
        | Event::ChallengeStarted
        | Event::ChallengeAnswered
        | Event::AttemptFailed
        | Event::OutcomeUnknown
        | Event::CaptureAsked
        | Event::CaptureRefused
        | Event::VoidAsked
        | Event::VoidRefused
        | Event::VoidedInPart
        | Event::RefundAsked
        | Event::RefundRefused
        | Event::PartReceived
        | Event::LateReceived
        | Event::ExcessReceived
        | Event::ReturnAsked
        | Event::Returned
        | Event::ReturnRefused
        | Event::PayoutAsked
        | Event::PaidOut
        | Event::PayoutRefused => None,
    }
}

/// Encodes parameters and proves them: the fields of a callback.
pub fn seal(
    parameters: &Fields,
    details: &Details,
    settings: &CallbackSettings,
    signer: Signer,
) -> Result<Pairs, RsaError> {
    if let Some(version) = details.learned.legacy {
        return legacy::callback_fields(parameters, version, &settings.password, signer.key);
    }
    if settings.encrypted
        && let Some(data) = signature::encrypt(&parameters.to_query(), &settings.password, signer.iv)
    {
        // The absence of signatures is how a client knows that it must decrypt.
        return Ok(vec![("data".to_owned(), data)]);
    }
    sign(parameters.to_data(), settings, signer)
}

/// `data` with its signatures.
fn sign(data: String, settings: &CallbackSettings, signer: Signer) -> Result<Pairs, RsaError> {
    let ss1 = signature::sign(&data, &settings.password);
    let ss2 = signature::ss2(&data, signer.key)?;
    let ss3 = if settings.sends_ss3 { Some(signature::ss3(&data, signer.key)?) } else { None };
    let fields = [("data", Some(data)), ("ss1", Some(ss1)), ("ss2", Some(ss2)), ("ss3", ss3)];
    Ok(fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
}

/// Names and values as PHP writes them.
pub(super) fn php_form(fields: &Pairs) -> String {
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", php_escape(name), php_escape(value))).collect();
    pairs.join("&")
}

pub(super) fn write(address: &str, method: Method, fields: &Pairs) -> OutgoingCall {
    let text = php_form(fields);
    match method {
        Method::Get => OutgoingCall {
            method,
            url: url::add_query(address, &text),
            content_type: "",
            body: String::new(),
            wait_ms: 0,
        },
        Method::Post => OutgoingCall {
            method,
            url: address.to_owned(),
            content_type: "application/x-www-form-urlencoded",
            body: text,
            wait_ms: 0,
        },
    }
}
