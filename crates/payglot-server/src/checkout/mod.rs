//! The hosted checkout: what a payer sees.
//!
//! This room holds the look: [`view`] has one plain struct per page (an askama template each, rendered with
//! [`askama::Template::render`]), [`Text`] the words in three languages, [`assets`] the static files, the brand colour
//! and the content policy. A page works without script; `static/checkout.js` only adds comfort, and
//! `static/frame.js` tells a shop that shows the page in a frame what happens in it.
//!
//! # What the handlers owe these pages
//! - A form is posted as `application/x-www-form-urlencoded` with the hidden fields `step` and `token` of its
//!   [`view::Form`]; the card form adds `number`, `expiry`, `cvc` and `holder` (that of a payout `number` alone), the
//!   sandbox bank `code` and `decision` (`confirm` or `cancel`).
//! - The event stream named by [`view::WaitingPage::events`] sends one unnamed event (`data: changed`) when the payment
//!   has moved; the script then loads [`view::Frame::page`].
//! - Each page is sent with [`assets::content_security_policy`] and `Cache-Control: no-store`, so that the back button
//!   asks the server and not a memory of an older state.
//! - A form post is answered with a redirect within this site, see [`assets::content_security_policy`] for the reason.

pub mod assets;
pub mod form;
mod language;
pub mod pages;
pub mod recipient;
mod texts;
pub mod view;
pub mod visit;
pub mod wallet;
pub mod ways;

pub use language::Language;
pub use texts::Text;

#[cfg(test)]
mod tests;
