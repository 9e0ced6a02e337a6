//! Stories of the Paysera protocol: a shop that speaks it with nothing but `data` and `sign`, and checks what comes back by itself.

mod callbacks;
mod files;
mod keys;
mod messages;
mod places;
mod repeats;
mod requests;
mod tabs;
mod traps;
mod unheard;

use crate::harness::http::{self, Answer};
use crate::harness::payer::{PAID, Page, card};
use crate::harness::receiver::Call;
use crate::harness::{Setup, TestGateway};
use payglot_server::flows::project::{self, Draft};
use payglot_server::projects::ProjectSettings;
use payglot_server::secrets::{RsaPrivateKey, Secret};
use payglot_wire::paysera::request::Sealed;
use payglot_wire::paysera::{Callback, Fields, Verifier};
use payglot_wire::raw::{Method, RawRequest};

pub(crate) const PROJECT: &str = "12345";
pub(crate) const PASSWORD: &str = "5e8dd316726b0335d1c9b8a2f4e7a6c0";
const KEY: &str = include_str!("../../../../payglot-wire/src/paysera/vectors/key.pem");
pub(crate) const CERTIFICATE: &str = include_str!("../../../../payglot-wire/src/paysera/vectors/certificate.pem");
const REQUESTS: &str = include_str!("../../../../payglot-wire/src/paysera/vectors/requests.txt");

/// A gateway with one Paysera project beside the usual one.
pub(crate) struct Paysera {
    pub(crate) gateway: TestGateway,
}

impl Paysera {
    /// With the key of the vectors, test payments allowed, and a sandbox project.
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// The same with these settings of the project.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let gateway = TestGateway::with(Setup::default()).await;
        let whole = &gateway.gateway;
        whole.keys.import(&Secret::new(KEY), CERTIFICATE, gateway.now()).await.expect("imported");
        let begin = ProjectSettings { test_mode: true, ..ProjectSettings::of_protocol("paysera") };
        let begin = begin.with("paysera.allow_test", "true").expect("set");
        let chosen = settings.iter().fold(begin, |all, (key, value)| all.with(key, value).expect("set"));
        let draft = Draft {
            protocol: "paysera".to_owned(),
            name: "knygos".to_owned(),
            login: PROJECT.to_owned(),
            settings: chosen,
            secrets: vec![("sign_password".to_owned(), Secret::new(PASSWORD))],
        };
        project::create(whole.store.as_ref(), &whole.key, draft, gateway.now()).await.expect("a project");
        Self { gateway }
    }

    pub(crate) async fn set(&self, key: &str, value: &str) {
        let store = self.gateway.gateway.store.as_ref();
        project::set(store, "knygos", &[(key.to_owned(), value.to_owned())]).await.expect("set");
    }

    /// An order for 10.00 EUR by card, with these parameters changed or added; an empty value takes one out.
    pub(crate) fn order(&self, changes: &[(&str, &str)]) -> Fields {
        let callback = self.gateway.receiver.url("/paysera?shop=7");
        let mut fields = Fields::new()
            .with("projectid", PROJECT)
            .with("orderid", "1001")
            .with("accepturl", "https://shop.example/ok?o=1")
            .with("cancelurl", "https://shop.example/no")
            .with("callbackurl", callback)
            .with("amount", "1000")
            .with("currency", "EUR")
            .with("payment", "card")
            .with("p_email", "payer@shop.example")
            .with("version", "1.6");
        for (name, value) in changes {
            if value.is_empty() { fields.remove(name) } else { fields.set(name, *value) }
        }
        fields
    }

    /// Sends the payer's browser to `/pay/` by GET, following nothing.
    pub(crate) async fn send(&self, fields: &Fields) -> Answer {
        self.send_query(&Sealed::new(fields, &Secret::new(PASSWORD)).to_form()).await
    }

    pub(crate) async fn send_query(&self, query: &str) -> Answer {
        http::send(self.gateway.at, "GET", &format!("/pay/?{query}"), "", b"").await
    }

    /// Sends an order that must be taken; the address of its page.
    pub(crate) async fn taken(&self, changes: &[(&str, &str)]) -> String {
        let answer = self.send(&self.order(changes)).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.header("location").expect("a page").to_owned()
    }

    /// Sends an order that must be refused; the code on the page.
    pub(crate) async fn refused(&self, changes: &[(&str, &str)]) -> String {
        code(&self.send(&self.order(changes)).await)
    }

    /// Sends an order and pays it by card.
    pub(crate) async fn pay(&self, changes: &[(&str, &str)]) -> Page {
        let page = self.gateway.payer.get(&self.taken(changes).await).await;
        self.gateway.payer.type_card(&page, PAID).await
    }

    /// What the receiver heard, each proven with the certificate's key and the password.
    pub(crate) fn heard(&self) -> Vec<Fields> {
        self.gateway.receiver.calls().iter().map(proven).collect()
    }

    pub(crate) async fn end(self) {
        self.gateway.end().await;
    }
}

/// A card that is refused for good.
pub(crate) const REFUSED: crate::harness::payer::Card = card("4444444411111111");

/// The code on the page of a refused request.
pub(crate) fn code(answer: &Answer) -> String {
    assert_eq!(answer.status, 400, "{}", answer.body);
    let after = answer.body.split_once("id=\"error-code\">").map(|(_, rest)| rest).expect("a code");
    after.split('<').next().unwrap_or_default().to_owned()
}

/// A call to the shop, proven as the shop would.
pub(crate) fn proven(call: &Call) -> Fields {
    let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
    assert_eq!(path, "/paysera");
    let method = if call.method == "GET" { Method::Get } else { Method::Post };
    read(&RawRequest {
        method,
        path,
        query,
        content_type: &call.content_type,
        body: call.body.as_bytes(),
        caller_ip: None,
    })
}

/// The signed fields in an address that a payer was sent to.
pub(crate) fn carried(address: &str) -> Fields {
    let (path, query) = address.split_once('?').expect("a query");
    read(&RawRequest { method: Method::Get, path, query, content_type: "", body: b"", caller_ip: None })
}

fn read(request: &RawRequest) -> Fields {
    let callback = Callback::read(request).expect("UTF-8");
    let public_key = RsaPrivateKey::from_pem(KEY).expect("the vectors' key").public_key();
    let verifier = Verifier { password: Secret::new(PASSWORD), public_key };
    verifier.verify(&callback).expect("proven").into_inner()
}

/// Values of these names, joined by spaces.
pub(crate) fn values(fields: &Fields, names: &[&str]) -> String {
    names.iter().map(|name| fields.get(name).unwrap_or("-")).collect::<Vec<_>>().join(" ")
}
