//! What a recipient typed.

use super::visits::{choosing, fresh};
use crate::checkout::Language;
use crate::checkout::recipient::{Recipient, RecipientErrors, TypedRecipient};
use crate::checkout::view::{NumberError, WalletField};
use crate::checkout::visit::{Choice, Purpose, Visit};

fn visit() -> Visit {
    choosing(fresh(Purpose::PayOut, Language::En), "card")
}

fn number_error(body: &[u8]) -> Option<NumberError> {
    match TypedRecipient::read(body).judge(&visit()) {
        Err(RecipientErrors::Card(errors)) => errors.number,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_card_is_its_number_and_nothing_else() {
    let read = TypedRecipient::read(b"step=receive&token=3&number=4242+4242+4242+4242&expiry=01/20&cvc=x");
    match read.judge(&visit()) {
        Ok(Recipient::Card(number)) => assert_eq!(number.masked(), "424242**4242"),
        other => panic!("{other:?}"),
    }
    assert_eq!(number_error(b"step=receive"), Some(NumberError::Missing));
    assert_eq!(number_error(b"number=4242+4242+4242+4243"), Some(NumberError::Invalid));
    assert_eq!(number_error(b"number=4242x"), Some(NumberError::Invalid));
}

#[test]
fn a_wallet_is_judged_with_what_was_asked_about_its_owner() {
    let good = b"account=1234+5678+9012&first_name=Ona&last_name=Onait%C4%97&email=ona%40pastas.lt";
    match TypedRecipient::read(good).judge(&visit()) {
        Ok(Recipient::Wallet(typed)) => {
            assert_eq!((typed.account.as_str(), typed.first_name.as_str()), ("123456789012", "Ona"));
        }
        other => panic!("{other:?}"),
    }
    match TypedRecipient::read(b"account=&first_name=Ona").judge(&visit()) {
        Err(RecipientErrors::Wallet(typed, errors)) => {
            assert_eq!(typed.first_name, "Ona");
            assert_eq!(errors.of(WalletField::Account), Some(true));
            assert_eq!((errors.of(WalletField::FirstName), errors.of(WalletField::Email)), (None, Some(true)));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn money_goes_nowhere_that_is_not_offered() {
    let nowhere = Visit { choice: Some(Choice::default()), ..visit() };
    for body in [&b"number=4242424242424242"[..], b"account=123456789012"] {
        let judged = TypedRecipient::read(body).judge(&nowhere);
        assert!(matches!(judged, Err(RecipientErrors::NotOffered)), "{judged:?}");
    }
    let without_wallet = Visit { wallet: None, ..visit() };
    let judged = TypedRecipient::read(b"account=123456789012").judge(&without_wallet);
    assert!(matches!(judged, Err(RecipientErrors::NotOffered)), "{judged:?}");
}

#[test]
fn nothing_typed_can_be_printed() {
    let shown = format!("{:?}", TypedRecipient::read(b"number=4242424242424242&account=123456789012&email=a@b.lt"));
    assert!(!shown.contains("4242") && !shown.contains("1234") && !shown.contains("a@b"), "{shown}");
}
