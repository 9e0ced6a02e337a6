//! Just enough of an HTML reader to ask a page questions: tags with their attributes, in order.

/// A start tag: its name and its attributes, values unescaped only as far as the tests need.
#[derive(Debug, Clone)]
pub(super) struct Tag {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute; empty if it has none.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn attribute_names(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| name.as_str())
    }
}

/// All start tags of a page.
pub(super) fn tags(page: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if rest.starts_with(['/', '!']) {
            continue;
        }
        let end = tag_end(rest);
        found.push(tag(&rest[..end]));
        rest = &rest[end..];
    }
    found
}

/// The input of a page with this name.
pub(super) fn field(page: &str, name: &str) -> Tag {
    let inputs = tags(page).into_iter().filter(|tag| tag.name == "input");
    inputs.into_iter().find(|tag| tag.get("name") == Some(name)).unwrap_or_else(|| panic!("no field {name}"))
}

/// Where a tag ends: the first `>` outside quotes.
fn tag_end(text: &str) -> usize {
    let mut quoted = false;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return index,
            _ => {}
        }
    }
    panic!("a tag without an end: {}", &text[..text.len().min(80)]);
}

fn tag(inside: &str) -> Tag {
    let name_end = inside.find(|sign: char| sign.is_ascii_whitespace()).unwrap_or(inside.len());
    let (name, mut rest) = inside.split_at(name_end);
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() || rest == "/" {
            break;
        }
        let end = rest.find(|sign: char| sign == '=' || sign.is_ascii_whitespace()).unwrap_or(rest.len());
        let key = rest[..end].to_ascii_lowercase();
        rest = &rest[end..];
        let Some(after) = rest.strip_prefix("=\"") else {
            attributes.push((key, String::new()));
            continue;
        };
        let close = after.find('"').expect("a closed value");
        attributes.push((key, after[..close].to_owned()));
        rest = &after[close + 1..];
    }
    Tag { name: name.to_ascii_lowercase(), attributes }
}
