//! Purchases, by a card or wallet that is sent or by one that was saved, and verifications of a card.

use super::super::super::codes::{Code, Refused};
use super::super::super::details::Details;
use super::super::super::endpoint::{Endpoint, Route};
use super::super::super::recurring::{self, RecurringTerms};
use super::super::super::rules::{self, Rule};
use super::super::envelope::Call;
use super::super::page::Customer;
use super::super::reader::Reader;
use super::{Wanted, best_before, customer, wanted};
use crate::text::secret::Secret;
use payglot_core::UnixMillis;

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
    /// The security code beside a saved instrument.
    pub code: Option<Secret>,
    /// Is the instrument to be saved?
    pub saves: bool,
    /// The id of the registration that is charged, for `recurring`.
    pub recurring_id: Option<i64>,
    /// The terms of later charges, if the payment is registered for them.
    pub registers: Option<RecurringTerms>,
    /// When the payer's time is over.
    pub best_before: Option<UnixMillis>,
    /// What is paid for.
    pub description: String,
    /// What is to be kept.
    pub details: Details,
}

/// A card to be verified: nothing is charged.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The payer.
    pub customer: Customer,
    /// The card; there is one unless a saved one is verified.
    pub card: Option<Card>,
    /// The id or token of a saved card.
    pub saved: Option<Secret>,
    /// The security code beside a saved card.
    pub code: Option<Secret>,
    /// Is the card to be saved?
    pub saves: bool,
    /// The terms of later charges, if the card is registered for them.
    pub registers: Option<RecurringTerms>,
    /// Whatever stood for a currency.
    pub currency: Option<String>,
    /// What is to be kept.
    pub details: Details,
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

pub(super) fn sale(call: &Call, reader: Reader) -> Result<Sale, Refused> {
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
    let recurring_id = recurring_id(reader)?;
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
        code: code(route, reader)?,
        saves: saves(reader)?,
        recurring_id,
        registers: recurring::of_gate(reader)?,
        best_before: best_before(reader)?,
        description: reader.plain("payment.description"),
        details: Details::of_call(call.tree(), call.route()),
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

/// `account_verification`. The amount is none; one that is sent must be 0.
pub(super) fn verification(call: &Call, reader: Reader) -> Result<Verification, Refused> {
    let route = call.route();
    reader.need("customer.ip_address", Rule::Ip)?;
    let card = if route.saved { None } else { Some(card(reader)?) };
    if reader.int("payment.amount", 0, 0).is_err() {
        return Err(Refused::invalid("payment.amount", "0"));
    }
    Ok(Verification {
        customer: customer(reader)?,
        card,
        saved: saved(route, reader)?,
        code: code(route, reader)?,
        saves: saves(reader)?,
        registers: recurring::of_gate(reader)?,
        currency: reader.opt("payment.currency", Rule::Text(16))?,
        details: Details::of_call(call.tree(), call.route()),
    })
}

/// The registration that is meant. One client sends it twice, and then it must be the same.
pub(super) fn recurring_id(reader: Reader) -> Result<Option<i64>, Refused> {
    let inside = reader.int("recurring.id", 1, i64::MAX)?;
    let outside = reader.int("recurring_id", 1, i64::MAX)?;
    match (inside, outside) {
        (Some(inside), Some(outside)) if inside != outside => {
            Err(Refused::invalid("recurring_id", "the same as recurring.id"))
        }
        (inside, outside) => Ok(inside.or(outside)),
    }
}

/// Whoever asks for it, the instrument is saved once.
fn saves(reader: Reader) -> Result<bool, Refused> {
    let mut saves = false;
    for path in ["card.save", "customer.save", "customer.account_save"] {
        saves |= flag(reader, path)?;
    }
    Ok(saves)
}

fn flag(reader: Reader, path: &str) -> Result<bool, Refused> {
    Ok(reader.opt(path, Rule::Flag)?.as_deref().and_then(rules::flag).unwrap_or(false))
}

/// The security code beside a saved instrument; a card that is sent has its own.
fn code(route: &Route, reader: Reader) -> Result<Option<Secret>, Refused> {
    if !route.saved {
        return Ok(None);
    }
    let rule = Rule::Digits(3, 4);
    let beside = reader.opt("cvv", rule)?;
    let code = if beside.is_some() { beside } else { reader.opt("card.cvv", rule)? };
    Ok(code.map(Secret::new))
}

pub(super) fn card(reader: Reader) -> Result<Card, Refused> {
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
        save: flag(reader, "card.save")?,
    })
}

pub(super) fn saved(route: &Route, reader: Reader) -> Result<Option<Secret>, Refused> {
    if !route.saved {
        return Ok(None);
    }
    let id = reader.opt("saved_account_id", Rule::Filled(255))?;
    let id = if id.is_some() { id } else { reader.opt("token", Rule::Filled(255))? };
    id.map(|id| Some(Secret::new(id))).ok_or_else(|| Refused::of(Code::Missing, "token"))
}
