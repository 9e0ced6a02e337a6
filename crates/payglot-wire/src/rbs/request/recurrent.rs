//! `recurrentPayment.do`: the one call here whose parameters come as JSON. It registers an order and charges a saved card, with nobody
//! there to be asked.

use super::card_payment::flag;
use super::{Defaults, Feature, Register};
use crate::rbs::codes::Refused;
use crate::rbs::params::Params;
use crate::text::json::Json;
use payglot_core::BindingId;

/// The members that are read; others are ignored, as unknown parameters are everywhere.
const MEMBERS: &[&str] = &[
    "userName",
    "password",
    "token",
    "merchantLogin",
    "orderNumber",
    "amount",
    "currency",
    "bindingId",
    "description",
    "language",
    "preAuth",
];

/// The merchant's own names and values, which other calls name `jsonParams`.
const ADDITIONAL: &str = "additionalParameters";

/// One charge of a saved card.
#[derive(Clone, Debug, PartialEq)]
pub struct Recurrent {
    /// The order to register. It is one with `AUTO_PAYMENT`, because that is what it is.
    pub order: Register,
    /// `preAuth`: a hold instead of a sale.
    pub hold: bool,
    /// The saved card. A text that is no id names none of the merchant's cards.
    pub binding_id: BindingId,
}

impl Recurrent {
    /// The parameters of a body. A number is taken as it is written, `null` is absent; a member that has a list or an object where one
    /// value belongs is refused by its name, as unreadable as a body that is none: before anybody is asked who is calling.
    pub fn params(body: &[u8]) -> Result<Params, Refused> {
        let text = std::str::from_utf8(body).map_err(|_| Refused::Malformed)?;
        let json = Json::read(text).ok_or(Refused::Malformed)?;
        let members = json.members().ok_or(Refused::Malformed)?;
        let mut pairs = Vec::new();
        for (name, value) in members {
            if MEMBERS.contains(&name.as_str()) {
                pairs.push((name.clone(), single(name, value)?));
            } else if name == ADDITIONAL && *value != Json::Null {
                pairs.push(("jsonParams".to_owned(), value.to_string()));
            }
        }
        Ok(Params::from_pairs(pairs))
    }

    /// Reads what [`Recurrent::params`] found. The number of the order must be there, so that a charge that is repeated because its
    /// answer was lost is refused.
    pub fn read(params: &Params, defaults: &Defaults) -> Result<Self, Refused> {
        for name in ["orderNumber", "amount", "bindingId"] {
            params.get(name).ok_or(Refused::ParameterEmpty(name))?;
        }
        let automatic = ("features".to_owned(), Feature::AutoPayment.name().to_owned());
        let own = Params::from_pairs(params.pairs().iter().cloned().chain([automatic]).collect());
        // Nobody is led anywhere.
        let defaults = Defaults { needs_return_url: false, ..defaults.clone() };
        let order = Register::read(&own, &defaults).map_err(by_own_name)?;
        let hold = flag(params, "preAuth")?;
        let id = params.get("bindingId").unwrap_or_default();
        Ok(Self { order, hold, binding_id: id.parse().map_err(|_| Refused::BindingNotFound)? })
    }
}

/// The text of a member that has one value.
fn single(name: &str, value: &Json) -> Result<String, Refused> {
    match value {
        Json::Null | Json::Number(_) | Json::Text(_) => Ok(value.plain()),
        Json::Bool(_) if name == "preAuth" => Ok(value.plain()),
        Json::Bool(_) | Json::List(_) | Json::Object(_) => Err(Refused::ParameterInvalid(name.to_owned())),
    }
}

/// The refusal by the name that this call has for the parameter.
fn by_own_name(refused: Refused) -> Refused {
    match refused {
        Refused::ParameterInvalid(name) if name == "jsonParams" => Refused::ParameterInvalid(ADDITIONAL.to_owned()),
        other => other,
    }
}
