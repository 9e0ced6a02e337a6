//! Pages around paying without a card: the choice of a way to pay, and the pages of banks, wallets and telephones that the sandbox plays.

use super::{Amount, DeclineReason, Form, Frame};
use askama::Template;

/// What a method is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodIcon {
    /// A bank's front.
    Bank,
    /// A purse.
    Wallet,
    /// A telephone with a message.
    Phone,
    /// A card.
    Card,
    /// Cash in a machine.
    Cash,
    /// A coin of no country.
    Coin,
}

impl MethodIcon {
    /// The kind of way in the words of the shop's window.
    fn kind(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Wallet => "wallet",
            Self::Phone => "phone",
            Self::Card => "card",
            Self::Cash => "cash",
            Self::Coin => "crypto",
        }
    }

    /// The name of what the payer does there.
    fn text_id(self) -> &'static str {
        match self {
            Self::Bank => "tile-bank",
            Self::Wallet => "tile-wallet",
            Self::Phone => "tile-phone",
            Self::Card => "tile-card",
            Self::Cash => "tile-cash",
            Self::Coin => "tile-coin",
        }
    }
}

/// One way to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// What the form says when it is chosen.
    pub key: String,
    /// Its name.
    pub title: String,
    /// Its picture.
    pub icon: MethodIcon,
}

/// Ways to pay that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileGroup {
    /// Their name.
    pub title: String,
    /// The ways, never empty.
    pub tiles: Vec<Tile>,
}

/// A country that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryOption {
    /// What the form says.
    pub code: String,
    /// Its name.
    pub title: String,
}

/// The field that asks for an e-mail address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmailField {
    /// What was typed.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<EmailError>,
}

/// What is wrong with an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailError {
    /// Nothing was typed.
    Missing,
    /// It cannot be one.
    Invalid,
}

impl EmailError {
    /// The name of the sentence that says so.
    pub(super) fn text_id(self) -> &'static str {
        match self {
            Self::Missing => "email-missing",
            Self::Invalid => "email-invalid",
        }
    }
}

/// What happened before the choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoiceNotice {
    /// The last way to pay did not succeed.
    Declined(DeclineReason),
    /// The payer left the place.
    Left,
    /// The page was out of date.
    Stale,
}

impl ChoiceNotice {
    pub(super) fn title_id(self) -> &'static str {
        match self {
            Self::Declined(_) => "choice-declined-title",
            Self::Left => "choice-left-title",
            Self::Stale => "choice-stale-title",
        }
    }

    pub(super) fn body_id(self) -> &'static str {
        match self {
            Self::Declined(reason) => reason.text_id(),
            Self::Left => "choice-left-body",
            Self::Stale => "choice-stale-body",
        }
    }

    pub(super) fn is_bad(self) -> bool {
        match self {
            Self::Declined(_) => true,
            Self::Left | Self::Stale => false,
        }
    }
}

/// The choice of a way to pay.
#[derive(Debug, Clone, Template)]
#[template(path = "checkout/templates/choice.html")]
pub struct ChoicePage {
    /// What stands around.
    pub frame: Frame,
    /// The form that the tiles belong to; a chosen tile adds `method`.
    pub choose: Form,
    /// The form that cancels the payment and goes back to the shop.
    pub cancel: Option<Form>,
    /// Where the choice of a country is read with GET: an address without parameters.
    pub countries_action: String,
    /// The countries; fewer than two are no choice.
    pub countries: Vec<CountryOption>,
    /// The chosen one's code.
    pub country: String,
    /// The ways to pay there.
    pub groups: Vec<TileGroup>,
    /// The page of all ways, if this one shows only the way that the shop chose.
    pub another: Option<String>,
    /// Asked for unless the shop has named it.
    pub email: Option<EmailField>,
    /// What happened before.
    pub notice: Option<ChoiceNotice>,
}

impl ChoicePage {
    /// Is there nothing to choose, and no other country to look in?
    fn is_hopeless(&self) -> bool {
        self.groups.is_empty() && self.countries.len() < 2 && self.another.is_none()
    }

    fn heading_id(&self) -> &'static str {
        if self.is_hopeless() { "choice-nothing-title" } else { "choice-title" }
    }

    fn none_id(&self) -> &'static str {
        if self.is_hopeless() { "choice-nothing" } else { "choice-none" }
    }

    fn email_error(&self) -> Option<String> {
        let error = self.email.as_ref().and_then(|email| email.error)?;
        Some(self.frame.t(error.text_id()))
    }

    fn title(&self) -> String {
        let title = self.frame.titled(&self.frame.t(self.heading_id()));
        if self.email_error().is_some() { format!("{}: {title}", self.frame.t("error-prefix")) } else { title }
    }
}

/// The payer went to a place and came back with nothing decided there.
#[derive(Debug, Clone, Template)]
#[template(path = "checkout/templates/place.html")]
pub struct PlacePage {
    /// What stands around.
    pub frame: Frame,
    /// The place's name.
    pub place: String,
    /// Its picture.
    pub icon: MethodIcon,
    /// The way there.
    pub href: String,
    /// The form that goes back to the choice, if attempts remain.
    pub another: Option<Form>,
    /// The form that cancels the payment.
    pub cancel: Option<Form>,
}

impl PlacePage {
    fn title(&self) -> String {
        self.frame.titled(&self.heading())
    }

    fn heading(&self) -> String {
        self.frame.fill("place-title", "place", &self.place)
    }
}

/// How far the payer has come at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrandStage {
    /// To pay or not to pay.
    Choice,
    /// The number of a telephone is wanted.
    Phone,
    /// A code was sent.
    Code {
        /// The number, mostly hidden.
        phone: String,
        /// The code that a real telephone would show.
        code: String,
    },
    /// Taken, not confirmed.
    Accepted,
}

/// What was wrong with what was typed at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrandError {
    /// No number of a telephone.
    Phone,
    /// No code.
    CodeMissing,
    /// A wrong code.
    CodeWrong {
        /// How many tries remain.
        tries_left: u32,
    },
}

/// Somebody as whom the payer can pay at a simulated bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonOption {
    /// What the form says when this one is chosen.
    pub key: String,
    /// First and last name.
    pub name: String,
    /// The national number.
    pub national_number: String,
}

/// A page of a bank, wallet or telephone that the sandbox plays. It does not wear the shop's colours.
#[derive(Debug, Clone, Template)]
#[template(path = "checkout/templates/errand.html")]
pub struct ErrandPage {
    /// What stands around; shop, order and timer are not shown as on the other pages.
    pub frame: Frame,
    /// The place's name.
    pub place: String,
    /// Its picture.
    pub icon: MethodIcon,
    /// The shop sent the order as a test.
    pub test: bool,
    /// The shop's name as the place knows it.
    pub shop: String,
    /// The sum to pay.
    pub amount: Amount,
    /// The address that a step is posted to, as `step` with `phone` or `code`.
    pub action: String,
    /// How far the payer has come.
    pub stage: ErrandStage,
    /// As whom the payer can pay; empty where the place does not tell.
    pub persons: Vec<PersonOption>,
    /// What was wrong before.
    pub error: Option<ErrandError>,
    /// The order is over: what is paid now comes too late.
    pub late: bool,
    /// The way back to the payment's page.
    pub back: String,
}

impl ErrandPage {
    fn place_text(&self, id: &str) -> String {
        self.frame.fill(id, "place", &self.place)
    }

    fn heading(&self) -> String {
        match self.stage {
            ErrandStage::Accepted => self.place_text("errand-accepted-title"),
            ErrandStage::Choice if self.test => self.frame.t("errand-test-title"),
            ErrandStage::Choice | ErrandStage::Phone | ErrandStage::Code { .. } => self.place_text("errand-title"),
        }
    }

    fn lead_id(&self) -> &'static str {
        match self.stage {
            ErrandStage::Accepted => "errand-accepted-body",
            ErrandStage::Choice if self.test => "errand-test-body",
            ErrandStage::Choice => "errand-body",
            ErrandStage::Phone => "errand-phone-body",
            ErrandStage::Code { .. } => "errand-code-body",
        }
    }

    fn title(&self) -> String {
        let title = self.heading();
        if self.error.is_some() { format!("{}: {title}", self.frame.t("error-prefix")) } else { title }
    }

    fn pay_label(&self) -> String {
        self.frame.fill("errand-pay", "amount", &self.amount.line())
    }

    fn message(&self, code: &str) -> String {
        self.frame.fill2("errand-message", ("code", code), ("amount", &self.amount.line()))
    }

    fn error_text(&self) -> Option<String> {
        self.error.map(|error| match error {
            ErrandError::Phone => self.frame.t("errand-phone-wrong"),
            ErrandError::CodeMissing => self.frame.t("acs-missing"),
            ErrandError::CodeWrong { tries_left } => self.frame.n("acs-wrong", tries_left),
        })
    }
}
