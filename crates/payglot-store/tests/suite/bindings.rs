//! Saved cards, and the simulated bank's vault.

use crate::world::{START, World, answer, approved, call_to, card, fresh};
use payglot_core::{BindingId, CardFacts, Payment, decide};
use payglot_store::NotificationState::Acknowledged;
use payglot_store::{
    BankCard, Binding, BindingCategory, BindingChange, BindingsOf, Commit, NewBinding, NewNotification, StoreError,
};

/// A saved card of `client`.
fn binding(world: &World, client: &str, token: &str, payment: Option<&Payment>) -> Binding {
    Binding {
        id: BindingId::from_bytes(fresh()),
        project: world.project,
        client: client.to_owned(),
        token: token.to_owned(),
        card: card(),
        category: BindingCategory::Common,
        active: true,
        payment: payment.map(|payment| payment.id),
        created_at: START,
    }
}

/// The commit that pays a started payment and saves its card.
async fn saving(world: &World, order: &str, client: &str, token: &str) -> (Binding, Commit) {
    let (pending, operation) = world.started(order).await;
    let decision = decide(&pending, answer(operation, approved()), START.plus(2)).expect("allowed");
    let saved = binding(world, client, token, Some(&pending));
    let notifications = vec![call_to("https://shop.example/", "captured", START)];
    let commit = Commit {
        decision,
        details: None,
        notifications,
        binding: Some(saved.clone()),
        mandate: None,
        charge: None,
        call: None,
        lease_until: START,
    };
    (saved, commit)
}

fn change(seen: &Binding, active: bool, expiry: u32) -> BindingChange {
    let notifications = vec![call_to("https://shop.example/", "binding_changed", START.plus(5))];
    BindingChange { seen: seen.clone(), active, expiry, notifications, lease_until: START.plus(9) }
}

fn new(binding: &Binding, notifications: &[NewNotification]) -> NewBinding {
    NewBinding { binding: binding.clone(), notifications: notifications.to_vec(), lease_until: START.plus(9) }
}

async fn of_client(world: &World, client: &str) -> Vec<Binding> {
    world.store.bindings(world.project, &BindingsOf::Client(client.to_owned())).await.expect("read")
}

pub(crate) async fn a_payment_and_the_card_it_saves_become_durable_together(world: World) {
    let (saved, commit) = saving(&world, "order-1", "client-7", "token-a").await;
    world.store.commit(commit).await.expect("committed");
    assert_eq!(world.store.binding(saved.id).await, Ok(Some(saved.clone())));
    assert_eq!(of_client(&world, "client-7").await, std::slice::from_ref(&saved));
    let by_card = world.store.bindings(world.project, &BindingsOf::Token("token-a".to_owned())).await.expect("read");
    assert_eq!(by_card, [saved]);
    assert!(of_client(&world, "client-8").await.is_empty());
    let other = world.project_named("other").await;
    let foreign = world.store.bindings(other.id, &BindingsOf::Client("client-7".to_owned())).await;
    assert_eq!(foreign, Ok(Vec::new()));
}

pub(crate) async fn two_payments_that_save_one_card_make_one_binding(world: World) {
    let (first, one) = saving(&world, "order-1", "client-7", "token-a").await;
    let (second, two) = saving(&world, "order-2", "client-7", "token-a").await;
    let (id, version) = (two.decision.payment.id, two.decision.payment.version - 1);
    world.store.commit(one).await.expect("committed");
    assert_eq!(world.store.commit(two.clone()).await.err(), Some(StoreError::Changed), "who is late decides anew");
    assert_eq!(world.reads(id).await.version, version, "and nothing of it is left");
    world.store.commit(Commit { binding: None, ..two }).await.expect("without it the payment goes on");
    assert_eq!(of_client(&world, "client-7").await, [first]);
    assert_eq!(world.store.binding(second.id).await, Ok(None));
    // Another payer's, and another card, are other bindings.
    for (order, client, token) in [("order-3", "client-8", "token-a"), ("order-4", "client-7", "token-b")] {
        let (_, commit) = saving(&world, order, client, token).await;
        world.store.commit(commit).await.expect("committed");
    }
    assert_eq!(of_client(&world, "client-7").await.len(), 2);
}

pub(crate) async fn a_binding_changes_once_and_its_news_stand_in_line(world: World) {
    let (saved, commit) = saving(&world, "order-1", "client-7", "token-a").await;
    let payment = commit.decision.payment.id;
    world.store.commit(commit).await.expect("committed");
    let claimed = world.store.change_binding(change(&saved, false, saved.card.expiry)).await.expect("changed");
    assert!(claimed.is_empty(), "the payment's own news goes first");
    let file = world.store.file(payment).await.expect("read").expect("there");
    let events: Vec<_> = file.notifications.iter().map(|known| known.call.event.as_str()).collect();
    assert_eq!(events, ["captured", "binding_changed"]);
    let off = world.store.binding(saved.id).await.expect("read").expect("there");
    assert_eq!(off, Binding { active: false, ..saved.clone() });
    assert!(of_client(&world, "client-7").await.is_empty());
    let late = world.store.change_binding(change(&saved, false, saved.card.expiry)).await;
    assert_eq!(late, Err(StoreError::Changed), "it is no longer as it was seen");
    // The same card saved anew keeps the old binding from being switched on again.
    let (newer, commit) = saving(&world, "order-2", "client-7", "token-a").await;
    world.store.commit(commit).await.expect("a new binding");
    let refused = world.store.change_binding(change(&off, true, off.card.expiry)).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
    world.store.change_binding(change(&newer, true, 204_001)).await.expect("renewed");
    assert_eq!(of_client(&world, "client-7").await[0].card.expiry, 204_001);
}

pub(crate) async fn a_card_is_saved_without_a_payment_too(world: World) {
    let saved = binding(&world, "client-7", "token-a", None);
    assert_eq!(world.store.create_binding(new(&saved, &[])).await, Ok(Vec::new()));
    assert_eq!(world.store.binding(saved.id).await, Ok(Some(saved)));
    let again = binding(&world, "client-7", "token-a", None);
    assert_eq!(world.store.create_binding(new(&again, &[])).await, Err(StoreError::Changed));
    let gone = binding(&world, "client-9", "token-c", None);
    assert_eq!(world.store.change_binding(change(&gone, false, 203_412)).await, Err(StoreError::NotFound));
}

pub(crate) async fn what_is_told_of_a_card_without_a_payment_stands_alone(world: World) {
    let saved = binding(&world, "client-7", "token-a", None);
    let told = call_to("https://shop.example/", "binding_created", START);
    let first = world.store.create_binding(new(&saved, std::slice::from_ref(&told))).await.expect("created");
    assert_eq!(first.iter().map(|one| &one.call).collect::<Vec<_>>(), [&told], "claimed for the caller");
    // One that is not saved is not told of either.
    let again = binding(&world, "client-7", "token-a", None);
    let untold = call_to("https://shop.example/", "binding_created", START);
    assert_eq!(world.store.create_binding(new(&again, &[untold])).await, Err(StoreError::Changed));
    // The next one does not wait for the one before.
    let off = change(&saved, false, saved.card.expiry);
    let second = world.store.change_binding(off.clone()).await.expect("changed");
    assert_eq!(second.iter().map(|one| &one.call).collect::<Vec<_>>(), off.notifications.iter().collect::<Vec<_>>());
    let place = |one: &payglot_store::Notification| (one.payment, one.project, one.seq);
    assert!(first.iter().chain(&second).all(|one| place(one) == (None, world.project, 1)), "{first:?} {second:?}");
    let alone = world.store.lone_notifications(None, 10).await.expect("listed");
    assert_eq!(alone, [first[0].clone(), second[0].clone()]);
    assert_eq!(world.delivers(second[0].call.id, START.plus(6), Acknowledged(START.plus(6))).await, None);
    let gone = binding(&world, "client-9", "token-c", None);
    assert_eq!(world.store.change_binding(change(&gone, false, 203_412)).await, Err(StoreError::NotFound));
    assert_eq!(world.store.lone_notifications(None, 10).await.expect("listed").len(), 2);
}

pub(crate) async fn no_whole_number_fits_into_a_binding(world: World) {
    for masked in ["4111111111111111", "411111111111", "411111**11111", "4111 11**1111", ""] {
        let card = CardFacts { masked: masked.to_owned(), ..card() };
        let whole = Binding { card, ..binding(&world, "c", "t", None) };
        let refused = world.store.create_binding(new(&whole, &[])).await;
        assert!(matches!(refused, Err(StoreError::Constraint(_))), "{masked}: {refused:?}");
    }
}

pub(crate) async fn the_vault_has_one_token_for_one_fingerprint(world: World) {
    let kept = BankCard { token: "a".to_owned(), fingerprint: [1; 32], sealed: b"sealed".to_vec(), kept_at: START };
    assert_eq!(world.store.bank_keep_card(kept.clone()).await, Ok("a".to_owned()));
    let again = BankCard { token: "b".to_owned(), kept_at: START.plus(1), ..kept.clone() };
    assert_eq!(world.store.bank_keep_card(again).await, Ok("a".to_owned()));
    assert_eq!(world.store.bank_card("a").await, Ok(Some(kept.clone())));
    assert_eq!(world.store.bank_card("b").await, Ok(None));
    assert_eq!(world.store.bank_card_of(&[1; 32]).await, Ok(Some(kept)));
    assert_eq!(world.store.bank_card_of(&[2; 32]).await, Ok(None));
}
