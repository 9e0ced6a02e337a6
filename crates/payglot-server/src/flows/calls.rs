//! Calls that are accepted first and told of later: each is kept under the id that it was answered with, so that the same call sent twice
//! does one thing, and what could not be done is told by a notification.

use super::{FlowError, announce, load};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use payglot_core::{OperationId, ProjectId, UnixMillis};
pub use payglot_store::CallBy;
use payglot_store::{Call, NewCall, Refused, StoreError, StoredPayment};
use payglot_wire::monetix::RefusedCall;
use ring::digest::{SHA256, digest};
use std::sync::Arc;

/// A call that is being accepted.
#[derive(Clone, Debug)]
pub struct Accepting {
    /// The id that it is answered with.
    pub id: String,
    /// The merchant's number of the payment that it names, as it is compared.
    pub order: String,
    /// What the shop signed and where it sent it, in short.
    pub fingerprint: [u8; 32],
    /// For how many milliseconds the same again is the same call.
    pub repeat_ms: i64,
    /// The merchant's own id of what it asks for.
    pub key: Option<String>,
}

impl Accepting {
    /// What was signed with `signature` and sent to `path`.
    pub fn fingerprint_of(path: &str, signature: &str) -> [u8; 32] {
        let mut short = [0; 32];
        short.copy_from_slice(digest(&SHA256, format!("{path}\n{signature}").as_bytes()).as_ref());
        short
    }

    /// As it is stored with the operation that it becomes.
    pub(super) fn stored(&self, operation: Option<OperationId>, at: UnixMillis) -> NewCall {
        let Self { id, order, fingerprint, repeat_ms, key } = self.clone();
        NewCall { id, order, fingerprint, repeat_ms, key, operation, refused: None, at }
    }
}

/// The id that the same call was answered with a moment ago.
pub async fn repeated(gateway: &Gateway, project: ProjectId, call: &Accepting) -> Result<Option<String>, FlowError> {
    let not_before = gateway.clock.now().plus(-call.repeat_ms).plus(1);
    let by = CallBy::Fingerprint { fingerprint: call.fingerprint, not_before };
    Ok(gateway.store.call(project, &by).await?.map(|known| known.id))
}

/// A call of the project.
pub async fn find(gateway: &Gateway, project: ProjectId, by: &CallBy) -> Result<Option<Call>, FlowError> {
    Ok(gateway.store.call(project, by).await?)
}

/// What a call led to.
#[derive(Clone, Debug)]
pub enum Led {
    /// To a payment, or to an operation on one.
    To(Box<StoredPayment>),
    /// To a refusal, told in these words.
    Refused(String),
}

/// What a call led to; `None` if there was no such call.
pub async fn led_to(gateway: &Gateway, project: ProjectId, by: &CallBy) -> Result<Option<Led>, FlowError> {
    let Some(call) = find(gateway, project, by).await? else { return Ok(None) };
    match (call.refused, call.payment) {
        (Some(words), _) => Ok(Some(Led::Refused(words))),
        (None, Some(id)) => Ok(Some(Led::To(Box::new(load(gateway, id).await?)))),
        (None, None) => Ok(None),
    }
}

/// Keeps a call that was accepted and cannot be done, and tells the shop. `about` is the payment whose line of notifications it joins.
/// `Some` if the same call was accepted a moment ago: the id of that one, which is the one that is told.
pub async fn refuse(
    gateway: &Gateway,
    project: &Arc<ActiveProject>,
    call: &Accepting,
    about: Option<&StoredPayment>,
    refused: &RefusedCall<'_>,
) -> Result<Option<String>, FlowError> {
    let now = gateway.clock.now();
    let (words, notifications) = announce::render_refusal(&gateway.clock, project, refused, now)?;
    // The merchant may ask for it again under the same id of its own.
    let call = NewCall { key: None, refused: Some(words), ..call.stored(None, now) };
    let payment = about.map(|stored| stored.payment.id);
    let lease_until = now.plus(gateway.lease_ms);
    let record = Refused { project: project.id, payment, call, notifications, lease_until };
    match gateway.store.refuse(record).await {
        Ok(claimed) => {
            gateway.courier.hand_over(claimed);
            Ok(None)
        }
        Err(StoreError::CallRepeated { id }) => Ok(Some(id)),
        Err(error) => Err(error.into()),
    }
}
