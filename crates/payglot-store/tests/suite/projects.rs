//! Projects, their secrets, the simulated bank's book, and the store's own health.

use crate::world::{START, World, new_project, operation_id, rub, secret};
use payglot_core::{DeclineReason, OperationId, OperationKind, PaymentId, ProjectId};
use payglot_store::{BankEntry, BankOutcome, StoreError};

pub(crate) async fn a_project_is_found_by_login_id_and_list(world: World) {
    let made = world.project_named("alpha").await;
    assert_eq!((made.version, made.enabled, made.secrets.len()), (1, true, 1));
    assert_eq!(made.secrets[0], secret("password", b"sealed-1"));
    assert_eq!(world.store.project_version_by_login("rbs", "alpha-api").await, Ok(Some((made.id, 1))));
    assert_eq!(world.store.project_version_by_login("moneta", "alpha-api").await, Ok(None));
    assert_eq!(world.store.project_version(made.id).await, Ok(Some(1)));
    assert_eq!(world.store.project_version(ProjectId(999)).await, Ok(None));
    assert_eq!(world.store.project(made.id).await, Ok(Some(made)));
    assert_eq!(world.store.project(ProjectId(999)).await, Ok(None));
    let names: Vec<_> = world.store.projects().await.expect("listed").into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["alpha", "shop"]);
}

pub(crate) async fn names_and_logins_are_free_only_once(world: World) {
    let same_name = payglot_store::NewProject { login: "else".to_owned(), ..new_project("shop") };
    let same_login = payglot_store::NewProject { name: "else".to_owned(), ..new_project("shop") };
    for new in [same_name, same_login.clone()] {
        let refused = world.store.create_project(new).await;
        assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
    }
    let other_protocol = payglot_store::NewProject { protocol: "moneta".to_owned(), ..same_login };
    assert!(world.store.create_project(other_protocol).await.is_ok());
}

pub(crate) async fn settings_change_only_on_the_current_version(world: World) {
    let updated = world.store.update_project(world.project, 1, "{}", false).await.expect("updated");
    assert_eq!((updated.settings.as_str(), updated.enabled, updated.version), ("{}", false, 2));
    assert_eq!(world.store.update_project(world.project, 1, "{1}", true).await, Err(StoreError::Changed));
    assert_eq!(world.store.update_project(ProjectId(999), 1, "{}", true).await, Err(StoreError::NotFound));
    assert_eq!(world.store.project(world.project).await, Ok(Some(updated)));
    assert_eq!(world.store.project_version(world.project).await, Ok(Some(2)));
}

pub(crate) async fn a_new_secret_overlaps_with_the_old(world: World) {
    let later = START.plus(1000);
    world.store.add_secret(world.project, secret("callback", b"c-1"), later).await.expect("added");
    let first = world.store.add_secret(world.project, secret("password", b"p-2"), later).await.expect("added");
    let second =
        world.store.add_secret(world.project, secret("password", b"p-3"), later.plus(500)).await.expect("added");
    assert_eq!((first.version, second.version), (3, 4));
    let shown: Vec<_> =
        second.secrets.iter().map(|one| (one.kind.as_str(), one.sealed.as_slice(), one.valid_until)).collect();
    assert_eq!(
        shown,
        [
            ("callback", b"c-1".as_slice(), None),
            ("password", b"p-3".as_slice(), None),
            ("password", b"p-2".as_slice(), Some(later.plus(500))),
            ("password", b"sealed-1".as_slice(), Some(later)),
        ]
    );
    let refused = world.store.add_secret(ProjectId(999), secret("password", b"x"), later).await;
    assert_eq!(refused, Err(StoreError::NotFound));
}

pub(crate) async fn the_bank_keeps_its_own_book(world: World) {
    let paid = world.paid("order-1").await;
    let mut entry = BankEntry {
        operation: operation_id(),
        payment: paid.id,
        kind: OperationKind::Sale,
        amount: rub(10_000),
        outcome: BankOutcome::Challenge(0),
        note: "answer after 5 s".to_owned(),
        at: START,
        purse: None,
        acts_at: None,
    };
    let outcomes = [
        BankOutcome::Challenge(2),
        BankOutcome::Authenticated,
        BankOutcome::Approved,
        BankOutcome::Declined(DeclineReason::CardLimit),
    ];
    for outcome in outcomes {
        entry.outcome = outcome;
        // Each is written over the one before, with everything it has.
        entry.acts_at = entry.acts_at.map_or(Some(START.plus(7)), |_| None);
        entry.purse = entry.purse.map_or(Some("123456789012".to_owned()), |_| None);
        world.store.bank_record(entry.clone()).await.expect("recorded");
        assert_eq!(world.store.bank_entry(entry.operation).await, Ok(Some(entry.clone())));
    }
    // The bank may know what we forgot: the audit compares.
    let other = BankEntry { operation: operation_id(), at: START.plus(1), ..entry.clone() };
    let foreign = BankEntry { operation: operation_id(), payment: PaymentId::from_bytes([5; 16]), ..entry.clone() };
    world.store.bank_record(other.clone()).await.expect("recorded");
    world.store.bank_record(foreign).await.expect("recorded");
    let file = world.store.file(paid.id).await.expect("readable").expect("there");
    assert_eq!(file.bank, [entry, other]);
}

fn invoice(n: u8, purse: Option<&str>, acts_at: Option<i64>) -> BankEntry {
    BankEntry {
        operation: OperationId::from_bytes([n; 16]),
        payment: PaymentId::from_bytes([5; 16]),
        kind: OperationKind::Sale,
        amount: rub(100),
        outcome: BankOutcome::Challenge(0),
        note: String::new(),
        at: START,
        purse: purse.map(str::to_owned),
        acts_at: acts_at.map(|at| START.plus(at)),
    }
}

pub(crate) async fn an_inbox_has_the_newest_invoices_of_one_purse(world: World) {
    let own = [1, 2, 3].map(|n| invoice(n, Some("123456789012"), None));
    for entry in [own[1].clone(), own[2].clone(), own[0].clone()] {
        world.store.bank_record(entry).await.expect("recorded");
    }
    for other in [invoice(4, Some("12345678901"), None), invoice(5, None, None)] {
        world.store.bank_record(other).await.expect("recorded");
    }
    let [first, second, third] = own;
    let paid = BankEntry { outcome: BankOutcome::Approved, at: START.plus(9), ..first };
    world.store.bank_record(paid.clone()).await.expect("recorded");
    let inbox = |purse: &'static str, limit| world.store.bank_invoices(purse, limit);
    assert_eq!(inbox("123456789012", 10).await, Ok(vec![third.clone(), second.clone(), paid]));
    assert_eq!(inbox("123456789012", 2).await, Ok(vec![third, second]));
    assert_eq!(inbox("", 10).await, Ok(vec![]));
}

pub(crate) async fn the_bank_finds_what_it_has_to_tell(world: World) {
    let [late, early, silent] =
        [invoice(1, Some("a"), Some(20)), invoice(2, None, Some(10)), invoice(3, Some("a"), None)];
    for entry in [&late, &early, &silent] {
        world.store.bank_record(entry.clone()).await.expect("recorded");
    }
    let news = |after, limit| world.store.bank_news(START.plus(after), limit);
    assert_eq!(news(9, 10).await, Ok(vec![]));
    assert_eq!(news(10, 10).await, Ok(vec![early.clone()]));
    assert_eq!(news(20, 10).await, Ok(vec![early.clone(), late.clone()]));
    assert_eq!(news(20, 1).await, Ok(vec![early.clone()]));
    world.store.bank_record(BankEntry { acts_at: None, ..early }).await.expect("heard");
    assert_eq!(news(20, 10).await, Ok(vec![late]));
}

pub(crate) async fn a_closed_store_refuses_and_an_open_one_is_healthy(world: World) {
    assert_eq!(world.store.check().await, Ok(()));
    assert_eq!(world.store.check().await, Ok(()));
    world.store.close().await;
    world.store.close().await;
    assert!(matches!(world.store.check().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(world.store.project(world.project).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(world.registers("x").await, Err(StoreError::Unavailable(_))));
}
