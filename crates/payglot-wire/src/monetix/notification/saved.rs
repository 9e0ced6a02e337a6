//! What is told of a card that was saved without a payment. The vendor prints no such callback: ours has the blocks that every callback
//! has, as far as there is something to tell, and neither payment nor operation.

use super::super::details::Details;
use super::super::ways::Outcome;
use super::body::{AccountBlock, account, int, object, signed, text};
use super::{CallbackSettings, address, post};
use crate::raw::OutgoingCall;
use crate::text::json::Json;
use payglot_core::CardFacts;

/// A saved card of a payer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedCard<'a> {
    /// The shop's id of the payer.
    pub customer_id: &'a str,
    /// The card.
    pub card: &'a CardFacts,
    /// Its token.
    pub token: &'a str,
}

impl SavedCard<'_> {
    pub(in super::super) fn customer(&self) -> Json {
        object([("id", text(self.customer_id))])
    }

    pub(in super::super) fn account(&self) -> Json {
        account(&AccountBlock::of_card(self.card, Some(self.token.to_owned())))
    }
}

/// The callback of a card that was saved by the page or by Gate without a payment; `details` are the request's. It goes where that of a
/// success goes.
pub fn card_saved(saved: &SavedCard, details: &Details, settings: &CallbackSettings) -> Option<OutgoingCall> {
    if details.is_silent() {
        return None;
    }
    let url = address(None, Outcome::Success, details, settings)?;
    let body = object([
        ("project_id", int(settings.project_id)),
        ("customer", saved.customer()),
        ("account", saved.account()),
    ]);
    let call = post(url, signed(body, &settings.secret));
    Some(OutgoingCall { wait_ms: details.callback_delay_ms(), ..call })
}
