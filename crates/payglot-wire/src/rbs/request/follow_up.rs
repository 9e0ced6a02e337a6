//! What a merchant asks about an order that exists: capture, void, refund, decline.

use super::{OrderRef, amount, currency};
use crate::rbs::codes::Refused;
use crate::rbs::language::Language;
use crate::rbs::params::Params;
use payglot_core::{Currency, Money, Payment};

/// `depositType`: is this the last capture of the hold?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DepositType {
    /// The only one.
    Normal,
    /// A part; more may follow.
    Intermediate,
    /// A part, and the last one.
    Final,
}

/// `deposit.do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposit {
    /// Which order.
    pub order: OrderRef,
    /// Minor units; `None` captures the whole hold.
    pub amount: Option<i64>,
    /// The currency, if named: it must be the order's.
    pub currency: Option<Currency>,
    /// Which capture of the hold.
    pub kind: DepositType,
    /// The language of the answer.
    pub language: Language,
}

impl Deposit {
    /// Reads the parameters.
    pub fn read(params: &Params, default: Language) -> Result<Self, Refused> {
        let language = Language::read(params, default)?;
        let order = order(params)?;
        let amount = named_amount(params)?.ok_or(Refused::AmountInvalid)?;
        let kind = match params.get("depositType") {
            None | Some("0") => DepositType::Normal,
            Some("1") => DepositType::Intermediate,
            Some("2") => DepositType::Final,
            Some(_) => return Err(Refused::ParameterInvalid("depositType".to_owned())),
        };
        let currency = named_currency(params)?;
        Ok(Self { order, amount: Some(amount).filter(|minor| *minor > 0), currency, kind, language })
    }

    /// How much of this payment; `None` for the whole hold. Less than one rouble is refused.
    pub fn money(&self, payment: &Payment) -> Result<Option<Money>, Refused> {
        let money = money_of(self.amount, self.currency, payment)?;
        let small = |money: &Money| money.currency() == Currency::RUB && money.minor() < ROUBLE;
        if money.as_ref().is_some_and(small) { Err(Refused::DepositTooSmall) } else { Ok(money) }
    }
}

/// `reverse.do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reverse {
    /// Which order.
    pub order: OrderRef,
    /// Minor units; `None` voids everything.
    pub amount: Option<i64>,
    /// The currency, if named.
    pub currency: Option<Currency>,
    /// The language of the answer.
    pub language: Language,
}

impl Reverse {
    /// Reads the parameters.
    pub fn read(params: &Params, default: Language) -> Result<Self, Refused> {
        let language = Language::read(params, default)?;
        let order = order(params)?;
        let amount = named_amount(params)?.filter(|minor| *minor > 0);
        Ok(Self { order, amount, currency: named_currency(params)?, language })
    }

    /// How much of this payment; `None` for everything.
    pub fn money(&self, payment: &Payment) -> Result<Option<Money>, Refused> {
        money_of(self.amount, self.currency, payment)
    }
}

/// `refund.do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Which order.
    pub order: OrderRef,
    /// Minor units; `None` gives back everything that remains.
    pub amount: Option<i64>,
    /// The currency, if named.
    pub currency: Option<Currency>,
    /// What must be left of the captured sum before this refund: a guard against repeats.
    pub expected_deposited: Option<i64>,
    /// The merchant's id of this refund; a repeat with the same id and amount is the same refund.
    pub external_id: Option<String>,
    /// The language of the answer.
    pub language: Language,
}

impl Refund {
    /// Reads the parameters.
    pub fn read(params: &Params, default: Language) -> Result<Self, Refused> {
        let language = Language::read(params, default)?;
        let order = order(params)?;
        let amount = named_amount(params)?.ok_or(Refused::AmountInvalid)?;
        let invalid = |name: &str| Refused::ParameterInvalid(name.to_owned());
        let expected_deposited = match params.get("expectedDepositedAmount") {
            None => None,
            Some(text) if text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                // More than any sum is a sum that nothing equals.
                Some(text.parse().unwrap_or(i64::MAX))
            }
            Some(_) => return Err(invalid("expectedDepositedAmount")),
        };
        let external_id = params.get("externalRefundId").map(str::to_owned);
        if external_id.as_ref().is_some_and(|id| id.chars().count() > 32) {
            return Err(invalid("externalRefundId"));
        }
        let currency = named_currency(params)?;
        let amount = Some(amount).filter(|minor| *minor > 0);
        Ok(Self { order, amount, currency, expected_deposited, external_id, language })
    }

    /// How much of this payment; `None` for everything that remains. What remains must be what the merchant expects, if it says so.
    pub fn money(&self, payment: &Payment) -> Result<Option<Money>, Refused> {
        let money = money_of(self.amount, self.currency, payment)?;
        let deposited = payment.sums.captured - payment.sums.refunded;
        let expected = self.expected_deposited.is_none_or(|expected| expected == deposited);
        if expected { Ok(money) } else { Err(Refused::System) }
    }
}

/// `decline.do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decline {
    /// Which order.
    pub order: OrderRef,
    /// The language of the answer.
    pub language: Language,
}

impl Decline {
    /// Reads the parameters.
    pub fn read(params: &Params, default: Language) -> Result<Self, Refused> {
        let language = Language::read(params, default)?;
        let order = OrderRef::read(params, Refused::OrderIdEmpty, Refused::OrderNotFound)?;
        Ok(Self { order, language })
    }
}

/// A rouble in minor units: less cannot be captured.
const ROUBLE: i64 = 100;

/// An amount in the currency of an order, which must be the one that was named.
fn money_of(minor: Option<i64>, named: Option<Currency>, payment: &Payment) -> Result<Option<Money>, Refused> {
    if named.is_some_and(|named| named != payment.amount.currency()) {
        return Err(Refused::ParameterInvalid("currency".to_owned()));
    }
    minor.map(|minor| payment.amount.with_minor(minor).ok_or(Refused::AmountInvalid)).transpose()
}

fn order(params: &Params) -> Result<OrderRef, Refused> {
    OrderRef::read(params, Refused::OrderIdEmpty, Refused::OrderNumberUnknown)
}

fn named_amount(params: &Params) -> Result<Option<i64>, Refused> {
    params.get("amount").map(amount).transpose()
}

fn named_currency(params: &Params) -> Result<Option<Currency>, Refused> {
    let read = |number| currency(number).ok_or_else(|| Refused::ParameterInvalid("currency".to_owned()));
    params.get("currency").map(read).transpose()
}
