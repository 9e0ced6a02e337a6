//! What shops send: the parameters of the page and the calls of Gate, read before and after they are proven, and written for the shop's
//! side.

mod ambiguity;
mod envelope;
mod gate;
mod gate_table;
mod page;
mod page_table;
mod reader;
mod write;

pub use envelope::{Call, PAGE_MAX, PageRequest};
pub use gate::{
    Card, Clarification, FollowUp, InvoiceRequest, MethodsRequest, PayoutRequest, RecurringCall, Request, Sale,
    StatusRequest, ThreeDsAnswer, TokenCall, TokenizeRequest, Verification, Wanted,
};
pub use page::{Customer, Mode, PageOrder, check};
pub use write::{gate_body, page_query, status_body};

pub(super) use page_table::rule;
pub(super) use reader::Reader;
