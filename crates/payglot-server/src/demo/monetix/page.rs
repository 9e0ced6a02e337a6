//! The Payment Page: the shop signs the order, and the payer's browser opens the page with it. There is no call between the servers.

use super::Buyer;
use super::choice::{Choice, Means, Via};
use super::purpose::Purpose;
use super::signing;
use crate::demo::counter::Counter;
use crate::demo::routes::Shop;
use crate::demo::story::{Event, Message, Pairs};
use crate::demo::text;
use crate::demo::wares::Ware;
use payglot_wire::monetix::request::page_query;
use payglot_wire::monetix::{Fields, PageRequest};
use payglot_wire::text::json::Json;
use payglot_wire::text::secret::Secret;

/// Opens an order and signs it; the address where it is paid.
pub(super) fn buy(
    shop: &Shop,
    ware: &'static Ware,
    language: &'static str,
    choice: Choice,
    buyer: &Buyer<'_>,
) -> String {
    let now = text::now();
    let number = shop.book().open(Counter::Monetix, ware, language, false, now);
    let fields = parameters(shop, &number, ware, language, &choice, buyer);
    let query = page_query(&fields, &Secret::new(shop.config.monetix.secret_key.as_str()));
    let page = format!("{}/payment?{query}", shop.config.monetix.gateway_url);
    let signed = Signed::of(&query);
    let purpose = Purpose::of(ware);
    let (message, address) = match choice.via {
        Via::Widget => {
            let address = format!("{}/monetix/widget/{number}", shop.config.shop_url);
            (given_to_widget(shop, &signed), address)
        }
        Via::Page | Via::Gate => (sent_away(&page, &signed, purpose), page.clone()),
    };
    let mut book = shop.book();
    book.sent_away(&number, &address);
    if let Some(order) = book.get_mut(&number) {
        order.deal.parameters = Some(signed.json());
        order.deal.page = page;
        order.deal.choice = Some(choice);
        order.deal.purpose = purpose;
        order.deal.customer = buyer.customer();
    }
    book.tell(&number, now, None, Event::Message(message));
    address
}

/// The parameters of the page, as the shop wrote and signed them.
struct Signed {
    pairs: Pairs,
    text: String,
    signature: String,
}

impl Signed {
    fn of(query: &str) -> Self {
        // The shop wrote the query itself, so it can be read.
        let request = PageRequest::of_query(query).ok();
        Self {
            pairs: request.as_ref().map(|request| request.fields().pairs().to_vec()).unwrap_or_default(),
            text: request.as_ref().map(PageRequest::signed_text).unwrap_or_default(),
            signature: request.as_ref().and_then(PageRequest::signature).unwrap_or_default().to_owned(),
        }
    }

    /// For the script of a page.
    fn json(&self) -> String {
        let members = self.pairs.iter().map(|(name, value)| (name.clone(), Json::Text(value.clone())));
        Json::Object(members.collect()).to_string()
    }
}

fn parameters(shop: &Shop, number: &str, ware: &Ware, language: &str, choice: &Choice, buyer: &Buyer<'_>) -> Fields {
    let own = |page: &str| format!("{}/monetix/{page}?o={number}", shop.config.shop_url);
    let purpose = Purpose::of(ware);
    let mut fields = Fields::default().with("project_id", shop.config.monetix.project_id.to_string());
    if let Some(mode) = purpose.mode() {
        fields = fields.with("mode", mode);
    }
    if purpose != Purpose::SaveCard {
        fields = fields
            .with("payment_id", number)
            .with("payment_amount", Counter::Monetix.price(ware).to_string())
            .with("payment_currency", Counter::Monetix.currency())
            .with("payment_description", ware.title);
    }
    let mut fields = fields
        .with("customer_id", buyer.id())
        .with("customer_first_name", Buyer::FIRST_NAME)
        .with("customer_last_name", Buyer::LAST_NAME)
        .with("customer_email", Buyer::EMAIL)
        .with("language_code", language)
        .with("merchant_success_url", own("success"))
        .with("merchant_fail_url", own("fail"))
        .with("merchant_return_url", own("return"));
    if matches!(purpose, Purpose::Pay | Purpose::PayOut) {
        fields = match choice.means {
            Means::Any => fields,
            Means::WebMoney => fields.with("force_payment_method", "webmoney"),
            Means::Card => fields.with("force_payment_method", "card"),
        };
    }
    if choice.hold {
        fields = fields.with("operation_type", "auth");
    }
    if choice.register { fields.with("recurring_register", "1") } else { fields }
}

fn sent_away(page: &str, signed: &Signed, purpose: Purpose) -> Message {
    let note = match purpose {
        Purpose::SaveCard => {
            "There is no order at the gateway, now or later. The callback will name the buyer and the card's token, and nothing else."
        }
        Purpose::Pay | Purpose::Verify | Purpose::PayOut | Purpose::Charge => {
            "There is no call between the servers: the order exists at the gateway once the payer confirms it there."
        }
    };
    let what = if purpose == Purpose::Pay { "order" } else { "request" };
    Message {
        from: "Shop",
        to: "Browser",
        title: format!("The browser is sent to the Payment Page with the signed {what}"),
        method: "303".to_owned(),
        url: text::shortened(page),
        params: signed.pairs.clone(),
        caption: "Parameters in the address",
        proof: Some(signing::signed(signed.text.clone(), &signed.signature)),
        note: note.to_owned(),
        ..Message::default()
    }
}

fn given_to_widget(shop: &Shop, signed: &Signed) -> Message {
    Message {
        from: "Shop",
        to: "Browser",
        title: "A page of the shop gets the signed order for the widget".to_owned(),
        method: "EPayWidget.run(config, 'get')".to_owned(),
        url: format!("{}/shared/merchant.js", shop.config.monetix.gateway_url),
        params: signed.pairs.clone(),
        caption: "What config holds, beside the functions that the widget calls",
        proof: Some(signing::signed(signed.text.clone(), &signed.signature)),
        note: "The widget opens the Payment Page with these parameters inside the shop's page. What it adds, such as frame_mode, is not signed."
            .to_owned(),
        ..Message::default()
    }
}
