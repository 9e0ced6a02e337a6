//! Whatever the core decides, the store gives back: generated sequences of commands.

use crate::world::{START, World, answer, approved, card, declined, operation_id, plain, registration, rub};
use payglot_core::{Answer, Command, DeclineReason, Ending, HoldEnd, Intent, Method, Payment, decide};
use proptest::prelude::{Strategy, any, prop};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

const SEQUENCES: usize = 60;
const STEPS: usize = 14;

/// One step: which command, for how much, with which yes or no.
type Step = (u8, i64, bool);

fn command(payment: &Payment, (which, minor, flag): Step) -> Command {
    let open = payment.operations.iter().rev().find(|operation| operation.answered_at.is_none());
    let about = open.map_or_else(operation_id, |operation| operation.id);
    let amount = flag.then(|| rub(minor));
    let key = flag.then(|| format!("key-{minor}"));
    match which {
        0 => {
            let payer_ip = flag.then(|| "2001:db8::1".to_owned());
            let method = Method::ALL[usize::try_from(minor).unwrap_or_default() % Method::ALL.len()];
            let method_key = flag.then(|| "hanza".to_owned());
            Command::StartAttempt { operation: operation_id(), method, method_key, card: flag.then(card), payer_ip }
        }
        1 => Command::PayerMustAct { operation: about },
        2 => Command::PayerActed { operation: about },
        3 => Command::AbandonAttempt { operation: about },
        4..=6 => answer(about, approved()),
        7 => answer(about, declined(if flag { DeclineReason::InsufficientFunds } else { DeclineReason::Fraud })),
        8 => answer(about, Answer::Unknown),
        9 => Command::Capture { operation: operation_id(), amount, last: minor % 2 == 0, key },
        10 => Command::Void { operation: operation_id(), amount, key },
        11 => Command::Refund { operation: operation_id(), amount, key, expected: None },
        12 => Command::Payout { operation: operation_id(), amount: rub(minor), key },
        13 => Command::ReceiveFunds {
            operation: operation_id(),
            amount: rub(minor),
            method: Method::Bank,
            return_operation: operation_id(),
        },
        14 => Command::Cancel { reason: DeclineReason::CancelledByPayer, return_operation: operation_id() },
        _ => Command::Expire { operation: operation_id() },
    }
}

pub(crate) async fn whatever_was_decided_reads_back(world: World) {
    let step = (0_u8..16, 1_i64..12_000, any::<bool>());
    let sequence = prop::collection::vec(step, STEPS);
    let mut runner = TestRunner::new(Config::default());
    let mut committed = 0;
    for number in 0..SEQUENCES {
        let steps = sequence.new_tree(&mut runner).expect("generated").current();
        let intent = Intent::ALL[number % Intent::ALL.len()];
        committed += walk(&world, intent, number, &steps).await;
    }
    assert!(committed > SEQUENCES, "only {committed} decisions: the generator explores nothing");
}

/// Commits what the core allows of these steps; after each the payment reads back equal, and at the end its whole file does.
async fn walk(world: &World, intent: Intent, number: usize, steps: &[Step]) -> usize {
    let mut decision = registration(world.project, &format!("random-{number}"), intent, 10_000, START);
    decision.payment.terms.retry_ms = number.is_multiple_of(2).then_some(60_000);
    if intent == Intent::Hold {
        let ending = Ending::ALL[number % 4 / 2];
        decision.payment.terms.hold_end = Some(HoldEnd { at: START.plus(5_000_000), ending });
    }
    let (mut payment, mut changes, mut postings) = (decision.payment.clone(), decision.changes.clone(), Vec::new());
    world.store.commit(plain(decision)).await.expect("committed");
    let (mut now, mut committed) = (START, 0);
    for step in steps {
        now = now.plus(1 + i64::from(step.0 == 15) * 4_000_000);
        let Ok(decision) = decide(&payment, command(&payment, *step), now) else { continue };
        payment = decision.payment.clone();
        changes.extend_from_slice(&decision.changes);
        postings.extend_from_slice(&decision.postings);
        world.store.commit(plain(decision)).await.unwrap_or_else(|error| panic!("{error} after {steps:?}"));
        assert_eq!(world.reads(payment.id).await, payment, "after {steps:?}");
        committed += 1;
    }
    let file = world.store.file(payment.id).await.expect("readable").expect("there");
    assert_eq!((&file.stored.payment, &file.changes, &file.postings), (&payment, &changes, &postings), "{steps:?}");
    committed
}
