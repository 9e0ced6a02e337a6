//! The status of an order: the map from our states to theirs, and the two replies that tell it.

use super::card_auth::card_auth_info;
use super::history::{processing, refund};
use super::{answer, success_text};
use crate::raw::Reply;
use crate::rbs::codes::{Refused, action};
use crate::rbs::details::Details;
use crate::rbs::language::Language;
use crate::text::json::JsonObject;
use payglot_core::{Method, Operation, OperationKind, OperationStatus, Payment, State};

/// The bank that issued a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bank<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its country, two letters.
    pub country_code: &'a str,
    /// The country's name in Russian.
    pub country_ru: &'a str,
    /// The country's name in English.
    pub country_en: &'a str,
    /// What it calls the card.
    pub product: &'a str,
    /// What kind of card that is: `DEBIT`, `CREDIT`, `PREPAID`.
    pub product_category: &'a str,
}

impl Bank<'static> {
    /// The bank of the sandbox's cards.
    pub const TEST: Self = Self {
        name: "TEST CARD",
        country_code: "RU",
        country_ru: "Россия",
        country_en: "Russia",
        product: "TEST CARD",
        product_category: "DEBIT",
    };
}

/// Everything a status reply tells.
#[derive(Clone, Copy, Debug)]
pub struct StatusView<'a> {
    /// The payment.
    pub payment: &'a Payment,
    /// What the merchant sent with it.
    pub details: &'a Details,
    /// The language of texts.
    pub language: Language,
    /// The caller's address.
    pub merchant_ip: Option<&'a str>,
    /// The terminal's number; `123456` in test.
    pub terminal_id: &'a str,
    /// The bank of the card, if known.
    pub bank: Option<Bank<'a>>,
    /// The saved card that was made or used.
    pub binding_id: Option<&'a str>,
}

/// `orderStatus`.
pub fn order_status(payment: &Payment) -> i64 {
    match payment.state {
        State::Pending if payment.payer_acts() => 5,
        State::Created | State::Pending | State::Underpaid => 0,
        State::Held | State::Paid if payment.sums.refunded > 0 => 4,
        State::Held if payment.sums.captured > 0 => 8,
        State::Held => 1,
        State::Paid => 2,
        State::Voided => 3,
        State::Declined | State::Cancelled | State::Expired => 6,
    }
}

/// `paymentState`.
pub fn payment_state(payment: &Payment) -> &'static str {
    match payment.state {
        State::Created | State::Pending | State::Underpaid => "CREATED",
        State::Held | State::Paid if payment.sums.refunded > 0 => "REFUNDED",
        State::Held if payment.sums.captured > 0 => "MULTIPLE_INTERMEDIATE_DEPOSITED",
        State::Held => "APPROVED",
        State::Paid => "DEPOSITED",
        State::Voided => "REVERSED",
        State::Declined | State::Cancelled | State::Expired => "DECLINED",
    }
}

/// The sums of `paymentAmountInfo`, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Held or captured; a void lowers it, a capture or refund does not.
    pub approved: i64,
    /// What remains captured.
    pub deposited: i64,
    /// Given back.
    pub refunded: i64,
}

impl Amounts {
    /// The sums of a payment.
    pub fn of(payment: &Payment) -> Self {
        let sums = &payment.sums;
        match payment.state {
            State::Created
            | State::Pending
            | State::Underpaid
            | State::Declined
            | State::Voided
            | State::Cancelled
            | State::Expired => Self::default(),
            State::Held | State::Paid => {
                // What a last capture releases by itself is no void of the merchant and leaves the approved sum as it was.
                let voided: i64 = payment.approved(OperationKind::Void).map(|void| void.amount.minor()).sum();
                Self {
                    approved: sums.authorized - voided,
                    deposited: sums.captured - sums.refunded,
                    refunded: sums.refunded,
                }
            }
        }
    }
}

/// `actionCode`: what came of the last attempt that has come to something.
pub fn action_code(payment: &Payment, details: &Details) -> i32 {
    match payment.state {
        State::Expired => action::TIME_OVER,
        State::Cancelled => details.cancelled().map_or(action::CANCELLED_BY_PAYER, action::of_reason),
        State::Created
        | State::Pending
        | State::Underpaid
        | State::Held
        | State::Paid
        | State::Declined
        | State::Voided => {
            let mut attempts = payment.operations.iter().rev().filter(|operation| operation.kind.is_attempt());
            attempts.find_map(attempt_code).unwrap_or(action::NO_ATTEMPT)
        }
    }
}

fn attempt_code(attempt: &Operation) -> Option<i32> {
    match attempt.status {
        OperationStatus::Approved => Some(action::APPROVED),
        OperationStatus::Declined => Some(attempt.reason.map_or(-3003, action::of_reason)),
        OperationStatus::Asked | OperationStatus::PayerActs | OperationStatus::Unknown => None,
    }
}

/// The success of `getOrderStatusExtended.do`.
pub fn status_extended(view: &StatusView) -> Reply {
    answer(&status_object(view))
}

/// The object, which is also an element of `getLastOrdersForMerchants.do`.
pub fn status_object(view: &StatusView) -> JsonObject {
    let StatusView { payment, details, language, .. } = *view;
    let code = action_code(payment, details);
    let attempt = payment.last_attempt();
    let ip = attempt.and_then(|attempt| attempt.payer_ip.as_deref()).or(details.get("ip"));
    let merchant_params: Vec<JsonObject> =
        details.merchant_params().iter().map(|(name, value)| named(name, value)).collect();
    let transaction: Vec<JsonObject> = view.merchant_ip.map(|ip| named("merchantIp", ip)).into_iter().collect();
    let mut json = JsonObject::new()
        .text("errorCode", "0")
        .text("errorMessage", success_text(language))
        .text("orderNumber", &payment.order)
        .int("orderStatus", order_status(payment))
        .int("actionCode", i64::from(code))
        .text("actionCodeDescription", action::description(code, language))
        .int("amount", details.amount(payment))
        .text("currency", &details.currency(payment))
        .int("date", payment.created_at.0)
        .text("orderDescription", details.get("description").unwrap_or(""))
        .text_if("ip", ip)
        .list("merchantOrderParams", &merchant_params)
        .list("transactionAttributes", &transaction)
        .list("attributes", &[named("mdOrder", &payment.id.to_string())]);
    if let Some((attempt, card)) = attempt.and_then(|attempt| Some((attempt, attempt.card.as_ref()?))) {
        json = json.object("cardAuthInfo", &card_auth_info(attempt, card, view.bank));
    }
    if let Some(binding) = view.binding_id {
        let info = JsonObject::new().text_if("clientId", details.get("clientId")).text("bindingId", binding);
        json = json.object("bindingInfo", &info.bool("externalCreated", false));
    }
    let asked_at = attempt.map(|attempt| attempt.answered_at.unwrap_or(attempt.asked_at));
    json = json
        .int_if("authDateTime", asked_at.map(|at| at.0))
        .text("terminalId", view.terminal_id)
        .text_if("authRefNum", attempt.and_then(reference))
        .object("paymentAmountInfo", &amount_info(payment, details))
        .object("bankInfo", &bank_info(view));
    if let Some(payer) = payer_data(details) {
        json = json.object("payerData", &payer);
    }
    after_payment(json.bool("chargeback", false), view, code)
}

/// What a reply tells of a payment that has been tried.
fn after_payment(json: JsonObject, view: &StatusView, code: i32) -> JsonObject {
    let StatusView { payment, details, language, .. } = *view;
    let last = |kinds: &[OperationKind]| {
        let done = |op: &&Operation| kinds.contains(&op.kind) && op.status == OperationStatus::Approved;
        payment.operations.iter().rev().find(done).and_then(|operation| operation.answered_at).map(|at| at.0)
    };
    let deposited = Some(payment).filter(|payment| payment.sums.captured > 0);
    let mut json = json
        .text_if("paymentWay", payment.last_attempt().and_then(|attempt| attempt.method).map(payment_way))
        .int_if("depositedDate", deposited.and_then(|_| last(&[OperationKind::Sale, OperationKind::Capture])))
        .int_if("reversedDate", last(&[OperationKind::Void]))
        .int_if("refundedDate", last(&[OperationKind::Refund]));
    let refunds: Vec<JsonObject> = payment.approved(OperationKind::Refund).map(refund).collect();
    if !refunds.is_empty() {
        json = json.list("refunds", &refunds);
    }
    let operations: Vec<JsonObject> = payment.operations.iter().filter_map(|op| processing(op, payment)).collect();
    if !operations.is_empty() {
        json = json.list("operations", &operations);
    }
    if let Some(bundle) = details.order_bundle() {
        json = json.json("orderBundle", &super::cart::with_deposits(bundle, details, payment));
    }
    let declined = code != action::APPROVED && code != action::NO_ATTEMPT;
    let told = if declined { action::buyer_text(code) } else { None };
    json.text_if("displayErrorMessage", told.map(|text| text.text(language)))
        .text_if("prepaymentMdOrder", details.get("prepaymentMdOrder"))
}

fn reference(operation: &Operation) -> Option<&str> {
    Some(operation.facts.reference.as_str()).filter(|text| !text.is_empty())
}

fn named(name: &str, value: &str) -> JsonObject {
    JsonObject::new().text("name", name).text("value", value)
}

fn amount_info(payment: &Payment, details: &Details) -> JsonObject {
    let sums = Amounts::of(payment);
    // The merchant's own fee: told as it was sent, never charged here.
    let fee = details.get("feeInput").and_then(|fee| fee.parse().ok()).unwrap_or(0_i64);
    let total = if sums.deposited > 0 { sums.deposited.saturating_add(fee) } else { details.amount(payment) };
    JsonObject::new()
        .text("paymentState", payment_state(payment))
        .int("approvedAmount", sums.approved)
        .int("depositedAmount", sums.deposited)
        .int("refundedAmount", sums.refunded)
        .int("feeAmount", fee)
        .int("totalAmount", total)
}

fn bank_info(view: &StatusView) -> JsonObject {
    let card = view.payment.last_attempt().and_then(|attempt| attempt.card.as_ref());
    match view.bank.filter(|_| card.is_some()) {
        Some(bank) => JsonObject::new()
            .text("bankName", bank.name)
            .text("bankCountryCode", bank.country_code)
            .text("bankCountryName", view.language.pick(bank.country_ru, bank.country_en)),
        None => JsonObject::new()
            .text("bankCountryCode", "UNKNOWN")
            .text("bankCountryName", view.language.pick("<Неизвестно>", "<Unknown>")),
    }
}

fn payer_data(details: &Details) -> Option<JsonObject> {
    let known = ["email", "phone", "postAddress"].map(|name| (name, details.get(name)));
    if known.iter().all(|(_, value)| value.is_none()) {
        return None;
    }
    Some(known.into_iter().fold(JsonObject::new(), |json, (name, value)| json.text_if(name, value)))
}

const fn payment_way(method: Method) -> &'static str {
    match method {
        Method::SavedCard => "CARD_BINDING",
        Method::Card
        | Method::MerchantCard
        | Method::Wallet
        | Method::Bank
        | Method::Transfer
        | Method::Sms
        | Method::Kiosk
        | Method::Crypto => "CARD",
    }
}

/// The answer of `getOrderStatus.do`, whose names have mixed cases. A declined order is error 2.
pub fn status_old(view: &StatusView) -> Reply {
    answer(&status_old_object(view))
}

/// The object, which is also a member of the answers to one-shot payments.
pub fn status_old_object(view: &StatusView) -> JsonObject {
    let StatusView { payment, details, language, .. } = *view;
    let attempt = payment.last_attempt();
    let card = attempt.and_then(|attempt| attempt.card.as_ref());
    let approval = attempt.map(|attempt| attempt.facts.approval_code.as_str()).filter(|code| !code.is_empty());
    let ip = attempt.and_then(|attempt| attempt.payer_ip.as_deref()).or(details.get("ip"));
    let deposited = Amounts::of(payment);
    let status = order_status(payment);
    let declined = Refused::OrderDeclined;
    let (code, text) =
        if status == 6 { (declined.code(), declined.text(language)) } else { ("0", success_text(language).into()) };
    JsonObject::new()
        .text_if("expiration", card.map(|card| format!("{:06}", card.expiry)).as_deref())
        .text_if("cardholderName", card.map(|card| card.holder.as_str()))
        .int("depositAmount", deposited.deposited + deposited.refunded)
        .text("currency", &details.currency(payment))
        .text_if("approvalCode", approval)
        .int("authCode", 2)
        .text_if("clientId", details.get("clientId"))
        .text_if("bindingId", view.binding_id)
        .text_if("rrn", attempt.and_then(reference))
        .text("ErrorCode", code)
        .text("ErrorMessage", &text)
        .int("OrderStatus", status)
        .text("OrderNumber", &payment.order)
        .text_if("Pan", card.map(|card| card.masked.as_str()))
        .int("Amount", details.amount(payment))
        .text_if("Ip", ip)
}
