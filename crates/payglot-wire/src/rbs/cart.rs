//! The cart against the money: which positions a capture or a refund was for, so that none is refunded twice.
//!
//! The core knows sums and no positions. What a capture or refund was for is noted in the details of its order, in the same transaction
//! as the operation itself, and what a position has left is computed from those notes and from the operations' own statuses.

use super::codes::Refused;
use super::details::Details;
use super::request::item_amount;
use crate::text::form;
use crate::text::json::Json;
use payglot_core::{Operation, OperationId, OperationKind, OperationStatus, Payment, Refusal};

/// A part of a capture or refund, for one position of the cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// `positionId`.
    pub position: String,
    /// Minor units.
    pub amount: i64,
}

/// Most items of one request.
const ITEMS_MAX: usize = 100;

/// Reads `depositItems` or `refundItems`: an array of items, or an object with such an array as `items`.
pub(super) fn read_shares(text: &str, name: &str) -> Result<Vec<Share>, Refused> {
    let invalid = || Refused::ParameterInvalid(name.to_owned());
    let json = Json::read(text).ok_or_else(invalid)?;
    let items = json.items().or_else(|| json.get("items").and_then(Json::items)).ok_or_else(invalid)?;
    if items.is_empty() || items.len() > ITEMS_MAX {
        return Err(invalid());
    }
    let shares = items.iter().map(|item| {
        let position = item.get("positionId").map(Json::plain).filter(|text| (1..=12).contains(&text.chars().count()));
        let amount = item_amount(item).ok();
        Some(Share { position: position?, amount: amount? })
    });
    shares.collect::<Option<Vec<Share>>>().ok_or_else(invalid)
}

/// The shares as far as the order has a cart: without one there are no positions to keep account of. A position that the cart does not
/// have is refused under the parameter's name.
pub fn known_shares(shares: Vec<Share>, details: &Details, name: &str) -> Result<Vec<Share>, Refused> {
    let Some(bundle) = details.order_bundle() else { return Ok(Vec::new()) };
    let known = |share: &Share| items(&bundle).iter().any(|item| position_of(item) == share.position);
    if shares.iter().all(known) { Ok(shares) } else { Err(Refused::ParameterInvalid(name.to_owned())) }
}

/// Notes what `operation`, just decided in `payment`, is for. `None` if it is for nothing in particular. Refused if the shares are not
/// its sum, or if a position would be captured or refunded above what it has.
pub fn allot(
    details: &Details,
    payment: &Payment,
    operation: OperationId,
    shares: &[Share],
) -> Result<Option<Details>, Refusal> {
    let Some(bundle) = details.order_bundle().filter(|_| !shares.is_empty()) else { return Ok(None) };
    let decided = payment.operation(operation).ok_or(Refusal::UnknownOperation)?;
    let sum: i128 = shares.iter().map(|share| i128::from(share.amount)).sum();
    if sum != i128::from(decided.amount.minor()) {
        return Err(Refusal::BadAmount);
    }
    let mut noted = details.clone();
    noted.set_shares(operation, shares);
    for item in items(&bundle) {
        let position = position_of(item);
        if !shares.iter().any(|share| share.position == position) {
            continue;
        }
        let counts = |known: &&Operation| known.kind == decided.kind && known.status != OperationStatus::Declined;
        let taken: i128 = payment.operations.iter().filter(counts).map(|known| noted.share(known.id, &position)).sum();
        if taken > i128::from(limit(&noted, payment, item, decided.kind)) {
            return Err(Refusal::ExceedsRemaining);
        }
    }
    Ok(Some(noted))
}

/// What of a position can still be refunded, in minor units; `None` if the cart does not have it.
pub fn refundable(details: &Details, payment: &Payment, position: &str) -> Option<i64> {
    let bundle = details.order_bundle()?;
    let item = items(&bundle).iter().find(|item| position_of(item) == position)?;
    let counts = |known: &&Operation| known.kind == OperationKind::Refund && known.status != OperationStatus::Declined;
    let taken: i128 = payment.operations.iter().filter(counts).map(|known| details.share(known.id, position)).sum();
    let rest = i128::from(limit(details, payment, item, OperationKind::Refund)) - taken;
    Some(i64::try_from(rest).unwrap_or_default().max(0))
}

/// The position that has this `itemCode`.
pub fn position_of_code(details: &Details, code: &str) -> Option<String> {
    let bundle = details.order_bundle()?;
    let found = items(&bundle).iter().find(|item| item.get("itemCode").is_some_and(|known| known.plain() == code))?;
    Some(position_of(found))
}

/// What of an item remains captured; `None` if that is not known, because a capture or refund of a part did not say what it was for.
pub(super) fn deposited(details: &Details, payment: &Payment, item: &Json) -> Option<i64> {
    let refunds = if payment.sums.refunded == 0 { 0 } else { noted(details, payment, item, OperationKind::Refund)? };
    captured(details, payment, item).map(|captured| (captured - refunds).max(0))
}

fn captured(details: &Details, payment: &Payment, item: &Json) -> Option<i64> {
    if payment.sums.captured == payment.amount.minor() {
        return item_amount(item).ok();
    }
    noted(details, payment, item, OperationKind::Capture)
}

/// What the approved operations of a kind say of an item; `None` if one of them says nothing.
fn noted(details: &Details, payment: &Payment, item: &Json, kind: OperationKind) -> Option<i64> {
    let position = position_of(item);
    let mut sum: i128 = 0;
    for known in payment.approved(kind) {
        if details.shares(known.id).is_empty() {
            return None;
        }
        sum += details.share(known.id, &position);
    }
    i64::try_from(sum).ok()
}

/// The most that may be captured or refunded of an item.
fn limit(details: &Details, payment: &Payment, item: &Json, kind: OperationKind) -> i64 {
    let whole = item_amount(item).unwrap_or_default();
    if kind == OperationKind::Refund { captured(details, payment, item).unwrap_or(whole).min(whole) } else { whole }
}

fn items(bundle: &Json) -> &[Json] {
    bundle.get("cartItems").and_then(|cart| cart.get("items")).and_then(Json::items).unwrap_or_default()
}

fn position_of(item: &Json) -> String {
    item.get("positionId").map(Json::plain).unwrap_or_default()
}

/// The name under which the shares of an operation are kept. The dot keeps it apart from every name of the protocol.
fn note_name(operation: OperationId) -> String {
    format!("payglot.items.{operation}")
}

impl Details {
    fn set_shares(&mut self, operation: OperationId, shares: &[Share]) {
        let amounts: Vec<String> = shares.iter().map(|share| share.amount.to_string()).collect();
        let pairs = shares.iter().zip(&amounts).map(|(share, amount)| (share.position.as_str(), amount.as_str()));
        self.set(&note_name(operation), form::encode(pairs));
    }

    fn shares(&self, operation: OperationId) -> Vec<(String, String)> {
        let text = self.get(&note_name(operation)).unwrap_or_default();
        form::decode(text.as_bytes()).unwrap_or_default()
    }

    /// What of an operation was for a position.
    fn share(&self, operation: OperationId, position: &str) -> i128 {
        let shares = self.shares(operation);
        shares.iter().filter(|(known, _)| known == position).filter_map(|(_, amount)| amount.parse::<i128>().ok()).sum()
    }
}
