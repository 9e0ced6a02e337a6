//! Deposit, reverse, refund, decline: what is read, what is refused, and what the cart remembers.

use super::{ID, Story, get, operation};
use crate::rbs::cart::{self, Share};
use crate::rbs::reply;
use crate::rbs::request::{Decline, DeclineByClient, Deposit, PositionRefund, Refund, Reverse, SumRefund};
use crate::rbs::{Details, Language, Operation, Params, Refused};
use expect_test::expect_file;
use payglot_core::{Intent, OperationKind, Refusal, State};
use std::fmt::Debug;

const REFUSED: &str = include_str!("../vectors/operations_refused.txt");

/// What of the request is read, in words.
fn read(operation: Operation, params: &Params) -> Result<String, Refused> {
    fn words<T: Debug>(read: Result<T, Refused>) -> Result<String, Refused> {
        read.map(|read| format!("{read:?}"))
    }
    let default = Language::RU;
    match operation {
        Operation::Deposit => words(Deposit::read(params, default)),
        Operation::Reverse => words(Reverse::read(params, default)),
        Operation::Refund => words(Refund::read(params, default)),
        Operation::Decline => words(Decline::read(params, default)),
        Operation::DeclineByClient => words(DeclineByClient::read(params)),
        Operation::ProcessRawPositionRefund => words(PositionRefund::read(params, default)),
        Operation::ProcessRawSumRefund => words(SumRefund::read(params, default)),
        other => panic!("{other:?}"),
    }
}

fn request(line: &str) -> (Operation, Params) {
    let (name, query) = line.split_once('?').expect("a query");
    let query = query.replacen("id&", &format!("orderId={ID}&"), usize::from(query.starts_with("id&")));
    let query = query.replace("&id", &format!("&orderId={ID}"));
    let query = if query == "id" { format!("orderId={ID}") } else { query };
    (Operation::from_segment(name).expect(name), get(&query))
}

#[test]
fn what_cannot_be_read_is_refused_in_the_operations_shape() {
    let mut lines = 0;
    for line in REFUSED.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (expected, asked) = line.split_once(" <- ").expect("a request");
        let (operation, params) = request(asked);
        let refused = read(operation, &params).expect_err(asked);
        let answer = reply::refused(operation, &refused, Language::of_errors(&params, Language::RU));
        assert_eq!((answer.status, answer.body.as_str()), (200, expected), "{asked}");
        lines += 1;
    }
    assert!(lines > 45, "{lines} lines");
}

/// One of every shape that shops send.
const ACCEPTED: &[&str] = &[
    "deposit.do?id&amount=0",
    "deposit.do?id&amount=4000&currency=810&depositType=0&language=EN",
    "deposit.do?orderNumber=%D0%90-1&amount=999999999999&depositType=1&jsonParams={\"a\":1}&agent=x&supplierPhones=y",
    "deposit.do?id&amount=70&depositType=2&depositItems=[{\"positionId\":1,\"name\":\"Tea\",\"itemAmount\":50},{\"positionId\":\"2\",\"itemPrice\":10,\"quantity\":{\"value\":2,\"measure\":\"pcs\"}}]",
    "reverse.do?id",
    "reverse.do?id&amount=0&currency=643",
    "reverse.do?orderNumber=7&amount=3000&language=en",
    "refund.do?id&amount=0",
    "refund.do?id&amount=500&currency=643&expectedDepositedAmount=2000&externalRefundId=12345678901234567890123456789012",
    "refund.do?id&amount=5&expectedDepositedAmount=99999999999999999999&refundItems={\"items\":[{\"positionId\":1,\"itemAmount\":5}]}",
    "decline.do?id&orderNumber=7",
    "decline.do?orderNumber=7&language=lt",
    "declineByClient.do?mdOrder=01491d0b-c848-7dd6-a20d-e96900a7d8c0",
    "declineByClient.do?MDORDER=01491d0b-c848-7dd6-a20d-e96900a7d8c0&language=en",
    "processRawPositionRefund.do?id&positionId=1&amount=0",
    "processRawPositionRefund.do?orderNumber=7&positionId=abc&amount=500&additionalOfdParams={}",
    "processRawSumRefund.do?id&amount=500",
    "processRawSumRefund.do?id&amount=500&name=Tea&itemCode=t-1&taxType=6&jsonParams={\"cashboxId\":\"1\",\"basketId\":\"2\"}",
];

#[test]
fn what_shops_send_is_read() {
    let lines = ACCEPTED.iter().map(|asked| {
        let (operation, params) = request(asked);
        format!("{asked}\n  {}\n", read(operation, &params).expect(asked))
    });
    expect_file!["../vectors/operations_read.txt"].assert_eq(&lines.collect::<String>());
}

#[test]
fn the_answer_to_the_payers_button() {
    let with = reply::declined_by_client(Language::EN, Some("https://a.example?orderId=1&lang=en"));
    let expected = r#"{"errorCode":0,"errorMessage":"Success","redirect":"https://a.example?orderId=1&lang=en"}"#;
    assert_eq!(with.body, expected);
    assert_eq!(reply::declined_by_client(Language::RU, None).body, r#"{"errorCode":0,"errorMessage":"Успешно"}"#);
}

#[test]
fn every_refusal_of_the_core_has_the_operations_words() {
    let refusals = [
        Refusal::BadAmount,
        Refusal::CurrencyDiffers,
        Refusal::KeyReused(operation(1)),
        Refusal::WrongState(State::Created),
        Refusal::TimeOver,
        Refusal::OutcomeOpen(operation(1)),
        Refusal::NotAllowed,
        Refusal::Unexpected,
        Refusal::ExceedsRemaining,
        Refusal::Overflow,
    ];
    let told = |words: &dyn Fn(&Refusal) -> Refused| {
        let told = refusals.iter().map(|refusal| words(refusal).text(Language::EN).into_owned());
        told.collect::<Vec<_>>()
    };
    let (sum, state, system) = ("Amount is invalid", "Payment must be in the correct state", "System error");
    let forbidden = "Invalid operation for the current order status";
    let differs = "Reversal is impossible because of incorrect internal parameter values";
    let number = "[externalRefundId] is invalid";
    let too_much = "The refund amount exceeds the debited amount";
    let deposit = [sum, sum, system, state, state, state, state, system, sum, system];
    assert_eq!(told(&reply::of_deposit), deposit);
    let reverse = [sum, sum, system, forbidden, forbidden, forbidden, forbidden, system, sum, system];
    assert_eq!(told(&|refusal| reply::of_reverse(refusal, true)), reverse);
    assert_eq!(reply::of_reverse(&Refusal::NotAllowed, false).text(Language::EN), differs);
    let refund = [sum, sum, number, state, system, state, state, system, too_much, system];
    assert_eq!(told(&reply::of_refund), refund);
    let decline = [system, system, system, forbidden, forbidden, forbidden, forbidden, system, system, system];
    assert_eq!(told(&reply::of_decline), decline);
}

const CART: &str = r#"{"cartItems":{"items":[{"positionId":1,"itemAmount":6000,"itemCode":"tea"},{"positionId":"2","itemPrice":2000,"quantity":{"value":2}}]}}"#;

fn share(position: &str, amount: i64) -> Share {
    Share { position: position.to_owned(), amount }
}

#[test]
fn a_cart_remembers_what_its_captures_and_refunds_were_for() {
    let text =
        format!("amount=10000&returnUrl=https%3A%2F%2Fa.example&orderBundle={}", crate::text::form::escape(CART));
    let mut details = Details::read(&text);
    let mut story = Story::begin(Intent::Hold, 10_000);
    story.pay().capture(Some(7000));
    let captured = story.payment().approved(OperationKind::Capture).next().expect("captured").id;
    let allot = |details: &Details, story: &Story, operation, shares: &[Share]| {
        cart::allot(details, story.payment(), operation, shares)
    };
    assert_eq!(allot(&details, &story, captured, &[]), Ok(None));
    assert_eq!(allot(&details, &story, captured, &[share("1", 6999)]), Err(Refusal::BadAmount));
    assert_eq!(allot(&details, &story, captured, &[share("1", 6001), share("2", 999)]), Err(Refusal::ExceedsRemaining));
    let both = [share("1", 3000), share("2", 4000)];
    details = allot(&details, &story, captured, &both).expect("fits").expect("noted");
    assert_eq!(Details::read(&details.to_text()), details, "the note is kept");
    let left = |details: &Details, story: &Story| {
        ["1", "2", "3"].map(|position| cart::refundable(details, story.payment(), position))
    };
    assert_eq!(left(&details, &story), [Some(3000), Some(4000), None]);
    story.refund(Some(1000));
    let refund = story.payment().operations.last().expect("refunded").id;
    let three = [share("1", 500), share("1", 500)];
    details = allot(&details, &story, refund, &three).expect("fits").expect("noted");
    assert_eq!(left(&details, &story), [Some(2000), Some(4000), None]);
    story.refund(Some(2500));
    let more = story.payment().operations.last().expect("refunded").id;
    assert_eq!(allot(&details, &story, more, &[share("1", 2500)]), Err(Refusal::ExceedsRemaining));
    assert_eq!(cart::position_of_code(&details, "tea").as_deref(), Some("1"));
    assert_eq!(cart::position_of_code(&details, "cup"), None);
    let none = Details::read("amount=10000&returnUrl=https%3A%2F%2Fa.example");
    assert_eq!(cart::known_shares(vec![share("9", 1)], &none, "refundItems"), Ok(Vec::new()));
    let unknown = cart::known_shares(vec![share("9", 1)], &details, "refundItems");
    assert_eq!(unknown, Err(Refused::ParameterInvalid("refundItems".to_owned())));
}
