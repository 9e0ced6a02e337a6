use super::*;
use crate::paysera::methods::{PerLanguage, document};
use crate::paysera::{ListRequest, reply};

const SAMPLE: &str = include_str!("../vectors/methods.xml");
const CERTIFICATE: &str = include_str!("../vectors/certificate.pem");

fn both(lt: &str, en: &str) -> PerLanguage {
    vec![("lt".to_owned(), lt.to_owned()), ("en".to_owned(), en.to_owned())]
}

fn with_titles(key: &str, titles: PerLanguage, min: i64, max: Option<i64>, is_iban: bool) -> Method {
    let logo = format!("https://pay.test/assets/{key}.png");
    let base_currency = Some(Currency::EUR);
    Method { titles, logos: both(&logo, &logo), is_iban, base_currency, ..method(key, min, max) }
}

fn group(key: &str, titles: PerLanguage, methods: Vec<Method>) -> Group {
    Group { key: key.to_owned(), titles, methods }
}

/// What the sample document shows.
fn sample() -> Catalogue {
    let banks = vec![
        with_titles("hanza", both("AB bankas „Swedbank“", "Swedbank"), 1, None, true),
        with_titles("vb2", both("AB SEB bankas", "SEB"), 1, Some(500_000), true),
    ];
    let sms = vec![with_titles("smsbank", both("SMS Bank", "SMS Bank"), 10, Some(1000), false)];
    let wallet = vec![with_titles("wallet", both("Paysera sąskaita", "Paysera account"), 1, None, false)];
    let card = vec![with_titles("card", both("Kortelė", "Card"), 1, None, false)];
    let lithuania = Country {
        code: "lt".to_owned(),
        titles: both("Lietuva", "Lithuania"),
        groups: vec![
            group("e-banking", both("Elektroninė bankininkystė", "Electronic banking"), banks),
            group("other", both("Kitos mokėjimo sistemos", "Other payment systems"), sms),
        ],
    };
    let other = Country {
        code: "other".to_owned(),
        titles: both("Kita", "International"),
        groups: vec![
            group("e-money", both("Elektroniniai pinigai", "E-money"), wallet),
            group("other", both("Kitos", "Other"), card),
        ],
    };
    Catalogue { countries: vec![other, lithuania] }
}

fn list(path: &str) -> String {
    let request = ListRequest::from_path(&format!("/payment-methods/12345/{path}")).expect("a list");
    document(&sample(), &request)
}

#[test]
fn the_document_is_the_sample_byte_for_byte() {
    assert_eq!(list("currency:EUR/amount:1000"), SAMPLE);
    assert_eq!(list("currency:EUR"), SAMPLE.replace(" amount=\"1000\">\n  <country", ">\n  <country"));
}

#[test]
fn an_amount_leaves_out_methods_and_then_groups_and_countries() {
    let few = list("currency:EUR/amount:1001");
    assert!(!few.contains("smsbank") && few.matches("<payment_group").count() == 3, "{few}");
    let one = sample().only(|method| method.key == "card");
    assert_eq!((one.countries.len(), one.countries[0].groups.len()), (1, 1));
    let request = ListRequest::from_path("/payment-methods/12345/currency:EUR/amount:0").expect("a list");
    let empty = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <payment_types_document project_id=\"12345\" currency=\"EUR\" amount=\"0\"/>\n";
    assert_eq!(document(&sample(), &request), empty);
    let reply = reply::method_list(&Catalogue::default(), &request);
    assert_eq!((reply.status, reply.body.as_str()), (200, empty));
    for currency in ["USD", "QQQ"] {
        assert!(list(&format!("currency:{currency}")).contains(&format!("currency=\"{currency}\"/>")));
    }
}

#[test]
fn one_language_is_one_title_each() {
    let english = list("currency:EUR/language:en");
    assert!(!english.contains("\"lt\">") || english.matches("language=\"lt\"").count() == 0, "{english}");
    // Elements with a title: two countries, four groups, five methods; each method has a picture.
    assert_eq!((english.matches("<title").count(), english.matches("<logo_url").count()), (11, 5));
    let unknown = list("currency:EUR/language:xx");
    assert_eq!(unknown.matches("<title language=\"xx\">").count(), 11);
    assert!(unknown.contains("<![CDATA[Swedbank]]>"), "{unknown}");
}

#[test]
fn hostile_titles_stay_titles() {
    let mut catalogue = sample();
    let hostile = "\u{1} a]]><b>&\u{1}\n ".to_owned();
    catalogue.countries[0].titles = vec![("\"<".to_owned(), hostile)];
    catalogue.countries[0].code = "a&\"b".to_owned();
    let request = ListRequest::from_path("/payment-methods/1/currency:EUR").expect("a list");
    let text = document(&catalogue, &request);
    assert!(text.contains("<country code=\"a&amp;&quot;b\">"), "{text}");
    assert!(text.contains("<title language=\"&quot;&lt;\"><![CDATA[a]]]]><![CDATA[><b>&]]></title>"), "{text}");
}

#[test]
fn only_a_certificate_without_the_word_is_published() {
    assert!(reply::is_publishable(CERTIFICATE));
    assert_eq!(reply::public_key(CERTIFICATE).body, CERTIFICATE);
    assert!(!reply::is_publishable(include_str!("../vectors/public.pem")));
    assert!(!reply::is_publishable(&CERTIFICATE.replacen("MIID", "MKeY", 1)));
    assert!(!reply::is_publishable(&format!("{CERTIFICATE}{CERTIFICATE}")));
    assert!(!reply::is_publishable(&format!("subject\n{CERTIFICATE}")));
}
