//! Double-entry ledger, append-only. A posting debits one account and credits another with the same amount, so every decision sums
//! to zero per currency by construction; a correction is a new posting. A payment that is a test posts nothing.

use crate::money::Money;

/// An account of one project in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Account {
    /// The payers' side of the acquirer: what came from payers and went back to them. Its balance is never positive.
    Payer,
    /// Reserved by holds.
    Held,
    /// Received, but not (or not yet) the merchant's: late, partial and excess money.
    Suspense,
    /// What the merchant is owed.
    Merchant,
    /// What was paid out to recipients.
    Payee,
}

impl Account {
    /// Every account.
    pub const ALL: &[Self] = &[Self::Payer, Self::Held, Self::Suspense, Self::Merchant, Self::Payee];

    /// Word for people and for storage.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payer => "payer",
            Self::Held => "held",
            Self::Suspense => "suspense",
            Self::Merchant => "merchant",
            Self::Payee => "payee",
        }
    }

    /// By its word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|account| account.name() == name)
    }
}

/// Moves `amount` out of `debit` into `credit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The account that gives.
    pub debit: Account,
    /// The account that receives.
    pub credit: Account,
    /// How much, never zero.
    pub amount: Money,
}

/// The balance of one account over postings of one currency: credits minus debits. Wide enough for any number of postings.
pub fn balance<'a>(account: Account, postings: impl IntoIterator<Item = &'a Posting>) -> i128 {
    postings
        .into_iter()
        .map(|posting| {
            let minor = i128::from(posting.amount.minor());
            i128::from(posting.credit == account) * minor - i128::from(posting.debit == account) * minor
        })
        .sum()
}
