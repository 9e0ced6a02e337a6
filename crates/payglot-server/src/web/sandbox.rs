//! The simulated bank's own page (3-D Secure). A payer meets it between two pages of ours, as they would meet their bank's.

use super::failure::PageFailure;
use super::{html, pages_csp, query_value, see_other};
use crate::checkout::Language;
use crate::checkout::view::{AcsError, AcsPage, Frame};
use crate::checkout::visit;
use crate::flows::{FlowError, query};
use crate::gateway::Gateway;
use crate::upstream::sandbox::{Challenge, ChallengeResult, cards};
use askama::Template as _;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use payglot_core::OperationId;
use std::sync::Arc;

pub(super) fn router() -> Router<Arc<Gateway>> {
    Router::new().route("/sandbox/acs/{operation}", get(show).post(answer))
}

async fn show(
    State(gateway): State<Arc<Gateway>>,
    Path(operation): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let language = language_of(query.as_deref());
    page(&gateway, &operation, language, None).await.unwrap_or_else(|failure| failure.into_response(language))
}

async fn answer(
    State(gateway): State<Arc<Gateway>>,
    Path(operation): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let language = language_of(query.as_deref());
    let answered = async {
        let id = operation_id(&operation)?;
        let field = |name: &str| {
            form_urlencoded::parse(&body)
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.into_owned())
                .unwrap_or_default()
        };
        let code = field("code");
        let result = if field("decision") == "cancel" {
            gateway.bank.cancel_challenge(id).await
        } else {
            gateway.bank.answer_challenge(id, code.trim()).await
        };
        match result {
            ChallengeResult::Passed(address) | ChallengeResult::Failed(address) => Ok(see_other(&address)),
            ChallengeResult::Wrong { tries_left } => {
                let error = if code.trim().is_empty() {
                    AcsError::Missing
                } else {
                    AcsError::Wrong { tries_left: u32::from(tries_left) }
                };
                page(&gateway, &operation, language, Some(error)).await
            }
            ChallengeResult::Unknown => Err(PageFailure::UnknownOrder),
            ChallengeResult::Unavailable => {
                Err(PageFailure::Internal("the sandbox bank cannot use its book".to_owned()))
            }
        }
    };
    answered.await.unwrap_or_else(|failure| failure.into_response(language))
}

async fn page(
    gateway: &Arc<Gateway>,
    operation: &str,
    language: Language,
    error: Option<AcsError>,
) -> Result<Response, PageFailure> {
    let id = operation_id(operation)?;
    let challenge: Challenge = gateway.bank.challenge(id).await.ok_or(PageFailure::UnknownOrder)?;
    if !challenge.open {
        return Ok(see_other(&challenge.return_address));
    }
    let stored = query::payment(gateway, challenge.payment).await?;
    let project = gateway.projects.by_id(stored.payment.project).await.map_err(FlowError::from)?;
    let action = format!("/sandbox/acs/{id}?lang={}", language.code());
    let page = AcsPage {
        frame: Frame {
            language,
            languages: Vec::new(),
            page: action.clone(),
            merchant: None,
            order: None,
            test_mode: true,
            timer: None,
        },
        shop: project.display_name().to_owned(),
        amount: visit::amount(challenge.amount, language),
        card: visit::card_label("", &challenge.card),
        action,
        fields: Vec::new(),
        codes: cards::CHALLENGE_CODES.iter().map(|code| (*code).to_owned()).collect(),
        error,
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(html(status, page.render()?, &pages_csp("")))
}

fn operation_id(text: &str) -> Result<OperationId, PageFailure> {
    text.parse().map_err(|_| PageFailure::UnknownOrder)
}

fn language_of(query: Option<&str>) -> Language {
    query.and_then(|query| query_value(query, "lang")).as_deref().and_then(Language::parse).unwrap_or(Language::En)
}
