//! What a buyer may choose at this counter.

use super::purpose::Purpose;
use crate::demo::check::value_of;

/// How the payer gets to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Via {
    /// The browser opens the Payment Page.
    Page,
    /// The Payment Page opens in a widget of the shop's page.
    Widget,
    /// The shop's server asks Gate.
    Gate,
}

/// What is paid with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Means {
    /// The payer decides on the page.
    Any,
    /// A WebMoney wallet.
    WebMoney,
    /// A card.
    Card,
}

/// A test card that the shop may send to Gate. Nobody types a card's number into a demo.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::demo) struct TestCard {
    pub(in crate::demo) number: &'static str,
    pub(in crate::demo) code: &'static str,
    pub(in crate::demo) outcome: &'static str,
}

/// Test cards that the vendor publishes.
pub(in crate::demo) const CARDS: &[TestCard] = &[
    TestCard { number: "4000000000000077", code: "123", outcome: "paid" },
    TestCard { number: "4314220000000056", code: "123", outcome: "paid after 3-D Secure with the code 123456" },
    TestCard { number: "4477000000000006", code: "123", outcome: "paid after 3-D Secure without a question" },
    TestCard { number: "4006260000000014", code: "123", outcome: "paid after 3-D Secure 1 with the code 123456" },
    TestCard { number: "4000000000000135", code: "123", outcome: "paid, but charged again there is not enough money" },
    TestCard { number: "4111111111111111", code: "123", outcome: "declined" },
    TestCard { number: "4012000000020089", code: "123", outcome: "declined after 3-D Secure" },
];

impl TestCard {
    /// In groups of four, as it is printed on cards.
    pub(in crate::demo) fn grouped(&self) -> String {
        let digits: Vec<char> = self.number.chars().collect();
        digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }
}

/// The wallet's owner that the form proposes.
pub(in crate::demo) const WMID: &str = "123456789012";
/// Longest name of a wallet's owner on the wire.
const WMID_MAX: usize = 100;

/// What a buyer chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::demo) struct Choice {
    pub(super) via: Via,
    pub(super) means: Means,
    /// Hold the money of a card first?
    pub(super) hold: bool,
    /// Register the card for later charges?
    pub(super) register: bool,
    /// Save the card? For Gate only: on the page the buyer decides.
    pub(super) save: bool,
    /// Whose wallet gets the invoice; for Gate only.
    pub(super) wmid: String,
    /// The card to charge; for Gate only.
    pub(super) card: &'static TestCard,
}

impl Choice {
    /// Reads the form of the shelf, or says what is wrong with it.
    pub(super) fn read(form: &[(String, String)], purpose: Purpose) -> Result<Self, &'static str> {
        let get = |name: &str| value_of(form, name).unwrap_or_default();
        let via = match get("via") {
            "widget" => Via::Widget,
            // What the page is opened for without a purchase, this shop has no calls of Gate for.
            "gate" if purpose == Purpose::Pay => Via::Gate,
            _ => Via::Page,
        };
        let is_card = matches!(purpose, Purpose::Verify | Purpose::SaveCard);
        let means = match (via, get(if via == Via::Gate { "gate_means" } else { "means" })) {
            _ if is_card => Means::Card,
            (_, "webmoney") | (Via::Gate, "" | "any") => Means::WebMoney,
            (_, "card") => Means::Card,
            _ => Means::Any,
        };
        let wmid: String = get("wmid").chars().filter(|sign| !sign.is_whitespace()).collect();
        let is_typed = (1..=WMID_MAX).contains(&wmid.chars().count());
        if via == Via::Gate && means == Means::WebMoney && !is_typed {
            return Err("Gate sends the invoice to a wallet, so the shop needs the WMID of its owner: twelve digits.");
        }
        let card = match get("card") {
            "" => CARDS.first(),
            number => CARDS.iter().find(|card| card.number == number),
        };
        let card = card.ok_or("The shop sends only the published test cards of its list to the gateway.")?;
        let may_be_card = means != Means::WebMoney;
        Ok(Self {
            via,
            means,
            hold: purpose == Purpose::Pay && may_be_card && get("stage") == "hold",
            register: matches!(purpose, Purpose::Pay | Purpose::Verify) && may_be_card && get("register") == "1",
            save: via == Via::Gate && means == Means::Card && get("save") == "1",
            wmid,
            card,
        })
    }

    /// The fields of the form that say the same again.
    pub(in crate::demo) fn again(&self) -> Vec<(&'static str, String)> {
        let via = match self.via {
            Via::Page => "page",
            Via::Widget => "widget",
            Via::Gate => "gate",
        };
        let means = match self.means {
            Means::Any => "any",
            Means::WebMoney => "webmoney",
            Means::Card => "card",
        };
        let mut fields = vec![("via", via.to_owned())];
        if self.via == Via::Gate {
            fields.push(("gate_means", means.to_owned()));
            match self.means {
                Means::Card => fields.push(("card", self.card.number.to_owned())),
                Means::Any | Means::WebMoney => fields.push(("wmid", self.wmid.clone())),
            }
        } else {
            fields.push(("means", means.to_owned()));
        }
        for (is_chosen, name, value) in
            [(self.hold, "stage", "hold"), (self.register, "register", "1"), (self.save, "save", "1")]
        {
            if is_chosen {
                fields.push((name, value.to_owned()));
            }
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &str) -> Result<Choice, &'static str> {
        Choice::read(&crate::demo::routes::pairs(form.as_bytes()), Purpose::Pay)
    }

    #[test]
    fn a_choice_reads_back_from_the_form_that_buys_again() {
        for form in [
            "",
            "via=page&means=webmoney",
            "via=widget&means=card&stage=hold",
            "via=gate&gate_means=webmoney&wmid=1234+5678+9012",
            "via=gate&gate_means=card&card=4111111111111111&stage=hold",
            "via=page&register=1",
            "via=gate&gate_means=card&register=1&save=1",
        ] {
            let choice = read(form).expect(form);
            let again: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(choice.again()).finish();
            // What one way of paying does not ask for may have any value in another.
            let Choice { via, means, hold, register, save, .. } = read(&again).expect(&again);
            assert_eq!((via, means, hold), (choice.via, choice.means, choice.hold), "{again}");
            assert_eq!((register, save), (choice.register, choice.save), "{again}");
        }
        let typed = read("via=gate&wmid=1234+5678+9012").expect("a wallet");
        assert_eq!((typed.means, typed.wmid.as_str()), (Means::WebMoney, "123456789012"));
        let wallet = read("via=gate&wmid=1&stage=hold&register=1&save=1").expect("a wallet");
        assert!(!wallet.hold && !wallet.register && !wallet.save, "a wallet holds and keeps nothing");
        assert!(read("register=1&save=1").is_ok_and(|page| page.register && !page.save), "the page asks for it itself");
    }

    #[test]
    fn what_is_no_purchase_is_done_on_the_page() {
        let form = "via=gate&gate_means=webmoney&wmid=&means=webmoney&stage=hold&register=1&save=1";
        let read = |purpose| Choice::read(&crate::demo::routes::pairs(form.as_bytes()), purpose).expect("a choice");
        for (purpose, means, register) in [
            (Purpose::Verify, Means::Card, true),
            (Purpose::SaveCard, Means::Card, false),
            (Purpose::PayOut, Means::WebMoney, false),
        ] {
            let choice = read(purpose);
            assert_eq!((choice.via, choice.means, choice.register), (Via::Page, means, register), "{purpose:?}");
            assert!(!choice.hold && !choice.save, "{purpose:?}");
        }
    }

    #[test]
    fn only_cards_of_the_list_are_sent() {
        assert!(read("via=gate&gate_means=card&card=4111222233334444").is_err_and(|words| words.contains("published")));
        assert!(read("via=gate&gate_means=card&card=4000000000000077").is_ok());
        for wmid in ["", "%20", &"1".repeat(101)] {
            assert!(read(&format!("via=gate&gate_means=webmoney&wmid={wmid}")).is_err(), "{wmid}");
            assert!(read(&format!("via=page&wmid={wmid}")).is_ok(), "the page asks for it itself");
        }
    }

    #[test]
    fn cards_are_grouped_as_on_a_card() {
        assert_eq!(CARDS[0].grouped(), "4000 0000 0000 0077");
    }
}
