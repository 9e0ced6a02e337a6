//! A shop that speaks Paysera. Its payers pay at the sandbox's bank, and some have the same order open in two tabs: what they pay in
//! both must count once, whenever the gateway is killed.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use md5::{Digest as _, Md5};
use serde_json::Value;

use super::book::Book;
use super::http::{self, Answer};
use super::random::Random;
use super::receiver::Notification;

/// A payment passes few pages; more is a circle.
const STEPS: usize = 12;
/// Where payers are sent back to; nobody serves it.
const BACK: &str = "http://shop.invalid/";

/// What a payer presses at the bank; the numbers are parts of a hundred. Who presses nothing walks away.
const MIX: &[(u64, &[&str])] = &[(60, &["pay"]), (15, &["later", "confirm"]), (10, &["leave"]), (15, &[])];

/// The gateway as this shop knows it.
#[derive(Debug, Clone)]
pub(super) struct Shop {
    pub(super) gateway: SocketAddr,
    pub(super) project: String,
    pub(super) password: String,
    pub(super) callback: String,
}

/// One tab of an order: the gateway's page and the bank's, both as paths.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tab {
    page: String,
    bank: Option<String>,
}

/// What the payer of an order did, and was told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Order {
    amount: u64,
    tabs: Vec<Tab>,
    /// The bank was told to pay, in some tab; whether it heard is unknown if the gateway died.
    pressed: bool,
    /// The gateway sent the payer back with the word that it is paid.
    told_paid: bool,
}

/// The orders of all rounds, by number.
#[derive(Default)]
pub(super) struct Orders(Mutex<HashMap<String, Order>>);

impl Orders {
    fn with<T>(&self, number: &str, change: impl FnOnce(&mut Order) -> T) -> T {
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(orders.entry(number.to_owned()).or_default())
    }

    fn all(&self) -> HashMap<String, Order> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One purchase: a tab or two, and what is pressed in them.
pub(super) fn buy(shop: &Shop, orders: &Orders, random: &mut Random, number: &str) -> Result<()> {
    let amount = 100 + random.below(1_000_000);
    let tabs = if random.below(3) == 0 { 2 } else { 1 };
    let mut order = Vec::new();
    for _ in 0..tabs {
        let tab = shop.open(orders, number, amount)?;
        // Now and then the older tab is paid before the newer one is opened.
        if tabs == 2 && order.is_empty() && random.below(4) == 0 {
            shop.press(orders, number, &tab, steps(random))?;
        }
        order.push(tab);
    }
    if random.below(2) == 0 {
        order.reverse();
    }
    for tab in &order {
        let steps = steps(random);
        shop.press(orders, number, tab, steps)?;
        let told = tabs > 1 || steps != ["pay"] || orders.with(number, |order| order.told_paid);
        ensure!(told, "the payer of {number} paid, and was not told so");
    }
    Ok(())
}

fn steps(random: &mut Random) -> &'static [&'static str] {
    let mut left = random.below(100);
    for (part, steps) in MIX {
        if left < *part {
            return steps;
        }
        left -= part;
    }
    &[]
}

impl Shop {
    /// Sends a payer to the gateway, who gets as far as the bank, or as the page of a payment that was there before.
    fn open(&self, orders: &Orders, number: &str, amount: u64) -> Result<Tab> {
        let answer = http::get(self.gateway, &self.request(number, amount))?;
        let page = answer.location.as_deref().map(|address| self.path(address));
        let page = page.with_context(|| format!("/pay/ answered {} for {number}", answer.status))?;
        orders.with(number, |order| {
            order.amount = amount;
            order.tabs.push(Tab { page: page.clone(), bank: None });
        });
        let bank = self.follow(orders, number, &page)?;
        let tab = Tab { page, bank };
        orders.with(number, |order| order.tabs.last_mut().map(|last| *last = tab.clone()));
        Ok(tab)
    }

    fn request(&self, number: &str, amount: u64) -> String {
        let amount = amount.to_string();
        let (accept, cancel) = (format!("{BACK}ok"), format!("{BACK}no"));
        let fields = [
            ("projectid", self.project.as_str()),
            ("orderid", number),
            ("accepturl", &accept),
            ("cancelurl", &cancel),
            ("callbackurl", &self.callback),
            ("amount", &amount),
            ("currency", "EUR"),
            ("payment", "hanza"),
            // Without it the payer is asked first.
            ("p_email", "reader@shop.invalid"),
            ("version", "1.6"),
        ];
        let data = URL_SAFE.encode(http::form(&fields));
        let digest = Md5::digest(format!("{data}{}", self.password));
        let sign = digest.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        http::with_query("/pay/", &[("data", &data), ("sign", &sign)])
    }

    /// Presses one after the other at the bank of a tab, if the payer got there.
    fn press(&self, orders: &Orders, number: &str, tab: &Tab, steps: &[&str]) -> Result<()> {
        let Some(bank) = &tab.bank else { return Ok(()) };
        for step in steps {
            if matches!(*step, "pay" | "later") {
                orders.with(number, |order| order.pressed = true);
            }
            let answer = http::post(self.gateway, bank, &[("step", step), ("person", "jonas")])?;
            ensure!(answer.status < 500, "the bank's page: HTTP status {}", answer.status);
            self.arrive(orders, number, answer)?;
        }
        Ok(())
    }

    /// The payer's browser comes back to a tab: opens both pages again, and confirms what waits for it.
    fn resume(&self, orders: &Orders, number: &str, tab: &Tab) -> Result<()> {
        self.press(orders, number, tab, &["confirm"])?;
        self.follow(orders, number, &tab.page)?;
        Ok(())
    }

    /// Opens a page and follows redirects; the bank's page if it ends there.
    fn follow(&self, orders: &Orders, number: &str, page: &str) -> Result<Option<String>> {
        let answer = http::get(self.gateway, page)?;
        self.arrive(orders, number, answer)
    }

    fn arrive(&self, orders: &Orders, number: &str, mut answer: Answer) -> Result<Option<String>> {
        let mut at = None;
        for _ in 0..STEPS {
            let Some(next) = answer.location.take().or_else(|| way_back(&answer.body)) else {
                ensure!(answer.status < 500, "a page of {number}: HTTP status {}", answer.status);
                return Ok(at.filter(|path: &String| path.starts_with("/sandbox/bank/")));
            };
            if next.starts_with(BACK) {
                if matches!(Told::read(&next), Some(told) if told.number == number && told.status == "1") {
                    orders.with(number, |order| order.told_paid = true);
                }
                return Ok(None);
            }
            let path = self.path(&next);
            answer = http::get(self.gateway, &path)?;
            at = Some(path);
        }
        anyhow::bail!("the payer of {number} goes round in circles")
    }

    /// An address on the gateway as path and query.
    fn path(&self, address: &str) -> String {
        address.strip_prefix(&format!("http://{}", self.gateway)).unwrap_or(address).to_owned()
    }

    /// After the last crash every payer comes back.
    pub(super) fn resume_all(&self, orders: &Orders) -> Result<()> {
        for (number, order) in orders.all() {
            for tab in &order.tabs {
                self.resume(orders, &number, tab).with_context(|| format!("order {number} cannot be finished"))?;
            }
        }
        Ok(())
    }
}

/// The link back to the shop on a page that shows how a payment ended.
fn way_back(html: &str) -> Option<String> {
    let links = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|link| link.contains("/return?")).map(str::to_owned).next()
}

/// What a callback or a way back says, as far as it matters here. The stories prove the signatures.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    number: String,
    status: String,
}

impl Told {
    fn read(target: &str) -> Option<Self> {
        let data = http::query_value(target, "data")?.replace("%3D", "=");
        let text = String::from_utf8(URL_SAFE.decode(data).ok()?).ok()?;
        let value =
            |name: &str| text.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned);
        Some(Self { number: value("orderid")?, status: value("status")? })
    }
}

/// The number of the order that a callback is about.
pub(super) fn order_of(target: &str) -> Option<String> {
    Told::read(target).map(|told| told.number)
}

/// What the gateway has of one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Payment {
    paid: bool,
    captured: u64,
}

/// From now on late money counts, where the order still needs it.
pub(super) fn accept_late(binary: &Path, data: &Path, project: &str) -> Result<()> {
    let mut set = Command::new(binary);
    set.args(["project", "set", project, "accept_late=true", "--data"]).arg(data);
    let output = set.output().context("cannot set the project")?;
    ensure!(output.status.success(), "project set: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// Every payment of the project by order number, as the command line lists them.
pub(super) fn payments(binary: &Path, data: &Path, project: &str) -> Result<HashMap<String, Vec<Payment>>> {
    let mut list = Command::new(binary);
    list.args(["payment", "list", "--json", "--limit", "1000000", "--project", project, "--data"]).arg(data);
    let output = list.output().context("cannot list payments")?;
    ensure!(output.status.success(), "payment list: {}", String::from_utf8_lossy(&output.stderr));
    let listed: Value = serde_json::from_slice(&output.stdout).context("payment list is not JSON")?;
    let mut all: HashMap<String, Vec<Payment>> = HashMap::new();
    for one in listed.as_array().context("payment list is no list")? {
        // The store tells payments of one order apart by the number of the request.
        let stored = one["order"].as_str().context("a payment without an order")?;
        let number = stored.rsplit_once('#').map_or(stored, |(number, _)| number);
        let captured = one["captured"].as_u64().context("a payment without sums")?;
        let paid = one["state"] == "paid";
        all.entry(number.to_owned()).or_default().push(Payment { paid, captured });
    }
    Ok(all)
}

/// What was paid counts once and was announced, and nothing else was. How many orders are paid.
pub(super) fn compare(
    book: &Book,
    orders: &Orders,
    payments: &HashMap<String, Vec<Payment>>,
    received: &HashMap<String, Vec<Notification>>,
) -> usize {
    let all = orders.all();
    for number in received.keys().filter(|number| !all.contains_key(*number)) {
        book.complain(format!("a callback came for `{number}`, which nobody opened"));
    }
    let mut paid = 0;
    for (number, order) in &all {
        let theirs = payments.get(number).map_or(&[][..], Vec::as_slice);
        let came = received.get(number).map_or(&[][..], Vec::as_slice);
        if let Some(complaint) = wrong(order, theirs, came) {
            let told: Vec<_> = came.iter().map(|one| (Told::read(&one.target), one.acknowledged)).collect();
            book.complain(format!("Paysera order {number}: {complaint}; {order:?} {theirs:?} {told:?}"));
        }
        paid += usize::from(theirs.iter().any(|payment| payment.paid));
    }
    paid
}

fn wrong(order: &Order, payments: &[Payment], came: &[Notification]) -> Option<&'static str> {
    let paid: Vec<&Payment> = payments.iter().filter(|payment| payment.paid).collect();
    let captured: u64 = payments.iter().map(|payment| payment.captured).sum();
    let says_paid: Vec<&Notification> =
        came.iter().filter(|one| Told::read(&one.target).is_some_and(|told| told.status == "1")).collect();
    let acknowledged = says_paid.iter().any(|one| one.acknowledged);
    match paid.as_slice() {
        _ if payments.is_empty() && !order.tabs.is_empty() => Some("it is lost"),
        [] if order.told_paid => Some("the payer was told that it is paid"),
        [] if captured > 0 => Some("money is captured of an order that is not paid"),
        [] if !came.is_empty() => Some("a callback came, though it is not paid"),
        [_] if !order.pressed => Some("it is paid, and nobody paid"),
        [_] if captured != order.amount => Some("another amount counts"),
        [_] if !acknowledged => Some("it is paid, and the shop was not told"),
        [_] if says_paid.len() != came.len() => Some("something else was told, too"),
        [_] if says_paid.iter().any(|one| one.target != says_paid[0].target) => Some("a repeat differs"),
        [] | [_] => None,
        [_, _, ..] => Some("it was paid twice"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(status: &str, acknowledged: bool) -> Notification {
        let data = URL_SAFE.encode(format!("projectid=1&orderid=a&status={status}"));
        Notification { target: format!("/callback?data={}&ss1=x", data.replace('=', "%3D")), acknowledged }
    }

    #[test]
    fn the_mix_is_a_hundred_and_callbacks_are_read() {
        assert_eq!(MIX.iter().map(|(part, _)| part).sum::<u64>(), 100);
        assert_eq!(order_of(&came("1", true).target).as_deref(), Some("a"));
        assert_eq!(order_of("/callback?x=1"), None);
    }

    #[test]
    fn requests_are_signed() {
        let gateway = "127.0.0.1:1".parse().expect("an address");
        let text = |text: &str| text.to_owned();
        let shop = Shop { gateway, project: text("1"), password: text("secret"), callback: text("http://c") };
        let request = shop.request("a", 5);
        let data = http::query_value(&request, "data").expect("data").replace("%3D", "=");
        let plain = String::from_utf8(URL_SAFE.decode(data).expect("base64")).expect("text");
        assert!(plain.contains("orderid=a&") && plain.contains("&amount=5&"), "{plain}");
        assert_eq!(http::query_value(&request, "sign").map(str::len), Some(32));
    }

    #[test]
    fn money_counts_once_and_is_told_once() {
        let tab = Tab { page: String::new(), bank: None };
        let order = Order { amount: 9, tabs: vec![tab], pressed: true, told_paid: true };
        let payment = |paid| Payment { paid, captured: if paid { 9 } else { 0 } };
        let told = [came("1", false), came("1", true)];
        assert_eq!(wrong(&order, &[payment(true), payment(false)], &told), None);
        assert!(wrong(&order, &[payment(true), payment(true)], &told).is_some(), "twice");
        assert!(wrong(&order, &[payment(false)], &[]).is_some(), "the payer knows better");
        assert!(wrong(&order, &[], &[]).is_some(), "lost");
        assert!(wrong(&order, &[payment(true)], &told[..1]).is_some(), "not acknowledged");
        assert!(wrong(&order, &[payment(true)], &[came("1", true), came("5", true)]).is_some());
        let other = Order { pressed: false, told_paid: false, ..order.clone() };
        assert!(wrong(&other, &[payment(true)], &told).is_some(), "nobody paid");
        assert_eq!(wrong(&other, &[payment(false)], &[]), None);
        assert!(wrong(&other, &[payment(false)], &told).is_some(), "told, and not so");
        let short = Payment { paid: true, captured: 8 };
        assert!(wrong(&order, &[short], &told).is_some());
    }
}
