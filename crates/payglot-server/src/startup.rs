//! Puts a gateway together from its settings.

use crate::clock::Clock;
use crate::config::Config;
use crate::gateway::Gateway;
use crate::keys::Keys;
use crate::metrics::Metrics;
use crate::numbers::Numbers;
use crate::projects::Projects;
use crate::secrets::MasterKey;
use crate::upstream::sandbox::{Book, SandboxBank, SandboxSettings};
use crate::web::Limits;
use crate::worker::{charges, delivery, expiry, news, recovery};
use anyhow::Context as _;
use payglot_store::{SqliteOptions, SqliteStore};
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Readers beside the writer: as many as there are cores to read with, within reason.
const READERS: usize = 4;

/// Opens the database, creating and migrating it if need be. `metrics` hears of every group of commits.
pub fn open_store(config: &Config, metrics: Option<Arc<Metrics>>) -> anyhow::Result<Arc<SqliteStore>> {
    std::fs::create_dir_all(&config.data).with_context(|| format!("cannot create {}", config.data.display()))?;
    let mut options = SqliteOptions { readers: READERS, ..SqliteOptions::default() };
    if let Some(metrics) = metrics {
        options.on_group = Some(Box::new(move |group| metrics.group_committed(group.jobs, group.took)));
    }
    let path = config.database();
    let store = SqliteStore::open(&path, options).with_context(|| format!("cannot open {}", path.display()))?;
    Ok(Arc::new(store))
}

/// The master key: from the settings, or from its file, which is created with a fresh key when there is none.
pub fn master_key(config: &Config) -> anyhow::Result<MasterKey> {
    if !config.master_key.is_empty() {
        return MasterKey::from_hex(&config.master_key);
    }
    let path = config.key_file();
    MasterKey::load_or_create(&path).with_context(|| format!("the master key {}", path.display()))
}

/// A gateway whose loops run until it is stopped.
pub struct Running {
    /// The gateway.
    pub gateway: Arc<Gateway>,
    stop: CancellationToken,
    loops: Vec<JoinHandle<()>>,
}

/// A gateway for a command of the command line: it changes payments, and a running server delivers what that announces.
pub fn for_command(config: Config) -> anyhow::Result<Arc<Gateway>> {
    let store = open_store(&config, None)?;
    let key = Arc::new(master_key(&config)?);
    let metrics = Arc::new(Metrics::default());
    let courier = delivery::Courier::by_hand(store.clone(), Clock::System, &config, Arc::clone(&metrics))?;
    Ok(Arc::new(assemble(config, Clock::System, store, key, metrics, courier, 0)?))
}

/// A gateway that serves: its loops deliver, expire, recover and hear news.
pub fn start(config: Config, clock: Clock) -> anyhow::Result<Running> {
    let metrics = Arc::new(Metrics::default());
    let store = open_store(&config, Some(Arc::clone(&metrics)))?;
    let key = Arc::new(master_key(&config)?);
    let stop = CancellationToken::new();
    let (courier, delivering) =
        delivery::start(store.clone(), clock.clone(), &config, Arc::clone(&metrics), stop.clone())?;
    let gateway = Arc::new(assemble(config, clock, store, key, metrics, courier, delivery::LEASE_MS)?);
    let loops = vec![
        delivering,
        tokio::spawn(expiry::run(Arc::clone(&gateway), stop.clone())),
        tokio::spawn(charges::run(Arc::clone(&gateway), stop.clone())),
        tokio::spawn(recovery::run(Arc::clone(&gateway), stop.clone())),
        tokio::spawn(news::run(Arc::clone(&gateway), stop.clone())),
        tokio::spawn(recovery::run_places(Arc::clone(&gateway), stop.clone())),
    ];
    Ok(Running { gateway, stop, loops })
}

fn assemble(
    config: Config,
    clock: Clock,
    store: Arc<SqliteStore>,
    key: Arc<MasterKey>,
    metrics: Arc<Metrics>,
    courier: delivery::Courier,
    lease_ms: i64,
) -> anyhow::Result<Gateway> {
    let vault = key.vault("sandbox bank")?;
    let settings =
        SandboxSettings { wallet_acts_after: config.sandbox_wallet_acts_after(), ..SandboxSettings::default() };
    let bank = SandboxBank::new(Book::new(store.clone()), clock.clone(), vault, settings);
    Ok(Gateway {
        keys: Keys::new(store.clone(), Arc::clone(&key)),
        numbers: Numbers::new(store.clone()),
        projects: Projects::new(store.clone(), Arc::clone(&key)),
        bank: Arc::new(bank),
        config,
        clock,
        store,
        key,
        lease_ms,
        courier,
        limits: Limits::default(),
        metrics,
        tasks: TaskTracker::new(),
    })
}

impl Running {
    /// Finishes what was begun, then closes the store. Call it when no request is served any more.
    pub async fn stop(self) {
        self.gateway.tasks.close();
        self.gateway.tasks.wait().await;
        self.stop.cancel();
        for handle in self.loops {
            if let Err(error) = handle.await {
                tracing::error!(%error, "a loop ended abnormally");
            }
        }
        self.gateway.store.close().await;
    }
}
