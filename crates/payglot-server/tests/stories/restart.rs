//! The server as `payglot serve` starts it, with its loops: what was left when it stopped is taken up when it starts again.

use crate::harness::payer::{PAID, Payer};
use crate::harness::receiver::{Receiver, Say};
use crate::harness::shop::Shop;
use crate::harness::{START, create_shop, serve};
use payglot_server::clock::Clock;
use payglot_server::config::Config;
use payglot_server::flows::audit;
use payglot_server::projects::ProjectSettings;
use payglot_server::startup::{self, Running};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

struct Server {
    running: Running,
    at: SocketAddr,
    listening: CancellationToken,
}

impl Server {
    async fn start(folder: &Path, millis: &Arc<AtomicI64>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("its address");
        let config = Config { data: folder.to_owned(), listen: at, allow_private_callbacks: true, ..Config::default() };
        let running = startup::start(config, Clock::Manual(Arc::clone(millis))).expect("started");
        let listening = CancellationToken::new();
        serve(listener, &running.gateway, &listening);
        Self { running, at, listening }
    }

    async fn stop(self) {
        self.listening.cancel();
        self.running.stop().await;
    }
}

#[tokio::test]
async fn a_second_start_delivers_and_expires_what_the_first_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let millis = Arc::new(AtomicI64::new(START));
    let receiver = Receiver::start().await;
    receiver.script(&[Say::Status(500)]);

    let first = Server::start(folder.path(), &millis).await;
    let settings = ProjectSettings {
        test_mode: true,
        number_orders: true,
        callback_url: receiver.url("/callback"),
        ..ProjectSettings::default()
    };
    let shop = create_shop(&first.running.gateway, first.at, "", "demo", "demo-password", settings).await;
    let paid = shop.register(&[]).await;
    let unpaid = shop.register(&[]).await;
    Payer { at: first.at }.pay(&paid, PAID).await;
    receiver.called(1).await;
    first.stop().await;

    millis.fetch_add(1_200_000, Ordering::SeqCst);
    let second = Server::start(folder.path(), &millis).await;
    // The loops do both without being asked.
    receiver.called(3).await;
    let mut events = receiver.events();
    events[1..].sort();
    assert_eq!(events, ["deposited 1", "declinedByTimeout 0", "deposited 1"]);
    let calls = receiver.calls();
    assert!(calls[1..].contains(&calls[0]), "a repetition is the same bytes: {calls:#?}");
    let shop = Shop { at: second.at, ..shop };
    assert_eq!((shop.stands(&paid).await.as_str(), shop.stands(&unpaid).await.as_str()), ("2 0", "6 -2007"));
    let report = audit::audit(second.running.gateway.store.as_ref()).await.expect("the store works");
    assert!(report.violations.is_empty(), "{report:#?}");
    second.stop().await;
}
