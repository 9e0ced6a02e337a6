//! Errands at banks, wallets and telephones.

use super::super::elsewhere::{Complaint, Stage, Step, StepResult, WRONG_CODES_MAX};
use super::*;
use crate::upstream::Elsewhere;

pub(super) fn place(method: Method) -> Elsewhere {
    Elsewhere { method, key: "hanza".to_owned(), title: "Swedbank & Co".to_owned(), test: false }
}

impl Town {
    /// A payer was sent to a place.
    async fn sent(&self, place: Elsewhere) -> OperationId {
        let question = Attempt { means: Means::Elsewhere(place), ..self.question("4444555511113333", "123") };
        let operation = question.operation;
        match self.bank.attempt(question).await {
            AttemptAnswer::PayerMustAct { address } => assert_eq!(address, format!("/sandbox/bank/{operation}")),
            answer => panic!("not sent anywhere but {answer:?}"),
        }
        operation
    }

    async fn decided(&self, operation: OperationId, step: Step) {
        match self.bank.take_step(operation, step).await {
            StepResult::Decided { return_address, .. } => assert_eq!(return_address, RETURN),
            other => panic!("not decided: {other:?}"),
        }
    }

    async fn stage(&self, operation: OperationId) -> Stage {
        self.bank.errand(operation).await.expect("an errand").stage
    }

    pub(super) async fn asked(&self, operation: OperationId) -> String {
        words(&self.bank.query(operation).await)
    }
}

#[tokio::test(start_paused = true)]
async fn who_pays_at_a_bank_has_paid_once_however_often_it_is_said() {
    let town = Town::new().await;
    let operation = town.sent(place(Method::Bank)).await;
    assert_eq!(town.stage(operation).await, Stage::Choice);
    assert_eq!(town.asked(operation).await, "unknown", "asking ends nothing");
    assert_eq!(town.stage(operation).await, Stage::Choice);
    for step in [Step::Pay, Step::Pay, Step::Decline, Step::Leave] {
        town.decided(operation, step).await;
    }
    assert_eq!(town.asked(operation).await, "approved -");
    assert_eq!(town.asked(operation).await, "approved -");
    town.decided(operation, Step::Leave).await;
    town.written().await;
    assert_eq!(town.entry(operation).await.expect("in the book").outcome, Outcome::Approved);
}

#[tokio::test(start_paused = true)]
async fn a_payer_may_decline_or_leave_and_nothing_moves() {
    let town = Town::new().await;
    for (step, reason) in [(Step::Decline, "insufficient_funds"), (Step::Leave, "authentication_abandoned")] {
        let operation = town.sent(place(Method::Wallet)).await;
        town.decided(operation, step).await;
        town.decided(operation, Step::Pay).await;
        assert!(town.asked(operation).await.contains(reason), "{reason}");
        assert!(town.asked(operation).await.contains("declined"));
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_bank_took_and_confirms_later_is_unknown_until_then() {
    let town = Town::new().await;
    let operation = town.sent(place(Method::Bank)).await;
    town.decided(operation, Step::PayLater).await;
    assert_eq!(town.stage(operation).await, Stage::Accepted);
    assert_eq!(town.asked(operation).await, "unknown");
    town.decided(operation, Step::Leave).await;
    assert_eq!(town.stage(operation).await, Stage::Accepted, "leaving undoes no order to pay");
    town.decided(operation, Step::Confirm).await;
    assert_eq!(town.asked(operation).await, "approved -");

    let refused = town.sent(place(Method::Bank)).await;
    town.decided(refused, Step::PayLater).await;
    town.decided(refused, Step::Decline).await;
    assert!(town.asked(refused).await.contains("insufficient_funds"));
}

#[tokio::test(start_paused = true)]
async fn a_telephone_gets_a_code_and_only_that_code_pays() {
    let town = Town::new().await;
    let operation = town.sent(place(Method::Sms)).await;
    assert_eq!(town.stage(operation).await, Stage::Phone);
    let step = |step| town.bank.take_step(operation, step);
    assert_eq!(step(Step::Pay).await, StepResult::Again(None), "a button that this page does not have");
    assert_eq!(step(Step::Phone("call me".to_owned())).await, StepResult::Again(Some(Complaint::Phone)));
    assert_eq!(step(Step::Phone("+370 612 34567".to_owned())).await, StepResult::Again(None));
    let Stage::Code { phone, code, tries_left } = town.stage(operation).await else { panic!("no code was sent") };
    assert_eq!((phone.as_str(), code.len(), tries_left), ("•••• 4567", 4, WRONG_CODES_MAX));
    assert_eq!(step(Step::Code(String::new())).await, StepResult::Again(Some(Complaint::CodeMissing)));
    let wrong = Step::Code(format!("{code}0"));
    assert_eq!(step(wrong.clone()).await, StepResult::Again(Some(Complaint::CodeWrong { tries_left: 2 })));
    assert_eq!(step(Step::OtherPhone).await, StepResult::Again(None));
    assert_eq!(town.stage(operation).await, Stage::Phone);
    assert_eq!(step(Step::Phone("861234568".to_owned())).await, StepResult::Again(None));
    assert_eq!(step(wrong).await, StepResult::Again(Some(Complaint::CodeWrong { tries_left: 1 })), "still counted");
    town.decided(operation, Step::Code(code)).await;
    assert_eq!(town.asked(operation).await, "approved -");
    town.written().await;
    let note = town.entry(operation).await.expect("in the book").note;
    assert!(!note.contains("37061234567"), "no full number is kept: {note}");
}

#[tokio::test(start_paused = true)]
async fn three_wrong_codes_end_it() {
    let town = Town::new().await;
    let operation = town.sent(place(Method::Sms)).await;
    town.bank.take_step(operation, Step::Phone("+37061234567".to_owned())).await;
    let Stage::Code { code, .. } = town.stage(operation).await else { panic!("no code was sent") };
    for _ in 0..2 {
        let again = town.bank.take_step(operation, Step::Code("no".to_owned())).await;
        assert!(matches!(again, StepResult::Again(Some(Complaint::CodeWrong { .. }))));
    }
    town.decided(operation, Step::Code("no".to_owned())).await;
    town.decided(operation, Step::Code(code)).await;
    assert!(town.asked(operation).await.contains("authentication_failed"));
}

#[tokio::test(start_paused = true)]
async fn a_test_payment_at_a_telephone_needs_no_telephone() {
    let town = Town::new().await;
    let operation = town.sent(Elsewhere { test: true, ..place(Method::Sms) }).await;
    assert_eq!(town.stage(operation).await, Stage::Choice);
    town.decided(operation, Step::Pay).await;
    assert_eq!(town.asked(operation).await, "approved -");
}

#[tokio::test(start_paused = true)]
async fn an_errand_is_no_challenge_and_a_challenge_no_errand() {
    let town = Town::new().await;
    let errand = town.sent(place(Method::Bank)).await;
    assert_eq!(town.bank.challenge_address(errand).await, Some(format!("/sandbox/bank/{errand}")));
    let challenge = town.challenged(CHALLENGE_CARD).await;
    assert_eq!(town.bank.errand(challenge).await, None);
    assert_eq!(town.bank.take_step(challenge, Step::Pay).await, StepResult::Unknown);
    assert_eq!(town.bank.errand(town.clock.operation_id()).await, None);
    // The same attempt again is the same errand.
    let question = Attempt { means: Means::Elsewhere(place(Method::Bank)), ..town.question("4444555511113333", "123") };
    let twin = Attempt { means: Means::Elsewhere(place(Method::Bank)), return_address: RETURN.to_owned(), ..question };
    let operation = twin.operation;
    let payment = twin.payment;
    assert!(matches!(town.bank.attempt(twin).await, AttemptAnswer::PayerMustAct { .. }));
    town.decided(operation, Step::Pay).await;
    let again = Attempt {
        operation,
        payment,
        means: Means::Elsewhere(place(Method::Bank)),
        ..town.question("4444555511113333", "123")
    };
    assert!(matches!(town.bank.attempt(again).await, AttemptAnswer::PayerMustAct { .. }));
    assert_eq!(town.asked(operation).await, "approved -");
}

#[tokio::test(start_paused = true)]
async fn a_bank_tells_who_paid_if_it_was_told_in_time_and_no_other_place_does() {
    let town = Town::new().await;
    let person = async |operation| town.bank.particulars(operation).await.person.map(|person| person.key);
    let operation = town.sent(place(Method::Bank)).await;
    town.bank.name_payer(operation, "jonas").await;
    town.bank.name_payer(operation, "nobody").await;
    assert_eq!(person(operation).await, None, "the last word counts");
    town.bank.name_payer(operation, "zydrune").await;
    town.decided(operation, Step::PayUnconfirmed).await;
    town.bank.name_payer(operation, "jonas").await;
    assert_eq!(person(operation).await, Some("zydrune"), "it is decided");
    assert!(town.bank.particulars(operation).await.unconfirmed);
    assert_eq!(town.asked(operation).await, "approved -");
    let others = [place(Method::Wallet), Elsewhere { test: true, ..place(Method::Bank) }];
    for place in others {
        let operation = town.sent(place).await;
        town.bank.name_payer(operation, "jonas").await;
        assert_eq!(town.bank.particulars(operation).await, persons::Particulars::default());
    }
    let unknown = OperationId::from_bytes([9; 16]);
    town.bank.name_payer(unknown, "jonas").await;
    assert_eq!(town.bank.particulars(unknown).await, persons::Particulars::default());
}
