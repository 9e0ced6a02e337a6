//! Gate: JSON below `/v2/`. What cannot be read or proven is refused at once; everything else is accepted and told of by callback.

use super::calls::{self, Accepted};
use super::{PROTOCOL, customers, mandates, payments, reports, respond};
use crate::flows::FlowError;
use crate::flows::calls::{Accepting, repeated};
use crate::flows::mandate::Change;
use crate::gateway::Gateway;
use crate::projects::{ActiveProject, SECRET_KEY};
use crate::web::client_ip;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method as HttpMethod, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use payglot_core::OperationKind;
use payglot_wire::monetix::request::RecurringCall;
use payglot_wire::monetix::{Call, Code, Endpoint, Refused, Request, limits, prove_call, reply};
use payglot_wire::proof::Signed;
use payglot_wire::raw::{Method, RawRequest, Reply};
use std::net::IpAddr;
use std::sync::Arc;

/// Any call of Gate.
pub(super) async fn answer(
    State(gateway): State<Arc<Gateway>>,
    Path(path): Path<String>,
    method: HttpMethod,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Some(route) = Endpoint::route(&path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if method != HttpMethod::POST {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response();
    }
    let body = match body {
        Ok(body) => body,
        // Longer than any body that this gateway reads, so also too long for a call.
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let reply = reply::refused(&Call::no_object(usize::MAX), None);
            return respond(Reply { status: rejection.status().as_u16(), ..reply }, operation_of(route.endpoint));
        }
        Err(rejection) => return rejection.into_response(),
    };
    let ip = client_ip(&gateway, &headers);
    let operation = operation_of(route.endpoint);
    let raw =
        RawRequest { method: Method::Post, path: &path, query: "", content_type: "", body: &body, caller_ip: None };
    let read = Call::read(route, &raw).map_err(|refused| Failed::Refused(refused, None));
    let login = read.as_ref().ok().map(|call| call.project_id().to_string());
    if let Some(seconds) = gateway.limits.guesser(ip, login.as_deref()) {
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())]).into_response();
    }
    let answered = match read {
        Ok(call) => call_of(&gateway, call, &path, ip).await,
        Err(failed) => Err(failed),
    };
    match answered {
        Ok(reply) => respond(reply, operation),
        Err(Failed::Refused(refused, signed)) => {
            tracing::warn!(code = refused.code.text(), field = refused.field, "a call of Gate was refused");
            gateway.metrics.request_refused(PROTOCOL, refused.code.text());
            respond(reply::refused(&refused, signed.as_deref()), operation)
        }
        Err(Failed::Flow(error)) => {
            tracing::error!(%error, "a call of Gate failed");
            respond(reply::refused(&Refused::whole(Code::Internal), None), operation)
        }
    }
}

/// Why a call is not accepted.
pub(super) enum Failed {
    /// By the protocol's rules; and, for the developer of a test project, what should have been signed.
    Refused(Refused, Option<String>),
    /// By us.
    Flow(FlowError),
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused, None)
    }
}

impl From<FlowError> for Failed {
    fn from(error: FlowError) -> Self {
        Self::Flow(error)
    }
}

/// Finds the project, proves the call and does what it asks for.
async fn call_of(gateway: &Arc<Gateway>, call: Call, path: &str, ip: Option<IpAddr>) -> Result<Reply, Failed> {
    let found = gateway.projects.by_login(PROTOCOL, &call.project_id().to_string()).await;
    let found = found.map_err(FlowError::from)?.filter(|project| project.enabled);
    let project = found.ok_or_else(|| Refused::of(Code::ProjectNotFound, "general.project_id"))?;
    if !project.settings.monetix.admits(ip) {
        return Err(Refused::whole(Code::AccessDenied).into());
    }
    let signed_text = project.settings.test_mode.then(|| call.signed_text());
    let secrets = project.valid_secrets(SECRET_KEY, gateway.clock.now());
    let call = prove_call(call, &secrets).map_err(|refused| {
        gateway.limits.wrong_secret(ip, &project.login);
        Failed::Refused(refused, signed_text)
    })?;
    // Boxed: what a call needs at most would be the size of every request here.
    Box::pin(serve(gateway, &project, &call, path)).await
}

async fn serve(
    gateway: &Arc<Gateway>,
    project: &Arc<ActiveProject>,
    call: &Signed<Call>,
    path: &str,
) -> Result<Reply, Failed> {
    let request = Request::read(call)?;
    let accepting = accepting(gateway, &request, call.get(), path);
    let accepted = Accepted { gateway, project, call: call.get(), accepting };
    match request {
        Request::Status(asked) => reports::status(gateway, project, call.get(), &asked).await,
        Request::Methods(asked) => Ok(reports::methods(project, &asked)),
        Request::Banks(_) => Ok(reply::no_banks()),
        Request::Sale(sale) => once(&accepted, payments::sale(&accepted, *sale)).await,
        Request::Verification(asked) => once(&accepted, payments::verification(&accepted, *asked)).await,
        Request::Recurring(RecurringCall::Info { id }) => mandates::info(gateway, project, call.get(), id).await,
        Request::Recurring(RecurringCall::Cancel { id, details }) => {
            once(&accepted, mandates::change(&accepted, id, Change::Cancel, &details)).await
        }
        Request::Recurring(RecurringCall::Update { id, change, details }) => {
            once(&accepted, mandates::change(&accepted, id, Change::Update(change), &details)).await
        }
        Request::Clarification(_) | Request::Confirm => once(&accepted, calls::not_asked(&accepted)).await,
        Request::CardByToken(token) => customers::by_token(&accepted, &token).await,
        Request::Tokenize(asked) => customers::tokenize(&accepted, *asked).await,
        Request::RevokeToken(token) | Request::DeleteSavedAccount(token) => customers::forget(&accepted, &token).await,
        Request::SavedAccounts(customer) => customers::list(&accepted, &customer).await,
        Request::Payout(payout) => once(&accepted, payments::payout(&accepted, *payout)).await,
        Request::InvoiceCreate(invoice) => once(&accepted, payments::invoice(&accepted, *invoice)).await,
        Request::InvoiceCancel => once(&accepted, Box::pin(calls::cancel_invoice(&accepted))).await,
        Request::Refund(asked) => once(&accepted, calls::follow_up(&accepted, OperationKind::Refund, asked)).await,
        Request::Capture(asked) => once(&accepted, calls::follow_up(&accepted, OperationKind::Capture, asked)).await,
        Request::Cancel(asked) => once(&accepted, calls::follow_up(&accepted, OperationKind::Void, asked)).await,
        Request::ThreeDs(answer) => once(&accepted, calls::three_ds(&accepted, answer)).await,
    }
}

/// Does the work, unless the same call was accepted a moment ago: a client that got no answer repeats itself.
async fn once(accepted: &Accepted<'_>, work: impl Future<Output = Result<Reply, Failed>>) -> Result<Reply, Failed> {
    match repeated(accepted.gateway, accepted.project.id, &accepted.accepting).await? {
        Some(id) => accepted.again(&id).await,
        None => work.await,
    }
}

/// What is kept of the call if it is accepted.
fn accepting(gateway: &Gateway, request: &Request, call: &Call, path: &str) -> Accepting {
    let kind = match request {
        Request::Refund(_) => OperationKind::Refund,
        Request::Capture(_) => OperationKind::Capture,
        // What could not be cancelled, or not be judged, may be soon, and its text is the same then.
        Request::Cancel(_)
        | Request::InvoiceCancel
        | Request::ThreeDs(_)
        | Request::Recurring(_)
        | Request::Clarification(_)
        | Request::Confirm => OperationKind::Void,
        // Their payment ids are used once, so a day is safe.
        Request::Sale(_)
        | Request::Verification(_)
        | Request::Payout(_)
        | Request::InvoiceCreate(_)
        | Request::Status(_)
        | Request::Methods(_)
        | Request::Banks(_)
        | Request::CardByToken(_)
        | Request::Tokenize(_)
        | Request::RevokeToken(_)
        | Request::SavedAccounts(_)
        | Request::DeleteSavedAccount(_) => OperationKind::Sale,
    };
    let key = match request {
        Request::Refund(asked) => asked.merchant_refund_id.clone(),
        _ => None,
    };
    Accepting {
        id: gateway.clock.operation_id().to_string().replace('-', ""),
        order: match request {
            // About the payment that made the mandate, whatever payment the call names.
            Request::Recurring(_) => String::new(),
            _ => limits::payment_key(call.payment_id().unwrap_or_default()),
        },
        fingerprint: Accepting::fingerprint_of(path.trim_matches('/'), call.signature().unwrap_or_default()),
        repeat_ms: match request {
            // Harmless if done twice, and the same again may be meant after another one.
            Request::Recurring(RecurringCall::Update { .. }) => 0,
            _ => limits::repeat_ms(kind),
        },
        key,
    }
}

/// The word for logs and counts.
const fn operation_of(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Sale => "v2/sale",
        Endpoint::Auth => "v2/auth",
        Endpoint::Capture => "v2/capture",
        Endpoint::Cancel => "v2/cancel",
        Endpoint::Refund => "v2/refund",
        Endpoint::Payout => "v2/payout",
        Endpoint::Recurring => "v2/recurring",
        Endpoint::RecurringUpdate => "v2/recurring/update",
        Endpoint::RecurringCancel => "v2/recurring/cancel",
        Endpoint::RecurringInfo => "v2/recurring/info",
        Endpoint::Verification => "v2/account_verification",
        Endpoint::Clarification => "v2/clarification",
        Endpoint::Confirm => "v2/customer/confirm",
        Endpoint::CardByToken => "v2/customer/card/bytoken",
        Endpoint::Tokenize => "v2/customer/card/tokenize",
        Endpoint::RevokeToken => "v2/customer/card/token/revoke",
        Endpoint::SavedAccounts => "v2/customer/saved_account/list",
        Endpoint::DeleteSavedAccount => "v2/customer/saved_account/delete",
        Endpoint::ThreeDsFrame => "v2/3ds_check_iframe",
        Endpoint::ThreeDsResult => "v2/3ds_result",
        Endpoint::Status => "v2/status",
        Endpoint::StatusByRequest => "v2/status/request",
        Endpoint::InvoiceCreate => "v2/invoice/create",
        Endpoint::InvoiceCancel => "v2/invoice/cancel",
        Endpoint::Methods => "v2/info/methods",
        Endpoint::Banks => "v2/info/banks",
    }
}
