//! The protocol's names and words for people.

use crate::demo::story::Pairs;
use payglot_wire::monetix::Callback;
use payglot_wire::text::json::Json;

/// What a parameter of the page, of a call or of a callback means, where that is not plain from its name.
pub(in crate::demo) fn meaning(name: &str, value: &str) -> &'static str {
    match (name, value) {
        ("general.project_id", _) => "the shop's project at the gateway",
        ("payment_id" | "general.payment_id" | "payment.id", _) => "the shop's own number, unique",
        ("customer_id" | "customer.id", _) => "the shop's own id of the buyer",
        ("customer.ip_address", _) => "where the buyer's browser is",
        ("force_payment_method", _) => "the only method to offer",
        ("operation_type", "auth") => "a card is held first",
        ("merchant_success_url" | "return_url.success", _) => "where the payer comes back after paying",
        ("merchant_fail_url" | "return_url.decline", _) => "where the payer comes back after a decline",
        ("merchant_return_url" | "return_url.return", _) => "where the payer comes back otherwise",
        ("signature", _) => "HMAC-SHA512 of all other values, in base64",
        ("account.number", _) => "the wallet, or the card with its middle hidden",
        ("card.pan" | "card.cvv", _) => "of a published test card, so it may be shown",
        ("payment.merchant_refund_id", _) => "tells one refund from another",
        ("operation.type", "sale") => "charged at once",
        ("operation.type", "auth") => "held",
        ("operation.type", "capture") => "taken out of the hold",
        ("operation.type", "cancel") => "the hold released",
        ("operation.type", "refund") => "given back",
        ("operation.type", "recurring") => "charged without the buyer",
        ("operation.type", "recurring cancel") => "the registration ended",
        ("operation.type" | "payment.type", "account verification") => "a card verified; its amounts are 0",
        ("operation.type" | "payment.type", "payout") => "the shop pays",
        ("payment.type", "purchase") => "the buyer pays",
        ("payment.type", "recurring") => "by a registration",
        ("mode", "card_verify") => "a card is verified, nothing is paid",
        ("mode", "card_tokenize") => "a card is saved, nothing is paid",
        ("mode", "payout") => "the payer says where the money shall go",
        ("recurring_register" | "recurring.register", _) => "charge the card again later",
        ("recurring.type", "U") => "unscheduled: whenever the shop has a reason",
        ("recurring.id", _) => "the registration: what later charges name",
        ("recurring.valid_thru", _) => "no charge after that",
        ("recurring_id", _) => "the same once more, as shop systems send it",
        ("card.save", _) => "keep it for the buyer, and tell its token",
        ("token" | "account.token", _) => "pays in place of the card's number",
        ("operation.request_id", _) => "what Gate answered the call with",
        ("operation.code", "0") => "success",
        ("payment.sum.amount", _) => "what was paid less what was given back",
        ("provider.payment_id", _) => "WebMoney's own number",
        ("threeds_completion_indicator", _) => "was the hidden frame shown?",
        ("acs_return_url.return_url", _) => "where the payer's bank sends the browser",
        ("threeds2.iframe.url", _) => "what a hidden frame of the shop's page would show",
        ("threeds2.redirect.url" | "acs.acs_url", _) => "where the browser goes to be asked",
        _ => "",
    }
}

/// What a callback says about the money, in the order of reading.
const TELLING: &[&str] = &[
    "customer.id",
    "payment.id",
    "payment.type",
    "payment.status",
    "payment.sum.amount",
    "payment.sum.currency",
    "operation.type",
    "operation.status",
    "operation.sum_initial.amount",
    "operation.code",
    "operation.message",
    "operation.request_id",
    "payment.merchant_refund_id",
    "account.number",
    "account.token",
    "recurring.id",
    "recurring.currency",
    "recurring.valid_thru",
    "provider.payment_id",
];

/// What matters most in a callback, as names and values.
pub(super) fn telling(told: &Callback) -> Pairs {
    // Whose it is tells something only where there is no payment.
    let paths = TELLING.iter().filter(|path| **path != "customer.id" || told.payment_id().is_empty());
    let known = paths.map(|path| ((*path).to_owned(), told.get(path))).filter(|(_, value)| !value.is_empty());
    let lines = told.json().get("display_data").and_then(Json::items).unwrap_or_default().iter();
    let shown = lines.map(|line| {
        let of = |name: &str| line.get(name).map(Json::plain).unwrap_or_default();
        (format!("display_data {}", of("title")), of("data"))
    });
    let of = |name: &str| told.json().get(name).map(leaves).unwrap_or_default().into_iter();
    let steps = ["threeds2", "acs"]
        .into_iter()
        .flat_map(|name| of(name).map(move |(path, value)| (format!("{name}.{path}"), value)));
    known.chain(shown).chain(steps).collect()
}

/// Every value of a tree with its path, in the order of the text.
pub(super) fn leaves(tree: &Json) -> Pairs {
    let mut found = Pairs::new();
    gather(tree, "", &mut found);
    found
}

fn gather(value: &Json, path: &str, found: &mut Pairs) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Json::Object(members) => members.iter().for_each(|(name, value)| gather(value, &below(name), found)),
        Json::List(items) => {
            items.iter().enumerate().for_each(|(index, value)| gather(value, &below(&index.to_string()), found));
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => found.push((path.to_owned(), value.plain())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_with_their_paths() {
        let tree = Json::read(r#"{"a":{"b":1,"c":[true,{"d":"x"}]},"e":null}"#).expect("JSON");
        let found: Vec<_> = leaves(&tree).into_iter().map(|(path, value)| format!("{path}={value}")).collect();
        assert_eq!(found, ["a.b=1", "a.c.0=true", "a.c.1.d=x", "e="]);
    }

    #[test]
    fn the_telling_part_of_a_callback_has_its_instructions() {
        let body = r#"{"payment":{"id":"p1","status":"awaiting customer action"},"display_data":[{"type":"add_info","title":"invoice_id","data":"WM-purchase-121"}],"threeds2":{"iframe":{"url":"https://bank.example"}}}"#;
        let told = Callback::from_body(body.as_bytes()).expect("JSON");
        let found: Vec<_> = telling(&told).into_iter().map(|(name, _)| name).collect();
        assert_eq!(found, ["payment.id", "payment.status", "display_data invoice_id", "threeds2.iframe.url"]);
    }
}
