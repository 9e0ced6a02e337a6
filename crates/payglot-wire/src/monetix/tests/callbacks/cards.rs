//! Cards that are saved, verified and registered: what is told of them.

use super::*;
use crate::monetix::details::Recurring;
use crate::monetix::{MandateCall, SavedCard, card_saved, mandate_callback, mandate_report};

const FILE: &str = include_str!("../../vectors/cards.txt");
/// A card that the shop collected, of the customer of the figures.
const CARD: &str = r#"{"general":{"project_id":1234,"payment_id":"payment_47"},"customer":{"id":"customer_123","ip_address":"198.51.100.47"},"card":{"pan":"4314220000000056","year":2034,"month":1,"card_holder":"JOHN SMITH"},"payment":{"amount":100,"currency":"EUR","description":"Gym"},"recurring":{"id":77}}"#;
const TOKEN: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

fn vector(name: &str) -> &'static str {
    let block = blocks(FILE).into_iter().find(|block| field(block, "name") == Some(name)).expect(name);
    field(&block, "body").expect("a body")
}

fn card() -> CardFacts {
    CardFacts {
        masked: "431422**0056".to_owned(),
        expiry: 203_401,
        holder: "JOHN SMITH".to_owned(),
        brand: CardBrand::Visa,
    }
}

fn registered() -> Recurring {
    // The last second of the card.
    Recurring { id: 77, currency: "EUR".to_owned(), valid_thru: UnixMillis(2_022_364_799_000) }
}

/// What is kept of a call that was accepted.
fn kept(path: &str, body: &str) -> Details {
    let mut details = match asked(path, body) {
        Ok(Request::Sale(sale)) => sale.details,
        Ok(Request::Verification(asked)) => asked.details,
        Ok(Request::Tokenize(asked)) => asked.details,
        other => panic!("{other:?}"),
    };
    details.learned.method = Some("card".to_owned());
    details.learned.request_id = Some("1a23456bc7890de".to_owned());
    details
}

fn begin(intent: Intent, minor: i64, details: Details) -> Story {
    let new = NewPayment {
        id: PaymentId::from_bytes([9; 16]),
        project: ProjectId(1),
        order: "payment_47".to_owned(),
        intent,
        amount: Money::new(minor, Currency::EUR).expect("in range"),
        terms: Terms { attempts_max: 1, ..Terms::default() },
        expires_at: NOW.plus(1_200_000),
    };
    let last = payglot_core::register(new, NOW).expect("registered");
    Story { last, details, now: NOW, operations: 0 }
}

impl Story {
    fn by(&mut self, method: payglot_core::Method) -> &mut Self {
        let operation = self.fresh();
        let card = Some(card());
        self.command(Command::StartAttempt { operation, method, card, payer_ip: None, method_key: None });
        self.at(40_000)
    }

    fn approve_card(&mut self) -> &mut Self {
        self.answer(Answer::Approved(ProviderFacts {
            approval_code: "563253".to_owned(),
            reference: String::new(),
            three_ds: Some(ThreeDs::No),
        }))
    }

    fn void(&mut self) -> &mut Self {
        let operation = self.fresh();
        self.command(Command::Void { operation, amount: None, key: None })
    }
}

/// A card that pays for a while.
fn sale() -> Story {
    let mut story = begin(Intent::Sale, 100, kept("payment/card/sale", CARD));
    story.by(payglot_core::Method::MerchantCard);
    story
}

fn verification() -> Story {
    let mut details = kept("payment/card/account_verification", &CARD.replace("\"amount\":100", "\"amount\":0"));
    details.learned.kind = Some(PaymentType::AccountVerification);
    let mut story = begin(Intent::Hold, 1, details);
    assert_eq!(story.status(), Some(Status::Processing));
    story.by(payglot_core::Method::MerchantCard);
    story
}

fn charge() -> Story {
    let mut details = kept("payment/card/recurring", CARD);
    details.learned.kind = Some(PaymentType::Recurring);
    details.learned.recurring = Some(registered());
    let mut story = begin(Intent::Sale, 100, details);
    story.by(payglot_core::Method::SavedCard);
    story
}

/// The one body that the last decision sends.
fn one(story: &Story) -> String {
    let mut told = story.told();
    assert_eq!(told.len(), 1);
    told.remove(0)
}

#[test]
fn the_token_of_a_saved_card_is_in_its_account() {
    let mut story = sale();
    (story.details.learned.token, story.details.learned.saves) = (Some(TOKEN.to_owned()), true);
    assert_eq!(Details::read(&story.details.to_text()), story.details);
    story.approve_card();
    assert_eq!(one(&story), vector("saved"));
    let report = status_report(story.payment(), &story.details, &settings()).expect("known");
    assert_eq!(report.account.as_ref().and_then(|account| account.token.as_deref()), Some(TOKEN));
    // What a browser shows keeps no token.
    assert!(!reply::widget_result(&report).to_string().contains(TOKEN));
    let mut unsaved = sale();
    assert!(!one(unsaved.approve_card()).contains("token"));
    let mut wallet = Story::begin(Intent::Sale);
    wallet.details.learned.token = Some(TOKEN.to_owned());
    wallet.attempt().approve();
    assert!(!one(&wallet).contains("token"));
}

#[test]
fn a_registration_is_told_if_the_payment_was_made() {
    let mut story = sale();
    story.details.learned.recurring = Some(registered());
    story.approve_card();
    assert_eq!(one(&story), vector("registered"));
    let mut declined = sale();
    declined.details.learned.recurring = Some(registered());
    declined.decline(DeclineReason::Other);
    assert!(one(&declined).contains(r#""status":"decline""#) && !one(&declined).contains("recurring"));
}

#[test]
fn a_verification_succeeds_when_its_hold_has_gone() {
    let mut story = verification();
    story.approve_card();
    assert_eq!((story.status(), story.told().len()), (Some(Status::Processing), 0));
    let open = status_report(story.payment(), &story.details, &settings()).expect("known");
    assert_eq!((open.operations[0].status, open.operations[0].code), (Status::Processing, Code::Awaiting));
    story.void();
    assert_eq!((story.status(), story.told().len()), (Some(Status::Processing), 0));
    // It is asked for again.
    story.decline(DeclineReason::SystemError);
    assert_eq!((story.status(), story.told().len()), (Some(Status::Processing), 0));
    story.void().at(50_000).approve();
    assert_eq!(story.status(), Some(Status::Success));
    assert_eq!(one(&story), vector("verified"));
    let report = status_report(story.payment(), &story.details, &settings()).expect("known");
    assert_eq!(reply::status(&report, &secret()).body, vector("verified_report"));
    let result = reply::widget_result(&report).to_string();
    assert!(result.contains(r#""sum_request":{"amount":0,"currency":"EUR"},"sum_real":{"amount":0,"#), "{result}");
    assert!(result.contains(r#""type":"account verification""#) && result.contains(r#""status":"success""#));
    let mut declined = verification();
    declined.decline(DeclineReason::Other);
    assert_eq!(one(&declined), vector("not_verified"));
    assert_eq!(declined.status(), Some(Status::Decline));
}

#[test]
fn a_verification_is_told_where_and_when_its_own_call_says() {
    let call = |operation_silent: bool| {
        let body = CARD.replace("\"amount\":100", "\"amount\":0").replace(
            r#""payment_id":"payment_47""#,
            r#""payment_id":"payment_47","merchant_success_callback_url":"https://shop.example/good""#,
        );
        let body = body.replacen('{', r#"{"callback":{"delay":7},"#, 1);
        let mut story = verification();
        let learned = story.details.learned.clone();
        story.details = kept("payment/card/account_verification", &body);
        story.details.learned = learned;
        story.approve_card().void();
        // What is kept of the release counts for nothing.
        let mut facts = story.details.learned.facts(operation(2));
        facts.silent = operation_silent;
        story.details.learned.keep(facts);
        story.approve();
        let event = story.last.announcements.first().expect("an event");
        callback(event, story.payment(), &story.details, &settings()).map(|call| (call.url, call.wait_ms))
    };
    let expected = Some(("https://shop.example/good".to_owned(), 7000));
    assert_eq!((call(false), call(true)), (expected.clone(), expected));
}

#[test]
fn a_charge_by_a_registration_is_a_payment_of_its_own_kind() {
    let mut story = charge();
    story.approve_card();
    assert_eq!(one(&story), vector("charged"));
    story.refund(None).approve();
    assert!(one(&story).contains(r#""type":"recurring","status":"refunded""#));
    assert!(one(&story).contains(r#""operation":{"id":47,"type":"refund","status":"success""#));
    let mut declined = charge();
    declined.decline(DeclineReason::InsufficientFunds);
    assert_eq!(one(&declined), vector("not_charged"));
}

#[test]
fn a_change_of_a_registration_is_told_of_its_payment() {
    let mut story = sale();
    story.details.learned.recurring = Some(registered());
    story.approve_card();
    let ask = r#"{"general":{"project_id":1234,"payment_id":"r-2"},"recurring":{"id":77}}"#;
    let of_call = |general: &str| {
        let body = ask.replace(r#""r-2""#, &format!(r#""r-2"{general}"#));
        let Ok(Request::Recurring(crate::monetix::request::RecurringCall::Cancel { details, .. })) =
            asked("payment/card/recurring/cancel", &body)
        else {
            panic!("a call")
        };
        details
    };
    let plain = of_call("");
    let mut call = MandateCall {
        details: &plain,
        payment: (story.payment(), &story.details),
        kind: OperationType::RecurringUpdate,
        recurring: Recurring { valid_thru: UnixMillis(1_924_991_999_000), ..registered() },
        number: 48,
        request_id: "2b23456bc7890de",
        at: NOW.plus(100_000),
    };
    let told = mandate_callback(&call, &settings()).expect("told");
    assert_eq!((told.body.as_str(), told.url.as_str()), (vector("updated"), "https://shop.example/callback"));
    assert_eq!(mandate_report(&call, &settings()).as_deref(), Some(vector("updated")));
    (call.kind, call.recurring) = (OperationType::RecurringCancel, registered());
    assert_eq!(mandate_report(&call, &settings()).as_deref(), Some(vector("ended")));
    let own = of_call(r#","merchant_callback_url":"https://shop.example/own""#);
    call.details = &own;
    let told = mandate_callback(&call, &settings()).expect("told");
    assert_eq!((told.body.as_str(), told.url.as_str()), (vector("ended"), "https://shop.example/own"));
    // The payment's own address comes before the project's.
    let of_payment =
        CARD.replacen(r#""payment_47""#, r#""payment_47","merchant_callback_url":"https://shop.example/payment""#, 1);
    let details = kept("payment/card/sale", &of_payment);
    (call.details, call.payment) = (&plain, (story.payment(), &details));
    assert_eq!(
        mandate_callback(&call, &settings()).map(|call| call.url).as_deref(),
        Some("https://shop.example/payment")
    );
}

#[test]
fn what_a_registration_does_not_allow_is_an_error_or_a_decline() {
    let mut story = sale();
    story.approve_card();
    let details = kept("payment/card/recurring", CARD);
    let unknown = Refused::of(Code::RecurringNotFound, "recurring.id");
    let mut call = RefusedCall {
        details: &details,
        payment_id: "payment_47",
        payment: None,
        method: Some("card"),
        kind: OperationType::Recurring,
        sum: Some(Sum { minor: 100, currency: "EUR".to_owned() }),
        number: 48,
        request_id: "2b23456bc7890de",
        merchant_refund_id: None,
        at: NOW.plus(1000),
        refused: &unknown,
    };
    let body = |call: &RefusedCall| refusal(call, &settings()).expect("told").body;
    assert_eq!(body(&call), vector("refused_3181"));
    let expired = Refused::of(Code::RecurringExpired, "recurring.id");
    call.refused = &expired;
    assert_eq!(body(&call), vector("refused_3301"));
    // Of what is no payment only the number is known.
    (call.kind, call.sum, call.refused) = (OperationType::RecurringUpdate, None, &unknown);
    assert!(body(&call).starts_with(r#"{"project_id":1234,"payment":{"id":"payment_47","status":"error"},"#));
    let cancelled = Refused::of(Code::RecurringCancelled, "recurring.id");
    (call.kind, call.refused) = (OperationType::RecurringCancel, &cancelled);
    (call.payment, call.payment_id) = (Some((story.payment(), &story.details)), "r-2");
    assert_eq!(body(&call), vector("refused_3184"));
}

#[test]
fn a_card_that_was_saved_without_a_payment_is_told() {
    let saved = SavedCard { customer_id: "customer_123", card: &card(), token: TOKEN };
    let path = "customer/card/tokenize";
    let told = card_saved(&saved, &kept(path, CARD), &settings()).expect("told");
    assert_eq!((told.url.as_str(), told.body.as_str()), ("https://shop.example/callback", vector("tokenized")));
    let own = CARD.replacen(r#""payment_47""#, r#""p","merchant_callback_url":"https://shop.example/own""#, 1);
    assert_eq!(
        card_saved(&saved, &kept(path, &own), &settings()).map(|call| call.url).as_deref(),
        Some("https://shop.example/own")
    );
    let silent = CARD.replacen('{', r#"{"callback":{"force_disable":1},"#, 1);
    assert_eq!(card_saved(&saved, &kept(path, &silent), &settings()), None);
    let none = CallbackSettings { url: None, ..settings() };
    assert_eq!(card_saved(&saved, &kept(path, CARD), &none), None);
    let expected = r#"{"customer":{"id":"customer_123"},"account":{"number":"431422******0056","type":"visa","card_holder":"JOHN SMITH","expiry_month":"01","expiry_year":"2034","token":"0f1e2d3c4b5a69788796a5b4c3d2e1f0"},"general":{"project_id":1234}}"#;
    assert_eq!(reply::widget_saved_card(1234, &saved).to_string(), expected);
}

#[test]
fn every_body_is_proven_and_a_changed_one_is_not() {
    let all = blocks(FILE);
    assert_eq!(all.len(), 14);
    for block in all {
        let (name, body) = (field(&block, "name").expect("named"), field(&block, "body").expect("a body"));
        let prove = |body: &str| prove_callback(Callback::from_body(body.as_bytes()).expect("readable"), &[secret()]);
        assert!(prove(body).is_ok(), "{name}");
        for (from, to) in [("1234", "1235"), ("customer_123", "customer_124"), ("2034", "2035"), ("EUR", "USD")] {
            assert!(!body.contains(from) || prove(&body.replacen(from, to, 1)).is_err(), "{name}: {from}");
        }
        // Nothing that clients sign in different ways.
        assert!(!body.contains("true") && !body.contains("false") && !body.contains("null"), "{name}");
    }
}

#[test]
fn answers_about_what_is_kept_are_written_byte_for_byte() {
    use crate::monetix::{Period, RecurringKind, RecurringTerms};
    let terms = RecurringTerms {
        kind: RecurringKind::Regular,
        period: Some(Period::Month),
        interval: 2,
        amount: Some(500),
        time: Some("10:30:00".to_owned()),
        start_date: Some("31-01-2025".to_owned()),
        ..RecurringTerms::default()
    };
    let mut info = reply::RecurringInfo {
        project_id: 1234,
        id: 77,
        terms: &terms,
        currency: "EUR",
        last_payment_at: Some(NOW),
        valid_thru: registered().valid_thru,
        active: true,
        description: Some("Gym"),
    };
    let answer = reply::recurring_info(&info, &secret());
    assert_eq!((answer.status, answer.body.as_str()), (200, vector("info")));
    let plain = RecurringTerms::default();
    (info.terms, info.last_payment_at, info.active, info.description) = (&plain, None, false, None);
    let expected = r#"{"project_id":1234,"recurring":{"id":77,"type":"C","currency":"EUR","valid_thru":"2034-01-31T23:59:59+0000","status":"canceled"},"signature":""#;
    assert!(reply::recurring_info(&info, &secret()).body.starts_with(expected));

    let saved = SavedCard { customer_id: "customer_123", card: &card(), token: TOKEN };
    let account = r#"{"number":"431422******0056","type":"visa","card_holder":"JOHN SMITH","expiry_month":"01","expiry_year":"2034","token":"0f1e2d3c4b5a69788796a5b4c3d2e1f0"}"#;
    for (reply, expected) in [
        (
            reply::tokenized(1234, "2b", &saved),
            format!(
                r#"{{"status":"success","request_id":"2b","project_id":1234,"token":"{TOKEN}","account":{account}}}"#
            ),
        ),
        (
            reply::card_by_token(1234, &saved),
            format!(
                r#"{{"status":"success","project_id":1234,"customer":{{"id":"customer_123"}},"account":{account}}}"#
            ),
        ),
        (
            reply::saved_accounts(1234, "customer_123", std::slice::from_ref(&saved)),
            format!(
                r#"{{"status":"success","project_id":1234,"customer":{{"id":"customer_123"}},"saved_accounts":[{{"id":"{TOKEN}","type":"card","account":{account}}}]}}"#
            ),
        ),
        (reply::done(1234, "2b"), r#"{"status":"success","request_id":"2b","project_id":1234}"#.to_owned()),
    ] {
        assert_eq!((reply.status, reply.content_type), (200, "application/json; charset=utf-8"));
        assert_eq!(reply.body, expected);
    }
    let none = r#"{"status":"success","project_id":1234,"customer":{"id":"c"},"saved_accounts":[]}"#;
    assert_eq!(reply::saved_accounts(1234, "c", &[]).body, none);
    let unknown = reply::refused(&Refused::of(Code::TokenNotFound, "token"), None);
    let expected = r#"{"status":"error","code":"3221","message":"Card token not found","errors":[{"code":"3221","message":"Card token not found","field":"token","description":""}]}"#;
    assert_eq!((unknown.status, unknown.body.as_str()), (400, expected));
}
