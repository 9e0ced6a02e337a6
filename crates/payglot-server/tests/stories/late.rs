//! Time that runs out while an answer is missing or a hold waits, and what the shop hears of it, in order.

use crate::harness::payer::{ANSWER_LOST, CHALLENGE, NEVER_RECEIVED, PAID, card};
use crate::harness::receiver::Say;
use crate::harness::shop::refusal;
use crate::harness::{START, TestGateway};
use payglot_core::UnixMillis;
use payglot_wire::text::local_time::LocalTime;

#[tokio::test]
async fn an_order_whose_answer_is_missing_does_not_expire_before_the_answer() {
    let gateway = TestGateway::start().await;
    let paid = gateway.shop.register(&[("language", "en")]).await;
    let lost = gateway.shop.register(&[("language", "en")]).await;
    gateway.pass(1199);
    gateway.payer.pay(&paid, ANSWER_LOST).await;
    gateway.payer.pay(&lost, NEVER_RECEIVED).await;
    gateway.pass(1);
    assert_eq!(gateway.expire().await, 0, "the money may have moved");
    for order in [&paid, &lost] {
        assert_eq!(gateway.payer.open(order).await.heading(), "Waiting for the bank’s answer");
        assert_eq!(gateway.shop.status(order).await["orderStatus"], 0);
    }
    assert_eq!(gateway.deliver().await, 0);
    gateway.pass(10);
    assert_eq!(gateway.recover().await, 2);
    gateway.expire().await;
    assert_eq!(gateway.shop.stands(&paid).await, "2 0", "the money moved in time");
    assert_eq!(gateway.shop.stands(&lost).await, "6 -2007");
    gateway.deliver().await;
    let mut events = gateway.receiver.events();
    events.sort();
    assert_eq!(events, ["declinedByTimeout 0", "deposited 1"]);
    gateway.end().await;
}

#[tokio::test]
async fn nobody_cancels_while_the_answer_is_missing_and_everybody_may_during_a_challenge() {
    let gateway = TestGateway::start().await;
    let open = gateway.shop.register(&[("language", "en")]).await;
    let page = gateway.payer.open(&open).await;
    gateway.payer.type_card(&page, ANSWER_LOST).await;
    let told = gateway.payer.submit(&page, "cancel", &[]).await;
    assert_eq!(told.heading(), "Waiting for the bank’s answer");
    gateway.pass(6);
    assert_eq!(gateway.shop.stands(&open).await, "2 0");

    let confirming = gateway.shop.register(&[("language", "en")]).await;
    let bank = gateway.payer.pay(&confirming, CHALLENGE).await;
    let there = gateway.payer.open(&confirming).await;
    gateway.payer.submit(&there, "cancel", &[]).await;
    assert_eq!(gateway.shop.status(&confirming).await["orderStatus"], 6);
    gateway.payer.confirm(&bank, "12345678").await;
    assert_eq!(gateway.file(&confirming).await.stored.payment.sums.captured, 0);
    gateway.end().await;
}

#[tokio::test]
async fn an_answer_lost_after_the_challenge_is_asked_for_again() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[("language", "en")]).await;
    let bank = gateway.payer.pay(&order, card("4000000000001042")).await;
    let page = gateway.payer.confirm(&bank, "00000").await;
    assert_eq!(page.heading(), "Waiting for the bank’s answer");
    gateway.pass(6);
    assert_eq!(gateway.recover().await, 1);
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    gateway.end().await;
}

#[tokio::test]
async fn a_hold_that_nobody_captures_goes_back_and_the_shop_hears_it_in_order() {
    let gateway = TestGateway::start().await;
    gateway.receiver.script(&[Say::Status(500)]);
    let order = gateway.shop.register_hold(&[("language", "en")]).await;
    gateway.payer.pay(&order, PAID).await;
    assert_eq!(gateway.deliver().await, 1);
    gateway.pass(7 * 24 * 3600 - 1);
    assert_eq!(gateway.expire().await, 0);
    gateway.pass(1);
    assert_eq!(gateway.expire().await, 1);
    let status = gateway.shop.status(&order).await;
    let sums = &status["paymentAmountInfo"];
    assert_eq!((status["orderStatus"].as_i64(), sums["paymentState"].as_str()), (Some(3), Some("REVERSED")));
    assert_eq!((sums["approvedAmount"].as_i64(), sums["depositedAmount"].as_i64()), (Some(0), Some(0)));
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["approved 1", "approved 1", "reversed 1"]);
    assert_eq!(gateway.payer.open(&order).await.status, 200);
    gateway.end().await;
}

#[tokio::test]
async fn a_later_event_waits_until_the_earlier_one_is_out_of_the_way() {
    let gateway = TestGateway::settings(|settings| settings.hold_seconds = 40).await;
    gateway.receiver.script(&[Say::Status(500), Say::Status(500)]);
    let order = gateway.shop.register_hold(&[]).await;
    gateway.payer.pay(&order, PAID).await;
    gateway.deliver().await;
    gateway.pass(40);
    gateway.expire().await;
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["approved 1", "approved 1"], "not the newer one first");
    gateway.pass(33);
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["approved 1", "approved 1", "approved 1", "reversed 1"]);
    gateway.end().await;
}

#[tokio::test]
async fn a_callback_that_was_given_up_is_sent_again_by_hand_with_the_same_bytes() {
    let gateway = TestGateway::settings(|settings| settings.retries = "1x30s".to_owned()).await;
    gateway.receiver.script(&[Say::Status(500), Say::Status(500)]);
    let order = gateway.shop.register(&[]).await;
    gateway.payer.pay(&order, PAID).await;
    gateway.deliver().await;
    gateway.pass(33);
    gateway.deliver().await;
    gateway.pass(3600);
    assert_eq!(gateway.deliver().await, 0);
    let id = gateway.file(&order).await.notifications[0].call.id;
    gateway.gateway.store.resend(id, gateway.now()).await.expect("the store works");
    assert_eq!(gateway.deliver().await, 1);
    let calls = gateway.receiver.calls();
    assert!(calls.len() == 3 && calls.iter().all(|call| *call == calls[0]), "{calls:#?}");
    gateway.end().await;
}

/// The date `seconds` after the beginning of the story, as a shop in Moscow writes it.
fn moscow(seconds: i64) -> String {
    LocalTime::at(UnixMillis(START + seconds * 1000), 3 * 3600).to_string()
}

#[tokio::test]
async fn a_hold_is_captured_on_the_day_that_the_shop_named() {
    let gateway = TestGateway::start().await;
    let day = moscow(48 * 3600);
    let order =
        gateway.shop.register_hold(&[("autocompletionDate", &day), ("autoReverseDate", &moscow(60 * 3600))]).await;
    gateway.payer.pay(&order, PAID).await;
    gateway.pass(48 * 3600 - 1);
    assert_eq!(gateway.expire().await, 0);
    gateway.pass(1);
    assert_eq!(gateway.expire().await, 1);
    let status = gateway.shop.status(&order).await;
    assert_eq!((status["orderStatus"].as_i64(), status["actionCode"].as_i64()), (Some(2), Some(0)));
    assert_eq!(status["paymentAmountInfo"]["depositedAmount"], 2000);
    assert_eq!(status["depositedDate"], gateway.now().0);
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["approved 1", "deposited 1"]);
    gateway.end().await;
}

#[tokio::test]
async fn a_hold_goes_back_on_the_day_that_the_shop_named() {
    let gateway = TestGateway::start().await;
    let (day, later) = (moscow(3600), moscow(3601));
    let order = gateway.shop.register_hold(&[("autoReverseDate", &day), ("autocompletionDate", &later)]).await;
    let sale = gateway.shop.register(&[("autoReverseDate", &day)]).await;
    gateway.payer.pay(&order, PAID).await;
    gateway.payer.pay(&sale, PAID).await;
    gateway.pass(3600);
    assert_eq!(gateway.expire().await, 1);
    assert_eq!(gateway.shop.status(&order).await["paymentAmountInfo"]["paymentState"], "REVERSED");
    assert_eq!(gateway.shop.stands(&sale).await, "2 0", "there is no hold to end");
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["approved 1", "deposited 1", "reversed 1"]);
    gateway.end().await;
}

#[tokio::test]
async fn a_hold_cannot_end_before_the_payers_time_is_over() {
    let gateway = TestGateway::start().await;
    for name in ["autocompletionDate", "autoReverseDate"] {
        for day in [moscow(-1), moscow(1199), "2026-02-30T00:00:00".to_owned(), "tomorrow".to_owned()] {
            let params = [(name, day.as_str()), ("language", "en")];
            let answer = gateway.shop.try_register("registerPreAuth.do", &params).await;
            assert_eq!(refusal(&answer), format!("5 [{name}] is invalid"), "{day}");
        }
        let edge = moscow(1200);
        gateway.shop.register_hold(&[(name, &edge)]).await;
    }
    assert_eq!(gateway.count().await, 2);
    gateway.end().await;
}
