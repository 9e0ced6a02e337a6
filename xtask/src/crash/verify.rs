//! After the last crash: wait until everything is announced, then compare the gateway's answers, the notifications and the
//! clients' book.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::book::{Book, Order, Wish, lasts};
use super::receiver::{Notification, Receiver};
use super::shop::Shop;

/// Longer than a lease of the notification worker plus the pause before a repeat.
const SETTLED_WITHIN: Duration = Duration::from_secs(150);

/// 3-D Secure has begun. The payer was interrupted by a kill, and comes back now.
const AT_THE_BANK: i64 = 5;

/// What the gateway says of an order in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Truth {
    pub(super) status: i64,
    /// Minor units, refunds not subtracted.
    captured: u64,
    /// The shop's numbers and the amounts, in order.
    refunds: Vec<(String, u64)>,
}

impl Truth {
    fn read(reply: &Value) -> Option<Self> {
        let sums = &reply["paymentAmountInfo"];
        let refund =
            |refund: &Value| Some((refund["externalRefundId"].as_str()?.to_owned(), refund["amount"].as_u64()?));
        let listed: &[Value] = reply["refunds"].as_array().map_or(&[], Vec::as_slice);
        Some(Self {
            status: reply["orderStatus"].as_i64()?,
            captured: sums["depositedAmount"].as_u64()? + sums["refundedAmount"].as_u64()?,
            refunds: listed.iter().map(refund).collect::<Option<_>>()?,
        })
    }
}

/// Waits until nothing is in progress and everything was acknowledged; what remains open is a complaint.
pub(super) fn settle(shop: &Shop, book: &Book, receiver: &Receiver) -> Result<HashMap<String, Truth>> {
    let started = Instant::now();
    let mut truths: HashMap<String, Truth> = HashMap::new();
    loop {
        let notifications = receiver.received();
        let mut open = Vec::new();
        for (place, order) in book.orders().iter().enumerate() {
            let known = truths.get(&order.id).filter(|truth| lasts(truth.status)).cloned();
            let Some(truth) = (if known.is_some() { known } else { ask(shop, book, place, order)? }) else { continue };
            let came = notifications.get(&order.id).map_or(&[][..], Vec::as_slice);
            open.extend(unsettled(order, &truth, came));
            truths.insert(order.id.clone(), truth);
        }
        if open.is_empty() {
            return Ok(truths);
        }
        if started.elapsed() > SETTLED_WITHIN {
            for message in open {
                book.complain(message);
            }
            return Ok(truths);
        }
        // Not a guess at how long something takes, only a pause between two questions.
        std::thread::sleep(Duration::from_millis(250));
    }
}

fn ask(shop: &Shop, book: &Book, place: usize, order: &Order) -> Result<Option<Truth>> {
    let before = book.seen(place);
    let reply = shop.status(&order.id)?;
    let Some(truth) = Truth::read(&reply) else {
        book.complain(format!("order {} was registered, and is lost: {reply}", order.id));
        return Ok(None);
    };
    book.saw(place, before, truth.status);
    if truth.status == AT_THE_BANK {
        shop.resume(&order.page).with_context(|| format!("order {} cannot be finished", order.id))?;
    }
    if reply["amount"].as_u64() != Some(order.amount) || reply["orderNumber"].as_str() != Some(&order.number) {
        book.complain(format!("order {} changed its amount or number: {reply}", order.id));
    }
    Ok(Some(truth))
}

/// Why this order is not at rest yet, if it is not.
fn unsettled(order: &Order, truth: &Truth, received: &[Notification]) -> Option<String> {
    let status = truth.status;
    if !lasts(status) {
        return (status != 0).then(|| format!("order {} stays in status {status}", order.id));
    }
    let expected = expected(order, truth);
    let missing = expected.iter().find(|says| {
        let wanted = expected.iter().filter(|known| known == says).count();
        received.iter().filter(|came| came.acknowledged && came.says() == **says).count() < wanted
    });
    missing
        .map(|says| format!("order {} has status {status}, but `{says}` did not arrive as often as it must", order.id))
}

/// What must have been announced of an order in this state, in order.
fn expected(order: &Order, truth: &Truth) -> Vec<String> {
    let first = if order.hold { "approved" } else { "deposited" };
    let mut says = match truth.status {
        1..=4 => vec![format!("{first} 1")],
        6 => vec![format!("{first} 0")],
        _ => Vec::new(),
    };
    if order.hold && matches!(truth.status, 2 | 4) {
        says.push("deposited 1".to_owned());
    }
    if truth.status == 3 {
        says.push("reversed 1".to_owned());
    }
    says.extend(truth.refunds.iter().map(|_| "refunded 1".to_owned()));
    says
}

/// Nothing may have been announced that is not so, nothing older after something newer was acknowledged, and repeats must be the same
/// bytes. What was asked and answered is so, and nothing is that was not asked.
pub(super) fn compare(book: &Book, truths: &HashMap<String, Truth>, received: &HashMap<String, Vec<Notification>>) {
    let orders: HashMap<String, Order> = book.orders().into_iter().map(|order| (order.id.clone(), order)).collect();
    for (id, notifications) in received {
        let Some(order) = orders.get(id) else {
            book.complain(format!("a notification came for `{id}`, which nobody could pay"));
            continue;
        };
        let expected = truths.get(id).map(|truth| expected(order, truth)).unwrap_or_default();
        for complaint in announced_wrongly(&expected, notifications) {
            book.complain(format!("order {id}: {complaint}; the truth is {expected:?}"));
        }
    }
    for (id, truth) in truths {
        if let Some(complaint) = orders.get(id).and_then(|order| moved_wrongly(order, truth)) {
            book.complain(format!("order {id}: {complaint}; asked was {:?}", orders[id].asked));
        }
    }
}

fn announced_wrongly(expected: &[String], notifications: &[Notification]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut acknowledged = 0;
    for came in notifications {
        let says = came.says();
        let Some(step) = expected.iter().position(|known| *known == says) else {
            complaints.push(format!("`{says}` was announced"));
            continue;
        };
        if step < acknowledged {
            complaints.push(format!("`{says}` came after something newer"));
        }
        if came.acknowledged {
            acknowledged = step;
        }
        let same = notifications.iter().find(|other| other.says() == says);
        if same.is_some_and(|first| first.target != came.target) {
            complaints.push(format!("a repeat of `{says}` differs"));
        }
    }
    complaints
}

/// What the sums and refunds of an order have that nobody asked for, or lack although the shop was told that it is done.
fn moved_wrongly(order: &Order, truth: &Truth) -> Option<String> {
    for (index, (number, amount)) in truth.refunds.iter().enumerate() {
        let wish = Wish::Refund(number.clone(), *amount);
        if !order.asked.iter().any(|asked| asked.wish == wish) {
            return Some(format!("refund {number} of {amount} was never asked for"));
        }
        if truth.refunds[index + 1..].iter().any(|(other, _)| other == number) {
            return Some(format!("refund {number} happened twice"));
        }
    }
    let deposits =
        order.asked.iter().filter_map(|asked| if let Wish::Deposit(sum) = asked.wish { Some(sum) } else { None });
    let captured: Vec<u64> = if order.hold { deposits.collect() } else { vec![order.amount] };
    if matches!(truth.status, 2 | 4) && !captured.contains(&truth.captured) {
        return Some(format!("{} are captured", truth.captured));
    }
    let missing = order.asked.iter().filter(|asked| asked.done).find(|asked| match &asked.wish {
        Wish::Deposit(amount) => !matches!(truth.status, 2 | 4) || truth.captured != *amount,
        Wish::Reverse => truth.status != 3,
        Wish::Refund(number, amount) => !truth.refunds.iter().any(|known| known == &(number.clone(), *amount)),
    });
    missing.map(|asked| format!("{:?} was answered with success, and is not so in {truth:?}", asked.wish))
}

/// Waits until the bank has answered for every operation that a kill or a lost answer left open.
pub(super) fn wait_for_answers(binary: &Path, data: &Path) -> Result<()> {
    wait_for_none(binary, data, "/open_operations")
}

/// Waits until no notification is scheduled any more: those of two refunds of one order are the same bytes, so that a repeat of the first
/// looks like the second.
pub(super) fn wait_for_deliveries(binary: &Path, data: &Path) -> Result<()> {
    wait_for_none(binary, data, "/notifications/scheduled")
}

/// Waits until a number of the audit's report is 0.
fn wait_for_none(binary: &Path, data: &Path, number: &str) -> Result<()> {
    let started = Instant::now();
    loop {
        let said = match run_audit(binary, data) {
            Ok(said) => said,
            // What somebody paid at a bank for an order that had ended is found by asking the bank, which has its time after a start.
            Err(_) if started.elapsed() < SETTLED_WITHIN => {
                std::thread::sleep(Duration::from_millis(500));
                continue;
            }
            Err(error) => return Err(error),
        };
        let report: Value = serde_json::from_str(&said).with_context(|| format!("no report: {said}"))?;
        let left = report.pointer(number).and_then(Value::as_u64);
        let left = left.with_context(|| format!("the audit does not count {number}"))?;
        if left == 0 {
            return Ok(());
        }
        ensure!(started.elapsed() < SETTLED_WITHIN, "{number} stays at {left}");
        // Only a pause between two questions.
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// `payglot audit` on the data, beside the running gateway.
pub(super) fn audit(binary: &Path, data: &Path) -> Result<()> {
    println!("audit: {}", run_audit(binary, data)?.trim());
    Ok(())
}

fn run_audit(binary: &Path, data: &Path) -> Result<String> {
    let mut audit = Command::new(binary);
    audit.args(["audit", "--json", "--data"]).arg(data);
    let output = audit.output().context("cannot start the audit")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "the audit found: {said}{}", String::from_utf8_lossy(&output.stderr));
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::super::book::Asked;
    use super::*;

    fn order(hold: bool, asked: &[(Wish, bool)]) -> Order {
        let asked = asked.iter().map(|(wish, done)| Asked { wish: wish.clone(), done: *done }).collect();
        Order { id: "a".to_owned(), page: String::new(), number: "1".to_owned(), amount: 9, hold, seen: None, asked }
    }

    fn truth(status: i64, captured: u64, refunds: &[(&str, u64)]) -> Truth {
        let refunds = refunds.iter().map(|(number, amount)| ((*number).to_owned(), *amount)).collect();
        Truth { status, captured, refunds }
    }

    fn came(operation: &str, acknowledged: bool) -> Notification {
        Notification { target: format!("/callback?mdOrder=a&operation={operation}&status=1"), acknowledged }
    }

    #[test]
    fn an_end_is_settled_once_all_its_notifications_were_acknowledged() {
        let (sale, hold) = (order(false, &[]), order(true, &[]));
        let open = |order: &Order, truth: Truth, came: &[Notification]| unsettled(order, &truth, came).is_some();
        assert!(!open(&sale, truth(0, 0, &[]), &[]));
        assert!(open(&sale, truth(5, 0, &[]), &[]));
        assert!(open(&sale, truth(2, 9, &[]), &[came("deposited", false)]));
        assert!(!open(&sale, truth(2, 9, &[]), &[came("deposited", false), came("deposited", true)]));
        assert!(open(&sale, truth(6, 0, &[]), &[came("deposited", true)]));
        let all = ["approved", "deposited", "refunded", "refunded"].map(|operation| came(operation, true));
        let twice = truth(4, 9, &[("r1", 1), ("r2", 1)]);
        assert!(!open(&hold, twice.clone(), &all));
        assert!(open(&hold, twice, &all[..3]));
    }

    #[test]
    fn what_was_announced_must_be_so_and_in_order() {
        let complaints = |expected: &[&str], came: &[Notification]| {
            let expected: Vec<String> = expected.iter().map(|says| (*says).to_owned()).collect();
            announced_wrongly(&expected, came).len()
        };
        let paid = came("deposited", true);
        assert_eq!(complaints(&["deposited 1"], &[paid.clone(), paid.clone()]), 0);
        assert_eq!(complaints(&[], std::slice::from_ref(&paid)), 1);
        let other = Notification { target: format!("{}&x=1", paid.target), acknowledged: true };
        assert_eq!(complaints(&["deposited 1"], &[paid.clone(), other]), 1);
        let both = ["approved 1", "deposited 1"];
        assert_eq!(complaints(&both, &[came("approved", false), came("approved", true), paid.clone()]), 0);
        assert_eq!(complaints(&both, &[paid, came("approved", true)]), 1);
    }

    #[test]
    fn what_moved_must_have_been_asked_for_and_what_was_answered_must_have_moved() {
        let wrong = |order: &Order, truth: Truth| moved_wrongly(order, &truth).is_some();
        let refund = |done| (Wish::Refund("r1".to_owned(), 5), done);
        assert!(!wrong(&order(false, &[refund(true)]), truth(4, 9, &[("r1", 5)])));
        assert!(!wrong(&order(false, &[refund(false)]), truth(2, 9, &[])));
        assert!(wrong(&order(false, &[refund(true)]), truth(2, 9, &[])), "lost");
        assert!(wrong(&order(false, &[refund(true)]), truth(4, 9, &[("r1", 5), ("r1", 5)])), "twice");
        assert!(wrong(&order(false, &[]), truth(4, 9, &[("r1", 5)])), "never asked for");
        let captured = |done| order(true, &[(Wish::Deposit(7), done)]);
        assert!(!wrong(&captured(true), truth(2, 7, &[])) && !wrong(&captured(false), truth(1, 0, &[])));
        assert!(wrong(&captured(true), truth(1, 0, &[])) && wrong(&captured(false), truth(2, 9, &[])));
        assert!(wrong(&order(true, &[(Wish::Reverse, true)]), truth(1, 0, &[])));
    }
}
