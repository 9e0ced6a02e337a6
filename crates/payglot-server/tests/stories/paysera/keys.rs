//! The gateway's key changes while callbacks wait.

use super::Paysera;
use crate::harness::http;
use crate::harness::receiver::Say;
use payglot_server::flows::resign;

#[tokio::test]
async fn a_new_key_is_published_first_and_what_waits_is_signed_anew() {
    let shop = Paysera::start().await;
    let whole = &shop.gateway.gateway;
    let get = async |path: &str| http::send(shop.gateway.at, "GET", path, "", b"").await;
    let old = get("/download/public.key").await.body;
    shop.gateway.receiver.script(&[Say::Status(500)]);
    shop.pay(&[]).await;
    shop.gateway.deliver().await;
    whole.keys.prepare(shop.gateway.now()).await.expect("prepared");
    assert_eq!(get("/download/public.key").await.body, old, "still the one that signs");
    let next = get("/download/next.key").await.body;
    assert_ne!(next, old);
    shop.gateway.pass(60);
    whole.keys.switch(shop.gateway.now()).await.expect("switched");
    assert_eq!(get("/download/public.key").await.body, next);
    assert_eq!(resign::waiting(whole).await.expect("signed anew"), 1);
    shop.gateway.pass(2 * 3600);
    shop.gateway.deliver().await;
    let calls = shop.gateway.receiver.calls();
    assert_eq!(calls[0].param("data"), calls[1].param("data"), "the same words");
    assert_eq!(calls[0].param("ss1"), calls[1].param("ss1"));
    assert_ne!(calls[0].param("ss2"), calls[1].param("ss2"), "under another key");
    let public = whole.keys.signing(shop.gateway.now()).await.expect("a key").public_key();
    let decoded = payglot_wire::paysera::params::decode_base64(&calls[1].param("ss3")).expect("base64");
    let digest = payglot_wire::text::rsa::Digest::Sha256;
    assert!(public.verifies(digest, calls[1].param("data").as_bytes(), &decoded));
    shop.end().await;
}
