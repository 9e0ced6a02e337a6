//! Calls of Gate that make a payment: sales and holds, payouts, invoices.

use super::calls::{Accepted, Impossible};
use super::gate::Failed;
use crate::checkout::Language;
use crate::checkout::visit::confirmed_href;
use crate::flows::FlowError;
use crate::flows::pay::{self, NewOrder, Payer, Remember};
use crate::flows::register::{self, Order};
use crate::projects::ProjectSettings;
use crate::projects::monetix::CardOperation;
use crate::upstream::card::{Card, CardNumber, Expiry, SecurityCode};
use crate::upstream::{Elsewhere, Guide, InvoiceRequest, Means, Recipient};
use payglot_core::{Intent, Method, Money, OperationId, PaymentId, UnixMillis};
use payglot_store::StoreError;
use payglot_wire::monetix::request::{Card as SentCard, InvoiceRequest as SentInvoice, PayoutRequest, Sale, Wanted};
use payglot_wire::monetix::{
    Code, Details, Endpoint, OperationFacts, OperationType, PaymentType, Refused, Sum, limits,
};
use payglot_wire::raw::Reply;
use payglot_wire::text::secret::Secret;

/// The method that sends the payer to the wallet's own page, whichever wallet the shop names.
const LIGHT: &str = "webmoney-light";

/// `sale`, `auth` and `recurring`.
pub(super) async fn sale(accepted: &Accepted<'_>, sale: Sale) -> Result<Reply, Failed> {
    // A number that is none is a wrong value, and wrong values are refused at once.
    let card = sale.card.as_ref().map(card).transpose()?;
    let kind = match (accepted.call.route().endpoint, sale.hold) {
        (Endpoint::Recurring, _) => OperationType::Recurring,
        (_, true) => OperationType::Auth,
        (_, false) => OperationType::Sale,
    };
    let amount = match judge(accepted, &sale) {
        Ok(amount) => amount,
        Err(refused) => return refuse(accepted, kind, &sale.wanted, &sale.details, refused).await,
    };
    let now = accepted.gateway.clock.now();
    let settings = &accepted.project.settings;
    let id = accepted.gateway.clock.payment_id();
    let intent = if sale.hold { Intent::Hold } else { Intent::Sale };
    let hold_ms = card.as_ref().filter(|_| sale.hold).map(|card| limits::hold_ms(card.number().brand()));
    let until = expires_at(settings, sale.best_before, now);
    let expires_at = if card.is_some() { until.min(now.plus(limits::WAITING_MS)) } else { until };
    let means = means(&sale, card, expires_at);
    let details = accepted_details(accepted, &sale.details, &sale.method);
    let order = order(accepted, intent, amount, expires_at, hold_ms, &details);
    let payer = Payer {
        guide: Guide::Merchant,
        remember: Some(remember(accepted, String::new()).await?),
        ..Payer::on_our_page(means, sale.customer.ip_address.clone())
    };
    let back = sale.details.acs_return_url();
    let back = move |attempt| back.unwrap_or_else(|| confirmed_href(id, attempt, Language::En));
    start(accepted, id, order, payer, back, kind, &sale.wanted, &sale.details).await
}

/// `payout`.
pub(super) async fn payout(accepted: &Accepted<'_>, payout: PayoutRequest) -> Result<Reply, Failed> {
    let number = payout.card_number.as_ref().map(card_number).transpose()?;
    let kind = OperationType::Payout;
    let settings = &accepted.project.settings;
    let offered = settings.monetix.method(&payout.method).filter(|known| known.pays_out);
    let judged = match (offered, &payout.saved) {
        (None, _) => Err(Refused::of(Code::UnknownMethod, "")),
        (Some(_), Some(_)) => Err(Refused::of(Code::InvalidToken, "token")),
        (Some(_), None) => money(settings, &payout.wanted),
    };
    let amount = match judged {
        Ok(amount) => amount,
        Err(refused) => return refuse(accepted, kind, &payout.wanted, &payout.details, refused).await,
    };
    let recipient = match (number, &payout.account_number) {
        (Some(number), _) => Recipient::Card(number),
        (None, account) => Recipient::Account {
            method: Method::Wallet,
            key: payout.method.clone(),
            account: account.clone().unwrap_or_default(),
        },
    };
    let now = accepted.gateway.clock.now();
    let id = accepted.gateway.clock.payment_id();
    let details = accepted_details(accepted, &payout.details, &payout.method);
    let order = order(accepted, Intent::Payout, amount, expires_at(settings, None, now), None, &details);
    let payer = Payer {
        guide: Guide::Merchant,
        remember: Some(remember(accepted, "WM-payout-".to_owned()).await?),
        ..Payer::on_our_page(Means::Recipient(recipient), None)
    };
    start(accepted, id, order, payer, |_| String::new(), kind, &payout.wanted, &payout.details).await
}

/// `invoice/create`: an order whose page the payer opens by its link.
pub(super) async fn invoice(accepted: &Accepted<'_>, invoice: SentInvoice) -> Result<Reply, Failed> {
    let kind = OperationType::Invoice;
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
        Err(refused) => return refuse(accepted, kind, &invoice.wanted, &invoice.details, refused).await,
    };
    let holds = invoice.hold.unwrap_or(settings.monetix.card_operation == CardOperation::Auth);
    let intent = if holds { Intent::Hold } else { Intent::Sale };
    let mut details = invoice.details.clone();
    details.learned.kind = Some(PaymentType::Invoice);
    details.learned.request_id = Some(accepted.accepting.id.clone());
    let order = order(accepted, intent, amount, invoice.best_before, None, &details);
    let registered = register::register_called(accepted.gateway, accepted.project, order, &accepted.accepting).await;
    match registered {
        Ok(stored) => Ok(accepted.invoice_reply(&accepted.accepting.id, &stored)),
        Err(error) => not_begun(accepted, error, kind, &invoice.wanted, &invoice.details).await,
    }
}

/// What acceptance leaves open, in the order in which a shop would mend it.
fn judge(accepted: &Accepted<'_>, sale: &Sale) -> Result<Money, Refused> {
    let settings = &accepted.project.settings;
    if settings.monetix.method(&sale.method).is_none() {
        return Err(Refused::of(Code::UnknownMethod, ""));
    }
    if sale.recurring_id.is_some() && accepted.call.route().endpoint == Endpoint::Recurring {
        return Err(Refused::of(Code::RecurringNotFound, "recurring.id"));
    }
    if sale.saved.is_some() {
        return Err(Refused::of(Code::InvalidToken, "token"));
    }
    if (sale.hold && sale.card.is_none()) || (sale.card.is_some() && !settings.merchant_card_entry) {
        return Err(Refused::of(Code::NotAllowed, ""));
    }
    sale.judge()?;
    if sale.best_before.is_some_and(|end| end <= accepted.gateway.clock.now()) {
        return Err(Refused::of(Code::Cancelled, "payment.best_before"));
    }
    money(settings, &sale.wanted)
}

fn money(settings: &ProjectSettings, wanted: &Wanted) -> Result<Money, Refused> {
    let amount = wanted.money(&settings.all_currencies())?;
    let fits = amount.minor() <= settings.amount_max;
    if fits { Ok(amount) } else { Err(Refused::of(Code::AboveLimit, "payment.amount")) }
}

async fn refuse(
    accepted: &Accepted<'_>,
    kind: OperationType,
    wanted: &Wanted,
    details: &Details,
    refused: Refused,
) -> Result<Reply, Failed> {
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

fn order(
    accepted: &Accepted<'_>,
    intent: Intent,
    amount: Money,
    expires_at: UnixMillis,
    hold_ms: Option<i64>,
    details: &Details,
) -> Order {
    Order {
        number: accepted.accepting.order.clone(),
        intent,
        amount,
        expires_at,
        hold_end: None,
        verifies: false,
        hold_ms,
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

/// What pays.
fn means(sale: &Sale, card: Option<Card>, expires_at: UnixMillis) -> Means {
    let account = sale.account_number.as_ref().filter(|_| sale.method != LIGHT);
    match (card, account) {
        (Some(card), _) => Means::Card(card),
        (None, Some(account)) => Means::Invoice(InvoiceRequest {
            method: Method::Wallet,
            key: sale.method.clone(),
            account: account.clone(),
            description: sale.description.clone(),
            expires_at,
        }),
        (None, None) => Means::Elsewhere(Elsewhere {
            method: Method::Wallet,
            key: sale.method.clone(),
            title: "WebMoney".to_owned(),
            test: false,
        }),
    }
}

fn card_number(sent: &Secret) -> Result<CardNumber, Refused> {
    CardNumber::parse(sent.expose()).map_err(|_| Refused::invalid("card.pan", "the number of a card"))
}

/// The one place where a call's card becomes the provider's type, which cannot be printed or stored.
fn card(sent: &SentCard) -> Result<Card, Refused> {
    let number = card_number(&sent.number)?;
    let expiry = Expiry::from_number(sent.expiry).ok_or_else(|| Refused::invalid("card.year", "a year before 2100"))?;
    let code = sent.code.as_ref().map(|code| SecurityCode::parse(code.expose())).transpose();
    let code = code.map_err(|_| Refused::invalid("card.cvv", "3 or 4 digits"))?;
    Ok(Card::new(number, expiry, code, &sent.holder))
}

#[expect(clippy::too_many_arguments, reason = "what is made, and what it is refused as")]
async fn start(
    accepted: &Accepted<'_>,
    id: PaymentId,
    order: Order,
    payer: Payer,
    back: impl FnOnce(OperationId) -> String + Send + 'static,
    kind: OperationType,
    wanted: &Wanted,
    details: &Details,
) -> Result<Reply, Failed> {
    let new = NewOrder { id, order, call: Some(accepted.accepting.clone()) };
    match pay::start_new(accepted.gateway, accepted.project, new, payer, back).await {
        Ok(_) => Ok(accepted.reply()),
        Err(error) => not_begun(accepted, error, kind, wanted, details).await,
    }
}

/// Why there is no new payment: the number was used before, or the same call came twice at once.
async fn not_begun(
    accepted: &Accepted<'_>,
    error: FlowError,
    kind: OperationType,
    wanted: &Wanted,
    details: &Details,
) -> Result<Reply, Failed> {
    match error {
        FlowError::Store(StoreError::CallRepeated { id }) => accepted.again(&id).await,
        FlowError::DuplicateOrder(_) => {
            let call = &accepted.accepting;
            if let Some(id) = crate::flows::calls::repeated(accepted.gateway, accepted.project.id, call).await? {
                return accepted.again(&id).await;
            }
            refuse(accepted, kind, wanted, details, Refused::of(Code::PaymentExists, "general.payment_id")).await
        }
        FlowError::Refused(_) => {
            refuse(accepted, kind, wanted, details, Refused::of(Code::Cancelled, "payment.best_before")).await
        }
        error @ (FlowError::Store(_) | FlowError::UnknownPayment) => Err(error.into()),
    }
}
