//! Serving: from the first connection to the last answer.

use super::connections::{self, Allowed};
use crate::startup::Running;
use axum::Router;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serves until a signal, then lets requests, payments and deliveries in flight end.
pub async fn serve(stop: StopSignal, listener: TcpListener, router: Router, running: Running) -> anyhow::Result<()> {
    serve_until(stop.received(), listener, router, running).await
}

async fn serve_until(
    signal: impl Future<Output = ()> + Send + 'static,
    listener: TcpListener,
    router: Router,
    running: Running,
) -> anyhow::Result<()> {
    let config = &running.gateway.config;
    let patience = Duration::from_secs(config.shutdown_seconds);
    let silence = Duration::from_secs(config.silence_seconds);
    let allowed = Allowed { connections: config.connections_max, silence };
    let tasks = running.gateway.tasks.clone();
    let signalled = CancellationToken::new();
    let told = signalled.clone();
    tokio::spawn(async move {
        signal.await;
        // From now on `/readyz` says no; what is under way may still begin tasks.
        tasks.close();
        tracing::info!("stopping: finishing what was accepted");
        told.cancel();
    });
    let overdue = async {
        signalled.cancelled().await;
        tokio::time::sleep(patience).await;
    };
    tokio::select! {
        () = connections::serve(listener, router, allowed, signalled.clone()) => {}
        // A client that never ends its request must not keep the server from stopping.
        () = overdue => tracing::warn!("gave up waiting for connections that do not end"),
    }
    if tokio::time::timeout(patience, running.stop()).await.is_err() {
        tracing::warn!("gave up waiting; what was accepted is recorded and will be taken up at the next start");
    }
    Ok(())
}

/// The wish to stop: SIGTERM or Ctrl-C. Listened for before anybody is told that the gateway is ready: whoever waited for that may send it
/// at once, and until somebody listens it kills.
#[cfg(unix)]
pub struct StopSignal {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignal {
    /// Listens from now on. Must be called within a runtime.
    pub fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn received(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// The wish to stop: Ctrl-C.
#[cfg(not(unix))]
pub struct StopSignal {}

#[cfg(not(unix))]
impl StopSignal {
    /// Listens once it is asked for.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {})
    }

    async fn received(self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::config::Config;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_client_that_never_ends_its_request_does_not_keep_the_server_from_stopping() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config { data: folder.path().to_owned(), shutdown_seconds: 0, ..Config::default() };
        let running = crate::startup::start(config, Clock::System).expect("starts");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let router = crate::web::router(&running.gateway);
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let signal = async move { drop(stopped.await) };
        let served = tokio::spawn(serve_until(signal, listener, router, running));
        let mut client = TcpStream::connect(address).await.expect("connected");
        // Once `100 Continue` has come, the request is being handled.
        let begun =
            b"POST /payment/rest/register.do HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n";
        client.write_all(begun).await.expect("sent");
        let mut answer = [0; 12];
        client.read_exact(&mut answer).await.expect("answered");
        assert_eq!(&answer, b"HTTP/1.1 100");
        stop.send(()).expect("listens");
        let ended = tokio::time::timeout(Duration::from_secs(20), served).await.expect("in time").expect("no panic");
        ended.expect("stopped");
    }
}
