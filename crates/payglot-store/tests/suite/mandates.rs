//! Mandates: made by a payment, charged, changed, and found when they are due.

use crate::world::{HOUR, START, World, answer, approved, call_to, card, fresh, plain, registration};
use payglot_core::{CardFacts, Currency, Intent, NotificationId, Payment, PaymentId, UnixMillis, decide};
use payglot_store::NotificationState::Acknowledged;
use payglot_store::{
    Call, CallBy, Commit, Mandate, MandateChange, MandateCharge, NewCall, NewNotification, Notification, StoreError,
};
use std::sync::Arc;

const SHOP: &str = "https://shop.example/callback";

fn mandate(world: &World, number: u32, payment: PaymentId) -> Mandate {
    Mandate {
        project: world.project,
        number,
        payment,
        client: "client-7".to_owned(),
        token: "token-a".to_owned(),
        card: card(),
        currency: Currency::RUB,
        terms: "{\"type\":\"R\"}".to_owned(),
        valid_until: START.plus(900 * HOUR),
        active: true,
        charges: 0,
        charged_at: None,
        charged_for: None,
        next_charge_at: Some(START.plus(24 * HOUR)),
        created_at: START.plus(2),
        version: 0,
    }
}

/// The commit that pays a new order and announces it.
async fn paying(world: &World, order: &str) -> (Payment, Commit) {
    let (pending, operation) = world.started(order).await;
    let decision = decide(&pending, answer(operation, approved()), START.plus(2)).expect("allowed");
    let notifications = vec![call_to(SHOP, "captured", START.plus(2))];
    (pending, Commit { notifications, ..plain(decision) })
}

/// The commit that pays a new order and makes a mandate.
async fn making(world: &World, order: &str, number: u32) -> (Mandate, Commit) {
    let (pending, commit) = paying(world, order).await;
    let made = mandate(world, number, pending.id);
    (made.clone(), Commit { mandate: Some(made), ..commit })
}

/// A mandate that a payment made.
async fn made(world: &World, order: &str, number: u32) -> Mandate {
    let (mandate, commit) = making(world, order, number).await;
    world.store.commit(commit).await.expect("committed");
    mandate
}

async fn read(world: &World, number: u32) -> Option<Mandate> {
    world.store.mandate(world.project, number).await.expect("readable")
}

/// A charge by a mandate as it was seen.
fn charge(seen: &Mandate, at: UnixMillis) -> MandateCharge {
    let next_charge_at = Some(at.plus(24 * HOUR));
    let (project, number, version) = (seen.project, seen.number, seen.version);
    MandateCharge { project, number, version, at, charged_for: Some(at), next_charge_at }
}

/// The commit that registers a payment which is a charge.
fn charging(world: &World, order: &str, charge: MandateCharge) -> Commit {
    let decision = registration(world.project, order, Intent::Sale, 10_000, charge.at);
    let notifications = vec![call_to(SHOP, "registered", charge.at)];
    Commit { notifications, charge: Some(charge), ..plain(decision) }
}

fn change(seen: &Mandate, active: bool, notifications: &[NewNotification]) -> MandateChange {
    let (terms, notifications) = (seen.terms.clone(), notifications.to_vec());
    let (valid_until, next_charge_at, lease_until) = (seen.valid_until, seen.next_charge_at, START.plus(HOUR));
    MandateChange {
        seen: seen.clone(),
        active,
        terms,
        valid_until,
        next_charge_at,
        call: None,
        notifications,
        lease_until,
    }
}

fn told() -> NewNotification {
    call_to(SHOP, "mandate_changed", START.plus(5))
}

fn call(order: &str) -> NewCall {
    NewCall {
        id: format!("{:x}", u128::from_be_bytes(fresh())),
        order: order.to_owned(),
        fingerprint: [1; 32],
        repeat_ms: 60_000,
        key: None,
        operation: None,
        refused: Some("cancelled".to_owned()),
        at: START.plus(5),
    }
}

async fn found(world: &World, id: &str) -> Option<Call> {
    world.store.call(world.project, &CallBy::Id(id.to_owned())).await.expect("readable")
}

fn ids(list: &[Notification]) -> Vec<NotificationId> {
    list.iter().map(|notification| notification.call.id).collect()
}

async fn events(world: &World, payment: PaymentId) -> Vec<String> {
    let file = world.store.file(payment).await.expect("readable").expect("there");
    file.notifications.into_iter().map(|known| known.call.event).collect()
}

pub(crate) async fn a_payment_and_the_mandate_it_makes_become_durable_together(world: World) {
    let (mandate, commit) = making(&world, "order-1", 7).await;
    world.store.commit(commit).await.expect("committed");
    assert_eq!(read(&world, 7).await, Some(mandate));
    assert_eq!(read(&world, 8).await, None);
    // Whatever may be absent or is not as usual reads back too.
    let (usual, commit) = making(&world, "order-2", 8).await;
    let plain = Mandate {
        client: String::new(),
        active: false,
        charges: 3,
        charged_at: Some(START.plus(1)),
        charged_for: Some(START),
        next_charge_at: None,
        version: 4,
        ..usual
    };
    world.store.commit(Commit { mandate: Some(plain.clone()), ..commit }).await.expect("committed");
    assert_eq!(read(&world, 8).await, Some(plain));
}

pub(crate) async fn a_number_names_one_mandate_of_a_project(world: World) {
    let first = made(&world, "order-1", 7).await;
    let (_, commit) = making(&world, "order-2", 7).await;
    let (id, version) = (commit.decision.payment.id, commit.decision.payment.version - 1);
    let refused = world.store.commit(commit.clone()).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
    assert_eq!(world.reads(id).await.version, version, "nothing of it is left");
    assert_eq!(read(&world, 7).await, Some(first.clone()));
    // Another project's is unknown here, and its numbers are its own.
    let other = World { project: world.project_named("other").await.id, ..world.clone() };
    assert_eq!(read(&other, 7).await, None);
    let theirs = made(&other, "order-1", 7).await;
    assert_eq!((read(&other, 7).await, read(&world, 7).await), (Some(theirs.clone()), Some(first)));
    let foreign = world.store.commit(charging(&world, "order-3", charge(&theirs, START.plus(HOUR)))).await;
    assert!(matches!(foreign, Err(StoreError::Constraint(_))), "{foreign:?}");
    assert_eq!(read(&other, 7).await, Some(theirs), "it was not charged");
}

pub(crate) async fn a_mandate_is_of_the_payment_that_made_it_and_has_no_whole_number(world: World) {
    let (good, commit) = making(&world, "order-1", 7).await;
    let another = world.created("order-2").await.id;
    let other = world.project_named("other").await.id;
    let masked = |masked: &str| Mandate { card: CardFacts { masked: masked.to_owned(), ..card() }, ..good.clone() };
    for wrong in [
        Mandate { payment: another, ..good.clone() },
        Mandate { project: other, ..good.clone() },
        Mandate { token: String::new(), ..good.clone() },
        Mandate { number: 0, ..good.clone() },
        masked("4111111111111111"),
        masked("411111111111"),
        masked(""),
    ] {
        let refused = world.store.commit(Commit { mandate: Some(wrong.clone()), ..commit.clone() }).await;
        assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?} for {wrong:?}");
    }
    world.store.commit(commit).await.expect("the right one");
}

pub(crate) async fn a_charge_counts_and_a_stale_one_writes_nothing(world: World) {
    let first = made(&world, "order-1", 7).await;
    let at = START.plus(24 * HOUR);
    world.store.commit(charging(&world, "order-2", charge(&first, at))).await.expect("charged");
    let next_charge_at = Some(at.plus(24 * HOUR));
    let once = Mandate {
        charges: 1,
        charged_at: Some(at),
        charged_for: Some(at),
        next_charge_at,
        version: 1,
        ..first.clone()
    };
    assert_eq!(read(&world, 7).await, Some(once.clone()));
    // As it was seen before.
    let stale = charging(&world, "order-3", charge(&first, at.plus(1)));
    let id = stale.decision.payment.id;
    let call = NewCall { refused: None, ..call("order-3") };
    let stale = Commit { call: Some(call.clone()), ..stale };
    assert_eq!(world.store.commit(stale).await.err(), Some(StoreError::Changed));
    assert_eq!(world.store.payment(id).await, Ok(None));
    assert_eq!(world.store.file(id).await, Ok(None));
    assert_eq!(found(&world, &call.id).await, None);
    let (open, wanted) =
        (payglot_store::NotificationFilter { limit: 10, ..Default::default() }, ["registered", "captured"]);
    let told = world.store.notifications(&open).await.expect("listed");
    assert_eq!(told.iter().map(|one| one.call.event.as_str()).collect::<Vec<_>>(), wanted, "and nothing is told of it");
    assert_eq!(read(&world, 7).await, Some(once.clone()));
    // Without a schedule the gateway does not charge again; what the shop asks for is for no date.
    let last = MandateCharge { charged_for: None, next_charge_at: None, ..charge(&once, at.plus(2)) };
    world.store.commit(charging(&world, "order-3", last)).await.expect("charged");
    let twice = Mandate { charges: 2, charged_at: Some(last.at), next_charge_at: None, version: 2, ..once };
    assert_eq!(read(&world, 7).await, Some(twice.clone()));
    // One that there is not, and one that was ended.
    let unknown = charging(&world, "order-4", MandateCharge { number: 8, ..charge(&twice, at) });
    assert_eq!(world.store.commit(unknown).await.err(), Some(StoreError::Changed));
    world.store.change_mandate(change(&twice, false, &[])).await.expect("ended");
    let ended = read(&world, 7).await.expect("there");
    let late = charging(&world, "order-4", charge(&ended, at.plus(3)));
    let id = late.decision.payment.id;
    assert_eq!(world.store.commit(late).await.err(), Some(StoreError::Changed));
    assert_eq!(world.store.payment(id).await, Ok(None));
    assert_eq!(read(&world, 7).await, Some(ended));
}

pub(crate) async fn of_charges_that_race_one_wins(world: World) {
    let mut seen = made(&world, "order-1", 7).await;
    let world = Arc::new(world);
    for round in 1..=5 {
        let mut tasks = Vec::new();
        for number in 0..8 {
            let (world, charge) = (Arc::clone(&world), charge(&seen, START.plus(HOUR * i64::from(round))));
            tasks.push(tokio::spawn(async move {
                let commit = charging(&world, &format!("order-{round}-{number}"), charge);
                let id = commit.decision.payment.id;
                (id, world.store.commit(commit).await.map(drop))
            }));
        }
        let mut won = 0;
        for task in tasks {
            let (id, done) = task.await.expect("no panic");
            let stored = world.store.payment(id).await.expect("readable");
            assert_eq!(stored.is_some(), done.is_ok());
            match done {
                Ok(()) => won += 1,
                Err(error) => assert_eq!(error, StoreError::Changed),
            }
        }
        assert_eq!(won, 1);
        seen = read(&world, 7).await.expect("there");
        assert_eq!((seen.charges, seen.version), (round, round));
    }
}

pub(crate) async fn a_change_is_told_in_the_line_of_the_payment(world: World) {
    let first = made(&world, "order-1", 7).await;
    let (terms, news) = ("{\"type\":\"U\"}".to_owned(), told());
    let renewed =
        Mandate { terms, valid_until: START.plus(2000 * HOUR), next_charge_at: None, version: 1, ..first.clone() };
    let to = |seen: &Mandate, active, news: &[NewNotification]| MandateChange {
        terms: renewed.terms.clone(),
        valid_until: renewed.valid_until,
        next_charge_at: None,
        ..change(seen, active, news)
    };
    let claimed = world.store.change_mandate(to(&first, true, std::slice::from_ref(&news))).await.expect("changed");
    assert_eq!(ids(&claimed), [], "the payment's own news goes first");
    assert_eq!(read(&world, 7).await, Some(renewed.clone()));
    assert_eq!(events(&world, first.payment).await, ["captured", "mandate_changed"]);
    // Once the line is empty, what is told may go out at once.
    let file = world.store.file(first.payment).await.expect("readable").expect("there");
    let next = world.delivers(file.notifications[0].call.id, START.plus(6), Acknowledged(START.plus(6))).await;
    assert_eq!(next.map(|one| one.call.id), Some(news.id));
    assert_eq!(world.delivers(news.id, START.plus(7), Acknowledged(START.plus(7))).await, None);
    let (call, news) = (call("order-1"), told());
    let ended = MandateChange { call: Some(call.clone()), ..to(&renewed, false, std::slice::from_ref(&news)) };
    let claimed = world.store.change_mandate(ended).await.expect("ended");
    assert_eq!(ids(&claimed), [news.id]);
    assert_eq!((claimed[0].payment, claimed[0].seq), (Some(first.payment), 3));
    assert_eq!(read(&world, 7).await, Some(Mandate { active: false, version: 2, ..renewed }));
    let kept = found(&world, &call.id).await.expect("kept");
    assert_eq!((kept.payment, kept.refused, kept.order), (Some(first.payment), call.refused, call.order));
    assert!(read(&world, 7).await.is_some_and(|mandate| mandate.charges == 0), "a change is no charge");
}

pub(crate) async fn a_change_of_what_is_no_longer_so_writes_nothing(world: World) {
    let first = made(&world, "order-1", 7).await;
    world.store.commit(charging(&world, "order-2", charge(&first, START.plus(HOUR)))).await.expect("charged");
    let seen = read(&world, 7).await.expect("there");
    let asked = call("order-1");
    let late = |seen: &Mandate| MandateChange { call: Some(asked.clone()), ..change(seen, false, &[told()]) };
    assert_eq!(world.store.change_mandate(late(&first)).await, Err(StoreError::Changed), "it was charged since");
    let unknown = Mandate { number: 8, ..seen.clone() };
    assert_eq!(world.store.change_mandate(late(&unknown)).await, Err(StoreError::NotFound));
    let unexplained = NewCall { refused: None, ..asked.clone() };
    let silent = MandateChange { call: Some(unexplained), ..change(&seen, false, &[told()]) };
    let refused = world.store.change_mandate(silent).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
    assert_eq!(found(&world, &asked.id).await, None);
    assert_eq!(events(&world, first.payment).await, ["captured"]);
    assert_eq!(read(&world, 7).await, Some(seen.clone()));
    world.store.change_mandate(late(&seen)).await.expect("as it is seen now");
    // The same call again is the first one, and changes nothing.
    let ended = read(&world, 7).await.expect("there");
    let again = MandateChange { call: Some(call("order-1")), ..change(&ended, true, &[told()]) };
    let repeated = Err(StoreError::CallRepeated { id: asked.id.clone() });
    assert_eq!(world.store.change_mandate(again).await, repeated);
    assert_eq!(read(&world, 7).await, Some(ended));
    assert_eq!(events(&world, first.payment).await, ["captured", "mandate_changed"]);
}

pub(crate) async fn due_ones_are_found_oldest_first(world: World) {
    let at = |hours: i64| Some(START.plus(hours * HOUR));
    let cases =
        [(1, at(3), true), (2, at(1), true), (3, None, true), (4, at(2), false), (5, at(1), true), (6, at(9), true)];
    for (number, next_charge_at, active) in cases {
        let (usual, commit) = making(&world, &format!("order-{number}"), number).await;
        let mandate = Some(Mandate { next_charge_at, active, ..usual });
        world.store.commit(Commit { mandate, ..commit }).await.expect("committed");
    }
    let due = async |now: UnixMillis, limit| {
        let found = world.store.due_mandates(now, limit).await.expect("listed");
        found.into_iter().map(|mandate| mandate.number).collect::<Vec<_>>()
    };
    assert_eq!(due(START.plus(HOUR - 1), 10).await, [0; 0]);
    assert_eq!(due(START.plus(HOUR), 10).await, [2, 5]);
    assert_eq!(due(START.plus(3 * HOUR), 10).await, [2, 5, 1]);
    assert_eq!(due(START.plus(3 * HOUR), 2).await, [2, 5]);
    // A charge moves it on, the end of a mandate takes it out.
    let seen = read(&world, 2).await.expect("there");
    world.store.commit(charging(&world, "charge-1", charge(&seen, START.plus(3 * HOUR)))).await.expect("charged");
    let seen = read(&world, 5).await.expect("there");
    world.store.change_mandate(change(&seen, false, &[])).await.expect("ended");
    assert_eq!(due(START.plus(9 * HOUR), 10).await, [1, 6]);
    let all = world.store.due_mandates(START.plus(99 * HOUR), 10).await.expect("listed");
    assert_eq!(all.last(), read(&world, 2).await.as_ref(), "they are whole");
}
