//! `payglot serve`.

use super::Where;
use crate::clock::Clock;
use crate::startup::{self, Running};
use crate::web;
use anyhow::Context as _;
use clap::Args;
use std::net::SocketAddr;
use std::time::Duration;
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
        let listener = bind(&mut config).await?;
        let running = startup::start(config, Clock::System)?;
        let router = web::router(&running.gateway);
        tracing::info!(address = %running.gateway.config.listen, base_url = running.gateway.config.public_url(), "serving");
        serve(listener, router, running).await
    }
}

/// Listens, and puts the port that the system chose into the settings if they asked for port 0.
pub(super) async fn bind(config: &mut crate::config::Config) -> anyhow::Result<TcpListener> {
    let listener =
        TcpListener::bind(config.listen).await.with_context(|| format!("cannot listen on {}", config.listen))?;
    config.listen = listener.local_addr()?;
    Ok(listener)
}

/// Serves until a signal, then lets requests, payments and deliveries in flight end.
pub(super) async fn serve(listener: TcpListener, router: axum::Router, running: Running) -> anyhow::Result<()> {
    let patience = Duration::from_secs(running.gateway.config.shutdown_seconds);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stopping = async move {
        signalled().await;
        tracing::info!("stopping: finishing what was accepted");
    };
    axum::serve(listener, service).with_graceful_shutdown(stopping).await?;
    if tokio::time::timeout(patience, running.stop()).await.is_err() {
        tracing::warn!("gave up waiting; what was accepted is recorded and will be taken up at the next start");
    }
    Ok(())
}

#[cfg(unix)]
async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        tracing::error!("cannot listen for SIGTERM");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signalled() {
    let _ = tokio::signal::ctrl_c().await;
}
