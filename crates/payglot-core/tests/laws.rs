//! The laws of a payment, first over every short story there is, then over long random ones.

mod support;

use payglot_core::money::MINOR_MAX;
use payglot_core::{
    Answer, Captures, Command, Currency, DeclineReason, Ending, Funds, HoldEnd, Intent, MOVES, Method, Money,
    NewPayment, Payment, ProjectId, ProviderFacts, Refusal, State, Terms, UnixMillis, decide, register, register_begun,
};
use proptest::prelude::*;
use std::collections::HashSet;
use support::{Story, operation_id, payment_id};

const BEGIN: UnixMillis = UnixMillis(1_000_000);
const DAY: i64 = 86_400_000;

fn money(minor: i64, currency: Currency) -> Money {
    Money::new(minor, currency).expect("a test's amount is within the limits")
}

fn new_payment(intent: Intent, terms: Terms, minor: i64) -> NewPayment {
    NewPayment {
        id: payment_id(1),
        project: ProjectId(1),
        order: "A-1".to_owned(),
        intent,
        amount: money(minor, Currency::RUB),
        terms,
        expires_at: BEGIN.plus(20 * 60_000),
    }
}

fn terms() -> Vec<Terms> {
    let strict = Terms { attempts_max: 2, ..Terms::default() };
    let generous = Terms {
        captures: Captures::Several,
        late: Funds::Accept,
        partial: Funds::Accept,
        over: Funds::Accept,
        ..strict
    };
    let several = Terms { captures: Captures::Several, late: Funds::Accept, ..strict };
    let captured = HoldEnd { at: BEGIN.plus(DAY), ending: Ending::Capture };
    let hurried = Terms { retry_ms: Some(60_000), ..generous };
    vec![strict, generous, several, Terms { hold_end: Some(captured), ..several }, hurried]
}

/// Everything somebody could ask of a payment, sensible or not.
fn commands(payment: &Payment) -> Vec<Command> {
    // Two numbers for every operation there is: one for the command, one for what it may have to return.
    let fresh = 2 * payment.operations.len() as u64 + 1;
    let (operation, return_operation) = (operation_id(fresh), operation_id(fresh + 1));
    let all = payment.amount.minor();
    let some = |minor: i64| Some(money(minor.clamp(0, MINOR_MAX), Currency::RUB));
    let (part, more) = (some(all / 4), some(all + 1));
    let mut commands = vec![
        Command::StartAttempt { operation, method: Method::Card, method_key: None, card: None, payer_ip: None },
        Command::Cancel { reason: DeclineReason::CancelledByPayer, return_operation },
        Command::Expire { operation },
        Command::Capture { operation, amount: part, last: true, key: None },
    ];
    for amount in [None, part, more] {
        commands.push(Command::Capture { operation, amount, last: false, key: None });
        commands.push(Command::Void { operation, amount, key: None });
        commands.push(Command::Refund { operation, amount, key: Some("r1".to_owned()), expected: None });
    }
    commands.push(Command::Refund { operation, amount: part, key: None, expected: None });
    for amount in [money(all, Currency::RUB), money(3, Currency::EUR), Money::zero(Currency::EUR)] {
        commands.push(Command::Payout { operation, amount, key: None });
    }
    for amount in [part, some(all), some(all + 5), Some(money(1, Currency::EUR))].into_iter().flatten() {
        commands.push(Command::ReceiveFunds { operation, amount, method: Method::Kiosk, return_operation });
    }
    for known in &payment.operations {
        let operation = known.id;
        commands.push(Command::PayerMustAct { operation });
        commands.push(Command::PayerActed { operation });
        commands.push(Command::AbandonAttempt { operation });
        commands.push(Command::RefuseLate { operation, facts: ProviderFacts::default(), return_operation });
        for answer in answers() {
            commands.push(Command::Answer { operation, answer, return_operation });
        }
    }
    commands
}

fn answers() -> [Answer; 4] {
    [
        Answer::Approved(ProviderFacts::default()),
        Answer::Declined(DeclineReason::InsufficientFunds, ProviderFacts::default()),
        Answer::Declined(DeclineReason::Fraud, ProviderFacts::default()),
        Answer::Unknown,
    ]
}

fn moments(payment: &Payment) -> [UnixMillis; 3] {
    [BEGIN.plus(1), payment.expires_at, payment.expires_at.plus(2 * DAY)]
}

/// No payment is ever stuck: an open operation takes any answer, and what nobody works on can be ended by the clock.
fn check_not_stuck(payment: &Payment) {
    let return_operation = operation_id(9_999);
    for open in payment.open_operations() {
        for answer in answers() {
            let command = Command::Answer { operation: open.id, answer: answer.clone(), return_operation };
            match decide(payment, command, BEGIN.plus(1)) {
                Ok(_) => {}
                Err(refusal) => {
                    assert_eq!((refusal, answer), (Refusal::AlreadyAnswered, Answer::Unknown), "{payment:#?}");
                }
            }
        }
    }
    if payment.state.waits_for_payer() || payment.state == State::Held {
        let command = Command::Expire { operation: return_operation };
        match decide(payment, command, payment.expires_at) {
            Ok(_) => {}
            Err(Refusal::OutcomeOpen(id)) => assert!(payment.open_operations().any(|open| open.id == id)),
            Err(other) => panic!("{other} for {payment:#?}"),
        }
    }
}

/// What makes two payments different for the rules.
fn key(payment: &Payment) -> String {
    let operations: Vec<_> = payment
        .operations
        .iter()
        .map(|known| (known.kind, known.status, known.amount.minor(), known.last, known.key.is_some()))
        .collect();
    format!("{:?}{:?}{:?}{operations:?}", payment.intent, payment.state, payment.sums)
}

/// Every story of up to `depth` commands for an intent under some terms. Returns the moves made and the (state, command) pairs tried.
fn explore(intent: Intent, terms: Terms, depth: usize, seen_moves: &mut HashSet<String>, pairs: &mut HashSet<String>) {
    let (first, _) = Story::begin(new_payment(intent, terms, 20), BEGIN).expect("a registration");
    let mut known = HashSet::from([key(&first.payment)]);
    let mut stories = vec![first];
    for _ in 0..depth {
        let mut longer = Vec::new();
        for story in &stories {
            for command in commands(&story.payment) {
                let word = format!("{command:?}");
                pairs.insert(format!("{:?} {}", story.payment.state, word.split(' ').next().unwrap_or(&word)));
                for now in moments(&story.payment) {
                    // Most are refused, which changes nothing: no need to copy the story for those.
                    if decide(&story.payment, command.clone(), now).is_err() {
                        continue;
                    }
                    let mut next = story.clone();
                    let decision = next.apply(&command, now).expect("deciding is deterministic");
                    for change in &decision.changes {
                        let from = change.from.expect("a payment has a state before");
                        seen_moves.insert(format!("{:?}", (from, change.event, change.to)));
                    }
                    if known.insert(key(&next.payment)) {
                        check_not_stuck(&next.payment);
                        longer.push(next);
                    }
                }
            }
        }
        stories = longer;
    }
}

#[test]
fn every_short_story_obeys_the_laws_and_every_move_is_reached() {
    let (mut seen, mut pairs) = (HashSet::new(), HashSet::new());
    // The depth at which nothing of the table is left unreached; more only costs time.
    for (number, terms) in terms().into_iter().enumerate() {
        let hold = if number >= 2 { 5 } else { 6 };
        for (intent, depth) in [(Intent::Sale, 5), (Intent::Hold, hold), (Intent::Payout, 4)] {
            explore(intent, terms, depth, &mut seen, &mut pairs);
        }
    }
    let unreached: Vec<_> = MOVES.iter().filter(|row| !seen.contains(&format!("{row:?}"))).collect();
    assert!(unreached.is_empty(), "no story makes these moves: {unreached:#?}");
    assert_eq!(pairs.len(), 13 * State::ALL.len(), "a command was not tried in a state: {pairs:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_long_random_story_obeys_the_laws(
        intent in prop::sample::select(Intent::ALL),
        terms in prop::sample::select(terms()),
        attempts_max in 1_u8..5,
        test in prop::bool::weighted(0.2),
        minor in prop_oneof![1_i64..10, 1_000..1_000_000_i64, Just(MINOR_MAX - 1), Just(MINOR_MAX)],
        steps in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..6), 1..60),
    ) {
        let new = new_payment(intent, Terms { attempts_max, test, ..terms }, minor);
        let (mut story, _) = Story::begin(new, BEGIN).expect("a registration");
        for (choice, moment) in steps {
            let all = commands(&story.payment);
            // Most commands come in time; otherwise few stories would outlive their first minutes.
            let now = moments(&story.payment)[moment.saturating_sub(3)];
            let before = story.payment.clone();
            if story.apply(choice.get(&all), now).is_err() {
                prop_assert_eq!(&story.payment, &before);
            }
            check_not_stuck(&story.payment);
        }
    }
}

#[test]
fn an_order_that_is_registered_with_its_attempt_is_what_two_decisions_make_of_it() {
    let start = |n| Command::StartAttempt {
        operation: operation_id(n),
        method: Method::Wallet,
        method_key: Some("purse".to_owned()),
        card: None,
        payer_ip: None,
    };
    for intent in [Intent::Sale, Intent::Hold, Intent::Payout] {
        let new = || new_payment(intent, Terms::default(), 100);
        let first = register(new(), BEGIN).expect("registered");
        let second = decide(&first.payment, start(1), BEGIN).expect("begun");
        let both = register_begun(new(), start(1), BEGIN).expect("both");
        assert_eq!(both.payment, Payment { version: 0, ..second.payment });
        assert_eq!(both.changes, [first.changes, second.changes].concat());
        assert_eq!(both.announcements, [first.announcements, second.announcements].concat());
        assert_eq!((both.operations, both.ask), (second.operations, second.ask));
    }
    let nothing = NewPayment { amount: money(0, Currency::RUB), ..new_payment(Intent::Sale, Terms::default(), 1) };
    assert_eq!(register_begun(nothing, start(1), BEGIN).err(), Some(Refusal::BadAmount));
    let cancel = Command::Capture { operation: operation_id(2), amount: None, last: true, key: None };
    let refused = register_begun(new_payment(Intent::Sale, Terms::default(), 100), cancel, BEGIN).err();
    assert_eq!(refused, Some(Refusal::WrongState(State::Created)));
}
