//! What the shop's server hears: exact bytes, order, repetition, silence.

use crate::harness::payer::{NO_MONEY, PAID, card};
use crate::harness::receiver::{Call, Say};
use crate::harness::{CALLBACK_KEY, Setup, TestGateway};
use payglot_server::projects::{CallbackMethod, CallbackSignature};
use payglot_store::NotificationState;
use ring::hmac;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// The checksum as the documents describe it, computed here and not by the gateway's own code.
fn checksum(call: &Call) -> String {
    let mut params: Vec<_> = call.params().into_iter().filter(|(name, _)| name != "checksum").collect();
    params.sort();
    let text = params.iter().fold(String::new(), |text, (name, value)| text + name + ";" + value + ";");
    let key = hmac::Key::new(hmac::HMAC_SHA256, CALLBACK_KEY.as_bytes());
    hmac::sign(&key, text.as_bytes()).as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02X}");
        hex
    })
}

#[tokio::test]
async fn a_callback_is_a_get_with_a_checksum() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[("orderNumber", "А 1/2")]).await;
    gateway.payer.pay(&order, PAID).await;
    assert_eq!(gateway.deliver().await, 1);
    let calls = gateway.receiver.calls();
    let names: Vec<_> = calls[0].params().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["mdOrder", "orderNumber", "operation", "status", "checksum"]);
    assert_eq!(calls[0].param("checksum"), checksum(&calls[0]));
    let expected = format!(
        "/callback?mdOrder={}&orderNumber=%D0%90%201%2F2&operation=deposited&status=1&checksum={}",
        order.id,
        checksum(&calls[0])
    );
    assert_eq!((calls[0].method.as_str(), calls[0].target.as_str()), ("GET", expected.as_str()));
    assert_eq!(gateway.deliver().await, 0, "after 200 nothing is sent again");
    gateway.end().await;
}

#[tokio::test]
async fn it_is_repeated_with_the_same_bytes_after_thirty_seconds_six_times_in_all() {
    let gateway = TestGateway::start().await;
    gateway.receiver.script(&[
        Say::Status(500),
        Say::Status(201),
        Say::Status(302),
        Say::Status(404),
        Say::Status(204),
        Say::Status(503),
    ]);
    let order = gateway.shop.register(&[]).await;
    gateway.payer.pay(&order, PAID).await;
    for attempt in 1..=6 {
        assert_eq!(gateway.deliver().await, 1, "attempt {attempt}");
        gateway.pass(29);
        assert_eq!(gateway.deliver().await, 0, "not before its time");
        // Up to a tenth later, so that shops that failed together do not return together.
        gateway.pass(4);
    }
    assert_eq!(gateway.deliver().await, 0);
    let calls = gateway.receiver.calls();
    assert_eq!(calls.len(), 6);
    assert!(calls.iter().all(|call| *call == calls[0]), "{calls:#?}");
    let file = gateway.file(&order).await;
    let NotificationState::Dead(reason) = &file.notifications[0].state else { panic!("{:?}", file.notifications[0]) };
    assert!(reason.contains("6 attempts") && reason.contains("503"), "{reason}");
    let deliveries = gateway.gateway.store.deliveries(file.notifications[0].call.id).await.expect("the store works");
    assert_eq!(deliveries.iter().map(|delivery| delivery.status).collect::<Vec<_>>(), [500, 201, 302, 404, 204, 503]);
    gateway.end().await;
}

#[tokio::test]
async fn a_post_carries_a_form() {
    let gateway = TestGateway::settings(|settings| {
        settings.callback_method = CallbackMethod::Post;
        settings.callback_parameters = vec!["amount".to_owned(), "currency".to_owned(), "maskedPan".to_owned()];
    })
    .await;
    let order = gateway.shop.register(&[]).await;
    gateway.payer.pay(&order, PAID).await;
    gateway.deliver().await;
    let call = &gateway.receiver.calls()[0];
    assert_eq!((call.method.as_str(), call.target.as_str()), ("POST", "/callback"));
    assert!(call.content_type.starts_with("application/x-www-form-urlencoded"), "{}", call.content_type);
    assert_eq!((call.param("amount"), call.param("maskedPan")), ("2000".to_owned(), "444455**3333".to_owned()));
    assert_eq!((call.param("mdOrder"), call.param("checksum")), (order.id, checksum(call)));
    gateway.end().await;
}

#[tokio::test]
async fn an_unsigned_callback_has_no_checksum() {
    let gateway = TestGateway::settings(|settings| settings.callback_signature = CallbackSignature::None).await;
    let order = gateway.shop.register(&[("orderNumber", "1")]).await;
    gateway.payer.pay(&order, PAID).await;
    gateway.deliver().await;
    let expected = format!("/callback?mdOrder={}&orderNumber=1&operation=deposited&status=1", order.id);
    assert_eq!(gateway.receiver.calls()[0].target, expected);
    gateway.end().await;
}

#[tokio::test]
async fn an_order_may_name_its_own_address_if_the_project_lets_it() {
    let gateway = TestGateway::start().await;
    let own = gateway.receiver.url("/own?shop=7");
    let order = gateway.shop.register(&[("dynamicCallbackUrl", &own)]).await;
    gateway.payer.pay(&order, PAID).await;
    gateway.deliver().await;
    let calls = gateway.receiver.calls();
    assert_eq!(calls.len(), 1);
    assert!(calls[0].target.starts_with("/own?shop=7&mdOrder="), "{}", calls[0].target);
    gateway.end().await;

    let strict = TestGateway::settings(|settings| settings.dynamic_callback = false).await;
    let refused = strict.shop.try_register("register.do", &[("dynamicCallbackUrl", &own)]).await;
    assert_eq!(refused.json()["errorCode"], "5");
    strict.end().await;
}

#[tokio::test]
async fn without_an_address_nothing_is_sent() {
    let gateway = TestGateway::with(Setup { callbacks: false, ..Setup::default() }).await;
    let order = gateway.shop.register(&[]).await;
    gateway.payer.pay(&order, PAID).await;
    assert!(gateway.file(&order).await.notifications.is_empty());
    gateway.end().await;
}

#[tokio::test]
async fn a_refusal_is_told_once_it_is_final_unless_the_order_forbids() {
    let gateway = TestGateway::start().await;
    let told = gateway.shop.register(&[]).await;
    let silent = gateway.shop.register(&[("features", "SKIP_UNSUCCESSFUL_PAYMENT_CALLBACK")]).await;
    for order in [&told, &silent] {
        // The network refuses: final at once.
        gateway.payer.pay(order, card("4444444411111111")).await;
        assert_eq!(gateway.shop.stands(order).await, "6 5");
    }
    let retried = gateway.shop.register_hold(&[]).await;
    gateway.payer.pay(&retried, NO_MONEY).await;
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["deposited 0"], "attempts that may be repeated are not told");
    gateway.payer.pay(&retried, NO_MONEY).await;
    gateway.payer.pay(&retried, NO_MONEY).await;
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["deposited 0", "approved 0"]);
    gateway.end().await;
}

#[tokio::test]
async fn the_way_back_waits_for_the_first_attempt() {
    let gateway = TestGateway::with(Setup { couriers_run: true, ..Setup::default() }).await;
    gateway.receiver.script(&[Say::Hang]);
    let order = gateway.shop.register(&[]).await;
    let page = gateway.payer.pay(&order, PAID).await;
    let payer = gateway.payer;
    let going = payer.go_back(&page);
    tokio::pin!(going);
    let early = tokio::time::timeout(Duration::from_millis(300), going.as_mut()).await;
    assert!(early.is_err(), "the browser left before the shop had heard");
    gateway.receiver.let_go();
    let back = going.await;
    assert!(back.starts_with("https://shop.example/back?orderId="), "{back}");
    assert_eq!(gateway.receiver.events(), ["deposited 1"]);
    gateway.end().await;
}

#[tokio::test]
async fn the_way_back_waits_three_seconds_and_no_longer() {
    let gateway = TestGateway::with(Setup { couriers_run: true, ..Setup::default() }).await;
    gateway.receiver.script(&[Say::Hang]);
    let order = gateway.shop.register(&[]).await;
    let page = gateway.payer.pay(&order, PAID).await;
    let since = Instant::now();
    gateway.payer.go_back(&page).await;
    let waited = since.elapsed();
    assert!((Duration::from_millis(2900)..Duration::from_secs(10)).contains(&waited), "{waited:?}");
    gateway.receiver.let_go();
    // Rings once the attempt is recorded, so that nothing is left unsent.
    let id = order.id.parse().expect("an id");
    gateway.gateway.courier.first_attempt_ended(id, Duration::from_secs(10)).await;
    gateway.end().await;
}
