//! One order in several tabs: whatever the payer does in which of them, and in which moment, the shop gets the money once.

use super::{Paysera, carried, values};
use crate::harness::payer::{ANSWER_LOST, NEVER_RECEIVED, PAID, Page};
use payglot_core::{Payment, State};
use payglot_server::upstream::sandbox::Line;
use std::collections::HashSet;

const BANK: &[(&str, &str)] = &[("payment", "hanza")];
const OTHER_BANK: &[(&str, &str)] = &[("payment", "vb2")];

impl Paysera {
    /// Sends the order anew; the tab that it opens.
    pub(super) async fn tab(&self, changes: &[(&str, &str)]) -> Page {
        self.gateway.payer.get(&self.taken(changes).await).await
    }

    pub(super) async fn press(&self, bank: &Page, step: &str) -> Page {
        assert!(bank.address.starts_with("/sandbox/bank/"), "{}", bank.address);
        self.gateway.payer.post(&bank.address, &[("step", step)]).await
    }

    /// Every payment of the order, oldest first.
    pub(super) async fn payments(&self) -> Vec<Payment> {
        let files = self.gateway.gateway.store.files(None, 1000).await.expect("the store works");
        let mut all: Vec<_> = files.into_iter().map(|file| file.stored.payment).collect();
        let serial = |payment: &Payment| payment.order.rsplit('#').next().and_then(|digits| digits.parse::<u32>().ok());
        all.sort_by_key(serial);
        all
    }

    /// State, captured and returned of each.
    pub(super) async fn stand(&self) -> Vec<(State, i64, i64)> {
        let of = |payment: &Payment| (payment.state, payment.sums.captured, payment.sums.returned);
        self.payments().await.iter().map(of).collect()
    }

    /// `status amount` of everything the shop was told.
    pub(super) async fn told(&self) -> Vec<String> {
        self.gateway.deliver().await;
        self.heard().iter().map(|fields| values(fields, &["status", "amount"])).collect()
    }
}

/// The id in the address of a payment's page.
fn id(page: &str) -> String {
    page.trim_start_matches("/checkout/").split('?').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn whatever_is_pressed_in_an_old_tab_leads_to_the_new_payment() {
    let shop = Paysera::with(&[("paysera.send_failed", "true")]).await;
    let payer = shop.gateway.payer;
    let (old, new) = (shop.tab(&[]).await, shop.tab(&[]).await);
    assert_ne!(old.address, new.address);
    assert_eq!(payer.get(&old.address).await.address, new.address);
    assert_eq!(payer.type_card(&old, PAID).await.address, new.address, "the card was not charged");
    assert_eq!(payer.submit(&old, "cancel", &[]).await.address, new.address);
    assert_eq!(shop.stand().await, [(State::Cancelled, 0, 0), (State::Created, 0, 0)]);
    payer.type_card(&new, PAID).await;
    assert_eq!(payer.get(&old.address).await.heading(), "This order is already paid");
    // Status 0 of the first would make the shop give up an order that is being paid.
    assert_eq!(shop.told().await, ["1 1000"]);
    shop.end().await;
}

#[tokio::test]
async fn what_is_paid_at_a_bank_in_an_old_tab_goes_back() {
    let shop = Paysera::start().await;
    let bank = shop.tab(BANK).await;
    let new = shop.tab(&[]).await;
    assert!(shop.gateway.payer.get(&bank.address).await.has("This payment has ended"));
    let after = shop.press(&bank, "pay").await;
    assert_eq!(after.address, new.address, "the payer is led to what can be paid");
    assert_eq!(shop.stand().await, [(State::Cancelled, 0, 1000), (State::Created, 0, 0)]);
    shop.gateway.payer.type_card(&new, PAID).await;
    assert_eq!(shop.told().await, ["1 1000"]);
    shop.end().await;
}

#[tokio::test]
async fn a_shop_that_takes_late_money_gets_it_and_the_new_payment_ends() {
    let shop = Paysera::with(&[("accept_late", "true"), ("paysera.send_failed", "true")]).await;
    let bank = shop.tab(BANK).await;
    let second = shop.tab(OTHER_BANK).await;
    let done = shop.press(&bank, "pay").await;
    assert_eq!(done.heading(), "Paid. Thank you!");
    assert_eq!(shop.stand().await, [(State::Paid, 1000, 0), (State::Cancelled, 0, 0)]);
    // The other bank takes money all the same; it is late too, but the order is paid.
    let led = shop.press(&second, "pay").await;
    assert_eq!(led.heading(), "This order is already paid");
    assert_eq!(shop.stand().await, [(State::Paid, 1000, 0), (State::Cancelled, 0, 1000)]);
    assert_eq!(shop.told().await, ["1 1000"]);
    let again = shop.taken(&[]).await;
    assert_eq!(carried(&again).get("requestid"), shop.heard()[0].get("requestid"), "the result that the shop knows");
    shop.end().await;
}

#[tokio::test]
async fn late_money_goes_back_if_the_order_is_paid_or_changed_meanwhile() {
    let shop = Paysera::with(&[("accept_late", "true")]).await;
    let bank = shop.tab(BANK).await;
    let card = shop.tab(&[]).await;
    shop.gateway.payer.type_card(&card, PAID).await;
    shop.press(&bank, "pay").await;
    assert_eq!(shop.stand().await, [(State::Cancelled, 0, 1000), (State::Paid, 1000, 0)]);
    let bank = shop.tab(&[&[("orderid", "2")], BANK].concat()).await;
    shop.tab(&[("orderid", "2"), ("amount", "2000")]).await;
    shop.press(&bank, "pay").await;
    let stand = shop.stand().await;
    assert_eq!(stand[2..], [(State::Cancelled, 0, 1000), (State::Created, 0, 0)], "the shop wants another sum now");
    shop.end().await;
}

#[tokio::test]
async fn an_order_that_ran_out_of_time_and_was_sent_again_is_paid_once() {
    let shop = Paysera::with(&[("accept_late", "true")]).await;
    let old = shop.tab(BANK).await;
    shop.gateway.pass(100_000);
    assert_eq!(shop.gateway.expire().await, 1);
    let new = shop.tab(&[]).await;
    shop.press(&old, "pay").await;
    assert_eq!(
        shop.stand().await,
        [(State::Paid, 1000, 0), (State::Cancelled, 0, 0)],
        "late, and nothing else paid it"
    );
    let led = shop.gateway.payer.type_card(&new, PAID).await;
    assert_eq!(led.heading(), "This order is already paid");
    assert_eq!(shop.told().await, ["1 1000"]);
    shop.end().await;
}

#[tokio::test]
async fn while_an_answer_is_missing_nobody_is_asked_to_pay_again() {
    let shop = Paysera::start().await;
    let bank = &shop.gateway.gateway.bank;
    let tab = shop.tab(&[]).await;
    bank.set_line(Line::Mute);
    shop.gateway.payer.type_card(&tab, ANSWER_LOST).await;
    let again = shop.tab(&[]).await;
    assert_eq!((id(&again.address), again.heading()), (id(&tab.address), "Waiting for the bank’s answer".to_owned()));
    bank.set_line(Line::Whole);
    assert!(shop.taken(&[]).await.starts_with("https://shop.example/ok"), "asked, and it was paid");
    let tab = shop.tab(&[("orderid", "2")]).await;
    shop.gateway.payer.type_card(&tab, NEVER_RECEIVED).await;
    let fresh = shop.tab(&[("orderid", "2")]).await;
    assert_ne!(id(&fresh.address), id(&tab.address), "asked, and nothing had happened");
    assert_eq!(shop.told().await, ["1 1000"]);
    shop.end().await;
}

#[tokio::test]
async fn what_a_bank_took_and_will_confirm_is_waited_for_unless_the_shop_wants_another_sum() {
    let shop = Paysera::start().await;
    let bank = shop.tab(BANK).await;
    let waiting = shop.press(&bank, "later").await;
    let again = shop.tab(OTHER_BANK).await;
    assert_eq!((id(&again.address), again.heading()), (id(&waiting.address), waiting.heading()));
    let other = shop.tab(&[("amount", "300")]).await;
    shop.gateway.payer.type_card(&other, PAID).await;
    shop.press(&bank, "confirm").await;
    assert_eq!(shop.told().await, ["1 300", "1 1000"], "another sum is another payment");
    shop.end().await;
}

#[tokio::test]
async fn a_test_ends_no_real_payment() {
    let shop = Paysera::start().await;
    let real = shop.tab(&[]).await;
    let test = shop.tab(&[("test", "1")]).await;
    for tab in [&real, &test] {
        assert_eq!(shop.gateway.payer.get(&tab.address).await.address, tab.address);
        shop.gateway.payer.type_card(tab, PAID).await;
    }
    assert_eq!(shop.told().await, ["1 1000", "1 1000"]);
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_tabs_opened_at_once_one_stays_open() {
    let shop = Paysera::start().await;
    let tabs = futures_util::future::join_all((0..12).map(|_| shop.taken(&[]))).await;
    assert_eq!(tabs.iter().map(|tab| id(tab)).collect::<HashSet<_>>().len(), 12);
    let stand = shop.stand().await;
    assert_eq!(stand.iter().filter(|(state, ..)| *state == State::Created).count(), 1, "{stand:?}");
    assert_eq!(stand.iter().filter(|(state, ..)| *state == State::Cancelled).count(), 11, "{stand:?}");
    let mut led = HashSet::new();
    for tab in &tabs {
        led.insert(shop.gateway.payer.get(tab).await.address);
    }
    assert_eq!(led.len(), 1, "{led:?}");
    shop.end().await;
}

/// A bank's word for an old payment, a card typed into the newest and one more tab, all in one moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_happens_in_one_moment_the_money_counts_once() {
    for accepted in ["true", "false"] {
        let shop = Paysera::with(&[("accept_late", accepted)]).await;
        let mut outcomes = HashSet::new();
        for number in 0..12 {
            let order = format!("o{number}");
            let with = |more: &[(&'static str, &'static str)]| {
                let number = [("orderid", order.as_str())];
                let all: Vec<(String, String)> =
                    number.iter().copied().chain(more.iter().copied()).map(owned).collect();
                all
            };
            let first = shop.tab(&borrowed(&with(BANK))).await;
            let second = shop.tab(&borrowed(&with(OTHER_BANK))).await;
            let third = shop.tab(&borrowed(&with(&[]))).await;
            let again = with(&[]);
            let again = borrowed(&again);
            let payer = shop.gateway.payer;
            tokio::join!(
                async { drop(shop.press(&first, "pay").await) },
                async { drop(shop.press(&second, "pay").await) },
                async { drop(payer.type_card(&third, PAID).await) },
                async { drop(shop.send(&shop.order(&again)).await) },
            );
            let of_order = |payment: &&Payment| payment.order.starts_with(&format!("{order}#"));
            let payments = shop.payments().await;
            let captured: i64 = payments.iter().filter(of_order).map(|payment| payment.sums.captured).sum();
            let open = payments.iter().filter(of_order).filter(|payment| payment.state.waits_for_payer()).count();
            assert!(captured <= 1000 && open <= 1, "{captured} captured, {open} open: {payments:#?}");
            outcomes.insert((captured, open));
        }
        assert!(outcomes.contains(&(1000, 0)), "{outcomes:?}");
        shop.gateway.deliver().await;
        let mut told: Vec<_> = shop.heard().iter().map(|fields| values(fields, &["orderid", "status"])).collect();
        let all = told.len();
        told.sort();
        told.dedup();
        assert_eq!(told.len(), all, "no order is told twice");
        shop.end().await;
    }
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
