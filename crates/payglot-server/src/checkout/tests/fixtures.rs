//! A book shop's order, and every page it can meet.

use askama::Template;

use crate::checkout::Language;
use crate::checkout::view::{
    AcsError, AcsPage, Amount, CardBrand, CardErrors, CardPage, ChallengePage, CodeError, DeclineReason, ExpiryError,
    Facts, Failure, FailurePage, Form, Frame, Handoff, HandoverPage, HolderError, LanguageLink, Merchant, Moment,
    Notice, NumberError, Order, Outcome, Purpose, ResultPage, SavedCards, ShopLink, TestCard, Timer, WaitReason,
    WaitingPage,
};

pub(super) const RETURN: &str = "https://books.example/thanks?orderId=70906e55-7114-41d6-8332-4609dc6590f4&lang=en";
pub(super) const NOON: Moment = Moment { unix_seconds: 1_795_374_480 };

pub(super) fn frame(language: Language) -> Frame {
    let languages = Language::ALL
        .map(|language| LanguageLink { language, href: format!("?mdOrder=70906e55&language={}", language.code()) });
    Frame {
        purpose: Purpose::Pay,
        language,
        languages: languages.to_vec(),
        page: "/payment/merchants/payment_en.html?mdOrder=70906e55&language=en".to_owned(),
        merchant: Some(Merchant {
            name: "Books & Tea".to_owned(),
            mark: Merchant::mark_of("Books & Tea"),
            brand: Some("#0b7285".to_owned()),
            return_label: None,
            link: None,
        }),
        order: Some(Order {
            amount: Some(Amount::from_minor(125_000, 2, "₽", language)),
            number: "47".to_owned(),
            description: "two books and a tin of tea".to_owned(),
        }),
        test_mode: true,
        timer: Some(Timer { seconds_left: 872, expires_at: NOON }),
        embed: None,
    }
}

fn form(step: &str) -> Form {
    Form { action: "/payment/pay?mdOrder=70906e55".to_owned(), step: step.to_owned(), token: "t0ken".to_owned() }
}

fn test_card(label: &str, number: &str, index: usize) -> TestCard {
    TestCard {
        label: label.to_owned(),
        number: number.to_owned(),
        expiry: "12 / 34".to_owned(),
        cvc: "123".to_owned(),
        href: format!("?mdOrder=70906e55&fill={index}"),
    }
}

pub(super) fn card(language: Language) -> CardPage {
    let labels = match language {
        Language::En => ["Paid", "Paid after 3-D Secure", "Not enough money", "Bank does not answer"],
        Language::Ru => ["Оплата", "Оплата с 3-D Secure", "Недостаточно денег", "Банк не отвечает"],
        Language::Lt => ["Apmokėta", "Apmokėta su 3-D Secure", "Nepakanka pinigų", "Bankas neatsako"],
    };
    let numbers = ["4444 5555 1111 3333", "5555 5555 5555 5599", "5432 5432 5432 5430", "4444 4444 9999 9999"];
    let test_cards =
        labels.iter().zip(numbers).enumerate().map(|(index, (label, number))| test_card(label, number, index));
    CardPage {
        frame: frame(language),
        pay: form("card"),
        cancel: Some(form("cancel")),
        hold: false,
        mobile: false,
        holder: String::new(),
        errors: CardErrors::default(),
        notice: None,
        brands: CardBrand::ALL.to_vec(),
        test_cards: test_cards.collect(),
        filled: None,
        another: None,
        saved: SavedCards::default(),
    }
}

pub(super) fn card_with_errors(language: Language) -> CardPage {
    CardPage {
        holder: "ИВАН".to_owned(),
        errors: CardErrors {
            number: Some(NumberError::Invalid),
            expiry: Some(ExpiryError::Past),
            code: Some(CodeError::NotThreeDigits),
            holder: Some(HolderError::Invalid),
        },
        ..card(language)
    }
}

pub(super) fn card_declined(language: Language) -> CardPage {
    CardPage {
        holder: "IVAN PETROV".to_owned(),
        notice: Some(Notice::Declined { reason: DeclineReason::Funds, tries_left: 2 }),
        ..card(language)
    }
}

pub(super) fn challenge(language: Language, at_once: bool) -> ChallengePage {
    ChallengePage {
        frame: frame(language),
        bank: Handoff {
            action: "acs.html".to_owned(),
            post: true,
            fields: vec![("MD".to_owned(), "70906e55".to_owned()), ("PaReq".to_owned(), "eJx+/=\"".to_owned())],
            at_once,
        },
        another_card: Some(form("another-card")),
        cancel: Some(form("cancel")),
    }
}

pub(super) fn waiting(language: Language, reason: WaitReason) -> WaitingPage {
    WaitingPage {
        frame: Frame { timer: None, ..frame(language) },
        reason,
        events: "/payment/events?mdOrder=70906e55".to_owned(),
        return_href: matches!(reason, WaitReason::Unknown).then(|| RETURN.to_owned()),
        simulator: None,
    }
}

pub(super) fn result(language: Language, outcome: Outcome) -> ResultPage {
    let just_now = matches!(outcome, Outcome::Paid | Outcome::Held);
    let refunded = matches!(outcome, Outcome::PartRefunded).then(|| Amount::from_minor(50_000, 2, "₽", language));
    let facts = match outcome {
        Outcome::Expired | Outcome::Cancelled => Facts::default(),
        _ => Facts {
            card: Some("Visa •••• 1111".to_owned()),
            place: None,
            at: Some(NOON),
            refunded,
            reference: Some("4711-0815".to_owned()),
        },
    };
    ResultPage {
        frame: Frame { timer: None, ..frame(language) },
        outcome,
        facts,
        return_href: Some(RETURN.to_owned()),
        auto_return: just_now.then_some(5),
    }
}

pub(super) fn failure(language: Language, failure: Failure) -> FailurePage {
    let unknown = matches!(failure, Failure::UnknownOrder);
    let known = frame(language);
    let frame = Frame { timer: None, ..known };
    if unknown {
        let frame = Frame { merchant: None, order: None, test_mode: false, page: String::new(), ..frame };
        return FailurePage { frame, failure, return_href: None };
    }
    FailurePage { frame, failure, return_href: Some(RETURN.to_owned()) }
}

pub(super) fn acs(language: Language, error: Option<AcsError>) -> AcsPage {
    AcsPage {
        frame: Frame { timer: None, merchant: None, order: None, ..frame(language) },
        shop: "Books & Tea".to_owned(),
        amount: Some(Amount::from_minor(125_000, 2, "₽", language)),
        card: "Mastercard •••• 5599".to_owned(),
        action: "/sandbox/acs".to_owned(),
        fields: vec![("MD".to_owned(), "70906e55".to_owned())],
        codes: vec!["12345678".to_owned(), "00000".to_owned(), "123456".to_owned()],
        error,
    }
}

pub(super) fn handover(language: Language) -> HandoverPage {
    HandoverPage {
        frame: Frame { timer: None, merchant: None, order: None, ..frame(language) },
        action: "https://shop.example/3ds?a=1&b=2".to_owned(),
        fields: vec![("MD".to_owned(), "70906e55".to_owned()), ("PaRes".to_owned(), "eJx+/=\"".to_owned())],
    }
}

/// The name of a page in the gallery, and the page.
pub(super) type Rendered = (String, String);

fn render(name: &str, page: &impl Template) -> Rendered {
    (name.to_owned(), page.render().expect("a page of plain data renders"))
}

/// Every page in one language.
pub(super) fn all(language: Language) -> Vec<Rendered> {
    let stale = CardPage { notice: Some(Notice::Stale), ..card(language) };
    let switched = CardPage { notice: Some(Notice::Switched), ..card(language) };
    let filled = CardPage { filled: Some(0), hold: true, ..card(language) };
    let mut mobile = CardPage { mobile: true, ..card(language) };
    if let Some(merchant) = &mut mobile.frame.merchant {
        merchant.link = Some(ShopLink { href: "https://books.example/basket".to_owned(), label: String::new() });
    }
    let mut pages = vec![
        render("card", &card(language)),
        render("card-errors", &card_with_errors(language)),
        render("card-declined", &card_declined(language)),
        render("card-stale", &stale),
        render("card-switched", &switched),
        render("card-mobile", &mobile),
        render("card-filled", &filled),
        render("challenge", &challenge(language, false)),
        render("challenge-at-once", &challenge(language, true)),
        render("waiting", &waiting(language, WaitReason::Working)),
        render("waiting-unknown", &waiting(language, WaitReason::Unknown)),
        render("unknown-order", &failure(language, Failure::UnknownOrder)),
        render("technical", &failure(language, Failure::Technical { reference: "01JD7Y9K2M".to_owned() })),
        render("too-many", &failure(language, Failure::TooManyAttempts { retry_after: 100 })),
        render("acs", &acs(language, None)),
        render("acs-letters", &AcsPage { codes: vec!["1qwezxc".to_owned()], ..acs(language, None) }),
        render("acs-wrong", &acs(language, Some(AcsError::Wrong { tries_left: 2 }))),
        render("acs-missing", &acs(language, Some(AcsError::Missing))),
        render("acs-handover", &handover(language)),
    ];
    let names = [
        "paid",
        "held",
        "declined",
        "expired",
        "cancelled",
        "already-paid",
        "already-held",
        "voided",
        "refunded",
        "part-refunded",
        "card-verified",
        "card-kept",
        "paid-out",
    ];
    pages.extend(names.iter().zip(Outcome::ALL).map(|(name, outcome)| render(name, &result(language, outcome))));
    pages.extend(super::places::all(language));
    pages.extend(super::inbox::all(language));
    pages.extend(super::wallets::all(language));
    pages.extend(super::purposes::all(language));
    pages
}
