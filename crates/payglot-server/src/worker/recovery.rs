//! Asks the provider again about operations that nobody answered.

use super::{BATCH, repeat};
use crate::flows::recover;
use crate::gateway::Gateway;
use std::sync::Arc;
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
