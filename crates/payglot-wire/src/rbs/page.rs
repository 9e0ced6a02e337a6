//! Addresses that payers see: our payment page, and the way back to the shop.

use super::language::Language;
use crate::text::url;
use payglot_core::PaymentId;

/// The address of the payment page: the shape of the vendor's own examples. `base` is scheme and host, `prefix` what some banks put before
/// `/payment`, empty for most; `page_view` as registered.
pub fn form_url(base: &str, prefix: &str, payment: PaymentId, language: Language, page_view: Option<&str>) -> String {
    let base = base.trim_end_matches('/');
    let prefix = prefix.trim_matches('/');
    let slash = if prefix.is_empty() { "" } else { "/" };
    let name = match page_view {
        None | Some("DESKTOP") => String::from("payment"),
        Some("MOBILE") => String::from("mobile_payment"),
        Some(custom) => format!("{custom}_payment"),
    };
    format!("{base}{slash}{prefix}/payment/merchants/{name}_{language}.html?mdOrder={payment}")
}

/// Where the browser goes afterwards: the merchant's address with `orderId` and `lang` added, all else unchanged and not decoded.
pub fn return_url(url: &str, payment: PaymentId, language: Language) -> String {
    url::add_query(url, &format!("orderId={payment}&lang={language}"))
}

/// What a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// Paying.
    Payment,
    /// Telling that something is wrong.
    Errors,
}

/// A page by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page<'a> {
    /// The merchant's name in the path, if there is one. It proves nothing.
    pub merchant: Option<&'a str>,
    /// What the page is for.
    pub kind: PageKind,
    /// The prefix of a page of a merchant's own (`mobile`), empty for the usual one.
    pub view: &'a str,
    /// The language of the page.
    pub language: Language,
}

impl<'a> Page<'a> {
    /// Reads `/payment/merchants[/<merchant>]/[<view>_]<page>_<lang>.html`; the mount prefix is already gone.
    pub fn from_path(path: &'a str) -> Option<Self> {
        let rest = path.strip_prefix("/payment/merchants/")?;
        let (merchant, file) = rest.split_once('/').map_or((None, rest), |(merchant, file)| (Some(merchant), file));
        if file.contains('/') || merchant == Some("") {
            return None;
        }
        let (name, language) = file.strip_suffix(".html")?.rsplit_once('_')?;
        let language = Language::from_code(language)?;
        let kinds = [("payment", PageKind::Payment), ("errors", PageKind::Errors)];
        let (kind, view) = kinds.into_iter().find_map(|(word, kind)| Some((kind, name.strip_suffix(word)?)))?;
        let view = if view.is_empty() { view } else { view.strip_suffix('_').filter(|view| !view.is_empty())? };
        Some(Self { merchant, kind, view, language })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> PaymentId {
        "01491d0b-c848-7dd6-a20d-e96900a7d8c0".parse().expect("an id")
    }

    #[test]
    fn form_urls_have_the_vendors_shape() {
        let url = |prefix, view| form_url("https://mts.rbsuat.com", prefix, id(), Language::EN, view);
        let query = "mdOrder=01491d0b-c848-7dd6-a20d-e96900a7d8c0";
        assert_eq!(url("", None), format!("https://mts.rbsuat.com/payment/merchants/payment_en.html?{query}"));
        assert_eq!(
            url("/ab/", Some("MOBILE")),
            format!("https://mts.rbsuat.com/ab/payment/merchants/mobile_payment_en.html?{query}")
        );
        assert_eq!(
            url("", Some("shop-7")),
            format!("https://mts.rbsuat.com/payment/merchants/shop-7_payment_en.html?{query}")
        );
    }

    #[test]
    fn every_shape_of_a_page_is_read() {
        let page =
            |path| Page::from_path(path).map(|page| (page.merchant, page.kind, page.view, page.language.to_string()));
        let lang = |code: &str| code.to_owned();
        assert_eq!(page("/payment/merchants/payment_en.html"), Some((None, PageKind::Payment, "", lang("en"))));
        assert_eq!(
            page("/payment/merchants/demo/mobile_payment_RU.html"),
            Some((Some("demo"), PageKind::Payment, "mobile", lang("ru")))
        );
        assert_eq!(
            page("/payment/merchants/my_shop_errors_lt.html"),
            Some((None, PageKind::Errors, "my_shop", lang("lt")))
        );
        for wrong in [
            "/payment/merchants/payment.html",
            "/payment/merchants/payment_xx.html",
            "/payment/merchants/repayment_en.html",
            "/payment/merchants/_payment_en.html",
            "/payment/merchants/a/b/payment_en.html",
            "/payment/merchants//payment_en.html",
            "/payment/rest/payment_en.html",
        ] {
            assert_eq!(page(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_way_back_keeps_the_merchants_parameters() {
        let back = |url| return_url(url, id(), Language::EN);
        let added = "orderId=01491d0b-c848-7dd6-a20d-e96900a7d8c0&lang=en";
        assert_eq!(back("https://shop.example/x?back"), format!("https://shop.example/x?back&{added}"));
        assert_eq!(back("https://mybestmerchantreturnurl.com"), format!("https://mybestmerchantreturnurl.com?{added}"));
        assert_eq!(back("https://a.example/?q=%D1%8B&#top"), format!("https://a.example/?q=%D1%8B&{added}#top"));
    }
}
