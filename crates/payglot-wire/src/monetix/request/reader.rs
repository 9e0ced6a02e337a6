//! Reads fields of a JSON body by their path, judged by a rule. A number may come as text and the other way round: clients do both.

use super::super::codes::{Code, Refused};
use super::super::rules::Rule;
use crate::text::json::Json;

/// Reads one body.
#[derive(Clone, Copy)]
pub(in super::super) struct Reader<'a> {
    tree: &'a Json,
}

impl<'a> Reader<'a> {
    pub(in super::super) const fn new(tree: &'a Json) -> Self {
        Self { tree }
    }

    /// The value at a path, `payment.amount`.
    pub(in super::super) fn value(self, path: &str) -> Option<&'a Json> {
        path.split('.').try_fold(self.tree, |value, key| value.get(key))
    }

    /// The text of a value; `None` if there is none, or it is empty or `null`. 502 if it is not one value or breaks the rule.
    pub(in super::super) fn opt(self, path: &str, rule: Rule) -> Result<Option<String>, Refused> {
        let text = match self.value(path) {
            None | Some(Json::Null) => return Ok(None),
            Some(Json::Object(_) | Json::List(_)) => return Err(Refused::invalid(path, rule.wanted())),
            // As the number was written by JSON: 100.0 is not a whole number here.
            Some(value @ (Json::Bool(_) | Json::Number(_) | Json::Text(_))) => value.plain(),
        };
        match text {
            empty if empty.is_empty() => Ok(None),
            text if rule.fits(&text) => Ok(Some(text)),
            _ => Err(Refused::invalid(path, rule.wanted())),
        }
    }

    /// The same for a value that must be there: 2004 if it is not.
    pub(in super::super) fn need(self, path: &str, rule: Rule) -> Result<String, Refused> {
        self.opt(path, rule)?.ok_or_else(|| Refused::of(Code::Missing, path))
    }

    /// A whole number.
    pub(in super::super) fn int(self, path: &str, min: i64, max: i64) -> Result<Option<i64>, Refused> {
        let text = self.opt(path, Rule::Int(min, max))?;
        Ok(text.and_then(|text| super::super::rules::whole(&text)))
    }

    /// Text without judgement, empty where there is none.
    pub(in super::super) fn plain(self, path: &str) -> String {
        match self.value(path) {
            Some(value @ (Json::Bool(_) | Json::Number(_) | Json::Text(_))) => value.plain(),
            Some(Json::Null | Json::Object(_) | Json::List(_)) | None => String::new(),
        }
    }
}
