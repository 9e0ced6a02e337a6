//! Registrations for later charges, and what else a shop says while a payment goes on.

use super::super::super::request::RecurringCall;
use super::super::super::{Details, Fields, PaymentType};
use super::super::super::{Period, RecurringKind, RecurringTerms, TermsChange};
use super::*;
use payglot_core::UnixMillis;

const CALL: &str = r#"{"general":{"project_id":1234,"payment_id":"r-1"},"recurring":{"id":77}}"#;

fn registers(recurring: &str) -> Result<Option<RecurringTerms>, Refused> {
    let request = asked("payment/card/sale", &changed(CARD, "recurring", Some(recurring)))?;
    let Request::Sale(sale) = request else { panic!("a sale") };
    assert_eq!(sale.details.registers(), sale.registers);
    Ok(sale.registers)
}

#[test]
fn terms_stand_inside_the_switch_or_beside_it() {
    let terms = r#""type":"R","period":"W","interval":"2","amount":"500","time":"09:00:00","scheduled_payment_id":"s-1","start_date":"01-02-2025","expiry_year":"2030","expiry_month":12,"expiry_day":31"#;
    let expected = RecurringTerms {
        kind: RecurringKind::Regular,
        period: Some(Period::Week),
        interval: 2,
        amount: Some(500),
        time: Some("09:00:00".to_owned()),
        scheduled_payment_id: Some("s-1".to_owned()),
        start_date: Some("01-02-2025".to_owned()),
        expiry: Some((2030, Some(12), Some(31))),
    };
    for recurring in [
        format!(r#"{{"register":true,{terms}}}"#),
        format!(r#"{{"register":1,{terms}}}"#),
        format!(r#"{{"register":{{{terms}}}}}"#),
        format!(r#"{{"register":{{{terms}}},"type":"U"}}"#),
    ] {
        assert_eq!(registers(&recurring), Ok(Some(expected.clone())), "{recurring}");
    }
    for nothing in ["{}", r#"{"register":0,"type":"R"}"#, r#"{"type":"R"}"#, r#"{"id":77}"#, r#"{"register":null}"#] {
        assert_eq!(registers(nothing), Ok(None), "{nothing}");
    }
    assert_eq!(registers(r#"{"register":true}"#), Ok(Some(RecurringTerms::default())));
}

#[test]
fn a_wrong_term_is_refused_by_its_name() {
    for (term, field, expected) in [
        (r#""type":"X""#, "type", Code::Invalid),
        (r#""period":"H""#, "period", Code::Invalid),
        (r#""interval":0"#, "interval", Code::Invalid),
        (r#""interval":101"#, "interval", Code::Invalid),
        (r#""amount":1.5"#, "amount", Code::Invalid),
        (r#""amount":{}"#, "amount", Code::Invalid),
        (r#""time":"9:00""#, "time", Code::Invalid),
        (r#""start_date":"31-02-2025""#, "start_date", Code::Invalid),
        (r#""expiry_year":30"#, "expiry_year", Code::Invalid),
        (r#""expiry_month":6"#, "expiry_year", Code::Missing),
        (r#""expiry_year":2030,"expiry_day":6"#, "expiry_month", Code::Missing),
        (r#""expiry_year":2030,"expiry_month":13"#, "expiry_month", Code::Invalid),
        (r#""expiry_year":2030,"expiry_month":2,"expiry_day":30"#, "expiry_day", Code::Invalid),
    ] {
        let beside = registers(&format!(r#"{{"register":true,{term}}}"#));
        assert_eq!(code(beside), (expected, format!("recurring.{field}")), "{term}");
    }
    let inside = registers(r#"{"register":{"period":"H"}}"#);
    assert_eq!(code(inside), (Code::Invalid, "recurring.register.period".to_owned()));
    assert_eq!(code(registers(r#"{"register":"yes"}"#)), (Code::Invalid, "recurring.register".to_owned()));
}

#[test]
fn an_invoice_may_register_too() {
    let invoice = changed(SALE, "payment.best_before", Some("\"2024-12-09T00:00:00+00:00\""));
    let of = |recurring: &str| asked("payment/invoice/create", &changed(&invoice, "recurring", Some(recurring)));
    let Ok(Request::InvoiceCreate(read)) = of(r#"{"register":true,"type":"U"}"#) else { panic!("an invoice") };
    assert_eq!(read.details.registers().map(|terms| terms.kind), Some(RecurringKind::Unscheduled));
    let wrong = of(r#"{"register":true,"time":"noon"}"#);
    assert_eq!(code(wrong), (Code::Invalid, "recurring.time".to_owned()));
}

#[test]
fn a_registration_is_charged_changed_ended_and_asked_about() {
    let charge = |body: &str| match asked("payment/card/recurring", body) {
        Ok(Request::Sale(sale)) => Ok(sale.recurring_id),
        Ok(other) => panic!("{other:?}"),
        Err(refused) => Err(refused),
    };
    let body = changed(&changed(CARD, "card", None), "recurring", Some(r#"{"id":"77"}"#));
    assert_eq!(charge(&body), Ok(Some(77)));
    assert_eq!(charge(&changed(&body, "recurring_id", Some("77"))), Ok(Some(77)));
    assert_eq!(charge(&changed(&changed(&body, "recurring", None), "recurring_id", Some("78"))), Ok(Some(78)));
    assert_eq!(code(charge(&changed(&body, "recurring_id", Some("78")))), (Code::Invalid, "recurring_id".to_owned()));

    let of = |path: &str, body: &str| match asked(path, body) {
        Ok(Request::Recurring(asked)) => Ok(asked),
        Ok(other) => panic!("{other:?}"),
        Err(refused) => Err(refused),
    };
    let changing = changed(CALL, "recurring", Some(r#"{"id":77,"amount":"600","period":"M","expiry_year":2031}"#));
    let Ok(RecurringCall::Update { id: 77, change, details }) = of("payment/card/recurring/update", &changing) else {
        panic!("an update")
    };
    let sent = TermsChange {
        amount: Some(600),
        period: Some(Period::Month),
        expiry: Some((2031, None, None)),
        ..TermsChange::default()
    };
    assert_eq!((*change, details.payment_id().as_deref()), (sent.clone(), Some("r-1")));
    let before =
        RecurringTerms { kind: RecurringKind::Regular, interval: 3, amount: Some(5), ..RecurringTerms::default() };
    let after = before.changed(&sent);
    assert_eq!((after.kind, after.interval, after.amount), (RecurringKind::Regular, 3, Some(600)));
    assert_eq!(before.changed(&TermsChange::default()), before);

    assert!(matches!(of("payment/recurring/cancel", CALL), Ok(RecurringCall::Cancel { id: 77, .. })));
    let info = changed(CALL, "general.payment_id", None);
    assert_eq!(of("payment/card/recurring/info", &info), Ok(RecurringCall::Info { id: 77 }));
    assert!(matches!(of("payment/card/recurring/info", CALL), Ok(RecurringCall::Info { id: 77 })));
    for path in ["payment/card/recurring/update", "payment/recurring/cancel"] {
        let nameless = changed(&info, "general.signature", Some("\"x\""));
        assert_eq!(code(call(path, &nameless)), (Code::Missing, "general.payment_id".to_owned()));
        assert_eq!(code(of(path, &changed(CALL, "recurring", None))), (Code::Missing, "recurring.id".to_owned()));
        for id in ["0", "-1", "\"x\"", "1.5", "{}"] {
            let wrong = of(path, &changed(CALL, "recurring.id", Some(id)));
            assert_eq!(code(wrong), (Code::Invalid, "recurring.id".to_owned()), "{id}");
        }
        let signed = super::super::super::request::gate_body(
            Endpoint::RecurringCancel,
            &Json::read(CALL).expect("JSON"),
            &secret(),
        );
        let forged = call(path, &signed.replace("77", "78")).expect("readable");
        assert_eq!(code(prove_call(forged, &[secret()])).0, Code::InvalidSignature);
    }
    let wrong = of("payment/card/recurring/update", &changed(CALL, "recurring.interval", Some("500")));
    assert_eq!(code(wrong), (Code::Invalid, "recurring.interval".to_owned()));
}

#[test]
fn more_data_is_an_object_and_perhaps_empty() {
    let general = r#"{"general":{"project_id":1234,"payment_id":"p"}}"#;
    let data = |value: &str| match asked("payment/clarification", &changed(general, "additional_data", Some(value))) {
        Ok(Request::Clarification(asked)) => Ok(asked),
        Ok(other) => panic!("{other:?}"),
        Err(refused) => Err(refused),
    };
    let sent = data(r#"{"customer":{"city":"Vilnius"}}"#).expect("data");
    assert_eq!(sent.additional_data.to_string(), r#"{"customer":{"city":"Vilnius"}}"#);
    assert!(!format!("{sent:?}").contains("Vilnius"));
    for empty in ["{}", "[]"] {
        assert_eq!(data(empty).map(|asked| asked.additional_data.to_string()).as_deref(), Ok("{}"));
    }
    assert_eq!(code(asked("payment/clarification", general)), (Code::Missing, "additional_data".to_owned()));
    assert_eq!(code(data("null")).0, Code::Missing);
    for wrong in ["[1]", "\"x\"", "1", "true"] {
        assert_eq!(code(data(wrong)), (Code::Invalid, "additional_data".to_owned()), "{wrong}");
    }
    assert!(matches!(asked("payment/customer/confirm", general), Ok(Request::Confirm)));
}

fn moment(text: &str) -> UnixMillis {
    super::super::super::rules::moment(&format!("{text}Z")).expect(text)
}

fn regular(period: Period, interval: i64) -> RecurringTerms {
    let kind = RecurringKind::Regular;
    RecurringTerms { kind, period: Some(period), interval, amount: Some(500), ..RecurringTerms::default() }
}

/// The first charges, each asked for at the moment of the one before.
fn charges(terms: &RecurringTerms, created: &str, count: usize) -> Vec<String> {
    let created = moment(created);
    let mut all = Vec::new();
    let mut next = terms.first_charge(created);
    while let Some(at) = next.filter(|_| all.len() < count) {
        all.push(crate::text::local_time::LocalTime::at(at, 0).to_string());
        next = terms.next_charge(created, at);
    }
    all
}

#[test]
fn charges_follow_the_calendar() {
    let monthly = RecurringTerms { start_date: Some("31-01-2025".to_owned()), ..regular(Period::Month, 1) };
    assert_eq!(
        charges(&monthly, "2024-12-07T19:08:05", 4),
        ["2025-01-31T00:00:00", "2025-02-28T00:00:00", "2025-03-31T00:00:00", "2025-04-30T00:00:00"]
    );
    let timed = RecurringTerms { time: Some("23:59:59".to_owned()), ..monthly };
    assert_eq!(charges(&timed, "2024-12-07T19:08:05", 2), ["2025-01-31T23:59:59", "2025-02-28T23:59:59"]);
    // A start in the past is kept as the beginning of the count, but charges nothing afterwards.
    assert_eq!(charges(&timed, "2025-02-28T23:59:59", 2), ["2025-03-31T23:59:59", "2025-04-30T23:59:59"]);
    for (terms, expected) in [
        (regular(Period::Day, 10), ["2024-03-10T19:08:05", "2024-03-20T19:08:05"]),
        (regular(Period::Week, 1), ["2024-03-07T19:08:05", "2024-03-14T19:08:05"]),
        (regular(Period::Month, 2), ["2024-04-29T19:08:05", "2024-06-29T19:08:05"]),
        (regular(Period::Quarter, 1), ["2024-05-29T19:08:05", "2024-08-29T19:08:05"]),
        (regular(Period::Year, 1), ["2025-02-28T19:08:05", "2026-02-28T19:08:05"]),
        (
            RecurringTerms { time: Some("08:00:00".to_owned()), ..regular(Period::Day, 1) },
            ["2024-03-01T08:00:00", "2024-03-02T08:00:00"],
        ),
    ] {
        assert_eq!(charges(&terms, "2024-02-29T19:08:05", 2), expected, "{terms:?}");
    }
    // What was missed while nobody charged is not made up for.
    let late = moment("2030-06-15T00:00:00");
    assert_eq!(
        regular(Period::Month, 1).next_charge(moment("2024-02-29T19:08:05"), late),
        Some(moment("2030-06-29T19:08:05"))
    );
    for never in [
        RecurringTerms { kind: RecurringKind::Express, ..regular(Period::Day, 1) },
        RecurringTerms { kind: RecurringKind::Unscheduled, ..regular(Period::Day, 1) },
        RecurringTerms { period: None, ..regular(Period::Day, 1) },
        RecurringTerms { amount: None, ..regular(Period::Day, 1) },
    ] {
        assert_eq!(never.first_charge(NOW), None, "{never:?}");
    }
}

#[test]
fn a_registration_ends_with_what_was_sent_or_with_the_card() {
    let until = |expiry| RecurringTerms { expiry, ..RecurringTerms::default() }.valid_until(203_402, NOW);
    assert_eq!(until(None), moment("2034-02-28T23:59:59"));
    assert_eq!(until(Some((2030, None, None))), moment("2030-12-31T23:59:59"));
    assert_eq!(until(Some((2028, Some(2), None))), moment("2028-02-29T23:59:59"));
    assert_eq!(until(Some((2028, Some(2), Some(1)))), moment("2028-02-01T23:59:59"));
    assert_eq!(RecurringTerms::default().valid_until(0, NOW), moment("2034-12-07T19:08:05"));
}

#[test]
fn stored_terms_read_back() {
    let mut terms = regular(Period::Quarter, 4);
    assert_eq!(terms.to_text(), r#"{"type":"R","period":"Q","interval":4,"amount":500}"#);
    assert_eq!(RecurringTerms::read(&terms.to_text()), terms);
    (terms.expiry, terms.scheduled_payment_id) = (Some((2030, Some(1), Some(31))), Some("№ \"1\"".to_owned()));
    assert_eq!(RecurringTerms::read(&terms.to_text()), terms);
    assert_eq!(RecurringTerms::read("nonsense"), RecurringTerms::default());
}

proptest! {
    #[test]
    fn the_next_charge_is_later_and_none_is_left_out(
        period in prop_oneof![Just(Period::Day), Just(Period::Week), Just(Period::Month), Just(Period::Quarter), Just(Period::Year)],
        interval in 1i64..=100,
        created in 0i64..4_000_000_000_000,
        ahead in 0i64..400_000_000_000,
    ) {
        let terms = regular(period, interval);
        let (created, after) = (UnixMillis(created), UnixMillis(created + ahead));
        let next = terms.next_charge(created, after).expect("a charge");
        prop_assert!(next > after);
        // Nothing lies between: asked a moment before it, it is still the next.
        prop_assert_eq!(terms.next_charge(created, UnixMillis(next.0 - 1)), Some(next));
        prop_assert_eq!(terms.next_charge(created, UnixMillis(i64::midpoint(after.0, next.0))), Some(next));
    }
}

#[test]
fn a_charge_by_the_gateway_keeps_what_was_agreed_and_not_what_was_said_once() {
    let sent = changed(CARD, "recurring", Some(r#"{"register":true,"type":"R","period":"M","amount":5}"#));
    let sent = changed(&sent, "general.merchant_callback_url", Some("\"https://shop.example/told\""));
    let sent = changed(&sent, "callback", Some(r#"{"force_disable":true}"#));
    let Ok(Request::Sale(sale)) = asked("payment/card/sale", &sent) else { panic!("a sale") };
    assert!(sale.details.registers().is_some() && sale.details.is_silent());
    let mut agreed = sale.details;
    agreed.learned.token = Some("0f".to_owned());
    let charge = Details::read(&agreed.of_charge("c-1-2").to_text());
    assert_eq!(charge.payment_id().as_deref(), Some("c-1-2"));
    assert_eq!(charge.customer().id.as_deref(), Some("1"));
    assert_eq!(charge.callback_url(Outcome::Open).as_deref(), Some("https://shop.example/told"));
    assert!(charge.registers().is_none() && !charge.is_silent(), "said of the first payment alone");
    assert_eq!((charge.learned.kind, charge.learned.token), (Some(PaymentType::Recurring), None));
    let fields = [("payment_id", "p-1"), ("recurring_register", "1"), ("best_before", "x"), ("customer_id", "7")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let page = Details::of_page(&Fields::from_pairs(fields.into()));
    let charge = page.of_charge("p-1-2");
    assert_eq!((charge.payment_id().as_deref(), charge.page("best_before")), (Some("p-1-2"), None));
    assert!(charge.registers().is_none() && charge.customer().id.as_deref() == Some("7"));
}

#[test]
fn a_change_makes_no_date_two_and_loses_none() {
    const DAY: i64 = 86_400_000;
    let at = |days: i64| UnixMillis(days * DAY);
    let terms = |change: &str| {
        let text = format!(r#"{{"type":"R","period":"W","interval":1,"amount":5{change}}}"#);
        RecurringTerms::read(&text)
    };
    let (weekly, daily, late) = (terms(""), terms(r#","period":"D""#), terms(r#","time":"23:59:59""#));
    assert_eq!(weekly.first_charge(at(0)), Some(at(7)));
    // Nothing about the dates is new: they stay, whatever the clock says.
    let dearer = weekly.changed(&TermsChange { amount: Some(9), ..TermsChange::default() });
    assert_eq!(dearer.next_after_change(&weekly, at(0), at(6), Some(at(7)), None), Some(at(7)));
    assert_eq!(dearer.next_after_change(&weekly, at(0), at(7), Some(at(14)), Some(at(7))), Some(at(14)));
    assert_eq!(dearer.next_after_change(&weekly, at(0), at(6), Some(at(14)), Some(at(7))), Some(at(14)), "set back");
    // What has come is charged.
    for new in [&weekly, &dearer, &late] {
        assert_eq!(new.next_after_change(&weekly, at(0), at(8), Some(at(7)), None), Some(at(7)));
    }
    // Not within half an interval of the date that was charged, however late that was done.
    let next = late.next_after_change(&weekly, at(0), UnixMillis(7 * DAY + 3000), Some(at(14)), Some(at(7)));
    assert_eq!(next, Some(UnixMillis(15 * DAY - 1000)), "not late on the same day");
    let fortnightly = weekly.changed(&TermsChange { interval: Some(2), ..TermsChange::default() });
    let next = weekly.next_after_change(&fortnightly, at(0), UnixMillis(14 * DAY + 3000), Some(at(28)), Some(at(14)));
    assert_eq!(next, Some(at(21)), "a charge that was a little late puts nothing off");
    let monthly = weekly.changed(&TermsChange { period: Some(Period::Month), ..TermsChange::default() });
    assert_eq!(weekly.next_after_change(&monthly, at(0), at(33), Some(at(59)), Some(at(31))), Some(at(35)));
    assert_eq!(weekly.next_after_change(&monthly, at(0), at(34), Some(at(59)), Some(at(33))), Some(at(42)));
    assert_eq!(daily.next_after_change(&weekly, at(0), at(8), Some(at(14)), Some(at(7))), Some(at(9)));
    // A date that came just before a change of all dates is charged, and the next one is not tomorrow.
    let tomorrow =
        monthly.changed(&TermsChange { start_date: Some("02-02-1970".to_owned()), ..TermsChange::default() });
    assert_eq!(tomorrow.next_after_change(&monthly, at(0), at(31), Some(at(31)), None), Some(at(31)));
    assert_eq!(tomorrow.next_spaced(at(0), at(31), Some(at(31))), Some(at(60)), "in March");
    // Only the shop charges from now on.
    let express = weekly.changed(&TermsChange { kind: Some(RecurringKind::Express), ..TermsChange::default() });
    assert_eq!(express.next_after_change(&weekly, at(0), at(6), Some(at(7)), None), None);
    assert_eq!(weekly.next_after_change(&express, at(0), at(6), None, None), Some(at(7)));
}

#[test]
fn of_a_call_only_what_was_agreed_is_kept() {
    const PAN: &str = "4000000000000077";
    let sent =
        changed(CARD, "recurring", Some(&format!(r#"{{"register":{{"type":"U","pan":"{PAN}"}},"cvv":"9876"}}"#)));
    let sent = changed(&sent, "account", Some(&format!(r#"{{"number":"{PAN}","pan":"{PAN}"}}"#)));
    let Ok(Request::Sale(sale)) = asked("payment/card/sale", &sent) else { panic!("a sale") };
    let text = sale.details.to_text();
    assert!(!text.contains(PAN) && !text.contains("9876"), "{text}");
    assert_eq!(sale.details.registers().map(|terms| terms.kind), Some(RecurringKind::Unscheduled));
    let Ok(Request::Sale(sale)) = asked("payment/webmoney/sale", &changed(SALE, "account.note", Some("\"x\""))) else {
        panic!("a sale")
    };
    assert_eq!(sale.details.account_number().as_deref(), Some("123456789012"));
    assert!(!sale.details.to_text().contains("note"));
    // What PHP makes of an empty object.
    let Ok(Request::Sale(sale)) = asked("payment/card/sale", &changed(CARD, "recurring", Some(r#"{"register":[]}"#)))
    else {
        panic!("a sale")
    };
    assert!(sale.registers.is_some() && sale.details.registers().is_some());
}
