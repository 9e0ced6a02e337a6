//! What a merchant asks about saved cards.

use super::register::text;
use crate::rbs::codes::Refused;
use crate::rbs::language::Language;
use crate::rbs::params::Params;
use payglot_core::BindingId;

/// `bindingType`: which categories of saved cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingKind {
    /// `C`: those that the payer pays with again.
    Common,
    /// `I`: those of instalments.
    Installment,
    /// `R`: those that are charged again and again.
    Recurrent,
    /// `CR`: the first and the last.
    CommonOrRecurrent,
}

/// `getBindings.do` and `getAllBindings.do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetBindings {
    /// The payer's id in the shop, up to 255 characters.
    pub client_id: String,
    /// Only this one; `Some(None)` is an id that nothing has.
    pub binding_id: Option<Option<BindingId>>,
    /// Only of this kind.
    pub kind: Option<BindingKind>,
    /// Those whose card has expired, too.
    pub show_expired: bool,
    /// The language of the answer.
    pub language: Language,
}

impl GetBindings {
    /// Reads the parameters.
    pub fn read(params: &Params, default: Language) -> Result<Self, Refused> {
        let client_id = text(params, "clientId", 255, |_| true)?.ok_or(Refused::ClientIdEmpty)?;
        let language = Language::read(params, default)?;
        let kind = match params.get("bindingType") {
            None => None,
            Some("C") => Some(BindingKind::Common),
            Some("I") => Some(BindingKind::Installment),
            Some("R") => Some(BindingKind::Recurrent),
            Some("CR") => Some(BindingKind::CommonOrRecurrent),
            Some(_) => return Err(Refused::ParameterInvalid("bindingType".to_owned())),
        };
        let binding_id = params.get("bindingId").map(|id| id.parse().ok());
        Ok(Self { client_id, binding_id, kind, show_expired: show_expired(params)?, language })
    }
}

/// `getBindingsByCardOrId.do` without the card's number, which the caller reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindBindings {
    /// The saved card, if the call names one; `Some(None)` is an id that nothing has.
    pub binding_id: Option<Option<BindingId>>,
    /// Those whose card has expired, too.
    pub show_expired: bool,
    /// The language of the answer.
    pub language: Language,
}

impl FindBindings {
    /// Reads the parameters. One of `bindingId` and `pan` must be there.
    pub fn read(params: &Params, default: Language) -> Result<Self, Refused> {
        let binding_id = params.get("bindingId").map(|id| id.parse().ok());
        if binding_id.is_none() && params.get("pan").is_none() {
            return Err(Refused::ParameterEmpty("bindingId"));
        }
        let language = Language::read(params, default)?;
        Ok(Self { binding_id, show_expired: show_expired(params)?, language })
    }
}

/// A call about one saved card: `bindCard.do`, `unBindCard.do`, `extendBinding.do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneBinding {
    /// Which. A text that is no id names none of the merchant's cards.
    pub binding_id: BindingId,
    /// The language of the answer.
    pub language: Language,
}

impl OneBinding {
    /// Reads the parameters.
    pub fn read(params: &Params, default: Language) -> Result<Self, Refused> {
        let id = params.get("bindingId").ok_or(Refused::ParameterEmpty("bindingId"))?;
        let language = Language::read(params, default)?;
        Ok(Self { binding_id: id.parse().map_err(|_| Refused::BindingNotFound)?, language })
    }

    /// `newExpiry` of `extendBinding.do`: `YYYYMM`.
    pub fn new_expiry(params: &Params) -> Result<u32, Refused> {
        let text = params.get("newExpiry").ok_or(Refused::ParameterEmpty("newExpiry"))?;
        let invalid = || Refused::ParameterInvalid("newExpiry".to_owned());
        let digits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number: u32 = text.parse().ok().filter(|_| digits).ok_or_else(invalid)?;
        let fits = (2000..2100).contains(&(number / 100)) && (1..=12).contains(&(number % 100));
        if fits { Ok(number) } else { Err(invalid()) }
    }
}

fn show_expired(params: &Params) -> Result<bool, Refused> {
    super::card_payment::flag(params, "showExpired")
}
