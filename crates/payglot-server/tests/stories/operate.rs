//! What a merchant does after the payment: the exchanges of the documents byte for byte, and the rules around them.

mod cart;
mod lost;
mod races;
mod refusals;

use crate::harness::payer::{CHALLENGE, NO_MONEY, PAID};
use crate::harness::shop::{Registered, refusal};
use crate::harness::{TestGateway, create_shop};
use payglot_server::projects::ProjectSettings;
use payglot_server::secrets::Secret;

pub(super) const DONE: &str = "0 Success";
pub(super) const WRONG_STATE: &str = "7 Payment must be in the correct state";
pub(super) const FORBIDDEN: &str = "7 Invalid operation for the current order status";
pub(super) const TOO_MUCH: &str = "7 The refund amount exceeds the debited amount";
const DIFFERS: &str = "7 Reversal is impossible because of incorrect internal parameter values";

/// A sale of 2000 that was paid.
pub(super) async fn paid(gateway: &TestGateway) -> Registered {
    let order = gateway.shop.register(&[]).await;
    gateway.payer.pay(&order, PAID).await;
    order
}

/// A hold of 10000.
pub(super) async fn held(gateway: &TestGateway) -> Registered {
    let order = gateway.shop.register_hold(&[("amount", "10000")]).await;
    gateway.payer.pay(&order, PAID).await;
    order
}

#[tokio::test]
async fn e3_to_e6_a_sale_is_refunded_in_parts() {
    let gateway = TestGateway::start().await;
    let (shop, order) = (&gateway.shop, paid(&gateway).await);
    let id = ("orderId", order.id.as_str());
    let refund =
        async |amount, language| shop.call("refund.do", &[id, ("amount", amount), ("language", language)]).await.body;
    assert_eq!(refund("500", "en").await, r#"{"errorCode":"0","errorMessage":"Success"}"#);
    assert_eq!(shop.sums(&order).await, "4 REFUNDED 2000/1500/500");
    let status = shop.status(&order).await;
    let refunds = status["refunds"].as_array().expect("a list");
    assert_eq!((refunds.len(), refunds[0]["amount"].as_i64()), (1, Some(500)));

    let too_much = r#"{"errorCode":"7","errorMessage":"The refund amount exceeds the debited amount"}"#;
    assert_eq!(refund("1501", "en").await, too_much);
    let russian = r#"{"errorCode":"7","errorMessage":"Сумма возврата превышает сумму списания"}"#;
    assert_eq!(refund("1501", "ru").await, russian);
    assert_eq!(refund("1501", "").await, russian);

    assert_eq!(refund("0", "ru").await, r#"{"errorCode":"0","errorMessage":"Успешно"}"#);
    assert_eq!(shop.sums(&order).await, "4 REFUNDED 2000/0/2000");
    assert_eq!(refund("0", "en").await, too_much, "nothing is left");
    assert_eq!(refund("1", "en").await, too_much);
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["deposited 1", "refunded 1", "refunded 1"]);
    gateway.end().await;
}

#[tokio::test]
async fn e7_a_hold_is_captured_in_part_once_and_refunded() {
    let gateway = TestGateway::start().await;
    let (shop, order) = (&gateway.shop, held(&gateway).await);
    let call = async |operation, amount| {
        let params = [("orderId", order.id.as_str()), ("amount", amount), ("language", "en")];
        shop.call(operation, &params).await.body
    };
    assert_eq!(shop.sums(&order).await, "1 APPROVED 10000/0/0");
    assert_eq!(call("deposit.do", "4000").await, r#"{"errorCode":"0","errorMessage":"Success"}"#);
    assert_eq!(shop.sums(&order).await, "2 DEPOSITED 10000/4000/0");
    let again = call("deposit.do", "0").await;
    assert_eq!(again, r#"{"errorCode":"7","errorMessage":"Payment must be in the correct state"}"#);
    assert_eq!(call("refund.do", "4000").await, r#"{"errorCode":"0","errorMessage":"Success"}"#);
    assert_eq!(shop.sums(&order).await, "4 REFUNDED 10000/0/4000");
    let legs: Vec<String> = gateway
        .file(&order)
        .await
        .postings
        .iter()
        .map(|posting| format!("{} -> {} {}", posting.debit.name(), posting.credit.name(), posting.amount.minor()))
        .collect();
    let expected = ["payer -> held 10000", "held -> merchant 4000", "held -> payer 6000", "merchant -> payer 4000"];
    assert_eq!(legs, expected, "what was not captured is released at once");
    gateway.end().await;
}

#[tokio::test]
async fn e8_a_hold_is_reversed_once() {
    let gateway = TestGateway::start().await;
    let (shop, order) = (&gateway.shop, held(&gateway).await);
    let reverse = async || shop.call("reverse.do", &[("orderId", &order.id), ("language", "en")]).await.body;
    assert_eq!(reverse().await, r#"{"errorCode":"0","errorMessage":"Success"}"#);
    assert_eq!(shop.sums(&order).await, "3 REVERSED 0/0/0");
    let again = r#"{"errorCode":"7","errorMessage":"Invalid operation for the current order status"}"#;
    assert_eq!(reverse().await, again);
    gateway.end().await;
}

#[tokio::test]
async fn e16_the_callbacks_of_all_these_in_order() {
    let gateway = TestGateway::settings(|settings| {
        settings.callback_parameters = vec!["operationRefundedAmount".to_owned(), "externalRefundId".to_owned()];
    })
    .await;
    let shop = &gateway.shop;
    let sale = paid(&gateway).await;
    assert_eq!(shop.ask("refund.do", &sale, &[("amount", "500"), ("externalRefundId", "r1")]).await, DONE);
    assert_eq!(shop.ask("refund.do", &sale, &[("amount", "700")]).await, DONE);
    gateway.deliver().await;
    let hold = held(&gateway).await;
    assert_eq!(shop.ask("deposit.do", &hold, &[("amount", "4000")]).await, DONE);
    assert_eq!(shop.ask("refund.do", &hold, &[("amount", "4000")]).await, DONE);
    gateway.deliver().await;
    let voided = held(&gateway).await;
    assert_eq!(shop.ask("reverse.do", &voided, &[]).await, DONE);
    gateway.deliver().await;
    let told: Vec<String> = gateway
        .receiver
        .calls()
        .iter()
        .map(|call| {
            let refund = [call.param("operationRefundedAmount"), call.param("externalRefundId")].join(" ");
            format!("{} {refund}", call.event()).trim_end().to_owned()
        })
        .collect();
    let expected = [
        "deposited 1",
        "refunded 1 500 r1",
        "refunded 1 700",
        "approved 1",
        "deposited 1",
        "refunded 1 4000",
        "approved 1",
        "reversed 1",
    ];
    assert_eq!(told, expected);
    gateway.end().await;
}

#[tokio::test]
async fn a_deposit_of_nothing_in_particular_takes_the_whole_hold() {
    let gateway = TestGateway::start().await;
    let (shop, order) = (&gateway.shop, held(&gateway).await);
    for (amount, expected) in [
        ("10001", "5 Amount is invalid"),
        ("1", "5 Deposit amount must be zero, or not less than one ruble"),
        ("99", "5 Deposit amount must be zero, or not less than one ruble"),
    ] {
        assert_eq!(shop.ask("deposit.do", &order, &[("amount", amount)]).await, expected, "{amount}");
    }
    assert_eq!(shop.sums(&order).await, "1 APPROVED 10000/0/0");
    assert_eq!(shop.ask("deposit.do", &order, &[("amount", "0"), ("currency", "810")]).await, DONE);
    assert_eq!(shop.sums(&order).await, "2 DEPOSITED 10000/10000/0");
    assert_eq!(shop.ask("deposit.do", &order, &[("amount", "99999999")]).await, WRONG_STATE);
    gateway.end().await;
}

#[tokio::test]
async fn several_deposits_need_the_right_to_them() {
    let gateway = TestGateway::start().await;
    let (shop, order) = (&gateway.shop, held(&gateway).await);
    let intermediate = [("amount", "4000"), ("depositType", "1")];
    assert_eq!(shop.ask("deposit.do", &order, &intermediate).await, "5 Access denied");
    assert_eq!(shop.sums(&order).await, "1 APPROVED 10000/0/0");
    assert_eq!(shop.ask("deposit.do", &order, &[("amount", "4000"), ("depositType", "2")]).await, DONE);
    assert_eq!(shop.sums(&order).await, "2 DEPOSITED 10000/4000/0");
    gateway.end().await;

    let gateway = TestGateway::settings(|settings| settings.several_captures = true).await;
    let (shop, order) = (&gateway.shop, held(&gateway).await);
    assert_eq!(shop.ask("deposit.do", &order, &intermediate).await, DONE);
    assert_eq!(shop.sums(&order).await, "8 MULTIPLE_INTERMEDIATE_DEPOSITED 10000/4000/0");
    assert_eq!(
        shop.ask("deposit.do", &order, &[("amount", "6001"), ("depositType", "1")]).await,
        "5 Amount is invalid"
    );
    assert_eq!(shop.ask("deposit.do", &order, &[("amount", "1000"), ("depositType", "1")]).await, DONE);
    assert_eq!(shop.sums(&order).await, "8 MULTIPLE_INTERMEDIATE_DEPOSITED 10000/5000/0");
    assert_eq!(shop.ask("deposit.do", &order, &[("amount", "2000"), ("depositType", "2")]).await, DONE);
    assert_eq!(shop.sums(&order).await, "2 DEPOSITED 10000/7000/0");
    assert_eq!(shop.ask("deposit.do", &order, &intermediate).await, WRONG_STATE);
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["approved 1", "deposited 1", "deposited 1", "deposited 1"]);
    gateway.end().await;
}

#[tokio::test]
async fn a_part_of_a_hold_is_reversed_and_the_rest_captured() {
    let gateway = TestGateway::start().await;
    let (shop, order) = (&gateway.shop, held(&gateway).await);
    assert_eq!(shop.ask("reverse.do", &order, &[("amount", "10001")]).await, "5 Amount is invalid");
    assert_eq!(shop.ask("reverse.do", &order, &[("amount", "3000")]).await, DONE);
    assert_eq!(shop.sums(&order).await, "1 APPROVED 7000/0/0");
    assert_eq!(shop.ask("deposit.do", &order, &[("amount", "7001")]).await, "5 Amount is invalid");
    assert_eq!(shop.ask("deposit.do", &order, &[("amount", "0")]).await, DONE);
    assert_eq!(shop.sums(&order).await, "2 DEPOSITED 7000/7000/0");
    assert_eq!(shop.ask("reverse.do", &order, &[]).await, DIFFERS);
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["approved 1", "reversed 1", "deposited 1"]);
    gateway.end().await;
}

#[tokio::test]
async fn a_captured_payment_is_reversed_whole_in_its_time_and_untouched() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    let order = paid(&gateway).await;
    assert_eq!(shop.ask("reverse.do", &order, &[("amount", "1999")]).await, DIFFERS);
    gateway.pass(24 * 3600 - 1);
    assert_eq!(shop.ask("reverse.do", &order, &[("amount", "2000")]).await, DONE);
    assert_eq!(shop.sums(&order).await, "3 REVERSED 0/0/0");
    assert_eq!(shop.ask("refund.do", &order, &[("amount", "1")]).await, WRONG_STATE);

    let late = paid(&gateway).await;
    gateway.pass(24 * 3600);
    assert_eq!(shop.ask("reverse.do", &late, &[]).await, FORBIDDEN);
    let refunded = paid(&gateway).await;
    assert_eq!(shop.ask("refund.do", &refunded, &[("amount", "1")]).await, DONE);
    assert_eq!(shop.ask("reverse.do", &refunded, &[]).await, FORBIDDEN);
    let part = held(&gateway).await;
    assert_eq!(shop.ask("deposit.do", &part, &[("amount", "100")]).await, DONE);
    assert_eq!(shop.ask("reverse.do", &part, &[]).await, DIFFERS);
    assert_eq!(shop.sums(&part).await, "2 DEPOSITED 10000/100/0");
    gateway.end().await;
}

#[tokio::test]
async fn a_refund_that_is_repeated_under_its_number_happens_once() {
    let gateway = TestGateway::start().await;
    let (shop, order) = (&gateway.shop, paid(&gateway).await);
    let refund =
        async |amount, id| shop.ask("refund.do", &order, &[("amount", amount), ("externalRefundId", id)]).await;
    for _ in 0..3 {
        assert_eq!(refund("500", "r1").await, DONE);
        assert_eq!(shop.sums(&order).await, "4 REFUNDED 2000/1500/500");
    }
    assert_eq!(refund("501", "r1").await, "5 [externalRefundId] is invalid");
    assert_eq!(refund("500", "R1").await, DONE, "another number is another refund");
    assert_eq!(refund("1000", "r3").await, DONE);
    assert_eq!(refund("1000", "r3").await, DONE);
    assert_eq!(shop.sums(&order).await, "4 REFUNDED 2000/0/2000");
    assert_eq!(shop.status(&order).await["refunds"].as_array().map(Vec::len), Some(3));
    gateway.end().await;
}

#[tokio::test]
async fn a_shop_that_missed_something_is_stopped() {
    let gateway = TestGateway::settings(|settings| settings.refund_least_rouble = true).await;
    let (shop, order) = (&gateway.shop, paid(&gateway).await);
    let refund = async |amount, expected| {
        shop.ask("refund.do", &order, &[("amount", amount), ("expectedDepositedAmount", expected)]).await
    };
    assert_eq!(refund("500", "1999").await, "7 System error");
    assert_eq!(refund("500", "2000").await, DONE);
    assert_eq!(refund("500", "2000").await, "7 System error", "the repeat is stopped");
    assert_eq!(refund("99", "1500").await, "7 Refund amount must not be less than one ruble");
    assert_eq!(refund("0", "1500").await, DONE);
    assert_eq!(shop.sums(&order).await, "4 REFUNDED 2000/0/2000");
    gateway.end().await;
}

#[tokio::test]
async fn an_unpaid_order_is_declined_by_the_merchant() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    let fresh = shop.register(&[("orderNumber", "n1")]).await;
    assert_eq!(shop.ask("decline.do", &fresh, &[("orderNumber", "n2")]).await, "6 Order not found");
    assert_eq!(shop.ask("decline.do", &fresh, &[("orderNumber", "n1")]).await, DONE);
    assert_eq!(shop.stands(&fresh).await, "6 4005");
    assert_eq!(shop.ask("decline.do", &fresh, &[]).await, FORBIDDEN);
    let tried = shop.register(&[("orderNumber", "n3")]).await;
    gateway.payer.pay(&tried, NO_MONEY).await;
    let by_number = shop.call("decline.do", &[("orderNumber", "n3"), ("merchantLogin", "demo")]).await;
    assert_eq!(refusal(&by_number), "0 Успешно");
    assert_eq!(shop.stands(&tried).await, "6 4005");
    let hold = shop.register_hold(&[]).await;
    let bank = gateway.payer.pay(&hold, CHALLENGE).await;
    assert_eq!(shop.stands(&hold).await, "5 -100");
    assert_eq!(shop.ask("decline.do", &hold, &[]).await, DONE);
    gateway.payer.confirm(&bank, "12345678").await;
    assert_eq!(shop.sums(&hold).await, "6 DECLINED 0/0/0");
    gateway.deliver().await;
    let mut events = gateway.receiver.events();
    events.sort();
    assert_eq!(events, ["approved 0", "deposited 0", "deposited 0"]);
    gateway.end().await;
}

#[tokio::test]
async fn the_payers_cancel_button_needs_no_credentials_and_leads_back() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    let order = shop.register(&[("failUrl", "https://shop.example/fail?x=1"), ("language", "en")]).await;
    let press = async |params: &[(&str, &str)]| shop.post("declineByClient.do", params).await;
    let answer = press(&[("mdOrder", &order.id)]).await;
    let expected = format!(
        r#"{{"errorCode":0,"errorMessage":"Success","redirect":"https://shop.example/fail?x=1&orderId={}&lang=en"}}"#,
        order.id
    );
    assert_eq!((answer.status, answer.body), (200, expected));
    assert_eq!(shop.stands(&order).await, "6 2022");
    let text = "Invalid operation for the current order status";
    let again = format!(r#"{{"error":"{text}","errorCode":7,"errorMessage":"{text}"}}"#);
    assert_eq!(press(&[("MDORDER", &order.id)]).await.body, again);
    let sale = paid(&gateway).await;
    assert_eq!(press(&[("mdOrder", &sale.id), ("language", "en")]).await.body, again);
    assert_eq!(shop.sums(&sale).await, "2 DEPOSITED 2000/2000/0");
    let code = async |params: &[(&str, &str)]| press(params).await.json()["errorCode"].as_i64();
    assert_eq!(code(&[("mdOrder", "00000000-0000-0000-0000-000000000000")]).await, Some(6));
    assert_eq!(code(&[("mdOrder", "x")]).await, Some(6));
    assert_eq!(code(&[]).await, Some(5));
    assert_eq!(code(&[("mdOrder", &order.id), ("language", "xx1")]).await, Some(5));
    gateway.end().await;
}

#[tokio::test]
async fn an_order_is_named_by_its_number_or_by_a_caller_with_a_token() {
    let gateway = TestGateway::start().await;
    let shop = &gateway.shop;
    let order = shop.register_hold(&[("orderNumber", "АБ/1")]).await;
    gateway.payer.pay(&order, PAID).await;
    let number = ("orderNumber", "АБ/1");
    let ask = async |operation: &str, params: &[(&str, &str)]| {
        refusal(&shop.call(operation, &[&[number, ("language", "en")], params].concat()).await)
    };
    assert_eq!(
        ask("deposit.do", &[("amount", "0"), ("merchantLogin", "stranger")]).await,
        "5 Merchant login is invalid"
    );
    assert_eq!(ask("deposit.do", &[("amount", "0"), ("merchantLogin", "demo-api")]).await, DONE);
    assert_eq!(ask("refund.do", &[("amount", "500"), ("merchantLogin", "demo")]).await, DONE);
    assert_eq!(shop.sums(&order).await, "4 REFUNDED 2000/1500/500");

    let draft = payglot_server::flows::project::Draft {
        protocol: "rbs".to_owned(),
        name: "token".to_owned(),
        login: "token-api".to_owned(),
        settings: ProjectSettings { number_orders: true, ..ProjectSettings::default() },
        secrets: vec![("token".to_owned(), Secret::new("open-key"))],
    };
    let (store, key) = (gateway.gateway.store.as_ref(), &gateway.gateway.key);
    payglot_server::flows::project::create(store, key, draft, gateway.now()).await.expect("a project");
    let by_token = async |operation: &str, params: &[(&str, &str)]| {
        shop.post(operation, &[&[("token", "open-key"), ("language", "en")], params].concat()).await
    };
    let required = [("amount", "2000"), ("returnUrl", "https://a.example")];
    let own = crate::harness::shop::taken(&by_token("register.do", &required).await);
    gateway.payer.pay(&own, PAID).await;
    let refund = [("orderId", own.id.as_str()), ("amount", "500")];
    assert_eq!(refusal(&by_token("refund.do", &refund).await), DONE);
    let foreign = [("orderId", order.id.as_str()), ("amount", "500")];
    assert_eq!(refusal(&by_token("refund.do", &foreign).await), "6 Wrong order number");
    gateway.end().await;
}

#[tokio::test]
async fn another_merchants_order_is_as_unknown_as_none() {
    let gateway = TestGateway::start().await;
    let (sale, hold, fresh) = (paid(&gateway).await, held(&gateway).await, gateway.shop.register(&[]).await);
    let other = create_shop(&gateway.gateway, gateway.at, "", "other", "pw", ProjectSettings::default()).await;
    let nobody = Registered { id: "00000000-0000-0000-0000-000000000000".to_owned(), form_url: String::new() };
    for (operation, order) in [("deposit.do", &hold), ("reverse.do", &hold), ("refund.do", &sale)] {
        for (shop, order) in [(&other, order), (&gateway.shop, &nobody)] {
            assert_eq!(shop.ask(operation, order, &[("amount", "0")]).await, "6 Wrong order number", "{operation}");
        }
        let by_number = other.call(operation, &[("orderNumber", "1"), ("amount", "0")]).await;
        assert_eq!(refusal(&by_number), "6 Неверный номер заказа");
    }
    assert_eq!(other.ask("decline.do", &fresh, &[]).await, "6 Order not found");
    assert_eq!(refusal(&other.call("decline.do", &[("orderNumber", "3")]).await), "6 Заказ не найден");
    assert_eq!(gateway.shop.sums(&sale).await, "2 DEPOSITED 2000/2000/0");
    assert_eq!(gateway.shop.sums(&hold).await, "1 APPROVED 10000/0/0");
    assert_eq!(gateway.shop.stands(&fresh).await, "0 -100");
    gateway.end().await;
}
