//! Cards that payers leave with a shop: saved by a payment, paid with again, switched off and on.
//!
//! A binding names a card by the provider's token; its number is with the provider alone. What an order says about saved cards is its
//! protocol's business: one `match` per question, as in `announce`.

mod monetix;
mod rbs;

use super::announce;
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::upstream::card::{Card, CardNumber, SecurityCode};
use crate::upstream::{CardToken, KeepError, Means, Provider as _, SavedCard};
pub use monetix::{id_of, token_of};
use payglot_core::{BindingId, CardFacts, Decision, Operation, OperationStatus, State, UnixMillis};
pub use payglot_store::{Binding, BindingCategory};
use payglot_store::{BindingChange, BindingsOf, NewBinding, StoreError};
use payglot_wire::Protocol;
use std::sync::Arc;

/// The word of the notification that tells of a card that was saved.
pub(super) const BINDING_CREATED: &str = "binding_created";
/// The word of the one that tells that it was switched on or off.
pub(super) const BINDING_CHANGED: &str = "binding_changed";
/// The word of the one that tells that a mandate was ended or got new terms.
pub(super) const MANDATE_CHANGED: &str = "mandate_changed";

/// What an order says about saved cards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The payer's id in the shop; without one nothing is saved and no saved card can be used.
    pub client: Option<String>,
    /// The saved card that alone may pay.
    pub fixed: Option<BindingId>,
    /// The saved card that the merchant proposes; the payer may take another.
    pub named: Option<BindingId>,
    /// Are the payer's saved cards shown?
    pub lists: bool,
    /// May the payer save the card?
    pub may_save: bool,
    /// Is the card saved without asking?
    pub must_save: bool,
    /// Must the provider keep the card, because the merchant will charge it again?
    pub keeps: bool,
    /// What a card that is saved will be for.
    pub category: BindingCategory,
}

impl Rules {
    /// No card is saved, and none is used.
    const fn none() -> Self {
        Self {
            client: None,
            fixed: None,
            named: None,
            lists: false,
            may_save: false,
            must_save: false,
            keeps: false,
            category: BindingCategory::Common,
        }
    }
}

/// What an order says about saved cards.
pub fn rules(project: &ActiveProject, details: &str) -> Rules {
    match project.protocol {
        Protocol::Rbs => rbs::rules(details),
        // This protocol saves no cards.
        Protocol::Paysera => Rules::none(),
        Protocol::Monetix => monetix::rules(project, details),
    }
}

/// Did the payer want the card of the attempt saved? The provider may keep it for other reasons.
fn wants_saved(project: &ActiveProject, details: &str) -> bool {
    match project.protocol {
        // There it keeps only what is to be saved.
        Protocol::Rbs => true,
        Protocol::Paysera => false,
        Protocol::Monetix => monetix::wants_saved(details),
    }
}

/// The details that remember a saved card, one that pays or that the payment saved, or that forget the one of an earlier attempt.
/// `None` if they say so already.
pub(super) fn remember(project: &ActiveProject, details: &str, id: Option<BindingId>, saved: bool) -> Option<String> {
    match project.protocol {
        Protocol::Rbs => rbs::remember(details, id, saved),
        Protocol::Paysera => None,
        Protocol::Monetix => monetix::remember(details, id),
    }
}

/// Why nothing was done to a saved card.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BindingError {
    /// No such card of this merchant.
    #[error("no such saved card")]
    Unknown,
    /// It is switched on already, or the same card of the same payer is under another id.
    #[error("the saved card is active")]
    Active,
    /// It is switched off already.
    #[error("the saved card is not active")]
    NotActive,
    /// The provider does not take the card.
    #[error("the provider does not take this card")]
    Refused,
    /// The store or the provider could not.
    #[error("{0}")]
    Failed(StoreError),
}

impl From<StoreError> for BindingError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl From<KeepError> for BindingError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Refused => Self::Refused,
            KeepError::Unavailable => Self::Failed(StoreError::Unavailable(error.to_string())),
        }
    }
}

/// A saved card of this merchant, active or not. Another merchant's is unknown.
pub async fn find(gateway: &Gateway, project: &ActiveProject, id: BindingId) -> Result<Binding, BindingError> {
    let found = gateway.store.binding(id).await?;
    found.filter(|binding| binding.project == project.id).ok_or(BindingError::Unknown)
}

/// The active saved cards of a payer, oldest first.
pub async fn of_client(gateway: &Gateway, project: &ActiveProject, client: &str) -> Result<Vec<Binding>, BindingError> {
    Ok(gateway.store.bindings(project.id, &BindingsOf::Client(client.to_owned())).await?)
}

/// The active bindings of one card, by its number, whoever saved it.
pub async fn of_card(
    gateway: &Gateway,
    project: &ActiveProject,
    number: &CardNumber,
) -> Result<Vec<Binding>, BindingError> {
    match gateway.bank.find_card(project.id, number).await? {
        Some(CardToken(token)) => Ok(gateway.store.bindings(project.id, &BindingsOf::Token(token)).await?),
        None => Ok(Vec::new()),
    }
}

/// The saved cards that may pay an order, in the order to show them: the one that the merchant named, or the payer's own.
pub async fn offered(gateway: &Gateway, project: &ActiveProject, details: &str) -> Result<Vec<Binding>, BindingError> {
    let rules = rules(project, details);
    if let Some(fixed) = rules.fixed {
        let found = find(gateway, project, fixed).await;
        return match found {
            Ok(binding) => Ok(Some(binding).filter(|binding| binding.active).into_iter().collect()),
            Err(BindingError::Unknown) => Ok(Vec::new()),
            Err(error) => Err(error),
        };
    }
    let Some(client) = rules.client else { return Ok(Vec::new()) };
    let mut found = of_client(gateway, project, &client).await?;
    let now = gateway.clock.now();
    found.retain(|binding| (rules.lists || rules.named == Some(binding.id)) && !is_expired(&binding.card, now));
    Ok(found)
}

/// Has the card's last month ended? A date that is none counts as one that has.
pub fn is_expired(card: &CardFacts, now: UnixMillis) -> bool {
    crate::upstream::card::Expiry::from_number(card.expiry).is_none_or(|expiry| expiry.is_past(now))
}

/// A saved card to pay with. `code` is what the payer typed now; it was never kept.
pub fn means(binding: &Binding, code: Option<SecurityCode>) -> Means {
    Means::SavedCard(SavedCard { token: CardToken(binding.token.clone()), facts: binding.card.clone(), code })
}

/// Switches a saved card on or off and tells the shop, if it wants to hear of it.
pub async fn set_active(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    id: BindingId,
    active: bool,
) -> Result<Binding, BindingError> {
    let so_already = || if active { BindingError::Active } else { BindingError::NotActive };
    loop {
        let seen = find(gateway, project, id).await?;
        if seen.active == active {
            return Err(so_already());
        }
        let now = gateway.clock.now();
        let notifications = match seen.payment {
            Some(_) => announce::render_activity(&gateway.clock, project, &seen, active, now).await?,
            // This is told under the number of the order that saved the card, and there was none.
            None => Vec::new(),
        };
        let lease_until = now.plus(gateway.lease_ms);
        let expiry = seen.card.expiry;
        let change = BindingChange { seen: seen.clone(), active, expiry, notifications, lease_until };
        match gateway.store.change_binding(change).await {
            Ok(claimed) => {
                gateway.courier.hand_over(claimed);
                return Ok(Binding { active, ..seen });
            }
            // Somebody was faster, so one of us is told that it is so already.
            Err(StoreError::Changed) => {}
            Err(StoreError::Constraint(_)) => return Err(so_already()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// The payer removes a saved card from the page of an order. Only one that the page offers; not the one that the merchant named.
pub async fn remove_by_payer(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    details: &str,
    id: BindingId,
) -> Result<Binding, BindingError> {
    let rules = rules(project, details);
    let seen = find(gateway, project, id).await?;
    if rules.fixed.is_some() || rules.client.is_none_or(|client| client != seen.client) {
        return Err(BindingError::Unknown);
    }
    set_active(gateway, project, id, false).await
}

/// Gives a saved card a new date: 203412.
pub async fn extend(
    gateway: &Gateway,
    project: &ActiveProject,
    id: BindingId,
    expiry: u32,
) -> Result<Binding, BindingError> {
    loop {
        let seen = find(gateway, project, id).await?;
        let card = CardFacts { expiry, ..seen.card.clone() };
        let (active, lease_until) = (seen.active, gateway.clock.now());
        let change = BindingChange { seen: seen.clone(), active, expiry, notifications: Vec::new(), lease_until };
        match gateway.store.change_binding(change).await {
            Ok(_) => return Ok(Binding { card, ..seen }),
            Err(StoreError::Changed) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Saves a card without a payment and tells the shop, if it wants to hear of it; `details` are those of the request. A card that the payer
/// has saved already stays under the id it has, with the new date.
pub async fn create(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    client: &str,
    card: Card,
    details: &str,
) -> Result<Binding, BindingError> {
    let facts = card.facts();
    let CardToken(token) = gateway.bank.keep_card(project.id, card).await?;
    loop {
        let known = known(gateway, project, client, &token).await?;
        let now = gateway.clock.now();
        let binding = match &known {
            Some(known) => Binding { card: CardFacts { expiry: facts.expiry, ..known.card.clone() }, ..known.clone() },
            None => Binding {
                id: gateway.clock.binding_id(),
                project: project.id,
                client: client.to_owned(),
                token: token.clone(),
                card: facts.clone(),
                category: BindingCategory::Common,
                active: true,
                payment: None,
                created_at: now,
            },
        };
        let notifications = announce::render_saved(&gateway.clock, project, &binding, details, now)?;
        let lease_until = now.plus(gateway.lease_ms);
        let kept = if let Some(seen) = known {
            let expiry = binding.card.expiry;
            let change = BindingChange { seen, active: true, expiry, notifications, lease_until };
            gateway.store.change_binding(change).await
        } else {
            let new = NewBinding { binding: binding.clone(), notifications, lease_until };
            gateway.store.create_binding(new).await
        };
        match kept {
            Ok(claimed) => {
                gateway.courier.hand_over(claimed);
                return Ok(binding);
            }
            Err(StoreError::Changed) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

async fn known(
    gateway: &Gateway,
    project: &ActiveProject,
    client: &str,
    token: &str,
) -> Result<Option<Binding>, StoreError> {
    let found = gateway.store.bindings(project.id, &BindingsOf::Token(token.to_owned())).await?;
    Ok(found.into_iter().find(|binding| binding.client == client))
}

/// The card that a decision saves.
pub(super) enum Saved {
    /// None.
    Nothing,
    /// The payer had it saved already.
    Known(BindingId),
    /// It is new: to be made durable with the decision.
    New(Binding),
}

/// The attempt by which this decision makes the payment paid or held.
pub(super) fn approved_attempt(decision: &Decision) -> Option<&Operation> {
    let is_approved = |known: &&Operation| known.kind.is_attempt() && known.status == OperationStatus::Approved;
    let paid = matches!(decision.payment.state, State::Held | State::Paid);
    decision.operations.iter().rfind(is_approved).filter(|_| paid)
}

/// Does this decision save the payer's card? Asked anew in every round of a decision, because the same card may have been saved in
/// another payment meanwhile.
pub(super) async fn saved_by(
    gateway: &Gateway,
    project: &ActiveProject,
    details: &str,
    decision: &Decision,
) -> Result<Saved, StoreError> {
    let Some(attempt) = approved_attempt(decision) else { return Ok(Saved::Nothing) };
    let rules = rules(project, details);
    let saves = rules.may_save && wants_saved(project, details);
    let (Some(client), Some(card), true) = (rules.client, &attempt.card, saves) else {
        return Ok(Saved::Nothing);
    };
    let Some(CardToken(token)) = gateway.bank.saved_card(attempt.id).await else { return Ok(Saved::Nothing) };
    if let Some(known) = known(gateway, project, &client, &token).await? {
        return Ok(Saved::Known(known.id));
    }
    Ok(Saved::New(Binding {
        id: gateway.clock.binding_id(),
        project: project.id,
        client,
        token,
        card: card.clone(),
        category: rules.category,
        active: true,
        payment: Some(decision.payment.id),
        created_at: decision.payment.updated_at,
    }))
}
