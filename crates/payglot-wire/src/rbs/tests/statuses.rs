use super::{Story, id};
use crate::rbs::reply::{
    Bank, ErrorReply, StatusView, read_simple, read_status, read_status_old, refused, status_extended, status_old,
};
use crate::rbs::request::StatusQuery;
use crate::rbs::{Details, Language, Operation};
use expect_test::expect_file;
use payglot_core::{CardBrand, DeclineReason, Intent};

/// Recorded on a real gateway in 2024; the merchant's address is replaced.
const UNPAID: &str = include_str!("../vectors/status_unpaid.json");

fn view<'a>(story: &'a Story, details: &'a Details, language: Language) -> StatusView<'a> {
    StatusView {
        payment: story.payment(),
        details,
        language,
        merchant_ip: Some("203.0.113.7"),
        terminal_id: "123456",
        bank: Some(Bank::TEST),
        binding_id: None,
    }
}

fn details() -> Details {
    Details::read("amount=100&returnUrl=https%3A%2F%2Fa.example")
}

#[test]
fn an_unpaid_order_is_answered_byte_for_byte() {
    let mut story = Story::begin(Intent::Sale, 100);
    story.last.payment.id = id("9d9b693d-8b57-7f03-a928-d6dc29950482");
    story.last.payment.order = "4".to_owned();
    let details = details();
    let view = view(&story, &details, Language::RU);
    let answer = status_extended(&view);
    assert_eq!(answer.body, UNPAID.trim_end());
    assert_eq!((answer.status, answer.content_type), (200, "application/json;charset=UTF-8"));
    let old = r#"{"depositAmount":0,"currency":"643","authCode":2,"ErrorCode":"0","ErrorMessage":"Успешно","OrderStatus":0,"OrderNumber":"4","Amount":100}"#;
    assert_eq!(status_old(&view).body, old);
}

/// `orderStatus actionCode paymentState approved/deposited/refunded`, as a shop reads it.
fn short(story: &Story, details: &Details) -> String {
    let view = view(story, details, Language::EN);
    let read = read_status(&status_extended(&view).body).expect("readable");
    let old = read_status_old(&status_old(&view).body).expect("readable");
    assert_eq!((read.order_status, read.amount, &read.masked_pan), (old.order_status, old.amount, &old.masked_pan));
    assert_eq!(read.deposited + read.refunded, old.deposited);
    assert_eq!(read.order_id.as_deref(), Some(super::ID));
    let code = read.action_code.expect("always");
    format!(
        "{} {code} {} {}/{}/{}",
        read.order_status, read.payment_state, read.approved, read.deposited, read.refunded
    )
}

#[test]
fn the_worked_exchanges_have_their_states_and_sums() {
    let details = details();
    let short = |story: &Story| short(story, &details);
    let mut sale = Story::begin(Intent::Sale, 2000);
    assert_eq!(short(&sale), "0 -100 CREATED 0/0/0");
    assert_eq!(short(sale.attempt("444455**3333", CardBrand::Visa)), "0 -100 CREATED 0/0/0");
    assert_eq!(short(sale.challenge()), "5 -100 CREATED 0/0/0");
    let mut sale = Story::begin(Intent::Sale, 2000);
    assert_eq!(short(sale.pay()), "2 0 DEPOSITED 2000/2000/0");
    assert_eq!(short(sale.refund(Some(500))), "4 0 REFUNDED 2000/1500/500");
    assert_eq!(short(sale.refund(None)), "4 0 REFUNDED 2000/0/2000");
    let mut hold = Story::begin(Intent::Hold, 10_000);
    assert_eq!(short(hold.pay()), "1 0 APPROVED 10000/0/0");
    assert_eq!(short(hold.capture(Some(4000))), "2 0 DEPOSITED 10000/4000/0");
    assert_eq!(short(hold.refund(Some(4000))), "4 0 REFUNDED 10000/0/4000");
    let mut voided = Story::begin(Intent::Hold, 10_000);
    voided.pay();
    assert_eq!(short(voided.void(Some(3000))), "1 0 APPROVED 7000/0/0");
    assert_eq!(short(voided.void(None)), "3 0 REVERSED 0/0/0");
    let mut undone = Story::begin(Intent::Sale, 2000);
    undone.pay();
    assert_eq!(short(undone.void(None)), "3 0 REVERSED 0/0/0");
    assert_eq!(short(Story::begin(Intent::Sale, 2000).expire()), "6 -2007 DECLINED 0/0/0");
}

#[test]
fn several_captures_have_a_status_of_their_own() {
    let details = details();
    let mut hold = Story::begin(Intent::Hold, 10_000);
    hold.last.payment.terms.captures = payglot_core::Captures::Several;
    hold.pay();
    assert_eq!(short(hold.capture_part(4000), &details), "8 0 MULTIPLE_INTERMEDIATE_DEPOSITED 10000/4000/0");
    assert_eq!(short(hold.refund(Some(1000)), &details), "4 0 REFUNDED 10000/3000/1000");
    assert_eq!(short(hold.void(None), &details), "4 0 REFUNDED 4000/3000/1000");
}

#[test]
fn refusals_show_the_last_code_while_attempts_remain_and_after() {
    let details = details();
    let mut story = Story::begin(Intent::Sale, 2000);
    for expected in ["0 116 CREATED 0/0/0", "0 116 CREATED 0/0/0", "6 116 DECLINED 0/0/0"] {
        story.attempt("543254**5430", CardBrand::Mastercard).decline(DeclineReason::InsufficientFunds);
        assert_eq!(short(&story, &details), expected);
    }
    let mut story = Story::begin(Intent::Sale, 2000);
    story.attempt("516849**5780", CardBrand::Mastercard).decline(DeclineReason::AuthenticationRefused);
    assert_eq!(short(&story, &details), "6 -2006 DECLINED 0/0/0");
    // While the next attempt runs, the last result is still the last.
    let mut story = Story::begin(Intent::Sale, 2000);
    story.attempt("543254**5430", CardBrand::Mastercard).decline(DeclineReason::WrongSecurityCode);
    assert_eq!(short(story.attempt("444455**3333", CardBrand::Visa), &details), "0 71015 CREATED 0/0/0");
}

#[test]
fn a_cancelled_order_tells_who_cancelled() {
    for (reason, expected) in [
        (DeclineReason::CancelledByMerchant, "6 4005 DECLINED 0/0/0"),
        (DeclineReason::CancelledByPayer, "6 2022 DECLINED 0/0/0"),
    ] {
        let mut story = Story::begin(Intent::Sale, 2000);
        let mut details = details();
        details.set_cancelled(reason);
        assert_eq!(short(story.cancel(reason), &details), expected);
        assert_eq!(Details::read(&details.to_text()), details);
    }
}

#[test]
fn whole_answers_by_the_list_of_fields() {
    let registered = "returnUrl=https://a.example&description=чай&clientId=c7&email=a@b.example&currency=810\
        &jsonParams=%7B%22z%22%3A1%2C%22a%22%3A%22%D1%8F%22%7D&orderBundle=%7B%22cartItems%22%3A%7B%22items%22%3A%5B%5D%7D%7D";
    let details = Details::read(registered);
    let mut sale = Story::begin(Intent::Sale, 2000);
    sale.pay().refund(Some(500));
    let mut paid = view(&sale, &details, Language::RU);
    paid.binding_id = Some("fd3afc57-c6d0-4e08-aaef-1b7cfeb093dc");
    expect_file!["../vectors/status_refunded.json"].assert_eq(&(status_extended(&paid).body + "\n"));
    expect_file!["../vectors/status_old_refunded.json"].assert_eq(&(status_old(&paid).body + "\n"));
    let mut declined = Story::begin(Intent::Hold, 2000);
    declined.attempt("444444**1111", CardBrand::Visa).decline(DeclineReason::NetworkRefused);
    let details = self::details();
    let declined = view(&declined, &details, Language::EN);
    expect_file!["../vectors/status_declined.json"].assert_eq(&(status_extended(&declined).body + "\n"));
    expect_file!["../vectors/status_old_declined.json"].assert_eq(&(status_old(&declined).body + "\n"));
}

#[test]
fn merchants_params_are_added_and_replaced() {
    let mut details = Details::read("jsonParams=%7B%22a%22%3A%221%22%2C%22b%22%3A%222%22%7D");
    details.add_merchant_params(vec![("a".to_owned(), "3".to_owned()), ("c".to_owned(), String::new())]);
    let pairs = [("a", "3"), ("b", "2"), ("c", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(details.merchant_params(), pairs);
    assert_eq!(details.merchant_param("b").as_deref(), Some("2"));
}

#[test]
fn e9_and_e10_refusals_are_answered_byte_for_byte() {
    let operation = Operation::GetOrderStatusExtended;
    let unknown = refused(operation, &StatusQuery::not_found(operation), Language::RU).body;
    assert_eq!(unknown, r#"{"errorCode":"6","errorMessage":"Заказ не найден"}"#);
    let access = refused(Operation::Deposit, &crate::rbs::Refused::AccessDenied, Language::RU).body;
    assert_eq!(access, r#"{"errorCode":"5","errorMessage":"Доступ запрещён"}"#);
    let error = ErrorReply { code: "6".to_owned(), message: "Заказ не найден".to_owned() };
    assert_eq!(read_simple(&unknown), Err(error.clone()));
    assert_eq!(read_status(&unknown), Err(error));
    let old = refused(Operation::GetOrderStatus, &StatusQuery::not_found(Operation::GetOrderStatus), Language::EN).body;
    assert_eq!(
        read_status_old(&old).map_err(|error| error.to_string()),
        Err("error 6: Unregistered OrderId".to_owned())
    );
}

#[test]
fn the_cart_tells_what_of_it_is_captured() {
    let bundle = r#"{"cartItems":{"items":[{"positionId":1,"itemAmount":60},{"positionId":2,"itemAmount":"40"}]}}"#;
    let details =
        format!("amount=100&returnUrl=https%3A%2F%2Fa.example&orderBundle={}", crate::text::form::escape(bundle));
    let details = Details::read(&details);
    let told = |story: &Story| {
        let body = status_extended(&view(story, &details, Language::EN)).body;
        let json = crate::text::json::Json::read(&body).expect("JSON");
        json.get("orderBundle").expect("echoed").to_string()
    };
    let with = |one: &str, two: &str| {
        bundle.replace("60}", &format!("60{one}}}")).replace("\"40\"}", &format!("\"40\"{two}}}"))
    };
    let none = with(r#","depositedItemAmount":0"#, r#","depositedItemAmount":0"#);
    let mut story = Story::begin(Intent::Hold, 100);
    assert_eq!(told(&story), none);
    assert_eq!(told(story.pay()), none);
    let all = with(r#","depositedItemAmount":60"#, r#","depositedItemAmount":40"#);
    assert_eq!(told(story.capture(None)), all);
    assert_eq!(told(story.refund(Some(30))), bundle);
    assert_eq!(told(story.refund(None)), none);
}
