//! `finish3ds.do` and `finish3dsVer2.do`: the bank's page posts here with the payer's browser, which goes on to the shop.

use super::super::failure::PageFailure;
use super::super::pages::RETURN_WAIT;
use super::super::see_other;
use super::{callers, tds};
use crate::checkout::Language as PageLanguage;
use crate::flows::{FlowError, StoredPayment};
use crate::gateway::Gateway;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use payglot_wire::raw::RawRequest;
use payglot_wire::rbs::request::Finish;
use payglot_wire::rbs::{Details, Language, Operation, Params, form_url};
use std::sync::Arc;

/// The redirect to the shop, or to our own page while there is something to do there.
pub(super) async fn finish(gateway: &Arc<Gateway>, operation: Operation, request: &RawRequest<'_>) -> Response {
    let params = Params::read(request).ok();
    let named = params.as_ref().and_then(|params| params.get("lang").or(params.get("language")));
    let spoken = named.and_then(PageLanguage::parse).unwrap_or(PageLanguage::En);
    let done = match &params {
        Some(params) => try_finish(gateway, operation, params).await,
        None => Err(PageFailure::UnknownOrder),
    };
    done.unwrap_or_else(|failure| failure.into_response(spoken))
}

async fn try_finish(gateway: &Arc<Gateway>, operation: Operation, params: &Params) -> Result<Response, PageFailure> {
    let asked = match operation {
        Operation::Finish3ds => Finish::version_1(params, Language::RU),
        _ => Finish::browser_version_2(params, Language::RU),
    };
    // A message that is not one of ours tells nobody anything about an order.
    let asked = asked.map_err(|_| PageFailure::UnknownOrder)?;
    let before = tds::found(gateway, &asked).await.map_err(|_| PageFailure::UnknownOrder)?;
    let project = gateway.projects.by_id(before.payment.project).await.map_err(FlowError::from)?;
    let own = Details::read(&before.details).language(callers::default_language(&project));
    let language = if params.get("lang").or(params.get("language")).is_some() { asked.language } else { own };
    let Ok(stored) = tds::end(gateway, before.clone(), &asked).await else {
        // The payer is still expected at the bank, or something is in the way: the page of the order says what.
        return Ok(see_other(&page(gateway, &before, language)));
    };
    let details = Details::read(&stored.details);
    let Some(address) = tds::redirect(&stored, &details, language) else {
        return Ok(see_other(&page(gateway, &stored, language)));
    };
    gateway.courier.first_attempt_ended(stored.payment.id, RETURN_WAIT).await;
    Ok((StatusCode::FOUND, [(header::LOCATION, address), (header::CACHE_CONTROL, "no-store".to_owned())])
        .into_response())
}

fn page(gateway: &Gateway, stored: &StoredPayment, language: Language) -> String {
    form_url(
        "",
        &gateway.config.rbs_prefix,
        stored.payment.id,
        language,
        Details::read(&stored.details).get("pageView"),
    )
}
