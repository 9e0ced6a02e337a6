//! The document, written line by line: clients were tested against one layout, with texts as CDATA without white space around them.

use super::{Catalogue, Country, Group, ListRequest, Method, PerLanguage};
use std::fmt::Write;

/// The answer to a [`ListRequest`]: what of the project's methods fits. An unknown project is an empty catalogue: the root element alone.
pub fn document(catalogue: &Catalogue, request: &ListRequest) -> String {
    let fitting = catalogue.only(|method| fits(method, request));
    let mut out = Writer { text: String::new(), request };
    out.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let mut root = format!("payment_types_document project_id=\"{}\"", request.project);
    let _ = write!(root, " currency=\"{}\"", request.currency_code());
    if let Some(amount) = request.amount {
        let _ = write!(root, " amount=\"{amount}\"");
    }
    if fitting.countries.is_empty() {
        let _ = writeln!(out.text, "<{root}/>");
        return out.text;
    }
    out.line(0, &format!("<{root}>"));
    let mut countries: Vec<&Country> = fitting.countries.iter().collect();
    countries.sort_by(|a, b| a.code.cmp(&b.code));
    for country in countries {
        out.country(country);
    }
    out.line(0, "</payment_types_document>");
    out.text
}

fn fits(method: &Method, request: &ListRequest) -> bool {
    let Some(limit) = request.currency.and_then(|currency| method.limit(currency)) else { return false };
    request.amount.is_none_or(|amount| limit.takes(amount).is_ok())
}

struct Writer<'a> {
    text: String,
    request: &'a ListRequest,
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, line: &str) {
        // Writing to a `String` cannot fail.
        let _ = writeln!(self.text, "{:width$}{line}", "", width = depth * 2);
    }

    fn country(&mut self, country: &Country) {
        self.line(1, &format!("<country code=\"{}\">", attribute(&country.code)));
        self.texts(2, "title", &country.titles);
        for group in &country.groups {
            self.group(group);
        }
        self.line(1, "</country>");
    }

    fn group(&mut self, group: &Group) {
        self.line(2, &format!("<payment_group key=\"{}\">", attribute(&group.key)));
        self.texts(3, "title", &group.titles);
        for method in &group.methods {
            self.method(method);
        }
        self.line(2, "</payment_group>");
    }

    fn method(&mut self, method: &Method) {
        self.line(3, &format!("<payment_type key=\"{}\">", attribute(&method.key)));
        self.texts(4, "title", &method.titles);
        self.texts(4, "logo_url", &method.logos);
        if let Some(limit) = self.request.currency.and_then(|currency| method.limit(currency)) {
            let code = limit.currency.code();
            self.line(4, &format!("<min amount=\"{}\" currency=\"{code}\"/>", limit.min.max(1)));
            if let Some(max) = limit.max {
                self.line(4, &format!("<max amount=\"{max}\" currency=\"{code}\"/>"));
            }
        }
        self.line(4, &format!("<is_iban>{}</is_iban>", u8::from(method.is_iban)));
        if let Some(base) = method.base_currency {
            self.line(4, &format!("<base_currency>{}</base_currency>", cdata(base.code())));
        }
        self.line(3, "</payment_type>");
    }

    /// One element per language; exactly one if one language was asked for, because a client takes the first without looking.
    fn texts(&mut self, depth: usize, element: &str, texts: &PerLanguage) {
        let request = self.request;
        let mut one = |language: &str, text: &str| {
            self.line(depth, &format!("<{element} language=\"{}\">{}</{element}>", attribute(language), cdata(text)));
        };
        match request.language() {
            Some(language) => {
                if let Some(text) = super::pick(texts, language) {
                    one(language, text);
                }
            }
            None => texts.iter().for_each(|(language, text)| one(language, text)),
        }
    }
}

/// XML 1.0 knows few control characters; the others cannot even be escaped.
fn speakable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

fn cdata(text: &str) -> String {
    let text: String = text.chars().filter(|c| speakable(*c)).collect();
    format!("<![CDATA[{}]]>", text.trim().replace("]]>", "]]]]><![CDATA[>"))
}

fn attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| speakable(*c)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
