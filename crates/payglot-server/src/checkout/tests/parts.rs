use crate::checkout::view::{Amount, Merchant, Moment, Order, Timer};
use crate::checkout::{Language, Text};

#[test]
fn amounts_are_grouped_and_keep_their_decimals() {
    let line =
        |minor, decimals, sign| Amount::from_minor(minor, decimals, sign, Language::En).line().replace('\u{a0}', " ");
    assert_eq!(line(125_000, 2, "₽"), "1 250.00 ₽");
    assert_eq!(line(5, 2, "€"), "0.05 €");
    assert_eq!(line(0, 2, "€"), "0.00 €");
    assert_eq!(line(123_456_789, 0, "¥"), "123 456 789 ¥");
    assert_eq!(line(1, 8, "BTC"), "0.00000001 BTC");
    assert_eq!(line(99_999, 3, "KD"), "99.999 KD");
    assert_eq!(Amount::from_minor(125_000, 2, "₽", Language::Ru).fraction, ",00");
}

#[test]
fn moments_follow_the_calendar() {
    let machine = |unix_seconds| Moment { unix_seconds }.machine();
    assert_eq!(machine(0), "1970-01-01T00:00:00Z");
    assert_eq!(machine(951_782_399), "2000-02-28T23:59:59Z");
    assert_eq!(machine(951_782_400), "2000-02-29T00:00:00Z");
    assert_eq!(machine(1_735_689_599), "2024-12-31T23:59:59Z");
    assert_eq!(machine(4_107_542_400), "2100-03-01T00:00:00Z");
    assert_eq!(machine(-1), "1969-12-31T23:59:59Z");
    let text = |language| Moment { unix_seconds: 951_782_400 }.text(Text::new(language));
    assert_eq!(text(Language::En), "29 Feb 2000, 00:00 UTC");
    assert_eq!(text(Language::Ru), "29 февраля 2000, 00:00 UTC");
    assert_eq!(text(Language::Lt), "2000 m. vasario 29 d., 00:00 UTC");
}

#[test]
fn the_clock_shows_hours_only_when_there_are_any() {
    let clock = |seconds_left| Timer { seconds_left, expires_at: Moment { unix_seconds: 0 } }.clock();
    assert_eq!(
        [clock(0), clock(59), clock(872), clock(3600), clock(90_061)],
        ["00:00", "00:59", "14:32", "1:00:00", "25:01:01"]
    );
}

#[test]
fn a_mark_is_the_first_letter() {
    assert_eq!(Merchant::mark_of("«Books» & tea"), "B");
    assert_eq!(Merchant::mark_of("книги"), "К");
    assert_eq!(Merchant::mark_of("***"), "");
}

#[test]
fn only_a_long_description_is_shortened() {
    let order = |length: usize| Order {
        amount: Some(Amount::from_minor(1, 2, "€", Language::En)),
        number: "1".to_owned(),
        description: "ы".repeat(length),
    };
    assert_eq!(order(0).short_description(), None);
    assert_eq!(order(140).short_description(), None);
    assert_eq!(order(141).short_description().map(|short| short.chars().count()), Some(121));
}
