//! `/payment`: reads and proves a request and shows its page. Nothing is stored before the payer confirms, so the page of an order that
//! was only looked at is made anew from its address each time, which the shop has signed.

use super::PROTOCOL;
use super::instruments::CARD;
use super::opened::{Looks, Opened};
use super::refused::{Refusing, refuse};
use super::steps::{self, Posted};
use crate::checkout::Language;
use crate::checkout::visit::Purpose;
use crate::flows::project::ENCRYPTION_KEY;
use crate::flows::{FlowError, StoredPayment, mandate, query};
use crate::gateway::Gateway;
use crate::projects::{ActiveProject, SECRET_KEY};
use crate::web::failure::PageFailure;
use crate::web::middleware::Called;
use crate::web::{client_ip, pages as payment_pages, query_value};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method as HttpMethod, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use payglot_core::{Money, UnixMillis};
use payglot_wire::monetix::{Code, Mode, PageOrder, PageRequest, Refused, limits, prove_page, sealed};
use payglot_wire::raw::{Method, RawRequest};
use payglot_wire::text::form;
use std::sync::Arc;

/// What a browser sent.
struct Sent<'a> {
    method: Method,
    headers: &'a HeaderMap,
    uri: &'a Uri,
    body: &'a [u8],
}

/// `/payment`, by GET or POST.
pub(super) async fn open(
    State(gateway): State<Arc<Gateway>>,
    method: HttpMethod,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    answer(&gateway, &method, &uri, &headers, body, None).await
}

/// `/{project}/{blob}`: the same request, encrypted.
pub(super) async fn open_sealed(
    State(gateway): State<Arc<Gateway>>,
    Path((project, blob)): Path<(String, String)>,
    method: HttpMethod,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match sealed::route(&format!("{project}/{blob}")) {
        Some(found) => answer(&gateway, &method, &uri, &headers, body, Some(found)).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn answer(
    gateway: &Arc<Gateway>,
    method: &HttpMethod,
    uri: &Uri,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    blob: Option<(u32, String)>,
) -> Response {
    let method = match *method {
        HttpMethod::GET | HttpMethod::HEAD => Method::Get,
        HttpMethod::POST => Method::Post,
        _ => return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, POST")]).into_response(),
    };
    let body = match body {
        Ok(body) => body,
        Err(rejection) => return rejection.into_response(),
    };
    let sent = Sent { method, headers, uri, body: &body };
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let looks = Looks::read(uri.query().unwrap_or_default());
    // What the payer chose on the page counts more than what the browser prefers.
    let browser = looks.language.unwrap_or_else(|| Language::choose(None, accepted));
    let mut response = match opened(gateway, &sent, blob, browser, looks).await {
        Ok(response) => response,
        Err(Failed::Refused(refusing)) => refuse(gateway, *refusing),
        Err(Failed::Page(failure, language)) => failure.into_response(language),
    };
    response.extensions_mut().insert(Called { protocol: PROTOCOL, operation: "payment" });
    response
}

/// Why there is no page.
pub(super) enum Failed {
    /// By the protocol's rules.
    Refused(Box<Refusing>),
    /// By us.
    Page(PageFailure, Language),
}

/// A request that is the shop's own, and what it orders.
struct Proven {
    project: Arc<ActiveProject>,
    order: PageOrder,
    /// What a refusal may show to the developer.
    shown: PageRequest,
    language: Language,
    /// The page's address without anything of ours.
    address: String,
    looks: Looks,
    now: UnixMillis,
}

async fn opened(
    gateway: &Arc<Gateway>,
    sent: &Sent<'_>,
    blob: Option<(u32, String)>,
    browser: Language,
    looks: Looks,
) -> Result<Response, Failed> {
    let refuse = |refused| Failed::Refused(Box::new(Refusing::new(refused, browser)));
    // A form of ours carries the shop's signed words in its address; whatever else is posted is the shop's.
    let query = sent.uri.query().unwrap_or_default();
    let step = steps::step_of(sent.body)
        .filter(|_| sent.method == Method::Post && (blob.is_some() || query_value(query, "signature").is_some()));
    let body = if step.is_some() { &[][..] } else { sent.body };
    let (project, request, address) = if let Some((number, blob)) = blob {
        let project = project_of(gateway, number, browser).await?;
        let keys = project.valid_secrets(ENCRYPTION_KEY, gateway.clock.now());
        let request = sealed::open(number, &blob, &keys).map_err(refuse)?;
        (project, request, format!("/{number}/{}", blob.replace('=', "%3D")))
    } else {
        let raw = RawRequest { method: sent.method, path: "/payment", query, content_type: "", body, caller_ip: None };
        let request = PageRequest::read(&raw).map_err(refuse)?;
        let project = project_of(gateway, request.project_id().map_err(refuse)?, browser).await?;
        let address = address_of(&request);
        (project, request, address)
    };
    let ip = client_ip(gateway, sent.headers);
    if let Some(retry_after) = gateway.limits.guesser(ip, Some(&project.login)) {
        return Err(Failed::Page(PageFailure::guessed_too_often(retry_after), browser));
    }
    let proven = prove(gateway, Arc::clone(&project), request, (address, looks), browser).map_err(|refusing| {
        if matches!(refusing.refused.code, Code::InvalidSignature | Code::EmptySignature) {
            gateway.limits.wrong_secret(ip, &project.login);
        }
        Failed::Refused(refusing)
    })?;
    let language = proven.language;
    let failed = |failure| Failed::Page(failure, language);
    // What is there is shown, whatever is ordered now.
    if let Some(stored) = known(gateway, &proven).await.map_err(failed)? {
        return Ok(payment_pages::show(gateway, stored.payment.id, Some(language), "").await);
    }
    let opened = judged(gateway, proven).await?;
    match step {
        Some(step) if !opened.is_over() => {
            let posted = Posted { step: &step, body: sent.body, ip };
            Box::pin(steps::take(gateway, opened, posted)).await.map_err(failed)
        }
        Some(_) | None => opened.show(gateway).await.map_err(failed),
    }
}

/// Whose page it is; a project that is switched off is none.
async fn project_of(gateway: &Gateway, number: u32, language: Language) -> Result<Arc<ActiveProject>, Failed> {
    let found = gateway.projects.by_login(PROTOCOL, &number.to_string()).await;
    let found = found.map_err(|error| Failed::Page(FlowError::from(error).into(), language))?;
    found.filter(|project| project.enabled).ok_or_else(|| {
        Failed::Refused(Box::new(Refusing::new(Refused::of(Code::ProjectNotFound, "project_id"), language)))
    })
}

/// The page's own address: the shop's words as they were signed, however they came.
fn address_of(request: &PageRequest) -> String {
    let pairs = request.fields().pairs().iter().filter(|(name, _)| !name.starts_with('_'));
    format!("/payment?{}", form::encode(pairs.map(|(name, value)| (name.as_str(), value.as_str()))))
}

/// Proves a request and reads its order.
fn prove(
    gateway: &Gateway,
    project: Arc<ActiveProject>,
    request: PageRequest,
    (address, looks): (String, Looks),
    browser: Language,
) -> Result<Proven, Box<Refusing>> {
    let now = gateway.clock.now();
    let asked = request.fields().get("language_code").and_then(Language::parse);
    // What the payer chose on the page counts more than what the shop proposed.
    let language = looks.language.or(asked).unwrap_or(browser);
    let shown = request.clone();
    let refusing = |refused| Box::new(Refusing::new(refused, language).of_project(&project, &shown));
    let proven = prove_page(request, &project.valid_secrets(SECRET_KEY, now)).map_err(refusing)?;
    let order = PageOrder::read(&proven, now).map_err(refusing)?;
    Ok(Proven { project, order, shown, language, address, looks, now })
}

/// The payment of this number, if it was confirmed before.
async fn known(gateway: &Gateway, proven: &Proven) -> Result<Option<StoredPayment>, PageFailure> {
    // A card is saved without a payment, so a number says nothing there.
    let named = proven.order.payment_id.as_ref().filter(|_| proven.order.mode != Mode::CardTokenize);
    let Some(number) = named else { return Ok(None) };
    match query::payment_by_order(gateway, proven.project.id, &limits::payment_key(number)).await {
        Ok(stored) => Ok(Some(stored)),
        Err(FlowError::UnknownPayment) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Judges a new order.
async fn judged(gateway: &Gateway, proven: Proven) -> Result<Opened, Failed> {
    let (purpose, amount) = match served(&proven) {
        Ok(served) => served,
        Err(refused) => return Err(proven.refusing(refused)),
    };
    let terms = proven.order.registers.as_ref().filter(|_| matches!(purpose, Purpose::Pay | Purpose::Verify));
    if terms.is_some_and(|terms| terms.has_ended(proven.now)) {
        return Err(proven.refusing(Refused::invalid("recurring", "terms that end in the future")));
    }
    if let Some(id) = terms.and_then(|terms| terms.scheduled_payment_id.as_deref()) {
        let used = mandate::is_used(gateway, &proven.project, &limits::payment_key(id)).await;
        if used.map_err(|error| Failed::Page(error.into(), proven.language))? {
            return Err(proven.refusing(Refused::of(Code::RecurringDuplicate, "recurring.scheduled_payment_id")));
        }
    }
    let Proven { project, order, language, address, looks, now, .. } = proven;
    let key = order.payment_id.as_deref().map(limits::payment_key).unwrap_or_default();
    Ok(Opened { project, order, purpose, amount, key, language, address, looks, now })
}

/// What the page is for and how much it is about, if the project offers that.
fn served(proven: &Proven) -> Result<(Purpose, Money), Refused> {
    let (order, settings) = (&proven.order, &proven.project.settings);
    let word = proven.shown.fields().get("mode").unwrap_or_default();
    // A page of another kind is not offered here.
    let not_served = || Refused::of(Code::NotAllowed, &format!("mode={word}"));
    let purpose = match order.mode {
        Mode::Purchase => Purpose::Pay,
        Mode::Payout => Purpose::PayOut,
        Mode::CardTokenize => Purpose::SaveCard,
        Mode::CardVerify => Purpose::Verify,
        Mode::MoneyTransfer | Mode::Presentation => return Err(not_served()),
    };
    let to_be_said = purpose == Purpose::PayOut && !settings.monetix.pays_out_on_page;
    if to_be_said || purpose.is_about_a_card() && settings.monetix.method(CARD).is_none() {
        return Err(not_served());
    }
    if purpose == Purpose::SaveCard {
        // Nothing of it is shown or stored.
        let any = settings.all_currencies().into_iter().next().and_then(|currency| Money::new(1, currency));
        return any.map(|amount| (purpose, amount)).ok_or_else(not_served);
    }
    let amount = order.amount.ok_or_else(|| Refused::of(Code::Missing, "payment_amount"))?;
    if !settings.all_currencies().contains(&amount.currency()) {
        return Err(Refused::of(Code::CurrencyDisabled, "payment_currency"));
    }
    if amount.minor() > settings.amount_max {
        return Err(Refused::of(Code::AboveLimit, "payment_amount"));
    }
    Ok((purpose, amount))
}

impl Proven {
    fn refusing(&self, refused: Refused) -> Failed {
        Failed::Refused(Box::new(Refusing::new(refused, self.language).of_project(&self.project, &self.shown)))
    }
}
