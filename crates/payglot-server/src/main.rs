//! The `payglot` binary.

fn main() {}
