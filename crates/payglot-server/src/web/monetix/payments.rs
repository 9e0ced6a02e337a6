//! Calls of Gate that make a payment: sales and holds, payouts, invoices.

use super::calls::{Accepted, Impossible};
use super::gate::Failed;
use super::instruments::{CARD, PayingCard, SentCard, card, card_number, code, saved_card, unusable, wallet_payer};
use crate::checkout::Language;
use crate::checkout::visit::confirmed_href;
use crate::flows::pay::{self, NewOrder, Payer, Remember};
use crate::flows::register::{self, Order};
use crate::flows::{FlowError, mandate};
use crate::projects::ProjectSettings;
use crate::projects::monetix::CardOperation;
use crate::upstream::{CardToken, Guide, Means, Recipient};
use payglot_core::{Intent, Method, Money, OperationId, UnixMillis};
use payglot_store::StoreError;
use payglot_wire::monetix::request::{InvoiceRequest as SentInvoice, PayoutRequest, Sale, Verification, Wanted};
use payglot_wire::monetix::{
    Code, Details, Endpoint, OperationFacts, OperationType, PaymentType, RecurringTerms, Refused, Sum, limits,
};
use payglot_wire::raw::Reply;

/// How often a charge is judged anew because its mandate changed meanwhile.
const ROUNDS_MAX: usize = 16;

/// `sale`, `auth` and `recurring`.
pub(super) async fn sale(accepted: &Accepted<'_>, sale: Sale) -> Result<Reply, Failed> {
    for _ in 0..ROUNDS_MAX {
        match try_sale(accepted, &sale).await {
            Err(Failed::Flow(FlowError::Store(StoreError::Changed))) => {}
            done => return done,
        }
    }
    Err(FlowError::Store(StoreError::Changed).into())
}

async fn try_sale(accepted: &Accepted<'_>, sale: &Sale) -> Result<Reply, Failed> {
    // What is no number or no code is a wrong value, and wrong values are refused at once.
    let sent = SentCard {
        card: sale.card.as_ref().map(card).transpose()?,
        saved: sale.saved.as_ref(),
        code: sale.code.as_ref().map(code).transpose()?,
        customer: sale.customer.id.as_deref(),
        saves: sale.saves,
    };
    let made = Made { kind: kind(accepted, sale), wanted: &sale.wanted, details: &sale.details };
    let (amount, card) = match judge(accepted, sale, sent).await? {
        Ok(judged) => judged,
        Err(refused) => return refuse(accepted, &made, refused).await,
    };
    let now = accepted.gateway.clock.now();
    let settings = &accepted.project.settings;
    let id = accepted.gateway.clock.payment_id();
    let intent = if sale.hold { Intent::Hold } else { Intent::Sale };
    let hold_ms = card.as_ref().filter(|_| sale.hold).map(|card| limits::hold_ms(card.brand()));
    let until = expires_at(settings, sale.best_before, now);
    let expires_at = if card.is_some() { until.min(now.plus(limits::WAITING_MS)) } else { until };
    let mut details = accepted_details(accepted, &sale.details, &sale.method);
    details.learned.saves = sale.saves;
    if let Some(PayingCard::Mandated(mandate)) = &card {
        details.learned.kind = Some(PaymentType::Recurring);
        details.learned.recurring = Some(mandate::recurring(mandate));
    }
    let order = Order { hold_ms, ..order(accepted, intent, amount, expires_at, &details) };
    let charge = card.as_ref().and_then(|card| card.charge(now));
    let payer = match card {
        Some(card) => card.payer(sale.customer.ip_address.clone()),
        None => wallet_payer(sale, expires_at),
    };
    let payer = Payer { remember: Some(remember(accepted, String::new()).await?), ..payer };
    let back = sale.details.acs_return_url();
    let back = move |attempt| back.unwrap_or_else(|| confirmed_href(id, attempt, Language::En));
    start(accepted, NewOrder { id, order, call: Some(accepted.accepting.clone()), charge }, payer, back, &made).await
}

fn kind(accepted: &Accepted<'_>, sale: &Sale) -> OperationType {
    match (accepted.call.route().endpoint, sale.hold) {
        (Endpoint::Recurring, _) => OperationType::Recurring,
        (_, true) => OperationType::Auth,
        (_, false) => OperationType::Sale,
    }
}

/// `account_verification`: the least amount is held and released at once, so that nothing is charged.
pub(super) async fn verification(accepted: &Accepted<'_>, asked: Verification) -> Result<Reply, Failed> {
    let sent = SentCard {
        card: asked.card.as_ref().map(card).transpose()?,
        saved: asked.saved.as_ref(),
        code: asked.code.as_ref().map(code).transpose()?,
        customer: asked.customer.id.as_deref(),
        saves: asked.saves,
    };
    let (gateway, project) = (accepted.gateway, accepted.project);
    let settings = &project.settings;
    let currency = asked.currency.clone().unwrap_or_else(|| settings.currency.clone());
    // What is told of a refusal says that nothing was to be charged.
    let (told, held) = (Wanted { minor: 0, currency: currency.clone() }, Wanted { minor: 1, currency });
    let made = Made { kind: OperationType::AccountVerification, wanted: &told, details: &asked.details };
    if settings.monetix.method(CARD).is_none() {
        return refuse(accepted, &made, Refused::of(Code::UnknownMethod, "")).await;
    }
    let judged = match sent.find(gateway, project).await? {
        Ok(Some(card)) => money(settings, &held).map(|amount| (amount, card)),
        Ok(None) => Err(Refused::of(Code::Missing, "card")),
        Err(refused) => Err(refused),
    };
    let (amount, card) = match judged {
        Ok(judged) => judged,
        Err(refused) => return refuse(accepted, &made, refused).await,
    };
    let (now, id) = (gateway.clock.now(), gateway.clock.payment_id());
    let expires_at = expires_at(settings, None, now).min(now.plus(limits::WAITING_MS));
    let mut details = accepted_details(accepted, &asked.details, CARD);
    details.learned.kind = Some(PaymentType::AccountVerification);
    details.learned.saves = asked.saves;
    let order = Order { verifies: true, ..order(accepted, Intent::Hold, amount, expires_at, &details) };
    let payer = Payer {
        remember: Some(remember(accepted, String::new()).await?),
        ..card.payer(asked.customer.ip_address.clone())
    };
    let back = asked.details.acs_return_url();
    let back = move |attempt| back.unwrap_or_else(|| confirmed_href(id, attempt, Language::En));
    let new = NewOrder { id, order, call: Some(accepted.accepting.clone()), charge: None };
    start(accepted, new, payer, back, &made).await
}

/// `payout`.
pub(super) async fn payout(accepted: &Accepted<'_>, payout: PayoutRequest) -> Result<Reply, Failed> {
    let number = payout.card_number.as_ref().map(card_number).transpose()?;
    let settings = &accepted.project.settings;
    let made = Made { kind: OperationType::Payout, wanted: &payout.wanted, details: &payout.details };
    let offered = settings.monetix.method(&payout.method).filter(|known| known.pays_out);
    let saved = match &payout.saved {
        Some(token) => {
            let customer = payout.customer.id.as_deref();
            Some(saved_card(accepted.gateway, accepted.project, token.expose(), customer).await?)
        }
        None => None,
    };
    let judged = match (offered, &saved) {
        (None, _) => Err(Refused::of(Code::UnknownMethod, "")),
        (Some(_), Some(None)) => Err(Refused::of(Code::InvalidToken, "token")),
        // A wallet is not saved.
        (Some(known), Some(Some(_))) if known.method != Method::Card => Err(Refused::of(Code::InvalidToken, "token")),
        (Some(_), None | Some(Some(_))) => money(settings, &payout.wanted),
    };
    let amount = match judged {
        Ok(amount) => amount,
        Err(refused) => return refuse(accepted, &made, refused).await,
    };
    let binding = saved.flatten();
    let used = binding.as_ref().map(|known| known.id);
    let recipient = match (binding, number, &payout.account_number) {
        (Some(known), _, _) => Recipient::SavedCard { token: CardToken(known.token), facts: known.card },
        (None, Some(number), _) => Recipient::Card(number),
        (None, None, account) => Recipient::Account {
            method: Method::Wallet,
            key: payout.method.clone(),
            account: account.clone().unwrap_or_default(),
        },
    };
    let now = accepted.gateway.clock.now();
    let id = accepted.gateway.clock.payment_id();
    let details = accepted_details(accepted, &payout.details, &payout.method);
    let order = order(accepted, Intent::Payout, amount, expires_at(settings, None, now), &details);
    let payer = Payer {
        binding: used,
        guide: Guide::Merchant,
        remember: Some(remember(accepted, "WM-payout-".to_owned()).await?),
        ..Payer::on_our_page(Means::Recipient(recipient), None)
    };
    let new = NewOrder { id, order, call: Some(accepted.accepting.clone()), charge: None };
    start(accepted, new, payer, |_| String::new(), &made).await
}

/// `invoice/create`: an order whose page the payer opens by its link.
pub(super) async fn invoice(accepted: &Accepted<'_>, invoice: SentInvoice) -> Result<Reply, Failed> {
    let made = Made { kind: OperationType::Invoice, wanted: &invoice.wanted, details: &invoice.details };
    let settings = &accepted.project.settings;
    let now = accepted.gateway.clock.now();
    let judged = money(settings, &invoice.wanted).and_then(|amount| {
        let forced = invoice.force_method.as_deref();
        let offered = forced.is_none_or(|code| settings.monetix.method(code).is_some_and(|known| known.on_page));
        match (offered, invoice.best_before > now) {
            (false, _) => Err(Refused::of(Code::UnknownMethod, "payment.force_method")),
            (true, false) => Err(Refused::of(Code::Cancelled, "payment.best_before")),
            (true, true) => Ok(amount),
        }
    });
    let amount = match judged {
        Ok(amount) => amount,
        Err(refused) => return refuse(accepted, &made, refused).await,
    };
    if let Some(refused) = taken_schedule(accepted, invoice.details.registers().as_ref()).await? {
        return refuse(accepted, &made, refused).await;
    }
    let holds = invoice.hold.unwrap_or(settings.monetix.card_operation == CardOperation::Auth);
    let intent = if holds { Intent::Hold } else { Intent::Sale };
    let mut details = invoice.details.clone();
    details.learned.kind = Some(PaymentType::Invoice);
    details.learned.request_id = Some(accepted.accepting.id.clone());
    let order = order(accepted, intent, amount, invoice.best_before, &details);
    let registered = register::register_called(accepted.gateway, accepted.project, order, &accepted.accepting).await;
    match registered {
        Ok(stored) => Ok(accepted.invoice_reply(&accepted.accepting.id, &stored)),
        Err(error) => not_begun(accepted, error, &made).await,
    }
}

/// What acceptance leaves open, in the order in which a shop would mend it.
async fn judge(
    accepted: &Accepted<'_>,
    sale: &Sale,
    sent: SentCard<'_>,
) -> Result<Result<(Money, Option<PayingCard>), Refused>, FlowError> {
    let (gateway, project) = (accepted.gateway, accepted.project);
    let settings = &project.settings;
    let Some(offered) = settings.monetix.method(&sale.method) else {
        return Ok(Err(Refused::of(Code::UnknownMethod, "")));
    };
    let now = gateway.clock.now();
    let amount = || {
        sale.judge()?;
        if sale.best_before.is_some_and(|end| end <= now) {
            return Err(Refused::of(Code::Cancelled, "payment.best_before"));
        }
        money(settings, &sale.wanted)
    };
    if accepted.call.route().endpoint == Endpoint::Recurring {
        // Only cards are charged again.
        let number = sale.recurring_id.filter(|_| offered.method == Method::Card).unwrap_or_default();
        let known = mandate::find(gateway, project, number).await?;
        return Ok(amount().and_then(|amount| {
            let mandate = mandate::judge(known, amount.currency(), now).map_err(unusable)?;
            Ok((amount, Some(PayingCard::Mandated(Box::new(mandate)))))
        }));
    }
    if sale.saved.is_some() && offered.method != Method::Card {
        return Ok(Err(Refused::of(Code::InvalidToken, "token")));
    }
    let card = match sent.find(gateway, project).await? {
        // A wallet holds nothing.
        Ok(None) if sale.hold => return Ok(Err(Refused::of(Code::NotAllowed, ""))),
        Ok(card) => card,
        Err(refused) => return Ok(Err(refused)),
    };
    if let Some(refused) = taken_schedule(accepted, sale.registers.as_ref()).await? {
        return Ok(Err(refused));
    }
    Ok(amount().map(|amount| (amount, card)))
}

/// A schedule of charges must not have the number of a payment that there is.
async fn taken_schedule(
    accepted: &Accepted<'_>,
    registers: Option<&RecurringTerms>,
) -> Result<Option<Refused>, FlowError> {
    let Some(id) = registers.and_then(|terms| terms.scheduled_payment_id.as_deref()) else { return Ok(None) };
    let used = mandate::is_used(accepted.gateway, accepted.project, &limits::payment_key(id)).await?;
    Ok(used.then(|| Refused::of(Code::RecurringDuplicate, "recurring.scheduled_payment_id")))
}

fn money(settings: &ProjectSettings, wanted: &Wanted) -> Result<Money, Refused> {
    let amount = wanted.money(&settings.all_currencies())?;
    let fits = amount.minor() <= settings.amount_max;
    if fits { Ok(amount) } else { Err(Refused::of(Code::AboveLimit, "payment.amount")) }
}

/// What a call was to make, as it is told of one that makes nothing.
struct Made<'a> {
    kind: OperationType,
    wanted: &'a Wanted,
    details: &'a Details,
}

async fn refuse(accepted: &Accepted<'_>, made: &Made<'_>, refused: Refused) -> Result<Reply, Failed> {
    let Made { kind, wanted, details } = *made;
    let sum = Some(Sum { minor: wanted.minor, currency: wanted.currency.clone() });
    accepted.refuse(Impossible { about: None, kind, sum, details, merchant_refund_id: None, refused }).await
}

fn expires_at(settings: &ProjectSettings, best_before: Option<UnixMillis>, now: UnixMillis) -> UnixMillis {
    let named = best_before.filter(|end| end.since(now) <= limits::DEADLINE_MAX_MS);
    named.unwrap_or(now.plus(settings.session_seconds.saturating_mul(1000)))
}

fn accepted_details(accepted: &Accepted<'_>, details: &Details, method: &str) -> Details {
    let mut details = details.clone();
    details.learned.method = Some(method.to_owned());
    details.learned.request_id = Some(accepted.accepting.id.clone());
    details
}

fn order(accepted: &Accepted<'_>, intent: Intent, amount: Money, expires_at: UnixMillis, details: &Details) -> Order {
    Order {
        number: accepted.accepting.order.clone(),
        intent,
        amount,
        expires_at,
        hold_end: None,
        verifies: false,
        hold_ms: None,
        attempts_max: Some(1),
        details: details.to_text(),
    }
}

/// What the shop will be told of the operation: its number and the id of this call. `prefix` begins the provider's id of a payout, which
/// no invoice gives.
async fn remember(accepted: &Accepted<'_>, prefix: String) -> Result<Remember, FlowError> {
    let number = accepted.gateway.numbers.next().await?;
    let request_id = accepted.accepting.id.clone();
    Ok(Box::new(move |details, operation| {
        let mut details = Details::read(details);
        if !prefix.is_empty() {
            details.learned.provider_payment_id = Some(format!("{prefix}{number}"));
        }
        details.learned.keep(OperationFacts { number, ..OperationFacts::new(operation, request_id.clone()) });
        details.to_text()
    }))
}

async fn start(
    accepted: &Accepted<'_>,
    new: NewOrder,
    payer: Payer,
    back: impl FnOnce(OperationId) -> String + Send + 'static,
    made: &Made<'_>,
) -> Result<Reply, Failed> {
    match pay::start_new(accepted.gateway, accepted.project, new, payer, back).await {
        Ok(_) => Ok(accepted.reply()),
        Err(error) => not_begun(accepted, error, made).await,
    }
}

/// Why there is no new payment: the number was used before, or the same call came twice at once.
async fn not_begun(accepted: &Accepted<'_>, error: FlowError, made: &Made<'_>) -> Result<Reply, Failed> {
    match error {
        FlowError::Store(StoreError::CallRepeated { id }) => accepted.again(&id).await,
        FlowError::DuplicateOrder(_) => {
            let call = &accepted.accepting;
            if let Some(id) = crate::flows::calls::repeated(accepted.gateway, accepted.project.id, call).await? {
                return accepted.again(&id).await;
            }
            refuse(accepted, made, Refused::of(Code::PaymentExists, "general.payment_id")).await
        }
        FlowError::Refused(_) => refuse(accepted, made, Refused::of(Code::Cancelled, "payment.best_before")).await,
        error @ (FlowError::Store(_) | FlowError::UnknownPayment) => Err(error.into()),
    }
}
