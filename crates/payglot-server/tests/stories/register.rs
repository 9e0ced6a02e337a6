//! What `register.do` takes: every spelling that shops in the field send.

use crate::harness::payer::{CHALLENGE, PAID};
use crate::harness::shop::{FORM, refusal, taken};
use crate::harness::{Setup, TestGateway, http};

const RETURN: (&str, &str) = ("returnUrl", "https://shop.example/back");

#[tokio::test]
async fn orders_without_a_number_are_numbered_in_turn_past_those_that_are_taken() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    shop.register(&[("orderNumber", "2")]).await;
    let mut numbers = Vec::new();
    for features in ["", "FORCE_GENERATE_ORDERNUMBER", ""] {
        let order = shop.register(&[("features", features)]).await;
        numbers.push(shop.status(&order).await["orderNumber"].as_str().expect("text").to_owned());
    }
    assert_eq!(numbers, ["1", "3", "4"]);
    let refused =
        shop.try_register("register.do", &[("features", "ORDER_NUMBER_EXPLICIT_INDICATION"), ("language", "en")]).await;
    assert_eq!(refusal(&refused), "4 Order number is empty");
    gateway.end().await;
}

#[tokio::test]
async fn a_project_that_numbers_nothing_wants_a_number() {
    let gateway = TestGateway::settings(|settings| settings.number_orders = false).await;
    assert_eq!(refusal(&gateway.shop.try_register("register.do", &[]).await), "4 Номер заказа не может быть пуст");
    gateway.shop.register(&[("orderNumber", "1")]).await;
    gateway.end().await;
}

#[tokio::test]
async fn the_old_rouble_is_echoed_and_paid_in_roubles() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[("currency", "810")]).await;
    gateway.payer.pay(&order, PAID).await;
    assert_eq!(gateway.shop.status(&order).await["currency"], "810");
    assert_eq!(gateway.file(&order).await.stored.payment.amount.currency().code(), "RUB");
    gateway.end().await;
}

#[tokio::test]
async fn an_amount_has_up_to_twelve_digits() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[("amount", "999999999999")]).await;
    assert_eq!(gateway.shop.status(&order).await["amount"], 999_999_999_999_i64);
    gateway.end().await;
}

#[tokio::test]
async fn the_time_to_pay_is_the_orders_own() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    let short = shop.register(&[("sessionTimeoutSecs", "60")]).await;
    // The date overrides the seconds; it is Moscow's, three hours ahead: 03:05 there is 00:05 UTC.
    let dated = shop.register(&[("sessionTimeoutSecs", "60"), ("expirationDate", "2026-11-22T03:05:00")]).await;
    gateway.pass(60);
    assert_eq!((shop.stands(&short).await.as_str(), shop.stands(&dated).await.as_str()), ("6 -2007", "0 -100"));
    gateway.pass(240);
    assert_eq!(shop.stands(&dated).await, "6 -2007");
    gateway.end().await;
}

#[tokio::test]
async fn the_merchants_own_parameters_come_back() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[("jsonParams", r#"{"b":"2","a":1}"#), ("email", "a@b.example")]).await;
    let status = gateway.shop.status(&order).await;
    let expected = serde_json::json!([{"name": "b", "value": "2"}, {"name": "a", "value": "1"}]);
    assert_eq!(status["merchantOrderParams"], expected);
    assert_eq!(status["payerData"]["email"], "a@b.example");
    gateway.end().await;
}

#[tokio::test]
async fn query_and_body_are_merged_and_the_query_wins() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    let body = http::encode(&shop.signed(&[("amount", "100"), RETURN, ("description", "body")]));
    let query = "amount=200&description=&unknown=1&testMode=1";
    let order = taken(&shop.raw("POST", "register.do", query, FORM, body.as_bytes()).await);
    let status = shop.status(&order).await;
    assert_eq!((status["amount"].as_i64(), status["orderDescription"].as_str()), (Some(200), Some("body")));
    gateway.end().await;
}

#[tokio::test]
async fn get_an_empty_json_post_and_multipart_register_too() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    let query = http::encode(&shop.signed(&[("amount", "100"), RETURN]));
    taken(&shop.raw("GET", "register.do", &query, "application/json", b"").await);
    taken(&shop.raw("POST", "register.do", &query, "application/json", b"").await);
    taken(&shop.raw("POST", "register.do", &query, "application/json", b"{\"amount\":1}").await);
    let part = |(name, value): &(&str, &str)| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let fields = shop.signed(&[("amount", "100"), RETURN, ("description", "Чай")]);
    let parts = fields.iter().map(part).collect::<Vec<_>>().concat();
    let body = format!("{parts}--x--\r\n");
    let order = taken(&shop.raw("POST", "register.do", "", "multipart/form-data; boundary=x", body.as_bytes()).await);
    assert_eq!(shop.status(&order).await["orderDescription"], "Чай");
    assert_eq!(gateway.count().await, 4);
    gateway.end().await;
}

#[tokio::test]
async fn operations_are_found_in_any_case_under_the_prefix_and_nowhere_else() {
    let gateway = TestGateway::with(Setup { prefix: "/ab", ..Setup::default() }).await;
    let shop = &gateway.shop;
    let order = taken(&shop.try_register("REGISTER.do", &[]).await);
    assert!(order.form_url.contains("/ab/payment/merchants/"), "{}", order.form_url);
    assert_eq!(gateway.payer.pay(&order, PAID).await.heading(), "Оплачено. Спасибо!");
    assert_eq!(shop.raw("POST", "nonsense.do", "", FORM, b"").await.status, 404);
    assert_eq!(shop.raw("POST", "register", "", FORM, b"").await.status, 404);
    for method in ["PUT", "DELETE", "PATCH"] {
        let answer = shop.raw(method, "register.do", "", "", b"").await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, POST")), "{method}");
    }
    let mut elsewhere = shop.clone();
    elsewhere.prefix = String::new();
    assert_eq!(elsewhere.try_register("register.do", &[]).await.status, 404);
    gateway.end().await;
}

#[tokio::test]
async fn a_merchant_may_name_itself_and_nobody_else() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    for own in ["demo", "demo-api"] {
        shop.register(&[("merchantLogin", own)]).await;
    }
    gateway.other_shop("other", "other-password", payglot_server::projects::ProjectSettings::default()).await;
    for (foreign, expected) in
        [("other", "5 Access denied"), ("other-api", "5 Access denied"), ("none", "5 Merchant login is invalid")]
    {
        let refused = shop.try_register("register.do", &[("merchantLogin", foreign), ("language", "en")]).await;
        assert_eq!(refusal(&refused), expected, "{foreign}");
    }
    assert_eq!(gateway.count().await, 2);
    gateway.end().await;
}

#[tokio::test]
async fn a_number_stays_taken_whatever_became_of_its_order() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    let again = async |number| refusal(&shop.try_register("register.do", &[("orderNumber", number)]).await);
    let unpaid = "1 Заказ с таким номером был зарегистрирован, но не был оплачен";
    let processed = "1 Заказ с таким номером уже обработан";
    let confirming = shop.register(&[("orderNumber", "confirming")]).await;
    gateway.payer.pay(&confirming, CHALLENGE).await;
    let cancelled = shop.register(&[("orderNumber", "cancelled")]).await;
    let page = gateway.payer.open(&cancelled).await;
    gateway.payer.submit(&page, "cancel", &[]).await;
    shop.register(&[("orderNumber", "late")]).await;
    assert_eq!((again("confirming").await.as_str(), again("late").await.as_str()), (unpaid, unpaid));
    assert_eq!(again("cancelled").await, processed);
    // Nobody but this question notices that the time is over.
    gateway.pass(1200);
    assert_eq!((again("confirming").await.as_str(), again("late").await.as_str()), (processed, processed));

    let other =
        gateway.other_shop("other", "other-password", payglot_server::projects::ProjectSettings::default()).await;
    other.register(&[("orderNumber", "late")]).await;
    gateway.end().await;
}

#[tokio::test]
async fn permissions_that_nobody_gave() {
    let gateway = TestGateway::start().await;
    for params in [[("amount", "0"), ("features", "VERIFY")], [("amount", "1"), ("features", "AUTO_PAYMENT")]] {
        let refused = gateway.shop.try_register("register.do", &params).await;
        assert_eq!(refused.json()["errorCode"], "13", "{params:?}");
    }
    assert_eq!(gateway.count().await, 0);
    for features in ["FORCE_SSL", "SKIP_PAYER_EMAIL_NOTIFY;BINDING_NOT_NEEDED", "FORCE_SSL,FIXED_TIPS"] {
        gateway.shop.register(&[("features", features)]).await;
    }
    gateway.end().await;
}
