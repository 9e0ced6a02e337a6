//! What must be nowhere: card numbers and security codes in the database or the log, passwords and keys in plain text.

use crate::harness::payer::{ANSWER_LOST, CHALLENGE, Card, NO_MONEY, PAID, card};
use crate::harness::shop::FORM;
use crate::harness::{CALLBACK_KEY, TestGateway, http, log};

/// A good number that is no test card: as close to a real one as a sandbox gets.
const STRANGER: Card = Card { number: "4929 1234 5678 9015", expiry: "12/34", cvc: "871" };

/// In every spelling in which it could have been kept.
fn spellings(number: &str) -> Vec<String> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let fours: Vec<&str> = (0..digits.len()).step_by(4).map(|at| &digits[at..digits.len().min(at + 4)]).collect();
    vec![fours.join(" "), fours.join("+"), fours.join("%20"), digits]
}

fn files(gateway: &TestGateway) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(gateway.folder.path()).expect("the folder");
    let read = |path: std::path::PathBuf| (path.display().to_string(), std::fs::read(&path).expect("readable"));
    entries.map(|entry| read(entry.expect("an entry").path())).collect()
}

#[tokio::test]
async fn card_data_and_passwords_are_in_no_file_and_in_no_log() {
    let gateway = TestGateway::start().await;
    let (shop, payer) = (&gateway.shop, &gateway.payer);
    for typed in [PAID, NO_MONEY, ANSWER_LOST, STRANGER, Card { cvc: "999", ..PAID }, card("4444555511113334")] {
        let order = shop.register(&[]).await;
        payer.pay(&order, typed).await;
    }
    // Cards that the shop's own page collects, refused ones and ones in fields that are kept.
    for typed in [PAID, NO_MONEY, STRANGER, CHALLENGE] {
        let order = shop.register(&[]).await;
        let name = [("TEXT", typed.number), ("$PAN", typed.number), ("$CVC", typed.cvc), ("$EXPIRY", "203412")];
        shop.post("processform.do", &[&name[..], &[("MDORDER", &order.id)]].concat()).await;
    }
    let order = shop.register_hold(&[]).await;
    let bank = payer.pay(&order, CHALLENGE).await;
    payer.confirm(&bank, "12345678").await;
    // A shop that sends card data where it has no business, and a broken body with a card in it.
    let body = http::encode(&shop.signed(&[
        ("amount", "1"),
        ("pan", PAID.number),
        ("cvc", "871"),
        ("returnUrl", "https://a.example"),
    ]));
    shop.raw("POST", "register.do", "", FORM, body.as_bytes()).await;
    let broken = format!("{body}&description=%ff");
    shop.raw("POST", "register.do", "", FORM, broken.as_bytes()).await;
    for number in [PAID.number, STRANGER.number] {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let asked = http::encode(&shop.signed(&[("pan", &digits)]));
        shop.raw("POST", "verifyEnrollment.do", "", FORM, asked.as_bytes()).await;
        shop.raw("GET", "verifyEnrollment.do", &asked, "", b"").await;
    }
    gateway.pass(6);
    gateway.recover().await;
    gateway.deliver().await;

    let stored = files(&gateway);
    assert!(
        stored.iter().any(|(name, bytes)| name.ends_with("-wal") && !bytes.is_empty()),
        "the log of the database is there"
    );
    let numbers = [PAID, NO_MONEY, ANSWER_LOST, STRANGER, CHALLENGE, card("4444555511113334")].map(|card| card.number);
    let mut forbidden: Vec<String> = numbers.iter().flat_map(|number| spellings(number)).collect();
    forbidden.extend([
        shop.password.clone(),
        CALLBACK_KEY.to_owned(),
        "cvc=".to_owned(),
        "5a5a5a5a5a5a5a5a".to_owned(),
    ]);
    let mut places = stored;
    places.push(("the log".to_owned(), log::text().into_bytes()));
    for (place, bytes) in &places {
        for words in &forbidden {
            let found = bytes.windows(words.len()).any(|window| window == words.as_bytes());
            assert!(!found, "{words} is in {place}");
        }
    }
    // The search itself works: what may be kept is found.
    let kept = b"444455**3333";
    assert!(places.iter().any(|(_, bytes)| bytes.windows(kept.len()).any(|window| window == kept)));
    gateway.end().await;
}
