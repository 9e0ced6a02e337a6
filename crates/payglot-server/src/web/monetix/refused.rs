//! The page of a request that opens none: the code and its meaning, and for the developer of a test project what we read and what must be
//! signed.

use super::PROTOCOL;
use crate::checkout::Language;
use crate::checkout::view::{Embed, Frame, Purpose, RefusedDetails, RefusedPage, SignatureKind};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::web::failure::ANY_FRAME;
use crate::web::{html, pages_csp};
use askama::Template as _;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use payglot_wire::monetix::{Code, PageRequest, Refused};

/// A refusal in the making: what may be told grows with what is known.
pub(super) struct Refusing {
    pub(super) refused: Refused,
    pub(super) language: Language,
    developer: Option<RefusedDetails>,
    project: Option<String>,
}

impl Refusing {
    pub(super) fn new(refused: Refused, language: Language) -> Self {
        Self { refused, language, developer: None, project: None }
    }

    /// The request names this project. Nothing is proven, so only the developer of a test project is shown anything, and that is what the
    /// browser sent itself.
    pub(super) fn of_project(mut self, project: &ActiveProject, request: &PageRequest) -> Self {
        self.project = Some(project.login.clone());
        if project.settings.test_mode {
            self.developer = Some(RefusedDetails {
                parameter: self.refused.field.clone(),
                covers: SignatureKind::HmacSha512,
                signed: request.signed_text(),
                sign: request.signature().unwrap_or_default().to_owned(),
                fields: request.fields().pairs().to_vec(),
            });
        }
        self
    }
}

/// The page, the line in the log and the count.
pub(super) fn refuse(gateway: &Gateway, refusing: Refusing) -> Response {
    let Refusing { refused, language, developer, project } = refusing;
    let code = refused.code.to_string();
    tracing::warn!(
        code,
        project = project.as_deref().unwrap_or("-"),
        field = refused.field,
        "a payment page was refused"
    );
    gateway.metrics.request_refused(PROTOCOL, refused.code.text());
    let status = match refused.code {
        Code::ProjectNotFound => StatusCode::NOT_FOUND,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    let frame = Frame {
        purpose: Purpose::Pay,
        language,
        languages: Vec::new(),
        page: String::new(),
        merchant: None,
        order: None,
        test_mode: developer.is_some(),
        timer: None,
        embed: Some(Embed::failed_loading()),
    };
    // Some words name the field already.
    let names_field = refused.field.is_empty()
        || matches!(
            refused.code,
            Code::Invalid | Code::InvalidSignature | Code::EmptySignature | Code::ProjectNotFound
        );
    let message = refused.message();
    let meaning = if names_field { message } else { format!("{message}: {}", refused.field) };
    let page = RefusedPage { frame, code: code.clone(), meaning, order: None, return_href: None, developer };
    match page.render() {
        // A shop shows the page in a frame of its own, also when it is refused.
        Ok(body) => html(status, body, &pages_csp(ANY_FRAME)),
        Err(_) => (status, code).into_response(),
    }
}
