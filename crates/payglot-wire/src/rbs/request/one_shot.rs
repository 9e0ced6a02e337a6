//! Payments in one call: `instantPayment.do`, `motoPayment.do`, `verifyCard.do`. Each registers an order and pays it.

use super::card_payment::{CardFields, ThreeDsFields, flag};
use super::{Defaults, Feature, Register};
use crate::rbs::codes::Refused;
use crate::rbs::params::Params;

/// Which call it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shot {
    /// A payer who is at the merchant's page now.
    Now,
    /// A payer who told the card by mail or telephone: nobody is there to be authenticated.
    Moto,
    /// A card that is only verified.
    Verify,
}

/// Largest amount of `verifyCard.do`, in minor units.
const VERIFY_MAX: i64 = 100;

/// One call.
#[derive(Clone, Debug, PartialEq)]
pub struct OneShot {
    /// The order to register.
    pub order: Register,
    /// `preAuth`: a hold instead of a sale.
    pub hold: bool,
    /// 3-D Secure 2.
    pub three_ds: ThreeDsFields,
}

impl OneShot {
    /// Reads everything but the card. Nobody is led anywhere by a call without a payer, so it need not name a way back.
    pub fn read(params: &Params, shot: Shot, defaults: &Defaults) -> Result<Self, Refused> {
        let own = Self::own_names(params, shot);
        let defaults = Defaults { needs_return_url: shot == Shot::Moto, ..defaults.clone() };
        let order = Register::read(&own, &defaults)?;
        if shot == Shot::Verify && order.amount.minor() > VERIFY_MAX {
            return Err(Refused::AmountInvalid);
        }
        if params.get("seToken").is_some() {
            return Err(Refused::ParameterInvalid("seToken".to_owned()));
        }
        // Only a payer who is there pays with a saved card, and a call that has two cards does not say which one is charged.
        let typed = !CardFields::of_one_shot(params).is_empty();
        if order.binding_id.is_some() && (shot != Shot::Now || typed) {
            return Err(Refused::ParameterInvalid("bindingId".to_owned()));
        }
        Ok(Self { hold: flag(params, "preAuth")?, three_ds: ThreeDsFields::read(params)?, order })
    }

    /// The parameters by the names of a registration.
    fn own_names(params: &Params, shot: Shot) -> Params {
        let mut pairs = params.pairs().to_vec();
        if params.get("returnUrl").is_none()
            && let Some(address) = params.get("backUrl")
        {
            pairs.push(("returnUrl".to_owned(), address.to_owned()));
        }
        if shot == Shot::Verify {
            pairs.push(("features".to_owned(), Feature::Verify.name().to_owned()));
            if params.get("amount").is_none() {
                pairs.push(("amount".to_owned(), "0".to_owned()));
            }
        }
        Params::from_pairs(pairs)
    }
}
