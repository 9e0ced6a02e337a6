//! Mandates: a payer's standing permission to charge a card again, given with a payment. A mandate is made by the decision that approves the
//! payment, and used and changed under its version, so that nothing is charged by one that was cancelled meanwhile.

use super::calls::Accepting;
use super::{FlowError, ROUNDS_MAX, announce, binding, load};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::upstream::{CardToken, Means, SavedCard};
use payglot_core::{Currency, Decision, Method, Operation, UnixMillis};
pub use payglot_store::Mandate;
use payglot_store::{MandateChange, MandateCharge, NewCall, StoreError};
use payglot_wire::Protocol;
use payglot_wire::monetix::details::Recurring;
use payglot_wire::monetix::{Details, MandateCall, OperationType, PaymentType, RecurringTerms, TermsChange};
use std::sync::Arc;

/// Why a mandate cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// The project has none of this number.
    Unknown,
    /// It was cancelled.
    Cancelled,
    /// Its time is over.
    Expired,
    /// The last month of its card has ended.
    CardExpired,
    /// It is charged in another currency.
    CurrencyDiffers,
}

/// The mandate that a decision makes, and the details with what the shop is told of it.
pub(super) async fn made_by(
    gateway: &Gateway,
    project: &ActiveProject,
    details: &str,
    decision: &Decision,
) -> Result<Option<(Mandate, String)>, StoreError> {
    match project.protocol {
        Protocol::Rbs | Protocol::Paysera => return Ok(None),
        Protocol::Monetix => {}
    }
    let Some(attempt) = binding::approved_attempt(decision) else { return Ok(None) };
    let mut read = Details::read(details);
    let fresh = read.learned.recurring.is_none() && read.learned.kind != Some(PaymentType::Recurring);
    let (Some(terms), Some(card)) = (read.registers().filter(|_| fresh), &attempt.card) else { return Ok(None) };
    let Some(token) = token_of(gateway, &read, attempt).await? else {
        tracing::warn!(payment = %decision.payment.id, "a card that is to be charged again was not kept by its bank");
        return Ok(None);
    };
    let created_at = decision.payment.updated_at;
    let currency = decision.payment.amount.currency();
    let valid_until = terms.valid_until(card.expiry, created_at);
    if valid_until <= created_at {
        tracing::warn!(payment = %decision.payment.id, "later charges were registered to end before they begin");
        return Ok(None);
    }
    let mandate = Mandate {
        project: project.id,
        number: gateway.numbers.next().await?,
        payment: decision.payment.id,
        client: read.customer().id.unwrap_or_default(),
        token,
        card: card.clone(),
        currency,
        next_charge_at: terms.first_charge(created_at),
        terms: terms.to_text(),
        valid_until,
        active: true,
        charges: 0,
        charged_at: None,
        charged_for: None,
        created_at,
        version: 0,
    };
    read.learned.recurring = Some(recurring(&mandate));
    Ok(Some((mandate, read.to_text())))
}

/// What the provider calls the card of an attempt: it keeps it since then, or it did before.
async fn token_of(gateway: &Gateway, details: &Details, attempt: &Operation) -> Result<Option<String>, StoreError> {
    if attempt.method != Some(Method::SavedCard) {
        return Ok(binding::kept_by(gateway, attempt).await?.map(|CardToken(token)| token));
    }
    let Some(id) = details.learned.token.as_deref().and_then(binding::id_of) else { return Ok(None) };
    Ok(gateway.store.binding(id).await?.map(|known| known.token))
}

/// A mandate of this merchant, active or not.
pub async fn find(gateway: &Gateway, project: &ActiveProject, number: i64) -> Result<Option<Mandate>, FlowError> {
    let Ok(number) = u32::try_from(number) else { return Ok(None) };
    Ok(gateway.store.mandate(project.id, number).await?)
}

/// A mandate that may be charged in this currency now. Where a payer is named, it is that payer's.
pub fn judge(
    known: Option<Mandate>,
    client: Option<&str>,
    currency: Currency,
    now: UnixMillis,
) -> Result<Mandate, Unusable> {
    let owned = |known: &Mandate| client.is_none_or(|client| client == known.client);
    let mandate = known.filter(owned).ok_or(Unusable::Unknown)?;
    if !mandate.active {
        return Err(Unusable::Cancelled);
    }
    if mandate.valid_until <= now {
        return Err(Unusable::Expired);
    }
    if binding::is_expired(&mandate.card, now) {
        return Err(Unusable::CardExpired);
    }
    if mandate.currency == currency { Ok(mandate) } else { Err(Unusable::CurrencyDiffers) }
}

/// What pays: nobody is there who could type a code.
pub fn means(mandate: &Mandate) -> Means {
    let token = CardToken(mandate.token.clone());
    Means::SavedCard(SavedCard { token, facts: mandate.card.clone(), code: None })
}

/// A charge that the shop asks for; what the gateway charges by itself stays as it is.
pub const fn charge(mandate: &Mandate, at: UnixMillis) -> MandateCharge {
    MandateCharge {
        project: mandate.project,
        number: mandate.number,
        version: mandate.version,
        at,
        charged_for: None,
        next_charge_at: mandate.next_charge_at,
    }
}

/// What becomes of a mandate.
#[derive(Clone, Debug)]
pub enum Change {
    /// It is ended: nothing is charged by it any more.
    Cancel,
    /// Some of its terms are others from now on.
    Update(Box<TermsChange>),
}

impl Change {
    /// What it is to the shop.
    pub const fn kind(&self) -> OperationType {
        match self {
            Self::Cancel => OperationType::RecurringCancel,
            Self::Update(_) => OperationType::RecurringUpdate,
        }
    }
}

/// Changes a mandate by a call of the shop, and tells of it. `Some` if the same call was accepted a moment ago: the id of that one.
pub async fn change(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    number: i64,
    change: &Change,
    call: &Accepting,
    sent: &Details,
) -> Result<Result<Option<String>, Unusable>, FlowError> {
    for _ in 0..ROUNDS_MAX {
        let Some(seen) = find(gateway, project, number).await? else { return Ok(Err(Unusable::Unknown)) };
        if !seen.active {
            return Ok(Err(Unusable::Cancelled));
        }
        let stored = load(gateway, seen.payment).await?;
        let now = gateway.clock.now();
        let next = changed(&seen, change, now);
        let told = MandateCall {
            details: sent,
            payment: (&stored.payment, &Details::read(&stored.details)),
            kind: change.kind(),
            recurring: recurring(&next),
            number: gateway.numbers.next().await?,
            request_id: &call.id,
            at: now,
        };
        let (words, notifications) = announce::render_mandate(&gateway.clock, project, &told, now)?;
        let call = NewCall { refused: Some(words), ..call.stored(None, now) };
        let lease_until = now.plus(gateway.lease_ms);
        let Mandate { active, terms, valid_until, next_charge_at, .. } = next;
        let change = MandateChange {
            seen,
            active,
            terms,
            valid_until,
            next_charge_at,
            call: Some(call),
            notifications,
            lease_until,
        };
        match gateway.store.change_mandate(change).await {
            Ok(claimed) => {
                gateway.courier.hand_over(claimed);
                return Ok(Ok(None));
            }
            Err(StoreError::CallRepeated { id }) => return Ok(Ok(Some(id))),
            Err(StoreError::Changed) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Changed.into())
}

/// The mandate as a change leaves it.
fn changed(seen: &Mandate, change: &Change, now: UnixMillis) -> Mandate {
    match change {
        Change::Cancel => Mandate { active: false, next_charge_at: None, ..seen.clone() },
        Change::Update(sent) => {
            let before = RecurringTerms::read(&seen.terms);
            let terms = before.changed(sent);
            let (due, charged) = (seen.next_charge_at, seen.charged_for);
            Mandate {
                valid_until: terms.valid_until(seen.card.expiry, seen.created_at),
                next_charge_at: terms.next_after_change(&before, seen.created_at, now, due, charged),
                terms: terms.to_text(),
                ..seen.clone()
            }
        }
    }
}

/// What a shop is told of a mandate.
pub fn recurring(mandate: &Mandate) -> Recurring {
    Recurring {
        id: mandate.number.into(),
        currency: mandate.currency.code().to_owned(),
        valid_thru: mandate.valid_until,
    }
}

/// Is there a payment of this number, as numbers are compared, so that no charge can have it?
pub async fn is_used(gateway: &Gateway, project: &ActiveProject, order: &str) -> Result<bool, FlowError> {
    Ok(gateway.store.payment_by_order(project.id, order).await?.is_some())
}
