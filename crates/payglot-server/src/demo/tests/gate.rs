//! The Monetix counter speaks to Gate.

use super::fake_gateway::FakeGateway;
use super::monetix::{SECRET, Told, signed};
use super::visit::Visit;
use payglot_wire::monetix::request::{Request, Sale, ThreeDsAnswer};
use payglot_wire::monetix::{Call, Endpoint, prove_call};
use payglot_wire::raw::{Method, RawRequest};
use payglot_wire::text::secret::Secret;

pub(super) const ACCEPTED: &str = r#"{"status":"success","request_id":"r-1","project_id":1234,"payment_id":"x"}"#;
const SECOND: &str = r#"{"status":"success","request_id":"r-2","project_id":1234,"payment_id":"x"}"#;
pub(super) const CALLBACK: &str = "/monetix/callback";

/// A call that the shop made, proven and read as the gateway does.
pub(super) fn call(path: &str, body: &str) -> Request {
    let route = Endpoint::route(path).expect("an address of Gate");
    let request =
        RawRequest { method: Method::Post, path, query: "", content_type: "", body: body.as_bytes(), caller_ip: None };
    let proven = prove_call(Call::read(route, &request).expect("a call"), &[Secret::new(SECRET)]).expect("signed");
    Request::read(&proven).expect("complete")
}

pub(super) fn sale(path: &str, body: &str) -> Sale {
    match call(path, body) {
        Request::Sale(sale) => *sale,
        other => panic!("{other:?}"),
    }
}

/// A visit to a shop that bought a tin of tea through Gate, and the number of the order.
pub(super) async fn bought(gateway: &FakeGateway, choice: &str) -> (Visit, String) {
    let visit = Visit::to(&gateway.base_url).await;
    let form = format!("product=earl-grey&protocol=monetix&via=gate&{choice}");
    let (status, order, words) = visit.post("/buy", &form).await;
    assert_eq!(status, 303, "{words}");
    let number = order.rsplit('/').next().expect("a number").to_owned();
    (visit, number)
}

#[tokio::test]
async fn a_wallet_gets_an_invoice_and_pays_it() {
    let gateway = FakeGateway::start(&[("payment/webmoney/sale", ACCEPTED)]).await;
    let (visit, number) = bought(&gateway, "gate_means=webmoney&wmid=1234+5678+9012").await;
    let sale = sale("payment/webmoney/sale", &gateway.bodies("payment/webmoney/sale")[0]);
    assert_eq!((sale.wanted.minor, sale.wanted.currency.as_str()), (650, "USD"));
    assert_eq!((sale.account_number.as_deref(), sale.hold), (Some("123456789012"), false));
    assert_eq!(sale.customer.ip_address.as_deref(), Some("127.0.0.1"));
    assert_eq!(sale.details.payment_id().as_deref(), Some(number.as_str()));
    let open = visit.latest().await;
    for shown in
        ["<h1>In progress</h1>", "awaited", "http-equiv=\"refresh\"", "general:project_id:1234;", "Signed.", "r-1"]
    {
        assert!(open.contains(shown), "{shown}");
    }
    let waits = ("awaiting customer action", 650);
    let displayed = Told {
        payment: waits,
        operation: ("sale", waits.0, 650),
        code: ("9999", "Awaiting processing"),
        ..Told::paid(&number, "r-1")
    };
    let items = r#","display_data":[{"type":"add_info","title":"invoice_id","data":"WM-purchase-121"},{"type":"add_info","title":"invoice_url","data":"https://wm.example/invoice/121"}]"#;
    assert_eq!(visit.post(CALLBACK, &displayed.body_with(items)).await.0, 200);
    let invoice = visit.latest().await;
    for shown in [
        "waits in the payer's wallet",
        "href=\"https://wm.example/invoice/121\"",
        "Open the invoice",
        "WM-purchase-121",
    ] {
        let shown = shown.replace('\'', "&#39;");
        assert!(invoice.contains(&shown), "{shown}");
    }
    assert!(invoice.contains("another awaited"), "the end is still to be told");
    assert_eq!(visit.post(CALLBACK, &Told::paid(&number, "r-1").body()).await.0, 200);
    let paid = visit.latest().await;
    assert!(paid.contains("<h1>Paid</h1>") && paid.contains("2 received and proven") && !paid.contains("awaited"));
    // What was on its way for longer does not unsettle it.
    assert_eq!(visit.post(CALLBACK, &displayed.body_with(r#","more":1"#)).await.0, 200);
    assert!(visit.latest().await.contains("<h1>Paid</h1>"));
}

#[tokio::test]
async fn an_address_that_is_none_of_the_web_is_no_link() {
    let gateway = FakeGateway::start(&[("payment/webmoney/sale", ACCEPTED)]).await;
    let (visit, number) = bought(&gateway, "wmid=1").await;
    let told = Told { payment: ("awaiting customer action", 650), ..Told::paid(&number, "r-1") };
    let items = r#","display_data":[{"type":"add_info","title":"invoice_url","data":"javascript:alert(1)"}]"#;
    assert_eq!(visit.post(CALLBACK, &told.body_with(items)).await.0, 200);
    assert!(!visit.latest().await.contains("href=\"javascript"));
}

#[tokio::test]
async fn refunds_in_parts_and_of_the_rest_are_told_by_callback() {
    let answers = [("payment/webmoney/sale", ACCEPTED), ("payment/webmoney/refund", SECOND)];
    let gateway = FakeGateway::start(&answers).await;
    let (visit, number) = bought(&gateway, "wmid=123456789012").await;
    let order = visit.latest_address().await;
    visit.post(CALLBACK, &Told::paid(&number, "r-1").body()).await;
    assert_eq!(visit.post(&format!("{order}/refund"), "amount=2%2C5").await.0, 303);
    let asked = visit.latest().await;
    assert!(asked.contains("<h1>Paid</h1>") && asked.contains("another awaited"), "accepted is not done");
    let Request::Refund(part) = call("payment/webmoney/refund", &gateway.bodies("payment/webmoney/refund")[0]) else {
        panic!("no refund")
    };
    assert_eq!((part.minor, part.currency.as_deref()), (Some(250), Some("USD")));

    let done = Told {
        payment: ("partially refunded", 400),
        operation: ("refund", "success", 250),
        ..Told::paid(&number, "r-2")
    };
    visit.post(CALLBACK, &done.body()).await;
    let page = visit.latest().await;
    let money = |minor| crate::demo::text::money(minor, "USD");
    for shown in ["<h1>Refunded in part</h1>", "value=\"2.00\"", &money(400), &money(250)] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("awaited"));

    assert_eq!(visit.post(&format!("{order}/refund-rest"), "amount=2.00").await.0, 303);
    let Request::Refund(rest) = call("payment/webmoney/refund", &gateway.bodies("payment/webmoney/refund")[1]) else {
        panic!("no refund")
    };
    assert_eq!((rest.minor, rest.currency), (None, None), "all that is left has no amount");
    assert_ne!(rest.merchant_refund_id, part.merchant_refund_id, "two refunds are two");
    let declined = Told {
        operation: ("refund", "decline", 400),
        code: ("20000", "General decline"),
        ..Told { request_id: "r-3", ..done }
    };
    visit.post(CALLBACK, &declined.body()).await;
    let page = visit.latest().await;
    assert!(page.contains("role=\"alert\"") && page.contains("declined the refund: General decline (code 20000)"));
    assert!(page.contains("<h1>Refunded in part</h1>"), "what was so stays so");
    let all = Told { payment: ("refunded", 0), operation: ("refund", "success", 400), request_id: "r-4", ..done };
    visit.post(CALLBACK, &all.body()).await;
    let page = visit.latest().await;
    assert!(page.contains("<h1>Refunded</h1>") && !page.contains("role=\"alert\"") && !page.contains("id=\"amount\""));
}

#[tokio::test]
async fn a_card_is_held_and_captured_or_released() {
    let answers = [("payment/card/auth", ACCEPTED), ("payment/card/capture", SECOND), ("payment/card/cancel", SECOND)];
    for (deed, form, end) in
        [("capture", "amount=4.00", ("success", "capture")), ("release", "", ("canceled", "cancel"))]
    {
        let gateway = FakeGateway::start(&answers).await;
        let (visit, number) = bought(&gateway, "gate_means=card&card=4000000000000077&stage=hold").await;
        let sale = sale("payment/card/auth", &gateway.bodies("payment/card/auth")[0]);
        assert!(sale.hold && sale.card.is_some_and(|card| card.number.expose() == "4000000000000077"));
        let order = visit.latest_address().await;
        let held = Told {
            payment: ("awaiting capture", 650),
            operation: ("auth", "success", 650),
            ..Told::paid(&number, "r-1")
        };
        visit.post(CALLBACK, &held.body().replace("webmoney", "card")).await;
        assert!(visit.latest().await.contains("<h1>In progress</h1>"), "a changed body is not believed");
        let body = signed(&format!(
            r#"{{"project_id":1234,"payment":{{"id":"{number}","status":"awaiting capture","method":"card","sum":{{"amount":650,"currency":"USD"}}}},"operation":{{"type":"auth","status":"success","request_id":"r-1","code":"0","message":"Success"}}}}"#
        ));
        visit.post(CALLBACK, &body).await;
        let page = visit.latest().await;
        assert!(
            page.contains("<h1>The money is held</h1>") && page.contains("value=\"6.50\"") && page.contains("Release")
        );

        assert_eq!(visit.post(&format!("{order}/{deed}"), form).await.0, 303);
        let bodies = gateway.bodies(&format!("payment/card/{}", end.1));
        match call(&format!("payment/card/{}", end.1), &bodies[0]) {
            Request::Capture(capture) => assert_eq!((capture.minor, deed), (Some(400), "capture")),
            Request::Cancel(cancel) => assert_eq!((cancel.minor, deed), (None, "release")),
            other => panic!("{other:?}"),
        }
        let (sum, title) = if deed == "capture" { (400, "<h1>Paid</h1>") } else { (650, "<h1>Reversed</h1>") };
        let done = Told { payment: (end.0, sum), operation: (end.1, "success", sum), ..Told::paid(&number, "r-2") };
        visit.post(CALLBACK, &done.body()).await;
        let page = visit.latest().await;
        assert!(page.contains(title) && !page.contains("awaited"), "{deed}");
        assert_eq!(page.contains("4.00\u{a0}$"), deed == "capture");
    }
}

#[tokio::test]
async fn the_payer_goes_through_3d_secure_and_the_bank_answers() {
    let answers = [
        ("payment/card/sale", ACCEPTED),
        ("payment/card/3ds_check_iframe", SECOND),
        ("payment/card/3ds_result", SECOND),
    ];
    let gateway = FakeGateway::start(&answers).await;
    let (visit, number) = bought(&gateway, "gate_means=card&card=4314220000000056").await;
    let order = visit.latest_address().await;
    let back = format!("/monetix/acs?o={number}");
    let told = gateway.bodies("payment/card/sale").remove(0);
    assert!(told.contains(&format!(r#""acs_return_url":{{"return_url":"{}{back}"}}"#, visit.shop)), "{told}");
    assert_eq!(visit.post(&back, "cres=x").await.0, 404, "nothing is asked yet");

    let waits = "awaiting 3ds result";
    let asks = Told {
        payment: (waits, 650),
        operation: ("sale", waits, 650),
        code: ("9999", "Awaiting processing"),
        ..Told::paid(&number, "r-1")
    };
    let frame = r#","threeds2":{"iframe":{"url":"https://bank.example/m","params":{"threeDSMethodData":"d"}}}"#;
    visit.post(CALLBACK, &asks.body_with(frame)).await;
    assert!(visit.latest().await.contains("Continue with 3-D Secure"));
    assert_eq!(visit.post(&format!("{order}/3ds"), "").await.0, 303);
    let body = gateway.bodies("payment/card/3ds_check_iframe").remove(0);
    assert!(matches!(call("payment/card/3ds_check_iframe", &body), Request::ThreeDs(ThreeDsAnswer::Frame(false))));
    assert!(!visit.latest().await.contains("Continue with 3-D Secure"), "what was done is not asked again");

    let challenge = r#","threeds2":{"redirect":{"url":"https://bank.example/acs","params":{"creq":"c-1"}}}"#;
    visit.post(CALLBACK, &asks.body_with(challenge)).await;
    let page = visit.latest().await;
    for shown in ["action=\"https://bank.example/acs\"", "name=\"creq\" value=\"c-1\"", "Confirm at the bank"] {
        assert!(page.contains(shown), "{shown}");
    }
    assert_eq!(visit.post(&back, "nothing=1").await.0, 400);
    assert_eq!(visit.post(&back, "cres=r%2B1").await.0, 303);
    let body = gateway.bodies("payment/card/3ds_result").remove(0);
    let Request::ThreeDs(ThreeDsAnswer::Version2(cres)) = call("payment/card/3ds_result", &body) else {
        panic!("{body}")
    };
    assert_eq!(cres.expose(), "r+1");
    visit.post(CALLBACK, &Told::paid(&number, "r-1").body()).await;
    let page = visit.latest().await;
    assert!(page.contains("<h1>Paid</h1>") && !page.contains("awaited") && !page.contains("Confirm at the bank"));
    assert!(page.contains("3 received and proven") && page.contains("brings the bank&#39;s answer"));
}

/// A gateway whose callbacks arrive before its answers do.
mod hasty {
    use super::{ACCEPTED, CALLBACK, Told};
    use axum::Router;
    use axum::extract::{Path, State};
    use axum::routing::post;
    use payglot_wire::text::json::Json;
    use std::sync::{Arc, OnceLock};

    /// The shop's address, once there is one.
    type Shop = Arc<OnceLock<String>>;

    /// Starts it: its address, and where to say how the shop is reached.
    pub(super) async fn start() -> (String, Shop) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let shop = Shop::default();
        let app = Router::new().route("/v2/payment/{*operation}", post(answer)).with_state(Arc::clone(&shop));
        tokio::spawn(async move { axum::serve(listener, app).await });
        (address, shop)
    }

    async fn answer(State(shop): State<Shop>, Path(operation): Path<String>, body: String) -> String {
        let body = Json::read(&body).expect("JSON");
        let number = body.get("general").and_then(|general| general.get("payment_id")).and_then(Json::text);
        let paid = Told::paid(number.expect("a number"), "r-1");
        let asks =
            Told { payment: ("awaiting 3ds result", 650), operation: ("sale", "awaiting 3ds result", 650), ..paid };
        let told = match operation.as_str() {
            "card/sale" => asks.body_with(r#","threeds2":{"iframe":{"url":"https://bank.example/m","params":{}}}"#),
            "card/3ds_check_iframe" => {
                asks.body_with(r#","threeds2":{"redirect":{"url":"https://bank.example/acs","params":{"creq":"c"}}}"#)
            }
            "card/3ds_result" => paid.body(),
            _ => Told { operation: ("refund", "decline", 650), code: ("20000", "General decline"), ..paid }.body(),
        };
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        let address = format!("{}{CALLBACK}", shop.get().expect("a shop"));
        let told = client.post(address).body(told).send().await.expect("the shop answers");
        assert_eq!(told.status(), 200);
        ACCEPTED.to_owned()
    }
}

#[tokio::test]
async fn a_callback_may_overtake_the_answer_to_its_call() {
    let (gateway, shop) = hasty::start().await;
    let visit = Visit::to(&gateway).await;
    shop.set(visit.shop.clone()).expect("the first shop");
    visit.post("/buy", "product=earl-grey&protocol=monetix&via=gate&gate_means=card").await;
    let order = visit.latest_address().await;
    assert!(visit.latest().await.contains("Continue with 3-D Secure"));
    visit.post(&format!("{order}/3ds"), "").await;
    assert!(visit.latest().await.contains("Confirm at the bank"), "the next step is not lost");
    let number = order.rsplit('/').next().expect("a number");
    visit.post(&format!("/monetix/acs?o={number}"), "cres=r").await;
    let paid = visit.latest().await;
    assert!(paid.contains("<h1>Paid</h1>") && !paid.contains("awaited"));
    visit.post(&format!("{order}/refund-rest"), "").await;
    let page = visit.latest().await;
    assert!(page.contains("declined the refund") && page.contains("<h1>Paid</h1>"), "nor is a refusal");
}

#[tokio::test]
async fn refusals_at_once_and_later_are_told() {
    let refusal = r#"{"status":"error","code":"3261","message":"Invalid signature","errors":[]}"#;
    let gateway = FakeGateway::start(&[("payment/webmoney/sale", refusal)]).await;
    let (visit, _) = bought(&gateway, "wmid=123456789012").await;
    let page = visit.latest().await;
    assert!(page.contains("The gateway refused the order") && page.contains("Invalid signature (code 3261)"));
    assert!(!page.contains("awaited"));

    for answer in ["<html>", "[]", r#"{"status":"success"}"#, r#"{"status":"maybe"}"#] {
        let gateway = FakeGateway::start(&[("payment/webmoney/sale", answer)]).await;
        let (visit, _) = bought(&gateway, "wmid=123456789012").await;
        assert!(visit.latest().await.contains("gave no usable answer"), "{answer}");
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address");
    let visit = Visit::to(&format!("http://{free}")).await;
    visit.post("/buy", "product=cup&protocol=monetix&via=gate&wmid=1").await;
    assert!(visit.latest().await.contains("no connection"));

    let gateway = FakeGateway::start(&[("payment/webmoney/sale", ACCEPTED)]).await;
    let (visit, number) = bought(&gateway, "wmid=123456789012").await;
    let refused = Told {
        payment: ("error", 650),
        operation: ("sale", "error", 650),
        code: ("3041", "Payment ID already exists"),
        ..Told::paid(&number, "r-1")
    };
    visit.post(CALLBACK, &refused.body()).await;
    let page = visit.latest().await;
    assert!(page.contains("The gateway refused the order") && page.contains("already exists (code 3041)"));
    visit.post(CALLBACK, &Told::paid(&number, "r-5").body()).await;
    visit.post(CALLBACK, &Told { request_id: "r-6", ..refused }.body()).await;
    let page = visit.latest().await;
    assert!(
        page.contains("<h1>Paid</h1>") && page.contains("role=\"alert\""),
        "a refused call leaves a payment as it was"
    );
}

#[tokio::test]
async fn a_status_counts_if_it_is_signed() {
    let status = |number: &str| {
        signed(&format!(
            r#"{{"project_id":1234,"payment":{{"id":"{number}","status":"partially refunded","method":"webmoney","sum":{{"amount":400,"currency":"USD"}}}},"operations":[{{"type":"sale","status":"success","sum_initial":{{"amount":650,"currency":"USD"}},"code":"0","message":"Success"}},{{"type":"refund","status":"success","sum_initial":{{"amount":250,"currency":"USD"}},"code":"0","message":"Success"}},{{"type":"refund","status":"decline","sum_initial":{{"amount":500,"currency":"USD"}},"code":"3283","message":"No"}}]}}"#
        ))
    };
    // The number is known before the order is made, because the callback of another shop makes it.
    for (answer, title) in [
        (status("known"), "<h1>Refunded in part</h1>"),
        (status("known").replace("400", "401"), "<h1>Paid</h1>"),
        (status("other"), "<h1>Paid</h1>"),
    ] {
        let gateway = FakeGateway::start(&[("payment/status", answer.as_str())]).await;
        let visit = Visit::to(&gateway.base_url).await;
        visit.post(CALLBACK, &Told::paid("known", "r-1").body()).await;
        assert_eq!(visit.post("/orders/known/status", "").await.0, 303);
        let page = visit.latest().await;
        assert!(page.contains(title), "{answer}");
        assert_eq!(page.contains("2.50\u{a0}$"), title.contains("part"), "the sums are those of the operations");
    }
}

#[tokio::test]
async fn nonsense_is_not_worth_a_call() {
    let gateway = FakeGateway::start(&[]).await;
    let visit = Visit::to(&gateway.base_url).await;
    for (choice, words) in
        [("wmid=", "twelve digits"), ("gate_means=card&card=4111111111111112", "published test cards")]
    {
        let (status, _, page) = visit.post("/buy", &format!("product=cup&protocol=monetix&via=gate&{choice}")).await;
        assert!(status == 400 && page.contains(words), "{choice}: {page}");
    }
    assert!(visit.get("/orders").await.2.contains("Nobody has bought anything yet"));
}
