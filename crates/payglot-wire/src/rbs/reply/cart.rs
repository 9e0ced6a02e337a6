//! The cart as it is given back: what the merchant sent, with what of each item remains captured.

use super::status::Amounts;
use crate::rbs::cart;
use crate::rbs::details::Details;
use crate::text::json::Json;
use payglot_core::Payment;

const DEPOSITED: &str = "depositedItemAmount";

/// Adds `depositedItemAmount` to each item of which it is known. If a capture or refund of a part did not say which items it was for, it
/// is not, and the item stays as it was sent.
pub(super) fn with_deposits(mut bundle: Json, details: &Details, payment: &Payment) -> Json {
    let nothing = Amounts::of(payment).deposited == 0;
    for item in items(&mut bundle) {
        let amount = if nothing { Some(0) } else { cart::deposited(details, payment, item) };
        set(item, amount);
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
