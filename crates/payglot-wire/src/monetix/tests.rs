//! Vectors, byte for byte; each file in `vectors/` names the source of what is in it.

mod callbacks;
mod gate;
mod pages;
mod signatures;

use super::{Call, CallbackSettings, Code, Endpoint, PageOrder, PageRequest, Refused, Request, prove_call, prove_page};
use crate::raw::{Method, RawRequest};
use crate::text::json::Json;
use crate::text::secret::Secret;
use payglot_core::UnixMillis;

/// 2024-12-07T19:08:05Z, when the purchase of the vendor's figures began.
const NOW: UnixMillis = UnixMillis(1_733_598_485_000);

fn secret() -> Secret {
    Secret::new("monetix_test_secret")
}

fn settings() -> CallbackSettings {
    let url = Some("https://shop.example/callback".to_owned());
    CallbackSettings { url, ..CallbackSettings::new(1234, secret()) }
}

/// The blocks of a file of vectors, each of `name: value` lines.
fn blocks(text: &'static str) -> Vec<Vec<(&'static str, &'static str)>> {
    let fields = |block: &'static str| {
        let lines = block.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once(": ")).collect::<Vec<_>>()
    };
    text.split("\n\n").map(fields).filter(|block| !block.is_empty()).collect()
}

fn field<'a>(block: &[(&'a str, &'a str)], name: &str) -> Option<&'a str> {
    block.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

fn raw<'a>(query: &'a str, body: &'a [u8]) -> RawRequest<'a> {
    RawRequest { method: Method::Post, path: "/", query, content_type: "", body, caller_ip: None }
}

/// The page's order, as the gateway would read a query.
fn page(query: &str) -> Result<PageOrder, Refused> {
    let request = PageRequest::read(&raw(query, b"")).expect("readable");
    PageOrder::read(&prove_page(request, &[secret()])?, NOW)
}

/// What a call asks for, as the gateway would read a body that a shop signed.
fn asked(path: &str, body: &str) -> Result<Request, Refused> {
    let route = Endpoint::route(path).expect("an address of Gate");
    let body = super::request::gate_body(route.endpoint, &Json::read(body).expect("JSON"), &secret());
    let call = Call::read(route, &raw("", body.as_bytes()))?;
    Request::read(&prove_call(call, &[secret()])?)
}

fn code<T: std::fmt::Debug>(result: Result<T, Refused>) -> (Code, String) {
    let refused = result.expect_err("refused");
    (refused.code, refused.field)
}
