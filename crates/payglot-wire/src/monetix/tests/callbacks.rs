//! Callbacks of payments that the core's own decisions have moved, against the vendor's figures.

use super::super::notification::{Sum, acknowledgement, schedule};
use super::super::{
    Callback, Details, DisplayItem, OperationFacts, OperationType, PaymentType, RefusedCall, Status, Waiting, callback,
    prove_callback, refusal, reply, status_report,
};
use super::*;
use payglot_core::decide::Announcement;
use payglot_core::outbox::{Acknowledgement, Next};
use payglot_core::{
    Answer, CardBrand, CardFacts, Command, Currency, Decision, DeclineReason, Intent, Money, NewPayment, OperationId,
    Payment, PaymentId, ProjectId, ProviderFacts, Terms, ThreeDs,
};

const FILE: &str = include_str!("../vectors/callbacks.txt");
const SALE: &str = r#"{"general":{"project_id":1234,"payment_id":"payment_47"},"customer":{"id":"customer_123","first_name":"John","last_name":"Doe","email":"johndoe@example.com","ip_address":"198.51.100.47"},"account":{"number":"123456789012"},"payment":{"amount":100,"currency":"RUB","description":""}}"#;

mod addresses;
mod cards;

fn vector(name: &str) -> &'static str {
    let block = blocks(FILE).into_iter().find(|block| field(block, "name") == Some(name)).expect(name);
    field(&block, "body").expect("a body")
}

fn roubles(minor: i64) -> Money {
    Money::new(minor, Currency::RUB).expect("in range")
}

fn operation(number: u8) -> OperationId {
    OperationId::from_bytes([number; 16])
}

/// A payment with its details, moved by the core's own decisions.
struct Story {
    last: Decision,
    details: Details,
    now: UnixMillis,
    operations: u8,
}

impl Story {
    fn begin(intent: Intent) -> Self {
        let Ok(Request::Sale(sale)) = asked("payment/webmoney/sale", SALE) else { panic!("a sale") };
        let mut details = sale.details;
        details.learned.method = Some("webmoney".to_owned());
        details.learned.request_id = Some("1a23456bc7890de".to_owned());
        details.learned.provider_payment_id = Some("WM-purchase-121".to_owned());
        let new = NewPayment {
            id: PaymentId::from_bytes([9; 16]),
            project: ProjectId(1),
            order: "payment_47".to_owned(),
            intent,
            amount: roubles(100),
            terms: Terms { attempts_max: 2, ..Terms::default() },
            expires_at: NOW.plus(1_200_000),
        };
        let last = payglot_core::register(new, NOW).expect("registered");
        Self { last, details, now: NOW, operations: 0 }
    }

    fn payment(&self) -> &Payment {
        &self.last.payment
    }

    fn at(&mut self, milliseconds: i64) -> &mut Self {
        self.now = NOW.plus(milliseconds);
        self
    }

    fn command(&mut self, command: Command) -> &mut Self {
        self.last = payglot_core::decide(self.payment(), command, self.now).expect("legal");
        self
    }

    fn fresh(&mut self) -> OperationId {
        self.operations += 1;
        let id = operation(self.operations);
        let mut facts = OperationFacts::new(id, "1a23456bc7890de");
        (facts.number, facts.provider_payment_id) = (47, "123abc123-123".to_owned());
        self.details.learned.keep(facts);
        id
    }

    fn attempt(&mut self) -> &mut Self {
        self.attempt_by(payglot_core::Method::Wallet)
    }

    fn attempt_by(&mut self, method: payglot_core::Method) -> &mut Self {
        let operation = self.fresh();
        self.command(Command::StartAttempt { operation, method, card: None, payer_ip: None, method_key: None })
    }

    fn instructions(&mut self) -> &mut Self {
        let item = |title: &str, data: &str| DisplayItem {
            kind: "add_info".to_owned(),
            title: title.to_owned(),
            data: data.to_owned(),
        };
        let items = vec![item("invoice_id", "WM-purchase-121"), item("invoice_url", "https://wm.example/invoice/121")];
        self.details.learned.waiting = Some(Waiting::Display(items));
        let operation = operation(self.operations);
        self.command(Command::PayerMustAct { operation })
    }

    fn answer(&mut self, answer: Answer) -> &mut Self {
        let operation = operation(self.operations);
        self.command(Command::Answer { operation, answer, return_operation: OperationId::from_bytes([200; 16]) })
    }

    fn approve(&mut self) -> &mut Self {
        self.answer(Answer::Approved(ProviderFacts::default()))
    }

    fn decline(&mut self, reason: DeclineReason) -> &mut Self {
        self.answer(Answer::Declined(reason, ProviderFacts::default()))
    }

    fn refund(&mut self, minor: Option<i64>) -> &mut Self {
        let operation = self.fresh();
        self.command(Command::Refund { operation, amount: minor.map(roubles), key: None, expected: None })
    }

    /// The bodies that the last decision sends.
    fn told(&self) -> Vec<String> {
        let render = |event: &Announcement| callback(event, self.payment(), &self.details, &settings());
        self.last.announcements.iter().filter_map(render).map(|call| call.body).collect()
    }

    fn status(&self) -> Option<Status> {
        Status::of_payment(self.payment(), &self.details)
    }
}

fn paid() -> Story {
    let mut story = Story::begin(Intent::Sale);
    story.attempt().at(40_000).approve();
    story
}

#[test]
fn a_purchase_and_its_refund_are_told_as_in_the_figures() {
    assert_eq!(paid().told(), [vector("success")]);
    let mut declined = Story::begin(Intent::Sale);
    declined.attempt().at(40_000).decline(DeclineReason::Other);
    assert_eq!(declined.told(), [vector("decline")]);
    // The figures have one time for both.
    let mut story = Story::begin(Intent::Sale);
    story.attempt().approve().refund(None).at(40_000).approve();
    assert_eq!(story.told(), [vector("refunded")]);
    let mut story = Story::begin(Intent::Sale);
    story.attempt().approve().refund(None).at(40_000).decline(DeclineReason::Other);
    assert_eq!(story.told(), [vector("refund_declined")]);
}

#[test]
fn instructions_are_told_and_forgotten() {
    let mut story = Story::begin(Intent::Sale);
    assert_eq!((story.status(), story.told().len()), (Some(Status::Processing), 0));
    story.attempt();
    assert_eq!(story.told().len(), 0);
    story.at(1000).instructions();
    assert_eq!(story.told(), [vector("displayed")]);
    story.at(40_000).approve();
    assert_eq!(story.told(), [vector("success")]);
}

#[test]
fn a_shop_reads_and_verifies_every_figure() {
    for block in blocks(FILE) {
        let (name, body) = (field(&block, "name").expect("named"), field(&block, "body").expect("a body"));
        let proven = prove_callback(Callback::from_body(body.as_bytes()).expect("readable"), &[secret()]).expect(name);
        let read = proven.get();
        assert_eq!((read.payment_id().as_str(), read.get("operation.id").is_empty()), ("payment_47", false));
        assert!(read.status().is_some() && read.operation().is_some(), "{name}");
        assert_eq!(read.sum().map(|(_, currency)| currency).as_deref(), Some("RUB"));
        for (from, to) in [("RUB", "USD"), ("payment_47", "payment_48"), ("\"signature\":\"", "\"signature\":\"x")] {
            let changed = body.replacen(from, to, 1);
            let refused = prove_callback(Callback::from_body(changed.as_bytes()).expect("readable"), &[secret()]);
            assert!(refused.is_err(), "{name}: {from}");
        }
    }
}

#[test]
fn partial_refunds_leave_the_rest_and_a_declined_one_leaves_all() {
    let mut story = paid();
    story.at(50_000).refund(Some(60)).approve();
    assert_eq!(story.status(), Some(Status::PartiallyRefunded));
    let body = story.told().pop().expect("told");
    assert!(body.contains(r#""status":"partially refunded""#) && body.contains(r#""sum":{"amount":40,"#));
    assert!(body.contains(r#""sum_initial":{"amount":60,"#));
    story.refund(Some(40)).decline(DeclineReason::Other);
    assert_eq!(story.status(), Some(Status::PartiallyRefunded));
    assert!(story.told().pop().expect("told").contains(r#""code":"20000","message":"General decline""#));
    story.refund(None).approve();
    assert_eq!(story.status(), Some(Status::Refunded));
    let report = status_report(story.payment(), &story.details, &settings()).expect("known");
    assert_eq!(report.operations.len(), 4);
    let reply = reply::status(&report, &secret());
    let read =
        prove_callback(Callback::from_body(reply.body.as_bytes()).expect("readable"), &[secret()]).expect("ours");
    assert_eq!((read.get().status(), read.get().sum()), (Some(Status::Refunded), Some((0, "RUB".to_owned()))));
    assert!(
        reply
            .body
            .starts_with(r#"{"project_id":1234,"payment":{"id":"payment_47","type":"purchase","status":"refunded","#)
    );
    assert!(reply.body.contains(r#""customer":{"id":"customer_123"},"operations":[{"id":47,"type":"sale","#));
}

#[test]
fn a_hold_is_captured_or_released() {
    let card = CardFacts {
        masked: "431422**0056".to_owned(),
        expiry: 203_401,
        holder: "JOHN SMITH".to_owned(),
        brand: CardBrand::Visa,
    };
    let mut story = Story::begin(Intent::Hold);
    story.details.learned.method = Some("card".to_owned());
    let id = story.fresh();
    let method = payglot_core::Method::MerchantCard;
    story.command(Command::StartAttempt { operation: id, method, card: Some(card), payer_ip: None, method_key: None });
    story.answer(Answer::Approved(ProviderFacts {
        approval_code: "563253".to_owned(),
        reference: String::new(),
        three_ds: Some(ThreeDs::No),
    }));
    assert_eq!(story.status(), Some(Status::AwaitingCapture));
    let body = story.told().pop().expect("told");
    let account = r#""account":{"number":"431422******0056","type":"visa","card_holder":"JOHN SMITH","expiry_month":"01","expiry_year":"2034"}"#;
    assert!(body.contains(account) && body.contains(r#""type":"auth","status":"success""#), "{body}");
    assert!(body.contains(r#""eci":"07","provider":{"id":12345,"payment_id":"123abc123-123","auth_code":"563253"}"#));
    let operation = story.fresh();
    story.command(Command::Void { operation, amount: None, key: None }).approve();
    assert_eq!(story.status(), Some(Status::Canceled));
    assert!(story.told().pop().expect("told").contains(r#""type":"cancel","status":"success""#));
}

#[test]
fn what_was_accepted_and_refused_later_is_told_and_changes_nothing() {
    let Ok(Request::Sale(sale)) = asked("payment/webmoney/sale", SALE) else { panic!("a sale") };
    let refused = Refused::of(Code::PaymentExists, "general.payment_id");
    let mut call = RefusedCall {
        details: &sale.details,
        payment_id: "payment_47",
        payment: None,
        method: Some("webmoney"),
        kind: OperationType::Sale,
        sum: Some(Sum { minor: 100, currency: "RUB".to_owned() }),
        number: 48,
        request_id: "2b23456bc7890de",
        merchant_refund_id: None,
        at: NOW.plus(1000),
        refused: &refused,
    };
    assert_eq!(refusal(&call, &settings()).map(|call| call.body).as_deref(), Some(vector("refused")));
    // A refund of too much is declined on a payment that stays paid.
    let story = paid();
    let too_much = Refused::whole(Code::RefundTooLarge);
    (call.payment, call.kind, call.refused) =
        (Some((story.payment(), &story.details)), OperationType::Refund, &too_much);
    let body = refusal(&call, &settings()).expect("told").body;
    assert!(body.contains(r#""status":"success","date""#) && body.contains(r#""type":"refund","status":"decline""#));
    assert!(
        body.contains(r#""code":"3283","message":"Refund amount more than init amount""#) && !body.contains("errors")
    );
    // Of a payment that is not there only the number is known.
    let unknown = Refused::whole(Code::NotFound);
    (call.payment, call.refused) = (None, &unknown);
    let body = refusal(&call, &settings()).expect("told").body;
    assert!(body.starts_with(r#"{"project_id":1234,"payment":{"id":"payment_47","status":"error"},"#), "{body}");
}

#[test]
fn a_refund_may_have_its_own_address_and_number() {
    let body = r#"{"general":{"project_id":1234,"payment_id":"payment_47","merchant_callback_url":"https://shop.example/refunds"},"payment":{"description":"","merchant_refund_id":"r-1"}}"#;
    let Ok(Request::Refund(refund)) = asked("payment/card/refund", body) else { panic!("a refund") };
    let mut story = paid();
    story.refund(None);
    story.details.learned.keep(refund.facts(operation(2), "3c", "sig"));
    story.approve();
    let call =
        story.last.announcements.iter().find_map(|event| callback(event, story.payment(), &story.details, &settings()));
    let call = call.expect("told");
    assert_eq!(call.url, "https://shop.example/refunds");
    assert!(call.body.contains(r#""description":"","merchant_refund_id":"r-1"}"#), "{}", call.body);
    assert!(call.body.contains(r#""request_id":"3c""#));
}

#[test]
fn a_payout_is_told_with_its_amount() {
    let mut story = Story::begin(Intent::Payout);
    assert_eq!(story.status(), Some(Status::Processing));
    story.attempt().at(40_000).approve();
    let body = story.told().pop().expect("told");
    assert!(body.contains(r#""type":"payout","status":"success","date":"2024-12-07T19:08:45+0000","method":"webmoney","sum":{"amount":100,"#), "{body}");
    assert!(body.contains(r#""operation":{"id":47,"type":"payout","status":"success""#));
    assert!(body.contains(r#""provider":{"payment_id":"WM-purchase-121"}"#));
    let mut story = Story::begin(Intent::Payout);
    story.attempt().decline(DeclineReason::Other);
    let body = story.told().pop().expect("told");
    assert!(body.contains(r#""type":"payout","status":"decline""#) && body.contains(r#""code":"20000""#), "{body}");
}

#[test]
fn another_attempt_is_told_only_if_the_project_wants_it() {
    let mut story = Story::begin(Intent::Sale);
    story.last.payment.terms.retry_ms = Some(600_000);
    story.attempt().at(1000).decline(DeclineReason::InsufficientFunds);
    assert_eq!((story.told().len(), story.status()), (0, Some(Status::AwaitingCustomer)));
    let wanted = CallbackSettings { tells_attempts: true, ..settings() };
    let told = |story: &Story| {
        let render = |event: &Announcement| callback(event, story.payment(), &story.details, &wanted);
        story.last.announcements.iter().filter_map(render).map(|call| call.body).collect::<Vec<_>>()
    };
    let body = told(&story).pop().expect("told");
    assert!(body.contains(r#""is_new_attempts_available":true,"attempts_timeout":600}"#), "{body}");
    assert!(body.contains(r#""status":"awaiting customer""#) && body.contains(r#""code":"20105""#));
    story.attempt().decline(DeclineReason::InsufficientFunds);
    assert!(told(&story).pop().expect("told").contains(r#""is_new_attempts_available":false"#));
}

#[test]
fn time_runs_out_for_payments_and_invoices() {
    let mut story = Story::begin(Intent::Sale);
    story.attempt().instructions().at(1_200_000);
    let operation = story.fresh();
    story.command(Command::Expire { operation });
    let body = story.told().pop().expect("told");
    assert!(body.contains(r#""status":"decline""#) && body.contains(r#""code":"301","message":"Cancelled""#), "{body}");
    assert!(!body.contains("display_data"));
    let mut invoice = Story::begin(Intent::Sale);
    invoice.details.learned.kind = Some(PaymentType::Invoice);
    assert_eq!(invoice.status(), Some(Status::AwaitingPayment));
    invoice.at(1_200_000);
    let operation = invoice.fresh();
    invoice.command(Command::Expire { operation });
    let body = invoice.told().pop().expect("told");
    assert!(body.contains(r#""type":"invoice","status":"expired""#) && body.contains(r#""operation":{"#), "{body}");
    // A page that was opened and left is nothing that a shop may know of.
    let mut opened = Story::begin(Intent::Sale);
    opened.details.learned.accepted = false;
    assert_eq!(opened.status(), None);
    assert!(status_report(opened.payment(), &opened.details, &settings()).is_none());
}

#[test]
fn details_read_back_with_all_that_was_learned() {
    let mut story = Story::begin(Intent::Sale);
    story.attempt().instructions();
    story.details.learned.kind = Some(PaymentType::Recurring);
    let mut facts = story.details.learned.facts(operation(1));
    (facts.code, facts.merchant_refund_id) = (Some(Code::Funds), Some("№ 1".to_owned()));
    story.details.learned.keep(facts);
    assert_eq!(Details::read(&story.details.to_text()), story.details);
}

#[test]
fn tries_fill_the_vendors_four_hours_and_end_at_120() {
    let schedule = schedule();
    assert_eq!(schedule.attempts_max(), 120);
    let mut now = UnixMillis(0);
    let mut at = vec![now.0];
    while let Next::Retry(next) = schedule.next(u32::try_from(at.len()).expect("few"), now, 0) {
        now = next;
        at.push(now.0);
    }
    assert_eq!(at.len(), 120);
    assert_eq!(&at[..6], [0, 10_000, 20_000, 30_000, 40_000, 50_000]);
    assert_eq!(at[67], 50_000 + 14_393_610);
    assert_eq!(at[119] - at[118], 4 * 3_600_000);
    // Eleven days are enough even with all the jitter there is.
    assert!(at[119] / 10 * 11 < 11 * 86_400_000);
    assert_eq!(acknowledgement(), Acknowledgement::Status2xx);
}

#[test]
fn the_shops_own_spelling_of_a_number_is_told() {
    let mut story = Story::begin(Intent::Sale);
    story.last.payment.order = super::super::limits::payment_key("PAYMENT_47");
    story.attempt().at(40_000).approve();
    assert_eq!(story.told(), [vector("success")]);
}

#[test]
fn a_widget_is_told_the_result_without_a_signature() {
    let story = paid();
    let report = status_report(story.payment(), &story.details, &settings()).expect("known");
    let told = reply::widget_result(&report).to_string();
    let expected = r#"{"request_id":"1a23456bc7890de","transaction":{"id":47,"date":"2024-12-07T19:08:45+0000","type":"sale"},"payment":{"method":"webmoney","date":"2024-12-07T19:08:45+0000","result_code":"0","result_message":"Success","status":"success","is_new_attempts_available":false,"attempts_timeout":0,"id":"payment_47","provider_id":"WM-purchase-121"},"sum_request":{"amount":100,"currency":"RUB"},"sum_real":{"amount":100,"currency":"RUB"},"customer":{"id":"customer_123"},"account":{"number":"123456789012"},"auth_code":"","general":{"project_id":1234,"payment_id":"payment_47"},"description":"","operations":["#;
    assert!(told.starts_with(expected), "{told}");
    assert!(!told.contains("signature"));
}
