//! The gateway's own signing key, one for all projects of a protocol, with the certificate that shops verify with.
//!
//! Keys live in the database, sealed with the master key: a backup holds them together with what they signed, and all processes on one
//! database see a new one at once. Shops' libraries fetch the certificate anew for every callback, or once per process, or never, and they
//! read only one; so the file that they fetch always holds the certificate of the key that signs now, the next one is published beside it
//! beforehand, and what waits to be sent when the key changes is signed anew.

use crate::secrets::{self, MasterKey, RsaPrivateKey, Secret};
use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use payglot_core::UnixMillis;
use payglot_store::{GatewayKey, NewGatewayKey, Store, StoreError};
use payglot_wire::paysera::reply::is_publishable;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, SerialNumber};
use std::sync::{Arc, Mutex, PoisonError};

/// What the keys are for; also bound into their sealing.
const PURPOSE: &str = "paysera";

/// Years that a certificate is issued for. No client looks at the date, and a key is rotated by hand.
const YEARS: i32 = 25;

/// Why there is no key.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KeyError {
    /// The store could not.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// It cannot be made, opened or read.
    #[error("the gateway's signing key: {0}")]
    Unusable(String),
}

fn unusable(error: impl std::fmt::Display) -> KeyError {
    KeyError::Unusable(error.to_string())
}

/// Opens the keys.
pub struct Keys {
    store: Arc<dyn Store>,
    master: Arc<MasterKey>,
    /// The last one opened. A key never changes under its number, so it cannot go stale.
    opened: Mutex<Option<(i64, Arc<RsaPrivateKey>)>>,
    making: tokio::sync::Mutex<()>,
}

impl Keys {
    /// Over a store, with the key that opens what is sealed there.
    pub fn new(store: Arc<dyn Store>, master: Arc<MasterKey>) -> Self {
        Self { store, master, opened: Mutex::default(), making: tokio::sync::Mutex::default() }
    }

    /// The key that signs now. The first one is made when it is first needed, which takes up to a few seconds.
    pub async fn signing(&self, now: UnixMillis) -> Result<Arc<RsaPrivateKey>, KeyError> {
        let stored = self.in_use(now).await?;
        let opened = || self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((n, key)) = opened().as_ref()
            && *n == stored.n
        {
            return Ok(Arc::clone(key));
        }
        let pem = self.master.open(&stored.sealed, PURPOSE).map_err(unusable)?;
        let key = Arc::new(RsaPrivateKey::from_pem(pem.expose()).map_err(unusable)?);
        *opened() = Some((stored.n, Arc::clone(&key)));
        Ok(key)
    }

    /// The certificate of the key that signs now, as PEM.
    pub async fn certificate(&self, now: UnixMillis) -> Result<String, KeyError> {
        Ok(self.in_use(now).await?.certificate)
    }

    /// The certificate of the key that signs next, if one is prepared.
    pub async fn next_certificate(&self) -> Result<Option<String>, StoreError> {
        Ok(self.next().await?.map(|key| key.certificate))
    }

    /// All keys, newest first.
    pub async fn all(&self) -> Result<Vec<GatewayKey>, StoreError> {
        self.store.keys(PURPOSE).await
    }

    /// Makes the next key and publishes its certificate; it does not sign yet.
    pub async fn prepare(&self, now: UnixMillis) -> anyhow::Result<GatewayKey> {
        if let Some(known) = self.next().await? {
            anyhow::bail!("key {} is already prepared; switch to it first", known.n);
        }
        // Where there is none at all the next one would be the first, and would sign at once.
        self.in_use(now).await?;
        let (key, certificate) = make(now).await?;
        self.add(&key, certificate, now, false).await?;
        self.next().await?.context("the key was not added")
    }

    /// Lets the prepared key sign from now on.
    pub async fn switch(&self, now: UnixMillis) -> anyhow::Result<GatewayKey> {
        let next = self.next().await?.context("no key is prepared; `payglot key prepare` makes one")?;
        self.store.put_key_into_use(next.n, now).await?;
        Ok(next)
    }

    /// Takes a key of one's own: the first one, or the next one. For those who come from another installation.
    pub async fn import(&self, key: &Secret, certificate: &str, now: UnixMillis) -> anyhow::Result<()> {
        anyhow::ensure!(
            is_publishable(certificate),
            "some clients cannot read this certificate; it must be one PEM whose text has no \"key\""
        );
        anyhow::ensure!(self.next().await?.is_none(), "a key is already prepared; switch to it first");
        let public = RsaPrivateKey::from_pem(key.expose())?.public_key_pem()?;
        let inside =
            |pem: &str| STANDARD.decode(pem.lines().filter(|line| !line.starts_with("-----")).collect::<String>());
        let (public, whole) = (inside(&public)?, inside(certificate)?);
        let fits = whole.windows(public.len()).any(|part| part == public);
        anyhow::ensure!(fits, "the certificate belongs to another key");
        self.add(key, certificate.trim().to_owned() + "\n", now, false).await
    }

    async fn in_use(&self, now: UnixMillis) -> Result<GatewayKey, KeyError> {
        if let Some(key) = self.find(now).await? {
            return Ok(key);
        }
        // Of many first requests one makes the key.
        let _making = self.making.lock().await;
        if let Some(key) = self.find(now).await? {
            return Ok(key);
        }
        let (key, certificate) = make(now).await.map_err(unusable)?;
        self.add(&key, certificate, now, true).await.map_err(unusable)?;
        self.find(now).await?.ok_or_else(|| unusable("it was not added"))
    }

    /// Of those in use the one that began last.
    async fn find(&self, now: UnixMillis) -> Result<Option<GatewayKey>, StoreError> {
        let used = self.all().await?.into_iter().filter(|key| key.used_from.is_some());
        // A clock that was set back must not leave the gateway without a key.
        let began = |key: &GatewayKey| (key.used_from.is_some_and(|from| from <= now), key.used_from, key.n);
        Ok(used.max_by_key(began))
    }

    async fn next(&self) -> Result<Option<GatewayKey>, StoreError> {
        Ok(self.all().await?.into_iter().find(|key| key.used_from.is_none()))
    }

    async fn add(&self, key: &Secret, certificate: String, now: UnixMillis, first: bool) -> anyhow::Result<()> {
        let sealed = self.master.seal(key, PURPOSE)?;
        let new = NewGatewayKey { purpose: PURPOSE.to_owned(), sealed, certificate, created_at: now, first };
        Ok(self.store.add_key(new).await?)
    }
}

/// A fresh key of 2048 bits and its certificate, made where that holds nobody up.
async fn make(now: UnixMillis) -> anyhow::Result<(Secret, String)> {
    let work = move || {
        loop {
            let key = secrets::generate_rsa()?;
            for attempt in 1..=4 {
                let certificate = certificate(&key, now, attempt)?;
                // About one in thirty has letters that a client trips over.
                if is_publishable(&certificate) {
                    return Ok((key, certificate));
                }
            }
        }
    };
    tokio::task::spawn_blocking(work).await?
}

/// Self-signed: clients look at nothing but the key inside. `serial` makes another text of it.
fn certificate(key: &Secret, now: UnixMillis, serial: u64) -> anyhow::Result<String> {
    let text: String = key.expose().lines().filter(|line| !line.starts_with("-----")).collect();
    let der = zeroize::Zeroizing::new(STANDARD.decode(text)?);
    let pair = KeyPair::try_from(der.as_slice())?;
    anyhow::ensure!(pair.is_compatible(&PKCS_RSA_SHA256), "not an RSA key");
    let day = jiff::Timestamp::from_millisecond(now.0)?.to_zoned(jiff::tz::TimeZone::UTC).date();
    let date = |years: i32| -> anyhow::Result<_> {
        Ok(rcgen::date_time_ymd(
            i32::from(day.year()) + years,
            u8::try_from(day.month())?,
            u8::try_from(day.day())?.min(28),
        ))
    };
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "payglot");
    params.serial_number = Some(SerialNumber::from(u64::try_from(now.0)?.wrapping_mul(8) + serial));
    (params.not_before, params.not_after) = (date(0)?, date(YEARS)?);
    let der = params.self_signed(&pair)?;
    let text = STANDARD.encode(der.der());
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.push_str(std::str::from_utf8(line)?);
        pem.push('\n');
    }
    Ok(pem + "-----END CERTIFICATE-----\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use payglot_store::{SqliteOptions, SqliteStore};

    fn keys(folder: &tempfile::TempDir) -> Keys {
        let store = SqliteStore::open(&folder.path().join("db"), SqliteOptions::default()).expect("a store");
        Keys::new(Arc::new(store), Arc::new(MasterKey::from_hex(&"ab".repeat(32)).expect("a key")))
    }

    #[tokio::test]
    async fn one_first_key_is_made_and_the_next_one_waits_for_its_turn() {
        let folder = tempfile::tempdir().expect("a folder");
        let (keys, other) = (keys(&folder), keys(&folder));
        let now = UnixMillis(1_795_305_600_000);
        let (one, same) = tokio::join!(keys.certificate(now), other.certificate(now));
        let first = one.expect("made");
        assert_eq!(first, same.expect("found"), "two processes agree on one");
        assert!(is_publishable(&first));
        assert!(keys.switch(now).await.expect_err("refused").to_string().contains("prepare"));

        let next = keys.prepare(now).await.expect("prepared");
        assert_eq!(keys.certificate(now).await.expect("found"), first, "it does not sign yet");
        assert_eq!(keys.next_certificate().await, Ok(Some(next.certificate.clone())));
        assert!(keys.prepare(now).await.is_err(), "one at a time");
        let old = keys.signing(now).await.expect("opened");
        keys.switch(now).await.expect("switched");
        assert_eq!(other.certificate(now).await.expect("found"), next.certificate, "another process sees it at once");
        let new = keys.signing(now).await.expect("opened");
        assert_ne!(old.public_key(), new.public_key());
        assert_eq!(keys.next_certificate().await, Ok(None));
    }
}
