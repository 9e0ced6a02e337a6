//! What the bank writes beside an outcome, as text.

use super::super::card::CardNumber;
use super::super::{CardToken, Elsewhere, TestData};
use payglot_core::{DeclineReason, Method, ThreeDs, UnixMillis};

/// The word for test data that are not the first protocol's.
const MONETIX: &str = "monetix";

/// What the bank writes beside an outcome. The card's number is not among it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Note {
    /// The card, masked; empty for what the merchant asked.
    pub(super) card: String,
    /// How the holder was authenticated, once that is decided.
    pub(super) three_ds: Option<ThreeDs>,
    /// Where the payer's browser must come back to.
    pub(super) return_address: String,
    /// Wrong codes so far, kept when the challenge is over.
    pub(super) wrong_answers: u8,
    /// The answer that follows the challenge will be lost.
    pub(super) answer_lost: bool,
    /// The one code that passes the challenge, where any other ends it at once; empty: the usual ones.
    pub(super) only_code: String,
    /// Why it is declined even if the holder passes the challenge.
    pub(super) refusal: Option<DeclineReason>,
    /// The place the payer pays at, if it is not a card.
    pub(super) place: Option<Elsewhere>,
    /// The telephone that a code was sent to, all but its last digits hidden.
    pub(super) phone: String,
    /// The payer has paid there, and the place says so only later.
    pub(super) pending: bool,
    /// The key of the person who pays there, if the bank tells who it is.
    pub(super) person: String,
    /// It is paid, and the place will never confirm that the money arrived.
    pub(super) unconfirmed: bool,
    /// How the holder is authenticated, where the merchant's page takes the steps.
    pub(super) stage: Stage,
    /// The token under which the vault keeps the card, if it was asked to.
    pub(super) token: String,
    /// The invoice, if it is one.
    pub(super) bill: Option<Bill>,
    /// Whose test data decide.
    pub(super) test_data: TestData,
}

/// An invoice of the wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bill {
    /// What the wallet calls it.
    pub(super) number: u32,
    /// What is paid for.
    pub(super) description: String,
    /// From then on it cannot be paid.
    pub(super) expires_at: UnixMillis,
}

/// Where an authentication stands that a merchant's page leads; [`Stage::Ours`] where the page is ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    /// Our page: a redirect there and one back.
    #[default]
    Ours,
    /// 3-D Secure 1.
    PaReq,
    /// 3-D Secure 2, the browser is being looked at; then this.
    Method(Then),
    /// 3-D Secure 2, the challenge.
    CReq,
}

/// What follows when the browser was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// The issuer vouches without asking.
    Frictionless,
    /// Only an attempt is proven.
    Attempt,
    /// The holder is asked.
    Challenge,
    /// The issuer refuses.
    Refused,
}

impl Stage {
    /// Every stage with its word in the book.
    const WORDS: &[(Self, &str)] = &[
        (Self::Ours, ""),
        (Self::PaReq, "pareq"),
        (Self::Method(Then::Frictionless), "method_frictionless"),
        (Self::Method(Then::Attempt), "method_attempt"),
        (Self::Method(Then::Challenge), "method_challenge"),
        (Self::Method(Then::Refused), "method_refused"),
        (Self::CReq, "creq"),
    ];

    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(stage, _)| *stage == self).map_or("", |&(_, word)| word)
    }

    fn from_word(word: &str) -> Self {
        Self::WORDS.iter().find(|(_, known)| *known == word).map_or(Self::Ours, |&(stage, _)| stage)
    }
}

impl Note {
    /// For a card, which the vault keeps under a token or does not keep.
    pub(super) fn of_card(number: &CardNumber, token: Option<CardToken>) -> Self {
        Self { card: number.masked(), token: token.map(|token| token.0).unwrap_or_default(), ..Self::default() }
    }

    /// As form-urlencoded text.
    pub(super) fn write(&self) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        if !self.card.is_empty() {
            text.append_pair("card", &self.card);
        }
        if let Some(three_ds) = self.three_ds {
            text.append_pair("three_ds", three_ds.name());
        }
        if !self.return_address.is_empty() {
            text.append_pair("return", &self.return_address);
        }
        if self.wrong_answers > 0 {
            text.append_pair("wrong", &self.wrong_answers.to_string());
        }
        if self.answer_lost {
            text.append_pair("answer", "lost");
        }
        if !self.only_code.is_empty() {
            text.append_pair("code", &self.only_code);
        }
        if let Some(reason) = self.refusal {
            text.append_pair("refusal", reason.name());
        }
        if let Some(Elsewhere { method, key, title, test }) = &self.place {
            text.append_pair("method", method.name()).append_pair("key", key).append_pair("title", title);
            if *test {
                text.append_pair("test", "1");
            }
        }
        if !self.phone.is_empty() {
            text.append_pair("phone", &self.phone);
        }
        if self.pending {
            text.append_pair("pending", "1");
        }
        if !self.person.is_empty() {
            text.append_pair("person", &self.person);
        }
        if self.unconfirmed {
            text.append_pair("unconfirmed", "1");
        }
        if self.stage != Stage::Ours {
            text.append_pair("stage", self.stage.word());
        }
        if !self.token.is_empty() {
            text.append_pair("token", &self.token);
        }
        if let Some(Bill { number, description, expires_at }) = &self.bill {
            text.append_pair("invoice", &number.to_string()).append_pair("about", description);
            text.append_pair("until", &expires_at.0.to_string());
        }
        if self.test_data == TestData::Monetix {
            text.append_pair("data", MONETIX);
        }
        text.finish()
    }

    /// Reads what [`Note::write`] wrote; unknown names are skipped, so an older program can read a newer book.
    pub(super) fn read(text: &str) -> Self {
        let mut note = Self::default();
        let (mut key, mut title, mut is_test) = (String::new(), String::new(), false);
        let (mut method, mut number) = (None, None);
        let (mut description, mut expires_at) = (String::new(), UnixMillis(0));
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            match name.as_ref() {
                "card" => note.card = value.into_owned(),
                "three_ds" => note.three_ds = ThreeDs::from_name(&value),
                "return" => note.return_address = value.into_owned(),
                "wrong" => note.wrong_answers = value.parse().unwrap_or_default(),
                "answer" => note.answer_lost = value == "lost",
                "code" => note.only_code = value.into_owned(),
                "refusal" => note.refusal = DeclineReason::from_name(&value),
                "method" => method = Method::from_name(&value),
                "key" => key = value.into_owned(),
                "title" => title = value.into_owned(),
                "test" => is_test = value == "1",
                "phone" => note.phone = value.into_owned(),
                "pending" => note.pending = value == "1",
                "person" => note.person = value.into_owned(),
                "unconfirmed" => note.unconfirmed = value == "1",
                "stage" => note.stage = Stage::from_word(&value),
                "token" => note.token = value.into_owned(),
                "invoice" => number = value.parse().ok(),
                "about" => description = value.into_owned(),
                "until" => expires_at = UnixMillis(value.parse().unwrap_or_default()),
                "data" if value == MONETIX => note.test_data = TestData::Monetix,
                _ => {}
            }
        }
        note.bill = number.map(|number| Bill { number, description, expires_at });
        note.place = method.map(|method| Elsewhere { method, key, title, test: is_test });
        note
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_back() {
        let note = Note {
            card: "411111**1111".to_owned(),
            three_ds: Some(ThreeDs::Challenge),
            return_address: "/a?b=c d&e".to_owned(),
            wrong_answers: 2,
            answer_lost: true,
            only_code: "1qwezxc".to_owned(),
            refusal: Some(DeclineReason::IssuerRefused),
            place: Some(Elsewhere {
                method: Method::Sms,
                key: "sms".to_owned(),
                title: "Telephone".to_owned(),
                test: true,
            }),
            phone: "•••• 4567".to_owned(),
            pending: true,
            person: "jonas".to_owned(),
            unconfirmed: true,
            stage: Stage::PaReq,
            token: "a1".to_owned(),
            bill: Some(Bill {
                number: 121,
                description: "Top-up №<1> & more".to_owned(),
                expires_at: UnixMillis(1_795_000_000_000),
            }),
            test_data: TestData::Monetix,
        };
        assert_eq!(Note::read(&note.write()), note);
        assert_eq!(Note::read(&Note::default().write()), Note::default());
    }
}
