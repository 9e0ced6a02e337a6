//! Loops that claim, act and record: deliveries, expiry, recovery.

mod address;
pub mod client;
pub mod delivery;
mod outage;
mod queue;
