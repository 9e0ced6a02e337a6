//! The Payment Page: opening, the payer's steps, coming back, encrypted addresses, what is refused.

use super::{ENCRYPTION_KEY, Monetix, SECRET, WMID, sale};
use crate::harness::http;
use payglot_server::secrets::Secret;
use payglot_wire::monetix::request::page_query;
use payglot_wire::monetix::sealed;
use payglot_wire::text::form;

const PHP: &str = "project_id=1234&interface_type=%7B%22id%22%3A23%7D&payment_id=payment_47&customer_id=customer_123&customer_first_name=John&customer_last_name=Doe&customer_email=johndoe%40example.com&payment_currency=RUB&payment_amount=100&force_payment_method=webmoney&payment_description=Top-up+of+personal+account+%E2%84%96%3C01234567890%3E+on+the+website+%3Chttps%3A%2F%2Fmerchant.example.com%3E.&close_on_missclick=1&redirect=0&signature=qbFFOwhNe%2FNkgIPR2%2Fxg8HeL9rJrB69WJEzAKr3bWCsjI1RmZRtaM5Fsp%2FMk7N8NFBbVKibfZRM8uVsaoOpGXg%3D%3D";

#[tokio::test]
async fn the_page_opens_by_get_and_post_and_stores_nothing() {
    let shop = Monetix::start().await;
    let page = shop.gateway.payer.get(&format!("/payment?{PHP}")).await;
    assert_eq!((page.status, page.heading().as_str()), (200, "Pay with WebMoney"));
    assert!(page.has("on the website <https://merchant.example.com>"));
    let page = shop.gateway.payer.post("/payment", &[]).await;
    assert_eq!(page.status, 400, "nothing was sent");
    let answer =
        http::send(shop.gateway.at, "POST", "/payment", "application/x-www-form-urlencoded", PHP.as_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.header("content-security-policy").is_some_and(|policy| policy.ends_with("frame-ancestors *")));
    assert!(answer.header("x-frame-options").is_none());
    assert_eq!(shop.gateway.count().await, 0);
    assert_eq!(shop.stands("payment_47").await, "3061");
    shop.end().await;
}

#[tokio::test]
async fn a_payer_chooses_webmoney_gets_an_invoice_and_sees_the_result() {
    let shop = Monetix::start().await;
    let page = shop.open(&[("merchant_success_url", "https://shop.example/thanks?o=1")]).await;
    assert!(page.has("WebMoney") && page.has("Visa"), "{}", page.heading());
    let form = shop.post(&page, "choose", &[("method", "webmoney")]).await;
    assert!(form.has("1.00\u{a0}WMZ"), "dollars are counted in WMZ");
    let wrong = shop.post(&form, "wallet", &[("account", "123")]).await;
    assert_eq!((wrong.status, wrong.has("A WMID has 12 digits")), (422, true));
    assert_eq!(shop.gateway.count().await, 0);
    let invoice = shop.post(&wrong, "wallet", &[("account", "1234 5678 9012")]).await;
    assert_eq!(invoice.heading(), "Pay the invoice in WebMoney");
    assert_eq!(shop.stands("payment_47").await, "awaiting customer action 100");
    shop.settle().await;
    assert_eq!(shop.told(), ["success, 100, sale, success, 0"], "a shop whose payer is led by us has nothing to show");
    let result = shop.gateway.payer.get(&invoice.address).await;
    assert!(result.has("epframe.payment.success"), "{}", result.body);
    let back = result.return_href().expect("a way back");
    let left = shop.gateway.payer.get(&back).await;
    assert_eq!(left.left_to.as_deref(), Some("https://shop.example/thanks?o=1"), "nothing is added");
    shop.end().await;
}

#[tokio::test]
async fn what_the_shop_did_not_say_is_asked_with_the_wallet() {
    let shop = Monetix::start().await;
    let changes = [
        ("customer_first_name", ""),
        ("customer_email", "not an address"),
        ("force_payment_method", "webmoney"),
        ("account_number", WMID),
    ];
    let page = shop.open(&changes).await;
    assert!(page.has("First name") && page.has("Your e-mail") && !page.has("Last name"));
    assert!(page.has(WMID), "what the shop knows stands in the form");
    let wrong = shop.post(&page, "wallet", &[("account", WMID), ("first_name", " "), ("email", "x")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.has("Enter your first name") && wrong.has("not a complete e-mail address"));
    let typed = [("account", WMID), ("first_name", "Ona"), ("email", "ona@example.lt")];
    let invoice = shop.post(&wrong, "wallet", &typed).await;
    assert_eq!(invoice.heading(), "Pay the invoice in WebMoney");
    shop.settle().await;
    shop.end().await;
}

#[tokio::test]
async fn a_card_on_the_page_is_charged_or_held() {
    let shop = Monetix::start().await;
    let typed = |number| [("number", number), ("expiry", "12/34"), ("cvc", "123")];
    let page = shop.open(&[("force_payment_method", "card")]).await;
    let done = shop.post(&page, "pay", &typed("4000000000000077")).await;
    assert!(done.has("epframe.payment.success"), "{}", done.heading());
    let held = [("force_payment_method", "card"), ("operation_type", "auth"), ("payment_id", "p2")];
    let page = shop.open(&held).await;
    shop.post(&page, "pay", &typed("4000000000000077")).await;
    let page = shop.open(&[("force_payment_method", "card"), ("payment_id", "p3")]).await;
    let done = shop.post(&page, "pay", &typed("4111111111111111")).await;
    assert!(done.has("epframe.payment.fail"), "{}", done.heading());
    shop.quiet().await;
    let wanted = [
        "success, 100, sale, success, 0",
        "awaiting capture, 100, auth, success, 0",
        "decline, 100, sale, decline, 10000",
    ];
    assert_eq!(shop.told(), wanted);
    shop.end().await;
}

#[tokio::test]
async fn a_challenge_on_our_page_tells_the_shop_nothing_before_the_outcome() {
    let shop = Monetix::start().await;
    let page = shop.open(&[("force_payment_method", "card")]).await;
    let bank = shop.post(&page, "pay", &[("number", "4314220000000056"), ("expiry", "12/34"), ("cvc", "123")]).await;
    let done = shop.gateway.payer.confirm(&bank, "123456").await;
    assert!(done.has("epframe.payment.success"), "{}", done.heading());
    shop.quiet().await;
    assert_eq!(shop.told(), ["success, 100, sale, success, 0"]);
    shop.end().await;
}

#[tokio::test]
async fn the_same_number_opens_what_is_there() {
    let shop = Monetix::start().await;
    let page = shop.open(&[("force_payment_method", "webmoney")]).await;
    let other_tab = shop.open(&[("force_payment_method", "webmoney")]).await;
    shop.post(&page, "wallet", &[("account", WMID)]).await;
    let again = shop.open(&[("payment_amount", "999")]).await;
    assert_eq!(again.heading(), "Pay the invoice in WebMoney", "the invoice, and not the new figures");
    assert!(again.has("1.00"));
    let late = shop.post(&other_tab, "wallet", &[("account", "999999999999")]).await;
    assert_eq!(late.heading(), "Pay the invoice in WebMoney", "the other tab shows what the first began");
    assert_eq!(shop.gateway.count().await, 1);
    shop.settle().await;
    assert!(shop.open(&[]).await.has("epframe.payment.success"));
    shop.paid("gate", 100).await;
    assert!(shop.open(&[("payment_id", "GATE")]).await.has("epframe.payment.success"), "paid through Gate");
    let taken = shop.open(&[("payment_id", "p9"), ("force_payment_method", "webmoney")]).await;
    shop.accepted("payment/webmoney/sale", &sale("p9", 100)).await;
    shop.quiet().await;
    let shown = shop.post(&taken, "wallet", &[("account", WMID)]).await;
    assert_eq!(shown.heading(), "Pay the invoice in WebMoney");
    shop.settle().await;
    shop.end().await;
}

#[tokio::test]
async fn a_deadline_is_shown_and_kept() {
    let shop = Monetix::start().await;
    // Stories begin on 22 November 2026, midnight.
    let deadline = [("best_before", "2026-11-22T00:10:00+00:00"), ("force_payment_method", "webmoney")];
    let page = shop.open(&deadline).await;
    assert!(page.has("10:00"), "a countdown");
    let invoice = shop.post(&page, "wallet", &[("account", WMID)]).await;
    assert_eq!(invoice.heading(), "Pay the invoice in WebMoney");
    let over = shop.open(&[("payment_id", "p2"), ("best_before", "2026-11-21T00:00:00+00")]).await;
    assert_eq!(over.status, 200);
    assert!(over.form("choose").is_none() && over.form("wallet").is_none(), "{}", over.heading());
    let ignored = shop.open(&[("payment_id", "p3"), ("best_before", "2027-11-21T00:00:00+00")]).await;
    assert!(!ignored.has("data-seconds"), "more than thirty days ahead is no deadline: {}", ignored.body);
    shop.settle().await;
    shop.end().await;
}

#[tokio::test]
async fn a_payment_that_nobody_confirms_in_time_is_declined() {
    let shop = Monetix::start().await;
    shop.set("session_seconds", "60").await;
    let page = shop.open(&[("force_payment_method", "card")]).await;
    shop.post(&page, "pay", &[("number", "4314220000000056"), ("expiry", "12/34"), ("cvc", "123")]).await;
    shop.gateway.pass(61);
    shop.gateway.expire().await;
    shop.quiet().await;
    assert_eq!(shop.told(), ["decline, 100, sale, decline, 301"]);
    shop.end().await;
}

#[tokio::test]
async fn a_payer_may_try_again_where_the_project_says_so() {
    let shop = Monetix::with(&[("monetix.retries_declined", "true")]).await;
    let page = shop.open(&[("force_payment_method", "card")]).await;
    let declined = [("number", "4111111111111111"), ("expiry", "12/34"), ("cvc", "123")];
    let page = shop.post(&page, "pay", &declined).await;
    shop.quiet().await;
    let told = shop.heard().remove(0);
    assert_eq!(shop.told(), ["awaiting customer, 100, sale, decline, 10000"]);
    assert_eq!(told.get("payment.is_new_attempts_available"), "true");
    assert_eq!(told.get("payment.attempts_timeout"), "600");
    shop.gateway.pass(500);
    shop.post(&page, "pay", &declined).await;
    shop.gateway.pass(101);
    shop.gateway.expire().await;
    shop.quiet().await;
    assert_eq!(shop.told().last().map(String::as_str), Some("decline, 100, sale, decline, 10000"), "600 s in all");
    shop.end().await;
}

#[tokio::test]
async fn results_redirect_where_the_shop_says_so() {
    let shop = Monetix::start().await;
    let redirect = [("redirect_success_url", "https://shop.example/done"), ("force_payment_method", "card")];
    let page = shop.open(&redirect).await;
    let typed = [("number", "4000000000000077"), ("expiry", "12/34"), ("cvc", "123")];
    let left = shop.post(&page, "pay", &typed).await;
    assert_eq!(left.left_to.as_deref(), Some("https://shop.example/done"));
    // In a frame the shop's window must hear of the result first.
    let framed = [redirect[0], redirect[1], ("payment_id", "p2"), ("frame_mode", "popup")];
    let page = shop.open(&framed).await;
    let result = shop.post(&page, "pay", &typed).await;
    assert!(
        result.left_to.is_none() && result.has("epframe.payment.success") && result.has("data-go"),
        "{}",
        result.body
    );
    // Never shown: no way back at all.
    let hidden = [
        ("merchant_success_url", "https://shop.example/x"),
        ("merchant_success_enabled", "0"),
        ("payment_id", "p3"),
        ("force_payment_method", "card"),
    ];
    let page = shop.open(&hidden).await;
    let result = shop.post(&page, "pay", &typed).await;
    assert!(result.return_href().is_none());
    shop.quiet().await;
    shop.end().await;
}

/// Chromium applies `form-action` to every redirect that follows a form, and ours names no shop: the last answer must be a page.
#[tokio::test]
async fn no_form_of_ours_is_answered_with_a_redirect_to_the_shop() {
    let shop = Monetix::start().await;
    let redirect = [("redirect_success_url", "https://shop.example/done"), ("force_payment_method", "card")];
    let form = shop.open(&redirect).await.form("pay").expect("a card form");
    let typed = b"step=pay&number=4000000000000077&expiry=12%2F34&cvc=123";
    let mut answer =
        http::send(shop.gateway.at, "POST", &form.action, "application/x-www-form-urlencoded", typed).await;
    while let Some(location) = answer.header("location").map(str::to_owned) {
        let inside = shop.gateway.payer.inside(&location).expect("still here");
        answer = http::send(shop.gateway.at, "GET", &inside, "", b"").await;
    }
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("<meta http-equiv=\"refresh\" content=\"0;url=/checkout/"), "{}", answer.body);
    shop.quiet().await;
    shop.end().await;
}

#[tokio::test]
async fn what_the_payer_chose_on_the_page_stays_and_breaks_no_signature() {
    let shop = Monetix::start().await;
    let link = |page: &crate::harness::payer::Page, mark: &str| {
        let found = page.body.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default());
        found.map(|href| href.replace("&#38;", "&")).find(|href| href.contains(mark)).expect("a link")
    };
    let page = shop.open(&[("default_payment_method", "webmoney")]).await;
    assert_eq!(page.heading(), "Pay with WebMoney");
    let all = shop.gateway.payer.get(&link(&page, "_ways=all")).await;
    assert_eq!((all.status, all.heading().as_str()), (200, "How would you like to pay?"));
    let card = shop.post(&all, "choose", &[("method", "card")]).await;
    assert!(card.address.contains("_way=card") && card.form("pay").is_some(), "{}", card.address);
    let filled = shop.gateway.payer.get(&link(&card, "_fill=4000000000000077")).await;
    assert!(filled.status == 200 && filled.has("4000 0000 0000 0077"), "{}", filled.heading());
    let russian = shop.gateway.payer.get(&link(&card, "_lang=ru")).await;
    assert!(russian.form("pay").is_some(), "{}", russian.heading());
    let unknown = shop.gateway.payer.get(&format!("{}&_way=bitcoin", page.address)).await;
    assert_eq!(unknown.heading(), "Pay with WebMoney", "what is not offered is not chosen");
    shop.end().await;
}

#[tokio::test]
async fn a_card_is_not_taken_where_none_is_offered() {
    let shop = Monetix::start().await;
    let page = shop.open(&[("force_payment_method", "webmoney")]).await;
    let form = page.form("wallet").expect("the wallet's form");
    let typed = [("step", "pay"), ("number", "4000000000000077"), ("expiry", "12/34"), ("cvc", "123")];
    let shown = shop.gateway.payer.post(&form.action, &typed).await;
    assert_eq!(shown.heading(), "Pay with WebMoney");
    assert_eq!(shop.gateway.count().await, 0);
    shop.end().await;
}

/// One press pays there, so no page around it may lead that press.
#[tokio::test]
async fn the_inbox_of_a_wallet_stands_in_no_frame() {
    let shop = Monetix::with(&[("frame_ancestors", "*")]).await;
    let inbox = http::send(shop.gateway.at, "GET", "/sandbox/webmoney/123456789012", "", b"").await;
    let policy = inbox.header("content-security-policy").expect("a policy");
    assert!(inbox.status == 200 && policy.ends_with("frame-ancestors 'none'"), "{policy}");
    shop.end().await;
}

/// The payer's frame shows the bank between two pages of ours, and perhaps a failure.
#[tokio::test]
async fn every_page_of_a_payment_may_stand_in_the_same_frames() {
    for (setting, wanted) in [("*", "frame-ancestors *"), ("'none'", "frame-ancestors 'none'")] {
        let shop = Monetix::with(&[("frame_ancestors", setting)]).await;
        let ends = |answer: &http::Answer| {
            let policy = answer.header("content-security-policy").expect("a policy");
            assert!(policy.ends_with(wanted), "{policy}");
        };
        let page = shop.open(&[("force_payment_method", "card")]).await;
        let typed = [("number", "4314220000000056"), ("expiry", "12/34"), ("cvc", "123")];
        let bank = shop.post(&page, "pay", &typed).await;
        assert!(bank.address.starts_with("/sandbox/acs/"), "{}", bank.address);
        ends(&http::send(shop.gateway.at, "GET", &bank.address, "", b"").await);
        shop.quiet().await;
        shop.end().await;
    }
    let shop = Monetix::start().await;
    let nobody = "/checkout/00000000-0000-0000-0000-000000000000";
    let unknown = http::send(shop.gateway.at, "GET", nobody, "", b"").await;
    assert!(unknown.header("content-security-policy").is_some_and(|policy| policy.ends_with("frame-ancestors *")));
    assert!(unknown.status == 404 && unknown.body.contains("epframe.fail_loading"), "{}", unknown.body);
    assert!(!unknown.body.contains("<form") && !unknown.body.contains("class=\"btn"), "nothing to press");
    shop.end().await;
}

#[tokio::test]
async fn an_encrypted_address_is_the_same_page() {
    let shop = Monetix::start().await;
    let query = page_query(&Monetix::fields(&[("force_payment_method", "webmoney")]), &Secret::new(SECRET));
    let blob = sealed::seal(&query, &Secret::new(ENCRYPTION_KEY), [7; 16]);
    let page = shop.gateway.payer.get(&format!("/1234/{}", form::escape(&blob))).await;
    assert_eq!((page.status, page.heading().as_str()), (200, "Pay with WebMoney"));
    assert!(!page.has("johndoe@example.com"), "what the shop hides stays hidden");
    let invoice = shop.post(&page, "wallet", &[("account", WMID)]).await;
    assert_eq!(invoice.heading(), "Pay the invoice in WebMoney");
    let spoilt = blob.replacen('A', "B", 1);
    for wrong in [format!("/1234/{}", form::escape(&spoilt)), format!("/99/{}", form::escape(&blob))] {
        assert!([400, 404].contains(&shop.gateway.payer.get(&wrong).await.status), "{wrong}");
    }
    for nothing in ["/1234/x", "/abc/AAAA", "/12/favicon.ico"] {
        assert_eq!(http::send(shop.gateway.at, "GET", nothing, "", b"").await.status, 404, "{nothing}");
    }
    shop.settle().await;
    shop.end().await;
}

#[tokio::test]
async fn what_opens_no_page_says_why_and_can_be_shown_in_a_frame() {
    let shop = Monetix::start().await;
    let code = |page: &crate::harness::payer::Page| {
        let after = page.body.split_once("id=\"error-code\">").map_or("-", |(_, rest)| rest);
        after.split('<').next().unwrap_or_default().to_owned()
    };
    for (changes, status, wanted) in [
        (&[("payment_id", "")][..], 400, "2004"),
        (&[("customer_id", "")], 400, "2004"),
        (&[("payment_amount", "1.00")], 400, "502"),
        (&[("payment_amount", "0")], 400, "502"),
        (&[("payment_currency", "usd")], 400, "502"),
        (&[("payment_currency", "ABC")], 400, "3121"),
        (&[("payment_currency", "JPY")], 400, "3023"),
        (&[("mode", "steal")], 400, "502"),
        (&[("mode", "payout")], 400, "310"),
        (&[("mode", "money_transfer")], 400, "310"),
        (&[("mode", "presentation")], 400, "310"),
        (&[("project_id", "77")], 404, "2442"),
        (&[("project_id", "x")], 400, "502"),
    ] {
        let page = shop.open(changes).await;
        assert_eq!((page.status, code(&page).as_str()), (status, wanted), "{changes:?}");
        assert!(page.has("epframe.fail_loading"), "{changes:?}");
    }
    let unsigned = Monetix::page_address(&[]).replace("payment_amount=100", "payment_amount=1");
    let page = shop.gateway.payer.get(&unsigned).await;
    assert_eq!((page.status, code(&page).as_str()), (400, "3261"));
    assert!(page.has("payment_amount:1;"), "a test project shows what must be signed");
    shop.set("test_mode", "false").await;
    let page = shop.gateway.payer.get(&unsigned).await;
    assert!(!page.has("payment_amount:1;") && !page.has("johndoe"), "{}", page.body);
    let none = shop.open(&[("force_payment_method", "qiwi")]).await;
    assert_eq!(none.status, 200);
    assert!(none.form("choose").is_none_or(|_| !none.has("class=\"tile\"")), "no way to pay is left");
    assert_eq!(shop.gateway.count().await, 0);
    shop.end().await;
}

#[tokio::test]
async fn methods_are_hidden_forced_and_preselected() {
    let shop = Monetix::start().await;
    assert!(shop.open(&[("hide", "webmoney , qiwi")]).await.form("pay").is_some(), "only the card is left");
    assert_eq!(shop.open(&[("default_payment_method", "webmoney")]).await.heading(), "Pay with WebMoney");
    let all = shop.open(&[]).await;
    assert!(all.has("WebMoney") && all.form("choose").is_some());
    shop.set("monetix.methods", "card").await;
    assert!(shop.open(&[]).await.form("pay").is_some());
    shop.end().await;
}

#[tokio::test]
async fn the_language_is_the_shops_and_the_payer_may_change_it() {
    let shop = Monetix::start().await;
    let page = shop.open(&[("language_code", "ru"), ("force_payment_method", "webmoney")]).await;
    assert_eq!(page.heading(), "Оплата через WebMoney");
    let other = shop
        .gateway
        .payer
        .get(&format!(
            "{}&_lang=lt",
            Monetix::page_address(&[("language_code", "ru"), ("force_payment_method", "webmoney")])
        ))
        .await;
    assert_eq!(other.heading(), "Mokėjimas per WebMoney", "a name with an underscore is not signed");
    let invoice = shop.post(&other, "wallet", &[("account", WMID)]).await;
    assert_eq!(invoice.heading(), "Apmokėkite sąskaitą per WebMoney");
    shop.settle().await;
    shop.end().await;
}

#[tokio::test]
async fn amounts_are_shown_in_the_decimals_of_their_currency() {
    let shop = Monetix::with(&[("currencies", "RUB,JPY,KWD")]).await;
    for (currency, amount, shown) in
        [("JPY", "100", "<span>100</span>"), ("KWD", "1234", "<small>.234"), ("RUB", "100", "<small>.00")]
    {
        let page = shop.open(&[("payment_currency", currency), ("payment_amount", amount)]).await;
        assert!(page.body.contains(shown), "{currency}: {}", page.body);
    }
    shop.end().await;
}
