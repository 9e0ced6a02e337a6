//! Parameters of callbacks that a merchant may switch on.

use super::CallbackSettings;
use crate::rbs::codes::action;
use crate::rbs::details::Details;
use crate::rbs::reply::status::{self, Amounts};
use crate::text::local_time::LocalTime;
use payglot_core::decide::Announcement;
use payglot_core::{Money, OperationKind, OperationStatus, Payment, State, UnixMillis};

macro_rules! extras {
    ($($name:ident $text:literal,)*) => {
        /// An optional parameter.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the vendor's names")]
        pub enum Extra {
            $($name,)*
        }

        impl Extra {
            /// Every extra.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The word on the wire.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

extras! {
    Amount "amount", AmountFormatted "amountFormatted", PaymentAmount "paymentAmount", ApprovedAmount "approvedAmount",
    DepositedAmount "depositedAmount", RefundedAmount "refundedAmount", OperationRefundedAmount "operationRefundedAmount",
    OperationRefundedAmountFormatted "operationRefundedAmountFormatted", Currency "currency", FeeAmount "feeAmount",
    MaskedPan "maskedPan", PanMasked "panMasked", ApprovalCode "approvalCode", ActionCode "actionCode",
    ActionCodeDescription "actionCodeDescription", PaymentState "paymentState", PaymentDate "paymentDate", RefNum "refNum",
    ExternalRefundId "externalRefundId", Ip "ip", Email "email", Phone "phone", TerminalId "terminalId",
    MerchantLogin "merchantLogin", OrderDescription "orderDescription", SessionExpiredDate "sessionExpiredDate",
    DeclineDate "declineDate", CallbackCreationDate "callbackCreationDate",
}

impl Extra {
    /// By the word on the wire.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|extra| extra.name() == name)
    }

    /// Its value for one event; `None` if there is nothing to say.
    pub(super) fn value(
        self,
        event: &Announcement,
        payment: &Payment,
        details: &Details,
        settings: &CallbackSettings,
    ) -> Option<String> {
        let sums = Amounts::of(payment);
        let code = status::action_code(payment, details);
        let attempt = payment.last_attempt();
        let card = attempt.and_then(|attempt| attempt.card.as_ref());
        let detail = |name| details.get(name).map(str::to_owned);
        let date = |moment| Some(java_date(moment, settings));
        let refund = event.operation.and_then(|id| payment.operation(id)).filter(|op| op.kind == OperationKind::Refund);
        match self {
            Self::Amount | Self::PaymentAmount => Some(payment.amount.minor().to_string()),
            Self::AmountFormatted => Some(payment.amount.to_decimal()),
            Self::ApprovedAmount => Some(sums.approved.to_string()),
            Self::DepositedAmount => Some(sums.deposited.to_string()),
            Self::RefundedAmount => Some(sums.refunded.to_string()),
            Self::OperationRefundedAmount => refund.map(|refund| refund.amount.minor().to_string()),
            Self::OperationRefundedAmountFormatted => refund.map(|refund| Money::to_decimal(refund.amount)),
            Self::Currency => Some(details.currency(payment)),
            Self::FeeAmount => Some("0".to_owned()),
            Self::MaskedPan | Self::PanMasked => card.map(|card| card.masked.clone()),
            Self::ApprovalCode => attempt.map(|op| op.facts.approval_code.clone()).filter(|code| !code.is_empty()),
            Self::ActionCode => Some(code.to_string()),
            Self::ActionCodeDescription => Some(action::description(code, settings.language).to_owned()),
            Self::PaymentState => Some(payment_state(payment, &sums).to_owned()),
            Self::PaymentDate => {
                let approved = attempt.filter(|op| op.status == OperationStatus::Approved);
                approved.and_then(|op| op.answered_at).and_then(date)
            }
            Self::RefNum => attempt.map(|op| op.facts.reference.clone()).filter(|text| !text.is_empty()),
            Self::ExternalRefundId => refund.and_then(|refund| refund.key.clone()),
            Self::Ip => attempt.and_then(|op| op.payer_ip.clone()).or_else(|| detail("ip")),
            Self::Email => detail("email"),
            Self::Phone => detail("phone"),
            Self::TerminalId => Some(settings.terminal_id.clone()),
            Self::MerchantLogin => Some(settings.merchant_login.clone()).filter(|login| !login.is_empty()),
            Self::OrderDescription => detail("description"),
            Self::SessionExpiredDate => payment.state.waits_for_payer().then_some(payment.expires_at).and_then(date),
            Self::DeclineDate => (status::order_status(payment) == 6).then_some(payment.updated_at).and_then(date),
            Self::CallbackCreationDate => date(payment.updated_at),
        }
    }
}

fn java_date(moment: UnixMillis, settings: &CallbackSettings) -> String {
    LocalTime::at(moment, settings.offset_secs).to_java(&settings.zone)
}

/// The words of `paymentState` in callbacks, which are not those of the status reply.
fn payment_state(payment: &Payment, sums: &Amounts) -> &'static str {
    match payment.state {
        State::Created => "started",
        State::Pending | State::Underpaid => "pending",
        State::Held if sums.deposited > 0 => "partly_deposited",
        State::Held => "payment_approved",
        State::Paid if payment.sums.refunded > 0 => "refunded",
        State::Paid => "payment_deposited",
        State::Declined | State::Cancelled | State::Expired => "payment_declined",
        State::Voided => "payment_void",
    }
}
