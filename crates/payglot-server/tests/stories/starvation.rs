//! One payment that cannot go on keeps no other from going on.

use crate::harness::TestGateway;
use crate::harness::payer::{NEVER_RECEIVED, PAID};
use crate::harness::shop::Shop;
use payglot_server::flows::{expire, recover};
use payglot_server::projects::ProjectSettings;
use payglot_store::{BankEntry, Project};

/// Settings that nobody can read: whatever happens to this merchant's payments fails.
async fn break_settings(gateway: &TestGateway, shop: &Shop) -> String {
    let store = &gateway.gateway.store;
    let project = stored(gateway, shop).await;
    store.update_project(project.id, project.version, "{\"no_such_setting\":1}", true).await.expect("changed");
    project.settings
}

async fn stored(gateway: &TestGateway, shop: &Shop) -> Project {
    let all = gateway.gateway.store.projects().await.expect("the store works");
    all.into_iter().find(|project| project.login == shop.login).expect("a project")
}

async fn mend_settings(gateway: &TestGateway, shop: &Shop, settings: &str) {
    let store = &gateway.gateway.store;
    let project = stored(gateway, shop).await;
    store.update_project(project.id, project.version, settings, true).await.expect("changed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_end_in_time_beside_one_that_cannot() {
    let gateway = TestGateway::start().await;
    let broken = gateway.other_shop("broken", "password", ProjectSettings::default()).await;
    let stuck = broken.register(&[("orderNumber", "stuck")]).await;
    gateway.pass(1);
    let order = gateway.shop.register(&[]).await;
    let settings = break_settings(&gateway, &broken).await;
    gateway.pass(1300);
    assert_eq!(expire::expire_due(&gateway.gateway, 1).await, Ok(1), "the second is ended, although one is asked for");
    assert_eq!(gateway.shop.stands(&order).await, "6 -2007");
    mend_settings(&gateway, &broken, &settings).await;
    assert_eq!(gateway.expire().await, 1);
    assert_eq!(broken.stands(&stuck).await, "6 -2007");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_whose_answer_is_missing_does_not_hold_up_those_behind_it() {
    let gateway = TestGateway::start().await;
    let open = gateway.shop.register(&[]).await;
    let page = gateway.payer.open(&open).await;
    gateway.payer.type_card(&page, NEVER_RECEIVED).await;
    gateway.pass(1);
    gateway.shop.register(&[]).await;
    gateway.pass(1300);
    assert_eq!(expire::expire_due(&gateway.gateway, 1).await, Ok(1));
    assert_eq!(gateway.recover().await, 1);
    assert_eq!(gateway.expire().await, 1);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_are_asked_for_beside_one_that_cannot_be_recorded() {
    let gateway = TestGateway::start().await;
    let broken = gateway.other_shop("broken", "password", ProjectSettings::default()).await;
    for shop in [&broken, &gateway.shop] {
        let order = shop.register(&[("orderNumber", "1")]).await;
        let page = gateway.payer.open(&order).await;
        gateway.payer.type_card(&page, NEVER_RECEIVED).await;
        gateway.pass(1);
    }
    let settings = break_settings(&gateway, &broken).await;
    gateway.pass(10);
    assert_eq!(recover::ask_again(&gateway.gateway, 1).await, Ok(1), "the second is answered");
    mend_settings(&gateway, &broken, &settings).await;
    assert_eq!(gateway.recover().await, 1);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_that_refuses_to_void_a_hold_is_not_asked_every_second() {
    refused_for_a_while(&[], 8).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_that_refuses_to_capture_a_hold_at_its_end_is_not_asked_every_second() {
    refused_for_a_while(&[("autocompletionDate", "2026-11-24T00:00:00")], 2).await;
}

async fn refused_for_a_while(params: &[(&str, &str)], days: i64) {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register_hold(params).await;
    let page = gateway.payer.open(&order).await;
    gateway.payer.type_card(&page, PAID).await;
    let entry = gateway.file(&order).await.bank.pop().expect("the hold");
    // The bank believes that less is held, so it refuses to capture or void more.
    let less = BankEntry { amount: entry.amount.with_minor(1).expect("small"), ..entry.clone() };
    gateway.gateway.store.bank_record(less).await.expect("recorded");
    gateway.pass(days * 24 * 3600);
    for _ in 0..5 {
        assert_eq!(gateway.expire().await, 0);
        gateway.pass(1);
    }
    assert_eq!(gateway.file(&order).await.stored.payment.operations.len(), 2, "asked once");
    gateway.gateway.store.bank_record(entry).await.expect("recorded");
    gateway.pass(600);
    assert_eq!(gateway.expire().await, 1, "and asked again later");
    gateway.end().await;
}
