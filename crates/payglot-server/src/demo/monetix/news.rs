//! What the shop makes of a proven callback, or of a proven answer to a status call.

use super::deal::{Deal, Registration};
use super::purpose::Purpose;
use super::three_ds::{self, Step};
use crate::demo::book::Order;
use crate::demo::deeds::Sums;
use crate::demo::standing::Standing;
use crate::demo::till::leads_somewhere;
use payglot_wire::monetix::details::{INVOICE_ID, INVOICE_URL};
use payglot_wire::monetix::{Callback, OperationType, Status};
use payglot_wire::text::json::Json;

/// What is said while only the gateway is busy.
pub(super) const WORKING: &str = "The gateway is working on it and will call.";

/// Does a callback tell of a card that was saved without a payment?
pub(super) fn is_saved_card(told: &Callback) -> bool {
    told.payment_id().is_empty() && !told.get("account.token").is_empty()
}

/// Writes into an order what is proven to be known of it. `shop_url` is where a bank sends the payer back to.
pub(super) fn learn(order: &mut Order, told: &Callback, shop_url: &str) {
    let news = News::of(told);
    if news.operation.is_some_and(|(kind, _)| kind == OperationType::Auth)
        || news.status == Some(Status::AwaitingCapture)
    {
        order.is_hold = true;
    }
    let deal = &mut order.deal;
    for (known, heard) in [
        (&mut deal.method, "payment.method"),
        (&mut deal.account, "account.number"),
        (&mut deal.token, "account.token"),
        (&mut deal.customer.0, "customer.id"),
    ] {
        let heard = told.get(heard);
        if !heard.is_empty() {
            *known = heard;
        }
    }
    if is_saved_card(told) {
        order.believe(Standing::Paid);
        return;
    }
    if let Some(purpose) = Purpose::of_type(&told.get("payment.type")) {
        deal.purpose = purpose;
    }
    news.register(deal, told);
    let displayed = |title: &str| displayed(told, title).unwrap_or_default();
    if let Some(address) = Some(displayed(INVOICE_URL)).filter(|address| leads_somewhere(address)) {
        order.form_url = Some(address);
        order.deal.invoice = displayed(INVOICE_ID);
    }
    order.deal.step = match news.status {
        Some(Status::AwaitingThreeDs) => Step::of(told, &three_ds::return_address(shop_url, &order.key)),
        Some(_) | None => None,
    };
    news.count(order);
    if let Some((kind, status)) = news.operation
        && !is_attempt(kind)
    {
        if matches!(status, Status::Decline | Status::Error) {
            order.refused = Some(format!("The gateway declined the {}: {}.", kind.word(), news.words()));
        } else if status.is_final() {
            order.refused = None;
        }
    }
    news.believe(order);
}

/// Is it one of the operations that a payment begins with?
fn is_attempt(kind: OperationType) -> bool {
    match kind {
        OperationType::Sale
        | OperationType::Auth
        | OperationType::Recurring
        | OperationType::Invoice
        | OperationType::Payout
        | OperationType::AccountVerification => true,
        OperationType::Capture
        | OperationType::Cancel
        | OperationType::Refund
        | OperationType::Reversal
        | OperationType::RecurringUpdate
        | OperationType::RecurringCancel => false,
    }
}

/// A line of the instructions for the payer.
fn displayed(told: &Callback, title: &str) -> Option<String> {
    let lines = told.json().get("display_data").and_then(Json::items)?;
    let line = lines.iter().find(|line| line.get("title").and_then(Json::text) == Some(title))?;
    line.get("data").map(Json::plain)
}

/// What a message says.
struct News {
    status: Option<Status>,
    /// What a callback is about.
    operation: Option<(OperationType, Status)>,
    /// What is said of the last operation.
    message: String,
    code: String,
    /// What was paid less what was given back, in minor units.
    sum: u64,
    /// What the operations that it names gave back.
    given_back: u64,
}

impl News {
    fn of(told: &Callback) -> Self {
        let one = told.json().get("operation");
        let all = told.json().get("operations").and_then(Json::items).unwrap_or_default();
        let operations = || one.into_iter().chain(all);
        let last =
            |name: &str| operations().last().and_then(|last| last.get(name)).map(Json::plain).unwrap_or_default();
        Self {
            status: told.status(),
            operation: told.operation(),
            message: last("message"),
            code: last("code"),
            sum: told.sum().map_or(0, |(minor, _)| u64::try_from(minor).unwrap_or_default()),
            given_back: operations().map(given_back).sum(),
        }
    }

    fn words(&self) -> String {
        format!("{} (code {})", self.message, self.code)
    }

    /// What became of the registration for later charges. One that has ended stays so.
    fn register(&self, deal: &mut Deal, told: &Callback) {
        let id = told.get("recurring.id");
        if id.is_empty() {
            return;
        }
        let was_ended = deal.registration.as_ref().is_some_and(|known| known.is_ended);
        let ends = self.operation == Some((OperationType::RecurringCancel, Status::Success));
        deal.registration =
            Some(Registration { id, valid_thru: told.get("recurring.valid_thru"), is_ended: was_ended || ends });
    }

    /// What became of the money that was taken.
    fn count(&self, order: &mut Order) {
        if matches!(order.deal.purpose, Purpose::Verify | Purpose::PayOut) {
            return;
        }
        let before = order.sums.unwrap_or_default();
        let sums = match self.status {
            Some(Status::AwaitingCapture) => Sums { approved: self.sum, deposited: 0, refunded: 0 },
            Some(Status::Success | Status::PartiallyRefunded | Status::Refunded) => {
                let captured = order.deal.captured.max(self.sum.saturating_add(self.given_back));
                order.deal.captured = captured;
                let refunded = captured.saturating_sub(self.sum);
                Sums { approved: before.approved.max(captured), deposited: self.sum, refunded }
            }
            Some(_) | None => return,
        };
        order.sums = Some(sums);
    }

    /// How the order stands. What is settled is not unsettled by a message that was on its way for longer.
    fn believe(&self, order: &mut Order) {
        let Some(status) = self.status else { return };
        let is_settled = order.standing.is_announced();
        match standing(status, self.words()) {
            // The number may have been used before: that payment stays as it is.
            None if is_settled => order.refused = Some(format!("The gateway refused a call: {}.", self.words())),
            None => {
                let code = format!("code {}", self.code);
                order.standing = Standing::Refused { code, message: self.message.clone() };
            }
            Some(news) if news.is_announced() || !is_settled => order.believe(news),
            Some(_) => {}
        }
    }
}

fn given_back(operation: &Json) -> u64 {
    let of = |name: &str| operation.get(name).and_then(Json::text);
    let is_done = of("type") == Some("refund") && of("status") == Some("success");
    let amount = operation.get("sum_initial").and_then(|sum| sum.get("amount")).and_then(Json::int);
    amount.filter(|_| is_done).and_then(|amount| u64::try_from(amount).ok()).unwrap_or_default()
}

/// What a status means to the shop; nothing for a request that was refused.
fn standing(status: Status, words: String) -> Option<Standing> {
    Some(match status {
        Status::Success => Standing::Paid,
        Status::Refunded | Status::PartiallyRefunded => Standing::Refunded,
        Status::Canceled | Status::Reversed => Standing::Reversed,
        Status::AwaitingCapture => Standing::Held,
        Status::Decline => Standing::Declined(words),
        Status::Expired => Standing::Declined("The time to pay ran out.".to_owned()),
        Status::InvoiceCanceled => Standing::Declined("The invoice was withdrawn.".to_owned()),
        Status::AwaitingCustomer => Standing::Open { last_refusal: Some(words) },
        Status::AwaitingCustomerAction => {
            Standing::Waiting("An invoice waits in the payer's wallet. It can be paid or refused there.")
        }
        Status::AwaitingThreeDs => Standing::Waiting("The payer's bank wants to know that it is really the payer."),
        Status::AwaitingRedirect => Standing::Waiting("The payer was sent to the provider and has not come back."),
        Status::AwaitingClarification => Standing::Waiting("The gateway wants to know more of the shop."),
        Status::AwaitingPayment => Standing::Waiting("There is an invoice, and nobody has tried to pay it yet."),
        Status::PartiallyPaid => Standing::Waiting("Less has come than was asked for."),
        Status::Processing | Status::ExternalProcessing => Standing::Waiting(WORKING),
        Status::Error => return None,
    })
}

/// A status in words, for the note below an answer.
pub(super) fn status_words(told: &Callback) -> &'static str {
    let Some(status) = told.status() else { return "a status that this shop does not know" };
    match status {
        Status::Success => "paid",
        Status::Refunded => "all of it went back",
        Status::PartiallyRefunded => "a part of it went back",
        Status::Canceled | Status::Reversed => "the hold or payment was undone",
        Status::AwaitingCapture => "the money is held",
        Status::Decline => "not paid",
        Status::Expired => "not paid in time",
        Status::InvoiceCanceled => "the invoice was withdrawn",
        Status::AwaitingCustomer => "not paid, another try is possible",
        Status::AwaitingCustomerAction | Status::AwaitingThreeDs | Status::AwaitingRedirect => "the payer must act",
        Status::AwaitingClarification => "the shop must act",
        Status::AwaitingPayment => "not paid yet",
        Status::PartiallyPaid => "paid in part",
        Status::Processing | Status::ExternalProcessing => "being worked on",
        Status::Error => "the request was refused",
    }
}
