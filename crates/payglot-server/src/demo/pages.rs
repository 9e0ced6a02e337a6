//! The shop's pages.

use super::ShopConfig;
use super::book::{Book, Order};
use super::counter::Counter;
use super::monetix::{self, Purpose, Step, TestCard};
use super::text;
use super::view::{Card, DeedForm, Line, Tone, Verdict, facts, verdict_of};
use super::wares::{CARDS, LANGUAGES, WARES, Ware};
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// For so long after the last message an open page looks for news, in milliseconds.
const LISTENS_FOR: u64 = 10 * 60 * 1_000;
/// For so long a page without script reloads itself while a callback is awaited, in milliseconds.
const RELOADS_FOR: u64 = 60 * 1_000;

/// What every page has.
pub(super) struct Frame<'a> {
    pub(super) config: &'a ShopConfig,
    /// Path of the shop, such as `/shop`, without a trailing slash.
    pub(super) root: String,
}

impl<'a> Frame<'a> {
    /// The frame of a shop with those settings.
    pub(super) fn new(config: &'a ShopConfig) -> Self {
        let path = reqwest::Url::parse(&config.shop_url).map(|url| url.path().to_owned()).unwrap_or_default();
        Self { config, root: path.trim_end_matches('/').to_owned() }
    }

    /// The shop's first page.
    fn home(&self) -> &str {
        if self.root.is_empty() { "/" } else { &self.root }
    }
}

#[derive(Template)]
#[template(path = "demo/templates/home.html")]
struct HomePage<'a> {
    frame: &'a Frame<'a>,
    wares: &'static [Ware],
    languages: &'static [(&'static str, &'static str)],
    cards: &'static [(&'static str, &'static str)],
    gate_cards: &'static [TestCard],
    wmid: &'static str,
    services: &'static [Ware],
    counter: Counter,
}

/// The shelf of a counter, and what a developer needs to know.
pub(super) fn home(frame: &Frame<'_>, counter: Counter) -> Response {
    let page_of_counter = HomePage {
        frame,
        wares: WARES,
        languages: LANGUAGES,
        cards: CARDS,
        gate_cards: monetix::CARDS,
        wmid: monetix::WMID,
        services: monetix::SERVICES,
        counter,
    };
    page(StatusCode::OK, &page_of_counter)
}

#[derive(Template)]
#[template(path = "demo/templates/order.html")]
struct OrderPage<'a> {
    frame: &'a Frame<'a>,
    order: &'a Order,
    verdict: Verdict,
    amount: String,
    facts: Vec<(&'static str, String)>,
    deed: Option<DeedForm>,
    cards: Vec<Card>,
    callbacks: usize,
    awaits_callback: bool,
    listens: bool,
    reloads: bool,
}

impl OrderPage<'_> {
    fn can_pay(&self) -> Option<&str> {
        self.order.form_url.as_deref().filter(|_| self.order.standing.is_open())
    }

    fn pay_label(&self) -> &'static str {
        match self.order.deal.purpose {
            _ if !self.order.deal.invoice.is_empty() => "Open the invoice in the wallet",
            Purpose::Pay | Purpose::Charge => "Continue to payment",
            Purpose::Verify | Purpose::SaveCard | Purpose::PayOut => "Continue on the page",
        }
    }

    fn again_label(&self) -> &'static str {
        if self.order.deal.purpose == Purpose::Pay { "Buy again" } else { "Once more" }
    }

    fn subject(&self) -> &'static str {
        if matches!(self.order.deal.purpose, Purpose::Pay | Purpose::Charge) { "Bought" } else { "What" }
    }
}

/// One order: how it stands, and its story.
pub(super) fn order(frame: &Frame<'_>, order: &Order, now: u64) -> Response {
    let cards = order.story.entries().iter().enumerate().map(|(i, entry)| Card::of(i + 1, entry)).collect();
    let quiet_for = now.saturating_sub(order.story.last_at());
    let awaits_callback = order.awaits_callback();
    let page_of_order = OrderPage {
        frame,
        order,
        verdict: verdict_of(order),
        amount: text::money(order.amount, &order.currency),
        facts: facts(order),
        deed: DeedForm::of(order),
        cards,
        callbacks: order.proven_callbacks(),
        awaits_callback,
        listens: (awaits_callback || order.standing.is_open()) && quiet_for < LISTENS_FOR,
        reloads: awaits_callback && quiet_for < RELOADS_FOR,
    };
    page(StatusCode::OK, &page_of_order)
}

#[derive(Template)]
#[template(path = "demo/templates/widget.html")]
struct WidgetPage<'a> {
    frame: &'a Frame<'a>,
    order: &'a Order,
    /// Nothing where nothing is paid.
    amount: String,
    /// What the button is for, and what it says.
    invitation: (&'static str, String),
    /// What the script gives to the widget: an object of JSON.
    parameters: &'a str,
    /// The same as an address, for browsers without script.
    address: &'a str,
    cards: Vec<Card>,
}

/// A page of the shop in which the gateway's widget opens.
pub(super) fn widget(frame: &Frame<'_>, order: &Order, parameters: &str, address: &str) -> Response {
    let amount = text::money(order.amount, &order.currency);
    let invitation = order.deal.purpose.invitation(&amount);
    let amount = if order.amount == 0 { String::new() } else { amount };
    let cards = order.story.entries().first().map(|entry| Card::of(1, entry)).into_iter().collect();
    page(StatusCode::OK, &WidgetPage { frame, order, amount, invitation, parameters, address, cards })
}

#[derive(Template)]
#[template(path = "demo/templates/orders.html")]
struct OrdersPage<'a> {
    frame: &'a Frame<'a>,
    lines: Vec<Line>,
    strays: Vec<Card>,
}

/// The latest orders, and callbacks that fit none.
pub(super) fn orders(frame: &Frame<'_>, book: &Book) -> Response {
    let lines = book.orders().map(Line::of).collect();
    let strays = book.strays().enumerate().map(|(i, entry)| Card::of(i + 1, entry)).collect();
    page(StatusCode::OK, &OrdersPage { frame, lines, strays })
}

#[derive(Template)]
#[template(path = "demo/templates/problem.html")]
struct ProblemPage<'a> {
    frame: &'a Frame<'a>,
    title: &'a str,
    words: &'a str,
    gateway_says: Option<&'a str>,
}

/// Something is not as it should be: what, and what can be done.
pub(super) fn problem(
    frame: &Frame<'_>,
    status: StatusCode,
    title: &str,
    words: &str,
    gateway_says: Option<&str>,
) -> Response {
    page(status, &ProblemPage { frame, title, words, gateway_says })
}

fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
        Err(error) => {
            tracing::error!(%error, "the demo shop could not draw a page");
            (StatusCode::INTERNAL_SERVER_ERROR, "the page could not be drawn").into_response()
        }
    }
}
