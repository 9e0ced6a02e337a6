//! Lists of orders, added parameters and enrolment: what is read, and the bytes that are answered.

use super::{Story, get};
use crate::rbs::reply::{Bank, Enrolled, StatusView, enrolled, last_orders};
use crate::rbs::request::{AddParams, LastOrders, OrderRef, VerifyEnrollment};
use crate::rbs::{Details, Language, Refused};
use payglot_core::{Intent, State, UnixMillis};

const MOSCOW: i32 = 3 * 3600;

fn asked(query: &str) -> Result<LastOrders, Refused> {
    LastOrders::read(&get(query), Language::RU, MOSCOW)
}

#[test]
fn a_list_is_asked_for_as_libraries_do_it() {
    // voronkovich's client: no size, no page, an empty list of merchants.
    let query = "from=20240306142706&to=20240306142706&transactionStates=DEPOSITED,REFUNDED&merchants=&searchByCreatedDate=false";
    let expected = LastOrders {
        size: 200,
        page: 0,
        from: UnixMillis(1_709_724_426_000),
        until: UnixMillis(1_709_724_427_000),
        states: vec![(State::Paid, false), (State::Paid, true), (State::Held, true)],
        merchants: Vec::new(),
        by_created: false,
        language: Language::RU,
    };
    assert_eq!(asked(query), Ok(expected));
    let many = asked(
        "from=20240306142706&to=20240306142707&transactionStates=CREATED&merchants=a,%20b&page=999999999&size=200",
    );
    let many = many.expect("readable");
    assert_eq!((many.merchants, many.states.len()), (vec!["a".to_owned(), "b".to_owned()], 0));
    assert_eq!(many.page, 999_999_999);
    let invalid = |name: &str| Err(Refused::ParameterInvalid(name.to_owned()));
    let query = "from=20240306142706&to=20240306142706&transactionStates=DEPOSITED";
    assert_eq!(asked(&format!("{query}&size=0")), invalid("size"));
    assert_eq!(asked(&format!("{query}&page=1.5")), invalid("page"));
    assert_eq!(asked(&format!("{query},deposited")), invalid("transactionStates"));
    assert_eq!(asked("to=20240306142706"), Err(Refused::ParameterEmpty("from")));
    assert_eq!(asked("from=20240306142706"), Err(Refused::ParameterEmpty("to")));
    assert_eq!(asked("from=20240306142706&to=20240306142705&transactionStates=CREATED"), invalid("to"));
    assert_eq!(asked("language=xx1"), Err(Refused::LanguageInvalid));
}

#[test]
fn a_list_is_answered_with_a_number_outside_and_texts_within() {
    let story = Story::begin(Intent::Sale, 100);
    let details = Details::read("");
    let view = StatusView {
        payment: story.payment(),
        details: &details,
        language: Language::RU,
        merchant_ip: None,
        terminal_id: "123456",
        bank: None,
        binding_id: None,
    };
    let asked = asked("from=20240306142706&to=20240306142706&transactionStates=CREATED&size=1").expect("readable");
    let body = last_orders(&asked, 7, &[view]).body;
    assert!(
        body.starts_with(r#"{"errorCode":0,"orderStatuses":[{"errorCode":"0","errorMessage":"Успешно","#),
        "{body}"
    );
    assert!(body.ends_with(r#"],"totalCount":7,"page":0,"pageSize":1}"#), "{body}");
    let none = last_orders(&asked, 0, &[]).body;
    assert_eq!(none, r#"{"errorCode":0,"orderStatuses":[],"totalCount":0,"page":0,"pageSize":1}"#);
}

#[test]
fn params_and_card_numbers_are_read() {
    let add = |query: &str| AddParams::read(&get(query), Language::EN);
    let read = add(r#"orderNumber=7&params={"a":1,"b":"x"}"#).expect("readable");
    let pairs = [("a", "1"), ("b", "x")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!((read.order, read.params), (OrderRef::Number("7".to_owned()), pairs.to_vec()));
    assert_eq!(add("params={}"), Err(Refused::OrderIdEmpty));
    assert_eq!(add("orderId=x&params={}"), Err(Refused::OrderNotFound));
    assert_eq!(add("orderNumber=7"), Err(Refused::ParameterEmpty("params")));
    assert_eq!(add("orderNumber=7&params=[1]"), Err(Refused::ParameterInvalid("params".to_owned())));
    let verify = |query: &str| VerifyEnrollment::read(&get(query), Language::EN);
    let shown = format!("{:?}", verify("pan=4111111111111111").expect("readable"));
    assert!(!shown.contains("4111"), "{shown}");
    assert_eq!(verify("").map(|_| ()), Err(Refused::PanIncorrect));
    assert_eq!(verify("pan=41111111111111111111").map(|_| ()), Err(Refused::PanIncorrect));
    let body = enrolled(Enrolled::Yes, &Bank::TEST, Language::RU).body;
    let expected = r#"{"errorCode":"0","errorMessage":"Успешно","emitterName":"TEST CARD","emitterCountryCode":"RU","enrolled":"Y","is3DSVer2":true}"#;
    assert_eq!(body, expected);
}
