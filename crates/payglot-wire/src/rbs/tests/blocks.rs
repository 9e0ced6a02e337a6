//! Every block of the extended status that comes only under a condition: when it is there, of which JSON type, and when it is not.

use super::Story;
use crate::rbs::codes::action;
use crate::rbs::reply::{Bank, StatusView, status_extended, status_old};
use crate::rbs::{Details, Language};
use crate::text::json::Json;
use payglot_core::{Answer, CardBrand, DeclineReason, Intent, ProviderFacts, ThreeDs};

const CODES: &str = include_str!("../vectors/action_codes.txt");

fn view<'a>(story: &'a Story, details: &'a Details) -> StatusView<'a> {
    StatusView {
        payment: story.payment(),
        details,
        language: Language::EN,
        merchant_ip: None,
        terminal_id: "123456",
        bank: Some(Bank::TEST),
        binding_id: None,
    }
}

fn told(story: &Story, details: &Details) -> Json {
    Json::read(&status_extended(&view(story, details)).body).expect("JSON")
}

fn names(json: &Json) -> Vec<&str> {
    json.members().expect("an object").iter().map(|(name, _)| name.as_str()).collect()
}

const ALWAYS: [&str; 17] = [
    "errorCode",
    "errorMessage",
    "orderNumber",
    "orderStatus",
    "actionCode",
    "actionCodeDescription",
    "amount",
    "currency",
    "date",
    "orderDescription",
    "merchantOrderParams",
    "transactionAttributes",
    "attributes",
    "terminalId",
    "paymentAmountInfo",
    "bankInfo",
    "chargeback",
];

/// What a status has besides [`ALWAYS`], in its order.
fn more(story: &Story, details: &str) -> Vec<String> {
    let json = told(story, &Details::read(details));
    let names = names(&json);
    assert!(ALWAYS.iter().all(|name| names.contains(name)), "{names:?}");
    names.into_iter().filter(|name| !ALWAYS.contains(name)).map(str::to_owned).collect()
}

#[test]
fn a_block_is_there_exactly_when_it_has_something_to_tell() {
    const TRIED: [&str; 5] = ["ip", "cardAuthInfo", "authDateTime", "authRefNum", "paymentWay"];
    assert_eq!(more(&Story::begin(Intent::Sale, 2000), ""), [""; 0]);
    let known = "ip=198.51.100.1&email=a%40b.example&phone=79990000000&prepaymentMdOrder=p1&orderBundle=%7B%7D";
    let registered = Story::begin(Intent::Sale, 2000);
    assert_eq!(more(&registered, known), ["ip", "payerData", "orderBundle", "prepaymentMdOrder"]);
    let mut sale = Story::begin(Intent::Sale, 2000);
    sale.attempt("411111**1111", CardBrand::Visa);
    assert_eq!(more(&sale, ""), ["ip", "cardAuthInfo", "authDateTime", "paymentWay"]);
    sale.approve();
    assert_eq!(more(&sale, ""), [&TRIED[..], &["depositedDate", "operations"]].concat());
    sale.refund(Some(500));
    assert_eq!(more(&sale, ""), [&TRIED[..], &["depositedDate", "refundedDate", "refunds", "operations"]].concat());
    let mut hold = Story::begin(Intent::Hold, 2000);
    assert_eq!(more(hold.pay(), ""), [&TRIED[..], &["operations"]].concat());
    assert_eq!(more(hold.void(None), ""), [&TRIED[..], &["reversedDate", "operations"]].concat());
    let mut declined = Story::begin(Intent::Sale, 2000);
    declined.attempt("411111**1111", CardBrand::Visa).decline(DeclineReason::Fraud);
    let expected = ["ip", "cardAuthInfo", "authDateTime", "paymentWay", "operations", "displayErrorMessage"];
    assert_eq!(more(&declined, ""), expected);
    assert_eq!(more(Story::begin(Intent::Sale, 2000).expire(), ""), ["displayErrorMessage"]);
}

#[test]
fn numbers_are_numbers_and_the_rest_is_text() {
    let mut story = Story::begin(Intent::Sale, 2000);
    story.pay().refund(Some(500));
    let json = told(&story, &Details::read("feeInput=70&jsonParams=%7B%22a%22%3A1%7D"));
    let number = |json: &Json, name: &str| assert!(matches!(json.get(name), Some(Json::Number(_))), "{name}");
    let text = |json: &Json, name: &str| assert!(matches!(json.get(name), Some(Json::Text(_))), "{name}");
    for name in ["orderStatus", "actionCode", "amount", "date", "authDateTime", "depositedDate", "refundedDate"] {
        number(&json, name);
    }
    for name in ["errorCode", "orderNumber", "currency", "terminalId", "authRefNum", "paymentWay"] {
        text(&json, name);
    }
    let sums = json.get("paymentAmountInfo").expect("sums");
    for (name, sum) in [("approvedAmount", 2000), ("depositedAmount", 1500), ("refundedAmount", 500)] {
        number(sums, name);
        assert_eq!(sums.get(name).and_then(Json::int), Some(sum), "{name}");
    }
    assert_eq!(sums.get("feeAmount").and_then(Json::int), Some(70), "as the merchant sent it");
    assert_eq!(sums.get("totalAmount").and_then(Json::int), Some(1570), "what is captured and the fee");
    let refund = &json.get("refunds").and_then(Json::items).expect("refunds")[0];
    assert_eq!(names(refund), ["date", "approvalCode", "actionCode", "referenceNumber", "amount"]);
    text(refund, "date");
    text(refund, "actionCode");
    number(refund, "amount");
    let card = json.get("cardAuthInfo").expect("a card");
    text(card, "expiration");
    assert_eq!(card.get("corporateCard"), Some(&Json::Bool(false)));
    assert_eq!(json.get("chargeback"), Some(&Json::Bool(false)));
    let old = Json::read(&status_old(&view(&story, &Details::read(""))).body).expect("JSON");
    let expected = "expiration cardholderName depositAmount currency approvalCode authCode rrn ErrorCode ErrorMessage OrderStatus \
        OrderNumber Pan Amount Ip";
    assert_eq!(names(&old).join(" "), expected);
}

/// `secureAuthInfo` of an attempt with this card that ended so.
fn secure(brand: CardBrand, answer: Answer) -> String {
    let mut story = Story::begin(Intent::Sale, 2000);
    story.attempt("411111**1111", brand).answer(answer);
    let json = told(&story, &Details::read(""));
    let info = json.get("cardAuthInfo").and_then(|card| card.get("secureAuthInfo")).map(Json::to_string);
    info.unwrap_or_default().replace(&super::operation(1).to_string(), "<attempt>")
}

#[test]
fn the_authentication_is_told_in_the_letters_of_3d_secure() {
    let approved = |way| Answer::Approved(ProviderFacts { three_ds: Some(way), ..ProviderFacts::default() });
    let declined = |reason| Answer::Declined(reason, ProviderFacts::default());
    let letters = |eci: u8, kind: u8, letters: &str, paid: &str, enrolled: &str| {
        format!(
            "{{\"eci\":{eci},\"authTypeIndicator\":{kind},\"threeDSInfo\":{{\"xid\":\"<attempt>\"}},\
            \"threeDsProtocolVersion\":\"2.1.0\",{letters},\"paResStatus\":\"{paid}\",\"veResStatus\":\"{enrolled}\"}}"
        )
    };
    let plain = |eci: u8| format!("{{\"eci\":{eci},\"authTypeIndicator\":0}}");
    let (frictionless, attempted) = (r#""aresTransStatus":"Y""#, r#""aresTransStatus":"A""#);
    let challenged = r#""aresTransStatus":"C","rreqTransStatus":"Y""#;
    let failed = r#""aresTransStatus":"C","rreqTransStatus":"N""#;
    for (brand, full, attempt, none) in
        [(CardBrand::Visa, 5, 6, 7), (CardBrand::Mastercard, 2, 1, 0), (CardBrand::Mir, 2, 1, 0)]
    {
        assert_eq!(secure(brand, approved(ThreeDs::No)), plain(none));
        assert_eq!(secure(brand, approved(ThreeDs::Frictionless)), letters(full, 1, frictionless, "Y", "Y"));
        assert_eq!(secure(brand, approved(ThreeDs::Challenge)), letters(full, 1, challenged, "Y", "Y"));
        assert_eq!(secure(brand, approved(ThreeDs::Attempt)), letters(attempt, 2, attempted, "A", "Y"));
        let refused = r#""aresTransStatus":"N""#;
        assert_eq!(secure(brand, declined(DeclineReason::AuthenticationFailed)), letters(none, 0, failed, "N", "Y"));
        assert_eq!(secure(brand, declined(DeclineReason::AuthenticationRefused)), letters(none, 0, refused, "N", "Y"));
        let unknown = r#""aresTransStatus":"U""#;
        assert_eq!(secure(brand, declined(DeclineReason::AuthenticationError)), letters(none, 0, unknown, "U", "U"));
        assert_eq!(secure(brand, declined(DeclineReason::NotReceived)), "");
    }
}

#[test]
fn every_operation_has_its_type() {
    let types = |story: &Story| -> Vec<String> {
        let json = told(story, &Details::read(""));
        let list = json.get("operations").and_then(Json::items).expect("operations").to_vec();
        let word = |one: &Json| {
            let success = one.get("success") == Some(&Json::Bool(true));
            format!(
                "{}{}",
                one.get("operationType").map(Json::plain).unwrap_or_default(),
                if success { "" } else { "?" }
            )
        };
        list.iter().map(word).collect()
    };
    let mut sale = Story::begin(Intent::Sale, 2000);
    sale.attempt("411111**1111", CardBrand::Visa).decline(DeclineReason::InsufficientFunds);
    assert_eq!(types(sale.pay().refund(Some(100))), ["PURCHASE?", "PURCHASE", "REFUND"]);
    assert_eq!(types(Story::begin(Intent::Sale, 2000).pay().void(None)), ["PURCHASE", "REVERSAL_FOR_PURCHASE"]);
    let mut hold = Story::begin(Intent::Hold, 2000);
    assert_eq!(types(hold.pay().void(Some(500))), ["PRE_AUTH", "REVERSAL_FOR_PRE_AUTH"]);
    let expected = ["PRE_AUTH", "COMPLETION", "REVERSAL_FOR_COMPLETION"];
    assert_eq!(types(Story::begin(Intent::Hold, 2000).pay().capture(None).void(None)), expected);
}

#[test]
fn every_action_code_has_its_texts() {
    let mut rows = 0;
    for line in CODES.lines().filter(|line| !line.starts_with('#')) {
        let [code, text, ru, en] = line.split(" | ").collect::<Vec<_>>().try_into().expect(line);
        let [ru, en] = [ru, en].map(|text| if text == "-" { "" } else { text });
        let code: i32 = code.parse().expect(line);
        let buyer = action::buyer_text(code).map_or_else(|| "-".to_owned(), |text| format!("{text:?}"));
        let described = (action::description(code, Language::RU), action::description(code, Language::EN));
        assert_eq!((buyer.as_str(), described), (text, (ru, en)), "{code}");
        rows += 1;
    }
    assert_eq!(rows, action::rows(), "a code is in one of the two only");
}

#[test]
fn a_payer_may_retry_what_the_payer_can_mend() {
    for reason in DeclineReason::ALL {
        let mends = action::buyer_text(action::of_reason(*reason)) == Some(action::BuyerText::M1);
        // Two more than the vendor's list: the payer left the bank's page for another card, and a question that the bank never got.
        let ours = matches!(reason, DeclineReason::AuthenticationAbandoned | DeclineReason::NotReceived);
        assert_eq!(reason.payer_may_retry(), mends || ours, "{reason:?}");
    }
}
