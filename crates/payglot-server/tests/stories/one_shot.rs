//! Payments in one call, and cards that are only verified.

use crate::cards::check;
use crate::harness::TestGateway;
use crate::harness::payer::{CHALLENGE, PAID};
use crate::harness::shop::refusal;
use expect_test::expect;
use payglot_server::projects::ProjectSettings;
use payglot_wire::rbs::three_ds;

/// A gateway whose merchant may do everything with cards.
async fn gateway() -> TestGateway {
    TestGateway::settings(|settings| {
        settings.merchant_card_entry = true;
        settings.moto = true;
        settings.card_verification = true;
    })
    .await
}

fn card(number: &str) -> [(&str, &str); 5] {
    [("pan", number), ("cvc", "123"), ("expiry", "203412"), ("cardHolderName", "IVAN PETROV"), ("language", "en")]
}

const GOOD: &str = "4444555511113333";

#[tokio::test]
async fn an_instant_payment_is_registered_and_paid() {
    let gateway = gateway().await;
    let own = [("amount", "2000"), ("backUrl", "https://shop.example/ok"), ("orderNumber", "one"), ("ip", "::1")];
    let params = [&card(GOOD)[..], &own].concat();
    let answer = gateway.shop.call("instantPayment.do", &params).await;
    let shown = answer.body.split("\"orderStatus\"").next().unwrap_or_default();
    let status = answer.json()["orderStatus"].clone();
    expect![[
        r#"{"errorCode":"0","errorMessage":"Success","orderId":"<id>","orderNumber":"one","info":"Your order is proceeded, redirecting...","redirect":"https://shop.example/ok?orderId=<id>&lang=en","#
    ]]
    .assert_eq(&crate::harness::redact(shown, gateway.at));
    assert_eq!((&status["OrderStatus"], &status["Pan"]), (&2.into(), &"444455**3333".into()), "{status}");
    assert_eq!((&status["ErrorCode"], &status["Amount"]), (&"0".into(), &2000.into()), "{status}");
    let again = gateway.shop.call("instantPayment.do", &params).await;
    assert_eq!(refusal(&again), "1 Order number is duplicated, order with given order number is processed already");
    let two_stages = [&card(GOOD)[..], &[("amount", "2000"), ("preAuth", "true"), ("orderNumber", "two")]].concat();
    let held = gateway.shop.call("instantPayment.do", &two_stages).await.json();
    assert_eq!((&held["orderStatus"]["OrderStatus"], held.get("redirect")), (&1.into(), None), "nowhere to go: {held}");
    assert_eq!(gateway.count().await, 2);
    gateway.end().await;
}

#[tokio::test]
async fn an_instant_payment_that_is_refused_is_over() {
    let gateway = gateway().await;
    let own = [("amount", "2000"), ("returnUrl", "https://shop.example/ok"), ("failUrl", "https://shop.example/no")];
    let params = [&card("5432543254325430")[..], &own].concat();
    let json = gateway.shop.call("instantPayment.do", &params).await.json();
    assert_eq!(json["errorCode"], "0");
    assert!(json["redirect"].as_str().is_some_and(|to| to.starts_with("https://shop.example/no?orderId=")), "{json}");
    assert_eq!((&json["orderStatus"]["OrderStatus"], &json["orderStatus"]["ErrorCode"]), (&6.into(), &"2".into()));
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["deposited 0"]);
    gateway.end().await;
}

#[tokio::test]
async fn an_instant_payment_goes_through_both_versions_of_3d_secure() {
    let gateway = gateway().await;
    let own = [("amount", "2000"), ("returnUrl", "https://shop.example/ok")];
    let json = gateway.shop.call("instantPayment.do", &[&card("5000001111111115")[..], &own].concat()).await.json();
    let pa_req = json["paReq"].as_str().unwrap_or_else(|| panic!("{json}"));
    assert!(three_ds::read_pa(pa_req).is_some() && json["termUrl"].is_string() && json["acsUrl"].is_string());
    assert_eq!(json["orderStatus"]["OrderStatus"], 5);

    let first = gateway.shop.call("instantPayment.do", &[&card(CHALLENGE.number)[..], &own].concat()).await.json();
    let transaction = first["threeDSServerTransId"].as_str().expect("an id").to_owned();
    let repeated = [&card(CHALLENGE.number)[..], &own, &[("threeDSServerTransId", transaction.as_str())]].concat();
    let second = gateway.shop.call("instantPayment.do", &repeated).await.json();
    assert_eq!(second["orderId"], first["orderId"], "the same order");
    assert!(second["packedCReq"].is_string() && second["errorCode"] == "0", "{second}");
    let acs = gateway.payer.inside(second["acsUrl"].as_str().expect("an address")).expect("the sandbox bank");
    let bank = gateway.payer.post(&acs, &[("creq", second["packedCReq"].as_str().unwrap_or_default())]).await;
    let done = gateway.payer.answer_bank(&bank, "12345678").await;
    let (shop_page, _) = gateway.payer.hand_over(&done).await;
    assert!(shop_page.left_to.is_some_and(|to| to.starts_with("https://shop.example/ok?")));
    let paid = gateway.shop.call("instantPayment.do", &repeated).await.json();
    assert_eq!(paid["orderStatus"]["OrderStatus"], 2, "{paid}");
    gateway.end().await;
}

#[tokio::test]
async fn a_card_told_by_telephone_needs_no_code_and_no_authentication() {
    let gateway = gateway().await;
    let own = [("amount", "2000"), ("returnUrl", "https://shop.example/ok"), ("orderNumber", "m1"), ("language", "en")];
    for (number, order) in [(GOOD, "m1"), (CHALLENGE.number, "m2")] {
        let params =
            [&own[..2], &[("orderNumber", order), ("pan", number), ("expiry", "203412"), ("cardholder", "I P")]];
        let answer = gateway.shop.call("motoPayment.do", &params.concat()).await;
        let json = answer.json();
        assert_eq!(
            (&json["errorCode"], &json["success"], &json["orderNumber"]),
            (&"0".into(), &true.into(), &order.into())
        );
        assert!(json["mdOrder"].is_string(), "{json}");
    }
    let params = [&own[..2], &[("pan", "5432543254325430"), ("expiry", "203412"), ("language", "en")]].concat();
    let refused = gateway.shop.call("motoPayment.do", &params).await.json();
    assert_eq!((&refused["errorCode"], &refused["success"]), (&"2".into(), &false.into()), "{refused}");
    let nowhere = gateway.shop.call("motoPayment.do", &[&card(GOOD)[..], &[("amount", "1")]].concat()).await;
    assert_eq!(refusal(&nowhere), "4 Return URL cannot be empty");
    gateway.end().await;
}

#[tokio::test]
async fn a_card_is_verified_and_nothing_is_kept_of_it() {
    let gateway = gateway().await;
    let answer = gateway.shop.call("verifyCard.do", &card(GOOD)).await;
    check(
        &gateway,
        &answer,
        &expect![[
            r#"{"errorCode":"0","errorMessage":"Success","orderId":"<id>","orderNumber":"1","actionCode":0,"actionCodeDescription":"","amount":0,"currency":"643","authCode":"123456","rrn":"<reference>","time":1795305600000,"eci":"07"}"#
        ]],
    );
    let status = gateway.shop.call("getOrderStatusExtended.do", &[("orderNumber", "1")]).await.json();
    assert_eq!((&status["orderStatus"], &status["amount"]), (&3.into(), &0.into()), "{status}");
    let refused = gateway.shop.call("verifyCard.do", &card("4444444444444455")).await.json();
    assert_eq!((&refused["errorCode"], &refused["actionCode"]), (&"0".into(), &209.into()), "{refused}");
    let much = gateway.shop.call("verifyCard.do", &[&card(GOOD)[..], &[("amount", "101")]].concat()).await;
    assert_eq!(refusal(&much), "5 Amount is invalid");
    gateway.end().await;
}

#[tokio::test]
async fn an_order_that_verifies_a_card_ends_reversed_and_both_steps_are_told() {
    let gateway = gateway().await;
    let params = [("features", "VERIFY"), ("amount", "0"), ("failUrl", "https://shop.example/no"), ("language", "en")];
    let order = gateway.shop.register(&params).await;
    let bank = gateway.payer.pay(&order, CHALLENGE).await;
    let done = gateway.payer.confirm(&bank, "12345678").await;
    assert_eq!(gateway.shop.stands(&order).await, "3 0");
    let shop_page = gateway.payer.go_back(&done).await;
    assert!(shop_page.starts_with("https://shop.example/back?"), "a verified card is a success: {shop_page}");
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["approved 1", "reversed 1"]);
    assert!(
        refusal(&gateway.shop.call("deposit.do", &[("orderId", &order.id), ("amount", "0")]).await).starts_with('7')
    );
    gateway.end().await;
}

#[tokio::test]
async fn what_a_project_may_not_do_is_refused_and_registers_nothing() {
    let gateway = TestGateway::start().await;
    let own = [("amount", "2000"), ("returnUrl", "https://shop.example/ok"), ("language", "en")];
    for operation in ["instantPayment.do", "motoPayment.do", "verifyCard.do", "instantRefund.do"] {
        let answer = gateway.shop.call(operation, &[&card(GOOD)[..], &own].concat()).await;
        check(&gateway, &answer, &expect![[r#"{"errorCode":"5","errorMessage":"Access denied"}"#]]);
    }
    let taker = ProjectSettings { merchant_card_entry: true, number_orders: true, ..ProjectSettings::default() };
    let taker = gateway.other_shop("taker", "pw", taker).await;
    for operation in ["motoPayment.do", "verifyCard.do"] {
        let answer = taker.call(operation, &[&card(GOOD)[..], &own].concat()).await;
        assert_eq!(refusal(&answer), "5 Access denied", "{operation}");
    }
    let verify = taker.call("register.do", &[&own[..], &[("features", "VERIFY")]].concat()).await;
    assert_eq!(refusal(&verify), "13 Merchant doesn't have permission for this combination");
    let wrong: [(&[(&str, &str)], &str); 5] = [
        (&[("pan", "4444555511113334"), ("cvc", "123"), ("expiry", "203412")], "5 [pan] is invalid"),
        (&[("cvc", "123"), ("expiry", "203412")], "5 [pan] is empty"),
        (&[("pan", GOOD), ("cvc", "123"), ("expiry", "203400")], "5 [expiry] is invalid"),
        (&[("pan", GOOD), ("expiry", "203412")], "5 [cvc] is empty"),
        (&[("seToken", "abc")], "5 [seToken] is invalid"),
    ];
    for (params, expected) in wrong {
        let answer = taker.call("instantPayment.do", &[params, &own].concat()).await;
        assert_eq!(refusal(&answer), expected);
    }
    let conflict = [("features", "FORCE_TDS;FORCE_SSL")];
    let answer = taker.call("instantPayment.do", &[&card(GOOD)[..], &own[..2], &conflict].concat()).await;
    assert!(refusal(&answer).starts_with("13 "));
    assert_eq!(gateway.count().await, 0);
    let id = "00000000-0000-0000-0000-000000000000";
    let unknown = taker.call("instantPayment.do", &[&own[..], &[("threeDSServerTransId", id)]].concat()).await;
    assert_eq!(refusal(&unknown), "6 Order not found");
    assert_eq!(PAID.number, GOOD);
    gateway.end().await;
}
