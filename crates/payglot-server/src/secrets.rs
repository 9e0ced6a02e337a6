//! Secrets at rest: sealed with the master key (ChaCha20-Poly1305), opened only in memory, compared in constant time, never printed.

use anyhow::Context as _;
pub use payglot_wire::text::rsa::{RsaError, RsaPrivateKey};
pub use payglot_wire::text::secret::Secret;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{hkdf, hmac};
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use rsa::rand_core::{TryCryptoRng, TryRng, UnwrapErr};
use std::fmt;
use std::path::Path;
use zeroize::Zeroizing;

/// Random bytes, for what must never come twice.
pub fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    fill_random(&mut bytes)?;
    Ok(bytes)
}

/// A fresh secret of 32 hexadecimal digits, for protocols that want exactly so many characters.
pub fn generate_32() -> anyhow::Result<Secret> {
    let bytes = Zeroizing::new(random::<16>()?);
    Ok(Secret::new(to_hex(bytes.as_slice())))
}

/// A fresh secret: 24 random bytes as 48 hexadecimal digits.
pub fn generate() -> anyhow::Result<Secret> {
    let mut bytes = Zeroizing::new([0_u8; 24]);
    fill_random(bytes.as_mut_slice())?;
    Ok(Secret::new(to_hex(bytes.as_slice())))
}

/// A fresh RSA key of 2048 bits, as PKCS#8 in PEM. Takes a tenth of a second to a few seconds of a processor.
pub fn generate_rsa() -> anyhow::Result<Secret> {
    // The library cannot be told that randomness failed in the middle, so it is tried first.
    fill_random(&mut [0])?;
    let key = rsa::RsaPrivateKey::new(&mut UnwrapErr(SystemRng), 2048)?;
    Ok(Secret::new(key.to_pkcs8_pem(LineEnding::LF)?.as_str()))
}

/// The system's randomness, as the RSA library asks for it.
struct SystemRng;

impl TryRng for SystemRng {
    type Error = NoRandomness;

    fn try_next_u32(&mut self) -> Result<u32, NoRandomness> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes).map(|()| u32::from_ne_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, NoRandomness> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes).map(|()| u64::from_ne_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        SystemRandom::new().fill(bytes).map_err(|_| NoRandomness)
    }
}

impl TryCryptoRng for SystemRng {}

/// The system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the system has no randomness")]
struct NoRandomness;

/// Seals and opens with one key.
struct Sealer {
    key: LessSafeKey,
    random: SystemRandom,
}

impl Sealer {
    /// From 32 bytes.
    fn new(bytes: &[u8]) -> Option<Self> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, bytes).ok()?;
        Some(Self { key: LessSafeKey::new(key), random: SystemRandom::new() })
    }

    fn seal(&self, secret: &Secret, purpose: &str) -> anyhow::Result<Vec<u8>> {
        let mut nonce = [0_u8; NONCE_LEN];
        self.random.fill(&mut nonce).map_err(|_| NoRandomness)?;
        let mut text = secret.expose().as_bytes().to_vec();
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose), &mut text)
            .map_err(|_| anyhow::anyhow!("the secret could not be sealed"))?;
        Ok([nonce.as_slice(), &text].concat())
    }

    fn open(&self, sealed: &[u8], purpose: &str) -> anyhow::Result<Secret> {
        let wrong = || anyhow::anyhow!("a secret does not open: is this the master key it was sealed with?");
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or_else(wrong)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| wrong())?;
        let mut text = Zeroizing::new(rest.to_vec());
        let open = self.key.open_in_place(nonce, Aad::from(purpose), &mut text).map_err(|_| wrong())?;
        Ok(Secret::new(std::str::from_utf8(open).map_err(|_| wrong())?))
    }
}

/// The key that seals all other secrets.
pub struct MasterKey {
    sealer: Sealer,
    /// What keys for single purposes are derived from (HKDF-SHA256).
    root: hkdf::Prk,
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("MasterKey(***)")
    }
}

impl MasterKey {
    /// From 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> anyhow::Result<Self> {
        let bytes = Zeroizing::new(from_hex(text.trim()).unwrap_or_default());
        let sealer = Sealer::new(&bytes)
            .ok_or_else(|| anyhow::anyhow!("the master key must be 64 hexadecimal digits (32 bytes)"))?;
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"payglot").extract(&bytes);
        Ok(Self { sealer, root })
    }

    /// Reads the key file, or creates it with a fresh key, readable by its owner only.
    pub fn load_or_create(path: &Path) -> anyhow::Result<Self> {
        if path.exists() {
            return Self::from_hex(&std::fs::read_to_string(path)?);
        }
        let mut bytes = Zeroizing::new([0_u8; 32]);
        fill_random(bytes.as_mut_slice())?;
        let text = Zeroizing::new(to_hex(bytes.as_slice()));
        write_private(path, &text)?;
        Self::from_hex(&text)
    }

    /// Nonce, ciphertext and tag. `purpose` (project and kind) is bound in: a sealed value moved to another row does not open.
    pub fn seal(&self, secret: &Secret, purpose: &str) -> anyhow::Result<Vec<u8>> {
        self.sealer.seal(secret, purpose)
    }

    /// Opens what [`MasterKey::seal`] made for the same purpose.
    pub fn open(&self, sealed: &[u8], purpose: &str) -> anyhow::Result<Secret> {
        self.sealer.open(sealed, purpose)
    }

    /// The keys of a vault: no other vault's and not this key itself opens what they seal.
    pub fn vault(&self, name: &str) -> anyhow::Result<VaultKey> {
        let derive = |use_: &str| {
            let mut bytes = Zeroizing::new([0_u8; 32]);
            let info = [b"vault".as_slice(), name.as_bytes(), use_.as_bytes()];
            let filled = self.root.expand(&info, hkdf::HKDF_SHA256).and_then(|key| key.fill(bytes.as_mut_slice()));
            filled.map(|()| bytes).map_err(|_| anyhow::anyhow!("a key cannot be derived"))
        };
        let sealer = Sealer::new(derive("/seal")?.as_slice()).context("a derived key does not fit")?;
        let fingerprint = hmac::Key::new(hmac::HMAC_SHA256, derive("/fingerprint")?.as_slice());
        Ok(VaultKey { sealer, fingerprint })
    }
}

/// Seals what a provider keeps, and finds it again without opening it.
pub struct VaultKey {
    sealer: Sealer,
    fingerprint: hmac::Key,
}

impl fmt::Debug for VaultKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("VaultKey(***)")
    }
}

impl VaultKey {
    /// As [`MasterKey::seal`].
    pub fn seal(&self, secret: &Secret, purpose: &str) -> anyhow::Result<Vec<u8>> {
        self.sealer.seal(secret, purpose)
    }

    /// As [`MasterKey::open`].
    pub fn open(&self, sealed: &[u8], purpose: &str) -> anyhow::Result<Secret> {
        self.sealer.open(sealed, purpose)
    }

    /// HMAC-SHA256: the same secret of the same owner gives the same bytes, and nobody without the key can try secrets against them.
    pub fn fingerprint(&self, owner: i64, secret: &str) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.fingerprint);
        context.update(&owner.to_be_bytes());
        context.update(secret.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.sign().as_ref());
        bytes
    }
}

fn fill_random(bytes: &mut [u8]) -> anyhow::Result<()> {
    Ok(SystemRandom::new().fill(bytes).map_err(|_| NoRandomness)?)
}

#[cfg(unix)]
fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(())
}

#[cfg(not(unix))]
fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    Ok(std::fs::write(path, text)?)
}

fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_for_its_purpose_and_key() {
        let key = MasterKey::from_hex(&"ab".repeat(32)).expect("key");
        let sealed = key.seal(&Secret::new("pa55"), "shop:password").expect("sealed");
        assert!(!sealed.windows(4).any(|window| window == b"pa55"));
        assert!(key.open(&sealed, "shop:password").expect("opens").matches("pa55"));
        assert!(key.open(&sealed, "other:password").is_err());
        assert!(MasterKey::from_hex(&"cd".repeat(32)).expect("key").open(&sealed, "shop:password").is_err());
        assert!(key.open(b"short", "shop:password").is_err());
    }

    #[test]
    fn made_rsa_keys_differ_and_read_back() {
        let (one, other) = (generate_rsa().expect("made"), generate_rsa().expect("made"));
        let read = |key: &Secret| RsaPrivateKey::from_pem(key.expose()).expect("read").public_key();
        assert_ne!(read(&one), read(&other));
        assert_eq!(format!("{:?}", read(&one)), "RsaPublicKey(2048 bits)");
    }

    #[test]
    fn a_vault_has_keys_of_its_own() {
        let master = MasterKey::from_hex(&"ab".repeat(32)).expect("key");
        let (bank, other) = (master.vault("bank").expect("derived"), master.vault("other").expect("derived"));
        let sealed = bank.seal(&Secret::new("4111"), "a").expect("sealed");
        assert!(master.vault("bank").expect("again").open(&sealed, "a").expect("opens").matches("4111"));
        assert!(bank.open(&sealed, "b").is_err() && other.open(&sealed, "a").is_err());
        assert!(master.open(&sealed, "a").is_err());
        assert_eq!(bank.fingerprint(1, "4111"), master.vault("bank").expect("again").fingerprint(1, "4111"));
        for another in [bank.fingerprint(2, "4111"), bank.fingerprint(1, "4112"), other.fingerprint(1, "4111")] {
            assert_ne!(bank.fingerprint(1, "4111"), another);
        }
        assert!(!format!("{bank:?}").contains("ab"));
    }

    #[test]
    fn a_key_that_is_no_key_is_refused_and_nothing_prints_a_secret() {
        assert!(MasterKey::from_hex("abc").is_err());
        assert!(MasterKey::from_hex(&"zz".repeat(32)).is_err());
        assert!(!format!("{:?}", Secret::new("pa55")).contains("pa55"));
    }

    #[test]
    fn a_created_key_is_found_again() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("master.key");
        let sealed = MasterKey::load_or_create(&path).expect("created").seal(&Secret::new("x"), "p").expect("sealed");
        assert!(MasterKey::load_or_create(&path).expect("found").open(&sealed, "p").expect("opens").matches("x"));
    }
}
