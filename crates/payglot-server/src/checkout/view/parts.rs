//! The parts that pages share: the frame around them, the money, the time.

use super::{Embed, Go, Purpose};
use crate::checkout::{Language, Text, assets};

/// Who is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchant {
    /// The shop's name as the payer knows it.
    pub name: String,
    /// One or two letters for the coloured square beside the name; [`Merchant::mark_of`] makes them.
    pub mark: String,
    /// The brand colour, six hexadecimal digits with or without `#`; without one the pages keep their own.
    pub brand: Option<String>,
    /// The shop's own words for the button that leads back to it, instead of "Return to NAME".
    pub return_label: Option<String>,
    /// A place in the shop that the payer may go to without deciding anything here.
    pub link: Option<ShopLink>,
}

/// A link into the shop that the shop named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopLink {
    /// An `http` or `https` address.
    pub href: String,
    /// The shop's own words, or empty for ours.
    pub label: String,
}

impl Merchant {
    /// The first letter or digit of a name, as a capital.
    pub fn mark_of(name: &str) -> String {
        name.chars().find(|sign| sign.is_alphanumeric()).map_or_else(String::new, |sign| sign.to_uppercase().collect())
    }
}

/// An amount, split the way it is shown: the whole units large, the rest small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// Whole units with grouping, as `1 250` (with no-break spaces).
    pub whole: String,
    /// The separator and the fraction, as `.00`; empty for a currency without one.
    pub fraction: String,
    /// The currency's sign or code.
    pub sign: String,
}

impl Amount {
    /// Splits `minor` units of a currency with `decimals` places; the separator is the one of `language`.
    pub fn from_minor(minor: u128, decimals: u8, sign: &str, language: Language) -> Self {
        let width = usize::from(decimals);
        let digits = format!("{minor:0>width$}", width = width + 1);
        let (whole, fraction) = digits.split_at(digits.len() - width);
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index) % 3 == 0 {
                grouped.push('\u{a0}');
            }
            grouped.push(digit);
        }
        let separator = match language {
            Language::En => '.',
            Language::Ru | Language::Lt => ',',
        };
        let fraction = if width == 0 { String::new() } else { format!("{separator}{fraction}") };
        Self { whole: grouped, fraction, sign: sign.to_owned() }
    }

    /// The amount in one line that does not break.
    pub fn line(&self) -> String {
        format!("{}{}\u{a0}{}", self.whole, self.fraction, self.sign)
    }
}

/// What is paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The sum that the payer is asked for, or gets; `None` where no money moves.
    pub amount: Option<Amount>,
    /// The shop's order number.
    pub number: String,
    /// The shop's description; may be empty.
    pub description: String,
}

impl Order {
    /// Signs of a description beyond which only its beginning is shown at first, to keep the form in sight on a phone.
    const SHORT: usize = 120;

    /// The beginning of a description that is too long to show at once; `None` if it is not.
    pub fn short_description(&self) -> Option<String> {
        let mut signs = self.description.chars();
        let short: String = signs.by_ref().take(Self::SHORT).collect();
        (signs.count() > 20).then(|| format!("{}…", short.trim_end()))
    }
}

/// How long the order can still be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    /// Seconds until then, by the server's clock; the script counts from here, because payers' clocks are wrong.
    pub seconds_left: u32,
    /// The instant itself.
    pub expires_at: Moment,
}

impl Timer {
    /// `mm:ss`, or `h:mm:ss` from an hour on.
    pub fn clock(&self) -> String {
        let (hours, minutes, seconds) = (self.seconds_left / 3600, self.seconds_left / 60 % 60, self.seconds_left % 60);
        if hours == 0 { format!("{minutes:02}:{seconds:02}") } else { format!("{hours}:{minutes:02}:{seconds:02}") }
    }

    /// When a page without script shall ask again: just after the end.
    pub fn reload_after(&self) -> u32 {
        self.seconds_left.saturating_add(2)
    }
}

/// An instant, shown in UTC; the script shows it in the payer's own time instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since the first of January 1970, UTC.
    pub unix_seconds: i64,
}

impl Moment {
    /// For people: `22 Nov 2026, 19:08 UTC`.
    pub fn text(&self, text: Text) -> String {
        let (hours, minutes, _) = self.clock();
        text.moment(self.date(), &format!("{hours:02}:{minutes:02}"))
    }

    /// For `<time datetime>`: `2026-11-22T19:08:00Z`.
    pub fn machine(&self) -> String {
        let ((year, month, day), (hours, minutes, seconds)) = (self.date(), self.clock());
        format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}Z")
    }

    fn clock(self) -> (i64, i64, i64) {
        let seconds = self.unix_seconds.rem_euclid(86_400);
        (seconds / 3600, seconds / 60 % 60, seconds % 60)
    }

    /// Year, month and day of the Gregorian calendar, counted in eras of 400 years that begin on the first of March.
    fn date(self) -> (i64, u8, u8) {
        let days = self.unix_seconds.div_euclid(86_400) + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year, u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
    }
}

/// A link to the same page in another language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageLink {
    /// The language.
    pub language: Language,
    /// The address, read with GET.
    pub href: String,
}

/// Where a form goes and what it carries besides what the payer types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The address it is posted to.
    pub action: String,
    /// Which step of the checkout it is.
    pub step: String,
    /// Proves that it was made for this payer and, for the card form, counts once.
    pub token: String,
}

/// What stands around every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What the page is for: some texts differ.
    pub purpose: Purpose,
    /// The page's language.
    pub language: Language,
    /// The page in each language, the current one included; empty hides the choice.
    pub languages: Vec<LanguageLink>,
    /// The address of the current payment's page, read with GET: what a reload, an event or the end of the time loads.
    pub page: String,
    /// The shop, unless it is unknown.
    pub merchant: Option<Merchant>,
    /// The order, unless it is unknown.
    pub order: Option<Order>,
    /// No money moves: a banner says so.
    pub test_mode: bool,
    /// The time left, on pages where the payer can still pay.
    pub timer: Option<Timer>,
    /// What the page tells the window around it, where a shop may show it in a frame.
    pub embed: Option<Embed>,
}

impl Frame {
    /// The texts in the page's language.
    pub fn text(&self) -> Text {
        Text::new(self.language)
    }

    /// A text by its name, in the words of the page's purpose.
    pub fn t(&self, id: &str) -> String {
        self.text().get(self.purpose.text_id(id))
    }

    /// A text in the plural form for a count.
    pub fn n(&self, id: &str, count: u32) -> String {
        self.text().count(self.purpose.text_id(id), count)
    }

    /// A text with a value in its place.
    pub(super) fn fill(&self, id: &str, name: &str, value: &str) -> String {
        self.text().fill(self.purpose.text_id(id), name, value)
    }

    /// A text with two places filled.
    pub(super) fn fill2(&self, id: &str, first: (&str, &str), second: (&str, &str)) -> String {
        self.text().fill2(self.purpose.text_id(id), first, second)
    }

    /// The link into the shop, with its words.
    pub(super) fn shop_link(&self) -> Option<ShopLink> {
        let link = self.merchant.as_ref()?.link.clone()?;
        let label = if link.label.is_empty() { self.t("back-to-shop") } else { link.label };
        Some(ShopLink { href: link.href, label })
    }

    /// What the page announces to the window around it, and the data of it.
    pub(super) fn announcement(&self) -> Option<(&str, &str)> {
        let embed = self.embed.as_ref()?;
        Some((embed.message.as_deref()?, &embed.data))
    }

    /// Where the browser goes at once.
    pub(super) fn go(&self) -> Option<&Go> {
        self.embed.as_ref()?.go.as_ref()
    }

    /// The words on the button that leads back to the shop.
    pub fn return_label(&self) -> String {
        match &self.merchant {
            Some(Merchant { return_label: Some(own), .. }) => own.clone(),
            Some(Merchant { name, .. }) => self.fill("return-to-shop", "shop", name),
            None => self.t("return-to-the-shop"),
        }
    }

    /// "Order 47", unless there is none.
    pub(super) fn order_label(&self, order: &Order) -> String {
        self.fill("order", "number", &order.number)
    }

    /// The amount in one line; empty where there is none to name.
    pub(super) fn amount(&self) -> String {
        self.order.as_ref().and_then(|order| order.amount.as_ref()).map(Amount::line).unwrap_or_default()
    }

    /// The sentence under the heading that says what the page is for, unless it is for paying.
    pub(super) fn lead(&self) -> Option<String> {
        let id = match self.purpose {
            Purpose::Pay => return None,
            Purpose::Verify => "verify-lead",
            Purpose::SaveCard => "save-card-lead",
            Purpose::PayOut => "payout-lead",
        };
        Some(self.fill(id, "shop", self.shop()))
    }

    /// The shop's name; empty when it is unknown.
    pub(super) fn shop(&self) -> &str {
        self.merchant.as_ref().map_or("", |merchant| merchant.name.as_str())
    }

    /// A page's title followed by the shop's name.
    pub(super) fn titled(&self, title: &str) -> String {
        if self.shop().is_empty() { title.to_owned() } else { format!("{title} · {}", self.shop()) }
    }

    /// The address of the brand's stylesheet, if the shop has a colour.
    pub(super) fn brand_href(&self) -> Option<String> {
        self.merchant.as_ref()?.brand.as_deref().and_then(assets::brand_href)
    }
}
