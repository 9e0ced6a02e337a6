//! Walls between rooms: which folder of a crate may name which other.
//!
//! Code under `#[cfg(test)]` is exempt: a test may set up what its room may not reach.

use super::source::{code_only, is_word, line_of, without_tests};
use super::{File, Finding};

/// One room and what it must not name.
struct Wall {
    /// The folder, or the file of the same name.
    room: &'static str,
    /// Rooms of the server (`store` for a module `crate::store`) or crates (`payglot_store`).
    never: &'static [&'static str],
    reason: &'static str,
}

/// A file, or a folder with all its files, that may pass a wall; what it may name, and why.
type Exception = (&'static str, &'static str, &'static str);

const WALLS: &[Wall] = &[
    Wall {
        room: "web",
        never: &["payglot_store", "store", "rusqlite", "upstream", "worker"],
        reason: "the web reads a request, calls one flow and writes the reply; changes begin in flows",
    },
    Wall {
        room: "flows",
        never: &["web", "axum", "checkout", "dashboard", "demo", "cli"],
        reason: "a flow serves every protocol and the terminal alike, so it knows nothing of HTTP or pages",
    },
    Wall {
        room: "checkout",
        never: &["payglot_store", "store", "payglot_wire", "upstream", "worker", "web", "demo"],
        reason: "pages ask flows; a page that reads the database or a protocol would invent rules of its own",
    },
    Wall {
        room: "demo",
        never: &["flows", "payglot_store", "store", "checkout", "upstream", "worker"],
        reason: "the demo shop reaches only what a real shop could reach",
    },
    Wall {
        room: "worker",
        never: &["payglot_wire", "askama", "checkout", "web", "demo"],
        reason: "the worker sends bytes that were written and signed with the payment, so a retry is identical",
    },
    Wall {
        room: "upstream",
        never: &["payglot_store", "store", "flows", "web", "checkout", "demo", "worker"],
        reason: "a provider answers questions; what the answer means for a payment is decided elsewhere",
    },
    Wall { room: "cli", never: &["rusqlite", "payglot_wire"], reason: "a command calls the same flows as the web" },
];

const EXCEPTIONS: &[Exception] = &[
    (
        "crates/payglot-server/src/checkout/form.rs",
        "upstream",
        "the card is read into the provider's type, which cannot be printed or stored",
    ),
    (
        "crates/payglot-server/src/checkout/visit.rs",
        "upstream",
        "carries whose test cards the page offers in test mode",
    ),
    ("crates/payglot-server/src/checkout/tests/visits.rs", "upstream", "says whose test cards its pages offer"),
    (
        "crates/payglot-server/src/checkout/pages.rs",
        "upstream",
        "in test mode the page offers the sandbox bank's own list of test cards",
    ),
    (
        "crates/payglot-server/src/web/pages.rs",
        "upstream",
        "sends the payer to the bank's page, whose address only the provider knows",
    ),
    ("crates/payglot-server/src/web/pages.rs", "payglot_store", "reads the records that flows return; writes none"),
    ("crates/payglot-server/src/web/rbs", "payglot_store", "finds the merchant and names what the store refused"),
    (
        "crates/payglot-server/src/web/rbs/bindings.rs",
        "upstream",
        "reads a security code and a card's number into the provider's types, which cannot be printed or stored",
    ),
    (
        "crates/payglot-server/src/web/rbs/card_input.rs",
        "upstream",
        "the card is read into the provider's type, which cannot be printed or stored",
    ),
    (
        "crates/payglot-server/src/web/rbs/cards.rs",
        "upstream",
        "hands the card on as the provider takes it, and says what the order demands of its authentication",
    ),
    (
        "crates/payglot-server/src/web/rbs/one_shot.rs",
        "upstream",
        "hands the card on as the provider takes it, and says who leads the payer",
    ),
    (
        "crates/payglot-server/src/web/rbs/page_calls.rs",
        "upstream",
        "asks a card number for its scheme, which the provider's type alone can tell",
    ),
    (
        "crates/payglot-server/src/web/rbs/tds.rs",
        "upstream",
        "tells a merchant's page which step of 3-D Secure the provider wants",
    ),
    ("crates/payglot-server/src/web/monetix", "payglot_store", "names what the store refused"),
    (
        "crates/payglot-server/src/web/monetix/payments.rs",
        "upstream",
        "hands the recipient on as the provider takes it, and says who leads the payer",
    ),
    (
        "crates/payglot-server/src/web/monetix/instruments.rs",
        "upstream",
        "hands the card or the wallet on as the provider takes it, and says who leads the payer",
    ),
    (
        "crates/payglot-server/src/web/monetix/steps.rs",
        "upstream",
        "hands what the payer pays with on as the provider takes it",
    ),
    (
        "crates/payglot-server/src/web/shop",
        "upstream",
        "says in the provider's words what an order demands of a card's authentication",
    ),
    ("crates/payglot-server/src/web/shop", "payglot_store", "reads the records that flows return; writes none"),
    (
        "crates/payglot-server/src/web/sandbox.rs",
        "upstream",
        "serves the sandbox bank's page, which a real bank would serve itself",
    ),
    (
        "crates/payglot-server/src/web/errand.rs",
        "upstream",
        "serves the pages of simulated banks, wallets and telephones, which real ones would serve themselves",
    ),
    (
        "crates/payglot-server/src/web/inbox.rs",
        "upstream",
        "serves the inbox of the simulated wallet, which a real one would serve itself",
    ),
    (
        "crates/payglot-server/src/web/choice.rs",
        "upstream",
        "names the place that the payer chose; its address only the provider knows",
    ),
    (
        "crates/payglot-server/src/upstream/sandbox/book.rs",
        "payglot_store",
        "the simulated bank has no machines of its own, so it borrows two verbs of the store for its own book",
    ),
    (
        "crates/payglot-server/src/upstream/sandbox/vault.rs",
        "payglot_store",
        "the simulated bank's vault lies beside its book",
    ),
    (
        "crates/payglot-server/src/upstream/sandbox/tests.rs",
        "payglot_store",
        "a test opens a real store and reads the book from outside",
    ),
];

const SERVER: &str = "crates/payglot-server/src/";
const WIRE: &str = "crates/payglot-wire/src/";

/// All checks of this file on one source file.
pub(super) fn check(file: &File) -> Vec<Finding> {
    let code = without_tests(&code_only(&file.text));
    if let Some(rest) = file.path.strip_prefix(SERVER) {
        return server(file, rest, &code);
    }
    if let Some(rest) = file.path.strip_prefix(WIRE) {
        return protocols(file, rest, &code);
    }
    Vec::new()
}

fn server(file: &File, rest: &str, code: &str) -> Vec<Finding> {
    let own = room_of(rest);
    let mut findings = Vec::new();
    for wall in WALLS.iter().filter(|wall| wall.room == own) {
        for (line, name) in named_rooms(rest, code).into_iter().chain(named_crates(code)) {
            let excepted = EXCEPTIONS.iter().any(|e| is_in(&file.path, e.0) && e.1 == name);
            if wall.never.contains(&name.as_str()) && !excepted {
                findings.push(Finding::new(&file.path, line, format!("`{own}` reaches `{name}`: {}", wall.reason)));
            }
        }
    }
    findings
}

/// Is it this file, or a file of this folder?
fn is_in(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A protocol's folder must not name another protocol's folder; `text`, `raw` and the like are for all.
fn protocols(file: &File, rest: &str, code: &str) -> Vec<Finding> {
    const PROTOCOLS: &[&str] = &["rbs", "moneta", "monetix", "paysera", "exchanger"];
    let own = room_of(rest);
    if !PROTOCOLS.contains(&own) {
        return Vec::new();
    }
    let foreign = |(_, name): &(usize, String)| name != own && PROTOCOLS.contains(&name.as_str());
    let message = |name: &str| format!("`{own}` reaches `{name}`: protocols need likeness, not each other");
    let found = named_rooms(rest, code).into_iter().filter(foreign);
    found.map(|(line, name)| Finding::new(&file.path, line, message(&name))).collect()
}

/// `web/rbs.rs` and `web.rs` are both of the room `web`.
fn room_of(rest: &str) -> &str {
    rest.split('/').next().unwrap_or(rest).trim_end_matches(".rs")
}

/// The rooms named by paths from the crate's root: `crate::a`, `crate::{a::b, c}`, and as many `super::` as lead there.
fn named_rooms(rest: &str, code: &str) -> Vec<(usize, String)> {
    let depth = rest.split('/').count() - usize::from(rest.ends_with("/mod.rs") || rest == "lib.rs");
    let mut found = Vec::new();
    for root in ["crate::".to_owned(), "super::".repeat(depth)] {
        for (at, _) in code.match_indices(&root) {
            let before = &code[..at];
            if !before.ends_with(is_word) && !before.ends_with("super::") {
                let line = line_of(code, at);
                found.extend(first_names(&code[at + root.len()..]).into_iter().map(|name| (line, name)));
            }
        }
    }
    found
}

/// The first name of a path, or of each path in a group of them.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| text.trim_start().chars().take_while(|&c| is_word(c)).collect::<String>();
    let Some(group) = path.strip_prefix('{') else { return vec![name(path)] };
    let (mut depth, mut names, mut from) = (0_usize, Vec::new(), 0);
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(name(&group[from..i]));
                from = i + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

/// Crates that some wall is about, where the code names them.
fn named_crates(code: &str) -> Vec<(usize, String)> {
    const CRATES: &[&str] = &["payglot_store", "payglot_wire", "rusqlite", "axum", "askama"];
    let words = super::source::words(code).filter(|(_, word)| CRATES.contains(word));
    words.map(|(line, word)| (line, word.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(usize, String)> {
        let findings = check(&File { path: path.to_owned(), text: text.to_owned() });
        findings.into_iter().map(|f| (f.line, f.message.split(':').next().unwrap_or_default().to_owned())).collect()
    }

    #[test]
    fn a_room_may_use_what_no_wall_forbids() {
        let text =
            "use crate::flows::pay;\nuse super::pages;\n// crate::store\nuse crate::{config, flows::{query, worker}};";
        assert!(found("crates/payglot-server/src/checkout/card.rs", text).is_empty());
        assert!(found("crates/payglot-server/src/main.rs", "use crate::flows;").is_empty());
    }

    #[test]
    fn a_room_must_not_pass_a_wall() {
        let text =
            "use crate::{config, demo::{shop, flows}};\nuse payglot_wire::rbs;\nfn a() { super::super::web::b() }";
        let reached = found("crates/payglot-server/src/checkout/card.rs", text);
        let expected = [
            (1, "`checkout` reaches `demo`"),
            (3, "`checkout` reaches `web`"),
            (2, "`checkout` reaches `payglot_wire`"),
        ];
        assert_eq!(reached, expected.map(|(line, message)| (line, message.to_owned())));
        assert_eq!(found("crates/payglot-server/src/demo.rs", "use super::flows;").len(), 1);
        assert_eq!(found("crates/payglot-server/src/demo/mod.rs", "use super::flows;").len(), 1);
        assert!(found("crates/payglot-server/src/demo/a.rs", "use super::flows;").is_empty());
    }

    #[test]
    fn tests_may_set_up_what_a_room_may_not_reach() {
        let text = "#[cfg(test)]\nmod tests { use payglot_store::Store; }";
        assert!(found("crates/payglot-server/src/web/mod.rs", text).is_empty());
    }

    #[test]
    fn protocols_do_not_know_each_other() {
        assert!(found("crates/payglot-wire/src/rbs/reply.rs", "use crate::text::form; use super::request;").is_empty());
        assert_eq!(found("crates/payglot-wire/src/rbs/reply.rs", "use crate::moneta::request;").len(), 1);
        assert_eq!(found("crates/payglot-wire/src/rbs/reply.rs", "use super::super::paysera;").len(), 1);
        assert!(found("crates/payglot-wire/src/lib.rs", "use crate::{rbs, moneta};").is_empty());
    }

    #[test]
    fn every_exception_has_a_reason_and_a_wall() {
        for (file, may, reason) in EXCEPTIONS {
            assert!(reason.len() > 20, "{file}: say why");
            let own = room_of(file.strip_prefix(SERVER).unwrap_or_default());
            assert!(WALLS.iter().any(|w| w.room == own && w.never.contains(may)), "{file}: no wall forbids `{may}`");
        }
    }
}
