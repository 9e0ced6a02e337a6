//! Recomputes balances and checks the invariants over every payment, and over what shops are told where there is no payment.

use super::FlowError;
use super::binding::{BINDING_CHANGED, BINDING_CREATED, MANDATE_CHANGED};
use payglot_core::ledger::{Account, Posting, balance};
use payglot_core::moves::is_path;
use payglot_core::{Event, Intent, OperationKind, OperationStatus, Payment, State, outbox};
use payglot_store::{BankOutcome, Notification, NotificationState, PaymentFile, Store};
use std::collections::BTreeMap;

/// Payments read at a time.
const PAGE: u32 = 500;

/// What an audit found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Payments checked.
    pub payments: u64,
    /// Postings added up.
    pub postings: u64,
    /// Notifications by state: scheduled, acknowledged, dead.
    pub notifications: [u64; 3],
    /// Operations whose answer is still missing.
    pub open_operations: u64,
    /// Balances per currency and account, in minor units.
    pub balances: BTreeMap<(String, &'static str), i128>,
    /// What must not be: payment, invariant, words.
    pub violations: Vec<Violation>,
}

/// Something that must not be.
#[derive(Debug, PartialEq, Eq)]
pub struct Violation {
    /// The payment; empty where it is about none.
    pub payment: String,
    /// I1 to I9.
    pub invariant: &'static str,
    /// What is wrong.
    pub words: String,
}

/// Checks every payment of the store, and every notification without one.
pub async fn audit(store: &dyn Store) -> Result<Report, FlowError> {
    let mut report = Report::default();
    let mut after = None;
    loop {
        let files = store.files(after, PAGE).await?;
        let Some(last) = files.last() else { break };
        after = Some(last.stored.payment.id);
        for file in &files {
            report.take(file);
        }
    }
    let mut after = None;
    loop {
        let alone = store.lone_notifications(after, PAGE).await?;
        let Some(last) = alone.last() else { break };
        after = Some(last.call.id);
        for notification in &alone {
            report.take_alone(notification);
        }
    }
    for currency in report.currencies() {
        let sum: i128 = report.balances.iter().filter(|((code, _), _)| *code == currency).map(|(_, sum)| sum).sum();
        if sum != 0 {
            report.violations.push(Violation {
                payment: String::new(),
                invariant: "I1",
                words: format!("the accounts in {currency} add up to {sum}, not to zero"),
            });
        }
    }
    Ok(report)
}

impl Report {
    fn currencies(&self) -> Vec<String> {
        let mut all: Vec<String> = self.balances.keys().map(|(code, _)| code.clone()).collect();
        all.dedup();
        all
    }

    fn take(&mut self, file: &PaymentFile) {
        self.payments += 1;
        self.postings += file.postings.len() as u64;
        self.open_operations += file.stored.payment.open_operations().count() as u64;
        for posting in &file.postings {
            for (account, sign) in [(posting.debit, -1), (posting.credit, 1)] {
                let slot =
                    self.balances.entry((posting.amount.currency().code().to_owned(), account.name())).or_default();
                *slot += sign * i128::from(posting.amount.minor());
            }
        }
        for notification in &file.notifications {
            self.count(notification);
        }
        let found = [
            ledger_agrees(&file.stored.payment, &file.postings),
            sums_agree(&file.stored.payment),
            history_is_a_path(file),
            announcements_agree(file),
            file.notifications.iter().find_map(dead_has_reason),
            bank_agrees(file),
        ];
        for (invariant, words) in found.into_iter().flatten() {
            self.violations.push(Violation { payment: file.stored.payment.id.to_string(), invariant, words });
        }
    }

    fn take_alone(&mut self, notification: &Notification) {
        self.count(notification);
        for (invariant, words) in [tells_no_event(notification), dead_has_reason(notification)].into_iter().flatten() {
            self.violations.push(Violation { payment: String::new(), invariant, words });
        }
    }

    fn count(&mut self, notification: &Notification) {
        let slot = match &notification.state {
            NotificationState::Scheduled(_) => 0,
            NotificationState::Acknowledged(_) => 1,
            NotificationState::Dead(_) => 2,
        };
        self.notifications[slot] += 1;
    }
}

type Finding = Option<(&'static str, String)>;

/// I1: the balances recomputed from the postings are what the sums say.
fn ledger_agrees(payment: &Payment, postings: &[Posting]) -> Finding {
    let sums = &payment.sums;
    if payment.terms.test {
        // No money moves in a test.
        return (!postings.is_empty()).then(|| ("I1", format!("{} postings stand for a test", postings.len())));
    }
    let currency = payment.amount.currency();
    let own: Vec<&Posting> = postings.iter().filter(|posting| posting.amount.currency() == currency).collect();
    let of = |account| balance(account, own.iter().copied());
    let paid_out: i128 = payment
        .approved(OperationKind::Payout)
        .filter(|payout| payout.amount.currency() == currency)
        .map(|payout| i128::from(payout.amount.minor()))
        .sum();
    // Wide, so that numbers nobody could have written are reported and do not overflow.
    let [authorized, captured, voided, refunded, returned] =
        [sums.authorized, sums.captured, sums.voided, sums.refunded, sums.returned].map(i128::from);
    let wanted = [
        ("payer", of(Account::Payer), voided + refunded + returned - authorized),
        ("held and suspense", of(Account::Held) + of(Account::Suspense), authorized - captured - voided - returned),
        ("merchant", of(Account::Merchant), captured - refunded - paid_out),
        ("payee", of(Account::Payee), paid_out),
    ];
    wanted
        .into_iter()
        .find(|(_, posted, sum)| posted != sum)
        .map(|(account, posted, sum)| ("I1", format!("the postings give {account} {posted}, the payment says {sum}")))
}

/// I2: the sums hold together and are what the operations add up to.
fn sums_agree(payment: &Payment) -> Finding {
    let sums = &payment.sums;
    if !sums.hold_together() {
        return Some(("I2", format!("the sums do not hold together: {sums:?}")));
    }
    let add = |kind, wanted: fn(OperationStatus) -> bool| -> i128 {
        let counted = payment.operations.iter().filter(|known| known.kind == kind && wanted(known.status));
        counted.map(|known| i128::from(known.amount.minor())).sum()
    };
    let approved = |kind| add(kind, |status| status == OperationStatus::Approved);
    let open = |kind| add(kind, OperationStatus::is_open);
    // Undoing a capture reserves nothing.
    let voids_open = if payment.state == State::Held { open(OperationKind::Void) } else { 0 };
    let mut wanted = vec![
        ("authorized", sums.authorized, approved(OperationKind::Sale) + approved(OperationKind::Hold)),
        ("void pending", sums.void_pending, voids_open),
        ("refunded", sums.refunded, approved(OperationKind::Refund)),
        ("refund pending", sums.refund_pending, open(OperationKind::Refund)),
        ("returned", sums.returned, approved(OperationKind::Return)),
        ("return pending", sums.return_pending, open(OperationKind::Return)),
        ("capture pending", sums.capture_pending, open(OperationKind::Capture)),
    ];
    if payment.state == State::Voided {
        wanted.push(("captured", sums.captured, 0));
    } else if payment.intent == Intent::Hold && approved(OperationKind::Sale) == 0 {
        // What came from elsewhere was paid at once, or too late and went back.
        wanted.push(("captured", sums.captured, approved(OperationKind::Capture)));
    }
    // The last capture of a hold lets go of the rest, which then is no operation of its own.
    let releases = payment.approved(OperationKind::Capture).any(|capture| capture.last);
    let voids = approved(OperationKind::Void);
    if !releases || i128::from(sums.voided) < voids {
        wanted.push(("voided", sums.voided, voids));
    }
    wanted
        .into_iter()
        .find(|(_, sum, added)| i128::from(*sum) != *added)
        .map(|(name, sum, added)| ("I2", format!("{name} is {sum}, but the operations add up to {added}")))
}

/// I3: the history is a path of the table of moves and ends where the payment stands.
fn history_is_a_path(file: &PaymentFile) -> Finding {
    let history: Vec<_> = file.changes.iter().map(|change| (change.from, change.event, change.to)).collect();
    let state = file.stored.payment.state;
    if !is_path(&history) {
        return Some(("I3", "the history is not a path of the table of moves".to_owned()));
    }
    let end = history.last().map(|(_, _, to)| *to);
    (end != Some(state)).then(|| ("I3", format!("the history ends elsewhere than at {}", state.name())))
}

/// I4: no announcement stands twice, and none stands for what never happened.
fn announcements_agree(file: &PaymentFile) -> Finding {
    let mut happened: BTreeMap<&str, usize> = BTreeMap::new();
    for change in file.changes.iter().filter(|change| outbox::is_announced(change.event)) {
        *happened.entry(change.event.name()).or_default() += 1;
    }
    for (index, notification) in file.notifications.iter().enumerate() {
        if usize::try_from(notification.seq).ok() != Some(index + 1) {
            return Some(("I4", format!("notification {} is out of sequence", notification.call.id)));
        }
        // What is told of the card that the payment saved, or of the mandate that it made, is no part of its history.
        if [BINDING_CREATED, BINDING_CHANGED, MANDATE_CHANGED].contains(&notification.call.event.as_str()) {
            continue;
        }
        match happened.get_mut(notification.call.event.as_str()) {
            Some(left) if *left > 0 => *left -= 1,
            // Told without a change of the payment, such as what became known of its payer.
            None if Event::ALL.iter().all(|event| event.name() != notification.call.event) => {}
            Some(_) | None => {
                return Some(("I4", format!("{} is announced more often than it happened", notification.call.event)));
            }
        }
    }
    None
}

/// I4: what stands alone, of a refused call or a card that no payment saved, tells of no change of a payment, because every such change
/// has a payment whose line it must join. So has every mandate.
fn tells_no_event(alone: &Notification) -> Finding {
    let (id, event) = (alone.call.id, &alone.call.event);
    let of_payment = event == MANDATE_CHANGED || Event::ALL.iter().any(|known| known.name() == event);
    of_payment.then(|| ("I4", format!("notification {id} announces {event} of no payment")))
}

/// I5: what is dead has a reason.
fn dead_has_reason(known: &Notification) -> Finding {
    (known.state == NotificationState::Dead(String::new()))
        .then(|| ("I5", format!("notification {} is dead without a reason", known.call.id)))
}

/// I9: the bank's own book and ours agree on everything that is answered.
fn bank_agrees(file: &PaymentFile) -> Finding {
    let payment = &file.stored.payment;
    for entry in &file.bank {
        let Some(operation) = payment.operation(entry.operation) else {
            return Some(("I9", format!("the bank knows operation {}, the payment does not", entry.operation)));
        };
        let moved = entry.outcome == BankOutcome::Approved;
        let agree = match operation.status {
            OperationStatus::Approved => moved && entry.amount == operation.amount && entry.kind == operation.kind,
            OperationStatus::Declined | OperationStatus::PayerActs => !moved,
            OperationStatus::Asked | OperationStatus::Unknown => true,
        };
        if !agree {
            let (bank, ours) = (entry.outcome, operation.status.name());
            return Some(("I9", format!("operation {} is {ours} here but {bank:?} at the bank", operation.id)));
        }
    }
    let unknown_to_bank = payment.operations.iter().find(|operation| {
        operation.status == OperationStatus::Approved && !file.bank.iter().any(|entry| entry.operation == operation.id)
    });
    unknown_to_bank
        .map(|operation| ("I9", format!("operation {} is approved here, the bank does not know it", operation.id)))
}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;
