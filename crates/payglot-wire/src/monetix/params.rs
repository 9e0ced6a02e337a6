//! The parameters of the page: names and values of a form, and the tree that bracketed names make of them.

use crate::text::form::Pairs;
use crate::text::json::Json;
use std::collections::HashMap;
use std::fmt;

/// Brackets nested deeper are part of the name.
const DEPTH_MAX: usize = 8;

/// Parameters in the order of the request. Of a repeated name the last value counts.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(Pairs);

impl Fields {
    /// Takes names and values.
    pub fn from_pairs(pairs: Pairs) -> Self {
        let mut kept = Pairs::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for (name, value) in pairs {
            // Each `a[]` is an item of its own.
            if let Some(&place) = places.get(&name).filter(|_| !name.ends_with("[]")) {
                let earlier: &mut (String, String) = &mut kept[place];
                earlier.1 = value;
            } else {
                places.insert(name.clone(), kept.len());
                kept.push((name, value));
            }
        }
        Self(kept)
    }

    /// A value; an empty one counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Names and values in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Adds a parameter: for the writing side, in the order of the calls.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// A name whose value is not in the tree, because another one took its place: what is read would not be what is signed. Names that begin
    /// with an underscore are neither.
    pub(super) fn clash(&self) -> Option<&str> {
        let mut tree = Json::Object(Vec::new());
        let mut signed = self.0.iter().filter(|(name, _)| !name.starts_with('_'));
        signed.find(|(name, value)| !place(&mut tree, &keys(name), value)).map(|(name, _)| first_key(name))
    }

    /// The values as what is signed: `a[b]=c` lies inside `a`, `a[]=c` behind what is there.
    pub(super) fn tree(&self) -> Json {
        let mut tree = Json::Object(Vec::new());
        for (name, value) in &self.0 {
            place(&mut tree, &keys(name), value);
        }
        tree
    }
}

impl fmt::Debug for Fields {
    /// Names only: values hold people's names and addresses.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// The name before the brackets, which is the whole name where there are none.
pub(super) fn first_key(name: &str) -> &str {
    keys(name).first().copied().unwrap_or(name)
}

/// `a[b][0]` is a, b, 0; anything that is not such a name is one key.
fn keys(name: &str) -> Vec<&str> {
    let Some((first, rest)) = name.split_once('[') else { return vec![name] };
    let Some(inside) = rest.strip_suffix(']').filter(|_| !first.is_empty()) else { return vec![name] };
    let keys: Vec<&str> = [first].into_iter().chain(inside.split("][")).collect();
    if keys.len() > DEPTH_MAX { vec![name] } else { keys }
}

/// Puts a value where its name says, also in place of another. Was the place free?
fn place(tree: &mut Json, keys: &[&str], value: &str) -> bool {
    let is_new = tree.members().is_some_and(<[_]>::is_empty);
    let Some((key, rest)) = keys.split_first() else {
        *tree = Json::Text(value.to_owned());
        return is_new;
    };
    let is_branch = tree.members().is_some();
    if !is_branch {
        *tree = Json::Object(Vec::new());
    }
    let Json::Object(members) = tree else { return false };
    let key = if key.is_empty() { members.len().to_string() } else { (*key).to_owned() };
    let at = members.iter().position(|(known, _)| *known == key).unwrap_or(members.len());
    if at == members.len() {
        members.push((key, Json::Object(Vec::new())));
    }
    place(&mut members[at].1, rest, value) && is_branch
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(pairs: &[(&str, &str)]) -> String {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Fields::from_pairs(pairs).tree().to_string()
    }

    #[test]
    fn brackets_nest() {
        assert_eq!(tree(&[("a[b]", "1"), ("c", "2"), ("a[d][0]", "3")]), r#"{"a":{"b":"1","d":{"0":"3"}},"c":"2"}"#);
        assert_eq!(tree(&[("a[]", "1"), ("a[]", "2")]), r#"{"a":{"0":"1","1":"2"}}"#);
        assert_eq!(
            tree(&[("a", "1"), ("a[b]", "2"), ("[x]", "3"), ("y[", "4")]),
            r#"{"a":{"b":"2"},"[x]":"3","y[":"4"}"#
        );
        assert_eq!(tree(&[("x", "1"), ("y", "2"), ("x", "3")]), r#"{"x":"3","y":"2"}"#);
    }

    #[test]
    fn a_value_without_a_place_of_its_own_is_named() {
        let clash = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Fields::from_pairs(pairs).clash().map(str::to_owned)
        };
        for both in [["a", "a[b]"], ["a[b]", "a"], ["a[b]", "a[b][c]"], ["a[1]", "a[]"], ["a", "a[frame_mode]"]] {
            assert_eq!(clash(&[(both[0], "1"), (both[1], "2")]).as_deref(), Some("a"), "{both:?}");
        }
        for both in
            [["a", "b"], ["a", "a"], ["a[b]", "a[c]"], ["a[]", "a[]"], ["a", "A[b]"], ["a", "a[b"], ["_a", "_a[b]"]]
        {
            assert_eq!(clash(&[(both[0], "1"), (both[1], "2")]), None, "{both:?}");
        }
    }
}
