//! What crossed the wire for one order, in order of time.

use super::check::Check;
use super::proof::Proof;
use super::text;

/// Names and values as they were sent, decoded.
pub(super) type Pairs = Vec<(String, String)>;

/// Longest value that is kept, in characters: a story is read by people.
const VALUE_KEPT: usize = 2_000;

/// What is said below a callback that came once more.
pub(super) const HEARD_BEFORE: &str =
    "The shop has heard this before. It says thanks again and changes nothing: callbacks come at least once.";

/// One thing that happened.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// When it began, in milliseconds since the epoch.
    pub(super) at: u64,
    /// How long it took, where there was an answer to wait for.
    pub(super) took: Option<u64>,
    pub(super) event: Event,
}

/// The kinds of messages.
#[derive(Clone, Debug)]
pub(super) enum Event {
    /// The shop's server asked the gateway.
    Call(Call),
    /// The shop answered the payer's browser with a redirect to the payment page.
    SentAway { url: String },
    /// The payer's browser came back from the payment page.
    CameBack { url: String, params: Pairs },
    /// The gateway's server told the shop something.
    Callback(Callback),
    /// A message of the other counters, told in the same words for every direction.
    Message(Message),
}

/// A message whose content is signed as a whole, or one that fetches what is needed to check such.
#[derive(Clone, Debug, Default)]
pub(super) struct Message {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) title: String,
    pub(super) method: String,
    pub(super) url: String,
    /// What it says, decoded.
    pub(super) params: Pairs,
    /// What the parameters are.
    pub(super) caption: &'static str,
    /// The body as it was sent, where that is a text to be read; empty otherwise.
    pub(super) body: String,
    /// How it was signed or checked, if it was.
    pub(super) proof: Option<Proof>,
    pub(super) answer: Option<Answer>,
    /// How the answer was checked, if it was signed.
    pub(super) answer_proof: Option<Proof>,
    /// In words why there is no answer, if there should be one.
    pub(super) failure: Option<String>,
    /// Was the same message here before?
    pub(super) repeated: bool,
    pub(super) note: String,
}

impl Message {
    /// Is it a callback that the shop believes?
    pub(super) fn is_proven_callback(&self) -> bool {
        self.from == "Gateway" && !self.repeated && self.proof.as_ref().is_some_and(|proof| proof.proven)
    }
}

/// A request of the shop and what became of it.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The operation's name, such as `register.do`.
    pub(super) operation: &'static str,
    pub(super) url: String,
    /// The form; the password is already hidden.
    pub(super) params: Pairs,
    /// The gateway's answer, or in words why there is none.
    pub(super) answer: Result<Answer, String>,
    /// What the shop concluded.
    pub(super) meaning: String,
}

/// An HTTP answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: String,
}

/// A notification from the gateway.
#[derive(Clone, Debug)]
pub(super) struct Callback {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) params: Pairs,
    pub(super) check: Check,
    /// Was a callback with the same parameters here before?
    pub(super) repeated: bool,
    /// What the shop answered.
    pub(super) answer: Answer,
}

/// The messages of one order. Long stories lose their middle, never their beginning or end.
#[derive(Clone, Debug, Default)]
pub(super) struct Story {
    entries: Vec<Entry>,
    left_out: usize,
}

impl Story {
    /// Most messages that are kept for one order.
    pub(super) const KEPT: usize = 60;

    /// Adds a message where it belongs in time: an answer may arrive after a callback that began later.
    pub(super) fn tell(&mut self, mut entry: Entry) {
        entry.event.shorten();
        let at = self.entries.partition_point(|earlier| earlier.at <= entry.at);
        self.entries.insert(at, entry);
        if self.entries.len() > Self::KEPT {
            self.entries.remove(Self::KEPT / 2);
            self.left_out += 1;
        }
    }

    /// The messages, oldest first.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many were dropped from the middle.
    pub(super) fn left_out(&self) -> usize {
        self.left_out
    }

    /// The notifications, oldest first.
    pub(super) fn callbacks(&self) -> impl Iterator<Item = &Callback> {
        self.entries.iter().filter_map(|entry| match &entry.event {
            Event::Callback(callback) => Some(callback),
            Event::Call(_) | Event::SentAway { .. } | Event::CameBack { .. } | Event::Message(_) => None,
        })
    }

    /// Messages of the other counters, oldest first.
    pub(super) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.entries.iter().filter_map(|entry| match &entry.event {
            Event::Message(message) => Some(message),
            Event::Call(_) | Event::SentAway { .. } | Event::CameBack { .. } | Event::Callback(_) => None,
        })
    }

    /// When the last message began.
    pub(super) fn last_at(&self) -> u64 {
        self.entries.last().map_or(0, |entry| entry.at)
    }
}

impl Event {
    fn shorten(&mut self) {
        let params = match self {
            Self::Call(call) => &mut call.params,
            Self::CameBack { params, .. } => params,
            Self::Callback(callback) => &mut callback.params,
            Self::Message(message) => &mut message.params,
            Self::SentAway { .. } => return,
        };
        for (_, value) in params {
            *value = text::clip(value, VALUE_KEPT);
        }
    }
}
