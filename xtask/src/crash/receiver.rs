//! The shop's side of notifications: remembers each that came, and now and then refuses one.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;

use super::http::query_value;

/// A notification as it came, and whether we acknowledged it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notification {
    /// Path and query: every byte of the message.
    pub(super) target: String,
    pub(super) acknowledged: bool,
}

impl Notification {
    /// Operation and status, such as `deposited 1`.
    pub(super) fn says(&self) -> String {
        let value = |name| query_value(&self.target, name).unwrap_or("?");
        format!("{} {}", value("operation"), value("status"))
    }
}

/// Which order a notification is about; from its path and query.
type OrderOf = fn(&str) -> Option<String>;

/// Listens until the process ends.
pub(super) struct Receiver {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    order_of: OrderOf,
    /// By order, in the order of arrival.
    received: Mutex<HashMap<String, Vec<Notification>>>,
    count: AtomicU64,
    /// One in so many is refused; 0 for none.
    refuse_one_in: AtomicU64,
}

impl Receiver {
    pub(super) fn start(order_of: OrderOf) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let receiver = Self { address: listener.local_addr()?, state: Arc::new(State::new(order_of)) };
        let state = Arc::clone(&receiver.state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&state);
                // A connection that breaks was a gateway that was killed: nothing to report.
                std::thread::spawn(move || state.serve(stream));
            }
        });
        Ok(receiver)
    }

    /// The address to give to the gateway.
    pub(super) fn url(&self) -> String {
        format!("http://{}/callback", self.address)
    }

    /// Refuses one notification in `n`, so that repeats happen; 0 refuses none.
    pub(super) fn refuse_one_in(&self, n: u64) {
        self.state.refuse_one_in.store(n, Ordering::Relaxed);
    }

    /// What came so far, by order.
    pub(super) fn received(&self) -> HashMap<String, Vec<Notification>> {
        self.state.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The order in a notification of RBS.
pub(super) fn md_order(target: &str) -> Option<String> {
    query_value(target, "mdOrder").map(str::to_owned)
}

impl State {
    fn new(order_of: OrderOf) -> Self {
        Self { order_of, received: Mutex::default(), count: AtomicU64::new(0), refuse_one_in: AtomicU64::new(0) }
    }

    /// Serves one connection until it is closed.
    fn serve(&self, stream: TcpStream) -> Option<()> {
        stream.set_read_timeout(Some(Duration::from_mins(2))).ok()?;
        let mut writer = stream.try_clone().ok()?;
        let mut lines = BufReader::new(stream).lines();
        loop {
            let first = lines.next()?.ok()?;
            while !lines.next()?.ok()?.is_empty() {}
            let target = first.split(' ').nth(1)?.to_owned();
            let status = if self.note(target) { "200 OK" } else { "500 Internal Server Error" };
            write!(writer, "HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nOK").ok()?;
        }
    }

    /// Remembers a notification before it is answered; says whether to acknowledge it.
    fn note(&self, target: String) -> bool {
        let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let one_in = self.refuse_one_in.load(Ordering::Relaxed);
        let acknowledged = one_in == 0 || !count.is_multiple_of(one_in);
        let order = (self.order_of)(&target).unwrap_or_default();
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.entry(order).or_default().push(Notification { target, acknowledged });
        acknowledged
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crash::http;

    #[test]
    fn notifications_are_remembered_and_some_refused() {
        let receiver = Receiver::start(md_order).expect("a port");
        receiver.refuse_one_in(2);
        let target = "/callback?mdOrder=a&operation=deposited&status=1";
        let statuses = [0, 1].map(|_| raw(receiver.address, target));
        assert_eq!(statuses, ["HTTP/1.1 200 OK", "HTTP/1.1 500 Internal Server Error"]);
        let came = receiver.received();
        assert_eq!(came["a"].iter().map(|n| n.acknowledged).collect::<Vec<_>>(), [true, false]);
        assert_eq!(came["a"][0].says(), "deposited 1");
        assert_eq!(http::query_value(&came["a"][0].target, "mdOrder"), Some("a"));
    }

    fn raw(address: SocketAddr, target: &str) -> String {
        let mut stream = TcpStream::connect(address).expect("it listens");
        write!(stream, "GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").expect("it reads");
        BufReader::new(stream).lines().next().expect("a line").expect("text")
    }
}
