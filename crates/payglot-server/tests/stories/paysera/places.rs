//! Paying at a bank, a wallet or a telephone.

use super::{Paysera, carried, values};
use crate::harness::payer::{PAID, Page};
use payglot_core::{OperationKind, OperationStatus, State};
use payglot_server::upstream::sandbox::elsewhere::Step;
use payglot_store::PaymentFile;

const BANK: &[(&str, &str)] = &[("payment", "hanza"), ("p_email", "a@shop.test")];
const CHOICE: &[(&str, &str)] = &[("payment", ""), ("p_email", "a@shop.test"), ("country", "LT")];

impl Paysera {
    /// Sends an order and follows where it leads.
    async fn arrive(&self, changes: &[(&str, &str)]) -> Page {
        self.gateway.payer.get(&self.taken(changes).await).await
    }

    async fn step(&self, place: &Page, step: &str) -> Page {
        assert!(place.address.starts_with("/sandbox/bank/"), "{}", place.address);
        self.gateway.payer.post(&place.address, &[("step", step)]).await
    }

    async fn choose(&self, page: &Page, method: &str) -> Page {
        self.gateway.payer.submit(page, "choose", &[("method", method)]).await
    }

    /// The only payment of this shop.
    async fn file(&self) -> PaymentFile {
        let files = self.gateway.gateway.store.files(None, 10).await.expect("the store works");
        assert_eq!(files.len(), 1);
        files.into_iter().next().expect("one")
    }

    async fn state(&self) -> State {
        self.file().await.stored.payment.state
    }
}

#[tokio::test]
async fn a_chosen_bank_is_the_first_page_and_a_payment_there_is_told_before_the_payer_is_back() {
    let shop = Paysera::start().await;
    let bank = shop.arrive(BANK).await;
    assert_eq!(bank.heading(), "Pay with Swedbank");
    // The payer closes the browser at the bank: the redirect of this answer is not followed by anybody.
    let done = shop.step(&bank, "pay").await;
    assert_eq!(shop.gateway.deliver().await, 1);
    let told = shop.heard().remove(0);
    assert_eq!(values(&told, &["status", "payment", "p_email", "payment_country"]), "1 hanza a@shop.test LT");
    assert_eq!(carried(&shop.gateway.payer.go_back(&done).await).get("status"), Some("1"));
    for step in ["pay", "decline", "leave"] {
        assert_eq!(shop.step(&bank, step).await.heading(), done.heading(), "an old tab changes nothing");
    }
    assert_eq!(shop.gateway.deliver().await, 0);
    let payment = shop.file().await.stored.payment;
    assert_eq!((payment.sums.captured, payment.attempts_used()), (1_000, 1));
    assert_eq!(payment.last_attempt().and_then(|attempt| attempt.method_key.as_deref()), Some("hanza"));
    shop.end().await;
}

#[tokio::test]
async fn a_payer_may_change_the_way_and_the_shop_is_told_the_last_one() {
    let shop = Paysera::start().await;
    let page = shop.arrive(CHOICE).await;
    let bank = shop.choose(&page, "vb2").await;
    let page = shop.step(&bank, "leave").await;
    assert!(page.has("You left before paying"), "{}", page.body);
    let bank = shop.choose(&page, "nord").await;
    let page = shop.step(&bank, "decline").await;
    assert!(page.has("There is not enough money on that account"));
    // The card is one way among others, on a form of its own.
    let form = shop.choose(&page, "card").await;
    shop.gateway.payer.type_card(&form, PAID).await;
    assert_eq!(shop.gateway.deliver().await, 1);
    assert_eq!(values(&shop.heard()[0], &["status", "payment"]), "1 card");
    shop.end().await;
}

#[tokio::test]
async fn what_was_not_offered_cannot_be_chosen() {
    let shop = Paysera::start().await;
    let page = shop.arrive(&[("payment", ""), ("p_email", "a@shop.test"), ("only_payments", "hanza,card")]).await;
    for hidden in ["vb2", "smsbank", "none", ""] {
        let again = shop.choose(&page, hidden).await;
        assert!(again.has("This page was out of date"), "{hidden}");
    }
    assert_eq!(shop.state().await, State::Created);
    let old = shop.gateway.payer.post(&page.address, &[("step", "choose"), ("token", "7"), ("method", "hanza")]).await;
    assert!(old.has("This page was out of date"));
    shop.end().await;
}

#[tokio::test]
async fn an_address_is_asked_for_once_and_told() {
    let shop = Paysera::start().await;
    let page = shop.arrive(&[("payment", "hanza"), ("p_email", "")]).await;
    assert!(page.has("Your e-mail") && !page.has("SEB"), "only the way that the shop chose is there");
    let asked = shop.choose(&page, "hanza").await;
    assert!(asked.status == 422 && asked.has("Enter your e-mail address"));
    let fields = [("method", "hanza"), ("email", "skaitytoja@knygos.test")];
    let bank = shop.gateway.payer.submit(&page, "choose", &fields).await;
    shop.step(&bank, "leave").await;
    let page = shop.gateway.payer.get(&page.address).await;
    assert!(!page.has("Your e-mail") && page.has("SEB"), "now all ways are there, and nothing is asked");
    let bank = shop.choose(&page, "vb2").await;
    shop.step(&bank, "pay").await;
    shop.gateway.deliver().await;
    assert_eq!(values(&shop.heard()[0], &["payment", "p_email"]), "vb2 skaitytoja@knygos.test");
    shop.end().await;
}

#[tokio::test]
async fn accepted_is_not_paid_until_it_is_confirmed() {
    let shop = Paysera::start().await;
    let bank = shop.arrive(BANK).await;
    let waiting = shop.step(&bank, "later").await;
    assert!(waiting.has("Your payment is on its way"));
    assert_eq!(carried(&shop.gateway.payer.go_back(&waiting).await).get("status"), Some("2"));
    assert_eq!(shop.gateway.deliver().await, 0);
    // Neither the loops nor the end of the order's time decide about money that is under way.
    shop.gateway.pass(100_000);
    assert_eq!((shop.gateway.recover().await, shop.gateway.expire().await), (0, 0));
    assert_eq!(shop.state().await, State::Pending);
    shop.step(&bank, "confirm").await;
    shop.gateway.deliver().await;
    assert_eq!(values(&shop.heard()[0], &["status", "payment"]), "1 hanza");
    shop.end().await;
}

#[tokio::test]
async fn a_bank_names_its_payer_and_compares_the_national_number() {
    let shop = Paysera::start().await;
    let names = ["orderid", "status", "name", "surename", "account", "personcodestatus"];
    for (number, person, personcode) in [
        ("1", "zydrune", ""),
        ("2", "jonas", "38002300019"),
        ("3", "jonas", "48002300017"),
        ("4", "nobody", "38002300019"),
    ] {
        let bank = shop.arrive(&[&[("orderid", number), ("personcode", personcode)], BANK].concat()).await;
        assert!(bank.has("Jonas Petraitis \u{b7} 38002300019"), "{}", bank.body);
        let done = shop.gateway.payer.post(&bank.address, &[("step", "pay"), ("person", person)]).await;
        shop.gateway.deliver().await;
        let told = shop.heard().pop().expect("told");
        assert_eq!(carried(&shop.gateway.payer.go_back(&done).await), told);
    }
    let told: Vec<_> = shop.heard().iter().map(|told| values(told, &names)).collect();
    let expected = [
        "1 1 Žydrūnė Šimkutė LT121000011101001000 -",
        "2 1 Jonas Petraitis LT559999900000000017 1",
        "3 1 Jonas Petraitis LT559999900000000017 2",
        "4 1 - - - 0",
    ];
    assert_eq!(told, expected);
    let wallet = shop.arrive(&[("orderid", "5"), ("payment", "wallet")]).await;
    assert!(!wallet.has("Jonas"), "a wallet tells nothing");
    shop.end().await;
}

#[tokio::test]
async fn what_a_bank_executed_and_never_confirms_is_told_as_status_4() {
    let shop = Paysera::start().await;
    let bank = shop.arrive(BANK).await;
    let done = shop.step(&bank, "unconfirmed").await;
    assert_eq!(done.heading(), "Paid. Thank you!");
    shop.gateway.deliver().await;
    let told = shop.heard().remove(0);
    assert_eq!(values(&told, &["status", "payment", "payamount", "paycurrency"]), "4 hanza 1000 EUR");
    assert_eq!(carried(&shop.gateway.payer.go_back(&done).await), told);
    assert_eq!(carried(&shop.taken(BANK).await).get("status"), Some("4"), "the order is paid for");
    let payment = shop.file().await.stored.payment;
    assert_eq!((payment.state, payment.sums.captured), (State::Paid, 1_000));
    shop.end().await;
}

#[tokio::test]
async fn a_shop_that_wants_it_is_told_what_was_accepted_and_then_that_it_is_paid() {
    let shop = Paysera::with(&[("paysera.send_accepted", "true")]).await;
    let bank = shop.arrive(BANK).await;
    shop.step(&bank, "later").await;
    shop.gateway.deliver().await;
    shop.step(&bank, "confirm").await;
    shop.gateway.deliver().await;
    let told: Vec<_> = shop.heard().iter().map(|told| values(told, &["status", "payment"])).collect();
    assert_eq!(told, ["2 hanza", "1 hanza"]);
    shop.end().await;
}

#[tokio::test]
async fn money_that_comes_after_the_time_goes_back_or_to_the_shop_as_agreed() {
    for (accepted, state, told) in [("false", State::Expired, 0), ("true", State::Paid, 1)] {
        let shop = Paysera::with(&[("accept_late", accepted)]).await;
        let bank = shop.arrive(BANK).await;
        shop.gateway.pass(100_000);
        assert_eq!(shop.gateway.expire().await, 1);
        let page = shop.gateway.payer.get(&bank.address).await;
        assert!(page.has("This payment has ended"), "{}", page.body);
        shop.step(&bank, "pay").await;
        assert_eq!(shop.state().await, state);
        assert_eq!(shop.gateway.deliver().await, told);
        let payment = shop.file().await.stored.payment;
        let returned: Vec<_> = payment.approved(OperationKind::Return).map(|back| back.amount.minor()).collect();
        assert_eq!(returned, if accepted == "true" { vec![] } else { vec![1_000] });
        shop.end().await;
    }
}

#[tokio::test]
async fn what_a_bank_could_not_tell_is_asked_before_the_order_is_given_up() {
    let shop = Paysera::start().await;
    for way in ["expire", "cancel", "another"] {
        let bank = shop.arrive(&[&[("orderid", way)], BANK].concat()).await;
        let id = bank.address.trim_start_matches("/sandbox/bank/").split('?').next().unwrap_or_default().to_owned();
        // The bank takes the money, and the gateway hears nothing of it.
        shop.gateway.gateway.bank.take_step(id.parse().expect("an id"), Step::Pay).await;
        let attempt = id.parse().expect("an id");
        let files = shop.gateway.gateway.store.files(None, 10).await.expect("the store works");
        let stored = files.iter().map(|file| &file.stored.payment).find(|payment| payment.operation(attempt).is_some());
        let payment = stored.expect("the payment").id;
        let page = shop.gateway.payer.get(&format!("/checkout/{payment}?lang=en")).await;
        assert_eq!(page.heading(), "Continue at Swedbank");
        match way {
            "expire" => {
                shop.gateway.pass(100_000);
                shop.gateway.expire().await;
            }
            "cancel" => drop(shop.gateway.payer.submit(&page, "cancel", &[]).await),
            _ => drop(shop.gateway.payer.submit(&page, "another-card", &[]).await),
        }
        let stored = shop.gateway.gateway.store.payment(payment).await.expect("the store works").expect("the payment");
        assert_eq!(stored.payment.state, State::Paid, "{way}");
        assert_eq!(stored.payment.operation(attempt).map(|one| one.status), Some(OperationStatus::Approved));
    }
    shop.end().await;
}

#[tokio::test]
async fn a_forgotten_tab_pays_once_and_the_new_attempt_is_not_charged() {
    let shop = Paysera::start().await;
    let page = shop.arrive(CHOICE).await;
    let first = shop.choose(&page, "hanza").await;
    let own = shop.gateway.payer.get(&page.address).await;
    let page = shop.gateway.payer.submit(&own, "another-card", &[]).await;
    let second = shop.choose(&page, "vb2").await;
    shop.step(&first, "pay").await;
    assert_eq!(shop.state().await, State::Paid);
    shop.step(&second, "pay").await;
    let payment = shop.file().await.stored.payment;
    assert_eq!((payment.sums.captured, payment.sums.returned), (1_000, 1_000), "what came twice goes back");
    shop.gateway.deliver().await;
    assert_eq!(values(&shop.heard()[0], &["status", "payment"]), "1 hanza");
    shop.end().await;
}

#[tokio::test]
async fn a_test_payment_is_marked_and_may_succeed_at_once() {
    let shop = Paysera::start().await;
    let test = [&[("test", "1")], BANK].concat();
    let place = shop.arrive(&test).await;
    assert_eq!(place.heading(), "Test payment");
    shop.step(&place, "pay").await;
    shop.gateway.deliver().await;
    assert_eq!(values(&shop.heard()[0], &["status", "test"]), "1 1");
    shop.set("paysera.instant_test", "true").await;
    let done = shop.arrive(&[&test[..], &[("orderid", "2")]].concat()).await;
    assert_eq!(done.heading(), "Paid. Thank you!");
    shop.end().await;
}

#[tokio::test]
async fn strange_addresses_and_steps_are_pages_and_change_nothing() {
    let shop = Paysera::start().await;
    let bank = shop.arrive(BANK).await;
    for step in ["", "steal", "code", "phone", "confirm", "other-phone"] {
        let page = shop.step(&bank, step).await;
        assert_eq!((page.status, page.heading().as_str()), (200, "Pay with Swedbank"), "{step}");
    }
    let nowhere = "/sandbox/bank/01a20623-ffb4-72e3-befa-f384c7c62863";
    for address in [nowhere, "/sandbox/bank/x", "/checkout/x", "/checkout/01a20623-ffb4-72e3-befa-f384c7c62863"] {
        assert_eq!(shop.gateway.payer.get(address).await.status, 404, "{address}");
        assert_eq!(shop.gateway.payer.post(address, &[("step", "pay")]).await.status, 404, "{address}");
    }
    assert_eq!(shop.state().await, State::Pending);
    shop.step(&bank, "leave").await;
    shop.end().await;
}
