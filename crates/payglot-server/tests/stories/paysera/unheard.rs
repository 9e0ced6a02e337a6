//! A payer pays at a bank, and nobody writes it down: the bank could not tell, or whoever heard it died before it was durable.

use super::Paysera;
use payglot_core::{Command, Method, OperationId, OperationKind, State};
use payglot_server::flows::audit::audit;
use payglot_server::flows::recover;
use payglot_server::upstream::sandbox::Line;
use payglot_server::upstream::sandbox::elsewhere::Step;
use payglot_server::upstream::{Attempt, Demand, Elsewhere, Guide, Means, Provider as _, TestData};
use payglot_store::Commit;

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

#[tokio::test]
async fn a_payer_who_was_not_sent_to_the_bank_before_the_process_died_can_still_go_there() {
    let shop = Paysera::start().await;
    let own = shop.taken(BANK).await;
    let whole = &shop.gateway.gateway;
    let payment = shop.payments().await.pop().expect("a payment");
    let operation = whole.clock.operation_id();
    let start = Command::StartAttempt {
        operation,
        method: Method::Bank,
        method_key: Some("hanza".to_owned()),
        card: None,
        payer_ip: None,
    };
    let (project, amount) = (payment.project, payment.amount);
    let decision = payglot_core::decide(&payment, start, shop.gateway.now()).expect("decided");
    let (notifications, lease_until) = (Vec::new(), shop.gateway.now());
    let commit = Commit {
        decision,
        details: None,
        notifications,
        binding: None,
        mandate: None,
        charge: None,
        call: None,
        lease_until,
    };
    whole.store.commit(commit).await.expect("committed");
    let place = Elsewhere { method: Method::Bank, key: "hanza".to_owned(), title: "Swedbank".to_owned(), test: false };
    let attempt = Attempt {
        operation,
        payment: payment.id,
        kind: OperationKind::Sale,
        amount,
        merchant: project,
        means: Means::Elsewhere(place),
        save: false,
        return_address: own.clone(),
        demand: Demand::AsIssuerWants,
        guide: Guide::Us,
        test_data: TestData::Rbs,
    };
    whole.bank.attempt(attempt).await;
    assert!(!shop.gateway.payer.get(&own).await.body.contains("/challenge"), "nowhere to go");
    shop.gateway.pass(6);
    assert_eq!(recover::ask_again(whole, 64).await.expect("the store works"), 1);
    assert_eq!(recover::ask_again(whole, 64).await.expect("the store works"), 0);
    let page = shop.gateway.payer.get(&own).await;
    assert!(page.body.contains("/challenge"), "{}", page.body);
    shop.press(&shop.gateway.payer.get(&format!("/sandbox/bank/{operation}")).await, "pay").await;
    assert_eq!(shop.stand().await, [(State::Paid, 1000, 0)]);
    assert_eq!(shop.told().await, ["1 1000"]);
    shop.end().await;
}
