//! The form of a payout as it was posted: where the payer wants the money.

pub use super::form::Recipient;

use super::form::Typed;
use super::pages::{self, Asked};
use super::view::{CardErrors, WalletErrors};
use super::visit::{Visit, Way};
use super::wallet::{self, TypedWallet};
use payglot_core::Method;
use std::fmt;

/// The step of the forms that say where the money shall go.
pub const STEP_RECEIVE: &str = "receive";

/// What is wrong with the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecipientErrors {
    /// With the card's number.
    Card(CardErrors),
    /// With the wallet; what was typed stands in the form again.
    Wallet(TypedWallet, WalletErrors),
    /// The money cannot go there: another tab, or a form that is not ours.
    NotOffered,
}

/// What was typed. A form that has an account is the wallet's, every other one the card's.
pub struct TypedRecipient {
    card: Typed,
    wallet: Option<TypedWallet>,
}

impl fmt::Debug for TypedRecipient {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("TypedRecipient").finish_non_exhaustive()
    }
}

impl TypedRecipient {
    /// Reads a posted form; what is missing is empty.
    pub fn read(body: &[u8]) -> Self {
        let has_account = form_urlencoded::parse(body).any(|(name, _)| name == "account");
        Self { card: Typed::read(body), wallet: has_account.then(|| TypedWallet::read(body)) }
    }

    /// Where the money goes; or what is wrong.
    pub fn judge(self, visit: &Visit) -> Result<Recipient, RecipientErrors> {
        let Some(typed) = self.wallet else {
            if !offers(visit, |way| way.method == Method::Card) {
                return Err(RecipientErrors::NotOffered);
            }
            return self.card.card_number().map(Recipient::Card).map_err(RecipientErrors::Card);
        };
        let asked = visit.wallet.as_ref().filter(|wallet| offers(visit, |way| way.key == wallet.key));
        let judged = typed.judge(asked.ok_or(RecipientErrors::NotOffered)?);
        judged.map(Recipient::Wallet).map_err(|(typed, errors)| RecipientErrors::Wallet(typed, errors))
    }
}

/// Is there such a way? Where nothing is to choose, every way is meant.
fn offers(visit: &Visit, wanted: impl Fn(&Way) -> bool) -> bool {
    visit.choice().is_none_or(|choice| choice.ways().any(wanted))
}

/// The form again, with what is wrong in it.
pub fn form_with_errors(visit: &Visit, errors: &RecipientErrors) -> askama::Result<String> {
    match (errors, &visit.wallet) {
        (RecipientErrors::Card(errors), _) => pages::page_with_errors(visit, &Typed::default(), *errors),
        (RecipientErrors::Wallet(typed, errors), Some(asked)) => wallet::form_with_errors(visit, asked, typed, errors),
        (RecipientErrors::Wallet(..), None) | (RecipientErrors::NotOffered, _) => pages::page(visit, &Asked::default()),
    }
}
