//! The exchanges that the protocol's documents print, byte for byte but for ids, ports and reference numbers.

use crate::harness::payer::PAID;
use crate::harness::shop::{FORM, refusal, taken};
use crate::harness::{TestGateway, http, redact};
use expect_test::{Expect, expect};

fn check(gateway: &TestGateway, body: &str, expected: &Expect) {
    expected.assert_eq(&redact(body, gateway.at));
}

/// The vendor's first example.
const SEED: [(&str, &str); 5] = [
    ("amount", "2000"),
    ("currency", "643"),
    ("returnUrl", "https://mybestmerchantreturnurl.com"),
    ("description", "my_first_order"),
    ("language", "en"),
];

#[tokio::test]
async fn e1_to_e3_the_seed_order_is_registered_asked_for_and_paid() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    let answer = shop.call("register.do", &SEED).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    check(
        &gateway,
        &answer.body,
        &expect![[r#"{"orderId":"<id>","formUrl":"http://<gateway>/payment/merchants/payment_en.html?mdOrder=<id>"}"#]],
    );
    let order = taken(&answer);

    let status = shop.call("getOrderStatusExtended.do", &[("orderId", &order.id), ("language", "en")]).await;
    check(
        &gateway,
        &status.body,
        &expect![[
            r#"{"errorCode":"0","errorMessage":"Success","orderNumber":"1","orderStatus":0,"actionCode":-100,"actionCodeDescription":"","amount":2000,"currency":"643","date":1795305600000,"orderDescription":"my_first_order","merchantOrderParams":[],"transactionAttributes":[{"name":"merchantIp","value":"127.0.0.1"}],"attributes":[{"name":"mdOrder","value":"<id>"}],"terminalId":"123456","paymentAmountInfo":{"paymentState":"CREATED","approvedAmount":0,"depositedAmount":0,"refundedAmount":0,"feeAmount":0,"totalAmount":2000},"bankInfo":{"bankCountryCode":"UNKNOWN","bankCountryName":"<Unknown>"},"chargeback":false}"#
        ]],
    );
    let old = shop.call("getOrderStatus.do", &[("orderId", &order.id)]).await;
    check(
        &gateway,
        &old.body,
        &expect![[
            r#"{"depositAmount":0,"currency":"643","authCode":2,"ErrorCode":"0","ErrorMessage":"Успешно","OrderStatus":0,"OrderNumber":"1","Amount":2000}"#
        ]],
    );

    gateway.pass(60);
    let page = gateway.payer.pay(&order, PAID).await;
    assert_eq!(page.heading(), "Paid. Thank you!");
    let back = gateway.payer.go_back(&page).await;
    assert_eq!(back, format!("https://mybestmerchantreturnurl.com?orderId={}&lang=en", order.id));

    let status = shop.call("getOrderStatusExtended.do", &[("orderId", &order.id), ("language", "en")]).await;
    check(
        &gateway,
        &status.body,
        &expect![[
            r#"{"errorCode":"0","errorMessage":"Success","orderNumber":"1","orderStatus":2,"actionCode":0,"actionCodeDescription":"","amount":2000,"currency":"643","date":1795305600000,"orderDescription":"my_first_order","ip":"127.0.0.1","merchantOrderParams":[],"transactionAttributes":[{"name":"merchantIp","value":"127.0.0.1"}],"attributes":[{"name":"mdOrder","value":"<id>"}],"cardAuthInfo":{"maskedPan":"444455**3333","expiration":"203412","cardholderName":"IVAN PETROV","approvalCode":"123456","pan":"444455**3333","paymentSystem":"VISA","product":"TEST CARD","productCategory":"DEBIT","corporateCard":false,"secureAuthInfo":{"eci":7,"authTypeIndicator":0}},"authDateTime":1795305660000,"terminalId":"123456","authRefNum":"<reference>","paymentAmountInfo":{"paymentState":"DEPOSITED","approvedAmount":2000,"depositedAmount":2000,"refundedAmount":0,"feeAmount":0,"totalAmount":2000},"bankInfo":{"bankName":"TEST CARD","bankCountryCode":"RU","bankCountryName":"Russia"},"chargeback":false,"paymentWay":"CARD","depositedDate":1795305660000,"operations":[{"operationType":"PURCHASE","amount":2000,"operationDate":1795305660000,"success":true,"referenceNumber":"<reference>"}]}"#
        ]],
    );
    let old = shop.call("getOrderStatus.do", &[("orderId", &order.id), ("language", "ru")]).await;
    check(
        &gateway,
        &old.body,
        &expect![[
            r#"{"expiration":"203412","cardholderName":"IVAN PETROV","depositAmount":2000,"currency":"643","approvalCode":"123456","authCode":2,"rrn":"<reference>","ErrorCode":"0","ErrorMessage":"Успешно","OrderStatus":2,"OrderNumber":"1","Pan":"444455**3333","Amount":2000,"Ip":"127.0.0.1"}"#
        ]],
    );
    gateway.end().await;
}

#[tokio::test]
async fn the_same_order_in_russian() {
    let gateway = TestGateway::start().await;
    let order =
        gateway.shop.register(&[("language", "ru"), ("description", "Заказ № 1"), ("orderNumber", "АБ-1")]).await;
    assert!(order.form_url.contains("/payment/merchants/payment_ru.html?mdOrder="));
    let page = gateway.payer.pay(&order, PAID).await;
    assert!(page.address.contains("payment_ru.html"), "{}", page.address);
    assert!(gateway.payer.go_back(&page).await.ends_with("&lang=ru"));
    let status = gateway.shop.call("getOrderStatusExtended.do", &[("orderNumber", "АБ-1")]).await;
    check(
        &gateway,
        &status.body,
        &expect![[
            r#"{"errorCode":"0","errorMessage":"Успешно","orderNumber":"АБ-1","orderStatus":2,"actionCode":0,"actionCodeDescription":"","amount":2000,"currency":"643","date":1795305600000,"orderDescription":"Заказ № 1","ip":"127.0.0.1","merchantOrderParams":[],"transactionAttributes":[{"name":"merchantIp","value":"127.0.0.1"}],"attributes":[{"name":"mdOrder","value":"<id>"}],"cardAuthInfo":{"maskedPan":"444455**3333","expiration":"203412","cardholderName":"IVAN PETROV","approvalCode":"123456","pan":"444455**3333","paymentSystem":"VISA","product":"TEST CARD","productCategory":"DEBIT","corporateCard":false,"secureAuthInfo":{"eci":7,"authTypeIndicator":0}},"authDateTime":1795305600000,"terminalId":"123456","authRefNum":"<reference>","paymentAmountInfo":{"paymentState":"DEPOSITED","approvedAmount":2000,"depositedAmount":2000,"refundedAmount":0,"feeAmount":0,"totalAmount":2000},"bankInfo":{"bankName":"TEST CARD","bankCountryCode":"RU","bankCountryName":"Россия"},"chargeback":false,"paymentWay":"CARD","depositedDate":1795305600000,"operations":[{"operationType":"PURCHASE","amount":2000,"operationDate":1795305600000,"success":true,"referenceNumber":"<reference>"}]}"#
        ]],
    );
    gateway.end().await;
}

#[tokio::test]
async fn e9_and_e10_unknown_orders_and_wrong_passwords() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    let nobody = ("orderId", "00000000-0000-0000-0000-000000000000");
    let extended = "getOrderStatusExtended.do";
    assert_eq!(refusal(&shop.call(extended, &[nobody]).await), "6 Заказ не найден");
    assert_eq!(refusal(&shop.call(extended, &[nobody, ("language", "en")]).await), "6 Order not found");
    assert_eq!(refusal(&shop.call(extended, &[("orderNumber", "none")]).await), "6 Заказ не найден");
    assert_eq!(refusal(&shop.call(extended, &[("orderId", "no-uuid")]).await), "6 Заказ не найден");
    assert_eq!(refusal(&shop.call(extended, &[("language", "en")]).await), "1 Expected [orderId] or [orderNumber]");
    let old = shop.call("getOrderStatus.do", &[nobody, ("language", "en")]).await;
    check(
        &gateway,
        &old.body,
        &expect![[
            r#"{"ErrorCode":"6","ErrorMessage":"Unregistered OrderId","errorCode":"6","errorMessage":"Unregistered OrderId"}"#
        ]],
    );

    // Another merchant's order is as unknown as none.
    let order = shop.register(&[("orderNumber", "mine")]).await;
    let other = gateway.other_shop("other", "other-password", gateway_settings()).await;
    assert_eq!(refusal(&other.call(extended, &[("orderId", &order.id)]).await), "6 Заказ не найден");
    assert_eq!(refusal(&other.call(extended, &[("orderNumber", "mine")]).await), "6 Заказ не найден");

    let mut thief = shop.clone();
    thief.password = "wrong".to_owned();
    for operation in ["register.do", "registerPreAuth.do", extended, "refund.do", "deposit.do", "reverse.do"] {
        let answer = thief.call(operation, &[("orderId", &order.id)]).await;
        assert_eq!(refusal(&answer), "5 Доступ запрещён", "{operation}");
    }
    gateway.end().await;
}

fn gateway_settings() -> payglot_server::projects::ProjectSettings {
    payglot_server::projects::ProjectSettings::default()
}

#[tokio::test]
async fn e11_a_number_is_used_once() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    let order = shop.register(&[("orderNumber", "7")]).await;
    let again =
        async |language| shop.try_register("register.do", &[("orderNumber", "7"), ("language", language)]).await;
    assert_eq!(refusal(&again("ru").await), "1 Заказ с таким номером был зарегистрирован, но не был оплачен");
    assert_eq!(refusal(&again("en").await), "1 Order with this number was registered, but was not paid off");
    gateway.payer.pay(&order, PAID).await;
    assert_eq!(refusal(&again("ru").await), "1 Заказ с таким номером уже обработан");
    assert_eq!(
        refusal(&again("en").await),
        "1 Order number is duplicated, order with given order number is processed already"
    );
    assert_eq!(gateway.count().await, 1);
    gateway.end().await;
}

#[tokio::test]
async fn e12_and_e13_languages_and_currencies_that_do_not_exist() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    let refused = async |name, value| refusal(&shop.try_register("register.do", &[(name, value)]).await);
    assert_eq!(refused("language", "xx1").await, "5 Неправильный параметр 'Язык'");
    assert_eq!(refused("language", "xx").await, "5 Неправильный параметр 'Язык'");
    assert_eq!(refused("currency", "000").await, "3 Неизвестная валюта");
    assert_eq!(refused("currency", "RUB").await, "3 Неизвестная валюта");
    assert_eq!(gateway.count().await, 0);
    shop.register(&[("language", "RU"), ("currency", "643")]).await;
    gateway.end().await;
}

#[tokio::test]
async fn e14_an_order_nobody_pays_is_declined_by_time() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[("orderNumber", "late"), ("language", "en")]).await;
    gateway.pass(1199);
    assert_eq!((gateway.expire().await, gateway.shop.stands(&order).await.as_str()), (0, "0 -100"));
    gateway.pass(1);
    assert_eq!(gateway.shop.stands(&order).await, "6 -2007");
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["declinedByTimeout 0"]);
    let status = gateway.shop.status(&order).await;
    assert_eq!(status["paymentAmountInfo"]["paymentState"], "DECLINED");
    gateway.end().await;
}

#[tokio::test]
async fn e15_parameters_come_in_the_query_too() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    let order = shop.register(&[("orderNumber", "q/1")]).await;
    let query = http::encode(&shop.signed(&[("orderNumber", "q/1")]));
    let by_form = shop.call("getOrderStatusExtended.do", &[("orderId", &order.id)]).await.body;
    for (method, content_type) in
        [("GET", ""), ("GET", "application/json"), ("POST", "application/json"), ("POST", FORM), ("POST", "")]
    {
        let answer = shop.raw(method, "getOrderStatusExtended.do", &query, content_type, b"").await;
        assert_eq!((answer.status, answer.body.as_str()), (200, by_form.as_str()), "{method} {content_type}");
    }
    gateway.end().await;
}

#[tokio::test]
async fn e16_callbacks_of_a_sale_and_of_a_hold() {
    let gateway = TestGateway::start().await;
    let sale = gateway.shop.register(&[]).await;
    gateway.payer.pay(&sale, PAID).await;
    gateway.deliver().await;
    let hold = gateway.shop.register_hold(&[("amount", "10000")]).await;
    gateway.payer.pay(&hold, PAID).await;
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["deposited 1", "approved 1"]);
    gateway.end().await;
}
