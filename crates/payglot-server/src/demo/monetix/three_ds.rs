//! 3-D Secure on the shop's side: what a shop does that takes cards on a page of its own. A callback says what the payer's browser must do,
//! the browser brings the bank's answer back, and the shop hands it to Gate.

use super::gate::{self, Call};
use crate::demo::check::value_of;
use crate::demo::counter::Counter;
use crate::demo::routes::{Shared, Shop, absolute, pairs, see_other, unknown_order};
use crate::demo::story::{Event, Message, Pairs};
use crate::demo::text;
use crate::demo::till::leads_somewhere;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use payglot_wire::monetix::{Callback, Endpoint};
use payglot_wire::text::json::Json;

/// What the payer's browser must do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Step {
    /// The bank's hidden frame is to be shown, or the shop says that it was not.
    Frame,
    /// The browser posts these fields to the bank.
    Bank {
        /// The bank's address.
        url: String,
        /// Names and values.
        fields: Pairs,
    },
}

impl Step {
    /// The step that a callback asks for. `back` is where the bank sends the browser by 3-D Secure 1; by 2 the sale said so.
    pub(super) fn of(told: &Callback, back: &str) -> Option<Self> {
        if told.json().get("threeds2").is_some_and(|step| step.get("iframe").is_some()) {
            return Some(Self::Frame);
        }
        let redirect = told.json().get("threeds2").and_then(|step| step.get("redirect"));
        let (url, fields) = if let Some(redirect) = redirect {
            let params = redirect.get("params").and_then(Json::members).unwrap_or_default();
            let fields = params.iter().map(|(name, value)| (name.clone(), value.plain())).collect();
            (told.get("threeds2.redirect.url"), fields)
        } else {
            let fields = [("PaReq", told.get("acs.pa_req")), ("MD", told.get("acs.md")), ("TermUrl", back.to_owned())];
            (told.get("acs.acs_url"), fields.map(|(name, value)| (name.to_owned(), value)).to_vec())
        };
        leads_somewhere(&url).then_some(Self::Bank { url, fields })
    }
}

/// Where the bank sends the payer's browser.
pub(super) fn return_address(shop_url: &str, key: &str) -> String {
    format!("{shop_url}/monetix/acs?o={key}")
}

/// The hidden frame is over. This shop shows none, because its pages work without script, and says so: the bank then asks the payer.
pub(in crate::demo) async fn frame_is_over(State(shop): Shared, Path(key): Path<String>) -> Response {
    let Some(number) = waiting(&shop, &key) else { return unknown_order(&shop, None) };
    let body =
        gate::object([("general", gate::general(&shop, &number)), ("threeds_completion_indicator", Json::Bool(false))]);
    let path = "card/3ds_check_iframe".to_owned();
    let title = "The shop says that the bank's hidden frame was not shown";
    answer(&shop, &key, Call { endpoint: Endpoint::ThreeDsFrame, path, title, body }).await
}

/// The payer's browser brings the bank's answer.
pub(in crate::demo) async fn came_back(State(shop): Shared, uri: Uri, body: Bytes) -> Response {
    let query = pairs(uri.query().unwrap_or_default().as_bytes());
    let key = value_of(&query, "o").unwrap_or_default().to_owned();
    let Some(number) = waiting(&shop, &key) else { return unknown_order(&shop, None) };
    let form = pairs(&body);
    let get = |name: &str| value_of(&form, name).map(|value| Json::Text(value.to_owned()));
    let general = ("general", gate::general(&shop, &number));
    let body = match (get("cres"), get("PaRes")) {
        (Some(cres), _) => gate::object([general, ("cres", cres)]),
        (None, Some(pares)) => {
            gate::object([general, ("pares", pares), ("md", get("MD").unwrap_or(Json::Text(String::new())))])
        }
        (None, None) => {
            let words = "The bank sends the payer's browser here with its answer, and there is none.";
            return shop.problem(StatusCode::BAD_REQUEST, "What did the bank say?", words);
        }
    };
    let message = Message {
        from: "Browser",
        to: "Shop",
        title: "The browser brings the bank's answer".to_owned(),
        method: "POST".to_owned(),
        url: absolute(&shop, &uri),
        params: form,
        caption: "Form, application/x-www-form-urlencoded",
        note: "The shop cannot read it and does not need to: it hands it to Gate.".to_owned(),
        ..Message::default()
    };
    shop.book().tell(&key, text::now(), None, Event::Message(message));
    let path = "card/3ds_result".to_owned();
    let title = "The shop hands the bank's answer to Gate";
    answer(&shop, &key, Call { endpoint: Endpoint::ThreeDsResult, path, title, body }).await
}

/// The number of an order that waits for such a step.
fn waiting(shop: &Shop, key: &str) -> Option<String> {
    let book = shop.book();
    let order = book.get(key).filter(|order| order.counter == Counter::Monetix && order.deal.step.is_some())?;
    Some(order.number.clone())
}

/// Makes the call that takes the next step. What comes then may be told before the call is answered, so the step counts as taken until the
/// call is refused.
async fn answer(shop: &Shop, key: &str, call: Call) -> Response {
    let step = shop.book().get_mut(key).and_then(|order| {
        order.refused = None;
        order.deal.step.take()
    });
    let made = gate::send(shop, call).await;
    let mut message = made.message;
    let mut book = shop.book();
    match (gate::accepted(&made.answer), book.get_mut(key)) {
        (Ok(_), _) => "Accepted: what comes next is told by callback.".clone_into(&mut message.note),
        (Err(refusal), Some(order)) => {
            order.refused = Some(refusal.words());
            order.deal.step = order.deal.step.take().or(step);
        }
        (Err(_), None) => {}
    }
    book.tell(key, made.at, Some(made.took), Event::Message(message));
    see_other(&shop.order_address(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(members: &str) -> Option<Step> {
        let body = format!(r#"{{"payment":{{"id":"p"}},{members}}}"#);
        Step::of(&Callback::from_body(body.as_bytes()).expect("JSON"), "http://shop/back")
    }

    #[test]
    fn a_callback_says_what_the_browser_does_next() {
        let frame = r#""threeds2":{"iframe":{"url":"https://bank/m","params":{"threeDSMethodData":"x"}}}"#;
        assert_eq!(step(frame), Some(Step::Frame));
        let fields = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Pairs>()
        };
        let second =
            r#""threeds2":{"redirect":{"url":"https://bank/acs","params":{"creq":"c","threeDSSessionData":"s"}}}"#;
        let bank = |pairs: &[(&str, &str)]| Step::Bank { url: "https://bank/acs".to_owned(), fields: fields(pairs) };
        assert_eq!(step(second), Some(bank(&[("creq", "c"), ("threeDSSessionData", "s")])));
        let first = r#""acs":{"pa_req":"p","acs_url":"https://bank/acs","md":"m"}"#;
        assert_eq!(step(first), Some(bank(&[("PaReq", "p"), ("MD", "m"), ("TermUrl", "http://shop/back")])));
    }

    #[test]
    fn a_form_leads_to_an_address_of_the_web_or_nowhere() {
        assert_eq!(step(r#""acs":{"pa_req":"p","acs_url":"javascript:alert(1)","md":"m"}"#), None);
        assert_eq!(step(r#""threeds2":{"redirect":{}}"#), None);
        assert_eq!(step(r#""other":1"#), None);
    }
}
