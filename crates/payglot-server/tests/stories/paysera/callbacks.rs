//! What the shop's server hears, and what the payer carries back.

use super::{Paysera, REFUSED, carried, proven, values};
use crate::harness::payer::PAID;
use crate::harness::receiver::Say;
use payglot_core::{Currency, Money, PaymentId};
use payglot_server::flows::learn::{Facts, learn};
use payglot_server::flows::operate::{Wish, operate};
use payglot_store::NotificationState;

#[tokio::test]
async fn a_payment_is_told_with_three_signatures_and_carried_back_with_the_same() {
    let shop = Paysera::start().await;
    let done = shop.pay(&[("lang", "LIT"), ("p_email", "a@shop.test"), ("own", "ą b"), ("paytext", "x")]).await;
    assert_eq!(shop.gateway.deliver().await, 1);
    let call = &shop.gateway.receiver.calls()[0];
    assert!(call.target.starts_with("/paysera?shop=7&data="), "{}", call.target);
    assert_eq!(
        call.params().iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["shop", "data", "ss1", "ss2", "ss3"]
    );
    let told = proven(call);
    let names = [
        "projectid",
        "orderid",
        "amount",
        "currency",
        "payment",
        "status",
        "test",
        "version",
        "payamount",
        "paycurrency",
        "type",
        "own",
    ];
    assert_eq!(values(&told, &names), "12345 1001 1000 EUR card 1 0 1.6 1000 EUR EMA ą b");
    assert_eq!(told.get("original_paytext"), Some("x"));
    assert_eq!(told.get("paytext"), Some("Užsakymo nr: 1001 knygos projekte. (Pardavėjas: knygos)"));
    assert!(told.get("requestid").and_then(|id| id.parse::<i32>().ok()).is_some_and(|id| id > 0));
    for absent in ["accepturl", "cancelurl", "callbackurl", "payment_country"] {
        assert_eq!(told.get(absent), None, "{absent}");
    }
    let back = shop.gateway.payer.go_back(&done).await;
    assert!(back.starts_with("https://shop.example/ok?o=1&data="), "{back}");
    assert_eq!(carried(&back), told);
    shop.end().await;
}

#[tokio::test]
async fn a_payer_who_gives_up_goes_to_the_cancel_address_and_nothing_is_told() {
    let shop = Paysera::start().await;
    let payer = shop.gateway.payer;
    let page = payer.get(&shop.taken(&[]).await).await;
    let done = payer.submit(&page, "cancel", &[]).await;
    assert_eq!(payer.go_back(&done).await, "https://shop.example/no");
    let page = payer.get(&shop.taken(&[("orderid", "2")]).await).await;
    let done = payer.type_card(&page, REFUSED).await;
    assert_eq!(payer.go_back(&done).await, "https://shop.example/no");
    assert_eq!(shop.gateway.deliver().await, 0);
    shop.set("paysera.send_failed", "true").await;
    let page = payer.get(&shop.taken(&[("orderid", "3")]).await).await;
    payer.type_card(&page, REFUSED).await;
    shop.gateway.deliver().await;
    let told: Vec<_> = shop.heard().iter().map(|fields| values(fields, &["orderid", "status", "payamount"])).collect();
    assert_eq!(told, ["3 0 -"]);
    shop.end().await;
}

#[tokio::test]
async fn post_and_encrypted_are_options() {
    let shop = Paysera::with(&[("paysera.post_callbacks", "true")]).await;
    let done = shop.pay(&[]).await;
    shop.gateway.deliver().await;
    let call = &shop.gateway.receiver.calls()[0];
    assert_eq!((call.method.as_str(), call.target.as_str()), ("POST", "/paysera?shop=7"));
    assert_eq!(call.content_type, "application/x-www-form-urlencoded");
    let told = proven(call);
    assert_eq!(told.get("status"), Some("1"));
    assert_eq!(carried(&shop.gateway.payer.go_back(&done).await), told, "always by GET");
    shop.set("paysera.post_callbacks", "false").await;
    shop.set("paysera.encrypted", "true").await;
    let done = shop.pay(&[("orderid", "2")]).await;
    shop.gateway.deliver().await;
    let call = &shop.gateway.receiver.calls()[1];
    assert_eq!(call.params().iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["shop", "data"]);
    assert_eq!(values(&proven(call), &["orderid", "status"]), "2 1");
    let back = shop.gateway.payer.go_back(&done).await;
    assert_ne!(back.split("data=").nth(1), call.target.split("data=").nth(1), "a fresh vector each time");
    assert_eq!(values(&carried(&back), &["orderid", "status"]), "2 1");
    shop.set("paysera.encrypted", "false").await;
    shop.set("paysera.ss3", "false").await;
    shop.pay(&[("orderid", "3")]).await;
    shop.gateway.deliver().await;
    let call = &shop.gateway.receiver.calls()[2];
    assert_eq!(call.params().iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["shop", "data", "ss1", "ss2"]);
    shop.end().await;
}

#[tokio::test]
async fn without_ok_it_is_sent_again_after_one_three_and_twenty_four_hours() {
    let shop = Paysera::start().await;
    shop.gateway.receiver.script(&[
        Say::Body(200, "<html>Error</html>"),
        Say::Body(302, "OK"),
        Say::Body(200, "ok"),
        Say::Body(500, "OK"),
    ]);
    shop.pay(&[]).await;
    assert_eq!(shop.gateway.deliver().await, 1);
    // Hours after the one before, and up to a tenth more, so that shops that failed together do not return together.
    for hours in [1, 2, 21] {
        shop.gateway.pass(hours * 3600 - 60);
        assert_eq!(shop.gateway.deliver().await, 0, "not before its time");
        shop.gateway.pass(hours * 360 + 61);
        assert_eq!(shop.gateway.deliver().await, 1);
    }
    let calls = shop.gateway.receiver.calls();
    assert_eq!(calls.len(), 4);
    assert!(calls.iter().all(|call| *call == calls[0]), "the same bytes each time");
    let files = shop.gateway.gateway.store.files(None, 10).await.expect("the store works");
    assert!(matches!(files[0].notifications[0].state, NotificationState::Dead(_)));
    shop.end().await;
}

#[tokio::test]
async fn ok_with_a_mark_or_a_text_is_enough() {
    let shop = Paysera::start().await;
    for (number, body) in ["\u{feff}OK\r\n", " OK ", "OK thanks"].into_iter().enumerate() {
        shop.gateway.receiver.script(&[Say::Body(201, body)]);
        shop.pay(&[("orderid", &format!("n{number}"))]).await;
        assert_eq!(shop.gateway.deliver().await, 1);
        shop.gateway.pass(2 * 3600);
        assert_eq!(shop.gateway.deliver().await, 0, "{body:?}");
    }
    shop.end().await;
}

#[tokio::test]
async fn refunds_are_told_one_by_one_in_major_units_after_the_payment() {
    let shop = Paysera::start().await;
    shop.gateway.receiver.script(&[Say::Status(500)]);
    shop.pay(&[]).await;
    shop.gateway.deliver().await;
    let id = shop.gateway.gateway.store.files(None, 1).await.expect("the store works")[0].stored.payment.id;
    for minor in [400, 100] {
        let wish = Wish::Refund { amount: Money::new(minor, Currency::EUR), expected: None, key: None };
        operate(&shop.gateway.gateway, id, wish).await.expect("refunded");
    }
    assert_eq!(shop.gateway.deliver().await, 0, "the payment itself is not acknowledged yet");
    shop.gateway.pass(2 * 3600);
    while shop.gateway.deliver().await > 0 {}
    let names = ["status", "refund_amount", "refund_currency", "refund_commission_amount", "payamount", "amount"];
    let heard = shop.heard();
    let told: Vec<_> = heard.iter().map(|fields| values(fields, &names)).collect();
    assert_eq!(
        told,
        ["1 - - - 1000 1000", "1 - - - 1000 1000", "5 4.00 EUR 0.00 1000 1000", "5 1.00 EUR 0.00 1000 1000"]
    );
    assert_ne!(heard[2].get("refund_timestamp"), heard[3].get("refund_timestamp"), "shops know them apart by it");
    assert_eq!(heard[2].get("requestid"), heard[0].get("requestid"));
    shop.end().await;
}

#[tokio::test]
async fn a_test_payment_says_so() {
    let shop = Paysera::start().await;
    shop.pay(&[("test", "1")]).await;
    shop.gateway.deliver().await;
    let names = ["test", "status", "name", "surename", "account"];
    assert_eq!(values(&shop.heard()[0], &names), "1 1 Name Last name TEST1234567890");
    let whole = &shop.gateway.gateway;
    let id = whole.store.files(None, 1).await.expect("the store works")[0].stored.payment.id;
    let wish = Wish::Refund { amount: Money::new(400, Currency::EUR), expected: None, key: None };
    operate(whole, id, wish).await.expect("refunded");
    shop.gateway.deliver().await;
    assert_eq!(values(&shop.heard()[1], &["test", "status", "refund_amount"]), "1 5 4.00");
    let file = whole.store.file(id).await.expect("the store works").expect("there");
    assert_eq!((file.stored.payment.sums.captured, file.stored.payment.sums.refunded), (1000, 400));
    assert!(file.postings.is_empty(), "no money moved: {:?}", file.postings);
    shop.end().await;
}

#[tokio::test]
async fn what_becomes_known_later_is_told_with_status_3_after_the_payment() {
    let shop = Paysera::start().await;
    let id = |page: &str| page.trim_start_matches("/checkout/").split('?').next().map(str::parse);
    let page = shop.taken(&[("personcode", "38001010000")]).await;
    let id: PaymentId = id(&page).expect("an id").expect("an id");
    let facts = Facts { person: Some(true), account: Some("LT121000011101001000".to_owned()), ..Facts::default() };
    let whole = &shop.gateway.gateway;
    let learned = async || {
        let stored = whole.store.payment(id).await.expect("the store works").expect("the payment");
        learn(whole, stored, &facts).await.expect("the store works")
    };
    assert!(learned().await.is_none(), "nothing is paid yet");
    shop.gateway.receiver.script(&[Say::Status(500)]);
    let page = shop.gateway.payer.get(&page).await;
    shop.gateway.payer.type_card(&page, PAID).await;
    assert!(learned().await.is_some());
    shop.gateway.deliver().await;
    assert_eq!(shop.gateway.receiver.calls().len(), 1, "the payment itself is not acknowledged yet");
    shop.gateway.pass(2 * 3600);
    while shop.gateway.deliver().await > 0 {}
    let names = ["status", "personcodestatus", "account", "payamount"];
    let told: Vec<_> = shop.heard().iter().map(|fields| values(fields, &names)).collect();
    assert_eq!(told, ["1 0 - 1000", "1 0 - 1000", "3 1 LT121000011101001000 1000"]);
    shop.end().await;
}
