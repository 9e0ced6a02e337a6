//! What `register.do` refuses: with which code and words, in which order, and that nothing is stored after it.

use crate::harness::shop::{FORM, refusal};
use crate::harness::{Setup, TestGateway, http};

/// Parameters of a registration, the refusal in English, and in Russian.
type Case = (&'static [(&'static str, &'static str)], &'static str, &'static str);

const RETURN: (&str, &str) = ("returnUrl", "https://shop.example/back");
const AMOUNT: (&str, &str) = ("amount", "2000");

/// Each wrong in one thing.
const WRONG: &[Case] = &[
    (&[RETURN], "4 Empty amount", "4 Отсутствует сумма"),
    (&[AMOUNT], "4 Return URL cannot be empty", "4 URL возврата не может быть пуст"),
    (&[AMOUNT, ("returnUrl", "")], "4 Return URL cannot be empty", "4 URL возврата не может быть пуст"),
    (&[AMOUNT, ("returnUrl", ".")], "4 The return URL is invalid", "4 URL возврата неверен"),
    (&[AMOUNT, ("returnUrl", "/back")], "4 The return URL is invalid", "4 URL возврата неверен"),
    (&[AMOUNT, ("returnUrl", "shop.example/back")], "4 The return URL is invalid", "4 URL возврата неверен"),
    (&[AMOUNT, RETURN, ("failUrl", "back")], "4 The return URL is invalid", "4 URL возврата неверен"),
    (&[("amount", "0"), RETURN], "5 Amount is invalid", "5 Неверная сумма"),
    (&[("amount", "-1"), RETURN], "5 Amount is invalid", "5 Неверная сумма"),
    (&[("amount", "20.00"), RETURN], "5 Amount is invalid", "5 Неверная сумма"),
    (&[("amount", "20,00"), RETURN], "5 Amount is invalid", "5 Неверная сумма"),
    (&[("amount", " 2000"), RETURN], "5 Amount is invalid", "5 Неверная сумма"),
    (&[("amount", "1e3"), RETURN], "5 Amount is invalid", "5 Неверная сумма"),
    (&[("amount", "1000000000000"), RETURN], "5 Amount is invalid", "5 Неверная сумма"),
    (&[AMOUNT, RETURN, ("currency", "999")], "3 Unknown currency", "3 Неизвестная валюта"),
    (&[AMOUNT, RETURN, ("currency", "840")], "3 Unknown currency", "3 Неизвестная валюта"),
    (
        &[AMOUNT, RETURN, ("orderNumber", "1234567890123456789012345678901234567")],
        "1 Wrong order number",
        "1 Неверный номер заказа",
    ),
    (&[AMOUNT, RETURN, ("orderNumber", "a\nb")], "1 Wrong order number", "1 Неверный номер заказа"),
    (&[AMOUNT, RETURN, ("jsonParams", "[1]")], "5 [jsonParams] is invalid", "5 [jsonParams] неверен"),
    (&[AMOUNT, RETURN, ("jsonParams", "{")], "5 [jsonParams] is invalid", "5 [jsonParams] неверен"),
    (&[AMOUNT, RETURN, ("orderBundle", "{")], "5 [orderBundle] is invalid", "5 [orderBundle] неверен"),
    (
        &[AMOUNT, RETURN, ("sessionTimeoutSecs", "0")],
        "5 [sessionTimeoutSecs] is invalid",
        "5 [sessionTimeoutSecs] неверен",
    ),
    (
        &[AMOUNT, RETURN, ("sessionTimeoutSecs", "-5")],
        "5 [sessionTimeoutSecs] is invalid",
        "5 [sessionTimeoutSecs] неверен",
    ),
    (&[AMOUNT, RETURN, ("expirationDate", "tomorrow")], "5 [expirationDate] is invalid", "5 [expirationDate] неверен"),
    (
        &[AMOUNT, RETURN, ("expirationDate", "2026-11-22T02:59:59")],
        "5 [expirationDate] is invalid",
        "5 [expirationDate] неверен",
    ),
    (&[AMOUNT, RETURN, ("phone", "12")], "5 [phone] is invalid", "5 [phone] неверен"),
    (
        &[AMOUNT, RETURN, ("features", "NONSENSE")],
        "14 Features are specified incorrectly",
        "14 Features указаны некорректно",
    ),
    (
        &[AMOUNT, RETURN, ("features", "FORCE_TDS"), ("features", "AUTO_PAYMENT")],
        "13 Merchant doesn't have permission for this combination",
        "13 Использование FORCE_TDS/FORCE_SSL с AUTO_PAYMENT не разрешено",
    ),
];

#[tokio::test]
async fn each_wrong_parameter_has_its_code_and_its_words_in_two_languages() {
    let gateway = TestGateway::start().await;
    for operation in ["register.do", "registerPreAuth.do"] {
        for (params, english, russian) in WRONG {
            for (language, expected) in [("en", english), ("ru", russian), ("", russian), ("RU", russian)] {
                let all = [params, &[("language", language)][..]].concat();
                assert_eq!(refusal(&gateway.shop.call(operation, &all).await), *expected, "{operation} {all:?}");
            }
        }
    }
    assert_eq!(gateway.count().await, 0, "a refused registration stores nothing");
    gateway.shop.register(&[]).await;
    gateway.end().await;
}

#[tokio::test]
async fn a_cart_must_add_up() {
    let gateway = TestGateway::start().await;
    let item = |amount: &str| {
        format!(
            r#"{{"cartItems":{{"items":[{{"positionId":"1","name":"Tea","quantity":{{"value":2,"measure":"pcs"}},"itemAmount":{amount},"itemCode":"t"}}]}}}}"#
        )
    };
    let wrong = gateway.shop.try_register("register.do", &[("orderBundle", &item("1999")), ("language", "en")]).await;
    assert!(refusal(&wrong).starts_with("5 ["), "{}", wrong.body);
    assert_eq!(gateway.count().await, 0);
    let order = gateway.shop.register(&[("orderBundle", &item("2000"))]).await;
    let status = gateway.shop.status(&order).await;
    assert_eq!(status["orderBundle"]["cartItems"]["items"][0]["name"], "Tea");
    gateway.end().await;
}

#[tokio::test]
async fn of_several_mistakes_the_first_in_the_documents_order_is_told() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    shop.register(&[("orderNumber", "used")]).await;
    // Everything is wrong; one mistake after the other is mended.
    let mut params = vec![("orderNumber", "used"), ("language", "xx"), ("features", "NONSENSE"), ("currency", "000")];
    let mut mend = async |name, value, expected: &str| {
        let told = refusal(&shop.post("register.do", &params).await);
        assert!(told.starts_with(expected), "{told}, not {expected}");
        params.retain(|(known, _)| *known != name);
        params.push((name, value));
    };
    mend("userName", "demo-api", "4 Имя мерчанта").await;
    mend("password", "wrong", "4 Пароль").await;
    mend("password", "demo-password", "5 Доступ запрещён").await;
    mend("amount", "2.5", "4 Отсутствует сумма").await;
    mend("returnUrl", "https://shop.example", "4 URL возврата").await;
    mend("language", "ru", "5 Неправильный параметр 'Язык'").await;
    mend("amount", "2500", "5 Неверная сумма").await;
    mend("currency", "643", "3 Неизвестная валюта").await;
    mend("features", "", "14 Features").await;
    mend("orderNumber", "free", "1 Заказ с таким номером был").await;
    let answer = shop.post("register.do", &params).await;
    assert!(answer.json()["orderId"].is_string(), "{}", answer.body);
    gateway.end().await;
}

#[tokio::test]
async fn credentials_that_are_none() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    let try_as = async |operation: &str, credentials: &[(&str, &str)]| {
        let all = [credentials, &[AMOUNT, RETURN, ("orderNumber", "1"), ("language", "en")][..]].concat();
        refusal(&shop.post(operation, &all).await)
    };
    let status = "getOrderStatusExtended.do";
    assert_eq!(try_as("register.do", &[]).await, "4 Empty merchant user name");
    assert_eq!(try_as("register.do", &[("userName", "demo-api")]).await, "4 Password cannot be empty");
    assert_eq!(try_as(status, &[]).await, "5 Access denied");
    assert_eq!(try_as(status, &[("userName", "demo-api")]).await, "5 Access denied");
    for operation in ["register.do", status] {
        assert_eq!(try_as(operation, &[("token", "guess")]).await, "5 Access denied");
        assert_eq!(
            try_as(operation, &[("userName", "nobody"), ("password", "demo-password")]).await,
            "5 Access denied"
        );
        assert_eq!(
            try_as(operation, &[("userName", "DEMO-API"), ("password", "demo-password")]).await,
            "5 Access denied"
        );
        assert_eq!(
            try_as(operation, &[("userName", "demo-api"), ("password", "demo-passworD")]).await,
            "5 Access denied"
        );
    }
    assert_eq!(gateway.count().await, 0);
    gateway.end().await;
}

#[tokio::test]
async fn bytes_that_are_no_request_are_answered_in_the_protocols_json() {
    let gateway = TestGateway::with(Setup { body_max: 4096, ..Setup::default() }).await;
    let shop = &gateway.shop;
    let credentials = http::encode(&shop.signed(&[AMOUNT, RETURN]));
    for broken in ["description=%ff", "description=%D0", "description=\u{fffd}%fe"] {
        let body = format!("{credentials}&{broken}");
        let answer = shop.raw("POST", "register.do", "", FORM, body.as_bytes()).await;
        assert_eq!(refusal(&answer), "5 [description] неверен", "{broken}");
    }
    let large = format!("{credentials}&description={}", "x".repeat(5000));
    let answer = shop.raw("POST", "register.do", "", FORM, large.as_bytes()).await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.json()["errorCode"], "5");
    let broken = shop.raw("POST", "register.do", "", "multipart/form-data; boundary=x", b"--x\r\nnonsense").await;
    assert_eq!(broken.json()["errorCode"].as_str().map(str::len), Some(1), "{}", broken.body);
    assert_eq!(gateway.count().await, 0);
    gateway.shop.register(&[]).await;
    gateway.end().await;
}
