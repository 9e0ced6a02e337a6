//! What is counted, in Prometheus' text format.

use payglot_core::Change;

/// Counters and histograms of the server.
#[derive(Debug, Default)]
pub struct Metrics {}

impl Metrics {
    /// A payment changed.
    pub fn payment_changed(&self, _protocol: &str, _change: &Change) {}
}
