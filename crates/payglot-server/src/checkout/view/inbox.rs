//! The inbox of the wallet that the sandbox plays.

use super::{Amount, Frame, MethodIcon, Moment, Timer};
use askama::Template;

/// How an invoice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceState {
    /// Its owner may pay or refuse it.
    Open,
    /// Paid.
    Paid,
    /// Its owner did not want to pay it.
    RefusedByOwner,
    /// The wallet refused to pay it.
    RefusedByWallet,
    /// Nobody paid it in time.
    Expired,
}

impl InvoiceState {
    /// The name of its word.
    fn text_id(self) -> &'static str {
        match self {
            Self::Open => "inbox-open",
            Self::Paid => "inbox-paid",
            Self::RefusedByOwner | Self::RefusedByWallet => "inbox-refused",
            Self::Expired => "inbox-expired",
        }
    }

    /// The class of its word.
    fn tone(self) -> &'static str {
        match self {
            Self::Open => "warn",
            Self::Paid => "good",
            Self::RefusedByOwner | Self::RefusedByWallet => "bad",
            Self::Expired => "",
        }
    }

    /// The name of the heading once it is decided.
    fn title_id(self) -> &'static str {
        match self {
            Self::Open => "inbox-invoice",
            Self::Paid => "inbox-paid-title",
            Self::RefusedByOwner => "inbox-refused-title",
            Self::RefusedByWallet => "inbox-doomed-title",
            Self::Expired => "inbox-expired-title",
        }
    }
}

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownInvoice {
    /// What the wallet calls it.
    pub number: String,
    /// The shop's name as the wallet knows it.
    pub shop: String,
    /// One or two letters for the square beside the name.
    pub mark: String,
    /// The sum to pay.
    pub amount: Amount,
    /// The same in the units of the purse that pays it, where the wallet has such units.
    pub units: Option<Amount>,
    /// What is paid for; may be empty.
    pub description: String,
    /// Until when it can be paid.
    pub until: Moment,
    /// How it stands.
    pub state: InvoiceState,
    /// The address that puts it on top.
    pub href: String,
}

/// What happens to an open invoice that is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftAlone {
    /// In so many seconds.
    pub seconds: u32,
    /// The wallet refuses to pay it.
    pub refused: bool,
}

/// The invoice on top, with what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopInvoice {
    /// The invoice.
    pub invoice: ShownInvoice,
    /// What a decision posts as `operation`, besides `decision`.
    pub operation: String,
    /// The time left.
    pub timer: Timer,
    /// What happens without a decision.
    pub left_alone: Option<LeftAlone>,
    /// Whoever pays it, the wallet will refuse.
    pub doomed: bool,
    /// The order is over: what is paid now comes too late.
    pub late: bool,
    /// The way back to the payment's page, if the payer came from there.
    pub back: Option<String>,
}

/// The inbox. It does not wear the shop's colours.
#[derive(Debug, Clone, Template)]
#[template(path = "checkout/templates/inbox.html")]
pub struct InboxPage {
    /// What stands around; shop, order and timer are not shown as on the other pages.
    pub frame: Frame,
    /// Whose inbox it is, as people read it.
    pub owner: String,
    /// The address that decisions are posted to.
    pub action: String,
    /// The invoice that the page is about.
    pub top: Option<TopInvoice>,
    /// The others, newest first.
    pub others: Vec<ShownInvoice>,
}

impl InboxPage {
    const ICON: MethodIcon = MethodIcon::Wallet;

    fn title(&self) -> String {
        let title = match &self.top {
            Some(top) => self.heading(&top.invoice),
            None => self.frame.t("inbox-title"),
        };
        format!("{title} · WebMoney")
    }

    fn heading(&self, invoice: &ShownInvoice) -> String {
        self.frame.fill(invoice.state.title_id(), "number", &invoice.number)
    }

    /// What a decision means for the money.
    fn outcome(&self, invoice: &ShownInvoice) -> String {
        match invoice.state {
            InvoiceState::Paid => self.frame.fill("inbox-paid-body", "shop", &invoice.shop),
            InvoiceState::RefusedByOwner => self.frame.fill("inbox-refused-body", "shop", &invoice.shop),
            InvoiceState::RefusedByWallet => self.frame.fill("inbox-doomed-body", "amount", &invoice.amount.line()),
            InvoiceState::Open | InvoiceState::Expired => self.frame.t("inbox-expired-body"),
        }
    }

    /// The line under the buttons of an open invoice.
    fn hint(&self, top: &TopInvoice) -> Option<String> {
        let doomed = || self.frame.fill("inbox-doomed-hint", "amount", &top.invoice.amount.line());
        match top.left_alone {
            Some(LeftAlone { seconds, refused: false }) => Some(self.frame.n("inbox-left-alone", seconds)),
            Some(LeftAlone { refused: true, .. }) => Some(doomed()),
            None => top.doomed.then(doomed),
        }
    }

    fn pay_label(&self, invoice: &ShownInvoice) -> String {
        self.frame.fill("errand-pay", "amount", &invoice.amount.line())
    }

    /// Seconds until the page asks again by itself.
    fn refresh_seconds(&self) -> Option<u32> {
        let top = self.top.as_ref().filter(|top| top.invoice.state == InvoiceState::Open)?;
        // A second more, so that the server agrees that the time has come.
        Some(top.left_alone.map_or(top.timer.reload_after(), |alone| alone.seconds.saturating_add(1)))
    }
}
