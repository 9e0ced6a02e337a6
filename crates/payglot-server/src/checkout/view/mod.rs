//! What each page shows, as plain data. A page is a struct; its template is checked against it by the compiler.
//!
//! Nothing here knows a payment, a store or a protocol: whoever fills a page in has already decided what it says.

mod bank;
mod card;
mod embed;
mod inbox;
mod outcome;
mod parts;
mod place;
mod purpose;
mod refused;
mod telephone;
mod wallet;

pub use bank::{AcsError, AcsPage, ChallengePage, Handoff, HandoverPage, WaitReason, WaitingPage};
pub use card::{
    AnotherWay, CardBrand, CardErrors, CardPage, CodeError, DeclineReason, ExpiryError, HolderError, Notice,
    NumberError, SaveOffer, SavedCard, SavedCards, TestCard,
};
pub use embed::{Embed, Go, GoMode};
pub use inbox::{InboxPage, InvoiceState, LeftAlone, ShownInvoice, TopInvoice};
pub use outcome::{Facts, Failure, FailurePage, Outcome, ResultPage};
pub use parts::{Amount, Form, Frame, LanguageLink, Merchant, Moment, Order, ShopLink, Timer};
pub use place::{
    ChoiceNotice, ChoicePage, CountryOption, EmailError, EmailField, ErrandError, ErrandPage, ErrandStage, MethodIcon,
    PersonOption, PlacePage, Tile, TileGroup,
};
pub use purpose::Purpose;
pub use refused::{RefusedDetails, RefusedPage, SignatureKind};
pub use telephone::{ConversationPage, KeywordOffer, MessageError, TelephonePage, TelephoneReply};
pub use wallet::{InvoicePage, WalletErrors, WalletField, WalletInput, WalletPage};
