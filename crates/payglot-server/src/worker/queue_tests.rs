use super::*;
use payglot_core::outbox::{Acknowledgement, Schedule};
use payglot_core::{PaymentId, ProjectId};
use payglot_store::{CallMethod, NewNotification, NotificationState};

const NOW: UnixMillis = UnixMillis(1_000);

fn to(shop: &str) -> Claimed {
    let call = NewNotification {
        id: payglot_core::NotificationId::from_bytes([1; 16]),
        event: "captured".to_owned(),
        method: CallMethod::Get,
        url: format!("http://{shop}/callback"),
        content_type: String::new(),
        body: String::new(),
        acknowledgement: Acknowledgement::Status200,
        schedule: Schedule::new(&[]),
        created_at: NOW,
        not_before: NOW,
        patience: None,
    };
    let notification = Notification {
        call,
        payment: Some(PaymentId::from_bytes([2; 16])),
        project: ProjectId(1),
        seq: 1,
        attempts: 0,
        state: NotificationState::Scheduled(NOW),
    };
    Claimed { notification, start_until: NOW.plus(1) }
}

fn queue(all: usize, per_endpoint: usize) -> Queue {
    Queue::new(Caps { all, per_endpoint })
}

/// Starts all that there is room for.
fn all(queue: &mut Queue) -> Vec<Started> {
    std::iter::from_fn(|| queue.next(NOW)).collect()
}

fn ends(queue: &mut Queue, started: &Started, manner: Manner) {
    queue.ended(started, manner);
    queue.recorded();
}

/// Makes this endpoint known as prompt.
fn proves(queue: &mut Queue, shop: &str) {
    queue.push(to(shop));
    let started = queue.next(NOW).expect("room");
    ends(queue, &started, Manner::Prompt);
}

#[test]
fn a_prompt_endpoint_gets_its_limit_and_a_new_one_a_quarter() {
    let mut queue = queue(100, 8);
    proves(&mut queue, "known");
    for _ in 0..20 {
        queue.push(to("known"));
        queue.push(to("new"));
    }
    let started = all(&mut queue);
    let of = |shop: &str| started.iter().filter(|started| started.endpoint.ends_with(shop)).count();
    assert_eq!((of("known"), of("new")), (8, 2));
    assert_eq!((queue.waiting(), queue.busy()), (30, 10));
}

#[test]
fn however_many_endpoints_hang_a_prompt_one_finds_room() {
    let mut queue = queue(64, 4);
    proves(&mut queue, "prompt");
    for number in 0..1000 {
        queue.push(to(&format!("hanging-{number}")));
    }
    let mut hanging = all(&mut queue);
    assert_eq!(hanging.len(), 48, "new endpoints leave a quarter free");
    for started in &mut hanging {
        queue.lasts(started);
    }
    for _ in 0..200 {
        queue.push(to("prompt"));
    }
    for _ in 0..200 {
        let started = queue.next(NOW).expect("a free place");
        assert!(started.endpoint.ends_with("prompt"));
        ends(&mut queue, &started, Manner::Prompt);
    }
    // Those that hang end one by one, and each of the others gets its turn.
    let mut seen = std::collections::HashSet::new();
    while let Some(started) = hanging.pop() {
        seen.insert(Arc::clone(&started.endpoint));
        ends(&mut queue, &started, Manner::Slow);
        hanging.extend(all(&mut queue));
    }
    assert_eq!((seen.len(), queue.waiting(), queue.busy()), (1000, 0, 0));
}

#[test]
fn endpoints_take_turns() {
    let mut queue = queue(4, 4);
    for shop in ["a", "b", "c"] {
        proves(&mut queue, shop);
    }
    for shop in ["a", "a", "a", "a", "b", "c"] {
        queue.push(to(shop));
    }
    let order: Vec<_> = all(&mut queue).iter().map(|started| started.endpoint.to_string()).collect();
    assert_eq!(order, ["http://a", "http://b", "http://c", "http://a"]);
}

#[test]
fn what_may_no_longer_start_is_forgotten() {
    let mut queue = queue(4, 4);
    queue.push(to("a"));
    assert!(queue.next(NOW.plus(2)).is_none());
    assert_eq!((queue.waiting(), queue.busy(), queue.endpoints.len()), (0, 0, 0));
}

#[test]
fn a_dead_endpoint_keeps_little_in_memory() {
    let mut queue = queue(4, 4);
    queue.push(to("dead"));
    let started = queue.next(NOW).expect("room");
    ends(&mut queue, &started, Manner::Slow);
    let kept = (0..1000).filter(|_| queue.push(to("dead")).is_some()).count();
    assert_eq!((kept, queue.waiting()), (64, 64));
}

#[test]
fn an_endpoint_that_recovers_is_trusted_again() {
    let mut queue = queue(100, 8);
    for _ in 0..20 {
        queue.push(to("shop"));
    }
    let first = all(&mut queue);
    ends(&mut queue, &first[0], Manner::Slow);
    ends(&mut queue, &first[1], Manner::Slow);
    let again = all(&mut queue);
    assert_eq!(again.len(), 2);
    ends(&mut queue, &again[0], Manner::Prompt);
    assert_eq!(all(&mut queue).len(), 7);
}
