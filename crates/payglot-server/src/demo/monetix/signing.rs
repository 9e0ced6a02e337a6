//! How the shop signs what it sends and checks what it gets, step by step.

use crate::demo::proof::Proof;
use payglot_wire::monetix::{Callback, Code, Refused, prove_callback, signature};
use payglot_wire::text::json::Json;
use payglot_wire::text::secret::Secret;
use payglot_wire::text::{base64, hex};

/// The signature as hexadecimal digits, the way HMAC is usually printed.
fn digits(signature: &str) -> String {
    hex::lower(&base64::decode(signature).unwrap_or_default())
}

/// How a text was signed.
pub(super) fn signed(text: String, signature: &str) -> Proof {
    let steps = vec![
        (
            "Write every value as path:value, where the path has the names from the top joined by colons; sort the lines by path in natural order (items:2 before items:10) and join them with semicolons. This is signed:",
            text,
        ),
        ("Compute HMAC-SHA512 of it with the project's secret_key. Its 64 bytes in hexadecimal:", digits(signature)),
        ("Write the same bytes in base64. This is the signature:", signature.to_owned()),
    ];
    Proof::signed(steps, "Whoever does not know the secret_key cannot change the price on the way.")
}

/// What was received, without its signature, and the signature.
fn taken_apart(message: &Callback) -> (Json, Option<&str>) {
    let json = message.json();
    let unsigned = json.members().unwrap_or_default().iter().filter(|(name, _)| name != "signature").cloned();
    (Json::Object(unsigned.collect()), json.get("signature").and_then(Json::text))
}

/// Checks a callback, or the answer to a status call, which is signed in the same way.
pub(super) fn checked(message: &Callback, secret: &Secret) -> Proof {
    let (unsigned, received) = taken_apart(message);
    let text = signature::signed_text(&unsigned);
    let expected = signature::sign(&unsigned, secret);
    let steps = vec![
        (
            "Take the whole body without its signature, write every value as path:value, sort the lines by path in natural order (operations:2 before operations:10) and join them with semicolons:",
            text,
        ),
        ("Compute HMAC-SHA512 of that with the project's secret_key. Its 64 bytes in hexadecimal:", digits(&expected)),
        ("Write the same bytes in base64. The shop expects", expected),
        ("Compare, in constant time, with the signature that was received:", received.unwrap_or("none").to_owned()),
    ];
    match prove_callback(message.clone(), std::slice::from_ref(secret)) {
        Ok(_) => Proof::genuine(
            steps,
            "The signatures are equal. Only the gateway and the shop know the secret_key, so the gateway sent this.",
        ),
        Err(Refused { code: Code::EmptySignature, .. }) => Proof::doubtful(
            steps,
            "There is no signature. Anybody could have sent this, so the shop does not believe it.".to_owned(),
        ),
        Err(_) => Proof::doubtful(
            steps,
            "The signatures differ: the message was changed on its way, or signed with another key. The shop does not believe it.".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> Callback {
        Callback::from_body(body.as_bytes()).expect("JSON")
    }

    /// The status call of the protocol's worked examples.
    const BODY: &str = r#"{"general":{"project_id":1234,"payment_id":"payment_47"},"signature":"5jUocOkjyiUOVi8Sxksr0+KxJqW/SSYZYNJ0c5YHHTUN1yNzw2aaWHb5Q6/D8D+417AKQgEnmxh2u2WV0hEyWw=="}"#;

    #[test]
    fn each_step_of_a_check_is_shown() {
        let proof = checked(&message(BODY), &Secret::new("monetix_test_secret"));
        assert!(proof.proven, "{}", proof.verdict);
        let shown: Vec<_> = proof.steps.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(shown[0], "general:payment_id:payment_47;general:project_id:1234");
        assert_eq!((shown[1].len(), shown[2].len()), (128, 88));
        assert!(shown[1].starts_with("e63528") && shown[2] == shown[3] && shown[3].starts_with("5jUocO"));
        let sent = signed(shown[0].to_owned(), shown[2]);
        assert!(sent.proven && sent.steps[1].1 == shown[1] && sent.steps[2].1 == shown[2]);
    }

    #[test]
    fn what_was_changed_or_not_signed_is_not_believed() {
        let secret = Secret::new("monetix_test_secret");
        for (changed, why) in [
            (BODY.replace("payment_47", "payment_48"), "differ"),
            (BODY.replace("5jUoc", "5jUod"), "differ"),
            (r#"{"general":{"project_id":1234}}"#.to_owned(), "no signature"),
            (r#"{"project_id":1234,"signature":""}"#.to_owned(), "no signature"),
        ] {
            let proof = checked(&message(&changed), &secret);
            assert!(!proof.proven && proof.verdict.contains(why), "{changed}: {}", proof.verdict);
        }
        assert!(!checked(&message(BODY), &Secret::new("another")).proven);
    }
}
