//! What the page tells the window around it when there is a result: `data` of `epframe.payment.success` and `epframe.payment.fail`, of their
//! namesakes `epframe.card.verify`, and of `epframe.tokenize.success`.

use super::super::notification::{Body, OperationBlock, SavedCard, date, object, text};
use super::super::signature::without;
use super::number;
use crate::text::json::Json;

/// The result of a status report in the shape of the vendor's widget. There is no signature in it: whatever a browser says about a
/// payment proves nothing.
pub fn widget_result(report: &Body) -> Json {
    let last = report.operation.as_ref().or(report.operations.last());
    let of = |value: fn(&OperationBlock) -> String| text(last.map(value).unwrap_or_default());
    let whole = report.to_json();
    let part = |name: &str| whole.get(name).cloned().unwrap_or(Json::Object(Vec::new()));
    let sum = whole.get("payment").and_then(|payment| payment.get("sum")).cloned().unwrap_or(Json::Null);
    let (again, seconds) = report.payment.attempts.unwrap_or((false, 0));
    let transaction = object([
        ("id", number(last.map_or(0, |last| last.id))),
        ("date", of(|last| date(last.date))),
        ("type", of(|last| last.kind.word().to_owned())),
    ]);
    let payment = object([
        ("method", text(report.payment.method.clone().unwrap_or_default())),
        ("date", text(report.payment.date.map(date).unwrap_or_default())),
        ("result_code", of(|last| last.code.to_string())),
        ("result_message", of(|last| last.code.message().to_owned())),
        ("status", text(report.payment.status.word())),
        ("is_new_attempts_available", Json::Bool(again)),
        ("attempts_timeout", number(seconds)),
        ("id", text(&report.payment.id)),
        ("provider_id", text(report.provider_payment_id.clone().unwrap_or_default())),
    ]);
    let general = object([("project_id", number(report.project_id)), ("payment_id", text(&report.payment.id))]);
    object([
        ("request_id", of(|last| last.request_id.clone())),
        ("transaction", transaction),
        ("payment", payment),
        ("sum_request", sum.clone()),
        ("sum_real", sum),
        ("customer", part("customer")),
        ("account", without(&part("account"), &["token"])),
        ("auth_code", of(|last| last.auth_code.clone())),
        ("general", general),
        ("description", text(report.payment.description.clone().unwrap_or_default())),
        ("operations", whole.get("operations").cloned().unwrap_or(Json::List(Vec::new()))),
    ])
}

/// A card that was saved without a payment: `data` of `epframe.tokenize.success`.
pub fn widget_saved_card(project_id: u32, saved: &SavedCard) -> Json {
    object([
        ("customer", saved.customer()),
        ("account", saved.account()),
        ("general", object([("project_id", number(project_id))])),
    ])
}
