//! The inbox of the simulated wallet.

use super::fixtures::{NOON, RETURN, Rendered, frame};
use super::html::{field, tags};
use crate::checkout::Language;
use crate::checkout::view::{
    Amount, Frame, InboxPage, InvoiceState, LeftAlone, Merchant, ShownInvoice, Timer, TopInvoice,
};
use askama::Template;

fn html(page: &impl Template) -> String {
    page.render().expect("a page of plain data renders")
}

fn invoice(language: Language, number: u32, state: InvoiceState) -> ShownInvoice {
    let amount = Amount::from_minor(1_262, 2, "$", language);
    ShownInvoice {
        number: number.to_string(),
        shop: "Books & Tea".to_owned(),
        mark: Merchant::mark_of("Books & Tea"),
        units: Some(Amount { sign: "WMZ".to_owned(), ..amount.clone() }),
        amount,
        description: "Top-up of personal account №<01234567890> on the website <https://merchant.example>.".to_owned(),
        until: NOON,
        state,
        href: format!("/sandbox/webmoney/123456789012?invoice={number}&lang={}", language.code()),
    }
}

fn inbox(language: Language, state: InvoiceState) -> InboxPage {
    let top = TopInvoice {
        invoice: invoice(language, 121, state),
        operation: "0197a1b2-0000-7000-8000-000000000121".to_owned(),
        timer: Timer { seconds_left: 872, expires_at: NOON },
        left_alone: (state == InvoiceState::Open).then_some(LeftAlone { seconds: 2, refused: false }),
        doomed: false,
        late: false,
        back: Some(RETURN.to_owned()),
    };
    InboxPage {
        frame: Frame { timer: None, merchant: None, order: None, ..frame(language) },
        owner: "1234\u{a0}5678\u{a0}9012".to_owned(),
        action: "/sandbox/webmoney/123456789012?lang=en".to_owned(),
        top: Some(top),
        others: Vec::new(),
    }
}

fn others(language: Language) -> Vec<ShownInvoice> {
    let states = [
        InvoiceState::Open,
        InvoiceState::Paid,
        InvoiceState::RefusedByOwner,
        InvoiceState::RefusedByWallet,
        InvoiceState::Expired,
    ];
    states.iter().zip((116..=120).rev()).map(|(state, number)| invoice(language, number, *state)).collect()
}

fn changed(mut page: InboxPage, change: impl FnOnce(&mut TopInvoice)) -> InboxPage {
    change(page.top.as_mut().expect("an invoice on top"));
    page
}

/// Every page of this kind in one language.
pub(super) fn all(language: Language) -> Vec<Rendered> {
    let open = || inbox(language, InvoiceState::Open);
    let pages = [
        ("inbox-open", open()),
        ("inbox-by-hand", InboxPage { others: others(language), ..changed(open(), |top| top.left_alone = None) }),
        ("inbox-doomed", changed(open(), |top| (top.left_alone, top.doomed, top.back) = (None, true, None))),
        ("inbox-late", changed(open(), |top| top.late = true)),
        ("inbox-paid", InboxPage { others: others(language), ..inbox(language, InvoiceState::Paid) }),
        ("inbox-refused", inbox(language, InvoiceState::RefusedByOwner)),
        ("inbox-refused-by-wallet", inbox(language, InvoiceState::RefusedByWallet)),
        ("inbox-expired", inbox(language, InvoiceState::Expired)),
        ("inbox-list", InboxPage { top: None, others: others(language), ..open() }),
        ("inbox-empty", InboxPage { top: None, ..open() }),
    ];
    pages.map(|(name, page)| (name.to_owned(), html(&page))).into()
}

#[test]
fn an_open_invoice_has_two_buttons_and_needs_no_script() {
    let page = html(&inbox(Language::En, InvoiceState::Open));
    let buttons: Vec<String> = tags(&page)
        .iter()
        .filter(|tag| tag.name == "button" && tag.get("name") == Some("decision"))
        .filter_map(|tag| tag.get("value").map(str::to_owned))
        .collect();
    assert_eq!(buttons, ["pay", "refuse"]);
    assert_eq!(field(&page, "operation").get("value"), Some("0197a1b2-0000-7000-8000-000000000121"));
    assert!(page.contains("Pay 12.62\u{a0}$") && page.contains("12.62\u{a0}WMZ"));
    assert!(page.contains("№&#60;01234567890&#62;"), "what a shop writes is text");
    assert!(page.contains("http-equiv=\"refresh\" content=\"3;"), "it is looked at again once it is paid by itself");
    let by_hand = html(&changed(inbox(Language::En, InvoiceState::Open), |top| top.left_alone = None));
    assert!(by_hand.contains("http-equiv=\"refresh\" content=\"874;"), "or when its time is over");
    assert!(!by_hand.contains("data-events"));
}

#[test]
fn a_decided_invoice_says_what_became_of_it_and_leads_back() {
    for state in
        [InvoiceState::Paid, InvoiceState::RefusedByOwner, InvoiceState::RefusedByWallet, InvoiceState::Expired]
    {
        let page = html(&inbox(Language::En, state));
        assert!(!page.contains("<form") && !page.contains("http-equiv"), "{state:?}: nothing is left to decide");
        assert!(page.contains(&format!("href=\"{}\" data-return", RETURN.replace('&', "&#38;"))), "{state:?}");
        assert_eq!(page.contains("Nothing was taken"), state != InvoiceState::Paid, "{state:?}");
    }
    let alone = html(&changed(inbox(Language::En, InvoiceState::Paid), |top| top.back = None));
    assert!(!alone.contains("data-return"), "who did not come from a page is led to none");
}

#[test]
fn the_others_are_links_that_put_them_on_top() {
    let page = html(&InboxPage { others: others(Language::En), ..inbox(Language::En, InvoiceState::Open) });
    let links = tags(&page).iter().filter(|tag| tag.get("class") == Some("tile")).count();
    assert_eq!(links, 5);
    let words = ["open", "paid", "refused", "expired"];
    assert!(words.iter().all(|word| page.contains(&format!(">{word}</span></a>"))));
    let empty = html(&InboxPage { top: None, ..inbox(Language::En, InvoiceState::Open) });
    assert!(empty.contains("No shop has sent this WMID an invoice"));
}
