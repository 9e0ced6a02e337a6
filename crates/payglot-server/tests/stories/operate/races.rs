//! Sixteen at once, over HTTP and from a second process on the same database: the sums are never exceeded, and every leg is posted.

use super::{DONE, TOO_MUCH, WRONG_STATE, held, paid};
use crate::harness::TestGateway;
use crate::harness::shop::Registered;
use futures_util::future::join_all;
use payglot_core::{Money, PaymentId, Refusal};
use payglot_server::flows::FlowError;
use payglot_server::flows::operate::{Wish, operate};
use std::sync::Arc;

/// Sixteen shops ask for the same thing at once. How many were told that it is done, and what the others were told.
async fn sixteen(
    gateway: &TestGateway,
    operation: &str,
    order: &Registered,
    params: &[(&str, &str)],
) -> (usize, Vec<String>) {
    let told = join_all((0..16).map(|_| gateway.shop.ask(operation, order, params))).await;
    let (done, refused): (Vec<_>, Vec<_>) = told.into_iter().partition(|told| told == DONE);
    (done.len(), refused)
}

/// `payer -> held 10000`.
async fn legs(gateway: &TestGateway, order: &Registered) -> Vec<String> {
    let file = gateway.file(order).await;
    let words = file.postings.iter().map(|posting| {
        let (from, to) = (posting.debit.name(), posting.credit.name());
        format!("{from} -> {to} {}", posting.amount.minor())
    });
    words.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_refunds_as_many_succeed_as_there_is_money_for() {
    let gateway = TestGateway::start().await;
    let order = paid(&gateway).await;
    let (done, refused) = sixteen(&gateway, "refund.do", &order, &[("amount", "300")]).await;
    assert_eq!(done, 6);
    assert!(refused.iter().all(|told| told == TOO_MUCH), "{refused:?}");
    assert_eq!(gateway.shop.sums(&order).await, "4 REFUNDED 2000/200/1800");
    let mut expected = vec!["payer -> merchant 2000"];
    expected.extend(["merchant -> payer 300"; 6]);
    assert_eq!(legs(&gateway, &order).await, expected);
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events().len(), 7);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_repeats_of_one_refund_are_one_refund_and_sixteen_successes() {
    let gateway = TestGateway::start().await;
    let order = paid(&gateway).await;
    let params = [("amount", "300"), ("externalRefundId", "r1")];
    let (done, refused) = sixteen(&gateway, "refund.do", &order, &params).await;
    assert_eq!((done, refused), (16, Vec::new()));
    assert_eq!(gateway.shop.sums(&order).await, "4 REFUNDED 2000/1700/300");
    let guarded = [("amount", "100"), ("expectedDepositedAmount", "1700")];
    let (done, refused) = sixteen(&gateway, "refund.do", &order, &guarded).await;
    assert_eq!(done, 1, "the guard lets one through");
    assert!(refused.iter().all(|told| told == "7 System error"), "{refused:?}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_deposits_one_succeeds() {
    let gateway = TestGateway::start().await;
    for amount in ["6000", "0", "10000"] {
        let order = held(&gateway).await;
        let (done, refused) = sixteen(&gateway, "deposit.do", &order, &[("amount", amount)]).await;
        assert_eq!(done, 1);
        assert!(refused.iter().all(|told| told == WRONG_STATE), "{refused:?}");
        let minor = if amount == "0" { "10000" } else { amount };
        assert_eq!(gateway.shop.sums(&order).await, format!("2 DEPOSITED 10000/{minor}/0"));
    }
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events().len(), 6);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reversal_and_a_deposit_exclude_each_other() {
    let gateway = TestGateway::start().await;
    for _ in 0..4 {
        let order = held(&gateway).await;
        let ask = async |number: usize| {
            let (operation, params) = if number.is_multiple_of(2) {
                ("deposit.do", &[("amount", "7000")][..])
            } else {
                ("reverse.do", &[][..])
            };
            (operation, gateway.shop.ask(operation, &order, params).await)
        };
        let told = join_all((0..16).map(ask)).await;
        let done: Vec<&str> = told.iter().filter(|(_, told)| told == DONE).map(|(operation, _)| *operation).collect();
        // A captured payment that is not all of its hold cannot be reversed any more, so one of the two is the end.
        let expected = match done.as_slice() {
            ["deposit.do"] => "2 DEPOSITED 10000/7000/0",
            ["reverse.do"] => "3 REVERSED 0/0/0",
            _ => panic!("{told:?}"),
        };
        assert_eq!(gateway.shop.sums(&order).await, expected);
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_on_one_database_never_exceed_the_sums() {
    let gateway = TestGateway::settings(|settings| settings.several_captures = true).await;
    let beside = gateway.beside();
    let run = async |order: &Registered, wish: &dyn Fn(Money) -> Wish| {
        let id: PaymentId = order.id.parse().expect("an id");
        let amount = gateway.file(order).await.stored.payment.amount;
        let tasks = (0..16).map(|number| {
            let there = if number % 2 == 0 { Arc::clone(&gateway.gateway) } else { Arc::clone(&beside) };
            let wish = wish(amount);
            tokio::spawn(async move { operate(&there, id, wish).await.map(|_| ()) })
        });
        let ends = join_all(tasks).await;
        let ends: Vec<_> = ends.into_iter().map(|end| end.expect("no panic")).collect();
        let lost = ends.iter().filter_map(|end| end.as_ref().err());
        for error in lost {
            let fair = matches!(
                error,
                FlowError::Refused(Refusal::ExceedsRemaining | Refusal::OutcomeOpen(_) | Refusal::WrongState(_))
            );
            assert!(fair, "{error}");
        }
        ends.iter().filter(|end| end.is_ok()).count()
    };
    let part = |amount: Money, minor| amount.with_minor(minor);

    let sale = paid(&gateway).await;
    let refund = |amount| Wish::Refund { amount: part(amount, 300), key: None, expected: None };
    assert_eq!(run(&sale, &refund).await, 6);
    assert_eq!(gateway.shop.sums(&sale).await, "4 REFUNDED 2000/200/1800");

    let hold = held(&gateway).await;
    let capture = |amount| Wish::Capture { amount: part(amount, 3000), last: false, key: None };
    let captured = run(&hold, &capture).await;
    assert!((1..=3).contains(&captured), "{captured}");
    let file = gateway.file(&hold).await;
    assert_eq!(file.stored.payment.sums.captured, 3000 * i64::try_from(captured).expect("few"));
    assert_eq!(file.postings.len(), 1 + captured);

    let once = held(&gateway).await;
    let whole = |_| Wish::Capture { amount: None, last: true, key: None };
    assert_eq!(run(&once, &whole).await, 1);
    let void = |_| Wish::Void { amount: None, key: None };
    assert_eq!(run(&held(&gateway).await, &void).await, 1);
    beside.store.close().await;
    gateway.end().await;
}
