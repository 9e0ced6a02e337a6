//! Payments whose card the merchant or its page collected: `paymentorder.do`, `processform.do` and the calls that end 3-D Secure.

use super::register::{is_absolute_address, json_params, text};
use crate::rbs::codes::Refused;
use crate::rbs::language::Language;
use crate::rbs::params::Params;
use payglot_core::{OperationId, PaymentId};
use std::borrow::Cow;
use std::fmt;

/// A card as it was sent, not judged. It borrows from the request, so that nothing of it is copied here.
#[derive(Clone)]
pub struct CardFields<'a> {
    /// The name of the parameter that has the number, to name it in a refusal.
    pub number_name: &'static str,
    /// `$PAN`, `PAN` or `pan`.
    pub number: Option<&'a str>,
    /// `$CVC`, `CVC` or `cvc`.
    pub code: Option<&'a str>,
    /// `YYYYMM`, from `$EXPIRY` or from `YYYY` and `MM`.
    pub expiry: Option<Cow<'a, str>>,
    /// `TEXT`, or the name that the calls for one-shot payments use.
    pub holder: Option<&'a str>,
}

impl fmt::Debug for CardFields<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("CardFields(***)")
    }
}

impl<'a> CardFields<'a> {
    /// The same for payments in one call, whose refusals name their parameters otherwise.
    pub fn of_one_shot(params: &'a Params) -> Self {
        Self { number_name: "pan", ..Self::read(params) }
    }

    /// Every spelling that documents and clients use.
    pub fn read(params: &'a Params) -> Self {
        let first = |names: &[&str]| names.iter().find_map(|name| params.get(name));
        let parts = params.get("YYYY").zip(params.get("MM"));
        let expiry = first(&["$EXPIRY", "EXPIRY", "expiry", "expiryDate"]).map(Cow::Borrowed);
        let expiry = expiry.or_else(|| parts.map(|(year, month)| Cow::Owned(format!("{year}{month:0>2}"))));
        Self {
            number_name: "$PAN",
            number: first(&["$PAN", "PAN", "pan"]),
            code: first(&["$CVC", "CVC", "cvc"]),
            expiry,
            holder: first(&["TEXT", "cardHolderName", "cardholderName", "cardholder"]),
        }
    }

    /// Was any card sent?
    pub fn is_empty(&self) -> bool {
        self.number.is_none()
    }
}

/// What a merchant's page knows of 3-D Secure 2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreeDsFields {
    /// `threeDSServerTransId`: this is the second call of an attempt.
    pub transaction: Option<OperationId>,
    /// Where the bank posts `cres`, if not to the gateway; up to 512 characters.
    pub finish_url: Option<String>,
    /// Who is told that the browser was looked at; up to 512 characters.
    pub method_notification_url: Option<String>,
}

impl ThreeDsFields {
    /// Reads them. What only mobile applications send is left alone.
    pub fn read(params: &Params) -> Result<Self, Refused> {
        Ok(Self {
            transaction: transaction(params)?,
            finish_url: text(params, "threeDSVer2FinishUrl", 512, is_absolute_address)?,
            method_notification_url: text(params, "threeDSMethodNotificationUrl", 512, is_absolute_address)?,
        })
    }
}

/// `threeDSServerTransId`.
fn transaction(params: &Params) -> Result<Option<OperationId>, Refused> {
    let name = "threeDSServerTransId";
    let read = |text: &str| text.parse().map_err(|_| Refused::ParameterInvalid(name.to_owned()));
    params.get(name).map(read).transpose()
}

/// `paymentorder.do`, `processform.do` and what both share with payments by saved card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentOrder {
    /// `MDORDER`.
    pub order: PaymentId,
    /// The language of the answer.
    pub language: Language,
    /// The payer's address on the network, up to 39 characters. Documented as required; clients leave it out.
    pub ip: Option<String>,
    /// The payer's address, up to 40 characters.
    pub email: Option<String>,
    /// `bindingNotNeeded`: the card shall not be saved.
    pub binding_not_needed: bool,
    /// Names and values of the merchant, added to the order's.
    pub json_params: Vec<(String, String)>,
    /// 3-D Secure 2.
    pub three_ds: ThreeDsFields,
}

impl PaymentOrder {
    /// Reads everything but the card.
    pub fn read(params: &Params, default: Language) -> Result<Self, Refused> {
        let order = md_order(params)?;
        let language = Language::read(params, default)?;
        let any = |_: &str| true;
        Ok(Self {
            order,
            language,
            ip: text(params, "ip", 39, any)?,
            email: text(params, "email", 40, any)?,
            binding_not_needed: flag(params, "bindingNotNeeded")?,
            json_params: params.get("jsonParams").map_or(Ok(Vec::new()), json_params)?,
            three_ds: ThreeDsFields::read(params)?,
        })
    }
}

/// `MDORDER` in each spelling; one that is no id names no order.
pub fn md_order(params: &Params) -> Result<PaymentId, Refused> {
    let sent = ["MDORDER", "mdOrder", "orderId", "mdorder"].iter().find_map(|name| params.get(name));
    sent.ok_or(Refused::ParameterEmpty("mdOrder"))?.parse().map_err(|_| Refused::OrderNotFound)
}

/// `true` or `false`; absent is false.
pub(super) fn flag(params: &Params, name: &str) -> Result<bool, Refused> {
    match params.get(name) {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(_) => Err(Refused::ParameterInvalid(name.to_owned())),
    }
}

/// A call that ends 3-D Secure: which order, and which attempt of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finish {
    /// The order, by its own id.
    pub order: Option<PaymentId>,
    /// The attempt. One that names its order may leave it open.
    pub attempt: Option<OperationId>,
    /// The language of the answer.
    pub language: Language,
}

impl Finish {
    /// `finish3ds.do` (`MD`, `PaRes`), `finish3dsPayment.do` (`mdOrder`, `paRes`).
    pub fn version_1(params: &Params, default: Language) -> Result<Self, Refused> {
        let first = |names: &[&str]| names.iter().find_map(|name| params.get(name));
        let order = first(&["MD", "mdOrder", "MDORDER"]).ok_or(Refused::ParameterEmpty("mdOrder"))?;
        let message = first(&["PaRes", "paRes"]).ok_or(Refused::ParameterEmpty("paRes"))?;
        let attempt = crate::rbs::three_ds::read_pa(message);
        Ok(Self {
            order: Some(order.parse().map_err(|_| Refused::OrderNotFound)?),
            attempt: Some(attempt.ok_or_else(|| Refused::ParameterInvalid("paRes".to_owned()))?),
            language: language(params, default)?,
        })
    }

    /// `finish3dsVer2.do` (`cres`, perhaps `threeDSSessionData`).
    pub fn browser_version_2(params: &Params, default: Language) -> Result<Self, Refused> {
        let message = params.get("cres").ok_or(Refused::ParameterEmpty("cres"))?;
        let attempt = crate::rbs::three_ds::read_c(message);
        Ok(Self {
            // What a page of the merchant's put there need not be an order of ours.
            order: params.get("threeDSSessionData").and_then(|order| order.parse().ok()),
            attempt: Some(attempt.ok_or_else(|| Refused::ParameterInvalid("cres".to_owned()))?),
            language: language(params, default)?,
        })
    }

    /// `finish3dsVer2Payment.do` and the mobile application's call without credentials.
    pub fn version_2(params: &Params, default: Language) -> Result<Self, Refused> {
        let attempt = transaction(params)?.ok_or(Refused::ParameterEmpty("threeDSServerTransId"))?;
        let order = params.get("threeDSVer2MdOrder").map(str::parse).transpose().map_err(|_| Refused::OrderNotFound)?;
        Ok(Self { order, attempt: Some(attempt), language: language(params, default)? })
    }

    /// `3ds/continue.do`.
    pub fn whole_order(params: &Params, default: Language) -> Result<Self, Refused> {
        Ok(Self { order: Some(md_order(params)?), attempt: None, language: language(params, default)? })
    }
}

/// The language of the call: `language`, or the `lang` of an address that the bank's page led to.
fn language(params: &Params, default: Language) -> Result<Language, Refused> {
    let default = params.get("lang").and_then(Language::from_code).unwrap_or(default);
    Language::read(params, default)
}
