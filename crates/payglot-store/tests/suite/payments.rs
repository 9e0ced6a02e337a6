//! Decisions become durable as a whole, or not at all, and read back as they were.

use crate::world::{START, World, answer, approved, declined, operation_id, plain, refund, registration, start};
use payglot_core::money::MINOR_MAX;
use payglot_core::{Command, DeclineReason, Intent, Method, OperationId, Payment, State, UnixMillis, decide};
use payglot_store::{Commit, PaymentFilter, StoreError, Unheard};
use std::sync::Arc;

pub(crate) async fn a_registration_reads_back(world: World) {
    let (payment, committed) = world.registers("order-1").await.expect("registered");
    assert_eq!(committed.order, "order-1");
    let stored = world.store.payment(payment.id).await.expect("readable").expect("there");
    assert_eq!(stored.payment, payment);
    assert_eq!(stored.details, "{\"order\":\"order-1\"}");
    let by_order = world.store.payment_by_order(world.project, "order-1").await.expect("readable");
    assert_eq!(by_order, Some(stored));
    assert_eq!(world.store.payment_by_order(world.project, "order-2").await, Ok(None));
    let mut test = registration(world.project, "order-2", Intent::Sale, 100, START);
    test.payment.terms.test = true;
    let expected = test.payment.clone();
    world.store.commit(plain(test)).await.expect("registered");
    assert_eq!(world.reads(expected.id).await, expected);
}

pub(crate) async fn a_card_payment_with_a_refund_reads_back_with_its_history(world: World) {
    let paid = world.paid("order-1").await;
    let operation = operation_id();
    let command = Command::Refund { operation, amount: None, key: Some("refund-1".to_owned()), expected: None };
    let asked = world.does(&paid, command, START.plus(3)).await;
    assert_eq!(world.reads(paid.id).await, asked);
    let refunded = world.does(&asked, answer(operation, approved()), START.plus(4)).await;
    assert_eq!(world.reads(paid.id).await, refunded);
    let file = world.store.file(paid.id).await.expect("readable").expect("there");
    assert_eq!(file.stored.payment, refunded);
    let path: Vec<_> = file.changes.iter().map(|change| (change.from, change.event, change.to)).collect();
    assert!(payglot_core::moves::is_path(&path), "{path:?}");
    assert_eq!(file.changes.len(), 5);
    assert_eq!(file.changes[4].operation, Some(operation));
    assert_eq!(file.postings.len(), 2);
}

pub(crate) async fn the_largest_amount_is_paid_and_given_back(world: World) {
    let decision = registration(world.project, "order-1", Intent::Sale, MINOR_MAX, START);
    let created = decision.payment.clone();
    world.store.commit(plain(decision)).await.expect("committed");
    let operation = operation_id();
    let started = world.does(&created, start(operation), START.plus(1)).await;
    let paid = world.does(&started, answer(operation, approved()), START.plus(2)).await;
    let asked = world.does(&paid, refund(MINOR_MAX), START.plus(3)).await;
    let refund = asked.operations.last().expect("the refund").id;
    let refunded = world.does(&asked, answer(refund, approved()), START.plus(4)).await;
    assert_eq!(world.reads(paid.id).await, refunded);
    assert_eq!((refunded.sums.captured, refunded.sums.refunded), (MINOR_MAX, MINOR_MAX));
    let file = world.store.file(paid.id).await.expect("readable").expect("there");
    assert_eq!(file.postings.iter().map(|posting| posting.amount.minor()).collect::<Vec<_>>(), [MINOR_MAX; 2]);
}

pub(crate) async fn the_same_order_number_again_is_refused_with_the_earlier_payment(world: World) {
    let first = world.paid("order-1").await;
    let refused = world.registers("order-1").await.map(|(_, committed)| committed.order);
    assert_eq!(refused, Err(StoreError::DuplicateOrder { payment: first.id, state: State::Paid }));
    // Another project counts by itself.
    let other = World { project: world.project_named("other").await.id, ..world.clone() };
    assert!(other.registers("order-1").await.is_ok());
}

pub(crate) async fn the_store_numbers_orders_and_skips_used_ones(world: World) {
    world.created("2").await;
    world.created("3").await;
    let mut numbers = Vec::new();
    for _ in 0..3 {
        numbers.push(world.created("").await.order);
    }
    assert_eq!(numbers, ["1", "4", "5"]);
    let other = World { project: world.project_named("other").await.id, ..world.clone() };
    assert_eq!(other.created("").await.order, "1");
}

pub(crate) async fn a_decision_on_an_older_version_is_refused(world: World) {
    let payment = world.created("order-1").await;
    let first = decide(&payment, start(operation_id()), START.plus(1)).expect("allowed");
    let second = decide(&payment, start(operation_id()), START.plus(1)).expect("allowed");
    let after = first.payment.clone();
    world.store.commit(plain(first)).await.expect("committed");
    assert_eq!(world.store.commit(plain(second)).await.err(), Some(StoreError::Changed));
    assert_eq!(world.reads(payment.id).await, after);
}

pub(crate) async fn a_decision_about_an_unknown_payment_is_refused(world: World) {
    let registered = registration(world.project, "never", Intent::Sale, 100, START);
    let decision = decide(&registered.payment, start(operation_id()), START.plus(1)).expect("allowed");
    assert_eq!(world.store.commit(plain(decision)).await.err(), Some(StoreError::NotFound));
}

pub(crate) async fn an_operation_belongs_to_one_payment(world: World) {
    let (_, operation) = world.started("order-1").await;
    let other = world.created("order-2").await;
    let decision = decide(&other, start(operation), START.plus(1)).expect("the core cannot know");
    let refused = world.store.commit(plain(decision)).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
    assert_eq!(world.reads(other.id).await, other, "nothing of it is left");
}

pub(crate) async fn later_details_replace_earlier_ones(world: World) {
    let payment = world.created("order-1").await;
    let mut commit = plain(decide(&payment, start(operation_id()), START.plus(1)).expect("allowed"));
    commit.details = Some("new".to_owned());
    world.store.commit(commit).await.expect("committed");
    let stored = world.store.payment(payment.id).await.expect("readable").expect("there");
    assert_eq!(stored.details, "new");
}

pub(crate) async fn details_are_replaced_at_one_version_only(world: World) {
    let payment = world.created("order-1").await;
    let decided = decide(&payment, start(operation_id()), START.plus(1)).expect("allowed");
    assert_eq!(world.store.replace_details(payment.id, payment.version, "newer").await, Ok(()));
    let stored = world.store.payment(payment.id).await.expect("readable").expect("there");
    assert_eq!((stored.details.as_str(), stored.payment.version), ("newer", payment.version + 1));
    assert_eq!(stored.payment, Payment { version: payment.version + 1, ..payment.clone() });
    // Who decided on the older one must read again, and so must who would replace them again.
    let old = Commit { details: Some("of the older".to_owned()), ..plain(decided) };
    assert_eq!(world.store.commit(old).await.map(|_| ()), Err(StoreError::Changed));
    let again = world.store.replace_details(payment.id, payment.version, "lost").await;
    assert_eq!(again, Err(StoreError::Changed));
    let unknown = payglot_core::PaymentId::from_bytes(crate::world::fresh());
    assert_eq!(world.store.replace_details(unknown, 0, "x").await, Err(StoreError::NotFound));
    let started = world.does(&stored.payment, start(operation_id()), START.plus(2)).await;
    assert_eq!(world.reads(payment.id).await, started);
}

/// Sixteen refunds of ten roubles at the same time, of a payment of a hundred: exactly ten may happen.
pub(crate) async fn simultaneous_refunds_never_exceed_what_was_captured(world: World) {
    let paid = world.paid("order-1").await;
    let world = Arc::new(world);
    let mut tasks = Vec::new();
    for _ in 0..16 {
        let (world, id) = (Arc::clone(&world), paid.id);
        tasks.push(tokio::spawn(async move { refund_until_decided(&world, id).await }));
    }
    let mut happened = 0;
    for task in tasks {
        happened += u32::from(task.await.expect("no panic"));
    }
    assert_eq!(happened, 10);
    let sums = world.reads(paid.id).await.sums;
    assert_eq!((sums.captured, sums.refund_pending), (10_000, 10_000));
}

/// Reads, decides and commits again until the decision stands or is refused.
async fn refund_until_decided(world: &World, id: payglot_core::PaymentId) -> bool {
    loop {
        let payment = world.reads(id).await;
        let Ok(decision) = decide(&payment, refund(1000), START.plus(5)) else { return false };
        match world.store.commit(plain(decision)).await {
            Ok(_) => return true,
            Err(StoreError::Changed) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

pub(crate) async fn a_failing_job_of_a_group_hurts_no_other(world: World) {
    let world = Arc::new(world);
    world.created("taken").await;
    let mut tasks = Vec::new();
    for number in 0..64 {
        let world = Arc::clone(&world);
        let order = if number % 2 == 0 { "taken".to_owned() } else { format!("free-{number}") };
        tasks.push(tokio::spawn(async move { world.registers(&order).await.is_ok() }));
    }
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.expect("no panic"));
    }
    let expected: Vec<bool> = (0..64).map(|number| number % 2 == 1).collect();
    assert_eq!(outcomes, expected);
    let filter = PaymentFilter { limit: 1000, ..PaymentFilter::default() };
    assert_eq!(world.store.payments(&filter).await.expect("listed").len(), 33);
}

pub(crate) async fn work_that_is_due_is_found(world: World) {
    let early = world.created("early").await;
    let (late, open) = world.started("late").await;
    world.paid("done").await;
    let at = early.expires_at;
    assert_eq!(world.store.expired(at.plus(-1), 10).await, Ok(vec![]));
    assert_eq!(world.store.expired(at, 10).await, Ok(vec![early.id, late.id]));
    assert_eq!(world.store.expired(at, 1).await.expect("listed").len(), 1);
    assert_eq!(world.store.unanswered(START.plus(1), 10).await, Ok(vec![]));
    assert_eq!(world.store.unanswered(START.plus(2), 10).await, Ok(vec![(late.id, open)]));
    let backlog = world.store.backlog().await.expect("counted");
    assert_eq!(backlog.oldest_unanswered, Some(START.plus(1)));
    let refused = declined(DeclineReason::Fraud);
    let after = world.does(&late, answer(open, refused), START.plus(3)).await;
    assert_eq!(after.state, State::Declined);
    assert_eq!(world.store.unanswered(START.plus(9), 10).await, Ok(vec![]));
    assert_eq!(world.store.expired(at, 10).await, Ok(vec![early.id]));
}

pub(crate) async fn attempts_that_no_place_answered_are_found_in_their_order(world: World) {
    let at_place = async |order: &str, method: Method| {
        let (payment, operation) = (world.created(order).await, operation_id());
        let begin = Command::StartAttempt { operation, method, method_key: None, card: None, payer_ip: None };
        let started = world.does(&payment, begin, START.plus(1)).await;
        (world.does(&started, Command::PayerMustAct { operation }, START.plus(2)).await, operation)
    };
    let (waits, first) = at_place("waits", Method::Bank).await;
    let (left, second) = at_place("left", Method::Sms).await;
    let (refused, third) = at_place("refused", Method::Wallet).await;
    at_place("card", Method::Card).await;
    world.does(&left, Command::AbandonAttempt { operation: second }, START.plus(3)).await;
    // What the place itself said is no question any more.
    world.does(&refused, answer(third, declined(DeclineReason::InsufficientFunds)), START.plus(3)).await;
    let begin = (UnixMillis(0), OperationId::from_bytes([0; 16]));
    let found = async |after, until, limit| world.store.unheard(after, until, limit).await.expect("listed");
    let waits = Unheard { since: START.plus(1), payment: waits.id, operation: first };
    let left = Unheard { since: START.plus(3), payment: left.id, operation: second };
    assert_eq!(found(begin, START.plus(9), 10).await, [waits, left]);
    assert_eq!(found(begin, START.plus(9), 1).await, [waits]);
    assert_eq!(found((waits.since, first), START.plus(3), 10).await, [left]);
    assert_eq!(found((waits.since, first), START.plus(2), 10).await, []);
}

pub(crate) async fn what_is_not_there_is_not_found(world: World) {
    let nobody = payglot_core::PaymentId::from_bytes([7; 16]);
    assert_eq!(world.store.payment(nobody).await, Ok(None));
    assert_eq!(world.store.file(nobody).await, Ok(None));
    assert_eq!(world.store.awaits_first_attempt(nobody, START).await, Ok(false));
    assert_eq!(world.store.bank_entry(OperationId::from_bytes([7; 16])).await, Ok(None));
}
