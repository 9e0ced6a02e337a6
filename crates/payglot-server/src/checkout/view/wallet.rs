//! Pages around wallets that get invoices: the form that asks for the wallet, and the invoice that waits.

use super::{Amount, ChoiceNotice, EmailError, Form, Frame, MethodIcon};
use askama::Template;

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalletField {
    /// The number of the wallet's owner.
    Account,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// E-mail address.
    Email,
}

impl WalletField {
    /// Its name in the form, and the beginning of the names of its texts.
    pub(in crate::checkout) const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Email => "email",
        }
    }

    const fn label_id(self) -> &'static str {
        match self {
            Self::Account => "wallet-account-label",
            Self::FirstName => "wallet-first-name-label",
            Self::LastName => "wallet-last-name-label",
            Self::Email => "email-label",
        }
    }

    const fn hint_id(self) -> Option<&'static str> {
        match self {
            Self::Account => Some("wallet-account-hint"),
            Self::FirstName | Self::LastName => None,
            Self::Email => Some("email-hint"),
        }
    }

    /// The sentence that says what is wrong.
    fn error_id(self, missing: bool) -> &'static str {
        match (self, missing) {
            (Self::Account, true) => "wallet-account-missing",
            (Self::Account, false) => "wallet-account-invalid",
            (Self::FirstName, _) => "wallet-first-name-missing",
            (Self::LastName, _) => "wallet-last-name-missing",
            (Self::Email, true) => EmailError::Missing.text_id(),
            (Self::Email, false) => EmailError::Invalid.text_id(),
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Account | Self::FirstName | Self::LastName => "text",
            Self::Email => "email",
        }
    }

    const fn input_mode(self) -> &'static str {
        match self {
            Self::Account => "numeric",
            Self::FirstName | Self::LastName => "text",
            Self::Email => "email",
        }
    }

    const fn autocomplete(self) -> &'static str {
        match self {
            Self::Account => "off",
            Self::FirstName => "given-name",
            Self::LastName => "family-name",
            Self::Email => "email",
        }
    }
}

/// What is wrong with the form: each field, and whether nothing was typed into it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WalletErrors(pub Vec<(WalletField, bool)>);

impl WalletErrors {
    /// What is wrong with a field: was nothing typed?
    pub fn of(&self, field: WalletField) -> Option<bool> {
        self.0.iter().find(|(wrong, _)| *wrong == field).map(|(_, missing)| *missing)
    }
}

/// A field with what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletInput {
    /// Which.
    pub field: WalletField,
    /// What was typed, or is known.
    pub value: String,
    /// Is it wrong: was nothing typed?
    pub error: Option<bool>,
}

/// The form that asks for the wallet, and for what else the wallet needs to know.
#[derive(Debug, Clone, Template)]
#[template(path = "checkout/templates/wallet.html")]
pub struct WalletPage {
    /// What stands around.
    pub frame: Frame,
    /// The wallet's name.
    pub title: String,
    /// Where the form goes.
    pub pay: Form,
    /// The form that cancels the payment.
    pub cancel: Option<Form>,
    /// The fields, the wallet's first.
    pub inputs: Vec<WalletInput>,
    /// The amount in the wallet's own units.
    pub in_units: Option<Amount>,
    /// What happened before.
    pub notice: Option<ChoiceNotice>,
    /// The page of other ways to pay.
    pub another: Option<String>,
}

impl WalletPage {
    fn heading(&self) -> String {
        self.frame.fill("wallet-title", "wallet", &self.title)
    }

    fn title(&self) -> String {
        let title = self.frame.titled(&self.heading());
        if self.inputs.iter().any(|input| input.error.is_some()) {
            return format!("{}: {title}", self.frame.t("error-prefix"));
        }
        title
    }

    fn hint(&self, input: &WalletInput) -> String {
        match (input.error, input.field.hint_id()) {
            (Some(missing), _) => self.frame.t(input.field.error_id(missing)),
            (None, Some(id)) => self.frame.t(id),
            (None, None) => String::new(),
        }
    }

    fn button(&self) -> String {
        self.frame.fill("pay-button", "amount", &self.frame.amount())
    }

    /// The first field that is wrong gets the focus.
    fn is_first_wrong(&self, input: &WalletInput) -> bool {
        self.inputs.iter().find(|input| input.error.is_some()).is_some_and(|first| first.field == input.field)
    }
}

/// An invoice that waits to be paid in the wallet.
#[derive(Debug, Clone, Template)]
#[template(path = "checkout/templates/invoice.html")]
pub struct InvoicePage {
    /// What stands around.
    pub frame: Frame,
    /// The wallet's name.
    pub title: String,
    /// Its picture.
    pub icon: MethodIcon,
    /// The invoice's number.
    pub number: String,
    /// The number of the wallet's owner.
    pub account: Option<String>,
    /// The amount in the wallet's own units.
    pub in_units: Option<Amount>,
    /// Where it is paid.
    pub href: String,
    /// The same address as a picture for a telephone's camera: SVG.
    pub qr: Option<String>,
    /// The event stream that tells when the payment has moved on.
    pub events: String,
    /// The form that cancels the payment.
    pub cancel: Option<Form>,
}

impl InvoicePage {
    fn heading(&self) -> String {
        self.frame.fill("invoice-title", "wallet", &self.title)
    }

    fn title(&self) -> String {
        self.frame.titled(&self.heading())
    }

    fn button(&self) -> String {
        self.frame.fill("place-button", "place", &self.title)
    }

    /// Seconds after which a browser without script asks again.
    const fn refresh_seconds() -> u32 {
        3
    }
}
