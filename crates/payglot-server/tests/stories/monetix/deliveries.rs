//! How callbacks are delivered: again and again with the same bytes, in order, but not for ever behind one that nobody takes.

use super::{CUSTOMER, Monetix, WMID, general, refund};
use crate::harness::receiver::Say;

#[tokio::test]
async fn a_callback_is_repeated_byte_for_byte_until_it_is_acknowledged() {
    let shop = Monetix::start().await;
    shop.gateway.receiver.script(&[Say::Status(500), Say::Status(403), Say::Body(200, "anything")]);
    shop.sale("p1", 100).await;
    shop.quiet().await;
    for _ in 0..3 {
        shop.gateway.pass(11);
        shop.gateway.deliver().await;
    }
    let calls = shop.gateway.receiver.calls();
    assert_eq!(calls.len(), 3, "not after 200");
    assert!(calls.iter().all(|call| *call == calls[0]), "{calls:#?}");
    assert_eq!(calls[0].content_type, "application/json; charset=utf-8");
    shop.settle().await;
    shop.end().await;
}

#[tokio::test]
async fn newer_callbacks_wait_for_six_tries_and_then_go_without_the_older_one() {
    let shop = Monetix::start().await;
    // The first one is refused for ever; whatever comes after it is taken.
    shop.gateway.receiver.script(&[Say::Status(500); 6]);
    shop.sale("p1", 100).await;
    shop.quiet().await;
    shop.settle().await;
    for _ in 0..4 {
        shop.gateway.pass(11);
        shop.gateway.deliver().await;
    }
    let seen = shop.gateway.receiver.calls();
    assert!(seen.iter().all(|call| call.body.contains("awaiting customer action")), "held back: {}", seen.len());
    shop.gateway.pass(11);
    shop.gateway.deliver().await;
    let last = shop.told().pop().unwrap_or_default();
    assert_eq!(last, "success, 100, sale, success, 0");
    let before = shop.gateway.receiver.calls().len();
    shop.gateway.pass(86_400);
    shop.gateway.deliver().await;
    assert_eq!(shop.gateway.receiver.calls().len(), before, "never an older state after a newer one");
    shop.end().await;
}

#[tokio::test]
async fn a_shop_may_want_to_hear_later_elsewhere_or_not_at_all() {
    let shop = Monetix::start().await;
    let sale = |payment: &str, more: &str, general_more: &str| {
        format!(
            r#"{{"general":{{"project_id":1234,"payment_id":"{payment}"{general_more}}},"customer":{CUSTOMER},"account":{{"number":"{WMID}"}},"payment":{{"amount":100,"currency":"RUB","description":""}}{more}}}"#
        )
    };
    shop.accepted("payment/webmoney/sale", &sale("late", r#","callback":{"delay":60}"#, "")).await;
    shop.quiet().await;
    assert_eq!(shop.told().len(), 0);
    shop.gateway.pass(60);
    shop.gateway.deliver().await;
    assert_eq!(shop.told(), ["awaiting customer action, 100, sale, awaiting customer action, 9999"]);
    shop.settle().await;
    shop.gateway.pass(60);
    shop.gateway.deliver().await;
    shop.accepted("payment/webmoney/sale", &sale("silent", r#","callback":{"force_disable":true}"#, "")).await;
    shop.settle().await;
    assert_eq!(shop.told().len(), 2);
    // Neither what is done to it is told nor what is refused.
    for amount in [100, 1] {
        shop.accepted("payment/refund", &super::refund("silent", Some(amount))).await;
        shop.quiet().await;
    }
    assert_eq!(shop.told().len(), 2);
    let url = |path: &str| shop.gateway.receiver.url(path);
    let own =
        format!(r#","merchant_callback_url":"{}","merchant_success_callback_url":"{}""#, url("/own"), url("/good"));
    shop.accepted("payment/webmoney/sale", &sale("own", "", &own)).await;
    shop.settle().await;
    let targets: Vec<String> = shop.gateway.receiver.calls().into_iter().map(|call| call.target).collect();
    assert_eq!(targets[2..], ["/own", "/good"]);
    shop.set("monetix.decline_callback_url", &url("/bad")).await;
    let declined = sale("bad", "", "").replace(":100,", ":40000,");
    shop.accepted("payment/webmoney/sale", &declined).await;
    shop.settle().await;
    let targets: Vec<String> = shop.gateway.receiver.calls().into_iter().map(|call| call.target).collect();
    assert_eq!(targets[4..], ["/monetix", "/bad"]);
    shop.end().await;
}

#[tokio::test]
async fn what_the_command_line_refunds_is_told_as_well() {
    let shop = Monetix::start().await;
    shop.paid("p1", 100).await;
    let whole = &shop.gateway.gateway;
    let key = payglot_wire::monetix::limits::payment_key("p1");
    let project = whole.projects.by_login("monetix", "1234").await.expect("the store works").expect("the project");
    let stored = payglot_server::flows::query::payment_by_order(whole, project.id, &key).await.expect("the payment");
    let wish = payglot_server::flows::operate::Wish::Refund { amount: None, key: None, expected: None };
    payglot_server::flows::operate::operate(whole, stored.payment.id, wish).await.expect("refunded");
    shop.quiet().await;
    assert_eq!(shop.told()[2..], ["refunded, 0, refund, success, 0"]);
    shop.accepted("payment/refund", &refund("p1", None)).await;
    shop.quiet().await;
    assert_eq!(shop.told()[3..], ["refunded, 0, refund, decline, 3060"]);
    let _ = general("p1", "");
    shop.end().await;
}
