//! Lists of orders, parameters added to an order, and cards looked up: each over HTTP, with what it refuses.

use crate::harness::payer::{NO_MONEY, PAID};
use crate::harness::shop::{Registered, refusal};
use crate::harness::{START, TestGateway};
use payglot_core::UnixMillis;
use payglot_server::projects::ProjectSettings;
use payglot_wire::text::local_time::LocalTime;
use serde_json::{Value, json};

/// `yyyyMMddHHmmss` in Moscow, `seconds` after the beginning of the story.
fn moscow(seconds: i64) -> String {
    let text = LocalTime::at(UnixMillis(START + seconds * 1000), 3 * 3600).to_string();
    text.chars().filter(char::is_ascii_digit).collect()
}

async fn list(gateway: &TestGateway, params: &[(&str, &str)]) -> Value {
    let (from, to) = (moscow(0), moscow(100));
    let usual = [("from", from.as_str()), ("to", to.as_str()), ("merchants", ""), ("language", "en")];
    let missing = usual.iter().filter(|(name, _)| !params.iter().any(|(known, _)| known == name));
    let all: Vec<_> = params.iter().chain(missing).copied().collect();
    gateway.shop.call("getLastOrdersForMerchants.do", &all).await.json()
}

fn ids(answer: &Value) -> Vec<&str> {
    let orders = answer["orderStatuses"].as_array().unwrap_or_else(|| panic!("{answer}"));
    orders.iter().filter_map(|order| order["attributes"][0]["value"].as_str()).collect()
}

/// Orders in every state, ten seconds apart: created, held, paid, declined, voided, refunded.
async fn orders(gateway: &TestGateway) -> Vec<Registered> {
    let shop = &gateway.shop;
    let mut all = vec![shop.register(&[]).await];
    gateway.pass(10);
    all.push(shop.register_hold(&[]).await);
    gateway.payer.pay(&all[1], PAID).await;
    gateway.pass(10);
    all.push(shop.register(&[]).await);
    gateway.payer.pay(&all[2], PAID).await;
    gateway.pass(10);
    all.push(shop.register(&[]).await);
    shop.call("decline.do", &[("orderId", &all[3].id)]).await;
    gateway.pass(10);
    all.push(shop.register_hold(&[]).await);
    gateway.payer.pay(&all[4], PAID).await;
    shop.call("reverse.do", &[("orderId", &all[4].id)]).await;
    gateway.pass(10);
    all.push(shop.register(&[]).await);
    gateway.payer.pay(&all[5], PAID).await;
    shop.call("refund.do", &[("orderId", &all[5].id), ("amount", "500")]).await;
    all
}

#[tokio::test]
async fn orders_are_listed_by_state_and_time_in_pages() {
    let gateway = TestGateway::start().await;
    let all = orders(&gateway).await;
    let other =
        gateway.other_shop("other", "pw", ProjectSettings { number_orders: true, ..ProjectSettings::default() }).await;
    other.register(&[]).await;
    let every = "CREATED,APPROVED,DEPOSITED,DECLINED,REVERSED,REFUNDED";
    let created = [("transactionStates", every), ("searchByCreatedDate", "true")];
    let told = list(&gateway, &created).await;
    let newest: Vec<&str> = all.iter().rev().map(|order| order.id.as_str()).collect();
    assert_eq!(ids(&told), newest, "another merchant's is not among them");
    assert_eq!((&told["errorCode"], &told["totalCount"]), (&json!(0), &json!(6)));
    assert_eq!((&told["page"], &told["pageSize"]), (&json!(0), &json!(200)));
    let mut first = told["orderStatuses"][0].clone();
    let alone = gateway.shop.status(&all[5]).await;
    assert_eq!(first["errorCode"], "0");
    first["transactionAttributes"] = alone["transactionAttributes"].clone();
    assert_eq!(first, alone, "the same object as of a status");
    for (state, which) in
        [("CREATED", 0), ("APPROVED", 1), ("DEPOSITED", 2), ("DECLINED", 3), ("REVERSED", 4), ("REFUNDED", 5)]
    {
        let told = list(&gateway, &[("transactionStates", state), ("searchByCreatedDate", "TRUE")]).await;
        assert_eq!(ids(&told), [all[which].id.as_str()], "{state}");
    }
    let paid = list(&gateway, &[("transactionStates", every)]).await;
    assert_eq!(ids(&paid), [newest[0], newest[1], newest[3], newest[4]], "by the time of the payment");
    let (from, to) = (moscow(20), moscow(40));
    let window = [("transactionStates", every), ("from", &from), ("to", &to)];
    assert_eq!(ids(&list(&gateway, &window).await), [newest[1], newest[3]], "both ends are part of it");
    let second = [created[0], created[1], ("size", "4"), ("page", "1"), ("merchants", "demo,demo-api")];
    let told = list(&gateway, &second).await;
    assert_eq!((ids(&told), &told["totalCount"], &told["pageSize"]), (newest[4..].to_vec(), &json!(6), &json!(4)));
    gateway.end().await;
}

#[tokio::test]
async fn a_list_says_which_parameter_is_wrong() {
    let gateway = TestGateway::start().await;
    gateway.other_shop("other", "pw", ProjectSettings::default()).await;
    let states = ("transactionStates", "CREATED");
    for (name, value, expected) in [
        ("size", "0", "[size] is invalid"),
        ("size", "201", "[size] is invalid"),
        ("size", "-1", "[size] is invalid"),
        ("page", "9999999999", "[page] is invalid"),
        ("page", "x", "[page] is invalid"),
        ("from", "2026-11-22T00:00:00", "[from] is invalid"),
        ("from", "20261331000000", "[from] is invalid"),
        ("to", "20200101000000", "[to] is invalid"),
        ("to", "", "[to] is empty"),
        ("from", "", "[from] is empty"),
        ("transactionStates", "CREATED,PAID", "[transactionStates] is invalid"),
        ("transactionStates", "", "[transactionStates] is empty"),
        ("searchByCreatedDate", "yes", "[searchByCreatedDate] is invalid"),
        ("merchants", "other", "Access denied"),
        ("merchants", "demo,nobody", "Merchant login is invalid"),
    ] {
        let params = if name == states.0 { vec![(name, value)] } else { vec![states, (name, value)] };
        let answer = list(&gateway, &params).await;
        assert_eq!(answer, json!({"errorCode": 5, "errorMessage": expected}), "{name}={value}");
    }
    let denied =
        gateway.shop.post("getLastOrdersForMerchants.do", &[("userName", "demo-api"), ("password", "x")]).await;
    assert_eq!(denied.json()["errorCode"], 5);
    gateway.end().await;
}

#[tokio::test]
async fn params_are_added_and_replaced_in_any_state() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    let order = shop.register(&[("jsonParams", r#"{"a":"1","b":"2"}"#)]).await;
    let page = gateway.payer.open(&order).await;
    let add = async |params: &str| {
        let answer = shop.call("addParams.do", &[("orderId", &order.id), ("params", params), ("language", "en")]).await;
        refusal(&answer)
    };
    assert_eq!(add(r#"{"b":"3","c":"4"}"#).await, "0 Success");
    let expected = json!([{"name":"a","value":"1"},{"name":"b","value":"3"},{"name":"c","value":"4"}]);
    assert_eq!(shop.status(&order).await["merchantOrderParams"], expected);
    gateway.payer.type_card(&page, NO_MONEY).await;
    gateway.payer.pay(&order, PAID).await;
    assert_eq!(shop.stands(&order).await, "2 0");
    assert_eq!(add(r#"{"after":"payment"}"#).await, "0 Success");
    assert_eq!(shop.status(&order).await["merchantOrderParams"][3], json!({"name":"after","value":"payment"}));
    let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(1025));
    let names = |count: usize| (0..count).map(|name| format!(r#""n{name}":1"#)).collect::<Vec<_>>().join(",");
    for wrong in ["[]", "x", long.as_str(), &format!("{{{}}}", names(101))] {
        assert_eq!(add(wrong).await, "5 [params] is invalid");
    }
    assert_eq!(add(&format!("{{{}}}", names(96))).await, "0 Success");
    assert_eq!(add(r#"{"one-too-many":1}"#).await, "5 [params] is invalid");
    assert_eq!(add("").await, "5 [params] is empty");
    let unknown = [("orderId", "00000000-0000-0000-0000-000000000000"), ("params", "{}"), ("language", "en")];
    assert_eq!(refusal(&shop.call("addParams.do", &unknown).await), "6 Order not found");
    let other = gateway.other_shop("other", "pw", ProjectSettings::default()).await;
    let foreign = [("orderId", order.id.as_str()), ("params", "{}"), ("language", "en")];
    assert_eq!(refusal(&other.call("addParams.do", &foreign).await), "6 Order not found");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn params_added_at_the_same_time_are_all_there() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[]).await;
    let mut calls = tokio::task::JoinSet::new();
    for name in 0..12 {
        let (shop, id) = (gateway.shop.clone(), order.id.clone());
        calls.spawn(async move {
            let params = format!(r#"{{"p{name}":"{name}"}}"#);
            let answer = shop.call("addParams.do", &[("orderId", &id), ("params", &params), ("language", "en")]).await;
            assert_eq!(refusal(&answer), "0 Success");
        });
    }
    calls.join_all().await;
    assert_eq!(gateway.shop.status(&order).await["merchantOrderParams"].as_array().map(Vec::len), Some(12));
    gateway.end().await;
}

#[tokio::test]
async fn a_test_card_tells_whether_it_takes_part_in_3d_secure() {
    let gateway = TestGateway::start().await;
    let ask =
        async |pan: &str| gateway.shop.call("verifyEnrollment.do", &[("pan", pan), ("language", "en")]).await.json();
    for (pan, enrolled) in [
        ("5555555555555599", "Y"),
        ("4111111111111111", "Y"),
        ("4000001111111118", "Y"),
        ("4444555511113333", "N"),
        ("5432543254325430", "N"),
        ("4444444499999999", "U"),
    ] {
        let expected = json!({
            "errorCode": "0", "errorMessage": "Success", "emitterName": "TEST CARD", "emitterCountryCode": "RU",
            "enrolled": enrolled, "is3DSVer2": enrolled == "Y"
        });
        assert_eq!(ask(pan).await, expected, "{pan}");
    }
    for wrong in ["4276380000000003", "4111111111111112", "411", "", "41111111111111111111111", "card"] {
        assert_eq!(ask(wrong).await, json!({"errorCode": "1", "errorMessage": "Incorrect PAN"}), "{wrong}");
    }
    gateway.end().await;
}

#[tokio::test]
async fn a_child_merchant_must_exist_and_be_the_callers() {
    let gateway = TestGateway::start().await;
    gateway.other_shop("other", "pw", ProjectSettings::default()).await;
    let order = gateway.shop.register(&[("merchantLogin", "demo")]).await;
    gateway.shop.register(&[("merchantLogin", "demo-api")]).await;
    for (login, expected) in
        [("other", "5 Access denied"), ("other-api", "5 Access denied"), ("nobody", "5 Merchant login is invalid")]
    {
        let params = [("merchantLogin", login), ("language", "en"), ("orderId", order.id.as_str()), ("amount", "100")];
        for operation in ["register.do", "getOrderStatusExtended.do", "refund.do", "addParams.do"] {
            let answer = gateway.shop.try_register(operation, &params).await;
            assert_eq!(refusal(&answer), expected, "{operation} {login}");
        }
    }
    assert_eq!(gateway.count().await, 2);
    gateway.end().await;
}
