//! The payment methods of a project: countries, groups, methods; the addresses under which shops ask for them, and the XML they get.

mod path;
mod xml;

pub use path::ListRequest;
use payglot_core::{Currency, Money};
pub use xml::document;

/// A title or an address of a picture per language, by its two letters. Put `lt` first and have `en`: clients look for them.
pub type PerLanguage = Vec<(String, String)>;

/// What a project offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// In the order of the document: by code.
    pub countries: Vec<Country>,
}

/// A country of payers, or `other` for everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166 alpha-2 in lower case, or `other`.
    pub code: String,
    /// Its names.
    pub titles: PerLanguage,
    /// Its groups, in the order of the page.
    pub groups: Vec<Group>,
}

/// A group of methods.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// `e-banking`, `e-money` or `other`.
    pub key: String,
    /// Its names.
    pub titles: PerLanguage,
    /// Its methods, in the order of the page.
    pub methods: Vec<Method>,
}

/// A method.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Method {
    /// The value of `payment`: at most 20 characters of `A-Z a-z 0-9 _ -`.
    pub key: String,
    /// Its names.
    pub titles: PerLanguage,
    /// Addresses of its picture.
    pub logos: PerLanguage,
    /// The currencies that it takes, each with its limits; no others.
    pub limits: Vec<Limit>,
    /// Does it tell the payer's IBAN?
    pub is_iban: bool,
    /// The currency that it really works in, if it says so.
    pub base_currency: Option<Currency>,
}

/// From how much to how much a method takes of one currency, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The currency.
    pub currency: Currency,
    /// The smallest amount, at least 1.
    pub min: i64,
    /// The largest amount, if there is one.
    pub max: Option<i64>,
}

/// What stands between a method and an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The method does not take the currency.
    Currency,
    /// Less than it takes.
    TooSmall,
    /// More than it takes.
    TooLarge,
}

impl Method {
    /// The limits in a currency, if the method takes it.
    pub fn limit(&self, currency: Currency) -> Option<&Limit> {
        self.limits.iter().find(|limit| limit.currency == currency)
    }

    /// Does it take this amount?
    pub fn takes(&self, amount: Money) -> Result<(), Misfit> {
        self.limit(amount.currency()).ok_or(Misfit::Currency)?.takes(amount.minor())
    }
}

impl Limit {
    fn takes(&self, minor: i64) -> Result<(), Misfit> {
        if minor < self.min.max(1) {
            return Err(Misfit::TooSmall);
        }
        if self.max.is_some_and(|max| minor > max) { Err(Misfit::TooLarge) } else { Ok(()) }
    }
}

impl Catalogue {
    /// Every method with its country. One that serves several countries comes once for each.
    pub fn methods(&self) -> impl Iterator<Item = (&Country, &Method)> {
        let of_country = |country| groups_of(country).map(move |method| (country, method));
        self.countries.iter().flat_map(of_country)
    }

    /// A method by its key.
    pub fn method(&self, key: &str) -> Option<&Method> {
        self.methods().map(|(_, method)| method).find(|method| method.key == key)
    }

    /// What is left of it when only some methods may stay; groups and countries that become empty go too.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&Method) -> bool) -> Self {
        let mut countries = self.countries.clone();
        for country in &mut countries {
            for group in &mut country.groups {
                group.methods.retain(&keep);
            }
            country.groups.retain(|group| !group.methods.is_empty());
        }
        countries.retain(|country| !country.groups.is_empty());
        Self { countries }
    }
}

fn groups_of(country: &Country) -> impl Iterator<Item = &Method> {
    country.groups.iter().flat_map(|group| group.methods.iter())
}

/// The text for a language, else the English one, else the first.
pub fn pick<'a>(texts: &'a PerLanguage, language: &str) -> Option<&'a str> {
    let find = |wanted: &str| texts.iter().find(|(known, _)| known == wanted);
    find(language).or_else(|| find("en")).or_else(|| texts.first()).map(|(_, text)| text.as_str())
}
