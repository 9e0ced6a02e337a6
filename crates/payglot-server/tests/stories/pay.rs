//! The payer's side: cards, challenges, second thoughts, and answers that are lost.

use crate::harness::payer::{ANSWER_LOST, CHALLENGE, Card, NEVER_RECEIVED, NO_MONEY, PAID, card};
use crate::harness::shop::Registered;
use crate::harness::{TestGateway, http};

/// Number, what the order stands at afterwards: `orderStatus actionCode`.
const CARDS: &[(&str, &str)] = &[
    ("4444555511113333", "2 0"),
    ("4111111111111111", "2 0"),
    ("4000001111111118", "2 0"),
    ("2200000000000038", "2 0"),
    ("2200000000000053", "2 0"),
    ("639002000000000003", "2 0"),
    ("4000000000001026", "2 0"),
    ("5432543254325430", "0 116"),
    ("4444444411111111", "6 5"),
    ("4444444444446666", "6 -20010"),
    ("5555555555555557", "6 -20010"),
    ("4444444444444455", "6 209"),
    ("4444444444444422", "6 903"),
    ("4444444444443333", "6 903"),
    ("4444444499999999", "6 151017"),
    // A good number, but no test card.
    ("4242424242424242", "6 111"),
];

async fn order(gateway: &TestGateway) -> Registered {
    gateway.shop.register(&[("language", "en")]).await
}

#[tokio::test]
async fn every_test_card_does_what_the_table_says() {
    let gateway = TestGateway::start().await;
    for (number, expected) in CARDS {
        let order = order(&gateway).await;
        gateway.payer.pay(&order, card(number)).await;
        assert_eq!(gateway.shop.stands(&order).await, *expected, "{number}");
    }
    let order = order(&gateway).await;
    gateway.payer.pay(&order, card("5168494895055780")).await;
    let stands = gateway.shop.stands(&order).await;
    assert!(["6 -2006", "6 -2023", "6 -2025"].contains(&stands.as_str()), "{stands}");
    gateway.end().await;
}

#[tokio::test]
async fn a_wrong_code_an_expired_card_and_a_number_with_a_slip() {
    let gateway = TestGateway::start().await;
    let order = order(&gateway).await;
    let page = gateway.payer.pay(&order, Card { cvc: "999", ..PAID }).await;
    assert!(page.has("You can try 2 more times."), "{}", page.heading());
    assert_eq!(gateway.shop.stands(&order).await, "0 71015");
    for slip in
        [Card { number: "4444555511113334", ..PAID }, Card { expiry: "10/26", ..PAID }, Card { cvc: "12", ..PAID }]
    {
        let page = gateway.payer.pay(&order, slip).await;
        assert_eq!(page.status, 422, "{slip:?}");
        assert!(page.has("One field needs correcting"), "{slip:?}");
    }
    assert_eq!(gateway.shop.stands(&order).await, "0 71015", "a slip is no attempt");
    assert_eq!(gateway.payer.pay(&order, PAID).await.heading(), "Paid. Thank you!");
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    gateway.end().await;
}

#[tokio::test]
async fn three_attempts_and_no_fourth() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[("language", "en"), ("failUrl", "https://shop.example/sorry?x=1#end")]).await;
    for left in ["You can try 2 more times.", "You can try once more."] {
        assert!(gateway.payer.pay(&order, NO_MONEY).await.has(left), "{left}");
    }
    let page = gateway.payer.pay(&order, NO_MONEY).await;
    assert_eq!(page.heading(), "The payment did not go through");
    let stands = gateway.shop.stands(&order).await;
    assert!(["6 116", "6 -2013"].contains(&stands.as_str()), "{stands}");
    let expected = format!("https://shop.example/sorry?x=1&orderId={}&lang=en#end", order.id);
    assert_eq!(gateway.payer.go_back(&page).await, expected);
    assert!(gateway.payer.open(&order).await.form("pay").is_none());
    assert_eq!(gateway.file(&order).await.bank.len(), 3);
    gateway.end().await;
}

#[tokio::test]
async fn a_challenge_passed_at_the_second_try() {
    let gateway = TestGateway::start().await;
    let order = order(&gateway).await;
    let bank = gateway.payer.pay(&order, CHALLENGE).await;
    assert!(bank.address.starts_with("/sandbox/acs/") && bank.status == 200, "{}", bank.address);
    assert_eq!(gateway.shop.stands(&order).await.split(' ').next(), Some("5"));
    let again = gateway.payer.confirm(&bank, "111").await;
    assert_eq!(again.status, 422);
    let done = gateway.payer.confirm(&again, "12345678").await;
    assert_eq!(done.heading(), "Paid. Thank you!");
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    // An old tab: the challenge is over, and the browser is sent on.
    assert_eq!(gateway.payer.confirm(&bank, "12345678").await.heading(), "This order is already paid");
    assert_eq!(gateway.file(&order).await.stored.payment.sums.captured, 2000);
    gateway.end().await;
}

#[tokio::test]
async fn a_challenge_failed_three_times_or_refused() {
    let gateway = TestGateway::start().await;
    let failed = order(&gateway).await;
    let mut page = gateway.payer.pay(&failed, CHALLENGE).await;
    for _ in 0..3 {
        page = gateway.payer.confirm(&page, "111").await;
    }
    assert_eq!(page.heading(), "The payment did not go through");
    let refused = order(&gateway).await;
    let bank = gateway.payer.pay(&refused, CHALLENGE).await;
    assert_eq!(gateway.payer.refuse(&bank).await.heading(), "The payment did not go through");
    for order in [&failed, &refused] {
        let stands = gateway.shop.stands(order).await;
        assert!(["6 -2006", "6 -2025"].contains(&stands.as_str()), "{stands}");
        assert_eq!(gateway.file(order).await.stored.payment.sums.captured, 0);
    }
    gateway.end().await;
}

#[tokio::test]
async fn a_challenge_left_for_another_card_takes_nothing_later() {
    let gateway = TestGateway::start().await;
    let order = order(&gateway).await;
    let bank = gateway.payer.pay(&order, CHALLENGE).await;
    let there = gateway.payer.open(&order).await;
    assert_eq!(there.heading(), "Confirm at your bank");
    let form = gateway.payer.submit(&there, "another-card", &[]).await;
    assert!(form.has("Choose another card") && form.form("pay").is_some(), "{}", form.heading());
    // The forgotten tab: a right code moves nothing.
    gateway.payer.confirm(&bank, "12345678").await;
    assert_eq!(gateway.file(&order).await.stored.payment.sums.captured, 0);
    assert_eq!(gateway.payer.pay(&order, PAID).await.heading(), "Paid. Thank you!");
    assert_eq!(gateway.file(&order).await.stored.payment.sums.captured, 2000);
    gateway.end().await;
}

#[tokio::test]
async fn the_forgotten_tab_of_one_challenge_does_not_end_the_next() {
    let gateway = TestGateway::start().await;
    let order = order(&gateway).await;
    let first = gateway.payer.pay(&order, CHALLENGE).await;
    let there = gateway.payer.open(&order).await;
    gateway.payer.submit(&there, "another-card", &[]).await;
    let second = gateway.payer.pay(&order, CHALLENGE).await;
    assert_ne!(first.address, second.address);
    let told = gateway.payer.confirm(&first, "12345678").await;
    assert_eq!(told.heading(), "Confirm at your bank", "the second challenge goes on");
    assert_eq!(gateway.payer.confirm(&second, "12345678").await.heading(), "Paid. Thank you!");
    assert_eq!(gateway.file(&order).await.stored.payment.sums.captured, 2000);
    gateway.end().await;
}

#[tokio::test]
async fn a_payer_who_came_back_from_the_bank_finds_the_way_there_again() {
    let gateway = TestGateway::start().await;
    let order = order(&gateway).await;
    gateway.payer.pay(&order, CHALLENGE).await;
    let bank = gateway.payer.get(&format!("/checkout/{}/challenge?lang=en", order.id)).await;
    assert!(bank.address.starts_with("/sandbox/acs/"), "{}", bank.address);
    assert_eq!(gateway.payer.confirm(&bank, "123456").await.heading(), "Paid. Thank you!");
    gateway.end().await;
}

#[tokio::test]
async fn an_answer_that_was_lost_is_asked_for_again() {
    let gateway = TestGateway::start().await;
    let (paid, lost) = (order(&gateway).await, order(&gateway).await);
    for (order, card) in [(&paid, ANSWER_LOST), (&lost, NEVER_RECEIVED)] {
        let page = gateway.payer.pay(order, card).await;
        assert_eq!(page.heading(), "Waiting for the bank’s answer");
        assert_eq!(gateway.shop.status(order).await["orderStatus"], 0, "nobody knows yet");
    }
    assert_eq!(gateway.recover().await, 0, "the first question may still be under way");
    gateway.pass(6);
    gateway.recover().await;
    assert_eq!(gateway.shop.stands(&paid).await, "2 0");
    assert_eq!(gateway.payer.open(&paid).await.status, 200);
    let stored = gateway.file(&lost).await.stored.payment;
    assert_eq!(stored.sums.captured, 0);
    assert!(stored.open_operations().next().is_none(), "{stored:?}");
    gateway.end().await;
}

#[tokio::test]
async fn a_status_question_settles_what_is_open() {
    let gateway = TestGateway::start().await;
    let order = order(&gateway).await;
    gateway.payer.pay(&order, ANSWER_LOST).await;
    gateway.pass(6);
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    gateway.end().await;
}

#[tokio::test]
async fn a_form_from_an_older_page_charges_nothing() {
    let gateway = TestGateway::start().await;
    let order = order(&gateway).await;
    let old = gateway.payer.open(&order).await;
    gateway.payer.type_card(&old, NO_MONEY).await;
    let stale = gateway.payer.type_card(&old, PAID).await;
    assert!(stale.address.contains("stale=1") && stale.form("pay").is_some(), "{}", stale.address);
    assert_eq!(gateway.file(&order).await.bank.len(), 1);
    gateway.payer.type_card(&stale, PAID).await;
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    gateway.end().await;
}

#[tokio::test]
async fn the_time_runs_out_on_the_page_and_at_the_bank() {
    let gateway = TestGateway::start().await;
    let (typing, confirming) = (order(&gateway).await, order(&gateway).await);
    let page = gateway.payer.open(&typing).await;
    let bank = gateway.payer.pay(&confirming, CHALLENGE).await;
    gateway.pass(1200);
    assert_eq!(gateway.payer.type_card(&page, PAID).await.heading(), "The time to pay has run out");
    assert_eq!(gateway.payer.confirm(&bank, "12345678").await.heading(), "The time to pay has run out");
    for order in [&typing, &confirming] {
        assert_eq!(gateway.shop.stands(order).await, "6 -2007");
        assert_eq!(gateway.file(order).await.stored.payment.sums.captured, 0);
    }
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["declinedByTimeout 0", "declinedByTimeout 0"]);
    gateway.end().await;
}

#[tokio::test]
async fn the_payer_cancels() {
    let gateway = TestGateway::start().await;
    let order = order(&gateway).await;
    let page = gateway.payer.open(&order).await;
    let done = gateway.payer.submit(&page, "cancel", &[]).await;
    assert_eq!(done.status, 200);
    assert_eq!(gateway.shop.stands(&order).await, "6 2022");
    let back = gateway.payer.go_back(&done).await;
    assert_eq!(back, format!("https://shop.example/back?orderId={}&lang=en", order.id));
    // The other tab still shows the form.
    gateway.payer.type_card(&page, PAID).await;
    assert_eq!(gateway.shop.stands(&order).await, "6 2022");
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["deposited 0"]);
    gateway.end().await;
}

#[tokio::test]
async fn pages_in_every_language_and_for_addresses_that_lead_nowhere() {
    let gateway = TestGateway::start().await;
    let order = order(&gateway).await;
    for (language, heading) in [("en", "Pay by card"), ("ru", "Оплата картой"), ("lt", "Mokėjimas kortele")]
    {
        let page = gateway.payer.get(&format!("/payment/merchants/payment_{language}.html?mdOrder={}", order.id)).await;
        assert!(page.status == 200 && page.body.contains(&format!("lang=\"{language}\"")), "{language}");
        assert_eq!(page.heading(), heading);
        let others = ["en", "ru", "lt"].into_iter().filter(|other| *other != language);
        for other in others {
            assert!(page.body.contains(&format!("payment_{other}.html")), "{language} to {other}");
        }
    }
    let shapes = ["/payment/merchants/demo/payment_en.html", "/payment/merchants/mobile_payment_en.html"];
    for shape in shapes {
        assert_eq!(gateway.payer.get(&format!("{shape}?mdOrder={}", order.id)).await.status, 200, "{shape}");
    }
    let nowhere = ["?mdOrder=00000000-0000-0000-0000-000000000000", "?mdOrder=x", ""];
    for query in nowhere {
        let page = gateway.payer.get(&format!("/payment/merchants/payment_en.html{query}")).await;
        assert_eq!((page.status, page.heading().as_str()), (404, "We could not find this order"), "{query}");
    }
    for path in ["/checkout/x/return", "/checkout/x/confirmed", "/checkout/x/challenge", "/sandbox/acs/x"] {
        assert_eq!(gateway.payer.get(path).await.status, 404, "{path}");
    }
    gateway.end().await;
}

#[tokio::test]
async fn the_payer_pays_in_another_language_and_comes_back_in_it() {
    let gateway = TestGateway::start().await;
    let order = order(&gateway).await;
    let page = gateway.payer.get(&format!("/payment/merchants/payment_ru.html?mdOrder={}", order.id)).await;
    let done = gateway.payer.type_card(&page, PAID).await;
    assert!(gateway.payer.go_back(&done).await.ends_with("&lang=ru"));
    gateway.end().await;
}

#[tokio::test]
async fn a_hold_is_approved_and_not_captured() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register_hold(&[("amount", "10000"), ("language", "en")]).await;
    let page = gateway.payer.pay(&order, PAID).await;
    assert_eq!(page.heading(), "Reserved. Thank you!");
    let status = gateway.shop.status(&order).await;
    let sums = &status["paymentAmountInfo"];
    assert_eq!((status["orderStatus"].as_i64(), sums["paymentState"].as_str()), (Some(1), Some("APPROVED")));
    assert_eq!((sums["approvedAmount"].as_i64(), sums["depositedAmount"].as_i64()), (Some(10000), Some(0)));
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["approved 1"]);
    gateway.end().await;
}

#[tokio::test]
async fn pages_are_not_cached_framed_or_open_to_foreign_scripts() {
    let gateway = TestGateway::start().await;
    let order = order(&gateway).await;
    let target = format!("/payment/merchants/payment_en.html?mdOrder={}", order.id);
    let answer = http::send(gateway.at, "GET", &target, "", b"").await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let policy = answer.header("content-security-policy").expect("a policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(answer.body.len() < 60_000, "{}", answer.body.len());
    gateway.end().await;
}
