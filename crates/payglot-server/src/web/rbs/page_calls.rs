//! What the scripts of shops' own payment pages ask, relative to the page. Who knows the order's id may ask.

use super::bindings;
use super::callers::{self, Refusing};
use super::cards::anonymous;
use super::tds;
use crate::gateway::Gateway;
use crate::upstream::card::CardNumber;
use payglot_core::CardBrand;
use payglot_wire::raw::Reply;
use payglot_wire::rbs::reply::page;
use payglot_wire::rbs::request::CardFields;
use payglot_wire::rbs::{Details, Language, Operation, Params, form_url};

/// Any question of a page that changes nothing.
pub(super) async fn ask(gateway: &Gateway, operation: Operation, params: &Params) -> Result<Reply, Refusing> {
    let (project, stored) = anonymous(gateway, params).await?;
    let details = Details::read(&stored.details);
    let own = details.language(callers::default_language(&project));
    let language = Language::read(params, own).map_err(|refused| (refused, own))?;
    let stored = callers::settled(gateway, stored).await;
    let payment = &stored.payment;
    let redirect = tds::redirect(&stored, &details, language);
    Ok(match operation {
        Operation::GetSessionStatus if payment.state.waits_for_payer() => {
            let saved = bindings::items(gateway, &project, &stored).await.map_err(|refused| (refused, language))?;
            page::session(payment, &details, &saved, gateway.clock.now())
        }
        Operation::GetSessionStatus => {
            // An order that leads nowhere ends on our own page, which says how it ended.
            let (base, prefix) = (gateway.config.public_url(), &gateway.config.rbs_prefix);
            let ours = || form_url(&base, prefix, payment.id, language, details.get("pageView"));
            page::session_over(&redirect.unwrap_or_else(ours))
        }
        Operation::GetFee => page::fee(payment),
        Operation::IsMaestroCard => {
            let number = CardFields::read(params).number.and_then(|number| CardNumber::parse(number).ok());
            page::is_maestro(number.is_some_and(|number| number.brand() == CardBrand::Maestro))
        }
        Operation::ShowErrors => page::last_error(payment, &details, language),
        _ => page::finished_info(payment, &details, redirect.as_deref()),
    })
}
