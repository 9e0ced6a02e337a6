//! Charges that the gateway makes by itself, by the dates of a mandate.

use super::saved::{PAID, order};
use super::{Monetix, general};
use payglot_server::flows::schedule;
use payglot_store::Mandate;

const DAY: i64 = 86_400;
const NO_FUNDS_LATER: &str = "4000000000000135";

impl Monetix {
    /// A paid sale with these terms of later charges; the number of the mandate.
    async fn agrees(&self, payment: &str, pan: &str, terms: &str) -> u32 {
        let more = format!(r#","recurring":{{"register":true,"type":"R",{terms}}}"#);
        self.accepted("payment/card/sale", &order(payment, pan, &more)).await;
        self.quiet().await;
        self.heard().pop().expect("told").get("recurring.id").parse().expect("a number")
    }

    /// Looks for due charges, and delivers what is told of them. How many were due.
    async fn charge_due(&self) -> usize {
        let due = schedule::charge_due(&self.gateway.gateway, 100).await.expect("the store works");
        self.quiet().await;
        due
    }

    /// Changes terms.
    async fn updates(&self, number: u32, terms: &str) {
        let body = general("p1", &format!(r#""recurring":{{"id":{number},{terms}}}"#));
        self.accepted("payment/card/recurring/update", &body).await;
        self.quiet().await;
    }

    /// How often the gateway charged by itself, whatever came of it.
    fn charged(&self) -> usize {
        self.told().iter().filter(|told| told.contains("recurring, success")).count()
    }

    async fn mandate(&self, number: u32) -> Mandate {
        let store = &self.gateway.gateway.store;
        let project = store.projects().await.expect("read").into_iter().find(|known| known.name == "monetix");
        let project = project.expect("there").id;
        store.mandate(project, number).await.expect("read").expect("there")
    }
}

#[tokio::test]
async fn a_regular_mandate_is_charged_at_its_dates_under_numbers_of_its_own() {
    let shop = Monetix::start().await;
    let number =
        shop.agrees("P1", PAID, r#""period":"W","interval":1,"amount":900,"scheduled_payment_id":"Plan-7""#).await;
    assert_eq!(shop.charge_due().await, 0, "not before a week");
    for _ in 0..2 {
        shop.gateway.pass(7 * DAY);
        assert_eq!(shop.charge_due().await, 1);
        assert_eq!(shop.charge_due().await, 0, "a date is charged once");
    }
    let charge = "success, 900, recurring, success, 0";
    assert_eq!(shop.told()[1..], [charge, charge]);
    let heard = shop.heard();
    let told: Vec<_> = heard[1..].iter().map(|told| (told.get("payment.id"), told.get("payment.type"))).collect();
    assert_eq!(told, [("Plan-7".into(), "recurring".into()), ("Plan-7-2".into(), "recurring".into())]);
    for told in &heard[1..] {
        assert_eq!(told.get("recurring.id"), number.to_string());
        assert_eq!(told.get("customer.id"), "customer_123");
        assert_eq!(told.get("payment.description"), "Books");
        assert!(!told.get("operation.request_id").is_empty());
    }
    assert_eq!(shop.mandate(number).await.charges, 2);
    assert_eq!(shop.stands("plan-7").await, "success 900");
    shop.end().await;
}

#[tokio::test]
async fn dates_that_passed_unseen_are_charged_once_together() {
    let shop = Monetix::start().await;
    let number = shop.agrees("p1", PAID, r#""period":"D","amount":100"#).await;
    shop.gateway.pass(5 * DAY);
    assert_eq!(shop.charge_due().await, 1);
    assert_eq!(shop.charge_due().await, 0);
    assert_eq!(shop.told()[1..], ["success, 100, recurring, success, 0"]);
    let mandate = shop.mandate(number).await;
    assert!(mandate.next_charge_at.is_some_and(|next| next > shop.gateway.now()), "the next date is ahead");
    shop.end().await;
}

#[tokio::test]
async fn a_decline_is_told_and_the_next_date_stays() {
    let shop = Monetix::start().await;
    shop.agrees("p1", NO_FUNDS_LATER, r#""period":"M","amount":100"#).await;
    for told in 1..=2 {
        shop.gateway.pass(32 * DAY);
        assert_eq!(shop.charge_due().await, 1);
        assert_eq!(shop.told()[told], "decline, 100, recurring, decline, 10105");
    }
    shop.end().await;
}

#[tokio::test]
async fn nothing_is_charged_after_the_end_or_above_what_the_project_takes() {
    let shop = Monetix::start().await;
    let cancelled = shop.agrees("p1", PAID, r#""period":"D","amount":100"#).await;
    let body = general("p1", &format!(r#""recurring":{{"id":{cancelled}}}"#));
    shop.accepted("payment/card/recurring/cancel", &body).await;
    let large = shop.agrees("p2", PAID, r#""period":"D","amount":100"#).await;
    let ended = shop.agrees("p3", PAID, r#""period":"Y","amount":50,"expiry_year":2027,"expiry_month":1"#).await;
    // Only the shop charges where it names no dates.
    let by_shop = shop.agrees("p4", PAID, r#""amount":50"#).await;
    shop.quiet().await;
    let before = shop.told().len();
    shop.set("amount_max", "99").await;
    shop.gateway.pass(2 * DAY);
    assert_eq!(shop.charge_due().await, 1, "the one above the limit");
    assert!(shop.mandate(large).await.next_charge_at.is_some_and(|next| next > shop.gateway.now()));
    shop.gateway.pass(400 * DAY);
    shop.charge_due().await;
    assert_eq!(shop.mandate(ended).await.next_charge_at, None);
    assert_eq!(shop.mandate(by_shop).await.next_charge_at, None);
    assert_eq!(shop.told().len(), before, "{:?}", shop.told());
    shop.end().await;
}

#[tokio::test]
async fn a_number_that_the_shop_used_itself_is_stepped_over() {
    let shop = Monetix::start().await;
    shop.agrees("p1", PAID, r#""period":"D","amount":100"#).await;
    shop.accepted("payment/card/sale", &order("p1-1", PAID, "")).await;
    shop.quiet().await;
    shop.gateway.pass(DAY);
    assert_eq!(shop.charge_due().await, 1);
    let told = shop.heard().pop().expect("told");
    assert!(told.get("payment.id").starts_with("p1-1-"), "{}", told.get("payment.id"));
    assert_eq!(told.get("payment.status"), "success");
    shop.end().await;
}

#[tokio::test]
async fn two_looks_at_once_charge_once() {
    let shop = Monetix::start().await;
    let number = shop.agrees("p1", PAID, r#""period":"D","amount":100"#).await;
    shop.gateway.pass(DAY);
    let gateway = &shop.gateway.gateway;
    let (one, other) = tokio::join!(schedule::charge_due(gateway, 100), schedule::charge_due(gateway, 100));
    assert!(one.is_ok() && other.is_ok());
    shop.quiet().await;
    assert_eq!(shop.told()[1..], ["success, 100, recurring, success, 0"]);
    assert_eq!(shop.mandate(number).await.charges, 1);
    shop.end().await;
}

#[tokio::test]
async fn a_change_loses_no_date_that_has_come() {
    let shop = Monetix::start().await;
    let number = shop.agrees("p1", PAID, r#""period":"M","amount":100"#).await;
    shop.gateway.pass(31 * DAY);
    shop.updates(number, r#""scheduled_payment_id":"plan""#).await;
    assert_eq!(shop.charge_due().await, 1);
    assert_eq!(shop.charged(), 1);
    assert_eq!(shop.heard().pop().expect("told").get("payment.id"), "plan");
    shop.end().await;
}

#[tokio::test]
async fn a_change_makes_no_date_two() {
    let tomorrow = r#""start_date":"12-12-2026""#;
    for change in [r#""time":"23:59:59""#, r#""amount":100"#, r#""period":"W""#, tomorrow] {
        let shop = Monetix::start().await;
        let number = shop.agrees("p1", PAID, r#""period":"M","amount":100"#).await;
        shop.gateway.pass(31 * DAY);
        assert_eq!(shop.charge_due().await, 1, "{change}");
        // The clock of the machine was a little fast.
        shop.gateway.pass(-5);
        shop.updates(number, change).await;
        // Less than half of the shortest interval.
        shop.gateway.pass(3 * DAY);
        assert_eq!(shop.charge_due().await, 0, "{change}");
        assert_eq!(shop.charged(), 1, "{change}");
        shop.end().await;
    }
}

#[tokio::test]
async fn the_last_of_several_changes_counts() {
    let shop = Monetix::start().await;
    let number = shop.agrees("p1", PAID, r#""period":"M","amount":100"#).await;
    for amount in [r#""amount":200"#, r#""amount":99900"#, r#""amount":200"#] {
        shop.updates(number, amount).await;
        shop.gateway.pass(5);
    }
    shop.gateway.pass(31 * DAY);
    shop.charge_due().await;
    assert_eq!(shop.told().pop().expect("told"), "success, 200, recurring, success, 0");
    shop.end().await;
}

#[tokio::test]
async fn a_hold_that_was_given_up_agrees_nothing_but_a_verification_does() {
    let shop = Monetix::start().await;
    let more = r#","recurring":{"register":true,"type":"R","period":"D","amount":100}"#;
    shop.accepted("payment/card/auth", &order("p1", PAID, more)).await;
    shop.quiet().await;
    shop.accepted("payment/card/cancel", &general("p1", "")).await;
    let verifies = order("v1", PAID, more).replace(r#""amount":1500"#, r#""amount":0"#);
    shop.accepted("payment/card/account_verification", &verifies).await;
    shop.quiet().await;
    shop.gateway.pass(DAY);
    assert_eq!(shop.charge_due().await, 2);
    assert_eq!(shop.charged(), 1);
    assert_eq!(shop.heard().pop().expect("told").get("payment.id"), "v1-1");
    shop.end().await;
}

#[tokio::test]
async fn terms_by_which_nothing_could_be_charged_are_refused() {
    let shop = Monetix::start().await;
    let number = shop.agrees("p1", PAID, r#""period":"M","amount":100"#).await;
    for (terms, code) in [(r#""expiry_year":2020"#, "502"), (r#""scheduled_payment_id":"P1""#, "3182")] {
        shop.updates(number, terms).await;
        let told = shop.heard().pop().expect("told");
        assert_eq!((told.get("payment.status"), told.get("operation.code")), ("success".into(), code.into()));
        for path in ["payment/card/sale", "payment/card/account_verification"] {
            let more = format!(r#","recurring":{{"register":true,{terms}}}"#);
            let body = order(&format!("{path}-{code}"), PAID, &more);
            let body = if path.ends_with("sale") { body } else { body.replace(r#""amount":1500"#, r#""amount":0"#) };
            shop.accepted(path, &body).await;
            shop.quiet().await;
            let told = shop.heard().pop().expect("told");
            assert_eq!(
                (told.get("payment.status"), told.get("operation.code")),
                ("error".into(), code.into()),
                "{path}"
            );
        }
    }
    shop.updates(number, r#""expiry_year":2033"#).await;
    assert_eq!(shop.status("p1").await["recurring"]["valid_thru"], "2033-12-31T23:59:59+0000", "as it is now");
    shop.end().await;
}

#[tokio::test]
async fn a_date_that_came_before_all_dates_were_changed_is_charged_and_not_again_at_once() {
    let shop = Monetix::start().await;
    let number = shop.agrees("p1", PAID, r#""period":"M","amount":100"#).await;
    shop.gateway.pass(31 * DAY);
    let now = shop.gateway.now().0 / 86_400_000;
    let tomorrow = payglot_wire::text::local_time::LocalTime::at(payglot_core::UnixMillis((now + 1) * 86_400_000), 0);
    let (year, month, day) = tomorrow.date();
    shop.updates(number, &format!(r#""start_date":"{day:02}-{month:02}-{year}""#)).await;
    assert_eq!(shop.charge_due().await, 1);
    shop.gateway.pass(2 * DAY);
    assert_eq!(shop.charge_due().await, 0, "not the day after");
    shop.gateway.pass(31 * DAY);
    assert_eq!(shop.charge_due().await, 1);
    assert_eq!(shop.charged(), 2);
    shop.end().await;
}

#[tokio::test]
async fn what_the_shop_charges_itself_puts_no_date_off() {
    let shop = Monetix::start().await;
    let number = shop.agrees("p1", PAID, r#""period":"M","amount":100"#).await;
    shop.gateway.pass(29 * DAY);
    let own = format!(
        r#""customer":{},"recurring":{{"id":{number}}},"payment":{{"amount":50,"currency":"USD"}}"#,
        super::CUSTOMER
    );
    shop.accepted("payment/card/recurring", &general("extra", &own)).await;
    shop.quiet().await;
    shop.updates(number, r#""time":"12:00:00""#).await;
    shop.gateway.pass(3 * DAY);
    assert_eq!(shop.charge_due().await, 1);
    shop.end().await;
}

#[tokio::test]
async fn a_shop_may_send_all_terms_again() {
    let shop = Monetix::start().await;
    let number = shop.agrees("p1", PAID, r#""period":"D","amount":100,"scheduled_payment_id":"plan""#).await;
    shop.gateway.pass(DAY);
    shop.charge_due().await;
    shop.updates(number, r#""period":"D","amount":200,"scheduled_payment_id":"plan""#).await;
    assert_eq!(shop.told().pop().expect("told"), "success, 1500, recurring update, success, 0");
    shop.gateway.pass(DAY);
    shop.charge_due().await;
    assert_eq!(shop.told().pop().expect("told"), "success, 200, recurring, success, 0");
    // What is refused leaves the payment as it was.
    shop.updates(number, r#""scheduled_payment_id":"p1""#).await;
    assert_eq!(shop.told().pop().expect("told"), "success, 1500, recurring update, decline, 3182");
    shop.end().await;
}

#[tokio::test]
async fn what_is_agreed_and_charged_survives_lost_answers_and_is_told_once() {
    let shop = Monetix::with_lost_answers().await;
    let more = r#","recurring":{"register":true,"type":"R","period":"D","amount":100}"#;
    shop.accepted("payment/card/sale", &order("p1", PAID, more)).await;
    let verifies = order("v1", PAID, more).replace(r#""amount":1500"#, r#""amount":0"#);
    shop.accepted("payment/card/account_verification", &verifies).await;
    shop.quiet().await;
    assert_eq!(shop.told(), [""; 0], "nobody knows what became of them");
    let settle = async || {
        for _ in 0..3 {
            shop.gateway.pass(60);
            shop.gateway.recover().await;
            shop.gateway.expire().await;
        }
        shop.quiet().await;
    };
    settle().await;
    let mut told = shop.told();
    told.sort();
    assert_eq!(told, ["success, 0, account verification, success, 0", "success, 1500, sale, success, 0"]);
    let numbers: Vec<u32> = shop.heard().iter().filter_map(|told| told.get("recurring.id").parse().ok()).collect();
    assert_eq!(numbers.len(), 2, "the mandates are there with their payments");
    shop.gateway.pass(DAY);
    assert_eq!(shop.charge_due().await, 2);
    assert_eq!(shop.charge_due().await, 0, "asked once, whatever was answered");
    settle().await;
    let charged = shop.told().iter().filter(|told| *told == "success, 100, recurring, success, 0").count();
    assert_eq!((charged, shop.told().len()), (2, 4), "{:?}", shop.told());
    for number in numbers {
        assert_eq!(shop.mandate(number).await.charges, 1);
    }
    shop.end().await;
}
