//! payglot-core
