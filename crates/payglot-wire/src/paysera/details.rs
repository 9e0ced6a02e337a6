//! What is kept of a request beside the payment: the shop's parameters in their order, and what the gateway learned since, as one opaque
//! text to everybody else.

use super::language::Language;
use super::legacy;
use super::params::{Fields, OWN_PREFIX};
use super::request::{Order, Rules};
use crate::text::form;

/// The stored text, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    fields: Fields,
    /// What the gateway learned.
    pub learned: Learned,
}

/// What the gateway learned after the request. Each is `None` until it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    /// The number that shops know the attempt by: 1 to 2147483647, because clients hold it in 32 bits.
    pub request_id: Option<u32>,
    /// The key of the method that the payer took.
    pub method: Option<String>,
    /// The country of that method, two letters; `None` for an international one.
    pub method_country: Option<String>,
    /// The payer's country by the network address, two letters.
    pub ip_country: Option<String>,
    /// The country that the payer chose on the page, two letters.
    pub country: Option<String>,
    /// The language that the pages were shown in.
    pub language: Option<Language>,
    /// The address that the payer typed because the shop gave none.
    pub email: Option<String>,
    /// The payer's telephone, where a method asks for it. It is not told to the shop.
    pub phone: Option<String>,
    /// The payer's first name as the bank told it.
    pub name: Option<String>,
    /// The payer's last name as the bank told it.
    pub surname: Option<String>,
    /// The payer's account as the bank told it.
    pub account: Option<String>,
    /// Is the payer the one whose national number the shop sent?
    pub personcode: PersonCode,
    /// The bank executed the payment and will never confirm that the money arrived.
    pub unconfirmed: bool,
    /// Another payment of the same order took the place of this one: its end is not told.
    pub superseded: bool,
    /// Set if the order came in the protocol before version 1.6; callbacks go the same way back.
    pub legacy: Option<legacy::Version>,
}

/// `personcodestatus`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PersonCode {
    /// 0: not known yet; a callback with status 3 follows.
    #[default]
    Pending,
    /// 1: it is the payer's.
    Matches,
    /// 2: it is somebody else's.
    Differs,
    /// 3: the bank does not tell.
    Unknown,
}

impl PersonCode {
    const ALL: [Self; 4] = [Self::Pending, Self::Matches, Self::Differs, Self::Unknown];

    /// The digit on the wire.
    pub const fn digit(self) -> &'static str {
        match self {
            Self::Pending => "0",
            Self::Matches => "1",
            Self::Differs => "2",
            Self::Unknown => "3",
        }
    }

    fn from_digit(digit: &str) -> Self {
        Self::ALL.into_iter().find(|status| status.digit() == digit).unwrap_or_default()
    }
}

impl Details {
    /// What is kept of an order.
    pub fn new(order: &Order) -> Self {
        Self { fields: order.fields.clone(), learned: Learned::default() }
    }

    /// Reads a stored text. One that is not ours reads as nothing known.
    pub fn read(text: &str) -> Self {
        let pairs = form::decode(text.as_bytes()).unwrap_or_default();
        let mut learned = Learned::default();
        let own = |name: &str| name.strip_prefix(OWN_PREFIX).map(str::to_owned);
        for (name, value) in &pairs {
            if let Some(name) = own(name) {
                learned.take(&name, value);
            }
        }
        Self { fields: Fields::merged(pairs.into_iter().filter(|(name, _)| own(name).is_none())), learned }
    }

    /// The text to store.
    pub fn to_text(&self) -> String {
        let learned: Vec<(String, String)> =
            self.learned.pairs().into_iter().map(|(name, value)| (format!("{OWN_PREFIX}{name}"), value)).collect();
        let all = self.fields.pairs().iter().chain(&learned);
        form::encode(all.map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// The shop's parameters.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// A parameter of the shop; an empty one counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name)
    }

    /// The order as it was taken, judged by nothing that may have changed since: give rules with the methods and currencies of the time.
    pub fn order(&self, rules: &Rules) -> Option<Order> {
        let mut fields = self.fields.clone();
        fields.remove("time_limit");
        let lenient = Rules { confirmed_addresses: &[], allows_tests: true, not_utf8: false, ..rules.clone() };
        let order_id = fields.get("orderid")?.to_owned();
        Order::complete(fields, order_id, &lenient).ok()
    }

    /// Is it a test payment?
    pub fn is_test(&self) -> bool {
        self.get("test") == Some("1")
    }

    /// Did the shop ask to compare a national number?
    pub fn asks_personcode(&self) -> bool {
        self.get("personcode").is_some()
    }

    /// The language of the order: what the shop named, else what the pages were shown in, else English.
    pub fn language(&self) -> Language {
        self.get("lang").and_then(Language::from_code).or(self.learned.language).unwrap_or(Language::ENG)
    }

    /// The payer's electronic mail: from the shop, else as typed on our page.
    pub fn email(&self) -> Option<&str> {
        self.get("p_email").or(self.learned.email.as_deref())
    }

    /// The key of the method: as taken, else as the shop chose it.
    pub fn method(&self) -> Option<&str> {
        self.learned.method.as_deref().or(self.get("payment"))
    }
}

impl Learned {
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let texts = [
            ("request_id", self.request_id.map(|number| number.to_string())),
            ("method", self.method.clone()),
            ("method_country", self.method_country.clone()),
            ("ip_country", self.ip_country.clone()),
            ("country", self.country.clone()),
            ("language", self.language.map(|language| language.three().to_owned())),
            ("email", self.email.clone()),
            ("phone", self.phone.clone()),
            ("name", self.name.clone()),
            ("surname", self.surname.clone()),
            ("account", self.account.clone()),
            ("personcode", (self.personcode != PersonCode::Pending).then(|| self.personcode.digit().to_owned())),
            ("unconfirmed", self.unconfirmed.then(|| "1".to_owned())),
            ("superseded", self.superseded.then(|| "1".to_owned())),
            ("legacy", self.legacy.map(|version| version.name().to_owned())),
        ];
        texts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    fn take(&mut self, name: &str, value: &str) {
        let text = || Some(value.to_owned());
        match name {
            "request_id" => self.request_id = value.parse().ok(),
            "method" => self.method = text(),
            "method_country" => self.method_country = text(),
            "ip_country" => self.ip_country = text(),
            "country" => self.country = text(),
            "language" => self.language = Language::from_code(value),
            "email" => self.email = text(),
            "phone" => self.phone = text(),
            "name" => self.name = text(),
            "surname" => self.surname = text(),
            "account" => self.account = text(),
            "personcode" => self.personcode = PersonCode::from_digit(value),
            "unconfirmed" => self.unconfirmed = value == "1",
            "superseded" => self.superseded = value == "1",
            "legacy" => self.legacy = Some(legacy::Version::from_name(value)),
            // Written by a later version of us.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_was_learned_reads_back() {
        let text = |text: &str| Some(text.to_owned());
        let fields = Fields::new().with("orderid", "1&2").with("x", "").with("p_email", "a@b.test");
        let learned = Learned {
            request_id: Some(i32::MAX.unsigned_abs()),
            method: text("hanza"),
            method_country: text("LT"),
            ip_country: text("EE"),
            country: text("LV"),
            language: Some(Language::LIT),
            email: text("c@d.test"),
            phone: text("+37060000000"),
            name: text("Žydrūnė"),
            surname: text("Šimkutė"),
            account: text("LT121000011101001000"),
            personcode: PersonCode::Differs,
            unconfirmed: true,
            superseded: true,
            legacy: Some(legacy::Version::V1_4),
        };
        let details = Details { fields, learned };
        assert_eq!(Details::read(&details.to_text()), details);
        assert_eq!(
            (details.email(), details.method(), details.language()),
            (Some("a@b.test"), Some("hanza"), Language::LIT)
        );
        let empty = Details::default();
        assert_eq!(Details::read(&empty.to_text()), empty);
        assert_eq!(Details::read("%FF"), empty);
    }
}
