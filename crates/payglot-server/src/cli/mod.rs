//! The same flows from a terminal. Commands work beside a running server on the same data.

mod audit;
mod demo;
mod key;
mod migrate;
mod notification;
mod output;
mod payment;
mod project;
mod serve;
mod sms;

use crate::config::Config;
use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// A self-hosted payment gateway that speaks the merchant protocols of existing payment systems.
#[derive(Debug, Parser)]
#[command(name = "payglot", version, about, max_term_width = 110)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Try it: a gateway with a sandbox bank, test projects and a demo shop, on an embedded database.
    Demo(demo::Demo),
    /// Run the gateway.
    Serve(serve::Serve),
    /// Create, change and show projects (one merchant's configuration for one protocol).
    Project(project::Project),
    /// Show, list, capture, void and refund payments.
    Payment(payment::Payment),
    /// List notifications and send them again.
    Notification(notification::Notification),
    /// Play the telephones of premium text messages.
    Sms(sms::Sms),
    /// Show and change the key that signs callbacks for all Paysera projects.
    Key(key::Key),
    /// Recompute all balances and check every invariant.
    Audit(audit::Audit),
    /// Bring the database to this version's schema.
    Migrate(migrate::Migrate),
}

/// Where the data are; the same for every command.
#[derive(Debug, Clone, Default, Args)]
struct Where {
    /// Settings file (TOML); docs/configuration.md lists every setting.
    #[arg(long, value_name = "FILE", env = "PAYGLOT_CONFIG")]
    config: Option<PathBuf>,
    /// Folder of the database and the master key; wins over the settings file.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
}

impl Where {
    fn load(&self) -> anyhow::Result<Config> {
        let mut config = Config::load(self.config.as_deref())?;
        if let Some(data) = &self.data {
            config.data.clone_from(data);
        }
        Ok(config)
    }

    fn load_with(&self, listen: Option<SocketAddr>) -> anyhow::Result<Config> {
        let mut config = self.load()?;
        if let Some(listen) = listen {
            config.listen = listen;
        }
        Ok(config)
    }
}

/// Runs the command the arguments name.
pub fn run() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Demo(demo) => demo.run().await,
            Command::Serve(serve) => serve.run().await,
            Command::Project(project) => project.run().await,
            Command::Payment(payment) => payment.run().await,
            Command::Notification(notification) => notification.run().await,
            Command::Sms(sms) => sms.run().await,
            Command::Key(key) => key.run().await,
            Command::Audit(audit) => audit.run().await,
            Command::Migrate(migrate) => migrate.run(),
        }
    })
}
