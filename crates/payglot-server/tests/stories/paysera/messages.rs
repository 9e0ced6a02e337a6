//! Premium text messages: a telephone pays, the shop is told, its answer comes back, now or later.

use super::{PASSWORD, Paysera, proven, values};
use crate::harness::http::{self, Answer};
use crate::harness::payer::Page;
use crate::harness::receiver::Say;
use payglot_core::{Currency, Intent, Money, OperationId, State};
use payglot_server::flows::message::{self, NotTaken, Reply, Sent};
use payglot_server::flows::register::{self, Order};
use payglot_server::secrets::Secret;
use payglot_store::PaymentFile;
use payglot_wire::paysera::micro::{Kept, LateAnswer, Message};

const TELEPHONE: &str = "/sandbox/telephone?lang=en";

impl Paysera {
    /// A shop with the keyword TEA for 50 cents.
    async fn with_keyword() -> Self {
        let shop = Self::start().await;
        let address = shop.gateway.receiver.url("/paysera?sms=1");
        shop.set("paysera.keywords", &format!("TEA:50:{address}")).await;
        shop
    }

    /// Writes a message on the telephone and sends it.
    async fn message(&self, text: &str) -> Page {
        let page = self.gateway.payer.get(TELEPHONE).await;
        let id = page.body.split("name=\"id\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
        self.gateway.payer.post(TELEPHONE, &[("id", id), ("from", "+370 600 00000"), ("text", text)]).await
    }

    /// The same; the number that the shop knows it by.
    async fn numbered(&self, text: &str) -> (Page, u32) {
        let page = self.message(text).await;
        self.gateway.deliver().await;
        let told = proven(self.gateway.receiver.calls().last().expect("told"));
        (page, told.get("id").and_then(|id| id.parse().ok()).expect("a number"))
    }

    async fn answers(&self, id: u32, text: &str) -> Answer {
        let address = LateAnswer::address(id, text, &Secret::new(PASSWORD));
        http::send(self.gateway.at, "GET", &address, "", b"").await
    }

    async fn look(&self, page: &Page) -> Page {
        self.gateway.payer.get(&page.address).await
    }

    async fn files(&self) -> Vec<PaymentFile> {
        self.gateway.gateway.store.files(None, 100).await.expect("the store works")
    }
}

#[tokio::test]
async fn a_message_is_paid_and_told_and_the_answer_comes_back() {
    let shop = Paysera::with_keyword().await;
    let page = shop.gateway.payer.get(TELEPHONE).await;
    assert!(page.has("TEA") && page.has("1679") && page.has("0.50 EUR") && page.has("knygos"), "{}", page.body);
    let sent = shop.message("tea su medumi").await;
    assert!(sent.has("has not answered yet"), "{}", sent.body);
    shop.gateway.receiver.script(&[Say::Body(200, "OK Ačiū! <4711>")]);
    assert_eq!(shop.gateway.deliver().await, 1);
    let call = &shop.gateway.receiver.calls()[0];
    let names: Vec<_> = call.params().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["sms", "data", "ss1", "ss2", "ss3"]);
    let told = proven(call);
    let all = ["to", "sms", "from", "amount", "currency", "country", "test", "key", "projectid", "version"];
    assert_eq!(values(&told, &all), "1679 TEA su medumi 37060000000 50 EUR LT 0 TEA 12345 1.6");
    assert!(told.get("operator").is_some() && told.get("orderid").is_none() && told.get("status").is_none());
    let id = told.get("id").and_then(|id| id.parse::<i32>().ok());
    assert!(id.is_some_and(|id| id > 0));
    let answered = shop.look(&sent).await;
    assert!(answered.has("knygos answers:") && answered.body.contains("Ačiū! &#60;4711&#62;"), "{}", answered.body);
    let file = shop.files().await.remove(0);
    assert_eq!((file.stored.payment.state, file.stored.payment.sums.captured), (State::Paid, 50));
    shop.gateway.pass(2 * 3600);
    assert_eq!(shop.gateway.deliver().await, 0, "acknowledged");
    shop.end().await;
}

#[tokio::test]
async fn a_form_sent_twice_is_one_message() {
    let shop = Paysera::with_keyword().await;
    let fields = [("id", "01938e5a-7c31-7f42-9b1e-3f1f0c1d2e3f"), ("from", "+37060000000"), ("text", "TEA")];
    let (first, second) =
        tokio::join!(shop.gateway.payer.post(TELEPHONE, &fields), shop.gateway.payer.post(TELEPHONE, &fields));
    assert_eq!(first.address, second.address);
    let third = shop.gateway.payer.post(TELEPHONE, &fields).await;
    assert_eq!((third.status, third.address), (200, first.address));
    assert_eq!(shop.files().await.len(), 1);
    shop.gateway.deliver().await;
    assert_eq!(shop.gateway.receiver.calls().len(), 1);
    shop.end().await;
}

#[tokio::test]
async fn a_shop_that_said_so_answers_later_and_once() {
    let shop = Paysera::with_keyword().await;
    shop.gateway.receiver.script(&[Say::Body(200, "NOSMS")]);
    let (page, id) = shop.numbered("TEA").await;
    assert!(shop.look(&page).await.has("will answer later"));
    let forged = LateAnswer::address(id, "free tea", &Secret::new("another password of 32 letters!!"));
    assert_eq!(http::send(shop.gateway.at, "GET", &forged, "", b"").await.status, 404);
    assert_eq!(shop.answers(id + 1, "x").await.status, 404);
    let (one, two) = tokio::join!(shop.answers(id, "Ačiū už SMS"), shop.answers(id, "Ačiū už SMS"));
    let (taken, refused) = if one.status == 200 { (one, two) } else { (two, one) };
    assert_eq!((taken.status, taken.body.as_str()), (200, "OK"), "to the byte");
    assert!(refused.status == 409 && !refused.body.starts_with("OK"), "{}", refused.body);
    let again = shop.answers(id, "more").await;
    assert_eq!((again.status, again.body.as_str()), (409, "ERROR: the message is answered already"));
    assert!(shop.look(&page).await.has("Ačiū už SMS"));
    shop.end().await;
}

#[tokio::test]
async fn a_later_answer_needs_a_promise_and_all_its_parameters() {
    let shop = Paysera::with_keyword().await;
    shop.gateway.receiver.script(&[Say::Body(200, "OK thanks"), Say::Status(500)]);
    for text in ["TEA", "TEA again"] {
        let (_, id) = shop.numbered(text).await;
        let refused = shop.answers(id, "more").await;
        let words = "ERROR: the message was not answered with NOSMS";
        assert_eq!((refused.status, refused.body.as_str()), (409, words), "{text}");
    }
    for path in
        ["/psms/respond", "/psms/respond/", "/psms/respond/?id=1&msg=a", "/psms/respond?id=0&msg=a&transaction=b"]
    {
        let refused = http::send(shop.gateway.at, "GET", path, "", b"").await;
        assert!(refused.status == 400 && refused.body.starts_with("ERROR"), "{path}: {}", refused.body);
    }
    // The number of an order is no number of a message.
    let paid = shop.pay(&[]).await;
    assert_eq!(paid.heading(), "Paid. Thank you!");
    shop.gateway.deliver().await;
    let order = proven(shop.gateway.receiver.calls().last().expect("told"));
    let request = order.get("requestid").and_then(|id| id.parse().ok()).expect("a number");
    assert_eq!(shop.answers(request, "x").await.status, 404);
    shop.gateway.pass(2 * 3600);
    shop.end().await;
}

#[tokio::test]
async fn only_the_three_words_acknowledge_a_message_and_only_a_message() {
    let shop = Paysera::with_keyword().await;
    shop.gateway.receiver.script(&[Say::Body(200, "WAPPUSH http://shop.test/wap Tea")]);
    let (page, _) = shop.numbered("TEA").await;
    assert!(shop.look(&page).await.has("http://shop.test/wap Tea"));
    shop.gateway.receiver.script(&[
        Say::Body(200, "NO SMS"),
        Say::Body(500, "NOSMS"),
        Say::Body(200, "nosms"),
        Say::Body(200, ""),
    ]);
    let (page, _) = shop.numbered("TEA").await;
    for hours in [1, 2, 21] {
        shop.gateway.pass(hours * 3600 + hours * 360 + 1);
        assert_eq!(shop.gateway.deliver().await, 1);
    }
    assert!(shop.look(&page).await.has("could not be reached"));
    let calls = shop.gateway.receiver.calls();
    assert!(calls[1..].iter().all(|call| *call == calls[1]) && calls.len() == 5, "the same bytes each time");
    shop.gateway.receiver.script(&[Say::Body(200, "NOSMS")]);
    shop.pay(&[]).await;
    shop.gateway.deliver().await;
    shop.gateway.pass(3600 + 361);
    assert_eq!(shop.gateway.deliver().await, 1, "an order is acknowledged by OK alone");
    shop.end().await;
}

#[tokio::test]
async fn what_cannot_be_sent_is_told_and_costs_nothing() {
    let shop = Paysera::with_keyword().await;
    let refused = async |from: &str, text: &str| {
        let page = shop.gateway.payer.post(TELEPHONE, &[("from", from), ("text", text)]).await;
        assert_eq!(page.status, 422, "{text}");
        page
    };
    assert!(refused("+37060000000", "COFFEE please").await.has("Begin with one of the keywords"));
    assert!(refused("+37060000000", "").await.has("Begin with one of the keywords"));
    assert!(refused("112", "TEA").await.has("Enter a number such as"));
    assert!(refused("<script>37060000000", "TEA").await.has("Enter a number such as"));
    assert!(refused("+37060000000", &format!("TEA {}", "x".repeat(640))).await.has("longer than a message"));
    shop.set("paysera.state", "suspended").await;
    assert!(refused("+37060000000", "TEA").await.has("No test project has a keyword"));
    shop.set("paysera.state", "active").await;
    // Nobody pays in a live project from a simulated telephone.
    shop.set("test_mode", "false").await;
    assert!(refused("+37060000000", "TEA").await.has("No test project has a keyword"));
    assert_eq!(shop.files().await.len(), 0);
    for unknown in ["/sandbox/telephone/x", "/sandbox/telephone/01a20623-ffb4-72e3-befa-f384c7c62863"] {
        assert_eq!(shop.gateway.payer.get(unknown).await.status, 404, "{unknown}");
    }
    shop.end().await;
}

#[tokio::test]
async fn an_operator_receives_messages_of_live_projects_and_tests_where_they_are_allowed() {
    let shop = Paysera::with_keyword().await;
    shop.set("test_mode", "false").await;
    let whole = &shop.gateway.gateway;
    let project = async || whole.projects.by_login("paysera", "12345").await.expect("the store works").expect("there");
    let sent = |test| Sent {
        id: whole.clock.payment_id(),
        keyword: "tea".to_owned(),
        from: "37060000000".to_owned(),
        text: String::new(),
        test,
    };
    let taken = message::receive(whole, &project().await, sent(true)).await.expect("taken");
    shop.gateway.receiver.script(&[Say::Body(200, "OK")]);
    shop.gateway.deliver().await;
    assert_eq!(values(&shop.heard()[0], &["sms", "test"]), "TEA 1");
    let known = message::conversation(whole, taken.payment.id).await.expect("the store works").expect("a message");
    assert_eq!((known.reply, known.price.as_str()), (Reply::Nothing, "0.50 EUR"));
    assert!(shop.files().await[0].postings.is_empty(), "no money moved");
    shop.set("paysera.allow_test", "false").await;
    let refused = message::receive(whole, &project().await, sent(true)).await;
    assert!(matches!(refused, Err(NotTaken::TestForbidden)), "{refused:?}");
    message::receive(whole, &project().await, sent(false)).await.expect("taken");
    shop.end().await;
}

#[tokio::test]
async fn a_message_whose_process_died_with_the_money_at_the_operator_is_told_all_the_same() {
    let shop = Paysera::with_keyword().await;
    let whole = &shop.gateway.gateway;
    let project = whole.projects.by_login("paysera", "12345").await.expect("the store works").expect("there");
    let amount = Money::new(50, Currency::EUR).expect("small");
    let registered = async |id: u32| {
        let message = Message {
            id,
            to: "1679".to_owned(),
            text: "TEA".to_owned(),
            from: "37060000000".to_owned(),
            operator: "sandbox".to_owned(),
            amount,
            country: "LT".to_owned(),
            keyword: "TEA".to_owned(),
            test: false,
        };
        let kept = Kept { message, callback_url: shop.gateway.receiver.url("/paysera?sms=1"), reply: None };
        let order = Order {
            number: format!("sms-{id}"),
            intent: Intent::Sale,
            amount,
            expires_at: whole.clock.now().plus(10_000),
            hold_end: None,
            verifies: false,
            hold_ms: None,
            attempts_max: None,
            details: kept.to_text(),
        };
        register::register(whole, &project, order).await.expect("registered").payment.id
    };
    let (charged, lost) = (registered(7).await, registered(8).await);
    // The operator took the money of the first. Then everybody died.
    assert!(whole.bank.charge_message(OperationId::from_bytes(*charged.as_bytes()), charged, amount).await);
    shop.gateway.pass(10);
    shop.gateway.expire().await;
    let state = async |id| whole.store.payment(id).await.expect("the store works").expect("there").payment.state;
    assert_eq!((state(charged).await, state(lost).await), (State::Paid, State::Expired));
    shop.gateway.deliver().await;
    assert_eq!(shop.heard().iter().map(|told| values(told, &["id", "key"])).collect::<Vec<_>>(), ["7 TEA"]);
    shop.end().await;
}
