use super::{ID, Story, defaults, get, id};
use crate::rbs::reply::{self, Bank, StatusView, status_extended, status_old};
use crate::rbs::{Details, Language, Register};
use payglot_core::Intent;

/// Recorded on a real gateway in 2024; the merchant's address is replaced.
const UNPAID: &str = include_str!("../vectors/status_unpaid.json");

#[test]
fn an_unpaid_order_is_answered_byte_for_byte() {
    let mut story = Story::begin(Intent::Sale, 100);
    story.last.payment.id = id("9d9b693d-8b57-7f03-a928-d6dc29950482");
    story.last.payment.order = "4".to_owned();
    let details = Details::read("amount=100&returnUrl=https%3A%2F%2Fa.example");
    let view = StatusView {
        payment: story.payment(),
        details: &details,
        language: Language::RU,
        merchant_ip: Some("203.0.113.7"),
        terminal_id: "123456",
        bank: Some(Bank::TEST),
        binding_id: None,
    };
    let answer = status_extended(&view);
    assert_eq!(answer.body, UNPAID.trim_end());
    assert_eq!((answer.status, answer.content_type), (200, "application/json;charset=UTF-8"));
    let old = r#"{"depositAmount":0,"currency":"643","authCode":2,"ErrorCode":"0","ErrorMessage":"Успешно","OrderStatus":0,"OrderNumber":"4","Amount":100}"#;
    assert_eq!(status_old(&view).body, old);
}
