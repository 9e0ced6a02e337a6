//! The words of the pages: one Fluent file per language, read once per process.

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use super::Language;

/// The sources, in the order of [`Language::ALL`].
pub(super) const SOURCES: [&str; 3] =
    [include_str!("locales/en.ftl"), include_str!("locales/ru.ftl"), include_str!("locales/lt.ftl")];

type Bundle = FluentBundle<FluentResource>;

/// Looks texts up in one language. A copy is free; the bundles behind it are shared by all threads.
#[derive(Debug, Clone, Copy)]
pub struct Text(Language);

impl Text {
    /// The texts in `language`.
    pub fn new(language: Language) -> Self {
        Self(language)
    }

    /// The text named `id`. A name that does not exist gives the name itself, so that a slip is seen and never hides a
    /// page; a test proves that every name used by a template exists in every language.
    pub fn get(self, id: &str) -> String {
        self.format(id, None)
    }

    /// The text named `id` with `value` in the place called `name`.
    pub fn fill(self, id: &str, name: &str, value: &str) -> String {
        let mut args = FluentArgs::new();
        args.set(name.to_owned(), value.to_owned());
        self.format(id, Some(&args))
    }

    /// The text named `id` with two places filled.
    pub fn fill2(self, id: &str, first: (&str, &str), second: (&str, &str)) -> String {
        let mut args = FluentArgs::new();
        args.set(first.0.to_owned(), first.1.to_owned());
        args.set(second.0.to_owned(), second.1.to_owned());
        self.format(id, Some(&args))
    }

    /// The text named `id` in the plural form for `count`, which stands in the place called `count`.
    pub fn count(self, id: &str, count: u32) -> String {
        let mut args = FluentArgs::new();
        args.set("count", count);
        self.format(id, Some(&args))
    }

    /// A date with the month's name: `clock` is the time of day as it shall be shown.
    pub(super) fn moment(self, (year, month, day): (i64, u8, u8), clock: &str) -> String {
        let mut args = FluentArgs::new();
        // Text, not a number: a year has no thousands separator in any language.
        args.set("year", year.to_string());
        args.set("month", month);
        args.set("day", day.to_string());
        args.set("clock", clock.to_owned());
        self.format("moment", Some(&args))
    }

    fn format(self, id: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = &bundles()[self.0 as usize];
        let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
            return id.to_owned();
        };
        let mut errors = Vec::new();
        bundle.format_pattern(pattern, args, &mut errors).into_owned()
    }
}

fn bundles() -> &'static [Bundle; 3] {
    static BUNDLES: OnceLock<[Bundle; 3]> = OnceLock::new();
    BUNDLES.get_or_init(|| Language::ALL.map(bundle))
}

fn bundle(language: Language) -> Bundle {
    // Our own codes are well-formed; the default ("und") would only lose the plural forms, which a test checks.
    let locale = LanguageIdentifier::from_bytes(language.code().as_bytes()).unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![locale]);
    // The isolating marks around values would be copied along with a reference; we have no right-to-left language.
    bundle.set_use_isolating(false);
    // The files are compiled in and a test parses them without errors, so the partial reading is never used.
    let resource =
        FluentResource::try_new(SOURCES[language as usize].to_owned()).unwrap_or_else(|(partial, _)| partial);
    bundle.add_resource_overriding(resource);
    bundle
}
