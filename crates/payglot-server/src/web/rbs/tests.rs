//! Who may call, answered as the protocol words it.

use super::*;
use crate::config::Config;
use crate::flows::project::{self, Draft};
use crate::projects::ProjectSettings;
use crate::secrets::Secret;
use crate::startup;

/// A gateway over a database of its own with two merchants: `books-api`, which has a token, and `toys-api`, which has none.
async fn gateway(folder: &tempfile::TempDir) -> Arc<Gateway> {
    let config = Config { data: folder.path().to_owned(), ..Config::default() };
    let gateway = startup::for_command(config).expect("a gateway");
    for (name, token) in [("books", Some("open-key")), ("toys", None)] {
        let settings = ProjectSettings { number_orders: true, ..ProjectSettings::default() };
        let mut secrets = vec![("password".to_owned(), Secret::new("pw"))];
        secrets.extend(token.map(|token| ("token".to_owned(), Secret::new(token))));
        let login = format!("{name}-api");
        let draft = Draft { protocol: PROTOCOL.to_owned(), name: name.to_owned(), login, settings, secrets };
        project::create(gateway.store.as_ref(), &gateway.key, draft, gateway.clock.now()).await.expect("created");
    }
    gateway
}

async fn ask(gateway: &Arc<Gateway>, operation: Operation, query: &str) -> String {
    let request = RawRequest { method: Method::Get, path: "", query, content_type: "", body: b"", caller_ip: None };
    let params = params_of(operation, &request).expect("parameters");
    let answered = call(gateway, operation, &params, None).await;
    answered.unwrap_or_else(|(refused, language)| reply::refused(operation, &refused, language)).body
}

fn order_id(body: &str) -> &str {
    body.split('"').nth(3).filter(|id| body.starts_with(r#"{"orderId":"#) && id.len() == 36).expect(body)
}

#[tokio::test]
async fn a_token_replaces_login_and_password_and_sees_only_its_own_orders_by_id() {
    let folder = tempfile::tempdir().expect("a folder");
    let gateway = gateway(&folder).await;
    let order = "amount=5&returnUrl=https://a.example&language=en";
    let own = ask(&gateway, Operation::Register, &format!("token=open-key&{order}&orderNumber=7")).await;
    let foreign = ask(&gateway, Operation::Register, &format!("userName=toys-api&password=pw&{order}")).await;
    let status = async |who: &str, which: &str| {
        ask(&gateway, Operation::GetOrderStatusExtended, &format!("{who}&{which}&language=en")).await
    };
    let found = status("token=open-key", &format!("orderId={}", order_id(&own))).await;
    assert!(
        found.starts_with(r#"{"errorCode":"0","errorMessage":"Success","orderNumber":"7","orderStatus":0"#),
        "{found}"
    );
    let denied = r#"{"errorCode":"5","errorMessage":"Access denied"}"#;
    let unknown = r#"{"errorCode":"6","errorMessage":"Order not found"}"#;
    let foreign = format!("orderId={}", order_id(&foreign));
    assert_eq!(status("token=open-key", &foreign).await, denied);
    assert_eq!(status("userName=books-api&password=pw", &foreign).await, unknown);
    assert_eq!(status("token=open-key", "orderId=00000000-0000-0000-0000-000000000000").await, unknown);
    assert_eq!(status("token=open-key", "orderNumber=7").await, denied);
    assert_eq!(status("token=other", &format!("orderId={}", order_id(&own))).await, denied);
    // A pair that is wrong counts, whatever the token.
    assert_eq!(status("userName=books-api&password=x&token=open-key", &foreign).await, denied);
}
