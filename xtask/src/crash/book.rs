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
    /// The end state that a status call answered, if any did.
    pub(super) seen: Option<i64>,
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

    /// Notes what a status call said, and complains if it takes back an end state.
    pub(super) fn saw(&self, place: usize, status: i64) {
        let mut orders = lock(&self.orders);
        let order = &mut orders[place];
        match order.seen {
            Some(before) if before != status => {
                let message = format!("order {}: status {before} was answered, and later {status}", order.id);
                drop(orders);
                self.complain(message);
            }
            Some(_) => {}
            None => order.seen = is_end(status).then_some(status),
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

/// Held, paid or declined: nothing in this test leads further.
pub(super) fn is_end(status: i64) -> bool {
    matches!(status, 1 | 2 | 6)
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
        };
        let place = book.registered(order);
        for status in [0, 5, 2, 2] {
            book.saw(place, status);
        }
        assert!(book.complaints().is_empty());
        book.saw(place, 0);
        assert_eq!(book.complaints(), ["order a: status 2 was answered, and later 0"]);
    }
}
