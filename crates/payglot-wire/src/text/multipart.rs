//! `multipart/form-data`, because hand-written clients send it without knowing. Text fields only: a part with a file name is skipped.

use super::form::{NotUtf8, Pairs};

/// Why a body could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The content type names no boundary, or the body does not follow it.
    Shape,
    /// A field is not UTF-8.
    Text(NotUtf8),
}

/// Is this content type `multipart/form-data`?
pub fn is_multipart(content_type: &str) -> bool {
    content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("multipart/form-data")
}

/// Reads the text fields in order.
pub fn decode(content_type: &str, body: &[u8]) -> Result<Pairs, Broken> {
    let boundary = parameter(content_type, "boundary").ok_or(Broken::Shape)?;
    if boundary.is_empty() || boundary.len() > 70 {
        return Err(Broken::Shape);
    }
    let opening = format!("--{boundary}");
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(b"\r\n").unwrap_or(body).strip_prefix(opening.as_bytes()).ok_or(Broken::Shape)?;
    let mut pairs = Pairs::new();
    loop {
        if rest.starts_with(b"--") {
            return Ok(pairs);
        }
        rest = rest.strip_prefix(b"\r\n").ok_or(Broken::Shape)?;
        let end = find(rest, delimiter.as_bytes()).ok_or(Broken::Shape)?;
        let part = &rest[..end];
        rest = &rest[end + delimiter.len()..];
        pairs.extend(field(part)?);
    }
}

/// One part: headers, an empty line, the value.
fn field(part: &[u8]) -> Result<Option<(String, String)>, Broken> {
    let gap = find(part, b"\r\n\r\n").ok_or(Broken::Shape)?;
    let headers = std::str::from_utf8(&part[..gap]).map_err(|_| Broken::Text(NotUtf8 { name: String::new() }))?;
    let disposition = headers
        .split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))
        .map(|(_, value)| value)
        .ok_or(Broken::Shape)?;
    if parameter(disposition, "filename").is_some() {
        return Ok(None);
    }
    let name = parameter(disposition, "name").ok_or(Broken::Shape)?;
    match String::from_utf8(part[gap + 4..].to_vec()) {
        Ok(value) => Ok(Some((name, value))),
        Err(_) => Err(Broken::Text(NotUtf8 { name })),
    }
}

/// A parameter of a header's value, quoted or not.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let mut rest = header;
    while let Some(at) = rest.find(';') {
        rest = rest[at + 1..].trim_start();
        let Some((name, value)) = rest.split_once('=') else { continue };
        if name.contains(';') {
            continue;
        }
        let text = match value.strip_prefix('"') {
            Some(quoted) => {
                let (text, after) = quoted.split_once('"')?;
                rest = after;
                text
            }
            None => value.split(';').next().unwrap_or_default().trim(),
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(text.to_owned());
        }
    }
    None
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TYPE: &str = "multipart/form-data; charset=utf-8; boundary=\"--x;y\"";

    #[test]
    fn text_fields_are_read_and_files_skipped() {
        let body = "----x;y\r\nContent-Disposition: form-data; name=\"amount\"\r\n\r\n2000\r\n----x;y\r\ncontent-type: text/plain\r\n\
            content-disposition: form-data; name=note\r\n\r\nпервая\r\n\r\nвторая\r\n----x;y\r\n\
            Content-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\n\u{0}\r\n----x;y--\r\n";
        let pairs = decode(TYPE, body.as_bytes()).expect("well formed");
        let expected = [("amount", "2000"), ("note", "первая\r\n\r\nвторая")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(is_multipart(TYPE) && !is_multipart("application/json"));
    }

    #[test]
    fn broken_bodies_are_refused() {
        for body in [
            "",
            "----x;y",
            "----x;y\r\n\r\n",
            "----x;y\r\nA: b\r\n\r\nc\r\n----x;y--",
            "----x;y\r\nContent-Disposition: form-data\r\n\r\nc\r\n----x;y--",
            "----x;y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nc",
        ] {
            assert_eq!(decode(TYPE, body.as_bytes()), Err(Broken::Shape), "{body}");
        }
        assert_eq!(decode("multipart/form-data", b"x"), Err(Broken::Shape));
        let broken = b"----x;y\r\nContent-Disposition: form-data; name=a\r\n\r\n\xFF\r\n----x;y--";
        assert_eq!(decode(TYPE, broken), Err(Broken::Text(NotUtf8 { name: "a".to_owned() })));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(header in "[a-z=;\"/ -]{0,40}", body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&header, &body);
            let mut framed = b"----x;y\r\nContent-Disposition: form-data; name=\"".to_vec();
            framed.extend(body);
            let _ = decode(TYPE, &framed);
        }
    }
}
