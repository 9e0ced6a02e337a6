//! The people whom the sandbox's banks know, and what a bank tells of a payer. None of them exists: nobody was born on the thirtieth of
//! February, and no bank has these numbers.

use super::SandboxBank;
use super::elsewhere::Stage;
use super::note::Note;
use payglot_core::{Method, OperationId};

/// A person with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// Names the person in forms and in the book.
    pub key: &'static str,
    /// First name.
    pub name: &'static str,
    /// Last name.
    pub surname: &'static str,
    /// Number of the account (IBAN).
    pub account: &'static str,
    /// National number.
    pub national_number: &'static str,
}

/// All of them.
pub const ALL: &[Person] = &[
    Person {
        key: "zydrune",
        name: "Žydrūnė",
        surname: "Šimkutė",
        account: "LT121000011101001000",
        national_number: "48002300017",
    },
    Person {
        key: "jonas",
        name: "Jonas",
        surname: "Petraitis",
        account: "LT559999900000000017",
        national_number: "38002300019",
    },
];

/// A person by key.
pub fn find(key: &str) -> Option<&'static Person> {
    ALL.iter().find(|person| person.key == key)
}

/// Who can be chosen at a place of this kind: only a bank knows its payers.
pub fn at(method: Method) -> &'static [Person] {
    match method {
        Method::Bank => ALL,
        Method::Card
        | Method::MerchantCard
        | Method::SavedCard
        | Method::Wallet
        | Method::Transfer
        | Method::Sms
        | Method::Kiosk
        | Method::Crypto => &[],
    }
}

/// What a place tells of a payment besides that it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Particulars {
    /// Who paid; `None`: the place does not tell.
    pub person: Option<&'static Person>,
    /// The payment is executed, and the bank will never confirm that the money arrived.
    pub unconfirmed: bool,
}

impl SandboxBank {
    /// The payer at a place says who they are, as long as nothing is decided there. Nobody by that key is somebody whom the bank does not
    /// name.
    pub async fn name_payer(&self, operation: OperationId, key: &str) {
        let _turn = self.turns.of(operation.as_bytes()).await;
        let Ok(Some(mut entry)) = self.book.entry(operation).await else { return };
        let mut note = Note::read(&entry.note);
        let known = note.place.as_ref().is_some_and(|place| !place.test && !at(place.method).is_empty());
        if known && super::elsewhere::stage_of(&entry) == Some(Stage::Choice) {
            note.person = find(key).map(|person| person.key.to_owned()).unwrap_or_default();
            entry.note = note.write();
            // A page that could not be written down shows the choice again.
            let _ = self.book.record(entry).await;
        }
    }

    /// What the place of an attempt tells. Nothing if there is no such attempt, or it was a card.
    pub async fn particulars(&self, operation: OperationId) -> Particulars {
        let entry = self.book.entry(operation).await.ok().flatten();
        let note = entry.map(|entry| Note::read(&entry.note)).unwrap_or_default();
        Particulars { person: find(&note.person), unconfirmed: note.unconfirmed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_have_right_check_digits_and_keys_are_unique() {
        for person in ALL {
            let turned = format!("{}{}", &person.account[4..], &person.account[..4]);
            let rest = turned.chars().fold(0, |rest: u32, sign| {
                let digit = sign.to_digit(36).expect("letters and digits");
                (rest * if digit > 9 { 100 } else { 10 } + digit) % 97
            });
            assert_eq!(rest, 1, "{}", person.account);
            assert_eq!(ALL.iter().filter(|other| other.key == person.key).count(), 1);
            assert_eq!(person.national_number.len(), 11);
        }
    }
}
