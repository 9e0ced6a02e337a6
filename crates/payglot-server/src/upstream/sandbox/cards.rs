//! The test cards: their numbers decide what the sandbox bank does. This table is the manual.
//!
//! Any future expiry date is good; a past one is declined as expired. The security code must be the card's (123 everywhere, on one
//! card also 521). A number that is not in the table is declined as unknown, whatever its check digit, so that nobody pays with a real
//! card in a sandbox.
//!
//! | Card | What happens |
//! | --- | --- |
//! | 4444 5555 1111 3333 | paid, without 3-D Secure |
//! | 2200 0000 0000 0038, 2200 0000 0000 0053 | paid (Mir) |
//! | 6390 0200 0000 000003 | paid (Maestro, 18 digits) |
//! | 4111 1111 1111 1111 | paid; the bank vouches for the holder without asking (frictionless) |
//! | 4000 0011 1111 1118 | paid; an attempt to authenticate is proven, no more |
//! | 5555 5555 5555 5599 | the holder is asked for a code (12345678, 123456 or 00000), then paid |
//! | 5000 0011 1111 1115 | the same by 3-D Secure 1, where a merchant's page takes the steps of 3-D Secure itself |
//! | 5432 5432 5432 5430 | declined: not enough money |
//! | 4444 4444 4444 4455 | declined: a limit set on the card |
//! | 4444 4444 4444 6666, 5555 5555 5555 5557 | declined: a limit of the issuer |
//! | 4444 4444 4444 4422, 4444 4444 4444 3333 | declined by the issuer without a closer word |
//! | 4444 4444 1111 1111 | declined by the network |
//! | 5168 4948 9505 5780 | the issuer refuses to authenticate the holder |
//! | 4444 4444 9999 9999 | the authentication server fails |
//! | 4000 0000 0000 1000 | paid, but the answer is lost; the bank tells when asked again |
//! | 4000 0000 0000 1018 | no answer, and the bank never received the question; it tells when asked again |
//! | 4000 0000 0000 1026 | paid, but the answer takes three seconds |
//! | 4000 0000 0000 1034 | declined: the issuer cannot be reached |
//! | 4000 0000 0000 1042 | the holder is asked for a code, then paid, but that answer is lost |
//!
//! A merchant's page meets 3-D Secure 2 with every other card that is authenticated. An order may demand authentication, so that a card
//! paid without it is declined, or forbid it, so that each card that is not declined for another reason is paid without it.
//!
//! Those that begin with 4000 0000 0000 10 are our own; the others are published by the systems whose protocols we speak.

use super::super::Demand;
use super::super::card::CardNumber;
use payglot_core::{DeclineReason, ThreeDs};

/// The expiry date to print beside every test card.
pub const EXPIRY: &str = "12/34";

/// The codes that pass a challenge; different test environments publish different ones.
pub const CHALLENGE_CODES: &[&str] = &["12345678", "123456", "00000"];

/// What a test card does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Paid.
    Approve(ThreeDs),
    /// The holder must answer a challenge, then paid.
    Challenge,
    /// Declined.
    Decline(DeclineReason),
    /// Paid, but nobody hears of it before the bank is asked again.
    AnswerLost,
    /// The question is lost on its way; nothing moves.
    NeverReceived,
    /// Paid after the slow answer of the settings.
    Slow,
    /// The holder must answer a challenge; then paid, but the answer is lost.
    ChallengeAnswerLost,
}

impl Behaviour {
    /// The same where authentication is demanded or forbidden.
    pub(super) fn under(self, demand: Demand) -> Self {
        match demand {
            Demand::AsIssuerWants => self,
            Demand::Authenticated if self.is_authenticated(false) => self,
            Demand::FullyAuthenticated if self.is_authenticated(true) => self,
            Demand::Authenticated | Demand::FullyAuthenticated => Self::Decline(DeclineReason::AuthenticationRefused),
            Demand::Never => self.without_authentication(),
        }
    }

    /// Does it end with an authenticated holder, or fail for a reason of its own?
    fn is_authenticated(self, fully: bool) -> bool {
        match self {
            Self::Approve(ThreeDs::No) | Self::AnswerLost | Self::Slow => false,
            Self::Approve(ThreeDs::Attempt) => !fully,
            Self::Approve(ThreeDs::Frictionless | ThreeDs::Challenge)
            | Self::Challenge
            | Self::ChallengeAnswerLost
            | Self::Decline(_)
            | Self::NeverReceived => true,
        }
    }

    fn without_authentication(self) -> Self {
        match self {
            Self::Approve(_) | Self::Challenge => Self::Approve(ThreeDs::No),
            Self::Decline(DeclineReason::AuthenticationRefused | DeclineReason::AuthenticationError) => {
                Self::Approve(ThreeDs::No)
            }
            Self::ChallengeAnswerLost => Self::AnswerLost,
            Self::Decline(_) | Self::AnswerLost | Self::NeverReceived | Self::Slow => self,
        }
    }
}

/// Cards that are authenticated by 3-D Secure 1.
const VERSION_1: &[&str] = &["5000001111111115"];

/// Does the card of this number still speak 3-D Secure 1?
pub(super) fn speaks_version_1(number: &CardNumber) -> bool {
    VERSION_1.contains(&number.digits())
}

/// A card of the table.
#[derive(Clone, Copy, Debug)]
pub struct TestCard {
    /// All digits. Not a secret: it is no real card.
    pub number: &'static str,
    /// The security codes that fit; the first is the one to show.
    pub codes: &'static [&'static str],
    /// What it does.
    pub behaviour: Behaviour,
    /// The key of its text, for the cards that the checkout offers at one click.
    pub label: Option<&'static str>,
}

const fn card(number: &'static str, behaviour: Behaviour) -> TestCard {
    TestCard { number, codes: &["123"], behaviour, label: None }
}

const fn offered(label: &'static str, card: TestCard) -> TestCard {
    TestCard { label: Some(label), ..card }
}

/// Every card the bank knows; those with a label stand first, in the order to show them.
pub const CARDS: &[TestCard] = &[
    offered("paid", card("4444555511113333", Behaviour::Approve(ThreeDs::No))),
    offered("paid_3ds", card("5555555555555599", Behaviour::Challenge)),
    TestCard {
        number: "5432543254325430",
        codes: &["123", "521"],
        behaviour: Behaviour::Decline(DeclineReason::InsufficientFunds),
        label: Some("no_money"),
    },
    offered("no_answer", card("4000000000001000", Behaviour::AnswerLost)),
    card("2200000000000038", Behaviour::Approve(ThreeDs::No)),
    card("2200000000000053", Behaviour::Approve(ThreeDs::No)),
    card("639002000000000003", Behaviour::Approve(ThreeDs::No)),
    card("4111111111111111", Behaviour::Approve(ThreeDs::Frictionless)),
    card("4000001111111118", Behaviour::Approve(ThreeDs::Attempt)),
    card("5000001111111115", Behaviour::Challenge),
    card("4444444444444455", Behaviour::Decline(DeclineReason::CardLimit)),
    card("4444444444446666", Behaviour::Decline(DeclineReason::IssuerLimit)),
    card("5555555555555557", Behaviour::Decline(DeclineReason::IssuerLimit)),
    card("4444444444444422", Behaviour::Decline(DeclineReason::IssuerRefused)),
    card("4444444444443333", Behaviour::Decline(DeclineReason::IssuerRefused)),
    card("4444444411111111", Behaviour::Decline(DeclineReason::NetworkRefused)),
    card("5168494895055780", Behaviour::Decline(DeclineReason::AuthenticationRefused)),
    card("4444444499999999", Behaviour::Decline(DeclineReason::AuthenticationError)),
    card("4000000000001018", Behaviour::NeverReceived),
    card("4000000000001026", Behaviour::Slow),
    card("4000000000001034", Behaviour::Decline(DeclineReason::IssuerUnavailable)),
    card("4000000000001042", Behaviour::ChallengeAnswerLost),
];

/// Does a card take part in 3-D Secure?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enrolment {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// Nobody can say.
    Unknown,
}

/// Does the card of this number take part? `None` if it is no test card.
pub fn enrolment(number: &CardNumber) -> Option<Enrolment> {
    let answer = match find(number)?.behaviour {
        Behaviour::Approve(ThreeDs::Attempt | ThreeDs::Frictionless | ThreeDs::Challenge)
        | Behaviour::Challenge
        | Behaviour::ChallengeAnswerLost
        | Behaviour::Decline(DeclineReason::AuthenticationRefused) => Enrolment::Yes,
        Behaviour::Decline(DeclineReason::AuthenticationError) => Enrolment::Unknown,
        Behaviour::Approve(ThreeDs::No)
        | Behaviour::Decline(_)
        | Behaviour::AnswerLost
        | Behaviour::NeverReceived
        | Behaviour::Slow => Enrolment::No,
    };
    Some(answer)
}

/// The card of this number.
pub(super) fn find(number: &CardNumber) -> Option<&'static TestCard> {
    CARDS.iter().find(|card| card.number == number.digits())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_is_a_card_once_and_stands_in_the_manual() {
        let manual: String = include_str!("cards.rs")
            .lines()
            .filter(|line| line.starts_with("//! |"))
            .flat_map(|line| line.chars().filter(|c| !c.is_whitespace()))
            .collect();
        for card in CARDS {
            CardNumber::parse(card.number).expect(card.number);
            assert_eq!(CARDS.iter().filter(|other| other.number == card.number).count(), 1, "{} twice", card.number);
            assert!(manual.contains(card.number), "{} is not in the manual", card.number);
        }
    }

    #[test]
    fn the_checkout_can_offer_four_cards() {
        let labels: Vec<_> = CARDS.iter().map_while(|card| card.label).collect();
        assert_eq!(labels, ["paid", "paid_3ds", "no_money", "no_answer"]);
        assert_eq!(CARDS.iter().filter(|card| card.label.is_some()).count(), labels.len());
    }
}
