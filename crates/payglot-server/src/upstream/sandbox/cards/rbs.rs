//! The test cards of the RBS engine, which Paysera's card form takes too. This table is the manual.
//!
//! Any future expiry date is good; a past one is declined as expired. The security code must be the card's (123 everywhere, on one
//! card also 521).
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
//! Those that begin with 4000 0000 0000 10 are our own; the others are published by the systems whose protocols we speak.

use super::{Behaviour, TestCard};
use payglot_core::{DeclineReason, ThreeDs};

const fn card(number: &'static str, behaviour: Behaviour) -> TestCard {
    TestCard::new(number, behaviour).with_codes(&["123"])
}

/// Every card; those with a label stand first, in the order to show them.
pub const CARDS: &[TestCard] = &[
    card("4444555511113333", Behaviour::Approve(ThreeDs::No)).offered("paid"),
    card("5555555555555599", Behaviour::Challenge).offered("paid_3ds"),
    card("5432543254325430", Behaviour::Decline(DeclineReason::InsufficientFunds))
        .with_codes(&["123", "521"])
        .offered("no_money"),
    card("4000000000001000", Behaviour::AnswerLost).offered("no_answer"),
    card("2200000000000038", Behaviour::Approve(ThreeDs::No)),
    card("2200000000000053", Behaviour::Approve(ThreeDs::No)),
    card("639002000000000003", Behaviour::Approve(ThreeDs::No)),
    card("4111111111111111", Behaviour::Approve(ThreeDs::Frictionless)),
    card("4000001111111118", Behaviour::Approve(ThreeDs::Attempt)),
    card("5000001111111115", Behaviour::Challenge).version_1(),
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
