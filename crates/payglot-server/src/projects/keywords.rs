//! Keywords of premium text messages: what a message that begins with one costs, and whom we tell of it.

use super::paysera::PayseraSettings;
use payglot_core::{Currency, Money};

/// A keyword of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyword {
    /// What a message begins with, in capitals.
    pub name: String,
    /// What the sender pays.
    pub amount: Money,
    /// Where the call goes.
    pub callback_url: String,
}

impl Keyword {
    /// `NAME:AMOUNT:ADDRESS`, or with a currency `NAME:EUR:AMOUNT:ADDRESS`; the amount in minor units.
    pub(super) fn read(text: &str, usual: Currency) -> Option<Self> {
        let (name, rest) = text.split_once(':')?;
        let (second, rest) = rest.split_once(':')?;
        let (currency, minor, address) = match Currency::from_code(second) {
            Some(currency) => {
                let (minor, address) = rest.split_once(':')?;
                (currency, minor, address)
            }
            None => (usual, second, rest),
        };
        let plain = (1..=20).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let http = address.starts_with("http://") || address.starts_with("https://");
        let amount = Money::new(minor.parse().ok()?, currency).filter(|amount| !amount.is_zero())?;
        let good = plain && http && reqwest::Url::parse(address).is_ok();
        good.then(|| Self { name: name.to_ascii_uppercase(), amount, callback_url: address.to_owned() })
    }
}

impl PayseraSettings {
    /// The keywords; `usual` is the currency of those that name none.
    pub fn keywords(&self, usual: Currency) -> impl Iterator<Item = Keyword> {
        self.keywords.iter().filter_map(move |text| Keyword::read(text, usual))
    }

    /// Says in words what does not fit.
    pub(super) fn check_keywords(&self) -> anyhow::Result<()> {
        let digits = self.short_number.bytes().all(|byte| byte.is_ascii_digit());
        anyhow::ensure!(
            digits && (3..=8).contains(&self.short_number.len()),
            "paysera.short_number wants 3 to 8 digits, not {:?}",
            self.short_number
        );
        let mut names = Vec::new();
        for text in &self.keywords {
            let Some(keyword) = Keyword::read(text, Currency::EUR) else {
                anyhow::bail!(
                    "paysera.keywords: write {text:?} as KEYWORD:AMOUNT:ADDRESS or KEYWORD:CURRENCY:AMOUNT:ADDRESS, the amount in \
                     minor units"
                );
            };
            anyhow::ensure!(!names.contains(&keyword.name), "paysera.keywords: {} stands twice", keyword.name);
            names.push(keyword.name);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::ProjectSettings;
    use super::*;

    #[test]
    fn keywords_are_read_and_say_what_is_wrong() {
        let set = |value| ProjectSettings::default().with("paysera.keywords", value);
        let two = set("tea:50:https://shop.test/sms?x=1,WTP14:RUB:199:http://shop.test:8080/sms").expect("set");
        let read: Vec<_> = two.paysera.keywords(Currency::EUR).collect();
        assert_eq!((read[0].name.as_str(), read[0].callback_url.as_str()), ("TEA", "https://shop.test/sms?x=1"));
        assert_eq!(read[0].amount, Money::new(50, Currency::EUR).expect("small"));
        assert_eq!((read[1].amount.currency(), read[1].amount.minor()), (Currency::RUB, 199));
        for wrong in [
            "TEA",
            "TEA:50",
            "TEA:0:https://a.test",
            "TEA:-5:https://a.test",
            "T A:5:https://a.test",
            "TEA:5:ftp://a.test",
        ] {
            assert!(set(wrong).expect_err("refused").to_string().contains("KEYWORD:AMOUNT:ADDRESS"), "{wrong}");
        }
        let twice = set("tea:1:https://a.test,TEA:2:https://b.test").expect_err("refused");
        assert!(twice.to_string().contains("TEA stands twice"));
        let short = |value| ProjectSettings::default().with("paysera.short_number", value);
        assert!(short("1645").is_ok() && short("16").is_err() && short("+1645").is_err());
    }
}
