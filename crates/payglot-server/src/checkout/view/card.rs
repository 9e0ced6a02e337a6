//! The card form.

use askama::Template;

use super::{Form, Frame, Purpose};

/// The page on which the payer types a card.
///
/// What was typed before is not part of it, except the name: a number or a security code is never sent back.
#[derive(Debug, Clone, Template)]
#[template(path = "checkout/templates/card.html")]
pub struct CardPage {
    /// What stands around.
    pub frame: Frame,
    /// The card form; it adds the fields `number`, `expiry`, `cvc` and `holder`.
    pub pay: Form,
    /// The form that cancels the payment.
    pub cancel: Option<Form>,
    /// The money is reserved first and taken when the shop confirms: the button says so.
    pub hold: bool,
    /// Short labels, for a telephone.
    pub mobile: bool,
    /// The name on the card as typed before.
    pub holder: String,
    /// What is wrong with the fields.
    pub errors: CardErrors,
    /// What happened before.
    pub notice: Option<Notice>,
    /// The brands that the shop accepts, in the order in which they are shown.
    pub brands: Vec<CardBrand>,
    /// One-click test data, in test mode.
    pub test_cards: Vec<TestCard>,
    /// The test card that stands in the form already, counted from zero: the answer to its link.
    pub filled: Option<usize>,
    /// Where the card is one way of several: the others.
    pub another: Option<AnotherWay>,
    /// Cards that the payer saved before, and whether this one can be.
    pub saved: SavedCards,
}

/// Cards that the payer saved in this shop.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedCards {
    /// The cards, in the order in which they are shown.
    pub cards: Vec<SavedCard>,
    /// The chosen one, counted from zero; `None`: another card.
    pub chosen: Option<usize>,
    /// Only a saved card may pay: the shop named it.
    pub only: bool,
    /// The form that removes one; `None` where the payer cannot.
    pub remove: Option<Form>,
    /// Can this card be saved?
    pub offer: SaveOffer,
    /// Will the shop charge the card again later? The payer is told.
    pub registers: bool,
}

/// A card that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedCard {
    /// What the form sends.
    pub id: String,
    /// Its network, if it has a picture.
    pub brand: Option<CardBrand>,
    /// `Visa •••• 1111`.
    pub label: String,
    /// `411111**1111`, for the shop's window.
    pub masked: String,
    /// `12 / 34`.
    pub expiry: String,
}

/// Whether a card that is typed can be saved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SaveOffer {
    /// No.
    #[default]
    No,
    /// If the payer wants; the box is ticked or not.
    Asked(bool),
    /// It is, and the payer is told so.
    Always,
}

/// What leads back from the card form to the choice of a way to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnotherWay {
    /// The page of the choice, if there is anything else to choose.
    pub href: Option<String>,
    /// The e-mail address that was asked for there and goes with the card; may be empty.
    pub email: String,
    /// Ask for the address here, because nobody has asked before?
    pub asks_email: bool,
}

impl CardPage {
    fn title(&self) -> String {
        let title = self.frame.fill2("card-title", ("amount", &self.frame.amount()), ("shop", self.frame.shop()));
        if self.errors.count() > 0 || matches!(self.notice, Some(Notice::Declined { .. })) {
            return format!("{}: {title}", self.frame.t("error-prefix"));
        }
        title
    }

    fn button(&self) -> String {
        // A telephone shows the amount right above the button.
        if self.mobile {
            return self.frame.t(if self.hold { "hold-button-mobile" } else { "pay-button-mobile" });
        }
        let id = if self.hold { "hold-button" } else { "pay-button" };
        self.frame.fill(id, "amount", &self.frame.amount())
    }

    /// Money goes to a card by its number alone.
    fn asks_number_alone(&self) -> bool {
        self.frame.purpose == Purpose::PayOut
    }

    /// The hint under the security code.
    fn code_hint(&self) -> String {
        self.frame.t(if self.mobile { "code-hint-mobile" } else { "code-hint" })
    }

    /// The label of the button that gives the order up.
    fn cancel_label(&self) -> String {
        self.frame.t(if self.mobile { "cancel-button-mobile" } else { "cancel-button" })
    }

    /// The label of the way to the other methods.
    fn another_label(&self) -> String {
        self.frame.t(if self.mobile { "another-way-button-mobile" } else { "another-way-button" })
    }

    /// How many attempts remain, in words, after a decline.
    fn tries_left(&self) -> String {
        match self.notice {
            Some(Notice::Declined { tries_left, .. }) if tries_left > 0 => self.frame.n("tries-left", tries_left),
            Some(Notice::Declined { .. } | Notice::Stale | Notice::Switched | Notice::Removed) | None => String::new(),
        }
    }

    /// The saved cards with their places, and whether each is the chosen one.
    fn picks(&self) -> impl Iterator<Item = (usize, &SavedCard, bool)> {
        self.saved.cards.iter().enumerate().map(|(index, card)| (index, card, self.saved.chosen == Some(index)))
    }

    /// The shop named a card that cannot pay any more, so nothing can.
    fn nothing_pays(&self) -> bool {
        self.saved.only && self.saved.cards.is_empty()
    }

    fn until(&self, card: &SavedCard) -> String {
        self.frame.fill("saved-until", "date", &card.expiry)
    }

    fn remove_label(&self, card: &SavedCard) -> String {
        self.frame.fill("saved-remove-card", "card", &card.label)
    }

    /// What saving a card means, with the shop's name.
    fn with_shop(&self, text: &str) -> String {
        self.frame.fill(text, "shop", self.frame.shop())
    }

    /// The test cards, and whether each is the chosen one.
    fn chips(&self) -> impl Iterator<Item = (&TestCard, bool)> {
        self.test_cards.iter().enumerate().map(|(index, card)| (card, self.filled == Some(index)))
    }

    /// The chosen test card; only such a card can ever stand in the form.
    fn fill(&self) -> Option<&TestCard> {
        self.filled.and_then(|index| self.test_cards.get(index))
    }
}

/// A card for the test mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestCard {
    /// What it does, in the page's language.
    pub label: String,
    /// The number.
    pub number: String,
    /// The date as `MM / YY`.
    pub expiry: String,
    /// The security code.
    pub cvc: String,
    /// The address of the form filled with this card, for payers without script.
    pub href: String,
}

/// A card network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardBrand {
    /// Visa.
    Visa,
    /// Mastercard.
    Mastercard,
    /// Mir.
    Mir,
    /// Maestro.
    Maestro,
    /// American Express.
    Amex,
}

impl CardBrand {
    /// All networks, in the usual order.
    pub const ALL: [Self; 5] = [Self::Visa, Self::Mastercard, Self::Mir, Self::Maestro, Self::Amex];

    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Visa => "Visa",
            Self::Mastercard => "Mastercard",
            Self::Mir => "Mir",
            Self::Maestro => "Maestro",
            Self::Amex => "American Express",
        }
    }

    /// The name that script and stylesheet know it by.
    fn key(self) -> &'static str {
        match self {
            Self::Visa => "visa",
            Self::Mastercard => "mastercard",
            Self::Mir => "mir",
            Self::Maestro => "maestro",
            Self::Amex => "amex",
        }
    }
}

/// What the payer should know before typing (again).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The last attempt was declined.
    Declined {
        /// Why.
        reason: DeclineReason,
        /// How many attempts remain.
        tries_left: u32,
    },
    /// The form was posted from a page that is out of date: another tab, the back button.
    Stale,
    /// The payer left the bank's page to use another card.
    Switched,
    /// The payer removed a saved card.
    Removed,
}

/// Why a payment was declined, as far as it helps the payer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeclineReason {
    /// Not enough money.
    Funds,
    /// Over a limit of the card.
    Limit,
    /// Number, date or code may be wrong (or the money short): banks often do not say which.
    Details,
    /// The card has expired.
    ExpiredCard,
    /// Refused on the shop's side.
    Shop,
    /// Refused by the card's bank.
    Bank,
    /// 3-D Secure was not passed.
    Authentication,
    /// The bank could not be reached, and surely did not take the money.
    Connection,
    /// The card cannot be used for this.
    Impossible,
    /// The sandbox refuses cards that are not test cards.
    NotATestCard,
    /// Not enough money, and no card was involved.
    AccountFunds,
    /// Too many wrong codes of a message.
    WrongCodes,
    /// A bank, wallet or telephone refused.
    Place,
}

impl DeclineReason {
    /// Every reason, for tests and galleries.
    pub const ALL: [Self; 13] = [
        Self::Funds,
        Self::Limit,
        Self::Details,
        Self::ExpiredCard,
        Self::Shop,
        Self::Bank,
        Self::Authentication,
        Self::Connection,
        Self::Impossible,
        Self::NotATestCard,
        Self::AccountFunds,
        Self::WrongCodes,
        Self::Place,
    ];

    /// The name of its text.
    pub fn text_id(self) -> &'static str {
        match self {
            Self::Funds => "reason-funds",
            Self::Limit => "reason-limit",
            Self::Details => "reason-details",
            Self::ExpiredCard => "reason-expired-card",
            Self::Shop => "reason-shop",
            Self::Bank => "reason-bank",
            Self::Authentication => "reason-authentication",
            Self::Connection => "reason-connection",
            Self::Impossible => "reason-impossible",
            Self::NotATestCard => "reason-not-a-test-card",
            Self::AccountFunds => "reason-account-funds",
            Self::WrongCodes => "reason-wrong-codes",
            Self::Place => "reason-place",
        }
    }
}

/// What is wrong with the fields of the card form, at most one thing each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CardErrors {
    /// The card number.
    pub number: Option<NumberError>,
    /// The date.
    pub expiry: Option<ExpiryError>,
    /// The security code.
    pub code: Option<CodeError>,
    /// The name.
    pub holder: Option<HolderError>,
}

impl CardErrors {
    /// How many fields need correcting.
    pub fn count(self) -> u32 {
        u32::from(self.number.is_some())
            + u32::from(self.expiry.is_some())
            + u32::from(self.code.is_some())
            + u32::from(self.holder.is_some())
    }

    /// Field name, label and message of each error, in the order of the fields.
    fn list(self) -> Vec<(&'static str, &'static str, &'static str)> {
        let number = self.number.map(|error| ("number", "number-label", error.text_id()));
        let expiry = self.expiry.map(|error| ("expiry", "expiry-label", error.text_id()));
        let code = self.code.map(|error| ("cvc", "code-label", error.text_id()));
        let holder = self.holder.map(|error| ("holder", "holder-label", error.text_id()));
        [number, expiry, code, holder].into_iter().flatten().collect()
    }
}

/// What is wrong with the card number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberError {
    /// Nothing was typed.
    Missing,
    /// Wrong length or check digit.
    Invalid,
    /// A network that the shop does not accept.
    BrandRefused,
    /// A saved card was chosen as well, so nobody knows which one shall pay.
    TwoCards,
}

impl NumberError {
    fn text_id(self) -> &'static str {
        match self {
            Self::Missing => "error-number-missing",
            Self::Invalid => "error-number-invalid",
            Self::BrandRefused => "error-number-brand",
            Self::TwoCards => "error-number-two-cards",
        }
    }
}

/// What is wrong with the date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpiryError {
    /// Nothing was typed.
    Missing,
    /// Not a month and a year.
    Invalid,
    /// In the past.
    Past,
}

impl ExpiryError {
    fn text_id(self) -> &'static str {
        match self {
            Self::Missing => "error-expiry-missing",
            Self::Invalid => "error-expiry-invalid",
            Self::Past => "error-expiry-past",
        }
    }
}

/// What is wrong with the security code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeError {
    /// Nothing was typed.
    Missing,
    /// Not three digits.
    NotThreeDigits,
    /// Not four digits, on an American Express card.
    NotFourDigits,
}

impl CodeError {
    fn text_id(self) -> &'static str {
        match self {
            Self::Missing => "error-code-missing",
            Self::NotThreeDigits => "error-code-invalid",
            Self::NotFourDigits => "error-code-invalid-amex",
        }
    }
}

/// What is wrong with the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolderError {
    /// Other than Latin letters, or too long.
    Invalid,
}

impl HolderError {
    fn text_id(self) -> &'static str {
        match self {
            Self::Invalid => "error-holder-invalid",
        }
    }
}
