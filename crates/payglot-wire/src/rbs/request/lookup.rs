//! Calls about what there is: lists of orders, parameters added to an order, and whether a card takes part in 3-D Secure.

use super::OrderRef;
use crate::rbs::codes::Refused;
use crate::rbs::language::Language;
use crate::rbs::params::Params;
use crate::text::local_time::LocalTime;
use crate::text::secret::Secret;
use payglot_core::{State, UnixMillis};

/// The most orders of a page, and the size of one whose request names none.
const SIZE_MAX: u32 = 200;

/// `getLastOrdersForMerchants.do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastOrders {
    /// Orders of a page, 1 to 200.
    pub size: u32,
    /// Which page, from 0.
    pub page: u32,
    /// Since when.
    pub from: UnixMillis,
    /// Before when: the second of `to` is part of the period.
    pub until: UnixMillis,
    /// The states that were asked for: each with whether something was refunded, which makes a state of its own in this protocol.
    pub states: Vec<(State, bool)>,
    /// Logins of merchants; none means all that the caller may see.
    pub merchants: Vec<String>,
    /// Is the period that of the registration? Otherwise it is that of the payment.
    pub by_created: bool,
    /// The language of the answer.
    pub language: Language,
}

impl LastOrders {
    /// Reads the parameters; `offset_secs` is how far the merchant's clocks are ahead of UTC. A library sends neither size nor page, and
    /// `merchants` empty, so these have defaults.
    pub fn read(params: &Params, default: Language, offset_secs: i32) -> Result<Self, Refused> {
        let language = Language::read(params, default)?;
        let size = number(params, "size", SIZE_MAX)?;
        if !(1..=SIZE_MAX).contains(&size) {
            return Err(invalid("size"));
        }
        let page = number(params, "page", 0)?;
        let (from, to) = (moment(params, "from", offset_secs)?, moment(params, "to", offset_secs)?);
        if to < from {
            return Err(invalid("to"));
        }
        let by_created = match params.get("searchByCreatedDate") {
            None => false,
            Some(word) if word.eq_ignore_ascii_case("false") => false,
            Some(word) if word.eq_ignore_ascii_case("true") => true,
            Some(_) => return Err(invalid("searchByCreatedDate")),
        };
        let states = states(params, by_created)?;
        let merchants = list(params.get("merchants").unwrap_or_default()).map(str::to_owned).collect();
        Ok(Self { size, page, from, until: to.plus(1000), states, merchants, by_created, language })
    }

    /// How many orders come before the page.
    pub fn offset(&self) -> u64 {
        u64::from(self.page) * u64::from(self.size)
    }
}

/// `transactionStates`. What was never paid has no time of payment, so it is in no list by that time.
fn states(params: &Params, by_created: bool) -> Result<Vec<(State, bool)>, Refused> {
    let named = params.get("transactionStates").ok_or(Refused::ParameterEmpty("transactionStates"))?;
    let mut states: Vec<(State, bool)> = Vec::new();
    for name in list(named) {
        let of_name: &[(State, bool)] = match name {
            "CREATED" if by_created => &[(State::Created, false), (State::Pending, false), (State::Underpaid, false)],
            "DECLINED" if by_created => &[(State::Declined, false), (State::Cancelled, false), (State::Expired, false)],
            "CREATED" | "DECLINED" => &[],
            "APPROVED" => &[(State::Held, false)],
            "DEPOSITED" => &[(State::Paid, false)],
            "REVERSED" => &[(State::Voided, false)],
            "REFUNDED" => &[(State::Paid, true), (State::Held, true)],
            _ => return Err(invalid("transactionStates")),
        };
        states.extend_from_slice(of_name);
    }
    Ok(states)
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn invalid(name: &str) -> Refused {
    Refused::ParameterInvalid(name.to_owned())
}

fn number(params: &Params, name: &str, default: u32) -> Result<u32, Refused> {
    match params.get(name) {
        None => Ok(default),
        Some(text) if text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse().map_err(|_| invalid(name))
        }
        Some(_) => Err(invalid(name)),
    }
}

fn moment(params: &Params, name: &'static str, offset_secs: i32) -> Result<UnixMillis, Refused> {
    let text = params.get(name).ok_or(Refused::ParameterEmpty(name))?;
    LocalTime::read_compact(text).map(|time| time.moment(offset_secs)).ok_or_else(|| invalid(name))
}

/// `addParams.do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddParams {
    /// Which order.
    pub order: OrderRef,
    /// Names and values to add; a known name gets the new value.
    pub params: Vec<(String, String)>,
    /// The language of the answer.
    pub language: Language,
}

impl AddParams {
    /// More names than this are refused: every call could add some more.
    pub const NAMES_MAX: usize = 100;

    /// Reads the parameters.
    pub fn read(params: &Params, default: Language) -> Result<Self, Refused> {
        let language = Language::read(params, default)?;
        let order = OrderRef::read(params, Refused::OrderIdEmpty, Refused::OrderNotFound)?;
        let text = params.get("params").ok_or(Refused::ParameterEmpty("params"))?;
        let added = super::json_params(text).map_err(|_| invalid("params"))?;
        if added.len() > Self::NAMES_MAX {
            return Err(invalid("params"));
        }
        Ok(Self { order, params: added, language })
    }
}

/// `verifyEnrollment.do`.
#[derive(Debug)]
pub struct VerifyEnrollment {
    /// The card number as sent.
    pub pan: Secret,
    /// The language of the answer.
    pub language: Language,
}

impl VerifyEnrollment {
    /// Reads the parameters.
    pub fn read(params: &Params, default: Language) -> Result<Self, Refused> {
        let language = Language::read(params, default)?;
        let pan = params.get("pan").filter(|pan| pan.len() <= 19).ok_or(Refused::PanIncorrect)?;
        Ok(Self { pan: Secret::new(pan), language })
    }
}
