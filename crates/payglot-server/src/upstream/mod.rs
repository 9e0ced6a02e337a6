//! Providers: those who really move money. Each is asked between two commits, never inside one.
//!
//! Card numbers live only in this room and in the checkout, in types that cannot be printed or stored. A provider knows no states and
//! no store; what it needs to remember it keeps in a book of its own.

pub mod card;
pub mod sandbox;

use async_trait::async_trait;
use payglot_core::{Answer, CardFacts, Method, Money, OperationId, OperationKind, PaymentId, ProjectId, UnixMillis};

use card::{Card, CardNumber, SecurityCode};

/// What a payer pays with, or where a payout goes.
#[derive(Debug)]
pub enum Means {
    /// A card, as the payer typed it. Dropped, and wiped, as soon as the provider has been asked.
    Card(Card),
    /// A bank, a wallet or a telephone: the payer goes there and acts, and the money moves without our asking.
    Elsewhere(Elsewhere),
    /// A card that the provider keeps.
    SavedCard(SavedCard),
    /// An account with a wallet: it is sent an invoice, and its owner pays when they like. Answered [`AttemptAnswer::PayerMustPay`].
    Invoice(InvoiceRequest),
    /// Nobody pays: the merchant's money goes to somebody. Only with [`OperationKind::Payout`].
    Recipient(Recipient),
}

/// An invoice to be issued to an account with a wallet.
///
/// WebMoney's own call for it is X1: `account` is its `customerwmid`, the number of the operation's invoice its `orderid`,
/// `expires_at` in whole days its `expiration`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceRequest {
    /// What kind of place it is.
    pub method: Method,
    /// The protocol's own name of the wallet, such as `webmoney`.
    pub key: String,
    /// Whose invoice it is, as the wallet calls its owners: for WebMoney a WMID.
    pub account: String,
    /// What is paid for, as the owner reads it.
    pub description: String,
    /// When the order's time is over: from then on the wallet must not take money for it.
    pub expires_at: UnixMillis,
}

/// An invoice that a wallet has issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// What the wallet calls it: decimal digits, which a person can type.
    pub number: String,
    /// The provider's id of the payment, which shops are told: `WM-purchase-121`.
    pub payment: String,
    /// Where its owner pays it; absolute, or relative to the gateway.
    pub address: String,
}

/// Who gets the money of a payout.
#[derive(Debug)]
pub enum Recipient {
    /// An account with a wallet.
    Account {
        /// What kind of place it is.
        method: Method,
        /// The protocol's own name of the wallet, such as `webmoney`.
        key: String,
        /// What the wallet calls its owner.
        account: String,
    },
    /// The holder of a card.
    Card(CardNumber),
    /// The holder of a card that the provider keeps.
    SavedCard {
        /// The provider's name for it.
        token: CardToken,
        /// What we know of it.
        facts: CardFacts,
    },
}

/// Whose published test data decide what the sandbox does: the same card number pays with one system and is declined with another. A
/// real provider has no use for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TestData {
    /// Those of the RBS engine, and our own cards.
    #[default]
    Rbs,
    /// Those of Monetix: cards of its own, and amounts that a wallet refuses.
    Monetix,
}

impl TestData {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Rbs, Self::Monetix];
}

/// A way to pay at somebody else's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// What kind of place it is.
    pub method: Method,
    /// The protocol's own name of it, such as `hanza`.
    pub key: String,
    /// Its name for people.
    pub title: String,
    /// The shop asked for a test payment: the page says so and leaves the place's own steps out.
    pub test: bool,
}

/// Must the holder of a card be authenticated (3-D Secure)?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Demand {
    /// As the issuer wants.
    #[default]
    AsIssuerWants,
    /// Yes, a proven attempt at least; declined where that cannot be.
    Authenticated,
    /// Yes, and nothing less than the issuer's full word.
    FullyAuthenticated,
    /// No: the issuer is not asked to.
    Never,
}

/// Whose page leads the payer's browser through an authentication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Guide {
    /// Ours: one redirect to the bank, one back.
    #[default]
    Us,
    /// The merchant's: it takes the steps of the 3-D Secure protocol itself.
    Merchant,
}

/// A step of 3-D Secure that a merchant's page has to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// 3-D Secure 1: the browser posts a `PaReq` to the bank.
    PaReq,
    /// 3-D Secure 2: the bank wants to look at the browser first, in a hidden frame.
    Method,
    /// 3-D Secure 2: the browser posts a `CReq` to the bank.
    CReq,
}

/// What is known of an authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentication {
    /// The payment that the attempt belongs to.
    pub payment: PaymentId,
    /// Is the holder still expected to do something?
    pub open: bool,
    /// If a merchant's page leads it and it is open: the step to take now, and the bank's address for it.
    pub step: Option<(Step, String)>,
}

/// What a provider calls a card that it keeps: opaque, and worth nothing to anybody but that provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardToken(pub String);

/// A card that the provider keeps, as a payer or a merchant pays with it.
#[derive(Debug)]
pub struct SavedCard {
    /// The provider's name for it.
    pub token: CardToken,
    /// What we know of it. Its date is the one to charge it with: a merchant may have renewed it.
    pub facts: CardFacts,
    /// The security code; `None` where the merchant may charge without one.
    pub code: Option<SecurityCode>,
}

/// An attempt of a payer to pay.
#[derive(Debug)]
pub struct Attempt {
    /// The id of the operation: the same id twice is the same attempt and moves money once.
    pub operation: OperationId,
    /// The payment it belongs to.
    pub payment: PaymentId,
    /// `Sale` or `Hold`; `Payout` to a [`Recipient`].
    pub kind: OperationKind,
    /// How much.
    pub amount: Money,
    /// Whose payment it is: a card that is kept is kept for one merchant.
    pub merchant: ProjectId,
    /// What the payer pays with.
    pub means: Means,
    /// Keep the card if the attempt is approved.
    pub save: bool,
    /// Where the payer's browser must come back to after a challenge.
    pub return_address: String,
    /// Must the holder be authenticated?
    pub demand: Demand,
    /// Who leads the browser there.
    pub guide: Guide,
    /// What decides in a sandbox.
    pub test_data: TestData,
}

/// What a provider says to an attempt.
#[derive(Debug)]
pub enum AttemptAnswer {
    /// It is decided, or its outcome is unknown.
    Done(Answer),
    /// The payer's browser must go to this address first. Nothing has moved yet.
    PayerMustAct {
        /// Absolute, or relative to the gateway.
        address: String,
    },
    /// The merchant's page must take this step with the payer's browser. Nothing has moved yet.
    MerchantMustAct {
        /// Which step.
        step: Step,
        /// The bank's address, absolute or relative to the gateway.
        address: String,
    },
    /// The payer must pay this invoice, with us or without us looking on: what becomes of it is [`Provider::news`]. Nothing has moved
    /// yet. The same attempt again has the same invoice.
    PayerMustPay {
        /// The invoice.
        invoice: Invoice,
    },
}

/// Something the merchant asks for after an attempt was approved.
#[derive(Clone, Debug)]
pub struct FollowUp {
    /// The id of the operation, the idempotency key.
    pub operation: OperationId,
    /// The payment it belongs to.
    pub payment: PaymentId,
    /// `Capture`, `Void`, `Refund`, `Return` or `Payout`.
    pub kind: OperationKind,
    /// How much.
    pub amount: Money,
}

/// Why a card is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeepError {
    /// The provider does not take this card.
    #[error("the provider does not take this card")]
    Refused,
    /// The provider cannot be asked now.
    #[error("the provider cannot be asked now")]
    Unavailable,
}

/// What every provider can do. An implementation never blocks longer than its own time limit: then the answer is `Unknown`.
///
/// # A connector to a wallet
///
/// [`attempt`](Self::attempt) with [`Means::Invoice`] issues the invoice under the operation's id and keeps the wallet's number of it;
/// asked again it issues no second one. From then on the owner may pay at any time. [`query`](Self::query) asks the wallet how the
/// invoice stands (X4 of WebMoney) and is `Unknown` while it is neither paid nor refused nor past its end. What the wallet calls in
/// about, or what a poll of open invoices finds, the connector writes into its own book first, and lists as [`news`](Self::news) until
/// the gateway has [`heard`](Self::heard) it. A payout is an attempt with [`Means::Recipient`] (X2), answered at once or `Unknown`; a
/// refund is a [`follow_up`](Self::follow_up) (X14). Amounts come in the payment's currency: the connector chooses the purse.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// Asks for a sale, a hold, or a payout to a recipient.
    async fn attempt(&self, attempt: Attempt) -> AttemptAnswer;

    /// The merchant's page is through with [`Step::Method`]: what comes next. `return_address` is where a challenge leads back to.
    async fn go_on(&self, operation: OperationId, return_address: String) -> AttemptAnswer;

    /// What is known of the authentication of an attempt; `None` if there is none.
    async fn authentication(&self, operation: OperationId) -> Option<Authentication>;

    /// The payer came back from the challenge: asks for the rest of the attempt.
    async fn finish_attempt(&self, operation: OperationId) -> Answer;

    /// Where the payer of this attempt must go, for one who came back with the challenge unfinished.
    async fn challenge_address(&self, operation: OperationId) -> Option<String>;

    /// The invoice of an attempt that is neither paid nor refused, for one who came back.
    async fn invoice(&self, operation: OperationId) -> Option<Invoice>;

    /// Operations about which something can be told that nobody asked for, oldest news first: [`Provider::query`] says what. Told
    /// again and again until [`Provider::heard`]: what was heard by a process that then died is not lost.
    async fn news(&self, limit: u32) -> Vec<(PaymentId, OperationId)>;

    /// What [`Provider::news`] told of this operation is durable with the gateway.
    async fn heard(&self, operation: OperationId);

    /// Asks for a capture, void, refund, return or payout.
    async fn follow_up(&self, follow_up: FollowUp) -> Answer;

    /// The token of the card of an approved attempt that asked for it to be kept; `None` if there is none. One card of one merchant has one
    /// token, however often it is kept. What cannot be told now is asked for again with the attempt's outcome.
    async fn saved_card(&self, operation: OperationId) -> Result<Option<CardToken>, KeepError>;

    /// Keeps a card without a payment.
    async fn keep_card(&self, merchant: ProjectId, card: Card) -> Result<CardToken, KeepError>;

    /// The token of a card that is kept for this merchant, by its number.
    async fn find_card(&self, merchant: ProjectId, number: &CardNumber) -> Result<Option<CardToken>, KeepError>;

    /// What became of an operation that nobody answered. `Declined(NotReceived)` if the provider never heard of it.
    ///
    /// `NotReceived` is a promise, from here and from every other answer of this trait: an attempt or a follow-up under this id, should
    /// it arrive after all, must never be done, because the payer and the merchant have been told that it failed and may have begun
    /// another one. It holds across restarts, and when the question and the late attempt come in the same moment. A connector keeps it
    /// by writing a tombstone where its attempts look before they are sent, and by asking only once nothing of its own is under way to
    /// the provider; or by cancelling the id there first. One that can do neither answers `Unknown` until it can.
    async fn query(&self, operation: OperationId) -> Answer;
}
