//! The order that the page's parameters are.

use super::super::codes::{Code, Refused};
use super::super::details::Details;
use super::super::limits;
use super::super::params::Fields;
use super::super::recurring::{self, RecurringTerms};
use super::super::rules::{self, Rule};
use super::envelope::PageRequest;
use super::page_table::{STRICT, TABLE, rule};
use crate::proof::Signed;
use payglot_core::{Currency, Money, UnixMillis};
use std::fmt;

/// The words of `mode`.
pub(super) const MODES: &[&str] =
    &["purchase", "payout", "card_tokenize", "card_verify", "money_transfer", "presentation"];

/// What the page is opened for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// To pay.
    #[default]
    Purchase,
    /// To be paid out.
    Payout,
    /// To save a card.
    CardTokenize,
    /// To verify a card; the amount is 0.
    CardVerify,
    /// To send money to another person.
    MoneyTransfer,
    /// To look at the page.
    Presentation,
}

impl Mode {
    pub(in super::super) fn read(text: Option<&str>) -> Result<Self, Refused> {
        match text {
            None | Some("purchase") => Ok(Self::Purchase),
            Some("payout") => Ok(Self::Payout),
            Some("card_tokenize") => Ok(Self::CardTokenize),
            Some("card_verify") => Ok(Self::CardVerify),
            Some("money_transfer") => Ok(Self::MoneyTransfer),
            Some("presentation") => Ok(Self::Presentation),
            Some(_) => Err(Refused::invalid("mode", Rule::OneOf(MODES).wanted())),
        }
    }
}

/// Who pays, as the shop says. Each is `None` where the shop said nothing, or nothing that could be true.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Customer {
    /// The shop's own id of the payer.
    pub id: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone, digits only.
    pub phone: Option<String>,
    /// The network address, which only Gate is told.
    pub ip_address: Option<String>,
}

impl fmt::Debug for Customer {
    /// Only the shop's own id: the rest is a person.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Customer").field("id", &self.id).finish_non_exhaustive()
    }
}

/// An order to be paid on the page.
#[derive(Clone, Debug, PartialEq)]
pub struct PageOrder {
    /// What the page is opened for.
    pub mode: Mode,
    /// The shop's number of the payment, unique in the project in any spelling; `None` only where a card is saved.
    pub payment_id: Option<String>,
    /// How much; `None` only where a card is saved or the page is only looked at. Where a card is verified it is one minor unit, which is
    /// held and released: the shop sends 0 and is told 0.
    pub amount: Option<Money>,
    /// Hold instead of charge, or the other way round; `None` leaves it to the project.
    pub hold: Option<bool>,
    /// The only method to offer.
    pub force_method: Option<String>,
    /// The method to open first.
    pub default_method: Option<String>,
    /// Methods not to offer.
    pub hidden: Vec<String>,
    /// Two letters.
    pub language: Option<String>,
    /// When the payer's time is over; perhaps in the past already.
    pub best_before: Option<UnixMillis>,
    /// The token of the saved instrument that the payer chose before.
    pub account_token: Option<String>,
    /// The terms of later charges, if the payment is registered for them.
    pub registers: Option<RecurringTerms>,
    /// The payer.
    pub customer: Customer,
    /// The number of the wallet or account, to fill into the form.
    pub account_number: Option<String>,
    /// What is paid for.
    pub description: Option<String>,
    /// What is to be kept.
    pub details: Details,
}

impl PageOrder {
    /// Judges proven parameters. Only what no page could do without is refused: 2004 if it is missing, 502 if its form is wrong, 3121
    /// for a currency that is none, 2642 for an amount above what a payment can hold.
    pub fn read(request: &Signed<PageRequest>, now: UnixMillis) -> Result<Self, Refused> {
        let fields = request.get().fields();
        if let Some(first) = strict(fields).into_iter().next() {
            return Err(first);
        }
        let mode = Mode::read(fields.get("mode"))?;
        let get = |name: &str| optional(fields, name).map(str::to_owned);
        let operation = optional(fields, "operation_type").or_else(|| optional(fields, "card_operation_type"));
        let hidden = fields.get("hide").unwrap_or_default();
        Ok(Self {
            mode,
            payment_id: get("payment_id"),
            amount: amount(fields, mode)?,
            hold: operation.map(|word| word == "auth"),
            force_method: get("force_payment_method"),
            default_method: get("default_payment_method"),
            hidden: hidden.split(',').map(|code| code.trim().to_owned()).filter(|code| !code.is_empty()).collect(),
            language: get("language_code").map(|code| code.to_ascii_lowercase()),
            best_before: fields
                .get("best_before")
                .and_then(rules::moment)
                .filter(|end| end.since(now) <= limits::DEADLINE_MAX_MS),
            account_token: get("account_token"),
            registers: recurring::of_page(fields.get("recurring_register"), fields.get("recurring")),
            customer: Customer {
                id: get("customer_id"),
                first_name: get("customer_first_name"),
                last_name: get("customer_last_name"),
                email: get("customer_email"),
                phone: get("customer_phone"),
                ip_address: None,
            },
            account_number: get("account_number"),
            description: get("payment_description"),
            details: Details::of_page(fields),
        })
    }

    /// What WebMoney needs and the shop did not say: names of parameters, to be asked on the page.
    pub fn missing_for_webmoney(&self) -> Vec<&'static str> {
        let known = [
            ("customer_first_name", &self.customer.first_name),
            ("customer_last_name", &self.customer.last_name),
            ("customer_email", &self.customer.email),
            ("account_number", &self.account_number),
        ];
        known.into_iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect()
    }
}

/// All that is wrong, for the parameter checker: unlike the page it also tells of what the page would leave out. The signature is not
/// looked at.
pub fn check(request: &PageRequest) -> Vec<Refused> {
    let fields = request.fields();
    let wrong = |(name, rule): &&(&str, Rule)| {
        !STRICT.contains(name) && fields.get(name).is_some_and(|value| !rule.fits(value))
    };
    let optional = TABLE.iter().filter(wrong).map(|(name, rule)| Refused::invalid(name, rule.wanted()));
    let mut all: Vec<Refused> = strict(fields).into_iter().chain(optional).collect();
    if all.is_empty()
        && let Err(refused) = Mode::read(fields.get("mode")).and_then(|mode| amount(fields, mode))
    {
        all.push(refused);
    }
    all
}

/// What is missing or wrong among that which must be right.
fn strict(fields: &Fields) -> Vec<Refused> {
    let mode = Mode::read(fields.get("mode")).unwrap_or_default();
    let judge = |name: &&&str| match fields.get(name) {
        None if needs(mode, name) => Some(Refused::of(Code::Missing, name)),
        None => None,
        Some(value) => rule(name).filter(|rule| !rule.fits(value)).map(|rule| Refused::invalid(name, rule.wanted())),
    };
    STRICT.iter().filter_map(|name| judge(&name)).collect()
}

fn needs(mode: Mode, name: &str) -> bool {
    match name {
        "project_id" | "customer_id" => true,
        "payment_id" | "payment_amount" | "payment_currency" => mode != Mode::CardTokenize,
        _ => false,
    }
}

fn amount(fields: &Fields, mode: Mode) -> Result<Option<Money>, Refused> {
    let (Some(amount), Some(code)) = (fields.get("payment_amount"), fields.get("payment_currency")) else {
        return Ok(None);
    };
    let minor = rules::whole(amount).ok_or_else(|| Refused::invalid("payment_amount", "a whole number"))?;
    let minor = match mode {
        // Nothing is paid, whatever stands there.
        Mode::CardTokenize => return Ok(None),
        Mode::CardVerify if minor == 0 => 1,
        Mode::CardVerify => return Err(Refused::invalid("payment_amount", "0 to verify a card")),
        Mode::Purchase | Mode::Payout | Mode::MoneyTransfer | Mode::Presentation if minor == 0 => {
            return Err(Refused::invalid("payment_amount", "at least 1"));
        }
        Mode::Purchase | Mode::Payout | Mode::MoneyTransfer | Mode::Presentation => minor,
    };
    money(minor, code, ["payment_amount", "payment_currency"]).map(Some)
}

/// An amount in a currency of ISO 4217. Title units are for showing only.
pub(super) fn money(minor: i64, code: &str, [amount, currency]: [&str; 2]) -> Result<Money, Refused> {
    let known = if Rule::Currency.fits(code) { Currency::from_code(code) } else { None };
    let known = known.filter(|known| known.numeric().is_some());
    let known = known.ok_or_else(|| Refused::of(Code::InvalidCurrency, currency))?;
    Money::new(minor, known).ok_or_else(|| Refused::of(Code::AboveLimit, amount))
}

/// A value that may be left out: one of the wrong form counts as absent.
fn optional<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.get(name).filter(|value| rule(name).is_none_or(|rule| rule.fits(value)))
}
