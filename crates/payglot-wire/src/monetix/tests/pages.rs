//! The page's parameters, as clients write them.

use super::super::request::{check, page_query};
use super::super::{Fields, Frame, Mode, Outcome, Shown, sealed, signature};
use super::*;

mod modes;

const FILE: &str = include_str!("../vectors/pages.txt");

fn order() -> Fields {
    Fields::default()
        .with("project_id", "1234")
        .with("payment_id", "p-1")
        .with("customer_id", "c-1")
        .with("payment_amount", "100")
        .with("payment_currency", "USD")
}

/// Signed and read.
fn read(fields: &Fields) -> Result<PageOrder, Refused> {
    page(&page_query(fields, &secret()))
}

fn without(name: &str) -> Fields {
    Fields::from_pairs(order().pairs().iter().filter(|(known, _)| known != name).cloned().collect())
}

fn refused(name: &str, value: &str) -> (Code, String) {
    code(read(&without(name).with(name, value)))
}

#[test]
fn three_clients_write_one_order() {
    let clients: Vec<_> =
        blocks(FILE).into_iter().filter(|block| field(block, "blob").or(field(block, "odd")).is_none()).collect();
    assert_eq!(clients.len(), 3);
    for block in clients {
        let query = field(&block, "query").expect("a query");
        let order = page(query).expect("an order");
        assert_eq!(order.payment_id.as_deref(), Some("payment_47"));
        assert_eq!(order.amount.map(|amount| amount.to_string()).as_deref(), Some("1.00 RUB"));
        assert_eq!(order.force_method.as_deref(), Some("webmoney"));
        assert_eq!(order.missing_for_webmoney(), ["account_number"]);
        let expected = "Top-up of personal account №<01234567890> on the website <https://merchant.example.com>.";
        assert_eq!(order.description.as_deref(), Some(expected));
        // In the body it is the same order.
        let posted = PageRequest::read(&raw("", query.as_bytes())).expect("readable");
        assert!(prove_page(posted, &[secret()]).is_ok());
        for (from, to) in
            [("amount=100", "amount=101"), ("John", "Jane"), ("signature=", "signature=x"), ("RUB", "USD")]
        {
            assert_eq!(code(page(&query.replacen(from, to, 1))).0, Code::InvalidSignature, "{from}");
        }
    }
}

#[test]
fn awkward_values_are_signed_as_clients_sign_them() {
    let queries: Vec<&str> = blocks(FILE).iter().filter_map(|block| field(block, "odd")).collect();
    assert_eq!(queries.len(), 2);
    for query in queries {
        let order = page(query).expect("an order");
        assert_eq!(order.description.as_deref(), Some("  Ключ & \"x\"=+%20; a:b\n two "));
        assert_eq!(order.customer.id.as_deref(), Some("c;1:2"));
        assert!(page(&query.replacen("1001", "1002", 1)).is_err());
    }
}

#[test]
fn a_signature_that_was_not_escaped_is_read_all_the_same() {
    for block in blocks(FILE) {
        let Some((order, signature)) = field(&block, "query").and_then(|query| query.split_once("&signature=")) else {
            continue;
        };
        let plain = signature.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
        let Some(shorter) = plain.contains('+').then(|| plain.replacen('+', "", 1)) else { continue };
        assert!(page(&format!("{order}&signature={plain}")).is_ok(), "{plain}");
        assert!(page(&format!("{order}&signature={shorter}")).is_err(), "{plain}");
    }
}

#[test]
fn what_scripts_add_does_not_break_the_signature() {
    let signed = page_query(&order().with("close_on_missclick", "1").with("css_modal_wrap", "x"), &secret());
    for added in [
        "frame_mode=popup",
        "_sw=1920&_referrer=https%3A%2F%2Fm.example%2F",
        "target_element=box",
        "baseUrl=https%3A%2F%2Fx",
    ] {
        assert!(page(&format!("{signed}&{added}")).is_ok(), "{added}");
    }
    // Some shops sign what others add.
    let signed = page_query(&order().with("target_element", "box"), &secret());
    assert!(page(&format!("{signed}&baseUrl=https%3A%2F%2Fx")).is_err());
    assert!(page(&format!("{signed}&frame_mode=iframe")).is_ok());
    for added in ["merchant_success_url=https%3A%2F%2Fevil.example", "amount=1", "frame_mode[x]=1&mode=payout"] {
        assert_eq!(
            code(page(&format!("{}&{added}", page_query(&order(), &secret())))).0,
            Code::InvalidSignature,
            "{added}"
        );
    }
    // The last value of a name counts, and is the one that must be signed.
    assert!(page(&format!("{}&payment_amount=1", page_query(&order(), &secret()))).is_err());
}

/// A signed query with other parameters in place of some of it.
fn instead(signed: &str, from: &str, to: &str) -> Result<PageOrder, Refused> {
    assert!(signed.contains(from), "{from}");
    let request = PageRequest::read(&raw(&signed.replacen(from, to, 1), b""))?;
    PageOrder::read(&prove_page(request, &[secret()])?, NOW)
}

/// What is signed of a query that is perhaps refused.
fn signed_of(query: &str) -> String {
    let fields = Fields::from_pairs(crate::text::form::decode(query.as_bytes()).expect("UTF-8"));
    signature::signed_text(&signature::without(&fields.tree(), &["signature"]))
}

fn invalid(name: &str) -> (Code, String) {
    (Code::Invalid, name.to_owned())
}

#[test]
fn what_the_signature_does_not_see_is_not_read() {
    let signed = page_query(&order(), &secret());
    assert_eq!(page(&signed).expect("an order").details.callback_url(Outcome::Open), None);
    let evil = "merchant_callback_url=https%3A%2F%2Fevil.example";
    for (added, name) in [
        (format!("{evil}&merchant_callback_url[frame_mode]=x"), "merchant_callback_url"),
        (format!("merchant_callback_url[frame_mode]=x&{evil}"), "merchant_callback_url"),
        (format!("{evil}&merchant%5Fcallback_url%5Bframe%5Fmode%5D=x"), "merchant_callback_url"),
        ("payment_amount[frame_mode]=x".to_owned(), "payment_amount"),
        ("merchant_success_url[frame_mode]=x".to_owned(), "merchant_success_url"),
        ("hide[]=card".to_owned(), "hide"),
        ("=1".to_owned(), ""),
    ] {
        let query = format!("{signed}&{added}");
        // Those that begin with the address are valid for the signature alone.
        assert!(!added.starts_with(evil) || signed_of(&query) == signed_of(&signed), "{added}");
        assert_eq!(code(PageRequest::of_query(&query)), invalid(name), "{added}");
        // Also where a half of it is in the body.
        let (query, body) = query.rsplit_once('&').expect("two");
        assert_eq!(code(PageRequest::read(&raw(query, body.as_bytes()))), invalid(name), "{added}");
        // The blob of an encrypted address says nothing.
        let key = Secret::new("enc-key-0123456789");
        let blob = sealed::seal(&format!("{signed}&{added}"), &key, [7; 16]);
        assert_eq!(code(sealed::open(1234, &blob, &[key])).0, Code::InvalidSignature, "{added}");
    }
    // Nobody reads these, so nothing is gained.
    for added in ["x[frame_mode]=1", "frame_mode=popup", "_a=1&_a[b]=2"] {
        assert_eq!(page(&format!("{signed}&{added}")).expect(added).amount, page(&signed).expect("an order").amount);
    }
}

#[test]
fn a_mode_cannot_be_hidden_in_another_parameter() {
    let signed = page_query(&order().with("merchant_data", "x").with("mode", "payout"), &secret());
    assert_eq!(page(&signed).expect("an order").mode, Mode::Payout);
    let query = signed.replace("merchant_data=x", "merchant_data=x%3Bmode%3Apayout").replace("&mode=payout", "");
    assert_eq!(signed_of(&query), signed_of(&signed));
    assert_eq!(code(PageRequest::of_query(&query)), invalid("merchant_data"));
    // People write such words, and where the shop says the mode nothing can be hidden.
    for honest in ["Delivery; mode: express", "a;mode:express", "mode:payout"] {
        assert!(page(&page_query(&order().with("merchant_data", honest), &secret())).is_ok(), "{honest}");
    }
    let both = order().with("merchant_data", "x;mode:payout").with("mode", "purchase");
    assert!(page(&page_query(&both, &secret())).is_ok());
}

#[test]
fn a_parameter_cannot_be_moved_into_another() {
    let fields = order().with("customer_last_name", "Doe").with("a_note", "x").with("note", "a;b: c;d:e");
    let fields = fields.with("best_before", "2024-12-08T00:00:00Z").with("interface_type", r#"{"id":23}"#);
    let signed = page_query(&fields, &secret());
    assert_eq!(page(&signed).expect("an order").customer.last_name.as_deref(), Some("Doe"));
    // The honest text, with the amount inside a note and perhaps another one to read.
    let moved = signed.replace("d%3Ae", "d%3Ae%3Bpayment_amount%3A100");
    for (instead_of_amount, name) in
        [("", "note"), ("payment_amount=1&payment_amount[frame_mode]=x&", "payment_amount")]
    {
        let query = moved.replace("payment_amount=100&", instead_of_amount);
        assert_eq!(signed_of(&query), signed_of(&signed));
        assert_eq!(code(PageRequest::of_query(&query)), invalid(name));
    }
    for (from, to, name) in [
        ("a_note=x", "a_note=x%3Bbest_before%3A2024-12-08T00%3A00%3A00Z", "a_note"),
        ("before=2024-12-08T00%3A00%3A00Z", "before[2024-12-08T00][00]=00Z", "best_before"),
        ("before=2024-12-08T00%3A00%3A00Z", "before%3A2024-12-08T00=00%3A00Z", "best_before:2024-12-08T00"),
        ("interface_type=", "interface_type[x%3Bhide]=", "interface_type[x;hide]"),
    ] {
        assert_eq!(code(instead(&signed, from, to)), invalid(name), "{to}");
    }
}

#[test]
fn a_value_does_not_end_before_another_parameter() {
    // A payer's own words, signed by the shop, with an amount in them.
    let typed = order().with("customer_last_name", "Doe;payment_amount:1;payment_b:x");
    assert_eq!(code(PageRequest::of_query(&page_query(&typed, &secret()))), invalid("customer_last_name"));
    let forged = "customer_last_name=Doe&payment_amount=1&payment_b=x%3Bpayment_amount%3A100";
    let query = page_query(&typed, &secret()).replace("payment_amount=100&", "");
    let from = "customer_last_name=Doe%3Bpayment_amount%3A1%3Bpayment_b%3Ax";
    assert_eq!(signed_of(&query.replace(from, forged)), signed_of(&page_query(&typed, &secret())));
    assert_eq!(code(instead(&query, from, forged)), invalid("payment_b"));
    // A parameter that nobody reads could make another number.
    let noted = page_query(&order().with("payment_note", "x"), &secret());
    let longer = noted.replace("&payment_note=x", "").replace("payment_id=p-1", "payment_id=p-1%3Bpayment_note%3Ax");
    assert_eq!(signed_of(&longer), signed_of(&noted));
    assert_eq!(code(PageRequest::of_query(&longer)), invalid("payment_id"));
    for number in ["p;1", "p:1", "1:2;3"] {
        assert!(read(&without("payment_id").with("payment_id", number)).is_ok(), "{number}");
    }
    // What people write is no parameter.
    for honest in
        ["a;b", "x; payment_amount: 1", "payment_amount:1", ";mode:x;size:1", "payment_amount;1:", "https://x/;y:z"]
    {
        assert!(read(&order().with("payment_description", honest)).is_ok(), "{honest}");
    }
}

#[test]
fn words_stand_for_switches_and_not_for_names() {
    let ones = without("payment_id").with("payment_id", "1").with("recurring_register", "1");
    let signed = page_query(&ones, &secret());
    assert!(instead(&signed, "recurring_register=1", "recurring_register=true").is_ok());
    assert_eq!(code(instead(&signed, "payment_id=1", "payment_id=true")).0, Code::InvalidSignature);
}

#[test]
fn nested_names_null_and_empty_values_are_signed_as_trees() {
    let fields = order().with("a[b][0]", "x").with("a[b][1]", "№;:").with("empty", "").with("nothing", "null");
    assert!(read(&fields).is_ok());
    // JavaScript sends the word and signs nothing.
    let signed = page_query(&order().with("nothing", ""), &secret());
    assert!(page(&signed.replace("nothing=", "nothing=null")).is_ok());
    assert!(page(&signed.replace("nothing=", "nothing=nil")).is_err());
}

#[test]
fn only_what_no_page_could_do_without_is_refused() {
    let good = read(&order()).expect("an order");
    assert_eq!((good.mode, good.customer.id.as_deref()), (Mode::Purchase, Some("c-1")));
    for (name, value, expected) in [
        ("project_id", "", Code::Missing),
        ("project_id", "0", Code::Invalid),
        ("project_id", "12x", Code::Invalid),
        ("payment_id", "", Code::Missing),
        ("payment_id", &"x".repeat(256), Code::Invalid),
        ("customer_id", "", Code::Missing),
        ("payment_amount", "", Code::Missing),
        ("payment_amount", "0", Code::Invalid),
        ("payment_amount", "-1", Code::Invalid),
        ("payment_amount", "10.50", Code::Invalid),
        ("payment_amount", "1e3", Code::Invalid),
        ("payment_amount", "10000000000001", Code::Invalid),
        ("payment_currency", "", Code::Missing),
        ("payment_currency", "usd", Code::Invalid),
        ("payment_currency", "WMZ", Code::InvalidCurrency),
        ("payment_currency", "XQQ", Code::InvalidCurrency),
        ("mode", "steal", Code::Invalid),
    ] {
        assert_eq!(refused(name, value), (expected, name.to_owned()), "{name}={value}");
    }
    let largest = read(&order().with("payment_amount", "10000000000000")).expect("an order");
    assert_eq!(largest.amount.map(payglot_core::Money::minor), Some(10_000_000_000_000));
    for (name, value) in [
        ("customer_email", "nobody"),
        ("customer_phone", "+1 (2)"),
        ("best_before", "tomorrow"),
        ("merchant_success_url", "javascript://x"),
        ("operation_type", "steal"),
        ("language_code", "eng"),
    ] {
        let order = read(&order().with(name, value)).expect(name);
        assert_eq!(
            (order.customer.email, order.customer.phone, order.best_before, order.hold),
            (None, None, None, None)
        );
        assert_eq!((order.details.button(Outcome::Success), order.language), (None, None));
    }
}

#[test]
fn marked_parameters_are_honoured() {
    let order = read(
        &order()
            .with("hide", "card , wallet/paypal,")
            .with("default_payment_method", "webmoney")
            .with("card_operation_type", "auth")
            .with("language_code", "RU")
            .with("recurring_register", "1")
            .with("best_before", "2024-12-08T00:00:00+03:00")
            .with("merchant_success_url", "https://shop.example/ok?a=1")
            .with("merchant_success_enabled", "1")
            .with("merchant_fail_url", "myapp://paid")
            .with("merchant_fail_redirect_mode", "blank_page")
            .with("redirect_success_url", "https://shop.example/done")
            .with("redirect_fail_url", "https://shop.example/no")
            .with("redirect_fail_enabled", "0")
            .with("merchant_callback_url", "https://shop.example/cb")
            .with("merchant_decline_callback_url", "https://shop.example/cb-no"),
    )
    .expect("an order");
    assert_eq!(order.hidden, ["card", "wallet/paypal"]);
    assert_eq!((order.hold, order.registers.is_some(), order.language.as_deref()), (Some(true), true, Some("ru")));
    assert_eq!(order.best_before, Some(UnixMillis(1_733_605_200_000)));
    let button = order.details.button(Outcome::Success).expect("a button");
    assert_eq!(
        (button.url.as_str(), button.shown, button.frame),
        ("https://shop.example/ok?a=1", Shown::FullPage, Frame::ParentPage)
    );
    assert_eq!(order.details.button(Outcome::Failure).map(|button| button.frame), Some(Frame::BlankPage));
    assert_eq!(order.details.button(Outcome::Open), None);
    assert_eq!(order.details.redirect(Outcome::Success).map(|way| way.frame), Some(Frame::Iframe));
    assert_eq!(order.details.redirect(Outcome::Failure), None);
    let of = |outcome| order.details.callback_url(outcome);
    assert_eq!(of(Outcome::Success).as_deref(), Some("https://shop.example/cb"));
    assert_eq!(of(Outcome::Failure).as_deref(), Some("https://shop.example/cb-no"));
    assert_eq!(of(Outcome::Open).as_deref(), Some("https://shop.example/cb"));
    let registers = |json: &str| read(&self::order().with("recurring", json)).expect("an order").registers.is_some();
    assert!(registers(r#"{"register":true,"type":"C"}"#) && registers(r#"{"type":"C"}"#) && !registers("{"));
    // More than thirty days ahead is no deadline, and one in the past is.
    let end = |text: &str| read(&self::order().with("best_before", text)).expect("an order").best_before;
    assert_eq!(end("2025-01-07T00:00:00Z"), None);
    assert!(end("2024-12-01T00:00:00+00").is_some_and(|end| end < NOW));
}

#[test]
fn the_checker_tells_of_everything() {
    let wrong = |query: &str| -> Vec<String> {
        let request = PageRequest::of_query(query).expect("readable");
        let reply = super::super::reply::checked(&check(&request));
        let body = Json::read(&reply.body).expect("JSON");
        let errors = body.get("errors").and_then(Json::items).unwrap_or_default();
        assert_eq!(reply.status, if errors.is_empty() { 200 } else { 400 });
        errors.iter().map(Json::plain).collect()
    };
    assert!(wrong("project_id=1&payment_id=a&customer_id=b&payment_amount=1&payment_currency=EUR").is_empty());
    let expected = [
        "Required field not provided: payment_id",
        "Required field not provided: customer_id",
        "Validation error: payment_amount must be a whole number from 0 to 10000000000000",
        "Required field not provided: payment_currency",
        "Validation error: customer_email must be an e-mail address",
    ];
    assert_eq!(wrong("project_id=1&payment_amount=1.00&customer_email=x"), expected);
    let unknown = "project_id=1&payment_id=a&customer_id=b&payment_amount=1&payment_currency=WMZ";
    assert_eq!(wrong(unknown), ["Invalid currency: payment_currency"]);
}

#[test]
fn too_much_is_refused_unread_and_broken_text_is_named() {
    let long = format!("a={}", "x".repeat(super::super::request::PAGE_MAX));
    assert_eq!(code(PageRequest::of_query(&long)).0, Code::Invalid);
    assert_eq!(code(PageRequest::of_query(&"a=1&".repeat(501))).0, Code::Invalid);
    assert_eq!(
        code(PageRequest::of_query("payment_description=%FF")),
        (Code::Invalid, "payment_description".to_owned())
    );
}

#[test]
fn what_is_kept_of_a_page_reads_back_without_secrets() {
    let fields = order()
        .with("payment_description", "Ключ \"№ 1\"")
        .with("customer_email", "a@b.example")
        .with("customer_security_code", "123")
        .with("recipient_pan", "4111111111111111")
        .with("account_token", "tok")
        .with("_sw", "1920");
    let details = read(&fields).expect("an order").details;
    let text = details.to_text();
    for secret in ["security_code", "4111", "tok", "signature", "1920"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let read = super::super::Details::read(&text);
    assert_eq!(read, details);
    assert_eq!(read.description().as_deref(), Some("Ключ \"№ 1\""));
    assert_eq!(read.customer().email.as_deref(), Some("a@b.example"));
    assert_eq!(super::super::Details::read("nonsense").description(), None);
}

#[test]
fn an_encrypted_address_is_the_same_order() {
    let block = blocks(FILE).into_iter().find_map(|block| field(&block, "blob").zip(field(&block, "query")));
    let (blob, query) = block.expect("a vector");
    let key = Secret::new("enc-key-0123456789");
    let iv = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    assert_eq!(sealed::seal(query, &key, iv), blob);
    let open = |project, blob: &str, key: &Secret| sealed::open(project, blob, std::slice::from_ref(key));
    let opened = open(1234, blob, &key).expect("opened");
    assert_eq!(opened.signature(), Some("abc"));
    let keys = [Secret::new("another"), key.clone()];
    assert!(sealed::open(1234, blob, &keys).is_ok());
    // All that is wrong is refused alike.
    let wrong = (Code::InvalidSignature, "signature".to_owned());
    assert_eq!(code(open(1235, blob, &key)), wrong);
    assert_eq!(code(open(1234, blob, &Secret::new("enc-key-0123456780"))), wrong);
    assert_eq!(code(open(1234, blob, &Secret::new(""))), wrong);
    for broken in ["", "AAAA", &blob[4..], &blob[..blob.len() - 4], &blob.replacen("Yz", "Zz", 1)] {
        assert_eq!(code(open(1234, broken, &key)), wrong, "{broken}");
    }
    // Lengths around a block, and a whole order.
    for length in 0..40 {
        let query = format!("project_id=1&x={}", "y".repeat(length));
        assert!(open(1, &sealed::seal(&query, &key, iv), &key).is_ok());
    }
    let signed = page_query(&order(), &secret());
    let request = open(1234, &sealed::seal(&signed, &key, iv), &key).expect("opened");
    assert!(prove_page(request, &[secret()]).is_ok());
}

#[test]
fn only_digits_and_base64_are_an_encrypted_address() {
    assert_eq!(sealed::route("1234/QUFBQQ%3D%3D"), Some((1234, "QUFBQQ==".to_owned())));
    for other in
        ["", "payment", "1234", "1234/", "1234/abc", "12a4/QUFB", "/QUFB", "99999999999/QUFB", "1234/QU-B", "1/QUFB?x"]
    {
        assert_eq!(sealed::route(other), None, "{other}");
    }
}
