//! Money, times, JSON.

use crate::demo::text::{amount, clip, moment, money, pretty_json, shortened, slug};

#[test]
fn money_is_grouped_and_keeps_its_kopecks() {
    assert_eq!(money(125_000, "643"), "1\u{a0}250.00\u{a0}₽");
    assert_eq!(money(5, "810"), "0.05\u{a0}₽");
    assert_eq!(money(12_345_678_900, "978"), "123\u{a0}456\u{a0}789.00\u{a0}€");
    assert_eq!(money(1_250, "USD"), "12.50\u{a0}$");
    assert_eq!(
        (money(100, "JPY"), money(1_234_567, "KWD")),
        ("100\u{a0}¥".to_owned(), "1\u{a0}234.567\u{a0}KWD".to_owned())
    );
    assert_eq!(money(100, "no code"), "1.00\u{a0}no code");
}

#[test]
fn moments_are_taken_apart_by_the_calendar() {
    assert_eq!(moment(0).stamp(), "1970-01-01T00:00:00.000Z");
    assert_eq!(moment(1_709_164_799_999).stamp(), "2024-02-28T23:59:59.999Z");
    assert_eq!(moment(1_709_164_800_000).stamp(), "2024-02-29T00:00:00.000Z");
    assert_eq!(moment(1_735_689_599_001).minute(), "2024-12-31 23:59");
    assert_eq!(moment(1_735_689_600_000).compact(), "250101-000000");
}

#[test]
fn json_gains_line_breaks_and_nothing_else() {
    assert_eq!(
        pretty_json(r#"{"b":1,"a":[{"x":"1, {2}: \"3\" \\"},[]],"e":{}}"#),
        "{\n  \"b\": 1,\n  \"a\": [\n    {\n      \"x\": \"1, {2}: \\\"3\\\" \\\\\"\n    },\n    []\n  ],\n  \"e\": {}\n}"
    );
    assert_eq!(pretty_json("{not json}}}"), "{not json}}}");
}

#[test]
fn long_texts_are_cut_between_characters() {
    assert_eq!(clip("чай", 3), "чай");
    assert_eq!(clip("чайник", 3), "чай … (cut, 12 bytes in all)");
}

#[test]
fn amounts_are_written_for_a_field() {
    assert_eq!((amount(5, "643"), amount(125_000, "USD")), ("0.05".to_owned(), "1250.00".to_owned()));
    assert_eq!((amount(100, "JPY"), amount(1, "KWD")), ("100".to_owned(), "0.001".to_owned()));
}

#[test]
fn long_values_of_an_address_are_cut_and_short_ones_stay() {
    let long = "x".repeat(40);
    let cut = shortened(&format!("http://s/pay/?data={long}&sign=abc"));
    assert_eq!(cut, "http://s/pay/?data=xxxxxxxxxxxx…&sign=abc");
    assert_eq!(shortened("http://s/cb?o=BT-1"), "http://s/cb?o=BT-1");
}

#[test]
fn any_number_has_a_name_for_addresses_and_no_two_have_the_same() {
    assert_eq!(slug("BT-1"), "BT-1");
    let numbers = ["a/b", "a_2fb", "a%2Fb", "..", ".", "a b", "a+b", "№", "?", "#"];
    for (index, number) in numbers.iter().enumerate() {
        let name = slug(number);
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{name}");
        assert!(numbers[..index].iter().all(|other| slug(other) != name), "{number}");
    }
}
