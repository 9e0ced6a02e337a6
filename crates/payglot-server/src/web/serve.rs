//! Serving: from the first connection to the last answer.

use crate::startup::Running;
use axum::Router;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

/// Serves until a signal, then lets requests, payments and deliveries in flight end.
pub async fn serve(listener: TcpListener, router: Router, running: Running) -> anyhow::Result<()> {
    let patience = Duration::from_secs(running.gateway.config.shutdown_seconds);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let tasks = running.gateway.tasks.clone();
    let stopping = async move {
        signalled().await;
        // From now on `/readyz` says no; what is under way may still begin tasks.
        tasks.close();
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
