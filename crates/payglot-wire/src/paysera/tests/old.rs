use super::*;
use crate::paysera::legacy::{self, Version};
use crate::paysera::micro::{self, Answer, Kept, LateAnswer, Message};
use crate::paysera::notification::seal;
use crate::paysera::{CallbackSettings, Code, Details, Learned, Signer, prove_old};
use crate::text::form;
use payglot_core::Money;

const OLD: &str = include_str!("../vectors/old.txt");

fn old(version: &str) -> Fields {
    Fields::new()
        .with("projectid", "12345")
        .with("orderid", "1012")
        .with("lang", "LIT")
        .with("amount", "1000")
        .with("currency", "EUR")
        .with("accepturl", "http://shop.test/a")
        .with("cancelurl", "http://shop.test/c")
        .with("callbackurl", "http://shop.test/cb")
        .with("payment", "hanza")
        .with("country", "LT")
        .with("paytext", "Užsakymas [order_nr]")
        .with("p_email", "a@shop.test")
        .with("test", "1")
        .with("version", version)
}

fn sent(fields: &Fields, sign: &str) -> String {
    format!("{}&sign={sign}", fields.to_query())
}

#[test]
fn requests_of_every_old_version_are_proven() {
    for block in blocks(OLD).iter().filter(|block| block.contains_key("sign")) {
        let version = block["version"];
        let text = sent(&old(version), block["sign"]);
        for request in [get(&text), post(text.as_bytes())] {
            let envelope = Envelope::read(&request).expect("readable");
            assert_eq!(envelope.legacy(), Some(Version::from_name(version)));
            assert_eq!((envelope.project_id(), envelope.signed_text()), (Ok(12345), block["text"]));
            let proven = prove_old(&envelope, &[password()]).expect(version);
            assert_eq!(proven.get(), &old(version));
            assert!(Order::read(&proven, &rules(&catalogue())).is_ok());
            assert!(prove_old(&envelope, &[Secret::new("another")]).is_err());
            assert!(prove(&envelope, &[password()]).is_err(), "only projects that are set to it");
        }
        let mut changed = old(version);
        changed.set("amount", "1");
        let envelope = Envelope::read(&get(&sent(&changed, block["sign"]))).expect("readable");
        assert_eq!(prove_old(&envelope, &[password()]).map_err(|refused| refused.code), Err(Code::SignWrong));
    }
}

#[test]
fn what_an_old_request_does_not_sign_is_not_believed() {
    let block = &blocks(OLD)[1];
    let mut fields = old("1.4");
    fields.set("only_payments", "card");
    fields.set("custom", "1");
    let envelope = Envelope::read(&get(&sent(&fields, block["sign"]))).expect("readable");
    let proven = prove_old(&envelope, &[password()]).expect("signed");
    assert!(!proven.get().has("only_payments") && !proven.get().has("custom") && !proven.get().has("sign"));
    assert!(proven.get().has("paytext"));
}

#[test]
fn an_old_callback_is_signed_as_in_the_vector() {
    let block = blocks(OLD).into_iter().find(|block| block.contains_key("_ss1v2")).expect("there");
    let fields = Fields::from_pairs(form::decode(block["query"].as_bytes()).expect("readable"));
    let key = key();
    let sealed = |version| {
        let learned = Learned { legacy: Some(version), ..Learned::default() };
        let mut details = Details::default();
        details.learned = learned;
        let settings = CallbackSettings { encrypted: true, ..CallbackSettings::new(12345, password()) };
        seal(&fields, &details, &settings, Signer { key: &key, iv: [0; 12] }).expect("signed")
    };
    let find = |pairs: &[(String, String)], name: &str| {
        pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let new = sealed(Version::V1_5);
    assert_eq!(find(&new, "wp__ss1v2").as_deref(), Some(block["_ss1v2"]));
    assert_eq!(find(&new, "wp__ss2").as_deref(), Some(block["_ss2"]));
    assert_eq!(find(&new, "wp_surename").as_deref(), Some("Last name"));
    for version in [Version::V1_2, Version::V1_3, Version::V1_4] {
        let older = sealed(version);
        assert_eq!(find(&older, "wp__ss1").as_deref(), Some(block["_ss1"]));
        assert_eq!(find(&older, "wp_version").as_deref(), Some(version.name()));
        let values: String =
            older.iter().filter(|(name, _)| name != "wp__ss2").map(|(_, value)| value.clone() + "|").collect();
        let signature = find(&older, "wp__ss2").expect("signed");
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, signature).expect("base64");
        assert!(public_key().verifies(crate::text::rsa::Digest::Sha1, values.as_bytes(), &bytes));
    }
}

#[test]
fn a_password_of_another_length_is_hashed_first() {
    let hashed = crate::paysera::signature::md5(&["short"]);
    assert_eq!(legacy::ss1(&Secret::new("short"), "1", "0"), legacy::ss1(&Secret::new(hashed), "1", "0"));
}

fn message() -> Message {
    Message {
        id: 9_622_828,
        to: "1679".to_owned(),
        text: "WTP14 labas".to_owned(),
        from: "37060000000".to_owned(),
        operator: "test".to_owned(),
        amount: Money::new(50, Currency::EUR).expect("small"),
        country: "lt".to_owned(),
        keyword: "WTP14".to_owned(),
        test: false,
    }
}

#[test]
fn a_message_is_told_as_in_vector_11() {
    let vector = blocks(include_str!("../vectors/callbacks.txt")).pop().expect("there");
    assert_eq!(message().parameters(12345).to_query(), vector["query"]);
    let settings = CallbackSettings { sends_ss3: false, ..CallbackSettings::new(12345, password()) };
    let key = key();
    let kept = Kept { message: message(), callback_url: "https://shop.test/sms?x=1".to_owned(), reply: None };
    let call = micro::callback(&kept, &settings, Signer { key: &key, iv: [0; 12] }).expect("signed");
    let query = [("data", vector["data"]), ("ss1", vector["ss1"]), ("ss2", vector["ss2"])];
    assert_eq!(call.url, format!("https://shop.test/sms?x=1&{}", form::encode(query)));
}

#[test]
fn a_kept_message_reads_back_and_nothing_else_is_one() {
    let message = Message { text: "WTP14 ačiū & labas".to_owned(), test: true, ..message() };
    let kept =
        Kept { message, callback_url: "https://shop.test/sms?x=1&y".to_owned(), reply: Some("Ačiū".to_owned()) };
    assert_eq!(Kept::read(&kept.to_text()), Some(kept.clone()));
    let fresh = Kept { reply: None, ..kept };
    assert_eq!(Kept::read(&fresh.to_text()), Some(fresh.clone()));
    for other in ["", "orderid=1&sms=x&to=1&from=2", "payglot.request_id=7&orderid=1", "%FF"] {
        assert_eq!(Kept::read(other), None, "{other}");
    }
    let order = Details::read(&fresh.to_text());
    assert!(order.get("callbackurl").is_none() && order.fields().pairs().is_empty(), "no order is read out of it");
}

#[test]
fn answers_to_messages_are_read() {
    let text = |text: &str| Some(Answer::Text(text.to_owned()));
    assert_eq!(Answer::read("\u{FEFF}OK Ačiū už SMS\n"), text("Ačiū už SMS"));
    assert_eq!(Answer::read("OK"), text(""));
    assert_eq!(Answer::read("NOSMS"), Some(Answer::Later));
    assert_eq!(Answer::read("WAPPUSH x y"), Some(Answer::WapPush("x y".to_owned())));
    for wrong in ["", "ok", "OKAY", "Error", "<html>OK"] {
        assert_eq!(Answer::read(wrong), None, "{wrong}");
    }
}

#[test]
fn a_later_answer_is_proven_by_its_transaction() {
    let address = LateAnswer::address(9_622_828, "Ačiū už SMS", &password());
    let vector =
        "/psms/respond/?id=9622828&msg=A%C4%8Di%C5%AB+u%C5%BE+SMS&transaction=7f30291bbac93238de64221875d98075";
    assert_eq!(address, vector);
    let read = LateAnswer::read(address.split_once('?').expect("a query").1).expect("complete");
    assert_eq!((read.id, read.text.as_str()), (9_622_828, "Ačiū už SMS"));
    assert!(read.is_proven(&password()));
    assert!(!read.is_proven(&Secret::new("another")) && !read.is_proven(&Secret::new("")));
    for wrong in ["", "id=1", "id=x&msg=a&transaction=b", "id=0&msg=a&transaction=b", "id=1&msg=&transaction=b"] {
        assert_eq!(LateAnswer::read(wrong), None, "{wrong}");
    }
    assert_eq!(micro::taken().body, "OK");
}
