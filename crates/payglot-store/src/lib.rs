//! payglot-store
