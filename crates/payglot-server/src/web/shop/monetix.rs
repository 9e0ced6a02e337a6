//! The pages of a Monetix payment.

use crate::checkout::view::{Embed, Go, GoMode, ShopLink, WalletField};
use crate::checkout::visit::{Choice, Country, Group, Invoice, Purpose, Saved, Visit, Wallet, Way};
use crate::checkout::{Language, Text};
use crate::flows::StoredPayment;
use crate::flows::binding::{self, Binding};
use crate::flows::pay::{Remember, test_data};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::projects::monetix::OfferedMethod;
use payglot_core::{Intent, Method, OperationId, Payment, State};
use payglot_wire::monetix::details::{INVOICE_ID, INVOICE_URL};
use payglot_wire::monetix::reply;
use payglot_wire::monetix::{
    Details, Frame, OperationFacts, Outcome, SavedCard, Shown, Waiting, WayBack, status_report,
};

/// The way to pay that sends an invoice to a wallet.
pub(in crate::web) const WEBMONEY: &str = "webmoney";

/// A payer's visit to the page of a payment, in the language of the page's address or else of the order.
pub(super) fn visit(
    gateway: &Gateway,
    project: &ActiveProject,
    stored: StoredPayment,
    language: Option<Language>,
) -> Visit {
    let details = Details::read(&stored.details);
    let ordered = || details.language().as_deref().and_then(Language::parse);
    let language = language.or_else(ordered).unwrap_or(Language::En);
    let id = stored.payment.id;
    let pages = Language::ALL.map(|language| (language, format!("/checkout/{id}?lang={}", language.code()))).to_vec();
    let purpose = match stored.payment.intent {
        Intent::Payout => Purpose::PayOut,
        Intent::Sale | Intent::Hold if details.verifies() => Purpose::Verify,
        Intent::Sale | Intent::Hold => Purpose::Pay,
    };
    of(gateway, project, stored.payment, &details, purpose, (language, pages))
}

/// The same for an order that was only looked at, on a page of this purpose: its page is at these addresses, and it ends when the payer
/// closes it.
pub(in crate::web) fn looked_at(
    gateway: &Gateway,
    project: &ActiveProject,
    payment: Payment,
    details: &Details,
    purpose: Purpose,
    spoken: (Language, Vec<(Language, String)>),
) -> Visit {
    let visit = of(gateway, project, payment, details, purpose, spoken);
    // There is nothing yet that the way back could be asked of, so it leads to the shop itself.
    let ended = visit.can_return.then(|| way_back(project, details, outcome_of(&visit.payment, details))).flatten();
    let ended = ended.map(|way| ShopLink { href: way.url, label: String::new() });
    Visit { can_cancel: false, prefix: "_", can_return: false, shop_link: visit.shop_link.clone().or(ended), ..visit }
}

fn of(
    gateway: &Gateway,
    project: &ActiveProject,
    payment: Payment,
    details: &Details,
    purpose: Purpose,
    (language, pages): (Language, Vec<(Language, String)>),
) -> Visit {
    let outcome = outcome_of(&payment, details);
    let customer = details.customer();
    let names = [customer.first_name, customer.last_name];
    let invoice = invoice(project, &payment, details);
    let order = details.payment_id().unwrap_or_else(|| payment.order.clone());
    Visit {
        purpose,
        shop: project.display_name().to_owned(),
        brand: project.settings.brand_colour.clone(),
        test_mode: project.settings.test_mode,
        description: details.description().unwrap_or_default(),
        holder: names.into_iter().flatten().collect::<Vec<_>>().join(" "),
        shop_link: way_back(project, details, Outcome::Open)
            .filter(|_| outcome == Outcome::Open)
            .map(|way| ShopLink { href: way.url, label: String::new() }),
        mobile: false,
        can_return: outcome != Outcome::Open && way_back(project, details, outcome).is_some(),
        language,
        frame_ancestors: project.settings.frame_ancestors.clone(),
        pages,
        just_done: false,
        now: gateway.clock.now(),
        all_ways: false,
        choice: (!purpose.is_about_a_card()).then(|| choice(project, details, purpose, language)),
        saved: Saved::default(),
        can_cancel: true,
        is_timed: true,
        prefix: "",
        wallet: (!purpose.is_about_a_card()).then(|| wallet(project, &payment, details)),
        invoice,
        embed: Some(embed(project, &payment, details, purpose)),
        leaves_at_once: leaves_at_once(project, &payment, details),
        returns_by_itself: false,
        test_data: test_data(project),
        payment: Payment { order, ..payment },
    }
}

/// How it ended, as far as the ways back are concerned.
fn outcome_of(payment: &Payment, details: &Details) -> Outcome {
    match payment.state {
        // A card is verified once the bank has released what it reserved.
        State::Held if details.verifies() => Outcome::Open,
        State::Voided if details.verifies() => Outcome::Success,
        State::Held | State::Paid => Outcome::Success,
        State::Declined | State::Voided | State::Cancelled | State::Expired => Outcome::Failure,
        State::Created | State::Pending | State::Underpaid => Outcome::Open,
    }
}

/// The way back that is shown on a page: the request's, or else the project's.
fn way_back(project: &ActiveProject, details: &Details, outcome: Outcome) -> Option<WayBack> {
    let settings = &project.settings.monetix;
    let of_project = match outcome {
        Outcome::Success => &settings.success_url,
        Outcome::Failure => &settings.fail_url,
        Outcome::Open => &settings.return_url,
    };
    let default = || {
        let way = WayBack { url: of_project.clone(), shown: Shown::Always, frame: Frame::ParentPage };
        Some(way).filter(|way| !way.url.is_empty())
    };
    let way = details.redirect(outcome).or_else(|| details.button(outcome)).or_else(default)?;
    match way.shown {
        Shown::Never => None,
        Shown::FullPage => Some(way).filter(|_| !details.is_framed()),
        Shown::Always => Some(way),
    }
}

/// What the page tells the shop's window: the result, once there is one, and where the payer goes on to.
fn embed(project: &ActiveProject, payment: &Payment, details: &Details, purpose: Purpose) -> Embed {
    let outcome = outcome_of(payment, details);
    let message = match (purpose, outcome) {
        (Purpose::Pay | Purpose::PayOut, Outcome::Success) => Some("epframe.payment.success"),
        (Purpose::Pay | Purpose::PayOut, Outcome::Failure) => Some("epframe.payment.fail"),
        (Purpose::Verify, Outcome::Success) => Some("epframe.card.verify.success"),
        (Purpose::Verify, Outcome::Failure) => Some("epframe.card.verify.fail"),
        // There is no payment to tell of.
        (Purpose::SaveCard, Outcome::Success | Outcome::Failure)
        | (Purpose::Pay | Purpose::Verify | Purpose::SaveCard | Purpose::PayOut, Outcome::Open) => None,
    };
    let report = message.and_then(|_| {
        let settings = project.monetix_callbacks()?;
        status_report(payment, details, &settings).map(|body| reply::widget_result(&body).to_string())
    });
    let way = way_back(project, details, outcome).filter(|_| outcome != Outcome::Open);
    let back = way.as_ref().map(|way| mode(way.frame)).unwrap_or_default();
    let redirects = details.redirect(outcome).is_some();
    let go = way.filter(|_| redirects).map(|way| Go { url: return_href(payment), mode: mode(way.frame) });
    Embed {
        message: message.map(str::to_owned).filter(|_| report.is_some()),
        data: report.unwrap_or_default(),
        go,
        back,
    }
}

const fn mode(frame: Frame) -> GoMode {
    match frame {
        Frame::Iframe => GoMode::Iframe,
        Frame::ParentPage => GoMode::ParentPage,
        Frame::BlankPage => GoMode::BlankPage,
    }
}

/// The end of a visit that left a card with the shop: what the page tells the shop's window, and where the payer goes on to. There is no
/// payment whose way back could be taken, so that is the shop's address itself.
pub(in crate::web) fn card_saved(project: &ActiveProject, details: &Details, saved: &Binding, visit: Visit) -> Visit {
    let redirect = details.redirect_tokenize();
    let way = redirect.clone().or_else(|| way_back(project, details, Outcome::Success));
    let token = binding::token_of(saved.id);
    let told = SavedCard { customer_id: &saved.client, card: &saved.card, token: &token };
    let data = project.monetix_callbacks().map(|settings| reply::widget_saved_card(settings.project_id, &told));
    let embed = Embed {
        message: data.is_some().then(|| "epframe.tokenize.success".to_owned()),
        data: data.map(|data| data.to_string()).unwrap_or_default(),
        go: redirect.as_ref().map(|way| Go { url: way.url.clone(), mode: mode(way.frame) }),
        back: way.as_ref().map(|way| mode(way.frame)).unwrap_or_default(),
    };
    // In a frame the shop's window must hear of the result first.
    let leaves_at_once = redirect.is_some_and(|way| way.frame != Frame::BlankPage) && !details.is_framed();
    let shop_link = way.map(|way| ShopLink { href: way.url, label: String::new() });
    Visit { embed: Some(embed), leaves_at_once, shop_link, ..visit }
}

fn return_href(payment: &Payment) -> String {
    format!("/checkout/{}/return", payment.id)
}

/// A payer whose page fills the window is redirected by us where the shop asked for it, and so is one whom the shop sent to the wallet
/// itself. In a frame the shop's window must hear of the result first.
fn leaves_at_once(project: &ActiveProject, payment: &Payment, details: &Details) -> bool {
    let outcome = outcome_of(payment, details);
    if outcome == Outcome::Open || way_back(project, details, outcome).is_none() {
        return false;
    }
    let stays = |way: &WayBack| way.frame == Frame::BlankPage;
    let redirects = details.redirect(outcome).is_some_and(|way| !stays(&way));
    (redirects && !details.is_framed()) || !details.is_led_by_us()
}

/// The methods of the page: the project's that can do what the page is for, less what the shop hides, or the one that the shop names.
fn choice(project: &ActiveProject, details: &Details, purpose: Purpose, language: Language) -> Choice {
    let forced = details.force_method();
    let serves = |known: &&OfferedMethod| known.on_page && (known.pays_out || purpose != Purpose::PayOut);
    let offered = project.settings.monetix.offered().filter(serves);
    let shown = offered.filter(|known| match &forced {
        Some(only) => known.code == only,
        None => !details.hides(known.code),
    });
    let ways: Vec<Way> = shown
        .map(|known| Way { key: known.code.to_owned(), title: title(known, language), method: known.method })
        .collect();
    let only = match ways.as_slice() {
        [way] => Some(way.key.clone()),
        _ => None,
    };
    let group = Group { title: String::new(), ways };
    let country = Country { code: String::new(), title: String::new(), groups: vec![group] };
    Choice {
        countries: vec![country],
        country: String::new(),
        preselected: only.or_else(|| details.default_method()),
        // What a wallet needs to know of the payer is asked with the wallet.
        email: Some(String::new()),
        test: false,
        instant: false,
    }
}

/// A wallet's name is the same everywhere, a card's is not.
fn title(known: &OfferedMethod, language: Language) -> String {
    if known.method == Method::Card { Text::new(language).get("fact-card") } else { known.title.to_owned() }
}

fn wallet(project: &ActiveProject, payment: &Payment, details: &Details) -> Wallet {
    let customer = details.customer();
    let needed = [
        (WalletField::FirstName, customer.first_name),
        (WalletField::LastName, customer.last_name),
        (WalletField::Email, customer.email),
    ];
    Wallet {
        key: WEBMONEY.to_owned(),
        title: "WebMoney".to_owned(),
        account: details.account_number(),
        asks: needed.into_iter().filter(|(_, known)| known.is_none()).map(|(field, _)| field).collect(),
        in_units: project.settings.monetix.title_amount(payment.amount),
    }
}

/// The invoice that waits to be paid, if there is one.
fn invoice(project: &ActiveProject, payment: &Payment, details: &Details) -> Option<Invoice> {
    let Some(Waiting::Display(items)) = details.learned.waiting.as_ref().filter(|_| payment.payer_acts()) else {
        return None;
    };
    let item = |title: &str| items.iter().find(|item| item.title == title).map(|item| item.data.clone());
    Some(Invoice {
        title: "WebMoney".to_owned(),
        // Of `WM-purchase-121` the digits are what the wallet shows.
        number: item(INVOICE_ID)?.rsplit('-').next().unwrap_or_default().to_owned(),
        address: item(INVOICE_URL)?,
        account: details.account_number(),
        in_units: project.settings.monetix.title_amount(payment.amount),
    })
}

/// What the order's details become when a payer pays in this way. `number` is what shops call the attempt.
pub(super) fn remember(key: String, learned: super::Learned, number: u32) -> Remember {
    Box::new(move |details, operation| {
        let mut details = Details::read(details);
        let facts = OperationFacts { number, ..OperationFacts::new(operation, request_id(operation)) };
        let kept = &mut details.learned;
        kept.method = Some(key.clone());
        kept.accepted = true;
        kept.waiting = None;
        kept.saves = learned.saves;
        if learned.pays_out && key == WEBMONEY {
            // No invoice names the payment.
            kept.provider_payment_id = Some(format!("WM-payout-{number}"));
        }
        if let Some(typed) = &learned.wallet {
            let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            kept.account_number = filled(&typed.account);
            kept.first_name = filled(&typed.first_name);
            kept.last_name = filled(&typed.last_name);
            kept.email = filled(&typed.email);
        }
        kept.keep(facts);
        details.to_text()
    })
}

/// What an attempt on our page counts as being asked for by.
pub(in crate::web) fn request_id(operation: OperationId) -> String {
    operation.to_string().replace('-', "")
}

/// Where the payer goes back to: the address as it is, for the shop learns the result by callback.
pub(super) fn return_address(project: &ActiveProject, stored: &StoredPayment) -> Option<String> {
    let details = Details::read(&stored.details);
    way_back(project, &details, outcome_of(&stored.payment, &details)).map(|way| way.url)
}
