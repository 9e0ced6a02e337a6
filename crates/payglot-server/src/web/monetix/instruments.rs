//! What pays in a call of Gate: a card that was sent, one that was saved, one that is charged by a mandate, or a wallet.

use crate::flows::FlowError;
use crate::flows::binding::{self, Binding, BindingError};
use crate::flows::mandate::{self, Mandate, Unusable};
use crate::flows::pay::Payer;
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::upstream::card::{Card, CardNumber, Expiry, SecurityCode};
use crate::upstream::{Demand, Elsewhere, Guide, InvoiceRequest, Means};
use payglot_core::{CardBrand, Method, UnixMillis};
use payglot_store::MandateCharge;
use payglot_wire::monetix::request::{self, Sale};
use payglot_wire::monetix::{Code, Refused};
use payglot_wire::text::secret::Secret;

/// The method that sends the payer to the wallet's own page, whichever wallet the shop names.
const LIGHT: &str = "webmoney-light";
/// The method of cards.
pub(super) const CARD: &str = "card";

/// A card that pays.
pub(super) enum PayingCard {
    /// The shop collected it.
    Sent(Card),
    /// The payer left it with the shop; perhaps with the code that was typed now.
    Saved(Box<Binding>, Option<SecurityCode>),
    /// The payer lets the shop charge it.
    Mandated(Box<Mandate>),
}

impl PayingCard {
    /// Its scheme.
    pub(super) fn brand(&self) -> CardBrand {
        match self {
            Self::Sent(card) => card.number().brand(),
            Self::Saved(binding, _) => binding.card.brand,
            Self::Mandated(mandate) => mandate.card.brand,
        }
    }

    /// The charge that a payment by it is, if it is one.
    pub(super) fn charge(&self, now: UnixMillis) -> Option<MandateCharge> {
        match self {
            Self::Mandated(mandate) => Some(mandate::charge(mandate, now)),
            Self::Sent(_) | Self::Saved(..) => None,
        }
    }

    /// Whose it is. The shop leads the payer; who is charged by a mandate is not there to be asked.
    pub(super) fn payer(self, ip: Option<String>) -> Payer {
        let by_merchant = |means| Payer { guide: Guide::Merchant, ..Payer::on_our_page(means, ip) };
        match self {
            Self::Sent(card) => by_merchant(Means::Card(card)),
            Self::Saved(binding, code) => {
                Payer { binding: Some(binding.id), ..by_merchant(binding::means(&binding, code)) }
            }
            Self::Mandated(mandate) => Payer { demand: Demand::Never, ..by_merchant(mandate::means(&mandate)) },
        }
    }
}

/// The payer of a wallet, which gets an invoice, or to which the shop sends the payer.
pub(super) fn wallet_payer(sale: &Sale, expires_at: UnixMillis) -> Payer {
    let means = match sale.account_number.as_ref().filter(|_| sale.method != LIGHT) {
        Some(account) => Means::Invoice(InvoiceRequest {
            method: Method::Wallet,
            key: sale.method.clone(),
            account: account.clone(),
            description: sale.description.clone(),
            expires_at,
        }),
        None => Means::Elsewhere(Elsewhere {
            method: Method::Wallet,
            key: sale.method.clone(),
            title: "WebMoney".to_owned(),
            test: false,
        }),
    };
    Payer { guide: Guide::Merchant, ..Payer::on_our_page(means, sale.customer.ip_address.clone()) }
}

/// The number of a card; a wrong one is a wrong value, and wrong values are refused at once.
pub(super) fn card_number(sent: &Secret) -> Result<CardNumber, Refused> {
    CardNumber::parse(sent.expose()).map_err(|_| Refused::invalid("card.pan", "the number of a card"))
}

/// The one place where a call's card becomes the provider's type, which cannot be printed or stored.
pub(super) fn card(sent: &request::Card) -> Result<Card, Refused> {
    let number = card_number(&sent.number)?;
    let expiry = Expiry::from_number(sent.expiry).ok_or_else(|| Refused::invalid("card.year", "a year before 2100"))?;
    Ok(Card::new(number, expiry, sent.code.as_ref().map(code).transpose()?, &sent.holder))
}

/// A security code.
pub(super) fn code(sent: &Secret) -> Result<SecurityCode, Refused> {
    SecurityCode::parse(sent.expose()).map_err(|_| Refused::invalid("card.cvv", "3 or 4 digits"))
}

/// The active saved card of this token; `None` if the project has none, or if it is another payer's than the call names.
pub(super) async fn saved_card(
    gateway: &Gateway,
    project: &ActiveProject,
    token: &str,
    customer: Option<&str>,
) -> Result<Option<Binding>, FlowError> {
    let Some(id) = binding::id_of(token) else { return Ok(None) };
    match binding::find(gateway, project, id).await {
        Ok(found) => {
            Ok(Some(found).filter(|known| known.active && customer.is_none_or(|customer| customer == known.client)))
        }
        Err(BindingError::Failed(error)) => Err(error.into()),
        Err(BindingError::Unknown | BindingError::Active | BindingError::NotActive | BindingError::Refused) => Ok(None),
    }
}

/// What a call says of a card that pays or is verified.
pub(super) struct SentCard<'a> {
    /// The card itself.
    pub(super) card: Option<Card>,
    /// Or its token, and the code beside that.
    pub(super) saved: Option<&'a Secret>,
    pub(super) code: Option<SecurityCode>,
    /// The payer.
    pub(super) customer: Option<&'a str>,
    /// Is the card to be saved?
    pub(super) saves: bool,
}

impl SentCard<'_> {
    /// The card, if there is one. What cannot be is told by callback.
    pub(super) async fn find(
        self,
        gateway: &Gateway,
        project: &ActiveProject,
    ) -> Result<Result<Option<PayingCard>, Refused>, FlowError> {
        if self.card.is_some() && !project.settings.merchant_card_entry {
            return Ok(Err(Refused::of(Code::NotAllowed, "card")));
        }
        // A card is saved for somebody.
        if self.saves && self.customer.is_none_or(str::is_empty) {
            return Ok(Err(Refused::of(Code::Missing, "customer.id")));
        }
        let Some(token) = self.saved else { return Ok(Ok(self.card.map(PayingCard::Sent))) };
        let found = saved_card(gateway, project, token.expose(), self.customer).await?;
        let saved = found.map(|binding| PayingCard::Saved(Box::new(binding), self.code));
        Ok(saved.map(Some).ok_or_else(|| Refused::of(Code::InvalidToken, "token")))
    }
}

/// Why a mandate cannot be used, as a shop is told.
pub(super) fn unusable(why: Unusable) -> Refused {
    match why {
        Unusable::Unknown => Refused::of(Code::RecurringNotFound, "recurring.id"),
        Unusable::Cancelled => Refused::of(Code::RecurringCancelled, "recurring.id"),
        Unusable::Expired => Refused::of(Code::RecurringExpired, "recurring.id"),
        Unusable::CardExpired => Refused::of(Code::RecurringCardExpired, "recurring.id"),
        Unusable::CurrencyDiffers => Refused::invalid("payment.currency", "the currency of the registration"),
    }
}
