//! The script and the stylesheet that shops' pages load: `/shared/merchant.js` and `/shared/merchant.css`.

use super::super::middleware::Called;
use crate::gateway::Gateway;
use axum::Router;
use axum::http::header::{self, HeaderMap};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use ring::digest::{SHA256, digest};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::LazyLock;

/// Five minutes: the address is the protocol's and cannot carry a version, and a mended widget must soon reach every shop.
const CACHE: &str = "public, max-age=300";

/// A file under an address of the protocol's.
struct File {
    operation: &'static str,
    content_type: &'static str,
    text: &'static str,
    /// Changes with the text: a browser that has it is not sent it again.
    etag: String,
}

impl File {
    fn new(operation: &'static str, content_type: &'static str, text: &'static str) -> Self {
        let mut etag = String::from("\"");
        for byte in &digest(&SHA256, text.as_bytes()).as_ref()[..8] {
            // Writing to a String cannot fail.
            let _ = write!(etag, "{byte:02x}");
        }
        etag.push('"');
        Self { operation, content_type, text, etag }
    }

    fn answer(&self, request: &HeaderMap) -> Response {
        let headers = [
            (header::CONTENT_TYPE, self.content_type),
            (header::CACHE_CONTROL, CACHE),
            (header::ETAG, self.etag.as_str()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            // Any shop may load it: also one that isolates its page, and one that pins the content by its hash.
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
        ];
        let mut response = if self.is_known(request) {
            (StatusCode::NOT_MODIFIED, headers).into_response()
        } else {
            (headers, self.text).into_response()
        };
        response.extensions_mut().insert(Called { protocol: "monetix", operation: self.operation });
        response
    }

    /// Does the browser have this very text?
    fn is_known(&self, request: &HeaderMap) -> bool {
        let lists = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let mut tags = lists.flat_map(|list| list.split(',')).map(str::trim);
        // Proxies that compress weaken the tag; for this question weak and strong are equal.
        tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == self.etag)
    }
}

static SCRIPT: LazyLock<File> = LazyLock::new(|| {
    File::new("shared/merchant.js", "text/javascript; charset=utf-8", include_str!("static/merchant.js"))
});
static STYLE: LazyLock<File> =
    LazyLock::new(|| File::new("shared/merchant.css", "text/css; charset=utf-8", include_str!("static/merchant.css")));

pub(super) fn router() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/shared/merchant.js", get(async |headers: HeaderMap| SCRIPT.answer(&headers)))
        .route("/shared/merchant.css", get(async |headers: HeaderMap| STYLE.answer(&headers)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn asked(with: &[&'static str]) -> Response {
        let mut headers = HeaderMap::new();
        for value in with {
            headers.append(header::IF_NONE_MATCH, HeaderValue::from_static(value));
        }
        SCRIPT.answer(&headers)
    }

    #[test]
    fn a_browser_that_has_the_file_is_not_sent_it_again() {
        let etag: &'static str = SCRIPT.etag.as_str();
        let weak: &'static str = format!("W/{etag}").leak();
        let listed: &'static str = format!("\"other\", {etag}").leak();
        for known in [&[etag][..], &[weak], &[listed], &["*"], &["\"other\"", etag]] {
            let answer = asked(known);
            assert_eq!(answer.status(), StatusCode::NOT_MODIFIED, "{known:?}");
            assert_eq!(answer.headers()[header::ETAG], etag);
        }
        let bare: &'static str = etag.trim_matches('"').to_owned().leak();
        for unknown in [&[][..], &[""], &["\"other\""], &[bare]] {
            assert_eq!(asked(unknown).status(), StatusCode::OK, "{unknown:?}");
        }
    }

    #[test]
    fn the_tag_changes_with_the_text() {
        let of = |text| File::new("x", "text/plain", text).etag;
        assert_eq!(of("a"), of("a"));
        assert_ne!(of("a"), of("b"));
        assert_ne!(SCRIPT.etag, STYLE.etag);
    }
}
