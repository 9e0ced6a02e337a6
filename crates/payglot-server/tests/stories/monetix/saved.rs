//! Cards that payers leave with the shop through Gate: saved by a payment or without one, paid with, paid out to, forgotten.

use super::{CUSTOMER, Monetix, general, read};

pub(super) const PAID: &str = "4000000000000077";
const DECLINED: &str = "4111111111111111";
const SUM: &str = r#""payment":{"amount":1500,"currency":"USD","description":"Books"}"#;

/// A sale by a card; `more` says what is to be kept.
pub(super) fn order(payment: &str, pan: &str, more: &str) -> String {
    let card = format!(r#""card":{{"pan":"{pan}","year":2034,"month":"12","card_holder":"JOHN DOE","cvv":"123"}}"#);
    general(payment, &format!(r#""customer":{CUSTOMER},{card},{SUM}{more}"#))
}

/// The same by what is saved under a token.
fn by_token(payment: &str, field: &str, token: &str) -> String {
    general(payment, &format!(r#""customer":{CUSTOMER},"{field}":"{token}",{SUM}"#))
}

impl Monetix {
    /// A paid sale that saves its card; the token.
    pub(super) async fn saves(&self, payment: &str, pan: &str) -> String {
        let saves = order(payment, pan, "").replace(r#""cvv":"123""#, r#""cvv":"123","save":true"#);
        self.accepted("payment/card/sale", &saves).await;
        self.quiet().await;
        self.heard().pop().expect("told").get("account.token")
    }

    /// A call about saved cards that is answered at once.
    pub(super) async fn asked(&self, path: &str, more: &str) -> serde_json::Value {
        let answer = self.gate(path, &format!(r#"{{"general":{{"project_id":1234}},{more}}}"#)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        read(&answer)
    }

    async fn not_found(&self, path: &str, more: &str) {
        let body = format!(r#"{{"general":{{"project_id":1234}},{more}}}"#);
        assert_eq!(self.refused(path, &body).await, (400, "3221 Card token not found".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn a_card_is_saved_by_a_payment_and_pays_again() {
    let shop = Monetix::start().await;
    let token = shop.saves("p1", PAID).await;
    assert_eq!(token.len(), 32, "{token}");
    for (number, (path, field)) in [
        ("payment/card/sale/token", "token"),
        ("payment/card/sale/saved", "saved_account_id"),
        ("payment/card/auth/token", "token"),
    ]
    .into_iter()
    .enumerate()
    {
        shop.accepted(path, &by_token(&format!("again{number}"), field, &token)).await;
        shop.quiet().await;
    }
    let wanted = [
        "success, 1500, sale, success, 0",
        "success, 1500, sale, success, 0",
        "success, 1500, sale, success, 0",
        "awaiting capture, 1500, auth, success, 0",
    ];
    assert_eq!(shop.told(), wanted);
    for callback in shop.heard() {
        assert_eq!(callback.get("account.token"), token);
        assert_eq!(callback.get("account.number"), "400000******0077");
        assert_eq!(callback.get("payment.type"), "purchase");
    }
    assert_eq!(shop.saves("p2", PAID).await, token, "the same card of the same payer has the same token");
    assert_eq!(shop.status("again0").await["account"]["token"], token.as_str());
    shop.end().await;
}

#[tokio::test]
async fn a_card_that_is_declined_or_not_to_be_saved_has_no_token() {
    let shop = Monetix::start().await;
    assert_eq!(shop.saves("p1", DECLINED).await, "");
    shop.accepted("payment/card/sale", &order("p2", PAID, "")).await;
    // Kept by the bank for later charges, but not among what the payer has saved.
    shop.accepted("payment/card/sale", &order("p3", PAID, r#","recurring":{"register":true}"#)).await;
    shop.quiet().await;
    let tokens: Vec<String> = shop.heard().iter().map(|told| told.get("account.token")).collect();
    assert_eq!(tokens, ["", "", ""]);
    let listed = shop.asked("customer/saved_account/list", r#""customer":{"id":"customer_123"}"#).await;
    assert_eq!(listed["saved_accounts"], serde_json::json!([]));
    // A card is saved for somebody.
    let nobody = order("p4", PAID, "").replace(r#""id":"customer_123","#, r#""save":true,"#);
    shop.accepted("payment/card/sale", &nobody).await;
    shop.quiet().await;
    assert_eq!(shop.told()[3..], ["error, 1500, sale, error, 2004"]);
    shop.end().await;
}

#[tokio::test]
async fn a_token_of_nobody_or_of_another_payer_pays_nothing() {
    let shop = Monetix::start().await;
    let token = shop.saves("p1", PAID).await;
    let other = by_token("p2", "token", &token).replace("customer_123", "customer_9");
    shop.accepted("payment/card/sale/token", &other).await;
    shop.accepted("payment/card/sale/token", &by_token("p3", "token", &"0".repeat(32))).await;
    shop.accepted("payment/card/sale/token", &by_token("p4", "token", "5")).await;
    shop.accepted("payment/webmoney/sale/token", &by_token("p5", "token", &token)).await;
    shop.accepted("payment/card/payout/token", &by_token("p6", "token", "5")).await;
    shop.quiet().await;
    let sale = "error, 1500, sale, error, 3027";
    assert_eq!(shop.told()[1..], [sale, sale, sale, sale, "error, 1500, payout, error, 3027"]);
    shop.end().await;
}

#[tokio::test]
async fn money_is_paid_out_to_a_saved_card() {
    let shop = Monetix::start().await;
    let token = shop.saves("p1", "4314220000000056").await;
    assert_eq!(token, "", "its holder is asked first");
    let card = r#""card":{"pan":"5413330000000019","year":2034,"month":12,"card_holder":"JOHN DOE"}"#;
    let saved = shop.asked("customer/card/tokenize", &format!(r#""customer":{CUSTOMER},{card}"#)).await;
    let token = saved["token"].as_str().expect("a token");
    shop.accepted("payment/card/payout/token", &by_token("out", "token", token)).await;
    shop.quiet().await;
    let told = shop.heard().pop().expect("told");
    assert_eq!(shop.told().last().expect("told"), "success, 1500, payout, success, 0");
    assert_eq!(told.get("account.number"), "541333******0019");
    assert_eq!(told.get("account.token"), token);
    shop.end().await;
}

#[tokio::test]
async fn a_card_is_saved_without_a_payment_listed_and_forgotten() {
    let shop = Monetix::start().await;
    let sent = |pan: &str| {
        format!(r#""customer":{CUSTOMER},"card":{{"pan":"{pan}","year":2034,"month":12,"card_holder":"JOHN DOE"}}"#)
    };
    let saved = shop.asked("customer/card/tokenize", &sent(PAID)).await;
    let token = saved["token"].as_str().expect("a token").to_owned();
    assert_eq!(saved["account"]["number"], "400000******0077");
    shop.quiet().await;
    let told = shop.heard().pop().expect("a callback");
    assert_eq!((told.get("account.token"), told.get("customer.id")), (token.clone(), "customer_123".to_owned()));
    assert_eq!(shop.asked("customer/card/tokenize", &sent(PAID)).await["token"], token.as_str(), "again");
    let by_token = format!(r#""token":"{token}""#);
    assert_eq!(shop.asked("customer/card/bytoken", &by_token).await["account"]["expiry_year"], "2034");
    let list = shop.asked("customer/saved_account/list", r#""customer":{"id":"customer_123"}"#).await;
    assert_eq!(list["saved_accounts"][0]["id"], token.as_str());
    // A number that is no test card is nobody's to keep here.
    let real = format!(r#"{{"general":{{"project_id":1234}},{}}}"#, sent("4242424242424242"));
    assert_eq!(shop.refused("customer/card/tokenize", &real).await, (400, "10102 Incorrect data entered".to_owned()));
    shop.asked("customer/card/token/revoke", &by_token).await;
    shop.not_found("customer/card/bytoken", &by_token).await;
    shop.not_found("customer/saved_account/delete", &format!(r#""saved_account_id":"{token}""#)).await;
    let list = shop.asked("customer/saved_account/list", r#""customer":{"id":"customer_123"}"#).await;
    assert_eq!(list["saved_accounts"], serde_json::json!([]));
    shop.accepted("payment/card/sale/token", &general("p9", &format!(r#""customer":{CUSTOMER},{by_token},{SUM}"#)))
        .await;
    shop.quiet().await;
    assert_eq!(shop.told().pop().expect("told"), "error, 1500, sale, error, 3027");
    shop.end().await;
}

#[tokio::test]
async fn a_shop_that_must_not_collect_cards_uses_tokens_only() {
    let shop = Monetix::start().await;
    let token = shop.saves("p1", PAID).await;
    shop.set("merchant_card_entry", "false").await;
    shop.accepted("payment/card/sale/token", &by_token("p2", "token", &token)).await;
    shop.accepted("payment/card/sale", &order("p3", PAID, "")).await;
    shop.quiet().await;
    assert_eq!(shop.told()[1..], ["success, 1500, sale, success, 0", "error, 1500, sale, error, 310"]);
    let card = r#""card":{"pan":"5413330000000019","year":2034,"month":12,"card_holder":"JOHN DOE"}"#;
    let body = format!(r#"{{"general":{{"project_id":1234}},"customer":{CUSTOMER},{card}}}"#);
    assert_eq!(shop.refused("customer/card/tokenize", &body).await.0, 400);
    shop.end().await;
}
