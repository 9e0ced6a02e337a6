//! A client as cheap as can be, because it shares the processors with what it measures: one kept connection, requests written
//! beforehand, answers read only as far as the caller needs.

use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One kept connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    head: &'a [u8],
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    /// The text between the first occurrence of `before` and the next quotation mark.
    pub(crate) fn quoted_after(&self, before: &str) -> Option<String> {
        let at = find(self.body, before.as_bytes())? + before.len();
        let length = self.body[at..].iter().position(|byte| *byte == b'"')?;
        Some(String::from_utf8_lossy(&self.body[at..at + length]).into_owned())
    }

    /// Where it leads.
    pub(crate) fn location(&self) -> Option<String> {
        let lines = std::str::from_utf8(self.head).ok()?.lines().filter_map(|line| line.split_once(':'));
        let found = lines.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("location"));
        found.map(|(_, address)| address.trim().to_owned())
    }

    /// Does the body contain this?
    pub(crate) fn has(&self, text: &str) -> bool {
        find(self.body, text.as_bytes()).is_some()
    }
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a whole request and reads the whole answer.
    pub(crate) async fn call(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let (status, length) = read_head(&self.buffer[..head])?;
        while self.buffer.len() < head + length {
            self.more().await?;
        }
        Ok(Answer { status, head: &self.buffer[..head], body: &self.buffer[head..head + length] })
    }

    async fn more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the connection was closed in the middle of an answer");
        }
        Ok(())
    }
}

fn read_head(head: &[u8]) -> Result<(u16, usize)> {
    let head = std::str::from_utf8(head)?;
    let status = head.get(9..12).and_then(|digits| digits.parse().ok()).context("no status")?;
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let (_, length) = length.context("an answer without a length")?;
    Ok((status, length.trim().parse()?))
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

/// `GET target`.
pub(crate) fn get(host: SocketAddr, target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes()
}

/// `POST target` with an encoded form.
pub(crate) fn post(host: SocketAddr, target: &str, form: &str) -> Vec<u8> {
    let length = form.len();
    let head = "Content-Type: application/x-www-form-urlencoded";
    format!("POST {target} HTTP/1.1\r\nHost: {host}\r\n{head}\r\nContent-Length: {length}\r\n\r\n{form}").into_bytes()
}
