//! What a shop is told outside of callbacks: the signed result that a payer carries back.

use super::announce::{NoSignature, paysera};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use payglot_store::{StoreError, StoredPayment};

/// Names and values of the signed result, as the shop reads them from the address; `None` while there is nothing to accept.
pub async fn result(
    gateway: &Gateway,
    project: &ActiveProject,
    stored: &StoredPayment,
) -> Result<Option<Vec<(String, String)>>, StoreError> {
    let seal = paysera::Seal::fetch(gateway, 1, gateway.clock.now()).await;
    let seal = seal.map_err(|error| StoreError::Unavailable(error.to_string()))?;
    let settings = project.paysera_callbacks();
    let (payment, details) = paysera::as_told(&stored.payment, &stored.details);
    let work = move || {
        let settings = settings.ok_or(NoSignature::NoKey("sign_password"))?;
        paysera::result(&payment, &details, &settings, &seal)
    };
    // RSA takes milliseconds, which would hold up everybody else on this worker.
    let signed = tokio::task::spawn_blocking(work).await;
    let signed = signed.map_err(|error| StoreError::Unavailable(format!("signing was interrupted: {error}")))?;
    signed.map_err(|error| StoreError::Damaged(error.to_string()))
}
