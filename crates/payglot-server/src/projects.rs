//! Projects as the running server sees them: settings read, secrets opened, kept until the stored version changes.
//!
//! The store is asked for the version on every request (one row by index), so what the command line changes takes effect at once;
//! reading, parsing and unsealing are saved.

pub mod keywords;
pub mod methods;
pub mod monetix;
pub mod paysera;

use crate::secrets::{MasterKey, RsaError, RsaPrivateKey, Secret};
use anyhow::Context as _;
pub use monetix::MonetixSettings;
use payglot_core::outbox::Schedule;
use payglot_core::{Captures, Funds, ProjectId, Terms, UnixMillis};
use payglot_store::{Project, Store, StoreError};
use payglot_wire::rbs::notification::{CallbackOperation, Extra};
use payglot_wire::{Protocol, rbs};
pub use paysera::PayseraSettings;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What begins an extra parameter of a callback that is one of the order's own.
pub const MERCHANTS_OWN: &str = "jsonParams.";

/// The secret of a Monetix project, which signs requests, answers and callbacks.
pub const SECRET_KEY: &str = "secret_key";

/// How a callback is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CallbackMethod {
    /// Everything in the address.
    #[default]
    Get,
    /// A form in the body.
    Post,
}

/// How a callback proves that it comes from the gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CallbackSignature {
    /// Not at all.
    None,
    /// With the `callback` secret, which the shop has too.
    #[default]
    Symmetric,
    /// With the private key `callback_rsa`, of which the shop has the public half.
    Asymmetric,
}

/// What a merchant would set in the vendor's cabinet. Stored as JSON; every field has a default, so an older row still reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectSettings {
    /// The merchant's name on the payment page.
    pub display_name: String,
    /// `#rrggbb`, the colour of buttons and marks on the payment page.
    pub brand_colour: String,
    /// Is it a sandbox project? Shows the banner and the test cards, and explains signature errors.
    pub test_mode: bool,
    /// Two letters: the language where a request names none.
    pub language: String,
    /// ISO 4217 letters: the currency where a request names none.
    pub currency: String,
    /// Currencies that are taken besides `currency`, ISO 4217 letters.
    pub currencies: Vec<String>,
    /// Number orders that come without a number.
    pub number_orders: bool,
    /// Where callbacks go; empty sends none.
    pub callback_url: String,
    /// GET or POST.
    pub callback_method: CallbackMethod,
    /// How callbacks are signed: `none`, `symmetric`, `asymmetric`.
    pub callback_signature: CallbackSignature,
    /// What callbacks tell, by the protocol's names (`approved`, `deposited` ...); empty: all but those of saved cards, on which strict
    /// receivers fail.
    pub callback_operations: Vec<String>,
    /// Extra parameters of a callback, by the protocol's names; `jsonParams.NAME` sends an order's own value of that name, as `NAME`.
    pub callback_parameters: Vec<String>,
    /// May an order name its own callback address?
    pub dynamic_callback: bool,
    /// When callbacks are tried again: `5x30s` is five more times, each after 30 s.
    pub retries: String,
    /// Seconds a payer has, where a request says nothing.
    pub session_seconds: i64,
    /// Attempts a payer has.
    pub attempts: u8,
    /// May a hold be captured more than once?
    pub several_captures: bool,
    /// Refuse refunds of less than one rouble.
    pub refund_least_rouble: bool,
    /// Seconds after the capture in which it can still be reversed.
    pub reversal_seconds: i64,
    /// Seconds a hold lives.
    pub hold_seconds: i64,
    /// Largest amount in minor units.
    pub amount_max: i64,
    /// Accept money that comes late (otherwise it is returned).
    pub accept_late: bool,
    /// Accept too little money when the time runs out.
    pub accept_partial: bool,
    /// Accept more money than asked for.
    pub accept_over: bool,
    /// Who may show the payment page in a frame: a CSP source list.
    pub frame_ancestors: String,
    /// Minutes east of UTC of dates without a zone.
    pub zone_minutes: i32,
    /// May the merchant take cards itself and send their numbers? Only for those who may handle card data (PCI DSS).
    pub merchant_card_entry: bool,
    /// May it charge cards that a payer told it by mail or telephone, without authentication?
    pub moto: bool,
    /// May it verify cards without charging them?
    pub card_verification: bool,
    /// May it charge saved cards without the payer?
    pub auto_payment: bool,
    /// What only the Paysera protocol has.
    pub paysera: PayseraSettings,
    /// What only the Monetix protocol has.
    pub monetix: MonetixSettings,
}

impl Default for ProjectSettings {
    fn default() -> Self {
        Self {
            display_name: String::new(),
            brand_colour: "#3b5bdb".to_owned(),
            test_mode: false,
            language: "ru".to_owned(),
            currency: "RUB".to_owned(),
            currencies: Vec::new(),
            number_orders: false,
            callback_url: String::new(),
            callback_method: CallbackMethod::Get,
            callback_signature: CallbackSignature::Symmetric,
            callback_operations: Vec::new(),
            callback_parameters: Vec::new(),
            dynamic_callback: true,
            retries: "5x30s".to_owned(),
            session_seconds: 1200,
            attempts: 3,
            several_captures: false,
            refund_least_rouble: false,
            reversal_seconds: 24 * 3600,
            hold_seconds: 7 * 24 * 3600,
            amount_max: 999_999_999_999,
            accept_late: false,
            accept_partial: false,
            accept_over: false,
            frame_ancestors: "'none'".to_owned(),
            zone_minutes: 180,
            merchant_card_entry: false,
            moto: false,
            card_verification: false,
            auto_payment: false,
            paysera: PayseraSettings::default(),
            monetix: MonetixSettings::default(),
        }
    }
}

/// Every setting by its name; a protocol's own are dotted.
fn names(all: &serde_json::Value) -> Vec<String> {
    let own = |name: &String, value: &serde_json::Value| match value.as_object() {
        Some(block) => block.keys().map(|inner| format!("{name}.{inner}")).collect(),
        None => vec![name.clone()],
    };
    all.as_object().into_iter().flatten().flat_map(|(name, value)| own(name, value)).collect()
}

impl ProjectSettings {
    /// What a new project of this protocol begins with.
    pub fn of_protocol(protocol: &str) -> Self {
        match Protocol::from_name(protocol) {
            Some(Protocol::Paysera) => Self {
                language: "lt".to_owned(),
                currency: "EUR".to_owned(),
                // At once, after 1 hour, after 3 and after 24, counted from the first.
                retries: "1x1h,1x2h,1x21h".to_owned(),
                // A payer who only looks at a bank's page has used an attempt up.
                attempts: 20,
                session_seconds: 24 * 3600,
                ..Self::default()
            },
            Some(Protocol::Monetix) => Self {
                language: "en".to_owned(),
                currency: "USD".to_owned(),
                currencies: vec!["EUR".to_owned(), "RUB".to_owned()],
                retries: payglot_wire::monetix::notification::schedule().to_string(),
                attempts: 1,
                session_seconds: 30 * 60,
                // The shortest life that a scheme gives a hold, less the half hour that it is ended ahead of it.
                hold_seconds: 6 * 24 * 3600 - 1800,
                amount_max: payglot_core::money::MINOR_MAX,
                // A captured payment is refunded, not reversed.
                reversal_seconds: 0,
                // Gate is for shops that take cards themselves as well.
                merchant_card_entry: true,
                // Shops show the page in frames of their own.
                frame_ancestors: "*".to_owned(),
                ..Self::default()
            },
            Some(Protocol::Rbs) | None => Self::default(),
        }
    }

    /// The currencies that are taken, the default one first.
    pub fn all_currencies(&self) -> Vec<payglot_core::Currency> {
        let mut all: Vec<_> = Vec::new();
        for currency in [&self.currency].into_iter().chain(&self.currencies) {
            all.extend(payglot_core::Currency::from_code(currency).filter(|known| !all.contains(known)));
        }
        all
    }

    /// Reads stored JSON.
    pub fn from_json(text: &str) -> anyhow::Result<Self> {
        let mut stored: serde_json::Map<_, _> = serde_json::from_str(text)?;
        // What a project could choose before there were RSA keys.
        if let Some(signed) = stored.remove("callback_signed") {
            let word = if signed == false { "none" } else { "symmetric" };
            stored.entry("callback_signature").or_insert(word.into());
        }
        let settings: Self = serde_json::from_value(stored.into())?;
        settings.check()?;
        Ok(settings)
    }

    /// The JSON to store.
    pub fn to_json(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string(self)?)
    }

    /// The same with one field changed, given as text: `callback_url`, `http://...`. Lists are separated by commas.
    pub fn with(&self, key: &str, value: &str) -> anyhow::Result<Self> {
        use serde_json::Value;
        let mut all = serde_json::to_value(self)?;
        let known = names(&all);
        let slot = all.pointer_mut(&format!("/{}", key.replace('.', "/")));
        let Some(slot) = slot.filter(|_| known.iter().any(|name| name == key)) else {
            anyhow::bail!("no setting is called {key}; there are: {}", known.join(", "));
        };
        let wrong = |kind| anyhow::anyhow!("{key} wants {kind}, not {value:?}");
        *slot = match slot {
            Value::Bool(_) => Value::Bool(value.parse().map_err(|_| wrong("true or false"))?),
            Value::Number(_) => Value::from(value.parse::<i64>().map_err(|_| wrong("a whole number"))?),
            Value::Array(_) => {
                value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(Value::from).collect()
            }
            Value::Null | Value::String(_) | Value::Object(_) => Value::from(value),
        };
        let settings: Self = serde_json::from_value(all).map_err(|error| anyhow::anyhow!("{key}: {error}"))?;
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!((1..=20).contains(&self.attempts), "attempts must be 1 to 20");
        anyhow::ensure!((1..=31 * 86_400).contains(&self.session_seconds), "session_seconds must be 1 to 2678400");
        anyhow::ensure!(self.hold_seconds > 0 && self.reversal_seconds >= 0, "durations must not be negative");
        anyhow::ensure!(
            (1..=payglot_core::money::MINOR_MAX).contains(&self.amount_max),
            "amount_max must be 1 to {}",
            payglot_core::money::MINOR_MAX
        );
        anyhow::ensure!((-14 * 60..=14 * 60).contains(&self.zone_minutes), "zone_minutes must be -840 to 840");
        for code in self.currencies.iter().chain([&self.currency]) {
            anyhow::ensure!(payglot_core::Currency::from_code(code).is_some(), "currency {code} is not known");
        }
        anyhow::ensure!(rbs::Language::from_code(&self.language).is_some(), "language {} is not known", self.language);
        for name in &self.callback_parameters {
            let known =
                Extra::from_name(name).is_some() || name.strip_prefix(MERCHANTS_OWN).is_some_and(|own| !own.is_empty());
            anyhow::ensure!(known, "no callback has a parameter {name}");
        }
        // A source list that is no header value, or that begins another directive, would cost the page its whole policy.
        let source = |c: char| (c.is_ascii_graphic() && !matches!(c, ';' | ',')) || c == ' ';
        anyhow::ensure!(self.frame_ancestors.chars().all(source), "frame_ancestors must be a CSP source list");
        for name in &self.callback_operations {
            anyhow::ensure!(
                CallbackOperation::offered().any(|known| known.name() == name),
                "no callback is called {name}; there are: {}",
                CallbackOperation::offered().map(CallbackOperation::name).collect::<Vec<_>>().join(", ")
            );
        }
        if !self.callback_url.is_empty() {
            let http = self.callback_url.starts_with("http://") || self.callback_url.starts_with("https://");
            anyhow::ensure!(
                http && reqwest::Url::parse(&self.callback_url).is_ok(),
                "callback_url must be an http(s) address"
            );
        }
        self.retries.parse::<Schedule>()?;
        self.paysera.check()?;
        self.monetix.check()
    }

    /// The rules a payment is registered under.
    pub fn terms(&self) -> Terms {
        let funds = |accept| if accept { Funds::Accept } else { Funds::Return };
        Terms {
            attempts_max: self.attempts,
            retry_ms: None,
            captures: if self.several_captures { Captures::Several } else { Captures::One },
            void_captured_ms: self.reversal_seconds.saturating_mul(1000),
            hold_ms: self.hold_seconds.saturating_mul(1000),
            hold_end: None,
            late: funds(self.accept_late),
            partial: funds(self.accept_partial),
            over: funds(self.accept_over),
            test: false,
        }
    }

    /// The retry schedule of its callbacks.
    pub fn schedule(&self) -> Schedule {
        // Checked when the settings were read.
        self.retries.parse().unwrap_or_else(|_| Schedule::new(&[]))
    }
}

/// A project ready for use.
#[derive(Debug)]
pub struct ActiveProject {
    /// Its id.
    pub id: ProjectId,
    /// The protocol it speaks.
    pub protocol: Protocol,
    /// Unique name.
    pub name: String,
    /// The name the protocol calls the merchant by.
    pub login: String,
    /// May it be used?
    pub enabled: bool,
    /// Its settings.
    pub settings: ProjectSettings,
    secrets: Vec<Opened>,
}

#[derive(Debug)]
struct Opened {
    kind: String,
    secret: Secret,
    valid_until: Option<UnixMillis>,
    /// The secret as an RSA key, read once: reading takes a tenth as long as signing.
    rsa: OnceLock<Result<Arc<RsaPrivateKey>, RsaError>>,
}

impl ActiveProject {
    /// The name payers see.
    pub fn display_name(&self) -> &str {
        if self.settings.display_name.is_empty() { &self.name } else { &self.settings.display_name }
    }

    /// What callbacks of a Monetix project are like; `None` for any other project, or without its secret.
    pub fn monetix_callbacks(&self) -> Option<payglot_wire::monetix::CallbackSettings> {
        let secret = self.secret(SECRET_KEY).filter(|_| self.protocol == Protocol::Monetix)?;
        let number = self.login.parse().ok()?;
        Some(self.settings.monetix.callbacks(number, secret.clone(), &self.settings.callback_url))
    }

    /// The current secret of a kind.
    pub fn secret(&self, kind: &str) -> Option<&Secret> {
        self.current(kind).map(|opened| &opened.secret)
    }

    fn current(&self, kind: &str) -> Option<&Opened> {
        self.secrets.iter().find(|opened| opened.kind == kind && opened.valid_until.is_none())
    }

    /// The current RSA key of a kind; `None` if there is none.
    pub fn rsa_key(&self, kind: &str) -> Result<Option<Arc<RsaPrivateKey>>, RsaError> {
        let read = |opened: &Opened| RsaPrivateKey::from_pem(opened.secret.expose()).map(Arc::new);
        self.current(kind).map(|opened| opened.rsa.get_or_init(|| read(opened)).clone()).transpose()
    }

    /// The secrets of a kind that are valid now. During a rotation two are.
    pub fn valid_secrets(&self, kind: &str, now: UnixMillis) -> Vec<Secret> {
        let valid = |opened: &&Opened| opened.kind == kind && opened.valid_until.is_none_or(|until| now < until);
        self.secrets.iter().filter(valid).map(|opened| opened.secret.clone()).collect()
    }
}

/// The aad under which a project's secret is sealed.
pub fn seal_purpose(project: &str, kind: &str) -> String {
    format!("{project}:{kind}")
}

/// Finds projects.
pub struct Projects {
    store: Arc<dyn Store>,
    key: Arc<MasterKey>,
    opened: Mutex<HashMap<ProjectId, (i64, Arc<ActiveProject>)>>,
}

impl Projects {
    /// Over a store, with the key that opens its secrets.
    pub fn new(store: Arc<dyn Store>, key: Arc<MasterKey>) -> Self {
        Self { store, key, opened: Mutex::default() }
    }

    /// By the name the protocol calls the merchant by.
    pub async fn by_login(&self, protocol: &str, login: &str) -> Result<Option<Arc<ActiveProject>>, StoreError> {
        match self.store.project_version_by_login(protocol, login).await? {
            Some((id, version)) => self.current(id, version).await.map(Some),
            None => Ok(None),
        }
    }

    /// Every project that speaks a protocol and has a secret of this kind, for callers who name nobody. Lists all projects, so only for
    /// what is asked rarely.
    pub async fn with_secret(&self, protocol: &str, kind: &str) -> Result<Vec<Arc<ActiveProject>>, StoreError> {
        let spoken = |project: &Project| {
            project.protocol == protocol && project.secrets.iter().any(|secret| secret.kind == kind)
        };
        let found = self.store.projects().await?.into_iter().filter(spoken);
        // One that cannot be read must not lock the others' callers out.
        let opened = found.filter_map(|project| {
            let name = project.name.clone();
            self.open(project)
                .inspect_err(|error| tracing::error!(project = name, %error, "a project cannot be read"))
                .ok()
        });
        Ok(opened.collect())
    }

    /// By id.
    pub async fn by_id(&self, id: ProjectId) -> Result<Arc<ActiveProject>, StoreError> {
        let version = self.store.project_version(id).await?.ok_or(StoreError::NotFound)?;
        self.current(id, version).await
    }

    /// The opened project if it has this version, otherwise as it is stored now.
    async fn current(&self, id: ProjectId, version: i64) -> Result<Arc<ActiveProject>, StoreError> {
        match self.kept(id, version) {
            Some(opened) => Ok(opened),
            None => self.open(self.store.project(id).await?.ok_or(StoreError::NotFound)?),
        }
    }

    fn open(&self, project: Project) -> Result<Arc<ActiveProject>, StoreError> {
        let (id, version) = (project.id, project.version);
        if let Some(opened) = self.kept(id, version) {
            return Ok(opened);
        }
        let opened = Arc::new(self.read(project).map_err(|error| StoreError::Damaged(error.to_string()))?);
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).insert(id, (version, Arc::clone(&opened)));
        Ok(opened)
    }

    fn kept(&self, id: ProjectId, version: i64) -> Option<Arc<ActiveProject>> {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened.get(&id).filter(|(known, _)| *known == version).map(|(_, project)| Arc::clone(project))
    }

    fn read(&self, project: Project) -> anyhow::Result<ActiveProject> {
        let protocol =
            Protocol::from_name(&project.protocol).with_context(|| format!("{} is not spoken", project.protocol))?;
        let mut secrets = Vec::with_capacity(project.secrets.len());
        for sealed in project.secrets {
            let secret = self.key.open(&sealed.sealed, &seal_purpose(&project.name, &sealed.kind))?;
            let (kind, valid_until) = (sealed.kind, sealed.valid_until);
            secrets.push(Opened { kind, secret, valid_until, rsa: OnceLock::new() });
        }
        Ok(ActiveProject {
            id: project.id,
            protocol,
            name: project.name,
            login: project.login,
            enabled: project.enabled,
            settings: ProjectSettings::from_json(&project.settings)?,
            secrets,
        })
    }
}

#[cfg(test)]
mod tests;
