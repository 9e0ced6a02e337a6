//! Vectors, byte for byte; each file in `vectors/` names the source of what is in it.

mod bindings;
mod blocks;
mod callbacks;
mod charges;
mod lookup;
mod operations;
mod registration;
mod statuses;

use super::{Defaults, Params};
use crate::raw::{Method, RawRequest};
use payglot_core::{
    Answer, CardBrand, CardFacts, Command, Currency, Decision, DeclineReason, Intent, Money, NewPayment, OperationId,
    Payment, PaymentId, ProjectId, ProviderFacts, Terms, ThreeDs, UnixMillis,
};

/// The id in the seed document of the protocol.
const ID: &str = "01491d0b-c848-7dd6-a20d-e96900a7d8c0";

fn id(text: &str) -> PaymentId {
    text.parse().expect("a UUID")
}

fn operation(number: u8) -> OperationId {
    OperationId::from_bytes([number; 16])
}

/// A GET request with this query.
fn get(query: &str) -> Params {
    let request = RawRequest { method: Method::Get, path: "", query, content_type: "", body: b"", caller_ip: None };
    Params::read(&request).expect("readable")
}

fn roubles(minor: i64) -> Money {
    Money::new(minor, Currency::RUB).expect("in range")
}

fn defaults() -> Defaults {
    Defaults::default()
}

/// A payment moved by the core's own decisions, with the announcements of the last one.
struct Story {
    last: Decision,
    now: i64,
    operations: u8,
}

impl Story {
    fn begin(intent: Intent, minor: i64) -> Self {
        let new = NewPayment {
            id: id(ID),
            project: ProjectId(1),
            order: "1042".to_owned(),
            intent,
            amount: roubles(minor),
            terms: Terms::default(),
            expires_at: UnixMillis(1_709_726_426_044 + 1_200_000),
        };
        let last = payglot_core::register(new, UnixMillis(1_709_726_426_044)).expect("registered");
        Self { last, now: 1_709_726_426_044, operations: 0 }
    }

    fn payment(&self) -> &Payment {
        &self.last.payment
    }

    fn command(&mut self, command: Command) -> &mut Self {
        self.now += 1000;
        self.last = payglot_core::decide(self.payment(), command, UnixMillis(self.now)).expect("legal");
        self
    }

    fn fresh(&mut self) -> OperationId {
        self.operations += 1;
        operation(self.operations)
    }

    fn attempt(&mut self, masked: &str, brand: CardBrand) -> &mut Self {
        let card = CardFacts { masked: masked.to_owned(), expiry: 203_412, holder: "TEST".to_owned(), brand };
        let command = Command::StartAttempt {
            operation: self.fresh(),
            method: payglot_core::Method::Card,
            method_key: None,
            card: Some(card),
            payer_ip: Some("203.0.113.9".to_owned()),
        };
        self.command(command)
    }

    fn challenge(&mut self) -> &mut Self {
        let operation = operation(self.operations);
        self.command(Command::PayerMustAct { operation })
    }

    fn answer(&mut self, answer: Answer) -> &mut Self {
        let operation = operation(self.operations);
        self.command(Command::Answer { operation, answer, return_operation: OperationId::from_bytes([200; 16]) })
    }

    fn approve(&mut self) -> &mut Self {
        self.answer(Answer::Approved(ProviderFacts {
            approval_code: "123456".to_owned(),
            reference: "714105591198".to_owned(),
            three_ds: Some(ThreeDs::No),
        }))
    }

    fn decline(&mut self, reason: DeclineReason) -> &mut Self {
        self.answer(Answer::Declined(reason, ProviderFacts::default()))
    }

    fn pay(&mut self) -> &mut Self {
        self.attempt("444455**3333", CardBrand::Visa).approve()
    }

    fn capture(&mut self, minor: Option<i64>) -> &mut Self {
        let operation = self.fresh();
        self.command(Command::Capture { operation, amount: minor.map(roubles), last: true, key: None }).approve()
    }

    fn capture_part(&mut self, minor: i64) -> &mut Self {
        let operation = self.fresh();
        self.command(Command::Capture { operation, amount: Some(roubles(minor)), last: false, key: None }).approve()
    }

    fn refund(&mut self, minor: Option<i64>) -> &mut Self {
        let operation = self.fresh();
        self.command(Command::Refund { operation, amount: minor.map(roubles), key: None, expected: None }).approve()
    }

    fn void(&mut self, minor: Option<i64>) -> &mut Self {
        let operation = self.fresh();
        self.command(Command::Void { operation, amount: minor.map(roubles), key: None }).approve()
    }

    fn expire(&mut self) -> &mut Self {
        self.now = self.payment().expires_at.0;
        let operation = self.fresh();
        self.command(Command::Expire { operation })
    }

    fn cancel(&mut self, reason: DeclineReason) -> &mut Self {
        self.command(Command::Cancel { reason, return_operation: OperationId::from_bytes([200; 16]) })
    }
}
