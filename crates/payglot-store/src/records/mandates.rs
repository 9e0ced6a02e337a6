//! Mandates: standing permissions to charge a card again and again.

use super::{NewCall, NewNotification};
use payglot_core::{CardFacts, Currency, PaymentId, ProjectId, UnixMillis};

/// A payer's standing permission to charge a card that the provider keeps. It holds the provider's token itself, so a saved card that is
/// switched off does not end it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// Whose shop.
    pub project: ProjectId,
    /// What the shop calls it, unique in the project.
    pub number: u32,
    /// The payment that made it; what is told of the mandate stands in its line.
    pub payment: PaymentId,
    /// The payer's id in the shop; may be empty.
    pub client: String,
    /// What the provider calls the card it keeps.
    pub token: String,
    /// Masked number, expiry, holder, brand.
    pub card: CardFacts,
    /// What it is charged in.
    pub currency: Currency,
    /// What was agreed, as text that only the protocol's codec reads.
    pub terms: String,
    /// Until when it is good.
    pub valid_until: UnixMillis,
    /// May it be charged?
    pub active: bool,
    /// Charges that were begun, whatever became of them.
    pub charges: u32,
    /// When the latest of them began.
    pub charged_at: Option<UnixMillis>,
    /// The latest date for which the gateway charged by itself: what was due, not when it was done.
    pub charged_for: Option<UnixMillis>,
    /// When the gateway charges by itself; `None`: only the shop does.
    pub next_charge_at: Option<UnixMillis>,
    /// When.
    pub created_at: UnixMillis,
    /// Every change and every charge adds one.
    pub version: u32,
}

/// A payment is a charge by a mandate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MandateCharge {
    /// Whose mandate: the project of the payment.
    pub project: ProjectId,
    /// Which one.
    pub number: u32,
    /// Its version as the caller saw it.
    pub version: u32,
    /// When the charge begins.
    pub at: UnixMillis,
    /// The date that the gateway charges for; `None` where the shop asked for the charge.
    pub charged_for: Option<UnixMillis>,
    /// When the gateway charges by itself the next time; `None`: not again.
    pub next_charge_at: Option<UnixMillis>,
}

/// A mandate is ended or gets new terms.
#[derive(Clone, Debug)]
pub struct MandateChange {
    /// As the caller saw it.
    pub seen: Mandate,
    /// May it be charged from now on?
    pub active: bool,
    /// What is agreed from now on.
    pub terms: String,
    /// Until when it is good.
    pub valid_until: UnixMillis,
    /// When the gateway charges by itself; `None`: only the shop does.
    pub next_charge_at: Option<UnixMillis>,
    /// The shop's call that asked for it, if the shop was answered with an id of it. It becomes no operation, so [`NewCall::refused`] says
    /// what it led to. One that was made before is refused before anything else is looked at, and then nothing is written.
    pub call: Option<NewCall>,
    /// Rendered and signed; they stand in the line of the payment that made the mandate.
    pub notifications: Vec<NewNotification>,
    /// One that may go out at once is claimed for the caller until then.
    pub lease_until: UnixMillis,
}
