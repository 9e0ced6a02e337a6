//! Stories of the Monetix protocol: a shop that signs parameters and JSON, and checks what comes back by itself.

mod acceptance;
mod cards;
mod deliveries;
mod invoices;
mod limits;
mod mandates;
mod page;
mod page_modes;
mod page_saved;
mod refunds;
mod refusals;
mod saved;
mod schedule;

use crate::harness::http::{self, Answer};
use crate::harness::payer::Page;
use crate::harness::{Setup, TestGateway};
use payglot_server::flows::news;
use payglot_server::flows::project::{self, Draft};
use payglot_server::projects::ProjectSettings;
use payglot_server::secrets::Secret;
use payglot_wire::monetix::request::{gate_body, page_query};
use payglot_wire::monetix::{Callback, Endpoint, Fields, prove_callback};
use payglot_wire::text::json::Json;

pub(crate) const PROJECT: u32 = 1234;
pub(crate) const SECRET: &str = "monetix_test_secret";
pub(crate) const ENCRYPTION_KEY: &str = "enc-key-0123456789";
pub(crate) const WMID: &str = "123456789012";
const NAME: &str = "monetix";
const JSON: &str = "application/json";

/// A gateway with one Monetix project beside the usual one.
pub(crate) struct Monetix {
    pub(crate) gateway: TestGateway,
}

impl Monetix {
    /// A sandbox project whose callbacks go to the receiver.
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// The same with these settings of the project.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        Self::over(Setup::default(), settings).await
    }

    /// A sandbox whose wallets' owners pay nothing by themselves.
    pub(crate) async fn with_idle_wallets() -> Self {
        Self::over(Setup { wallet_acts_after: None, ..Setup::default() }, &[]).await
    }

    /// A bank whose answers are lost, each of them, after the money moved.
    pub(crate) async fn with_lost_answers() -> Self {
        Self::over(Setup { lose_every: 1, ..Setup::default() }, &[]).await
    }

    async fn over(setup: Setup, settings: &[(&str, &str)]) -> Self {
        let world = Self { gateway: TestGateway::with(setup).await };
        world.add(NAME, PROJECT, settings).await;
        world
    }

    /// Another project with the same secrets.
    async fn add(&self, name: &str, number: u32, settings: &[(&str, &str)]) {
        let (gateway, whole) = (&self.gateway, &self.gateway.gateway);
        let begin = ProjectSettings { test_mode: true, ..ProjectSettings::of_protocol("monetix") };
        let begin = begin.with("callback_url", &gateway.receiver.url("/monetix")).expect("set");
        let chosen = settings.iter().fold(begin, |all, (key, value)| all.with(key, value).expect("set"));
        let draft = Draft {
            protocol: "monetix".to_owned(),
            name: name.to_owned(),
            login: number.to_string(),
            settings: chosen,
            secrets: vec![
                ("secret_key".to_owned(), Secret::new(SECRET)),
                ("encryption_key".to_owned(), Secret::new(ENCRYPTION_KEY)),
            ],
        };
        project::create(whole.store.as_ref(), &whole.key, draft, gateway.now()).await.expect("a project");
    }

    pub(crate) async fn set(&self, key: &str, value: &str) {
        let store = self.gateway.gateway.store.as_ref();
        project::set(store, NAME, &[(key.to_owned(), value.to_owned())]).await.expect("set");
    }

    /// Calls Gate with this body, signed; `path` is what follows `/v2/`.
    pub(crate) async fn gate(&self, path: &str, body: &str) -> Answer {
        let endpoint = Endpoint::route(path).expect("an endpoint").endpoint;
        let body = gate_body(endpoint, &Json::read(body).expect("JSON"), &Secret::new(SECRET));
        self.send(path, &body).await
    }

    /// Calls Gate with exactly these bytes.
    pub(crate) async fn send(&self, path: &str, body: &str) -> Answer {
        http::send(self.gateway.at, "POST", &format!("/v2/{path}"), JSON, body.as_bytes()).await
    }

    /// A call that must be accepted; its `request_id`.
    pub(crate) async fn accepted(&self, path: &str, body: &str) -> String {
        let answer = self.gate(path, body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let json = read(&answer);
        assert_eq!(json["status"], "success", "{}", answer.body);
        json["request_id"].as_str().expect("an id").to_owned()
    }

    /// A call that must be refused at once: the status, the code and the message.
    pub(crate) async fn refused(&self, path: &str, body: &str) -> (u16, String) {
        let answer = self.gate(path, body).await;
        let json = read(&answer);
        assert_eq!(json["status"], "error", "{}", answer.body);
        (answer.status, format!("{} {}", json["code"].as_str().unwrap_or("-"), json["message"].as_str().unwrap_or("-")))
    }

    /// A WebMoney sale through Gate that is accepted.
    pub(crate) async fn sale(&self, payment: &str, amount: i64) -> String {
        self.accepted("payment/webmoney/sale", &sale(payment, amount)).await
    }

    /// A WebMoney sale that was paid, with its callbacks delivered.
    pub(crate) async fn paid(&self, payment: &str, amount: i64) {
        self.sale(payment, amount).await;
        self.settle().await;
    }

    /// The owner of the wallet acts, and everything that is to be told is told.
    pub(crate) async fn settle(&self) {
        self.quiet().await;
        self.gateway.pass(3);
        news::hear(&self.gateway.gateway, 100).await.expect("the store works");
        self.gateway.deliver().await;
    }

    /// Waits for what goes on after an accepted call was answered, and delivers it.
    pub(crate) async fn quiet(&self) {
        let tasks = &self.gateway.gateway.tasks;
        tasks.close();
        tasks.wait().await;
        tasks.reopen();
        self.gateway.deliver().await;
    }

    /// What the receiver heard, each proven with the secret: `payment status, sum, operation type and status, code`.
    pub(crate) fn told(&self) -> Vec<String> {
        self.heard().iter().map(summary).collect()
    }

    /// The callbacks themselves.
    pub(crate) fn heard(&self) -> Vec<Callback> {
        self.gateway.receiver.calls().iter().map(|call| proven(&call.body)).collect()
    }

    /// Where a payment stands.
    pub(crate) async fn status(&self, payment: &str) -> serde_json::Value {
        let answer = self.gate("payment/status", &general(payment, "")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        read(&answer)
    }

    /// `payment.status` and the sum.
    pub(crate) async fn stands(&self, payment: &str) -> String {
        let status = self.status(payment).await;
        if status["payment"].is_null() {
            return status["code"].as_str().unwrap_or("-").to_owned();
        }
        format!("{} {}", status["payment"]["status"].as_str().unwrap_or("-"), status["payment"]["sum"]["amount"])
    }

    /// The page's parameters, for 1.00 USD, with these changed or added; an empty value takes one out.
    pub(crate) fn fields(changes: &[(&str, &str)]) -> Fields {
        let mut all: Vec<(String, String)> = [
            ("project_id", "1234"),
            ("payment_id", "payment_47"),
            ("customer_id", "customer_123"),
            ("customer_first_name", "John"),
            ("customer_last_name", "Doe"),
            ("customer_email", "johndoe@example.com"),
            ("payment_amount", "100"),
            ("payment_currency", "USD"),
            ("payment_description", "Top-up"),
            ("language_code", "en"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        for (name, value) in changes {
            all.retain(|(known, _)| known != name);
            if !value.is_empty() {
                all.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        Fields::from_pairs(all)
    }

    /// The signed address of the page.
    pub(crate) fn page_address(changes: &[(&str, &str)]) -> String {
        format!("/payment?{}", page_query(&Self::fields(changes), &Secret::new(SECRET)))
    }

    /// Opens the page.
    pub(crate) async fn open(&self, changes: &[(&str, &str)]) -> Page {
        self.gateway.payer.get(&Self::page_address(changes)).await
    }

    /// Posts a form of a page, with what is typed.
    pub(crate) async fn post(&self, page: &Page, step: &str, typed: &[(&str, &str)]) -> Page {
        let form = page.form(step).unwrap_or_else(|| panic!("no form {step} on {}", page.heading()));
        let hidden = form.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<(&str, &str)> = hidden.chain(typed.iter().copied()).collect();
        self.gateway.payer.post(&form.action, &fields).await
    }

    pub(crate) async fn end(self) {
        self.quiet().await;
        self.gateway.end().await;
    }
}

/// A JSON answer.
pub(crate) fn read(answer: &Answer) -> serde_json::Value {
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"), "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}

/// A body with `general` about a payment and more members.
pub(crate) fn general(payment: &str, more: &str) -> String {
    let comma = if more.is_empty() { "" } else { "," };
    format!(r#"{{"general":{{"project_id":{PROJECT},"payment_id":"{payment}"}}{comma}{more}}}"#)
}

/// A WebMoney sale in roubles.
pub(crate) fn sale(payment: &str, amount: i64) -> String {
    general(
        payment,
        &format!(
            r#""customer":{CUSTOMER},"account":{{"number":"{WMID}"}},"payment":{{"amount":{amount},"currency":"RUB","description":"Top-up"}}"#
        ),
    )
}

pub(crate) const CUSTOMER: &str = r#"{"id":"customer_123","ip_address":"198.51.100.47","first_name":"John","last_name":"Doe","email":"johndoe@example.com"}"#;

/// A refund of a sum in roubles; without one, of all that remains.
pub(crate) fn refund(payment: &str, amount: Option<i64>) -> String {
    let sum = amount.map(|minor| format!(r#""amount":{minor},"currency":"RUB","#)).unwrap_or_default();
    general(payment, &format!(r#""payment":{{{sum}"description":"Refund."}}"#))
}

/// A callback or a status answer, proven.
pub(crate) fn proven(body: &str) -> Callback {
    let callback = Callback::from_body(body.as_bytes()).expect("JSON");
    prove_callback(callback, &[Secret::new(SECRET)]).unwrap_or_else(|_| panic!("not proven: {body}")).into_inner()
}

fn summary(callback: &Callback) -> String {
    let parts = ["payment.status", "payment.sum.amount", "operation.type", "operation.status", "operation.code"];
    parts.iter().map(|path| callback.get(path)).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}
