//! Many at once: exactly one wins, and all are told the same.

use crate::harness::TestGateway;
use crate::harness::payer::{CHALLENGE, PAID, Page};
use crate::harness::shop::refusal;
use futures_util::future::join_all;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_registrations_of_one_number_one_wins() {
    let gateway = TestGateway::start().await;
    let params = [("orderNumber", "same"), ("language", "en")];
    let answers = join_all((0..16).map(|_| gateway.shop.try_register("register.do", &params))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.json()["orderId"].is_string());
    assert_eq!(won.len(), 1);
    assert!(
        lost.iter().all(|answer| refusal(answer) == "1 Order with this number was registered, but was not paid off")
    );
    assert_eq!(gateway.count().await, 1);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_registrations_without_a_number_get_sixteen_numbers() {
    let gateway = TestGateway::start().await;
    let orders = join_all((0..16).map(|_| gateway.shop.register(&[]))).await;
    let statuses = join_all(orders.iter().map(|order| gateway.shop.status(order))).await;
    let mut numbers: Vec<u32> = statuses
        .iter()
        .map(|status| status["orderNumber"].as_str().and_then(|n| n.parse().ok()).expect("a number"))
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=16).collect::<Vec<_>>());
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_questions_that_find_the_time_over_end_the_order_once() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[]).await;
    gateway.pass(1200);
    let told = join_all((0..16).map(|_| gateway.shop.stands(&order))).await;
    assert!(told.iter().all(|stands| stands == "6 -2007"), "{told:?}");
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["declinedByTimeout 0"]);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_form_that_is_posted_many_times_at_once_charges_once() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[]).await;
    let page = gateway.payer.open(&order).await;
    let ends = join_all((0..8).map(|_| gateway.payer.type_card(&page, PAID))).await;
    assert!(ends.iter().all(|page| page.status == 200), "{:?}", ends.iter().map(Page::heading).collect::<Vec<_>>());
    let file = gateway.file(&order).await;
    assert_eq!((file.bank.len(), file.stored.payment.sums.captured), (1, 2000));
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["deposited 1"]);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_that_is_confirmed_many_times_at_once_charges_once() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[]).await;
    let bank = gateway.payer.pay(&order, CHALLENGE).await;
    let ends = join_all((0..8).map(|_| gateway.payer.confirm(&bank, "12345678"))).await;
    assert!(ends.iter().all(|page| page.status == 200), "{:?}", ends.iter().map(Page::heading).collect::<Vec<_>>());
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    assert_eq!(gateway.file(&order).await.stored.payment.sums.captured, 2000);
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["deposited 1"]);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_pays_and_cancels_at_once_gets_one_of_the_two() {
    let gateway = TestGateway::start().await;
    for _ in 0..8 {
        let order = gateway.shop.register(&[]).await;
        let page = gateway.payer.open(&order).await;
        let payer = gateway.payer;
        tokio::join!(payer.type_card(&page, PAID), payer.submit(&page, "cancel", &[]));
        let captured = gateway.file(&order).await.stored.payment.sums.captured;
        match gateway.shop.stands(&order).await.as_str() {
            "2 0" => assert_eq!(captured, 2000),
            "6 2022" => assert_eq!(captured, 0),
            other => panic!("{other}"),
        }
    }
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events().len(), 8, "one end, one callback");
    gateway.end().await;
}
