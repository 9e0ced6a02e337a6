//! The choice of a way to pay, and the simulated places.

use super::fixtures::{NOON, RETURN, Rendered, frame};
use super::html::{field, tags};
use crate::checkout::Language;
use crate::checkout::view::{
    Amount, ChoiceNotice, ChoicePage, ConversationPage, CountryOption, DeclineReason, EmailError, EmailField,
    ErrandError, ErrandPage, ErrandStage, Facts, Form, Frame, KeywordOffer, MessageError, MethodIcon, Outcome,
    PersonOption, PlacePage, ResultPage, TelephonePage, TelephoneReply, Tile, TileGroup, WaitReason, WaitingPage,
};
use askama::Template;

fn html(page: &impl Template) -> String {
    page.render().expect("a page of plain data renders")
}

fn form(step: &str) -> Form {
    Form { action: "/checkout/70906e55?lang=lt".to_owned(), step: step.to_owned(), token: "3".to_owned() }
}

fn choice(language: Language) -> ChoicePage {
    let words = |en: &str, ru: &str, lt: &str| match language {
        Language::En => en.to_owned(),
        Language::Ru => ru.to_owned(),
        Language::Lt => lt.to_owned(),
    };
    let country = |code: &str, title: String| CountryOption { code: code.to_owned(), title };
    let tile = |key: &str, title: &str, icon| Tile { key: key.to_owned(), title: title.to_owned(), icon };
    let group = |title, tiles: &[(&str, &str, MethodIcon)]| TileGroup {
        title,
        tiles: tiles.iter().map(|(key, title, icon)| tile(key, title, *icon)).collect(),
    };
    ChoicePage {
        frame: frame(language),
        choose: form("choose"),
        cancel: Some(form("cancel")),
        countries_action: "/checkout/70906e55".to_owned(),
        countries: vec![
            country("ee", words("Estonia", "Эстония", "Estija")),
            country("lt", words("Lithuania", "Литва", "Lietuva")),
        ],
        country: "lt".to_owned(),
        groups: vec![
            group(
                words("Online banking", "Интернет-банк", "Elektroninė bankininkystė"),
                &[("hanza", "Swedbank", MethodIcon::Bank), ("vb2", "SEB", MethodIcon::Bank)],
            ),
            group(
                words("Electronic money", "Электронные деньги", "Elektroniniai pinigai"),
                &[("webmoney", "WebMoney", MethodIcon::Wallet), ("coin", "Coin", MethodIcon::Coin)],
            ),
            group(
                words("Other ways", "Другие способы", "Kiti būdai"),
                &[
                    ("card", &words("Payment card", "Банковская карта", "Mokėjimo kortelė"), MethodIcon::Card),
                    ("smsbank", "SMS Bank", MethodIcon::Phone),
                    ("kiosk", "Perlas", MethodIcon::Cash),
                ],
            ),
        ],
        another: None,
        email: None,
        notice: None,
    }
}

fn errand(language: Language, stage: ErrandStage, error: Option<ErrandError>) -> ErrandPage {
    let at_phone = matches!(stage, ErrandStage::Phone | ErrandStage::Code { .. });
    let person = PersonOption {
        key: "zydrune".to_owned(),
        name: "Žydrūnė Šimkutė".to_owned(),
        national_number: "48002300017".to_owned(),
    };
    ErrandPage {
        frame: Frame { timer: None, merchant: None, order: None, ..frame(language) },
        place: if at_phone { "SMS Bank" } else { "Swedbank" }.to_owned(),
        icon: if at_phone { MethodIcon::Phone } else { MethodIcon::Bank },
        test: false,
        shop: "Books & Tea".to_owned(),
        amount: Amount::from_minor(1250, 2, "€", language),
        action: "/sandbox/bank/70906e55?lang=en".to_owned(),
        stage,
        persons: if at_phone { Vec::new() } else { vec![person] },
        error,
        late: false,
        back: RETURN.to_owned(),
    }
}

fn code() -> ErrandStage {
    ErrandStage::Code { phone: "•••• 4567".to_owned(), code: "0417".to_owned() }
}

fn render(name: &str, page: &impl Template) -> Rendered {
    (name.to_owned(), page.render().expect("a page of plain data renders"))
}

fn refunded(language: Language) -> ResultPage {
    let facts = Facts { place: Some("Swedbank".to_owned()), at: Some(NOON), ..Facts::default() };
    let frame = Frame { timer: None, ..frame(language) };
    ResultPage { frame, outcome: Outcome::Refunded, facts, return_href: Some(RETURN.to_owned()), auto_return: None }
}

/// Every page of this kind in one language.
pub(super) fn all(language: Language) -> Vec<Rendered> {
    let email = |value: &str, error| Some(EmailField { value: value.to_owned(), error });
    let asks = ChoicePage { email: email("", None), ..choice(language) };
    let wrong = ChoicePage { email: email("a@b", Some(EmailError::Invalid)), ..choice(language) };
    let declined = ChoiceNotice::Declined(DeclineReason::AccountFunds);
    let only = ChoicePage { groups: choice(language).groups[..1].to_vec(), countries: Vec::new(), ..asks.clone() };
    let frame_of_waiting = Frame { timer: None, ..frame(language) };
    vec![
        render("choice", &choice(language)),
        render("choice-email", &asks),
        render("choice-email-wrong", &wrong),
        render("choice-only", &ChoicePage { another: Some(RETURN.to_owned()), ..only }),
        render("choice-declined", &ChoicePage { notice: Some(declined), ..choice(language) }),
        render("choice-left", &ChoicePage { notice: Some(ChoiceNotice::Left), ..choice(language) }),
        render("choice-stale", &ChoicePage { notice: Some(ChoiceNotice::Stale), ..choice(language) }),
        render("choice-none", &ChoicePage { groups: Vec::new(), ..choice(language) }),
        render(
            "place",
            &PlacePage {
                frame: frame(language),
                place: "Swedbank".to_owned(),
                icon: MethodIcon::Bank,
                href: "/checkout/70906e55/challenge".to_owned(),
                another: Some(form("another-card")),
                cancel: Some(form("cancel")),
            },
        ),
        render(
            "waiting-accepted",
            &WaitingPage {
                frame: frame_of_waiting,
                reason: WaitReason::Accepted,
                events: "/checkout/70906e55/events".to_owned(),
                return_href: Some(RETURN.to_owned()),
                simulator: Some("/checkout/70906e55/challenge".to_owned()),
            },
        ),
        render("errand", &errand(language, ErrandStage::Choice, None)),
        render("errand-test", &ErrandPage { test: true, ..errand(language, ErrandStage::Choice, None) }),
        render("errand-late", &ErrandPage { late: true, ..errand(language, ErrandStage::Choice, None) }),
        render("errand-phone", &errand(language, ErrandStage::Phone, None)),
        render("errand-phone-wrong", &errand(language, ErrandStage::Phone, Some(ErrandError::Phone))),
        render("errand-code", &errand(language, code(), None)),
        render("errand-code-wrong", &errand(language, code(), Some(ErrandError::CodeWrong { tries_left: 2 }))),
        render("errand-code-missing", &errand(language, code(), Some(ErrandError::CodeMissing))),
        render("errand-accepted", &errand(language, ErrandStage::Accepted, None)),
        render("refunded-place", &refunded(language)),
        render("telephone", &telephone(language, None)),
        render("telephone-no-keyword", &TelephonePage { offers: Vec::new(), ..telephone(language, None) }),
        render("telephone-number-wrong", &telephone(language, Some(MessageError::Number))),
        render("telephone-keyword-wrong", &telephone(language, Some(MessageError::Keyword))),
        render("conversation-waiting", &conversation(language, TelephoneReply::Waiting)),
        render("conversation-text", &conversation(language, TelephoneReply::Text("Ačiū! <b>4711</b>".to_owned()))),
        render("conversation-later", &conversation(language, TelephoneReply::Later)),
        render("conversation-given-up", &conversation(language, TelephoneReply::GivenUp)),
    ]
}

fn telephone(language: Language, error: Option<MessageError>) -> TelephonePage {
    let offer = |name: &str, price: &str| KeywordOffer {
        name: name.to_owned(),
        shop: "Books & Tea".to_owned(),
        price: price.to_owned(),
        to: "1679".to_owned(),
    };
    TelephonePage {
        frame: Frame { timer: None, merchant: None, order: None, ..frame(language) },
        action: "/sandbox/telephone?lang=en".to_owned(),
        id: "01938e5a-7c31-7f42-9b1e-3f1f0c1d2e3f".to_owned(),
        offers: vec![offer("TEA", "0.50 EUR"), offer("BOOK", "1.99 EUR")],
        from: "+370 612 34567".to_owned(),
        text: "TEA with \"honey\"".to_owned(),
        error,
    }
}

fn conversation(language: Language, reply: TelephoneReply) -> ConversationPage {
    ConversationPage {
        frame: Frame { timer: None, merchant: None, order: None, ..frame(language) },
        to: "1679".to_owned(),
        text: "TEA <i>please</i>".to_owned(),
        price: "0.50 EUR".to_owned(),
        shop: "Books & Tea".to_owned(),
        reply,
        another: "/sandbox/telephone?lang=en".to_owned(),
    }
}

#[test]
fn a_message_and_its_answer_are_shown_as_text_and_an_open_one_is_looked_at_again() {
    let page = html(&conversation(Language::En, TelephoneReply::Text("<b>4711</b>".to_owned())));
    assert!(page.contains("&#60;b&#62;4711") && page.contains("TEA &#60;i&#62;please") && !page.contains("<i>"));
    assert!(!page.contains("data-refresh") && !page.contains("http-equiv"));
    for open in [TelephoneReply::Waiting, TelephoneReply::Later] {
        let page = html(&conversation(Language::En, open));
        assert!(page.contains("data-refresh=\"5\"") && page.contains("http-equiv=\"refresh\""));
    }
    let wrong = html(&telephone(Language::En, Some(MessageError::Keyword)));
    assert_eq!(field(&wrong, "text").get("aria-invalid"), Some("true"));
    assert_eq!(field(&wrong, "from").get("aria-invalid"), None);
    assert_eq!(field(&wrong, "text").get("value"), Some("TEA with &#34;honey&#34;"));
}

#[test]
fn each_way_is_a_button_of_one_form_that_needs_no_script() {
    let page = html(&choice(Language::Lt));
    let chosen: Vec<String> = tags(&page)
        .iter()
        .filter(|tag| tag.name == "button" && tag.get("name") == Some("method"))
        .filter_map(|tag| tag.get("value").map(str::to_owned))
        .collect();
    assert_eq!(chosen, ["hanza", "vb2", "webmoney", "coin", "card", "smsbank", "kiosk"]);
    assert_eq!(field(&page, "step").get("value"), Some("choose"));
    assert!(page.contains("<option value=\"lt\" selected>Lietuva</option>"));
    assert!(!page.contains("type=\"email\""), "the shop has named the address");
}

#[test]
fn an_address_is_asked_for_and_its_error_is_tied_to_it() {
    let asks = ChoicePage { email: Some(EmailField::default()), ..choice(Language::En) };
    let page = html(&asks);
    assert_eq!(field(&page, "email").get("autocomplete"), Some("email"));
    assert!(field(&page, "email").get("aria-invalid").is_none());
    let email = EmailField { value: "a\"b".to_owned(), error: Some(EmailError::Invalid) };
    let page = html(&ChoicePage { email: Some(email), ..choice(Language::En) });
    assert_eq!(field(&page, "email").get("aria-invalid"), Some("true"));
    assert!(page.contains("<title>Error: ") && page.contains("That is not a complete e-mail address"));
    assert!(!page.contains("a\"b"), "what was typed cannot leave its attribute");
}

#[test]
fn where_no_card_was_used_no_text_speaks_of_one() {
    for (language, card) in [(Language::En, "card"), (Language::Ru, "карт"), (Language::Lt, "kortel")] {
        let page = html(&refunded(language)).to_lowercase();
        assert!(!page.contains(card) || language == Language::En && !page.contains("the card"), "{language:?}");
    }
}
