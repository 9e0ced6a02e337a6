//! Turns the shop's records into what its pages show.

use super::book::Order;
use super::check::Check;
use super::monetix::Purpose;
use super::params::{Row, rows};
use super::proof::Proof;
use super::standing::Standing;
use super::story::{Answer, Call, Callback, Entry, Event, HEARD_BEFORE, Message};
use super::text;

/// Answers of more lines than this are folded.
const LINES_SHOWN: usize = 8;

/// How a result feels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Bad,
    Open,
}

impl Tone {
    /// Its name in the style sheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Open => "open",
        }
    }
}

/// The big result of an order.
pub(super) struct Verdict {
    pub(super) tone: Tone,
    /// One or two words for lists.
    pub(super) short: &'static str,
    pub(super) title: &'static str,
    pub(super) words: String,
}

/// What an order's standing means for the one who looks at it.
pub(super) fn verdict(standing: &Standing) -> Verdict {
    let (tone, short, title, words) = match standing {
        Standing::Fresh => (
            Tone::Open,
            "being registered",
            "One moment",
            "The shop is asking the gateway to register the order.".to_owned(),
        ),
        Standing::Waiting(words) => (Tone::Open, "in progress", "In progress", (*words).to_owned()),
        Standing::Open { last_refusal: None } => (
            Tone::Open,
            "not paid yet",
            "Not paid yet",
            "The order is open: it can still be paid until its time runs out.".to_owned(),
        ),
        Standing::Open { last_refusal: Some(why) } => {
            let words =
                format!("The bank refused the last attempt: {why}. Nothing was taken, and another try is possible.");
            (Tone::Open, "not paid yet", "Not paid yet", words)
        }
        Standing::Held => (
            Tone::Good,
            "held",
            "The money is held",
            "It is reserved on the card and not yet taken: capture it, all or a part, or release it.".to_owned(),
        ),
        Standing::Paid => {
            (Tone::Good, "paid", "Paid", "The money is captured: a real shop would pack the parcel now.".to_owned())
        }
        Standing::Reversed => {
            (Tone::Open, "reversed", "Reversed", "The payment was undone and the money released.".to_owned())
        }
        Standing::Refunded => {
            (Tone::Open, "refunded", "Refunded", "Some or all of the money went back to the payer.".to_owned())
        }
        Standing::Declined(why) if why.is_empty() => {
            (Tone::Bad, "not paid", "Not paid", "The payment was declined. Nothing was taken.".to_owned())
        }
        Standing::Declined(why) => (Tone::Bad, "not paid", "Not paid", format!("{} Nothing was taken.", sentence(why))),
        Standing::Refused { code, message } => {
            let words = format!("{} ({code}). No payment was made.", message.trim_end_matches('.'));
            (Tone::Bad, "refused", "The gateway refused the order", words)
        }
        Standing::Unreachable(why) => (
            Tone::Bad,
            "no answer",
            "The gateway gave no usable answer",
            format!("The shop asked and got nothing it could use: {why}."),
        ),
    };
    Verdict { tone, short, title, words }
}

/// The result of an order, with what the sums add to its standing.
pub(super) fn verdict_of(order: &Order) -> Verdict {
    let mut told = verdict(&order.standing);
    if let Some((short, title, words)) = order.deal.purpose.words(&order.standing) {
        (told.short, told.title) = (short, title);
        if !words.is_empty() {
            words.clone_into(&mut told.words);
        }
    }
    match &order.sums {
        Some(sums) if order.standing == Standing::Refunded && sums.deposited > 0 => {
            let [back, left] = [sums.refunded, sums.deposited].map(|minor| text::money(minor, &order.currency));
            let words = format!("{back} went back to the payer, {left} stays with the shop.");
            Verdict { title: "Refunded in part", words, ..told }
        }
        Some(sums) if order.standing == Standing::Refunded && sums.refunded > 0 => {
            let back = text::money(sums.refunded, &order.currency);
            Verdict { words: format!("{back} went back to the payer, and nothing is left with the shop."), ..told }
        }
        Some(_) | None => told,
    }
}

fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// An HTTP answer on the page.
pub(super) struct AnswerView {
    pub(super) status: u16,
    pub(super) reason: &'static str,
    pub(super) is_ok: bool,
    pub(super) content_type: String,
    pub(super) body: String,
    /// Fold the body away until somebody wants it?
    pub(super) folded: bool,
    pub(super) lines: usize,
}

impl AnswerView {
    fn of(answer: &Answer) -> Self {
        let body = text::pretty_json(&text::clip(&answer.body, 16_384));
        let lines = body.lines().count();
        let reason = axum::http::StatusCode::from_u16(answer.status).ok().and_then(|status| status.canonical_reason());
        Self {
            status: answer.status,
            reason: reason.unwrap_or_default(),
            is_ok: answer.status == 200,
            content_type: answer.content_type.clone(),
            folded: lines > LINES_SHOWN,
            body,
            lines,
        }
    }
}

/// A body that was sent, made readable.
pub(super) struct BodyView {
    pub(super) text: String,
    pub(super) lines: usize,
}

impl BodyView {
    fn of(body: &str) -> Option<Self> {
        let text = text::pretty_json(&text::clip(body, 16_384));
        (!text.is_empty()).then(|| Self { lines: text.lines().count(), text })
    }
}

/// One message of the story.
pub(super) struct Card {
    pub(super) number: usize,
    /// `22:31:55.123`, UTC.
    pub(super) clock: String,
    pub(super) stamp: String,
    pub(super) took: Option<u64>,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) title: String,
    pub(super) tone: Tone,
    pub(super) method: String,
    pub(super) url: String,
    pub(super) params: Vec<Row>,
    /// Where the parameters travelled.
    pub(super) params_caption: &'static str,
    /// The whole body, where there is more to it than the parameters.
    pub(super) body: Option<BodyView>,
    pub(super) answer: Option<AnswerView>,
    pub(super) failure: Option<String>,
    pub(super) check: Option<Check>,
    /// How it was signed or checked at the other counters.
    pub(super) proof: Option<Proof>,
    /// How the answer was checked.
    pub(super) answer_proof: Option<Proof>,
    pub(super) note: String,
}

impl Card {
    /// Are there names among the parameters that need more room?
    pub(super) fn has_long_names(&self) -> bool {
        self.params.iter().any(|row| row.name.len() > 14)
    }

    /// The id of its heading on the page.
    pub(super) fn anchor(&self) -> String {
        format!("message-{}", self.number)
    }

    fn bare(number: usize, entry: &Entry, from: &'static str, to: &'static str) -> Self {
        let at = text::moment(entry.at);
        Self {
            number,
            clock: at.clock(),
            stamp: at.stamp(),
            took: entry.took,
            from,
            to,
            title: String::new(),
            tone: Tone::Open,
            method: String::new(),
            url: String::new(),
            params: Vec::new(),
            params_caption: "",
            body: None,
            answer: None,
            failure: None,
            check: None,
            proof: None,
            answer_proof: None,
            note: String::new(),
        }
    }

    /// The message as the page shows it.
    pub(super) fn of(number: usize, entry: &Entry) -> Self {
        match &entry.event {
            Event::Call(call) => Self::bare(number, entry, "Shop", "Gateway").call(call),
            Event::SentAway { url } => Self {
                title: "The browser is sent to the payment page".to_owned(),
                method: "303".to_owned(),
                url: url.clone(),
                note: "The shop answers the Buy button with a redirect to formUrl. From here on the payer is the gateway's guest.".to_owned(),
                ..Self::bare(number, entry, "Shop", "Browser")
            },
            Event::CameBack { url, params } => Self {
                title: "The browser came back".to_owned(),
                method: "GET".to_owned(),
                url: url.clone(),
                params: rows(params),
                params_caption: "Parameters in the address",
                note: "The return says which order, not how it ended: anybody can type this address. So the shop asks.".to_owned(),
                ..Self::bare(number, entry, "Browser", "Shop")
            },
            Event::Callback(callback) => Self::bare(number, entry, "Gateway", "Shop").callback(callback),
            Event::Message(message) => Self::bare(number, entry, message.from, message.to).message(message),
        }
    }

    fn call(self, call: &Call) -> Self {
        let answer = call.answer.as_ref().ok().map(AnswerView::of);
        Self {
            title: call.operation.to_owned(),
            tone: if call.answer.is_ok() { self.tone } else { Tone::Bad },
            method: "POST".to_owned(),
            url: call.url.clone(),
            params: rows(&call.params),
            params_caption: "Form, application/x-www-form-urlencoded",
            answer,
            failure: call.answer.as_ref().err().cloned(),
            note: call.meaning.clone(),
            ..self
        }
    }

    fn message(self, message: &Message) -> Self {
        let is_doubtful = [&message.proof, &message.answer_proof].into_iter().flatten().any(|proof| !proof.proven);
        let tone = match (is_doubtful || message.failure.is_some(), message.from) {
            (true, _) => Tone::Bad,
            (false, "Gateway") if message.proof.is_some() => Tone::Good,
            (false, _) => self.tone,
        };
        Self {
            title: message.title.clone(),
            tone,
            method: message.method.clone(),
            url: message.url.clone(),
            params: rows(&message.params),
            params_caption: message.caption,
            body: BodyView::of(&message.body),
            proof: message.proof.clone(),
            answer_proof: message.answer_proof.clone(),
            failure: message.failure.clone(),
            answer: message.answer.as_ref().map(AnswerView::of),
            note: message.note.clone(),
            ..self
        }
    }

    fn callback(self, callback: &Callback) -> Self {
        let note = match (callback.repeated, callback.check.proven()) {
            (true, true) => HEARD_BEFORE,
            (false, true) => "Answering 200 tells the gateway to stop. Anything else, and it would try again.",
            (_, false) => "The shop changes nothing and does not answer 200, so the gateway will try again.",
        };
        Self {
            title: format!("Callback: {}", callback.check.operation()),
            tone: if callback.check.proven() { Tone::Good } else { Tone::Bad },
            method: callback.method.clone(),
            url: callback.url.clone(),
            params: rows(&callback.params),
            params_caption: "Parameters of the callback",
            answer: Some(AnswerView::of(&callback.answer)),
            check: Some(callback.check.clone()),
            note: note.to_owned(),
            ..self
        }
    }
}

/// What there is to be done with money that is held or taken.
pub(super) struct DeedForm {
    /// The last part of its address.
    pub(super) action: &'static str,
    pub(super) label: &'static str,
    pub(super) button: &'static str,
    /// The amount to begin with.
    pub(super) amount: String,
    pub(super) hint: String,
    /// What can be done with the whole of it instead: the last part of that address, and the button.
    pub(super) whole: (&'static str, &'static str),
}

impl DeedForm {
    /// The form that fits how an order stands, if one does.
    pub(super) fn of(order: &Order) -> Option<Self> {
        let most = |minor| text::money(minor, &order.currency);
        if let Some(held) = order.held() {
            return Some(Self {
                action: "capture",
                label: "Amount to capture",
                button: "Capture",
                amount: text::amount(held, &order.currency),
                hint: format!("At most {}, once. What you leave is released.", most(held)),
                whole: ("release", "Release the hold"),
            });
        }
        let left = order.refundable()?;
        Some(Self {
            action: "refund",
            label: "Amount to refund",
            button: "Refund",
            // Half of what is left, so that a click shows a refund in part.
            amount: text::amount(left.div_ceil(2), &order.currency),
            hint: format!("At most {}, in as many parts as you like.", most(left)),
            whole: ("refund-rest", "Refund all that is left"),
        })
    }
}

/// What is known of an order beside its amount: who paid, and what became of the money.
pub(super) fn facts(order: &Order) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let mut fact = |name: &'static str, value: &str| {
        if !value.is_empty() {
            facts.push((name, value.to_owned()));
        }
    };
    fact("Card", order.status.as_ref().map_or("", |status| &status.masked_card));
    fact("Invoice", &order.deal.invoice);
    fact("Wallet or card", &order.deal.account);
    if let Some(registration) = order.deal.registration.as_ref().filter(|_| order.deal.purpose == Purpose::Charge) {
        fact("Charged by registration", &registration.id);
    }
    for (name, minor) in sums(order) {
        fact(name, &text::money(minor, &order.currency));
    }
    if let Some(status) = &order.status {
        fact("Status asked", &format!("orderStatus {}, actionCode {}", status.code, status.action_code));
    }
    facts
}

/// What became of the money, where that is more than the order's amount.
fn sums(order: &Order) -> Vec<(&'static str, u64)> {
    let Some(money) = order.sums.filter(|sums| sums.approved > 0) else { return Vec::new() };
    let mut sums = Vec::new();
    let is_held = order.standing == Standing::Held;
    if order.is_hold {
        sums.push((if is_held { "Held on the card" } else { "Was held" }, money.approved));
    }
    if (order.is_hold && !is_held) || money.refunded > 0 {
        sums.push(("Captured, not refunded", money.deposited));
    }
    if money.refunded > 0 {
        sums.push(("Refunded", money.refunded));
    }
    sums
}

/// A line of the list of orders.
pub(super) struct Line {
    pub(super) key: String,
    pub(super) number: String,
    pub(super) title: String,
    pub(super) amount: String,
    pub(super) at: String,
    pub(super) stamp: String,
    pub(super) verdict: Verdict,
}

impl Line {
    /// The order in one line.
    pub(super) fn of(order: &Order) -> Self {
        let at = text::moment(order.at);
        Self {
            key: order.key.clone(),
            number: order.number.clone(),
            title: order.title.clone(),
            amount: text::money(order.amount, &order.currency),
            at: at.minute(),
            stamp: at.stamp(),
            verdict: verdict_of(order),
        }
    }
}
