//! Monetix, a brand of the ECommPay platform: its Payment Page and its Gate, so that a shop's plugin works here after its host is changed.
//!
//! # The conversation
//!
//! 1. The shop sends the payer's browser to `/payment` with signed parameters, or calls `/v2/payment/{method}/sale` with signed JSON.
//! 2. The payer pays: an invoice in the WebMoney wallet, or a card.
//! 3. We post signed JSON to the shop: once when somebody must act, once for every operation that ended. The shop answers 200.
//! 4. Refunds, captures and payouts are calls of Gate. They are answered at once with `request_id`, and told by a callback later; even
//!    what cannot be done is accepted first and declined in a callback.
//! 5. A card may stay with the gateway: saved under a token, registered for later charges with [`recurring`] terms, or verified by a hold
//!    of one minor unit that is released at once and told as 0.
//!
//! # Where things are
//!
//! [`request`] reads and writes the page's parameters and Gate's calls, [`endpoint`] knows Gate's addresses, [`params`] and `rules` what
//! values look like, [`codes`] are the refusals, [`signature`] proves both sides, [`sealed`] opens encrypted addresses, [`details`] is what
//! we keep of a request, [`status`] maps our states to the protocol's, [`notification`] writes and reads callbacks, [`reply`] has the
//! answers and what a widget is told, [`ways`] the payer's ways back, [`limits`] times and counts.
//!
//! # Known quirks
//!
//! - Clients sort what they sign in five orders, which differ for long lists and odd keys; all are accepted. We sign in PHP's natural
//!   order, and keep our documents where all orders agree: no `null`, no fractions, lists of at most ten items.
//! - Scripts change parameters after the shop signed them: `true` for 1, `frame_mode`, `target_element`, names with an underscore first.
//! - One plugin's signer fails on `;` in a value and on every boolean, so both are settings of the project.
//! - `operation` is in every callback, `signature` at the top and last, dates are `2024-12-07T19:08:45+0000`, codes are text.
//! - Numbers may be text and switches may be numbers. An amount with a point is refused with 502: minor units have none.
//! - Two plugins refund through `card/refund` or `payment/refund` whatever the method was.

pub mod codes;
pub mod details;
pub mod endpoint;
pub mod limits;
pub mod notification;
pub mod params;
pub mod recurring;
pub mod reply;
pub mod request;
mod rules;
pub mod sealed;
pub mod signature;
pub mod status;
pub mod ways;

#[cfg(test)]
mod tests;

pub use codes::{Channel, Code, Refused};
pub use details::{Details, DisplayItem, Learned, OperationFacts, Recurring, Redirect, Source, ThreeDsStep, Waiting};
pub use endpoint::{Endpoint, Route};
pub use notification::{
    AccountBlock, Body, Callback, CallbackSettings, MandateCall, RefusedCall, SavedCard, Sum, callback, card_saved,
    mandate_callback, mandate_report, refusal, status_report,
};
pub use params::Fields;
pub use recurring::{Period, RecurringKind, RecurringTerms, TermsChange};
pub use reply::Answer;
pub use request::{Call, Customer, Mode, PageOrder, PageRequest, Request};
pub use signature::{prove_call, prove_callback, prove_page};
pub use status::{OperationType, PaymentType, Status};
pub use ways::{Frame, Outcome, Shown, WayBack};
