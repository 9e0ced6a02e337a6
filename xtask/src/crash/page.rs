//! Reads the forms of a page, as far as a payer without a browser must.

/// A form: where it goes, its hidden values with that of its first button, and the names that the payer fills in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Form {
    /// Sent in the query, not in a body.
    pub(super) get: bool,
    pub(super) action: String,
    pub(super) hidden: Vec<(String, String)>,
    pub(super) fields: Vec<String>,
}

/// Every form of the page.
pub(super) fn forms(html: &str) -> Vec<Form> {
    html.split("<form").skip(1).map(form).collect()
}

fn form(text: &str) -> Form {
    let text = &text[..text.find("</form>").unwrap_or(text.len())];
    let get = attribute(tag(text), "method").is_none_or(|method| method.eq_ignore_ascii_case("get"));
    let mut form = Form { get, action: attribute(tag(text), "action").unwrap_or_default(), ..Form::default() };
    for input in text.split("<input").skip(1).map(tag) {
        let Some(name) = attribute(input, "name") else { continue };
        match attribute(input, "type").as_deref() {
            Some("hidden") => form.hidden.push((name, attribute(input, "value").unwrap_or_default())),
            Some("submit" | "button" | "checkbox" | "radio") => {}
            _ => form.fields.push(name),
        }
    }
    let button = text.split("<button").nth(1).map(tag);
    if let Some((name, value)) = button.and_then(|b| Some((attribute(b, "name")?, attribute(b, "value")?))) {
        form.hidden.push((name, value));
    }
    form
}

/// The rest of a tag; values with `>` in them do not occur on our pages.
fn tag(text: &str) -> &str {
    &text[..text.find('>').unwrap_or(text.len())]
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\"")).or_else(|| tag.find(&format!("\n{name}=\"")))?;
    let value = tag[start..].split('"').nth(1)?;
    Some(value.replace("&quot;", "\"").replace("&#39;", "'").replace("&#38;", "&").replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read() {
        let html = r#"<form action="/a?b=1&amp;c=2" method="post"><input type="hidden" name="t" value="x">
            <input name="number" inputmode="numeric"><input type="submit" name="go"></form>
            <form><button name="d" value="yes">Yes</button><button name="d" value="no">No</button></form>"#;
        let found = forms(html);
        let hidden = vec![("t".to_owned(), "x".to_owned())];
        assert_eq!(
            found[0],
            Form { get: false, action: "/a?b=1&c=2".to_owned(), hidden, fields: vec!["number".to_owned()] }
        );
        assert!(found[1].get);
        assert_eq!(found[1].hidden, [("d".to_owned(), "yes".to_owned())]);
    }
}
