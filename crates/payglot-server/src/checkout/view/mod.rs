//! What each page shows, as plain data. A page is a struct; its template is checked against it by the compiler.
//!
//! Nothing here knows a payment, a store or a protocol: whoever fills a page in has already decided what it says.

mod bank;
mod card;
mod outcome;
mod parts;

pub use bank::{AcsError, AcsPage, ChallengePage, Handoff, WaitReason, WaitingPage};
pub use card::{
    CardBrand, CardErrors, CardPage, CodeError, DeclineReason, ExpiryError, HolderError, Notice, NumberError, TestCard,
};
pub use outcome::{Facts, Failure, FailurePage, Outcome, ResultPage};
pub use parts::{Amount, Form, Frame, LanguageLink, Merchant, Moment, Order, Timer};
