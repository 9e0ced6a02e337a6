//! `/payment`: reads and proves a request and shows its page. Nothing is stored before the payer confirms, so the page of an order that
//! was only looked at is made anew from its address each time, which the shop has signed.

use super::refused::{Refusing, refuse};
use super::{PROTOCOL, steps};
use crate::checkout::visit::Visit;
use crate::checkout::{Language, pages};
use crate::flows::project::ENCRYPTION_KEY;
use crate::flows::register::{self, Order};
use crate::flows::{FlowError, StoredPayment, query};
use crate::gateway::Gateway;
use crate::projects::monetix::CardOperation;
use crate::projects::{ActiveProject, SECRET_KEY};
use crate::web::failure::PageFailure;
use crate::web::middleware::Called;
use crate::web::{client_ip, html, pages as payment_pages, pages_csp, query_value, shop};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method as HttpMethod, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use payglot_core::{Intent, Payment, State as PaymentState, UnixMillis};
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

/// The language that the payer chose on the page. Names with an underscore are not signed.
const LANGUAGE: &str = "_lang";
/// The way to pay that the payer chose on the page.
const WAY: &str = "_way";
/// The payer wants to see all ways.
const ALL_WAYS: &str = "_ways";
/// The test card that is to stand in the form.
const FILL: &str = "_fill";

/// How the payer looks at the page: what its own links and buttons add to its address.
#[derive(Default)]
struct Looks {
    language: Option<Language>,
    way: Option<String>,
    all_ways: bool,
    fill: Option<String>,
}

impl Looks {
    fn read(query: &str) -> Self {
        let all_ways = query_value(query, ALL_WAYS).is_some();
        Self {
            language: query_value(query, LANGUAGE).as_deref().and_then(Language::parse),
            way: query_value(query, WAY).filter(|_| !all_ways),
            all_ways,
            fill: query_value(query, FILL),
        }
    }
}

/// Why there is no page.
pub(super) enum Failed {
    /// By the protocol's rules.
    Refused(Box<Refusing>),
    /// By us.
    Page(PageFailure, Language),
}

/// A proven order of the page, with all that its page needs.
pub(super) struct Opened {
    pub(super) project: Arc<ActiveProject>,
    pub(super) order: PageOrder,
    /// The number that the payment will have.
    pub(super) key: String,
    pub(super) language: Language,
    /// The page's address without anything of ours.
    address: String,
    looks: Looks,
    /// When the page was asked for.
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
    let opened = judged(gateway, Arc::clone(&project), request, (address, looks), browser).map_err(|refusing| {
        if matches!(refusing.refused.code, Code::InvalidSignature | Code::EmptySignature) {
            gateway.limits.wrong_secret(ip, &project.login);
        }
        Failed::Refused(refusing)
    })?;
    let language = opened.language;
    let failed = |failure| Failed::Page(failure, language);
    if let Some(stored) = known(gateway, &opened).await.map_err(failed)? {
        return Ok(payment_pages::show(gateway, stored.payment.id, Some(language), "").await);
    }
    match step {
        Some(step) if !opened.is_over() => steps::take(gateway, opened, &step, sent.body, ip).await.map_err(failed),
        Some(_) | None => opened.show(gateway).map_err(failed),
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

/// Proves and judges a request.
fn judged(
    gateway: &Gateway,
    project: Arc<ActiveProject>,
    request: PageRequest,
    (address, looks): (String, Looks),
    browser: Language,
) -> Result<Opened, Box<Refusing>> {
    let now = gateway.clock.now();
    let asked = request.fields().get("language_code").and_then(Language::parse);
    // What the payer chose on the page counts more than what the shop proposed.
    let language = looks.language.or(asked).unwrap_or(browser);
    let shown = request.clone();
    let refusing = |refused| Box::new(Refusing::new(refused, language).of_project(&project, &shown));
    let proven = prove_page(request, &project.valid_secrets(SECRET_KEY, now)).map_err(refusing)?;
    let order = PageOrder::read(&proven, now).map_err(refusing)?;
    let Some((payment_id, amount)) = order.payment_id.as_ref().zip(order.amount) else {
        return Err(refusing(Refused::of(Code::NotAllowed, "mode")));
    };
    match order.mode {
        Mode::Purchase => {}
        // A page of another kind is not offered here.
        Mode::Payout | Mode::CardTokenize | Mode::CardVerify | Mode::MoneyTransfer | Mode::Presentation => {
            return Err(refusing(Refused::of(Code::NotAllowed, "mode")));
        }
    }
    if !project.settings.all_currencies().contains(&amount.currency()) {
        return Err(refusing(Refused::of(Code::CurrencyDisabled, "payment_currency")));
    }
    if amount.minor() > project.settings.amount_max {
        return Err(refusing(Refused::of(Code::AboveLimit, "payment_amount")));
    }
    let key = limits::payment_key(payment_id);
    Ok(Opened { project, order, key, language, address, looks, now })
}

/// The payment of this number, if it was confirmed before.
async fn known(gateway: &Gateway, opened: &Opened) -> Result<Option<StoredPayment>, PageFailure> {
    match query::payment_by_order(gateway, opened.project.id, &opened.key).await {
        Ok(stored) => Ok(Some(stored)),
        Err(FlowError::UnknownPayment) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Opened {
    /// Is the shop's deadline over?
    fn is_over(&self) -> bool {
        self.order.best_before.is_some_and(|end| end <= self.now)
    }

    /// The order as it will be registered when the payer confirms.
    pub(super) fn order(&self) -> Option<Order> {
        let settings = &self.project.settings;
        let usual = self.now.plus(settings.session_seconds.saturating_mul(1000));
        let holds = self.order.hold.unwrap_or(settings.monetix.card_operation == CardOperation::Auth);
        let mut details = self.order.details.clone();
        details.learned.accepted = true;
        Some(Order {
            number: self.key.clone(),
            intent: if holds { Intent::Hold } else { Intent::Sale },
            amount: self.order.amount?,
            expires_at: self.order.best_before.unwrap_or(usual),
            hold_end: None,
            verifies: false,
            hold_ms: None,
            attempts_max: None,
            details: details.to_text(),
        })
    }

    /// The page as the payer sees it now.
    pub(super) fn visit(&self, gateway: &Gateway) -> Result<Visit, PageFailure> {
        let settings = &self.project.settings;
        let order = self.order().ok_or_else(|| PageFailure::Internal("a page without an amount".to_owned()))?;
        let payment = if self.is_over() {
            // As if there were a while left: an order cannot begin after its end.
            let open = Order { expires_at: self.now.plus(settings.session_seconds.saturating_mul(1000)), ..order };
            let over = register::preview(gateway, &self.project, &open, self.now)?;
            Payment { state: PaymentState::Expired, expires_at: self.order.best_before.unwrap_or(self.now), ..over }
        } else {
            register::preview(gateway, &self.project, &order, self.now)?
        };
        let looked = match &self.looks {
            Looks { all_ways: true, .. } => Some((ALL_WAYS, "all")),
            Looks { way, .. } => way.as_deref().map(|way| (WAY, way)),
        };
        let pages = Language::ALL.map(|language| (language, self.page(language, looked))).to_vec();
        let (details, timed) = (&self.order.details, self.order.best_before.is_some());
        let mut visit = shop::monetix::looked_at(gateway, &self.project, payment, details, self.language, pages, timed);
        visit.all_ways = self.looks.all_ways;
        if let Some(choice) = &mut visit.choice {
            let chosen = self.looks.way.clone().filter(|way| choice.way(way).is_some());
            choice.preselected = chosen.or_else(|| choice.preselected.take());
        }
        Ok(visit)
    }

    /// The page's address in a language, as the payer looks at it.
    fn page(&self, language: Language, looked: Option<(&str, &str)>) -> String {
        let joint = if self.address.contains('?') { '&' } else { '?' };
        let added = form::encode([(LANGUAGE, language.code())].into_iter().chain(looked));
        format!("{}{joint}{added}", self.address)
    }

    /// The page of one way to pay.
    pub(super) fn page_of_way(&self, way: &str) -> String {
        self.page(self.language, Some((WAY, way)))
    }

    fn show(&self, gateway: &Gateway) -> Result<Response, PageFailure> {
        let visit = self.visit(gateway)?;
        let fill = self.looks.fill.clone().filter(|_| visit.begins_with_card());
        let body = pages::page(&visit, &pages::Asked { fill, ..pages::Asked::default() })?;
        Ok(html(StatusCode::OK, body, &pages_csp(&visit.frame_ancestors)))
    }
}
