//! Invoices of the wallet, refunds of what it paid, and payouts.

use super::super::wallet::{Decided, Decision, InboxInvoice, Standing};
use super::*;
use crate::upstream::{Invoice, InvoiceRequest, Recipient};
use std::sync::atomic::Ordering;

const WMID: &str = "123456789012";
const ACTS_AFTER: i64 = 2_000;
const EXPIRES_AFTER: i64 = 600_000;

impl Town {
    /// A wallet whose owner pays by hand only.
    async fn by_hand() -> Self {
        Self::with(SandboxSettings { wallet_acts_after: None, ..SandboxSettings::default() }).await
    }

    fn pass(&self, millis: i64) {
        let Clock::Manual(now) = &self.clock else { panic!("the clock is not ours") };
        now.fetch_add(millis, Ordering::SeqCst);
    }

    fn invoice_question(&self, minor: i64) -> Attempt {
        let asked = InvoiceRequest {
            method: Method::Wallet,
            key: "webmoney".to_owned(),
            account: WMID.to_owned(),
            description: "Top-up №<1> & more".to_owned(),
            expires_at: self.clock.now().plus(EXPIRES_AFTER),
        };
        let means = Means::Invoice(asked);
        Attempt { means, amount: rub(minor), test_data: TestData::Monetix, ..self.question(CHALLENGE_CARD, "") }
    }

    async fn issued(&self, minor: i64) -> (OperationId, Invoice) {
        let question = self.invoice_question(minor);
        let operation = question.operation;
        (operation, invoice(self.bank.attempt(question).await))
    }

    async fn in_inbox(&self, operation: OperationId) -> InboxInvoice {
        let inbox = self.bank.inbox(WMID).await.expect("an inbox");
        inbox.into_iter().find(|invoice| invoice.operation == operation).expect("in the inbox")
    }

    async fn standing(&self, operation: OperationId) -> Standing {
        self.in_inbox(operation).await.standing
    }

    async fn by_owner(&self, operation: OperationId, decision: Decision) {
        let decided = self.bank.decide_invoice(WMID, operation, decision).await;
        assert!(matches!(decided, Decided::Done { .. }), "{decided:?}");
    }

    async fn news(&self) -> Vec<OperationId> {
        self.written().await;
        self.bank.news(10).await.into_iter().map(|(_, operation)| operation).collect()
    }

    async fn pay_out(&self, recipient: Recipient, minor: i64) -> String {
        let asked = Attempt { kind: OperationKind::Payout, amount: rub(minor), ..self.invoice_question(1) };
        words(&done(self.bank.attempt(Attempt { means: Means::Recipient(recipient), ..asked }).await))
    }
}

fn invoice(answer: AttemptAnswer) -> Invoice {
    match answer {
        AttemptAnswer::PayerMustPay { invoice } => invoice,
        other => panic!("no invoice but {other:?}"),
    }
}

fn open(acts_at: Option<i64>) -> Standing {
    Standing::Open { acts_at: acts_at.map(UnixMillis), doomed: false }
}

#[tokio::test(start_paused = true)]
async fn an_invoice_lies_in_its_owners_inbox_and_is_the_same_for_the_same_attempt() {
    let town = Town::new().await;
    let question = town.invoice_question(100);
    let (operation, payment) = (question.operation, question.payment);
    let first = invoice(town.bank.attempt(question).await);
    assert_eq!(first.payment, format!("WM-purchase-{}", first.number));
    assert_eq!(first.address, format!("/sandbox/webmoney/{WMID}?invoice={}", first.number));
    let repeat = || Attempt { operation, payment, ..town.invoice_question(100) };
    let (again, and_again) = tokio::join!(town.bank.attempt(repeat()), town.bank.attempt(repeat()));
    assert_eq!((invoice(again), invoice(and_again)), (first.clone(), first.clone()));
    assert_eq!(town.bank.invoice(operation).await, Some(first.clone()));
    assert_eq!(town.bank.challenge_address(operation).await, Some(first.address.clone()));
    let other = Attempt { operation, payment, ..town.invoice_question(101) };
    assert_eq!(words(&done(town.bank.attempt(other).await)), "declined system_error");

    town.pass(1);
    let (second, _) = town.issued(200).await;
    let inbox = town.bank.inbox(WMID).await.expect("an inbox");
    assert_eq!(inbox.iter().map(|invoice| invoice.operation).collect::<Vec<_>>(), [second, operation]);
    let expected = InboxInvoice {
        operation,
        payment,
        number: first.number,
        amount: rub(100),
        description: "Top-up №<1> & more".to_owned(),
        expires_at: UnixMillis(NOW + EXPIRES_AFTER),
        standing: open(Some(NOW + ACTS_AFTER)),
        untold: false,
        return_address: RETURN.to_owned(),
    };
    assert_eq!(inbox[1], expected);
    town.written().await;
    assert_eq!(town.bank.inbox(WMID).await, Some(inbox), "the same from the disk");
    assert_eq!(town.bank.inbox("210987654321").await, Some(vec![]));
}

#[tokio::test(start_paused = true)]
async fn two_questions_at_once_get_one_invoice() {
    let town = Town::new().await;
    let question = town.invoice_question(100);
    let twin = Attempt { operation: question.operation, payment: question.payment, ..town.invoice_question(100) };
    let (one, other) = tokio::join!(town.bank.attempt(question), town.bank.attempt(twin));
    assert_eq!(invoice(one), invoice(other));
    assert_eq!(town.bank.inbox(WMID).await.expect("an inbox").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_cannot_be_one_gets_no_invoice() {
    let town = Town::new().await;
    for account in ["", "..", "12\n34"] {
        let Means::Invoice(asked) = town.invoice_question(100).means else { panic!("no invoice") };
        let means = Means::Invoice(InvoiceRequest { account: account.to_owned(), ..asked });
        let question = Attempt { means, ..town.invoice_question(100) };
        assert_eq!(words(&done(town.bank.attempt(question).await)), "declined wrong_card_data", "{account:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn left_alone_the_owner_pays_when_the_time_has_come_and_a_restart_loses_nothing() {
    let town = Town::new().await;
    for (minor, answer, standing) in [
        (39_999, "approved -", Standing::Paid),
        (40_000, "declined other", Standing::RefusedByWallet),
        (40_400, "declined other", Standing::RefusedByWallet),
        (40_401, "approved -", Standing::Paid),
    ] {
        let (operation, _) = town.issued(minor).await;
        town.pass(ACTS_AFTER - 1);
        assert_eq!(town.asked(operation).await, "unknown", "{minor}");
        assert_eq!(town.news().await, []);
        town.pass(1);
        assert_eq!(town.standing(operation).await, standing, "{minor}: whoever looks finds it decided");
        assert_eq!(town.bank.invoice(operation).await, None);
        // The process fell before anybody asked: a new one over the same store finds the same.
        let key = crate::secrets::MasterKey::from_hex(&"ab".repeat(32)).expect("a key").vault("bank").expect("keys");
        town.written().await;
        let book = Book::new(Arc::clone(&town.store));
        let reborn = SandboxBank::new(book, town.clock.clone(), key, SandboxSettings::default());
        assert_eq!(reborn.news(10).await.len(), 1);
        let told = reborn.query(operation).await;
        assert_eq!(words(&told), answer, "{minor}");
        town.written().await;
        assert_eq!(town.bank.query(operation).await, told);
        town.bank.heard(operation).await;
        assert_eq!(town.news().await, []);
    }
}

#[tokio::test(start_paused = true)]
async fn news_are_told_until_they_are_heard() {
    let town = Town::new().await;
    let (operation, _) = town.issued(100).await;
    town.bank.heard(operation).await;
    town.pass(ACTS_AFTER);
    assert_eq!(town.news().await, [operation], "who heard nothing has heard nothing");
    assert_eq!(town.news().await, [operation]);
    assert_eq!(town.asked(operation).await, "approved -");
    assert_eq!(town.news().await, [operation], "asked, and perhaps fell before it was written down");
    town.bank.set_line(Line::Mute);
    assert_eq!(town.news().await, []);
    town.bank.set_line(Line::Whole);
    town.bank.heard(operation).await;
    assert_eq!(town.bank.news(10).await, [], "though the disk may not know it yet");
    assert_eq!(town.news().await, []);
    assert!(!town.in_inbox(operation).await.untold);
}

#[tokio::test(start_paused = true)]
async fn by_hand_only_nothing_happens_by_itself() {
    let town = Town::by_hand().await;
    let (paid, _) = town.issued(100).await;
    let (refused, _) = town.issued(100).await;
    town.pass(EXPIRES_AFTER - 2);
    assert_eq!((town.standing(paid).await, town.asked(paid).await), (open(None), "unknown".to_owned()));
    town.by_owner(paid, Decision::Pay).await;
    assert_eq!((town.standing(paid).await, town.in_inbox(paid).await.untold), (Standing::Paid, true));
    town.pass(1);
    town.by_owner(refused, Decision::Refuse).await;
    assert_eq!(town.standing(refused).await, Standing::RefusedByOwner);
    assert_eq!(town.news().await, [paid, refused]);
    assert_eq!(town.asked(paid).await, "approved -");
    assert_eq!(town.asked(refused).await, "declined cancelled_by_payer");
}

#[tokio::test(start_paused = true)]
async fn what_is_decided_stays_decided() {
    let town = Town::by_hand().await;
    for (first, then, answer) in [
        (Decision::Pay, Decision::Refuse, "approved -"),
        (Decision::Refuse, Decision::Pay, "declined cancelled_by_payer"),
    ] {
        let (operation, _) = town.issued(100).await;
        let (one, other) = tokio::join!(
            town.bank.decide_invoice(WMID, operation, first),
            town.bank.decide_invoice(WMID, operation, first)
        );
        assert_eq!(one, other, "a double click");
        town.by_owner(operation, then).await;
        assert_eq!(town.asked(operation).await, answer);
        town.by_owner(operation, then).await;
        assert_eq!(town.asked(operation).await, answer);
    }
    // What the owner did by being left alone counts as much.
    let alone = Town::new().await;
    let (operation, _) = alone.issued(100).await;
    alone.pass(ACTS_AFTER);
    alone.by_owner(operation, Decision::Refuse).await;
    assert_eq!(alone.asked(operation).await, "approved -");
}

#[tokio::test(start_paused = true)]
async fn the_wallet_refuses_the_same_amounts_by_hand() {
    let town = Town::by_hand().await;
    let (operation, _) = town.issued(40_000).await;
    assert_eq!(town.standing(operation).await, Standing::Open { acts_at: None, doomed: true });
    town.by_owner(operation, Decision::Pay).await;
    assert_eq!(town.standing(operation).await, Standing::RefusedByWallet);
    assert_eq!(town.asked(operation).await, "declined other");
    // They mean nothing with another system's test data.
    let question = Attempt { test_data: TestData::Rbs, ..town.invoice_question(40_000) };
    let operation = question.operation;
    town.bank.attempt(question).await;
    town.by_owner(operation, Decision::Pay).await;
    assert_eq!(town.asked(operation).await, "approved -");
}

#[tokio::test(start_paused = true)]
async fn an_invoice_whose_time_is_over_cannot_be_paid() {
    let town = Town::by_hand().await;
    let (operation, _) = town.issued(100).await;
    town.pass(EXPIRES_AFTER);
    assert_eq!(town.standing(operation).await, Standing::Expired);
    town.by_owner(operation, Decision::Pay).await;
    assert_eq!(town.standing(operation).await, Standing::Expired);
    assert_eq!(town.bank.invoice(operation).await, None);
    assert_eq!(town.news().await, [], "the order's own clock says so");
    assert_eq!(town.asked(operation).await, "declined time_ran_out");
    // One that was left alone was paid in time, though nobody looked until now.
    let alone = Town::new().await;
    let (operation, _) = alone.issued(100).await;
    alone.pass(EXPIRES_AFTER + ACTS_AFTER);
    assert_eq!(alone.asked(operation).await, "approved -");
    // One whose owner would have come too late is not paid.
    let late = SandboxSettings { wallet_acts_after: Some(Duration::from_mins(10)), ..SandboxSettings::default() };
    let late = Town::with(late).await;
    let (operation, _) = late.issued(100).await;
    late.pass(EXPIRES_AFTER);
    assert_eq!(late.asked(operation).await, "declined time_ran_out");
}

#[tokio::test(start_paused = true)]
async fn only_the_owner_decides_and_only_on_invoices() {
    let town = Town::by_hand().await;
    let (operation, _) = town.issued(100).await;
    assert_eq!(town.bank.decide_invoice("210987654321", operation, Decision::Pay).await, Decided::Unknown);
    assert_eq!(town.bank.decide_invoice(WMID, town.clock.operation_id(), Decision::Pay).await, Decided::Unknown);
    let challenge = town.challenged(CHALLENGE_CARD).await;
    assert_eq!(town.bank.decide_invoice(WMID, challenge, Decision::Pay).await, Decided::Unknown);
    assert_eq!(town.bank.invoice(challenge).await, None);
    assert_eq!(town.asked(operation).await, "unknown");
    town.store.close().await;
    assert_eq!(town.bank.decide_invoice(WMID, operation, Decision::Pay).await, Decided::Unavailable);
    assert_eq!(town.bank.inbox(WMID).await, None);
    assert_eq!(town.bank.news(10).await, []);
}

#[tokio::test(start_paused = true)]
async fn the_vendors_amounts_refuse_refunds_of_what_the_wallet_paid_and_of_nothing_else() {
    let town = Town::new().await;
    let by_wallet = town.payment().await;
    let question = Attempt { payment: by_wallet, ..town.invoice_question(300_000) };
    let operation = question.operation;
    town.bank.attempt(question).await;
    town.pass(ACTS_AFTER);
    assert_eq!(town.asked(operation).await, "approved -");
    town.written().await;
    let by_card = town.payment().await;
    let question = Attempt { payment: by_card, amount: rub(300_000), ..town.question("4444555511113333", "123") };
    done(town.bank.attempt(question).await);
    town.written().await;
    for (minor, of_wallet) in
        [(50_000, "declined other"), (50_500, "declined other"), (50_001, "approved -"), (49_999, "approved -")]
    {
        assert_eq!(town.ask(by_wallet, OperationKind::Refund, minor).await, of_wallet, "{minor}");
        assert_eq!(town.ask(by_card, OperationKind::Refund, minor).await, "approved -", "{minor}");
    }
    assert_eq!(town.ask(by_wallet, OperationKind::Refund, 200_001).await, "declined other", "more than is left");
}

#[tokio::test(start_paused = true)]
async fn payouts_follow_the_vendors_tables() {
    let town = Town::new().await;
    let wallet = |account: &str| Recipient::Account {
        method: Method::Wallet,
        key: "webmoney".to_owned(),
        account: account.to_owned(),
    };
    for (minor, answer) in [(100, "approved -"), (40_000, "declined other"), (40_400, "declined other")] {
        assert_eq!(town.pay_out(wallet(WMID), minor).await, answer, "{minor}");
    }
    assert_eq!(town.pay_out(wallet(""), 100).await, "declined wrong_card_data");
    for (number, answer) in [
        ("4242424242424242", "approved -"),
        ("5413330000000019", "approved -"),
        ("2200510417770601", "approved -"),
        ("4314220000000072", "declined issuer_refused"),
        ("5413330000000035", "declined issuer_refused"),
        ("2201412000000000", "declined issuer_refused"),
        ("4000000000000077", "declined unknown_card"),
    ] {
        let card = || Recipient::Card(CardNumber::parse(number).expect(number));
        assert_eq!(town.pay_out(card(), 40_000).await, answer, "{number}");
    }
    // Nobody is there who could pay.
    let question = Attempt { means: Means::Recipient(wallet(WMID)), ..town.invoice_question(100) };
    assert_eq!(words(&done(town.bank.attempt(question).await)), "declined system_error");
}

#[tokio::test(start_paused = true)]
async fn a_payout_is_repeated_like_any_attempt() {
    let town = Town::new().await;
    let question = || Attempt {
        kind: OperationKind::Payout,
        means: Means::Recipient(Recipient::Card(CardNumber::parse("4242424242424242").expect("a card"))),
        ..town.invoice_question(100)
    };
    let first = question();
    let (operation, payment) = (first.operation, first.payment);
    let answer = done(town.bank.attempt(first).await);
    assert_eq!(done(town.bank.attempt(Attempt { operation, payment, ..question() }).await), answer);
    town.written().await;
    assert_eq!(town.bank.query(operation).await, answer);
    let note = Note::read(&town.entry(operation).await.expect("in the book").note);
    assert_eq!(note.card, "424242**4242");
}
