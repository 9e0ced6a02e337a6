//! Cards that payers leave with a shop: saved on the page, paid with again, asked for and switched off by the merchant.

mod calls;
mod charges;
mod secrets;

use crate::harness::payer::{CHALLENGE, Card, NO_MONEY, PAID, Page, card};
use crate::harness::shop::Registered;
use crate::harness::{TestGateway, create_shop};
use payglot_server::projects::ProjectSettings;
use serde_json::Value;

const MIR: Card = card("2200000000000038");

/// A merchant that wants to hear of saved cards and may enter cards itself.
fn wants_all(settings: &mut ProjectSettings) {
    settings.merchant_card_entry = true;
    settings.callback_operations =
        ["approved", "deposited", "bindingCreated", "bindingActivityChanged"].map(str::to_owned).to_vec();
}

async fn gateway() -> TestGateway {
    TestGateway::settings(wants_all).await
}

/// Pays a new order of a client by a typed card, ticking the box or not. The order, and the page where that ended.
async fn pays(gateway: &TestGateway, client: &str, typed: Card, save: bool) -> (Registered, Page) {
    let order = gateway.shop.register(&[("clientId", client)]).await;
    let page = gateway.payer.open(&order).await;
    let fields = [("number", typed.number), ("expiry", typed.expiry), ("cvc", typed.cvc), ("save", "1")];
    let fields = if save { &fields[..] } else { &fields[..3] };
    let page = gateway.payer.submit(&page, "pay", fields).await;
    (order, page)
}

/// The saved cards of a client: code, and the ids with their masks.
async fn saved(gateway: &TestGateway, client: &str) -> Vec<(String, String)> {
    let json = gateway.shop.call("getBindings.do", &[("clientId", client)]).await.json();
    let list = json["bindings"].as_array().unwrap_or_else(|| panic!("{json}"));
    let text = |known: &Value, name: &str| known[name].as_str().unwrap_or_default().to_owned();
    list.iter().map(|known| (text(known, "bindingId"), text(known, "maskedPan"))).collect()
}

/// The one saved card of a client.
async fn only(gateway: &TestGateway, client: &str) -> String {
    let found = saved(gateway, client).await;
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].0.clone()
}

#[tokio::test]
async fn a_payer_saves_a_card_comes_back_and_types_only_its_code() {
    let gateway = gateway().await;
    let (first, _) = pays(&gateway, "client-7", PAID, true).await;
    let id = only(&gateway, "client-7").await;
    let status = gateway.shop.status(&first).await;
    assert_eq!(status["bindingInfo"]["bindingId"], id.as_str());
    assert_eq!(status["bindingInfo"]["clientId"], "client-7");

    let order = gateway.shop.register(&[("clientId", "client-7")]).await;
    let page = gateway.payer.open(&order).await;
    assert!(page.has("Visa •••• 3333") && page.has(&id), "{}", page.body);
    let wrong = gateway.payer.submit(&page, "pay", &[("saved", &id), ("cvc", "")]).await;
    assert_eq!(wrong.status, 422, "the code is never kept, so it must be typed");
    assert_eq!(gateway.shop.stands(&order).await, "0 -100");
    let both = [("saved", id.as_str()), ("number", MIR.number), ("expiry", MIR.expiry), ("cvc", "123")];
    let both = gateway.payer.submit(&page, "pay", &both).await;
    assert_eq!(both.status, 422, "a saved card and a typed one: which is meant is not guessed");
    assert!(both.body.contains(r#"id="saved-new" name="saved" value="" checked"#), "{}", both.body);
    assert_eq!(gateway.shop.stands(&order).await, "0 -100");
    gateway.payer.submit(&wrong, "pay", &[("saved", &id), ("cvc", "123")]).await;
    let status = gateway.shop.status(&order).await;
    assert_eq!((&status["orderStatus"], &status["bindingInfo"]["bindingId"]), (&Value::from(2), &Value::from(id)));
    assert_eq!(status["paymentWay"], "CARD_BINDING");
    assert_eq!(status["cardAuthInfo"]["maskedPan"], "444455**3333");
    gateway.deliver().await;
    gateway.end().await;
}

#[tokio::test]
async fn nothing_is_saved_unless_the_payer_or_the_order_says_so() {
    let gateway = gateway().await;
    pays(&gateway, "plain", PAID, false).await;
    pays(&gateway, "declined", NO_MONEY, true).await;
    let anonymous = gateway.shop.register(&[]).await;
    let page = gateway.payer.open(&anonymous).await;
    assert!(!page.body.contains("name=\"save\""), "no client, no box");
    let fields = [("number", PAID.number), ("expiry", PAID.expiry), ("cvc", PAID.cvc), ("save", "1")];
    gateway.payer.submit(&page, "pay", &fields).await;
    let never = gateway.shop.register(&[("clientId", "never"), ("features", "BINDING_NOT_NEEDED")]).await;
    let page = gateway.payer.open(&never).await;
    assert!(!page.body.contains("name=\"save\""));
    gateway.payer.submit(&page, "pay", &fields).await;
    let forced = gateway.shop.register(&[("clientId", "forced"), ("features", "FORCE_CREATE_BINDING")]).await;
    let page = gateway.payer.open(&forced).await;
    assert!(!page.body.contains("name=\"save\""), "there is nothing to choose");
    gateway.payer.submit(&page, "pay", &fields[..3]).await;
    for (client, count) in [("plain", 0), ("declined", 0), ("never", 0), ("forced", 1)] {
        assert_eq!(saved(&gateway, client).await.len(), count, "{client}");
    }
    gateway.deliver().await;
    gateway.end().await;
}

#[tokio::test]
async fn a_challenge_and_a_lost_answer_save_the_card_when_the_money_has_moved() {
    let gateway = gateway().await;
    let (_, bank) = pays(&gateway, "challenge", CHALLENGE, true).await;
    assert!(saved(&gateway, "challenge").await.is_empty(), "not before the holder has confirmed");
    gateway.payer.confirm(&bank, "12345678").await;
    assert_eq!(saved(&gateway, "challenge").await[0].1, "555555**5599");
    let (_, bank) = pays(&gateway, "refused", CHALLENGE, true).await;
    gateway.payer.refuse(&bank).await;
    assert!(saved(&gateway, "refused").await.is_empty());
    pays(&gateway, "lost", card("4000000000001000"), true).await;
    assert!(saved(&gateway, "lost").await.is_empty());
    gateway.pass(6);
    gateway.recover().await;
    assert_eq!(saved(&gateway, "lost").await.len(), 1, "learned with the answer");
    gateway.deliver().await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_payments_that_save_one_card_at_once_give_one_binding() {
    let gateway = gateway().await;
    let both = (0..8).map(|_| pays(&gateway, "client-7", PAID, true));
    let paid = futures_util::future::join_all(both).await;
    let id = only(&gateway, "client-7").await;
    for (order, _) in &paid {
        let status = gateway.shop.status(order).await;
        assert_eq!(
            (&status["orderStatus"], &status["bindingInfo"]["bindingId"]),
            (&Value::from(2), &Value::from(&*id))
        );
    }
    pays(&gateway, "client-7", MIR, true).await;
    pays(&gateway, "client-8", PAID, true).await;
    assert_eq!(saved(&gateway, "client-7").await.len(), 2);
    assert_ne!(only(&gateway, "client-8").await, id, "another payer's is another");
    while gateway.deliver().await > 0 {}
    let created = gateway.receiver.calls().iter().filter(|call| call.param("operation") == "bindingCreated").count();
    assert_eq!(created, 3, "each is told of once");
    gateway.end().await;
}

#[tokio::test]
async fn an_order_that_names_a_saved_card_takes_no_other() {
    let gateway = gateway().await;
    pays(&gateway, "client-7", PAID, true).await;
    pays(&gateway, "client-7", MIR, true).await;
    let cards = saved(&gateway, "client-7").await;
    let order = gateway.shop.register(&[("clientId", "client-7"), ("bindingId", &cards[0].0)]).await;
    let page = gateway.payer.open(&order).await;
    assert!(page.has(&cards[0].0) && !page.has(&cards[1].0) && !page.body.contains("saved-new"), "{}", page.body);
    assert!(page.form("remove-card").is_none(), "the shop's choice is not the payer's to remove");
    let fields = [("number", MIR.number), ("expiry", MIR.expiry), ("cvc", MIR.cvc)];
    gateway.payer.submit(&page, "pay", &fields).await;
    gateway.payer.submit(&page, "pay", &[("saved", &cards[1].0), ("cvc", "123")]).await;
    assert_eq!(gateway.shop.stands(&order).await, "0 -100", "neither a typed card nor another saved one");
    let page = gateway.payer.open(&order).await;
    gateway.payer.submit(&page, "pay", &[("saved", &cards[0].0), ("cvc", "123")]).await;
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    for (client, id) in [("client-8", cards[0].0.as_str()), ("client-7", "nonsense")] {
        let refused = gateway.shop.try_register("register.do", &[("clientId", client), ("bindingId", id)]).await;
        assert_eq!(refused.json()["errorCode"], "5", "{client} {id}");
    }
    // A card that was switched off after the order was registered leaves nothing to pay with.
    let late = gateway.shop.register(&[("clientId", "client-7"), ("bindingId", &cards[0].0)]).await;
    gateway.shop.call("unBindCard.do", &[("bindingId", &cards[0].0)]).await;
    let page = gateway.payer.open(&late).await;
    assert!(page.form("pay").is_none() && page.form("cancel").is_some(), "{}", page.body);
    while gateway.deliver().await > 0 {}
    gateway.end().await;
}

#[tokio::test]
async fn the_payer_removes_only_own_cards_and_the_shop_hears_of_it() {
    let gateway = gateway().await;
    pays(&gateway, "client-7", PAID, true).await;
    pays(&gateway, "client-8", PAID, true).await;
    let (own, foreign) = (only(&gateway, "client-7").await, only(&gateway, "client-8").await);
    while gateway.deliver().await > 0 {}
    let order = gateway.shop.register(&[("clientId", "client-7")]).await;
    let page = gateway.payer.open(&order).await;
    gateway.payer.submit(&page, "remove-card", &[("saved", &foreign)]).await;
    assert_eq!(only(&gateway, "client-8").await, foreign);
    let after = gateway.payer.submit(&page, "remove-card", &[("saved", &own)]).await;
    assert!(after.has("Карта удалена") && !after.has(&own), "{}", after.body);
    gateway.payer.submit(&page, "remove-card", &[("saved", &own)]).await;
    assert!(saved(&gateway, "client-7").await.is_empty());
    let page = gateway.payer.open(&order).await;
    gateway.payer.submit(&page, "pay", &[("saved", &own), ("cvc", "123")]).await;
    assert_eq!(gateway.shop.stands(&order).await, "0 -100", "an old tab cannot pay with it");
    assert_eq!(gateway.deliver().await, 1);
    let told = gateway.receiver.calls().pop().expect("told");
    let shown: Vec<_> =
        told.params().into_iter().filter(|(name, _)| name != "checksum").map(|(_, value)| value).collect();
    assert_eq!(shown, ["bindingActivityChanged", "1", &own, "client-7", "false"]);
    gateway.end().await;
}

/// Another merchant of the same gateway.
async fn neighbour(gateway: &TestGateway) -> crate::harness::shop::Shop {
    let settings = ProjectSettings { test_mode: true, number_orders: true, ..ProjectSettings::default() };
    create_shop(&gateway.gateway, gateway.at, "", "toys", "toys-password", settings).await
}
