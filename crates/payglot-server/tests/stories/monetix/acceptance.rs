//! The acceptance checklist of the protocol's documents: sales by WebMoney, what is told, and the same call twice.

use super::{CUSTOMER, Monetix, PROJECT, general, proven, read, refund, sale};
use crate::harness::http;

#[tokio::test]
async fn a_sale_tells_the_invoice_and_then_the_success() {
    let shop = Monetix::start().await;
    let request_id = shop.sale("payment_47", 100).await;
    shop.quiet().await;
    assert_eq!(shop.told(), ["awaiting customer action, 100, sale, awaiting customer action, 9999"]);
    let first = shop.heard().remove(0);
    assert_eq!(first.get("operation.request_id"), request_id);
    assert_eq!(first.get("account.number"), "123456789012");
    let lines = first.json().get("display_data").and_then(|lines| lines.items()).expect("instructions").to_vec();
    let line = |at: usize, name: &str| lines[at].get(name).and_then(|text| text.text()).unwrap_or_default().to_owned();
    assert_eq!((line(0, "type"), line(0, "title")), ("add_info".to_owned(), "invoice_id".to_owned()));
    assert!(line(0, "data").starts_with("WM-purchase-"), "{}", line(0, "data"));
    assert!(line(1, "data").starts_with("http://"), "the shop's payer opens it: {}", line(1, "data"));
    shop.settle().await;
    assert_eq!(shop.told()[1..], ["success, 100, sale, success, 0"]);
    let last = shop.heard().remove(1);
    assert_eq!((last.get("operation.request_id"), last.get("provider.payment_id")), (request_id, line(0, "data")));
    assert!(last.json().get("display_data").is_none(), "nothing is left to do");
    assert_eq!(shop.stands("payment_47").await, "success 100");
    shop.end().await;
}

#[tokio::test]
async fn amounts_of_the_vendors_test_table_are_declined() {
    let shop = Monetix::start().await;
    for (payment, amount) in [("p1", 40_000), ("p2", 40_400)] {
        shop.paid(payment, amount).await;
        assert_eq!(shop.stands(payment).await, format!("decline {amount}"));
    }
    let told = shop.told();
    assert_eq!(told[1], "decline, 40000, sale, decline, 20000");
    assert_eq!(told[3], "decline, 40400, sale, decline, 20000");
    shop.paid("p3", 40_001).await;
    assert_eq!(shop.stands("p3").await, "success 40001");
    shop.end().await;
}

#[tokio::test]
async fn the_same_call_again_is_the_same_call_and_another_one_is_told_that_the_number_is_taken() {
    let shop = Monetix::start().await;
    let first = shop.sale("p1", 100).await;
    assert_eq!(shop.sale("p1", 100).await, first);
    shop.settle().await;
    assert_eq!(shop.sale("p1", 100).await, first, "an answer that was lost is asked for a day long");
    let other = shop.sale("P1", 200).await;
    assert_ne!(other, first);
    shop.quiet().await;
    assert_eq!(shop.told()[2..], ["error, 200, sale, error, 3041"], "spelling does not make another number");
    let refused = shop.heard().remove(2);
    assert_eq!(refused.get("operation.request_id"), other);
    assert_eq!(shop.sale("P1", 200).await, other, "and this one is the same call again, too");
    shop.quiet().await;
    assert_eq!(shop.told().len(), 3);
    assert_eq!(shop.stands("p1").await, "success 100", "what is there stays as it was");
    assert_eq!(shop.gateway.count().await, 1);
    shop.end().await;
}

#[tokio::test]
async fn of_equal_calls_at_once_one_makes_the_payment() {
    let shop = Monetix::start().await;
    let body = sale("p1", 100);
    let calls = (0..8).map(|_| shop.accepted("payment/webmoney/sale", &body));
    let ids = futures_util::future::join_all(calls).await;
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    shop.settle().await;
    assert_eq!(shop.told().len(), 2);
    assert_eq!(shop.gateway.count().await, 1);
    shop.end().await;
}

#[tokio::test]
async fn of_different_calls_at_once_one_makes_the_payment_and_the_others_are_told() {
    let shop = Monetix::start().await;
    let bodies: Vec<String> = (1..=5).map(|amount| sale("p1", amount * 100)).collect();
    let calls = bodies.iter().map(|body| shop.accepted("payment/webmoney/sale", body));
    futures_util::future::join_all(calls).await;
    shop.settle().await;
    let told = shop.told();
    assert_eq!(told.iter().filter(|line| line.ends_with("error, 3041")).count(), 4, "{told:?}");
    assert_eq!(told.iter().filter(|line| line.starts_with("success")).count(), 1, "{told:?}");
    assert_eq!(shop.gateway.count().await, 1);
    shop.end().await;
}

#[tokio::test]
async fn the_status_tells_every_operation_and_is_signed() {
    let shop = Monetix::start().await;
    assert_eq!(shop.stands("p1").await, "3061");
    let request_id = shop.sale("p1", 100).await;
    shop.settle().await;
    let refunded = shop.accepted("payment/webmoney/refund", &refund("p1", Some(60))).await;
    shop.quiet().await;
    let answer = shop.gate("payment/status", &general("P1", "")).await;
    let report = proven(&answer.body);
    let json = read(&answer);
    assert_eq!(report.get("payment.status"), "partially refunded");
    assert_eq!(report.get("payment.sum.amount"), "40");
    assert_eq!(report.get("payment.id"), "p1", "as the shop spelt it first");
    let operations = json["operations"].as_array().expect("operations");
    let of = |at: usize, name: &str| operations[at][name].clone();
    assert_eq!((of(0, "type"), of(0, "request_id")), ("sale".into(), request_id.clone().into()));
    assert_eq!((of(1, "type"), of(1, "request_id")), ("refund".into(), refunded.into()));
    assert_eq!(operations[1]["sum_initial"]["amount"], 60);
    assert!(of(0, "id").as_u64() < of(1, "id").as_u64(), "each has a number of its own");
    // By the id of a request, from a flat body.
    let body = format!(r#"{{"project_id":{PROJECT},"request_id":"{request_id}"}}"#);
    let answer = shop.gate("payment/status/request", &body).await;
    assert_eq!(proven(&answer.body).get("payment.id"), "p1");
    let body = format!(r#"{{"project_id":{PROJECT},"request_id":"nobody"}}"#);
    assert_eq!(read(&shop.gate("payment/status/request", &body).await)["code"], "3061");
    shop.end().await;
}

#[tokio::test]
async fn payouts_are_told_with_the_providers_id() {
    let shop = Monetix::start().await;
    let payout = |payment: &str, amount: i64| {
        let rest = format!(
            r#""customer":{CUSTOMER},"account":{{"number":"123456789012"}},"payment":{{"amount":{amount},"currency":"USD"}}"#
        );
        general(payment, &rest)
    };
    shop.accepted("payment/webmoney/payout", &payout("p1", 700)).await;
    shop.accepted("payment/webmoney/payout", &payout("p2", 40_000)).await;
    shop.quiet().await;
    assert_eq!(shop.told(), ["success, 700, payout, success, 0", "decline, 40000, payout, decline, 20000"]);
    let first = shop.heard().remove(0);
    assert_eq!(first.get("payment.type"), "payout");
    assert!(first.get("provider.payment_id").starts_with("WM-payout-"), "always with a success");
    assert_eq!(shop.stands("p1").await, "success 700");
    shop.accepted("payment/webmoney/refund", &refund("p1", None)).await;
    shop.quiet().await;
    assert_eq!(shop.told()[2..], ["success, 700, refund, decline, 3060"], "a payout is not given back");
    shop.end().await;
}

#[tokio::test]
async fn the_redirect_variant_sends_the_payer_to_the_wallet_and_back_to_the_shop() {
    let shop = Monetix::start().await;
    let back = r#""return_url":{"success":"https://shop.example/ok","decline":"https://shop.example/no"}"#;
    let body = general(
        "p1",
        &format!(r#""customer":{CUSTOMER},"payment":{{"amount":100,"currency":"USD","description":"Top-up"}},{back}"#),
    );
    // The wallet's own page asks whose wallet it is, whatever the shop says.
    let body = body.replacen('{', r#"{"account":{"number":"123456789012"},"#, 1);
    shop.accepted("payment/webmoney-light/sale", &body).await;
    shop.quiet().await;
    assert_eq!(shop.told(), ["awaiting redirect result, 100, sale, awaiting redirect result, 9999"]);
    let address = shop.heard().remove(0).get("redirect_data.url");
    let place = shop.gateway.payer.get(&address).await;
    let left = shop.post(&place, "pay", &[("step", "pay")]).await;
    assert_eq!(left.left_to.as_deref(), Some("https://shop.example/ok"), "nothing is added to it");
    shop.quiet().await;
    assert_eq!(shop.told()[1..], ["success, 100, sale, success, 0"]);
    shop.end().await;
}

#[tokio::test]
async fn methods_are_listed_by_currency_and_banks_are_none() {
    let shop = Monetix::with(&[("monetix.methods", "webmoney,card"), ("currencies", "")]).await;
    let body = format!(r#"{{"project_id":{PROJECT},"directions":["payin","payout"],"payment_method":"webmoney"}}"#);
    let json = read(&shop.gate("info/available_methods_for_merchant/list", &body).await);
    assert_eq!(json.as_object().map(|all| all.keys().cloned().collect::<Vec<_>>()), Some(vec!["USD".to_owned()]));
    let directions: Vec<_> =
        json["USD"].as_array().expect("a list").iter().map(|line| line["direction"].clone()).collect();
    assert_eq!(directions, ["payin", "payout"]);
    let body = format!(r#"{{"project_id":{PROJECT},"amount":100,"currency":"USD"}}"#);
    assert_eq!(read(&shop.gate("info/banks/webmoney/sale/list", &body).await), serde_json::json!([]));
    shop.end().await;
}

#[tokio::test]
async fn the_checker_says_what_is_wrong_without_a_signature() {
    let shop = Monetix::start().await;
    let check =
        async |path: &str, query: &str| http::send(shop.gateway.at, "GET", &format!("{path}?{query}"), "", b"").await;
    let good = "project_id=1&payment_id=a&customer_id=c&payment_amount=100&payment_currency=USD";
    for path in ["/params/check", "/v1/params/check"] {
        let answer = check(path, good).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
    }
    let answer = check("/params/check", "project_id=x&payment_id=a&customer_email=nobody").await;
    assert_eq!(answer.status, 400);
    let errors = read(&answer)["errors"].as_array().expect("a list").len();
    assert!(errors >= 4, "{}", answer.body);
    shop.end().await;
}

#[tokio::test]
async fn a_body_that_is_too_long_is_told_what_is_wrong_with_it() {
    let shop = Monetix::start().await;
    for (bytes, status) in [(140_000, 422), (300_000, 413), (3_000_000, 413)] {
        let body = general("p1", &format!(r#""padding":"{}""#, "x".repeat(bytes)));
        let answer = shop.gate("payment/status", &body).await;
        let told = super::read(&answer);
        assert_eq!((answer.status, told["code"].as_str()), (status, Some("2003")), "{bytes}");
        assert_eq!(told["errors"][0]["description"], "must be an object of at most 131072 bytes");
    }
    let broken = shop.send("payment/status", "{").await;
    assert_eq!(super::read(&broken)["errors"][0]["description"], "");
    shop.end().await;
}
