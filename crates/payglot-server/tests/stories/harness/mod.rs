//! A whole gateway in one test: see [`TestGateway`].

pub(crate) mod http;
pub(crate) mod log;
pub(crate) mod payer;
pub(crate) mod receiver;
pub(crate) mod shop;

use payer::Payer;
use payglot_core::{PaymentId, UnixMillis};
use payglot_server::clock::Clock;
use payglot_server::config::Config;
use payglot_server::flows::{self, audit, expire, news, recover};
use payglot_server::gateway::Gateway;
use payglot_server::keys::Keys;
use payglot_server::metrics::Metrics;
use payglot_server::numbers::Numbers;
use payglot_server::projects::{ProjectSettings, Projects};
use payglot_server::secrets::{MasterKey, Secret};
use payglot_server::upstream::sandbox::{Book, SandboxBank, SandboxSettings};
use payglot_server::web::{self, Limits};
use payglot_server::worker::delivery::{self, Courier};
use payglot_store::{NotificationFilter, NotificationState, SqliteOptions, SqliteStore, Store};
use receiver::Receiver;
use shop::{Registered, Shop};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// When every story begins: 22 November 2026, 00:00 UTC.
pub(crate) const START: i64 = 1_795_305_600_000;
/// The key of the shop's callbacks.
pub(crate) const CALLBACK_KEY: &str = "callback-key-of-the-stories";

/// What a story may choose.
pub(crate) struct Setup {
    pub(crate) settings: ProjectSettings,
    pub(crate) prefix: &'static str,
    /// Do deliveries go out by themselves? Otherwise the story calls [`TestGateway::deliver`].
    pub(crate) couriers_run: bool,
    /// Callbacks to the receiver's `/callback`.
    pub(crate) callbacks: bool,
    pub(crate) body_max: usize,
    /// Is there a proxy in front that notes who called?
    pub(crate) behind_proxy: bool,
    pub(crate) store: SqliteOptions,
    /// How long the bank thinks about its slow card.
    pub(crate) slow_answer: Duration,
    /// How long the owner of a wallet leaves an invoice alone; `None`: for ever.
    pub(crate) wallet_acts_after: Option<Duration>,
    /// Of every so many answers that move money one is lost after the money moved; 0 loses none.
    pub(crate) lose_every: u32,
}

impl Setup {
    fn bank(&self) -> SandboxSettings {
        let Self { slow_answer, wallet_acts_after, lose_every, .. } = *self;
        let usual = SandboxSettings::default();
        SandboxSettings { time_limit: Duration::ZERO, slow_answer, wallet_acts_after, lose_every, ..usual }
    }
}

impl Default for Setup {
    fn default() -> Self {
        let settings = ProjectSettings { test_mode: true, number_orders: true, ..ProjectSettings::default() };
        Self {
            settings,
            prefix: "",
            couriers_run: false,
            callbacks: true,
            body_max: 256 * 1024,
            behind_proxy: false,
            store: SqliteOptions::default(),
            slow_answer: Duration::ZERO,
            wallet_acts_after: Some(Duration::from_secs(2)),
            lose_every: 0,
        }
    }
}

/// A gateway on a loopback port over a database of its own, a shop, a payer and the shop's receiver of callbacks. Each story must
/// [`TestGateway::end`] it, which audits the books and fails if a notification was left unsent.
pub(crate) struct TestGateway {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) shop: Shop,
    pub(crate) payer: Payer,
    pub(crate) receiver: Receiver,
    pub(crate) folder: TempDir,
    pub(crate) at: SocketAddr,
    millis: Arc<AtomicI64>,
    stop: CancellationToken,
    ended: bool,
}

impl TestGateway {
    /// With the usual choices: sandbox project, callbacks on and delivered by hand.
    pub(crate) async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    /// The usual choices but these settings of the project.
    pub(crate) async fn settings(change: impl FnOnce(&mut ProjectSettings)) -> Self {
        let mut setup = Setup::default();
        change(&mut setup.settings);
        Self::with(setup).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        log::capture();
        let folder = tempfile::tempdir().expect("a folder");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("its address");
        let receiver = Receiver::start().await;
        let config = Config {
            data: folder.path().to_owned(),
            listen: at,
            rbs_prefix: setup.prefix.to_owned(),
            allow_private_callbacks: true,
            body_max: setup.body_max,
            trust_forwarded_for: setup.behind_proxy,
            ..Config::default()
        };
        let millis = Arc::new(AtomicI64::new(START));
        let stop = CancellationToken::new();
        let (clock, bank) = (Clock::Manual(Arc::clone(&millis)), setup.bank());
        let gateway = Arc::new(assemble(config, clock, setup.store, bank, setup.couriers_run.then_some(&stop)));
        let mut settings = setup.settings;
        if setup.callbacks {
            settings.callback_url = receiver.url("/callback");
        }
        let merchant = create_shop(&gateway, at, setup.prefix, "demo", "demo-password", settings).await;
        serve(listener, &gateway, &stop);
        Self { gateway, shop: merchant, payer: Payer { at }, receiver, folder, at, millis, stop, ended: false }
    }

    /// Another merchant on the same gateway.
    pub(crate) async fn other_shop(&self, login: &str, password: &str, settings: ProjectSettings) -> Shop {
        create_shop(&self.gateway, self.at, &self.gateway.config.rbs_prefix, login, password, settings).await
    }

    /// Another process over the same database, as the command line is beside the server: a store, a bank and a courier of its own. It
    /// delivers nothing.
    pub(crate) fn beside(&self) -> Arc<Gateway> {
        let (config, clock) = (self.gateway.config.clone(), self.gateway.clock.clone());
        let mut beside = assemble(config, clock, SqliteOptions::default(), Setup::default().bank(), None);
        beside.lease_ms = 0;
        Arc::new(beside)
    }

    /// Now.
    pub(crate) fn now(&self) -> UnixMillis {
        self.gateway.clock.now()
    }

    /// Turns the clock.
    pub(crate) fn pass(&self, seconds: i64) {
        self.millis.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Delivers what is due. Returns the number of attempts.
    pub(crate) async fn deliver(&self) -> usize {
        self.gateway.courier.deliver_due().await
    }

    /// What the expiry loop does. Returns how many ended.
    pub(crate) async fn expire(&self) -> usize {
        expire::expire_due(&self.gateway, 100).await.expect("the store works")
    }

    /// What the recovery loop does. Returns how many operations got their answer.
    pub(crate) async fn recover(&self) -> usize {
        recover::ask_again(&self.gateway, 100).await.expect("the store works")
    }

    /// What the loop does that hears of what nobody asked for. Returns how many operations are decided.
    pub(crate) async fn hear(&self) -> usize {
        // What the bank heard a moment ago is in the writer's queue, and this stands behind it.
        self.gateway.store.check().await.expect("the store works");
        news::hear(&self.gateway, 100).await.expect("the store works")
    }

    /// What the loop that asks places does since it last did. Returns how many told what became of their payer.
    pub(crate) async fn ask_places(&self, last: Option<UnixMillis>) -> usize {
        recover::ask_places(&self.gateway, last, self.now()).await.expect("the store works")
    }

    /// Everything that is stored of an order.
    pub(crate) async fn file(&self, order: &Registered) -> payglot_store::PaymentFile {
        let id: PaymentId = order.id.parse().expect("an id");
        self.gateway.store.file(id).await.expect("the store works").expect("the payment")
    }

    /// How many payments there are.
    pub(crate) async fn count(&self) -> usize {
        self.gateway.store.files(None, 1000).await.expect("the store works").len()
    }

    /// Sends what is due, and fails if anything waits after that or if the books do not balance.
    pub(crate) async fn end(mut self) {
        self.ended = true;
        self.deliver().await;
        let filter = NotificationFilter { unacknowledged: true, limit: 1000, ..NotificationFilter::default() };
        let left = self.gateway.store.notifications(&filter).await.expect("the store works");
        let unsent: Vec<_> = left.iter().filter(|left| !matches!(left.state, NotificationState::Dead(_))).collect();
        assert!(unsent.is_empty(), "notifications were left unsent: {unsent:#?}");
        let report = audit::audit(self.gateway.store.as_ref()).await.expect("the store works");
        assert!(report.violations.is_empty(), "{report:#?}");
        self.stop.cancel();
    }
}

impl Drop for TestGateway {
    fn drop(&mut self) {
        self.stop.cancel();
        assert!(self.ended || std::thread::panicking(), "a story must end its gateway");
    }
}

/// As `startup` does it, but with a clock and a courier that the story moves; `running` stops couriers that run by themselves.
fn assemble(
    config: Config,
    clock: Clock,
    store: SqliteOptions,
    bank: SandboxSettings,
    running: Option<&CancellationToken>,
) -> Gateway {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&config.database(), store).expect("a store"));
    let key = Arc::new(MasterKey::from_hex(&"5a".repeat(32)).expect("a key"));
    let metrics = Arc::new(Metrics::default());
    let (held, counts) = (Arc::clone(&store), Arc::clone(&metrics));
    let courier = match running {
        Some(stop) => delivery::start(held, clock.clone(), &config, counts, stop.clone()).map(|(courier, _)| courier),
        None => Courier::by_hand(held, clock.clone(), &config, counts),
    };
    let vault = key.vault("sandbox bank").expect("keys of the vault");
    Gateway {
        keys: Keys::new(Arc::clone(&store), Arc::clone(&key)),
        numbers: Numbers::new(Arc::clone(&store)),
        projects: Projects::new(Arc::clone(&store), Arc::clone(&key)),
        bank: Arc::new(SandboxBank::new(Book::new(Arc::clone(&store)), clock.clone(), vault, bank)),
        config,
        clock,
        store,
        key,
        lease_ms: delivery::LEASE_MS,
        courier: courier.expect("a courier"),
        limits: Limits::default(),
        metrics,
        tasks: TaskTracker::new(),
    }
}

pub(crate) async fn create_shop(
    gateway: &Gateway,
    at: SocketAddr,
    prefix: &str,
    login: &str,
    password: &str,
    settings: ProjectSettings,
) -> Shop {
    let secrets =
        vec![("password".to_owned(), Secret::new(password)), ("callback".to_owned(), Secret::new(CALLBACK_KEY))];
    let draft = flows::project::Draft {
        protocol: "rbs".to_owned(),
        name: login.to_owned(),
        login: format!("{login}-api"),
        settings,
        secrets,
    };
    flows::project::create(gateway.store.as_ref(), &gateway.key, draft, gateway.clock.now()).await.expect("a project");
    Shop { at, prefix: prefix.to_owned(), login: format!("{login}-api"), password: password.to_owned() }
}

pub(crate) fn serve(listener: TcpListener, gateway: &Arc<Gateway>, stop: &CancellationToken) {
    let service = web::router(gateway).into_make_service_with_connect_info::<SocketAddr>();
    let stopping = stop.clone().cancelled_owned();
    tokio::spawn(async move { axum::serve(listener, service).with_graceful_shutdown(stopping).await });
}

/// A body with what differs between runs taken out: ids become `<id>`, the port `<gateway>`, reference numbers `<reference>`.
pub(crate) fn redact(body: &str, at: SocketAddr) -> String {
    let text = body.replace(&at.to_string(), "<gateway>");
    let text = replace_digits(&text, "\"authRefNum\":\"", "<reference>");
    let text = replace_digits(&text, "\"referenceNumber\":\"", "<reference>");
    let text = replace_digits(&text, "\"rrn\":\"", "<reference>");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(next) = rest.chars().next() {
        if rest.get(..36).is_some_and(|head| uuid::Uuid::try_parse(head).is_ok()) {
            out.push_str("<id>");
            rest = &rest[36..];
        } else {
            out.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    out
}

fn replace_digits(text: &str, before: &str, with: &str) -> String {
    let mut parts = text.split(before);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |done, part| done + before + with + part.trim_start_matches(|c: char| c.is_ascii_digit()))
}
