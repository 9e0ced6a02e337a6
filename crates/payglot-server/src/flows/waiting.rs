//! What a shop is told while its payer is expected to act: what the details must remember of it.

use crate::projects::ActiveProject;
use crate::upstream::{Invoice, Step};
use payglot_core::OperationId;
use payglot_store::StoredPayment;
use payglot_wire::Protocol;
use payglot_wire::monetix::details::{INVOICE_ID, INVOICE_URL};
use payglot_wire::monetix::{Details, DisplayItem, Redirect, ThreeDsStep, Waiting};
use payglot_wire::rbs::three_ds;

/// What the payer of an attempt is expected to do.
#[derive(Clone, Copy, Debug)]
pub enum Waits<'a> {
    /// To pay an invoice.
    Invoice(&'a Invoice),
    /// The merchant's page leads the payer through an authentication.
    Merchant {
        /// The step to take now.
        step: Step,
        /// The bank's address for it, absolute or relative to the gateway.
        address: &'a str,
    },
    /// To go to this address, absolute or relative to the gateway.
    Redirect {
        /// The address.
        address: &'a str,
    },
}

/// The details with it; `None` where a protocol tells its shops nothing before the outcome. `base` is the gateway's address.
pub(super) fn remember(
    project: &ActiveProject,
    stored: &StoredPayment,
    operation: OperationId,
    waits: &Waits<'_>,
    base: &str,
) -> Option<String> {
    match project.protocol {
        Protocol::Rbs | Protocol::Paysera => None,
        Protocol::Monetix => {
            let mut details = Details::read(&stored.details);
            let mut facts = details.learned.facts(operation);
            if let Waits::Invoice(invoice) = waits {
                facts.provider_payment_id = operation.to_string();
                details.learned.provider_payment_id = Some(invoice.payment.clone());
            }
            details.learned.keep(facts);
            details.learned.waiting = waiting(&details, operation, waits, base);
            Some(details.to_text())
        }
    }
}

/// What a Monetix shop must show or do, and what our own page shows of it.
fn waiting(details: &Details, operation: OperationId, waits: &Waits<'_>, base: &str) -> Option<Waiting> {
    let absolute =
        |address: &str| if address.starts_with('/') { format!("{base}{address}") } else { address.to_owned() };
    let pair = |name: &str, value: String| (name.to_owned(), value);
    let line = |title: &str, data: String| DisplayItem { kind: "add_info".to_owned(), title: title.to_owned(), data };
    match waits {
        Waits::Invoice(invoice) => Some(Waiting::Display(vec![
            line(INVOICE_ID, invoice.payment.clone()),
            line(INVOICE_URL, absolute(&invoice.address)),
        ])),
        Waits::Merchant { step: Step::PaReq, address } => Some(Waiting::ThreeDs(ThreeDsStep::Version1 {
            url: absolute(address),
            pa_req: three_ds::pa_req(operation),
            md: operation.to_string(),
        })),
        Waits::Merchant { step: Step::Method, address } => {
            let data = three_ds::method_data(&operation.to_string(), None);
            let params = vec![pair("3DSMethodData", data.clone()), pair("threeDSMethodData", data)];
            Some(Waiting::ThreeDs(ThreeDsStep::Frame { url: absolute(address), params }))
        }
        Waits::Merchant { step: Step::CReq, address } => {
            let params =
                vec![pair("creq", three_ds::c_req(operation)), pair("threeDSSessionData", operation.to_string())];
            Some(Waiting::ThreeDs(ThreeDsStep::Challenge { url: absolute(address), params }))
        }
        Waits::Redirect { address } => {
            let redirect = Redirect { method: "POST".to_owned(), url: absolute(address), body: Vec::new() };
            (!details.is_led_by_us()).then_some(Waiting::Redirect(redirect))
        }
    }
}
