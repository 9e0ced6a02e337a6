//! Wallets that get invoices: the payer says which wallet, an invoice goes there, and the page waits until it is paid.

use super::pages;
use super::recipient::STEP_RECEIVE;
use super::view::{Frame, InvoicePage, WalletErrors, WalletField, WalletInput, WalletPage};
use super::visit::{self, Invoice, Purpose, Visit, Wallet};
use super::ways;
use askama::Template as _;
use payglot_core::Method;
use qrcode::QrCode;
use qrcode::render::svg;
use std::fmt;

/// The step of the form that asks for a wallet.
pub const STEP_WALLET: &str = "wallet";

/// Digits of the number of a wallet's owner.
const WMID_DIGITS: usize = 12;
/// Longest name of a person.
const NAME_MAX: usize = 255;

/// What the payer typed about the wallet and about themselves.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TypedWallet {
    /// The number of the wallet's owner.
    pub account: String,
    /// First name; empty where it was not asked for.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// E-mail address.
    pub email: String,
}

impl fmt::Debug for TypedWallet {
    /// Without values: they are about a person.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("TypedWallet").finish_non_exhaustive()
    }
}

impl TypedWallet {
    /// Reads a posted form; what is missing is empty.
    pub fn read(body: &[u8]) -> Self {
        let mut typed = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            let slot = match name.as_ref() {
                "account" => &mut typed.account,
                "first_name" => &mut typed.first_name,
                "last_name" => &mut typed.last_name,
                "email" => &mut typed.email,
                _ => continue,
            };
            value.trim().clone_into(slot);
        }
        typed
    }

    /// What was asked for, made plain; or what is wrong with it.
    pub fn judge(mut self, asked: &Wallet) -> Result<Self, (Self, WalletErrors)> {
        let digits: String = self.account.chars().filter(|sign| !sign.is_whitespace()).collect();
        let fits = digits.len() == WMID_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        let mut wrong = Vec::new();
        if !fits {
            wrong.push((WalletField::Account, self.account.is_empty()));
        }
        for field in &asked.asks {
            let value = self.value(*field);
            let good = match field {
                WalletField::Email => ways::judge_email(value).is_ok(),
                WalletField::Account => true,
                WalletField::FirstName | WalletField::LastName => is_name(value),
            };
            if !good {
                wrong.push((*field, value.is_empty()));
            }
        }
        if !wrong.is_empty() {
            return Err((self, WalletErrors(wrong)));
        }
        self.account = digits;
        Ok(self)
    }

    fn value(&self, field: WalletField) -> &str {
        match field {
            WalletField::Account => &self.account,
            WalletField::FirstName => &self.first_name,
            WalletField::LastName => &self.last_name,
            WalletField::Email => &self.email,
        }
    }
}

fn is_name(value: &str) -> bool {
    (1..=NAME_MAX).contains(&value.chars().count()) && !value.chars().any(char::is_control)
}

/// The form that asks for the wallet.
pub fn form(visit: &Visit, wallet: &Wallet) -> askama::Result<String> {
    let known = TypedWallet { account: wallet.account.clone().unwrap_or_default(), ..TypedWallet::default() };
    page(visit, wallet, &known, &WalletErrors::default())
}

/// The form again, with what is wrong in it.
pub fn form_with_errors(
    visit: &Visit,
    wallet: &Wallet,
    typed: &TypedWallet,
    errors: &WalletErrors,
) -> askama::Result<String> {
    page(visit, wallet, typed, errors)
}

fn page(visit: &Visit, wallet: &Wallet, typed: &TypedWallet, errors: &WalletErrors) -> askama::Result<String> {
    let step = if visit.purpose == Purpose::PayOut { STEP_RECEIVE } else { STEP_WALLET };
    let fields = [WalletField::Account].iter().chain(&wallet.asks);
    let input = |field: &WalletField| WalletInput {
        field: *field,
        value: typed.value(*field).to_owned(),
        error: errors.of(*field),
    };
    WalletPage {
        frame: visit.frame(),
        title: wallet.title.clone(),
        pay: pages::form_of(visit, step),
        cancel: visit.can_cancel.then(|| pages::form_of(visit, pages::STEP_CANCEL)),
        inputs: fields.map(input).collect(),
        in_units: wallet.in_units.map(|units| visit::amount(units, visit.language)),
        notice: if errors.0.is_empty() { ways::notice(visit, false) } else { None },
        another: visit.has_other_ways().then(|| visit.ways_page()),
    }
    .render()
}

/// An invoice that waits for the payer.
pub(super) fn invoice_page(visit: &Visit, invoice: &Invoice) -> askama::Result<String> {
    // What follows the invoice is the end of this attempt.
    let frame = Frame { page: visit.done_page(), ..visit.frame() };
    InvoicePage {
        frame,
        title: invoice.title.clone(),
        icon: ways::icon(Method::Wallet),
        number: invoice.number.clone(),
        account: invoice.account.clone(),
        in_units: invoice.in_units.map(|units| visit::amount(units, visit.language)),
        href: invoice.address.clone(),
        qr: qr(&invoice.address),
        events: visit.events_href(),
        cancel: visit.can_cancel.then(|| pages::form_of(visit, pages::STEP_CANCEL)),
    }
    .render()
}

/// The address as a picture for a telephone's camera; nothing if it is too long for one.
fn qr(address: &str) -> Option<String> {
    let code = QrCode::new(address.as_bytes()).ok()?;
    let drawn = code.render::<svg::Color>().min_dimensions(168, 168).quiet_zone(true).build();
    // Our page is the document; what stands before the picture itself would be none.
    drawn.find("<svg").map(|at| drawn[at..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(body: &[u8], asks: &[WalletField]) -> Result<TypedWallet, Vec<(WalletField, bool)>> {
        let wallet = Wallet { asks: asks.to_vec(), ..Wallet::default() };
        TypedWallet::read(body).judge(&wallet).map_err(|(_, errors)| errors.0)
    }

    #[test]
    fn a_wallet_is_twelve_digits_however_they_are_grouped() {
        let account = |body: &[u8]| judged(body, &[]).map(|typed| typed.account);
        assert_eq!(account(b"account=123456789012").as_deref(), Ok("123456789012"));
        assert_eq!(account(b"account=+1234+5678+9012+").as_deref(), Ok("123456789012"));
        assert_eq!(account(b""), Err(vec![(WalletField::Account, true)]));
        for wrong in [&b"account=12345678901"[..], b"account=1234567890123", b"account=Z12345678901", b"account=%FF"] {
            assert_eq!(account(wrong), Err(vec![(WalletField::Account, false)]), "{wrong:?}");
        }
    }

    #[test]
    fn only_what_was_asked_for_is_judged() {
        let body = b"account=123456789012&first_name=+Ona+&last_name=&email=a@b";
        assert!(judged(body, &[]).is_ok());
        let wrong = judged(body, &[WalletField::FirstName, WalletField::LastName, WalletField::Email]);
        assert_eq!(wrong, Err(vec![(WalletField::LastName, true), (WalletField::Email, false)]));
        let typed = judged(body, &[WalletField::FirstName]).expect("right");
        assert_eq!(typed.first_name, "Ona");
    }

    #[test]
    fn an_address_becomes_a_picture_and_one_that_is_too_long_none() {
        assert!(qr("http://127.0.0.1:8080/sandbox/webmoney/1").is_some_and(|svg| svg.starts_with("<svg")));
        assert_eq!(qr(&"x".repeat(10_000)), None);
    }
}
