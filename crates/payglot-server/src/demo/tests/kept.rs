//! The Monetix counter keeps cards: registered for later charges, saved with and without a payment, verified; and it pays out.

use super::fake_gateway::FakeGateway;
use super::gate::{ACCEPTED, CALLBACK, bought, call, sale};
use super::monetix::{Told, order_of, signed};
use super::visit::Visit;
use payglot_core::Money;
use payglot_wire::monetix::Mode;
use payglot_wire::monetix::recurring::RecurringKind;
use payglot_wire::monetix::request::{RecurringCall, Request};
use payglot_wire::text::secret::Secret;

const TOKEN: &str = "01a222c4ae2277a6bc7115e9475cede2";
const REGISTERED: &str = r#","recurring":{"id":66,"currency":"USD","valid_thru":"2034-12-31T23:59:59+0000"}"#;

/// What a callback says of an order of another type.
fn of_type(body: &str, kind: &str) -> String {
    let unsigned = body.split(",\"signature\"").next().expect("a body");
    signed(&format!("{}}}", unsigned.replace(r#""type":"purchase""#, &format!(r#""type":"{kind}""#))))
}

/// A saved card, told without a payment.
fn saved(customer: &str) -> String {
    signed(&format!(
        r#"{{"project_id":1234,"customer":{{"id":"{customer}"}},"account":{{"number":"400000******0077","token":"{TOKEN}"}}}}"#
    ))
}

/// A visit to a shop where a tin of tea was paid by a card that is now registered and saved, and the address of the order.
async fn kept(gateway: &FakeGateway) -> (Visit, String, String) {
    let (visit, number) = bought(gateway, "gate_means=card&register=1&save=1").await;
    let told = Told::paid(&number, "r-1").body_with(REGISTERED);
    let told = told.replace(r#""number":"123456789012""#, &format!(r#""number":"400000******0077","token":"{TOKEN}""#));
    let told = of_type(&told, "purchase");
    assert_eq!(visit.post(CALLBACK, &told).await.0, 200);
    let order = visit.latest_address().await;
    (visit, order, number)
}

#[tokio::test]
async fn a_registered_card_is_charged_again_until_the_registration_is_ended() {
    let answers = [
        ("payment/card/sale", ACCEPTED),
        ("payment/card/recurring", ACCEPTED),
        (
            "payment/card/recurring/cancel",
            r#"{"status":"success","request_id":"r-9","project_id":1234,"payment_id":"x"}"#,
        ),
    ];
    let gateway = FakeGateway::start(&answers).await;
    let (visit, order, number) = kept(&gateway).await;
    let first = sale("payment/card/sale", &gateway.bodies("payment/card/sale")[0]);
    assert_eq!(first.registers.map(|terms| terms.kind), Some(RecurringKind::Unscheduled));
    assert!(first.saves && first.card.is_some_and(|card| card.save));
    let page = visit.get(&order).await.2;
    for shown in ["Registered for later charges", "until 2034-12-31", "is 66.", "Charge again", "Cancel it", TOKEN] {
        assert!(page.contains(shown), "{shown}");
    }
    for meaning in ["what later charges name", "pays in place of the card&#39;s number", "tell its token"] {
        assert!(page.contains(meaning), "{meaning}");
    }

    let (status, charge, _) = visit.post(&format!("{order}/charge"), "").await;
    let charge = charge.strip_prefix("/shop").expect("a page of the shop").to_owned();
    assert!(status == 303 && charge != order, "{charge}");
    let asked = sale("payment/card/recurring", &gateway.bodies("payment/card/recurring")[0]);
    assert_eq!((asked.recurring_id, asked.wanted.minor, asked.customer.id.clone()), (Some(66), 650, first.customer.id));
    let again = asked.details.payment_id().expect("a number");
    assert_ne!(again, number, "a charge is a payment of its own");
    let waits = visit.get(&charge).await.2;
    assert!(waits.contains("awaited") && waits.contains("Earl Grey tea") && !waits.contains("Buy again"));
    let done = Told { operation: ("recurring", "success", 650), ..Told::paid(&again, "r-1") };
    visit.post(CALLBACK, &of_type(&done.body_with(REGISTERED), "recurring")).await;
    let page = visit.get(&charge).await.2;
    assert!(page.contains("<h1>Charged again</h1>") && page.contains("Charged by registration"), "{page}");
    assert!(!page.contains("Cancel it"), "that is done where the registration was made");

    assert_eq!(visit.post(&format!("{order}/end"), "").await.0, 303);
    let body = &gateway.bodies("payment/card/recurring/cancel")[0];
    let Request::Recurring(RecurringCall::Cancel { id, details }) = call("payment/card/recurring/cancel", body) else {
        panic!("{body}")
    };
    assert_eq!((id, details.payment_id()), (66, Some(number.clone())));
    assert!(visit.get(&order).await.2.contains("another awaited"), "accepted is not done");
    let ended = Told { operation: ("recurring cancel", "success", 650), ..Told::paid(&number, "r-9") };
    visit.post(CALLBACK, &ended.body_with(REGISTERED)).await;
    let page = visit.get(&order).await.2;
    assert!(
        page.contains("The registration has ended") && page.contains("<h1>Paid</h1>") && !page.contains("Cancel it")
    );
    assert!(page.contains("the registration ended") && !page.contains("awaited"));

    visit.post(&format!("{order}/charge"), "").await;
    let last = visit.latest_address().await;
    let refused = Told {
        payment: ("error", 650),
        operation: ("recurring", "error", 650),
        code: ("3184", "Recurring was already canceled"),
        ..Told::paid(last.rsplit('/').next().expect("a number"), "r-1")
    };
    visit.post(CALLBACK, &of_type(&refused.body(), "recurring")).await;
    let page = visit.get(&last).await.2;
    assert!(page.contains("<h1>The gateway refused the charge</h1>") && page.contains("code 3184"), "{page}");
}

#[tokio::test]
async fn a_saved_card_pays_again_and_its_holder_may_be_asked() {
    let gateway = FakeGateway::start(&[("payment/card/sale", ACCEPTED), ("payment/card/sale/token", ACCEPTED)]).await;
    let (visit, order, _) = kept(&gateway).await;
    assert_eq!(visit.post(&format!("{order}/pay-again"), "").await.0, 303);
    let body = gateway.bodies("payment/card/sale/token").remove(0);
    let asked = sale("payment/card/sale/token", &body);
    assert_eq!(asked.saved.as_ref().map(Secret::expose), Some(TOKEN));
    assert!(asked.card.is_none() && asked.wanted.minor == 650 && asked.details.acs_return_url().is_some());
    let number = asked.details.payment_id().expect("a number");
    visit.post(CALLBACK, &Told::paid(&number, "r-1").body()).await;
    assert!(visit.latest().await.contains("<h1>Paid</h1>"));
    for deed in ["charge", "end", "pay-again"] {
        assert_eq!(visit.post(&format!("/orders/{number}/{deed}"), "").await.0, 404, "nothing is kept there: {deed}");
    }
}

#[tokio::test]
async fn the_page_is_opened_for_what_is_no_purchase() {
    let visit = Visit::to("http://gateway.example").await;
    let open = |form: &'static str| {
        let visit = &visit;
        async move { order_of(&visit.post("/buy", &format!("protocol=monetix&{form}")).await.1) }
    };
    assert!(open("product=cup&register=1").await.registers.is_some());
    assert!(open("product=cup").await.registers.is_none());
    let payout = open("product=payout&means=webmoney&register=1&stage=hold").await;
    assert_eq!((payout.mode, payout.amount.map(Money::minor)), (Mode::Payout, Some(390)));
    assert_eq!((payout.hold, payout.registers, payout.force_method.as_deref()), (None, None, Some("webmoney")));
    let number = payout.payment_id.expect("a number");
    assert!(visit.latest().await.contains("Nobody has said yet where the money shall go."));
    let done = Told { payment: ("success", 390), operation: ("payout", "success", 390), ..Told::paid(&number, "r-1") };
    visit.post(CALLBACK, &of_type(&done.body(), "payout")).await;
    let page = visit.latest().await;
    assert!(page.contains("<h1>Paid out</h1>") && !page.contains("id=\"amount\""), "nothing to give back");

    let verified = open("product=verify&register=1&via=gate&wmid=").await;
    assert_eq!((verified.mode, verified.registers.is_some()), (Mode::CardVerify, true));
    let number = verified.payment_id.expect("a number");
    let told = Told {
        payment: ("success", 0),
        operation: ("account verification", "success", 0),
        ..Told::paid(&number, "r-2")
    };
    visit.post(CALLBACK, &of_type(&told.body_with(REGISTERED), "account verification")).await;
    let page = visit.latest().await;
    assert!(page.contains("<h1>The card is verified</h1>") && page.contains("Charge again"), "{page}");
    assert!(!page.contains("class=\"sum\"") && !page.contains("awaited"));

    for counter in ["rbs", "paysera"] {
        let (status, _, page) = visit.post("/buy", &format!("protocol={counter}&product=payout")).await;
        assert!(status == 400 && page.contains("does not sell that"), "{counter}");
    }
}

#[tokio::test]
async fn a_card_that_is_saved_without_a_payment_belongs_to_its_buyer() {
    let gateway = FakeGateway::start(&[("payment/card/sale/token", ACCEPTED)]).await;
    let visit = Visit::to(&gateway.base_url).await;
    let (_, address, _) = visit.post("/buy", "protocol=monetix&product=save-card").await;
    let order = order_of(&address);
    assert_eq!((order.mode, order.payment_id, order.amount), (Mode::CardTokenize, None, None));
    let customer = order.customer.id.expect("an id");
    let page = visit.latest().await;
    assert!(page.contains("Not saved yet") && !page.contains("Ask the status"), "{page}");
    let number = visit.latest_address().await.rsplit('/').next().expect("a number").to_owned();
    visit.get(&format!("/monetix/success?o={number}")).await;
    assert!(gateway.bodies("payment/status").is_empty(), "there is nothing to ask about");

    assert_eq!(visit.post(CALLBACK, &saved("somebody")).await.0, 200);
    assert!(visit.latest().await.contains("Not saved yet"));
    assert!(visit.get("/orders").await.2.contains("Callbacks that fit no order"));
    assert_eq!(visit.post(CALLBACK, &saved(&customer).replace(TOKEN, "x")).await.0, 400, "changed");
    assert_eq!(visit.post(CALLBACK, &saved(&customer)).await.0, 200);
    let page = visit.latest().await;
    for shown in ["<h1>The card is saved</h1>", TOKEN, "Callback: a card was saved", "received and proven"] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("awaited"));
    // It pays for something of the shop.
    visit.post(&format!("/orders/{number}/pay-again"), "").await;
    let asked = sale("payment/card/sale/token", &gateway.bodies("payment/card/sale/token")[0]);
    assert_eq!((asked.wanted.minor, asked.customer.id), (650, Some(customer)));
}
