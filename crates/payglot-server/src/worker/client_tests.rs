use super::*;
use payglot_core::outbox::{Acknowledgement, Schedule};
use payglot_core::{NotificationId, UnixMillis};
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// A shop that sends `answer` to each request, then keeps the connection open. Gives its address and what it was sent.
async fn shop(answer: Vec<u8>) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let (answer, tell) = (answer.clone(), tell.clone());
            tokio::spawn(async move {
                let mut buffer = vec![0; 64 * 1024];
                while let Ok(count @ 1..) = socket.read(&mut buffer).await {
                    let _ = tell.send(String::from_utf8_lossy(&buffer[..count]).into_owned());
                    let _ = socket.write_all(&answer).await;
                }
            });
        }
    });
    (address, told)
}

/// A limit that no test reaches by accident, however busy the machine.
const AMPLE: Duration = Duration::from_secs(20);

fn client(allow_private: bool) -> Client {
    limited(allow_private, AMPLE)
}

fn limited(allow_private: bool, time_limit: Duration) -> Client {
    Client::new(ClientOptions { allow_private, time_limit, idle_per_endpoint: 4 }).expect("TLS is set up")
}

fn get(url: &str) -> NewNotification {
    NewNotification {
        id: NotificationId::from_bytes([7; 16]),
        event: "captured".to_owned(),
        method: CallMethod::Get,
        url: url.to_owned(),
        content_type: String::new(),
        body: String::new(),
        acknowledgement: Acknowledgement::Status200,
        schedule: Schedule::new(&[]),
        created_at: UnixMillis(0),
        not_before: UnixMillis(0),
        patience: None,
    }
}

async fn failure(client: &Client, url: &str) -> String {
    match client.call(&get(url)).await.0 {
        ShopAnswer::Failed(words) => words,
        answered @ ShopAnswer::Answered { .. } => panic!("{url}: {answered:?}"),
    }
}

fn answered(status: u16, body: &str) -> ShopAnswer {
    ShopAnswer::Answered { status, body: body.to_owned() }
}

#[tokio::test]
async fn sends_what_was_written_and_gives_what_was_answered() {
    let (shop, mut told) = shop(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK".to_vec()).await;
    let called = client(true).call(&get(&format!("http://{shop}/cb?a=1%20b&c="))).await;
    assert_eq!(called, (answered(200, "OK"), shop.to_string()));
    let request = told.recv().await.expect("a request");
    assert!(request.starts_with("GET /cb?a=1%20b&c= HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("user-agent: payglot/{}\r\n", env!("CARGO_PKG_VERSION"))), "{request}");

    let form = NewNotification {
        method: CallMethod::Post,
        content_type: "application/x-www-form-urlencoded".to_owned(),
        body: "a=1&b=2".to_owned(),
        ..get(&format!("http://{shop}/cb"))
    };
    assert_eq!(client(true).call(&form).await.0, answered(200, "OK"));
    let request = told.recv().await.expect("a request");
    assert!(request.starts_with("POST /cb HTTP/1.1\r\n") && request.ends_with("\r\n\r\na=1&b=2"), "{request}");
    assert!(request.contains("content-type: application/x-www-form-urlencoded\r\n"), "{request}");
}

#[tokio::test]
async fn errors_and_redirects_are_answers_and_are_not_followed() {
    let (failing, _) = shop(b"HTTP/1.1 500 Oops\r\ncontent-length: 4\r\n\r\noops".to_vec()).await;
    assert_eq!(client(true).call(&get(&format!("http://{failing}/"))).await.0, answered(500, "oops"));
    let (target, mut told) = shop(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec()).await;
    let redirect = format!("HTTP/1.1 302 Found\r\nlocation: http://{target}/\r\ncontent-length: 0\r\n\r\n");
    let (redirecting, _) = shop(redirect.into_bytes()).await;
    assert_eq!(client(true).call(&get(&format!("http://{redirecting}/"))).await.0, answered(302, ""));
    assert!(told.try_recv().is_err(), "the redirect was followed");
}

#[tokio::test]
async fn a_long_answer_is_cut_and_not_read_to_its_end() {
    let mut long = b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n".to_vec();
    long.resize(long.len() + 1024 * 1024, b'x');
    let (shop, _) = shop(long).await;
    let began = Instant::now();
    let answer = client(true).call(&get(&format!("http://{shop}/"))).await.0;
    assert_eq!(answer, answered(200, &"x".repeat(ANSWER_MAX)));
    assert!(began.elapsed() < AMPLE, "it waited for the rest");
}

#[tokio::test]
async fn what_is_not_text_stays_within_the_limit() {
    let mut binary = b"HTTP/1.1 200 OK\r\ncontent-length: 16384\r\n\r\n".to_vec();
    binary.resize(binary.len() + ANSWER_MAX, 0xff);
    let (shop, _) = shop(binary).await;
    let ShopAnswer::Answered { body, .. } = client(true).call(&get(&format!("http://{shop}/"))).await.0 else {
        panic!("answered");
    };
    assert!(body.len() <= ANSWER_MAX && body.chars().all(|c| c == '\u{fffd}'));
}

#[tokio::test]
async fn a_shop_that_hangs_costs_the_time_limit_and_no_more() {
    let client = limited(true, Duration::from_millis(250));
    let (silent, _) = shop(Vec::new()).await;
    let (answer, address) = client.call(&get(&format!("http://{silent}/"))).await;
    assert_eq!(answer, ShopAnswer::Failed("no answer within 250 ms".to_owned()));
    assert_eq!(address, silent.to_string());
    // A status is an answer, even if the rest of it never comes.
    let (half, _) = shop(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nOK".to_vec()).await;
    assert_eq!(client.call(&get(&format!("http://{half}/"))).await.0, answered(200, "OK"));
}

#[tokio::test]
async fn failures_are_said_in_clear_words() {
    let client = client(true);
    let (garbage, _) = shop(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()).await;
    assert_eq!(failure(&client, &format!("http://{garbage}/")).await, "no HTTP answer: invalid HTTP version parsed");
    let tls = failure(&client, &format!("https://{garbage}/")).await;
    assert!(tls.starts_with("TLS: "), "{tls}");
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound");
    assert_eq!(failure(&client, &format!("http://{closed}/")).await, "connection refused");
    assert_eq!(failure(&client, "ftp://shop.example/").await, "the address begins with ftp, not http or https");
    assert!(failure(&client, "nonsense").await.starts_with("the address is not one: "));
}

#[tokio::test]
async fn a_name_without_addresses_says_so() {
    // Never resolves (RFC 6761), with or without a network; but a resolver may take its time.
    let client = client(false);
    assert_eq!(failure(&client, "http://shop.invalid/").await, "the name shop.invalid does not resolve");
}

#[tokio::test]
async fn special_addresses_are_refused_however_they_are_spelt() {
    let (shop, mut told) = shop(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec()).await;
    let (client, port) = (client(false), shop.port());
    for host in
        ["127.0.0.1", "0x7f.1", "2130706433", "0177.0.0.1", "127.1", "127.0.0.1.", "%31%32%37.0.0.1", "１２７.0.0.1"]
    {
        let words = failure(&client, &format!("http://{host}:{port}/")).await;
        assert_eq!(words, "127.0.0.1 is a loopback address; callbacks to it are not allowed", "{host}");
    }
    for (host, words) in [
        ("[::1]", "::1 is a loopback address; callbacks to it are not allowed"),
        ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1 is an IPv4-mapped address; callbacks to it are not allowed"),
        ("user:word@10.0.0.1", "10.0.0.1 is a private address; callbacks to it are not allowed"),
    ] {
        assert_eq!(failure(&client, &format!("http://{host}:{port}/")).await, words, "{host}");
    }
    let named = failure(&client, &format!("http://localhost:{port}/")).await;
    assert!(named.starts_with("localhost: ") && named.ends_with("not allowed"), "{named}");
    assert!(told.try_recv().is_err(), "somebody was called");
}

#[test]
fn of_several_addresses_only_the_allowed_are_called() {
    let all = || ["10.0.0.1:0", "1.1.1.1:0"].map(|text| text.parse::<SocketAddr>().expect("an address")).to_vec();
    assert_eq!(checked("shop.example", all(), false), Ok(all()[1..].to_vec()));
    assert_eq!(checked("shop.example", all(), true), Ok(all()));
    let none = checked("shop.example", all()[..1].to_vec(), false).expect_err("none is left");
    assert_eq!(none.0, "shop.example: 10.0.0.1 is a private address; callbacks to it are not allowed");
}
