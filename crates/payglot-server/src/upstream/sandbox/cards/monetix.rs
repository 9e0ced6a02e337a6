//! The test cards of Monetix. This table is the manual.
//!
//! Any future expiry date is good, and any security code, where the table names none; a past date is declined as expired, except on the
//! cards whose own date, as the vendor prints it, has passed by now. A challenge takes the usual codes (12345678, 123456 or 00000) and
//! ends after three wrong ones; where the table names a code, any other ends it at once.
//!
//! | Card | What happens |
//! | --- | --- |
//! | 4000 0000 0000 0077 | paid, without 3-D Secure |
//! | 4314 2200 0000 0056, 5413 3300 0000 0019 | the holder is asked for a code, then paid |
//! | 4111 1111 1111 1111 | declined |
//! | 4000 0000 0000 0119 | paid; saved and charged without its holder it is declined: wrong data |
//! | 4000 0000 0000 0135 | paid; saved and charged without its holder it is declined: not enough money |
//! | 4539 1214 1116 8251 | declined: the issuer cannot be reached |
//! | 5126 1600 0035 6675, 4010 5716 7622 3548 | paid (the vendor's approve a part of large amounts; ours the whole) |
//! | 4006 2600 0000 0014 | the holder is asked for a code by 3-D Secure 1, then paid |
//! | 4314 2200 0000 0072, 4314 2200 0000 0098 | the holder is asked for a code by 3-D Secure 1, then declined |
//! | 5413 3300 0000 0035, 5413 3300 0000 0092 | the same |
//! | 4012 0000 0002 0089, 5544 3300 0000 0045 | the holder is asked for a code, then declined |
//! | 4477 0000 0000 0006, 5252 0000 0000 0004 | paid; the bank vouches for the holder without asking (frictionless) |
//! | 4012 0000 0002 0063, 5544 3300 0000 0029 | the bank falls back to 3-D Secure 1: a code, then paid |
//! | 4344 6931 3609 2508, 5426 2574 9884 1734 | the same |
//! | 4165 5197 6126 9614, 4331 2899 2560 8649 | the bank falls back to 3-D Secure 1: a code, then declined |
//! | 4383 6043 4680 7330, 5722 7532 3501 6359 | the same |
//! | 5586 2001 0437 7434 (code 641), 4058 7032 1169 8859 (code 769) | paid, without 3-D Secure; expired, and good all the same |
//! | 5586 2000 7526 9701 (code 641), 4058 7032 1169 8263 (code 769) | a challenge that 123456 alone passes; expired, and good all the same |
//! | 2201 3820 0000 0013 (code 590) | paid (Mir); expired, and good all the same |
//! | 2201 3820 0000 0021 (code 487) | declined (Mir); expired, and good all the same |
//! | 2201 3820 0000 0039 (code 324), 2201 3820 0000 0047 (code 584) | a challenge that 1qwezxc alone passes (Mir); expired, and good all the same |
//!
//! The vendor lists some cards both for 3-D Secure 1 and for 2; here they meet 2.
//!
//! | Card of a payout | What happens |
//! | --- | --- |
//! | 4242 4242 4242 4242, 5413 3300 0000 0019, 2200 5104 1777 0601 | paid out |
//! | 4314 2200 0000 0072, 5413 3300 0000 0035, 2201 4120 0000 0000 | declined |

use super::{Behaviour, TestCard};
use payglot_core::{DeclineReason, ThreeDs};

const fn card(number: &'static str, behaviour: Behaviour) -> TestCard {
    TestCard::new(number, behaviour)
}

const PAID: Behaviour = Behaviour::Approve(ThreeDs::No);
const FRICTIONLESS: Behaviour = Behaviour::Approve(ThreeDs::Frictionless);
const DECLINED: Behaviour = Behaviour::Decline(DeclineReason::IssuerRefused);
const CHALLENGE_DECLINED: Behaviour = Behaviour::ChallengeThenDecline(DeclineReason::IssuerRefused);

/// Every card; those with a label stand first, in the order to show them.
pub const CARDS: &[TestCard] = &[
    card("4000000000000077", PAID).offered("paid"),
    card("4314220000000056", Behaviour::Challenge).offered("paid_3ds"),
    card("4111111111111111", DECLINED).offered("declined"),
    card("5413330000000019", Behaviour::Challenge),
    card("4000000000000119", PAID).charged(DeclineReason::WrongCardData),
    card("4000000000000135", PAID).charged(DeclineReason::InsufficientFunds),
    card("4539121411168251", Behaviour::Decline(DeclineReason::IssuerUnavailable)),
    card("5126160000356675", PAID),
    card("4010571676223548", PAID),
    card("4006260000000014", Behaviour::Challenge).version_1(),
    card("4314220000000072", CHALLENGE_DECLINED).version_1(),
    card("4314220000000098", CHALLENGE_DECLINED).version_1(),
    card("5413330000000035", CHALLENGE_DECLINED).version_1(),
    card("5413330000000092", CHALLENGE_DECLINED).version_1(),
    card("4012000000020089", CHALLENGE_DECLINED),
    card("5544330000000045", CHALLENGE_DECLINED),
    card("4477000000000006", FRICTIONLESS),
    card("5252000000000004", FRICTIONLESS),
    card("4012000000020063", Behaviour::Challenge).version_1(),
    card("5544330000000029", Behaviour::Challenge).version_1(),
    card("4344693136092508", Behaviour::Challenge).version_1(),
    card("5426257498841734", Behaviour::Challenge).version_1(),
    card("4165519761269614", CHALLENGE_DECLINED).version_1(),
    card("4331289925608649", CHALLENGE_DECLINED).version_1(),
    card("4383604346807330", CHALLENGE_DECLINED).version_1(),
    card("5722753235016359", CHALLENGE_DECLINED).version_1(),
    card("5586200104377434", PAID).with_codes(&["641"]).outlived(),
    card("4058703211698859", PAID).with_codes(&["769"]).outlived(),
    card("5586200075269701", Behaviour::Challenge).with_codes(&["641"]).outlived().with_only_code("123456"),
    card("4058703211698263", Behaviour::Challenge).with_codes(&["769"]).outlived().with_only_code("123456"),
    card("2201382000000013", PAID).with_codes(&["590"]).outlived(),
    card("2201382000000021", DECLINED).with_codes(&["487"]).outlived(),
    card("2201382000000039", Behaviour::Challenge).with_codes(&["324"]).outlived().with_only_code("1qwezxc"),
    card("2201382000000047", Behaviour::Challenge).with_codes(&["584"]).outlived().with_only_code("1qwezxc"),
];

/// Cards that payouts go to, and why they are declined if they are.
pub(super) const PAYOUTS: &[(&str, Option<DeclineReason>)] = &[
    ("4242424242424242", None),
    ("5413330000000019", None),
    ("2200510417770601", None),
    ("4314220000000072", Some(DeclineReason::IssuerRefused)),
    ("5413330000000035", Some(DeclineReason::IssuerRefused)),
    ("2201412000000000", Some(DeclineReason::IssuerRefused)),
];
