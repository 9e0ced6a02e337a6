//! The built-in payment methods: keys as shops of the vendor know them, our own names, groups and limits. A project offers all of them or
//! some; what a payer sees behind a key is the sandbox's simulator of its kind.

use payglot_core::Currency;
use payglot_wire::paysera::{Catalogue, Country, Group, Limit, Method as Listed};

/// What a payer does to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Confirms a transfer in the bank's own pages.
    Bank,
    /// Types a card's data.
    Card,
    /// Confirms by a message to the telephone.
    Sms,
    /// Pays from an account of electronic money.
    Wallet,
}

/// A built-in method.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// The value of `payment`: at most 20 characters.
    pub key: &'static str,
    /// What the payer does.
    pub kind: Kind,
    /// Where it is offered: two lower-case letters, or `other`.
    pub countries: &'static [&'static str],
    /// Names: Lithuanian, English, Russian.
    pub titles: [&'static str; 3],
    /// Smallest amount in minor units.
    pub min: i64,
    /// Largest amount in minor units.
    pub max: Option<i64>,
}

const EVERYWHERE: &[&str] = &["ee", "lt", "lv", "other"];
const BALTIC: &[&str] = &["ee", "lt", "lv"];

const fn bank(key: &'static str, country: &'static [&'static str], titles: [&'static str; 3]) -> Method {
    Method { key, kind: Kind::Bank, countries: country, titles, min: 1, max: None }
}

const fn same(title: &'static str) -> [&'static str; 3] {
    [title; 3]
}

/// In the order of the page. The keys of Lithuania are the vendor's; Latvia and Estonia have their own because an account is held in one
/// country.
pub const ALL: &[Method] = &[
    bank("hanza", &["lt"], same("Swedbank")),
    bank("vb2", &["lt"], same("SEB")),
    bank("nord", &["lt"], same("Luminor")),
    bank("sb", &["lt"], ["Šiaulių bankas", "Šiaulių bankas", "Шяуляйский банк"]),
    bank("parex", &["lt"], same("Citadele")),
    bank("lv_hanza", &["lv"], same("Swedbank")),
    bank("lv_seb", &["lv"], same("SEB banka")),
    bank("lv_parex", &["lv"], same("Citadele")),
    bank("ee_hanza", &["ee"], same("Swedbank")),
    bank("ee_seb", &["ee"], same("SEB Pank")),
    bank("ee_lhv", &["ee"], same("LHV")),
    Method {
        key: "wallet",
        kind: Kind::Wallet,
        countries: EVERYWHERE,
        titles: ["Sąskaita sistemoje", "Account balance", "Счёт в системе"],
        min: 1,
        max: None,
    },
    Method {
        key: "webmoney",
        kind: Kind::Wallet,
        countries: &["lt", "lv", "other"],
        titles: same("WebMoney"),
        min: 1,
        max: Some(500_000),
    },
    Method {
        key: "card",
        kind: Kind::Card,
        countries: EVERYWHERE,
        titles: ["Mokėjimo kortelė", "Payment card", "Банковская карта"],
        min: 1,
        max: None,
    },
    Method {
        key: "smsbank",
        kind: Kind::Sms,
        countries: BALTIC,
        titles: ["SMS Bank", "SMS Bank", "СМС-банк"],
        min: 10,
        max: Some(30_000),
    },
];

/// A method by its key.
pub fn find(key: &str) -> Option<&'static Method> {
    ALL.iter().find(|method| method.key == key)
}

/// Code, Lithuanian, English, Russian; by code, because the list is sorted so.
const COUNTRIES: &[(&str, [&str; 3])] = &[
    ("ee", ["Estija", "Estonia", "Эстония"]),
    ("lt", ["Lietuva", "Lithuania", "Литва"]),
    ("lv", ["Latvija", "Latvia", "Латвия"]),
    ("other", ["Kitos šalys", "Other countries", "Другие страны"]),
];

const GROUPS: &[(&str, [&str; 3])] = &[
    ("e-banking", ["Elektroninė bankininkystė", "Online banking", "Интернет-банк"]),
    ("e-money", ["Elektroniniai pinigai", "Electronic money", "Электронные деньги"]),
    ("other", ["Kiti būdai", "Other ways", "Другие способы"]),
];

impl Method {
    /// The key of its group.
    pub const fn group(&self) -> &'static str {
        match self.kind {
            Kind::Bank => "e-banking",
            Kind::Wallet => "e-money",
            Kind::Card | Kind::Sms => "other",
        }
    }

    fn listed(&self, base_url: &str, currencies: &[Currency]) -> Listed {
        let logo = format!("{base_url}/assets/image/payment_types/{}.png", self.key);
        let limit = |currency: &Currency| Limit { currency: *currency, min: self.min, max: self.max };
        Listed {
            key: self.key.to_owned(),
            titles: per_language(&self.titles),
            logos: ["lt", "en", "ru"].map(|language| (language.to_owned(), logo.clone())).to_vec(),
            limits: currencies.iter().map(limit).collect(),
            is_iban: self.kind == Kind::Bank,
            base_currency: None,
        }
    }
}

fn per_language(titles: &[&str; 3]) -> Vec<(String, String)> {
    ["lt", "en", "ru"]
        .iter()
        .zip(titles)
        .map(|(language, title)| ((*language).to_owned(), (*title).to_owned()))
        .collect()
}

/// All methods by country and group, with their built-in limits in each of these currencies.
pub(super) fn catalogue(base_url: &str, currencies: &[Currency]) -> Catalogue {
    let group = |country: &str, (key, titles): &(&str, [&str; 3])| {
        let here = |method: &&Method| method.group() == *key && method.countries.contains(&country);
        let methods = ALL.iter().filter(here).map(|method| method.listed(base_url, currencies)).collect();
        Group { key: (*key).to_owned(), titles: per_language(titles), methods }
    };
    let country = |(code, titles): &(&str, [&str; 3])| Country {
        code: (*code).to_owned(),
        titles: per_language(titles),
        groups: GROUPS.iter().map(|found| group(code, found)).filter(|group| !group.methods.is_empty()).collect(),
    };
    Catalogue { countries: COUNTRIES.iter().map(country).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_short_plain_and_unique() {
        for (at, method) in ALL.iter().enumerate() {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
            assert!((1..=20).contains(&method.key.len()) && method.key.bytes().all(plain), "{}", method.key);
            assert!(ALL[at + 1..].iter().all(|other| other.key != method.key), "{} comes twice", method.key);
            assert!(method.max.is_none_or(|max| max > method.min));
        }
    }
}
