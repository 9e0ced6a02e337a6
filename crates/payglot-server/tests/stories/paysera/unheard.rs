//! A payer pays at a bank, and nobody writes it down: the bank could not tell, or whoever heard it died before it was durable.

use super::Paysera;
use payglot_core::{OperationId, State};
use payglot_server::flows::audit::audit;
use payglot_server::flows::recover;
use payglot_server::upstream::Provider as _;
use payglot_server::upstream::sandbox::Line;
use payglot_server::upstream::sandbox::elsewhere::Step;

const BANK: &[(&str, &str)] = &[("payment", "hanza")];

impl Paysera {
    /// The attempt that the payer of the newest payment is at a bank for.
    async fn attempt(&self) -> OperationId {
        let newest = self.payments().await.into_iter().last().expect("a payment");
        newest.last_attempt().expect("an attempt").id
    }

    async fn violations(&self) -> usize {
        audit(self.gateway.gateway.store.as_ref()).await.expect("the store works").violations.len()
    }
}

#[tokio::test]
async fn late_money_whose_process_died_is_asked_for_after_the_next_start() {
    for (accepted, stand) in [("false", (State::Expired, 0, 1000)), ("true", (State::Paid, 1000, 0))] {
        let shop = Paysera::with(&[("accept_late", accepted)]).await;
        let bank = shop.tab(BANK).await;
        shop.gateway.pass(100_000);
        assert_eq!(shop.gateway.expire().await, 1);
        // The payer pays in a forgotten tab. The gateway asks the bank what became of it, the bank moves the money and says so, and
        // the process is gone before the answer is written down.
        let attempt = shop.attempt().await;
        shop.gateway.gateway.bank.set_line(Line::Mute);
        shop.press(&bank, "pay").await;
        shop.gateway.gateway.bank.set_line(Line::Whole);
        shop.gateway.gateway.bank.query(attempt).await;
        // Behind the bank's own entry in the queue of the disk.
        shop.gateway.gateway.store.check().await.expect("the store works");
        assert_eq!(shop.stand().await, [(State::Expired, 0, 0)]);
        assert_eq!(shop.violations().await, 1, "two books disagree");
        let started_again = shop.gateway.beside();
        shop.gateway.pass(10);
        let told = recover::ask_places(&started_again, None, shop.gateway.now()).await.expect("the store works");
        assert_eq!(told, 1);
        assert_eq!((shop.stand().await, shop.violations().await), (vec![stand], 0));
        // Another process may have had the same thought.
        assert_eq!(shop.gateway.ask_places(None).await, 0);
        shop.end().await;
    }
}

#[tokio::test]
async fn a_bank_that_could_not_tell_is_asked_ever_more_seldom() {
    let shop = Paysera::start().await;
    shop.tab(BANK).await;
    let attempt = shop.attempt().await;
    let (began, mut last) = (shop.gateway.now(), shop.gateway.now());
    let mut ask = async |seconds: i64| {
        shop.gateway.pass(seconds - shop.gateway.now().since(began) / 1000);
        let told = shop.gateway.ask_places(Some(last)).await;
        last = shop.gateway.now();
        told
    };
    assert_eq!(ask(11).await, 0, "asked, and the payer is still there");
    shop.gateway.gateway.bank.take_step(attempt, Step::Pay).await;
    assert_eq!(ask(59).await, 0, "its next time is after a minute");
    assert_eq!(ask(61).await, 1);
    assert_eq!(shop.stand().await, [(State::Paid, 1000, 0)]);
    assert_eq!(shop.told().await, ["1 1000"]);
    assert_eq!(ask(700).await, 0);
    shop.end().await;
}

#[tokio::test]
async fn a_payer_who_went_on_and_one_whose_card_is_being_proven_are_not_mistaken() {
    let shop = Paysera::start().await;
    // Left the bank for another, and then the browser.
    let own = shop.tab(&[("payment", "")]).await;
    let choose = async |method: &str| {
        let page = shop.gateway.payer.get(&own.address).await;
        shop.gateway.payer.submit(&page, "choose", &[("method", method)]).await
    };
    choose("hanza").await;
    let waiting = shop.gateway.payer.get(&own.address).await;
    shop.gateway.payer.submit(&waiting, "another-card", &[]).await;
    let first = shop.attempt().await;
    choose("vb2").await;
    shop.gateway.gateway.bank.take_step(first, Step::Pay).await;
    let card = shop.tab(&[("orderid", "2")]).await;
    let proving = shop.gateway.payer.type_card(&card, crate::harness::payer::CHALLENGE).await;
    shop.gateway.pass(11);
    assert_eq!(shop.gateway.ask_places(None).await, 1, "the first bank alone has something to tell");
    assert_eq!(shop.stand().await, [(State::Paid, 1000, 0), (State::Pending, 0, 0)]);
    shop.gateway.payer.confirm(&proving, "12345678").await;
    assert_eq!(shop.told().await, ["1 1000", "1 1000"]);
    shop.end().await;
}
