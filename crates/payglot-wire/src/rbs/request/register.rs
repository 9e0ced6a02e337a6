//! `register.do` and `registerPreAuth.do`: every parameter with its limit.

use super::features::{self, Feature};
use super::{Credentials, Defaults, amount, bundle, currency};
use crate::rbs::codes::Refused;
use crate::rbs::language::Language;
use crate::rbs::params::Params;
use crate::text::json::Json;
use crate::text::local_time::LocalTime;
use crate::text::{form, url};
use payglot_core::{Ending, HoldEnd, Money, UnixMillis};

/// When the payer's time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// This many seconds after the registration.
    Seconds(u32),
    /// At this time of the merchant's clocks.
    Until(LocalTime),
}

/// An order that a merchant wants to register. Texts are as sent; what is absent is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Register {
    /// The merchant's number, 1 to 36 printable characters; `None`: the gateway numbers it.
    pub order_number: Option<String>,
    /// How much. Zero only to verify a card.
    pub amount: Money,
    /// The currency's number as sent (810 stays 810), 3 digits.
    pub currency: String,
    /// Where the payer goes afterwards, up to 512 characters; empty where no payer is led anywhere.
    pub return_url: String,
    /// Where the payer goes after a failure, up to 512 characters.
    pub fail_url: Option<String>,
    /// Where the callbacks of this order go, up to 512 characters.
    pub dynamic_callback_url: Option<String>,
    /// Free text, up to 598 characters.
    pub description: Option<String>,
    /// The language of the page and of the answer.
    pub language: Language,
    /// `DESKTOP`, `MOBILE`, or the prefix of a page's name: up to 20 letters, digits, `-` and `_`.
    pub page_view: Option<String>,
    /// The payer's id in the shop, up to 255 characters.
    pub client_id: Option<String>,
    /// The payer's address, up to 40 characters.
    pub email: Option<String>,
    /// The payer's telephone, 7 to 15 digits, perhaps with a plus sign.
    pub phone: Option<String>,
    /// The payer's address on the network, up to 39 characters.
    pub ip: Option<String>,
    /// Names and values of the merchant, in order; a name up to 255 bytes, a value up to 1024.
    pub json_params: Vec<(String, String)>,
    /// When the payer's time is over.
    pub lifetime: Lifetime,
    /// When a hold is captured by itself.
    pub autocompletion_date: Option<LocalTime>,
    /// When a hold is voided by itself.
    pub auto_reverse_date: Option<LocalTime>,
    /// The saved card that alone may pay, up to 255 characters.
    pub binding_id: Option<String>,
    /// Features, each once.
    pub features: Vec<Feature>,
    /// The cart.
    pub order_bundle: Option<Json>,
    /// Parameters that are kept and change nothing.
    pub other: Vec<(String, String)>,
}

/// Says whether a value is one that its parameter can have.
type Judge = fn(&str) -> bool;

/// Parameters that are kept and change nothing, with their judges.
const OTHER: &[(&str, Judge)] = &[
    ("merchantLogin", |text| fits(text, 255)),
    ("postAddress", |text| fits(text, 598)),
    ("taxSystem", |text| matches!(text, "0" | "1" | "2" | "3" | "4" | "5")),
    ("additionalOfdParams", is_object),
    ("billingPayerData", is_billing),
    ("shippingPayerData", is_object),
    ("preOrderPayerData", is_object),
    ("orderPayerData", is_object),
    ("billingAndShippingAddressMatchIndicator", |text| matches!(text, "Y" | "N")),
    ("prepaymentMdOrder", |text| fits(text, 36)),
    ("cardholderName", is_holder),
    ("feeInput", |text| is_digits(text, 1, 8)),
    ("mcc", |text| is_digits(text, 4, 4)),
];

impl Register {
    /// An order with nothing but what is required.
    pub fn new(amount: Money, return_url: impl Into<String>, defaults: &Defaults) -> Self {
        let number = amount.currency().numeric().unwrap_or_default();
        Self {
            order_number: None,
            amount,
            currency: format!("{number:03}"),
            return_url: return_url.into(),
            fail_url: None,
            dynamic_callback_url: None,
            description: None,
            language: defaults.language,
            page_view: None,
            client_id: None,
            email: None,
            phone: None,
            ip: None,
            json_params: Vec::new(),
            lifetime: Lifetime::Seconds(defaults.session_timeout_secs),
            autocompletion_date: None,
            auto_reverse_date: None,
            binding_id: None,
            features: Vec::new(),
            order_bundle: None,
            other: Vec::new(),
        }
    }

    /// Reads and judges everything. Credentials come before it, the repeated number after it.
    pub fn read(params: &Params, defaults: &Defaults) -> Result<Self, Refused> {
        let (amount_text, return_url) = required(params, defaults)?;
        let language = Language::read(params, defaults.language)?;
        let minor = amount(amount_text)?;
        let verifies = features::names(params).any(|name| name == Feature::Verify.name());
        if minor > defaults.amount_max || (minor == 0 && !verifies) {
            return Err(Refused::AmountInvalid);
        }
        let order_number = order_number(params)?;
        let return_url = if return_url.is_empty() { String::new() } else { return_address(return_url)? };
        let fail_url = params.get("failUrl").map(return_address).transpose()?;
        let dynamic_callback_url = text(params, "dynamicCallbackUrl", 512, url::is_absolute)?;
        if dynamic_callback_url.is_some() && !defaults.may_name_callback {
            return Err(Refused::AccessDenied);
        }
        let any = |_: &str| true;
        let mut order = Self {
            order_number,
            fail_url,
            dynamic_callback_url,
            description: text(params, "description", 598, any)?,
            language,
            page_view: text(params, "pageView", 20, is_page_view)?,
            client_id: text(params, "clientId", 255, any)?,
            email: text(params, "email", 40, any)?,
            phone: text(params, "phone", 16, is_phone)?,
            ip: text(params, "ip", 39, any)?,
            json_params: params.get("jsonParams").map_or(Ok(Vec::new()), json_params)?,
            lifetime: lifetime(params, defaults)?,
            autocompletion_date: date(params, "autocompletionDate")?,
            auto_reverse_date: date(params, "autoReverseDate")?,
            binding_id: text(params, "bindingId", 255, any)?,
            order_bundle: params.get("orderBundle").map(|text| cart(text, minor)).transpose()?,
            other: other(params)?,
            ..Self::new(Money::zero(defaults.currency), return_url, defaults)
        };
        if let Some(number) = params.get("currency") {
            number.clone_into(&mut order.currency);
        }
        let currency = currency(&order.currency).ok_or(Refused::UnknownCurrency)?;
        if currency != defaults.currency && !defaults.currencies.contains(&currency) {
            return Err(Refused::UnknownCurrency);
        }
        order.amount = Money::new(minor, currency).ok_or(Refused::AmountInvalid)?;
        order.features = features::read(params, defaults)?;
        if order.has(Feature::ForceGenerateOrderNumber) {
            order.order_number = None;
        }
        Ok(order)
    }

    /// Was this feature asked for?
    pub fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }

    /// When the payer's time is over, for a registration at `now`.
    pub fn expires_at(&self, now: UnixMillis, offset_secs: i32) -> UnixMillis {
        match self.lifetime {
            Lifetime::Seconds(seconds) => now.plus(i64::from(seconds) * 1000),
            Lifetime::Until(time) => time.moment(offset_secs),
        }
    }

    /// What ends the hold of an order that is registered at `now`, if the merchant named anything: the earlier of the two dates; of two
    /// equal ones the money goes back. Neither may come before the payer's time is over, or the hold would be over before it began.
    pub fn hold_end(&self, now: UnixMillis, offset_secs: i32) -> Result<Option<HoldEnd>, Refused> {
        let begins = self.expires_at(now, offset_secs);
        let end = |name: &str, date: Option<LocalTime>, ending| match date.map(|date| date.moment(offset_secs)) {
            Some(at) if at < begins => Err(Refused::ParameterInvalid(name.to_owned())),
            moment => Ok(moment.map(|at| HoldEnd { at, ending })),
        };
        let captured = end("autocompletionDate", self.autocompletion_date, Ending::Capture)?;
        let released = end("autoReverseDate", self.auto_reverse_date, Ending::Void)?;
        Ok([released, captured].into_iter().flatten().min_by_key(|end| end.at))
    }

    /// What is stored with the payment and given back in replies and callbacks: form text without credentials and card data.
    pub fn to_details(&self) -> String {
        let features: Vec<&str> = self.features.iter().map(|feature| feature.name()).collect();
        let mut pairs: Vec<(&str, String)> = vec![
            ("amount", self.amount.minor().to_string()),
            ("currency", self.currency.clone()),
            ("returnUrl", self.return_url.clone()),
            ("language", self.language.to_string()),
        ];
        match self.lifetime {
            Lifetime::Seconds(seconds) => pairs.push(("sessionTimeoutSecs", seconds.to_string())),
            Lifetime::Until(time) => pairs.push(("expirationDate", time.to_string())),
        }
        let optional: [(&str, Option<String>); 15] = [
            ("orderNumber", self.order_number.clone()),
            ("failUrl", self.fail_url.clone()),
            ("dynamicCallbackUrl", self.dynamic_callback_url.clone()),
            ("description", self.description.clone()),
            ("pageView", self.page_view.clone()),
            ("clientId", self.client_id.clone()),
            ("email", self.email.clone()),
            ("phone", self.phone.clone()),
            ("ip", self.ip.clone()),
            ("jsonParams", (!self.json_params.is_empty()).then(|| write_json_params(&self.json_params))),
            ("autocompletionDate", self.autocompletion_date.map(|time| time.to_string())),
            ("autoReverseDate", self.auto_reverse_date.map(|time| time.to_string())),
            ("bindingId", self.binding_id.clone()),
            ("features", (!features.is_empty()).then(|| features.join(";"))),
            ("orderBundle", self.order_bundle.as_ref().map(Json::to_string)),
        ];
        pairs.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
        let known = pairs.iter().map(|(name, value)| (*name, value.as_str()));
        form::encode(known.chain(self.other.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
    }

    /// The form text of the request, for the shop's side.
    pub fn to_form(&self, credentials: &Credentials) -> String {
        format!("{}&{}", form::encode(credentials.pairs()), self.to_details())
    }
}

/// Presence: the number (if it must be there), the amount, the return address.
fn required<'a>(params: &'a Params, defaults: &Defaults) -> Result<(&'a str, &'a str), Refused> {
    let asked = |feature: Feature| features::names(params).any(|name| name == feature.name());
    let optional =
        asked(Feature::ForceGenerateOrderNumber) || (defaults.numbers_orders && !asked(Feature::OrderNumberExplicit));
    if params.get("orderNumber").is_none() && !optional {
        return Err(Refused::NumberEmpty);
    }
    let amount = params.get("amount").ok_or(Refused::AmountEmpty)?;
    match params.get("returnUrl") {
        Some(address) => Ok((amount, address)),
        None if defaults.needs_return_url => Err(Refused::ReturnUrlEmpty),
        None => Ok((amount, "")),
    }
}

fn order_number(params: &Params) -> Result<Option<String>, Refused> {
    let Some(number) = params.get("orderNumber") else { return Ok(None) };
    let printable = number.chars().all(|c| !c.is_control()) && !number.trim().is_empty();
    if printable && fits(number, 36) { Ok(Some(number.to_owned())) } else { Err(Refused::NumberInvalid) }
}

fn return_address(address: &str) -> Result<String, Refused> {
    if fits(address, 512) && url::has_scheme(address) { Ok(address.to_owned()) } else { Err(Refused::ReturnUrlInvalid) }
}

pub(super) fn text(
    params: &Params,
    name: &str,
    max: usize,
    judge: impl Fn(&str) -> bool,
) -> Result<Option<String>, Refused> {
    match params.get(name) {
        None => Ok(None),
        Some(value) if fits(value, max) && judge(value) => Ok(Some(value.to_owned())),
        Some(_) => Err(Refused::ParameterInvalid(name.to_owned())),
    }
}

/// An absolute web address.
pub(super) fn is_absolute_address(text: &str) -> bool {
    url::is_absolute(text)
}

fn date(params: &Params, name: &str) -> Result<Option<LocalTime>, Refused> {
    let read = |text| LocalTime::read(text).ok_or_else(|| Refused::ParameterInvalid(name.to_owned()));
    params.get(name).map(read).transpose()
}

/// `expirationDate` overrides `sessionTimeoutSecs`, but a wrong one of either is refused.
fn lifetime(params: &Params, defaults: &Defaults) -> Result<Lifetime, Refused> {
    let seconds = match params.get("sessionTimeoutSecs") {
        None => defaults.session_timeout_secs,
        Some(text) if is_digits(text, 1, 9) => text.parse().unwrap_or(0),
        Some(_) => 0,
    };
    if seconds == 0 {
        return Err(Refused::ParameterInvalid("sessionTimeoutSecs".to_owned()));
    }
    let Some(until) = date(params, "expirationDate")? else { return Ok(Lifetime::Seconds(seconds)) };
    let over = defaults.now.is_some_and(|now| until.moment(defaults.offset_secs) <= now);
    if over { Err(Refused::ParameterInvalid("expirationDate".to_owned())) } else { Ok(Lifetime::Until(until)) }
}

fn cart(text: &str, minor: i64) -> Result<Json, Refused> {
    let json = Json::read(text).ok_or_else(|| Refused::ParameterInvalid("orderBundle".to_owned()))?;
    bundle::check(&json, minor)?;
    Ok(json)
}

/// An object of plain values; a nested one is kept as its text.
pub(in crate::rbs) fn json_params(text: &str) -> Result<Vec<(String, String)>, Refused> {
    let invalid = || Refused::ParameterInvalid("jsonParams".to_owned());
    let json = Json::read(text).ok_or_else(invalid)?;
    let members = json.members().ok_or_else(invalid)?;
    let read: Vec<(String, String)> = members.iter().map(|(name, value)| (name.clone(), value.plain())).collect();
    let fit = read.iter().all(|(name, value)| name.len() <= 255 && value.len() <= 1024);
    if fit { Ok(read) } else { Err(invalid()) }
}

pub(in crate::rbs) fn write_json_params(params: &[(String, String)]) -> String {
    Json::Object(params.iter().map(|(name, value)| (name.clone(), Json::Text(value.clone()))).collect()).to_string()
}

fn other(params: &Params) -> Result<Vec<(String, String)>, Refused> {
    let mut kept = Vec::new();
    for (name, judge) in OTHER {
        match params.get(name) {
            None => {}
            Some(value) if judge(value) => kept.push(((*name).to_owned(), value.to_owned())),
            Some(_) => return Err(Refused::ParameterInvalid((*name).to_owned())),
        }
    }
    Ok(kept)
}

/// Up to so many characters, of which no text is as long as four times its bytes.
fn fits(text: &str, max: usize) -> bool {
    text.len() <= max || (text.len() <= max * 4 && text.chars().count() <= max)
}

fn is_digits(text: &str, min: usize, max: usize) -> bool {
    (min..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_phone(text: &str) -> bool {
    is_digits(text.strip_prefix('+').unwrap_or(text), 7, 15)
}

/// A name, and not a card number that somebody put there: what an order is registered with is kept.
fn is_holder(text: &str) -> bool {
    fits(text, 512) && text.chars().filter(char::is_ascii_digit).count() <= 6
}

fn is_page_view(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_object(text: &str) -> bool {
    Json::read(text).is_some_and(|json| json.members().is_some())
}

fn is_billing(text: &str) -> bool {
    let fit = |(name, value): &(String, Json)| fits(&value.plain(), if name == "billingPostalCode" { 9 } else { 50 });
    Json::read(text).is_some_and(|json| json.members().is_some_and(|members| members.iter().all(fit)))
}
