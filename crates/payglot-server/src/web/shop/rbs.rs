//! The pages of an RBS order.

use crate::checkout::Language;
use crate::checkout::view::ShopLink;
use crate::checkout::visit::{Purpose, Saved, Visit};
use crate::flows::{StoredPayment, pay};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::upstream::Demand;
use payglot_core::{PaymentId, State};
use payglot_wire::rbs;
use payglot_wire::rbs::request::Feature;
use payglot_wire::text::url::is_absolute as is_web_address;

/// A payer's visit to the page of a payment, in the language of the page's address or else of the order.
pub(super) fn visit(
    gateway: &Gateway,
    project: &ActiveProject,
    stored: StoredPayment,
    language: Option<Language>,
) -> Visit {
    let details = rbs::Details::read(&stored.details);
    let default = rbs::Language::from_code(&project.settings.language).unwrap_or(rbs::Language::RU);
    let language = language.or_else(|| Language::parse(details.language(default).code())).unwrap_or(Language::En);
    let page_view = details.get("pageView");
    let page = |language: Language| page_address(gateway, stored.payment.id, language, page_view);
    let text = |name: &str| details.get(name).unwrap_or_default().to_owned();
    Visit {
        purpose: Purpose::Pay,
        can_cancel: true,
        is_timed: true,
        prefix: "",
        wallet: None,
        invoice: None,
        embed: None,
        leaves_at_once: false,
        returns_by_itself: true,
        shop: project.display_name().to_owned(),
        brand: project.settings.brand_colour.clone(),
        test_mode: project.settings.test_mode,
        test_data: pay::test_data(project),
        description: text("description"),
        holder: text("cardholderName"),
        shop_link: shop_link(&details),
        mobile: page_view == Some("MOBILE"),
        can_return: details.return_to(true).is_some(),
        language,
        frame_ancestors: project.settings.frame_ancestors.clone(),
        pages: Language::ALL.iter().map(|language| (*language, page(*language))).collect(),
        just_done: false,
        now: gateway.clock.now(),
        all_ways: false,
        choice: None,
        saved: Saved::default(),
        payment: stored.payment,
    }
}

/// `backToShopUrl` and `backToShopName` of the merchant's own parameters: a link beside the way back that ends the visit. Only to the
/// web: such a parameter is not judged when an order is registered.
fn shop_link(details: &rbs::Details) -> Option<ShopLink> {
    let href = details.merchant_param("backToShopUrl").filter(|href| is_web_address(href))?;
    Some(ShopLink { href, label: details.merchant_param("backToShopName").unwrap_or_default() })
}

/// Where the payer goes back to. After a failure it is the address for failures, if the shop named one.
pub(super) fn return_address(project: &ActiveProject, stored: &StoredPayment, language: Language) -> Option<String> {
    let details = rbs::Details::read(&stored.details);
    let url = details.return_to(is_success(stored.payment.state, &details))?;
    let default = rbs::Language::from_code(&project.settings.language).unwrap_or(rbs::Language::RU);
    let language = rbs::Language::from_code(language.code()).unwrap_or(default);
    Some(rbs::return_url(url, stored.payment.id, language))
}

/// What the features of the order say about authentication.
pub(super) fn demand(stored: &StoredPayment) -> Demand {
    let details = rbs::Details::read(&stored.details);
    if details.has(Feature::ForceFullTds) {
        Demand::FullyAuthenticated
    } else if details.has(Feature::ForceTds) {
        Demand::Authenticated
    } else if details.has(Feature::ForceSsl) {
        Demand::Never
    } else {
        Demand::AsIssuerWants
    }
}

/// Does the shop take this for a success? A payer who leaves before anything is decided has not paid yet.
fn is_success(state: State, details: &rbs::Details) -> bool {
    match state {
        State::Held | State::Paid | State::Pending => true,
        // A card that was verified: its hold was released at once, as it should be.
        State::Voided => details.has(Feature::Verify),
        State::Created | State::Underpaid | State::Declined | State::Cancelled | State::Expired => false,
    }
}

fn page_address(gateway: &Gateway, payment: PaymentId, language: Language, page_view: Option<&str>) -> String {
    let wire = rbs::Language::from_code(language.code()).unwrap_or(rbs::Language::EN);
    rbs::form_url("", &gateway.config.rbs_prefix, payment, wire, page_view)
}
