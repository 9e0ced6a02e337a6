//! Who tries too often, by the address that a trusted proxy notes.

use crate::harness::shop::{FORM, refusal};
use crate::harness::{Setup, TestGateway, http};
use payglot_server::projects::ProjectSettings;

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
async fn a_shop_with_a_wrong_password_does_not_lock_out_another_behind_the_same_proxy() {
    let gateway = TestGateway::with(Setup { behind_proxy: true, ..Setup::default() }).await;
    let settings = ProjectSettings { test_mode: true, number_orders: true, ..ProjectSettings::default() };
    let other = gateway.other_shop("other", "other-password", settings).await;
    let ask = async |operation: &str, params: &[(&str, &str)]| {
        let params = http::encode(params);
        gateway.shop.raw("POST", operation, "", &from("192.0.2.1"), params.as_bytes()).await
    };
    let last = "getLastOrdersForMerchants.do";
    let (own, others) = (gateway.shop.login.as_str(), other.login.as_str());
    for _ in 0..70 {
        ask(last, &[("userName", own), ("password", "wrong")]).await;
    }
    assert_eq!(ask(last, &[("userName", own), ("password", &gateway.shop.password)]).await.status, 429);
    let served = ask(last, &[("userName", others), ("password", &other.password)]).await;
    assert_eq!(served.status, 200, "{}", served.body);
    assert_ne!(served.json()["errorCode"], "5", "{}", served.body);
    // A login beside a token is no login: it neither hides who guesses tokens nor is it locked by them.
    for turn in 0..70 {
        ask(last, &[("userName", &turn.to_string()), ("token", "guess")]).await;
    }
    assert_eq!(ask(last, &[("userName", "new"), ("token", "guess")]).await.status, 429);
    assert_eq!(ask(last, &[("userName", others), ("password", &other.password)]).await.status, 200);
    // JSON has its login inside.
    let json = format!(r#"{{"userName":"{own}","password":"{}"}}"#, gateway.shop.password);
    let typed = "application/json\r\nX-Forwarded-For: 192.0.2.1";
    let answer = gateway.shop.raw("POST", "recurrentPayment.do", "", typed, json.as_bytes()).await;
    assert_eq!(answer.status, 429, "{}", answer.body);
    gateway.end().await;
}

#[tokio::test]
async fn who_tries_one_login_after_the_other_is_not_listened_to_at_all() {
    let gateway = TestGateway::with(Setup { behind_proxy: true, ..Setup::default() }).await;
    let shop = &gateway.shop;
    let ask = async |login: &str, password: &str, ip: &str| {
        let params = http::encode(&[("userName", login), ("password", password)]);
        shop.raw("POST", "getLastOrdersForMerchants.do", "", &from(ip), params.as_bytes()).await.status
    };
    for turn in 0..330 {
        ask(&format!("shop-{turn}"), "password", "192.0.2.1").await;
    }
    assert_eq!(ask(&shop.login, &shop.password, "192.0.2.1").await, 429);
    assert_eq!(ask(&shop.login, &shop.password, "192.0.2.2").await, 200);
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
