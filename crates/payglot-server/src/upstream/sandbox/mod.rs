//! The sandbox bank: a provider that moves no money and otherwise behaves like a bank.
//!
//! Card numbers decide what happens ([`cards`] has the manuals); any number that is not a test card is refused. Each decision is written
//! into the bank's own book before it is answered, so that a lost answer can be asked for again and the audit can compare two books.
//! The same question under the same operation id gets the same answer; another question under that id is refused.
//! Asked about an operation that it has not received it writes that down, too: should it arrive later, it is declined.
//!
//! A challenge (3-D Secure with a code) goes like this: the attempt is answered with the address of the bank's page, [`challenge`] says
//! what that page shows and takes the code, and [`Provider::finish_attempt`] moves the money. A challenge that is still open when the
//! gateway asks for the outcome is over: the bank answers `AuthenticationAbandoned` and writes that down, so a code typed later in a
//! forgotten tab moves nothing. The gateway therefore asks only when it has the payer back or has lost track of the attempt.
//!
//! What is paid without a card, at a bank, a wallet or a telephone, has pages and rules of its own: [`elsewhere`]. So has the wallet
//! that sends invoices to its owners, and pays money out to them: [`wallet`].

mod book;
pub mod cards;
pub mod challenge;
pub mod elsewhere;
mod guided;
mod line;
pub mod message;
mod note;
pub mod persons;
mod sums;
#[cfg(test)]
mod tests;
mod turns;
mod vault;
pub mod wallet;

use super::card::{Card, CardNumber, Expiry};
use super::{
    Attempt, AttemptAnswer, Authentication, CardToken, Demand, FollowUp, Guide, Invoice, KeepError, Means, Provider,
    SavedCard, TestData,
};
use crate::clock::Clock;
use crate::secrets::VaultKey;
use async_trait::async_trait;
pub use book::{APPROVAL_CODE, Book};
use book::{BookClosed, Entry, Outcome, Question, answer_of, declined, of_nothing, reached_processing};
use cards::{Behaviour, TestCard};
pub use challenge::{Challenge, ChallengeResult, Handover};
pub use line::Line;
use note::{Note, Stage};
use payglot_core::{Answer, DeclineReason, OperationId, PaymentId, ProjectId, ThreeDs};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use turns::{Turn, Turns};
use vault::Vault;

/// How the bank behaves besides what the cards say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SandboxSettings {
    /// How long the gateway waits for an answer that never comes, before it knows that it does not know.
    pub time_limit: Duration,
    /// How long the slow card takes.
    pub slow_answer: Duration,
    /// Added to every answer. The decision is in the book before, so one who asks again meanwhile is told the truth.
    pub delay: Duration,
    /// Of every so many answers that move money one is lost after the money moved; 0 loses none.
    pub lose_every: u32,
    /// How long the owner of a wallet leaves an invoice alone before paying it; `None`: for ever, it is paid by hand.
    pub wallet_acts_after: Option<Duration>,
}

impl Default for SandboxSettings {
    /// Two seconds for a lost answer, so that a payer is not kept waiting for long; three for a slow one; two until an invoice is paid,
    /// so that its page is seen; nothing else.
    fn default() -> Self {
        Self {
            time_limit: Duration::from_secs(2),
            slow_answer: Duration::from_secs(3),
            delay: Duration::ZERO,
            lose_every: 0,
            wallet_acts_after: Some(Duration::from_secs(2)),
        }
    }
}

/// The bank.
pub struct SandboxBank {
    book: Book,
    vault: Vault,
    clock: Clock,
    settings: SandboxSettings,
    answers: AtomicU32,
    switch: line::Switch,
    turns: Turns,
}

impl SandboxBank {
    /// Opens the bank over its book; `key` seals the cards it keeps.
    pub fn new(book: Book, clock: Clock, key: VaultKey, settings: SandboxSettings) -> Self {
        let vault = Vault::new(book.clone(), clock.clone(), key);
        Self {
            book,
            vault,
            clock,
            settings,
            answers: AtomicU32::new(0),
            switch: line::Switch::default(),
            turns: Turns::new(),
        }
    }

    /// From now on the line is like this.
    pub fn set_line(&self, line: Line) {
        self.switch.set(line);
    }

    /// Is it the turn of an answer to be lost?
    fn loses_answer(&self) -> bool {
        let every = self.settings.lose_every;
        every > 0 && (self.answers.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(every)
    }

    async fn wait(&self, time: Duration) {
        if !time.is_zero() {
            tokio::time::sleep(time).await;
        }
    }

    async fn no_answer(&self) -> Answer {
        self.wait(self.settings.time_limit).await;
        Answer::Unknown
    }

    /// An answer as the gateway gets it: late, or never.
    async fn told(&self, answer: Result<Option<Answer>, BookClosed>) -> Answer {
        self.wait(self.settings.delay).await;
        match answer {
            Ok(Some(answer)) => answer,
            Ok(None) => self.no_answer().await,
            Err(BookClosed) => Answer::Unknown,
        }
    }

    async fn try_attempt(&self, attempt: Attempt) -> Result<AttemptAnswer, BookClosed> {
        let Attempt {
            operation,
            payment,
            kind,
            amount,
            merchant,
            means,
            save,
            return_address,
            demand,
            guide,
            test_data,
        } = attempt;
        let question = Question { operation, payment, kind, amount };
        // Held until the attempt is in the book: one who asks meanwhile must not be told that it was not received.
        let turn = self.turns.of(operation.as_bytes()).await;
        if let Some(entry) = self.book.entry(operation).await? {
            return Ok(again(&question, &entry));
        }
        // What is typed is wiped here: what follows may take seconds.
        let looked = match means {
            Means::Card(card) => self.look(merchant, &card, test_data, save, demand, guide).await,
            Means::SavedCard(card) => self.look_up(merchant, &card, test_data, demand, guide).await,
            Means::Elsewhere(place) => return self.begin_errand(&question, place, return_address).await,
            Means::Invoice(asked) => return self.issue(&turn, &question, asked, test_data, return_address).await,
            Means::Recipient(recipient) => return self.pay_out(turn, &question, merchant, &recipient, test_data).await,
        };
        let Seen { behaviour, stage, note } = match looked {
            Ok(seen) => seen,
            Err(KeepError::Refused) => {
                let refused = declined(operation, DeclineReason::CardRestricted, None);
                return Ok(AttemptAnswer::Done(refused));
            }
            Err(KeepError::Unavailable) => return Err(BookClosed),
        };
        match stage {
            Some(stage) => self.begin_guided(&question, note, stage, return_address).await,
            None => self.decide(turn, &question, note, behaviour, return_address).await,
        }
    }

    /// Does what the card does.
    async fn decide(
        &self,
        turn: Turn<'_>,
        question: &Question,
        mut note: Note,
        behaviour: Behaviour,
        return_address: String,
    ) -> Result<AttemptAnswer, BookClosed> {
        let now = self.clock.now();
        let answer = match behaviour {
            Behaviour::Approve(three_ds) => {
                note.three_ds = Some(three_ds);
                self.give(turn, question.entry(Outcome::Approved, &note, now)).await?
            }
            Behaviour::Decline(reason) => {
                note.three_ds = reached_processing(reason).then_some(ThreeDs::No);
                self.give(turn, question.entry(Outcome::Declined(reason), &note, now)).await?
            }
            Behaviour::AnswerLost => {
                note.three_ds = Some(ThreeDs::No);
                self.book.record(question.entry(Outcome::Approved, &note, now)).await?;
                drop(turn);
                self.no_answer().await
            }
            Behaviour::Slow => {
                note.three_ds = Some(ThreeDs::No);
                let entry = question.entry(Outcome::Approved, &note, now);
                self.book.record(entry.clone()).await?;
                drop(turn);
                self.wait(self.settings.slow_answer).await;
                answer_of(&entry).unwrap_or(Answer::Unknown)
            }
            Behaviour::NeverReceived => {
                drop(turn);
                self.no_answer().await
            }
            Behaviour::Challenge | Behaviour::ChallengeAnswerLost | Behaviour::ChallengeThenDecline(_) => {
                note.return_address = return_address;
                self.book.enqueue(question.entry(Outcome::Challenge(0), &note, now)).await?;
                return Ok(AttemptAnswer::PayerMustAct { address: challenge::address(question.operation) });
            }
        };
        Ok(AttemptAnswer::Done(answer))
    }

    /// Looks at a card. It is kept before the outcome is known, because afterwards nobody has its number any more.
    async fn look(
        &self,
        merchant: ProjectId,
        card: &Card,
        test_data: TestData,
        save: bool,
        demand: Demand,
        guide: Guide,
    ) -> Result<Seen, KeepError> {
        let known = cards::find(test_data, card.number());
        let own = known.map_or(UNKNOWN, |known| known.judge(Some(card.expiry()), card.code(), self.clock.now()));
        let may_be_approved = match own.under(demand) {
            Behaviour::Decline(_) | Behaviour::ChallengeThenDecline(_) | Behaviour::NeverReceived => false,
            Behaviour::Approve(_)
            | Behaviour::Challenge
            | Behaviour::AnswerLost
            | Behaviour::Slow
            | Behaviour::ChallengeAnswerLost => true,
        };
        let token = if save && may_be_approved { Some(self.vault.keep(merchant, card.number()).await?) } else { None };
        Ok(Seen::of(known, own, demand, guide, Note::of_card(card.number(), token)))
    }

    /// The same for a card that is kept.
    async fn look_up(
        &self,
        merchant: ProjectId,
        card: &SavedCard,
        test_data: TestData,
        demand: Demand,
        guide: Guide,
    ) -> Result<Seen, KeepError> {
        let number = self.vault.open(merchant, &card.token).await?;
        let (known, expiry) = (cards::find(test_data, &number), Expiry::from_number(card.facts.expiry));
        let own = known.map_or(UNKNOWN, |known| known.judge_saved(expiry, card.code.as_ref(), self.clock.now()));
        Ok(Seen::of(known, own, demand, guide, Note::of_card(&number, None)))
    }

    /// Writes a decision down, which ends the turn, and answers it, unless this answer is to be lost.
    async fn give(&self, turn: Turn<'_>, entry: Entry) -> Result<Answer, BookClosed> {
        if self.loses_answer() {
            self.book.record(entry).await?;
            drop(turn);
            return Ok(self.no_answer().await);
        }
        let answer = answer_of(&entry).unwrap_or(Answer::Unknown);
        self.book.enqueue(entry).await?;
        Ok(answer)
    }

    /// Answers that an operation was not received, and writes that down first: should it arrive after all, it finds that it was given up.
    async fn never_received(&self, _: &Turn<'_>, operation: OperationId) -> Result<Answer, BookClosed> {
        let tombstone = of_nothing(operation, self.clock.now());
        let answer = answer_of(&tombstone).unwrap_or(Answer::Unknown);
        self.book.record(tombstone).await?;
        Ok(answer)
    }

    /// Brings an attempt to its end. `None` if the answer is lost, which happens only to those that may be.
    async fn settle(&self, operation: OperationId, may_be_lost: bool) -> Result<Option<Answer>, BookClosed> {
        let turn = self.turns.of(operation.as_bytes()).await;
        let Some(mut entry) = self.book.entry(operation).await? else {
            return self.never_received(&turn, operation).await.map(Some);
        };
        let mut note = Note::read(&entry.note);
        if let Some(bill) = &note.bill {
            return self.settle_invoice(entry, &note, bill).await.map(Some);
        }
        match entry.outcome {
            Outcome::Approved | Outcome::Declined(_) => return Ok(answer_of(&entry)),
            // The payer still stands at the counter, or the place says later what it took: nobody's asking changes that.
            Outcome::Challenge(_) if note.place.is_some() => return Ok(Some(Answer::Unknown)),
            Outcome::Authenticated if note.pending => return Ok(Some(Answer::Unknown)),
            Outcome::Authenticated => {
                note.three_ds = note.place.is_none().then_some(ThreeDs::Challenge);
                entry.outcome = note.refusal.map_or(Outcome::Approved, Outcome::Declined);
            }
            Outcome::Challenge(wrong) => {
                note.wrong_answers = wrong;
                entry.outcome = Outcome::Declined(DeclineReason::AuthenticationAbandoned);
            }
        }
        let refused = entry.outcome != Outcome::Approved;
        let lost = may_be_lost && !refused && (note.answer_lost || self.loses_answer());
        (entry.note, entry.at) = (note.write(), self.clock.now());
        let answer = answer_of(&entry);
        if lost || refused {
            // Nobody commits a lost answer; and a code typed in this moment must find the challenge closed.
            self.book.record(entry).await?;
        } else {
            self.book.enqueue(entry).await?;
        }
        Ok(if lost { None } else { answer })
    }
}

/// What the bank makes of a card.
struct Seen {
    behaviour: Behaviour,
    /// Where an authentication begins that the merchant's page leads.
    stage: Option<Stage>,
    note: Note,
}

impl Seen {
    fn of(known: Option<&TestCard>, own: Behaviour, demand: Demand, guide: Guide, note: Note) -> Self {
        let behaviour = own.under(demand);
        let version_1 = known.is_some_and(TestCard::speaks_version_1);
        let stage = match guide {
            Guide::Us => None,
            Guide::Merchant => guided::first_stage(own, behaviour, version_1),
        };
        let note = Note {
            only_code: known.and_then(|known| known.only_code).unwrap_or_default().to_owned(),
            answer_lost: behaviour == Behaviour::ChallengeAnswerLost,
            refusal: behaviour.refusal_after_challenge(),
            ..note
        };
        Self { behaviour, stage, note }
    }
}

/// What a number does that no table has.
const UNKNOWN: Behaviour = Behaviour::Decline(DeclineReason::UnknownCard);

/// The answer to an attempt that the bank has in its book.
fn again(question: &Question, entry: &Entry) -> AttemptAnswer {
    match question.answered_by(entry) {
        Some(answer) => AttemptAnswer::Done(answer),
        None => must_act(entry),
    }
}

/// The answer to an attempt whose payer must act.
fn must_act(entry: &Entry) -> AttemptAnswer {
    let note = Note::read(&entry.note);
    if let Some(invoice) = wallet::invoice_of(entry, &note) {
        return AttemptAnswer::PayerMustPay { invoice };
    }
    match note.place {
        Some(_) => AttemptAnswer::PayerMustAct { address: elsewhere::address(entry.operation) },
        None => guided::must_act(entry.operation, note.stage),
    }
}

/// Where the payer must act.
fn address_of(entry: &Entry) -> String {
    let note = Note::read(&entry.note);
    match wallet::invoice_of(entry, &note) {
        Some(invoice) => invoice.address,
        None if note.place.is_some() => elsewhere::address(entry.operation),
        None => challenge::address(entry.operation),
    }
}

#[async_trait]
impl Provider for SandboxBank {
    async fn attempt(&self, attempt: Attempt) -> AttemptAnswer {
        let answer = self.try_attempt(attempt).await.unwrap_or(AttemptAnswer::Done(Answer::Unknown));
        self.wait(self.settings.delay).await;
        answer
    }

    async fn go_on(&self, operation: OperationId, return_address: String) -> AttemptAnswer {
        let answer = self.try_go_on(operation, return_address).await.unwrap_or(AttemptAnswer::Done(Answer::Unknown));
        self.wait(self.settings.delay).await;
        answer
    }

    async fn authentication(&self, operation: OperationId) -> Option<Authentication> {
        self.try_authentication(operation).await.ok().flatten()
    }

    async fn finish_attempt(&self, operation: OperationId) -> Answer {
        let answer = self.settle(operation, true).await;
        self.told(answer).await
    }

    async fn challenge_address(&self, operation: OperationId) -> Option<String> {
        let entry = self.book.entry(operation).await.ok().flatten()?;
        let stage = Note::read(&entry.note).stage;
        match entry.outcome {
            // There is no page before the browser was looked at, and none of ours that could do it.
            Outcome::Challenge(_) if matches!(stage, Stage::Method(_)) => None,
            // The page of a challenge that was passed sends the payer on.
            Outcome::Challenge(_) | Outcome::Authenticated => Some(address_of(&entry)),
            Outcome::Approved | Outcome::Declined(_) => None,
        }
    }

    async fn invoice(&self, operation: OperationId) -> Option<Invoice> {
        let entry = self.book.entry(operation).await.ok().flatten()?;
        let note = Note::read(&entry.note);
        match wallet::as_of(&entry, &note, note.bill.as_ref()?, self.clock.now()) {
            Outcome::Challenge(_) => wallet::invoice_of(&entry, &note),
            Outcome::Authenticated | Outcome::Approved | Outcome::Declined(_) => None,
        }
    }

    async fn news(&self, limit: u32) -> Vec<(PaymentId, OperationId)> {
        match self.switch.line() {
            Line::Whole | Line::AnswersLost => self.try_news(limit).await.unwrap_or_default(),
            Line::Mute | Line::Cut => Vec::new(),
        }
    }

    async fn heard(&self, operation: OperationId) {
        // Should the book be closed, it is told once more.
        let _ = self.try_heard(operation).await;
    }

    async fn saved_card(&self, operation: OperationId) -> Result<Option<CardToken>, KeepError> {
        let entry = self.book.entry(operation).await.map_err(|BookClosed| KeepError::Unavailable)?;
        let approved = entry.filter(|entry| entry.outcome == Outcome::Approved);
        let token = approved.map(|entry| Note::read(&entry.note).token).filter(|token| !token.is_empty());
        Ok(token.map(CardToken))
    }

    async fn keep_card(&self, merchant: ProjectId, card: Card) -> Result<CardToken, KeepError> {
        // Nobody keeps a real card in a sandbox.
        if !cards::may_be_kept(card.number(), card.expiry(), self.clock.now()) {
            return Err(KeepError::Refused);
        }
        self.vault.keep(merchant, card.number()).await
    }

    async fn find_card(&self, merchant: ProjectId, number: &CardNumber) -> Result<Option<CardToken>, KeepError> {
        self.vault.find(merchant, number).await
    }

    async fn follow_up(&self, follow_up: FollowUp) -> Answer {
        if self.switch.line() == Line::Cut {
            return self.no_answer().await;
        }
        let answer = self.try_follow_up(&follow_up).await;
        match self.switch.line() {
            Line::Whole => self.told(answer).await,
            Line::AnswersLost | Line::Mute | Line::Cut => self.no_answer().await,
        }
    }

    async fn query(&self, operation: OperationId) -> Answer {
        match self.switch.line() {
            Line::Whole | Line::AnswersLost => {}
            Line::Mute | Line::Cut => return self.no_answer().await,
        }
        match self.settle(operation, false).await {
            Ok(Some(answer)) => answer,
            Ok(None) | Err(BookClosed) => Answer::Unknown,
        }
    }
}
