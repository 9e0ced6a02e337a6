//! Pages drawn from plain data.

use super::{config, received};
use crate::demo::assets;
use crate::demo::book::{Book, ORDERS_KEPT};
use crate::demo::check::Check;
use crate::demo::counter::Counter;
use crate::demo::pages::{self, Frame};
use crate::demo::proof::Proof;
use crate::demo::standing::Standing;
use crate::demo::story::{Answer, Callback, Entry, Event, Message, Story};
use crate::demo::view::verdict;
use crate::demo::wares::WARES;
use axum::response::Response;

const HOSTILE: &str = "<script>alert('x')</script>\"><img src=x onerror=y>";

async fn html(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a page");
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn hostile_callback() -> Callback {
    let params = vec![("orderNumber".to_owned(), HOSTILE.to_owned()), (HOSTILE.to_owned(), HOSTILE.to_owned())];
    let answer = Answer { status: 400, content_type: HOSTILE.to_owned(), body: HOSTILE.to_owned() };
    let query: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(&params).finish();
    let check = Check::of(&received(&query), HOSTILE);
    Callback { method: "GET".to_owned(), url: HOSTILE.to_owned(), params, check, repeated: false, answer }
}

fn hostile_message() -> Message {
    let proof = Proof::doubtful(vec![("it says", HOSTILE.to_owned())], HOSTILE.to_owned());
    Message {
        title: HOSTILE.to_owned(),
        url: HOSTILE.to_owned(),
        params: vec![(HOSTILE.to_owned(), HOSTILE.to_owned())],
        body: HOSTILE.to_owned(),
        answer_proof: Some(proof.clone()),
        proof: Some(proof),
        failure: Some(HOSTILE.to_owned()),
        note: HOSTILE.to_owned(),
        ..Message::default()
    }
}

/// No element or attribute that the content policy would refuse, and none that came out of data.
fn assert_tame(html: &str) {
    for wrong in ["<script>", "<style", " style=", " onclick=", "<img src=x", "javascript:"] {
        assert!(!html.contains(wrong), "{wrong} in {html}");
    }
    assert_eq!(html.matches("<script").count(), 1, "only the shop's own file");
}

#[tokio::test]
async fn hostile_data_stays_text() {
    let config = config("http://gateway.example");
    let frame = Frame::new(&config);
    let mut book = Book::default();
    let key = book.open(Counter::Rbs, &WARES[0], "en", false, 1_000);
    let mut order = book.get(&key).expect("just opened").clone();
    order.title = HOSTILE.to_owned();
    order.number = HOSTILE.to_owned();
    order.gateway_id = Some(HOSTILE.to_owned());
    order.standing = Standing::Refused { code: HOSTILE.to_owned(), message: HOSTILE.to_owned() };
    order.story.tell(Entry { at: 1, took: None, event: Event::Callback(hostile_callback()) });
    let page = html(pages::order(&frame, &order, 1_000)).await;
    assert_tame(&page);
    assert!(page.contains("&#60;script&#62;"), "shown, but as text");
    order.story.tell(Entry { at: 2, took: None, event: Event::Message(hostile_message()) });
    order.refused = Some(HOSTILE.to_owned());
    (order.deal.invoice, order.deal.account) = (HOSTILE.to_owned(), HOSTILE.to_owned());
    order.deal.token = HOSTILE.to_owned();
    assert_tame(&html(pages::order(&frame, &order, 1_000)).await);
    book.called_back(1, hostile_callback());
    book.heard(Counter::Monetix, HOSTILE, 1, hostile_message(), |_| ());
    assert_tame(&html(pages::orders(&frame, &book)).await);
    let widget = html(pages::widget(&frame, &order, HOSTILE, HOSTILE)).await;
    assert!(!widget.contains("<script>") && !widget.contains("<img src=x"), "{widget}");
    let problem = pages::problem(&frame, axum::http::StatusCode::NOT_FOUND, HOSTILE, HOSTILE, Some(HOSTILE));
    assert_tame(&html(problem).await);
}

#[tokio::test]
async fn the_shelf_has_named_buttons_and_what_a_developer_needs() {
    let config = config("http://gateway.example");
    let page = html(pages::home(&Frame::new(&config), Counter::Rbs)).await;
    assert_tame(&page);
    for ware in WARES {
        assert!(page.contains(&format!("Buy <span class=\"sr\">{}</span>", ware.title)));
        assert!(assets::file(&format!("{}.svg", ware.slug)).is_some(), "{} has a drawing", ware.slug);
    }
    for fact in
        ["http://gateway.example/payment/rest/register.do", "books-api", "4444 5555 1111 3333", "/shop/rbs/callback"]
    {
        assert!(page.contains(fact), "{fact}");
    }
}

#[tokio::test]
async fn each_counter_has_its_shelf() {
    let config = config("http://gateway.example");
    for (counter, price, facts) in [
        (Counter::Rbs, "649.90\u{a0}₽", ["/payment/rest/register.do", "/rbs/callback"]),
        (Counter::Paysera, "6.50\u{a0}€", ["/pay/", "12345"]),
        (Counter::Monetix, "6.50\u{a0}$", ["/shared/merchant.js", "monetix_test_secret"]),
    ] {
        let page = html(pages::home(&Frame::new(&config), counter)).await;
        assert_tame(&page);
        assert!(page.contains(price) && page.contains(&format!("value=\"{}\"", counter.word())), "{price}");
        assert_eq!(page.matches("aria-current=\"page\">").count(), 2, "the shop and the tab");
        assert_eq!(Counter::of_word(Some(counter.word())), counter);
        for fact in facts {
            assert!(page.contains(fact), "{fact}");
        }
    }
    assert_eq!((Counter::of_word(None), Counter::of_word(Some("moon"))), (Counter::Rbs, Counter::Rbs));
}

#[tokio::test]
async fn every_standing_has_a_page() {
    let config = config("http://gateway.example");
    let frame = Frame::new(&config);
    let mut book = Book::default();
    let key = book.open(Counter::Rbs, &WARES[1], "ru", false, 1_000);
    let standings = [
        Standing::Fresh,
        Standing::Refused { code: "1".to_owned(), message: "Order number is duplicated".to_owned() },
        Standing::Unreachable("no connection".to_owned()),
        Standing::Waiting("An invoice waits"),
        Standing::Open { last_refusal: None },
        Standing::Open { last_refusal: Some("Not enough money".to_owned()) },
        Standing::Held,
        Standing::Paid,
        Standing::Reversed,
        Standing::Refunded,
        Standing::Declined(String::new()),
        Standing::Declined("Not enough money".to_owned()),
    ];
    for standing in standings {
        let mut order = book.get(&key).expect("just opened").clone();
        order.standing = standing;
        let page = html(pages::order(&frame, &order, 1_000)).await;
        let title = verdict(&order.standing).title;
        assert!(page.contains(&format!("<h1>{title}</h1>")), "{:?}", order.standing);
        assert_tame(&page);
    }
}

#[test]
fn memory_is_bounded() {
    let mut book = Book::default();
    let first = book.open(Counter::Rbs, &WARES[0], "en", false, 0);
    for i in 0..ORDERS_KEPT {
        book.open(Counter::Rbs, &WARES[0], "en", false, i as u64);
    }
    assert_eq!(book.orders().count(), ORDERS_KEPT);
    assert!(book.get(&first).is_none());
    for at in 0..50 {
        book.called_back(at, hostile_callback());
    }
    assert_eq!(book.strays().count(), 20);
    let mut story = Story::default();
    for at in 0..100 {
        story.tell(Entry { at, took: None, event: Event::SentAway { url: String::new() } });
    }
    assert_eq!((story.entries().len(), story.left_out()), (Story::KEPT, 40));
    assert_eq!((story.entries()[0].at, story.last_at()), (0, 99), "the beginning and the end stay");
}

#[test]
fn messages_lie_in_order_of_time_not_of_arrival() {
    let mut story = Story::default();
    for at in [5, 9, 7, 5] {
        story.tell(Entry { at, took: None, event: Event::SentAway { url: String::new() } });
    }
    let times: Vec<_> = story.entries().iter().map(|entry| entry.at).collect();
    assert_eq!(times, [5, 5, 7, 9]);
}
