//! Ends what nobody paid in time, and holds whose time is over.

use super::{BATCH, repeat};
use crate::flows::expire;
use crate::gateway::Gateway;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Runs until `stop`.
pub async fn run(gateway: Arc<Gateway>, stop: CancellationToken) {
    let work = || {
        let gateway = Arc::clone(&gateway);
        async move {
            gateway.limits.forget_quiet();
            expire::expire_due(&gateway, BATCH).await
        }
    };
    repeat("ending payments whose time is over", Duration::from_secs(1), stop, work).await;
}
