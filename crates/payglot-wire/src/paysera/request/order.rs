//! The order inside a request, judged rule by rule; the first broken rule is the answer.

use super::super::codes::{Code, Refused};
use super::super::language::Language;
use super::super::methods::{Catalogue, Method, Misfit};
use super::super::params::Fields;
use super::{addresses, time_limit};
use crate::proof::Signed;
use crate::text::secret::Secret;
use payglot_core::{Currency, Money, UnixMillis};
use time_limit::Zone;

/// Is a project open for payments?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProjectState {
    /// It is.
    #[default]
    Active,
    /// The operator has not checked it yet.
    Unchecked,
    /// Its owner suspended it.
    Suspended,
    /// The operator blocked it.
    Blocked,
    /// It is deleted.
    Deleted,
}

/// What a project allows.
#[derive(Clone, Debug)]
pub struct Rules<'a> {
    /// Is it open?
    pub state: ProjectState,
    /// Scheme, host and perhaps the beginning of a path of every address the shop may name; empty for any address.
    pub confirmed_addresses: &'a [String],
    /// May a payment be a test?
    pub allows_tests: bool,
    /// For a request without `currency`.
    pub default_currency: Option<Currency>,
    /// Currencies served.
    pub currencies: &'a [Currency],
    /// Methods switched on, with their limits.
    pub methods: &'a Catalogue,
    /// The time.
    pub now: UnixMillis,
    /// The zone of `time_limit`.
    pub zone: Zone,
    /// From [`super::Envelope::not_utf8`].
    pub not_utf8: bool,
}

/// An order as the shop wants it.
#[derive(Clone, Debug)]
pub struct Order {
    /// The shop's number, up to 40 characters of any kind.
    pub order_id: String,
    /// Where the payer goes after paying.
    pub accept_url: String,
    /// Where the payer goes who does not pay.
    pub cancel_url: String,
    /// Whom we tell.
    pub callback_url: String,
    /// How much, never zero.
    pub amount: Money,
    /// The version of the specification that the shop follows; it is echoed.
    pub version: String,
    /// The language of the pages; `None` for absent or unknown, to be found by the browser.
    pub language: Option<Language>,
    /// The method, if the shop chose it.
    pub payment: Option<String>,
    /// The payer's country, two lower-case letters; an underscore, which the protocol allows, is none.
    pub country: Option<String>,
    /// The purpose as the shop wrote it, with placeholders.
    pub paytext: Option<String>,
    /// What the shop knows of the payer.
    pub payer: Payer,
    /// Show only these methods; empty for all.
    pub only_payments: Vec<String>,
    /// Hide these methods.
    pub disalow_payments: Vec<String>,
    /// No money moves.
    pub test: bool,
    /// The last moment to pay.
    pub time_limit: Option<UnixMillis>,
    /// A national number to compare with the payer's. Personal data: it is not printed.
    pub personcode: Option<Secret>,
    /// The shop has already shown the consent to payment initiation.
    pub buyer_consent: bool,
    /// It repeats an earlier request.
    pub repeat_request: bool,
    /// Every parameter in order, for [`super::super::Details`] and its echo.
    pub fields: Fields,
}

/// `p_*`: the payer, as far as the shop knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is its parameter")]
pub struct Payer {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    pub street: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub zip: Option<String>,
    pub country_code: Option<String>,
}

impl Order {
    /// Reads an order. A request that repeats an earlier one is not complete by itself: it is [`Code::OrderIdWrong`] here, so look the
    /// earlier one up by [`repeats`] first and read it with [`Order::read_repeat`].
    pub fn read(fields: &Signed<Fields>, rules: &Rules) -> Result<Self, Refused> {
        state(rules)?;
        let order_id = order_id(fields.get())?;
        if flag(fields.get(), "repeat_request") == Ok(true) {
            return Err(Refused::of(Code::OrderIdWrong, "orderid"));
        }
        Self::complete(fields.get().clone(), order_id, rules)
    }

    /// Reads a request that repeats an earlier one: the earlier parameters, with amount and currency of the new one where it has them.
    pub fn read_repeat(fields: &Signed<Fields>, earlier: &Fields, rules: &Rules) -> Result<Self, Refused> {
        state(rules)?;
        let order_id = order_id(fields.get())?;
        let mut merged = earlier.clone();
        for name in ["amount", "currency", "version"] {
            if let Some(value) = fields.get().get(name) {
                merged.set(name, value);
            }
        }
        // The limit of the first request is over by now, more often than not.
        merged.remove("time_limit");
        merged.set("repeat_request", "1");
        Self::complete(merged, order_id, rules)
    }

    /// The rules from the addresses on, in the order of the codes.
    pub(in super::super) fn complete(fields: Fields, order_id: String, rules: &Rules) -> Result<Self, Refused> {
        let [accept_url, cancel_url, callback_url] = three_addresses(&fields, rules)?;
        let test = flag(&fields, "test");
        if test == Ok(true) && !rules.allows_tests {
            return Err(Refused::of(Code::TestForbidden, "test"));
        }
        let currency = currency(&fields, rules)?;
        let (only_payments, disalow_payments) = (list(&fields, &["only_payments"]), list(&fields, DISALOW));
        let chosen = offered(&fields, rules, &only_payments, &disalow_payments)?;
        let amount = amount(&fields, currency, &chosen)?;
        if rules.not_utf8 || foreign_charset(&fields) {
            return Err(Refused::of(Code::TextNotUtf8, "paytext"));
        }
        let time_limit = limit(&fields, rules)?;
        let amount = amount.ok_or(Refused::of(Code::ParameterWrong, "amount"))?;
        shapes(&fields)?;
        let owned = |name| fields.get(name).map(str::to_owned);
        Ok(Self {
            order_id,
            accept_url,
            cancel_url,
            callback_url,
            amount,
            version: owned("version").unwrap_or_else(|| "1.6".to_owned()),
            language: fields.get("lang").and_then(Language::from_code),
            payment: owned("payment"),
            country: fields.get("country").filter(|code| !code.contains('_')).map(str::to_ascii_lowercase),
            paytext: owned("paytext"),
            payer: Payer::read(&fields),
            only_payments,
            disalow_payments,
            test: test?,
            time_limit,
            personcode: fields.get("personcode").map(Secret::new),
            buyer_consent: flag(&fields, "buyer_consent")?,
            repeat_request: flag(&fields, "repeat_request")?,
            fields,
        })
    }

    /// May the payer choose this method?
    pub fn allows(&self, key: &str) -> bool {
        allows(key, &self.only_payments, &self.disalow_payments)
    }

    /// What the payer may choose from: methods that the shop allows and that take the amount.
    pub fn choice(&self, methods: &Catalogue) -> Catalogue {
        methods.only(|method| self.allows(&method.key) && method.takes(self.amount).is_ok())
    }
}

/// Which earlier order a request repeats; `None` for a request of its own.
pub fn repeats(fields: &Signed<Fields>) -> Option<&str> {
    let repeats = flag(fields.get(), "repeat_request") == Ok(true);
    fields.get().get("orderid").filter(|_| repeats)
}

impl Payer {
    fn read(fields: &Fields) -> Self {
        let owned = |name| fields.get(name).map(str::to_owned);
        Self {
            first_name: owned("p_firstname"),
            last_name: owned("p_lastname"),
            email: owned("p_email"),
            street: owned("p_street"),
            city: owned("p_city"),
            state: owned("p_state"),
            zip: owned("p_zip"),
            country_code: owned("p_countrycode"),
        }
    }
}

fn state(rules: &Rules) -> Result<(), Refused> {
    match rules.state {
        ProjectState::Active => Ok(()),
        ProjectState::Unchecked => Err(Refused::because(Code::ProjectUnchecked)),
        ProjectState::Suspended => Err(Refused::because(Code::ProjectSuspended)),
        ProjectState::Blocked => Err(Refused::because(Code::ProjectBlocked)),
        ProjectState::Deleted => Err(Refused::because(Code::ProjectDeleted)),
    }
}

fn order_id(fields: &Fields) -> Result<String, Refused> {
    let id = fields.get("orderid").filter(|id| id.chars().count() <= 40 && !id.trim().is_empty());
    id.map(str::to_owned).ok_or(Refused::of(Code::OrderIdWrong, "orderid"))
}

fn three_addresses(fields: &Fields, rules: &Rules) -> Result<[String; 3], Refused> {
    const NAMES: [&str; 3] = ["accepturl", "cancelurl", "callbackurl"];
    for name in NAMES {
        fields.get(name).filter(|url| addresses::is_good(url)).ok_or(Refused::of(Code::AddressWrong, name))?;
    }
    for name in NAMES {
        let confirmed = fields.get(name).is_some_and(|url| addresses::is_confirmed(url, rules.confirmed_addresses));
        if !confirmed {
            return Err(Refused::of(Code::AddressUnconfirmed, name));
        }
    }
    Ok(NAMES.map(|name| fields.get(name).unwrap_or_default().to_owned()))
}

fn currency(fields: &Fields, rules: &Rules) -> Result<Currency, Refused> {
    if fields.get("amount").is_none() {
        return Err(Refused::of(Code::AmountMissing, "amount"));
    }
    let currency = match fields.get("currency") {
        None => Some(rules.default_currency.ok_or(Refused::of(Code::AmountMissing, "currency"))?),
        Some(code) => Currency::from_code(&code.to_ascii_uppercase()),
    };
    let served = |currency: &Currency| rules.currencies.contains(currency) || rules.default_currency == Some(*currency);
    currency.filter(served).ok_or(Refused::of(Code::CurrencyNotServed, "currency"))
}

/// The second spelling is what three clients send.
const DISALOW: &[&str] = &["disalow_payments", "disallow_payments"];

fn list(fields: &Fields, names: &[&str]) -> Vec<String> {
    let items = names.iter().filter_map(|name| fields.get(name)).flat_map(|text| text.split(','));
    items.map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn allows(key: &str, only: &[String], disalow: &[String]) -> bool {
    (only.is_empty() || only.iter().any(|item| item == key)) && !disalow.iter().any(|item| item == key)
}

/// The method that was chosen, or all that may be chosen.
fn offered<'a>(
    fields: &Fields,
    rules: &Rules<'a>,
    only: &[String],
    disalow: &[String],
) -> Result<Vec<&'a Method>, Refused> {
    let wanted = fields.get("payment");
    let fits = |key: &str| allows(key, only, disalow) && wanted.is_none_or(|wanted| wanted == key);
    let found: Vec<_> = rules.methods.methods().map(|(_, method)| method).filter(|method| fits(&method.key)).collect();
    if found.is_empty() { Err(Refused::of(Code::MethodForbidden, "payment")) } else { Ok(found) }
}

/// The amount if it is a number and at least one of the methods takes it; `None` if it is no number, which is judged later.
fn amount(fields: &Fields, currency: Currency, methods: &[&Method]) -> Result<Option<Money>, Refused> {
    let text = fields.get("amount").unwrap_or_default();
    let digits = text.len() <= 11 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if digits { text.parse().ok() } else { None };
    let Some(amount) = number.and_then(|minor| Money::new(minor, currency)) else { return Ok(None) };
    let misfits: Vec<Misfit> = methods.iter().filter_map(|method| method.takes(amount).err()).collect();
    if amount.is_zero() {
        return Err(Refused::of(Code::AmountTooSmall, "amount"));
    }
    if misfits.len() < methods.len() {
        return Ok(Some(amount));
    }
    // Of several reasons the one that the payer's money could mend comes first.
    if misfits.contains(&Misfit::TooSmall) {
        return Err(Refused::of(Code::AmountTooSmall, "amount"));
    }
    let too_large = misfits.contains(&Misfit::TooLarge);
    Err(if too_large {
        Refused::of(Code::AmountTooLarge, "amount")
    } else {
        Refused::of(Code::CurrencyNotServed, "currency")
    })
}

/// The encoding that old clients name. While all is ASCII it does not matter which it is.
fn foreign_charset(fields: &Fields) -> bool {
    let utf8 = |name: &str| name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("utf8");
    let named = fields.get("charset").is_some_and(|name| !utf8(name));
    named && !fields.pairs().iter().all(|(_, value)| value.is_ascii())
}

fn limit(fields: &Fields, rules: &Rules) -> Result<Option<UnixMillis>, Refused> {
    let Some(text) = fields.get("time_limit") else { return Ok(None) };
    let limit = time_limit::read(text, rules.zone).filter(|limit| time_limit::is_in_reach(*limit, rules.now));
    limit.map(Some).ok_or(Refused::of(Code::TimeLimitWrong, "time_limit"))
}

/// `0`, `1` or absent.
fn flag(fields: &Fields, name: &'static str) -> Result<bool, Refused> {
    match fields.get(name) {
        None | Some("0") => Ok(false),
        Some("1") => Ok(true),
        Some(_) => Err(Refused::of(Code::ParameterWrong, name)),
    }
}

/// The remaining shapes. Lengths of texts are not judged: the vendor's limits differ between its own documents.
fn shapes(fields: &Fields) -> Result<(), Refused> {
    let check = |name: &'static str, good: fn(&str) -> bool| {
        let wrong = fields.get(name).is_some_and(|value| !good(value));
        if wrong { Err(Refused::of(Code::ParameterWrong, name)) } else { Ok(()) }
    };
    check("version", is_version)?;
    check("country", |text| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_'))?;
    check("p_countrycode", |text| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()))?;
    check("developerid", |text| text.len() <= 11 && text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `1.6`, `3.1.5`: one to four numbers.
fn is_version(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= 20 && text.split('.').count() <= 4 && text.split('.').all(number)
}
