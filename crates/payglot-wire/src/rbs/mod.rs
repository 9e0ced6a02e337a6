//! The RBS engine's eCommerce API V1, by BPC: MTS Bank, Sberbank, Alfa-Bank, VTB, Gazprombank and many others run or ran it under the
//! same paths and field names, so a plugin made for one of them works here after its base address and credentials are changed.
//!
//! # The conversation
//!
//! 1. The shop posts a form to `/payment/rest/register.do` (one stage) or `registerPreAuth.do` (a hold) and gets `orderId` and `formUrl`.
//! 2. It sends the payer to `formUrl`, our page `/payment/merchants/payment_<lang>.html?mdOrder=<orderId>`.
//! 3. The payer pays and is sent to `returnUrl` (or `failUrl`) with `orderId` and `lang` added; no result is passed.
//! 4. The shop may get a callback: `mdOrder`, `orderNumber`, `operation`, `status`, `checksum`.
//! 5. The shop asks `getOrderStatusExtended.do`: `orderStatus` 2, or 1 for a hold, means paid.
//!
//! # Where things are
//!
//! [`operation`] names every operation, [`params`] merges query and body, [`request`] reads typed requests, [`details`] is what we keep of
//! a registration, [`reply`] writes and reads answers and owns the map from our states to theirs, [`codes`] holds their texts,
//! [`signature`] proves senders, [`notification`] writes and reads callbacks, [`page`] knows the addresses that payers see, [`three_ds`]
//! packs what a browser carries to the bank and back.
//!
//! # Known quirks
//!
//! - A business error has HTTP status 200. A client takes anything else for a failed transport.
//! - `register.do` must not send `errorCode` on success: one client takes any non-empty value, even `"0"`, for a failure.
//! - Every other classic operation must send `"errorCode":"0"`, a **string**; the operations of the payment page send a **number**;
//!   `getOrderStatus.do` sends `ErrorCode` and both spellings on an error.
//! - Query and body are merged as servlets do it, the query wins. A client sends POST with a JSON content type, an empty body and all
//!   parameters in the query. A JSON body is not read.
//! - An empty value is an absent parameter. Unknown parameters are ignored.
//! - Operation names are matched in any case: documents and clients spell `paymentorder.do` and `unBindCard.do` both ways.
//! - Code 6 for an unknown order and code 1 for a repeated number are relied on; a repeated number never returns the earlier order.
//! - `810`, the rouble until 1998, is accepted and echoed; the money is in roubles all the same.
//! - `orderStatus` 4 follows any refund, however small. `approvedAmount` does not change by refunds, `depositedAmount` does.
//! - While attempts remain `orderStatus` stays 0 and `actionCode` tells the last refusal; -100 says that nothing was tried yet.
//! - A callback carries no `sign_alias`: some verifiers would sign it too. The checksum is upper-case hexadecimal.

pub mod cart;
pub mod codes;
pub mod details;
pub mod language;
pub mod notification;
pub mod operation;
pub mod page;
pub mod params;
pub mod reply;
pub mod request;
pub mod signature;
pub mod three_ds;

#[cfg(test)]
mod tests;

pub use codes::Refused;
pub use details::Details;
pub use language::Language;
pub use notification::{CallbackSettings, binding_callback, callback};
pub use operation::Operation;
pub use page::{Page, form_url, return_url};
pub use params::Params;
pub use request::{Credentials, Defaults, Register, StatusQuery};
pub use signature::Checksum;
