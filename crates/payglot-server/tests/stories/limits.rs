//! Who tries too often, by the address that a trusted proxy notes.

use crate::harness::shop::{FORM, refusal};
use crate::harness::{Setup, TestGateway, http};

/// The form's media type, and the header that the proxy adds after it.
fn from(ip: &str) -> String {
    format!("{FORM}\r\nX-Forwarded-For: 203.0.113.200, {ip}")
}

#[tokio::test]
async fn a_hundred_wrong_passwords_from_one_address_are_not_all_looked_at() {
    let gateway = TestGateway::with(Setup { behind_proxy: true, ..Setup::default() }).await;
    let shop = &gateway.shop;
    let order = shop.register(&[]).await;
    let ask = async |password: &str, ip: &str| {
        let params = [("userName", shop.login.as_str()), ("password", password), ("orderId", &order.id)];
        shop.raw("POST", "getOrderStatusExtended.do", "", &from(ip), http::encode(&params).as_bytes()).await
    };
    assert_eq!(refusal(&ask("wrong", "192.0.2.1").await), "5 Доступ запрещён");
    for _ in 0..100 {
        ask("wrong", "192.0.2.1").await;
    }
    let answer = ask(&shop.password, "192.0.2.1").await;
    assert_eq!(answer.status, 429, "a right guess tells nothing any more");
    assert!(answer.header("retry-after").is_some());
    assert_eq!(ask(&shop.password, "192.0.2.2").await.json()["errorCode"], "0", "others are served");
    gateway.end().await;
}

#[tokio::test]
async fn nobody_tries_cards_by_the_dozen() {
    let gateway = TestGateway::with(Setup { behind_proxy: true, ..Setup::default() }).await;
    let mut statuses = Vec::new();
    let mut last = None;
    for _ in 0..40 {
        let order = gateway.shop.register(&[("language", "en")]).await;
        let page = format!("/payment/merchants/payment_en.html?mdOrder={}", order.id);
        let card = http::encode(&[("number", "4242424242424242"), ("expiry", "12/34"), ("cvc", "123")]);
        let answer = http::send(gateway.at, "POST", &page, &from("192.0.2.1"), card.as_bytes()).await;
        statuses.push(answer.status);
        last = Some((order, answer));
    }
    assert!(statuses.starts_with(&[303; 20]), "{statuses:?}");
    let (order, answer) = last.expect("there were some");
    assert_eq!(answer.status, 429);
    assert!(answer.header("retry-after").is_some());
    assert_eq!(gateway.shop.stands(&order).await, "0 -100", "what is not looked at is no attempt");
    gateway.end().await;
}
