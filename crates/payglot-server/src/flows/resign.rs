//! Signs anew what waits to be sent when the gateway's key changes.
//!
//! A retry sends the bytes that were stored, but a shop verifies them with the certificate that it fetches at that moment: once the
//! certificate has changed, what the old key signed would be refused for ever. The words stay, only the signatures change.

use super::{FlowError, announce::paysera};
use crate::gateway::Gateway;
use payglot_store::{CallMethod, NotificationFilter, StoreError};
use payglot_wire::Protocol;

/// So many are looked at, newest first; a gateway with more undelivered callbacks has other troubles than its key.
const MOST: u32 = 1000;

/// Signs with the present key whatever no shop has acknowledged yet. Returns how many calls were changed.
pub async fn waiting(gateway: &Gateway) -> Result<usize, FlowError> {
    let key = gateway.keys.signing(gateway.clock.now()).await;
    let key = key.map_err(|error| StoreError::Unavailable(error.to_string()))?;
    let filter = NotificationFilter { unacknowledged: true, limit: MOST, ..NotificationFilter::default() };
    let mut changed = 0;
    for notification in gateway.store.notifications(&filter).await? {
        let project = gateway.projects.by_id(notification.project).await?;
        if project.protocol != Protocol::Paysera {
            continue;
        }
        let (call, private) = (notification.call, std::sync::Arc::clone(&key));
        let id = call.id;
        let work = move || match call.method {
            CallMethod::Get => Ok((paysera::sign_address_anew(&call.url, &private)?, call.body)),
            CallMethod::Post => Ok((call.url, paysera::sign_form_anew(&call.body, &private)?)),
        };
        let signed = tokio::task::spawn_blocking(work).await;
        let signed = signed.map_err(|error| StoreError::Unavailable(format!("signing was interrupted: {error}")))?;
        let (url, body) = signed.map_err(|error: crate::secrets::RsaError| StoreError::Damaged(error.to_string()))?;
        changed += usize::from(gateway.store.replace_call(id, &url, &body).await?);
    }
    Ok(changed)
}
