//! Where callbacks go.

use super::*;

#[test]
fn addresses_follow_the_outcome() {
    let story = paid();
    let to = |story: &Story, settings: &CallbackSettings| {
        let event = story
            .last
            .announcements
            .iter()
            .find_map(|event| callback(event, story.payment(), &story.details, settings));
        event.map(|call| (call.url, call.content_type))
    };
    let json = "application/json; charset=utf-8";
    assert_eq!(to(&story, &settings()), Some(("https://shop.example/callback".to_owned(), json)));
    let own = CallbackSettings { success_url: Some("https://shop.example/good".to_owned()), ..settings() };
    assert_eq!(to(&story, &own), Some(("https://shop.example/good".to_owned(), json)));
    assert_eq!(to(&story, &CallbackSettings { url: None, ..settings() }), None);
    let mut silent = paid();
    let mut facts = silent.details.learned.facts(operation(1));
    facts.callback_url = Some("https://shop.example/this-one".to_owned());
    silent.details.learned.keep(facts.clone());
    assert_eq!(to(&silent, &own).map(|(url, _)| url).as_deref(), Some("https://shop.example/this-one"));
    facts.silent = true;
    silent.details.learned.keep(facts);
    assert_eq!(to(&silent, &own), None);
}

/// Where the last decision is told.
fn address(story: &Story, settings: &CallbackSettings) -> Option<String> {
    let render = |event: &Announcement| callback(event, story.payment(), &story.details, settings);
    story.last.announcements.iter().find_map(render).map(|call| call.url)
}

/// A project with an address for each outcome.
fn three_addresses() -> CallbackSettings {
    let own = |name: &str| Some(format!("https://shop.example/{name}"));
    CallbackSettings { success_url: own("good"), decline_url: own("bad"), tells_attempts: true, ..settings() }
}

#[test]
fn only_what_is_final_goes_to_the_address_of_its_outcome() {
    let to = |story: &Story| address(story, &three_addresses());
    let general = Some("https://shop.example/callback".to_owned());
    let (good, bad) = (three_addresses().success_url, three_addresses().decline_url);
    // A hold has yet to be captured.
    let mut story = Story::begin(Intent::Hold);
    story.attempt_by(payglot_core::Method::Card).approve();
    assert_eq!((story.status(), to(&story)), (Some(Status::AwaitingCapture), general.clone()));
    let operation = story.fresh();
    story.command(Command::Void { operation, amount: None, key: None }).approve();
    assert_eq!((story.status(), to(&story)), (Some(Status::Canceled), good.clone()));
    // The payer may try again, until the last attempt.
    let mut story = Story::begin(Intent::Sale);
    story.last.payment.terms.retry_ms = Some(600_000);
    story.attempt().at(1000).decline(DeclineReason::InsufficientFunds);
    assert_eq!((story.status(), to(&story)), (Some(Status::AwaitingCustomer), general));
    story.attempt().decline(DeclineReason::InsufficientFunds);
    assert_eq!((story.status(), to(&story)), (Some(Status::Decline), bad.clone()));
    // A refund ends by itself, on a payment that has ended.
    let mut story = paid();
    assert_eq!(to(&story), good);
    story.refund(None).decline(DeclineReason::Other);
    assert_eq!((story.status(), to(&story)), (Some(Status::Success), bad));
}

fn refund_with(general: &str) -> crate::monetix::request::FollowUp {
    let body = format!(
        r#"{{"general":{{"project_id":1234,"payment_id":"payment_47"{general}}},"payment":{{"description":""}}}}"#
    );
    let Ok(Request::Refund(refund)) = asked("payment/card/refund", &body) else { panic!("a refund") };
    refund
}

const OF_REFUNDS: &str = r#","merchant_callback_url":"https://shop.example/r","merchant_success_callback_url":"https://shop.example/r-good","merchant_decline_callback_url":"https://shop.example/r-bad""#;

#[test]
fn a_refund_may_have_an_address_for_each_outcome() {
    let ended = |general: &str, answer: Answer| {
        let mut story = paid();
        story.refund(None);
        story.details.learned.keep(refund_with(general).facts(operation(2), "3c", "sig"));
        story.details = Details::read(&story.details.to_text());
        story.answer(answer);
        address(&story, &three_addresses()).expect("told")
    };
    let approved = || Answer::Approved(ProviderFacts::default());
    let declined = || Answer::Declined(DeclineReason::Other, ProviderFacts::default());
    assert_eq!(ended(OF_REFUNDS, approved()), "https://shop.example/r-good");
    assert_eq!(ended(OF_REFUNDS, declined()), "https://shop.example/r-bad");
    let general = r#","merchant_callback_url":"https://shop.example/r""#;
    assert_eq!(ended(general, approved()), "https://shop.example/r");
    assert_eq!(ended(general, declined()), "https://shop.example/r");
    assert_eq!(ended("", declined()), "https://shop.example/bad");
}

#[test]
fn a_refused_refund_is_told_where_its_payment_is() {
    let (story, too_much) = (paid(), Refused::whole(Code::RefundTooLarge));
    let told = |refund: &str, payment: &str| {
        let Ok(Request::Sale(sale)) =
            asked("payment/webmoney/sale", &SALE.replacen(r#""payment_47""#, &format!(r#""payment_47"{payment}"#), 1))
        else {
            panic!("a sale")
        };
        let call = RefusedCall {
            details: &refund_with(refund).details,
            payment_id: "payment_47",
            payment: Some((story.payment(), &sale.details)),
            method: Some("card"),
            kind: OperationType::Refund,
            sum: None,
            number: 48,
            request_id: "3c",
            merchant_refund_id: None,
            at: NOW,
            refused: &too_much,
        };
        refusal(&call, &three_addresses()).map(|call| call.url)
    };
    let of_payment = r#","merchant_callback_url":"https://shop.example/p""#;
    let of_declines = r#","merchant_decline_callback_url":"https://shop.example/p-bad""#;
    for (refund, payment, expected) in [
        (OF_REFUNDS, of_payment, "https://shop.example/r-bad"),
        ("", of_payment, "https://shop.example/p"),
        ("", of_declines, "https://shop.example/p-bad"),
        ("", "", "https://shop.example/bad"),
    ] {
        assert_eq!(told(refund, payment).as_deref(), Some(expected), "{refund} {payment}");
    }
}
