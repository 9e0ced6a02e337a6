//! The payment gateway, as a library that the binary and the tests share.

pub mod checkout;
pub mod clock;
pub mod config;
pub mod metrics;
pub mod projects;
pub mod secrets;
pub mod upstream;
