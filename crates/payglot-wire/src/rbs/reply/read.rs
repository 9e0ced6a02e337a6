//! Answers as a shop reads them: tolerant of what installations differ in.

use crate::text::json::Json;
use std::fmt;

/// An answer: what was asked for, or the gateway's refusal.
pub type Answer<T> = Result<T, ErrorReply>;

/// What a shop gets instead of what it asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorReply {
    /// `errorCode`, or nothing if the answer cannot be read.
    pub code: String,
    /// `errorMessage`.
    pub message: String,
}

impl fmt::Display for ErrorReply {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.code.is_empty() {
            out.write_str(&self.message)
        } else {
            write!(out, "error {}: {}", self.code, self.message)
        }
    }
}

impl std::error::Error for ErrorReply {}

/// The success of `register.do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The gateway's id of the order.
    pub order_id: String,
    /// Where the payer must go.
    pub form_url: String,
}

/// What a shop reads out of a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The gateway's id of the order, if told.
    pub order_id: Option<String>,
    /// The shop's number.
    pub order_number: String,
    /// 0 to 8; 1 and 2 mean paid.
    pub order_status: i64,
    /// What came of the last attempt.
    pub action_code: Option<i64>,
    /// The same in words.
    pub action_code_description: String,
    /// Minor units.
    pub amount: i64,
    /// The number of the currency.
    pub currency: String,
    /// `paymentState`.
    pub payment_state: String,
    /// Held or captured.
    pub approved: i64,
    /// What remains captured.
    pub deposited: i64,
    /// Given back.
    pub refunded: i64,
    /// `411111**1111`, if a card was tried.
    pub masked_pan: Option<String>,
}

/// Reads the answer of `register.do`. An `errorCode` of zero, of any type, is no error.
pub fn read_registered(body: &str) -> Answer<Registered> {
    let json = object(body)?;
    let order_id = text(&json, "orderId").ok_or_else(|| unreadable("orderId"))?;
    Ok(Registered { order_id, form_url: text(&json, "formUrl").ok_or_else(|| unreadable("formUrl"))? })
}

/// Reads an answer that only says whether it was done.
pub fn read_simple(body: &str) -> Answer<()> {
    object(body).map(|_| ())
}

/// Reads the answer of `getOrderStatusExtended.do`.
pub fn read_status(body: &str) -> Answer<Status> {
    let json = object(body)?;
    let int = |name: &'static str| json.get(name).and_then(Json::int).ok_or_else(|| unreadable(name));
    let sums = json.get("paymentAmountInfo");
    let sum = |name| sums.and_then(|sums| sums.get(name)).and_then(Json::int).unwrap_or(0);
    let attributes = json.get("attributes").and_then(Json::items).unwrap_or_default();
    let md_order = attributes.iter().find(|item| item.get("name").and_then(Json::text) == Some("mdOrder"));
    Ok(Status {
        order_id: md_order.and_then(|item| text(item, "value")),
        order_number: text(&json, "orderNumber").unwrap_or_default(),
        order_status: int("orderStatus")?,
        action_code: Some(int("actionCode")?),
        action_code_description: text(&json, "actionCodeDescription").unwrap_or_default(),
        amount: int("amount")?,
        currency: text(&json, "currency").unwrap_or_default(),
        payment_state: sums.and_then(|sums| text(sums, "paymentState")).unwrap_or_default(),
        approved: sum("approvedAmount"),
        deposited: sum("depositedAmount"),
        refunded: sum("refundedAmount"),
        masked_pan: json.get("cardAuthInfo").and_then(|card| text(card, "pan")),
    })
}

/// Reads the answer of `getOrderStatus.do`. That an order is declined is a status here, not an error.
pub fn read_status_old(body: &str) -> Answer<Status> {
    let json = Json::read(body).ok_or_else(|| unreadable("JSON"))?;
    let Some(order_status) = json.get("OrderStatus").and_then(Json::int) else {
        return Err(object(body).err().unwrap_or_else(|| unreadable("OrderStatus")));
    };
    Ok(Status {
        order_id: None,
        order_number: text(&json, "OrderNumber").unwrap_or_default(),
        order_status,
        action_code: None,
        action_code_description: String::new(),
        amount: json.get("Amount").and_then(Json::int).ok_or_else(|| unreadable("Amount"))?,
        currency: text(&json, "currency").unwrap_or_default(),
        payment_state: String::new(),
        approved: 0,
        deposited: json.get("depositAmount").and_then(Json::int).unwrap_or(0),
        refunded: 0,
        masked_pan: text(&json, "Pan"),
    })
}

fn text(json: &Json, name: &str) -> Option<String> {
    json.get(name).map(Json::plain)
}

fn unreadable(what: &str) -> ErrorReply {
    ErrorReply { code: String::new(), message: format!("the answer has no readable {what}") }
}

/// The object of an answer that is not an error, in any of the ways in which answers say so.
fn object(body: &str) -> Answer<Json> {
    let json = Json::read(body).filter(|json| json.members().is_some()).ok_or_else(|| unreadable("JSON"))?;
    let error = json.get("error").filter(|error| error.members().is_some());
    let code = text(&json, "errorCode").or_else(|| text(&json, "ErrorCode"));
    let code = code.or_else(|| error.and_then(|error| text(error, "code"))).unwrap_or_default();
    if code.is_empty() || code == "0" {
        return Ok(json);
    }
    let message = text(&json, "errorMessage").or_else(|| text(&json, "ErrorMessage"));
    let message = message.or_else(|| error.and_then(|error| text(error, "message"))).unwrap_or_default();
    Err(ErrorReply { code, message })
}
