//! The shop's third counter: Monetix. The shop signs an order and has the payer's browser open the Payment Page with it, as a page of its
//! own or in a widget of the shop's page; or it speaks to Gate from server to server. What became of an order it learns from callbacks, and
//! from Gate's status if none has come yet.
//!
//! In reading order: `choice` is what a buyer may choose, `signing` how messages are signed and checked, `page` and `widget` send the payer
//! away, `gate` speaks from server to server and `three_ds` takes a payer
//! through 3-D Secure, `later` charges a card again that is registered or saved, `hear` listens, `news` is what the shop makes of what it
//! hears, `deal` what it remembers, `purpose` what an order is for, `meanings` the protocol's words for people.

mod choice;
mod deal;
mod gate;
mod hear;
mod later;
mod meanings;
mod news;
mod page;
mod purpose;
mod signing;
mod three_ds;
mod widget;

use super::routes::{Shop, see_other};
use super::wares::Ware;
use axum::http::StatusCode;
use axum::response::Response;
use choice::Via;
pub(in crate::demo) use choice::{CARDS, Choice, TestCard, WMID};
pub(in crate::demo) use deal::Deal;
pub(in crate::demo) use gate::{ask, perform};
pub(in crate::demo) use hear::{back, callback};
pub(in crate::demo) use later::{charge, end, pay_again};
pub(in crate::demo) use meanings::meaning;
pub(in crate::demo) use purpose::{Purpose, SERVICES, service};
pub(in crate::demo) use three_ds::{Step, came_back as back_from_bank, frame_is_over};
pub(in crate::demo) use widget::show as widget;

/// Who buys: the shop knows its buyers by a cookie and calls all of them by one name.
pub(in crate::demo) struct Buyer<'a> {
    /// `customer.id` on the wire.
    pub(in crate::demo) id: &'a str,
    /// The network address, which Gate wants to know.
    pub(in crate::demo) ip: String,
}

impl Buyer<'_> {
    const FIRST_NAME: &'static str = "Nora";
    const LAST_NAME: &'static str = "Reader";
    const EMAIL: &'static str = "reader@books.example";

    /// Without a cookie the buyer is a guest: the protocol wants some id.
    fn id(&self) -> &str {
        if self.id.is_empty() { "guest" } else { self.id }
    }

    /// What an order remembers of the buyer.
    fn customer(&self) -> (String, String) {
        (self.id().to_owned(), self.ip.clone())
    }
}

/// Opens an order and has it paid in the way that the buyer chose.
pub(in crate::demo) async fn buy(
    shop: &Shop,
    ware: &'static Ware,
    language: &'static str,
    form: &[(String, String)],
    buyer: &Buyer<'_>,
) -> Response {
    let choice = match Choice::read(form, Purpose::of(ware)) {
        Ok(choice) => choice,
        Err(words) => return shop.problem(StatusCode::BAD_REQUEST, "Pay with what?", words),
    };
    match choice.via {
        Via::Page | Via::Widget => see_other(&page::buy(shop, ware, language, choice, buyer)),
        Via::Gate => see_other(&gate::buy(shop, ware, language, choice, buyer).await),
    }
}
