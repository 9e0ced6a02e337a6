//! A payer's visit to the page of a payment: what the pages need to know, gathered once by the room that knows the protocol.

use super::Language;
use super::view::{self, Frame, LanguageLink, Merchant, Moment, Order, Timer};
use payglot_core::{Intent, Money, OperationId, Payment, PaymentId, UnixMillis};

/// Everything a page can say about a payment and its shop.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The payment as it is now.
    pub payment: Payment,
    /// The shop's name as the payer knows it.
    pub shop: String,
    /// The brand colour, `#rrggbb`.
    pub brand: String,
    /// No money moves.
    pub test_mode: bool,
    /// The shop's description of the order; may be empty.
    pub description: String,
    /// The holder's name to begin with; may be empty.
    pub holder: String,
    /// Is there an address to return to?
    pub can_return: bool,
    /// The page's language.
    pub language: Language,
    /// Who may show the page in a frame: a CSP source list.
    pub frame_ancestors: String,
    /// The page's address in each language, without anything that tells what just happened.
    pub pages: Vec<(Language, String)>,
    /// Was the payer led here by what just happened, rather than by opening the page again?
    pub just_done: bool,
    /// When the page is made.
    pub now: UnixMillis,
}

impl Visit {
    /// The page's address in its language.
    pub fn page(&self) -> String {
        let found = self.pages.iter().find(|(language, _)| *language == self.language);
        found.or(self.pages.first()).map(|(_, href)| href.clone()).unwrap_or_default()
    }

    /// The page's address, marked as the end of an attempt: it shows the result and takes the payer back to the shop.
    pub fn done_page(&self) -> String {
        let page = self.page();
        let joint = if page.contains('?') { '&' } else { '?' };
        format!("{page}{joint}done=1")
    }

    /// Where the way back to the shop begins.
    pub fn return_href(&self) -> Option<String> {
        self.can_return.then(|| format!("/checkout/{}/return?lang={}", self.payment.id, self.language.code()))
    }

    /// The event stream that tells when the payment has moved on from its present version.
    pub fn events_href(&self) -> String {
        format!("/checkout/{}/events?version={}", self.payment.id, self.payment.version)
    }

    /// Does the money get reserved first?
    pub fn is_hold(&self) -> bool {
        self.payment.intent == Intent::Hold
    }

    /// What stands around the page.
    pub(super) fn frame(&self) -> Frame {
        Frame {
            language: self.language,
            languages: self
                .pages
                .iter()
                .map(|(language, href)| LanguageLink { language: *language, href: href.clone() })
                .collect(),
            page: self.page(),
            merchant: Some(Merchant {
                name: self.shop.clone(),
                mark: Merchant::mark_of(&self.shop),
                brand: Some(self.brand.clone()),
                return_label: None,
            }),
            order: Some(Order {
                amount: amount(self.payment.amount, self.language),
                number: self.payment.order.clone(),
                description: self.description.clone(),
            }),
            test_mode: self.test_mode,
            timer: self.payment.state.waits_for_payer().then(|| self.timer()),
        }
    }

    fn timer(&self) -> Timer {
        let left = self.payment.expires_at.since(self.now).max(0) / 1000;
        Timer { seconds_left: u32::try_from(left).unwrap_or(u32::MAX), expires_at: moment(self.payment.expires_at) }
    }
}

/// The address to come back to from a bank's challenge.
pub fn confirmed_href(payment: PaymentId, attempt: OperationId, language: Language) -> String {
    format!("/checkout/{payment}/confirmed?attempt={attempt}&lang={}", language.code())
}

/// Money as it is shown.
pub fn amount(money: Money, language: Language) -> view::Amount {
    let currency = money.currency();
    view::Amount::from_minor(u128::from(money.minor().unsigned_abs()), currency.decimals(), &currency.sign(), language)
}

/// A moment as it is shown.
pub(super) fn moment(at: UnixMillis) -> Moment {
    Moment { unix_seconds: at.0.div_euclid(1000) }
}

/// `411111**1111` as `VISA •••• 1111`.
pub fn card_label(brand: &str, masked: &str) -> String {
    let last: String = masked.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    format!("{brand} •••• {last}").trim_start().to_owned()
}
