//! The payment gateway, as a library that the binary and the tests share.
//!
//! Rooms, in reading order: [`config`], [`clock`], [`secrets`], [`keys`], [`numbers`], [`projects`], [`gateway`] (what is shared) and [`startup`] (how it is put
//! together); [`web`] (requests in), [`flows`] (the only place that begins a change), [`upstream`] (providers), [`worker`] (loops),
//! [`checkout`] (the payer's pages), [`demo`] (the demo shop), [`cli`] (the same flows from a terminal).

pub mod checkout;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod flows;
pub mod gateway;
pub mod keys;
pub mod logging;
pub mod metrics;
pub mod numbers;
pub mod projects;
pub mod secrets;
pub mod startup;
pub mod upstream;
pub mod web;
pub mod worker;
