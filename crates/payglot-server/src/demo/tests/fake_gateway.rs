//! A gateway of a few lines: answers what it is told to and keeps what it was asked.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use std::sync::{Arc, Mutex};

/// What was asked: the operation and the body.
type Asked = Arc<Mutex<Vec<(String, String)>>>;

/// Answers by operation, `register.do` of RBS or `payment/webmoney/sale` of Gate; everything else is 404.
#[derive(Clone)]
pub(super) struct FakeGateway {
    /// Address without a trailing slash.
    pub(super) base_url: String,
    asked: Asked,
}

#[derive(Clone)]
struct Script {
    asked: Asked,
    answers: Arc<Vec<(&'static str, String)>>,
}

impl FakeGateway {
    /// Starts it on a free port of the loopback interface, for as long as the test runs. `{base}` in answers becomes its address.
    pub(super) async fn start(answers: &[(&'static str, &str)]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}", listener.local_addr().expect("an address"));
        let answers = answers.iter().map(|(operation, body)| (*operation, body.replace("{base}", &base_url))).collect();
        let asked = Asked::default();
        let script = Script { asked: Arc::clone(&asked), answers: Arc::new(answers) };
        let app = Router::new()
            .route("/payment/rest/{operation}", post(answer))
            .route("/v2/{*operation}", post(answer))
            .with_state(script);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { base_url, asked }
    }

    /// The forms that were posted to an operation.
    pub(super) fn asked(&self, operation: &str) -> Vec<Vec<(String, String)>> {
        let form = |body: &String| form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        self.bodies(operation).iter().map(form).collect()
    }

    /// The same as they came.
    pub(super) fn bodies(&self, operation: &str) -> Vec<String> {
        let asked = self.asked.lock().expect("no panic while asking");
        asked.iter().filter(|(name, _)| name == operation).map(|(_, body)| body.clone()).collect()
    }
}

async fn answer(State(script): State<Script>, Path(operation): Path<String>, body: Bytes) -> impl IntoResponse {
    let body = String::from_utf8_lossy(&body).into_owned();
    script.asked.lock().expect("no panic while answering").push((operation.clone(), body));
    let answer = script.answers.iter().find(|(known, _)| *known == operation);
    let status = if answer.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let body = answer.map(|(_, body)| body.clone()).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json;charset=UTF-8")], body)
}
