//! Paysera WebToPay, version 1.6 and later, with the older 1.2 to 1.5: what shops in the Baltic states send to `www.paysera.com/pay/`, so that
//! a plugin works here after its address and the public key are changed.
//!
//! # The conversation
//!
//! 1. The shop sends the payer's browser to `/pay/` with two fields: `data` (all parameters, in base64) and `sign` (MD5 over `data` and the
//!    project's password). GET and POST are alike.
//! 2. The payer chooses a country and a method, unless `payment` names one, and pays.
//! 3. We call `callbackurl` with `data`, `ss1`, `ss2` and `ss3`, or with encrypted `data` alone. The shop answers `OK`.
//! 4. The payer is sent to `accepturl` with the same fields, or to `cancelurl` without any.
//!
//! There is no status call and no refund call: refunds are made in the dashboard and told by a callback.
//!
//! # Where things are
//!
//! [`params`] has the encodings, [`request`] reads the envelope and the order inside, [`codes`] are the refusals, [`signature`] proves
//! both sides, [`details`] is what we keep of an order, [`notification`] writes and reads callbacks, [`reply`] has the ways back and the
//! files that shops load, [`methods`] is the list of payment methods, [`paytext`] the purpose, [`legacy`] the versions before 1.6,
//! [`micro`] payments by premium text messages.
//!
//! # Known quirks
//!
//! - Some clients leave `+` in `data` and do not escape it, so a form decoder makes spaces of it. A space becomes `+` again, and the
//!   signature covers that text, not a re-encoded one. Both alphabets of base64 and any mixture are read.
//! - A parameter without a value counts as absent. Unknown parameters are kept and come back in the callback.
//! - `sign_password` may really be among the parameters. It is dropped before anything else sees it.
//! - `ss2` and `ss3` sign the base64 text, not its content. `ss1` alone is not enough for the official library.
//! - In the callback `version` must be what the request had, `test` must be 0 or 1, `requestid` must fit into 31 bits, `country` must be
//!   there with `payment_country`, and `payamount` and `paycurrency` are needed later for refunds.
//! - Amounts are whole minor units, except those of refunds: decimals in major units.
//! - Statuses 0 and 2 are told only if the project wants them: the old library takes everything but 1 for an error.
//! - The official library (through 3.1.5) speaks HTTP/1.0, ignores ports, statuses and headers, and cannot read chunks.

pub mod codes;
pub mod details;
pub mod language;
pub mod legacy;
pub mod methods;
pub mod micro;
pub mod notification;
pub mod params;
pub mod paytext;
pub mod reply;
pub mod request;
pub mod signature;

#[cfg(test)]
mod tests;

pub use codes::{Code, Refused};
pub use details::{Details, Learned, PersonCode};
pub use language::Language;
pub use methods::{Catalogue, Country, Group, Limit, ListRequest, Method};
pub use notification::{Callback, CallbackSettings, Status, accept_fields, callback};
pub use params::Fields;
pub use reply::{accept_url, cancel_url};
pub use request::{Envelope, Order, ProjectState, Rules, Zone, repeats};
pub use signature::{Signer, Verifier, prove, prove_old};
