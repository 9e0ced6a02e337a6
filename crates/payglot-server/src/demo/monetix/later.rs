//! What the shop does with a card that the gateway keeps: charges it again by a registration, ends the registration, and lets the buyer pay
//! again with a saved card. All of it is Gate; the card's number is never there.

use super::deal::{Deal, Registration};
use super::gate::{self, Call, back, back_from_bank, general, int, object, string};
use super::purpose::Purpose;
use crate::demo::book::Order;
use crate::demo::counter::Counter;
use crate::demo::routes::{Shared, Shop, see_other, unknown_order};
use crate::demo::text;
use axum::extract::{Path, State};
use axum::response::Response;
use payglot_wire::monetix::Endpoint;
use payglot_wire::text::json::Json;
use std::net::Ipv4Addr;

/// Charges a registered card without its holder. Whether it still may is for the gateway to say: its refusal is worth seeing.
pub(in crate::demo) async fn charge(State(shop): Shared, Path(key): Path<String>) -> Response {
    let Some(registration) = registration(&shop, &key) else { return unknown_order(&shop, None) };
    let id = number_of(&registration);
    let more = vec![("recurring", object([("id", id.clone())])), ("recurring_id", id)];
    let title = "The shop asks Gate to charge the registered card";
    again(&shop, &key, Endpoint::Recurring, "card/recurring", title, more).await
}

/// The buyer buys the same again and picks the saved card.
pub(in crate::demo) async fn pay_again(State(shop): Shared, Path(key): Path<String>) -> Response {
    let token = shop.book().get(&key).map(|order| order.deal.token.clone()).filter(|token| !token.is_empty());
    let Some(token) = token else { return unknown_order(&shop, None) };
    let title = "The shop asks Gate for a sale by the saved card";
    again(&shop, &key, Endpoint::Sale, "card/sale/token", title, vec![("token", string(token))]).await
}

/// Ends a registration. The call is about the order that made it, and so is its callback.
pub(in crate::demo) async fn end(State(shop): Shared, Path(key): Path<String>) -> Response {
    let number = shop.book().get(&key).map(|order| order.number.clone());
    let (Some(registration), Some(number)) = (registration(&shop, &key), number) else {
        return unknown_order(&shop, None);
    };
    let recurring = object([("id", number_of(&registration))]);
    let body = object([("general", general(&shop, &number)), ("recurring", recurring)]);
    let path = "card/recurring/cancel".to_owned();
    let title = "The shop ends the registration";
    gate::follow_up(&shop, &key, Call { endpoint: Endpoint::RecurringCancel, path, title, body }).await;
    see_other(&shop.order_address(&key))
}

fn registration(shop: &Shop, key: &str) -> Option<Registration> {
    let book = shop.book();
    let order = book.get(key).filter(|order| order.counter == Counter::Monetix)?;
    order.deal.registration.clone()
}

/// `recurring.id` is a number on the wire.
fn number_of(registration: &Registration) -> Json {
    int(registration.id.parse().unwrap_or_default())
}

/// Opens an order for the same again and asks Gate to have the kept card pay it.
async fn again(
    shop: &Shop,
    key: &str,
    endpoint: Endpoint,
    path: &str,
    title: &'static str,
    by: Vec<(&str, Json)>,
) -> Response {
    let purpose = if endpoint == Endpoint::Recurring { Purpose::Charge } else { Purpose::Pay };
    let opened = {
        let mut book = shop.book();
        let customer = book.get(key).map(|order| order.deal.customer.clone()).unwrap_or_default();
        let deal = Deal::by_kept_card(purpose, customer);
        let number = book.open_again(key, deal, text::now());
        number.and_then(|number| Some((body(shop, book.get(&number)?, by), number)))
    };
    let Some((body, number)) = opened else { return unknown_order(shop, None) };
    gate::place(shop, &number, Call { endpoint, path: path.to_owned(), title, body }).await;
    see_other(&shop.order_address(&number))
}

fn body(shop: &Shop, order: &Order, by: Vec<(&str, Json)>) -> Json {
    let (customer, ip) = order.deal.customer.clone();
    // Of an order from elsewhere the shop does not know it.
    let ip = if ip.is_empty() { Ipv4Addr::LOCALHOST.to_string() } else { ip };
    let payment = object([
        ("amount", int(order.amount)),
        ("currency", string(order.currency.as_str())),
        ("description", string(order.title.as_str())),
    ]);
    let mut body = object([
        ("general", general(shop, &order.number)),
        ("customer", object([("id", string(customer)), ("ip_address", string(ip))])),
        ("payment", payment),
    ]);
    if let Json::Object(members) = &mut body {
        let asks = order.deal.purpose == Purpose::Pay;
        let pages =
            [("return_url", back(shop, &order.number)), ("acs_return_url", back_from_bank(shop, &order.number))];
        let all = by.into_iter().chain(pages.into_iter().filter(|_| asks));
        members.extend(all.map(|(name, value)| (name.to_owned(), value)));
    }
    body
}
