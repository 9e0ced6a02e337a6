//! What a shop may send, and the code it gets for what it may not.

use super::{PASSWORD, Paysera, REQUESTS, code};
use crate::harness::http;
use crate::harness::log;
use crate::harness::shop::FORM;
use base64::Engine as _;
use payglot_server::secrets::Secret;
use payglot_wire::paysera::Fields;
use payglot_wire::paysera::params::decode_base64;
use payglot_wire::paysera::request::Sealed;

/// `name`, `data` and `sign` of every vector.
fn vectors() -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    for block in REQUESTS.split("\nname: ").skip(1) {
        let line =
            |mark: &str| block.lines().find_map(|line| line.strip_prefix(mark)).map(str::to_owned).unwrap_or_default();
        all.push((block.lines().next().unwrap_or_default().to_owned(), line("data: "), line("sign: ")));
    }
    all
}

#[tokio::test]
async fn every_encoding_of_a_real_client_is_taken_by_get_and_post_with_and_without_the_slash() {
    let shop = Paysera::start().await;
    let vectors = vectors();
    assert!(vectors.len() >= 8, "{}", vectors.len());
    for (name, data, sign) in vectors {
        let text = String::from_utf8_lossy(&decode_base64(&data).expect("base64")).into_owned();
        // Judged late, after the signature and all else were found to be right; and there is no earlier order to repeat.
        let late = [("time_limit=", "0x15x1"), ("repeat_request=1", "0x10")];
        let expected = late.iter().find(|(mark, _)| text.contains(mark)).map(|(_, code)| *code);
        let check = |answer: http::Answer| match expected {
            None => assert_eq!(answer.status, 303, "{name}: {}", answer.body),
            Some(expected) => assert_eq!(code(&answer), expected, "{name}"),
        };
        // Some clients do not escape what they put into the address.
        let raw = format!("data={data}&sign={sign}");
        let escaped = http::encode(&[("data", &data), ("sign", &sign)]);
        for form in [raw, escaped] {
            for path in ["/pay", "/pay/"] {
                check(http::send(shop.gateway.at, "GET", &format!("{path}?{form}"), "", b"").await);
                check(http::send(shop.gateway.at, "POST", path, FORM, form.as_bytes()).await);
            }
        }
    }
    shop.end().await;
}

#[tokio::test]
async fn a_request_is_judged_in_the_order_of_the_codes() {
    let shop = Paysera::start().await;
    let accepted = [
        &[("orderid", "Ž-1/ą #2")][..],
        &[("amount", "0001000")],
        &[("lang", "xxx")],
        &[("country", "lt")],
        &[("currency", "")],
        &[("version", "")],
        &[("version", "3.1.5")],
        &[("test", "1")],
        &[("only_payments", "card,hanza"), ("disalow_payments", "wallet")],
        &[("plugin_name", "woo"), ("own", "x")],
        &[("time_limit", "2026-11-22 03:00:00")],
    ];
    for changes in accepted {
        shop.taken(changes).await;
    }
    let long = "x".repeat(41);
    let refused: [(&[(&str, &str)], &str); 25] = [
        (&[("projectid", "99999")], "0x6"),
        (&[("projectid", "")], "0x6"),
        (&[("projectid", "x")], "0x6"),
        (&[("orderid", "")], "0x10"),
        (&[("orderid", &long)], "0x10"),
        (&[("accepturl", "")], "0x15x0"),
        (&[("cancelurl", "ftp://shop.example")], "0x15x0"),
        (&[("callbackurl", "https://u:p@shop.example")], "0x15x0"),
        (&[("amount", "")], "0x4"),
        (&[("currency", "JPY")], "0x3"),
        (&[("payment", "nobank")], "0x8"),
        (&[("only_payments", "hanza")], "0x8"),
        (&[("disallow_payments", "card")], "0x8"),
        (&[("amount", "0")], "0x1"),
        (&[("payment", "smsbank"), ("amount", "9")], "0x1"),
        (&[("payment", "smsbank"), ("amount", "30001")], "0x2"),
        (&[("time_limit", "2026-11-22 02:10:00")], "0x15x1"),
        (&[("time_limit", "2026-11-30 02:10:00")], "0x15x1"),
        (&[("time_limit", "tomorrow")], "0x15x1"),
        (&[("test", "2")], "0x15"),
        (&[("amount", "10,00")], "0x15"),
        (&[("version", "new")], "0x15"),
        (&[("country", "LTU")], "0x15"),
        // Two faults: the earlier step is told.
        (&[("orderid", ""), ("amount", "")], "0x10"),
        (&[("payment", "nobank"), ("time_limit", "x")], "0x8"),
    ];
    let before = shop.gateway.count().await;
    for (changes, expected) in refused {
        assert_eq!(shop.refused(changes).await, expected, "{changes:?}");
    }
    assert_eq!(shop.gateway.count().await, before, "nothing was registered");
    shop.end().await;
}

#[tokio::test]
async fn settings_of_the_project_have_codes_of_their_own() {
    let shop = Paysera::with(&[("paysera.allow_test", "false")]).await;
    assert_eq!(shop.refused(&[("test", "1")]).await, "0x7");
    for (state, expected) in
        [("not_checked", "0x11x0"), ("suspended", "0x11x2"), ("blocked", "0x11x4"), ("deleted", "0x11x5")]
    {
        shop.set("paysera.state", state).await;
        assert_eq!(shop.refused(&[("orderid", "")]).await, expected);
    }
    shop.set("paysera.state", "active").await;
    shop.set("paysera.base_addresses", "https://shop.example").await;
    assert_eq!(shop.refused(&[]).await, "0x13", "the callback goes elsewhere");
    shop.taken(&[("callbackurl", "https://shop.example/callback")]).await;
    shop.set("paysera.base_addresses", "").await;
    shop.set("paysera.methods", "hanza").await;
    assert_eq!(shop.refused(&[]).await, "0x8");
    shop.set("paysera.methods", "").await;
    shop.set("paysera.limits", "card:1001-2000").await;
    assert_eq!(shop.refused(&[]).await, "0x1");
    shop.set("paysera.limits", "card:1-999").await;
    assert_eq!(shop.refused(&[]).await, "0x2");
    shop.set("enabled", "false").await;
    assert_eq!(shop.refused(&[]).await, "0x6");
    shop.end().await;
}

#[tokio::test]
async fn what_cannot_be_read_or_proven_says_nothing_of_the_order() {
    let shop = Paysera::start().await;
    let fields = shop.order(&[("paytext", "secret purpose [order_nr] [site_name]")]);
    let good = Sealed::new(&fields, &Secret::new(PASSWORD));
    let query = |data: &str, sign: &str| http::encode(&[("data", data), ("sign", sign)]);
    let other = Sealed::new(&shop.order(&[("orderid", "2")]), &Secret::new(PASSWORD));
    for (sent, expected) in [
        (String::new(), "0x12"),
        ("data=&sign=".to_owned(), "0x12"),
        (query("%%%", &good.sign), "0x14"),
        (query(&good.data, &other.sign), "0x14"),
        (query(&good.data, ""), "0x14"),
        (query(&format!("{}A", good.data.trim_end_matches('=')), &good.sign), "0x14"),
        (query(&"A".repeat(40_000), &good.sign), "0x14"),
        (format!("data={}", good.data), "0x14"),
    ] {
        let answer = shop.send_query(&sent).await;
        assert_eq!(code(&answer), expected, "{}", &sent[..sent.len().min(80)]);
        assert!(!answer.body.contains("secret purpose") && !answer.body.contains("shop.example"), "{}", answer.body);
        assert!(!answer.body.contains("knygos"), "not even whose project it is");
    }
    // Upper-case digits are the same signature.
    assert_eq!(shop.send_query(&query(&good.data, &good.sign.to_uppercase())).await.status, 303);
    shop.end().await;
}

#[tokio::test]
async fn the_page_helps_the_developer_of_a_test_project_only() {
    let shop = Paysera::start().await;
    let wrong = shop.order(&[("amount", "0"), ("p_firstname", "Jonas"), ("lang", "lit")]);
    let answer = shop.send(&wrong).await;
    assert_eq!(code(&answer), "0x1");
    let page = &answer.body;
    for told in ["Jonas", &wrong.to_data(), "&lt;password&gt;", "https://shop.example/no", "<html lang=\"lt\">", "1001"]
    {
        let escaped = told.replace("&lt;", "&#60;").replace("&gt;", "&#62;");
        assert!(page.contains(told) || page.contains(&escaped), "{told} in {page}");
    }
    assert!(!page.contains(PASSWORD));
    // Before the addresses are judged no link leads to them.
    let early = shop.send(&shop.order(&[("accepturl", "x")])).await;
    assert!(!early.body.contains("class=\"btn\""), "{}", early.body);
    shop.set("test_mode", "false").await;
    let live = shop.send(&wrong).await;
    assert_eq!(code(&live), "0x1");
    assert!(!live.body.contains("Jonas") && !live.body.contains("signed-text"), "{}", live.body);
    shop.end().await;
}

#[tokio::test]
async fn a_password_sent_along_is_neither_kept_nor_shown_nor_logged() {
    let shop = Paysera::start().await;
    // Written by hand: the codec's own writer would not let it through.
    let query = format!("{}&sign_password={PASSWORD}&environment=prod", shop.order(&[("amount", "0")]).to_query());
    let sealed = |query: &str| {
        let data = base64::engine::general_purpose::URL_SAFE.encode(query);
        let sign = payglot_wire::paysera::signature::sign(&data, &Secret::new(PASSWORD));
        (http::encode(&[("data", &data), ("sign", &sign)]), data)
    };
    let (form, data) = sealed(&query);
    let answer = shop.send_query(&form).await;
    assert_eq!(code(&answer), "0x1");
    assert!(!answer.body.contains(PASSWORD) && !answer.body.contains(&data), "{}", answer.body);
    let (form, data) = sealed(&query.replace("amount=0", "amount=100"));
    assert_eq!(shop.send_query(&form).await.status, 303);
    for file in shop.gateway.gateway.store.files(None, 100).await.expect("the store works") {
        assert!(!file.stored.details.contains(PASSWORD) && !file.stored.details.contains("environment"));
    }
    assert!(!log::text().contains(&data), "the log has the request");
    shop.end().await;
}

#[tokio::test]
async fn texts_that_are_not_utf_8_are_refused_late() {
    let shop = Paysera::start().await;
    let mut bytes = shop.order(&[]).to_query().into_bytes();
    bytes.extend_from_slice(b"&paytext=%FF%FE");
    let data = base64::engine::general_purpose::URL_SAFE.encode(&bytes);
    assert!(decode_base64(&data).is_some());
    let sign = payglot_wire::paysera::signature::sign(&data, &Secret::new(PASSWORD));
    assert_eq!(code(&shop.send_query(&http::encode(&[("data", &data), ("sign", &sign)])).await), "0x9");
    shop.end().await;
}

#[tokio::test]
async fn a_new_password_is_taken_beside_the_old_one_for_a_while() {
    let shop = Paysera::start().await;
    let fresh = Secret::new("0123456789abcdef0123456789abcdef");
    let whole = &shop.gateway.gateway;
    let rotate = |secret: &Secret| {
        let secret = Some(secret.clone());
        let kind = "sign_password";
        payglot_server::flows::project::rotate_secret(
            whole.store.as_ref(),
            &whole.key,
            "knygos",
            kind,
            secret,
            3_600_000,
            shop.gateway.now(),
        )
    };
    assert!(rotate(&Secret::new("short")).await.expect_err("refused").to_string().contains("32"));
    rotate(&fresh).await.expect("rotated");
    let order = shop.order(&[]);
    let by = async |secret: &Secret| shop.send_query(&Sealed::new(&order, secret).to_form()).await.status;
    assert_eq!((by(&fresh).await, by(&Secret::new(PASSWORD)).await), (303, 303));
    shop.gateway.pass(3600);
    assert_eq!((by(&fresh).await, by(&Secret::new(PASSWORD)).await), (303, 400));
    shop.end().await;
}

#[tokio::test]
async fn nobody_but_a_shop_set_to_the_old_protocol_may_speak_it() {
    let shop = Paysera::start().await;
    let fields = Fields::new()
        .with("projectid", "12345")
        .with("orderid", "1012")
        .with("lang", "LIT")
        .with("amount", "1000")
        .with("currency", "EUR")
        .with("accepturl", "http://shop.test/a")
        .with("cancelurl", "http://shop.test/c")
        .with("callbackurl", "http://shop.test/cb")
        .with("payment", "hanza")
        .with("country", "LT")
        .with("p_email", "a@shop.test")
        .with("test", "1")
        .with("version", "1.4")
        .with("sign", "d64af23c949d2693551d67759744b5a0");
    let query = fields.to_query();
    assert_eq!(code(&shop.send_query(&query).await), "0x14");
    shop.set("paysera.version", "legacy").await;
    assert_eq!(shop.send_query(&query).await.status, 303);
    assert_eq!(code(&shop.send_query(&query.replace("amount=1000", "amount=1001")).await), "0x14");
    shop.end().await;
}
