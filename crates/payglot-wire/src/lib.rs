//! payglot-wire
