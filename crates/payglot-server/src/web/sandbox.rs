//! The simulated bank's own page (3-D Secure). A payer meets it between two pages of ours, as they would meet their bank's; or a
//! merchant's page posts a `PaReq` or a `creq` here and gets a `PaRes` or a `cres` posted back.

use super::failure::PageFailure;
use super::{html, pages_csp, query_value, see_other, shop};
use crate::checkout::view::{AcsError, AcsPage, Frame, HandoverPage, Purpose};
use crate::checkout::{Language, assets, visit};
use crate::flows::{FlowError, query};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::upstream::sandbox::{Challenge, ChallengeResult, Handover};
use askama::Template as _;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use payglot_core::OperationId;
use payglot_wire::rbs::three_ds;
use payglot_wire::text::url;
use std::sync::Arc;

/// What a merchant's page posts along, kept from page to page in hidden fields.
const CARRIED: &[&str] = &["PaReq", "MD", "TermUrl", "creq", "threeDSSessionData"];

/// Longest field that is carried.
const CARRIED_MAX: usize = 8192;

pub(super) fn router() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/sandbox/acs/{operation}", get(show).post(answer))
        .route("/sandbox/acs/method", any(method))
        .route("/sandbox/acs/method/server", any(method))
}

/// The fields of a form that was posted.
struct Posted(Vec<(String, String)>);

impl Posted {
    fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn carried(&self) -> Vec<(String, String)> {
        let kept = CARRIED.iter().filter_map(|name| Some(((*name).to_owned(), self.get(name)?.to_owned())));
        kept.filter(|(_, value)| value.len() <= CARRIED_MAX).collect()
    }

    /// Is the message of the merchant's page, if there is one, about this attempt?
    fn is_about(&self, operation: OperationId) -> bool {
        let pa = self.get("PaReq").is_none_or(|message| three_ds::read_pa(message) == Some(operation));
        let c = self.get("creq").is_none_or(|message| three_ds::read_c(message) == Some(operation));
        pa && c
    }
}

async fn show(
    State(gateway): State<Arc<Gateway>>,
    Path(operation): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let language = language_of(query.as_deref());
    let shown = page(&gateway, &operation, language, None, &Posted(Vec::new())).await;
    shown.unwrap_or_else(|failure| failure.into_response(language))
}

async fn answer(
    State(gateway): State<Arc<Gateway>>,
    Path(operation): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let language = language_of(query.as_deref());
    let posted = Posted::read(&body);
    let answered = async {
        let id = operation_id(&operation)?;
        if !posted.is_about(id) {
            return Err(PageFailure::UnknownOrder);
        }
        // The merchant's page brings the payer here.
        if posted.get("decision").is_none() && posted.get("code").is_none() {
            return page(&gateway, &operation, language, None, &posted).await;
        }
        let code = posted.get("code").unwrap_or_default();
        let result = if posted.get("decision") == Some("cancel") {
            gateway.bank.cancel_challenge(id).await
        } else {
            gateway.bank.answer_challenge(id, code.trim()).await
        };
        match result {
            ChallengeResult::Passed(_) | ChallengeResult::Failed(_) => {
                let challenge = gateway.bank.challenge(id).await.ok_or(PageFailure::UnknownOrder)?;
                hand_over(&gateway, id, &challenge, language, &posted).await
            }
            ChallengeResult::Wrong { tries_left } => {
                let error = if code.trim().is_empty() {
                    AcsError::Missing
                } else {
                    AcsError::Wrong { tries_left: u32::from(tries_left) }
                };
                page(&gateway, &operation, language, Some(error), &posted).await
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
    posted: &Posted,
) -> Result<Response, PageFailure> {
    let id = operation_id(operation)?;
    let challenge: Challenge = gateway.bank.challenge(id).await.ok_or(PageFailure::UnknownOrder)?;
    if !challenge.open {
        return hand_over(gateway, id, &challenge, language, posted).await;
    }
    let (project, purpose) = project_of(gateway, &challenge).await?;
    let action = format!("/sandbox/acs/{id}?lang={}", language.code());
    let page = AcsPage {
        frame: frame(purpose, language, action.clone()),
        shop: project.display_name().to_owned(),
        amount: purpose.names_amount().then(|| visit::amount(challenge.amount, language)),
        card: visit::card_label("", &challenge.card),
        action,
        fields: posted.carried(),
        codes: challenge.codes,
        error,
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(html(status, page.render()?, &pages_csp(&project.settings.frame_ancestors)))
}

fn frame(purpose: Purpose, language: Language, page: String) -> Frame {
    Frame {
        purpose,
        language,
        languages: Vec::new(),
        page,
        merchant: None,
        order: None,
        test_mode: true,
        timer: None,
        embed: None,
    }
}

/// Whose payment the challenge is about, and what its page is for. Who may frame the payment's pages may frame this one, too: the payer goes through both.
async fn project_of(gateway: &Gateway, challenge: &Challenge) -> Result<(Arc<ActiveProject>, Purpose), PageFailure> {
    let stored = query::payment(gateway, challenge.payment).await?;
    let project = gateway.projects.by_id(stored.payment.project).await.map_err(FlowError::from)?;
    let purpose = shop::visit(gateway, &project, stored, None).purpose;
    Ok((project, purpose))
}

/// Sends the browser on from a challenge that is over.
async fn hand_over(
    gateway: &Gateway,
    id: OperationId,
    challenge: &Challenge,
    language: Language,
    posted: &Posted,
) -> Result<Response, PageFailure> {
    // What a page names as its own address must be one of the web, not a script.
    let named = posted.get("TermUrl").filter(|address| url::is_absolute(address) && address.len() <= CARRIED_MAX);
    let own = || challenge.payment.to_string();
    let carried = |name: &str| posted.get(name).filter(|value| value.len() <= CARRIED_MAX).map(str::to_owned);
    let (action, fields) = match challenge.handover {
        Handover::Redirect => return Ok(see_other(&challenge.return_address)),
        Handover::PaRes => {
            let fields = [("MD", carried("MD").unwrap_or_else(own)), ("PaRes", three_ds::pa_res(id, challenge.passed))];
            (named.unwrap_or(&challenge.return_address), fields)
        }
        Handover::CRes => {
            let session = carried("threeDSSessionData").unwrap_or_else(own);
            let fields = [("threeDSSessionData", session), ("cres", three_ds::c_res(id, challenge.passed))];
            (challenge.return_address.as_str(), fields)
        }
    };
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let (project, purpose) = project_of(gateway, challenge).await?;
    let page = HandoverPage { frame: frame(purpose, language, String::new()), action: action.to_owned(), fields };
    Ok(html(StatusCode::OK, page.render()?, &assets::handover_policy(&project.settings.frame_ancestors)))
}

/// The hidden frame in which a bank looks at the browser. This one has seen enough, and tells so to the address that the merchant's page
/// named.
async fn method(RawQuery(query): RawQuery, body: Bytes) -> Response {
    let posted = Posted::read(&body);
    let data = posted.get("threeDSMethodData").map(str::to_owned);
    let data = data.or_else(|| query_value(query.as_deref().unwrap_or_default(), "threeDSMethodData"));
    let attempt = data.as_deref().and_then(three_ds::read_c);
    let told = data.as_deref().and_then(three_ds::method_notification).filter(|address| url::is_absolute(address));
    let seen = match (attempt, told) {
        (Some(attempt), Some(action)) => {
            let fields = vec![("threeDSMethodData".to_owned(), three_ds::method_data(&attempt.to_string(), None))];
            HandoverPage { frame: frame(Purpose::Pay, Language::En, String::new()), action, fields }.render()
        }
        (Some(_), None) => Ok("<!doctype html><title>3-D Secure</title>".to_owned()),
        (None, _) => return StatusCode::BAD_REQUEST.into_response(),
    };
    match seen {
        Ok(body) => html(StatusCode::OK, body, assets::HIDDEN_FRAME_POLICY),
        Err(error) => PageFailure::from(error).into_response(Language::En),
    }
}

fn operation_id(text: &str) -> Result<OperationId, PageFailure> {
    text.parse().map_err(|_| PageFailure::UnknownOrder)
}

fn language_of(query: Option<&str>) -> Language {
    query.and_then(|query| query_value(query, "lang")).as_deref().and_then(Language::parse).unwrap_or(Language::En)
}
