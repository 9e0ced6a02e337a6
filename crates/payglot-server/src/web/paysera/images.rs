//! The pictures of methods that shops show in their own pages: our drawings, one a method. `images/draw.mjs` draws them.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// A day: they never change, and every cart of every shop shows them.
const CACHE: &str = "public, max-age=86400";

/// By the method's key.
const PICTURES: &[(&str, &[u8])] = &[
    ("hanza", include_bytes!("images/hanza.png")),
    ("vb2", include_bytes!("images/vb2.png")),
    ("nord", include_bytes!("images/nord.png")),
    ("sb", include_bytes!("images/sb.png")),
    ("parex", include_bytes!("images/parex.png")),
    ("lv_hanza", include_bytes!("images/lv_hanza.png")),
    ("lv_seb", include_bytes!("images/lv_seb.png")),
    ("lv_parex", include_bytes!("images/lv_parex.png")),
    ("ee_hanza", include_bytes!("images/ee_hanza.png")),
    ("ee_seb", include_bytes!("images/ee_seb.png")),
    ("ee_lhv", include_bytes!("images/ee_lhv.png")),
    ("wallet", include_bytes!("images/wallet.png")),
    ("webmoney", include_bytes!("images/webmoney.png")),
    ("card", include_bytes!("images/card.png")),
    ("smsbank", include_bytes!("images/smsbank.png")),
];

/// `/assets/image/payment_types/{key}.png`
pub(super) async fn image(Path(name): Path<String>) -> Response {
    let key = name.strip_suffix(".png").unwrap_or_default();
    let Some((_, bytes)) = PICTURES.iter().find(|(known, _)| *known == key) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, CACHE),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, *bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::projects::methods;
    use std::collections::HashSet;

    #[test]
    fn every_method_has_a_small_picture_of_its_own() {
        let keys: Vec<_> = PICTURES.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, methods::ALL.iter().map(|method| method.key).collect::<Vec<_>>());
        for (key, bytes) in PICTURES {
            assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.len() < 4096, "{key}");
        }
        assert_eq!(PICTURES.iter().map(|(_, bytes)| bytes).collect::<HashSet<_>>().len(), PICTURES.len());
    }
}
