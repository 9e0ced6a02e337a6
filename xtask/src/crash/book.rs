//! What the clients were told, which the gateway must never take back.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::random::Random;

/// An order whose registration was answered in full.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) id: String,
    /// Path of the payment page.
    pub(super) page: String,
    pub(super) number: String,
    pub(super) amount: u64,
    /// Two stages: the payer's money is held, not taken.
    pub(super) hold: bool,
    /// The furthest state that a status call answered, if one answered any of those that last.
    pub(super) seen: Option<i64>,
    /// What the shop asked for after the payment, in order.
    pub(super) asked: Vec<Asked>,
}

/// What a shop wants done after the payment. Amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    Deposit(u64),
    Reverse,
    /// Under the shop's own number of this refund.
    Refund(String, u64),
}

/// A wish, and whether the gateway said that it is done. If it did not say so, it may have happened or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) wish: Wish,
    pub(super) done: bool,
}

/// The orders of all clients, and what went wrong while they ran.
#[derive(Default)]
pub(super) struct Book {
    orders: Mutex<Vec<Order>>,
    complaints: Mutex<HashSet<String>>,
}

impl Book {
    /// Notes an acknowledged order; answers with its place.
    pub(super) fn registered(&self, order: Order) -> usize {
        let mut orders = lock(&self.orders);
        orders.push(order);
        orders.len() - 1
    }

    /// What was seen of an order, for a status call that begins now.
    pub(super) fn seen(&self, place: usize) -> Option<i64> {
        lock(&self.orders)[place].seen
    }

    /// Notes what a status call said, and complains if that is older than what was seen when the call began. Calls of several clients
    /// may end in any order.
    pub(super) fn saw(&self, place: usize, before: Option<i64>, status: i64) {
        let mut orders = lock(&self.orders);
        let order = &mut orders[place];
        if let Some(before) = before
            && !follows(before, status)
        {
            let message = format!("order {}: status {before} was answered, and later {status}", order.id);
            drop(orders);
            self.complain(message);
            return;
        }
        if lasts(status) && order.seen.is_none_or(|seen| follows(seen, status)) {
            order.seen = Some(status);
        }
    }

    /// Notes what will be asked, before it is.
    pub(super) fn asks(&self, place: usize, wish: &Wish) {
        lock(&self.orders)[place].asked.push(Asked { wish: wish.clone(), done: false });
    }

    /// The gateway said that the last wish is done.
    pub(super) fn did(&self, place: usize) {
        if let Some(last) = lock(&self.orders)[place].asked.last_mut() {
            last.done = true;
        }
    }

    pub(super) fn complain(&self, message: String) {
        lock(&self.complaints).insert(message);
    }

    pub(super) fn complaints(&self) -> Vec<String> {
        let mut all: Vec<String> = lock(&self.complaints).iter().cloned().collect();
        all.sort();
        all
    }

    pub(super) fn orders(&self) -> Vec<Order> {
        lock(&self.orders).clone()
    }

    /// Some earlier order, to be asked for again.
    pub(super) fn any(&self, random: &mut Random) -> Option<(usize, Order)> {
        let orders = lock(&self.orders);
        let place = usize::try_from(random.below(orders.len() as u64)).ok()?;
        orders.get(place).map(|order| (place, order.clone()))
    }
}

/// Held, paid, reversed, refunded or declined: what must not be forgotten. Only the shop leads further.
pub(super) fn lasts(status: i64) -> bool {
    matches!(status, 1 | 2 | 3 | 4 | 6)
}

/// May an order that stood there stand here later?
fn follows(before: i64, after: i64) -> bool {
    match before {
        1 => matches!(after, 1..=4),
        2 => matches!(after, 2..=4),
        _ => before == after,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_state_must_not_be_taken_back() {
        let book = Book::default();
        let order = Order {
            id: "a".to_owned(),
            page: String::new(),
            number: "1".to_owned(),
            amount: 1,
            hold: false,
            seen: None,
            asked: Vec::new(),
        };
        let place = book.registered(order);
        for status in [0, 5, 2, 2, 4, 4] {
            book.saw(place, book.seen(place), status);
        }
        // This call began before the refund was seen.
        book.saw(place, Some(2), 2);
        assert!(book.complaints().is_empty());
        book.saw(place, book.seen(place), 2);
        assert_eq!(book.complaints(), ["order a: status 4 was answered, and later 2"]);
    }
}
