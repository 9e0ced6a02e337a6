//! Proof: HMAC-SHA512 over all values, in one order for the whole protocol, and in the other orders that real clients have. The only
//! maker of [`Signed`] in this protocol.

mod canonical;
mod order;

use self::canonical::{CANONICAL, Way};
use self::order::Order;
use super::codes::{Code, Refused};
use super::notification::Callback;
use super::request::{Call, PageRequest};
use crate::proof::Signed;
use crate::text::json::Json;
use crate::text::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use subtle::ConstantTimeEq;

/// What clients make of a tree, the most common first.
const WAYS: [Way; 6] = [
    CANONICAL,
    Way { order: Order::BytesByPath, ..CANONICAL },
    Way { order: Order::BytesByEntry, ..CANONICAL },
    Way { order: Order::PerLevel, escapes_colons: false, ..CANONICAL },
    Way { order: Order::BytesByPath, escapes_colons: false, ..CANONICAL },
    Way { order: Order::Icu, ..CANONICAL },
];

/// Parameters of the page that pages add after the shop has signed. Some shops sign `target_element`, so less is left out first.
const ADDED: [&[&str]; 4] = [
    &[],
    &["target_element", "baseUrl", "baseurl"],
    &["target_element"],
    &["target_element", "baseUrl", "baseurl", "css_modal_wrap", "close_on_missclick"],
];

/// Values that name something are as they were sent: otherwise the payment 1 could be paid as the payment `true`.
const EXACT: [&str; 4] = ["project_id", "payment_id", "customer_id", "payment_amount"];

/// Longer JSON is refused unread: every documented field together needs a tenth of this.
pub const JSON_MAX: usize = 128 * 1024;

/// The text that is signed, of a tree without its signature.
pub fn signed_text(tree: &Json) -> String {
    canonical::text(tree, CANONICAL)
}

/// The signature of a tree without its signature: base64, 88 letters.
pub fn sign(tree: &Json, secret: &Secret) -> String {
    sign_text(&signed_text(tree), secret)
}

fn sign_text(text: &str, secret: &Secret) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA512, secret.expose().as_bytes());
    STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}

/// Does `given` prove that whoever sent the page's parameters knows one of these secrets? More than one is valid while a new one
/// replaces an old; each is tried, so that the time does not tell which matched.
pub fn prove_page(request: PageRequest, secrets: &[Secret]) -> Result<Signed<PageRequest>, Refused> {
    // The first versions of the client for PHP did not escape it, and a plus in an address is a space.
    let given = request.signature().map(|given| given.replace(' ', "+"));
    let mut tried = Tried::new(given.as_deref(), secrets)?;
    let sent = request.signed_tree();
    // Most requests hold nothing that could have been added or reworded: for those, one tree is all there is to compare.
    let mut trees: Vec<Json> = Vec::new();
    for added in ADDED {
        let kept = without(&sent, added);
        for words in [Words::AsSent, Words::Flags, Words::FlagsAndNulls] {
            let tree = with_words(&kept, words);
            if trees.contains(&tree) {
                continue;
            }
            if tried.any(&tree, &WAYS) {
                return Ok(Signed::proven(request));
            }
            trees.push(tree);
        }
    }
    Err(refused())
}

/// The same for a call of Gate.
pub fn prove_call(call: Call, secrets: &[Secret]) -> Result<Signed<Call>, Refused> {
    let mut tried = Tried::new(call.signature(), secrets)?;
    let tree = call.signed_tree();
    // One client from PyPI signs `null` as the word that Python prints.
    let python = [Way { order: Order::BytesByPath, null: "None", ..CANONICAL }];
    if tried.any(&tree, &WAYS) || tried.any(&tree, &python) { Ok(Signed::proven(call)) } else { Err(refused()) }
}

/// The shop's side: is a callback, or the answer to a status call, the gateway's?
pub fn prove_callback(callback: Callback, secrets: &[Secret]) -> Result<Signed<Callback>, Refused> {
    let mut tried = Tried::new(callback.signature(), secrets)?;
    if tried.any(&callback.signed_tree(), &WAYS) { Ok(Signed::proven(callback)) } else { Err(refused()) }
}

fn refused() -> Refused {
    Refused::of(Code::InvalidSignature, "signature")
}

/// Which texts were compared already: most ways agree about most trees.
struct Tried<'a> {
    given: String,
    secrets: &'a [Secret],
    texts: Vec<String>,
}

impl<'a> Tried<'a> {
    fn new(given: Option<&str>, secrets: &'a [Secret]) -> Result<Self, Refused> {
        let given = given.filter(|given| !given.is_empty());
        let given = given.ok_or_else(|| Refused::of(Code::EmptySignature, "signature"))?;
        Ok(Self { given: given.to_owned(), secrets, texts: Vec::new() })
    }

    fn any(&mut self, tree: &Json, ways: &[Way]) -> bool {
        ways.iter().any(|way| {
            let text = canonical::text(tree, *way);
            if self.texts.contains(&text) {
                return false;
            }
            let matches = |secret: &Secret| {
                let expected = sign_text(&text, secret);
                !secret.expose().is_empty() && bool::from(expected.as_bytes().ct_eq(self.given.as_bytes()))
            };
            let found = self.secrets.iter().fold(false, |found, secret| matches(secret) | found);
            self.texts.push(text);
            found
        })
    }
}

/// What clients sign for words that they send.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    /// The word itself.
    AsSent,
    /// 1 and 0 for true and false.
    Flags,
    /// And nothing for null.
    FlagsAndNulls,
}

fn with_words(tree: &Json, words: Words) -> Json {
    match tree {
        Json::Object(members) => {
            let exact = |key: &String| EXACT.contains(&key.as_str());
            let word = |key, value: &Json| if exact(key) { value.clone() } else { with_words(value, words) };
            Json::Object(members.iter().map(|(key, value)| (key.clone(), word(key, value))).collect())
        }
        Json::Text(text) => Json::Text(word(text, words).to_owned()),
        other @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_)) => other.clone(),
    }
}

fn word(text: &str, words: Words) -> &str {
    match (words, text) {
        (Words::Flags | Words::FlagsAndNulls, "true" | "True") => "1",
        (Words::Flags | Words::FlagsAndNulls, "false" | "False") => "0",
        (Words::FlagsAndNulls, "null" | "None") => "",
        _ => text,
    }
}

/// Reads what was signed, or will be: a JSON object that is neither too long nor nested so that the text to sign would be.
pub(super) fn read_object(bytes: &[u8]) -> Option<Json> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= JSON_MAX)?;
    let tree = Json::read(text).filter(|tree| tree.members().is_some())?;
    (canonical::size(&tree, 0) <= 4 * JSON_MAX).then_some(tree)
}

/// A tree without some of its members at the top.
pub(super) fn without(tree: &Json, names: &[&str]) -> Json {
    match tree {
        Json::Object(members) => {
            Json::Object(members.iter().filter(|(key, _)| !names.contains(&key.as_str())).cloned().collect())
        }
        other @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) => other.clone(),
    }
}
