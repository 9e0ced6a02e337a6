//! The guarded HTTP client that carries notifications: it calls addresses that merchants chose.
//!
//! A name is resolved once per connection and only addresses that passed the guard are connected to, so a name that changes its mind
//! between check and connection gains nothing. No redirect is followed, no proxy variable is read, time and size are capped.

use super::address::special_purpose;
use payglot_core::outbox::ShopAnswer;
use payglot_store::{CallMethod, NewNotification};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, Url};
use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Semaphore;

/// So much of an answer is read and kept; the rest stays unread.
pub const ANSWER_MAX: usize = 16 * 1024;

/// Names looked up at once. A look-up holds a thread of the runtime until the system's resolver gives up, and the store needs
/// threads too.
const LOOKUPS_MAX: usize = 128;

/// Idle connections live shorter than those of the impatient servers that close after two seconds: a call on a connection that its
/// server is just closing would fail for nothing.
const IDLE: Duration = Duration::from_millis(1500);

/// What the client may do.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Call loopback, private and other special-purpose addresses too?
    pub allow_private: bool,
    /// The whole call, from looking up the name to the end of the answer.
    pub time_limit: Duration,
    /// Connections kept open to one endpoint.
    pub idle_per_endpoint: usize,
}

/// Calls shops.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    options: ClientOptions,
}

/// Why a call cannot be made, in words for the merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NoWay(String);

impl fmt::Display for NoWay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Error for NoWay {}

tokio::task_local! {
    /// Where the resolver tells the call that waits for it which address it found: a failed connection does not say whom it called.
    static FOUND: Arc<OnceLock<IpAddr>>;
}

impl Client {
    /// A client with these options. Fails only if TLS cannot be set up.
    pub fn new(options: ClientOptions) -> anyhow::Result<Self> {
        let resolver = Guard { allow_private: options.allow_private, turns: Arc::new(Semaphore::new(LOOKUPS_MAX)) };
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls()?)
            .user_agent(concat!("payglot/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(resolver))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(options.idle_per_endpoint)
            .build()?;
        Ok(Self { http, options })
    }

    /// How long a call takes at most.
    pub fn time_limit(&self) -> Duration {
        self.options.time_limit
    }

    /// Makes the call. Gives what the shop answered and the network address that was called, empty if it did not come so far.
    pub async fn call(&self, call: &NewNotification) -> (ShopAnswer, String) {
        let found = Arc::new(OnceLock::new());
        let mut seen = Seen::default();
        let work = FOUND.scope(Arc::clone(&found), self.exchange(call, &mut seen));
        let failure = match tokio::time::timeout(self.options.time_limit, work).await {
            Ok(Ok(())) => None,
            Ok(Err(NoWay(words))) => Some(words),
            Err(_) => Some(format!("no answer within {}", Seconds(self.options.time_limit))),
        };
        let address = seen.address.or_else(|| found.get().map(|ip| SocketAddr::new(*ip, port_of(&call.url))));
        let answer = match (seen.status, failure) {
            // The shop has the notification and said so; that it then failed to end its answer changes nothing.
            (Some(status), _) => ShopAnswer::Answered { status, body: lossy(seen.body) },
            (None, words) => ShopAnswer::Failed(words.unwrap_or_else(|| "no answer".to_owned())),
        };
        (answer, address.map(|address| address.to_string()).unwrap_or_default())
    }

    async fn exchange(&self, call: &NewNotification, seen: &mut Seen) -> Result<(), NoWay> {
        let url = Url::parse(&call.url).map_err(|error| NoWay(format!("the address is not one: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(NoWay(format!("the address begins with {}, not http or https", url.scheme())));
        }
        // The parser has already turned spellings such as 0x7f.1 and 2130706433 into ordinary addresses. An address in place of a
        // name never reaches the resolver, so it is checked here.
        if let Some(ip) = literal(&url) {
            if let Some(words) = refusal(ip, self.options.allow_private) {
                return Err(NoWay(words));
            }
            // Nobody else has set it: the resolver is not asked.
            let _ = FOUND.with(|found| found.set(ip));
        }
        let request = match call.method {
            CallMethod::Get => self.http.get(url),
            CallMethod::Post => self.http.post(url).header(CONTENT_TYPE, &call.content_type).body(call.body.clone()),
        };
        let response = request.send().await.map_err(|error| NoWay(words_for(&error)))?;
        seen.read(response).await;
        Ok(())
    }
}

/// What is known of an answer so far; outlives a call that ran out of time.
#[derive(Default)]
struct Seen {
    address: Option<SocketAddr>,
    status: Option<u16>,
    body: Vec<u8>,
}

impl Seen {
    async fn read(&mut self, mut response: Response) {
        self.address = response.remote_addr();
        self.status = Some(response.status().as_u16());
        while let Ok(Some(chunk)) = response.chunk().await {
            let room = ANSWER_MAX - self.body.len();
            self.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if self.body.len() == ANSWER_MAX {
                break;
            }
        }
    }
}

/// As text of at most [`ANSWER_MAX`] bytes; what is not UTF-8 is replaced, which may make it longer, so it is cut again.
fn lossy(body: Vec<u8>) -> String {
    let mut text =
        String::from_utf8(body).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    text.truncate(text.floor_char_boundary(ANSWER_MAX));
    text
}

/// TLS by rustls with ring and with Mozilla's certificate authorities, so that nothing of the operating system is needed.
fn tls() -> anyhow::Result<rustls::ClientConfig> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Resolves names and lets only allowed addresses through.
struct Guard {
    allow_private: bool,
    turns: Arc<Semaphore>,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (turns, allow_private) = (Arc::clone(&self.turns), self.allow_private);
        let found = FOUND.try_with(Arc::clone).ok();
        Box::pin(async move {
            let turn = turns.acquire_owned().await?;
            let host = name.as_str().to_owned();
            let lookup = move || {
                // Held by the thread, not by the call: a call that ran out of time leaves its look-up behind.
                let _turn = turn;
                (host.as_str(), 0).to_socket_addrs().map(Iterator::collect::<Vec<_>>)
            };
            let all = tokio::task::spawn_blocking(lookup).await?;
            let all = all.map_err(|_| NoWay(format!("the name {} does not resolve", name.as_str())))?;
            let allowed = checked(name.as_str(), all, allow_private)?;
            if let (Some(found), Some(first)) = (found, allowed.first()) {
                found.get_or_init(|| first.ip());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// The addresses that may be called; if there is none, why.
fn checked(name: &str, all: Vec<SocketAddr>, allow_private: bool) -> Result<Vec<SocketAddr>, NoWay> {
    let Some(first) = all.first().copied() else {
        return Err(NoWay(format!("the name {name} does not resolve")));
    };
    let allowed: Vec<_> = all.into_iter().filter(|address| refusal(address.ip(), allow_private).is_none()).collect();
    match refusal(first.ip(), allow_private) {
        Some(words) if allowed.is_empty() => Err(NoWay(format!("{name}: {words}"))),
        _ => Ok(allowed),
    }
}

fn refusal(ip: IpAddr, allow_private: bool) -> Option<String> {
    let kind = special_purpose(ip).filter(|_| !allow_private)?;
    Some(format!("{ip} is {kind} address; callbacks to it are not allowed"))
}

/// The address in place of a name, if there is one.
fn literal(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// The port of an address; 0 if it is not one.
fn port_of(address: &str) -> u16 {
    Url::parse(address).ok().and_then(|url| url.port_or_known_default()).unwrap_or_default()
}

/// The innermost reason that a merchant can act on.
fn words_for(error: &reqwest::Error) -> String {
    let mut innermost: &dyn Error = error;
    let mut next = error.source();
    while let Some(cause) = next {
        if let Some(NoWay(words)) = cause.downcast_ref() {
            return words.clone();
        }
        if let Some(words) = cause.downcast_ref::<io::Error>().and_then(io_words) {
            return words;
        }
        innermost = cause;
        next = cause.source();
    }
    if error.is_request() && !error.is_connect() {
        return format!("no HTTP answer: {innermost}");
    }
    innermost.to_string()
}

fn io_words(error: &io::Error) -> Option<String> {
    // An I/O error does not name what it wraps as its source, and connectors wrap one in another.
    if let Some(inner) = error.get_ref() {
        if let Some(tls) = inner.downcast_ref::<rustls::Error>() {
            return Some(format!("TLS: {tls}"));
        }
        if let Some(words) = inner.downcast_ref::<io::Error>().and_then(io_words) {
            return Some(words);
        }
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Some("connection refused".to_owned()),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => Some("connection closed by the shop".to_owned()),
        io::ErrorKind::TimedOut => Some("the connection timed out".to_owned()),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            Some("no route to the address".to_owned())
        }
        _ => None,
    }
}

/// `20 s`, `250 ms`.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.subsec_millis() {
            0 => write!(out, "{} s", self.0.as_secs()),
            _ => write!(out, "{} ms", self.0.as_millis()),
        }
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
