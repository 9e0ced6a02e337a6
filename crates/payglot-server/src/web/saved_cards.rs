//! The saved cards of a payer's page: which are offered, which was chosen, which is removed.

use super::failure::PageFailure;
use super::see_other;
use crate::checkout::form::Typed;
use crate::checkout::visit::{Saved, Visit};
use crate::flows::binding::{self, Binding, BindingError};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use axum::response::Response;
use payglot_core::State;
use std::sync::Arc;

/// What the page of an order shows of saved cards; nothing once it can no longer be paid.
pub(super) async fn of(
    gateway: &Gateway,
    project: &ActiveProject,
    details: &str,
    state: State,
) -> Result<Saved, PageFailure> {
    let rules = binding::rules(project, details);
    if state != State::Created {
        return Ok(Saved::default());
    }
    if rules.client.is_none() && rules.fixed.is_none() {
        // Who has nothing to come back to is told all the same that the card will be charged again.
        return Ok(Saved { registers: rules.keeps, ..Saved::default() });
    }
    let offered = binding::offered(gateway, project, details).await.map_err(|error| failure(&error))?;
    Ok(Saved {
        // The newest first: it is the likeliest.
        cards: offered.into_iter().rev().map(|known| (known.id.to_string(), known.card)).collect(),
        only: rules.fixed.is_some(),
        may_save: rules.may_save,
        must_save: rules.must_save,
        preselected: rules.named.map(|id| id.to_string()),
        registers: rules.keeps,
    })
}

/// A saved card that the payer chose.
pub(super) enum Choice {
    /// This one.
    Card(Binding),
    /// One that is no longer offered: another tab removed it.
    Gone,
}

/// The saved card that was chosen; `None` for another card.
pub(super) async fn chosen(
    gateway: &Gateway,
    project: &ActiveProject,
    details: &str,
    typed: &Typed,
) -> Result<Option<Choice>, PageFailure> {
    if typed.saved.is_empty() {
        return Ok(None);
    }
    let offered = binding::offered(gateway, project, details).await.map_err(|error| failure(&error))?;
    let found = offered.into_iter().find(|known| known.id.to_string() == typed.saved);
    Ok(Some(found.map_or(Choice::Gone, Choice::Card)))
}

/// The payer removes a saved card. One that is gone already is gone.
pub(super) async fn remove(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    details: &str,
    visit: &Visit,
    typed: &Typed,
) -> Result<Response, PageFailure> {
    let page = visit.page();
    let Ok(id) = typed.saved.parse() else { return Ok(see_other(&page)) };
    let joint = if page.contains('?') { '&' } else { '?' };
    match binding::remove_by_payer(gateway, project, details, id).await {
        Ok(_) => Ok(see_other(&format!("{page}{joint}{}removed=1", visit.prefix))),
        Err(BindingError::Unknown | BindingError::NotActive) => Ok(see_other(&page)),
        Err(error) => Err(failure(&error)),
    }
}

pub(super) fn failure(error: &BindingError) -> PageFailure {
    PageFailure::Internal(error.to_string())
}
