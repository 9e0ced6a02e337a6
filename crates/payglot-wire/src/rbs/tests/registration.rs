use super::{ID, defaults, get, id, operation, roubles};
use crate::raw::{Method, RawRequest};
use crate::rbs::reply::{self, Registered, read_registered, read_simple};
use crate::rbs::request::{
    self, Decline, Deposit, DepositType, Feature, Lifetime, OrderRef, Refund, Reverse, StatusQuery,
};
use crate::rbs::signature::{Known, authenticate};
use crate::rbs::{Credentials, Defaults, Details, Language, Operation, Params, Refused, Register, form_url};
use crate::text::local_time::LocalTime;
use crate::text::secret::Secret;
use expect_test::expect;
use payglot_core::{Currency, Refusal, State, UnixMillis};
use proptest::prelude::*;

const E1: &str = include_str!("../vectors/e1_register.form");
const REFUSALS: &str = include_str!("../vectors/register_refusals.txt");
const HOSTILE: &str = include_str!("../vectors/hostile.txt");

fn post<'a>(query: &'a str, content_type: &'a str, body: &'a [u8]) -> RawRequest<'a> {
    RawRequest { method: Method::Post, path: "/payment/rest/register.do", query, content_type, body, caller_ip: None }
}

fn as_a_form(body: &str) -> Params {
    let form = "application/x-www-form-urlencoded; charset=UTF-8";
    Params::read(&post("", form, body.as_bytes())).expect("readable")
}

/// Credentials, then everything else, as the server does it.
fn judge(params: &Params, defaults: &Defaults) -> Result<Register, Refused> {
    Credentials::read(params, Operation::Register)?;
    Register::read(params, defaults)
}

#[test]
fn e1_the_seed_request_is_read_and_answered() {
    let params = as_a_form(E1.trim_end());
    let order = judge(&params, &defaults()).expect("a good order");
    expect![[r#"
        Register {
            order_number: None,
            amount: Money {
                minor: 2000,
                currency: Iso(
                    RUB,
                ),
            },
            currency: "643",
            return_url: "https://mybestmerchantreturnurl.com",
            fail_url: None,
            dynamic_callback_url: None,
            description: Some(
                "my_first_order",
            ),
            language: en,
            page_view: None,
            client_id: None,
            email: None,
            phone: None,
            ip: None,
            json_params: [],
            lifetime: Seconds(
                1200,
            ),
            autocompletion_date: None,
            auto_reverse_date: None,
            binding_id: None,
            features: [],
            order_bundle: None,
            other: [],
        }
    "#]]
    .assert_debug_eq(&order);
    let url = form_url("https://mts.rbsuat.com", "", id(ID), order.language, None);
    let answer = reply::registered(id(ID), &url);
    let expected = include_str!("../vectors/e1_reply.json");
    assert_eq!((answer.status, answer.body.as_str()), (200, expected.trim_end()));
    assert_eq!(read_registered(&answer.body), Ok(Registered { order_id: ID.to_owned(), form_url: url }));
}

#[test]
fn e15_query_and_body_are_merged_as_servlets_do_it() {
    let query = "userName=u&password=p&amount=5&returnUrl=&amount=6";
    let read = |request: &RawRequest| {
        let params = Params::read(request).expect("readable");
        (params.get("amount").map(str::to_owned), params.get("returnUrl").map(str::to_owned))
    };
    let five = Some("5".to_owned());
    assert_eq!(read(&post(query, "application/json", b"")), (five.clone(), None));
    assert_eq!(read(&post(query, "application/json", b"{\"returnUrl\":\"x\"}")), (five.clone(), None));
    assert_eq!(read(&post(query, "", b"amount=7&returnUrl=x")), (five.clone(), Some("x".to_owned())));
    let multipart = b"--b\r\nContent-Disposition: form-data; name=\"returnUrl\"\r\n\r\nx\r\n--b--";
    assert_eq!(read(&post(query, "multipart/form-data; boundary=b", multipart)), (five.clone(), Some("x".to_owned())));
    let get = RawRequest { method: Method::Get, ..post(query, "application/json", b"amount=8") };
    assert_eq!(read(&get), (five, None));
    let broken = |request: &RawRequest| Params::read(request).expect_err("unreadable");
    assert_eq!(broken(&post("description=%FF", "", b"")), Refused::ParameterInvalid("description".to_owned()));
    assert_eq!(broken(&post("", "multipart/form-data; boundary=b", b"x")), Refused::Malformed);
}

/// Each line: the answer's code and text, then a query. Russian unless the query asks for English.
#[test]
fn every_refusal_has_its_code_and_text() {
    let mut lines = 0;
    for line in REFUSALS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (expected, query) = line.split_once(" <- ").expect("a query");
        let params = get(query);
        let strict = Defaults { numbers_orders: !query.contains("strict"), amount_max: 100_000_000, ..defaults() };
        let refused = judge(&params, &strict).expect_err(query);
        let answer = reply::refused(Operation::Register, &refused, Language::of_errors(&params, Language::RU));
        assert_eq!((answer.status, answer.body.as_str()), (200, expected), "{query}");
        let (code, text) = (refused.code(), refused.text(Language::of_errors(&params, Language::RU)));
        let error = read_simple(&answer.body).expect_err("an error");
        assert_eq!((error.code.as_str(), error.message.as_str()), (code, &*text));
        lines += 1;
    }
    assert!(lines > 40, "{lines} lines");
}

#[test]
fn everything_an_order_can_have_is_read() {
    let query = include_str!("../vectors/register_full.form").trim_end().replace('\n', "&");
    let order = judge(&get(&query), &defaults()).expect("a good order");
    expect_test::expect_file!["../vectors/register_full.reading"].assert_debug_eq(&order);
    assert_eq!(Details::read(&order.to_details()).register(&defaults()), Some(order.clone()));
    assert_eq!(order.expires_at(UnixMillis(0), 3 * 3600), UnixMillis(1_893_456_000_000));
    let minutes = Register { lifetime: Lifetime::Seconds(600), ..order };
    assert_eq!(minutes.expires_at(UnixMillis(5), 3 * 3600), UnixMillis(600_005));
}

#[test]
fn numbers_are_given_demanded_or_forced() {
    let number = |query: &str, numbers_orders| {
        let query = format!("userName=u&password=p&amount=5&returnUrl=https://a.example&{query}");
        judge(&get(&query), &Defaults { numbers_orders, ..defaults() }).map(|order| order.order_number)
    };
    assert_eq!(number("", true), Ok(None));
    assert_eq!(number("", false), Err(Refused::NumberEmpty));
    assert_eq!(number("features=ORDER_NUMBER_EXPLICIT_INDICATION", true), Err(Refused::NumberEmpty));
    assert_eq!(number("features=FORCE_GENERATE_ORDERNUMBER&orderNumber=7", false), Ok(None));
    assert_eq!(number("orderNumber=Заказ/7-_я", false), Ok(Some("Заказ/7-_я".to_owned())));
    let long = "ы".repeat(36);
    assert_eq!(number(&format!("orderNumber={long}"), true), Ok(Some(long.clone())));
    assert_eq!(number(&format!("orderNumber={long}1"), true), Err(Refused::NumberInvalid));
}

#[test]
fn a_time_that_is_over_is_a_wrong_format_and_comes_before_currency_and_features() {
    let defaults = Defaults { now: Some(payglot_core::UnixMillis(1_709_726_426_044)), ..Defaults::default() };
    let order = |date: &str| {
        let query = format!("amount=5&returnUrl=https://a.example&currency=000&features=NONE&expirationDate={date}");
        Register::read(&get(&query), &defaults).map(|_| ())
    };
    // 2024-03-06T12:00:26 UTC is 15:00:26 in Moscow.
    for over in ["2020-01-01T00:00:00", "2024-03-06T15:00:26"] {
        assert_eq!(order(over), Err(Refused::ParameterInvalid("expirationDate".to_owned())), "{over}");
    }
    assert_eq!(order("2024-03-06T15:00:27"), Err(Refused::UnknownCurrency));
}

#[test]
fn the_old_rouble_and_enabled_currencies() {
    let currency = |number: &str| {
        let query = format!("userName=u&password=p&amount=5&returnUrl=https://a.example&currency={number}");
        let read = judge(&get(&query), &Defaults { currencies: vec![Currency::EUR], ..defaults() });
        read.map(|order| (order.currency.clone(), order.amount.currency()))
    };
    assert_eq!(currency("810"), Ok(("810".to_owned(), Currency::RUB)));
    assert_eq!(currency(""), Ok(("643".to_owned(), Currency::RUB)));
    assert_eq!(currency("978"), Ok(("978".to_owned(), Currency::EUR)));
    for unknown in ["840", "000", "RUB", "64", "0643", "6 3"] {
        assert_eq!(currency(unknown), Err(Refused::UnknownCurrency), "{unknown}");
    }
}

#[test]
fn callers_prove_who_they_are() {
    let known = Known {
        user_name: "demo-api".to_owned(),
        passwords: vec![Secret::new("new"), Secret::new("old")],
        tokens: vec![Secret::new("t0ken")],
    };
    let proven = |query: &str, operation| {
        authenticate(&Credentials::read(&get(query), operation)?, &known, ()).map(|signed| *signed.get())
    };
    let status = Operation::GetOrderStatusExtended;
    for good in [
        "userName=demo-api&password=new",
        "userName=demo-api&password=old&token=x",
        "token=t0ken",
        "userName=x&token=t0ken",
    ] {
        assert_eq!(proven(good, status), Ok(()), "{good}");
    }
    for bad in [
        "userName=demo-api&password=New",
        "userName=demo&password=new",
        "token=T0ken",
        "userName=demo-api&password=x&token=t0ken",
        "",
    ] {
        assert_eq!(proven(bad, status), Err(Refused::AccessDenied), "{bad}");
    }
    assert_eq!(proven("password=new", Operation::Register), Err(Refused::UserNameEmpty));
    assert_eq!(proven("userName=demo-api&password=", Operation::RegisterPreAuth), Err(Refused::PasswordEmpty));
    let long = format!("userName=demo-api&password={}", "x".repeat(201));
    assert_eq!(proven(&long, Operation::Register), Err(Refused::AccessDenied));
    let child = |query| request::check_merchant_login(&get(query), &["demo", "demo-api"]);
    assert_eq!(
        (child("merchantLogin=demo"), child(""), child("merchantLogin=x")),
        (Ok(()), Ok(()), Err(Refused::AccessDenied))
    );
}

#[test]
fn orders_are_asked_for_by_id_or_number() {
    let pair = Credentials::Pair { user_name: "u".to_owned(), password: Secret::new("p") };
    let token = Credentials::Token(Secret::new("t"));
    let ask = |query: &str, operation, by: &Credentials| {
        StatusQuery::read(&get(query), operation, by, Language::RU).map(|query| query.order)
    };
    let (new, old) = (Operation::GetOrderStatusExtended, Operation::GetOrderStatus);
    let both = format!("orderId={ID}&orderNumber=7");
    assert_eq!(ask(&both, new, &token), Ok(OrderRef::Id(id(ID))));
    assert_eq!(ask("orderNumber=7", new, &pair), Ok(OrderRef::Number("7".to_owned())));
    assert_eq!(ask("orderNumber=7", new, &token), Err(Refused::AccessDenied));
    assert_eq!(ask("orderId=", new, &pair), Err(Refused::NoOrder));
    assert_eq!(ask("orderId=7", new, &pair), Err(Refused::OrderNotFound));
    assert_eq!(ask("orderId=7", old, &pair), Err(Refused::OrderUnregistered));
    assert_eq!(ask("", old, &pair), Err(Refused::OrderIdEmpty));
    assert_eq!(ask("orderNumber=7&language=xx1", new, &pair), Err(Refused::LanguageInvalid));
    let query = StatusQuery { order: OrderRef::Number("7/я".to_owned()), language: Language::EN };
    assert_eq!(StatusQuery::read(&as_a_form(&query.to_form(&pair)), new, &pair, Language::RU), Ok(query));
}

#[test]
fn errors_have_the_json_types_of_their_operation() {
    let answer = |operation| reply::refused(operation, &Refused::AccessDenied, Language::EN).body;
    assert_eq!(answer(Operation::Refund), r#"{"errorCode":"5","errorMessage":"Access denied"}"#);
    assert_eq!(
        answer(Operation::PaymentOrder),
        r#"{"error":"Access denied","errorCode":5,"errorMessage":"Access denied"}"#
    );
    assert_eq!(answer(Operation::GetLastOrdersForMerchants), r#"{"errorCode":5,"errorMessage":"Access denied"}"#);
    let old = r#"{"ErrorCode":"5","ErrorMessage":"Access denied","errorCode":"5","errorMessage":"Access denied"}"#;
    assert_eq!(answer(Operation::GetOrderStatus), old);
    let wallet = r#"{"success":false,"error":{"code":"5","description":"Access denied","message":"Access denied"}}"#;
    assert_eq!(answer(Operation::RecurrentPayment), wallet);
    for operation in Operation::all() {
        let error = read_simple(&answer(operation)).expect_err("an error");
        assert_eq!((error.code.as_str(), error.message.as_str()), ("5", "Access denied"), "{operation:?}");
    }
    assert_eq!(reply::done(Language::RU).body, r#"{"errorCode":"0","errorMessage":"Успешно"}"#);
    assert_eq!(read_simple(&reply::done(Language::EN).body), Ok(()));
}

#[test]
fn follow_ups_are_read() {
    let ru = Language::RU;
    let by_id = |rest: &str| get(&format!("orderId={ID}&{rest}"));
    let deposit = Deposit::read(&by_id("amount=4000&depositType=1"), ru).expect("fine");
    assert_eq!((deposit.amount, deposit.kind), (Some(4000), DepositType::Intermediate));
    assert_eq!(Deposit::read(&by_id("amount=0"), ru).map(|deposit| deposit.amount), Ok(None));
    for wrong in ["", "amount=-1", "amount=1.00", "amount=1234567890123"] {
        assert_eq!(Deposit::read(&by_id(wrong), ru).err(), Some(Refused::AmountInvalid), "{wrong}");
        assert_eq!(Refund::read(&by_id(wrong), ru).err(), Some(Refused::AmountInvalid), "{wrong}");
    }
    assert_eq!(Reverse::read(&by_id(""), ru).map(|reverse| reverse.amount), Ok(None));
    let refund = Refund::read(&by_id("amount=5&expectedDepositedAmount=10&externalRefundId=r1"), ru).expect("fine");
    assert_eq!((refund.expected_deposited, refund.external_id.as_deref()), (Some(10), Some("r1")));
    assert_eq!(Decline::read(&get(""), ru).err(), Some(Refused::OrderIdEmpty));
    assert_eq!(Deposit::read(&get("orderId=x&amount=1"), ru).err(), Some(Refused::OrderNumberUnknown));
    let mut story = super::Story::begin(payglot_core::Intent::Sale, 2000);
    let payment = story.pay().payment();
    assert_eq!(refund.money(payment, false), Ok(Some(roubles(5))));
    assert_eq!(refund.money(payment, true), Err(Refused::RefundTooSmall));
    let money = |query| Deposit::read(&by_id(query), ru).and_then(|deposit| deposit.money(payment));
    assert_eq!(money("amount=99"), Err(Refused::DepositTooSmall));
    assert_eq!(money("amount=100&currency=810"), Ok(Some(roubles(100))));
    assert_eq!(money("amount=100&currency=978"), Err(Refused::ParameterInvalid("currency".to_owned())));
}

#[test]
fn e5_and_e7_refusals_of_the_core_have_their_texts() {
    let en = |refused: Refused| format!("{} {}", refused.code(), refused.text(Language::EN));
    let state = Refusal::WrongState(State::Paid);
    assert_eq!(en(reply::of_refund(&Refusal::ExceedsRemaining)), "7 The refund amount exceeds the debited amount");
    assert_eq!(en(reply::of_deposit(&state)), "7 Payment must be in the correct state");
    assert_eq!(en(reply::of_deposit(&Refusal::ExceedsRemaining)), "5 Amount is invalid");
    assert_eq!(en(reply::of_reverse(&state, true)), "7 Invalid operation for the current order status");
    assert_eq!(reply::of_reverse(&Refusal::NotAllowed, false), Refused::ReversalImpossible);
    assert_eq!(reply::of_decline(&state), Refused::StateForbids);
    assert_eq!(reply::of_register(&Refusal::ExpiresInThePast).text(Language::EN), "[expirationDate] is invalid");
    assert_eq!(reply::of_refund(&Refusal::OutcomeOpen(operation(1))), Refused::StateMustBeCorrect);
}

/// Every reader on one request.
fn read_everything(request: &RawRequest) {
    let Ok(params) = Params::read(request) else { return };
    let credentials = Credentials::read(&params, Operation::Register);
    let allowed = Defaults { may_verify: true, may_pay_automatically: true, ..defaults() };
    if let Ok(order) = Register::read(&params, &allowed) {
        assert_eq!(Details::read(&order.to_details()).register(&allowed), Some(order));
    }
    let ru = Language::RU;
    let _ =
        (Deposit::read(&params, ru), Reverse::read(&params, ru), Refund::read(&params, ru), Decline::read(&params, ru));
    let _ = (request::PositionRefund::read(&params, ru), request::SumRefund::read(&params, ru));
    let _ = request::DeclineByClient::read(&params);
    if let Ok(by) = credentials {
        let _ = StatusQuery::read(&params, Operation::GetOrderStatus, &by, ru);
    }
    let _ = crate::rbs::notification::Callback::read(request);
    let _ = (crate::rbs::Page::from_path(request.path), format!("{params:?}"));
}

#[test]
fn hostile_requests_are_read_or_refused() {
    for line in HOSTILE.lines().filter(|line| !line.is_empty()) {
        read_everything(&post(line, "", line.as_bytes()));
        read_everything(&RawRequest { path: line, ..post("", "multipart/form-data; boundary=b", line.as_bytes()) });
        let _ = (read_registered(line), reply::read_status(line), reply::read_status_old(line));
    }
}

fn text(max: usize) -> impl Strategy<Value = Option<String>> {
    proptest::option::of(proptest::collection::vec(any::<char>(), 1..=max).prop_map(String::from_iter))
}

fn any_order() -> impl Strategy<Value = Register> {
    let words = (text(36), text(598), text(255), text(40), text(39), text(255));
    let lifetime = prop_oneof![
        (1_u32..1_000_000_000).prop_map(Lifetime::Seconds),
        (0_i64..4_000_000_000_000).prop_map(|millis| Lifetime::Until(LocalTime::at(UnixMillis(millis), 0))),
    ];
    let params = proptest::collection::btree_map(".{0,20}", ".{0,40}", 0..4);
    (words, 1_i64..=999_999_999_999, lifetime, params, "[a-z]{1,10}(\\?[a-z=&]{0,9})?").prop_map(
        |((number, description, client, email, ip, binding), minor, lifetime, params, path)| Register {
            order_number: number.filter(|text| !text.chars().any(char::is_control) && !text.trim().is_empty()),
            description,
            client_id: client,
            email,
            ip,
            binding_id: binding,
            lifetime,
            json_params: params.into_iter().collect(),
            features: vec![Feature::ForceTds, Feature::SkipUnsuccessfulCallback],
            ..Register::new(roubles(minor), format!("https://a.example/{path}"), &Defaults::default())
        },
    )
}

proptest! {
    #[test]
    fn an_order_that_was_written_is_read_back(order in any_order()) {
        let credentials = Credentials::Pair { user_name: "u-api".to_owned(), password: Secret::new("p &=%") };
        let params = as_a_form(&order.to_form(&credentials));
        prop_assert_eq!(Register::read(&params, &defaults()), Ok(order.clone()));
        prop_assert_eq!(Details::read(&order.to_details()).register(&defaults()), Some(order));
    }

    #[test]
    fn any_bytes_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        read_everything(&post("", "", &body));
        read_everything(&post("", "multipart/form-data; boundary=b", &body));
        let text = String::from_utf8_lossy(&body);
        let _ = (read_registered(&text), reply::read_status(&text), reply::read_status_old(&text));
    }

    #[test]
    fn hostile_requests_with_a_change(line in 0_usize..1000, at in 0_usize..1000, bytes in proptest::collection::vec(any::<u8>(), 0..4)) {
        let lines: Vec<&str> = HOSTILE.lines().collect();
        let mut body = lines[line % lines.len()].as_bytes().to_vec();
        let at = at % (body.len() + 1);
        body.splice(at..(at + bytes.len() / 2).min(body.len()), bytes);
        read_everything(&post("", "", &body));
    }
}
