//! What shops and payers do over RBS, each as a client of its own.

use crate::http::{Connection, get, post};
use crate::load::{Client, Notes};
use crate::receiver::Receiver;
use anyhow::{Context, Result, ensure};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const CREDENTIALS: &str = "userName=books-api&password=books-password";
const CARD: &str = "step=pay&token=0&number=4444555511113333&expiry=12%2F34&cvc=123&holder=JOHN+DOE";
/// A notification that takes longer than this was lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// The steps of a full payment, in the order of their times.
pub(crate) const STEPS: [&str; 6] = [
    "register.do",
    "payment page",
    "card form, until captured",
    "callback, from the card form on",
    "status",
    "whole payment",
];

/// What a shop sends to register, without its credentials.
pub(crate) fn order(callback: &str) -> String {
    let callback = callback.replace(':', "%3A").replace('/', "%2F");
    format!(
        "amount=125000&currency=643&returnUrl=https%3A%2F%2Fshop.example%2Fback&description=Two+books&language=en&\
         dynamicCallbackUrl={callback}"
    )
}

fn register(host: SocketAddr, order: &str) -> Vec<u8> {
    post(host, "/payment/rest/register.do", &format!("{CREDENTIALS}&{order}"))
}

fn status(host: SocketAddr, id: &str) -> Vec<u8> {
    post(host, "/payment/rest/getOrderStatusExtended.do", &format!("{CREDENTIALS}&orderId={id}"))
}

/// A shop and a payer who go all the way.
pub(crate) struct Full {
    connection: Connection,
    host: SocketAddr,
    receiver: Receiver,
    register: Vec<u8>,
}

impl Full {
    pub(crate) async fn new(host: SocketAddr, receiver: &Receiver, shop: usize) -> Result<Self> {
        let register = register(host, &order(&receiver.url(shop)));
        Ok(Self { connection: Connection::open(host).await?, host, receiver: receiver.clone(), register })
    }
}

impl Client for Full {
    async fn turn(&mut self, notes: &mut Notes) -> Result<()> {
        let whole = Instant::now();
        let answer = self.connection.call(&self.register).await?;
        notes.step(whole);
        let id = answer.quoted_after("\"orderId\":\"").context("register.do gave no order")?;
        let form = answer.quoted_after("\"formUrl\":\"").context("register.do gave no address")?;
        let page = form.splitn(4, '/').nth(3).map(|path| format!("/{path}")).context("formUrl has no path")?;
        let began = Instant::now();
        let answer = self.connection.call(&get(self.host, &page)).await?;
        ensure!(answer.status == 200 && answer.has("name=\"cvc\""), "no card form: {}", answer.status);
        notes.step(began);
        let callback = self.receiver.of_order(&id);
        let paid = Instant::now();
        let answer = self.connection.call(&post(self.host, &page, CARD)).await?;
        ensure!(answer.status == 303, "the card form: {}", answer.status);
        notes.step(paid);
        tokio::time::timeout(PATIENCE, callback).await.with_context(|| format!("no callback for {id}"))??;
        notes.step(paid);
        let began = Instant::now();
        let answer = self.connection.call(&status(self.host, &id)).await?;
        ensure!(answer.has("\"orderStatus\":2"), "not paid: {}", String::from_utf8_lossy(answer.body));
        notes.step(began);
        notes.step(whole);
        Ok(())
    }
}

/// A shop that only registers.
pub(crate) struct Registering {
    connection: Connection,
    request: Vec<u8>,
}

impl Registering {
    pub(crate) async fn new(host: SocketAddr) -> Result<Self> {
        let request = register(host, &order("https://shop.example/callback"));
        Ok(Self { connection: Connection::open(host).await?, request })
    }
}

impl Client for Registering {
    async fn turn(&mut self, notes: &mut Notes) -> Result<()> {
        let began = Instant::now();
        let answer = self.connection.call(&self.request).await?;
        ensure!(answer.has("orderId"), "register.do: {}", String::from_utf8_lossy(answer.body));
        notes.step(began);
        Ok(())
    }
}

/// A shop that collects cards itself and pays in one call.
pub(crate) struct Paying {
    connection: Connection,
    request: Vec<u8>,
}

impl Paying {
    pub(crate) async fn new(host: SocketAddr, receiver: &Receiver, shop: usize) -> Result<Self> {
        let card = "pan=4444555511113333&expiry=203412&cvc=123&cardHolderName=JOHN+DOE";
        let body = format!("{CREDENTIALS}&{}&{card}", order(&receiver.url(shop)));
        let request = post(host, "/payment/rest/instantPayment.do", &body);
        Ok(Self { connection: Connection::open(host).await?, request })
    }
}

impl Client for Paying {
    async fn turn(&mut self, notes: &mut Notes) -> Result<()> {
        let began = Instant::now();
        let answer = self.connection.call(&self.request).await?;
        ensure!(answer.has("\"OrderStatus\":2"), "not paid: {}", String::from_utf8_lossy(answer.body));
        notes.step(began);
        Ok(())
    }
}

/// A shop that only asks, about one order after the other.
pub(crate) struct Asking {
    connection: Connection,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
}

impl Asking {
    pub(crate) async fn several(host: SocketAddr, clients: usize, ids: &[String]) -> Result<Vec<Self>> {
        let requests = Arc::new(ids.iter().map(|id| status(host, id)).collect::<Vec<_>>());
        let next = Arc::new(AtomicUsize::new(0));
        let mut all = Vec::new();
        for _ in 0..clients {
            let connection = Connection::open(host).await?;
            all.push(Self { connection, requests: Arc::clone(&requests), next: Arc::clone(&next) });
        }
        Ok(all)
    }
}

impl Client for Asking {
    async fn turn(&mut self, notes: &mut Notes) -> Result<()> {
        let at = self.next.fetch_add(1, Ordering::Relaxed) % self.requests.len();
        let began = Instant::now();
        let answer = self.connection.call(&self.requests[at]).await?;
        ensure!(answer.has("\"orderStatus\":2"), "not paid: {}", String::from_utf8_lossy(answer.body));
        notes.step(began);
        Ok(())
    }
}

/// Somebody who asks the bare server.
pub(crate) struct Bare {
    connection: Connection,
    request: Vec<u8>,
}

impl Bare {
    pub(crate) async fn new(host: SocketAddr) -> Result<Self> {
        Ok(Self { connection: Connection::open(host).await?, request: get(host, "/") })
    }
}

impl Client for Bare {
    async fn turn(&mut self, notes: &mut Notes) -> Result<()> {
        let began = Instant::now();
        ensure!(self.connection.call(&self.request).await?.status == 200, "the bare server failed");
        notes.step(began);
        Ok(())
    }
}
