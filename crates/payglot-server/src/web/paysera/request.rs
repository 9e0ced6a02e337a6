//! `/pay/`: reads, proves and judges a request in the order of the error codes, registers the order and leads the payer to its page.

use super::refused::{Refusing, refuse};
use super::{PROTOCOL, method_of, unavailable};
use crate::checkout::Language as PageLanguage;
use crate::flows::again::{self, Taken};
use crate::flows::register::Order as NewOrder;
use crate::flows::{FlowError, StoredPayment};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::projects::paysera::Documentation;
use crate::web::middleware::Called;
use crate::web::{client_ip, see_other, shop};
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, Method as HttpMethod, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use payglot_core::{Intent, Refusal};
use payglot_wire::paysera::{Code, Details, Envelope, Language, Order, Refused, Rules, prove, prove_old, repeats};
use payglot_wire::raw::RawRequest;
use std::sync::Arc;

/// Anything that is sent to `/pay` or `/pay/`.
pub(super) async fn pay(
    State(gateway): State<Arc<Gateway>>,
    method: HttpMethod,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Some(method) = method_of(&method) else {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, POST")]).into_response();
    };
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let browser = PageLanguage::choose(None, Some(text(header::ACCEPT_LANGUAGE)));
    let answered = match body {
        Err(rejection) => return rejection.into_response(),
        Ok(body) => {
            let caller_ip = client_ip(&gateway, &headers).map(|ip| ip.to_string());
            let query = uri.query().unwrap_or_default();
            let content_type = text(header::CONTENT_TYPE);
            let raw = RawRequest { method, path: uri.path(), query, content_type, body: &body, caller_ip };
            take(&gateway, &raw, browser).await
        }
    };
    let mut response = match answered {
        Ok(address) => see_other(&address),
        Err(Failed::Refused(refusing)) => refuse(&gateway, *refusing),
        Err(Failed::Flow(error)) => unavailable(&error),
    };
    response.extensions_mut().insert(Called { protocol: PROTOCOL, operation: "pay" });
    response
}

/// Why there is no page to lead to.
enum Failed {
    /// By the protocol's rules.
    Refused(Box<Refusing>),
    /// By us.
    Flow(FlowError),
}

impl From<FlowError> for Failed {
    fn from(error: FlowError) -> Self {
        Self::Flow(error)
    }
}

/// The address that the payer is led to.
async fn take(gateway: &Arc<Gateway>, raw: &RawRequest<'_>, browser: PageLanguage) -> Result<String, Failed> {
    let mut refusing = Refusing::new(browser);
    let envelope = match Envelope::read(raw) {
        Ok(envelope) => envelope,
        Err(refused) => return Err(self::refused(&refusing, refused)),
    };
    refusing.speak(envelope.fields().get("lang"));
    let project = match project_of(gateway, &envelope).await? {
        Ok(project) => project,
        Err(refused) => return Err(self::refused(&refusing, refused)),
    };
    refusing.of_project(&project, &envelope);
    let passwords = project.valid_secrets("sign_password", gateway.clock.now());
    // Signatures of the old versions leave parameters out, so a project that does not need them does not take them.
    let old = envelope.legacy().is_some() && project.settings.paysera.version == Documentation::Legacy;
    let proven = if old { prove_old(&envelope, &passwords) } else { prove(&envelope, &passwords) };
    let fields = match proven {
        Ok(fields) => fields,
        Err(refused) => return Err(self::refused(&refusing, refused)),
    };
    refusing.proven(&envelope);
    if envelope.leaks_password() {
        tracing::warn!(project = project.login, "the shop sends its password through its payers' browsers: change it");
    }
    let catalogue = shop::paysera::catalogue(gateway, &project);
    let currencies = project.settings.all_currencies();
    let not_utf8 = envelope.not_utf8();
    let rules = Rules { not_utf8, ..shop::paysera::rules(gateway, &project, &catalogue, &currencies) };
    let number = fields.get().get("orderid").unwrap_or_default();
    let earlier = again::payments(gateway, project.id, number).await?;
    let read = match (repeats(&fields), earlier.first()) {
        (Some(_), Some(newest)) => {
            let stored = Details::read(&newest.details);
            let read = Order::read_repeat(&fields, stored.fields(), &rules);
            refusing.may_return_to(stored.get("cancelurl"));
            read
        }
        (Some(_) | None, _) => Order::read(&fields, &rules),
    };
    let order = match read {
        Ok(order) => order,
        Err(refused) => return Err(self::refused(&refusing, refused)),
    };
    let (number, amount, test) = (order.order_id.clone(), order.amount, order.test);
    let wanted = again::Wanted { number: &number, amount, test, any_amount: order.repeat_request };
    match register(gateway, &project, &envelope, wanted, earlier, &order, browser).await {
        Ok(Taken::Registered(stored) | Taken::UnderWay(stored)) => {
            Ok(shop::visit(gateway, &project, stored, None).page())
        }
        Ok(Taken::Paid(paid)) => Ok(way_back(gateway, &project, &paid).await),
        Err(FlowError::Refused(Refusal::BadAmount)) => {
            Err(self::refused(&refusing, Refused::of(Code::ParameterWrong, "amount")))
        }
        Err(FlowError::Refused(Refusal::ExpiresInThePast)) => {
            Err(self::refused(&refusing, Refused::of(Code::TimeLimitWrong, "time_limit")))
        }
        Err(error) => Err(Failed::Flow(error)),
    }
}

/// Of this request, for this reason.
fn refused(so_far: &Refusing, refused: Refused) -> Failed {
    Failed::Refused(Box::new(so_far.because(refused)))
}

/// Whose request it is; a project that is switched off is none.
async fn project_of(gateway: &Gateway, envelope: &Envelope) -> Result<Result<Arc<ActiveProject>, Refused>, FlowError> {
    let number = match envelope.project_id() {
        Ok(number) => number,
        Err(refused) => return Ok(Err(refused)),
    };
    let found = gateway.projects.by_login(PROTOCOL, &number.to_string()).await?;
    Ok(found.filter(|project| project.enabled).ok_or(Refused::of(Code::ProjectUnknown, "projectid")))
}

/// Back to the shop with the result that is known.
async fn way_back(gateway: &Arc<Gateway>, project: &ActiveProject, paid: &StoredPayment) -> String {
    let language = Details::read(&paid.details).language();
    let language = PageLanguage::parse(language.two()).unwrap_or(PageLanguage::En);
    let page = || shop::visit(gateway, project, paid.clone(), Some(language)).page();
    shop::return_address(gateway, project, paid, language).await.unwrap_or_else(page)
}

/// One more payment of the order, unless it is paid.
async fn register(
    gateway: &Arc<Gateway>,
    project: &Arc<ActiveProject>,
    envelope: &Envelope,
    wanted: again::Wanted<'_>,
    earlier: Vec<StoredPayment>,
    order: &Order,
    browser: PageLanguage,
) -> Result<Taken, FlowError> {
    let now = gateway.clock.now();
    let usual = now.plus(project.settings.session_seconds.saturating_mul(1000));
    let written = |serial| {
        let mut details = Details::new(order);
        details.learned.request_id = Some(serial);
        details.learned.legacy = envelope.legacy();
        if order.language.is_none() {
            details.learned.language = Language::from_code(browser.code());
        }
        NewOrder {
            number: order.order_id.clone(),
            intent: Intent::Sale,
            amount: order.amount,
            expires_at: order.time_limit.unwrap_or(usual),
            details: details.to_text(),
            hold_end: None,
            verifies: false,
            hold_ms: None,
            attempts_max: None,
        }
    };
    again::register(gateway, project, wanted, earlier, written).await
}
