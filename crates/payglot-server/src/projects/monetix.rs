//! What a Monetix project would set in the vendor's cabinet.

use payglot_core::{Currency, Method};
use payglot_wire::monetix::{CallbackSettings, limits};
use payglot_wire::text::secret::Secret;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What becomes of a card payment that does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CardOperation {
    /// Charged at once.
    #[default]
    Sale,
    /// Held, to be captured or cancelled by the shop.
    Auth,
}

/// What becomes of a hold that the shop leaves alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HoldEnding {
    /// It is released.
    #[default]
    Cancel,
    /// It is captured.
    Capture,
}

/// Settings that only the Monetix protocol has. Set them as `monetix.NAME=VALUE`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MonetixSettings {
    /// Where callbacks of final successes go; empty: where all others go.
    pub success_callback_url: String,
    /// Where callbacks of final declines go; empty: where all others go.
    pub decline_callback_url: String,
    /// Where the button of a success leads, if a request names no address.
    pub success_url: String,
    /// Where the button of a failure leads.
    pub fail_url: String,
    /// Where the button of every other page leads.
    pub return_url: String,
    /// Codes of the methods offered (`webmoney`, `webmoney-light`, `card`); empty: all.
    pub methods: Vec<String>,
    /// Network addresses that may call Gate; empty: all.
    pub gate_ips: Vec<String>,
    /// May a payer try again after a decline, 5 times within 600 seconds? Tells the shop so with a field that one plugin does not verify.
    pub retries_declined: bool,
    /// Are the payer's saved cards (by `customer_id`) shown on the page, and may the payer save another one there?
    pub saves_cards: bool,
    /// Does the page pay out (`mode=payout`)? The text that a shop signs joins its parameters without escaping, so a shop that signs a
    /// payer's own words as they are could be made to sign this mode for an order that it wants to be paid.
    pub pays_out_on_page: bool,
    /// `sale` or `auth`: what becomes of a card payment on the page that does not say.
    pub card_operation: CardOperation,
    /// `cancel` or `capture`: what becomes of a hold that the shop leaves alone.
    pub hold_ending: HoldEnding,
    /// Tell `,` instead of `;` in descriptions: the signer of one plugin refuses `;`.
    pub replaces_semicolons: bool,
    /// The number of the provider that callbacks name; 0: 12345.
    pub provider_id: u32,
    /// What one WMZ or WME costs in a national currency, for the estimate on the page: `RUB:WMZ:92.50`.
    pub title_rates: Vec<String>,
}

/// A method that a project can offer.
#[derive(Clone, Copy, Debug)]
pub struct OfferedMethod {
    /// Its code on the wire.
    pub code: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What the payer does.
    pub method: Method,
    /// Is it offered on the page, or by Gate only?
    pub on_page: bool,
    /// Can money be paid out by it?
    pub pays_out: bool,
}

/// Every method, in the order of the page.
pub const METHODS: &[OfferedMethod] = &[
    OfferedMethod { code: "webmoney", title: "WebMoney", method: Method::Wallet, on_page: true, pays_out: true },
    OfferedMethod { code: "card", title: "Card", method: Method::Card, on_page: true, pays_out: true },
    OfferedMethod {
        code: "webmoney-light",
        title: "WebMoney",
        method: Method::Wallet,
        on_page: false,
        pays_out: false,
    },
];

/// What one title unit costs.
struct Rate<'a> {
    from: &'a str,
    unit: &'a str,
    /// The price as a whole number and the number of decimals it was written with.
    price: i64,
    decimals: u32,
}

impl<'a> Rate<'a> {
    /// `RUB:WMZ:92.50`.
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = text.split(':');
        let (from, unit, price) = (parts.next()?, parts.next()?, parts.next()?);
        let (whole, fraction) = price.split_once('.').unwrap_or((price, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = !whole.is_empty() && digits(whole) && digits(fraction) && fraction.len() <= 6;
        let price = format!("{whole}{fraction}").parse().ok().filter(|price| fits && *price > 0)?;
        let known = Currency::from_code(from).is_some() && ["WMZ", "WME"].contains(&unit);
        let decimals = u32::try_from(fraction.len()).ok()?;
        (known && parts.next().is_none()).then_some(Self { from, unit, price, decimals })
    }

    /// Minor units of the title unit for minor units of a currency, rounded: it is only an estimate.
    fn convert(&self, minor: i64, from: Currency, to: Currency) -> Option<i64> {
        let ten = |power: u32| 10_i128.checked_pow(power);
        let scaled = i128::from(minor).checked_mul(ten(self.decimals)?)?.checked_mul(ten(to.decimals().into())?)?;
        let price = i128::from(self.price).checked_mul(ten(from.decimals().into())?)?;
        i64::try_from(scaled.checked_add(price / 2)? / price).ok()
    }
}

impl MonetixSettings {
    /// Says in words what does not fit.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        for (name, url) in [
            ("success_callback_url", &self.success_callback_url),
            ("decline_callback_url", &self.decline_callback_url),
            ("success_url", &self.success_url),
            ("fail_url", &self.fail_url),
            ("return_url", &self.return_url),
        ] {
            let http = url.starts_with("http://") || url.starts_with("https://");
            anyhow::ensure!(
                url.is_empty() || (http && reqwest::Url::parse(url).is_ok()),
                "monetix.{name} must be an http(s) address"
            );
        }
        for code in &self.methods {
            let codes = || METHODS.iter().map(|known| known.code).collect::<Vec<_>>().join(", ");
            anyhow::ensure!(find_method(code).is_some(), "monetix.methods: no method {code}; there are: {}", codes());
        }
        for ip in &self.gate_ips {
            anyhow::ensure!(ip.parse::<IpAddr>().is_ok(), "monetix.gate_ips: {ip} is no network address");
        }
        for rate in &self.title_rates {
            anyhow::ensure!(Rate::read(rate).is_some(), "monetix.title_rates: write {rate} as RUB:WMZ:92.50");
        }
        Ok(())
    }

    /// May this address call Gate?
    pub fn admits(&self, caller: Option<IpAddr>) -> bool {
        let listed = |ip: IpAddr| self.gate_ips.iter().any(|known| known.parse() == Ok(ip));
        self.gate_ips.is_empty() || caller.is_some_and(listed)
    }

    /// The method of this code, if the project offers it.
    pub fn method(&self, code: &str) -> Option<&'static OfferedMethod> {
        let offered = self.methods.is_empty() || self.methods.iter().any(|known| known == code);
        find_method(code).filter(|_| offered)
    }

    /// Every method that the project offers.
    pub fn offered(&self) -> impl Iterator<Item = &'static OfferedMethod> + '_ {
        METHODS.iter().filter(|known| self.method(known.code).is_some())
    }

    /// What an amount is in the title unit of WebMoney: the same number for dollars and euros, an estimate where the project has a rate.
    pub fn title_amount(&self, money: payglot_core::Money) -> Option<payglot_core::Money> {
        let from = money.currency();
        if let Some(unit) = payglot_wire::monetix::reply::title_unit(from) {
            return payglot_core::Money::new(money.minor(), unit);
        }
        let rates = self.title_rates.iter().filter_map(|rate| Rate::read(rate));
        let rate = rates.into_iter().find(|rate| rate.from == from.code())?;
        let unit = Currency::from_code(rate.unit)?;
        payglot_core::Money::new(rate.convert(money.minor(), from, unit)?, unit).filter(|money| !money.is_zero())
    }

    /// Attempts that a payer has, and for how many milliseconds after the first failure.
    pub const fn attempts(&self) -> (u8, Option<i64>) {
        if self.retries_declined { (limits::ATTEMPTS_MAX, Some(limits::ATTEMPTS_MS)) } else { (1, None) }
    }

    /// What its callbacks are like.
    pub(super) fn callbacks(&self, project_id: u32, secret: Secret, url: &str) -> CallbackSettings {
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let usual = CallbackSettings::new(project_id, secret);
        CallbackSettings {
            url: filled(url),
            success_url: filled(&self.success_callback_url),
            decline_url: filled(&self.decline_callback_url),
            provider_id: if self.provider_id == 0 { usual.provider_id } else { self.provider_id },
            replaces_semicolons: self.replaces_semicolons,
            tells_attempts: self.retries_declined,
            ..usual
        }
    }
}

fn find_method(code: &str) -> Option<&'static OfferedMethod> {
    METHODS.iter().find(|known| known.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use payglot_core::Money;

    fn shown(settings: &MonetixSettings, minor: i64, code: &str) -> Option<(i64, &'static str)> {
        let money = Money::new(minor, Currency::from_code(code).expect("known")).expect("small");
        settings.title_amount(money).map(|money| (money.minor(), money.currency().code()))
    }

    #[test]
    fn an_amount_is_shown_in_title_units_where_they_are_known() {
        let rates = vec!["RUB:WMZ:92.50".to_owned(), "JPY:WMZ:150".to_owned()];
        let settings = MonetixSettings { title_rates: rates, ..MonetixSettings::default() };
        assert_eq!(shown(&settings, 1999, "USD"), Some((1999, "WMZ")));
        assert_eq!(shown(&settings, 1999, "EUR"), Some((1999, "WME")));
        assert_eq!(shown(&settings, 92_500, "RUB"), Some((1000, "WMZ")));
        assert_eq!(shown(&settings, 1500, "JPY"), Some((1000, "WMZ")), "the yen has no decimals");
        assert_eq!(shown(&settings, 100, "KZT"), None);
        assert_eq!(shown(&settings, 1, "JPY"), Some((1, "WMZ")));
    }

    #[test]
    fn what_does_not_fit_is_said_in_words() {
        let of = |change: fn(&mut MonetixSettings)| {
            let mut settings = MonetixSettings::default();
            change(&mut settings);
            settings.check().map_err(|error| error.to_string())
        };
        assert_eq!(of(|_| ()), Ok(()));
        assert_eq!(of(|settings| settings.methods = vec!["card".to_owned()]), Ok(()));
        assert!(
            of(|settings| settings.methods = vec!["cards".to_owned()]).is_err_and(|words| words.contains("webmoney"))
        );
        assert!(of(|settings| settings.fail_url = "javascript:alert(1)".to_owned()).is_err());
        assert!(of(|settings| settings.gate_ips = vec!["10.0.0".to_owned()]).is_err());
        for rate in
            ["RUB:WMZ:0", "RUB:WMZ:", "RUB:WMR:1", "RUB:WMZ:1.5:2", "RUB:WMZ:-1", "RUB:WMZ:1.1234567", "XYZ:WMZ:1"]
        {
            let settings = MonetixSettings { title_rates: vec![rate.to_owned()], ..MonetixSettings::default() };
            assert!(settings.check().is_err(), "{rate}");
        }
    }

    #[test]
    fn only_listed_addresses_call_gate() {
        let ip = |text: &str| text.parse().ok();
        let open = MonetixSettings::default();
        assert!(open.admits(ip("198.51.100.1")) && open.admits(None));
        let closed = MonetixSettings { gate_ips: vec!["198.51.100.1".to_owned()], ..open };
        assert!(closed.admits(ip("198.51.100.1")) && !closed.admits(ip("198.51.100.2")) && !closed.admits(None));
    }
}
