//! What each test card does.

use super::super::note::Note;
use super::*;
use crate::upstream::sandbox::cards::{TestCard, monetix, rbs};
use crate::upstream::{SavedCard, Step};

const RBS: &[TestCard] = rbs::CARDS;
const MONETIX: &[TestCard] = monetix::CARDS;

impl Town {
    /// An attempt that Monetix's test data decide.
    fn monetix(&self, number: &str, code: &str, expiry: &str) -> Attempt {
        let means = Means::Card(card(number, code, expiry));
        Attempt { means, test_data: TestData::Monetix, ..self.question(CHALLENGE_CARD, "") }
    }

    async fn pay_monetix(&self, number: &str, code: &str, expiry: &str) -> String {
        words(&done(self.bank.attempt(self.monetix(number, code, expiry)).await))
    }
}

/// Card, answer, seconds until it, and what the bank says when asked again. A challenge is answered rightly.
const MANUAL: &[(&str, &str, u64, &str)] = &[
    ("4444555511113333", "approved no", 0, "approved no"),
    ("2200000000000038", "approved no", 0, "approved no"),
    ("2200000000000053", "approved no", 0, "approved no"),
    ("639002000000000003", "approved no", 0, "approved no"),
    ("4111111111111111", "approved frictionless", 0, "approved frictionless"),
    ("4000001111111118", "approved attempt", 0, "approved attempt"),
    ("5555555555555599", "approved challenge", 0, "approved challenge"),
    ("5000001111111115", "approved challenge", 0, "approved challenge"),
    ("5432543254325430", "declined insufficient_funds", 0, "declined insufficient_funds"),
    ("4444444444444455", "declined card_limit", 0, "declined card_limit"),
    ("4444444444446666", "declined issuer_limit", 0, "declined issuer_limit"),
    ("5555555555555557", "declined issuer_limit", 0, "declined issuer_limit"),
    ("4444444444444422", "declined issuer_refused", 0, "declined issuer_refused"),
    ("4444444444443333", "declined issuer_refused", 0, "declined issuer_refused"),
    ("4444444411111111", "declined network_refused", 0, "declined network_refused"),
    ("5168494895055780", "declined authentication_refused", 0, "declined authentication_refused"),
    ("4444444499999999", "declined authentication_error", 0, "declined authentication_error"),
    ("4000000000001000", "unknown", 2, "approved no"),
    ("4000000000001018", "unknown", 2, "declined not_received"),
    ("4000000000001026", "approved no", 3, "approved no"),
    ("4000000000001034", "declined issuer_unavailable", 0, "declined issuer_unavailable"),
    ("4000000000001042", "unknown", 2, "approved challenge"),
];

#[tokio::test(start_paused = true)]
async fn every_card_does_what_the_manual_says() {
    let town = Town::new().await;
    for known in RBS {
        assert!(MANUAL.iter().any(|row| row.0 == known.number), "{} is not tried", known.number);
    }
    for &(number, first, seconds, asked_again) in MANUAL {
        let question = town.question(number, "123");
        let (operation, began) = (question.operation, tokio::time::Instant::now());
        let answer = match town.bank.attempt(question).await {
            AttemptAnswer::Done(answer) => answer,
            AttemptAnswer::PayerMustPay { .. } => panic!("{number} is no invoice"),
            AttemptAnswer::PayerMustAct { .. } | AttemptAnswer::MerchantMustAct { .. } => {
                town.written().await;
                let passed = ChallengeResult::Passed(RETURN.to_owned());
                assert_eq!(town.bank.answer_challenge(operation, "12345678").await, passed, "{number}");
                town.bank.finish_attempt(operation).await
            }
        };
        assert_eq!((words(&answer).as_str(), began.elapsed().as_secs()), (first, seconds), "{number}");
        town.written().await;
        let again = town.bank.query(operation).await;
        assert_eq!(words(&again), asked_again, "{number}");
        assert!(matches!(answer, Answer::Unknown) || again == answer, "{number}: {again:?} after {answer:?}");
    }
}

/// The same for Monetix, with the security code, the answer to a challenge, and no waiting.
const MONETIX_MANUAL: &[(&str, &str, &str, &str)] = &[
    ("4000000000000077", "987", "", "approved no"),
    ("4314220000000056", "987", "12345678", "approved challenge"),
    ("4111111111111111", "987", "", "declined issuer_refused"),
    ("5413330000000019", "987", "00000", "approved challenge"),
    ("4000000000000119", "987", "", "approved no"),
    ("4000000000000135", "987", "", "approved no"),
    ("4539121411168251", "987", "", "declined issuer_unavailable"),
    ("5126160000356675", "987", "", "approved no"),
    ("4010571676223548", "987", "", "approved no"),
    ("4006260000000014", "987", "123456", "approved challenge"),
    ("4314220000000072", "987", "123456", "declined issuer_refused"),
    ("4314220000000098", "987", "123456", "declined issuer_refused"),
    ("5413330000000035", "987", "123456", "declined issuer_refused"),
    ("5413330000000092", "987", "123456", "declined issuer_refused"),
    ("4012000000020089", "987", "123456", "declined issuer_refused"),
    ("5544330000000045", "987", "123456", "declined issuer_refused"),
    ("4477000000000006", "987", "", "approved frictionless"),
    ("5252000000000004", "987", "", "approved frictionless"),
    ("4012000000020063", "987", "123456", "approved challenge"),
    ("5544330000000029", "987", "123456", "approved challenge"),
    ("4344693136092508", "987", "123456", "approved challenge"),
    ("5426257498841734", "987", "123456", "approved challenge"),
    ("4165519761269614", "987", "123456", "declined issuer_refused"),
    ("4331289925608649", "987", "123456", "declined issuer_refused"),
    ("4383604346807330", "987", "123456", "declined issuer_refused"),
    ("5722753235016359", "987", "123456", "declined issuer_refused"),
    ("5586200104377434", "641", "", "approved no"),
    ("4058703211698859", "769", "", "approved no"),
    ("5586200075269701", "641", "123456", "approved challenge"),
    ("4058703211698263", "769", "123456", "approved challenge"),
    ("2201382000000013", "590", "", "approved no"),
    ("2201382000000021", "487", "", "declined issuer_refused"),
    ("2201382000000039", "324", "1qwezxc", "approved challenge"),
    ("2201382000000047", "584", "1qwezxc", "approved challenge"),
];

#[tokio::test(start_paused = true)]
async fn every_card_of_monetix_does_what_its_manual_says() {
    let town = Town::new().await;
    for known in MONETIX {
        assert!(MONETIX_MANUAL.iter().any(|row| row.0 == known.number), "{} is not tried", known.number);
    }
    for &(number, code, answer, end) in MONETIX_MANUAL {
        let question = town.monetix(number, code, "12/34");
        let operation = question.operation;
        let ended = match town.bank.attempt(question).await {
            AttemptAnswer::Done(ended) => ended,
            AttemptAnswer::PayerMustAct { .. } => {
                let passed = ChallengeResult::Passed(RETURN.to_owned());
                assert_eq!(town.bank.answer_challenge(operation, answer).await, passed, "{number}");
                town.bank.finish_attempt(operation).await
            }
            other => panic!("{number}: {other:?}"),
        };
        assert_eq!(words(&ended), end, "{number}");
        town.written().await;
        assert_eq!(town.bank.query(operation).await, ended, "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_number_is_another_card_with_another_system() {
    let town = Town::new().await;
    assert_eq!(words(&town.pay("4111111111111111", "123").await), "approved frictionless");
    assert_eq!(town.pay_monetix("4111111111111111", "123", "12/34").await, "declined issuer_refused");
    assert_eq!(town.pay_monetix("4444555511113333", "123", "12/34").await, "declined unknown_card");
    assert_eq!(words(&town.pay("4000000000000077", "123").await), "declined unknown_card");
}

#[tokio::test(start_paused = true)]
async fn listed_codes_must_fit_and_only_cards_that_outlived_their_date_may_be_past_it() {
    let town = Town::new().await;
    assert_eq!(town.pay_monetix("5586200104377434", "642", "12/34").await, "declined wrong_security_code");
    assert_eq!(town.pay_monetix("5586200104377434", "641", "11/25").await, "approved no");
    assert_eq!(town.pay_monetix("2201382000000013", "590", "12/25").await, "approved no");
    assert_eq!(town.pay_monetix("4000000000000077", "1234", "11/26").await, "approved no");
    assert_eq!(town.pay_monetix("4000000000000077", "1234", "10/26").await, "declined card_expired");
}

#[tokio::test(start_paused = true)]
async fn a_listed_answer_to_a_challenge_is_the_only_one_and_has_one_try() {
    let town = Town::new().await;
    for (number, code, wrong) in [("2201382000000039", "324", "12345678"), ("4058703211698263", "769", "00000")] {
        let question = town.monetix(number, code, "12/25");
        let operation = question.operation;
        assert!(matches!(town.bank.attempt(question).await, AttemptAnswer::PayerMustAct { .. }));
        let shown = town.bank.challenge(operation).await.expect("a challenge");
        assert_eq!((shown.codes.len(), shown.tries_left), (1, 1));
        assert_eq!(town.bank.answer_challenge(operation, "").await, ChallengeResult::Wrong { tries_left: 1 });
        let failed = ChallengeResult::Failed(RETURN.to_owned());
        assert_eq!(town.bank.answer_challenge(operation, wrong).await, failed);
        assert_eq!(town.bank.answer_challenge(operation, &shown.codes[0]).await, failed, "it is over");
        assert_eq!(words(&town.bank.finish_attempt(operation).await), "declined authentication_failed");
    }
}

#[tokio::test(start_paused = true)]
async fn a_merchants_page_meets_the_version_of_the_table() {
    let town = Town::new().await;
    for (number, step) in [
        ("4314220000000056", Step::Method),
        ("4477000000000006", Step::Method),
        ("4012000000020089", Step::Method),
        ("4006260000000014", Step::PaReq),
        ("4012000000020063", Step::PaReq),
        ("4165519761269614", Step::PaReq),
    ] {
        let question = Attempt { guide: Guide::Merchant, ..town.monetix(number, "123", "12/34") };
        match town.bank.attempt(question).await {
            AttemptAnswer::MerchantMustAct { step: wanted, .. } => assert_eq!(wanted, step, "{number}"),
            other => panic!("{number}: {other:?}"),
        }
    }
    let declined = Attempt { guide: Guide::Merchant, ..town.monetix("4165519761269614", "123", "12/34") };
    let operation = declined.operation;
    town.bank.attempt(declined).await;
    let passed = ChallengeResult::Passed(RETURN.to_owned());
    assert_eq!(town.bank.answer_challenge(operation, "123456").await, passed);
    assert_eq!(words(&town.bank.finish_attempt(operation).await), "declined issuer_refused");
}

#[tokio::test(start_paused = true)]
async fn a_saved_card_of_monetix_is_declined_only_when_its_holder_is_away() {
    let town = Town::new().await;
    for (number, away) in [
        ("4000000000000119", "declined wrong_card_data"),
        ("4000000000000135", "declined insufficient_funds"),
        ("4000000000000077", "approved no"),
    ] {
        let question = Attempt { save: true, ..town.monetix(number, "123", "12/34") };
        let operation = question.operation;
        assert_eq!(words(&done(town.bank.attempt(question).await)), "approved no");
        let token = town.bank.saved_card(operation).await.expect("told").expect("kept");
        let saved = |code: Option<&str>| SavedCard {
            token: token.clone(),
            facts: card(number, "", "12/34").facts(),
            code: code.map(|code| SecurityCode::parse(code).expect("a code")),
        };
        for (code, end) in [(Some("123"), "approved no"), (None, away)] {
            let means = Means::SavedCard(saved(code));
            let question = Attempt { means, ..town.monetix(number, "123", "12/34") };
            assert_eq!(words(&done(town.bank.attempt(question).await)), end, "{number}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_book_and_the_files_never_hold_a_number() {
    let town = Town::new().await;
    for known in RBS.iter().chain(MONETIX) {
        let question = town.question(known.number, "123");
        let (operation, mask) = (question.operation, masked(&question));
        town.bank.attempt(question).await;
        town.written().await;
        if let Some(entry) = town.entry(operation).await {
            assert!(!format!("{entry:?}").contains(known.number));
            assert_eq!(Note::read(&entry.note).card, mask);
        }
    }
    for file in std::fs::read_dir(town.folder.path()).expect("the folder") {
        let path = file.expect("a file").path();
        let bytes = std::fs::read(&path).expect("readable");
        let text = String::from_utf8_lossy(&bytes);
        for known in RBS.iter().chain(MONETIX) {
            assert!(!text.contains(known.number), "{} holds {}", path.display(), known.number);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn number_date_and_code_must_fit() {
    let town = Town::new().await;
    assert_eq!(words(&town.pay("4242424242424242", "123").await), "declined unknown_card");
    assert_eq!(words(&town.pay("4444555511113333", "124").await), "declined wrong_security_code");
    assert_eq!(words(&town.pay("4444555511113333", "521").await), "declined wrong_security_code");
    assert_eq!(words(&town.pay("5432543254325430", "521").await), "declined insufficient_funds");
    assert_eq!(words(&town.pay("5432543254325430", "124").await), "declined wrong_security_code");
    assert_eq!(words(&town.pay("4444555511113333", "").await), "approved no");
    // The clock stands in November 2026.
    for (expiry, answer) in [("11/26", "approved no"), ("10/26", "declined card_expired")] {
        let question = Attempt {
            means: Means::Card(card("4444555511113333", "123", expiry)),
            ..town.question(CHALLENGE_CARD, "")
        };
        assert_eq!(words(&done(town.bank.attempt(question).await)), answer, "{expiry}");
    }
}
