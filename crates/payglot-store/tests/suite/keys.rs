//! The gateway's own keys and numbers, and what depends on them.

use crate::world::{START, World, call_to, delivery, operation_id, plain, registration, start};
use payglot_core::{Intent, Payment, PaymentId, UnixMillis, decide};
use payglot_store::{Learned, NewGatewayKey, NotificationState, OrderSeen, StoreError};

fn key(certificate: &str, first: bool) -> NewGatewayKey {
    NewGatewayKey {
        purpose: "callbacks".to_owned(),
        sealed: b"sealed".to_vec(),
        certificate: certificate.to_owned(),
        created_at: START,
        first,
    }
}

pub(crate) async fn the_first_key_is_added_once_and_later_ones_wait(world: World) {
    let store = &world.store;
    assert_eq!(store.keys("callbacks").await, Ok(vec![]));
    for certificate in ["one", "of another process"] {
        store.add_key(key(certificate, true)).await.expect("added, or there is one");
    }
    store.add_key(key("two", false)).await.expect("added");
    let found = store.keys("callbacks").await.expect("read");
    let seen: Vec<_> = found.iter().map(|key| (key.certificate.as_str(), key.used_from)).collect();
    assert_eq!(seen, [("two", None), ("one", Some(START))]);
    let later = UnixMillis(START.0 + 1);
    store.put_key_into_use(found[0].n, later).await.expect("put into use");
    assert_eq!(store.keys("callbacks").await.expect("read")[0].used_from, Some(later));
    assert_eq!(store.put_key_into_use(999, later).await, Err(StoreError::NotFound));
    assert_eq!(store.keys("other").await, Ok(vec![]));
}

pub(crate) async fn numbers_are_reserved_in_blocks(world: World) {
    let store = &world.store;
    assert_eq!(store.reserve_numbers("a", 10).await, Ok(1));
    assert_eq!(store.reserve_numbers("a", 5).await, Ok(11));
    assert_eq!(store.reserve_numbers("b", 1).await, Ok(1));
    assert_eq!(store.reserve_numbers("a", 1).await, Ok(16));
}

pub(crate) async fn attempts_at_one_order_number_are_found_newest_first(world: World) {
    for order in ["7#9", "7#10", "7", "7#x", "7#1#2", "77#3", "7#:", "6#1"] {
        world.created(order).await;
    }
    let of = async |number: &str| -> Vec<String> {
        let found = world.store.payments_of_order(world.project, number).await.expect("read");
        found.into_iter().map(|stored| stored.payment.order).collect()
    };
    assert_eq!(of("7").await, ["7#10", "7#9"]);
    assert_eq!(of("7#1").await, ["7#1#2"]);
    assert_eq!(of("8").await, [""; 0]);
}

pub(crate) async fn a_decision_among_the_payments_of_an_order_is_refused_when_one_changed_or_came(world: World) {
    let (first, second) = (world.created("7#1").await, world.created("7#2").await);
    world.created("77#3").await;
    let seen = |payments: &[&Payment]| OrderSeen {
        project: world.project,
        number: "7".to_owned(),
        payments: payments.iter().map(|payment| (payment.id, payment.version)).collect(),
    };
    let begins = |payment: &Payment| plain(decide(payment, start(operation_id()), START.plus(1)).expect("allowed"));
    let try_first = async |seen: OrderSeen| world.store.commit_among(begins(&first), seen).await.map(|_| ());
    assert_eq!(try_first(seen(&[&first])).await, Err(StoreError::Changed), "there is another one");
    let third = world.created("7#4").await;
    assert_eq!(try_first(seen(&[&first, &second])).await, Err(StoreError::Changed), "one came");
    let older = second.clone();
    let second = world.does(&second, start(operation_id()), START.plus(1)).await;
    assert_eq!(try_first(seen(&[&first, &older, &third])).await, Err(StoreError::Changed), "one changed");
    assert_eq!(world.reads(first.id).await, first, "nothing happened");
    assert_eq!(try_first(seen(&[&third, &first, &second])).await, Ok(()));
    let registers = registration(world.project, "7#5", Intent::Sale, 100, START);
    let fresh = world.store.commit_among(plain(registers), seen(&[&first, &second, &third])).await;
    assert_eq!(fresh.err(), Some(StoreError::Changed), "a registration too");
}

pub(crate) async fn only_what_nobody_acknowledged_is_replaced(world: World) {
    let call = call_to("https://shop.example/callback", "captured", START);
    world.announces(std::slice::from_ref(&call), START).await;
    assert_eq!(world.store.replace_call(call.id, "https://shop.example/callback?new", "body").await, Ok(true));
    let acknowledged = delivery(call.id, START, NotificationState::Acknowledged(START));
    world.store.record_delivery(acknowledged, START).await.expect("recorded");
    assert_eq!(world.store.replace_call(call.id, "https://shop.example/", "").await, Ok(false));
}

pub(crate) async fn what_is_learned_of_a_payment_is_told_after_the_rest_and_changes_no_money(world: World) {
    let first = call_to("https://shop.example/callback", "captured", START);
    let (payment, _) = world.announces(std::slice::from_ref(&first), START).await;
    let stored = world.store.payment(payment.id).await.expect("read").expect("the payment");
    let news = |seen: &str| Learned {
        payment: payment.id,
        seen: seen.to_owned(),
        details: "now known".to_owned(),
        notifications: vec![call_to("https://shop.example/callback", "facts_learned", START)],
        lease_until: START,
    };
    let refused = world.store.learn(news("not what is stored")).await.map(|claimed| claimed.len());
    assert_eq!(refused, Err(StoreError::Changed));
    let claimed = world.store.learn(news(&stored.details)).await.expect("learned");
    assert_eq!(claimed.len(), 0, "the earlier notification comes first");
    let file = world.store.file(payment.id).await.expect("read").expect("the payment");
    assert_eq!((file.stored.payment, file.stored.details.as_str()), (stored.payment, "now known"));
    let told: Vec<_> = file.notifications.iter().map(|one| (one.seq, one.call.event.as_str())).collect();
    assert_eq!(told, [(1, "captured"), (2, "facts_learned")]);
    let unknown = Learned { payment: PaymentId::from_bytes([7; 16]), ..news("") };
    assert_eq!(world.store.learn(unknown).await.map(|claimed| claimed.len()), Err(StoreError::NotFound));
}
