//! The sandbox's telephone: sends premium messages and shows what comes back. A real operator would bring us messages of real ones.

use super::failure::PageFailure;
use super::{client_ip, html, pages_csp, query_value, see_other};
use crate::checkout::Language;
use crate::checkout::view::{
    ConversationPage, Frame, KeywordOffer, LanguageLink, MessageError, Purpose, TelephonePage, TelephoneReply,
};
use crate::flows::FlowError;
use crate::flows::message::{self, NotTaken, Offer, Reply};
use crate::gateway::Gateway;
use askama::Template as _;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use payglot_core::PaymentId;
use std::sync::Arc;

/// Where the telephone lies.
const ADDRESS: &str = "/sandbox/telephone";

pub(super) fn router() -> Router<Arc<Gateway>> {
    Router::new().route(ADDRESS, get(show).post(send)).route("/sandbox/telephone/{message}", get(conversation))
}

/// A message as it is written.
#[derive(Default)]
struct Written {
    id: Option<PaymentId>,
    from: String,
    text: String,
}

impl Written {
    fn read(body: &[u8]) -> Self {
        let mut written = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            match name.as_ref() {
                "id" => written.id = value.parse().ok(),
                "from" => value.trim().clone_into(&mut written.from),
                "text" => value.trim().clone_into(&mut written.text),
                _ => {}
            }
        }
        written
    }
}

async fn show(State(gateway): State<Arc<Gateway>>, RawQuery(query): RawQuery) -> Response {
    let language = language_of(query.as_deref());
    let shown = async {
        let offers = message::offers(&gateway).await?;
        let text = offers.first().map(|offer| format!("{} ", offer.keyword.name)).unwrap_or_default();
        let blank = Written { id: None, from: "+370 612 34567".to_owned(), text };
        page(&gateway, &offers, language, blank, None)
    };
    shown.await.unwrap_or_else(|failure: PageFailure| failure.into_response(language))
}

async fn send(
    State(gateway): State<Arc<Gateway>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let language = language_of(query.as_deref());
    let sent = async {
        let written = Written::read(&body);
        let ip = client_ip(&gateway, &headers);
        if let Some(retry_after) = gateway.limits.card_attempt(ip) {
            let (page, frame_ancestors) = (address("", language), String::new());
            return Err(PageFailure::TooManyAttempts { retry_after, page, return_href: None, frame_ancestors });
        }
        let id = written.id.unwrap_or_else(|| gateway.clock.payment_id());
        match message::receive_offered(&gateway, id, &written.from, &written.text).await {
            Ok(taken) => Ok(see_other(&address(&format!("/{}", taken.payment.id), language))),
            Err(NotTaken::Flow(error)) => Err(error.into()),
            Err(refused) => {
                let offers = message::offers(&gateway).await?;
                page(&gateway, &offers, language, written, Some(complaint(&refused)))
            }
        }
    };
    sent.await.unwrap_or_else(|failure: PageFailure| failure.into_response(language))
}

fn complaint(refused: &NotTaken) -> MessageError {
    match refused {
        NotTaken::UnknownKeyword(_) | NotTaken::Closed | NotTaken::TestForbidden => MessageError::Keyword,
        NotTaken::Number => MessageError::Number,
        NotTaken::TooLong => MessageError::TooLong,
        NotTaken::NotCharged | NotTaken::Flow(_) => MessageError::NotCharged,
    }
}

fn page(
    gateway: &Gateway,
    offers: &[Offer],
    language: Language,
    written: Written,
    error: Option<MessageError>,
) -> Result<Response, PageFailure> {
    let offer = |offer: &Offer| KeywordOffer {
        name: offer.keyword.name.clone(),
        shop: offer.shop.clone(),
        price: offer.keyword.amount.to_string(),
        to: offer.to.clone(),
    };
    let page = TelephonePage {
        frame: frame(language, ""),
        action: address("", language),
        id: gateway.clock.payment_id().to_string(),
        offers: offers.iter().map(offer).collect(),
        from: written.from,
        text: written.text,
        error,
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(html(status, page.render()?, &pages_csp("")))
}

async fn conversation(
    State(gateway): State<Arc<Gateway>>,
    Path(message): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let language = language_of(query.as_deref());
    let shown = async {
        let id: PaymentId = message.parse().map_err(|_| PageFailure::UnknownOrder)?;
        let known = message::conversation(&gateway, id).await?.ok_or(PageFailure::UnknownOrder)?;
        let project = gateway.projects.by_id(known.project).await.map_err(FlowError::from)?;
        let page = ConversationPage {
            frame: frame(language, &format!("/{id}")),
            to: known.to,
            text: known.text,
            price: known.price,
            shop: project.display_name().to_owned(),
            reply: match known.reply {
                Reply::Waiting => TelephoneReply::Waiting,
                Reply::Nothing => TelephoneReply::Nothing,
                Reply::Text(text) => TelephoneReply::Text(text),
                Reply::Later => TelephoneReply::Later,
                Reply::Push(text) => TelephoneReply::Push(text),
                Reply::GivenUp => TelephoneReply::GivenUp,
            },
            another: address("", language),
        };
        Ok(html(StatusCode::OK, page.render()?, &pages_csp("")))
    };
    shown.await.unwrap_or_else(|failure: PageFailure| failure.into_response(language))
}

fn address(rest: &str, language: Language) -> String {
    format!("{ADDRESS}{rest}?lang={}", language.code())
}

fn frame(language: Language, rest: &str) -> Frame {
    let link = |other: &Language| LanguageLink { language: *other, href: address(rest, *other) };
    Frame {
        purpose: Purpose::Pay,
        language,
        languages: Language::ALL.iter().map(link).collect(),
        page: address(rest, language),
        merchant: None,
        order: None,
        test_mode: true,
        timer: None,
        embed: None,
    }
}

fn language_of(query: Option<&str>) -> Language {
    query.and_then(|query| query_value(query, "lang")).as_deref().and_then(Language::parse).unwrap_or(Language::En)
}
