//! Loops that claim, act and record: deliveries, expiry, recovery, news, scheduled charges.

mod address;
pub mod charges;
pub mod client;
pub mod delivery;
pub mod expiry;
pub mod news;
mod outage;
mod queue;
pub mod recovery;

use crate::flows::FlowError;
use outage::Outage;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// So much is done in one go; if there was as much, the next go follows at once.
const BATCH: u32 = 256;

/// Does `work` again and again until the shutdown: at once while there is much to do, otherwise every `every`.
async fn repeat<Work>(what: &'static str, every: Duration, stop: CancellationToken, work: impl Fn() -> Work)
where
    Work: Future<Output = Result<usize, FlowError>>,
{
    let mut outage = Outage::of(what);
    let mut wait = Duration::ZERO;
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        // Not part of the select: what was begun ends, also at shutdown.
        wait = match work().await {
            Ok(done) => {
                outage.worked();
                if done >= BATCH as usize { Duration::ZERO } else { every }
            }
            Err(error) => outage.failed(&error),
        };
    }
}
