//! What arrives after the bank has said that it was not received.

use super::*;
use crate::upstream::{InvoiceRequest, Recipient};

const GIVEN_UP: &str = "declined not_received";

/// An attempt of every kind, each with a card, a place or an account that is approved or waits for its payer.
fn attempts(town: &Town) -> Vec<Attempt> {
    let approved = || town.question("4444555511113333", "123");
    let invoice = InvoiceRequest {
        method: Method::Wallet,
        key: "webmoney".to_owned(),
        account: "123456789012".to_owned(),
        description: "Tea".to_owned(),
        expires_at: UnixMillis(NOW + 600_000),
    };
    let (method, key, account) = (Method::Wallet, "webmoney".to_owned(), "123456789012".to_owned());
    let recipient = Means::Recipient(Recipient::Account { method, key, account });
    vec![
        approved(),
        Attempt { save: true, ..approved() },
        Attempt { guide: Guide::Merchant, ..town.question(CHALLENGE_CARD, "123") },
        town.question(CHALLENGE_CARD, "123"),
        Attempt { means: Means::Elsewhere(elsewhere::place(Method::Bank)), ..approved() },
        Attempt { means: Means::Invoice(invoice), ..approved() },
        Attempt { kind: OperationKind::Payout, means: recipient, ..approved() },
    ]
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_was_said_not_to_be_received_is_never_done() {
    let town = Town::new().await;
    for question in attempts(&town) {
        let (operation, payment) = (question.operation, town.payment().await);
        let described = format!("{:?}", question.means);
        assert_eq!(words(&town.bank.query(operation).await), GIVEN_UP);
        assert_eq!(words(&done(town.bank.attempt(Attempt { payment, ..question }).await)), GIVEN_UP, "{described}");
        assert_eq!(words(&town.bank.query(operation).await), GIVEN_UP, "{described}");
        assert_eq!(words(&town.bank.finish_attempt(operation).await), GIVEN_UP, "{described}");
        town.written().await;
        let kept = town.entry(operation).await.map(|entry| entry.outcome);
        assert_eq!(kept, Some(Outcome::Declined(payglot_core::DeclineReason::NotReceived)), "{described}");
        let file = town.store.file(payment).await.expect("a store").expect("a payment");
        assert_eq!(file.bank, [], "nothing stands at the payment");
    }
    assert_eq!(town.bank.inbox("123456789012").await.expect("an inbox"), []);
    assert_eq!(town.bank.news(10).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_bank_that_fell_meanwhile_still_knows_what_it_gave_up() {
    let town = Town::new().await;
    let question = town.question("4444555511113333", "123");
    assert_eq!(words(&town.bank.query(question.operation).await), GIVEN_UP);
    // The book is on disk when the answer is: another bank over it has forgotten nothing.
    let key = crate::secrets::MasterKey::from_hex(&"ab".repeat(32)).expect("a key").vault("bank").expect("keys");
    let book = Book::new(Arc::clone(&town.store));
    let bank = SandboxBank::new(book, town.clock.clone(), key, SandboxSettings::default());
    assert_eq!(words(&done(bank.attempt(question).await)), GIVEN_UP);
}

#[tokio::test(start_paused = true)]
async fn every_way_to_be_told_that_nothing_was_received_gives_it_up() {
    let town = Town::new().await;
    let finished = town.question("4444555511113333", "123");
    assert_eq!(words(&town.bank.finish_attempt(finished.operation).await), GIVEN_UP);
    assert_eq!(words(&done(town.bank.attempt(finished).await)), GIVEN_UP);
    let guided = town.question("4444555511113333", "123");
    assert_eq!(words(&done(town.bank.go_on(guided.operation, RETURN.to_owned()).await)), GIVEN_UP);
    assert_eq!(words(&done(town.bank.attempt(guided).await)), GIVEN_UP);
}

#[tokio::test(start_paused = true)]
async fn a_follow_up_that_was_said_not_to_be_received_is_never_done() {
    use OperationKind::{Capture, Payout, Refund, Return, Void};
    let town = Town::new().await;
    let payment = town.payment().await;
    town.hold(payment, 1_000).await;
    assert_eq!(town.ask(payment, Capture, 400).await, "approved -");
    for kind in [Capture, Refund, Void, Return, Payout] {
        let late = town.follow_up(payment, kind, 100);
        assert_eq!(words(&town.bank.query(late.operation).await), GIVEN_UP);
        assert_eq!(words(&town.bank.follow_up(late.clone()).await), GIVEN_UP, "{kind:?}");
        assert_eq!(words(&town.bank.query(late.operation).await), GIVEN_UP, "{kind:?}");
    }
    // The sums are as if nobody had asked.
    assert_eq!(town.ask(payment, Capture, 600).await, "approved -");
    assert_eq!(town.ask(payment, Refund, 1_000).await, "approved -");
}

#[tokio::test(start_paused = true)]
async fn the_price_of_a_message_that_was_given_up_is_not_taken() {
    let town = Town::new().await;
    let (operation, payment) = (town.clock.operation_id(), town.payment().await);
    assert_eq!(words(&town.bank.query(operation).await), GIVEN_UP);
    assert!(!town.bank.charge_message(operation, payment, rub(100)).await);
    assert_eq!(words(&town.bank.query(operation).await), GIVEN_UP);
}

/// One of the two is first, whoever begins: either the attempt is done and the question finds it, or it is given up and not done.
#[tokio::test(start_paused = true)]
async fn a_question_and_an_attempt_at_once_agree() {
    let town = Town::new().await;
    for asked_first in [false, true] {
        for question in attempts(&town) {
            let operation = question.operation;
            let described = format!("asked first: {asked_first}, {:?}", question.means);
            let (answer, told) = if asked_first {
                let (told, answer) = tokio::join!(town.bank.query(operation), town.bank.attempt(question));
                (answer, told)
            } else {
                tokio::join!(town.bank.attempt(question), town.bank.query(operation))
            };
            let answer = match answer {
                AttemptAnswer::Done(answer) => words(&answer),
                AttemptAnswer::PayerMustAct { .. }
                | AttemptAnswer::MerchantMustAct { .. }
                | AttemptAnswer::PayerMustPay { .. } => "waits".to_owned(),
            };
            assert_eq!(answer == GIVEN_UP, words(&told) == GIVEN_UP, "{described}: {answer}, {told:?}");
            assert_eq!(answer == GIVEN_UP, asked_first, "{described}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_and_a_follow_up_at_once_agree() {
    let town = Town::new().await;
    let payment = town.payment().await;
    town.hold(payment, 1_000).await;
    assert_eq!(town.ask(payment, OperationKind::Capture, 1_000).await, "approved -");
    for asked_first in [false, true] {
        let refund = town.follow_up(payment, OperationKind::Refund, 100);
        let (answer, told) = if asked_first {
            let (told, answer) = tokio::join!(town.bank.query(refund.operation), town.bank.follow_up(refund.clone()));
            (answer, told)
        } else {
            tokio::join!(town.bank.follow_up(refund.clone()), town.bank.query(refund.operation))
        };
        assert_eq!(answer, told, "asked first: {asked_first}");
        assert_eq!(words(&answer), if asked_first { GIVEN_UP } else { "approved -" });
    }
}

/// While the gateway waits for an answer that never comes, it can ask what became of it.
#[tokio::test(start_paused = true)]
async fn nobody_has_to_wait_for_an_answer_that_is_lost() {
    let town =
        Town::with(SandboxSettings { time_limit: Duration::from_mins(1), lose_every: 1, ..SandboxSettings::default() })
            .await;
    let question = town.question("4444555511113333", "123");
    let (operation, began) = (question.operation, tokio::time::Instant::now());
    let asked = async {
        tokio::task::yield_now().await;
        let told = town.bank.query(operation).await;
        (told, began.elapsed())
    };
    let (answer, (told, after)) = tokio::join!(town.bank.attempt(question), asked);
    assert_eq!(words(&done(answer)), "unknown");
    assert_eq!(words(&told), "approved no");
    assert!(after < Duration::from_secs(1), "{after:?}");
}
