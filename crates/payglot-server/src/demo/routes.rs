//! The shop's addresses.

use super::ShopConfig;
use super::assets;
use super::book::Book;
use super::check::{Check, value_of};
use super::counter::Counter;
use super::deeds::{Deed, read_amount};
use super::monetix::{self, Buyer};
use super::pages::{self, Frame};
use super::paysera;
use super::story::{Answer, Callback, Event, Pairs};
use super::text;
use super::till::{NewOrder, Registration, Till};
use super::wares::{self, Ware};
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use payglot_wire::raw::{self, RawRequest};
use payglot_wire::rbs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The cookie that tells one buyer from another.
const BUYER: &str = "buyer";
/// Largest body the shop reads, in bytes: its own forms and the gateway's callbacks are far smaller.
const BODY_MAX: usize = 16 * 1024;

/// The shop, shared by all requests.
pub(super) struct Shop {
    pub(super) config: ShopConfig,
    pub(super) till: Till,
    book: Mutex<Book>,
    policy: HeaderValue,
}

pub(super) type Shared = State<Arc<Shop>>;

impl Shop {
    /// The book is whole between any two of its changes, so a panic elsewhere does not spoil it.
    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn frame(&self) -> Frame<'_> {
        Frame::new(&self.config)
    }

    /// Something is not as it should be: what, and what can be done.
    pub(super) fn problem(&self, status: StatusCode, title: &str, words: &str) -> Response {
        pages::problem(&self.frame(), status, title, words, None)
    }

    pub(super) fn order_address(&self, key: &str) -> String {
        format!("{}/orders/{key}", self.frame().root)
    }
}

/// The shop's pages under the path of `shop_url`, to be merged into the router that serves that address.
pub fn router(config: ShopConfig) -> Router {
    let root = Frame::new(&config).root;
    let pages = pages_of(config);
    if root.is_empty() {
        pages
    } else {
        Router::new().nest(&root, pages).route(&format!("{root}/"), get(async move || see_other(&root)))
    }
}

fn pages_of(config: ShopConfig) -> Router {
    let till = Till::new(&config.base_url, config.rbs.clone());
    let policy = assets::policy(&config.base_url);
    let shop = Arc::new(Shop { till, book: Mutex::default(), policy, config });
    Router::new()
        .route("/", get(home))
        .route("/buy", post(buy))
        .route("/return", get(come_back))
        .route("/orders", get(orders))
        .route("/orders/{key}", get(order))
        .route("/orders/{key}/pulse", get(pulse))
        .route("/orders/{key}/status", post(ask_again))
        .route("/orders/{key}/capture", post(capture))
        .route("/orders/{key}/release", post(release))
        .route("/orders/{key}/refund", post(refund))
        .route("/orders/{key}/refund-rest", post(refund_rest))
        .route("/rbs/callback", get(callback).post(callback))
        .route("/paysera/accept", get(paysera::accept))
        .route("/paysera/cancel", get(paysera::cancel))
        .route("/paysera/callback", get(paysera::callback).post(paysera::callback))
        .route("/orders/{key}/3ds", post(monetix::frame_is_over))
        .route("/orders/{key}/charge", post(monetix::charge))
        .route("/orders/{key}/pay-again", post(monetix::pay_again))
        .route("/orders/{key}/end", post(monetix::end))
        .route("/monetix/acs", post(monetix::back_from_bank))
        .route("/monetix/widget/{key}", get(monetix::widget))
        .route("/monetix/success", get(monetix::back))
        .route("/monetix/fail", get(monetix::back))
        .route("/monetix/return", get(monetix::back))
        .route("/monetix/callback", post(monetix::callback))
        .route("/paysera/message", get(paysera::message).post(paysera::message))
        .route("/static/{name}", get(file))
        .fallback(nowhere)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn_with_state(Arc::clone(&shop), guard))
        .with_state(shop)
}

async fn guard(State(shop): Shared, request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    assets::guard(response.headers_mut(), &shop.policy);
    response
}

async fn home(State(shop): Shared, uri: Uri) -> Response {
    let asked = pairs(uri.query().unwrap_or_default().as_bytes());
    pages::home(&shop.frame(), Counter::of_word(value_of(&asked, "protocol")))
}

async fn nowhere(State(shop): Shared) -> Response {
    shop.problem(StatusCode::NOT_FOUND, "No such page", "The shop has nothing at this address.")
}

async fn file(State(shop): Shared, Path(name): Path<String>) -> Response {
    match assets::file(&name) {
        Some(response) => response,
        None => nowhere(State(shop)).await,
    }
}

async fn orders(State(shop): Shared) -> Response {
    let book = shop.book();
    pages::orders(&shop.frame(), &book)
}

async fn order(State(shop): Shared, Path(key): Path<String>) -> Response {
    let book = shop.book();
    match book.get(&key) {
        Some(order) => pages::order(&shop.frame(), order, text::now()),
        None => unknown_order(&shop, None),
    }
}

/// A word that changes whenever the order's page would: the page's script asks for it.
async fn pulse(State(shop): Shared, Path(key): Path<String>) -> Response {
    match shop.book().get(&key) {
        Some(order) => order.pulse().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Opens an order at a counter, and sends the browser to where it is paid.
async fn buy(
    State(shop): Shared,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = pairs(&body);
    let counter = Counter::of_word(value_of(&form, "protocol"));
    let Some(ware) = value_of(&form, "product").and_then(|slug| counter.find(slug)) else {
        let words = "The shop does not sell that. Choose something from the shelf.";
        return shop.problem(StatusCode::BAD_REQUEST, "Nothing to buy", words);
    };
    let language = wares::language(value_of(&form, "language").unwrap_or_default());
    let buyer = buyer(&headers);
    let response = match counter {
        Counter::Rbs => {
            let is_hold = value_of(&form, "stage") == Some("hold");
            see_other(&register(&shop, ware, language, is_hold, &buyer).await)
        }
        Counter::Paysera => paysera::buy(&shop, ware, language, value_of(&form, "test") == Some("1")),
        Counter::Monetix => {
            let ip = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |Extension(ConnectInfo(peer))| peer.ip());
            let who = Buyer { id: &buyer, ip: ip.to_string() };
            monetix::buy(&shop, ware, language, &form, &who).await
        }
    };
    let cookie = format!("{BUYER}={buyer}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax");
    ([(header::SET_COOKIE, cookie)], response).into_response()
}

/// Registers an order; the address of the payment page, or of the order's page if that went wrong.
async fn register(shop: &Shop, ware: &'static Ware, language: &'static str, is_hold: bool, buyer: &str) -> String {
    let number = shop.book().open(Counter::Rbs, ware, language, is_hold, text::now());
    let return_url = format!("{}/return", shop.config.shop_url);
    let new = NewOrder {
        is_hold,
        number: &number,
        amount: Counter::Rbs.price(ware),
        description: ware.title,
        language,
        return_url: &return_url,
        client: buyer,
    };
    let exchange = shop.till.register(&new).await;
    shop.book().registered(&number, exchange.at, exchange.took, exchange.call, &exchange.outcome);
    match exchange.outcome {
        Registration::Accepted { form_url, .. } => form_url,
        Registration::Refused { .. } | Registration::NoAnswer(_) => shop.order_address(&number),
    }
}

/// Who buys: a shop without accounts knows its buyers by a cookie, so that a card saved by one is offered to nobody else.
fn buyer(headers: &HeaderMap) -> String {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let known = cookies
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(BUYER)?.strip_prefix('='));
    let sound = |id: &&str| (16..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match known.filter(sound) {
        Some(id) => id.to_owned(),
        // Without randomness the buyer stays unknown, and no card can be saved.
        None => crate::secrets::generate().map(|fresh| fresh.expose().to_owned()).unwrap_or_default(),
    }
}

/// The payer's browser returns: no result is passed, so the shop asks for it.
async fn come_back(State(shop): Shared, uri: Uri) -> Response {
    let params = pairs(uri.query().unwrap_or_default().as_bytes());
    let Some(order_id) = value_of(&params, "orderId").map(str::to_owned) else {
        let words = "The address has no orderId, so the shop cannot tell which order this is about.";
        return shop.problem(StatusCode::BAD_REQUEST, "Which order?", words);
    };
    let at = text::now();
    let event = Event::CameBack { url: absolute(&shop, &uri), params };
    let known = shop.book().key_of(&order_id);
    if let Some(key) = known {
        shop.book().tell(&key, at, None, event);
        ask(&shop, &key).await;
        return see_other(&shop.order_address(&key));
    }
    adopt(&shop, &order_id, at, event).await
}

/// An id that the shop did not get from its own registration: maybe somebody registered the order with curl and the shop's account.
async fn adopt(shop: &Shop, order_id: &str, at: u64, event: Event) -> Response {
    let could_be = order_id.len() == 36 && order_id.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    if !could_be {
        return unknown_order(shop, Some("This is not how the gateway writes an orderId."));
    }
    let exchange = shop.till.status(order_id, "en").await;
    match exchange.outcome {
        Err(words) => unknown_order(shop, Some(&words)),
        Ok(status) => {
            let mut book = shop.book();
            let key = book.adopt(order_id, &status, at);
            book.tell(&key, at, None, event);
            book.asked(&key, exchange.at, exchange.took, exchange.call, Some(status));
            see_other(&shop.order_address(&key))
        }
    }
}

async fn ask_again(State(shop): Shared, Path(key): Path<String>) -> Response {
    if ask(&shop, &key).await { see_other(&shop.order_address(&key)) } else { unknown_order(&shop, None) }
}

async fn capture(shop: Shared, key: Path<String>, body: Bytes) -> Response {
    perform_with_amount(shop, key, &body, Deed::Capture).await
}

async fn refund(shop: Shared, key: Path<String>, body: Bytes) -> Response {
    perform_with_amount(shop, key, &body, Deed::Refund).await
}

async fn refund_rest(State(shop): Shared, Path(key): Path<String>) -> Response {
    perform(&shop, &key, Deed::RefundRest).await
}

async fn release(State(shop): Shared, Path(key): Path<String>) -> Response {
    perform(&shop, &key, Deed::Release).await
}

async fn perform_with_amount(
    State(shop): Shared,
    Path(key): Path<String>,
    body: &[u8],
    deed: fn(u64) -> Deed,
) -> Response {
    let Some(decimals) = shop.book().get(&key).map(|order| text::decimals(&order.currency)) else {
        return unknown_order(&shop, None);
    };
    let Some(amount) = value_of(&pairs(body), "amount").and_then(|text| read_amount(text, decimals)) else {
        let words = match decimals {
            0 => "An amount in this currency is a whole number, and it is more than zero.".to_owned(),
            _ => format!(
                "An amount is written like 12.50, with at most {decimals} digits after the point, and it is more than zero."
            ),
        };
        return shop.problem(StatusCode::BAD_REQUEST, "How much?", &words);
    };
    perform(&shop, &key, deed(amount)).await
}

/// Has the gateway do it and then asks how the order stands. Whether it is possible is for the gateway to say: its refusal is worth seeing.
async fn perform(shop: &Shop, key: &str, deed: Deed) -> Response {
    let known = shop.book().get(key).map(|order| (order.counter, order.gateway_id.clone(), order.language));
    match known {
        Some((Counter::Rbs, Some(id), language)) => {
            let exchange = shop.till.perform(deed, &id, language).await;
            shop.book().performed(key, exchange.at, exchange.took, exchange.call, exchange.outcome);
            ask(shop, key).await;
        }
        // What becomes of it is told by callback.
        Some((Counter::Monetix, ..)) => monetix::perform(shop, key, deed).await,
        Some((Counter::Rbs, None, _) | (Counter::Paysera, ..)) | None => return unknown_order(shop, None),
    }
    see_other(&shop.order_address(key))
}

/// Asks the gateway how an order stands and writes it down; false if the shop does not know the order.
async fn ask(shop: &Shop, key: &str) -> bool {
    let known = shop.book().get(key).map(|order| (order.counter, order.gateway_id.clone(), order.language));
    match known {
        Some((Counter::Rbs, Some(id), language)) => {
            let exchange = shop.till.status(&id, language).await;
            shop.book().asked(key, exchange.at, exchange.took, exchange.call, exchange.outcome.ok());
        }
        Some((Counter::Monetix, ..)) => monetix::ask(shop, key).await,
        // An order that was never registered has nothing to ask about.
        Some((Counter::Rbs, None, _) | (Counter::Paysera, ..)) => {}
        None => return false,
    }
    true
}

/// The gateway's server speaks. A wrong checksum is answered with 400, so that the sender sees that something is wrong with its key.
async fn callback(State(shop): Shared, method: Method, uri: Uri, body: Bytes) -> Response {
    let at = text::now();
    let request = RawRequest {
        method: if method == Method::POST { raw::Method::Post } else { raw::Method::Get },
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        content_type: "",
        body: &body,
        caller_ip: None,
    };
    let Ok(callback) = rbs::notification::Callback::read(&request) else {
        return (StatusCode::BAD_REQUEST, "the parameters are not UTF-8").into_response();
    };
    let check = Check::of(&callback, &shop.config.rbs.callback_key);
    let params = callback.params().to_vec();
    let (status, words) = match (check.proven(), &check.received) {
        (true, _) => (StatusCode::OK, "OK"),
        (false, Some(_)) => (StatusCode::BAD_REQUEST, "the checksum does not match"),
        (false, None) => (StatusCode::BAD_REQUEST, "the checksum is missing"),
    };
    let answer = Answer {
        status: status.as_u16(),
        content_type: "text/plain; charset=utf-8".to_owned(),
        body: words.to_owned(),
    };
    let url = absolute(&shop, &uri);
    shop.book().called_back(at, Callback { method: method.to_string(), url, params, check, repeated: false, answer });
    (status, words).into_response()
}

pub(super) fn unknown_order(shop: &Shop, gateway_says: Option<&str>) -> Response {
    let words =
        "The shop keeps its latest 200 orders in memory and forgets them when it restarts. This one is not among them.";
    pages::problem(&shop.frame(), StatusCode::NOT_FOUND, "The shop does not know this order", words, gateway_says)
}

/// The address as the other side saw it; the routes are nested, so theirs begin where the shop's ends.
pub(super) fn absolute(shop: &Shop, uri: &Uri) -> String {
    let path = uri.path_and_query().map_or("", axum::http::uri::PathAndQuery::as_str);
    format!("{}{path}", shop.config.shop_url)
}

pub(super) fn pairs(encoded: &[u8]) -> Pairs {
    form_urlencoded::parse(encoded).into_owned().collect()
}

pub(super) fn see_other(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => (StatusCode::BAD_GATEWAY, "the gateway sent an address that cannot be followed").into_response(),
    }
}
