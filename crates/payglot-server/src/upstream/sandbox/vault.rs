//! The bank's vault: the only place where the number of a card is kept, sealed with a key of the bank's own.
//!
//! Everybody else holds a token, which is random and says nothing of the card. One number of one merchant has one token: a keyed
//! fingerprint finds the number again without opening anything, and differs between merchants, so that nobody can follow a payer from
//! shop to shop. A security code never comes here.

use super::super::card::CardNumber;
use super::super::{CardToken, KeepError};
use super::book::Book;
use crate::clock::Clock;
use crate::secrets::{self, Secret, VaultKey};
use payglot_core::ProjectId;
use payglot_store::{BankCard, StoreError};

/// The vault of the sandbox bank.
pub(super) struct Vault {
    book: Book,
    clock: Clock,
    key: VaultKey,
}

impl Vault {
    pub(super) fn new(book: Book, clock: Clock, key: VaultKey) -> Self {
        Self { book, clock, key }
    }

    /// Keeps a number; it is on disk when this returns.
    pub(super) async fn keep(&self, merchant: ProjectId, number: &CardNumber) -> Result<CardToken, KeepError> {
        if let Some(known) = self.find(merchant, number).await? {
            return Ok(known);
        }
        let token = secrets::generate().map_err(|error| closed(&error))?.expose().to_owned();
        let sealed = self.key.seal(&Secret::new(number.digits()), &purpose(merchant, &token));
        let card = BankCard {
            fingerprint: self.key.fingerprint(merchant.0, number.digits()),
            sealed: sealed.map_err(|error| closed(&error))?,
            token,
            kept_at: self.clock.now(),
        };
        self.book.store().bank_keep_card(card).await.map(CardToken).map_err(|error| closed(&error))
    }

    /// The token of a number that is kept.
    pub(super) async fn find(&self, merchant: ProjectId, number: &CardNumber) -> Result<Option<CardToken>, KeepError> {
        let fingerprint = self.key.fingerprint(merchant.0, number.digits());
        let found = self.book.store().bank_card_of(&fingerprint).await.map_err(|error| closed(&error))?;
        Ok(found.map(|card| CardToken(card.token)))
    }

    /// The number behind a token. Another merchant's token opens nothing.
    pub(super) async fn open(&self, merchant: ProjectId, token: &CardToken) -> Result<CardNumber, KeepError> {
        let found = self.book.store().bank_card(&token.0).await.map_err(|error: StoreError| closed(&error))?;
        let card = found.ok_or(KeepError::Refused)?;
        let number = self.key.open(&card.sealed, &purpose(merchant, &token.0)).map_err(|_| KeepError::Refused)?;
        CardNumber::parse(number.expose()).map_err(|_| KeepError::Refused)
    }
}

/// What is bound into a sealed number, so that it opens neither for another merchant nor under another token.
fn purpose(merchant: ProjectId, token: &str) -> String {
    format!("{}:{token}", merchant.0)
}

fn closed(error: &impl std::fmt::Display) -> KeepError {
    tracing::warn!(%error, "the sandbox bank cannot use its vault");
    KeepError::Unavailable
}
