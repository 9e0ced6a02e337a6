//! Charges by mandates whose date has come.

use super::{BATCH, repeat};
use crate::flows::schedule;
use crate::gateway::Gateway;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Runs until `stop`.
pub async fn run(gateway: Arc<Gateway>, stop: CancellationToken) {
    let work = || {
        let gateway = Arc::clone(&gateway);
        async move { schedule::charge_due(&gateway, BATCH).await }
    };
    repeat("charging by mandates", Duration::from_secs(5), stop, work).await;
}
