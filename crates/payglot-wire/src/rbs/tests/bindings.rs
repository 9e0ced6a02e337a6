//! Saved cards: what is read, what is refused, and the bytes that are answered.

use super::{ID, get};
use crate::rbs::reply::{self, BindingView, PaymentAnswer};
use crate::rbs::request::{FindBindings, GetBindings, OneBinding, PaymentOrder};
use crate::rbs::{Language, Operation, Params, Refused};
use expect_test::expect_file;
use payglot_core::{BindingId, CardBrand, CardFacts};

const SAVED: &str = "00000000-1111-2222-3333-444444444444";
const REFUSED: &str = include_str!("../vectors/bindings_refused.txt");

/// What of the request is read, in words.
fn read(operation: Operation, params: &Params) -> Result<String, Refused> {
    let default = Language::RU;
    match operation {
        Operation::GetBindings | Operation::GetAllBindings => {
            GetBindings::read(params, default).map(|read| format!("{read:?}"))
        }
        Operation::GetBindingsByCardOrId => FindBindings::read(params, default).map(|read| format!("{read:?}")),
        Operation::BindCard | Operation::UnBindCard => {
            OneBinding::read(params, default).map(|read| format!("{read:?}"))
        }
        Operation::ExtendBinding => {
            let read = OneBinding::read(params, default)?;
            Ok(format!("{read:?} until {}", OneBinding::new_expiry(params)?))
        }
        Operation::PaymentOrderBinding => {
            let read = PaymentOrder::read(params, default)?;
            Ok(format!("{read:?} by {}", OneBinding::read(params, default)?.binding_id))
        }
        other => panic!("{other:?}"),
    }
}

fn request(line: &str) -> (Operation, Params) {
    let (name, query) = line.split_once('?').expect("a query");
    let query = query.replace("bindingId=id", &format!("bindingId={SAVED}"));
    let query = query.replace("=order", &format!("={ID}")).replace("256x", &"x".repeat(256));
    let query = query.replace("255x", &"x".repeat(255));
    (Operation::from_segment(name).expect(name), get(&query))
}

#[test]
fn what_cannot_be_read_is_refused_in_the_operations_shape() {
    let mut lines = 0;
    for line in REFUSED.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (expected, asked) = line.split_once(" <- ").expect("a request");
        let (operation, params) = request(asked);
        let refused = read(operation, &params).expect_err(asked);
        let answer = reply::refused(operation, &refused, Language::of_errors(&params, Language::RU));
        assert_eq!((answer.status, answer.body.as_str()), (200, expected), "{asked}");
        lines += 1;
    }
    assert!(lines > 45, "{lines} lines");
}

/// One of every shape that shops send. A card's number is in none of what is read.
const ACCEPTED: &[&str] = &[
    "getBindings.do?clientId=666",
    "getBindings.do?clientId=%D0%98%D0%B2%D0%B0%D0%BD&language=EN&bindingType=C&bindingId=id",
    "getBindings.do?clientId=a%2Bb%40shop.example&bindingType=I&showExpired=TRUE",
    "getBindings.do?clientId=1&bindingType=R&showExpired=false&bindingId=nonsense",
    "getAllBindings.do?clientId=1&bindingType=CR&language=lt",
    "getBindingsByCardOrId.do?bindingId=id",
    "getBindingsByCardOrId.do?bindingId=4444555511113333&showExpired=true",
    "getBindingsByCardOrId.do?pan=4444555511113333&language=en",
    "getBindingsByCardOrId.do?pan=4444555511113333&bindingId=id&showExpired=false",
    "bindCard.do?bindingId=id",
    "unBindCard.do?bindingId=id&language=en",
    "unbindCard.do?bindingId=id&clientId=666",
    "extendBinding.do?bindingId=id&newExpiry=200001",
    "extendBinding.do?bindingId=id&newExpiry=209912&language=en",
    "paymentOrderBinding.do?mdOrder=order&bindingId=id&ip=203.0.113.9&cvc=123",
    "paymentOrderBinding.do?mdOrder=order&bindingId=id&language=en&email=a@a.example&jsonParams={\"a\":\"1\"}",
    "paymentOrderBinding.do?MDORDER=order&bindingId=id&ip=2001:db8::1&threeDSVer2FinishUrl=https://a.example/back",
];

#[test]
fn what_shops_send_is_read() {
    let lines = ACCEPTED.iter().map(|asked| {
        let (operation, params) = request(asked);
        format!("{asked}\n  {}\n", read(operation, &params).expect(asked))
    });
    expect_file!["../vectors/bindings_read.txt"].assert_eq(&lines.collect::<String>());
    let (_, longest) = request("getBindings.do?clientId=255x");
    assert_eq!(GetBindings::read(&longest, Language::RU).expect("fits").client_id.len(), 255);
}

fn saved() -> BindingId {
    SAVED.parse().expect("a UUID")
}

#[test]
fn the_list_is_answered_in_the_documents_order_of_members() {
    let card = |masked: &str, brand| CardFacts {
        masked: masked.to_owned(),
        expiry: 203_412,
        holder: "NEVER TOLD".to_owned(),
        brand,
    };
    let (visa, mir) = (card("444455**3333", CardBrand::Visa), card("220000**0038", CardBrand::Mir));
    let old = CardFacts { expiry: 202_609, ..card("555555**5599", CardBrand::Mastercard) };
    let view = |card, client_id, category| BindingView { id: saved(), client_id, card, category };
    let three = [
        view(&visa, "666", "COMMON"),
        view(&mir, "\"<Иван>\\", "RECURRENT"),
        view(&old, "a+b@shop.example", "INSTALLMENT"),
    ];
    let answers = [
        ("one", reply::bindings(&three[..1], Language::RU)),
        ("three", reply::bindings(&three, Language::EN)),
        ("none", reply::bindings(&[], Language::RU)),
        ("none, in English", reply::bindings(&[], Language::EN)),
        ("saved without a payment", reply::binding_created(saved(), Language::EN)),
        ("switched or extended", reply::done(Language::RU)),
        ("removed by the payer", reply::page_done(Language::RU)),
    ];
    let lines = answers.map(|(name, answer)| format!("{name}\n  {} {}\n", answer.status, answer.body));
    expect_file!["../vectors/bindings_answered.txt"].assert_eq(&lines.concat());
}

#[test]
fn what_the_saved_cards_themselves_forbid_is_refused_in_the_documents_words() {
    let told = |operation, refused: Refused, language| reply::refused(operation, &refused, language).body;
    let (ru, en) = (Language::RU, Language::EN);
    assert_eq!(
        told(Operation::BindCard, Refused::BindingActive, ru),
        r#"{"errorCode":"2","errorMessage":"Связка активна"}"#
    );
    assert_eq!(
        told(Operation::BindCard, Refused::BindingActive, en),
        r#"{"errorCode":"2","errorMessage":"Binding is active"}"#
    );
    assert_eq!(
        told(Operation::UnBindCard, Refused::BindingNotActive, ru),
        r#"{"errorCode":"2","errorMessage":"Связка не активна"}"#
    );
    // The document's own spelling.
    assert_eq!(
        told(Operation::UnBindCard, Refused::BindingNotActive, en),
        r#"{"errorCode":"2","errorMessage":"Binging isn't active"}"#
    );
    let pays = Operation::PaymentOrderBinding;
    assert_eq!(
        told(pays, Refused::CodeRequired, en),
        r#"{"error":"CVC2/CVV2 is required","errorCode":1,"is3DSVer2":false,"errorMessage":"CVC2/CVV2 is required"}"#
    );
    assert_eq!(
        told(pays, Refused::AccessDenied, ru),
        r#"{"error":"Доступ запрещён","errorCode":5,"errorMessage":"Доступ запрещён"}"#
    );
}

#[test]
fn a_payment_by_saved_card_is_answered_with_a_place_to_go() {
    let back = || Some("https://a.example/back?orderId=1&lang=en".to_owned());
    let paid = PaymentAnswer::Paid { redirect: back(), version_2: false }.reply(Language::EN).body;
    assert_eq!(
        paid,
        r#"{"redirect":"https://a.example/back?orderId=1&lang=en","info":"Your order is proceeded, redirecting...","errorCode":0,"is3DSVer2":false}"#
    );
    let refused = PaymentAnswer::Refused { code: 116, redirect: None, version_2: false }.reply(Language::EN).body;
    let text = "Operation declined. Please check the data and available balance of the account";
    let expected = format!(
        r#"{{"error":"{text}","errorCode":0,"is3DSVer2":false,"errorTypeName":"DATA_INPUT_ERROR","processingErrorType":"CLIENT_ERROR","errorMessage":"{text}"}}"#
    );
    assert_eq!(refused, expected, "the bank's refusal is no error of the call");
}
