use askama::Template;

use super::fixtures::{self, RETURN, all, card, card_declined, card_with_errors, frame};
use super::html::{Tag, field, tags};
use crate::checkout::assets::{brand_css, script_href, static_file, stylesheet_href};
use crate::checkout::view::{
    AcsError, CardPage, Failure, Frame, Merchant, Notice, Order, Outcome, ResultPage, ShopLink, WaitReason,
};
use crate::checkout::{Language, Text};

fn html(page: &impl Template) -> String {
    page.render().expect("a page of plain data renders")
}

fn first<'a>(tags: &'a [Tag], name: &str) -> &'a Tag {
    tags.iter().find(|tag| tag.name == name).unwrap_or_else(|| panic!("no <{name}>"))
}

#[test]
fn every_page_is_sound_in_every_language() {
    for language in Language::ALL {
        for (name, page) in all(language) {
            let name = format!("{}/{name}", language.code());
            let tags = tags(&page);
            assert_eq!(first(&tags, "html").get("lang"), Some(language.code()), "{name}");
            assert_eq!(tags.iter().filter(|tag| tag.name == "h1").count(), 1, "{name}: one heading of the first level");
            assert_eq!(tags.iter().filter(|tag| tag.name == "main").count(), 1, "{name}");
            assert_nothing_inline(&name, &tags);
            assert_ids_are_single_and_known(&name, &tags);
            assert!(!page.contains("{{") && !page.contains("{%") && !page.contains("{ $"), "{name}");
            let links = tags.iter().filter(|tag| tag.name == "a" && tag.get("hreflang").is_some());
            assert_eq!(links.count(), Language::ALL.len(), "{name}: a link per language");
        }
    }
}

/// The content policy would ignore it, so it must not exist: style and event attributes, inline code, foreign files.
fn assert_nothing_inline(name: &str, tags: &[Tag]) {
    for tag in tags {
        for attribute in tag.attribute_names() {
            assert!(attribute != "style" && !attribute.starts_with("on"), "{name}: <{} {attribute}>", tag.name);
        }
        match tag.name.as_str() {
            "style" => panic!("{name}: inline style"),
            "script" => assert_eq!(tag.get("src"), Some(script_href()), "{name}"),
            "link" => assert!(tag.get("href").is_some_and(|href| href.starts_with("/checkout/")), "{name}"),
            "img" | "iframe" | "object" => panic!("{name}: <{}>", tag.name),
            _ => {}
        }
    }
}

fn assert_ids_are_single_and_known(name: &str, tags: &[Tag]) {
    let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
    for (index, id) in ids.iter().enumerate() {
        assert!(!ids[..index].contains(id), "{name}: {id} stands twice");
    }
    for tag in tags {
        for attribute in ["for", "aria-describedby", "aria-labelledby"] {
            for id in tag.get(attribute).unwrap_or("").split_ascii_whitespace() {
                assert!(ids.contains(&id), "{name}: {attribute} names {id}, which does not exist");
            }
        }
    }
}

#[test]
fn the_card_form_tells_browsers_what_its_fields_are() {
    for language in Language::ALL {
        let page = html(&card(language));
        for (name, autocomplete) in
            [("number", "cc-number"), ("expiry", "cc-exp"), ("cvc", "cc-csc"), ("holder", "cc-name")]
        {
            let input = field(&page, name);
            assert_eq!(input.get("autocomplete"), Some(autocomplete));
            assert_eq!(input.get("id"), Some(name), "its label finds it");
            assert!(page.contains(&format!("<label for=\"{name}\">")));
            if name != "holder" {
                assert_eq!(input.get("inputmode"), Some("numeric"));
                assert!(input.get("required").is_some() && input.get("value").is_none());
            }
        }
        assert_eq!(
            (field(&page, "step").get("value"), field(&page, "token").get("value")),
            (Some("card"), Some("t0ken"))
        );
        for tag in tags(&page).iter().filter(|tag| tag.name == "form") {
            assert_eq!(tag.get("method"), Some("post"));
        }
        assert!(page.contains(">14:32</time>"));
    }
    let page = html(&card(Language::Ru));
    assert!(
        page.contains("Номер карты")
            && page.contains("Оплатить 1\u{a0}250,00\u{a0}₽")
            && page.contains("Тест: деньги не списываются")
    );
    assert!(html(&card(Language::Lt)).contains("Kortelės numeris"));
}

#[test]
fn errors_are_bound_to_their_fields_and_announced() {
    let page = html(&card_with_errors(Language::En));
    for (name, message) in [
        ("number", "A digit is wrong or missing"),
        ("expiry", "This card has expired"),
        ("cvc", "Enter 3 digits"),
        ("holder", "Use Latin letters, as printed on the card"),
    ] {
        assert_eq!(field(&page, name).get("aria-invalid"), Some("true"));
        let note = field(&page, name).get("aria-describedby").expect("a description").to_owned();
        let start = page.find(&format!("id=\"{note}\"")).expect("the note");
        assert!(page[start..].split("</p>").next().is_some_and(|text| text.ends_with(message)), "{name}");
        assert!(page.contains(&format!("<a href=\"#{name}\">")), "the summary leads to {name}");
    }
    assert!(page.contains("role=\"alert\"") && page.contains("4 fields need correcting. Nothing has been taken."));
    assert!(page.contains("<title>Error: "));
    assert_eq!(field(&page, "holder").get("value"), Some("ИВАН"));
}

#[test]
fn a_decline_says_why_and_what_is_left_and_keeps_only_the_name() {
    let page = html(&card_declined(Language::En));
    for words in ["The bank did not approve", "not enough money", "Nothing was taken", "You can try 2 more times."] {
        assert!(page.contains(words), "{words}");
    }
    assert_eq!(field(&page, "holder").get("value"), Some("IVAN PETROV"));
    for name in ["number", "expiry", "cvc"] {
        assert_eq!(field(&page, name).get("value"), None, "{name}");
    }
}

#[test]
fn only_a_listed_test_card_can_stand_in_the_form() {
    let filled = html(&CardPage { filled: Some(1), ..card(Language::En) });
    assert_eq!(field(&filled, "number").get("value"), Some("5555 5555 5555 5599"));
    assert_eq!(field(&filled, "cvc").get("value"), Some("123"));
    assert_eq!(field(&html(&CardPage { filled: Some(9), ..card(Language::En) }), "number").get("value"), None);
    let live = Frame { test_mode: false, ..frame(Language::En) };
    let page = html(&CardPage { frame: live, ..card(Language::En) });
    assert!(!page.contains("&#38;fill=") && !page.contains("Test mode"), "no test data in live mode");
}

#[test]
fn what_a_shop_writes_stays_text() {
    let hostile = "\"><script>alert(1)</script><p style='x' onclick=\"y\">&amp; {{ 7 }}";
    for language in Language::ALL {
        let merchant = Merchant {
            name: hostile.to_owned(),
            mark: "<".to_owned(),
            brand: Some("red;}</style>".to_owned()),
            return_label: Some(hostile.to_owned()),
            link: Some(ShopLink { href: format!("https://a.example/?{hostile}"), label: hostile.to_owned() }),
        };
        let known = frame(language);
        let order = known.order.clone().map(|order| Order {
            number: hostile.to_owned(),
            description: hostile.repeat(3),
            ..order
        });
        let frame = Frame { merchant: Some(merchant), order, page: format!("/p?{hostile}"), ..known };
        let form = CardPage { holder: hostile.to_owned(), frame: frame.clone(), ..card(language) };
        let shown =
            ResultPage { frame, return_href: Some(hostile.to_owned()), ..fixtures::result(language, Outcome::Paid) };
        let bank = crate::checkout::view::AcsPage {
            shop: hostile.to_owned(),
            fields: vec![(hostile.to_owned(), hostile.to_owned())],
            ..fixtures::acs(language, None)
        };
        for page in [html(&form), html(&shown), html(&bank)] {
            let tags = tags(&page);
            assert_nothing_inline("hostile", &tags);
            assert_eq!(tags.iter().filter(|tag| tag.name == "script").count(), 1);
            assert!(!page.contains("alert(1)</script>") && page.contains("&#60;script&#62;alert(1)"));
            assert!(!page.contains("/checkout/brand/"), "a colour that is none is left out");
        }
    }
}

#[test]
fn results_lead_back_to_the_shop() {
    let paid = html(&fixtures::result(Language::En, Outcome::Paid));
    let refresh = tags(&paid).into_iter().find(|tag| tag.get("http-equiv") == Some("refresh")).expect("a refresh");
    let escaped = RETURN.replace('&', "&#38;");
    assert_eq!(refresh.get("content"), Some(format!("5;url={escaped}").as_str()));
    assert!(paid.contains("<noscript><meta http-equiv=\"refresh\""), "with script the payer can stop it");
    for words in
        ["Return to Books &#38; Tea", "Visa •••• 1111", "4711-0815", "Taking you back in 5 seconds", "Stay here"]
    {
        assert!(paid.contains(words), "{words}");
    }
    for outcome in Outcome::ALL {
        let page = html(&fixtures::result(Language::En, outcome));
        assert!(
            tags(&page).iter().any(|tag| tag.name == "a" && tag.get("href") == Some(escaped.as_str())),
            "{outcome:?}"
        );
        let automatic = page.contains("http-equiv=\"refresh\"");
        assert_eq!(automatic, matches!(outcome, Outcome::Paid | Outcome::Held), "{outcome:?}");
    }
}

#[test]
fn without_script_the_end_of_the_time_is_noticed() {
    let page = html(&card(Language::En));
    let head = page.split("</head>").next().unwrap_or_default();
    assert!(head.contains("<noscript><meta http-equiv=\"refresh\" content=\"874;url=/payment/merchants/"), "{head}");
    let timeless = html(&CardPage { frame: Frame { timer: None, ..frame(Language::En) }, ..card(Language::En) });
    assert!(!timeless.contains("http-equiv"));
}

#[test]
fn waiting_works_with_and_without_script() {
    let page = html(&fixtures::waiting(Language::En, WaitReason::Working));
    assert!(page.contains("data-events=\"/payment/events?mdOrder=70906e55\""));
    assert!(page.contains("<noscript><meta http-equiv=\"refresh\" content=\"3;url=/payment/merchants/"));
    let unknown = html(&fixtures::waiting(Language::En, WaitReason::Unknown));
    assert!(unknown.contains("Please do not pay again") && unknown.contains("do not know whether the money was taken"));
}

#[test]
fn confirmation_goes_on_at_the_bank_or_with_another_card() {
    let page = html(&fixtures::challenge(Language::En, false));
    assert!(page.contains("You came back before confirming") && !page.contains("data-at-once"));
    assert_eq!(field(&page, "PaReq").get("value"), Some("eJx+/=&#34;"));
    assert!(page.contains("value=\"another-card\"") && page.contains("value=\"cancel\""));
    assert!(html(&fixtures::challenge(Language::En, true)).contains("data-at-once"));
}

#[test]
fn the_sandbox_bank_does_not_pretend_to_be_real() {
    let page = html(&fixtures::acs(Language::En, Some(AcsError::Wrong { tries_left: 1 })));
    for words in
        ["this is not a real bank", "<code>12345678</code>", "One try is left", "value=\"cancel\"", "role=\"alert\""]
    {
        assert!(page.contains(words), "{words}");
    }
    assert_eq!(field(&page, "code").get("autocomplete"), Some("one-time-code"));
    assert!(!page.contains("/checkout/brand/"), "it does not wear the shop's colours");
}

#[test]
fn failures_say_what_became_of_the_money() {
    let page = html(&fixtures::failure(Language::En, Failure::UnknownOrder));
    assert!(page.contains("could not find this order") && page.contains("No money was taken"));
    let page = html(&fixtures::failure(Language::En, Failure::Technical { reference: "REQ-1".to_owned() }));
    assert!(page.contains("<code>REQ-1</code>") && page.contains("do not pay again yet"));
    let page = html(&fixtures::failure(Language::En, Failure::TooManyAttempts { retry_after: 61 }));
    assert!(page.contains("Try again in 2 minutes."));
}

#[test]
fn every_notice_is_announced() {
    for notice in [Notice::Stale, Notice::Switched] {
        let page = html(&CardPage { notice: Some(notice), ..card(Language::En) });
        assert!(
            page.contains("role=\"alert\"") || page.contains("<div class=\"notice\" role=\"status\""),
            "{notice:?}"
        );
    }
}

/// A first visit on a slow line: the page and everything it needs, uncompressed.
#[test]
fn the_first_page_is_small() {
    let size = |href: &str| {
        let name = href.rsplit('/').next().unwrap_or_default();
        static_file(name).map_or(0, |file| file.bytes.len())
    };
    let shared = size(stylesheet_href()) + size(script_href()) + brand_css("0b7285").map_or(0, |css| css.len());
    for language in Language::ALL {
        for (name, page) in all(language) {
            let total = page.len() + shared;
            assert!(total < 60 * 1024, "{}/{name} weighs {total} bytes", language.code());
        }
    }
}

#[test]
fn a_shop_may_word_its_own_button() {
    let mut page = fixtures::result(Language::En, Outcome::Expired);
    assert!(html(&page).contains("Return to Books &#38; Tea"));
    if let Some(merchant) = &mut page.frame.merchant {
        merchant.return_label = Some("Back to my basket".to_owned());
    }
    assert!(html(&page).contains(">Back to my basket</a>"));
    page.frame.merchant = None;
    assert!(html(&page).contains(&Text::new(Language::En).get("return-to-the-shop")));
}
