//! Tables of parameters, with what each means.

use super::monetix;
use super::story::Pairs;
use super::text;

/// One row of a table of parameters.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) value: String,
    /// What the parameter means, where that is not plain from its name.
    pub(super) meaning: String,
}

/// The rows of a message's parameters.
pub(super) fn rows(params: &Pairs) -> Vec<Row> {
    let of = |names: &[&str]| params.iter().find(|(name, _)| names.contains(&name.as_str())).map(|(_, value)| value);
    let currency = of(&["currency", "payment_currency", "payment.currency", "payment.sum.currency"]);
    let row = |(name, value): &(String, String)| Row {
        name: name.clone(),
        value: value.clone(),
        meaning: meaning(name, value, currency.map_or("643", String::as_str)),
    };
    params.iter().map(row).collect()
}

/// What a parameter of the protocols means.
fn meaning(name: &str, value: &str, currency: &str) -> String {
    let words = match (name, value) {
        ("amount" | "payment_amount" | "payment.amount" | "payment.sum.amount" | "operation.sum_initial.amount", _) => {
            return value
                .parse()
                .map(|minor| format!("minor units: {}", text::money(minor, currency)))
                .unwrap_or_default();
        }
        ("userName", _) => "the shop's login",
        ("password", _) => "hidden here, sent as it is",
        ("orderNumber", _) => "the shop's own number, unique",
        ("orderId" | "mdOrder", _) => "the gateway's id of the order",
        ("currency", "643") => "ISO 4217: Russian rouble",
        ("currency" | "paycurrency", "EUR") => "euro",
        ("currency", _) => "ISO 4217, numeric",
        ("returnUrl", _) => "where the payer comes back",
        ("failUrl", _) => "the same, when the payment fails",
        ("language" | "lang" | "language_code", _) => "of the payment page and of messages",
        ("operation", "deposited") => "the money was captured",
        ("operation", "approved") => "the money was held",
        ("operation", "reversed") => "the hold or payment was undone",
        ("operation", "refunded") => "money went back to the payer",
        ("operation", "declinedByTimeout") => "the time to pay ran out",
        ("status", "1") => "the operation succeeded",
        ("status", "0") => "the operation failed",
        ("projectid" | "project_id", _) => "the shop's project at the gateway",
        ("orderid", _) => "the shop's own number",
        ("accepturl", _) => "where the payer comes back after paying",
        ("cancelurl", _) => "where the payer comes back otherwise",
        ("callbackurl", _) => "where the gateway tells the result",
        ("payamount", _) => "what was really paid, in minor units",
        ("requestid", _) => "the gateway's number of this payment",
        ("payment", _) => "the way that the payer chose",
        ("test", "1") => "a test: no money moves",
        ("checksum", _) => "HMAC-SHA256 of all other parameters",
        _ => monetix::meaning(name, value),
    };
    words.to_owned()
}
