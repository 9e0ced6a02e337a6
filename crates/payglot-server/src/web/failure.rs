//! Pages that cannot show their payment: one place where an error becomes a page.

use super::{html, pages_csp};
use crate::checkout::view::{Embed, Failure};
use crate::checkout::visit::Visit;
use crate::checkout::{Language, pages};
use crate::flows::FlowError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// Any site may show the page in a frame.
pub(super) const ANY_FRAME: &str = "*";

/// Why a page cannot be shown.
#[derive(Debug)]
pub(super) enum PageFailure {
    /// No such order, or an address that is none.
    UnknownOrder,
    /// Too many attempts from one address.
    TooManyAttempts {
        /// Seconds until the next one.
        retry_after: u32,
        /// The page to come back to.
        page: String,
        /// The way back to the shop.
        return_href: Option<String>,
        /// Who may show the page in a frame.
        frame_ancestors: String,
    },
    /// Ours.
    Internal(String),
}

impl From<FlowError> for PageFailure {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::UnknownPayment => Self::UnknownOrder,
            FlowError::Refused(refusal) => Self::Internal(refusal.to_string()),
            FlowError::DuplicateOrder(_) | FlowError::Store(_) => Self::Internal(error.to_string()),
        }
    }
}

impl From<askama::Error> for PageFailure {
    fn from(error: askama::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl PageFailure {
    /// Too many attempts on the page of this payment.
    pub(super) fn too_many(retry_after: u32, visit: &Visit) -> Self {
        Self::TooManyAttempts {
            retry_after,
            page: visit.page(),
            return_href: visit.return_href(),
            frame_ancestors: visit.frame_ancestors.clone(),
        }
    }

    /// Too many secrets were tried from one address. Whose page it would be is not known.
    pub(super) fn guessed_too_often(retry_after: u32) -> Self {
        let frame_ancestors = ANY_FRAME.to_owned();
        Self::TooManyAttempts { retry_after, page: String::new(), return_href: None, frame_ancestors }
    }

    /// The page, logged once here if it is our failure.
    pub(super) fn into_response(self, language: Language) -> Response {
        // Most of these pages do not know whose payment they are about. There is nothing on them to press, so any shop may show them, and
        // the window around is told.
        let mut frame = (ANY_FRAME.to_owned(), Embed::failed_loading());
        let (status, failure, page, return_href, retry_after) = match self {
            Self::UnknownOrder => (StatusCode::NOT_FOUND, Failure::UnknownOrder, String::new(), None, None),
            Self::TooManyAttempts { retry_after, page, return_href, frame_ancestors } => {
                let failure = Failure::TooManyAttempts { retry_after };
                frame = (frame_ancestors, Embed::default());
                (StatusCode::TOO_MANY_REQUESTS, failure, page, return_href, Some(retry_after))
            }
            Self::Internal(error) => {
                let reference = uuid::Uuid::now_v7().simple().to_string();
                tracing::error!(%error, reference, "a page failed");
                (StatusCode::SERVICE_UNAVAILABLE, Failure::Technical { reference }, String::new(), None, Some(5))
            }
        };
        let (frame_ancestors, embed) = frame;
        let mut response = match pages::failure(language, failure, page, return_href, embed) {
            Ok(body) => html(status, body, &pages_csp(&frame_ancestors)),
            Err(_) => status.into_response(),
        };
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
