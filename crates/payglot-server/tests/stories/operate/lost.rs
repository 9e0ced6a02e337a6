//! What the shop is told when the bank's answer is lost, and that nothing happens twice because of it.

use super::{DONE, FORBIDDEN, held, paid};
use crate::harness::{Setup, TestGateway};
use futures_util::FutureExt as _;
use payglot_core::{OperationStatus, PaymentId};
use payglot_server::flows::operate::{Wish, operate};
use payglot_server::upstream::sandbox::Line;
use payglot_store::SqliteOptions;
use rusqlite::Connection;
use std::time::Duration;

const SYSTEM: &str = "7 System error";

#[tokio::test]
async fn an_answer_that_is_lost_once_is_asked_for_at_once() {
    let gateway = TestGateway::start().await;
    let (shop, sale, hold) = (&gateway.shop, paid(&gateway).await, held(&gateway).await);
    gateway.gateway.bank.set_line(Line::AnswersLost);
    assert_eq!(shop.ask("refund.do", &sale, &[("amount", "500")]).await, DONE);
    assert_eq!(shop.ask("deposit.do", &hold, &[("amount", "4000")]).await, DONE);
    assert_eq!(shop.sums(&sale).await, "4 REFUNDED 2000/1500/500");
    assert_eq!(shop.sums(&hold).await, "2 DEPOSITED 10000/4000/0");
    assert_eq!(shop.ask("reverse.do", &held(&gateway).await, &[]).await, DONE);
    gateway.end().await;
}

#[tokio::test]
async fn a_bank_that_stays_silent_is_a_system_error_and_the_repeat_moves_nothing_twice() {
    let gateway = TestGateway::start().await;
    let (shop, order) = (&gateway.shop, paid(&gateway).await);
    let refund = async || shop.ask("refund.do", &order, &[("amount", "500"), ("externalRefundId", "r1")]).await;
    gateway.gateway.bank.set_line(Line::Mute);
    assert_eq!(refund().await, SYSTEM);
    assert_eq!(refund().await, SYSTEM, "the same one again, still without an answer");
    assert_eq!(shop.sums(&order).await, "2 DEPOSITED 2000/2000/0");
    assert_eq!(shop.ask("refund.do", &order, &[("amount", "1501")]).await, super::TOO_MUCH, "500 are spoken for");
    gateway.gateway.bank.set_line(Line::Whole);
    assert_eq!(refund().await, DONE, "the first one's answer");
    assert_eq!(shop.sums(&order).await, "4 REFUNDED 2000/1500/500");
    assert_eq!(gateway.file(&order).await.bank.len(), 2, "the sale and one refund");
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["deposited 1", "refunded 1"]);
    gateway.end().await;
}

#[tokio::test]
async fn a_later_status_tells_what_became_of_a_capture_and_a_reversal() {
    let gateway = TestGateway::start().await;
    let (shop, captured, voided) = (&gateway.shop, held(&gateway).await, held(&gateway).await);
    gateway.gateway.bank.set_line(Line::Mute);
    assert_eq!(shop.ask("deposit.do", &captured, &[("amount", "4000")]).await, SYSTEM);
    assert_eq!(shop.ask("reverse.do", &voided, &[]).await, SYSTEM);
    assert_eq!(shop.ask("reverse.do", &captured, &[]).await, FORBIDDEN, "not while the capture may have happened");
    assert_eq!(shop.sums(&captured).await, "1 APPROVED 10000/0/0");
    gateway.gateway.bank.set_line(Line::Whole);
    gateway.pass(6);
    assert_eq!(shop.sums(&captured).await, "2 DEPOSITED 10000/4000/0");
    assert_eq!(shop.sums(&voided).await, "3 REVERSED 0/0/0");
    gateway.end().await;
}

#[tokio::test]
async fn what_never_reached_the_bank_may_be_asked_again_under_the_same_number() {
    let gateway = TestGateway::start().await;
    let (shop, sale, hold) = (&gateway.shop, paid(&gateway).await, held(&gateway).await);
    let refund = async || shop.ask("refund.do", &sale, &[("amount", "500"), ("externalRefundId", "r1")]).await;
    gateway.gateway.bank.set_line(Line::Cut);
    assert_eq!(refund().await, SYSTEM);
    assert_eq!(shop.ask("deposit.do", &hold, &[("amount", "0")]).await, SYSTEM);
    gateway.gateway.bank.set_line(Line::Whole);
    assert_eq!(shop.ask("deposit.do", &hold, &[("amount", "0")]).await, DONE);
    for _ in 0..2 {
        assert_eq!(refund().await, DONE);
    }
    assert_eq!(shop.sums(&sale).await, "4 REFUNDED 2000/1500/500");
    assert_eq!(shop.sums(&hold).await, "2 DEPOSITED 10000/10000/0");
    gateway.end().await;
}

#[tokio::test]
async fn the_command_line_first_finds_out_what_the_server_was_never_told() {
    let gateway = TestGateway::start().await;
    let (shop, order) = (&gateway.shop, paid(&gateway).await);
    gateway.gateway.bank.set_line(Line::Mute);
    assert_eq!(shop.ask("refund.do", &order, &[("amount", "500"), ("externalRefundId", "r1")]).await, SYSTEM);
    let beside = gateway.beside();
    let id: PaymentId = order.id.parse().expect("an id");
    let amount = gateway.file(&order).await.stored.payment.amount.with_minor(500);
    let again = Wish::Refund { amount, key: Some("r1".to_owned()), expected: None };
    let (stored, first) = operate(&beside, id, again).await.expect("the first one's answer");
    assert_eq!(stored.payment.operation(first).map(|known| known.status), Some(OperationStatus::Approved));
    let rest = Wish::Refund { amount: None, key: None, expected: Some(1500) };
    operate(&beside, id, rest).await.expect("what remains");
    beside.store.close().await;
    assert_eq!(shop.sums(&order).await, "4 REFUNDED 2000/0/2000");
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["deposited 1", "refunded 1", "refunded 1"]);
    gateway.end().await;
}

#[tokio::test]
async fn what_a_shop_asked_for_is_done_even_if_it_hangs_up() {
    let gateway = TestGateway::start().await;
    let order = paid(&gateway).await;
    let id: PaymentId = order.id.parse().expect("an id");
    let wish = Wish::Refund { amount: None, key: None, expected: None };
    assert!(operate(&gateway.gateway, id, wish).now_or_never().is_none(), "dropped before it was answered");
    gateway.gateway.tasks.close();
    gateway.gateway.tasks.wait().await;
    assert_eq!(gateway.shop.sums(&order).await, "4 REFUNDED 2000/0/2000");
    gateway.end().await;
}

#[tokio::test]
async fn while_the_database_takes_no_writes_nothing_is_asked_of_the_bank() {
    let store = SqliteOptions { busy_timeout: Duration::from_millis(50), ..SqliteOptions::default() };
    let gateway = TestGateway::with(Setup { store, ..Setup::default() }).await;
    let (shop, sale, hold) = (&gateway.shop, paid(&gateway).await, held(&gateway).await);
    let before = [gateway.file(&sale).await, gateway.file(&hold).await];
    let rival = Connection::open(gateway.gateway.config.database()).expect("a second connection");
    rival.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let asked = [("refund.do", &sale), ("deposit.do", &hold), ("reverse.do", &hold)];
    for (operation, order) in asked {
        assert_eq!(shop.ask(operation, order, &[("amount", "500")]).await, SYSTEM, "{operation}");
    }
    rival.execute_batch("ROLLBACK").expect("let go");
    assert_eq!([gateway.file(&sale).await, gateway.file(&hold).await], before);
    for (operation, order) in [asked[0], asked[1]] {
        assert_eq!(shop.ask(operation, order, &[("amount", "500")]).await, DONE, "{operation}");
    }
    gateway.end().await;
}
