//! The parameters of a callback: the shop's own, in the order of its request, then what the gateway knows.

use super::super::details::Details;
use super::super::params::Fields;
use super::super::paytext;
use super::{CallbackSettings, Status};
use payglot_core::decide::Announcement;
use payglot_core::{Money, OperationKind, Payment};

/// What a shop is told of one refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refund {
    /// How much was given back.
    pub amount: Money,
    /// What it cost the shop.
    pub commission: Money,
    /// When, in seconds since 1970. No two refunds of one payment have the same second: shops know them apart by it.
    pub at_secs: i64,
}

impl Refund {
    /// The refund that an event is about.
    pub fn of(event: &Announcement, payment: &Payment) -> Option<Self> {
        let mut refunds: Vec<_> = payment.approved(OperationKind::Refund).collect();
        refunds.sort_by_key(|refund| refund.answered_at);
        let mut at_secs = i64::MIN;
        for refund in refunds {
            let answered = refund.answered_at.unwrap_or(refund.asked_at).0.div_euclid(1000);
            at_secs = answered.max(at_secs.saturating_add(1));
            if Some(refund.id) == event.operation {
                return Some(Self {
                    amount: refund.amount,
                    commission: Money::zero(refund.amount.currency()),
                    at_secs,
                });
            }
        }
        None
    }
}

/// The request's parameters that a shop does not get back: its addresses and what only steers us.
const NOT_ECHOED: &[&str] = &["accepturl", "cancelurl", "callbackurl", "repeat_request"];

/// Names that only the gateway may say something under: a request that brings them would make a shop read its own words as the bank's.
const OURS: &[&str] = &[
    "original_paytext",
    "account",
    "status",
    "payamount",
    "paycurrency",
    "requestid",
    "name",
    "surename",
    "payment_country",
    "payer_ip_country",
    "payer_country",
    "personcodestatus",
    "refund_amount",
    "refund_currency",
    "refund_commission_amount",
    "refund_commission_currency",
    "refund_timestamp",
    "error",
];

/// The parameters of a callback or of the way back. [`Status::Refunded`] needs the refund.
pub fn parameters(
    status: Status,
    refund: Option<&Refund>,
    payment: &Payment,
    details: &Details,
    settings: &CallbackSettings,
) -> Fields {
    let mut fields = details.fields().clone();
    for name in NOT_ECHOED.iter().chain(OURS) {
        fields.remove(name);
    }
    fields.set("projectid", settings.project.to_string());
    fields.set("orderid", payment.order.clone());
    fields.set("amount", payment.amount.minor().to_string());
    add_order(&mut fields, details, settings, payment);
    add_payer(&mut fields, status, payment, details);
    fields.set("test", if details.is_test() { "1" } else { "0" });
    if fields.get("version").is_none() {
        fields.set("version", "1.6");
    }
    if details.asks_personcode() {
        fields.set("personcodestatus", details.learned.personcode.digit());
    }
    if let Some(refund) = refund.filter(|_| status == Status::Refunded) {
        fields.set("refund_amount", refund.amount.to_decimal());
        fields.set("refund_currency", refund.amount.currency().code());
        fields.set("refund_commission_amount", refund.commission.to_decimal());
        fields.set("refund_commission_currency", refund.commission.currency().code());
        fields.set("refund_timestamp", refund.at_secs.to_string());
    }
    fields
}

/// What was ordered, from the purpose to the payer's language.
fn add_order(fields: &mut Fields, details: &Details, settings: &CallbackSettings, payment: &Payment) {
    let language = details.language();
    let raw = details.get("paytext");
    let paytext = paytext::resolve(raw, language, &payment.order, &settings.site_name, &settings.owner_name);
    fields.set("original_paytext", raw.unwrap_or_default());
    if fields.get("lang").is_none() {
        fields.set("lang", language.three());
    }
    fields.set("type", "EMA");
    fields.set("payment", details.method().unwrap_or_default());
    fields.set("paytext", paytext);
    if let Some(email) = details.email() {
        fields.set("p_email", email);
    }
    fields.set("currency", payment.amount.currency().code());
    let learned = &details.learned;
    // Shops may ask for `__`, which is no country to tell them about.
    let asked = details.get("country").filter(|country| country.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let country = learned.country.as_deref().or(asked).or(learned.method_country.as_deref());
    match country.or(learned.ip_country.as_deref()) {
        Some(country) => fields.set("country", country.to_ascii_uppercase()),
        None => fields.remove("country"),
    }
    fields.set("_client_language", learned.language.unwrap_or(language).three());
}

/// Who paid, how much, and in which attempt.
fn add_payer(fields: &mut Fields, status: Status, payment: &Payment, details: &Details) {
    let learned = &details.learned;
    // The vendor's own test payments say so; libraries were tried against them.
    let of_test = |text: &'static str| details.is_test().then_some(text);
    let mut add = |name: &str, value: Option<&str>| value.into_iter().for_each(|value| fields.set(name, value));
    add("account", learned.account.as_deref().or(of_test("TEST1234567890")));
    add("status", Some(status.digit()));
    match status {
        Status::Paid | Status::Additional | Status::Unconfirmed | Status::Refunded => {
            add("payamount", Some(&received(payment).to_string()));
            add("paycurrency", Some(payment.amount.currency().code()));
        }
        Status::NotExecuted | Status::Accepted => {}
    }
    add("requestid", Some(&learned.request_id.unwrap_or_default().to_string()));
    add("name", learned.name.as_deref().or(of_test("Name")));
    add("surename", learned.surname.as_deref().or(of_test("Last name")));
    let upper = |country: &Option<String>| country.as_ref().map(|country| country.to_ascii_uppercase());
    let (method, ip) = (upper(&learned.method_country), upper(&learned.ip_country));
    add("payment_country", method.as_deref());
    add("payer_ip_country", ip.as_deref());
    add("payer_country", method.as_deref().or(ip.as_deref()));
}

/// What really came, refunds not subtracted: minor units. A test payment moves nothing and tells what was ordered.
fn received(payment: &Payment) -> i64 {
    match payment.sums.captured {
        0 => payment.amount.minor(),
        captured => captured,
    }
}
