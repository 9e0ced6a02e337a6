//! Signatures of real clients, made again and verified.

use super::super::{Callback, prove_callback, sealed, signature};
use super::*;
use proptest::prelude::*;

const FILE: &str = include_str!("../vectors/signatures.txt");

fn with_signature(document: &str, signature: &str) -> Callback {
    let body = format!(r#"{},"signature":"{signature}"}}"#, document.strip_suffix('}').expect("an object"));
    Callback::from_body(body.as_bytes()).expect("readable")
}

#[test]
fn every_client_is_understood_and_the_canonical_text_is_ours() {
    for block in blocks(FILE) {
        let name = field(&block, "name").expect("named");
        let secret = Secret::new(field(&block, "secret").unwrap_or("monetix_test_secret"));
        let document = field(&block, "json").expect("a document");
        let tree = Json::read(document).expect("JSON");
        if let Some(text) = field(&block, "text") {
            assert_eq!(signature::signed_text(&tree), text, "{name}");
        }
        let signatures: Vec<&str> =
            block.iter().filter(|(known, _)| *known == "signature").map(|(_, value)| *value).collect();
        assert_eq!(signature::sign(&tree, &secret), signatures[0], "{name}");
        for given in signatures {
            assert!(prove_callback(with_signature(document, given), std::slice::from_ref(&secret)).is_ok(), "{name}");
            let changed =
                if given.starts_with('x') { given.replacen('x', "y", 1) } else { format!("x{}", &given[1..]) };
            for wrong in [changed.as_str(), &given[..87], "x"] {
                let refused = prove_callback(with_signature(document, wrong), std::slice::from_ref(&secret));
                assert_eq!(refused.map(|_| ()).expect_err(name).code, Code::InvalidSignature, "{name}");
            }
            let other = prove_callback(with_signature(document, given), &[Secret::new("monetix_test_secreT")]);
            assert!(other.is_err(), "{name}");
        }
    }
}

#[test]
fn a_changed_document_is_not_believed() {
    for block in blocks(FILE) {
        let document = field(&block, "json").expect("a document");
        let given = field(&block, "signature").expect("a signature");
        let secret = Secret::new(field(&block, "secret").unwrap_or("monetix_test_secret"));
        let changed = document.replacen("100", "101", 1).replacen("payment_id\":\"", "payment_id\":\"x", 1);
        if changed != document {
            assert!(prove_callback(with_signature(&changed, given), &[secret]).is_err(), "{changed}");
        }
    }
}

#[test]
fn two_secrets_are_valid_while_one_replaces_the_other() {
    let document = r#"{"project_id":1234,"request_id":"1a23456bc7890de"}"#;
    let old = signature::sign(&Json::read(document).expect("JSON"), &secret());
    let proven = |secrets: &[Secret]| prove_callback(with_signature(document, &old), secrets).is_ok();
    assert!(proven(&[Secret::new("new"), secret()]) && proven(&[secret(), Secret::new("new")]));
    assert!(!proven(&[Secret::new("new")]) && !proven(&[]));
    // A secret that was never set proves nothing.
    let nobody = signature::sign(&Json::read(document).expect("JSON"), &Secret::new(""));
    assert!(prove_callback(with_signature(document, &nobody), &[Secret::new("")]).is_err());
    let empty = prove_callback(with_signature(document, ""), &[secret()]);
    assert_eq!(empty.map(|_| ()).expect_err("refused").code, Code::EmptySignature);
}

#[test]
fn fractions_are_signed_as_php_prints_them() {
    let text = |json: &str| signature::signed_text(&Json::read(json).expect("JSON"));
    assert_eq!(
        text(r#"{"a":1.5,"b":2.0,"c":18446744073709551615,"d":-0.25}"#),
        "a:1.5;b:2;c:18446744073709551615;d:-0.25"
    );
}

fn trees() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(|number| Json::Number(number.into())),
        ".{0,6}".prop_map(Json::Text),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Json::List),
            proptest::collection::vec(("[a-zA-Z0-9_: ]{0,4}", inner), 0..5).prop_map(Json::Object),
        ]
    })
}

proptest! {
    #[test]
    fn any_tree_is_signed_and_verified(tree in trees()) {
        let Json::Object(members) = &tree else { return Ok(()) };
        let clean = !members.iter().any(|(key, _)| key == "signature");
        let body = tree.to_string();
        let tree = Json::read(&body).expect("just written");
        let signature = signature::sign(&tree, &secret());
        prop_assume!(clean && !members.is_empty());
        prop_assert!(prove_callback(with_signature(&body, &signature), &[secret()]).is_ok());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in "[\\[\\]{}\":,a0 ]{0,60}") {
        let _ = (Callback::from_body(&bytes), Callback::from_body(text.as_bytes()));
        let _ = (sealed::route(&text), sealed::open(1, &text, &[secret()]));
        let _ = PageRequest::read(&raw("", &bytes)).map(|request| prove_page(request, &[secret()]));
        let _ = PageRequest::read(&raw(&text, &bytes)).map(|request| super::super::request::check(&request));
    }
}
