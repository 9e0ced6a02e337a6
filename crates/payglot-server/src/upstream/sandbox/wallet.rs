//! The simulated WebMoney wallet: invoices that are paid when their owner likes, and payouts to such owners.
//!
//! An invoice lies in the inbox of its owner ([`SandboxBank::inbox`]), who pays or refuses it by hand ([`SandboxBank::decide_invoice`]); left
//! alone, the simulated owner does so after the time of the settings. Nothing has to happen at that moment: when it has come by the
//! clock, whoever looks finds the invoice decided, and it is written down when the gateway asks, so a restart loses nothing. From the same moment on the invoice is among the news, until the gateway has heard of it. What is decided
//! stays decided, however often and in however many tabs a button is pressed; an invoice whose time is over cannot be paid any more.

use super::book::{BookClosed, Entry, Outcome, Question, answer_of};
use super::note::{Bill, Note};
use super::turns::Turn;
use super::{SandboxBank, cards, declined};
use crate::upstream::card::CardNumber;
use crate::upstream::{AttemptAnswer, Invoice, InvoiceRequest, KeepError, Recipient, TestData};
use payglot_core::{Answer, DeclineReason, Money, OperationId, OperationKind, PaymentId, ProjectId, UnixMillis};

/// Longest name of an owner.
const PURSE_MAX: usize = 100;
/// So many of the newest invoices lie in an inbox.
const INBOX_MAX: u32 = 200;

/// An invoice as its owner's inbox shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxInvoice {
    /// The operation it was issued for.
    pub operation: OperationId,
    /// The payment it is about, for the merchant's name, which the wallet does not know.
    pub payment: PaymentId,
    /// What the wallet calls it.
    pub number: String,
    /// How much.
    pub amount: Money,
    /// What is paid for.
    pub description: String,
    /// From then on it cannot be paid.
    pub expires_at: UnixMillis,
    /// How it stands.
    pub standing: Standing,
    /// It is decided, and the gateway has not heard of it.
    pub untold: bool,
    /// Where its payer's browser came from; may be empty.
    pub return_address: String,
}

/// How an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its owner may pay or refuse it.
    Open {
        /// Left alone it is decided then.
        acts_at: Option<UnixMillis>,
        /// Whoever pays it, the wallet will refuse: its amount is one of those that do so in a test.
        doomed: bool,
    },
    /// Paid.
    Paid,
    /// Its owner did not want to pay it.
    RefusedByOwner,
    /// The wallet refused to pay it, because of its amount.
    RefusedByWallet,
    /// Nobody paid it in time.
    Expired,
}

/// What an owner does with an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Pays it.
    Pay,
    /// Refuses it.
    Refuse,
}

/// What a decision led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It is decided, now or before: the gateway must be told.
    Done {
        /// The payment it is about.
        payment: PaymentId,
        /// What the wallet calls the invoice.
        number: String,
    },
    /// No such invoice in this inbox.
    Unknown,
    /// The wallet cannot be reached now; nothing was decided.
    Unavailable,
}

/// Can this be a wallet's name of an owner? A real one has twelve digits; the protocol takes more, but nothing that could not stand in
/// the address of an inbox.
pub fn is_purse(text: &str) -> bool {
    let (length, dots_only) = (text.chars().count(), text.chars().all(|sign| sign == '.'));
    (1..=PURSE_MAX).contains(&length) && !dots_only && !text.chars().any(char::is_control)
}

/// The address of an inbox, relative to the gateway.
pub fn inbox_address(purse: &str) -> String {
    // In a path a plus is a plus.
    let segment = form_urlencoded::byte_serialize(purse.as_bytes()).collect::<String>().replace('+', "%20");
    format!("/sandbox/webmoney/{segment}")
}

/// The amounts that the wallet refuses to pay, in minor units of whatever currency.
fn is_refused(amount: Money, data: TestData) -> bool {
    match data {
        TestData::Rbs => false,
        TestData::Monetix => matches!(amount.minor(), 40_000 | 40_400),
    }
}

/// The same of refunds, where the wallet paid.
pub(super) fn refuses_refund(amount: Money, entries: &[Entry]) -> bool {
    let paid_by_wallet = |entry: &Entry| {
        let note = Note::read(&entry.note);
        entry.outcome == Outcome::Approved && note.bill.is_some() && note.test_data == TestData::Monetix
    };
    matches!(amount.minor(), 50_000 | 50_500) && entries.iter().any(paid_by_wallet)
}

/// An invoice as the gateway is told of it.
fn told(purse: &str, bill: &Bill) -> Invoice {
    Invoice {
        number: bill.number.to_string(),
        payment: format!("WM-purchase-{}", bill.number),
        address: format!("{}?invoice={}", inbox_address(purse), bill.number),
    }
}

/// The invoice of an entry, if it has one.
pub(super) fn invoice_of(entry: &Entry, note: &Note) -> Option<Invoice> {
    Some(told(entry.purse.as_deref()?, note.bill.as_ref()?))
}

/// What has become of an invoice by now, whether or not somebody has looked since.
pub(super) fn as_of(entry: &Entry, note: &Note, bill: &Bill, now: UnixMillis) -> Outcome {
    match entry.outcome {
        Outcome::Challenge(_) if entry.acts_at.is_some_and(|at| at <= now) => pay(entry.amount, note),
        Outcome::Challenge(_) if bill.expires_at <= now => Outcome::Declined(DeclineReason::TimeRanOut),
        decided => decided,
    }
}

/// What comes of paying.
fn pay(amount: Money, note: &Note) -> Outcome {
    if is_refused(amount, note.test_data) { Outcome::Declined(DeclineReason::Other) } else { Outcome::Authenticated }
}

fn shown(entry: &Entry, now: UnixMillis) -> Option<InboxInvoice> {
    let note = Note::read(&entry.note);
    let bill = note.bill.as_ref()?;
    let outcome = as_of(entry, &note, bill, now);
    let standing = match outcome {
        Outcome::Challenge(_) => {
            Standing::Open { acts_at: entry.acts_at, doomed: is_refused(entry.amount, note.test_data) }
        }
        Outcome::Authenticated | Outcome::Approved => Standing::Paid,
        Outcome::Declined(DeclineReason::TimeRanOut) => Standing::Expired,
        Outcome::Declined(DeclineReason::CancelledByPayer) => Standing::RefusedByOwner,
        Outcome::Declined(_) => Standing::RefusedByWallet,
    };
    Some(InboxInvoice {
        operation: entry.operation,
        payment: entry.payment,
        number: bill.number.to_string(),
        amount: entry.amount,
        description: bill.description.clone(),
        expires_at: bill.expires_at,
        standing,
        untold: entry.acts_at.is_some_and(|at| at <= now),
        return_address: note.return_address,
    })
}

impl SandboxBank {
    /// Issues an invoice. Within the turn of its operation: two questions at once must not get two.
    pub(super) async fn issue(
        &self,
        _: &Turn<'_>,
        question: &Question,
        asked: InvoiceRequest,
        test_data: TestData,
        return_address: String,
    ) -> Result<AttemptAnswer, BookClosed> {
        let InvoiceRequest { account: purse, description, expires_at, .. } = asked;
        if !is_purse(&purse) {
            let refused = declined(question.operation, DeclineReason::WrongCardData, None);
            return Ok(AttemptAnswer::Done(refused));
        }
        let bill = Bill { number: self.book.next_number().await?, description, expires_at };
        let (invoice, now) = (told(&purse, &bill), self.clock.now());
        let note = Note { bill: Some(bill), return_address, test_data, ..Note::default() };
        let mut entry = question.entry(Outcome::Challenge(0), &note, now);
        let acts_at = self.settings.wallet_acts_after.map(|after| now.plus(millis(after)));
        (entry.purse, entry.acts_at) = (Some(purse), acts_at.filter(|at| *at < expires_at));
        self.book.enqueue(entry).await?;
        Ok(AttemptAnswer::PayerMustPay { invoice })
    }

    /// Pays the merchant's money out.
    pub(super) async fn pay_out(
        &self,
        turn: Turn<'_>,
        question: &Question,
        merchant: ProjectId,
        recipient: &Recipient,
        test_data: TestData,
    ) -> Result<AttemptAnswer, BookClosed> {
        let to_card = |number: &CardNumber| (cards::payout_refusal(test_data, number), Note::of_card(number, None));
        let (refusal, note) = match recipient {
            Recipient::Account { account, .. } if !is_purse(account) => {
                (Some(DeclineReason::WrongCardData), Note::default())
            }
            Recipient::Account { .. } => {
                (is_refused(question.amount, test_data).then_some(DeclineReason::Other), Note::default())
            }
            Recipient::Card(number) => to_card(number),
            Recipient::SavedCard { token, .. } => match self.vault.open(merchant, token).await {
                Ok(number) => to_card(&number),
                Err(KeepError::Refused) => (Some(DeclineReason::CardRestricted), Note::default()),
                Err(KeepError::Unavailable) => return Err(BookClosed),
            },
        };
        let outcome = match refusal {
            None if question.kind == OperationKind::Payout => Outcome::Approved,
            // Nobody is there who could pay.
            None => Outcome::Declined(DeclineReason::SystemError),
            Some(reason) => Outcome::Declined(reason),
        };
        Ok(AttemptAnswer::Done(self.give(turn, question.entry(outcome, &note, self.clock.now())).await?))
    }

    /// Brings an invoice to its end, if it has come to one.
    pub(super) async fn settle_invoice(
        &self,
        mut entry: Entry,
        note: &Note,
        bill: &Bill,
    ) -> Result<Answer, BookClosed> {
        let outcome = match as_of(&entry, note, bill, self.clock.now()) {
            Outcome::Challenge(_) => return Ok(Answer::Unknown),
            // The money moves when the gateway asks for it, as with every place.
            Outcome::Authenticated | Outcome::Approved => Outcome::Approved,
            Outcome::Declined(reason) => Outcome::Declined(reason),
        };
        if outcome != entry.outcome {
            (entry.outcome, entry.at) = (outcome, self.clock.now());
            self.book.enqueue(entry.clone()).await?;
        }
        Ok(answer_of(&entry).unwrap_or(Answer::Unknown))
    }

    /// The inbox of an owner, newest first; `None` if the wallet cannot be reached now.
    pub async fn inbox(&self, purse: &str) -> Option<Vec<InboxInvoice>> {
        let (entries, now) = (self.book.invoices(purse, INBOX_MAX).await.ok()?, self.clock.now());
        Some(entries.iter().filter_map(|entry| shown(entry, now)).collect())
    }

    /// The owner decides on an invoice.
    pub async fn decide_invoice(&self, purse: &str, operation: OperationId, decision: Decision) -> Decided {
        self.try_decide_invoice(purse, operation, decision).await.unwrap_or(Decided::Unavailable)
    }

    async fn try_decide_invoice(
        &self,
        purse: &str,
        operation: OperationId,
        decision: Decision,
    ) -> Result<Decided, BookClosed> {
        let _turn = self.turns.of(operation.as_bytes()).await;
        let found = self.book.entry(operation).await?.filter(|entry| entry.purse.as_deref() == Some(purse));
        let Some(mut entry) = found else { return Ok(Decided::Unknown) };
        let note = Note::read(&entry.note);
        let Some(bill) = &note.bill else { return Ok(Decided::Unknown) };
        let now = self.clock.now();
        if let Outcome::Challenge(_) = as_of(&entry, &note, bill, now) {
            entry.outcome = match decision {
                Decision::Pay => pay(entry.amount, &note),
                Decision::Refuse => Outcome::Declined(DeclineReason::CancelledByPayer),
            };
            (entry.at, entry.acts_at) = (now, Some(now));
            self.book.record(entry.clone()).await?;
        }
        Ok(Decided::Done { payment: entry.payment, number: bill.number.to_string() })
    }

    /// What there is to tell.
    pub(super) async fn try_news(&self, limit: u32) -> Result<Vec<(PaymentId, OperationId)>, BookClosed> {
        let due = self.book.news(self.clock.now(), limit).await?;
        Ok(due.iter().map(|entry| (entry.payment, entry.operation)).collect())
    }

    /// The gateway has heard of it. What is not decided is not over with that.
    pub(super) async fn try_heard(&self, operation: OperationId) -> Result<(), BookClosed> {
        let _turn = self.turns.of(operation.as_bytes()).await;
        let told = self.book.entry(operation).await?.filter(|entry| entry.acts_at.is_some());
        match told.filter(|entry| answer_of(entry).is_some()) {
            Some(entry) => self.book.enqueue(Entry { acts_at: None, ..entry }).await,
            None => Ok(()),
        }
    }
}

fn millis(time: std::time::Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_has_a_name_that_can_stand_in_an_address() {
        for good in ["123456789012", "1", "Z123 / é+ы?", &"9".repeat(100)] {
            assert!(is_purse(good), "{good}");
        }
        for bad in ["", ".", "..", "12\n34", &"9".repeat(101)] {
            assert!(!is_purse(bad), "{bad:?}");
        }
        assert_eq!(inbox_address("123456789012"), "/sandbox/webmoney/123456789012");
        assert_eq!(inbox_address("a b/+?#"), "/sandbox/webmoney/a%20b%2F%2B%3F%23");
    }
}
