//! Hears what providers tell without being asked.

use super::{BATCH, repeat};
use crate::flows::news;
use crate::gateway::Gateway;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Runs until `stop`.
pub async fn run(gateway: Arc<Gateway>, stop: CancellationToken) {
    let work = || {
        let gateway = Arc::clone(&gateway);
        async move { news::hear(&gateway, BATCH).await }
    };
    repeat("hearing what providers tell", Duration::from_secs(1), stop, work).await;
}
