use super::*;
use payglot_core::outbox::{Acknowledgement, Schedule};
use payglot_core::{Currency, Intent, Money, NewPayment, ProjectId, Terms, register};
use payglot_store::{
    CallMethod, Commit, Committed, NewCall, NewNotification, NewProject, OVERTAKEN, Refused, SqliteOptions, SqliteStore,
};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};

const START: i64 = 1_700_000_000_000;

/// A shop that answers with these statuses, then with 200, each once it has a permit. `requests` gives what it was sent.
struct Shop {
    at: SocketAddr,
    requests: mpsc::UnboundedReceiver<String>,
    permits: Arc<Semaphore>,
}

impl Shop {
    async fn answering(statuses: &[u16]) -> Self {
        Self::with(statuses, Semaphore::MAX_PERMITS).await
    }

    async fn with(statuses: &[u16], permits: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("bound");
        let statuses = Arc::new(Mutex::new(VecDeque::from(statuses.to_vec())));
        let permits = Arc::new(Semaphore::new(permits));
        let (tell, requests) = mpsc::unbounded_channel();
        let gate = Arc::clone(&permits);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (statuses, tell, gate) = (Arc::clone(&statuses), tell.clone(), Arc::clone(&gate));
                tokio::spawn(async move {
                    let mut buffer = vec![0; 8192];
                    while let Ok(count @ 1..) = socket.read(&mut buffer).await {
                        let _ = tell.send(String::from_utf8_lossy(&buffer[..count]).into_owned());
                        gate.acquire().await.expect("open").forget();
                        let status = statuses.lock().expect("sane").pop_front().unwrap_or(200);
                        let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 2\r\n\r\nOK");
                        let _ = socket.write_all(answer.as_bytes()).await;
                    }
                });
            }
        });
        Self { at, requests, permits }
    }

    /// The body of the next request that came.
    fn body(&mut self) -> Option<String> {
        let request = self.requests.try_recv().ok()?;
        Some(request.split_once("\r\n\r\n")?.1.to_owned())
    }

    fn bodies(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.body()).collect()
    }
}

struct World {
    store: Arc<dyn Store>,
    millis: Arc<AtomicI64>,
    project: ProjectId,
    config: Config,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(&folder.path().join("payglot.db"), SqliteOptions::default()).expect("opened");
        let project = NewProject {
            protocol: "rbs".to_owned(),
            name: "shop".to_owned(),
            login: "shop-api".to_owned(),
            settings: "{}".to_owned(),
            secrets: Vec::new(),
            created_at: UnixMillis(START),
        };
        let project = store.create_project(project).await.expect("a project").id;
        let config = Config { allow_private_callbacks: true, ..Config::default() };
        Self { store: Arc::new(store), millis: Arc::new(AtomicI64::new(START)), project, config, _folder: folder }
    }

    fn clock(&self) -> Clock {
        Clock::Manual(Arc::clone(&self.millis))
    }

    fn pass(&self, millis: i64) {
        self.millis.fetch_add(millis, Ordering::SeqCst);
    }

    fn by_hand(&self) -> Courier {
        Courier::by_hand(Arc::clone(&self.store), self.clock(), &self.config, Arc::default()).expect("a courier")
    }

    fn running(&self) -> (Courier, JoinHandle<()>, CancellationToken) {
        let ending = CancellationToken::new();
        let (store, metrics) = (Arc::clone(&self.store), Arc::default());
        let (courier, task) = start(store, self.clock(), &self.config, metrics, ending.clone()).expect("a courier");
        (courier, task, ending)
    }

    fn call(&self, shop: &Shop, body: &str, schedule: &str) -> NewNotification {
        NewNotification {
            id: self.clock().notification_id(),
            event: "captured".to_owned(),
            method: CallMethod::Post,
            url: format!("http://{}/callback", shop.at),
            content_type: "application/x-www-form-urlencoded".to_owned(),
            body: body.to_owned(),
            acknowledgement: Acknowledgement::Status200,
            schedule: schedule.parse::<Schedule>().expect("a schedule"),
            created_at: self.clock().now(),
            not_before: self.clock().now(),
            patience: None,
        }
    }

    /// Registers a payment that announces these.
    async fn announces(&self, notifications: Vec<NewNotification>) -> (PaymentId, Committed) {
        let now = self.clock().now();
        let id = self.clock().payment_id();
        let new = NewPayment {
            id,
            project: self.project,
            order: String::new(),
            intent: Intent::Sale,
            amount: Money::new(100, Currency::RUB).expect("small"),
            terms: Terms::default(),
            expires_at: now.plus(1_000_000),
        };
        let decision = register(new, now).expect("registered");
        let lease_until = now.plus(LEASE_MS);
        let commit = Commit {
            decision,
            details: Some("{}".to_owned()),
            notifications,
            binding: None,
            mandate: None,
            charge: None,
            call: None,
            lease_until,
        };
        (id, self.store.commit(commit).await.expect("committed"))
    }

    async fn states(&self, payment: PaymentId) -> Vec<NotificationState> {
        let file = self.store.file(payment).await.expect("readable").expect("there");
        file.notifications.into_iter().map(|notification| notification.state).collect()
    }

    async fn acknowledged(&self, payment: PaymentId) -> bool {
        self.states(payment).await.iter().all(|state| matches!(state, NotificationState::Acknowledged(_)))
    }
}

#[tokio::test]
async fn a_payment_is_told_in_order_and_a_retry_sends_the_same_bytes() {
    let (world, mut shop) = (World::new().await, Shop::answering(&[500]).await);
    let courier = world.by_hand();
    let calls = ["n=1", "n=2", "n=3"].map(|body| world.call(&shop, body, "5x10s"));
    let (payment, committed) = world.announces(calls.to_vec()).await;
    courier.hand_over(committed.claimed);
    assert_eq!(courier.deliver_due().await, 1);
    let first = shop.requests.try_recv().expect("a request");
    assert!(first.ends_with("n=1"), "{first}");
    assert_eq!(courier.deliver_due().await, 0, "the second waits for the first");
    world.pass(11_000);
    assert_eq!(courier.deliver_due().await, 3);
    assert_eq!(shop.requests.try_recv().expect("a request"), first);
    assert_eq!(shop.bodies(), ["n=2", "n=3"]);
    assert!(world.acknowledged(payment).await);
    world.pass(1_000_000);
    assert_eq!(courier.deliver_due().await, 0, "what is acknowledged is not sent again");
}

#[tokio::test]
async fn after_the_last_attempt_it_is_dead_and_can_be_resent_by_hand() {
    let (world, mut shop) = (World::new().await, Shop::answering(&[500, 302, 404]).await);
    let courier = world.by_hand();
    let call = world.call(&shop, "n=1", "2x10s");
    let (payment, committed) = world.announces(vec![call.clone()]).await;
    courier.hand_over(committed.claimed);
    assert_eq!(courier.deliver_due().await, 1);
    world.pass(9_999);
    assert_eq!(courier.deliver_due().await, 0, "too early");
    for _ in 0..2 {
        world.pass(11_000);
        assert_eq!(courier.deliver_due().await, 1);
    }
    let reason = "given up after 3 attempts; the last: answered 404, but only 200 is an acknowledgement";
    assert_eq!(world.states(payment).await, [NotificationState::Dead(reason.to_owned())]);
    world.pass(1_000_000_000);
    assert_eq!(courier.deliver_due().await, 0);
    let deliveries = world.store.deliveries(call.id).await.expect("readable");
    let kept: Vec<_> =
        deliveries.iter().map(|kept| (kept.status, kept.address.clone(), kept.answer.as_str())).collect();
    let address = shop.at.to_string();
    assert_eq!(kept, [500, 302, 404].map(|status| (status, address.clone(), "OK")));

    world.store.resend(call.id, world.clock().now()).await.expect("there");
    assert_eq!(courier.deliver_due().await, 1);
    assert!(world.acknowledged(payment).await);
    assert_eq!(shop.bodies(), ["n=1"; 4]);
}

#[tokio::test]
async fn what_a_dead_process_had_claimed_is_taken_over_when_its_lease_ends() {
    let (world, mut shop) = (World::new().await, Shop::answering(&[]).await);
    let call = world.call(&shop, "n=1", "5x10s");
    let (payment, committed) = world.announces(vec![call]).await;
    assert_eq!(committed.claimed.len(), 1);
    drop(committed);
    let courier = world.by_hand();
    world.pass(LEASE_MS - 1);
    assert_eq!(courier.deliver_due().await, 0);
    world.pass(1);
    assert_eq!(courier.deliver_due().await, 1);
    assert!(world.acknowledged(payment).await);
    assert_eq!(shop.bodies(), ["n=1"]);
}

/// Newer ones wait for one failed attempt of it.
fn impatient(call: NewNotification) -> NewNotification {
    NewNotification { patience: Some(1), ..call }
}

#[tokio::test]
async fn a_newer_one_passes_an_older_one_whose_patience_is_used_up() {
    let (world, mut shop) = (World::new().await, Shop::answering(&[500, 200]).await);
    let courier = world.by_hand();
    let calls = ["n=1", "n=2", "n=3"].map(|body| impatient(world.call(&shop, body, "5x10s")));
    let (payment, committed) = world.announces(calls.to_vec()).await;
    courier.hand_over(committed.claimed);
    assert_eq!(courier.deliver_due().await, 3);
    assert_eq!(shop.bodies(), ["n=1", "n=2", "n=3"]);
    world.pass(1_000_000);
    assert_eq!(courier.deliver_due().await, 0, "an older state is not told after a newer one");
    let states = world.states(payment).await;
    assert_eq!(states[0], NotificationState::Dead(OVERTAKEN.to_owned()));
    assert!(states[1..].iter().all(|state| matches!(state, NotificationState::Acknowledged(_))), "{states:?}");
}

#[tokio::test]
async fn one_that_was_overtaken_while_it_waited_in_memory_is_not_sent() {
    let (world, mut shop) = (World::new().await, Shop::answering(&[500, 500]).await);
    let courier = world.by_hand();
    let calls = ["n=1", "n=2"].map(|body| impatient(world.call(&shop, body, "5x10s")));
    let newer = calls[1].id;
    let (payment, committed) = world.announces(calls.to_vec()).await;
    courier.hand_over(committed.claimed);
    assert_eq!(courier.deliver_due().await, 2);
    assert_eq!(shop.bodies(), ["n=1", "n=2"]);
    world.pass(11_000);
    assert_eq!(courier.office.claim().await, Ok(2));
    // Another process, whose lease had ended, was heard after all.
    let now = world.clock().now();
    let (address, answer, verdict) = (String::new(), "OK".to_owned(), "acknowledged".to_owned());
    let next = NotificationState::Acknowledged(now);
    let late = Delivery { notification: newer, at: now, took_ms: 1, address, status: 200, answer, verdict, next };
    world.store.record_delivery(late, now).await.expect("recorded");
    assert_eq!(courier.deliver_due().await, 0);
    assert_eq!(shop.bodies(), [""; 0]);
    let overtaken = NotificationState::Dead(OVERTAKEN.to_owned());
    assert_eq!(world.states(payment).await, [overtaken, NotificationState::Acknowledged(now)]);
    let desk = courier.office.desk();
    assert_eq!((desk.queue.waiting(), desk.queue.busy()), (0, 0));
}

#[tokio::test]
async fn what_is_told_without_a_payment_is_delivered_too() {
    let (world, mut shop) = (World::new().await, Shop::answering(&[500]).await);
    let courier = world.by_hand();
    let notifications = ["n=1", "n=2"].map(|body| world.call(&shop, body, "5x10s")).to_vec();
    let now = world.clock().now();
    let call = NewCall {
        id: "1".to_owned(),
        order: "unknown".to_owned(),
        fingerprint: [1; 32],
        repeat_ms: 0,
        key: None,
        operation: None,
        refused: Some("3061".to_owned()),
        at: now,
    };
    let lease_until = now.plus(LEASE_MS);
    let refused = Refused { project: world.project, payment: None, call, notifications, lease_until };
    courier.hand_over(world.store.refuse(refused).await.expect("stored"));
    assert_eq!(courier.deliver_due().await, 2, "none waits for the other");
    assert_eq!(courier.deliver_due().await, 0);
    world.pass(11_000);
    assert_eq!(courier.deliver_due().await, 1);
    let told = world.store.lone_notifications(None, 9).await.expect("listed");
    assert!(told.iter().all(|one| matches!(one.state, NotificationState::Acknowledged(_))), "{told:?}");
    let mut bodies = shop.bodies();
    bodies.sort();
    assert_eq!(bodies.len(), 3);
    assert_eq!((bodies[0].as_str(), bodies[2].as_str()), ("n=1", "n=2"));
}

#[tokio::test]
async fn an_attempt_does_not_begin_when_its_lease_has_nearly_run_out() {
    let (world, mut shop) = (World::new().await, Shop::answering(&[]).await);
    let (courier, task, ending) = world.running();
    let (_, committed) = world.announces(vec![world.call(&shop, "n=1", "5x10s")]).await;
    // The longest attempt takes 20 s, and recording it 5 s.
    world.pass(LEASE_MS - 24_999);
    courier.hand_over(committed.claimed);
    assert_eq!(courier.office.desk().queue.busy(), 0);
    ending.cancel();
    task.await.expect("ended");
    assert_eq!(shop.body(), None);
}

#[tokio::test]
async fn a_running_courier_delivers_what_is_due_at_its_start() {
    let (world, mut shop) = (World::new().await, Shop::answering(&[]).await);
    world.announces(vec![world.call(&shop, "n=1", "5x10s"), world.call(&shop, "n=2", "5x10s")]).await;
    world.pass(LEASE_MS);
    let (_courier, task, ending) = world.running();
    let first = shop.requests.recv().await.expect("a request");
    let second = shop.requests.recv().await.expect("a request");
    assert!(first.ends_with("n=1") && second.ends_with("n=2"));
    ending.cancel();
    task.await.expect("ended");
}

#[tokio::test]
async fn hanging_shops_slow_nobody_else() {
    let world = World::new().await;
    let mut shop = Shop::answering(&[]).await;
    let client =
        Client::new(ClientOptions { allow_private: true, time_limit: Duration::from_secs(20), idle_per_endpoint: 4 });
    let (store, client, runtime) = (Arc::clone(&world.store), client.expect("TLS"), Some(Handle::current()));
    let caps = Caps { all: 16, per_endpoint: 4 };
    let office = Office::with(store, world.clock(), client, Arc::default(), runtime, caps);
    let courier = Courier { office: Arc::new(office) };
    let (first, committed) = world.announces(vec![world.call(&shop, "known", "5x10s")]).await;
    courier.hand_over(committed.claimed);
    courier.first_attempt_ended(first, Duration::from_secs(10)).await;
    assert!(world.acknowledged(first).await);

    let mut silent = Vec::new();
    for _ in 0..32 {
        let hanging = Shop::with(&[], 0).await;
        let (_, committed) = world.announces(vec![world.call(&hanging, "lost", "5x10s")]).await;
        courier.hand_over(committed.claimed);
        silent.push(hanging);
    }
    for _ in 0..100 {
        let (_, committed) = world.announces(vec![world.call(&shop, "heard", "5x10s")]).await;
        courier.hand_over(committed.claimed);
    }
    let heard = async {
        for _ in 0..101 {
            shop.requests.recv().await.expect("a request");
        }
    };
    tokio::time::timeout(Duration::from_secs(10), heard).await.expect("long before the hanging ones give up");
}

#[tokio::test]
async fn the_payer_waits_for_the_first_attempt_and_for_nothing_else() {
    let (world, mut shop) = (World::new().await, Shop::with(&[], 0).await);
    let (courier, task, ending) = world.running();
    let (quiet, _) = world.announces(Vec::new()).await;
    courier.first_attempt_ended(quiet, Duration::from_hours(1)).await;

    let (payment, committed) = world.announces(vec![world.call(&shop, "n=1", "5x10s")]).await;
    courier.hand_over(committed.claimed);
    shop.requests.recv().await.expect("a request");
    courier.first_attempt_ended(payment, Duration::from_millis(20)).await;
    assert!(
        world.store.awaits_first_attempt(payment, world.clock().now()).await.expect("readable"),
        "the limit ended the wait"
    );
    let waiting = tokio::spawn({
        let courier = courier.clone();
        async move { courier.first_attempt_ended(payment, Duration::from_hours(1)).await }
    });
    shop.permits.add_permits(1);
    waiting.await.expect("woken");
    assert!(world.acknowledged(payment).await);
    assert!(courier.office.waiters.lock().expect("sane").is_empty());
    ending.cancel();
    task.await.expect("ended");
}

#[tokio::test]
async fn what_is_for_later_goes_out_then_and_keeps_no_payer_waiting() {
    let (world, mut shop) = (World::new().await, Shop::answering(&[]).await);
    let (courier, task, ending) = world.running();
    let later = NewNotification { not_before: world.clock().now().plus(600_000), ..world.call(&shop, "n=1", "5x10s") };
    let (payment, committed) = world.announces(vec![later]).await;
    courier.hand_over(committed.claimed);
    courier.first_attempt_ended(payment, Duration::from_hours(1)).await;
    ending.cancel();
    task.await.expect("ended");
    let courier = world.by_hand();
    world.pass(599_999);
    assert_eq!(courier.deliver_due().await, 0, "too early");
    world.pass(1);
    assert_eq!(courier.deliver_due().await, 1);
    assert_eq!(shop.bodies(), ["n=1"]);
    assert!(world.acknowledged(payment).await);
}

#[tokio::test]
async fn a_shutdown_lets_attempts_under_way_end_and_begins_none() {
    let (world, mut shop) = (World::new().await, Shop::with(&[], 0).await);
    let (courier, task, ending) = world.running();
    let calls = vec![world.call(&shop, "n=1", "5x10s"), world.call(&shop, "n=2", "5x10s")];
    let (payment, committed) = world.announces(calls).await;
    courier.hand_over(committed.claimed);
    shop.requests.recv().await.expect("a request");
    ending.cancel();
    while !courier.office.desk().closing {
        tokio::task::yield_now().await;
    }
    shop.permits.add_permits(1);
    task.await.expect("ended");
    let states = world.states(payment).await;
    assert!(matches!(states[..], [NotificationState::Acknowledged(_), NotificationState::Scheduled(_)]), "{states:?}");
    assert_eq!(shop.body(), None);
}

#[test]
fn jitter_spreads_and_repeats() {
    let id = |byte| NotificationId::from_bytes([byte; 16]);
    let all: std::collections::HashSet<_> = (0..50).map(|byte| jitter(id(byte), 1)).collect();
    assert!(all.len() > 40 && all.iter().all(|jitter| *jitter <= 1000));
    assert_eq!(jitter(id(7), 3), jitter(id(7), 3));
}
