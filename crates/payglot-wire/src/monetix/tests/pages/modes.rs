//! Pages that are opened for something else than to pay, and what is registered or saved on the way.

use super::super::super::{Details, Period, RecurringKind, RecurringTerms};
use super::*;

#[test]
fn other_modes_need_less_or_zero() {
    let tokenize = Fields::default().with("project_id", "1234").with("customer_id", "c").with("mode", "card_tokenize");
    let order = read(&tokenize).expect("an order");
    assert_eq!((order.mode, order.payment_id, order.amount), (Mode::CardTokenize, None, None));
    let verify = |amount: &str| {
        let kept = without("payment_amount");
        read(&kept.with("payment_amount", amount).with("mode", "card_verify"))
    };
    assert!(verify("0").is_ok());
    assert_eq!(code(verify("1")).0, Code::Invalid);
}

fn of_mode(mode: &str) -> Fields {
    order().with("mode", mode)
}

/// Without a parameter.
fn less(fields: &Fields, name: &str) -> Fields {
    Fields::from_pairs(fields.pairs().iter().filter(|(known, _)| known != name).cloned().collect())
}

#[test]
fn each_mode_misses_what_it_needs() {
    for (mode, amount) in [("purchase", "100"), ("payout", "100"), ("card_verify", "0")] {
        let fields = less(&of_mode(mode), "payment_amount").with("payment_amount", amount);
        assert!(read(&fields).is_ok(), "{mode}");
        for name in ["project_id", "payment_id", "customer_id", "payment_amount", "payment_currency"] {
            assert_eq!(code(read(&less(&fields, name))), (Code::Missing, name.to_owned()), "{mode}");
        }
        let other = if amount == "0" { "1" } else { "0" };
        let wrong = less(&fields, "payment_amount").with("payment_amount", other);
        assert_eq!(code(read(&wrong)), (Code::Invalid, "payment_amount".to_owned()), "{mode}");
        // Whatever the page is for, it is signed.
        let signed = page_query(&fields, &secret());
        for (from, to) in [(mode, "presentation"), ("payment_id=p-1", "payment_id=p-2"), ("USD", "EUR")] {
            assert_eq!(code(page(&signed.replacen(from, to, 1))).0, Code::InvalidSignature, "{mode}: {from}");
        }
        let (unsigned, _) = signed.split_once("&signature=").expect("signed");
        assert_eq!(code(page(unsigned)).0, Code::EmptySignature);
    }
    let tokenize = less(&less(&less(&of_mode("card_tokenize"), "payment_id"), "payment_amount"), "payment_currency");
    assert!(read(&tokenize).is_ok());
    assert_eq!(code(read(&less(&tokenize, "customer_id"))), (Code::Missing, "customer_id".to_owned()));
    // What is not needed is not asked what it means.
    let zero = tokenize.with("payment_id", "p-1").with("payment_amount", "0").with("payment_currency", "USD");
    let order = read(&zero).expect("an order");
    assert_eq!((order.payment_id.as_deref(), order.amount), (Some("p-1"), None));
}

#[test]
fn a_verification_holds_one_minor_unit() {
    let fields = less(&of_mode("card_verify"), "payment_amount").with("payment_amount", "0");
    let order = read(&fields).expect("an order");
    assert_eq!(
        order.amount.map(|amount| (amount.minor(), amount.currency().code().to_owned())),
        Some((1, "USD".to_owned()))
    );
    let unknown = less(&fields, "payment_currency").with("payment_currency", "WMZ");
    assert_eq!(code(read(&unknown)).0, Code::InvalidCurrency);
}

#[test]
fn details_know_the_mode_and_the_way_out_but_no_token() {
    let fields = of_mode("card_tokenize")
        .with("account_token", "0f1e2d3c")
        .with("redirect_tokenize_url", "https://shop.example/saved")
        .with("uuid", "u-1");
    let order = read(&fields).expect("an order");
    assert_eq!(order.account_token.as_deref(), Some("0f1e2d3c"));
    let details = Details::read(&order.details.to_text());
    let way = details.redirect_tokenize().expect("a way");
    assert_eq!((way.url.as_str(), way.shown, way.frame), ("https://shop.example/saved", Shown::Always, Frame::Iframe));
    assert!(!details.to_text().contains("0f1e2d3c"));
    let parent = read(&fields.with("redirect_tokenize_mode", "parent_page")).expect("an order").details;
    assert_eq!(parent.redirect_tokenize().map(|way| way.frame), Some(Frame::ParentPage));
    let plain = read(&self::order()).expect("an order").details;
    assert_eq!(plain.redirect_tokenize(), None);
    let script = read(&of_mode("card_tokenize").with("redirect_tokenize_url", "javascript:x")).expect("an order");
    assert_eq!(script.details.redirect_tokenize(), None);
    // A token is one value, signed and read alike.
    let signed = page_query(&self::order().with("account_token", "a"), &secret());
    assert_eq!(code(PageRequest::of_query(&format!("{signed}&account_token[frame_mode]=b"))), invalid("account_token"));
    let long = read(&self::order().with("account_token", &*"x".repeat(256))).expect("an order");
    assert_eq!(long.account_token, None);
}

fn registers(fields: &Fields) -> Option<RecurringTerms> {
    let order = read(fields).expect("an order");
    assert_eq!(order.details.registers(), order.registers);
    order.registers
}

#[test]
fn a_page_registers_by_a_switch_or_by_terms() {
    let express = RecurringTerms::default();
    for (switch, json, expected) in [
        (None, None, None),
        (Some("1"), None, Some(express.clone())),
        (Some("0"), None, None),
        (None, Some(r#"{"register":true}"#), Some(express.clone())),
        (None, Some(r#"{"register":1}"#), Some(express.clone())),
        (None, Some(r#"{"register":{}}"#), Some(express.clone())),
        (None, Some(r#"{"register":false,"type":"R"}"#), None),
        (None, Some(r#"{"register":0,"type":"R"}"#), None),
        (None, Some("{}"), None),
        (None, Some("[1]"), None),
        (None, Some(r#"{"type":"X"}"#), None),
        (Some("0"), Some(r#"{"register":true,"type":"R"}"#), None),
        (Some("1"), Some(r#"{"register":false}"#), Some(express.clone())),
    ] {
        let fields = [("recurring_register", switch), ("recurring", json)]
            .into_iter()
            .fold(order(), |fields, (name, value)| value.map_or(fields.clone(), |value| fields.with(name, value)));
        assert_eq!(registers(&fields), expected, "{switch:?} {json:?}");
    }
    let json = r#"{"type":"R","period":"M","interval":"2","amount":500,"time":"10:30:00","scheduled_payment_id":"s-1","start_date":"31-01-2025","expiry_year":2030,"expiry_month":"06"}"#;
    let expected = RecurringTerms {
        kind: RecurringKind::Regular,
        period: Some(Period::Month),
        interval: 2,
        amount: Some(500),
        time: Some("10:30:00".to_owned()),
        scheduled_payment_id: Some("s-1".to_owned()),
        start_date: Some("31-01-2025".to_owned()),
        expiry: Some((2030, Some(6), None)),
    };
    assert_eq!(registers(&order().with("recurring", json)).as_ref(), Some(&expected));
    let inside = format!(r#"{{"register":{json}}}"#);
    assert_eq!(registers(&order().with("recurring", inside)).as_ref(), Some(&expected));
    assert_eq!(RecurringTerms::read(&expected.to_text()), expected);
}

#[test]
fn terms_of_a_wrong_form_are_left_out_on_the_page() {
    for wrong in [
        r#""type":"X""#,
        r#""period":"H""#,
        r#""interval":101"#,
        r#""interval":0"#,
        r#""amount":1.5"#,
        r#""amount":0"#,
        r#""time":"25:00:00""#,
        r#""start_date":"2025-01-31""#,
        r#""expiry_year":1999"#,
        r#""expiry_month":6"#,
        r#""expiry_year":2030,"expiry_day":6"#,
        r#""expiry_year":2030,"expiry_month":2,"expiry_day":30"#,
        r#""period":{}"#,
    ] {
        let fields = order().with("recurring", format!(r#"{{"register":true,{wrong}}}"#));
        assert_eq!(registers(&fields), Some(RecurringTerms::default()), "{wrong}");
    }
}
