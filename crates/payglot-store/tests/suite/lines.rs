//! Random lives of lines of notifications, against a model of a few lines: who may be taken when, and what comes of it.

use crate::world::{START, World, call_to, delivery, fresh};
use payglot_core::{NotificationId, Payment, UnixMillis};
use payglot_store::{Claim, NewCall, NewNotification, NotificationState, OVERTAKEN, Refused};
use proptest::prelude::{Strategy, any, prop};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeSet;

const LIVES: usize = 8;
const STEPS: usize = 80;
const LEASE: i64 = 30_000;

/// What happens next: which step, to which of those there are, with which numbers.
type Step = (u8, usize, u32, bool);

/// A notification as it should be.
struct Row {
    id: NotificationId,
    /// The payment's number; `None`: it stands alone.
    line: Option<usize>,
    patience: Option<u32>,
    attempts: u32,
    state: NotificationState,
    lease: Option<UnixMillis>,
    /// Somebody has sent it, so an attempt may end.
    sent: bool,
    /// A person wanted it sent.
    by_hand: bool,
}

impl Row {
    fn is_scheduled(&self) -> bool {
        matches!(self.state, NotificationState::Scheduled(_))
    }

    fn holds(&self) -> bool {
        self.is_scheduled() && self.patience.is_none_or(|patience| self.attempts < patience)
    }

    fn is_leased(&self, now: UnixMillis) -> bool {
        self.is_scheduled() && self.lease.is_some_and(|until| until > now)
    }
}

struct Model {
    world: World,
    payments: Vec<Payment>,
    /// In the order of their births, which is the order within each line.
    rows: Vec<Row>,
    now: UnixMillis,
    claims: usize,
    overtaken: usize,
}

impl Model {
    fn line_of(&self, index: usize) -> impl Iterator<Item = (usize, &Row)> {
        let line = self.rows[index].line;
        self.rows.iter().enumerate().filter(move |(other, row)| line.is_some() && row.line == line && *other != index)
    }

    fn may_be_taken(&self, index: usize, now: UnixMillis) -> bool {
        let row = &self.rows[index];
        let NotificationState::Scheduled(next) = row.state else { return false };
        let held = self.line_of(index).any(|(other, older)| other < index && older.holds());
        let waits = row.holds() && self.line_of(index).any(|(other, newer)| other > index && newer.is_leased(now));
        next <= now && row.lease.is_none_or(|until| until <= now) && !held && !waits
    }

    /// Takes it, and checks what must never be.
    fn take(&mut self, index: usize, now: UnixMillis) {
        for (other, rival) in self.line_of(index).filter(|(_, rival)| rival.is_leased(now)) {
            let older = &self.rows[index.min(other)];
            assert!(!older.holds(), "{} and {} at once", self.rows[index].id, rival.id);
        }
        let acknowledged = |row: &Row| matches!(row.state, NotificationState::Acknowledged(_));
        let newer = self.line_of(index).any(|(other, row)| other > index && acknowledged(row));
        assert!(!newer || self.rows[index].by_hand, "{}: an older state after a newer one", self.rows[index].id);
        let row = &mut self.rows[index];
        (row.lease, row.sent) = (Some(now.plus(LEASE)), true);
        self.claims += 1;
    }

    /// Some notifications are born, of a payment or alone.
    async fn announce(&mut self, (_, which, number, flag): Step) {
        let payment = self.payments.get(which % (self.payments.len() + 1));
        let line = payment.map(|_| which % (self.payments.len() + 1));
        let mut news = Vec::new();
        for more in 0..=number % 4 {
            let not_before = self.now.plus(if flag { i64::from(number % 20) * 1000 } else { 0 });
            let patience = [None, Some(1), Some(1), Some(2)][((number + more) % 4) as usize];
            news.push(NewNotification { not_before, patience, ..call_to("https://shop.example/", "x", self.now) });
        }
        let id = fresh();
        let mut fingerprint = [0; 32];
        fingerprint[..16].copy_from_slice(&id);
        let call = NewCall {
            id: format!("{:x}", u128::from_be_bytes(id)),
            order: "order".to_owned(),
            fingerprint,
            repeat_ms: 0,
            key: None,
            operation: None,
            refused: Some(String::new()),
            at: self.now,
        };
        let payment = payment.map(|payment| payment.id);
        let lease_until = self.now.plus(LEASE);
        let refused = Refused { project: self.world.project, payment, call, notifications: news.clone(), lease_until };
        let taken = self.world.store.refuse(refused).await.expect("stored");
        let taken: BTreeSet<_> = taken.iter().map(|one| one.call.id).collect();
        let mut expected = BTreeSet::new();
        for new in &news {
            let (id, patience, state) = (new.id, new.patience, NotificationState::Scheduled(new.not_before));
            let row = Row { id, line, patience, attempts: 0, state, lease: None, sent: false, by_hand: false };
            self.rows.push(row);
            if self.may_be_taken(self.rows.len() - 1, self.now) {
                expected.insert(id);
                self.take(self.rows.len() - 1, self.now);
            }
        }
        assert_eq!(taken, expected);
    }

    async fn claim(&mut self) {
        let now = self.now;
        let claim = Claim { now, lease_until: now.plus(LEASE), limit: 1000, per_endpoint: 1000 };
        let taken = self.world.store.claim(claim).await.expect("claimed");
        let taken: BTreeSet<_> = taken.iter().map(|one| one.call.id).collect();
        let due: Vec<_> = (0..self.rows.len()).filter(|index| self.may_be_taken(*index, now)).collect();
        assert_eq!(taken, due.iter().map(|index| self.rows[*index].id).collect());
        for index in due {
            self.take(index, now);
        }
    }

    /// An attempt ends, also one whose lease ended long ago.
    async fn record(&mut self, index: usize, next: NotificationState) {
        let attempt = delivery(self.rows[index].id, self.now, next.clone());
        let now = self.now.plus(attempt.took_ms);
        let following = self.world.store.record_delivery(attempt, now.plus(LEASE)).await.expect("recorded");
        let row = &mut self.rows[index];
        row.lease = None;
        let acknowledged = matches!(next, NotificationState::Acknowledged(_));
        let was = row.state.clone();
        let mut expected = None;
        if row.is_scheduled() || (acknowledged && matches!(was, NotificationState::Dead(_))) {
            row.attempts += 1;
            row.state = next;
            let passed: Vec<_> = self
                .line_of(index)
                .filter(|(other, row)| acknowledged && *other < index && row.is_scheduled() && !row.holds())
                .map(|(other, _)| other)
                .collect();
            for other in passed {
                self.rows[other].state = NotificationState::Dead(OVERTAKEN.to_owned());
                self.overtaken += 1;
            }
            expected = self.line_of(index).map(|(other, _)| other).find(|other| self.may_be_taken(*other, now));
        }
        assert_eq!(following.map(|next| next.call.id), expected.map(|index| self.rows[index].id));
        if let Some(next) = expected {
            self.take(next, now);
        }
        self.now = now;
    }

    async fn resend(&mut self, index: usize) {
        self.world.store.resend(self.rows[index].id, self.now).await.expect("resent");
        let row = &mut self.rows[index];
        (row.state, row.attempts, row.by_hand) = (NotificationState::Scheduled(self.now), 0, true);
    }

    async fn step(&mut self, step: Step) {
        let (which, chosen, number, flag) = step;
        let sent: Vec<_> = (0..self.rows.len()).filter(|index| self.rows[*index].sent).collect();
        let under_way: Vec<_> = sent.iter().copied().filter(|index| self.rows[*index].is_leased(self.now)).collect();
        let pick = |list: &[usize]| list.get(chosen % list.len().max(1)).copied();
        let failed = NotificationState::Scheduled(self.now.plus(i64::from(number % 40) * 1000));
        match which {
            0..2 => self.announce(step).await,
            2..5 => self.claim().await,
            5..7 => self.now = self.now.plus(i64::from(number % 40) * 1000),
            // The newest one is acknowledged more often than the others, so that it passes some.
            7..9 => {
                if let Some(index) = if flag { pick(&under_way) } else { under_way.last().copied() } {
                    self.record(index, NotificationState::Acknowledged(self.now)).await;
                }
            }
            9..14 => {
                if let Some(index) = pick(&under_way) {
                    self.record(index, failed).await;
                }
            }
            14 => {
                if let Some(index) = pick(&sent) {
                    let dead = NotificationState::Dead("gone".to_owned());
                    self.record(index, if flag { dead } else { failed }).await;
                }
            }
            _ => {
                if !self.rows.is_empty() {
                    self.resend(chosen % self.rows.len()).await;
                }
            }
        }
    }

    /// The shop wakes up and takes everything: nothing is forgotten.
    async fn end(&mut self) {
        for _ in 0..10_000 {
            if !self.rows.iter().any(Row::is_scheduled) {
                break;
            }
            self.now = self.now.plus(60_000);
            self.claim().await;
            let under_way: Vec<_> =
                (0..self.rows.len()).filter(|index| self.rows[*index].is_leased(self.now)).collect();
            for index in under_way.into_iter().rev() {
                self.record(index, NotificationState::Acknowledged(self.now)).await;
            }
        }
        for payment in &self.payments {
            let file = self.world.store.file(payment.id).await.expect("readable").expect("there");
            for notification in &file.notifications {
                let row = self.rows.iter().find(|row| row.id == notification.call.id).expect("known");
                assert_eq!((&notification.state, notification.attempts), (&row.state, row.attempts));
                assert!(!row.is_scheduled(), "{} is forgotten", row.id);
            }
        }
    }
}

pub(crate) async fn lines_live_as_their_model_does(world: World) {
    let step = (0_u8..16, any::<usize>(), any::<u32>(), any::<bool>());
    let life = prop::collection::vec(step, STEPS);
    let mut runner = TestRunner::new(Config::default());
    let (mut claims, mut overtaken) = (0, 0);
    for number in 0..LIVES {
        let steps = life.new_tree(&mut runner).expect("generated").current();
        // Shown when the test fails.
        println!("life {number}: {steps:?}");
        // A life begins when all of the one before has ended, so none sees another's.
        let mut payments = Vec::new();
        for which in 0..2 {
            payments.push(world.created(&format!("order-{number}-{which}")).await);
        }
        let now = START;
        let mut model = Model { world: world.clone(), payments, rows: Vec::new(), now, claims: 0, overtaken: 0 };
        for step in steps {
            model.step(step).await;
        }
        model.end().await;
        claims += model.claims;
        overtaken += model.overtaken;
    }
    assert!(claims > 10 * LIVES && overtaken > 0, "{claims} claims, {overtaken} overtaken: nothing is explored");
}
