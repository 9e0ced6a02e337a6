//! Payments by card that a merchant asks for, in one call or for an order that is there, and what a page asks before them.

use super::{ID, Story, get};
use crate::raw::Reply;
use crate::rbs::reply::page::{SavedItem, session, session_over};
use crate::rbs::reply::{self, Bank, PaymentAnswer, StatusView, one_shot};
use crate::rbs::request::{OneShot, PaymentOrder, Recurrent, Shot, md_order};
use crate::rbs::{Defaults, Details, Language, Operation, Params, Refused};
use expect_test::expect_file;
use payglot_core::{CardBrand, DeclineReason, Intent, UnixMillis};
use std::fmt::Debug;

const REFUSED: &str = include_str!("../vectors/charges_refused.txt");
const ASKED: &str = include_str!("../vectors/charges_asked.txt");
const BINDING: &str = "fd3afc57-c6d0-4e08-aaef-1b7cfeb093dc";

/// The operation and what follows its name: a query, or the JSON of the one call that has it.
fn split(line: &str) -> (Operation, &str) {
    let (name, rest) = line.split_once(['?', ' ']).unwrap_or((line, ""));
    (Operation::from_segment(name).expect(name), rest)
}

/// What of the request is read, in words, and the language of a refusal.
fn read(line: &str) -> (Operation, Language, Result<String, Refused>) {
    fn words<T: Debug>(read: Result<T, Refused>) -> Result<String, Refused> {
        read.map(|read| format!("{read:?}"))
    }
    let (operation, rest) = split(line);
    let defaults = Defaults { may_pay_automatically: true, ..Defaults::default() };
    let params = match operation {
        Operation::RecurrentPayment => Recurrent::params(rest.as_bytes()),
        _ => Ok(get(&rest.replace("<id>", ID))),
    };
    let params = match params {
        Ok(params) => params,
        Err(refused) => return (operation, Language::RU, Err(refused)),
    };
    let language = Language::of_errors(&params, Language::RU);
    let read = match operation {
        Operation::PaymentOrder => words(PaymentOrder::read(&params, Language::RU)),
        Operation::InstantPayment => words(OneShot::read(&params, Shot::Now, &defaults)),
        Operation::MotoPayment => words(OneShot::read(&params, Shot::Moto, &defaults)),
        Operation::RecurrentPayment => words(Recurrent::read(&params, &defaults)),
        Operation::GetSessionStatus => words(asked_by_page(&params)),
        other => panic!("{other:?}"),
    };
    (operation, language, read)
}

fn asked_by_page(params: &Params) -> Result<impl Debug, Refused> {
    Ok((md_order(params)?, Language::read(params, Language::RU)?))
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[test]
fn what_cannot_be_read_is_refused_in_the_operations_shape() {
    let mut count = 0;
    for line in lines(REFUSED) {
        let (expected, asked) = line.split_once(" <- ").expect("a request");
        let (operation, language, read) = read(asked);
        let answer = reply::refused(operation, &read.expect_err(asked), language);
        assert_eq!((answer.status, answer.body.as_str()), (200, expected), "{asked}");
        count += 1;
    }
    assert!(count > 35, "{count} lines");
}

#[test]
fn what_shops_and_pages_send_is_read() {
    let words = lines(ASKED).map(|asked| format!("{asked}\n  {}\n", read(asked).2.expect(asked)));
    let text = words.collect::<String>();
    assert!(!text.contains("password: \"p\"") && !text.contains("Some(\"123\")"), "nothing secret is shown");
    expect_file!["../vectors/charges_read.txt"].assert_eq(&text);
}

/// Every reply, by its name.
fn replies() -> Vec<(&'static str, Reply)> {
    let details = |more: &str| Details::read(&format!("amount=20000&currency=643&description=Tea{more}"));
    let (plain, mut saved) = (details(""), details("&clientId=client-7&features=AUTO_PAYMENT"));
    saved.set_binding(Some(BINDING.parse().expect("an id")), false);
    let (mut paid, mut refused, mut lost, mut waits) = (
        Story::begin(Intent::Sale, 20_000),
        Story::begin(Intent::Sale, 20_000),
        Story::begin(Intent::Sale, 20_000),
        Story::begin(Intent::Hold, 20_000),
    );
    paid.pay();
    refused.attempt("543254**5430", CardBrand::Mastercard).decline(DeclineReason::CardRestricted);
    lost.attempt("400000**1000", CardBrand::Visa);
    waits.attempt("555555**5599", CardBrand::Mastercard).challenge();
    let to = |place: &str| Some(format!("https://a.example/{place}?orderId={ID}&lang=en"));
    let good = PaymentAnswer::Paid { redirect: to("ok"), version_2: false };
    let look = PaymentAnswer::Method {
        transaction: BINDING.to_owned(),
        url: "https://bank.example/look".to_owned(),
        url_server: "https://bank.example/look/server".to_owned(),
        data: "e30".to_owned(),
    };
    let (address, term) = ("https://bank.example/acs".to_owned(), "https://pay.example/term".to_owned());
    let first = PaymentAnswer::PaReq { acs_url: address.clone(), pa_req: "cGE=".to_owned(), term_url: term };
    let second = PaymentAnswer::CReq { acs_url: address, packed: "e30".to_owned() };
    let bad = PaymentAnswer::Refused { code: 116, redirect: to("no"), version_2: false };
    let stay = PaymentAnswer::Refused { code: 116, redirect: None, version_2: true };
    let unanswered = PaymentAnswer::Unanswered { redirect: to("ok") };
    let (en, ru) = (Language::EN, Language::RU);
    let item = SavedItem { id: BINDING.to_owned(), label: "444455**3333 12/34".to_owned() };
    let begun = Story::begin(Intent::Sale, 20_000);
    let now = UnixMillis(begun.payment().created_at.0 + 1000);
    vec![
        ("paymentorder.do paid", good.reply(en)),
        ("paymentorder.do 3-D Secure 1", first.reply(en)),
        ("paymentorder.do 3-D Secure 2, the look", look.reply(ru)),
        ("paymentorder.do 3-D Secure 2, the challenge", second.reply(en)),
        ("paymentorder.do refused, over", bad.reply(en)),
        ("paymentorder.do refused, again", stay.reply(ru)),
        ("paymentorder.do unanswered", unanswered.reply(en)),
        ("instantPayment.do paid", one_shot::instant(&view(&paid, &plain, en), &good)),
        ("instantPayment.do paid by a saved card", one_shot::instant(&view(&paid, &saved, ru), &good)),
        ("instantPayment.do challenged", one_shot::instant(&view(&waits, &saved, en), &second)),
        ("instantPayment.do refused", one_shot::instant(&view(&refused, &plain, en), &bad)),
        ("recurrentPayment.do paid", reply::recurrent(&view(&paid, &saved, en))),
        ("recurrentPayment.do refused", reply::recurrent(&view(&refused, &saved, ru))),
        ("recurrentPayment.do unanswered", reply::recurrent(&view(&lost, &saved, en))),
        ("getSessionStatus.do", session(begun.payment(), &saved, &[item], now)),
        ("getSessionStatus.do no saved card", session(begun.payment(), &plain, &[], now)),
        ("getSessionStatus.do over", session_over("https://a.example/no?orderId=1&lang=ru")),
    ]
}

fn view<'a>(story: &'a Story, details: &'a Details, language: Language) -> StatusView<'a> {
    StatusView {
        payment: story.payment(),
        details,
        language,
        merchant_ip: None,
        terminal_id: "123456",
        bank: Some(Bank::TEST),
        binding_id: details.binding_text(),
    }
}

#[test]
fn every_reply_is_byte_for_byte() {
    let replies = replies();
    let words = replies.iter().map(|(name, reply)| format!("{name}\n  {}\n", reply.body));
    expect_file!["../vectors/charges_replies.txt"].assert_eq(&words.collect::<String>());
    assert!(replies.iter().all(|(_, reply)| (reply.status, reply.content_type) == (200, reply::CONTENT_TYPE)));
}
