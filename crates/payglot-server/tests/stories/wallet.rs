//! The simulated wallet: its inbox, what its owner does there, and how the gateway hears of it. The orders are an RBS shop's, whose
//! protocol has no wallet: the invoice is asked for as a protocol that has one would.

use crate::harness::payer::Page;
use crate::harness::shop::Registered;
use crate::harness::{Setup, TestGateway};
use payglot_core::{
    Command, Intent, Method, OperationId, OperationKind, OperationStatus, Payment, PaymentId, State, decide,
};
use payglot_server::flows::pay::{self, Paid, Payer};
use payglot_server::flows::{news, register};
use payglot_server::gateway::Gateway;
use payglot_server::upstream::card::CardNumber;
use payglot_server::upstream::{
    Attempt, AttemptAnswer, Demand, Guide, Invoice, InvoiceRequest, Means, Provider as _, Recipient, TestData,
};
use payglot_store::{Commit, StoredPayment};

const WMID: &str = "123456789012";

/// A gateway whose wallet is used by hand only.
async fn by_hand() -> TestGateway {
    TestGateway::with(Setup { wallet_acts_after: None, ..Setup::default() }).await
}

fn request(payment: &Payment) -> Means {
    Means::Invoice(InvoiceRequest {
        method: Method::Wallet,
        key: "webmoney".to_owned(),
        account: WMID.to_owned(),
        description: "Top-up of <account>".to_owned(),
        expires_at: payment.expires_at,
    })
}

async fn stored(gateway: &TestGateway, order: &Registered) -> StoredPayment {
    let id: PaymentId = order.id.parse().expect("an id");
    gateway.gateway.store.payment(id).await.expect("the store works").expect("the payment")
}

/// An invoice for an order; its way back is the order's page.
async fn invoiced(gateway: &TestGateway, order: &Registered) -> (OperationId, Invoice) {
    let stored = stored(gateway, order).await;
    let id = stored.payment.id;
    let payer = Payer::on_our_page(request(&stored.payment), None);
    let back = format!("/checkout/{id}?lang=en");
    match pay::attempt(&gateway.gateway, stored, payer, move |_| back).await.expect("asked") {
        Paid::PayerMustPay { attempt, invoice, stored } => {
            assert!(stored.payment.payer_acts());
            (attempt, invoice)
        }
        other => panic!("no invoice but {other:?}"),
    }
}

/// The same by a process that fell before it wrote down that the payer must act.
async fn half_invoiced(gateway: &TestGateway, order: &Registered) -> Invoice {
    let Gateway { store, clock, bank, .. } = gateway.gateway.as_ref();
    let payment = stored(gateway, order).await.payment;
    let (operation, now) = (clock.operation_id(), clock.now());
    let (method, method_key) = (Method::Wallet, Some("webmoney".to_owned()));
    let start = Command::StartAttempt { operation, method, method_key, card: None, payer_ip: None };
    let decision = decide(&payment, start, now).expect("begun");
    let (notifications, lease_until) = (Vec::new(), now);
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
    store.commit(commit).await.expect("committed");
    let attempt = Attempt {
        operation,
        payment: payment.id,
        kind: OperationKind::Sale,
        amount: payment.amount,
        merchant: payment.project,
        means: request(&payment),
        save: false,
        return_address: String::new(),
        demand: Demand::default(),
        guide: Guide::Us,
        test_data: TestData::Rbs,
    };
    match bank.attempt(attempt).await {
        AttemptAnswer::PayerMustPay { invoice } => invoice,
        other => panic!("no invoice but {other:?}"),
    }
}

/// Presses a button of the inbox.
async fn press(gateway: &TestGateway, page: &Page, decision: &str) -> Page {
    let operation = page.hidden("operation").expect("an open invoice");
    let action = format!("/sandbox/webmoney/{WMID}?lang=en");
    gateway.payer.post(&action, &[("operation", &operation), ("decision", decision)]).await
}

#[tokio::test]
async fn an_invoice_that_is_left_alone_is_paid_and_the_shop_is_told() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[("language", "en")]).await;
    let (operation, invoice) = invoiced(&gateway, &order).await;
    let inbox = gateway.payer.get(&invoice.address).await;
    assert_eq!((inbox.status, inbox.heading()), (200, format!("Invoice {}", invoice.number)));
    for text in ["Simulator: this is not the real WebMoney", "WMID 1234\u{a0}5678\u{a0}9012", "Top-up of <account>"] {
        assert!(inbox.has(text), "{text}");
    }
    assert!(inbox.has("pays within 2 seconds"));
    assert_eq!((gateway.hear().await, gateway.shop.status(&order).await["orderStatus"].as_i64()), (0, Some(5)));
    gateway.pass(2);
    assert_eq!(gateway.hear().await, 1);
    assert_eq!(gateway.hear().await, 0, "it is heard once");
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    gateway.deliver().await;
    assert_eq!(gateway.receiver.events(), ["deposited 1"]);
    assert_eq!(gateway.payer.get(&invoice.address).await.heading(), "Paid");
    let attempt = gateway.file(&order).await.stored.payment.operation(operation).cloned().expect("the attempt");
    assert_eq!((attempt.method, attempt.method_key.as_deref()), (Some(Method::Wallet), Some("webmoney")));
    gateway.end().await;
}

#[tokio::test]
async fn a_process_that_falls_between_hearing_and_writing_loses_nothing() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[("language", "en")]).await;
    let (operation, _) = invoiced(&gateway, &order).await;
    gateway.pass(2);
    // The bank has decided and written it down, and the gateway fell before it did.
    gateway.gateway.bank.query(operation).await;
    gateway.gateway.store.check().await.expect("written");
    let next = gateway.beside();
    assert_eq!(news::hear(&next, 100).await, Ok(1));
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    next.store.close().await;
    gateway.end().await;
}

#[tokio::test]
async fn an_invoice_of_a_process_that_fell_waits_for_its_owner_and_ends_with_its_time() {
    let gateway = by_hand().await;
    let paid = gateway.shop.register(&[("language", "en")]).await;
    let left = gateway.shop.register(&[("language", "en")]).await;
    let (invoice, _) = (half_invoiced(&gateway, &paid).await, half_invoiced(&gateway, &left).await);
    gateway.pass(60);
    assert_eq!(gateway.recover().await, 2, "both payers can be shown what to pay");
    let inbox = gateway.payer.get(&invoice.address).await;
    assert_eq!(press(&gateway, &inbox, "pay").await.heading(), "Paid");
    assert_eq!(gateway.shop.stands(&paid).await, "2 0");
    gateway.pass(1140);
    gateway.expire().await;
    assert_eq!(stored(&gateway, &left).await.payment.state, State::Expired);
    assert_eq!(gateway.recover().await, 0, "nothing is left open");
    gateway.end().await;
}

#[tokio::test]
async fn the_owner_pays_by_hand_once_however_often_the_buttons_are_pressed() {
    let gateway = by_hand().await;
    let order = gateway.shop.register(&[("language", "en")]).await;
    let (_, invoice) = invoiced(&gateway, &order).await;
    let inbox = gateway.payer.get(&invoice.address).await;
    assert!(!inbox.has("pays within"));
    gateway.pass(600);
    assert_eq!(gateway.hear().await, 0);
    let paid = press(&gateway, &inbox, "pay").await;
    assert_eq!(paid.heading(), "Paid");
    assert!(paid.address.contains(&format!("invoice={}", invoice.number)), "{}", paid.address);
    assert_eq!(gateway.shop.stands(&order).await, "2 0", "the gateway was told at once");
    for (button, page) in [("pay", &inbox), ("refuse", &inbox)] {
        assert_eq!(press(&gateway, page, button).await.heading(), "Paid", "{button} in another tab");
    }
    assert_eq!(gateway.hear().await, 0);
    let back = gateway.payer.get(&paid.link("data-return")).await;
    assert!(back.heading().contains("paid"), "{}", back.heading());
    gateway.end().await;
}

#[tokio::test]
async fn the_owner_refuses_and_the_order_is_declined() {
    let gateway = by_hand().await;
    let order = gateway.shop.register(&[("language", "en")]).await;
    let (operation, invoice) = invoiced(&gateway, &order).await;
    let inbox = gateway.payer.get(&invoice.address).await;
    let refused = press(&gateway, &inbox, "refuse").await;
    assert_eq!(refused.heading(), "You refused to pay");
    assert_eq!(press(&gateway, &inbox, "pay").await.heading(), "You refused to pay");
    let payment = gateway.file(&order).await.stored.payment;
    assert_eq!(payment.state, State::Declined);
    assert_eq!(payment.operation(operation).map(|attempt| attempt.status), Some(OperationStatus::Declined));
    gateway.end().await;
}

#[tokio::test]
async fn what_the_owner_paid_in_time_is_not_overlooked_when_time_runs_out() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[("language", "en")]).await;
    invoiced(&gateway, &order).await;
    gateway.pass(1200);
    gateway.expire().await;
    assert_eq!(gateway.shop.stands(&order).await, "2 0");
    assert_eq!(gateway.hear().await, 1, "the wallet tells what the gateway knows already");
    assert_eq!(gateway.hear().await, 0);
    gateway.end().await;
}

#[tokio::test]
async fn an_order_that_nobody_paid_expires_and_so_does_its_invoice() {
    let gateway = by_hand().await;
    let order = gateway.shop.register(&[("language", "en")]).await;
    let (_, invoice) = invoiced(&gateway, &order).await;
    let inbox = gateway.payer.get(&invoice.address).await;
    gateway.pass(1200);
    assert_eq!(gateway.hear().await, 0);
    assert_eq!(press(&gateway, &inbox, "pay").await.heading(), "Its time is over");
    gateway.expire().await;
    assert_eq!(gateway.shop.stands(&order).await, "6 -2007");
    let payment = gateway.file(&order).await.stored.payment;
    assert_eq!((payment.state, payment.sums.authorized), (State::Expired, 0));
    gateway.end().await;
}

#[tokio::test]
async fn money_for_an_order_that_was_given_up_goes_back() {
    let gateway = by_hand().await;
    let order = gateway.shop.register(&[("language", "en")]).await;
    let form = gateway.payer.open(&order).await;
    let (_, invoice) = invoiced(&gateway, &order).await;
    gateway.payer.submit(&form, "cancel", &[]).await;
    let inbox = gateway.payer.get(&invoice.address).await;
    assert!(inbox.has("What is paid now comes too late"));
    assert_eq!(press(&gateway, &inbox, "pay").await.heading(), "Paid");
    let sums = gateway.file(&order).await.stored.payment.sums;
    assert_eq!((sums.authorized, sums.captured, sums.returned), (2000, 0, 2000));
    gateway.end().await;
}

#[tokio::test]
async fn an_inbox_lists_its_own_invoices_and_one_of_nobody_is_empty() {
    let gateway = by_hand().await;
    let mut invoices = Vec::new();
    for _ in 0..3 {
        let order = gateway.shop.register(&[("language", "en")]).await;
        invoices.push(invoiced(&gateway, &order).await.1);
        gateway.pass(1);
    }
    let inbox = gateway.payer.get(&format!("/sandbox/webmoney/{WMID}")).await;
    assert_eq!(inbox.heading(), format!("Invoice {}", invoices[2].number), "the newest that waits");
    let oldest = gateway.payer.get(&invoices[0].address).await;
    assert_eq!(oldest.heading(), format!("Invoice {}", invoices[0].number));
    assert!(oldest.has("Other invoices") && oldest.has(&format!("invoice={}&lang=en", invoices[1].number)));
    press(&gateway, &oldest, "pay").await;
    for (lang, heading) in [("ru", "Оплачено"), ("lt", "Apmokėta"), ("en", "Paid")] {
        assert_eq!(gateway.payer.get(&format!("{}&lang={lang}", invoices[0].address)).await.heading(), heading);
    }
    let strange = ["000000000000", "%2E%2E%2F", "a%20b", "%3Cb%3E", &"9".repeat(101), "%01"];
    for purse in strange {
        let empty = gateway.payer.get(&format!("/sandbox/webmoney/{purse}?invoice={}", invoices[1].number)).await;
        assert_eq!((empty.status, empty.heading().as_str()), (200, "No invoices"), "{purse}");
    }
    // Nobody else's button decides on it, and a post that names nothing decides nothing.
    let operation = gateway.payer.get(&invoices[1].address).await.hidden("operation").expect("open");
    let other = "/sandbox/webmoney/000000000000?lang=en";
    for (action, fields) in [
        (other, [("operation", operation.as_str()), ("decision", "pay")]),
        ("/sandbox/webmoney/123456789012", [("operation", operation.as_str()), ("decision", "steal")]),
        ("/sandbox/webmoney/123456789012", [("operation", "none"), ("decision", "pay")]),
    ] {
        gateway.payer.post(action, &fields).await;
    }
    let still = gateway.payer.get(&invoices[1].address).await;
    assert_eq!(still.heading(), format!("Invoice {}", invoices[1].number));
    gateway.end().await;
}

/// A payment to somebody, as a protocol that pays out would begin it.
async fn paid_out(gateway: &TestGateway, recipient: Recipient) -> Box<StoredPayment> {
    let known = stored(gateway, &gateway.shop.register(&[]).await).await;
    let project = gateway.gateway.projects.by_id(known.payment.project).await.expect("the project");
    let order = register::Order {
        number: String::new(),
        intent: Intent::Payout,
        amount: known.payment.amount,
        expires_at: known.payment.expires_at,
        hold_end: None,
        hold_ms: None,
        verifies: false,
        attempts_max: None,
        details: known.details,
    };
    let stored = register::register(&gateway.gateway, &project, order).await.expect("registered");
    let payer = Payer::on_our_page(Means::Recipient(recipient), None);
    match pay::attempt(&gateway.gateway, stored, payer, |_| String::new()).await.expect("asked") {
        Paid::Settled(stored) => stored,
        other => panic!("not settled but {other:?}"),
    }
}

#[tokio::test]
async fn a_payout_goes_to_a_wallet_or_a_card_and_only_its_mask_is_kept() {
    let gateway = TestGateway::start().await;
    let (key, account) = ("webmoney".to_owned(), WMID.to_owned());
    let to_wallet = paid_out(&gateway, Recipient::Account { method: Method::Wallet, key, account }).await;
    let operation = &to_wallet.payment.operations[0];
    assert_eq!((to_wallet.payment.state, operation.status), (State::Paid, OperationStatus::Approved));
    assert_eq!((operation.method, operation.method_key.as_deref()), (Some(Method::Wallet), Some("webmoney")));
    // This protocol publishes no card that payouts go to.
    let number = CardNumber::parse("4242424242424242").expect("a card");
    let to_card = paid_out(&gateway, Recipient::Card(number)).await;
    let operation = &to_card.payment.operations[0];
    assert_eq!((to_card.payment.state, operation.status), (State::Declined, OperationStatus::Declined));
    assert_eq!(operation.card.as_ref().map(|card| card.masked.as_str()), Some("424242**4242"));
    gateway.end().await;
}
