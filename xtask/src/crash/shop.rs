//! A shop and its payers, over plain HTTP.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::book::Wish;
use super::http::{self, Answer};
use super::page::{self, Form};

/// The sandbox bank's code for 3-D Secure.
const CODE: &str = "12345678";
/// A payment passes few pages; more is a circle.
const STEPS: usize = 12;

/// The gateway as a shop knows it.
#[derive(Debug, Clone)]
pub(super) struct Shop {
    pub(super) gateway: SocketAddr,
    pub(super) user: String,
    pub(super) password: String,
    /// Where notifications of every order go.
    pub(super) callback: String,
}

impl Shop {
    /// Registers an order; its id and the path of its page.
    pub(super) fn register(&self, number: &str, amount: u64, hold: bool) -> Result<(String, String)> {
        let operation = if hold { "registerPreAuth.do" } else { "register.do" };
        let amount = amount.to_string();
        let fields = [
            ("orderNumber", number),
            ("amount", &amount),
            ("returnUrl", "http://shop.invalid/back"),
            ("dynamicCallbackUrl", &self.callback),
            ("language", "en"),
        ];
        let reply = self.call(operation, &fields)?;
        let text =
            |name: &str| reply[name].as_str().map(str::to_owned).with_context(|| format!("{operation}: {reply}"));
        let (id, form_url) = (text("orderId")?, text("formUrl")?);
        let path = form_url.splitn(4, '/').nth(3).context("formUrl has no path")?;
        Ok((id, format!("/{path}")))
    }

    /// The whole reply of `getOrderStatusExtended.do`.
    pub(super) fn status(&self, id: &str) -> Result<Value> {
        self.call("getOrderStatusExtended.do", &[("orderId", id), ("language", "en")])
    }

    /// Asks for something after the payment. `None` if it is done, otherwise the gateway's words.
    pub(super) fn operate(&self, id: &str, wish: &Wish) -> Result<Option<String>> {
        let (operation, amount, number) = match wish {
            Wish::Deposit(amount) => ("deposit.do", amount.to_string(), ""),
            Wish::Reverse => ("reverse.do", String::new(), ""),
            Wish::Refund(number, amount) => ("refund.do", amount.to_string(), number.as_str()),
        };
        let fields = [("orderId", id), ("amount", &amount), ("externalRefundId", number), ("language", "en")];
        let reply = self.call(operation, &fields)?;
        let code = reply["errorCode"].as_str().with_context(|| format!("{operation}: {reply}"))?;
        Ok((code != "0").then(|| format!("{operation}: {reply}")))
    }

    fn call(&self, operation: &str, fields: &[(&str, &str)]) -> Result<Value> {
        let mut all = vec![("userName", self.user.as_str()), ("password", self.password.as_str())];
        all.extend_from_slice(fields);
        let answer = http::post(self.gateway, &format!("/payment/rest/{operation}"), &all)?;
        ensure!(answer.status == 200, "{operation}: HTTP status {}", answer.status);
        serde_json::from_str(&answer.body).with_context(|| format!("{operation}: {}", answer.body))
    }

    /// Opens the page and pays; `true` if the payer is sent straight back to the shop, `false` if a page is left to look
    /// at: a result, another try, or a wait.
    pub(super) fn pay(&self, page: &str, card: &str) -> Result<bool> {
        let answer = http::get(self.gateway, page)?;
        ensure!(answer.status == 200, "the payment page: HTTP status {}", answer.status);
        let form = form_with(&answer, "number").context("the payment page has no card form")?;
        let answer = self.submit(page, &form, |name| match name {
            "number" => Some(card),
            "expiry" => Some("12 / 34"),
            "cvc" => Some("123"),
            "holder" => Some("JOHN DOE"),
            _ => None,
        })?;
        let at = form.action.clone();
        self.follow(at, answer)
    }

    /// Opens the page again, as a payer whose browser was interrupted, and finishes what the bank asks.
    pub(super) fn resume(&self, page: &str) -> Result<bool> {
        let answer = http::get(self.gateway, page)?;
        self.follow(page.to_owned(), answer)
    }

    /// Follows redirects and answers the bank until there is nothing left to do.
    fn follow(&self, mut at: String, mut answer: Answer) -> Result<bool> {
        for _ in 0..STEPS {
            if let Some(next) = &answer.location {
                if next.starts_with("http://shop.invalid/") {
                    return Ok(true);
                }
                at = self.path(next);
                answer = http::get(self.gateway, &at)?;
            } else if let Some(form) = confirmation(&answer) {
                answer = self.submit(&at, &form, |_| Some(CODE))?;
                at = form.action;
            } else {
                ensure!(answer.status < 500, "the payment page: HTTP status {}", answer.status);
                return Ok(false);
            }
        }
        bail!("the payer goes round in circles at {at}")
    }

    fn submit<'a>(&self, page: &str, form: &'a Form, fill: impl Fn(&'a str) -> Option<&'a str>) -> Result<Answer> {
        let mut values: Vec<(&str, &str)> = form.hidden.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        values.extend(form.fields.iter().filter_map(|name| Some((name.as_str(), fill(name)?))));
        let action = if form.action.is_empty() { page.to_owned() } else { self.path(&form.action) };
        if form.get {
            return http::get(self.gateway, &http::with_query(&action, &values));
        }
        http::post(self.gateway, &action, &values)
    }

    /// An address on the gateway as path and query.
    fn path(&self, address: &str) -> String {
        address.strip_prefix(&format!("http://{}", self.gateway)).unwrap_or(address).to_owned()
    }
}

fn form_with(answer: &Answer, field: &str) -> Option<Form> {
    page::forms(&answer.body).into_iter().find(|form| form.fields.iter().any(|name| name == field))
}

/// The way to the bank or the bank's question for a code: the first form of a page that does not ask for a card.
fn confirmation(answer: &Answer) -> Option<Form> {
    let asks_for_card = form_with(answer, "number").is_some();
    if asks_for_card { None } else { page::forms(&answer.body).into_iter().next() }
}
