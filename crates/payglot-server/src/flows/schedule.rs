//! Charges that the gateway makes by itself, because a mandate says when and how much. Each moves the mandate's next date in the
//! transaction that registers its payment, so that a date is charged once, whatever dies meanwhile. Dates that passed while nobody looked
//! are charged once together: a payer must not find a row of old charges on one day.

use super::pay::{self, NewOrder, Payer};
use super::register::Order;
use super::{FlowError, load, mandate};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::upstream::{Demand, Guide};
use payglot_core::{Intent, Money, OperationId, Payment, Refusal, State, UnixMillis};
use payglot_store::{Mandate, MandateChange, MandateCharge, StoreError};
use payglot_wire::monetix::{Details, OperationFacts, RecurringTerms, limits};
use std::collections::HashSet;
use std::sync::Arc;

/// The method of cards.
const CARD: &str = "card";
/// Letters that are kept of the number that the numbers of charges begin with.
const NUMBER_MAX: usize = 200;

/// Looks at so many times `limit` due charges at most: what cannot begin stays at the head of the list.
const LOOK_BEHIND: u32 = 16;

/// Charges what is due, at most `limit` at a time; how much was charged or left out. Fails only when the store does.
pub async fn charge_due(gateway: &Arc<Gateway>, limit: u32) -> Result<usize, FlowError> {
    let now = gateway.clock.now();
    let (mut done, mut seen, mut window) = (0, HashSet::new(), limit);
    loop {
        let due = gateway.store.due_mandates(now, window).await?;
        let is_all = due.len() < window as usize;
        for mandate in due {
            if !seen.insert((mandate.project, mandate.number)) {
                continue;
            }
            match charge(gateway, &mandate, now).await {
                // Changed meanwhile: the next call looks at it as it is then.
                Ok(()) | Err(FlowError::Store(StoreError::Changed)) => done += 1,
                Err(error @ FlowError::Store(StoreError::Unavailable(_))) => return Err(error),
                // A person must look, and others are due behind it.
                Err(error) => {
                    tracing::error!(%error, mandate = mandate.number, "a scheduled charge cannot begin");
                }
            }
        }
        if is_all || done >= limit as usize || window >= limit.saturating_mul(LOOK_BEHIND) {
            return Ok(done);
        }
        window = window.saturating_mul(2);
    }
}

async fn charge(gateway: &Arc<Gateway>, mandate: &Mandate, now: UnixMillis) -> Result<(), FlowError> {
    let project = gateway.projects.by_id(mandate.project).await?;
    let terms = RecurringTerms::read(&mandate.terms);
    let date = mandate.next_charge_at;
    let next = terms.next_spaced(mandate.created_at, now, date).filter(|next| *next < mandate.valid_until);
    let amount = terms.amount.and_then(|minor| Money::new(minor, mandate.currency));
    let made = load(gateway, mandate.payment).await?;
    let agreed = Details::read(&made.details);
    let may = |amount: &Money| stands(&made.payment, &agreed) && may_charge(&project, mandate, *amount, now);
    let Some(amount) = amount.filter(may) else {
        tracing::warn!(mandate = mandate.number, project = project.login, "a scheduled charge is left out");
        return leave_out(gateway, mandate, next).await;
    };
    for payment_id in numbers(gateway, mandate, &terms, &agreed).await? {
        match begin(gateway, &project, mandate, &agreed, &payment_id, amount, next, now).await {
            // The shop has used the number itself.
            Err(FlowError::DuplicateOrder(_)) => {}
            done => return done,
        }
    }
    Err(FlowError::Refused(Refusal::NotAllowed))
}

/// Was the payment made that the mandate is agreed with? A hold that was given up, or a payment undone, agrees nothing; one that was
/// refunded does, and so does a verification, whose hold is always released.
fn stands(made: &Payment, agreed: &Details) -> bool {
    match made.state {
        State::Held | State::Paid => true,
        State::Voided => agreed.verifies(),
        State::Created | State::Pending | State::Underpaid | State::Declined | State::Cancelled | State::Expired => {
            false
        }
    }
}

/// Does the project still take such a charge? One whose card has expired is for the bank to decline, and the shop hears of it.
fn may_charge(project: &ActiveProject, mandate: &Mandate, amount: Money, now: UnixMillis) -> bool {
    let settings = &project.settings;
    project.enabled
        && mandate.valid_until > now
        && amount.minor() <= settings.amount_max
        && settings.all_currencies().contains(&amount.currency())
        && settings.monetix.method(CARD).is_some()
}

/// Leaves a date out.
async fn leave_out(gateway: &Gateway, seen: &Mandate, next_charge_at: Option<UnixMillis>) -> Result<(), FlowError> {
    let change = MandateChange {
        active: seen.active,
        terms: seen.terms.clone(),
        valid_until: seen.valid_until,
        next_charge_at,
        call: None,
        notifications: Vec::new(),
        lease_until: gateway.clock.now(),
        seen: seen.clone(),
    };
    Ok(gateway.store.change_mandate(change).await.map(drop)?)
}

/// The numbers that the payment of a charge may have, in the order to try them: the one that the shop gave, then the same or the number of
/// the first payment, counted.
async fn numbers(
    gateway: &Gateway,
    mandate: &Mandate,
    terms: &RecurringTerms,
    agreed: &Details,
) -> Result<Vec<String>, FlowError> {
    let own = terms.scheduled_payment_id.clone();
    let first = own.clone().or_else(|| agreed.payment_id()).unwrap_or_default();
    let first: String = first.chars().take(NUMBER_MAX).collect();
    let nth = mandate.charges.saturating_add(1);
    let unique = gateway.numbers.next().await?;
    Ok(own.into_iter().chain([format!("{first}-{nth}"), format!("{first}-{nth}-{unique}")]).collect())
}

#[expect(clippy::too_many_arguments, reason = "what is charged, by what, as what, and when again")]
async fn begin(
    gateway: &Arc<Gateway>,
    project: &Arc<ActiveProject>,
    mandate: &Mandate,
    agreed: &Details,
    payment_id: &str,
    amount: Money,
    next_charge_at: Option<UnixMillis>,
    now: UnixMillis,
) -> Result<(), FlowError> {
    let id = gateway.clock.payment_id();
    let request_id = id.to_string().replace('-', "");
    let mut details = agreed.of_charge(payment_id);
    details.learned.method = Some(CARD.to_owned());
    details.learned.request_id = Some(request_id.clone());
    details.learned.recurring = Some(mandate::recurring(mandate));
    let order = Order {
        number: limits::payment_key(payment_id),
        intent: Intent::Sale,
        amount,
        expires_at: now.plus(limits::WAITING_MS),
        hold_end: None,
        verifies: false,
        hold_ms: None,
        attempts_max: Some(1),
        details: details.to_text(),
    };
    let number = gateway.numbers.next().await?;
    let remember = move |details: &str, operation: OperationId| {
        let mut details = Details::read(details);
        details.learned.keep(OperationFacts { number, ..OperationFacts::new(operation, request_id.clone()) });
        details.to_text()
    };
    let payer = Payer {
        // Nobody is there to be asked.
        demand: Demand::Never,
        guide: Guide::Merchant,
        remember: Some(Box::new(remember)),
        ..Payer::on_our_page(mandate::means(mandate), None)
    };
    let charge = MandateCharge { charged_for: mandate.next_charge_at, next_charge_at, ..mandate::charge(mandate, now) };
    let new = NewOrder { id, order, call: None, charge: Some(charge) };
    pay::start_new(gateway, project, new, payer, |_| String::new()).await.map(drop)
}
