//! Projects: created, changed, their secrets rotated. What changes takes effect with the next request.

use crate::projects::{CallbackSignature, ProjectSettings, SECRET_KEY, seal_purpose};
use crate::secrets::{self, MasterKey, RsaPrivateKey, Secret};
use anyhow::Context as _;
use payglot_core::UnixMillis;
use payglot_store::{NewProject, Project, SealedSecret, Store};

/// Protocols a project can speak, with the kinds of secret each needs.
pub const PROTOCOLS: &[(&str, &[&str])] =
    &[("rbs", &["password", "callback"]), ("paysera", &[SIGN_PASSWORD]), ("monetix", &[SECRET_KEY])];

/// Kinds of secret that a project may have and is not given by itself: for `rbs` the open key that replaces login and password, and the key
/// of asymmetric checksums; for `monetix` the key of encrypted addresses.
const OPTIONAL: &[(&str, &[&str])] = &[("rbs", &["token", CALLBACK_RSA]), ("monetix", &[ENCRYPTION_KEY])];

/// The key that a `monetix` shop encrypts addresses of the page with.
pub const ENCRYPTION_KEY: &str = "encryption_key";

/// The private key of asymmetric checksums of `rbs` callbacks.
pub const CALLBACK_RSA: &str = "callback_rsa";

/// The password of a `paysera` project: it signs requests, and as it is 32 bytes long it is a key of AES-256 too.
pub const SIGN_PASSWORD: &str = "sign_password";

/// Kinds that are RSA keys (PKCS#8 in PEM) and not words: the public half is what is shown of them.
const RSA_KEYS: &[&str] = &[CALLBACK_RSA];

/// What a new project is made of.
#[derive(Debug)]
pub struct Draft {
    /// The protocol's word.
    pub protocol: String,
    /// Unique name, for people and the command line.
    pub name: String,
    /// The name the protocol calls the merchant by.
    pub login: String,
    /// Settings.
    pub settings: ProjectSettings,
    /// Secrets by kind; those the protocol needs and that are missing are generated.
    pub secrets: Vec<(String, Secret)>,
}

/// Creates a project. Returns it with its secrets, which are shown this once.
pub async fn create(
    store: &dyn Store,
    key: &MasterKey,
    draft: Draft,
    now: UnixMillis,
) -> anyhow::Result<(Project, Vec<(String, Secret)>)> {
    let kinds = secret_kinds(&draft.protocol)?;
    check_key(store, key).await?;
    anyhow::ensure!(is_name(&draft.name), "a name has 1 to 64 letters, digits, points, hyphens and underscores");
    anyhow::ensure!(is_name(&draft.login), "a login has 1 to 64 letters, digits, points, hyphens and underscores");
    check_login(&draft.protocol, &draft.login)?;
    let mut secrets = draft.secrets;
    for (kind, _) in &secrets {
        check_kind(&draft.protocol, kind)?;
    }
    let wants_rsa = signs_with_rsa(&draft.protocol, &draft.settings);
    for kind in kinds.iter().chain(wants_rsa.then_some(&CALLBACK_RSA)) {
        if !secrets.iter().any(|(known, _)| known == kind) {
            secrets.push(((*kind).to_owned(), generate(kind).await?));
        }
    }
    let mut sealed = Vec::with_capacity(secrets.len());
    for (kind, secret) in &secrets {
        sealed.push(seal(key, &draft.name, kind, secret, now)?);
    }
    let new = NewProject {
        protocol: draft.protocol,
        name: draft.name,
        login: draft.login,
        settings: draft.settings.to_json()?,
        secrets: sealed,
        created_at: now,
    };
    Ok((store.create_project(new).await?, secrets))
}

/// Finds a project by its name.
pub async fn find(store: &dyn Store, name: &str) -> anyhow::Result<Project> {
    let found = store.projects().await?.into_iter().find(|project| project.name == name);
    found.with_context(|| format!("there is no project {name}"))
}

/// Changes settings, and `enabled`, by pairs of key and text.
pub async fn set(store: &dyn Store, name: &str, changes: &[(String, String)]) -> anyhow::Result<Project> {
    let project = find(store, name).await?;
    let mut settings = ProjectSettings::from_json(&project.settings)?;
    let mut enabled = project.enabled;
    for (key, value) in changes {
        if key == "enabled" {
            enabled = value.parse().map_err(|_| anyhow::anyhow!("enabled wants true or false, not {value:?}"))?;
        } else {
            settings = settings.with(key, value)?;
        }
    }
    let has_key = project.secrets.iter().any(|secret| secret.kind == CALLBACK_RSA);
    anyhow::ensure!(
        has_key || !signs_with_rsa(&project.protocol, &settings),
        "{name} has no RSA key to sign callbacks with; make one first: payglot project rotate-secret {name} {CALLBACK_RSA}"
    );
    Ok(store.update_project(project.id, project.version, &settings.to_json()?, enabled).await?)
}

/// Gives a project a new secret; the old one stays valid for `overlap_ms`, so that the shop can change over in its own time.
pub async fn rotate_secret(
    store: &dyn Store,
    key: &MasterKey,
    name: &str,
    kind: &str,
    secret: Option<Secret>,
    overlap_ms: i64,
    now: UnixMillis,
) -> anyhow::Result<Secret> {
    let project = find(store, name).await?;
    check_kind(&project.protocol, kind)?;
    check_key(store, key).await?;
    let secret = match secret {
        Some(secret) => secret,
        None => generate(kind).await?,
    };
    let sealed = seal(key, name, kind, &secret, now)?;
    store.add_secret(project.id, sealed, now.plus(overlap_ms)).await?;
    Ok(secret)
}

/// The public half of the RSA key that a project signs with now, in PEM: what a shop verifies with.
pub async fn public_key(store: &dyn Store, key: &MasterKey, name: &str) -> anyhow::Result<String> {
    let project = find(store, name).await?;
    let is_current = |sealed: &&SealedSecret| sealed.valid_until.is_none() && RSA_KEYS.contains(&sealed.kind.as_str());
    let sealed = project.secrets.iter().find(is_current).with_context(|| {
        format!("{name} has no RSA key; make one: payglot project rotate-secret {name} {CALLBACK_RSA}")
    })?;
    shown(&sealed.kind, &key.open(&sealed.sealed, &seal_purpose(name, &sealed.kind))?)
}

/// What may be shown of a secret, once: of an RSA key only its public half, in PEM.
pub fn shown(kind: &str, secret: &Secret) -> anyhow::Result<String> {
    if RSA_KEYS.contains(&kind) {
        return Ok(RsaPrivateKey::from_pem(secret.expose())?.public_key_pem()?);
    }
    Ok(secret.expose().to_owned())
}

fn signs_with_rsa(protocol: &str, settings: &ProjectSettings) -> bool {
    protocol == "rbs" && settings.callback_signature == CallbackSignature::Asymmetric
}

async fn generate(kind: &str) -> anyhow::Result<Secret> {
    if RSA_KEYS.contains(&kind) {
        // Looking for primes takes a while, which is not for the runtime's own threads.
        return tokio::task::spawn_blocking(secrets::generate_rsa).await?;
    }
    if kind == SIGN_PASSWORD {
        return secrets::generate_32();
    }
    secrets::generate()
}

/// The login of a new project that names none: after its name, or the next number where merchants have numbers.
pub async fn free_login(store: &dyn Store, protocol: &str, name: &str) -> anyhow::Result<String> {
    if !has_numbers(protocol) {
        return Ok(format!("{name}-api"));
    }
    let known = store.projects().await?.into_iter().filter(|project| project.protocol == protocol);
    let largest = known.filter_map(|project| project.login.parse::<u32>().ok()).max().unwrap_or(10_000);
    Ok((largest + 1).to_string())
}

/// Does the protocol call its merchants by number?
fn has_numbers(protocol: &str) -> bool {
    matches!(protocol, "paysera" | "monetix")
}

fn check_login(protocol: &str, login: &str) -> anyhow::Result<()> {
    // As far as the clients of each count.
    let max = if protocol == "paysera" { i32::MAX.unsigned_abs() } else { u32::MAX };
    let number = || login.parse::<u32>().ok().filter(|number| (1..=max).contains(number));
    let fits = !has_numbers(protocol) || number().is_some_and(|number| number.to_string() == login);
    anyhow::ensure!(fits, "a {protocol} project's login is its number, 1 to {max}");
    Ok(())
}

/// Refuses a master key that opens none of the secrets there are. A lost key file is replaced by a fresh one, and nothing must be sealed
/// with that beside what it cannot open, nor a gateway begin to serve that knows no password.
pub async fn check_key(store: &dyn Store, key: &MasterKey) -> anyhow::Result<()> {
    let mut any = false;
    for project in store.projects().await? {
        for secret in &project.secrets {
            if key.open(&secret.sealed, &seal_purpose(&project.name, &secret.kind)).is_ok() {
                return Ok(());
            }
            any = true;
        }
    }
    anyhow::ensure!(
        !any,
        "this is not the master key that the secrets in the database were sealed with; put that one in its place"
    );
    Ok(())
}

fn secret_kinds(protocol: &str) -> anyhow::Result<&'static [&'static str]> {
    let known = || PROTOCOLS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let found = PROTOCOLS.iter().find(|(name, _)| *name == protocol);
    found.map(|(_, kinds)| *kinds).with_context(|| format!("{protocol} is not spoken; there are: {}", known()))
}

fn check_kind(protocol: &str, kind: &str) -> anyhow::Result<()> {
    let optional = OPTIONAL.iter().filter(|(name, _)| *name == protocol).flat_map(|(_, kinds)| *kinds);
    let kinds: Vec<&str> = secret_kinds(protocol)?.iter().chain(optional).copied().collect();
    anyhow::ensure!(kinds.contains(&kind), "{protocol} has no secret called {kind}; it has {}", kinds.join(", "));
    Ok(())
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn seal(key: &MasterKey, name: &str, kind: &str, secret: &Secret, now: UnixMillis) -> anyhow::Result<SealedSecret> {
    if RSA_KEYS.contains(&kind) {
        RsaPrivateKey::from_pem(secret.expose()).with_context(|| {
            format!("{kind} wants a private key of at least 2048 bits that begins with -----BEGIN PRIVATE KEY-----")
        })?;
    } else if kind == SIGN_PASSWORD {
        let text = secret.expose();
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        anyhow::ensure!(text.len() == 32 && plain, "{kind} wants exactly 32 ASCII characters, no spaces");
    } else {
        anyhow::ensure!((1..=200).contains(&secret.expose().len()), "a secret has 1 to 200 bytes");
    }
    let sealed = key.seal(secret, &seal_purpose(name, kind))?;
    Ok(SealedSecret { kind: kind.to_owned(), sealed, created_at: now, valid_until: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use payglot_store::{SqliteOptions, SqliteStore};

    #[tokio::test]
    async fn a_key_that_opens_nothing_seals_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(&folder.path().join("db"), SqliteOptions::default()).expect("a store");
        let key = |digits: &str| MasterKey::from_hex(&digits.repeat(32)).expect("a key");
        let (now, right, wrong) = (UnixMillis(1), key("ab"), key("cd"));
        let draft = |name: &str| Draft {
            protocol: "rbs".to_owned(),
            name: name.to_owned(),
            login: name.to_owned(),
            settings: ProjectSettings::default(),
            secrets: Vec::new(),
        };
        check_key(&store, &wrong).await.expect("nothing is sealed yet");
        create(&store, &right, draft("one"), now).await.expect("created");
        let refused = create(&store, &wrong, draft("two"), now).await.expect_err("refused");
        assert!(refused.to_string().contains("master key"), "{refused}");
        rotate_secret(&store, &wrong, "one", "password", None, 0, now).await.expect_err("refused");
        create(&store, &right, draft("two"), now).await.expect("created");
        check_key(&store, &right).await.expect("the right one");
    }
}
