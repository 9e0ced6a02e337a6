//! The same order number again.

use super::{Paysera, carried, values};

#[tokio::test]
async fn an_unpaid_order_is_registered_anew_and_the_new_parameters_win() {
    let shop = Paysera::start().await;
    let first = shop.taken(&[]).await;
    let second = shop.taken(&[("amount", "2000")]).await;
    assert_ne!(first, second);
    let page = shop.gateway.payer.get(&second).await;
    assert!(page.has("20.00") || page.has("20,00"), "{}", page.body);
    assert!(page.has("1001") && !page.has("1001#"), "the shop's own number");
    shop.end().await;
}

#[tokio::test]
async fn a_paid_order_is_not_paid_twice_but_another_amount_is_another_payment() {
    let shop = Paysera::start().await;
    let done = shop.pay(&[]).await;
    shop.gateway.deliver().await;
    let back = shop.gateway.payer.go_back(&done).await;
    let again = shop.taken(&[]).await;
    assert_eq!(carried(&again), carried(&back), "straight back with the result");
    assert!(again.starts_with("https://shop.example/ok?o=1&data="), "{again}");
    assert!(shop.taken(&[("amount", "1001")]).await.starts_with("/checkout/"));
    assert!(shop.taken(&[("test", "1")]).await.starts_with("/checkout/"), "a test says nothing of real money");
    assert!(shop.taken(&[("orderid", "1001#1")]).await.starts_with("/checkout/"), "another number");
    shop.end().await;
}

#[tokio::test]
async fn a_repeated_request_takes_its_parameters_from_the_earlier_one() {
    let shop = Paysera::start().await;
    let repeat = |more: &[(&str, &str)]| {
        let mut fields = payglot_wire::paysera::Fields::new()
            .with("orderid", "1001")
            .with("version", "1.6")
            .with("projectid", "12345")
            .with("repeat_request", "1");
        for (name, value) in more {
            fields.set(name, *value);
        }
        fields
    };
    assert_eq!(super::code(&shop.send(&repeat(&[])).await), "0x10", "there is nothing to repeat");
    shop.taken(&[("own", "x")]).await;
    let answer = shop.send(&repeat(&[("amount", "700")])).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let page = shop.gateway.payer.get(answer.header("location").expect("a page")).await;
    shop.gateway.payer.type_card(&page, crate::harness::payer::PAID).await;
    shop.gateway.deliver().await;
    assert_eq!(values(&shop.heard()[0], &["orderid", "amount", "own", "repeat_request"]), "1001 700 x -");
    // Paid: whatever the amount, nothing is charged again.
    let answer = shop.send(&repeat(&[("amount", "900")])).await;
    assert!(answer.header("location").is_some_and(|to| to.starts_with("https://shop.example/ok")), "{answer:?}");
    shop.end().await;
}
