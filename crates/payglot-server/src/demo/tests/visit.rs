//! A browser at the shop.

use super::config;
use crate::demo::{ShopConfig, router};

/// A browser that follows nothing and a shop to visit.
pub(super) struct Visit {
    client: reqwest::Client,
    /// The shop's address.
    pub(super) shop: String,
}

/// Status, target of a redirect, body.
pub(super) type Seen = (u16, String, String);

impl Visit {
    /// Opens the shop beside that gateway.
    pub(super) async fn to(gateway: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let shop = format!("http://{}/shop", listener.local_addr().expect("an address"));
        let app = router(ShopConfig { shop_url: shop.clone(), ..config(gateway) });
        tokio::spawn(async move { axum::serve(listener, app).await });
        let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Self { client: builder.tls_certs_only([]).build().expect("a client"), shop }
    }

    pub(super) async fn get(&self, path: &str) -> Seen {
        seen(self.client.get(format!("{}{path}", self.shop))).await
    }

    pub(super) async fn post(&self, path: &str, form: &str) -> Seen {
        seen(self.client.post(format!("{}{path}", self.shop)).body(form.to_owned())).await
    }

    /// The page of the latest order.
    pub(super) async fn latest(&self) -> String {
        let address = self.latest_address().await;
        self.get(&address).await.2
    }

    /// Its path.
    pub(super) async fn latest_address(&self) -> String {
        let (_, _, list) = self.get("/orders").await;
        let key =
            list.split("/shop/orders/").nth(1).and_then(|rest| rest.split('"').next()).expect("an order in the list");
        format!("/orders/{key}")
    }

    /// One header of a page.
    pub(super) async fn header(&self, path: &str, name: &str) -> String {
        let response = self.client.get(format!("{}{path}", self.shop)).send().await.expect("the shop answers");
        response.headers().get(name).map(|value| value.to_str().expect("ASCII").to_owned()).unwrap_or_default()
    }
}

async fn seen(request: reqwest::RequestBuilder) -> Seen {
    let response = request.send().await.expect("the shop answers");
    let location = response.headers().get("location").map(|value| value.to_str().expect("ASCII").to_owned());
    (response.status().as_u16(), location.unwrap_or_default(), response.text().await.expect("text"))
}
