//! Who calls, and which of the caller's orders the call is about.

use super::PROTOCOL;
use crate::flows::{FlowError, StoredPayment, query, recover};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use payglot_core::{Currency, Refusal};
use payglot_wire::proof::Signed;
use payglot_wire::rbs::request::OrderRef;
use payglot_wire::rbs::signature::{Known, authenticate};
use payglot_wire::rbs::{Credentials, Defaults, Language, Operation, Params, Refused};
use std::net::IpAddr;
use std::sync::Arc;

/// A refusal and the language to say it in.
pub(super) type Refusing = (Refused, Language);

/// An order of this merchant, brought up to date. Another merchant's is `NotAllowed`.
pub(super) async fn find(
    gateway: &Gateway,
    project: &ActiveProject,
    order: &OrderRef,
) -> Result<StoredPayment, FlowError> {
    let stored = match order {
        OrderRef::Id(id) => query::payment(gateway, *id).await?,
        OrderRef::Number(number) => query::payment_by_order(gateway, project.id, number).await?,
    };
    if stored.payment.project != project.id {
        return Err(FlowError::Refused(Refusal::NotAllowed));
    }
    Ok(settled(gateway, stored).await)
}

/// The order with the answers that were still missing, as far as the provider has them by now.
pub(super) async fn settled(gateway: &Gateway, stored: StoredPayment) -> StoredPayment {
    match recover::settle_open(gateway, stored.clone()).await {
        Ok(settled) => settled,
        // What is stored is still the truth; the recovery goes on asking.
        Err(_) => stored,
    }
}

/// The project whose credentials came, proven.
pub(super) async fn caller(
    gateway: &Gateway,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<(Arc<ActiveProject>, Credentials), Refusing> {
    let language = Language::of_errors(params, Language::RU);
    let credentials = Credentials::read(params, operation).map_err(|refused| (refused, language))?;
    match proven(gateway, &credentials).await {
        Ok(project) => Ok((project.into_inner(), credentials)),
        Err(Refused::AccessDenied) => {
            // Counted so that nobody tries passwords by the thousand; the answer stays the protocol's own.
            gateway.limits.wrong_secret(ip, guessed_as(&credentials));
            Err((Refused::AccessDenied, language))
        }
        Err(refused) => Err((refused, language)),
    }
}

/// The login under which a wrong secret counts. All tokens count together: none of them names anybody.
pub(super) fn guessed_as(credentials: &Credentials) -> &str {
    credentials.user_name().unwrap_or_default()
}

async fn proven(gateway: &Gateway, credentials: &Credentials) -> Result<Signed<Arc<ActiveProject>>, Refused> {
    let now = gateway.clock.now();
    let candidates = match credentials.user_name() {
        Some(login) => gateway.projects.by_login(PROTOCOL, login).await.map(|found| found.into_iter().collect()),
        // A token names nobody, so everybody who has one is asked.
        None => gateway.projects.with_secret(PROTOCOL, "token").await,
    };
    let candidates: Vec<Arc<ActiveProject>> = candidates.map_err(|error| failed(&error.into()))?;
    let mut proven = Err(Refused::AccessDenied);
    for project in candidates.into_iter().filter(|project| project.enabled) {
        let known = Known {
            user_name: project.login.clone(),
            passwords: project.valid_secrets("password", now),
            tokens: project.valid_secrets("token", now),
        };
        proven = proven.or(authenticate(credentials, &known, project));
    }
    proven
}

/// `merchantLogin`, if it was sent.
pub(super) async fn check_merchant(gateway: &Gateway, project: &ActiveProject, params: &Params) -> Result<(), Refused> {
    match params.get("merchantLogin") {
        None => Ok(()),
        Some(login) => check_login(gateway, project, login).await,
    }
}

/// A login must be one of the names that the caller goes by, which by convention are the API login with and without `-api`: acting for
/// another merchant needs a right that nobody has here. A login that is nobody's is told apart, as the protocol wants it.
pub(super) async fn check_login(gateway: &Gateway, project: &ActiveProject, login: &str) -> Result<(), Refused> {
    let own = project.login.as_str();
    if login == own || Some(login) == own.strip_suffix("-api") {
        return Ok(());
    }
    for name in [login.to_owned(), format!("{login}-api")] {
        let found = gateway.projects.by_login(PROTOCOL, &name).await.map_err(|error| failed(&error.into()))?;
        if found.is_some() {
            return Err(Refused::AccessDenied);
        }
    }
    Err(Refused::MerchantLoginInvalid)
}

pub(super) fn default_language(project: &ActiveProject) -> Language {
    Language::from_code(&project.settings.language).unwrap_or(Language::RU)
}

pub(super) fn defaults(project: &ActiveProject) -> Defaults {
    let settings = &project.settings;
    Defaults {
        language: default_language(project),
        currency: Currency::from_code(&settings.currency).unwrap_or(Currency::RUB),
        currencies: settings.currencies.iter().filter_map(|code| Currency::from_code(code)).collect(),
        numbers_orders: settings.number_orders,
        session_timeout_secs: u32::try_from(settings.session_seconds).unwrap_or(u32::MAX),
        offset_secs: settings.zone_minutes * 60,
        amount_max: settings.amount_max,
        may_name_callback: settings.dynamic_callback,
        may_verify: settings.card_verification,
        may_pay_automatically: settings.auto_payment,
        ..Defaults::default()
    }
}

/// Our own failure: told as the protocol's system error, logged once, here.
pub(super) fn failed(error: &FlowError) -> Refused {
    tracing::error!(%error, "an RBS call failed");
    Refused::System
}
