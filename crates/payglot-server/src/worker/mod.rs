//! Loops that claim, act and record: deliveries, expiry, recovery.

pub mod delivery;
