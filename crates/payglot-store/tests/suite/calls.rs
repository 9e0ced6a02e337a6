//! Calls that shops made: which is the same call again, what was refused, and what is told of it.

use crate::world::{HOUR, START, World, call_to, delivery, fresh, operation_id, plain, refund, registration, start};
use payglot_core::{Intent, Payment, UnixMillis, decide};
use payglot_store::NotificationState::{Acknowledged, Dead, Scheduled};
use payglot_store::{
    Call, CallBy, Claim, Commit, NewCall, NewNotification, Notification, NotificationFilter, Refused, StoreError,
};
use std::sync::Arc;

const SHOP: &str = "https://shop.example/callback";
const MINUTE: i64 = 60_000;

/// A call with a fresh id about an order, signed so.
fn call(order: &str, signed: u8, at: UnixMillis) -> NewCall {
    let id = u128::from_be_bytes(fresh());
    NewCall {
        id: format!("{id:x}"),
        order: order.to_owned(),
        fingerprint: [signed; 32],
        repeat_ms: MINUTE,
        key: None,
        operation: None,
        refused: None,
        at,
    }
}

/// As it reads back.
fn stored(call: &NewCall, payment: Option<&Payment>) -> Call {
    let NewCall { id, order, key, operation, refused, at, .. } = call.clone();
    Call { id, order, key, operation, refused, at, payment: payment.map(|payment| payment.id) }
}

async fn found(world: &World, by: CallBy) -> Option<Call> {
    world.store.call(world.project, &by).await.expect("readable")
}

async fn by_id(world: &World, call: &NewCall) -> Option<Call> {
    found(world, CallBy::Id(call.id.clone())).await
}

/// Registers an order by a call.
async fn registers(world: &World, order: &str, call: NewCall) -> Result<Payment, StoreError> {
    let decision = registration(world.project, order, Intent::Sale, 10_000, call.at);
    let payment = decision.payment.clone();
    world.store.commit(Commit { call: Some(call), ..plain(decision) }).await.map(|_| payment)
}

/// Asks for a refund by a call.
async fn refunds(world: &World, paid: &Payment, call: NewCall) -> Result<(), StoreError> {
    let decision = decide(paid, refund(1000), call.at).expect("allowed");
    world.store.commit(Commit { call: Some(call), ..plain(decision) }).await.map(drop)
}

fn refusal(world: &World, payment: Option<&Payment>, call: &NewCall, notifications: &[NewNotification]) -> Refused {
    Refused {
        project: world.project,
        payment: payment.map(|payment| payment.id),
        call: NewCall { refused: Some("3041".to_owned()), ..call.clone() },
        notifications: notifications.to_vec(),
        lease_until: call.at.plus(30_000),
    }
}

fn told(at: UnixMillis) -> NewNotification {
    call_to(SHOP, "call_refused", at)
}

fn repeated(first: &NewCall) -> StoreError {
    StoreError::CallRepeated { id: first.id.clone() }
}

fn key_used(first: &NewCall) -> StoreError {
    StoreError::CallKeyUsed { id: first.id.clone() }
}

fn ids(list: &[Notification]) -> Vec<payglot_core::NotificationId> {
    list.iter().map(|notification| notification.call.id).collect()
}

async fn claimed(world: &World, now: UnixMillis) -> Vec<payglot_core::NotificationId> {
    let claim = Claim { now, lease_until: now.plus(30_000), limit: 100, per_endpoint: 100 };
    ids(&world.store.claim(claim).await.expect("claimed"))
}

pub(crate) async fn a_call_reads_back_by_id_fingerprint_and_key(world: World) {
    let first = call("order-1", 1, START);
    let payment = registers(&world, "order-1", first.clone()).await.expect("registered");
    assert_eq!(by_id(&world, &first).await, Some(stored(&first, Some(&payment))));
    // Another one that became an operation, spells the order in its own way and has an id of the merchant's.
    let operation = operation_id();
    let second =
        NewCall { key: Some("mine-1".to_owned()), operation: Some(operation), ..call("ORDER-1", 2, START.plus(5)) };
    let decision = decide(&payment, start(operation), START.plus(5)).expect("allowed");
    world.store.commit(Commit { call: Some(second.clone()), ..plain(decision) }).await.expect("committed");
    let expected = Some(stored(&second, Some(&payment)));
    assert_eq!(by_id(&world, &second).await, expected);
    let signed = |not_before| CallBy::Fingerprint { fingerprint: [2; 32], not_before };
    assert_eq!(found(&world, signed(START.plus(5))).await, expected);
    assert_eq!(found(&world, signed(START.plus(6))).await, None);
    assert_eq!(found(&world, CallBy::Key("mine-1".to_owned())).await, expected);
    for by in [CallBy::Id("nobody".to_owned()), CallBy::Key("mine-2".to_owned())] {
        assert_eq!(found(&world, by).await, None);
    }
    let unknown = CallBy::Fingerprint { fingerprint: [3; 32], not_before: UnixMillis(0) };
    assert_eq!(found(&world, unknown).await, None);
    assert_eq!(found(&world, CallBy::RefusedOrder("order-1".to_owned())).await, None, "it was not refused");
    let other = World { project: world.project_named("other").await.id, ..world.clone() };
    assert_eq!(by_id(&other, &first).await, None, "another project's");
}

pub(crate) async fn an_operation_can_be_named_before_it_begins(world: World) {
    let operation = operation_id();
    let call = NewCall { operation: Some(operation), ..call("order-1", 1, START) };
    let payment = registers(&world, "order-1", call.clone()).await.expect("registered");
    assert_eq!(by_id(&world, &call).await.expect("there").operation, Some(operation));
    world.does(&payment, start(operation), START.plus(1)).await;
    assert!(world.reads(payment.id).await.operation(operation).is_some());
}

pub(crate) async fn the_same_call_within_its_time_is_the_first_one(world: World) {
    let first = call("order-1", 1, START);
    let payment = registers(&world, "order-1", first.clone()).await.expect("registered");
    let again = call("order-1", 1, START.plus(MINUTE - 1));
    assert_eq!(again.same_since(), START);
    // Neither the order number nor an older version is looked at.
    assert_eq!(registers(&world, "order-1", again.clone()).await, Err(repeated(&first)));
    let mut late = plain(decide(&payment, start(operation_id()), again.at).expect("allowed"));
    late.decision.payment.version = 9;
    late.call = Some(again.clone());
    assert_eq!(world.store.commit(late).await.map(drop), Err(repeated(&first)));
    let refused = world.store.refuse(refusal(&world, None, &again, &[told(again.at)])).await;
    assert_eq!(refused, Err(repeated(&first)));
    assert_eq!(by_id(&world, &again).await, None, "nothing is written");
    assert_eq!(world.reads(payment.id).await, payment);
    assert_eq!(claimed(&world, START.plus(HOUR)).await, []);
    // A clock that went back makes it no other call either.
    let before = call("order-1", 1, START.plus(-5));
    assert_eq!(registers(&world, "order-2", before).await, Err(repeated(&first)));
    // After its time it is another call, and then the one to be compared with.
    let another = call("order-1", 1, START.plus(MINUTE));
    let refused = registers(&world, "order-1", another.clone()).await;
    assert!(matches!(refused, Err(StoreError::DuplicateOrder { .. })), "{refused:?}");
    registers(&world, "order-2", another.clone()).await.expect("registered");
    let later = call("order-2", 1, START.plus(2 * MINUTE - 1));
    assert_eq!(registers(&world, "order-3", later).await, Err(repeated(&another)));
    // Another project signs for itself.
    let other = World { project: world.project_named("other").await.id, ..world.clone() };
    registers(&other, "order-1", call("order-1", 1, START)).await.expect("registered");
    // A call without a time of its own is never the same as another.
    let unique = NewCall { repeat_ms: 0, ..call("order-4", 1, START.plus(MINUTE)) };
    registers(&world, "order-4", unique).await.expect("registered");
}

pub(crate) async fn a_merchants_key_is_used_once_for_ever(world: World) {
    let paid = world.paid("order-1").await;
    let keyed = |signed, at| NewCall { key: Some("refund-1".to_owned()), ..call("order-1", signed, at) };
    let first = keyed(1, START.plus(10));
    refunds(&world, &paid, first.clone()).await.expect("asked");
    let after = world.reads(paid.id).await;
    // The same bytes are the same call, whatever their key.
    assert_eq!(refunds(&world, &after, keyed(1, START.plus(20))).await, Err(repeated(&first)));
    assert_eq!(refunds(&world, &after, keyed(2, START.plus(20))).await, Err(key_used(&first)));
    let years = START.plus(10_000 * 24 * HOUR);
    assert_eq!(refunds(&world, &after, keyed(1, years)).await, Err(key_used(&first)));
    assert_eq!(world.reads(paid.id).await, after, "nothing is written");
    let other = NewCall { key: Some("refund-2".to_owned()), ..call("order-1", 3, START.plus(20)) };
    refunds(&world, &after, other).await.expect("asked");
    let elsewhere = World { project: world.project_named("other").await.id, ..world.clone() };
    let theirs = elsewhere.paid("order-1").await;
    refunds(&elsewhere, &theirs, keyed(4, START.plus(20))).await.expect("another project's keys are its own");
}

pub(crate) async fn of_calls_that_come_together_one_is_taken(world: World) {
    let world = Arc::new(world);
    for round in 0..5_u8 {
        let mut tasks = Vec::new();
        for number in 0..16 {
            let world = Arc::clone(&world);
            tasks.push(tokio::spawn(async move {
                let call = call("order", round, START.plus(number));
                // Different orders and an absent one: only the fingerprint can tell that they are the same.
                if number % 4 == 0 {
                    let refused = refusal(&world, None, &call, &[]);
                    return (call, world.store.refuse(refused).await.map(drop));
                }
                let order = format!("order-{round}-{number}");
                let done = registers(&world, &order, call.clone()).await.map(drop);
                (call, done)
            }));
        }
        let (mut taken, mut answers) = (Vec::new(), Vec::new());
        for task in tasks {
            match task.await.expect("no panic") {
                (call, Ok(())) => taken.push(call),
                (_, Err(error)) => answers.push(error),
            }
        }
        assert_eq!(taken.len(), 1, "{taken:?}");
        assert!(answers.iter().all(|answer| *answer == repeated(&taken[0])), "{answers:?}");
    }
}

pub(crate) async fn a_call_is_kept_with_its_decision_or_not_at_all(world: World) {
    let paid = world.paid("order-1").await;
    let (one, two) = (call("order-1", 1, START.plus(10)), call("order-1", 2, START.plus(10)));
    refunds(&world, &paid, one).await.expect("asked");
    assert_eq!(refunds(&world, &paid, two.clone()).await, Err(StoreError::Changed));
    assert_eq!(by_id(&world, &two).await, None);
    refunds(&world, &world.reads(paid.id).await, two.clone()).await.expect("decided anew");
    assert_eq!(by_id(&world, &two).await, Some(stored(&two, Some(&paid))));
    // An id names one call of a project.
    let same = NewCall { id: two.id.clone(), ..call("order-1", 3, START.plus(11)) };
    let refused = refunds(&world, &world.reads(paid.id).await, same.clone()).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
    let other = World { project: world.project_named("other").await.id, ..world.clone() };
    registers(&other, "order-1", same).await.expect("another project's ids are its own");
}

pub(crate) async fn a_refused_call_about_a_payment_joins_its_line(world: World) {
    let first = call_to(SHOP, "registered", START);
    let (payment, _) = world.announces(std::slice::from_ref(&first), START.plus(30_000)).await;
    let before = world.reads(payment.id).await;
    let wrong = call(&before.order, 1, START.plus(5));
    let news = [told(wrong.at), told(wrong.at)];
    let taken = world.store.refuse(refusal(&world, Some(&before), &wrong, &news)).await.expect("stored");
    assert_eq!(ids(&taken), [], "they wait for the one before");
    assert_eq!(world.reads(payment.id).await, before, "the payment stays as it is");
    let file = world.store.file(payment.id).await.expect("readable").expect("there");
    assert_eq!(ids(&file.notifications), [first.id, news[0].id, news[1].id]);
    assert_eq!(file.changes.len(), 1);
    let refused = NewCall { refused: Some("3041".to_owned()), ..wrong.clone() };
    assert_eq!(by_id(&world, &wrong).await, Some(stored(&refused, Some(&before))));
    assert_eq!(found(&world, CallBy::RefusedOrder(before.order.clone())).await, None, "the payment is there");
    let next = world.delivers(first.id, START.plus(6), Acknowledged(START.plus(6))).await.expect("the next");
    assert_eq!((next.call.id, next.seq, next.payment), (news[0].id, 2, Some(payment.id)));
    // What is in the way of it.
    let again = call(&before.order, 1, START.plus(7));
    let refused = world.store.refuse(refusal(&world, Some(&before), &again, &[told(again.at)])).await;
    assert_eq!(refused, Err(repeated(&wrong)));
    let other = World { project: world.project_named("other").await.id, ..world.clone() };
    let foreign = call(&before.order, 2, START.plus(7));
    let refused = other.store.refuse(refusal(&other, Some(&before), &foreign, &[told(foreign.at)])).await;
    assert_eq!(refused, Err(StoreError::NotFound));
    assert_eq!(by_id(&other, &foreign).await, None);
}

pub(crate) async fn a_refused_call_without_a_payment_is_found_by_its_order(world: World) {
    let older = call("order-1", 1, START);
    let newer = call("order-1", 2, START.plus(5));
    for call in [&older, &newer] {
        world.store.refuse(refusal(&world, None, call, &[])).await.expect("stored");
    }
    let expected = NewCall { refused: Some("3041".to_owned()), ..newer.clone() };
    let by_order = |order: &str| CallBy::RefusedOrder(order.to_owned());
    assert_eq!(found(&world, by_order("order-1")).await, Some(stored(&expected, None)));
    assert_eq!(found(&world, by_order("order-2")).await, None);
    let signed = CallBy::Fingerprint { fingerprint: [1; 32], not_before: START };
    assert_eq!(found(&world, signed).await.expect("there").id, older.id);
    // The order may be registered afterwards; what was refused stays known.
    let third = call("order-1", 3, START.plus(9));
    let payment = registers(&world, "order-1", third.clone()).await.expect("registered");
    assert_eq!(by_id(&world, &third).await, Some(stored(&third, Some(&payment))));
    assert_eq!(found(&world, by_order("order-1")).await, Some(stored(&expected, None)));
    let again = call("order-1", 1, START.plus(MINUTE - 1));
    assert_eq!(
        registers(&world, "order-9", again).await,
        Err(repeated(&older)),
        "what was refused can be repeated too"
    );
}

pub(crate) async fn a_refusal_has_a_reason_and_uses_no_key(world: World) {
    let wrong = call("order-1", 1, START);
    let silent = Refused { call: wrong.clone(), ..refusal(&world, None, &wrong, &[]) };
    let keyed = NewCall { key: Some("mine".to_owned()), ..wrong.clone() };
    let nameless = NewCall { id: String::new(), ..wrong.clone() };
    for refused in [silent, refusal(&world, None, &keyed, &[]), refusal(&world, None, &nameless, &[])] {
        let outcome = world.store.refuse(refused.clone()).await;
        assert!(matches!(outcome, Err(StoreError::Constraint(_))), "{outcome:?} for {refused:?}");
    }
    let nobody =
        Refused { payment: Some(payglot_core::PaymentId::from_bytes([9; 16])), ..refusal(&world, None, &wrong, &[]) };
    assert_eq!(world.store.refuse(nobody).await, Err(StoreError::NotFound));
    assert_eq!(by_id(&world, &wrong).await, None);
    world.store.refuse(refusal(&world, None, &wrong, &[])).await.expect("stored");
}

pub(crate) async fn what_is_told_without_a_payment_waits_for_nobody(world: World) {
    let wrong = call("order-1", 1, START);
    let news = [told(START), told(START)];
    let taken = world.store.refuse(refusal(&world, None, &wrong, &news)).await.expect("stored");
    assert_eq!(ids(&taken), [news[0].id, news[1].id], "both are claimed");
    assert_eq!(taken[0].call, news[0]);
    assert!(taken.iter().all(|one| (one.payment, one.project, one.seq) == (None, world.project, 1)), "{taken:?}");
    assert_eq!(claimed(&world, START.plus(29_999)).await, [], "under their leases");
    // The second is acknowledged first; the first is tried again at its own time.
    let at = |seconds: i64| START.plus(seconds * 1000);
    assert_eq!(world.delivers(news[1].id, at(1), Acknowledged(at(1))).await, None);
    assert_eq!(world.delivers(news[0].id, at(1), Scheduled(at(600))).await, None);
    assert_eq!(claimed(&world, at(599)).await, []);
    assert_eq!(claimed(&world, at(600)).await, [news[0].id]);
    assert_eq!(claimed(&world, at(630)).await, [news[0].id], "its lease ended by itself");
    assert_eq!(world.delivers(news[0].id, at(631), Dead("gone".to_owned())).await, None);
    assert_eq!(claimed(&world, at(99_999)).await, []);
    assert_eq!(world.store.deliveries(news[0].id).await.expect("listed").len(), 2);
    // Sent again by hand, also while somebody is sending it.
    world.store.resend(news[0].id, at(700)).await.expect("resent");
    assert_eq!(claimed(&world, at(699)).await, []);
    assert_eq!(claimed(&world, at(700)).await, [news[0].id]);
    world.store.resend(news[0].id, at(701)).await.expect("resent");
    assert_eq!(claimed(&world, at(729)).await, [], "whoever is sending it records that first");
    let acknowledged = delivery(news[0].id, at(729), Acknowledged(at(729)));
    assert_eq!(world.store.record_delivery(acknowledged, at(760)).await, Ok(None));
    assert_eq!(claimed(&world, at(99_999)).await, []);
}

pub(crate) async fn what_stands_alone_is_listed_by_itself_and_with_the_rest(world: World) {
    let (payment, _) = world.announces(&[call_to(SHOP, "registered", START)], START).await;
    let mut alone = Vec::new();
    for number in 0..5 {
        let notification = told(START.plus(i64::from(number)));
        let wrong = call("order-1", number, START.plus(i64::from(number)));
        world.store.refuse(refusal(&world, None, &wrong, std::slice::from_ref(&notification))).await.expect("stored");
        alone.push(notification.id);
    }
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = ids(&world.store.lone_notifications(after, 2).await.expect("listed"));
        let Some(last) = page.last() else { break };
        after = Some(*last);
        pages.push(page);
    }
    assert_eq!(pages, [&alone[..2], &alone[2..4], &alone[4..]]);
    let filter = NotificationFilter { unacknowledged: true, limit: 10, ..NotificationFilter::default() };
    let all = world.store.notifications(&filter).await.expect("listed");
    assert_eq!(all.len(), 6);
    assert_eq!(all.iter().filter(|one| one.payment == Some(payment.id)).count(), 1);
    let of_payment = NotificationFilter { payment: Some(payment.id), ..filter };
    assert_eq!(world.store.notifications(&of_payment).await.expect("listed").len(), 1);
    assert_eq!(claimed(&world, START.plus(HOUR)).await.len(), 6, "fairness knows no difference");
}
