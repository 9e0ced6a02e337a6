//! Gate's calls: what is taken, and each way not to be taken.

use super::super::request::{StatusRequest, ThreeDsAnswer};
use super::super::{Answer, Outcome, reply};
use super::*;
use payglot_core::Currency;
use proptest::prelude::*;

mod customers;
mod registrations;

/// The vendor's figure of a WebMoney sale.
const SALE: &str = r#"{"general":{"project_id":1234,"payment_id":"payment_47"},"customer":{"id":"customer_123","first_name":"John","last_name":"Doe","email":"johndoe@example.com","ip_address":"198.51.100.47"},"account":{"number":"123456789012"},"payment":{"amount":100,"currency":"RUB","description":"Top-up of personal account №<01234567890> on the website <https://merchant.example.com>."}}"#;
const REFUND: &str = r#"{"general":{"project_id":1234,"payment_id":"payment_47"},"payment":{"amount":100,"currency":"RUB","description":"Refund."}}"#;
const CARD: &str = r#"{"general":{"project_id":"1234","payment_id":"c-1"},"customer":{"id":"1","ip_address":"2001:db8::1"},"card":{"pan":"4000000000000077","year":"2034","month":"12","card_holder":"JOHN SMITH","cvv":"987","save":0},"payment":{"amount":"100","currency":"EUR"},"return_url":{"success":"https://shop.example/ok","return":"https://shop.example/"},"callback":{"delay":5}}"#;

/// A body with a value put to a path, or taken away.
fn changed(body: &str, path: &str, value: Option<&str>) -> String {
    let mut tree = Json::read(body).expect("JSON");
    let (parents, name) = path.rsplit_once('.').unwrap_or(("", path));
    let mut holder = &mut tree;
    for key in parents.split('.').filter(|key| !key.is_empty()) {
        holder = holder.get_mut(key).expect(path);
    }
    let Json::Object(members) = holder else { panic!("{path}") };
    members.retain(|(key, _)| key != name);
    if let Some(value) = value {
        members.push((name.to_owned(), Json::read(value).expect(value)));
    }
    tree.to_string()
}

fn call(path: &str, body: &str) -> Result<Call, Refused> {
    Call::read(Endpoint::route(path).expect("an address"), &raw("", body.as_bytes()))
}

#[test]
fn a_webmoney_sale_is_read() {
    let Ok(Request::Sale(sale)) = asked("payment/webmoney/sale", SALE) else { panic!("a sale") };
    assert_eq!(
        (sale.method.as_str(), sale.hold, sale.account_number.as_deref()),
        ("webmoney", false, Some("123456789012"))
    );
    assert_eq!(sale.wanted.money(&[Currency::RUB]).map(|money| money.to_string()), Ok("1.00 RUB".to_owned()));
    assert_eq!(code(sale.wanted.money(&[Currency::EUR])).0, Code::CurrencyDisabled);
    assert_eq!(sale.judge(), Ok(()));
    assert!(sale.description.contains('№') && sale.card.is_none());
    let Ok(Request::Sale(light)) = asked("payment/webmoney-light/sale", &changed(SALE, "account", None)) else {
        panic!("a sale")
    };
    assert_eq!(light.account_number, None);
}

#[test]
fn every_strictly_required_field_is_missed() {
    for path in [
        "customer",
        "customer.id",
        "customer.ip_address",
        "customer.first_name",
        "customer.last_name",
        "customer.email",
        "account",
        "account.number",
        "payment",
        "payment.amount",
        "payment.currency",
        "payment.description",
    ] {
        let (found, field) = code(asked("payment/webmoney/sale", &changed(SALE, path, None)));
        assert!(found == Code::Missing && field.starts_with(path), "{path}: {field}");
    }
    for path in ["general", "general.project_id", "general.payment_id"] {
        let body = changed(SALE, path, None);
        assert_eq!(code(call("payment/webmoney/sale", &body)), (Code::Missing, path.to_owned()));
    }
    assert_eq!(code(call("payment/webmoney/sale", SALE)), (Code::Missing, "general.signature".to_owned()));
    for (signature, expected) in [("\"\"", Code::EmptySignature), ("null", Code::EmptySignature), ("5", Code::Invalid)]
    {
        let body = changed(SALE, "general.signature", Some(signature));
        assert_eq!(code(call("payment/webmoney/sale", &body)).0, expected);
    }
    let body = changed(SALE, "general.signature", Some("\"abc\""));
    let call = call("payment/webmoney/sale", &body).expect("readable");
    assert_eq!((call.project_id(), call.payment_id()), (1234, Some("payment_47")));
    assert_eq!(code(prove_call(call, &[secret()])).0, Code::InvalidSignature);
}

#[test]
fn wrong_types_and_forms_are_named() {
    for (path, value) in [
        ("payment.amount", "1.5"),
        ("payment.amount", "100.0"),
        ("payment.amount", "\"1.00\""),
        ("payment.amount", "0"),
        ("payment.amount", "-100"),
        ("payment.amount", "1e2"),
        ("payment.amount", "true"),
        ("payment.amount", "[100]"),
        ("payment.amount", "10000000000001"),
        ("payment.amount", "99999999999999999999"),
        ("payment.currency", "{}"),
        ("payment.description", &format!("\"{}\"", "x".repeat(256))),
        ("customer.ip_address", "\"localhost\""),
        ("customer.phone", "\"+370 600\""),
        ("callback", "{\"delay\":601}"),
        ("general.payment_id", &format!("\"{}\"", "x".repeat(256))),
        ("general.project_id", "-1"),
    ] {
        let (found, field) = code(asked("payment/webmoney/sale", &changed(SALE, path, Some(value))));
        assert!(found == Code::Invalid && field.starts_with(path), "{path}={value}: {found} {field}");
    }
    let refused = asked("payment/webmoney/sale", &changed(SALE, "payment.amount", Some("1.5"))).expect_err("a point");
    let expected = r#"{"status":"error","code":"502","message":"Validation error: payment.amount must be a whole number from 1 to 10000000000000","errors":[{"code":"502","message":"Validation error","field":"payment.amount","description":"must be a whole number from 1 to 10000000000000"}]}"#;
    let reply = reply::refused(&refused, None);
    assert_eq!((reply.status, reply.body.as_str()), (400, expected));
}

#[test]
fn what_is_only_found_out_later_is_taken_first() {
    let of = |path: &str, value: &str| {
        let Ok(Request::Sale(sale)) = asked("payment/webmoney/sale", &changed(SALE, path, Some(value))) else {
            panic!("{path}")
        };
        sale
    };
    assert_eq!(code(of("customer.email", "\"nobody\"").judge()), (Code::InvalidEmail, "customer.email".to_owned()));
    for wrong in ["\"rub\"", "\"RUR!\"", "\"WMZ\"", "643"] {
        assert_eq!(
            code(of("payment.currency", wrong).wanted.money(&[Currency::RUB])).0,
            Code::InvalidCurrency,
            "{wrong}"
        );
    }
    let largest = of("payment.amount", "10000000000000").wanted.money(&[Currency::RUB]).expect("the largest amount");
    assert_eq!((largest.minor(), largest.currency()), (10_000_000_000_000, Currency::RUB));
}

#[test]
fn a_card_is_read_and_nowhere_shown() {
    let Ok(Request::Sale(sale)) = asked("payment/card/auth", CARD) else { panic!("a sale") };
    let card = sale.card.as_ref().expect("a card");
    assert_eq!((card.number.expose(), card.expiry, card.save), ("4000000000000077", 203_412, false));
    assert_eq!(card.code.as_ref().map(Secret::expose), Some("987"));
    assert!(sale.hold);
    assert_eq!(sale.details.callback_delay_ms(), 5000);
    let button = |outcome| sale.details.button(outcome).map(|way| way.url);
    assert_eq!(button(Outcome::Success).as_deref(), Some("https://shop.example/ok"));
    assert_eq!((button(Outcome::Failure), button(Outcome::Open).as_deref()), (None, Some("https://shop.example/")));
    let body = super::super::request::gate_body(Endpoint::Auth, &Json::read(CARD).expect("JSON"), &secret());
    let call = call("payment/card/auth", &body).expect("readable");
    for shown in [sale.details.to_text(), format!("{sale:?}{call:?}"), call.signed_text()] {
        for hidden in ["4000000000000077", "987", "monetix_test_secret"] {
            assert!(!shown.contains(hidden), "{hidden} in {shown}");
        }
    }
    assert!(call.signed_text().contains("card:pan:***;"));
    for (path, value) in
        [("card.pan", "\"4000 0000\""), ("card.year", "2019"), ("card.month", "13"), ("card.cvv", "\"12\"")]
    {
        assert_eq!(
            code(asked("payment/card/sale", &changed(CARD, path, Some(value)))),
            (Code::Invalid, path.to_owned())
        );
    }
    for path in ["card", "card.pan", "card.year", "card.month", "card.card_holder"] {
        assert_eq!(code(asked("payment/card/sale", &changed(CARD, path, None))).0, Code::Missing, "{path}");
    }
    let saved = changed(&changed(CARD, "card", None), "token", Some("\"tok-1\""));
    let Ok(Request::Sale(sale)) = asked("payment/card/sale/token", &saved) else { panic!("a sale") };
    assert_eq!(sale.saved.as_ref().map(Secret::expose), Some("tok-1"));
    assert!(!sale.details.to_text().contains("tok-1"));
}

#[test]
fn follow_ups_may_name_an_amount_or_not() {
    let refund = |body: &str| match asked("payment/refund", body) {
        Ok(Request::Refund(refund)) => refund,
        other => panic!("{other:?}"),
    };
    let money = |body: &str| refund(body).money().map(|money| money.map(|money| money.to_string()));
    assert_eq!(money(REFUND), Ok(Some("1.00 RUB".to_owned())));
    let without = |path| changed(REFUND, path, None);
    assert_eq!(money(&changed(&without("payment.amount"), "payment.currency", None)), Ok(None));
    assert_eq!(code(money(&without("payment.amount"))).0, Code::AmountRequired);
    assert_eq!(code(money(&without("payment.currency"))).0, Code::CurrencyRequired);
    assert_eq!(code(money(&changed(REFUND, "payment.currency", Some("\"ROU\"")))).0, Code::RefundCurrency);
    assert_eq!(refund(&changed(REFUND, "payment.description", Some("\"\""))).description, "");
    assert_eq!(code(asked("payment/card/refund", &without("payment.description"))).0, Code::Missing);
    assert_eq!(code(asked("payment/card/refund", &changed(REFUND, "payment.amount", Some("0.5")))).0, Code::Invalid);
    let general = r#"{"general":{"project_id":1234,"payment_id":"p"}}"#;
    assert!(matches!(asked("payment/card/capture", general), Ok(Request::Capture(_))));
    assert!(matches!(asked("payment/card/cancel", general), Ok(Request::Cancel(_))));
    assert!(matches!(asked("payment/invoice/cancel", general), Ok(Request::InvoiceCancel)));
    assert!(matches!(asked("payment/status", general), Ok(Request::Status(StatusRequest::Payment(id))) if id == "p"));
}

#[test]
fn payouts_invoices_and_3ds_are_read() {
    let payout = changed(SALE, "customer", Some(r#"{"id":"1"}"#));
    let Ok(Request::Payout(read)) = asked("payment/webmoney/payout", &payout) else { panic!("a payout") };
    assert_eq!((read.account_number.as_deref(), read.wanted.minor), (Some("123456789012"), 100));
    assert_eq!(code(asked("payment/webmoney/payout", &changed(&payout, "account", None))).0, Code::Missing);
    let card = changed(&payout, "card", Some(r#"{"pan":"4242424242424242"}"#));
    let Ok(Request::Payout(read)) = asked("payment/card/payout", &card) else { panic!("a payout") };
    assert!(read.card_number.is_some() && !read.details.to_text().contains("4242"));
    assert_eq!(code(asked("payment/card/payout", &payout)), (Code::Missing, "card.pan".to_owned()));

    let invoice = changed(SALE, "payment.best_before", Some("\"2024-12-09T00:00:00+00:00\""));
    let Ok(Request::InvoiceCreate(read)) = asked("payment/invoice/create", &invoice) else { panic!("an invoice") };
    assert_eq!(read.best_before, UnixMillis(1_733_702_400_000));
    assert_eq!(code(asked("payment/invoice/create", SALE)), (Code::Missing, "payment.best_before".to_owned()));

    let general = r#"{"general":{"project_id":1234,"payment_id":"p"}}"#;
    let three_ds = |name: &str, value: &str| asked("payment/card/3ds_result", &changed(general, name, Some(value)));
    assert!(matches!(three_ds("cres", "\"x\""), Ok(Request::ThreeDs(ThreeDsAnswer::Version2(_)))));
    assert!(matches!(three_ds("pares", "\"x\""), Ok(Request::ThreeDs(ThreeDsAnswer::Version1(_)))));
    assert_eq!(code(three_ds("md", "\"x\"")), (Code::Missing, "pares".to_owned()));
    let frame = changed(general, "threeds_completion_indicator", Some("true"));
    assert!(matches!(asked("payment/card/3ds_check_iframe", &frame), Ok(Request::ThreeDs(ThreeDsAnswer::Frame(true)))));
    for (register, expected) in [("true", true), ("{\"register\":{}}", true), ("0", false)] {
        let recurring =
            if register.starts_with('{') { register.to_owned() } else { format!("{{\"register\":{register}}}") };
        let sale = asked("payment/webmoney/sale", &changed(SALE, "recurring", Some(&recurring)));
        assert!(matches!(sale, Ok(Request::Sale(sale)) if sale.registers.is_some() == expected), "{register}");
    }
    let charge = changed(SALE, "recurring", Some(r#"{"id":77}"#));
    assert!(
        matches!(asked("payment/webmoney/recurring", &charge), Ok(Request::Sale(sale)) if sale.recurring_id == Some(77))
    );
    assert_eq!(code(asked("payment/webmoney/recurring", SALE)), (Code::Missing, "recurring.id".to_owned()));
}

#[test]
fn flat_bodies_are_proven_at_the_top() {
    let of = asked("payment/status/request", r#"{"project_id":1234,"request_id":"1a23456bc7890de"}"#);
    assert!(matches!(of, Ok(Request::Status(StatusRequest::Request(id))) if id == "1a23456bc7890de"));
    let methods = |body: &str| asked("info/available_methods_for_merchant/list", body);
    let Ok(Request::Methods(read)) =
        methods(r#"{"project_id":1234,"directions":["payin"],"currency":"EUR","amount":"100"}"#)
    else {
        panic!("a list")
    };
    assert!(read.payin && !read.payout && read.minor == Some(100));
    assert_eq!(code(methods(r#"{"project_id":1234}"#)).0, Code::Missing);
    for wrong in ["[]", "\"payin\"", "[\"payin\",1]", "[\"both\"]"] {
        assert_eq!(
            code(methods(&format!(r#"{{"project_id":1234,"directions":{wrong}}}"#))).0,
            Code::Invalid,
            "{wrong}"
        );
    }
    assert!(matches!(
        asked("info/banks/online-banking/ideal/sale/list", r#"{"project_id":1234}"#),
        Ok(Request::Banks(_))
    ));
}

#[test]
fn what_is_no_json_object_or_too_large_is_refused_at_once() {
    let deep = format!(r#"{{"general":{}1{}}}"#, "[".repeat(200), "]".repeat(200));
    let large = format!(r#"{{"general":{{}},"x":"{}"}}"#, "x".repeat(200_000));
    // Short, but its paths would take a gigabyte.
    let wide = format!(r#"{{"{}":[{}0]}}"#, "k".repeat(40_000), "0,".repeat(40_000));
    let many = format!(r#"{{"general":[{}0]}}"#, "0,".repeat(6000));
    for body in
        [many.as_str(), "", "x", "[]", "5", "{\"general\":}", "{} {}", deep.as_str(), large.as_str(), wide.as_str()]
    {
        let refused = call("payment/webmoney/sale", body).expect_err("refused");
        assert_eq!((refused.code, reply::refused(&refused, None).status), (Code::InvalidJson, 422));
    }
    assert_eq!(code(call("payment/webmoney/sale", "{}")), (Code::Missing, "general".to_owned()));
}

#[test]
fn answers_are_written_and_read() {
    let accepted = reply::accepted(1234, "payment_47", "1a23456bc7890de");
    let expected = r#"{"status":"success","request_id":"1a23456bc7890de","project_id":1234,"payment_id":"payment_47"}"#;
    assert_eq!((accepted.status, accepted.body.as_str()), (200, expected));
    let request_id = "1a23456bc7890de".to_owned();
    assert_eq!(Answer::read(accepted.body.as_bytes()), Ok(Answer::Accepted { request_id, invoice_url: None }));
    let unknown = reply::unknown_payment(1234, "payment_47");
    let expected = r#"{"status":"error","project_id":1234,"payment_id":"payment_47","errors":[{"code":"3061","message":"Transaction not found","description":""}],"code":"3061","message":"Transaction not found"}"#;
    assert_eq!((unknown.status, unknown.body.as_str()), (200, expected));
    for (refused, status) in [
        (Code::InvalidJson, 422),
        (Code::Missing, 400),
        (Code::ProjectNotFound, 404),
        (Code::AccessDenied, 403),
        (Code::Internal, 500),
        (Code::InvalidSignature, 400),
    ] {
        let reply = reply::refused(&Refused::whole(refused), Some("a:1"));
        assert_eq!(reply.status, status);
        let read = Answer::Refused { code: refused.to_string(), message: refused.message().to_owned() };
        assert_eq!(Answer::read(reply.body.as_bytes()), Ok(read));
    }
    let line = reply::MethodLine {
        currency: "USD".to_owned(),
        title: "webmoney".to_owned(),
        payout: false,
        limits: (1, 1000),
        card_systems: Vec::new(),
    };
    let expected = r#"{"USD":[{"title":"webmoney","direction":"payin","limits":{"min amount":1,"max amount":1000},"card_payment_system":[]}]}"#;
    assert_eq!(reply::methods(&[line]).body, expected);
    let unit = |code| reply::title_unit(Currency::from_code(code).expect(code)).map(Currency::code);
    assert_eq!((unit("USD"), unit("EUR"), unit("RUB")), (Some("WMZ"), Some("WME"), None));
}

proptest! {
    #[test]
    fn hostile_bodies_never_panic(
        path in prop_oneof![Just("payment/webmoney/sale"), Just("payment/card/auth"), Just("payment/refund"), Just("payment/card/payout"), Just("payment/invoice/create"), Just("payment/card/3ds_result"), Just("payment/status/request"), Just("payment/card/account_verification"), Just("payment/recurring/update"), Just("payment/clarification"), Just("customer/card/tokenize"), Just("customer/saved_account/delete")],
        field in prop_oneof![Just("payment.amount"), Just("payment.currency"), Just("customer"), Just("payment"), Just("card.year"), Just("payment.best_before"), Just("return_url"), Just("general.payment_id"), Just("recurring"), Just("recurring_id"), Just("additional_data"), Just("token"), Just("customer.save")],
        value in prop_oneof![Just("null".to_owned()), Just("{}".to_owned()), Just("[[]]".to_owned()), any::<i64>().prop_map(|n| n.to_string()), ".{0,30}".prop_map(|text: String| crate::text::json::quoted(&text))],
    ) {
        if let Ok(request) = asked(path, &changed(CARD, field, Some(&value))) {
            let _ = format!("{request:?}");
        }
    }

    #[test]
    fn any_path_is_routed_or_not(path in "[a-z0-9_/]{0,40}") {
        let _ = Endpoint::route(&path);
    }
}

#[test]
fn a_kept_value_is_one_that_was_signed() {
    let kept = |url: &str| {
        let body = format!(
            r#"{{"general":{{"project_id":1234,"payment_id":"p"}},"return_url":{{"success":{url}}},"payment":{{"description":""}}}}"#
        );
        let route = Endpoint::route("payment/webmoney/sale").expect("an address");
        super::super::Details::of_call(&Json::read(&body).expect("JSON"), &route).button(super::super::Outcome::Success)
    };
    assert_eq!(kept(r#""app://paid""#).map(|button| button.url).as_deref(), Some("app://paid"));
    for unsigned in [r#"{"frame_mode":"app://paid"}"#, "[]", "{}", "null"] {
        assert_eq!(kept(unsigned), None, "{unsigned}");
    }
}
