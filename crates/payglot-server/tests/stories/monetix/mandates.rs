//! Mandates through Gate: registered with a payment, charged without the payer, changed, ended, asked about; and verifications, which are
//! registered without paying anything.

use super::saved::{PAID, order};
use super::{CUSTOMER, Monetix, general, read};
use payglot_wire::monetix::Callback;

/// Registering succeeds, charging is declined with 10102 and with 10105.
const CHARGE_WRONG_DATA: &str = "4000000000000119";
const CHARGE_NO_FUNDS: &str = "4000000000000135";
const CHALLENGE: &str = "4314220000000056";

impl Monetix {
    /// A paid sale that is registered for later charges with these terms; the number of the registration.
    async fn registers(&self, payment: &str, pan: &str, terms: &str) -> String {
        let more = format!(r#","recurring":{{"register":true{terms}}}"#);
        self.accepted("payment/card/sale", &order(payment, pan, &more)).await;
        self.quiet().await;
        let told = self.heard().pop().expect("told");
        assert_eq!(told.get("payment.status"), "success", "{told:?}");
        told.get("recurring.id")
    }

    async fn last(&self) -> Callback {
        self.quiet().await;
        self.heard().pop().expect("told")
    }

    async fn info(&self, number: &str) -> serde_json::Value {
        let body = format!(r#"{{"general":{{"project_id":1234}},"recurring":{{"id":{number}}}}}"#);
        let answer = self.gate("payment/card/recurring/info", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        super::proven(&answer.body);
        read(&answer)["recurring"].clone()
    }
}

fn charge(payment: &str, number: &str, minor: i64, currency: &str) -> String {
    let sum = format!(r#""payment":{{"amount":{minor},"currency":"{currency}","description":"June"}}"#);
    general(payment, &format!(r#""customer":{CUSTOMER},"recurring":{{"id":{number}}},"recurring_id":{number},{sum}"#))
}

fn about(payment: &str, number: &str, more: &str) -> String {
    general(payment, &format!(r#""recurring":{{"id":{number}{more}}}"#))
}

#[tokio::test]
async fn a_registered_card_is_charged_without_the_payer() {
    let shop = Monetix::start().await;
    let number = shop.registers("p1", PAID, r#","type":"U","expiry_year":2030,"expiry_month":6"#).await;
    let made = shop.last().await;
    assert_eq!(made.get("recurring.currency"), "USD");
    assert_eq!(made.get("recurring.valid_thru"), "2030-06-30T23:59:59+0000");
    shop.accepted("payment/card/recurring", &charge("june", &number, 700, "USD")).await;
    let told = shop.last().await;
    assert_eq!(shop.told()[1..], ["success, 700, recurring, success, 0"]);
    assert_eq!(told.get("payment.type"), "recurring");
    assert_eq!((told.get("recurring.id"), told.get("account.number")), (number.clone(), "400000******0077".to_owned()));
    // It is refunded as any payment, and stays what it is.
    shop.accepted("payment/card/refund", &general("june", r#""payment":{"description":"Back"}"#)).await;
    assert_eq!(shop.last().await.get("payment.type"), "recurring");
    assert_eq!(shop.told()[2..], ["refunded, 0, refund, success, 0"]);
    let info = shop.info(&number).await;
    assert_eq!((info["status"].as_str(), info["type"].as_str()), (Some("active"), Some("U")));
    assert!(info["last_payment_at"].is_string(), "{info}");
    shop.end().await;
}

#[tokio::test]
async fn a_charge_is_declined_as_the_test_cards_say_and_without_asking_the_holder() {
    let shop = Monetix::start().await;
    for (payment, pan, code) in [("p1", CHARGE_WRONG_DATA, "10102"), ("p2", CHARGE_NO_FUNDS, "10105")] {
        let number = shop.registers(payment, pan, "").await;
        shop.accepted("payment/card/recurring", &charge(&format!("{payment}-2"), &number, 700, "USD")).await;
        let told = shop.last().await;
        assert_eq!((told.get("payment.status"), told.get("operation.code")), ("decline".to_owned(), code.to_owned()));
        assert_eq!(told.get("recurring.id"), "", "of a decline nothing stands");
    }
    shop.end().await;
}

#[tokio::test]
async fn what_cannot_be_charged_is_told_with_the_reason() {
    let shop = Monetix::start().await;
    let number = shop.registers("p1", PAID, r#","expiry_year":2027,"expiry_month":1"#).await;
    for (payment, number, currency, code) in
        [("c1", "77", "USD", "3181"), ("c2", "4294967999", "USD", "3181"), ("c3", number.as_str(), "EUR", "502")]
    {
        shop.accepted("payment/card/recurring", &charge(payment, number, 700, currency)).await;
        let told = shop.last().await;
        assert_eq!((told.get("payment.status"), told.get("operation.code")), ("error".to_owned(), code.to_owned()));
        assert_eq!(told.get("payment.type"), "recurring");
    }
    shop.accepted("payment/webmoney/recurring", &charge("c4", &number, 700, "USD")).await;
    assert_eq!(shop.last().await.get("operation.code"), "3181", "only cards are charged again");
    shop.accepted("payment/card/recurring/cancel", &about("p1", &number, "")).await;
    let told = shop.last().await;
    assert_eq!(shop.told().pop().expect("told"), "success, 1500, recurring cancel, success, 0");
    assert_eq!((told.get("payment.id"), told.get("recurring.id")), ("p1".to_owned(), number.clone()));
    assert_eq!(shop.info(&number).await["status"], "canceled");
    shop.accepted("payment/card/recurring", &charge("c5", &number, 700, "USD")).await;
    assert_eq!(shop.last().await.get("operation.code"), "3184");
    shop.accepted("payment/card/recurring/cancel", &about("p1", &number, r#","note":"again""#)).await;
    assert_eq!(shop.last().await.get("operation.code"), "3184");
    let number = shop.registers("p2", PAID, r#","expiry_year":2027,"expiry_month":1"#).await;
    shop.gateway.pass(366 * 86_400);
    shop.accepted("payment/card/recurring", &charge("c6", &number, 700, "USD")).await;
    assert_eq!(shop.last().await.get("operation.code"), "3301");
    assert_eq!(shop.refused("payment/card/recurring/info", &about("x", "99", "")).await.0, 400);
    shop.end().await;
}

#[tokio::test]
async fn a_registration_of_another_payer_is_none() {
    let shop = Monetix::start().await;
    let number = shop.registers("p1", PAID, "").await;
    let other = charge("c1", &number, 700, "USD").replace("customer_123", "mallory");
    shop.accepted("payment/card/recurring", &other).await;
    assert_eq!(shop.last().await.get("operation.code"), "3181");
    let unnamed = charge("c2", &number, 700, "USD").replace(r#""id":"customer_123","#, "");
    shop.accepted("payment/card/recurring", &unnamed).await;
    assert_eq!(shop.last().await.get("payment.status"), "success");
    shop.end().await;
}

#[tokio::test]
async fn terms_are_changed_in_part() {
    let shop = Monetix::start().await;
    let number = shop.registers("p1", PAID, r#","type":"R","period":"M","interval":2,"amount":900"#).await;
    let request =
        shop.accepted("payment/recurring/update", &about("p1", &number, r#","amount":1200,"expiry_year":2031"#)).await;
    let told = shop.last().await;
    assert_eq!(shop.told().pop().expect("told"), "success, 1500, recurring update, success, 0");
    assert_eq!(told.get("recurring.valid_thru"), "2031-12-31T23:59:59+0000");
    assert_eq!(told.get("operation.request_id"), request);
    let info = shop.info(&number).await;
    assert_eq!((info["amount"].as_i64(), info["period"].as_str()), (Some(1200), Some("M")));
    assert_eq!(info["period_interval"], 2);
    // Asked for by the id of the call, it is told as the callback told it.
    let body = format!(r#"{{"project_id":1234,"request_id":"{request}"}}"#);
    let answer = shop.gate("payment/status/request", &body).await;
    assert_eq!(super::proven(&answer.body).get("operation.type"), "recurring update");
    for wrong in [r#","period":"X""#, r#","interval":101"#, r#","time":"25:00:00""#, r#","amount":0"#] {
        let (status, words) = shop.refused("payment/card/recurring/update", &about("p1", &number, wrong)).await;
        assert!(status == 400 && words.starts_with("502 "), "{wrong}: {words}");
    }
    shop.end().await;
}

#[tokio::test]
async fn two_cancels_at_once_are_one() {
    let shop = Monetix::start().await;
    let number = shop.registers("p1", PAID, "").await;
    let body = about("p1", &number, "");
    let (one, other) = tokio::join!(
        shop.accepted("payment/card/recurring/cancel", &body),
        shop.accepted("payment/card/recurring/cancel", &body)
    );
    assert_eq!(one, other);
    shop.quiet().await;
    assert_eq!(shop.told()[1..], ["success, 1500, recurring cancel, success, 0"]);
    shop.end().await;
}

#[tokio::test]
async fn nothing_is_charged_by_a_registration_that_is_cancelled_meanwhile() {
    let shop = Monetix::start().await;
    let number = shop.registers("p1", PAID, "").await;
    let charges: Vec<String> = (0..6).map(|n| charge(&format!("c{n}"), &number, 100, "USD")).collect();
    let cancel = about("p1", &number, "");
    let all = charges.iter().map(|body| shop.accepted("payment/card/recurring", body));
    let ((), _) = tokio::join!(
        async {
            futures_util::future::join_all(all).await;
        },
        shop.accepted("payment/card/recurring/cancel", &cancel)
    );
    shop.quiet().await;
    let told = shop.told();
    let count = |words: &str| told.iter().filter(|line| line.contains(words)).count();
    assert_eq!(count("recurring, success") + count("recurring, error, 3184"), 6, "{told:?}");
    let (project, store) = (payglot_core::ProjectId(2), &shop.gateway.gateway.store);
    let kept = store.mandate(project, number.parse().expect("a number")).await.expect("read").expect("there");
    assert_eq!(kept.charges as usize, count("recurring, success"), "each charge was begun under the mandate");
    assert!(!kept.active);
    shop.end().await;
}

#[tokio::test]
async fn a_card_is_verified_without_paying_and_may_be_registered() {
    let shop = Monetix::start().await;
    let card =
        |pan: &str| format!(r#""card":{{"pan":"{pan}","year":2034,"month":12,"card_holder":"JOHN DOE","cvv":"123"}}"#);
    let body = |payment: &str, pan: &str, more: &str| {
        general(payment, &format!(r#""customer":{CUSTOMER},{}{more}"#, card(pan)))
    };
    let path = "payment/card/account_verification";
    shop.accepted(path, &body("v1", PAID, r#","recurring":{"register":true},"payment":{"amount":0,"currency":"EUR"}"#))
        .await;
    let told = shop.last().await;
    assert_eq!(shop.told(), ["success, 0, account verification, success, 0"], "told once, when the hold is released");
    assert_eq!(
        (told.get("payment.type"), told.get("payment.sum.currency")),
        ("account verification".into(), "EUR".into())
    );
    let number = told.get("recurring.id");
    shop.accepted(path, &body("v2", "4111111111111111", "")).await;
    assert_eq!(shop.last().await.get("operation.code"), "10000");
    assert_eq!(shop.told()[1..], ["decline, 0, account verification, decline, 10000"]);
    shop.accepted("payment/card/recurring", &charge("c1", &number, 300, "EUR")).await;
    assert_eq!(shop.last().await.get("payment.status"), "success");
    // There is nothing to give back and nothing to take.
    for verb in ["refund", "capture", "cancel"] {
        let body = general("v1", r#""payment":{"description":"x"}"#);
        shop.accepted(&format!("payment/card/{verb}"), &body).await;
        assert_eq!(shop.last().await.get("operation.code"), "3060", "{verb}");
    }
    assert_eq!(shop.stands("v1").await, "success 0");
    assert_eq!(shop.status("v1").await["operations"].as_array().map(Vec::len), Some(1));
    let (status, words) = shop.refused(path, &body("v3", PAID, r#","payment":{"amount":1}"#)).await;
    assert!(status == 400 && words.starts_with("502 "), "{words}");
    // The holder may be asked first.
    shop.accepted(path, &body("v4", CHALLENGE, "")).await;
    assert_eq!(shop.last().await.get("payment.status"), "awaiting 3ds result");
    shop.end().await;
}

#[tokio::test]
async fn what_nobody_asked_for_is_answered_with_the_wrong_state() {
    let shop = Monetix::start().await;
    shop.registers("p1", PAID, "").await;
    shop.accepted("payment/clarification", &general("p1", r#""additional_data":{}"#)).await;
    assert_eq!(shop.last().await.get("operation.code"), "3060");
    shop.accepted("payment/customer/confirm", &general("p1", "")).await;
    assert_eq!(shop.last().await.get("operation.code"), "3060");
    shop.accepted("payment/customer/confirm", &general("p2", "")).await;
    assert_eq!(shop.last().await.get("operation.code"), "3061");
    let (status, words) = shop.refused("payment/clarification", &general("p1", "")).await;
    assert_eq!((status, words.as_str()), (400, "2004 Required field not provided"));
    shop.end().await;
}

#[tokio::test]
async fn a_schedule_must_not_take_the_number_of_a_payment() {
    let shop = Monetix::start().await;
    shop.registers("p1", PAID, "").await;
    let terms = r#","recurring":{"register":true,"type":"R","scheduled_payment_id":"P1"}"#;
    shop.accepted("payment/card/sale", &order("p2", PAID, terms)).await;
    assert_eq!(shop.last().await.get("operation.code"), "3182");
    shop.end().await;
}
