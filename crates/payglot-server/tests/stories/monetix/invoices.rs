//! Payment links.

use super::{Monetix, general, read};

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
