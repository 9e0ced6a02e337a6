//! The bank over a real store. Time is the runtime's own and stands still, so that nothing here waits.

mod elsewhere;
mod given_up;
mod test_cards;
mod vault;
mod wallet;

use super::book::{Outcome, reached_processing};
use super::*;
use crate::upstream::card::{CardNumber, Expiry, SecurityCode};
use crate::upstream::{Demand, TestData};
use payglot_core::{
    Answer, Currency, Intent, Method, Money, NewPayment, OperationKind, PaymentId, ProjectId, ProviderFacts, Terms,
    UnixMillis,
};
use payglot_store::{BankEntry, Commit, NewProject, SqliteOptions, SqliteStore, Store};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use tempfile::TempDir;

const NOW: i64 = 1_795_000_000_000;
const RETURN: &str = "/payment/rest/finish3ds.do?lang=ru&a=b c";
const CHALLENGE_CARD: &str = "5555555555555599";

/// A bank, its store, and a payment to ask about.
struct Town {
    bank: SandboxBank,
    store: Arc<dyn Store>,
    clock: Clock,
    folder: TempDir,
    project: ProjectId,
}

impl Town {
    async fn new() -> Self {
        Self::with(SandboxSettings::default()).await
    }

    async fn with(settings: SandboxSettings) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("payglot.db");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&file, SqliteOptions::default()).expect("a store"));
        let clock = Clock::Manual(Arc::new(AtomicI64::new(NOW)));
        let key = crate::secrets::MasterKey::from_hex(&"ab".repeat(32)).expect("a key").vault("bank").expect("keys");
        let bank = SandboxBank::new(Book::new(Arc::clone(&store)), clock.clone(), key, settings);
        let project = NewProject {
            protocol: "rbs".to_owned(),
            name: "shop".to_owned(),
            login: "shop-api".to_owned(),
            settings: "{}".to_owned(),
            secrets: Vec::new(),
            created_at: UnixMillis(NOW),
        };
        let project = store.create_project(project).await.expect("a project").id;
        Self { bank, store, clock, folder, project }
    }

    /// A payment as the gateway registers it, so that the bank's entries about it can be listed.
    async fn payment(&self) -> PaymentId {
        let new = NewPayment {
            id: self.clock.payment_id(),
            project: self.project,
            order: String::new(),
            intent: Intent::Hold,
            amount: rub(10_000),
            terms: Terms::default(),
            expires_at: UnixMillis(NOW + 1_200_000),
        };
        let (id, decision) = (new.id, payglot_core::register(new, UnixMillis(NOW)).expect("a payment"));
        let commit = Commit {
            decision,
            details: Some(String::new()),
            notifications: Vec::new(),
            binding: None,
            mandate: None,
            charge: None,
            call: None,
            lease_until: UnixMillis(NOW),
        };
        self.store.commit(commit).await.expect("registered");
        id
    }

    fn question(&self, number: &str, code: &str) -> Attempt {
        Attempt {
            operation: self.clock.operation_id(),
            payment: self.clock.payment_id(),
            kind: OperationKind::Sale,
            amount: rub(2_000),
            merchant: self.project,
            means: Means::Card(card(number, code, "12/34")),
            save: false,
            return_address: RETURN.to_owned(),
            demand: Demand::AsIssuerWants,
            guide: Guide::Us,
            test_data: TestData::Rbs,
        }
    }

    async fn pay(&self, number: &str, code: &str) -> Answer {
        done(self.bank.attempt(self.question(number, code)).await)
    }

    /// Begins an attempt that needs a challenge.
    async fn challenged(&self, number: &str) -> OperationId {
        let question = self.question(number, "123");
        let operation = question.operation;
        match self.bank.attempt(question).await {
            AttemptAnswer::PayerMustAct { address } => assert_eq!(address, format!("/sandbox/acs/{operation}")),
            answer => panic!("no challenge but {answer:?}"),
        }
        self.written().await;
        operation
    }

    async fn hold(&self, payment: PaymentId, minor: i64) {
        let question = Attempt {
            payment,
            kind: OperationKind::Hold,
            amount: rub(minor),
            ..self.question("4444555511113333", "123")
        };
        assert_eq!(words(&done(self.bank.attempt(question).await)), "approved no");
        self.written().await;
    }

    async fn ask(&self, payment: PaymentId, kind: OperationKind, minor: i64) -> String {
        words(&self.bank.follow_up(self.follow_up(payment, kind, minor)).await)
    }

    fn follow_up(&self, payment: PaymentId, kind: OperationKind, minor: i64) -> FollowUp {
        FollowUp { operation: self.clock.operation_id(), payment, kind, amount: rub(minor) }
    }

    /// Everything that stands in the store's queue is on disk now, as after the gateway's own commit.
    async fn written(&self) {
        self.payment().await;
    }

    async fn entry(&self, operation: OperationId) -> Option<BankEntry> {
        self.store.bank_entry(operation).await.expect("the book")
    }
}

fn rub(minor: i64) -> Money {
    Money::new(minor, Currency::RUB).expect("an amount")
}

fn masked(question: &Attempt) -> String {
    let Means::Card(card) = &question.means else { panic!("no card") };
    card.number().masked()
}

fn card(number: &str, code: &str, expiry: &str) -> Card {
    let code = (!code.is_empty()).then(|| SecurityCode::parse(code).expect("a code"));
    Card::new(CardNumber::parse(number).expect(number), Expiry::parse(expiry).expect("a date"), code, "IVAN IVANOV")
}

fn done(answer: AttemptAnswer) -> Answer {
    match answer {
        AttemptAnswer::Done(answer) => answer,
        challenge => panic!("unexpected {challenge:?}"),
    }
}

/// An answer in words; what every answer must have is checked on the way.
fn words(answer: &Answer) -> String {
    let is_reference = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    match answer {
        Answer::Approved(ProviderFacts { approval_code, reference, three_ds }) => {
            assert!(approval_code == "123456" && is_reference(reference), "{answer:?}");
            format!("approved {}", three_ds.map_or("-", ThreeDs::name))
        }
        Answer::Declined(reason, ProviderFacts { approval_code, reference, .. }) => {
            assert!(approval_code.is_empty(), "{answer:?}");
            assert_eq!(is_reference(reference), reached_processing(*reason), "{answer:?}");
            format!("declined {}", reason.name())
        }
        Answer::Unknown => "unknown".to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_question_gets_the_same_answer_and_another_is_refused() {
    let town = Town::new().await;
    let question = town.question("4444555511113333", "123");
    let (operation, payment) = (question.operation, question.payment);
    let first = done(town.bank.attempt(question).await);
    town.written().await;
    // Even with another card: the card of an operation is the one it was first asked with.
    let repeat = Attempt { operation, payment, ..town.question("5432543254325430", "123") };
    assert_eq!(done(town.bank.attempt(repeat).await), first);
    let other_sum = Attempt { operation, payment, amount: rub(1), ..town.question("4444555511113333", "123") };
    assert_eq!(words(&done(town.bank.attempt(other_sum).await)), "declined system_error");
    let other_payment = Attempt { operation, ..town.question("4444555511113333", "123") };
    assert_eq!(words(&done(town.bank.attempt(other_payment).await)), "declined system_error");
    town.written().await;
    assert_eq!(town.bank.query(operation).await, first);
}

#[tokio::test(start_paused = true)]
async fn an_entry_is_on_disk_when_a_later_commit_is() {
    let town = Town::new().await;
    let questions: Vec<_> = (0..50).map(|_| town.question("4444555511113333", "123")).collect();
    let operations: Vec<_> = questions.iter().map(|question| question.operation).collect();
    for question in questions {
        done(town.bank.attempt(question).await);
    }
    town.written().await;
    for operation in operations {
        assert_eq!(town.entry(operation).await.map(|entry| entry.outcome), Some(Outcome::Approved));
    }
}

#[tokio::test(start_paused = true)]
async fn answers_are_late_or_lost_as_set() {
    let delay = Duration::from_secs(7);
    let town = Town::with(SandboxSettings { delay, lose_every: 3, ..SandboxSettings::default() }).await;
    let mut lost = Vec::new();
    for turn in 1..=6 {
        let question = town.question("4111111111111111", "123");
        let (operation, began) = (question.operation, tokio::time::Instant::now());
        let answer = done(town.bank.attempt(question).await);
        assert_eq!(matches!(answer, Answer::Unknown), turn % 3 == 0, "{turn}");
        assert_eq!(began.elapsed().as_secs(), if turn % 3 == 0 { 9 } else { 7 });
        lost.extend((turn % 3 == 0).then_some(operation));
    }
    for operation in lost {
        assert_eq!(words(&town.bank.query(operation).await), "approved frictionless");
    }
}

#[tokio::test(start_paused = true)]
async fn one_who_asks_during_a_delay_is_told_the_truth() {
    let town = Town::with(SandboxSettings { delay: Duration::from_mins(1), ..SandboxSettings::default() }).await;
    let question = town.question("4444555511113333", "123");
    let operation = question.operation;
    let asked_meanwhile = async {
        tokio::time::sleep(Duration::from_secs(30)).await;
        town.written().await;
        town.bank.query(operation).await
    };
    let (answer, meanwhile) = tokio::join!(town.bank.attempt(question), asked_meanwhile);
    assert_eq!(done(answer), meanwhile);
    assert_eq!(words(&meanwhile), "approved no");
}

#[tokio::test(start_paused = true)]
async fn a_challenge_shows_what_it_is_about_and_takes_each_right_code() {
    let town = Town::new().await;
    for code in ["12345678", "123456", "00000", " 1234 5678 "] {
        let operation = town.challenged(CHALLENGE_CARD).await;
        let shown = town.bank.challenge(operation).await.expect("a challenge");
        assert_eq!((shown.amount, shown.card.as_str(), shown.tries_left), (rub(2_000), "555555**5599", 3));
        assert!(shown.open && shown.return_address == RETURN && shown.wrong_answers == 0);
        assert!(town.bank.challenge_address(operation).await.is_some());
        let passed = ChallengeResult::Passed(RETURN.to_owned());
        assert_eq!(town.bank.answer_challenge(operation, code).await, passed);
        // A double click, also with a wrong code or the other button, changes nothing.
        assert_eq!(town.bank.answer_challenge(operation, "9").await, passed);
        assert_eq!(town.bank.cancel_challenge(operation).await, passed);
        assert!(!town.bank.challenge(operation).await.expect("still shown").open);
        let answer = town.bank.finish_attempt(operation).await;
        assert_eq!(words(&answer), "approved challenge");
        town.written().await;
        assert_eq!(town.bank.finish_attempt(operation).await, answer);
        assert_eq!(town.bank.challenge_address(operation).await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn three_wrong_codes_or_a_cancel_end_a_challenge() {
    let town = Town::new().await;
    let (wrong, failed) =
        (|tries_left| ChallengeResult::Wrong { tries_left }, ChallengeResult::Failed(RETURN.to_owned()));
    let operation = town.challenged(CHALLENGE_CARD).await;
    assert_eq!(town.bank.answer_challenge(operation, "1").await, wrong(2));
    assert_eq!(town.bank.answer_challenge(operation, "  ").await, wrong(2));
    assert_eq!(town.bank.answer_challenge(operation, "2").await, wrong(1));
    assert_eq!(town.bank.challenge(operation).await.expect("open").wrong_answers, 2);
    assert_eq!(town.bank.answer_challenge(operation, "3").await, failed);
    assert_eq!(town.bank.answer_challenge(operation, "12345678").await, failed);
    assert_eq!(words(&town.bank.finish_attempt(operation).await), "declined authentication_failed");
    let shown = town.bank.challenge(operation).await.expect("closed");
    assert_eq!((shown.wrong_answers, shown.tries_left, shown.open), (3, 0, false));

    let operation = town.challenged(CHALLENGE_CARD).await;
    assert_eq!(town.bank.cancel_challenge(operation).await, failed);
    assert_eq!(words(&town.bank.finish_attempt(operation).await), "declined authentication_failed");

    let operation = town.challenged(CHALLENGE_CARD).await;
    assert_eq!(town.bank.answer_challenge(operation, "1").await, wrong(2));
    assert_eq!(town.bank.answer_challenge(operation, "123456").await, ChallengeResult::Passed(RETURN.to_owned()));
    assert_eq!(words(&town.bank.finish_attempt(operation).await), "approved challenge");
}

#[tokio::test(start_paused = true)]
async fn a_challenge_that_is_open_when_the_gateway_asks_is_over() {
    let town = Town::new().await;
    for by_query in [false, true] {
        let operation = town.challenged(CHALLENGE_CARD).await;
        let answer =
            if by_query { town.bank.query(operation).await } else { town.bank.finish_attempt(operation).await };
        assert_eq!(words(&answer), "declined authentication_abandoned");
        let failed = ChallengeResult::Failed(RETURN.to_owned());
        assert_eq!(town.bank.answer_challenge(operation, "12345678").await, failed);
        assert_eq!(town.bank.finish_attempt(operation).await, answer);
    }
    // A gateway that fell after the payer passed asks for the outcome: the money moves.
    let operation = town.challenged(CHALLENGE_CARD).await;
    town.bank.answer_challenge(operation, "12345678").await;
    assert_eq!(words(&town.bank.query(operation).await), "approved challenge");
}

#[tokio::test(start_paused = true)]
async fn what_the_bank_never_heard_of() {
    let town = Town::new().await;
    let operation = town.clock.operation_id();
    assert_eq!(words(&town.bank.query(operation).await), "declined not_received");
    assert_eq!(town.bank.challenge(operation).await, None);
    assert_eq!(town.bank.answer_challenge(operation, "12345678").await, ChallengeResult::Unknown);
    // An attempt without a challenge has no page either.
    let question = town.question("4444555511113333", "123");
    let operation = question.operation;
    town.bank.attempt(question).await;
    town.written().await;
    assert_eq!(town.bank.cancel_challenge(operation).await, ChallengeResult::Unknown);
    assert_eq!(town.bank.challenge(operation).await, None);
}

#[tokio::test(start_paused = true)]
async fn the_bank_counts_for_itself() {
    use OperationKind::{Capture, Payout, Refund, Return, Void};
    const NO: &str = "declined other";
    const YES: &str = "approved -";
    let town = Town::new().await;
    let payment = town.payment().await;
    assert_eq!(town.ask(payment, Capture, 1).await, NO);
    town.hold(payment, 10_000).await;
    for (kind, minor, answer) in [
        (Refund, 1, NO),
        (Capture, 10_001, NO),
        (Capture, 6_000, YES),
        (Capture, 4_001, NO),
        (Refund, 6_001, NO),
        (Refund, 2_500, YES),
        (Refund, 3_501, NO),
        (Void, 7_501, NO),
        (Void, 4_000, YES),
        (Capture, 1, NO),
        (Refund, 3_500, YES),
        (Refund, 1, NO),
        (Return, 1, NO),
        (Payout, 5_000, YES),
    ] {
        assert_eq!(town.ask(payment, kind, minor).await, answer, "{kind:?} {minor}");
    }
    let late = town.payment().await;
    town.hold(late, 500).await;
    assert_eq!(town.ask(late, Return, 501).await, NO);
    assert_eq!(town.ask(late, Return, 500).await, YES);
    let euros =
        FollowUp { amount: Money::new(1, Currency::EUR).expect("a cent"), ..town.follow_up(payment, Refund, 1) };
    assert_eq!(words(&town.bank.follow_up(euros).await), NO);
}

#[tokio::test(start_paused = true)]
async fn two_refunds_at_once_never_exceed_what_was_taken() {
    let town = Town::new().await;
    let payment = town.payment().await;
    town.hold(payment, 1_000).await;
    assert_eq!(town.ask(payment, OperationKind::Capture, 1_000).await, "approved -");
    let refund = || town.ask(payment, OperationKind::Refund, 600);
    let (first, second, third) = tokio::join!(refund(), refund(), refund());
    let approved = [first, second, third].iter().filter(|answer| *answer == "approved -").count();
    assert_eq!(approved, 1);
}

#[tokio::test(start_paused = true)]
async fn a_follow_up_is_repeated_lost_and_asked_again_like_an_attempt() {
    let town = Town::with(SandboxSettings { lose_every: 2, ..SandboxSettings::default() }).await;
    let payment = town.payment().await;
    town.hold(payment, 1_000).await;
    let capture = town.follow_up(payment, OperationKind::Capture, 1_000);
    assert_eq!(town.bank.follow_up(capture.clone()).await, Answer::Unknown);
    let answer = town.bank.query(capture.operation).await;
    assert_eq!(words(&answer), "approved -");
    assert_eq!(town.bank.follow_up(capture.clone()).await, answer);
    let other = FollowUp { amount: rub(1), ..capture.clone() };
    assert_eq!(words(&town.bank.follow_up(other).await), "declined system_error");
    let elsewhere = FollowUp { payment: town.payment().await, ..capture };
    assert_eq!(words(&town.bank.follow_up(elsewhere).await), "declined system_error");
}

#[tokio::test(start_paused = true)]
async fn a_bank_without_its_book_does_not_answer() {
    let town = Town::new().await;
    let (payment, open) = (town.payment().await, town.challenged(CHALLENGE_CARD).await);
    town.store.close().await;
    assert_eq!(town.pay("4444555511113333", "123").await, Answer::Unknown);
    assert_eq!(town.ask(payment, OperationKind::Payout, 1).await, "unknown");
    assert_eq!(town.bank.finish_attempt(open).await, Answer::Unknown);
    assert_eq!(town.bank.answer_challenge(open, "12345678").await, ChallengeResult::Unavailable);
}
