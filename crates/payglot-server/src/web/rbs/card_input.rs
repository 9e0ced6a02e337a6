//! The one place where a call's card becomes the provider's type, which cannot be printed or stored. What was sent is judged by its shape
//! only; whether it is good is the bank's to say.

use crate::upstream::card::{Card, CardNumber, CardNumberError, Expiry, ExpiryError, SecurityCode, SecurityCodeError};
use payglot_wire::rbs::Refused;
use payglot_wire::rbs::request::CardFields;

/// Must the security code be there?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// Yes.
    Required,
    /// The merchant may charge without it.
    Optional,
}

/// The card of a call, or the parameter that is wrong.
pub(super) fn read(fields: &CardFields<'_>, code: Code) -> Result<Card, Refused> {
    let own = fields.number_name == "pan";
    let names = if own { ("pan", "expiry", "cvc") } else { ("$PAN", "$EXPIRY", "$CVC") };
    let invalid = |name: &str| Refused::ParameterInvalid(name.to_owned());
    let number = CardNumber::parse(fields.number.unwrap_or_default()).map_err(|error| match error {
        CardNumberError::Empty => Refused::ParameterEmpty(names.0),
        CardNumberError::NotDigits | CardNumberError::WrongLength | CardNumberError::Checksum => invalid(names.0),
    })?;
    let expiry = Expiry::parse(fields.expiry.as_deref().unwrap_or_default()).map_err(|error| match error {
        ExpiryError::Empty => Refused::ParameterEmpty(names.1),
        ExpiryError::NotADate | ExpiryError::NoSuchMonth => invalid(names.1),
    })?;
    let code = match (SecurityCode::parse(fields.code.unwrap_or_default()), code) {
        (Ok(code), _) => Some(code),
        (Err(SecurityCodeError::Empty), Code::Optional) => None,
        (Err(SecurityCodeError::Empty), Code::Required) => return Err(Refused::ParameterEmpty(names.2)),
        (Err(SecurityCodeError::NotDigits | SecurityCodeError::WrongLength), _) => return Err(invalid(names.2)),
    };
    Ok(Card::new(number, expiry, code, fields.holder.unwrap_or_default()))
}
