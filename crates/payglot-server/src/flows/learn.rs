//! What becomes known of a payment after it was reported: who paid, from which account, whether it is the one whose national number the
//! shop sent. The payment itself does not change; a protocol that has a word for it tells the shop.

use super::{FlowError, announce, load};
use crate::gateway::Gateway;
use payglot_store::{Learned, StoreError, StoredPayment};

/// How often it is tried again when somebody else changed the parameters meanwhile.
const ROUNDS_MAX: usize = 16;

/// What the provider told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Is the payer the one whose national number the shop sent? `None`: the provider does not tell.
    pub person: Option<bool>,
    /// The payer's first name.
    pub name: Option<String>,
    /// The payer's last name.
    pub surname: Option<String>,
    /// The payer's account.
    pub account: Option<String>,
}

/// Keeps the facts and tells the shop. `None`: the project's protocol has no word for them, or nothing was paid yet.
pub async fn learn(
    gateway: &Gateway,
    stored: StoredPayment,
    facts: &Facts,
) -> Result<Option<StoredPayment>, FlowError> {
    let id = stored.payment.id;
    let project = gateway.projects.by_id(stored.payment.project).await?;
    let mut stored = stored;
    for _ in 0..ROUNDS_MAX {
        let now = gateway.clock.now();
        let Some((details, notifications)) = announce::render_facts(gateway, &project, &stored, facts, now).await?
        else {
            return Ok(None);
        };
        let learned = Learned {
            payment: id,
            seen: stored.details.clone(),
            details: details.clone(),
            notifications,
            lease_until: now.plus(gateway.lease_ms),
        };
        match gateway.store.learn(learned).await {
            Ok(claimed) => {
                gateway.courier.hand_over(claimed);
                return Ok(Some(StoredPayment { details, ..stored }));
            }
            Err(StoreError::Changed) => stored = load(gateway, id).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Changed.into())
}
