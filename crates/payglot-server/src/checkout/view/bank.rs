//! Pages around the bank: confirmation, waiting, and the sandbox bank's own page.

use askama::Template;

use super::{Amount, Form, Frame};

/// A form that leads to the bank's confirmation page (3-D Secure).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handoff {
    /// The bank's address. Its origin must be among the form targets of the content policy unless it is ours.
    pub action: String,
    /// Posted, as 3-D Secure wants; otherwise read with GET.
    pub post: bool,
    /// Names and values of the hidden fields.
    pub fields: Vec<(String, String)>,
    /// The script sends the form at once: for the first time a payer is sent there, not for one who came back.
    pub at_once: bool,
}

/// The payer must confirm at the bank: on the way there, or come back without having done it.
#[derive(Debug, Clone, Template)]
#[template(path = "checkout/templates/challenge.html")]
pub struct ChallengePage {
    /// What stands around.
    pub frame: Frame,
    /// The way to the bank.
    pub bank: Handoff,
    /// The form that stops this attempt and goes back to the card form, if attempts remain.
    pub another_card: Option<Form>,
    /// The form that cancels the payment.
    pub cancel: Option<Form>,
}

impl ChallengePage {
    fn title(&self) -> String {
        self.frame.titled(&self.frame.t("challenge-title"))
    }
}

/// Why the payer waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitReason {
    /// The bank was asked a moment ago.
    Working,
    /// The bank did not answer in time: nobody knows yet whether the money was taken.
    Unknown,
    /// A bank, wallet or telephone has taken the payment and confirms it later.
    Accepted,
}

/// Nothing to do but wait; the page changes by itself.
#[derive(Debug, Clone, Template)]
#[template(path = "checkout/templates/waiting.html")]
pub struct WaitingPage {
    /// What stands around.
    pub frame: Frame,
    /// Why.
    pub reason: WaitReason,
    /// The address of the event stream that tells when the payment has moved.
    pub events: String,
    /// The way back to the shop, for an answer that may take long.
    pub return_href: Option<String>,
    /// In test mode: the page of the simulated place, which waits for a word too.
    pub simulator: Option<String>,
}

impl WaitingPage {
    fn title_id(&self) -> &'static str {
        match self.reason {
            WaitReason::Working => "wait-title",
            WaitReason::Unknown => "unknown-title",
            WaitReason::Accepted => "accepted-title",
        }
    }

    fn title(&self) -> String {
        self.frame.titled(&self.frame.t(self.title_id()))
    }

    fn is_unknown(&self) -> bool {
        match self.reason {
            WaitReason::Working | WaitReason::Accepted => false,
            WaitReason::Unknown => true,
        }
    }

    /// The names of the paragraphs; the first one is the important one, unless there is but one.
    fn body_ids(&self) -> &'static [&'static str] {
        match self.reason {
            WaitReason::Working => &["wait-body"],
            WaitReason::Unknown => &["unknown-body", "unknown-next"],
            WaitReason::Accepted => &["accepted-body", "accepted-next"],
        }
    }

    /// Seconds until a page without script asks again.
    fn refresh_seconds(&self) -> u32 {
        match self.reason {
            WaitReason::Working => 3,
            WaitReason::Unknown | WaitReason::Accepted => 10,
        }
    }
}

/// What was wrong with the code typed at the sandbox bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AcsError {
    /// Nothing was typed.
    Missing,
    /// A wrong code.
    Wrong {
        /// How many tries remain.
        tries_left: u32,
    },
}

/// The sandbox bank's confirmation page (3-D Secure challenge). It does not wear the shop's colours: it plays a bank.
#[derive(Debug, Clone, Template)]
#[template(path = "checkout/templates/acs.html")]
pub struct AcsPage {
    /// What stands around; shop, order and timer are not shown as on the other pages.
    pub frame: Frame,
    /// The shop's name as the bank knows it.
    pub shop: String,
    /// The sum to confirm, where money moves.
    pub amount: Option<Amount>,
    /// The card, as `Visa •••• 1111`.
    pub card: String,
    /// The address that the code is posted to, as `code` with `decision=confirm`, or `decision=cancel`.
    pub action: String,
    /// Names and values of the hidden fields (`MD`, `TermUrl`, `creq` ...).
    pub fields: Vec<(String, String)>,
    /// The codes that work, shown as a hint; empty hides it.
    pub codes: Vec<String>,
    /// What was wrong before.
    pub error: Option<AcsError>,
}

impl AcsPage {
    fn title(&self) -> String {
        let title = format!("{} · {}", self.frame.t("acs-title"), self.frame.t("acs-bank"));
        if self.error.is_some() { format!("{}: {title}", self.frame.t("error-prefix")) } else { title }
    }

    /// Does the holder need more than the keys of a telephone?
    fn takes_letters(&self) -> bool {
        self.codes.iter().any(|code| !code.bytes().all(|sign| sign.is_ascii_digit()))
    }

    fn error_text(&self) -> Option<String> {
        self.error.map(|error| match error {
            AcsError::Missing => self.frame.t("acs-missing"),
            AcsError::Wrong { tries_left } => self.frame.n("acs-wrong", tries_left),
        })
    }
}

/// The sandbox bank sends the browser on with a form, as 3-D Secure has it. The script posts it at once.
#[derive(Debug, Clone, Template)]
#[template(path = "checkout/templates/handover.html")]
pub struct HandoverPage {
    /// What stands around; shop, order and timer are not shown.
    pub frame: Frame,
    /// Where the form goes: the address that the merchant's page named.
    pub action: String,
    /// Names and values of the hidden fields.
    pub fields: Vec<(String, String)>,
}

impl HandoverPage {
    fn title(&self) -> String {
        format!("{} · {}", self.frame.t("acs-done-title"), self.frame.t("acs-bank"))
    }
}
