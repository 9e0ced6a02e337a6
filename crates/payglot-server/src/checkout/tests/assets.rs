use crate::checkout::assets::{
    DARK_CARD, LIGHT_PAGE, Rgb, brand_css, brand_href, content_security_policy, frame_script_href, icon_href,
    script_href, static_file, static_names, stylesheet_href,
};

#[test]
fn addresses_lead_to_the_files() {
    for (href, content_type) in [
        (stylesheet_href(), "text/css; charset=utf-8"),
        (script_href(), "text/javascript; charset=utf-8"),
        (icon_href(), "image/svg+xml"),
        (frame_script_href(), "text/javascript; charset=utf-8"),
    ] {
        let name = href.strip_prefix("/checkout/static/").expect("under the static folder");
        let file = static_file(name).expect("a file");
        assert_eq!(file.content_type, content_type);
        assert!(!file.bytes.is_empty());
        assert_eq!(name.split('.').nth(1).map(str::len), Some(16), "{name} carries a hash");
    }
    assert_eq!(static_names().count(), 4);
    for name in ["checkout.css", "checkout.0000000000000000.css", "", "../checkout.css"] {
        assert_eq!(static_file(name), None, "{name}");
    }
}

#[test]
fn no_colour_makes_a_page_unreadable() {
    for red in (0..=255).step_by(17) {
        for green in (0..=255).step_by(17) {
            for blue in (0..=255).step_by(17) {
                assert_readable(&format!("{red:02x}{green:02x}{blue:02x}"));
            }
        }
    }
}

fn assert_readable(hex: &str) {
    let css = brand_css(hex).expect("a colour");
    let (light, dark) = css.split_once("@media").expect("two themes");
    for (theme, ground) in [(light, LIGHT_PAGE), (dark, DARK_CARD)] {
        let token = |name: &str| {
            let start = theme.find(&format!("{name}:")).expect(name) + name.len() + 1;
            Rgb::parse(&theme[start..start + 7]).expect("a colour")
        };
        let (area, ink, text) = (token("--brand"), token("--brand-ink"), token("--brand-text"));
        assert!(area.contrast(ink) >= 4.5, "{hex}: button text in {theme}");
        assert!(area.contrast(ground) >= 3.0, "{hex}: button on the page in {theme}");
        assert!(text.contrast(ground) >= 4.5, "{hex}: links in {theme}");
    }
}

#[test]
fn brand_addresses_are_normal_and_safe() {
    assert_eq!(brand_href("#3B5BDB").as_deref(), Some("/checkout/brand/3b5bdb.css"));
    assert!(brand_css("3b5bdb").is_some_and(|css| css.starts_with(":root{--brand:#3b5bdb;--brand-ink:#ffffff;")));
    for bad in ["", "#", "3b5bd", "3b5bdbb", "zzzzzz", "é5bdb", "3b5bd;", "+12345", "##3b5bd"] {
        assert_eq!(brand_css(bad), None, "{bad}");
        assert_eq!(brand_href(bad), None, "{bad}");
    }
}

/// The grounds that the brand's contrast is computed against are the stylesheet's own.
#[test]
fn the_stylesheet_uses_the_colours_that_the_brand_is_measured_against() {
    let css = include_str!("../static/checkout.css");
    assert_eq!(css.matches("--bg: #f4f5f7").count(), 1);
    assert_eq!(css.matches("--card: #161a22").count(), 1);
    assert_eq!((LIGHT_PAGE, DARK_CARD), (Rgb(0xf4, 0xf5, 0xf7), Rgb(0x16, 0x1a, 0x22)));
}

/// Text colours against every ground they stand on, in both themes.
#[test]
fn the_stylesheets_own_colours_are_readable() {
    let css = include_str!("../static/checkout.css");
    let (light, dark) = css.split_once("@media (prefers-color-scheme: dark)").expect("two themes");
    for theme in [light, dark] {
        let token = |name: &str| {
            let start = theme.find(&format!("{name}: #")).expect(name) + name.len() + 2;
            let digits: String = theme[start + 1..].chars().take_while(char::is_ascii_hexdigit).collect();
            let long =
                if digits.len() == 3 { digits.chars().flat_map(|digit| [digit, digit]).collect() } else { digits };
            Rgb::parse(&long).expect("a colour")
        };
        for (text, ground) in [
            ("--ink", "--bg"),
            ("--ink", "--card"),
            ("--ink-2", "--bg"),
            ("--ink-2", "--card"),
            ("--ink-2", "--field"),
            ("--bad", "--card"),
            ("--bad", "--bad-bg"),
            ("--warn", "--warn-bg"),
            ("--brand-text", "--card"),
            ("--brand-text", "--bg"),
            ("--brand-ink", "--brand"),
        ] {
            assert!(token(text).contrast(token(ground)) >= 4.5, "{text} on {ground}");
        }
        for (sign, ground) in
            [("--good", "--good-bg"), ("--edge", "--card"), ("--edge", "--field"), ("--brand", "--card")]
        {
            assert!(token(sign).contrast(token(ground)) >= 3.0, "{sign} on {ground}");
        }
    }
}

#[test]
fn the_policy_allows_nothing_but_ourselves() {
    assert_eq!(
        content_security_policy(&[], ""),
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let policy = content_security_policy(&["https://acs.bank.example"], "https://shop.example https://*.shop.example");
    assert!(policy.contains("form-action 'self' https://acs.bank.example; base-uri"), "{policy}");
    assert!(policy.ends_with("frame-ancestors https://shop.example https://*.shop.example"), "{policy}");
}

#[test]
fn nobody_can_smuggle_a_directive_into_the_policy() {
    let policy = content_security_policy(&["https://a.example; script-src *", "'unsafe-inline'"], "https://b\r\nX: y;");
    assert!(
        !policy.contains("script-src *") && !policy.contains("unsafe") && !policy.contains(['\r', '\n']),
        "{policy}"
    );
    assert_eq!(policy.matches(';').count(), content_security_policy(&[], "").matches(';').count());
}
