//! The shop against a tiny gateway of our own, and its pages against hostile data.

mod callbacks;
mod fake_gateway;
mod gate;
mod journeys;
mod kept;
mod monetix;
mod pages;
mod texts;
mod visit;

use super::{MonetixAccount, PayseraAccount, RbsAccount, ShopConfig};
use payglot_wire::raw::{Method, RawRequest};
use payglot_wire::rbs::notification::Callback;

/// The key of the specification's own vectors.
const KEY: &str = "rbs-demo-secret-01";
/// A password that no page may show in a story.
const PASSWORD: &str = "pass-word-that-must-not-leak";

fn account() -> RbsAccount {
    RbsAccount { user_name: "books-api".to_owned(), password: PASSWORD.to_owned(), callback_key: KEY.to_owned() }
}

fn paysera() -> PayseraAccount {
    PayseraAccount {
        gateway_url: "http://gateway.example".to_owned(),
        project_id: "12345".to_owned(),
        sign_password: "5e8dd316726b0335d1c9b8a2f4e7a6c0".to_owned(),
    }
}

fn monetix(gateway_url: &str) -> MonetixAccount {
    MonetixAccount {
        gateway_url: gateway_url.to_owned(),
        project_id: 1234,
        secret_key: "monetix_test_secret".to_owned(),
    }
}

fn config(base_url: &str) -> ShopConfig {
    ShopConfig {
        base_url: base_url.to_owned(),
        shop_url: format!("{base_url}/shop"),
        rbs: account(),
        paysera: paysera(),
        monetix: monetix(base_url),
    }
}

/// A callback as it arrives by GET.
fn received(query: &str) -> Callback {
    let request =
        RawRequest { method: Method::Get, path: "/rbs/callback", query, content_type: "", body: b"", caller_ip: None };
    Callback::read(&request).expect("UTF-8")
}
