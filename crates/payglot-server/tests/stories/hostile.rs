//! Requests that nobody honest sends, and those that honest software sends by mistake.

use crate::harness::payer::PAID;
use crate::harness::shop::{FORM, refusal};
use crate::harness::{Setup, TestGateway, http};

#[tokio::test]
async fn what_a_shop_writes_is_text_on_the_page_and_not_markup() {
    let gateway = TestGateway::settings(|settings| settings.display_name = "<b>Tea</b>".to_owned()).await;
    let attack = "\"><script>alert(1)</script>";
    let order = gateway
        .shop
        .register(&[("description", attack), ("orderNumber", "'\"><img src=x>"), ("cardholderName", attack)])
        .await;
    let page = gateway.payer.open(&order).await;
    assert!(!page.body.contains("<script>alert") && !page.body.contains("<img src=x") && !page.body.contains("<b>Tea"));
    assert!(page.has(attack));
    let done = gateway.payer.type_card(&page, PAID).await;
    assert!(!done.body.contains("<script>alert") && !done.body.contains("<img src=x"));
    gateway.end().await;
}

#[tokio::test]
async fn addresses_that_would_do_something_else_than_lead_back() {
    let gateway = TestGateway::start().await;
    for wrong in ["javascript://x%0aalert(1)", "data://x", "https://a.example/\r\nSet-Cookie: x=1", "//a.example"] {
        for name in ["returnUrl", "failUrl"] {
            let answer = gateway.shop.try_register("register.do", &[(name, wrong), ("language", "en")]).await;
            assert_eq!(refusal(&answer), "4 The return URL is invalid", "{name} {wrong:?}");
        }
    }
    for (url, joint) in [("https://shop.example/путь?ключ=1", "&"), ("my-app://paid", "?")] {
        let order = gateway.shop.register(&[("returnUrl", url), ("language", "en")]).await;
        let page = gateway.payer.pay(&order, PAID).await;
        assert_eq!(gateway.payer.go_back(&page).await, format!("{url}{joint}orderId={}&lang=en", order.id));
    }
    gateway.end().await;
}

#[tokio::test]
async fn nobody_chooses_the_address_that_is_noted_as_theirs() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[]).await;
    let query = http::encode(&gateway.shop.signed(&[("orderId", &order.id)]));
    let spoofed = format!("{FORM}\r\nX-Forwarded-For: 192.0.2.9\r\nX-Payglot-Peer: 192.0.2.9\r\nX-Real-IP: 192.0.2.9");
    let answer = gateway.shop.raw("POST", "getOrderStatusExtended.do", &query, &spoofed, b"").await;
    assert_eq!(answer.json()["transactionAttributes"][0]["value"], "127.0.0.1");
    gateway.end().await;
}

#[tokio::test]
async fn forms_posted_to_pages_that_are_not_there_or_by_other_programs() {
    let gateway = TestGateway::with(Setup { body_max: 4096, ..Setup::default() }).await;
    let nowhere = "/payment/merchants/payment_en.html?mdOrder=00000000-0000-0000-0000-000000000000";
    let card = [("number", PAID.number), ("expiry", PAID.expiry), ("cvc", PAID.cvc)];
    assert_eq!(gateway.payer.post(nowhere, &card).await.status, 404);
    let order = gateway.shop.register(&[("language", "en")]).await;
    let page = format!("/payment/merchants/payment_en.html?mdOrder={}", order.id);
    assert_eq!(gateway.payer.post(&page, &[]).await.status, 422, "an empty form");
    assert_eq!(gateway.payer.post(&page, &[("number", &"4".repeat(5000))]).await.status, 413);
    assert_eq!(gateway.payer.post(&page, &[("step", "another-card")]).await.heading(), "Pay by card");
    for path in ["return", "confirmed", "challenge"] {
        let lost = gateway.payer.get(&format!("/checkout/{}/{path}?lang=en", order.id)).await;
        assert!(lost.status == 200 || lost.left_to.is_some(), "{path}: {}", lost.status);
    }
    assert_eq!(gateway.shop.stands(&order).await, "0 -100", "none of it was an attempt");
    // A shop's own page posts the card without our hidden fields.
    assert_eq!(gateway.payer.post(&page, &card).await.heading(), "Paid. Thank you!");
    gateway.end().await;
}

#[tokio::test]
async fn a_waiting_page_is_told_that_something_happened() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[]).await;
    let events = format!("/checkout/{}/events?version=0", order.id);
    let (told, page) = tokio::join!(http::send(gateway.at, "GET", &events, "", b""), gateway.payer.pay(&order, PAID),);
    assert_eq!((told.status, page.status), (200, 200));
    assert_eq!(told.header("content-type"), Some("text/event-stream"));
    assert!(told.body.contains("data: changed"), "{}", told.body);
    gateway.end().await;
}

#[tokio::test]
async fn it_is_alive_and_ready_and_counts() {
    let gateway = TestGateway::start().await;
    gateway.shop.register(&[]).await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(http::send(gateway.at, "GET", path, "", b"").await.status, 200, "{path}");
    }
    let counted = http::send(gateway.at, "GET", "/metrics", "", b"").await.body;
    assert!(counted.contains("rest/register.do") && !counted.contains("demo-password"), "{counted}");
    assert_eq!(http::send(gateway.at, "GET", "/nowhere", "", b"").await.status, 404);
    gateway.end().await;
}
