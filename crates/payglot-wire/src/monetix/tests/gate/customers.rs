//! Saved cards and verifications, without and with a payment.

use super::*;

const SAVED: &str = r#"{"general":{"project_id":1234,"payment_id":"s-1"},"customer":{"id":"1","ip_address":"198.51.100.47"},"token":"0f1e2d3c","cvv":"123","payment":{"amount":100,"currency":"EUR"}}"#;
/// A call of customers needs no payment.
const CUSTOMER: &str = r#"{"general":{"project_id":1234},"customer":{"id":"customer_123"},"token":"0f1e2d3c","card":{"pan":"4000000000000077","year":2034,"month":1,"card_holder":"JOHN SMITH"}}"#;

/// A signed body with one character of it changed.
fn tampered(path: &str, body: &str, from: &str, to: &str) -> Code {
    let route = Endpoint::route(path).expect("an address");
    let signed = super::super::super::request::gate_body(route.endpoint, &Json::read(body).expect("JSON"), &secret());
    assert!(signed.contains(from), "{from}");
    let read = |body: &str| prove_call(call(path, body).expect("readable"), &[secret()]);
    assert!(read(&signed).is_ok(), "{path}");
    code(read(&signed.replacen(from, to, 1))).0
}

#[test]
fn a_saved_card_pays_with_its_code_or_without() {
    for (path, body) in [
        ("payment/card/sale/token", SAVED.to_owned()),
        ("payment/card/auth/saved", SAVED.replace("\"token\"", "\"saved_account_id\"")),
        ("payment/card/sale/saved", changed(&changed(SAVED, "cvv", None), "card", Some(r#"{"cvv":"123"}"#))),
        ("payment/card/account_verification/token", changed(SAVED, "payment", None)),
    ] {
        let (saved, code, card, details) = match asked(path, &body) {
            Ok(Request::Sale(sale)) => (sale.saved, sale.code, sale.card, sale.details),
            Ok(Request::Verification(asked)) => (asked.saved, asked.code, asked.card, asked.details),
            other => panic!("{other:?}"),
        };
        assert_eq!(saved.as_ref().map(Secret::expose), Some("0f1e2d3c"), "{path}");
        assert_eq!(code.as_ref().map(Secret::expose), Some("123"), "{path}");
        assert!(card.is_none() && !details.to_text().contains("0f1e2d3c") && !details.to_text().contains("123\""));
        assert_eq!(tampered(path, &body, "0f1e2d3c", "1f1e2d3c"), Code::InvalidSignature);
    }
    let without = asked("payment/card/sale/token", &changed(SAVED, "cvv", None));
    assert!(matches!(without, Ok(Request::Sale(sale)) if sale.code.is_none()));
    let missing = asked("payment/card/sale/token", &changed(SAVED, "token", None));
    assert_eq!(code(missing), (Code::Missing, "token".to_owned()));
    let wrong = asked("payment/card/sale/token", &changed(SAVED, "cvv", Some("12")));
    assert_eq!(code(wrong), (Code::Invalid, "cvv".to_owned()));
    let named = changed(SAVED, "saved_account_id", Some("\"0a0b\""));
    let call = call("payment/card/sale/saved", &changed(&named, "general.signature", Some("\"x\""))).expect("readable");
    assert!(!call.signed_text().contains("0a0b") && !call.signed_text().contains("0f1e2d3c"));
}

#[test]
fn an_instrument_is_saved_by_whoever_asks() {
    let saves = |path: &str, value: &str| match asked("payment/card/sale", &changed(CARD, path, Some(value))) {
        Ok(Request::Sale(sale)) => sale.saves,
        other => panic!("{other:?}"),
    };
    for path in ["card.save", "customer.save", "customer.account_save"] {
        assert!(saves(path, "true") && saves(path, "1") && !saves(path, "0") && !saves(path, "false"), "{path}");
        let wrong = asked("payment/card/sale", &changed(CARD, path, Some("2")));
        assert_eq!(code(wrong), (Code::Invalid, path.to_owned()));
    }
}

#[test]
fn a_payout_to_what_is_saved_needs_no_number() {
    let body = changed(SAVED, "customer", Some(r#"{"id":"1"}"#));
    for path in ["payment/card/payout/token", "payment/webmoney/payout/token"] {
        let Ok(Request::Payout(read)) = asked(path, &body) else { panic!("a payout") };
        assert!(read.saved.is_some() && read.card_number.is_none() && read.account_number.is_none(), "{path}");
        assert_eq!(code(asked(path, &changed(&body, "token", None))), (Code::Missing, "token".to_owned()));
    }
}

#[test]
fn a_verification_has_no_amount() {
    const PATH: &str = "payment/card/account_verification";
    let verify = |body: &str| match asked(PATH, body) {
        Ok(Request::Verification(asked)) => asked,
        other => panic!("{other:?}"),
    };
    let read = verify(&changed(CARD, "payment", None));
    assert_eq!((read.currency.as_deref(), read.saves, read.registers.is_some()), (None, false, false));
    assert_eq!(read.card.as_ref().map(|card| card.expiry), Some(203_412));
    let zero = verify(&changed(CARD, "payment.amount", Some("\"0\"")));
    assert_eq!((zero.currency.as_deref(), zero.customer.id.as_deref()), (Some("EUR"), Some("1")));
    assert!(
        verify(&changed(&changed(CARD, "payment", None), "recurring", Some(r#"{"register":1}"#))).registers.is_some()
    );
    for amount in ["1", "-1", "0.5", "\"x\"", "{}"] {
        let refused = asked(PATH, &changed(CARD, "payment.amount", Some(amount))).expect_err("an amount");
        assert_eq!(refused.message(), "Validation error: payment.amount must be 0", "{amount}");
    }
    for path in ["card", "card.pan", "card.year", "card.month", "card.card_holder", "customer.ip_address"] {
        let (found, field) = code(asked(PATH, &changed(&changed(CARD, "payment", None), path, None)));
        assert!(found == Code::Missing && field.starts_with(path), "{path}: {field}");
    }
    assert_eq!(tampered(PATH, CARD, "JOHN", "JEAN"), Code::InvalidSignature);
}

#[test]
fn customers_calls_need_no_payment() {
    let token = |path: &str| match asked(path, CUSTOMER) {
        Ok(Request::CardByToken(token) | Request::RevokeToken(token) | Request::DeleteSavedAccount(token)) => token,
        other => panic!("{other:?}"),
    };
    for path in ["customer/card/bytoken", "customer/card/token/revoke", "customer/saved_account/delete"] {
        assert_eq!(token(path).token.expose(), "0f1e2d3c", "{path}");
        assert_eq!(code(asked(path, &changed(CUSTOMER, "token", None))).0, Code::Missing, "{path}");
        assert_eq!(code(asked(path, &changed(CUSTOMER, "token", Some("{}")))).0, Code::Invalid, "{path}");
        assert_eq!(tampered(path, CUSTOMER, "0f1e", "1f1e"), Code::InvalidSignature);
    }
    let by_id = changed(&changed(CUSTOMER, "token", None), "saved_account_id", Some("12345"));
    let Ok(Request::DeleteSavedAccount(token)) = asked("customer/saved_account/delete", &by_id) else {
        panic!("a token")
    };
    assert_eq!(token.token.expose(), "12345");
    let Ok(Request::SavedAccounts(customer)) = asked("customer/saved_account/list", CUSTOMER) else { panic!("a list") };
    assert_eq!(customer, "customer_123");
    let Ok(Request::Tokenize(asked_for)) = asked("customer/card/tokenize", CUSTOMER) else { panic!("a card") };
    assert_eq!(asked_for.card.number.expose(), "4000000000000077");
    assert_eq!(asked_for.customer.id.as_deref(), Some("customer_123"));
    assert!(!asked_for.details.to_text().contains("4000000000000077"));
    for path in ["customer/saved_account/list", "customer/card/tokenize"] {
        let missing = asked(path, &changed(CUSTOMER, "customer.id", None));
        assert_eq!(code(missing), (Code::Missing, "customer.id".to_owned()));
        assert_eq!(tampered(path, CUSTOMER, "customer_123", "customer_124"), Code::InvalidSignature);
    }
    assert_eq!(code(asked("customer/card/tokenize", &changed(CUSTOMER, "card.year", None))).0, Code::Missing);
    // One that is sent is taken, and unsigned nothing is.
    let with = changed(CUSTOMER, "general.payment_id", Some("\"p\""));
    assert!(asked("customer/card/bytoken", &with).is_ok());
    assert_eq!(code(call("customer/card/bytoken", CUSTOMER)), (Code::Missing, "general.signature".to_owned()));
    assert_eq!(code(call("customer/card/bytoken", "{}")), (Code::Missing, "general".to_owned()));
}
