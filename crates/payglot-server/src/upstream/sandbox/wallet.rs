//! The simulated WebMoney wallet: invoices that are paid when their owner likes, and payouts to such owners.

use super::book::{BookClosed, Outcome, Question, answer_of};
use super::note::{Bill, Note};
use super::{SandboxBank, cards, declined};
use crate::upstream::{AttemptAnswer, Invoice, InvoiceRequest, Recipient, TestData};
use payglot_core::{Answer, DeclineReason, Money};

/// Longest name of an owner.
pub const PURSE_MAX: usize = 100;

/// Can this be a wallet's name of an owner? A real one has twelve digits; the protocol takes more, but nothing that could not stand in
/// the address of an inbox.
pub fn is_purse(text: &str) -> bool {
    let (length, dots_only) = (text.chars().count(), text.chars().all(|sign| sign == '.'));
    (1..=PURSE_MAX).contains(&length) && !dots_only && !text.chars().any(char::is_control)
}

/// The amounts that an owner refuses to pay, and the wallet to pay out, in minor units of whatever currency.
fn is_refused(amount: Money, data: TestData) -> bool {
    match data {
        TestData::Rbs => false,
        TestData::Monetix => matches!(amount.minor(), 40_000 | 40_400),
    }
}

/// An invoice as the gateway is told of it.
pub(super) fn told(bill: &Bill) -> Invoice {
    Invoice {
        number: bill.number.to_string(),
        payment: format!("WM-purchase-{}", bill.number),
        address: address(&bill.purse, bill.number),
    }
}

/// The address of the owner's inbox with this invoice on top, relative to the gateway.
fn address(purse: &str, number: u32) -> String {
    // In a path a plus is a plus.
    let segment = form_urlencoded::byte_serialize(purse.as_bytes()).collect::<String>().replace('+', "%20");
    format!("/sandbox/webmoney/{segment}?invoice={number}")
}

impl SandboxBank {
    /// Issues an invoice.
    pub(super) async fn issue(
        &self,
        question: &Question,
        asked: InvoiceRequest,
        test_data: TestData,
        return_address: String,
    ) -> Result<AttemptAnswer, BookClosed> {
        if !is_purse(&asked.account) {
            let refused = declined(question.operation, DeclineReason::WrongCardData, None);
            return Ok(AttemptAnswer::Done(refused));
        }
        let InvoiceRequest { account: purse, description, expires_at, .. } = asked;
        let bill = Bill { number: self.book.next_number().await?, purse, description, expires_at };
        let invoice = told(&bill);
        let note = Note { bill: Some(bill), return_address, test_data, ..Note::default() };
        self.book.enqueue(question.entry(Outcome::Challenge(0), &note, self.clock.now())).await?;
        Ok(AttemptAnswer::PayerMustPay { invoice })
    }

    /// Pays the merchant's money out.
    pub(super) async fn pay_out(
        &self,
        question: &Question,
        recipient: &Recipient,
        test_data: TestData,
    ) -> Result<AttemptAnswer, BookClosed> {
        let (refusal, card) = match recipient {
            Recipient::Account { account, .. } if !is_purse(account) => (Some(DeclineReason::WrongCardData), None),
            Recipient::Account { .. } => (is_refused(question.amount, test_data).then_some(DeclineReason::Other), None),
            Recipient::Card(number) => (cards::payout_refusal(test_data, number), Some(number)),
        };
        let note = Note { test_data, ..card.map(|number| Note::of_card(number, None)).unwrap_or_default() };
        let outcome = refusal.map_or(Outcome::Approved, Outcome::Declined);
        let entry = question.entry(outcome, &note, self.clock.now());
        let answer = answer_of(&entry).unwrap_or(Answer::Unknown);
        self.book.enqueue(entry).await?;
        Ok(AttemptAnswer::Done(answer))
    }
}
