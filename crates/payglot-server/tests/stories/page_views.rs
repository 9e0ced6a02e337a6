//! What an order may say about its page: for a telephone, under a name of the shop's own, with a link into the shop, with a name filled in.

use crate::harness::TestGateway;
use crate::harness::http;
use crate::harness::shop::refusal;

/// The path and query of a page.
fn path_of(form_url: &str) -> String {
    let (_, rest) = form_url.split_once("://").expect("absolute");
    rest.find('/').map_or_else(String::new, |at| rest[at..].to_owned())
}

async fn page(gateway: &TestGateway, path: &str) -> http::Answer {
    http::send(gateway.at, "GET", path, "", b"").await
}

#[tokio::test]
async fn a_page_for_telephones_has_an_address_and_labels_of_its_own() {
    let gateway = TestGateway::start().await;
    for (language, pay, cancel) in [
        ("en", ">Pay</button>", ">Cancel</button>"),
        ("ru", ">Оплатить</button>", ">Отменить</button>"),
        ("lt", ">Mokėti</button>", ">Atšaukti</button>"),
    ] {
        let order = gateway.shop.register(&[("pageView", "MOBILE"), ("language", language)]).await;
        let path = path_of(&order.form_url);
        assert!(path.starts_with(&format!("/payment/merchants/mobile_payment_{language}.html?mdOrder=")), "{path}");
        let told = page(&gateway, &path).await;
        assert_eq!(told.status, 200);
        assert!(told.body.contains(pay) && told.body.contains(cancel), "{}", told.body);
        let usual = gateway.shop.register(&[("pageView", "DESKTOP"), ("language", language)]).await;
        let told = page(&gateway, &path_of(&usual.form_url)).await;
        assert!(!told.body.contains(pay) && !told.body.contains(cancel), "{}", told.body);
    }
    gateway.end().await;
}

#[tokio::test]
async fn a_page_under_a_name_of_the_shops_own_is_served_and_a_page_of_errors_too() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[("pageView", "iframe-7"), ("language", "en")]).await;
    let path = path_of(&order.form_url);
    assert!(path.starts_with("/payment/merchants/iframe-7_payment_en.html?mdOrder="), "{path}");
    assert_eq!(page(&gateway, &path).await.status, 200);
    for name in ["errors_en.html", "mobile_errors_en.html", "demo/iframe-7_errors_en.html"] {
        for query in [String::new(), format!("?mdOrder={}", order.id)] {
            let told = page(&gateway, &format!("/payment/merchants/{name}{query}")).await;
            assert_eq!(told.status, 404, "{name}");
            assert!(told.body.contains("<h1") && !told.body.contains(&order.id), "{}", told.body);
        }
    }
    let unknown =
        page(&gateway, "/payment/merchants/payment_en.html?mdOrder=00000000-0000-0000-0000-000000000000").await;
    assert_eq!(unknown.status, 404);
    gateway.end().await;
}

#[tokio::test]
async fn a_link_into_the_shop_leads_to_the_web_only() {
    let gateway = TestGateway::start().await;
    let named = r#"{"backToShopUrl":"https://shop.example/basket?a=1&b=2","backToShopName":"My <basket>"}"#;
    let order = gateway.shop.register(&[("jsonParams", named), ("language", "en")]).await;
    let told = page(&gateway, &path_of(&order.form_url)).await.body;
    let link = told.split("class=\"shop-link\"").nth(1).and_then(|rest| rest.split("</a>").next()).expect("a link");
    assert!(link.contains("https://shop.example/basket?a=1&#38;b=2") && link.contains("My &#60;basket&#62;"), "{link}");
    let unnamed = gateway.shop.register(&[("jsonParams", r#"{"backToShopUrl":"http://shop.example"}"#)]).await;
    assert!(page(&gateway, &path_of(&unnamed.form_url)).await.body.contains(">Вернуться в магазин</a>"));
    for wrong in ["javascript:alert(1)", "data:text/html,x", "/basket", "", "myapp://basket"] {
        let params = format!(r#"{{"backToShopUrl":"{wrong}","backToShopName":"x"}}"#);
        let order = gateway.shop.register(&[("jsonParams", &params)]).await;
        assert!(!page(&gateway, &path_of(&order.form_url)).await.body.contains("shop-link"), "{wrong}");
    }
    gateway.end().await;
}

#[tokio::test]
async fn the_holders_name_is_filled_in_and_is_no_card_number() {
    let gateway = TestGateway::start().await;
    let order = gateway.shop.register(&[("cardholderName", "IVAN \"P\" PETROV"), ("feeInput", "150")]).await;
    let told = page(&gateway, &path_of(&order.form_url)).await.body;
    assert!(told.contains("value=\"IVAN &#34;P&#34; PETROV\""), "{told}");
    assert_eq!(gateway.shop.status(&order).await["paymentAmountInfo"]["feeAmount"], 150);
    for wrong in ["4111 1111 1111 1111", "4929123456789015"] {
        let params = [("cardholderName", wrong), ("language", "en")];
        let answer = gateway.shop.try_register("register.do", &params).await;
        assert_eq!(refusal(&answer), "5 [cardholderName] is invalid");
    }
    assert_eq!(gateway.count().await, 1);
    gateway.end().await;
}
