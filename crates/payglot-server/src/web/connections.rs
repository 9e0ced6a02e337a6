//! Connections: how many there may be, and how long one may keep silent. Without both limits a few thousand clients that send a byte a
//! minute would keep everybody else out.

use axum::Router;
use axum::extract::Request;
use axum::extract::connect_info::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Largest head of a request in bytes: the shops' longest are addresses of a few KiB.
const HEAD_MAX: usize = 64 * 1024;
/// How long to wait when the system gives no connection, most likely because it has no file descriptors left.
const ACCEPT_AGAIN: Duration = Duration::from_secs(1);

/// What connections are allowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowed {
    /// At once; more wait in the system's queue until one ends.
    pub(super) connections: usize,
    /// To send the head of a request, counted from the connection's beginning or the answer before it.
    pub(super) silence: Duration,
}

/// Accepts until `stop`, then lets the requests that were begun end.
pub(super) async fn serve(listener: TcpListener, router: Router, allowed: Allowed, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(allowed.connections));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(allowed.silence).max_buf_size(HEAD_MAX);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            let (stream, peer) = accept(&listener).await;
            Some((place, stream, peer))
        };
        let accepted = tokio::select! {
            accepted = next => accepted,
            () = stop.cancelled() => None,
        };
        let Some((place, stream, peer)) = accepted else { break };
        let connection = http.serve_connection(TokioIo::new(stream), Caller { router: router.clone(), peer });
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that goes away or keeps silent is no event of ours.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Answers are small and whole: waiting for more to send would only delay them. Without it they are late, not wrong.
                let _ = stream.set_nodelay(true);
                return (stream, peer);
            }
            Err(error) => match error.kind() {
                ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset => {}
                _ => {
                    tracing::error!(%error, "no connection can be accepted");
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                }
            },
        }
    }
}

/// The routes, told who calls.
struct Caller {
    router: Router,
    peer: SocketAddr,
}

impl hyper::service::Service<hyper::Request<Incoming>> for Caller {
    type Response = <Router as tower_service::Service<Request>>::Response;
    type Error = <Router as tower_service::Service<Request>>::Error;
    type Future = <Router as tower_service::Service<Request>>::Future;

    fn call(&self, mut request: hyper::Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(ConnectInfo(self.peer));
        tower_service::Service::call(&mut self.router.clone(), request.map(axum::body::Body::new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    /// The address of a server that answers `pong` to `/ping`, and what stops it.
    async fn server(allowed: Allowed) -> (SocketAddr, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let stop = CancellationToken::new();
        let router = Router::new().route(
            "/ping",
            get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move {
                assert!(peer.ip().is_loopback());
                "pong"
            }),
        );
        tokio::spawn(serve(listener, router, allowed, stop.clone()));
        (address, stop)
    }

    async fn pings(stream: &mut TcpStream) -> bool {
        stream.write_all(b"GET /ping HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
        let mut answer = [0; 1024];
        let length = stream.read(&mut answer).await.expect("read");
        answer[..length].ends_with(b"pong")
    }

    #[tokio::test]
    async fn a_client_that_keeps_silent_is_put_out_and_leaves_its_place_to_the_next() {
        let (address, _stop) = server(Allowed { connections: 1, silence: Duration::from_millis(50) }).await;
        let mut silent = TcpStream::connect(address).await.expect("connected");
        silent.write_all(b"GET /ping HT").await.expect("sent");
        let mut waiting = TcpStream::connect(address).await.expect("connected");
        assert!(pings(&mut waiting).await, "the place is free again");
        let mut rest = Vec::new();
        silent.read_to_end(&mut rest).await.expect("ended");
        assert!(!rest.ends_with(b"pong"));
    }

    #[tokio::test]
    async fn a_connection_serves_many_requests_and_ends_with_the_server() {
        let (address, stop) = server(Allowed { connections: 9, silence: Duration::from_mins(1) }).await;
        let mut kept = TcpStream::connect(address).await.expect("connected");
        assert!(pings(&mut kept).await && pings(&mut kept).await);
        stop.cancel();
        let mut rest = Vec::new();
        kept.read_to_end(&mut rest).await.expect("ended");
        assert!(rest.is_empty());
    }

    #[tokio::test]
    async fn a_head_without_an_end_is_refused() {
        let (address, _stop) = server(Allowed { connections: 9, silence: Duration::from_mins(1) }).await;
        let mut greedy = TcpStream::connect(address).await.expect("connected");
        greedy.write_all(b"GET /ping HTTP/1.1\r\nHost: x\r\nX: ").await.expect("sent");
        greedy.write_all(&vec![b'x'; HEAD_MAX]).await.expect("sent");
        let mut answer = Vec::new();
        let _ = greedy.read_to_end(&mut answer).await;
        assert!(answer.starts_with(b"HTTP/1.1 431"), "{}", String::from_utf8_lossy(&answer));
    }
}
