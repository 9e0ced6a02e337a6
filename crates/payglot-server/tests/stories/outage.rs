//! A database that takes no writes: the shop is told the protocol's system error, what can be read is read, and nothing is half done.

use crate::harness::payer::{PAID, card};
use crate::harness::shop::refusal;
use crate::harness::{Setup, TestGateway};
use payglot_store::SqliteOptions;
use rusqlite::Connection;
use std::time::Duration;

#[tokio::test]
async fn while_another_process_holds_the_database_orders_are_refused_and_statuses_told() {
    let store = SqliteOptions { busy_timeout: Duration::from_millis(50), ..SqliteOptions::default() };
    let gateway = TestGateway::with(Setup { store, ..Setup::default() }).await;
    let shop = &gateway.shop;
    let order = shop.register(&[("orderNumber", "before"), ("language", "en")]).await;
    let page = gateway.payer.open(&order).await;

    let rival = Connection::open(gateway.gateway.config.database()).expect("a second connection");
    rival.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    assert_eq!(refusal(&shop.try_register("register.do", &[("orderNumber", "during")]).await), "7 Системная ошибка");
    assert_eq!(shop.stands(&order).await, "0 -100");
    let failed = gateway.payer.type_card(&page, PAID).await;
    assert_eq!(failed.status, 503, "{}", failed.heading());
    assert!(gateway.payer.open(&order).await.form("pay").is_some(), "the page is still there");

    rival.execute_batch("ROLLBACK").expect("let go");
    assert!(gateway.file(&order).await.bank.is_empty(), "the bank was not asked");
    shop.register(&[("orderNumber", "during")]).await;
    assert_eq!(gateway.payer.pay(&order, PAID).await.heading(), "Paid. Thank you!");
    gateway.end().await;
}

#[tokio::test]
async fn a_full_disk_refuses_what_does_not_fit_and_nothing_else() {
    let store = SqliteOptions { pages_max: Some(1), ..SqliteOptions::default() };
    let gateway = TestGateway::with(Setup { store, body_max: 1 << 20, ..Setup::default() }).await;
    let shop = &gateway.shop;
    let small = shop.register(&[("orderNumber", "small")]).await;
    let cart = format!("{{\"note\":\"{}\"}}", "x".repeat(60_000));
    let refused = shop
        .try_register("register.do", &[("orderNumber", "large"), ("additionalOfdParams", &cart), ("language", "en")])
        .await;
    assert_eq!(refusal(&refused), "7 System error");
    assert_eq!(shop.stands(&small).await, "0 -100");
    assert_eq!(
        refusal(&shop.call("getOrderStatusExtended.do", &[("orderNumber", "large"), ("language", "en")]).await),
        "6 Order not found"
    );
    gateway.end().await;
}

#[tokio::test]
async fn money_that_moved_while_the_database_took_no_answer_is_found_again() {
    let store = SqliteOptions { busy_timeout: Duration::from_millis(50), ..SqliteOptions::default() };
    let setup = Setup { store, slow_answer: Duration::from_millis(400), ..Setup::default() };
    let gateway = TestGateway::with(setup).await;
    let order = gateway.shop.register(&[("language", "en")]).await;
    let page = gateway.payer.open(&order).await;
    let payer = gateway.payer;
    let paying = payer.type_card(&page, card("4000000000001026"));
    let locking = async {
        // The bank writes its book first and answers later.
        while gateway.file(&order).await.bank.is_empty() {
            tokio::task::yield_now().await;
        }
        let rival = Connection::open(gateway.gateway.config.database()).expect("a second connection");
        rival.execute_batch("BEGIN IMMEDIATE").expect("the lock");
        rival
    };
    let (told, rival) = tokio::join!(paying, locking);
    assert_eq!(told.status, 503, "{}", told.heading());
    rival.execute_batch("ROLLBACK").expect("let go");
    assert_eq!(gateway.file(&order).await.stored.payment.sums.captured, 0);
    let again = gateway.payer.open(&order).await;
    assert!(again.form("pay").is_none(), "nobody may pay twice: {}", again.heading());
    gateway.pass(6);
    assert_eq!(gateway.recover().await, 1);
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["deposited 1"]);
    gateway.end().await;
}
