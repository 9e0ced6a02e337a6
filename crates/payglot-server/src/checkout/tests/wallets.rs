//! The form that asks for a wallet, and the invoice that waits there.

use super::fixtures::{Rendered, frame};
use super::html::{field, tags};
use crate::checkout::Language;
use crate::checkout::view::{
    Amount, ChoiceNotice, DeclineReason, Form, InvoicePage, MethodIcon, WalletField, WalletInput, WalletPage,
};
use askama::Template;

const FIELDS: [WalletField; 4] =
    [WalletField::Account, WalletField::FirstName, WalletField::LastName, WalletField::Email];

fn html(page: &impl Template) -> String {
    page.render().expect("a page of plain data renders")
}

fn form(step: &str) -> Form {
    Form { action: "/checkout/70906e55?lang=lt".to_owned(), step: step.to_owned(), token: "3".to_owned() }
}

fn units(language: Language) -> Amount {
    Amount::from_minor(125_000, 2, "WMZ", language)
}

/// With an error (was nothing typed?) in every field, or in none.
fn wallet(language: Language, error: Option<bool>) -> WalletPage {
    let input = |field| WalletInput { field, value: "12\"".to_owned(), error };
    WalletPage {
        frame: frame(language),
        title: "WebMoney".to_owned(),
        pay: form("wallet"),
        cancel: Some(form("cancel")),
        inputs: FIELDS.map(input).to_vec(),
        in_units: Some(units(language)),
        notice: None,
        another: Some("/checkout/70906e55?ways=all".to_owned()),
    }
}

fn invoice(language: Language) -> InvoicePage {
    InvoicePage {
        frame: frame(language),
        title: "WebMoney".to_owned(),
        icon: MethodIcon::Wallet,
        number: "121".to_owned(),
        account: Some("123456789012".to_owned()),
        in_units: Some(units(language)),
        href: "https://wallet.example/inbox?a=1&b=2".to_owned(),
        qr: Some("<svg viewBox=\"0 0 1 1\"></svg>".to_owned()),
        events: "/checkout/70906e55/events?version=3".to_owned(),
        cancel: Some(form("cancel")),
    }
}

/// Every page of this kind in one language.
pub(super) fn all(language: Language) -> Vec<Rendered> {
    let declined = Some(ChoiceNotice::Declined(DeclineReason::AccountFunds));
    let plain = InvoicePage { account: None, in_units: None, qr: None, cancel: None, ..invoice(language) };
    vec![
        ("wallet".to_owned(), html(&wallet(language, None))),
        ("wallet-missing".to_owned(), html(&wallet(language, Some(true)))),
        ("wallet-invalid".to_owned(), html(&wallet(language, Some(false)))),
        ("wallet-declined".to_owned(), html(&WalletPage { notice: declined, ..wallet(language, None) })),
        ("invoice".to_owned(), html(&invoice(language))),
        ("invoice-plain".to_owned(), html(&plain)),
    ]
}

#[test]
fn what_is_wrong_is_tied_to_its_field_and_the_first_gets_the_focus() {
    let page = html(&wallet(Language::En, Some(true)));
    for name in FIELDS.map(WalletField::name) {
        assert_eq!(field(&page, name).get("aria-invalid"), Some("true"), "{name}");
        assert_eq!(field(&page, name).get("aria-describedby"), Some(format!("{name}-note").as_str()));
        assert_eq!(field(&page, name).get("autofocus").is_some(), name == "account", "{name}");
    }
    assert!(page.contains("<title>Error: ") && page.contains("Enter your WMID") && !page.contains("12\"\""));
    let page = html(&wallet(Language::En, None));
    assert!(!page.contains("aria-invalid") && !page.contains("<title>Error"));
    assert_eq!(field(&page, "account").get("inputmode"), Some("numeric"));
}

#[test]
fn the_wallet_opens_beside_the_page_that_waits() {
    let tags = tags(&html(&invoice(Language::En)));
    let link = tags.iter().find(|tag| tag.get("target").is_some()).expect("a link");
    assert_eq!((link.get("target"), link.get("rel")), (Some("_blank"), Some("noopener")));
    assert_eq!(link.get("href"), Some("https://wallet.example/inbox?a=1&#38;b=2"));
    assert!(tags.iter().any(|tag| tag.get("data-events") == Some("/checkout/70906e55/events?version=3")));
    assert!(tags.iter().any(|tag| tag.get("data-copy") == Some("121")));
}
