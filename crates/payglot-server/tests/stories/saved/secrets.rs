//! A saved card's number is with the bank alone, sealed: it is searched for in every file, every log and every notification.

use super::{gateway, only, pays};
use crate::harness::payer::{CHALLENGE, Card, NO_MONEY, PAID};
use crate::harness::{TestGateway, log};

/// Typed only here; no card has it.
const WRONG_CODE: &str = "871";

/// In every way in which a number could have been kept without being sealed.
fn spellings(number: &str) -> Vec<Vec<u8>> {
    let fours: Vec<&str> = (0..number.len()).step_by(4).map(|at| &number[at..number.len().min(at + 4)]).collect();
    let hex = number.bytes().fold(String::new(), |hex, digit| hex + &format!("{digit:02x}"));
    let mut found: Vec<String> = [" ", "-", "+", "%20", ".", ""].iter().map(|joint| fours.join(joint)).collect();
    found.extend([number.chars().rev().collect(), hex.to_uppercase(), hex, base64(number.as_bytes())]);
    let packed =
        number.as_bytes().chunks(2).map(|two| (two[0] - b'0') << 4 | two.get(1).map_or(15, |digit| digit - b'0'));
    let mut bytes: Vec<Vec<u8>> = found.into_iter().map(String::into_bytes).collect();
    bytes.push(packed.collect());
    bytes
}

/// Without the last group, which depends on what follows.
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks_exact(3) {
        let number = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
        for shift in [18, 12, 6, 0] {
            text.push(char::from(SIGNS[(number >> shift & 63) as usize]));
        }
    }
    text
}

/// Every place in which something could have been left.
fn places(gateway: &TestGateway) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(gateway.folder.path()).expect("the folder");
    let read = |path: std::path::PathBuf| (path.display().to_string(), std::fs::read(&path).expect("readable"));
    let mut places: Vec<_> = entries.map(|entry| read(entry.expect("an entry").path())).collect();
    places.push(("the log".to_owned(), log::text().into_bytes()));
    places.push(("the notifications".to_owned(), format!("{:?}", gateway.receiver.calls()).into_bytes()));
    places
}

#[tokio::test]
async fn the_number_of_a_saved_card_is_nowhere_in_the_clear() {
    let gateway = gateway().await;
    let (shop, payer) = (&gateway.shop, &gateway.payer);
    pays(&gateway, "client-7", PAID, true).await;
    pays(&gateway, "client-7", NO_MONEY, true).await;
    pays(&gateway, "client-7", Card { cvc: WRONG_CODE, ..PAID }, true).await;
    pays(&gateway, "client-7", Card { number: "4444555511113334", ..PAID }, true).await;
    let (_, bank) = pays(&gateway, "client-8", CHALLENGE, true).await;
    payer.confirm(&bank, "12345678").await;
    let id = only(&gateway, "client-7").await;
    for code in [WRONG_CODE, "123"] {
        let order = shop.register(&[("clientId", "client-7")]).await;
        let page = payer.open(&order).await;
        payer.submit(&page, "pay", &[("saved", &id), ("cvc", code)]).await;
        let params = [("mdOrder", order.id.as_str()), ("bindingId", id.as_str()), ("cvc", code)];
        shop.call("paymentOrderBinding.do", &params).await;
    }
    let card = [("clientId", "client-9"), ("pan", CHALLENGE.number), ("expiryDate", "203412"), ("cvc", WRONG_CODE)];
    shop.call("createBindingNoPayment.do", &card).await;
    shop.call("getBindingsByCardOrId.do", &[("pan", CHALLENGE.number)]).await;
    let order = shop.register(&[("clientId", "client-9")]).await;
    let typed = [
        ("MDORDER", order.id.as_str()),
        ("$PAN", PAID.number),
        ("$EXPIRY", "203412"),
        ("$CVC", WRONG_CODE),
        ("language", "ru"),
    ];
    shop.call("paymentorder.do", &typed).await;
    while gateway.deliver().await > 0 {}

    let numbers = [PAID, NO_MONEY, CHALLENGE].map(|card| card.number);
    let mut forbidden: Vec<Vec<u8>> =
        numbers.iter().chain(&["4444555511113334"]).flat_map(|number| spellings(number)).collect();
    for code in ["123", WRONG_CODE] {
        for shape in ["cvc=", "cvc\":\"", "CVC=", "SecurityCode(", "code\":\""] {
            forbidden.push(format!("{shape}{code}").into_bytes());
        }
    }
    let places = places(&gateway);
    assert!(
        places.iter().any(|(name, bytes)| name.ends_with("-wal") && !bytes.is_empty()),
        "the database's log is there"
    );
    for (place, bytes) in &places {
        for words in &forbidden {
            let found = bytes.windows(words.len()).any(|window| window == words);
            assert!(!found, "{:?} is in {place}", String::from_utf8_lossy(words));
        }
    }
    // The search itself works: what may be kept is found.
    assert!(places.iter().any(|(_, bytes)| bytes.windows(12).any(|window| window == b"444455**3333")));
    gateway.end().await;
}
