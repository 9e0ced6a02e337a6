//! Cards through Gate: sales, holds and what becomes of them, 3-D Secure on the shop's side.

use super::{CUSTOMER, Monetix, general};

/// A card of the vendor's test table.
fn card(pan: &str) -> String {
    format!(r#""card":{{"pan":"{pan}","year":2034,"month":"12","card_holder":"JOHN DOE","cvv":"123"}}"#)
}

fn order(payment: &str, pan: &str) -> String {
    let sum = r#""payment":{"amount":1500,"currency":"USD","description":"Books"}"#;
    general(payment, &format!(r#""customer":{CUSTOMER},{},{sum}"#, card(pan)))
}

fn amount(payment: &str, amount: i64) -> String {
    general(payment, &format!(r#""payment":{{"amount":{amount},"currency":"USD"}}"#))
}

const PAID: &str = "4000000000000077";
const DECLINED: &str = "4111111111111111";
const CHALLENGE: &str = "4314220000000056";
const FRICTIONLESS: &str = "4477000000000006";

#[tokio::test]
async fn a_card_is_charged_or_declined_and_its_number_is_masked() {
    let shop = Monetix::start().await;
    shop.accepted("payment/card/sale", &order("p1", PAID)).await;
    shop.quiet().await;
    shop.accepted("payment/card/sale", &order("p2", DECLINED)).await;
    shop.quiet().await;
    shop.accepted("payment/card/sale", &order("p3", "4444555511113333")).await;
    shop.quiet().await;
    let wanted = [
        "success, 1500, sale, success, 0",
        "decline, 1500, sale, decline, 10000",
        "decline, 1500, sale, decline, 10102",
    ];
    assert_eq!(shop.told(), wanted, "the last is no test card of this system");
    let first = shop.heard().remove(0);
    assert_eq!(first.get("account.number"), "400000******0077");
    assert_eq!(first.get("account.expiry_year"), "2034");
    assert_eq!(first.get("payment.method"), "card");
    for body in shop.gateway.receiver.calls().iter().map(|call| &call.body) {
        assert!(!body.contains(PAID) && !body.contains("\"cvv\""), "{body}");
    }
    shop.end().await;
}

#[tokio::test]
async fn a_hold_is_captured_in_part_or_cancelled() {
    let shop = Monetix::start().await;
    for payment in ["p1", "p2", "p3"] {
        shop.accepted("payment/card/auth", &order(payment, PAID)).await;
    }
    shop.quiet().await;
    assert_eq!(shop.stands("p1").await, "awaiting capture 1500");
    shop.accepted("payment/card/capture", &amount("p1", 2000)).await;
    shop.quiet().await;
    shop.accepted("payment/card/capture", &amount("p1", 1000)).await;
    shop.quiet().await;
    shop.accepted("payment/card/cancel", &general("p2", "")).await;
    shop.quiet().await;
    shop.accepted("payment/card/capture", &general("p3", "")).await;
    shop.quiet().await;
    shop.accepted("payment/card/cancel", &general("p3", "")).await;
    shop.quiet().await;
    let wanted = [
        "awaiting capture, 1500, capture, decline, 2642",
        "success, 1000, capture, success, 0",
        "canceled, 1500, cancel, success, 0",
        "success, 1500, capture, success, 0",
        "success, 1500, cancel, decline, 3060",
    ];
    assert_eq!(shop.told()[3..], wanted);
    assert_eq!(shop.stands("p1").await, "success 1000");
    shop.end().await;
}

#[tokio::test]
async fn a_hold_that_is_left_alone_is_ended_as_the_project_says() {
    for (ending, told) in
        [("cancel", "canceled, 1500, cancel, success, 0"), ("capture", "success, 1500, capture, success, 0")]
    {
        let shop = Monetix::with(&[("monetix.hold_ending", ending)]).await;
        shop.accepted("payment/card/auth", &order("p1", PAID)).await;
        shop.quiet().await;
        // A Visa card: ten days less half an hour.
        shop.gateway.pass(10 * 86_400 - 1801);
        assert_eq!(shop.gateway.expire().await, 0, "{ending}");
        shop.gateway.pass(2);
        assert_eq!(shop.gateway.expire().await, 1, "{ending}");
        shop.quiet().await;
        assert_eq!(shop.told()[1..], [told]);
        shop.end().await;
    }
}

#[tokio::test]
async fn three_d_secure_goes_through_the_shops_page() {
    let shop = Monetix::start().await;
    shop.accepted("payment/card/sale", &order("p1", CHALLENGE)).await;
    shop.quiet().await;
    let frame = shop.heard().remove(0);
    assert_eq!(shop.told(), ["awaiting 3ds result, 1500, sale, awaiting 3ds result, 9999"]);
    assert!(frame.get("threeds2.iframe.url").starts_with("http://"));
    assert!(!frame.get("threeds2.iframe.params.threeDSMethodData").is_empty());
    shop.accepted("payment/card/3ds_check_iframe", &general("p1", r#""threeds_completion_indicator":true"#)).await;
    shop.quiet().await;
    let challenge = shop.heard().remove(1);
    let creq = challenge.get("threeds2.redirect.params.creq");
    assert!(!creq.is_empty());
    // The shop's page posts the payer's browser to the bank, who types the code.
    let acs = challenge.get("threeds2.redirect.url");
    let target = acs.split_once(&shop.gateway.at.to_string()).map(|(_, path)| path.to_owned()).expect("ours");
    let page = shop.gateway.payer.post(&target, &[("creq", &creq), ("threeDSSessionData", "s")]).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let answered =
        shop.gateway.payer.post(&target, &[("creq", &creq), ("code", "123456"), ("decision", "confirm")]).await;
    let word = hidden(&answered.body, "cres");
    // A message of another payment is refused and changes nothing.
    let (status, words) = shop.refused("payment/card/3ds_result", &general("p1", r#""cres":"eyJhIjoxfQ""#)).await;
    assert_eq!((status, &words[..3]), (400, "502"), "{words}");
    shop.accepted("payment/card/3ds_result", &general("p1", &format!(r#""cres":"{word}""#))).await;
    shop.quiet().await;
    assert_eq!(shop.told()[2..], ["success, 1500, sale, success, 0"]);
    assert_eq!(shop.heard()[2].get("operation.eci"), "05");
    shop.gateway.pass(86_400);
    shop.accepted("payment/card/3ds_result", &general("p1", &format!(r#""cres":"{word}""#))).await;
    shop.quiet().await;
    assert_eq!(shop.told().len(), 3, "told once");
    shop.end().await;
}

#[tokio::test]
async fn a_card_without_a_challenge_needs_the_frame_only() {
    let shop = Monetix::start().await;
    shop.accepted("payment/card/sale", &order("p1", FRICTIONLESS)).await;
    shop.quiet().await;
    shop.accepted("payment/card/3ds_check_iframe", &general("p1", r#""threeds_completion_indicator":"1""#)).await;
    shop.quiet().await;
    assert_eq!(shop.told()[1..], ["success, 1500, sale, success, 0"]);
    shop.end().await;
}

#[tokio::test]
async fn half_an_hour_without_a_result_is_a_decline() {
    let shop = Monetix::start().await;
    let later = order("p1", CHALLENGE).replacen(
        r#""payment":{"#,
        r#""payment":{"best_before":"2026-12-10T00:00:00+00:00","#,
        1,
    );
    assert!(later.contains("best_before"), "{later}");
    shop.accepted("payment/card/sale", &later).await;
    shop.quiet().await;
    shop.gateway.pass(30 * 60 + 1);
    assert_eq!(shop.gateway.expire().await, 1);
    shop.quiet().await;
    assert_eq!(shop.told()[1..], ["decline, 1500, sale, decline, 301"]);
    shop.end().await;
}

#[tokio::test]
async fn what_the_project_does_not_allow_is_told_and_nothing_is_charged() {
    let shop = Monetix::with(&[("merchant_card_entry", "false"), ("currencies", "EUR")]).await;
    shop.accepted("payment/card/sale", &order("p1", PAID)).await;
    shop.accepted(
        "payment/applepay/sale",
        &general("p2", &format!(r#""customer":{CUSTOMER},"payment":{{"amount":1,"currency":"USD"}}"#)),
    )
    .await;
    let token = format!(r#""customer":{CUSTOMER},"token":"abc","payment":{{"amount":1,"currency":"USD"}}"#);
    shop.accepted("payment/card/sale/token", &general("p3", &token)).await;
    let recurring =
        format!(r#""customer":{CUSTOMER},"recurring":{{"id":7}},"payment":{{"amount":1,"currency":"USD"}}"#);
    shop.accepted("payment/card/recurring", &general("p4", &recurring)).await;
    shop.quiet().await;
    let mut codes: Vec<String> = shop.heard().iter().map(|told| told.get("operation.code")).collect();
    codes.sort();
    assert_eq!(codes, ["2541", "3027", "310", "3181"]);
    assert_eq!(shop.gateway.count().await, 0);
    assert_eq!(shop.stands("p1").await, "error 1500", "until the number is used with success");
    shop.set("merchant_card_entry", "true").await;
    shop.gateway.pass(86_400);
    shop.accepted("payment/card/sale", &order("p1", PAID)).await;
    shop.quiet().await;
    assert_eq!(shop.stands("p1").await, "success 1500");
    shop.end().await;
}

/// A hidden field of a page.
fn hidden(body: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let value = body.split_once(&mark).map_or_else(|| panic!("no {name}: {body}"), |(_, rest)| rest);
    value.split('"').next().unwrap_or_default().to_owned()
}
