//! What a page is for, and what it says differently because of it.

/// What the payer's page is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Purpose {
    /// The payer pays the shop.
    #[default]
    Pay,
    /// The payer's card is checked. No money is taken, so no amount is named.
    Verify,
    /// The payer leaves a card with the shop. There is no payment behind it.
    SaveCard,
    /// The shop pays the payer, who says where the money shall go.
    PayOut,
}

impl Purpose {
    /// Does the page name an amount?
    pub const fn names_amount(self) -> bool {
        match self {
            Self::Pay | Self::PayOut => true,
            Self::Verify | Self::SaveCard => false,
        }
    }

    /// Is the card form all there is, whatever other ways the project has?
    pub const fn is_about_a_card(self) -> bool {
        match self {
            Self::Verify | Self::SaveCard => true,
            Self::Pay | Self::PayOut => false,
        }
    }

    /// The name of the text that stands in the place of the one named `id`, which is written for payments.
    pub(in crate::checkout) fn text_id(self, id: &str) -> &str {
        let table = match self {
            Self::Pay => return id,
            Self::Verify => VERIFY,
            Self::SaveCard => SAVE_CARD,
            Self::PayOut => PAY_OUT,
        };
        let own = [table, PLAIN].into_iter().flatten().find(|(written, _)| *written == id);
        own.map_or(id, |(_, own)| *own)
    }
}

/// A text about paying, and the one that takes its place.
type Instead = (&'static str, &'static str);

/// On every page that nothing is paid on.
const PLAIN: &[Instead] = &[
    ("time-left", "plain-time-left"),
    ("minutes-left", "plain-minutes-left"),
    ("expired-title", "plain-expired-title"),
    ("reason-limit", "plain-reason-limit"),
    ("reason-details", "plain-reason-details"),
    ("reason-shop", "plain-reason-shop"),
    ("reason-impossible", "plain-reason-impossible"),
    ("another-card-button", "plain-another-card"),
    ("fact-reference", "plain-reference"),
    ("copy-reference", "plain-copy-reference"),
];

const VERIFY: &[Instead] = &[
    ("card-title", "verify-title"),
    ("card-heading", "verify-heading"),
    ("pay-button", "verify-button"),
    ("hold-button", "verify-button"),
    ("pay-button-mobile", "verify-button"),
    ("hold-button-mobile", "verify-button"),
    ("card-registers", "verify-registers"),
    ("test-card-paid", "verify-test-card"),
    ("test-card-paid-3ds", "verify-test-card-3ds"),
    ("declined-title", "verify-refused-title"),
    ("challenge-title", "verify-challenge-title"),
    ("challenge-body", "verify-challenge-body"),
    ("acs-title", "verify-acs-title"),
    ("wait-title", "verify-wait-title"),
    ("unknown-body", "verify-unknown-body"),
    ("unknown-next", "verify-unknown-next"),
    ("declined-final-title", "verify-declined-title"),
    ("declined-final-next", "verify-declined-next"),
    ("declined-status", "verify-declined-status"),
    ("expired-body", "verify-expired-body"),
    ("cancelled-title", "verify-cancelled-title"),
    ("cancelled-body", "verify-cancelled-body"),
];

const SAVE_CARD: &[Instead] = &[
    ("card-title", "save-card-title"),
    ("card-heading", "save-card-heading"),
    ("pay-button", "save-card-button"),
    ("hold-button", "save-card-button"),
    ("pay-button-mobile", "save-card-button"),
    ("hold-button-mobile", "save-card-button"),
    ("test-card-paid", "save-card-test-card"),
    ("errors-summary", "save-card-errors"),
    ("declined-title", "save-card-refused-title"),
    ("expired-body", "save-card-expired-body"),
];

const PAY_OUT: &[Instead] = &[
    ("test-banner", "payout-test-banner"),
    ("card-title", "payout-title"),
    ("card-heading", "payout-card-heading"),
    ("wallet-title", "payout-wallet-title"),
    ("wallet-body", "payout-wallet-body"),
    ("email-hint", "payout-email-hint"),
    ("pay-button", "payout-button"),
    ("pay-button-mobile", "payout-button-mobile"),
    ("test-card-paid", "payout-test-card"),
    ("errors-summary", "payout-errors"),
    ("declined-title", "payout-declined-title"),
    ("stale-body", "payout-stale-body"),
    ("nothing-taken", "payout-nothing-sent"),
    ("place-nothing-taken", "payout-nothing-sent"),
    ("choice-title", "payout-choice-title"),
    ("choice-none", "payout-nothing"),
    ("choice-nothing-title", "payout-nothing-title"),
    ("choice-nothing", "payout-nothing"),
    ("choice-declined-title", "payout-declined-title"),
    ("choice-stale-body", "payout-stale-body"),
    ("tile-wallet", "payout-tile-wallet"),
    ("another-way-button", "payout-another-way"),
    ("another-way-button-mobile", "payout-another-way"),
    ("reason-funds", "payout-reason-shop"),
    ("reason-account-funds", "payout-reason-shop"),
    ("reason-shop", "payout-reason-shop"),
    ("reason-details", "payout-reason-details"),
    ("reason-not-a-test-card", "payout-reason-test-card"),
    ("reason-impossible", "payout-reason-impossible"),
    ("reason-place", "payout-reason-place"),
    ("reason-place-final", "payout-reason-place"),
    ("wait-title", "payout-wait-title"),
    ("unknown-title", "payout-unknown-title"),
    ("unknown-body", "payout-unknown-body"),
    ("unknown-next", "payout-unknown-next"),
    ("declined-final-title", "payout-declined-title"),
    ("declined-final-next", "payout-declined-next"),
    ("declined-final-next-place", "payout-declined-next"),
    ("declined-status", "payout-declined-status"),
    ("expired-body", "payout-expired-body"),
    ("cancelled-title", "payout-cancelled-title"),
    ("cancelled-body", "payout-cancelled-body"),
    ("fact-place", "payout-fact-place"),
    ("fact-place-tried", "payout-fact-place"),
];
