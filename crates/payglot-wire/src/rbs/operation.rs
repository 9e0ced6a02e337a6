//! Every operation of the protocol. One that is known but not offered is refused in words; an unknown one is HTTP 404.

/// How an operation's answers are shaped: which members say that it failed, and of which JSON type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// No `errorCode` on success, a string on failure.
    Register,
    /// `errorCode` always, a string.
    Classic,
    /// `ErrorCode`, a string; on failure `errorCode` too.
    OldStatus,
    /// `errorCode` always, a number; on failure `error` too.
    Page,
    /// `errorCode` always, a number.
    Numbered,
    /// `success`, and on failure an object `error`.
    Wallet,
}

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident $shape:ident $($path:literal)|+;)*) => {
        /// An operation of the protocol.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Operation {
            $($(#[$doc])* $name,)*
        }

        impl Operation {
            /// Every operation with the paths it is called by, below `/payment/`.
            const TABLE: &[(Self, &[&str])] = &[$((Self::$name, &[$($path),+]),)*];

            /// The shape of its answers.
            pub const fn shape(self) -> Shape {
                match self {
                    $(Self::$name => Shape::$shape,)*
                }
            }
        }
    };
}

operations! {
    /// Registers an order paid in one stage.
    Register Register "rest/register.do";
    /// Registers an order with a hold.
    RegisterPreAuth Register "rest/registerPreAuth.do";
    /// Where an order stands.
    GetOrderStatusExtended Classic "rest/getOrderStatusExtended.do";
    /// The same, the older way.
    GetOrderStatus OldStatus "rest/getOrderStatus.do";
    /// Captures a hold.
    Deposit Classic "rest/deposit.do";
    /// Voids.
    Reverse Classic "rest/reverse.do";
    /// Refunds.
    Refund Classic "rest/refund.do";
    /// Cancels an unpaid order.
    Decline Classic "rest/decline.do";
    /// The cancel button of the page.
    DeclineByClient Page "rest/declineByClient.do";
    /// Pays with a card that the merchant collected.
    PaymentOrder Page "rest/paymentorder.do";
    /// The browser comes back from 3-D Secure 1.
    Finish3ds Page "rest/finish3ds.do";
    /// The browser comes back from 3-D Secure 2.
    Finish3dsVer2 Page "rest/finish3dsVer2.do";
    /// The merchant ends 3-D Secure 1.
    Finish3dsPayment Page "rest/finish3dsPayment.do";
    /// The merchant ends 3-D Secure 2.
    Finish3dsVer2Payment Page "rest/finish3dsVer2Payment.do";
    /// The merchant goes on after 3-D Secure.
    Continue3ds Page "rest/3ds/continue.do";
    /// Pays with a saved card.
    PaymentOrderBinding Page "rest/paymentOrderBinding.do";
    /// Lists saved cards.
    GetBindings Classic "rest/getBindings.do";
    /// Lists saved cards, duplicates included.
    GetAllBindings Classic "rest/getAllBindings.do";
    /// Finds saved cards.
    GetBindingsByCardOrId Classic "rest/getBindingsByCardOrId.do";
    /// Activates a saved card.
    BindCard Classic "rest/bindCard.do";
    /// Deactivates a saved card.
    UnBindCard Classic "rest/unBindCard.do";
    /// Changes the date of a saved card.
    ExtendBinding Classic "rest/extendBinding.do";
    /// Saves a card without a payment.
    CreateBindingNoPayment Classic "rest/createBindingNoPayment.do";
    /// Does a card take part in 3-D Secure?
    VerifyEnrollment Classic "rest/verifyEnrollment.do";
    /// Lists orders.
    GetLastOrdersForMerchants Numbered "rest/getLastOrdersForMerchants.do";
    /// Adds parameters to an order.
    AddParams Classic "rest/addParams.do";
    /// Registers and pays in one call.
    InstantPayment Classic "rest/instantPayment.do";
    /// Pays by mail or telephone order.
    MotoPayment Classic "rest/motoPayment.do";
    /// Verifies a card.
    VerifyCard Classic "rest/verifyCard.do";
    /// Refunds one position of the cart.
    ProcessRawPositionRefund Classic "rest/processRawPositionRefund.do";
    /// Refunds with a fiscal line.
    ProcessRawSumRefund Classic "rest/processRawSumRefund.do";
    /// Sends money to a card without an earlier payment.
    InstantRefund Classic "rest/instantRefund.do";
    /// Asks for a fiscal receipt.
    GetReceiptStatus Classic "rest/getReceiptStatus.do";
    /// Allows a card without 3-D Secure.
    UpdateSslCardList Classic "rest/updateSSLCardList.do";
    /// Pays another way than by card.
    PaymentOtherWay Page "rest/paymentOtherWay.do";
    /// Makes a QR code.
    QrGet Wallet "rest/sbp/c2b/qr/dynamic/get.do";
    /// Asks for a QR code's payment.
    QrStatus Wallet "rest/sbp/c2b/qr/dynamic/status.do";
    /// What the page shows.
    GetSessionStatus Page "rest/getSessionStatus.do";
    /// The page pays with a card.
    ProcessForm Page "rest/processform.do";
    /// The page pays with a saved card.
    ProcessBindingForm Page "rest/processBindingForm.do";
    /// The page asks for a fee.
    GetFee Page "rest/getFee.do";
    /// The page asks whether a card needs no CVC.
    IsMaestroCard Page "rest/isMaestroCard.do";
    /// The page asks for an error's text.
    ShowErrors Page "rest/showErrors.do";
    /// A mobile application ends 3-D Secure 2.
    Finish3dsVer2PaymentAnonymous Page "rest/finish3dsVer2PaymentAnonymous.do";
    /// A mobile application asks for the result.
    GetFinishedPaymentInfo Page "rest/getFinishedPaymentInfo.do";
    /// A mobile application removes a saved card.
    UnbindCardAnon Page "rest/unbindcardanon.do";
    /// Keys for encrypting card data.
    SeKeys Page "se/keys.do";
    /// Pays with a saved card, again and again.
    RecurrentPayment Wallet "recurrentPayment.do" | "rest/recurrentPayment.do";
    /// Apple Pay.
    ApplePay Wallet "applepay/payment.do";
    /// Google Pay.
    GooglePay Wallet "google/payment.do";
    /// Samsung Pay.
    SamsungPay Wallet "samsung/payment.do";
    /// Samsung Pay in a browser.
    SamsungWebPay Wallet "samsungWeb/payment.do";
    /// Mir Pay.
    MirPay Wallet "mir/payment.do";
    /// Mir Pay with decrypted data.
    MirPayDirect Wallet "mir/paymentDirect.do";
}

impl Operation {
    /// By what follows `/payment/rest/` in the path, in any case: `getOrderStatusExtended.do`.
    pub fn from_segment(segment: &str) -> Option<Self> {
        Self::find(|path| path.strip_prefix("rest/").is_some_and(|rest| rest.eq_ignore_ascii_case(segment)))
    }

    /// By what follows `/payment/` in the path, in any case: `rest/register.do`, `applepay/payment.do`.
    pub fn from_path(path: &str) -> Option<Self> {
        Self::find(|known| known.eq_ignore_ascii_case(path))
    }

    fn find(is_it: impl Fn(&str) -> bool) -> Option<Self> {
        Self::TABLE.iter().find(|(_, paths)| paths.iter().any(|path| is_it(path))).map(|&(operation, _)| operation)
    }

    /// Is it a payment of an order that is there, whose answers tell the version of 3-D Secure?
    pub(super) fn pays(self) -> bool {
        matches!(self, Self::PaymentOrder | Self::PaymentOrderBinding | Self::ProcessForm | Self::ProcessBindingForm)
    }

    /// Every operation.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::TABLE.iter().map(|&(operation, _)| operation)
    }

    /// The path below `/payment/` as the documents spell it.
    pub fn path(self) -> &'static str {
        Self::TABLE.iter().find(|(known, _)| *known == self).map_or("", |(_, paths)| paths[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_spelling() {
        assert_eq!(Operation::from_segment("REGISTER.do"), Some(Operation::Register));
        assert_eq!(Operation::from_segment("paymentOrder.do"), Some(Operation::PaymentOrder));
        assert_eq!(Operation::from_segment("unbindCard.do"), Some(Operation::UnBindCard));
        assert_eq!(Operation::from_segment("3ds/continue.do"), Some(Operation::Continue3ds));
        assert_eq!(Operation::from_path("applepay/payment.do"), Some(Operation::ApplePay));
        for unknown in ["", "register", "register.do/", "rest/register.do", "keys.do"] {
            assert_eq!(Operation::from_segment(unknown), None, "{unknown}");
        }
        for operation in Operation::all() {
            assert_eq!(Operation::from_path(operation.path()), Some(operation));
        }
    }
}
