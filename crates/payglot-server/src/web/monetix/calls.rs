//! Calls of Gate about payments that exist: refunds, captures, cancels, 3-D Secure; and what every accepted call has in common.

use super::gate::Failed;
use crate::checkout::Language;
use crate::checkout::visit::confirmed_href;
use crate::flows::calls::{self, Accepting, CallBy, Led};
use crate::flows::operate::{self, Wish};
use crate::flows::pay;
use crate::flows::{FlowError, StoredPayment, cancel, query};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use payglot_core::{DeclineReason, Intent, Money, OperationId, OperationKind, Refusal, State};
use payglot_store::StoreError;
use payglot_wire::monetix::request::{FollowUp, ThreeDsAnswer};
use payglot_wire::monetix::{
    Call, Code, Details, Endpoint, OperationFacts, OperationType, PaymentType, Refused, RefusedCall, Sum, reply,
};
use payglot_wire::raw::Reply;
use payglot_wire::rbs::three_ds;
use std::sync::Arc;

/// A proven call on its way to be accepted.
pub(super) struct Accepted<'a> {
    pub(super) gateway: &'a Arc<Gateway>,
    pub(super) project: &'a Arc<ActiveProject>,
    pub(super) call: &'a Call,
    pub(super) accepting: Accepting,
}

/// A call that cannot be done, though it was accepted.
pub(super) struct Impossible<'a> {
    /// The payment that it is about, which stays as it is.
    pub(super) about: Option<&'a StoredPayment>,
    pub(super) kind: OperationType,
    pub(super) sum: Option<Sum>,
    /// What is kept of the call: it says where the callback goes.
    pub(super) details: &'a Details,
    pub(super) merchant_refund_id: Option<&'a str>,
    pub(super) refused: Refused,
}

impl Accepted<'_> {
    /// The number of the payment as the shop spells it.
    pub(super) fn payment_id(&self) -> &str {
        self.call.payment_id().unwrap_or_default()
    }

    /// The answer to an accepted call.
    pub(super) fn reply(&self) -> Reply {
        self.reply_as(&self.accepting.id)
    }

    fn reply_as(&self, id: &str) -> Reply {
        reply::accepted(self.call.project_id(), self.payment_id(), id)
    }

    /// The answer to one that was accepted before under this id.
    pub(super) async fn again(&self, id: &str) -> Result<Reply, Failed> {
        let led = calls::led_to(self.gateway, self.project.id, &CallBy::Id(id.to_owned())).await?;
        let Some(Led::To(stored)) = led else { return Ok(self.reply_as(id)) };
        let invoice = Details::read(&stored.details).learned.kind == Some(PaymentType::Invoice);
        let creates = invoice && self.call.route().endpoint == Endpoint::InvoiceCreate;
        Ok(if creates { self.invoice_reply(id, &stored) } else { self.reply_as(id) })
    }

    /// The answer to an invoice, with the address that the payer opens.
    pub(super) fn invoice_reply(&self, id: &str, stored: &StoredPayment) -> Reply {
        let url = format!("{}/checkout/{}", self.gateway.config.public_url(), stored.payment.id);
        reply::invoice_accepted(self.call.project_id(), self.payment_id(), id, &url)
    }

    /// Accepts a call that cannot be done: the callback tells why.
    pub(super) async fn refuse(&self, impossible: Impossible<'_>) -> Result<Reply, Failed> {
        let Impossible { about, kind, sum, details, merchant_refund_id, refused } = impossible;
        let read = about.map(|stored| Details::read(&stored.details));
        let number = self.gateway.numbers.next().await.map_err(FlowError::from)?;
        let told = RefusedCall {
            details,
            payment_id: self.payment_id(),
            payment: about.map(|stored| &stored.payment).zip(read.as_ref()),
            method: self.call.route().method.as_deref(),
            kind,
            sum,
            number,
            request_id: &self.accepting.id,
            merchant_refund_id,
            at: self.gateway.clock.now(),
            refused: &refused,
        };
        // The same call came twice at once: the first one may have done what is impossible now.
        if let Some(first) = calls::refuse(self.gateway, self.project, &self.accepting, about, &told).await? {
            return self.again(&first).await;
        }
        tracing::info!(code = refused.code.text(), project = self.project.login, "an accepted call cannot be done");
        self.gateway.metrics.request_refused(super::PROTOCOL, refused.code.text());
        Ok(self.reply())
    }

    /// The payment that the call names, if the shop may know of it.
    pub(super) async fn payment(&self) -> Result<Option<StoredPayment>, FlowError> {
        match query::payment_by_order(self.gateway, self.project.id, &self.accepting.order).await {
            Ok(stored) => Ok(Some(stored)),
            Err(FlowError::UnknownPayment) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// `refund`, `capture`, `cancel`.
pub(super) async fn follow_up(accepted: &Accepted<'_>, kind: OperationKind, asked: FollowUp) -> Result<Reply, Failed> {
    let told = match kind {
        OperationKind::Refund => OperationType::Refund,
        OperationKind::Void => OperationType::Cancel,
        OperationKind::Capture
        | OperationKind::Sale
        | OperationKind::Hold
        | OperationKind::Return
        | OperationKind::Payout => OperationType::Capture,
    };
    let sum = asked.minor.zip(asked.currency.clone()).map(|(minor, currency)| Sum { minor, currency });
    let stored = accepted.payment().await?;
    let impossible = |refused, sum, about| Impossible {
        about,
        kind: told,
        sum,
        details: &asked.details,
        merchant_refund_id: asked.merchant_refund_id.as_deref(),
        refused,
    };
    let Some(stored) = stored else {
        let refused = Refused::of(Code::NotFound, "general.payment_id");
        return accepted.refuse(impossible(refused, sum, None)).await;
    };
    let about = Some(&stored);
    // What was asked for without an amount is all that remains.
    let rest =
        || Sum::from(stored.payment.amount.with_minor(remaining(&stored, kind)).unwrap_or(stored.payment.amount));
    let sum = Some(sum.unwrap_or_else(rest));
    let amount = match asked.money() {
        Ok(amount) => amount,
        Err(refused) => return accepted.refuse(impossible(refused, sum, about)).await,
    };
    if let Some(refused) = wrong_state(&stored, kind) {
        return accepted.refuse(impossible(refused, sum, about)).await;
    }
    let number = accepted.gateway.numbers.next().await.map_err(FlowError::from)?;
    let (kept, id) = (asked.clone(), accepted.accepting.id.clone());
    let details = move |stored: &StoredPayment, operation: OperationId| {
        let mut details = Details::read(&stored.details);
        details.learned.keep(OperationFacts { number, ..kept.facts(operation, &id, "") });
        details.to_text()
    };
    let wish = wish(kind, amount);
    let started = operate::start(accepted.gateway, stored.payment.id, wish, accepted.accepting.clone(), details).await;
    match started {
        Ok(_) => Ok(accepted.reply()),
        Err(FlowError::Store(StoreError::CallRepeated { id })) => accepted.again(&id).await,
        Err(FlowError::Store(StoreError::CallKeyUsed { id })) => {
            if is_same(accepted, &stored, &id, kind, amount).await? {
                return accepted.again(&id).await;
            }
            let refused = Refused::of(Code::RefundIdExists, "payment.merchant_refund_id");
            accepted.refuse(impossible(refused, sum, about)).await
        }
        Err(FlowError::Refused(refusal)) => {
            let refused = Refused::of(Code::of_refusal(&refusal, kind), "payment.amount");
            accepted.refuse(impossible(refused, sum, about)).await
        }
        Err(error) => Err(error.into()),
    }
}

fn wish(kind: OperationKind, amount: Option<Money>) -> Wish {
    match kind {
        OperationKind::Refund => Wish::Refund { amount, key: None, expected: None },
        OperationKind::Void => Wish::Void { amount, key: None },
        OperationKind::Capture
        | OperationKind::Sale
        | OperationKind::Hold
        | OperationKind::Return
        | OperationKind::Payout => Wish::Capture { amount, last: true, key: None },
    }
}

/// What an operation of this kind would be for if it named no amount.
fn remaining(stored: &StoredPayment, kind: OperationKind) -> i64 {
    match kind {
        OperationKind::Refund => stored.payment.sums.refundable(),
        OperationKind::Sale
        | OperationKind::Hold
        | OperationKind::Capture
        | OperationKind::Void
        | OperationKind::Return
        | OperationKind::Payout => stored.payment.hold_remaining(),
    }
}

/// A payment that is not paid is not refunded, whatever it holds, nor one that was refunded whole; and one without a hold has nothing to
/// capture or cancel.
fn wrong_state(stored: &StoredPayment, kind: OperationKind) -> Option<Refused> {
    let wanted = if kind == OperationKind::Refund { State::Paid } else { State::Held };
    // What a payout or a verification moves is not the payer's to get back, nor the shop's to take.
    let other = stored.payment.intent == Intent::Payout || Details::read(&stored.details).verifies();
    let sums = &stored.payment.sums;
    let refunded = kind == OperationKind::Refund && sums.refunded == sums.captured;
    (stored.payment.state != wanted || other || refunded).then(|| Refused::of(Code::WrongState, "general.payment_id"))
}

/// Is the call that used the same `merchant_refund_id` the same refund?
async fn is_same(
    accepted: &Accepted<'_>,
    stored: &StoredPayment,
    id: &str,
    kind: OperationKind,
    amount: Option<Money>,
) -> Result<bool, FlowError> {
    let known = calls::find(accepted.gateway, accepted.project.id, &CallBy::Id(id.to_owned())).await?;
    let operation = known.and_then(|call| call.operation);
    // Read again: the other call may have come between.
    let stored = query::payment(accepted.gateway, stored.payment.id).await?;
    let operation = operation.and_then(|id| stored.payment.operation(id));
    Ok(operation.is_some_and(|known| known.kind == kind && amount.is_none_or(|amount| known.amount == amount)))
}

/// `clarification` and `customer/confirm`: of no payment of ours is anything asked that they could answer.
pub(super) async fn not_asked(accepted: &Accepted<'_>) -> Result<Reply, Failed> {
    let stored = accepted.payment().await?;
    let code = if stored.is_some() { Code::WrongState } else { Code::NotFound };
    let kind = stored.as_ref().map_or(OperationType::Sale, attempt_type);
    let nothing = Details::read("");
    let impossible = Impossible {
        about: stored.as_ref(),
        kind,
        sum: stored.as_ref().map(|stored| Sum::from(stored.payment.amount)),
        details: &nothing,
        merchant_refund_id: None,
        refused: Refused::of(code, "general.payment_id"),
    };
    accepted.refuse(impossible).await
}

/// What the last attempt of a payment is to the shop, or what one would be.
fn attempt_type(stored: &StoredPayment) -> OperationType {
    let details = Details::read(&stored.details);
    match (stored.payment.last_attempt(), stored.payment.intent) {
        (Some(attempt), _) => OperationType::of(attempt, &details),
        (None, Intent::Sale) => OperationType::Sale,
        (None, Intent::Hold) => OperationType::Auth,
        (None, Intent::Payout) => OperationType::Payout,
    }
}

/// `3ds_check_iframe` and `3ds_result`. Sent again, or too late, they change nothing, and the answer is the same.
pub(super) async fn three_ds(accepted: &Accepted<'_>, answer: ThreeDsAnswer) -> Result<Reply, Failed> {
    let gateway = accepted.gateway;
    let stored = accepted.payment().await?;
    let nothing = Details::read("");
    let Some(stored) = stored else {
        let refused = Refused::of(Code::NotFound, "general.payment_id");
        let (kind, sum) = (OperationType::Sale, None);
        let details = &nothing;
        return accepted
            .refuse(Impossible { about: None, kind, sum, details, merchant_refund_id: None, refused })
            .await;
    };
    let Some(attempt) = stored.payment.last_attempt().filter(|_| stored.payment.payer_acts()).map(|last| last.id)
    else {
        return Ok(accepted.reply());
    };
    let names = |known: Option<OperationId>, field| {
        if known == Some(attempt) { Ok(()) } else { Err(Refused::invalid(field, "the message of this payment's bank")) }
    };
    let done = match answer {
        ThreeDsAnswer::Frame(_) => {
            let back = Details::read(&stored.details).acs_return_url();
            let back = back.unwrap_or_else(|| back_to_us(&stored, attempt));
            pay::go_on(gateway, stored, attempt, back).await.map(drop)
        }
        ThreeDsAnswer::Version2(message) => {
            names(three_ds::read_c(message.expose()), "cres")?;
            pay::finish_authentication(gateway, stored, Some(attempt)).await.map(drop)
        }
        ThreeDsAnswer::Version1(message) => {
            names(three_ds::read_pa(message.expose()), "pares")?;
            pay::finish_authentication(gateway, stored, Some(attempt)).await.map(drop)
        }
    };
    match done {
        Ok(()) | Err(FlowError::Refused(Refusal::WrongState(_) | Refusal::TimeOver)) => Ok(accepted.reply()),
        Err(error) => Err(error.into()),
    }
}

/// Where a challenge leads back to if the shop names no place.
pub(super) fn back_to_us(stored: &StoredPayment, attempt: OperationId) -> String {
    confirmed_href(stored.payment.id, attempt, Language::En)
}

/// `invoice/cancel`.
pub(super) async fn cancel_invoice(accepted: &Accepted<'_>) -> Result<Reply, Failed> {
    let stored = accepted.payment().await?;
    let nothing = Details::read("");
    let impossible = |code, about| Impossible {
        about,
        kind: OperationType::Invoice,
        sum: None,
        details: &nothing,
        merchant_refund_id: None,
        refused: Refused::of(code, "general.payment_id"),
    };
    let is_invoice = |stored: &StoredPayment| Details::read(&stored.details).learned.kind == Some(PaymentType::Invoice);
    let Some(stored) = stored.filter(is_invoice) else {
        return accepted.refuse(impossible(Code::NotFound, None)).await;
    };
    match cancel::cancel(accepted.gateway, stored.payment.id, DeclineReason::CancelledByMerchant).await {
        Ok(_) => Ok(accepted.reply()),
        Err(FlowError::Refused(refusal)) => {
            let code = Code::of_refusal(&refusal, OperationKind::Void);
            accepted.refuse(impossible(code, Some(&stored))).await
        }
        Err(error) => Err(error.into()),
    }
}
