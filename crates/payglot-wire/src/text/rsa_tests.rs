use super::{Digest, RsaError, RsaPrivateKey, RsaPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;

const PRIVATE: &str = include_str!("vectors/rsa_private.pem");
const PUBLIC: &str = include_str!("vectors/rsa_public.pem");
const SIGNED: &str = include_str!("vectors/rsa_signed.txt");
const DIGESTS: [Digest; 3] = [Digest::Sha1, Digest::Sha256, Digest::Sha512];

fn key() -> RsaPrivateKey {
    RsaPrivateKey::from_pem(PRIVATE).expect("a key")
}

fn vector(name: &str) -> &'static str {
    SIGNED.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).expect("in the file")
}

#[test]
fn signatures_are_those_of_another_program_byte_by_byte() {
    let message = vector("message").as_bytes();
    for (digest, name) in [(Digest::Sha1, "sha1"), (Digest::Sha256, "sha256")] {
        assert_eq!(URL_SAFE.encode(key().sign(digest, message).expect("signs")), vector(name), "{name}");
    }
}

#[test]
fn a_signature_verifies_with_its_own_digest_message_and_key_only() {
    let public = key().public_key();
    for digest in DIGESTS {
        let signature = key().sign(digest, b"a message").expect("signs");
        assert_eq!(signature.len(), 256);
        for other in DIGESTS {
            assert_eq!(public.verifies(other, b"a message", &signature), other == digest, "{digest:?} {other:?}");
        }
        assert!(!public.verifies(digest, b"a massage", &signature));
        assert!(!public.verifies(digest, b"a message", &signature[1..]));
        assert!(!public.verifies(digest, b"a message", &[&signature[..], &[0]].concat()));
        assert!(!public.verifies(digest, b"a message", &[]));
        for at in [0, 1, 128, 255] {
            let mut damaged = signature.clone();
            damaged[at] ^= 1;
            assert!(!public.verifies(digest, b"a message", &damaged), "{digest:?} {at}");
        }
    }
}

#[test]
fn the_public_half_is_exported_as_others_write_it() {
    assert_eq!(key().public_key_pem().expect("written"), PUBLIC);
    assert_eq!(RsaPublicKey::from_pem(PUBLIC).expect("read"), key().public_key());
    let joined = PUBLIC.replace('\n', "");
    assert_eq!(RsaPublicKey::from_pem(&joined).expect("read"), key().public_key());
    let windows = PRIVATE.replace('\n', "\r\n");
    assert_eq!(RsaPrivateKey::from_pem(&windows).expect("read").public_key(), key().public_key());
}

#[test]
fn what_is_no_key_is_refused() {
    let empty = "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----";
    let cut = PRIVATE.replacen("MIIEvQIBADAN", "MIIEvQIBADAM", 1);
    let encrypted = PRIVATE.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    for pem in ["", empty, PUBLIC, &PRIVATE[..300], &cut, &encrypted] {
        assert_eq!(RsaPrivateKey::from_pem(pem).err(), Some(RsaError::NotAKey), "{pem}");
    }
    let empty = "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----";
    for pem in ["", empty, PRIVATE, &PUBLIC[..200], "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"] {
        assert_eq!(RsaPublicKey::from_pem(pem), Err(RsaError::NotAKey), "{pem}");
    }
}

#[test]
fn a_key_of_1024_bits_is_too_short() {
    assert_eq!(RsaPublicKey::from_pem(include_str!("vectors/rsa_1024_public.pem")), Err(RsaError::TooShort));
    assert_eq!(RsaPrivateKey::from_pem(include_str!("vectors/rsa_1024_private.pem")).err(), Some(RsaError::TooShort));
}

#[test]
fn a_private_key_whose_parts_do_not_fit_signs_nothing() {
    // One digit of the private exponent is another.
    let damaged = PRIVATE.replacen("DE9EOvOq", "DE9EOvOr", 1);
    assert_ne!(damaged, PRIVATE);
    assert!(RsaPrivateKey::from_pem(&damaged).is_err());
}

#[test]
fn a_private_key_is_never_shown() {
    assert_eq!(format!("{:?}", key()), "RsaPrivateKey(***)");
}

#[test]
fn a_key_is_read_out_of_its_certificate_and_out_of_nothing_else() {
    let certificate = include_str!("../paysera/vectors/certificate.pem");
    let public = include_str!("../paysera/vectors/public.pem");
    let key = RsaPublicKey::from_certificate_pem(certificate).expect("a key");
    assert!(key == RsaPublicKey::from_pem(public).expect("the same key"));
    assert_eq!(RsaPublicKey::from_certificate_pem(public), Err(RsaError::NotAKey));
    let lines: Vec<&str> = certificate.lines().collect();
    for end in 1..lines.len() - 1 {
        let cut = format!("{}\n-----END CERTIFICATE-----", lines[..end].join("\n"));
        assert!(RsaPublicKey::from_certificate_pem(&cut).is_err() || end > 12, "cut at line {end}");
    }
    for hostile in ["", "MA==", "MIIB", "MIQ/////", "MIX/////////", "oAMCAQI="] {
        let pem = format!("-----BEGIN CERTIFICATE-----{hostile}-----END CERTIFICATE-----");
        assert_eq!(RsaPublicKey::from_certificate_pem(&pem), Err(RsaError::NotAKey), "{hostile}");
    }
}
