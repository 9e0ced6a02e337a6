//! The widget's files, as shops' pages load them.

use crate::harness::TestGateway;
use crate::harness::http;

const FILES: [(&str, &str, &str); 2] = [
    ("/shared/merchant.js", "text/javascript; charset=utf-8", "window.EPayWidget"),
    ("/shared/merchant.css", "text/css; charset=utf-8", "#ep-modal-container"),
];

#[tokio::test]
async fn any_shop_may_load_the_widget() {
    let gateway = TestGateway::start().await;
    for (path, content_type, part) in FILES {
        // A shop's theme may add its own version to the address.
        for address in [path.to_owned(), format!("{path}?ver=5.0.0")] {
            let answer = http::send(gateway.at, "GET", &address, "", b"").await;
            assert_eq!(answer.status, 200, "{address}");
            assert_eq!(answer.header("content-type"), Some(content_type));
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
            assert_eq!(answer.header("cross-origin-resource-policy"), Some("cross-origin"));
            assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
            assert!(answer.header("etag").is_some_and(|tag| tag.len() == 18 && tag.starts_with('"')));
            assert!(answer.body.contains(part), "{address}");
        }
        let head = http::send(gateway.at, "HEAD", path, "", b"").await;
        assert_eq!((head.status, head.body.as_str()), (200, ""));
        assert_eq!(http::send(gateway.at, "POST", path, "", b"").await.status, 405);
    }
    for wrong in ["/shared/", "/shared/merchant", "/shared/merchant.js.map", "/merchant.js"] {
        assert_eq!(http::send(gateway.at, "GET", wrong, "", b"").await.status, 404, "{wrong}");
    }
    gateway.end().await;
}
