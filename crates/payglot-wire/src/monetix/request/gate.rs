//! The calls of Gate, judged as far as acceptance goes: everything that could not be read is refused at once, everything that cannot be
//! done is told by callback later.

mod customer;
mod follow_up;
mod invoice;
mod payout;
mod recurring;
mod sale;

use super::super::codes::{Code, Refused};
use super::super::endpoint::Endpoint;
use super::super::rules::{self, AMOUNT_MAX, Rule};
use super::envelope::Call;
use super::gate_table::TABLE;
use super::page::{Customer, money};
use super::reader::Reader;
use crate::proof::Signed;
use crate::text::json::Json;
use crate::text::secret::Secret;
pub use customer::{TokenCall, TokenizeRequest};
pub use follow_up::FollowUp;
pub use invoice::InvoiceRequest;
use payglot_core::{Currency, Money, UnixMillis};
pub use payout::PayoutRequest;
pub use recurring::RecurringCall;
pub use sale::{Card, Sale, Verification};
use std::fmt;

/// What a proven call asks for.
#[derive(Clone, Debug)]
pub enum Request {
    /// `sale`, `auth` or `recurring`.
    Sale(Box<Sale>),
    /// `account_verification`.
    Verification(Box<Verification>),
    /// `recurring/update`, `recurring/cancel`, `recurring/info`.
    Recurring(RecurringCall),
    /// `clarification`.
    Clarification(Clarification),
    /// `customer/confirm`.
    Confirm,
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
    /// `customer/card/bytoken`: what the card of this token looks like.
    CardByToken(TokenCall),
    /// `customer/card/tokenize`: saves a card.
    Tokenize(Box<TokenizeRequest>),
    /// `customer/card/token/revoke`: forgets the card of this token.
    RevokeToken(TokenCall),
    /// `customer/saved_account/list`: what the payer of this id has saved.
    SavedAccounts(String),
    /// `customer/saved_account/delete`: forgets it.
    DeleteSavedAccount(TokenCall),
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

/// What the payer said in addition, as the callback had asked.
#[derive(Clone, PartialEq)]
pub struct Clarification {
    /// The object that was sent, perhaps empty.
    pub additional_data: Json,
}

impl fmt::Debug for Clarification {
    /// Without values: they are about people.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Clarification").finish_non_exhaustive()
    }
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
        let route = call.route();
        // Nothing is charged by a verification, so its amount has a rule of its own.
        let free = route.endpoint == Endpoint::Verification;
        for (path, rule) in TABLE.iter().filter(|(path, _)| !(free && *path == "payment.amount")) {
            reader.opt(path, *rule)?;
        }
        match route.endpoint {
            Endpoint::Sale | Endpoint::Auth | Endpoint::Recurring => {
                sale::sale(call, reader).map(|sale| Self::Sale(Box::new(sale)))
            }
            Endpoint::Verification => sale::verification(call, reader).map(|asked| Self::Verification(Box::new(asked))),
            Endpoint::RecurringUpdate | Endpoint::RecurringCancel | Endpoint::RecurringInfo => {
                recurring::call(call, reader).map(Self::Recurring)
            }
            Endpoint::Clarification => clarification(reader).map(Self::Clarification),
            Endpoint::Confirm => Ok(Self::Confirm),
            Endpoint::Refund => {
                // It must be there, but a client of many shops sends it empty.
                let there = reader.value("payment.description").is_some();
                let refund = follow_up::follow_up(call, reader)?;
                if there { Ok(Self::Refund(refund)) } else { Err(Refused::of(Code::Missing, "payment.description")) }
            }
            Endpoint::Capture => follow_up::follow_up(call, reader).map(Self::Capture),
            Endpoint::Cancel => follow_up::follow_up(call, reader).map(Self::Cancel),
            Endpoint::Payout => payout::payout(call, reader).map(|payout| Self::Payout(Box::new(payout))),
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
            Endpoint::InvoiceCreate => {
                invoice::invoice(call, reader).map(|invoice| Self::InvoiceCreate(Box::new(invoice)))
            }
            Endpoint::InvoiceCancel => Ok(Self::InvoiceCancel),
            Endpoint::Methods => methods(reader).map(Self::Methods),
            Endpoint::Banks => Ok(Self::Banks(route.method.clone().unwrap_or_default())),
            Endpoint::CardByToken => customer::token(reader, "token").map(Self::CardByToken),
            Endpoint::Tokenize => customer::tokenize(call, reader).map(|asked| Self::Tokenize(Box::new(asked))),
            Endpoint::RevokeToken => customer::token(reader, "token").map(Self::RevokeToken),
            Endpoint::SavedAccounts => customer::customer_id(reader).map(Self::SavedAccounts),
            Endpoint::DeleteSavedAccount => customer::token(reader, "saved_account_id").map(Self::DeleteSavedAccount),
        }
    }
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

/// The object must be there, but may be empty; PHP writes an empty one as a list.
fn clarification(reader: Reader) -> Result<Clarification, Refused> {
    let additional_data = match reader.value("additional_data") {
        None | Some(Json::Null) => return Err(Refused::of(Code::Missing, "additional_data")),
        Some(Json::List(items)) if items.is_empty() => Json::Object(Vec::new()),
        Some(object @ Json::Object(_)) => object.clone(),
        Some(Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) => {
            return Err(Refused::invalid("additional_data", "an object"));
        }
    };
    Ok(Clarification { additional_data })
}

fn three_ds_result(reader: Reader) -> Result<ThreeDsAnswer, Refused> {
    const LONG: Rule = Rule::Filled(65_536);
    if let Some(cres) = reader.opt("cres", LONG)? {
        return Ok(ThreeDsAnswer::Version2(Secret::new(cres)));
    }
    reader.need("pares", LONG).map(|pares| ThreeDsAnswer::Version1(Secret::new(pares)))
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
