//! Mixed load: several clients at once that register, pay in different ways, capture, release and refund, and ask again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use anyhow::Result;

use super::book::{Book, Order, Wish};
use super::paysera;
use super::random::Random;
use super::shop::Shop;

/// Clients at the same time: those of the shop that speaks RBS, and those of the one that speaks Paysera.
const CLIENTS: u64 = 6;
const PAYSERA_CLIENTS: u64 = 2;

const GOOD: &str = "4444 5555 1111 3333";
const WITH_3DS: &str = "5555 5555 5555 5599";
const INSUFFICIENT: &str = "5432 5432 5432 5430";
const REFUSED: &str = "4444 4444 1111 1111";

/// Paid, but the bank's answer is lost: it must be asked again.
const ANSWER_LOST: &str = "4000 0000 0000 1000";
/// Lost on the way to the bank: nothing is paid, and the payer may try again.
const NEVER_RECEIVED: &str = "4000 0000 0000 1018";

/// What one payer does; the numbers are parts of a hundred.
const MIX: &[(u64, &[&str])] = &[
    (45, &[GOOD]),
    (3, &[ANSWER_LOST]),
    (2, &[NEVER_RECEIVED]),
    (15, &[WITH_3DS]),
    (10, &[INSUFFICIENT, GOOD]),
    (10, &[REFUSED]),
    (5, &[INSUFFICIENT, INSUFFICIENT, INSUFFICIENT]),
    (10, &[]),
];

/// The shops, and what the payers of the second one did.
#[derive(Clone)]
pub(super) struct Shops {
    pub(super) rbs: Shop,
    pub(super) paysera: paysera::Shop,
    pub(super) orders: Arc<paysera::Orders>,
}

/// Clients that run until they are told to stop.
pub(super) struct Load {
    running: Arc<AtomicBool>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    pub(super) fn start(shops: &Shops, book: &Arc<Book>, seed: u64, round: u64) -> Self {
        let running = Arc::new(AtomicBool::new(true));
        let client = |thread| {
            let (shops, book, running) = (shops.clone(), Arc::clone(book), Arc::clone(&running));
            let mut random = Random::fork(seed, round, thread);
            std::thread::spawn(move || {
                for number in 0_u64.. {
                    let number = format!("{round}-{thread}-{number}");
                    let result = if thread < PAYSERA_CLIENTS {
                        paysera::buy(&shops.paysera, &shops.orders, &mut random, &number)
                    } else {
                        buy(&shops.rbs, &book, &mut random, &number)
                    };
                    if !running.load(Ordering::Relaxed) {
                        return;
                    }
                    // While the gateway is being killed, every request may break; before that, none may.
                    if let Err(error) = result {
                        book.complain(format!("{error:#}"));
                        return;
                    }
                }
            })
        };
        let clients = (0..CLIENTS + PAYSERA_CLIENTS).map(client).collect();
        Self { running, clients }
    }

    /// From now on broken requests are expected. Called right before the gateway is killed.
    pub(super) fn expect_breakage(&self) {
        self.running.store(false, Ordering::Relaxed);
    }

    /// Waits until every client has noticed.
    pub(super) fn join(self) {
        for client in self.clients {
            // A client that panicked has printed why; its orders are checked all the same.
            let _ = client.join();
        }
    }
}

/// One purchase from registration over what the shop does with the money to the last status call, and a look at an older order.
fn buy(shop: &Shop, book: &Book, random: &mut Random, number: &str) -> Result<()> {
    let (amount, hold) = (100 + random.below(1_000_000), random.below(100) < 35);
    let (id, page) = shop.register(number, amount, hold)?;
    let order = Order { id, page, number: number.to_owned(), amount, hold, seen: None, asked: Vec::new() };
    let place = book.registered(order.clone());
    for card in cards(random) {
        shop.pay(&order.page, card)?;
    }
    let status = ask(shop, book, place, &order)?;
    let captured = if status == Some(1) { end_hold(shop, book, random, place, &order)? } else { order.amount };
    if matches!(status, Some(1 | 2)) && captured > 0 {
        refund(shop, book, random, place, &order, captured)?;
    }
    ask(shop, book, place, &order)?;
    if let Some((place, order)) = book.any(random) {
        ask(shop, book, place, &order)?;
    }
    Ok(())
}

/// Captures a hold in part or whole, or releases it, or leaves it. How much is captured now.
fn end_hold(shop: &Shop, book: &Book, random: &mut Random, place: usize, order: &Order) -> Result<u64> {
    let wish = match random.below(4) {
        0 => return Ok(0),
        1 => Wish::Reverse,
        2 => Wish::Deposit(100 + random.below(order.amount - 99)),
        _ => Wish::Deposit(order.amount),
    };
    let done = operate(shop, book, place, order, &wish)?;
    Ok(match wish {
        Wish::Deposit(amount) if done => amount,
        Wish::Deposit(_) | Wish::Reverse | Wish::Refund(..) => 0,
    })
}

/// Gives parts of what was captured back, each under a number of its own; now and then the same one is asked for twice.
fn refund(shop: &Shop, book: &Book, random: &mut Random, place: usize, order: &Order, captured: u64) -> Result<()> {
    if random.below(3) > 0 {
        return Ok(());
    }
    let mut left = captured;
    for number in 1..=random.below(4) {
        if left == 0 {
            break;
        }
        let amount = 1 + random.below(left);
        left -= amount;
        let wish = Wish::Refund(format!("r{number}"), amount);
        operate(shop, book, place, order, &wish)?;
        if random.below(4) == 0 {
            operate(shop, book, place, order, &wish)?;
        }
    }
    Ok(())
}

/// Asks for it. True if the gateway said that it is done; a provider's lost answer is all that may keep it from saying so.
fn operate(shop: &Shop, book: &Book, place: usize, order: &Order, wish: &Wish) -> Result<bool> {
    book.asks(place, wish);
    let told = shop.operate(&order.id, wish)?;
    match &told {
        None => book.did(place),
        Some(told) if told.contains("System error") => {}
        Some(told) => book.complain(format!("order {}: {wish:?} was refused: {told}", order.id)),
    }
    Ok(told.is_none())
}

fn ask(shop: &Shop, book: &Book, place: usize, order: &Order) -> Result<Option<i64>> {
    let before = book.seen(place);
    let reply = shop.status(&order.id)?;
    let status = reply["orderStatus"].as_i64();
    match status {
        Some(status) => book.saw(place, before, status),
        None => book.complain(format!("order {} was registered, and then: {reply}", order.id)),
    }
    Ok(status)
}

fn cards(random: &mut Random) -> &'static [&'static str] {
    let mut left = random.below(100);
    for (part, cards) in MIX {
        if left < *part {
            return cards;
        }
        left -= part;
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mix_is_a_hundred() {
        assert_eq!(MIX.iter().map(|(part, _)| part).sum::<u64>(), 100);
    }
}
