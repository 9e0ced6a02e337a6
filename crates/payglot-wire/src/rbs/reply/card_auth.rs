//! The card of an attempt and how its holder was authenticated: `cardAuthInfo`.

use super::status::Bank;
use crate::text::json::JsonObject;
use payglot_core::{CardBrand, CardFacts, DeclineReason, Operation, ThreeDs};

/// The version of 3-D Secure that every authentication here speaks.
const PROTOCOL: &str = "2.1.0";

/// `cardAuthInfo` of an attempt with a card, and what its bank is known to have issued.
pub(super) fn card_auth_info(attempt: &Operation, card: &CardFacts, bank: Option<Bank<'_>>) -> JsonObject {
    let approval = Some(attempt.facts.approval_code.as_str()).filter(|code| !code.is_empty());
    let json = JsonObject::new()
        .text("maskedPan", &card.masked)
        .text("expiration", &format!("{:06}", card.expiry))
        .text("cardholderName", &card.holder)
        .text_if("approvalCode", approval)
        .text("pan", &card.masked)
        .text("paymentSystem", card.brand.name())
        .text_if("product", bank.map(|bank| bank.product))
        .text_if("productCategory", bank.map(|bank| bank.product_category))
        .bool("corporateCard", false);
    match secure_auth_info(attempt, card.brand) {
        Some(info) => json.object("secureAuthInfo", &info),
        None => json,
    }
}

/// How an authentication went, in the letters of 3-D Secure: its first answer (`ARes`), the answer to the challenge (`RReq`), and what
/// both come to, which version 1 called the status of `PaRes`.
struct Letters {
    first: &'static str,
    challenge: Option<&'static str>,
    result: &'static str,
}

/// The letters of an attempt, if the holder's bank was asked at all.
fn letters(attempt: &Operation) -> Option<Letters> {
    let letters = |first, challenge, result| Some(Letters { first, challenge, result });
    match (attempt.reason, attempt.facts.three_ds) {
        (Some(DeclineReason::AuthenticationFailed | DeclineReason::AuthenticationAbandoned), _) => {
            letters("C", Some("N"), "N")
        }
        (Some(DeclineReason::AuthenticationRefused), _) => letters("N", None, "N"),
        (Some(DeclineReason::AuthenticationError), _) => letters("U", None, "U"),
        (_, Some(ThreeDs::Frictionless)) => letters("Y", None, "Y"),
        (_, Some(ThreeDs::Challenge)) => letters("C", Some("Y"), "Y"),
        (_, Some(ThreeDs::Attempt)) => letters("A", None, "A"),
        (_, Some(ThreeDs::No) | None) => None,
    }
}

fn secure_auth_info(attempt: &Operation, brand: CardBrand) -> Option<JsonObject> {
    let letters = letters(attempt);
    if letters.is_none() && attempt.facts.three_ds.is_none() {
        return None;
    }
    let (eci, indicator) = eci(letters.as_ref().map_or("", |letters| letters.result), brand);
    let json = JsonObject::new().int("eci", eci).int("authTypeIndicator", indicator);
    let Some(letters) = letters else { return Some(json) };
    // The transaction of the authentication is the attempt itself. There is no `cavv`: a cryptogram that nobody computed proves nothing.
    let transaction = JsonObject::new().text("xid", &attempt.id.to_string());
    let json = json
        .object("threeDSInfo", &transaction)
        .text("threeDsProtocolVersion", PROTOCOL)
        .text("aresTransStatus", letters.first)
        .text_if("rreqTransStatus", letters.challenge)
        .text("paResStatus", letters.result)
        // Enrolled, unless the directory could not say.
        .text("veResStatus", if letters.result == "U" { "U" } else { "Y" });
    Some(json)
}

/// `eci` of an attempt, two digits; `None` if nothing was decided about its authentication.
pub(super) fn eci_text(attempt: &Operation, brand: CardBrand) -> Option<String> {
    let letters = letters(attempt);
    let decided = letters.is_some() || attempt.facts.three_ds.is_some();
    decided.then(|| format!("{:02}", eci(letters.map_or("", |letters| letters.result), brand).0))
}

/// `eci` and `authTypeIndicator` of a result: fully authenticated, attempted, or not at all; Visa counts the other way than the rest.
fn eci(result: &str, brand: CardBrand) -> (i64, i64) {
    let visa = match brand {
        CardBrand::Visa | CardBrand::Amex => true,
        CardBrand::Mastercard | CardBrand::Maestro | CardBrand::Mir | CardBrand::Other => false,
    };
    match result {
        "Y" => (if visa { 5 } else { 2 }, 1),
        "A" => (if visa { 6 } else { 1 }, 2),
        _ => (if visa { 7 } else { 0 }, 0),
    }
}
