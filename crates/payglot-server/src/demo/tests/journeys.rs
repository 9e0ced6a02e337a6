//! Purchases through the shop's own addresses.

use super::fake_gateway::FakeGateway;
use super::visit::Visit;
use super::{KEY, PASSWORD, received};
use crate::demo::check::value_of;
use payglot_wire::rbs::signature::symmetric;
use payglot_wire::text::secret::Secret;

const ID: &str = "01491d0b-c848-7dd6-a20d-e96900a7d8c0";
const REGISTERED: &str = r#"{"orderId":"01491d0b-c848-7dd6-a20d-e96900a7d8c0","formUrl":"{base}/payment/merchants/payment_en.html?mdOrder=01491d0b-c848-7dd6-a20d-e96900a7d8c0"}"#;
const PAID: &str = r#"{"errorCode":"0","errorMessage":"Success","orderNumber":"7","orderStatus":2,"actionCode":0,"actionCodeDescription":"","amount":64990,"currency":"643","cardAuthInfo":{"pan":"444455**3333"}}"#;
const POOR: &str = r#"{"errorCode":"0","orderNumber":"7","orderStatus":6,"actionCode":116,"actionCodeDescription":"Decline. Not enough money","amount":64990,"currency":"643"}"#;

/// The callback with its checksum: computed by the wire crate, which has its own proofs.
fn signed(params: &str) -> String {
    let checksum = symmetric(&Secret::new(KEY), &received(params).signed_text());
    format!("{params}&checksum={checksum}")
}

#[tokio::test]
async fn a_purchase_is_registered_paid_announced_and_told() {
    let gateway = FakeGateway::start(&[("register.do", REGISTERED), ("getOrderStatusExtended.do", PAID)]).await;
    let visit = Visit::to(&gateway.base_url).await;
    let (status, pay_at, _) = visit.post("/buy", "product=earl-grey&language=lt").await;
    assert_eq!((status, pay_at), (303, format!("{}/payment/merchants/payment_en.html?mdOrder={ID}", gateway.base_url)));
    let form = gateway.asked("register.do").remove(0);
    assert_eq!(value_of(&form, "password"), Some(PASSWORD));
    assert_eq!(value_of(&form, "amount"), Some("64990"));
    assert_eq!(value_of(&form, "language"), Some("lt"));
    assert_eq!(value_of(&form, "returnUrl"), Some(format!("{}/return", visit.shop).as_str()));

    let open = visit.latest().await;
    assert!(open.contains("Not paid yet") && open.contains("Continue to payment"));

    let (status, order, _) = visit.get(&format!("/return?orderId={ID}&lang=lt")).await;
    assert_eq!((status, order.starts_with("/shop/orders/BT-")), (303, true), "{order}");
    let awaited = visit.latest().await;
    assert!(
        awaited.contains("<h1>Paid</h1>") && awaited.contains("awaited") && awaited.contains("http-equiv=\"refresh\"")
    );

    let number = order.rsplit('/').next().expect("a number");
    let callback = signed(&format!("mdOrder={ID}&orderNumber={number}&operation=deposited&status=1"));
    assert_eq!(visit.get(&format!("/rbs/callback?{callback}")).await.0, 200);
    let told = visit.latest().await;
    assert!(told.contains("received and proven") && told.contains("Match."), "the check is explained");
    assert!(
        told.contains(&format!("operation;deposited;orderNumber;{number};status;1;")),
        "with the text that was signed"
    );
    for step in [
        "register.do",
        "The browser is sent",
        "The browser came back",
        "getOrderStatusExtended.do",
        "Callback: deposited",
    ] {
        assert!(told.contains(step), "{step} is part of the story");
    }
    assert!(!told.contains(PASSWORD) && told.contains("••••"), "the password stays hidden");
    assert!(!told.contains("http-equiv"), "nothing is awaited any more");

    assert_eq!(visit.post("/rbs/callback", &callback).await.0, 200, "a repeat, by POST, is thanked for too");
    assert!(visit.latest().await.contains("heard this before"));
}

#[tokio::test]
async fn a_callback_may_come_before_the_return_and_wrong_ones_change_nothing() {
    let gateway = FakeGateway::start(&[("register.do", REGISTERED), ("getOrderStatusExtended.do", POOR)]).await;
    let visit = Visit::to(&gateway.base_url).await;
    visit.post("/buy", "product=novel&language=xx").await;
    assert_eq!(value_of(&gateway.asked("register.do")[0], "language"), Some("en"), "an unknown language falls back");
    let forged = format!("mdOrder={ID}&operation=deposited&status=1&checksum=AB");
    let (status, _, words) = visit.post("/rbs/callback", &forged).await;
    assert_eq!((status, words.as_str()), (400, "the checksum does not match"));
    let (status, _, words) = visit.get(&format!("/rbs/callback?mdOrder={ID}&operation=deposited&status=1")).await;
    assert_eq!((status, words.as_str()), (400, "the checksum is missing"));
    let page = visit.latest().await;
    assert!(page.contains("Not paid yet") && page.contains("No match."));

    let refused = signed(&format!("mdOrder={ID}&orderNumber=any&operation=deposited&status=0"));
    assert_eq!(visit.get(&format!("/rbs/callback?{refused}")).await.0, 200);
    assert!(visit.latest().await.contains("<h1>Not paid</h1>"));
    visit.get(&format!("/return?orderId={ID}&lang=en")).await;
    assert!(visit.latest().await.contains("Decline. Not enough money (actionCode 116)"));
}

#[tokio::test]
async fn a_refusal_and_a_dead_gateway_are_told_too() {
    let refusing = FakeGateway::start(&[("register.do", r#"{"errorCode":"5","errorMessage":"Access denied"}"#)]).await;
    let visit = Visit::to(&refusing.base_url).await;
    let (status, order, _) = visit.post("/buy", "product=cup&language=en").await;
    assert_eq!((status, order.starts_with("/shop/orders/BT-")), (303, true));
    let page = visit.latest().await;
    assert!(page.contains("The gateway refused the order") && page.contains("Access denied (errorCode 5)"));

    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address");
    let visit = Visit::to(&format!("http://{free}")).await;
    visit.post("/buy", "product=cup&language=en").await;
    let page = visit.latest().await;
    assert!(page.contains("gave no usable answer") && page.contains("no connection"), "{page}");
}

#[tokio::test]
async fn answers_outside_the_protocol_are_not_believed() {
    for answer in ["<html>", "{}", r#"{"orderId":"1","formUrl":"javascript:alert(1)"}"#, r#"{"orderId":1}"#] {
        let gateway = FakeGateway::start(&[("register.do", answer)]).await;
        let visit = Visit::to(&gateway.base_url).await;
        let (status, order, _) = visit.post("/buy", "product=cup&language=en").await;
        assert_eq!((status, order.starts_with("/shop/orders/BT-")), (303, true), "{answer}");
        assert!(visit.latest().await.contains("gave no usable answer"), "{answer}");
    }
}

#[tokio::test]
async fn an_order_made_with_curl_is_adopted_with_its_callbacks() {
    let gateway = FakeGateway::start(&[("getOrderStatusExtended.do", PAID)]).await;
    let visit = Visit::to(&gateway.base_url).await;
    let callback = signed(&format!("mdOrder={ID}&orderNumber=7&operation=deposited&status=1"));
    assert_eq!(visit.get(&format!("/rbs/callback?{callback}")).await.0, 200);
    assert!(visit.get("/orders").await.2.contains("Callbacks that fit no order"));
    for _ in 0..2 {
        let (status, order, _) = visit.get(&format!("/return?orderId={ID}&lang=en")).await;
        assert_eq!((status, order), (303, format!("/shop/orders/id-{ID}")));
    }
    let page = visit.latest().await;
    assert!(
        page.contains("An order from elsewhere")
            && page.contains("received and proven")
            && page.contains("444455**3333")
    );
    assert!(!visit.get("/orders").await.2.contains("Callbacks that fit no order"));
}

#[tokio::test]
async fn strange_visitors_get_pages() {
    let gateway =
        FakeGateway::start(&[("getOrderStatusExtended.do", r#"{"errorCode":"6","errorMessage":"Order not found"}"#)])
            .await;
    let visit = Visit::to(&gateway.base_url).await;
    let (status, _, page) = visit.get(&format!("/return?orderId={ID}")).await;
    assert!(status == 404 && page.contains("Order not found"), "{page}");
    let (status, _, page) = visit.get("/return?orderId=%3Cscript%3E").await;
    assert!(status == 404 && page.contains("not how the gateway writes") && !page.contains("<script>"));
    assert_eq!(visit.get("/return").await.0, 400);
    assert_eq!(visit.get("/rbs/callback?orderNumber=%FF").await.0, 400);
    assert_eq!(visit.get("/").await.1, "/shop", "a slash too many is forgiven");
    assert_eq!(visit.get("").await.0, 200);
    assert_eq!(visit.get("/orders/none").await.0, 404);
    assert_eq!(visit.post("/orders/none/status", "").await.0, 404);
    assert_eq!(visit.post("/buy", "product=moon").await.0, 400);
    assert_eq!(visit.post("/rbs/callback", &"x".repeat(17_000)).await.0, 413);
    assert_eq!(visit.get("/static/none.css").await.0, 404);
    assert_eq!(visit.get("/nowhere").await.0, 404);
    assert_eq!(gateway.asked("getOrderStatusExtended.do").len(), 1, "nonsense is not worth a call");
}

/// A status answer with these sums.
fn standing(order_status: u8, [approved, deposited, refunded]: [u32; 3]) -> String {
    format!(
        r#"{{"errorCode":"0","orderNumber":"7","orderStatus":{order_status},"actionCode":0,"actionCodeDescription":"","amount":64990,"currency":"643","paymentAmountInfo":{{"approvedAmount":{approved},"depositedAmount":{deposited},"refundedAmount":{refunded}}}}}"#
    )
}

const DONE: &str = r#"{"errorCode":"0","errorMessage":"Success"}"#;

/// An order that is held first, paid, and asked for; its key.
async fn paid_order(visit: &Visit) -> String {
    visit.post("/buy", "product=earl-grey&language=en&stage=hold").await;
    let (_, order, _) = visit.get(&format!("/return?orderId={ID}&lang=en")).await;
    order.strip_prefix("/shop").expect("a page of the shop").to_owned()
}

#[tokio::test]
async fn a_hold_is_captured_in_part_over_the_protocol() {
    let held = standing(1, [64_990, 0, 0]);
    let answers =
        [("registerPreAuth.do", REGISTERED), ("getOrderStatusExtended.do", held.as_str()), ("deposit.do", DONE)];
    let gateway = FakeGateway::start(&answers).await;
    let visit = Visit::to(&gateway.base_url).await;
    let order = paid_order(&visit).await;
    assert!(gateway.asked("register.do").is_empty(), "a hold is registered as one");
    let page = visit.get(&order).await.2;
    for shown in ["The money is held", "Capture", "Release the hold", "value=\"649.90\"", "Held on the card"] {
        assert!(page.contains(shown), "{shown}");
    }
    let approved = signed(&format!("mdOrder={ID}&orderNumber=7&operation=approved&status=1"));
    visit.get(&format!("/rbs/callback?{approved}")).await;
    assert!(visit.get(&order).await.2.contains("received and proven"));

    assert_eq!(visit.post(&format!("{order}/capture"), "amount=400%2C5").await.0, 303);
    let form = gateway.asked("deposit.do").remove(0);
    assert_eq!((value_of(&form, "amount"), value_of(&form, "orderId")), (Some("40050"), Some(ID)));
    assert_eq!(value_of(&form, "password"), Some(PASSWORD));
    let page = visit.get(&order).await.2;
    assert!(page.contains("What is left of the hold is released at once") && !page.contains(PASSWORD));
    assert!(page.contains("another awaited"), "the capture has a callback of its own");
    let deposited = signed(&format!("mdOrder={ID}&orderNumber=7&operation=deposited&status=1"));
    visit.get(&format!("/rbs/callback?{deposited}")).await;
    visit.get(&format!("/rbs/callback?{deposited}")).await;
    assert!(visit.get(&order).await.2.contains("2 received and proven"), "a repeat is not counted");
}

#[tokio::test]
async fn a_hold_is_released_over_the_protocol() {
    let gone = standing(3, [0, 0, 0]);
    let answers =
        [("registerPreAuth.do", REGISTERED), ("getOrderStatusExtended.do", gone.as_str()), ("reverse.do", DONE)];
    let gateway = FakeGateway::start(&answers).await;
    let visit = Visit::to(&gateway.base_url).await;
    let order = paid_order(&visit).await;
    assert_eq!(visit.post(&format!("{order}/release"), "amount=nonsense").await.0, 303);
    let form = gateway.asked("reverse.do").remove(0);
    assert_eq!((value_of(&form, "amount"), value_of(&form, "orderId")), (None, Some(ID)));
    let page = visit.get(&order).await.2;
    assert!(page.contains("<h1>Reversed</h1>") && !page.contains("id=\"amount\""), "nothing is left to do");
}

#[tokio::test]
async fn a_part_is_refunded_and_a_refusal_is_shown() {
    let (part, refusal) = (
        standing(4, [64_990, 44_990, 20_000]),
        r#"{"errorCode":"7","errorMessage":"The refund amount exceeds the debited amount"}"#,
    );
    let registered = ("registerPreAuth.do", REGISTERED);
    let gateway = FakeGateway::start(&[registered, ("getOrderStatusExtended.do", &part), ("refund.do", refusal)]).await;
    let visit = Visit::to(&gateway.base_url).await;
    let order = paid_order(&visit).await;
    let page = visit.get(&order).await.2;
    let money = |minor| crate::demo::text::money(minor, "643");
    for shown in ["<h1>Refunded in part</h1>", "value=\"224.95\"", &money(44_990), &money(20_000)] {
        assert!(page.contains(shown), "{shown}");
    }
    for wrong in ["amount=", "amount=1.005", "amount=0", "sum=1"] {
        let (status, _, page) = visit.post(&format!("{order}/refund"), wrong).await;
        assert!(status == 400 && page.contains("How much?"), "{wrong}");
    }
    assert!(gateway.asked("refund.do").is_empty(), "nonsense is not worth a call");
    assert_eq!(visit.post(&format!("{order}/refund"), "amount=450.00").await.0, 303);
    let page = visit.get(&order).await.2;
    assert!(page.contains("role=\"alert\"") && page.contains("exceeds the debited amount (errorCode 7)"));
    assert_eq!(visit.post(&format!("{order}/refund-rest"), "amount=450.00").await.0, 303);
    assert_eq!(value_of(&gateway.asked("refund.do")[1], "amount"), Some("0"), "a zero is all that is left");
    assert_eq!(visit.post("/orders/none/refund", "amount=1").await.0, 404);
    assert_eq!(visit.post("/orders/none/refund-rest", "").await.0, 404);
}
