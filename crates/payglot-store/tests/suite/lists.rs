//! Lists and pages.

use crate::world::{START, World, plain, registration};
use payglot_core::{Intent, Payment, PaymentId, ProjectId, State, UnixMillis};
use payglot_store::PaymentFilter;

fn all() -> PaymentFilter {
    PaymentFilter { limit: 100, ..PaymentFilter::default() }
}

async fn registered_at(world: &World, project: ProjectId, at: UnixMillis) -> Payment {
    let decision = registration(project, "", Intent::Sale, 100, at);
    let payment = decision.payment.clone();
    world.store.commit(plain(decision)).await.expect("committed");
    payment
}

async fn listed(world: &World, filter: &PaymentFilter) -> Vec<PaymentId> {
    let list = world.store.payments(filter).await.expect("listed");
    list.into_iter().map(|stored| stored.payment.id).collect()
}

pub(crate) async fn payments_are_listed_newest_first_in_pages(world: World) {
    let mut expected = Vec::new();
    for second in 0..7 {
        // Pairs at the same millisecond: a page may end between them.
        let at = START.plus(second / 2);
        expected.insert(0, registered_at(&world, world.project, at).await.id);
    }
    assert_eq!(listed(&world, &all()).await, expected);
    for project in [None, Some(world.project)] {
        let mut paged = Vec::new();
        let mut filter = PaymentFilter { project, limit: 2, ..PaymentFilter::default() };
        loop {
            let page = listed(&world, &filter).await;
            filter.after = page.last().copied();
            if page.is_empty() {
                break;
            }
            assert!(page.len() <= 2);
            paged.extend(page);
        }
        assert_eq!(paged, expected);
    }
    assert_eq!(listed(&world, &PaymentFilter { after: Some(PaymentId::from_bytes([9; 16])), ..all() }).await, []);
}

pub(crate) async fn payments_are_filtered_by_project_state_and_time(world: World) {
    let other = world.project_named("other").await.id;
    let paid = world.paid("paid").await.id;
    let early = registered_at(&world, world.project, START.plus(10)).await.id;
    let foreign = registered_at(&world, other, START.plus(20)).await.id;
    let late = registered_at(&world, world.project, START.plus(30)).await.id;
    let of_state = |state| PaymentFilter { state: Some(state), ..all() };
    assert_eq!(listed(&world, &of_state(State::Paid)).await, [paid]);
    assert_eq!(listed(&world, &of_state(State::Created)).await, [late, foreign, early]);
    assert_eq!(listed(&world, &of_state(State::Held)).await, []);
    assert_eq!(listed(&world, &PaymentFilter { project: Some(other), ..all() }).await, [foreign]);
    assert_eq!(listed(&world, &PaymentFilter { project: Some(world.project), ..all() }).await, [late, early, paid]);
    let window = PaymentFilter { from: Some(START.plus(10)), until: Some(START.plus(30)), ..all() };
    assert_eq!(listed(&world, &window).await, [foreign, early]);
    let both = PaymentFilter { project: Some(world.project), ..window };
    assert_eq!(listed(&world, &both).await, [early]);
}

pub(crate) async fn files_come_in_pages_ordered_by_id(world: World) {
    let mut expected = Vec::new();
    for number in 0..5 {
        expected.push(world.paid(&format!("order-{number}")).await.id);
    }
    expected.sort_unstable();
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let page = world.store.files(after, 2).await.expect("listed");
        let Some(last) = page.last() else { break };
        after = Some(last.stored.payment.id);
        for file in page {
            let alone = world.store.file(file.stored.payment.id).await.expect("readable");
            assert_eq!(alone.as_ref(), Some(&file));
            paged.push(file.stored.payment.id);
        }
    }
    assert_eq!(paged, expected);
}
