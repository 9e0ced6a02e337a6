//! JSON: an ordered value for reading, an ordered writer for replies.

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt::{self, Write};

/// A JSON value whose objects keep the order in which they were written, so that a merchant gets its own data back as it sent them.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, as exact as it can be held.
    Number(serde_json::Number),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object. A name that is repeated keeps its first place and its last value.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads one value with nothing after it. Nesting is limited, so a hostile text cannot exhaust the stack.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// A member of an object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.members()?.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// A member of an object, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Self> {
        match self {
            Self::Object(members) => members.iter_mut().find(|(known, _)| known == name).map(|(_, value)| value),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => None,
        }
    }

    /// The members of an object.
    pub fn members(&self) -> Option<&[(String, Self)]> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The items of an array.
    pub fn items(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// A string.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number, also one written as a string.
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Number(number) => number.as_i64(),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A string as it is, anything else as JSON text, `null` as nothing.
    pub fn plain(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Text(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Json {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Bool(value) => write!(out, "{value}"),
            Self::Number(number) => write!(out, "{number}"),
            Self::Text(text) => out.write_str(&quoted(text)),
            Self::List(items) => {
                out.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(out, "{comma}{item}")?;
                }
                out.write_char(']')
            }
            Self::Object(members) => {
                out.write_char('{')?;
                for (index, (name, value)) in members.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(out, "{comma}{}:{value}", quoted(name))?;
                }
                out.write_char('}')
            }
        }
    }
}

/// A JSON string with its quotes; only what must be escaped is.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                // Writing to a `String` cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Writes one object, member by member, in the order of the calls.
#[derive(Clone, Debug, Default)]
pub struct JsonObject {
    members: String,
}

impl JsonObject {
    /// An object without members.
    pub fn new() -> Self {
        Self::default()
    }

    fn member(mut self, name: &str, value: &str) -> Self {
        if !self.members.is_empty() {
            self.members.push(',');
        }
        self.members.push_str(&quoted(name));
        self.members.push(':');
        self.members.push_str(value);
        self
    }

    /// A string.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.member(name, &quoted(value))
    }

    /// A string if there is one; no member otherwise.
    #[must_use]
    pub fn text_if(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// A whole number.
    #[must_use]
    pub fn int(self, name: &str, value: i64) -> Self {
        self.member(name, &value.to_string())
    }

    /// A whole number if there is one; no member otherwise.
    #[must_use]
    pub fn int_if(self, name: &str, value: Option<i64>) -> Self {
        match value {
            Some(value) => self.int(name, value),
            None => self,
        }
    }

    /// `true` or `false`.
    #[must_use]
    pub fn bool(self, name: &str, value: bool) -> Self {
        self.member(name, if value { "true" } else { "false" })
    }

    /// An object.
    #[must_use]
    pub fn object(self, name: &str, value: &Self) -> Self {
        self.member(name, &value.finish())
    }

    /// An array of objects.
    #[must_use]
    pub fn list(self, name: &str, items: &[Self]) -> Self {
        let items: Vec<String> = items.iter().map(Self::finish).collect();
        self.member(name, &format!("[{}]", items.join(",")))
    }

    /// A value that was read earlier.
    #[must_use]
    pub fn json(self, name: &str, value: &Json) -> Self {
        self.member(name, &value.to_string())
    }

    /// The text.
    pub fn finish(&self) -> String {
        format!("{{{}}}", self.members)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        Ok(serde_json::Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut places = std::collections::HashMap::new();
        while let Some((name, value)) = map.next_entry::<String, Json>()? {
            if let Some(&place) = places.get(&name) {
                let earlier: &mut (String, Json) = &mut members[place];
                earlier.1 = value;
            } else {
                places.insert(name.clone(), members.len());
                members.push((name, value));
            }
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn order_is_kept_and_the_last_value_wins() {
        let json = Json::read(r#"{"z":1,"a":["x",null,true,1.5],"z":{"k":"\u0416\n"}}"#).expect("valid");
        assert_eq!(json.to_string(), r#"{"z":{"k":"Ж\n"},"a":["x",null,true,1.5]}"#);
        assert_eq!(json.get("a").map(Json::plain).as_deref(), Some(r#"["x",null,true,1.5]"#));
        for wrong in ["", "{", "{}x", "{'a':1}", &"[".repeat(10_000)] {
            assert!(Json::read(wrong).is_none());
        }
    }

    #[test]
    fn members_are_written_in_order() {
        let inner = JsonObject::new().bool("b", false);
        let text = JsonObject::new()
            .text("z", "a\"\\\u{1}")
            .int("n", -100)
            .list("l", std::slice::from_ref(&inner))
            .object("o", &inner);
        assert_eq!(text.finish(), r#"{"z":"a\"\\\u0001","n":-100,"l":[{"b":false}],"o":{"b":false}}"#);
    }

    proptest! {
        #[test]
        fn a_written_string_is_read_back(text in ".*") {
            prop_assert_eq!(Json::read(&quoted(&text)), Some(Json::Text(text)));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = Json::read(&text);
        }
    }
}
