//! A shop that speaks Paysera and a payer who pays at the sandbox's bank. Its callback and the payer's way back have two RSA signatures
//! each.

use crate::http::{Connection, get, post};
use crate::load::{Client, Notes, as_f64};
use crate::receiver::Receiver;
use anyhow::{Context, Result, ensure};
use payglot_wire::paysera::Fields;
use payglot_wire::paysera::request::Sealed;
use payglot_wire::paysera::signature::{ss2, ss3};
use payglot_wire::text::rsa::RsaPrivateKey;
use payglot_wire::text::secret::Secret;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The demo's project.
const PROJECT: &str = "12345";
const PASSWORD: &str = "b00c5a17ea0c0ffee0ddba115ba5eba1";
/// The throw-away key of the codec's vectors: of the same size as a gateway's own.
const KEY: &str = include_str!("../../../crates/payglot-wire/src/paysera/vectors/key.pem");
/// A callback that takes longer than this was lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// The steps of a payment, in the order of their times.
pub(crate) const STEPS: [&str; 6] = [
    "`/pay/`, proven and registered",
    "own page, sent on to the bank",
    "paid at the bank, until captured",
    "callback, from paying on",
    "way back, signed",
    "whole payment",
];

/// What one thread signs in a second: both signatures of a callback.
pub(crate) fn pairs_of_signatures(seconds: f64) -> Result<f64> {
    let key = RsaPrivateKey::from_pem(KEY).context("the vectors' key")?;
    let data = sealed(&"x".repeat(12), "http://127.1.0.1:65535/callback").data;
    let (began, mut count) = (Instant::now(), 0_usize);
    while began.elapsed() < Duration::from_secs_f64(seconds) {
        ensure!(ss2(&data, &key).is_ok() && ss3(&data, &key).is_ok(), "cannot sign");
        count += 1;
    }
    Ok(as_f64(count) / began.elapsed().as_secs_f64())
}

fn sealed(number: &str, callback: &str) -> Sealed {
    let fields = Fields::new()
        .with("projectid", PROJECT)
        .with("orderid", number)
        .with("accepturl", "https://shop.example/paid")
        .with("cancelurl", "https://shop.example/left")
        .with("callbackurl", callback)
        .with("amount", "125000")
        .with("currency", "EUR")
        .with("payment", "hanza")
        .with("p_email", "reader@shop.example")
        .with("version", "1.6");
    Sealed::new(&fields, &Secret::new(PASSWORD))
}

/// A payer who goes all the way.
pub(crate) struct AtBank {
    connection: Connection,
    host: SocketAddr,
    receiver: Receiver,
    callback: String,
    numbers: Arc<AtomicU64>,
}

impl AtBank {
    pub(crate) async fn several(
        host: SocketAddr,
        receiver: &Receiver,
        clients: usize,
        shops: usize,
    ) -> Result<Vec<Self>> {
        let numbers = Arc::new(AtomicU64::new(1));
        let mut all = Vec::new();
        for client in 0..clients {
            let (connection, callback) = (Connection::open(host).await?, receiver.url(client % shops));
            all.push(Self { connection, host, receiver: receiver.clone(), callback, numbers: Arc::clone(&numbers) });
        }
        Ok(all)
    }

    /// Sends a request that must lead somewhere else.
    async fn led(&mut self, request: &[u8], status: u16) -> Result<String> {
        let answer = self.connection.call(request).await?;
        ensure!(answer.status == status, "{} instead of {status}", answer.status);
        answer.location().context("it leads nowhere")
    }
}

impl Client for AtBank {
    async fn turn(&mut self, notes: &mut Notes) -> Result<()> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed).to_string();
        let order = format!("/pay/?{}", sealed(&number, &self.callback).to_form());
        let callback = self.receiver.of_order(&number);
        let whole = Instant::now();
        let page = self.led(&get(self.host, &order), 303).await.context("/pay/")?;
        notes.step(whole);
        let began = Instant::now();
        let bank = self.led(&get(self.host, &page), 303).await.context("the page")?;
        notes.step(began);
        let paid = Instant::now();
        self.led(&post(self.host, &bank, "step=pay&person=jonas"), 303).await.context("the bank")?;
        notes.step(paid);
        tokio::time::timeout(PATIENCE, callback).await.with_context(|| format!("no callback for {number}"))??;
        notes.step(paid);
        let began = Instant::now();
        let home = page.replace('?', "/return?");
        let shop = self.led(&get(self.host, &home), 302).await.context("the way back")?;
        ensure!(shop.contains("&ss3="), "not signed: {shop}");
        notes.step(began);
        notes.step(whole);
        Ok(())
    }
}
