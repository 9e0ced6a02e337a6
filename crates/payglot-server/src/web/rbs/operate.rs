//! What a merchant does with an order that exists: `deposit.do`, `reverse.do`, `refund.do`, `decline.do` and the refunds of parts of a
//! cart; and `declineByClient.do`, the payer's.

use super::callers::{self, Refusing, caller, failed, find};
use crate::checkout::Language as PageLanguage;
use crate::flows::operate::{Wish, operate_with};
use crate::flows::{FlowError, StoredPayment, cancel, query};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::web::shop;
use payglot_core::{Decision, DeclineReason, Money, OperationId, OperationStatus, Refusal};
use payglot_wire::raw::Reply;
use payglot_wire::rbs::cart::{self, Share};
use payglot_wire::rbs::reply;
use payglot_wire::rbs::request::{
    Decline, DeclineByClient, Deposit, DepositType, OrderRef, PositionRefund, Refund, Reverse, SumRefund,
};
use payglot_wire::rbs::{Details, Language, Operation, Params, Refused};
use std::net::IpAddr;
use std::sync::Arc;

/// Who asks, proven, and what is read of a call before its own parameters.
struct Call<'a> {
    gateway: &'a Arc<Gateway>,
    project: Arc<ActiveProject>,
    params: &'a Params,
    /// For a call that names no language.
    default: Language,
}

pub(super) async fn operate(
    gateway: &Arc<Gateway>,
    operation: Operation,
    params: &Params,
    ip: Option<IpAddr>,
) -> Result<Reply, Refusing> {
    let (project, _) = caller(gateway, operation, params, ip).await?;
    let default = callers::default_language(&project);
    let language = Language::of_errors(params, default);
    callers::check_merchant(gateway, &project, params).await.map_err(|refused| (refused, language))?;
    let call = Call { gateway, project, params, default };
    let done = match operation {
        Operation::Deposit => call.deposit().await,
        Operation::Reverse => call.reverse().await,
        Operation::Refund => call.refund().await,
        Operation::ProcessRawPositionRefund => call.refund_position().await,
        Operation::ProcessRawSumRefund => call.refund_sum().await,
        Operation::Decline => call.decline().await,
        _ => Err(Refused::AccessDenied),
    };
    done.map(reply::done).map_err(|refused| (refused, language))
}

impl Call<'_> {
    async fn deposit(&self) -> Result<Language, Refused> {
        let asked = Deposit::read(self.params, self.default)?;
        let stored = self.order(&asked.order, Refused::OrderNumberUnknown).await?;
        let amount = asked.money(&stored.payment)?;
        let shares = asked.items(&Details::read(&stored.details))?;
        let wish = Wish::Capture { amount, last: asked.kind != DepositType::Intermediate, key: None };
        self.carry_out(&stored, wish, shares, reply::of_deposit).await.map(|()| asked.language)
    }

    async fn reverse(&self) -> Result<Language, Refused> {
        let asked = Reverse::read(self.params, self.default)?;
        let stored = self.order(&asked.order, Refused::OrderNumberUnknown).await?;
        let wish = Wish::Void { amount: asked.money(&stored.payment)?, key: None };
        let differ = asked.sums_differ(&stored.payment);
        self.carry_out(&stored, wish, Vec::new(), |refusal| reply::of_reverse(refusal, !differ)).await?;
        Ok(asked.language)
    }

    async fn refund(&self) -> Result<Language, Refused> {
        let asked = Refund::read(self.params, self.default)?;
        let stored = self.order(&asked.order, Refused::OrderNumberUnknown).await?;
        let amount = asked.money(&stored.payment, self.project.settings.refund_least_rouble)?;
        let shares = asked.items(&Details::read(&stored.details))?;
        let wish = Wish::Refund { amount, key: asked.external_id, expected: asked.expected_deposited };
        self.carry_out(&stored, wish, shares, reply::of_refund).await.map(|()| asked.language)
    }

    async fn refund_position(&self) -> Result<Language, Refused> {
        let asked = PositionRefund::read(self.params, self.default)?;
        let stored = self.order(&asked.order, Refused::OrderNumberUnknown).await?;
        let parts = asked.money(&stored.payment, &Details::read(&stored.details))?;
        self.refund_part(&stored, parts).await.map(|()| asked.language)
    }

    async fn refund_sum(&self) -> Result<Language, Refused> {
        let asked = SumRefund::read(self.params, self.default)?;
        let stored = self.order(&asked.order, Refused::OrderNumberUnknown).await?;
        let parts = asked.money(&stored.payment, &Details::read(&stored.details))?;
        self.refund_part(&stored, parts).await.map(|()| asked.language)
    }

    async fn refund_part(
        &self,
        stored: &StoredPayment,
        (amount, shares): (Option<Money>, Vec<Share>),
    ) -> Result<(), Refused> {
        let wish = Wish::Refund { amount, key: None, expected: None };
        self.carry_out(stored, wish, shares, reply::of_refund).await
    }

    async fn decline(&self) -> Result<Language, Refused> {
        let asked = Decline::read(self.params, self.default)?;
        let stored = self.order(&asked.order, Refused::OrderNotFound).await?;
        if asked.number.is_some_and(|number| number != stored.payment.order) {
            return Err(Refused::OrderNotFound);
        }
        give_up(self.gateway, &stored, DeclineReason::CancelledByMerchant).await?;
        Ok(asked.language)
    }

    /// The caller's order; another merchant's is as unknown as none.
    async fn order(&self, order: &OrderRef, unknown: Refused) -> Result<StoredPayment, Refused> {
        find(self.gateway, &self.project, order).await.map_err(|error| match error {
            FlowError::UnknownPayment | FlowError::Refused(Refusal::NotAllowed) => unknown,
            FlowError::Refused(_) | FlowError::DuplicateOrder(_) | FlowError::Store(_) => failed(&error),
        })
    }

    /// Success is what the provider approved. What it declined, or never answered, is the protocol's system error; a later status tells
    /// the truth.
    async fn carry_out(
        &self,
        stored: &StoredPayment,
        wish: Wish,
        shares: Vec<Share>,
        refused: impl Fn(&Refusal) -> Refused,
    ) -> Result<(), Refused> {
        let notes = move |stored: &StoredPayment, decision: &Decision, operation: OperationId| {
            let details = Details::read(&stored.details);
            let noted = cart::allot(&details, &decision.payment, operation, &shares)?;
            Ok(noted.map(|details| details.to_text()))
        };
        match operate_with(self.gateway, stored.payment.id, wish, notes).await {
            Ok((stored, id)) => match stored.payment.operation(id).map(|operation| operation.status) {
                Some(OperationStatus::Approved) => Ok(()),
                Some(OperationStatus::Asked | OperationStatus::PayerActs | OperationStatus::Unknown) => {
                    tracing::warn!(payment = %stored.payment.id, operation = %id, "the provider does not answer");
                    Err(Refused::System)
                }
                Some(OperationStatus::Declined) | None => Err(Refused::System),
            },
            Err(FlowError::Refused(refusal)) => Err(refused(&refusal)),
            Err(error @ (FlowError::UnknownPayment | FlowError::DuplicateOrder(_) | FlowError::Store(_))) => {
                Err(failed(&error))
            }
        }
    }
}

/// `declineByClient.do`: no credentials; who knows the order's id is its payer.
pub(super) async fn decline_by_client(gateway: &Arc<Gateway>, params: &Params) -> Result<Reply, Refusing> {
    let spoken = Language::of_errors(params, Language::RU);
    let asked = DeclineByClient::read(params).map_err(|refused| (refused, spoken))?;
    let stored = query::payment(gateway, asked.order).await.map_err(|error| match error {
        FlowError::UnknownPayment => (Refused::OrderNotFound, spoken),
        FlowError::Refused(_) | FlowError::DuplicateOrder(_) | FlowError::Store(_) => (failed(&error), spoken),
    })?;
    let project = gateway.projects.by_id(stored.payment.project).await;
    let project = project.map_err(|error| (failed(&error.into()), spoken))?;
    if project.protocol.name() != super::PROTOCOL {
        return Err((Refused::OrderNotFound, spoken));
    }
    let order_language = Details::read(&stored.details).language(callers::default_language(&project));
    let language = asked.language.unwrap_or(order_language);
    let stored = give_up(gateway, &stored, DeclineReason::CancelledByPayer).await;
    let stored = stored.map_err(|refused| (refused, language))?;
    let page = PageLanguage::parse(language.code()).unwrap_or(PageLanguage::En);
    let back = shop::return_address(gateway, &project, &stored, page).await;
    Ok(reply::declined_by_client(language, back.as_deref()))
}

async fn give_up(
    gateway: &Arc<Gateway>,
    stored: &StoredPayment,
    reason: DeclineReason,
) -> Result<StoredPayment, Refused> {
    cancel::cancel(gateway, stored.payment.id, reason).await.map_err(|error| match error {
        FlowError::Refused(refusal) => reply::of_decline(&refusal),
        FlowError::UnknownPayment | FlowError::DuplicateOrder(_) | FlowError::Store(_) => failed(&error),
    })
}
