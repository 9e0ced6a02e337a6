//! The Monetix counter: the Payment Page, the widget, and callbacks.

use super::fake_gateway::FakeGateway;
use super::visit::Visit;
use payglot_core::UnixMillis;
use payglot_wire::monetix::{PageOrder, PageRequest, prove_page, signature};
use payglot_wire::text::json::Json;
use payglot_wire::text::secret::Secret;

pub(super) const SECRET: &str = "monetix_test_secret";

/// A body with its signature: computed by the wire crate, which has its own proofs.
pub(super) fn signed(body: &str) -> String {
    let json = Json::read(body).expect("JSON");
    let signature = signature::sign(&json, &Secret::new(SECRET));
    format!(r#"{},"signature":"{signature}"}}"#, body.strip_suffix('}').expect("an object"))
}

/// What a callback of an order says.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) number: &'a str,
    /// `payment.status`, and the sum in cents.
    pub(super) payment: (&'a str, u32),
    /// `operation.type`, `operation.status`, and its sum.
    pub(super) operation: (&'a str, &'a str, u32),
    pub(super) code: (&'a str, &'a str),
    pub(super) request_id: &'a str,
}

impl Told<'_> {
    /// A success that ends a purchase of a tin of tea.
    pub(super) fn paid<'a>(number: &'a str, request_id: &'a str) -> Told<'a> {
        let (payment, operation) = (("success", 650), ("sale", "success", 650));
        Told { number, payment, operation, code: ("0", "Success"), request_id }
    }

    /// The body, with more members at its end.
    pub(super) fn body_with(&self, more: &str) -> String {
        let Told { number, payment: (status, sum), operation: (kind, end, amount), code: (code, message), request_id } =
            self;
        signed(&format!(
            r#"{{"project_id":1234,"payment":{{"id":"{number}","type":"purchase","status":"{status}","method":"webmoney","sum":{{"amount":{sum},"currency":"USD"}}}},"operation":{{"type":"{kind}","status":"{end}","request_id":"{request_id}","sum_initial":{{"amount":{amount},"currency":"USD"}},"code":"{code}","message":"{message}"}},"account":{{"number":"123456789012"}}{more}}}"#
        ))
    }

    pub(super) fn body(&self) -> String {
        self.body_with("")
    }
}

const CALLBACK: &str = "/monetix/callback";
const NOT_FOUND: &str = r#"{"status":"error","project_id":1234,"payment_id":"x","errors":[],"code":"3061","message":"Transaction not found"}"#;

/// The order that an address of the page has, proven.
pub(super) fn order_of(address: &str) -> PageOrder {
    let request = PageRequest::of_query(address.split_once('?').expect("a query").1).expect("parameters");
    let proven = prove_page(request, &[Secret::new(SECRET)]).expect("signed");
    PageOrder::read(&proven, UnixMillis(1_700_000_000_000)).expect("an order")
}

#[tokio::test]
async fn a_purchase_on_the_page_is_signed_told_and_shown() {
    let gateway = FakeGateway::start(&[("payment/status", NOT_FOUND)]).await;
    let visit = Visit::to(&gateway.base_url).await;
    let (status, page, _) = visit.post("/buy", "product=earl-grey&language=ru&protocol=monetix&means=webmoney").await;
    assert!(status == 303 && page.starts_with(&format!("{}/payment?project_id=1234&", gateway.base_url)), "{page}");
    let order = order_of(&page);
    let number = order.payment_id.clone().expect("a number");
    assert_eq!(order.amount.map(|amount| (amount.minor(), amount.currency().code())), Some((650, "USD")));
    assert_eq!((order.force_method.as_deref(), order.language.as_deref()), (Some("webmoney"), Some("ru")));
    assert_eq!(order.missing_for_webmoney(), ["account_number"], "only the wallet is left to ask");

    let open = visit.latest().await;
    for shown in
        ["Not paid yet", "Continue to payment", "HMAC-SHA512", "Signed.", "customer_email:reader@books.example;"]
    {
        assert!(open.contains(shown), "{shown}");
    }
    // Back without having paid: nobody has called, so the shop asks.
    let (status, back, _) = visit.get(&format!("/monetix/return?o={number}")).await;
    assert_eq!((status, back), (303, format!("/shop/orders/{number}")));
    let asked = visit.latest().await;
    assert!(asked.contains("has not confirmed anything yet") && asked.contains("Not paid yet"), "{asked}");
    assert_eq!(gateway.bodies("payment/status").len(), 1);

    let told = Told::paid(&number, "r-1").body();
    assert_eq!(visit.post(CALLBACK, &told).await.0, 200);
    let paid = visit.latest().await;
    for shown in [
        "<h1>Paid</h1>",
        "received and proven",
        "Match.",
        "Callback: sale success",
        "123456789012",
        "Refund all that is left",
    ] {
        assert!(paid.contains(shown), "{shown}");
    }
    assert!(
        !paid.contains("awaited") && paid.contains(&format!("payment:id:{number};")),
        "with the text that was signed"
    );

    assert_eq!(visit.post(CALLBACK, &told).await.0, 200, "a repeat is thanked for too");
    let repeated = visit.latest().await;
    assert!(repeated.contains("heard this before") && !repeated.contains("2 received"));
    visit.get(&format!("/monetix/success?o={number}")).await;
    assert!(visit.latest().await.contains("a callback came first"));
    assert_eq!(gateway.bodies("payment/status").len(), 1, "what is known is not asked");
}

#[tokio::test]
async fn the_page_is_opened_as_the_buyer_chose() {
    let visit = Visit::to("http://gateway.example").await;
    let buy = |more: &'static str| {
        let form = format!("product=cup&protocol=monetix&{more}");
        let visit = &visit;
        async move { order_of(&visit.post("/buy", &form).await.1) }
    };
    let any = buy("").await;
    assert_eq!((any.force_method, any.hold), (None, None));
    let held = buy("means=card&stage=hold").await;
    assert_eq!((held.force_method.as_deref(), held.hold), (Some("card"), Some(true)));
    let again = visit.latest().await;
    for field in ["value=\"monetix\"", "name=\"stage\" value=\"hold\"", "name=\"means\" value=\"card\""] {
        assert!(again.contains(field), "{field} is bought again");
    }
}

#[tokio::test]
async fn a_callback_that_is_not_proven_changes_nothing() {
    let visit = Visit::to("http://gateway.example").await;
    let (_, page, _) = visit.post("/buy", "product=earl-grey&protocol=monetix").await;
    let number = order_of(&page).payment_id.expect("a number");
    let good = Told::paid(&number, "r-1").body();
    let unsigned = good.replace(",\"signature\"", ",\"other\"");
    let foreign = signed(&format!(r#"{{"project_id":99,"payment":{{"id":"{number}","status":"success"}}}}"#));
    for (body, words) in [
        (good.replace(":650,", ":651,"), "the signature does not match"),
        (unsigned, "the signature is missing"),
        (foreign, "this is about another project"),
        ("[]".to_owned(), "the body is not a JSON object"),
        (String::new(), "the body is not a JSON object"),
    ] {
        let (status, _, answer) = visit.post(CALLBACK, &body).await;
        assert_eq!((status, answer.as_str()), (400, words), "{body}");
    }
    let shown = visit.latest().await;
    assert!(shown.contains("Not paid yet") && shown.contains("No match.") && shown.contains("none so far"));
    assert_eq!(visit.get(CALLBACK).await.0, 405);
    assert_eq!(visit.post(CALLBACK, &good).await.0, 200);
    assert!(visit.latest().await.contains("<h1>Paid</h1>"));
}

#[tokio::test]
async fn an_order_signed_elsewhere_appears_with_its_callback() {
    let visit = Visit::to("http://gateway.example").await;
    // A callback of the protocol's worked examples.
    let body = r#"{"project_id":1234,"payment":{"id":"payment_47","type":"purchase","status":"success","date":"2024-12-07T19:08:45+0000","method":"webmoney","sum":{"amount":100,"currency":"RUB"},"description":""},"customer":{"id":"customer_123"},"operation":{"id":47,"type":"sale","status":"success","date":"2024-12-07T19:08:45+0000","created_date":"2024-12-07T19:08:05+0000","request_id":"1a23456bc7890de","sum_initial":{"amount":100,"currency":"RUB"},"sum_converted":{"amount":100,"currency":"RUB"},"code":"0","message":"Success","provider":{"id":12345,"payment_id":"123abc123-123","auth_code":""}},"account":{"number":"123456789012"},"provider":{"payment_id":"WM-purchase-121"},"signature":"JsgEqv4FZ2nIQoHqwlCe9Mwd0seqGyCPsC21drQBbFgayhuYYbxdBt8kuf9vhaq4eKKJ1WFFI0UinFey4l1tiw=="}"#;
    assert_eq!(visit.post(CALLBACK, body).await.0, 200);
    let page = visit.latest().await;
    for shown in ["An order from elsewhere", "<h1>Paid</h1>", "1.00\u{a0}₽", "WM-purchase-121", "Amount to refund"] {
        assert!(page.contains(shown), "{shown}");
    }
    // Whatever the other shop calls its orders, the page has an address.
    for number in ["a/b?c#d", "№ 7", "..", "%2f"] {
        assert_eq!(visit.post(CALLBACK, &Told::paid(number, "r").body()).await.0, 200);
        let page = visit.latest().await;
        assert!(page.contains("<h1>Paid</h1>") && page.contains(&format!("<dd>{number}</dd>")), "{number}: {page}");
    }
    // A number of another counter's order is another order.
    visit.post("/buy", "product=novel&protocol=paysera").await;
    let other = visit.latest_address().await;
    let number = other.rsplit('/').next().expect("a number");
    visit.post(CALLBACK, &Told::paid(number, "r").body()).await;
    assert!(visit.get(&other).await.2.contains("Not paid yet"));
    assert!(visit.get(&format!("/orders/monetix-{number}")).await.2.contains("<h1>Paid</h1>"));
    // Of a call that was refused no order is made.
    let refused = Told { payment: ("error", 650), operation: ("sale", "error", 650), ..Told::paid("nobody", "r") };
    assert_eq!(visit.post(CALLBACK, &refused.body()).await.0, 200);
    assert!(visit.get("/orders").await.2.contains("Callbacks that fit no order"));
}

#[tokio::test]
async fn the_widget_gets_the_signed_parameters_and_a_policy_that_lets_it_in() {
    let visit = Visit::to("http://gateway.example").await;
    let (status, page, _) = visit.post("/buy", "product=earl-grey&protocol=monetix&via=widget&means=card").await;
    let path = page.strip_prefix(&visit.shop).expect("a page of the shop").to_owned();
    assert_eq!((status, path.starts_with("/monetix/widget/BT-")), (303, true), "{page}");
    let html = visit.get(&path).await.2;
    assert!(html.contains("src=\"http://gateway.example/shared/merchant.js\""));
    assert!(html.contains("href=\"http://gateway.example/shared/merchant.css\""));
    assert!(html.contains("<noscript>") && !html.contains("<script>"), "nothing inline");

    let data = html.split("data-widget=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("parameters");
    let json = Json::read(&data.replace("&#34;", "\"")).expect("JSON");
    let pairs = json.members().expect("an object").iter().map(|(name, value)| (name.clone(), value.plain()));
    let query: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    assert_eq!(order_of(&format!("?{query}")).force_method.as_deref(), Some("card"));
    // The same order as a page, for browsers without script.
    let address = html.split("href=\"http://gateway.example/payment").nth(1).and_then(|rest| rest.split('"').next());
    assert_eq!(
        order_of(&address.expect("a link").replace("&#38;", "&")).payment_id,
        order_of(&format!("?{query}")).payment_id
    );

    let policy = visit.header(&path, "content-security-policy").await;
    for source in
        ["default-src 'none'", "script-src 'self' http://gateway.example;", "frame-src http://gateway.example;"]
    {
        assert!(policy.contains(source), "{source} in {policy}");
    }
    assert!(!policy.contains("unsafe"));
    let usual = visit.header("/orders", "content-security-policy").await;
    assert!(!usual.contains("frame-src") && usual.contains("script-src 'self';"));
    assert!(visit.latest().await.contains(&format!("href=\"{page}\"")), "the order's page leads there");
    for unknown in ["/monetix/widget/none", "/monetix/success", "/monetix/fail?o=none"] {
        assert_eq!(visit.get(unknown).await.0, 404, "{unknown}");
    }
}
