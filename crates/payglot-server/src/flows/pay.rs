//! The payer pays: attempt, challenge, answer.

use super::calls::Accepting;
use super::register::{self, Order};
use super::waiting::Waits;
use super::{Beside, FlowError, apply, apply_with, binding, expire, later, load, operate, recover, waiting};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::upstream::sandbox::elsewhere::{Errand, Stage};
use crate::upstream::{
    Attempt, AttemptAnswer, Demand, Guide, Invoice, Means, Provider as _, Recipient, Step, TestData,
};
use payglot_core::{
    Answer, BindingId, CardFacts, Command, Decision, DeclineReason, Method, Operation, OperationId, OperationKind,
    OperationStatus, Payment, PaymentId, Refusal, State, register_begun,
};
use payglot_store::{MandateCharge, StoredPayment};
use payglot_wire::Protocol;
use std::sync::Arc;

/// Where an attempt stands after it was asked.
#[derive(Debug)]
pub enum Paid {
    /// It has an answer, or its outcome is unknown: the payment says which.
    Settled(Box<StoredPayment>),
    /// The payer's browser must go to this address.
    PayerMustAct(String),
    /// The merchant's page must take a step of 3-D Secure.
    MerchantMustAct {
        /// The payment.
        stored: Box<StoredPayment>,
        /// The attempt that the step belongs to.
        attempt: OperationId,
        /// Which step.
        step: Step,
        /// The bank's address, absolute or relative to the gateway.
        address: String,
    },
    /// The payer must pay an invoice.
    PayerMustPay {
        /// The payment.
        stored: Box<StoredPayment>,
        /// The attempt that the invoice belongs to.
        attempt: OperationId,
        /// The invoice.
        invoice: Invoice,
    },
}

/// Makes new details out of those of the order, for this attempt.
pub type Remember = Box<dyn Fn(&str, OperationId) -> String + Send + Sync>;

/// An order to register with its attempt.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// The id that the payment gets.
    pub id: PaymentId,
    /// The order.
    pub order: Order,
    /// The call that asks for it.
    pub call: Option<Accepting>,
    /// The mandate that it is a charge by. Once that is no longer as it was seen, nothing begins:
    /// [`payglot_store::StoreError::Changed`].
    pub charge: Option<MandateCharge>,
}

/// What a payer brings to an attempt.
pub struct Payer {
    /// What the payer pays with.
    pub means: Means,
    /// The saved card that `means` is.
    pub binding: Option<BindingId>,
    /// Does the payer want the card saved? Counts only where the order allows it.
    pub save: bool,
    /// The payer's address on the network, if known.
    pub ip: Option<String>,
    /// Must the holder of a card be authenticated?
    pub demand: Demand,
    /// Whose page leads the payer.
    pub guide: Guide,
    /// What the order's details become with this attempt; `None`: they stay.
    pub remember: Option<Remember>,
}

impl Payer {
    /// A payer on our own page, authenticated as the issuer wants.
    pub fn on_our_page(means: Means, ip: Option<String>) -> Self {
        Self { means, binding: None, save: false, ip, demand: Demand::default(), guide: Guide::Us, remember: None }
    }
}

/// Begins an attempt and asks the provider; `return_address` says where a challenge of this attempt leads back to. Runs to its end even if the payer's browser goes away meanwhile.
pub async fn attempt(
    gateway: &Arc<Gateway>,
    stored: StoredPayment,
    payer: Payer,
    return_address: impl FnOnce(OperationId) -> String + Send + 'static,
) -> Result<Paid, FlowError> {
    let shared = Arc::clone(gateway);
    let work = Box::pin(async move { try_attempt(&shared, stored, payer, return_address).await });
    finish(gateway, work).await
}

/// Registers an order and begins its attempt, both durable in one commit, and asks the provider. A number used before is
/// [`FlowError::DuplicateOrder`]. Runs to its end even if the payer's browser goes away meanwhile.
pub async fn attempt_new(
    gateway: &Arc<Gateway>,
    project: &Arc<ActiveProject>,
    new: NewOrder,
    payer: Payer,
    return_address: impl FnOnce(OperationId) -> String + Send + 'static,
) -> Result<Paid, FlowError> {
    let (shared, project) = (Arc::clone(gateway), Arc::clone(project));
    let work = Box::pin(async move {
        let begun = begin_new(&shared, &project, new, payer, return_address).await?;
        ask(&shared, begun).await
    });
    finish(gateway, work).await
}

/// The same for a merchant who is told the outcome later: returns as soon as the attempt is durable, and goes on by itself.
pub async fn start_new(
    gateway: &Arc<Gateway>,
    project: &Arc<ActiveProject>,
    new: NewOrder,
    payer: Payer,
    return_address: impl FnOnce(OperationId) -> String + Send + 'static,
) -> Result<StoredPayment, FlowError> {
    let (shared, project) = (Arc::clone(gateway), Arc::clone(project));
    let asks = Arc::clone(gateway);
    let begin = Box::pin(async move {
        let begun = begin_new(&shared, &project, new, payer, return_address).await?;
        Ok((begun.stored.clone(), begun))
    });
    later(gateway, begin, async move |begun| ask(&asks, begun).await.map(drop)).await
}

/// The payer is back from the challenge: asks the provider for the rest.
pub async fn after_challenge(gateway: &Arc<Gateway>, id: PaymentId, operation: OperationId) -> Result<Paid, FlowError> {
    let shared = Arc::clone(gateway);
    let work = Box::pin(async move {
        let stored = load(&shared, id).await?;
        let (stored, _) = apply(&shared, stored, || Command::PayerActed { operation }).await?;
        let answer = shared.bank.finish_attempt(operation).await;
        answered(&shared, stored, operation, AttemptAnswer::Done(answer)).await
    });
    finish(gateway, work).await
}

/// A place the payer paid at (a bank, a wallet, a telephone) tells that something became of an attempt: asks it what, and records the
/// answer. Telling again changes nothing; for an order that went on or ended without this attempt the money is late.
pub async fn told(gateway: &Arc<Gateway>, id: PaymentId, operation: OperationId) -> Result<StoredPayment, FlowError> {
    let shared = Arc::clone(gateway);
    let work = Box::pin(async move {
        let stored = load(&shared, id).await?;
        let answer = shared.bank.query(operation).await;
        let accepted = |errand: Errand| errand.stage == Stage::Accepted;
        let is_unknown = answer == Answer::Unknown;
        if nobody_paid(&answer) && !(is_unknown && shared.bank.errand(operation).await.is_some_and(accepted)) {
            return Ok(stored);
        }
        let stored = match operate::answered(&shared, stored, operation, answer).await {
            Err(FlowError::Refused(Refusal::AlreadyAnswered)) => load(&shared, id).await?,
            done => done?,
        };
        if !is_unknown {
            shared.bank.heard(operation).await;
        }
        Ok(stored)
    });
    finish(gateway, work).await
}

/// The merchant's page is through with looking at the browser: asks the provider what comes next. `return_address` is where a challenge
/// leads back to. Asked once more, the same step is the answer.
pub async fn go_on(
    gateway: &Arc<Gateway>,
    stored: StoredPayment,
    operation: OperationId,
    return_address: String,
) -> Result<Paid, FlowError> {
    let shared = Arc::clone(gateway);
    let work = Box::pin(async move {
        let (stored, _) = apply(&shared, stored, || Command::PayerActed { operation }).await?;
        let answer = shared.bank.go_on(operation, return_address).await;
        answered(&shared, stored, operation, answer).await
    });
    finish(gateway, work).await
}

/// Asks the place the payer is at, before the attempt there is given up, whether it was paid after all: what the payer did in another
/// window, and the place could not tell, must not be overlooked.
pub(crate) async fn hear(gateway: &Gateway, stored: StoredPayment) -> Result<StoredPayment, FlowError> {
    let attempt = stored.payment.last_attempt().filter(|_| stored.payment.payer_acts());
    let Some(attempt) = attempt.filter(|attempt| attempt.method.is_some_and(Method::is_elsewhere)) else {
        return Ok(stored);
    };
    let (id, operation) = (stored.payment.id, attempt.id);
    let answer = gateway.bank.query(operation).await;
    if nobody_paid(&answer) {
        return Ok(stored);
    }
    recover::record(gateway, stored, operation, answer).await?;
    load(gateway, id).await
}

/// Is there nothing to record yet? That nobody paid in time is for the order's own clock to say, which knows what follows from it.
fn nobody_paid(answer: &Answer) -> bool {
    match answer {
        Answer::Unknown | Answer::Declined(DeclineReason::TimeRanOut, _) => true,
        Answer::Approved(_) | Answer::Declined(..) => false,
    }
}

/// What became of an authentication that is said to be over.
#[derive(Debug)]
pub enum Finished {
    /// The payment as it is now, whoever brought it there.
    Settled(Box<StoredPayment>),
    /// The holder has not acted yet; nothing was done.
    Open(Box<StoredPayment>),
}

/// The merchant or the browser says that an authentication is over. `attempt` names it where the message did: one that was left for
/// another card must not end the new one. Asked again, the answer is the same.
pub async fn finish_authentication(
    gateway: &Arc<Gateway>,
    stored: StoredPayment,
    attempt: Option<OperationId>,
) -> Result<Finished, FlowError> {
    let acting = stored.payment.last_attempt().filter(|_| stored.payment.payer_acts()).map(|attempt| attempt.id);
    let Some(operation) = acting.filter(|acting| attempt.is_none_or(|named| named == *acting)) else {
        return Ok(Finished::Settled(Box::new(stored)));
    };
    if gateway.bank.authentication(operation).await.is_none_or(|known| known.open) {
        return Ok(Finished::Open(Box::new(stored)));
    }
    let id = stored.payment.id;
    match after_challenge(gateway, id, operation).await {
        Ok(Paid::Settled(settled)) => Ok(Finished::Settled(settled)),
        Ok(Paid::MerchantMustAct { stored, .. } | Paid::PayerMustPay { stored, .. }) => Ok(Finished::Open(stored)),
        // Somebody was faster.
        Ok(Paid::PayerMustAct(_)) | Err(FlowError::Refused(Refusal::WrongState(_))) => {
            Ok(Finished::Settled(Box::new(load(gateway, id).await?)))
        }
        Err(error) => Err(error),
    }
}

/// The step that a merchant's page must take with an attempt whose holder is expected to act, and the bank's address for it.
pub async fn current_step(gateway: &Gateway, attempt: OperationId) -> Option<(Step, String)> {
    gateway.bank.authentication(attempt).await?.step
}

/// The payment whose attempt is being authenticated under this id, which the 3-D Secure server gave out.
pub async fn payment_of(gateway: &Gateway, operation: OperationId) -> Result<PaymentId, FlowError> {
    gateway.bank.authentication(operation).await.map(|known| known.payment).ok_or(FlowError::UnknownPayment)
}

/// The payer left the challenge to try another card.
pub async fn abandon(gateway: &Gateway, id: PaymentId) -> Result<StoredPayment, FlowError> {
    let stored = hear(gateway, load(gateway, id).await?).await?;
    let Some(operation) = stored.payment.last_attempt().map(|attempt| attempt.id) else { return Ok(stored) };
    Ok(apply(gateway, stored, || Command::AbandonAttempt { operation }).await?.0)
}

/// Where a payer who came back with the challenge unfinished must go; `None` if there is no challenge any more.
pub async fn challenge_address(gateway: &Gateway, payment: &Payment) -> Option<String> {
    let confirmed_later = |attempt: &Operation| {
        attempt.status == OperationStatus::Unknown && attempt.method.is_some_and(Method::is_elsewhere)
    };
    let attempt = payment.last_attempt().filter(|attempt| payment.payer_acts() || confirmed_later(attempt))?;
    gateway.bank.challenge_address(attempt.id).await
}

/// The invoice that the payer of an attempt is expected to pay; `None` if there is none, or it is paid or refused.
pub async fn invoice(gateway: &Gateway, attempt: OperationId) -> Option<Invoice> {
    gateway.bank.invoice(attempt).await
}

/// Whose test data decide in the sandbox for a project.
pub fn test_data(project: &ActiveProject) -> TestData {
    match project.protocol {
        Protocol::Rbs | Protocol::Paysera => TestData::Rbs,
        Protocol::Monetix => TestData::Monetix,
    }
}

/// How an attempt is recorded: the method, the protocol's own name of it, what may be kept of the card.
fn recorded(means: &Means, guide: Guide) -> (Method, Option<String>, Option<CardFacts>) {
    match (means, guide) {
        (Means::Card(card), Guide::Us) => (Method::Card, None, Some(card.facts())),
        (Means::Card(card), Guide::Merchant) => (Method::MerchantCard, None, Some(card.facts())),
        (Means::SavedCard(card), _) => (Method::SavedCard, None, Some(card.facts.clone())),
        (Means::Elsewhere(place), _) => (place.method, Some(place.key.clone()), None),
        (Means::Invoice(invoice), _) => (invoice.method, Some(invoice.key.clone()), None),
        (Means::Recipient(Recipient::Account { method, key, .. }), _) => (*method, Some(key.clone()), None),
        (Means::Recipient(Recipient::Card(number)), _) => (Method::MerchantCard, None, Some(number.facts())),
        (Means::Recipient(Recipient::SavedCard { facts, .. }), _) => (Method::SavedCard, None, Some(facts.clone())),
    }
}

/// An attempt whose question is durable and was not asked yet.
struct Begun {
    stored: StoredPayment,
    attempt: Attempt,
}

async fn try_attempt(
    gateway: &Gateway,
    stored: StoredPayment,
    payer: Payer,
    return_address: impl FnOnce(OperationId) -> String,
) -> Result<Paid, FlowError> {
    let operation = gateway.clock.operation_id();
    let project = gateway.projects.by_id(stored.payment.project).await?;
    let save = saves(&project, &stored.details, &payer)?;
    let (payer, remember, start) = started(operation, payer);
    let details = |project: &ActiveProject, stored: &StoredPayment, _: &Decision| {
        Ok(remembered(project, &stored.details, operation, remember.as_ref(), payer.binding))
    };
    let (stored, _) = apply_with(gateway, stored, || start.clone(), details).await?;
    let return_address = return_address(operation);
    let attempt = asked(&project, &stored.payment, operation, payer, save, return_address);
    ask(gateway, Begun { stored, attempt }).await
}

/// Registers an order and begins its attempt, both durable at once.
async fn begin_new(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    new: NewOrder,
    payer: Payer,
    return_address: impl FnOnce(OperationId) -> String,
) -> Result<Begun, FlowError> {
    let NewOrder { id, order, call, charge } = new;
    let operation = gateway.clock.operation_id();
    let save = saves(project, &order.details, &payer)?;
    let (payer, remember, start) = started(operation, payer);
    let details = remembered(project, &order.details, operation, remember.as_ref(), payer.binding);
    let details = details.unwrap_or_else(|| order.details.clone());
    let now = gateway.clock.now();
    let decision = register_begun(register::new_payment(id, project, &order, now), start, now)?;
    let beside = Beside { call: call.map(|call| call.stored(Some(operation), now)), charge, seen: None };
    super::commit(gateway, project, &details, &decision, Some(details.clone()), beside, now).await?;
    let stored = StoredPayment { payment: decision.payment, details };
    let return_address = return_address(operation);
    let attempt = asked(project, &stored.payment, operation, payer, save, return_address);
    Ok(Begun { stored, attempt })
}

/// Is the provider to keep the card? Refused if the merchant named another card that alone may pay.
fn saves(project: &ActiveProject, details: &str, payer: &Payer) -> Result<bool, FlowError> {
    let rules = binding::rules(project, details);
    if rules.fixed.is_some_and(|fixed| payer.binding != Some(fixed)) {
        return Err(FlowError::Refused(Refusal::NotAllowed));
    }
    Ok(rules.must_save || rules.keeps || (rules.may_save && payer.save))
}

/// The command that begins an attempt, and what is to be kept with it.
fn started(operation: OperationId, mut payer: Payer) -> (Payer, Option<Remember>, Command) {
    let (method, method_key, card) = recorded(&payer.means, payer.guide);
    let start = Command::StartAttempt { operation, method, method_key, card, payer_ip: payer.ip.clone() };
    let remember = payer.remember.take();
    (payer, remember, start)
}

/// The details with what the attempt adds to them; `None`: they stay.
fn remembered(
    project: &ActiveProject,
    details: &str,
    operation: OperationId,
    remember: Option<&Remember>,
    binding: Option<BindingId>,
) -> Option<String> {
    let made = remember.map(|make| make(details, operation));
    let used = binding::remember(project, made.as_deref().unwrap_or(details), binding, false);
    used.or(made)
}

/// The question to the provider.
fn asked(
    project: &ActiveProject,
    payment: &Payment,
    operation: OperationId,
    payer: Payer,
    save: bool,
    return_address: String,
) -> Attempt {
    let Payer { means, demand, guide, .. } = payer;
    Attempt {
        operation,
        payment: payment.id,
        kind: payment.operation(operation).map_or(OperationKind::Sale, |asked| asked.kind),
        amount: payment.amount,
        merchant: project.id,
        means,
        save,
        return_address,
        demand,
        guide,
        test_data: test_data(project),
    }
}

async fn ask(gateway: &Gateway, begun: Begun) -> Result<Paid, FlowError> {
    let Begun { stored, attempt } = begun;
    let operation = attempt.operation;
    let answer = gateway.bank.attempt(attempt).await;
    answered(gateway, stored, operation, answer).await
}

/// Records what the provider said to an attempt.
async fn answered(
    gateway: &Gateway,
    stored: StoredPayment,
    operation: OperationId,
    answer: AttemptAnswer,
) -> Result<Paid, FlowError> {
    match answer {
        AttemptAnswer::Done(answer) => {
            let id = stored.payment.id;
            let stored = match operate::answered(gateway, stored, operation, answer).await {
                // The recovery asked meanwhile, and was told first.
                Err(FlowError::Refused(Refusal::AlreadyAnswered)) => load(gateway, id).await?,
                told => told?,
            };
            Ok(Paid::Settled(Box::new(release(gateway, stored).await?)))
        }
        AttemptAnswer::PayerMustAct { address } => {
            wait_for_payer(gateway, stored, operation, &Waits::Redirect { address: &address }).await?;
            Ok(Paid::PayerMustAct(address))
        }
        AttemptAnswer::MerchantMustAct { step, address } => {
            let waits = Waits::Merchant { step, address: &address };
            let stored = Box::new(wait_for_payer(gateway, stored, operation, &waits).await?);
            Ok(Paid::MerchantMustAct { stored, attempt: operation, step, address })
        }
        AttemptAnswer::PayerMustPay { invoice } => {
            let stored = Box::new(wait_for_payer(gateway, stored, operation, &Waits::Invoice(&invoice)).await?);
            Ok(Paid::PayerMustPay { stored, attempt: operation, invoice })
        }
    }
}

/// Records that the payer must act, and what the shop is to know of it.
pub(super) async fn wait_for_payer(
    gateway: &Gateway,
    stored: StoredPayment,
    operation: OperationId,
    waits: &Waits<'_>,
) -> Result<StoredPayment, FlowError> {
    let base = gateway.config.public_url();
    let details = |project: &ActiveProject, stored: &StoredPayment, _: &Decision| {
        Ok(waiting::remember(project, stored, operation, waits, &base))
    };
    Ok(apply_with(gateway, stored, || Command::PayerMustAct { operation }, details).await?.0)
}

/// A hold that only verified a card lives no moment: it is voided at once, and not only when the loop comes by.
async fn release(gateway: &Gateway, stored: StoredPayment) -> Result<StoredPayment, FlowError> {
    let over = stored.payment.state == State::Held && stored.payment.expires_at <= gateway.clock.now();
    if !over {
        return Ok(stored);
    }
    match expire::expire(gateway, stored.clone()).await {
        Ok(voided) => Ok(voided),
        // What is stored is the truth, and the loop will void it.
        Err(error) => {
            tracing::warn!(%error, payment = %stored.payment.id, "a verification is voided later");
            Ok(stored)
        }
    }
}

/// Runs work that must end even if the request that began it is dropped.
pub(super) async fn finish<T: Send + 'static>(
    gateway: &Gateway,
    work: impl Future<Output = Result<T, FlowError>> + Send + 'static,
) -> Result<T, FlowError> {
    match gateway.tasks.spawn(work).await {
        Ok(result) => result,
        Err(error) => {
            tracing::error!(%error, "a payment task ended abnormally; the recovery will ask for its outcome");
            Err(FlowError::Store(payglot_store::StoreError::Unavailable("interrupted".to_owned())))
        }
    }
}
