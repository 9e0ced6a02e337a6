//! The few encoders that protocols share. Each refuses what it cannot read exactly; none guesses.

pub mod base64;
pub mod form;
pub mod hex;
pub mod json;
pub mod local_time;
pub mod multipart;
pub mod rsa;
pub mod secret;
pub mod url;
