//! The calls of Gate, judged as far as acceptance goes: everything that could not be read is refused at once, everything that cannot be
//! done is told by callback later.

use super::super::codes::{Code, Refused};
use super::super::details::{Details, OperationFacts};
use super::super::endpoint::{Endpoint, Route};
use super::super::rules::{self, AMOUNT_MAX, Rule};
use super::super::ways::Outcome;
use super::envelope::Call;
use super::gate_table::TABLE;
use super::page::{Customer, money};
use super::reader::Reader;
use crate::proof::Signed;
use crate::text::json::Json;
use crate::text::secret::Secret;
use payglot_core::{Currency, Money, OperationId, UnixMillis};

/// What a proven call asks for.
#[derive(Clone, Debug)]
pub enum Request {
    /// `sale`, `auth` or `recurring`.
    Sale(Box<Sale>),
    /// `refund`.
    Refund(FollowUp),
    /// `capture`.
    Capture(FollowUp),
    /// `cancel`.
    Cancel(FollowUp),
    /// `payout`.
    Payout(Box<PayoutRequest>),
    /// `3ds_check_iframe`, `3ds_result`.
    ThreeDs(ThreeDsAnswer),
    /// `status`, `status/request`.
    Status(StatusRequest),
    /// `invoice/create`.
    InvoiceCreate(Box<InvoiceRequest>),
    /// `invoice/cancel`.
    InvoiceCancel,
    /// `available_methods_for_merchant`.
    Methods(MethodsRequest),
    /// `banks`: of this method.
    Banks(String),
}

/// How much is wanted, as it was sent. What it is worth is found out after acceptance, by [`Wanted::money`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Minor units, at least 1.
    pub minor: i64,
    /// Whatever stood there.
    pub currency: String,
}

impl Wanted {
    /// The amount: 3121 if there is no such currency, 3023 if the project does not take it, 2642 above what a payment can hold.
    pub fn money(&self, currencies: &[Currency]) -> Result<Money, Refused> {
        let money = money(self.minor, &self.currency, ["payment.amount", "payment.currency"])?;
        if currencies.contains(&money.currency()) {
            Ok(money)
        } else {
            Err(Refused::of(Code::CurrencyDisabled, "payment.currency"))
        }
    }
}

/// A card that the shop collected. It cannot be printed and is not in any [`Details`].
#[derive(Clone, Debug)]
pub struct Card {
    /// The number, digits.
    pub number: Secret,
    /// Year and month of its end as one number: 203412.
    pub expiry: u32,
    /// The holder as typed.
    pub holder: String,
    /// The security code.
    pub code: Option<Secret>,
    /// Is it to be saved?
    pub save: bool,
}

/// A purchase.
#[derive(Clone, Debug)]
pub struct Sale {
    /// The method in the address.
    pub method: String,
    /// Hold instead of charge.
    pub hold: bool,
    /// How much.
    pub wanted: Wanted,
    /// The payer.
    pub customer: Customer,
    /// The number of the wallet.
    pub account_number: Option<String>,
    /// The card.
    pub card: Option<Card>,
    /// The id or token of a saved instrument.
    pub saved: Option<Secret>,
    /// The id of the registration that is charged, for `recurring`.
    pub recurring_id: Option<i64>,
    /// Is the instrument to be kept for later charges?
    pub registers_recurring: bool,
    /// When the payer's time is over.
    pub best_before: Option<UnixMillis>,
    /// What is paid for.
    pub description: String,
    /// What is to be kept.
    pub details: Details,
}

/// A call about a payment that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowUp {
    /// How much, in minor units; without it all that remains.
    pub minor: Option<i64>,
    /// The currency of that.
    pub currency: Option<String>,
    /// Why.
    pub description: String,
    /// The shop's own id of this refund, unique in the project.
    pub merchant_refund_id: Option<String>,
    /// What is to be kept of it if there is no such payment: where the callback goes.
    pub details: Details,
}

/// A payout.
#[derive(Clone, Debug)]
pub struct PayoutRequest {
    /// The method in the address.
    pub method: String,
    /// How much.
    pub wanted: Wanted,
    /// The recipient.
    pub customer: Customer,
    /// The number of the wallet.
    pub account_number: Option<String>,
    /// The number of the card.
    pub card_number: Option<Secret>,
    /// The token of a saved instrument.
    pub saved: Option<Secret>,
    /// What it is for.
    pub description: String,
    /// What is to be kept.
    pub details: Details,
}

/// What the shop brings back from 3-D Secure.
#[derive(Clone, Debug)]
pub enum ThreeDsAnswer {
    /// The hidden frame was shown; did it finish?
    Frame(bool),
    /// `cres` of version 2.
    Version2(Secret),
    /// `pares` of version 1.
    Version1(Secret),
}

/// Whose status is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusRequest {
    /// The shop's number of the payment.
    Payment(String),
    /// The id that a call was answered with.
    Request(String),
}

/// An invoice.
#[derive(Clone, Debug)]
pub struct InvoiceRequest {
    /// How much.
    pub wanted: Wanted,
    /// Until when.
    pub best_before: UnixMillis,
    /// Hold instead of charge; `None` leaves it to the project.
    pub hold: Option<bool>,
    /// The only method to offer.
    pub force_method: Option<String>,
    /// The payer.
    pub customer: Customer,
    /// What is paid for.
    pub description: String,
    /// What is to be kept.
    pub details: Details,
}

/// Which methods are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodsRequest {
    /// Methods to be paid by.
    pub payin: bool,
    /// Methods to pay out by.
    pub payout: bool,
    /// Only of this currency.
    pub currency: Option<String>,
    /// Only those that take this amount.
    pub minor: Option<i64>,
    /// Only this method.
    pub method: Option<String>,
}

impl Request {
    /// Reads a proven call. 2004 for what is missing, 502 for what has the wrong type, form or length.
    pub fn read(call: &Signed<Call>) -> Result<Self, Refused> {
        let call = call.get();
        let reader = Reader::new(call.tree());
        for (path, rule) in TABLE {
            reader.opt(path, *rule)?;
        }
        let route = call.route();
        match route.endpoint {
            Endpoint::Sale | Endpoint::Auth | Endpoint::Recurring => {
                sale(call, reader).map(|sale| Self::Sale(Box::new(sale)))
            }
            Endpoint::Refund => {
                // It must be there, but a client of many shops sends it empty.
                let there = reader.value("payment.description").is_some();
                let refund = follow_up(call, reader)?;
                if there { Ok(Self::Refund(refund)) } else { Err(Refused::of(Code::Missing, "payment.description")) }
            }
            Endpoint::Capture => follow_up(call, reader).map(Self::Capture),
            Endpoint::Cancel => follow_up(call, reader).map(Self::Cancel),
            Endpoint::Payout => payout(call, reader).map(|payout| Self::Payout(Box::new(payout))),
            Endpoint::ThreeDsFrame => {
                let done = reader.need("threeds_completion_indicator", Rule::Flag)?;
                Ok(Self::ThreeDs(ThreeDsAnswer::Frame(rules::flag(&done).unwrap_or(false))))
            }
            Endpoint::ThreeDsResult => three_ds_result(reader).map(Self::ThreeDs),
            Endpoint::Status => {
                Ok(Self::Status(StatusRequest::Payment(call.payment_id().unwrap_or_default().to_owned())))
            }
            Endpoint::StatusByRequest => {
                Ok(Self::Status(StatusRequest::Request(reader.need("request_id", Rule::Filled(100))?)))
            }
            Endpoint::InvoiceCreate => invoice(call, reader).map(|invoice| Self::InvoiceCreate(Box::new(invoice))),
            Endpoint::InvoiceCancel => Ok(Self::InvoiceCancel),
            Endpoint::Methods => methods(reader).map(Self::Methods),
            Endpoint::Banks => Ok(Self::Banks(route.method.clone().unwrap_or_default())),
        }
    }
}

/// `recurring.register` is a switch, or an object with the terms.
fn registers(reader: Reader) -> Result<bool, Refused> {
    match reader.value("recurring.register") {
        Some(Json::Object(_)) => Ok(true),
        _ => Ok(reader.opt("recurring.register", Rule::Flag)?.as_deref().and_then(rules::flag).unwrap_or(false)),
    }
}

/// What each kind of method needs beside an amount and the payer's network address.
struct Needs {
    /// Who the payer is, and what for.
    person: bool,
    /// The number of a wallet.
    account: bool,
    /// A card.
    card: bool,
}

impl Needs {
    fn of(route: &Route) -> Self {
        let fresh = !route.saved && route.endpoint != Endpoint::Recurring;
        match route.method.as_deref() {
            Some("webmoney") => Self { person: fresh, account: fresh, card: false },
            Some("webmoney-light") => Self { person: fresh, account: false, card: false },
            Some("card") => Self { person: false, account: false, card: fresh },
            _ => Self { person: false, account: false, card: false },
        }
    }
}

fn sale(call: &Call, reader: Reader) -> Result<Sale, Refused> {
    let route = call.route();
    let needs = Needs::of(route);
    let customer = customer(reader)?;
    reader.need("customer.ip_address", Rule::Ip)?;
    if needs.person {
        for path in ["customer.id", "customer.first_name", "customer.last_name", "customer.email"] {
            reader.need(path, Rule::Filled(255))?;
        }
    }
    let account_number = if needs.account {
        Some(reader.need("account.number", Rule::Filled(100))?)
    } else {
        reader.opt("account.number", Rule::Filled(100))?
    };
    let card = if needs.card { Some(card(reader)?) } else { None };
    let wanted = wanted(reader)?;
    if needs.person && reader.value("payment.description").is_none() {
        return Err(Refused::of(Code::Missing, "payment.description"));
    }
    let recurring_id = reader.int("recurring.id", 1, i64::MAX)?;
    let recurring_id = if recurring_id.is_some() { recurring_id } else { reader.int("recurring_id", 1, i64::MAX)? };
    if route.endpoint == Endpoint::Recurring && recurring_id.is_none() {
        return Err(Refused::of(Code::Missing, "recurring.id"));
    }
    Ok(Sale {
        method: route.method.clone().unwrap_or_default(),
        hold: route.endpoint == Endpoint::Auth,
        wanted,
        customer,
        account_number,
        card,
        saved: saved(route, reader)?,
        recurring_id,
        registers_recurring: registers(reader)?,
        best_before: best_before(reader)?,
        description: reader.plain("payment.description"),
        details: Details::of_call(call.tree()),
    })
}

impl Sale {
    /// Judges what acceptance leaves open, the amount aside.
    pub fn judge(&self) -> Result<(), Refused> {
        match &self.customer.email {
            Some(email) if !Rule::Email.fits(email) => Err(Refused::of(Code::InvalidEmail, "customer.email")),
            Some(_) | None => Ok(()),
        }
    }
}

fn card(reader: Reader) -> Result<Card, Refused> {
    let number = reader.need("card.pan", Rule::Digits(12, 32))?;
    let year = reader.need("card.year", Rule::Int(2020, 9999))?;
    let month = reader.need("card.month", Rule::Int(1, 12))?;
    let expiry = rules::whole(&year).zip(rules::whole(&month)).map(|(year, month)| year * 100 + month);
    let expiry = expiry.and_then(|expiry| u32::try_from(expiry).ok());
    Ok(Card {
        number: Secret::new(number),
        expiry: expiry.ok_or_else(|| Refused::invalid("card.year", "a year"))?,
        holder: reader.need("card.card_holder", Rule::Filled(255))?,
        code: reader.opt("card.cvv", Rule::Digits(3, 4))?.map(Secret::new),
        save: reader.opt("card.save", Rule::Flag)?.as_deref().and_then(rules::flag).unwrap_or(false),
    })
}

fn saved(route: &Route, reader: Reader) -> Result<Option<Secret>, Refused> {
    if !route.saved {
        return Ok(None);
    }
    let id = reader.opt("saved_account_id", Rule::Filled(255))?;
    let id = if id.is_some() { id } else { reader.opt("token", Rule::Filled(255))? };
    id.map(|id| Some(Secret::new(id))).ok_or_else(|| Refused::of(Code::Missing, "token"))
}

fn customer(reader: Reader) -> Result<Customer, Refused> {
    let text = |path: &str| reader.opt(path, Rule::Text(255));
    Ok(Customer {
        id: text("customer.id")?,
        first_name: text("customer.first_name")?,
        last_name: text("customer.last_name")?,
        email: text("customer.email")?,
        phone: text("customer.phone")?,
        ip_address: text("customer.ip_address")?,
    })
}

fn wanted(reader: Reader) -> Result<Wanted, Refused> {
    let rule = Rule::Int(1, AMOUNT_MAX);
    let amount = reader.need("payment.amount", rule)?;
    let minor = rules::whole(&amount).ok_or_else(|| Refused::invalid("payment.amount", rule.wanted()))?;
    Ok(Wanted { minor, currency: reader.need("payment.currency", Rule::Filled(16))? })
}

fn best_before(reader: Reader) -> Result<Option<UnixMillis>, Refused> {
    Ok(reader.opt("payment.best_before", Rule::DateTime)?.as_deref().and_then(rules::moment))
}

fn follow_up(call: &Call, reader: Reader) -> Result<FollowUp, Refused> {
    Ok(FollowUp {
        minor: reader.int("payment.amount", 1, AMOUNT_MAX)?,
        currency: reader.opt("payment.currency", Rule::Text(16))?,
        description: reader.plain("payment.description"),
        merchant_refund_id: reader.opt("payment.merchant_refund_id", Rule::Text(255))?,
        details: Details::of_call(call.tree()),
    })
}

impl FollowUp {
    /// What is to be kept of the operation that this becomes. `signature` is the call's.
    pub fn facts(&self, operation: OperationId, request_id: &str, signature: &str) -> OperationFacts {
        OperationFacts {
            signature: signature.to_owned(),
            merchant_refund_id: self.merchant_refund_id.clone(),
            callback_url: self.details.callback_url(Outcome::Open),
            success_callback_url: self.details.callback_url(Outcome::Success),
            decline_callback_url: self.details.callback_url(Outcome::Failure),
            silent: self.details.is_silent(),
            delay_ms: self.details.callback_delay_ms(),
            ..OperationFacts::new(operation, request_id)
        }
    }

    /// How much to refund; `None` for all that remains. 3286 or 3287 if one of amount and currency came without the other, 3284 for a
    /// currency that is none.
    pub fn money(&self) -> Result<Option<Money>, Refused> {
        match (self.minor, &self.currency) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(Refused::of(Code::AmountRequired, "payment.amount")),
            (Some(_), None) => Err(Refused::of(Code::CurrencyRequired, "payment.currency")),
            (Some(minor), Some(currency)) => match money(minor, currency, ["payment.amount", "payment.currency"]) {
                Err(Refused { code: Code::InvalidCurrency, field, .. }) => {
                    Err(Refused::of(Code::RefundCurrency, &field))
                }
                other => other.map(Some),
            },
        }
    }
}

fn payout(call: &Call, reader: Reader) -> Result<PayoutRequest, Refused> {
    let route = call.route();
    reader.need("customer.id", Rule::Filled(255))?;
    let card = route.method.as_deref() == Some("card");
    let card_number =
        if card && !route.saved { Some(Secret::new(reader.need("card.pan", Rule::Digits(12, 32))?)) } else { None };
    let account_number = if card { None } else { Some(reader.need("account.number", Rule::Filled(100))?) };
    Ok(PayoutRequest {
        method: route.method.clone().unwrap_or_default(),
        wanted: wanted(reader)?,
        customer: customer(reader)?,
        account_number,
        card_number,
        saved: saved(route, reader)?,
        description: reader.plain("payment.description"),
        details: Details::of_call(call.tree()),
    })
}

fn three_ds_result(reader: Reader) -> Result<ThreeDsAnswer, Refused> {
    const LONG: Rule = Rule::Filled(65_536);
    if let Some(cres) = reader.opt("cres", LONG)? {
        return Ok(ThreeDsAnswer::Version2(Secret::new(cres)));
    }
    reader.need("pares", LONG).map(|pares| ThreeDsAnswer::Version1(Secret::new(pares)))
}

fn invoice(call: &Call, reader: Reader) -> Result<InvoiceRequest, Refused> {
    reader.need("customer.id", Rule::Filled(255))?;
    let wanted = wanted(reader)?;
    reader.need("payment.best_before", Rule::DateTime)?;
    let best_before = best_before(reader)?.ok_or_else(|| Refused::of(Code::Missing, "payment.best_before"))?;
    Ok(InvoiceRequest {
        wanted,
        best_before,
        hold: reader.opt("card_operation_type", Rule::OneOf(&["sale", "auth"]))?.map(|word| word == "auth"),
        force_method: reader.opt("payment.force_method", Rule::Text(255))?,
        customer: customer(reader)?,
        description: reader.plain("payment.description"),
        details: Details::of_call(call.tree()),
    })
}

fn methods(reader: Reader) -> Result<MethodsRequest, Refused> {
    let missing = || Refused::of(Code::Missing, "directions");
    let wrong = || Refused::invalid("directions", "an array of payin, payout");
    let items = reader.value("directions").ok_or_else(missing)?.items().ok_or_else(wrong)?;
    let words: Vec<&str> = items.iter().filter_map(|item| item.text()).collect();
    if words.is_empty() || words.len() != items.len() || words.iter().any(|word| !["payin", "payout"].contains(word)) {
        return Err(wrong());
    }
    Ok(MethodsRequest {
        payin: words.contains(&"payin"),
        payout: words.contains(&"payout"),
        currency: reader.opt("currency", Rule::Currency)?,
        minor: reader.int("amount", 1, AMOUNT_MAX)?,
        method: reader.opt("payment_method", Rule::Text(255))?,
    })
}
