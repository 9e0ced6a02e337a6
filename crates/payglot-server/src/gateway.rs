//! What every request and every loop shares.

use crate::clock::Clock;
use crate::config::Config;
use crate::keys::Keys;
use crate::metrics::Metrics;
use crate::numbers::Numbers;
use crate::projects::Projects;
use crate::secrets::MasterKey;
use crate::upstream::sandbox::SandboxBank;
use crate::worker::delivery::Courier;
use payglot_store::Store;
use std::sync::Arc;
use tokio_util::task::TaskTracker;

/// The gateway, shared by all requests and loops.
pub struct Gateway {
    /// Settings of the server.
    pub config: Config,
    /// The clock.
    pub clock: Clock,
    /// Where payments are durable.
    pub store: Arc<dyn Store>,
    /// Opens secrets.
    pub key: Arc<MasterKey>,
    /// The gateway's own signing keys.
    pub keys: Keys,
    /// Decimal numbers for payments.
    pub numbers: Numbers,
    /// Finds projects.
    pub projects: Projects,
    /// The only provider so far.
    pub bank: Arc<SandboxBank>,
    /// For how many milliseconds a notification stays claimed by the process that committed it; 0 in a process that delivers nothing,
    /// such as a command of the command line: the running server then delivers it.
    pub lease_ms: i64,
    /// Carries notifications.
    pub courier: Courier,
    /// Limits on attempts.
    pub limits: crate::web::Limits,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// Work that a request began and that must end even if its client goes away; the shutdown waits for it.
    pub tasks: TaskTracker,
}
