//! The three addresses of a shop, and the confirmed base addresses that they must lie in.

use crate::text::url;

/// Is it an absolute web address without user information? A backslash is refused because browsers read it as a slash and others do
/// not, so the two would go to different hosts.
pub(super) fn is_good(address: &str) -> bool {
    let authority = address.split_once("://").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    url::is_absolute(address) && !address.contains('\\') && !authority.contains('@')
}

/// Does it lie inside one of the bases (scheme, host and perhaps the beginning of a path)? No bases allow everything.
pub(super) fn is_confirmed(address: &str, bases: &[String]) -> bool {
    let Some(parts) = Parts::read(address) else { return false };
    bases.is_empty() || bases.iter().filter_map(|base| Parts::read(base)).any(|base| parts.inside(&base))
}

#[derive(Debug, PartialEq, Eq)]
struct Parts<'a> {
    scheme: String,
    authority: String,
    path: &'a str,
}

impl<'a> Parts<'a> {
    fn read(address: &'a str) -> Option<Self> {
        let (scheme, rest) = address.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        let scheme = scheme.to_ascii_lowercase();
        let usual = if scheme == "https" { ":443" } else { ":80" };
        let authority = authority.to_ascii_lowercase();
        let authority = authority.strip_suffix(usual).unwrap_or(&authority).to_owned();
        Some(Self { scheme, authority, path })
    }

    /// A base of `/shop` holds `/shop` and `/shop/x` but not `/shopping`, and nothing that climbs out with `..`.
    fn inside(&self, base: &Self) -> bool {
        let prefix = base.path.trim_end_matches('/');
        let below = self.path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let climbs = self.path.split('/').any(|step| step.to_ascii_lowercase().replace("%2e", ".") == "..");
        self.scheme == base.scheme && self.authority == base.authority && below && (prefix.is_empty() || !climbs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_web_addresses_are_good() {
        for good in ["https://shop.test/a?x=ÿ", "http://127.0.0.1:8080", "https://shop.test/@me"] {
            assert!(is_good(good), "{good}");
        }
        for bad in ["", "/a", "ftp://a.test", "https://u@a.test", "https://a.test\\@b.test", "javascript:alert(1)"] {
            assert!(!is_good(bad), "{bad}");
        }
    }

    #[test]
    fn a_base_holds_what_is_below_it() {
        let bases = ["https://shop.test/lt/".to_owned(), "http://other.test:80".to_owned()];
        for inside in [
            "https://SHOP.test:443/lt/ok?x=1",
            "https://shop.test/lt",
            "http://other.test",
            "http://other.test/any/../where#x",
        ] {
            assert!(is_confirmed(inside, &bases), "{inside}");
        }
        for outside in [
            "https://shop.test/ltd",
            "http://shop.test/lt/",
            "https://shop.test.evil.test/lt/",
            "https://shop.test/lt/../x",
            "https://shop.test/lt/%2E./x",
            "https://shop.test:8443/lt/",
            "shop.test/lt",
        ] {
            assert!(!is_confirmed(outside, &bases), "{outside}");
        }
        assert!(is_confirmed("https://anything.test", &[]));
    }
}
