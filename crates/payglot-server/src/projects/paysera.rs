//! What a Paysera project would set in the vendor's cabinet, and the rules and methods that follow from it.

use super::methods;
use payglot_core::Currency;
use payglot_wire::paysera::{CallbackSettings, Catalogue, ProjectState, Zone};
use payglot_wire::raw::Method;
use serde::{Deserialize, Serialize};

/// Which documentation the shop was written after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Documentation {
    /// 1.6 and later: one `data`, one `sign`.
    #[default]
    Modern,
    /// 1.2 to 1.5 as well: plain fields, whose signature leaves some of them out.
    Legacy,
}

/// Is the project open for payments?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is.
    #[default]
    Active,
    /// The operator has not checked it yet.
    NotChecked,
    /// Its owner suspended it.
    Suspended,
    /// The operator blocked it.
    Blocked,
    /// It is deleted.
    Deleted,
}

impl Standing {
    /// As the codec knows it.
    pub const fn on_the_wire(self) -> ProjectState {
        match self {
            Self::Active => ProjectState::Active,
            Self::NotChecked => ProjectState::Unchecked,
            Self::Suspended => ProjectState::Suspended,
            Self::Blocked => ProjectState::Blocked,
            Self::Deleted => ProjectState::Deleted,
        }
    }
}

/// Settings that only the Paysera protocol has. Set them as `paysera.NAME=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PayseraSettings {
    /// `modern` or `legacy`: what requests may look like.
    pub version: Documentation,
    /// `active`, `not_checked`, `suspended`, `blocked` or `deleted`.
    pub state: Standing,
    /// Scheme, host and perhaps the beginning of a path that every address of a request must lie in; empty: any.
    pub base_addresses: Vec<String>,
    /// Take requests with `test=1`.
    pub allow_test: bool,
    /// A test payment succeeds at once, without a page that asks how it shall end.
    pub instant_test: bool,
    /// Callbacks by POST instead of GET. Libraries before 1.8 read only the query.
    pub post_callbacks: bool,
    /// Callbacks encrypted with the password instead of signed. For libraries from 1.8 on.
    pub encrypted: bool,
    /// Tell status 2 (accepted, not confirmed). Old libraries take it for an error, and their shops then answer anything but `OK`.
    pub send_accepted: bool,
    /// Tell status 0 (not paid). The same.
    pub send_failed: bool,
    /// Send `ss3` beside `ss1` and `ss2`.
    pub ss3: bool,
    /// For `[site_name]` in the purpose of a payment; empty: the shop's name.
    pub site_name: String,
    /// For `[owner_name]`; empty: the shop's name.
    pub owner_name: String,
    /// Keys of the methods offered; empty: all of the built-in list.
    pub methods: Vec<String>,
    /// Limits in minor units that replace the built-in ones: `hanza:1-500000`, `card:USD:100-`.
    pub limits: Vec<String>,
    /// Names that replace the built-in ones: `card:lt:Mokėjimo kortelė`.
    pub titles: Vec<String>,
    /// Keywords of premium text messages, amounts in minor units: `TEA:50:https://shop.example/sms`, `TEA:USD:50:https://...`.
    pub keywords: Vec<String>,
    /// The short number that such messages are sent to.
    pub short_number: String,
    /// The zone of `time_limit`: `EET` (Vilnius, with summer time) or an offset such as `+02:00`.
    pub zone: String,
}

impl Default for PayseraSettings {
    fn default() -> Self {
        Self {
            version: Documentation::Modern,
            state: Standing::Active,
            base_addresses: Vec::new(),
            allow_test: false,
            instant_test: false,
            post_callbacks: false,
            encrypted: false,
            send_accepted: false,
            send_failed: false,
            ss3: true,
            site_name: String::new(),
            owner_name: String::new(),
            methods: Vec::new(),
            limits: Vec::new(),
            titles: Vec::new(),
            keywords: Vec::new(),
            short_number: "1679".to_owned(),
            zone: "EET".to_owned(),
        }
    }
}

/// A limit of a method that a project sets itself.
struct OwnLimit<'a> {
    method: &'a str,
    currency: Option<Currency>,
    min: i64,
    max: Option<i64>,
}

impl<'a> OwnLimit<'a> {
    /// `KEY:MIN-MAX`, `KEY:CUR:MIN-MAX`; without a maximum there is none.
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = text.split(':');
        let (method, second) = (parts.next()?, parts.next()?);
        let (currency, range) = match parts.next() {
            Some(range) => (Some(Currency::from_code(second)?), range),
            None => (None, second),
        };
        let (min, max) = range.split_once('-')?;
        let min = min.parse().ok().filter(|min| *min >= 1)?;
        let max = if max.is_empty() { None } else { Some(max.parse().ok().filter(|max| *max >= min)?) };
        (parts.next().is_none() && methods::find(method).is_some()).then_some(Self { method, currency, min, max })
    }
}

/// `KEY:LANGUAGE:NAME`.
fn own_title(text: &str) -> Option<(&str, &str, &str)> {
    let (method, rest) = text.split_once(':')?;
    let (language, title) = rest.split_once(':')?;
    let good = methods::find(method).is_some() && language.len() == 2 && !title.trim().is_empty();
    good.then_some((method, language, title))
}

impl PayseraSettings {
    /// Says in words what does not fit.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        for address in &self.base_addresses {
            let http = address.starts_with("http://") || address.starts_with("https://");
            anyhow::ensure!(
                http && reqwest::Url::parse(address).is_ok_and(|url| url.query().is_none() && url.fragment().is_none()),
                "paysera.base_addresses: {address} is no address such as https://shop.example/lt"
            );
        }
        for key in &self.methods {
            anyhow::ensure!(
                methods::find(key).is_some(),
                "paysera.methods: there is no method {key}; there are: {}",
                methods::ALL.iter().map(|method| method.key).collect::<Vec<_>>().join(", ")
            );
        }
        for limit in &self.limits {
            anyhow::ensure!(
                OwnLimit::read(limit).is_some(),
                "paysera.limits: write {limit:?} as METHOD:MIN-MAX or METHOD:CURRENCY:MIN-MAX, in minor units"
            );
        }
        for title in &self.titles {
            anyhow::ensure!(own_title(title).is_some(), "paysera.titles: write {title:?} as METHOD:LANGUAGE:NAME");
        }
        self.check_keywords()?;
        self.zone.parse::<Zone>().map_err(|_| {
            anyhow::anyhow!("paysera.zone: {:?} is neither EET nor an offset such as +02:00", self.zone)
        })?;
        Ok(())
    }

    /// The zone of dates without one.
    pub fn zone(&self) -> Zone {
        // Checked when the settings were read.
        self.zone.parse().unwrap_or_default()
    }

    /// The methods offered, with their names, pictures and limits in these currencies. Pictures lie below `base_url`.
    pub fn catalogue(&self, base_url: &str, currencies: &[Currency]) -> Catalogue {
        let mut catalogue = methods::catalogue(base_url, currencies);
        let wanted = |key: &str| self.methods.is_empty() || self.methods.iter().any(|known| known == key);
        let groups = catalogue.countries.iter_mut().flat_map(|country| country.groups.iter_mut());
        for method in groups.flat_map(|group| group.methods.iter_mut()) {
            for own in self.limits.iter().filter_map(|text| OwnLimit::read(text)) {
                let of_own = |known: Currency| own.currency.is_none_or(|only| only == known);
                for limit in method.limits.iter_mut().filter(|limit| of_own(limit.currency)) {
                    if own.method == method.key {
                        (limit.min, limit.max) = (own.min, own.max);
                    }
                }
            }
            for (_, language, title) in
                self.titles.iter().filter_map(|text| own_title(text)).filter(|own| own.0 == method.key)
            {
                method.titles.retain(|(known, _)| known != language);
                method.titles.push((language.to_owned(), title.to_owned()));
            }
            // Clients look at the first, which by convention is Lithuanian.
            method.titles.sort_by_key(|(language, _)| language != "lt");
        }
        catalogue.only(|method| wanted(&method.key))
    }
}

impl super::ActiveProject {
    /// How callbacks of this project are written; `None` without a password, or with a login that is no number.
    pub fn paysera_callbacks(&self) -> Option<CallbackSettings> {
        let own = &self.settings.paysera;
        let name = |text: &str| if text.is_empty() { self.display_name().to_owned() } else { text.to_owned() };
        Some(CallbackSettings {
            method: if own.post_callbacks { Method::Post } else { Method::Get },
            encrypted: own.encrypted,
            tells_accepted: own.send_accepted,
            tells_failed: own.send_failed,
            sends_ss3: own.ss3,
            site_name: name(&own.site_name),
            owner_name: name(&own.owner_name),
            ..CallbackSettings::new(self.login.parse().ok()?, self.secret("sign_password")?.clone())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::ProjectSettings;
    use super::*;

    fn set(changes: &[(&str, &str)]) -> anyhow::Result<PayseraSettings> {
        let begin = Ok(ProjectSettings::default());
        let whole = changes.iter().fold(begin, |settings: anyhow::Result<ProjectSettings>, (key, value)| {
            settings.and_then(|settings| settings.with(&format!("paysera.{key}"), value))
        });
        whole.map(|settings| settings.paysera)
    }

    #[test]
    fn settings_are_set_by_dotted_names_and_say_what_is_wrong() {
        let settings = set(&[("version", "legacy"), ("allow_test", "true"), ("zone", "+02:00")]).expect("set");
        assert_eq!((settings.version, settings.allow_test), (Documentation::Legacy, true));
        let words = |key, value| set(&[(key, value)]).expect_err("refused").to_string();
        assert!(words("state", "sleeping").contains("not_checked"), "{}", words("state", "sleeping"));
        assert!(words("methods", "hanza,bitcoin").contains("no method bitcoin; there are: hanza"));
        assert!(words("limits", "hanza:5-1").contains("METHOD:MIN-MAX"));
        assert!(words("limits", "hanza:0-1").contains("METHOD:MIN-MAX"));
        assert!(words("limits", "hanza:QQQ:1-2").contains("METHOD:MIN-MAX"));
        assert!(words("titles", "hanza:lt").contains("METHOD:LANGUAGE:NAME"));
        assert!(words("base_addresses", "shop.example").contains("https://shop.example/lt"));
        assert!(words("zone", "Vilnius").contains("EET"));
        assert!(words("colour", "red").contains("paysera.allow_test"));
        assert!(
            ProjectSettings::default().with("paysera", "{}").expect_err("refused").to_string().contains("paysera.")
        );
    }

    #[test]
    fn the_catalogue_follows_the_settings() {
        let eur = [Currency::EUR];
        let all = PayseraSettings::default().catalogue("https://pay.test", &eur);
        assert!(all.countries.len() >= 2 && all.countries.iter().all(|country| country.groups.len() >= 2));
        let own = set(&[
            ("methods", "hanza,card"),
            ("limits", "hanza:100-500,card:EUR:1-"),
            ("titles", "hanza:lt:Mano bankas"),
        ]);
        let own = own.expect("set").catalogue("https://pay.test", &eur);
        let keys: Vec<_> = own.methods().map(|(country, method)| format!("{}/{}", country.code, method.key)).collect();
        assert_eq!(keys, ["ee/card", "lt/hanza", "lt/card", "lv/card", "other/card"]);
        let hanza = own.method("hanza").expect("offered");
        assert_eq!((hanza.limits[0].min, hanza.limits[0].max), (100, Some(500)));
        assert_eq!(hanza.titles[0], ("lt".to_owned(), "Mano bankas".to_owned()));
        assert_eq!(hanza.logos[0].1, "https://pay.test/assets/image/payment_types/hanza.png");
        assert_eq!(own.method("card").expect("offered").limits[0].max, None);
    }
}
