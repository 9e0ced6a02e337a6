//! What a merchant asks about an order that exists: capture, void, refund, decline.

use super::{OrderRef, amount, currency};
use crate::rbs::cart::{self, Share, known_shares, read_shares};
use crate::rbs::codes::Refused;
use crate::rbs::details::Details;
use crate::rbs::language::Language;
use crate::rbs::params::Params;
use payglot_core::{Captures, Currency, Money, Payment, PaymentId};

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
    /// `depositItems`: which positions of the cart, if named.
    pub items: Vec<Share>,
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
        let items = shares(params, "depositItems")?;
        check_json_params(params)?;
        Ok(Self { order, amount: Some(amount).filter(|minor| *minor > 0), currency, kind, items, language })
    }

    /// How much of this payment; `None` for the whole hold. Less than one rouble is refused, and an intermediate capture of a payment
    /// that may be captured only once.
    pub fn money(&self, payment: &Payment) -> Result<Option<Money>, Refused> {
        if self.kind == DepositType::Intermediate && payment.terms.captures == Captures::One {
            return Err(Refused::AccessDenied);
        }
        let money = money_of(self.amount, self.currency, payment)?;
        if money.as_ref().is_some_and(is_small) { Err(Refused::DepositTooSmall) } else { Ok(money) }
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
        check_json_params(params)?;
        Ok(Self { order, amount, currency: named_currency(params)?, language })
    }

    /// How much of this payment; `None` for everything.
    pub fn money(&self, payment: &Payment) -> Result<Option<Money>, Refused> {
        money_of(self.amount, self.currency, payment)
    }

    /// Does it fail because what was captured is not what was held? A captured payment is reversed whole or not at all. Otherwise its
    /// time is over, or a refund came first.
    pub fn sums_differ(&self, payment: &Payment) -> bool {
        let sums = &payment.sums;
        let wanted = self.amount.is_none_or(|minor| minor == sums.captured);
        sums.refunded == 0 && !(wanted && sums.captured == sums.authorized)
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
    /// `refundItems`: which positions of the cart, if named.
    pub items: Vec<Share>,
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
        let items = shares(params, "refundItems")?;
        check_json_params(params)?;
        Ok(Self { order, amount, currency, expected_deposited, external_id, items, language })
    }

    /// How much of this payment; `None` for everything that remains. `rouble_least`: is less than one rouble refused?
    pub fn money(&self, payment: &Payment, rouble_least: bool) -> Result<Option<Money>, Refused> {
        let money = money_of(self.amount, self.currency, payment)?;
        if rouble_least && money.as_ref().is_some_and(is_small) { Err(Refused::RefundTooSmall) } else { Ok(money) }
    }
}

/// `processRawPositionRefund.do`: one position of the cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionRefund {
    /// Which order.
    pub order: OrderRef,
    /// Minor units; `None` gives back what remains of the position.
    pub amount: Option<i64>,
    /// `positionId`.
    pub position: String,
    /// The language of the answer.
    pub language: Language,
}

impl PositionRefund {
    /// Reads the parameters.
    pub fn read(params: &Params, default: Language) -> Result<Self, Refused> {
        let language = Language::read(params, default)?;
        let order = order(params)?;
        let amount = named_amount(params)?.ok_or(Refused::AmountInvalid)?;
        let position = params.get("positionId").ok_or(Refused::ParameterEmpty("positionId"))?.to_owned();
        Ok(Self { order, amount: Some(amount).filter(|minor| *minor > 0), position, language })
    }

    /// How much of this payment, and for what.
    pub fn money(&self, payment: &Payment, details: &Details) -> Result<(Option<Money>, Vec<Share>), Refused> {
        let left = cart::refundable(details, payment, &self.position);
        let left = left.ok_or_else(|| Refused::ParameterInvalid("positionId".to_owned()))?;
        let amount = self.amount.unwrap_or(left);
        if amount == 0 {
            return Err(Refused::RefundTooLarge);
        }
        let share = Share { position: self.position.clone(), amount };
        Ok((money_of(Some(amount), None, payment)?, vec![share]))
    }
}

/// `processRawSumRefund.do`: a sum with a line of its own on the receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SumRefund {
    /// Which order.
    pub order: OrderRef,
    /// Minor units, more than 0.
    pub amount: i64,
    /// `itemCode`; in an order with a cart it must be one of the cart's, and counts against that position.
    pub item_code: Option<String>,
    /// The language of the answer.
    pub language: Language,
}

impl SumRefund {
    /// Reads the parameters.
    pub fn read(params: &Params, default: Language) -> Result<Self, Refused> {
        let language = Language::read(params, default)?;
        let order = order(params)?;
        let amount = named_amount(params)?.filter(|minor| *minor > 0).ok_or(Refused::AmountInvalid)?;
        let invalid = |name: &str| Refused::ParameterInvalid(name.to_owned());
        for name in ["name", "itemCode"] {
            if params.get(name).is_some_and(|value| value.chars().count() > 100) {
                return Err(invalid(name));
            }
        }
        let tax = params.get("taxType");
        if tax.is_some_and(|tax| tax.len() > 2 || !tax.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(invalid("taxType"));
        }
        check_json_params(params)?;
        Ok(Self { order, amount, item_code: params.get("itemCode").map(str::to_owned), language })
    }

    /// How much of this payment, and for what.
    pub fn money(&self, payment: &Payment, details: &Details) -> Result<(Option<Money>, Vec<Share>), Refused> {
        let money = money_of(Some(self.amount), None, payment)?;
        let Some(code) = self.item_code.as_deref().filter(|_| details.order_bundle().is_some()) else {
            return Ok((money, Vec::new()));
        };
        let position = cart::position_of_code(details, code);
        let position = position.ok_or_else(|| Refused::ParameterInvalid("itemCode".to_owned()))?;
        Ok((money, vec![Share { position, amount: self.amount }]))
    }
}

/// `decline.do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decline {
    /// Which order.
    pub order: OrderRef,
    /// `orderNumber`, which must be that order's if both are named.
    pub number: Option<String>,
    /// The language of the answer.
    pub language: Language,
}

impl Decline {
    /// Reads the parameters.
    pub fn read(params: &Params, default: Language) -> Result<Self, Refused> {
        let language = Language::read(params, default)?;
        let order = OrderRef::read(params, Refused::OrderIdEmpty, Refused::OrderNotFound)?;
        Ok(Self { order, number: params.get("orderNumber").map(str::to_owned), language })
    }
}

/// `declineByClient.do`: the payer presses cancel. Whoever knows the order's id may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeclineByClient {
    /// Which order.
    pub order: PaymentId,
    /// The language of the answer, if named.
    pub language: Option<Language>,
}

impl DeclineByClient {
    /// Reads the parameters. Pages spell `mdOrder` in both ways.
    pub fn read(params: &Params) -> Result<Self, Refused> {
        let language = params.get("language").map(|_| Language::read(params, Language::RU)).transpose()?;
        let id = params.get("mdOrder").or_else(|| params.get("MDORDER")).ok_or(Refused::ParameterEmpty("mdOrder"))?;
        Ok(Self { order: id.parse().map_err(|_| Refused::OrderNotFound)?, language })
    }
}

/// A rouble in minor units.
const ROUBLE: i64 = 100;

fn is_small(money: &Money) -> bool {
    money.currency() == Currency::RUB && money.minor() < ROUBLE
}

fn shares(params: &Params, name: &str) -> Result<Vec<Share>, Refused> {
    params.get(name).map_or_else(|| Ok(Vec::new()), |text| read_shares(text, name))
}

/// The merchant's own names and values change nothing here, but must be some.
fn check_json_params(params: &Params) -> Result<(), Refused> {
    params.get("jsonParams").map_or(Ok(()), |text| super::json_params(text).map(|_| ()))
}

/// An amount in the currency of an order, which must be the one that was named.
fn money_of(minor: Option<i64>, named: Option<Currency>, payment: &Payment) -> Result<Option<Money>, Refused> {
    if named.is_some_and(|named| named != payment.amount.currency()) {
        return Err(Refused::ParameterInvalid("currency".to_owned()));
    }
    minor.map(|minor| payment.amount.with_minor(minor).ok_or(Refused::AmountInvalid)).transpose()
}

impl Deposit {
    /// The items, of which the cart must have each.
    pub fn items(&self, details: &Details) -> Result<Vec<Share>, Refused> {
        known_shares(self.items.clone(), details, "depositItems")
    }
}

impl Refund {
    /// The items, of which the cart must have each.
    pub fn items(&self, details: &Details) -> Result<Vec<Share>, Refused> {
        known_shares(self.items.clone(), details, "refundItems")
    }
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
