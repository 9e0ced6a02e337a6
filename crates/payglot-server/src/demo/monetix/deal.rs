//! What the shop remembers of an order at this counter, beside what it remembers of every order.

use super::choice::Choice;
use super::purpose::Purpose;
use super::three_ds::Step;

/// The counter's own notes about an order.
#[derive(Clone, Debug, Default)]
pub(in crate::demo) struct Deal {
    /// What the buyer chose; none for an order that was signed elsewhere.
    pub(in crate::demo) choice: Option<Choice>,
    pub(in crate::demo) purpose: Purpose,
    /// `customer.id` on the wire, and the network address that goes with it.
    pub(super) customer: (String, String),
    /// The parameters that a widget of the shop's page is given, signed: an object of JSON.
    pub(super) parameters: Option<String>,
    /// The address of the Payment Page with the same parameters.
    pub(super) page: String,
    /// `webmoney` or `card`, once the gateway said so or the shop asked for it.
    pub(super) method: String,
    /// The wallet or the masked card that paid.
    pub(in crate::demo) account: String,
    /// The token of the card, if it was saved.
    pub(in crate::demo) token: String,
    /// The registration for later charges that this order made, or that it was charged by.
    pub(in crate::demo) registration: Option<Registration>,
    /// The number of the invoice that waits in the payer's wallet.
    pub(in crate::demo) invoice: String,
    /// What the payer's browser must do for 3-D Secure.
    pub(in crate::demo) step: Option<Step>,
    /// The most that was ever captured, in minor units.
    pub(super) captured: u64,
    /// The calls that Gate accepted, by the ids that it answered with.
    asked: Vec<String>,
    /// The operations whose end was told, by the same ids.
    heard: Vec<String>,
}

/// A buyer's permission to charge the card again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::demo) struct Registration {
    /// `recurring.id` on the wire.
    pub(in crate::demo) id: String,
    /// Until when it may be charged, as it was told.
    pub(super) valid_thru: String,
    pub(in crate::demo) is_ended: bool,
}

impl Registration {
    /// The last day, `2034-12-31`.
    pub(in crate::demo) fn last_day(&self) -> &str {
        self.valid_thru.split('T').next().unwrap_or_default()
    }
}

impl Deal {
    /// Of an order that a card pays which the gateway keeps.
    pub(super) fn by_kept_card(purpose: Purpose, customer: (String, String)) -> Self {
        Self { purpose, customer, method: "card".to_owned(), ..Self::default() }
    }

    /// Gate accepted a call; the same call sent twice has the same id.
    pub(super) fn asked(&mut self, request_id: &str) {
        note(&mut self.asked, request_id);
    }

    /// A callback told how an operation ended.
    pub(super) fn heard(&mut self, request_id: &str) {
        note(&mut self.heard, request_id);
    }

    /// Is there an operation whose end was not told yet, or an end that only a status answer told?
    pub(in crate::demo) fn awaits_callback(&self, is_ended: bool) -> bool {
        self.asked.iter().any(|id| !self.heard.contains(id)) || (is_ended && self.heard.is_empty())
    }
}

fn note(list: &mut Vec<String>, id: &str) {
    if !list.iter().any(|known| known == id) {
        list.push(id.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::Deal;

    #[test]
    fn what_gate_accepted_is_awaited_until_it_is_told() {
        let mut deal = Deal::default();
        assert!(!deal.awaits_callback(false) && deal.awaits_callback(true));
        deal.asked("a");
        deal.asked("a");
        assert!(deal.awaits_callback(false));
        deal.heard("a");
        assert!(!deal.awaits_callback(false) && !deal.awaits_callback(true));
        // A callback may overtake the answer to the call.
        deal.heard("b");
        deal.asked("b");
        assert!(!deal.awaits_callback(true));
    }
}
