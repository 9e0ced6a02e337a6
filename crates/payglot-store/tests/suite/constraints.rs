//! Decisions that the core would never make. The database must refuse them by itself, each for its own reason.

use crate::world::{START, World, answer, approved, operation_id, plain, refund, rub};
use payglot_core::ledger::{Account, Posting};
use payglot_core::{Decision, Payment, Sums, decide};
use payglot_store::StoreError;

/// A legal decision about a paid payment of 10 000, spoilt by `spoil`.
async fn refused(world: &World, paid: &Payment, spoil: impl FnOnce(&mut Decision)) {
    let mut decision = decide(paid, refund(1000), START.plus(9)).expect("allowed");
    spoil(&mut decision);
    let outcome = world.store.commit(plain(decision.clone())).await;
    assert!(matches!(outcome, Err(StoreError::Constraint(_))), "{outcome:?} for {decision:?}");
    assert_eq!(world.reads(paid.id).await, *paid, "nothing of it is left");
}

pub(crate) async fn no_sum_can_be_broken(world: World) {
    let paid = world.paid("order-1").await;
    let spoilt: &[fn(&mut Sums)] = &[
        |sums| sums.captured = sums.authorized + 1,
        |sums| sums.authorized = sums.captured - 1,
        |sums| sums.capture_pending = 1,
        |sums| sums.voided = 1,
        |sums| sums.void_pending = 1,
        |sums| sums.returned = 1,
        |sums| sums.return_pending = 1,
        |sums| sums.refunded = sums.captured + 1,
        |sums| sums.refund_pending = sums.captured + 1,
        |sums| (sums.refunded, sums.refund_pending) = (sums.captured, 1),
        |sums| (sums.refunded, sums.refund_pending) = (-1, 0),
        |sums| sums.refund_pending = -1,
        |sums| sums.captured = -1,
        |sums| (sums.captured, sums.refund_pending, sums.authorized) = (0, 0, -1),
        |sums| (sums.voided, sums.captured) = (-1, sums.captured + 1),
        |sums| (sums.void_pending, sums.captured) = (-1, sums.captured + 1),
        |sums| (sums.capture_pending, sums.captured) = (-1, sums.captured + 1),
        |sums| (sums.returned, sums.captured) = (-1, sums.captured + 1),
        |sums| (sums.return_pending, sums.captured) = (-1, sums.captured + 1),
    ];
    for spoil in spoilt {
        refused(&world, &paid, |decision| spoil(&mut decision.payment.sums)).await;
    }
}

pub(crate) async fn no_posting_is_empty_or_within_one_account(world: World) {
    let paid = world.paid("order-1").await;
    let posting = |debit, credit, minor| Posting { debit, credit, amount: rub(minor) };
    refused(&world, &paid, |decision| decision.postings.push(posting(Account::Payer, Account::Merchant, 0))).await;
    refused(&world, &paid, |decision| decision.postings.push(posting(Account::Payer, Account::Payer, 1))).await;
}

pub(crate) async fn a_change_names_only_operations_of_its_payment(world: World) {
    let paid = world.paid("order-1").await;
    refused(&world, &paid, |decision| decision.changes[0].operation = Some(operation_id())).await;
}

pub(crate) async fn an_operation_cannot_take_the_place_of_another(world: World) {
    let paid = world.paid("order-1").await;
    refused(&world, &paid, |decision| {
        let new = decision.operations[0].clone();
        decision.payment.operations = vec![new];
    })
    .await;
}

pub(crate) async fn a_notification_id_is_used_once(world: World) {
    let paid = world.paid("order-1").await;
    let call = crate::world::call_to("https://shop.example/", "refunded", START);
    world.announces(std::slice::from_ref(&call), START).await;
    let mut commit = plain(decide(&paid, refund(1000), START.plus(9)).expect("allowed"));
    commit.notifications.push(call);
    let outcome = world.store.commit(commit).await;
    assert!(matches!(outcome, Err(StoreError::Constraint(_))), "{outcome:?}");
    assert_eq!(world.reads(paid.id).await, paid);
}

pub(crate) async fn a_payment_of_an_unknown_project_is_refused(world: World) {
    let nowhere = World { project: payglot_core::ProjectId(999), ..world.clone() };
    for order in ["order-1", ""] {
        let outcome = nowhere.registers(order).await.map(|(_, committed)| committed.order);
        assert!(matches!(outcome, Err(StoreError::Constraint(_))), "{outcome:?}");
    }
}

pub(crate) async fn a_second_answer_is_a_change_of_an_old_version(world: World) {
    let (pending, operation) = world.started("order-1").await;
    let decision = decide(&pending, answer(operation, approved()), START.plus(2)).expect("allowed");
    world.store.commit(plain(decision.clone())).await.expect("committed");
    assert_eq!(world.store.commit(plain(decision)).await.err(), Some(StoreError::Changed));
}
