//! Requests of shops: who asks, about which order, for what. Each reader returns the protocol's refusal for the first rule that is
//! broken, in the order that the documents imply: credentials, presence, language, formats, currency, features, repeated number.

mod binding;
mod bundle;
mod card_payment;
mod features;
mod follow_up;
mod lookup;
mod one_shot;
mod recurrent;
mod register;

use super::codes::Refused;
use super::language::Language;
use super::operation::{Operation, Shape};
use super::params::Params;
use crate::text::secret::Secret;
pub use binding::{BindingKind, FindBindings, GetBindings, OneBinding};
pub(super) use bundle::item_amount;
pub use card_payment::{CardFields, Finish, PaymentOrder, ThreeDsFields, md_order};
pub use features::Feature;
pub use follow_up::{Decline, DeclineByClient, Deposit, DepositType, PositionRefund, Refund, Reverse, SumRefund};
pub use lookup::{AddParams, LastOrders, VerifyEnrollment};
pub use one_shot::{OneShot, Shot};
use payglot_core::{Currency, PaymentId, UnixMillis};
pub use recurrent::Recurrent;
pub use register::{Lifetime, Register};
pub(super) use register::{json_params, write_json_params};

/// What a project has agreed on, where a request leaves a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// For a request without `language`.
    pub language: Language,
    /// For a registration without `currency`.
    pub currency: Currency,
    /// Currencies that may be named; the default one always may.
    pub currencies: Vec<Currency>,
    /// Does the gateway number orders that come without a number?
    pub numbers_orders: bool,
    /// The payer's time in seconds where the order names none.
    pub session_timeout_secs: u32,
    /// Seconds by which the merchant's clocks are ahead of UTC.
    pub offset_secs: i32,
    /// The time, so that an `expirationDate` that is over is refused in its turn; `None` where nobody asks.
    pub now: Option<UnixMillis>,
    /// The largest amount in minor units.
    pub amount_max: i64,
    /// May the project verify cards without charging them (`VERIFY`)?
    pub may_verify: bool,
    /// May it charge saved cards without the payer (`AUTO_PAYMENT`)?
    pub may_pay_automatically: bool,
    /// May an order name its own callback address?
    pub may_name_callback: bool,
    /// Must an order say where the payer goes afterwards? Not where no payer is led anywhere.
    pub needs_return_url: bool,
}

impl Default for Defaults {
    /// As the sandbox has it: Russian, roubles, numbered orders, 20 minutes, Moscow time.
    fn default() -> Self {
        Self {
            language: Language::RU,
            currency: Currency::RUB,
            currencies: Vec::new(),
            numbers_orders: true,
            session_timeout_secs: 1200,
            offset_secs: 3 * 3600,
            now: None,
            amount_max: 999_999_999_999,
            may_verify: false,
            may_pay_automatically: false,
            may_name_callback: true,
            needs_return_url: true,
        }
    }
}

/// Who says it is asking. Nothing is proven yet; see [`super::signature::authenticate`].
#[derive(Clone, Debug)]
pub enum Credentials {
    /// A login and a password. If a token came too, the pair counts.
    Pair {
        /// The API login, by convention the merchant's with `-api` after it.
        user_name: String,
        /// The API password.
        password: Secret,
    },
    /// The open key that replaces the pair.
    Token(Secret),
}

impl Credentials {
    /// Reads them. Absent ones are `"4"` where an order is registered and `"5"` everywhere else; longer ones than anybody has are wrong.
    pub fn read(params: &Params, operation: Operation) -> Result<Self, Refused> {
        let absent = |refused| if operation.shape() == Shape::Register { refused } else { Refused::AccessDenied };
        let limited = |text: &str, max: usize| {
            if text.chars().count() <= max { Ok(()) } else { Err(Refused::AccessDenied) }
        };
        match (params.get("userName"), params.get("password"), params.get("token")) {
            (Some(user_name), Some(password), _) => {
                limited(user_name, 100)?;
                limited(password, 200)?;
                Ok(Self::Pair { user_name: user_name.to_owned(), password: Secret::new(password) })
            }
            (_, _, Some(token)) => {
                limited(token, 256)?;
                Ok(Self::Token(Secret::new(token)))
            }
            (None, _, None) => Err(absent(Refused::UserNameEmpty)),
            (Some(_), None, None) => Err(absent(Refused::PasswordEmpty)),
        }
    }

    /// The login, if there is one.
    pub fn user_name(&self) -> Option<&str> {
        match self {
            Self::Pair { user_name, .. } => Some(user_name),
            Self::Token(_) => None,
        }
    }

    /// The parameters, for the shop's side.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Pair { user_name, password } => vec![("userName", user_name), ("password", password.expose())],
            Self::Token(token) => vec![("token", token.expose())],
        }
    }
}

/// `merchantLogin` must be one of the names the caller goes by: acting for another merchant needs a right that nobody has here.
pub fn check_merchant_login(params: &Params, own_logins: &[&str]) -> Result<(), Refused> {
    match params.get("merchantLogin") {
        Some(login) if !own_logins.contains(&login) => Err(Refused::AccessDenied),
        Some(_) | None => Ok(()),
    }
}

/// Which order is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderRef {
    /// By `orderId`, which wins over a number.
    Id(PaymentId),
    /// By the merchant's number.
    Number(String),
}

impl OrderRef {
    /// `empty` if neither is there, `unknown` if an id is not even one.
    fn read(params: &Params, empty: Refused, unknown: Refused) -> Result<Self, Refused> {
        match (params.get("orderId"), params.get("orderNumber")) {
            (Some(id), _) => id.parse().map(Self::Id).map_err(|_| unknown),
            (None, Some(number)) => Ok(Self::Number(number.to_owned())),
            (None, None) => Err(empty),
        }
    }

    /// The parameters, for the shop's side.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Id(id) => vec![("orderId", id.to_string())],
            Self::Number(number) => vec![("orderNumber", number.clone())],
        }
    }
}

/// `getOrderStatusExtended.do` and `getOrderStatus.do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusQuery {
    /// Which order.
    pub order: OrderRef,
    /// The language of the answer.
    pub language: Language,
}

impl StatusQuery {
    /// Reads either of the two operations; they differ in what they call an error. A token can only ask by id.
    pub fn read(params: &Params, operation: Operation, by: &Credentials, default: Language) -> Result<Self, Refused> {
        let language = Language::read(params, default)?;
        let order = match operation.shape() {
            Shape::OldStatus => OrderRef::read(params, Refused::OrderIdEmpty, Refused::OrderUnregistered)?,
            Shape::Register | Shape::Classic | Shape::Page | Shape::Numbered | Shape::Wallet => {
                OrderRef::read(params, Refused::NoOrder, Refused::OrderNotFound)?
            }
        };
        match (by, &order) {
            (Credentials::Token(_), OrderRef::Number(_)) => Err(Refused::AccessDenied),
            (Credentials::Pair { .. }, _) | (_, OrderRef::Id(_)) => Ok(Self { order, language }),
        }
    }

    /// The refusal for an order that is not there or is another merchant's.
    pub fn not_found(operation: Operation) -> Refused {
        if operation.shape() == Shape::OldStatus { Refused::OrderUnregistered } else { Refused::OrderNotFound }
    }

    /// The form text, for the shop's side.
    pub fn to_form(&self, credentials: &Credentials) -> String {
        let order = self.order.pairs();
        let order = order.iter().map(|(name, value)| (*name, value.as_str()));
        let pairs = credentials.pairs().into_iter().chain(order).chain([("language", self.language.code())]);
        crate::text::form::encode(pairs)
    }
}

/// `^[0-9]{1,12}$`: an amount in minor units. Decimals, signs and spaces are refused, never rounded.
pub(super) fn amount(text: &str) -> Result<i64, Refused> {
    let digits = (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().map_err(|_| Refused::AmountInvalid) } else { Err(Refused::AmountInvalid) }
}

/// Three digits of ISO 4217; 810 is the rouble under its older number.
pub(super) fn currency(number: &str) -> Option<Currency> {
    if number.len() != 3 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if number == "810" { Some(Currency::RUB) } else { Currency::from_numeric(number.parse().ok()?) }
}
