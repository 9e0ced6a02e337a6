//! Premium text messages: a telephone pays by the message itself. The shop is told of it as of any payment, and the words with which it
//! acknowledges are what the telephone gets back; or it says that it will answer later.

use super::{FlowError, apply, params, register};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::projects::keywords::Keyword;
use crate::projects::paysera::Standing;
use crate::upstream::Provider as _;
use crate::upstream::sandbox::message::{COUNTRY, OPERATOR};
use payglot_core::{
    Answer as Told, Command, Currency, Event, Intent, Method, OperationId, Payment, PaymentId, ProjectId, Refusal,
};
use payglot_store::{Delivery, Notification, NotificationFilter, NotificationState, StoreError, StoredPayment};
use payglot_wire::Protocol;
use payglot_wire::paysera::micro::{Answer, Kept, LateAnswer, Message};
use register::Order;
use std::sync::Arc;
use std::time::Duration;

/// What comes before the message's number in the number of its payment. Orders of shops end with a serial number behind a `#`.
const NUMBER: &str = "sms-";

/// Longest text of a message and of an answer, in signs: what four messages in a row can carry.
const TEXT_MAX: usize = 640;

/// How long the money of a message may take from the operator's book to ours before the operator is asked.
const TAKES_MS: i64 = 10_000;

/// How long an answer that comes before ours to the shop's first one waits for that to be written down.
const PATIENCE: Duration = Duration::from_secs(3);

/// A message as a telephone sent it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The id of its payment: the same one again is the same message.
    pub id: PaymentId,
    /// What it begins with.
    pub keyword: String,
    /// The sender's number.
    pub from: String,
    /// What follows the keyword.
    pub text: String,
    /// No money moves.
    pub test: bool,
}

/// Why a message is not taken. The sender pays nothing.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// The project does not take payments, or speaks another protocol.
    #[error("the project takes no premium messages now")]
    Closed,
    /// The project has no such keyword.
    #[error("the project has no keyword {0}")]
    UnknownKeyword(String),
    /// The project takes no test payments.
    #[error("the project takes no test payments (paysera.allow_test)")]
    TestForbidden,
    /// That is no number of a telephone.
    #[error("a telephone's number has 7 to 15 digits")]
    Number,
    /// It is longer than a message can be.
    #[error("a message has at most {TEXT_MAX} signs")]
    TooLong,
    /// The operator cannot be reached, or the id belongs to something else.
    #[error("the message could not be charged")]
    NotCharged,
    /// We could not.
    #[error("{0}")]
    Flow(#[from] FlowError),
}

impl From<StoreError> for NotTaken {
    fn from(error: StoreError) -> Self {
        Self::Flow(error.into())
    }
}

/// A keyword that anybody may try.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Whose it is, for people.
    pub shop: String,
    /// The short number.
    pub to: String,
    /// The keyword.
    pub keyword: Keyword,
    project: Arc<ActiveProject>,
}

/// The keywords of all test projects. In a live project nobody pays from a simulated telephone.
pub async fn offers(gateway: &Gateway) -> Result<Vec<Offer>, FlowError> {
    let mut all = Vec::new();
    for project in projects(gateway).await? {
        if project.settings.test_mode && is_open(&project) {
            all.extend(keywords(&project).map(|keyword| Offer {
                shop: project.display_name().to_owned(),
                to: project.settings.paysera.short_number.clone(),
                keyword,
                project: Arc::clone(&project),
            }));
        }
    }
    Ok(all)
}

/// Every project that could have premium messages.
async fn projects(gateway: &Gateway) -> Result<Vec<Arc<ActiveProject>>, StoreError> {
    gateway.projects.with_secret(Protocol::Paysera.name(), super::project::SIGN_PASSWORD).await
}

fn is_open(project: &ActiveProject) -> bool {
    project.enabled && project.protocol == Protocol::Paysera && project.settings.paysera.state == Standing::Active
}

fn keywords(project: &ActiveProject) -> impl Iterator<Item = Keyword> {
    let usual = Currency::from_code(&project.settings.currency).unwrap_or(Currency::EUR);
    project.settings.paysera.keywords(usual)
}

/// A message from a simulated telephone, to one of the offers. `text` begins with the keyword.
pub async fn receive_offered(
    gateway: &Gateway,
    id: PaymentId,
    from: &str,
    text: &str,
) -> Result<StoredPayment, NotTaken> {
    let (word, rest) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
    let known = |offer: &Offer| offer.keyword.name.eq_ignore_ascii_case(word);
    let Some(offer) = offers(gateway).await?.into_iter().find(known) else {
        return Err(NotTaken::UnknownKeyword(word.to_owned()));
    };
    let sent = Sent { id, keyword: word.to_owned(), from: from.to_owned(), text: rest.to_owned(), test: false };
    receive(gateway, &offer.project, sent).await
}

/// Takes a message: registers its payment, charges the sender, records the money. Any of it again is the same.
pub async fn receive(gateway: &Gateway, project: &Arc<ActiveProject>, sent: Sent) -> Result<StoredPayment, NotTaken> {
    let stored = match gateway.store.payment(sent.id).await? {
        Some(known) => known,
        None => register(gateway, project, &sent).await?,
    };
    let Some(kept) = message_of(&stored).filter(|_| stored.payment.project == project.id) else {
        return Err(NotTaken::NotCharged);
    };
    let operation = money_of(&stored.payment);
    if !gateway.bank.charge_message(operation, stored.payment.id, kept.message.amount).await {
        return Err(NotTaken::NotCharged);
    }
    Ok(record(gateway, stored).await?)
}

/// The operation that the money of a message is: there is but one, so it has the id of the payment.
fn money_of(payment: &Payment) -> OperationId {
    OperationId::from_bytes(*payment.id.as_bytes())
}

fn message_of(stored: &StoredPayment) -> Option<Kept> {
    if stored.payment.order.starts_with(NUMBER) { Kept::read(&stored.details) } else { None }
}

async fn register(gateway: &Gateway, project: &Arc<ActiveProject>, sent: &Sent) -> Result<StoredPayment, NotTaken> {
    if !is_open(project) {
        return Err(NotTaken::Closed);
    }
    let known = keywords(project).find(|keyword| keyword.name.eq_ignore_ascii_case(&sent.keyword));
    let Some(keyword) = known else { return Err(NotTaken::UnknownKeyword(sent.keyword.clone())) };
    if sent.test && !project.settings.paysera.allow_test {
        return Err(NotTaken::TestForbidden);
    }
    let from = digits(&sent.from).ok_or(NotTaken::Number)?;
    let text = format!("{} {}", keyword.name, sent.text.trim());
    if text.chars().count() > TEXT_MAX {
        return Err(NotTaken::TooLong);
    }
    let id = gateway.numbers.next().await?;
    let message = Message {
        id,
        to: project.settings.paysera.short_number.clone(),
        text: text.trim_end().to_owned(),
        from,
        operator: OPERATOR.to_owned(),
        amount: keyword.amount,
        country: COUNTRY.to_owned(),
        keyword: keyword.name,
        test: sent.test,
    };
    let order = Order {
        number: format!("{NUMBER}{id}"),
        intent: Intent::Sale,
        amount: keyword.amount,
        expires_at: gateway.clock.now().plus(TAKES_MS),
        hold_end: None,
        verifies: false,
        hold_ms: None,
        attempts_max: None,
        details: Kept { message, callback_url: keyword.callback_url, reply: None }.to_text(),
    };
    match register::register_among(gateway, project, sent.id, order, None).await {
        // The same message in the same moment was faster; or the id belongs to something else, which shows.
        Err(FlowError::Store(StoreError::Constraint(_))) => {
            gateway.store.payment(sent.id).await?.ok_or(NotTaken::NotCharged)
        }
        done => Ok(done?),
    }
}

/// The digits of a number as people write it; `None` if it cannot be one.
fn digits(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let written_so = typed.chars().all(|sign| sign.is_ascii_digit() || " +-().".contains(sign));
    (written_so && (7..=15).contains(&digits.len())).then_some(digits)
}

/// Records the money that the operator has.
async fn record(gateway: &Gateway, stored: StoredPayment) -> Result<StoredPayment, FlowError> {
    let (id, amount) = (stored.payment.id, stored.payment.amount);
    let operation = money_of(&stored.payment);
    let command = || {
        let return_operation = gateway.clock.operation_id();
        Command::ReceiveFunds { operation, amount, method: Method::Sms, return_operation }
    };
    match apply(gateway, stored, command).await {
        Ok((stored, decision)) => match decision.ask {
            Some(back) => super::operate::ask(gateway, stored, back).await,
            None => Ok(stored),
        },
        Err(FlowError::Refused(Refusal::Repeated(_))) => super::load(gateway, id).await,
        Err(error) => Err(error),
    }
}

/// Asks the operator, before the payment of a message is given up, whether it has the money after all: whoever took the message may have
/// died before the money was written down.
pub(super) async fn hear(gateway: &Gateway, stored: StoredPayment) -> Result<StoredPayment, FlowError> {
    if !stored.payment.state.waits_for_payer() || message_of(&stored).is_none() {
        return Ok(stored);
    }
    let project = gateway.projects.by_id(stored.payment.project).await?;
    if project.protocol != Protocol::Paysera {
        return Ok(stored);
    }
    match gateway.bank.query(money_of(&stored.payment)).await {
        Told::Approved(_) => record(gateway, stored).await,
        Told::Declined(..) | Told::Unknown => Ok(stored),
    }
}

/// What a telephone gets back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The shop has not been reached yet.
    Waiting,
    /// It answered without a text.
    Nothing,
    /// This text.
    Text(String),
    /// Nothing now; it may answer later.
    Later,
    /// A link, as the shop wrote it.
    Push(String),
    /// It never answered.
    GivenUp,
}

/// A message and what came back.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// Whose payment it is.
    pub project: ProjectId,
    /// The message's number: shops answer later by it.
    pub number: u32,
    /// The short number.
    pub to: String,
    /// The text that was sent.
    pub text: String,
    /// The sender's number.
    pub from: String,
    /// What it cost, as a decimal with its currency.
    pub price: String,
    /// What came back.
    pub reply: Reply,
}

/// The conversation of a message; waits a moment for the shop's first answer. `None` if the payment is not one of a message.
pub async fn conversation(gateway: &Gateway, id: PaymentId) -> Result<Option<Conversation>, FlowError> {
    gateway.courier.first_attempt_ended(id, PATIENCE).await;
    let stored = super::load(gateway, id).await?;
    let Some(kept) = message_of(&stored) else { return Ok(None) };
    let reply = match (kept.reply, first_answer(gateway, id).await?) {
        (Some(text), _) => Reply::Text(text),
        (None, answer) => answer,
    };
    let Message { id, to, text, from, amount, .. } = kept.message;
    let (project, price) = (stored.payment.project, amount.to_string());
    Ok(Some(Conversation { project, number: id, to, text, from, price, reply }))
}

/// What the shop said when it was told.
async fn first_answer(gateway: &Gateway, payment: PaymentId) -> Result<Reply, FlowError> {
    let filter = NotificationFilter { payment: Some(payment), limit: 10, ..NotificationFilter::default() };
    let paid = [Event::Captured, Event::PaidLate].map(Event::name);
    let is_told = |told: &Notification| paid.contains(&told.call.event.as_str());
    let Some(told) = gateway.store.notifications(&filter).await?.into_iter().find(is_told) else {
        return Ok(Reply::Waiting);
    };
    match told.state {
        NotificationState::Scheduled(_) => return Ok(Reply::Waiting),
        NotificationState::Dead(_) => return Ok(Reply::GivenUp),
        NotificationState::Acknowledged(_) => {}
    }
    let deliveries = gateway.store.deliveries(told.call.id).await?;
    let heard = |delivery: &&Delivery| matches!(delivery.next, NotificationState::Acknowledged(_));
    let answer = deliveries.iter().rev().find(heard).and_then(|delivery| Answer::read(&delivery.answer));
    Ok(match answer {
        Some(Answer::Text(text)) if !text.is_empty() => Reply::Text(text.chars().take(TEXT_MAX).collect()),
        Some(Answer::Later) => Reply::Later,
        Some(Answer::WapPush(rest)) => Reply::Push(rest.chars().take(TEXT_MAX).collect()),
        Some(Answer::Text(_)) | None => Reply::Nothing,
    })
}

/// Why a later answer is not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotAnswered {
    /// No such message, or the transaction was made with another password: nobody is told which.
    #[error("unknown message, or wrong transaction")]
    Unknown,
    /// The shop did not say that it would answer later.
    #[error("the message was not answered with NOSMS")]
    NotAwaited,
    /// It did answer later, before.
    #[error("the message is answered already")]
    Twice,
    /// It is longer than a message can be.
    #[error("the text has more than {TEXT_MAX} signs")]
    TooLong,
    /// We could not.
    #[error("{0}")]
    Flow(#[from] FlowError),
}

/// Takes the later answer of a shop: once, and only to a message that it said it would answer so.
pub async fn answer_later(gateway: &Gateway, late: &LateAnswer) -> Result<(), NotAnswered> {
    let id = proven(gateway, late).await?.ok_or(NotAnswered::Unknown)?;
    // A quick shop answers before its NOSMS is written down here.
    gateway.courier.first_attempt_ended(id, PATIENCE).await;
    let stored = super::load(gateway, id).await?;
    if message_of(&stored).is_some_and(|kept| kept.reply.is_some()) {
        return Err(NotAnswered::Twice);
    }
    if first_answer(gateway, id).await? != Reply::Later {
        return Err(NotAnswered::NotAwaited);
    }
    if late.text.chars().count() > TEXT_MAX {
        return Err(NotAnswered::TooLong);
    }
    let answered = |details: &str| {
        let kept = Kept::read(details).filter(|kept| kept.reply.is_none())?;
        Some(Kept { reply: Some(late.text.clone()), ..kept }.to_text())
    };
    if params::replace(gateway, stored, answered).await? { Ok(()) } else { Err(NotAnswered::Twice) }
}

/// The payment of the message, if somebody speaks who knows the password of its project. The request names no project.
async fn proven(gateway: &Gateway, late: &LateAnswer) -> Result<Option<PaymentId>, FlowError> {
    let now = gateway.clock.now();
    for project in projects(gateway).await? {
        let passwords = project.valid_secrets(super::project::SIGN_PASSWORD, now);
        if passwords.iter().any(|password| late.is_proven(password)) {
            let number = format!("{NUMBER}{}", late.id);
            let found = gateway.store.payment_by_order(project.id, &number).await?;
            if let Some(stored) = found.filter(|stored| message_of(stored).is_some()) {
                return Ok(Some(stored.payment.id));
            }
        }
    }
    Ok(None)
}
