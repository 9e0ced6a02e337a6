use super::*;
use crate::paysera::request::Sealed;
use crate::paysera::{Code, Details, prove_old, repeats};
use crate::text::form;
use proptest::prelude::*;

const REQUESTS: &str = include_str!("../vectors/requests.txt");

fn code(result: Result<Order, Refused>) -> Option<&'static str> {
    result.err().map(|refused| refused.code.text())
}

/// With this parameter changed, or taken away if the value is empty.
fn with(name: &str, value: &str) -> Fields {
    let mut fields = good();
    if value.is_empty() {
        fields.remove(name);
    } else {
        fields.set(name, value);
    }
    fields
}

#[test]
fn every_vector_is_proven_by_get_and_post_and_every_change_is_not() {
    assert_eq!(blocks(REQUESTS).len(), 13);
    for block in blocks(REQUESTS) {
        let (name, data, sign) = (block["name"], block["data"], block["sign"]);
        let expected = Fields::from_pairs(form::decode(block["query"].as_bytes()).expect("readable"));
        let upper = sign.to_ascii_uppercase();
        // Clients of vector 5 put `+` and `=` into the address as they are.
        for text in [form::encode([("data", data), ("sign", sign)]), format!("sign={upper}&data={data}")] {
            for request in [get(&text), post(text.as_bytes())] {
                let envelope = Envelope::read(&request).expect(name);
                assert_eq!(envelope.project_id(), Ok(12345), "{name}");
                assert_eq!((envelope.not_utf8(), envelope.legacy()), (false, None));
                let proven = prove(&envelope, &[Secret::new("another"), password()]).expect(name);
                assert_eq!(proven.get().pairs(), expected.pairs(), "{name}");
                for passwords in [&[][..], &[Secret::new("")], &[Secret::new("another")]] {
                    let refused = prove(&envelope, passwords).expect_err(name);
                    assert_eq!(refused.code, Code::SignWrong);
                }
            }
        }
        let other = form::encode([("data", data), ("sign", "303794f9090875e8c2b37ff31c1b2177")]);
        assert!(prove(&Envelope::read(&get(&other)).expect(name), &[password()]).is_err());
        let changed = form::encode([("data", &data[..data.len() - 8]), ("sign", sign)]);
        assert!(prove(&Envelope::read(&get(&changed)).expect(name), &[password()]).is_err(), "{name}");
    }
}

#[test]
fn the_shops_side_writes_what_the_official_library_writes() {
    for block in blocks(REQUESTS).iter().take(4) {
        let fields = Fields::from_pairs(form::decode(block["query"].as_bytes()).expect("readable"));
        let sealed = Sealed::new(&fields, &password());
        assert_eq!((sealed.data.as_str(), sealed.sign.as_str()), (block["data"], block["sign"]));
    }
}

#[test]
fn four_clients_encode_the_same_order() {
    for block in blocks(REQUESTS).iter().filter(|block| ["7 ", "8 ", "9 ", "10"].contains(&&block["name"][..2])) {
        let fields = Fields::from_pairs(form::decode(block["query"].as_bytes()).expect("readable"));
        let order = order(&fields).expect(block["name"]);
        assert_eq!(order.order_id, "A~1 *(x)!'");
        assert_eq!(order.accept_url, "https://shop.test/~ann/a?b=c&d=e");
        assert_eq!((order.amount.minor(), order.amount.currency()), (100, Currency::EUR));
        assert_eq!(order.payer.first_name.as_deref(), Some("Žydrūnė O'Neill"));
        assert_eq!((order.payer.state, order.fields.get("custom")), (None, Some("+/=-_.")));
    }
}

#[test]
fn vector_2_means_this() {
    let blocks = blocks(REQUESTS);
    let fields = Fields::from_pairs(form::decode(blocks[1]["query"].as_bytes()).expect("readable"));
    let order = order(&fields).expect("fine");
    let text = "Apmokėjimas už prekes pagal užsakymą [order_nr] svetainėje [site_name]. Оплата заказа";
    assert_eq!(order.paytext.as_deref(), Some(text));
    assert_eq!((order.order_id.as_str(), order.version.as_str()), ("LT-2026/0042", "3.1.5"));
    assert_eq!(order.language.map(super::super::Language::two), Some("lt"));
    assert_eq!((order.payment.as_deref(), order.country.as_deref()), (Some("hanza"), Some("lt")));
    assert_eq!(order.payer.email.as_deref(), Some("zydrune+test@shop.test"));
    assert!(order.test && !order.repeat_request);
    // 23:59:59 in Vilnius in winter.
    assert_eq!(order.time_limit, Some(UnixMillis(1_896_127_199_000)));
    let catalogue = catalogue();
    let strict = Rules { allows_tests: false, ..rules(&catalogue) };
    assert_eq!(code(Order::read(&signed(&fields), &strict)), Some("0x7"));
}

#[test]
fn nothing_or_rubbish_has_its_own_code() {
    let read = |query: &str| Envelope::read(&get(query)).err().map(|refused| refused.code.text());
    assert_eq!(read(""), Some("0x12"));
    assert_eq!(read("x=1&y=2"), Some("0x12"));
    assert_eq!(read("data=&sign="), Some("0x12"));
    assert_eq!(read("sign=00"), Some("0x14"));
    assert_eq!(read("data=%25%25&sign=00"), Some("0x14"));
    assert_eq!(read("data=YQ%0A&sign=00"), Some("0x14"));
    let long = format!("data={}&sign=00", "YWFh".repeat(8193));
    assert_eq!(read(&long), Some("0x14"));
    // Encoded twice: what is inside is no request.
    let twice = Sealed::new(&Fields::new().with("data", good().to_data()), &password()).to_form();
    let envelope = Envelope::read(&get(&twice)).expect("readable");
    assert_eq!(envelope.project_id().map_err(|refused| refused.code), Err(Code::ProjectUnknown));
}

#[test]
fn the_body_wins_and_either_place_will_do() {
    let good = Sealed::new(&good(), &password());
    let query = format!("data={}", "AAAA");
    let body = good.to_form();
    let request = RawRequest { query: &query, ..post(body.as_bytes()) };
    assert!(prove(&Envelope::read(&request).expect("readable"), &[password()]).is_ok());
    let form = good.to_form();
    let request = RawRequest { query: &form, ..post(b"") };
    assert!(prove(&Envelope::read(&request).expect("readable"), &[password()]).is_ok());
    let boundary = "multipart/form-data; boundary=x";
    let part =
        |name: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let body = part("data", &good.data) + &part("sign", &good.sign) + "--x--\r\n";
    let request = RawRequest { content_type: boundary, ..post(body.as_bytes()) };
    assert!(prove(&Envelope::read(&request).expect("readable"), &[password()]).is_ok());
}

#[test]
fn a_signature_belongs_to_its_own_request() {
    let vectors = blocks(REQUESTS);
    let text = form::encode([("data", vectors[0]["data"]), ("sign", vectors[1]["sign"])]);
    let refused = prove(&Envelope::read(&get(&text)).expect("readable"), &[password()]).expect_err("another's");
    assert_eq!((refused.code.text(), refused.code.may_link_back()), ("0x14", false));
}

#[test]
fn project_numbers_fit_into_31_bits() {
    let project = |id: &str| {
        let data = Fields::new().with("projectid", id).to_data();
        Envelope::read(&get(&format!("data={data}"))).expect("readable").project_id().ok()
    };
    assert_eq!(project("2147483647"), Some(2_147_483_647));
    assert_eq!(project("012345"), Some(12345));
    for wrong in ["", "0", "2147483648", "-1", "+1", "1 ", "12a", "99999999999999999999"] {
        assert_eq!(project(wrong), None, "{wrong}");
    }
}

#[test]
fn a_leaked_password_is_kept_nowhere() {
    let leak = format!("{}&sign_password={PASSWORD}&environment=x", good().to_query());
    let data = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE, leak);
    let sign = crate::paysera::signature::sign(&data, &password());
    let envelope = Envelope::read(&get(&form::encode([("data", &*data), ("sign", &*sign)]))).expect("readable");
    let proven = prove(&envelope, &[password()]).expect("it signed what it sent");
    let order = Order::read(&proven, &rules(&catalogue())).expect("fine");
    let kept = Details::new(&order).to_text();
    assert!(!kept.contains(PASSWORD) && !kept.contains("environment"), "{kept}");
    let shown = format!("{order:?}{envelope:?}{:?}{}", envelope.fields(), envelope.signed_text_shown());
    assert!(!shown.contains(PASSWORD) && !shown.contains(&data), "{shown}");
    assert!(envelope.leaks_password());
    assert_eq!(envelope.signed_text_shown(), "<data with sign_password in it><password>");
}

#[test]
fn every_wrong_parameter_has_its_code() {
    assert_eq!(code(order(&good())), None);
    let long = "x".repeat(41);
    for (name, value, expected) in [
        ("orderid", "", "0x10"),
        ("orderid", " ", "0x10"),
        ("orderid", &long, "0x10"),
        ("accepturl", "", "0x15x0"),
        ("cancelurl", "/c", "0x15x0"),
        ("callbackurl", "https://u:p@shop.test/", "0x15x0"),
        ("callbackurl", "javascript:alert(1)", "0x15x0"),
        ("amount", "", "0x4"),
        ("currency", "", "0x4"),
        ("currency", "USD", "0x3"),
        ("currency", "EURO", "0x3"),
        ("payment", "nosuch", "0x8"),
        ("only_payments", "nosuch", "0x8"),
        ("disalow_payments", "hanza,vb2, smsbank,card", "0x8"),
        ("disallow_payments", "hanza,vb2,smsbank,card", "0x8"),
        ("amount", "0", "0x1"),
        ("time_limit", "tomorrow", "0x15x1"),
        ("time_limit", "2030-01-31 02:14:59", "0x15x1"),
        ("time_limit", "2030-02-03 02:00:01", "0x15x1"),
        ("amount", "10.00", "0x15"),
        ("amount", "-5", "0x15"),
        ("amount", "000000000100", "0x15"),
        ("test", "2", "0x15"),
        ("repeat_request", "yes", "0x15"),
        ("buyer_consent", "x", "0x15"),
        ("version", "1.6b", "0x15"),
        ("country", "LTU", "0x15"),
        ("p_countrycode", "1", "0x15"),
        ("repeat_request", "1", "0x10"),
    ] {
        assert_eq!(code(order(&with(name, value))), Some(expected), "{name}={value}");
    }
}

#[test]
fn what_only_looks_wrong_is_taken() {
    let forty = "ž".repeat(40);
    for (name, value) in [
        ("orderid", forty.as_str()),
        ("accepturl", "http://127.0.0.1:8080/x?y=ž"),
        ("amount", "00000000100"),
        ("currency", "eur"),
        ("lang", "KLINGON"),
        ("version", ""),
        ("version", "3.1.5.0"),
        ("country", "__"),
        ("charset", "windows-1257"),
        ("charset", "UTF8"),
        ("time_limit", "2030-01-31 02:15:00"),
        ("time_limit", "2030-02-03 02:00:00"),
        ("only_payments", "hanza,nosuch"),
        ("xml", "<?"),
    ] {
        assert_eq!(code(order(&with(name, value))), None, "{name}={value}");
    }
    let read = order(&with("version", "")).expect("fine");
    assert_eq!(read.version, "1.6");
    let fields = with("currency", "");
    let catalogue = catalogue();
    let rules = Rules { default_currency: Some(Currency::EUR), currencies: &[], ..rules(&catalogue) };
    assert_eq!(Order::read(&signed(&fields), &rules).expect("fine").amount.currency(), Currency::EUR);
}

#[test]
fn limits_are_those_of_the_methods_left() {
    for (payment, only, amount, expected) in [
        ("smsbank", "", "9", Some("0x1")),
        ("smsbank", "", "10", None),
        ("smsbank", "", "1000", None),
        ("smsbank", "", "1001", Some("0x2")),
        ("", "vb2,smsbank", "500000", None),
        ("", "vb2,smsbank", "500001", Some("0x2")),
        ("", "smsbank", "1", Some("0x1")),
        ("", "", "99999999999", None),
        ("vb2", "hanza", "100", Some("0x8")),
    ] {
        let mut fields = with("amount", amount);
        fields.set("payment", payment);
        fields.set("only_payments", only);
        assert_eq!(code(order(&fields)), expected, "{payment} {only} {amount}");
    }
}

#[test]
fn the_payer_chooses_from_what_is_left() {
    let left = |fields: &Fields| -> Vec<String> {
        let choice = order(fields).expect("fine").choice(&catalogue());
        choice.methods().map(|(_, method)| method.key.clone()).collect()
    };
    assert_eq!(left(&good()), ["hanza", "vb2", "smsbank", "card"]);
    assert_eq!(left(&with("amount", "5000001")), ["hanza"]);
    assert_eq!(left(&with("only_payments", "card, vb2")), ["vb2", "card"]);
    assert_eq!(left(&with("disallow_payments", "card,vb2").with("disalow_payments", "hanza")), ["smsbank"]);
}

#[test]
fn the_first_broken_rule_answers() {
    let catalogue = catalogue();
    let bases = ["https://elsewhere.test".to_owned()];
    let strict = Rules {
        state: ProjectState::Blocked,
        confirmed_addresses: &bases,
        allows_tests: false,
        not_utf8: true,
        ..rules(&catalogue)
    };
    let mut fields = Fields::new().with("projectid", "12345").with("test", "1").with("payment", "x");
    fields.set("time_limit", "x");
    let refused = |fields: &Fields, rules: &Rules| code(Order::read(&signed(fields), rules));
    assert_eq!(refused(&fields, &strict), Some("0x11x4"));
    let strict = Rules { state: ProjectState::Active, ..strict };
    assert_eq!(refused(&fields, &strict), Some("0x10"));
    fields.set("orderid", "1");
    assert_eq!(refused(&fields, &strict), Some("0x15x0"));
    for name in ["accepturl", "cancelurl", "callbackurl"] {
        fields.set(name, "https://shop.test");
    }
    assert_eq!(refused(&fields, &strict), Some("0x13"));
    let strict = Rules { confirmed_addresses: &[], ..strict };
    assert_eq!(refused(&fields, &strict), Some("0x7"));
    let strict = Rules { allows_tests: true, ..strict };
    assert_eq!(refused(&fields, &strict), Some("0x4"));
    fields.set("amount", "x");
    fields.set("currency", "QQQ");
    assert_eq!(refused(&fields, &strict), Some("0x3"));
    fields.set("currency", "EUR");
    assert_eq!(refused(&fields, &strict), Some("0x8"));
    fields.set("payment", "smsbank");
    assert_eq!(refused(&fields, &strict), Some("0x9"));
    let strict = Rules { not_utf8: false, ..strict };
    assert_eq!(refused(&fields, &strict), Some("0x15x1"));
    fields.set("time_limit", "");
    assert_eq!(refused(&fields, &strict), Some("0x15"));
    fields.set("amount", "1");
    assert_eq!(refused(&fields, &strict), Some("0x1"));
    fields.set("amount", "10");
    assert_eq!(refused(&fields, &strict), None);
    for (state, expected) in
        [(ProjectState::Unchecked, "0x11x0"), (ProjectState::Suspended, "0x11x2"), (ProjectState::Deleted, "0x11x5")]
    {
        assert_eq!(refused(&fields, &Rules { state, ..strict.clone() }), Some(expected));
    }
}

#[test]
fn text_that_is_not_utf8_is_noticed_and_the_project_found_all_the_same() {
    let raw = [good().to_query().as_bytes(), b"&paytext=%E0%E1"].concat();
    let data = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE, raw);
    let sign = crate::paysera::signature::sign(&data, &password());
    let envelope = Envelope::read(&get(&form::encode([("data", &*data), ("sign", &*sign)]))).expect("readable");
    assert!(envelope.not_utf8() && envelope.project_id() == Ok(12345));
    let proven = prove(&envelope, &[password()]).expect("signed");
    let catalogue = catalogue();
    let rules = Rules { not_utf8: envelope.not_utf8(), ..rules(&catalogue) };
    assert_eq!(code(Order::read(&proven, &rules)), Some("0x9"));
    let foreign = good().with("charset", "windows-1257").with("paytext", "Ž");
    assert_eq!(code(order(&foreign)), Some("0x9"));
}

#[test]
fn a_repeat_takes_everything_from_the_earlier_request() {
    let earlier =
        Details::new(&order(&good().with("payment", "vb2").with("time_limit", "2030-01-31 12:00:00")).expect("fine"));
    let repeat = Fields::new()
        .with("orderid", "1001")
        .with("version", "1.6")
        .with("projectid", "12345")
        .with("repeat_request", "1");
    let catalogue = catalogue();
    let proven = signed(&repeat);
    assert_eq!(repeats(&proven), Some("1001"));
    assert_eq!(repeats(&signed(&good())), None);
    let order = Order::read_repeat(&proven, earlier.fields(), &rules(&catalogue)).expect("fine");
    assert_eq!((order.amount.minor(), order.payment.as_deref(), order.time_limit), (1000, Some("vb2"), None));
    assert!(order.repeat_request && order.callback_url == "https://shop.test/cb");
    let other = signed(&repeat.with("amount", "500001").with("currency", "EUR"));
    let refused = Order::read_repeat(&other, earlier.fields(), &rules(&catalogue));
    assert_eq!(code(refused), Some("0x2"));
}

#[test]
fn the_developer_sees_what_was_signed_without_the_password() {
    let sealed = Sealed::new(&good(), &password());
    let envelope = Envelope::read(&get(&sealed.to_form())).expect("readable");
    assert_eq!(envelope.signed_text_shown(), format!("{}<password>", sealed.data));
    let shown = format!("{envelope:?}");
    assert!(!shown.contains("shop.test") && !shown.contains(&sealed.data), "{shown}");
    assert!(!envelope.leaks_password() && prove_old(&envelope, &[password()]).is_err());
}

#[test]
fn every_code_reads_back_and_has_a_text() {
    for &code in Code::ALL {
        assert_eq!(Code::from_text(code.text()), Some(code));
        let texts = ["eng", "lit", "rus"]
            .map(|language| code.meaning(crate::paysera::Language::from_code(language).expect("known")));
        assert!(texts.iter().all(|text| text.len() > 10) && texts[0] != texts[1] && texts[1] != texts[2], "{code}");
    }
    for early in ["0x6", "0x12", "0x14"] {
        let code = Code::from_text(early).expect("known");
        assert!(!code.is_proven() && !code.may_link_back());
    }
}

proptest! {
    #[test]
    fn any_request_is_read_or_refused(query in ".*", body in proptest::collection::vec(any::<u8>(), 0..200)) {
        for request in [get(&query), post(&body)] {
            if let Ok(envelope) = Envelope::read(&request) {
                let _ = (envelope.project_id(), prove(&envelope, &[password()]));
            }
        }
    }

    #[test]
    fn any_signed_order_is_read_or_refused(
        pairs in proptest::collection::vec((0_usize..30, "[0-9a-zA-Z.:/,_ -]{0,20}|.*"), 0..8),
    ) {
        const NAMES: &[&str] = &[
            "projectid", "orderid", "accepturl", "cancelurl", "callbackurl", "version", "lang", "amount", "currency", "payment",
            "country", "paytext", "p_email", "p_countrycode", "only_payments", "disalow_payments", "test", "time_limit",
            "personcode", "developerid", "buyer_consent", "repeat_request", "charset", "x",
        ];
        let mut fields = good();
        for (name, value) in pairs {
            fields.set(NAMES[name % NAMES.len()], value);
        }
        if let Ok(order) = order(&fields) {
            let details = Details::new(&order);
            prop_assert_eq!(Details::read(&details.to_text()), details);
        }
    }
}
