//! In which language a page speaks.

/// A language that every text of the checkout exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, also for everybody whose language is missing here.
    En,
    /// Russian.
    Ru,
    /// Lithuanian.
    Lt,
}

impl Language {
    /// All languages, in the order in which links to them are shown.
    pub const ALL: [Self; 3] = [Self::En, Self::Ru, Self::Lt];

    /// The code for `<html lang>` and for `lang` parameters.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
            Self::Lt => "lt",
        }
    }

    /// The language's own name for itself, so that a payer recognises it on a page in any language.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Ru => "Русский",
            Self::Lt => "Lietuvių",
        }
    }

    /// Reads a tag: `ru`, `RU`, `ru-RU`, `lt_LT`, or the three letters of ISO 639-2 that some protocols send.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
        match primary.as_str() {
            "en" | "eng" => Some(Self::En),
            "ru" | "rus" => Some(Self::Ru),
            "lt" | "lit" => Some(Self::Lt),
            _ => None,
        }
    }

    /// The shop's choice if we have that language, else the best of the browser's `Accept-Language`, else English.
    pub fn choose(explicit: Option<&str>, accept_language: Option<&str>) -> Self {
        explicit.and_then(Self::parse).or_else(|| accept_language.and_then(Self::best_accepted)).unwrap_or(Self::En)
    }

    /// The first of the highest weighted languages that we have. A weight of zero means "not this one".
    fn best_accepted(header: &str) -> Option<Self> {
        let mut best: Option<(Self, u32)> = None;
        for item in header.split(',').take(32) {
            let mut parts = item.split(';');
            let Some(language) = parts.next().and_then(Self::parse) else { continue };
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(1000, thousandths);
            if weight > 0 && best.is_none_or(|(_, known)| weight > known) {
                best = Some((language, weight));
            }
        }
        best.map(|(language, _)| language)
    }
}

/// Reads a quality value such as `0.8` in thousandths; what cannot be read counts as not wanted.
fn thousandths(quality: &str) -> u32 {
    let (whole, fraction) = quality.trim().split_once('.').unwrap_or((quality.trim(), ""));
    let padded: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole.parse::<u32>(), padded.parse::<u32>()) {
        (Ok(whole), Ok(fraction)) => (whole.min(1) * 1000 + fraction).min(1000),
        _ => 0,
    }
}
