//! Asks the provider again about operations that nobody answered, and places about payers who never came back.

use super::{BATCH, repeat};
use crate::flows::recover;
use crate::gateway::Gateway;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Runs until `stop`.
pub async fn run(gateway: Arc<Gateway>, stop: CancellationToken) {
    let work = || {
        let gateway = Arc::clone(&gateway);
        async move { recover::ask_again(&gateway, BATCH).await }
    };
    repeat("asking for missing answers", Duration::from_secs(2), stop, work).await;
}

/// Asks places about their payers until `stop`. Where it stopped is kept in memory: after a start everything is asked once.
pub async fn run_places(gateway: Arc<Gateway>, stop: CancellationToken) {
    let last = Arc::new(Mutex::new(None));
    let work = || {
        let (gateway, last) = (Arc::clone(&gateway), Arc::clone(&last));
        async move {
            let before = *last.lock().unwrap_or_else(PoisonError::into_inner);
            let now = gateway.clock.now();
            let told = recover::ask_places(&gateway, before, now).await?;
            // Only once all of them were asked: what failed is asked again.
            *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
            Ok(told)
        }
    };
    repeat("asking places about their payers", Duration::from_secs(2), stop, work).await;
}
