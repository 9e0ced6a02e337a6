//! Refunds: in whole, in parts, too much, twice, of nothing.

use super::{Monetix, PROJECT, general, refund};
use payglot_server::flows::calls::{self, Accepting};
use payglot_wire::monetix::{Code, Details, OperationType, Refused, RefusedCall};

#[tokio::test]
async fn a_refund_in_parts_and_of_the_rest() {
    let shop = Monetix::start().await;
    shop.paid("p1", 100).await;
    shop.accepted("payment/webmoney/refund", &refund("p1", Some(60))).await;
    shop.quiet().await;
    shop.accepted("payment/card/refund", &refund("p1", Some(50))).await;
    shop.quiet().await;
    assert_eq!(shop.stands("p1").await, "partially refunded 40");
    shop.accepted("payment/refund", &refund("p1", None)).await;
    shop.quiet().await;
    let wanted = [
        "partially refunded, 40, refund, success, 0",
        "partially refunded, 40, refund, decline, 3283",
        "refunded, 0, refund, success, 0",
    ];
    assert_eq!(shop.told()[2..], wanted);
    assert_eq!(shop.stands("p1").await, "refunded 0");
    shop.gateway.pass(61);
    shop.accepted("payment/refund", &refund("p1", None)).await;
    shop.quiet().await;
    assert_eq!(shop.told()[5..], ["refunded, 0, refund, decline, 3060"], "nothing is left");
    shop.end().await;
}

#[tokio::test]
async fn amounts_of_the_vendors_test_table_are_not_given_back() {
    let shop = Monetix::start().await;
    shop.paid("p1", 120_000).await;
    for amount in [50_000, 50_500] {
        shop.accepted("payment/webmoney/refund", &refund("p1", Some(amount))).await;
        shop.quiet().await;
    }
    let wanted = ["success, 120000, refund, decline, 20000", "success, 120000, refund, decline, 20000"];
    assert_eq!(shop.told()[2..], wanted, "the payment stays as it was");
    shop.accepted("payment/webmoney/refund", &refund("p1", Some(50_001))).await;
    shop.quiet().await;
    assert_eq!(shop.stands("p1").await, "partially refunded 69999");
    shop.end().await;
}

#[tokio::test]
async fn what_cannot_be_refunded_is_accepted_and_declined_with_its_code() {
    let shop = Monetix::start().await;
    shop.sale("open", 100).await;
    shop.quiet().await;
    shop.accepted("payment/refund", &refund("open", None)).await;
    shop.quiet().await;
    shop.accepted("payment/refund", &refund("nobody", Some(10))).await;
    shop.quiet().await;
    shop.settle().await;
    let half = |members: &str| general("open", &format!(r#""payment":{{{members}"description":""}}"#));
    for members in [
        r#""amount":10,"#,
        r#""currency":"RUB","#,
        r#""amount":10,"currency":"USD","#,
        r#""amount":10,"currency":"ABC","#,
    ] {
        shop.accepted("payment/refund", &half(members)).await;
        shop.quiet().await;
    }
    let told = shop.told();
    let wanted = [
        "awaiting customer action, 100, refund, decline, 3060",
        "error, refund, error, 3061",
        "success, 100, sale, success, 0",
        "success, 100, refund, decline, 3287",
        "success, 100, refund, decline, 3286",
        "success, 100, refund, decline, 3284",
        "success, 100, refund, decline, 3284",
    ];
    assert_eq!(told[1..], wanted);
    assert_eq!(shop.stands("open").await, "success 100");
    assert_eq!(shop.stands("nobody").await, "3061", "a refund makes no payment");
    shop.end().await;
}

#[tokio::test]
async fn the_shops_own_id_of_a_refund_is_used_once() {
    let shop = Monetix::start().await;
    shop.paid("p1", 100).await;
    shop.paid("p2", 100).await;
    let body = |payment: &str, amount: i64, id: &str| {
        let members = format!(r#""amount":{amount},"currency":"RUB","description":"r","merchant_refund_id":"{id}""#);
        general(payment, &format!(r#""payment":{{{members}}}"#))
    };
    let first = shop.accepted("payment/refund", &body("p1", 10, "R1")).await;
    shop.quiet().await;
    assert_eq!(shop.heard().last().map(|last| last.get("payment.merchant_refund_id")).as_deref(), Some("R1"));
    shop.gateway.pass(3600);
    assert_eq!(shop.accepted("payment/refund", &body("p1", 10, "R1")).await, first, "an hour later, the same refund");
    shop.accepted("payment/refund", &body("p1", 20, "R1")).await;
    shop.quiet().await;
    shop.accepted("payment/refund", &body("p2", 10, "R1")).await;
    shop.quiet().await;
    let told = shop.told();
    assert_eq!(
        told[4..],
        [
            "partially refunded, 90, refund, success, 0",
            "partially refunded, 90, refund, decline, 3230",
            "success, 100, refund, decline, 3230",
        ]
    );
    shop.accepted("payment/refund", &body("p2", 10, "R2")).await;
    shop.quiet().await;
    assert_eq!(shop.stands("p2").await, "partially refunded 90");
    shop.end().await;
}

#[tokio::test]
async fn an_id_that_a_refused_refund_named_is_still_free() {
    let shop = Monetix::start().await;
    shop.paid("p1", 100).await;
    let body = |amount: i64| {
        let members = format!(r#""amount":{amount},"currency":"RUB","description":"","merchant_refund_id":"R1""#);
        general("p1", &format!(r#""payment":{{{members}}}"#))
    };
    shop.accepted("payment/refund", &body(200)).await;
    shop.quiet().await;
    shop.accepted("payment/refund", &body(100)).await;
    shop.quiet().await;
    assert_eq!(shop.told()[2..], ["success, 100, refund, decline, 3283", "refunded, 0, refund, success, 0"]);
    shop.end().await;
}

#[tokio::test]
async fn the_same_refund_within_a_minute_is_one_and_later_is_another() {
    let shop = Monetix::start().await;
    shop.paid("p1", 100).await;
    let first = shop.accepted("payment/refund", &refund("p1", Some(30))).await;
    shop.quiet().await;
    shop.gateway.pass(59);
    assert_eq!(shop.accepted("payment/refund", &refund("p1", Some(30))).await, first);
    shop.gateway.pass(1);
    assert_ne!(shop.accepted("payment/refund", &refund("p1", Some(30))).await, first);
    shop.quiet().await;
    assert_eq!(shop.stands("p1").await, "partially refunded 40");
    shop.end().await;
}

#[tokio::test]
async fn simultaneous_refunds_never_give_back_more_than_was_paid() {
    let shop = Monetix::start().await;
    shop.paid("p1", 100).await;
    let bodies: Vec<String> = (0..6).map(|extra| refund("p1", Some(30 + extra))).collect();
    let calls = bodies.iter().map(|body| shop.accepted("payment/refund", body));
    futures_util::future::join_all(calls).await;
    shop.quiet().await;
    let told = shop.told().split_off(2);
    assert_eq!(told.len(), 6, "each is told: {told:?}");
    assert!(told.iter().filter(|line| line.ends_with("decline, 3283")).count() >= 3, "{told:?}");
    shop.end().await;
}

#[tokio::test]
async fn a_refund_has_its_own_callback_address_and_may_be_silent() {
    let shop = Monetix::start().await;
    shop.paid("p1", 100).await;
    let own = shop.gateway.receiver.url("/refunds");
    let with = |members: &str, general: &str, amount: i64| {
        format!(
            r#"{{"general":{{"project_id":1234,"payment_id":"p1"{general}}},"payment":{{"amount":{amount},"currency":"RUB","description":""}}{members}}}"#
        )
    };
    shop.accepted("payment/refund", &with("", &format!(r#","merchant_callback_url":"{own}""#), 10)).await;
    shop.quiet().await;
    shop.accepted("payment/refund", &with(r#","callback":{"force_disable":true}"#, "", 20)).await;
    shop.quiet().await;
    let calls = shop.gateway.receiver.calls();
    let targets: Vec<&str> = calls.iter().map(|call| call.target.as_str()).collect();
    assert_eq!(targets, ["/monetix", "/monetix", "/refunds"]);
    assert_eq!(shop.stands("p1").await, "partially refunded 70");
    shop.end().await;
}

#[tokio::test]
async fn a_refund_sent_twice_at_once_is_one_refund_under_one_id() {
    let shop = Monetix::start().await;
    shop.paid("p1", 100).await;
    let body = refund("p1", None);
    let send = || shop.accepted("payment/webmoney/refund", &body);
    let ids = tokio::join!(send(), send(), send(), send());
    assert!([&ids.1, &ids.2, &ids.3].iter().all(|id| **id == ids.0), "{ids:?}");
    shop.quiet().await;
    assert_eq!(shop.told()[2..], ["refunded, 0, refund, success, 0"], "one callback");
    shop.end().await;
}

/// Both came in before either was written down; the second finds that nothing is left.
#[tokio::test]
async fn a_call_that_is_refused_twice_at_once_is_the_first_one() {
    let shop = Monetix::start().await;
    let whole = &shop.gateway.gateway;
    let project = whole.projects.by_login("monetix", &PROJECT.to_string()).await.expect("readable").expect("there");
    let (details, refused) = (Details::read(""), Refused::of(Code::NotFound, "general.payment_id"));
    let refuse = async |id: &str, signature: &str| {
        let fingerprint = Accepting::fingerprint_of("v2/payment/refund", signature);
        let (id, order) = (id.to_owned(), "p1".to_owned());
        let accepting = Accepting { id, order, fingerprint, repeat_ms: 60_000, key: None };
        let told = RefusedCall {
            details: &details,
            payment_id: "p1",
            payment: None,
            method: None,
            kind: OperationType::Refund,
            sum: None,
            number: 1,
            request_id: &accepting.id,
            merchant_refund_id: None,
            at: shop.gateway.now(),
            refused: &refused,
        };
        calls::refuse(whole, &project, &accepting, None, &told).await.expect("the store works")
    };
    assert_eq!(refuse("first", "s").await, None);
    assert_eq!(refuse("second", "s").await.as_deref(), Some("first"), "the id that the shop can ask for");
    assert_eq!(refuse("third", "of another call").await, None);
    shop.quiet().await;
    assert_eq!(shop.told(), ["error, refund, error, 3061"; 2], "each call is told once");
    shop.end().await;
}
