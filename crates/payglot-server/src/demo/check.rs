//! Proves that a callback comes from the gateway, and keeps each step so that it can be shown.

use super::standing::Standing;
use super::story::Pairs;
use payglot_wire::rbs::notification::Callback;
use payglot_wire::rbs::signature::{Verifier, symmetric};
use payglot_wire::text::secret::Secret;

/// The check of one callback, step by step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Check {
    /// The signed parameters, sorted by name, byte by byte.
    pub(super) sorted: Pairs,
    /// `name;value;` for each of them: the text that is signed.
    pub(super) signed_text: String,
    /// The checksum that the shop computed: HMAC-SHA256 in upper-case hexadecimal.
    pub(super) expected: String,
    /// The checksum that came, if one came.
    pub(super) received: Option<String>,
    proven: bool,
}

impl Check {
    /// Checks a callback against the shop's callback key.
    pub(super) fn of(callback: &Callback, key: &str) -> Self {
        let key = Secret::new(key);
        let signed_text = callback.signed_text();
        let expected = symmetric(&key, &signed_text);
        let is_signed = |(name, _): &&(String, String)| !matches!(name.as_str(), "checksum" | "sign_alias");
        let mut sorted: Pairs = callback.params().iter().filter(is_signed).cloned().collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        let received = callback.get("checksum").filter(|checksum| !checksum.is_empty()).map(str::to_owned);
        // In constant time: the time of the comparison must not tell how much of a guessed checksum was right.
        let proven = Verifier::Symmetric(key).verify(callback.clone()).is_ok();
        Self { sorted, signed_text, expected, received, proven }
    }

    /// Did the gateway sign it?
    pub(super) fn proven(&self) -> bool {
        self.proven
    }

    /// Is this the same message, sent again?
    pub(super) fn same_as(&self, other: &Self) -> bool {
        self.signed_text == other.signed_text && self.received == other.received
    }

    /// Does the callback speak of that order? By the gateway's id if it gives one, else by the shop's number.
    pub(super) fn names(&self, gateway_id: &str, number: &str) -> bool {
        match value_of(&self.sorted, "mdOrder").filter(|id| !id.is_empty()) {
            // The answer to the registration may still be on its way: then only the number is known.
            Some(id) if !gateway_id.is_empty() => id == gateway_id,
            _ => value_of(&self.sorted, "orderNumber") == Some(number),
        }
    }

    /// What the callback says about the order's money.
    pub(super) fn standing(&self) -> Option<Standing> {
        let succeeded = value_of(&self.sorted, "status") == Some("1");
        Standing::of_callback(value_of(&self.sorted, "operation")?, succeeded)
    }

    /// What the callback announces, such as `deposited`.
    pub(super) fn operation(&self) -> &str {
        value_of(&self.sorted, "operation").unwrap_or("no operation")
    }

    /// The verdict in words.
    pub(super) fn verdict(&self) -> &'static str {
        match (&self.received, self.proven) {
            (None, _) => "There is no checksum. Anybody could have sent this, so the shop does not believe it.",
            (Some(_), true) => {
                "The checksums are equal. Only the gateway and the shop know the key, so the gateway sent this."
            }
            (Some(_), false) => {
                "The checksums differ: the message was changed on its way, or signed with another key. The shop does not believe it."
            }
        }
    }
}

/// The first value of that name.
pub(super) fn value_of<'a>(params: &'a [(String, String)], name: &str) -> Option<&'a str> {
    params.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
}
