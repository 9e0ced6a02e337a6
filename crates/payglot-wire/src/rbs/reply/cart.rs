//! The cart as it is given back: what the merchant sent, with what of each item remains captured.

use super::status::Amounts;
use crate::text::json::Json;
use payglot_core::Payment;

const DEPOSITED: &str = "depositedItemAmount";

/// Adds `depositedItemAmount` to each item: nothing, or all of it. Which items a capture of a part was for is not known, so then the
/// cart stays as it was sent.
pub(super) fn with_deposits(mut bundle: Json, payment: &Payment) -> Json {
    let deposited = Amounts::of(payment).deposited;
    let all = deposited == payment.amount.minor();
    if deposited == 0 || all {
        for item in items(&mut bundle) {
            let amount = if all { item.get("itemAmount").and_then(Json::int) } else { Some(0) };
            set(item, amount);
        }
    }
    bundle
}

fn items(bundle: &mut Json) -> &mut [Json] {
    match bundle.get_mut("cartItems").and_then(|cart| cart.get_mut("items")) {
        Some(Json::List(items)) => items,
        Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Object(_)) | None => &mut [],
    }
}

fn set(item: &mut Json, amount: Option<i64>) {
    let (Json::Object(members), Some(amount)) = (item, amount) else { return };
    members.retain(|(name, _)| name != DEPOSITED);
    members.push((DEPOSITED.to_owned(), Json::Number(amount.into())));
}
