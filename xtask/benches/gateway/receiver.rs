//! Shops that receive notifications: those that answer at once, and those that accept a connection and never answer.

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

/// A shop that answers, on every loopback address at one port: many endpoints, one listener.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    came: AtomicU64,
    awaited: Mutex<HashMap<String, oneshot::Sender<()>>>,
}

impl Receiver {
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind("0.0.0.0:0").await?;
        let receiver = Self { port: listener.local_addr()?.port(), state: Arc::default() };
        let state = Arc::clone(&receiver.state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&state)));
            }
        });
        Ok(receiver)
    }

    /// The address of one of its many shops.
    pub(crate) fn url(&self, shop: usize) -> String {
        format!("http://127.1.{}.{}:{}/callback", shop / 250, shop % 250 + 1, self.port)
    }

    /// Notifications that came so far.
    pub(crate) fn came(&self) -> u64 {
        self.state.came.load(Ordering::Relaxed)
    }

    /// Resolves when the notification of this order has come.
    pub(crate) fn of_order(&self, id: &str) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.state.awaited.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), sender);
        receiver
    }
}

async fn serve(mut stream: TcpStream, state: Arc<State>) {
    // A connection that breaks is one that the gateway closed.
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::with_capacity(4096);
    loop {
        while !buffer.ends_with(b"\r\n\r\n") {
            if !matches!(stream.read_buf(&mut buffer).await, Ok(1..)) {
                return;
            }
        }
        state.came.fetch_add(1, Ordering::Relaxed);
        if let Some(awaited) = order(&buffer).and_then(|id| {
            let mut awaited = state.awaited.lock().unwrap_or_else(PoisonError::into_inner);
            awaited.remove(&id)
        }) {
            let _ = awaited.send(());
        }
        buffer.clear();
        if stream.write_all(ANSWER).await.is_err() {
            return;
        }
    }
}

/// The value of `mdOrder` in the first line, or of `orderid` in the data that Paysera sends.
fn order(request: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(request).ok()?.lines().next()?;
    if let Some(at) = line.find("mdOrder=") {
        return line.get(at + 8..at + 44).map(str::to_owned);
    }
    let data = line.split_once("data=")?.1.split(['&', ' ']).next()?.replace("%3D", "=");
    let text = String::from_utf8(URL_SAFE.decode(data).ok()?).ok()?;
    text.split('&').find_map(|pair| pair.strip_prefix("orderid=")).map(str::to_owned)
}

/// Accepts on every loopback address at one port and never answers. Returns the port.
pub(crate) async fn hanging() -> Result<u16> {
    let listener = TcpListener::bind("0.0.0.0:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    Ok(port)
}
