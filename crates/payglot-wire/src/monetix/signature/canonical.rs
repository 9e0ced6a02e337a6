//! The text that is signed: a tree of values as `path:value` entries, in one of the orders that clients have.

use super::order::{self, Order};
use crate::text::json::Json;
use std::cmp::Ordering;

/// How clients differ in what they make of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// The order of the entries.
    pub(super) order: Order,
    /// Is a colon inside a key doubled?
    pub(super) escapes_colons: bool,
    /// What `null` becomes.
    pub(super) null: &'static str,
}

/// The way that the gateway itself signs.
pub(super) const CANONICAL: Way = Way { order: Order::NaturalByPath, escapes_colons: true, null: "" };

struct Entry {
    path: String,
    value: String,
}

/// The text of a tree that has no signature in it any more. Keys named `frame_mode` are left out at every depth, because a widget adds
/// them after the shop has signed.
pub(super) fn text(tree: &Json, way: Way) -> String {
    let mut entries = Vec::new();
    flatten(tree, way, "", 0, &mut entries);
    match way.order {
        Order::NaturalByPath => entries.sort_by(|a, b| order::natural(a.path.as_bytes(), b.path.as_bytes())),
        Order::BytesByPath => entries.sort_by(|a, b| a.path.cmp(&b.path)),
        // Sorted below, with their values, or already level by level.
        Order::BytesByEntry | Order::Icu | Order::PerLevel => {}
    }
    let mut lines: Vec<String> = entries.iter().map(|entry| format!("{}:{}", entry.path, entry.value)).collect();
    match way.order {
        Order::BytesByEntry => lines.sort(),
        Order::Icu => lines.sort_by(|a, b| order::icu(a, b)),
        Order::NaturalByPath | Order::BytesByPath | Order::PerLevel => {}
    }
    lines.join(";")
}

fn flatten(value: &Json, way: Way, path: &str, depth: usize, out: &mut Vec<Entry>) {
    let scalar = match value {
        Json::Object(members) => {
            let mut members: Vec<&(String, Json)> = members.iter().filter(|(key, _)| key != "frame_mode").collect();
            if way.order == Order::PerLevel {
                members.sort_by(|a, b| per_level(&a.0, &b.0));
            }
            for (key, value) in members {
                deeper(key, value, way, path, depth, out);
            }
            return;
        }
        Json::List(items) => {
            for (index, value) in items.iter().enumerate() {
                deeper(&index.to_string(), value, way, path, depth, out);
            }
            return;
        }
        Json::Null => way.null.to_owned(),
        Json::Bool(true) => "1".to_owned(),
        Json::Bool(false) => "0".to_owned(),
        Json::Number(number) => number_text(number),
        Json::Text(text) => text.clone(),
    };
    out.push(Entry { path: path.to_owned(), value: scalar });
}

fn deeper(key: &str, value: &Json, way: Way, path: &str, depth: usize, out: &mut Vec<Entry>) {
    let key = if way.escapes_colons { key.replace(':', "::") } else { key.to_owned() };
    let path = if depth == 0 { key } else { format!("{path}:{key}") };
    flatten(value, way, &path, depth + 1, out);
}

/// What a value costs beside its path: so a tree of the largest size has about five thousand of them, which are still sorted in no time.
const VALUE: usize = 100;

/// What it would cost to flatten a tree: how long its paths would be together, and how many values it has. A short text with long keys
/// and many values inside them would need gigabytes, so whoever reads JSON asks this first.
pub(super) fn size(value: &Json, path: usize) -> usize {
    match value {
        Json::Object(members) => members
            .iter()
            .map(|(key, value)| size(value, path.saturating_add(2 * key.len() + 1)))
            .fold(0, usize::saturating_add),
        Json::List(items) => {
            items.iter().map(|value| size(value, path.saturating_add(6))).fold(0, usize::saturating_add)
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => path.saturating_add(VALUE),
    }
}

/// PHP and Python print a fraction with as few digits as say it, and a whole one without a point.
fn number_text(number: &serde_json::Number) -> String {
    match (number.is_f64(), number.as_f64()) {
        (true, Some(fraction)) => fraction.to_string(),
        _ => number.to_string(),
    }
}

/// The keys of one object as a JavaScript object keeps them: indexes first and by their number, all else by UTF-16 units.
fn per_level(a: &str, b: &str) -> Ordering {
    match (array_index(a), array_index(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.encode_utf16().cmp(b.encode_utf16()),
    }
}

fn array_index(key: &str) -> Option<u32> {
    let plain = key == "0" || !key.starts_with(['0', '+']);
    key.parse().ok().filter(|index| plain && *index < u32::MAX)
}
