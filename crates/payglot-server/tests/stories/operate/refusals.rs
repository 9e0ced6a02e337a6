//! Every operation in every state and with every wrong value: the protocol's refusal, and nothing changes.

use super::{DONE, FORBIDDEN, TOO_MUCH, WRONG_STATE, held, paid};
use crate::harness::TestGateway;
use crate::harness::payer::{CHALLENGE, NO_MONEY, card};
use crate::harness::shop::{Registered, refusal};

/// Asks, and fails if anything about the order changed.
async fn refused(gateway: &TestGateway, operation: &str, order: &Registered, params: &[(&str, &str)]) -> String {
    let before = gateway.file(order).await;
    let told = gateway.shop.ask(operation, order, params).await;
    assert_eq!(gateway.file(order).await, before, "{operation} {params:?}: {told}");
    told
}

/// An order in a state, by its name.
async fn order_in(gateway: &TestGateway, state: &str) -> Registered {
    let shop = &gateway.shop;
    match state {
        "registered" | "expired" | "cancelled" => {
            let order = shop.register(&[]).await;
            if state == "expired" {
                gateway.pass(1200);
                gateway.expire().await;
            } else if state == "cancelled" {
                assert_eq!(shop.ask("decline.do", &order, &[]).await, DONE);
            }
            order
        }
        "tried" | "challenged" | "declined" => {
            let order = shop.register(&[]).await;
            let with = match state {
                "tried" => NO_MONEY,
                "challenged" => CHALLENGE,
                _ => card("4444444411111111"),
            };
            gateway.payer.pay(&order, with).await;
            order
        }
        "held" | "reversed" | "captured in part" => {
            let order = held(gateway).await;
            if state == "reversed" {
                assert_eq!(shop.ask("reverse.do", &order, &[]).await, DONE);
            } else if state == "captured in part" {
                assert_eq!(shop.ask("deposit.do", &order, &[("amount", "4000")]).await, DONE);
            }
            order
        }
        _ => {
            let order = paid(gateway).await;
            match state {
                "refunded in part" => assert_eq!(shop.ask("refund.do", &order, &[("amount", "500")]).await, DONE),
                "refunded" => assert_eq!(shop.ask("refund.do", &order, &[("amount", "0")]).await, DONE),
                _ => assert_eq!(state, "paid"),
            }
            order
        }
    }
}

/// What each operation answers in a state; empty where it would be done. Deposit, reverse, refund of 100, decline.
const STATES: &[(&str, &str, [&str; 4])] = &[
    ("registered", "0", [WRONG_STATE, FORBIDDEN, WRONG_STATE, ""]),
    ("tried", "0", [WRONG_STATE, FORBIDDEN, WRONG_STATE, ""]),
    ("challenged", "5", [WRONG_STATE, FORBIDDEN, WRONG_STATE, ""]),
    ("declined", "6", [WRONG_STATE, FORBIDDEN, WRONG_STATE, FORBIDDEN]),
    ("expired", "6", [WRONG_STATE, FORBIDDEN, WRONG_STATE, FORBIDDEN]),
    ("cancelled", "6", [WRONG_STATE, FORBIDDEN, WRONG_STATE, FORBIDDEN]),
    ("held", "1", ["", "", WRONG_STATE, FORBIDDEN]),
    ("reversed", "3", [WRONG_STATE, FORBIDDEN, WRONG_STATE, FORBIDDEN]),
    ("captured in part", "2", [WRONG_STATE, super::DIFFERS, "", FORBIDDEN]),
    ("paid", "2", [WRONG_STATE, "", "", FORBIDDEN]),
    ("refunded in part", "4", [WRONG_STATE, FORBIDDEN, "", FORBIDDEN]),
    ("refunded", "4", [WRONG_STATE, FORBIDDEN, TOO_MUCH, FORBIDDEN]),
];

#[tokio::test]
async fn each_operation_in_each_state() {
    let gateway = TestGateway::start().await;
    for (state, status, answers) in STATES {
        let order = order_in(&gateway, state).await;
        assert!(gateway.shop.stands(&order).await.starts_with(&format!("{status} ")), "{state}");
        let asked = [("deposit.do", "0"), ("reverse.do", ""), ("refund.do", "100"), ("decline.do", "")];
        for ((operation, amount), expected) in asked.iter().zip(answers) {
            if !expected.is_empty() {
                let told = refused(&gateway, operation, &order, &[("amount", amount)]).await;
                assert_eq!(told, *expected, "{operation} {state}");
            }
        }
        // A refund under another name obeys the same rules.
        if !answers[2].is_empty() {
            let told = refused(&gateway, "processRawSumRefund.do", &order, &[("amount", "100")]).await;
            assert_eq!(told, answers[2], "{state}");
        }
    }
    gateway.end().await;
}

/// Sums that are none.
const NO_SUMS: &[&str] =
    &["-1", "abc", "1.00", "1,00", " 100", "100 ", "+100", "1e3", "0x64", "٥٠٠", "1234567890123", "100\n", "NaN"];

#[tokio::test]
async fn sums_that_are_none_and_sums_that_do_not_fit() {
    let gateway = TestGateway::start().await;
    let (hold, sale) = (held(&gateway).await, paid(&gateway).await);
    for sum in NO_SUMS {
        for (operation, order) in [
            ("deposit.do", &hold),
            ("reverse.do", &hold),
            ("refund.do", &sale),
            ("processRawSumRefund.do", &sale),
            ("processRawPositionRefund.do", &sale),
        ] {
            let told = refused(&gateway, operation, order, &[("amount", sum)]).await;
            assert_eq!(told, "5 Amount is invalid", "{operation} {sum:?}");
        }
    }
    for (operation, order) in [("deposit.do", &hold), ("refund.do", &sale)] {
        assert_eq!(refused(&gateway, operation, order, &[]).await, "5 Amount is invalid", "{operation} without any");
    }
    for (operation, order, amount, expected) in [
        ("deposit.do", &hold, "10001", "5 Amount is invalid"),
        ("deposit.do", &hold, "999999999999", "5 Amount is invalid"),
        ("deposit.do", &hold, "99", "5 Deposit amount must be zero, or not less than one ruble"),
        ("reverse.do", &hold, "10001", "5 Amount is invalid"),
        ("reverse.do", &hold, "999999999999", "5 Amount is invalid"),
        ("refund.do", &sale, "2001", TOO_MUCH),
        ("refund.do", &sale, "999999999999", TOO_MUCH),
    ] {
        assert_eq!(refused(&gateway, operation, order, &[("amount", amount)]).await, expected, "{operation} {amount}");
    }
    gateway.end().await;
}

#[tokio::test]
async fn values_that_are_malformed_or_too_long() {
    let gateway = TestGateway::start().await;
    let (hold, sale) = (held(&gateway).await, paid(&gateway).await);
    let (long, digits) = ("x".repeat(33), "9".repeat(21));
    let items = format!("[{}]", vec![r#"{"positionId":"1","itemAmount":1}"#; 101].join(","));
    let sum = ("amount", "500");
    for (operation, order, name, value, expected) in [
        ("deposit.do", &hold, "currency", "978", "5 [currency] is invalid"),
        ("deposit.do", &hold, "currency", "RUB", "5 [currency] is invalid"),
        ("deposit.do", &hold, "depositType", "3", "5 [depositType] is invalid"),
        ("deposit.do", &hold, "depositType", "x", "5 [depositType] is invalid"),
        ("deposit.do", &hold, "depositType", "1", "5 Access denied"),
        ("deposit.do", &hold, "jsonParams", "[1]", "5 [jsonParams] is invalid"),
        ("deposit.do", &hold, "depositItems", &items, "5 [depositItems] is invalid"),
        ("reverse.do", &hold, "currency", "6430", "5 [currency] is invalid"),
        ("reverse.do", &hold, "jsonParams", "{", "5 [jsonParams] is invalid"),
        ("refund.do", &sale, "currency", "840", "5 [currency] is invalid"),
        ("refund.do", &sale, "externalRefundId", &long, "5 [externalRefundId] is invalid"),
        ("refund.do", &sale, "expectedDepositedAmount", "-1", "5 [expectedDepositedAmount] is invalid"),
        ("refund.do", &sale, "expectedDepositedAmount", &digits, "5 [expectedDepositedAmount] is invalid"),
        ("refund.do", &sale, "expectedDepositedAmount", &digits[..20], "7 System error"),
        ("refund.do", &sale, "refundItems", "[", "5 [refundItems] is invalid"),
        ("refund.do", &sale, "jsonParams", "null", "5 [jsonParams] is invalid"),
        ("deposit.do", &hold, "merchantLogin", "stranger", "5 Merchant login is invalid"),
        ("refund.do", &sale, "merchantLogin", "stranger", "5 Merchant login is invalid"),
        ("decline.do", &sale, "merchantLogin", "stranger", "5 Merchant login is invalid"),
    ] {
        let told = refused(&gateway, operation, order, &[sum, (name, value)]).await;
        assert_eq!(told, expected, "{operation} {name}={value}");
    }
    let before = gateway.file(&hold).await;
    for operation in ["deposit.do", "reverse.do", "refund.do", "decline.do"] {
        let ask =
            async |params: &[(&str, &str)]| refusal(&gateway.shop.call(operation, &[&[sum], params].concat()).await);
        assert_eq!(ask(&[]).await, "5 [orderId] не задан", "{operation}");
        assert_eq!(ask(&[("language", "en")]).await, "5 [orderId] is empty", "{operation}");
        assert_eq!(ask(&[("orderId", &hold.id), ("language", "xx1")]).await, "5 Неправильный параметр 'Язык'");
        let unknown = if operation == "decline.do" { "6 Order not found" } else { "6 Wrong order number" };
        for id in ["x", "../../etc", "' OR 1=1 --", &"9".repeat(5000), "{}", &format!("{} ", hold.id)] {
            assert_eq!(ask(&[("orderId", id), ("language", "en")]).await, unknown, "{operation} {id}");
            assert_eq!(ask(&[("orderNumber", id), ("language", "en")]).await, unknown, "{operation} {id}");
        }
    }
    assert_eq!(gateway.file(&hold).await, before);
    gateway.end().await;
}
