//! Money, times, JSON.

use crate::demo::text::{clip, moment, money, pretty_json};

#[test]
fn money_is_grouped_and_keeps_its_kopecks() {
    assert_eq!(money(125_000, "643"), "1\u{a0}250.00\u{a0}₽");
    assert_eq!(money(5, "810"), "0.05\u{a0}₽");
    assert_eq!(money(12_345_678_900, "978"), "123\u{a0}456\u{a0}789.00\u{a0}€");
    assert_eq!(money(100, "999"), "1.00\u{a0}999");
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
