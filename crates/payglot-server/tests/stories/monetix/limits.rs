//! Who guesses secrets, by the address that a trusted proxy notes and the project that is named.

use super::{JSON, Monetix, PROJECT, SECRET, general};
use crate::harness::{Setup, http};
use payglot_server::secrets::Secret;
use payglot_wire::monetix::Endpoint;
use payglot_wire::monetix::request::{gate_body, page_query};
use payglot_wire::text::json::Json;

const OTHER: u32 = 5678;
const SHARED: &str = "192.0.2.1";

impl Monetix {
    /// Gate is asked for a payment that is not there; the status of the answer.
    async fn ask_gate(&self, project: u32, secret: &str, ip: &str) -> u16 {
        let body = general("unknown", "").replace(&PROJECT.to_string(), &project.to_string());
        let body = gate_body(Endpoint::Status, &Json::read(&body).expect("JSON"), &Secret::new(secret));
        let typed = format!("{JSON}\r\nX-Forwarded-For: {ip}");
        http::send(self.gateway.at, "POST", "/v2/payment/status", &typed, body.as_bytes()).await.status
    }

    /// The status of the page of a new payment.
    async fn ask_page(&self, project: u32, secret: &str, ip: &str) -> u16 {
        let fields = Self::fields(&[("project_id", &project.to_string())]);
        let address = format!("/payment?{}", page_query(&fields, &Secret::new(secret)));
        let typed = format!("text/plain\r\nX-Forwarded-For: {ip}");
        http::send(self.gateway.at, "GET", &address, &typed, b"").await.status
    }
}

#[tokio::test]
async fn a_project_with_a_wrong_secret_does_not_lock_out_another_behind_the_same_proxy() {
    let shops = Monetix::over(Setup { behind_proxy: true, ..Setup::default() }, &[]).await;
    shops.add("other", OTHER, &[]).await;
    let (served, shown) =
        (shops.ask_gate(PROJECT, SECRET, SHARED).await, shops.ask_page(PROJECT, SECRET, SHARED).await);
    assert_ne!((served, shown), (429, 429));
    for turn in 0..70 {
        if turn % 2 == 0 {
            shops.ask_gate(PROJECT, "wrong", SHARED).await;
        } else {
            shops.ask_page(PROJECT, "wrong", SHARED).await;
        }
    }
    assert_eq!(shops.ask_gate(PROJECT, SECRET, SHARED).await, 429, "right or not");
    assert_eq!(shops.ask_page(PROJECT, SECRET, SHARED).await, 429);
    assert_eq!(shops.ask_gate(OTHER, SECRET, SHARED).await, served);
    assert_eq!(shops.ask_page(OTHER, SECRET, SHARED).await, shown);
    assert_eq!(shops.ask_gate(PROJECT, SECRET, "192.0.2.2").await, served);
    shops.end().await;
}
