//! Callbacks signed with RSA: what a shop that has the public key can prove.

use crate::harness::payer::PAID;
use crate::harness::receiver::{Call, Say};
use crate::harness::{TestGateway, log};
use payglot_server::flows::project::{self, CALLBACK_RSA};
use payglot_server::projects::{CallbackMethod, CallbackSignature};
use payglot_server::secrets::Secret;
use rsa::pkcs8::DecodePublicKey as _;
use rsa::{Pkcs1v15Sign, RsaPublicKey};

/// A throw-away key, to be found nowhere.
const OWN_KEY: &str = include_str!("../../../payglot-wire/src/text/vectors/rsa_private.pem");
const OWN_PUBLIC_KEY: &str = include_str!("../../../payglot-wire/src/text/vectors/rsa_public.pem");

/// The check that the documents describe, with the parameters as they came and the public key as it was exported.
fn verifies(call: &Call, pem: &str) -> bool {
    let checksum = call.param("checksum");
    assert_eq!((checksum.len(), checksum.to_uppercase()), (512, checksum.clone()), "upper-case hexadecimal");
    let byte = |at| u8::from_str_radix(&checksum[at..at + 2], 16).expect("hexadecimal");
    let signature: Vec<u8> = (0..checksum.len()).step_by(2).map(byte).collect();
    // The shop's own parameter is not of the callback.
    let own = |name: &str| matches!(name, "checksum" | "shop");
    let mut params: Vec<_> = call.params().into_iter().filter(|(name, _)| !own(name)).collect();
    params.sort();
    let text = params.iter().fold(String::new(), |text, (name, value)| text + name + ";" + value + ";");
    let hash = ring::digest::digest(&ring::digest::SHA512, text.as_bytes());
    let key = RsaPublicKey::from_public_key_pem(pem).expect("a public key");
    key.verify(Pkcs1v15Sign::new::<rsa::sha2::Sha512>(), hash.as_ref(), &signature).is_ok()
}

async fn public_key(gateway: &TestGateway) -> String {
    project::public_key(gateway.gateway.store.as_ref(), &gateway.gateway.key, "demo").await.expect("a key")
}

async fn rotate(gateway: &TestGateway, value: Option<&str>) -> anyhow::Result<Secret> {
    let (store, key) = (gateway.gateway.store.as_ref(), &gateway.gateway.key);
    project::rotate_secret(store, key, "demo", CALLBACK_RSA, value.map(Secret::new), 0, gateway.now()).await
}

async fn set(gateway: &TestGateway, key: &str, value: &str) -> anyhow::Result<()> {
    project::set(gateway.gateway.store.as_ref(), "demo", &[(key.to_owned(), value.to_owned())]).await.map(|_| ())
}

#[tokio::test]
async fn every_shape_of_a_callback_verifies_with_the_exported_key() {
    let gateway = TestGateway::settings(|settings| settings.callback_signature = CallbackSignature::Asymmetric).await;
    let pem = public_key(&gateway).await;
    let own = gateway.receiver.url("/own?shop=7");
    let custom = "amount,maskedPan,orderDescription,jsonParams.basket";
    for method in [CallbackMethod::Get, CallbackMethod::Post] {
        for parameters in ["", custom] {
            let word = if method == CallbackMethod::Get { "get" } else { "post" };
            set(&gateway, "callback_method", word).await.expect("set");
            set(&gateway, "callback_parameters", parameters).await.expect("set");
            for address in ["", own.as_str()] {
                let params = [
                    ("dynamicCallbackUrl", address),
                    ("description", "чай; сахар + №"),
                    ("jsonParams", "{\"basket\":\"a;b\"}"),
                ];
                let order = gateway.shop.register(&params).await;
                gateway.payer.pay(&order, PAID).await;
                assert_eq!(gateway.deliver().await, 1);
                let call = gateway.receiver.calls().pop().expect("a call");
                assert_eq!((call.event(), call.param("mdOrder")), ("deposited 1".to_owned(), order.id));
                assert_eq!(call.method.to_lowercase(), word);
                assert_eq!(call.target.starts_with("/own?shop=7"), !address.is_empty(), "{}", call.target);
                assert_eq!(call.param("basket"), if parameters.is_empty() { "" } else { "a;b" });
                assert!(verifies(&call, &pem), "{call:#?}");
                let forged = call.target.replace("status=1", "status=0");
                let body = call.body.replace("status=1", "status=0");
                assert!(!verifies(&Call { target: forged, body, ..call }, &pem));
            }
        }
    }
    gateway.end().await;
}

#[tokio::test]
async fn a_rotation_signs_the_next_callback_and_leaves_what_was_written() {
    let gateway = TestGateway::settings(|settings| settings.callback_signature = CallbackSignature::Asymmetric).await;
    let old = public_key(&gateway).await;
    gateway.receiver.script(&[Say::Status(500)]);
    let first = gateway.shop.register(&[]).await;
    gateway.payer.pay(&first, PAID).await;
    assert_eq!(gateway.deliver().await, 1);
    rotate(&gateway, None).await.expect("rotated");
    let new = public_key(&gateway).await;
    assert_ne!(new, old);
    let second = gateway.shop.register(&[]).await;
    gateway.payer.pay(&second, PAID).await;
    gateway.pass(40);
    while gateway.deliver().await > 0 {}
    let calls = gateway.receiver.calls();
    let of = |id: &str| calls.iter().filter(|call| call.param("mdOrder") == id).collect::<Vec<_>>();
    let (first, second) = (of(&first.id), of(&second.id));
    assert_eq!((first.len(), second.len()), (2, 1));
    assert_eq!(first[0], first[1], "a repeat sends the bytes that were stored");
    assert!(verifies(first[1], &old) && !verifies(first[1], &new));
    assert!(verifies(second[0], &new) && !verifies(second[0], &old));
    gateway.end().await;
}

#[tokio::test]
async fn asymmetric_needs_a_key_and_takes_the_merchants_own() {
    let gateway = TestGateway::start().await;
    let words = set(&gateway, "callback_signature", "asymmetric").await.expect_err("refused").to_string();
    assert!(words.contains("payglot project rotate-secret demo callback_rsa"), "{words}");
    let missing = project::public_key(gateway.gateway.store.as_ref(), &gateway.gateway.key, "demo").await;
    assert!(missing.expect_err("refused").to_string().contains("rotate-secret demo callback_rsa"));
    for no_key in ["", "secret", OWN_PUBLIC_KEY, &OWN_KEY[..600]] {
        let words = rotate(&gateway, Some(no_key)).await.expect_err("refused").to_string();
        assert!(words.contains("-----BEGIN PRIVATE KEY-----"), "{words}");
    }
    rotate(&gateway, Some(OWN_KEY)).await.expect("imported");
    assert_eq!(public_key(&gateway).await, OWN_PUBLIC_KEY);
    set(&gateway, "callback_signature", "asymmetric").await.expect("set");
    let order = gateway.shop.register_hold(&[]).await;
    gateway.payer.pay(&order, PAID).await;
    gateway.deliver().await;
    let call = gateway.receiver.calls().pop().expect("a call");
    assert!(call.event() == "approved 1" && verifies(&call, OWN_PUBLIC_KEY));

    let line = OWN_KEY.lines().nth(3).expect("a line of the key").as_bytes();
    let found = |bytes: &[u8]| bytes.windows(line.len()).any(|window| window == line);
    assert!(found(OWN_KEY.as_bytes()) && !found(log::text().as_bytes()));
    for entry in std::fs::read_dir(gateway.folder.path()).expect("the folder") {
        let path = entry.expect("an entry").path();
        assert!(!found(&std::fs::read(&path).expect("readable")), "the key is in {}", path.display());
    }
    gateway.end().await;
}
