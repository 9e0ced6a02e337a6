//! A payer with a browser that has no script: reads pages, posts their forms, follows redirects within the gateway.

use super::http::{self, Answer};
use super::shop::{FORM, Registered};
use std::net::SocketAddr;

/// A card as it is typed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Card {
    pub(crate) number: &'static str,
    pub(crate) expiry: &'static str,
    pub(crate) cvc: &'static str,
}

/// A test card with a date and a code that fit.
pub(crate) const fn card(number: &'static str) -> Card {
    Card { number, expiry: "12/34", cvc: "123" }
}

/// Paid without questions.
pub(crate) const PAID: Card = card("4444555511113333");
/// Asks for a code.
pub(crate) const CHALLENGE: Card = card("5555555555555599");
/// Not enough money, may try again.
pub(crate) const NO_MONEY: Card = card("5432543254325430");
/// Paid, but the answer is lost.
pub(crate) const ANSWER_LOST: Card = card("4000000000001000");
/// The question is lost.
pub(crate) const NEVER_RECEIVED: Card = card("4000000000001018");

/// Where the browser is.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// The address it was got from, without the gateway's host.
    pub(crate) address: String,
    pub(crate) status: u16,
    pub(crate) body: String,
    /// Set if the last redirect led away from the gateway: the whole address.
    pub(crate) left_to: Option<String>,
}

/// Where a page sends the browser at once, as one that it must not be redirected from does.
fn leads_on(body: &str) -> Option<String> {
    let (_, after) = body.split_once("<meta http-equiv=\"refresh\" content=\"0;url=")?;
    Some(unescape(after.split('"').next().unwrap_or_default()))
}

/// A form on a page.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) hidden: Vec<(String, String)>,
}

impl Page {
    /// The text of the main heading.
    pub(crate) fn heading(&self) -> String {
        let after = self.body.split("<h1").nth(1).and_then(|rest| rest.split_once('>')).map_or("", |(_, rest)| rest);
        unescape(after.split("</h1>").next().unwrap_or_default())
    }

    /// The form of a step, with its hidden fields.
    pub(crate) fn form(&self, step: &str) -> Option<Form> {
        let mark = format!("name=\"step\" value=\"{step}\"");
        let found =
            self.body.split("<form").skip(1).find(|form| form.split("</form>").next().unwrap_or("").contains(&mark))?;
        Some(read_form(found))
    }

    /// The link back to the shop.
    pub(crate) fn return_href(&self) -> Option<String> {
        self.body
            .split("href=\"")
            .skip(1)
            .map(|rest| unescape(rest.split('"').next().unwrap_or_default()))
            .find(|href| href.contains("/return?"))
    }

    /// The value of a hidden field of any form.
    pub(crate) fn hidden(&self, name: &str) -> Option<String> {
        let forms = self.body.split("<form").skip(1).map(read_form);
        forms.flat_map(|form| form.hidden).find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Where the link with this mark leads.
    pub(crate) fn link(&self, mark: &str) -> String {
        let links = self.body.split("<a ").skip(1).filter_map(|rest| rest.split('>').next());
        let link = links.into_iter().find(|link| link.contains(mark)).unwrap_or_else(|| panic!("no link {mark}"));
        attribute(&format!(" {link}"), "href")
    }

    /// Is there this text?
    pub(crate) fn has(&self, text: &str) -> bool {
        unescape(&self.body).contains(text)
    }
}

fn read_form(text: &str) -> Form {
    let text = text.split("</form>").next().unwrap_or_default();
    let hidden =
        text.split("<input type=\"hidden\"").skip(1).map(|input| (attribute(input, "name"), attribute(input, "value")));
    Form { action: attribute(text, "action"), hidden: hidden.collect() }
}

fn attribute(tag: &str, name: &str) -> String {
    let mark = format!(" {name}=\"");
    let value = tag.split_once(&mark).map_or("", |(_, rest)| rest);
    unescape(value.split('"').next().unwrap_or_default())
}

fn unescape(text: &str) -> String {
    text.replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

/// The browser.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payer {
    pub(crate) at: SocketAddr,
}

impl Payer {
    /// Opens a page and follows redirects.
    pub(crate) async fn get(&self, address: &str) -> Page {
        let address = self.inside(address).unwrap_or_else(|| panic!("{address} is not the gateway's"));
        let answer = http::send(self.at, "GET", &address, "", b"").await;
        self.follow(address, answer).await
    }

    /// Posts a form and follows redirects.
    pub(crate) async fn post(&self, action: &str, fields: &[(&str, &str)]) -> Page {
        let answer = http::send(self.at, "POST", action, FORM, http::encode(fields).as_bytes()).await;
        self.follow(action.to_owned(), answer).await
    }

    /// Opens the payment page of an order.
    pub(crate) async fn open(&self, order: &Registered) -> Page {
        self.get(&order.form_url).await
    }

    /// Posts a form of a page with its hidden fields and these.
    pub(crate) async fn submit(&self, page: &Page, step: &str, fields: &[(&str, &str)]) -> Page {
        let form = page.form(step).unwrap_or_else(|| panic!("no form {step} on {}: {}", page.address, page.heading()));
        let hidden = form.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<_> = hidden.chain(fields.iter().copied()).collect();
        self.post(&form.action, &all).await
    }

    /// Types a card into the page that is open.
    pub(crate) async fn type_card(&self, page: &Page, card: Card) -> Page {
        let fields = [("number", card.number), ("expiry", card.expiry), ("cvc", card.cvc), ("holder", "IVAN PETROV")];
        self.submit(page, "pay", &fields).await
    }

    /// Opens the page and types a card. Ends where the redirects end: at a result, at the bank, at the form again.
    pub(crate) async fn pay(&self, order: &Registered, card: Card) -> Page {
        let page = self.open(order).await;
        self.type_card(&page, card).await
    }

    /// Types a code into the bank's page.
    pub(crate) async fn confirm(&self, bank: &Page, code: &str) -> Page {
        let form = bank.body.split("<form").nth(1).map(read_form).expect("the bank's form");
        self.post(&form.action, &[("code", code), ("decision", "confirm")]).await
    }

    /// Presses cancel on the bank's page.
    pub(crate) async fn refuse(&self, bank: &Page) -> Page {
        let form = bank.body.split("<form").nth(1).map(read_form).expect("the bank's form");
        self.post(&form.action, &[("code", ""), ("decision", "cancel")]).await
    }

    /// Posts the form with which the bank's page sends a browser on, as its script does at once. The address and the fields are the
    /// second half of the answer.
    pub(crate) async fn hand_over(&self, page: &Page) -> (Page, Form) {
        let form = page.body.split("<form").nth(1).map(read_form).expect("the bank's form");
        assert!(page.body.contains("data-at-once"), "{}", page.heading());
        let fields: Vec<_> = form.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let action = self.inside(&form.action).unwrap_or_else(|| panic!("{} is not the gateway's", form.action));
        (self.post(&action, &fields).await, form)
    }

    /// The form on the bank's page, with what it carries along.
    pub(crate) async fn answer_bank(&self, bank: &Page, code: &str) -> Page {
        let form = bank.body.split("<form").nth(1).map(read_form).expect("the bank's form");
        let carried = form.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let decision = if code.is_empty() { "cancel" } else { "confirm" };
        let fields: Vec<_> = carried.chain([("code", code), ("decision", decision)]).collect();
        self.post(&form.action, &fields).await
    }

    /// Presses the way back to the shop: the address of the shop's that the browser is sent to.
    pub(crate) async fn go_back(&self, page: &Page) -> String {
        let href = page.return_href().unwrap_or_else(|| panic!("no way back on {}", page.address));
        self.get(&href).await.left_to.expect("the shop's address")
    }

    async fn follow(&self, mut address: String, mut answer: Answer) -> Page {
        for _ in 0..10 {
            let location = answer.header("location").map(str::to_owned).filter(|_| matches!(answer.status, 302 | 303));
            let Some(location) = location.or_else(|| leads_on(&answer.body)) else {
                return Page { address, status: answer.status, body: answer.body, left_to: None };
            };
            let Some(inside) = self.inside(&location) else {
                return Page { address, status: answer.status, body: answer.body, left_to: Some(location) };
            };
            answer = http::send(self.at, "GET", &inside, "", b"").await;
            address = inside;
        }
        panic!("redirects go round in circles at {address}")
    }

    /// The path and query if the address is the gateway's.
    pub(crate) fn inside(&self, address: &str) -> Option<String> {
        if address.starts_with('/') && !address.starts_with("//") {
            return Some(address.to_owned());
        }
        address.strip_prefix(&format!("http://{}", self.at)).map(str::to_owned)
    }
}
