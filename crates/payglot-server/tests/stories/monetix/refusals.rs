//! What is refused at once, in the documented order, and changes nothing; and what is accepted and cannot be done.

use super::{CUSTOMER, Monetix, PROJECT, SECRET, general, sale};
use crate::harness::http;

const SALE: &str = "payment/webmoney/sale";

#[tokio::test]
async fn each_missing_member_is_named_at_once() {
    let shop = Monetix::start().await;
    let whole: serde_json::Value = serde_json::from_str(&sale("p1", 100)).expect("JSON");
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
        let mut body = whole.clone();
        let (parent, last) = path.rsplit_once('.').unwrap_or(("", path));
        let holder = if parent.is_empty() { &mut body } else { &mut body[parent] };
        holder.as_object_mut().expect("an object").remove(last);
        let answer = shop.gate(SALE, &body.to_string()).await;
        let json = super::read(&answer);
        assert_eq!((answer.status, &json["code"]), (400, &"2004".into()), "{path}: {}", answer.body);
        let field = json["errors"][0]["field"].as_str().unwrap_or_default();
        assert!(field.starts_with(path), "{path}: {}", answer.body);
    }
    assert_eq!(shop.gateway.count().await, 0);
    shop.end().await;
}

#[tokio::test]
async fn wrong_values_are_named_at_once() {
    let shop = Monetix::start().await;
    let with = |payment: &str| {
        general("p1", &format!(r#""customer":{CUSTOMER},"account":{{"number":"1"}},"payment":{payment}"#))
    };
    for payment in [
        r#"{"amount":1.5,"currency":"RUB","description":""}"#,
        r#"{"amount":"100.00","currency":"RUB","description":""}"#,
        r#"{"amount":0,"currency":"RUB","description":""}"#,
        r#"{"amount":-1,"currency":"RUB","description":""}"#,
        r#"{"amount":10000000000001,"currency":"RUB","description":""}"#,
        r#"{"amount":{"minor":1},"currency":"RUB","description":""}"#,
        r#"{"amount":1,"currency":"RUB","description":"","best_before":"tomorrow"}"#,
    ] {
        let (status, words) = shop.refused(SALE, &with(payment)).await;
        assert_eq!((status, &words[..3]), (400, "502"), "{payment}: {words}");
    }
    let long = "x".repeat(256);
    let payment = format!(r#"{{"amount":1,"currency":"RUB","description":"{long}"}}"#);
    let (_, words) = shop.refused(SALE, &with(&payment)).await;
    assert!(words.contains("payment.description must be at most 255 characters"), "{words}");
    let ten_trillion = with(r#"{"amount":"10000000000000","currency":"RUB","description":""}"#);
    shop.accepted(SALE, &ten_trillion).await;
    shop.settle().await;
    assert_eq!(shop.stands("p1").await, "success 10000000000000", "the largest amount, sent as text");
    shop.end().await;
}

#[tokio::test]
async fn what_is_no_json_or_too_deep_is_2003() {
    let shop = Monetix::start().await;
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let huge = format!(r#"{{"general":"{}"}}"#, "x".repeat(200_000));
    for body in ["", "{", "[]", "null", "\"x\"", "general=1", &deep, &huge] {
        let answer = shop.send(SALE, body).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert_eq!(super::read(&answer)["code"], "2003", "{}", answer.body);
    }
    let answer = http::send(shop.gateway.at, "POST", "/v2/payment/webmoney/sale", "", b"\xff\xfe").await;
    assert_eq!(answer.status, 422);
    shop.end().await;
}

#[tokio::test]
async fn signatures_projects_and_callers_are_judged_in_order() {
    let shop = Monetix::with(&[("monetix.gate_ips", "198.51.100.9")]).await;
    let wrong = |signature: &str| format!(r#"{{"general":{{"project_id":{PROJECT},"payment_id":"p1"{signature}}}}}"#);
    let code = async |body: &str| {
        let answer = shop.send("payment/status", body).await;
        (answer.status, super::read(&answer)["code"].as_str().unwrap_or_default().to_owned())
    };
    let is = |status, code: &str| (status, code.to_owned());
    assert_eq!(code("{}").await, is(400, "2004"));
    assert_eq!(code(&wrong("")).await, is(400, "2004"));
    assert_eq!(code(&wrong(r#","signature":"""#)).await, is(400, "3262"));
    assert_eq!(code(&wrong(r#","signature":1"#)).await, is(400, "502"));
    let other = r#"{"general":{"project_id":99,"payment_id":"p1","signature":"x"}}"#;
    assert_eq!(code(other).await, is(404, "2442"));
    assert_eq!(code(&wrong(r#","signature":"x""#)).await, is(403, "303"), "the address comes before the signature");
    shop.set("monetix.gate_ips", "").await;
    let answer = shop.send("payment/status", &wrong(r#","signature":"x""#)).await;
    let json = super::read(&answer);
    assert_eq!((answer.status, &json["code"]), (400, &"3261".into()));
    assert_eq!(json["signed_text"], format!("general:payment_id:p1;general:project_id:{PROJECT}"), "a test project");
    shop.set("test_mode", "false").await;
    let answer = shop.send("payment/status", &wrong(r#","signature":"x""#)).await;
    assert!(super::read(&answer).get("signed_text").is_none() && !answer.body.contains(SECRET));
    shop.end().await;
}

#[tokio::test]
async fn only_post_and_only_known_addresses() {
    let shop = Monetix::start().await;
    for method in ["GET", "PUT", "DELETE"] {
        let answer = http::send(shop.gateway.at, method, "/v2/payment/webmoney/sale", "", b"").await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method}");
    }
    for path in ["/v2/payment/webmoney/steal", "/v2/", "/v2/payment", "/v2/payment/card/merchant_auth"] {
        assert_eq!(http::send(shop.gateway.at, "POST", path, "", b"{}").await.status, 404, "{path}");
    }
    shop.end().await;
}

#[tokio::test]
async fn what_is_judged_after_acceptance_is_told_with_its_code_and_makes_no_payment() {
    let shop = Monetix::with(&[("currencies", "RUB")]).await;
    let body = |payment: &str, customer: &str, currency: &str| {
        general(
            payment,
            &format!(
                r#""customer":{customer},"account":{{"number":"1"}},"payment":{{"amount":1,"currency":"{currency}","description":""}}"#
            ),
        )
    };
    let no_email = CUSTOMER.replace("johndoe@example.com", "nobody");
    shop.accepted(SALE, &body("p1", &no_email, "RUB")).await;
    shop.accepted(SALE, &body("p2", CUSTOMER, "EUR")).await;
    shop.accepted(SALE, &body("p3", CUSTOMER, "rub")).await;
    shop.accepted(SALE, &body("p4", CUSTOMER, "WMZ")).await;
    shop.accepted("payment/webmoney/auth", &body("p5", CUSTOMER, "RUB")).await;
    shop.quiet().await;
    let mut told: Vec<String> = shop
        .heard()
        .iter()
        .map(|told| format!("{} {} {}", told.get("payment.id"), told.get("payment.status"), told.get("operation.code")))
        .collect();
    told.sort();
    assert_eq!(told, ["p1 error 2426", "p2 error 3023", "p3 error 3121", "p4 error 3121", "p5 error 310"]);
    assert_eq!(shop.gateway.count().await, 0);
    // The number of a request that was refused may be used again.
    shop.accepted(SALE, &body("p1", CUSTOMER, "RUB")).await;
    shop.settle().await;
    assert_eq!(shop.stands("p1").await, "success 1");
    shop.end().await;
}

#[tokio::test]
async fn a_project_that_is_switched_off_is_unknown() {
    let shop = Monetix::start().await;
    shop.set("enabled", "false").await;
    let (status, words) = shop.refused(SALE, &sale("p1", 100)).await;
    assert_eq!((status, words.as_str()), (404, "2442 Project ID not found"));
    assert_eq!(shop.open(&[]).await.status, 404);
    shop.end().await;
}
