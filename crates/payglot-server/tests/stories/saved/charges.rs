//! Saved cards in one call: `instantPayment.do` with `bindingId`, `recurrentPayment.do`; and what a page of the shop's own is offered.

use super::{MIR, neighbour, only, pays};
use crate::harness::TestGateway;
use crate::harness::http::{self, Answer};
use crate::harness::payer::{CHALLENGE, NO_MONEY, PAID};
use crate::harness::shop::{Shop, refusal};
use serde_json::{Value, json};

/// A merchant that may charge without the payer, but may not enter cards itself.
async fn gateway() -> TestGateway {
    TestGateway::settings(|settings| settings.auto_payment = true).await
}

/// `recurrentPayment.do` in English with these members beside the credentials.
async fn charge(shop: &Shop, members: &Value) -> Answer {
    let mut body = json!({"userName": shop.login, "password": shop.password, "language": "en"});
    for (name, value) in members.as_object().expect("members") {
        body[name] = value.clone();
    }
    send(shop, body.to_string().as_bytes()).await
}

async fn send(shop: &Shop, body: &[u8]) -> Answer {
    http::send(shop.at, "POST", "/payment/recurrentPayment.do", "application/json", body).await
}

/// `code message` of a refusal that has no order.
fn refused(answer: &Answer) -> String {
    let json = answer.json();
    assert_eq!((answer.status, json.as_object().map(serde_json::Map::len)), (200, Some(2)), "{json}");
    assert_eq!((&json["success"], &json["error"]["description"]), (&false.into(), &json["error"]["message"]));
    let text = |name: &str| json["error"][name].as_str().unwrap_or_else(|| panic!("{json}")).to_owned();
    format!("{} {}", text("code"), text("message"))
}

#[tokio::test]
async fn a_page_of_the_shop_is_told_which_cards_the_payer_has() {
    let gateway = gateway().await;
    pays(&gateway, "client-7", PAID, true).await;
    pays(&gateway, "client-8", MIR, true).await;
    let (id, foreign) = (only(&gateway, "client-7").await, only(&gateway, "client-8").await);
    let order = gateway.shop.register(&[("clientId", "client-7")]).await;
    let fixed = gateway.shop.register(&[("clientId", "client-7"), ("bindingId", &id)]).await;
    let plain = gateway.shop.register(&[]).await;
    let items = async |order: &str| {
        let answer = gateway.shop.post("getSessionStatus.do", &[("MDORDER", order)]).await;
        assert!(!answer.body.contains(&foreign), "{}", answer.body);
        answer.json()["bindingItems"].clone()
    };
    let own = json!([{"id": id, "label": "444455**3333 12/34"}]);
    assert_eq!((items(&order.id).await, items(&fixed.id).await, items(&plain.id).await), (own.clone(), own, json!([])));
    gateway.shop.call("extendBinding.do", &[("bindingId", &id), ("newExpiry", "202610")]).await;
    assert_eq!((items(&order.id).await, items(&fixed.id).await), (json!([]), json!([])), "it has expired");
    gateway.end().await;
}

#[tokio::test]
async fn an_instant_payment_by_a_saved_card() {
    let gateway = gateway().await;
    pays(&gateway, "client-7", PAID, true).await;
    let id = only(&gateway, "client-7").await;
    let own =
        [("amount", "2000"), ("backUrl", "https://shop.example/ok"), ("bindingId", id.as_str()), ("language", "en")];
    let with_payer = [&own[..], &[("clientId", "client-7"), ("cvc", "123"), ("orderNumber", "b1")]].concat();
    let json = gateway.shop.call("instantPayment.do", &with_payer).await.json();
    let status = &json["orderStatus"];
    assert_eq!(
        (&json["errorCode"], &json["orderNumber"], json["redirect"].is_string()),
        (&"0".into(), &"b1".into(), true)
    );
    assert_eq!(
        (&status["OrderStatus"], &status["clientId"], &status["bindingId"]),
        (&2.into(), &"client-7".into(), &id.as_str().into()),
        "{json}"
    );
    let again = gateway.shop.call("instantPayment.do", &with_payer).await;
    assert_eq!(refusal(&again), "1 Order number is duplicated, order with given order number is processed already");
    // Without the payer: no code, no client, no authentication.
    let alone = [&own[..], &[("features", "AUTO_PAYMENT"), ("preAuth", "true")]].concat();
    let json = gateway.shop.call("instantPayment.do", &alone).await.json();
    assert_eq!((&json["orderStatus"]["OrderStatus"], &json["orderStatus"]["bindingId"]), (&1.into(), &id.into()));
    gateway.end().await;
}

#[tokio::test]
async fn an_instant_payment_by_a_saved_card_asks_the_holder_unless_it_is_automatic() {
    let gateway = gateway().await;
    let (_, bank) = pays(&gateway, "client-7", CHALLENGE, true).await;
    gateway.payer.confirm(&bank, "12345678").await;
    let id = only(&gateway, "client-7").await;
    let own = [("amount", "2000"), ("clientId", "client-7"), ("bindingId", id.as_str()), ("cvc", "123")];
    let first = gateway.shop.call("instantPayment.do", &own).await.json();
    let transaction = first["threeDSServerTransId"].as_str().unwrap_or_else(|| panic!("{first}"));
    assert_eq!(first["orderStatus"]["OrderStatus"], 5);
    let repeated = [&own[..], &[("threeDSServerTransId", transaction)]].concat();
    let second = gateway.shop.call("instantPayment.do", &repeated).await.json();
    assert!(second["packedCReq"].is_string() && second["orderId"] == first["orderId"], "{second}");
    let alone = [&own[..3], &[("features", "AUTO_PAYMENT")]].concat();
    let json = gateway.shop.call("instantPayment.do", &alone).await.json();
    assert_eq!(json["orderStatus"]["OrderStatus"], 2, "{json}");
    gateway.end().await;
}

#[tokio::test]
async fn an_instant_payment_by_a_wrong_saved_card_uses_no_number_up() {
    let gateway = gateway().await;
    pays(&gateway, "client-7", PAID, true).await;
    pays(&gateway, "client-8", MIR, true).await;
    let (id, foreign) = (only(&gateway, "client-7").await, only(&gateway, "client-8").await);
    let own = [("amount", "2000"), ("orderNumber", "b1"), ("language", "en")];
    let (client, code, auto) = (("clientId", "client-7"), ("cvc", "123"), ("features", "AUTO_PAYMENT"));
    for (params, expected) in [
        (vec![client, ("bindingId", &foreign), code], "2 Binding not found"),
        (vec![client, ("bindingId", &foreign), auto], "2 Binding not found"),
        (vec![client, ("bindingId", "00000000-0000-0000-0000-000000000000"), code], "2 Binding not found"),
        (vec![client, ("bindingId", "nonsense"), code], "2 Binding not found"),
        (vec![client, ("bindingId", &id)], "1 CVC2/CVV2 is required"),
        (vec![client, ("bindingId", &id), ("cvc", "12")], "1 CVC2/CVV2 is required"),
        (vec![("bindingId", &id), code], "5 [clientId] is empty"),
        (vec![client, ("bindingId", &id), code, ("pan", PAID.number)], "5 [bindingId] is invalid"),
        (vec![client, code], "5 Access denied"),
    ] {
        let answer = gateway.shop.call("instantPayment.do", &[&own[..], &params].concat()).await;
        assert_eq!(refusal(&answer), expected, "{params:?}");
    }
    let toys = neighbour(&gateway).await;
    let named = [&own[..], &[client, ("bindingId", &id), code]].concat();
    assert_eq!(refusal(&toys.call("instantPayment.do", &named).await), "2 Binding not found");
    let automatic = [&named[..], &[auto]].concat();
    let answer = toys.call("instantPayment.do", &automatic).await;
    assert_eq!(refusal(&answer), "13 Merchant doesn't have permission for this combination");
    assert_eq!(gateway.count().await, 2, "only the two that saved the cards");
    let json = gateway.shop.call("instantPayment.do", &named).await.json();
    assert_eq!(json["orderStatus"]["OrderStatus"], 2, "the number is still free: {json}");
    gateway.end().await;
}

#[tokio::test]
async fn a_subscription_is_charged_by_json() {
    let gateway = gateway().await;
    let (_, bank) = pays(&gateway, "client-7", CHALLENGE, true).await;
    gateway.payer.confirm(&bank, "12345678").await;
    let id = only(&gateway, "client-7").await;
    let members = json!({"orderNumber": "sub-1", "amount": 50000, "bindingId": id, "currency": "643", "description": "March",
        "additionalParameters": {"plan": "gold", "month": 3}, "unknown": {"a": [1]}});
    let answer = charge(&gateway.shop, &members).await;
    let json = answer.json();
    assert!(answer.body.starts_with(r#"{"success":true,"data":{"orderId":""#), "{}", answer.body);
    assert_eq!(json.as_object().map(serde_json::Map::len), Some(3), "{json}");
    let status = &json["orderStatus"];
    assert_eq!(
        (&status["orderStatus"], &status["amount"], &status["actionCode"]),
        (&2.into(), &50000.into(), &0.into())
    );
    assert_eq!((&status["orderNumber"], &status["orderDescription"]), (&"sub-1".into(), &"March".into()));
    assert_eq!(status["bindingInfo"], json!({"clientId": "client-7", "bindingId": id, "externalCreated": false}));
    assert_eq!(status["merchantOrderParams"][1], json!({"name": "plan", "value": "gold"}));
    let mut asked =
        gateway.shop.call("getOrderStatusExtended.do", &[("orderNumber", "sub-1"), ("language", "en")]).await.json();
    assert_eq!(status, &std::mem::take(&mut asked), "the same object");
    let again = charge(&gateway.shop, &members).await;
    let processed = "1 Order number is duplicated, order with given order number is processed already";
    assert_eq!(refused(&again), processed, "a charge that is repeated takes no money");
    let hold = json!({"orderNumber": "sub-2", "amount": "700", "bindingId": id, "preAuth": true});
    assert_eq!(charge(&gateway.shop, &hold).await.json()["orderStatus"]["orderStatus"], 1);
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events().last().map(String::as_str), Some("approved 1"));
    gateway.end().await;
}

#[tokio::test]
async fn a_charge_that_is_declined_or_unanswered_is_no_success_and_has_its_order() {
    let gateway = TestGateway::settings(|settings| {
        settings.auto_payment = true;
        settings.merchant_card_entry = true;
    })
    .await;
    for (number, expected, stands) in [(NO_MONEY.number, "2", 6), ("4000000000001000", "7", 0)] {
        let card = [("clientId", number), ("pan", number), ("expiryDate", "203412"), ("cardholderName", "IVAN")];
        let id = gateway.shop.call("createBindingNoPayment.do", &card).await.json()["bindingId"].clone();
        let json = charge(&gateway.shop, &json!({"orderNumber": number, "amount": 2000, "bindingId": id})).await.json();
        assert_eq!((&json["success"], &json["error"]["code"]), (&false.into(), &expected.into()), "{json}");
        assert!(json["error"]["message"].is_string() && json["error"]["description"].is_string(), "{json}");
        assert_eq!((&json["orderStatus"]["orderStatus"], json["data"]["orderId"].is_string()), (&stands.into(), true));
        assert_eq!(json["orderStatus"]["bindingInfo"]["bindingId"], id);
    }
    gateway.pass(6);
    gateway.recover().await;
    let later = gateway.shop.call("getOrderStatusExtended.do", &[("orderNumber", "4000000000001000")]).await.json();
    assert_eq!(later["orderStatus"], 2, "the answer that was lost is learned: {later}");
    gateway.end().await;
}

#[tokio::test]
async fn a_charge_that_cannot_be_read_or_is_not_allowed_changes_nothing() {
    let gateway = gateway().await;
    pays(&gateway, "client-7", PAID, true).await;
    let id = only(&gateway, "client-7").await;
    let good = json!({"orderNumber": "sub-1", "amount": 50000, "bindingId": id});
    for (name, value, expected) in [
        ("orderNumber", json!(null), "10 [orderNumber] is empty"),
        ("orderNumber", json!("x".repeat(37)), "10 Wrong order number"),
        ("amount", json!(""), "10 [amount] is empty"),
        ("amount", json!(0), "10 Amount is invalid"),
        ("amount", json!(-5), "10 Amount is invalid"),
        ("amount", json!(10.5), "10 Amount is invalid"),
        ("amount", json!(1e30), "10 Amount is invalid"),
        ("amount", json!([50000]), "10 [amount] неверен"),
        ("bindingId", json!(null), "10 [bindingId] is empty"),
        ("bindingId", json!({"id": id}), "10 [bindingId] неверен"),
        ("bindingId", json!("nonsense"), "2 Binding not found"),
        ("bindingId", json!("00000000-0000-0000-0000-000000000000"), "2 Binding not found"),
        ("currency", json!("000"), "10 Unknown currency"),
        ("language", json!("xx1"), "10 Неправильный параметр 'Язык'"),
        ("preAuth", json!("perhaps"), "10 [preAuth] is invalid"),
        ("additionalParameters", json!("text"), "10 [additionalParameters] is invalid"),
        ("additionalParameters", json!({"a": "x".repeat(1025)}), "10 [additionalParameters] is invalid"),
        ("password", json!("wrong"), "5 Access denied"),
        ("password", json!(null), "5 Access denied"),
        ("merchantLogin", json!("nobody"), "5 Merchant login is invalid"),
    ] {
        let mut members = good.clone();
        members[name] = value;
        assert_eq!(refused(&charge(&gateway.shop, &members).await), expected, "{members}");
    }
    let nested = "[".repeat(100_000);
    let deep = format!(r#"{{"description":{}1{}}}"#, "[".repeat(300), "]".repeat(300));
    for body in ["", "{", "[]", "1", "null", "userName=a&password=b", nested.as_str(), deep.as_str(), "{\"a\":1}}"] {
        assert_eq!(refused(&send(&gateway.shop, body.as_bytes()).await), "10 Запрос не может быть прочитан");
    }
    assert_eq!(refused(&send(&gateway.shop, b"{\"userName\":\"\xff\"}").await), "10 Запрос не может быть прочитан");
    let large = send(&gateway.shop, &vec![b' '; 300 * 1024]).await;
    assert_eq!((large.status, &large.json()["error"]["code"]), (413, &"10".into()));
    let toys = neighbour(&gateway).await;
    assert_eq!(refused(&charge(&toys, &good).await), "5 Access denied", "it lacks the right");
    let settings = payglot_server::projects::ProjectSettings { auto_payment: true, ..Default::default() };
    let games = gateway.other_shop("games", "games-password", settings).await;
    assert_eq!(refused(&charge(&games, &good).await), "2 Binding not found", "another merchant's card");
    gateway.shop.call("unBindCard.do", &[("bindingId", &id)]).await;
    assert_eq!(refused(&charge(&gateway.shop, &good).await), "2 Binding not found", "it was switched off");
    assert_eq!(gateway.count().await, 1, "only the one that saved the card");
    gateway.shop.call("bindCard.do", &[("bindingId", &id)]).await;
    assert_eq!(charge(&gateway.shop, &good).await.json()["success"], true, "the number is still free");
    while gateway.deliver().await > 0 {}
    gateway.end().await;
}
