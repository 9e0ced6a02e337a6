//! Test cards: their numbers decide what the sandbox bank does. Each system publishes numbers of its own, and the same number may pay with
//! one and be declined with another, so there is a table for each, which is also its manual: [`rbs`] and [`monetix`].
//!
//! A number that is not in the table of an attempt is declined as unknown, whatever its check digit, so that nobody pays with a real card
//! in a sandbox.
//!
//! A merchant's page meets 3-D Secure 2 with every card that is authenticated, unless its table says 3-D Secure 1. An order may demand
//! authentication, so that a card paid without it is declined, or forbid it, so that each card that is not declined for another reason is
//! paid without it.

pub mod monetix;
pub mod rbs;

use super::super::card::{CardNumber, Expiry, SecurityCode};
use super::super::{Demand, TestData};
use payglot_core::{DeclineReason, ThreeDs, UnixMillis};

/// The expiry date to print beside every test card.
pub const EXPIRY: &str = "12/34";

/// The security code to print beside a card that takes any.
const ANY_CODE: &str = "123";

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
    /// The holder must answer a challenge; then declined.
    ChallengeThenDecline(DeclineReason),
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
            | Self::ChallengeThenDecline(_)
            | Self::Decline(_)
            | Self::NeverReceived => true,
        }
    }

    /// Why it is declined although its holder passed the challenge.
    pub(super) const fn refusal_after_challenge(self) -> Option<DeclineReason> {
        match self {
            Self::ChallengeThenDecline(reason) => Some(reason),
            Self::Approve(_)
            | Self::Challenge
            | Self::Decline(_)
            | Self::AnswerLost
            | Self::NeverReceived
            | Self::Slow
            | Self::ChallengeAnswerLost => None,
        }
    }

    fn without_authentication(self) -> Self {
        match self {
            Self::Approve(_) | Self::Challenge => Self::Approve(ThreeDs::No),
            Self::Decline(DeclineReason::AuthenticationRefused | DeclineReason::AuthenticationError) => {
                Self::Approve(ThreeDs::No)
            }
            Self::ChallengeAnswerLost => Self::AnswerLost,
            Self::ChallengeThenDecline(reason) => Self::Decline(reason),
            Self::Decline(_) | Self::AnswerLost | Self::NeverReceived | Self::Slow => self,
        }
    }
}

/// A card of a table.
#[derive(Clone, Copy, Debug)]
pub struct TestCard {
    /// All digits. Not a secret: it is no real card.
    pub number: &'static str,
    /// The security codes that fit; the first is the one to show. None: any fits.
    pub codes: &'static [&'static str],
    /// What it does.
    pub behaviour: Behaviour,
    /// The key of its text, for the cards that the checkout offers at one click.
    pub label: Option<&'static str>,
    /// The one code that passes its challenge, where any other ends it at once.
    pub only_code: Option<&'static str>,
    /// Is it authenticated by 3-D Secure 1?
    version_1: bool,
    /// The date printed on it has passed, and it is good all the same.
    outlived: bool,
    /// Why it is declined when a merchant charges it, saved, without its holder.
    charge: Option<DeclineReason>,
}

impl TestCard {
    const fn new(number: &'static str, behaviour: Behaviour) -> Self {
        Self {
            number,
            codes: &[],
            behaviour,
            label: None,
            only_code: None,
            version_1: false,
            outlived: false,
            charge: None,
        }
    }

    const fn with_codes(self, codes: &'static [&'static str]) -> Self {
        Self { codes, ..self }
    }

    const fn offered(self, label: &'static str) -> Self {
        Self { label: Some(label), ..self }
    }

    const fn with_only_code(self, code: &'static str) -> Self {
        Self { only_code: Some(code), ..self }
    }

    const fn version_1(self) -> Self {
        Self { version_1: true, ..self }
    }

    const fn outlived(self) -> Self {
        Self { outlived: true, ..self }
    }

    const fn charged(self, reason: DeclineReason) -> Self {
        Self { charge: Some(reason), ..self }
    }

    /// The security code to print beside it.
    pub fn code_to_show(&self) -> &'static str {
        self.codes.first().copied().unwrap_or(ANY_CODE)
    }

    /// Does it still speak 3-D Secure 1?
    pub(super) const fn speaks_version_1(&self) -> bool {
        self.version_1
    }

    fn is_good(&self, expiry: Option<Expiry>, now: UnixMillis) -> bool {
        self.outlived || expiry.is_some_and(|expiry| !expiry.is_past(now))
    }

    /// What its date and code make of the attempt. A card without a code is one that the merchant may charge without it; a date that is
    /// none has passed.
    pub(super) fn judge(&self, expiry: Option<Expiry>, code: Option<&SecurityCode>, now: UnixMillis) -> Behaviour {
        if !self.is_good(expiry, now) {
            return Behaviour::Decline(DeclineReason::CardExpired);
        }
        if code.is_some_and(|code| !self.codes.is_empty() && !self.codes.contains(&code.digits())) {
            return Behaviour::Decline(DeclineReason::WrongSecurityCode);
        }
        self.behaviour
    }

    /// The same where it is saved, and charged without its holder if there is no code.
    pub(super) fn judge_saved(
        &self,
        expiry: Option<Expiry>,
        code: Option<&SecurityCode>,
        now: UnixMillis,
    ) -> Behaviour {
        let behaviour = self.judge(expiry, code, now);
        match self.charge {
            Some(reason) if code.is_none() && behaviour == self.behaviour => Behaviour::Decline(reason),
            Some(_) | None => behaviour,
        }
    }
}

/// The table of a system.
pub const fn table(data: TestData) -> &'static [TestCard] {
    match data {
        TestData::Rbs => rbs::CARDS,
        TestData::Monetix => monetix::CARDS,
    }
}

/// The card of this number.
pub(super) fn find(data: TestData, number: &CardNumber) -> Option<&'static TestCard> {
    table(data).iter().find(|card| card.number == number.digits())
}

/// May it be kept without a payment? Only a test card of some system may, and it must be good.
pub(super) fn may_be_kept(number: &CardNumber, expiry: Expiry, now: UnixMillis) -> bool {
    let mut known = TestData::ALL.iter().filter_map(|data| find(*data, number));
    known.any(|card| card.is_good(Some(expiry), now))
}

/// The cards that payouts go to, and why they are declined if they are.
pub fn payouts(data: TestData) -> &'static [(&'static str, Option<DeclineReason>)] {
    match data {
        // Its protocol pays nothing out.
        TestData::Rbs => &[],
        TestData::Monetix => monetix::PAYOUTS,
    }
}

/// Why a payout to this card is declined; `None`: it is not.
pub(super) fn payout_refusal(data: TestData, number: &CardNumber) -> Option<DeclineReason> {
    let found = payouts(data).iter().find(|(known, _)| *known == number.digits());
    found.map_or(Some(DeclineReason::UnknownCard), |(_, refusal)| *refusal)
}

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

/// Does the card of this number take part? `None` if it is none of the RBS engine's, whose protocol alone has this question.
pub fn enrolment(number: &CardNumber) -> Option<Enrolment> {
    let answer = match find(TestData::Rbs, number)?.behaviour {
        Behaviour::Approve(ThreeDs::Attempt | ThreeDs::Frictionless | ThreeDs::Challenge)
        | Behaviour::Challenge
        | Behaviour::ChallengeAnswerLost
        | Behaviour::ChallengeThenDecline(_)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn manual(data: TestData) -> String {
        let text = match data {
            TestData::Rbs => include_str!("cards/rbs.rs"),
            TestData::Monetix => include_str!("cards/monetix.rs"),
        };
        let lines = text.lines().filter(|line| line.starts_with("//! |"));
        lines.flat_map(|line| line.chars().filter(|c| !c.is_whitespace())).collect()
    }

    #[test]
    fn every_card_is_a_card_once_and_stands_in_the_manual() {
        for &data in TestData::ALL {
            let (cards, manual) = (table(data), manual(data));
            for card in cards {
                CardNumber::parse(card.number).expect(card.number);
                assert_eq!(
                    cards.iter().filter(|other| other.number == card.number).count(),
                    1,
                    "{} twice",
                    card.number
                );
                assert!(manual.contains(card.number), "{} is not in the manual", card.number);
            }
        }
        for (number, _) in monetix::PAYOUTS {
            CardNumber::parse(number).expect(number);
            assert!(manual(TestData::Monetix).contains(number), "{number} is not in the manual");
        }
    }

    #[test]
    fn the_checkout_can_offer_a_few_cards() {
        let offers = [
            (TestData::Rbs, ["paid", "paid_3ds", "no_money", "no_answer"].as_slice()),
            (TestData::Monetix, ["paid", "paid_3ds", "declined"].as_slice()),
        ];
        for (data, offered) in offers {
            let labels: Vec<_> = table(data).iter().map_while(|card| card.label).collect();
            assert_eq!(labels, offered);
            assert_eq!(table(data).iter().filter(|card| card.label.is_some()).count(), labels.len());
        }
    }
}
