//! After the last crash: wait until everything is announced, then compare the gateway's answers, the notifications and the
//! clients' book.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::book::{Book, Order, is_end};
use super::receiver::{Notification, Receiver};
use super::shop::Shop;

/// Longer than a lease of the notification worker plus the pause before a repeat.
const SETTLED_WITHIN: Duration = Duration::from_secs(150);

/// 3-D Secure has begun. The payer was interrupted by a kill, and comes back now.
const AT_THE_BANK: i64 = 5;

/// Waits until nothing is in progress and each end state has been acknowledged; what remains open is a complaint.
pub(super) fn settle(shop: &Shop, book: &Book, receiver: &Receiver) -> Result<HashMap<String, i64>> {
    let started = Instant::now();
    let mut truth: HashMap<String, i64> = HashMap::new();
    loop {
        let notifications = receiver.received();
        let mut open = Vec::new();
        for (place, order) in book.orders().iter().enumerate() {
            let known = truth.get(&order.id).copied().filter(|&status| is_end(status));
            let status = if let Some(status) = known { status } else { ask(shop, book, place, order)? };
            truth.insert(order.id.clone(), status);
            if let Some(message) = unsettled(order, status, notifications.get(&order.id).map_or(&[], Vec::as_slice)) {
                open.push(message);
            }
        }
        if open.is_empty() {
            return Ok(truth);
        }
        if started.elapsed() > SETTLED_WITHIN {
            for message in open {
                book.complain(message);
            }
            return Ok(truth);
        }
        // Not a guess at how long something takes, only a pause between two questions.
        std::thread::sleep(Duration::from_millis(250));
    }
}

fn ask(shop: &Shop, book: &Book, place: usize, order: &Order) -> Result<i64> {
    let reply = shop.status(&order.id)?;
    let Some(status) = reply["orderStatus"].as_i64() else {
        book.complain(format!("order {} was registered, and is lost: {reply}", order.id));
        return Ok(-1);
    };
    book.saw(place, status);
    if status == AT_THE_BANK {
        shop.resume(&order.page).with_context(|| format!("order {} cannot be finished", order.id))?;
    }
    if reply["amount"].as_u64() != Some(order.amount) || reply["orderNumber"].as_str() != Some(&order.number) {
        book.complain(format!("order {} changed its amount or number: {reply}", order.id));
    }
    Ok(status)
}

/// Why this order is not at rest yet, if it is not.
fn unsettled(order: &Order, status: i64, received: &[Notification]) -> Option<String> {
    match expected(order, status) {
        None if matches!(status, 0 | -1) => None,
        None => Some(format!("order {} stays in status {status}", order.id)),
        Some(says) => {
            let done = received.iter().any(|n| n.acknowledged && n.says() == says);
            (!done).then(|| format!("order {} has status {status}, but `{says}` never arrived", order.id))
        }
    }
}

/// What must have been announced of an order in this state.
fn expected(order: &Order, status: i64) -> Option<String> {
    let operation = if order.hold { "approved" } else { "deposited" };
    match status {
        1 | 2 => Some(format!("{operation} 1")),
        6 => Some(format!("{operation} 0")),
        _ => None,
    }
}

/// Nothing may have been announced that is not so, and repeats must be the same bytes.
pub(super) fn compare(book: &Book, states: &HashMap<String, i64>, received: &HashMap<String, Vec<Notification>>) {
    let orders: HashMap<String, Order> = book.orders().into_iter().map(|order| (order.id.clone(), order)).collect();
    for (id, notifications) in received {
        let Some(order) = orders.get(id) else {
            book.complain(format!("a notification came for `{id}`, which nobody could pay"));
            continue;
        };
        let truth = expected(order, states.get(id).copied().unwrap_or(-1));
        for notification in notifications {
            if Some(notification.says()) != truth {
                let says = notification.says();
                book.complain(format!("order {id}: `{says}` was announced, but the truth is {truth:?}"));
            }
            if notification.target != notifications[0].target {
                book.complain(format!("order {id}: a repeat differs: {notifications:?}"));
            }
        }
    }
}

/// Waits until the bank has answered for every operation that a kill or a lost answer left open.
pub(super) fn wait_for_answers(binary: &Path, data: &Path) -> Result<()> {
    let started = Instant::now();
    loop {
        let said = run_audit(binary, data)?;
        let report: serde_json::Value = serde_json::from_str(&said).with_context(|| format!("no report: {said}"))?;
        let open = report["open_operations"].as_u64().context("the audit does not count open operations")?;
        if open == 0 {
            return Ok(());
        }
        ensure!(started.elapsed() < SETTLED_WITHIN, "{open} operations never got an answer");
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
    use super::*;

    fn order(seen: Option<i64>) -> Order {
        Order { id: "a".to_owned(), page: String::new(), number: "1".to_owned(), amount: 1, hold: false, seen }
    }

    fn came(target: &str, acknowledged: bool) -> Notification {
        Notification { target: target.to_owned(), acknowledged }
    }

    const PAID: &str = "/callback?mdOrder=a&operation=deposited&status=1";

    #[test]
    fn an_end_state_is_settled_once_its_notification_was_acknowledged() {
        assert_eq!(unsettled(&order(None), 0, &[]), None);
        assert!(unsettled(&order(None), 5, &[]).is_some());
        assert!(unsettled(&order(None), 2, &[came(PAID, false)]).is_some());
        assert_eq!(unsettled(&order(None), 2, &[came(PAID, false), came(PAID, true)]), None);
        assert!(unsettled(&order(None), 6, &[came(PAID, true)]).is_some());
    }

    #[test]
    fn what_was_announced_must_be_so() {
        let complaints = |status, notifications: Vec<Notification>| {
            let book = Book::default();
            book.registered(order(None));
            compare(
                &book,
                &HashMap::from([("a".to_owned(), status)]),
                &HashMap::from([("a".to_owned(), notifications)]),
            );
            book.complaints().len()
        };
        assert_eq!(complaints(2, vec![came(PAID, true), came(PAID, true)]), 0);
        assert_eq!(complaints(0, vec![came(PAID, true)]), 1);
        assert_eq!(complaints(2, vec![came(PAID, true), came(&format!("{PAID}&x=1"), true)]), 1);
    }
}
