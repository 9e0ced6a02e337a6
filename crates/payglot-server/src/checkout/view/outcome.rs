//! Pages that end the way: results, and orders that cannot be shown.

use askama::Template;

use super::{Amount, DeclineReason, Frame, Moment};

/// How a payment ended, or what became of it later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Just paid.
    Paid,
    /// Just reserved (held).
    Held,
    /// Declined, and no attempt remains.
    Declined(DeclineReason),
    /// Not paid in time.
    Expired,
    /// Cancelled by the payer.
    Cancelled,
    /// Paid before; the page was opened again.
    AlreadyPaid,
    /// Reserved before; the page was opened again.
    AlreadyHeld,
    /// Reserved, then released by the shop.
    Voided,
    /// Paid, then refunded wholly.
    Refunded,
    /// Paid, then refunded in part.
    PartRefunded,
    /// The card was checked.
    Verified,
    /// The card was left with the shop.
    CardSaved,
    /// The money is on its way to the payer.
    PaidOut,
}

/// The sign above the title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Good,
    Bad,
    Clock,
    Back,
    Neutral,
}

impl Outcome {
    /// Every outcome, for tests and galleries.
    pub const ALL: [Self; 13] = [
        Self::Paid,
        Self::Held,
        Self::Declined(DeclineReason::Funds),
        Self::Expired,
        Self::Cancelled,
        Self::AlreadyPaid,
        Self::AlreadyHeld,
        Self::Voided,
        Self::Refunded,
        Self::PartRefunded,
        Self::Verified,
        Self::CardSaved,
        Self::PaidOut,
    ];

    fn mark(self) -> Mark {
        match self {
            Self::Paid
            | Self::Held
            | Self::AlreadyPaid
            | Self::AlreadyHeld
            | Self::Verified
            | Self::CardSaved
            | Self::PaidOut => Mark::Good,
            Self::Declined(_) => Mark::Bad,
            Self::Expired => Mark::Clock,
            Self::Cancelled => Mark::Neutral,
            Self::Voided | Self::Refunded | Self::PartRefunded => Mark::Back,
        }
    }

    /// The name of the title.
    fn title_id(self) -> &'static str {
        self.text_ids().0
    }

    /// The names of the paragraphs, without words about cards where the payer paid elsewhere.
    fn body_ids(self, elsewhere: bool) -> Vec<&'static str> {
        match self {
            Self::Declined(reason) if elsewhere => {
                // There is no other way to choose any more.
                let refused = if reason == DeclineReason::Place { "reason-place-final" } else { reason.text_id() };
                vec![refused, "place-nothing-taken", "declined-final-next-place"]
            }
            Self::Refunded if elsewhere => vec!["refunded-body-place"],
            Self::PartRefunded if elsewhere => vec!["part-refunded-body-place"],
            Self::Paid
            | Self::Held
            | Self::Declined(_)
            | Self::Expired
            | Self::Cancelled
            | Self::AlreadyPaid
            | Self::AlreadyHeld
            | Self::Voided
            | Self::Refunded
            | Self::PartRefunded
            | Self::Verified
            | Self::CardSaved
            | Self::PaidOut => self.text_ids().1,
        }
    }

    /// The name of the word in the corner.
    fn status_id(self) -> &'static str {
        self.text_ids().2
    }

    /// Names of the title, the paragraphs and the word in the corner.
    fn text_ids(self) -> (&'static str, Vec<&'static str>, &'static str) {
        match self {
            Self::Paid => ("paid-title", vec!["paid-body"], "paid-status"),
            Self::Held => ("held-title", vec!["held-body"], "held-status"),
            Self::Declined(reason) => {
                let body = vec![reason.text_id(), "nothing-taken", "declined-final-next"];
                ("declined-final-title", body, "declined-status")
            }
            Self::Expired => ("expired-title", vec!["expired-body"], "expired-status"),
            Self::Cancelled => ("cancelled-title", vec!["cancelled-body"], "cancelled-status"),
            Self::AlreadyPaid => ("already-paid-title", vec!["already-paid-body"], "paid-status"),
            Self::AlreadyHeld => ("already-held-title", vec!["already-held-body"], "held-status"),
            Self::Voided => ("voided-title", vec!["voided-body"], "voided-status"),
            Self::Refunded => ("refunded-title", vec!["refunded-body"], "refunded-status"),
            Self::PartRefunded => ("part-refunded-title", vec!["part-refunded-body"], "paid-status"),
            Self::Verified => ("verified-title", vec!["verified-body"], "verified-status"),
            Self::CardSaved => ("card-saved-title", vec!["card-saved-body"], "card-saved-status"),
            Self::PaidOut => ("paid-out-title", vec!["paid-out-body"], "paid-out-status"),
        }
    }

    /// The label of the place in the facts.
    fn place_id(self) -> &'static str {
        match self {
            Self::Declined(_) | Self::Expired | Self::Cancelled => "fact-place-tried",
            Self::Paid
            | Self::Held
            | Self::AlreadyPaid
            | Self::AlreadyHeld
            | Self::Voided
            | Self::Refunded
            | Self::PartRefunded
            | Self::Verified
            | Self::CardSaved
            | Self::PaidOut => "fact-place",
        }
    }

    /// The label of the time in the facts.
    fn time_id(self) -> &'static str {
        match self {
            Self::Paid | Self::AlreadyPaid => "fact-paid-at",
            Self::Held | Self::AlreadyHeld => "fact-held-at",
            Self::Refunded | Self::PartRefunded => "fact-refunded-at",
            Self::PaidOut => "fact-paid-out-at",
            Self::Declined(_) | Self::Expired | Self::Cancelled | Self::Voided | Self::Verified | Self::CardSaved => {
                "fact-time"
            }
        }
    }
}

/// What a payer may want to note down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The card, as `Visa •••• 1111`.
    pub card: Option<String>,
    /// The bank, wallet or telephone, where it was no card.
    pub place: Option<String>,
    /// When it happened.
    pub at: Option<Moment>,
    /// What was sent back, for refunds.
    pub refunded: Option<Amount>,
    /// A number to quote to the shop or the bank.
    pub reference: Option<String>,
}

impl Facts {
    fn any(&self) -> bool {
        self.card.is_some()
            || self.place.is_some()
            || self.at.is_some()
            || self.refunded.is_some()
            || self.reference.is_some()
    }
}

/// The end of a payment, with the way back to the shop.
#[derive(Debug, Clone, Template)]
#[template(path = "checkout/templates/result.html")]
pub struct ResultPage {
    /// What stands around.
    pub frame: Frame,
    /// How it ended.
    pub outcome: Outcome,
    /// Details to note down.
    pub facts: Facts,
    /// The way back to the shop.
    pub return_href: Option<String>,
    /// Seconds after which the payer is taken there unasked; he can stop it (with script), unless there are none.
    pub auto_return: Option<u32>,
}

impl ResultPage {
    fn title(&self) -> String {
        self.frame.titled(&self.frame.t(self.outcome.title_id()))
    }

    /// Seconds and address of the automatic return, if there is one.
    fn automatic(&self) -> Option<(u32, &str)> {
        Some((self.auto_return?, self.return_href.as_deref()?))
    }

    /// The same, if there are seconds to count.
    fn counted(&self) -> Option<(u32, &str)> {
        self.automatic().filter(|(seconds, _)| *seconds > 0)
    }

    /// The first sentence of the countdown.
    fn first_line(&self) -> String {
        self.frame.n("returning-in", self.auto_return.unwrap_or(0))
    }

    /// `5;url=...` for a refresh; the seconds come first so that no address can change them.
    fn refresh(&self) -> Option<String> {
        self.automatic().map(|(seconds, href)| format!("{seconds};url={href}"))
    }

    /// The sentences of the countdown from its first second to the last, for the script: plurals differ per second.
    fn countdown(&self) -> String {
        let seconds = self.auto_return.unwrap_or(0).min(60);
        let lines: Vec<String> = (1..=seconds).map(|second| self.frame.n("returning-in", second)).collect();
        lines.join("|")
    }
}

/// Why there is nothing to pay on this page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No such order (404).
    UnknownOrder,
    /// Our own failure (500 or 503).
    Technical {
        /// The request's id, to find it in the logs.
        reference: String,
    },
    /// Too many attempts (429).
    TooManyAttempts {
        /// Seconds until the next one is allowed.
        retry_after: u32,
    },
}

/// A page that cannot show its payment.
#[derive(Debug, Clone, Template)]
#[template(path = "checkout/templates/failure.html")]
pub struct FailurePage {
    /// What stands around, as far as known.
    pub frame: Frame,
    /// Why.
    pub failure: Failure,
    /// The way back to the shop, if known.
    pub return_href: Option<String>,
}

impl FailurePage {
    /// Names of title and text.
    fn text_ids(&self) -> (&'static str, &'static str) {
        match self.failure {
            Failure::UnknownOrder => ("not-found-title", "not-found-body"),
            Failure::Technical { .. } => ("technical-title", "technical-body"),
            Failure::TooManyAttempts { .. } => ("too-many-title", "too-many-body"),
        }
    }

    fn title(&self) -> String {
        self.frame.titled(&self.frame.t(self.text_ids().0))
    }

    fn reference(&self) -> Option<&str> {
        match &self.failure {
            Failure::Technical { reference } => Some(reference),
            Failure::UnknownOrder | Failure::TooManyAttempts { .. } => None,
        }
    }

    /// How many whole minutes to wait, rounded up, in words.
    fn wait(&self) -> Option<String> {
        match self.failure {
            Failure::TooManyAttempts { retry_after } => {
                Some(self.frame.n("too-many-wait", retry_after.div_ceil(60).max(1)))
            }
            Failure::UnknownOrder | Failure::Technical { .. } => None,
        }
    }

    /// The page can be asked for again.
    fn can_retry(&self) -> bool {
        match self.failure {
            Failure::UnknownOrder => false,
            Failure::Technical { .. } | Failure::TooManyAttempts { .. } => !self.frame.page.is_empty(),
        }
    }
}
