//! 3-D Secure led by a merchant's page, as a browser and a merchant's server go through it.

use crate::cards::{check, gateway, pan, pay};
use crate::harness::TestGateway;
use crate::harness::payer::Page;
use crate::harness::shop::Registered;
use expect_test::expect;
use payglot_wire::rbs::three_ds;
use serde_json::Value;

const VERSION_1: &str = "5000001111111115";
const CHALLENGE: &str = "5555555555555599";
const FRICTIONLESS: &str = "4111111111111111";
const ATTEMPT: &str = "4000001111111118";
const REFUSED: &str = "5168494895055780";

/// A field that must be text.
fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_else(|| panic!("{name} in {json}"))
}

/// The first call of 3-D Secure 2: the id of the attempt.
async fn first_call(gateway: &TestGateway, order: &Registered, number: &str) -> String {
    let json = pay(gateway, order, &pan(number)).await.json();
    text(&json, "threeDSServerTransId").to_owned()
}

async fn second_call(gateway: &TestGateway, order: &Registered, number: &str, transaction: &str) -> Value {
    pay(gateway, order, &[&pan(number)[..], &[("threeDSServerTransId", transaction)]].concat()).await.json()
}

/// The merchant's page posts what it got to the bank.
async fn to_bank(gateway: &TestGateway, url: &str, fields: &[(&str, &str)]) -> Page {
    let action = gateway.payer.inside(url).expect("the sandbox bank");
    gateway.payer.post(&action, fields).await
}

#[tokio::test]
async fn version_1_there_and_back_in_the_browser() {
    let gateway = gateway().await;
    let order = gateway.shop.register_hold(&[("language", "en")]).await;
    let answer = pay(&gateway, &order, &pan(VERSION_1)).await;
    let json = answer.json();
    let (acs, pa_req, term) = (text(&json, "acsUrl"), text(&json, "paReq"), text(&json, "termUrl"));
    let attempt = three_ds::read_pa(pa_req).expect("our message");
    let shown = redacted(&gateway, &answer.body, pa_req);
    expect![[
        r#"{"info":"Your order is proceeded, redirecting...","errorCode":0,"is3DSVer2":false,"acsUrl":"http://<gateway>/sandbox/acs/<id>","paReq":"<message>","termUrl":"http://<gateway>/payment/rest/finish3ds.do?lang=en"}"#
    ]]
    .assert_eq(&shown);
    assert_eq!(gateway.shop.stands(&order).await, "5 -100");
    assert_eq!(pay(&gateway, &order, &pan(VERSION_1)).await.body, answer.body, "the same call, the same answer");

    let bank = to_bank(&gateway, acs, &[("PaReq", pa_req), ("MD", &order.id), ("TermUrl", term)]).await;
    assert_eq!(bank.heading(), "Confirm the payment");
    let wrong = gateway.payer.answer_bank(&bank, "1").await;
    assert_eq!(wrong.status, 422);
    let done = gateway.payer.answer_bank(&wrong, "12345678").await;
    let (shop_page, form) = gateway.payer.hand_over(&done).await;
    assert_eq!(shop_page.left_to, Some(format!("https://shop.example/back?orderId={}&lang=en", order.id)));
    let sent: Vec<&str> = form.hidden.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(sent, ["MD", "PaRes"]);
    assert_eq!(three_ds::read_pa(&form.hidden[1].1), Some(attempt));
    assert_eq!(gateway.shop.stands(&order).await, "1 0");
    // The browser's back button, or a reload: the same answer.
    let (again, _) = gateway.payer.hand_over(&done).await;
    assert_eq!(again.left_to, shop_page.left_to);
    let status = gateway.shop.status(&order).await;
    assert_eq!(status["cardAuthInfo"]["secureAuthInfo"]["authTypeIndicator"], 1);
    gateway.end().await;
}

fn redacted(gateway: &TestGateway, body: &str, message: &str) -> String {
    crate::harness::redact(&body.replace(message, "<message>"), gateway.at)
}

#[tokio::test]
async fn version_1_ended_by_the_merchant() {
    let gateway = gateway().await;
    let order = gateway.shop.register(&[("language", "en"), ("failUrl", "https://shop.example/fail")]).await;
    let json = pay(&gateway, &order, &pan(VERSION_1)).await.json();
    let attempt = three_ds::read_pa(text(&json, "paReq")).expect("our message");
    let forged = three_ds::pa_res(attempt, true);
    let finish = async |pa_res: &str| {
        let params = [("mdOrder", order.id.as_str()), ("paRes", pa_res), ("language", "en")];
        gateway.shop.call("finish3dsPayment.do", &params).await
    };
    // Whoever makes a message up gains nothing: the bank knows that nobody has answered.
    assert_eq!(finish(&forged).await.json()["errorCode"], 7);
    assert_eq!(gateway.shop.stands(&order).await, "5 -100");
    assert_eq!(finish("AAAA").await.json()["errorMessage"], "[paRes] is invalid");

    // The merchant's page has the answer posted to itself.
    let merchants = "https://shop.example/3ds";
    let fields = [("PaReq", text(&json, "paReq")), ("MD", "my own data"), ("TermUrl", merchants)];
    let bank = to_bank(&gateway, text(&json, "acsUrl"), &fields).await;
    let done = gateway.payer.answer_bank(&bank, "").await;
    assert!(done.has("action=\"https://shop.example/3ds\"") && done.has("value=\"my own data\""), "{}", done.body);
    let answer = finish(&three_ds::pa_res(attempt, false)).await;
    check(
        &gateway,
        &answer,
        &expect![[r#"{"redirect":"https://shop.example/fail?orderId=<id>&lang=en","errorCode":0}"#]],
    );
    assert_eq!(gateway.shop.stands(&order).await, "6 -2006");
    assert_eq!(finish(&three_ds::pa_res(attempt, true)).await.body, answer.body, "the same again");
    gateway.end().await;
}

#[tokio::test]
async fn version_2_with_a_challenge_there_and_back_in_the_browser() {
    let gateway = gateway().await;
    let order = gateway.shop.register(&[("language", "en")]).await;
    let seen = ("threeDSMethodNotificationUrl", "https://shop.example/seen");
    let first = pay(&gateway, &order, &[&pan(CHALLENGE)[..], &[seen]].concat()).await;
    let json = first.json();
    let data = text(&json, "threeDSMethodDataPacked");
    expect![[
        r#"{"errorCode":0,"is3DSVer2":true,"threeDSServerTransId":"<id>","threeDSMethodURL":"http://<gateway>/sandbox/acs/method","threeDSMethodURLServer":"http://<gateway>/sandbox/acs/method/server","threeDSMethodDataPacked":"<message>"}"#
    ]]
    .assert_eq(&redacted(&gateway, &first.body, data));
    let frame = to_bank(&gateway, text(&json, "threeDSMethodURL"), &[("threeDSMethodData", data)]).await;
    assert!(frame.status == 200 && frame.has("action=\"https://shop.example/seen\""), "{}", frame.body);
    assert_eq!(to_bank(&gateway, "/sandbox/acs/method", &[("threeDSMethodData", "x")]).await.status, 400);

    let transaction = text(&json, "threeDSServerTransId");
    let answer = second_call(&gateway, &order, CHALLENGE, transaction).await;
    let creq = text(&answer, "packedCReq");
    let shown = redacted(&gateway, &answer.to_string(), creq);
    expect![[
        r#"{"acsUrl":"http://<gateway>/sandbox/acs/<id>","errorCode":0,"info":"Your order is proceeded, redirecting...","is3DSVer2":true,"packedCReq":"<message>"}"#
    ]]
    .assert_eq(&shown);
    assert_eq!(second_call(&gateway, &order, CHALLENGE, transaction).await, answer, "the same again");
    assert_eq!(gateway.shop.stands(&order).await, "5 -100");

    let bank = to_bank(&gateway, text(&answer, "acsUrl"), &[("creq", creq), ("threeDSSessionData", &order.id)]).await;
    let done = gateway.payer.answer_bank(&bank, "00000").await;
    let (shop_page, form) = gateway.payer.hand_over(&done).await;
    assert!(form.action.ends_with("/payment/rest/finish3dsVer2.do?lang=en"), "{}", form.action);
    assert_eq!(shop_page.left_to, Some(format!("https://shop.example/back?orderId={}&lang=en", order.id)));
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    let paid = second_call(&gateway, &order, CHALLENGE, transaction).await;
    assert_eq!((&paid["errorCode"], &paid["is3DSVer2"]), (&0.into(), &true.into()));
    assert!(paid["redirect"].is_string(), "{paid}");
    gateway.end().await;
}

#[tokio::test]
async fn version_2_ended_by_the_merchant_or_by_an_application() {
    let gateway = gateway().await;
    for (operation, by_merchant) in [("finish3dsVer2Payment.do", true), ("finish3dsVer2PaymentAnonymous.do", false)] {
        let order = gateway.shop.register(&[("language", "en")]).await;
        let transaction = first_call(&gateway, &order, CHALLENGE).await;
        let url = ("threeDSVer2FinishUrl", "https://shop.example/finish");
        let params = [&pan(CHALLENGE)[..], &[("threeDSServerTransId", &transaction), url]].concat();
        let answer = pay(&gateway, &order, &params).await.json();
        let finish = async || {
            let params = [("threeDSServerTransId", transaction.as_str()), ("language", "en")];
            let called = if by_merchant {
                gateway.shop.call(operation, &params).await
            } else {
                gateway.shop.post(operation, &params).await
            };
            called.json()
        };
        assert_eq!(finish().await["errorCode"], 7, "the payer is still at the bank");
        let bank = to_bank(&gateway, text(&answer, "acsUrl"), &[("creq", text(&answer, "packedCReq"))]).await;
        let done = gateway.payer.answer_bank(&bank, "123456").await;
        assert!(done.has("action=\"https://shop.example/finish\""), "{}", done.body);
        let to = format!("https://shop.example/back?orderId={}&lang=en", order.id);
        let expected = serde_json::json!({ "redirect": to, "errorCode": 0, "is3DSVer2": true });
        assert_eq!((finish().await, finish().await), (expected.clone(), expected));
        assert_eq!(gateway.shop.stands(&order).await, "2 0");
    }
    let order = gateway.shop.register(&[]).await;
    let transaction = first_call(&gateway, &order, FRICTIONLESS).await;
    let other = gateway.other_shop("other", "other-password", gateway_settings()).await;
    let foreign = other.call("finish3dsVer2Payment.do", &[("threeDSServerTransId", &transaction)]).await.json();
    assert_eq!(foreign["errorCode"], 6, "another merchant's attempt is unknown");
    let params = [("threeDSServerTransId", transaction.as_str()), ("threeDSVer2MdOrder", &transaction)];
    assert_eq!(gateway.shop.call("finish3dsVer2Payment.do", &params).await.json()["errorCode"], 6);
    assert_eq!(other.call("3ds/continue.do", &[("mdOrder", &order.id)]).await.json()["errorCode"], 6);
    gateway.end().await;
}

fn gateway_settings() -> payglot_server::projects::ProjectSettings {
    payglot_server::projects::ProjectSettings::default()
}

#[tokio::test]
async fn version_2_without_a_challenge() {
    let gateway = gateway().await;
    for (number, indicator) in [(FRICTIONLESS, 1), (ATTEMPT, 2)] {
        let order = gateway.shop.register(&[]).await;
        let transaction = first_call(&gateway, &order, number).await;
        let paid = second_call(&gateway, &order, number, &transaction).await;
        assert_eq!((paid["errorCode"].as_i64(), paid["is3DSVer2"].as_bool()), (Some(0), Some(true)), "{paid}");
        assert_eq!(second_call(&gateway, &order, number, &transaction).await, paid, "the same again");
        let status = gateway.shop.status(&order).await;
        assert_eq!(status["orderStatus"], 2);
        assert_eq!(status["cardAuthInfo"]["secureAuthInfo"]["authTypeIndicator"], indicator);
    }
    let order = gateway.shop.register(&[]).await;
    let transaction = first_call(&gateway, &order, REFUSED).await;
    let other_card = second_call(&gateway, &order, FRICTIONLESS, &transaction).await;
    assert_eq!(other_card["errorMessage"], "[$PAN] is invalid", "another card than the first call's");
    let refused = second_call(&gateway, &order, REFUSED, &transaction).await;
    assert_eq!(
        (text(&refused, "errorTypeName"), text(&refused, "processingErrorType")),
        ("TDS_UNKNOWN_ARES_STATUS", "MANDATORY_3DSECURE")
    );
    assert_eq!(gateway.shop.stands(&order).await, "6 -2006");
    gateway.end().await;
}

#[tokio::test]
async fn a_payer_who_takes_another_card_leaves_the_challenge() {
    let gateway = gateway().await;
    let order = gateway.shop.register(&[]).await;
    let transaction = first_call(&gateway, &order, CHALLENGE).await;
    let paid = pay(&gateway, &order, &pan("4444555511113333")).await.json();
    assert!(paid["redirect"].is_string(), "{paid}");
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    let late = gateway.shop.call("finish3dsVer2Payment.do", &[("threeDSServerTransId", &transaction)]).await.json();
    assert_eq!(late["errorCode"], 0, "the payment tells where it stands");
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    gateway.end().await;
}

#[tokio::test]
async fn orders_may_demand_or_forbid_authentication() {
    let gateway = gateway().await;
    let cases = [
        ("FORCE_TDS", "4444555511113333", "6 -2006"),
        ("FORCE_FULL_TDS", ATTEMPT, "6 -2006"),
        ("FORCE_SSL", CHALLENGE, "2 0"),
        ("FORCE_SSL", VERSION_1, "2 0"),
        ("FORCE_SSL", "5432543254325430", "0 116"),
    ];
    for (feature, number, expected) in cases {
        let order = gateway.shop.register(&[("features", feature)]).await;
        pay(&gateway, &order, &pan(number)).await;
        assert_eq!(gateway.shop.stands(&order).await, expected, "{feature} {number}");
    }
    let order = gateway.shop.register(&[("features", "FORCE_TDS")]).await;
    let transaction = first_call(&gateway, &order, ATTEMPT).await;
    second_call(&gateway, &order, ATTEMPT, &transaction).await;
    assert_eq!(gateway.shop.stands(&order).await, "2 0", "an attempt is enough here");
    gateway.end().await;
}

#[tokio::test]
async fn our_own_page_keeps_to_what_the_order_demands() {
    let gateway = TestGateway::start().await;
    for (feature, number, expected) in [
        ("FORCE_TDS", "4444555511113333", "6 -2006"),
        ("FORCE_TDS", FRICTIONLESS, "2 0"),
        ("FORCE_FULL_TDS", ATTEMPT, "6 -2006"),
        ("FORCE_SSL", CHALLENGE, "2 0"),
    ] {
        let order = gateway.shop.register(&[("features", feature)]).await;
        gateway.payer.pay(&order, crate::harness::payer::card(number)).await;
        assert_eq!(gateway.shop.stands(&order).await, expected, "{feature} {number}");
    }
    gateway.end().await;
}
