//! Lists and pages.

use crate::world::{START, World, plain, registration};
use crate::world::{answer, approved, operation_id, refund, start};
use payglot_core::{Command, DeclineReason, Intent, Payment, PaymentId, ProjectId, State, UnixMillis};
use payglot_store::{PageFilter, PaymentFilter, PaymentMoment};

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

pub(crate) async fn a_page_is_of_one_project_some_states_and_a_period(world: World) {
    let other = world.project_named("other").await.id;
    registered_at(&world, other, START.plus(1)).await;
    let paid = world.paid("paid").await;
    let refunded = world.paid("refunded").await;
    let refunded = world.does(&refunded, refund(500), START.plus(5)).await;
    let asked = refunded.operations.last().expect("the refund").id;
    let refunded = world.does(&refunded, answer(asked, approved()), START.plus(6)).await;
    // Registered first and paid last.
    let late = registered_at(&world, world.project, START.plus(-1)).await;
    let attempt = operation_id();
    let late = world.does(&late, start(attempt), START.plus(40)).await;
    let late = world.does(&late, answer(attempt, approved()), START.plus(50)).await;
    let open = registered_at(&world, world.project, START.plus(9)).await;
    let cancel = Command::Cancel { reason: DeclineReason::CancelledByPayer, return_operation: operation_id() };
    let gone = registered_at(&world, world.project, START.plus(10)).await;
    let gone = world.does(&gone, cancel, START.plus(11)).await;

    let all: Vec<(State, bool)> = State::ALL.iter().flat_map(|state| [(*state, false), (*state, true)]).collect();
    let created = PageFilter {
        project: world.project,
        moment: PaymentMoment::Created,
        from: START.plus(-1),
        until: START.plus(11),
        states: all,
        offset: 0,
        limit: 10,
    };
    let told = async |filter: &PageFilter| {
        let page = world.store.page(filter).await.expect("listed");
        (page.total, page.payments.into_iter().map(|stored| stored.payment.id).collect::<Vec<_>>())
    };
    assert_eq!(told(&created).await, (5, vec![gone.id, open.id, refunded.id, paid.id, late.id]));
    let second = PageFilter { offset: 2, limit: 2, ..created.clone() };
    assert_eq!(told(&second).await, (5, vec![refunded.id, paid.id]));
    let beyond = PageFilter { offset: 7, ..created.clone() };
    assert_eq!(told(&beyond).await, (5, vec![]));
    let whole = PageFilter { states: vec![(State::Paid, false)], ..created.clone() };
    assert_eq!(told(&whole).await, (2, vec![paid.id, late.id]));
    let back = PageFilter { states: vec![(State::Paid, true), (State::Cancelled, false)], ..created.clone() };
    assert_eq!(told(&back).await, (2, vec![gone.id, refunded.id]));
    assert_eq!(told(&PageFilter { states: vec![], ..created.clone() }).await, (0, vec![]));
    let by_payment = PageFilter { moment: PaymentMoment::Paid, until: START.plus(51), ..created.clone() };
    assert_eq!(told(&by_payment).await, (3, vec![late.id, refunded.id, paid.id]));
    let excluded = PageFilter { until: START.plus(50), from: START.plus(3), ..by_payment };
    assert_eq!(told(&excluded).await, (0, vec![]));
}
