//! The shop's orders, in memory.

use super::counter::Counter;
use super::deeds::Sums;
use super::monetix::{Choice, Deal, Purpose};
use super::standing::Standing;
use super::story::{Call, Callback, Entry, Event, HEARD_BEFORE, Message, Story};
use super::text;
use super::till::{Registration, Status};
use super::wares::{WARES, Ware};
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
    /// The shop's own number of it on the wire.
    pub(super) number: String,
    pub(super) title: String,
    pub(super) counter: Counter,
    /// The ware's slug; none for an order that somebody made with the shop's account from elsewhere.
    pub(super) ware: Option<&'static str>,
    /// In minor units.
    pub(super) amount: u64,
    /// ISO 4217, in digits or letters as the counter's protocol has it.
    pub(super) currency: String,
    pub(super) language: &'static str,
    /// Was it made to be held first? At the Monetix counter: was it held?
    pub(super) is_hold: bool,
    pub(super) at: u64,
    /// The gateway's id, once it gave one.
    pub(super) gateway_id: Option<String>,
    /// Where to pay, once that is known.
    pub(super) form_url: Option<String>,
    pub(super) standing: Standing,
    /// What the last status answer of the RBS counter told beyond the standing.
    pub(super) status: Option<Status>,
    /// What became of the money, once anybody said so.
    pub(super) sums: Option<Sums>,
    /// How many captures, releases and refunds of the shop the gateway did at the RBS counter: each has a callback of its own.
    pub(super) performed: usize,
    /// Why the last of them was not done, in words.
    pub(super) refused: Option<String>,
    /// What only the Monetix counter knows.
    pub(super) deal: Deal,
    pub(super) story: Story,
}

impl Order {
    /// An order of which nothing is known yet but what it is about; from elsewhere, unless a ware is added.
    fn new(counter: Counter, key: String, number: String, amount: u64, currency: String, now: u64) -> Self {
        Self {
            key,
            number,
            title: "An order from elsewhere".to_owned(),
            counter,
            ware: None,
            amount,
            currency,
            language: "en",
            is_hold: false,
            at: now,
            gateway_id: None,
            form_url: None,
            standing: Standing::Fresh,
            status: None,
            sums: None,
            performed: 0,
            refused: None,
            deal: Deal::default(),
            story: Story::default(),
        }
    }

    /// The callbacks that proved themselves, repeats not counted.
    pub(super) fn proven_callbacks(&self) -> usize {
        self.story.callbacks().filter(|callback| callback.check.proven() && !callback.repeated).count()
            + self.story.messages().filter(|message| message.is_proven_callback()).count()
    }

    /// Is there a state that the gateway has yet to announce?
    pub(super) fn awaits_callback(&self) -> bool {
        match self.counter {
            Counter::Monetix => self.deal.awaits_callback(self.standing.is_announced()),
            Counter::Rbs | Counter::Paysera => {
                self.standing.is_announced() && self.proven_callbacks() < 1 + self.performed
            }
        }
    }

    /// Can the gateway be asked how it stands?
    pub(super) fn can_be_asked(&self) -> bool {
        match self.counter {
            Counter::Rbs => self.gateway_id.is_some(),
            // There nothing can be asked.
            Counter::Paysera => false,
            // Of a card that is saved without a payment there is nothing to ask.
            Counter::Monetix => self.deal.purpose != Purpose::SaveCard,
        }
    }

    /// What of the hold can still be captured or released, in minor units; nothing if no money is held.
    pub(super) fn held(&self) -> Option<u64> {
        let held = self.sums.map_or(self.amount, |sums| sums.approved.max(1));
        (self.standing == Standing::Held).then_some(held)
    }

    /// What of the captured money can still be refunded, in minor units; nothing if there is none, or if refunds are made elsewhere.
    pub(super) fn refundable(&self) -> Option<u64> {
        let taken = matches!(self.standing, Standing::Paid | Standing::Refunded);
        self.sums.map(|sums| sums.deposited).filter(|&deposited| taken && deposited > 0)
    }

    /// The form that buys the same again: names and values.
    pub(super) fn again(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![("protocol", self.counter.word().to_owned()), ("language", self.language.to_owned())];
        if self.is_hold {
            fields.push(("stage", "hold".to_owned()));
        }
        fields.extend(self.deal.choice.iter().flat_map(Choice::again));
        fields
    }

    /// Changes whenever the page of the order would.
    pub(super) fn pulse(&self) -> String {
        format!("{}-{:?}", self.story.entries().len() + self.story.left_out(), std::mem::discriminant(&self.standing))
    }

    /// Believes what was heard.
    pub(super) fn believe(&mut self, news: Standing) {
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
    pub(super) fn open(
        &mut self,
        counter: Counter,
        ware: &Ware,
        language: &'static str,
        is_hold: bool,
        now: u64,
    ) -> String {
        self.counter += 1;
        let number = format!("BT-{}-{}", text::moment(now).compact(), self.counter);
        let currency = counter.currency().to_owned();
        let order = Order::new(counter, number.clone(), number.clone(), counter.price(ware), currency, now);
        self.keep(Order { title: ware.title.to_owned(), ware: Some(ware.slug), language, is_hold, ..order });
        number
    }

    /// Opens an order by which a card is charged once more for what an earlier order was about; its key, or nothing if that one is
    /// forgotten. One that cost nothing is followed by a tin of tea.
    pub(super) fn open_again(&mut self, key: &str, deal: Deal, now: u64) -> Option<String> {
        let earlier = self.get(key)?.clone();
        let ware = &WARES[0];
        let number = self.open(earlier.counter, ware, earlier.language, false, now);
        let order = self.get_mut(&number)?;
        order.ware = None;
        order.currency = earlier.currency;
        order.deal = deal;
        if matches!(earlier.deal.purpose, Purpose::Pay | Purpose::Charge) {
            (order.title, order.amount) = (earlier.title, earlier.amount);
        }
        Some(number)
    }

    /// Takes in an order that somebody signed elsewhere with the shop's secret, such as in a shell, and returns its key; one that is known
    /// stays.
    pub(super) fn adopt_signed(
        &mut self,
        counter: Counter,
        number: &str,
        amount: u64,
        currency: &str,
        now: u64,
    ) -> String {
        if let Some(key) = self.key_of_number(counter, number) {
            return key;
        }
        let mut key = text::slug(number);
        while self.get(&key).is_some() {
            // Another counter has an order of the same number.
            key = format!("{}-{key}", counter.word());
        }
        let order = Order::new(counter, key.clone(), number.to_owned(), amount, currency.to_owned(), now);
        self.keep(Order { standing: Standing::Open { last_refusal: None }, ..order });
        key
    }

    /// Notes that the payer's browser was sent to this address with a signed order.
    pub(super) fn sent_away(&mut self, key: &str, address: &str) {
        if let Some(order) = self.get_mut(key) {
            order.form_url = Some(address.to_owned());
            order.standing = Standing::Open { last_refusal: None };
        }
    }

    /// Notes a callback of a counter with its order, which learns from it unless it heard the same before. One that fits no order was signed
    /// with another shop's secret or by an unknown hand: remembered, believed by nobody.
    pub(super) fn heard(
        &mut self,
        counter: Counter,
        key: &str,
        at: u64,
        mut message: Message,
        learn: impl FnOnce(&mut Order),
    ) {
        let Some(order) = self.get_mut(key).filter(|order| order.counter == counter) else {
            return self.stray(at, Event::Message(message));
        };
        let same = |earlier: &Message| earlier.is_proven_callback() && earlier.body == message.body;
        message.repeated = !message.body.is_empty() && order.story.messages().any(same);
        if message.repeated {
            HEARD_BEFORE.clone_into(&mut message.note);
        } else {
            learn(order);
        }
        order.story.tell(Entry { at, took: None, event: Event::Message(message) });
    }

    fn stray(&mut self, at: u64, event: Event) {
        self.strays.push_back(Entry { at, took: None, event });
        if self.strays.len() > STRAYS_KEPT {
            self.strays.pop_front();
        }
    }

    /// Takes in an order that was registered with the shop's account from elsewhere, such as with curl, together with what was heard of it.
    pub(super) fn adopt(&mut self, gateway_id: &str, status: &Status, now: u64) -> String {
        let key = format!("id-{gateway_id}");
        if self.get(&key).is_some() {
            return key;
        }
        let (number, currency) = (status.number.clone(), status.currency.clone());
        let mut order = Order::new(Counter::Rbs, key.clone(), number, status.amount, currency, now);
        order.gateway_id = Some(gateway_id.to_owned());
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

    /// The same, to be changed.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Order> {
        self.orders.iter_mut().find(|order| order.key == key)
    }

    /// The key of the order that the gateway knows by that id.
    pub(super) fn key_of(&self, gateway_id: &str) -> Option<String> {
        self.orders.iter().find(|order| order.gateway_id.as_deref() == Some(gateway_id)).map(|order| order.key.clone())
    }

    /// The key of a counter's order of that number.
    pub(super) fn key_of_number(&self, counter: Counter, number: &str) -> Option<String> {
        let fits = |order: &&Order| order.counter == counter && order.number == number;
        self.orders.iter().find(fits).map(|order| order.key.clone())
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
                order.standing = Standing::Refused { code: format!("errorCode {code}"), message: message.clone() };
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
            order.sums = Some(status.sums);
            order.status = Some(status);
        }
    }

    /// Notes a callback with the order it names, or among the strays. Returns whether it fitted an order.
    pub(super) fn called_back(&mut self, at: u64, mut callback: Callback) -> bool {
        let fits = |order: &&mut Order| {
            let id = order.gateway_id.as_deref().unwrap_or_default();
            order.counter == Counter::Rbs && callback.check.names(id, &order.number)
        };
        let Some(order) = self.orders.iter_mut().find(fits) else {
            self.stray(at, Event::Callback(callback));
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
