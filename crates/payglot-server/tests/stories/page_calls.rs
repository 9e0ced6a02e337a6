//! What the scripts of shops' own payment pages ask: who knows the order's id may ask, and learns nothing but what the page shows.

use crate::cards::check;
use crate::harness::TestGateway;
use crate::harness::payer::{NO_MONEY, PAID};
use expect_test::expect;

#[tokio::test]
async fn a_page_shows_the_order_until_it_is_over() {
    let gateway = TestGateway::start().await;
    let params = [("description", "Книга"), ("orderNumber", "7"), ("features", "FORCE_SSL"), ("language", "en")];
    let order = gateway.shop.register(&params).await;
    gateway.pass(1);
    let ask = async |operation: &str| gateway.shop.post(operation, &[("MDORDER", &order.id)]).await;
    check(
        &gateway,
        &ask("getSessionStatus.do").await,
        &expect![[
            r#"{"remainingSecs":1199,"amount":"20.00 RUB","orderNumber":"7","description":"Книга","bindingItems":[],"cvcNotRequired":false,"otherWayEnabled":false,"sslOnly":true}"#
        ]],
    );
    check(&gateway, &ask("getFee.do").await, &expect![[r#"{"errorCode":0,"fee":0,"totalAmount":2000}"#]]);
    check(&gateway, &ask("showErrors.do").await, &expect![[r#"{"errorCode":0,"error":""}"#]]);
    gateway.payer.pay(&order, NO_MONEY).await;
    check(
        &gateway,
        &ask("showErrors.do").await,
        &expect![[
            r#"{"errorCode":0,"error":"Operation declined. Please check the data and available balance of the account"}"#
        ]],
    );
    for (number, expected) in [("639002000000000003", true), ("4444555511113333", false), ("1", false)] {
        let params = [("MDORDER", order.id.as_str()), ("pan", number)];
        let answer = gateway.shop.post("isMaestroCard.do", &params).await.json();
        assert_eq!(answer["isMaestro"], expected, "{number}");
    }
    gateway.payer.pay(&order, PAID).await;
    check(
        &gateway,
        &ask("getSessionStatus.do").await,
        &expect![[r#"{"redirect":"https://shop.example/back?orderId=<id>&lang=en"}"#]],
    );
    check(
        &gateway,
        &gateway.shop.post("getFinishedPaymentInfo.do", &[("orderId", &order.id)]).await,
        &expect![[
            r#"{"errorCode":0,"status":"DEPOSITED","orderNumber":"7","amount":"20.00 RUB","currency":"643","description":"Книга","backUrl":"https://shop.example/back?orderId=<id>&lang=en"}"#
        ]],
    );
    gateway.end().await;
}

#[tokio::test]
async fn time_that_is_over_leads_to_the_address_for_failures_and_unknown_orders_to_an_error() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[("failUrl", "https://shop.example/no"), ("language", "ru")]).await;
    gateway.pass(1200);
    let answer = gateway.shop.post("getSessionStatus.do", &[("MDORDER", &order.id)]).await;
    check(&gateway, &answer, &expect![[r#"{"redirect":"https://shop.example/no?orderId=<id>&lang=ru"}"#]]);
    assert_eq!(gateway.shop.stands(&order).await, "6 -2007");
    for operation in
        ["getSessionStatus.do", "getFee.do", "isMaestroCard.do", "showErrors.do", "getFinishedPaymentInfo.do"]
    {
        for id in ["00000000-0000-0000-0000-000000000000", "no-uuid"] {
            let json = gateway.shop.post(operation, &[("MDORDER", id), ("language", "en")]).await.json();
            assert_eq!((&json["error"], &json["errorCode"]), (&"Order not found".into(), &6.into()), "{operation}");
        }
    }
    gateway.end().await;
}
