//! Pages that shops show in frames: what they carry for `frame.js`, and that no other page carries any of it.

use askama::Template;

use super::fixtures::{self, RETURN, all, card, frame};
use super::html::{Tag, tags};
use crate::checkout::Language;
use crate::checkout::assets::{frame_script_href, script_href, static_file, static_names};
use crate::checkout::view::{
    CardPage, Embed, Failure, FailurePage, Frame, Go, GoMode, Outcome, ResultPage, ShopLink, WaitReason, WaitingPage,
};

const RESULT: &str = r#"{"payment":{"status":"success","id":"it's <47>"}}"#;

fn html(page: &impl Template) -> String {
    page.render().expect("a page of plain data renders")
}

fn embedded(embed: Embed) -> ResultPage {
    let shown = fixtures::result(Language::En, Outcome::AlreadyPaid);
    ResultPage { frame: Frame { embed: Some(embed), ..shown.frame }, ..shown }
}

fn told() -> Embed {
    Embed { message: Some("epframe.payment.success".to_owned()), data: RESULT.to_owned(), ..Embed::default() }
}

fn one(tags: &[Tag], what: impl Fn(&&Tag) -> bool) -> &Tag {
    let mut found = tags.iter().filter(what);
    let first = found.next().expect("one");
    assert!(found.next().is_none(), "only one");
    first
}

#[test]
fn a_page_that_no_shop_frames_carries_nothing_for_a_frame() {
    for language in Language::ALL {
        for (name, page) in all(language) {
            for trace in ["/checkout/static/frame.", "data-frame", "data-go", "data-leave", "target=\"_parent"] {
                assert!(!page.contains(trace), "{}/{name}: {trace}", language.code());
            }
        }
    }
}

#[test]
fn a_framed_page_brings_the_script_and_what_it_says() {
    let tags = tags(&html(&embedded(told())));
    let scripts: Vec<Option<&str>> = tags.iter().filter(|tag| tag.name == "script").map(|tag| tag.get("src")).collect();
    assert_eq!(scripts, [Some(script_href()), Some(frame_script_href())], "checks of forms come first");
    assert!(tags.iter().filter(|tag| tag.name == "script").all(|tag| tag.get("defer").is_some()));
    let body = one(&tags, |tag| tag.name == "body");
    assert_eq!(body.get("data-frame-message"), Some("epframe.payment.success"));
    let data = body.get("data-frame-data").expect("data").replace("&#34;", "\"").replace("&#39;", "'");
    assert_eq!(data.replace("&#60;", "<").replace("&#62;", ">"), RESULT);
}

#[test]
fn a_page_with_nothing_to_announce_announces_nothing() {
    let page =
        html(&CardPage { frame: Frame { embed: Some(Embed::default()), ..frame(Language::En) }, ..card(Language::En) });
    assert!(page.contains(frame_script_href()) && !page.contains("data-frame") && !page.contains("data-go"));
}

#[test]
fn a_way_out_is_a_link_that_works_by_itself() {
    for (mode, word, target) in [
        (GoMode::Iframe, "iframe", "_self"),
        (GoMode::ParentPage, "parent_page", "_parent"),
        (GoMode::BlankPage, "blank_page", "_blank"),
    ] {
        let go = Some(Go { url: "https://shop.example/done?a=1&b=\"2\"".to_owned(), mode });
        let tags = tags(&html(&embedded(Embed { go, ..told() })));
        let link = one(&tags, |tag| tag.get("data-go").is_some());
        assert_eq!((link.name.as_str(), link.get("data-go"), link.get("target")), ("a", Some(word), Some(target)));
        assert_eq!(link.get("href"), Some("https://shop.example/done?a=1&#38;b=&#34;2&#34;"));
        assert_eq!(link.get("rel"), Some("noopener"));
    }
}

/// Within a frame the shop's page would appear in the window that it is to replace.
#[test]
fn every_link_into_the_shop_leaves_the_frame() {
    let framed = |known: Frame| {
        let merchant = known.merchant.map(|merchant| {
            let link = Some(ShopLink { href: "https://books.example/basket".to_owned(), label: String::new() });
            crate::checkout::view::Merchant { link, ..merchant }
        });
        Frame { merchant, embed: Some(Embed::default()), ..known }
    };
    let waiting = fixtures::waiting(Language::En, WaitReason::Unknown);
    let failure = fixtures::failure(Language::En, Failure::TooManyAttempts { retry_after: 60 });
    let result = embedded(told());
    let pages = [
        html(&WaitingPage { frame: framed(waiting.frame.clone()), ..waiting }),
        html(&FailurePage { frame: framed(failure.frame.clone()), ..failure }),
        html(&ResultPage { frame: framed(result.frame.clone()), ..result }),
    ];
    for page in pages {
        let tags = tags(&page);
        let leading_out = tags.iter().filter(|tag| tag.get("href").is_some_and(|href| href.starts_with("https://")));
        let leading_out: Vec<&Tag> = leading_out.collect();
        assert_eq!(leading_out.len(), 2, "the button and the link in the footer");
        for link in leading_out {
            assert_eq!(link.get("target"), Some("_parent"), "{link:?}");
            assert!(link.get("data-leave").is_some() || link.get("data-return").is_some(), "{link:?}");
        }
        assert!(page.contains(&RETURN.replace('&', "&#38;")));
    }
}

#[test]
fn what_is_announced_stays_in_its_attribute() {
    let hostile = "{}\"><script>alert(1)</script>";
    let go = Some(Go { url: format!("https://a.example/{hostile}"), mode: GoMode::BlankPage });
    let page =
        html(&embedded(Embed { message: Some(hostile.to_owned()), data: hostile.to_owned(), go, ..Embed::default() }));
    assert_eq!(tags(&page).iter().filter(|tag| tag.name == "script").count(), 2);
    assert!(!page.contains("<script>alert"));
}

#[test]
fn the_script_for_frames_is_small() {
    let name = static_names().find(|name| name.starts_with("frame.")).expect("listed");
    let script = static_file(name).expect("a file");
    assert_eq!(frame_script_href(), format!("/checkout/static/{name}"));
    assert!(script.bytes.len() < 8 * 1024, "{} bytes", script.bytes.len());
}
