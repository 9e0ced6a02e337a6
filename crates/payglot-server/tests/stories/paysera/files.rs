//! The files that shops' libraries load, over the protocol that the official one speaks.

use super::{CERTIFICATE, Paysera};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// As lib-webtopay does it: HTTP/1.0, everything after the first empty line is the document.
async fn fetch(at: SocketAddr, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(at).await.expect("connected");
    let request = format!("GET {path} HTTP/1.0\r\nHost: www.paysera.com\r\nConnection: Close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("UTF-8, and an end");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let head = head.to_ascii_lowercase();
    assert!(!head.contains("transfer-encoding") && !head.contains("content-encoding"), "{head}");
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    (head, body.to_owned())
}

#[tokio::test]
async fn the_certificate_is_whole_for_a_library_that_reads_no_chunks() {
    let shop = Paysera::start().await;
    let (head, body) = fetch(shop.gateway.at, "/download/public.key").await;
    assert!(head.starts_with("http/1.0 200") || head.starts_with("http/1.1 200"), "{head}");
    assert_eq!(body.trim(), CERTIFICATE.trim());
    assert!(!body.to_ascii_lowercase().contains("key"));
    let (head, _) = fetch(shop.gateway.at, "/download/next.key").await;
    assert!(head.contains(" 404 "), "{head}");
    shop.end().await;
}

#[tokio::test]
async fn the_list_of_methods_comes_under_every_address() {
    let shop = Paysera::with(&[("paysera.limits", "hanza:1-500")]).await;
    for path in
        ["/new/api/paymentMethods/12345/currency:EUR", "/payment-methods/12345/currency:EUR", "/payment-methods/12345/"]
    {
        let (head, body) = fetch(shop.gateway.at, path).await;
        assert!(head.contains("cache-control: public, max-age=300"), "{head}");
        assert!(body.starts_with("<?xml") && body.contains("<payment_type key=\"hanza\">"), "{body}");
        assert!(body.contains("<max amount=\"500\" currency=\"EUR\"/>"), "{body}");
        assert!(body.contains("/assets/image/payment_types/hanza.png"), "{body}");
    }
    let (_, body) = fetch(shop.gateway.at, "/payment-methods/12345/currency:EUR/amount:1000.7/language:en").await;
    assert!(
        body.contains("amount=\"1000\"") && !body.contains("key=\"hanza\"") && body.contains("key=\"vb2\""),
        "{body}"
    );
    assert!(!body.contains("language=\"lt\""), "{body}");
    for empty in ["/payment-methods/99999/currency:EUR", "/payment-methods/12345/currency:USD"] {
        let (head, body) = fetch(shop.gateway.at, empty).await;
        assert!(
            head.contains(" 200 ") && body.contains("<payment_types_document project_id=") && !body.contains("country"),
            "{body}"
        );
    }
    shop.end().await;
}

#[tokio::test]
async fn every_logo_of_the_list_is_a_picture() {
    let shop = Paysera::start().await;
    let (_, body) = fetch(shop.gateway.at, "/payment-methods/12345/currency:EUR/language:en").await;
    let logos: std::collections::BTreeSet<_> = body
        .split("<![CDATA[")
        .filter_map(|part| part.split("]]>").next())
        .filter(|text| text.contains("/assets/image/"))
        .collect();
    assert!(logos.len() >= 15, "{logos:?}");
    for logo in logos {
        let path = logo.strip_prefix(&format!("http://{}", shop.gateway.at)).expect("ours");
        let mut stream = TcpStream::connect(shop.gateway.at).await.expect("connected");
        let request = format!("GET {path} HTTP/1.0\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.expect("an end");
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains(" 200 ") && text.contains("content-type: image/png"), "{logo}");
        assert!(bytes.windows(8).any(|eight| eight == b"\x89PNG\r\n\x1a\n"), "{logo}");
    }
    shop.end().await;
}
