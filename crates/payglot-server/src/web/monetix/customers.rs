//! Calls of Gate about the cards that payers left with the shop. They are answered at once.

use super::calls::Accepted;
use super::gate::Failed;
use super::instruments::{card, saved_card};
use crate::flows::FlowError;
use crate::flows::binding::{self, Binding, BindingError};
use payglot_wire::monetix::request::TokenizeRequest;
use payglot_wire::monetix::{Code, Refused, SavedCard, reply};
use payglot_wire::raw::Reply;
use payglot_wire::text::secret::Secret;

/// `customer/card/tokenize`. The same card of the same payer keeps its token, so a repeated call does no harm.
pub(super) async fn tokenize(accepted: &Accepted<'_>, asked: TokenizeRequest) -> Result<Reply, Failed> {
    if !accepted.project.settings.merchant_card_entry {
        return Err(Refused::of(Code::NotAllowed, "card").into());
    }
    let client = asked.customer.id.as_deref().unwrap_or_default();
    let (card, details) = (card(&asked.card)?, asked.details.to_text());
    let saved = binding::create(accepted.gateway, accepted.project, client, card, &details).await.map_err(failed)?;
    let token = binding::token_of(saved.id);
    Ok(reply::tokenized(accepted.call.project_id(), &accepted.accepting.id, &view(&saved, &token)))
}

/// `customer/card/bytoken`.
pub(super) async fn by_token(accepted: &Accepted<'_>, token: &Secret) -> Result<Reply, Failed> {
    let found = known(accepted, token).await?;
    let token = binding::token_of(found.id);
    Ok(reply::card_by_token(accepted.call.project_id(), &view(&found, &token)))
}

/// `customer/card/token/revoke` and `customer/saved_account/delete`.
pub(super) async fn forget(accepted: &Accepted<'_>, token: &Secret) -> Result<Reply, Failed> {
    let found = known(accepted, token).await?;
    match binding::set_active(accepted.gateway, accepted.project, found.id, false).await {
        // Somebody was faster.
        Ok(_) | Err(BindingError::NotActive) => Ok(reply::done(accepted.call.project_id(), &accepted.accepting.id)),
        Err(error) => Err(failed(error)),
    }
}

/// `customer/saved_account/list`.
pub(super) async fn list(accepted: &Accepted<'_>, customer: &str) -> Result<Reply, Failed> {
    let found = binding::of_client(accepted.gateway, accepted.project, customer).await.map_err(failed)?;
    let tokens: Vec<String> = found.iter().map(|known| binding::token_of(known.id)).collect();
    let views: Vec<SavedCard<'_>> = found.iter().zip(&tokens).map(|(known, token)| view(known, token)).collect();
    Ok(reply::saved_accounts(accepted.call.project_id(), customer, &views))
}

async fn known(accepted: &Accepted<'_>, token: &Secret) -> Result<Binding, Failed> {
    let found = saved_card(accepted.gateway, accepted.project, token.expose(), None).await?;
    found.ok_or_else(|| Refused::of(Code::TokenNotFound, "token").into())
}

fn view<'a>(known: &'a Binding, token: &'a str) -> SavedCard<'a> {
    SavedCard { customer_id: &known.client, card: &known.card, token }
}

fn failed(error: BindingError) -> Failed {
    match error {
        BindingError::Refused => Refused::of(Code::CardData, "card.pan").into(),
        BindingError::Unknown | BindingError::Active | BindingError::NotActive => {
            Refused::of(Code::TokenNotFound, "token").into()
        }
        BindingError::Failed(error) => FlowError::from(error).into(),
    }
}
