//! `payglot serve`.

use super::Where;
use crate::clock::Clock;
use crate::flows::project;
use crate::startup;
use crate::web;
use anyhow::Context as _;
use clap::Args;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// Runs the gateway until it is told to stop (SIGTERM or Ctrl-C); then it finishes what it accepted.
#[derive(Debug, Args)]
#[command(after_help = "Example: payglot serve --config /etc/payglot.toml")]
pub(super) struct Serve {
    #[command(flatten)]
    place: Where,
    /// Where to listen; wins over the settings.
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let mut config = self.place.load_with(self.listen)?;
        let signal = web::StopSignal::listen()?;
        let listener = bind(&mut config).await?;
        crate::logging::init(&config)?;
        let running = startup::start(config, Clock::System)?;
        project::check_key(running.gateway.store.as_ref(), &running.gateway.key).await?;
        let router = web::router(&running.gateway);
        tracing::info!(address = %running.gateway.config.listen, base_url = running.gateway.config.public_url(), "serving");
        web::serve(signal, listener, router, running).await
    }
}

/// Listens, and puts the port that the system chose into the settings if they asked for port 0.
pub(super) async fn bind(config: &mut crate::config::Config) -> anyhow::Result<TcpListener> {
    let listener =
        TcpListener::bind(config.listen).await.with_context(|| format!("cannot listen on {}", config.listen))?;
    config.listen = listener.local_addr()?;
    Ok(listener)
}
