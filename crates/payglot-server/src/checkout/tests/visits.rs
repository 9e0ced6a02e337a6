//! Visits to pages of every purpose, in every state that a payment can be in.

use crate::checkout::Language;
use crate::checkout::view::{ShopLink, WalletField};
use crate::checkout::visit::{Choice, Country, Group, Purpose, Saved, Visit, Wallet, Way};
use crate::upstream::TestData;
use payglot_core::{
    CardBrand, CardFacts, Currency, DeclineReason, Intent, Method, Money, Operation, OperationId, OperationKind,
    OperationStatus, Payment, PaymentId, ProjectId, ProviderFacts, State, Sums, Terms, UnixMillis,
};

const NOON: UnixMillis = UnixMillis(1_795_374_480_000);

fn money() -> Money {
    Money::new(125_000, Currency::from_code("EUR").expect("a currency")).expect("an amount")
}

pub(super) fn card(brand: CardBrand, masked: &str) -> CardFacts {
    CardFacts { masked: masked.to_owned(), expiry: 203_412, holder: String::new(), brand }
}

fn way(key: &str, title: &str, method: Method) -> Way {
    Way { key: key.to_owned(), title: title.to_owned(), method }
}

/// Nothing has happened yet; a card and a wallet are offered, and the wallet knows nothing about its owner.
pub(super) fn fresh(purpose: Purpose, language: Language) -> Visit {
    let pages = Language::ALL.map(|language| (language, format!("/checkout/70906e55?lang={}", language.code())));
    let ways = vec![way("card", "Card", Method::Card), way("webmoney", "WebMoney", Method::Wallet)];
    let group = Group { title: String::new(), ways };
    let country = Country { code: String::new(), title: String::new(), groups: vec![group] };
    Visit {
        purpose,
        payment: payment(purpose),
        shop: "Books & Tea".to_owned(),
        brand: "#0b7285".to_owned(),
        test_mode: true,
        test_data: TestData::Monetix,
        description: "two books and a tin of tea".to_owned(),
        holder: String::new(),
        shop_link: Some(ShopLink { href: "https://books.example/basket".to_owned(), label: String::new() }),
        mobile: false,
        can_return: false,
        language,
        frame_ancestors: "*".to_owned(),
        pages: pages.to_vec(),
        just_done: false,
        prefix: "_",
        now: NOON,
        all_ways: false,
        choice: Some(Choice { countries: vec![country], email: Some(String::new()), ..Choice::default() }),
        saved: Saved::default(),
        can_cancel: true,
        is_timed: true,
        wallet: Some(Wallet {
            key: "webmoney".to_owned(),
            title: "WebMoney".to_owned(),
            account: None,
            asks: vec![WalletField::FirstName, WalletField::LastName, WalletField::Email],
            in_units: None,
        }),
        invoice: None,
        embed: None,
        leaves_at_once: false,
        returns_by_itself: false,
    }
}

fn payment(purpose: Purpose) -> Payment {
    Payment {
        id: PaymentId::from_bytes([7; 16]),
        project: ProjectId(1),
        order: "47".to_owned(),
        intent: match purpose {
            Purpose::Pay | Purpose::SaveCard => Intent::Sale,
            Purpose::Verify => Intent::Hold,
            Purpose::PayOut => Intent::Payout,
        },
        state: State::Created,
        amount: money(),
        sums: Sums::default(),
        terms: Terms::default(),
        created_at: NOON,
        updated_at: NOON,
        expires_at: UnixMillis(NOON.0 + 872_000),
        version: 1,
        operations: Vec::new(),
    }
}

/// The same with one attempt by card, and where it has led to.
pub(super) fn tried(visit: Visit, state: State, status: OperationStatus, reason: Option<DeclineReason>) -> Visit {
    let kind = match visit.payment.intent {
        Intent::Sale => OperationKind::Sale,
        Intent::Hold => OperationKind::Hold,
        Intent::Payout => OperationKind::Payout,
    };
    let attempt = Operation {
        id: OperationId::from_bytes([9; 16]),
        kind,
        status,
        amount: money(),
        last: true,
        key: None,
        method: Some(Method::Card),
        method_key: Some("card".to_owned()),
        card: Some(card(CardBrand::Visa, "411111**1111")),
        payer_ip: None,
        reason,
        facts: ProviderFacts { reference: "4711-0815".to_owned(), ..ProviderFacts::default() },
        asked_at: NOON,
        answered_at: Some(NOON).filter(|_| !status.is_open()),
    };
    let ended = !state.waits_for_payer();
    let payment = Payment { state, operations: vec![attempt], ..visit.payment };
    let shop_link = visit.shop_link.filter(|_| !ended);
    Visit { payment, can_return: ended, just_done: ended, shop_link, ..visit }
}

/// The same with the wallet in the place of the card.
pub(super) fn by_wallet(mut visit: Visit) -> Visit {
    for attempt in &mut visit.payment.operations {
        attempt.method = Some(Method::Wallet);
        attempt.method_key = Some("webmoney".to_owned());
        attempt.card = None;
    }
    if let Some(wallet) = &mut visit.wallet {
        wallet.account = Some("123456789012".to_owned());
    }
    visit
}

/// The way that the payer chose, or the only one.
pub(super) fn choosing(mut visit: Visit, key: &str) -> Visit {
    if let Some(choice) = &mut visit.choice {
        choice.preselected = Some(key.to_owned());
    }
    visit
}
