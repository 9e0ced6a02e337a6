//! Static files, the brand's colours and the content policy.

use std::fmt::Write as _;
use std::sync::OnceLock;

use ring::digest::{SHA256, digest};

/// The folder of the static files in addresses; a file's name follows.
pub const STATIC_PATH: &str = "/checkout/static/";
/// The folder of the brand stylesheets in addresses; six hexadecimal digits and `.css` follow.
pub const BRAND_PATH: &str = "/checkout/brand/";
/// The `Cache-Control` of a static file: its name changes with its content, so it never goes stale.
pub const STATIC_CACHE_CONTROL: &str = "public, max-age=31536000, immutable";
/// The `Cache-Control` of a brand stylesheet: made from its name by a rule that a new version may improve.
pub const BRAND_CACHE_CONTROL: &str = "public, max-age=86400";

/// A file that is compiled into the binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaticFile {
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The content.
    pub bytes: &'static [u8],
}

struct Named {
    name: String,
    href: String,
    file: StaticFile,
}

/// The files with their names: stem, sixteen hexadecimal digits of the content's SHA-256, ending.
fn files() -> &'static [Named; 4] {
    static FILES: OnceLock<[Named; 4]> = OnceLock::new();
    FILES.get_or_init(|| {
        [
            named("checkout", "css", "text/css; charset=utf-8", include_bytes!("static/checkout.css")),
            named("checkout", "js", "text/javascript; charset=utf-8", include_bytes!("static/checkout.js")),
            named("checkout", "svg", "image/svg+xml", include_bytes!("static/icon.svg")),
            named("frame", "js", "text/javascript; charset=utf-8", include_bytes!("static/frame.js")),
        ]
    })
}

fn named(stem: &str, ending: &str, content_type: &'static str, bytes: &'static [u8]) -> Named {
    let mut name = format!("{stem}.");
    for byte in &digest(&SHA256, bytes).as_ref()[..8] {
        // Writing to a String cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name.push('.');
    name.push_str(ending);
    let href = format!("{STATIC_PATH}{name}");
    Named { name, href, file: StaticFile { content_type, bytes } }
}

/// The static file with this name (without [`STATIC_PATH`]), or `None`: also for the name of another version.
pub fn static_file(name: &str) -> Option<StaticFile> {
    files().iter().find(|known| known.name == name).map(|known| known.file)
}

/// The names of all static files.
pub fn static_names() -> impl Iterator<Item = &'static str> {
    files().iter().map(|known| known.name.as_str())
}

/// The address of the stylesheet.
pub fn stylesheet_href() -> &'static str {
    &files()[0].href
}

/// The address of the script.
pub fn script_href() -> &'static str {
    &files()[1].href
}

/// The address of the icon in the browser's tab.
pub fn icon_href() -> &'static str {
    &files()[2].href
}

/// The address of the script of pages that shops show in frames.
pub fn frame_script_href() -> &'static str {
    &files()[3].href
}

/// The address of the brand stylesheet for a colour such as `3b5bdb` or `#3B5BDB`; `None` if it is not one.
pub fn brand_href(hex: &str) -> Option<String> {
    let Rgb(red, green, blue) = Rgb::parse(hex)?;
    Some(format!("{BRAND_PATH}{red:02x}{green:02x}{blue:02x}.css"))
}

/// The stylesheet that paints the checkout in a brand's colour; `None` if `hex` is not six hexadecimal digits.
///
/// It sets `--brand` (areas: moved away from the card's colour until they differ by 3:1), `--brand-ink` (text on such an
/// area, at least 4.5:1) and `--brand-text` (links and small signs on the page, at least 4.5:1), for light and for dark,
/// so that no choice of colour makes a page unreadable. A stylesheet of its own, because the content policy forbids
/// inline styles.
pub fn brand_css(hex: &str) -> Option<String> {
    let brand = Rgb::parse(hex)?;
    Some(format!(
        ":root{{{}}}@media (prefers-color-scheme:dark){{:root{{{}}}}}\n",
        brand_tokens(brand, LIGHT_PAGE, Rgb(0, 0, 0)),
        brand_tokens(brand, DARK_CARD, Rgb(255, 255, 255)),
    ))
}

/// The least contrasting background of the light theme (`--bg` in the stylesheet).
pub(super) const LIGHT_PAGE: Rgb = Rgb(0xf4, 0xf5, 0xf7);
/// The least contrasting background of the dark theme (`--card` in the stylesheet).
pub(super) const DARK_CARD: Rgb = Rgb(0x16, 0x1a, 0x22);

fn brand_tokens(brand: Rgb, ground: Rgb, away: Rgb) -> String {
    let area = brand.until(ground, away, 3.0);
    let text = brand.until(ground, away, 4.5);
    let (white, black) = (Rgb(255, 255, 255), Rgb(0, 0, 0));
    // White looks right on most brands, so it wins whenever it is readable; one of the two always is.
    let ink = if area.contrast(white) >= 4.5 { white } else { black };
    format!("--brand:{};--brand-ink:{};--brand-text:{}", area.css(), ink.css(), text.css())
}

/// A colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rgb(pub(super) u8, pub(super) u8, pub(super) u8);

impl Rgb {
    pub(super) fn parse(hex: &str) -> Option<Self> {
        let digits = hex.strip_prefix('#').unwrap_or(hex);
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let channel = |from: usize| u8::from_str_radix(&digits[from..from + 2], 16).ok();
        Some(Self(channel(0)?, channel(2)?, channel(4)?))
    }

    /// WCAG's contrast ratio: 1 to 21.
    pub(super) fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let part = f64::from(channel) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// This colour, mixed with `away` in steps of 1/64 until it stands out from `ground` by `ratio`.
    fn until(self, ground: Self, away: Self, ratio: f64) -> Self {
        (0..=64_u16).map(|step| self.mixed(away, step)).find(|mix| mix.contrast(ground) >= ratio).unwrap_or(away)
    }

    fn mixed(self, other: Self, sixty_fourths: u16) -> Self {
        let channel = |one: u8, two: u8| {
            let sum = u16::from(one) * (64 - sixty_fourths) + u16::from(two) * sixty_fourths;
            u8::try_from(sum / 64).unwrap_or(u8::MAX)
        };
        Self(channel(self.0, other.0), channel(self.1, other.1), channel(self.2, other.2))
    }

    fn css(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// The value of `Content-Security-Policy` for a checkout page.
///
/// `form_targets` are the origins, besides our own, to which a form on this page may lead: the bank's page, when the
/// page holds a [`view::Handoff`](super::view::Handoff). Chromium applies `form-action` to every redirect that follows a
/// form post, also to those that the shop's own server adds (`http` to `https`, to a `www.` host), which we cannot know.
/// So a post from our forms is always answered with a redirect to a page of ours, and the payer leaves for the shop
/// from there by a link or a refresh, which `form-action` does not restrict. If a handler must redirect a post straight
/// to another site, its origin has to be named here.
///
/// `frame_ancestors` are the origins that may show the checkout in a frame, separated by spaces; empty means none.
///
/// An entry that is not an `http` or `https` origin (or `'self'` or `*`) is left out: no value can add a directive or break the header.
pub fn content_security_policy(form_targets: &[&str], frame_ancestors: &str) -> String {
    let mut policy = String::from(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'",
    );
    push_sources(&mut policy, form_targets.iter().copied());
    policy.push_str("; base-uri 'none'");
    push_ancestors(&mut policy, frame_ancestors);
    policy
}

/// The same for the page with which the sandbox bank sends a browser on. Its form leads to an address that a merchant's page named, and from
/// there wherever the merchant's server or ours redirects, so form targets are not restricted; its script and its fields are ours alone.
pub fn handover_policy(frame_ancestors: &str) -> String {
    let mut policy = HIDDEN_FRAME_POLICY.to_owned();
    push_ancestors(&mut policy, frame_ancestors);
    policy
}

/// The same where that page runs in a hidden frame of a merchant's page.
pub const HIDDEN_FRAME_POLICY: &str =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; base-uri 'none'";

/// Adds who may show the page in a frame.
fn push_ancestors(policy: &mut String, frame_ancestors: &str) {
    policy.push_str("; frame-ancestors");
    if !push_sources(policy, frame_ancestors.split_ascii_whitespace()) {
        policy.push_str(" 'none'");
    }
}

/// Adds the harmless ones of `sources`; tells whether there were any.
fn push_sources<'a>(policy: &mut String, sources: impl Iterator<Item = &'a str>) -> bool {
    let mut any = false;
    for source in sources.filter(|source| is_source(source)) {
        policy.push(' ');
        policy.push_str(source);
        any = true;
    }
    any
}

fn is_source(text: &str) -> bool {
    let Some(place) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return text == "'self'" || text == "*";
    };
    !place.is_empty() && place.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/[]*%".contains(&byte))
}
