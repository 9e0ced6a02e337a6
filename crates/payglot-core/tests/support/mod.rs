//! A payment with everything that was ever decided about it. [`Story::apply`] checks every law after every decision, so that each
//! kind of test (table, exhaustive, random, simulated) checks all of them.

use payglot_core::ledger::{Account, Posting, balance};
use payglot_core::moves::{self, Event};
use payglot_core::{
    Command, Currency, Decision, NewPayment, OperationId, OperationKind, OperationStatus, Payment, PaymentId, Refusal,
    State, UnixMillis, decide, register,
};

pub(crate) fn operation_id(number: u64) -> OperationId {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    OperationId::from_bytes(bytes)
}

pub(crate) fn payment_id(number: u64) -> PaymentId {
    PaymentId::from_bytes(*operation_id(number).as_bytes())
}

/// One payment, its whole history and all its postings: what the store would hold.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) payment: Payment,
    pub(crate) history: Vec<(Option<State>, Event, State)>,
    pub(crate) postings: Vec<Posting>,
}

impl Story {
    pub(crate) fn begin(new: NewPayment, now: UnixMillis) -> Result<(Self, Decision), Refusal> {
        let decision = register(new, now)?;
        assert_eq!(decision.payment.version, 0);
        let history = decision.changes.iter().map(|change| (change.from, change.event, change.to)).collect();
        let story = Self { payment: decision.payment.clone(), history, postings: Vec::new() };
        story.check_laws();
        Ok((story, decision))
    }

    /// Decides and, unless refused, makes the decision the present. Checks every law on the way.
    pub(crate) fn apply(&mut self, command: &Command, now: UnixMillis) -> Result<Decision, Refusal> {
        let decided = decide(&self.payment, command.clone(), now);
        assert_eq!(decided, decide(&self.payment, command.clone(), now), "deciding is deterministic");
        let decision = decided?;
        check_decision(&self.payment, &decision, now);
        self.payment = decision.payment.clone();
        self.history.extend(decision.changes.iter().map(|change| (change.from, change.event, change.to)));
        self.postings.extend(&decision.postings);
        self.check_laws();
        check_repeat(&self.payment, command, now);
        Ok(decision)
    }

    pub(crate) fn balance(&self, account: Account, currency: Currency) -> i128 {
        balance(account, self.postings.iter().filter(|posting| posting.amount.currency() == currency))
    }

    fn check_laws(&self) {
        let payment = &self.payment;
        assert!(payment.sums.hold_together(), "I2: {:?}", payment.sums);
        assert!(payment.in_suspense() >= 0 && payment.hold_remaining() >= 0, "{payment:?}");
        assert!(moves::is_path(&self.history), "I3: {:?}", self.history);
        assert_eq!(self.history.last().map(|&(.., to)| to), Some(payment.state));
        let mut ends = 0;
        for &(from, event, to) in &self.history {
            match event {
                Event::PaidLate => ends = 0,
                _ if from != Some(to) && moves::is_closed(to) => ends += 1,
                _ => {}
            }
            assert!(ends <= 1, "a payment ends once: {:?}", self.history);
        }
        check_sums(payment);
        self.check_ledger();
    }

    /// I1: what the postings add up to is what the sums say.
    fn check_ledger(&self) {
        let (payment, sums) = (&self.payment, &self.payment.sums);
        let mut currencies = vec![payment.amount.currency()];
        for posting in &self.postings {
            assert!(!posting.amount.is_zero() && posting.debit != posting.credit, "{posting:?}");
            if !currencies.contains(&posting.amount.currency()) {
                currencies.push(posting.amount.currency());
            }
        }
        for currency in currencies {
            // No money moves in a test.
            let own = currency == payment.amount.currency() && !payment.terms.test;
            let sum = |minor: i64| if own { i128::from(minor) } else { 0 };
            let paid_out: i128 = payment
                .approved(OperationKind::Payout)
                .filter(|payout| payout.amount.currency() == currency && !payment.terms.test)
                .map(|payout| i128::from(payout.amount.minor()))
                .sum();
            let held = if payment.state == State::Held && own {
                sum(payment.hold_remaining()) + sum(sums.capture_pending) + sum(sums.void_pending)
            } else {
                0
            };
            let expected = [
                (Account::Payer, sum(sums.voided) + sum(sums.refunded) + sum(sums.returned) - sum(sums.authorized)),
                (Account::Held, held),
                (Account::Suspense, sum(payment.in_suspense()) + sum(sums.return_pending)),
                (Account::Merchant, sum(sums.captured) - sum(sums.refunded) - paid_out),
                (Account::Payee, paid_out),
            ];
            for (account, amount) in expected {
                assert_eq!(self.balance(account, currency), amount, "{account:?} {currency:?} of {payment:#?}");
            }
            let all: i128 = Account::ALL.iter().map(|&account| self.balance(account, currency)).sum();
            assert_eq!(all, 0, "I1");
        }
    }
}

/// The sums are what the operations add up to.
fn check_sums(payment: &Payment) {
    let total = |kinds: &[OperationKind], wanted: fn(OperationStatus) -> bool| -> i64 {
        let counted = payment.operations.iter().filter(|known| kinds.contains(&known.kind) && wanted(known.status));
        counted.map(|known| known.amount.minor()).sum()
    };
    let approved = |status| status == OperationStatus::Approved;
    let sums = &payment.sums;
    assert_eq!(sums.authorized, total(&[OperationKind::Sale, OperationKind::Hold], approved));
    assert_eq!(sums.refunded, total(&[OperationKind::Refund], approved));
    assert_eq!(sums.refund_pending, total(&[OperationKind::Refund], OperationStatus::is_open));
    assert_eq!(sums.returned, total(&[OperationKind::Return], approved));
    assert_eq!(sums.return_pending, total(&[OperationKind::Return], OperationStatus::is_open));
    assert_eq!(sums.capture_pending, total(&[OperationKind::Capture], OperationStatus::is_open));
    if payment.state == State::Held {
        assert_eq!(sums.void_pending, total(&[OperationKind::Void], OperationStatus::is_open));
    }
    let challenged = payment.operations.iter().any(|known| known.status == OperationStatus::PayerActs);
    assert!(!challenged || payment.payer_acts(), "a challenge is left open: {payment:#?}");
}

/// A decision carries exactly what changed.
fn check_decision(before: &Payment, decision: &Decision, now: UnixMillis) {
    let after = &decision.payment;
    assert_eq!(after.version, before.version + 1);
    assert_eq!(after.updated_at, now);
    assert!(!decision.changes.is_empty());
    let (id, order, intent, amount) = (after.id, &after.order, after.intent, after.amount);
    assert_eq!((id, order, intent, amount), (before.id, &before.order, before.intent, before.amount));
    assert_eq!((after.terms, after.created_at), (before.terms, before.created_at));
    let changed: Vec<_> = after.operations.iter().filter(|known| before.operation(known.id) != Some(*known)).collect();
    assert_eq!(changed.len(), decision.operations.len(), "{decision:#?}");
    assert!(changed.iter().all(|known| decision.operations.contains(known)), "{decision:#?}");
    if let Some(asked) = decision.ask {
        let operation = after.operation(asked).expect("what is asked is an operation of the payment");
        assert_eq!(operation.status, OperationStatus::Asked);
    }
    let mut ids: Vec<_> = after.operations.iter().map(|known| known.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), after.operations.len(), "an id names one operation");
}

/// I8: the same command again has no second effect, and where a request has an id the refusal names it.
fn check_repeat(payment: &Payment, command: &Command, now: UnixMillis) {
    let again = decide(payment, command.clone(), now).expect_err("the same command again has a second effect");
    match command {
        Command::Capture { operation, .. }
        | Command::Void { operation, .. }
        | Command::Refund { operation, .. }
        | Command::Payout { operation, .. }
        | Command::ReceiveFunds { operation, .. } => assert_eq!(again, Refusal::Repeated(*operation)),
        Command::Answer { .. } | Command::RefuseLate { .. } | Command::PayerMustAct { .. } => {
            assert_eq!(again, Refusal::AlreadyAnswered);
        }
        _ => {}
    }
}
