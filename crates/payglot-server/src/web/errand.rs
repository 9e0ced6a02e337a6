//! The pages of the banks, wallets and telephones that the sandbox plays. A real place would serve them itself, and tell the gateway by
//! a message of its own what this room tells it by a call.

use super::failure::PageFailure;
use super::{html, pages_csp, query_value, see_other};
use crate::checkout::view::{ErrandError, ErrandPage, ErrandStage, Frame, PersonOption, Purpose};
use crate::checkout::{Language, visit, ways};
use crate::flows::{FlowError, pay, query};
use crate::gateway::Gateway;
use crate::upstream::sandbox::elsewhere::{Complaint, Stage, Step, StepResult};
use crate::upstream::sandbox::persons::{self, Person};
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
    Router::new().route("/sandbox/bank/{operation}", get(show).post(take))
}

async fn show(
    State(gateway): State<Arc<Gateway>>,
    Path(operation): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let language = language_of(query.as_deref());
    let shown = async { page(&gateway, operation_id(&operation)?, language, None).await };
    shown.await.unwrap_or_else(|failure: PageFailure| failure.into_response(language))
}

async fn take(
    State(gateway): State<Arc<Gateway>>,
    Path(operation): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let language = language_of(query.as_deref());
    let taken = async {
        let id = operation_id(&operation)?;
        // A post that names no step shows the page.
        let Some(step) = step_of(&body) else { return page(&gateway, id, language, None).await };
        if let Some(person) = field_of(&body, "person") {
            gateway.bank.name_payer(id, &person).await;
        }
        match gateway.bank.take_step(id, step).await {
            StepResult::Decided { payment, return_address } => {
                pay::told(&gateway, payment, id).await?;
                Ok(see_other(&return_address))
            }
            StepResult::Again(None) => Ok(see_other(&address(id, language))),
            StepResult::Again(Some(complaint)) => page(&gateway, id, language, Some(complaint)).await,
            StepResult::Unknown => Err(PageFailure::UnknownOrder),
            StepResult::Unavailable => Err(PageFailure::Internal("the sandbox cannot use its book".to_owned())),
        }
    };
    taken.await.unwrap_or_else(|failure: PageFailure| failure.into_response(language))
}

fn address(id: OperationId, language: Language) -> String {
    format!("/sandbox/bank/{id}?lang={}", language.code())
}

fn field_of(body: &[u8], name: &str) -> Option<String> {
    let found = form_urlencoded::parse(body).find(|(known, _)| known == name);
    found.map(|(_, value)| value.trim().to_owned())
}

fn step_of(body: &[u8]) -> Option<Step> {
    let field = |name: &str| field_of(body, name).unwrap_or_default();
    match field("step").as_str() {
        "pay" => Some(Step::Pay),
        "later" => Some(Step::PayLater),
        "unconfirmed" => Some(Step::PayUnconfirmed),
        "confirm" => Some(Step::Confirm),
        "decline" => Some(Step::Decline),
        "leave" => Some(Step::Leave),
        "phone" => Some(Step::Phone(field("phone"))),
        "other-phone" => Some(Step::OtherPhone),
        "code" => Some(Step::Code(field("code").split_whitespace().collect())),
        _ => None,
    }
}

async fn page(
    gateway: &Arc<Gateway>,
    id: OperationId,
    language: Language,
    complaint: Option<Complaint>,
) -> Result<Response, PageFailure> {
    let errand = gateway.bank.errand(id).await.ok_or(PageFailure::UnknownOrder)?;
    let stage = match errand.stage {
        Stage::Choice => ErrandStage::Choice,
        Stage::Phone => ErrandStage::Phone,
        Stage::Code { phone, code, tries_left: _ } => ErrandStage::Code { phone, code },
        Stage::Accepted => ErrandStage::Accepted,
        // Nothing to do here any more; and should the gateway not have heard of it, it hears now.
        Stage::Over => {
            pay::told(gateway, errand.payment, id).await?;
            return Ok(see_other(&errand.return_address));
        }
    };
    let stored = query::payment(gateway, errand.payment).await?;
    let project = gateway.projects.by_id(stored.payment.project).await.map_err(FlowError::from)?;
    let action = address(id, language);
    let option = |person: &Person| PersonOption {
        key: person.key.to_owned(),
        name: format!("{} {}", person.name, person.surname),
        national_number: person.national_number.to_owned(),
    };
    let page = ErrandPage {
        frame: Frame {
            purpose: Purpose::Pay,
            language,
            languages: Vec::new(),
            page: action.clone(),
            merchant: None,
            order: None,
            test_mode: true,
            timer: None,
            embed: None,
        },
        place: errand.place.title,
        icon: ways::icon(errand.place.method),
        test: errand.place.test,
        shop: project.display_name().to_owned(),
        amount: visit::amount(errand.amount, language),
        action,
        stage,
        error: complaint.map(|complaint| match complaint {
            Complaint::Phone => ErrandError::Phone,
            Complaint::CodeMissing => ErrandError::CodeMissing,
            Complaint::CodeWrong { tries_left } => ErrandError::CodeWrong { tries_left: u32::from(tries_left) },
        }),
        persons: if errand.place.test {
            Vec::new()
        } else {
            persons::at(errand.place.method).iter().map(option).collect()
        },
        late: !stored.payment.state.waits_for_payer(),
        back: errand.return_address,
    };
    let status = if page.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(html(status, page.render()?, &pages_csp(&project.settings.frame_ancestors)))
}

fn operation_id(text: &str) -> Result<OperationId, PageFailure> {
    text.parse().map_err(|_| PageFailure::UnknownOrder)
}

fn language_of(query: Option<&str>) -> Language {
    query.and_then(|query| query_value(query, "lang")).as_deref().and_then(Language::parse).unwrap_or(Language::En)
}
