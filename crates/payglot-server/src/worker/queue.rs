//! What waits in memory to be delivered, shared out fairly between endpoints. Plain data; time is handed in.
//!
//! An endpoint that answers promptly may use all the room there is; one that nobody has heard from yet, or that hangs, gets little of
//! it. However many shops are dead, the others find free places.

use payglot_core::UnixMillis;
use payglot_store::Notification;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Idle endpoints that are remembered, so that a dead one is still known as dead when its retries come.
const REMEMBERED_MAX: usize = 10_000;

/// Notifications that wait in memory in all; at about a kilobyte each this bounds the memory.
const WAITING_MAX: usize = 32_768;

/// How an endpoint behaved last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// It answered promptly, whatever it answered.
    Prompt = 0,
    /// Not known yet.
    New = 1,
    /// It did not answer, or late.
    Slow = 2,
}

const MANNERS: [Manner; 3] = [Manner::Prompt, Manner::New, Manner::Slow];

/// A notification under a lease of ours.
#[derive(Clone, Debug)]
pub(super) struct Claimed {
    /// What to send.
    pub(super) notification: Notification,
    /// An attempt that begins later might end after the lease, when somebody else may be sending the same.
    pub(super) start_until: UnixMillis,
}

/// A notification whose attempt begins now.
#[derive(Debug)]
pub(super) struct Started {
    /// What to send.
    pub(super) claimed: Claimed,
    /// Where it is counted.
    pub(super) endpoint: Arc<str>,
    /// As what it is counted.
    pub(super) manner: Manner,
}

/// How much may be under way at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caps {
    /// In all.
    pub(super) all: usize,
    /// To one endpoint.
    pub(super) per_endpoint: usize,
}

#[derive(Debug)]
struct Endpoint {
    waiting: VecDeque<Claimed>,
    calling: usize,
    manner: Manner,
    /// Is it in one of the rings? Exactly those are that could start something.
    listed: bool,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Queue {
    caps: Caps,
    endpoints: HashMap<Arc<str>, Endpoint>,
    rings: [VecDeque<Arc<str>>; 3],
    calling: [usize; 3],
    busy: usize,
    waiting: usize,
}

impl Queue {
    pub(super) fn new(caps: Caps) -> Self {
        Self { caps, endpoints: HashMap::new(), rings: Default::default(), calling: [0; 3], busy: 0, waiting: 0 }
    }

    /// Notifications that wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Attempts under way, those being recorded included.
    pub(super) fn busy(&self) -> usize {
        self.busy
    }

    /// Puts one in the queue of its endpoint. `None`: no room, it is forgotten here and claimed again when its lease has run out.
    /// Otherwise how the endpoint behaved last.
    pub(super) fn push(&mut self, claimed: Claimed) -> Option<Manner> {
        let key: Arc<str> = Arc::from(claimed.notification.call.endpoint());
        let endpoint = self.endpoints.entry(Arc::clone(&key)).or_insert_with(|| Endpoint {
            waiting: VecDeque::new(),
            calling: 0,
            manner: Manner::New,
            listed: false,
        });
        let room = match endpoint.manner {
            Manner::Prompt => 4096,
            Manner::New => 1024,
            Manner::Slow => 64,
        };
        let manner = endpoint.manner;
        if endpoint.waiting.len() >= room || self.waiting >= WAITING_MAX {
            return None;
        }
        endpoint.waiting.push_back(claimed);
        self.waiting += 1;
        self.list(&key);
        Some(manner)
    }

    /// The next attempt to begin, if there is room for one.
    pub(super) fn next(&mut self, now: UnixMillis) -> Option<Started> {
        for ring in MANNERS {
            while self.has_room(ring) {
                let Some(key) = self.rings[ring as usize].pop_front() else { break };
                let Some(endpoint) = self.endpoints.get_mut(&key) else { continue };
                endpoint.listed = false;
                let manner = endpoint.manner;
                if manner != ring {
                    self.list(&key);
                    continue;
                }
                let before = endpoint.waiting.len();
                let stale = endpoint.waiting.iter().take_while(|claimed| claimed.start_until < now).count();
                endpoint.waiting.drain(..stale);
                let claimed = endpoint.waiting.pop_front();
                self.waiting -= before - endpoint.waiting.len();
                let Some(claimed) = claimed else {
                    self.forget(&key);
                    continue;
                };
                endpoint.calling += 1;
                self.calling[manner as usize] += 1;
                self.busy += 1;
                self.list(&key);
                return Some(Started { claimed, endpoint: key, manner });
            }
        }
        None
    }

    /// The attempt has lasted so long that its endpoint counts as slow from now on.
    pub(super) fn lasts(&mut self, started: &mut Started) {
        self.calling[started.manner as usize] -= 1;
        started.manner = Manner::Slow;
        self.calling[Manner::Slow as usize] += 1;
        if let Some(endpoint) = self.endpoints.get_mut(&started.endpoint) {
            endpoint.manner = Manner::Slow;
        }
    }

    /// The call has ended, and its endpoint may be called again; what came of it is still to be recorded.
    pub(super) fn ended(&mut self, started: &Started, manner: Manner) {
        self.calling[started.manner as usize] -= 1;
        if let Some(endpoint) = self.endpoints.get_mut(&started.endpoint) {
            endpoint.calling -= 1;
            endpoint.manner = manner;
        }
        self.list(&started.endpoint);
        self.forget(&started.endpoint);
    }

    /// What came of an attempt is recorded.
    pub(super) fn recorded(&mut self) {
        self.busy -= 1;
    }

    fn has_room(&self, manner: Manner) -> bool {
        let [_, new, slow] = self.calling;
        let all = self.caps.all;
        self.busy < all
            && match manner {
                Manner::Prompt => true,
                Manner::New => new + slow < all * 3 / 4,
                Manner::Slow => slow < all / 2 && new + slow < all * 3 / 4,
            }
    }

    /// Puts an endpoint that can start something into the ring of its manner.
    fn list(&mut self, key: &Arc<str>) {
        let Some(endpoint) = self.endpoints.get_mut(key) else { return };
        let limit = match endpoint.manner {
            Manner::Prompt => self.caps.per_endpoint,
            Manner::New | Manner::Slow => (self.caps.per_endpoint / 4).max(1),
        };
        if !endpoint.listed && !endpoint.waiting.is_empty() && endpoint.calling < limit {
            endpoint.listed = true;
            self.rings[endpoint.manner as usize].push_back(Arc::clone(key));
        }
    }

    fn forget(&mut self, key: &Arc<str>) {
        let too_many = self.endpoints.len() > REMEMBERED_MAX;
        let idle = |e: &Endpoint| e.waiting.is_empty() && e.calling == 0 && (too_many || e.manner == Manner::New);
        if self.endpoints.get(key).is_some_and(idle) {
            self.endpoints.remove(key);
        }
    }
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
