//! The Payment Page's other modes: a card is verified, a card is saved, money is paid out.

use super::page_saved::{CHALLENGE, DECLINED, typed};
use super::saved::PAID;
use super::{Monetix, SECRET, WMID};
use crate::harness::payer::Page;
use crate::harness::{Setup, http};
use payglot_server::flows::project::{self, Draft};
use payglot_server::projects::ProjectSettings;
use payglot_server::secrets::Secret;
use payglot_wire::monetix::request::page_query;

const VERIFY: &[(&str, &str)] = &[("mode", "card_verify"), ("payment_amount", "0")];
const SAVE: &[(&str, &str)] =
    &[("mode", "card_tokenize"), ("payment_id", ""), ("payment_amount", ""), ("payment_currency", "")];
const PAY_OUT: (&str, &str) = ("mode", "payout");
const PAYS_OUT: (&str, &str) = ("monetix.pays_out_on_page", "true");
const RECEIVES: &str = "5413330000000019";
const RECEIVES_NOTHING: &str = "5413330000000035";

fn with<'a>(base: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    base.iter().chain(more).copied().collect()
}

/// The message that a page has for the shop's window, and its data.
fn message(page: &Page) -> (String, serde_json::Value) {
    let of = |name: &str| {
        let rest = page.body.split(&format!(" {name}=\"")).nth(1).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().replace("&#34;", "\"")
    };
    (of("data-frame-message"), serde_json::from_str(&of("data-frame-data")).unwrap_or_default())
}

#[tokio::test]
async fn a_card_is_verified_and_nothing_is_paid() {
    let shop = Monetix::start().await;
    let page = shop.open(&with(VERIFY, &[("recurring_register", "1")])).await;
    assert_eq!(page.heading(), "Verify your card");
    assert!(!page.has("0.01") && !page.has("0.00"), "no amount is shown");
    assert!(page.form("choose").is_none() && page.form("wallet").is_none());
    assert_eq!(shop.gateway.count().await, 0);
    let done = shop.post(&page, "pay", &typed(PAID)).await;
    let (name, data) = message(&done);
    assert_eq!(name, "epframe.card.verify.success", "{}", done.heading());
    assert_eq!((data["payment"]["status"].as_str(), data["sum_real"]["amount"].as_i64()), (Some("success"), Some(0)));
    assert!(!done.has("0.01"));
    let told = shop.told_last().await;
    assert_eq!(shop.told(), ["success, 0, account verification, success, 0"], "told once");
    assert_eq!(told.get("payment.type"), "account verification");
    assert!(!told.get("recurring.id").is_empty());
    let again = shop.open(&with(VERIFY, &[])).await;
    assert_eq!(message(&again).0, "epframe.card.verify.success");
    let as_purchase = shop.open(&[]).await;
    assert_eq!(message(&as_purchase).0, "epframe.card.verify.success", "what is there is shown, whatever is ordered");
    assert_eq!(shop.stands("payment_47").await, "success 0");
    shop.end().await;
}

#[tokio::test]
async fn a_card_that_is_not_verified_is_told_as_a_failure() {
    let shop = Monetix::start().await;
    let page = shop.open(&with(VERIFY, &[("payment_id", "p1")])).await;
    let done = shop.post(&page, "pay", &typed(DECLINED)).await;
    assert_eq!((message(&done).0.as_str(), done.has("0.01")), ("epframe.card.verify.fail", false));
    shop.quiet().await;
    assert_eq!(shop.told(), ["decline, 0, account verification, decline, 10000"]);
    shop.end().await;
}

#[tokio::test]
async fn a_verification_with_3d_secure_is_finished_or_abandoned() {
    let shop = Monetix::start().await;
    shop.set("session_seconds", "600").await;
    let page = shop.open(&with(VERIFY, &[("payment_id", "p1")])).await;
    let bank = shop.post(&page, "pay", &typed(CHALLENGE)).await;
    assert!(!bank.has("0.01"), "{}", bank.body);
    let done = shop.gateway.payer.confirm(&bank, "123456").await;
    assert_eq!(message(&done).0, "epframe.card.verify.success", "{}", done.heading());
    shop.quiet().await;
    assert_eq!(shop.told(), ["success, 0, account verification, success, 0"]);
    let page = shop.open(&with(VERIFY, &[("payment_id", "p2")])).await;
    let bank = shop.post(&page, "pay", &typed(CHALLENGE)).await;
    let left = shop.open(&with(VERIFY, &[("payment_id", "p2")])).await;
    assert!(!left.has("0.01") && message(&left).0.is_empty(), "{}", left.heading());
    shop.gateway.pass(601);
    shop.gateway.expire().await;
    shop.quiet().await;
    assert_eq!(shop.told()[1..], ["decline, 0, account verification, decline, 301"]);
    let late = shop.gateway.payer.confirm(&bank, "123456").await;
    assert_eq!(message(&late).0, "epframe.card.verify.fail", "{}", late.heading());
    assert_eq!(shop.stands("p2").await, "decline 0");
    shop.end().await;
}

#[tokio::test]
async fn a_declined_verification_may_be_tried_again_by_card_only() {
    let shop = Monetix::with(&[("monetix.retries_declined", "true")]).await;
    let page = shop.open(VERIFY).await;
    let again = shop.post(&page, "pay", &typed(DECLINED)).await;
    assert_eq!(again.heading(), "Verify your card");
    // A wallet verifies nothing, whoever writes that form by hand.
    let action = again.form("pay").expect("the form").action;
    let wallet = [("step", "wallet"), ("account", WMID)];
    assert_eq!(shop.gateway.payer.post(&action, &wallet).await.heading(), "Verify your card");
    let fresh = shop.open(&with(VERIFY, &[("payment_id", "p2")])).await.form("pay").expect("the form").action;
    shop.gateway.payer.post(&fresh, &wallet).await;
    assert_eq!(shop.stands("p2").await, "3061");
    let done = shop.post(&again, "pay", &typed(PAID)).await;
    assert_eq!(message(&done).0, "epframe.card.verify.success");
    shop.quiet().await;
    let wanted =
        ["awaiting customer, 0, account verification, decline, 10000", "success, 0, account verification, success, 0"];
    assert_eq!(shop.told(), wanted);
    shop.end().await;
}

#[tokio::test]
async fn a_card_is_saved_on_the_page_and_the_shop_hears_of_it() {
    let shop = Monetix::start().await;
    let page = shop.open(SAVE).await;
    assert_eq!(page.heading(), "Save a card");
    assert!(!page.has("0.01") && page.form("pay").is_none());
    let wrong =
        shop.post(&page, "save_card", &[("number", "4000000000000078"), ("expiry", "12/34"), ("cvc", "1")]).await;
    assert_eq!(wrong.status, 422);
    let unknown = shop.post(&wrong, "save_card", &typed("4242424242424242")).await;
    assert_eq!(unknown.status, 422);
    assert!(unknown.has("The card was not saved"), "{}", unknown.body);
    let done = shop.post(&unknown, "save_card", &typed(PAID)).await;
    assert_eq!((done.status, done.heading().as_str()), (200, "The card is saved"));
    assert!(done.has("•••• 0077"));
    let (name, data) = message(&done);
    assert_eq!(name, "epframe.tokenize.success");
    let token = data["account"]["token"].as_str().expect("a token").to_owned();
    assert_eq!((data["customer"]["id"].as_str(), token.len()), (Some("customer_123"), 32));
    assert!(done.address.contains(&format!("_saved={token}")));
    let told = shop.told_last().await;
    assert_eq!((told.get("account.token"), told.get("customer.id")), (token.clone(), "customer_123".to_owned()));
    assert_eq!((told.get("account.number"), told.get("payment.id")), ("400000******0077".into(), String::new()));
    assert_eq!(shop.gateway.count().await, 0, "there is no payment");
    // Sent twice, or again tomorrow, it is the same card.
    let second = typed(RECEIVES);
    let (one, other) = tokio::join!(shop.post(&page, "save_card", &second), shop.post(&page, "save_card", &second));
    assert_eq!(message(&one).1["account"]["token"], message(&other).1["account"]["token"]);
    let again = shop.post(&page, "save_card", &typed(PAID)).await;
    assert_eq!(message(&again).1["account"]["token"], token.as_str());
    let list = shop.asked("customer/saved_account/list", r#""customer":{"id":"customer_123"}"#).await;
    assert_eq!(list["saved_accounts"].as_array().map(Vec::len), Some(2));
    let other_language = shop.gateway.payer.get(&again.address.replace("_lang=en", "_lang=ru")).await;
    assert_eq!(message(&other_language).0, "epframe.tokenize.success", "{}", other_language.heading());
    shop.end().await;
}

#[tokio::test]
async fn a_number_says_nothing_where_no_payment_is_made() {
    let shop = Monetix::start().await;
    shop.paid("payment_47", 100).await;
    let page = shop.open(&[("mode", "card_tokenize")]).await;
    assert_eq!(page.heading(), "Save a card", "not the payment of that number");
    shop.end().await;
}

#[tokio::test]
async fn the_page_shows_no_card_of_another_customer_or_project() {
    let shop = Monetix::start().await;
    let theirs = shop.saved_for("customer_9", PAID).await;
    let mine = shop.saved_for("customer_123", PAID).await;
    let address = Monetix::page_address(SAVE);
    let shown = async |address: &str, token: &str| shop.gateway.payer.get(&format!("{address}&_saved={token}")).await;
    assert_eq!(shown(&address, &mine).await.heading(), "The card is saved");
    for token in [theirs.as_str(), "5", "", &"0".repeat(32), "%3Cscript%3E"] {
        let page = shown(&address, token).await;
        assert_eq!((page.heading().as_str(), page.has("•••• 0077")), ("Save a card", false), "{token}");
        assert!(message(&page).0.is_empty());
    }
    // On a page of another mode it says nothing.
    let purchase = shown(&Monetix::page_address(&[]), &mine).await;
    assert!(message(&purchase).0.is_empty() && purchase.heading() != "The card is saved");
    let other = other_project(&shop).await;
    let page = shown(&other, &mine).await;
    assert_eq!((page.status, page.heading().as_str()), (200, "Save a card"));
    shop.asked("customer/card/token/revoke", &format!(r#""token":"{mine}""#)).await;
    assert_eq!(shown(&address, &mine).await.heading(), "Save a card", "it was removed meanwhile");
    shop.end().await;
}

/// Another Monetix project of the same gateway, with a payer of the same id; the address of its page.
async fn other_project(shop: &Monetix) -> String {
    let whole = &shop.gateway.gateway;
    let draft = Draft {
        protocol: "monetix".to_owned(),
        name: "other".to_owned(),
        login: "4321".to_owned(),
        settings: ProjectSettings { test_mode: true, ..ProjectSettings::of_protocol("monetix") },
        secrets: vec![("secret_key".to_owned(), Secret::new(SECRET))],
    };
    project::create(whole.store.as_ref(), &whole.key, draft, shop.gateway.now()).await.expect("a project");
    let fields = Monetix::fields(&with(SAVE, &[("project_id", "4321")]));
    format!("/payment?{}", page_query(&fields, &Secret::new(SECRET)))
}

#[tokio::test]
async fn who_saved_a_card_goes_on_where_the_shop_says() {
    let shop = Monetix::start().await;
    let to = ("redirect_tokenize_url", "https://shop.example/kept?o=1");
    let page = shop.open(&with(SAVE, &[to])).await;
    let left = shop.post(&page, "save_card", &typed(PAID)).await;
    assert_eq!(left.left_to.as_deref(), Some("https://shop.example/kept?o=1"), "nothing is added");
    let framed = with(SAVE, &[to, ("frame_mode", "popup"), ("redirect_tokenize_mode", "parent_page")]);
    let page = shop.open(&framed).await;
    let result = shop.post(&page, "save_card", &typed(PAID)).await;
    assert_eq!(message(&result).0, "epframe.tokenize.success");
    assert!(result.left_to.is_none() && result.has("data-go=\"parent_page\""), "{}", result.body);
    let tab = with(SAVE, &[to, ("redirect_tokenize_mode", "blank_page")]);
    let page = shop.open(&tab).await;
    let stays = shop.post(&page, "save_card", &typed(PAID)).await;
    assert!(stays.left_to.is_none() && stays.heading() == "The card is saved");
    let script = with(SAVE, &[("redirect_tokenize_url", "javascript:alert(1)")]);
    let page = shop.open(&script).await;
    let stays = shop.post(&page, "save_card", &typed(PAID)).await;
    assert!(!stays.body.contains("javascript:") && stays.heading() == "The card is saved");
    shop.end().await;
}

#[tokio::test]
async fn money_is_paid_out_where_the_payer_says() {
    let shop = Monetix::with(&[PAYS_OUT]).await;
    let page = shop.open(&[PAY_OUT, ("payment_id", "w1")]).await;
    assert!(page.has("<small>.00") && page.form("choose").is_some(), "{}", page.heading());
    let form = shop.post(&page, "choose", &[("method", "webmoney")]).await;
    let wrong = shop.post(&form, "receive", &[("account", "123")]).await;
    assert_eq!((wrong.status, shop.gateway.count().await), (422, 0));
    let done = shop.post(&wrong, "receive", &[("account", WMID)]).await;
    let (name, data) = message(&done);
    assert_eq!(name, "epframe.payment.success", "{}", done.heading());
    assert_eq!((data["payment"]["id"].as_str(), data["payment"]["status"].as_str()), (Some("w1"), Some("success")));
    let told = shop.told_last().await;
    assert_eq!(shop.told(), ["success, 100, payout, success, 0"]);
    assert_eq!((told.get("payment.type"), told.get("account.number")), ("payout".into(), WMID.into()));
    assert!(told.get("provider.payment_id").starts_with("WM-payout-"), "{told:?}");
    for (payment, pan, name) in [("c1", RECEIVES, "success"), ("c2", RECEIVES_NOTHING, "fail")] {
        let page = shop.open(&[PAY_OUT, ("payment_id", payment), ("force_payment_method", "card")]).await;
        let done = shop.post(&page, "receive", &[("number", pan)]).await;
        assert_eq!(message(&done).0, format!("epframe.payment.{name}"), "{}", done.heading());
        let told = shop.told_last().await;
        assert_eq!(told.get("account.number"), format!("{}******{}", &pan[..6], &pan[12..]));
        assert!(!told.get("provider.payment_id").starts_with("WM-"), "{told:?}");
        let again = shop.open(&[("payment_id", payment)]).await;
        assert_eq!(message(&again).0, format!("epframe.payment.{name}"), "re-opened: {}", again.heading());
    }
    let refused = shop.told().last().cloned();
    assert!(refused.is_some_and(|told| told.starts_with("decline, 100, payout, decline")), "{:?}", shop.told());
    shop.end().await;
}

#[tokio::test]
async fn of_two_forms_one_payout_is_made() {
    let shop = Monetix::with(&[PAYS_OUT]).await;
    let page = shop.open(&[PAY_OUT]).await;
    let form = shop.post(&page, "choose", &[("method", "card")]).await;
    let wallet = shop.post(&page, "choose", &[("method", "webmoney")]).await;
    let (one, other, third) = tokio::join!(
        shop.post(&form, "receive", &[("number", RECEIVES)]),
        shop.post(&form, "receive", &[("number", RECEIVES)]),
        shop.post(&wallet, "receive", &[("account", WMID)])
    );
    assert!([&one, &other, &third].iter().all(|page| page.status == 200));
    assert_eq!(shop.gateway.count().await, 1);
    let late = shop.post(&form, "receive", &[("number", RECEIVES)]).await;
    assert_eq!(message(&late).0, "epframe.payment.success", "{}", late.heading());
    shop.quiet().await;
    assert_eq!(shop.told(), ["success, 100, payout, success, 0"]);
    shop.end().await;
}

/// Forms of one kind of page, posted to another.
#[tokio::test]
async fn a_step_of_another_page_does_nothing() {
    let shop = Monetix::with(&[PAYS_OUT]).await;
    let steps: [(&str, Vec<(&str, &str)>); 4] = [
        ("pay", typed(PAID).to_vec()),
        ("wallet", vec![("account", WMID)]),
        ("receive", vec![("account", WMID)]),
        ("save_card", typed(PAID).to_vec()),
    ];
    let pages = [
        (vec![PAY_OUT], &["receive"][..]),
        (SAVE.to_vec(), &["save_card"]),
        (VERIFY.to_vec(), &["pay"]),
        (Vec::new(), &["pay", "wallet"]),
    ];
    for (changes, own) in &pages {
        let address = Monetix::page_address(changes);
        for (step, typed) in steps.iter().filter(|(step, _)| !own.contains(step)) {
            let fields = with(&[("step", step)], typed);
            let shown = shop.gateway.payer.post(&address, &fields).await;
            assert_eq!((shown.status, shown.address.as_str()), (200, address.as_str()), "{changes:?} {step}");
            assert!(message(&shown).0.is_empty(), "{changes:?} {step}");
        }
    }
    assert_eq!(shop.gateway.count().await, 0);
    let list = shop.asked("customer/saved_account/list", r#""customer":{"id":"customer_123"}"#).await;
    assert_eq!(list["saved_accounts"], serde_json::json!([]));
    shop.end().await;
}

#[tokio::test]
async fn a_mode_is_signed_and_offered_or_refused() {
    let shop = Monetix::with(&[PAYS_OUT, ("amount_max", "5000")]).await;
    for (base, from, to) in [
        (&[PAY_OUT][..], "mode=payout", "mode=purchase"),
        (VERIFY, "mode=card_verify", "mode=card_tokenize"),
        (SAVE, "mode=card_tokenize", "mode=card_verify"),
    ] {
        let page = shop.gateway.payer.get(&Monetix::page_address(base).replace(from, to)).await;
        assert!(page.status == 400 && page.has("3261"), "{from}: {}", page.heading());
    }
    let added = format!("{}&mode=payout", Monetix::page_address(&[]));
    assert!(shop.gateway.payer.get(&added).await.has("3261"));
    for mode in ["money_transfer", "presentation"] {
        let page = shop.open(&[("mode", mode)]).await;
        assert!(page.status == 400 && page.has("310") && page.has(mode), "{mode}");
        assert!(page.has("epframe.fail_loading"));
    }
    for (changes, code) in [
        (vec![PAY_OUT, ("payment_currency", "JPY")], "3023"),
        (with(VERIFY, &[("payment_currency", "JPY")]), "3023"),
        (vec![PAY_OUT, ("payment_amount", "5001")], "2642"),
        (vec![("mode", "card_verify")], "502"),
        (vec![("mode", "card_tokenize"), ("customer_id", "")], "2004"),
    ] {
        let page = shop.open(&changes).await;
        assert!(page.status == 400 && page.has(code), "{changes:?}: {}", page.body);
    }
    // What exists is shown, whatever is ordered now.
    let page = shop.open(&[("force_payment_method", "card")]).await;
    shop.post(&page, "pay", &typed(PAID)).await;
    for mode in ["money_transfer", "presentation", "payout"] {
        let shown = shop.open(&[("mode", mode), ("payment_currency", "JPY")]).await;
        assert_eq!(message(&shown).0, "epframe.payment.success", "{mode}");
    }
    shop.set("monetix.methods", "webmoney").await;
    for base in [VERIFY, SAVE] {
        let page = shop.open(&with(base, &[("payment_id", "p9")])).await;
        assert!(page.status == 400 && page.has("310") && page.has("mode=card_"), "{base:?}");
    }
    let page = shop.open(&[PAY_OUT, ("payment_id", "p9")]).await;
    assert!(page.form("receive").is_some(), "one way is left: {}", page.heading());
    shop.set("monetix.pays_out_on_page", "false").await;
    let page = shop.open(&[PAY_OUT, ("payment_id", "p9")]).await;
    assert!(page.status == 400 && page.has("310") && page.has("mode=payout"), "the project must want it");
    shop.end().await;
}

#[tokio::test]
async fn nobody_saves_cards_by_the_dozen() {
    let shop = Monetix::over(Setup { behind_proxy: true, ..Setup::default() }, &[]).await;
    let address = Monetix::page_address(SAVE);
    let sent = "application/x-www-form-urlencoded\r\nX-Forwarded-For: 203.0.113.200, 192.0.2.1";
    let body = http::encode(&with(&[("step", "save_card")], &typed(PAID)));
    let mut statuses = Vec::new();
    for _ in 0..30 {
        statuses.push(http::send(shop.gateway.at, "POST", &address, sent, body.as_bytes()).await.status);
    }
    assert!(statuses.starts_with(&[303; 20]), "{statuses:?}");
    assert_eq!(statuses.last(), Some(&429));
    shop.end().await;
}

#[tokio::test]
async fn a_deadline_ends_every_page() {
    let shop = Monetix::with(&[PAYS_OUT]).await;
    let over = ("best_before", "2026-11-21T00:00:00+00");
    let back = ("merchant_fail_url", "https://shop.example/late");
    for base in [VERIFY, SAVE, &[PAY_OUT]] {
        let page = shop.open(&with(base, &[over, back])).await;
        assert_eq!(page.status, 200);
        // No payment is there that could be asked for the way.
        assert!(page.has(r#"href="https://shop.example/late""#) && !page.has("/return"), "{}", page.body);
        assert!(["pay", "save_card", "receive", "choose"].iter().all(|step| page.form(step).is_none()), "{base:?}");
        let address = Monetix::page_address(&with(base, &[over]));
        for step in ["pay", "save_card", "receive"] {
            shop.gateway.payer.post(&address, &with(&[("step", step)], &typed(PAID))).await;
        }
    }
    assert_eq!(shop.gateway.count().await, 0);
    shop.end().await;
}
