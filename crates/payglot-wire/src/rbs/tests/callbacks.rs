use super::{ID, Story, get};
use crate::raw::{Method, OutgoingCall, RawRequest};
use crate::rbs::notification::{self, Callback, CallbackOperation, CallbackSettings, Extra};
use crate::rbs::signature::{self, Checksum, UnprovenReason, Verifier};
use crate::rbs::{Details, Register};
use crate::text::rsa::{Digest, RsaPrivateKey, RsaPublicKey};
use crate::text::secret::Secret;
use payglot_core::decide::Announcement;
use payglot_core::{CardBrand, DeclineReason, Intent, Payment};
use std::collections::BTreeMap;
use std::sync::Arc;

const CHECKSUMS: &str = include_str!("../vectors/checksums.txt");

/// The blocks of the file of checksums, each with `name: value` lines.
fn blocks() -> Vec<BTreeMap<&'static str, &'static str>> {
    let fields = |block: &'static str| {
        block.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "))
    };
    let all = CHECKSUMS.split("\n\n").map(|block| fields(block).collect::<BTreeMap<_, _>>());
    all.filter(|block| !block.is_empty()).collect()
}

fn received(query: &str) -> Callback {
    let request = RawRequest { method: Method::Get, path: "", query, content_type: "", body: b"", caller_ip: None };
    Callback::read(&request).expect("readable")
}

fn reason(verifier: &Verifier, query: &str) -> Option<UnprovenReason> {
    verifier.verify(received(query)).err().map(|unproven| unproven.reason)
}

#[test]
fn every_vector_verifies_and_every_change_does_not() {
    assert_eq!(blocks().len(), 16);
    for block in blocks() {
        let (name, string, checksum) = (block["name"], block["string"], block["checksum"]);
        let verifier = if let Some(key) = block.get("key") {
            let key = Secret::new(*key);
            assert_eq!(signature::symmetric(&key, string), checksum, "{name}");
            Verifier::Symmetric(key)
        } else {
            Verifier::Rsa(RsaPublicKey::from_pem(block["pem"]).expect("a key"))
        };
        let Some(query) = block.get("query") else { continue };
        assert_eq!(received(query).signed_text(), string, "{name}");
        let signed = format!("{query}&checksum={checksum}");
        assert_eq!(reason(&verifier, &signed), None, "{name}");
        assert_eq!(
            reason(&verifier, &signed.to_ascii_lowercase().replace("checksum", "x")),
            Some(UnprovenReason::Missing)
        );
        assert_eq!(reason(&verifier, &format!("{signed}&more=1")), Some(UnprovenReason::Differs), "{name}");
        assert_eq!(reason(&verifier, &format!("{query}&checksum=0{}", &checksum[1..])), Some(UnprovenReason::Differs));
        assert_eq!(reason(&verifier, &format!("{query}&checksum=zz")), Some(UnprovenReason::NotHex));
        let lower = format!("{query}&checksum={}", checksum.to_ascii_lowercase());
        assert_eq!(reason(&verifier, &lower), None, "{name}");
        let other = Verifier::Symmetric(Secret::new("another key"));
        assert_eq!(reason(&other, &signed), Some(UnprovenReason::Differs), "{name}");
    }
}

#[test]
fn the_vendors_sample_is_not_sha_256() {
    // Its `sign_alias` says SHA-256, but the signature is one of SHA-512: the alias is only a label.
    let block = blocks().into_iter().find(|block| block["name"] == "R1").expect("R1");
    let key = RsaPublicKey::from_pem(block["pem"]).expect("a key");
    let signature = crate::text::hex::decode(block["checksum"]).expect("hex");
    assert!(key.verifies(Digest::Sha512, block["string"].as_bytes(), &signature));
    assert!(!key.verifies(Digest::Sha256, block["string"].as_bytes(), &signature));
}

fn settings(checksum: Checksum) -> CallbackSettings {
    CallbackSettings { url: Some("https://shop.example/cb".to_owned()), checksum, ..CallbackSettings::default() }
}

fn callback(
    event: &Announcement,
    payment: &Payment,
    details: &Details,
    settings: &CallbackSettings,
) -> Option<OutgoingCall> {
    notification::callback(event, payment, details, settings).expect("the key signs")
}

fn details() -> Details {
    Details::read("returnUrl=https://shop.example/ok&currency=643")
}

/// `operation` and `status` of the callbacks of the last decision.
fn told(story: &Story, details: &Details, settings: &CallbackSettings) -> Vec<String> {
    let calls = story.last.announcements.iter().filter_map(|event| callback(event, story.payment(), details, settings));
    let read = |url: String| {
        let params = get(url.split_once('?').expect("a query").1);
        format!("{} {}", params.get("operation").expect("always"), params.get("status").expect("always"))
    };
    calls.map(|call| read(call.url)).collect()
}

#[test]
fn v1_is_written_as_it_is_read() {
    let mut story = Story::begin(Intent::Sale, 2000);
    story.pay();
    let settings = settings(Checksum::Symmetric(Secret::new("rbs-demo-secret-01")));
    let call = callback(&story.last.announcements[0], story.payment(), &details(), &settings).expect("told");
    let query = format!(
        "mdOrder={ID}&orderNumber=1042&operation=deposited&status=1\
         &checksum=8C7DD7C5870C9842054EDD3D37F8888FD62B1F379A355D12DE01214B4E485420"
    );
    assert_eq!(
        (call.url, call.body.as_str(), call.method),
        (format!("https://shop.example/cb?{query}"), "", Method::Get)
    );
    let joined = CallbackSettings { url: Some("https://shop.example/cb?a=1#x".to_owned()), ..settings.clone() };
    let call = callback(&story.last.announcements[0], story.payment(), &details(), &joined).expect("told");
    assert_eq!(call.url, format!("https://shop.example/cb?a=1&{query}#x"));
    let post = CallbackSettings { method: Method::Post, ..settings };
    let call = callback(&story.last.announcements[0], story.payment(), &details(), &post).expect("told");
    assert_eq!((call.url.as_str(), call.body), ("https://shop.example/cb", query));
    assert_eq!(call.content_type, "application/x-www-form-urlencoded;charset=UTF-8");
}

#[test]
fn e16_callbacks_of_the_worked_exchanges() {
    let (details, settings) = (details(), settings(Checksum::None));
    let mut paid = Story::begin(Intent::Sale, 2000);
    assert!(told(&paid, &details, &settings).is_empty());
    assert_eq!(told(paid.pay(), &details, &settings), ["deposited 1"]);
    assert_eq!(told(paid.refund(Some(500)), &details, &settings), ["refunded 1"]);
    let mut hold = Story::begin(Intent::Hold, 10_000);
    assert_eq!(told(hold.pay(), &details, &settings), ["approved 1"]);
    assert_eq!(told(hold.capture(Some(4000)), &details, &settings), ["deposited 1"]);
    assert_eq!(told(hold.refund(None), &details, &settings), ["refunded 1"]);
    let mut voided = Story::begin(Intent::Hold, 10_000);
    voided.pay();
    assert_eq!(told(voided.void(Some(3000)), &details, &settings), ["reversed 1"]);
    assert_eq!(told(voided.void(None), &details, &settings), ["reversed 1"]);
    assert_eq!(told(Story::begin(Intent::Sale, 2000).expire(), &details, &settings), ["declinedByTimeout 0"]);
}

#[test]
fn failures_are_told_once_they_are_final_unless_the_shop_would_rather_not_know() {
    let settings = settings(Checksum::None);
    let silent = Details::read("features=FORCE_SSL%3BSKIP_UNSUCCESSFUL_PAYMENT_CALLBACK");
    for (intent, expected) in [(Intent::Sale, "deposited 0"), (Intent::Hold, "approved 0")] {
        let mut story = Story::begin(intent, 2000);
        story.attempt("543254**5430", CardBrand::Mastercard).decline(DeclineReason::InsufficientFunds);
        assert!(told(&story, &details(), &settings).is_empty());
        story.attempt("444444**1111", CardBrand::Visa).decline(DeclineReason::NetworkRefused);
        assert_eq!(told(&story, &details(), &settings), [expected]);
        assert!(told(&story, &silent, &settings).is_empty());
        let mut cancelled = Story::begin(intent, 2000);
        cancelled.cancel(DeclineReason::CancelledByMerchant);
        assert_eq!(told(&cancelled, &details(), &settings), [expected]);
        assert_eq!(told(Story::begin(intent, 2000).pay(), &silent, &settings).len(), 1);
    }
}

#[test]
fn an_orders_own_address_wins_and_no_address_is_silence() {
    let mut story = Story::begin(Intent::Sale, 2000);
    story.pay();
    let event = &story.last.announcements[0];
    let own = Details::read("dynamicCallbackUrl=http%3A%2F%2F127.0.0.1%3A9%2Fown");
    let call = callback(event, story.payment(), &own, &settings(Checksum::None)).expect("told");
    assert!(call.url.starts_with("http://127.0.0.1:9/own?mdOrder="), "{}", call.url);
    let nowhere = CallbackSettings::default();
    assert_eq!(callback(event, story.payment(), &details(), &nowhere), None);
    let few = CallbackSettings { operations: vec![CallbackOperation::Refunded], ..settings(Checksum::None) };
    assert_eq!(callback(event, story.payment(), &details(), &few), None);
}

#[test]
fn every_extra_of_a_refund() {
    let mut story = Story::begin(Intent::Sale, 150_000);
    story.pay().refund(Some(50_000));
    let register =
        "returnUrl=https://a.example&currency=643&email=a@b.example&phone=%2B79990000000&description=чай%2Bсахар";
    let settings = CallbackSettings {
        extras: Extra::ALL.to_vec(),
        fixed: vec![("Zone".to_owned(), "A".to_owned()), ("status".to_owned(), "9".to_owned())],
        merchant_login: "demo".to_owned(),
        ..settings(Checksum::Symmetric(Secret::new("ключ-магазина")))
    };
    let event = &story.last.announcements[0];
    let call = callback(event, story.payment(), &Details::read(register), &settings).expect("told");
    let callback = received(call.url.split_once('?').expect("a query").1);
    let lines: Vec<String> = callback.params().iter().map(|(name, value)| format!("{name}={value}")).collect();
    expect_test::expect_file!["../vectors/callback_every_extra.txt"].assert_eq(&lines.join("\n"));
    let proven = Verifier::Symmetric(Secret::new("ключ-магазина")).verify(callback).expect("verifies");
    assert_eq!(proven.get().operation(), Some(CallbackOperation::Refunded));
    assert_eq!((proven.get().succeeded(), proven.get().md_order()), (Some(true), Some(ID)));
}

#[test]
fn the_merchants_own_names_are_sent_along_and_signed_but_replace_nothing() {
    let mut story = Story::begin(Intent::Sale, 2000);
    story.pay();
    let settings = CallbackSettings {
        merchant_params: ["basket", "status", "absent"].map(str::to_owned).to_vec(),
        ..settings(Checksum::Symmetric(Secret::new("rbs-demo-secret-01")))
    };
    let details = Details::read("jsonParams=%7B%22basket%22%3A%22a%3Bb%22%2C%22status%22%3A%229%22%7D");
    let call = callback(&story.last.announcements[0], story.payment(), &details, &settings).expect("told");
    let callback = received(call.url.split_once('?').expect("a query").1);
    assert_eq!(
        (callback.get("basket"), callback.get("status"), callback.get("absent")),
        (Some("a;b"), Some("1"), None)
    );
    assert_eq!(
        reason(&Verifier::Symmetric(Secret::new("rbs-demo-secret-01")), call.url.split_once('?').expect("a query").1),
        None
    );
}

#[test]
fn an_asymmetric_checksum_is_one_of_sha_512_over_the_same_text() {
    const PRIVATE: &str = include_str!("../../text/vectors/rsa_private.pem");
    const PUBLIC: &str = include_str!("../../text/vectors/rsa_public.pem");
    let mut story = Story::begin(Intent::Sale, 2000);
    story.pay();
    let key = Arc::new(RsaPrivateKey::from_pem(PRIVATE).expect("a key"));
    let settings = settings(Checksum::Asymmetric(key));
    let call = callback(&story.last.announcements[0], story.payment(), &details(), &settings).expect("told");
    let query = call.url.split_once('?').expect("a query").1;
    let checksum = received(query).get("checksum").expect("signed").to_owned();
    assert_eq!((checksum.len(), checksum.to_uppercase()), (512, checksum));
    let verifier = Verifier::Rsa(RsaPublicKey::from_pem(PUBLIC).expect("a key"));
    assert_eq!(reason(&verifier, query), None);
    assert_eq!(reason(&verifier, &query.replace("status=1", "status=0")), Some(UnprovenReason::Differs));
    // Signing needs no randomness: the same callback has the same bytes.
    assert_eq!(callback(&story.last.announcements[0], story.payment(), &details(), &settings), Some(call));
    assert!(!format!("{settings:?}").contains("MII"));
}

#[test]
fn keys_are_never_shown() {
    let settings = settings(Checksum::Symmetric(Secret::new("rbs-demo-secret-01")));
    let shown = format!("{settings:?} {:?}", Verifier::Symmetric(Secret::new("rbs-demo-secret-01")));
    assert!(!shown.contains("rbs-demo-secret"), "{shown}");
    let shown = format!("{:?}", get("userName=u-api&password=hunter2&$PAN=4111111111111111&amount=1"));
    assert!(!shown.contains("hunter2") && !shown.contains("4111") && shown.contains("amount"), "{shown}");
    let register =
        Register::read(&get("amount=1&returnUrl=https://a.example&password=hunter2&userName=u"), &super::defaults());
    let details = register.expect("fine").to_details();
    assert!(!details.contains("hunter2") && !details.contains("userName"), "{details}");
}

#[test]
fn a_saved_card_is_told_of_as_the_documents_have_it_and_only_where_it_is_wanted() {
    let id = "0d9f8e7c-6b5a-7443-8221-100000fedcba".parse().expect("an id");
    let wanted = CallbackSettings {
        url: Some("https://shop.example/cb".to_owned()),
        operations: vec![CallbackOperation::BindingCreated],
        checksum: Checksum::Symmetric(Secret::new("rbs-demo-secret-01")),
        ..CallbackSettings::default()
    };
    let tell = |operation, settings: &CallbackSettings| {
        let call = crate::rbs::binding_callback(operation, id, "client-7", true, settings).expect("signed");
        call.map(|call| call.url)
    };
    let expected = "https://shop.example/cb?operation=bindingCreated&status=1&bindingId=0d9f8e7c-6b5a-7443-8221-100000fedcba\
        &clientId=client-7&enabled=true&checksum=8025CCF912337F611B8871BDD3DD09A71AC9BF1E3423133F7098783B416BD730";
    assert_eq!(tell(CallbackOperation::BindingCreated, &wanted).as_deref(), Some(expected));
    assert_eq!(tell(CallbackOperation::BindingActivityChanged, &wanted), None);
    let usual = CallbackSettings { operations: CallbackOperation::USUAL.to_vec(), ..wanted };
    assert_eq!(tell(CallbackOperation::BindingCreated, &usual), None, "strict receivers fail on it");
}
