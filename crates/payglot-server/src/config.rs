//! Settings of the server: defaults, then a TOML file, then environment variables, then flags; the later wins.

use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Every setting with its default and its reason.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Folder of the database and, unless given otherwise, of the master key. `PAYGLOT_DATA`.
    pub data: PathBuf,
    /// Where to listen. Behind a reverse proxy that speaks TLS, loopback is right. `PAYGLOT_LISTEN`.
    pub listen: SocketAddr,
    /// The address payers and shops reach the gateway at, without a trailing slash; empty: `http://` and the listening address.
    /// `PAYGLOT_BASE_URL`.
    pub base_url: String,
    /// Prefix before `/payment`, such as `/ab`: some banks have one, and shops may carry it in their settings. `PAYGLOT_RBS_PREFIX`.
    pub rbs_prefix: String,
    /// 64 hexadecimal digits; better given by the environment than by the file. Empty: the file `master.key` in `data`.
    /// `PAYGLOT_MASTER_KEY`.
    pub master_key: String,
    /// May callbacks go to loopback, private and other special-purpose addresses? Only where shops live on the same network:
    /// otherwise a merchant could make the gateway knock on its own neighbours. `PAYGLOT_ALLOW_PRIVATE_CALLBACKS`.
    pub allow_private_callbacks: bool,
    /// Take the payer's address from `X-Forwarded-For` (the last entry): only behind a proxy that sets it. `PAYGLOT_TRUST_FORWARDED_FOR`.
    pub trust_forwarded_for: bool,
    /// Largest request body in bytes; a cart of a hundred lines has about 60 KB. `PAYGLOT_BODY_MAX`.
    pub body_max: usize,
    /// Connections at once; more wait. Each costs a file descriptor: see `ulimit -n`. `PAYGLOT_CONNECTIONS_MAX`.
    pub connections_max: usize,
    /// Seconds a connection may keep silent before the head of a request has come. `PAYGLOT_SILENCE_SECONDS`.
    pub silence_seconds: u64,
    /// Seconds a request may take. `PAYGLOT_REQUEST_SECONDS`.
    pub request_seconds: u64,
    /// Seconds a callback may take, at most 50. `PAYGLOT_CALLBACK_SECONDS`.
    pub callback_seconds: u64,
    /// Callbacks under way at once to one endpoint: a dead shop slows nobody else. `PAYGLOT_CALLBACKS_PER_ENDPOINT`.
    pub callbacks_per_endpoint: usize,
    /// Seconds the shutdown waits for what was accepted. `PAYGLOT_SHUTDOWN_SECONDS`.
    pub shutdown_seconds: u64,
    /// Seconds after which the simulated owner of a wallet pays an invoice; 0: it is paid by hand only. `PAYGLOT_SANDBOX_WALLET_SECONDS`.
    pub sandbox_wallet_seconds: u64,
    /// `text` or `json`. `PAYGLOT_LOG_FORMAT`.
    pub log_format: String,
    /// What to log: a level, or directives such as `info,payglot_server::worker=debug`. `PAYGLOT_LOG`.
    pub log: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("payglot-data"),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            base_url: String::new(),
            rbs_prefix: String::new(),
            master_key: String::new(),
            allow_private_callbacks: false,
            trust_forwarded_for: false,
            body_max: 256 * 1024,
            connections_max: 4096,
            silence_seconds: 30,
            request_seconds: 30,
            callback_seconds: 30,
            callbacks_per_endpoint: 16,
            shutdown_seconds: 30,
            sandbox_wallet_seconds: 2,
            log_format: "text".to_owned(),
            log: "info".to_owned(),
        }
    }
}

impl Config {
    /// The defaults, then the file if there is one, then the environment.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut config = match file {
            None => Self::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| anyhow::anyhow!("cannot read {}: {error}", path.display()))?;
                toml::from_str(&text).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?
            }
        };
        config.apply(|name| std::env::var(name).ok())?;
        config.check()?;
        Ok(config)
    }

    /// Takes what `variable` knows by the names in the documentation of the fields.
    fn apply(&mut self, variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<()> {
        fn set<T: std::str::FromStr>(slot: &mut T, name: &str, value: Option<String>) -> anyhow::Result<()> {
            if let Some(text) = value.filter(|text| !text.is_empty()) {
                *slot = text.parse().map_err(|_| anyhow::anyhow!("{name}={text:?} does not fit"))?;
            }
            Ok(())
        }
        let take = |name: &'static str| (name, variable(name));
        let (name, value) = take("PAYGLOT_DATA");
        set(&mut self.data, name, value)?;
        let (name, value) = take("PAYGLOT_LISTEN");
        set(&mut self.listen, name, value)?;
        let (name, value) = take("PAYGLOT_BASE_URL");
        set(&mut self.base_url, name, value)?;
        let (name, value) = take("PAYGLOT_RBS_PREFIX");
        set(&mut self.rbs_prefix, name, value)?;
        let (name, value) = take("PAYGLOT_MASTER_KEY");
        set(&mut self.master_key, name, value)?;
        let (name, value) = take("PAYGLOT_ALLOW_PRIVATE_CALLBACKS");
        set(&mut self.allow_private_callbacks, name, value)?;
        let (name, value) = take("PAYGLOT_TRUST_FORWARDED_FOR");
        set(&mut self.trust_forwarded_for, name, value)?;
        let (name, value) = take("PAYGLOT_BODY_MAX");
        set(&mut self.body_max, name, value)?;
        let (name, value) = take("PAYGLOT_CONNECTIONS_MAX");
        set(&mut self.connections_max, name, value)?;
        let (name, value) = take("PAYGLOT_SILENCE_SECONDS");
        set(&mut self.silence_seconds, name, value)?;
        let (name, value) = take("PAYGLOT_REQUEST_SECONDS");
        set(&mut self.request_seconds, name, value)?;
        let (name, value) = take("PAYGLOT_CALLBACK_SECONDS");
        set(&mut self.callback_seconds, name, value)?;
        let (name, value) = take("PAYGLOT_CALLBACKS_PER_ENDPOINT");
        set(&mut self.callbacks_per_endpoint, name, value)?;
        let (name, value) = take("PAYGLOT_SHUTDOWN_SECONDS");
        set(&mut self.shutdown_seconds, name, value)?;
        let (name, value) = take("PAYGLOT_SANDBOX_WALLET_SECONDS");
        set(&mut self.sandbox_wallet_seconds, name, value)?;
        let (name, value) = take("PAYGLOT_LOG_FORMAT");
        set(&mut self.log_format, name, value)?;
        let (name, value) = take("PAYGLOT_LOG");
        set(&mut self.log, name, value)
    }

    fn check(&self) -> anyhow::Result<()> {
        let prefix = &self.rbs_prefix;
        let fits = prefix.is_empty()
            || prefix.starts_with('/') && !prefix.ends_with('/') && !prefix.contains(['{', '}', '*', '?', '#']);
        anyhow::ensure!(fits, "rbs_prefix must be empty or like /ab");
        anyhow::ensure!(matches!(self.log_format.as_str(), "text" | "json"), "log_format must be text or json");
        // A callback must end, and be recorded, within the minute for which its sender has claimed it.
        anyhow::ensure!((1..=50).contains(&self.callback_seconds), "callback_seconds must be 1 to 50");
        // The upper limit is that of the semaphore that counts them.
        anyhow::ensure!((1..=1 << 20).contains(&self.connections_max), "connections_max must be 1 to 1048576");
        anyhow::ensure!((1..=600).contains(&self.silence_seconds), "silence_seconds must be 1 to 600");
        anyhow::ensure!((1..=600).contains(&self.request_seconds), "request_seconds must be 1 to 600");
        anyhow::ensure!(self.sandbox_wallet_seconds <= 86_400, "sandbox_wallet_seconds must be 0 to 86400");
        anyhow::ensure!(self.callbacks_per_endpoint > 0, "callbacks_per_endpoint must be at least 1");
        anyhow::ensure!(!self.base_url.ends_with('/'), "base_url must not end with a slash");
        anyhow::ensure!(
            self.base_url.is_empty() || self.base_url.starts_with("http"),
            "base_url must be an http(s) address"
        );
        Ok(())
    }

    /// After how long the simulated owner of a wallet pays an invoice; `None`: it is paid by hand only.
    pub fn sandbox_wallet_acts_after(&self) -> Option<Duration> {
        (self.sandbox_wallet_seconds > 0).then(|| Duration::from_secs(self.sandbox_wallet_seconds))
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.data.join("payglot.db")
    }

    /// The master key's file.
    pub fn key_file(&self) -> PathBuf {
        self.data.join("master.key")
    }

    /// The address payers and shops reach the gateway at.
    pub fn public_url(&self) -> String {
        if self.base_url.is_empty() { format!("http://{}", self.listen) } else { self.base_url.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_wins_over_the_file_and_wrong_values_are_named() {
        let mut config: Config = toml::from_str("listen = \"127.0.0.1:1\"\nbody_max = 5").expect("reads");
        config.apply(|name| (name == "PAYGLOT_LISTEN").then(|| "127.0.0.1:2".to_owned())).expect("fits");
        assert_eq!((config.listen.port(), config.body_max), (2, 5));
        let error = config.apply(|name| (name == "PAYGLOT_BODY_MAX").then(|| "big".to_owned())).expect_err("refused");
        assert!(error.to_string().contains("PAYGLOT_BODY_MAX"));
        assert!(toml::from_str::<Config>("lisen = 1").is_err(), "a misspelt setting is refused");
    }

    #[test]
    fn time_limits_that_break_promises_are_refused() {
        for seconds in [0, 51, u64::MAX] {
            assert!(Config { callback_seconds: seconds, ..Config::default() }.check().is_err(), "{seconds}");
        }
        for seconds in [1, 50] {
            assert!(Config { callback_seconds: seconds, ..Config::default() }.check().is_ok(), "{seconds}");
        }
        assert!(Config { request_seconds: 0, ..Config::default() }.check().is_err());
    }

    #[test]
    fn a_wallet_pays_by_itself_within_a_day_or_by_hand_only() {
        let with = |sandbox_wallet_seconds| Config { sandbox_wallet_seconds, ..Config::default() };
        assert!(with(86_400).check().is_ok() && with(86_401).check().is_err());
        assert_eq!(with(0).sandbox_wallet_acts_after(), None);
        assert_eq!(Config::default().sandbox_wallet_acts_after(), Some(Duration::from_secs(2)));
    }

    #[test]
    fn prefixes_that_would_not_route_are_refused() {
        for wrong in ["ab", "/ab/", "/{x}"] {
            assert!(Config { rbs_prefix: wrong.to_owned(), ..Config::default() }.check().is_err(), "{wrong}");
        }
        assert!(Config { rbs_prefix: "/ab".to_owned(), ..Config::default() }.check().is_ok());
    }
}
