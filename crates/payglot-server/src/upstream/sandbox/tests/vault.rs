//! Cards that the bank keeps: who gets a token, what a token pays, and what never leaves the vault.

use super::*;
use crate::upstream::{Recipient, SavedCard};
use payglot_core::CardFacts;

const PAID: &str = "4444555511113333";
const CHALLENGE: &str = "5555555555555599";
const BROKE: &str = "5432543254325430";

/// Pays by card and asks for it to be kept.
async fn keeps(town: &Town, merchant: ProjectId, number: &str) -> Option<CardToken> {
    let question = Attempt { merchant, save: true, ..town.question(number, "123") };
    let operation = question.operation;
    if let AttemptAnswer::PayerMustAct { .. } = town.bank.attempt(question).await {
        town.written().await;
        assert_eq!(town.bank.saved_card(operation).await, Ok(None), "not before it is approved");
        town.bank.answer_challenge(operation, "12345678").await;
        town.bank.finish_attempt(operation).await;
    }
    town.written().await;
    town.bank.saved_card(operation).await.expect("the bank tells")
}

fn facts(number: &str, expiry: u32) -> CardFacts {
    CardFacts { expiry, ..card(number, "", "12/34").facts() }
}

async fn pays(town: &Town, merchant: ProjectId, token: &CardToken, code: &str, expiry: u32) -> String {
    let code = (!code.is_empty()).then(|| SecurityCode::parse(code).expect("a code"));
    let means = Means::SavedCard(SavedCard { token: token.clone(), facts: facts(PAID, expiry), code });
    words(&done(town.bank.attempt(Attempt { merchant, means, ..town.question(PAID, "123") }).await))
}

#[tokio::test(start_paused = true)]
async fn an_approved_card_has_one_token_for_one_merchant() {
    let town = Town::new().await;
    let (shop, other) = (town.project, ProjectId(town.project.0 + 1));
    let token = keeps(&town, shop, PAID).await.expect("kept");
    assert_eq!(keeps(&town, shop, PAID).await, Some(token.clone()), "the same card again");
    assert_ne!(keeps(&town, other, PAID).await, Some(token.clone()), "nobody follows a payer from shop to shop");
    let another = keeps(&town, shop, CHALLENGE).await.expect("kept after its challenge");
    assert_ne!(another, token);
    let number = CardNumber::parse(PAID).expect("a number");
    assert_eq!(town.bank.find_card(shop, &number).await, Ok(Some(token)));
}

#[tokio::test(start_paused = true)]
async fn a_card_that_is_declined_or_not_to_be_kept_is_not() {
    let town = Town::new().await;
    assert_eq!(keeps(&town, town.project, BROKE).await, None);
    let question = town.question(PAID, "123");
    let operation = question.operation;
    town.bank.attempt(question).await;
    town.written().await;
    assert_eq!(town.bank.saved_card(operation).await, Ok(None));
    for number in [BROKE, PAID] {
        let number = CardNumber::parse(number).expect("a number");
        assert_eq!(town.bank.find_card(town.project, &number).await, Ok(None));
    }
    let real = card("4242424242424242", "", "12/34");
    assert_eq!(town.bank.keep_card(town.project, real).await, Err(KeepError::Refused), "no real card in a sandbox");
    let past = card(PAID, "", "10/26");
    assert_eq!(town.bank.keep_card(town.project, past).await, Err(KeepError::Refused));
    assert!(town.bank.keep_card(town.project, card(PAID, "", "12/34")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_token_pays_for_its_merchant_with_the_right_code_and_date() {
    let town = Town::new().await;
    let (shop, other) = (town.project, ProjectId(town.project.0 + 1));
    let token = keeps(&town, shop, PAID).await.expect("kept");
    assert_eq!(pays(&town, shop, &token, "123", 203_412).await, "approved no");
    assert_eq!(pays(&town, shop, &token, "", 203_412).await, "approved no", "where the merchant may charge without it");
    assert_eq!(pays(&town, shop, &token, "999", 203_412).await, "declined wrong_security_code");
    assert_eq!(pays(&town, shop, &token, "123", 202_610).await, "declined card_expired");
    assert_eq!(pays(&town, shop, &token, "123", 0).await, "declined card_expired");
    assert_eq!(pays(&town, other, &token, "123", 203_412).await, "declined card_restricted");
    let nobodys = CardToken("no such token".to_owned());
    assert_eq!(pays(&town, shop, &nobodys, "123", 203_412).await, "declined card_restricted");
    // A card that needs a challenge needs one when it is saved, too.
    let token = keeps(&town, shop, CHALLENGE).await.expect("kept");
    let code = Some(SecurityCode::parse("123").expect("a code"));
    let means = Means::SavedCard(SavedCard { token, facts: facts(CHALLENGE, 203_412), code });
    let asked = town.bank.attempt(Attempt { means, ..town.question(PAID, "") }).await;
    assert!(matches!(asked, AttemptAnswer::PayerMustAct { .. }), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_is_sealed() {
    let town = Town::new().await;
    for number in [PAID, CHALLENGE] {
        let token = keeps(&town, town.project, number).await.expect("kept");
        assert!(!token.0.contains(&number[6..12]) && !format!("{token:?}").contains(number));
    }
    town.written().await;
    for file in std::fs::read_dir(town.folder.path()).expect("the folder") {
        let path = file.expect("a file").path();
        let bytes = std::fs::read(&path).expect("readable");
        for number in [PAID, CHALLENGE] {
            let found = bytes.windows(number.len()).any(|window| window == number.as_bytes());
            assert!(!found, "{} holds {number} at {NOW}", path.display());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn money_is_paid_out_to_a_card_that_is_kept_for_the_same_merchant() {
    let town = Town::new().await;
    let (shop, other) = (town.project, ProjectId(town.project.0 + 1));
    let kept = async |number: &str| town.bank.keep_card(shop, card(number, "", "12/34")).await.expect("a test card");
    let pay_out = async |merchant: ProjectId, token: CardToken| {
        let means = Means::Recipient(Recipient::SavedCard { token, facts: facts(PAID, 203_412) });
        let asked = Attempt { kind: OperationKind::Payout, merchant, means, ..town.question(PAID, "123") };
        words(&done(town.bank.attempt(Attempt { test_data: TestData::Monetix, ..asked }).await))
    };
    let token = kept("5413330000000019").await;
    assert_eq!(pay_out(shop, token.clone()).await, "approved -");
    assert_eq!(pay_out(other, token).await, "declined card_restricted", "another merchant's token opens nothing");
    assert_eq!(pay_out(shop, kept("4314220000000072").await).await, "declined issuer_refused");
    assert_eq!(pay_out(shop, CardToken("none".to_owned())).await, "declined card_restricted");
}
