//! Callbacks: which events a shop is told, with which parameters; and the shop's side, which reads and verifies them.

mod extras;

use super::details::Details;
use super::language::Language;
use super::request::Feature;
use super::signature::{self, Checksum};
use crate::raw::{Method, OutgoingCall, RawRequest};
use crate::text::form::{self, NotUtf8, Pairs};
use crate::text::rsa::RsaError;
use crate::text::url;
pub use extras::Extra;
use payglot_core::decide::Announcement;
use payglot_core::{BindingId, Event, Intent, OperationKind, Payment};

/// What a project has agreed on for its callbacks.
#[derive(Clone, Debug)]
pub struct CallbackSettings {
    /// Where they go. An order's own `dynamicCallbackUrl` wins. Without either nothing is sent.
    pub url: Option<String>,
    /// GET with a query or POST with a form.
    pub method: Method,
    /// What is told.
    pub operations: Vec<CallbackOperation>,
    /// Parameters beyond the four that are always sent, in this order.
    pub extras: Vec<Extra>,
    /// Names from the order's `jsonParams` that are sent along, where the order has them.
    pub merchant_params: Vec<String>,
    /// Parameters that are the same in every callback.
    pub fixed: Pairs,
    /// How they are signed.
    pub checksum: Checksum,
    /// The language of texts in extras.
    pub language: Language,
    /// Seconds by which the merchant's clocks are ahead of UTC, for dates in extras.
    pub offset_secs: i32,
    /// The short name of that zone, `MSK`, for dates in extras.
    pub zone: String,
    /// The terminal's number, for extras.
    pub terminal_id: String,
    /// The merchant's login, for extras.
    pub merchant_login: String,
}

impl Default for CallbackSettings {
    /// GET, the usual operations, the four parameters, no checksum, no address yet.
    fn default() -> Self {
        Self {
            url: None,
            method: Method::Get,
            operations: CallbackOperation::USUAL.to_vec(),
            extras: Vec::new(),
            merchant_params: Vec::new(),
            fixed: Pairs::new(),
            checksum: Checksum::None,
            language: Language::RU,
            offset_secs: 3 * 3600,
            zone: "MSK".to_owned(),
            terminal_id: "123456".to_owned(),
            merchant_login: String::new(),
        }
    }
}

/// `operation` of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallbackOperation {
    /// Registered. Strict receivers fail on it, so it must be asked for.
    Created,
    /// A hold was made or refused.
    Approved,
    /// Captured, or a payment in one stage was refused.
    Deposited,
    /// Voided.
    Reversed,
    /// Refunded.
    Refunded,
    /// The time ran out.
    DeclinedByTimeout,
    /// A card was saved. Strict receivers fail on it, so it must be asked for.
    BindingCreated,
    /// A saved card was switched on or off. It too must be asked for.
    BindingActivityChanged,
}

impl CallbackOperation {
    /// Every operation.
    pub const ALL: &[Self] = &[
        Self::Created,
        Self::Approved,
        Self::Deposited,
        Self::Reversed,
        Self::Refunded,
        Self::DeclinedByTimeout,
        Self::BindingCreated,
        Self::BindingActivityChanged,
    ];
    /// What is told unless the merchant says otherwise.
    pub const USUAL: &[Self] =
        &[Self::Approved, Self::Deposited, Self::Reversed, Self::Refunded, Self::DeclinedByTimeout];

    /// What a merchant may ask for. Not `created`: an order that the gateway numbers has no number yet when that callback is written.
    pub fn offered() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|operation| *operation != Self::Created)
    }

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Approved => "approved",
            Self::Deposited => "deposited",
            Self::Reversed => "reversed",
            Self::Refunded => "refunded",
            Self::DeclinedByTimeout => "declinedByTimeout",
            Self::BindingCreated => "bindingCreated",
            Self::BindingActivityChanged => "bindingActivityChanged",
        }
    }

    /// By the word on the wire.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|operation| operation.name() == name)
    }
}

/// The call that tells a shop of an event; `None` if it is not told. `payment` and `details` are as they are after the event. Fails only if
/// the project's RSA key cannot sign.
pub fn callback(
    event: &Announcement,
    payment: &Payment,
    details: &Details,
    settings: &CallbackSettings,
) -> Result<Option<OutgoingCall>, RsaError> {
    let Some((address, params)) = told(event, payment, details, settings) else { return Ok(None) };
    write(address, settings.method, params, &settings.checksum).map(Some)
}

/// Where an event is told, and with which parameters, if it is.
fn told<'a>(
    event: &Announcement,
    payment: &Payment,
    details: &'a Details,
    settings: &'a CallbackSettings,
) -> Option<(&'a str, Pairs)> {
    let (operation, success) = meaning(event, payment)?;
    let silenced = !success && details.has(Feature::SkipUnsuccessfulCallback);
    if silenced || !settings.operations.contains(&operation) {
        return None;
    }
    let address = details.get("dynamicCallbackUrl").or(settings.url.as_deref())?;
    let mut params: Pairs = vec![
        ("mdOrder".to_owned(), payment.id.to_string()),
        ("orderNumber".to_owned(), payment.order.clone()),
        ("operation".to_owned(), operation.name().to_owned()),
        ("status".to_owned(), if success { "1" } else { "0" }.to_owned()),
    ];
    params.extend(saved_card(event, payment, details, settings));
    let extras = settings.extras.iter().filter_map(|extra| {
        let value = extra.value(event, payment, details, settings)?;
        Some((extra.name().to_owned(), value))
    });
    let own = settings.merchant_params.iter();
    let own = own.filter_map(|name| Some((name.clone(), details.merchant_param(name)?)));
    for (name, value) in extras.chain(own).chain(settings.fixed.iter().cloned()) {
        // A name that is sent twice could not be signed.
        if !params.iter().any(|(known, _)| *known == name) {
            params.push((name, value));
        }
    }
    Some((address, params))
}

/// What the callback of a payment says of the card that it saved: only to a shop that wants to hear of saved cards, because a strict
/// one would not expect the names.
fn saved_card(event: &Announcement, payment: &Payment, details: &Details, settings: &CallbackSettings) -> Pairs {
    let attempt = event.operation.and_then(|id| payment.operation(id)).is_some_and(|known| known.kind.is_attempt());
    let wanted = attempt && settings.operations.contains(&CallbackOperation::BindingCreated);
    match (details.saved_binding(), details.client_id()) {
        (Some(id), Some(client)) if wanted => binding_params(id, client, true),
        _ => Pairs::new(),
    }
}

fn binding_params(id: BindingId, client: &str, enabled: bool) -> Pairs {
    vec![
        ("bindingId".to_owned(), id.to_string()),
        ("clientId".to_owned(), client.to_owned()),
        ("enabled".to_owned(), enabled.to_string()),
    ]
}

/// The call that tells a shop of a saved card: `operation` is [`CallbackOperation::BindingCreated`] or
/// [`CallbackOperation::BindingActivityChanged`]. `None` if the shop does not want to hear of it. It goes to the merchant's own address,
/// never to an order's `dynamicCallbackUrl`, which is for payments. The vendor's examples have three parameters only; `operation` and
/// `status` are there as well, because receivers read them first.
pub fn binding_callback(
    operation: CallbackOperation,
    id: BindingId,
    client: &str,
    enabled: bool,
    settings: &CallbackSettings,
) -> Result<Option<OutgoingCall>, RsaError> {
    let Some(address) = settings.url.as_deref().filter(|_| settings.operations.contains(&operation)) else {
        return Ok(None);
    };
    let mut params: Pairs =
        vec![("operation".to_owned(), operation.name().to_owned()), ("status".to_owned(), "1".to_owned())];
    params.extend(binding_params(id, client, enabled));
    params.extend(settings.fixed.iter().cloned());
    write(address, settings.method, params, &settings.checksum).map(Some)
}

/// Which operation an event is for the shop, and whether it succeeded. Exhaustive: a new event must be judged.
fn meaning(event: &Announcement, payment: &Payment) -> Option<(CallbackOperation, bool)> {
    let of_intent = match payment.intent {
        Intent::Sale => CallbackOperation::Deposited,
        Intent::Hold => CallbackOperation::Approved,
        Intent::Payout => return None,
    };
    let kind = event.operation.and_then(|id| payment.operation(id)).map(|operation| operation.kind);
    match event.event {
        Event::Registered => Some((CallbackOperation::Created, true)),
        Event::HoldApproved => Some((CallbackOperation::Approved, true)),
        // The rest of a hold was released after a part of it had been captured.
        Event::Captured if kind == Some(OperationKind::Void) => Some((CallbackOperation::Reversed, true)),
        Event::Captured | Event::CapturedInPart | Event::PaidLate => Some((CallbackOperation::Deposited, true)),
        Event::Voided | Event::VoidedInPart => Some((CallbackOperation::Reversed, true)),
        Event::Refunded => Some((CallbackOperation::Refunded, true)),
        Event::Refused | Event::Cancelled => Some((of_intent, false)),
        Event::Expired => Some((CallbackOperation::DeclinedByTimeout, false)),
        // The merchant hears of these in the answer to its own call, or not at all: the protocol has no word for them.
        Event::AttemptStarted
        | Event::ChallengeStarted
        | Event::ChallengeAnswered
        | Event::AttemptFailed
        | Event::OutcomeUnknown
        | Event::CaptureAsked
        | Event::CaptureRefused
        | Event::VoidAsked
        | Event::VoidRefused
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

/// Signs and writes a call.
fn write(address: &str, method: Method, mut params: Pairs, checksum: &Checksum) -> Result<OutgoingCall, RsaError> {
    let text = signature::checksum_text(borrowed(&params));
    let checksum = match checksum {
        Checksum::None => None,
        Checksum::Symmetric(key) => Some(signature::symmetric(key, &text)),
        Checksum::Asymmetric(key) => Some(signature::asymmetric(key, &text)?),
    };
    params.extend(checksum.map(|checksum| ("checksum".to_owned(), checksum)));
    let text = form::encode(borrowed(&params));
    Ok(match method {
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
            content_type: "application/x-www-form-urlencoded;charset=UTF-8",
            body: text,
            wait_ms: 0,
        },
    })
}

fn borrowed(pairs: &Pairs) -> impl Iterator<Item = (&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

/// A callback as a shop receives it. Nothing is proven yet; see [`signature::Verifier`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    params: Pairs,
}

impl Callback {
    /// Reads query and form body. A shop whose address has a query of its own finds those parameters here too and must leave them out
    /// with [`Callback::without`] before it verifies.
    pub fn read(request: &RawRequest) -> Result<Self, NotUtf8> {
        let mut params = form::decode(request.query.as_bytes())?;
        params.extend(form::decode(request.body)?);
        Ok(Self { params })
    }

    /// Leaves out parameters that are the shop's own.
    #[must_use]
    pub fn without(mut self, own: &[&str]) -> Self {
        self.params.retain(|(name, _)| !own.contains(&name.as_str()));
        self
    }

    /// A parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every parameter in order.
    pub fn params(&self) -> &[(String, String)] {
        &self.params
    }

    /// Our payment.
    pub fn md_order(&self) -> Option<&str> {
        self.get("mdOrder")
    }

    /// The shop's number.
    pub fn order_number(&self) -> Option<&str> {
        self.get("orderNumber")
    }

    /// What happened, if it is an operation we know.
    pub fn operation(&self) -> Option<CallbackOperation> {
        self.get("operation").and_then(CallbackOperation::from_name)
    }

    /// Did it succeed?
    pub fn succeeded(&self) -> Option<bool> {
        match self.get("status") {
            Some("1") => Some(true),
            Some("0") => Some(false),
            Some(_) | None => None,
        }
    }

    /// The text that its checksum covers.
    pub fn signed_text(&self) -> String {
        signature::checksum_text(borrowed(&self.params))
    }
}
