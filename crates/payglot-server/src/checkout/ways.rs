//! The pages of orders that can be paid in other ways than with a card.

use super::pages;
use super::view::{
    ChoiceNotice, ChoicePage, CountryOption, DeclineReason as Words, EmailError, EmailField, MethodIcon, PlacePage,
    Tile, TileGroup,
};
use super::visit::{Choice, Country, Group, Visit, Way};
use askama::Template;
use payglot_core::{DeclineReason, Method, Operation};

/// The step of the choice.
pub const STEP_CHOOSE: &str = "choose";

/// Longest e-mail address that is kept, in signs.
const EMAIL_MAX: usize = 255;

/// What was chosen on the page of ways to pay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The key of a way.
    pub method: String,
    /// The code of the country that the page showed.
    pub country: String,
    /// The e-mail address as it was typed.
    pub email: String,
}

impl Chosen {
    /// Reads a posted form; what is missing is empty.
    pub fn read(body: &[u8]) -> Self {
        let mut chosen = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            match name.as_ref() {
                "method" => chosen.method = value.into_owned(),
                "country" => chosen.country = value.into_owned(),
                "email" => value.trim().clone_into(&mut chosen.email),
                _ => {}
            }
        }
        chosen
    }

    /// Judges the address, where one is asked for.
    pub fn email(&self, choice: &Choice) -> Result<Option<String>, EmailError> {
        if choice.email.is_some() {
            return Ok(None);
        }
        judge_email(&self.email).map(Some)
    }
}

/// An address that could get a letter. Only the letter proves more, so no more is asked.
pub fn judge_email(typed: &str) -> Result<String, EmailError> {
    if typed.is_empty() {
        return Err(EmailError::Missing);
    }
    let whole = typed.split_once('@').is_some_and(|(name, host)| {
        let labels = host.split('.').all(|label| !label.is_empty());
        !name.is_empty() && labels && host.contains('.') && !host.contains('@')
    });
    let plain =
        typed.chars().all(|sign| !sign.is_whitespace() && !sign.is_control() && !"<>()[]\\,;:\"".contains(sign));
    if whole && plain && typed.chars().count() <= EMAIL_MAX { Ok(typed.to_owned()) } else { Err(EmailError::Invalid) }
}

/// The choice of a way to pay. `country` is the one that the page was asked for.
pub fn choice_page(
    visit: &Visit,
    choice: &Choice,
    country: Option<&str>,
    email: EmailField,
    stale: bool,
) -> askama::Result<String> {
    // The shop chose the way already: only the address is missing.
    let only = choice.preselected.as_deref().filter(|_| visit.last_attempt().is_none() && !visit.all_ways);
    let offered = |way: &Way| only.is_none_or(|key| way.key == key);
    let countries = choice.countries.iter().filter(|country| country.ways().any(offered));
    let shown = choice.country(country).filter(|country| country.ways().any(offered)).or(countries.clone().next());
    let tile = |way: &Way| Tile { key: way.key.clone(), title: way.title.clone(), icon: icon(way.method) };
    let tiles = |group: &Group| TileGroup {
        title: group.title.clone(),
        tiles: group.ways.iter().filter(|way| offered(way)).map(tile).collect(),
    };
    let option = |country: &Country| CountryOption { code: country.code.clone(), title: country.title.clone() };
    let groups = shown.map(|country| country.groups.as_slice()).unwrap_or_default();
    let page = visit.page();
    ChoicePage {
        frame: visit.frame(),
        choose: pages::form_of(visit, STEP_CHOOSE),
        cancel: visit.can_cancel.then(|| pages::form_of(visit, pages::STEP_CANCEL)),
        countries_action: page.split('?').next().unwrap_or_default().to_owned(),
        countries: if only.is_some() { Vec::new() } else { countries.map(option).collect() },
        country: shown.map(|country| country.code.clone()).unwrap_or_default(),
        groups: groups.iter().map(tiles).filter(|group| !group.tiles.is_empty()).collect(),
        another: (only.is_some() && visit.has_other_ways()).then(|| visit.ways_page()),
        notice: if email.error.is_some() { None } else { notice(visit, stale) },
        email: choice.email.is_none().then_some(email),
    }
    .render()
}

/// What happened before the payer came to choose.
pub(super) fn notice(visit: &Visit, stale: bool) -> Option<ChoiceNotice> {
    let last = visit.last_attempt();
    match last.and_then(|attempt| Some((attempt, attempt.reason?))) {
        Some((_, DeclineReason::AuthenticationAbandoned)) => Some(ChoiceNotice::Left),
        Some((attempt, reason)) => Some(ChoiceNotice::Declined(words_of(attempt, reason))),
        None if stale => Some(ChoiceNotice::Stale),
        None => None,
    }
}

/// What a refusal means to the payer, of a card or of a place.
pub(super) fn words_of(attempt: &Operation, reason: DeclineReason) -> Words {
    if !attempt.method.is_some_and(Method::is_elsewhere) {
        return pages::words(reason);
    }
    match reason {
        DeclineReason::InsufficientFunds => Words::AccountFunds,
        DeclineReason::AuthenticationFailed => Words::WrongCodes,
        DeclineReason::CancelledByPayer
        | DeclineReason::CancelledByMerchant
        | DeclineReason::CardExpired
        | DeclineReason::WrongSecurityCode
        | DeclineReason::WrongCardData
        | DeclineReason::UnknownCard
        | DeclineReason::CardRestricted
        | DeclineReason::CardLimit
        | DeclineReason::IssuerLimit
        | DeclineReason::NetworkRefused
        | DeclineReason::IssuerRefused
        | DeclineReason::IssuerUnavailable
        | DeclineReason::AuthenticationRefused
        | DeclineReason::AuthenticationError
        | DeclineReason::AuthenticationAbandoned
        | DeclineReason::Fraud
        | DeclineReason::NotReceived
        | DeclineReason::SystemError
        | DeclineReason::TimeRanOut
        | DeclineReason::Other => Words::Place,
    }
}

/// The payer is expected at a place and stands here.
pub(super) fn place_page(visit: &Visit, attempt: &Operation, place: String) -> askama::Result<String> {
    PlacePage {
        frame: visit.frame(),
        place,
        icon: attempt.method.map_or(MethodIcon::Bank, icon),
        href: visit.challenge_href(),
        another: (visit.payment.attempts_left() > 0).then(|| pages::form_of(visit, pages::STEP_ANOTHER)),
        cancel: Some(pages::form_of(visit, pages::STEP_CANCEL)),
    }
    .render()
}

/// What a method is drawn as.
pub const fn icon(method: Method) -> MethodIcon {
    match method {
        Method::Card | Method::MerchantCard | Method::SavedCard => MethodIcon::Card,
        Method::Wallet => MethodIcon::Wallet,
        Method::Bank | Method::Transfer => MethodIcon::Bank,
        Method::Sms => MethodIcon::Phone,
        Method::Kiosk => MethodIcon::Cash,
        Method::Crypto => MethodIcon::Coin,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_if_a_letter_could_be_sent_there() {
        for good in ["a@b.lt", "vardas.pavarde+x@pastas.example.lt", "имя@почта.рф"] {
            assert_eq!(judge_email(good).as_deref(), Ok(good));
        }
        assert_eq!(judge_email(""), Err(EmailError::Missing));
        for bad in ["a", "a@", "@b.lt", "a@b", "a@b..lt", "a b@c.lt", "a@b@c.lt", "<a@b.lt>", "a@b.lt,c@d.lt"] {
            assert_eq!(judge_email(bad), Err(EmailError::Invalid), "{bad}");
        }
        assert_eq!(judge_email(&format!("{}@b.lt", "a".repeat(300))), Err(EmailError::Invalid));
    }

    #[test]
    fn a_form_is_read_and_what_is_missing_is_empty() {
        let chosen = Chosen::read(b"step=choose&method=hanza&country=lt&email=+a%40b.lt+&x=y");
        let wanted = ("hanza".to_owned(), "lt".to_owned(), "a@b.lt".to_owned());
        assert_eq!((chosen.method, chosen.country, chosen.email), wanted);
        assert_eq!(Chosen::read(b"\xff\xfe"), Chosen::default());
    }
}
