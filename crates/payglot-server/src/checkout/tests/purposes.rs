//! Pages that check a card, save one, or ask where a payout shall go.

use askama::Template;

use super::fixtures::{self, Rendered};
use super::html::{Tag, field, tags};
use super::visits::{by_wallet, card, choosing, fresh, tried};
use crate::checkout::Language;
use crate::checkout::form::Typed;
use crate::checkout::pages::{self, Asked};
use crate::checkout::recipient::{self, TypedRecipient};
use crate::checkout::view::{AcsPage, Embed, Frame, Go, GoMode};
use crate::checkout::visit::{Choice, Purpose, Saved, Visit};
use payglot_core::{CardBrand, DeclineReason, OperationStatus, State, UnixMillis};

fn page(visit: &Visit) -> String {
    pages::page(visit, &Asked::default()).expect("a page of plain data renders")
}

/// The card form after nothing was typed into it.
fn empty(visit: &Visit) -> String {
    let typed = Typed::default();
    let errors = typed.card(UnixMillis(0)).map(|_| ()).expect_err("nothing was typed");
    pages::page_with_errors(visit, &typed, errors).expect("a page")
}

/// The same for the forms of a payout.
fn refused(visit: &Visit, body: &[u8]) -> String {
    let errors = TypedRecipient::read(body).judge(visit).expect_err("refused");
    recipient::form_with_errors(visit, &errors).expect("a page")
}

/// Every state of a purpose: its name, and the visit.
fn states(purpose: Purpose, language: Language) -> Vec<(&'static str, Visit)> {
    use OperationStatus::{Approved, Asked, Declined, PayerActs, Unknown};
    let at = |state, status, reason| tried(fresh(purpose, language), state, status, reason);
    let ended = |state| {
        let visit = fresh(purpose, language);
        let payment = payglot_core::Payment { state, ..visit.payment };
        Visit { payment, can_return: true, just_done: true, shop_link: None, ..visit }
    };
    let success = if purpose == Purpose::Verify { State::Voided } else { State::Paid };
    let refusal = Some(DeclineReason::IssuerRefused);
    let mut found = vec![
        ("again", at(State::Created, Declined, refusal)),
        ("waiting", at(State::Pending, Asked, None)),
        ("unknown", at(State::Pending, Unknown, None)),
        ("done", at(success, Approved, None)),
        ("declined", at(State::Declined, Declined, refusal)),
        ("expired", ended(State::Expired)),
        ("cancelled", ended(State::Cancelled)),
    ];
    if purpose == Purpose::Verify {
        found.push(("challenge", at(State::Pending, PayerActs, None)));
        found.push(("held", at(State::Held, Approved, None)));
    }
    found
}

fn acs(language: Language) -> String {
    let known = fixtures::acs(language, None);
    let frame = Frame { purpose: Purpose::Verify, ..known.frame };
    AcsPage { frame, amount: None, ..known }.render().expect("a page")
}

fn saved(registers: bool) -> Saved {
    let cards = [("a", CardBrand::Visa, "411111**1111"), ("b", CardBrand::Mir, "220138**0013")];
    Saved {
        cards: cards.map(|(id, brand, masked)| (id.to_owned(), card(brand, masked))).to_vec(),
        may_save: true,
        preselected: Some("b".to_owned()),
        registers,
        ..Saved::default()
    }
}

fn by_card(purpose: Purpose, language: Language) -> Visit {
    choosing(fresh(purpose, language), "card")
}

/// Every page of this kind in one language.
pub(super) fn all(language: Language) -> Vec<Rendered> {
    let verify = fresh(Purpose::Verify, language);
    let keep = fresh(Purpose::SaveCard, language);
    let pay_out = fresh(Purpose::PayOut, language);
    let registering = Visit { saved: saved(true), ..verify.clone() };
    let nowhere = Visit { choice: Some(Choice { email: Some(String::new()), ..Choice::default() }), ..pay_out.clone() };
    let (on_card, in_wallet) = (choosing(pay_out.clone(), "card"), choosing(pay_out.clone(), "webmoney"));
    let reason = DeclineReason::CardRestricted;
    let mut pages = vec![
        ("verify", page(&verify)),
        ("verify-errors", empty(&verify)),
        ("verify-registers", page(&registering)),
        ("verify-acs", acs(language)),
        ("save-card", page(&keep)),
        ("save-card-errors", empty(&keep)),
        ("save-card-refused", pages::card_not_saved(&keep, &Typed::default(), reason).expect("a page")),
        ("card-saved", pages::card_saved(&keep, &card(CardBrand::Visa, "411111**1111")).expect("a page")),
        ("payout-choice", page(&pay_out)),
        ("payout-nowhere", page(&nowhere)),
        ("payout-card", page(&on_card)),
        ("payout-card-error", refused(&on_card, b"number=4111")),
        ("payout-wallet", page(&in_wallet)),
        ("payout-wallet-errors", refused(&in_wallet, b"account=1&first_name=Ona")),
        ("payout-wallet-done", page(&by_wallet(tried(pay_out, State::Paid, OperationStatus::Approved, None)))),
        ("saved-proposed", page(&Visit { saved: saved(false), ..by_card(Purpose::Pay, language) })),
        ("saved-registers", page(&Visit { saved: saved(true), ..by_card(Purpose::Pay, language) })),
    ]
    .into_iter()
    .map(|(name, page)| (name.to_owned(), page))
    .collect::<Vec<_>>();
    for (purpose, name) in [(Purpose::Verify, "verify"), (Purpose::PayOut, "payout")] {
        pages.extend(states(purpose, language).iter().map(|(state, visit)| (format!("{name}-{state}"), page(visit))));
    }
    pages
}

fn named(wanted: &str, language: Language) -> String {
    all(language).into_iter().find(|(name, _)| name == wanted).unwrap_or_else(|| panic!("no page {wanted}")).1
}

/// What stands between the tags.
fn words(page: &str) -> String {
    let body = page.split_once("<title>").expect("a title").1;
    body.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect::<Vec<_>>().join(" ")
}

#[test]
fn where_no_money_moves_no_page_names_an_amount_or_speaks_of_paying() {
    // Roots of the words; what a shop is called and what it keeps cards for are not about this visit.
    let about_paying = |language| match language {
        Language::En => ["Pay ", " paid", "not pay", "the payment"],
        Language::Ru => ["плат", "заказ на", "оформ", "сумм"],
        Language::Lt => ["mokė", "sumokė", "užsisak", "suma "],
    };
    for language in Language::ALL {
        let pages = all(language);
        let without_money = |name: &str| name.starts_with("verify") || name.starts_with("save-card");
        assert!(pages.iter().filter(|(name, _)| without_money(name)).count() > 14, "the pages are there");
        for (name, page) in pages.iter().filter(|(name, _)| without_money(name)) {
            let name = format!("{}/{name}", language.code());
            assert!(!page.contains("250") && !page.contains('€') && !page.contains("class=\"amount\""), "{name}");
            let lead = "class=\"lead\">";
            let without_lead = page.split_once(lead).map_or(page.clone(), |(before, after)| {
                format!("{before}{lead}{}", &after[after.find("</p>").expect("an end")..])
            });
            for word in about_paying(language) {
                assert!(!words(&without_lead).contains(word), "{name}: {word}");
            }
        }
    }
}

#[test]
fn a_payout_names_what_the_payer_gets_and_never_asks_them_to_pay() {
    let about_paying = |language| match language {
        Language::En => ["Pay ", "to pay", "taken"],
        Language::Ru => ["оплат", "Оплат", "списан"],
        Language::Lt => ["Mokė", "mokė", "nurašy"],
    };
    for language in Language::ALL {
        for (name, page) in all(language).iter().filter(|(name, _)| name.starts_with("payout")) {
            let name = format!("{}/{name}", language.code());
            assert!(page.contains("<span>1\u{a0}250</span>"), "{name}: the amount");
            for word in about_paying(language) {
                assert!(!words(page).contains(word), "{name}: {word}");
            }
        }
    }
}

#[test]
fn a_card_that_is_verified_or_saved_is_the_only_thing_asked_for() {
    for (purpose, step, button) in
        [(Purpose::Verify, "pay", "Verify card</button>"), (Purpose::SaveCard, "save_card", "Save card</button>")]
    {
        // The shop's other ways and the payer's other cards do not matter.
        let visit = Visit { saved: saved(false), ..fresh(purpose, Language::En) };
        let page = page(&visit);
        assert_eq!(field(&page, "step").get("value"), Some(step));
        for name in ["number", "expiry", "cvc", "holder"] {
            assert_eq!(field(&page, name).get("id"), Some(name));
        }
        assert!(page.contains(button), "{purpose:?}");
        assert!(!page.contains("name=\"saved\"") && !page.contains("ways=all"), "{purpose:?}");
        assert!(visit.offers("card") && !visit.offers("webmoney"), "{purpose:?}");
        assert_eq!(page.contains("name=\"save\""), purpose == Purpose::Verify, "a saved card is saved without a box");
        let heading = tags(&page).into_iter().find(|tag| tag.name == "h1").expect("a heading");
        assert_eq!(heading.get("class"), None, "what the page is for is seen");
    }
}

#[test]
fn a_card_is_verified_once_the_bank_has_released_it() {
    assert!(named("verify-held", Language::En).contains("data-events="), "the page looks again by itself");
    let done = named("verify-done", Language::En);
    for words in ["The card is verified", "No money was taken", "Visa •••• 1111", "Return to Books &#38; Tea"] {
        assert!(done.contains(words), "{words}");
    }
    let declined = named("verify-declined", Language::En);
    assert!(declined.contains("The card was not verified") && declined.contains("Nothing was taken from your card."));
}

#[test]
fn a_saved_card_is_shown_with_the_shops_own_way_back() {
    let page = named("card-saved", Language::En);
    assert!(page.contains("The card is saved") && page.contains("Visa •••• 1111"));
    let back: Vec<Tag> = tags(&page).into_iter().filter(|tag| tag.get("data-return").is_some()).collect();
    assert_eq!(back.iter().map(|tag| tag.get("href")).collect::<Vec<_>>(), [Some("https://books.example/basket")]);
    assert_eq!(page.matches("https://books.example").count(), 1, "the link stands once");
    let refused = named("save-card-refused", Language::En);
    assert!(refused.contains("The card was not saved") && !refused.contains("more times"));
}

#[test]
fn the_recipient_chooses_where_the_money_goes() {
    let choice = named("payout-choice", Language::En);
    assert!(choice.contains("Where shall the money go?") && choice.contains("Books &#38; Tea sends you this money."));
    let keys = tags(&choice).into_iter().filter(|tag| tag.get("name") == Some("method"));
    assert_eq!(keys.filter_map(|tag| tag.get("value").map(str::to_owned)).collect::<Vec<_>>(), ["card", "webmoney"]);
    assert!(named("payout-nowhere", Language::En).contains("The money cannot be received here"));
}

#[test]
fn money_goes_to_a_card_by_its_number_alone() {
    let page = named("payout-card", Language::En);
    assert_eq!(field(&page, "step").get("value"), Some("receive"));
    assert_eq!(field(&page, "number").get("inputmode"), Some("numeric"));
    let fields = tags(&page).into_iter().filter(|tag| tag.name == "input" && tag.get("type") != Some("hidden"));
    assert_eq!(fields.count(), 1);
    assert!(page.contains(">Receive 1\u{a0}250.00\u{a0}€</button>"));
    assert!(page.contains("data-number=\"4242 4242 4242 4242\""), "a test card of payouts");
    let wrong = named("payout-card-error", Language::En);
    assert_eq!(field(&wrong, "number").get("aria-invalid"), Some("true"));
    assert!(wrong.contains("No money has been sent.") && !wrong.contains("4111\""));
}

#[test]
fn money_goes_to_a_wallet_with_what_is_missing_about_its_owner() {
    let page = named("payout-wallet", Language::En);
    assert_eq!(field(&page, "step").get("value"), Some("receive"));
    for name in ["account", "first_name", "last_name", "email"] {
        assert_eq!(field(&page, name).get("id"), Some(name));
    }
    let wrong = named("payout-wallet-errors", Language::En);
    assert_eq!(field(&wrong, "account").get("aria-invalid"), Some("true"));
    assert_eq!(field(&wrong, "first_name").get("value"), Some("Ona"));
    assert!(named("payout-wallet-done", Language::En).contains("WebMoney 123456789012"));
}

#[test]
fn where_there_is_one_way_it_is_gone_at_once() {
    let mut visit = choosing(fresh(Purpose::PayOut, Language::En), "webmoney");
    for group in
        visit.choice.iter_mut().flat_map(|choice| &mut choice.countries).flat_map(|country| &mut country.groups)
    {
        group.ways.retain(|way| way.key == "webmoney");
    }
    assert!(visit.straight().is_none(), "who gets money is not sent away to pay");
    let page = page(&visit);
    assert!(page.contains("id=\"account\"") && !page.contains("ways=all"));
}

#[test]
fn the_card_that_the_shop_proposes_stands_first_and_others_can_be_chosen() {
    let page = named("saved-proposed", Language::En);
    let picks: Vec<(Option<String>, bool)> = tags(&page)
        .into_iter()
        .filter(|tag| tag.get("name") == Some("saved") && tag.name == "input")
        .map(|tag| (tag.get("value").map(str::to_owned), tag.get("checked").is_some()))
        .collect();
    let wanted = [("b", true), ("a", false), ("", false)].map(|(id, chosen)| (Some(id.to_owned()), chosen));
    assert_eq!(picks, wanted);
    assert_eq!(field(&page, "cvc").get("required"), Some(""), "a saved card needs its code");
    assert!(page.contains("name=\"save\"") && !page.contains("charge this card"));
    // After an error the payer's own choice counts.
    let visit = Visit { saved: saved(false), ..by_card(Purpose::Pay, Language::En) };
    let typed = Typed::read(b"saved=a&cvc=");
    let errors = typed.saved_code(CardBrand::Visa).map(|_| ()).expect_err("no code");
    let again = pages::page_with_errors(&visit, &typed, errors).expect("a page");
    let chosen = tags(&again).into_iter().find(|tag| tag.get("checked").is_some()).expect("one");
    assert_eq!(chosen.get("value"), Some("a"));
}

#[test]
fn who_lets_a_shop_charge_again_is_told_before_the_button() {
    for (name, sentence) in [
        ("saved-registers", "By paying you allow Books &#38; Tea to charge this card again, as agreed with them."),
        ("verify-registers", "By verifying the card you allow Books &#38; Tea to charge it later"),
    ] {
        let page = named(name, Language::En);
        let (before, after) = page.split_once(sentence).expect(name);
        assert!(before.contains("name=\"cvc\"") && after.contains("<button class=\"btn\""), "{name}");
    }
}

#[test]
fn a_card_that_is_saved_offers_no_choice_about_it() {
    let visit = Visit { saved: Saved { must_save: true, ..saved(false) }, ..fresh(Purpose::SaveCard, Language::En) };
    assert!(!page(&visit).contains("class=\"save fresh\""));
}

#[test]
fn a_shops_window_hears_which_way_and_which_card_was_chosen_and_another_page_says_nothing_of_it() {
    let framed = |visit: Visit| Visit { embed: Some(Embed::default()), ..visit };
    let choice = fresh(Purpose::Pay, Language::En);
    let cards = Visit { saved: saved(false), ..by_card(Purpose::Pay, Language::En) };
    for trace in ["data-kind", "data-account"] {
        assert!(!page(&choice).contains(trace) && !page(&cards).contains(trace), "{trace}");
    }
    let shown = tags(&page(&framed(choice)));
    let tiles = shown.iter().filter(|tag| tag.get("data-kind").is_some());
    let tiles: Vec<_> = tiles.map(|tag| (tag.get("value"), tag.get("data-kind"))).collect();
    assert_eq!(tiles, [(Some("card"), Some("card")), (Some("webmoney"), Some("wallet"))]);
    let shown = tags(&page(&framed(cards)));
    let told = shown.iter().filter_map(|tag| Some((tag.name.as_str(), tag.get("data-account")?)));
    let (mir, visa) = ("220138**0013", "411111**1111");
    assert_eq!(told.collect::<Vec<_>>(), [("input", mir), ("button", mir), ("input", visa), ("button", visa)]);
}

#[test]
fn the_end_of_a_saved_card_is_told_and_led_on_from_like_any_other() {
    let go = Go { url: "https://books.example/kept".to_owned(), mode: GoMode::ParentPage };
    let message = Some("epframe.tokenize.success".to_owned());
    let embed = Embed { message, data: "{}".to_owned(), go: Some(go), ..Embed::default() };
    let visit = Visit { embed: Some(embed), ..fresh(Purpose::SaveCard, Language::En) };
    let page = pages::card_saved(&visit, &card(CardBrand::Visa, "411111**1111")).expect("a page");
    assert!(page.contains("data-frame-message=\"epframe.tokenize.success\""));
    assert!(page.contains("href=\"https://books.example/kept\" target=\"_parent\""));
}
