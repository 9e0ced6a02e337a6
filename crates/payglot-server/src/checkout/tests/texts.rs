//! The three files say the same things, and the templates ask for nothing else.

use std::collections::{BTreeMap, BTreeSet};

use crate::checkout::texts::SOURCES;
use crate::checkout::{Language, Text};

/// Message names with the places in them.
fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if !line.starts_with([' ', '}']) {
            let (name, _) = line.split_once('=').expect("a message");
            name.trim().clone_into(&mut current);
            assert!(!found.contains_key(&current), "{current} stands twice");
        }
        let places = line.split('$').skip(1).map(|rest| {
            rest.chars().take_while(|sign| sign.is_ascii_alphanumeric() || *sign == '-').collect::<String>()
        });
        found.entry(current.clone()).or_default().extend(places);
    }
    found
}

#[test]
fn every_language_has_the_same_messages_with_the_same_places() {
    let [english, russian, lithuanian] = SOURCES.map(messages);
    assert_eq!(english, russian);
    assert_eq!(english, lithuanian);
    assert!(english.len() > 100, "the files were read");
}

#[test]
fn the_files_have_no_syntax_errors() {
    for source in SOURCES {
        assert!(fluent_bundle::FluentResource::try_new(source.to_owned()).is_ok());
    }
}

/// Names in quotes, in templates and views, that look like a message's name and stand where a text is asked for.
fn used() -> BTreeSet<String> {
    let sources = [
        include_str!("../templates/layout.html"),
        include_str!("../templates/card.html"),
        include_str!("../templates/challenge.html"),
        include_str!("../templates/waiting.html"),
        include_str!("../templates/result.html"),
        include_str!("../templates/failure.html"),
        include_str!("../templates/refused.html"),
        include_str!("../templates/acs.html"),
        include_str!("../templates/choice.html"),
        include_str!("../templates/errand.html"),
        include_str!("../templates/place.html"),
        include_str!("../templates/inbox.html"),
        include_str!("../templates/wallet.html"),
        include_str!("../templates/invoice.html"),
        include_str!("../templates/handover.html"),
        include_str!("../templates/telephone.html"),
        include_str!("../templates/conversation.html"),
        include_str!("../view/parts.rs"),
        include_str!("../view/card.rs"),
        include_str!("../view/bank.rs"),
        include_str!("../view/outcome.rs"),
        include_str!("../view/place.rs"),
        include_str!("../view/purpose.rs"),
        include_str!("../view/refused.rs"),
        include_str!("../view/inbox.rs"),
        include_str!("../view/wallet.rs"),
        include_str!("../view/telephone.rs"),
        include_str!("../pages.rs"),
        include_str!("../texts.rs"),
    ];
    let known = messages(SOURCES[0]);
    let quoted = |source: &str| source.split('"').map(str::to_owned).collect::<Vec<_>>();
    let mut names: BTreeSet<String> =
        sources.iter().flat_map(|source| quoted(source)).filter(|name| known.contains_key(name)).collect();
    for source in sources {
        for call in [".t(\"", ".n(\"", ".fill(\"", ".get(\""] {
            names.extend(source.split(call).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
        }
    }
    names
}

#[test]
fn every_text_that_is_asked_for_exists_and_none_is_left_over() {
    let known: BTreeSet<String> = messages(SOURCES[0]).into_keys().collect();
    assert_eq!(used(), known);
}

#[test]
fn counts_get_their_plural_forms() {
    let tries = |language, count| Text::new(language).count("tries-left", count);
    assert_eq!(tries(Language::En, 1), "You can try once more.");
    assert_eq!(tries(Language::En, 2), "You can try 2 more times.");
    let russian = [1, 2, 5, 11, 21].map(|count| tries(Language::Ru, count));
    assert_eq!(
        russian,
        [
            "Осталась 1 попытка.",
            "Осталось 2 попытки.",
            "Осталось 5 попыток.",
            "Осталось 11 попыток.",
            "Осталась 21 попытка."
        ]
    );
    let lithuanian = [1, 2, 10, 11, 21].map(|count| tries(Language::Lt, count));
    assert_eq!(
        lithuanian,
        ["Liko 1 bandymas.", "Liko 2 bandymai.", "Liko 10 bandymų.", "Liko 11 bandymų.", "Liko 21 bandymas."]
    );
}

#[test]
fn values_are_put_in_as_they_are() {
    let text = Text::new(Language::En);
    assert_eq!(text.fill("return-to-shop", "shop", "{ $amount } \u{1f375}"), "Return to { $amount } \u{1f375}");
    assert_eq!(text.fill2("card-title", ("amount", "1 €"), ("shop", "Tea")), "Pay 1 € to Tea");
    assert_eq!(text.get("no-such-text"), "no-such-text");
}
