//! Newer notifications pass an older one whose patience is used up, and never the other way round.

use crate::world::{START, World, call_to, operation_id, plain, start};
use payglot_core::{NotificationId, UnixMillis, decide};
use payglot_store::NotificationState::{Acknowledged, Dead, Scheduled};
use payglot_store::{Claim, Commit, NewNotification, Notification, NotificationFilter, NotificationState, OVERTAKEN};

fn at(seconds: i64) -> UnixMillis {
    START.plus(seconds * 1000)
}

/// Newer ones wait for so many failed attempts of it.
fn patient(event: &str, patience: Option<u32>) -> NewNotification {
    NewNotification { patience, ..call_to("https://shop.example/callback", event, START) }
}

fn ids(list: &[Notification]) -> Vec<NotificationId> {
    list.iter().map(|notification| notification.call.id).collect()
}

async fn claimed(world: &World, now: UnixMillis) -> Vec<NotificationId> {
    let claim = Claim { now, lease_until: now.plus(30_000), limit: 100, per_endpoint: 100 };
    ids(&world.store.claim(claim).await.expect("claimed"))
}

async fn states(world: &World) -> Vec<NotificationState> {
    let filter = NotificationFilter { limit: 1000, ..NotificationFilter::default() };
    let mut list = world.store.notifications(&filter).await.expect("listed");
    list.reverse();
    list.into_iter().map(|notification| notification.state).collect()
}

fn overtaken() -> NotificationState {
    Dead(OVERTAKEN.to_owned())
}

/// An attempt that failed, the next one 100 s later. Returns what comes next.
async fn fails(world: &World, id: NotificationId, second: i64) -> Option<NotificationId> {
    let next = world.delivers(id, at(second), Scheduled(at(second + 100))).await;
    next.map(|next| next.call.id)
}

async fn succeeds(world: &World, id: NotificationId, second: i64) -> Option<NotificationId> {
    let next = world.delivers(id, at(second), Acknowledged(at(second))).await;
    next.map(|next| next.call.id)
}

pub(crate) async fn after_its_patience_the_next_one_passes_and_ends_it(world: World) {
    let calls = [patient("a", Some(2)), patient("b", Some(2)), patient("c", Some(2))];
    let [a, b, c] = calls.each_ref().map(|call| call.id);
    let (payment, committed) = world.announces(&calls, at(30)).await;
    assert_eq!(ids(&committed.claimed), [a]);
    let file = world.store.file(payment.id).await.expect("readable").expect("there");
    assert_eq!(file.notifications[1].call, calls[1], "it reads back");
    assert_eq!(fails(&world, a, 1).await, None, "one more");
    assert_eq!(claimed(&world, at(100)).await, []);
    assert_eq!(claimed(&world, at(101)).await, [a]);
    assert_eq!(fails(&world, a, 102).await, Some(b), "handed on at once");
    assert_eq!(claimed(&world, at(103)).await, [], "the third waits for the second");
    assert_eq!(fails(&world, b, 104).await, None);
    // Both are due now and then, and both may be under way.
    assert_eq!(claimed(&world, at(204)).await, [a, b]);
    assert_eq!(world.store.is_scheduled(a).await, Ok(true));
    assert_eq!(succeeds(&world, b, 205).await, Some(c));
    assert_eq!(world.store.is_scheduled(a).await, Ok(false));
    assert_eq!(states(&world).await, [overtaken(), Acknowledged(at(205)), Scheduled(START)]);
    // The attempt at the first that was under way revives nothing; had the shop taken it, that would be a fact.
    assert_eq!(fails(&world, a, 206).await, None);
    assert_eq!(states(&world).await[0], overtaken());
    assert_eq!(succeeds(&world, a, 207).await, None);
    assert_eq!(states(&world).await[0], Acknowledged(at(207)));
    assert_eq!(succeeds(&world, c, 208).await, None);
    assert_eq!(claimed(&world, at(99_999)).await, []);
}

pub(crate) async fn without_an_end_of_patience_nothing_passes(world: World) {
    let calls = [patient("a", None), patient("b", Some(1))];
    world.announces(&calls, at(30)).await;
    for attempt in 0..20 {
        assert_eq!(fails(&world, calls[0].id, 100 * attempt).await, None);
    }
    assert_eq!(claimed(&world, at(99_999)).await, [calls[0].id]);
    assert_eq!(succeeds(&world, calls[0].id, 99_999).await, Some(calls[1].id));
}

pub(crate) async fn one_that_is_born_after_the_patience_goes_out_at_once(world: World) {
    let old = patient("a", Some(1));
    let (payment, _) = world.announces(std::slice::from_ref(&old), at(30)).await;
    fails(&world, old.id, 1).await;
    let decision = decide(&payment, start(operation_id()), START.plus(1)).expect("allowed");
    let news = [patient("b", Some(1)), patient("c", Some(1))];
    let commit = Commit { notifications: news.to_vec(), lease_until: at(40), ..plain(decision) };
    let taken = world.store.commit(commit).await.expect("committed").claimed;
    assert_eq!(ids(&taken), [news[0].id], "one of them, because the other waits for it");
    assert_eq!(claimed(&world, at(39)).await, []);
    // The lease of the new one ends by itself; the old one has its own time.
    assert_eq!(claimed(&world, at(40)).await, [news[0].id]);
    assert_eq!(claimed(&world, at(101)).await, [news[0].id, old.id]);
    assert_eq!(succeeds(&world, old.id, 102).await, None, "the older one may still come first");
    assert_eq!(succeeds(&world, news[0].id, 103).await, Some(news[1].id));
    assert_eq!(states(&world).await[..2], [Acknowledged(at(102)), Acknowledged(at(103))]);
}

pub(crate) async fn an_acknowledgement_ends_no_one_that_holds_newer_ones_back(world: World) {
    let calls = [patient("a", Some(2)), patient("b", Some(2)), patient("c", Some(2))];
    let [a, b, c] = calls.each_ref().map(|call| call.id);
    world.announces(&calls, at(30)).await;
    fails(&world, a, 1).await;
    fails(&world, a, 101).await;
    // The first was passed. A person sends it again while the second is under way: it waits for that, and then it goes.
    world.store.resend(a, at(102)).await.expect("resent");
    assert_eq!(claimed(&world, at(103)).await, [], "the second is being sent");
    assert_eq!(succeeds(&world, b, 104).await, Some(a), "by hand an older one may follow a newer one");
    assert_eq!(states(&world).await, [Scheduled(at(102)), Acknowledged(at(104)), Scheduled(START)]);
    assert_eq!(claimed(&world, at(105)).await, [], "and the third waits for it again");
    assert_eq!(fails(&world, a, 106).await, None);
    assert_eq!(claimed(&world, at(206)).await, [a]);
    assert_eq!(fails(&world, a, 207).await, Some(c));
    assert_eq!(succeeds(&world, c, 208).await, None);
    assert_eq!(states(&world).await[0], overtaken());
}

pub(crate) async fn what_was_overtaken_can_be_sent_again_by_hand(world: World) {
    let calls = [patient("a", Some(1)), patient("b", Some(1))];
    let [a, b] = calls.each_ref().map(|call| call.id);
    world.announces(&calls, at(30)).await;
    fails(&world, a, 1).await;
    assert_eq!(claimed(&world, at(101)).await, [b, a], "whichever is due for longer comes first");
    assert_eq!(succeeds(&world, b, 102).await, None);
    assert_eq!(states(&world).await, [overtaken(), Acknowledged(at(102))]);
    // While the last attempt is under way, its end is waited for ...
    world.store.resend(a, at(103)).await.expect("resent");
    assert_eq!(claimed(&world, at(130)).await, []);
    assert_eq!(claimed(&world, at(131)).await, [a]);
    world.delivers(a, at(132), Dead("gone".to_owned())).await;
    // ... and a failure that comes late frees the way.
    assert_eq!(fails(&world, a, 133).await, None);
    world.store.resend(a, at(134)).await.expect("resent");
    assert_eq!(claimed(&world, at(134)).await, [a]);
    assert_eq!(states(&world).await, [Scheduled(at(134)), Acknowledged(at(102))]);
    assert_eq!(succeeds(&world, a, 135).await, None);
}

pub(crate) async fn an_attempt_that_ends_after_its_overtaking_gives_its_lease_back(world: World) {
    let calls = [patient("a", Some(1)), patient("b", Some(1))];
    let [a, b] = calls.each_ref().map(|call| call.id);
    world.announces(&calls, at(30)).await;
    fails(&world, a, 1).await;
    assert_eq!(claimed(&world, at(101)).await, [b, a], "whichever is due for longer comes first");
    succeeds(&world, b, 102).await;
    fails(&world, a, 103).await;
    world.store.resend(a, at(104)).await.expect("resent");
    assert_eq!(claimed(&world, at(104)).await, [a], "nobody is sending it any more");
}

/// A process died with everything that it had claimed.
pub(crate) async fn leases_of_a_dead_process_end_and_the_line_is_as_before(world: World) {
    let calls = [patient("a", Some(1)), patient("b", Some(2)), patient("c", None)];
    let [a, b, c] = calls.each_ref().map(|call| call.id);
    world.announces(&calls, at(30)).await;
    assert_eq!(claimed(&world, at(29)).await, []);
    assert_eq!(claimed(&world, at(30)).await, [a], "a lease that ended is no failed attempt: the first still holds");
    assert_eq!(fails(&world, a, 31).await, Some(b));
    // Dead again: the second is under a lease until 61 s, the first is due at 131 s.
    assert_eq!(claimed(&world, at(60)).await, []);
    assert_eq!(claimed(&world, at(61)).await, [b]);
    assert_eq!(claimed(&world, at(131)).await, [b, a]);
    assert_eq!(fails(&world, b, 132).await, None);
    assert_eq!(fails(&world, b, 133).await, Some(c), "late and twice, as after a lease that ended");
    assert_eq!(succeeds(&world, c, 134).await, None);
    assert_eq!(states(&world).await, [overtaken(), overtaken(), Acknowledged(at(134))]);
}

pub(crate) async fn there_is_no_patience_of_nothing(world: World) {
    let decision = crate::world::registration(world.project, "order-1", payglot_core::Intent::Sale, 100, START);
    let commit = Commit { notifications: vec![patient("a", Some(0))], ..plain(decision) };
    let refused = world.store.commit(commit).await.map(drop);
    assert!(matches!(refused, Err(payglot_store::StoreError::Constraint(_))), "{refused:?}");
}
