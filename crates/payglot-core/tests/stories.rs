//! Table stories: each line of `stories/*.txt` is a command, and behind the bar stands what comes of it. A story begins with
//! `register`; `#` begins a comment. `UPDATE_EXPECT=1 cargo test -p payglot-core --test stories` writes the answers anew; read the diff.
//!
//! In an answer, `!` marks an event that shops may be told, and `asks` an operation that somebody must now ask the provider for.
//! Operations are named by kind and number: `refund2` is the second refund.

mod support;

use payglot_core::ledger::Account;
use payglot_core::{
    Answer, Captures, Command, Currency, Decision, DeclineReason, Ending, Funds, HoldEnd, Intent, Method, Money,
    NewPayment, OperationId, Payment, ProjectId, ProviderFacts, Refusal, Terms, UnixMillis,
};
use std::fmt::Write as _;
use std::path::Path;
use support::{Story, operation_id, payment_id};

/// A story and the things around it that move: the clock and the supply of ids.
struct Teller {
    story: Option<Story>,
    now: UnixMillis,
    ids: u64,
}

/// A command's words: some by position, some `name=value`.
struct Words<'a> {
    plain: Vec<&'a str>,
    named: Vec<(&'a str, &'a str)>,
}

impl<'a> Words<'a> {
    fn of(line: &'a str) -> Self {
        let (named, plain) = line.split_whitespace().partition::<Vec<_>, _>(|word| word.contains('='));
        Self { plain, named: named.iter().filter_map(|word| word.split_once('=')).collect() }
    }

    fn at(&self, index: usize) -> &'a str {
        self.plain.get(index).unwrap_or_else(|| panic!("word {index} is missing after {:?}", self.plain))
    }

    fn named(&self, name: &str) -> Option<&'a str> {
        self.named.iter().find(|(known, _)| *known == name).map(|&(_, value)| value)
    }
}

impl Teller {
    fn new() -> Self {
        Self { story: None, now: UnixMillis(0), ids: 0 }
    }

    fn fresh(&mut self) -> OperationId {
        self.ids += 1;
        operation_id(self.ids)
    }

    fn payment(&self) -> &Payment {
        &self.story.as_ref().expect("a story begins with `register`").payment
    }

    /// What one line comes to, in words.
    fn tell(&mut self, line: &str) -> String {
        let words = Words::of(line);
        match words.at(0) {
            "register" => self.register(&words),
            "at" => {
                self.now = self.now.plus(milliseconds(words.at(1)));
                String::new()
            }
            "balance" => self.balance(),
            "left" => format!("{}s", self.payment().expires_at.since(self.now) / 1000),
            "sums" => format!("{:?}", self.payment().sums).replace("Sums ", ""),
            _ => {
                let command = self.command(&words);
                let now = self.now;
                let decided = self.story.as_mut().expect("a story begins with `register`").apply(&command, now);
                self.outcome(decided)
            }
        }
    }

    fn register(&mut self, words: &Words) -> String {
        *self = Self::new();
        let currency = Currency::from_code(words.at(2)).expect("a known currency");
        let funds = |name| if words.named(name) == Some("accept") { Funds::Accept } else { Funds::Return };
        let terms = Terms {
            attempts_max: words.named("attempts").map_or(3, |count| count.parse().expect("a number")),
            retry_ms: words.named("retry").map(milliseconds),
            captures: if words.named("captures") == Some("several") { Captures::Several } else { Captures::One },
            void_captured_ms: words.named("window").map_or(86_400_000, milliseconds),
            hold_ms: words.named("hold").map_or(7 * 86_400_000, milliseconds),
            hold_end: words.named("ends").map(|text| {
                let (at, ending) = text.split_once(':').expect("ends=2d:capture");
                HoldEnd {
                    at: self.now.plus(milliseconds(at)),
                    ending: Ending::from_name(ending).expect("capture or void"),
                }
            }),
            late: funds("late"),
            partial: funds("partial"),
            over: funds("over"),
            test: words.plain.contains(&"test"),
        };
        let new = NewPayment {
            id: payment_id(1),
            project: ProjectId(1),
            order: "O1".to_owned(),
            intent: Intent::from_name(words.at(3)).expect("sale, hold or payout"),
            amount: Money::from_decimal(words.at(1), currency).expect("an amount"),
            terms,
            expires_at: self.now.plus(words.named("time").map_or(20 * 60_000, milliseconds)),
        };
        match Story::begin(new, self.now) {
            Ok((story, decision)) => {
                self.story = Some(story);
                self.outcome(Ok(decision))
            }
            Err(refusal) => format!("refused: {refusal}"),
        }
    }

    fn command(&mut self, words: &Words) -> Command {
        let operation =
            words.named("id").map_or_else(|| self.fresh(), |id| operation_id(id.parse().expect("a number")));
        let return_operation = self.fresh();
        let key = words.named("key").map(str::to_owned);
        match words.at(0) {
            "pay" => {
                let method = Method::from_name(words.at(1)).expect("a method");
                Command::StartAttempt { operation, method, method_key: None, card: None, payer_ip: None }
            }
            "challenge" => Command::PayerMustAct { operation: self.target(words, 1) },
            "proved" => Command::PayerActed { operation: self.target(words, 1) },
            "abandon" => Command::AbandonAttempt { operation: self.target(words, 1) },
            "answer" => self.answer(words, return_operation),
            "refuse-late" => Command::RefuseLate {
                operation: self.target(words, 1),
                facts: ProviderFacts::default(),
                return_operation,
            },
            "capture" => {
                Command::Capture { operation, amount: self.amount(words), last: words.plain.contains(&"last"), key }
            }
            "void" => Command::Void { operation, amount: self.amount(words), key },
            "refund" => {
                let expected = words.named("expected").map(|minor| minor.parse().expect("minor units"));
                Command::Refund { operation, amount: self.amount(words), key, expected }
            }
            "payout" => {
                Command::Payout { operation, amount: self.amount(words).expect("a payout names its amount"), key }
            }
            "receive" => {
                let amount = self.amount(words).expect("a receipt has an amount");
                Command::ReceiveFunds { operation, amount, method: Method::Kiosk, return_operation }
            }
            "cancel" => {
                let by_payer = words.at(1) == "payer";
                let reason =
                    if by_payer { DeclineReason::CancelledByPayer } else { DeclineReason::CancelledByMerchant };
                Command::Cancel { reason, return_operation }
            }
            "expire" => Command::Expire { operation },
            other => panic!("no such command: {other}"),
        }
    }

    fn answer(&self, words: &Words, return_operation: OperationId) -> Command {
        let facts = ProviderFacts::default();
        let (answer, target) = match words.at(1) {
            "approved" => (Answer::Approved(facts), 2),
            "unknown" => (Answer::Unknown, 2),
            "declined" => (Answer::Declined(DeclineReason::from_name(words.at(2)).expect("a reason"), facts), 3),
            other => panic!("no such answer: {other}"),
        };
        Command::Answer { operation: self.target(words, target), answer, return_operation }
    }

    /// The operation named at a position, or the one asked last.
    fn target(&self, words: &Words, index: usize) -> OperationId {
        let operations = &self.payment().operations;
        match words.plain.get(index) {
            Some(name) => {
                let found = operations.iter().find(|known| self.name(known.id) == **name);
                found.unwrap_or_else(|| panic!("no operation {name}")).id
            }
            None => operations.last().map_or(operation_id(0), |known| known.id),
        }
    }

    fn amount(&self, words: &Words) -> Option<Money> {
        let text = words.plain.get(1).filter(|text| **text != "all" && **text != "last")?;
        let currency = words.plain.get(2).and_then(|code| Currency::from_code(code));
        Money::from_decimal(text, currency.unwrap_or(self.payment().amount.currency()))
    }

    /// `refund2`: the kind, and which of that kind.
    fn name(&self, id: OperationId) -> String {
        let operations = &self.payment().operations;
        let Some(found) = operations.iter().find(|known| known.id == id) else { return "?".to_owned() };
        let number =
            operations.iter().take_while(|known| known.id != id).filter(|known| known.kind == found.kind).count();
        format!("{}{}", found.kind.name(), number + 1)
    }

    fn outcome(&self, decided: Result<Decision, Refusal>) -> String {
        let decision = match decided {
            Ok(decision) => decision,
            Err(refusal) => {
                let operations = &self.payment().operations;
                let words = format!("refused: {refusal}");
                return operations
                    .iter()
                    .fold(words, |text, known| text.replace(&known.id.to_string(), &self.name(known.id)));
            }
        };
        let told = |event| decision.announcements.iter().any(|announcement| announcement.event == event);
        let events: Vec<_> = decision
            .changes
            .iter()
            .map(|change| format!("{}{}", change.event.name(), if told(change.event) { "!" } else { "" }))
            .collect();
        let mut text = format!("{} -> {}", events.join(" "), decision.payment.state.name());
        if let Some(asked) = decision.ask.and_then(|id| decision.payment.operation(id)) {
            write!(text, "; asks {} {}", self.name(asked.id), asked.amount.to_decimal()).expect("a string takes text");
        }
        text
    }

    fn balance(&self) -> String {
        let story = self.story.as_ref().expect("a story begins with `register`");
        let mut currencies = vec![story.payment.amount.currency()];
        currencies.extend(story.postings.iter().map(|posting| posting.amount.currency()));
        let mut words = Vec::new();
        for (index, &currency) in currencies.iter().enumerate() {
            if currencies[..index].contains(&currency) {
                continue;
            }
            for &account in Account::ALL {
                let balance = story.balance(account, currency);
                let size = i64::try_from(balance.unsigned_abs()).expect("a story's sums are small");
                let sign = if balance < 0 { "-" } else { "" };
                if balance != 0 {
                    let amount = Money::new(size, currency).expect("a story's sums are small");
                    words.push(format!("{} {sign}{amount}", account.name()));
                }
            }
        }
        if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
    }
}

/// `+20m`, `7d`.
fn milliseconds(text: &str) -> i64 {
    let text = text.trim_start_matches('+');
    let (number, unit) = text.split_at(text.len() - 1);
    let unit = match unit {
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        other => panic!("no such unit of time: {other}"),
    };
    number.parse::<i64>().expect("a number") * unit
}

/// Plays a file of stories and compares every answer.
fn check(file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories").join(file);
    let text = std::fs::read_to_string(&path).expect("the story is there");
    let mut teller = Teller::new();
    let mut played = String::new();
    for line in text.lines() {
        let line = line.split('|').next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with('#') {
            played.push_str(line);
        } else {
            let answer = teller.tell(line);
            write!(played, "{}", format!("{line:<38} | {answer}").trim_end_matches([' ', '|']))
                .expect("a string takes text");
        }
        played.push('\n');
    }
    expect_test::expect_file![path].assert_eq(&played);
}

macro_rules! stories {
    ($($name:ident)*) => {
        $(#[test] fn $name() { check(concat!(stringify!($name), ".txt")); })*

        #[test]
        fn no_story_is_left_untold() {
            let told = [$(concat!(stringify!($name), ".txt")),*];
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
            for entry in std::fs::read_dir(folder).expect("the folder of stories") {
                let name = entry.expect("a file").file_name();
                assert!(told.iter().any(|known| name == **known), "{name:?} is not in the list");
            }
        }
    };
}

stories! { sale attempts unknown hold void refund expiry funds payout }
