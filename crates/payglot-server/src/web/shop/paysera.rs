//! The pages of a Paysera order.

use crate::checkout::Language;
use crate::checkout::visit::{self, Choice, Purpose, Saved, Visit, Way};
use crate::flows::pay::{self, Remember};
use crate::flows::{StoredPayment, again, told};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use crate::projects::methods::{self, Kind};
use payglot_core::{Currency, Method, Payment};
use payglot_wire::paysera::methods::{PerLanguage, pick};
use payglot_wire::paysera::{Catalogue, Details, Order, Rules, paytext, reply};

/// What a project offers.
pub(in crate::web) fn catalogue(gateway: &Gateway, project: &ActiveProject) -> Catalogue {
    let settings = &project.settings;
    settings.paysera.catalogue(&gateway.config.public_url(), &settings.all_currencies())
}

/// A payer's visit to the page of a payment, in the language of the page's address or else of the order.
pub(super) fn visit(
    gateway: &Gateway,
    project: &ActiveProject,
    stored: StoredPayment,
    language: Option<Language>,
) -> Visit {
    let details = Details::read(&stored.details);
    let ordered = details.language();
    let language = language.or_else(|| Language::parse(ordered.two())).unwrap_or(Language::En);
    let id = stored.payment.id;
    let page = |language: Language| format!("/checkout/{id}?lang={}", language.code());
    let number = again::own_number(&stored.payment).to_owned();
    let settings = &project.settings.paysera;
    let name = |own: &str| if own.is_empty() { project.display_name().to_owned() } else { own.to_owned() };
    let (site, owner) = (name(&settings.site_name), name(&settings.owner_name));
    Visit {
        purpose: Purpose::Pay,
        saved: Saved::default(),
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
        test_mode: project.settings.test_mode || details.is_test(),
        test_data: pay::test_data(project),
        // The default text says no more than what stands beside it: the shop and the number.
        description: details
            .get("paytext")
            .map(|text| paytext::resolve(Some(text), ordered, &number, &site, &owner))
            .unwrap_or_default(),
        holder: [details.get("p_firstname"), details.get("p_lastname")]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
        shop_link: None,
        mobile: false,
        can_return: true,
        language,
        frame_ancestors: project.settings.frame_ancestors.clone(),
        pages: Language::ALL.iter().map(|language| (*language, page(*language))).collect(),
        just_done: false,
        now: gateway.clock.now(),
        payment: Payment { order: number, ..stored.payment },
        all_ways: false,
        choice: choice(gateway, project, &details, language),
    }
}

/// What a project allows, apart from what only a fresh request is judged by.
pub(in crate::web) fn rules<'a>(
    gateway: &Gateway,
    project: &'a ActiveProject,
    methods: &'a Catalogue,
    currencies: &'a [Currency],
) -> Rules<'a> {
    let own = &project.settings.paysera;
    Rules {
        state: own.state.on_the_wire(),
        confirmed_addresses: &own.base_addresses,
        allows_tests: own.allow_test,
        default_currency: currencies.first().copied(),
        currencies,
        methods,
        now: gateway.clock.now(),
        zone: own.zone(),
        not_utf8: false,
    }
}

/// The ways to pay that the project and the shop offer for this order. An order that the project would not take any more has none left,
/// and can still be paid by card.
fn choice(gateway: &Gateway, project: &ActiveProject, details: &Details, language: Language) -> Option<Choice> {
    let (all, currencies) = (catalogue(gateway, project), project.settings.all_currencies());
    let order: Order = details.order(&rules(gateway, project, &all, &currencies))?;
    let offered = order.choice(&all);
    let title = |titles: &PerLanguage| pick(titles, language.code()).unwrap_or_default().to_owned();
    let way = |method: &payglot_wire::paysera::Method| {
        let kind = methods::find(&method.key).map(|known| known.kind)?;
        Some(Way { key: method.key.clone(), title: title(&method.titles), method: method_of(kind) })
    };
    let group = |group: &payglot_wire::paysera::Group| visit::Group {
        title: title(&group.titles),
        ways: group.methods.iter().filter_map(way).collect(),
    };
    let country = |country: &payglot_wire::paysera::Country| visit::Country {
        code: country.code.clone(),
        title: title(&country.titles),
        groups: country.groups.iter().map(group).collect(),
    };
    // The country where the order's language is spoken; most shops of the vendor are Lithuanian.
    let spoken = match details.language().two() {
        "lv" => "lv",
        "et" => "ee",
        _ => "lt",
    };
    let country_code = details.learned.country.clone().or(order.country).unwrap_or_else(|| spoken.to_owned());
    Some(Choice {
        countries: offered.countries.iter().map(country).collect(),
        country: country_code.to_ascii_lowercase(),
        preselected: order.payment,
        email: details.email().map(str::to_owned),
        test: order.test,
        instant: order.test && project.settings.paysera.instant_test,
    })
}

const fn method_of(kind: Kind) -> Method {
    match kind {
        Kind::Bank => Method::Bank,
        Kind::Card => Method::Card,
        Kind::Sms => Method::Sms,
        Kind::Wallet => Method::Wallet,
    }
}

/// What the order's details become when a payer pays in this way.
pub(super) fn remember(key: String, learned: super::Learned) -> Remember {
    Box::new(move |details, _| {
        let mut details = Details::read(details);
        details.learned.method = Some(key.clone());
        if learned.email.is_some() {
            details.learned.email.clone_from(&learned.email);
        }
        // `other` is no country.
        if let Some(country) = learned.country.as_ref().filter(|code| code.len() == 2) {
            details.learned.country = Some(country.clone());
        }
        details.to_text()
    })
}

/// Where the payer goes back to: `accepturl` with the signed result, or `cancelurl` as it is.
pub(super) async fn return_address(
    gateway: &Gateway,
    project: &ActiveProject,
    stored: &StoredPayment,
) -> Option<String> {
    let details = Details::read(&stored.details);
    match told::result(gateway, project, stored).await {
        Ok(Some(fields)) => details.get("accepturl").map(|address| reply::accept_url(address, &fields)),
        Ok(None) => details.get("cancelurl").map(|address| reply::cancel_url(address).to_owned()),
        Err(error) => {
            // Without a signature the shop would take the payer for a cheat; our own page tells what happened.
            tracing::error!(%error, "the way back cannot be signed");
            None
        }
    }
}
