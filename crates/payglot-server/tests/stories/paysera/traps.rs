//! The checklist of traps of this protocol that no other story is about. Where the others are:
//!
//! - spaces for `+`, both alphabets, `/pay` and `/pay/`, GET and POST: `requests`, with the vectors of every client;
//! - empty parameters, unknown ones, a password among them: `requests`, `callbacks`, and the codec's own tests;
//! - the certificate for a library that speaks HTTP/1.0: `files`; what signs what, and encrypted calls: `callbacks`, the codec;
//! - refunds in major units, four sends, the tolerant `OK`, both signatures on `accepturl`: `callbacks`;
//! - `/psms/respond/` to the byte: `messages`.

use super::{Paysera, REFUSED, carried, values};
use crate::harness::payer::PAID;
use crate::harness::receiver::Say;
use payglot_core::{Currency, Money, PaymentId};
use payglot_server::config::Config;
use payglot_server::flows::learn::{Facts, learn};
use payglot_server::flows::operate::{Wish, operate};
use payglot_server::flows::project::{self, Draft};
use payglot_server::projects::ProjectSettings;
use payglot_server::secrets::Secret;
use payglot_wire::paysera::Fields;
use std::collections::BTreeSet;

impl Paysera {
    /// Pays at a place with a step of its page; `sms` types the code of the message. The payment's id.
    async fn pay_at(&self, changes: &[(&str, &str)], step: &str) -> PaymentId {
        let own = self.taken(changes).await;
        let place = self.gateway.payer.get(&own).await;
        let payer = self.gateway.payer;
        if step == "card" {
            payer.type_card(&place, PAID).await;
        } else if step == "sms" {
            let asked = payer.post(&place.address, &[("step", "phone"), ("phone", "+37060000000")]).await;
            let bubble = asked.body.split("class=\"bubble\">").nth(1).expect("a message");
            let code: String = bubble.chars().take_while(char::is_ascii_digit).collect();
            payer.post(&place.address, &[("step", "code"), ("code", &code)]).await;
        } else {
            payer.post(&place.address, &[("step", step), ("person", "jonas")]).await;
        }
        own.trim_start_matches("/checkout/").split('?').next().and_then(|id| id.parse().ok()).expect("an id")
    }

    async fn refund(&self, id: PaymentId, minor: i64) {
        let wish = Wish::Refund { amount: Money::new(minor, Currency::EUR), expected: None, key: None };
        operate(&self.gateway.gateway, id, wish).await.expect("refunded");
    }

    async fn inform(&self, id: PaymentId) {
        let whole = &self.gateway.gateway;
        let stored = whole.store.payment(id).await.expect("the store works").expect("there");
        let facts = Facts { person: Some(true), ..Facts::default() };
        learn(whole, stored, &facts).await.expect("the store works").expect("told");
    }

    /// Everything that can become of an order.
    async fn everything(&self) {
        for (number, (method, step)) in
            [("hanza", "pay"), ("hanza", "unconfirmed"), ("wallet", "pay"), ("smsbank", "sms"), ("card", "card")]
                .into_iter()
                .enumerate()
        {
            let number = format!("paid-{number}");
            let id = self.pay_at(&[("orderid", &number), ("payment", method)], step).await;
            self.inform(id).await;
            self.refund(id, 100).await;
        }
        self.pay_at(&[("orderid", "later"), ("payment", "hanza")], "later").await;
        self.pay_at(&[("orderid", "left"), ("payment", "hanza")], "leave").await;
        let page = self.gateway.payer.get(&self.taken(&[("orderid", "refused")]).await).await;
        self.gateway.payer.type_card(&page, REFUSED).await;
        let page = self.gateway.payer.get(&self.taken(&[("orderid", "cancelled")]).await).await;
        self.gateway.payer.submit(&page, "cancel", &[]).await;
        self.taken(&[("orderid", "expired")]).await;
        self.gateway.pass(100_000);
        self.gateway.expire().await;
        while self.gateway.deliver().await > 0 {}
    }

    fn statuses(&self) -> BTreeSet<String> {
        self.heard().iter().filter_map(|told| told.get("status").map(str::to_owned)).collect()
    }
}

fn set(digits: &str) -> BTreeSet<String> {
    digits.chars().map(|digit| digit.to_string()).collect()
}

#[tokio::test]
async fn statuses_0_and_2_are_pushed_to_nobody_who_did_not_ask_for_them() {
    let shop = Paysera::start().await;
    shop.everything().await;
    assert_eq!(shop.statuses(), set("1345"));
    shop.end().await;
    let shop = Paysera::with(&[("paysera.send_failed", "true"), ("paysera.send_accepted", "true")]).await;
    shop.everything().await;
    assert_eq!(shop.statuses(), set("012345"));
    shop.end().await;
}

/// What some client cannot do without.
fn check(told: &Fields, version: &str) {
    for name in ["projectid", "orderid", "amount", "currency", "payment", "paytext", "status", "test", "version"] {
        assert!(told.get(name).is_some(), "{name} in {}", told.to_query());
    }
    assert_eq!(values(told, &["projectid", "currency", "version", "test"]), format!("12345 EUR {version} 0"));
    assert!(told.get("amount").is_some_and(|amount| amount == "1000"), "no leading zeros");
    assert!(told.get("requestid").and_then(|id| id.parse::<i32>().ok()).is_some_and(|id| id > 0));
    let country = told.get("country");
    assert!(told.get("payment_country").is_none() || country.is_some(), "{}", told.to_query());
    assert!(country.is_none_or(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())));
    if matches!(told.get("status"), Some("1" | "3" | "4" | "5")) {
        assert_eq!(values(told, &["payamount", "paycurrency"]), "1000 EUR");
    }
    for (name, value) in told.pairs() {
        let decimal = name.starts_with("refund_") && name.ends_with("amount");
        assert!(!name.ends_with("amount") || decimal == value.contains('.'), "{name}={value}");
    }
}

#[tokio::test]
async fn every_callback_and_every_way_back_has_what_clients_cannot_do_without() {
    let shop = Paysera::with(&[("paysera.send_failed", "true"), ("paysera.send_accepted", "true")]).await;
    shop.everything().await;
    for told in shop.heard() {
        check(&told, "1.6");
    }
    for (number, (sent, echoed)) in [("", "1.6"), ("3.1.5", "3.1.5"), ("1.9", "1.9")].into_iter().enumerate() {
        let number = format!("version-{number}");
        let changes = [("orderid", number.as_str()), ("version", sent), ("amount", "0001000")];
        let done = shop.pay(&changes).await;
        let back = shop.gateway.payer.go_back(&done).await;
        check(&carried(&back), echoed);
        assert!(back.contains("&ss1=") && back.contains("&ss2=") && back.contains("&ss3="), "{back}");
        shop.gateway.deliver().await;
        check(&shop.heard().pop().expect("told"), echoed);
    }
    shop.end().await;
}

#[tokio::test]
async fn a_refund_waits_for_the_payment_to_be_acknowledged_or_given_up() {
    let shop = Paysera::start().await;
    shop.gateway.receiver.script(&[Say::Status(500), Say::Status(500), Say::Status(500), Say::Status(500)]);
    let id = shop.pay_at(&[("payment", "hanza")], "pay").await;
    shop.refund(id, 400).await;
    shop.gateway.deliver().await;
    for hours in [1, 2, 21] {
        assert_eq!(shop.statuses(), set("1"));
        shop.gateway.pass(hours * 3960 + 1);
        shop.gateway.deliver().await;
    }
    assert_eq!(shop.heard().iter().filter_map(|told| told.get("status")).collect::<String>(), "11115");
    shop.end().await;
}

#[tokio::test]
async fn passwords_have_32_characters_and_a_shop_has_30_seconds() {
    let shop = Paysera::start().await;
    let whole = &shop.gateway.gateway;
    let draft = |login: &str, secrets: &[&str]| Draft {
        protocol: "paysera".to_owned(),
        name: format!("shop-{login}"),
        login: login.to_owned(),
        settings: ProjectSettings::of_protocol("paysera"),
        secrets: secrets.iter().map(|secret| ("sign_password".to_owned(), Secret::new(*secret))).collect(),
    };
    let create = async |draft| project::create(whole.store.as_ref(), &whole.key, draft, shop.gateway.now()).await;
    for wrong in
        ["", "5e8dd316726b0335d1c9b8a2f4e7a6c", "5e8dd316726b0335d1c9b8a2f4e7a6c00", "5e8dd316726b0335 1c9b8a2f4e7a6c0"]
    {
        assert!(create(draft("12346", &[wrong])).await.is_err(), "{wrong:?}");
    }
    let (_, secrets) = create(draft("12346", &[])).await.expect("created");
    let hex = |text: &str| text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    assert!(hex(secrets[0].1.expose()));
    for login in ["0", "012", "2147483648", "x"] {
        assert!(create(draft(login, &[])).await.is_err(), "{login}");
    }
    create(draft("2147483647", &[])).await.expect("the largest that clients can hold");
    assert_eq!(Config::default().callback_seconds, 30);
    assert_eq!(ProjectSettings::of_protocol("paysera").schedule().attempts_max(), 4);
    shop.end().await;
}
