//! What is kept of a registration beside the payment: the merchant's own parameters, as one opaque text to everybody else.

use super::language::Language;
use super::params::Params;
use super::request::{Defaults, Feature, Register};
use crate::text::form;
use crate::text::json::Json;
use payglot_core::{BindingId, DeclineReason, Payment};

/// A member of ours among the merchant's: who cancelled. The dot keeps it apart from every name of the protocol.
const CANCELLED: &str = "payglot.cancelled";
/// The saved card that an attempt used, or that the payment saved.
const BINDING: &str = "payglot.binding";
/// Did the payment save it?
const BINDING_SAVED: &str = "payglot.bindingSaved";

/// What the merchant sent with an order, read from the stored text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    params: Params,
}

impl Details {
    /// Reads the text of [`Register::to_details`]. A text that is not one reads as nothing sent.
    pub fn read(text: &str) -> Self {
        Self { params: Params::from_pairs(form::decode(text.as_bytes()).unwrap_or_default()) }
    }

    /// The text to store.
    pub fn to_text(&self) -> String {
        form::encode(self.params.pairs().iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// The order as it was registered, judged by nothing but its shape: the project may have changed its mind since.
    pub fn register(&self, defaults: &Defaults) -> Option<Register> {
        let mut lenient = defaults.clone();
        (lenient.may_verify, lenient.may_pay_automatically, lenient.may_name_callback) = (true, true, true);
        (lenient.numbers_orders, lenient.amount_max, lenient.now) = (true, i64::MAX, None);
        lenient.needs_return_url = false;
        lenient.currencies.extend(self.get("currency").and_then(super::request::currency));
        Register::read(&self.params, &lenient).ok()
    }

    /// A parameter by its name in the protocol.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.params.get(name)
    }

    /// The language of the order.
    pub fn language(&self, default: Language) -> Language {
        Language::of_errors(&self.params, default)
    }

    /// The currency's number as the merchant wrote it, or as the payment has it.
    pub fn currency(&self, payment: &Payment) -> String {
        let known = || format!("{:03}", payment.amount.currency().numeric().unwrap_or_default());
        self.get("currency").map_or_else(known, str::to_owned)
    }

    /// The amount that the merchant registered, in minor units: 0 for a card that is only verified, though the bank is asked for more.
    pub fn amount(&self, payment: &Payment) -> i64 {
        let named = self.get("amount").filter(|_| self.has(Feature::Verify)).and_then(|amount| amount.parse().ok());
        named.unwrap_or(payment.amount.minor())
    }

    /// Where the payer goes: after a failure to `failUrl`, if there is one.
    pub fn return_to(&self, success: bool) -> Option<&str> {
        let success_url = self.get("returnUrl");
        if success { success_url } else { self.get("failUrl").or(success_url) }
    }

    /// The merchant's own names and values, in order.
    pub fn merchant_params(&self) -> Vec<(String, String)> {
        let read = |text| super::request::json_params(text).unwrap_or_default();
        self.get("jsonParams").map(read).unwrap_or_default()
    }

    /// One of the merchant's own values.
    pub fn merchant_param(&self, name: &str) -> Option<String> {
        self.merchant_params().into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Adds to the merchant's own names and values; a known name gets the new value.
    pub fn add_merchant_params(&mut self, added: Vec<(String, String)>) {
        let mut params = self.merchant_params();
        for (name, value) in added {
            match params.iter_mut().find(|(known, _)| *known == name) {
                Some(known) => known.1 = value,
                None => params.push((name, value)),
            }
        }
        self.set("jsonParams", super::request::write_json_params(&params));
    }

    /// Remembers what came with a payment: the payer's mail address, the merchant's own values, whether the card may not be saved.
    pub fn remember_payment(&mut self, email: Option<&str>, params: Vec<(String, String)>, binding_not_needed: bool) {
        if let Some(email) = email {
            self.set("email", email.to_owned());
        }
        if !params.is_empty() {
            self.add_merchant_params(params);
        }
        if binding_not_needed {
            self.set("bindingNotNeeded", "true".to_owned());
        }
    }

    /// The cart.
    pub fn order_bundle(&self) -> Option<Json> {
        self.get("orderBundle").and_then(Json::read)
    }

    /// Was this feature asked for?
    pub fn has(&self, feature: Feature) -> bool {
        self.params.all("features").flat_map(|value| value.split([';', ','])).any(|name| name == feature.name())
    }

    /// Remembers who cancelled an order, which the payment itself does not tell.
    pub fn set_cancelled(&mut self, reason: DeclineReason) {
        self.set(CANCELLED, reason.name().to_owned());
    }

    /// Who cancelled.
    pub fn cancelled(&self) -> Option<DeclineReason> {
        self.get(CANCELLED).and_then(DeclineReason::from_name)
    }

    /// The payer's id in the shop: with it a card can be saved.
    pub fn client_id(&self) -> Option<&str> {
        self.get("clientId")
    }

    /// The saved card that alone may pay, if the merchant named one.
    pub fn fixed_binding(&self) -> Option<BindingId> {
        self.get("bindingId").and_then(|id| id.parse().ok())
    }

    /// May the payer save a card, and must the card be saved whether the payer says so or not?
    pub fn may_and_must_save(&self) -> (bool, bool) {
        let may = self.client_id().is_some() && !self.has(Feature::BindingNotNeeded) && self.fixed_binding().is_none();
        (may, may && self.has(Feature::ForceCreateBinding))
    }

    /// Remembers the saved card that pays, or that the payment saved; `None` forgets the one of an earlier attempt.
    pub fn set_binding(&mut self, id: Option<BindingId>, saved: bool) {
        self.set(BINDING, id.map(|id| id.to_string()).unwrap_or_default());
        self.set(BINDING_SAVED, saved.to_string());
    }

    /// The saved card that paid, or that the payment saved.
    pub fn binding(&self) -> Option<BindingId> {
        self.get(BINDING).and_then(|id| id.parse().ok())
    }

    /// The same as its text.
    pub fn binding_text(&self) -> Option<&str> {
        self.get(BINDING)
    }

    /// The card that the payment saved.
    pub fn saved_binding(&self) -> Option<BindingId> {
        self.binding().filter(|_| self.get(BINDING_SAVED) == Some("true"))
    }

    pub(super) fn set(&mut self, name: &str, value: String) {
        let kept = self.params.pairs().iter().filter(|(known, _)| known != name).cloned();
        self.params = Params::from_pairs(kept.chain([(name.to_owned(), value)]).collect());
    }
}
