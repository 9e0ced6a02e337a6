//! The shop's orders, in memory.

use super::standing::Standing;
use super::story::{Call, Callback, Entry, Event, Message, Story};
use super::text;
use super::till::{Registration, Status};
use super::wares::Ware;
use std::collections::VecDeque;

/// Orders that are remembered; older ones are forgotten.
pub(super) const ORDERS_KEPT: usize = 200;
/// Callbacks that fit no order and are remembered.
const STRAYS_KEPT: usize = 20;

/// One order of the shop.
#[derive(Clone, Debug)]
pub(super) struct Order {
    /// Its name in the shop's addresses.
    pub(super) key: String,
    /// `orderNumber` on the wire.
    pub(super) number: String,
    pub(super) title: String,
    /// Is it an order of the Paysera counter? There nothing is registered and nothing can be asked.
    pub(super) paysera: bool,
    /// The ware's slug; none for an order that somebody registered with the shop's account from elsewhere.
    pub(super) ware: Option<&'static str>,
    /// In minor units.
    pub(super) amount: u64,
    /// ISO 4217, numeric.
    pub(super) currency: String,
    pub(super) language: &'static str,
    /// Was it registered to be held first?
    pub(super) is_hold: bool,
    pub(super) at: u64,
    /// `orderId`, once the gateway gave one.
    pub(super) gateway_id: Option<String>,
    /// Where to pay, once the gateway said so.
    pub(super) form_url: Option<String>,
    pub(super) standing: Standing,
    /// What the last status answer told beyond the standing.
    pub(super) status: Option<Status>,
    /// How many captures, releases and refunds of the shop the gateway did: each has a callback of its own.
    pub(super) performed: usize,
    /// Why the last of them was not done, in words.
    pub(super) refused: Option<String>,
    pub(super) story: Story,
}

impl Order {
    /// The callbacks that proved themselves, repeats not counted.
    pub(super) fn proven_callbacks(&self) -> usize {
        self.story.callbacks().filter(|callback| callback.check.proven() && !callback.repeated).count()
            + self.story.proven_messages()
    }

    /// Is there a state that the gateway has yet to announce?
    pub(super) fn awaits_callback(&self) -> bool {
        self.standing.is_announced() && self.proven_callbacks() < 1 + self.performed
    }

    /// What of the hold can still be captured or released, in minor units; nothing if no money is held.
    pub(super) fn held(&self) -> Option<u64> {
        let held = self.status.as_ref().map_or(self.amount, |status| status.approved.max(1));
        (self.standing == Standing::Held).then_some(held)
    }

    /// What of the captured money can still be refunded, in minor units; nothing if there is none.
    pub(super) fn refundable(&self) -> Option<u64> {
        let taken = matches!(self.standing, Standing::Paid | Standing::Refunded);
        self.status.as_ref().map(|status| status.deposited).filter(|&deposited| taken && deposited > 0)
    }

    /// Changes whenever the page of the order would.
    pub(super) fn pulse(&self) -> String {
        format!("{}-{:?}", self.story.entries().len() + self.story.left_out(), std::mem::discriminant(&self.standing))
    }

    fn believe(&mut self, news: Standing) {
        self.standing = std::mem::replace(&mut self.standing, Standing::Fresh).after(news);
    }
}

/// All that the shop remembers.
#[derive(Debug, Default)]
pub(super) struct Book {
    orders: VecDeque<Order>,
    strays: VecDeque<Entry>,
    counter: u64,
}

impl Book {
    /// Opens an order for a ware and returns its key. The number carries the time, because the gateway may remember longer than the shop.
    pub(super) fn open(&mut self, ware: &Ware, language: &'static str, is_hold: bool, now: u64) -> String {
        self.counter += 1;
        let number = format!("BT-{}-{}", text::moment(now).compact(), self.counter);
        self.keep(Order {
            key: number.clone(),
            number: number.clone(),
            title: ware.title.to_owned(),
            paysera: false,
            ware: Some(ware.slug),
            amount: ware.price,
            currency: "643".to_owned(),
            language,
            is_hold,
            at: now,
            gateway_id: None,
            form_url: None,
            standing: Standing::Fresh,
            status: None,
            performed: 0,
            refused: None,
            story: Story::default(),
        });
        number
    }

    /// Opens an order at the Paysera counter.
    pub(super) fn open_paysera(&mut self, ware: &Ware, language: &'static str, now: u64) -> String {
        let number = self.open(ware, language, false, now);
        if let Some(order) = self.get_mut(&number) {
            order.paysera = true;
            order.amount = ware.cents();
            "978".clone_into(&mut order.currency);
        }
        number
    }

    /// Takes in a Paysera order that somebody signed elsewhere with the shop's password, such as in a shell; one that is known stays.
    pub(super) fn adopt_paysera(&mut self, number: &str, amount: u64, now: u64) {
        if self.get(number).is_some() {
            return;
        }
        self.keep(Order {
            key: number.to_owned(),
            number: number.to_owned(),
            title: "An order from elsewhere".to_owned(),
            paysera: true,
            ware: None,
            amount,
            currency: "978".to_owned(),
            language: "en",
            is_hold: false,
            at: now,
            gateway_id: None,
            form_url: None,
            standing: Standing::Open { last_refusal: None },
            status: None,
            performed: 0,
            refused: None,
            story: Story::default(),
        });
    }

    /// Notes that the payer's browser was sent to this address with a Paysera order.
    pub(super) fn sent_away(&mut self, key: &str, address: &str) {
        if let Some(order) = self.get_mut(key) {
            order.form_url = Some(address.to_owned());
            order.standing = Standing::Open { last_refusal: None };
        }
    }

    /// Notes a callback of the Paysera counter with its order, and what it makes the shop believe.
    pub(super) fn told_by_paysera(&mut self, key: &str, at: u64, message: Message, news: Option<Standing>) {
        let Some(order) = self.get_mut(key) else {
            // Signed with another shop's password or by an unknown hand: remembered, believed by nobody.
            self.strays.push_back(Entry { at, took: None, event: Event::Message(message) });
            if self.strays.len() > STRAYS_KEPT {
                self.strays.pop_front();
            }
            return;
        };
        if let Some(news) = news {
            order.believe(news);
        }
        order.story.tell(Entry { at, took: None, event: Event::Message(message) });
    }

    /// Takes in an order that was registered with the shop's account from elsewhere, such as with curl, together with what was heard of it.
    pub(super) fn adopt(&mut self, gateway_id: &str, status: &Status, now: u64) -> String {
        let key = format!("id-{gateway_id}");
        if self.get(&key).is_some() {
            return key;
        }
        let mut order = Order {
            key: key.clone(),
            number: status.number.clone(),
            title: "An order from elsewhere".to_owned(),
            paysera: false,
            ware: None,
            amount: status.amount,
            currency: status.currency.clone(),
            language: "en",
            is_hold: false,
            at: now,
            gateway_id: Some(gateway_id.to_owned()),
            form_url: None,
            standing: Standing::Fresh,
            status: None,
            performed: 0,
            refused: None,
            story: Story::default(),
        };
        let of_this =
            |entry: &Entry| matches!(&entry.event, Event::Callback(c) if c.check.names(gateway_id, &order.number));
        let (mine, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.strays).into_iter().partition(of_this);
        self.strays = others.into();
        for entry in mine {
            order.story.tell(entry);
        }
        self.keep(order);
        key
    }

    fn keep(&mut self, order: Order) {
        self.orders.push_front(order);
        self.orders.truncate(ORDERS_KEPT);
    }

    /// Orders, latest first.
    pub(super) fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter()
    }

    /// Callbacks that fit no order, oldest first.
    pub(super) fn strays(&self) -> impl Iterator<Item = &Entry> {
        self.strays.iter()
    }

    /// The order with that key.
    pub(super) fn get(&self, key: &str) -> Option<&Order> {
        self.orders.iter().find(|order| order.key == key)
    }

    fn get_mut(&mut self, key: &str) -> Option<&mut Order> {
        self.orders.iter_mut().find(|order| order.key == key)
    }

    /// The key of the order that the gateway knows by that id.
    pub(super) fn key_of(&self, gateway_id: &str) -> Option<String> {
        self.orders.iter().find(|order| order.gateway_id.as_deref() == Some(gateway_id)).map(|order| order.key.clone())
    }

    /// Writes a message into the story of an order, if the order is still remembered.
    pub(super) fn tell(&mut self, key: &str, at: u64, took: Option<u64>, event: Event) {
        if let Some(order) = self.get_mut(key) {
            order.story.tell(Entry { at, took, event });
        }
    }

    /// Notes how the registration ended, and that the payer's browser is sent away if it went well.
    pub(super) fn registered(&mut self, key: &str, at: u64, took: u64, call: Call, outcome: &Registration) {
        let Some(order) = self.get_mut(key) else { return };
        order.story.tell(Entry { at, took: Some(took), event: Event::Call(call) });
        match outcome {
            Registration::Accepted { order_id, form_url } => {
                order.gateway_id = Some(order_id.clone());
                order.form_url = Some(form_url.clone());
                // A callback cannot be faster than this in earnest, but if it is, it knows better.
                if order.standing == Standing::Fresh {
                    order.standing = Standing::Open { last_refusal: None };
                }
                order.story.tell(Entry { at: at + took, took: None, event: Event::SentAway { url: form_url.clone() } });
            }
            Registration::Refused { code, message } => {
                order.standing = Standing::Refused { code: code.clone(), message: message.clone() };
            }
            Registration::NoAnswer(words) => order.standing = Standing::Unreachable(words.clone()),
        }
    }

    /// Notes what became of a capture, a release or a refund.
    pub(super) fn performed(&mut self, key: &str, at: u64, took: u64, call: Call, outcome: Result<(), String>) {
        let Some(order) = self.get_mut(key) else { return };
        order.story.tell(Entry { at, took: Some(took), event: Event::Call(call) });
        order.performed += usize::from(outcome.is_ok());
        order.refused = outcome.err();
    }

    /// Notes what the gateway said about an order. Without an answer the shop goes on believing what it believed.
    pub(super) fn asked(&mut self, key: &str, at: u64, took: u64, call: Call, status: Option<Status>) {
        let Some(order) = self.get_mut(key) else { return };
        order.story.tell(Entry { at, took: Some(took), event: Event::Call(call) });
        if let Some(status) = status {
            if let Some(standing) = status.standing.clone() {
                order.believe(standing);
            }
            order.status = Some(status);
        }
    }

    /// Notes a callback with the order it names, or among the strays. Returns whether it fitted an order.
    pub(super) fn called_back(&mut self, at: u64, mut callback: Callback) -> bool {
        let fits =
            |order: &&mut Order| callback.check.names(order.gateway_id.as_deref().unwrap_or_default(), &order.number);
        let Some(order) = self.orders.iter_mut().find(fits) else {
            self.strays.push_back(Entry { at, took: None, event: Event::Callback(callback) });
            if self.strays.len() > STRAYS_KEPT {
                self.strays.pop_front();
            }
            return false;
        };
        callback.repeated = order.story.callbacks().any(|earlier| earlier.check.same_as(&callback.check));
        if callback.check.proven()
            && !callback.repeated
            && let Some(news) = callback.check.standing()
        {
            order.believe(news);
        }
        order.story.tell(Entry { at, took: None, event: Event::Callback(callback) });
        true
    }
}
