//! Carts: what is captured and refunded of which position.

use super::{DONE, TOO_MUCH, WRONG_STATE};
use crate::harness::TestGateway;
use crate::harness::payer::PAID;
use crate::harness::shop::Registered;
use futures_util::future::join_all;

const CART: &str = r#"{"cartItems":{"items":[
    {"positionId":"1","name":"Tea","quantity":{"value":2,"measure":"pcs"},"itemAmount":6000,"itemCode":"tea"},
    {"positionId":"2","name":"Cup","quantity":{"value":1,"measure":"pcs"},"itemAmount":4000,"itemCode":"cup"}]}}"#;

async fn order(gateway: &TestGateway, operation: &str) -> Registered {
    let params = [("amount", "10000"), ("orderBundle", CART)];
    let order = crate::harness::shop::taken(&gateway.shop.try_register(operation, &params).await);
    gateway.payer.pay(&order, PAID).await;
    order
}

/// `depositedItemAmount` of both positions; -1 where it is not told.
async fn deposited(gateway: &TestGateway, order: &Registered) -> [i64; 2] {
    let status = gateway.shop.status(order).await;
    let items = &status["orderBundle"]["cartItems"]["items"];
    [0, 1].map(|place| items[place]["depositedItemAmount"].as_i64().unwrap_or(-1))
}

#[tokio::test]
async fn a_position_is_refunded_up_to_its_amount() {
    let gateway = TestGateway::start().await;
    let (shop, order) = (&gateway.shop, order(&gateway, "register.do").await);
    let refund = async |position, amount| {
        shop.ask("processRawPositionRefund.do", &order, &[("positionId", position), ("amount", amount)]).await
    };
    assert_eq!(deposited(&gateway, &order).await, [6000, 4000]);
    assert_eq!(refund("1", "2500").await, DONE);
    assert_eq!(deposited(&gateway, &order).await, [3500, 4000]);
    assert_eq!(refund("1", "3501").await, TOO_MUCH, "the order has it, the position has not");
    assert_eq!(refund("3", "100").await, "5 [positionId] is invalid");
    assert_eq!(refund("", "100").await, "5 [positionId] is empty");
    assert_eq!(refund("1", "abc").await, "5 Amount is invalid");
    assert_eq!(refund("1", "0").await, DONE, "all that remains of it");
    assert_eq!(refund("1", "0").await, TOO_MUCH);
    assert_eq!(deposited(&gateway, &order).await, [0, 4000]);
    assert_eq!(shop.sums(&order).await, "4 REFUNDED 10000/4000/6000");
    assert_eq!(shop.ask("refund.do", &order, &[("amount", "0")]).await, DONE);
    assert_eq!(deposited(&gateway, &order).await, [0, 0]);
    assert_eq!(refund("2", "1").await, TOO_MUCH);
    gateway.end().await;
}

#[tokio::test]
async fn a_sum_is_refunded_under_an_item_of_the_cart_or_none() {
    let gateway = TestGateway::start().await;
    let (shop, order) = (&gateway.shop, order(&gateway, "register.do").await);
    let refund = async |params: &[(&str, &str)]| shop.ask("processRawSumRefund.do", &order, params).await;
    let line = [("name", "Cup"), ("itemCode", "cup"), ("taxType", "0"), ("jsonParams", r#"{"cashboxId":"1"}"#)];
    assert_eq!(refund(&[&line[..], &[("amount", "4001")]].concat()).await, TOO_MUCH);
    assert_eq!(refund(&[&line[..], &[("amount", "4000")]].concat()).await, DONE);
    assert_eq!(deposited(&gateway, &order).await, [6000, 0]);
    assert_eq!(refund(&[("amount", "100"), ("itemCode", "pot")]).await, "5 [itemCode] is invalid");
    assert_eq!(refund(&[("amount", "0")]).await, "5 Amount is invalid");
    assert_eq!(refund(&[("amount", "100"), ("taxType", "VAT")]).await, "5 [taxType] is invalid");
    assert_eq!(refund(&[("amount", "100"), ("jsonParams", "{")]).await, "5 [jsonParams] is invalid");
    assert_eq!(refund(&[("amount", "100"), ("name", &"x".repeat(101))]).await, "5 [name] is invalid");
    assert_eq!(refund(&[("amount", "6000")]).await, DONE);
    assert_eq!(shop.sums(&order).await, "4 REFUNDED 10000/0/10000");

    let plain = super::paid(&gateway).await;
    let asked = [("amount", "500"), ("itemCode", "cup"), ("name", "Cup")];
    assert_eq!(shop.ask("processRawSumRefund.do", &plain, &asked).await, DONE, "an order without a cart");
    let position = [("amount", "500"), ("positionId", "1")];
    assert_eq!(shop.ask("processRawPositionRefund.do", &plain, &position).await, "5 [positionId] is invalid");
    assert_eq!(shop.sums(&plain).await, "4 REFUNDED 2000/1500/500");
    gateway.end().await;
}

#[tokio::test]
async fn items_of_a_deposit_and_of_refunds_are_kept_account_of() {
    let gateway = TestGateway::start().await;
    let (shop, order) = (&gateway.shop, order(&gateway, "registerPreAuth.do").await);
    assert_eq!(deposited(&gateway, &order).await, [0, 0]);
    let items = |one: i64, two: i64| {
        format!(
            r#"[{{"positionId":"1","itemAmount":{one}}},{{"positionId":2,"name":"Cup","itemPrice":{two},"quantity":{{"value":1}}}}]"#
        )
    };
    let deposit = async |amount: &str, items: &str| {
        shop.ask("deposit.do", &order, &[("amount", amount), ("depositItems", items)]).await
    };
    assert_eq!(deposit("7000", &items(3000, 3999)).await, "5 Amount is invalid", "the items are not the sum");
    assert_eq!(deposit("7000", &items(2000, 5000)).await, "5 Amount is invalid", "a cup for more than it costs");
    assert_eq!(deposit("7000", r#"[{"positionId":"9","itemAmount":7000}]"#).await, "5 [depositItems] is invalid");
    for broken in ["{", "[]", "[1]", "7", r#"[{"positionId":"1"}]"#, r#"[{"positionId":"1","itemAmount":-5}]"#] {
        assert_eq!(deposit("7000", broken).await, "5 [depositItems] is invalid", "{broken}");
    }
    assert_eq!(shop.sums(&order).await, "1 APPROVED 10000/0/0");
    assert_eq!(deposit("7000", &items(3000, 4000)).await, DONE);
    assert_eq!(deposited(&gateway, &order).await, [3000, 4000]);

    let refund = async |amount: &str, items: &str| {
        shop.ask("refund.do", &order, &[("amount", amount), ("refundItems", items)]).await
    };
    assert_eq!(refund("3001", r#"[{"positionId":"1","itemAmount":3001}]"#).await, TOO_MUCH, "only 3000 were captured");
    assert_eq!(refund("500", "[{}]").await, "5 [refundItems] is invalid");
    assert_eq!(refund("500", r#"{"items":[{"positionId":"2","itemAmount":500}]}"#).await, DONE);
    assert_eq!(deposited(&gateway, &order).await, [3000, 3500]);
    assert_eq!(refund("100", "").await, DONE);
    assert_eq!(deposited(&gateway, &order).await, [-1, -1], "nobody said of what the last one was");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_refunds_of_a_position_as_many_succeed_as_it_has_money_for() {
    let gateway = TestGateway::start().await;
    let order = order(&gateway, "register.do").await;
    let params = [("positionId", "1"), ("amount", "1100")];
    let told = join_all((0..16).map(|_| gateway.shop.ask("processRawPositionRefund.do", &order, &params))).await;
    assert_eq!(told.iter().filter(|told| *told == DONE).count(), 5, "{told:?}");
    assert!(told.iter().all(|told| told == DONE || told == TOO_MUCH), "{told:?}");
    assert_eq!(deposited(&gateway, &order).await, [500, 4000]);
    let voided = self::order(&gateway, "registerPreAuth.do").await;
    let asked = gateway.shop.ask("processRawPositionRefund.do", &voided, &params).await;
    assert_eq!(asked, WRONG_STATE, "nothing was captured");
    gateway.end().await;
}
