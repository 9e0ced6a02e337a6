//! The merchant's calls about saved cards: what they answer, exactly, in both languages, and what they refuse.

use super::{MIR, gateway, neighbour, only, pays, saved};
use crate::harness::TestGateway;
use crate::harness::payer::{CHALLENGE, PAID};
use crate::harness::shop::refusal;
use payglot_server::flows::project;
use payglot_store::{SqliteOptions, SqliteStore, Store as _};
use serde_json::{Value, json};

/// `code text` of a call in English.
async fn says(gateway: &TestGateway, operation: &str, params: &[(&str, &str)]) -> String {
    let named = [params, &[("language", "en")]].concat();
    let json = gateway.shop.call(operation, &named).await.json();
    format!("{} {}", json["errorCode"], json["errorMessage"]).replace('"', "")
}

#[tokio::test]
async fn the_list_has_the_documents_fields_and_filters() {
    let gateway = gateway().await;
    pays(&gateway, "666", PAID, true).await;
    let id = only(&gateway, "666").await;
    let answer = gateway.shop.call("getBindings.do", &[("clientId", "666")]).await;
    let expected = json!({"errorCode": "0", "errorMessage": "Успешно", "bindings": [{
        "bindingId": id, "maskedPan": "444455**3333", "expiryDate": "203412", "clientId": "666", "paymentWay": "CARD",
        "paymentSystem": "VISA", "displayLabel": "XXXXXXXXXXXX3333", "bindingCategory": "COMMON"}]});
    assert_eq!(answer.json(), expected);
    assert_eq!(gateway.shop.call("getAllBindings.do", &[("clientId", "666")]).await.json(), expected);
    for params in [[("bindingId", id.as_str())], [("pan", PAID.number)]] {
        assert_eq!(gateway.shop.call("getBindingsByCardOrId.do", &params).await.json(), expected, "{params:?}");
    }
    let none = json!({"errorCode": "2", "errorMessage": "Информация не найдена", "bindings": []});
    for params in [
        vec![("clientId", "667")],
        vec![("clientId", "666"), ("bindingType", "R")],
        vec![("clientId", "666"), ("bindingType", "I")],
        vec![("clientId", "666"), ("bindingId", "00000000-0000-0000-0000-000000000000")],
        vec![("clientId", "666"), ("bindingId", "nonsense")],
    ] {
        assert_eq!(gateway.shop.call("getBindings.do", &params).await.json(), none, "{params:?}");
    }
    for kind in ["C", "CR"] {
        let found = gateway.shop.call("getBindings.do", &[("clientId", "666"), ("bindingType", kind)]).await;
        assert_eq!(found.json(), expected, "{kind}");
    }
    assert_eq!(says(&gateway, "getBindings.do", &[]).await, "1 [clientId] is empty");
    let wrong = [("clientId", "666"), ("bindingType", "X")];
    assert_eq!(says(&gateway, "getBindings.do", &wrong).await, "5 [bindingType] is invalid");
    let wrong = [("clientId", "666"), ("showExpired", "perhaps")];
    assert_eq!(says(&gateway, "getBindings.do", &wrong).await, "5 [showExpired] is invalid");
    assert_eq!(says(&gateway, "getBindingsByCardOrId.do", &[]).await, "5 [bindingId] is empty");
    assert_eq!(says(&gateway, "getBindingsByCardOrId.do", &[("pan", "4444")]).await, "5 [pan] is invalid");
    assert_eq!(says(&gateway, "getBindings.do", &[("clientId", "667")]).await, "2 Information not found");
    let wrong = gateway.shop.post("getBindings.do", &[("userName", "shop-api"), ("password", "no"), ("clientId", "1")]);
    assert_eq!(refusal(&wrong.await), "5 Доступ запрещён");
    gateway.end().await;
}

#[tokio::test]
async fn a_card_is_switched_off_and_on_and_another_merchants_is_unknown() {
    let gateway = gateway().await;
    pays(&gateway, "client-7", PAID, true).await;
    let id = only(&gateway, "client-7").await;
    let named = [("bindingId", id.as_str())];
    assert_eq!(says(&gateway, "bindCard.do", &named).await, "2 Binding is active");
    assert_eq!(says(&gateway, "unBindCard.do", &named).await, "0 Success");
    assert_eq!(says(&gateway, "unbindCard.do", &named).await, "2 Binging isn't active");
    assert!(saved(&gateway, "client-7").await.is_empty());
    assert_eq!(says(&gateway, "bindCard.do", &named).await, "0 Success");
    assert_eq!(only(&gateway, "client-7").await, id);
    let toys = neighbour(&gateway).await;
    for operation in ["bindCard.do", "unBindCard.do", "extendBinding.do"] {
        let params = [("bindingId", id.as_str()), ("newExpiry", "204001")];
        assert_eq!(refusal(&toys.call(operation, &params).await), "2 Связка не найдена", "{operation}");
        assert_eq!(says(&gateway, operation, &[]).await, "5 [bindingId] is empty", "{operation}");
        let unknown = [("bindingId", "00000000-0000-0000-0000-000000000000"), ("newExpiry", "204001")];
        assert_eq!(says(&gateway, operation, &unknown).await, "2 Binding not found", "{operation}");
        assert_eq!(says(&gateway, operation, &[("bindingId", "1")]).await, "2 Binding not found", "{operation}");
    }
    let seen = toys.call("getBindingsByCardOrId.do", &[("pan", PAID.number)]).await.json();
    assert_eq!(seen["errorCode"], "2", "nobody learns by a number what another merchant knows");
    assert_eq!(toys.call("getBindings.do", &[("clientId", "client-7")]).await.json()["bindings"], json!([]));
    // The same card saved anew while the old binding is off: that one cannot come back beside it.
    assert_eq!(says(&gateway, "unBindCard.do", &named).await, "0 Success");
    pays(&gateway, "client-7", PAID, true).await;
    assert_ne!(only(&gateway, "client-7").await, id);
    assert_eq!(says(&gateway, "bindCard.do", &named).await, "2 Binding is active");
    while gateway.deliver().await > 0 {}
    gateway.end().await;
}

#[tokio::test]
async fn a_new_date_counts_and_an_expired_card_is_shown_only_if_asked_for() {
    let gateway = gateway().await;
    pays(&gateway, "client-7", PAID, true).await;
    let id = only(&gateway, "client-7").await;
    for wrong in ["", "2034", "203413", "199912", "20341a", "2034-12"] {
        let said = says(&gateway, "extendBinding.do", &[("bindingId", &id), ("newExpiry", wrong)]).await;
        let expected = if wrong.is_empty() { "5 [newExpiry] is empty" } else { "5 [newExpiry] is invalid" };
        assert_eq!(said, expected, "{wrong}");
    }
    assert_eq!(says(&gateway, "extendBinding.do", &[("bindingId", &id), ("newExpiry", "202610")]).await, "0 Success");
    assert!(saved(&gateway, "client-7").await.is_empty(), "the clock stands in November 2026");
    let all = gateway.shop.call("getBindings.do", &[("clientId", "client-7"), ("showExpired", "true")]).await.json();
    assert_eq!(all["bindings"][0]["expiryDate"], "202610");
    let order = gateway.shop.register(&[("clientId", "client-7")]).await;
    assert!(!gateway.payer.open(&order).await.has(&id), "the page offers none that cannot pay");
    let pay = [("mdOrder", order.id.as_str()), ("bindingId", &id), ("cvc", "123")];
    let paid = gateway.shop.call("paymentOrderBinding.do", &pay).await.json();
    assert_eq!(paid["errorCode"], 0, "{paid}");
    assert!(paid["error"].is_string(), "the bank says that it has expired: {paid}");
    assert_eq!(says(&gateway, "extendBinding.do", &[("bindingId", &id), ("newExpiry", "204001")]).await, "0 Success");
    let order = gateway.shop.register(&[("clientId", "client-7")]).await;
    let pay = [("mdOrder", order.id.as_str()), ("bindingId", &id), ("cvc", "123")];
    gateway.shop.call("paymentOrderBinding.do", &pay).await;
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    while gateway.deliver().await > 0 {}
    gateway.end().await;
}

#[tokio::test]
async fn the_merchant_pays_with_a_saved_card() {
    let gateway = gateway().await;
    pays(&gateway, "client-7", PAID, true).await;
    pays(&gateway, "client-8", MIR, true).await;
    let (own, foreign) = (only(&gateway, "client-7").await, only(&gateway, "client-8").await);
    let order = gateway.shop.register(&[("clientId", "client-7")]).await;
    let anonymous = gateway.shop.register(&[]).await;
    let id = order.id.as_str();
    for (params, expected) in [
        (vec![("mdOrder", id), ("bindingId", &own)], "1 CVC2/CVV2 is required"),
        (vec![("mdOrder", id), ("bindingId", &own), ("cvc", "12")], "1 CVC2/CVV2 is required"),
        (vec![("mdOrder", id), ("bindingId", &foreign), ("cvc", "123")], "2 Binding not found"),
        (vec![("mdOrder", id), ("cvc", "123")], "5 [bindingId] is empty"),
        (vec![("mdOrder", anonymous.id.as_str()), ("bindingId", &own), ("cvc", "123")], "5 [clientId] is empty"),
        (vec![("mdOrder", "00000000-0000-0000-0000-000000000000"), ("bindingId", &own)], "2 Order not found"),
        (vec![("bindingId", own.as_str())], "5 [mdOrder] is empty"),
    ] {
        assert_eq!(says(&gateway, "paymentOrderBinding.do", &params).await, expected, "{params:?}");
    }
    let toys = neighbour(&gateway).await;
    let params = [("mdOrder", id), ("bindingId", own.as_str()), ("cvc", "123")];
    assert_eq!(toys.call("paymentOrderBinding.do", &params).await.json()["errorCode"], 2, "a foreign order");
    assert_eq!(gateway.shop.stands(&order).await, "0 -100", "nothing has changed");
    let paid = gateway.shop.call("paymentOrderBinding.do", &params).await.json();
    assert_eq!((&paid["errorCode"], paid["redirect"].is_string()), (&Value::from(0), true), "{paid}");
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    assert_eq!(says(&gateway, "paymentOrderBinding.do", &params).await.split(' ').next(), Some("7"), "it is paid");
    // The page of a merchant's template, without credentials.
    let order = gateway.shop.register(&[("clientId", "client-7")]).await;
    let form = [("orderId", order.id.as_str()), ("bindingId", own.as_str()), ("cvc", "123")];
    let paid = gateway.shop.post("processBindingForm.do", &form).await.json();
    assert_eq!(paid["errorCode"], 0, "{paid}");
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    let order = gateway.shop.register(&[("clientId", "client-7")]).await;
    let removed = [("mdOrder", order.id.as_str()), ("bindingId", own.as_str())];
    assert_eq!(gateway.shop.post("unbindcardanon.do", &removed).await.json()["errorCode"], 0);
    assert!(saved(&gateway, "client-7").await.is_empty());
    while gateway.deliver().await > 0 {}
    gateway.end().await;
}

#[tokio::test]
async fn a_card_is_saved_without_a_payment_where_the_merchant_may_enter_cards() {
    let gateway = gateway().await;
    let card = [("clientId", "client-7"), ("pan", PAID.number), ("expiryDate", "203412"), ("cardholderName", "IVAN")];
    let created = gateway.shop.call("createBindingNoPayment.do", &card).await.json();
    assert_eq!(
        (&created["errorCode"], created["bindingId"].as_str()),
        (&Value::from("0"), Some(only(&gateway, "client-7").await.as_str()))
    );
    let again = gateway.shop.call("createBindingNoPayment.do", &card).await.json();
    assert_eq!(again["bindingId"], created["bindingId"], "one card of one payer is saved once");
    let real = [("clientId", "client-7"), ("pan", "4242424242424242"), ("expiryDate", "203412")];
    assert_eq!(says(&gateway, "createBindingNoPayment.do", &real).await, "5 [pan] is invalid", "no real card");
    assert_eq!(says(&gateway, "createBindingNoPayment.do", &card[1..]).await, "1 [clientId] is empty");
    let toys = neighbour(&gateway).await;
    assert_eq!(refusal(&toys.call("createBindingNoPayment.do", &card).await), "5 Доступ запрещён");
    let order = gateway.shop.register(&[("clientId", "client-7")]).await;
    let id = only(&gateway, "client-7").await;
    let pay = [("mdOrder", order.id.as_str()), ("bindingId", &id), ("cvc", "123")];
    gateway.shop.call("paymentOrderBinding.do", &pay).await;
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    gateway.end().await;
}

#[tokio::test]
async fn callbacks_tell_of_saved_cards_only_where_they_are_wanted() {
    let gateway = gateway().await;
    let address = gateway.receiver.url("/dynamic");
    let params =
        [("clientId", "client-7"), ("dynamicCallbackUrl", address.as_str()), ("features", "FORCE_CREATE_BINDING")];
    let order = gateway.shop.register(&params).await;
    gateway.payer.pay(&order, PAID).await;
    let id = only(&gateway, "client-7").await;
    while gateway.deliver().await > 0 {}
    let calls = gateway.receiver.calls();
    let names = |at: usize| calls[at].params().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert!(calls[0].target.starts_with("/dynamic?") && calls[1].target.starts_with("/callback?"), "{calls:#?}");
    assert_eq!(
        names(0),
        ["mdOrder", "orderNumber", "operation", "status", "bindingId", "clientId", "enabled", "checksum"]
    );
    assert_eq!(names(1), ["operation", "status", "bindingId", "clientId", "enabled", "checksum"]);
    assert_eq!((calls[1].param("operation").as_str(), calls[1].param("bindingId")), ("bindingCreated", id));
    gateway.end().await;

    let strict = TestGateway::start().await;
    let (_, page) = pays(&strict, "client-7", CHALLENGE, true).await;
    strict.payer.confirm(&page, "12345678").await;
    let id = only(&strict, "client-7").await;
    strict.shop.call("unBindCard.do", &[("bindingId", &id)]).await;
    while strict.deliver().await > 0 {}
    let calls = strict.receiver.calls();
    let names: Vec<_> = calls[0].params().into_iter().map(|(name, _)| name).collect();
    assert_eq!(calls.len(), 1, "a strict receiver fails on what it does not know");
    assert_eq!(names, ["mdOrder", "orderNumber", "operation", "status", "checksum"]);
    strict.end().await;
}

#[tokio::test]
async fn a_merchant_charges_without_the_payer_only_while_it_is_permitted() {
    let gateway = TestGateway::settings(|settings| settings.auto_payment = true).await;
    let (_, bank) = pays(&gateway, "client-7", CHALLENGE, true).await;
    gateway.payer.confirm(&bank, "12345678").await;
    let id = only(&gateway, "client-7").await;
    let automatic = [("clientId", "client-7"), ("features", "AUTO_PAYMENT")];
    let order = gateway.shop.register(&automatic).await;
    let paid =
        gateway.shop.call("paymentOrderBinding.do", &[("mdOrder", order.id.as_str()), ("bindingId", &id)]).await.json();
    assert_eq!((&paid["errorCode"], &paid["acsUrl"]), (&Value::from(0), &Value::Null), "nobody is asked: {paid}");
    assert_eq!(gateway.shop.stands(&order).await, "2 0");

    // An order that says nothing of it needs the code, whatever the merchant may do.
    let asks = gateway.shop.register(&automatic[..1]).await;
    let pay = [("mdOrder", asks.id.as_str()), ("bindingId", id.as_str())];
    assert_eq!(says(&gateway, "paymentOrderBinding.do", &pay).await, "1 CVC2/CVV2 is required");
    // A page has a payer before it, so it asks for the code of the most permissive order.
    let page = gateway.shop.register(&automatic).await;
    let form = [("orderId", page.id.as_str()), ("bindingId", id.as_str()), ("language", "en")];
    let asked = gateway.shop.post("processBindingForm.do", &form).await.json();
    assert_eq!((&asked["errorCode"], &asked["errorMessage"]), (&json!(1), &json!("CVC2/CVV2 is required")));

    // The permission counts when money would move, not only when the order is registered.
    let late = gateway.shop.register(&automatic).await;
    let other =
        SqliteStore::open(&gateway.gateway.config.database(), SqliteOptions::default()).expect("a second handle");
    let withdrawn = [("auto_payment".to_owned(), "false".to_owned())];
    project::set(&other, "demo", &withdrawn).await.expect("set");
    let pay = [("mdOrder", late.id.as_str()), ("bindingId", id.as_str())];
    assert_eq!(says(&gateway, "paymentOrderBinding.do", &pay).await, "1 CVC2/CVV2 is required");
    for order in [&asks, &page, &late] {
        assert_eq!(gateway.shop.stands(order).await, "0 -100", "nothing has changed");
    }
    let refused = gateway.shop.try_register("register.do", &automatic).await.json();
    assert_eq!(refused["errorCode"], "13", "{refused}");
    while gateway.deliver().await > 0 {}
    other.close().await;
    gateway.end().await;
}
