//! Vectors, byte for byte; each file in `vectors/` names the source of what is in it.

mod callbacks;
mod files;
mod old;
mod requests;

use super::{
    Catalogue, Country, Envelope, Fields, Group, Limit, Method, Order, ProjectState, Refused, Rules, Zone, prove,
};
use crate::proof::Signed;
use crate::raw::{self, RawRequest};
use crate::text::rsa::{RsaPrivateKey, RsaPublicKey};
use crate::text::secret::Secret;
use payglot_core::{Currency, UnixMillis};
use std::collections::BTreeMap;

const PASSWORD: &str = "5e8dd316726b0335d1c9b8a2f4e7a6c0";
/// 2030-01-31T00:00:00Z: a day before the time limit in the vectors.
const NOW: UnixMillis = UnixMillis(1_896_048_000_000);

fn password() -> Secret {
    Secret::new(PASSWORD)
}

fn key() -> RsaPrivateKey {
    RsaPrivateKey::from_pem(include_str!("vectors/key.pem")).expect("a key")
}

fn public_key() -> RsaPublicKey {
    RsaPublicKey::from_pem(include_str!("vectors/public.pem")).expect("a key")
}

/// The blocks of a file of vectors, each with `name: value` lines.
fn blocks(text: &'static str) -> Vec<BTreeMap<&'static str, &'static str>> {
    let fields = |block: &'static str| {
        block.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "))
    };
    let all = text.split("\n\n").map(|block| fields(block).collect::<BTreeMap<_, _>>());
    all.filter(|block| !block.is_empty()).collect()
}

fn get(query: &str) -> RawRequest<'_> {
    RawRequest { method: raw::Method::Get, path: "/pay/", query, content_type: "", body: b"", caller_ip: None }
}

fn post(body: &[u8]) -> RawRequest<'_> {
    let content_type = "application/x-www-form-urlencoded";
    RawRequest { method: raw::Method::Post, path: "/pay", query: "", content_type, body, caller_ip: None }
}

fn method(key: &str, min: i64, max: Option<i64>) -> Method {
    let limits = vec![Limit { currency: Currency::EUR, min, max }];
    Method { key: key.to_owned(), limits, ..Method::default() }
}

/// Two banks and a message of at most ten euros in Lithuania, a card everywhere.
fn catalogue() -> Catalogue {
    let country = |code: &str, methods| Country {
        code: code.to_owned(),
        groups: vec![Group { key: "other".to_owned(), methods, ..Group::default() }],
        ..Country::default()
    };
    let banks = vec![method("hanza", 1, None), method("vb2", 1, Some(500_000)), method("smsbank", 10, Some(1000))];
    Catalogue { countries: vec![country("lt", banks), country("other", vec![method("card", 1, Some(5_000_000))])] }
}

fn rules(methods: &Catalogue) -> Rules<'_> {
    Rules {
        state: ProjectState::Active,
        confirmed_addresses: &[],
        allows_tests: true,
        default_currency: None,
        currencies: &[Currency::EUR],
        methods,
        now: NOW,
        zone: Zone::EasternEurope,
        not_utf8: false,
    }
}

/// Reads and proves what a shop would send.
fn signed(fields: &Fields) -> Signed<Fields> {
    let sealed = super::request::Sealed::new(fields, &password()).to_form();
    prove(&Envelope::read(&get(&sealed)).expect("readable"), &[password()]).expect("proven")
}

fn order(fields: &Fields) -> Result<Order, Refused> {
    Order::read(&signed(fields), &rules(&catalogue()))
}

/// An order that nothing is wrong with.
fn good() -> Fields {
    Fields::new()
        .with("projectid", "12345")
        .with("orderid", "1001")
        .with("accepturl", "https://shop.test/a")
        .with("cancelurl", "https://shop.test/c")
        .with("callbackurl", "https://shop.test/cb")
        .with("amount", "1000")
        .with("currency", "EUR")
        .with("version", "1.6")
}
