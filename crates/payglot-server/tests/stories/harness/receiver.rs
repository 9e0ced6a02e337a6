//! The shop's own server: takes callbacks, keeps every byte, answers as the story says.

use super::http;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

/// How one call is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Say {
    /// With this status.
    Status(u16),
    /// With this status and body.
    Body(u16, &'static str),
    /// Not before the story lets go ([`Receiver::let_go`]).
    Hang,
}

/// A call as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// Path and query, as sent.
    pub(crate) target: String,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

impl Call {
    /// The parameters, decoded, in order: of the query or of the form.
    pub(crate) fn params(&self) -> Vec<(String, String)> {
        let text =
            if self.method == "GET" { self.target.split_once('?').map_or("", |(_, query)| query) } else { &self.body };
        form_urlencoded::parse(text.as_bytes()).into_owned().collect()
    }

    /// One of them; empty if absent.
    pub(crate) fn param(&self, name: &str) -> String {
        self.params().into_iter().find(|(known, _)| known == name).map(|(_, value)| value).unwrap_or_default()
    }

    /// `deposited 1`.
    pub(crate) fn event(&self) -> String {
        format!("{} {}", self.param("operation"), self.param("status"))
    }
}

#[derive(Default)]
struct Book {
    calls: Vec<Call>,
    script: VecDeque<Say>,
}

/// The server.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    book: Arc<Mutex<Book>>,
    held: Arc<Semaphore>,
    count: Arc<watch::Sender<usize>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let receiver = Self { address, book: Arc::default(), held: Arc::new(Semaphore::new(0)), count: Arc::default() };
        let serving = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        receiver
    }

    /// An address of this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The next calls are answered like this; those after them with 200.
    pub(crate) fn script(&self, says: &[Say]) {
        self.book.lock().expect("book").script.extend(says);
    }

    /// Lets the calls that hang, and those that would, be answered.
    pub(crate) fn let_go(&self) {
        self.held.add_permits(1000);
    }

    /// Every call so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.book.lock().expect("book").calls.clone()
    }

    /// Waits until there were so many calls; a minute is more than any loop needs.
    pub(crate) async fn called(&self, times: usize) {
        let mut count = self.count.subscribe();
        let enough = count.wait_for(|count| *count >= times);
        let waited = tokio::time::timeout(std::time::Duration::from_mins(1), enough).await;
        assert!(waited.is_ok(), "only {:?} came", self.events());
    }

    /// `deposited 1` and so on, in order of arrival.
    pub(crate) fn events(&self) -> Vec<String> {
        self.calls().iter().map(Call::event).collect()
    }

    async fn serve(self, mut stream: TcpStream) {
        let Some(call) = read_call(&mut stream).await else { return };
        let say = {
            let mut book = self.book.lock().expect("book");
            book.calls.push(call);
            self.count.send_replace(book.calls.len());
            book.script.pop_front().unwrap_or(Say::Status(200))
        };
        // RBS looks at the status alone; Paysera wants this word.
        let (status, body) = match say {
            Say::Status(status) => (status, "OK"),
            Say::Body(status, body) => (status, body),
            Say::Hang => {
                let _held = self.held.acquire().await;
                (200, "OK")
            }
        };
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status} Said\r\nContent-Length: {length}\r\nConnection: close\r\nLocation: /elsewhere\r\n\r\n{body}"
        );
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}

async fn read_call(stream: &mut TcpStream) -> Option<Call> {
    let mut bytes = Vec::new();
    loop {
        if let Some((head, body)) = http::split(&bytes) {
            let header = |name: &str| {
                let mut fields = head.split("\r\n").filter_map(|line| line.split_once(':'));
                fields.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
            };
            let length: usize = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                let mut first = head.split("\r\n").next()?.split(' ');
                return Some(Call {
                    method: first.next()?.to_owned(),
                    target: first.next()?.to_owned(),
                    content_type: header("content-type").unwrap_or_default(),
                    body: String::from_utf8(body.to_vec()).ok()?,
                });
            }
        }
        let mut more = [0; 4096];
        match stream.read(&mut more).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&more[..count]),
        }
    }
}
