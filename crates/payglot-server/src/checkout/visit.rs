//! A payer's visit to the page of a payment: what the pages need to know, gathered once by the room that knows the protocol.

use super::Language;
use super::view::{self, Embed, Frame, LanguageLink, Merchant, Moment, Order, ShopLink, Timer, WalletField};
use crate::upstream::TestData;
use payglot_core::{
    CardFacts, Intent, Method, Money, Operation, OperationId, OperationKind, Payment, PaymentId, State, UnixMillis,
};

pub use super::view::Purpose;

/// Everything a page can say about a payment and its shop.
#[derive(Debug, Clone)]
pub struct Visit {
    /// What the page is for.
    pub purpose: Purpose,
    /// The payment as it is now. Where a card is left without one, a preview of which nothing is shown.
    pub payment: Payment,
    /// The shop's name as the payer knows it.
    pub shop: String,
    /// The brand colour, `#rrggbb`.
    pub brand: String,
    /// No money moves.
    pub test_mode: bool,
    /// Whose test cards are offered then.
    pub test_data: TestData,
    /// The shop's description of the order; may be empty.
    pub description: String,
    /// The holder's name to begin with; may be empty.
    pub holder: String,
    /// A place in the shop that the payer may go to without deciding anything here.
    pub shop_link: Option<ShopLink>,
    /// Is the page asked for with short labels, for a telephone?
    pub mobile: bool,
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
    /// What the names begin with that the page adds to its own address: nothing, or an underscore where the shop has signed all others.
    pub prefix: &'static str,
    /// When the page is made.
    pub now: UnixMillis,
    /// Does the payer want to see all ways to pay, whatever the shop chose?
    pub all_ways: bool,
    /// The ways to pay, where there are others than a card.
    pub choice: Option<Choice>,
    /// The payer's saved cards, and whether a card can be saved.
    pub saved: Saved,
    /// Can the payer give the order up here? Not before there is one: an order that was only looked at is left by closing the page.
    pub can_cancel: bool,
    /// Does a clock run for the payer?
    pub is_timed: bool,
    /// The way to pay that sends an invoice to a wallet, where there is one.
    pub wallet: Option<Wallet>,
    /// The invoice that waits to be paid.
    pub invoice: Option<Invoice>,
    /// What the page tells the window around it, where a shop shows it in a frame. Its way out is taken only by a payer who was led here by
    /// what just happened.
    pub embed: Option<Embed>,
    /// Does a payer who was led here by the end of an attempt go on to the shop at once? Our page is seen while the shop is told.
    pub leaves_at_once: bool,
    /// Does the page of a result take the payer back to the shop by itself, after a few seconds?
    pub returns_by_itself: bool,
}

/// A wallet that gets an invoice.
#[derive(Debug, Clone, Default)]
pub struct Wallet {
    /// The protocol's name of this way to pay.
    pub key: String,
    /// The wallet's name for people.
    pub title: String,
    /// The number of the payer's wallet, if it is known.
    pub account: Option<String>,
    /// What else must be asked.
    pub asks: Vec<WalletField>,
    /// The amount in the wallet's own units, if they are known.
    pub in_units: Option<Money>,
}

/// An invoice in a payer's wallet.
#[derive(Debug, Clone)]
pub struct Invoice {
    /// The wallet's name for people.
    pub title: String,
    /// The invoice's number.
    pub number: String,
    /// Where it is paid.
    pub address: String,
    /// The number of the payer's wallet.
    pub account: Option<String>,
    /// The amount in the wallet's own units, if they are known.
    pub in_units: Option<Money>,
}

/// What a page knows of saved cards. By default there are none and nothing is saved.
#[derive(Debug, Clone, Default)]
pub struct Saved {
    /// The cards, in the order to show them, each with its id.
    pub cards: Vec<(String, CardFacts)>,
    /// The shop named the one card that may pay.
    pub only: bool,
    /// May the payer save a card?
    pub may_save: bool,
    /// Is the card saved without asking?
    pub must_save: bool,
    /// The id of the saved card that the shop proposes: it stands first and is chosen, and the payer may choose another.
    pub preselected: Option<String>,
    /// Will the shop charge the card again later, whichever it is? The payer is told before they pay.
    pub registers: bool,
}

/// The ways to pay an order. Only what the shop and the project offer for it is here.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// The countries of payers, in the order of the list.
    pub countries: Vec<Country>,
    /// The code of the one to begin with.
    pub country: String,
    /// The key of the way that the shop chose itself.
    pub preselected: Option<String>,
    /// The payer's e-mail address, if it is known; otherwise the page asks for it.
    pub email: Option<String>,
    /// The shop sent the order as a test.
    pub test: bool,
    /// A test succeeds at once, without a page that asks how it shall end.
    pub instant: bool,
}

/// A country of payers.
#[derive(Debug, Clone)]
pub struct Country {
    /// Two letters, or a word for all others.
    pub code: String,
    /// Its name in the page's language.
    pub title: String,
    /// Its ways to pay.
    pub groups: Vec<Group>,
}

/// Ways to pay that belong together.
#[derive(Debug, Clone)]
pub struct Group {
    /// Their name in the page's language.
    pub title: String,
    /// The ways.
    pub ways: Vec<Way>,
}

/// A way to pay.
#[derive(Debug, Clone)]
pub struct Way {
    /// The protocol's name of it.
    pub key: String,
    /// Its name in the page's language.
    pub title: String,
    /// What the payer does.
    pub method: Method,
}

impl Country {
    /// Its ways to pay, of all groups.
    pub fn ways(&self) -> impl Iterator<Item = &Way> {
        self.groups.iter().flat_map(|group| &group.ways)
    }
}

impl Choice {
    /// The country that a page asks for, or the one to begin with, or the first.
    pub fn country(&self, wanted: Option<&str>) -> Option<&Country> {
        let find = |code: &str| self.countries.iter().find(|country| country.code == code);
        wanted.and_then(find).or_else(|| find(&self.country)).or_else(|| self.countries.first())
    }

    /// The ways to pay, of all countries.
    pub fn ways(&self) -> impl Iterator<Item = &Way> {
        self.countries.iter().flat_map(Country::ways)
    }

    /// A way by its key, wherever it is offered.
    pub fn way(&self, key: &str) -> Option<&Way> {
        self.ways().find(|way| way.key == key)
    }
}

impl Visit {
    /// May the payer take the way of this key? Where nothing is to choose, the only way is meant.
    pub fn offers(&self, way: &str) -> bool {
        if self.purpose.is_about_a_card() {
            let known = self.choice.as_ref().and_then(|choice| choice.way(way));
            let is_wallet = self.wallet.as_ref().is_some_and(|wallet| wallet.key == way);
            return !is_wallet && known.is_none_or(|way| !way.method.is_elsewhere());
        }
        self.choice.as_ref().is_none_or(|choice| choice.way(way).is_some())
    }

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

    /// Where the payer goes on with what an attempt waits for: a bank's challenge, or a place to pay at.
    pub fn challenge_href(&self) -> String {
        format!("/checkout/{}/challenge?lang={}", self.payment.id, self.language.code())
    }

    /// The event stream that tells when the payment has moved on from its present version.
    pub fn events_href(&self) -> String {
        format!("/checkout/{}/events?version={}", self.payment.id, self.payment.version)
    }

    /// The last attempt of the payer, or of the shop to pay the payer out.
    pub fn last_attempt(&self) -> Option<&Operation> {
        let payment = &self.payment;
        match self.purpose {
            Purpose::Pay | Purpose::Verify | Purpose::SaveCard => payment.last_attempt(),
            Purpose::PayOut => payment.operations.iter().rev().find(|asked| asked.kind == OperationKind::Payout),
        }
    }

    /// The ways to pay, where there is something to choose: a card that is checked or saved is a card.
    pub fn choice(&self) -> Option<&Choice> {
        self.choice.as_ref().filter(|_| !self.purpose.is_about_a_card())
    }

    /// The way to pay that the page begins with: the shop chose it and the payer has not asked for all of them, or there is no other.
    pub fn first_way(&self) -> Option<&Way> {
        let fresh = self.last_attempt().is_none() && !self.all_ways;
        let choice = self.choice().filter(|_| fresh || !self.has_other_ways())?;
        choice.way(choice.preselected.as_deref()?)
    }

    /// Does this way send an invoice to a wallet that the payer must name?
    pub fn wallet_of(&self, way: &Way) -> Option<&Wallet> {
        self.wallet.as_ref().filter(|wallet| wallet.key == way.key)
    }

    /// Is there more than one way to pay?
    pub fn has_other_ways(&self) -> bool {
        self.choice().is_some_and(|choice| choice.ways().nth(1).is_some())
    }

    /// The way that the payer is sent at once: the shop chose it, nothing is left to ask, and it was not tried before.
    pub fn straight(&self) -> Option<&Way> {
        let choice = self.choice().filter(|choice| choice.email.is_some() && self.purpose == Purpose::Pay)?;
        let fresh = self.payment.state == State::Created && self.payment.attempts_used() == 0;
        let way = choice.way(choice.preselected.as_deref()?).filter(|_| fresh && !self.all_ways)?;
        (way.method.is_elsewhere() && self.wallet_of(way).is_none()).then_some(way)
    }

    /// Is the card form the first page, because the shop chose the card?
    pub fn begins_with_card(&self) -> bool {
        self.first_way().is_some_and(|way| !way.method.is_elsewhere())
    }

    /// The page of all ways to pay, whatever the shop chose.
    pub fn ways_page(&self) -> String {
        self.page_with("ways", "all")
    }

    /// The page's address with a parameter of ours.
    pub(super) fn page_with(&self, name: &str, value: &str) -> String {
        let page = self.page();
        let joint = if page.contains('?') { '&' } else { '?' };
        format!("{page}{joint}{}{name}={value}", self.prefix)
    }

    /// What an attempt was made with, if that was no card: the name of the place.
    pub fn place_of(&self, attempt: &Operation) -> Option<String> {
        if !attempt.method?.is_elsewhere() {
            return None;
        }
        let key = attempt.method_key.as_deref()?;
        let way = self.choice.as_ref().and_then(|choice| choice.way(key));
        Some(way.map_or(key, |way| &way.title).to_owned())
    }

    /// Does the money get reserved first?
    pub fn is_hold(&self) -> bool {
        self.payment.intent == Intent::Hold
    }

    /// What stands around the page.
    pub(super) fn frame(&self) -> Frame {
        let order = Order {
            amount: self.purpose.names_amount().then(|| amount(self.payment.amount, self.language)),
            number: self.payment.order.clone(),
            description: self.description.clone(),
        };
        Frame {
            purpose: self.purpose,
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
                link: self.shop_link.clone(),
            }),
            // A card is left without any order.
            order: Some(order).filter(|_| self.purpose != Purpose::SaveCard),
            test_mode: self.test_mode,
            timer: (self.is_timed && self.payment.state.waits_for_payer()).then(|| self.timer()),
            embed: self.embed(),
        }
    }

    fn embed(&self) -> Option<Embed> {
        let embed = self.embed.clone()?;
        Some(Embed { go: embed.go.filter(|_| self.just_done), ..embed })
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
pub fn moment(at: UnixMillis) -> Moment {
    Moment { unix_seconds: at.0.div_euclid(1000) }
}

/// `411111**1111` as `VISA •••• 1111`.
pub fn card_label(brand: &str, masked: &str) -> String {
    let last: String = masked.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    format!("{brand} •••• {last}").trim_start().to_owned()
}
