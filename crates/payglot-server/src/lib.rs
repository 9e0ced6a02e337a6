//! The payment gateway, as a library that the binary and the tests share.

pub mod checkout;
