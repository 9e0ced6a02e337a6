//! A shop that speaks the RBS protocol.

use super::http::{self, Answer};
use serde_json::Value;
use std::net::SocketAddr;

/// Its form bodies.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// A shop with its credentials.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    pub(crate) at: SocketAddr,
    /// Before `/payment`.
    pub(crate) prefix: String,
    pub(crate) login: String,
    pub(crate) password: String,
}

/// An order that the gateway took.
#[derive(Clone, Debug)]
pub(crate) struct Registered {
    pub(crate) id: String,
    pub(crate) form_url: String,
}

impl Shop {
    /// Any request to an operation, as it is: no credentials are added.
    pub(crate) async fn raw(
        &self,
        method: &str,
        operation: &str,
        query: &str,
        content_type: &str,
        body: &[u8],
    ) -> Answer {
        let joint = if query.is_empty() { "" } else { "?" };
        let target = format!("{}/payment/rest/{operation}{joint}{query}", self.prefix);
        http::send(self.at, method, &target, content_type, body).await
    }

    /// A form post without credentials of ours.
    pub(crate) async fn post(&self, operation: &str, params: &[(&str, &str)]) -> Answer {
        self.raw("POST", operation, "", FORM, http::encode(params).as_bytes()).await
    }

    /// The credentials, then these parameters.
    pub(crate) fn signed<'a>(&'a self, params: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        [&[("userName", self.login.as_str()), ("password", self.password.as_str())], params].concat()
    }

    /// A form post with credentials.
    pub(crate) async fn call(&self, operation: &str, params: &[(&str, &str)]) -> Answer {
        self.post(operation, &self.signed(params)).await
    }

    /// Registers an order for 2000 with what is required, these parameters before it.
    pub(crate) async fn try_register(&self, operation: &str, params: &[(&str, &str)]) -> Answer {
        let required = [("amount", "2000"), ("returnUrl", "https://shop.example/back")];
        let missing = required.iter().filter(|(name, _)| !params.iter().any(|(known, _)| known == name));
        let all: Vec<_> = params.iter().chain(missing).copied().collect();
        self.call(operation, &all).await
    }

    /// The same, and it must succeed.
    pub(crate) async fn register(&self, params: &[(&str, &str)]) -> Registered {
        taken(&self.try_register("register.do", params).await)
    }

    /// A hold.
    pub(crate) async fn register_hold(&self, params: &[(&str, &str)]) -> Registered {
        taken(&self.try_register("registerPreAuth.do", params).await)
    }

    /// The extended status, in English.
    pub(crate) async fn status(&self, order: &Registered) -> Value {
        let params = [("orderId", order.id.as_str()), ("language", "en")];
        self.call("getOrderStatusExtended.do", &params).await.json()
    }

    /// An operation on an order with these parameters, in English: `code text`.
    pub(crate) async fn ask(&self, operation: &str, order: &Registered, params: &[(&str, &str)]) -> String {
        let named = [("orderId", order.id.as_str()), ("language", "en")];
        refusal(&self.call(operation, &[params, &named].concat()).await)
    }

    /// `orderStatus paymentState approved/deposited/refunded`.
    pub(crate) async fn sums(&self, order: &Registered) -> String {
        let status = self.status(order).await;
        let info = &status["paymentAmountInfo"];
        let state = info["paymentState"].as_str().unwrap_or_default().to_owned();
        let [approved, deposited, refunded] =
            ["approvedAmount", "depositedAmount", "refundedAmount"].map(|name| info[name].as_i64().unwrap_or(-1));
        format!("{} {state} {approved}/{deposited}/{refunded}", status["orderStatus"])
    }

    /// `orderStatus actionCode`.
    pub(crate) async fn stands(&self, order: &Registered) -> String {
        let status = self.status(order).await;
        format!("{} {}", status["orderStatus"], status["actionCode"])
    }
}

/// The success of a registration, which has two fields and no others.
pub(crate) fn taken(answer: &Answer) -> Registered {
    let json = answer.json();
    assert_eq!(json.as_object().map(serde_json::Map::len), Some(2), "{json}");
    let text = |name: &str| json[name].as_str().unwrap_or_else(|| panic!("{name} in {json}")).to_owned();
    Registered { id: text("orderId"), form_url: text("formUrl") }
}

/// `code text` of a refusal, which has these two fields and no others.
pub(crate) fn refusal(answer: &Answer) -> String {
    let json = answer.json();
    assert_eq!(answer.status, 200, "a business error is HTTP 200");
    assert_eq!(json.as_object().map(serde_json::Map::len), Some(2), "{json}");
    let text = |name: &str| json[name].as_str().unwrap_or_else(|| panic!("{name} in {json}")).to_owned();
    format!("{} {}", text("errorCode"), text("errorMessage"))
}
