//! Saved cards on the Payment Page, and payments there that are registered for later charges.

use super::saved::PAID;
use super::{CUSTOMER, Monetix, WMID, general, read};
use crate::harness::payer::Page;
use payglot_wire::monetix::Callback;

pub(super) const CHALLENGE: &str = "4314220000000056";
pub(super) const DECLINED: &str = "4111111111111111";
const OTHER: &str = "5126160000356675";
const CARD: (&str, &str) = ("force_payment_method", "card");
const SAVES: &[(&str, &str)] = &[("monetix.saves_cards", "true")];

/// A card as it is typed.
pub(super) fn typed(number: &str) -> [(&str, &str); 3] {
    [("number", number), ("expiry", "12/34"), ("cvc", "123")]
}

impl Monetix {
    /// A card that this customer has saved; its token.
    pub(super) async fn saved_for(&self, customer: &str, pan: &str) -> String {
        let card = format!(r#""card":{{"pan":"{pan}","year":2034,"month":12,"card_holder":"JOHN DOE"}}"#);
        let saved = self.asked("customer/card/tokenize", &format!(r#""customer":{{"id":"{customer}"}},{card}"#)).await;
        self.quiet().await;
        saved["token"].as_str().expect("a token").to_owned()
    }

    /// The callback that was told last.
    pub(super) async fn told_last(&self) -> Callback {
        self.quiet().await;
        self.heard().pop().expect("told")
    }

    async fn listed(&self) -> usize {
        let list = self.asked("customer/saved_account/list", r#""customer":{"id":"customer_123"}"#).await;
        list["saved_accounts"].as_array().expect("a list").len()
    }
}

/// The ids of the saved cards that a page offers, in its order.
fn offered(page: &Page) -> Vec<String> {
    let inputs = page.body.split("<input ").filter_map(|rest| rest.split('>').next());
    let ids = inputs.filter(|tag| tag.contains("name=\"saved\"") && tag.contains("type=\"radio\""));
    let ids = ids.filter_map(|tag| tag.split("value=\"").nth(1)?.split('"').next().map(str::to_owned));
    ids.filter(|id| !id.is_empty()).collect()
}

fn id_of(token: &str) -> String {
    let parts = [&token[..8], &token[8..12], &token[12..16], &token[16..20], &token[20..]];
    parts.join("-")
}

#[tokio::test]
async fn the_card_that_the_shop_names_is_chosen_and_pays_with_its_code() {
    let shop = Monetix::start().await;
    let token = shop.saved_for("customer_123", PAID).await;
    shop.saved_for("customer_123", OTHER).await;
    let page = shop.open(&[("account_token", &token)]).await;
    assert_eq!(offered(&page), [id_of(&token)], "the page opens with it, and shows no other: {}", page.heading());
    assert!(page.has("•••• 0077"), "{}", page.body);
    let wrong = shop.post(&page, "pay", &[("saved", &id_of(&token))]).await;
    assert_eq!((wrong.status, shop.gateway.count().await), (422, 0), "the code is asked for");
    let done = shop.post(&wrong, "pay", &[("saved", &id_of(&token)), ("cvc", "123")]).await;
    assert!(done.has("epframe.payment.success"), "{}", done.heading());
    let told = shop.told_last().await;
    assert_eq!((told.get("account.token"), told.get("payment.status")), (token.clone(), "success".to_owned()));
    assert_eq!(told.get("account.number"), "400000******0077");
    // Another card all the same.
    let page = shop.open(&[("account_token", &token), ("payment_id", "p2")]).await;
    shop.post(&page, "pay", &typed(OTHER)).await;
    assert_eq!(shop.told_last().await.get("account.token"), "", "the named card did not pay");
    shop.end().await;
}

#[tokio::test]
async fn a_token_of_nobody_or_of_another_customer_is_left_out() {
    let shop = Monetix::start().await;
    let theirs = shop.saved_for("customer_9", PAID).await;
    let mine = shop.saved_for("customer_123", PAID).await;
    shop.asked("customer/card/token/revoke", &format!(r#""token":"{mine}""#)).await;
    for (number, token) in [&theirs, &mine, "5", &"0".repeat(32)].into_iter().enumerate() {
        let payment = format!("p{number}");
        let page = shop.open(&[CARD, ("account_token", token), ("payment_id", &payment)]).await;
        assert_eq!((page.status, offered(&page).len()), (200, 0), "{token}");
        // Nor does it pay if somebody writes the form by hand.
        if token.len() == 32 {
            let stays = shop.post(&page, "pay", &[("saved", &id_of(token)), ("cvc", "123")]).await;
            assert_eq!((stays.status, shop.stands(&payment).await.as_str()), (200, "3061"), "{token}");
        }
        let done = shop.post(&page, "pay", &typed(PAID)).await;
        assert!(done.has("epframe.payment.success"), "{}", done.heading());
        assert_eq!(shop.told_last().await.get("account.token"), "", "{token}");
    }
    shop.end().await;
}

#[tokio::test]
async fn a_payer_saves_a_card_and_pays_with_it_next_time() {
    let shop = Monetix::with(SAVES).await;
    let page = shop.open(&[CARD]).await;
    assert!(page.has("Save this card") && offered(&page).is_empty());
    shop.post(&page, "pay", &typed(PAID)).await;
    assert_eq!((shop.told_last().await.get("account.token"), shop.listed().await), (String::new(), 0), "not ticked");
    let page = shop.open(&[CARD, ("payment_id", "p2")]).await;
    let ticked: Vec<_> = typed(PAID).into_iter().chain([("save", "1")]).collect();
    shop.post(&page, "pay", &ticked).await;
    let token = shop.told_last().await.get("account.token");
    assert_eq!((token.len(), shop.listed().await), (32, 1));
    let page = shop.open(&[CARD, ("payment_id", "p3")]).await;
    assert_eq!(offered(&page), [id_of(&token)]);
    let done = shop.post(&page, "pay", &[("saved", &id_of(&token)), ("cvc", "123")]).await;
    assert!(done.has("epframe.payment.success"), "{}", done.heading());
    assert_eq!(shop.told_last().await.get("account.token"), token);
    let nobody = shop.open(&[CARD, ("payment_id", "p4"), ("customer_id", "customer_9")]).await;
    assert!(offered(&nobody).is_empty());
    shop.end().await;
}

#[tokio::test]
async fn a_saved_card_is_removed_before_anything_is_stored() {
    let shop = Monetix::with(SAVES).await;
    let token = shop.saved_for("customer_123", PAID).await;
    let page = shop.open(&[CARD]).await;
    let removed = shop.post(&page, "remove-card", &[("saved", &id_of(&token))]).await;
    assert!(removed.status == 200 && removed.has("The card was removed"), "{}", removed.body);
    assert_eq!((offered(&removed).len(), shop.listed().await, shop.gateway.count().await), (0, 0, 0));
    // The tab that was open before still shows it.
    let late = shop.post(&page, "pay", &[("saved", &id_of(&token)), ("cvc", "123")]).await;
    assert_eq!((late.status, shop.gateway.count().await), (200, 0));
    let theirs = shop.saved_for("customer_9", PAID).await;
    shop.post(&page, "remove-card", &[("saved", &id_of(&theirs))]).await;
    assert_eq!(shop.asked("customer/card/bytoken", &format!(r#""token":"{theirs}""#)).await["status"], "success");
    shop.end().await;
}

#[tokio::test]
async fn a_saved_card_whose_holder_is_asked_goes_to_the_bank_and_may_be_tried_again() {
    let shop = Monetix::with(&[SAVES[0], ("monetix.retries_declined", "true")]).await;
    let token = shop.saved_for("customer_123", CHALLENGE).await;
    let page = shop.open(&[CARD]).await;
    let bank = shop.post(&page, "pay", &[("saved", &id_of(&token)), ("cvc", "123")]).await;
    let again = shop.gateway.payer.refuse(&bank).await;
    assert_eq!(offered(&again), [id_of(&token)], "{}", again.heading());
    let bank = shop.post(&again, "pay", &[("saved", &id_of(&token)), ("cvc", "123")]).await;
    let done = shop.gateway.payer.confirm(&bank, "123456").await;
    assert!(done.has("epframe.payment.success"), "{}", done.heading());
    let told = shop.told_last().await;
    assert_eq!((told.get("payment.status"), told.get("account.token")), ("success".to_owned(), token));
    shop.end().await;
}

#[tokio::test]
async fn the_card_that_the_shop_names_is_still_there_when_another_was_declined() {
    let shop = Monetix::with(&[("monetix.retries_declined", "true")]).await;
    let token = shop.saved_for("customer_123", PAID).await;
    let page = shop.open(&[CARD, ("account_token", &token)]).await;
    let number = [("number", "4111111111111111"), ("expiry", "12/34"), ("cvc", "123"), ("holder", "J DOE")];
    let again = shop.post(&page, "pay", &number).await;
    assert_eq!(offered(&again), [id_of(&token)], "{}", again.heading());
    let done = shop.post(&again, "pay", &[("saved", &id_of(&token)), ("cvc", "123")]).await;
    assert!(done.has("epframe.payment.success"), "{}", done.heading());
    shop.end().await;
}

#[tokio::test]
async fn a_payment_that_is_registered_on_the_page_makes_a_registration() {
    let shop = Monetix::start().await;
    let page = shop.open(&[CARD, ("recurring_register", "1")]).await;
    assert!(page.has("to charge this card again"), "{}", page.body);
    shop.post(&page, "pay", &typed(PAID)).await;
    let told = shop.told_last().await;
    let number = told.get("recurring.id");
    assert_eq!((told.get("recurring.currency"), told.get("payment.type")), ("USD".into(), "purchase".into()));
    assert_eq!(told.get("recurring.valid_thru"), "2034-12-31T23:59:59+0000");
    assert_eq!((told.get("account.token"), shop.listed().await), (String::new(), 0), "it is not a saved card");
    let sum = r#""payment":{"amount":700,"currency":"USD","description":"June"}"#;
    let charge = general(
        "june",
        &format!(r#""customer":{CUSTOMER},"recurring":{{"id":{number}}},"recurring_id":{number},{sum}"#),
    );
    shop.accepted("payment/card/recurring", &charge).await;
    assert_eq!(shop.told_last().await.get("payment.status"), "success");
    // Of a decline, and of a wallet, nothing stands.
    let page = shop.open(&[CARD, ("recurring_register", "1"), ("payment_id", "p2")]).await;
    shop.post(&page, "pay", &typed(DECLINED)).await;
    assert_eq!(shop.told_last().await.get("recurring.id"), "");
    let page =
        shop.open(&[("force_payment_method", "webmoney"), ("recurring_register", "1"), ("payment_id", "p3")]).await;
    assert!(!page.has("charge this card again"));
    shop.post(&page, "wallet", &[("account", WMID)]).await;
    shop.settle().await;
    let told = shop.told_last().await;
    assert_eq!((told.get("payment.id"), told.get("payment.status")), ("p3".into(), "success".into()));
    assert_eq!(told.get("recurring.id"), "");
    shop.end().await;
}

#[tokio::test]
async fn a_schedule_has_no_number_of_a_payment_and_a_saved_card_is_registered_too() {
    let shop = Monetix::start().await;
    let token = shop.saved_for("customer_123", PAID).await;
    let terms = r#"{"type":"R","period":"M","amount":900,"scheduled_payment_id":"Plan"}"#;
    let registers = [CARD, ("recurring", terms), ("account_token", token.as_str())];
    let page = shop.open(&registers).await;
    shop.post(&page, "pay", &[("saved", &id_of(&token)), ("cvc", "123")]).await;
    let number = shop.told_last().await.get("recurring.id");
    let info = format!(r#"{{"general":{{"project_id":1234}},"recurring":{{"id":{number}}}}}"#);
    let info = read(&shop.gate("payment/card/recurring/info", &info).await);
    assert_eq!((info["recurring"]["amount"].as_i64(), info["recurring"]["period"].as_str()), (Some(900), Some("M")));
    shop.accepted("payment/webmoney/sale", &super::sale("PLAN", 100)).await;
    let refused = shop.open(&[registers[0], registers[1], ("payment_id", "p2")]).await;
    assert!(refused.status == 400 && refused.has("3182"), "{}", refused.heading());
    // The page of what was paid already is shown all the same.
    assert!(shop.open(&registers).await.has("epframe.payment.success"));
    shop.settle().await;
    shop.end().await;
}

#[tokio::test]
async fn terms_that_end_in_the_past_open_no_page() {
    let shop = Monetix::start().await;
    for terms in [r#"{"register":true,"expiry_year":2020}"#, r#"{"type":"U","expiry_year":2026,"expiry_month":1}"#] {
        let page = shop.open(&[CARD, ("recurring", terms)]).await;
        assert_eq!(page.status, 400, "{terms}");
        assert!(page.has("502") && page.has("recurring"), "{}", page.body);
    }
    shop.end().await;
}

#[tokio::test]
async fn a_card_that_nobody_may_save_is_not_saved_by_a_form_of_ones_own() {
    let shop = Monetix::start().await;
    let page = shop.open(&[CARD, ("recurring_register", "1")]).await;
    let typed = [("number", PAID), ("expiry", "12/34"), ("cvc", "123"), ("holder", "J DOE"), ("save", "1")];
    let done = shop.post(&page, "pay", &typed).await;
    assert!(done.has("epframe.payment.success"), "{}", done.heading());
    let told = shop.told_last().await;
    assert!(!told.get("recurring.id").is_empty() && told.get("account.token").is_empty());
    shop.end().await;
}

#[tokio::test]
async fn a_wallet_that_pays_after_a_declined_card_is_the_account() {
    let shop = Monetix::with(&[("monetix.retries_declined", "true")]).await;
    let page = shop.open(&[("default_payment_method", "card")]).await;
    let typed = [("number", "4111111111111111"), ("expiry", "12/34"), ("cvc", "123"), ("holder", "J DOE")];
    shop.post(&page, "pay", &typed).await;
    let again = shop.open(&[]).await;
    let wallet = shop.post(&again, "choose", &[("method", "webmoney")]).await;
    shop.post(&wallet, "wallet", &[("account", super::WMID)]).await;
    shop.settle().await;
    let told = shop.heard().pop().expect("told");
    assert_eq!((told.get("payment.status"), told.get("payment.method")), ("success".into(), "webmoney".into()));
    assert_eq!((told.get("account.number"), told.get("account.type")), (super::WMID.to_owned(), String::new()));
    shop.end().await;
}

#[tokio::test]
async fn an_invoice_that_is_paid_on_its_page_is_registered() {
    let shop = Monetix::with(SAVES).await;
    let invoice = |payment: &str, terms: &str| {
        let sum = r#""payment":{"amount":700,"currency":"USD","best_before":"2026-11-23T00:00:00+00:00","description":"Books"}"#;
        general(payment, &format!(r#""customer":{{"id":"c"}},{sum},"recurring":{{"register":true{terms}}}"#))
    };
    let answer = read(&shop.gate("payment/invoice/create", &invoice("p1", "")).await);
    let page = shop.gateway.payer.get(answer["invoice_url"].as_str().expect("a link")).await;
    let form = shop.post(&page, "choose", &[("method", "card")]).await;
    assert!(form.has("to charge this card again") && form.has("Save this card"), "{}", form.heading());
    let ticked: Vec<_> = typed(PAID).into_iter().chain([("save", "1")]).collect();
    shop.post(&form, "pay", &ticked).await;
    let told = shop.told_last().await;
    assert_eq!((told.get("payment.type"), told.get("payment.status")), ("invoice".into(), "success".into()));
    assert!(!told.get("recurring.id").is_empty() && told.get("account.token").len() == 32);
    shop.accepted("payment/invoice/create", &invoice("p2", r#","scheduled_payment_id":"P1""#)).await;
    assert_eq!(shop.told_last().await.get("operation.code"), "3182");
    // Who has no id in the shop is told too.
    let nobody = invoice("p3", "").replace(r#""id":"c""#, r#""first_name":"Ona""#);
    let answer = read(&shop.gate("payment/invoice/create", &nobody).await);
    if let Some(link) = answer["invoice_url"].as_str() {
        let page = shop.gateway.payer.get(link).await;
        let form = shop.post(&page, "choose", &[("method", "card")]).await;
        assert!(form.has("to charge this card again") && !form.has("Save this card"));
    }
    shop.end().await;
}
