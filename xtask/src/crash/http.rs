//! A small blocking HTTP client. It matters here that an answer counts only when it came whole: a gateway that is killed
//! in the middle of an answer has promised nothing.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

/// The gateway is on the same machine; what takes longer hangs.
const TIMEOUT: Duration = Duration::from_secs(10);

/// An answer that came whole.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) body: String,
}

/// `GET target` (a path with its query).
pub(super) fn get(gateway: SocketAddr, target: &str) -> Result<Answer> {
    exchange(gateway, &format!("GET {target} HTTP/1.1\r\nHost: {gateway}\r\nConnection: close\r\n\r\n"))
}

/// `POST target` with a form.
pub(super) fn post(gateway: SocketAddr, target: &str, fields: &[(&str, &str)]) -> Result<Answer> {
    let form = form(fields);
    let head = "Content-Type: application/x-www-form-urlencoded\r\nConnection: close";
    let length = form.len();
    exchange(
        gateway,
        &format!(
            "POST {target} HTTP/1.1\r\nHost: {gateway}\r\nOrigin: http://{gateway}\r\n{head}\r\nContent-Length: {length}\r\n\r\n{form}"
        ),
    )
}

fn exchange(gateway: SocketAddr, request: &str) -> Result<Answer> {
    let mut stream = TcpStream::connect_timeout(&gateway, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Result<Answer> {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").context("the answer has no end of headers")?;
    let head = std::str::from_utf8(&bytes[..end])?;
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).context("no status")?;
    let header = |name: &str| {
        let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    };
    let raw = &bytes[end + 4..];
    let body = if header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        chunks(raw)?
    } else {
        let length: usize = header("content-length").unwrap_or("0").parse()?;
        ensure!(raw.len() == length, "the body was cut short");
        raw.to_vec()
    };
    Ok(Answer {
        status,
        location: header("location").map(str::to_owned),
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

fn chunks(mut raw: &[u8]) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = raw.windows(2).position(|w| w == b"\r\n").context("the body was cut short")?;
        let size = usize::from_str_radix(std::str::from_utf8(&raw[..line])?.trim(), 16)?;
        raw = &raw[line + 2..];
        if size == 0 {
            return Ok(body);
        }
        if raw.len() < size + 2 {
            bail!("the body was cut short");
        }
        body.extend_from_slice(&raw[..size]);
        raw = &raw[size + 2..];
    }
}

/// A path with the fields as its query, which replaces the old one, as browsers do it.
pub(super) fn with_query(target: &str, fields: &[(&str, &str)]) -> String {
    let path = target.split('?').next().unwrap_or(target);
    if fields.is_empty() { path.to_owned() } else { format!("{path}?{}", form(fields)) }
}

/// Fields as a form has them.
pub(super) fn form(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.extend(["%", &format!("{byte:02X}")]),
        }
    }
    out
}

/// The named value of a query, as it stands on the wire; ids and numbers need no decoding.
pub(super) fn query_value<'a>(target: &'a str, name: &str) -> Option<&'a str> {
    let (_, query) = target.split_once('?')?;
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(n, _)| *n == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_answer_is_read() {
        let answer = parse(b"HTTP/1.1 303 See Other\r\nLocation: /x\r\nContent-Length: 2\r\n\r\nok").expect("whole");
        assert_eq!((answer.status, answer.location.as_deref(), answer.body.as_str()), (303, Some("/x"), "ok"));
        let answer =
            parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n").expect("whole");
        assert_eq!(answer.body, "ok");
    }

    #[test]
    fn an_answer_that_was_cut_short_is_none() {
        assert!(parse(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok").is_err());
        assert!(parse(b"HTTP/1.1 200 OK\r\nContent-Le").is_err());
        assert!(parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\no").is_err());
    }

    #[test]
    fn forms_and_queries() {
        assert_eq!(form(&[("a b", "1 / 2"), ("c", "ж")]), "a%20b=1%20%2F%202&c=%D0%B6");
        assert_eq!(query_value("/x?a=1&b=2", "b"), Some("2"));
        assert_eq!(query_value("/x", "b"), None);
        assert_eq!(with_query("/x?old", &[("a", "1")]), "/x?a=1");
    }
}
