//! The little that a codec does with a merchant's address: judge it, and add parameters without touching what is there.

/// Is it an absolute `http` or `https` address with a host, without white space and control characters?
pub fn is_absolute(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    web && !host.is_empty() && !host.starts_with(':') && !url.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// Is it absolute with any scheme? The return to a mobile application uses a scheme of its own (`myapp://paid`).
pub fn has_scheme(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let mut letters = scheme.bytes();
    let starts = letters.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let named = starts && letters.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    let script = ["javascript", "data", "vbscript", "file"].iter().any(|bad| scheme.eq_ignore_ascii_case(bad));
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let clean = !url.chars().any(|c| c.is_whitespace() || c.is_control());
    named && !script && clean && if web { is_absolute(url) } else { !rest.is_empty() }
}

/// Adds an encoded query: with `&` if there is a query, before a `#fragment`; all else stays as it is.
pub fn add_query(url: &str, query: &str) -> String {
    let (front, fragment) = url.find('#').map_or((url, ""), |at| url.split_at(at));
    let joint = match front.find('?') {
        None => "?",
        Some(_) if front.ends_with(['?', '&']) => "",
        Some(_) => "&",
    };
    format!("{front}{joint}{query}{fragment}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_joined() {
        for (url, joined) in [
            ("https://a.example", "https://a.example?q=1"),
            ("https://a.example/x?back", "https://a.example/x?back&q=1"),
            ("https://a.example/x?", "https://a.example/x?q=1"),
            ("https://a.example/x?a=%20b&", "https://a.example/x?a=%20b&q=1"),
            ("https://a.example/#/done?x", "https://a.example/?q=1#/done?x"),
        ] {
            assert_eq!(add_query(url, "q=1"), joined);
        }
    }

    #[test]
    fn addresses_are_judged() {
        for good in ["http://127.0.0.1:1/x", "HTTPS://a.example", "https://u@a.example/é?x#y"] {
            assert!(is_absolute(good) && has_scheme(good), "{good}");
        }
        for bad in
            ["", ".", "/x", "a.example/x", "http://", "https:///x", "https://a .example", "https://:80/", "http://a\n"]
        {
            assert!(!is_absolute(bad) && !has_scheme(bad), "{bad}");
        }
        assert!(has_scheme("my-app://paid") && !is_absolute("my-app://paid"));
        assert!(!has_scheme("javascript://x%0aalert(1)") && !has_scheme("1x://y"));
    }
}
