//! Payment links.

use super::{Monetix, general, read};
use payglot_core::{Command, Method, OperationKind};
use payglot_server::flows::query;
use payglot_server::upstream::{Attempt, Demand, Guide, InvoiceRequest, Means, Provider as _, TestData};
use payglot_store::Commit;

fn invoice(payment: &str, until: &str) -> String {
    general(
        payment,
        &format!(
            r#""customer":{{"id":"c"}},"payment":{{"amount":700,"currency":"USD","best_before":"{until}","description":"Books"}}"#
        ),
    )
}

const TOMORROW: &str = "2026-11-23T00:00:00+00:00";

#[tokio::test]
async fn an_invoice_is_paid_on_the_page_of_its_link() {
    let shop = Monetix::start().await;
    let answer = read(&shop.gate("payment/invoice/create", &invoice("p1", TOMORROW)).await);
    let again = read(&shop.gate("payment/invoice/create", &invoice("p1", TOMORROW)).await);
    assert_eq!(answer, again, "the same call is the same invoice");
    assert_eq!(shop.stands("p1").await, "awaiting payment 700");
    let page = shop.gateway.payer.get(answer["invoice_url"].as_str().expect("a link")).await;
    let form = shop.post(&page, "choose", &[("method", "card")]).await;
    let done = shop.post(&form, "pay", &[("number", "4000000000000077"), ("expiry", "12/34"), ("cvc", "123")]).await;
    assert!(done.has("epframe.payment.success"), "{}", done.heading());
    shop.quiet().await;
    assert_eq!(shop.told(), ["success, 700, sale, success, 0"]);
    assert_eq!(shop.heard()[0].get("payment.type"), "invoice");
    shop.end().await;
}

#[tokio::test]
async fn an_invoice_expires_or_is_cancelled_and_the_shop_is_told() {
    let shop = Monetix::start().await;
    for payment in ["p1", "p2"] {
        shop.accepted("payment/invoice/create", &invoice(payment, TOMORROW)).await;
    }
    shop.accepted("payment/invoice/cancel", &general("p2", "")).await;
    shop.quiet().await;
    shop.gateway.pass(86_400);
    shop.gateway.expire().await;
    shop.quiet().await;
    shop.accepted("payment/invoice/cancel", &general("p1", "")).await;
    shop.accepted("payment/invoice/cancel", &general("nobody", "")).await;
    shop.quiet().await;
    let wanted = ["invoice canceled, 700, invoice, invoice canceled, 301", "expired, 700, invoice, expired, 301"];
    assert_eq!(shop.told()[..2], wanted);
    let mut codes: Vec<String> = shop.heard()[2..].iter().map(|told| told.get("operation.code")).collect();
    codes.sort();
    assert_eq!(codes, ["3060", "3061"]);
    shop.end().await;
}

#[tokio::test]
async fn an_invoice_without_a_deadline_or_with_one_in_the_past_is_none() {
    let shop = Monetix::start().await;
    let without = general("p1", r#""customer":{"id":"c"},"payment":{"amount":700,"currency":"USD"}"#);
    let (status, words) = shop.refused("payment/invoice/create", &without).await;
    assert_eq!((status, &words[..4]), (400, "2004"), "{words}");
    shop.accepted("payment/invoice/create", &invoice("p1", "2020-01-01T00:00:00+00:00")).await;
    shop.quiet().await;
    assert_eq!(shop.told(), ["error, 700, invoice, error, 301"]);
    assert_eq!(shop.gateway.count().await, 0);
    shop.end().await;
}

#[tokio::test]
async fn a_wallet_pays_at_once_where_a_card_would_be_held() {
    let shop = Monetix::with(&[("monetix.card_operation", "auth")]).await;
    let answer = read(&shop.gate("payment/invoice/create", &invoice("p1", TOMORROW)).await);
    let page = shop.gateway.payer.get(answer["invoice_url"].as_str().expect("a link")).await;
    let form = shop.post(&page, "choose", &[("method", "webmoney")]).await;
    let typed = [("account", "123456789012"), ("first_name", "J"), ("last_name", "D"), ("email", "j@shop.example")];
    let bill = shop.post(&form, "wallet", &typed).await;
    assert_eq!(bill.heading(), "Pay the invoice in WebMoney");
    shop.settle().await;
    assert_eq!(shop.told(), ["success, 700, sale, success, 0"]);
    shop.gateway.pass(40 * 86_400);
    shop.gateway.expire().await;
    assert_eq!(shop.stands("p1").await, "success 700", "nothing is let go of later");
    shop.end().await;
}

#[tokio::test]
async fn a_link_takes_only_what_it_offers() {
    let shop = Monetix::with(&[("monetix.methods", "card")]).await;
    let answer = read(&shop.gate("payment/invoice/create", &invoice("p1", TOMORROW)).await);
    let link = answer["invoice_url"].as_str().expect("a link").to_owned();
    let page = shop.gateway.payer.get(&link).await;
    let wallet = [("step", "wallet"), ("account", "123456789012"), ("email", "j@shop.example")];
    shop.gateway.payer.post(&page.address, &wallet).await;
    assert_eq!(shop.stands("p1").await, "awaiting payment 700");
    shop.set("monetix.methods", "webmoney").await;
    let card = [("step", "pay"), ("number", "4000000000000077"), ("expiry", "12/34"), ("cvc", "123")];
    shop.gateway.payer.post(&page.address, &card).await;
    assert_eq!(shop.stands("p1").await, "awaiting payment 700");
    shop.set("monetix.methods", "card").await;
    shop.gateway.payer.post(&page.address, &card).await;
    assert_eq!(shop.stands("p1").await, "success 700");
    shop.end().await;
}

#[tokio::test]
async fn a_cancel_that_came_too_early_does_its_work_when_it_comes_again() {
    let shop = Monetix::start().await;
    let cancel = general("p1", "");
    shop.accepted("payment/invoice/cancel", &cancel).await;
    shop.accepted("payment/invoice/create", &invoice("p1", TOMORROW)).await;
    shop.gateway.pass(61);
    shop.accepted("payment/invoice/cancel", &cancel).await;
    assert_eq!(shop.stands("p1").await, "invoice canceled 700");
    shop.end().await;
}

#[tokio::test]
async fn a_wallets_invoice_that_was_not_written_down_before_the_process_died_can_still_be_paid() {
    let shop = Monetix::with_idle_wallets().await;
    let answer = read(&shop.gate("payment/invoice/create", &invoice("p1", TOMORROW)).await);
    let link = answer["invoice_url"].as_str().expect("a link");
    let whole = &shop.gateway.gateway;
    let id = link.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    let payment = query::payment(whole, id).await.expect("there").payment;
    let operation = whole.clock.operation_id();
    let start = Command::StartAttempt {
        operation,
        method: Method::Wallet,
        method_key: Some("webmoney".to_owned()),
        card: None,
        payer_ip: None,
    };
    let decision = payglot_core::decide(&payment, start, shop.gateway.now()).expect("decided");
    let lease_until = shop.gateway.now();
    let commit = Commit {
        decision,
        details: None,
        notifications: Vec::new(),
        binding: None,
        mandate: None,
        charge: None,
        call: None,
        lease_until,
    };
    whole.store.commit(commit).await.expect("committed");
    let asked = InvoiceRequest {
        method: Method::Wallet,
        key: "webmoney".to_owned(),
        account: "123456789012".to_owned(),
        description: "Books".to_owned(),
        expires_at: payment.expires_at,
    };
    let attempt = Attempt {
        operation,
        payment: id,
        kind: OperationKind::Sale,
        amount: payment.amount,
        merchant: payment.project,
        means: Means::Invoice(asked),
        save: false,
        return_address: link.to_owned(),
        demand: Demand::AsIssuerWants,
        guide: Guide::Us,
        test_data: TestData::Monetix,
    };
    whole.bank.attempt(attempt).await;
    assert_ne!(shop.gateway.payer.get(link).await.heading(), "Pay the invoice in WebMoney");
    shop.gateway.pass(1);
    assert_eq!(shop.gateway.recover().await, 0, "the first question may still be under way");
    shop.gateway.pass(5);
    assert_eq!(shop.gateway.recover().await, 1);
    let page = shop.gateway.payer.get(link).await;
    assert_eq!(page.heading(), "Pay the invoice in WebMoney");
    shop.gateway.pass(86_400);
    shop.gateway.expire().await;
    assert_eq!(shop.stands("p1").await, "expired 700", "and not for ever open");
    shop.end().await;
}
