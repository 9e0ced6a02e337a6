//! Cards that the merchant's own page collects: `paymentorder.do` and `processform.do`.

use crate::harness::http::Answer;
use crate::harness::shop::{Registered, refusal};
use crate::harness::{Setup, TestGateway, redact};
use expect_test::{Expect, expect};
use payglot_server::projects::ProjectSettings;

/// A gateway whose merchant may take cards itself.
pub(crate) async fn gateway() -> TestGateway {
    TestGateway::settings(|settings| settings.merchant_card_entry = true).await
}

/// A card by the protocol's names.
pub(crate) fn pan(number: &str) -> [(&str, &str); 4] {
    [("$PAN", number), ("$CVC", "123"), ("YYYY", "2034"), ("MM", "12")]
}

/// `paymentorder.do` in English for this order.
pub(crate) async fn pay(gateway: &TestGateway, order: &Registered, params: &[(&str, &str)]) -> Answer {
    let own = [("MDORDER", order.id.as_str()), ("language", "en"), ("ip", "203.0.113.9"), ("TEXT", "IVAN PETROV")];
    gateway.shop.call("paymentorder.do", &[params, &own].concat()).await
}

pub(crate) fn check(gateway: &TestGateway, answer: &Answer, expected: &Expect) {
    assert_eq!(answer.status, 200);
    expected.assert_eq(&redact(&answer.body, gateway.at));
}

#[tokio::test]
async fn a_card_is_paid_by_each_spelling_of_its_parameters() {
    let gateway = gateway().await;
    let order = gateway.shop.register(&[("returnUrl", "https://shop.example/ok"), ("language", "en")]).await;
    let params = [("jsonParams", r#"{"till":"7"}"#), ("email", "a@b.example")];
    let answer = pay(&gateway, &order, &[&pan("4444555511113333")[..], &params].concat()).await;
    check(
        &gateway,
        &answer,
        &expect![[
            r#"{"redirect":"https://shop.example/ok?orderId=<id>&lang=en","info":"Your order is proceeded, redirecting...","errorCode":0,"is3DSVer2":false}"#
        ]],
    );
    let status = gateway.shop.status(&order).await;
    assert_eq!((status["orderStatus"].as_i64(), status["ip"].as_str()), (Some(2), Some("203.0.113.9")));
    assert_eq!(status["merchantOrderParams"][0]["name"], "till");
    assert_eq!(status["payerData"]["email"], "a@b.example");
    assert_eq!(status["cardAuthInfo"]["cardholderName"], "IVAN PETROV");

    for card in [
        [("PAN", "4444 5555 1111 3333"), ("CVC", "123"), ("$EXPIRY", "203412")],
        [("$PAN", "2200000000000038"), ("$CVC", "123"), ("$EXPIRY", "203412")],
        [("pan", "639002000000000003"), ("cvc", "123"), ("expiry", "203412")],
    ] {
        let order = gateway.shop.register(&[]).await;
        let params = [("mdOrder", order.id.as_str()), ("language", "RU"), ("ip", "::1")];
        let answer = gateway.shop.call("paymentOrder.do", &[&card[..], &params].concat()).await;
        let json = answer.json();
        assert_eq!(json["info"], "Ваш платёж обработан, происходит переадресация...", "{json}");
        assert_eq!(gateway.shop.stands(&order).await, "2 0");
    }
    gateway.end().await;
}

#[tokio::test]
async fn a_refusal_is_told_and_the_last_one_leads_away() {
    let gateway = gateway().await;
    let order = gateway.shop.register(&[("failUrl", "https://shop.example/fail")]).await;
    let refused = pay(&gateway, &order, &pan("5432543254325430")).await;
    check(
        &gateway,
        &refused,
        &expect![[
            r#"{"error":"Operation declined. Please check the data and available balance of the account","errorCode":0,"is3DSVer2":false,"errorTypeName":"DATA_INPUT_ERROR","processingErrorType":"CLIENT_ERROR","errorMessage":"Operation declined. Please check the data and available balance of the account"}"#
        ]],
    );
    assert_eq!(gateway.shop.stands(&order).await, "0 116");
    let expired = [("$PAN", "4444555511113333"), ("$CVC", "123"), ("$EXPIRY", "202001")];
    assert_eq!(pay(&gateway, &order, &expired).await.json()["errorCode"], 0);
    assert_eq!(gateway.shop.stands(&order).await, "0 101");
    let wrong_code = [("$PAN", "4444555511113333"), ("$CVC", "999"), ("$EXPIRY", "203412")];
    let last = pay(&gateway, &order, &wrong_code).await.json();
    assert_eq!(last["redirect"], format!("https://shop.example/fail?orderId={}&lang=en", order.id));
    assert_eq!(gateway.shop.stands(&order).await, "6 71015");
    let again = pay(&gateway, &order, &pan("4444555511113333")).await;
    check(
        &gateway,
        &again,
        &expect![[
            r#"{"error":"Invalid operation for the current order status","errorCode":7,"is3DSVer2":false,"errorMessage":"Invalid operation for the current order status"}"#
        ]],
    );
    // The issuer's own refusal is final at once, in the payer's words.
    let order = gateway.shop.register(&[]).await;
    let params = [&pan("4444444444444422")[..], &[("MDORDER", &order.id), ("language", "ru")]].concat();
    let answer = gateway.shop.call("paymentorder.do", &params).await.json();
    assert_eq!(answer["error"], "Операция отклонена. Обратитесь в банк, выпустивший карту");
    assert_eq!(answer["redirect"], format!("https://shop.example/back?orderId={}&lang=ru", order.id));
    gateway.end().await;
}

#[tokio::test]
async fn an_answer_that_does_not_come_leads_to_the_shop_which_asks() {
    let gateway = gateway().await;
    let order = gateway.shop.register(&[]).await;
    let answer = pay(&gateway, &order, &pan("4000000000001000")).await.json();
    assert_eq!(answer["info"], "No response from bank received. Try again later, redirecting...");
    assert!(answer["redirect"].as_str().is_some_and(|to| to.starts_with("https://shop.example/back?")), "{answer}");
    gateway.pass(6);
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    gateway.end().await;
}

#[tokio::test]
async fn who_may_not_take_cards_is_told_so_and_nothing_happens() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[]).await;
    let answer = pay(&gateway, &order, &pan("4444555511113333")).await;
    check(&gateway, &answer, &expect![[r#"{"error":"Access denied","errorCode":5,"errorMessage":"Access denied"}"#]]);
    assert_eq!(gateway.shop.stands(&order).await, "0 -100");
    let mut thief = gateway.shop.clone();
    thief.password = "wrong".to_owned();
    let denied = thief.call("paymentorder.do", &[("MDORDER", &order.id)]).await;
    check(
        &gateway,
        &denied,
        &expect![[r#"{"error":"Доступ запрещён","errorCode":5,"errorMessage":"Доступ запрещён"}"#]],
    );
    gateway.end().await;
}

#[tokio::test]
async fn wrong_input_names_its_parameter_and_costs_no_attempt() {
    let gateway = gateway().await;
    let order = gateway.shop.register(&[]).await;
    let long = "4".repeat(40);
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("$CVC", "123"), ("$EXPIRY", "203412")], "[$PAN] is empty"),
        (&[("$PAN", "4444555511113334"), ("$CVC", "123"), ("$EXPIRY", "203412")], "[$PAN] is invalid"),
        (&[("$PAN", "44445555"), ("$CVC", "123"), ("$EXPIRY", "203412")], "[$PAN] is invalid"),
        (&[("$PAN", "4444x55511113333"), ("$CVC", "123"), ("$EXPIRY", "203412")], "[$PAN] is invalid"),
        (&[("$PAN", long.as_str()), ("$CVC", "123"), ("$EXPIRY", "203412")], "[$PAN] is invalid"),
        (&[("$PAN", "4444555511113333"), ("$CVC", "123")], "[$EXPIRY] is empty"),
        (&[("$PAN", "4444555511113333"), ("$CVC", "123"), ("YYYY", "2034")], "[$EXPIRY] is empty"),
        (&[("$PAN", "4444555511113333"), ("$CVC", "123"), ("YYYY", "2034"), ("MM", "13")], "[$EXPIRY] is invalid"),
        (&[("$PAN", "4444555511113333"), ("$CVC", "123"), ("$EXPIRY", "soon")], "[$EXPIRY] is invalid"),
        (&[("$PAN", "4444555511113333"), ("$EXPIRY", "203412")], "[$CVC] is empty"),
        (&[("$PAN", "4444555511113333"), ("$CVC", "12"), ("$EXPIRY", "203412")], "[$CVC] is invalid"),
        (&[("$PAN", "4444555511113333"), ("$CVC", "12345"), ("$EXPIRY", "203412")], "[$CVC] is invalid"),
        (&[("jsonParams", "[1]")], "[jsonParams] is invalid"),
        (&[("bindingNotNeeded", "maybe")], "[bindingNotNeeded] is invalid"),
        (&[("threeDSServerTransId", "no-id")], "[threeDSServerTransId] is invalid"),
        (&[("threeDSServerTransId", "00000000-0000-0000-0000-000000000000")], "[threeDSServerTransId] is invalid"),
        (&[("threeDSVer2FinishUrl", "javascript:alert(1)")], "[threeDSVer2FinishUrl] is invalid"),
        (&[("email", &long), ("email", &long)], "[$PAN] is empty"),
    ];
    for (params, expected) in cases {
        let json = pay(&gateway, &order, params).await.json();
        assert_eq!(
            (json["errorCode"].as_i64(), json["errorMessage"].as_str()),
            (Some(5), Some(*expected)),
            "{params:?}"
        );
        assert_eq!((&json["error"], &json["is3DSVer2"]), (&json["errorMessage"], &false.into()));
    }
    let language = gateway.shop.call("paymentorder.do", &[("MDORDER", &order.id), ("language", "xx1")]).await.json();
    assert_eq!(language["errorMessage"], "Неправильный параметр 'Язык'");
    assert_eq!(gateway.shop.stands(&order).await, "0 -100");

    for unknown in ["00000000-0000-0000-0000-000000000000", "no-uuid"] {
        let json = gateway.shop.call("paymentorder.do", &[("MDORDER", unknown), ("language", "en")]).await.json();
        assert_eq!((json["errorCode"].as_i64(), json["error"].as_str()), (Some(6), Some("Order not found")));
    }
    let other = ProjectSettings { merchant_card_entry: true, ..Setup::default().settings };
    let other = gateway.other_shop("other", "other-password", other).await;
    let params = [&pan("4444555511113333")[..], &[("MDORDER", &order.id), ("language", "en")]].concat();
    assert_eq!(other.call("paymentorder.do", &params).await.json()["errorCode"], 6, "another merchant's order");
    assert_eq!(gateway.shop.stands(&order).await, "0 -100");
    let empty = gateway.shop.call("paymentorder.do", &[("language", "en")]).await.json();
    assert_eq!(empty["errorMessage"], "[mdOrder] is empty");
    gateway.end().await;
}

#[tokio::test]
async fn the_page_of_a_template_pays_knowing_only_the_order() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[("language", "en")]).await;
    let own = [("MDORDER", order.id.as_str()), ("TEXT", "IVAN"), ("bindingNotNeeded", "true")];
    let refused = gateway.shop.post("processform.do", &[&pan("5432543254325430")[..], &own].concat()).await.json();
    assert!(refused.get("redirect").is_none() && refused["error"].is_string(), "shown, and the payer stays: {refused}");
    let paid = gateway.shop.post("processform.do", &[&pan("4444555511113333")[..], &own].concat()).await.json();
    assert_eq!(paid["redirect"], format!("https://shop.example/back?orderId={}&lang=en", order.id));
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    let unknown = gateway.shop.post("processform.do", &[("MDORDER", "00000000-0000-0000-0000-000000000000")]).await;
    assert_eq!(unknown.json()["error"], "Заказ не найден");
    gateway.end().await;
}

#[tokio::test]
async fn one_address_may_not_try_cards_without_end_on_a_page() {
    let gateway = TestGateway::with(Setup { behind_proxy: true, ..Setup::default() }).await;
    let order = gateway.shop.register(&[]).await;
    let body = format!("MDORDER={}&language=en&$PAN=1", order.id);
    let mut statuses = Vec::new();
    for _ in 0..21 {
        let target = "/payment/rest/processform.do";
        let typed = "application/x-www-form-urlencoded\r\nX-Forwarded-For: 192.0.2.7";
        let answer = crate::harness::http::send(gateway.at, "POST", target, typed, body.as_bytes()).await;
        statuses.push(answer.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 1, "{statuses:?}");
    assert_eq!(refusal(&gateway.shop.call("register.do", &[]).await).split(' ').next(), Some("4"), "others go on");
    gateway.end().await;
}
