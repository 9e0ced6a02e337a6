//! In order per payment, fair between endpoints, never lost: leases, attempts, resending by hand.

use crate::world::{HOUR, START, World, call_to, delivery, operation_id, plain, start};
use payglot_core::{NotificationId, Payment, UnixMillis, decide};
use payglot_store::NotificationState::{Acknowledged, Dead, Scheduled};
use payglot_store::{Claim, NewNotification, Notification, NotificationFilter, StoreError};
use std::collections::HashSet;
use std::sync::Arc;

const SHOP: &str = "https://shop.example/callback";

fn at(seconds: i64) -> UnixMillis {
    START.plus(seconds * 1000)
}

fn claim(now: UnixMillis) -> Claim {
    Claim { now, lease_until: now.plus(30_000), limit: 100, per_endpoint: 100 }
}

async fn claimed(world: &World, now: UnixMillis) -> Vec<NotificationId> {
    ids(&world.store.claim(claim(now)).await.expect("claimed"))
}

fn ids(list: &[Notification]) -> Vec<NotificationId> {
    list.iter().map(|notification| notification.call.id).collect()
}

async fn state_of(world: &World, id: NotificationId) -> (Notification, usize) {
    let filter = NotificationFilter { limit: 1000, ..NotificationFilter::default() };
    let list = world.store.notifications(&filter).await.expect("listed");
    let found = list.into_iter().find(|notification| notification.call.id == id).expect("there");
    (found, world.store.deliveries(id).await.expect("listed").len())
}

pub(crate) async fn the_first_is_claimed_at_birth_and_reads_back(world: World) {
    let call = call_to(SHOP, "captured", START);
    let (payment, committed) = world.announces(std::slice::from_ref(&call), at(30)).await;
    assert_eq!(ids(&committed.claimed), [call.id]);
    let file = world.store.file(payment.id).await.expect("readable").expect("there");
    assert_eq!(file.notifications, committed.claimed);
    assert_eq!(file.notifications[0].call, call);
    assert_eq!((file.notifications[0].seq, file.notifications[0].attempts), (1, 0));
    assert_eq!(claimed(&world, at(29)).await, [], "under its lease");
    assert_eq!(world.store.awaits_first_attempt(payment.id, START).await, Ok(true));
    assert_eq!(world.delivers(call.id, at(1), Acknowledged(at(1))).await, None);
    assert_eq!(world.store.awaits_first_attempt(payment.id, at(1)).await, Ok(false));
    assert_eq!(claimed(&world, at(999_999)).await, [], "acknowledged");
    assert_eq!(world.store.deliveries(call.id).await, Ok(vec![delivery(call.id, at(1), Acknowledged(at(1)))]));
}

pub(crate) async fn a_lease_ends_by_itself(world: World) {
    let call = call_to(SHOP, "captured", START);
    world.announces(std::slice::from_ref(&call), at(30)).await;
    assert_eq!(claimed(&world, at(30)).await, [call.id]);
    assert_eq!(claimed(&world, at(59)).await, []);
    assert_eq!(claimed(&world, at(60)).await, [call.id]);
}

pub(crate) async fn a_later_one_waits_until_the_earlier_is_out_of_the_way(world: World) {
    let calls: Vec<_> = ["a", "b", "c"].map(|event| call_to(SHOP, event, START)).into();
    let (payment, committed) = world.announces(&calls, at(30)).await;
    assert_eq!(ids(&committed.claimed), [calls[0].id]);
    // One that is born later waits too.
    let mut commit = plain(decide(&payment, start(operation_id()), START.plus(1)).expect("allowed"));
    let last = call_to(SHOP, "d", at(1));
    commit.notifications.push(last.clone());
    commit.lease_until = at(30);
    assert_eq!(ids(&world.store.commit(commit).await.expect("committed").claimed), []);

    assert_eq!(world.delivers(calls[0].id, at(2), Scheduled(at(600))).await, None);
    assert_eq!(claimed(&world, at(599)).await, [], "the first one is not due, the others wait for it");
    assert_eq!(claimed(&world, at(600)).await, [calls[0].id]);
    let next = world.delivers(calls[0].id, at(601), Acknowledged(at(601))).await.expect("the next in line");
    assert_eq!((next.call.id, next.seq), (calls[1].id, 2));
    assert_eq!(claimed(&world, at(602)).await, [], "it is claimed for the caller");
    let next = world.delivers(calls[1].id, at(602), Dead("410 gone".to_owned())).await.expect("the next in line");
    assert_eq!(next.call.id, calls[2].id);
    let next = world.delivers(calls[2].id, at(603), Acknowledged(at(603))).await.expect("the next in line");
    assert_eq!((next.call.id, next.seq), (last.id, 4));
    assert_eq!(world.delivers(last.id, at(604), Acknowledged(at(604))).await, None);
}

pub(crate) async fn one_for_later_is_due_then_and_the_next_waits_with_it(world: World) {
    let later = NewNotification { not_before: at(100), ..call_to(SHOP, "a", START) };
    let next = call_to(SHOP, "b", START);
    let (payment, committed) = world.announces(&[later.clone(), next.clone()], at(30)).await;
    assert_eq!(ids(&committed.claimed), [], "neither may go out at once");
    let file = world.store.file(payment.id).await.expect("readable").expect("there");
    assert_eq!(file.notifications[0].call, later);
    assert_eq!(file.notifications[0].state, Scheduled(at(100)));
    assert_eq!(claimed(&world, at(99)).await, []);
    assert_eq!(claimed(&world, at(100)).await, [later.id]);
    assert_eq!(claimed(&world, at(101)).await, []);
    // A retry has its own time.
    assert_eq!(world.delivers(later.id, at(101), Scheduled(at(111))).await, None);
    assert_eq!(claimed(&world, at(111)).await, [later.id]);
    let second = world.delivers(later.id, at(112), Acknowledged(at(112))).await.expect("the next in line");
    assert_eq!(second.call.id, next.id);
}

pub(crate) async fn one_for_later_behind_another_is_not_handed_on_too_early(world: World) {
    let later = NewNotification { not_before: at(100), ..call_to(SHOP, "b", START) };
    let calls = [call_to(SHOP, "a", START), later.clone()];
    let (_, committed) = world.announces(&calls, at(30)).await;
    assert_eq!(ids(&committed.claimed), [calls[0].id]);
    assert_eq!(world.delivers(calls[0].id, at(1), Acknowledged(at(1))).await, None);
    assert_eq!(claimed(&world, at(99)).await, []);
    // By hand it goes at once.
    world.store.resend(later.id, at(50)).await.expect("resent");
    assert_eq!(claimed(&world, at(50)).await, [later.id]);
}

pub(crate) async fn nobody_waits_for_the_first_attempt_of_one_for_later(world: World) {
    let waits = |payment: Payment, now| {
        let store = Arc::clone(&world.store);
        async move { store.awaits_first_attempt(payment.id, now).await.expect("readable") }
    };
    let later = NewNotification { not_before: at(100), ..call_to(SHOP, "a", START) };
    let (held, _) = world.announces(&[later.clone(), call_to(SHOP, "b", START)], at(30)).await;
    assert!(!waits(held.clone(), at(99)).await, "the second waits with the first");
    assert!(waits(held, at(100)).await, "now it is due");
    let first = call_to(SHOP, "c", START);
    let behind = NewNotification { not_before: at(100), ..call_to(SHOP, "d", START) };
    let (led, _) = world.announces(&[first.clone(), behind], at(30)).await;
    assert!(waits(led.clone(), at(1)).await, "for the first alone");
    world.delivers(first.id, at(2), Acknowledged(at(2))).await;
    assert!(!waits(led, at(3)).await);
}

pub(crate) async fn claims_are_fair_between_endpoints_and_oldest_first(world: World) {
    let mut slow = Vec::new();
    for second in 0..20 {
        let call = call_to("https://slow.example/x", "captured", at(second));
        slow.push(call.id);
        world.announces(&[call], at(second)).await;
    }
    let quick = call_to("https://quick.example/x", "captured", at(50));
    world.announces(std::slice::from_ref(&quick), at(50)).await;
    let claim = Claim { now: at(100), lease_until: at(130), limit: 100, per_endpoint: 3 };
    let first = world.store.claim(claim).await.expect("claimed");
    assert_eq!(ids(&first), [slow[0], slow[1], slow[2], quick.id]);
    let second = world.store.claim(Claim { limit: 2, ..claim }).await.expect("claimed");
    assert_eq!(ids(&second), slow[3..5]);
}

pub(crate) async fn a_notification_is_claimed_by_one_worker_only(world: World) {
    let mut expected = HashSet::new();
    for _ in 0..50 {
        let call = call_to(SHOP, "captured", START);
        expected.insert(call.id);
        world.announces(&[call], START).await;
    }
    let world = Arc::new(world);
    let mut workers = Vec::new();
    for _ in 0..8 {
        let world = Arc::clone(&world);
        workers.push(tokio::spawn(async move { claimed(&world, at(1)).await }));
    }
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.expect("no panic"));
    }
    assert_eq!(all.len(), 50, "none twice");
    assert_eq!(all.into_iter().collect::<HashSet<_>>(), expected, "none forgotten");
}

pub(crate) async fn an_acknowledgement_is_final(world: World) {
    let call = call_to(SHOP, "captured", START);
    world.announces(std::slice::from_ref(&call), at(30)).await;
    // A lease ran out, so two workers sent it; the slower one failed.
    world.delivers(call.id, at(31), Acknowledged(at(31))).await;
    world.delivers(call.id, at(32), Scheduled(at(600))).await;
    let (after, attempts) = state_of(&world, call.id).await;
    assert_eq!((after.state, attempts), (Acknowledged(at(31)), 2));
    assert_eq!(claimed(&world, at(9999)).await, []);
}

pub(crate) async fn a_dead_one_can_still_be_acknowledged_but_not_revived(world: World) {
    let call = call_to(SHOP, "captured", START);
    world.announces(std::slice::from_ref(&call), at(30)).await;
    world.delivers(call.id, at(31), Dead("gave up".to_owned())).await;
    world.delivers(call.id, at(32), Scheduled(at(600))).await;
    assert_eq!(state_of(&world, call.id).await.0.state, Dead("gave up".to_owned()));
    world.delivers(call.id, at(33), Acknowledged(at(33))).await;
    assert_eq!(state_of(&world, call.id).await.0.state, Acknowledged(at(33)));
}

pub(crate) async fn resending_by_hand_counts_anew_and_goes_at_once(world: World) {
    let calls: Vec<_> = ["a", "b"].map(|event| call_to(SHOP, event, START)).into();
    world.announces(&calls, at(30)).await;
    world.delivers(calls[0].id, at(1), Acknowledged(at(1))).await;
    world.delivers(calls[1].id, at(2), Acknowledged(at(2))).await;
    world.store.resend(calls[0].id, at(100)).await.expect("resent");
    let (again, attempts) = state_of(&world, calls[0].id).await;
    assert_eq!((again.state, again.attempts, attempts), (Scheduled(at(100)), 0, 1));
    assert_eq!(claimed(&world, at(99)).await, []);
    assert_eq!(claimed(&world, at(100)).await, [calls[0].id], "although a newer one is acknowledged");
    world.delivers(calls[0].id, at(101), Dead("gone".to_owned())).await;
    world.store.resend(calls[0].id, at(200)).await.expect("resent");
    assert_eq!(claimed(&world, at(200)).await, [calls[0].id]);
    let unknown = NotificationId::from_bytes([9; 16]);
    assert_eq!(world.store.resend(unknown, at(1)).await, Err(StoreError::NotFound));
}

pub(crate) async fn resending_an_older_one_holds_the_newer_back(world: World) {
    let calls: Vec<_> = ["a", "b"].map(|event| call_to(SHOP, event, START)).into();
    world.announces(&calls, at(30)).await;
    world.delivers(calls[0].id, at(1), Dead("gone".to_owned())).await.expect("the next in line");
    world.delivers(calls[1].id, at(2), Scheduled(at(10))).await;
    world.store.resend(calls[0].id, at(20)).await.expect("resent");
    assert_eq!(claimed(&world, at(20)).await, [calls[0].id], "the newer one is due too, but waits");
    let next = world.delivers(calls[0].id, at(21), Acknowledged(at(21))).await.expect("the next in line");
    assert_eq!(next.call.id, calls[1].id);
}

pub(crate) async fn lists_and_the_backlog_show_what_is_open(world: World) {
    let calls: Vec<_> = (0..4).map(|second| call_to(SHOP, "captured", at(second))).collect();
    let mut payments = Vec::new();
    for call in &calls {
        payments.push(world.announces(std::slice::from_ref(call), at(30)).await.0);
    }
    assert_eq!(world.store.backlog().await.expect("counted").oldest_notification, Some(at(0)));
    world.delivers(calls[0].id, at(5), Acknowledged(at(5))).await;
    world.delivers(calls[1].id, at(5), Dead("gone".to_owned())).await;
    assert_eq!(world.store.backlog().await.expect("counted").oldest_notification, Some(at(2)));
    let open = NotificationFilter { unacknowledged: true, limit: 10, payment: None };
    let listed = ids(&world.store.notifications(&open).await.expect("listed"));
    assert_eq!(listed, [calls[3].id, calls[2].id, calls[1].id]);
    let two = NotificationFilter { limit: 2, ..NotificationFilter::default() };
    assert_eq!(ids(&world.store.notifications(&two).await.expect("listed")), [calls[3].id, calls[2].id]);
    let one = NotificationFilter { payment: Some(payments[0].id), limit: 10, unacknowledged: false };
    assert_eq!(ids(&world.store.notifications(&one).await.expect("listed")), [calls[0].id]);
    let none = NotificationFilter { unacknowledged: true, ..one };
    assert_eq!(ids(&world.store.notifications(&none).await.expect("listed")), []);
}

pub(crate) async fn every_attempt_is_kept(world: World) {
    let call = call_to(SHOP, "captured", START);
    world.announces(std::slice::from_ref(&call), at(30)).await;
    let mut expected = Vec::new();
    for hour in 1..=5 {
        let when = START.plus(hour * HOUR);
        let attempt = delivery(call.id, when, Scheduled(when.plus(HOUR)));
        world.store.record_delivery(attempt.clone(), when).await.expect("recorded");
        expected.push(attempt);
    }
    assert_eq!(world.store.deliveries(call.id).await, Ok(expected));
    assert_eq!(state_of(&world, call.id).await.0.attempts, 5);
}
