//! Names that must not appear in the two pure crates, because each would let in the clock, chance, the network or
//! a vendor.

use super::source::{code_only, without_comments, words};
use super::{File, Finding};

/// A list of names, where they are forbidden and why.
struct Ban {
    folder: &'static str,
    names: &'static [&'static str],
    reason: &'static str,
}

/// Names that are compared whole, in code (not in comments or strings).
const NAMES: &[Ban] = &[
    Ban {
        folder: "crates/payglot-core/src/",
        names: &["SystemTime", "Instant", "sleep"],
        reason: "the core is handed the time, so that a test can turn the clock",
    },
    Ban { folder: "crates/payglot-core/src/", names: &["f32", "f64"], reason: "money is counted, never approximated" },
    Ban {
        folder: "crates/payglot-core/src/",
        names: &["async", "await", "fs", "net", "thread", "env"],
        reason: "the core touches nothing outside itself",
    },
    Ban {
        folder: "crates/payglot-wire/src/",
        names: &["SystemTime", "Instant", "sleep"],
        reason: "a codec's bytes depend on its arguments alone, so time is an argument",
    },
    Ban {
        folder: "crates/payglot-wire/src/",
        names: &["rand", "SystemRandom", "SecureRandom", "getrandom", "new_v4", "now_v7"],
        reason: "a codec's bytes depend on its arguments alone, so chance is an argument",
    },
    Ban {
        folder: "crates/payglot-wire/src/",
        names: &["async", "await", "tokio", "axum", "hyper", "http", "reqwest", "rusqlite"],
        reason: "a codec reads and writes plain values; it has no runtime and no HTTP library",
    },
    Ban {
        folder: "crates/payglot-wire/src/",
        names: &["TcpStream", "TcpListener", "UdpSocket", "ToSocketAddrs", "fs", "thread"],
        reason: "a codec cannot reach a socket or a file",
    },
    Ban {
        folder: "crates/payglot-store/src/",
        names: &["axum", "hyper", "reqwest", "payglot_wire"],
        reason: "a store that knows HTTP or a protocol cannot be exchanged for another",
    },
];

/// Systems whose words the core must not know. Compared with the parts of names (`RbsOrder` has the parts rbs and
/// order) in code and in texts.
const VENDORS: &[&str] = &[
    "rbs",
    "bpc",
    "mts",
    "moneta",
    "payanyway",
    "monetix",
    "webmoney",
    "paysera",
    "exchanger",
    "sberbank",
    "alfabank",
];

/// All checks of this file on one source file.
pub(super) fn check(file: &File) -> Vec<Finding> {
    let code = code_only(&file.text);
    let mut findings = Vec::new();
    for ban in NAMES.iter().filter(|ban| file.path.starts_with(ban.folder)) {
        for (line, word) in words(&code).filter(|(_, word)| ban.names.contains(word)) {
            findings.push(Finding::new(&file.path, line, format!("`{word}`: {}", ban.reason)));
        }
    }
    if file.path.starts_with("crates/payglot-core/") {
        findings.extend(vendor_words(file));
    }
    findings
}

fn vendor_words(file: &File) -> Vec<Finding> {
    let text = without_comments(&file.text);
    let mut findings = Vec::new();
    for (line, word) in words(&text) {
        for part in parts(word).filter(|part| VENDORS.contains(&part.as_str())) {
            let message = format!("`{word}`: the core must not know the vendor's word `{part}`");
            findings.push(Finding::new(&file.path, line, message));
        }
    }
    findings
}

/// The lower-case parts of a name in snake or camel case.
fn parts(word: &str) -> impl Iterator<Item = String> {
    let mut spaced = String::new();
    let mut after_small = false;
    for c in word.chars() {
        if c == '_' || (c.is_uppercase() && after_small) {
            spaced.push(' ');
        }
        after_small = c.is_lowercase() || c.is_ascii_digit();
        if c != '_' {
            spaced.extend(c.to_lowercase());
        }
    }
    spaced.split_whitespace().map(str::to_owned).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&File { path: path.to_owned(), text: text.to_owned() }).len()
    }

    #[test]
    fn the_core_has_no_clock_floats_or_vendors() {
        let core = "crates/payglot-core/src/money.rs";
        assert_eq!(found(core, "// f64 and rbs\nlet monetary = \"Instant\"; let f = 1;"), 0);
        assert_eq!(found(core, "fn a(x: f64) { SystemTime::now(); Instant::now() }"), 3);
        assert_eq!(found(core, "struct RbsOrder; let moneta_id = \"MTS\";"), 3);
        assert_eq!(found("crates/payglot-server/src/a.rs", "Instant::now(); struct RbsOrder;"), 0);
    }

    #[test]
    fn a_codec_has_no_runtime_chance_or_socket() {
        let wire = "crates/payglot-wire/src/text/form.rs";
        assert_eq!(found(wire, "use ring::hmac; use std::net::IpAddr; // async"), 0);
        assert_eq!(found(wire, "async fn a() { TcpStream::connect(); ring::rand::SystemRandom::new() }"), 4);
    }

    #[test]
    fn a_store_has_no_http() {
        assert_eq!(found("crates/payglot-store/src/lib.rs", "use tokio::sync; use payglot_core::money;"), 0);
        assert_eq!(found("crates/payglot-store/src/lib.rs", "use payglot_wire::rbs; use axum::Router;"), 2);
    }

    #[test]
    fn names_split_into_parts() {
        assert_eq!(parts("RbsOrder_id2X").collect::<Vec<_>>(), ["rbs", "order", "id2", "x"]);
        assert_eq!(parts("MAX_MTS").collect::<Vec<_>>(), ["max", "mts"]);
    }
}
