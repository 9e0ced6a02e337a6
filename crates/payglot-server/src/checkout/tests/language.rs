use crate::checkout::Language;

#[test]
fn the_shops_choice_wins_if_we_have_it() {
    assert_eq!(Language::choose(Some("RU"), Some("lt")), Language::Ru);
    assert_eq!(Language::choose(Some("lt_LT"), Some("en")), Language::Lt);
    assert_eq!(Language::choose(Some("LIT"), None), Language::Lt);
    assert_eq!(Language::choose(Some("de"), Some("lt")), Language::Lt);
    assert_eq!(Language::choose(Some(""), None), Language::En);
}

#[test]
fn the_browser_is_asked_by_weight() {
    let browser = |header| Language::choose(None, Some(header));
    assert_eq!(browser("ru-RU,ru;q=0.9,en;q=0.8"), Language::Ru);
    assert_eq!(browser("de-DE,de;q=0.9,en;q=0.3,lt;q=0.75"), Language::Lt);
    assert_eq!(browser("en;q=0.5, ru;q=0.5"), Language::En);
    assert_eq!(browser("ru;q=0, lt;q=0.001"), Language::Lt);
    assert_eq!(browser("ru;q=nonsense, *"), Language::En);
    assert_eq!(browser("fr"), Language::En);
}
