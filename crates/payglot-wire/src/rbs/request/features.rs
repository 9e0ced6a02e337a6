//! `features` of an order: repeated, or one value separated by `;` or `,`.

use crate::rbs::codes::Refused;
use crate::rbs::params::Params;
use crate::rbs::request::Defaults;

macro_rules! features {
    ($($name:ident $text:literal,)*) => {
        /// A feature of an order. Those that change nothing here are kept and ignored.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the vendor's names; those that matter are described where they are used")]
        pub enum Feature {
            $($name,)*
        }

        impl Feature {
            const TABLE: &[(Self, &str)] = &[$((Self::$name, $text),)*];
        }
    };
}

features! {
    FixedBinding "FIXED_BINDING", BindingNotNeeded "BINDING_NOT_NEEDED", FixedBonusAmount "FIXED_BONUS_AMOUNT", ForceTds "FORCE_TDS",
    ForceSsl "FORCE_SSL", FraudForceTds "FRAUD_FORCE_TDS", FraudForceSsl "FRAUD_FORCE_SSL", PaymentWayForceTds "PAYMENT_WAY_FORCE_TDS",
    PaymentWayForceSsl "PAYMENT_WAY_FORCE_SSL", AutoPayment "AUTO_PAYMENT", ForceNoCvc "FORCE_NO_CVC", ForceFullTds "FORCE_FULL_TDS",
    Verify "VERIFY", SkipVerify "SKIP_VERIFY", SkipPayerEmailNotify "SKIP_PAYER_EMAIL_NOTIFY",
    SkipPayerPhoneNotify "SKIP_PAYER_PHONE_NOTIFY", SkipPayerCreateNotify "SKIP_PAYER_CREATE_NOTIFY",
    ForceGenerateOrderNumber "FORCE_GENERATE_ORDERNUMBER", OrderNumberExplicit "ORDER_NUMBER_EXPLICIT_INDICATION",
    PayByClient "PAY_BY_CLIENT", WithoutFromCard "WITHOUT_FROM_CARD", WithoutToCard "WITHOUT_TO_CARD",
    ReverseAfterRecurrent "REVERSE_AFTER_RECURRENT_INITIALIZE", NewTransportCard "NEW_TRANSPORT_CARD", SbolPayment "SBOL_PAYMENT",
    SbolOtpPayment "SBOL_OTP_PAYMENT", ForcePse "FORCE_PSE", ForceEfecty "FORCE_EFECTY", ForceQr "FORCE_QR",
    ForceP2pDebit "FORCE_P2P_DEBIT", FixedTips "FIXED_TIPS", Bnpl "BNPL", ForceRedirectToUrl "FORCE_REDIRECT_TO_URL",
    ForceCreateBinding "FORCE_CREATE_BINDING", ForcePaymentWay "FORCE_PAYMENT_WAY",
    SkipUnsuccessfulCallback "SKIP_UNSUCCESSFUL_PAYMENT_CALLBACK", OverrideClientId "OVERRIDE_CLIENT_ID",
    RecurrentPayment "RECURRENT_PAYMENT", AcsInIframe "ACS_IN_IFRAME", SbpBinding "SBP_BINDING",
    PartialAuthorization "PARTIAL_AUTHORIZATION",
}

impl Feature {
    /// By its name, exactly.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::TABLE.iter().find(|(_, known)| *known == name).map(|&(feature, _)| feature)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::TABLE.iter().find(|(known, _)| *known == self).map_or("", |&(_, name)| name)
    }
}

/// The names as sent, not judged yet.
pub(super) fn names(params: &Params) -> impl Iterator<Item = &str> {
    params.all("features").flat_map(|value| value.split([';', ','])).map(str::trim).filter(|name| !name.is_empty())
}

/// Every feature, each once.
pub(super) fn read(params: &Params, defaults: &Defaults) -> Result<Vec<Feature>, Refused> {
    let mut features = Vec::new();
    for name in names(params) {
        let feature = Feature::from_name(name).ok_or(Refused::FeatureUnknown)?;
        if !features.contains(&feature) {
            features.push(feature);
        }
    }
    let has = |feature| features.contains(&feature);
    let secure = has(Feature::ForceTds) || has(Feature::ForceFullTds);
    let conflict = has(Feature::AutoPayment) && (secure || has(Feature::ForceSsl)) || secure && has(Feature::ForceSsl);
    let forbidden =
        has(Feature::AutoPayment) && !defaults.may_pay_automatically || has(Feature::Verify) && !defaults.may_verify;
    if conflict || forbidden { Err(Refused::FeatureForbidden) } else { Ok(features) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        assert!(Feature::TABLE.iter().all(|&(feature, name)| Feature::from_name(name) == Some(feature)));
        assert_eq!(Feature::TABLE.len(), 41);
        assert_eq!(Feature::Verify.name(), "VERIFY");
    }
}
