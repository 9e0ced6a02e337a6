use super::*;
use crate::paysera::notification::{self, Refund, parameters};
use crate::paysera::signature::{self, Unproven};
use crate::paysera::{
    Callback, CallbackSettings, Details, Language, Learned, PersonCode, Signer, Status, Verifier, accept_fields,
    accept_url, callback, cancel_url,
};
use crate::text::form;
use payglot_core::decide::Announcement;
use payglot_core::{
    Answer, Command, Decision, Event, Intent, Money, NewPayment, OperationId, Payment, PaymentId, ProjectId,
    ProviderFacts, Terms,
};

const CALLBACKS: &str = include_str!("../vectors/callbacks.txt");
const ENCRYPTED: &str = include_str!("../vectors/encrypted.txt");
const IV: [u8; 12] = [0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xAB];

fn settings() -> CallbackSettings {
    CallbackSettings {
        site_name: "https://shop.test".to_owned(),
        owner_name: "UAB Pavyzdys".to_owned(),
        ..CallbackSettings::new(12345, password())
    }
}

/// Vector 1 as it was taken, with what vector 7 says the bank told.
fn details() -> Details {
    let request = include_str!("../vectors/requests.txt");
    let fields = Fields::from_pairs(form::decode(blocks(request)[0]["query"].as_bytes()).expect("readable"));
    let mut details = Details::new(&order(&fields).expect("fine"));
    let text = |text: &str| Some(text.to_owned());
    details.learned = Learned {
        request_id: Some(291_180_474),
        method: text("hanza"),
        method_country: text("lt"),
        ip_country: text("LT"),
        country: text("lt"),
        language: Some(Language::LIT),
        email: text("pirkejas@shop.test"),
        name: text("Žydrūnė"),
        surname: text("Šimkutė"),
        account: text("LT121000011101001000"),
        ..Learned::default()
    };
    details
}

/// A payment moved by the core's own decisions.
struct Story {
    last: Decision,
    now: i64,
    operations: u8,
}

impl Story {
    fn begin(intent: Intent) -> Self {
        let new = NewPayment {
            id: "01491d0b-c848-7dd6-a20d-e96900a7d8c0".parse::<PaymentId>().expect("an id"),
            project: ProjectId(1),
            order: "1001".to_owned(),
            intent,
            amount: euros(1000),
            terms: Terms::default(),
            expires_at: UnixMillis(1_767_225_590_000 + 1_200_000),
        };
        let now = 1_767_225_590_000;
        let last = payglot_core::register(new, UnixMillis(now)).expect("registered");
        Self { last, now, operations: 0 }
    }

    fn payment(&self) -> &Payment {
        &self.last.payment
    }

    fn command(&mut self, command: Command) -> &mut Self {
        self.last = payglot_core::decide(self.payment(), command, UnixMillis(self.now)).expect("legal");
        self
    }

    fn fresh(&mut self) -> OperationId {
        self.operations += 1;
        OperationId::from_bytes([self.operations; 16])
    }

    fn approve(&mut self) -> &mut Self {
        let operation = OperationId::from_bytes([self.operations; 16]);
        let answer = Answer::Approved(ProviderFacts::default());
        self.command(Command::Answer { operation, answer, return_operation: OperationId::from_bytes([200; 16]) })
    }

    fn pay(&mut self) -> &mut Self {
        self.pay_by(payglot_core::Method::Bank)
    }

    fn pay_by(&mut self, method: payglot_core::Method) -> &mut Self {
        let operation = self.fresh();
        self.command(Command::StartAttempt { operation, method, method_key: None, card: None, payer_ip: None })
            .approve()
    }

    fn refund(&mut self, minor: i64) -> &mut Self {
        let operation = self.fresh();
        self.command(Command::Refund { operation, amount: Some(euros(minor)), key: None, expected: None }).approve()
    }

    /// The addresses or bodies of what is told of the last decision.
    fn told(&self, settings: &CallbackSettings) -> Vec<String> {
        let (key, details) = (key(), details());
        let signer = Signer { key: &key, iv: IV };
        let one = |event| callback(event, self.payment(), &details, settings, signer).expect("signed");
        self.last.announcements.iter().filter_map(one).map(|call| call.url + &call.body).collect()
    }
}

fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR).expect("in range")
}

fn verifier() -> Verifier {
    Verifier { password: password(), public_key: public_key() }
}

fn received(query: &str) -> Callback {
    Callback::read(&get(query)).expect("readable")
}

#[test]
fn every_signature_is_made_and_verifies_and_every_change_does_not() {
    let key = key();
    let all = blocks(CALLBACKS);
    assert_eq!(all.len(), 4);
    for block in &all {
        let (name, data) = (block["name"], block["data"]);
        let fields = Fields::from_pairs(form::decode(block["query"].as_bytes()).expect("readable"));
        assert_eq!((fields.to_query().as_str(), fields.to_data().as_str()), (block["query"], data), "{name}");
        assert_eq!(signature::sign(data, &password()), block["ss1"], "{name}");
        assert_eq!(signature::ss2(data, &key).as_deref(), Ok(block["ss2"]), "{name}");
        if let Some(ss3) = block.get("ss3") {
            assert_eq!(signature::ss3(data, &key).as_deref(), Ok(*ss3), "{name}");
        }
        let whole = Callback {
            data: Some(data.to_owned()),
            ss1: Some(block["ss1"].to_owned()),
            ss2: Some(block["ss2"].to_owned()),
            ss3: block.get("ss3").map(|ss3| (*ss3).to_owned()),
        };
        assert_eq!(verifier().verify(&whole).expect(name).get(), &fields);
        for ss1 in [None, Some(block["ss1"].to_ascii_uppercase())] {
            assert!(verifier().verify(&Callback { ss1, ..whole.clone() }).is_ok(), "{name}");
        }
        let ss1_alone = Callback { ss2: None, ss3: None, ..whole.clone() };
        assert_eq!(verifier().verify(&ss1_alone), Err(Unproven::Unsigned));
        let wrong = Callback { ss1: Some(all[0]["ss1"].replace('7', "8")), ..whole.clone() };
        assert_eq!(verifier().verify(&wrong), Err(Unproven::Differs("ss1")));
        let foreign = all.iter().find(|other| other["ss2"] != block["ss2"]).expect("another");
        let wrong = Callback { ss2: Some(foreign["ss2"].to_owned()), ..whole.clone() };
        assert_eq!(verifier().verify(&wrong), Err(Unproven::Differs("ss2")));
        let wrong = Callback { ss3: Some(block["ss2"].to_owned()), ..whole.clone() };
        assert_eq!(verifier().verify(&wrong), Err(Unproven::Differs("ss3")));
        let wrong = Callback { data: Some(data.replacen('b', "c", 1)), ..whole.clone() };
        assert_eq!(verifier().verify(&wrong), Err(Unproven::Differs("ss1")));
        let unsigned = Callback { data: Some(data.to_owned()), ..Callback::default() };
        assert_eq!(verifier().verify(&unsigned), Err(Unproven::Undecipherable));
        assert_eq!(verifier().verify(&Callback { data: None, ..whole }), Err(Unproven::Unreadable));
    }
}

#[test]
fn encrypted_callbacks_have_data_alone() {
    for block in blocks(ENCRYPTED) {
        let (query, data) = (block["query"], block["data"]);
        assert_eq!(signature::encrypt(query, &password(), IV).as_deref(), Some(data));
        assert_eq!(signature::decrypt(data, &password()).as_deref(), Some(query.as_bytes()));
        assert_eq!(signature::decrypt(data, &Secret::new("another")), None);
        assert_eq!(signature::decrypt(&data.replacen('w', "x", 1), &password()), None);
        let proven = verifier().verify(&received(&form::encode([("data", data)]))).expect("ours");
        assert_eq!(proven.get().to_query(), query);
    }
    assert_eq!(signature::decrypt("AAAA", &password()), None);
    let mut story = Story::begin(Intent::Sale);
    story.pay();
    let told = story.told(&CallbackSettings { encrypted: true, ..settings() });
    let expected = format!("https://shop.test/paysera/callback?data={}", blocks(ENCRYPTED)[0]["data"]);
    assert_eq!(told, [expected.replace('=', "%3D").replacen("%3D", "=", 1)]);
}

#[test]
fn a_shorter_or_longer_password_is_filled_or_cut() {
    let sealed = signature::encrypt("a=1", &Secret::new("short"), IV).expect("sealed");
    let padded = format!("short{}", "\0".repeat(27));
    assert!(signature::decrypt(&sealed, &Secret::new(padded)).is_some());
    let sealed = signature::encrypt("a=1", &Secret::new(format!("{PASSWORD}more")), IV).expect("sealed");
    assert!(signature::decrypt(&sealed, &password()).is_some());
}

#[test]
fn a_paid_order_is_told_as_in_vector_7() {
    let mut story = Story::begin(Intent::Sale);
    story.pay();
    let vector = &blocks(CALLBACKS)[0];
    assert_eq!(parameters(Status::Paid, None, story.payment(), &details(), &settings()).to_query(), vector["query"]);
    assert_eq!(story.told(&settings()), [vector["get"]]);
    let key = key();
    let signer = Signer { key: &key, iv: IV };
    let fields = accept_fields(story.payment(), &details(), &settings(), signer).expect("signed").expect("accepted");
    assert_eq!(accept_url("https://shop.test/paysera/accept?o=1001", &fields), vector["accept"]);
    assert_eq!(cancel_url("https://shop.test/c?x"), "https://shop.test/c?x");
    let post = story.told(&CallbackSettings { method: raw::Method::Post, ..settings() });
    let joined = vector["get"].replace("callback?data", "callbackdata");
    assert_eq!(post, [joined]);
    let two = story.told(&CallbackSettings { sends_ss3: false, ..settings() });
    assert!(two[0].contains("&ss2=") && !two[0].contains("ss3"), "{}", two[0]);
}

#[test]
fn later_facts_are_told_as_in_vector_8() {
    let mut story = Story::begin(Intent::Sale);
    story.pay();
    let mut details = details();
    let mut text = details.to_text();
    text.insert_str(0, "personcode=39001010000&");
    let pending = Details::read(&text);
    let status = |details: &Details| {
        let fields = parameters(Status::Additional, None, story.payment(), details, &settings());
        fields.get("personcodestatus").map(str::to_owned)
    };
    assert_eq!(status(&details), None);
    assert_eq!(status(&pending).as_deref(), Some("0"));
    details = pending;
    details.learned.personcode = PersonCode::Matches;
    let mut fields = parameters(Status::Additional, None, story.payment(), &details, &settings());
    // The vector's shop sent its number with another request.
    fields.remove("personcode");
    assert_eq!(fields.to_query(), blocks(CALLBACKS)[1]["query"]);
}

#[test]
fn a_refund_is_told_as_in_vector_9_but_for_what_it_cost() {
    let mut story = Story::begin(Intent::Sale);
    story.pay();
    story.now = 1_767_225_600_999;
    story.refund(400);
    let refund = Refund::of(&story.last.announcements[0], story.payment()).expect("a refund");
    assert_eq!(refund, Refund { amount: euros(400), commission: euros(0), at_secs: 1_767_225_600 });
    let told = parameters(
        Status::Refunded,
        Some(&Refund { commission: euros(10), ..refund }),
        story.payment(),
        &details(),
        &settings(),
    );
    assert_eq!(told.to_query(), blocks(CALLBACKS)[2]["query"]);
    let ours = received(story.told(&settings())[0].split_once('?').expect("a query").1);
    let proven = verifier().verify(&ours).expect("ours");
    assert_eq!(proven.get().get("refund_commission_amount"), Some("0.00"));
    assert_eq!(proven.get().get("status"), Some("5"));
}

#[test]
fn refunds_of_one_second_are_told_apart_and_told_again_alike() {
    let mut story = Story::begin(Intent::Sale);
    story.pay();
    let mut seen = Vec::new();
    for _ in 0..3 {
        story.refund(100);
        seen.push((story.last.announcements[0], Refund::of(&story.last.announcements[0], story.payment())));
    }
    let seconds: Vec<i64> = seen.iter().filter_map(|(_, refund)| refund.map(|refund| refund.at_secs)).collect();
    assert_eq!(seconds, [1_767_225_590, 1_767_225_591, 1_767_225_592]);
    for (event, refund) in &seen {
        assert_eq!(Refund::of(event, story.payment()), *refund);
    }
}

#[test]
fn statuses_0_and_2_must_be_asked_for() {
    let all = CallbackSettings { tells_accepted: true, tells_failed: true, ..settings() };
    let status = |told: &[String]| -> Option<String> {
        let query = told.first()?.split_once('?')?.1;
        verifier().verify(&received(query)).ok()?.get().get("status").map(str::to_owned)
    };
    let mut held = Story::begin(Intent::Hold);
    held.pay_by(payglot_core::Method::Card);
    assert!(held.told(&settings()).is_empty());
    assert_eq!(status(&held.told(&all)).as_deref(), Some("2"));
    let mut failed = Story::begin(Intent::Sale);
    failed.command(Command::Cancel {
        reason: payglot_core::DeclineReason::CancelledByPayer,
        return_operation: OperationId::from_bytes([200; 16]),
    });
    assert!(failed.told(&settings()).is_empty());
    assert_eq!(status(&failed.told(&all)).as_deref(), Some("0"));
    assert_eq!(notification::accepted(failed.payment()), None);
    assert_eq!(notification::accepted(held.payment()), Some(Status::Accepted));
}

#[test]
fn what_is_known_of_a_payment_decides_whether_it_failed_and_whether_it_is_confirmed() {
    let all = CallbackSettings { tells_accepted: true, tells_failed: true, ..settings() };
    let mut details = details();
    (details.learned.superseded, details.learned.unconfirmed) = (true, true);
    let key = key();
    let status = |story: &Story, details: &Details| {
        let signer = Signer { key: &key, iv: IV };
        let one = |event| callback(event, story.payment(), details, &all, signer).expect("signed");
        let call = story.last.announcements.iter().find_map(one)?;
        let proven = verifier().verify(&received(call.url.split_once('?')?.1)).ok()?;
        proven.get().get("status").map(str::to_owned)
    };
    let mut replaced = Story::begin(Intent::Sale);
    let return_operation = OperationId::from_bytes([200; 16]);
    let reason = payglot_core::DeclineReason::CancelledByMerchant;
    replaced.command(Command::Cancel { reason, return_operation });
    assert_eq!(status(&replaced, &details), None);
    assert_eq!(status(&replaced, &self::details()).as_deref(), Some("0"));
    let mut paid = Story::begin(Intent::Sale);
    paid.pay();
    assert_eq!(status(&paid, &details).as_deref(), Some("4"));
    let signer = Signer { key: &key, iv: IV };
    let fields = accept_fields(paid.payment(), &details, &all, signer).expect("signed").expect("accepted");
    assert_eq!(accept_url("https://shop.test/", &fields).matches("ss1=").count(), 1);
    let carried = verifier().verify(&received(accept_url("", &fields).trim_start_matches('?'))).expect("ours");
    assert_eq!(carried.get().get("status"), Some("4"));
    paid.refund(100);
    assert_eq!(status(&paid, &details).as_deref(), Some("5"), "a refund stays one");
}

#[test]
fn what_clients_cannot_do_without_is_always_there() {
    let mut story = Story::begin(Intent::Sale);
    story.pay();
    let shop = "orderid=x&projectid=7&amount=00100&currency=eur&test=&lang=&payment=&callbackurl=https://a.test&repeat_request=1";
    let details =
        Details::read(&format!("{shop}&name=Mallory&account=X&refund_timestamp=1&status=1&custom=a%2Bb&error=x"));
    for &status in Status::ALL {
        let fields = parameters(status, None, story.payment(), &details, &settings());
        let get = |name| fields.get(name).unwrap_or("-");
        assert_eq!([get("projectid"), get("orderid"), get("amount")], ["12345", "1001", "1000"]);
        assert_eq!([get("currency"), get("test"), get("version")], ["EUR", "0", "1.6"]);
        assert_eq!([get("status"), get("custom"), get("lang")], [status.digit(), "a+b", "eng"]);
        assert!(fields.has("requestid") && fields.has("payment") && fields.has("original_paytext"));
        let known = status != Status::NotExecuted && status != Status::Accepted;
        assert_eq!([fields.has("payamount"), fields.has("paycurrency")], [known, known]);
        for absent in ["name", "account", "refund_timestamp", "error", "callbackurl", "repeat_request", "country"] {
            assert!(!fields.has(absent), "{absent}");
        }
        assert!(fields.to_query().is_ascii());
    }
}

#[test]
fn there_is_a_country_whenever_the_method_has_one() {
    let mut story = Story::begin(Intent::Sale);
    story.pay();
    let countries = |text: &str, method: Option<&str>, ip: Option<&str>| {
        let mut details = Details::read(text);
        details.learned.method_country = method.map(str::to_owned);
        details.learned.ip_country = ip.map(str::to_owned);
        let fields = parameters(Status::Paid, None, story.payment(), &details, &settings());
        ["country", "payment_country", "payer_ip_country", "payer_country"]
            .map(|name| fields.get(name).unwrap_or("-").to_owned())
            .join(" ")
    };
    assert_eq!(countries("", Some("lt"), None), "LT LT - LT");
    assert_eq!(countries("country=ee", Some("lt"), Some("lv")), "EE LT LV LT");
    assert_eq!(countries("country=__", None, Some("lv")), "LV - LV LV");
    assert_eq!(countries("country=__", None, None), "- - - -");
}

#[test]
fn nothing_is_accepted_while_the_payer_has_something_to_do() {
    let mut story = Story::begin(Intent::Sale);
    let operation = story.fresh();
    let method = payglot_core::Method::Bank;
    story.command(Command::StartAttempt { operation, method, method_key: None, card: None, payer_ip: None });
    assert_eq!(notification::accepted(story.payment()), Some(Status::Accepted));
    story.command(Command::PayerMustAct { operation });
    assert_eq!(notification::accepted(story.payment()), None);
}

#[test]
fn a_stored_order_reads_back_though_its_time_is_over() {
    let methods = catalogue();
    let first = order(&good().with("time_limit", "2030-01-31 12:00:00").with("test", "1")).expect("fine");
    let later = Rules { now: UnixMillis(i64::MAX), allows_tests: false, ..rules(&methods) };
    let again = Details::new(&first).order(&later).expect("was fine");
    assert_eq!(
        (again.order_id, again.amount, again.test, again.time_limit),
        (first.order_id, first.amount, true, None)
    );
}

#[test]
fn a_test_payment_says_so() {
    let mut story = Story::begin(Intent::Sale);
    story.pay();
    let details = Details::read("orderid=1001&version=3.1.5&test=1&callbackurl=https://a.test");
    let fields = parameters(Status::Paid, None, story.payment(), &details, &settings());
    let get = |name| fields.get(name).unwrap_or("-");
    assert_eq!([get("test"), get("name"), get("surename")], ["1", "Name", "Last name"]);
    assert_eq!([get("account"), get("payamount"), get("version")], ["TEST1234567890", "1000", "3.1.5"]);
}

#[test]
fn without_an_address_nobody_is_told() {
    let mut story = Story::begin(Intent::Sale);
    story.pay();
    let key = key();
    let told = callback(
        &story.last.announcements[0],
        story.payment(),
        &Details::default(),
        &settings(),
        Signer { key: &key, iv: IV },
    );
    assert_eq!(told, Ok(None));
    let other = Announcement { event: Event::Registered, operation: None, amount: euros(1) };
    assert_eq!(notification::meaning(&other, story.payment()), None);
}

#[test]
fn secrets_are_never_shown() {
    let shown = format!("{:?}{:?}", settings(), verifier());
    assert!(!shown.contains(PASSWORD), "{shown}");
}
