//! An order of the page that was proven and judged, and its page as long as nothing is stored: made anew from its address each time.

use super::instruments::{self, CARD};
use crate::checkout::visit::{Purpose, Visit};
use crate::checkout::{Language, pages};
use crate::flows::binding::{self, Binding};
use crate::flows::register::{self, Order};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::projects::monetix::CardOperation;
use crate::web::failure::PageFailure;
use crate::web::{html, pages_csp, query_value, saved_cards, shop};
use axum::http::StatusCode;
use axum::response::Response;
use payglot_core::{Intent, Money, Payment, State as PaymentState, UnixMillis};
use payglot_wire::monetix::{Details, PageOrder, PaymentType};
use payglot_wire::text::form;
use std::sync::Arc;

/// The language that the payer chose on the page. Names with an underscore are not signed.
const LANGUAGE: &str = "_lang";
/// The way to pay that the payer chose on the page.
const WAY: &str = "_way";
/// The payer wants to see all ways.
const ALL_WAYS: &str = "_ways";
/// The test card that is to stand in the form.
const FILL: &str = "_fill";
/// A saved card was removed.
const REMOVED: &str = "_removed";
/// The token of the card that was saved.
const SAVED: &str = "_saved";

/// How the payer looks at the page: what its own links and buttons add to its address. Anybody can write it, so it proves nothing.
#[derive(Default)]
pub(super) struct Looks {
    pub(super) language: Option<Language>,
    way: Option<String>,
    all_ways: bool,
    fill: Option<String>,
    removed: bool,
    saved: Option<String>,
}

impl Looks {
    pub(super) fn read(query: &str) -> Self {
        let all_ways = query_value(query, ALL_WAYS).is_some();
        Self {
            language: query_value(query, LANGUAGE).as_deref().and_then(Language::parse),
            way: query_value(query, WAY).filter(|_| !all_ways),
            all_ways,
            fill: query_value(query, FILL),
            removed: query_value(query, REMOVED).is_some(),
            saved: query_value(query, SAVED),
        }
    }
}

/// A proven order of the page, with all that its page needs.
pub(super) struct Opened {
    pub(super) project: Arc<ActiveProject>,
    pub(super) order: PageOrder,
    /// What the page is for.
    pub(super) purpose: Purpose,
    /// How much; of a card that is left without a payment nobody asks.
    pub(super) amount: Money,
    /// The number that the payment will have.
    pub(super) key: String,
    pub(super) language: Language,
    /// The page's address without anything of ours.
    pub(super) address: String,
    pub(super) looks: Looks,
    /// When the page was asked for.
    pub(super) now: UnixMillis,
}

impl Opened {
    /// Is the shop's deadline over?
    pub(super) fn is_over(&self) -> bool {
        self.order.best_before.is_some_and(|end| end <= self.now)
    }

    /// What is kept of the request once the payer confirms.
    pub(super) fn details(&self) -> Details {
        let mut details = self.order.details.clone();
        let learned = &mut details.learned;
        learned.accepted = true;
        match self.purpose {
            // Where it is none of the payer's cards, no card is shown.
            Purpose::Pay => learned.named_token.clone_from(&self.order.account_token),
            Purpose::Verify => learned.kind = Some(PaymentType::AccountVerification),
            Purpose::SaveCard | Purpose::PayOut => {}
        }
        details
    }

    /// The order as it will be registered when the payer confirms.
    pub(super) fn order(&self) -> Order {
        let settings = &self.project.settings;
        let usual = self.now.plus(settings.session_seconds.saturating_mul(1000));
        let holds = self.order.hold.unwrap_or(settings.monetix.card_operation == CardOperation::Auth);
        let intent = match self.purpose {
            Purpose::Verify => Intent::Hold,
            Purpose::PayOut => Intent::Payout,
            Purpose::Pay if holds => Intent::Hold,
            Purpose::Pay | Purpose::SaveCard => Intent::Sale,
        };
        Order {
            number: self.key.clone(),
            intent,
            amount: self.amount,
            expires_at: self.order.best_before.unwrap_or(usual),
            hold_end: None,
            verifies: self.purpose == Purpose::Verify,
            hold_ms: None,
            // How often a shop tries to pay out is its own affair.
            attempts_max: (self.purpose == Purpose::PayOut).then_some(1),
            details: self.details().to_text(),
        }
    }

    /// The page as the payer sees it now.
    pub(super) async fn visit(&self, gateway: &Gateway) -> Result<Visit, PageFailure> {
        let order = self.order();
        let payment = self.preview(gateway, &order)?;
        let looked = match &self.looks {
            Looks { all_ways: true, .. } => Some((ALL_WAYS, "all")),
            Looks { way: Some(way), .. } => Some((WAY, way.as_str())),
            Looks { saved, .. } => saved.as_deref().map(|token| (SAVED, token)),
        };
        let pages = Language::ALL.map(|language| (language, self.page(language, looked))).to_vec();
        let (details, spoken) = (Details::read(&order.details), (self.language, pages));
        let mut visit = shop::monetix::looked_at(gateway, &self.project, payment, &details, self.purpose, spoken);
        // Its clock is the shop's deadline.
        visit.is_timed = self.order.best_before.is_some();
        visit.all_ways = self.looks.all_ways;
        match self.purpose {
            Purpose::Pay | Purpose::Verify => {
                let state = visit.payment.state;
                visit.saved = saved_cards::of(gateway, &self.project, &order.details, state).await?;
            }
            // A card that is saved already is not saved again, and the money goes where the payer says.
            Purpose::SaveCard | Purpose::PayOut => {}
        }
        let saved = &visit.saved;
        // The shop named the card, which says more than the method that it would open first.
        let named = saved.cards.iter().any(|(id, _)| saved.preselected.as_ref() == Some(id));
        if let Some(choice) = &mut visit.choice {
            // Who has removed a card was in the card form, and is told so there.
            let by_card = (named || self.looks.removed).then(|| CARD.to_owned());
            let chosen = self.looks.way.clone().or(by_card);
            let chosen = chosen.filter(|way| choice.way(way).is_some());
            choice.preselected = chosen.or_else(|| choice.preselected.take());
        }
        Ok(visit)
    }

    /// The payment that would be registered.
    fn preview(&self, gateway: &Gateway, order: &Order) -> Result<Payment, PageFailure> {
        if !self.is_over() {
            return Ok(register::preview(gateway, &self.project, order, self.now)?);
        }
        // As if there were a while left: an order cannot begin after its end.
        let settings = &self.project.settings;
        let open = Order { expires_at: self.now.plus(settings.session_seconds.saturating_mul(1000)), ..order.clone() };
        let over = register::preview(gateway, &self.project, &open, self.now)?;
        Ok(Payment { state: PaymentState::Expired, expires_at: self.order.best_before.unwrap_or(self.now), ..over })
    }

    /// The page's address in a language, as the payer looks at it.
    fn page(&self, language: Language, looked: Option<(&str, &str)>) -> String {
        let joint = if self.address.contains('?') { '&' } else { '?' };
        let added = form::encode([(LANGUAGE, language.code())].into_iter().chain(looked));
        format!("{}{joint}{added}", self.address)
    }

    /// The page of one way to pay.
    pub(super) fn page_of_way(&self, way: &str) -> String {
        self.page(self.language, Some((WAY, way)))
    }

    /// The page that tells that this card was saved.
    pub(super) fn page_of_saved(&self, saved: &Binding) -> String {
        self.page(self.language, Some((SAVED, &binding::token_of(saved.id))))
    }

    pub(super) async fn show(&self, gateway: &Gateway) -> Result<Response, PageFailure> {
        let visit = self.visit(gateway).await?;
        if let Some(saved) = self.saved(gateway).await? {
            let visit = shop::monetix::card_saved(&self.project, &self.order.details, &saved, visit);
            return Ok(html(
                StatusCode::OK,
                pages::card_saved(&visit, &saved.card)?,
                &pages_csp(&visit.frame_ancestors),
            ));
        }
        let form = visit.begins_with_card() || self.purpose.is_about_a_card();
        let fill = self.looks.fill.clone().filter(|_| form);
        let asked = pages::Asked { fill, removed: self.looks.removed, ..pages::Asked::default() };
        Ok(html(StatusCode::OK, pages::page(&visit, &asked)?, &pages_csp(&visit.frame_ancestors)))
    }

    /// The card that the page's address says was saved: only one of this payer's, whatever stands there.
    async fn saved(&self, gateway: &Gateway) -> Result<Option<Binding>, PageFailure> {
        let Some(token) = self.looks.saved.as_deref().filter(|_| self.purpose == Purpose::SaveCard) else {
            return Ok(None);
        };
        let Some(customer) = self.order.customer.id.as_deref() else { return Ok(None) };
        Ok(instruments::saved_card(gateway, &self.project, token, Some(customer)).await?)
    }
}
