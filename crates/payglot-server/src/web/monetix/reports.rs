//! What Gate answers at once: where a payment stands, and which methods a project has.

use super::gate::Failed;
use crate::flows::calls::{CallBy, Led, led_to};
use crate::flows::{FlowError, StoredPayment, mandate, query, recover};
use crate::gateway::Gateway;
use crate::projects::{ActiveProject, SECRET_KEY};
use payglot_core::Method;
use payglot_wire::monetix::reply::{self, MethodLine};
use payglot_wire::monetix::request::{MethodsRequest, StatusRequest};
use payglot_wire::monetix::{Call, Callback, Code, Details, Refused, limits, status_report};
use payglot_wire::raw::Reply;

/// Schemes of cards, as the vendor lists them.
const SCHEMES: &[&str] = &["visa", "mastercard", "maestro", "mir"];

/// `status` and `status/request`.
pub(super) async fn status(
    gateway: &Gateway,
    project: &ActiveProject,
    call: &Call,
    asked: &StatusRequest,
) -> Result<Reply, Failed> {
    let named = match asked {
        StatusRequest::Payment(id) => id.as_str(),
        StatusRequest::Request(_) => "",
    };
    let led = match asked {
        StatusRequest::Payment(id) => payment(gateway, project, id).await?,
        StatusRequest::Request(id) => led_to(gateway, project.id, &CallBy::Id(id.clone())).await?,
    };
    let unknown = || reply::unknown_payment(call.project_id(), named);
    match led {
        None => Ok(unknown()),
        Some(Led::Refused(words)) => Ok(reply::report(words)),
        Some(Led::To(stored)) => {
            // Before an answer relies on it, what is open is asked for.
            let stored = recover::settle_open(gateway, *stored).await?;
            let settings = project.monetix_callbacks();
            let secret = project.secret(SECRET_KEY);
            let (Some(settings), Some(secret)) = (settings, secret) else {
                return Err(Refused::whole(Code::Internal).into());
            };
            let mut details = Details::read(&stored.details);
            if let Some(known) = &details.learned.recurring
                && let Some(mandate) = mandate::find(gateway, project, known.id).await?
            {
                // It may have been changed since.
                details.learned.recurring = Some(mandate::recurring(&mandate));
            }
            let body = status_report(&stored.payment, &details, &settings);
            Ok(body.map_or_else(unknown, |body| reply::status(&body, secret)))
        }
    }
}

/// The payment of this number, or what was refused under it if there is none.
async fn payment(gateway: &Gateway, project: &ActiveProject, id: &str) -> Result<Option<Led>, FlowError> {
    let key = limits::payment_key(id);
    match query::payment_by_order(gateway, project.id, &key).await {
        Ok(stored) => Ok(Some(Led::To(Box::new(told(gateway, stored).await?)))),
        Err(FlowError::UnknownPayment) => {
            let led = led_to(gateway, project.id, &CallBy::RefusedOrder(key)).await?;
            Ok(led.filter(would_have_made_one))
        }
        Err(error) => Err(error),
    }
}

/// Was a call refused that would have made a payment? What was asked of a payment that is not there makes none.
fn would_have_made_one(led: &Led) -> bool {
    match led {
        Led::To(_) => true,
        Led::Refused(words) => {
            Callback::from_body(words.as_bytes()).is_ok_and(|told| !told.get("payment.type").is_empty())
        }
    }
}

/// An invoice that its owner has paid by now counts, also where nobody has told us.
async fn told(gateway: &Gateway, stored: StoredPayment) -> Result<StoredPayment, FlowError> {
    crate::flows::pay::hear(gateway, stored).await
}

/// `available_methods_for_merchant`.
pub(super) fn methods(project: &ActiveProject, asked: &MethodsRequest) -> Reply {
    let settings = &project.settings;
    let limits = (1, settings.amount_max);
    let fits = asked.minor.is_none_or(|minor| (limits.0..=limits.1).contains(&minor));
    let mut lines = Vec::new();
    for currency in settings.all_currencies() {
        let wanted = asked.currency.as_deref().is_none_or(|code| code == currency.code());
        for known in settings.monetix.offered().filter(|_| wanted && fits) {
            let named = asked.method.as_deref().is_none_or(|code| code == known.code);
            for payout in [false, true] {
                let direction = if payout { asked.payout && known.pays_out } else { asked.payin };
                if named && direction {
                    let cards = if known.method == Method::Card { SCHEMES } else { &[] };
                    lines.push(MethodLine {
                        currency: currency.code().to_owned(),
                        title: known.code.to_owned(),
                        payout,
                        limits,
                        card_systems: cards.iter().map(|scheme| (*scheme).to_owned()).collect(),
                    });
                }
            }
        }
    }
    reply::methods(&lines)
}
