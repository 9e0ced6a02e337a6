//! The page of a request that is not served: the code and its meaning for everybody, the shop's own data only for whoever proved to be the
//! shop, and for the developer of a test project what we read and what must be signed.

use super::PROTOCOL;
use crate::checkout::Language as PageLanguage;
use crate::checkout::view::{Frame, Merchant, Purpose, RefusedDetails, RefusedPage};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::web::{html, pages_csp};
use askama::Template as _;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use payglot_wire::paysera::{Code, Envelope, Language, Refused};

/// A refusal in the making: what may be told grows with what the request has proved.
#[derive(Clone, Debug)]
pub(super) struct Refusing {
    refused: Refused,
    language: PageLanguage,
    project: Option<String>,
    shop: Option<String>,
    order: Option<String>,
    cancel_url: Option<String>,
    developer: Option<RefusedDetails>,
}

impl Refusing {
    /// Nothing is known yet but the browser's language.
    pub(super) fn new(language: PageLanguage) -> Self {
        Self {
            refused: Refused::because(Code::NothingReceived),
            language,
            project: None,
            shop: None,
            order: None,
            cancel_url: None,
            developer: None,
        }
    }

    /// The same, for this reason.
    pub(super) fn because(&self, refused: Refused) -> Self {
        Self { refused, ..self.clone() }
    }

    /// The request names a language.
    pub(super) fn speak(&mut self, code: Option<&str>) {
        self.language = code.and_then(PageLanguage::parse).unwrap_or(self.language);
    }

    /// The request names a project. In a test project its developer is shown what must be signed, but nothing is said of any order.
    pub(super) fn of_project(&mut self, project: &ActiveProject, envelope: &Envelope) {
        self.project = Some(project.login.clone());
        if project.settings.test_mode {
            let sign = envelope.sign().unwrap_or_default().to_owned();
            let signed = envelope.signed_text_shown();
            self.developer = Some(RefusedDetails { signed, sign, ..RefusedDetails::default() });
        }
        self.shop = Some(project.display_name().to_owned());
    }

    /// The signature is right: it is the shop.
    pub(super) fn proven(&mut self, envelope: &Envelope) {
        self.order = envelope.fields().get("orderid").map(str::to_owned);
        self.cancel_url = envelope.fields().get("cancelurl").map(str::to_owned);
        if let Some(developer) = &mut self.developer {
            developer.fields = envelope.fields().pairs().to_vec();
        }
    }

    /// The way back of a request that repeats an earlier one.
    pub(super) fn may_return_to(&mut self, cancel_url: Option<&str>) {
        self.cancel_url = cancel_url.map(str::to_owned);
    }
}

/// May the shop's address be offered? Only after all three addresses were found to be the shop's own.
const fn judged_addresses(code: Code) -> bool {
    match code {
        Code::NothingReceived
        | Code::SignWrong
        | Code::ProjectUnknown
        | Code::ProjectUnchecked
        | Code::ProjectSuspended
        | Code::ProjectBlocked
        | Code::ProjectDeleted
        | Code::OrderIdWrong
        | Code::AddressWrong
        | Code::AddressUnconfirmed => false,
        Code::TestForbidden
        | Code::AmountMissing
        | Code::CurrencyNotServed
        | Code::MethodForbidden
        | Code::AmountTooSmall
        | Code::AmountTooLarge
        | Code::TextNotUtf8
        | Code::TimeLimitWrong
        | Code::ParameterWrong => true,
    }
}

/// The page, the line in the log and the count.
pub(super) fn refuse(gateway: &Gateway, refusing: Refusing) -> Response {
    let code = refusing.refused.code;
    let project = refusing.project.as_deref().unwrap_or("-");
    // The parameter's name, never its value: values are people's names and addresses.
    let parameter = refusing.refused.parameter.unwrap_or("-");
    tracing::warn!(code = code.text(), project, parameter, "a payment request was refused");
    gateway.metrics.request_refused(PROTOCOL, code.text());
    let proven = refusing.order.is_some();
    let merchant = refusing.shop.filter(|_| proven).map(|name| Merchant {
        mark: Merchant::mark_of(&name),
        name,
        brand: None,
        return_label: None,
        link: None,
    });
    let frame = Frame {
        purpose: Purpose::Pay,
        language: refusing.language,
        languages: Vec::new(),
        page: String::new(),
        test_mode: refusing.developer.is_some(),
        merchant,
        order: None,
        timer: None,
        embed: None,
    };
    let spoken = Language::from_code(refusing.language.code()).unwrap_or(Language::ENG);
    let page = RefusedPage {
        frame,
        code: code.text().to_owned(),
        meaning: code.meaning(spoken).to_owned(),
        order: refusing.order,
        return_href: refusing.cancel_url.filter(|_| proven && judged_addresses(code)),
        developer: refusing.developer.map(|details| RefusedDetails { parameter: parameter.to_owned(), ..details }),
    };
    match page.render() {
        Ok(body) => html(StatusCode::BAD_REQUEST, body, &pages_csp("")),
        Err(_) => (StatusCode::BAD_REQUEST, code.text()).into_response(),
    }
}
