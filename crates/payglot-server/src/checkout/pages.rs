//! A page for every state: what a payer sees of a payment, whatever button brought them here.

use super::form::{self, Typed};
use super::recipient::STEP_RECEIVE;
use super::view::{
    AnotherWay, CardBrand, CardErrors, CardPage, ChallengePage, DeclineReason as Words, EmailField, Embed, Facts,
    Failure, FailurePage, Form, Frame, Handoff, Notice, NumberError, Outcome, ResultPage, SaveOffer, SavedCard,
    SavedCards, TestCard, WaitReason, WaitingPage,
};
use super::visit::{self, Purpose, Visit};
use super::{Language, wallet, ways};
use crate::upstream::sandbox::cards;
use askama::Template;
use payglot_core::{
    CardBrand as Brand, CardFacts, DeclineReason, Method, Operation, OperationKind, OperationStatus, State,
};

/// Seconds after which a result takes the payer back to the shop.
const AUTO_RETURN_SECONDS: u32 = 5;

/// The step of the card form.
pub const STEP_PAY: &str = "pay";
/// The step of the card form that saves a card without a payment.
pub const STEP_SAVE_CARD: &str = "save_card";
/// The step of the cancel button.
pub const STEP_CANCEL: &str = "cancel";
/// The step of the buttons that remove a saved card.
pub const STEP_REMOVE: &str = "remove-card";
/// The step of the button that leaves a challenge for another card.
pub const STEP_ANOTHER: &str = "another-card";

/// What a page was asked for besides the payment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The test card that a payer without script wants filled in.
    pub fill: Option<String>,
    /// A form was posted from an older page.
    pub stale: bool,
    /// The country whose ways to pay are wanted.
    pub country: Option<String>,
    /// A saved card was removed.
    pub removed: bool,
}

/// The page of a payment as it is now.
pub fn page(visit: &Visit, asked: &Asked) -> askama::Result<String> {
    match visit.payment.state {
        State::Created => match visit.choice().filter(|_| asked.fill.is_none() && !visit.begins_with_card()) {
            Some(choice) => {
                if let Some(wallet) = visit.first_way().and_then(|way| visit.wallet_of(way)) {
                    return wallet::form(visit, wallet);
                }
                let email = EmailField::default();
                ways::choice_page(visit, choice, asked.country.as_deref(), email, asked.stale)
            }
            None => card_page(visit, CardErrors::default(), &visit.holder, asked, "").render(),
        },
        State::Pending if visit.payment.payer_acts() => {
            if let Some(invoice) = &visit.invoice {
                return wallet::invoice_page(visit, invoice);
            }
            let place = visit.payment.last_attempt().and_then(|attempt| Some((attempt, visit.place_of(attempt)?)));
            match place {
                Some((attempt, place)) => ways::place_page(visit, attempt, place),
                None => challenge_page(visit).render(),
            }
        }
        State::Pending | State::Underpaid => waiting_page(visit).render(),
        // A card is verified once the bank has released what it reserved.
        State::Held if visit.purpose == Purpose::Verify => waiting_page(visit).render(),
        State::Held | State::Paid | State::Declined | State::Voided | State::Cancelled | State::Expired => {
            result_page(visit).render()
        }
    }
}

/// The card form again, with what is wrong in it.
pub fn page_with_errors(visit: &Visit, typed: &Typed, errors: CardErrors) -> askama::Result<String> {
    let mut page = card_page(visit, errors, &typed.holder, &Asked::default(), &typed.email);
    if !page.saved.only {
        // Where two cards were meant, none is chosen for the payer.
        let one = errors.number != Some(NumberError::TwoCards);
        page.saved.chosen = page.saved.cards.iter().position(|card| one && card.id == typed.saved);
    }
    if let SaveOffer::Asked(ticked) = &mut page.saved.offer {
        *ticked = typed.save;
    }
    page.render()
}

/// The card form for one who chose the card among several ways.
pub fn card_chosen(visit: &Visit, email: &str) -> askama::Result<String> {
    card_page(visit, CardErrors::default(), &visit.holder, &Asked::default(), email).render()
}

/// The card form again, because the card cannot be saved.
pub fn card_not_saved(visit: &Visit, typed: &Typed, reason: DeclineReason) -> askama::Result<String> {
    let mut page = card_page(visit, CardErrors::default(), &typed.holder, &Asked::default(), &typed.email);
    page.notice = Some(Notice::Declined { reason: words(reason), tries_left: 0 });
    page.render()
}

/// The end of a visit that left a card with the shop. The way back is the shop's own link: there is no payment to return from.
pub fn card_saved(visit: &Visit, card: &CardFacts) -> askama::Result<String> {
    let mut frame = Frame { timer: None, embed: visit.embed.clone(), ..visit.frame() };
    let link = frame.merchant.as_mut().and_then(|merchant| {
        let link = merchant.link.take()?;
        merchant.return_label = Some(link.label).filter(|label| !label.is_empty());
        Some(link.href)
    });
    let facts = Facts { card: Some(label_of(card)), at: Some(visit::moment(visit.now)), ..Facts::default() };
    // As after a payment, a form of ours cannot be answered with a redirect to the shop.
    let auto_return = visit.leaves_at_once.then_some(0);
    ResultPage { frame, outcome: Outcome::CardSaved, facts, return_href: link, auto_return }.render()
}

/// A page that cannot show its payment.
pub fn failure(
    language: Language,
    failure: Failure,
    page: String,
    return_href: Option<String>,
    embed: Embed,
) -> askama::Result<String> {
    let frame = Frame {
        purpose: Purpose::Pay,
        language,
        languages: Vec::new(),
        page,
        merchant: None,
        order: None,
        test_mode: false,
        timer: None,
        embed: Some(embed),
    };
    FailurePage { frame, failure, return_href }.render()
}

fn card_page(visit: &Visit, errors: CardErrors, holder: &str, asked: &Asked, email: &str) -> CardPage {
    let test_cards = if visit.test_mode { test_cards(visit) } else { Vec::new() };
    let fill = asked.fill.as_deref();
    let filled = fill.and_then(|wanted| test_cards.iter().position(|card| form::same_digits(&card.number, wanted)));
    CardPage {
        frame: visit.frame(),
        pay: form_of(visit, step_of(visit.purpose)),
        cancel: visit.can_cancel.then(|| form_of(visit, STEP_CANCEL)),
        hold: visit.is_hold(),
        mobile: visit.mobile,
        holder: holder.to_owned(),
        notice: if errors.count() > 0 { None } else { notice(visit, asked) },
        errors,
        brands: vec![CardBrand::Visa, CardBrand::Mastercard, CardBrand::Mir, CardBrand::Maestro],
        test_cards,
        filled,
        another: visit.choice().map(|choice| AnotherWay {
            href: visit.has_other_ways().then(|| visit.ways_page()),
            email: email.to_owned(),
            asks_email: choice.email.is_none() && email.is_empty(),
        }),
        saved: saved_cards(visit, filled.is_some()),
    }
}

/// The step that the card form takes.
const fn step_of(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Pay | Purpose::Verify => STEP_PAY,
        Purpose::SaveCard => STEP_SAVE_CARD,
        Purpose::PayOut => STEP_RECEIVE,
    }
}

/// The payer's saved cards, the shop's or else the first one chosen unless a card is filled in already. A card that is saved already is
/// neither checked nor saved again.
fn saved_cards(visit: &Visit, filled: bool) -> SavedCards {
    let saved = &visit.saved;
    let offered = if visit.purpose == Purpose::Pay { saved.cards.as_slice() } else { &[] };
    // The order of the others stays.
    let (proposed, others): (Vec<_>, Vec<_>) =
        offered.iter().partition(|(id, _)| saved.preselected.as_ref() == Some(id));
    let cards = proposed.into_iter().chain(others).map(|(id, facts)| SavedCard {
        id: id.clone(),
        brand: brand_of(facts.brand),
        label: label_of(facts),
        masked: facts.masked.clone(),
        expiry: format!("{:02} / {:02}", facts.expiry % 100, facts.expiry / 100 % 100),
    });
    let offer = match (visit.purpose, saved.must_save, saved.may_save) {
        (Purpose::SaveCard | Purpose::PayOut, _, _) | (_, false, false) => SaveOffer::No,
        (Purpose::Pay | Purpose::Verify, true, _) => SaveOffer::Always,
        (Purpose::Pay | Purpose::Verify, false, true) => SaveOffer::Asked(false),
    };
    SavedCards {
        cards: cards.collect(),
        chosen: (!offered.is_empty() && (saved.only || !filled)).then_some(0),
        only: saved.only && visit.purpose == Purpose::Pay,
        remove: (!saved.only).then(|| form_of(visit, STEP_REMOVE)),
        offer,
        registers: saved.registers,
    }
}

fn notice(visit: &Visit, asked: &Asked) -> Option<Notice> {
    if asked.removed {
        return Some(Notice::Removed);
    }
    let stale = asked.stale;
    let last = visit.last_attempt();
    match last.and_then(|attempt| attempt.reason) {
        Some(DeclineReason::AuthenticationAbandoned) => Some(Notice::Switched),
        Some(reason) => {
            // How often a shop tries to pay out is its own affair.
            let left = if visit.purpose == Purpose::PayOut { 0 } else { visit.payment.attempts_left() };
            let tries_left = u32::try_from(left).unwrap_or(u32::MAX);
            Some(Notice::Declined { reason: words(reason), tries_left })
        }
        None if stale => Some(Notice::Stale),
        None => None,
    }
}

fn test_cards(visit: &Visit) -> Vec<TestCard> {
    let frame = visit.frame();
    let shown = |label: &str, number: &str, expiry: String, cvc: &str| TestCard {
        label: frame.t(label),
        number: form::grouped(number),
        expiry,
        cvc: cvc.to_owned(),
        href: visit.page_with("fill", number),
    };
    if visit.purpose == Purpose::PayOut {
        let label = |refusal: Option<DeclineReason>| refusal.map_or("test-card-paid", |_| "test-card-declined");
        // One that gets the money, and one that does not.
        let all = cards::payouts(visit.test_data);
        let found = [false, true].map(|refused| all.iter().find(|(_, refusal)| refusal.is_some() == refused));
        return found
            .into_iter()
            .flatten()
            .map(|(number, refusal)| shown(label(*refusal), number, String::new(), ""))
            .collect();
    }
    let offered = cards::table(visit.test_data).iter().filter_map(|card| Some((test_card_text(card.label?)?, card)));
    // Whether a card can pay is not seen when it is saved.
    let offered = offered.filter(|(label, _)| visit.purpose != Purpose::SaveCard || *label == "test-card-paid");
    offered
        .map(|(label, card)| shown(label, card.number, cards::EXPIRY.replace('/', " / "), card.code_to_show()))
        .collect()
}

/// The text of a card that the sandbox offers.
fn test_card_text(label: &str) -> Option<&'static str> {
    match label {
        "paid" => Some("test-card-paid"),
        "paid_3ds" => Some("test-card-paid-3ds"),
        "no_money" => Some("test-card-no-money"),
        "no_answer" => Some("test-card-no-answer"),
        "declined" => Some("test-card-declined"),
        _ => None,
    }
}

pub(super) fn form_of(visit: &Visit, step: &str) -> Form {
    Form { action: visit.page(), step: step.to_owned(), token: visit.payment.version.to_string() }
}

fn challenge_page(visit: &Visit) -> ChallengePage {
    let operation = visit.payment.last_attempt().map(|attempt| attempt.id.to_string()).unwrap_or_default();
    ChallengePage {
        frame: visit.frame(),
        bank: Handoff {
            action: format!("/checkout/{}/challenge", visit.payment.id),
            post: false,
            fields: vec![("operation".to_owned(), operation), ("lang".to_owned(), visit.language.code().to_owned())],
            at_once: false,
        },
        another_card: (visit.payment.attempts_left() > 0).then(|| form_of(visit, STEP_ANOTHER)),
        cancel: Some(form_of(visit, STEP_CANCEL)),
    }
}

fn waiting_page(visit: &Visit) -> WaitingPage {
    let attempt = visit.last_attempt();
    let unknown = attempt.is_some_and(|attempt| attempt.status == OperationStatus::Unknown);
    let elsewhere = attempt.is_some_and(|attempt| attempt.method.is_some_and(Method::is_elsewhere));
    let reason = match (unknown, elsewhere && visit.purpose == Purpose::Pay) {
        (true, true) => WaitReason::Accepted,
        (true, false) => WaitReason::Unknown,
        (false, _) => WaitReason::Working,
    };
    let mut frame = visit.frame();
    // The result that follows is the end of this attempt; and while the bank is asked, no clock runs for the payer.
    frame.page = visit.done_page();
    frame.timer = None;
    WaitingPage {
        frame,
        reason,
        events: visit.events_href(),
        return_href: unknown.then(|| visit.return_href()).flatten(),
        simulator: (visit.test_mode && reason == WaitReason::Accepted).then(|| visit.challenge_href()),
    }
}

fn result_page(visit: &Visit) -> ResultPage {
    let outcome = outcome(visit);
    // The payer comes from a form, so this cannot be a redirect: browsers apply the form's policy to it, and that names no shop.
    let automatic = match (visit.leaves_at_once, visit.returns_by_itself) {
        (true, _) => Some(0),
        (false, true) => Some(AUTO_RETURN_SECONDS),
        (false, false) => None,
    };
    ResultPage {
        frame: visit.frame(),
        outcome,
        facts: facts(visit, outcome),
        return_href: visit.return_href(),
        auto_return: automatic.filter(|_| visit.just_done && visit.can_return),
    }
}

fn outcome(visit: &Visit) -> Outcome {
    let payment = &visit.payment;
    match payment.state {
        State::Held | State::Paid | State::Voided if visit.purpose == Purpose::Verify => Outcome::Verified,
        State::Paid if visit.purpose == Purpose::PayOut => Outcome::PaidOut,
        State::Paid if payment.sums.refunded > 0 && payment.sums.refunded == payment.sums.captured => Outcome::Refunded,
        State::Paid if payment.sums.refunded > 0 => Outcome::PartRefunded,
        State::Paid if visit.just_done => Outcome::Paid,
        State::Paid => Outcome::AlreadyPaid,
        State::Held if visit.just_done => Outcome::Held,
        State::Held => Outcome::AlreadyHeld,
        State::Voided => Outcome::Voided,
        State::Cancelled => Outcome::Cancelled,
        State::Expired => Outcome::Expired,
        // The other states have pages of their own; a refusal is what an unexpected one is told as.
        State::Declined | State::Created | State::Pending | State::Underpaid => {
            let last = visit.last_attempt();
            let reason = last.and_then(|attempt| attempt.reason).unwrap_or(DeclineReason::Other);
            Outcome::Declined(last.map_or_else(|| words(reason), |attempt| ways::words_of(attempt, reason)))
        }
    }
}

fn facts(visit: &Visit, outcome: Outcome) -> Facts {
    let payment = &visit.payment;
    let attempt = visit.last_attempt();
    let refund = payment.approved(OperationKind::Refund).last();
    let at = match outcome {
        Outcome::Refunded | Outcome::PartRefunded => refund.and_then(|refund| refund.answered_at),
        Outcome::Expired => Some(payment.expires_at),
        Outcome::Cancelled | Outcome::Voided => Some(payment.updated_at),
        Outcome::Paid
        | Outcome::AlreadyPaid
        | Outcome::Held
        | Outcome::AlreadyHeld
        | Outcome::Declined(_)
        | Outcome::Verified
        | Outcome::CardSaved
        | Outcome::PaidOut => attempt.and_then(|attempt| attempt.answered_at),
    };
    let refunded = payment.amount.with_minor(payment.sums.refunded).filter(|sum| !sum.is_zero());
    Facts {
        card: attempt.and_then(card_of),
        place: attempt.and_then(|attempt| place_of(visit, attempt)),
        at: at.map(visit::moment),
        refunded: refunded.map(|sum| visit::amount(sum, visit.language)),
        reference: attempt.map(|attempt| attempt.facts.reference.clone()).filter(|reference| !reference.is_empty()),
    }
}

fn card_of(attempt: &Operation) -> Option<String> {
    attempt.card.as_ref().map(label_of)
}

fn label_of(card: &CardFacts) -> String {
    visit::card_label(brand_of(card.brand).map_or("", CardBrand::name), &card.masked)
}

/// Where the money went or came from, if that was no card. Who gets money sees which wallet it went to.
fn place_of(visit: &Visit, attempt: &Operation) -> Option<String> {
    let place = visit.place_of(attempt)?;
    let account = visit.wallet.as_ref().and_then(|wallet| wallet.account.as_deref());
    Some(match account.filter(|_| visit.purpose == Purpose::PayOut) {
        Some(account) => format!("{place} {account}"),
        None => place,
    })
}

/// The network as the pages show it.
const fn brand_of(brand: Brand) -> Option<CardBrand> {
    match brand {
        Brand::Visa => Some(CardBrand::Visa),
        Brand::Mastercard => Some(CardBrand::Mastercard),
        Brand::Mir => Some(CardBrand::Mir),
        Brand::Maestro => Some(CardBrand::Maestro),
        Brand::Amex => Some(CardBrand::Amex),
        Brand::Other => None,
    }
}

/// What a refusal means to the payer.
pub(super) const fn words(reason: DeclineReason) -> Words {
    match reason {
        DeclineReason::InsufficientFunds => Words::Funds,
        DeclineReason::CardLimit | DeclineReason::IssuerLimit => Words::Limit,
        DeclineReason::WrongSecurityCode | DeclineReason::WrongCardData => Words::Details,
        DeclineReason::CardExpired => Words::ExpiredCard,
        DeclineReason::UnknownCard => Words::NotATestCard,
        DeclineReason::CardRestricted => Words::Impossible,
        DeclineReason::NetworkRefused
        | DeclineReason::IssuerRefused
        | DeclineReason::Fraud
        | DeclineReason::SystemError
        | DeclineReason::TimeRanOut
        | DeclineReason::Other => Words::Bank,
        DeclineReason::CancelledByPayer | DeclineReason::CancelledByMerchant => Words::Shop,
        DeclineReason::AuthenticationFailed
        | DeclineReason::AuthenticationRefused
        | DeclineReason::AuthenticationError
        | DeclineReason::AuthenticationAbandoned => Words::Authentication,
        DeclineReason::IssuerUnavailable | DeclineReason::NotReceived => Words::Connection,
    }
}
