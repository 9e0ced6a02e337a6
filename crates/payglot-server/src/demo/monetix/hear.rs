//! What comes to the shop: the gateway's callbacks, and the payer's browser.

use super::purpose::Purpose;
use super::{gate, meanings, news, signing};
use crate::demo::book::Order;
use crate::demo::check::value_of;
use crate::demo::counter::Counter;
use crate::demo::proof::Proof;
use crate::demo::routes::{Shared, Shop, absolute, pairs, see_other, unknown_order};
use crate::demo::story::{Answer, Event, Message};
use crate::demo::text;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use payglot_wire::monetix::{Callback, Status};
use payglot_wire::text::secret::Secret;

/// The gateway's server speaks. Anything but 200 makes it call again.
pub(in crate::demo) async fn callback(State(shop): Shared, uri: Uri, body: Bytes) -> Response {
    let at = text::now();
    let Ok(told) = Callback::from_body(&body) else {
        return (StatusCode::BAD_REQUEST, "the body is not a JSON object").into_response();
    };
    let account = &shop.config.monetix;
    let mut proof = signing::checked(&told, &Secret::new(account.secret_key.as_str()));
    let is_ours = told.get("project_id") == account.project_id.to_string();
    let is_signed = told.json().get("signature").is_some();
    let (status, words) = match (proof.proven, is_ours) {
        (true, true) => (StatusCode::OK, "OK"),
        (true, false) => (StatusCode::BAD_REQUEST, "this is about another project"),
        (false, _) if is_signed => (StatusCode::BAD_REQUEST, "the signature does not match"),
        (false, _) => (StatusCode::BAD_REQUEST, "the signature is missing"),
    };
    if proof.proven && !is_ours {
        proof = Proof::doubtful(proof.steps, "The signature is right, but this is about another project.".to_owned());
    }
    let believed = proof.proven;
    let (title, note) = if believed {
        let title = if news::is_saved_card(&told) {
            "Callback: a card was saved".to_owned()
        } else {
            format!("Callback: {} {}", told.get("operation.type"), told.get("operation.status"))
        };
        (
            title,
            "Answering 200 tells the gateway to stop. Anything else, and it calls again, in the end every four hours for eleven days.",
        )
    } else {
        ("Callback".to_owned(), "The shop changes nothing and does not answer 200, so the gateway will call again.")
    };
    let content_type = "text/plain; charset=utf-8".to_owned();
    let message = Message {
        from: "Gateway",
        to: "Shop",
        title,
        method: "POST".to_owned(),
        url: absolute(&shop, &uri),
        params: meanings::telling(&told),
        caption: "What matters in the body",
        body: String::from_utf8_lossy(&body).into_owned(),
        proof: Some(proof),
        answer: Some(Answer { status: status.as_u16(), content_type, body: words.to_owned() }),
        note: note.to_owned(),
        ..Message::default()
    };
    write_down(&shop, at, &told, message, believed);
    (status, words).into_response()
}

/// Notes a callback with its order. An order that was signed elsewhere with the shop's secret is taken in when the gateway first tells of it.
fn write_down(shop: &Shop, at: u64, told: &Callback, message: Message, believed: bool) {
    let number = told.payment_id();
    let mut book = shop.book();
    let known = if news::is_saved_card(told) {
        // It names no order, so it belongs to the latest one of that buyer that was to save a card.
        let customer = told.get("customer.id");
        let waits = |order: &&Order| order.deal.purpose == Purpose::SaveCard && order.deal.customer.0 == customer;
        book.orders().find(waits).map(|order| order.key.clone())
    } else {
        book.key_of_number(Counter::Monetix, &number)
    };
    let sum = told.sum().filter(|_| believed && !number.is_empty() && told.status() != Some(Status::Error));
    let key = match (known, sum) {
        (Some(key), _) => key,
        (None, Some((minor, currency))) => {
            let amount = u64::try_from(minor).unwrap_or_default();
            book.adopt_signed(Counter::Monetix, &number, amount, &currency, at)
        }
        (None, None) => String::new(),
    };
    book.heard(Counter::Monetix, &key, at, message, |order| {
        if believed {
            hear(order, told, &shop.config.shop_url);
        }
    });
}

fn hear(order: &mut Order, told: &Callback, shop_url: &str) {
    news::learn(order, told, shop_url);
    if news::is_saved_card(told) || told.operation().is_some_and(|(_, status)| status.is_final()) {
        order.deal.heard(&told.get("operation.request_id"));
    }
}

/// The payer's browser comes back. Nothing is passed, so the shop looks into its own book, and asks Gate if there is nothing in it yet.
pub(in crate::demo) async fn back(State(shop): Shared, uri: Uri) -> Response {
    let at = text::now();
    let params = pairs(uri.query().unwrap_or_default().as_bytes());
    let key = value_of(&params, "o").unwrap_or_default().to_owned();
    let told = |order: &Order| (is_told(order), order.can_be_asked());
    let ours = shop.book().get(&key).filter(|order| order.counter == Counter::Monetix).map(told);
    let Some((is_told, can_be_asked)) = ours else { return unknown_order(&shop, None) };
    let note = match (is_told, can_be_asked) {
        (true, _) => {
            "The gateway opens the address as it was given and adds nothing. The shop has heard from the gateway already: a callback came first."
        }
        (false, true) => {
            "The gateway opens the address as it was given and adds nothing. No callback has told the end yet, so the shop asks Gate."
        }
        (false, false) => {
            "The gateway opens the address as it was given and adds nothing. Only a callback tells of a saved card."
        }
    };
    let message = Message {
        from: "Browser",
        to: "Shop",
        title: "The browser came back".to_owned(),
        method: "GET".to_owned(),
        url: absolute(&shop, &uri),
        note: note.to_owned(),
        ..Message::default()
    };
    shop.book().tell(&key, at, None, Event::Message(message));
    if !is_told && can_be_asked {
        gate::ask(&shop, &key).await;
    }
    see_other(&shop.order_address(&key))
}

/// Did the gateway tell how it ended?
fn is_told(order: &Order) -> bool {
    order.standing.is_announced()
}
