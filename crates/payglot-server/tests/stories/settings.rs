//! Settings that another process changes on the same data take effect with the next request.

use crate::harness::TestGateway;
use crate::harness::shop::refusal;
use payglot_server::flows::project;
use payglot_server::secrets::Secret;
use payglot_store::{SqliteOptions, SqliteStore, Store as _};

#[tokio::test]
async fn a_second_process_changes_the_project_at_once() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    let other =
        SqliteStore::open(&gateway.gateway.config.database(), SqliteOptions::default()).expect("a second handle");
    let set = async |key: &str, value: &str| {
        project::set(&other, "demo", &[(key.to_owned(), value.to_owned())]).await.expect("set");
    };
    shop.register(&[("amount", "5000")]).await;
    set("amount_max", "4999").await;
    assert_eq!(refusal(&shop.try_register("register.do", &[("amount", "5000")]).await), "5 Неверная сумма");
    shop.register(&[("amount", "4999")]).await;

    set("currencies", "USD,EUR").await;
    shop.register(&[("currency", "840")]).await;

    set("language", "en").await;
    assert_eq!(refusal(&shop.try_register("register.do", &[("amount", "x")]).await), "5 Amount is invalid");

    set("enabled", "false").await;
    assert_eq!(refusal(&shop.try_register("register.do", &[]).await), "5 Доступ запрещён");
    set("enabled", "true").await;
    shop.register(&[]).await;
    other.close().await;
    gateway.end().await;
}

#[tokio::test]
async fn a_password_is_rotated_with_an_overlap() {
    let gateway = TestGateway::start().await;
    let (old, mut new) = (gateway.shop.clone(), gateway.shop.clone());
    new.password = "fresh-password".to_owned();
    let denied = "5 Доступ запрещён";
    assert_eq!(refusal(&new.try_register("register.do", &[]).await), denied);
    let secret = Some(Secret::new("fresh-password"));
    let (store, key) = (gateway.gateway.store.as_ref(), &gateway.gateway.key);
    project::rotate_secret(store, key, "demo", "password", secret, 3_600_000, gateway.now()).await.expect("rotated");
    old.register(&[]).await;
    new.register(&[]).await;
    gateway.pass(3600);
    assert_eq!(refusal(&old.try_register("register.do", &[]).await), denied);
    new.register(&[]).await;
    // The orders of an hour ago have expired; their callbacks go out now.
    gateway.expire().await;
    gateway.end().await;
}
